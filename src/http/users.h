/* users -- names and passwords: is this request's Authorization one of them?
 *
 * Passwords are stored by bcrypt, which is slow on purpose, so they are checked on a thread of
 * their own, one at a time; what was proved is remembered (as a keyed hash, compared in constant
 * time), so that a scraper that comes every few seconds costs nothing. Guessing is slow for who
 * guesses and cheap for us: a peer has one guess waiting at most, after a wrong one it waits a
 * second, and there are few places; whoever finds none is not checked.
 *
 * Nothing about a user is ever said. A name that there is not takes as long as one that there is, and
 * one whose hash has a lower cost as long as one with the highest. */
#ifndef LT_HTTP_USERS_H
#define LT_HTTP_USERS_H

#include "http/web_config.h"

#include "base/loop.h"

struct users;

enum users_verdict {
    USERS_RIGHT,
    USERS_WRONG,
    USERS_BUSY,  /* not checked; try again in a second */
    USERS_LATER, /* `done` will be called, on the loop */
};

typedef void users_done_fn(void *ctx, enum users_verdict verdict);

/* NULL with a sentence in *err. */
struct users *users_new(struct loop *loop, struct buf *err);
/* Waiting guesses are forgotten, without a call. NULL is fine. */
void users_free(struct users *u);
/* Copies the list; passwords proved before stay proved where the hash is the same. */
void users_set(struct users *u, const struct web_user *list, unsigned n);
/* Is there anybody? Else everybody may. */
bool users_any(const struct users *u);

/* `authorization` is the header's value; `peer` says who asks, as one number. `ctx` must live until
 * `done` was called or users_free. */
enum users_verdict users_check(struct users *u, struct slice authorization, uint64_t peer,
                               users_done_fn *done, void *ctx);

#endif
