/* oracle -- knows each line that was ever written, and what is owed of it.
 *
 *   - A line is owed when it lay whole under a name that the configuration wants, or in an inode that
 *     the process held open, over two reconciles of one running process without an error that was
 *     injected, and then a state was saved; or lies there at the end.
 *   - No line may count twice, but where the policy says so (enum doubt).
 *   - What the process knew to be there, and had saved that it knew, may not be missing without a
 *     word; and no bytes are said to be lost where every line counts.
 *   - What was on a page comes back after every kill.
 *   - The lines of one file come in their order.
 *   - What is remembered as counted of a file is what lies there, and the lines of all files add up to
 *     those counted (`logtally verify`).
 *   - In the end there is quiet: few descriptors, few calls. And the loop always comes to rest
 *     (loop.c). */
#include "config.h"

#include "world.h"

#include "input/crc32c.h"
#include "input/tail.h"
#include "input/tailset.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct oracle oracle;

enum {
    OWED_AFTER = 6,        /* ticks of a second: two reconciles and one more */
    QUIET_CALLS = 60,      /* a second of quiet costs so many calls, */
    QUIET_CALLS_FILE = 30, /* and so many for each file */
    LINE_ID = 6,           /* digits of its number */
    OPEN_BESIDE = 4        /* descriptors that are no logs: inotify, the state, its lock */
};

void oracle_init(void)
{
    memset(&oracle, 0, sizeof(oracle));
    oracle.nlines = 1;
}

void oracle_fault(enum fault kind, const char *format, ...)
{
    va_list ap;

    if (oracle.kind)
        return;
    oracle.kind = kind;
    va_start(ap, format);
    (void)vsnprintf(oracle.fault, sizeof(oracle.fault), format, ap);
    va_end(ap);
}

static struct buf write_line(unsigned id)
{
    size_t pad = id % 7 == 0 ? 300 : id * 13 % 40;
    uint32_t text = id * 2654435761U; /* no two lines have the same */
    struct buf b = BUF_INIT;

    if (world.knobs & KNOB_LONG)
        pad = pad * 8 + 100;
    buf_fmt(&b, "L%06u ", id);
    for (size_t i = 0; i < pad; i++, text = text * 1664525 + 1013904223)
        buf_char(&b, (char)('a' + (text >> 24) % 26));
    buf_char(&b, '\n');
    return b;
}

/* Each is written once for all stories. */
struct slice oracle_line(unsigned id)
{
    static struct buf lines[2][LINES_MAX];
    struct buf *b = &lines[(world.knobs & KNOB_LONG) != 0][id];

    if (b->n == 0)
        *b = write_line(id);
    return buf_all(b);
}

/* What it says that it is, or 0. */
static unsigned number_of(struct slice line)
{
    unsigned id = 0;

    if (line.n <= LINE_ID || *line.p != 'L')
        return 0;
    for (size_t i = 1; i <= LINE_ID; i++)
        id = id * 10 + (unsigned char)(line.p[i] - '0');
    return id;
}

/* Its number, or 0: no line that was ever written whole. */
static unsigned known(struct slice line)
{
    unsigned id = number_of(line);

    return id > 0 && id < oracle.nlines && slice_eq(oracle_line(id), line) ? id : 0;
}

/* What is done with each whole line. */
typedef void line_fn(void *ctx, unsigned id);

/* A crash left them; a line may follow. */
static size_t leading_nuls(const char *p, size_t n)
{
    size_t i = 0;

    while (i < n && p[i] == 0)
        i++;
    return i;
}

static void each_line(const char *p, size_t n, line_fn *fn, void *ctx)
{
    const char *newline; /* an empty file has no bytes to point at */

    while (n > 0 && (newline = memchr(p, '\n', n))) {
        size_t length = (size_t)(newline + 1 - p), nuls = leading_nuls(p, length);
        unsigned id = known(slice_make(p + nuls, length - nuls));

        if (id)
            fn(ctx, id);
        p += length;
        n -= length;
    }
}

struct pair {
    unsigned earlier, later;
    bool met, right;
};

