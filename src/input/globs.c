/* globs -- why by every length that a beginning has: there are few, however many patterns; a path is
 * looked up once for each. */
#include "config.h"

#include "input/globs.h"

#include "base/xalloc.h"
#include "input/glob.h"

#include <stdlib.h>

static void add_length(struct globs *g, size_t n)
{
    for (size_t i = 0; i < g->nlengths; i++)
        if (g->lengths[i] == n)
            return;
    GROW(g->lengths, g->nlengths, g->lengths_cap);
    g->lengths[g->nlengths++] = n;
}

void globs_add(struct globs *g, const char *glob, unsigned number)
{
    struct glob_entry *e = xcalloc(1, sizeof(*e));
    size_t n = glob_literal(glob);

    *e = (struct glob_entry){.next = g->entries,
                             .glob = glob,
                             .number = number,
                             .beginning = xstrslice(slice_make(glob, n)),
                             .root = xstrslice(glob_root(glob))};
    g->entries = e;
    index_add_text(&g->beginnings, &e->by_beginning, e->beginning);
    index_add_text(&g->roots, &e->by_root, e->root);
    add_length(g, n);
}

void globs_release(struct globs *g)
{
    while (g->entries) {
        struct glob_entry *e = g->entries;

        g->entries = e->next;
        free(e->beginning);
        free(e->root);
        free(e);
    }
    index_release(&g->beginnings);
    index_release(&g->roots);
    free(g->lengths);
    *g = GLOBS_INIT;
}

/* The next node after `node` with the same text. */
static struct index_node *next_alike(struct index_node *node)
{
    const char *key = node->key;

    do
        node = index_next(node);
    while (node && strcmp(node->key, key) != 0);
    return node;
}

const struct glob_entry *globs_next(const struct globs *g, struct globs_search *s)
{
    size_t size = strlen(s->path);

    if (s->node)
        s->node = next_alike(s->node);
    for (; !s->node && s->length < g->nlengths; s->length++)
        if (g->lengths[s->length] <= size)
            s->node = index_find(&g->beginnings, slice_make(s->path, g->lengths[s->length]));
    return INDEX_THING(s->node, struct glob_entry, by_beginning);
}

/* The path itself, then the directories above it, as glob_root writes them; false: there are no more. */
static bool go_up(struct globs_search *s)
{
    struct slice *dir = &s->dir;
    const char *slash;

    if (!dir->p) {
        *dir = slice_str(s->path);
        return true;
    }
    if (slice_eq(*dir, SLICE("/")) || slice_eq(*dir, SLICE(".")))
        return false;
    slash = memrchr(dir->p, '/', dir->n);
    *dir = slash ? slice_make(dir->p, slash > dir->p ? (size_t)(slash - dir->p) : 1) : SLICE(".");
    return true;
}

const struct glob_entry *globs_next_below(const struct globs *g, struct globs_search *s)
{
    if (s->node)
        s->node = next_alike(s->node);
    while (!s->node && go_up(s))
        s->node = index_find(&g->roots, s->dir);
    return INDEX_THING(s->node, struct glob_entry, by_root);
}
