/* record -- two ways in, the fields that are not decoded, and the line's time.
 *
 * record_next is for logs with nothing to unwrap and nothing to cut off: one pass finds the fields
 * and the line's end. What its first byte makes doubtful (a BOM, blanks, an empty line), and every
 * line of other logs, goes the long way, record_line. Both give the same record.
 *
 * The rest is lazy. _line, _bytes, _stream and _time are made when a rule asks; the time is read
 * only when something needs it, because most lines' times are never asked for. But a line without a
 * time takes that of the line before: so where its text stands, at least, is kept until the block ends
 * (record_note_time). A log in which a time means something only beside the one before has each read. */
#include "config.h"

#include "engine/record.h"

#include "base/num.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "decode/linescan.h"

#include <stdio.h>
#include <stdlib.h>

const char *decoded_text(enum decoded decoded)
{
    static const char *const texts[] = {"json", "logfmt", "text", "undecodable"};

    return texts[decoded];
}

void record_init(struct record *r, const struct ruleset *rules)
{
    *r = (struct record){.rules = rules, .scan = linescan_best()};
    r->trail = trail_new(rules->decoded);
    r->matcher = matcher_new();
    r->slots = xcalloc(rules->nslots + 1, sizeof *r->slots);
    r->touched.slots = xcalloc(rules->nslots + 1, sizeof *r->touched.slots);
}

void record_release(struct record *r)
{
    trail_free(r->trail);
    matcher_free(r->matcher);
    free(r->slots);
    free(r->touched.slots);
    arena_release(&r->scratch);
    buf_release(&r->bad_time);
}

/* Clears what the last line left. */
static void begin(struct record *r)
{
    for (unsigned i = 0; i < r->touched.n; i++)
        r->slots[r->touched.slots[i]].kind = FIELD_NONE;
    r->touched.n = 0;
    r->number++;
    r->note = NULL;
    r->time_known = r->time_own = r->time_dated = r->time_bad = r->in_block = false;
    arena_reset(&r->scratch);
}

static void read_path(struct record *r)
{
    const struct capture *c = &r->log->path_match;

    for (unsigned i = 0; c->pattern && i < pattern_ngroups(c->pattern); i++)
        r->slots[c->group_slots[i]] = r->source->path_fields[i];
}

void record_source(struct record *r, struct source *s)
{
    const struct ruleset *rules = r->rules;
    struct field *context = &r->slots[rules->ndecoded];

    begin(r);
    r->source = s;
    r->log = &rules->logs[s->log];
    memset(context, 0, rules->ncontext * sizeof *context);
    context[CTX_FILE] = (struct field){s->path, (uint32_t)strlen(s->path), FIELD_TEXT};
    context[CTX_LOG] = (struct field){r->log->name, (uint32_t)strlen(r->log->name), FIELD_TEXT};
    read_path(r);
}

void record_block(struct record *r, struct slice block)
{
    r->block = block;
}

void record_lineless(struct record *r, struct source *s, int64_t ns)
{
    record_source(r, s);
    r->line = r->stream = r->wrapper_time = (struct slice){"", 0};
    r->decoded = DECODED_TEXT;
    r->nlines = 0;
    r->time_ns = ns;
    r->time_known = r->time_own = true;
}

void record_capture(struct record *r, const struct capture *c)
{
    struct slice texts[PATTERN_NAMES_MAX];

    pattern_texts(c->pattern, r->matcher, texts);
    for (unsigned i = 0; i < pattern_ngroups(c->pattern); i++)
        if (texts[i].p)
            record_set(r, c->group_slots[i], texts[i]);
}

/* A line that is taken was looked at before. */
static bool is_yes(struct record *r, enum pattern_result result)
{
    r->gave_up += result == PATTERN_ERROR && !r->taken;
    return result == PATTERN_YES;
}

bool record_matches(struct record *r, const struct pattern *p)
{
    return is_yes(r, pattern_match(p, r->matcher, r->line));
}

static void strip_prefix(struct record *r)
{
    struct pattern *p = r->log->prefix.pattern;

    if (!p)
        return;
    read_path(r); /* a group of the line before may have stood in place of the path's */
    if (!record_matches(r, p))
        return;
    struct slice span = matcher_span(r->matcher);

    if (span.p != r->line.p)
        return;
    record_capture(r, &r->log->prefix);
    r->line = slice_from(r->line, span.n);
}

static struct slice strip_ends(struct slice raw)
{
    if (raw.n && raw.p[raw.n - 1] == '\r')
        raw.n--;
    if (slice_starts(raw, SLICE("\xef\xbb\xbf")))
        raw = slice_from(raw, 3);
    return raw;
}

