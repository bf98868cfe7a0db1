/* begins -- lines that go on with what is before them look so: indented, a closing bracket, an exception's
 * name, what introduces another trace. If most lines that do not begin as others do look like that, the
 * others begin records. */
#include "config.h"

#include "suggest/begins.h"

#include "rules/pattern.h"

#include "base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>

enum { LEAST = 2 /* lines that go on: one may be anything */ };

/* Narrow ones first: of two that begin as many lines the first is taken. */
static const char *const ways[] = {
    "^\\d{4}-\\d\\d-\\d\\d",
    "^\\[\\d{4}-\\d\\d-\\d\\d",
    "^\\[\\d{4}/\\d\\d/\\d\\d",
    "^\\d{4}/\\d\\d/\\d\\d",
    "^\\d\\d?[-/. ](?:\\d\\d|[A-Z][a-z]{2})[-/. ]\\d{4}",
    "^[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d",
    "^\\[?\\d\\d:\\d\\d:\\d\\d",
    "^[IWEF]\\d{4} \\d\\d:",
    "^\\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\\b",
    "^\\{",
    "^=[A-Z]+ REPORT====",
};
enum {
    WAYS = sizeof ways / sizeof *ways,
    SURE = WAYS - 1 /* whatever its other lines look like */
};

#define EXCEPTION "(?:[\\w$]+\\.)*[\\w$]*(?:Exception|Error)(?::|$)"
static const char trace[] = "^(?:Caused by: )?" EXCEPTION;
static const char goes_on[] =
    "^(?:\\s|[}\\])]|Caused by: |Traceback \\(most recent|During handling of the above|"
    "The above exception was|goroutine \\d+ \\[|created by "
    "|" EXCEPTION ")";

struct begins {
    struct pattern *ways[WAYS], *trace, *goes_on;
    struct matcher *matcher;
    uint64_t begun[WAYS], lines, on, traces;
};

struct begins *begins_new(void)
{
    struct begins *b = xcalloc(1, sizeof *b);

    for (int i = 0; i < WAYS; i++)
        b->ways[i] = pattern_own(ways[i]);
    b->trace = pattern_own(trace);
    b->goes_on = pattern_own(goes_on);
    b->matcher = matcher_new();
    return b;
}

void begins_free(struct begins *b)
{
    for (int i = 0; i < WAYS; i++)
        pattern_free(b->ways[i]);
    pattern_free(b->trace);
    pattern_free(b->goes_on);
    matcher_free(b->matcher);
    free(b);
}

static bool matches(struct begins *b, const struct pattern *p, struct slice line)
{
    return pattern_match(p, b->matcher, line) == PATTERN_YES;
}

void begins_note(struct begins *b, struct slice line)
{
    if (slice_trim(line).n == 0)
        return;
    b->lines++;
    if (matches(b, b->goes_on, line)) {
        b->on++;
        b->traces += matches(b, b->trace, line);
        return;
    }
    for (int i = 0; i < WAYS; i++)
        b->begun[i] += matches(b, b->ways[i], line);
}

const char *begins_found(const struct begins *b)
{
    int best = 0;

    if (b->begun[SURE] >= LEAST && b->begun[SURE] * 10 >= b->lines)
        return ways[SURE];
    for (int i = 1; i < WAYS; i++)
        if (b->begun[i] > b->begun[best])
            best = i;
    /* a few lines of another kind may stand between */
    return b->on >= LEAST && b->begun[best] >= LEAST && (b->lines - b->begun[best]) * 2 <= b->on * 3
               ? ways[best]
               : NULL;
}

bool begins_traces(const struct begins *b)
{
    return b->traces > 0;
}
