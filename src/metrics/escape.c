/* escape -- the formats differ in one byte, so one walk serves both.
 *
 * One NUL or one byte that is no UTF-8 makes Prometheus refuse the whole page, so texts are cleaned
 * here, whoever brought them: an exemplar comes from a log line, a constant label from the
 * environment. Only label values of series were cleaned before, when they were stored. */
#include "config.h"

#include "metrics/escape.h"

#include "base/utf8.h"

char *escape_put(char *p, struct slice s, enum escape how)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' || s.p[i] == '\n' || (s.p[i] == '"' && how == ESCAPE_LABEL))
            *p++ = '\\';
        *p++ = s.p[i] == '\n' ? 'n' : s.p[i];
    }
    return p;
}

void escape_text(struct buf *out, struct slice s, enum escape how)
{
    struct buf clean = BUF_INIT;

    if (!utf8_is_clean(s)) {
        utf8_clean(&clean, s);
        s = buf_all(&clean);
    }
    buf_commit(out, escape_put(buf_reserve(out, 2 * s.n), s, how));
    buf_release(&clean);
}
