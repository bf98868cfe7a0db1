/* checkpoint -- what is saved of each content, and how a restart takes it up again.
 *
 *     u32 format; blob boot id; u64 lines, lines forgotten, when, since when, running time, lines of
 *                 what is gone, when it was saved
 *     u32 logs    { blob name, u8 first backlog not yet read }
 *     u32 files   { vblob stream path, log name; varint how much of that path the path shares, vblob
 *                   its rest; the same of the real path; varint flags; u64 when lost, u64 mtime; tail;
 *                   count; vblob carry; varint began: how many first bytes of what was not yet read are
 *                   known, u32 hash of them, vblob the first of these }
 *     u32 banners { vblob stream path, varint bytes }
 *
 * Version 0.1 wrote format 2: logs and files alone, of which each was { blob stream path, log name,
 * path; u8 flags; u64 when lost; tail; blob carry }. Those between were never in a version.
 *
 * What is gone (FILE_ABSENT) does not change any more, and may be twenty thousand contents: it goes
 * into the memory, to which each save adds what is new.
 *
 *     { vblob { varint key, u64 running time when it was given up; a file as above } }
 *     { vblob { varint key } }   takes the entry back: it is there again, or forgotten
 *
 * A new run writes all of it anew, as does a save that finds more dead entries than living ones.
 *
 * Why FILE_HELD is not saved: it was not read, so the next run meets it as a newcomer, with the same contents to
 * compare it with. So it does FILE_DENIED and FILE_WAITING, of which only is saved how much was in them, if some
 * of that, perhaps, was not read: they may be cut, or gone, by then.
 *
 * A restored file has no place. The first reconcile finds its inode under some name, or finds that
 * it is lost and looks for its rest (place.c, identify.c); nothing here touches a file. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/sys.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

enum { CHECKPOINT_FORMAT = 5, FORMAT_OF_0_1 = 2, DEAD_WORTH = 1000 };

enum saved_flags {
    SAVED_PACKED = 1 << 0,
    SAVED_RETIRED = 1 << 1,
    SAVED_LOST = 1 << 2,
    SAVED_TRUNCATED = 1 << 3,
    SAVED_GIVEN_UP = 1 << 4,
    SAVED_RENAMED = 1 << 5,
    SAVED_REBOOTED = 1 << 6,
    SAVED_AWAY = 1 << 7,
    SAVED_PART = 1 << 8, /* taken as read as a part of another */
    SAVED_DOUBTED = 1 << 9,
    SAVED_DENIED = 1 << 10,
    SAVED_PARTED = 1 << 11,
    SAVED_REBOOTED_AGAIN = 1 << 12,
};

static unsigned flag(bool is, enum saved_flags which)
{
    return is ? (unsigned)which : 0;
}

static unsigned flags_of(const struct tail_file *f)
{
    bool unread = file_is_unread_memo(f);

    return flag(f->packed, SAVED_PACKED) | flag(f->retired, SAVED_RETIRED) |
           flag(file_is_lost(f), SAVED_LOST) |
           flag(f->truncated || (unread && f->cut > 0), SAVED_TRUNCATED) |
           flag(f->state == FILE_ABSENT, SAVED_GIVEN_UP) | flag(f->rebooted, SAVED_REBOOTED) |
           flag(f->rebooted > 1, SAVED_REBOOTED_AGAIN) | flag(f->away, SAVED_AWAY) |
           flag(f->copy_of, SAVED_PART) | flag(f->doubted, SAVED_DOUBTED) |
           flag(f->denied || unread, SAVED_DENIED) | flag(f->parted, SAVED_PARTED) |
           flag(f->renamed || (f->state == FILE_OPEN && !f->astray), SAVED_RENAMED);
}

static void encode_carry(struct tailset *t, struct tail_file *f, struct buf *out)
{
    struct buf carry = BUF_INIT;

    if (f->sink)
        t->sink.carry(t->sink.ctx, f->sink, &carry);
    buf_vblob(out, f->sink ? buf_all(&carry) : buf_all(&f->carry));
    buf_release(&carry);
}

static size_t began_bytes(const struct tail_file *f)
{
    return f->began_n < BEGAN ? f->began_n : BEGAN;
}

