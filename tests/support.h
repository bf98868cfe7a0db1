/* support -- rules, an engine and a registry in a few words, for tests of what rules do. */
#ifndef LT_TESTS_SUPPORT_H
#define LT_TESTS_SUPPORT_H

#include "base/buf.h"
#include "engine/engine.h"
#include "metrics/registry.h"
#include "rules/load/load.h"
#include "rules/ruleset.h"

struct world {
    struct mistakes mistakes;
    struct ini_doc *doc;
    struct ruleset *rules;
    struct registry *registry;
    struct engine *engine;
    struct source *source; /* of log 0, /var/log/app.log, file number 0 */
    struct buf page, unmatched;
    char text[256]; /* what world_own says */
};

/* Compiles the rules (which must be right) and makes an engine; the time is
 * 2001-09-09T01:46:40Z. */
struct world *world_new(const char *ini);
struct world *world_new_with(const char *ini, bool no_dispatch);
void world_free(struct world *w);

/* Feeds whole lines. */
void world_feed(struct world *w, const char *lines);
void world_feed_slice(struct world *w, struct source *s, struct slice lines);

/* The samples of the rules' metrics, sorted, as `name{label="value"} 1`, a line each. */
const char *world_page(struct world *w);
/* The same in OpenMetrics, with exemplars and own metrics, unsorted; dies with the next page. */
const char *world_openmetrics(struct world *w);
/* The value of one sample, own metrics too, as text; "" when there is none. */
const char *world_own(struct world *w, const char *sample);

/* Feeds lines to new rules and compares the whole page. */
void world_expect(const char *ini, const char *lines, const char *page);

#endif
