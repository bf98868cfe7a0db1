/* against -- the files one after the other through one session, which folds as `run` would. */
#include "config.h"

#include "cmd/against.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum {
    BARE_MAX = 1000,       /* places; beyond, the rules have much the same trouble everywhere */
    TEXTS_MAX = 200000,    /* different unmatched lines that are put together to shapes */
    TEXT_BYTES = 64 << 20, /* of them, and of a line of each */
    SHAPE_LINE_MAX = 4096, /* of one; what is behind tells kinds of lines apart no better */
};

static void keep(char into[EXAMPLE_MAX + 1], struct slice text)
{
    size_t n = utf8_cut(text, EXAMPLE_MAX);

    memcpy(into, text.p, n);
    into[n] = '\0';
}

static void note_bare(void *ctx, const struct bare_number *b)
{
    struct against *a = ctx;
    size_t i = 0;

    while (i < a->nbare && (a->bare[i].first.at != b->at || a->bare[i].first.field != b->field))
        i++;
    if (i == BARE_MAX)
        return;
    if (i == a->nbare) {
        GROW(a->bare, a->nbare, a->bare_cap);
        a->bare[a->nbare++] = (struct bare_place){.first = *b};
        a->bare[i].first.text = (struct slice){0};
        keep(a->bare[i].text, b->text);
    }
    a->bare[i].lines++;
}

static void note_event(struct against *a, const struct trace *t, unsigned event)
{
    const struct event *e = &t->record->rules->events[event];
    struct members *m = t->trials[event].members;

    if (!e->each) {
        bare_find(t->record, e, note_bare, a);
        return;
    }
    for (unsigned k = 0; k < m->n; k++) {
        each_show(t->record, e, m, k);
        bare_find(t->record, e, note_bare, a);
    }
    each_hide(t->record, e, m);
}

static void note_time(struct against *a, const struct record *r)
{
    struct bad_time *first = &a->times[r->source->log];

    if (!r->time_bad || r->time_own || first->any)
        return;
    first->any = true;
    first->from = r->told.from;
    keep(first->text, r->told.text);
}

/* JSON says what its fields say; as a text it may be one word. */
struct saying {
    struct buf text;
    struct arena *scratch;
};

static void say_field(void *ctx, struct slice name, const struct field *value)
{
    struct saying *s = ctx;
    struct field copy = *value;

    if (s->text.n < SHAPE_LINE_MAX)
        buf_fmt(&s->text, "%s%.*s=", s->text.n ? " " : "", SLICE_FMT(name));
    if (s->text.n < SHAPE_LINE_MAX)
        buf_slice(&s->text, field_text(&copy, s->scratch));
}

static struct slice what_it_says(struct record *r, struct slice line, struct saying *s)
{
    s->scratch = &r->scratch;
    if (r->decoded == DECODED_JSON)
        (void)json_each(r->line, say_field, s);
    return s->text.n ? buf_all(&s->text) : line;
}

/* A record goes by its first line. */
static void note_unmatched(struct against *a, struct record *r)
{
    struct slice rest = r->line, line, text;
    struct saying s = {.text = BUF_INIT};

    if (a->shapes.texts.n >= TEXTS_MAX || a->shape_bytes >= TEXT_BYTES) {
        a->ungrouped++;
        return;
    }
    (void)slice_cut(&rest, '\n', &line);
    text = what_it_says(r, line, &s);
    text.n = utf8_cut(text, SHAPE_LINE_MAX);
    if (shapes_add(&a->shapes, text) == a->nexamples) {
        GROW(a->examples, a->nexamples, a->examples_cap);
        a->examples[a->nexamples++] = xstrslice(slice_make(line.p, utf8_cut(line, SHAPE_LINE_MAX)));
        a->shape_bytes += 2 * text.n;
    }
    buf_release(&s.text);
}

/* Of what the line is, or of a span that was given up. */
static bool note_events(struct against *a, const struct trace *t)
{
    bool any = false;

    for (unsigned i = 0; i < t->record->rules->nevents; i++) {
        if (!t->trials[i].is_event)
            continue;
        note_event(a, t, i);
        any = true;
    }
    return any;
}

static void note_given_up(void *ctx, const struct trace *t)
{
    (void)note_events(ctx, t);
}

static void note_line(void *ctx, const struct trace *t)
{
    struct against *a = ctx;

    if (t->result != RECORD_LINE)
        return;
    note_time(a, t->record);
    if (!note_events(a, t))
        note_unmatched(a, t->record);
}

static int by_count(const void *x, const void *y)
{
    const struct shape *a = x, *b = y;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return slice_cmp(a->example, b->example);
}

static void read_all(struct against *a)
{
    for (size_t i = 0; i < a->inputs.n; i++) {
        const struct input *in = &a->inputs.list[i];
        struct session_range range = {in->path, in->stream, in->log, (uint32_t)i, 0, 0};
        struct buf err = BUF_INIT;

        (void)session_read(&a->session, &range, NULL, NULL, &err);
        if (err.n)
            buf_fmt(&a->errors, "%s%s", a->errors.n ? "\n" : "", err.p);
        buf_release(&err);
    }
    shapes_find(&a->shapes);
    if (a->shapes.nshapes)
        qsort(a->shapes.shapes, a->shapes.nshapes, sizeof *a->shapes.shapes, by_count);
}

