/* trail -- the shapes of lines seen before, as a tree.
 *
 * A program writes its lines in few places, and each place always writes the same keys in the same
 * order. So what stands between two values, `,"status":` or ` msg="`, can be guessed from what came
 * before, compared as a whole, and need not be read. A step is such a piece of text with what kind
 * of value stands behind it; the steps that were ever seen behind a step hang on it as a list.
 *
 *     {"time":"  ->  ,"level":"  ->  ,"msg":"  ->  ,"request_id":"  ->  ,"status":  ->  }\n
 *                                         |                         \->  ,"method":"  -> ...
 *                                         \->  ,"count":  -> ...
 *
 * linescan_kernel.h walks along it; what it meets for the first time becomes a step here. A step is
 * only a guess, and the walk proves it anew for every line, so that nothing a log holds can make a
 * trail wrong: at worst it is useless. What it may take is bounded, and a log that writes its keys
 * in ever new orders is read without one. */
#ifndef LT_DECODE_TRAIL_H
#define LT_DECODE_TRAIL_H

#include "decode/fields.h"

enum {
    TRAIL_TEXT = 32,     /* a piece of text of so many bytes or more is no step */
    TRAIL_STEPS = 2048,  /* of one trail */
    TRAIL_BRANCHES = 48, /* behind one step */
};

enum line_form { FORM_JSON, FORM_LOGFMT, LINE_FORMS };

enum step_kind {
    STEP_NONE,   /* none of the steps before it fitted */
    STEP_STRING, /* `text` ends with the opening quote */
    STEP_BARE,   /* a number, true, false, null; any bare word in logfmt */
    STEP_INNER,  /* `text` ends with the `{` or `[` of a nested value */
    STEP_END,    /* `text` ends with the newline */
};

struct trail_step {
    char text[TRAIL_TEXT];
    uint8_t n, kind;
    uint8_t key_at, key_n;    /* of the key in `text` */
    uint16_t slot;            /* of the key's value, or FIELDNAME_NO_SLOT */
    struct trail_step *next;  /* the first of those behind this one */
    struct trail_step *other; /* the next of those in this one's place; the last is STEP_NONE */
};

enum { TRAIL_DECIDING = 4 };

struct shapes;
struct shape;

struct trail {
    struct trail_step roots[LINE_FORMS]; /* before the first byte of a line */
    const struct fieldnames *want;       /* BORROWED */
    struct trail_step *steps;
    unsigned n, refused;
    uint16_t deciding[TRAIL_DECIDING]; /* slots */
    unsigned ndeciding;
    struct shapes *shapes; /* shape.h */
    struct shape *shape;   /* of the line last scanned, whose fields are not stored; or NULL */
};

struct trail *trail_new(const struct fieldnames *want);
void trail_free(struct trail *t);

/* The fields whose values tell lines apart best; of more than TRAIL_DECIDING the first. Before the
 * first line. */
void trail_decide(struct trail *t, const uint16_t *slots, unsigned n);
/* The lines that come next are in this block: LINESCAN_SLACK bytes before and behind it can be read,
 * until the next call; n = 0: they may be anywhere. */
void trail_block(struct trail *t, const char *p, size_t n);

/* Stores fields of the line last scanned, of which only the shape was found: those of these numbers; and
 * all that are not stored yet. */
void trail_store_some(const struct trail *t, const uint8_t *numbers, unsigned n,
                      struct field *slots, struct touched *touched);
void trail_store_rest(const struct trail *t, struct field *slots, struct touched *touched);

/* Makes a step of the text at p, which comes behind `after` and ends at the latest with a newline.
 * NULL when there is none to be made: the line is no such line, or an odd one, or there are too
 * many steps already. */
struct trail_step *trail_add(struct trail *t, enum line_form form, struct trail_step *after,
                             const char *p);

#endif
