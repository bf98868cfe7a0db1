/* actors -- what happens to logs and to logtally: writers, rotators, compressors, operators, the
 * machine. Each step is a function of two numbers; where it does not apply it does nothing.
 *
 * Who takes his time (a slow copy, gzip, an editor that writes in place) is a job: begun in one step,
 * brought to its end by the next of its kind, or by the end of the story. */
#include "config.h"

#include "world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <zlib.h>

#define BOOT_NS (3 * NSEC_PER_SEC) /* before anybody writes */
enum { LINKED = 2, MOUNTED = 3, CHAIN = 9, PLAIN_MAX = 60000 };

const int errors[ERRORS] = {EIO, ENOMEM, ENOSPC, EMFILE, EINTR};

/* A file that is written under way: what, and how much of it is done. */
struct job {
    struct node *from, *to;
    struct dent *from_name, *to_name;
    size_t done;
    int64_t since_ns; /* copy, restore: that much is done */
    bool truncates;   /* copy: its original in the end; unpack: deletes it */
    bool blind;       /* copy: its original went out of sight meanwhile, or was */
    bool dates;       /* restore: gives it the time of the original */
    struct buf out;   /* compress, rewrite */
    struct buf plain; /* compress: what is in that */
};

static struct stream {
    struct node *node, *old; /* what its writer has open, and had before */
    struct dent *name, *old_name;
    unsigned half; /* the line that it has begun, and how much of that is written */
    size_t half_n;
    int64_t half_ns; /* since when */
    struct job copy, compress, unpack, rewrite, restore;
    enum {
        COPIES_NOT_YET,
        COPIES_ONLY,
        COPIES_AND_TRUNCATES
    } copies;                     /* its rotator never changes */
    struct node *blind;           /* what went out of sight, and may have copies */
    struct node *copied;          /* the last copy that came to its end */
    int64_t copied_ns;            /* when */
    struct node *backup, *backed; /* a copy of this, somewhere else */
    bool apart;                   /* since that was made it got a name that may be another log's */
    bool torn;                    /* of its log a power cut left no more than of a banner */
    size_t rested; /* so much of it stood still while it was rewritten: another generation */
} streams[STREAMS];

static unsigned pod; /* the number of the file that the link leads to */

static const char *path_of(unsigned stream)
{
    static const char *const paths[STREAMS] = {"/log/a.log", "/log/b.log", NULL, "/mnt/m.log"};
    static char linked[32];

    (void)snprintf(linked, sizeof(linked), "/pods/%u.log", pod);
    return stream % STREAMS == LINKED ? linked : paths[stream % STREAMS];
}

static struct node *file_at(const char *path, struct dent **ret_dent)
{
    struct node *n = disk_find(path, false, ret_dent);

    return n && S_ISREG(n->mode) ? n : NULL;
}

static struct node *create(const char *path, struct dent **ret_dent)
{
    const char *name;
    struct node *dir = disk_parent(path, &name), *n;

    if (!dir || disk_name(dir, name))
        return NULL;
    n = disk_new(S_IFREG | 0644);
    *ret_dent = disk_link(dir, name, n);
    return n;
}

static void add_dir(const char *path)
{
    const char *name;
    struct node *parent = disk_parent(path, &name);

    (void)disk_link(parent, name, disk_new(S_IFDIR | 0755));
}

/* What lies rotated beside its target is older than the link, and what lies beside the one before is
 * not looked at any more: history, as far as anybody can know. */
static void point(unsigned to)
{
    struct node *link = disk_new(S_IFLNK | 0777), *dir = disk_find("/cur", true, NULL);
    char target[32];

    for (const struct dent *d = disk_find("/pods", true, NULL)->names; d; d = d->next)
        if (strlen(d->name) > strlen("0.log")) {
            oracle_excuse(d->node);
            oracle_may_double(d->node); /* a copy that was not looked at while the original was */
        }
    pod = to;
    (void)snprintf(target, sizeof(target), "/pods/%u.log", pod);
    buf_str(&link->data, target);
    if (disk_name(dir, "app.log.tmp")) /* left by a power cut */
        disk_unlink(disk_name(dir, "app.log.tmp"));
    if (disk_name(dir, "app.log"))
        disk_rename(disk_link(dir, "app.log.tmp", link), dir, "app.log");
    else
        (void)disk_link(dir, "app.log", link);
}

/* As the kernel names each boot; neither that name nor the monotonic clock outlives a power cut. */
static void boot(void)
{
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    struct dent *d = NULL;
    struct node *n = disk_find(path, true, &d);
    char id[40];

    if (!n)
        n = create(path, &d);
    (void)snprintf(id, sizeof(id), "00000000-0000-4000-8000-%012u\n", ++world.boots);
    disk_write(n, NULL, id, strlen(id), 0);
    disk_sync(n);
    oracle.unseen_boot = world.boots > 1;
    world.boot_ns = world.mono_ns += NSEC_PER_SEC;
    world.mono_ns += BOOT_NS;
}

void actors_init(void)
{
    static const char *const dirs[] = {
        "/log",
        "/cur",
        "/pods",
        "/mnt",
        "/old",
        "/proc",
        "/proc/sys",
        "/proc/sys/kernel",
        "/proc/sys/kernel/random",
    };

    memset(streams, 0, sizeof(streams));
    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        add_dir(dirs[i]);
    disk_mount(disk_find("/mnt", false, NULL), world.volume);
    point(0);
    boot();
}

/* --- writers --- */

/* Its writer opens the log, anew if that is another file now. */
static void reopen(struct stream *s, struct node *n, struct dent *d)
{
    if (s->node == n)
        return;
    if (s->old)
        s->old->opens--;
    s->old = s->node;
    s->old_name = s->name;
    s->node = n;
    s->name = d;
    n->opens++;
}