static void find_pair(void *ctx, unsigned id)
{
    struct pair *p = ctx;

    p->met |= id == p->earlier;
    p->right |= id == p->later && p->met;
}

/* Does one file hold both, in this order? */
static bool in_order(unsigned earlier, unsigned later)
{
    struct pair p = {.earlier = earlier, .later = later};

    for (const struct node *n = world.nodes; n && !p.right; n = n->next) {
        p.met = false;
        if (S_ISREG(n->mode) && n->data.p)
            each_line(n->data.p, n->data.n, find_pair, &p);
    }
    return p.right;
}

/* What was made before what, only times can tell; not by a clock that was set. And what is forgotten is new. */
static bool says_little(void)
{
    return world.jumped || (world.knobs & KNOB_FORGETS);
}

static bool is_doubtful(unsigned id)
{
    return oracle.doubt[id] || says_little();
}

static void count(void *ctx, unsigned id)
{
    unsigned *last = ctx;

    world_talk("   line %u", id);
    if (++oracle.count[id] > 1 && !is_doubtful(id))
        oracle_fault(FAULT_TWICE, "line %u counted twice", id);
    if (id < *last && !is_doubtful(id) && in_order(id, *last))
        oracle_fault(FAULT_ORDER, "line %u came after line %u of the same file", id, *last);
    *last = id;
}

void oracle_took(unsigned *last, const char *p, size_t n)
{
    each_line(p, n, count, last);
}

/* --- where lines are --- */

static void mark(void *ctx, unsigned id)
{
    ((bool *)ctx)[id] = true;
}

static bool there[LINES_MAX];

/* Nothing tells them apart before they are unpacked. */
static bool begins_alike(const struct node *archive, const struct node *n)
{
    const struct buf *b = n->plain.n ? &n->plain : &n->data;
    size_t both = archive->plain.n < b->n ? archive->plain.n : b->n;

    if (both > FINGERPRINT_HEAD)
        both = FINGERPRINT_HEAD;
    return n != archive && S_ISREG(n->mode) && both > 0 &&
           memcmp(archive->plain.p, b->p, both) == 0;
}

/* Beside a link's log: one whose name says that it is no part may be found to be one, and nobody owes it. */
static bool may_be_part(const struct node *n)
{
    char path[300];

    return n->seen > 0 && disk_path(n, NULL, path, sizeof(path)) &&
           slice_starts(slice_str(path), SLICE("/pods/"));
}

/* An archive that begins as a content that is there is held back, as long as that is; and one that
 * begins as a content that went on otherwise is told, and not read; not where that was made, by an editor, after it was
 * written last, or, where no birth is known, written on. */
static bool is_held_back(const struct node *archive)
{
    for (const struct node *n = world.nodes; n; n = n->next)
        if (begins_alike(archive, n) &&
            (n->looked + 1 >= oracle.looks || may_be_part(n) || oracle.told[TAIL_VANISHED] ||
             (n->edited && n->birth_ns >= archive->mtime_ns) ||
             ((world.knobs & KNOB_NO_BIRTH) && n->edited && n->mtime_ns > archive->mtime_ns)))
            return true;
    return false;
}

static void look_into(struct node *n)
{
    const struct buf *b = n->plain.n ? &n->plain : &n->data;

    n->looked = oracle.looks;
    if (!n->history && !(n->plain.n > 0 && is_held_back(n)))
        each_line(b->p, b->n, mark, there);
}

/* By its name, if that is not a number before the extension. */
static bool is_part_of(const char *base, const char *name)
{
    size_t stem = strlen(base) - strlen(".log");

    return strncmp(name, base, stem) == 0 &&
           (name[stem] == '-' || strncmp(name, base, strlen(base)) == 0);
}

/* A name in a directory: of a log, or of a part of one. `base`: of nothing else. */
static bool is_ours(const char *dir, const char *name, const char *base)
{
    return !strstr(name, ".tmp") && process_wants(dir, name) && (!base || is_part_of(base, name));
}

static struct node *behind(const char *dir, const struct dent *d)
{
    char path[300];

    if (!S_ISLNK(d->node->mode))
        return d->node;
    (void)snprintf(path, sizeof(path), "%s/%s", dir, d->name);
    return disk_find(path, true, NULL);
}

