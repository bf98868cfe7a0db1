/* charset -- why newlines are found before anything is converted: the place in the file where a line
 * ends must be known to the byte, and iconv tells no more than how far it came. In every encoding a
 * newline is one unit of the same bytes, and no part of another character is; the one that could be (the
 * shifted states of ISO 2022 and of UTF-7) never is there, as they hold no control characters. */
#include "config.h"

#include "base/charset.h"

#include "base/buf.h"
#include "base/utf8.h"

#include "base/xalloc.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

enum { UNIT_MAX = 4, NAME_MAX_BYTES = 64 };
#define REPLACEMENT "\xef\xbf\xbd"
#define NO_ICONV ((iconv_t)-1)

struct charset {
    iconv_t iconv; /* NO_ICONV: UTF-16 */
    bool big;      /* UTF-16: the byte of more weight comes first */
    char newline[UNIT_MAX];
    unsigned unit;
    unsigned mark; /* where in `newline` the byte is that is looked for */
    struct buf out;
};

static const struct slice utf8_newline = {"\n", 1};

/* As iconv compares names, without the dashes that people write or not. */
static bool is_called(struct slice name, const char *plain)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (c == '-' || c == '_')
            continue;
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        if (c != *plain++)
            return false;
    }
    return *plain == 0;
}

struct charset *charset_utf16(bool big)
{
    struct charset *c = xcalloc(1, sizeof *c);

    *c = (struct charset){.iconv = NO_ICONV, .big = big, .unit = 2, .mark = big, .out = BUF_INIT};
    c->newline[big] = '\n';
    return c;
}

/* Encodes some newlines: how many bytes that takes, 0 when they have none there. */
static size_t encode_newlines(iconv_t to, size_t n, char out[4 * UNIT_MAX])
{
    char text[] = "\n\n", *in = text, *end = out;
    size_t left = n, room = 4 * (size_t)UNIT_MAX;

    (void)iconv(to, NULL, NULL, NULL, NULL);
    return iconv(to, &in, &left, &end, &room) == (size_t)-1 ? 0 : (size_t)(end - out);
}

/* The second of two newlines: a mark may stand before the first. False: it has no such thing. */
static bool learn_newline(struct charset *c, const char *name)
{
    iconv_t to = iconv_open(name, "UTF-8");
    char one[4 * UNIT_MAX], two[4 * UNIT_MAX];
    size_t n = 0, all = 0;

    if (to != NO_ICONV) {
        n = encode_newlines(to, 1, one);
        all = encode_newlines(to, 2, two);
        iconv_close(to);
    }
    if (n == 0 || all <= n || all - n > UNIT_MAX)
        return false;
    c->unit = (unsigned)(all - n);
    memcpy(c->newline, two + n, c->unit);
    for (unsigned i = 0; i < c->unit; i++)
        if (c->newline[i])
            c->mark = i;
    return true;
}

int charset_new(struct slice name, struct charset **ret_charset)
{
    char text[NAME_MAX_BYTES];
    struct charset *c;

    *ret_charset = NULL;
    if (is_called(name, "utf8"))
        return 0;
    if (is_called(name, "utf16") || is_called(name, "utf16le") || is_called(name, "utf16be")) {
        *ret_charset = charset_utf16(is_called(name, "utf16be"));
        return 0;
    }
    if (name.n == 0 || name.n >= sizeof text || memchr(name.p, '/', name.n)) /* iconv's //IGNORE */
        return -EINVAL;
    memcpy(text, name.p, name.n);
    text[name.n] = 0;
    c = xcalloc(1, sizeof *c);
    c->out = BUF_INIT;
    c->iconv = iconv_open("UTF-8", text);
    if (c->iconv == NO_ICONV || !learn_newline(c, text)) {
        charset_free(c);
        return -EINVAL;
    }
    *ret_charset = c;
    return 0;
}

void charset_free(struct charset *c)
{
    if (!c)
        return;
    if (c->iconv != NO_ICONV)
        iconv_close(c->iconv);
    buf_release(&c->out);
    free(c);
}

struct slice charset_newline(const struct charset *c)
{
    return c ? slice_make(c->newline, c->unit) : utf8_newline;
}

/* Is it a newline that this byte belongs to? Then *ret_end is its end. */
static bool is_newline(const struct charset *c, struct slice s, const char *byte, size_t *ret_end)
{
    size_t at = (size_t)(byte - s.p);
    size_t begin = at - at % c->unit;

    *ret_end = begin + c->unit;
    return at % c->unit == c->mark && *ret_end <= s.n &&
           memcmp(s.p + begin, c->newline, c->unit) == 0;
}

