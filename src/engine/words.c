/* words -- see the header. */
#include "config.h"

#include "engine/words.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdio.h>
#include <time.h>

void show_text(struct buf *out, struct slice s)
{
    size_t n = utf8_cut(s, TEXT_MAX);

    utf8_show(out, slice_make(s.p, n));
    if (n < s.n)
        buf_str(out, "...");
}

void show_quoted(struct buf *out, struct slice s)
{
    buf_char(out, '"');
    show_text(out, s);
    buf_char(out, '"');
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
