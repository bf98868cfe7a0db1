/* http_rig -- a server in its loop and raw clients on the same thread, for the tests of src/http.
 *
 * Nothing blocks and nothing sleeps: whoever waits turns the loop, for at most RIG_PATIENCE_MS. */
#ifndef LT_TESTS_HTTP_RIG_H
#define LT_TESTS_HTTP_RIG_H

#include "http/server.h"

#define RIG_PATIENCE_MS 300000
#define RIG_BIG_BYTES ((size_t)9 << 20)

struct rig {
    struct loop *loop;
    struct http_server *server;
    char dir[64];
    char unix_spec[96];
    struct http_body *big;
    struct http_request *kept[64]; /* what /kept has kept */
    unsigned nkept;
};

/* Listeners: 0 is 127.0.0.1 with any port, 1 a unix socket. Routes: /hello (GET, HEAD),
 * /negotiated, /big, /kept, /post (POST), /parts. */
void rig_start(struct rig *rig, unsigned max_connections, int64_t timeout_ms);
/* With a web-config.yml. */
void rig_start_with(struct rig *rig, unsigned max_connections, int64_t timeout_ms,
                    const char *web_config);
void rig_stop(struct rig *rig);
void rig_turn(struct rig *rig);
/* Turns until so many requests are kept. */
void rig_wait_kept(struct rig *rig, unsigned n);
/* Answers the oldest kept request with "later\n". */
void rig_answer_kept(struct rig *rig);
/* Each host has its addresses twice from now on (failing.c). */
void rig_hosts_have_two_addresses(bool on);
/* Rounds of bcrypt since this was last asked (failing.c). */
unsigned rig_bcrypt_work(void);
/* Open descriptors of this process. */
unsigned rig_count_fds(void);

struct client {
    int fd;
    struct buf in; /* read and not yet taken */
    bool eof;      /* the server closed, or reset */
};

struct answer {
    unsigned status;
    struct buf head; /* status line and headers */
    struct buf body;
};

struct client client_connect(struct rig *rig, unsigned listener);
void client_close(struct client *c);
/* Sends it all while turning the loop; false when the server closed before. */
bool client_send(struct rig *rig, struct client *c, struct slice bytes);
bool client_send_str(struct rig *rig, struct client *c, const char *text);
/* One turn of the loop and one read. */
void client_poll(struct rig *rig, struct client *c);
/* Waits for a whole answer (of a HEAD: no body). Status 0: the server closed without one. */
struct answer client_answer(struct rig *rig, struct client *c, bool head_only);
/* Such an answer must come next; the body may be any when it is NULL. */
void client_expect(struct rig *rig, struct client *c, unsigned status, const char *body);
/* True when the server closes, false when it does not within the patience. */
bool client_is_closed(struct rig *rig, struct client *c);
void answer_release(struct answer *a);
/* The value of a header, "" when it is not there; dies at the next call. */
const char *answer_header(const struct answer *a, const char *name);

/* Connects anew, sends "METHOD target HTTP/1.1", and gives the answer. */
struct answer rig_request(struct rig *rig, const char *method, const char *target);
unsigned rig_status(struct rig *rig, const char *method, const char *target);
/* How often `path` was answered with `status`. */
uint64_t rig_counted(const struct rig *rig, const char *path, unsigned status);

#endif
