/* pages -- tables and a few bars. No element has a style or a script of its own: the policy that the
 * pages are sent with forbids both. */
#include "config.h"

#include "site/pages.h"

#include "base/clock.h"
#include "base/num.h"
#include "site/html.h"

#include <stdio.h>
#include <time.h>

struct page {
    const struct view *v;
    enum language l;
    struct buf *out;
};

#define W(name) word(p->l, WORD_##name)

/* Pieces. */

static void begin(struct page *p, const char *title)
{
    html(p->out,
         "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta "
         "charset=\"utf-8\"><title>%s%slogtally</title>\n"
         "<meta name=\"viewport\" content=\"width=device-width\">"
         "<link rel=\"stylesheet\" href=\"/static/style.css\">"
         "<script src=\"/static/live.js\" defer></script></head>\n<body><header><h1>%s</h1>",
         language_tag(p->l), title, title[0] ? " - " : "", title[0] ? title : "logtally");
    if (title[0])
        html(p->out, "<nav><a href=\"/\">%s</a></nav>", W(HOME));
    html(p->out, "<form><button>%s</button></form></header>\n<main>\n", W(REFRESH));
}

static void end(struct page *p)
{
    html(p->out,
         "</main>\n<footer><a href=\"/metrics\">/metrics</a> <a href=\"/health\">/health</a> "
         "<a href=\"/api/v1/status\">/api/v1/status</a> <a href=\"/api/v1/logs\">/api/v1/logs</a> "
         "<a href=\"/api/v1/metrics\">/api/v1/metrics</a></footer></body></html>\n");
}

/* A table that is too wide is moved in its own frame, also by the keyboard. */
static void begin_table(struct page *p, const char *name)
{
    html(p->out,
         "<h2>%s</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
         "aria-label=\"%s\"><table>\n<thead><tr>",
         name, name);
}

static void column(struct page *p, const char *name, bool number)
{
    html(p->out, number ? "<th scope=\"col\" class=\"n\">%s</th>" : "<th scope=\"col\">%s</th>",
         name);
}

static void end_columns(struct page *p)
{
    html(p->out, "</tr></thead>\n<tbody>\n");
}

static void end_table(struct page *p)
{
    html(p->out, "</tbody></table></div>\n");
}

static void cell_number(struct page *p, uint64_t n)
{
    html(p->out, "<td class=\"n\">%u</td>", n);
}

static void cell_bytes(struct page *p, uint64_t n)
{
    char text[NUM_TEXT];

    (void)num_format_bytes(text, (double)n);
    html(p->out, "<td class=\"n\">%s</td>", text);
}

/* The two largest units of it: "2h 5m ". */
static void duration(struct page *p, uint64_t seconds)
{
    static const struct {
        enum word name;
        uint64_t seconds;
    } units[] = {{WORD_DAYS, 86400}, {WORD_HOURS, 3600}, {WORD_MINUTES, 60}, {WORD_SECONDS, 1}};
    unsigned i = 0;

    while (i < 3 && seconds < units[i].seconds)
        i++;
    html(p->out, "%u%s", seconds / units[i].seconds, word(p->l, units[i].name));
    if (i < 3)
        html(p->out, "%u%s", seconds % units[i].seconds / units[i + 1].seconds,
             word(p->l, units[i + 1].name));
}

static void moment(struct page *p, int64_t at_ns)
{
    int64_t now = p->v->now_ns;
    char iso[40];
    time_t sec = (time_t)(at_ns / NSEC_PER_SEC);
    struct tm tm;

    if (at_ns == 0 || !gmtime_r(&sec, &tm) ||
        !strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%SZ", &tm)) {
        html(p->out, "%s", W(NEVER));
        return;
    }
    html(p->out, "<time datetime=\"%s\" title=\"%s\">", iso, iso);
    duration(p, now > at_ns ? (uint64_t)(now - at_ns) / NSEC_PER_SEC : 0);
    html(p->out, "%s</time>", W(AGO));
}

static void cell_moment(struct page *p, int64_t at_ns)
{
    html(p->out, "<td class=\"n\">");
    moment(p, at_ns);
    html(p->out, "</td>");
}

static void cell_rate(struct page *p, double per_second)
{
    char text[32];

    snprintf(text, sizeof text, per_second >= 100 ? "%.0f" : "%.2f", per_second);
    html(p->out, "<td class=\"n\">%s</td>", text);
}