size_t charset_first_line(const struct charset *c, struct slice s)
{
    int byte = c ? c->newline[c->mark] : '\n';
    const char *p = s.n ? memchr(s.p, byte, s.n) : NULL;
    size_t end;

    if (!c)
        return p ? (size_t)(p + 1 - s.p) : 0;
    for (; p; p = memchr(p + 1, byte, s.n - (size_t)(p + 1 - s.p)))
        if (is_newline(c, s, p, &end))
            return end;
    return 0;
}

size_t charset_whole_lines(const struct charset *c, struct slice s)
{
    int byte = c ? c->newline[c->mark] : '\n';
    const char *p = s.n ? memrchr(s.p, byte, s.n) : NULL;
    size_t end;

    if (!c)
        return p ? (size_t)(p + 1 - s.p) : 0;
    for (; p; p = memrchr(s.p, byte, (size_t)(p - s.p)))
        if (is_newline(c, s, p, &end))
            return end;
    return 0;
}

static uint32_t unit_at(const struct charset *c, const char *p)
{
    unsigned char first = (unsigned char)p[0], second = (unsigned char)p[1];

    return c->big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

static bool is_high(uint32_t unit)
{
    return unit >> 10 == 0xd800 >> 10;
}

static bool is_low(uint32_t unit)
{
    return unit >> 10 == 0xdc00 >> 10;
}

static uint64_t convert_utf16(struct charset *c, struct slice lines)
{
    const char *p = lines.p, *end = lines.p + (lines.n & ~(size_t)1);
    uint64_t invalid = lines.n & 1;
    char *to;

    (void)buf_reserve(&c->out, lines.n * 3 / 2 + UNIT_MAX);
    for (to = c->out.p + c->out.n; p < end; p += 2) {
        uint32_t code = unit_at(c, p);

        if (code < 0x80) {
            *to++ = (char)code;
            continue;
        }
        if (is_high(code) && end - p >= 4 && is_low(unit_at(c, p + 2))) {
            code = 0x10000 + ((code & 0x3ff) << 10 | (unit_at(c, p + 2) & 0x3ff));
            p += 2;
        } else if (is_high(code) || is_low(code)) {
            invalid += 2; /* utf8_encode makes it U+FFFD */
        }
        to += utf8_encode(to, code);
    }
    c->out.n = (size_t)(to - c->out.p);
    return invalid;
}

/* What iconv stopped at: it goes on behind it. */
static size_t replace(struct charset *c, struct slice rest, int error)
{
    size_t n = error == EILSEQ && rest.n > c->unit ? c->unit : rest.n;

    if (n >= c->unit)
        buf_slice(&c->out, SLICE(REPLACEMENT));
    return n;
}

/* Some encodings keep a letter back, as an accent may follow. */
static void flush(struct charset *c)
{
    size_t room = CHARSET_PAD, before = room;
    char *to = buf_reserve(&c->out, room);

    (void)iconv(c->iconv, NULL, NULL, &to, &room);
    c->out.n += before - room;
}

/* One line, whose newline comes out whatever is before it. */
static uint64_t convert_line(struct charset *c, struct slice line, bool whole)
{
    char *in = (char *)(uintptr_t)line.p; /* which iconv does not write to */
    size_t left = line.n;
    uint64_t invalid = 0;

    (void)iconv(c->iconv, NULL, NULL, NULL, NULL);
    while (left > 0) {
        size_t room = 3 * left + CHARSET_PAD, before = room;
        char *to = buf_reserve(&c->out, room);
        size_t r = iconv(c->iconv, &in, &left, &to, &room);
        int error = errno;

        c->out.n += before - room;
        if (r != (size_t)-1 || error == E2BIG)
            continue;
        size_t bad = replace(c, slice_make(in, left), error);

        invalid += bad;
        in += bad;
        left -= bad;
    }
    flush(c);
    if (whole && (c->out.n == 0 || c->out.p[c->out.n - 1] != '\n'))
        buf_char(&c->out, '\n');
    return invalid;
}

static uint64_t convert_lines(struct charset *c, struct slice lines)
{
    uint64_t invalid = 0;

    while (lines.n > 0) {
        size_t n = charset_first_line(c, lines);

        invalid += convert_line(c, slice_make(lines.p, n ? n : lines.n), n > 0);
        lines = slice_from(lines, n ? n : lines.n);
    }
    return invalid;
}

struct slice charset_convert(struct charset *c, struct slice lines, uint64_t *ret_invalid)
{
    static const char pad[CHARSET_PAD];

    buf_clear(&c->out);
    buf_add(&c->out, pad, sizeof pad);
    *ret_invalid = c->iconv == NO_ICONV ? convert_utf16(c, lines) : convert_lines(c, lines);
    size_t n = c->out.n - sizeof pad;

    buf_add(&c->out, pad, sizeof pad);
    return slice_make(c->out.p + sizeof pad, n);
}
