/* replay -- reads whole files and prints the final exposition. */
#include "config.h"

#include "cmd/commands.h"
#include "cmd/leftout.h"

#include "app/output.h"
#include "offline/merge.h"
#include "offline/parallel.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct replay_options {
    struct common_options common;
    const char *unmatched, *snapshot, *jobs;
    bool no_dispatch;
};

static const struct option_row rows[] = {
    {"unmatched", 0, OPTION_TEXT, offsetof(struct replay_options, unmatched), "FILE",
     "write lines that no event took there"},
    {"snapshot", 0, OPTION_TEXT, offsetof(struct replay_options, snapshot), "FILE",
     "write the values for `logtally merge`, instead of printing them"},
    {"jobs", 'j', OPTION_TEXT, offsetof(struct replay_options, jobs), "N",
     "threads (default 1; 0: one per processor; and one more for each compressed file in work); "
     "the "
     "result is the same for every N"},
    {"no-dispatch", 0, OPTION_FLAG, offsetof(struct replay_options, no_dispatch), NULL, NULL},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

struct replay {
    const struct replay_options *options;
    const struct setup *setup;
    enum expose_format format;
    unsigned threads;
    struct inputs inputs;
    struct session session;
    struct output unmatched; /* .file is NULL when it is not wanted */
};

static int write_result(struct replay *r)
{
    const struct replay_options *o = r->options;
    struct buf page = BUF_INIT;
    int result;

    if (o->snapshot) {
        result = merge_write_file(o->snapshot, r->session.registry, inputs_first_time(&r->inputs));
    } else {
        session_expose(&r->session, r->format, &page);
        result = output_page(o->common.output, buf_all(&page));
    }
    buf_release(&page);
    return result < 0 ? EXIT_SYSTEM : EXIT_FINE;
}

static int read_inputs(struct replay *r)
{
    struct progress progress;
    struct parallel_options parts = {
        .threads = r->threads,
        .no_dispatch = r->options->no_dispatch,
        .progress = &progress,
        .unmatched = r->unmatched.file,
    };

    progress_start(&progress, inputs_size(&r->inputs));
    int code = parallel_run(r->setup, &r->inputs, &parts, r->session.registry);

    progress_end(&progress);
    if (code != EXIT_SYSTEM && write_result(r) != EXIT_FINE)
        code = EXIT_SYSTEM;
    say_left_out(r->session.registry);
    return code;
}

static int replay(struct replay *r)
{
    const struct replay_options *o = r->options;
    int code =
        inputs_find(&r->inputs, r->setup, &o->common.files, o->common.as, o->snapshot != NULL);

    if (code < 0 && o->unmatched && output_open(&r->unmatched, o->unmatched) < 0)
        code = EXIT_SYSTEM;
    if (code < 0) {
        session_init(&r->session, r->setup, o->snapshot ? SESSION_PART : SESSION_WHOLE, NULL);
        code = read_inputs(r);
        if (o->unmatched && output_finish(&r->unmatched, true) < 0)
            code = EXIT_SYSTEM;
        session_release(&r->session);
    }
    inputs_release(&r->inputs);
    return code;
}

/* 0 = wrong. */
static unsigned read_jobs(const char *text)
{
    struct num v;

    if (!text)
        return 1;
    if (num_parse(slice_str(text), &UNIT_PLAIN, &v) < 0 || !v.integral ||
        v.u > PARALLEL_THREADS_MAX)
        return 0;
    if (v.u > 0)
        return (unsigned)v.u;
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > PARALLEL_THREADS_MAX ? PARALLEL_THREADS_MAX : (unsigned)n;
}

static int run(void *options, const struct command *self)
{
    const struct replay_options *o = options;
    struct setup setup;
    struct replay r = {.options = o, .setup = &setup, .threads = read_jobs(o->jobs)};
    int code;

    if (o->common.files.n == 0)
        return usage_error(self, "name the files to read, or - for standard input");
    if ((code = output_format(self, &o->common, o->snapshot, &r.format)) >= 0)
        return code;
    if (r.threads == 0)
        return usage_error(self, "--jobs wants a number from 0 to %d, not \"%s\"",
                           PARALLEL_THREADS_MAX, o->jobs);
    if ((code = setup_or_say(&o->common, SETUP_AUTO_LOG, &setup)) < 0) {
        code = replay(&r);
        setup_release(&setup);
    }
    return code;
}

const struct command command_replay = {
    .name = "replay",
    .arguments = "FILE...",
    .summary = "Read whole files and print what their metrics come to",
    .details = "FILE may be plain, .gz, .zst, .xz or .bz2, a directory, or - for standard input. "
               "Files are\n"
               "taken in the order of their own lines' times. Only the rules' metrics are printed, "
               "sorted.\n"
               "Nothing is kept and no daemon is needed.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS | TAKES_FIRST_LINE | TAKES_OUTPUT | TAKES_FORMAT,
    .size = sizeof(struct replay_options),
    .options = rows,
    .run = run,
};
