/* tail_world -- see tail_world.h. */
#include "config.h"

#include "input/tail_world.h"
#include "suite.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "input/archive.h"

#include <stdio.h>
#include <stdlib.h>

/* The deadline ends a test that fails; no busy machine may meet it. */
enum { DEADLINE_S = 30, QUIET_MS = 40 };

struct sink_file {
    uint32_t id;
    uint64_t lines;
};

static void lines_add(struct world_lines *l, const char *p, size_t n)
{
    GROW(l->p, l->n, l->cap);
    l->p[l->n++] = xstrslice(slice_make(p, n));
}

static void lines_cut(struct world_lines *l, size_t n)
{
    while (l->n > n)
        free(l->p[--l->n]);
}

static void *sink_open(void *ctx, unsigned log, const char *stream, const char *path, uint32_t id,
                       struct slice carry)
{
    struct world *w = ctx;
    struct sink_file *f = xcalloc(1, sizeof(*f));
    struct reader r = reader_of(carry);

    ck_assert_uint_eq(log, 0);
    ck_assert_uint_gt(id, 0);
    ck_assert(stream[0]);
    if (carry.n > 0)
        f->lines = read_u64(&r);
    ck_assert(!r.bad);
    if (w->trace)
        (void)fprintf(stderr, "  open %u %s\n", id, path);
    f->id = id;
    w->open_files++;
    (void)snprintf(w->last_path, sizeof(w->last_path), "%s", path);
    return f;
}

static uint64_t sink_lines(void *ctx, void *file, const char *p, size_t n)
{
    struct world *w = ctx;
    struct sink_file *f = file;
    const char *end = p + n;
    uint64_t before = f->lines;
    volatile char sum = 0;

    for (int i = 1; i <= 64; i++)
        sum = (char)(sum + p[-i] + end[i - 1]); /* promised to be readable */
    ck_assert_uint_gt(n, 0);
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *next = newline ? newline + 1 : end;

        lines_add(&w->lines, p, (size_t)(next - p));
        if (w->trace)
            (void)fprintf(stderr, "  %u: %.*s\n", f->id, next - p > 30 ? 30 : (int)(next - p - 1),
                          p);
        f->lines++;
        p = next;
    }
    if (w->heard)
        w->heard();
    return f->lines - before;
}

static void sink_carry(void *ctx, void *file, struct buf *out)
{
    (void)ctx;
    buf_u64(out, ((struct sink_file *)file)->lines);
}

static void sink_renamed(void *ctx, void *file, const char *path)
{
    struct world *w = ctx;
    struct sink_file *f = file;

    if (w->trace)
        (void)fprintf(stderr, "  %u is now %s\n", f->id, path);
    w->renames++;
}

static void sink_close(void *ctx, void *file)
{
    struct world *w = ctx;

    if (w->trace)
        (void)fprintf(stderr, "  close %u\n", ((struct sink_file *)file)->id);
    w->open_files--;
    free(file);
}

static void sink_note(void *ctx, unsigned log, enum tail_note what, uint64_t n)
{
    struct world *w = ctx;

    ck_assert_uint_eq(log, 0);
    if (w->trace)
        (void)fprintf(stderr, "  note %d: %llu\n", (int)what, (unsigned long long)n);
    w->notes[what] += n;
}

static void sink_pass(void *ctx, void *from, void *to)
{
    struct world *w = ctx;

    ck_assert_ptr_ne(from, to);
    w->passes++;
}

static uint64_t sink_finish(void *ctx, void *file)
{
    struct world *w = ctx;

    (void)file;
    w->finishes++;
    return 0;
}

static void sink_placed(void *ctx)
{
    struct world *w = ctx;

    w->places++;
}

static const struct tail_sink *sink_of(struct world *w)
{
    static struct tail_sink sink;

    sink =
        (struct tail_sink){w,         sink_open, sink_lines,  sink_carry,  sink_renamed, sink_close,
                           sink_note, sink_pass, sink_finish, sink_placed, NULL,         NULL};
    return &sink;
}

