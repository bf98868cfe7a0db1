/* users -- places for guesses, a thread that takes the oldest, a ring of peers that were wrong.
 *
 * The loop's thread owns everything but a guess's `state`, which the mutex guards, and what the
 * thread reads of a guess while it is being checked: that does not change meanwhile. */
#include "config.h"

#include "http/users.h"

#include "base/clock.h"
#include "base/thread.h"
#include "base/xalloc.h"

#include <crypt.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <stdlib.h>

enum { PLACES = 16, WRONGS = 64, PASSWORD_MAX = 1024, PROOF = 32 };

/* A peer that was wrong waits so long before it is checked again. */
#define WRONG_WAIT_NS NSEC_PER_SEC

struct user {
    char *name, *hash;
    unsigned char proof[PROOF]; /* of the password that was right last */
    bool proved;
};

enum guess_state { FREE, WAITING, CHECKING, CHECKED };

struct guess {
    enum guess_state state;
    bool known;    /* there is such a name; else the hash is another's, of the highest cost */
    unsigned most; /* the highest cost of all users: each guess takes as long as one of it */
    bool right;
    uint64_t peer, number; /* the lowest number waits longest */
    char *name, *password, *hash;
    users_done_fn *done;
    void *ctx;
};

struct users {
    struct thread thread;
    struct user *list;
    unsigned n;
    unsigned char key[PROOF]; /* of the proofs: random, of this process */
    struct guess guesses[PLACES];
    uint64_t numbers;
    struct {
        uint64_t peer;
        int64_t until_ns;
    } wrong[WRONGS];
    unsigned next_wrong;
};

/* Secrets do not lie about in freed memory. */
static void wipe(char *s)
{
    if (s)
        gnutls_memset(s, 0, strlen(s));
    free(s);
}

static void forget(struct guess *g)
{
    free(g->name);
    wipe(g->password);
    free(g->hash);
    *g = (struct guess){.state = FREE};
}

/* The thread. */

static struct guess *oldest_waiting(struct users *u)
{
    struct guess *found = NULL;

    for (unsigned i = 0; i < PLACES; i++) {
        struct guess *g = &u->guesses[i];

        if (g->state == WAITING && (!found || g->number < found->number))
            found = g;
    }
    return found;
}

static bool matches(const char *password, const char *hash)
{
    struct crypt_data *data = xcalloc(1, sizeof *data);
    const char *got = crypt_r(password, hash, data);
    bool same = got && strlen(got) == strlen(hash) && gnutls_memcmp(got, hash, strlen(hash)) == 0;

    gnutls_memset(data, 0, sizeof *data);
    free(data);
    return same;
}

/* With one of each cost from c to m - 1 beside it, a hash of the cost c takes 2^m. */
static void take_as_long(const struct guess *g)
{
    char hash[BCRYPT_LENGTH + 1];

    memcpy(hash, g->hash, sizeof hash);
    for (unsigned cost = bcrypt_cost(g->hash); cost < g->most; cost++) {
        hash[4] = (char)('0' + cost / 10);
        hash[5] = (char)('0' + cost % 10);
        (void)matches(g->password, hash);
    }
}

static void *run(void *ctx)
{
    struct users *u = ctx;

    pthread_mutex_lock(&u->thread.mutex);
    while (!u->thread.stop) {
        struct guess *g = oldest_waiting(u);
        bool right;

        if (g == NULL) {
            pthread_cond_wait(&u->thread.changed, &u->thread.mutex);
            continue;
        }
        g->state = CHECKING;
        pthread_mutex_unlock(&u->thread.mutex);
        right = matches(g->password, g->hash) && g->known;
        take_as_long(g);
        pthread_mutex_lock(&u->thread.mutex);
        g->right = right;
        g->state = CHECKED;
        thread_wake(&u->thread);
    }
    pthread_mutex_unlock(&u->thread.mutex);
    return NULL;
}

/* The loop. */

static struct user *find_user(struct users *u, const char *name)
{
    for (unsigned i = 0; i < u->n; i++)
        if (strcmp(u->list[i].name, name) == 0)
            return &u->list[i];
    return NULL;
}

static const struct user *costliest(const struct users *u)
{
    const struct user *found = u->list;

    for (unsigned i = 1; i < u->n; i++)
        if (bcrypt_cost(u->list[i].hash) > bcrypt_cost(found->hash))
            found = &u->list[i];
    return found;
}

static bool prove(const struct users *u, const char *password, unsigned char out[PROOF])
{
    return gnutls_hmac_fast(GNUTLS_MAC_SHA256, u->key, PROOF, password, strlen(password), out) == 0;
}

static void keep_proof(struct users *u, const struct guess *g)
{
    struct user *user = find_user(u, g->name);

    /* The list may have changed while it was checked. */
    if (user && strcmp(user->hash, g->hash) == 0)
        user->proved = prove(u, g->password, user->proof);
}

static void note_wrong(struct users *u, uint64_t peer)
{
    unsigned i = u->next_wrong++ % WRONGS;

    u->wrong[i].peer = peer;
    u->wrong[i].until_ns = clock_mono_ns() + WRONG_WAIT_NS;
}

static bool was_wrong(const struct users *u, uint64_t peer)
{
    int64_t now = clock_mono_ns();

    for (unsigned i = 0; i < WRONGS; i++)
        if (u->wrong[i].peer == peer && u->wrong[i].until_ns > now)
            return true;
    return false;
}

