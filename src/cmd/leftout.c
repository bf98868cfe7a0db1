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

void say_left_out(struct registry *r)
{
    static const struct {
        enum own_id id;
        void (*say)(const struct slice *labels, double n);
    } rows[] = {
        {OWN_RULE_SKIPPED, say_value},    {OWN_LOG_LINES, say_line},
        {OWN_TIMES_UNREADABLE, say_time}, {OWN_RECORDS_CUT, say_cut},
        {OWN_RULE_ERRORS, say_error},     {OWN_ENCODING_ERRORS, say_encoding},
    };

    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const struct family *f = own_family(r, rows[k].id);

        for (uint32_t i = 0; i < family_nseries(f); i++) {
            struct slice labels[LABELS_MAX];
            double n = counter_value(family_counter(f, i));

            family_labels(f, i, labels);
            if (n > 0)
                rows[k].say(labels, n);
        }
    }
}
