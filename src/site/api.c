/* api -- see api.h. */
#include "config.h"

#include "site/api.h"

#include "base/jsonout.h"
#include "site/doubts.h"

static void key_count(struct jsonout *j, const char *key, const struct view_count *c)
{
    jsonout_key_open(j, key, '{');
    jsonout_key_u64(j, "total", c->total);
    jsonout_key_number(j, "per_second", c->per_second, true);
    jsonout_key_open(j, "minutes", '[');
    for (unsigned i = 0; i < c->n; i++)
        jsonout_u64(j, c->minute[i]);
    jsonout_close(j, ']');
    jsonout_close(j, '}');
}

static void key_place(struct jsonout *j, const char *file, int line)
{
    jsonout_key_text(j, "file", file);
    jsonout_key_u64(j, "line", (uint64_t)line);
}

static void end(struct jsonout *j)
{
    jsonout_close(j, '}');
    buf_char(j->out, '\n');
}

static void put_doubt(void *ctx, const struct doubt *d, unsigned number)
{
    struct jsonout *j = ctx;

    (void)number;
    jsonout_open(j, '{');
    jsonout_key_text(j, "kind", d->kind);
    jsonout_key_text(j, "of", doubted_text(d->thing));
    jsonout_key_text(j, "name", d->name);
    jsonout_key_text(j, "field", d->field);
    jsonout_key_u64(j, "count", d->n);
    jsonout_key_u64(j, "total", d->of);
    jsonout_close(j, '}');
}

void api_status(const struct view *v, struct buf *out)
{
    struct jsonout j = {out, true};

    jsonout_open(&j, '{');
    jsonout_key_text(&j, "status", v->status);
    jsonout_key_text(&j, "program_version", v->version);
    jsonout_key_text(&j, "revision", v->revision);
    jsonout_key_time(&j, "started_timestamp_seconds", v->start_ns);
    jsonout_key_open(&j, "last_reload", '{');
    jsonout_key_bool(&j, "successful", v->reload_ok);
    jsonout_key_time(&j, "success_timestamp_seconds", v->reload_ns);
    jsonout_key_text(&j, "mistakes", v->mistakes);
    jsonout_close(&j, '}');
    jsonout_key_open(&j, "checkpoint", '{');
    jsonout_key_bool(&j, "kept", v->keeps_state);
    jsonout_key_bool(&j, "failing", v->save_fails);
    jsonout_key_time(&j, "saved_timestamp_seconds", v->checkpoint_ns);
    jsonout_key_u64(&j, "bytes", v->checkpoint_bytes);
    jsonout_key_u64(&j, "failures", v->checkpoint_failures);
    jsonout_close(&j, '}');
    jsonout_key_open(&j, "series", '{');
    jsonout_key_u64(&j, "used", v->series);
    jsonout_key_u64(&j, "limit", v->series_limit);
    jsonout_close(&j, '}');
    jsonout_key_open(&j, "doubts", '[');
    doubts_each(v, put_doubt, &j);
    jsonout_close(&j, ']');
    end(&j);
}

static const char *const states[] = {
    [VIEW_READING] = "behind", "read", "rotated", [VIEW_FAILING] = "failing"};

static void put_file(struct jsonout *j, const struct view_file *f)
{
    jsonout_open(j, '{');
    jsonout_key_text(j, "path", f->path);
    jsonout_key_u64(j, "size_bytes", f->size);
    jsonout_key_u64(j, "offset_bytes", f->offset);
    jsonout_key_time(j, "written_timestamp_seconds", f->written_ns);
    jsonout_key_text(j, "state", states[f->state]);
    jsonout_key_text(j, "error", f->why);
    jsonout_close(j, '}');
}

static void key_next(struct jsonout *j, const char *path, const struct view_rows *rows)
{
    struct buf next = BUF_INIT;

    if (rows->end < rows->n)
        buf_fmt(&next, "%s/%u", path, rows->number + 1);
    jsonout_key_text(j, "next", next.p);
    buf_release(&next);
}

