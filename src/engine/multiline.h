/* multiline -- lines of one file joined to records: stack traces, SQL statements, JSON over many lines.
 *
 * A line that begins a record ends the one before; any other belongs to it. One record is open in each
 * stream of a file (stdout and stderr apart), of at most one limit each. Open ones are saved with the
 * file's offset: what has been read of them is not read again. */
#ifndef LT_ENGINE_MULTILINE_H
#define LT_ENGINE_MULTILINE_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>

enum { MULTILINE_STREAMS = 3 };

struct joined {
    struct buf text; /* lines divided by '\n'; LINESCAN_SLACK bytes behind it can be read */
    struct buf time; /* of the wrapper, of the first line */
    uint32_t lines;  /* that it had, also those cut off; 0 = none is open */
    uint32_t blanks; /* at its end, which belong to it if more comes */
    bool cut;        /* it went over the limit */
    bool rewritten;  /* a line of it was, since it was loaded: for explain */
};

struct multiline {
    struct joined open[MULTILINE_STREAMS]; /* stdout, stderr, other */
};

unsigned multiline_stream(struct slice name);
const char *multiline_stream_name(unsigned stream);

/* Takes a line in, which may be blank. True: it begins a record, and *done is the one before. */
bool multiline_add(struct multiline *m, unsigned stream, struct slice line, struct slice time,
                   bool begins, size_t most, struct joined *done);
/* The first open record becomes *done; false when there is none. */
bool multiline_take(struct multiline *m, struct joined *done, unsigned *ret_stream);
bool multiline_is_open(const struct multiline *m);

void joined_release(struct joined *j);
void multiline_release(struct multiline *m);
/* For the state. multiline_load: false when it is damaged. */
void multiline_save(const struct multiline *m, struct buf *out);
bool multiline_load(struct multiline *m, struct reader *in);

#endif