static void look_below(const char *path, const char *base)
{
    struct node *dir = disk_find(path, true, NULL);

    for (struct dent *d = dir && S_ISDIR(dir->mode) ? dir->names : NULL; d; d = d->next) {
        struct node *n = is_ours(path, d->name, base) ? behind(path, d) : NULL;

        if (n && S_ISREG(n->mode))
            look_into(n);
    }
}

static void look(void)
{
    struct dent *d = NULL;

    oracle.looks++;
    memset(there, 0, sizeof(there));
    look_below("/log", NULL);
    look_below("/mnt", NULL);
    look_below("/cur", NULL);
    if (disk_find("/cur/app.log", true, &d) && process_wants("/pods", ""))
        look_below("/pods", d->name);
    for (struct node *n = world.nodes; n; n = n->next)
        if (n->opens && S_ISREG(n->mode) && sys_holds(n) && world.config == 0)
            look_into(n); /* else it may not be wanted now */
}

void oracle_look(bool saved)
{
    look();
    for (unsigned id = 1; id < oracle.nlines; id++) {
        if (!there[id])
            oracle.since[id] = 0;
        else if (!oracle.since[id])
            oracle.since[id] = oracle.reconciles + 1;
        else if (saved && oracle.began && oracle.reconciles > oracle.since[id] + OWED_AFTER)
            oracle.owed[id] = true;
    }
}

void oracle_history(void)
{
    for (struct node *n = world.nodes; n; n = n->next)
        n->history |= n->plain.n > 0;
}

/* As well; and what was seen before was perhaps none of ours. */
void oracle_reconfigured(void)
{
    oracle_history();
    if (world.knobs & KNOB_NO_BIRTH) /* what was not wanted before it was read is but a number */
        oracle.halves = true;
    for (struct node *n = world.nodes; n; n = n->next)
        n->seen = n->seen_taken = n->seen_kept = n->seen_before = 0;
    memset(oracle.glimpsed, 0,
           sizeof(oracle.glimpsed)); /* it is not missed when it is not wanted */
}

/* An archive that lay out of reach when a state was saved is older than that when it comes. */
static void out_of_reach(void)
{
    look();
    for (struct node *n = world.nodes; n; n = n->next)
        n->history |= n->packed && n->looked != oracle.looks;
}

/* About to be: a look that found nothing there stands for all that was made before it. */
void oracle_back_in_reach(void)
{
    if (process_alive())
        out_of_reach();
}

void oracle_destroyed(void)
{
    oracle.skips = true;
    oracle.began = false; /* what is rotated before the next look is history again */
}

void oracle_reconciled(bool looked)
{
    for (unsigned id = 1; oracle.skips && id < oracle.nlines; id++)
        oracle.excused[id] = true;
    oracle.skips &= !looked;
    oracle.reconciles++;
}

void oracle_failed(void)
{
    world.failed = true;
    oracle_history();
    memset(oracle.since, 0, sizeof(oracle.since));
}

/* --- what the process knew --- */

static void cut_lines(const struct node *n, size_t from, size_t seen, bool *which)
{
    while (from > 0 && from < n->data.n && n->data.p[from - 1] != '\n')
        from--;
    if (seen > from && seen <= n->data.n)
        each_line(n->data.p + from, seen - from, mark, which);
}

/* What is written behind that later has not been seen. */
static void cut_seen(struct node *n, size_t size)
{
    n->seen = n->seen < size ? n->seen : size;
    n->seen_taken = n->seen_taken < size ? n->seen_taken : size;
    n->seen_kept = n->seen_kept < size ? n->seen_kept : size;
    n->seen_before = n->seen_before < size ? n->seen_before : size;
}

static struct {
    bool glimpsed[LINES_MAX];
    bool looked, banner[STREAMS];
    uint64_t shown;
} pending; /* of the save under way */

