/* against -- what rules come to on a sample of a log, for `check --against`: read as replay reads it, and
 * each line traced, so that what a page does not show is known too.
 *
 *   against.c        reads, and keeps what only a line at hand tells
 *   against_text.c   all of it for people        against_json.c   for programs
 *
 * Counts are the registry's; nothing is counted here a second way. What is kept beside them is bounded. */
#ifndef LT_CMD_AGAINST_H
#define LT_CMD_AGAINST_H

#include "base/jsonout.h"
#include "engine/bare.h"
#include "metrics/own.h"
#include "offline/inputs.h"
#include "offline/session.h"
#include "suggest/shapes.h"

enum {
    SHAPES_SHOWN = 10,
    EXAMPLE_MAX = 200, /* bytes of a line that are shown, or of a value that are kept */
};

/* A place of the rules where bare numbers met a unit. */
struct bare_place {
    struct bare_number first;
    char text[EXAMPLE_MAX + 1]; /* that of the first, kept */
    uint64_t lines;
};

/* The first time of a log that could not be read. */
struct bad_time {
    bool any;
    const char *from; /* a field's name, or where else it stood */
    char text[EXAMPLE_MAX + 1];
};

struct against {
    const struct setup *setup;
    struct inputs inputs;
    struct session session;
    struct bare_place *bare; /* a number of one line stands once in each place of the rules */
    size_t nbare, bare_cap;
    struct bad_time *times; /* of each log */
    struct shapes shapes;   /* of unmatched lines, the most frequent first when all are read */
    char **examples;        /* a line of each of their texts */
    size_t nexamples, examples_cap, shape_bytes;
    uint64_t ungrouped; /* unmatched lines that came when there were too many different ones */
    struct buf errors;  /* a line for each file that could not be read to its end */
};

/* -1 to go on, or an exit code after a sentence on stderr: no such file, no such log. Release in both
 * cases. */
int against_read(struct against *a, const struct setup *setup, const struct strings *files,
                 const char *as);
void against_release(struct against *a);

/* Counters that logtally has of itself, those that are not 0. */
typedef void against_row_fn(void *ctx, const struct slice *labels, uint64_t n);
void against_rows(const struct against *a, enum own_id id, against_row_fn *row, void *ctx);

uint64_t against_lines(const struct against *a);
/* Is it looked for, in a log of which there is a file? */
bool against_tries(const struct against *a, const struct event *e);
/* Did no line have the value? `labels` of OWN_RULE_SKIPPED. */
bool against_never_there(const struct against *a, const struct slice *labels, uint64_t n);
/* The words of a shape, what varies as `<number>`. */
void against_shape(const struct shape *s, struct buf *out);
/* The first line that has it. */
struct slice against_example(const struct against *a, const struct shape *s);
/* The number of a log that own metrics name. */
unsigned against_log(const struct against *a, struct slice name);

/* What --strict does not forgive, in one sentence; nothing when there is none. */
void against_failures(const struct against *a, struct buf *out);

void against_text(const struct against *a, struct buf *out);
/* Adds the key "against" to an open object; null without `a`. */
void against_json(const struct against *a, struct jsonout *j);

#endif
