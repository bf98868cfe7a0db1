/* main -- finds the command and hands it its arguments. */
#include "config.h"

#include "app/options.h"

#include "base/log.h"
#include "config/mistake.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

const struct command *const commands[] = {
    &command_run,      &command_check,   &command_explain, &command_replay, &command_test,
    &command_backfill, &command_suggest, &command_merge,   &command_state,  NULL,
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[sizeof commands / sizeof *commands];
    size_t n = 0;

    for (; commands[n]; n++)
        names[n] = commands[n]->name;
    const char *near = nearest(slice_str(name), names, n);

    if (near)
        log_error("unknown command \"%s\"; did you mean \"%s\"? (see `logtally help`)", name, near);
    else
        log_error("unknown command \"%s\" (see `logtally help`)", name);
    return EXIT_USAGE;
}

static void print_overview(FILE *to)
{
    fputs("Usage: logtally COMMAND [OPTION...] [FILE...]\n\n"
          "Derives Prometheus metrics from log files by rules, losing no line and counting none "
          "twice.\n\nCommands:\n",
          to);
    for (size_t i = 0; commands[i]; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("  help       Explain a command: logtally help COMMAND\n"
          "  version    Print the version\n\n"
          "Try:\n"
          "  logtally check --rules rules\n"
          "  logtally replay --rules rules app.log\n"
          "  logtally run --rules rules --log '/var/log/app/*.log'\n",
          to);
}

static int help(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stdout);
        return EXIT_FINE;
    }
    const struct command *c = find_command(argv[1]);

    if (!c)
        return unknown_command(argv[1]);
    command_help(c);
    return EXIT_FINE;
}

/* A page that did not reach its reader is no success: `logtally replay >/dev/full`. */
static int finish(int code)
{
    if (code != EXIT_SYSTEM && (fflush(stdout) != 0 || ferror(stdout))) {
        log_error("cannot write standard output: %m");
        return EXIT_SYSTEM;
    }
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];

    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return finish(help(argc - 1, argv + 1));
    if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0) {
        puts("logtally " PACKAGE_VERSION);
        return finish(EXIT_FINE);
    }
    const struct command *c = find_command(name);

    if (!c)
        return unknown_command(name);
    return finish(c->run(argc - 1, argv + 1, c));
}
