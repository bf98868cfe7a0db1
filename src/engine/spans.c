/* spans -- an index by key over all streams, and of each stream and span a heap by begin.
 *
 *     u32 format
 *     u32 spans    { blob name, definition; u32 n { blob name of a kept field } }
 *     u32 streams  { blob log, path; u64 clock, running time; u8 timed; u32 open
 *                    { u32 span; u64 begin, seq; u8 own; blob key, kept } }
 *
 * A text is a u32 of its length, the lowest byte first, and its bytes, in memory as in the state. Of spans that began at one
 * time the order of beginning is saved too: with max_open it decides which one goes. */
#include "config.h"

#include "engine/spans.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/word.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>

enum { FORMAT = 1, OPEN_BYTES = 1024, CUT_TOLD = 4 /* bytes: enough to see that it was longer */ };

struct span_queue {
    struct heap heap;
    size_t bytes; /* of texts */
};

struct spans {
    const struct ruleset *rules;
    size_t label_bytes;
    struct index by_path, by_key;
    struct span_stream *first;
    uint32_t nopen;
    struct heap stale;
    int64_t bound_ns; /* spans_over_before finds nothing before that */
};

/* --- texts ------------------------------------------------------------------------------------ */

static void put_text(char **at, struct slice text)
{
    uint32_t n = (uint32_t)text.n;

    word_store4(*at, n);
    if (n)
        memcpy(*at + sizeof n, text.p, n);
    *at += sizeof n + n;
}

/* The first of what lies in *rest; false when it is not whole. */
static bool take_text(struct slice *rest, struct slice *ret_text)
{
    uint32_t n;

    if (rest->n < sizeof n)
        return false;
    n = (uint32_t)word_load4(rest->p);
    if (rest->n - sizeof n < n)
        return false;
    *ret_text = slice_make(rest->p + sizeof n, n);
    *rest = slice_from(*rest, sizeof n + n);
    return true;
}

static struct slice nth_text(struct slice texts, unsigned i)
{
    struct slice text = {"", 0};

    do {
        if (!take_text(&texts, &text))
            return (struct slice){"", 0};
    } while (i-- > 0);
    return text;
}

static size_t texts_size(const struct slice *texts, unsigned n)
{
    size_t size = n * sizeof(uint32_t);

    for (unsigned i = 0; i < n; i++)
        size += texts[i].n;
    return size;
}

static struct slice key_of(const struct open_span *o)
{
    return slice_make(o->text, o->nkey);
}

static struct slice kept_of(const struct open_span *o)
{
    return slice_make(o->text + o->nkey, o->nkept);
}

struct slice open_span_key(const struct open_span *o, unsigned i)
{
    return nth_text(key_of(o), i);
}

struct slice open_span_kept(const struct open_span *o, unsigned i)
{
    return nth_text(kept_of(o), i);
}

/* --- streams ---------------------------------------------------------------------------------- */

static struct open_span *open_of(struct heap_node *node)
{
    return (struct open_span *)(void *)node;
}

struct spans *spans_new(const struct ruleset *rules, size_t label_bytes)
{
    struct spans *s = xcalloc(1, sizeof *s);

    s->rules = rules;
    s->label_bytes = label_bytes;
    s->bound_ns = INT64_MAX;
    return s;
}

struct span_stream *spans_stream(struct spans *s, unsigned log, const char *path)
{
    struct span_stream *st =
        INDEX_THING(index_find(&s->by_path, slice_str(path)), struct span_stream, by_path);

    if (!st) {
        st = xcalloc(1, sizeof *st);
        st->spans = s;
        st->path = xstrdup(path);
        st->queues = xcalloc(s->rules->nspans, sizeof *st->queues);
        st->until_ns = INT64_MAX;
        st->seen_ns = INT64_MIN;
        st->next = s->first;
        if (st->next)
            st->next->prev = st;
        s->first = st;
        index_add_text(&s->by_path, &st->by_path, st->path);
    }
    st->log = log;
    st->refs++;
    return st;
}

static void forget(struct span_stream *st)
{
    struct spans *s = st->spans;

    if (st->refs > 0 || st->nopen > 0 || st->seen_ns != INT64_MIN)
        return;
    index_remove(&s->by_path, &st->by_path);
    *(st->prev ? &st->prev->next : &s->first) = st->next;
    if (st->next)
        st->next->prev = st->prev;
    for (unsigned i = 0; i < s->rules->nspans; i++)
        free(st->queues[i].heap.list);
    free(st->queues);
    free(st->path);
    free(st);
}

