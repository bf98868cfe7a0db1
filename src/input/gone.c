/* gone -- contents that are gone (FILE_ABSENT): remembered, and found again by how they began.
 *
 * Why apart from those that are there: twenty thousand may be remembered, and neither a look at the
 * files nor a newcomer may become slower for that. They are in lists of their own, and a newcomer
 * meets those only that begin as it does.
 *
 * Each is filed under its first 512, 64 and 16 bytes, as far as it has so many. The longest of these
 * is its own key; under the others it is found by a newcomer that is shorter, a copy that is still
 * being made. So a banner that all contents of a log share costs nothing as soon as it is known what
 * comes after it. One of less than 16 bytes is filed under its stream's name; a newcomer of so few
 * looks for what had its name. */
#include "config.h"

#include "input/set.h"

#include "base/hash.h"

static const size_t key_sizes[GONE_KEYS] = {512, 64, GONE_LEAST};
enum { OF_NAME = 2 * GONE_KEYS, OF_PATH, STEPS };

static uint64_t key_of(uint32_t head, size_t size, bool own)
{
    return hash_number((uint64_t)head << 16 | size << 1 | own);
}

static uint64_t tiny_key(const struct stream *s)
{
    return hash_text(GONE_LEAST, slice_str(path_name(s->path)));
}

static uint32_t head_hash(const struct tail *t, unsigned k)
{
    static const unsigned heads[GONE_KEYS] = {4, 1}; /* see tail_digest */

    return k < 2 ? t->digest->heads[heads[k]] : digest_hash(t->digest->head, GONE_LEAST);
}

static void add_keys(struct tailset *t, struct tail_file *f)
{
    bool own = true;

    for (unsigned k = 0; k < GONE_KEYS; k++) {
        if (f->tail.head_n < key_sizes[k])
            continue;
        index_add(&t->head_index, &f->by_head[k],
                  key_of(head_hash(&f->tail, k), key_sizes[k], own));
        own = false;
    }
    if (own)
        index_add(&t->head_index, &f->by_head[0], tiny_key(f->stream));
    index_add_text(&t->gone_index, &f->by_name, path_name(f->path));
}

void gone_add(struct tailset *t, struct tail_file *f)
{
    struct stream *s = f->stream;

    files_append(&t->gone, f);
    f->stream_prev = NULL;
    f->stream_next = s->gone;
    if (s->gone)
        s->gone->stream_prev = f;
    s->gone = f;
    t->ngone++;
    t->gone_lines += tail_count_lines(&f->tail.count);
    f->just = false;
    tail_forget_bytes(&f->tail, file_charset(f));
    if (f->tail.offset > 0 && !f->packed)
        add_keys(t, f);
}

void gone_remove(struct tailset *t, struct tail_file *f)
{
    files_remove(&t->gone, f);
    *(f->stream_prev ? &f->stream_prev->stream_next : &f->stream->gone) = f->stream_next;
    if (f->stream_next)
        f->stream_next->stream_prev = f->stream_prev;
    t->ngone--;
    t->gone_lines -= tail_count_lines(&f->tail.count);
    for (unsigned k = 0; k < GONE_KEYS; k++)
        index_remove(&t->head_index, &f->by_head[k]);
    index_remove(&t->gone_index, &f->by_name);
}

void gone_renew(struct tailset *t, struct tail_file *f)
{
    memory_take_back(t, f);
    files_remove(&t->gone, f);
    files_append(&t->gone, f);
}

/* The first of a step, in the order in which a newcomer's own may lie there. */
static struct index_node *first_of(const struct tailset *t, const struct gone_search *s)
{
    unsigned k = s->step / 2;
    bool own = s->step % 2 == 0;

    if (s->step == OF_NAME)
        return index_first(&t->head_index, tiny_key(s->stream));
    if (s->step == OF_PATH)
        return s->head.n < GONE_LEAST ? index_find(&t->gone_index, slice_str(path_name(s->path)))
                                      : NULL;
    if (s->head.n < key_sizes[k] || (!own && (k == 0 || s->head.n >= key_sizes[k - 1])))
        return NULL;
    return index_first(&t->head_index,
                       key_of(digest_hash(s->head.p, key_sizes[k]), key_sizes[k], own));
}

static struct tail_file *file_of(struct index_node *node, unsigned step)
{
    if (step == OF_PATH)
        return INDEX_THING(node, struct tail_file, by_name);
    if (step == OF_NAME)
        return INDEX_THING(node, struct tail_file, by_head[0]);
    return index_thing(node,
                       offsetof(struct tail_file, by_head) + step / 2 * sizeof(struct index_node));
}

struct tail_file *gone_next(const struct tailset *t, struct gone_search *s)
{
    if (s->node)
        s->node = index_next(s->node);
    else
        s->node = first_of(t, s);
    while (!s->node && ++s->step < STEPS)
        s->node = first_of(t, s);
    return s->node ? file_of(s->node, s->step) : NULL;
}
