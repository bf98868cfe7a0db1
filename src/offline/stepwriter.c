/* stepwriter -- one sample's text is pending until it is known which series the next one begins.
 *
 * Series that are new since the last step are those at the end of their family's indexes; they are
 * copied at 0 into a registry that lives for one step. */
#include "config.h"

#include "offline/stepwriter.h"

#include "base/xalloc.h"

#include <stdlib.h>

struct stepwriter {
    struct session *session;
    struct stepwriter_options options;
    FILE *out;
    bool started;
    int64_t next_ns;    /* the next sample's time */
    struct buf pending; /* text of the sample before */
    int64_t pending_ns;
    uint32_t *known; /* per family: series that the sample before had */
    uint64_t written;
};

struct stepwriter *stepwriter_new(struct session *s, const struct stepwriter_options *options,
                                  FILE *out)
{
    struct stepwriter *t = xcalloc(1, sizeof *t);

    t->session = s;
    t->options = *options;
    t->out = out;
    t->known = xcalloc(registry_nfamilies(s->registry) + 1, sizeof *t->known);
    return t;
}

void stepwriter_free(struct stepwriter *t)
{
    if (!t)
        return;
    buf_release(&t->pending);
    free(t->known);
    free(t);
}

static void expose_at(struct stepwriter *t, struct registry *r, int64_t time_ns, struct buf *out)
{
    struct expose_options o = {
        .format = EXPOSE_OPENMETRICS,
        .flags = EXPOSE_NO_OWN | EXPOSE_NO_META | EXPOSE_BARE | EXPOSE_TIMES,
        .time_ms = time_ns / 1000000,
        .nconst = t->options.nlabels,
        .const_names = t->options.names,
        .const_values = t->options.values,
    };

    expose_registry(r, &o, out);
}

static void copy_at_zero(const struct family *f, uint32_t index, struct registry *zeros)
{
    struct family *copy = registry_family(zeros, family_spec(f));
    struct slice values[LABELS_MAX];

    family_labels(f, index, values);
    (void)family_series(copy, values, 0, NULL);
    family_touch(copy);
}

static int64_t floor_to(int64_t time_ns, int64_t step_ns)
{
    int64_t rest = time_ns % step_ns;

    return time_ns - (rest < 0 ? rest + step_ns : rest);
}

/* What there is now is not new any more. */
static void remember(struct stepwriter *t)
{
    const struct registry *r = t->session->registry;

    for (unsigned i = 0; i < registry_nfamilies(r); i++)
        t->known[i] = family_nseries(registry_at(r, i));
}

static void begin(struct stepwriter *t, int64_t time_ns)
{
    t->started = true;
    t->next_ns = floor_to(time_ns - 1, t->options.step_ns);
    remember(t);
}

/* Appends zeros for series that are new since `remember` to the sample before. A series without
 * labels is there from the start; a gauge has no need of a zero. */
static void add_zeros(struct stepwriter *t)
{
    const struct registry *r = t->session->registry;
    struct registry_limits limits = {0};
    struct registry *zeros = registry_new(&limits);

    for (unsigned i = 0; i < registry_nfamilies(r); i++) {
        const struct family *f = registry_at(r, i);
        const struct family_spec *spec = family_spec(f);

        if (spec->own || spec->type == FAMILY_GAUGE || spec->nlabels == 0)
            continue;
        for (uint32_t k = t->known[i]; k < family_nseries(f); k++)
            copy_at_zero(f, k, zeros);
    }
    expose_at(t, zeros, t->pending_ns, &t->pending);
    registry_free(zeros);
}

static void write_pending(struct stepwriter *t)
{
    if (t->pending.n && t->pending_ns >= t->options.start_ns &&
        t->pending_ns <= t->options.end_ns) {
        fwrite(t->pending.p, 1, t->pending.n, t->out);
        t->written++;
    }
    buf_clear(&t->pending);
}

/* Zeros come before expiry: that moves the indexes by which new series are known. */
static void take_sample(struct stepwriter *t, int64_t time_ns)
{
    add_zeros(t);
    write_pending(t);
    registry_expire(t->session->registry, time_ns);
    remember(t);
    t->pending_ns = time_ns;
    if (time_ns <= t->options.end_ns)
        expose_at(t, t->session->registry, time_ns, &t->pending);
}

/* Of the steps before `start` nothing is written; only the last of them matters. */
static void skip_early(struct stepwriter *t, int64_t time_ns)
{
    int64_t step_ns = t->options.step_ns;
    int64_t until_ns = time_ns < t->options.start_ns ? time_ns : t->options.start_ns;

    if (t->options.start_ns != INT64_MIN && t->next_ns < until_ns - 2 * step_ns)
        t->next_ns = floor_to(until_ns, step_ns) - step_ns;
}

void stepwriter_advance(struct stepwriter *t, int64_t time_ns)
{
    if (!t->started)
        begin(t, time_ns);
    skip_early(t, time_ns);
    for (; t->next_ns < time_ns; t->next_ns += t->options.step_ns)
        take_sample(t, t->next_ns);
}

uint64_t stepwriter_finish(struct stepwriter *t)
{
    if (t->started)
        take_sample(t, t->next_ns);
    write_pending(t);
    fputs("# EOF\n", t->out);
    return t->written;
}