/* Where no birth is known, a copy that got the number of what it is a copy of is that. */
static void doubt_number(const struct node *copy, const struct node *of)
{
    for (const struct node *n = world.nodes; n && (world.knobs & KNOB_NO_BIRTH); n = n->next)
        if (n != copy && n->ino == copy->ino && n->dev == copy->dev && n->data.n > 0 &&
            *n->data.p == *of->data.p)
            oracle_doubts(of, DOUBT_FREE);
}

/* What was put back has more than what is there beside it: only a birth tells that this is no other generation. */
static void doubt_backed(const struct node *by)
{
    for (unsigned i = 0; i < STREAMS && (world.knobs & KNOB_NO_BIRTH); i++)
        if (streams[i].backed && streams[i].backed->copy == by)
            oracle_doubts(streams[i].backed, DOUBT_FREE);
}

static void append(struct node *n, struct dent *d, const char *p, size_t size)
{
    if (n->copy) /* none has all of the other any more */
        oracle_doubts(n, DOUBT_FREE);
    doubt_backed(n);
    disk_write(n, d, p, size, n->data.n);
}

/* By a clock that was set: then what is rotated counts as from before the link led to it. */
static bool is_older_than_link(const struct stream *s)
{
    return world.jumped && s == &streams[LINKED];
}

/* What stands at the end without a newline is none of this writer's. A crash may have left all of a line but that:
 * then it may have counted as it stood. */
static void end_other_line(struct node *n, struct dent *d)
{
    if (!n->data.n || n->data.p[n->data.n - 1] == '\n')
        return;
    append(n, d, "\n", 1);
    oracle_excuse_line(n, n->data.n - 1);
}

/* What is written behind the place where a file was cut, before anybody looked, or to what an editor kept, and
 * whose copy is gone; or where no birth is known, and several names lead to it. */
static void excuse_after_cut(unsigned id, const struct stream *s, const struct node *n)
{
    if ((world.knobs & KNOB_NO_BIRTH) && n->links > 1 && !oracle.doubt[id])
        oracle.doubt[id] = DOUBT_TOLD;
    if (s->torn && !oracle.doubt[id]) /* which of them goes on in an archive, nothing tells */
        oracle.doubt[id] = DOUBT_TOLD;
    oracle.excused[id] = n->cut == CUT && !n->edited;
    oracle.perhaps[id] = n->cut != CUT_NOT || n->alone || (world.jumped && n->crashed) ||
                         n == s->restore.to; /* shorter than what it is a copy of */
    oracle.log[id] = (uint8_t)(s - streams);
}

static void begin_line(struct stream *s)
{
    struct slice line;

    s->half = oracle.nlines++;
    s->half_ns = world.mono_ns;
    excuse_after_cut(s->half, s, s->node);
    oracle.excused[s->half] |= is_older_than_link(s);
    oracle.halves = true;
    line = oracle_line(s->half);
    end_other_line(s->node, s->name);
    s->half_n = 1 + (size_t)world_random(line.n - 1);
    append(s->node, s->name, line.p, s->half_n);
}

/* What of a line lies in a rotated file for rotate_wait counts as it stands; for a second, where deleted ones
 * have taken all descriptors. */
static int64_t half_waits(void)
{
    return world.knobs & KNOB_FEW_OPEN ? NSEC_PER_SEC / 2 : ROTATE_WAIT_NS / 2;
}

/* Whether an archive is of all of it nobody can know. */
static void doubt_archive(const struct stream *s, const struct node *n)
{
    oracle.riddle |= n->links == 0 || n == s->compress.from;
}

static void end_line(struct stream *s)
{
    struct slice line;
    bool waited;

    if (!s->half || !s->node)
        return;
    waited = world.mono_ns - s->half_ns > half_waits();
    if (waited || is_older_than_link(s))
        oracle.excused[s->half] = true;
    if (waited && (world.knobs & KNOB_NO_BIRTH)) /* what counted as it stood may be another's */
        oracle.riddle = true;
    doubt_archive(s, s->node);
    line = oracle_line(s->half);
    append(s->node, s->name, line.p + s->half_n, line.n - s->half_n);
    s->half = 0;
}

/* Of what is gone only hashes are left: of its first 32, 64, 128 bytes, and more. So long a banner seems to be. */
enum { BANNER_SEEMS = 127 };
static const char banner[] = "# a banner, the same in each generation of this log\n"
                             "# its second line, so that it is longer than a mark\n";

static void put_lines(struct stream *s, struct node *n, struct dent *d, unsigned count)
{
    struct slice line;

    if (n == s->node)
        end_line(s);
    end_other_line(n, d);
    if ((world.knobs & KNOB_BANNER) && n->data.n == 0)
        append(n, d, banner, strlen(banner));
    for (; count > 0 && oracle.nlines < LINES_MAX; count--) {
        excuse_after_cut(oracle.nlines, s, n);
        oracle.excused[oracle.nlines] |= is_older_than_link(s);
        line = oracle_line(oracle.nlines++);
        append(n, d, line.p, line.n);
    }
}

static bool open_log(unsigned a)
{
    struct stream *s = &streams[a % STREAMS];
    struct dent *d = NULL;
    struct node *n = file_at(path_of(a), &d);

    if (!n && !(n = create(path_of(a), &d)))
        return false;
    if (s->node != n)
        end_line(s);
    reopen(s, n, d);
    return true;
}

static void act_write(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];

    if (open_log(a))
        put_lines(s, s->node, s->name, 1 + b % 12);
}

/* It comes behind what an editor kept in the log's place: what that has more, and its copy, may be taken for a part. */
static void doubt_edited(const struct stream *s, const struct node *n)
{
    if (n->links > 0 || n != s->old || !s->node)
        return;
    oracle_excuse_told(s->node);
    if (s->copied)
        oracle_excuse_told(s->copied);
}

static void act_late(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];
    struct node *n = b % 2 && s->old ? s->old : s->node;

    if (!n)
        return;
    doubt_archive(s, n);
    doubt_edited(s, n);
    put_lines(s, n, n == s->old ? s->old_name : s->name, 1 + b % 5);
}

