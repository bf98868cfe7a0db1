/* intake -- see the header. */
#include "config.h"

#include "rules/intake.h"

static void strip_prefix(struct record *r)
{
    struct pattern *p = r->log->prefix.pattern;

    if (!p || pattern_match(p, r->line) != PATTERN_YES)
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