void span_stream_unref(struct span_stream *st)
{
    if (!st)
        return;
    st->refs--;
    forget(st);
}

struct span_stream *spans_next(const struct spans *s, const struct span_stream *st)
{
    return st ? st->next : s->first;
}

bool spans_any_open(const struct spans *s)
{
    return s->nopen > 0;
}

void spans_count(const struct spans *s, uint64_t *ret_open)
{
    memset(ret_open, 0, s->rules->nspans * sizeof *ret_open);
    for (const struct span_stream *st = s->first; st; st = st->next)
        for (unsigned i = 0; i < s->rules->nspans; i++)
            ret_open[i] += st->queues[i].heap.n;
    for (size_t i = 0; i < s->stale.n; i++)
        ret_open[open_of(s->stale.list[i])->span]++;
}

int64_t span_stream_after(const struct span_stream *st, int64_t ns, bool own)
{
    if (st->nopen == 0 || (own && !st->timed))
        return ns;
    return ns > st->clock_ns && (own || !st->timed) ? ns : st->clock_ns;
}

void span_stream_move(struct span_stream *st, int64_t ns, bool own, int64_t running_ns)
{
    st->clock_ns = span_stream_after(st, ns, own);
    st->timed = own || (st->timed && st->nopen > 0);
    st->running_ns = running_ns;
}

/* --- open spans ------------------------------------------------------------------------------- */

static const struct span *span_of(const struct open_span *o)
{
    return &o->stream->spans->rules->spans[o->span];
}

int64_t open_span_until(const struct open_span *o)
{
    int64_t until;

    return __builtin_add_overflow(o->node.time_ns, span_of(o)->timeout_ns, &until) ? INT64_MAX
                                                                                   : until;
}

/* The one that began first. */
static struct open_span *head_of(const struct span_stream *st, unsigned span)
{
    const struct heap *heap = &st->queues[span].heap;

    return heap->n ? open_of(heap->list[0]) : NULL;
}

static uint64_t hash_key(const struct span_stream *st, unsigned span, const struct slice *keys)
{
    uint64_t h = hash_number((uintptr_t)st >> 4 ^ (uint64_t)span << 48);

    for (unsigned i = 0; i < st->spans->rules->spans[span].nkeys; i++)
        h = hash_text(h, keys[i]);
    return hash_number(h);
}

static bool has_key(const struct open_span *o, const struct slice *keys)
{
    struct slice rest = key_of(o), text;

    for (unsigned i = 0; i < span_of(o)->nkeys; i++)
        if (!take_text(&rest, &text) || !slice_eq(text, keys[i]))
            return false;
    return true;
}

struct open_span *spans_find(const struct span_stream *st, unsigned span, const struct slice *keys)
{
    struct index_node *node = index_first(&st->spans->by_key, hash_key(st, span, keys));

    for (; node; node = index_next(node)) {
        struct open_span *o = INDEX_THING(node, struct open_span, by_key);

        if (o->stream == st && o->span == span && has_key(o, keys))
            return o;
    }
    return NULL;
}

/* Of all its spans, the one that waits for the shortest. */
static struct open_span *first_over(const struct span_stream *st)
{
    struct open_span *first = NULL;

    for (unsigned i = 0; i < st->spans->rules->nspans; i++) {
        struct open_span *head = head_of(st, i);

        if (head && (!first || open_span_until(head) < open_span_until(first)))
            first = head;
    }
    return first;
}

static void find_until(struct span_stream *st)
{
    const struct open_span *first = first_over(st);

    st->until_ns = first ? open_span_until(first) : INT64_MAX;
}

/* It may be given up before others' lines from now on. */
static void lower_bound(struct span_stream *st)
{
    if (st->until_ns < st->seen_ns && st->until_ns < st->spans->bound_ns)
        st->spans->bound_ns = st->until_ns;
}

void span_stream_see(struct span_stream *st, int64_t ns)
{
    if (ns <= st->seen_ns)
        return;
    st->seen_ns = ns;
    lower_bound(st);
}

static struct open_span *make_open(struct span_stream *st, unsigned span, size_t nkey, size_t nkept)
{
    struct open_span *o = xmalloc(sizeof *o + nkey + nkept);

    *o = (struct open_span){
        .stream = st, .span = span, .nkey = (uint32_t)nkey, .nkept = (uint32_t)nkept};
    return o;
}

