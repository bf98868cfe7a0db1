/* labels -- what a label value from a log becomes before it is stored, and which values of a label
 * are in use, for the limit max_values.
 *
 * A NUL would end Prometheus' whole page and bytes that are not UTF-8 fail the scrape; an empty
 * value means to Prometheus that the label is absent. Nearly all values need nothing of this and
 * stay where they are. */
#include "config.h"

#include "metrics/family.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* Cleaning never makes a text shorter, so that limit + CUT_AHEAD bytes are enough to see that it is
 * too long and where to cut it: a character halved at their end lies behind the cut. */
enum { CUT_AHEAD = 8 };

static size_t clean_part(struct slice s, uint32_t limit)
{
    return s.n < (size_t)limit + CUT_AHEAD ? s.n : (size_t)limit + CUT_AHEAD;
}

/* Cuts what begins at byte `from` of *b to `limit` bytes, the dots included. */
static void cut(struct buf *b, size_t from, uint32_t limit)
{
    static const char dots[] = "...";
    size_t ndots = limit > sizeof dots - 1 ? sizeof dots - 1 : 0;
    struct slice s = {b->p + from, b->n - from};

    if (s.n <= limit)
        return;
    b->n = from + utf8_cut(s, limit - ndots);
    buf_add(b, dots, ndots);
}

/* Texts in *scratch get their pointers when it no longer moves. */
void labels_clean(const struct slice *values, unsigned n, uint32_t limit, struct buf *scratch,
                  struct slice *ret_values)
{
    size_t from[LABELS_MAX + 1];
    uint32_t cleaned = 0;

    for (unsigned i = 0; i < n; i++) {
        struct slice s = values[i];

        ret_values[i] = s;
        if (s.n == 0) {
            ret_values[i] = SLICE("unknown");
        } else if (s.n > limit || !utf8_is_clean(s)) {
            from[i] = scratch->n;
            utf8_clean(scratch, slice_make(s.p, clean_part(s, limit)));
            cut(scratch, from[i], limit);
            ret_values[i].n = scratch->n - from[i];
            cleaned |= UINT32_C(1) << i;
        }
    }
    for (unsigned i = 0; cleaned; i++, cleaned >>= 1)
        if (cleaned & 1)
            ret_values[i].p = scratch->p + from[i];
}

struct value_set *values_new(unsigned nlabels, uint64_t seed)
{
    struct value_set *sets = xcalloc(nlabels + 1, sizeof *sets);

    for (unsigned i = 0; i < nlabels; i++)
        series_init(&sets[i].values, 1, seed);
    return sets;
}

void values_free(struct value_set *sets, unsigned nlabels)
{
    for (unsigned i = 0; sets && i < nlabels; i++) {
        series_release(&sets[i].values);
        free(sets[i].uses);
    }
    free(sets);
}

bool value_used(const struct value_set *set, struct slice value)
{
    uint32_t index = series_find(&set->values, &value);

    return index != SERIES_NONE && set->uses[index];
}

static uint32_t *uses_of(struct value_set *set, struct slice value)
{
    uint32_t index = series_find(&set->values, &value);

    if (index == SERIES_NONE) {
        index = series_append(&set->values, &value, 0);
        GROW(set->uses, index, set->cap);
        set->uses[index] = 0;
    }
    return &set->uses[index];
}

void value_count(struct value_set *set, struct slice value, int by)
{
    uint32_t *uses;

    if (slice_eq(value, OTHER))
        return;
    uses = uses_of(set, value);
    set->n -= *uses > 0;
    *uses += (uint32_t)by;
    set->n += *uses > 0;
}
