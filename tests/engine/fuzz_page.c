/* Fuzzer: hostile texts in every place where a line's text can come to a page: labels (from JSON, from
 * a regex over a record, from pairs), a key and a value of `each`, a field of the file's path, the
 * stream, an exemplar, numbers of all metrics. Each page, in every format, is judged by page_judge.py
 * with the two parsers of Prometheus's Python client; where they are not installed, or the judge is
 * elsewhere, by nobody but the sanitizers.
 *
 * The input is the texts, divided by the two bytes FF 00, so that a text can hold anything. */
#include "config.h"

#include "engine/engine.h"
#include "engine/loaded.h"
#include "engine/source.h"
#include "metrics/expose.h"

#include "base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXTS = 8, SLACK = 64 };
#define NOW INT64_C(1762942530000000000)

static const char rules_text[] =
    "[log x]\npath = /logs/*\npath_match = (?s)^/logs/(?<dir>.*)\nrecord = ^[\\x01{]\n"
    "record_wait = 5s\n"
    "[event raw]\n"
    "match = (?s)^\\x01(?<a>.*?)\\x02(?<b>.*?)\\x02(?<trace_id>.*?)\\x02(?<v>.*)$\n"
    "exemplar = trace_id\nset.l = ${b}\n"
    "[event json]\nwhere = k !=\nset.both = ${k|lower}-${o.k|default(none)}\n"
    "exemplar = k, both\nset.l = ${k}\n"
    "[event member]\neach = o\n"
    "[event found]\neach = _line =~ (?<m>[^ ]+) (?<n>.)\n"
    "[counter raw_total]\nhelp = a \\ \"b\" # c\ninc = raw\nlabels = a, b, dir, s=_stream\n"
    "[counter sum_total]\nadd = raw, json\nvalue = v\nlabels = a\n"
    "[gauge level]\nset = raw, json\nvalue = v\nlabels = l\n"
    "[histogram size_bytes]\nobserve = raw, json\nvalue = v\nunit = B\nlabels = a\n"
    "buckets = 0.001 1 1000 1e9\n"
    "[counter json_total]\ninc = json\nlabels = k, both, _log\n"
    "[counter member_total]\ninc = member\nlabels = key=_key, value=_value\n"
    "[counter found_total]\ninc = found\nlabels = m, n\nmax_values = 3\n";

/* --- the judge: a child that answers a byte a page ---------------------------------------------- */

#define PYTHON "/usr/bin/python3"

static int to_judge = -1, from_judge;

