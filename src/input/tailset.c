/* tailset -- the whole: when things are done. What is done is in the other files of the room; set.h
 * lists them.
 *
 *     event      names are examined at once (a file may live for a moment only); files that were
 *                written go into the queue and are read after `collect`
 *     work       reads in turns of TURN_NS while the queue holds anything
 *     look       what may have changed is looked at in pieces of PIECE_NS: twenty thousand files may
 *                be rotated at once, and others have their turn meanwhile. Nothing is read before it
 *                has come to its end: only then it is known what each content is
 *     reconcile  every few seconds everything is looked at, whether there was an event or not;
 *                with it the events are only an accelerator
 *
 * Waking up is what following costs: not the system calls, but a processor whose caches have gone
 * cold. So one waking serves the events of five milliseconds, and of more and more while writing
 * goes on without a pause. Nobody waits for that: who scrapes has everything read first.
 *
 * While events are collected the descriptor is out of the loop, so that the queue in the kernel
 * fills and merges without waking anybody.
 *
 * The reconcile also ends what only time can end:
 *
 *     renamed or deleted, idle for rotate_wait   its last line is handed out, the descriptor closed
 *     lost, nothing found for lost_wait          its loss is reported
 *     gone, remembered for keep                  forgotten
 *
 * Why a deleted file that had a copy goes on in the copy: the copy was held back because its
 * original was there to be read; with the original gone it would be met as something new, and be
 * read again. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/sys.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define TURN_NS (8 * NSEC_PER_MSEC)
#define PIECE_NS (8 * NSEC_PER_MSEC)
#define COLLECT_NS (5 * NSEC_PER_MSEC)
#define RECONCILE_NS (2 * NSEC_PER_SEC)
#define RECONCILE_MANY_NS (5 * NSEC_PER_SEC)
#define LOST_WAIT_NS (3 * NSEC_PER_SEC)
#define KEEP_NS (7 * 86400 * NSEC_PER_SEC)
enum {
    MANY_FILES = 10000,
    COLLECT_GROWTH = 8,
    GONE_MAX = 20000,
    GONE_AT_ONCE = 2000,
    STILL_ROUNDS = 2,
    EVENTS_MAX = 2 * 16384
};
enum { BLOCK_FIRST = 64 * 1024 }; /* follow.c fits it */

static void on_event(void *ctx, uint32_t epoll_events);

/* Not endlessly: more may come faster than they are taken. */
static bool take_events(struct tailset *t, const struct piece *p)
{
    struct watch_event e;

    while (t->watch && t->looking.events < EVENTS_MAX && watch_next(t->watch, &e)) {
        t->looking.events++;
        if (e.events & WATCH_OVERFLOW)
            t->due = t->due_all = true;
        else
            place_event(t, e.wd, e.events, e.name);
        if (piece_is_over(p))
            return false;
    }
    t->looking.events = 0;
    return true;
}

static void listen(struct tailset *t, bool on)
{
    if (!on && t->watch_event) {
        loop_remove_fd(t->loop, t->watch_event);
        t->watch_event = NULL;
    } else if (on && t->watch && !t->watch_event) {
        (void)loop_add_fd(t->loop, watch_fd(t->watch), EPOLLIN, on_event, t, &t->watch_event);
    }
}

/* A copy of f, which has come to its end, takes its place, also in the order of the stream: what
 * was read of f was read of the copy. */
static bool continue_in_copy(struct tailset *t, struct tail_file *f)
{
    struct tail_file *next;

    for (struct tail_file *x = f->stream->files; x; x = next) {
        struct look look;
        int fd, r;

        next = x->stream_next;
        if (x->state != FILE_HELD || x->copy_of != f)
            continue;
        if (x->tail.size < f->tail.offset)
            return false; /* it is still being made, or what comes is not known */
        fd = open_within_budget(t, x->path);
        if (fd < 0)
            return false;
        r = look_at_fd(fd, &look);
        if (r == 0)
            r = identity_eq(&look.id, &x->tail.id) ? tail_mark_read(&x->tail, fd, f->tail.offset)
                                                   : -ENOENT;
        (void)sys_close(fd);
        if (r < 0)
            return false; /* another file has its name by now, or it cannot be read */
        tail_move_count(&f->tail, &x->tail);
        x->copy_of = NULL;
        file_enter(t, x, FILE_NAMED);
        file_join(x, f->stream, f);
        x->renamed = x->retired = true;
    }
    return true;
}

