/* health -- does a daemon live? For the health check of a container without a shell or curl. */
#include "config.h"

#include "cmd/commands.h"

#include "http/ask.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/port.h"

#include <errno.h>

#define LIVE "http://127.0.0.1:" PORT_DEFAULT "/health/live"

struct health_options {
    struct common_options common;
    const char *timeout;
};

static const struct option_row rows[] = {
    {"timeout", 0, OPTION_TEXT, offsetof(struct health_options, timeout), "DURATION",
     "how long an answer may take (default 4s)"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

/* Docker knows two exit statuses, 0 and 1. */
static int judge(const char *url, int status)
{
    if (status == ASK_WANTS_TLS)
        printf("%s hung up on a plain question: it lives, and wants TLS\n", url);
    else if (status == 200)
        printf("%s: 200\n", url);
    else
        log_error("%s: %d", url, status);
    return status == ASK_WANTS_TLS || status == 200 ? EXIT_FINE : EXIT_MISTAKES;
}

static int run(void *options, const struct command *self)
{
    const struct health_options *o = options;
    const char *url = o->common.files.n ? o->common.files.list[0] : LIVE;
    int64_t timeout_ns = 4 * NSEC_PER_SEC;
    struct buf err = BUF_INIT;
    int status, code = EXIT_MISTAKES;

    if (o->common.files.n > 1)
        return usage_error(self, "one URL at a time");
    if (o->timeout && (duration_parse(slice_str(o->timeout), &timeout_ns) < 0 ||
                       timeout_ns < NSEC_PER_MSEC || timeout_ns > 3600 * NSEC_PER_SEC))
        return usage_error(self, "--timeout wants a duration such as 4s, not \"%s\"", o->timeout);
    status = ask_status(url, timeout_ns, &err);
    if (status >= 0)
        code = judge(url, status);
    else if (status == -EINVAL)
        code = usage_error(self, "%s", err.p);
    else
        log_error("%s", err.p);
    buf_release(&err);
    return code;
}

const struct command command_health = {
    .name = "health",
    .arguments = "[URL]",
    .summary = "Ask a daemon whether it lives, for a health check",
    .details =
        "URL is http://HOST:PORT/PATH (by default " LIVE "; without a path\n"
        "/health/live) or unix:/PATH. Exit status 0: it answered 200, or, wanting TLS, hung up; 1: "
        "it did not.\n",
    .takes = 0,
    .size = sizeof(struct health_options),
    .options = rows,
    .run = run,
};
