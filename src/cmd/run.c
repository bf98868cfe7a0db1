/* run -- the daemon: tail, derive, serve. */
#include "config.h"

#include "cmd/commands.h"

#include "daemon/daemon.h"

#include "base/log.h"

static const struct option_row rows[] = {
    {"log", 0, OPTION_LIST, offsetof(struct run_options, logs), "GLOB",
     "follow these files (quote the glob); repeatable"},
    {"listen", 0, OPTION_LIST, offsetof(struct run_options, listen), "ADDRESS",
     "serve there instead of 127.0.0.1:9180; repeatable"},
    {"web.listen-address", 0, OPTION_LIST, offsetof(struct run_options, listen), "ADDRESS",
     "the same, by the name that other exporters have"},
    {"web.config.file", 0, OPTION_TEXT, offsetof(struct run_options, web_config), "FILE",
     "TLS and users by this web-config.yml, instead of [server] web_config"},
    {"state", 0, OPTION_TEXT, offsetof(struct run_options, state), "DIR",
     "keep state there; empty: keep nothing"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int run(void *options, const struct command *self)
{
    struct daemon d;
    int code;

    (void)self;
    log_set_daemon(true);
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
