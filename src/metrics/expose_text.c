/* expose_text -- Prometheus text 0.0.4 and OpenMetrics 1.0.0.
 *
 * Everything that is the same for all series of a family is put together once: the notation of a
 * sample, and each bucket's `le`. A line is then a few short copies and a number, written into room
 * that was reserved for it. Most copies are of a few bytes, and calling memcpy for each would be
 * most of the cost of a page. */
#include "config.h"

#include "metrics/escape.h"
#include "metrics/expose_impl.h"

#include <math.h>

/* Fixed text is copied in blocks of so many bytes: it is followed by as many more (buf_pad), and so
 * is the room it is copied to. */
enum { BLOCK = 32 };

/* A sample without its label values and its value:
 *
 *   http_requests_total{env="x",method="  GET  ",status="  200  "}
 *
 * Without a name, the labels alone. */
struct notation {
    struct buf text;
    size_t begin[LABELS_MAX + 2]; /* piece i of text: begin[i] to begin[i + 1] */
};

/* The fixed parts of a histogram's samples; what stands before and behind its labels. */
enum { PART_BUCKET, PART_SUM, PART_COUNT, PART_END, PART_LE };

struct family_text {
    const struct family_copy *f;
    const struct expose_options *o;
    bool openmetrics;
    struct slice base; /* without _total where OpenMetrics wants it so */
    char stamp[NUM_TEXT + 2];
    size_t nstamp;       /* " 1520879607.789", or nothing */
    struct notation one; /* the sample, or for histograms the labels alone */
    struct notation created;
    struct buf parts;                                 /* `name_sum{`, `,le="0.1"} ` and so on */
    size_t part_begin[PART_LE + BUCKETS_MAX + 1 + 1]; /* PART_LE + i is that of bucket i */
    struct buf labels;                                /* of the present series of a histogram */
    struct buf *out;
};

static inline char *put_piece(char *p, const char *s, size_t n)
{
    memcpy(p, s, BLOCK);
    if (n > BLOCK)
        memcpy(p + BLOCK, s + BLOCK, n - BLOCK);
    return p + n;
}

/* memcpy for texts of any origin: a pair of loads and stores that may overlap. */
static inline char *put(char *p, const char *s, size_t n)
{
    struct pair {
        uint64_t a, b;
    } head, tail;
    uint64_t a, b;

    if (n > 2 * sizeof head) {
        memcpy(p, s, n);
    } else if (n >= sizeof head) {
        memcpy(&head, s, sizeof head);
        memcpy(&tail, s + n - sizeof tail, sizeof tail);
        memcpy(p, &head, sizeof head);
        memcpy(p + n - sizeof tail, &tail, sizeof tail);
    } else if (n >= sizeof a) {
        memcpy(&a, s, sizeof a);
        memcpy(&b, s + n - sizeof b, sizeof b);
        memcpy(p, &a, sizeof a);
        memcpy(p + n - sizeof b, &b, sizeof b);
    } else {
        for (size_t i = 0; i < n; i++)
            p[i] = s[i];
    }
    return p + n;
}

static void buf_pad(struct buf *text)
{
    memset(buf_reserve(text, BLOCK), 0, BLOCK);
}

static void put_consts(struct buf *out, const struct expose_options *o)
{
    for (unsigned i = 0; i < o->nconst; i++) {
        if (i)
            buf_char(out, ',');
        buf_str(out, o->const_names[i]);
        buf_str(out, "=\"");
        escape_text(out, slice_str(o->const_values[i]), ESCAPE_LABEL);
        buf_char(out, '"');
    }
}

/* With braces and a blank behind, if there is a name. *t must be zeroed. */
static void notation_init(struct notation *t, const struct expose_options *o,
                          const struct family_spec *spec, struct slice name, const char *suffix)
{
    bool braces = name.n && (o->nconst || spec->nlabels);

    buf_slice(&t->text, name);
    buf_str(&t->text, suffix);
    buf_str(&t->text, braces ? "{" : "");
    put_consts(&t->text, o);
    for (unsigned i = 0; i < spec->nlabels; i++) {
        if (i || o->nconst)
            buf_char(&t->text, ',');
        buf_str(&t->text, spec->labels[i]);
        buf_str(&t->text, "=\"");
        t->begin[i + 1] = t->text.n;
        buf_char(&t->text, '"');
    }
    buf_str(&t->text, braces ? "}" : "");
    buf_str(&t->text, name.n ? " " : "");
    t->begin[spec->nlabels + 1] = t->text.n;
    buf_pad(&t->text);
}

/* Puts it at the end of *out with the values of `set`, and room for so many bytes more behind it;
 * returns where they go. A value is copied as it stands when nothing in the set needs an escape. */
