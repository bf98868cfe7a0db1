/* suggest -- reads a sample of a log and prints a rules file to start from. */
#include "config.h"

#include "cmd/commands.h"

#include "suggest/begins.h"
#include "suggest/suggest.h"

#include "app/output.h"
#include "app/setup.h"
#include "offline/session.h"
#include "report/report.h"

#include "base/log.h"
#include "base/xalloc.h"

#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAMPLE_BYTES = 64 << 20, HELD_BYTES = 256 << 20, LEAST = 5 };

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

/* A file's part of the sample. It is looked at twice: do lines belong together, and what do they say? */
struct file {
    unsigned log;
    const char *path;
    struct buf lines;
};

struct sample {
    const struct setup *setup;
    struct session session;
    struct file *files;
    size_t n, bytes;
    const char *log; /* the first of theirs with a `prefix`: that is cut off already; NULL = none */
};

struct reading {
    struct sample *sample;
    struct file *file;
};

static bool keep_block(void *ctx, struct slice block)
{
    struct reading *r = ctx;

    buf_slice(&r->file->lines, block);
    r->sample->bytes += block.n;
    return r->sample->bytes < SAMPLE_BYTES;
}

static int read_file(struct sample *s, struct file *f, const char *as)
{
    int log = setup_log_or_say(s->setup, f->path, as);
    struct reading r = {s, f};

    if (log < 0)
        return EXIT_USAGE;
    f->log = (unsigned)log;
    if (!s->log && s->setup->rules->logs[log].prefix.pattern)
        s->log = s->setup->rules->logs[log].name;
    return setup_read_file(s->setup, f->log, f->path, keep_block, &r);
}

static int read_sample(struct sample *s, const struct setup *setup, const struct common_options *o)
{
    int code = EXIT_FINE;

    *s = (struct sample){.setup = setup};
    session_init(&s->session, setup, SESSION_WHOLE, NULL);
    s->files = xcalloc(o->files.n, sizeof *s->files);
    for (; s->n < o->files.n && code == EXIT_FINE && s->bytes < SAMPLE_BYTES; s->n++) {
        s->files[s->n].path = o->files.list[s->n];
        code = read_file(s, &s->files[s->n], o->as);
    }
    if (code == EXIT_FINE && s->bytes >= SAMPLE_BYTES)
        log_info("the first %d MiB are enough of a sample", SAMPLE_BYTES >> 20);
    return code;
}

static void release_sample(struct sample *s)
{
    for (size_t i = 0; i < s->n; i++)
        buf_release(&s->files[i].lines);
    free(s->files);
    session_release(&s->session);
}

typedef void take_line_fn(void *ctx, const struct engine_peek *line);

/* Each line of the files, or record where their logs have such. */
static void walk(struct sample *s, take_line_fn *take, void *ctx)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct file *f = &s->files[i];
        struct source *source = source_new(s->setup->rules, f->log, f->path, 0);
        struct slice rest = buf_all(&f->lines), raw;
        struct engine_peek line;

        while (slice_cut(&rest, '\n', &raw))
            if (engine_peek(s->session.engine, source, raw, &line))
                take(ctx, &line);
        while (engine_peek_unfinished(s->session.engine, source, &line))
            take(ctx, &line);
        source_free(source);
    }
}

static void note_line(void *ctx, const struct engine_peek *line)
{
    begins_note(ctx, line->line);
}

static void add_line(void *ctx, const struct engine_peek *line)
{
    suggest_add(ctx, line->line, *line->stream != 0);
}

static void add_rest(void *ctx, const struct engine_peek *line)
{
    suggest_add(ctx, line->rest, *line->stream != 0);
}

/* How lines are read, and where records begin, the rules that were given say. */
static void add_as_given(struct sample *sample, struct suggest *s)
{
    suggest_log(s, sample->log);
    walk(sample, add_rest, s);
}

static void join_records(struct sample *s, const struct begins *b)
{
    for (size_t i = 0; begins_found(b) && i < s->n; i++)
        ruleset_set_record(s->setup->rules, s->files[i].log, slice_str(begins_found(b)));
}

/* Each line of it as a comment. */
static void add_comment(struct slice text, struct buf *page)
{
    struct slice line;

    while (text.n && slice_cut(&text, '\n', &line))
        buf_fmt(page, ";   %.*s\n", SLICE_FMT(line));
}

/* Standard input, and what goes on behind the sample, cannot. */
static bool can_be_read_again(const struct sample *sample, const struct common_options *o)
{
    return sample->bytes < SAMPLE_BYTES && !strings_has(&o->files, "-");
}

/* What the rules on the page come to on the files they were made of, at its end. The files are read once more, as `run`
 * would. */
static void add_report(const struct sample *sample, const struct common_options *o,
                       struct buf *page)
{
    struct mistakes m = MISTAKES_INIT;
    struct report_options options = REPORT_ALL;
    struct report report = {.setup = NULL};
    struct held *held = held_new(HELD_BYTES);
    struct setup setup;
    struct buf text = BUF_INIT;

