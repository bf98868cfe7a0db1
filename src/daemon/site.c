/* site -- the pages for people and the answers for programs: which, in what language, how sent.
 *
 * While the registry is lent (it is copied, or series leave) a request waits, a few of them; that is a moment. At a
 * start it may be long, and is told. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/xalloc.h"
#include "daemon/view.h"
#include "http/negotiate.h"
#include "metrics/expose.h"
#include "site/api.h"
#include "site/assets.h"
#include "site/pages.h"

#include <stdlib.h>

/* Of a metric's page: more are on /metrics. */
#define SAMPLES_MOST 200
/* So many pages may wait for the registry: who waits has a connection, which a scraper may need, and
 * has it also when its client has left. */
enum { WAITING_MOST = 16 };
/* A smaller page is sent as it is. */
#define CODED_LEAST 1000

#define HTML "text/html; charset=utf-8"
#define JSON "application/json"

/* Nothing but our own style and script, no frame, no form to elsewhere. */
static const struct http_header guarded[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
     "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {NULL, NULL},
};

static void pack(enum coding coding, struct buf *text)
{
    struct buf packed = BUF_INIT;

    coded_join(coding, NULL, buf_all(text), &packed);
    buf_release(text);
    *text = packed;
}

static void send(struct http_request *r, unsigned status, const char *type, struct buf *body)
{
    enum coding coding = CODING_IDENTITY;

    if (body->n >= CODED_LEAST)
        coding = negotiate_coding(http_request_header(r, "Accept-Encoding"));
    if (coding != CODING_IDENTITY)
        pack(coding, body);
    http_reply(r, &(struct http_reply){
                      .status = status,
                      .content_type = type,
                      .content_encoding = coding_name(coding),
                      .vary = "Accept-Language, Accept-Encoding",
                      .headers = guarded,
                      .body = http_body_new(body),
                  });
}

static enum language language_of(const struct http_request *r)
{
    return negotiate_russian(http_request_header(r, "Accept-Language")) ? RUSSIAN : ENGLISH;
}

static void not_found(struct http_request *r)
{
    struct buf out = BUF_INIT;

    page_not_found(language_of(r), &out);
    send(r, 404, HTML, &out);
}

/* Requests that wait for the registry. */

struct waiting_page {
    struct waiting_page *next;
    struct http_request *request;
    http_handler_fn *handler;
};

static unsigned count_waiting(const struct daemon *d)
{
    unsigned n = 0;

    for (const struct waiting_page *w = d->waiting_pages; w; w = w->next)
        n++;
    return n;
}

static bool must_wait(struct daemon *d, struct http_request *r, http_handler_fn *handler)
{
    struct waiting_page *w;

    if (!d->restored) {
        http_reply_text(r, 503, "restoring the state");
        return true;
    }
    if (!d->lent)
        return false;
    if (count_waiting(d) >= WAITING_MOST) {
        http_reply_text(r, 503, "a reload or a save is under way, and many wait for it; try again");
        return true;
    }
    w = xmalloc(sizeof *w);
    *w = (struct waiting_page){d->waiting_pages, r, handler};
    d->waiting_pages = w;
    return true;
}

void daemon_answer_pages(struct daemon *d, bool all)
{
    struct waiting_page *next;

    for (struct waiting_page *w = d->waiting_pages; w; w = next) {
        next = w->next;
        d->waiting_pages = next;
        if (all)
            http_reply_text(w->request, 503, "shutting down");
        else
            w->handler(d, w->request);
        free(w);
    }
}

/* Handlers. */

/* "2": a number as we write it ourselves, from 1. */
static bool page_number(struct slice text, unsigned *ret_number)
{
    unsigned n = 0;

    if (text.n == 0 || text.n > 6 || text.p[0] == '0')
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (!char_is_digit(text.p[i]))
            return false;
        n = n * 10 + (unsigned)(text.p[i] - '0');
    }
    *ret_number = n;
    return true;
}

/* What a path says behind its route: a name, and which page of it, 1 where it does not say. False where
 * that is no number. */
static bool split_rest(const char *path, struct slice *ret_name, unsigned *ret_number)
{
    struct slice rest = slice_str(path);

    *ret_number = 1;
    (void)slice_cut(&rest, '/', ret_name);
    return rest.p == NULL || page_number(rest, ret_number);
}

static void home(void *ctx, struct http_request *r)
{
    struct buf out = BUF_INIT;
    struct view *v;

    if (must_wait(ctx, r, home))
        return;
    v = view_new(ctx, VIEW_NO_FILES, false);
    view_tell(ctx, v);
    page_home(v, language_of(r), &out);
    view_free(v);
    send(r, 200, HTML, &out);
}

/* Takes the page, or says that there is none. */
static void send_page(struct http_request *r, bool is_there, struct buf *page)
{
    if (is_there)
        send(r, 200, HTML, page);
    else
        not_found(r);
}

