/* Fuzzer: a byte for the kind of log, then lines. One engine reads them as a block; another line by
 * line, and what it knows of the file is saved and loaded before each. Both pages must be the same, to
 * the last byte. */
#include "config.h"

#include "engine/engine.h"
#include "engine/loaded.h"
#include "engine/source.h"
#include "metrics/expose.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLACK = 64, LINE_MAX_BYTES = 200 };
#define NOW INT64_C(1762942530000000000)

#define EVENTS                                                                                 \
    "[event any]\nmatch = (?s)^(?<a>\\S*) ?(?<b>[^\\n]*)(?<rest>.*)$\n"                        \
    "[event thrown]\nwhere = _line =~ (?m)^(?<class>[A-Z]\\w+):\nset.c = ${class|lower}\n"     \
    "[event pair]\nwhere = k !=\n[event many]\neach = _line =~ \\n(?<m>\\w)\n"                 \
    "[counter any_total]\ninc = any\nlabels = a, b, n=_lines, s=_stream, rest\n"               \
    "[counter thrown_total]\ninc = thrown\nlabels = c\n"                                       \
    "[counter pair_total]\ninc = pair\nlabels = k, n=_lines\n"                                 \
    "[counter many_total]\ninc = many\nlabels = m\n"                                           \
    "[counter bytes_total]\nadd = any\nvalue = _bytes\n[gauge at]\nset = any\nvalue = _time\n" \
    "[histogram lines]\nobserve = any\nvalue = _lines\nbuckets = 1 2 5\n"

static const char *const logs[] = {
    "[log x]\npath = /x\nrecord = ^[a-z]\n" EVENTS,
    "[log x]\npath = /x\nrecord = ^[a-z]\nunwrap = docker\n" EVENTS,
    "[log x]\npath = /x\nrecord = ^[a-z]\nunwrap = cri\n" EVENTS,
    "[log x]\npath = /x\nrecord = ^\\d\nrewrite = \\x1b\\[[\\d;]*m ->\nrewrite = ^x+ -> $0$0\n"
    "prefix = ^\\d+ \nformat = kv\n" EVENTS,
    "[log x]\npath = /x\nrecord = ^\\{\nformat = json\ntime = t\n" EVENTS,
    "[log x]\npath = /x\nrecord = ^\\[\ntime_match = (?<time>\\d\\d:\\d\\d:\\d\\d)\n"
    "time_format = %T\nunwrap = auto\n" EVENTS,
};

enum { NLOGS = sizeof logs / sizeof *logs };

struct reading {
    const struct ruleset *rules;
    struct registry *registry;
    struct engine *engine;
    struct source *source;
};

static struct reading begin(const struct ruleset *rules)
{
    struct engine_options options = {.max_line = LINE_MAX_BYTES};
    struct reading r = {.rules = rules,
                        .registry = registry_new(&(struct registry_limits){.max_series = 100})};

    r.engine = engine_new(rules, r.registry, &options, NOW);
    engine_set_time(r.engine, NOW, NOW);
    r.source = source_new(rules, 0, "/x", 0);
    return r;
}

static void new_source(struct reading *r)
{
    struct buf saved = BUF_INIT;

    source_save(r->source, &saved);
    source_free(r->source);
    r->source = source_new(r->rules, 0, "/x", 0);
    assert(source_load(r->source, buf_all(&saved)) == 0);
    buf_release(&saved);
}

static void end(struct reading *r, struct buf *page)
{
    struct expose_options o = {.format = EXPOSE_TEXT, .flags = EXPOSE_SORTED};

    engine_finish(r->engine, r->source, NULL);
    expose_registry(r->registry, &o, page);
    source_free(r->source);
    engine_free(r->engine);
    registry_free(r->registry);
}

static void in_a_block(const struct ruleset *rules, const char *p, size_t n, struct buf *page)
{
    struct reading r = begin(rules);

    engine_lines(r.engine, r.source, p, n);
    end(&r, page);
}

static void line_by_line(const struct ruleset *rules, const char *p, size_t n, struct buf *page)
{
    struct reading r = begin(rules);
    struct slice rest = slice_make(p, n), line;
    char *room = xcalloc(1, n + 1 + 2 * SLACK);

    while (slice_cut(&rest, '\n', &line)) {
        bool ended = line.p + line.n < p + n;

        if (line.n + ended == 0)
            break; /* behind the last newline is no line */
        memset(room, 0, n + 1 + 2 * SLACK);
        memcpy(room + SLACK, line.p, line.n + ended);
        engine_lines(r.engine, r.source, room + SLACK, line.n + ended);
        new_source(&r);
    }
    free(room);
    end(&r, page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ruleset *rules[NLOGS];
    struct buf block = BUF_INIT, lines = BUF_INIT;
    unsigned kind = size ? data[0] % NLOGS : 0;
    char *room = xcalloc(1, size + 2 * SLACK);

    if (!rules[kind])
        rules[kind] = loaded(logs[kind]);
    if (size > 1) {
        memcpy(room + SLACK, data + 1, size - 1);
        in_a_block(rules[kind], room + SLACK, size - 1, &block);
        line_by_line(rules[kind], room + SLACK, size - 1, &lines);
        if (!slice_eq(buf_all(&block), buf_all(&lines))) {
            fprintf(stderr, "as a block:\n%s\nline by line:\n%s\n", block.p, lines.p);
            abort();
        }
    }
    buf_release(&block);
    buf_release(&lines);
    free(room);
    return 0;
}
