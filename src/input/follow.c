/* follow -- whose turn it is to be read.
 *
 * Why one block a turn: a file that is written at full speed must not keep fifty slow ones, or a
 * scrape, waiting. The queue goes round; each file in it gets one block and goes to the end. Only
 * within a stream there is an order: an older generation is read to its end before a younger one is
 * begun.
 *
 * A block is as large as the rules can take in BLOCK_NS: nothing else is done meanwhile, and a line
 * may cost a microsecond or a hundred. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/sys.h"
#include "base/xalloc.h"
#include "input/codec.h"

#include <errno.h>
#include <stdlib.h>

enum { UNPACKING_MAX = 4, PATIENCE = 8, BLOCK_LEAST = 16 * 1024, BLOCK_MOST = 256 * 1024 };
enum { LEARN = 8192 }; /* no banner is longer */
#define BLOCK_NS (8 * NSEC_PER_MSEC)
#define RETRY_NS (100 * NSEC_PER_MSEC)

/* Tried again at a reconcile, later each time. */
static void fail(struct tailset *t, struct tail_file *f, int error)
{
    unsigned shift = f->failures < 6 ? f->failures : 6;

    f->error = error;
    f->failures++;
    f->retry_ns = t->now + (RETRY_NS << shift);
    if (error == EMFILE || error == ENFILE)
        return;
    if (f->failures == 1)
        log_warn("%s: %s; trying again", f->path, strerror(error));
    note(t, f->stream->log, TAIL_READ_ERROR, 1);
}

/* It is lost again, as it was. */
static void leave_archive(struct tailset *t, struct tail_file *f)
{
    int64_t lost_wall_ns = f->lost_wall_ns;

    file_close_fd(t, f);
    file_unname(t, f);
    f->packed = false;
    if (f->plain_id.ino != 0) {
        index_remove(&t->id_index, &f->by_id);
        f->tail.id = f->plain_id;
        f->mtime_ns = f->plain_mtime_ns;
    }
    file_lose(t, f);
    if (lost_wall_ns)
        f->lost_wall_ns = lost_wall_ns;
}

/* The archive is not what it began like, or cannot be read to its end: the search goes on without
 * it. Another one may be of others, or of nobody. */
static void reject_archive(struct tailset *t, struct tail_file *f, bool another)
{
    unsigned i = f->nrejected++ % REJECTED_MAX;
    int part = f->unpack && !f->rebooted ? unpack_is_part(f->unpack, &f->tail, file_alike(f)) : 0;
    struct look look;

    f->rejected[i] = identity_hash_at(&f->tail.id, f->mtime_ns);
    f->parts = (uint8_t)((f->parts & ~(1U << i)) | (part ? 1U << i : 0));
    leave_archive(t, f);
    if (part == 2 && !f->parted) { /* else it was, perhaps before a restart */
        f->parted = true;
        file_tell_part(t, f->stream, f->path);
    }
    if (f->nrejected < PATIENCE)
        file_release_copies(t, f->stream);
    if (another && !part && f->nrejected < REJECTED_MAX)
        queue_look(t, f->path);
    else if (look_at(f->path, &look) == 0)
        (void)file_memo(t, f->stream, FILE_HELD, f->path, &look);
}

void follow_retract(struct tailset *t, struct stream *s, struct slice head)
{
    for (struct tail_file *f = s->files; f; f = f->stream_next) {
        if (!file_is_tried(f, head))
            continue;
        leave_archive(t, f);
        queue_look(t, f->path);
    }
}

static bool next_has_begun(const struct tail_file *f)
{
    for (const struct tail_file *g = f->stream_next; g; g = g->stream_next)
        if (file_has_content(g) && g->tail.offset > 0)
            return true;
    return false;
}

/* What is unfinished goes on in the next generation, or is completed by silence; but a next one that has begun
 * without it, as when late lines were written, will not end it. */
static void end_archive(struct tailset *t, struct tail_file *f)
{
    f->retired = true;
    if (unpack_has_tail(f->unpack))
        warn_once(t, f->path, CODEC_TAIL);
    file_close_fd(t, f);
    if (!next_has_begun(f))
        return;
    if (t->sink.finish && f->sink)
        count_lines(t, f, t->sink.finish(t->sink.ctx, f->sink));
    file_close_sink(t, f);
}

