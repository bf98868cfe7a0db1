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

enum intake_result intake_line(struct record *r, struct slice raw, size_t max_line)
{
    record_begin(r);
    raw = strip_ends(raw);
    if (raw.n == 0)
        return INTAKE_NOTHING;
    struct unwrapped u = {raw, {"", 0}, {"", 0}};

    if (r->log->unwrap != UNWRAP_NONE) {
        switch (unwrap_line(r->log->unwrap, r->log->unwrap_key, raw, max_line, &r->source->partial,
                            &r->scratch, &u)) {
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
    strip_prefix(r);
    if (r->line.n == 0)
        return INTAKE_NOTHING;
    record_decode(r);
    return INTAKE_LINE;
}
