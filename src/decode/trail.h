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
 * Lines with different messages have different keys: behind a value that decides which event a line is
 * the path forks by the value, as long as there are few. So the end of a path tells mostly which events
 * its lines may be, without a look at their fields.
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
    TRAIL_STEPS = 4096,  /* of one trail */
    TRAIL_BRANCHES = 48, /* behind one step */
    TRAIL_DECIDING = 4,  /* fields */
    TRAIL_FORKS_BITS = 10,
    TRAIL_EVENTS = 6,
};

enum line_form { FORM_JSON, FORM_LOGFMT, LINE_FORMS };

enum step_kind {
    STEP_STRING,    /* `text` ends with the opening quote */
    STEP_BARE,      /* a number, true, false, null; any bare word in logfmt */
    STEP_FORK,      /* as STEP_STRING; its value decides, and may have a fork */
    STEP_BARE_FORK, /* the same of STEP_BARE */
    STEP_INNER,     /* `text` ends with the `{` or `[` of a nested value */
    STEP_END,       /* `text` ends with the newline */
    STEP_NONE,      /* none of the steps before it fitted */
};

/* What the engine knows of all lines that end with a step. */
struct trail_note {
    const void *time_log; /* of this log the lines have one field that may be their time */
    bool has_events;
    bool has_all; /* they are all that the lines may be */
    uint8_t n;
    uint32_t events[TRAIL_EVENTS];
};

struct trail_step {
    char text[TRAIL_TEXT];
    uint32_t bits; /* the n lowest */
    uint8_t n, kind;
    uint8_t key_at, key_n;    /* of the key in `text` */
    uint16_t slot;            /* of the key's value, or FIELDNAME_NO_SLOT */
    bool decides;             /* its value does, and may have a fork; or may hold one that does */
    uint8_t members;          /* with it; 2: or more */
    uint32_t last;            /* of a fork: the hash of who came last and is not here */
    struct trail_step *next;  /* the first of those behind this one */
    struct trail_step *other; /* the next of those in this one's place; the last is STEP_NONE */
};

struct trail {
    struct trail_step roots[LINE_FORMS]; /* before the first byte of a line */
    const struct fieldnames *want;       /* BORROWED */
    struct trail_step *steps;
    struct trail_note *notes; /* of each step */
    /* Where lines go on that have a value behind a step, each at its hash: `text` is the value and the
     * byte behind it, `other` that step. */
    struct trail_step *forks;
    unsigned n, refused;
    uint16_t deciding[TRAIL_DECIDING]; /* slots */
    unsigned ndeciding;
    /* The last step of the line last scanned, if all values that decide are the same in all lines that
     * end with it; or NULL. */
    const struct trail_step *end;
};

struct trail *trail_new(const struct fieldnames *want);
void trail_free(struct trail *t);

/* The fields whose values tell lines apart best; of more than TRAIL_DECIDING the first. Before the
 * first line. */
void trail_decide(struct trail *t, const uint16_t *slots, unsigned n);

/* Of the line last scanned, which was valid; NULL when nothing is the same of all that end like it. */
static inline struct trail_note *trail_note(const struct trail *t)
{
    return t->end ? &t->notes[t->end - t->steps] : NULL;
}

/* A value of n bytes behind the step, which has no fork with the byte that ends it: it may get one when
 * they come again. Returns where its line goes on. */
struct trail_step *trail_fork(struct trail *t, struct trail_step *s, uint64_t hash,
                              const char *value, size_t n);

/* Makes a step of the text at p, which comes behind `after` and ends at the latest with a newline.
 * NULL when there is none to be made: the line is no such line, or an odd one, or there are too
 * many steps already. */
struct trail_step *trail_add(struct trail *t, enum line_form form, struct trail_step *after,
                             const char *p);

#endif