static void add(struct open_span *o, const struct slice *keys)
{
    struct span_stream *st = o->stream;
    struct spans *s = st->spans;
    struct span_queue *q = &st->queues[o->span];

    index_add(&s->by_key, &o->by_key, hash_key(st, o->span, keys));
    heap_add(&q->heap, &o->node);
    q->bytes += o->nkey + o->nkept;
    s->nopen++;
    st->nopen++;
    if (open_span_until(o) < st->until_ns)
        st->until_ns = open_span_until(o);
    lower_bound(st);
}

struct open_span *spans_open(struct span_stream *st, unsigned span, const struct slice *keys,
                             const struct slice *kept, int64_t begin_ns, bool own)
{
    const struct span *def = &st->spans->rules->spans[span];
    size_t most = st->spans->label_bytes + CUT_TOLD, nkept = 0;
    struct open_span *o;
    char *at;

    for (unsigned i = 0; i < def->nkept; i++)
        nkept += sizeof(uint32_t) + (kept[i].n < most ? kept[i].n : most);
    o = make_open(st, span, texts_size(keys, def->nkeys), nkept);
    o->node.time_ns = begin_ns;
    o->own = own;
    at = o->text;
    for (unsigned i = 0; i < def->nkeys; i++)
        put_text(&at, keys[i]);
    for (unsigned i = 0; i < def->nkept; i++)
        put_text(&at, slice_make(kept[i].p, kept[i].n < most ? kept[i].n : most));
    add(o, keys);
    return o;
}

/* No line finds it any more. */
static void take_out(struct open_span *o)
{
    struct span_stream *st = o->stream;
    struct span_queue *q = &st->queues[o->span];

    index_remove(&st->spans->by_key, &o->by_key);
    heap_remove(&q->heap, &o->node);
    q->bytes -= o->nkey + o->nkept;
}

void spans_close(struct open_span *o)
{
    struct span_stream *st = o->stream;

    if (o->stale)
        heap_remove(&st->spans->stale, &o->node);
    else
        take_out(o);
    st->spans->nopen--;
    st->nopen--;
    if (!o->stale && open_span_until(o) == st->until_ns)
        find_until(st);
    free(o);
    forget(st);
}

struct open_span *span_stream_over(const struct span_stream *st, int64_t ns)
{
    return st->until_ns < ns ? first_over(st) : NULL;
}

struct open_span *span_stream_surplus(const struct span_stream *st, unsigned span)
{
    const struct span_queue *q = &st->queues[span];
    uint32_t most = st->spans->rules->spans[span].max_open;

    return q->heap.n > most || (q->heap.n > 1 && q->bytes / OPEN_BYTES > most) ? head_of(st, span)
                                                                               : NULL;
}

struct open_span *spans_over_before(struct spans *s, int64_t ns)
{
    struct span_stream *first = NULL;
    int64_t bound = INT64_MAX;

    if (s->bound_ns >= ns)
        return NULL;
    for (struct span_stream *st = s->first; st; st = st->next)
        if (st->until_ns < st->seen_ns && st->until_ns < bound) {
            bound = st->until_ns;
            first = st;
        }
    s->bound_ns = bound;
    return bound < ns ? span_stream_over(first, INT64_MAX) : NULL;
}

static bool is_same(const struct span *span, const struct ruleset *rules)
{
    int now = ruleset_span(rules, slice_str(span->name));

    return now >= 0 && rules->spans[now].used &&
           slice_eq(rules->spans[now].definition, span->definition);
}

static void make_stale(struct open_span *o)
{
    take_out(o);
    o->stale = true;
    heap_add(&o->stream->spans->stale, &o->node);
}

void spans_make_stale(struct spans *s, const struct ruleset *rules)
{
    bool *same = xcalloc(s->rules->nspans + 1, sizeof *same);

    for (unsigned i = 0; i < s->rules->nspans; i++)
        same[i] = is_same(&s->rules->spans[i], rules);
    for (struct span_stream *st = s->first; st; st = st->next) {
        bool gone =
            st->nopen > 0 && ruleset_log(rules, slice_str(s->rules->logs[st->log].name)) < 0;

        for (unsigned i = 0; i < s->rules->nspans; i++)
            while ((gone || !same[i]) && st->queues[i].heap.n)
                make_stale(head_of(st, i));
        find_until(st);
    }
    free(same);
}

struct open_span *spans_stale(const struct spans *s)
{
    return s->stale.n ? open_of(s->stale.list[0]) : NULL;
}

