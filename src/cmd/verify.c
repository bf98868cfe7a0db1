/* verify -- reads again what was counted, as far as it is still there, and compares it with the
 * state. The daemon may be running: the state is replaced by a rename, and nothing here writes.
 *
 * A content is found as a start of the daemon would find it, and its bytes are known by the
 * checksum that was made when they were counted. Its lines go through the rules once more. */
#include "config.h"

#include "cmd/commands.h"
#include "cmd/recounted.h"
#include "cmd/savedfiles.h"

#include "app/output.h"
#include "app/setup.h"
#include "app/timearg.h"
#include "daemon/daemon.h"
#include "offline/session.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "input/archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct verify_options {
    struct common_options common;
    struct strings logs;
    const char *state;
};

static const struct option_row rows[] = {
    {"log", 0, OPTION_LIST, offsetof(struct verify_options, logs), "GLOB",
     "the files that `run --log` follows; repeatable"},
    {"state", 0, OPTION_TEXT, offsetof(struct verify_options, state), "DIR",
     "the state directory (default: the configuration's)"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

struct verification {
    const struct setup *setup;
    struct session session;
    uint64_t contents, lines;  /* all that are known */
    uint64_t checked;          /* lines found again */
    uint64_t gone, gone_lines; /* contents that are not there, and their lines */
    uint64_t before;           /* lines of contents that are, which cannot be checked */
    int64_t gone_ns;           /* when the latest of what is gone was written; 0 = nothing is */
    unsigned differences, unreadable;
    bool same_rules;     /* the present ones counted all lines */
    struct source *last; /* of the content before, whose unfinished lines go on in the next */
    char *last_stream;
};

/* What was found of a content. */
struct found {
    uint64_t bytes, lines;
    uint32_t crc;
};

static void forget_last(struct verification *v)
{
    source_free(v->last);
    free(v->last_stream);
    v->last = NULL;
    v->last_stream = NULL;
}

/* Counts the lines as the daemon did. 0 or negative errno. */
static int count_again(struct verification *v, const struct tail_known *k, unsigned log,
                       struct found *ret)
{
    struct engine *e = v->session.engine;
    uint64_t before = engine_counted(e, log);
    struct archive *a;
    struct slice block;
    int r = archive_open_range(k->path, k->where == TAIL_PACKED, k->count.first, k->offset, &a);

    if (r < 0)
        return r;
    struct source *source = source_new(v->setup->rules, log, k->stream, ++v->session.next_id);

    archive_set_encoding(a, v->setup->rules->logs[log].encoding);
    if (v->last && strcmp(v->last_stream, k->stream) == 0)
        source_pass(v->last, source);
    forget_last(v);

    while ((r = archive_next(a, (size_t)v->setup->settings.max_line, &block)) > 0)
        engine_lines(e, source, block.p, block.n);
    *ret = (struct found){.lines = engine_counted(e, log) - before + archive_too_long(a)};
    if (ret->lines < k->count.lines) { /* the rest of its last line never came */
        (void)engine_finish(e, source, NULL);
        ret->lines = engine_counted(e, log) - before + archive_too_long(a);
    }
    ret->crc = archive_crc(a, &ret->bytes);
    v->last = source;
    v->last_stream = xstrdup(k->stream);
    archive_close(a);
    return r;
}

static void differ(struct verification *v, const struct tail_known *k, const char *how)
{
    v->differences++;
    output_name(k->path);
    printf(": %s; %llu line%s of it %s counted\n", how, (unsigned long long)k->count.lines,
           plural(k->count.lines), k->count.lines == 1 ? "was" : "were");
}

static void say_equal(const struct tail_known *k)
{
    output_name(k->path);
    printf(": %llu line%s, unchanged", (unsigned long long)k->count.lines, plural(k->count.lines));
    if (k->count.lines_before)
        printf("; %llu before byte %llu cannot be checked: the file was cut, or an older version "
               "counted them",
               (unsigned long long)k->count.lines_before, (unsigned long long)k->count.first);
    else if (k->count.first)
        printf(", from byte %llu on", (unsigned long long)k->count.first);
    printf("\n");
}

static void compare(struct verification *v, const struct tail_known *k, const struct found *f)
{
    char how[100];

    if (f->bytes < k->offset - k->count.first)
        differ(v, k, "it is shorter than what was counted");
    else if (f->crc != k->count.crc) {
        (void)snprintf(how, sizeof how, "bytes changed since they were counted (%llu line%s now)",
                       (unsigned long long)f->lines, plural(f->lines));
        differ(v, k, how);
    } else if (v->same_rules && k->count.lines != f->lines) {
        (void)snprintf(how, sizeof how, "%llu line%s by these rules", (unsigned long long)f->lines,
                       plural(f->lines));
        differ(v, k, how);
    } else {
        v->checked += k->count.lines;
        say_equal(k);
    }
}

static void read_again(struct verification *v, const struct tail_known *k)
{
    int log = ruleset_log(v->setup->rules, slice_str(k->log)), r = 0;
    struct found f = {.lines = k->count.lines};

    if (log < 0) {
        output_name(k->path);
        printf(": its log %s is not in the configuration any more; not checked\n", k->log);
        v->before += k->count.lines;
        return;
    }
    if (k->offset > k->count.first)
        r = count_again(v, k, (unsigned)log, &f);
    if (log >= 0 && v->setup->rules->logs[log].record)
        f.lines =
            k->count.lines; /* what silence has ended is not in the file: its bytes are compared */
    if (r == -EBADMSG || r == -ENODATA)
        differ(v, k, "it is shorter than what was counted, or damaged");
    else if (r < 0) {
        v->unreadable++;
        log_error("cannot read %s: %s", k->path, strerror(-r));
    } else
        compare(v, k, &f);
}

static void miss(struct verification *v, const struct tail_known *k)
{
    v->gone++;
    v->gone_lines += tail_count_lines(&k->count);
    if (k->mtime_ns > v->gone_ns)
        v->gone_ns = k->mtime_ns;
}

static void verify_content(void *ctx, const struct tail_known *k)
{
    struct verification *v = ctx;

    if (tail_count_lines(&k->count) == 0 && k->count.first == k->offset)
        return; /* nothing was counted: new, or history at the first start */
    v->contents++;
    v->lines += tail_count_lines(&k->count);
    if (k->where == TAIL_GONE) {
        miss(v, k);
    } else if (k->where == TAIL_REWRITTEN) {
        differ(v, k, "cut, or bytes changed since they were counted");
    } else {
        v->before += k->count.lines_before;
        read_again(v, k);
    }
}

/* Lines that the page shows. 0 or negative errno. */
static int lines_on_page(struct slice values, uint64_t *ret_lines)
{
    struct registry_limits limits = {0};
    struct registry *registry = registry_new(&limits);
    struct family *f = own_family(registry, OWN_LOG_LINES);
    struct buf err = BUF_INIT;
    int r = snapshot_merge(registry, values, &err);

    *ret_lines = 0;
    for (uint32_t i = 0; r == 0 && i < family_nseries(f); i++)
        *ret_lines += family_counter(f, i)->whole;
    buf_release(&err);
    registry_free(registry);
    return r;
}

/* The sum over all contents, gone ones too, against what was counted, and against the page. */
static void verify_sum(struct verification *v, const struct tail_sum *sum, uint64_t page)
{
    uint64_t all = v->lines + sum->lines_forgotten;
    uint64_t gone = v->gone_lines + sum->lines_forgotten;
    char since[TIMEARG_TEXT];

    printf("%llu file%s: %llu line%s counted, %llu found again", (unsigned long long)v->contents,
           plural(v->contents), (unsigned long long)sum->lines, plural(sum->lines),
           (unsigned long long)v->checked);
    if (gone)
        printf("; %llu %s gone", (unsigned long long)gone,
               gone == 1 ? "is of a file that is" : "are of files that are");
    printf("\n");
    if (sum->since_ns) {
        timearg_format(since, sum->since_ns);
        printf("what was counted before %s, by an older version, cannot be checked\n", since);
    }
    if (all != sum->lines) {
        v->differences++;
        printf("all files together have %llu line%s, but %llu %s counted\n",
               (unsigned long long)all, plural(all), (unsigned long long)sum->lines,
               sum->lines == 1 ? "was" : "were");
    }
    /* A log that was taken out of the configuration leaves the page after a day. */
    if (sum->since_ns == 0 && (page > sum->lines || (v->same_rules && page != sum->lines))) {
        v->differences++;
        printf("logtally_log_lines_total is %llu, but %llu line%s %s counted\n",
               (unsigned long long)page, (unsigned long long)sum->lines, plural(sum->lines),
               sum->lines == 1 ? "was" : "were");
    }
}

/* Why the metrics cannot be compared, or NULL. */
static const char *why_no_metrics(const struct verification *v, const struct tail_sum *sum,
                                  struct slice values)
{
    if (sum->since_ns || !v->same_rules)
        return "not all lines were counted by these rules, or series were dropped since";
    if (v->unreadable || v->differences)
        return "not all lines are as they were counted";
    if (v->before)
        return "lines are gone that files were cut by";
    return recounted_folded(&v->session, values) ? "a limit of series was reached" : NULL;
}

/* What all lines make once more, against the values of the state. */
static void verify_metrics(struct verification *v, const struct tail_sum *sum, struct slice values)
{
    int64_t gone_ns = v->gone_ns > sum->forgotten_ns ? v->gone_ns : sum->forgotten_ns;
    const char *why = why_no_metrics(v, sum, values);
    struct buf text = BUF_INIT;
    size_t compared = 0;
    char date[TIMEARG_TEXT];
    int n;

    timearg_format(date, gone_ns);
    if (!why && v->gone_lines + sum->lines_forgotten) {
        printf("metrics: cannot be checked: lines%s%s are gone\n", gone_ns ? " before " : "",
               gone_ns ? date : "");
        return;
    }
    if (why) {
        printf("metrics: cannot be checked: %s\n", why);
        return;
    }
    n = recounted_compare(&v->session, values, &text, &compared);
    if (n == 0)
        printf("metrics: %zu sample%s of counters and histograms, equal\n", compared,
               plural(compared));
    else
        printf("metrics: samples that differ: %d (- by these lines, + in the state)\n", n);
    output_lines(buf_all(&text));
    v->differences += n != 0;
    buf_release(&text);
}

static void verify_all(struct verification *v, const struct payload *p, struct tailset *t,
                       uint64_t page)
{
    struct tail_sum sum = tailset_sum(t);

    tailset_find(t);
    v->same_rules = p->rules.whole && p->rules.fingerprint == setup_fingerprint(v->setup);
    session_init(&v->session, v->setup, SESSION_WHOLE, NULL);
    tailset_known(t, verify_content, v);
    forget_last(v);
    verify_sum(v, &sum, page);
    verify_metrics(v, &sum, p->values);
    session_release(&v->session);
}

/* An exit code; -1: the state is damaged. */
static int verify_files(struct verification *v, const struct payload *p, struct slice memory)
{
    struct tail_options options;
    struct tail_log *logs;
    struct saved_files saved;
    uint64_t page;
    int r;

    tail_options_of(v->setup, &options, &logs);
    for (unsigned i = 0; i < options.nlogs; i++)
        logs[i].poll = true; /* no events are waited for */
    r = saved_files_open(&options, p->files, memory, &saved);
    if (r == 0) {
        if ((r = lines_on_page(p->values, &page)) == 0)
            verify_all(v, p, saved.tailset, page);
        saved_files_release(&saved);
    }
    free(logs);
    if (r == -EBADMSG)
        return -1;
    if (r < 0) {
        log_error("cannot set up the event loop: %s", strerror(-r));
        return EXIT_SYSTEM;
    }
    if (v->differences)
        return EXIT_MISTAKES;
    return v->unreadable ? EXIT_SYSTEM : EXIT_FINE;
}

static int verify(const struct setup *setup, const char *directory)
{
    struct verification v = {.setup = setup};
    struct saved_state saved = {0};
    struct payload payload;
    struct buf err = BUF_INIT;
    int code, r = statefile_peek(directory, &saved, &err);

    if (r < 0)
        code = say_unread_state(directory, r, &err);
    else if (saved.found == STATEFILE_EMPTY)
        code = say_no_state(directory);
    else if (payload_decode(buf_all(&saved.payload), &payload) < 0 ||
             (code = verify_files(&v, &payload, buf_all(&saved.memory))) < 0)
        code = say_damaged_state(directory);
    buf_release(&saved.payload);
    buf_release(&saved.memory);
    buf_release(&err);
    return code;
}

static int run(void *options, const struct command *self)
{
    const struct verify_options *o = options;
    struct mistakes m = MISTAKES_INIT;
    struct setup setup;
    int code = EXIT_MISTAKES;

    (void)self;
    if (setup_load(&o->common, &o->logs, SETUP_NEEDS_LOG, &setup, &m) < 0) {
        say_mistakes(&m, MISTAKE);
    } else {
        settings_choose_state(&setup.settings, o->state);
        code = verify(&setup, setup.settings.state_directory);
    }
    mistakes_release(&m);
    setup_release(&setup);
    return code;
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "",
    .summary = "Read again what was counted, and compare it with the state",
    .details = "Finds each file that the state knows, also rotated and compressed, and reads it "
               "again: have bytes changed since\n"
               "they were counted, are its lines those that were counted, and do all of them add "
               "up? The daemon may be\n"
               "running. Exit status 0: all is equal; 1: there are differences, which are "
               "printed, or\n"
               "nothing to compare.\n",
    .no_files = "it takes the files that the state knows",
    .takes = TAKES_CONFIG | TAKES_RULES,
    .size = sizeof(struct verify_options),
    .options = rows,
    .run = run,
};
