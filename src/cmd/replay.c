/* replay -- reads whole files and prints the final exposition. */
#include "config.h"

#include "cmd/output.h"
#include "cmd/session.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>

struct replay_options {
    struct common_options common;
    const char *as, *output, *format, *unmatched;
    bool no_dispatch;
};

static const struct option_row rows[] = {
    {"as", 0, OPTION_TEXT, offsetof(struct replay_options, as), "LOG",
     "the [log] these files belong to (default: whose globs match)"},
    {"output", 'o', OPTION_TEXT, offsetof(struct replay_options, output), "FILE",
     "write there, whole or not at all, instead of stdout"},
    {"format", 0, OPTION_TEXT, offsetof(struct replay_options, format), "FORMAT",
     "text (default), openmetrics or json"},
    {"unmatched", 0, OPTION_TEXT, offsetof(struct replay_options, unmatched), "FILE",
     "write lines that no event took there"},
    {"no-dispatch", 0, OPTION_FLAG, offsetof(struct replay_options, no_dispatch), NULL, NULL},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static void write_unmatched(void *ctx, const struct source *source, struct slice line)
{
    (void)source;
    output_line(ctx, line);
}

static int read_files(struct session *s, const struct replay_options *o)
{
    int code = EXIT_FINE;

    for (size_t i = 0; i < o->common.files.n; i++) {
        struct buf err = BUF_INIT;
        int log = setup_log_of(s->setup, o->common.files.list[i], o->as, &err);

        if (log < 0)
            code = EXIT_USAGE;
        else if (session_read(s, o->common.files.list[i], (unsigned)log, NULL, NULL, &err) < 0)
            code = EXIT_MISTAKES;
        if (err.n)
            log_error("%s", err.p);
        buf_release(&err);
        if (code == EXIT_USAGE)
            break;
    }
    return code;
}

static int replay(const struct setup *setup, const struct replay_options *o,
                  enum expose_format format)
{
    struct output unmatched;
    struct buf page = BUF_INIT;
    struct session session;
    struct engine_options engine_options = {.max_line = (size_t)setup->settings.max_line,
                                            .no_dispatch = o->no_dispatch};

    if (o->unmatched) {
        if (output_open(&unmatched, o->unmatched) < 0)
            return EXIT_SYSTEM;
        engine_options.unmatched = write_unmatched;
        engine_options.ctx = &unmatched;
    }
    session_init(&session, setup, &engine_options);
    int code = read_files(&session, o);

    if (code != EXIT_USAGE) {
        session_expose(&session, format, &page);
        if (output_page(o->output, buf_all(&page)) < 0)
            code = EXIT_SYSTEM;
    }
    if (o->unmatched && output_close(&unmatched) < 0)
        code = EXIT_SYSTEM;
    session_release(&session);
    buf_release(&page);
    return code;
}

static int format_of(const char *text, enum expose_format *ret_format)
{
    if (!text || strcmp(text, "text") == 0)
        *ret_format = EXPOSE_TEXT;
    else if (strcmp(text, "openmetrics") == 0)
        *ret_format = EXPOSE_OPENMETRICS;
    else if (strcmp(text, "json") == 0)
        *ret_format = EXPOSE_JSON;
    else
        return -EINVAL;
    return 0;
}

static int run(int argc, char **argv, const struct command *self)
{
    struct replay_options o = {0};
    enum expose_format format;
    struct setup setup;
    int code = options_parse(self, argc, argv, &o);

    if (code >= 0)
        goto out;
    if (o.common.files.n == 0)
        code = usage_error(self, "name the files to read, or - for standard input");
    else if (format_of(o.format, &format) < 0)
        code = usage_error(self, "--format is text, openmetrics or json, not \"%s\"", o.format);
    else if ((code = setup_or_say(&o.common, SETUP_AUTO_LOG, false, &setup)) < 0) {
        code = replay(&setup, &o, format);
        setup_release(&setup);
    }
out:
    options_release(self, &o);
    return code;
}

const struct command command_replay = {
    "replay",
    "FILE...",
    "Read whole files and print what their metrics come to",
    "FILE may be plain, .gz or .zst, or - for standard input. Only the rules' metrics are "
    "printed,\n"
    "sorted. Nothing is kept and no daemon is needed.\n",
    rows,
    run,
};
