/* words -- a text cut into words, and what kind of thing each word is.
 *
 * A word is what stands between blanks; a quoted piece is one word however many blanks it holds.
 * What varies from line to line is told from what does not by its look: a number, a time, an id. */
#ifndef LT_SUGGEST_WORDS_H
#define LT_SUGGEST_WORDS_H

#include "base/slice.h"

#include <stdbool.h>

enum word_class {
    WORD_FIXED, /* plain words */
    WORD_NUMBER,
    WORD_TIME, /* 10:15:30, also a date and time in one */
    WORD_DATE,
    WORD_DURATION, /* 1.5ms */
    WORD_SIZE,     /* 12KiB */
    WORD_PERCENT,
    WORD_ID, /* a UUID, or eight and more hexadecimal digits */
    WORD_ADDRESS,
    WORD_PATH, /* also a URL */
    WORD_METHOD,
    WORD_BOOL,
    WORD_QUOTED,
    WORD_NAME,  /* of a host, a user, a module */
    WORD_DASH,  /* nothing is there */
    WORD_OTHER, /* has digits, or differs for no visible reason */
    WORD_CLASSES
};

struct word {
    struct slice before, core, after; /* a fixed word is all `before` */
    enum word_class class;
    bool glued; /* no blank before it: a part of `0/0/12` */
};

enum { WORDS_MAX = 40 };

/* The place of a word, from 1, in a list whose words are divided by blanks; 0: it is not there. */
size_t word_among(struct slice word, const char *list);
/* What a value on its own is. */
enum word_class word_class(struct slice value);

/* Cuts a text; what comes after WORDS_MAX words is left out and *ret_more says so. All slices
 * BORROW the text. */
size_t words_split(struct slice text, struct word words[WORDS_MAX], bool *ret_more);

#endif
