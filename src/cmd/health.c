/* health -- does a daemon live? For the health check of a container without a shell or curl. */
#include "config.h"

#include "cmd/commands.h"

#include "app/setup.h"
#include "config/settings.h"
#include "http/ask.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/port.h"

#include <errno.h>
#include <string.h>

#define PAGE "/health/live"
#define LIVE "http://127.0.0.1:" PORT_DEFAULT PAGE

struct health_options {
    struct common_options common;
    const char *timeout;
};

static const struct option_row rows[] = {
    {"timeout", 0, OPTION_TEXT, offsetof(struct health_options, timeout), "DURATION",
     "how long an answer may take (default 4s)"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

/* Docker knows two exit statuses, 0 and 1; only wrong usage is another. */
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

/* Where who listens at `address` is asked on the same machine. */
static void put_url(const char *address, struct buf *ret_url)
{
    static const struct {
        const char *all, *one;
    } wildcards[] = {{":", "127.0.0.1:"}, {"0.0.0.0:", "127.0.0.1:"}, {"[::]:", "[::1]:"}};

    if (slice_starts(slice_str(address), SLICE("unix:"))) {
        buf_str(ret_url, address);
        return;
    }
    buf_str(ret_url, "http://");
    for (size_t i = 0; i < sizeof wildcards / sizeof *wildcards; i++)
        if (slice_starts(slice_str(address), slice_str(wildcards[i].all))) {
            buf_str(ret_url, wildcards[i].one);
            address += strlen(wildcards[i].all);
            break;
        }
    buf_fmt(ret_url, "%s" PAGE, address);
}

/* The first address of a configuration that can be asked; a socket that somebody else opened has none here. Other mistakes in
 * it are not ours to judge: the daemon that read it before they were made may live. False: there is none, which is said. */
static bool put_configured(const char *config, struct buf *ret_url)
{
    struct mistakes m = MISTAKES_INIT;
    struct ini_doc *doc = ini_read(config, SECTION_CONFIG, &m);
    struct settings s;

    settings_init(&s);
    if (doc) {
        settings_expand_env(doc, &m);
        settings_read(&s, doc, &m);
        for (unsigned i = 0; i < s.nlisten && ret_url->n == 0; i++)
            if (!slice_starts(slice_str(s.listen[i]), SLICE("fd:")))
                put_url(s.listen[i], ret_url);
        if (ret_url->n == 0)
            log_error("%s: [server] listen has no address that can be asked; give a URL", config);
    } else {
        say_mistakes(&m, MISTAKE);
    }
    settings_release(&s);
    ini_free(doc);
    mistakes_release(&m);
    return ret_url->n > 0;
}

static int ask(const struct command *self, const char *config, const char *url, int64_t timeout_ns)
{
    struct buf err = BUF_INIT;
    int status = ask_status(url, timeout_ns, &err), code = EXIT_MISTAKES;

    if (status >= 0)
        code = judge(url, status);
    else if (status == -EINVAL && !config)
        code = usage_error(self, "%s", err.p);
    else
        log_error("%s", err.p);
    buf_release(&err);
    return code;
}

/* A URL as it was given; HOST:PORT is one of HTTP. */
static void put_given(const char *url, struct buf *ret_url)
{
    bool is_address =
        strchr(url, ':') && !strstr(url, "://") && !slice_starts(slice_str(url), SLICE("unix:"));

    buf_fmt(ret_url, "%s%s", is_address ? "http://" : "", url);
}

static int run(void *options, const struct command *self)
{
    const struct health_options *o = options;
    const char *config = o->common.config;
    int64_t timeout_ns = 4 * NSEC_PER_SEC;
    struct buf url = BUF_INIT;
    int code = EXIT_MISTAKES;

    if (o->common.files.n > 1)
        return usage_error(self, "one URL at a time");
    if (config && o->common.files.n)
        return usage_error(self, "a URL, or the configuration that has the address, not both");
    if (o->timeout && (duration_parse(slice_str(o->timeout), &timeout_ns) < 0 ||
                       timeout_ns < NSEC_PER_MSEC || timeout_ns > 3600 * NSEC_PER_SEC))
        return usage_error(self, "--timeout wants a duration such as 4s, not \"%s\"", o->timeout);
    if (!config)
        put_given(o->common.files.n ? o->common.files.list[0] : LIVE, &url);
    if (!config || put_configured(config, &url))
        code = ask(self, config, url.p, timeout_ns);
    buf_release(&url);
    return code;
}

const struct command command_health = {
    .name = "health",
    .arguments = "[URL]",
    .summary = "Ask a daemon whether it lives, for a health check",
    .details = "URL is http://HOST:PORT/PATH, or HOST:PORT (by default " LIVE "; without a path\n"
               "/health/live) or unix:/PATH; with -c it is the first address that [server] listen "
               "names. Exit\n"
               "status 0: it answered 200, or, wanting TLS, hung up; 1: it did not, or the "
               "configuration has mistakes.\n",
    .takes = TAKES_NAMED_CONFIG,
    .size = sizeof(struct health_options),
    .options = rows,
    .run = run,
};
