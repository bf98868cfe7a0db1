/* unmatched -- a ring for each log. */
#include "config.h"

#include "daemon/unmatched.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

struct ring {
    struct buf lines[UNMATCHED_LINES];
    uint64_t n; /* ever added */
};

struct unmatched {
    unsigned nlogs;
    struct ring rings[];
};

struct unmatched *unmatched_new(unsigned nlogs)
{
    struct unmatched *u = xcalloc(1, sizeof *u + nlogs * sizeof *u->rings);

    u->nlogs = nlogs;
    return u;
}

void unmatched_free(struct unmatched *u)
{
    for (unsigned i = 0; u && i < u->nlogs; i++)
        for (unsigned k = 0; k < UNMATCHED_LINES; k++)
            buf_release(&u->rings[i].lines[k]);
    free(u);
}

void unmatched_add(void *ctx, const struct source *source, struct slice line)
{
    struct unmatched *u = ctx;
    struct ring *r = &u->rings[source->log];
    struct buf *b = &r->lines[r->n++ % UNMATCHED_LINES];

    buf_clear(b);
    buf_add(b, line.p, utf8_cut(line, UNMATCHED_BYTES));
}

struct slice unmatched_line(const struct unmatched *u, unsigned log, unsigned number)
{
    const struct ring *r = &u->rings[log];

    if (number >= r->n || number >= UNMATCHED_LINES)
        return slice_make(NULL, 0);
    return buf_all(&r->lines[(r->n - 1 - number) % UNMATCHED_LINES]);
}
