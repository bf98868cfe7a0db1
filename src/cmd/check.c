/* check -- loads configuration and rules, and says all that is wrong with them. */
#include "config.h"

#include "cmd/commands.h"

#include "app/output.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "cmd/dump.h"
#include "cmd/parts.h"
#include "http/server.h"
#include "input/glob.h"
#include "input/rotated.h"
#include "offline/session.h"
#include "report/report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct check_options {
    struct common_options common;
    struct strings against;
    bool strict, lint, dump, json, columns;
};

static const struct option_row rows[] = {
    {"against", 0, OPTION_LIST, offsetof(struct check_options, against), "LOG",
     "say what the rules come to on this log or sample; repeatable"},
    {"strict", 0, OPTION_FLAG, offsetof(struct check_options, strict), NULL,
     "warnings count as mistakes"},
    {"lint", 0, OPTION_FLAG, offsetof(struct check_options, lint), NULL,
     "add advice on speed and style"},
    {"dump", 0, OPTION_FLAG, offsetof(struct check_options, dump), NULL,
     "show the resolved rules and how each event is found"},
    {"json", 0, OPTION_FLAG, offsetof(struct check_options, json), NULL,
     "print mistakes and resolved rules as one JSON object"},
    {"columns", 0, OPTION_FLAG, offsetof(struct check_options, columns), NULL,
     "say mistakes as compilers do, FILE:LINE:COLUMN: sentence"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

#define HELD_MAX ((size_t)256 << 20) /* bytes of logs that are read but once */

/* So many events that no table finds cost little, and often there is no other way to say them. */
enum { SLOW_FINE = 20 };

/* What only the engine can know: events that no table finds. */
static void warn_slow(const struct setup *setup, const struct engine *engine, struct mistakes *m)
{
    unsigned slow = 0;

    for (unsigned i = 0; i < setup->rules->nevents; i++)
        slow += setup->rules->events[i].used && engine_tries_always(engine, i);
    for (unsigned i = 0; i < setup->rules->nevents; i++)
        if (setup->rules->events[i].used && engine_tries_always(engine, i))
            mistake_add(m, slow > SLOW_FINE ? WARNING : ADVICE, setup->rules->events[i].at,
                        "event \"%s\" must be tried on every line; a `where FIELD == VALUE` of a "
                        "decoded field, or a regex with some fixed text, would let it be found "
                        "at once",
                        setup->rules->events[i].name);
}

/* Reads some bytes of a regular file, its last or its first ones: how many; 0 too where it cannot be read. */
static size_t look_at(const char *path, bool last, char *p, size_t n)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    ssize_t r = 0;

    if (fd < 0)
        return 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        r = pread(fd, p, n, last && st.st_size > (off_t)n ? st.st_size - (off_t)n : 0);
    (void)close(fd);
    return r > 0 ? (size_t)r : 0;
}

/* Four of them: a newline of UTF-16 or UTF-32 ends in up to three. */
static bool ends_in_nuls(const char *path)
{
    static const char nuls[4];
    char last[sizeof nuls];

    return look_at(path, true, last, sizeof last) == sizeof last &&
           memcmp(last, nuls, sizeof last) == 0;
}

/* Where the next lines will come before that, or only behind it, nobody knows. */
static void warn_nuls(const struct log_def *log, const glob_t *found, struct mistakes *m)
{
    for (size_t i = 0; i < found->gl_pathc; i++)
        if (!rotated_is_compressed(slice_str(found->gl_pathv[i])) &&
            ends_in_nuls(found->gl_pathv[i]))
            mistake_add(m, WARNING, log->at,
                        "%s ends in NULs: allocated ahead, or left by a crash; what is written "
                        "over them or behind them is read",
                        found->gl_pathv[i]);
}

/* The byte order of a UTF-16 that is not marked: every other byte of letters and blanks is NUL. NULL: it
 * looks like something else. */
static const char *looks_like_utf16(const char *path)
{
    char p[256];
    size_t n = look_at(path, false, p, sizeof p), nuls[2] = {0, 0};

    for (size_t i = 0; i < n; i++)
        nuls[i % 2] += p[i] == 0;
    if (n < 4 || memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0 ||
        (nuls[0] > 0) == (nuls[1] > 0) || (nuls[0] + nuls[1]) * 4 < n)
        return NULL;
    return nuls[1] ? "utf-16le" : "utf-16be";
}

static void warn_encoding(const struct log_def *log, const glob_t *found, struct mistakes *m)
{
    for (size_t i = 0; i < found->gl_pathc && !log->encoding; i++) {
        const char *like = looks_like_utf16(found->gl_pathv[i]);

        if (like)
            mistake_add(m, WARNING, log->at,
                        "%s looks like UTF-16 without a byte order mark; write encoding = %s",
                        found->gl_pathv[i], like);
    }
}

/* By whom `check` runs, who need not be whom `run` will. Of many files one is named. */
static void warn_unreadable(const struct log_def *log, const glob_t *found, struct mistakes *m)
{
    const char *first = NULL;
    size_t n = 0;
    int error = 0;

    for (size_t i = 0; i < found->gl_pathc; i++)
        if (access(found->gl_pathv[i], R_OK) < 0 && errno != ENOENT && n++ == 0) {
            first = found->gl_pathv[i];
            error = errno;
        }
    if (n == 1)
        mistake_add(m, WARNING, log->at, "%s: %s", first, strerror(error));
    else if (n > 1)
        mistake_add(m, WARNING, log->at, "%s: %s; %zu other file%s cannot be read either", first,
                    strerror(error), n - 1, plural(n - 1));
}

static bool log_takes(const struct log_def *log, const char *path)
{
    bool takes = setup_log_wants(log, path);

    for (unsigned i = 0; i < log->nexcludes; i++)
        takes &= !glob_match(log->excludes[i], path);
    return takes;
}

/* A file is of the first [log] that wants it. When all of a path are of others, its rules count nothing. */
static void warn_taken(const struct ruleset *rules, unsigned log, const glob_t *found,
                       struct mistakes *m)
{
    const struct log_def *first = NULL;

    for (size_t i = 0; i < found->gl_pathc; i++) {
        unsigned k = 0;

        while (k < log && !log_takes(&rules->logs[k], found->gl_pathv[i]))
            k++;
        if (k == log)
            return;
        first = first ? first : &rules->logs[k];
    }
    if (first)
        mistake_add(m, WARNING, rules->logs[log].at,
                    "log \"%s\" gets nothing of %s: log \"%s\" (%s:%d) comes before it and takes "
                    "that; keep one of the two [log] sections",
                    rules->logs[log].name, found->gl_pathv[0], first->name, first->at.file,
                    first->at.line);
}

/* What is there now; on another machine or an hour later it may be otherwise. */
static void warn_path(const struct ruleset *rules, unsigned number, const char *path,
                      struct mistakes *m)
{
    const struct log_def *log = &rules->logs[number];
    char *root = xstrslice(glob_root(path));
    DIR *list = opendir(root);
    glob_t found = {0};

    if (!list && errno != ENOENT && errno != ENOTDIR)
        mistake_add(m, WARNING, log->at, "%s: %s", root, strerror(errno));
    else if (list && access(root, X_OK) < 0)
        mistake_add(m, WARNING, log->at, "%s: the files in it cannot be opened", root);
    else if (!glob_is_deep(path) && glob(path, 0, NULL, &found) == GLOB_NOMATCH)
        mistake_add(m, WARNING, log->at, "no file matches %s%s", path,
                    strstr(path, ", ") ? "; each path has a line `path = ...` of its own" : "");
    warn_unreadable(log, &found, m);
    warn_taken(rules, number, &found, m);
    warn_nuls(log, &found, m);
    warn_encoding(log, &found, m);
    globfree(&found);
    if (list)
        closedir(list);
    free(root);
}

static void warn_paths(const struct ruleset *rules, struct mistakes *m)
{
    for (unsigned i = 0; i < rules->nlogs; i++)
        for (unsigned k = 0; k < rules->logs[i].npaths; k++)
            if (strcmp(rules->logs[i].paths[k], "-") != 0)
                warn_path(rules, i, rules->logs[i].paths[k], m);
}

/* A daemon starts so, and waits for both. Rules by themselves are of no log. */
static void warn_nothing(const struct check_options *o, const struct setup *setup,
                         struct mistakes *m)
{
    struct where at = {.file = setup->docs[0]->file};

    if (o->common.rules.n)
        return;
    if (!setup->any_log && !o->against.n)
        mistake_add(m, WARNING, at, SETUP_NO_LOG);
    if (setup->rules->nfamilies == 0)
        mistake_add(m, WARNING, at, SETUP_NO_METRIC);
}

static void check_web_config(const struct settings *s, const char *config, struct mistakes *m)
{
    struct buf err = BUF_INIT;

    if (s->web_config && http_web_config_check(s->web_config, &err) < 0)
        mistake_add(m, MISTAKE, (struct where){.file = config}, "web_config: %s", err.p);
    buf_release(&err);
}

static void print_sum(const struct ruleset *rules, const struct mistakes *m)
{
    struct buf counted = BUF_INIT;

    ruleset_count(rules, &counted);
    printf("%s, no mistakes", counted.p);
    buf_release(&counted);
    if (m->nwarnings)
        printf(", %zu warning%s", m->nwarnings, plural(m->nwarnings));
    putchar('\n');
}

enum { ROTATED_FILES_SHOWN = 20 };

static void print_rotated(const char *before, const char *name, const char *behind)
{
    printf("%s", before);
    output_name(name);
    printf("%s", behind);
}

/* A line a file: its parts, those that only their content makes one in brackets. */
static void print_parts(const struct parts *parts)
{
    const char *file = "";
    size_t nfiles = 0;

    for (size_t i = 0; i < parts->n; i++) {
        const struct part *p = &parts->list[i];

        nfiles += strcmp(file, p->file) != 0;
        if (nfiles <= ROTATED_FILES_SHOWN) {
            if (strcmp(file, p->file) != 0)
                print_rotated(i ? "\n" : "", p->file, ": rotated as");
            print_rotated(p->certain ? " " : " (", p->part, p->certain ? "" : ")");
        }
        file = p->file;
    }
    if (parts->n)
        putchar('\n');
    if (nfiles > ROTATED_FILES_SHOWN)
        printf("and of %zu more: --json names them all\n", nfiles - ROTATED_FILES_SHOWN);
}

static void say_errors(const struct report *r)
{
    struct slice rest = buf_all(&r->errors), error;

    while (slice_cut(&rest, '\n', &error))
        log_error("%.*s", SLICE_FMT(error));
}

/* `engine` NULL: there are mistakes, and no rules. `a` NULL: there is no log to say anything of. */
static void print_text(const struct check_options *o, const struct setup *setup,
                       const struct engine *engine, const struct mistakes *m,
                       const struct parts *parts, const struct report *a)
{
    struct buf out = BUF_INIT;

    say_mistakes(m, o->lint ? ADVICE : WARNING);
    if (engine && o->dump)
        dump_rules(setup->rules, engine, &out);
    if (out.n)
        fwrite(out.p, 1, out.n, stdout);
    print_parts(parts);
    if (engine)
        print_sum(setup->rules, m);
    if (a) {
        buf_clear(&out);
        report_text(a, &out);
        fwrite(out.p, 1, out.n, stdout);
        say_errors(a);
    }
    buf_release(&out);
}

static void put_parts(const struct parts *parts, struct jsonout *j)
{
    jsonout_key_open(j, "parts", '[');
    for (size_t i = 0; i < parts->n; i++) {
        jsonout_open(j, '{');
        jsonout_key_text(j, "log", parts->list[i].log->name);
        jsonout_key_text(j, "file", parts->list[i].file);
        jsonout_key_text(j, "part", parts->list[i].part);
        jsonout_key_bool(j, "certain", parts->list[i].certain);
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
}

static void print_json(const struct check_options *o, const struct setup *setup,
                       const struct engine *engine, const struct mistakes *m,
                       const struct parts *parts, const struct report *a)
{
    struct buf out = BUF_INIT;
    struct jsonout j = {&out, true};

    jsonout_begin(&j);
    dump_mistakes_json(m, o->lint ? ADVICE : WARNING, &j);
    if (engine) {
        dump_rules_json(setup->rules, engine, &j);
        put_parts(parts, &j);
        report_json(a, &j);
    }
    jsonout_close(&j, '}');
    buf_char(&out, '\n');
    fwrite(out.p, 1, out.n, stdout);
    buf_release(&out);
}

/* With logs, what ends in .ini is rules and all else another log, as a shell spells out a glob. */
static void sort_files(struct check_options *o)
{
    bool logs = o->against.n > 0;

    for (size_t i = 0; i < o->common.files.n; i++) {
        const char *file = o->common.files.list[i];
        bool is_log = logs && !slice_ends(slice_str(file), SLICE(".ini"));

        strings_add(is_log ? &o->against : &o->common.rules, file);
    }
}

/* A log among rules is full of mistakes. */
static void say_not_rules(const struct check_options *o)
{
    for (size_t i = 0; i < o->common.files.n && !o->against.n; i++) {
        const char *file = o->common.files.list[i];
        struct stat st;

        if (!slice_ends(slice_str(file), SLICE(".ini")) && stat(file, &st) == 0 &&
            S_ISREG(st.st_mode))
            log_error("%s was read as rules; --against %s reads it as a log", file, file);
    }
}

/* An exit code. */
static int judge_logs(const struct check_options *o, const struct setup *setup, struct report *a)
{
    struct held *held = held_new(HELD_MAX);
    struct report_options options = REPORT_ALL;
    int code;

    options.as = o->common.as;
    code = report_run(a, setup, held, &o->against, &options);
    held_free(held);
    if (code >= 0)
        return code;
    if (a->errors.n)
        return EXIT_MISTAKES;
    return a->findings.ntraps ? EXIT_TRAPS : EXIT_FINE;
}

/* Of rules that are loaded. */
static int check_all(const struct check_options *o, const struct setup *setup,
                     const struct engine *engine, struct mistakes *m, struct report *a)
{
    int code, worst;

    warn_slow(setup, engine, m);
    worst = o->strict && m->nwarnings ? EXIT_MISTAKES : EXIT_FINE;
    check_web_config(&setup->settings, setup->docs[0]->file, m);
    if (m->nmistakes)
        return EXIT_MISTAKES;
    warn_nothing(o, setup, m);
    warn_paths(setup->rules, m); /* of the machine, not of the rules: fine also with --strict */
    code = o->against.n ? judge_logs(o, setup, a) : EXIT_FINE;
    return worst != EXIT_FINE ? worst : code;
}

static int run(void *options, const struct command *self)
{
    struct check_options *o = options;
    struct mistakes m = MISTAKES_INIT;
    struct session session = {.engine = NULL};
    struct parts parts = {0};
    struct report against = {.setup = NULL};
    struct setup setup;
    int code = EXIT_MISTAKES;
    unsigned flags = (o->lint ? SETUP_LINT : 0) | (o->against.n ? SETUP_AUTO_LOG : 0);

    if (o->json && o->dump)
        return usage_error(self, "--json has what --dump shows; give one of them");
    m.columns = o->columns;
    if (o->common.as && !o->against.n)
        return usage_error(self, "--as says to which [log] the lines of --against belong");
    sort_files(o);
    if (setup_load(&o->common, NULL, flags, &setup, &m) == 0) {
        session_init(&session, &setup, SESSION_WHOLE, NULL);
        code = check_all(o, &setup, session.engine, &m, &against);
        parts_find(setup.rules, &parts);
    }
    (o->json ? print_json : print_text)(o, &setup, m.nmistakes ? NULL : session.engine, &m, &parts,
                                        against.counted.engine ? &against : NULL);
    if (m.nmistakes && !o->json && !o->columns)
        say_not_rules(o);
    parts_release(&parts);
    report_release(&against);
    session_release(&session);
    setup_release(&setup);
    mistakes_release(&m);
    return code;
}

const struct command command_check = {
    .name = "check",
    .arguments = "[DIR|FILE...]",
    .summary = "Load configuration and rules and say everything that is wrong",
    .details =
        "Mistakes and warnings go to stderr as FILE:LINE: sentence; \"N events, M metrics, no "
        "mistakes\" to\n"
        "stdout. With --json all goes to stdout, for editors and tools. A DIR or FILE is one of "
        "rules, as after\n"
        "--rules; with --against what does not end in .ini is another LOG, and all that the logs "
        "come to is\n"
        "said. What hurts among it is a trap, and makes the exit status 4: events that never "
        "happen, "
        "and why;\n"
        "fields that no line has; labels that nothing fills or that have ever more values; what is "
        "skipped,\n"
        "folded or not read. Then a forecast of series, bytes, nanoseconds a line, and the kinds "
        "of "
        "lines that\n"
        "no event took.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS | FILES_ARE_RULES,
    .size = sizeof(struct check_options),
    .options = rows,
    .run = run,
};