static void act_part(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];

    (void)b;
    if (oracle.nlines < LINES_MAX && open_log(a) && !s->half)
        begin_line(s);
}

/* --- rotators --- */

static void move(const char *from, const char *to)
{
    const char *name;
    struct dent *d = NULL;
    struct node *dir = disk_parent(to, &name);

    if (dir && disk_find(from, false, &d) && d->node->dev == dir->dev)
        disk_rename(d, dir, name);
}

/* Nobody lays hands on a log while it is copied, or writes it anew where copies of it lie about. */
static bool is_copied(unsigned a)
{
    return streams[a % STREAMS].copy.to || streams[a % STREAMS].copies == COPIES_ONLY;
}

enum style { CHAINED, EPOCH, DATEEXT, OLD, LUMBERJACK, BEFORE_EXTENSION, OLDDIR, STYLES };

unsigned actors_style(uint64_t seed, unsigned stream)
{
    return (unsigned)(seed >> (8 * (stream % STREAMS))) % STYLES;
}

static void numbered(unsigned a, enum style style, unsigned i, const char *ending, char out[100])
{
    const char *path = path_of(a);
    size_t stem = strlen(path) - strlen(".log");

    if (style == BEFORE_EXTENSION)
        (void)snprintf(out, 100, "%.*s.%u.log%s", (int)stem, path, i, ending);
    else
        (void)snprintf(out, 100, "%s.%u%s", path, i, ending);
}

/* Makes room for the first of a chain. */
static void shift(unsigned a, enum style style)
{
    static const char *const endings[] = {"", ".gz"};
    char from[100], to[100];

    for (unsigned i = CHAIN; i > 0; i--) {
        for (int k = 0; k < 2; k++) {
            numbered(a, style, i, endings[k], from);
            numbered(a, style, i + 1, endings[k], to);
            move(from, to);
        }
    }
}

/* The name that the log gets; room is made for it. */
static void rotated_name(unsigned a, enum style style, char out[100])
{
    const char *path = path_of(a);
    size_t stem = strlen(path) - strlen(".log");

    if (style == CHAINED || style == BEFORE_EXTENSION) {
        shift(a, style);
        numbered(a, style, 1, "", out);
    } else if (style == EPOCH) {
        (void)snprintf(out, 100, "%s.%u", path, 1772355600 + oracle.nlines);
    } else if (style == DATEEXT) {
        (void)snprintf(out, 100, "%s-20260301-%u", path, 1772355600 + oracle.nlines);
    } else if (style == OLD) {
        (void)snprintf(out, 100, "%s.old", path);
    } else if (style == LUMBERJACK) {
        (void)snprintf(out, 100, "%.*s-2026-03-01T10-%02u-%02u.%03u.log", (int)stem, path,
                       oracle.nlines / 60 % 60, oracle.nlines % 60, oracle.nlines % 1000);
    } else {
        (void)snprintf(out, 100, "/old%s.%u", strrchr(path, '/'), oracle.nlines);
    }
}

/* What is rotated unseen, and was written before the link led to it, counts as history. */
static void excuse_older_than_link(const struct node *n)
{
    const struct node *link = disk_find("/cur/app.log", false, NULL);

    if (link && n->mtime_ns < link->mtime_ns)
        oracle_excuse(n);
}

/* What an editor kept beside it may have nothing to do with it. */
static void doubt_kept(const struct node *copy)
{
    for (const struct node *n = world.nodes; n; n = n->next)
        if (n->copy == copy)
            oracle_doubts(n, DOUBT_FREE);
}

static void act_rotate(unsigned a, unsigned b)
{
    enum style style = b / 2 % STYLES;
    struct dent *d;
    char to[100];

    if (!file_at(path_of(a), NULL) || is_copied(a))
        return;
    cover(COVER_STYLE, style);
    if (a % STREAMS == LINKED)
        excuse_older_than_link(file_at(path_of(a), NULL));
    if (style == BEFORE_EXTENSION) /* another log, for all that its name says */
        doubt_kept(file_at(path_of(a), NULL));
    streams[a % STREAMS].apart |= style == BEFORE_EXTENSION || style == LUMBERJACK;
    rotated_name(a, style, to);
    move(path_of(a), to);
    if (b % 2)
        (void)create(path_of(a), &d);
}

/* --- jobs --- */

/* Writes another part of what it is to write, or all. True when that is done. */
static bool go_on(struct job *j, const struct buf *what, bool all)
{
    size_t n = what->n > j->done ? what->n - j->done : 0; /* it may have been truncated */

    if (!all)
        n = (n + 1) / 2;
    append(j->to, j->to_name, n > 0 ? what->p + j->done : "", n);
    j->done += n;
    return j->done == what->n;
}

/* What a crash cut within its first line, or its banner. */
static bool is_little(const char *p, size_t n)
{
    const char *nul = n > 0 && *p ? memchr(p, 0, n) : NULL; /* written on behind them, perhaps */
    size_t left = nul ? (size_t)(nul - p) : n;
    size_t head = left < strlen(banner) ? left : strlen(banner);

    if (left > 0 && memcmp(p, banner, head) == 0)
        return !memchr(p + head, '\n', left - head);
    return n > 0 && !memchr(p, '\n', left);
}

/* Of little, or of what nobody has seen more of, nothing tells that it was written anew, when that begins
 * alike. */
static void truncate_all(struct node *n, struct dent *d)
{
    size_t known = n->seen ? n->seen : n->seen_died;
    size_t seen = known < n->data.n ? known : n->data.n;
    bool was_little =
        n->data.n > 0 && (is_little(n->data.p, n->data.n) || is_little(n->data.p, seen));

    disk_truncate(n, d, 0);
    n->cut = was_little ? CUT : CUT_NOT;
}

static void clear_job(struct job *j)
{
    buf_release(&j->out);
    buf_release(&j->plain);
    *j = (struct job){0};
}

static bool still_named(const struct dent *d, const struct node *n)
{
    return d && d->node == n && disk_name(d->dir, d->name) == d;
}

