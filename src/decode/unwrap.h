/* unwrap -- takes the line out of what a container runtime wrapped around it, and joins the parts
 * of lines that the runtime cut.
 *
 *   docker  {"log":"text\n","stream":"stdout","time":"..."}
 *           a part is one whose log has no "\n" at its end
 *   cri     2025-11-12T10:15:30.123456789Z stdout F text
 *           P = a part, F = the last part
 *   KEY     the text of that key of a JSON object (journald: MESSAGE)
 *   auto    docker or cri, line by line; else the line as it stands
 *
 * Parts are kept per stream (stdout, stderr) in a `struct partial` that belongs to one file, and
 * are part of what is saved with its offset. */
#ifndef LT_DECODE_UNWRAP_H
#define LT_DECODE_UNWRAP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"

enum unwrap_kind { UNWRAP_NONE, UNWRAP_DOCKER, UNWRAP_CRI, UNWRAP_AUTO, UNWRAP_KEY };

struct partial {
    struct buf text[3]; /* stdout, stderr, other */
    bool too_long[3];
};

/* The line BORROWS the input or scratch; LINESCAN_SLACK bytes behind it can be read if they can
 * behind the input. */
struct unwrapped {
    struct slice line;   /* dies at the next call */
    struct slice stream; /* "stdout", "stderr", or "" */
    struct slice time;   /* the wrapper's own time, or "" */
};

enum unwrap_result {
    UNWRAP_LINE,     /* *ret_line is a whole line */
    UNWRAP_PART,     /* a part was kept; nothing to do yet */
    UNWRAP_TOO_LONG, /* the joined line went over max_bytes; it was dropped whole */
    UNWRAP_AS_IS,    /* not wrapped: *ret_line is the input */
};

enum unwrap_result unwrap_line(enum unwrap_kind kind, struct slice key, struct slice raw,
                               size_t max_bytes, struct partial *partial, struct arena *scratch,
                               struct unwrapped *ret_line);

/* The first unfinished line, for when nothing more will come: UNWRAP_LINE (in scratch, without a time
 * of its own), UNWRAP_TOO_LONG, or UNWRAP_PART when there is none. It is none any more. */
enum unwrap_result unwrap_unfinished(struct partial *partial, struct arena *scratch,
                                     struct unwrapped *ret_line);

void partial_release(struct partial *p);
/* For the state file. partial_load: 0 or -EBADMSG. */
void partial_save(const struct partial *p, struct buf *out);
int partial_load(struct partial *p, struct reader *in);

#endif
