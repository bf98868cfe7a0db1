/* set -- how the things of a tailset are found, and what waits: names to be looked at, newcomers to
 * be identified, files to be read. Nothing here looks at the disk.
 *
 * Why names wait at all: what notices that a name may have changed is in the midst of something
 * that the look could change under it; place.c looks when that is done. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum { WAIT_GROWTH = 10 };

void files_append(struct file_list *l, struct tail_file *f)
{
    f->prev = l->last;
    f->next = NULL;
    *(l->last ? &l->last->next : &l->first) = f;
    l->last = f;
}

void files_remove(struct file_list *l, struct tail_file *f)
{
    if (l->at == f)
        l->at = f->next;
    *(f->prev ? &f->prev->next : &l->first) = f->next;
    *(f->next ? &f->next->prev : &l->last) = f->prev;
}

struct tail_file *files_next(struct file_list *l)
{
    struct tail_file *f = l->at;

    if (f)
        l->at = f->next;
    return f;
}

bool files_rewind(struct tailset *t, const struct piece *p)
{
    (void)p;
    t->files.at = t->files.first;
    return true;
}

struct piece piece_begin(struct tailset *t)
{
    int64_t now = clock_mono_ns();

    t->full = false;

    return (struct piece){now + t->options.piece_ns, clock_thread_ns() + t->options.piece_ns,
                          now + WAIT_GROWTH * t->options.piece_ns};
}

bool piece_is_over(const struct piece *p)
{
    int64_t now = p ? clock_mono_ns() : 0;

    if (!p || now < p->until_ns)
        return false;
    return now >= p->most_ns || clock_thread_ns() >= p->until_cpu_ns;
}

bool work_on(struct tailset *t, const struct piece *p, work_fn *const *row, unsigned n,
             unsigned *at)
{
    for (; *at < n; (*at)++)
        if (!row[*at](t, p))
            return false;
    *at = 0;
    return true;
}

static void put_back(struct tailset *t, struct newcomer *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        list[i].stream->verified = false;
        if (list[i].path)
            queue_newcomer(t, &list[i]);
        free(list[i].path);
    }
    free(list);
}

void looking_reset(struct tailset *t)
{
    put_back(t, t->batch, t->nbatch);
    put_back(t, t->newcomers, t->nnewcomers);
    map_release(&t->newcomer_numbers);
    t->batch = t->newcomers = NULL;
    t->nbatch = t->nnewcomers = t->newcomers_cap = 0;
    t->files.at = NULL;
    t->looking = (struct looking){0};
}

uint64_t birth_hash(const struct identity *id)
{
    return hash_number(id->ino ^ (uint64_t)id->birth_ns << 8);
}

struct tail_file *file_by_path(const struct tailset *t, const char *path)
{
    return INDEX_THING(index_find(&t->path_index, slice_str(path)), struct tail_file, by_path);
}

static struct tail_file *first_named(const struct tailset *t, struct named_search *s)
{
    struct tail_file *f = file_by_path(t, s->path);

    s->begun = true;
    s->node = index_find(&t->name_index, slice_str(path_name(s->path)));
    return f && f->stream != s->but ? f : NULL;
}

struct tail_file *file_next_named(const struct tailset *t, struct named_search *s)
{
    struct tail_file *f = s->begun ? NULL : first_named(t, s);

    while (!f && s->node) {
        f = INDEX_THING(s->node, struct tail_file, by_name);
        s->node = index_next(s->node);
        if (f->stream == s->but || strcmp(f->path, s->path) != 0)
            f = NULL;
    }
    return f;
}

struct stream *stream_by_real(const struct tailset *t, const char *path)
{
    struct index_node *node = index_find(&t->real_index, slice_str(path));

    if (node)
        return INDEX_THING(node, struct tail_file, by_real)->stream;
    return INDEX_THING(index_find(&t->leads_index, slice_str(path)), struct stream, by_leads);
}

struct tail_file *file_by_real(const struct tailset *t, const char *path)
{
    struct index_node *node = index_find(&t->real_index, slice_str(path));

    for (; node; node = index_next(node)) {
        struct tail_file *f = INDEX_THING(node, struct tail_file, by_real);

        if (f->hops && strcmp(f->real, path) == 0)
            return f;
    }
    return NULL;
}

struct tail_file *file_by_id(const struct tailset *t, const struct identity *id)
{
    struct index_node *node = index_first(&t->id_index, identity_hash(id));

    for (; node; node = index_next(node)) {
        struct tail_file *f = INDEX_THING(node, struct tail_file, by_id);

        if (f->tail.id.dev == id->dev && f->tail.id.ino == id->ino)
            return f;
    }
    return NULL;
}

const struct charset *file_charset(const struct tail_file *f)
{
    return tail_charset(&f->tail, &f->stream->log->encoding, (struct slice){0});
}

void queue_read(struct tailset *t, struct tail_file *f)
{
    if (f->queued || !file_has_content(f) || file_is_lost(f) || (f->packed && f->retired))
        return;
    if (f->retry_ns > t->now) /* a reconcile comes back to it: until then the loop rests */
        return;
    f->queued = true;
    f->stream->queued++;
    f->queue_next = NULL;
    *t->queue_end = f;
    t->queue_end = &f->queue_next;
}

