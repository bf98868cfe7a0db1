/* Fuzzer: any bytes as a file of rules, behind a line "---" lines of a log. Loading must not crash nor
 * leak, and must say a mistake exactly when there is no ruleset; a ruleset that was made must read any
 * line, as a block and with a trace, and dispatch must change nothing. Rules that name files are left out: they
 * would read this machine's. */
#include "config.h"

#include "engine/engine.h"
#include "engine/source.h"
#include "metrics/expose.h"
#include "rules/load/load.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLACK = 64 };
#define NOW INT64_C(1762942530000000000)

static void read_lines(const struct ruleset *rules, struct slice lines, bool no_dispatch,
                       struct buf *page)
{
    struct engine_options options = {.max_line = 4096, .no_dispatch = no_dispatch};
    struct expose_options o = {.format = EXPOSE_OPENMETRICS, .flags = EXPOSE_SORTED};
    struct registry *r = registry_new(&(struct registry_limits){.max_series = 100});
    struct engine *e = engine_new(rules, r, &options, NOW);
    struct source *s = source_new(rules, 0, "/var/log/app.log", 0);
    char *room = xcalloc(1, lines.n + 2 * SLACK);

    if (lines.n)
        memcpy(room + SLACK, lines.p, lines.n);
    engine_set_time(e, NOW, NOW);
    engine_lines(e, s, room + SLACK, lines.n);
    engine_finish(e, s, NULL);
    expose_registry(r, &o, page);
    for (struct slice rest = slice_make(room + SLACK, lines.n), line;
         slice_cut(&rest, '\n', &line);)
        (void)engine_trace(e, s, line);
    while (engine_trace_unfinished(e, s))
        ;
    source_free(s);
    engine_free(e);
    registry_free(r);
    free(room);
}

/* Where the lines begin, or the end. */
static size_t rules_end(struct slice all)
{
    static const char mark[] = "\n---\n";
    const char *p = memmem(all.p, all.n, mark, sizeof mark - 1);

    return p ? (size_t)(p - all.p) : all.n;
}

static bool names_files(struct slice text)
{
    static const char *const words[] = {"@", "include", "local", "/"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (memmem(text.p, text.n, words[i], strlen(words[i])))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = slice_make((const char *)data, size), rules_text, lines = {"", 0};
    struct ruleset_options options = {.lint = true};
    struct mistakes m = MISTAKES_INIT;
    struct buf page = BUF_INIT, other = BUF_INIT;
    struct ini_doc *doc;
    struct ruleset *r;

    if (size == 0 || names_files(all))
        return 0;
    rules_text = slice_make(all.p, rules_end(all));
    if (rules_text.n < all.n)
        lines = slice_from(all, rules_text.n + 5);
    doc = ini_read_text(rules_text, "f.ini", SECTION_RULE, &m);
    r = ruleset_load(&doc, 1, &options, &m);
    assert((r != NULL) == (m.nmistakes == 0));
    if (r) {
        read_lines(r, lines, false, &page);
        read_lines(r, lines, true, &other);
        if (!slice_eq(buf_all(&page), buf_all(&other))) {
            fprintf(stderr, "by dispatch:\n%s\nevery event:\n%s\n", page.p, other.p);
            abort();
        }
    }
    buf_release(&page);
    buf_release(&other);
    ruleset_free(r);
    ini_free(doc);
    mistakes_release(&m);
    return 0;
}