/* Sources are gone, or were never there: streams without an open span go, or all. */
static void let_go(struct spans *s, bool all)
{
    for (struct span_stream *st = s->first; st; st = st->next)
        st->refs = 1;
    for (struct span_stream *st = s->first; st && all; st = st->next)
        for (unsigned i = 0; i < s->rules->nspans; i++)
            while (st->queues[i].heap.n)
                spans_close(head_of(st, i));
    while (all && s->stale.n)
        spans_close(open_of(s->stale.list[0]));
    for (struct span_stream *st = s->first, *next; st; st = next) {
        next = st->next;
        st->refs = 0;
        forget(st);
    }
}

void spans_free(struct spans *s)
{
    if (!s)
        return;
    for (struct span_stream *st = s->first; st; st = st->next)
        st->seen_ns = INT64_MIN;
    let_go(s, true);
    index_release(&s->by_path);
    index_release(&s->by_key);
    free(s->stale.list);
    free(s);
}

/* --- the state -------------------------------------------------------------------------------- */

static void save_stream(const struct span_stream *st, struct buf *out)
{
    const struct ruleset *rules = st->spans->rules;

    buf_blob(out, slice_str(rules->logs[st->log].name));
    buf_blob(out, slice_str(st->path));
    buf_u64(out, (uint64_t)st->clock_ns);
    buf_u64(out, (uint64_t)st->running_ns);
    buf_u8(out, st->timed);
    buf_u32(out, st->nopen); /* none of them is stale: these are given up at once */
    for (unsigned i = 0; i < rules->nspans; i++) {
        for (size_t k = 0; k < st->queues[i].heap.n; k++) {
            const struct open_span *o = open_of(st->queues[i].heap.list[k]);

            buf_u32(out, i);
            buf_u64(out, (uint64_t)o->node.time_ns);
            buf_u64(out, o->node.seq);
            buf_u8(out, o->own);
            buf_blob(out, key_of(o));
            buf_blob(out, kept_of(o));
        }
    }
}

void spans_save(const struct spans *s, struct buf *out)
{
    uint32_t nstreams = 0;

    for (const struct span_stream *st = s->first; st; st = st->next)
        nstreams += st->nopen > 0;
    buf_u32(out, FORMAT);
    buf_u32(out, s->rules->nspans);
    for (unsigned i = 0; i < s->rules->nspans; i++) {
        const struct span *span = &s->rules->spans[i];

        buf_blob(out, slice_str(span->name));
        buf_blob(out, span->definition);
        buf_u32(out, span->nkept);
        for (unsigned k = 0; k < span->nkept; k++)
            buf_blob(out, slice_str(span->kept[k]));
    }
    buf_u32(out, nstreams);
    for (const struct span_stream *st = s->first; st; st = st->next)
        if (st->nopen > 0)
            save_stream(st, out);
}

/* A span as it was saved. */
struct saved_span {
    int span; /* its number now; -1: there is none of that name, or nothing uses it */
    bool same;
    unsigned nkept;
    struct slice *kept; /* names */
};

struct loading {
    struct spans *spans;
    struct reader in;
    struct saved_span *list;
    uint32_t n, cap;
    struct arena text;
    struct open_span **opened; /* to be put in order */
    size_t nopened, opened_cap, forgotten;
};

static void load_definition(struct loading *l)
{
    struct slice name = read_blob(&l->in), definition = read_blob(&l->in);
    const struct ruleset *rules = l->spans->rules;
    struct saved_span d = {.span = ruleset_span(rules, name), .nkept = read_u32(&l->in)};

    if (l->in.bad || d.nkept > (size_t)(l->in.end - l->in.p) / sizeof(uint32_t)) {
        l->in.bad = true;
        return;
    }
    if (d.span >= 0 && !rules->spans[d.span].used)
        d.span = -1;
    d.same = d.span >= 0 && slice_eq(rules->spans[d.span].definition, definition);
    d.kept = arena_alloc(&l->text, d.nkept * sizeof *d.kept);
    for (unsigned i = 0; i < d.nkept; i++)
        d.kept[i] = read_blob(&l->in);
    GROW(l->list, l->n, l->cap);
    l->list[l->n++] = d;
}

static bool count_is(struct slice texts, unsigned n)
{
    struct slice text;
    unsigned found = 0;

    while (texts.n && take_text(&texts, &text))
        found++;
    return texts.n == 0 && found == n;
}

/* What was kept under the name that the present rules want i-th; "" when it was not. */
static struct slice kept_before(const struct loading *l, const struct saved_span *d,
                                struct slice kept, unsigned i)
{
    const char *name = l->spans->rules->spans[d->span].kept[i];