static void give_up(struct tailset *t, struct tail_file *f)
{
    bool is_missed = !f->retired && f->stream->wanted;

    file_enter(t, f, FILE_ABSENT);
    if (is_missed && !(f->denied && f->renamed)) /* else a copy, perhaps, of what was read */
        file_note_loss(t, f, f->truncated ? TAIL_LOST_TRUNCATED : TAIL_LOST_VANISHED);
    /* One that kept its name until it was gone may have held more than was ever looked at. */
    if (is_missed && !f->truncated && (!f->renamed || f->tail.size > f->tail.offset))
        note(t, f->stream->log, TAIL_VANISHED, 1);
    file_set_backlog(f, false);
    file_close_sink(t, f);
    f->active_ns = t->now;
}

/* The disk of what is not there may only be not yet mounted. */
static void look_for_disk(const struct tailset *t, struct tail_file *f)
{
    if (dir_is_away(t, f) || (f->away && (file_is_away(t, f) || dir_of_file_is_unsure(t, f))))
        f->away = AWAY_LOOKS;
    else if (f->away && --f->away == 0)
        f->lost_wall_ns = clock_wall_ns();
}

/* A reload has left it out, and it was deleted: it would keep its place on the disk for ever. */
static void let_unwanted_go(struct tailset *t, struct tail_file *f)
{
    file_close_fd(t, f);
    file_unname(t, f);
}

static bool has_put_off(const struct tailset *t, const struct stream *s)
{
    for (size_t i = 0; i < t->nnewcomers; i++)
        if (t->newcomers[i].stream == s)
            return true;
    for (const struct tail_file *f = s ? s->files : NULL; f; f = f->stream_next)
        if (file_is_put_off(f))
            return true;
    return false;
}

/* What could not be looked into yet may be its rest; also where it is a log that looks like a part of another. */
static bool may_be_found(struct tailset *t, const struct tail_file *lost)
{
    enum rotated is;

    return has_put_off(t, lost->stream) ||
           has_put_off(t, stream_of_rotated(t, lost->stream->path, &is)) ||
           dir_of_file_is_unsure(t, lost);
}

/* Nothing has come of it for long enough? */
static void end_waits(struct tailset *t, struct tail_file *f)
{
    int64_t idle = t->now - f->active_ns;

    if (f->state == FILE_LOST) {
        look_for_disk(t, f);
        if (idle >= t->options.lost_wait_ns && dir_is_there(t, f->path) && !may_be_found(t, f))
            give_up(t, f);
        return;
    }
    if (f->state == FILE_OPEN && !f->stream->wanted && idle >= t->options.keep_ns) {
        let_unwanted_go(t, f);
        return;
    }
    if ((f->renamed || f->state == FILE_OPEN) && file_has_content(f) && !f->retired && !f->queued &&
        f->failures == 0 && f->tail.fd >= 0 && idle >= t->options.rotate_wait_ns)
        file_finish(t, f);
    if (f->state == FILE_OPEN && f->retired && f->tail.fd < 0 && continue_in_copy(t, f))
        file_unname(t, f); /* only remembered; and an archive of it needs not wait any more */
}

/* Some of what is remembered, in turn: it is forgotten when it has been for long enough. Of files
 * that come and go faster than that, only the latest are remembered. */
static bool reconcile_gone(struct tailset *t, const struct piece *p)
{
    unsigned n = t->ngone < GONE_AT_ONCE ? t->ngone : GONE_AT_ONCE;

    (void)p;
    for (unsigned i = 0; i < GONE_AT_ONCE && t->ngone > t->options.max_gone; i++)
        file_drop(t, t->gone.first);
    for (; n > 0 && t->gone.first; n--) {
        struct tail_file *f;

        if (!t->gone.at)
            t->gone.at = t->gone.first;
        f = files_next(&t->gone);
        look_for_disk(t, f);
        if (t->now - f->active_ns >= t->options.keep_ns && dir_is_there(t, f->path))
            file_drop(t, f);
    }
    return true;
}

