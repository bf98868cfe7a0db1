/* exposition -- an exposition in text format read back, to compare two of them by number.
 *
 * Label order, `le` as 1 or 1.0, and the order of lines do not matter; every sample does. */
#ifndef LT_OFFLINE_EXPOSITION_H
#define LT_OFFLINE_EXPOSITION_H

#include "base/arena.h"
#include "base/buf.h"

struct sample {
    char *key; /* name{a="x",b="y"}: labels sorted, le canonical */
    char *value;
    double number; /* the same */
    bool is_sum;   /* name ends in _sum */
};

struct exposition {
    struct sample *list; /* sorted by key */
    size_t n, cap;
    struct arena text; /* of keys and values */
};

/* 0; or -EBADMSG with `NAME:LINE: sentence` in *err. */
int exposition_read(struct slice text, const char *name, struct exposition *ret_exposition,
                    struct buf *err);
void exposition_release(struct exposition *e);

/* Appends a readable difference: `- ` expected, `+ ` got. Numbers are compared as numbers, a _sum
 * within 1e-9 of its size. Returns how many samples differ. */
size_t exposition_diff(const struct exposition *expected, const struct exposition *got,
                       struct buf *out);

#endif
