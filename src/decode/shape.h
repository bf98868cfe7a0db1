/* shape -- all that lines from one place of a program have in common, to be checked at once.
 *
 * The walk along a trail asks after each value what stands there, and a processor can foresee neither
 * the answer nor where the value ends. But a program that writes `"msg":"db query"` mostly writes the
 * same keys behind it. So what rules ask for first (`msg`, `level`: the values that decide which event
 * a line is) and how many quotes a line has lead to the shape that such a line had before:
 *
 *     {"time":"  #  ","level":"INFO","msg":"db query","rows":  #  ,"table":"  #  "}\n
 *
 * runs of bytes that are all the same, and between them values of which only the end is looked for,
 * in the index (lineindex.h). All runs are compared in one go, with one branch; the numbers among the
 * values are checked by their grammar. What fits is valid, as it was when the shape was learned by the
 * walk; what does not fit is walked. As the deciding values are part of the runs, what events a
 * line of a shape may be is known without a look at it (`note`).
 *
 * A guess can only cost time. Shapes are bounded in number and in size; where lines do not keep to
 * what they seem to be, they are learned anew ever more seldom. */
#ifndef LT_DECODE_SHAPE_H
#define LT_DECODE_SHAPE_H

#include "decode/lineindex.h"

#include <stddef.h>

enum {
    SHAPE_VALUES = 40,
    SHAPE_PIECES = 64,
    SHAPE_HEAD = 8,      /* so many first values are looked at for those that decide */
    SHAPE_DECIDING = 40, /* bytes of a deciding value that becomes part of a run */
    SHAPES_BITS = 10,
    PIECE = 32,
};

/* A run of so many bytes, then the value, which ends `back` bytes before the next bit of the index. */
struct shape_value {
    uint16_t n;
    uint8_t back;
    bool quoted;
};

/* A part of run `at`, so far behind its beginning, which is the end of value `at` - 1. */
struct shape_piece {
    char text[PIECE], mask[PIECE];
    uint16_t at, off;
};

/* A field that a rule wants: from so far behind the beginning of run `at` to so far behind that of run
 * `to`, which begins where the value before it ends. */
struct shape_field {
    uint16_t at, off, to, to_off;
    uint16_t slot;
};

enum { SHAPE_EVENTS = 6, SHAPE_NO_FIELD = -1, SHAPE_ASK = -2 };

/* What the engine found out about lines of a shape, once for all of them. */
struct shape_note {
    const void *log; /* for whose lines `time` is known */
    int time;        /* which field is the time; SHAPE_NO_FIELD: none; SHAPE_ASK: it may be any */
    bool has_events, has_asked;
    bool has_all; /* the events are all that they may be, whatever else stands in the line */
    uint8_t nevents, nasked;
    uint32_t events[SHAPE_EVENTS]; /* that they may be */
    uint8_t asked[SHAPE_VALUES];   /* the fields that those read of every line */
};

struct shape {
    bool is_decided; /* all values that decide are in the runs */
    unsigned members, nvalues, npieces, nfields, nnumbers;
    uint16_t last; /* bytes of the last run, the newline with them */
    bool careful;  /* in quotes there are bits of the index that end nothing */
    struct shape_note note;
    struct shape_value values[SHAPE_VALUES];
    uint16_t numbers[SHAPE_VALUES]; /* which values are bare ones of JSON */
    struct shape_field fields[SHAPE_VALUES];
    struct shape_piece pieces[]; /* first the first of each run that a value follows */
};

struct shape_place {
    struct shape *shape;
    uint32_t hash;  /* of who came last and did not fit, */
    uint16_t came;  /* and how often in a row */
    uint32_t waits; /* so many of those are not learned */
    uint8_t learned;
};

/* The first values of most lines, as far as the last that decides. */
struct shape_head {
    bool known;
    unsigned n;
    struct shape_value values[SHAPE_HEAD];
    bool decides[SHAPE_HEAD];
};

/* Values that are not plain text, a bit for each. */
struct odd_values {
    uint64_t nulls, escaped;
};

struct shapes {
    struct lineindex index;
    /* Of the line whose shape is trail.shape: the line's beginning, then where each value ends. */
    uint32_t ends[SHAPE_VALUES + 1];
    struct odd_values odd;
    enum line_form form;
    struct shape_head heads[LINE_FORMS];
    unsigned strange;          /* lines in a row that did not fit */
    unsigned rests;            /* so many lines are not guessed */
    unsigned failed;           /* guesses, since they were judged last */
    uint64_t judged;           /* at so many lines of the index */
    struct shape_place *place; /* of the line that was guessed at last; NULL: none was */
    uint32_t hash;
    struct shape_place places[1 << SHAPES_BITS];
};

/* The line that begins at p and of which no guess was right has these steps, the last ends it. */
void shapes_learn(struct trail *t, enum line_form form, const char *p,
                  struct trail_step *const *path, unsigned n);
void shapes_free(struct shapes *s);

/* Field i of the line whose shape was found: its text as written. */
static inline struct slice shape_text(const struct trail *t, unsigned i)
{
    const struct shape_field *f = &t->shape->fields[i];
    const struct shapes *s = t->shapes;
    uint32_t at = s->ends[f->at] + f->off;

    return slice_make(s->index.begin + at, s->ends[f->to] + f->to_off - at);
}

#endif
