/* files -- a map of paths to tables, and one of globs to texts. */
#include "config.h"

#include "rules/files.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/slurp.h"
#include "base/xalloc.h"
#include "config/named.h"
#include "config/textfile.h"

#include <stdlib.h>

enum { TABLE_BYTES_MAX = 256 << 20, TEXT_BYTES_MAX = 16 << 20 };

/* What one glob found. */
struct found {
    struct rulefile *files;
    size_t n;
};

struct rulefiles {
    struct map paths; /* path -> number of the table */
    struct table **tables;
    size_t n, cap;
    struct map globs; /* glob -> number of what it found */
    struct found *found;
    size_t nfound, found_cap;
    struct map unreadable; /* paths of no table */
    struct arena text;     /* paths and texts */
    uint64_t contents;     /* the hash of all that was read */
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
    for (size_t i = 0; i < f->nfound; i++)
        free(f->found[i].files);
    free(f->found);
    map_release(&f->globs);
    map_release(&f->unreadable);
    arena_release(&f->text);
    free(f);
}

/* slurp_given, for what a rule names. */
static bool read_file(struct rulefiles *f, const char *path, size_t most, struct where at,
                      struct buf *out, struct mistakes *m)
{
    struct buf why = BUF_INIT;
    bool read = slurp_given(path, most, true, out, &why);

    f->contents = hash_text(f->contents, buf_all(out));
    if (!read)
        mistake_add(m, MISTAKE, at, "cannot read %s: %s", path, why.p);
    buf_release(&why);
    return read;
}

uint64_t rulefiles_contents(const struct rulefiles *f)
{
    return f->contents;
}

static struct table *read_table(struct rulefiles *f, const char *path, struct where at,
                                struct mistakes *m)
{
    struct buf text = BUF_INIT;
    struct table *t = NULL;

    if (read_file(f, path, TABLE_BYTES_MAX, at, &text, m))
        t = table_new(&text, path, slice_ends(slice_str(path), SLICE(".tsv")), m);
    buf_release(&text);
    return t;
}

const struct table *rulefiles_table(struct rulefiles *f, struct slice name, struct where at,
                                    struct mistakes *m)
{
    struct buf path = BUF_INIT;
    struct table *t = NULL;
    uint64_t i;

    buf_beside(&path, at.file, name);
    if (map_get(&f->paths, buf_all(&path), &i)) {
        t = f->tables[i];
    } else if ((t = read_table(f, path.p, at, m)) != NULL) {
        GROW(f->tables, f->n, f->cap);
        f->tables[f->n] = t;
        map_put(&f->paths, buf_all(&path), f->n++);
    } else {
        map_put(&f->unreadable, buf_all(&path), 0);
    }
    buf_release(&path);
    return t;
}

static void read_text(struct rulefiles *f, const char *path, struct found *found, struct where at,
                      struct mistakes *m)
{
    struct buf text = BUF_INIT;

    if (read_file(f, path, TEXT_BYTES_MAX, at, &text, m) && textfile_check(buf_all(&text), path, m))
        found->files[found->n++] =
            (struct rulefile){arena_str(&f->text, path), arena_slice(&f->text, buf_all(&text))};
    buf_release(&text);
}

static struct found read_texts(struct rulefiles *f, const char *path, struct where at,
                               struct mistakes *m)
{
    struct found found = {0};
    glob_t paths = {0};

    if (named_files(path, at, &paths, m) && paths.gl_pathc == 0)
        mistake_add(m, MISTAKE, at, "no file matches %s", path);
    found.files = xcalloc(paths.gl_pathc + 1, sizeof *found.files);
    for (size_t i = 0; i < paths.gl_pathc; i++)
        read_text(f, paths.gl_pathv[i], &found, at, m);
    globfree(&paths);
    return found;
}

const struct rulefile *rulefiles_texts(struct rulefiles *f, struct slice glob, struct where at,
                                       struct mistakes *m, size_t *ret_n)
{
    struct buf path = BUF_INIT;
    uint64_t i;

    buf_beside(&path, at.file, glob);
    if (!map_get(&f->globs, buf_all(&path), &i)) {
        struct found found = read_texts(f, path.p, at, m);

        GROW(f->found, f->nfound, f->found_cap);
        i = f->nfound++;
        f->found[i] = found;
        map_put(&f->globs, buf_all(&path), i);
    }
    buf_release(&path);
    *ret_n = f->found[i].n;
    return f->found[i].files;
}

void rulefiles_each(const struct rulefiles *f, void (*fn)(void *ctx, const char *glob), void *ctx)
{
    const struct map *maps[] = {&f->paths, &f->globs, &f->unreadable};
    struct slice name;
    uint64_t unused;

    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        for (size_t at = 0; map_next(maps[i], &at, &name, &unused);) {
            char *glob = xstrslice(name);

            fn(ctx, glob);
            free(glob);
        }
}