/* Of what was not yet read: whether it was written anew meanwhile only that tells. */
static void encode_began(const struct tail_file *f, struct buf *out)
{
    bool is_unread = f->tail.offset == 0 && f->began_n > 0;

    buf_varint(out, is_unread ? f->began_n : 0);
    if (!is_unread)
        return;
    buf_u32(out, f->began_hash);
    buf_vblob(out, slice_make(f->began, began_bytes(f)));
}

static int64_t read_time(struct reader *r)
{
    return clock_within((int64_t)read_u64(r));
}

static int64_t read_running_time(struct reader *r)
{
    int64_t ns = read_time(r);

    r->bad |= ns < 0;
    return ns;
}

static void decode_began(struct tail_file *f, struct reader *r)
{
    uint64_t n = read_varint(r);
    struct slice began;

    r->bad |= n > FINGERPRINT_HEAD;
    if (n == 0 || r->bad)
        return;
    f->began_n = (uint16_t)n;
    f->began_hash = read_u32(r);
    began = read_vblob(r);
    r->bad |= began.n != began_bytes(f);
    if (!r->bad)
        memcpy(f->began, began.p, began.n);
}

/* Most paths are the stream's with something behind it. */
static void encode_path(const char *path, const char *stream, struct buf *out)
{
    size_t same = slice_common(slice_str(path), slice_str(stream));

    buf_varint(out, same);
    buf_vblob(out, slice_str(path + same));
}

static void encode_file(struct tailset *t, struct tail_file *f, struct buf *out)
{
    struct tail tail = f->tail;

    if (file_is_unread_memo(f))
        tail.proved = f->unread > f->cut ? f->unread : f->cut;
    buf_vblob(out, slice_str(f->stream->path));
    buf_vblob(out, slice_str(f->stream->log->name));
    encode_path(f->path, f->stream->path, out);
    encode_path(f->real ? f->real : "", f->stream->path, out);
    buf_varint(out, flags_of(f));
    buf_u64(out, (uint64_t)f->lost_wall_ns);
    buf_u64(out, (uint64_t)f->mtime_ns);
    tail_encode(&tail, out);
    tail_encode_count(&tail, out);
    encode_carry(t, f, out);
    encode_began(f, out);
}

/* Which start of the machine this is; empty as long as it cannot be read. It stays the same: a save
 * without it, since there was no descriptor, would hide the next crash of the machine. */
static struct slice boot_id(struct tailset *t)
{
    int fd = t->boot_n > 0 ? -1 : sys_open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? sys_pread(fd, t->boot, BOOT_ID, 0) : 0;

    if (n > 0)
        t->boot_n = (size_t)n;
    if (fd >= 0)
        (void)sys_close(fd);
    return slice_make(t->boot, t->boot_n);
}

/* How long logtally had run, this time and all times before, when the clock was at `at_ns`. */
static int64_t running_time(const struct tailset *t, int64_t at_ns)
{
    return t->ran_ns + at_ns - t->ran_from_ns;
}

static void encode_sum(const struct tailset *t, struct buf *out)
{
    buf_u64(out, t->sum.lines);
    buf_u64(out, t->sum.lines_forgotten);
    buf_u64(out, (uint64_t)t->sum.forgotten_ns);
    buf_u64(out, (uint64_t)t->sum.since_ns);
    buf_u64(out, (uint64_t)running_time(t, t->now));
    buf_u64(out, t->gone_lines);
}

static void encode_gone(struct tailset *t, struct tail_file *f)
{
    struct buf entry = BUF_INIT;

    f->key = ++t->memory.last_key;
    t->memory.live++;
    buf_varint(&entry, f->key);
    buf_u64(&entry, (uint64_t)running_time(t, f->active_ns));
    encode_file(t, f, &entry);
    buf_vblob(&t->memory.fresh, buf_all(&entry));
    buf_release(&entry);
}

/* Of those that were given up since the last save: they are at the end. */
static struct tail_file *first_new(const struct tailset *t)
{
    struct tail_file *first = NULL;

    for (struct tail_file *f = t->gone.last; f && f->key == 0; f = f->prev)
        first = f;
    return first;
}

