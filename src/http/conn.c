/* conn -- one list, ordered by when the present phase began, oldest first.
 *
 * It is walked for each newcomer above the limit, and at an answer's end while there are too many:
 * some 40 ns a connection, so nothing with max_connections as it is by default, 64, and 0.4 ms with the
 * most that there may be, 10,000. Below the limit nobody walks but the timer. A
 * connection that was cut off stays in the list as `dead` until the daemon has closed it; it no
 * longer counts against the limit, or a burst would cut off many for one.
 *
 * Over the limit goes who has kept us waiting longest for a request, unless it came only just now:
 * its request may lie unread in the socket. (One that has asked something before is spared while more
 * than half of the places are taken by those that never did.) If there is none, all are being answered, and honest
 * scrapers that come at the same moment are better served than cut off: they may be half as many
 * more, the ceiling. Above that goes who has used up most of its time, head or answer; one that
 * waits for us never, unless it is the newcomer itself or of a flood.
 *
 * In both, one whose peer has more than an eighth of the places goes before all others: who opens
 * connections by the thousand takes them from himself. */
#include "config.h"

#include "http/conn.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>

/* An answer may take so many times as long as a head. */
#define ANSWER_TIMES 6
/* So long a new connection may take to say what it wants before it makes room for others. */
#define HEAD_GRACE_NS (100 * NSEC_PER_MSEC)
/* A peer with more than this part of the places is greedy. */
#define GREEDY_PART 8

/* Where connections come from. */
struct peer {
    struct peer *next;
    uint64_t number;
    unsigned nconns, nlive; /* all of its connections; those not dead */
};

struct conn {
    struct conn_table *table;
    struct conn *prev, *next;
    struct peer *peer;
    int fd;
    enum conn_phase phase;
    int64_t since_ns;
    bool asked; /* it has made a whole request */
    bool dead;
};

struct conn_table {
    struct conn *head, *tail;
    struct peer *peers;
    unsigned nlive; /* not dead */
    unsigned nnew;  /* of them, that never asked anything */
    unsigned max;
    int64_t timeout_ns;
    struct loop_timer *timer;
    int64_t armed_ns; /* when the timer fires: never after the earliest deadline */
    conn_wake_fn *wake;
    void *ctx;
};

static void list_unlink(struct conn *c)
{
    struct conn_table *t = c->table;

    *(c->prev ? &c->prev->next : &t->head) = c->next;
    *(c->next ? &c->next->prev : &t->tail) = c->prev;
}

static void list_append(struct conn *c)
{
    struct conn_table *t = c->table;

    c->next = NULL;
    c->prev = t->tail;
    *(t->tail ? &t->tail->next : &t->head) = c;
    t->tail = c;
}

unsigned conn_ceiling(unsigned max)
{
    return max + (max + 1) / 2;
}

/* A kept connection has no deadline: it waits for us. */
static int64_t deadline(const struct conn *c)
{
    if (c->dead || c->phase == CONN_KEPT)
        return INT64_MAX;
    return c->since_ns + c->table->timeout_ns * (c->phase == CONN_ANSWER ? ANSWER_TIMES : 1);
}

static void arm(struct conn_table *t, int64_t at_ns)
{
    t->armed_ns = at_ns;
    loop_timer_set(t->timer, at_ns);
}

/* It lives no more, or has asked for the first time. */
static void forget_new(struct conn *c)
{
    if (!c->dead && !c->asked)
        c->table->nnew--;
}

static void die(struct conn *c)
{
    if (c->dead)
        return;
    forget_new(c);
    c->dead = true;
    c->table->nlive--;
    c->peer->nlive--;
}

void conn_cut(struct conn *c)
{
    die(c);
    (void)shutdown(c->fd, SHUT_RDWR);
}

static void on_timer(void *ctx)
{
    struct conn_table *t = ctx;
    int64_t now = clock_mono_ns(), next = INT64_MAX;
    bool any = false;

    for (struct conn *c = t->head; c != NULL; c = c->next) {
        int64_t at = deadline(c);

        if (at <= now) {
            conn_cut(c);
            any = true;
        } else if (at < next) {
            next = at;
        }
    }
    arm(t, next);
    if (any)
        t->wake(t->ctx);
}

struct conn_table *conn_table_new(struct loop *loop, unsigned max, int64_t timeout_ns,
                                  conn_wake_fn *wake, void *ctx)
{
    struct conn_table *t = xcalloc(1, sizeof(*t));

    t->max = max;
    t->timeout_ns = timeout_ns;
    t->wake = wake;
    t->ctx = ctx;
    t->armed_ns = INT64_MAX;
    t->timer = loop_timer_new(loop, on_timer, t);
    return t;
}

void conn_table_free(struct conn_table *t)
{
    assert(t->head == NULL);
    loop_timer_free(t->timer);
    free(t);
}

