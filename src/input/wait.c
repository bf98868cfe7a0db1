/* wait -- what time alone brings to an end: the reconcile of files.
 *
 *     renamed or deleted, idle for rotate_wait   its last line is handed out, the descriptor closed
 *     lost, nothing found for lost_wait          its loss is told
 *     gone, remembered for keep                  forgotten
 *
 * Why a deleted file that had a copy goes on in the copy: the copy was held back because its
 * original was there to be read; with the original gone it would be met as something new, and be
 * read again. */
#include "config.h"

#include "input/set.h"

#include <unistd.h>

/* A copy of f, which has come to its end, takes its place, also in the order of the stream: what
 * was read of f was read of the copy. */
static bool continue_in_copy(struct tailset *t, struct tail_file *f)
{
    struct tail_file *next;

    for (struct tail_file *x = f->stream->files; x; x = next) {
        uint64_t upto;
        int fd;

        next = x->stream_next;
        if (x->kind != FILE_HELD || x->copy_of != f)
            continue;
        fd = open_within_budget(t, x->path);
        if (fd < 0)
            return false;
        upto = x->tail.size < f->tail.offset ? x->tail.size : f->tail.offset;
        if (tail_mark_read(&x->tail, fd, upto) == 0) {
            x->kind = FILE_PLAIN;
            x->copy_of = NULL;
            file_join(x, f->stream, f);
            x->renamed = x->retired = true;
        }
        (void)close(fd);
    }
    return true;
}

static bool directory_is_there(const struct tailset *t, const struct tail_file *f)
{
    const struct dir *d = dir_of_path(t, f->path);

    return !d || !d->missing;
}

static void give_up(struct tailset *t, struct tail_file *f)
{
    f->given_up = true;
    if (!f->retired && (f->tail.size > f->tail.offset || !f->truncated))
        file_note_loss(t, f, f->truncated ? TAIL_LOST_TRUNCATED : TAIL_LOST_VANISHED);
    /* One that kept its name until it was gone may have held more than was ever looked at. */
    if (!f->retired && !f->truncated && (!f->renamed || f->tail.size > f->tail.offset))
        note(t, f->stream->log, TAIL_VANISHED, 1);
    file_set_backlog(f, false);
    file_close_sink(t, f);
    f->active_ns = t->now;
}

/* Nothing has come of it for long enough? */
static void end_waits(struct tailset *t, struct tail_file *f)
{
    int64_t idle = t->now - f->active_ns;

    if (f->place == PLACE_LOST) {
        if (!f->given_up && idle >= t->options.lost_wait_ns && directory_is_there(t, f))
            give_up(t, f);
        else if (f->given_up && idle >= t->options.keep_ns)
            file_drop(t, f);
        return;
    }
    if ((f->renamed || f->place == PLACE_OPEN) && !f->retired && !f->queued && f->failures == 0 &&
        f->tail.fd >= 0 && idle >= t->options.rotate_wait_ns)
        file_finish(t, f);
    if (f->place == PLACE_OPEN && f->retired && f->tail.fd < 0 && continue_in_copy(t, f)) {
        file_lose(t, f);
        f->given_up = true;
    }
}

/* A copy was held back because its original had it all. Was that so? An original of which nothing
 * had been read may have been truncated and written anew without a trace: then the copy is all that
 * is left of what it had been. True when the copy was let go. */
static bool let_go(struct tailset *t, struct tail_file *held)
{
    const struct tail_file *f = held->copy_of;

    if (held->kind != FILE_HELD || held->is_copy || !f || f->queued || f->failures > 0 ||
        f->tail.fd < 0)
        return false;
    held->is_copy = identify_still_copy(t, held);
    if (held->is_copy)
        return false;
    queue_look(t, held->path, NULL);
    file_drop(t, held);
    return true;
}

/* A look by descriptor is enough while events tell what becomes of the name. */
static void look_again(struct tailset *t, struct tail_file *f)
{
    struct look look;

    if (f->kind == FILE_PIPE || f->place == PLACE_LOST || f->place == PLACE_UNKNOWN)
        return;
    if (f->tail.fd >= 0 && look_at_fd(f->tail.fd, &look) == 0 &&
        (f->place == PLACE_OPEN || (look.links > 0 && dir_is_watched(t, f))))
        file_look(t, f, &look);
    else if (f->place == PLACE_NAMED)
        queue_look(t, f->path, NULL);
}

/* Of files that come and go faster than they are forgotten, only the latest are remembered. */
static bool forget_early(struct tailset *t, struct tail_file *f, unsigned *surplus)
{
    if (f->place != PLACE_LOST || !f->given_up)
        return false;
    if (*surplus == 0) {
        t->ngone++;
        return false;
    }
    (*surplus)--;
    file_drop(t, f);
    return true;
}

void files_reconcile(struct tailset *t, bool all)
{
    unsigned surplus = t->ngone > t->options.max_gone ? t->ngone - t->options.max_gone : 0;
    struct tail_file *next;

    t->ngone = 0;
    for (struct tail_file *f = t->first; f; f = next) {
        next = f->next;
        if (forget_early(t, f, &surplus))
            continue;
        if (all || (f->failures > 0 && t->now >= f->retry_ns))
            queue_read(t, f);
        if (let_go(t, f))
            continue;
        look_again(t, f);
        end_waits(t, f);
    }
}