void oracle_cuts(struct node *n, size_t size)
{
    if (!S_ISREG(n->mode) || !n->data.p)
        return;
    if (n->looked == oracle.looks) { /* one of ours */
        cut_lines(n, size, n->seen, oracle.glimpsed);
        if (world.inside && n->seen_at + world.turn_calls >= world.calls)
            cut_lines(n, size, n->seen, oracle.blinked);
        cut_lines(n, size, n->seen_taken, pending.glimpsed);
        cut_lines(n, size, n->seen_kept, oracle.glimpsed_kept);
        cut_lines(n, size, n->seen_before, oracle.glimpsed_before);
    }
    cut_seen(n, size);
}

static void set_free(void *ctx, unsigned id)
{
    uint8_t doubt = *(const uint8_t *)ctx;

    if (oracle.doubt[id] < doubt)
        oracle.doubt[id] = doubt;
    else if (doubt) /* two at once */
        oracle.doubt[id] = DOUBT_FREE;
}

void oracle_doubts(const struct node *n, enum doubt doubt)
{
    uint8_t value = (uint8_t)doubt;

    const struct buf *b = n->plain.n ? &n->plain : &n->data;

    each_line(b->p, b->n, set_free, &value);
}

static void may_double(void *ctx, unsigned id)
{
    (void)ctx;
    if (oracle.doubt[id] == DOUBT_NONE)
        oracle.doubt[id] = DOUBT_TOLD;
}

void oracle_may_double(const struct node *n)
{
    each_line(n->data.p, n->data.n, may_double, NULL);
}

static void excuse(void *ctx, unsigned id)
{
    (void)ctx;
    oracle.excused[id] |= !oracle.owed[id];
}

void oracle_excuse(const struct node *n)
{
    const struct buf *b = n->plain.n ? &n->plain : &n->data;

    each_line(b->p, b->n, excuse, NULL);
}

static void excuse_told(void *ctx, unsigned id)
{
    (void)ctx;
    oracle.perhaps[id] = true;
}

void oracle_excuse_told(const struct node *n)
{
    each_line(n->data.p, n->data.n, excuse_told, NULL);
}

void oracle_leaves_alone(const struct node *n)
{
    for (struct node *x = world.nodes; x; x = x->next) {
        if (x->copy != n)
            continue;
        x->alone = true;
        oracle_excuse_told(x);
    }
}

void oracle_excuse_line(const struct node *n, size_t at)
{
    size_t from = at < n->data.n ? at : n->data.n, to = from;

    if (n->data.n == 0)
        return;
    while (from > 0 && n->data.p[from - 1] != '\n')
        from--;
    while (to < n->data.n && n->data.p[to++] != '\n')
        ;
    each_line(n->data.p + from, to - from, excuse, NULL);
}

void oracle_saves(bool looked)
{
    pending.looked = looked;
    process_banners(pending.banner);
    out_of_reach();
    memcpy(pending.glimpsed, oracle.glimpsed, sizeof(pending.glimpsed));
    pending.shown = 0;
    oracle.saved_wall_ns = world.mono_ns + world.wall_off_ns;
    for (unsigned id = 1; id < oracle.nlines; id++)
        pending.shown += oracle.count[id];
    for (struct node *n = world.nodes; n; n = n->next)
        n->seen_taken = n->seen;
}

void oracle_saved(void)
{
    memcpy(oracle.glimpsed_before, oracle.glimpsed_kept, sizeof(pending.glimpsed));
    memcpy(oracle.glimpsed_kept, pending.glimpsed, sizeof(pending.glimpsed));
    oracle.shown = pending.shown;
    oracle.unseen_boot = false;
    oracle.began |= pending.looked;
    memcpy(oracle.banner, pending.banner, sizeof(pending.banner));
    for (struct node *n = world.nodes; n; n = n->next) {
        n->seen_before = n->seen_kept;
        n->seen_kept = n->seen_taken;
        n->crashed = n->crashed == CRASHED_SEEN ? CRASHED_NOT : n->crashed;
        n->cut = n->cut == CUT_SEEN ? CUT_NOT : n->cut;
    }
    oracle_look(true);
}

void oracle_born(void)
{
    oracle.reconciles = 0;
    memset(oracle.since, 0, sizeof(oracle.since));
}