static struct peer *peer_take(struct conn_table *t, uint64_t number)
{
    struct peer *p = t->peers;

    while (p && p->number != number)
        p = p->next;
    if (!p) {
        p = xcalloc(1, sizeof *p);
        *p = (struct peer){.next = t->peers, .number = number};
        t->peers = p;
    }
    p->nconns++;
    p->nlive++;
    return p;
}

static void peer_drop(struct conn_table *t, struct peer *p)
{
    struct peer **at = &t->peers;

    if (--p->nconns)
        return;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    free(p);
}

bool conn_is_greedy(const struct conn *c)
{
    return c->peer->nlive > c->table->max / GREEDY_PART;
}

static void enter(struct conn *c, enum conn_phase phase)
{
    c->phase = phase;
    c->since_ns = clock_mono_ns();
    list_append(c);
    if (deadline(c) < c->table->armed_ns)
        arm(c->table, deadline(c));
}

/* Does it wait for nothing but its client's next word? */
static bool is_idle(const struct conn *c, int64_t now)
{
    return !c->dead &&
           (c->phase == CONN_IDLE || (c->phase == CONN_HEAD && now - c->since_ns > HEAD_GRACE_NS));
}

/* Half of the places belong to those that have asked something: a scraper's kept connection outlives
 * those of whoever only connects. */
static bool too_many_new(const struct conn_table *t)
{
    return t->nnew > t->max / 2;
}

/* The oldest that is idle. While there is a greedy peer, one of its own: all of a flood are too young
 * to be idle. */
static struct conn *idle_victim(const struct conn_table *t)
{
    int64_t now = clock_mono_ns();
    struct conn *found = NULL;
    bool flood = false;

    for (struct conn *c = t->head; c != NULL; c = c->next) {
        bool greedy = !c->dead && conn_is_greedy(c);

        flood |= greedy;
        if (!is_idle(c, now) || (c->asked && too_many_new(t)))
            continue;
        if (greedy)
            return c;
        if (!found)
            found = c;
    }
    return flood ? NULL : found;
}

/* How much of the time that its phase may take it has used up, as head; one of a greedy peer more
 * than any other. */
static int64_t used_up(const struct conn *c, int64_t now)
{
    int64_t used = (now - c->since_ns) * (c->phase == CONN_ANSWER ? 1 : ANSWER_TIMES);

    return conn_is_greedy(c) ? used + INT64_MAX / 2 : used;
}

/* A greedy peer makes room for its own newcomer by its own alone; for that of another even what waits for us. */
static bool may_go(const struct conn *c, const struct conn *newcomer)
{
    bool greedy = conn_is_greedy(c), flood = conn_is_greedy(newcomer);

    if (c->dead || c == newcomer || (c->asked && too_many_new(c->table)))
        return false;
    return c->phase == CONN_KEPT ? greedy && !flood : greedy || !flood;
}

static struct conn *slowest_victim(const struct conn_table *t, const struct conn *newcomer)
{
    int64_t now = clock_mono_ns(), most = -1;
    struct conn *found = NULL;

    for (struct conn *c = t->head; c != NULL; c = c->next) {
        int64_t used = used_up(c, now);

        if (may_go(c, newcomer) && used > most) {
            most = used;
            found = c;
        }
    }
    return found;
}

/* Back to the limit, as far as there is somebody who says nothing. */
static void cut_idle(struct conn_table *t)
{
    unsigned before = t->nlive;
    struct conn *c;

    while (t->nlive > t->max && (c = idle_victim(t)) != NULL)
        conn_cut(c);
    if (t->nlive < before)
        t->wake(t->ctx);
}

/* The one above the ceiling; the newcomer itself if nobody else can go. */
static void cut_slowest(struct conn_table *t, struct conn *newcomer)
{
    struct conn *victim = slowest_victim(t, newcomer);

    conn_cut(victim != NULL ? victim : newcomer);
    t->wake(t->ctx);
}

struct conn *conn_add(struct conn_table *t, int fd, uint64_t peer)
{
    struct conn *c = xcalloc(1, sizeof(*c));

    c->table = t;
    c->fd = fd;
    c->peer = peer_take(t, peer);
    t->nlive++;
    t->nnew++;
    enter(c, CONN_HEAD);
    cut_idle(t);
    if (t->nlive > conn_ceiling(t->max))
        cut_slowest(t, c);
    assert(t->nlive <= conn_ceiling(t->max));
    return c;
}

void conn_remove(struct conn *c)
{
    list_unlink(c);
    die(c);
    peer_drop(c->table, c->peer);
    free(c);
}

void conn_set_phase(struct conn *c, enum conn_phase phase)
{
    if (c->phase == phase)
        return;
    list_unlink(c);
    enter(c, phase);
    if (phase == CONN_ANSWER || phase == CONN_KEPT) {
        forget_new(c);
        c->asked = true;
    }
    if (phase == CONN_IDLE)
        cut_idle(c->table);
}