/* A bar a minute, the latest at the right. */
static void chart(struct page *p, const struct view_count *c, bool big)
{
    uint32_t most = 1;
    char label[80];

    for (unsigned i = 0; i < c->n; i++)
        most = c->minute[i] > most ? c->minute[i] : most;
    snprintf(label, sizeof label, "%s %u", W(CHART), c->n ? most : 0);
    html(p->out,
         "<svg%s viewBox=\"0 0 %u 100\" preserveAspectRatio=\"none\" role=\"img\" "
         "aria-label=\"%s\"><path d=\"",
         big ? " class=big" : "", (uint64_t)VIEW_MINUTES * 10, label);
    for (unsigned i = 0; i < c->n; i++)
        if (c->minute[i])
            html(p->out, "M%u 100v-%uh9v%uz", (uint64_t)(VIEW_MINUTES - c->n + i) * 10,
                 (uint64_t)c->minute[i] * 98 / most + 2, (uint64_t)c->minute[i] * 98 / most + 2);
    html(p->out, "\"/></svg>");
}

static void cell_chart(struct page *p, const struct view_count *c)
{
    html(p->out, "<td>");
    chart(p, c, false);
    html(p->out, "</td>");
}

static void cell_place(struct page *p, const char *file, int line)
{
    html(p->out, "<td class=\"soft\">%s:%u</td>", file, (uint64_t)line);
}

static void term(struct page *p, const char *name)
{
    html(p->out, "<dt>%s</dt><dd>", name);
}

static void end_term(struct page *p)
{
    html(p->out, "</dd>\n");
}

static void term_text(struct page *p, const char *name, const char *text)
{
    html(p->out, "<dt>%s</dt><dd>%s</dd>\n", name, text);
}

static void term_moment(struct page *p, const char *name, int64_t at_ns)
{
    term(p, name);
    moment(p, at_ns);
    end_term(p);
}

/* Home. */

static void notice_log(struct page *p, const struct view_log *log)
{
    bool failing = log->nfailing > 0;

    if (failing || log->waiting)
        html(p->out, "<p>%s <a href=\"/logs/%s\">%s</a></p>",
             failing ? W(LOG_FAILING) : W(LOG_WAITING), log->name, log->name);
}

/* What must be known first. */
static void notice(struct page *p)
{
    const struct view *v = p->v;
    bool waiting = false;

    for (unsigned i = 0; i < v->nlogs; i++)
        waiting |= v->logs[i].waiting;
    html(p->out, "<div class=\"notice%s\">",
         strcmp(v->status, "degraded") == 0 || waiting ? " bad" : "");
    if (strcmp(v->status, "catching_up") == 0)
        html(p->out, "<p>%s</p>", W(CATCHING_UP));
    else if (strcmp(v->status, "ok") == 0 && !waiting)
        html(p->out, "<p>%s</p>", W(ALL_WELL));
    if (!v->reload_ok)
        html(p->out, "<p><b>%s</b></p><pre>%s</pre>", W(RELOAD_FAILED), v->mistakes);
    if (v->save_fails)
        html(p->out, "<p><b>%s</b></p>", W(SAVE_FAILS));
    for (unsigned i = 0; i < v->nlogs; i++)
        notice_log(p, &v->logs[i]);
    html(p->out, "</div>\n");
}

static void summary(struct page *p)
{
    const struct view *v = p->v;
    char bytes[NUM_TEXT];

    html(p->out, "<dl>\n");
    term_moment(p, W(STARTED), v->start_ns);
    term_moment(p, W(LAST_RELOAD), v->reload_ns);
    term(p, W(LAST_SAVE));
    if (v->keeps_state) {
        (void)num_format_bytes(bytes, (double)v->checkpoint_bytes);
        moment(p, v->checkpoint_ns);
        html(p->out, ", %s", bytes);
    } else {
        html(p->out, "%s", W(NOT_KEPT));
    }
    end_term(p);
    term(p, W(SERIES));
    html(p->out, "%u%s%u", v->series, W(OF), v->series_limit);
    end_term(p);
    term(p, W(VERSION_));
    html(p->out, "%s (%s)", v->version, v->revision);
    end_term(p);
    html(p->out, "</dl>\n");
}

static void row_log(struct page *p, const struct view_log *log)
{
    html(p->out, "<tr><th scope=\"row\"><a href=\"/logs/%s\">%s</a></th>", log->name, log->name);
    cell_number(p, log->nfiles);
    cell_bytes(p, log->lag_bytes);
    cell_moment(p, log->last_line_ns);
    cell_number(p, log->lines.total);
    cell_rate(p, log->lines.per_second);
    cell_chart(p, &log->lines);
    cell_number(p, log->unmatched.total);
    html(p->out,
         log->ntroubles ? "<td class=\"n\"><b class=\"bad\">%u</b></td></tr>\n"
                        : "<td class=\"n\">%u</td></tr>\n",
         (uint64_t)log->ntroubles);
}