    options.costs = false;  /* the same sample gives the same page */
    options.hidden = false; /* it says itself what it did not propose */
    options.as = sample->log ? o->as : NULL;
    if (setup_load_text(buf_all(page), "these rules", sample->log ? o : NULL,
                        SETUP_AUTO_LOG | SETUP_NO_RULES, &setup, &m) == 0 &&
        report_run(&report, &setup, held, &o->files, &options) < 0) {
        report_text(&report, &text);
        buf_str(page, "\n; What these rules come to on the sample:\n");
        add_comment(buf_all(&text), page);
    }
    buf_release(&text);
    report_release(&report);
    held_free(held);
    setup_release(&setup);
    mistakes_release(&m);
}

/* No name is that of these rules, if they can be read. */
static void take_names(struct suggest *s, const struct common_options *rules)
{
    struct mistakes m = MISTAKES_INIT;
    struct setup setup;

    if (setup_load(rules, NULL, SETUP_AUTO_LOG, &setup, &m) == 0)
        suggest_taken(s, setup.rules);
    setup_release(&setup);
    mistakes_release(&m);
}

/* Of other rules in the folder into which these are written. */
static void take_beside(struct suggest *s, const char *output)
{
    struct common_options beside = {0};
    struct buf pattern = BUF_INIT;
    glob_t found = {0};

    buf_fmt(&pattern, "%.*s*.ini", SLICE_FMT(path_directory(output)));
    glob(pattern.p, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (strcmp(found.gl_pathv[i], output) != 0)
            strings_add(&beside.rules, found.gl_pathv[i]);
    if (beside.rules.n)
        take_names(s, &beside);
    free(beside.rules.list);
    globfree(&found);
    buf_release(&pattern);
}

/* Of those to which a shell appends these: `logtally suggest LOG >> rules.ini`. */
static void take_before(struct suggest *s, const char *file)
{
    struct common_options before = {0};
    struct stat st;

    if (stat(file, &st) == 0 && st.st_size > 0) {
        strings_add(&before.rules, file);
        take_names(s, &before);
    }
    free(before.rules.list);
}

static bool is_here(const char *file)
{
    char *folder = xstrslice(path_directory(file));
    struct stat there, here;
    bool is = stat(folder, &there) == 0 && stat(".", &here) == 0 && there.st_dev == here.st_dev &&
              there.st_ino == here.st_ino;

    free(folder);
    return is;
}

/* The file that standard output is; NULL: it is none. */
static char *redirected(void)
{
    struct stat st;

    return fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode) ? realpath("/proc/self/fd/1", NULL)
                                                                 : NULL;
}

/* Takes the names that stand where the rules are to go; returns whether that is another folder. */
static bool look_around(struct suggest *s, const char *output)
{
    char *file = output ? NULL : redirected();
    bool elsewhere = output ? strchr(output, '/') != NULL
                            : file && slice_ends(slice_str(file), SLICE(".ini")) && !is_here(file);

    if (elsewhere)
        take_beside(s, output ? output : file);
    if (file)
        take_before(s, file);
    free(file);
    return elsewhere;
}

/* Paths of rules are relative to the file in which they stand: elsewhere than here they are written whole. */
static void write_page(struct suggest *s, const struct common_options *o, bool elsewhere,
                       struct buf *page)
{
    char **names = xcalloc(o->files.n, sizeof *names);

    for (size_t i = 0; i < o->files.n; i++) {
        names[i] = elsewhere ? realpath(o->files.list[i], NULL) : NULL;
        if (!names[i])
            names[i] = xstrdup(o->files.list[i]);
    }
    suggest_write(s, (const char *const *)names, o->files.n, page);
    for (size_t i = 0; i < o->files.n; i++)
        free(names[i]);
    free(names);
}

static int propose(struct sample *sample, const struct suggest_command *o, uint64_t least)
{
    struct suggest *s = suggest_new(least, o->field);
    struct begins *begins = begins_new();
    struct buf page = BUF_INIT;
    int code = EXIT_FINE;

    suggest_taken(s, sample->setup->rules);
    suggest_encoding(s, sample->setup->rules->logs[sample->files[0].log].encoding);
    bool elsewhere = look_around(s, o->common.output);

    if (sample->log) {
        add_as_given(sample, s);
    } else {
        walk(sample, note_line, begins);
        join_records(sample, begins);
        suggest_records(s, begins);
        walk(sample, add_line, s);
    }
    if (suggest_bytes(s) == 0) {
        log_error("there are no lines in %s", o->common.files.list[0]);
        code = EXIT_MISTAKES;
    } else {
        write_page(s, &o->common, elsewhere, &page);
        if (o->field && !suggest_has_field(s, o->field))
            log_warn("no line has the field %s that --by names", o->field);
        if (can_be_read_again(sample, &o->common))
            add_report(sample, &o->common, &page);
        if (output_page(o->common.output, buf_all(&page)) < 0)
            code = EXIT_SYSTEM;
    }
    buf_release(&page);
    begins_free(begins);
    suggest_free(s);
    return code;
}

static int suggest(const struct setup *setup, const struct suggest_command *o, uint64_t least)
{
    struct sample sample;
    int code = read_sample(&sample, setup, &o->common);

    if (code == EXIT_FINE)
        code = propose(&sample, o, least);
    release_sample(&sample);
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
        "--rules its [log] sections say how to read it. For several logs, each its own: -o "
        "FOLDER/NAME.ini, > or >> NAME.ini;\n"
        "names that stand there are not used again.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS | TAKES_OUTPUT,
    .size = sizeof(struct suggest_command),
    .options = rows,
    .run = run,
};
