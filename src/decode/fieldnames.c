/* The table of wanted names: a map of them, and what is known of each. Names end where they end:
 * nothing reads past them. */
#include "config.h"

#include "decode/fieldnames.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>

enum { NAMES_MAX = 4096 };

static struct fieldname *entry_of(struct fieldnames *f, struct slice name)
{
    size_t at = f->index.n;
    uint64_t i;

    if (map_get(&f->index, name, &i))
        return &f->entries[i];
    (void)map_put(&f->index, name, at);
    GROW(f->entries, at, f->cap);
    struct fieldname *e = &f->entries[at];

    e->slot = FIELDNAME_NO_SLOT;
    e->begins = false;
    (void)map_next(&f->index, &at, &e->text, &i);
    return e;
}

static void add_name(struct fieldnames *f, struct slice name, unsigned slot)
{
    struct fieldname *e;

    if (name.n > FIELD_NAME_MAX)
        return;
    e = entry_of(f, name);
    if (e->slot == FIELDNAME_NO_SLOT)
        e->slot = (uint16_t)slot;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '.')
            entry_of(f, slice_make(name.p, i))->begins = true;
}

struct fieldnames *fieldnames_new(const char *const *names, unsigned n)
{
    struct fieldnames *f = xcalloc(1, sizeof *f);

    assert(n <= NAMES_MAX);
    for (unsigned i = 0; i < n; i++)
        add_name(f, slice_str(names[i]), i);
    return f;
}

void fieldnames_free(struct fieldnames *f)
{
    if (f == NULL)
        return;
    map_release(&f->index);
    free(f->entries);
    free(f);
}
