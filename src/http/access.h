/* access -- who may come in, and how: a web-config.yml as it is now.
 *
 * The files are looked at when a connection or a request comes, at most once a second, and read again
 * when one of them changed and nothing was written into any of them for a second. What is broken then is
 * said, and the last good settings stay. TLS itself is turned on or off at a start only.
 *
 * Built without its libraries, access_new says so. */
#ifndef LT_HTTP_ACCESS_H
#define LT_HTTP_ACCESS_H

#include "http/tls.h"
#include "http/users.h"

struct access;

/* 0, or negative errno with a sentence in *err. */
int access_new(struct loop *loop, const char *path, struct access **ret_access, struct buf *err);
/* Who waits for an answer of access_ask gets none. NULL is fine. */
void access_free(struct access *a);

/* Reads it all again if a file changed; or in any case. What is being written is read by a later look. */
void access_look(struct access *a, bool in_any_case);
/* What was wrong at the last reading, a sentence; NULL: nothing. Borrowed until the next one. */
const char *access_refused(const struct access *a);

/* Of new connections; NULL: plain HTTP. Borrowed. */
struct tls *access_tls(const struct access *a);
/* On every answer. Borrowed until the next access_look. */
unsigned access_headers(const struct access *a, const struct web_header **ret_headers);

/* Are there users, of whom every request is one? */
bool access_has_users(const struct access *a);

/* May this request be answered? As users_check; USERS_BUSY also when there were too many.
 * `authorization` may be NULL. */
enum users_verdict access_ask(struct access *a, const char *authorization, uint64_t peer,
                              users_done_fn *done, void *ctx);

#endif