/* Enum tail_result or negative errno. */
static int read_archive(struct tailset *t, struct tail_file *f)
{
    struct tail_reader reader;
    bool was_there;
    int r;

    if (!f->unpack) {
        r = unpack_open(f->tail.fd, &f->tail, &f->unpack);
        if (r == -ENODATA && f->failures >= PATIENCE) /* its end does not come any more */
            reject_archive(t, f, false);
        if (r < 0)
            return r;
        if (r == 0) {
            reject_archive(t, f, true);
            return TAIL_END;
        }
        f->tail.fd = -1; /* open all the same */
        t->nunpacking++;
        f->tried = true;
    }
    reader = file_reader(t, f);
    was_there = unpack_is_there(f->unpack);
    r = unpack_read(f->unpack, &f->tail, &reader);
    f->tried &= !unpack_is_there(f->unpack);
    if (!was_there && unpack_is_there(f->unpack) && r == UNPACK_MORE)
        file_release_copies(t, f->stream);
    switch (r) {
    case UNPACK_MORE:
        return TAIL_MORE;
    case UNPACK_OTHER:
        reject_archive(t, f, true);
        return TAIL_END;
    case UNPACK_END:
        end_archive(t, f);
        return TAIL_END;
    default:
        file_close_fd(t, f);
        if (r == -EBADMSG || f->failures >= PATIENCE)
            reject_archive(t, f, false);
        return r;
    }
}

/* What is packed is never read as lines, whatever it is called. 1: `f` is no more; 0, or negative
 * errno. */
static int refuse_packed(struct tailset *t, struct tail_file *f)
{
    static const char what[] = "is compressed: it is not read as lines";
    struct stream *s = f->stream;
    struct look look;
    char *path;
    int r;

    if (f->packed || f->state != FILE_NAMED || f->tail.offset > 0)
        return 0;
    r = codec_looks_packed(f->tail.fd);
    if (r == 1 && look_at_fd(f->tail.fd, &look) < 0)
        return -EIO;
    if (r <= 0)
        return r;
    path = xstrdup(f->path);
    warn_once(t, path, what);
    if (is_first(t, path, &look.id, 0, what))
        note(t, s->log, TAIL_READ_ERROR, 1);
    file_drop(t, f);
    (void)file_memo(t, s, FILE_HELD, path, &look);
    free(path);
    return 1;
}

/* When what was read was written: a copy with its times is known by it. A read may have given less than there
 * is. Enum tail_result. */
static int learn_end(struct tail_file *f)
{
    struct look look;

    if (look_at_fd(f->tail.fd, &look) < 0 || look.size < f->tail.read_to)
        return TAIL_END;
    if (look.size > f->tail.read_to) {
        f->tail.size = f->tail.proved = look.size;
        return TAIL_MORE;
    }
    f->mtime_ns = look.mtime_ns;
    return TAIL_END;
}

/* It ended before what was seen of it: cut there, behind what was read, or truncated while it was read?
 * Enum tail_result or negative errno. */
static int verify_cut(const struct tail_file *f)
{
    struct look look;
    int r = f->tail.offset > 0 ? look_at_fd(f->tail.fd, &look) : 0;

    if (r < 0 || f->tail.offset == 0)
        return r < 0 ? r : TAIL_END;
    r = tail_compare(&f->tail, f->tail.fd, look.size);
    return r < 0 ? r : r == TAIL_SAME ? TAIL_END : TAIL_CHANGED;
}

/* What was seen behind the end is gone; perhaps there is a copy. */
static void lose_end(struct tailset *t, struct tail_file *f)
{
    note(t, f->stream->log, TAIL_TRUNCATED, 1);
    if (f->tail.offset == 0) { /* before anything was read */
        file_begin_generation(t, f);
        return;
    }
    note(t, f->stream->log, TAIL_LOST_TRUNCATED, f->tail.size - f->tail.read_to);
    f->tail.size = f->tail.proved = f->tail.read_to;
    file_release_copies(t, f->stream);
}

/* Now that the first of it was read: is it what was met? */
static bool begins_as_met(const struct tail_file *f)
{
    return f->tail.offset == 0 || file_begins_so(f, slice_make(f->tail.head, f->tail.head_n));
}

/* A file that shrank, or of which only now something was read, may have been truncated without a
 * trace in what was read; but a copy that is held back shows it. */
static int read_plain(struct tailset *t, struct tail_file *f)
{
    struct tail_reader reader = file_reader(t, f);
    uint64_t before = f->tail.read_to, seen = f->tail.proved;
    uint64_t known = f->tail.offset;
    bool cut;
    int r = tail_read(&f->tail, &reader);

    if (f->tail.read_to != before || r == TAIL_MORE) {
        file_touch(t, f);
        file_reads_on(f);
    }
    if (r >= 0 && r != TAIL_CHANGED)
        f->rebooted = 0; /* what was read before is there */
    if (known < LEARN && f->tail.offset != known)
        file_learn_alike(t, f);
    if (r == TAIL_END && f->tail.read_to != before)
        r = learn_end(f);
    cut = r == TAIL_END && f->tail.read_to < f->tail.size;
    if (known == 0 && !begins_as_met(f)) { /* truncated since */
        file_lose_unread(t, f, seen);
        note(t, f->stream->log, TAIL_TRUNCATED, 1);
        cut = false;
    }
    if (cut)
        r = verify_cut(f);
    if (cut && r == TAIL_END)
        lose_end(t, f);
    else if (known < FINGERPRINT_HEAD && f->tail.offset > known) /* more tells them apart */
        file_release_copies(t, f->stream);
    return r;
}

