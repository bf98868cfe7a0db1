/* leftout -- the families of logtally itself, read as sentences. */
#include "config.h"

#include "cmd/leftout.h"

#include "metrics/own.h"

#include "base/log.h"

static void say_value(const struct slice *labels, double n)
{
    struct slice why = labels[2]; /* metric, event, reason */

    if (slice_eq(why, SLICE("missing")))
        return;
    if (slice_eq(why, SLICE("not_a_number")))
        why = SLICE("not a number");
    log_warn("%.*s: values of event %.*s left out because they were %.*s: %.0f",
             SLICE_FMT(labels[0]), SLICE_FMT(labels[1]), SLICE_FMT(why), n);
}

static void say_line(const struct slice *labels, double n)
{
    if (slice_eq(labels[1], SLICE("too_long"))) /* log, decoded */
        log_warn("log %.*s: lines skipped because they were longer than [limits] line: %.0f",
                 SLICE_FMT(labels[0]), n);
}

static void say_error(const struct slice *labels, double n)
{
    if (slice_eq(labels[1], SLICE("each_limit"))) /* event, reason */
        log_warn("event %.*s: lines of which only the first 1000 members counted: %.0f",
                 SLICE_FMT(labels[0]), n);
    else
        log_warn("event %.*s: its regex ran wild on lines, which it does not match then: %.0f",
                 SLICE_FMT(labels[0]), n);
}

static void say_time(const struct slice *labels, double n)
{
    log_warn("log %.*s: times that could not be read, of those that were looked at: %.0f "
             "(`logtally explain` shows why)",
             SLICE_FMT(labels[0]), n);
}

static void say_cut(const struct slice *labels, double n)
{
    log_warn("log %.*s: records cut off at [limits] line: %.0f", SLICE_FMT(labels[0]), n);
}

static void say_encoding(const struct slice *labels, double n)
{
    log_warn("log %.*s: bytes that are no characters of its encoding, and were replaced: %.0f",
             SLICE_FMT(labels[0]), n);
}

static void say_regex(const struct slice *labels, double n)
{
    log_warn("log %.*s: a regex of it gave up on a line, and was taken as not matching: %.0f",
             SLICE_FMT(labels[0]), n);
}

static void say_span(const struct slice *labels, double n)
{
    static const char *const why[][2] = {
        {"no_begin", "ends of which the begin is not there"},
        {"no_key", "lines that lack a key field"},
        {"replaced", "given up, as another began with the same key"},
        {"timeout", "given up, as no end came within its timeout"},
        {"full", "given up, as more were open than max_open, or than 1 KiB for each of so many"},
        {"negative", "ends with an older time than their begin, without _duration"},
    };

    for (size_t i = 0; i < sizeof why / sizeof *why; i++)
        if (slice_eq(labels[1], slice_str(why[i][0]))) /* span, reason */
            log_warn("span %.*s: %s: %.0f", SLICE_FMT(labels[0]), why[i][1], n);
}

void say_open_spans(struct registry *r)
{
    struct family *f = own_family(r, OWN_SPANS_OPEN);

    for (uint32_t i = 0; i < family_nseries(f); i++) {
        double n = family_cells(f)->gauge[i].value;
        struct slice span;

        family_labels(f, i, &span);
        if (n > 0)
            log_warn("span %.*s: still open at the end: %.0f", SLICE_FMT(span), n);
    }
}

static void say_fold(const struct slice *labels, double n)
{
    if (slice_eq(labels[1], SLICE("*"))) /* metric, label */
        log_warn("%.*s: updates beyond max_series, which are under \"other\" in all labels: %.0f",
                 SLICE_FMT(labels[0]), n);
    else
        log_warn("%.*s: updates beyond max_values of %.*s, which are under \"other\": %.0f",
                 SLICE_FMT(labels[0]), SLICE_FMT(labels[1]), n);
}

static void say_merged(const struct family *f)
{
    const struct family_spec *spec = family_spec(f);
    struct folded folded = family_merged(f);

    for (unsigned i = 0; i < spec->nlabels; i++)
        if (folded.mask & (UINT32_C(1) << i))
            log_warn("%s: %s has more values than max_values; further ones are under \"other\"",
                     spec->name, spec->labels[i]);
    if (folded.all)
        log_warn("%s: there are more series than max_series, or [limits] series; further ones are "
                 "under \"other\" in all labels",
                 spec->name);
}

void say_folded(const struct registry *r)
{
    for (unsigned i = 0; i < registry_nfamilies(r); i++)
        say_merged(registry_at(r, i));
}

struct row {
    enum own_id id;
    void (*say)(const struct slice *labels, double n);
};

static void say_rows(struct registry *r, const struct row *rows, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const struct family *f = own_family(r, rows[k].id);

        for (uint32_t i = 0; i < family_nseries(f); i++) {
            struct slice labels[LABELS_MAX];
            double value = counter_value(family_counter(f, i));

            family_labels(f, i, labels);
            if (value > 0)
                rows[k].say(labels, value);
        }
    }
}

static void say_lost(struct registry *r)
{
    static const struct row rows[] = {
        {OWN_LOG_LINES, say_line},       {OWN_RECORDS_CUT, say_cut},
        {OWN_RULE_ERRORS, say_error},    {OWN_ENCODING_ERRORS, say_encoding},
        {OWN_SPANS_UNMATCHED, say_span}, {OWN_LOG_REGEX_ERRORS, say_regex},
    };

    say_rows(r, rows, sizeof rows / sizeof *rows);
    say_open_spans(r);
}

static double sum_of(struct registry *r, enum own_id id)
{
    const struct family *f = own_family(r, id);
    double sum = 0;

    for (uint32_t i = 0; i < family_nseries(f); i++)
        sum += counter_value(family_counter(f, i));
    return sum;
}

void say_none_matched(struct registry *r, const char *of)
{
    double lines = sum_of(r, OWN_LOG_LINES);

    if (lines > 0 && sum_of(r, OWN_LOG_LINES_MATCHED) == 0)
        log_warn("%sno event took any of the lines, of which there were %.0f; are these the rules "
                 "for this log? "
                 "(--rules names others, --as its [log])",
                 of, lines);
}

void say_left_out(struct registry *r)
{
    static const struct row rows[] = {
        {OWN_SERIES_FOLDED, say_fold},
        {OWN_RULE_SKIPPED, say_value},
        {OWN_TIMES_UNREADABLE, say_time},
    };

    say_none_matched(r, "");
    say_folded(r);
    say_rows(r, rows, sizeof rows / sizeof *rows);
    say_lost(r);
}
