/* explain -- shows what becomes of lines: given as argument, in files, or on standard input. */
#include "config.h"

#include "cmd/alike.h"
#include "cmd/commands.h"
#include "cmd/leftout.h"

#include "app/anchor.h"
#include "app/output.h"

#include "base/jsonout.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "engine/explain.h"
#include "offline/inputs.h"
#include "offline/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct explain_command {
    struct common_options common;
    bool all, json, each, group;
};

static const struct option_row rows[] = {
    {"all", 'a', OPTION_FLAG, offsetof(struct explain_command, all), NULL,
     "show every event, of every line: not only, of a line that none takes, the nearest three"},
    {"each", 0, OPTION_FLAG, offsetof(struct explain_command, each), NULL,
     "tell each line, however many there are"},
    {"group", 'g', OPTION_FLAG, offsetof(struct explain_command, group), NULL,
     "tell once what is the same of many lines, with their number and the first; files of more "
     "than 1000 "
     "lines are told so anyway"},
    {"json", 0, OPTION_FLAG, offsetof(struct explain_command, json), NULL,
     "one JSON object in a line for each thing told"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

struct explanation {
    struct session session;
    struct source *source; /* of the argument at hand */
    const char *file;      /* its name, or "" */
    uint64_t line;         /* its line at hand */
    struct explain_options options;
    bool group;
    struct alikes alikes;
};

/* What is told of so many lines, the first of which is there. `text` is one object. */
static void write_json(struct slice text, uint64_t count, const char *file, uint64_t line)
{
    struct buf out = BUF_INIT;
    struct jsonout j = {&out, true};

    jsonout_begin(&j);
    jsonout_key_u64(&j, "count", count);
    jsonout_key_text(&j, "file", file[0] ? file : NULL);
    jsonout_key_u64(&j, "line", line);
    jsonout_key(&j, "explain");
    jsonout_word(&j, text);
    jsonout_close(&j, '}');
    buf_char(&out, '\n');
    fwrite(out.p, 1, out.n, stdout);
    buf_release(&out);
}

/* What was told of the line at hand. */
static void write_told(const struct explanation *x, struct slice text)
{
    struct slice object;

    if (!x->options.json) {
        fwrite(text.p, 1, text.n, stdout);
        return;
    }
    while (slice_cut(&text, '\n', &object) && object.n)
        write_json(object, 1, x->file, x->line);
}

static void note_told(void *ctx, const struct trace *t, bool is_line)
{
    struct explanation *x = ctx;
    uint32_t back = is_line && t->record->log->record && t->result == RECORD_LINE
                        ? t->record->nlines - !t->raw.p
                        : 0;
    struct alike *first = alikes_add(&x->alikes, t, is_line, x->file, x->line - back);

    if (first)
        explain_told(t, is_line, &x->options, &first->text);
}

static void explain_one(struct explanation *x, struct slice line, struct buf *out)
{
    x->line++;
    if (line.n > (size_t)x->session.setup->settings.max_line) {
        /* given as argument; a file's are left out while it is read */
        if (!x->options.json)
            buf_str(out, "  longer than [limits] line: skipped\n");
    } else if (x->group) {
        explain_feed(x->session.engine, x->source, line, note_told, x);
    } else {
        explain_line(x->session.engine, x->source, line, &x->options, out);
    }
    write_told(x, buf_all(out));
    buf_clear(out);
}

static bool explain_block(void *ctx, struct slice block)
{
    struct explanation *x = ctx;
    struct buf out = BUF_INIT;
    struct slice line;

    if (block.n && block.p[block.n - 1] == '\n')
        block.n--;
    while (slice_cut(&block, '\n', &line))
        explain_one(x, line, &out);
    buf_release(&out);
    return true;
}

static void explain_end(struct explanation *x)
{
    struct buf rest = BUF_INIT;

    if (x->group)
        explain_feed_rest(x->session.engine, x->source, note_told, x);
    else
        explain_rest(x->session.engine, x->source, &x->options, &rest);
    write_told(x, buf_all(&rest));
    buf_release(&rest);
}

/* --- lines that are alike --------------------------------------------------------------------- */

static void say_place(const struct alike *k)
{
    printf("line %llu%s", (unsigned long long)k->line, k->file[0] ? " of " : "");
    output_name(k->file);
}

/* An overview, and then one of each kind. */
static void write_alikes(struct explanation *x)
{
    struct alikes *a = &x->alikes;

    alikes_sort(a);
    for (size_t i = 0; x->options.json && i < a->n; i++) {
        a->list[i].text.n -= a->list[i].text.n > 0; /* its newline */
        write_json(buf_all(&a->list[i].text), a->list[i].count, a->list[i].file, a->list[i].line);
    }
    if (x->options.json)
        return;
    printf("%llu line%s, told once for all of which the same is told:\n",
           (unsigned long long)a->lines, plural(a->lines));
    for (size_t i = 0; i < a->n; i++) {
        printf("%10llu  %s, as ", (unsigned long long)a->list[i].count, a->list[i].title);
        say_place(&a->list[i]);
        putchar('\n');
    }
    if (a->others)
        printf("%10llu  of more kinds than %d, which are not told\n", (unsigned long long)a->others,
               ALIKE_MAX);
    for (size_t i = 0; i < a->n; i++) {
        printf("\n%llu as ", (unsigned long long)a->list[i].count);
        say_place(&a->list[i]);
        printf(":\n");
        fwrite(a->list[i].text.p, 1, a->list[i].text.n, stdout);
    }
}

/* Has it more lines than a person reads? Of packed files the bytes say it nearly as well. */
static bool is_long(const char *path)
{
    enum { LINES_EACH = 1000 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char block[1 << 16];
    size_t lines = 0;
    struct stat st;
    ssize_t n;

    if (fd < 0)
        return false;
    while (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && lines <= LINES_EACH &&
           (n = read(fd, block, sizeof block)) > 0)
        lines += slice_count(slice_make(block, (size_t)n), '\n');
    (void)close(fd);
    return lines > LINES_EACH;
}

static bool any_is_long(const struct strings *files)
{
    for (size_t i = 0; i < files->n; i++)
        if (strcmp(files->list[i], "-") != 0 && is_long(files->list[i]))
            return true;
    return false;
}

/* --- arguments -------------------------------------------------------------------------------- */

/* Files are told one after the other: a rotated set, from its oldest part on, is one to spans. */
static void name_stream(struct explanation *x, const char *path)
{
    struct input in = {.path = xstrdup(path), .log = x->source->log};

    inputs_find_streams(x->session.setup, &in, 1);
    source_of_stream(x->source, in.stream);
    free(in.stream);
    free(in.path);
}

/* The directory is there: a file in it was meant. `/orders` may be a line. */
static bool names_a_place(const char *text)
{
    struct slice directory = path_directory(text);

    if (slice_ends(slice_str(text), SLICE(".log")))
        return true;
    if (directory.n < 2)
        return false;
    char *path = xstrslice(directory);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

/* An argument is a file if there is one of that name, else a line. */
static int explain_argument(struct explanation *x, const char *text, const char *as)
{
    const struct setup *setup = x->session.setup;
    bool is_file = strcmp(text, "-") == 0 || access(text, F_OK) == 0;
    int error = is_file ? 0 : errno;
    bool may_be_name = !is_file && *text && !strpbrk(text, " \t={");

    if (may_be_name && (error == EACCES || (error == ENOENT && names_a_place(text)))) {
        log_error("cannot read %s: %s", text, strerror(error));
        return EXIT_MISTAKES;
    }
    int log = setup_log_or_say(setup, is_file ? text : "", as), code = EXIT_FINE;

    if (log < 0)
        return EXIT_USAGE;
    if (may_be_name && error == ENOENT)
        log_warn("there is no file %s: it is explained as a line", text);
    x->source = source_new(setup->rules, (unsigned)log, is_file ? text : "", 0);
    x->source->base = anchor_of(setup, (unsigned)log, is_file ? text : "");
    x->file = is_file ? text : "";
    x->line = 0;
    if (is_file) {
        name_stream(x, text);
        code = setup_read_file(setup, (unsigned)log, text, explain_block, x);
    } else {
        explain_block(x, slice_str(text));
    }

    explain_end(x);
    source_free(x->source);
    return code;
}

static int explain_all(const struct setup *setup, const struct explain_command *o)
{
    const char *no_color = getenv("NO_COLOR");
    struct explanation x = {
        .options = {.color = isatty(STDOUT_FILENO) && !(no_color && no_color[0]),
                    .near = o->all ? NEAR_ALL : 3,
                    .json = o->json},
        .group = o->group || (!o->each && any_is_long(&o->common.files)),
    };
    int code = EXIT_FINE;

    session_init(&x.session, setup, SESSION_WHOLE, NULL);
    for (size_t i = 0; i < o->common.files.n && code == EXIT_FINE; i++)
        code = explain_argument(&x, o->common.files.list[i], o->common.as);
    if (x.group)
        write_alikes(&x);
    say_open_spans(x.session.registry);
    alikes_release(&x.alikes);
    session_release(&x.session);
    return code;
}

static int run(void *options, const struct command *self)
{
    struct explain_command *o = options;
    struct setup setup;
    int code;

    if (o->each && o->group)
        return usage_error(self, "--each and --group exclude each other");
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
        "none, the events it nearly was and the conditions that failed.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS | TAKES_FIRST_LINE,
    .size = sizeof(struct explain_command),
    .options = rows,
    .run = run,
};
