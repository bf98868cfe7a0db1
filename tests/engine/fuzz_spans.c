/* Fuzzer: a byte for what follows. Either lines, three bytes each, that begin, end, do both or neither:
 * what an engine counts, which is now and then made anew from what it saved, must be what a plain list of
 * open spans counts here. Or open spans as an engine saves them: they are taken or refused. */
#include "config.h"

#include "engine/engine.h"
#include "engine/loaded.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLACK = 64, TIMEOUT = 10, MAX_OPEN = 3, KEYS = 6 };
#define SECOND INT64_C(1000000000)
#define NOW (INT64_C(1762942530) * SECOND)

static const char rules_text[] =
    "[log x]\npath = /x\n[event b]\nwhere = op =~ b\n[event e]\nwhere = op =~ e\nset.w = <${v}>\n"
    "[span s]\nbegin = b\nend = e\nkey = k\ntimeout = 10s\nmax_open = 3\n"
    "[counter s_total]\ninc = s\nlabels = v, w, b=begin.v\n[gauge sum]\nadd = s\nvalue = "
    "_duration\n"
    "[event odd]\nof = e\nunless = s\n[counter odd_total]\ninc = odd\n"
    "[counter lost_total]\ninc = s.unfinished\nlabels = v\n";

static const char *const reasons[] = {"no_begin", "no_key", "replaced",
                                      "timeout",  "full",   "negative"};
enum { NO_BEGIN, NO_KEY, REPLACED, TIMED_OUT, FULL, NEGATIVE, REASONS };

/* One line of the input. */
struct step {
    bool begins, ends;
    unsigned key; /* KEYS: none */
    bool timed;
    int64_t ns;
};

/* --- the list --------------------------------------------------------------------------------- */

struct open {
    unsigned key;
    int64_t ns;
    bool own;
};

struct list {
    struct open open[MAX_OPEN + 2]; /* by time, those of one time as they came */
    unsigned n;
    int64_t clock, last; /* last: of a line with any time; 0 = none yet */
    bool clock_of_lines;
    uint64_t counts[REASONS], ended;
    int64_t sum;
};

static void take_out(struct list *l, unsigned i)
{
    memmove(&l->open[i], &l->open[i + 1], (l->n - i - 1) * sizeof *l->open);
    l->n--;
}

static void put_in(struct list *l, struct open o)
{
    unsigned i = l->n;

    for (; i > 0 && l->open[i - 1].ns > o.ns; i--)
        l->open[i] = l->open[i - 1];
    l->open[i] = o;
    l->n++;
}

static unsigned find(const struct list *l, unsigned key)
{
    unsigned i = 0;

    while (i < l->n && l->open[i].key != key)
        i++;
    return i;
}

static void end_in_list(struct list *l, const struct step *s, int64_t ns, bool own)
{
    unsigned i = find(l, s->key);

    if (i == l->n) {
        l->counts[NO_BEGIN]++;
        return;
    }
    l->ended++;
    if (own && l->open[i].own) {
        l->counts[NEGATIVE] += ns < l->open[i].ns;
        l->sum += ns < l->open[i].ns ? 0 : ns - l->open[i].ns;
    }
    take_out(l, i);
}

static void begin_in_list(struct list *l, const struct step *s, int64_t ns, bool own)
{
    unsigned i = find(l, s->key);

    if (i < l->n) {
        l->counts[REPLACED]++;
        take_out(l, i);
    }
    put_in(l, (struct open){s->key, ns, own});
    if (l->n <= MAX_OPEN)
        return;
    l->counts[FULL]++;
    take_out(l, 0);
}

static void move(struct list *l, int64_t ns, bool own)
{
    if (l->n == 0 || (own && !l->clock_of_lines))
        l->clock = ns;
    else if ((own || !l->clock_of_lines) && ns > l->clock)
        l->clock = ns;
    l->clock_of_lines = own || (l->clock_of_lines && l->n > 0);
}

static void step_list(struct list *l, const struct step *s)
{
    int64_t ns = s->timed ? s->ns : l->last ? l->last : NOW;
    bool own = s->timed, moved;

    if (s->timed)
        l->last = s->ns;
    if (ns > NOW + 86400 * SECOND) {
        own = false;
        ns = l->n ? l->clock : NOW;
    }
    moved = l->n > 0;
    if (moved)
        move(l, ns, own);
    while (l->n && l->open[0].ns + TIMEOUT * SECOND < l->clock) {
        l->counts[TIMED_OUT]++;
        take_out(l, 0);
    }
    if (s->key == KEYS) {
        l->counts[NO_KEY] += s->begins || s->ends;
        return;
    }
    if (s->ends)
        end_in_list(l, s, ns, own);
    if (s->begins) {
        if (!moved)
            move(l, ns, own);
        begin_in_list(l, s, ns, own);
    }
}