static void end_guess(struct users *u, struct guess *g)
{
    users_done_fn *done = g->done;
    void *ctx = g->ctx;
    bool right = g->right;

    if (right)
        keep_proof(u, g);
    else
        note_wrong(u, g->peer);
    pthread_mutex_lock(&u->thread.mutex);
    forget(g);
    pthread_mutex_unlock(&u->thread.mutex);
    done(ctx, right ? USERS_RIGHT : USERS_WRONG);
}

static void deliver(void *ctx, uint32_t events)
{
    struct users *u = ctx;

    (void)events;
    thread_woken(&u->thread);
    for (unsigned i = 0; i < PLACES; i++) {
        pthread_mutex_lock(&u->thread.mutex);
        bool checked = u->guesses[i].state == CHECKED;
        pthread_mutex_unlock(&u->thread.mutex);

        if (checked)
            end_guess(u, &u->guesses[i]);
    }
}

struct users *users_new(struct loop *loop, struct buf *err)
{
    struct users *u = xcalloc(1, sizeof *u);
    int r = gnutls_rnd(GNUTLS_RND_KEY, u->key, PROOF) < 0 ? -EIO : 0;

    if (r == 0)
        r = thread_start(&u->thread, loop, run, deliver, u);
    if (r == 0)
        return u;
    buf_fmt(err, "cannot start the thread that checks passwords: %s", strerror(-r));
    free(u);
    return NULL;
}

static void free_list(struct user *list, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        free(list[i].name);
        free(list[i].hash);
    }
    free(list);
}

void users_free(struct users *u)
{
    if (u == NULL)
        return;
    thread_end(&u->thread);
    for (unsigned i = 0; i < PLACES; i++)
        forget(&u->guesses[i]);
    free_list(u->list, u->n);
    gnutls_memset(u, 0, sizeof *u);
    free(u);
}

void users_set(struct users *u, const struct web_user *list, unsigned n)
{
    struct user *new = n ? xcalloc(n, sizeof *new) : NULL;

    for (unsigned i = 0; i < n; i++) {
        const struct user *old = find_user(u, list[i].name);

        if (old && strcmp(old->hash, list[i].hash) == 0)
            new[i] = *old;
        new[i].name = xstrdup(list[i].name);
        new[i].hash = xstrdup(list[i].hash);
    }
    free_list(u->list, u->n);
    u->list = new;
    u->n = n;
}

bool users_any(const struct users *u)
{
    return u->n > 0;
}

/* "Basic " and base64 of NAME:PASSWORD (RFC 7617) into two texts without NUL. */
static bool decode(struct slice header, char **ret_name, char **ret_password)
{
    static const struct slice scheme = {"basic ", 6};
    gnutls_datum_t in, out = {NULL, 0};
    struct slice name, password;
    bool fine;

    if (header.n < scheme.n || strncasecmp(header.p, scheme.p, scheme.n) != 0)
        return false;
    header = slice_trim(slice_from(header, scheme.n));
    in = (gnutls_datum_t){(unsigned char *)(uintptr_t)header.p, (unsigned)header.n};
    if (header.n == 0 || gnutls_base64_decode2(&in, &out) < 0)
        return false;
    password = slice_make((char *)out.data, out.size);
    fine = memchr(password.p, '\0', password.n) == NULL && memchr(password.p, ':', password.n) &&
           slice_cut(&password, ':', &name) && password.n <= PASSWORD_MAX;
    if (fine) {
        *ret_name = xstrslice(name);
        *ret_password = xstrslice(password);
    }
    gnutls_memset(out.data, 0, out.size);
    gnutls_free(out.data);
    return fine;
}

static bool is_proved(const struct users *u, const struct user *user, const char *password)
{
    unsigned char proof[PROOF];

    return user && user->proved && prove(u, password, proof) &&
           gnutls_memcmp(proof, user->proof, PROOF) == 0;
}

/* A place, unless this peer has one, or must wait. */
static struct guess *find_place(struct users *u, uint64_t peer)
{
    struct guess *place = NULL;

    for (unsigned i = 0; i < PLACES; i++) {
        if (u->guesses[i].state == FREE)
            place = &u->guesses[i];
        else if (u->guesses[i].peer == peer)
            return NULL;
    }
    return was_wrong(u, peer) ? NULL : place;
}

/* Takes name and password. */
static enum users_verdict give(struct users *u, const struct guess *guess)
{
    struct guess *place;

    pthread_mutex_lock(&u->thread.mutex);
    place = find_place(u, guess->peer);
    if (place) {
        *place = *guess;
        place->number = u->numbers++;
        pthread_cond_broadcast(&u->thread.changed);
    }
    pthread_mutex_unlock(&u->thread.mutex);
    return place ? USERS_LATER : USERS_BUSY;
}

enum users_verdict users_check(struct users *u, struct slice authorization, uint64_t peer,
                               users_done_fn *done, void *ctx)
{
    struct guess g = {.state = WAITING, .peer = peer, .done = done, .ctx = ctx};
    const struct user *user;
    enum users_verdict verdict = USERS_RIGHT;

    if (!users_any(u) || !decode(authorization, &g.name, &g.password))
        return USERS_WRONG;
    user = find_user(u, g.name);
    if (!is_proved(u, user, g.password)) {
        g.known = user != NULL;
        g.most = bcrypt_cost(costliest(u)->hash);
        g.hash = xstrdup((user ? user : costliest(u))->hash);
        verdict = give(u, &g);
    }
    if (verdict != USERS_LATER)
        forget(&g);
    return verdict;
}