void queue_remove(struct tailset *t, struct tail_file *f)
{
    struct tail_file **link = &t->queue;

    if (!f->queued)
        return;
    while (*link != f)
        link = &(*link)->queue_next;
    *link = f->queue_next;
    if (!*link)
        t->queue_end = link;
    f->queued = false;
    f->stream->queued--;
    t->full = false;
}

void queue_grown(struct tailset *t, struct tail_file *f)
{
    if (file_was_taken_as_read(f)) {
        queue_look(t, f->path);
        return;
    }
    queue_read(t, f);
    for (struct tail_file *g = f->stream->files; g && f->stream->open > 0; g = g->stream_next)
        if (g->state == FILE_OPEN)
            queue_read(t, g);
}

static void queue(struct tailset *t, const char *path, struct pending p)
{
    GROW(t->pending, t->npending, t->pending_cap);
    p.path = xstrdup(path);
    t->pending[t->npending++] = p;
}

void queue_look(struct tailset *t, const char *path)
{
    queue(t, path, (struct pending){0});
}

void queue_look_copy(struct tailset *t, const struct tail_file *memo)
{
    queue(t, memo->path, (struct pending){.copy_of = memo->copy_of, .held = memo->tail.proved});
}

void queue_look_seen(struct tailset *t, const struct tail_file *f, bool cut)
{
    queue(t, f->path,
          (struct pending){.id = f->tail.id, .seen = f->tail.size, .cut = cut ? f->tail.size : 0});
}

void queue_newcomer(struct tailset *t, const struct newcomer *n)
{
    queue(t, n->path,
          (struct pending){.copy_of = n->copy_of,
                           .held = n->held,
                           .id = n->look.id,
                           .seen = n->seen,
                           .cut = n->cut});
}

void queue_look_still(struct tailset *t, const struct tail_file *waiting)
{
    queue(t, waiting->path, (struct pending){.still = true, .ambiguous = waiting->ambiguous});
}

void newcomer_add(struct tailset *t, struct newcomer n)
{
    uint64_t number;

    t->names_changed = true;
    if (map_get(&t->newcomer_numbers, slice_str(n.path), &number)) {
        struct newcomer *met = &t->newcomers[number];

        if (identity_eq(&n.look.id, &met->look.id)) {
            n.seen = n.seen < met->seen ? met->seen : n.seen;
            n.cut = n.cut < met->cut ? met->cut : n.cut;
            n.still |= met->still && n.look.size == met->look.size &&
                       n.look.mtime_ns == met->look.mtime_ns;
            n.ambiguous |= n.still && met->ambiguous;
        }
        if (!n.copy_of) {
            n.copy_of = met->copy_of;
            n.held = met->held;
        }
        free(met->path);
        *met = n;
        return;
    }
    (void)map_put(&t->newcomer_numbers, slice_str(n.path), t->nnewcomers);
    GROW(t->newcomers, t->nnewcomers, t->newcomers_cap);
    t->newcomers[t->nnewcomers++] = n;
}

void memory_take_back(struct tailset *t, struct tail_file *f)
{
    struct buf key = BUF_INIT;

    if (f->key == 0)
        return;
    buf_varint(&key, f->key);
    buf_vblob(&t->memory.fresh, buf_all(&key));
    buf_release(&key);
    f->key = 0;
    t->memory.live--;
    t->memory.dead += 2;
}

static void move_original(struct newcomer *list, size_t n, const struct tail_file *original,
                          struct tail_file *to)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].copy_of == original)
            list[i].copy_of = to;
}

void copies_move(struct tailset *t, const struct tail_file *original, struct tail_file *to)
{
    if (!file_has_content(original))
        return;
    for (size_t i = 0; i < t->npending; i++)
        if (t->pending[i].copy_of == original)
            t->pending[i].copy_of = to;
    move_original(t->newcomers, t->nnewcomers, original, to);
    move_original(t->batch, t->nbatch, original, to);
}
