/* utf8 -- text from logs is bytes; what is shown must be UTF-8. */
#ifndef LT_BASE_UTF8_H
#define LT_BASE_UTF8_H

#include "base/buf.h"

#include <stdint.h>

bool utf8_valid(struct slice s);
/* Valid and without NUL: what utf8_clean leaves as it is. */
bool utf8_is_clean(struct slice s);
/* Length of the well-formed character at the start of `s`; 0 when there is none. */
size_t utf8_char(struct slice s);
/* Appends `s` as valid UTF-8 without NUL: each offending byte becomes U+FFFD. */
void utf8_clean(struct buf *out, struct slice s);
/* Of a well-formed character. */
uint32_t utf8_codepoint(struct slice c);
/* Whether a terminal must not get this well-formed character as it is: C0, DEL, C1, and the
 * separators and marks that start a line or turn its direction. */
bool utf8_dangerous(struct slice c);
/* Appends `s` safe for a terminal: cleaned, and what is dangerous written as \x1b. */
void utf8_show(struct buf *out, struct slice s);
/* Likewise of `max` bytes at most; `...` stands for the rest. */
void utf8_show_cut(struct buf *out, struct slice s, size_t max);
/* Writes one code point (U+FFFD for a surrogate or one past U+10FFFF); returns its length. */
size_t utf8_encode(char out[4], uint32_t codepoint);
/* The longest prefix of at most `max` bytes that does not cut a character. */
size_t utf8_cut(struct slice s, size_t max);
/* How many characters; each byte that belongs to none is one, as utf8_clean makes it. */
size_t utf8_count(struct slice s);
/* How many columns of a terminal: emoji and the like take two, marks on a letter none. */
size_t utf8_columns(struct slice s);

#endif
