/* watch -- what rules come to on logs, shown again at every save. */
#include "config.h"

#include "cmd/commands.h"

#include "live/live.h"

#include <unistd.h>

struct watch_options {
    struct common_options common;
    bool once;
};

static const struct option_row rows[] = {
    {"once", 0, OPTION_FLAG, offsetof(struct watch_options, once), NULL,
     "print everything once, and end; so it is, too, when standard output is no terminal"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int run(void *options, const struct command *self)
{
    const struct watch_options *o = options;
    bool once = o->once || !isatty(STDOUT_FILENO);

    if (o->common.files.n == 0)
        return usage_error(self, "name the logs to try the rules on");
    if (!once && strings_has(&o->common.files, "-")) /* the keyboard */
        return usage_error(self, "- can be read only once; use --once");
    return (once ? live_once : live_run)(&o->common);
}

const struct command command_watch = {
    .name = "watch",
    .arguments = "LOG...",
    .summary = "Show what rules come to on logs, again at every save of a rules file",
    .details =
        "For writing rules: leave it open beside the editor. It shows mistakes, what each metric "
        "and event comes\n"
        "to, and how that changed since the last save; the lines that no event took, put together "
        "by what they say,\n"
        "and of each why (key 4, or Enter). While the rules have mistakes the numbers are those of "
        "the last save\n"
        "without. Key s makes a rule for such lines. `?` shows all keys. LOG is read as `replay` "
        "reads it, once; `r` reads it "
        "again.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS,
    .size = sizeof(struct watch_options),
    .options = rows,
    .run = run,
};
