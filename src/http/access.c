/* access -- reads web-config.yml, and swaps what came of it. */
#include "config.h"

#include "http/access.h"

#include "http/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>

#define LOOK_EVERY_NS NSEC_PER_SEC

struct seen {
    char *path;
    struct web_file_id id;
};

struct access {
    char *path;
    bool started; /* from then on TLS is on or off */
    bool fresh;   /* the last reading was good */
    struct users *users;
    struct web_config config; /* the last good one */
    struct tls *tls;
    double tokens; /* requests that may come now, under a limit */
    int64_t tokens_ns, looked_ns;
    struct seen *seen;
    unsigned nseen;
};

static void forget_seen(struct access *a)
{
    for (unsigned i = 0; i < a->nseen; i++)
        free(a->seen[i].path);
    free(a->seen);
    a->seen = NULL;
    a->nseen = 0;
}

static bool has_changed(const struct access *a)
{
    for (unsigned i = 0; i < a->nseen; i++) {
        struct web_file_id now = web_file_look(a->seen[i].path);

        if (!web_file_same(&now, &a->seen[i].id))
            return true;
    }
    return false;
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

static void watch(struct access *a, const struct web_config *config)
{
    forget_seen(a);
    a->seen = xcalloc(config->nfiles, sizeof *a->seen);
    for (; a->nseen < config->nfiles; a->nseen++) {
        const struct web_file *f = &config->files[a->nseen];

        a->seen[a->nseen] = (struct seen){xstrdup(f->path), f->id};
    }
}

static bool is_switch(const struct access *a, const struct tls *tls, struct buf *err)
{
    bool is = a->started && (tls != NULL) != (a->tls != NULL);

    if (is)
        buf_fmt(err, "%s: TLS is turned %s at the next start only", a->path, tls ? "on" : "off");
    return is;
}

static int load(struct access *a, struct buf *err)
{
    struct web_config config;
    struct tls *tls;
    int r = read_all(a->path, &config, &tls, err);

    watch(a, &config);
    if (r == 0 && is_switch(a, tls, err))
        r = -EINVAL;
    a->fresh = r == 0;
    if (r == 0) {
        take(a, &config, tls);
    } else {
        web_config_release(&config);
        tls_unref(tls);
    }
    return r;
}

int access_new(struct loop *loop, const char *path, struct access **ret_access, struct buf *err)
{
    struct access *a = xcalloc(1, sizeof *a);
    int r = -EAGAIN;

    a->path = xstrdup(path);
    a->users = users_new(loop, err);
    if (a->users)
        r = load(a, err);
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
    users_free(a->users);
    tls_unref(a->tls);
    web_config_release(&a->config);
    forget_seen(a);
    free(a->path);
    free(a);
}

void access_look(struct access *a, bool in_any_case)
{
    struct buf err = BUF_INIT;
    int64_t now = clock_mono_ns();

    if (!in_any_case) {
        if (now - a->looked_ns < LOOK_EVERY_NS)
            return;
        a->looked_ns = now;
        if (!has_changed(a))
            return;
    }
    if (load(a, &err) < 0)
        log_error("%s; the settings before it stay", err.p);
    else
        log_info("%s: read again", a->path);
    buf_release(&err);
}

bool access_is_fresh(const struct access *a)
{
    return a->fresh;
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

enum users_verdict access_ask(struct access *a, bool open, const char *authorization, uint64_t peer,
                              users_done_fn *done, void *ctx)
{
    if (is_too_many(a))
        return USERS_BUSY;
    if (open || !users_any(a->users))
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