/* A copy was held back because its original had it all. Was that so? An original of which nothing
 * had been read may have been truncated and written anew without a trace: then the copy is all that
 * is left of what it had been. True when the copy was let go. */
static bool let_go(struct tailset *t, struct tail_file *held)
{
    const struct tail_file *f = held->copy_of;
    int r;

    if (held->state != FILE_HELD || held->is_copy || !f || f->queued || f->failures > 0 ||
        f->tail.fd < 0)
        return false;
    r = weigh_still_copy(t, held);
    held->is_copy = r == 1;
    if (r != 0)
        return false;
    queue_look(t, held->path);
    file_drop(t, held);
    return true;
}

/* A look by descriptor is enough while events come when the name changes. */
static void look_again(struct tailset *t, struct tail_file *f)
{
    struct look look;

    if (f->state == FILE_PIPE || f->state == FILE_UNPLACED || file_is_lost(f))
        return;
    if (f->state == FILE_WAITING && t->rounds - f->round >= STILL_ROUNDS) {
        queue_look_still(t, f);
        return;
    }
    if (f->state != FILE_WAITING && f->tail.fd >= 0 && look_at_fd(f->tail.fd, &look) == 0 &&
        (f->state == FILE_OPEN || (look.links > 0 && dir_is_watched(t, f)))) {
        file_look(t, f, &look);
        if (f->state == FILE_OPEN)
            file_find_moved(t, f, &look);
    } else if (file_has_name(f))
        queue_look(t, f->path);
}

static void reconcile_file(struct tailset *t, struct tail_file *f)
{
    if (t->looking.all || (f->failures > 0 && t->now >= f->retry_ns))
        queue_read(t, f);
    if (let_go(t, f))
        return;
    if (f->unresolved && f->state == FILE_NAMED)
        file_learn_real(t, f);
    look_again(t, f);
    end_waits(t, f);
}

static bool reconcile_files(struct tailset *t, const struct piece *p)
{
    for (struct tail_file *f; (f = files_next(&t->files)) != NULL;) {
        reconcile_file(t, f);
        if (piece_is_over(p))
            return false;
    }
    return true;
}

static bool begin_reconcile(struct tailset *t, const struct piece *p)
{
    (void)p;
    t->full = false; /* what was read then may be idle now */
    t->looking.reconciles = true;
    t->looking.wall_ns = clock_wall_ns();
    t->looking.all = t->due_all;
    t->due = t->due_all = false;
    pipes_reconcile(t);
    return true;
}

static bool reconcile(struct tailset *t, const struct piece *p)
{
    static work_fn *const row[] = {begin_reconcile, dirs_begin,      dirs_look,     place_rescan,
                                   files_rewind,    reconcile_files, reconcile_gone};

    if (t->looking.reconcile == 0 && !t->due)
        return true;
    return work_on(t, p, row, sizeof(row) / sizeof(row[0]), &t->looking.reconcile);
}

static int64_t reconcile_interval(const struct tailset *t)
{
    if (t->options.reconcile_ns > 0)
        return t->options.reconcile_ns;
    return t->nfiles > MANY_FILES ? RECONCILE_MANY_NS : RECONCILE_NS;
}

static void reconcile_next(struct tailset *t, int64_t at_ns)
{
    t->reconcile_at = at_ns;
    loop_timer_set(t->reconcile_timer, at_ns);
}

/* The look that was due by the clock has come to its end: until the next one files are read, however long a look
 * takes. */
static void reconcile_again(struct tailset *t)
{
    int64_t at_ns = t->now + reconcile_interval(t) / 2;

    if (t->reconciling)
        reconcile_next(t, at_ns > t->reconcile_at ? at_ns : t->reconcile_at);
    t->reconciling = false;
}

