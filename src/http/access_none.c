/* access_none -- in place of access.c and tls.c where GnuTLS or libyaml is missing: a web-config.yml
 * is refused with a sentence, so nothing else here is ever called. */
#include "config.h"

#include "http/access.h"

#include "http/server.h"

#include <errno.h>
#include <stdlib.h>

int http_web_config_check(const char *path, struct buf *err)
{
    buf_fmt(err, "%s: this logtally was built without TLS and users (GnuTLS, libyaml)", path);
    return -ENOTSUP;
}

int access_new(struct loop *loop, const char *path, struct access **ret_access, struct buf *err)
{
    (void)loop, (void)ret_access;
    return http_web_config_check(path, err);
}

void access_free(struct access *a)
{
    (void)a;
}

void access_look(struct access *a, bool in_any_case)
{
    (void)a, (void)in_any_case;
    abort();
}

const char *access_refused(const struct access *a)
{
    (void)a;
    abort();
}

bool access_has_users(const struct access *a)
{
    (void)a;
    abort();
}

struct tls *access_tls(const struct access *a)
{
    (void)a;
    abort();
}

unsigned access_headers(const struct access *a, const struct web_header **ret_headers)
{
    (void)a, (void)ret_headers;
    abort();
}

enum users_verdict access_ask(struct access *a, const char *authorization, uint64_t peer,
                              users_done_fn *done, void *ctx)
{
    (void)a, (void)authorization, (void)peer, (void)done, (void)ctx;
    abort();
}

struct tls *tls_ref(struct tls *t)
{
    return t;
}

void tls_unref(struct tls *t)
{
    (void)t;
}

void tls_attach(struct tls *t, void *session, struct turn *turn)
{
    (void)t, (void)session, (void)turn;
    abort();
}

void *tls_placeholder(void)
{
    return NULL;
}
