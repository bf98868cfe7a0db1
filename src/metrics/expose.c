/* expose -- which families and series, in which order; the formats are in
 * expose_text.c and expose_json.c. */
#include "config.h"

#include "metrics/expose.h"

#include "base/xalloc.h"
#include "metrics/expose_impl.h"

#include <math.h>
#include <stdlib.h>

bool metric_name_valid(struct slice name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!char_is_word(name.p[i]) || (i == 0 && char_is_digit(name.p[i])))
            return false;
    return name.n > 0;
}

bool label_name_valid(struct slice name)
{
    return metric_name_valid(name) && !slice_starts(name, SLICE("__"));
}

size_t counter_format(char out[NUM_TEXT], const struct counter *c)
{
    double part = nsum_value(&c->part), value;

    if (part < 0 || part > 0) {
        value = counter_value(c);
        return num_format(out, value);
    }
    return num_format_u64(out, c->whole);
}

const char *expose_content_type(enum expose_format format)
{
    static const char *const types[] = {
        [EXPOSE_TEXT] = "text/plain; version=0.0.4; charset=utf-8",
        [EXPOSE_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
        [EXPOSE_JSON] = "application/json",
    };

    return types[format];
}

static int compare_placed(const void *pa, const void *pb, void *ctx)
{
    const struct placed *a = pa, *b = pb;
    unsigned nlabels = *(const unsigned *)ctx;
    const char *ta = record_text(a->record, nlabels), *tb = record_text(b->record, nlabels);

    for (unsigned i = 0; i < nlabels; i++) {
        size_t na = a->record->len[i], nb = b->record->len[i];
        int c = memcmp(ta, tb, na < nb ? na : nb);

        if (c == 0)
            c = (na > nb) - (na < nb);
        if (c)
            return c;
        ta += na;
        tb += nb;
    }
    return 0;
}

static bool next_as_made(struct series_order *o, struct placed *ret)
{
    while (series_walk_next(&o->walk, &ret->record, &ret->index))
        if (!copy_dropped(o->walk.f, ret->index))
            return true;
    return false;
}

void series_order_init(struct series_order *o, const struct family_copy *f, bool sorted)
{
    unsigned nlabels = f->info->spec.nlabels;

    *o = (struct series_order){0};
    series_walk_init(&o->walk, f);
    if (!sorted || f->n == 0)
        return;
    o->sorted = xreallocarray(NULL, f->n, sizeof *o->sorted);
    while (next_as_made(o, &o->sorted[o->n]))
        o->n++;
    qsort_r(o->sorted, o->n, sizeof *o->sorted, compare_placed, &nlabels);
}

bool series_order_next(struct series_order *o, struct placed *ret)
{
    if (!o->sorted)
        return next_as_made(o, ret);
    if (o->next == o->n)
        return false;
    *ret = o->sorted[o->next++];
    return true;
}

void series_order_release(struct series_order *o)
{
    free(o->sorted);
}

static int compare_names(const void *pa, const void *pb)
{
    const struct family_copy *const *a = pa, *const *b = pb;

    return strcmp((*a)->info->spec.name, (*b)->info->spec.name);
}

/* The families of the page; returns how many. */
static unsigned choose(const struct snapshot *s, unsigned flags, const struct family_copy **ret)
{
    unsigned n = 0;

    for (unsigned i = 0; i < s->n; i++) {
        const struct family_copy *f = &s->families[i];

        if (!f->hidden && !(f->info->spec.own && (flags & EXPOSE_NO_OWN)))
            ret[n++] = f;
    }
    if ((flags & EXPOSE_SORTED) && n)
        qsort(ret, n, sizeof(struct family_copy *), compare_names);
    return n;
}

void expose(const struct snapshot *s, const struct expose_options *o, struct buf *out)
{
    const struct family_copy **families = xcalloc(s->n + 1, sizeof(struct family_copy *));
    unsigned n = choose(s, o->flags, families);

    if (o->format == EXPOSE_JSON) {
        buf_str(out, "{\"families\":[");
        for (unsigned i = 0; i < n; i++) {
            if (i)
                buf_char(out, ',');
            expose_json_family(families[i], o, out);
        }
        buf_str(out, "]}\n");
    } else {
        for (unsigned i = 0; i < n; i++)
            expose_text_family(families[i], o, out);
        if (o->format == EXPOSE_OPENMETRICS && !(o->flags & EXPOSE_NO_EOF))
            buf_str(out, "# EOF\n");
    }
    free(families);
}

void expose_registry(struct registry *r, const struct expose_options *o, struct buf *out)
{
    struct snapshot *s = snapshot_take(r);

    expose(s, o, out);
    snapshot_free(s);
}
