/* unescape -- backslashes in JSON strings and in Go-quoted logfmt.
 *
 * `out` needs room for s.n bytes: no escape is shorter than what it stands for. */
#ifndef LT_DECODE_UNESCAPE_H
#define LT_DECODE_UNESCAPE_H

#include "base/slice.h"

#include <stdint.h>

enum { JSON_ESCAPE_MAX = 6 }; /* bytes of \uXXXX */

/* How many bytes of eight come before a quote, a backslash or a control character; 8: all. */
static inline unsigned json_plain_bytes(uint64_t v)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = v ^ ones * '"', backslash = v ^ ones * '\\';
    uint64_t found = ((quote - ones) | (backslash - ones) | (v - ones * 0x20)) & ~v & tops;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return found != 0 ? 0 : 8; /* borrows run from right to left: only a zero is sure */
#else
    return found != 0 ? (unsigned)__builtin_ctzll(found) / 8 : 8;
#endif
}

/* At a backslash in a JSON string: behind the escape, or NULL when it is none. */
const char *json_skip_escape(const char *p, const char *end);

/* The inside of a valid JSON string. An unpaired surrogate is U+FFFD. Returns the length. */
size_t unescape_json(char *out, struct slice s);
/* The same with proof, up to the closing quote: from p, behind the opening quote, on. *out needs
 * room for end - p + 8 bytes and is moved behind what was written. Returns where the closing quote
 * is; NULL when this is no valid JSON string. */
const char *unescape_json_string(const char *p, const char *end, char **out);
/* The inside of a Go-quoted string; what is no escape of Go stands as written. */
size_t unescape_go(char *out, struct slice s);

#endif
