/* The patterns of rules/patterns: all load, and each matches what it says. Behind a pattern stand its
 * samples, `#+ LINE` one that it matches as a whole, `#- LINE` one that it does not; `\t` is a tab.
 * `#-` alone: it matches every line. */
#include "config.h"

#include "suite.h"
#include "support.h"

#include "base/slurp.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATTERNS_MIN = 250 };

struct shipped {
    struct buf text; /* of all files, one behind the other */
    struct buf ini;
    struct world *world;
    unsigned npatterns, nwrong;
};

static const char *directory(void)
{
    static char path[PATH_MAX];
    char beside[PATH_MAX];

    snprintf(beside, sizeof beside, "%.*s/../../rules/patterns",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__);
    ck_assert_ptr_nonnull(realpath(beside, path));
    return path;
}

static void read_files(struct buf *text)
{
    char pattern[PATH_MAX + 8];
    glob_t g;

    snprintf(pattern, sizeof pattern, "%s/*.grok", directory());
    ck_assert_int_eq(glob(pattern, 0, NULL, &g), 0);
    for (size_t i = 0; i < g.gl_pathc; i++)
        ck_assert_int_eq(slurp(g.gl_pathv[i], text), 0);
    globfree(&g);
}

/* An event and a counter for each pattern. */
static void write_rules(struct shipped *s)
{
    struct slice rest = buf_all(&s->text), line;

    buf_fmt(&s->ini, "[patterns]\ninclude = %s/*.grok\n", directory());
    while (slice_cut(&rest, '\n', &line)) {
        struct slice name = slice_until(line, " ");

        if (line.n == 0 || line.p[0] == '#')
            continue;
        buf_fmt(&s->ini, "[event %.*s]\nmatch = ^(?:%%{%.*s})$\n[counter %.*s_total]\ninc = %.*s\n",
                SLICE_FMT(name), SLICE_FMT(name), SLICE_FMT(name), SLICE_FMT(name));
        s->npatterns++;
    }
}

static unsigned hits(struct shipped *s, struct slice name)
{
    char sample[128];

    snprintf(sample, sizeof sample, "%.*s_total", SLICE_FMT(name));
    return (unsigned)atoi(world_own(s->world, sample));
}

static bool matches(struct shipped *s, struct slice name, struct slice sample)
{
    unsigned before = hits(s, name);
    struct buf line = BUF_INIT;

    for (size_t i = 0; i < sample.n; i++) {
        bool tab = slice_starts(slice_from(sample, i), SLICE("\\t"));

        buf_char(&line, tab ? '\t' : sample.p[i]);
        i += tab;
    }
    buf_char(&line, '\n');
    world_feed(s->world, line.p);
    buf_release(&line);
    return hits(s, name) > before;
}

static void judge(struct shipped *s, struct slice name, unsigned samples[2])
{
    for (int no = 0; no < 2; no++)
        if (name.n && samples[no] == 0)
            s->nwrong += printf("%.*s has no sample that it %s\n", SLICE_FMT(name),
                                no ? "does not match" : "matches") > 0;
}

static void try_samples(struct shipped *s)
{
    struct slice rest = buf_all(&s->text), line, name = {"", 0};
    unsigned samples[2] = {0, 0};

    while (slice_cut(&rest, '\n', &line)) {
        bool yes = slice_starts(line, SLICE("#+ ")), no = slice_starts(line, SLICE("#-"));

        if (yes || no)
            samples[no]++;
        if ((yes || line.n > 3) && (yes || no) && matches(s, name, slice_from(line, 3)) != yes)
            s->nwrong += printf("%.*s %s: %.*s\n", SLICE_FMT(name),
                                yes ? "does not match" : "matches", SLICE_FMT(line)) > 0;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        judge(s, name, samples);
        name = slice_until(line, " ");
        samples[0] = samples[1] = 0;
    }
    judge(s, name, samples);
}

TEST(every_shipped_pattern_matches_its_samples)
{
    struct shipped s = {.text = BUF_INIT, .ini = BUF_INIT};

    read_files(&s.text);
    write_rules(&s);
    s.world = world_new(s.ini.p);
    try_samples(&s);
    ck_assert_uint_ge(s.npatterns, PATTERNS_MIN);
    ck_assert_uint_eq(s.nwrong, 0);
    world_free(s.world);
    buf_release(&s.text);
    buf_release(&s.ini);
}
