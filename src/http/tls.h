/* tls -- certificates and policy for TLS, by GnuTLS; one object for each version of the settings.
 *
 * A connection takes the object of its moment and keeps it to its end, so a new certificate needs no
 * second daemon and breaks no connection. Knows no microhttpd: it is given a session. */
#ifndef LT_HTTP_TLS_H
#define LT_HTTP_TLS_H

#include "http/web_config.h"

struct tls;
struct turn;

/* 0, or -EINVAL with a sentence in *err: what GnuTLS says against certificate, key or CA. Copies what
 * it needs of the settings. */
int tls_new(const struct web_tls *settings, struct tls **ret_tls, struct buf *err);
struct tls *tls_ref(struct tls *t);
/* NULL is fine. */
void tls_unref(struct tls *t);

/* Before the handshake, which reads when it is its turn; `session` is a gnutls_session_t, which must end
 * before this reference to t and before the turn. */
void tls_attach(struct tls *t, void *session, struct turn *turn);

/* A gnutls_certificate_retrieve_function2 that is never called: libmicrohttpd does not start TLS
 * without credentials of its own. */
void *tls_placeholder(void);

#endif