/* `at`: how many files the logs before it have. */
static void put_log(struct jsonout *j, const struct view_log *log, const struct view_rows *rows,
                    unsigned at)
{
    jsonout_open(j, '{');
    jsonout_key_text(j, "name", log->name);
    jsonout_key_open(j, "paths", '[');
    for (unsigned i = 0; i < log->npaths; i++)
        jsonout_text(j, slice_str(log->paths[i]));
    jsonout_close(j, ']');
    jsonout_key_bool(j, "catching_up", log->catching_up);
    jsonout_key_bool(j, "waiting", log->waiting);
    jsonout_key_u64(j, "files_followed", log->nfiles);
    jsonout_key_u64(j, "files_open", log->nopen);
    jsonout_key_u64(j, "files_failing", log->nfailing);
    jsonout_key_u64(j, "directories_unreadable", log->nunreadable);
    jsonout_key_u64(j, "lag_bytes", log->lag_bytes);
    jsonout_key_time(j, "last_line_timestamp_seconds", log->last_line_ns);
    key_count(j, "lines", &log->lines);
    key_count(j, "unmatched", &log->unmatched);
    jsonout_key_u64(j, "times_unreadable", log->times_unreadable);
    jsonout_key_open(j, "troubles", '{');
    for (unsigned i = 0; i < log->ntroubles; i++)
        jsonout_key_u64(j, log->troubles[i].metric, log->troubles[i].n);
    jsonout_close(j, '}');
    jsonout_key_open(j, "files", '[');
    for (unsigned i = 0; i < log->nlisted; i++)
        if (at + i >= rows->from && at + i < rows->end)
            put_file(j, &log->files[i]);
    jsonout_close(j, ']');
    jsonout_close(j, '}');
}

static unsigned count_files(const struct view *v)
{
    unsigned n = 0;

    for (unsigned i = 0; i < v->nlogs; i++)
        n += v->logs[i].nlisted;
    return n;
}

bool api_logs(const struct view *v, unsigned number, struct buf *out)
{
    struct jsonout j = {out, true};
    struct view_rows rows;
    unsigned at = 0;

    if (!view_rows(number, count_files(v), &rows))
        return false;
    jsonout_open(&j, '{');
    jsonout_key_open(&j, "logs", '[');
    for (unsigned i = 0; i < v->nlogs; at += v->logs[i++].nlisted)
        put_log(&j, &v->logs[i], &rows, at);
    jsonout_close(&j, ']');
    key_next(&j, "/api/v1/logs", &rows);
    end(&j);
    return true;
}

static void put_event(struct jsonout *j, const struct view_event *e)
{
    jsonout_open(j, '{');
    jsonout_key_text(j, "name", e->name);
    key_place(j, e->file, e->line);
    jsonout_key_bool(j, "used", e->used);
    key_count(j, "hits", &e->hits);
    jsonout_key_u64(j, "errors", e->errors);
    jsonout_close(j, '}');
}

static void put_metric(struct jsonout *j, const struct view_metric *m)
{
    jsonout_open(j, '{');
    jsonout_key_text(j, "name", m->name);
    jsonout_key_text(j, "type", m->type);
    jsonout_key_text(j, "help", m->help);
    key_place(j, m->file, m->line);
    jsonout_key_open(j, "labels", '[');
    for (unsigned i = 0; i < m->nlabels; i++)
        jsonout_text(j, slice_str(m->labels[i]));
    jsonout_close(j, ']');
    jsonout_key_u64(j, "series", m->series);
    jsonout_key_u64(j, "limit", m->limit);
    jsonout_key_u64(j, "folded", m->folded);
    jsonout_key_u64(j, "skipped", m->skipped);
    jsonout_key_time(j, "updated_timestamp_seconds", m->updated_ns);
    jsonout_close(j, '}');
}

bool api_metrics(const struct view *v, unsigned number, struct buf *out)
{
    struct jsonout j = {out, true};
    struct view_rows rows;

    if (!view_rows(number, v->nmetrics > v->nevents ? v->nmetrics : v->nevents, &rows))
        return false;
    jsonout_open(&j, '{');
    jsonout_key_open(&j, "metrics", '[');
    for (unsigned i = rows.from; i < v->nmetrics && i < rows.end; i++)
        put_metric(&j, &v->metrics[i]);
    jsonout_close(&j, ']');
    jsonout_key_open(&j, "events", '[');
    for (unsigned i = rows.from; i < v->nevents && i < rows.end; i++)
        put_event(&j, &v->events[i]);
    jsonout_close(&j, ']');
    key_next(&j, "/api/v1/metrics", &rows);
    end(&j);
    return true;
}
