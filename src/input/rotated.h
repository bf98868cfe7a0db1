/* rotated -- the names under which rotators leave a file: for app.log
 *
 *     app.log.1  app.log-20260102  app.log_2026-01-02  app.log.1.20260102  app.log.old  app.log-Mon
 *     app-2026-01-02.log  app.2026-01-02.3.log  app20260102.log  and, weak, app.1.log
 *
 * each also .gz, .xz, .zst or .bz2, or with the ending of what cannot be unpacked (.zip). */
#ifndef LT_INPUT_ROTATED_H
#define LT_INPUT_ROTATED_H

#include "base/buf.h"

enum rotated {
    ROTATED_NOT,
    /* worker.2.log may as well be the log of a second worker: only what is in it tells. */
    ROTATED_WEAK,
    ROTATED_SURE,
    ROTATED_GIVEN, /* the configuration says so */
};

/* Whether the name says that it is compressed. */
bool rotated_is_compressed(struct slice name);
/* The name without what says so. */
struct slice rotated_unpacked(struct slice name);
/* Is it the path of what the archive is made of, or unpacked to? */
bool rotated_is_unpacked(const char *path, const char *archive);
/* The nth (from 0) path that `path` may get when it is compressed; false when there is none. */
bool rotated_packed(const char *path, unsigned nth, struct buf *ret_packed);
/* The nth (from 0) name that `name` could be a rotated name of, the weak ones last; ROTATED_NOT when
 * there is none. */
enum rotated rotated_base(struct slice name, unsigned nth, struct buf *ret_base);

/* A given name may be beside several files: is it rather a part of path `a` than of `b`? It is of the
 * one whose name begins most like it; of two alike, of the first. */
bool rotated_is_rather(const char *part, const char *a, const char *b);

#endif
