/* unescape -- escapes are undone as late as possible: only for the values a rule looks at, long
 * after the scanner that validated them went by. So the JSON half trusts its input to be a valid
 * string (it still never reads outside of it: what does not parse stands as written), and the Go
 * half trusts nothing, because logfmt only promises that the quotes are closed.
 *
 * Output is bytes: \xNN and \NNN give any byte, \u0000 gives NUL. Making text valid UTF-8 for the
 * page is done where labels are made, not here. */
#include "config.h"

#include "decode/unescape.h"

#include "base/utf8.h"
#include "decode/fields.h"

static int hex_digit(char c)
{
    if (char_is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `n` hex digits at p, or -1. */
static int64_t hex_number(const char *p, const char *end, unsigned n)
{
    int64_t v = 0;

    if ((size_t)(end - p) < n)
        return -1;
    for (unsigned i = 0; i < n; i++) {
        int d = hex_digit(p[i]);

        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

const char *json_skip_escape(const char *p, const char *end)
{
    if (end - p < 2)
        return NULL;
    if (p[1] == 'u')
        return hex_number(p + 2, end, 4) >= 0 ? p + JSON_ESCAPE_MAX : NULL;
    return p[1] != '\0' && strchr("\"\\/bfnrt", p[1]) != NULL ? p + 2 : NULL;
}

static bool is_surrogate(int64_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

/* The letter after a backslash that stands for one byte, in C and so in Go; 0 when it is none. */
static char simple_escape(char c)
{
    switch (c) {
    case 'a':
        return '\a';
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'v':
        return '\v';
    case '\\':
    case '"':
    case '\'':
    case '/':
        return c;
    default:
        return 0;
    }
}

/* p is behind "\u"; returns behind the escape, or behind both of a pair. */
static const char *json_unicode(const char *p, const char *end, char **out)
{
    int64_t c = hex_number(p, end, 4);

    if (c < 0) {
        *(*out)++ = '\\';
        *(*out)++ = 'u';
        return p;
    }
    p += 4;
    if (c >= 0xd800 && c <= 0xdbff && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        int64_t low = hex_number(p + 2, end, 4);

        if (low >= 0xdc00 && low <= 0xdfff) {
            *out += utf8_encode(*out, (uint32_t)(0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)));
            return p + 6;
        }
    }
    *out += utf8_encode(*out, (uint32_t)c); /* U+FFFD when it is one of no pair */
    return p;
}

size_t unescape_json(char *out, struct slice s)
{
    const char *p = s.p, *end = s.p + s.n;
    char *start = out;

    while (p < end) {
        if (*p != '\\' || end - p < 2) {
            *out++ = *p++;
        } else if (p[1] == 'u') {
            p = json_unicode(p + 2, end, &out);
        } else {
            char c = simple_escape(p[1]);

            *out++ = c ? c : p[1];
            p += 2;
        }
    }
    return (size_t)(out - start);
}

/* Copies eight bytes at a time, also when less of them are wanted. */
static const char *copy_plain(const char *p, const char *end, char **out)
{
    while (end - p >= 8) {
        uint64_t v;
        unsigned n;

        memcpy(&v, p, sizeof v);
        memcpy(*out, &v, sizeof v);
        n = json_plain_bytes(v);
        p += n;
        *out += n;
        if (n < 8)
            break;
    }
    return p;
}

const char *unescape_json_string(const char *p, const char *end, char **out)
{
    for (;;) {
        p = copy_plain(p, end, out);
        if (p == end || (unsigned char)*p < 0x20)
            return NULL;
        if (*p == '"')
            return p;
        if (*p != '\\') {
            *(*out)++ = *p++;
        } else if (end - p >= 2 && p[1] != 'u') {
            if (p[1] == '\0' || strchr("\"\\/bfnrt", p[1]) == NULL)
                return NULL;
            *(*out)++ = simple_escape(p[1]);
            p += 2;
        } else {
            if (end - p < 6 || hex_number(p + 2, end, 4) < 0)
                return NULL;
            p = json_unicode(p + 2, end, out);
        }
    }
}

/* \x, \u, \U: `digits` of them behind p. Bytes for \x, UTF-8 for the others. NULL when it is no
 * escape. */
static const char *go_hex(const char *p, const char *end, unsigned digits, char **out)
{
    int64_t c = hex_number(p, end, digits);

    if (c < 0 || c > 0x10ffff || (digits > 2 && is_surrogate(c)))
        return NULL;
    if (digits == 2)
        *(*out)++ = (char)c;
    else
        *out += utf8_encode(*out, (uint32_t)c);
    return p + digits;
}

static const char *go_octal(const char *p, const char *end, char **out)
{
    int v = 0;

    if (end - p < 3)
        return NULL;
    for (int i = 0; i < 3; i++) {
        if (p[i] < '0' || p[i] > '7')
            return NULL;
        v = v * 8 + (p[i] - '0');
    }
    if (v > 255)
        return NULL;
    *(*out)++ = (char)v;
    return p + 3;
}

/* p is at a backslash with something behind it. NULL when it is no escape. */
static const char *go_escape(const char *p, const char *end, char **out)
{
    char c = p[1];

    if (c == 'x')
        return go_hex(p + 2, end, 2, out);
    if (c == 'u')
        return go_hex(p + 2, end, 4, out);
    if (c == 'U')
        return go_hex(p + 2, end, 8, out);
    if (c >= '0' && c <= '7')
        return go_octal(p + 1, end, out);
    if (c == '/' || simple_escape(c) == 0)
        return NULL;
    *(*out)++ = simple_escape(c);
    return p + 2;
}

size_t unescape_go(char *out, struct slice s)
{
    const char *p = s.p, *end = s.p + s.n;
    char *start = out;

    while (p < end) {
        const char *behind = *p == '\\' && end - p >= 2 ? go_escape(p, end, &out) : NULL;

        if (behind != NULL)
            p = behind;
        else
            *out++ = *p++;
    }
    return (size_t)(out - start);
}

void field_unescape(struct field *f, struct arena *scratch)
{
    struct slice s = {f->p, f->n};
    char *out;

    if (f->kind != FIELD_JSON && f->kind != FIELD_GO)
        return;
    out = arena_alloc(scratch, s.n + 1);
    f->n = (uint32_t)(f->kind == FIELD_JSON ? unescape_json(out, s) : unescape_go(out, s));
    f->p = out;
    f->kind = FIELD_TEXT;
}