static void table_logs(struct page *p)
{
    begin_table(p, W(LOGS));
    column(p, W(LOG), false);
    column(p, W(FILES), true);
    column(p, W(LAG), true);
    column(p, W(LAST_LINE), true);
    column(p, W(LINES), true);
    column(p, W(PER_SECOND), true);
    column(p, W(LAST_HOUR), false);
    column(p, W(UNMATCHED), true);
    column(p, W(TROUBLES), true);
    end_columns(p);
    for (unsigned i = 0; i < p->v->nlogs; i++)
        row_log(p, &p->v->logs[i]);
    end_table(p);
}

static void row_event(struct page *p, const struct view_event *e)
{
    html(p->out, "<tr><th scope=\"row\">%s</th>", e->name);
    if (!e->used) {
        html(p->out, "<td colspan=\"3\" class=\"soft\">%s</td>", W(UNUSED));
    } else {
        cell_number(p, e->hits.total);
        cell_rate(p, e->hits.per_second);
        cell_chart(p, &e->hits);
    }
    cell_place(p, e->file, e->line);
    html(p->out, "</tr>\n");
}

static void table_events(struct page *p)
{
    begin_table(p, W(EVENTS));
    column(p, W(EVENT), false);
    column(p, W(HITS), true);
    column(p, W(PER_SECOND), true);
    column(p, W(LAST_HOUR), false);
    column(p, W(DEFINED), false);
    end_columns(p);
    for (unsigned i = 0; i < p->v->nevents; i++)
        row_event(p, &p->v->events[i]);
    end_table(p);
}

static void row_metric(struct page *p, const struct view_metric *m)
{
    html(p->out, "<tr><th scope=\"row\"><a href=\"/metrics/%s\">%s</a></th><td>%s</td>", m->name,
         m->name, m->type);
    cell_number(p, m->series);
    cell_number(p, m->limit);
    cell_number(p, m->folded);
    cell_number(p, m->skipped);
    cell_moment(p, m->updated_ns);
    html(p->out, "</tr>\n");
}

static void table_metrics(struct page *p)
{
    begin_table(p, W(METRICS));
    column(p, W(METRIC), false);
    column(p, W(TYPE), false);
    column(p, W(SERIES), true);
    column(p, W(LIMIT), true);
    column(p, W(FOLDED), true);
    column(p, W(SKIPPED), true);
    column(p, W(UPDATED), true);
    end_columns(p);
    for (unsigned i = 0; i < p->v->nmetrics; i++)
        row_metric(p, &p->v->metrics[i]);
    end_table(p);
}

void page_home(const struct view *v, enum language l, struct buf *out)
{
    struct page page = {v, l, out}, *p = &page;

    begin(p, "");
    notice(p);
    summary(p);
    table_logs(p);
    table_metrics(p);
    table_events(p);
    end(p);
}

/* One log. */

static const char *state_text(const struct page *p, const struct view_file *f)
{
    switch (f->state) {
    case VIEW_READING:
        return W(STATE_READING);
    case VIEW_READ:
        return W(STATE_READ);
    case VIEW_ROTATED:
        return W(STATE_ROTATED);
    case VIEW_FAILING:
        return W(STATE_FAILING);
    }
    return "";
}

static void row_file(struct page *p, const struct view_file *f)
{
    html(p->out, "<tr><th scope=\"row\">%s</th>", f->path);
    cell_bytes(p, f->size);
    cell_bytes(p, f->offset);
    cell_moment(p, f->written_ns);
    html(p->out, f->why ? "<td><b class=\"bad\">%s: %s</b></td></tr>\n" : "<td>%s%s</td></tr>\n",
         state_text(p, f), f->why);
}

static void table_files(struct page *p, const struct view_log *log)
{
    begin_table(p, W(FILES));
    column(p, W(FILE_), false);
    column(p, W(SIZE), true);
    column(p, W(OFFSET), true);
    column(p, W(WRITTEN), true);
    column(p, W(STATE), false);
    end_columns(p);
    for (unsigned i = 0; i < log->nlisted; i++)
        row_file(p, &log->files[i]);
    end_table(p);
}

