/* ini_line -- one physical line of an INI file, and what it shows by itself. Private to ini.c. */
#ifndef LT_CONFIG_INI_LINE_H
#define LT_CONFIG_INI_LINE_H

#include "base/buf.h"
#include "base/slice.h"

/* What is left of a text; copy it to come back to a line. */
struct lines {
    const char *p, *end;
    int number; /* of the line last taken; from 1 */
};

/* Without its end (CR, LF, blanks) and without the blanks before it. */
struct line {
    struct slice text; /* BORROWS the text */
    bool indented;
};

bool line_take(struct lines *in, struct line *ret_line);
/* Nothing, or a comment and nothing else. */
bool line_is_comment(struct slice s);
/* Where ` ;` begins a comment; s.n when nowhere. */
size_t line_comment_at(struct slice s);
/* Where ` # ` stands outside of quotes, which looks like a comment and is none; s.n when nowhere. */
size_t line_hash_at(struct slice s);
/* The name before `=`; empty when there is no `=`. */
struct slice line_key(struct slice s);
/* `two words = value`, which is not `where msg == value`. */
bool line_key_has_blank(struct slice s);
/* The first word of `[word ...]`. */
struct slice line_section_word(struct slice s);
/* `\;` is a semicolon. */
void line_unescape(struct buf *value);

#endif