static void end_copy(struct stream *s)
{
    struct job *j = &s->copy;

    if (!j->to)
        return;
    if (j->blind)
        oracle_may_double(j->from);
    if (j->blind && world.mono_ns - j->since_ns > ROTATE_WAIT_NS / 2)
        oracle_excuse_line(j->from, j->done); /* what there was of it counted as it stood */
    (void)go_on(j, &j->from->data, true);
    if (s == &streams[LINKED])
        excuse_older_than_link(j->to); /* by a clock that was set back */
    if (j->from->data.n > 0)
        doubt_number(j->to, j->from);
    if (j->truncates)
        truncate_all(j->from, j->from_name);
    s->copied = j->to;
    s->copied_ns = world.mono_ns;
    clear_job(j);
}

/* It loses its name before anybody has looked at it since it is complete: what waited for the rest is read by its
 * descriptor then, and told. */
static void doubt_fresh_copy(const struct stream *s)
{
    if (s->copied && world.mono_ns - s->copied_ns < LOOKED_NS)
        oracle_may_double(s->copied);
}

/* The original goes out of sight while it is copied: a copy that stands still meanwhile is read, and that is
 * told. So is one that was made before, if nobody could look into it. */
static void copy_blindly(unsigned a)
{
    struct stream *s = &streams[a % STREAMS];
    struct job *j = &s->copy;

    if (file_at(path_of(a), NULL))
        s->blind = file_at(path_of(a), NULL);
    if (s->copies == COPIES_ONLY && s->blind && (world.failed || world.knobs & KNOB_FEW_OPEN))
        oracle_may_double(s->blind);
    doubt_fresh_copy(s);
    if (!j->to)
        return;
    j->blind = true;
    oracle_may_double(j->from);
}

/* In one go when b is even: then nothing is written between copy and truncation. Odd: begins; ends, or has
 * copied all, but not yet truncated. Some only copy. */
static void act_copytruncate(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];
    struct job *j = &s->copy;
    char to[100];

    if (j->to && b % 8 == 7 && j->done < j->from->data.n) {
        if (j->blind)
            oracle_may_double(j->from);
        (void)go_on(j, &j->from->data, true);
        return;
    }
    if (j->to) {
        end_copy(s);
        return;
    }
    j->from = file_at(path_of(a), &j->from_name);
    if (!j->from)
        return;
    if (j->from->links > 1)
        oracle_doubts(j->from, DOUBT_FREE); /* a copy of which name? */
    rotated_name(a, b / 4 % STYLES == DATEEXT ? DATEEXT : CHAINED, to);
    j->to = create(to, &j->to_name);
    j->done = 0;
    if (!j->to)
        return;
    if (j->from->data.n > 0)
        doubt_number(j->to, j->from);
    if (s->copies == COPIES_NOT_YET)
        s->copies = b / 2 % 4 == 3 ? COPIES_ONLY : COPIES_AND_TRUNCATES;
    j->truncates = s->copies == COPIES_AND_TRUNCATES;
    j->blind = s == &streams[LINKED] && disk_find("/cur/app.log", true, NULL) != j->from;
    if (j->blind)
        oracle_may_double(j->from);
    j->since_ns = world.mono_ns;
    if (oracle
            .unseen_boot) /* a rotation may be undone, and which name it was given is not known yet */
        oracle_may_double(j->from);
    if (b % 2)
        (void)go_on(j, &j->from->data, false);
    else
        end_copy(s);
}

static void deflate_into(const struct buf *from, struct buf *out)
{
    z_stream z = {0};

    buf_clear(out);
    (void)deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)from->p;
    z.avail_in = (uInt)from->n;
    z.next_out = (Bytef *)buf_reserve(out, deflateBound(&z, from->n) + 64);
    z.avail_out = (uInt)deflateBound(&z, from->n) + 64;
    (void)deflate(&z, Z_FINISH);
    buf_commit(out, (char *)z.next_out);
    (void)deflateEnd(&z);
}

/* The archive has the time of what is in it. Who has not seen that before it was compressed reads it
 * when it was written after the last save, under a name that is surely a part's. */
static void end_compress(struct stream *s)
{
    struct job *j = &s->compress;

    if (!j->to)
        return;
    j->to->history |= j->from->mtime_ns < oracle.saved_wall_ns || world.jumped || world.config ||
                      strstr(j->from_name->name, ".log.") == NULL;
    (void)go_on(j, &j->out, true);
    buf_slice(&j->to->plain, buf_all(&j->plain));
    disk_set_time(j->to, j->to_name, j->from->mtime_ns);
    if (still_named(j->from_name, j->from))
        disk_unlink(j->from_name);
    clear_job(j);
}

/* The nth rotated part of a log that is not compressed, nor just being copied. */
static struct dent *part_of(unsigned a, unsigned nth)
{
    const char *base = strrchr(path_of(a), '/') + 1, *name;
    struct node *dir = disk_parent(path_of(a), &name);
    struct dent *found = NULL;

    for (struct dent *d = dir ? dir->names : NULL; d; d = d->next) {
        if (d->name[0] != base[0] || !S_ISREG(d->node->mode) || strcmp(d->name, base) == 0 ||
            strstr(d->name, ".gz") || strstr(d->name, ".tmp") || d->node->data.n == 0 ||
            d->node->data.n > PLAIN_MAX || d->node == streams[a % STREAMS].copy.to ||
            d->node == streams[a % STREAMS].unpack.to)
            continue;
        found = d;
        if (nth-- == 0)
            break;
    }
    return found;
}