static char *put_notation(struct buf *out, const struct notation *t, const struct label_set *set,
                          unsigned nlabels, size_t more)
{
    const char *value = label_set_text(set, nlabels);
    size_t room = t->text.n + 2 * label_set_bytes(set, nlabels) + BLOCK; /* all may need escapes */
    char *p = put_piece(buf_reserve(out, room + more), t->text.p, t->begin[1]);

    for (unsigned i = 0; i < nlabels; i++) {
        size_t n = set->len[i];

        p = set->plain ? put(p, value, n) : escape_put(p, slice_make(value, n), ESCAPE_LABEL);
        value += n;
        p = put_piece(p, t->text.p + t->begin[i + 1], t->begin[i + 2] - t->begin[i + 1]);
    }
    return p;
}

static bool with_total(const struct family_copy *f)
{
    return f->info->spec.type == FAMILY_COUNTER &&
           slice_ends(slice_str(f->info->spec.name), SLICE("_total"));
}

/* A line up to its value. */
static char *begin_line(struct family_text *t, const struct notation *n,
                        const struct label_set *set, size_t more)
{
    return put_notation(t->out, n, set, t->f->info->spec.nlabels, 3 * NUM_TEXT + more);
}

/* What follows the value: timestamp, exemplar, line feed. */
static inline void end_line(struct family_text *t, char *p, struct slice exemplar)
{
    p = put(p, t->stamp, t->nstamp);
    if (exemplar.n)
        p = put(p, exemplar.p, exemplar.n);
    *p++ = '\n';
    buf_commit(t->out, p);
}

static void put_created(struct family_text *t, const struct label_set *set)
{
    int64_t created_ns = atomic_load_explicit(&set->created_ns, memory_order_relaxed);
    char *p;

    if (!t->created.text.n || created_ns <= 0)
        return;
    p = begin_line(t, &t->created, set, 0);
    p += num_format(p, (double)created_ns / 1e9);
    end_line(t, p, (struct slice){0});
}

static struct slice exemplar_of(const struct family_text *t, uint32_t index, unsigned slot)
{
    bool shown = t->openmetrics && !(t->o->flags & EXPOSE_TIMES);

    return shown ? exemplars_text(&t->f->exemplars, index, slot) : (struct slice){0};
}

static void put_single(struct family_text *t, const struct series *at)
{
    const struct family_cells *c = &t->f->cells;
    struct slice exemplar = {0};
    char *p;

    if (with_total(t->f))
        exemplar = exemplar_of(t, at->index, 0);
    p = begin_line(t, &t->one, at->labels, exemplar.n);
    if (t->f->info->spec.type == FAMILY_COUNTER)
        p += counter_format(p, &c->counter[at->index]);
    else
        p += num_format(p, c->gauge[at->index].value);
    end_line(t, p, exemplar);
    put_created(t, at->labels);
}

/* A histogram's line up to its value. */
static inline char *begin_framed(struct family_text *t, unsigned before, unsigned behind,
                                 size_t more)
{
    const char *a = t->parts.p + t->part_begin[before], *b = t->parts.p + t->part_begin[behind];
    size_t na = t->part_begin[before + 1] - t->part_begin[before];
    size_t nb = t->part_begin[behind + 1] - t->part_begin[behind];
    char *p = buf_reserve(t->out, na + t->labels.n + nb + 3 * NUM_TEXT + BLOCK + more);

    p = put_piece(p, a, na);
    p = put(p, t->labels.p, t->labels.n);
    return put_piece(p, b, nb);
}

static void put_histogram(struct family_text *t, const struct series *at)
{
    const struct family_spec *spec = &t->f->info->spec;
    const struct histogram *h = histogram_at(&t->f->cells, at->index);
    uint64_t count = 0;
    char *p;

    buf_clear(&t->labels);
    buf_commit(&t->labels, put_notation(&t->labels, &t->one, at->labels, spec->nlabels, 0));
    for (unsigned i = 0; i <= spec->nbuckets; i++) {
        struct slice exemplar = exemplar_of(t, at->index, i);

        p = begin_framed(t, PART_BUCKET, PART_LE + i, exemplar.n);
        p += num_format_u64(p, count += h->bucket[i]);
        end_line(t, p, exemplar);
    }
    p = begin_framed(t, PART_SUM, PART_END, 0);
    p += num_format(p, nsum_value(&h->sum));
    end_line(t, p, (struct slice){0});
    p = begin_framed(t, PART_COUNT, PART_END, 0);
    p += num_format_u64(p, count);
    end_line(t, p, (struct slice){0});
    put_created(t, at->labels);
}