static void encode_memory(struct tailset *t, struct tail_memory *ret_memory)
{
    struct memory *m = &t->memory;
    bool anew = !m->begun || m->dead > m->live + DEAD_WORTH;

    if (anew) {
        buf_clear(&m->fresh);
        m->live = m->dead = 0;
    }
    for (struct tail_file *f = anew ? t->gone.first : first_new(t); f; f = f->next)
        encode_gone(t, f);
    *ret_memory = (struct tail_memory){.bytes = m->fresh, .replaces = anew};
    m->fresh = BUF_INIT;
    m->begun = true;
}

/* It was met, and what it is could not be said yet. */
static bool is_undecided(const struct tailset *t, const struct tail_file *f)
{
    return file_is_put_off(f) || (f->denied && file_has_content(f)) ||
           (f->growing && t->now - f->active_ns < t->options.rotate_wait_ns);
}

/* Then what is met later was made since. */
static bool is_all_looked_at(const struct tailset *t)
{
    for (const struct tail_file *f = t->files.first; f; f = f->next)
        if (is_undecided(t, f))
            return false;
    return t->reconciled && t->looking.step == 0 && t->npending == 0 && !dirs_are_unsure(t);
}

static bool is_saved(const struct tail_file *f)
{
    return file_has_content(f) || file_is_unread_memo(f);
}

static void encode_banners(const struct tailset *t, struct buf *out)
{
    uint32_t n = 0;

    for (const struct stream *s = t->streams; s; s = s->next)
        n += s->alike > 0;
    buf_u32(out, n);
    for (const struct stream *s = t->streams; s; s = s->next) {
        if (s->alike == 0)
            continue;
        buf_vblob(out, slice_str(s->path));
        buf_varint(out, s->alike);
    }
}

/* Streams in any order, but the files of each from the oldest to the youngest. */
void tailset_encode(struct tailset *t, struct buf *out, struct tail_memory *ret_memory)
{
    uint32_t nlogs = 0, nfiles = 0;

    for (const struct log *log = t->logs; log; log = log->next)
        nlogs += !log->fresh;
    for (const struct tail_file *f = t->files.first; f; f = f->next)
        nfiles += is_saved(f);
    buf_u32(out, CHECKPOINT_FORMAT);
    buf_blob(out, boot_id(t));
    encode_sum(t, out);
    if (is_all_looked_at(t))
        t->saved_wall_ns = t->looked_wall_ns;
    buf_u64(out, (uint64_t)t->saved_wall_ns);
    buf_u32(out, nlogs);
    for (const struct log *log = t->logs; log; log = log->next) {
        if (log->fresh)
            continue;
        buf_blob(out, slice_str(log->name));
        buf_u8(out, log->first_start && log->backlog > 0);
    }
    buf_u32(out, nfiles);
    for (const struct stream *s = t->streams; s; s = s->next)
        for (struct tail_file *f = s->files; f; f = f->stream_next)
            if (is_saved(f))
                encode_file(t, f, out);
    encode_banners(t, out);
    encode_memory(t, ret_memory);
}

static void restore_place(struct tailset *t, struct tail_file *f, unsigned flags)
{
    f->retired = (flags & SAVED_RETIRED) != 0;
    if (f->retired) /* what it ends with was not to be read */
        f->tail.read_to = f->tail.size;
    f->truncated = (flags & SAVED_TRUNCATED) != 0;
    f->renamed = (flags & SAVED_RENAMED) != 0;
    f->rebooted += (flags & SAVED_REBOOTED) != 0;
    f->rebooted += (flags & SAVED_REBOOTED_AGAIN) != 0;
    f->packed = (flags & SAVED_PACKED) != 0;
    f->away = flags & SAVED_AWAY ? AWAY_LOOKS : 0;
    f->doubted = (flags & SAVED_DOUBTED) != 0;
    f->denied = (flags & SAVED_DENIED) != 0;
    f->parted = (flags & SAVED_PARTED) != 0;
    if (flags & SAVED_LOST)
        file_enter(t, f, flags & SAVED_GIVEN_UP ? FILE_ABSENT : FILE_LOST);
    else if (!f->denied) /* what has its number is not known to be that */
        file_set_id(t, f, &f->tail.id);
}

