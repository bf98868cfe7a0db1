/* ahead -- a ring of chunks. The thread fills the one behind the last filled, the caller empties
 * the first; only how many are filled is shared. The copy out of a chunk costs a few percent of
 * what unpacking it did. */
#include "config.h"

#include "input/ahead.h"

#include "base/xalloc.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNKS = 4, CHUNK = 256 * 1024 };

struct chunk {
    ssize_t n;         /* as codec_read gave it; 0 and less: there is nothing behind it */
    uint64_t position; /* of the codec behind it */
    char bytes[CHUNK];
};

struct ahead {
    struct codec_reader *codec;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned filled; /* chunks from `first` on; guarded by the mutex, as is stop */
    bool stop;
    unsigned first; /* the caller's: the chunk to empty, and how far it is */
    size_t at;
    uint64_t position;
    struct chunk ring[CHUNKS];
};

/* Waits for room; false: the caller is done. */
static bool wait_for_room(struct ahead *a)
{
    pthread_mutex_lock(&a->mutex);
    while (!a->stop && a->filled == CHUNKS)
        pthread_cond_wait(&a->changed, &a->mutex);
    bool go_on = !a->stop;

    pthread_mutex_unlock(&a->mutex);
    return go_on;
}

static void change_filled(struct ahead *a, int by)
{
    pthread_mutex_lock(&a->mutex);
    a->filled += (unsigned)by;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->mutex);
}

static void *unpack(void *ctx)
{
    struct ahead *a = ctx;
    bool more = true;

    for (unsigned i = 0; more && wait_for_room(a); i = (i + 1) % CHUNKS) {
        struct chunk *c = &a->ring[i];

        c->n = codec_read(a->codec, c->bytes, CHUNK);
        c->position = codec_position(a->codec);
        more = c->n > 0;
        change_filled(a, 1);
    }
    return NULL;
}

struct ahead *ahead_new(struct codec_reader *codec)
{
    struct ahead *a = xmalloc(sizeof *a);

    a->codec = codec;
    a->filled = a->first = 0;
    a->stop = false;
    a->at = 0;
    a->position = codec_position(codec);
    pthread_mutex_init(&a->mutex, NULL);
    pthread_cond_init(&a->changed, NULL);
    if (pthread_create(&a->thread, NULL, unpack, a) == 0)
        return a;
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->mutex);
    free(a);
    return NULL;
}

void ahead_free(struct ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->mutex);
    a->stop = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->mutex);
    pthread_join(a->thread, NULL);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->mutex);
    free(a);
}

ssize_t ahead_read(struct ahead *a, char *out, size_t n)
{
    struct chunk *c = &a->ring[a->first];

    pthread_mutex_lock(&a->mutex);
    while (a->filled == 0)
        pthread_cond_wait(&a->changed, &a->mutex);
    pthread_mutex_unlock(&a->mutex);
    a->position = c->position;
    if (c->n <= 0)
        return c->n; /* again and again */
    if (n > (size_t)c->n - a->at)
        n = (size_t)c->n - a->at;
    memcpy(out, c->bytes + a->at, n);
    a->at += n;
    if (a->at == (size_t)c->n) {
        a->at = 0;
        a->first = (a->first + 1) % CHUNKS;
        change_filled(a, -1);
    }
    return (ssize_t)n;
}

uint64_t ahead_position(const struct ahead *a)
{
    return a->position;
}
