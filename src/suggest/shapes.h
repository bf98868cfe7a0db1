/* shapes -- many texts, few shapes: which of them say the same thing with other values.
 *
 * A shape is a row of words, some of them fixed, some variable, perhaps with anything behind them.
 * Words that look like values (numbers, ids, paths) vary from the start. More is found by
 * comparing: many texts that differ in one word; different ends behind a colon; many rare texts
 * that begin alike. Words with digits in them that never changed (ssh2, v1.0) are fixed
 * again; what names a number, a host, a user or a path is not: it will be another tomorrow. */
#ifndef LT_SUGGEST_SHAPES_H
#define LT_SUGGEST_SHAPES_H

#include "suggest/words.h"

#include "base/map.h"

#include <stdint.h>

struct shape_word {
    bool variable;
    enum word_class class; /* of the variable part: that of all its values, or WORD_OTHER */
    struct slice text;     /* fixed: the word; variable: its first value */
    struct slice before, after;
    bool one_blank; /* always exactly one space before it */
    bool glued;     /* never any */
    bool blanks;    /* some value holds a blank */
    bool quotes;    /* some value holds a " */
    bool same;      /* all values are equal */
    bool unit;      /* of the number before, with which it is one value */
    bool odd;       /* some value is a lone -, or a number with more than digits and points */
};

struct shape {
    struct shape_word words[WORDS_MAX];
    size_t nwords;
    bool open;            /* anything may follow */
    bool ends;            /* open behind a colon: a reason, or what it is about */
    bool differs;         /* not all its texts are equal */
    uint64_t count;       /* lines */
    struct slice example; /* the text met first */
};

/* Different texts, numbered. */
struct texts {
    struct map numbers; /* owns the texts */
    struct text {
        struct slice text;
        uint64_t count; /* lines */
        size_t into;    /* the number of what took its place; its own while nothing did */
        size_t shape;   /* that it came to */
    } * list;
    size_t n, cap;
};

struct shapes {
    struct texts texts;
    struct shape *shapes; /* BORROW the texts */
    size_t nshapes, shapes_cap;
    bool exact; /* texts that differ in fixed words are never of one */
};

/* Counts a text; returns its number. */
size_t shapes_add(struct shapes *s, struct slice text);
/* When all were added: finds the shapes. */
void shapes_find(struct shapes *s);
void shapes_release(struct shapes *s);

#endif
