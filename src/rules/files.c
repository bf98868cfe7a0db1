/* files -- a map of paths. */
#include "config.h"

#include "rules/files.h"

#include "base/map.h"
#include "base/xalloc.h"
#include "config/textfile.h"

#include <stdlib.h>

enum { TABLE_BYTES_MAX = 256 << 20 };

struct rulefiles {
    struct map paths; /* path -> number of the table */
    struct table **tables;
    size_t n, cap;
};

struct rulefiles *rulefiles_new(void)
{
    return xcalloc(1, sizeof(struct rulefiles));
}

void rulefiles_free(struct rulefiles *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++)
        table_free(f->tables[i]);
    free(f->tables);
    map_release(&f->paths);
    free(f);
}

/* The path of a name that stands in the file `base`. */
static void beside(const char *base, struct slice name, struct buf *ret_path)
{
    const char *slash = strrchr(base, '/');

    if (slash && !slice_starts(name, SLICE("/")))
        buf_add(ret_path, base, (size_t)(slash - base) + 1);
    buf_slice(ret_path, name);
}

static struct table *read_table(const char *path, struct where at, struct mistakes *m)
{
    struct buf text = BUF_INIT, why = BUF_INIT;
    struct table *t = NULL;

    if (textfile_read(path, TABLE_BYTES_MAX, &text, &why))
        t = table_new(&text, path, slice_ends(slice_str(path), SLICE(".tsv")), m);
    else
        mistake_add(m, MISTAKE, at, "cannot read %s: %s", path, why.p);
    buf_release(&text);
    buf_release(&why);
    return t;
}

const struct table *rulefiles_table(struct rulefiles *f, struct slice name, struct where at,
                                    struct mistakes *m)
{
    struct buf path = BUF_INIT;
    struct table *t = NULL;
    uint64_t i;

    beside(at.file, name, &path);
    if (map_get(&f->paths, buf_all(&path), &i)) {
        t = f->tables[i];
    } else if ((t = read_table(path.p, at, m)) != NULL) {
        GROW(f->tables, f->n, f->cap);
        f->tables[f->n] = t;
        map_put(&f->paths, buf_all(&path), f->n++);
    }
    buf_release(&path);
    return t;
}