void world_init(struct world *w, const char *glob)
{
    *w = (struct world){0};
    w->trace = getenv("TAIL_TRACE") != NULL;
    ground_begin(w->dir);
    ck_assert_int_eq(loop_new(&w->loop), 0);
    w->globs[0] = xstrdup(world_path(w, glob));
    w->log = (struct tail_log){.name = "test", .globs = (const char *const *)w->globs, .nglobs = 1};
    w->options = (struct tail_options){
        .logs = &w->log,
        .nlogs = 1,
        .max_line = 1 << 20,
        .rotate_wait_ns = 60 * NSEC_PER_SEC,
        .reconcile_ns = 5 * NSEC_PER_MSEC,
        .collect_ns = -1,
        .lost_wait_ns = 15 * NSEC_PER_MSEC,
    };
}

void world_release(struct world *w)
{
    tailset_free(w->set);
    ck_assert_uint_eq(w->open_files, 0);
    loop_free(w->loop);
    lines_cut(&w->lines, 0);
    lines_cut(&w->expected, 0);
    free(w->lines.p);
    free(w->expected.p);
    buf_release(&w->saved);
    buf_release(&w->memory);
    for (int i = 0; i < WORLD_GLOBS; i++)
        free(w->globs[i]);
    ground_end(w->dir);
}

const char *world_path(const struct world *w, const char *name)
{
    static char path[8][256];
    static unsigned turn;
    char *p = path[turn++ % 8];

    (void)snprintf(p, sizeof(path[0]), "%s/%s", w->dir, name);
    return p;
}

void world_start(struct world *w)
{
    w->set = tailset_new(w->loop, &w->options, sink_of(w));
    if (w->has_state)
        ck_assert_int_eq(tailset_restore(w->set, buf_all(&w->saved), buf_all(&w->memory)), 0);
}

void world_follow(struct world *w, const char *glob)
{
    world_kill(w);
    free(w->globs[0]);
    w->globs[0] = xstrdup(world_path(w, glob));
    world_start(w);
    world_run(w, 10);
}

void world_save(struct world *w)
{
    struct tail_memory memory;

    buf_clear(&w->saved);
    tailset_encode(w->set, &w->saved, &memory);
    if (memory.replaces)
        buf_clear(&w->memory);
    buf_slice(&w->memory, buf_all(&memory.bytes));
    buf_release(&memory.bytes);
    w->has_state = true;
    w->saved_lines = w->lines.n;
    memcpy(w->saved_notes, w->notes, sizeof(w->notes));
}

void world_kill(struct world *w)
{
    tailset_free(w->set);
    w->set = NULL;
    lines_cut(&w->lines, w->saved_lines);
    memcpy(w->notes, w->saved_notes, sizeof(w->notes));
}

void world_restart(struct world *w)
{
    world_save(w);
    world_kill(w);
    world_start(w);
}

int world_open(const struct world *w, const char *name)
{
    return ground_open(world_path(w, name));
}

void world_put(int fd, const char *text)
{
    ground_put(fd, text, strlen(text));
}

void world_write(struct world *w, const char *name, const char *text)
{
    int fd = world_open(w, name);

    world_put(fd, text);
    ground_close(fd);
}

void world_expect_line(struct world *w, const char *line)
{
    lines_add(&w->expected, line, strlen(line));
}

void world_expect(struct world *w, const char *name, const char *lines)
{
    world_write(w, name, lines);
    while (*lines) {
        const char *newline = strchr(lines, '\n');

        ck_assert_ptr_nonnull(newline);
        lines_add(&w->expected, lines, (size_t)(newline + 1 - lines));
        lines = newline + 1;
    }
}

void world_rename(struct world *w, const char *from, const char *to)
{
    ground_rename(world_path(w, from), world_path(w, to));
}

/* Over what is there. */
void world_copy(struct world *w, const char *from, const char *to)
{
    int out = world_open(w, to);
    struct buf all = BUF_INIT;

    ground_read(world_path(w, from), &all);
    ground_truncate(world_path(w, to), 0);
    if (all.n > 0)
        ground_put(out, all.p, all.n);
    ground_close(out);
    buf_release(&all);
}

void world_truncate(struct world *w, const char *name, long size)
{
    ground_truncate(world_path(w, name), size);
}