static void list(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;
    struct buf out = BUF_INIT;
    struct slice name;
    unsigned number;
    int kind = -1;
    bool is_there = false;

    if (must_wait(d, r, list))
        return;
    if (split_rest(http_request_rest(r), &name, &number))
        kind = page_kind_of(name);
    if (kind >= 0) {
        struct view *v = view_new(d, VIEW_NO_FILES, false);

        is_there = page_list(v, (enum page_kind)kind, number, language_of(r), &out);
        view_free(v);
    }
    send_page(r, is_there, &out);
}

static void one_log(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;
    struct buf out = BUF_INIT;
    struct slice name;
    unsigned number;
    int log = -1;
    bool is_there = false;

    if (must_wait(d, r, one_log))
        return;
    if (split_rest(http_request_rest(r), &name, &number))
        log = ruleset_log(d->setup.rules, name);
    if (log >= 0) {
        struct view *v = view_new(d, log, http_request_is_private(r));

        is_there = page_log(v, (unsigned)log, number, language_of(r), &out);
        view_free(v);
    }
    send_page(r, is_there, &out);
}

/* Its samples are those of the last page: what a crash could take back is not shown here either. */
static void one_metric(void *ctx, struct http_request *r)
{
    static const struct expose_options plain = {.flags = EXPOSE_NO_META | EXPOSE_BARE};
    struct daemon *d = ctx;
    struct buf out = BUF_INIT, samples = BUF_INIT;
    struct view *v;
    bool whole = true;
    int i;

    if (must_wait(d, r, one_metric))
        return;
    i = ruleset_family(d->setup.rules, slice_str(http_request_rest(r)));
    if (i < 0) {
        not_found(r);
        return;
    }
    v = view_new(d, VIEW_NO_FILES, false);
    if (d->durable)
        whole = expose_family(d->durable, slice_str(v->metrics[i].name), SAMPLES_MOST, &plain,
                              &samples);
    page_metric(v, (unsigned)i, samples.p, !whole, language_of(r), &out);
    buf_release(&samples);
    view_free(v);
    send(r, 200, HTML, &out);
}

static void one_event(void *ctx, struct http_request *r)
{
    struct daemon *d = ctx;
    struct buf out = BUF_INIT;
    int i;

    if (must_wait(d, r, one_event))
        return;
    i = ruleset_event(d->setup.rules, slice_str(http_request_rest(r)));
    if (i >= 0) {
        struct view *v = view_new(d, VIEW_NO_FILES, false);

        page_event(v, (unsigned)i, language_of(r), &out);
        view_free(v);
    }
    send_page(r, i >= 0, &out);
}

static void send_json(struct http_request *r, bool is_there, struct buf *json)
{
    if (is_there)
        send(r, 200, JSON, json);
    else
        http_reply_text(r, 404, "there is no such page");
}

static void json_status(void *ctx, struct http_request *r)
{
    struct buf out = BUF_INIT;
    struct view *v;

    if (must_wait(ctx, r, json_status))
        return;
    v = view_new(ctx, VIEW_NO_FILES, false);
    api_status(v, &out);
    view_free(v);
    send_json(r, true, &out);
}

typedef bool make_fn(const struct view *v, unsigned number, struct buf *out);

static void json_page(struct daemon *d, struct http_request *r, int files, make_fn *make)
{
    const char *rest = http_request_rest(r);
    struct buf out = BUF_INIT;
    unsigned number = 1;
    bool is_there = *rest == '\0' || page_number(slice_str(rest), &number);

    if (is_there) {
        struct view *v = view_new(d, files, false);

        is_there = make(v, number, &out);
        view_free(v);
    }
    send_json(r, is_there, &out);
}

static void json_logs(void *ctx, struct http_request *r)
{
    if (!must_wait(ctx, r, json_logs))
        json_page(ctx, r, VIEW_ALL_FILES, api_logs);
}

static void json_metrics(void *ctx, struct http_request *r)
{
    if (!must_wait(ctx, r, json_metrics))
        json_page(ctx, r, VIEW_NO_FILES, api_metrics);
}

static void asset(struct http_request *r, const char *type, const char *text)
{
    struct buf out = BUF_INIT;

    buf_str(&out, text);
    send(r, 200, type, &out);
}

static void style(void *ctx, struct http_request *r)
{
    (void)ctx;
    asset(r, "text/css; charset=utf-8", asset_style);
}

static void live_script(void *ctx, struct http_request *r)
{
    (void)ctx;
    asset(r, "text/javascript; charset=utf-8", asset_live);
}

const struct http_route site_routes[] = {
    {"/", "GET, HEAD", home},
    {"/list/", "GET, HEAD", list},
    {"/logs/", "GET, HEAD", one_log},
    {"/metrics/", "GET, HEAD", one_metric},
    {"/events/", "GET, HEAD", one_event},
    {"/api/v1/status", "GET, HEAD", json_status},
    {"/api/v1/logs", "GET, HEAD", json_logs},
    {"/api/v1/logs/", "GET, HEAD", json_logs},
    {"/api/v1/metrics", "GET, HEAD", json_metrics},
    {"/api/v1/metrics/", "GET, HEAD", json_metrics},
    {"/static/style.css", "GET, HEAD", style},
    {"/static/live.js", "GET, HEAD", live_script},
    {NULL, NULL, NULL},
};
