/* levels -- each way of writing them is a row of values and one of words. */
#include "config.h"

#include "suggest/levels.h"

struct level_names {
    const char *values, *words;
};

static const struct level_names ways[] = {
    /* bunyan and pino */
    {"10 20 30 40 50 60", "trace debug info warn error fatal"},
    /* syslog and the journal */
    {"0 1 2 3 4 5 6 7", "emerg alert crit err warning notice info debug"},
    /* klog, Rails, MongoDB, Gitea */
    {"T D V I N W E F C A", "trace debug verbose info notice warn error fatal critical any"},
    {"TRC DBG INF WRN ERR FTL CRT", "trace debug info warn error fatal critical"},
};

struct slice level_word(const struct level_names *names, struct slice value)
{
    size_t place = word_among(value, names->values);
    struct slice rest = slice_str(names->words), word = {"", 0};

    for (size_t i = 0; i < place; i++)
        slice_cut(&rest, ' ', &word);
    return word;
}

const struct level_names *levels_of(const struct field_stats *f)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct slice value;
        uint64_t n;
        bool all = f->values.n > 0;

        for (size_t at = 0; map_next(&f->values, &at, &value, &n);)
            all &= word_among(value, ways[i].values) > 0;
        if (all)
            return &ways[i];
    }
    return NULL;
}

void levels_map(const struct field_stats *f, struct buf *out)
{
    const struct level_names *names = levels_of(f);
    struct slice value;
    uint64_t n;

    for (size_t at = 0; names && map_next(&f->values, &at, &value, &n);)
        buf_fmt(out, "map.%s = %.*s -> %.*s\n", f->name, SLICE_FMT(value),
                SLICE_FMT(level_word(names, value)));
}