/* --- the engine ------------------------------------------------------------------------------- */

struct reading {
    const struct ruleset *rules;
    struct registry *registry;
    struct engine *engine;
    struct source *source;
};

static void make(struct reading *r)
{
    r->engine = engine_new(r->rules, r->registry, &(struct engine_options){.max_line = 1000}, NOW);
    engine_set_time(r->engine, NOW, NOW);
    r->source = source_new(r->rules, 0, "/x", 0);
}

static void release(struct reading *r)
{
    source_free(r->source);
    engine_free(r->engine);
}

/* The next engine goes on with the same values. */
static void restart(struct reading *r)
{
    struct buf spans = BUF_INIT, source = BUF_INIT;
    struct spans_report report;
    int result;

    engine_save_spans(r->engine, &spans);
    source_save(r->source, &source);
    release(r);
    make(r);
    result = engine_load_spans(r->engine, buf_all(&spans), &report);
    assert(result == 0 && report.given_up == 0 && report.forgotten == 0);
    result = source_load(r->source, buf_all(&source));
    assert(result == 0);
    buf_release(&spans);
    buf_release(&source);
}

static void step_engine(struct reading *r, const struct step *s, unsigned number)
{
    char room[SLACK + 200 + SLACK] = {0}, *line = room + SLACK;
    int n = snprintf(line, 200, "op=%s%s%s v=%u", s->begins ? "b" : "", s->ends ? "e" : "",
                     s->begins || s->ends ? "" : "x", number % 7);

    if (s->key < KEYS)
        n += snprintf(line + n, 30, " k=%u", s->key);
    if (s->timed)
        n += snprintf(line + n, 60, " time=%lld", (long long)(s->ns / SECOND));
    line[n++] = '\n';
    engine_lines(r->engine, r->source, line, (size_t)n);
}

static uint64_t count_of(const struct reading *r, const char *reason)
{
    struct family *f = registry_find(r->registry, SLICE("logtally_spans_unmatched_total"));
    struct slice labels[] = {SLICE("s"), slice_str(reason)};
    uint32_t i = 0;

    if (!family_lookup(f, labels, &i))
        abort();
    return family_counter(f, i)->whole;
}

static double gauge_of(const struct reading *r, const char *name, const struct slice *labels)
{
    struct family *f = registry_find(r->registry, slice_str(name));
    uint32_t i = 0;

    return family_lookup(f, labels, &i) ? family_cells(f)->gauge[i].value : 0;
}

static void compare(const struct reading *r, const struct list *l)
{
    struct slice span = SLICE("s");
    bool same = gauge_of(r, "logtally_spans_open", &span) == l->n &&
                gauge_of(r, "sum", NULL) == (double)(l->sum / SECOND) &&
                engine_hits(r->engine, (unsigned)ruleset_event(r->rules, SLICE("s"))) == l->ended;

    for (int i = 0; i < REASONS; i++)
        same &= count_of(r, reasons[i]) == l->counts[i];
    if (same)
        return;
    for (int i = 0; i < REASONS; i++)
        fprintf(stderr, "%s: %llu, not %llu\n", reasons[i],
                (unsigned long long)count_of(r, reasons[i]), (unsigned long long)l->counts[i]);
    fprintf(stderr, "open %g, not %u; sum %g, not %lld\n",
            gauge_of(r, "logtally_spans_open", &span), l->n, gauge_of(r, "sum", NULL),
            (long long)(l->sum / SECOND));
    abort();
}

static void read_lines(struct reading *r, const uint8_t *data, size_t size)
{
    struct list l = {.n = 0};

    for (size_t i = 0; i + 3 <= size; i += 3) {
        struct step s = {
            .begins = data[i] & 1,
            .ends = data[i] & 2,
            .key = (data[i] >> 2) % (KEYS + 1),
            .timed = data[i + 1] % 5,
            .ns = NOW + ((int64_t)(int8_t)data[i + 2] / 4 - 100) * SECOND,
        };

        if (data[i + 1] > 250)
            s.ns += 2 * 86400 * SECOND;
        step_engine(r, &s, (unsigned)i);
        step_list(&l, &s);
        compare(r, &l);
        if (data[i + 1] % 7 == 0)
            restart(r);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ruleset *rules;
    struct reading r = {.registry = registry_new(&(struct registry_limits){.max_series = 100})};
    struct spans_report report;

    if (!rules)
        rules = loaded(rules_text);
    r.rules = rules;
    make(&r);
    if (size > 1 && data[0] % 4)
        read_lines(&r, data + 1, size - 1);
    else if (size > 1 && engine_load_spans(r.engine, slice_make((const char *)data + 1, size - 1),
                                           &report) == 0)
        restart(&r);
    release(&r);
    registry_free(r.registry);
    return 0;
}
