/* utf8 -- checking and repairing UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates,
 * nothing past U+10FFFF.
 *
 * Logs are nearly all ASCII, so eight bytes are looked at together and only a byte with the top bit
 * set goes through the slow way. No tables, no SIMD: the callers spend their time elsewhere. */
#include "base/utf8.h"

#define REPLACEMENT SLICE("\xef\xbf\xbd") /* U+FFFD */

/* How many of the next bytes are ASCII. */
static size_t ascii_run(struct slice s)
{
    size_t i = 0;

    for (; s.n - i >= 8; i += 8) {
        uint64_t v;

        memcpy(&v, s.p + i, sizeof v);
        if (v & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

static bool in_range(unsigned char c, unsigned char lo, unsigned char hi)
{
    return c >= lo && c <= hi;
}

/* The second byte alone decides about overlongs, surrogates and the end (Unicode, table 3-7). */
size_t utf8_char(struct slice s)
{
    unsigned char lead, lo = 0x80, hi = 0xbf;
    size_t n;

    if (s.n == 0)
        return 0;
    lead = (unsigned char)s.p[0];
    if (lead < 0x80)
        return 1;
    if (in_range(lead, 0xc2, 0xdf))
        n = 2;
    else if (in_range(lead, 0xe0, 0xef))
        n = 3;
    else if (in_range(lead, 0xf0, 0xf4))
        n = 4;
    else
        return 0;
    if (lead == 0xe0)
        lo = 0xa0;
    else if (lead == 0xed)
        hi = 0x9f;
    else if (lead == 0xf0)
        lo = 0x90;
    else if (lead == 0xf4)
        hi = 0x8f;
    if (s.n < n || !in_range((unsigned char)s.p[1], lo, hi))
        return 0;
    for (size_t i = 2; i < n; i++)
        if (!in_range((unsigned char)s.p[i], 0x80, 0xbf))
            return 0;
    return n;
}

/* Length of the well-formed text at the start of `s`. */
static size_t valid_run(struct slice s)
{
    size_t at = 0;

    for (;;) {
        size_t n;

        at += ascii_run(slice_from(s, at));
        if (at == s.n)
            return at;
        n = utf8_char(slice_from(s, at));
        if (n == 0)
            return at;
        at += n;
    }
}

bool utf8_valid(struct slice s)
{
    return valid_run(s) == s.n;
}

bool utf8_is_clean(struct slice s)
{
    return s.n == 0 || (!memchr(s.p, '\0', s.n) && utf8_valid(s));
}

/* Appends well-formed text, each NUL replaced. */
static void add_without_nul(struct buf *out, struct slice s)
{
    struct slice piece;

    if (s.n == 0)
        return;
    (void)slice_cut(&s, '\0', &piece);
    buf_slice(out, piece);
    while (slice_cut(&s, '\0', &piece)) {
        buf_slice(out, REPLACEMENT);
        buf_slice(out, piece);
    }
}

void utf8_clean(struct buf *out, struct slice s)
{
    while (s.n) {
        size_t n = valid_run(s);

        add_without_nul(out, slice_make(s.p, n));
        s = slice_from(s, n);
        if (s.n) {
            buf_slice(out, REPLACEMENT);
            s = slice_from(s, 1);
        }
    }
}

size_t utf8_encode(char out[4], uint32_t codepoint)
{
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    uint32_t c =
        codepoint > 0x10ffff || (codepoint >= 0xd800 && codepoint <= 0xdfff) ? 0xfffd : codepoint;
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(leads[n] | c);
    return n;
}

size_t utf8_cut(struct slice s, size_t max)
{
    size_t at = max;

    if (s.n <= max)
        return s.n;
    /* Back over at most three continuation bytes to the lead they belong to. */
    while (at > 0 && max - at < 3 && ((unsigned char)s.p[at] & 0xc0) == 0x80)
        at--;
    if (at < max && utf8_char(slice_from(s, at)) > max - at)
        return at;
    return max;
}

bool utf8_dangerous(struct slice c)
{
    unsigned char b[3] = {0};

    memcpy(b, c.p, c.n < 3 ? c.n : 3);
    if (c.n == 1)
        return b[0] < 0x20 || b[0] == 0x7f;
    if (b[0] == 0xc2)
        return b[1] < 0xa0;
    if (b[0] != 0xe2)
        return false;
    return (b[1] == 0x80 && b[2] >= 0xa8 && b[2] <= 0xae) || /* U+2028 .. U+202E */
           (b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9);   /* U+2066 .. U+2069 */
}

void utf8_show(struct buf *out, struct slice s)
{
    struct buf clean = BUF_INIT;
    struct slice rest;

    utf8_clean(&clean, s);
    rest = buf_all(&clean);
    while (rest.n) {
        struct slice c = slice_make(rest.p, utf8_char(rest));

        if (!utf8_dangerous(c))
            buf_slice(out, c);
        for (size_t i = 0; utf8_dangerous(c) && i < c.n; i++)
            buf_fmt(out, "\\x%02x", (unsigned char)c.p[i]);
        rest = slice_from(rest, c.n);
    }
    buf_release(&clean);
}

void utf8_show_cut(struct buf *out, struct slice s, size_t max)
{
    size_t n = utf8_cut(s, max);

    utf8_show(out, slice_make(s.p, n));
    buf_str(out, n < s.n ? "..." : "");
}

size_t utf8_count(struct slice s)
{
    size_t count = 0;

    while (s.n) {
        size_t n = utf8_char(s);

        count++;
        s = slice_from(s, n ? n : 1);
    }
    return count;
}

struct range {
    uint32_t low, high;
};

uint32_t utf8_codepoint(struct slice c)
{
    uint32_t v = (unsigned char)c.p[0] & (c.n == 1 ? 0x7f : 0xffU >> (c.n + 1));

    for (size_t i = 1; i < c.n; i++)
        v = v << 6 | ((unsigned char)c.p[i] & 0x3f);
    return v;
}

static bool in_ranges(uint32_t c, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].low && c <= ranges[i].high)
            return true;
    return false;
}

/* The locale's wcwidth knows nothing of emoji where the locale is C. */
size_t utf8_columns(struct slice s)
{
    static const struct range none[] = {
        {0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xe0100, 0xe01ef}};
    static const struct range two[] = {
        {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x26a1, 0x26a1},
        {0x2705, 0x2705},   {0x2728, 0x2728},   {0x274c, 0x274c},   {0x2753, 0x2757},
        {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
        {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
        {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}};
    size_t columns = 0;

    while (s.n) {
        size_t n = utf8_char(s);
        uint32_t c = n ? utf8_codepoint(slice_make(s.p, n)) : 0xfffd;

        if (!in_ranges(c, none, sizeof none / sizeof *none))
            columns += in_ranges(c, two, sizeof two / sizeof *two) ? 2 : 1;
        s = slice_from(s, n ? n : 1);
    }
    return columns;
}
