/* writer -- a thread that waits for one job at a time. There is one slot; a mutex guards whose it
 * is. */
#include "config.h"

#include "daemon/writer.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "base/thread.h"

#include <errno.h>
#include <stdlib.h>

/* How often the thread looks whether the state is still there. */
#define LOOK_NS NSEC_PER_SEC

struct writer {
    struct thread thread; /* wakes the loop when a job is done, or the state is missed */
    struct writer_events events;
    bool busy; /* of the loop's side: a job was started and not yet delivered */
    /* Guarded by the thread's mutex: */
    struct statefile *statefile; /* set once */
    bool missed;
    enum { EMPTY, WAITING, DONE } state;
    struct writer_job job; /* the loop's while EMPTY or DONE, the thread's while WAITING */
};

static void put_before_values(int64_t running_ns, struct slice files, struct buf *out)
{
    buf_u64(out, (uint64_t)running_ns);
    buf_blob(out, files);
}

static void put_after_values(const struct rules_mark *rules, struct slice spans, struct buf *out)
{
    buf_u32(out, rules->fingerprint);
    buf_u8(out, rules->whole);
    buf_blob(out, spans);
}

void payload_encode(const struct payload *p, struct buf *out)
{
    put_before_values(p->running_ns, p->files, out);
    buf_blob(out, p->values);
    put_after_values(&p->rules, p->spans, out);
}

/* The same, without a copy of the values. */
static void job_encode(const struct writer_job *job, struct buf *out)
{
    size_t at;

    put_before_values(job->running_ns, buf_all(&job->files), out);
    at = out->n;
    buf_u32(out, 0);
    snapshot_encode(job->snapshot, out);
    struct buf length = BUF_INIT;

    buf_u32(&length, (uint32_t)(out->n - at - sizeof(uint32_t)));
    memcpy(out->p + at, length.p, length.n);
    buf_release(&length);
    put_after_values(&job->rules, buf_all(&job->spans), out);
}

int payload_decode(struct slice bytes, struct payload *ret_payload)
{
    struct reader in = reader_of(bytes);
    struct payload p = {.running_ns = (int64_t)read_u64(&in)};

    p.files = read_blob(&in);
    p.values = read_blob(&in);
    if (in.p != in.end) {
        p.rules.fingerprint = read_u32(&in);
        p.rules.whole = read_u8(&in) != 0;
    }
    if (in.p != in.end)
        p.spans = read_blob(&in);
    if (in.bad || in.p != in.end)
        return -EBADMSG;
    *ret_payload = p;
    return 0;
}

static struct http_body *render(const struct snapshot *snapshot,
                                const struct expose_options *options, enum expose_format format)
{
    struct expose_options o = *options;
    struct buf page = BUF_INIT;

    o.format = format;
    o.flags |= EXPOSE_BARE;
    expose(snapshot, &o, &page);
    return http_body_new(&page);
}

void rendering_add(struct rendering *r, const struct snapshot *snapshot,
                   const struct expose_options *options, enum expose_format format,
                   enum coding coding)
{
    if (!r->plain)
        r->plain = render(snapshot, options, format);
    r->is_made[CODING_IDENTITY] = true;
    if (!r->is_made[coding])
        coded_make(coding, http_body_bytes(r->plain), &r->coded[coding]);
    r->is_made[coding] = true;
}

void rendering_release(struct rendering *r)
{
    http_body_unref(r->plain);
    for (enum coding c = 0; c < CODINGS; c++)
        coded_release(&r->coded[c]);
    *r = (struct rendering){0};
}

/* 0 or negative errno; as statefile_save. */
static int save(struct statefile *statefile, struct writer_job *job)
{
    struct memory_change memory = {buf_all(&job->memory.bytes), job->memory.replaces};
    struct buf payload = BUF_INIT;
    int r;

    if (job->files.n > UINT32_MAX || job->spans.n > UINT32_MAX)
        return -EFBIG;
    job_encode(job, &payload);
    r = statefile_save(statefile, buf_all(&payload), &memory, job->wall_ns);
    job->bytes = payload.n;
    buf_release(&payload);
    return r;
}

/* True when the state was removed since the last save. */
static bool do_job(struct statefile *statefile, struct writer_job *job)
{
    int64_t start = clock_mono_ns();
    bool missed = statefile && statefile_missed(statefile);

    if (statefile) {
        job->error = save(statefile, job);
        job->saved = job->error == 0;
        job->duration_ns = clock_mono_ns() - start;
    }
    for (unsigned f = 0; f < PAGE_FORMATS && job->error == 0; f++)
        for (enum coding c = 0; c < CODINGS; c++)
            if (job->render[f][c])
                rendering_add(&job->pages[f], job->snapshot, &job->options, f, c);
    buf_release(&job->files);
    buf_release(&job->spans);
    buf_release(&job->memory.bytes);
    return missed;
}