static bool end_reconcile(struct tailset *t, const struct piece *p)
{
    (void)p;
    if (!t->looking.reconciles)
        return true;
    t->looking.reconciles = t->looking.all = false;
    if (t->looking.missed) /* an archive of it is made of what this look should have found */
        t->looking.wall_ns = t->saved_wall_ns;
    t->looking.missed = false;
    streams_sweep(t);
    wanting_say(t);
    for (struct log *log = t->logs; log; log = log->next) {
        if (log->config) {
            log->fresh = false;
            log->looked = true;
        }
    }
    t->reconciled = true;
    t->looked_wall_ns = t->looking.wall_ns;
    t->rounds++;
    reconcile_again(t);
    return true;
}

enum { LOOK_SETTLE = 3 };

/* From step `from` on, or where the last piece ended. */
static bool look_from(struct tailset *t, const struct piece *p, unsigned from)
{
    static work_fn *const row[] = {place_examine, take_events,
                                   reconcile, [LOOK_SETTLE] = place_settle, end_reconcile};

    if (t->looking.step == 0)
        t->looking.step = from;
    return work_on(t, p, row, sizeof(row) / sizeof(row[0]), &t->looking.step);
}

/* With what there is to do, at the next turn of the loop. */
static void go_on(struct tailset *t)
{
    listen(t, false);
    t->working = true;
    loop_timer_set(t->work_timer, t->now);
}

static void collect(struct tailset *t, int64_t ns)
{
    int64_t most = COLLECT_GROWTH * t->options.collect_ns;

    listen(t, false);
    t->working = true;
    t->collect_ns = ns < most ? ns : most;
    loop_timer_set(t->work_timer, t->now + t->collect_ns);
}

static void on_event(void *ctx, uint32_t epoll_events)
{
    struct tailset *t = ctx;
    struct piece p = piece_begin(t);

    (void)epoll_events;
    t->now = loop_now(t->loop);
    if (look_from(t, &p, 0) && !t->due)
        collect(t, t->options.collect_ns);
    else
        go_on(t);
}

/* What is known to have changed is looked at, then there is a turn of reading, which may bring new
 * questions; they wait when there are some that nothing has an answer to now. False: there is more to
 * do, or another look is due. */
static bool work(struct tailset *t, int64_t until_ns)
{
    struct piece p = piece_begin(t);

    if (!look_from(t, &p, 0))
        return false;
    (void)follow_turn(t, until_ns);
    return (t->unsettled || look_from(t, &p, LOOK_SETTLE)) && !t->queue && !t->due;
}

/* As long as each turn brings something, the next one comes by the clock alone. */
static void on_work(void *ctx)
{
    struct tailset *t = ctx;
    uint64_t version = t->version;

    t->working = false;
    t->now = loop_now(t->loop);
    if (!work(t, clock_mono_ns() + TURN_NS))
        go_on(t);
    else if (t->version != version)
        collect(t, 2 * t->collect_ns);
    else
        listen(t, true);
}

static void on_reconcile(void *ctx)
{
    struct tailset *t = ctx;
    struct piece p = piece_begin(t);

    t->now = loop_now(t->loop);
    t->due = true;
    t->reconciling = true;
    t->reconcile_at = t->now + reconcile_interval(t);
    if (!look_from(t, &p, 0) || t->queue || t->due)
        go_on(t);
    else if (!t->working)
        listen(t, true);
}

static void set_options(struct tailset *t, const struct tail_options *options)
{
    struct tail_options *o = &t->options;

    *o = *options;
    if (o->collect_ns == 0)
        o->collect_ns = COLLECT_NS;
    if (o->collect_ns < 0)
        o->collect_ns = 0;
    if (o->piece_ns == 0)
        o->piece_ns = PIECE_NS;
    if (o->lost_wait_ns == 0)
        o->lost_wait_ns = LOST_WAIT_NS;
    if (o->keep_ns == 0)
        o->keep_ns = KEEP_NS;
    if (o->max_gone == 0)
        o->max_gone = GONE_MAX;
    if (o->max_line == 0)
        o->max_line = 1024 * 1024;
}

