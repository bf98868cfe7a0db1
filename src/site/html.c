/* html -- see html.h. */
#include "config.h"

#include "site/html.h"

#include "base/utf8.h"

#include <assert.h>

/* ASCII that stands for itself, as most texts are: a page of 10,000 metrics has 100,000 of them. */
static bool is_plain(struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c < ' ' || c > '~' || c == '&' || c == '<' || c == '>' || c == '"' || c == '\\')
            return false;
    }
    return true;
}

static void escape(struct buf *out, struct slice text)
{
    struct buf shown = BUF_INIT;

    if (is_plain(text)) {
        buf_slice(out, text);
        return;
    }
    utf8_show(&shown, text);
    for (size_t i = 0; i < shown.n; i++) {
        char c = shown.p[i];

        if (c == '&')
            buf_str(out, "&amp;");
        else if (c == '<')
            buf_str(out, "&lt;");
        else if (c == '>')
            buf_str(out, "&gt;");
        else if (c == '"')
            buf_str(out, "&quot;");
        else
            buf_char(out, c);
    }
    buf_release(&shown);
}

static void escape_lines(struct buf *out, struct slice text)
{
    struct slice line;

    for (bool first = true; slice_cut(&text, '\n', &line); first = false) {
        if (!first)
            buf_char(out, '\n');
        escape(out, line);
    }
}

void html(struct buf *out, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    for (const char *p; (p = strchr(fmt, '%')); fmt = p + 2) {
        buf_add(out, fmt, (size_t)(p - fmt));
        if (p[1] == 's')
            escape(out, slice_str(va_arg(ap, const char *)));
        else if (p[1] == 'S')
            escape(out, va_arg(ap, struct slice));
        else if (p[1] == 'L')
            escape_lines(out, slice_str(va_arg(ap, const char *)));
        else if (p[1] == 'u')
            buf_fmt(out, "%llu", (unsigned long long)va_arg(ap, uint64_t));
        else if (p[1] == '%')
            buf_char(out, '%');
        else
            assert(!"a format that html.h does not name");
    }
    va_end(ap);
    buf_str(out, fmt);
}