/* What an archive gives again, up to where it broke off, is no progress. */
static void forgive(struct tail_file *f, uint64_t before)
{
    if (f->packed && f->tail.offset == before)
        return;
    f->failures = 0;
    f->error = 0;
}

/* Of a file that was done with nothing came: it was only touched. A deleted one would keep its place on the disk. */
static void rest_again(struct tailset *t, struct tail_file *f)
{
    if (!f->retired || f->packed)
        return;
    file_close_sink(t, f);
    file_close_fd(t, f);
}

/* What could not be identified before an older one was read to its end. */
static void look_at_undrained(struct tailset *t, const struct stream *s)
{
    for (const struct tail_file *f = s->files; f; f = f->stream_next)
        if (f->state == FILE_DENIED && f->error == NOT_DRAINED)
            queue_look_copy(t, f);
}

/* Enum tail_result, TAIL_MORE also when it is not to be read now; or negative errno. With TAIL_CHANGED it may
 * be no more. */
static int read_one(struct tailset *t, struct tail_file *f)
{
    uint64_t before = f->tail.offset;
    int r = 0;

    if (!f->stream->wanted || f->retry_ns > t->now)
        return TAIL_MORE;
    if (f->tail.fd < 0 && !f->unpack)
        r = file_reopen(t, f);
    else if (!f->packed && f->tail.offset == 0)
        r = file_verify(t, f, f->tail.size); /* reading finds what is gone of that */
    if (r == 0)
        r = refuse_packed(t, f);
    if (r == 1)
        return TAIL_CHANGED;
    if (r == 0) {
        file_open_sink(t, f);
        r = f->packed ? read_archive(t, f) : read_plain(t, f);
    }
    if (r == TAIL_CHANGED)
        r = file_generation_ended(t, f);
    if (r < 0) {
        fail(t, f, -r);
        file_set_backlog(f, false);
        return r;
    }
    forgive(f, before);
    if (r == TAIL_MORE) {
        queue_read(t, f);
    } else if (!f->queued) {
        file_set_backlog(f, false);
        rest_again(t, f);
        look_at_undrained(t, f->stream);
    }
    return r;
}

static bool must_wait(const struct tailset *t, const struct tail_file *f)
{
    for (const struct tail_file *g = f->stream->files; g && g != f && f->stream->queued > 0;
         g = g->stream_next)
        if (g->queued && g->retry_ns <= t->now)
            return true;
    return false;
}

/* Each may take as much memory as its packer said, so only a few are unpacked at once. What waits for an older
 * one keeps none of them from it. */
static bool may_not_unpack(struct tailset *t, const struct tail_file *f)
{
    return f->packed && !f->unpack && t->nunpacking >= UNPACKING_MAX;
}

/* Its turn comes again. */
static bool is_put_off(struct tailset *t, struct tail_file *f)
{
    if (!must_wait(t, f))
        return may_not_unpack(t, f);
    if (f->unpack)
        file_close_fd(t, f);
    return true;
}

/* What was not full, because a file ended, says nothing of a larger one. */
static void fit_block(struct tailset *t, int64_t took_ns)
{
    if (took_ns > BLOCK_NS && t->block > BLOCK_LEAST)
        t->block /= 2;
    else if (took_ns < BLOCK_NS / 4 && t->handed > t->block / 2 && t->block < BLOCK_MOST)
        t->block *= 2;
}

/* As read_one; *now_ns is the time, before and after. */
static int take_turn(struct tailset *t, struct tail_file *f, int64_t *now_ns)
{
    int64_t began_ns = *now_ns;
    int r;

    t->handed = 0;
    r = read_one(t, f);
    t->reading = NULL;
    *now_ns = clock_mono_ns();
    fit_block(t, *now_ns - began_ns);
    return r;
}

bool follow_drain(struct tailset *t, struct tail_file *f)
{
    int64_t now = clock_mono_ns();
    struct look look;

    file_open_sink(t, f);
    if (!f->sink)
        return true; /* nobody reads it */
    if (look_at_fd(f->tail.fd, &look) == 0 && look.size > f->tail.size)
        f->tail.size = look.size;
    if (must_wait(t, f)) {
        queue_read(t, f);
        return false;
    }
    queue_remove(t, f);
    return take_turn(t, f, &now) == TAIL_END && !f->queued;
}

bool follow_turn(struct tailset *t, int64_t until_ns)
{
    int64_t now = clock_mono_ns();

    while (t->queue) {
        struct tail_file *f = t->queue;

        queue_remove(t, f);
        if (is_put_off(t, f)) {
            queue_read(t, f);
            now = clock_mono_ns();
        } else {
            (void)take_turn(t, f, &now);
        }
        if (now >= until_ns)
            break;
    }
    return t->queue == NULL;
}
