/* escape -- the formats differ in one or two bytes, so one walk serves all. Runs without an escape
 * are copied whole.
 *
 * One NUL or one byte that is no UTF-8 makes Prometheus refuse the whole page, so texts are cleaned
 * here, whoever brought them: an exemplar comes from a log line, a constant label from the
 * environment. (Label values of series are cleaned when they are stored, and put by shape.c.) */
#include "config.h"

#include "metrics/escape.h"

#include "base/utf8.h"

static const char *escape_of(unsigned char c, enum escape how)
{
    if (c == '\\')
        return "\\\\";
    if (c == '\n')
        return "\\n";
    if (c == '"' && how != ESCAPE_HELP)
        return "\\\"";
    return NULL;
}

static void escape_clean(struct buf *out, struct slice s, enum escape how)
{
    size_t done = 0;

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *e = escape_of(c, how);

        if (!e)
            continue;
        buf_add(out, s.p + done, i - done);
        done = i + 1;
        buf_str(out, e);
    }
    buf_add(out, s.p + done, s.n - done);
}

void escape_text(struct buf *out, struct slice s, enum escape how)
{
    struct buf clean = BUF_INIT;

    if (!utf8_is_clean(s)) {
        utf8_clean(&clean, s);
        s = buf_all(&clean);
    }
    escape_clean(out, s, how);
    buf_release(&clean);
}
