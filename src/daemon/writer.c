/* writer -- a thread that waits for one job at a time. One slot for a job, one for its result; a
 * mutex guards both, an eventfd wakes the loop. */
#include "config.h"

#include "daemon/writer.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct writer {
    struct loop *loop;
    struct loop_watch *watch;
    struct statefile *statefile;
    writer_done_fn *done;
    void *ctx;
    int wake; /* eventfd: a result is there */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool busy; /* of the loop's side: a job was started and its result not yet delivered */
    /* Guarded by the mutex: */
    bool has_job, has_result, stop;
    struct writer_job job;
    struct writer_result result;
};

void payload_encode(int64_t running_ns, struct slice files, const struct snapshot *snapshot,
                    struct buf *out)
{
    size_t at;

    buf_u64(out, (uint64_t)running_ns);
    buf_blob(out, files);
    at = out->n;
    buf_u32(out, 0);
    snapshot_encode(snapshot, out);
    struct buf length = BUF_INIT;

    buf_u32(&length, (uint32_t)(out->n - at - sizeof(uint32_t)));
    memcpy(out->p + at, length.p, length.n);
    buf_release(&length);
}

int payload_decode(struct slice payload, int64_t *ret_running_ns, struct slice *ret_files,
                   struct slice *ret_values)
{
    struct reader in = reader_of(payload);
    int64_t running_ns = (int64_t)read_u64(&in);
    struct slice files = read_blob(&in), values = read_blob(&in);

    if (in.bad || in.p != in.end)
        return -EBADMSG;
    *ret_running_ns = running_ns;
    *ret_files = files;
    *ret_values = values;
    return 0;
}

void rendering_make(const struct snapshot *snapshot, const struct expose_options *options,
                    enum expose_format format, struct rendering *ret_rendering)
{
    struct expose_options o = *options;
    struct buf page = BUF_INIT;

    o.format = format;
    o.flags |= EXPOSE_NO_EOF;
    expose(snapshot, &o, &page);
    gzip_part_make(buf_all(&page), &ret_rendering->gzip);
    ret_rendering->plain = http_body_new(&page);
}

void rendering_release(struct rendering *r)
{
    http_body_unref(r->plain);
    gzip_part_release(&r->gzip);
    *r = (struct rendering){0};
}

static void do_job(struct writer *s, struct writer_job *job, struct writer_result *result)
{
    int64_t start = clock_mono_ns();

    *result = (struct writer_result){
        .snapshot = job->snapshot, .wall_ns = job->wall_ns, .version = job->version};
    if (job->save) {
        struct buf payload = BUF_INIT;

        payload_encode(job->running_ns, buf_all(&job->files), job->snapshot, &payload);
        result->error = statefile_save(s->statefile, buf_all(&payload), job->wall_ns);
        result->saved = result->error == 0;
        result->bytes = payload.n;
        result->duration_ns = clock_mono_ns() - start;
        buf_release(&payload);
    }
    for (unsigned f = 0; f < PAGE_FORMATS && result->error == 0; f++)
        if (job->render[f])
            rendering_make(job->snapshot, &job->options, f, &result->pages[f]);
    buf_release(&job->files);
}

static void *work(void *ctx)
{
    struct writer *s = ctx;

    pthread_mutex_lock(&s->mutex);
    while (!s->stop) {
        if (!s->has_job) {
            pthread_cond_wait(&s->changed, &s->mutex);
            continue;
        }
        struct writer_job job = s->job;
        struct writer_result result;

        s->has_job = false;
        pthread_mutex_unlock(&s->mutex);
        do_job(s, &job, &result);
        pthread_mutex_lock(&s->mutex);
        s->result = result;
        s->has_result = true;
        pthread_cond_broadcast(&s->changed);
        eventfd_write(s->wake, 1);
    }
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

/* On the loop: a result is there, or was fetched by writer_wait already. */
static void deliver(void *ctx, uint32_t events)
{
    struct writer *s = ctx;
    struct writer_result result;
    eventfd_t count;

    (void)events;
    eventfd_read(s->wake, &count);
    pthread_mutex_lock(&s->mutex);
    bool there = s->has_result;

    result = s->result;
    s->has_result = false;
    pthread_mutex_unlock(&s->mutex);
    if (!there)
        return;
    s->busy = false;
    s->done(s->ctx, &result);
}

int writer_new(struct loop *loop, struct statefile *statefile, writer_done_fn *done, void *ctx,
               struct writer **ret_saver)
{
    struct writer *s = xcalloc(1, sizeof *s);
    int r;

    s->loop = loop;
    s->statefile = statefile;
    s->done = done;
    s->ctx = ctx;
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->wake < 0) {
        r = -errno;
        goto fail;
    }
    r = loop_add_fd(loop, s->wake, EPOLLIN, deliver, s, &s->watch);
    if (r < 0)
        goto fail_wake;
    r = -pthread_create(&s->thread, NULL, work, s);
    if (r < 0)
        goto fail_watch;
    *ret_saver = s;
    return 0;
fail_watch:
    loop_remove_fd(loop, s->watch);
fail_wake:
    close(s->wake);
fail:
    free(s);
    return r;
}

void writer_free(struct writer *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->mutex);
    s->stop = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    if (s->has_job) {
        snapshot_free(s->job.snapshot);
        buf_release(&s->job.files);
    }
    if (s->has_result) {
        snapshot_free(s->result.snapshot);
        for (unsigned f = 0; f < PAGE_FORMATS; f++)
            rendering_release(&s->result.pages[f]);
    }
    loop_remove_fd(s->loop, s->watch);
    close(s->wake);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

bool writer_busy(const struct writer *s)
{
    return s->busy;
}

void writer_start(struct writer *s, struct writer_job *job)
{
    s->busy = true;
    pthread_mutex_lock(&s->mutex);
    s->job = *job;
    s->job.save = job->save && s->statefile;
    s->has_job = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    *job = (struct writer_job){0};
}

void writer_wait(struct writer *s)
{
    if (!s->busy)
        return;
    pthread_mutex_lock(&s->mutex);
    while (!s->has_result)
        pthread_cond_wait(&s->changed, &s->mutex);
    pthread_mutex_unlock(&s->mutex);
    deliver(s, 0);
}