/* Colours, tails, what somebody put before each line: gone before anything looks at it. */
static void rewrite_line(struct record *r)
{
    r->rewritten = false;
    for (unsigned i = 0; i < r->log->nrewrites; i++) {
        const struct line_rewrite *w = &r->log->rewrites[i];
        struct buf out = BUF_INIT;

        if (record_matches(r, w->pattern) &&
            is_yes(r, pattern_replace(w->pattern, r->matcher, w->replacement, r->line, &out))) {
            r->line = arena_slice(&r->scratch, buf_all(&out));
            r->rewritten = true;
        }
        buf_release(&out);
    }
}

static void unwrapped(struct record *r, const struct unwrapped *u)
{
    r->line = u->line;
    r->stream = u->stream;
    r->wrapper_time = u->time;
    if (r->log->nrewrites)
        rewrite_line(r);
}

enum record_result record_unwrap(struct record *r, struct slice raw, size_t max_line)
{
    struct unwrapped u = {strip_ends(raw), {"", 0}, {"", 0}};

    begin(r);
    if (u.line.n == 0 && !r->log->record) /* in a record blank lines may be lines */
        return RECORD_NOTHING;
    if (r->log->unwrap != UNWRAP_NONE) {
        switch (unwrap_line(r->log->unwrap, r->log->unwrap_key, u.line, max_line,
                            &r->source->partial, &r->scratch, &u)) {
        case UNWRAP_PART:
            return RECORD_NOTHING;
        case UNWRAP_TOO_LONG:
            return RECORD_TOO_LONG;
        case UNWRAP_LINE:
        case UNWRAP_AS_IS:
            u.line = strip_ends(u.line);
        }
    }
    unwrapped(r, &u);
    return RECORD_LINE;
}

enum record_result record_unfinished(struct record *r)
{
    struct unwrapped u;
    enum unwrap_result result;

    begin(r);
    result = unwrap_unfinished(&r->source->partial, &r->scratch, &u);
    if (result != UNWRAP_LINE)
        return result == UNWRAP_PART ? RECORD_NOTHING : RECORD_TOO_LONG;
    u.line = strip_ends(u.line);
    unwrapped(r, &u);
    return RECORD_LINE;
}

void record_joined(struct record *r, const struct joined *j, unsigned stream)
{
    begin(r);
    r->line = buf_all(&j->text);
    r->stream = slice_str(multiline_stream_name(stream));
    r->wrapper_time = buf_all(&j->time);
    r->nlines = j->lines;
    r->rewritten = j->rewritten;
}

static enum decoded read_fields(struct record *r)
{
    const struct fieldnames *want = r->rules->decoded;
    enum log_format format = r->log->format;

    if (format == LOG_TEXT)
        return DECODED_TEXT;
    if (format == LOG_KV)
        return kv_fields(r->line, want, r->slots, &r->touched) ? DECODED_LOGFMT : DECODED_TEXT;
    if (format != LOG_LOGFMT && json_fields(r->line, want, r->slots, &r->touched))
        return DECODED_JSON;
    if (format != LOG_JSON &&
        logfmt_fields(r->line, format == LOG_LOGFMT, want, r->slots, &r->touched))
        return DECODED_LOGFMT;
    return format == LOG_AUTO ? DECODED_TEXT : DECODED_UNDECODABLE;
}

void record_each(const struct record *r, field_visit_fn *fn, void *ctx)
{
    if (r->decoded == DECODED_JSON)
        (void)json_each(r->line, fn, ctx);
    else if (r->decoded == DECODED_LOGFMT && r->log->format == LOG_KV)
        (void)kv_each(r->line, fn, ctx);
    else if (r->decoded == DECODED_LOGFMT)
        (void)logfmt_each(r->line, r->log->format == LOG_LOGFMT, fn, ctx);
}

bool record_decode(struct record *r)
{
    strip_prefix(r);
    if (r->line.n == 0)
        return false;
    r->decoded = read_fields(r);
    return true;
}

enum record_result record_line(struct record *r, struct slice raw, size_t max_line)
{
    enum record_result result = record_unwrap(r, raw, max_line);

    if (result == RECORD_LINE && !record_decode(r))
        return RECORD_NOTHING;
    return result;
}

/* What the first byte says of a line: whether one pass may read it. */
enum first_byte { FIRST_JSON, FIRST_LOGFMT, FIRST_OTHER };

static enum first_byte look(const struct log_def *log, char c)
{
    if (log->cuts_lines)
        return FIRST_OTHER;
    if (c == '\n' || c == '\r' || char_is_blank(c) || (unsigned char)c == 0xef)
        return FIRST_OTHER; /* empty, blanks before JSON, perhaps a BOM */
    if (c == '{')
        return log->format == LOG_LOGFMT ? FIRST_LOGFMT : FIRST_JSON;
    return log->format == LOG_JSON ? FIRST_OTHER : FIRST_LOGFMT;
}