static void act_compress(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];
    struct job *j = &s->compress;
    struct dent *d = part_of(a, b / 2 % 4);
    char name[120];

    if (j->to) {
        end_compress(s);
        return;
    }
    if (!d)
        return;
    (void)snprintf(name, sizeof(name), "%s.gz", d->name);
    if (disk_name(d->dir, name))
        return;
    if (d->node == s->copied)
        doubt_fresh_copy(s);
    *j = (struct job){.from = d->node, .from_name = d, .to = disk_new(S_IFREG | 0644)};
    j->to->packed = true;
    deflate_into(&d->node->data, &j->out);
    j->to_name = disk_link(d->dir, name, j->to);
    buf_slice(&j->plain, buf_all(&d->node->data));
    if (d->node->links > 1)
        oracle_doubts(d->node, DOUBT_FREE); /* an archive of which name? It may be written on */
    if (b % 2)
        (void)go_on(j, &j->out, false);
    else
        end_compress(s);
}

static struct dent *archive_of(unsigned a, unsigned nth)
{
    const char *base = strrchr(path_of(a), '/') + 1, *name;
    struct node *dir = disk_parent(path_of(a), &name);
    struct dent *found = NULL;

    for (struct dent *d = dir ? dir->names : NULL; d; d = d->next) {
        if (d->name[0] != base[0] || !S_ISREG(d->node->mode) || !d->node->plain.n)
            continue;
        found = d;
        if (nth-- == 0)
            break;
    }
    return found;
}

static void end_unpack(struct stream *s)
{
    struct job *j = &s->unpack;
    struct node plain = {0};

    if (!j->to)
        return;
    plain.data = j->from->plain;
    if (world.mono_ns - j->since_ns > ROTATE_WAIT_NS / 2)
        oracle_excuse_line(&plain, j->done); /* what there was of it counted as it stood */
    (void)go_on(j, &j->from->plain, true);
    disk_set_time(j->to, j->to_name, j->from->mtime_ns);
    if (j->truncates && still_named(j->from_name, j->from))
        disk_unlink(j->from_name);
    clear_job(j);
}

/* gunzip: of what went on in an archive a copy, until that is deleted; if it is done slowly, or nobody knows what was
 * in the archive, it may count again. */
static void act_unpack(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];
    struct job *j = &s->unpack;
    struct dent *d = archive_of(a, b / 4 % 4);
    char to[100];

    if (j->to) {
        end_unpack(s);
        return;
    }
    if (!d || snprintf(to, sizeof(to), "%.*s%s", (int)(strrchr(path_of(a), '/') + 1 - path_of(a)),
                       path_of(a), d->name) >= (int)sizeof(to))
        return;
    to[strlen(to) - strlen(".gz")] = 0;
    *j = (struct job){.from = d->node, .from_name = d, .truncates = b / 2 % 2};
    j->to = create(to, &j->to_name);
    if (!j->to)
        return;
    j->since_ns = world.mono_ns;
    oracle.riddle |= j->from->plain.p[j->from->plain.n - 1] != '\n'; /* is it new from there on? */
    oracle_doubts(d->node, strstr(to, ".log.") ? DOUBT_TOLD : DOUBT_FREE); /* else of another log */
    if (b % 2)
        (void)go_on(j, &j->from->plain, false);
    else
        end_unpack(s);
}

/* --- operators --- */

static void act_unlink(unsigned a, unsigned b)
{
    struct dent *d = NULL;

    (void)b;
    if (file_at(path_of(a), &d) && !is_copied(a))
        disk_unlink(d);
}

static size_t without_last_line(const struct buf *b)
{
    size_t n = b->n;

    for (n -= n > 0; n > 0 && b->p[n - 1] != '\n'; n--)
        ;
    return n;
}

/* Renames a copy of a log over it, perhaps without the last line, and the log to what it is to be called then: the
 * log that was, or NULL. */
static struct node *replace(unsigned a, unsigned b, const char *backup)
{
    struct dent *e = NULL;
    struct node *n = file_at(path_of(a), NULL), *copy;
    bool shorter =
        b % 2 || streams[a % STREAMS].half; /* the rest of that line goes to the old one */
    char tmp[100];

    (void)snprintf(tmp, sizeof(tmp), "%s.tmp", path_of(a));
    if (!n || n->data.n == 0 || is_copied(a) || !(copy = create(tmp, &e)))
        return NULL;
    if (streams[a % STREAMS].half) /* in both it may come to its end */
        oracle.doubt[streams[a % STREAMS].half] = DOUBT_FREE;
    doubt_number(copy, n);
    append(copy, e, n->data.p, b % 2 ? without_last_line(&n->data) : n->data.n);
    copy->edited = shorter;
    copy->cut = shorter ? CUT : CUT_NOT;
    if (backup)
        move(path_of(a), backup);
    move(tmp, path_of(a));
    return n;
}

/* Nor when it has another name, or its disk goes before what replaced it was looked at; and where it was cut, only its
 * descriptor and the events tell. */
static bool is_replaced_seen(const struct node *n, const struct node *by, unsigned a, unsigned b)
{
    unsigned blind = b % 2 ? KNOB_POLL | KNOB_FEW_OPEN : 0;

    return n->links == 0 && !(world.knobs & blind) && process_looks(path_of(a)) &&
           streams[a % STREAMS].blind != by;
}

/* Is it known that it was but the last line? Where less than half is left, only its descriptor tells that; nothing,
 * where what is left may be the banner of another generation, which may seem twice as long as it is. */
static bool is_cut_known(unsigned a, const struct node *n)
{
    size_t left = n ? without_last_line(&n->data) : 0;

    if (((world.knobs & KNOB_BANNER) && left <= BANNER_SEEMS) ||
        left < 2 * streams[a % STREAMS].rested)
        return false;
    return n && (sys_holds(n) || left >= n->data.n / 2);
}

/* What was replaced has another name: which has all of the other, or nothing tells what it is. */
static void keep(struct node *n, unsigned a, unsigned b)
{
    bool is_told = b % 2 == 0 && !streams[a % STREAMS].half && !oracle.unseen_boot;

    n->copy = file_at(path_of(a), NULL);
    oracle_doubts(n, is_told ? DOUBT_TOLD : DOUBT_FREE);
}

/* sed -i '$d' and the like; b / 2 odd: while the process looks, before and after it. Then nothing counts
 * twice. */
