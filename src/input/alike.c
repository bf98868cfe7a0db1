/* alike -- how many first bytes of a content prove nothing, since others of its stream begin with them as well: a
 * banner, the lines that a job writes each time it runs.
 *
 * Why it is learned, and not configured: two contents that went on otherwise show it. Of what is gone only hashes of the
 * first 32, 64, 128, ... bytes are left, so a banner may seem longer than it is. */
#include "config.h"

#include "input/set.h"

#include <string.h>

#define UNKNOWN UINT64_MAX

/* Less than a line, as a crash leaves it, or who has deleted what he was writing, proves nothing: two lines
 * of a log begin alike. */
bool file_knows_less_than_a_line(const struct tail_file *f, struct slice alike)
{
    const struct tail *tail = &f->tail;
    struct slice known = tail->head ? slice_make(tail->head, tail->head_n) : alike;

    if (known.n > tail->head_n)
        known.n = tail->head_n;
    return tail->head_n == tail->offset && known.n == tail->head_n &&
           charset_whole_lines(file_charset(f), known) == 0;
}

bool file_proves_nothing(const struct tail_file *f)
{
    return f->tail.offset <= file_alike(f) || file_knows_less_than_a_line(f, SLICE(""));
}

/* What an editor replaced, perhaps, is no other generation: what it shares with what came of it is no banner. */
static void learn_alike(const struct tail_file *f, const struct tail_file *other)
{
    bool differ;
    uint64_t shared = tail_shared(&f->tail, &other->tail, &differ);

    if (differ && shared > f->stream->alike && !other->doubted)
        f->stream->alike = shared;
}

/* Takes what f shares with another; true when no more counts. */
static bool share(const struct tail_file *f, const struct tail_file *other, uint64_t *most)
{
    uint64_t shared;
    bool differ;

    if (f == other || !file_has_content(other) || other->tail.offset == 0 || other->doubted)
        return false;
    shared = tail_shared(&f->tail, &other->tail, &differ);
    if (*most == UNKNOWN || *most < shared)
        *most = shared;
    return *most >= f->stream->alike;
}

uint64_t file_alike(const struct tail_file *f)
{
    uint64_t most = UNKNOWN;
    int left = COMPARISONS_MAX;

    if (f->stream->alike == 0 || !f->tail.head)
        return f->stream->alike;
    for (const struct tail_file *g = f->stream->files; g; g = g->stream_next)
        if (share(f, g, &most))
            return f->stream->alike;
    for (const struct tail_file *g = f->stream->gone; g && left > 0; g = g->stream_next, left--)
        if (share(f, g, &most))
            return f->stream->alike;
    return most == UNKNOWN ? f->stream->alike : most;
}

static struct tail_file *whole_of(const struct tail_file *part, struct tail_file *f)
{
    bool differ;

    for (; f; f = f->stream_next) {
        if (!file_has_content(f) || f->tail.offset <= part->tail.offset)
            continue;
        (void)tail_shared(&part->tail, &f->tail, &differ);
        if (!differ)
            return f;
    }
    return NULL;
}

struct tail_file *file_whole_of(const struct tail_file *part)
{
    struct tail_file *f = whole_of(part, part->stream->files);

    return f ? f : whole_of(part, part->stream->gone);
}

void file_learn_alike(const struct tailset *t, struct tail_file *f)
{
    struct gone_search s = {
        .head = slice_make(f->tail.head, f->tail.head_n), .path = f->path, .stream = f->stream};
    const struct tail_file *g;

    for (g = f->stream->files; g; g = g->stream_next)
        learn_alike(f, g);
    for (int i = 0; i < COMPARISONS_MAX && f->stream->gone && (g = gone_next(t, &s)); i++)
        if (g->stream == f->stream)
            learn_alike(f, g);
}
