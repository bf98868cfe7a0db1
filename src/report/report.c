/* report -- the files one after the other: all lines through one session, which folds as `run` would, then
 * those that are looked at one by one through another, which traces them. */
#include "config.h"

#include "report/report.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum { BARE_MAX = 1000 }; /* places; beyond, the rules have much the same trouble everywhere */

static void keep(char into[EXAMPLE_MAX + 1], struct slice text)
{
    size_t n = utf8_cut(text, EXAMPLE_MAX);

    memcpy(into, text.p, n);
    into[n] = '\0';
}

static void note_bare(void *ctx, const struct bare_number *b)
{
    struct report *r = ctx;
    size_t i = 0;

    while (i < r->nbare && (r->bare[i].first.at != b->at || r->bare[i].first.field != b->field))
        i++;
    if (i == BARE_MAX)
        return;
    if (i == r->nbare) {
        GROW(r->bare, r->nbare, r->bare_cap);
        r->bare[r->nbare++] = (struct bare_place){.first = *b};
        r->bare[i].first.text = (struct slice){0};
        keep(r->bare[i].text, b->text);
    }
    r->bare[i].lines++;
}

static void note_event(struct report *r, const struct trace *t, unsigned event)
{
    const struct event *e = &t->record->rules->events[event];
    struct members *m = t->trials[event].members;

    if (!e->each) {
        bare_find(t->record, e, note_bare, r);
        return;
    }
    for (unsigned k = 0; k < m->n; k++) {
        each_show(t->record, e, m, k);
        bare_find(t->record, e, note_bare, r);
    }
    each_hide(t->record, e, m);
}

static void note_time(struct report *r, const struct record *line)
{
    struct bad_time *first = &r->times[line->source->log];

    if (!line->time_bad || line->time_own || first->any)
        return;
    first->any = true;
    first->from = line->told.from;
    keep(first->text, line->told.text);
}

/* Of what the line is, or of a span that was given up. */
static void note_events(struct report *r, const struct trace *t)
{
    for (unsigned i = 0; i < t->record->rules->nevents; i++)
        if (t->trials[i].is_event)
            note_event(r, t, i);
}

static void note_given_up(void *ctx, const struct trace *t)
{
    note_events(ctx, t);
}

static void note_line(void *ctx, const struct trace *t)
{
    struct report *r = ctx;

    if (t->result != RECORD_LINE)
        return;
    r->looked_at++;
    note_time(r, t->record);
    note_events(r, t);
}

static void note_unmatched(void *ctx, const struct source *source, struct slice line)
{
    struct report *r = ctx;

    (void)source;
    kinds_add(&r->kinds, line);
}

/* Of a block, what is still to be looked at. */
static size_t piece_to_look_at(void *ctx, struct slice rest)
{
    struct report *r = ctx;
    struct slice left = rest, line;

    if (r->options.looked_at == 0)
        return rest.n;
    for (; r->left && slice_cut(&left, '\n', &line); r->left--)
        ;
    return rest.n - left.n;
}

static void read_all(struct report *r, struct session *s, struct held *held, struct buf *errors)
{
    for (size_t i = 0; i < r->inputs.n; i++) {
        const struct input *in = &r->inputs.list[i];
        struct session_range range = {in->path, in->stream, in->log, (uint32_t)i, 0, 0, NULL};
        struct buf err = BUF_INIT;

        range.held = held_lines(held, r->setup, in->log, in->path);
        r->left = r->options.looked_at;
        (void)session_read(s, &range, NULL, NULL, &err);
        if (errors && err.n)
            buf_fmt(errors, "%s%s", errors->n ? "\n" : "", err.p);
        buf_release(&err);
    }
}

static void count_all(struct report *r, struct held *held)
{
    struct engine_options options = {.unmatched = note_unmatched, .ctx = r};

    session_init(&r->counted, r->setup, SESSION_WHOLE, &options);
    read_all(r, &r->counted, held, &r->errors);
    kinds_find(&r->kinds);
}

static void look_at_lines(struct report *r, struct held *held)
{
    struct engine_options options = {.trace_hits_only = true};

    session_init(&r->looked, r->setup, SESSION_WHOLE, &options);
    r->looked.traced = note_line;
    r->looked.traced_ctx = r;
    r->looked.piece = piece_to_look_at;
    r->looked.piece_ctx = r;
    engine_trace_given_up(r->looked.engine, note_given_up, r);
    read_all(r, &r->looked, held, NULL);
}

