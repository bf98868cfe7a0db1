/* parts -- see parts.h. A file that a log's globs match is a file of that log; each other name in its
 * directory, and each that `rotated` names, is asked whose rotated name it could be. */
#include "config.h"

#include "cmd/parts.h"

#include "base/map.h"
#include "base/xalloc.h"
#include "input/glob.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>

struct search {
    const struct log_def *log;
    struct parts *parts;
    char **files; /* of this log */
    size_t n, cap;
    struct map numbers; /* path -> number in files */
    struct map seen;    /* directories */
};

static bool is_file(const struct search *s, const char *path)
{
    uint64_t none;

    return map_get(&s->numbers, slice_str(path), &none);
}

static bool is_excluded(const struct log_def *log, const char *path)
{
    for (unsigned i = 0; i < log->nexcludes; i++)
        if (glob_match(log->excludes[i], path))
            return true;
    return false;
}

static void add(struct search *s, const char *file, const char *part, bool certain)
{
    struct parts *p = s->parts;

    GROW(p->list, p->n, p->cap);
    p->list[p->n++] = (struct part){s->log, xstrdup(file), xstrdup(part), certain};
}

/* The first name that it could be a rotated name of, and that is there. */
static void ask(struct search *s, struct slice dir, const char *name)
{
    struct buf path = BUF_INIT, base = BUF_INIT, file = BUF_INIT;
    enum rotated is = ROTATED_SURE;

    buf_fmt(&path, "%.*s%s", SLICE_FMT(dir), name);
    for (unsigned i = 0; is != ROTATED_NOT; i++) {
        buf_clear(&base);
        is = rotated_base(slice_str(name), i, &base);
        buf_clear(&file);
        buf_fmt(&file, "%.*s%s", SLICE_FMT(dir), base.n ? base.p : "");
        if (is != ROTATED_NOT && is_file(s, file.p)) {
            add(s, file.p, path.p, is == ROTATED_SURE && !is_file(s, path.p));
            break;
        }
    }
    buf_release(&path);
    buf_release(&base);
    buf_release(&file);
}

/* Of the files beside which `rotated` names this path, the one that `run` takes. */
static void add_given(struct search *s, struct slice dir, const char *path)
{
    const char *best = NULL;

    for (size_t i = 0; i < s->n; i++)
        if (slice_eq(path_directory(s->files[i]), dir) && strcmp(s->files[i], path) != 0 &&
            (!best || rotated_is_rather(path, s->files[i], best)))
            best = s->files[i];
    if (best)
        add(s, best, path, true);
}

static void look_given(struct search *s, struct slice dir)
{
    for (unsigned i = 0; i < s->log->nrotated; i++) {
        struct buf pattern = BUF_INIT;
        glob_t found = {0};

        buf_fmt(&pattern, "%.*s%s", SLICE_FMT(dir), s->log->rotated[i]);
        if (glob(pattern.p, 0, NULL, &found) == 0)
            for (size_t k = 0; k < found.gl_pathc; k++)
                add_given(s, dir, found.gl_pathv[k]);
        globfree(&found);
        buf_release(&pattern);
    }
}

/* Each directory once. */
static void look_beside(struct search *s, const char *file)
{
    struct slice dir = path_directory(file);
    char *path;
    DIR *d;

    if (map_get(&s->seen, dir, &(uint64_t){0}))
        return;
    map_put(&s->seen, dir, 0);
    path = xstrslice(dir.n ? dir : slice_make(".", 1));
    d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        ask(s, dir, e->d_name);
    if (d)
        closedir(d);
    free(path);
    look_given(s, dir);
}

static void find_files(struct search *s, const char *pattern)
{
    glob_t found = {0};

    if (glob_is_deep(pattern) || glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (!is_excluded(s->log, found.gl_pathv[i]) &&
            map_put(&s->numbers, slice_str(found.gl_pathv[i]), s->n)) {
            GROW(s->files, s->n, s->cap);
            s->files[s->n++] = xstrdup(found.gl_pathv[i]);
        }
    globfree(&found);
}

static void find_of_log(const struct log_def *log, struct parts *parts)
{
    struct search s = {.log = log, .parts = parts};

    for (unsigned i = 0; i < log->npaths; i++)
        find_files(&s, log->paths[i]);
    for (size_t i = 0; i < s.n; i++)
        look_beside(&s, s.files[i]);
    for (size_t i = 0; i < s.n; i++)
        free(s.files[i]);
    free(s.files);
    map_release(&s.numbers);
    map_release(&s.seen);
}

static int by_place(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    int r = strcmp(x->log->name, y->log->name);

    r = r ? r : strcmp(x->file, y->file);
    return r ? r : strcmp(x->part, y->part);
}

void parts_find(const struct ruleset *rules, struct parts *ret)
{
    *ret = (struct parts){0};
    for (unsigned i = 0; i < rules->nlogs; i++)
        find_of_log(&rules->logs[i], ret);
    if (ret->n)
        qsort(ret->list, ret->n, sizeof *ret->list, by_place);
}

void parts_release(struct parts *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->list[i].file);
        free(p->list[i].part);
    }
    free(p->list);
}
