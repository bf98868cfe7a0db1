/* explain -- shows what becomes of lines: given as argument, in files, or on standard input. */
#include "config.h"

#include "cmd/commands.h"
#include "cmd/leftout.h"

#include "app/anchor.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "engine/explain.h"
#include "offline/inputs.h"
#include "offline/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct explain_command {
    struct common_options common;
    bool all;
};

static const struct option_row rows[] = {
    {"all", 'a', OPTION_FLAG, offsetof(struct explain_command, all), NULL,
     "show every event, of every line: not only, of a line that none takes, the nearest three"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

struct explanation {
    struct session session;
    struct source *source; /* of the argument at hand */
    struct explain_options options;
};

static bool explain_block(void *ctx, struct slice block)
{
    struct explanation *x = ctx;
    struct buf out = BUF_INIT;
    size_t max_line = (size_t)x->session.setup->settings.max_line;
    struct slice line;

    if (block.n && block.p[block.n - 1] == '\n')
        block.n--;
    while (slice_cut(&block, '\n', &line)) {
        buf_clear(&out);
        if (line.n > max_line) /* given as argument; a file's are left out while it is read */
            buf_fmt(&out, "  longer than [limits] line: skipped\n");
        else
            explain_line(x->session.engine, x->source, line, &x->options, &out);
        fwrite(out.p, 1, out.n, stdout);
    }
    buf_release(&out);
    return true;
}

/* Files are told one after the other: a rotated set, from its oldest part on, is one to spans. */
static void name_stream(struct explanation *x, const char *path)
{
    struct input in = {.path = xstrdup(path), .log = x->source->log};

    inputs_find_streams(x->session.setup, &in, 1);
    source_of_stream(x->source, in.stream);
    free(in.stream);
    free(in.path);
}

/* An argument is a file if there is one of that name, else a line. */
static int explain_argument(struct explanation *x, const char *text, const char *as)
{
    const struct setup *setup = x->session.setup;
    bool is_file = strcmp(text, "-") == 0 || access(text, F_OK) == 0;
    bool may_be_name = !is_file && *text && errno == ENOENT && !strpbrk(text, " \t={");
    int log = setup_log_or_say(setup, is_file ? text : "", as), code = EXIT_FINE;

    if (log < 0)
        return EXIT_USAGE;
    if (may_be_name)
        log_warn("there is no file %s: it is explained as a line", text);
    x->source = source_new(setup->rules, (unsigned)log, is_file ? text : "", 0);
    x->source->base = anchor_of(setup, (unsigned)log, is_file ? text : "");
    if (is_file) {
        name_stream(x, text);
        code = setup_read_file(setup, (unsigned)log, text, explain_block, x);
    } else {
        explain_block(x, slice_str(text));
    }

    struct buf rest = BUF_INIT;

    explain_rest(x->session.engine, x->source, &x->options, &rest);
    if (rest.n)
        fwrite(rest.p, 1, rest.n, stdout);
    buf_release(&rest);
    source_free(x->source);
    return code;
}

static int explain_all(const struct setup *setup, const struct explain_command *o)
{
    const char *no_color = getenv("NO_COLOR");
    struct explanation x = {
        .options = {.color = isatty(STDOUT_FILENO) && !(no_color && no_color[0]),
                    .near = o->all ? setup->rules->nevents : 3,
                    .always_near = o->all},
    };
    int code = EXIT_FINE;

    session_init(&x.session, setup, SESSION_WHOLE, NULL);
    for (size_t i = 0; i < o->common.files.n && code == EXIT_FINE; i++)
        code = explain_argument(&x, o->common.files.list[i], o->common.as);
    say_open_spans(x.session.registry);
    session_release(&x.session);
    return code;
}

static int run(void *options, const struct command *self)
{
    struct explain_command *o = options;
    struct setup setup;
    int code;

    (void)self;
    if (o->common.files.n == 0)
        strings_add(&o->common.files, "-");
    if ((code = setup_or_say(&o->common, SETUP_AUTO_LOG, &setup)) < 0) {
        code = explain_all(&setup, o);
        setup_release(&setup);
    }
    return code;
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "[LINE | FILE | -]",
    .summary = "Show what becomes of a line, and why a rule did not fire",
    .details =
        "For each line: how it was decoded, each event it is, with its fields and the updates it "
        "causes; if it is\n"
        "none, the events it nearly was and the first condition that failed.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS | TAKES_FIRST_LINE,
    .size = sizeof(struct explain_command),
    .options = rows,
    .run = run,
};
