/* suggest -- reads a sample of a log and prints a rules file to start from. */
#include "config.h"

#include "cmd/commands.h"

#include "suggest/suggest.h"

#include "app/output.h"
#include "app/setup.h"

#include "base/log.h"
#include "engine/record.h"

#include <stdlib.h>

enum { SAMPLE_BYTES = 64 << 20, LEAST = 5 };

struct suggest_command {
    struct common_options common;
    const char *least, *field;
};

static const struct option_row rows[] = {
    {"least", 0, OPTION_TEXT, offsetof(struct suggest_command, least), "N",
     "propose what occurs in so many lines (default 5)"},
    {"by", 0, OPTION_TEXT, offsetof(struct suggest_command, field), "FIELD",
     "the field that tells decoded lines apart (default: msg, event, ... as found)"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

/* A sample being read. */
struct reading {
    struct suggest *suggest;
    struct record record;
    size_t max_line;
};

static bool read_block(void *ctx, struct slice block)
{
    struct reading *r = ctx;
    struct slice line;

    while (suggest_bytes(r->suggest) < SAMPLE_BYTES && slice_cut(&block, '\n', &line))
        if (record_line(&r->record, line, r->max_line) == RECORD_LINE)
            suggest_add(r->suggest, &r->record);
    return suggest_bytes(r->suggest) < SAMPLE_BYTES;
}

static int read_file(struct suggest *s, const struct setup *setup, const char *path, const char *as)
{
    struct reading r = {.suggest = s, .max_line = (size_t)setup->settings.max_line};
    int log = setup_log_or_say(setup, path, as), code;

    if (log < 0)
        return EXIT_USAGE;
    struct source *source = source_new(setup->rules, (unsigned)log, path, 0);

    record_init(&r.record, setup->rules);
    record_source(&r.record, source);
    code = setup_read_file(setup, (unsigned)log, path, read_block, &r);
    record_release(&r.record);
    source_free(source);
    if (code == EXIT_FINE && suggest_bytes(s) >= SAMPLE_BYTES)
        log_info("the first %d MiB are enough of a sample", SAMPLE_BYTES >> 20);
    return code;
}

static int suggest(const struct setup *setup, const struct suggest_command *o, uint64_t least)
{
    struct suggest *s = suggest_new(least, o->field);
    struct buf page = BUF_INIT;
    int code = EXIT_FINE;

    for (size_t i = 0; i < o->common.files.n && code == EXIT_FINE; i++)
        code = read_file(s, setup, o->common.files.list[i], o->common.as);
    if (code == EXIT_FINE && suggest_bytes(s) == 0) {
        log_error("there are no lines in %s", o->common.files.list[0]);
        code = EXIT_MISTAKES;
    }
    if (code == EXIT_FINE && o->field && !suggest_has_field(s, o->field))
        log_warn("no line has the field %s that --by names", o->field);
    if (code == EXIT_FINE) {
        suggest_write(s, o->common.files.list[0], &page);
        if (output_page(o->common.output, buf_all(&page)) < 0)
            code = EXIT_SYSTEM;
    }
    buf_release(&page);
    suggest_free(s);
    return code;
}

static int run(void *options, const struct command *self)
{
    const struct suggest_command *o = options;
    struct num least = {.u = LEAST, .integral = true};
    struct setup setup;
    int code;

    if (o->common.files.n == 0)
        return usage_error(self, "name a file to look at, or - for standard input");
    if (o->least && (num_parse(slice_str(o->least), &UNIT_PLAIN, &least) < 0 || !least.integral ||
                     least.u == 0))
        return usage_error(self, "--least wants a number from 1, not \"%s\"", o->least);
    if ((code = setup_or_say(&o->common, SETUP_AUTO_LOG | SETUP_NO_RULES, &setup)) < 0) {
        code = suggest(&setup, o, least.u);
        setup_release(&setup);
    }
    return code;
}

const struct command command_suggest = {
    .name = "suggest",
    .arguments = "FILE...",
    .summary = "Read a sample of a log and print a rules file to start from",
    .details =
        "Lines are put together by what they say. Each kind that occurs more than a handful of "
        "times "
        "becomes an\n"
        "event with a counter; fields become labels, histograms and gauges as far as they can be "
        "guessed, and\n"
        "comments say what was guessed and what was left out. FILE may be plain, compressed or -; "
        "with "
        "-c or\n"
        "--rules its [log] sections say how to read it.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS | TAKES_OUTPUT,
    .size = sizeof(struct suggest_command),
    .options = rows,
    .run = run,
};
