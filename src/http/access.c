/* access -- reads web-config.yml, and swaps what came of it. */
#include "config.h"

#include "http/access.h"

#include "http/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_EVERY_NS NSEC_PER_SEC
#define SETTLED_NS NSEC_PER_SEC
enum { FIRST_LOOKS = 3 };

struct access {
    char *path;
    bool started; /* from then on TLS is on or off */
    struct users *users;
    struct web_config config;  /* the last good one */
    struct web_config refused; /* the last one, where it was not good: its files are looked at */
    bool fresh;                /* the last one was good */
    struct buf why;            /* it was not */
    bool due;                  /* it is to be read once nothing is written into it */
    struct loop_timer *timer;  /* then, also if nobody comes */
    struct tls *tls;
    double tokens; /* requests that may come now, under a limit */
    int64_t tokens_ns, looked_ns;
};

static const struct web_config *last_read(const struct access *a)
{
    return a->fresh ? &a->config : &a->refused;
}

static bool has_changed(const struct access *a)
{
    const struct web_config *c = last_read(a);

    for (unsigned i = 0; i < c->nfiles; i++) {
        struct web_file_id now = web_file_look(c->files[i].path);

        if (!web_file_same(&now, &c->files[i].id))
            return true;
    }
    return false;
}

/* A file that is not replaced but written in place is half a file meanwhile, or an empty one: which is
 * valid, and would let everybody in. So what was read counts only if nothing was written a moment ago,
 * also by when it was read. */
static bool is_settled(const struct web_config *c)
{
    int64_t wall_ns = clock_wall_ns();

    for (unsigned i = 0; i < c->nfiles; i++) {
        int64_t age = wall_ns - web_file_look(c->files[i].path).mtime_ns;

        if (age > -SETTLED_NS && age < SETTLED_NS)
            return false;
    }
    return true;
}

/* Everything that can be wrong is found here. Config and TLS are to be released in either case. */
static int read_all(const char *path, struct web_config *config, struct tls **ret_tls,
                    struct buf *err)
{
    int r = web_config_read(path, config, err);

    *ret_tls = NULL;
    if (r == 0 && config->tls.wanted) {
        struct buf why = BUF_INIT;

        r = tls_new(&config->tls, ret_tls, &why);
        if (r < 0)
            buf_fmt(err, "%s: %s", path, why.p);
        buf_release(&why);
    }
    return r;
}

static void take(struct access *a, const struct web_config *config, struct tls *tls)
{
    web_config_release(&a->config);
    tls_unref(a->tls);
    a->config = *config;
    a->tls = tls;
    a->tokens = config->burst;
    users_set(a->users, config->users, config->nusers);
}

static bool is_switch(const struct access *a, const struct tls *tls, struct buf *err)
{
    bool is = a->started && (tls != NULL) != (a->tls != NULL);

    if (is)
        buf_fmt(err, "%s: TLS is turned %s at the next start only", a->path, tls ? "on" : "off");
    return is;
}

/* Takes config and TLS. */
static void note(struct access *a, int r, struct web_config *config, struct tls *tls)
{
    web_config_release(&a->refused);
    a->refused = (struct web_config){.nfiles = 0};
    a->fresh = r == 0;
    if (r == 0) {
        take(a, config, tls);
    } else {
        a->refused = *config;
        tls_unref(tls);
    }
}

/* -EAGAIN: not yet. Who asks for it is told at once of what is broken, also while it is written. */
static int load(struct access *a, bool is_asked, struct buf *err)
{
    struct web_config config;
    struct tls *tls;
    int r = read_all(a->path, &config, &tls, err);

    if (r == 0 && is_switch(a, tls, err))
        r = -EINVAL;
    a->due = a->started && !is_settled(&config);
    if (a->due)
        loop_timer_set(a->timer, clock_mono_ns() + LOOK_EVERY_NS);
    if (a->due && (r == 0 || !is_asked)) {
        a->fresh |= is_asked;
        web_config_release(&config);
        tls_unref(tls);
        return -EAGAIN;
    }
    note(a, r, &config, tls);
    return r;
}

static void on_timer(void *ctx)
{
    access_look(ctx, false);
}

/* At the start there are no settings before it that could stay: who is half way through writing them is
 * waited for. */
static int load_first(struct access *a, struct buf *err)
{
    int r = load(a, true, err);

    for (int look = 0; look < FIRST_LOOKS && !is_settled(last_read(a)); look++) {
        (void)nanosleep(&(struct timespec){.tv_sec = SETTLED_NS / NSEC_PER_SEC}, NULL);
        buf_clear(err);
        r = load(a, true, err);
    }
    return r;
}

int access_new(struct loop *loop, const char *path, struct access **ret_access, struct buf *err)
{
    struct access *a = xcalloc(1, sizeof *a);
    int r = -EAGAIN;

    a->path = xstrdup(path);
    a->timer = loop_timer_new(loop, on_timer, a);
    a->users = users_new(loop, err);
    if (a->users)
        r = load_first(a, err);
    a->started = true;
    if (r < 0)
        access_free(a);
    else
        *ret_access = a;
    return r;
}

void access_free(struct access *a)
{
    if (a == NULL)
        return;
    loop_timer_free(a->timer);
    users_free(a->users);
    tls_unref(a->tls);
    web_config_release(&a->config);
    web_config_release(&a->refused);
    buf_release(&a->why);
    free(a->path);
    free(a);
}

void access_look(struct access *a, bool in_any_case)
{
    struct buf err = BUF_INIT;
    int64_t now = clock_mono_ns();
    int r;

    if (!in_any_case && now - a->looked_ns < LOOK_EVERY_NS)
        return;
    a->looked_ns = now;
    if (!in_any_case && !a->due && !has_changed(a))
        return;
    r = load(a, in_any_case, &err);
    if (r == 0) {
        log_info("%s: read again", a->path);
    } else if (r != -EAGAIN) {
        log_error("%s; the settings before it stay", err.p);
        buf_clear(&a->why);
        buf_slice(&a->why, buf_all(&err));
    }
    buf_release(&err);
}

const char *access_refused(const struct access *a)
{
    return a->fresh ? NULL : a->why.p;
}

struct tls *access_tls(const struct access *a)
{
    return a->tls;
}

unsigned access_headers(const struct access *a, const struct web_header **ret_headers)
{
    *ret_headers = a->config.headers;
    return a->config.nheaders;
}

bool access_has_users(const struct access *a)
{
    return users_any(a->users);
}

/* A token bucket: full at first, one more each interval, up to `burst`. */
static bool is_too_many(struct access *a)
{
    int64_t now = clock_mono_ns();

    if (a->config.interval_ns <= 0)
        return false;
    a->tokens += (double)(now - a->tokens_ns) / (double)a->config.interval_ns;
    a->tokens_ns = now;
    if (a->tokens > a->config.burst)
        a->tokens = a->config.burst;
    if (a->tokens < 1)
        return true;
    a->tokens -= 1;
    return false;
}

enum users_verdict access_ask(struct access *a, const char *authorization, uint64_t peer,
                              users_done_fn *done, void *ctx)
{
    if (is_too_many(a))
        return USERS_BUSY;
    if (!users_any(a->users))
        return USERS_RIGHT;
    return users_check(a->users, slice_str(authorization), peer, done, ctx);
}

int http_web_config_check(const char *path, struct buf *err)
{
    struct web_config config;
    struct tls *tls;
    int r = read_all(path, &config, &tls, err);

    web_config_release(&config);
    tls_unref(tls);
    return r;
}