static void act_edit(unsigned a, unsigned b)
{
    bool looks = b / 2 % 2 && !world.inside && !tracing, known;
    struct node *n, *by;

    if (looks)
        process_run(LOOKED_NS);
    n = file_at(path_of(a), NULL);
    known = b % 2 == 0 || is_cut_known(a, n);
    oracle.riddle |= b % 2 && n && !sys_holds(n); /* was it cut amid its last line? */
    n = replace(a, b, NULL);
    oracle.halves |= n != NULL; /* what is lost unread of it was read before */
    by = file_at(path_of(a), NULL);
    looks = looks && known && n && is_replaced_seen(n, by, a, b);
    if (looks)
        process_run(LOOKED_NS);
    if (n && n->links > 0)
        keep(n, a, b);
    else if (n && !(looks && is_replaced_seen(n, by, a, b)))
        oracle_doubts(n, DOUBT_TOLD); /* it could be a job that writes again */
}

/* sed -i.bak '$d': what was is kept, as a part of the log for all that its name says. What comes in its place may be
 * a job's, which writes the same again: it is read, and told where it has the most of what was, and neither was
 * written on when both are met; b / 2 odd: while the process looks. */
static void act_bak(unsigned a, unsigned b)
{
    bool looks = b / 2 % 2 && !world.inside && !tracing;
    struct node *n;
    char bak[100];

    if (looks)
        process_run(LOOKED_NS);
    (void)snprintf(bak, sizeof(bak), "%s.bak", path_of(a));
    if (a % STREAMS == LINKED && file_at(path_of(a), NULL))
        excuse_older_than_link(file_at(path_of(a), NULL));
    n = replace(a, b, bak);
    oracle.halves |=
        n && (world.knobs & KNOB_FEW_OPEN); /* what is lost unread of it was read before */
    if (n)
        keep(n, a, b);
    if (looks && n)
        process_run(LOOKED_NS);
}

/* To nothing; or in the middle, where what is left may well be taken for another generation; and who
 * writes on before anybody looks may write what looks like the end that was there. */
static void act_truncate(unsigned a, unsigned b)
{
    struct dent *d = NULL;
    struct node *n = file_at(path_of(a), &d);
    size_t size = 0;

    if (!n || n->data.n == 0 || is_copied(a))
        return;
    if (b % 2)
        size = without_last_line(&n->data);
    if (size == 0) {
        truncate_all(n, d);
        return;
    }
    oracle_doubts(n, DOUBT_FREE);
    disk_truncate(n, d, size);
    n->cut = CUT;
}

static void end_rewrite(struct stream *s)
{
    struct job *j = &s->rewrite;

    if (!j->to)
        return;
    (void)go_on(j, &j->out, true);
    clear_job(j);
}

/* cp over it, or an editor that keeps the inode: the same bytes again; b odd: in two parts. Who sees
 * it rest in between cannot know. */
static void act_rewrite(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];
    struct job *j = &s->rewrite;
    struct dent *d = NULL;
    struct node *n = file_at(path_of(a), &d);

    if (j->to) {
        end_rewrite(s);
        return;
    }
    if (!n || n->data.n == 0 || is_copied(a))
        return;
    oracle_doubts(n, DOUBT_FREE);
    oracle.halves = true; /* what was lost unread comes again */
    *j = (struct job){.to = n, .to_name = d};
    buf_slice(&j->out, buf_all(&n->data));
    if (b % 2)
        oracle_excuse(n);
    disk_truncate(n, d, 0);
    n->cut = CUT;
    if (b % 2)
        (void)go_on(j, &j->out, false);
    else
        end_rewrite(s);
    s->rested = b % 2 && s->rested < j->done ? j->done : s->rested;
}

static void act_backup(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];
    struct node *n = file_at(path_of(a), NULL);

    (void)b;
    if (!n || n->data.n == 0)
        return;
    if (s->half) /* in both it may come to its end */
        oracle.doubt[s->half] = DOUBT_FREE;
    s->backed = n;
    s->backup = disk_new(S_IFREG | 0644);
    buf_slice(&s->backup->data, buf_all(&n->data));
    s->backup->mtime_ns = n->mtime_ns;
    s->backup->seen = n->data.n == n->seen_kept;
    s->apart = false;
}

/* It comes in one go, beside nothing that has more: that may be another generation, which begins alike. */
static bool is_put_back_told(const struct stream *s, bool slowly)
{
    const struct buf *b = &s->backup->data;
    bool told = !slowly && !s->apart;

    for (const struct node *n = world.nodes; n && told; n = n->next)
        told = n->data.n <= b->n || memcmp(n->data.p, b->p, b->n) != 0;
    return told;
}

static void end_restore(struct stream *s)
{
    struct job *j = &s->restore;

    if (!j->to)
        return;
    if (world.mono_ns - j->since_ns > ROTATE_WAIT_NS / 2)
        oracle_excuse_line(j->from, j->done); /* what there was of it counted as it stood */
    (void)go_on(j, &j->from->data, true);
    if (j->dates)
        disk_set_time(j->to, j->to_name, j->from->mtime_ns);
    if (j->dates && (world.knobs & KNOB_NO_BIRTH)) /* written before itself */
        oracle_may_double(j->to);
    if (s == &streams[LINKED])
        excuse_older_than_link(j->to);
    clear_job(j);
}

/* cp back what was copied away before the log was deleted; b odd: cp -a, with its time. */
static void act_restore(unsigned a, unsigned b)
{
    struct stream *s = &streams[a % STREAMS];
    struct job *j = &s->restore;

    if (j->to) {
        end_restore(s);
        return;
    }
    if (!s->backup || file_at(path_of(a), NULL))
        return;
    j->to = create(path_of(a), &j->to_name);
    if (!j->to)
        return;
    j->from = s->backup;
    if (s->backed->links > 0)
        s->backed->copy = j->to;
    j->since_ns = world.mono_ns;
    j->dates = b % 2;
    j->to->edited = true; /* the log may have had more when it went */
    j->to->cut = CUT;
    oracle_doubts(s->backup, is_put_back_told(s, b / 2 % 2) ? DOUBT_TOLD : DOUBT_FREE);
    if (s->half) /* in both it may come to its end */
        oracle.doubt[s->half] = DOUBT_FREE;
    if (b / 2 % 2)
        (void)go_on(j, &j->from->data, false);
    else
        end_restore(s);
}

