/* main -- finds the command and hands it its arguments. */
#include "config.h"

#include "base/log.h"
#include "cmd/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* What is opened next takes the number of one that is closed, and what is said would be written into it. These cannot
 * be used either. */
static void occupy_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* A page that did not reach its reader is no success: `logtally replay >/dev/full`. Who reads no more, as `head`,
 * needs not be told. */
static int finish(int code)
{
    if (code != EXIT_SYSTEM && (fflush(stdout) != 0 || ferror(stdout))) {
        if (errno != EPIPE)
            log_error("cannot write standard output: %m");
        return EXIT_SYSTEM;
    }
    return code;
}

/* What every program understands. */
static const char *as_command(const char *text)
{
    if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0)
        return "help";
    return strcmp(text, "--version") == 0 ? "version" : text;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    occupy_standard();
    if (argc < 2) {
        commands_print(stderr);
        return EXIT_USAGE;
    }
    const struct command *c = command_find(as_command(argv[1]));

    return c ? finish(command_main(c, argc - 1, argv + 1)) : EXIT_USAGE;
}
