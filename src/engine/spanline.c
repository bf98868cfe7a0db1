/* spanline -- fields are found as by any event: by refs, which the rules made of each begin and end. */
#include "config.h"

#include "engine/spanline.h"

#include "base/clock.h"

/* No line can be later: a clock that went wrong would give up all that is open. */
#define AHEAD_NS (24 * 3600 * NSEC_PER_SEC)
/* Of a line that no line with a time stands before, in the order of times: it is never over. */
#define NEVER_NS (INT64_MAX / 2)

static int64_t latest(const struct record *r)
{
    return r->wall_ns > INT64_MAX - AHEAD_NS ? INT64_MAX : r->wall_ns + AHEAD_NS;
}

int64_t spanline_time(struct record *r, const struct span_stream *st, bool *ret_own)
{
    bool own = r->taken ? r->told_ns != INT64_MIN : record_has_time(r);
    int64_t ns = r->taken && own ? r->told_ns : record_time(r);

    if (ns == INT64_MIN)
        ns = NEVER_NS;
    else if (ns > latest(r)) {
        own = false;
        ns = st->nopen ? st->clock_ns : r->wall_ns;
    }
    *ret_own = own;
    return ns;
}

int spanline_key(struct record *r, const struct span *span, const struct ref *refs,
                 struct slice *ret_key)
{
    for (unsigned i = 0; i < span->nkeys; i++) {
        ret_key[i] = record_text(r, &refs[i]);
        if (ret_key[i].n == 0)
            return (int)i;
    }
    return -1;
}

void spanline_kept(struct record *r, const struct span *span, unsigned b, struct slice *ret_kept)
{
    for (unsigned k = 0; k < span->nkept; k++)
        ret_kept[k] = record_text(r, &span->begin_kept[b * span->nkept + k]);
}

bool spanline_duration(struct record *r, const struct open_span *o, int64_t *ret_ns)
{
    bool own;
    int64_t ns = spanline_time(r, o->stream, &own);

    return own && o->own && !__builtin_sub_overflow(ns, o->node.time_ns, ret_ns);
}

static struct slice of_begin(struct record *r, const struct open_span *o, unsigned kept, bool copy)
{
    struct slice text = open_span_kept(o, kept);

    return copy && text.n ? arena_slice(&r->scratch, text) : text;
}

static struct slice of_ends(struct record *r, const struct span *span, const struct span_field *f,
                            const bool *is_end)
{
    struct slice text = {"", 0};

    for (unsigned i = 0; i < span->nends && text.n == 0; i++)
        if (is_end[i])
            text = record_text(r, &f->ends[i]);
    return text;
}

void spanline_ended(struct record *r, const struct span *span, const struct open_span *o,
                    const bool *is_end, bool copy)
{
    int64_t ns;

    for (unsigned i = 0; i < span->nfields[0]; i++) {
        const struct span_field *f = &span->fields[0][i];
        struct slice text = f->ends ? of_ends(r, span, f, is_end) : (struct slice){"", 0};

        record_set(r, f->slot, text.n ? text : of_begin(r, o, f->kept, copy));
    }
    if (span->duration != SLOT_NONE && spanline_duration(r, o, &ns) && ns >= 0)
        record_set(r, span->duration, record_seconds(r, ns));
}

void spanline_given_up(struct record *r, const struct span *span, const struct open_span *o,
                       bool copy)
{
    for (unsigned i = 0; i < span->nfields[1]; i++)
        record_set(r, span->fields[1][i].slot, of_begin(r, o, span->fields[1][i].kept, copy));
}
