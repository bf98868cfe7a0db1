/* The table of wanted names. Built once per ruleset, so that building may be plain: entries are
 * kept in one array, the index is open addressing with linear probing, always less than a quarter
 * full, so that a key that nobody wants (most keys) ends at an empty cell on the first look. Names
 * are copied with no padding: nothing reads past them. */
#include "config.h"

#include "decode/fieldnames.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>

enum { NAMES_MAX = 4096 };

static size_t index_size(const struct fieldnames *f)
{
    return (size_t)1 << (64 - f->shift);
}

static void index_put(struct fieldnames *f, unsigned entry)
{
    const struct keywords *k = &f->entries[entry].words;
    size_t at = fieldnames_at(k->first, k->last, f->shift);

    while (f->index[at] != 0)
        at = (at + 1) & (index_size(f) - 1);
    f->index[at] = entry + 1;
}

/* A quarter full at most, and never without an empty cell. */
static void index_grow(struct fieldnames *f)
{
    if ((size_t)f->n * 4 < index_size(f))
        return;
    f->shift--;
    free(f->index);
    f->index = xcalloc(index_size(f), sizeof *f->index);
    for (unsigned i = 0; i < f->n; i++)
        index_put(f, i);
}

static struct fieldname *entry_of(struct fieldnames *f, const char *text, size_t n)
{
    struct keywords words = keywords_of(text, n);
    const struct fieldname *found = fieldnames_find(f, &words, text);

    if (found != NULL)
        return &f->entries[found - f->entries];
    GROW(f->entries, f->n, f->cap);
    f->entries[f->n] = (struct fieldname){
        .words = words,
        .text = xstrslice(slice_make(text, n)),
        .slot = FIELDNAME_NO_SLOT,
    };
    index_put(f, f->n);
    f->n++;
    index_grow(f);
    return entry_of(f, text, n);
}

static void add_name(struct fieldnames *f, const char *name, unsigned slot)
{
    size_t n = strlen(name);
    struct fieldname *e;

    if (n > FIELD_NAME_MAX)
        return;
    e = entry_of(f, name, n);
    if (e->slot == FIELDNAME_NO_SLOT)
        e->slot = (uint16_t)slot;
    for (const char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
        entry_of(f, name, (size_t)(dot - name))->begins = true;
}

struct fieldnames *fieldnames_new(const char *const *names, unsigned n)
{
    struct fieldnames *f = xcalloc(1, sizeof *f);

    assert(n <= NAMES_MAX);
    f->shift = 64 - 6;
    f->index = xcalloc(index_size(f), sizeof *f->index);
    for (unsigned i = 0; i < n; i++)
        add_name(f, names[i], i);
    return f;
}

void fieldnames_free(struct fieldnames *f)
{
    if (f == NULL)
        return;
    for (unsigned i = 0; i < f->n; i++)
        free((char *)f->entries[i].text);
    free(f->entries);
    free(f->index);
    free(f);
}
