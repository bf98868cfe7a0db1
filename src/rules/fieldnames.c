/* The table of wanted names. Built once per ruleset, so that building may be plain: entries are
 * kept in one array, the index is open addressing with linear probing, always less than a quarter
 * full, so that a key that nobody wants (most keys) ends at an empty cell on the first look. Names
 * are copied with no padding: nothing reads past them. */
#include "config.h"

#include "rules/fieldnames.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>

enum { NAMES_MAX = 4096 };

static void index_put(struct fieldnames *f, unsigned entry)
{
    size_t mask = ((size_t)1 << (64 - f->shift)) - 1;
    size_t at = (size_t)(keywords_hash(&f->entries[entry].words) >> f->shift);

    while (f->index[at] != 0)
        at = (at + 1) & mask;
    f->index[at] = (uint16_t)(entry + 1);
}

/* A quarter full at most, and never without an empty cell. */
static void index_grow(struct fieldnames *f)
{
    size_t size;

    if ((size_t)f->n * 4 < (size_t)1 << (64 - f->shift))
        return;
    f->shift--;
    size = (size_t)1 << (64 - f->shift);
    free(f->index);
    f->index = xcalloc(size, sizeof *f->index);
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

struct fieldnames *fieldnames_new(const char *const *names, unsigned n)
{
    struct fieldnames *f = xcalloc(1, sizeof *f);

    assert(n <= NAMES_MAX);
    f->shift = 64 - 6;
    f->index = xcalloc((size_t)1 << (64 - f->shift), sizeof *f->index);
    for (unsigned i = 0; i < n; i++) {
        struct fieldname *e;

        if (strlen(names[i]) > FIELD_NAME_MAX)
            continue;
        e = entry_of(f, names[i], strlen(names[i]));
        if (e->slot == FIELDNAME_NO_SLOT)
            e->slot = (uint16_t)i;
        for (const char *dot = strchr(names[i], '.'); dot != NULL; dot = strchr(dot + 1, '.'))
            entry_of(f, names[i], (size_t)(dot - names[i]))->begins = true;
    }
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
