/* snapshot -- a copy that another thread may have. Taking one is one memcpy and one list of chunks
 * per family. */
#include "config.h"

#include "metrics/snapshot.h"

#include "base/refs.h"
#include "base/xalloc.h"
#include "metrics/snapshot_impl.h"

#include <stdlib.h>

static void *copy_array(const void *p, size_t n, size_t size)
{
    void *copy;

    if (!p || n == 0)
        return NULL;
    copy = xreallocarray(NULL, n, size);
    memcpy(copy, p, n * size);
    return copy;
}

static void copy_family(struct family_copy *c, struct family *f)
{
    f->touched = f->touched || f->cells.updated;
    f->cells.updated = false;
    refs_take(&f->info->refs);
    *c = (struct family_copy){
        .info = f->info,
        .n = f->table.n,
        .exposed = f->table.nlabels ? f->table.n > f->ndropped : f->touched,
        .hidden = f->hidden,
        .cells = {.any = copy_array(f->cells.any, f->table.n, f->cells.stride),
                  .stride = f->cells.stride,
                  .stamps = copy_array(f->cells.stamps, f->table.n, sizeof *f->cells.stamps)},
        .chunks = chunks_share(&f->table),
        .nchunks = f->table.nchunks,
        .exemplars = exemplars_share(&f->exemplars, f->table.n),
    };
}

struct snapshot *snapshot_take(struct registry *r)
{
    struct snapshot *s = xcalloc(1, sizeof *s);

    s->now_ns = r->now_ns;
    s->n = r->n;
    s->families = xcalloc(r->n + 1, sizeof *s->families);
    for (unsigned i = 0; i < r->n; i++)
        copy_family(&s->families[i], r->families[i]);
    s->nparked = r->nparked;
    s->parked = copy_array(r->parked, r->nparked, sizeof(struct parked *));
    for (unsigned i = 0; i < s->nparked; i++)
        refs_take(&s->parked[i]->refs);
    return s;
}

static void release_family(struct family_copy *c)
{
    free(c->cells.any);
    free(c->cells.stamps);
    chunks_release(c->chunks, c->nchunks);
    exemplars_release(&c->exemplars, c->n);
    family_info_unref(c->info);
}

void snapshot_free(struct snapshot *s)
{
    if (!s)
        return;
    for (unsigned i = 0; i < s->n; i++)
        release_family(&s->families[i]);
    for (unsigned i = 0; i < s->nparked; i++)
        parked_unref(s->parked[i]);
    free(s->families);
    free(s->parked);
    free(s);
}
