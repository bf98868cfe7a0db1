/* schema -- the table. A row a key; what a key means is with the loader that reads it. */
#include "config.h"

#include "config/schema.h"

#include "config/mistake.h"

enum { REGEX = KEY_GLUE | KEY_FREE };

static const struct key keys[] = {
    {"log", SECTION_EVENT, 0},
    {"of", SECTION_EVENT, 0},
    {"unless", SECTION_EVENT, 0},
    {"match", SECTION_EVENT, REGEX},
    {"where", SECTION_EVENT, REGEX | KEY_REPEAT},
    {"set.", SECTION_EVENT, KEY_FREE | KEY_REPEAT | KEY_FIELD},
    {"rewrite.", SECTION_EVENT, REGEX | KEY_REPEAT | KEY_FIELD},
    {"map.", SECTION_EVENT, KEY_FREE | KEY_REPEAT | KEY_FIELD},
    {"exemplar", SECTION_EVENT, 0},

    {"help", SECTION_METRIC, KEY_FREE},
    {"inc", SECTION_COUNTER | SECTION_GAUGE, 0},
    {"add", SECTION_COUNTER | SECTION_GAUGE, 0},
    {"dec", SECTION_GAUGE, 0},
    {"sub", SECTION_GAUGE, 0},
    {"set", SECTION_GAUGE, 0},
    {"reset", SECTION_GAUGE, 0},
    {"observe", SECTION_HISTOGRAM, 0},
    {"value", SECTION_METRIC, 0},
    {"unit", SECTION_METRIC, 0},
    {"labels", SECTION_METRIC, 0},
    {"buckets", SECTION_HISTOGRAM, 0},
    {"zero", SECTION_METRIC, KEY_REPEAT},
    {"max_values", SECTION_METRIC, 0},
    {"max_series", SECTION_METRIC, 0},
    {"expire", SECTION_METRIC, 0},
    {"min", SECTION_GAUGE, 0},

    {"path", SECTION_LOG, KEY_REPEAT},
    {"exclude", SECTION_LOG, KEY_REPEAT},
    {"path_match", SECTION_LOG, REGEX},
    {"format", SECTION_LOG, 0},
    {"unwrap", SECTION_LOG, 0},
    {"prefix", SECTION_LOG, REGEX},
    {"start", SECTION_LOG, 0},
    {"time", SECTION_LOG, 0},
    {"time_match", SECTION_LOG, REGEX},
    {"time_format", SECTION_LOG, KEY_REPEAT},
    {"time_zone", SECTION_LOG, 0},
    {"poll", SECTION_LOG, 0},

    {"listen", SECTION_SERVER, 0},
    {"tls_cert", SECTION_SERVER, 0},
    {"tls_key", SECTION_SERVER, 0},
    {"auth_file", SECTION_SERVER, 0},
    {"reload", SECTION_SERVER, 0},
    {"show_lines", SECTION_SERVER, 0},
    {"created", SECTION_SERVER, 0},
    {"max_connections", SECTION_SERVER, 0},
    {"timeout", SECTION_SERVER, 0},
    {"directory", SECTION_STATE, 0},
    {"interval", SECTION_STATE, 0},
    {"rotate_wait", SECTION_STATE, 0},
    {"line", SECTION_LIMITS, 0},
    {"label", SECTION_LIMITS, 0},
    {"series", SECTION_LIMITS, 0},
    {"const_labels", SECTION_METRICS, 0},
    {"include", SECTION_RULES, 0},
    {"rules", SECTION_TEST, 0},
    {"unmatched", SECTION_TEST, 0},
};

/* In the order of the bits of enum section_kind. */
static const char *const kinds[] = {"event", "counter", "gauge",   "histogram", "log", "server",
                                    "state", "limits",  "metrics", "rules",     "test"};

enum { NKEYS = sizeof keys / sizeof *keys, NKINDS = sizeof kinds / sizeof *kinds };

static bool is(const struct key *k, struct slice name)
{
    struct slice known = slice_str(k->name);

    return k->flags & KEY_FIELD ? name.n > known.n && slice_starts(name, known)
                                : slice_eq(name, known);
}

const struct key *key_find(struct slice name, unsigned sections)
{
    const struct key *elsewhere = NULL;

    for (size_t i = 0; i < NKEYS; i++) {
        if (!is(&keys[i], name))
            continue;
        if (keys[i].sections & sections)
            return &keys[i];
        elsewhere = &keys[i];
    }
    return elsewhere;
}

unsigned section_kind(struct slice word)
{
    for (unsigned i = 0; i < NKINDS; i++)
        if (slice_eq(word, slice_str(kinds[i])))
            return 1u << i;
    return 0;
}

const char *section_kind_text(unsigned kind)
{
    for (unsigned i = 0; i < NKINDS; i++)
        if (kind & 1u << i)
            return kinds[i];
    return "";
}

const char *key_nearest(struct slice name, unsigned sections)
{
    const char *near[NKEYS];
    size_t n = 0;

    for (size_t i = 0; i < NKEYS; i++)
        if (keys[i].sections & sections)
            near[n++] = keys[i].name;
    return nearest(name, near, n);
}

const char *section_kind_nearest(struct slice word, unsigned sections)
{
    const char *near[NKINDS];
    size_t n = 0;

    for (unsigned i = 0; i < NKINDS; i++)
        if (sections & 1u << i)
            near[n++] = kinds[i];
    return nearest(word, near, n);
}