/* A file as it was saved. */
struct saved {
    struct slice log, carry;
    char *stream, *path, *real;
    unsigned flags;
    int64_t lost_wall_ns, mtime_ns;
    struct tail tail;
};

static void release_saved(struct saved *s)
{
    free(s->stream);
    free(s->path);
    free(s->real);
    tail_release(&s->tail);
}

static char *read_path(struct reader *r, struct slice stream)
{
    uint64_t same = read_varint(r);
    struct slice rest = read_vblob(r);
    struct buf path = BUF_INIT;

    r->bad |= same > stream.n;
    if (r->bad)
        return NULL;
    buf_add(&path, stream.p, (size_t)same);
    buf_slice(&path, rest);
    return buf_detach(&path);
}

static void read_file(struct reader *r, struct saved *s)
{
    struct slice stream = read_vblob(r);

    s->stream = xstrslice(stream);
    s->log = read_vblob(r);
    s->path = read_path(r, stream);
    s->real = read_path(r, stream);
    s->flags = (unsigned)read_varint(r);
    s->lost_wall_ns = read_time(r);
    s->mtime_ns = read_time(r);
    tail_decode(&s->tail, r);
    tail_decode_count(&s->tail, r);
    s->carry = read_vblob(r);
}

static void read_file_0_1(struct reader *r, struct saved *s)
{
    s->stream = xstrslice(read_blob(r));
    s->log = read_blob(r);
    s->path = xstrslice(read_blob(r));
    s->flags = read_u8(r);
    s->lost_wall_ns = read_time(r);
    tail_decode_0_1(&s->tail, r);
    s->carry = read_blob(r);
}

/* Those that were taken as read as a part of another. */
struct parts {
    struct tail_file **p;
    size_t n, cap;
};

static void add_part(struct parts *parts, struct tail_file *f)
{
    if (!f->retired || file_is_lost(f) || f->tail.digest)
        return;
    GROW(parts->p, parts->n, parts->cap);
    parts->p[parts->n++] = f;
}

/* All that are known by now may be that other one. */
static void join_parts(const struct parts *parts)
{
    for (size_t i = 0; i < parts->n; i++)
        parts->p[i]->copy_of = file_whole_of(parts->p[i]);
}

/* Of what is there more is known than hashes. */
static bool can_be(const struct saved *s)
{
    return s->stream[0] && s->path[0] &&
           (!s->tail.digest || (s->flags & (SAVED_LOST | SAVED_PACKED)));
}

/* NULL: it cannot be read. */
static struct tail_file *restore_file(struct tailset *t, struct reader *r, bool of_0_1,
                                      struct parts *parts)
{
    struct saved s = {0};
    struct tail_file *f;

    if (of_0_1)
        read_file_0_1(r, &s);
    else
        read_file(r, &s);
    if (r->bad || !can_be(&s)) {
        r->bad = true;
        release_saved(&s);
        return NULL;
    }
    f = file_new(t, stream_get(t, s.stream, log_by_name(t, s.log)), FILE_UNPLACED);
    free(s.stream);
    f->tail = s.tail;
    f->path = s.path;
    buf_slice(&f->carry, s.carry);
    f->lost_wall_ns = s.lost_wall_ns;
    f->mtime_ns = s.mtime_ns;
    f->rebooted = t->rebooted;
    if (!of_0_1)
        decode_began(f, r);
    restore_place(t, f, s.flags);
    if (s.flags & SAVED_PART)
        add_part(parts, f);
    if (s.real && s.real[0])
        file_set_real(t, f, s.real);
    else
        free(s.real);
    file_add_dirs(t, f);
    return f;
}

/* What an entry begins with, and one that takes another back is. */
static struct slice key_of(struct slice entry)
{
    struct reader r = reader_of(entry);

    (void)read_varint(&r);
    return slice_make(entry.p, (size_t)(r.p - entry.p));
}

/* The entries that others take back. */
static void find_dead(struct slice memory, struct map *ret_dead)
{
    struct reader r = reader_of(memory);

    while (!r.bad && r.p < r.end) {
        struct slice entry = read_vblob(&r), key = key_of(entry);

        if (!r.bad && key.n == entry.n)
            (void)map_put(ret_dead, entry, 1);
    }
}