static void act_away(unsigned a, unsigned b)
{
    (void)a, (void)b;
    copy_blindly(0);
    copy_blindly(1);
    move("/log", "/moved");
}

static void act_back(unsigned a, unsigned b)
{
    (void)a, (void)b;
    if (!disk_find("/log", false, NULL)) {
        oracle_back_in_reach();
        move("/moved", "/log");
    }
    if (!oracle.began) /* what is rotated there is history */
        oracle_first();
}

/* The link is pointed at another file, or back at the one before. */
static void act_switch(unsigned a, unsigned b)
{
    (void)a;
    copy_blindly(LINKED);
    if (b % 3)
        point(pod + 1);
    else if (pod > 0)
        point(pod - 1);
}

static struct node *mount_point(void)
{
    struct dent *d = NULL;

    (void)disk_find("/mnt", false, &d);
    return d->node;
}

/* What lies there goes out of sight, with all copies of it. */
static void hide_below(const struct node *on)
{
    copy_blindly(MOUNTED);
    for (const struct dent *d = on->names; d; d = d->next)
        if (S_ISREG(d->node->mode))
            oracle_may_double(d->node);
}

/* The disk comes back, perhaps with another device number. */
static void act_mount(unsigned a, unsigned b)
{
    struct node *on = mount_point();
    bool busy = false;

    (void)a;
    if (on->mounted)
        return;
    for (const struct node *n = world.nodes; n; n = n->next)
        busy |= n->dev == world.volume->dev && n->opens > 0;
    if (b % 2 && !busy) {
        uint64_t was = world.volume->dev;

        for (struct node *n = world.nodes; n; n = n->next)
            if (n->dev == was)
                n->dev = was + 1;
    }
    oracle_back_in_reach();
    hide_below(on);
    disk_mount(on, world.volume);
}

static void act_unmount(unsigned a, unsigned b)
{
    (void)a, (void)b;
    copy_blindly(MOUNTED);
    oracle.halves = true; /* what is away for long is said to be lost */
    if (mount_point()->mounted)
        disk_unmount(mount_point());
}

static void act_hardlink(unsigned a, unsigned b)
{
    const char *name;
    struct node *n = file_at(path_of(a), NULL), *dir;
    char to[100];

    (void)b;
    (void)snprintf(to, sizeof(to), "%s.%u", path_of(a), 1772000000 + oracle.nlines);
    dir = disk_parent(to, &name);
    if (!n || !dir || dir->dev != n->dev || disk_name(dir, name))
        return;
    if (a % STREAMS == LINKED)
        excuse_older_than_link(n);
    if (world.knobs & KNOB_NO_BIRTH) { /* of which name is a number? */
        unsigned half = streams[a % STREAMS].half;

        oracle_may_double(n);
        oracle.doubt[half] = oracle.doubt[half] ? oracle.doubt[half] : DOUBT_TOLD;
    }
    (void)disk_link(dir, name, n);
}

/* --- what happens to the process --- */

static void act_tick(unsigned a, unsigned b)
{
    process_run((int64_t)(a % 64) * (int64_t)(b % 100 + 1) * NSEC_PER_MSEC);
}

static void act_start(unsigned a, unsigned b)
{
    (void)a, (void)b;
    process_start();
}

static void act_stop(unsigned a, unsigned b)
{
    (void)a, (void)b;
    process_stop();
}

static void act_kill(unsigned a, unsigned b)
{
    (void)a, (void)b;
    story_die(false);
}

static void act_cut(unsigned a, unsigned b)
{
    (void)a, (void)b;
    story_die(true);
}

/* Of its log two generations were seen, as the last state says. */
static bool is_banner_known(const struct node *n)
{
    char path[100];
    unsigned i = 0;

    if (!disk_path(n, NULL, path, sizeof(path)))
        return false;
    while (i < STREAMS && strrchr(path_of(i), '/')[1] != strrchr(path, '/')[1])
        i++;
    return i < STREAMS && oracle.banner[i];
}

static bool is_torn(unsigned a)
{
    const struct node *n = file_at(path_of(a), NULL);

    return n && (world.knobs & KNOB_BANNER) && is_little(n->data.p, n->data.n);
}

void actors_cut(void)
{
    for (const struct node *n = world.nodes; n; n = n->next)
        oracle.halves |= n->crashed != CRASHED_NOT; /* NULs may be said to be lost */
    for (const struct node *n = world.nodes; n && (world.knobs & KNOB_BANNER); n = n->next)
        if (S_ISREG(n->mode) && !is_banner_known(n))
            oracle_may_double(n); /* what begins with it may be taken for the rest */
    for (const struct node *n = world.nodes; n; n = n->next)
        if (n->plain.n) { /* what it was made of may be back beside it, without its last lines */
            oracle_doubts(n, DOUBT_FREE);
            oracle_excuse(n);
        }
    for (const struct node *n = world.nodes; n; n = n->next)
        if (n->dev == world.volume->dev && !mount_point()->mounted &&
            (world.knobs & (KNOB_BANNER | KNOB_NO_BIRTH))) /* what lies in its place begins alike */
            oracle_doubts(n, world.knobs & KNOB_NO_BIRTH ? DOUBT_FREE : DOUBT_TOLD);
    for (unsigned i = 0; i < STREAMS; i++) {
        struct stream *s = &streams[i];
        struct node plain = {.data = s->compress.plain}; /* of its original a part may be left */

        oracle.halves |= s->copy.to != NULL;
        oracle.excused[s->half] = true; /* also if the newline of another ends it */
        if (s->copy.to)                 /* who knows what half a copy is? */
            oracle_doubts(s->copy.from, DOUBT_FREE);
        if (s->copy.to)
            oracle_doubts(s->copy.to, DOUBT_FREE);
        if (s->compress.to) /* nor half an archive: it may well give lines twice */
            oracle_doubts(&plain, DOUBT_FREE);
        if (s->compress.to)
            oracle_excuse(&plain);
        clear_job(&s->copy);
        clear_job(&s->compress);
        clear_job(&s->unpack);
        clear_job(&s->rewrite);
        clear_job(&s->restore);
        *s = (struct stream){.backup = s->backup,
                             .backed = s->backed,
                             .apart = s->apart,
                             .torn = s->torn || is_torn(i),
                             .rested = s->rested,
                             .copies = s->copies};
    }
    boot();
}