/* False when there is none. */
static bool start_judge(void)
{
    int in[2], out[2];
    char script[4096];

    snprintf(script, sizeof script, "%.*s/page_judge.py", (int)(strrchr(__FILE__, '/') - __FILE__),
             __FILE__);
    if (getenv("PAGE_JUDGE"))
        snprintf(script, sizeof script, "%s", getenv("PAGE_JUDGE"));
    if (access(script, R_OK) < 0 || access(PYTHON, X_OK) < 0)
        return false;
    assert(pipe(in) == 0 && pipe(out) == 0);
    if (fork() == 0) {
        (void)dup2(in[0], STDIN_FILENO);
        (void)dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        execl(PYTHON, "python3", script, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    (void)signal(SIGPIPE, SIG_IGN);
    to_judge = in[1];
    from_judge = out[0];
    return true;
}

static bool write_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;

    while (n > 0) {
        ssize_t done = write(fd, p, n);

        if (done < 0 && errno == EINTR) /* of libFuzzer's timer */
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static char read_verdict(void)
{
    char verdict = 'F';

    while (read(from_judge, &verdict, 1) < 0 && errno == EINTR)
        ;
    return verdict;
}

/* The three pages, each behind its length. */
static void judge(const struct buf pages[EXPOSE_FORMATS])
{
    static bool absent;
    char verdict;

    absent = absent || (to_judge < 0 && !start_judge());
    if (absent)
        return;
    for (int i = 0; i < EXPOSE_FORMATS; i++) {
        uint32_t n = (uint32_t)pages[i].n;

        if (!write_all(to_judge, &n, sizeof n) || !write_all(to_judge, pages[i].p, n))
            break;
    }
    verdict = read_verdict();
    if (verdict == 'F')
        abort(); /* what is wrong was said by the judge */
    absent = verdict == 'A';
}

/* --- lines -------------------------------------------------------------------------------------- */

static void put_json(struct buf *out, struct slice text)
{
    buf_char(out, '"');
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < ' ' || text.p[i] == '"' || text.p[i] == '\\')
            buf_fmt(out, "\\u%04x", (unsigned char)text.p[i]);
        else
            buf_char(out, text.p[i]);
    buf_char(out, '"');
}

/* A record of text, one of JSON whose escapes are as they come, one whose are right, and pairs. */
static void put_lines(struct buf *out, const struct slice t[TEXTS])
{
    buf_fmt(out, "%c", 1);
    for (int i = 0; i < 4; i++) {
        buf_slice(out, t[i]);
        buf_char(out, i < 3 ? 2 : '\n');
    }
    buf_str(out, "{\"v\":1,\"k\":\"");
    buf_slice(out, t[4]);
    buf_str(out, "\",\"o\":{\"k\":\"");
    buf_slice(out, t[5]);
    buf_str(out, "\"}}\n{\"k\":");
    put_json(out, t[6]);
    buf_str(out, ",\"a\":");
    put_json(out, t[0]);
    buf_str(out, ",\"v\":");
    put_json(out, t[3]);
    buf_str(out, ",\"o\":{");
    put_json(out, t[5]);
    buf_char(out, ':');
    put_json(out, t[4]);
    buf_str(out, ",\"list\":[1,null,{}]}}\n");
    buf_fmt(out, "%ck=", 1);
    buf_slice(out, t[6]);
    buf_str(out, " v=");
    buf_slice(out, t[3]);
    buf_char(out, '\n');
}

static struct slice next_text(struct slice *rest)
{
    struct slice all = *rest;

    for (size_t i = 0; i + 1 < all.n; i++)
        if (all.p[i] == '\xff' && all.p[i + 1] == '\0') {
            *rest = slice_from(all, i + 2);
            return slice_make(all.p, i);
        }
    *rest = (struct slice){"", 0};
    return all;
}

static void feed(struct engine *e, const struct ruleset *rules, const struct slice t[TEXTS])
{
    struct buf lines = BUF_INIT, path = BUF_INIT;
    struct source *s;
    char *room;

    buf_str(&path, "/logs/");
    buf_slice(&path, slice_until(t[7], "\0"));
    s = source_new(rules, 0, path.p, 0);
    put_lines(&lines, t);
    room = xcalloc(1, lines.n + 2 * SLACK);
    memcpy(room + SLACK, lines.p, lines.n);
    engine_lines(e, s, room + SLACK, lines.n);
    engine_finish(e, s, NULL);
    source_free(s);
    free(room);
    buf_release(&lines);
    buf_release(&path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ruleset *rules;
    struct slice rest = slice_make((const char *)data, size), texts[TEXTS];
    struct registry *r = registry_new(&(struct registry_limits){.max_series = 50});
    struct engine_options options = {.max_line = 4096};
    struct buf pages[EXPOSE_FORMATS] = {BUF_INIT};
    struct engine *e;

    if (!rules)
        rules = loaded(rules_text);
    for (int i = 0; i < TEXTS; i++)
        texts[i] = next_text(&rest);
    e = engine_new(rules, r, &options, NOW);
    engine_set_time(e, NOW, NOW);
    feed(e, rules, texts);
    for (int i = 0; i < EXPOSE_FORMATS; i++) {
        struct expose_options o = {.format = (enum expose_format)i,
                                   .flags = EXPOSE_CREATED | EXPOSE_NO_OWN};

        expose_registry(r, &o, &pages[i]);
    }
    judge(pages);
    for (int i = 0; i < EXPOSE_FORMATS; i++)
        buf_release(&pages[i]);
    engine_free(e);
    registry_free(r);
    return 0;
}
