/* check_session -- a file cut into ranges anywhere comes to what the whole file does, also where several
 * lines are one record. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "base/xalloc.h"
#include "offline/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/lt-session-XXXXXX";
static char config_path[64], log_path[64];
static struct setup setup;

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(config_path, sizeof config_path, "%s/c.ini", dir);
    (void)snprintf(log_path, sizeof log_path, "%s/l.log", dir);
}

static void end(void)
{
    setup_release(&setup);
    remove_tree(dir);
}

/* Records are lines that begin with B; `[lines]` before them is rewritten away. */
static void load(const char *log, const char *limits)
{
    struct buf text = BUF_INIT;
    struct common_options options = {.config = config_path};
    struct mistakes m = MISTAKES_INIT;

    buf_fmt(&text, "%s[rules]\ninclude =\n[log l]\npath = %s\n%s", limits, log_path, log);
    buf_str(&text, "[event any]\nwhere = _line =~ ^(?<first>B?[a-z]*)(?s:.*)$\n"
                   "[counter lines_total]\nhelp = h\nadd = any\nvalue = _lines\nlabels = first\n"
                   "[counter bytes_total]\nhelp = h\nadd = any\nvalue = _bytes\n"
                   "[counter times_total]\nhelp = h\ninc = any\nlabels = t=_time\n");
    put_file(config_path, buf_all(&text));
    ck_assert_int_eq(setup_load(&options, NULL, 0, &setup, &m), 0);
    mistakes_release(&m);
    buf_release(&text);
}

/* What all ranges come to, and how many lines cut off, too long, or without a readable time were counted. */
static void read_ranges(const uint64_t *cuts, unsigned n, struct buf *page)
{
    struct expose_options all = {.format = EXPOSE_TEXT, .flags = EXPOSE_SORTED};
    struct buf err = BUF_INIT;
    struct session s;

    session_init(&s, &setup, SESSION_WHOLE, NULL);
    for (unsigned i = 0; i < n; i++) {
        struct session_range range = {
            log_path, NULL, 0, 0, n > 1 ? cuts[i] : 0, n > 1 ? cuts[i + 1] : 0, NULL};

        ck_assert_int_eq(session_read(&s, &range, NULL, NULL, &err), 0);
    }
    buf_clear(&err);
    expose_registry(s.registry, &all, &err);
    session_release(&s);
    buf_clear(page);
    for (struct slice rest = buf_all(&err), line; slice_cut(&rest, '\n', &line);)
        if (!slice_starts(line, SLICE("logtally_log_times_unreadable")) && line.n) /* by blocks */
            buf_fmt(page, "%.*s\n", SLICE_FMT(line));
    buf_release(&err);
}

/* The lines that one page has and the other has not. */
static void say_difference(const struct buf *one, const struct buf *other)
{
    for (struct slice rest = buf_all(one), line; slice_cut(&rest, '\n', &line);) {
        char *text = xstrslice(line);

        if (line.n && !strstr(other->p, text))
            fprintf(stderr, "%s\n", text);
        free(text);
    }
}

static void make_log(uint32_t seed)
{
    static const struct slice pieces[] = {
        {"B 2025-11-12T10:", 16}, {"[12]B begins\n", 13},
        {"\tat x\n", 6},          {"\n", 1},
        {"B no time\n", 10},      {"t no begin\n", 11},
        {"\0\0B hole\n", 9},      {"B 2025-13-T no\n", 15},
        {"long, so long\n", 14},  {"[x1] B behind\n", 14},
    };
    struct buf text = BUF_INIT;

    buf_str(&text, "B 2025-11-12T10:00:00Z first\n"); /* else it is the clock's time */
    for (int i = 0; i < 400; i++) {
        seed = seed * 1103515245 + 12345;
        unsigned which = seed >> 16 & 0xffff;

        buf_slice(&text, pieces[which % 10]);
        if (which % 10 == 0)
            buf_fmt(&text, "%02u:01Z one\n", which % 60);
        if (which % 97 == 0)
            for (int k = 0; k < 40; k++)
                buf_str(&text, "a line too long ");
    }
    put_file(log_path, buf_all(&text));
    buf_release(&text);
}

FIXTURE(begin, end);

#define TIME "time_match = ^B (?<time>\\S+)\n"
static const char *const logs[] = {
    TIME,
    TIME "record = ^B\nrewrite = ^\\[\\d+\\] ->\n",
    "record = ^B\nprefix = ^B (?<time>\\d\\S+)\n",
    TIME "record = ^nothing\n",
};

/* Each size of parts from a line to all of them; with a limit of which many records are cut off. */
TEST_EACH(ranges_come_to_what_the_file_does, 2 * (int)(sizeof logs / sizeof *logs))
{
    struct buf whole = BUF_INIT, page = BUF_INIT;

    load(logs[_i / 2], _i & 1 ? "[limits]\nline = 256B\n" : "");
    for (uint32_t seed = 1; seed <= 3; seed++) {
        make_log(seed);
        read_ranges(NULL, 1, &whole);
        for (uint64_t size = 17; size < 9000; size += size / 3) {
            uint64_t *cuts;
            unsigned n;

            ck_assert_int_eq(session_cut(&setup, log_path, 0, size, &cuts, &n), 0);
            read_ranges(cuts, n, &page);
            if (!slice_eq(buf_all(&whole), buf_all(&page))) {
                say_difference(&whole, &page);
                say_difference(&page, &whole);
                ck_abort_msg("log %d size %llu parts %u", _i, (unsigned long long)size, n);
            }
            if (_i / 2 == 1 && size < 100 && n < 20)
                ck_abort_msg("only %u parts", n);
            free(cuts);
        }
    }
    buf_release(&whole);
    buf_release(&page);
}
