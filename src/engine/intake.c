/* intake -- two ways in.
 *
 * intake_next is for logs with nothing to unwrap and nothing to cut off: one pass finds the fields
 * and the line's end. What its first byte makes doubtful (a BOM, blanks, an empty line), and every
 * line of other logs, goes the long way, intake_line. Both give the same record. */
#include "config.h"

#include "engine/intake.h"

#include "decode/linescan.h"

static void strip_prefix(struct record *r)
{
    struct pattern *p = r->log->prefix.pattern;

    if (!p)
        return;
    record_path(r); /* a group of the line before may have stood in place of the path's */
    if (pattern_match(p, r->line) != PATTERN_YES)
        return;
    struct slice span = pattern_span(p);

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

enum intake_result intake_unwrap(struct record *r, struct slice raw, size_t max_line)
{
    struct unwrapped u = {strip_ends(raw), {"", 0}, {"", 0}};

    record_begin(r);
    if (u.line.n == 0)
        return INTAKE_NOTHING;
    if (r->log->unwrap != UNWRAP_NONE) {
        switch (unwrap_line(r->log->unwrap, r->log->unwrap_key, u.line, max_line,
                            &r->source->partial, &r->scratch, &u)) {
        case UNWRAP_PART:
            return INTAKE_NOTHING;
        case UNWRAP_TOO_LONG:
            return INTAKE_TOO_LONG;
        case UNWRAP_LINE:
        case UNWRAP_AS_IS:
            u.line = strip_ends(u.line);
        }
    }
    r->line = u.line;
    r->stream = u.stream;
    r->wrapper_time = u.time;
    return INTAKE_LINE;
}

bool intake_decode(struct record *r)
{
    strip_prefix(r);
    if (r->line.n == 0)
        return false;
    record_decode(r);
    return true;
}

enum intake_result intake_line(struct record *r, struct slice raw, size_t max_line)
{
    enum intake_result result = intake_unwrap(r, raw, max_line);

    if (result == INTAKE_LINE && !intake_decode(r))
        return INTAKE_NOTHING;
    return result;
}

/* What the first byte says of a line whose log has nothing to unwrap or cut off. */
enum first_byte { FIRST_JSON, FIRST_LOGFMT, FIRST_TEXT, FIRST_ODD };

static enum first_byte look(enum log_format format, char c)
{
    if (c == '\n' || c == '\r' || char_is_blank(c) || (unsigned char)c == 0xef)
        return FIRST_ODD; /* empty, blanks before JSON, perhaps a BOM */
    if (format == LOG_TEXT)
        return FIRST_TEXT;
    if (c == '{')
        return format == LOG_LOGFMT ? FIRST_LOGFMT : FIRST_JSON;
    return format == LOG_JSON ? FIRST_ODD : FIRST_LOGFMT;
}

static void take_scanned(struct record *r, const char *p, const char *nl, enum decoded decoded)
{
    r->line = slice_make(p, (size_t)(nl - p) - (nl[-1] == '\r'));
    r->stream = r->wrapper_time = (struct slice){"", 0};
    r->decoded = decoded;
}

const char *intake_next(struct record *r, const char *p, size_t max_line,
                        enum intake_result *ret_result)
{
    const struct linescan *scan = r->scan;
    const struct log_def *log = r->log;
    bool plain = log->unwrap == UNWRAP_NONE && !log->prefix.pattern, valid = false;
    const char *nl;
    enum first_byte first = plain ? look(log->format, *p) : FIRST_ODD;

    switch (first) {
    case FIRST_JSON:
        record_begin(r);
        nl = scan->json(p, &valid, r->trail, r->slots, &r->touched);
        break;
    case FIRST_LOGFMT:
        record_begin(r);
        nl = scan->logfmt(p, log->format == LOG_LOGFMT, &valid, r->trail, r->slots, &r->touched);
        break;
    default:
        nl = scan->newline(p);
        break;
    }
    if (first == FIRST_LOGFMT && log->format == LOG_AUTO && !valid) {
        take_scanned(r, p, nl, DECODED_TEXT); /* it cannot be JSON either */
        *ret_result = INTAKE_LINE;
    } else if (valid) {
        take_scanned(r, p, nl,
                     *p == '{' && log->format != LOG_LOGFMT ? DECODED_JSON : DECODED_LOGFMT);
        *ret_result = INTAKE_LINE;
    } else {
        *ret_result = intake_line(r, slice_make(p, (size_t)(nl - p)), max_line);
    }
    return nl;
}
