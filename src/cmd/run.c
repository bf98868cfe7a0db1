/* run -- the daemon: tail, derive, serve. */
#include "config.h"

#include "cmd/commands.h"

#include "daemon/daemon.h"

#include "base/log.h"
#include "base/port.h"

#include <signal.h>
#include <string.h>

static const struct option_row rows[] = {
    {"log", 0, OPTION_LIST, offsetof(struct run_options, logs), "GLOB",
     "follow these files (quote the glob); repeatable"},
    {"listen", 0, OPTION_LIST, offsetof(struct run_options, listen), "ADDRESS",
     "serve there instead of 127.0.0.1:" PORT_DEFAULT "; repeatable"},
    {"web.listen-address", 0, OPTION_LIST, offsetof(struct run_options, listen), "ADDRESS",
     "the same, by the name that other exporters have"},
    {"web.config.file", 0, OPTION_TEXT, offsetof(struct run_options, web_config), "FILE",
     "TLS and users by this web-config.yml, instead of [server] web_config"},
    {"state", 0, OPTION_TEXT, offsetof(struct run_options, state), "DIR",
     "keep state there; empty: keep nothing"},
    {"log.level", 0, OPTION_TEXT, offsetof(struct run_options, log_level), "LEVEL",
     "say error, warn or info and above (info; debug is the same)"},
    {"log.format", 0, OPTION_TEXT, offsetof(struct run_options, log_format), "FORMAT",
     "say it as text, logfmt or json (text; with priorities where stderr is the journal)"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static const char *const levels[] = {[LOG_ERROR] = "error", "warn", "info", "debug"};
static const char *const formats[] = {[LOG_AS_TEXT] = "text", "logfmt", "json"};

/* The word's number, `dflt` without a word, or -1. */
static int number_of(const char *word, const char *const *words, int n, int dflt)
{
    if (!word)
        return dflt;
    for (int i = 0; i < n; i++)
        if (words[i] && strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static int set_log(const struct run_options *o, const struct command *self)
{
    int level = number_of(o->log_level, levels, 4, LOG_INFO);
    int format = number_of(o->log_format, formats, 4, LOG_AS_TEXT);

    if (level < 0)
        return usage_error(self, "--log.level is error, warn, info or debug, not %s", o->log_level);
    if (format < 0)
        return usage_error(self, "--log.format is text, logfmt or json, not %s", o->log_format);
    log_set((enum log_style)format, level > LOG_INFO ? LOG_INFO : (enum log_level)level);
    return 0;
}

/* Who asks for a reload while it starts has to wait for it, and ends nothing. */
static void hold_hangup(void)
{
    sigset_t hangup;

    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &hangup, NULL);
}

static int run(void *options, const struct command *self)
{
    struct daemon d;
    int code;

    hold_hangup();
    code = set_log(options, self);
    if (code != 0)
        return code;
    code = daemon_start(&d, options);
    if (code == 0)
        code = daemon_run(&d);
    daemon_stop(&d);
    return code;
}

const struct command command_run = {
    .name = "run",
    .arguments = "",
    .summary = "Follow log files and serve their metrics over HTTP",
    .details = "SIGHUP, or POST /-/reload where [server] reload = yes, loads configuration and "
               "rules again; "
               "mistakes\n"
               "leave the old ones running. SIGTERM saves the state and stops.\n",
    .no_files = "files to follow are given by --log, a glob in quotes",
    .takes = TAKES_CONFIG | TAKES_RULES,
    .size = sizeof(struct run_options),
    .options = rows,
    .run = run,
};