void oracle_died(void)
{
    memcpy(oracle.glimpsed, oracle.glimpsed_kept, sizeof(oracle.glimpsed));
    if (world.failed) /* what could not be looked into is not saved */
        memset(oracle.glimpsed, 0, sizeof(oracle.glimpsed));
    for (struct node *n = world.nodes; n; n = n->next) {
        n->seen_died = n->seen_kept;
        n->seen = n->seen_taken = n->seen_kept = n->seen_before = 0;
        n->cut = n->cut ? CUT : CUT_NOT;
    }
}

void oracle_forgot(void)
{
    memset(oracle.doubt, DOUBT_FREE, oracle.nlines);
}

void oracle_went_back(void)
{
    memset(oracle.owed, 0, sizeof(oracle.owed));
    memcpy(oracle.glimpsed, oracle.glimpsed_before, sizeof(oracle.glimpsed));
    for (unsigned id = 1; id < oracle.nlines; id++)
        may_double(NULL, id);
}

void oracle_first(void)
{
    static const char *const dirs[] = {"/log", "/mnt", "/pods"};

    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        const struct node *dir = disk_find(dirs[i], true, NULL);

        for (const struct dent *d = dir ? dir->names : NULL; d; d = d->next)
            if (S_ISREG(d->node->mode) && strlen(d->name) > strlen("a.log"))
                oracle_excuse(d->node);
    }
}

void oracle_restored(void)
{
    uint64_t sum = 0;

    for (unsigned id = 1; id < oracle.nlines; id++)
        sum += oracle.count[id];
    if (sum < oracle.shown && !world.failed)
        oracle_fault(FAULT_BACK, "a page showed %llu lines, after a start there are %llu",
                     (unsigned long long)oracle.shown, (unsigned long long)sum);
    oracle.shown = sum;
}

/* --- the end --- */

static uint64_t told_lost(void)
{
    return oracle.told[TAIL_VANISHED] + oracle.told[TAIL_LOST_VANISHED] +
           oracle.told[TAIL_LOST_TRUNCATED] + oracle.told[TAIL_LOST_STATE];
}

/* That a log was truncated is seen, but not what was in it, when an error came between, or it was truncated again
 * between two calls: its size as it was read, or at all, is not known then. */
static bool is_blind(unsigned id)
{
    return world.failed || oracle.blinked[id];
}

/* What could not be opened for lack of descriptors, and is gone, was never looked into. */
static bool is_given_up(unsigned id)
{
    bool is_known = process_lost_of(oracle.log[id]) || (world.knobs & KNOB_FORGETS);

    return (world.knobs & KNOB_FEW_OPEN) && !there[id] && told_lost() && is_known;
}

/* Its truncation loses a log that could not be opened, also if a copy of it was met before; how much is told of
 * that is too much. */
static uint64_t falsely_lost(void)
{
    return oracle.told[TAIL_LOST_VANISHED] +
           (world.knobs & KNOB_FEW_OPEN ? 0 : oracle.told[TAIL_LOST_TRUNCATED]);
}

bool oracle_is_told(void)
{
    if (oracle.kind == FAULT_LOST)
        return told_lost() > 0;
    return oracle.kind == FAULT_TWICE && oracle.told[TAIL_AMBIGUOUS] > 0;
}

bool oracle_waits(void)
{
    look();
    for (unsigned id = 1; id < oracle.nlines; id++)
        if (there[id] && !oracle.count[id] && !oracle.excused[id])
            return true;
    return false;
}

static void check_lines(void)
{
    unsigned lost = 0, first = 0, silent = 0, missing = 0, twice = 0;

    for (unsigned id = 1; id < oracle.nlines; id++) {
        if (oracle.count[id] > 1 && oracle.doubt[id] == DOUBT_TOLD && !says_little())
            twice = id;
        missing += !oracle.count[id];
        if (oracle.count[id] || oracle.excused[id] || (world.jumped && told_lost()) ||
            (oracle.perhaps[id] && oracle.told[TAIL_AMBIGUOUS]))
            continue;
        if ((oracle.owed[id] || there[id]) && !is_given_up(id)) {
            lost++;
            first = first ? first : id;
        } else if (oracle.glimpsed[id] && !(is_blind(id) && oracle.told[TAIL_TRUNCATED])) {
            silent = id;
        }
    }
    if (lost)
        oracle_fault(FAULT_LOST, "%u lines that are owed were not counted, the first is %u", lost,
                     first);
    if (silent && !told_lost())
        oracle_fault(FAULT_SILENT, "line %u was seen and is lost, and nothing says so", silent);
    if (twice && !oracle.told[TAIL_AMBIGUOUS] && !world.failed)
        oracle_fault(FAULT_TWICE, "line %u counted twice, and nothing says so", twice);
    if (missing == 0 && !world.failed && !oracle.halves && falsely_lost() > 0)
        oracle_fault(FAULT_FALSE_ALARM, "bytes are said to be lost, and every line counts");
}

