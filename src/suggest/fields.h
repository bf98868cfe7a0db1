/* fields -- what a field holds over many lines, and what a rule could do with it. */
#ifndef LT_SUGGEST_FIELDS_H
#define LT_SUGGEST_FIELDS_H

#include "suggest/words.h"

#include "base/map.h"

#include <stdint.h>

enum {
    VALUES_MAX = 1000, /* different values that are told apart */
    FIELDS_MAX = 4096, /* different names; those that come later are left out */
};

struct field_stats {
    char *name;
    uint64_t seen; /* lines that have it */
    uint64_t classes[WORD_CLASSES];
    uint64_t totals; /* numbers that were as large as those before them in a row together */
    uint64_t micro;  /* numbers with six digits behind the point */
    bool fraction;   /* some number is not whole, or written as if it were not (0.000) */
    bool code;       /* some number begins with a 0 that counts nothing, as 05 */
    bool uneven;     /* not all values are as long */
    size_t first_n;  /* how long the first is */
    bool text;       /* some value has a blank, an @ or more than LABEL_BYTES */
    double min, max, sum;
    struct map values, routes; /* routes: of paths, digits and ids taken out */
};

enum field_role {
    ROLE_NONE,    /* nothing to say about it */
    ROLE_LABEL,   /* few values */
    ROLE_ROUTE,   /* few values once ids are taken out of the path */
    ROLE_TIME,    /* observe */
    ROLE_SIZE,    /* observe */
    ROLE_ADD,     /* a number of things done */
    ROLE_SET,     /* a number of things there are */
    ROLE_NUMBER,  /* a number, who knows of what */
    ROLE_REFUSED, /* too many values for a label */
};

struct field_guess {
    enum field_role role;
    const char *unit; /* of ROLE_TIME and ROLE_SIZE */
    const char *why;  /* for a comment; NULL: it is plain */
};

struct field_list {
    struct field_stats *list;
    size_t n, cap;
    struct map index; /* name -> number in the list */
};

/* Takes note of a value. */
void field_note(struct field_list *fields, struct slice name, struct slice value);
/* Of a name that has one: it was as large as the numbers before it in a row together. */
void field_note_total(struct field_list *fields, struct slice name);
/* NULL: no line has it. */
const struct field_stats *field_find(const struct field_list *fields, struct slice name);
void field_list_release(struct field_list *fields);

/* `name`: what rules call it. `about`: what the line says, for telling `count` of "active sessions"
 * from that of "rows". */
struct field_guess field_guess(const struct field_stats *f, struct slice name, struct slice about);

/* The guess for bare numbers that are durations, by how large they are. */
struct field_guess field_guess_magnitude(const struct field_stats *f);
/* How many routes its paths come to, those aside that hardly any line has. */
size_t field_routes(const struct field_stats *f);
/* Can rules name it? */
bool field_is_usable(struct slice name);
bool field_is_level(struct slice name);
bool field_is_status(struct slice name);
bool field_is_time(struct slice name);

#endif