static void open_watch(struct tailset *t)
{
    bool wanted = false;
    int r;

    for (unsigned i = 0; i < t->options.nlogs; i++)
        wanted |= !t->options.logs[i].poll;
    if (!wanted || t->watch)
        return;
    r = watch_new(&t->watch);
    if (r < 0)
        log_warn("inotify cannot be used (%s); looking at all files every few seconds instead",
                 strerror(-r));
}

struct tailset *tailset_new(struct loop *loop, const struct tail_options *options,
                            const struct tail_sink *sink)
{
    struct tailset *t = xcalloc(1, sizeof(*t));

    t->loop = loop;
    t->sink = *sink;
    t->queue_end = &t->queue;
    t->block = BLOCK_FIRST;
    t->newcomer_numbers = MAP_INIT;
    set_options(t, options);
    t->now = t->ran_from_ns = loop_now(t->loop);
    t->saved_wall_ns = clock_wall_ns();
    logs_configure(t);
    open_watch(t);
    dirs_configure(t);
    t->work_timer = loop_timer_new(loop, on_work, t);
    t->reconcile_timer = loop_timer_new(loop, on_reconcile, t);
    reconcile_next(t, t->now);
    return t;
}

void tailset_free(struct tailset *t)
{
    if (!t)
        return;
    listen(t, false);
    looking_reset(t);
    files_drop(t);
    dirs_free(t);
    logs_free(t);
    watch_free(t->watch);
    for (size_t i = 0; i < t->npending; i++)
        free(t->pending[i].path);
    free(t->pending);
    index_release(&t->path_index);
    index_release(&t->id_index);
    index_release(&t->real_index);
    index_release(&t->hop_index);
    index_release(&t->birth_index);
    index_release(&t->name_index);
    index_release(&t->head_index);
    index_release(&t->gone_index);
    tail_buffer_release(&t->buffer);
    buf_release(&t->memory.fresh);
    loop_timer_free(t->work_timer);
    loop_timer_free(t->reconcile_timer);
    free(t);
}

void tailset_start_at_end(struct tailset *t)
{
    t->all_at_end = true;
}

/* Where no event comes. */
static void look_at_unwatched(struct tailset *t)
{
    for (struct tail_file *f = t->files.first; f; f = f->next) {
        struct look look;

        if (f->tail.fd >= 0 && file_is_readable(f) && !dir_is_watched(t, f) &&
            look_at_fd(f->tail.fd, &look) == 0)
            file_look(t, f, &look);
    }
}

bool tailset_catch_up(struct tailset *t, int64_t budget_ns)
{
    int64_t until_ns = clock_mono_ns() + budget_ns;
    bool amid = t->looking.step != 0; /* of a look, which has taken its events */

    t->now = loop_now(t->loop);
    t->due |= !t->reconciled && !t->looking.reconciles;
    look_at_unwatched(t);
    if (work(t, until_ns) && (!amid || (clock_mono_ns() < until_ns && work(t, until_ns))))
        return true;
    go_on(t);
    return false;
}

bool tailset_has_looked(const struct tailset *t)
{
    return t->reconciled;
}

void tailset_rest(struct tailset *t, bool on)
{
    for (struct tail_file *f = t->files.first; f; f = f->next)
        if (f->pipe)
            pipe_rest(f->pipe, on);
    listen(t, false);
    t->now = loop_now(t->loop);
    loop_timer_set(t->work_timer, on ? INT64_MAX : t->now);
    loop_timer_set(t->reconcile_timer, on ? INT64_MAX : t->reconcile_at);
    t->working = !on;
}

uint64_t tailset_version(const struct tailset *t)
{
    return t->version;
}

static bool is_backlog_done(const struct log *log)
{
    return log->looked && log->backlog == 0;
}

bool tailset_caught_up(const struct tailset *t)
{
    for (unsigned i = 0; i < t->options.nlogs; i++)
        if (!is_backlog_done(t->by_number[i]))
            return false;
    return true;
}