int report_run(struct report *r, const struct setup *setup, struct held *held,
               const struct strings *files, const struct report_options *options)
{
    int code;

    *r = (struct report){.setup = setup, .options = *options};
    r->kinds.most = options->unmatched_max;
    if ((code = inputs_find(&r->inputs, setup, files, options->as, false)) >= 0)
        return code;
    r->times = xcalloc(setup->rules->nlogs, sizeof *r->times);
    count_all(r, held);
    look_at_lines(r, held);
    return -1;
}

void report_release(struct report *r)
{
    buf_release(&r->errors);
    kinds_release(&r->kinds);
    free(r->times);
    free(r->bare);
    if (r->looked.engine)
        session_release(&r->looked);
    if (r->counted.engine)
        session_release(&r->counted);
    inputs_release(&r->inputs);
    *r = (struct report){.setup = NULL};
}

/* Times are read when something needs them, and of lines that are looked at always. */
static struct registry *registry_of(const struct report *r, enum own_id id)
{
    return id == OWN_TIMES_UNREADABLE ? r->looked.registry : r->counted.registry;
}

void report_rows(const struct report *r, enum own_id id, report_row_fn *row, void *ctx)
{
    const struct family *f = own_family(registry_of(r, id), id);

    for (uint32_t i = 0; i < family_nseries(f); i++) {
        uint64_t n = family_counter(f, i)->whole;
        struct slice labels[LABELS_MAX] = {{0}};

        family_labels(f, i, labels);
        if (n)
            row(ctx, labels, n);
    }
}

uint64_t report_lines(const struct report *r)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < r->setup->rules->nlogs; i++)
        n += engine_counted(r->counted.engine, i);
    return n;
}

bool report_tries(const struct report *r, const struct event *e)
{
    for (size_t i = 0; i < r->inputs.n; i++)
        if (event_for_log(e, r->inputs.list[i].log))
            return e->used;
    return false;
}

bool report_never_there(const struct report *r, const struct slice *labels, uint64_t n)
{
    const struct ruleset *rules = r->setup->rules;

    for (unsigned i = 0; i < rules->nevents; i++)
        if (slice_eq(labels[1], slice_str(rules->events[i].name))) /* metric, event, reason */
            return slice_eq(labels[2], SLICE("missing")) && n >= engine_hits(r->counted.engine, i);
    return false;
}

unsigned report_log(const struct report *r, struct slice name)
{
    unsigned log = 0;

    while (!slice_eq(name, slice_str(r->setup->rules->logs[log].name)))
        log++;
    return log;
}

/* --- what --strict does not forgive ----------------------------------------------------------- */

struct failures {
    const struct report *r;
    uint64_t events, values, times;
};

/* A value that some lines lack is common. */
static void add_skipped(void *ctx, const struct slice *labels, uint64_t n)
{
    struct failures *f = ctx;

    if (!slice_eq(labels[2], SLICE("missing")) || report_never_there(f->r, labels, n))
        f->values += n;
}

static void add_times(void *ctx, const struct slice *labels, uint64_t n)
{
    struct failures *f = ctx;

    (void)labels;
    f->times += n;
}

/* That no span was left unfinished is good. */
static void add_never(struct failures *f)
{
    const struct ruleset *rules = f->r->setup->rules;

    for (unsigned i = 0; i < rules->nevents; i++)
        f->events += report_tries(f->r, &rules->events[i]) && !rules->events[i].unfinished &&
                     engine_hits(f->r->counted.engine, i) == 0;
}

void report_failures(const struct report *r, struct buf *out)
{
    struct failures f = {.r = r};

    add_never(&f);
    report_rows(r, OWN_RULE_SKIPPED, add_skipped, &f);
    report_rows(r, OWN_TIMES_UNREADABLE, add_times, &f);
    if (f.events + f.values + f.times)
        buf_fmt(out,
                "--strict: events that never happen: %llu, values skipped: %llu, times that "
                "could not be read: %llu",
                (unsigned long long)f.events, (unsigned long long)f.values,
                (unsigned long long)f.times);
}
