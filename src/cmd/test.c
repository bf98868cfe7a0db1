/* test -- golden tests of rules: old logs in, expected metrics beside them.
 *
 * The ruleset is loaded once for all tests that have no NAME.ini, with --filter only if one of those that
 * are left needs it; each test gets a registry of its own. */
#include "config.h"

#include "cmd/commands.h"
#include "cmd/leftout.h"

#include "app/anchor.h"
#include "app/output.h"
#include "app/timearg.h"
#include "offline/bytime.h"
#include "offline/exposition.h"
#include "offline/golden.h"
#include "offline/inputs.h"
#include "offline/session.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/slurp.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNMATCHED_SHOWN = 20, UNMATCHED_MOST = 200 }; /* lines, bytes of each */

#define SLACK_NS (60 * NSEC_PER_SEC) /* lines so late are put right, as backfill does */

struct test_options {
    struct common_options common;
    const char *filter;
    bool record, tap;
};

static const struct option_row rows[] = {
    {"record", 0, OPTION_FLAG, offsetof(struct test_options, record), NULL,
     "write what came out as what is expected from now on"},
    {"filter", 0, OPTION_TEXT, offsetof(struct test_options, filter), "TEXT",
     "only tests whose name holds TEXT"},
    {"tap", 0, OPTION_FLAG, offsetof(struct test_options, tap), NULL, "print TAP, for other tools"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

/* The first lines of a test that no event took. */
struct unmatched_lines {
    struct buf text;
    unsigned n;
};

struct tally {
    const struct test_options *options;
    struct common_options common; /* of the directory at hand */
    size_t passed, failed, recorded;
    int code; /* worst exit code besides failures */
};

/* What NAME.ini says in [test]. */
struct expectation {
    bool has_unmatched;
    uint64_t unmatched;
    bool has_at;
    int64_t at_ns; /* the values are those of this log time; later lines do not count */
    struct time_base first_line;
};

static struct expectation expectation_of(const struct settings *s, struct mistakes *m)
{
    struct expectation want = {.has_unmatched = s->test_has_unmatched,
                               .unmatched = s->test_unmatched,
                               .has_at = s->test_at != NULL,
                               .first_line = TIME_BASE_NONE};

    if (s->test_at && timearg_parse(s->test_at->value, &want.at_ns) < 0)
        mistake_add(m, MISTAKE, s->test_at->at,
                    "\"at\" is a time (2025-11-12T10:00:15Z), not \"%.*s\"",
                    SLICE_FMT(s->test_at->value));
    if (s->test_year && !anchor_read_year(s->test_year->value, &want.first_line))
        mistake_add(m, MISTAKE, s->test_year->at, "\"year\" is a year (2024), not \"%.*s\"",
                    SLICE_FMT(s->test_year->value));
    if (s->test_date && !anchor_read_date(s->test_date->value, &want.first_line))
        mistake_add(m, MISTAKE, s->test_date->at, "\"date\" is a date (2024-03-01), not \"%.*s\"",
                    SLICE_FMT(s->test_date->value));
    return want;
}

static void verdict(struct tally *t, const struct test_case *c, const struct buf *why)
{
    size_t number = t->passed + t->failed + 1;

    if (why->n == 0)
        t->passed++;
    else
        t->failed++;
    if (t->options->tap)
        printf("%sok %zu - ", why->n ? "not " : "", number);
    else if (why->n)
        printf("FAILED ");
    if (t->options->tap || why->n) {
        output_name(c->name);
        putchar('\n');
    }
    struct slice rest = buf_all(why), line;

    while (why->n && slice_cut(&rest, '\n', &line))
        if (line.n) {
            printf("%s", t->options->tap ? "# " : "");
            output_lines(line);
            putchar('\n');
        }
}

static void compare(const struct test_case *c, struct slice page, struct buf *why)
{
    struct exposition expected = {0}, got = {0};
    struct buf text = BUF_INIT;
    int r = slurp(c->prom, &text);

    if (r < 0)
        buf_fmt(why, "cannot read %s: %s; make it with --record\n", c->prom, strerror(-r));
    else if (exposition_read(buf_all(&text), c->prom, &expected, why) == 0 &&
             exposition_read(page, "output", &got, why) == 0)
        exposition_diff(&expected, &got, why);
    exposition_release(&expected);
    exposition_release(&got);
    buf_release(&text);
}

/* The files of a case; the caller frees the list. NULL with a sentence in *why. */
static struct input *inputs_of(struct session *s, const struct test_case *c, const char *as,
                               struct buf *why)
{
    struct input *list = xcalloc(c->nlogs, sizeof *list);

    for (size_t i = 0; i < c->nlogs; i++) {
        int log = setup_log_of(s->setup, c->logs[i], as, why);

        if (log < 0) {
            buf_char(why, '\n');
            free(list);
            return NULL;
        }
        list[i] = (struct input){.path = c->logs[i], .log = (unsigned)log, .size = 1};
    }
    inputs_find_streams(s->setup, list, c->nlogs);
    return list;
}

/* Lines of all files by their own times, up to a time; then what has expired by then goes. */
static int read_until(struct session *s, struct input *inputs, size_t n, int64_t at_ns,
                      struct buf *why)
{
    struct bytime *t = bytime_new(s, SLACK_NS, INT64_MAX);
    struct engine_peek line;
    struct source *source;
    int r;

    for (size_t i = 0; i < n; i++) {
        inputs[i].first_ns = input_first_time(s, &inputs[i], INT64_MAX);
        bytime_add(t, &inputs[i]);
    }
    engine_set_time(s->engine, 0, 0);
    while ((r = bytime_next(t, &source, &line, why)) > 0 && line.time_ns <= at_ns) {
        if (line.time_ns != INPUT_NO_TIME)
            engine_set_time(s->engine, line.time_ns, line.time_ns);
        engine_take(s->engine, source, &line);
    }
    registry_expire(s->registry, at_ns);
    bytime_free(t);
    return r < 0 ? r : 0;
}

/* A rotated set is read from its oldest part on; to other rules the order of names is that of the test. */
static void put_in_order(struct session *s, struct input *inputs, size_t n)
{
    if (n < 2 || !s->setup->rules->spans_used)
        return;
    for (size_t i = 0; i < n; i++)
        inputs[i].first_ns = input_first_time(s, &inputs[i], INT64_MAX);
    inputs_sort(inputs, n);
}

static int read_all(struct session *s, struct input *inputs, size_t n, struct buf *why)
{
    put_in_order(s, inputs, n);
    for (size_t i = 0; i < n; i++) {
        struct session_range range = {
            inputs[i].path, inputs[i].stream, inputs[i].log, (uint32_t)i, 0, 0, NULL};

        if (session_read(s, &range, NULL, NULL, why) < 0)
            return -EIO;
    }
    return 0;
}

static int read_logs(struct session *s, const struct test_case *c, const char *as,
                     const struct expectation *want, struct buf *why)
{
    if (c->nlogs == 0) {
        buf_fmt(why, "%s holds no .log file\n", c->name);
        return -ENOENT;
    }
    struct input *inputs = inputs_of(s, c, as, why);
    int r = !inputs        ? -EINVAL
            : want->has_at ? read_until(s, inputs, c->nlogs, want->at_ns, why)
                           : read_all(s, inputs, c->nlogs, why);

    for (size_t i = 0; inputs && i < c->nlogs; i++)
        free(inputs[i].stream);
    free(inputs);
    return r;
}

static void keep_unmatched(void *ctx, const struct source *source, struct slice line)
{
    struct unmatched_lines *u = ctx;

    if (u->n++ >= UNMATCHED_SHOWN)
        return;
    buf_fmt(&u->text, "  %s: ", source->path);
    utf8_show_cut(&u->text, line, UNMATCHED_MOST);
    buf_char(&u->text, '\n');
}

static void say_unmatched(const struct unmatched_lines *u, uint64_t want, struct buf *why)
{
    if (u->n == want)
        return;
    buf_fmt(why, "%u line%s unmatched, not %llu\n", u->n, u->n == 1 ? " was" : "s were",
            (unsigned long long)want);
    buf_slice(why, buf_all(&u->text));
    if (u->n > UNMATCHED_SHOWN)
        buf_fmt(why, "  ... and %u more\n", u->n - UNMATCHED_SHOWN);
}

/* Zeros for a log that no event knows would pass for ever after. */
static void recorded(struct tally *t, const struct test_case *c, struct registry *r)
{
    struct buf of = BUF_INIT;

    buf_fmt(&of, "%s: ", c->name);
    say_none_matched(r, of.p);
    buf_release(&of);
    t->recorded++;
}

static void run_on(struct tally *t, const struct test_case *c, const struct setup *setup,
                   const struct expectation *want)
{
    struct buf page = BUF_INIT, why = BUF_INIT;
    struct unmatched_lines unmatched = {.n = 0};
    struct engine_options options = {.unmatched = keep_unmatched, .ctx = &unmatched};
    struct session s;

    session_init(&s, setup, SESSION_WHOLE, &options);
    if (read_logs(&s, c, t->options->common.as, want, &why) == 0) {
        session_expose(&s, EXPOSE_TEXT, &page);
        if (t->options->record && output_page(c->prom, buf_all(&page)) < 0)
            t->code = EXIT_SYSTEM;
        else if (t->options->record)
            recorded(t, c, s.registry);
        else
            compare(c, buf_all(&page), &why);
        if (want->has_unmatched)
            say_unmatched(&unmatched, want->unmatched, &why);
    }
    verdict(t, c, &why);
    session_release(&s);
    buf_release(&unmatched.text);
    buf_release(&page);
    buf_release(&why);
}

/* The rules that tests of a directory share, loaded when the first asks for them: of the tests that
 * --filter leaves, none may. */
struct shared {
    struct tally *tally;
    struct setup setup;
    bool tried;
    int code; /* -1: they are there */
};

static bool load_shared(struct shared *s)
{
    if (!s->tried)
        s->code = setup_or_say(&s->tally->common, SETUP_AUTO_LOG, &s->setup);
    s->tried = true;
    s->setup.never_guess = true;
    return s->code < 0;
}

/* A test with a configuration of its own, which may be no more than [test]. */
static void run_own(struct shared *s, const struct test_case *c)
{
    struct tally *t = s->tally;
    struct common_options common = t->common;
    struct mistakes m = MISTAKES_INIT;
    struct expectation want = {0};
    struct buf why = BUF_INIT;
    struct setup own, used;

    common.config = c->ini;
    if (setup_load(&common, NULL, SETUP_AUTO_LOG | SETUP_TEST, &own, &m) == 0)
        want = expectation_of(&own.settings, &m);
    if (mistakes_print(&m, MISTAKE, &why)) {
        verdict(t, c, &why);
    } else if (!own.only_test || load_shared(s)) {
        used = own.only_test ? s->setup : own;
        used.first_line = want.first_line;
        used.never_guess = true;
        run_on(t, c, &used, &want);
    }
    setup_release(&own);
    mistakes_release(&m);
    buf_release(&why);
}

static void run_case(struct shared *s, const struct test_case *c)
{
    static const struct expectation none;

    if (c->ini)
        run_own(s, c);
    else if (load_shared(s))
        run_on(s->tally, c, &s->setup, &none);
}

/* Mistakes in the shared rules are told once, and end it. */
static int run_cases(struct tally *t, const struct cases *cases)
{
    struct shared s = {.tally = t, .code = -1};

    if (!t->options->filter)
        (void)load_shared(&s);
    for (size_t i = 0; i < cases->n && s.code < 0; i++)
        if (!t->options->filter || strstr(cases->list[i].name, t->options->filter))
            run_case(&s, &cases->list[i]);
    if (s.tried && s.code < 0)
        setup_release(&s.setup);
    return s.code;
}

/* Without -c and --rules, the rules are those in the directory above the tests. */
static int run_dir(struct tally *t, const char *dir)
{
    struct buf above = BUF_INIT, err = BUF_INIT;
    struct strings rules = {0};
    struct cases cases = {0};
    int code;

    buf_fmt(&above, "%s/..", dir);
    strings_add(&rules, above.p);
    t->common = t->options->common;
    if (!t->common.config && t->common.rules.n == 0)
        t->common.rules = rules;
    if (cases_find(dir, &cases, &err) < 0) {
        log_error("%s", err.p);
        code = EXIT_MISTAKES;
    } else if ((code = run_cases(t, &cases)) < 0) {
        code = t->failed ? EXIT_MISTAKES : t->code;
    }
    cases_release(&cases);
    free(rules.list);
    buf_release(&above);
    buf_release(&err);
    return code;
}

static int run_dirs(struct tally *t, const struct strings *dirs)
{
    int worst = EXIT_FINE;

    for (size_t i = 0; i < dirs->n; i++) {
        int code = run_dir(t, dirs->list[i]);

        worst = code > worst ? code : worst;
    }
    if (worst != EXIT_FINE || t->passed + t->failed > 0)
        return worst;
    if (t->options->filter)
        log_error("no test has \"%s\" in its name", t->options->filter);
    else
        log_error("there are no tests: no NAME.log in these directories");
    return EXIT_MISTAKES;
}

static void say_sum(const struct tally *t)
{
    size_t all = t->passed + t->failed;

    if (t->options->tap)
        printf("1..%zu\n", all);
    else if (t->options->record)
        printf("%zu recorded, %zu failed\n", t->recorded, t->failed);
    else
        printf("%zu passed, %zu failed\n", t->passed, t->failed);
}

static int run(void *options, const struct command *self)
{
    struct test_options *o = options;
    struct tally t = {.options = o};
    int code;

    (void)self;
    if (o->common.files.n == 0)
        strings_add(&o->common.files, "rules/tests");
    code = run_dirs(&t, &o->common.files);
    if (t.passed + t.failed > 0)
        say_sum(&t);
    return code;
}

const struct command command_test = {
    .name = "test",
    .arguments = "[DIR...]",
    .summary = "Run golden tests of rules",
    .details =
        "A test is NAME.log (or a directory NAME with *.log) and NAME.prom, the metrics it must "
        "come "
        "to; NAME.ini\n"
        "may hold a [log] section and [test] rules = FILE, unmatched = N, at = TIME (the values at "
        "that "
        "log time).\nDIR is rules/tests if not given; "
        "without -c and --rules the rules are those in the directory above each DIR.\n",
    .takes = TAKES_NAMED_CONFIG | TAKES_RULES | TAKES_AS,
    .size = sizeof(struct test_options),
    .options = rows,
    .run = run,
};