const char *record_next(struct record *r, const char *p, size_t max_line,
                        enum record_result *ret_result)
{
    const struct linescan *scan = r->scan;
    const struct log_def *log = r->log;
    enum first_byte first = look(log, *p);
    bool valid = false;
    const char *nl;

    if (first == FIRST_OTHER) {
        nl = scan->newline(p);
    } else {
        begin(r);
        nl = first == FIRST_JSON ? scan->json(p, &valid, r->trail, r->slots, &r->touched)
                                 : scan->logfmt(p, log->format == LOG_LOGFMT, &valid, r->trail,
                                                r->slots, &r->touched);
    }
    /* what begins otherwise than JSON and is not logfmt is text */
    if (!valid && (first != FIRST_LOGFMT || log->format != LOG_AUTO)) {
        *ret_result = record_line(r, slice_make(p, (size_t)(nl - p)), max_line);
        return nl;
    }
    r->line = slice_make(p, (size_t)(nl - p) - (nl[-1] == '\r'));
    r->stream = r->wrapper_time = (struct slice){"", 0};
    r->decoded = !valid ? DECODED_TEXT : first == FIRST_JSON ? DECODED_JSON : DECODED_LOGFMT;
    r->in_block = true;
    r->note = valid ? trail_note(r->trail) : NULL;
    *ret_result = RECORD_LINE;
    return nl;
}

struct slice record_seconds(struct record *r, int64_t ns)
{
    char *p = arena_alloc(&r->scratch, NUM_TEXT);
    int64_t s = ns / 1000000000, frac = ns % 1000000000;

    if (frac < 0) {
        s--;
        frac += 1000000000;
    }
    size_t n = (size_t)snprintf(p, NUM_TEXT, "%lld.%09lld", (long long)s, (long long)frac);

    while (p[n - 1] == '0')
        n--;
    if (p[n - 1] == '.')
        n--;
    return (struct slice){p, n};
}

static void make_builtin(struct record *r, uint16_t slot)
{
    char *p;

    switch ((enum context)(slot - r->rules->ndecoded)) {
    case CTX_LINE:
        record_set(r, slot, r->line);
        break;
    case CTX_BYTES:
        p = arena_alloc(&r->scratch, NUM_TEXT);
        record_set(r, slot, (struct slice){p, num_format_u64(p, r->line.n)});
        break;
    case CTX_STREAM:
        record_set(r, slot, r->stream);
        break;
    case CTX_TIME:
        record_set(r, slot, record_seconds(r, record_time(r)));
        break;
    case CTX_LINES:
        if (!r->log->record)
            break;
        p = arena_alloc(&r->scratch, NUM_TEXT);
        record_set(r, slot, (struct slice){p, num_format_u64(p, r->nlines)});
        break;
    case CTX_FILE:
    case CTX_LOG:
    case CTX_BUILTINS:
        break; /* set by record_source */
    }
}

struct slice record_any_text(struct record *r, const struct ref *ref)
{
    const unsigned first = r->rules->ndecoded;

    for (unsigned i = 0; i < ref->n; i++) {
        uint16_t slot = ref->slots[i];
        struct field *f = &r->slots[slot];

        if (f->kind == FIELD_NONE && (unsigned)(slot - first) < CTX_BUILTINS)
            make_builtin(r, slot);
        if (f->kind != FIELD_NONE)
            return field_text(f, &r->scratch);
    }
    return (struct slice){"", 0};
}

/* 10:15:30 alone, which is no time without its day. */
static bool is_clock(struct slice text)
{
    return text.n == strlen("10:15:30") && text.p[2] == ':' && text.p[5] == ':';
}

void record_put_formats(const struct log_def *log, struct slice unread, struct buf *out)
{
    for (unsigned i = 0; i < log->ntime_formats; i++)
        buf_fmt(out, "%s %s", i ? "," : "", time_format_text(log->time_formats[i]));
    if (is_clock(unread))
        buf_str(out, "; if its day is another field, a time_match can hold both");
}

/* Says it once: what comes after is mostly the same. */
static void say_bad_time(struct record *r, const char *from, struct slice text)
{
    const struct log_def *log = r->log;

    r->unreadable++;
    if (r->bad_time.n)
        return;
    buf_fmt(&r->bad_time, "\"%.*s\" (%s, log %s) is none of", (int)utf8_cut(text, TIME_TEXT_MAX),
            text.p, from, log->name);
    record_put_formats(log, text, &r->bad_time);
}

