/* turns -- a list of who was refused; after each run one of them is chosen. */
#include "config.h"

#include "http/turns.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

/* CPU time of a run after which handshakes wait for the next one: about two of RSA. */
#define RUN_MOST_NS (5 * NSEC_PER_MSEC)

static void leave(struct turn *t)
{
    if (!t->waits)
        return;
    *(t->prev ? &t->prev->next : &t->all->head) = t->next;
    *(t->next ? &t->next->prev : &t->all->tail) = t->prev;
    t->waits = false;
}

static void wait(struct turn *t)
{
    struct turns *all = t->all;

    if (t->waits)
        return;
    t->waits = true;
    t->next = NULL;
    t->prev = all->tail;
    *(all->tail ? &all->tail->next : &all->head) = t;
    all->tail = t;
}

void turn_begin(struct turn *t, struct turns *all, const struct conn *conn, int fd)
{
    *t = (struct turn){.all = all, .conn = conn, .fd = fd};
}

void turn_end(struct turn *t)
{
    if (!t->all)
        return;
    leave(t);
    if (t->all->chosen == t)
        t->all->chosen = NULL;
}

/* POLLIN, POLLHUP and their like. */
static int look(const struct turn *t)
{
    struct pollfd p = {.fd = t->fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1 ? p.revents : 0;
}

/* Who has nothing to read costs nothing. */
static bool may_read(struct turn *t, bool has_input)
{
    struct turns *all = t->all;

    if (!has_input || t == all->chosen || (!all->head && clock_thread_ns() < all->until_ns))
        leave(t);
    else
        wait(t);
    return !t->waits;
}

/* Of a session in its handshake; 0 or negative errno. A connection that has ended is told at once,
 * although there may be something to read: it is not worth the answer, and microhttpd, which hears of
 * the end once, must find it then. */
static int admit(struct turn *t)
{
    int what = look(t);

    if (what & (POLLERR | POLLHUP))
        return -ECONNRESET;
    return may_read(t, what & POLLIN) ? 0 : -EAGAIN;
}

ssize_t turn_read(struct turn *t, void *data, size_t n)
{
    int refused = t->over ? 0 : admit(t);
    ssize_t r;

    if (refused) {
        errno = -refused;
        return -1;
    }
    r = recv(t->fd, data, n, 0);
    if (r >= 0)
        t->all->moved = true;
    else if (errno == EAGAIN && !t->over)
        t->all->half = true;
    return r;
}

ssize_t turn_send(struct turn *t, const struct iovec *parts, int n)
{
    struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)n};
    ssize_t r = sendmsg(t->fd, &m, MSG_NOSIGNAL);

    if (r > 0)
        t->all->moved = t->answered = true;
    return r;
}

void turns_run(struct turns *all)
{
    all->moved = all->half = false;
    all->until_ns = clock_thread_ns() + RUN_MOST_NS;
}

/* Who has answered our hello is no flood of hellos, and costs little. */
static int rank(const struct turn *t)
{
    return t->answered ? 2 : !conn_is_greedy(t->conn);
}

/* The newest of the highest rank: under more than can be answered the oldest are those that are cut off
 * before they are through. */
static struct turn *choose(const struct turns *all)
{
    struct turn *best = all->tail;

    for (struct turn *t = all->tail; t; t = t->prev)
        if (rank(t) > rank(best))
            best = t;
    return best;
}

enum turns_next turns_ran(struct turns *all)
{
    all->chosen = choose(all);
    if (all->chosen)
        leave(all->chosen);
    return all->half && !all->moved && !all->chosen ? TURNS_LATER : TURNS_NOW;
}
