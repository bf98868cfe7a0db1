/* doubts -- the thresholds, and why they are these.
 *
 *     skipped     all updates of a metric: a value that is missing in some lines is ordinary
 *     folded      more than half of them: a few values beyond a limit are what the limit is for
 *     no_field    an event that never happened, none of whose fields any line had, in a log half of which no
 *                 rule takes: of an error that has not come yet a line has the level, and recipes have events
 *                 for other forms of the same lines
 *     unmatched   all lines of a log: rules for its errors alone leave nearly all
 *     changed     half of the lines of an hour more than before, as by a program that writes otherwise now */
#include "config.h"

#include "site/doubts.h"

enum { LINES_LEAST = 1000, SKIPPED_LEAST = 10, FOLDED_LEAST = 100 };

const char *doubted_text(enum doubted thing)
{
    static const char *const texts[] = {
        [DOUBTED_LOG] = "log", [DOUBTED_EVENT] = "event", [DOUBTED_METRIC] = "metric"};

    return texts[thing];
}

static uint64_t of_hour(const struct view_count *c)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < c->n; i++)
        n += c->minute[i];
    return n;
}

bool doubt_of_log(const struct view_log *log, struct doubt *ret)
{
    uint64_t lines = of_hour(&log->lines), missed = of_hour(&log->unmatched);
    uint64_t before = log->lines.since > lines ? log->lines.since - lines : 0;
    uint64_t missed_before = log->unmatched.since > missed ? log->unmatched.since - missed : 0;

    if (log->lines.since >= LINES_LEAST && log->unmatched.since >= log->lines.since) {
        *ret = (struct doubt){DOUBTED_LOG,     log->name, WORD_DOUBT_UNMATCHED,
                              "unmatched",     NULL,      log->unmatched.since,
                              log->lines.since};
        return true;
    }
    *ret =
        (struct doubt){DOUBTED_LOG, log->name, WORD_DOUBT_CHANGED, "changed", NULL, missed, lines};
    return lines >= LINES_LEAST && before >= LINES_LEAST &&
           (double)missed / (double)lines - (double)missed_before / (double)before >= 0.5;
}

bool doubt_of_event(const struct view *v, const struct view_event *e, struct doubt *ret)
{
    *ret = (struct doubt){DOUBTED_EVENT, e->name, WORD_DOUBT_NO_FIELD, "no_field", e->lacks, 0,
                          e->looked};
    if (!e->used || e->hits.since || !e->lacks || e->looked < LINES_LEAST)
        return false;
    return v->logs[e->log].unmatched.since * 2 >= v->logs[e->log].lines.since;
}

bool doubt_of_metric(const struct view_metric *m, struct doubt *ret)
{
    if (m->updates >= SKIPPED_LEAST && m->skipped_since >= m->updates) {
        *ret = (struct doubt){DOUBTED_METRIC, m->name,          WORD_DOUBT_SKIPPED, "skipped",
                              NULL,           m->skipped_since, m->updates};
        return true;
    }
    *ret = (struct doubt){DOUBTED_METRIC, m->name,         WORD_DOUBT_FOLDED, "folded",
                          NULL,           m->folded_since, m->updates};
    return m->updates >= FOLDED_LEAST && m->folded_since * 2 > m->updates;
}

void doubts_each(const struct view *v, doubt_fn *fn, void *ctx)
{
    unsigned number = 0;
    struct doubt d;

    for (unsigned i = 0; i < v->nlogs; i++, number++)
        if (v->nmetrics && doubt_of_log(&v->logs[i], &d))
            fn(ctx, &d, number);
    for (unsigned i = 0; i < v->nevents; i++, number++)
        if (doubt_of_event(v, &v->events[i], &d))
            fn(ctx, &d, number);
    for (unsigned i = 0; i < v->nmetrics; i++, number++)
        if (doubt_of_metric(&v->metrics[i], &d))
            fn(ctx, &d, number);
}

void doubt_put(const struct doubt *d, enum language l, struct buf *out)
{
    buf_fmt(out, "%s%s%s: %llu%s%llu", word(l, d->what), d->field ? " " : "",
            d->field ? d->field : "", (unsigned long long)d->n, word(l, WORD_OF),
            (unsigned long long)d->of);
}
