/* source -- what one file carries from line to line.
 *
 * The time of the line before is there when the next one is looked at: what a line's was is read at
 * the latest when its block ends (record_settle). */
#include "config.h"

#include "engine/source.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>

static const struct log_def *log_of(const struct source *s)
{
    return &s->rules->logs[s->log];
}

static void read_path(struct source *s)
{
    const struct pattern *p = log_of(s)->path_match.pattern;

    if (!p)
        return;
    memset(s->path_fields, 0, pattern_ngroups(p) * sizeof *s->path_fields);
    struct matcher *m = matcher_new();
    bool is = pattern_match(p, m, slice_str(s->path)) == PATTERN_YES;

    for (unsigned i = 0; is && i < pattern_ngroups(p); i++) {
        struct slice text;

        if (pattern_capture(p, m, i, &text))
            s->path_fields[i] = (struct field){text.p, (uint32_t)text.n, FIELD_TEXT};
    }
    matcher_free(m);
}

struct source *source_new(const struct ruleset *rules, unsigned log, const char *path, uint32_t id)
{
    struct source *s = xcalloc(1, sizeof *s);
    struct pattern *p = rules->logs[log].path_match.pattern;

    s->rules = rules;
    s->log = log;
    s->id = id;
    s->path = xstrdup(path);
    s->dated_ns = INT64_MIN;
    s->base = TIME_BASE_NONE;
    if (p)
        s->path_fields = xcalloc(pattern_ngroups(p) + 1, sizeof *s->path_fields);
    read_path(s);
    return s;
}

void source_of_stream(struct source *s, const char *stream)
{
    free(s->stream);
    s->stream = xstrdup(stream);
}

void source_free(struct source *s)
{
    if (!s)
        return;
    source_wait_end(s);
    span_stream_unref(s->spans);
    free(s->stream);
    partial_release(&s->partial);
    multiline_release(&s->records);
    free(s->path_fields);
    free(s->path);
    free(s);
}

void source_rename(struct source *s, const char *path)
{
    char *copy = xstrdup(path);

    free(s->path);
    s->path = copy;
    read_path(s);
}

int source_parse_time(struct source *s, struct slice text, int64_t *ret_ns, bool *ret_dated)
{
    const struct log_def *log = log_of(s);

    return linetime_parse(text, log->time_formats, log->ntime_formats, &s->base, ret_ns, ret_dated);
}

int source_read_time(struct source *s, struct slice text, int64_t *ret_ns, bool *ret_dated)
{
    int r = source_parse_time(s, text, ret_ns, ret_dated);

    if (r < 0)
        return r;
    s->base.last_ns = *ret_ns;
    if (*ret_dated)
        s->dated_ns = *ret_ns;
    return r;
}

void source_wait(struct source *s, struct source **list)
{
    s->fresh = true;
    if (s->wait_link)
        return;
    s->wait_next = *list;
    if (*list)
        (*list)->wait_link = &s->wait_next;
    s->wait_link = list;
    *list = s;
}

void source_wait_end(struct source *s)
{
    if (!s->wait_link)
        return;
    *s->wait_link = s->wait_next;
    if (s->wait_next)
        s->wait_next->wait_link = s->wait_link;
    s->wait_link = NULL;
    s->wait_next = NULL;
}

void source_pass(struct source *from, struct source *to)
{
    partial_release(&to->partial);
    to->partial = from->partial;
    from->partial = (struct partial){0};
    multiline_release(&to->records);
    to->records = from->records;
    to->records_stale = from->records_stale;
    from->records = (struct multiline){0};
    source_wait_end(from);
}

/* What decides which lines are joined: records begun by another are not gone on with. */
static uint64_t joins_by(const struct log_def *log)
{
    uint64_t h = hash_number((uint64_t)log->unwrap);

    h = hash_text(h, log->unwrap_key);
    if (log->encoding)
        h = hash_text(h, slice_str(log->encoding));
    for (unsigned i = 0; i < log->nrewrites; i++)
        h = hash_text(hash_text(h, pattern_text(log->rewrites[i].pattern)),
                      log->rewrites[i].replacement);
    return log->record ? hash_text(h, pattern_text(log->record)) : 0;
}

void source_save(struct source *s, struct buf *out)
{
    buf_u64(out, (uint64_t)s->dated_ns);
    buf_u64(out, (uint64_t)s->base.last_ns);
    partial_save(&s->partial, out);
    multiline_save(&s->records, out);
    if (multiline_is_open(&s->records))
        buf_u64(out, s->records_stale ? 0 : joins_by(log_of(s)));
}

bool source_saved_open(struct slice saved)
{
    struct reader in = reader_of(saved);
    struct partial partial = {0};

    (void)read_u64(&in);
    (void)read_u64(&in);
    (void)partial_load(&partial, &in);
    partial_release(&partial);
    return in.p < in.end && read_u8(&in) > 0;
}

int source_load(struct source *s, struct slice saved)
{
    struct reader in = reader_of(saved);
    int64_t dated = (int64_t)read_u64(&in), line = (int64_t)read_u64(&in);

    if (in.bad || partial_load(&s->partial, &in) < 0)
        return -EBADMSG;
    if (in.p < in.end && !multiline_load(&s->records, &in)) { /* 0.1 knew none */
        multiline_release(&s->records);
        return -EBADMSG;
    }
    if (multiline_is_open(&s->records)) {
        uint64_t by = read_u64(&in);

        s->records_stale = by == 0 || by != joins_by(log_of(s));
    }
    s->dated_ns = dated;
    s->base.last_ns = line;
    return 0;
}
