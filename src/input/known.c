/* known -- which contents are known and whether they are still there, for who wants to read again
 * what was counted of them (`logtally verify`).
 *
 * Why by the same steps as a start of the daemon: what a rotation, a copy or an archive has become
 * of a content is decided in one place. But nothing is read on here: whoever calls this has a sink
 * that opens no file. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"

static bool is_to_be_proved(const struct tail_file *f)
{
    return f->state == FILE_NAMED && !f->packed && f->tail.offset > 0;
}

/* That its inode has its name proves nothing: it may have been cut, or written anew. Then it is
 * lost, and perhaps goes on in a copy. */
static void prove_named(struct tailset *t)
{
    struct tail_file *next;

    for (struct tail_file *f = t->files.first; f; f = next) {
        next = f->next;
        if (is_to_be_proved(f) && file_reopen(t, f) == 0)
            file_close_fd(t, f);
    }
}

void tailset_find(struct tailset *t)
{
    t->now = loop_now(t->loop);
    t->found_from_ns = clock_wall_ns();
    t->looking.all = true;
    (void)dirs_begin(t, NULL);
    (void)dirs_look(t, NULL);
    (void)place_rescan(t, NULL);
    (void)place_settle(t, NULL);
    prove_named(t);
    (void)place_settle(t, NULL);
}

static enum tail_whereabouts whereabouts(const struct tailset *t, const struct tail_file *f)
{
    if (f->state == FILE_OPEN && !file_is_elsewhere(f))
        return TAIL_GONE; /* no name that we know */
    if (!file_is_lost(f))
        return f->packed ? TAIL_PACKED : TAIL_THERE;
    return f->truncated && f->lost_wall_ns >= t->found_from_ns ? TAIL_REWRITTEN : TAIL_GONE;
}

static void tell(const struct tailset *t, const struct tail_file *f, tailset_known_fn *each,
                 void *ctx)
{
    struct tail_known k = {
        .log = f->stream->log->name,
        .stream = f->stream->path,
        .path = f->state == FILE_OPEN && f->real ? f->real : f->path,
        .where = whereabouts(t, f),
        .offset = f->tail.offset,
        .mtime_ns = f->mtime_ns,
        .count = f->tail.count,
    };

    if (file_has_content(f) && !f->denied)
        each(ctx, &k);
}

void tailset_known(const struct tailset *t, tailset_known_fn *each, void *ctx)
{
    for (const struct stream *s = t->streams; s; s = s->next) {
        const struct tail_file *f = s->gone;

        while (f && f->stream_next)
            f = f->stream_next;
        for (; f; f = f->stream_prev)
            tell(t, f, each, ctx);
        for (f = s->files; f; f = f->stream_next)
            tell(t, f, each, ctx);
    }
}

struct tail_sum tailset_sum(const struct tailset *t)
{
    return t->sum;
}
