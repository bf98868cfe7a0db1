/* words -- see the header. */
#include "config.h"

#include "engine/words.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdio.h>
#include <time.h>

void show_text(struct buf *out, struct slice s)
{
    utf8_show_cut(out, s, TEXT_MAX);
}

size_t strange_blank(struct slice s, size_t i)
{
    const unsigned char *p = (const unsigned char *)s.p + i;
    size_t n = s.n - i;

    if (n >= 2 && p[0] == 0xc2 && p[1] == 0xa0)
        return 2;
    if (n < 3)
        return 0;
    return (p[0] == 0xe2 && p[1] == 0x80 && (p[2] <= 0x8f || p[2] == 0xaf)) ||
                   (p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80) ||
                   (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
               ? 3
               : 0;
}

void show_quoted(struct buf *out, struct slice s)
{
    struct slice shown = slice_make(s.p, utf8_cut(s, TEXT_MAX));
    size_t done = 0;

    buf_char(out, '"');
    for (size_t i = 0; i < shown.n; i++) {
        size_t strange = strange_blank(shown, i);

        if (shown.p[i] != '"' && shown.p[i] != '\\' && !strange)
            continue;
        utf8_show(out, slice_make(shown.p + done, i - done));
        if (strange)
            buf_fmt(out, "\\u%04x", (unsigned)utf8_codepoint(slice_make(shown.p + i, strange)));
        else
            buf_fmt(out, "\\%c", shown.p[i]);
        i += strange ? strange - 1 : 0;
        done = i + 1;
    }
    utf8_show(out, slice_from(shown, done));
    buf_str(out, shown.n < s.n ? "\"..." : "\"");
}

static bool has_text(struct slice s, struct slice what)
{
    return s.n >= what.n && memmem(s.p, s.n, what.p, what.n);
}

/* Would a reader not see where it begins and ends, or take it for what explain says itself? */
static bool misleads(struct slice s)
{
    if (s.n == 0 || char_is_blank(s.p[0]) || char_is_blank(s.p[s.n - 1]) || s.p[0] == '"' ||
        s.p[0] == '(')
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\t' || strange_blank(s, i))
            return true;
    return has_text(s, SLICE("  ")) || has_text(s, SLICE(" -- ")) || has_text(s, SLICE("\\x"));
}

void show_value(struct buf *out, struct slice s)
{
    if (misleads(s))
        show_quoted(out, s);
    else
        show_text(out, s);
}

void show_instant(struct buf *out, int64_t ns)
{
    int64_t s = ns / NSEC_PER_SEC - (ns % NSEC_PER_SEC < 0);
    time_t seconds = (time_t)s;
    struct tm tm;
    char text[64], fraction[16];
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
    int digits = snprintf(fraction, sizeof fraction, ".%09d", (int)(ns - s * NSEC_PER_SEC));

    while (digits > 1 && fraction[digits - 1] == '0')
        digits--;
    buf_add(out, text, n);
    buf_add(out, fraction, digits > 1 ? (size_t)digits : 0);
    buf_char(out, 'Z');
}
