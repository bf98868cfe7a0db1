/* plain_items -- what plain_compile.c makes of a regex, and plain.c goes through. */
#ifndef LT_RULES_PLAIN_ITEMS_H
#define LT_RULES_PLAIN_ITEMS_H

#include "base/slice.h"

#include <stdint.h>

/* A FIELD is the first of a MARK, a firm SET and a MARK, which are done at once: most groups are that. */
enum item_kind { ITEM_TEXT, ITEM_SET, ITEM_MARK, ITEM_FIELD, ITEM_FORK, ITEM_JUMP, ITEM_END };

struct item {
    enum item_kind kind;
    union {
        struct { /* TEXT */
            struct slice text;
            size_t rare; /* which of its bytes lines have least often */
        };
        struct { /* SET: bytes whose kinds have this bit; or, of 0, all but `stop` */
            uint32_t least, most;
            uint32_t
                next_text; /* the item that stands right behind it, if that is a text; else 0 */
            bool lazy;
            bool firm; /* what it takes is never given back */
            uint8_t bit;
            char stop;
        };
        unsigned mark; /* MARK, FIELD: where the subject is at goes to spans[mark] */
        unsigned to;   /* JUMP; and FORK, if the next one fails */
    };
};

struct plain {
    char *texts;         /* of all TEXTs */
    bool to_end;         /* $ */
    unsigned first_text; /* the item that each match begins with; UINT_MAX: with ^ */
    uint8_t *kinds;      /* of each byte: the sets that have it; NULL where there are none */
    struct item items[];
};

#endif