void world_remove(struct world *w, const char *name)
{
    ground_unlink(world_path(w, name));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **sorted(const struct world_lines *l)
{
    char **p = xcalloc(l->n + 1, sizeof(*p));

    if (l->n > 0)
        memcpy(p, l->p, l->n * sizeof(*p));
    qsort(p, l->n, sizeof(*p), by_text);
    return p;
}

bool world_is_exact(struct world *w, struct buf *ret_difference)
{
    char **got = sorted(&w->lines), **want = sorted(&w->expected);
    size_t g = 0, e = 0, differences = 0;

    while (g < w->lines.n || e < w->expected.n) {
        int order = g == w->lines.n ? 1 : e == w->expected.n ? -1 : strcmp(got[g], want[e]);

        if (order != 0 && differences++ < 10)
            buf_fmt(ret_difference, "%s %.60s",
                    order < 0 ? "too often:" : "missing:", order < 0 ? got[g] : want[e]);
        g += order <= 0;
        e += order >= 0;
    }
    free(got);
    free(want);
    return differences == 0;
}

struct wait {
    int64_t until;
    unsigned turns;
};

static struct wait wait_begin(void)
{
    return (struct wait){.until = clock_mono_ns() + DEADLINE_S * NSEC_PER_SEC};
}

/* So long, and as many turns of a millisecond as there are in that time where nothing else runs. */
static bool waits(struct wait *d)
{
    return d->turns++ < DEADLINE_S * 1000 || clock_mono_ns() < d->until;
}

void world_run(struct world *w, unsigned ms)
{
    int64_t until = clock_mono_ns() + (int64_t)ms * NSEC_PER_MSEC;

    for (unsigned turn = 0; turn < ms || clock_mono_ns() < until; turn++)
        ck_quietly(loop_turn(w->loop, 1) == 0);
}

void world_until(struct world *w, const uint64_t *counter, uint64_t n)
{
    struct wait wait = wait_begin();

    while (*counter < n) {
        ck_quietly(loop_turn(w->loop, 1) == 0);
        if (!waits(&wait))
            ck_abort_msg("waited in vain: %llu of %llu", (unsigned long long)*counter,
                         (unsigned long long)n);
    }
}

/* Whatever became of a content: its lines are in the sum, and its bytes those of the file. */
static void check_known(void *ctx, const struct tail_known *k)
{
    uint64_t *lines = ctx, n;
    struct archive *a;
    struct slice block;

    *lines += k->count.lines + k->count.lines_before;
    if (k->where != TAIL_THERE || k->count.first == k->offset ||
        ground_size(k->path) < (int64_t)k->offset ||
        archive_open_range(k->path, false, k->count.first, k->offset, &a) < 0)
        return;
    while (archive_next(a, 1 << 20, &block) > 0)
        ;
    if (archive_crc(a, &n) != k->count.crc || n != k->offset - k->count.first)
        ck_abort_msg("%s: other bytes than those that were counted", k->path);
    archive_close(a);
}

static void check_counts(const struct world *w)
{
    struct tail_sum sum = tailset_sum(w->set);
    uint64_t lines = sum.lines_forgotten;

    tailset_known(w->set, check_known, &lines);
    if (lines != sum.lines || (sum.since_ns == 0 && w->notes[TAIL_LOST_STATE] == 0 &&
                               lines != w->lines.n + w->notes[TAIL_TOO_LONG]))
        ck_abort_msg("%llu lines of all files, %llu counted, %zu handed out",
                     (unsigned long long)lines, (unsigned long long)sum.lines, w->lines.n);
}

void world_settle(struct world *w)
{
    struct buf difference = BUF_INIT;
    struct wait wait = wait_begin();

    while (w->lines.n < w->expected.n && waits(&wait))
        ck_quietly(loop_turn(w->loop, 1) == 0);
    world_run(w, QUIET_MS);
    if (!world_is_exact(w, &difference))
        ck_abort_msg("%zu lines, %zu expected\n%s", w->lines.n, w->expected.n, difference.p);
    check_counts(w);
    buf_release(&difference);
}