/* That something is not known is told, and all could be known: nothing was lost, nothing that may count twice
 * was met, and contents begin with lines of their own. */
static void check_riddles(void)
{
    bool clear = !world.failed && !world.jumped && !oracle.riddle && world.boots == 1 &&
                 !(world.knobs & KNOB_BANNER);

    for (unsigned id = 1; id < oracle.nlines; id++)
        clear &= oracle.count[id] == 1 && !oracle.doubt[id] && !oracle.perhaps[id];
    if (clear && oracle.told[TAIL_AMBIGUOUS])
        oracle_fault(FAULT_FALSE_ALARM, "every line counts once, and a doubt is told");
}

static void check_quiet(void)
{
    unsigned open = 0, files = 0;
    unsigned long before = world.calls;

    for (const struct node *n = world.nodes; n; n = n->next)
        files += S_ISREG(n->mode) && n->links > 0;
    for (int i = 0; i < FDS; i++)
        open += world.fds[i].kind != FD_FREE;
    if (open > files + OPEN_BESIDE)
        oracle_fault(FAULT_COST, "%u descriptors are open for %u files", open, files);
    process_run(2 * NSEC_PER_SEC);
    if (world.calls - before > 2 * (QUIET_CALLS + QUIET_CALLS_FILE * files))
        oracle_fault(FAULT_COST, "two seconds of quiet took %lu calls for %u files",
                     world.calls - before, files);
}

/* What the state says was counted of a file is what lies there, if no power cut took it. */
static void check_counted(void *ctx, const struct tail_known *k)
{
    const struct node *n = disk_find(k->path, true, NULL);
    uint64_t first = k->count.first;

    *(uint64_t *)ctx += tail_count_lines(&k->count);
    if (world.boots == 1 && k->where == TAIL_THERE && n && S_ISREG(n->mode) &&
        n->data.n >= k->offset && first < k->offset &&
        crc32c(0, n->data.p + first, k->offset - first) != k->count.crc)
        oracle_fault(FAULT_BROKEN, "other bytes of %s were counted than lie there", k->path);
}

static void check_counts(void)
{
    struct tail_sum sum = tailset_sum(process_files());
    uint64_t lines = sum.lines_forgotten;

    tailset_known(process_files(), check_counted, &lines);
    if (lines != sum.lines)
        oracle_fault(FAULT_BROKEN, "%llu lines of all files, %llu counted",
                     (unsigned long long)lines, (unsigned long long)sum.lines);
}

/* For who looks into a story: what lies where in the end. */
static void say_id(void *ctx, unsigned id)
{
    (void)ctx;
    world_talk("   line %u", id);
}

static void say_below(const char *path)
{
    const struct node *dir = disk_find(path, true, NULL);

    for (const struct dent *d = dir ? dir->names : NULL; d; d = d->next) {
        const struct buf *b = d->node->plain.n ? &d->node->plain : &d->node->data;

        if (!S_ISREG(d->node->mode))
            continue;
        world_talk("-- %s/%s, inode %u, %zu bytes", path, d->name, (unsigned)d->node->ino,
                   d->node->data.n);
        each_line(b->p, b->n, say_id, NULL);
    }
}

void oracle_end(void)
{
    static const char *const dirs[] = {"/log", "/mnt", "/pods", "/old"};

    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        say_below(dirs[i]);
    look();
    check_lines();
    check_riddles();
    check_quiet();
    if (process_files())
        check_counts();
}