/* 0 or -EBADMSG. */
static int restore_memory(struct tailset *t, struct slice memory)
{
    struct reader r = reader_of(memory);
    struct map dead = MAP_INIT;
    struct parts none = {0}; /* all are lost */

    find_dead(memory, &dead);
    while (!r.bad && r.p < r.end) {
        struct slice entry = read_vblob(&r), key = key_of(entry);
        struct reader e = reader_of(slice_from(entry, key.n));
        int64_t gone_ns;
        struct tail_file *f;

        if (r.bad || key.n == entry.n || map_get(&dead, key, &(uint64_t){0}))
            continue;
        gone_ns = read_running_time(&e);
        f = restore_file(t, &e, false, &none);
        r.bad |= !f || e.p != e.end || f->state != FILE_ABSENT;
        if (f)
            f->active_ns = t->now - (t->ran_ns - gone_ns);
    }
    map_release(&dead);
    free(none.p);
    return r.bad ? -EBADMSG : 0;
}

static void restore_log(struct tailset *t, struct reader *r)
{
    struct log *log = log_by_name(t, read_blob(r));

    log->fresh = false;
    log->first_start = read_u8(r) != 0;
}

static void restore_banner(struct tailset *t, struct reader *r)
{
    char *path = xstrslice(read_vblob(r));
    struct stream *s = stream_get(t, path, NULL);
    uint64_t alike = read_varint(r);

    if (s)
        s->alike = alike;
    free(path);
}

/* Returns how many lines those had that were gone. */
static uint64_t restore_sum(struct tailset *t, struct reader *r)
{
    t->sum.lines = read_u64(r);
    t->sum.lines_forgotten = read_u64(r);
    t->sum.forgotten_ns = read_time(r);
    t->sum.since_ns = read_time(r);
    t->ran_ns = read_running_time(r);
    return read_u64(r);
}

/* Logs and files, behind what was there before them. 0 or -EBADMSG. */
static int restore_all(struct tailset *t, struct reader *r, struct slice memory, bool of_0_1)
{
    struct parts parts = {0};
    uint32_t n = read_u32(r);

    for (uint32_t i = 0; i < n && !r->bad; i++)
        restore_log(t, r);
    if (r->bad || restore_memory(t, memory) < 0)
        return -EBADMSG;
    n = read_u32(r);
    for (uint32_t i = 0; i < n && !r->bad; i++)
        (void)restore_file(t, r, of_0_1, &parts);
    n = of_0_1 ? 0 : read_u32(r);
    for (uint32_t i = 0; i < n && !r->bad; i++)
        restore_banner(t, r);
    join_parts(&parts);
    free(parts.p);
    return r->bad || r->p != r->end ? -EBADMSG : 0;
}

int tailset_restore(struct tailset *t, struct slice encoded, struct slice memory)
{
    struct reader r = reader_of(encoded);
    struct slice saved = {0}, boot = boot_id(t);
    uint32_t format = read_u32(&r);
    bool of_0_1 = format == FORMAT_OF_0_1;
    uint64_t gone = 0;

    t->now = loop_now(t->loop);
    t->boot_wall_ns = clock_wall_ns() - clock_mono_ns();
    if (!of_0_1 && format != CHECKPOINT_FORMAT)
        return -EBADMSG;
    t->sum = (struct tail_sum){.since_ns = clock_wall_ns()};
    t->ran_from_ns = t->now;
    if (!of_0_1) {
        saved = read_blob(&r);
        gone = restore_sum(t, &r);
        t->saved_wall_ns = read_time(&r);
    }
    t->rebooted = saved.n > 0 && boot.n > 0 && !slice_eq(saved, boot);
    if (restore_all(t, &r, memory, of_0_1) < 0) {
        files_drop(t);
        t->sum = (struct tail_sum){0};
        t->saved_wall_ns = clock_wall_ns();
        return -EBADMSG;
    }
    if (!of_0_1) /* the memory may have been lost */
        t->sum.lines_forgotten += gone - t->gone_lines;
    t->names_changed = true;
    return 0;
}
