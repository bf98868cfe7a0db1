/* support -- see the header. */
#include "config.h"

#include "support.h"

#include "base/xalloc.h"
#include "metrics/expose.h"

#include <check.h>
#include <stdlib.h>

#define NOW INT64_C(1000000000000000000)

static void keep_unmatched(void *ctx, const struct source *source, struct slice line)
{
    struct world *w = ctx;

    (void)source;
    buf_slice(&w->unmatched, line);
    buf_char(&w->unmatched, '\n');
}

struct world *world_new_with(const char *ini, bool no_dispatch)
{
    struct world *w = xcalloc(1, sizeof *w);
    struct registry_limits limits = {.max_series = 1000, .label_bytes = 64};
    struct engine_options options = {
        .max_line = 1 << 16, .no_dispatch = no_dispatch, .unmatched = keep_unmatched, .ctx = w};
    struct buf said = BUF_INIT;

    w->doc = ini_read_text(slice_str(ini), "rules.ini", SECTION_RULE, &w->mistakes);
    w->rules = ruleset_load(&w->doc, 1, NULL, &w->mistakes);
    mistakes_print(&w->mistakes, MISTAKE, &said);
    ck_assert_msg(w->rules != NULL, "%s", said.p ? said.p : "");
    buf_release(&said);
    w->registry = registry_new(&limits);
    w->engine = engine_new(w->rules, w->registry, &options, NOW);
    engine_set_time(w->engine, NOW, NOW);
    w->source = source_new(w->rules, 0, "/var/log/app.log", 0);
    return w;
}

struct world *world_new(const char *ini)
{
    return world_new_with(ini, false);
}

void world_free(struct world *w)
{
    source_free(w->source);
    engine_free(w->engine);
    registry_free(w->registry);
    ruleset_free(w->rules);
    ini_free(w->doc);
    mistakes_release(&w->mistakes);
    buf_release(&w->page);
    buf_release(&w->unmatched);
    free(w);
}

/* The engine's promise to scanners: 64 bytes around the lines can be read. */
void world_feed_slice(struct world *w, struct source *s, struct slice lines)
{
    char *room = xcalloc(1, lines.n + 128);

    if (lines.n)
        memcpy(room + 64, lines.p, lines.n);
    engine_lines(w->engine, s, room + 64, lines.n);
    free(room);
}

void world_feed(struct world *w, const char *lines)
{
    world_feed_slice(w, w->source, slice_str(lines));
}

static const char *page(struct world *w, enum expose_format format, unsigned flags)
{
    struct expose_options options = {.format = format, .flags = flags};
    struct snapshot *s = snapshot_take(w->registry);

    buf_clear(&w->page);
    expose(s, &options, &w->page);
    snapshot_free(s);
    return w->page.p ? w->page.p : "";
}

const char *world_page(struct world *w)
{
    return page(w, EXPOSE_TEXT, EXPOSE_SORTED | EXPOSE_NO_OWN | EXPOSE_NO_META);
}

const char *world_openmetrics(struct world *w)
{
    return page(w, EXPOSE_OPENMETRICS, 0);
}

const char *world_own(struct world *w, const char *sample)
{
    struct slice rest = slice_str(page(w, EXPOSE_TEXT, EXPOSE_NO_META)), line;
    size_t n = strlen(sample);

    w->text[0] = '\0';
    while (slice_cut(&rest, '\n', &line)) {
        if (!slice_starts(line, slice_str(sample)) || line.n <= n || line.p[n] != ' ')
            continue;
        struct slice value = slice_from(line, n + 1);

        ck_assert_uint_lt(value.n, sizeof w->text);
        memcpy(w->text, value.p, value.n);
        w->text[value.n] = '\0';
    }
    return w->text;
}

void world_expect(const char *ini, const char *lines, const char *expected)
{
    struct world *w = world_new(ini);

    world_feed(w, lines);
    ck_assert_str_eq(world_page(w), expected);
    world_free(w);
}