int against_read(struct against *a, const struct setup *setup, const struct strings *files,
                 const char *as)
{
    struct engine_options options = {.trace_hits_only = true};
    int code;

    *a = (struct against){.setup = setup};
    if ((code = inputs_find(&a->inputs, setup, files, as, false)) >= 0)
        return code;
    a->times = xcalloc(setup->rules->nlogs, sizeof *a->times);
    session_init(&a->session, setup, SESSION_WHOLE, &options);
    a->session.traced = note_line;
    a->session.traced_ctx = a;
    engine_trace_given_up(a->session.engine, note_given_up, a);
    read_all(a);
    return -1;
}

void against_release(struct against *a)
{
    buf_release(&a->errors);
    for (size_t i = 0; i < a->nexamples; i++)
        free(a->examples[i]);
    free(a->examples);
    shapes_release(&a->shapes);
    free(a->times);
    free(a->bare);
    if (a->session.engine)
        session_release(&a->session);
    inputs_release(&a->inputs);
}

void against_rows(const struct against *a, enum own_id id, against_row_fn *row, void *ctx)
{
    const struct family *f = own_family(a->session.registry, id);

    for (uint32_t i = 0; i < family_nseries(f); i++) {
        uint64_t n = family_counter(f, i)->whole;
        struct slice labels[LABELS_MAX] = {{0}};

        family_labels(f, i, labels);
        if (n)
            row(ctx, labels, n);
    }
}

uint64_t against_lines(const struct against *a)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < a->setup->rules->nlogs; i++)
        n += engine_counted(a->session.engine, i);
    return n;
}

bool against_tries(const struct against *a, const struct event *e)
{
    for (size_t i = 0; i < a->inputs.n; i++)
        if (event_for_log(e, a->inputs.list[i].log))
            return e->used;
    return false;
}

bool against_never_there(const struct against *a, const struct slice *labels, uint64_t n)
{
    const struct ruleset *rules = a->setup->rules;

    for (unsigned i = 0; i < rules->nevents; i++)
        if (slice_eq(labels[1], slice_str(rules->events[i].name))) /* metric, event, reason */
            return slice_eq(labels[2], SLICE("missing")) && n >= engine_hits(a->session.engine, i);
    return false;
}

unsigned against_log(const struct against *a, struct slice name)
{
    unsigned log = 0;

    while (!slice_eq(name, slice_str(a->setup->rules->logs[log].name)))
        log++;
    return log;
}

struct slice against_example(const struct against *a, const struct shape *s)
{
    uint64_t text = 0;

    (void)map_get(&a->shapes.texts.numbers, s->example, &text);
    return slice_str(a->examples[text]);
}

static const char *class_word(enum word_class class)
{
    static const char *const words[WORD_CLASSES] = {
        [WORD_NUMBER] = "number", [WORD_TIME] = "time",         [WORD_DATE] = "date",
        [WORD_SIZE] = "size",     [WORD_DURATION] = "duration", [WORD_PERCENT] = "percent",
        [WORD_ID] = "id",         [WORD_ADDRESS] = "address",   [WORD_PATH] = "path",
        [WORD_METHOD] = "method", [WORD_BOOL] = "bool",         [WORD_QUOTED] = "quoted",
    };

    return words[class] ? words[class] : "...";
}

void against_shape(const struct shape *s, struct buf *out)
{
    for (size_t i = 0; i < s->nwords; i++) {
        const struct shape_word *w = &s->words[i];

        if (i)
            buf_char(out, ' ');
        buf_slice(out, w->before);
        if (w->variable)
            buf_fmt(out, "<%s>", class_word(w->class));
        else
            buf_slice(out, w->text);
        buf_slice(out, w->after);
    }
    if (s->open)
        buf_str(out, " ...");
}

/* --- what --strict does not forgive ----------------------------------------------------------- */

struct failures {
    const struct against *a;
    uint64_t events, values, times;
};

/* A value that some lines lack is common. */
static void add_skipped(void *ctx, const struct slice *labels, uint64_t n)
{
    struct failures *f = ctx;

    if (!slice_eq(labels[2], SLICE("missing")) || against_never_there(f->a, labels, n))
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
    const struct ruleset *rules = f->a->setup->rules;

    for (unsigned i = 0; i < rules->nevents; i++)
        f->events += against_tries(f->a, &rules->events[i]) && !rules->events[i].unfinished &&
                     engine_hits(f->a->session.engine, i) == 0;
}

void against_failures(const struct against *a, struct buf *out)
{
    struct failures f = {.a = a};

    add_never(&f);
    against_rows(a, OWN_RULE_SKIPPED, add_skipped, &f);
    against_rows(a, OWN_TIMES_UNREADABLE, add_times, &f);
    if (f.events + f.values + f.times)
        buf_fmt(out,
                "--strict: events that never happen: %llu, values skipped: %llu, times that "
                "could not be read: %llu",
                (unsigned long long)f.events, (unsigned long long)f.values,
                (unsigned long long)f.times);
}
