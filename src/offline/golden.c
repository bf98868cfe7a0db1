/* golden -- one look at a directory: each .log and each directory in it is a case, sorted by name,
 * since readdir's order differs between machines. A test without its .prom is found too, so that
 * `test --record` can write it. */
#include "config.h"

#include "offline/golden.h"

#include "base/xalloc.h"
#include "input/rotated.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *join(const char *dir, const char *name, const char *ending)
{
    struct buf b = BUF_INIT;

    buf_fmt(&b, "%s/%s%s", dir, name, ending);
    return buf_detach(&b);
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* .log, also compressed: .log.gz. */
static size_t log_stem(const char *name)
{
    struct slice s = slice_str(name);

    if (rotated_is_compressed(s))
        s.n = (size_t)(strrchr(name, '.') - name);
    return slice_ends(s, SLICE(".log")) ? s.n - strlen(".log") : 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_log(struct test_case *t, char *path)
{
    GROW(t->logs, t->nlogs, t->cap);
    t->logs[t->nlogs++] = path;
}

static void find_logs(struct test_case *t, const char *dir)
{
    DIR *d = opendir(dir);

    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));)
        if (log_stem(e->d_name))
            add_log(t, join(dir, e->d_name, ""));
    closedir(d);
    if (t->nlogs)
        qsort(t->logs, t->nlogs, sizeof *t->logs, by_text);
}

static void add_case(struct cases *c, const char *dir, const char *stem, char *log)
{
    struct test_case t = {.name = join(dir, stem, "")};

    t.prom = join(dir, stem, ".prom");
    t.ini = join(dir, stem, ".ini");
    t.has_prom = access(t.prom, F_OK) == 0;
    if (access(t.ini, F_OK) != 0) {
        free(t.ini);
        t.ini = NULL;
    }
    if (log)
        add_log(&t, log);
    else
        find_logs(&t, t.name);
    GROW(c->list, c->n, c->cap);
    c->list[c->n++] = t;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct test_case *)a)->name, ((const struct test_case *)b)->name);
}

int cases_find(const char *dir, struct cases *c, struct buf *err)
{
    DIR *d = opendir(dir);

    if (!d) {
        int r = -errno;

        buf_fmt(err, "cannot read the directory %s: %s", dir, strerror(-r));
        return r;
    }
    for (struct dirent *e; (e = readdir(d));) {
        char *path = join(dir, e->d_name, "");
        size_t stem = log_stem(e->d_name);

        if (stem) {
            char *name = xstrslice(slice_make(e->d_name, stem));

            add_case(c, dir, name, path);
            free(name);
            continue;
        }
        if (e->d_name[0] != '.' && is_directory(path))
            add_case(c, dir, e->d_name, NULL);
        free(path);
    }
    closedir(d);
    if (c->n)
        qsort(c->list, c->n, sizeof *c->list, by_name);
    return 0;
}

void cases_release(struct cases *c)
{
    for (size_t i = 0; i < c->n; i++) {
        struct test_case *t = &c->list[i];

        for (size_t k = 0; k < t->nlogs; k++)
            free(t->logs[k]);
        free(t->logs);
        free(t->name);
        free(t->prom);
        free(t->ini);
    }
    free(c->list);
    *c = (struct cases){0};
}
