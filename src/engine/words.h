/* words -- how explain writes what stands in a log. Private to it. */
#ifndef LT_ENGINE_WORDS_H
#define LT_ENGINE_WORDS_H

#include "base/buf.h"

enum { TEXT_MAX = 200 };

/* Text from a log, safe for a terminal, cut after TEXT_MAX bytes. */
void show_text(struct buf *out, struct slice s);
/* In quotes, as C writes it: `"` and `\` escaped, and blanks that only look like one as \u00a0. */
void show_quoted(struct buf *out, struct slice s);
/* In quotes only where its ends, or what stands behind it, could be mistaken. */
void show_value(struct buf *out, struct slice s);
/* Bytes of a blank at byte `i` that only looks like U+0020, or that nobody sees: U+00A0, U+2000 to U+200F,
 * U+202F, U+3000, U+FEFF. 0: there is none. */
size_t strange_blank(struct slice s, size_t i);
/* 2025-11-12T10:15:30.5Z */
void show_instant(struct buf *out, int64_t ns);

#endif
