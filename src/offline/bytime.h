/* bytime -- the lines of several files in the order of their own times.
 *
 * Files are read side by side, always the one that is furthest behind; lines wait in a heap until
 * no file can bring an older one, `slack` taken into account. A line later than that is handed out
 * at the time of the last one, and counted. Lines that neither have a time nor follow one that has
 * come first, with time_ns INPUT_NO_TIME.
 *
 * A file is opened when it is its turn and closed at its end: of a rotated set of a thousand, one
 * is open. Memory is what `slack` of log holds, with what is kept of each line at most 256 MiB:
 * beyond that the oldest line goes early. */
#ifndef LT_OFFLINE_BYTIME_H
#define LT_OFFLINE_BYTIME_H

#include "offline/inputs.h"
#include "offline/session.h"

struct bytime;

struct bytime_stats {
    uint64_t lines, late;
    uint64_t future;           /* later than can be: they took the time of the line before */
    uint64_t timeless;         /* with INPUT_NO_TIME */
    const char *timeless_path; /* the first file with such lines; dies with the bytime */
    int64_t first_ns, last_ns; /* times of the lines handed out, or INPUT_NO_TIME */
    /* The first file in which the time goes by a year from one line to the next, where lines have times
     * without one; NULL: none. Dies likewise. */
    const char *year_path;
    int64_t year_from_ns, year_to_ns;
    int zone_offset_s; /* that undated lines constantly have to their dated neighbours; 0 = none */
};

/* `latest_ns`: no line can be later. */
struct bytime *bytime_new(struct session *s, int64_t slack_ns, int64_t latest_ns);
void bytime_free(struct bytime *t);
/* Its turn comes at its first date, and lines before take theirs from it. BORROWS
 * the input. All files are added before the first line is asked for. */
void bytime_add(struct bytime *t, const struct input *in);
/* The next line, or without a source a span that is given up at its time, both for engine_take; it dies
 * with the next call. 1, 0 at the end, or negative errno with a sentence. */
int bytime_next(struct bytime *t, struct source **ret_source, struct engine_peek *ret_line,
                struct buf *err);
/* Bytes of the files read so far. */
uint64_t bytime_bytes(const struct bytime *t);
void bytime_stats(const struct bytime *t, struct bytime_stats *ret_stats);

#endif
