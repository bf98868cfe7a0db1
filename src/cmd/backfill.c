/* backfill -- replays files at log time into samples for Prometheus' own database. */
#include "config.h"

#include "cmd/commands.h"
#include "cmd/leftout.h"

#include "app/output.h"
#include "app/progress.h"
#include "app/timearg.h"
#include "offline/bytime.h"
#include "offline/inputs.h"
#include "offline/session.h"
#include "offline/stepwriter.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SILENCE_NS (366 * 24 * 3600 * NSEC_PER_SEC)

struct backfill_options {
    struct common_options common;
    const char *step, *slack, *start, *end;
    struct strings labels;
};

static const struct option_row rows[] = {
    {"output", 'o', OPTION_TEXT, offsetof(struct common_options, output), "FILE",
     "write the samples there (- for stdout); required"},
    {"step", 0, OPTION_TEXT, offsetof(struct backfill_options, step), "DURATION",
     "a sample of every series each so long (default 15s)"},
    {"slack", 0, OPTION_TEXT, offsetof(struct backfill_options, slack), "DURATION",
     "put right lines that come so much too late (default 1m)"},
    {"start", 0, OPTION_TEXT, offsetof(struct backfill_options, start), "TIME",
     "no samples before (RFC 3339 or unix seconds); lines before still count"},
    {"end", 0, OPTION_TEXT, offsetof(struct backfill_options, end), "TIME", "no samples after"},
    {"external-label", 0, OPTION_LIST, offsetof(struct backfill_options, labels), "NAME=VALUE",
     "put this label on every sample, such as job=...; repeatable"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

struct plan_of_work {
    struct stepwriter_options steps;
    int64_t slack_ns;
    const char **names, **values; /* of labels for every sample */
    struct arena text;            /* of those given here */
};

static int read_step(const struct command *self, const char *name, const char *text, int64_t least,
                     int64_t *to)
{
    if (text && (duration_parse(slice_str(text), to) < 0 || *to < least || *to > NSEC_PER_YEAR))
        return usage_error(self, "--%s wants a duration such as 15s, not \"%s\"", name, text);
    return -1;
}

static int read_time(const struct command *self, const char *name, const char *text, int64_t *to)
{
    if (text && timearg_parse(slice_str(text), to) < 0)
        return usage_error(self, "--%s wants a time such as 2025-11-12T10:00:00Z, not \"%s\"", name,
                           text);
    return -1;
}

/* Does a series have a label of that name already? */
static bool label_is_taken(const struct setup *setup, const struct plan_of_work *p, size_t n,
                           const char *name)
{
    bool taken = strcmp(name, "le") == 0;

    for (size_t i = 0; i < n; i++)
        taken |= strcmp(p->names[i], name) == 0;
    for (unsigned f = 0; f < setup->rules->nfamilies; f++)
        for (unsigned i = 0; i < setup->rules->families[f].spec.nlabels; i++)
            taken |= strcmp(setup->rules->families[f].spec.labels[i], name) == 0;
    return taken;
}

/* Configured constant labels, then those given here. */
static int read_labels(const struct command *self, const struct backfill_options *o,
                       const struct setup *setup, struct plan_of_work *p)
{
    const struct settings *settings = &setup->settings;
    size_t n = settings->nconst;

    p->names = xcalloc(n + o->labels.n + 1, sizeof *p->names);
    p->values = xcalloc(n + o->labels.n + 1, sizeof *p->values);
    for (size_t i = 0; i < n; i++) {
        p->names[i] = settings->const_names[i];
        p->values[i] = settings->const_values[i];
    }
    for (size_t i = 0; i < o->labels.n; i++) {
        struct slice rest = slice_str(o->labels.list[i]), name;

        if (!slice_cut(&rest, '=', &name) || !rest.p || !label_name_valid(name))
            return usage_error(self, "--external-label wants NAME=VALUE, not \"%s\"",
                               o->labels.list[i]);
        p->names[n] = arena_strslice(&p->text, name);
        p->values[n] = arena_strslice(&p->text, rest);
        if (label_is_taken(setup, p, n, p->names[n]))
            return usage_error(self, "--external-label %s: there is a label of this name already",
                               o->labels.list[i]);
        n++;
    }
    p->steps.names = p->names;
    p->steps.values = p->values;
    p->steps.nlabels = (unsigned)n;
    return -1;
}

static void plan_release(struct plan_of_work *p)
{
    arena_release(&p->text);
    free(p->names);
    free(p->values);
}

static int read_options(const struct command *self, const struct backfill_options *o,
                        const struct setup *setup, struct plan_of_work *p)
{
    int code;

    p->steps = (struct stepwriter_options){
        .step_ns = 15 * NSEC_PER_SEC, .start_ns = INT64_MIN, .end_ns = INT64_MAX};
    p->slack_ns = 60 * NSEC_PER_SEC;
    if ((code = read_step(self, "step", o->step, NSEC_PER_SEC, &p->steps.step_ns)) >= 0 ||
        (code = read_step(self, "slack", o->slack, 0, &p->slack_ns)) >= 0 ||
        (code = read_time(self, "start", o->start, &p->steps.start_ns)) >= 0 ||
        (code = read_time(self, "end", o->end, &p->steps.end_ns)) >= 0)
        return code;
    return read_labels(self, o, setup, p);
}

static void say_range(const struct bytime_stats *s, uint64_t steps)
{
    char first[TIMEARG_TEXT], last[TIMEARG_TEXT];

    timearg_format(first, s->first_ns);
    timearg_format(last, s->last_ns);
    if (steps)
        log_info("%llu line%s from %s to %s, %llu step%s", (unsigned long long)s->lines,
                 plural(s->lines), first, last, (unsigned long long)steps, plural(steps));
    else
        log_warn(
            "no step lies between --start and --end; the first line is of %s, the last one read "
            "of %s",
            first, last);
}

static void say_year(const struct bytime_stats *s)
{
    char from[TIMEARG_TEXT], to[TIMEARG_TEXT];

    timearg_format(from, s->year_from_ns);
    timearg_format(to, s->year_to_ns);
    log_warn("%s: from one line to the next the time goes from %s to %s: was the year of lines "
             "without one guessed wrong? --year YYYY says that of the first line",
             s->year_path, from, to);
}

static void report(const struct bytime *t, uint64_t steps)
{
    struct bytime_stats s;

    bytime_stats(t, &s);
    say_range(&s, steps);
    if (s.timeless)
        log_warn("%llu line%s of %s%s no date, and none beside %s has one: counted before all "
                 "others",
                 (unsigned long long)s.timeless, plural(s.timeless), s.timeless_path,
                 s.timeless == 1 ? " tells" : " tell", s.timeless == 1 ? "it" : "them");
    if (s.future)
        log_warn("%llu line%s a time that is still to come; counted at that of the line before",
                 (unsigned long long)s.future, s.future == 1 ? " tells" : "s tell");
    if (s.late)
        log_warn("%llu line%s came later than --slack; counted at the time %s",
                 (unsigned long long)s.late, plural(s.late), s.late == 1 ? "it came" : "they came");
    if (s.year_path)
        say_year(&s);
    if (s.zone_offset_s)
        log_warn("lines without a date are %+.2f h away from the dated lines beside them: is their "
                 "clock in another zone? (time_format = ...@+HH:MM in the [log] section)",
                 s.zone_offset_s / 3600.0);
}

/* One wrong clock must not fill the disk: a year of steps is more than anybody wants of silence. */
static bool is_silence(int64_t from_ns, int64_t to_ns, int64_t start_ns)
{
    char from[TIMEARG_TEXT], to[TIMEARG_TEXT];

    if (from_ns == INPUT_NO_TIME || to_ns - (from_ns > start_ns ? from_ns : start_ns) < SILENCE_NS)
        return false;
    timearg_format(from, from_ns);
    timearg_format(to, to_ns);
    log_error("there is no line from %s to %s: was a clock wrong? leave one side out with --start "
              "or --end",
              from, to);
    return true;
}

/* Walks all lines; returns -1, or an exit code. */
static int walk(struct session *s, struct bytime *t, struct stepwriter *steps,
                const struct stepwriter_options *o, struct progress *progress)
{
    struct engine_peek line;
    struct source *source;
    struct buf err = BUF_INIT;
    int64_t last_ns = INPUT_NO_TIME; /* of the lines taken */
    bool any_time = false, silence = false;
    struct bytime_stats stats;
    int r;

    while ((r = bytime_next(t, &source, &line, &err)) > 0) {
        progress_at(progress, bytime_bytes(t));
        any_time |= line.time_ns != INPUT_NO_TIME;
        if (line.time_ns > o->end_ns) {
            if (last_ns != INPUT_NO_TIME)
                stepwriter_advance(steps, o->end_ns);
            break;
        }
        if ((silence = is_silence(last_ns, line.time_ns, o->start_ns)))
            break;
        if (line.time_ns != INPUT_NO_TIME) {
            last_ns = line.time_ns;
            stepwriter_advance(steps, line.time_ns);
            engine_set_time(s->engine, line.time_ns, line.time_ns);
        }
        engine_take(s->engine, source, &line);
    }
    progress_end(progress);
    bytime_stats(t, &stats);
    if (r < 0)
        log_error("%s", err.p);
    else if (!any_time && engine_bad_time(s->engine).n)
        log_error("no time can be read: %.*s; set time_format in the [log] section",
                  SLICE_FMT(engine_bad_time(s->engine)));
    else if (!any_time)
        log_error("%s", stats.lines ? "no line tells its time; set time, time_match and "
                                      "time_format in the [log] section"
                                    : "there are no lines");
    buf_release(&err);
    return r < 0 || silence || !any_time ? EXIT_MISTAKES : -1;
}

static int backfill(const struct setup *setup, const struct backfill_options *o,
                    const struct plan_of_work *p)
{
    struct inputs inputs = {0};
    struct session s;
    struct output out;
    int code = inputs_find(&inputs, setup, &o->common.files, o->common.as, true);

    if (code >= 0 || output_replace(&out, o->common.output) < 0) {
        inputs_release(&inputs);
        return code >= 0 ? code : EXIT_SYSTEM;
    }
    session_init(&s, setup, SESSION_WHOLE, NULL);
    engine_set_time(s.engine, 0, 0);
    struct bytime *t = bytime_new(&s, p->slack_ns, inputs_latest());
    struct stepwriter *steps = stepwriter_new(&s, &p->steps, out.file);
    struct progress progress;

    for (size_t i = 0; i < inputs.n; i++)
        bytime_add(t, &inputs.list[i]);
    progress_start(&progress, inputs_size(&inputs));
    if ((code = walk(&s, t, steps, &p->steps, &progress)) < 0) {
        report(t, stepwriter_finish(steps));
        say_left_out(s.registry);
        code = EXIT_FINE;
    }
    if (output_finish(&out, code == EXIT_FINE) < 0)
        code = EXIT_SYSTEM;
    stepwriter_free(steps);
    bytime_free(t);
    session_release(&s);
    inputs_release(&inputs);
    return code;
}

static int run(void *options, const struct command *self)
{
    const struct backfill_options *o = options;
    struct plan_of_work p = {0};
    struct setup setup;
    int code;

    if (!o->common.output)
        return usage_error(self, "name the output with -o FILE");
    if (o->common.files.n == 0)
        return usage_error(self, "name the files to read");
    if ((code = setup_or_say(&o->common, SETUP_AUTO_LOG, &setup)) < 0) {
        if ((code = read_options(self, o, &setup, &p)) < 0)
            code = backfill(&setup, o, &p);
        plan_release(&p);
        setup_release(&setup);
    }
    return code;
}

const struct command command_backfill = {
    .name = "backfill",
    .arguments = "FILE... -o OUT",
    .summary = "Replay files at log time into samples for Prometheus",
    .details =
        "OUT is OpenMetrics with timestamps, for `promtool tsdb create-blocks-from openmetrics OUT "
        "DATADIR`. Lines of\n"
        "several files are merged by their own times. Give the labels that the scrape would have "
        "added, such as\n"
        "--external-label job=backend --external-label instance=HOST:PORT.\n",
    .takes = TAKES_CONFIG | TAKES_RULES | TAKES_AS | TAKES_FIRST_LINE,
    .size = sizeof(struct backfill_options),
    .options = rows,
    .run = run,
};