static bool try_time(struct record *r, const char *from, struct slice text)
{
    int format;

    if (text.n == 0)
        return false;
    format = source_read_time(r->source, text, &r->time_ns, &r->time_dated);
    if (format < 0) {
        if (!r->time_bad)
            r->told = (struct told_time){from, text, format};
        r->time_bad = true;
        return false;
    }
    r->told = (struct told_time){from, text, format};
    r->pending.n = 0;
    return r->time_known = r->time_own = true;
}

static struct slice slot_text(struct record *r, uint16_t slot)
{
    if (slot == SLOT_NONE || r->slots[slot].kind == FIELD_NONE)
        return (struct slice){"", 0};
    return field_text(&r->slots[slot], &r->scratch);
}

uint16_t record_group_slot(const struct event *event, const struct log_def *log)
{
    for (unsigned k = 0; k < log->ntime_groups; k++) {
        for (unsigned i = 0; i < event->nconditions; i++) {
            const struct capture *c = &event->conditions[i].capture;

            for (unsigned g = 0; event->conditions[i].is_match && g < pattern_ngroups(c->pattern);
                 g++)
                if (strcmp(pattern_group(c->pattern, g), log->time_names[k]) == 0)
                    return c->group_slots[g];
        }
    }
    return SLOT_NONE;
}

static struct slice matched_time(struct record *r)
{
    struct slice text = {"", 0};

    if (r->log->time_match && record_matches(r, r->log->time_match))
        pattern_capture(r->log->time_match, r->matcher, r->log->time_group, &text);
    return text;
}

bool record_has_time(struct record *r)
{
    const struct log_def *log = r->log;
    const char *const *names = r->rules->slot_names;
    unsigned ndecoded = r->decoded <= DECODED_LOGFMT ? log->ntimes : 0;

    if (r->time_known)
        return r->time_own;
    for (unsigned i = 0; i < ndecoded; i++)
        if (try_time(r, log->time_names[i], slot_text(r, log->time_slots[i])))
            return true;
    for (unsigned i = 0; i < log->ntime_contexts; i++)
        if (try_time(r, names[log->time_contexts[i]], slot_text(r, log->time_contexts[i])))
            return true;
    return try_time(r, "time_match", matched_time(r)) ||
           try_time(r, "the wrapper", r->wrapper_time);
}

bool record_event_time(struct record *r, const struct event *event)
{
    uint16_t slot = record_group_slot(event, r->log);

    return r->time_own ||
           (slot != SLOT_NONE && try_time(r, r->rules->slot_names[slot], slot_text(r, slot)));
}

/* The one text that may be the line's time, not read; false when there are several, or one that must
 * be made first: then they are read. */
static bool only_text(const struct record *r, struct slice *ret_text)
{
    const struct log_def *log = r->log;
    const struct field *f = &r->slots[log->time_slots[0]];
    unsigned others = 0;

    if (!log->times_in_a_row)
        return false;
    for (unsigned i = 1; i < log->ntimes; i++)
        others |= f[i].kind;
    if (others > FIELD_NULL || f->kind > FIELD_TEXT)
        return false;
    if (r->note && others == FIELD_NONE)
        r->note->time_log = log; /* lines that end so have no others either */
    if (f->kind == FIELD_TEXT)
        *ret_text = (struct slice){f->p, f->n};
    else if (log->ntime_contexts || log->time_match)
        return false;
    else
        *ret_text = r->wrapper_time;
    return true;
}

void record_note_any_time(struct record *r)
{
    const struct log_def *log = r->log;
    struct slice text;

    if (r->time_known || r->time_bad) {
        if (r->time_bad && !r->time_own)
            say_bad_time(r, r->told.from, r->told.text);
        return;
    }
    if (log->ntime_formats > 1 || log->time_partial || !only_text(r, &text)) {
        if (!record_has_time(r) && r->time_bad)
            say_bad_time(r, r->told.from, r->told.text);
    } else if (r->in_block) {
        if (text.n)
            r->pending = text;
    } else if (text.n && text.n <= TIME_TEXT_MAX) {
        memcpy(r->pending_copy, text.p, text.n);
        r->pending = slice_make(r->pending_copy, text.n);
    } else if (text.n) {
        (void)record_has_time(r);
    }
}

void record_settle(struct record *r)
{
    struct slice text = r->pending;
    int64_t ns;
    bool dated;

    if (text.n == 0)
        return;
    r->pending.n = 0;
    if (!slice_eq(text, SLICE("-")) && source_read_time(r->source, text, &ns, &dated) < 0)
        say_bad_time(r, "its time", text);
}

int64_t record_time(struct record *r)
{
    if (r->time_known || record_has_time(r))
        return r->time_ns;
    record_settle(r);

    int64_t last = r->source->base.last_ns;

    r->time_ns = last == INT64_MIN ? r->wall_ns : last;
    r->time_known = true;
    return r->time_ns;
}