static void count_file(const struct tail_file *f, struct tail_log_status *s)
{
    s->failing += file_failure(f) != 0;
    if (f->state == FILE_HELD || file_is_lost(f))
        return;
    s->files++;
    s->open += f->tail.fd >= 0 || f->unpack || f->pipe;
    if (file_is_readable(f) && !f->retired && f->tail.size > f->tail.offset)
        s->lag_bytes += f->tail.size - f->tail.offset;
}

void tailset_log_status(const struct tailset *t, unsigned number,
                        struct tail_log_status *ret_status)
{
    const struct log *log = t->by_number[number];
    struct tail_log_status s = {
        .last_read_wall_ns = log->last_read_wall_ns,
        .backlog_done = is_backlog_done(log),
        .first_start = log->first_start,
    };

    for (const struct stream *stream = log->streams; stream; stream = stream->log_next)
        for (const struct tail_file *f = stream->files; f; f = f->stream_next)
            count_file(f, &s);
    s.waiting = s.files == 0;
    *ret_status = s;
}

static void tell_file(const struct tail_file *f, tail_each_fn *each, void *ctx)
{
    if (f->state == FILE_HELD || file_is_lost(f))
        return;
    each(ctx, &(struct tail_file_status){
                  .path = f->path,
                  .size = f->tail.size > f->tail.offset ? f->tail.size : f->tail.offset,
                  .offset = f->tail.offset,
                  .mtime_ns = f->mtime_ns,
                  .rotated = f->renamed,
                  .read = f->retired || f->tail.size <= f->tail.offset,
                  .error = file_failure(f),
              });
}

void tailset_each_file(const struct tailset *t, unsigned number, tail_each_fn *each, void *ctx)
{
    for (const struct stream *s = t->by_number[number]->streams; s; s = s->log_next)
        for (const struct tail_file *f = s->files; f; f = f->stream_next)
            tell_file(f, each, ctx);
}

/* Whatever a pipe is called, it is read as long as a log names it. */
static struct log *log_of_stream(const struct tailset *t, const struct stream *s)
{
    struct log *log = log_of_path(t, s->path);

    return log || !s->files || s->files->state != FILE_PIPE ? log : log_of_pipe(t, s->path);
}

/* Nobody wants it at the moment: to remember it is enough. */
static void put_away(struct tailset *t, struct tail_file *f)
{
    if (f->state == FILE_PIPE || f->state == FILE_WAITING)
        file_drop(t, f);
    else if (file_has_name(f))
        file_close_fd(t, f);
}

/* What is a part of what is another question now; a copy stays one. */
static void release_undecided(struct tailset *t, struct stream *s)
{
    struct tail_file *next;

    for (struct tail_file *f = s->files; f; f = next) {
        next = f->stream_next;
        if (f->state != FILE_HELD || f->copy_of)
            continue;
        queue_look(t, f->path);
        file_drop(t, f);
    }
}

void tailset_reconfigure(struct tailset *t, const struct tail_options *options)
{
    struct tail_file *next;

    t->now = loop_now(t->loop);
    looking_reset(t);
    for (struct tail_file *f = t->files.first; f; f = f->next)
        file_close_sink(t, f);
    set_options(t, options);
    logs_configure(t);
    for (struct stream *s = t->streams; s; s = s->next) {
        struct log *log = log_of_stream(t, s);

        s->wanted = log != NULL;
        if (log)
            stream_set_log(s, log);
    }
    for (struct tail_file *f = t->files.first; f; f = next) {
        next = f->next;
        if (file_is_lost(f))
            f->away = AWAY_LOOKS;
        if (f->stream->wanted)
            queue_read(t, f); /* its sink is opened again */
        else
            put_away(t, f);
    }
    for (struct stream *s = t->streams; s; s = s->next)
        release_undecided(t, s);
    for (struct tail_file *f = t->gone.first; f; f = f->next)
        f->away = AWAY_LOOKS;
    open_watch(t);
    dirs_configure(t);
    t->looked_wall_ns = t->saved_wall_ns; /* that a directory could not be read is forgotten */
    for (const struct tail_file *f = t->files.first; f; f = f->next)
        file_add_dirs(t, f);
    reconcile_next(t, t->now);
}