static void table_troubles(struct page *p, const struct view_log *log)
{
    if (log->ntroubles == 0)
        return;
    begin_table(p, W(TROUBLES));
    column(p, W(METRIC), false);
    column(p, W(COUNT), true);
    end_columns(p);
    for (unsigned i = 0; i < log->ntroubles; i++) {
        html(p->out, "<tr><th scope=\"row\">%s</th>", log->troubles[i].metric);
        cell_number(p, log->troubles[i].n);
        html(p->out, "</tr>\n");
    }
    end_table(p);
}

static void big_chart(struct page *p, const char *name, const struct view_count *c)
{
    html(p->out, "<h2>%s: %s</h2>\n", name, W(LAST_HOUR));
    chart(p, c, true);
}

static void recent_line(struct page *p, const struct view_line *line)
{
    html(p->out, "<details><summary>%S</summary>", line->text);
    if (line->why)
        html(p->out, "<pre tabindex=\"0\">%s</pre></details>\n", line->why);
    else
        html(p->out, "<p class=\"soft\">%s</p></details>\n", W(NOT_EXPLAINED));
}

static void recent_lines(struct page *p, const struct view_log *log)
{
    if (!log->shows_lines)
        return;
    html(p->out, "<h2>%s</h2>\n", W(RECENT));
    if (log->nrecent == 0)
        html(p->out, "<p>%s</p>\n", W(NONE));
    for (unsigned i = 0; i < log->nrecent; i++)
        recent_line(p, &log->recent[i]);
}

void page_log(const struct view *v, unsigned i, enum language l, struct buf *out)
{
    struct page page = {v, l, out}, *p = &page;
    const struct view_log *log = &v->logs[i];
    char bytes[NUM_TEXT];

    begin(p, log->name);
    if (log->nfailing || log->waiting) {
        html(p->out, "<div class=\"notice bad\">");
        notice_log(p, log);
        html(p->out, "</div>\n");
    }
    html(p->out, "<dl>\n");
    term(p, W(PATHS));
    for (unsigned k = 0; k < log->npaths; k++)
        html(p->out, "%s<code>%s</code>", k ? ", " : "", log->paths[k]);
    end_term(p);
    term_moment(p, W(LAST_LINE), log->last_line_ns);
    (void)num_format_bytes(bytes, (double)log->lag_bytes);
    term_text(p, W(LAG), bytes);
    term(p, W(LINES));
    html(p->out, "%u", log->lines.total);
    end_term(p);
    term(p, W(UNMATCHED));
    html(p->out, "%u", log->unmatched.total);
    end_term(p);
    html(p->out, "</dl>\n");
    big_chart(p, W(LINES), &log->lines);
    big_chart(p, W(UNMATCHED), &log->unmatched);
    table_troubles(p, log);
    recent_lines(p, log);
    table_files(p, log);
    end(p);
}

/* One metric. */

void page_metric(const struct view *v, unsigned i, struct slice samples, bool cut, enum language l,
                 struct buf *out)
{
    struct page page = {v, l, out}, *p = &page;
    const struct view_metric *m = &v->metrics[i];

    begin(p, m->name);
    html(p->out, "<p>%s</p>\n<dl>\n", m->help);
    term_text(p, W(TYPE), m->type);
    term(p, W(LABELS));
    for (unsigned k = 0; k < m->nlabels; k++)
        html(p->out, "%s%s", k ? ", " : "", m->labels[k]);
    html(p->out, "%s", m->nlabels ? "" : W(NONE));
    end_term(p);
    term(p, W(DEFINED));
    html(p->out, "%s:%u", m->file, (uint64_t)m->line);
    end_term(p);
    term(p, W(SERIES));
    html(p->out, "%u%s%u", m->series, W(OF), m->limit);
    end_term(p);
    term(p, W(FOLDED));
    html(p->out, "%u", m->folded);
    end_term(p);
    term(p, W(SKIPPED));
    html(p->out, "%u", m->skipped);
    end_term(p);
    term_moment(p, W(UPDATED), m->updated_ns);
    html(p->out, "</dl>\n<h2>%s</h2>\n", W(SAMPLES));
    if (samples.n)
        html(p->out, "<pre tabindex=\"0\">%S</pre>\n", samples);
    else
        html(p->out, "<p>%s</p>\n", W(HIDDEN));
    if (cut)
        html(p->out, "<p class=\"soft\">%s</p>\n", W(FIRST_ONLY));
    end(p);
}

void page_not_found(enum language l, struct buf *out)
{
    struct page page = {NULL, l, out}, *p = &page;

    begin(p, "404");
    html(p->out, "<p>%s</p>\n", W(NOT_FOUND));
    end(p);
}