static void act_scrape(unsigned a, unsigned b)
{
    (void)a, (void)b;
    process_scrape();
}

static void act_settle(unsigned a, unsigned b)
{
    (void)a, (void)b;
    disk_settle();
}

static void act_reload(unsigned a, unsigned b)
{
    (void)a;
    for (unsigned i = 0; i < STREAMS; i++)
        copy_blindly(i);
    process_configure(b);
}

static void act_clock(unsigned a, unsigned b)
{
    static const int64_t jumps[] = {1, 3600, -3600, -1, 86400, -86400};

    (void)a;
    for (const struct dent *d = disk_find("/pods", true, NULL)->names; d; d = d->next)
        oracle_excuse(d->node); /* older than the link to it, or not? */
    for (const struct node *n = world.nodes; n; n = n->next)
        if (n == streams[LINKED].node || n == streams[LINKED].old)
            oracle_excuse(n); /* deleted, perhaps, until a crash gives its name back */
    for (const struct node *n = world.nodes; n; n = n->next)
        if (n->crashed) /* written on before the crash, or since? */
            oracle_excuse_told(n);
    world.jumped = true;
    oracle_history();
    world.wall_off_ns += jumps[b % 6] * NSEC_PER_SEC;
}

/* A call that hangs, as on a disk that does not answer. */
static void act_hang(unsigned a, unsigned b)
{
    oracle_history();
    world.hang_at = world.calls + 1 + b;
    world.hang_ns = (int64_t)(a % 20) * NSEC_PER_SEC;
}

static void act_short(unsigned a, unsigned b)
{
    (void)a;
    world.short_reads = b % 2;
}

/* The next call of a kind fails, whenever that is; sometimes the next twenty. Those that are made seldom
 * are asked for more often. */
static void act_fail(unsigned a, unsigned b)
{
    static const enum call seldom[] = {CALL_LSEEK, CALL_RM_WATCH, CALL_INOTIFY};
    enum call call = b < 4 * CALLS ? b % CALLS : seldom[b % 3];

    for (unsigned i = 0; i < STREAMS; i++) /* a look into a copy fails */
        if (streams[i].copies == COPIES_ONLY && streams[i].blind)
            oracle_may_double(streams[i].blind);
    world.fail_errno[call] = errors[a % ERRORS];
    world.fail_count[call] = a / ERRORS % 4 == 3 ? 20 : 1;
}

const struct kind kinds[] = {
    {"write", act_write, 30, true},  /* stream, lines - 1 */
    {"late", act_late, 5, true},     /* stream; b odd: to the file before */
    {"part", act_part, 4, true},     /* of a line; stream */
    {"tick", act_tick, 25, false},   /* milliseconds, times b + 1 */
    {"rotate", act_rotate, 8, true}, /* stream; b odd creates, b / 2 is the style */
    {"copytruncate", act_copytruncate, 4, true},
    {"compress", act_compress, 5, true}, /* stream; b odd slowly, b / 2 which part */
    {"unpack", act_unpack, 2,
     true}, /* stream; b odd slowly, b / 2 odd deletes the archive; b / 4 which */
    {"unlink", act_unlink, 2, true},
    {"truncate", act_truncate, 1, true}, /* stream; b odd its last line only */
    {"edit", act_edit, 2, true},         /* stream; b odd: without its last line; b / 2 odd: seen */
    {"bak", act_bak, 1, true},           /* as edit, but what was is kept as .bak */
    {"rewrite", act_rewrite, 1, true},
    {"backup", act_backup, 1, true},
    {"restore", act_restore, 3, true}, /* stream; b odd with its time, b / 2 odd slowly */
    {"away", act_away, 1, true},       /* the directory of the logs */
    {"back", act_back, 2, true},
    {"switch", act_switch, 1, true}, /* the link; 0 mod 3 back */
    {"unmount", act_unmount, 1, true},
    {"mount", act_mount, 2, true}, /* b odd: as another device, if it can be */
    {"hardlink", act_hardlink, 1, true},
    {"start", act_start, 8, false},
    {"stop", act_stop, 2, false},
    {"kill", act_kill, 3, true},
    {"cut", act_cut, 1, true},
    {"reload", act_reload, 1, false}, /* with configuration b */
    {"scrape", act_scrape, 4, false},
    {"settle", act_settle, 2, true},
    {"clock", act_clock, 1, true},
    {"hang", act_hang, 1, false},  /* seconds; the call after b others */
    {"short", act_short, 1, true}, /* reads; b even: no more */
    {"fail", act_fail, 11, true},  /* errors[a], b: which call; in every second story */
};
const unsigned nkinds = sizeof(kinds) / sizeof(kinds[0]);

void actors_end(void)
{
    for (unsigned i = 0; i < STREAMS; i++) {
        end_copy(&streams[i]);
        end_compress(&streams[i]);
        end_unpack(&streams[i]);
        end_rewrite(&streams[i]);
        end_restore(&streams[i]);
    }
    act_back(0, 0);
    act_mount(0, 0);
    memset(world.fail_count, 0, sizeof(world.fail_count));
    world.storms = false;
    world.short_reads = false;
    world.hang_at = 0;
}