struct slice metric_name_unit(struct slice base)
{
    static const char *const units[] = {"seconds", "bytes",   "ratio",  "celsius", "meters",
                                        "volts",   "amperes", "joules", "grams"};

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct slice unit = slice_str(units[i]);

        if (base.n > unit.n + 1 && slice_ends(base, unit) && base.p[base.n - unit.n - 1] == '_')
            return unit;
    }
    return (struct slice){0};
}

static void put_meta(struct family_text *t, const char *what, struct slice text)
{
    buf_str(t->out, what);
    buf_slice(t->out, t->base);
    buf_char(t->out, ' ');
    buf_slice(t->out, text);
    buf_char(t->out, '\n');
}

static void put_help(struct family_text *t)
{
    struct slice help = slice_str(t->f->info->spec.help);

    buf_str(t->out, "# HELP ");
    buf_slice(t->out, t->base);
    buf_char(t->out, ' ');
    escape_text(t->out, help, t->openmetrics ? ESCAPE_LABEL : ESCAPE_HELP);
    buf_char(t->out, '\n');
}

static void put_metadata(struct family_text *t)
{
    const char *type = family_type_text(t->f->info->spec.type);
    struct slice unit = metric_name_unit(t->base);

    if (!t->openmetrics) {
        put_help(t);
        put_meta(t, "# TYPE ", slice_str(type));
        return;
    }
    if (t->f->info->spec.type == FAMILY_COUNTER && !with_total(t->f))
        type = "unknown";
    put_meta(t, "# TYPE ", slice_str(type));
    if (unit.n)
        put_meta(t, "# UNIT ", unit);
    put_help(t);
}

static void prepare_stamp(struct family_text *t)
{
    char number[NUM_TEXT];
    size_t n;

    if (!(t->o->flags & EXPOSE_TIMES))
        return;
    n = num_format(number, t->openmetrics ? (double)t->o->time_ms / 1e3 : (double)t->o->time_ms);
    t->stamp[0] = ' ';
    memcpy(t->stamp + 1, number, n);
    t->nstamp = n + 1;
}

static void add_part(struct family_text *t, unsigned i, const char *name, const char *text)
{
    buf_str(&t->parts, name);
    buf_str(&t->parts, text);
    t->part_begin[i + 1] = t->parts.n;
}

static void prepare_parts(struct family_text *t)
{
    const struct family_spec *spec = &t->f->info->spec;
    bool labels = t->o->nconst || spec->nlabels;
    char le[NUM_TEXT];

    add_part(t, PART_BUCKET, spec->name, "_bucket{");
    add_part(t, PART_SUM, spec->name, labels ? "_sum{" : "_sum");
    add_part(t, PART_COUNT, spec->name, labels ? "_count{" : "_count");
    add_part(t, PART_END, "", labels ? "} " : " ");
    for (unsigned i = 0; i <= spec->nbuckets; i++) {
        num_format_le(le, i < spec->nbuckets ? spec->buckets[i] : (double)INFINITY);
        buf_fmt(&t->parts, "%sle=\"%s\"} ", labels ? "," : "", le);
        add_part(t, PART_LE + i, "", "");
    }
    buf_pad(&t->parts);
}

static void prepare(struct family_text *t)
{
    const struct family_spec *spec = &t->f->info->spec;
    bool total = with_total(t->f);

    t->base = slice_str(spec->name);
    if (t->openmetrics && total)
        t->base.n -= sizeof "_total" - 1;
    prepare_stamp(t);
    if (spec->type == FAMILY_HISTOGRAM) {
        prepare_parts(t);
        notation_init(&t->one, t->o, spec, (struct slice){0}, "");
    } else {
        notation_init(&t->one, t->o, spec, slice_str(spec->name), "");
    }
    if (t->openmetrics && (t->o->flags & EXPOSE_CREATED) &&
        (spec->type == FAMILY_HISTOGRAM || total))
        notation_init(&t->created, t->o, spec, t->base, "_created");
}

void expose_text_family(const struct family_copy *f, const struct expose_options *o,
                        struct buf *out)
{
    struct family_text t = {
        .f = f, .o = o, .openmetrics = o->format == EXPOSE_OPENMETRICS, .out = out};
    struct series_order order;
    struct series at;

    prepare(&t);
    if (!(o->flags & EXPOSE_NO_META))
        put_metadata(&t);
    series_order_init(&order, f, o->flags & EXPOSE_SORTED);
    while (f->exposed && series_order_next(&order, &at)) {
        if (f->info->spec.type == FAMILY_HISTOGRAM)
            put_histogram(&t, &at);
        else
            put_single(&t, &at);
    }
    series_order_release(&order);
    buf_release(&t.one.text);
    buf_release(&t.created.text);
    buf_release(&t.parts);
    buf_release(&t.labels);
}