    for (unsigned k = 0; k < d->nkept; k++)
        if (slice_eq(d->kept[k], slice_str(name)))
            return nth_text(kept, k);
    return (struct slice){"", 0};
}

static struct open_span *make_loaded(const struct loading *l, const struct saved_span *d,
                                     struct span_stream *st, struct slice key, struct slice kept)
{
    unsigned n = l->spans->rules->spans[d->span].nkept;
    size_t size = n * sizeof(uint32_t);
    struct open_span *o;
    char *at;

    for (unsigned i = 0; i < n; i++)
        size += kept_before(l, d, kept, i).n;
    o = make_open(st, (unsigned)d->span, key.n, size);
    if (key.n)
        memcpy(o->text, key.p, key.n);
    at = o->text + key.n;
    for (unsigned i = 0; i < n; i++)
        put_text(&at, kept_before(l, d, kept, i));
    return o;
}

static void load_open(struct loading *l, struct span_stream *st, bool log_gone)
{
    uint32_t span = read_u32(&l->in);
    int64_t begin_ns = (int64_t)read_u64(&l->in);
    uint64_t seq = read_u64(&l->in);
    bool own = read_u8(&l->in) != 0;
    struct slice key = read_blob(&l->in), kept = read_blob(&l->in);
    const struct saved_span *d = span < l->n ? &l->list[span] : NULL;
    struct open_span *o;

    if (l->in.bad || !d || !count_is(kept, d->nkept) ||
        (d->same && !count_is(key, l->spans->rules->spans[d->span].nkeys))) {
        l->in.bad = true;
        return;
    }
    if (d->span < 0) {
        l->forgotten++;
        return;
    }
    o = make_loaded(l, d, st, key, kept);
    o->node.time_ns = begin_ns;
    o->node.seq = seq;
    o->own = own;
    o->stale = !d->same || log_gone;
    GROW(l->opened, l->nopened, l->opened_cap);
    l->opened[l->nopened++] = o;
}

static void load_stream(struct loading *l)
{
    struct slice log = read_blob(&l->in), path = read_blob(&l->in);
    const struct ruleset *rules = l->spans->rules;
    char *stream = xstrslice(path);
    int number = ruleset_log(rules, log);
    struct span_stream *st = spans_stream(l->spans, number < 0 ? 0 : (unsigned)number, stream);

    free(stream);
    st->clock_ns = (int64_t)read_u64(&l->in);
    st->running_ns = (int64_t)read_u64(&l->in);
    st->timed = read_u8(&l->in) != 0;
    st->file = UINT32_MAX;
    for (uint32_t n = read_u32(&l->in); n > 0 && !l->in.bad; n--)
        load_open(l, st, number < 0);
}

static int by_begin(const void *a, const void *b)
{
    const struct heap_node *x = &(*(struct open_span *const *)a)->node;
    const struct heap_node *y = &(*(struct open_span *const *)b)->node;

    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

/* A damaged state may hold one key twice. */
static void add_loaded(struct loading *l, struct open_span *o)
{
    const struct span *span = span_of(o);
    struct slice keys[SPAN_KEYS_MAX], rest = key_of(o);

    if (o->stale) {
        heap_add(&l->spans->stale, &o->node);
        o->stream->nopen++;
        l->spans->nopen++;
        return;
    }
    for (unsigned i = 0; i < span->nkeys; i++)
        (void)take_text(&rest, &keys[i]);
    if (spans_find(o->stream, o->span, keys)) {
        l->in.bad = true;
        free(o);
        return;
    }
    add(o, keys);
}

static void load_all(struct loading *l)
{
    if (read_u32(&l->in) != FORMAT)
        l->in.bad = true;
    for (uint32_t n = read_u32(&l->in); n > 0 && !l->in.bad; n--)
        load_definition(l);
    for (uint32_t n = read_u32(&l->in); n > 0 && !l->in.bad; n--)
        load_stream(l);
    l->in.bad |= l->in.p != l->in.end;
}

int spans_load(struct spans *s, struct slice saved, size_t *ret_forgotten)
{
    struct loading l = {.spans = s, .in = reader_of(saved)};

    load_all(&l);
    if (l.nopened)
        qsort(l.opened, l.nopened, sizeof *l.opened, by_begin);
    for (size_t i = 0; i < l.nopened; i++)
        add_loaded(&l, l.opened[i]);
    let_go(s, l.in.bad);
    *ret_forgotten = l.forgotten;
    free(l.opened);
    free(l.list);
    arena_release(&l.text);
    return l.in.bad ? -EBADMSG : 0;
}
