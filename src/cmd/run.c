/* run -- the daemon: tail, derive, serve. */
#include "config.h"

#include "daemon/daemon.h"

#include "base/log.h"

static const struct option_row rows[] = {
    {"log", 0, OPTION_LIST, offsetof(struct run_options, logs), "GLOB",
     "follow these files (quote the glob); repeatable"},
    {"listen", 0, OPTION_LIST, offsetof(struct run_options, listen), "ADDRESS",
     "serve there instead of 127.0.0.1:9180; repeatable"},
    {"state", 0, OPTION_TEXT, offsetof(struct run_options, state), "DIR",
     "keep state there; empty: keep nothing"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int run(int argc, char **argv, const struct command *self)
{
    struct run_options o = {0};
    struct daemon d;
    int code = options_parse(self, argc, argv, &o);

    if (code >= 0)
        goto out;
    if (o.common.files.n) {
        code = usage_error(self, "%s: files to follow are given by --log, a glob in quotes",
                           o.common.files.list[0]);
        goto out;
    }
    log_set_daemon(true);
    code = daemon_start(&d, &o);
    if (code == 0)
        code = daemon_run(&d);
    daemon_stop(&d);
out:
    options_release(self, &o);
    return code;
}

const struct command command_run = {
    "run",
    "",
    "Follow log files and serve their metrics over HTTP",
    "SIGHUP, or POST /-/reload where [server] reload = yes, loads configuration and rules again; "
    "mistakes\n"
    "leave the old ones running. SIGTERM saves the state and stops.\n",
    rows,
    run,
};
