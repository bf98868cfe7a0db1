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
    {"T D D1 D2 D3 D4 D5 V I N W E F C A",
     "trace debug debug debug debug debug debug verbose info notice warn error fatal critical any"},
    {"TRC DBG INF WRN ERR FTL CRT", "trace debug info warn error fatal critical"},
};

struct slice level_word(const struct level_names *names, struct slice value)
{
    size_t place = names ? word_among(value, names->values) : 0;
    struct slice rest = slice_str(names ? names->words : ""), word = value;

    for (size_t i = 0; i < place; i++)
        slice_cut(&rest, ' ', &word);
    return word;
}

/* How many of its lines have a value of that way. */
static uint64_t lines_of(const struct field_stats *f, const struct level_names *way)
{
    struct slice value;
    uint64_t n, lines = 0;

    for (size_t at = 0; map_next(&f->values, &at, &value, &n);)
        lines += word_among(value, way->values) ? n : 0;
    return lines;
}

const struct level_names *levels_of(const struct field_stats *f)
{
    const struct level_names *best = NULL;
    uint64_t most = f->seen / 2, lines; /* a few levels of its own a program may have */

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if ((lines = lines_of(f, &ways[i])) <= most)
            continue;
        most = lines;
        best = &ways[i];
    }
    return best;
}

void levels_map_one(const struct level_names *names, const char *field, struct slice value,
                    struct buf *out)
{
    struct slice word = level_word(names, value);

    if (!slice_eq(word, value))
        buf_fmt(out, "map.%s = %.*s -> %.*s\n", field, SLICE_FMT(value), SLICE_FMT(word));
}

void levels_map(const struct field_stats *f, struct buf *out)
{
    const struct level_names *names = levels_of(f);
    struct slice value;
    uint64_t n;

    for (size_t at = 0; map_next(&f->values, &at, &value, &n);)
        levels_map_one(names, f->name, value, out);
}
