/* suggest -- reads a sample of a log and prints a rules file to start from. */
#include "config.h"

#include "suggest/suggest.h"

#include "app/output.h"
#include "app/setup.h"

#include "base/log.h"
#include "engine/record.h"
#include "input/archive.h"

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

static void read_block(struct suggest *s, struct record *r, struct slice block, size_t max_line)
{
    struct slice line;

    while (suggest_bytes(s) < SAMPLE_BYTES && slice_cut(&block, '\n', &line))
        if (record_line(r, line, max_line) == RECORD_LINE)
            suggest_add(s, r);
}

static int read_file(struct suggest *s, const struct setup *setup, const char *path, unsigned log)
{
    struct archive *a;
    struct record record;
    struct slice block;
    size_t max_line = (size_t)setup->settings.max_line;
    int r = archive_open(path, &a);

    if (r < 0) {
        log_error("cannot read %s: %s", path, strerror(-r));
        return EXIT_MISTAKES;
    }
    struct source *source = source_new(setup->rules, log, path, 0);

    record_init(&record, setup->rules);
    record_source(&record, source);
    while (suggest_bytes(s) < SAMPLE_BYTES && (r = archive_next(a, max_line, &block)) > 0)
        read_block(s, &record, block, max_line);
    record_release(&record);
    source_free(source);
    archive_close(a);
    if (r < 0)
        log_error("cannot read %s: %s", path, strerror(-r));
    else if (suggest_bytes(s) >= SAMPLE_BYTES)
        log_info("the first %d MiB are enough of a sample", SAMPLE_BYTES >> 20);
    return r < 0 ? EXIT_MISTAKES : EXIT_FINE;
}

static int read_files(struct suggest *s, const struct setup *setup, const struct suggest_command *o)
{
    int code = EXIT_FINE;

    for (size_t i = 0; i < o->common.files.n && code == EXIT_FINE; i++) {
        struct buf err = BUF_INIT;
        int log = setup_log_of(setup, o->common.files.list[i], o->common.as, &err);

        if (log < 0) {
            log_error("%s", err.p);
            code = EXIT_USAGE;
        } else {
            code = read_file(s, setup, o->common.files.list[i], (unsigned)log);
        }
        buf_release(&err);
    }
    return code;
}

static int suggest(const struct setup *setup, const struct suggest_command *o, uint64_t least)
{
    struct suggest *s = suggest_new(least, o->field);
    struct buf page = BUF_INIT;
    int code = read_files(s, setup, o);

    if (code == EXIT_FINE && suggest_bytes(s) == 0) {
        log_error("there are no lines in %s", o->common.files.list[0]);
        code = EXIT_MISTAKES;
    }
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
    if ((code = setup_or_say(&o->common, SETUP_AUTO_LOG | SETUP_NO_RULES, false, &setup)) < 0) {
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
        "comments say what was guessed and what was left out. FILE may be plain, .gz, .zst or -; "
        "with "
        "-c or\n"
        "--rules its [log] sections say how to read it.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS | TAKES_OUTPUT,
    .size = sizeof(struct suggest_command),
    .options = rows,
    .run = run,
};