/* Until something changed, or false: nothing did for so long. With the mutex. */
static bool wait_change(struct writer *w, int64_t most_ns)
{
    int64_t until = clock_mono_ns() + most_ns;
    struct timespec at = {.tv_sec = until / NSEC_PER_SEC, .tv_nsec = until % NSEC_PER_SEC};

    return pthread_cond_timedwait(&w->thread.changed, &w->thread.mutex, &at) == 0;
}

/* Nothing to do: is the state still there? With the mutex. */
static void look(struct writer *w)
{
    struct statefile *statefile = w->statefile;
    bool missed;

    pthread_mutex_unlock(&w->thread.mutex);
    missed = statefile && statefile_missed(statefile);
    pthread_mutex_lock(&w->thread.mutex);
    w->missed |= missed;
    if (missed)
        thread_wake(&w->thread);
}

static void *work(void *ctx)
{
    struct writer *w = ctx;
    bool missed;

    pthread_mutex_lock(&w->thread.mutex);
    while (!w->thread.stop) {
        if (w->state != WAITING) {
            if (!wait_change(w, LOOK_NS))
                look(w);
            continue;
        }
        pthread_mutex_unlock(&w->thread.mutex);
        missed = do_job(w->statefile, &w->job);
        pthread_mutex_lock(&w->thread.mutex);
        w->missed |= missed;
        w->state = DONE;
        pthread_cond_broadcast(&w->thread.changed);
        thread_wake(&w->thread);
    }
    pthread_mutex_unlock(&w->thread.mutex);
    return NULL;
}

/* On the loop: a job is done, or was fetched by writer_wait already. */
static void deliver(void *ctx, uint32_t events)
{
    struct writer *w = ctx;

    (void)events;
    thread_woken(&w->thread);
    pthread_mutex_lock(&w->thread.mutex);
    bool done = w->state == DONE, missed = w->missed;

    w->missed = false;
    if (done)
        w->state = EMPTY;
    pthread_mutex_unlock(&w->thread.mutex);
    if (done) {
        struct writer_job job = w->job;

        w->busy = false;
        w->events.done(w->events.ctx, &job);
    }
    if (missed)
        w->events.missed(w->events.ctx);
}

int writer_new(struct loop *loop, const struct writer_events *events, struct writer **ret_writer)
{
    struct writer *w = xcalloc(1, sizeof *w);
    int r;

    w->events = *events;
    r = thread_start(&w->thread, loop, work, deliver, w);
    if (r < 0) {
        free(w);
        return r;
    }
    *ret_writer = w;
    return 0;
}

void writer_free(struct writer *w)
{
    if (!w)
        return;
    thread_end(&w->thread);
    if (w->state != EMPTY) {
        snapshot_free(w->job.snapshot);
        buf_release(&w->job.files);
        buf_release(&w->job.spans);
        buf_release(&w->job.memory.bytes);
        for (unsigned f = 0; f < PAGE_FORMATS; f++)
            rendering_release(&w->job.pages[f]);
    }
    free(w);
}

void writer_keep(struct writer *w, struct statefile *statefile)
{
    pthread_mutex_lock(&w->thread.mutex);
    w->statefile = statefile;
    pthread_mutex_unlock(&w->thread.mutex);
}

bool writer_busy(const struct writer *w)
{
    return w->busy;
}

void writer_start(struct writer *w, struct writer_job *job)
{
    w->busy = true;
    pthread_mutex_lock(&w->thread.mutex);
    w->job = *job;
    w->state = WAITING;
    pthread_cond_broadcast(&w->thread.changed);
    pthread_mutex_unlock(&w->thread.mutex);
    *job = (struct writer_job){.snapshot = NULL};
}

int64_t writer_used_ns(const struct writer *w)
{
    return thread_used_ns(&w->thread);
}

bool writer_wait(struct writer *w)
{
    struct thread_patience patience = {0};
    bool done;

    if (!w->busy)
        return true;
    pthread_mutex_lock(&w->thread.mutex);
    while (w->state != DONE && thread_await(&w->thread, &patience))
        ;
    done = w->state == DONE;
    pthread_mutex_unlock(&w->thread.mutex);
    if (done)
        deliver(w, 0);
    return done;
}
