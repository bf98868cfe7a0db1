/* inputs -- files in the order of their own first times: a rotated set is named newest first, and
 * gauges need the order in which lines were written. Hidden files of a directory are left out, and
 * its directories are not entered. */
#include "config.h"

#include "offline/inputs.h"

#include "offline/session.h"

#include "app/anchor.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "input/archive.h"
#include "input/glob.h"
#include "input/rotated.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINES_TRIED = 20000 }; /* for a first time: a burst of undated lines may come first */

/* The first time with a date in a block; INPUT_NO_TIME when there is none. *undated_ns is that of the
 * first line, as far as it can be guessed, if it has no date. */
static int64_t time_in(struct engine *e, struct source *s, struct slice block, int64_t latest_ns,
                       int64_t *undated_ns, unsigned *left)
{
    struct engine_peek line;
    struct slice raw;

    while (*left > 0 && slice_cut(&block, '\n', &raw)) {
        (*left)--;
        if (!engine_peek(e, s, raw, &line) || !line.has_time || line.time_ns > latest_ns)
            continue;
        if (line.dated)
            return line.time_ns;
        if (*undated_ns == INPUT_NO_TIME)
            *undated_ns = line.time_ns;
    }
    return INPUT_NO_TIME;
}

/* The only record of a log may be still open. */
static int64_t time_at_end(struct engine *e, struct source *s, int64_t latest_ns)
{
    struct engine_peek line;

    while (engine_peek_unfinished(e, s, &line))
        if (line.has_time && line.time_ns <= latest_ns)
            return line.time_ns;
    return INPUT_NO_TIME;
}

int64_t input_first_time(struct session *s, const struct input *in, int64_t latest_ns)
{
    unsigned left = LINES_TRIED;
    int64_t ns = INPUT_NO_TIME, undated_ns = INPUT_NO_TIME;
    struct archive *a;
    struct slice block;

    if (in->size == 0 || archive_open(in->path, &a) < 0)
        return ns;
    struct source *source = source_new(s->setup->rules, in->log, in->path, 0);

    source->base = anchor_of(s->setup, in->log, in->path);
    archive_set_encoding(a, s->setup->rules->logs[in->log].encoding);
    while (ns == INPUT_NO_TIME && left > 0 &&
           archive_next(a, (size_t)s->setup->settings.max_line, &block) > 0)
        ns = time_in(s->engine, source, block, latest_ns, &undated_ns, &left);
    if (ns == INPUT_NO_TIME && left > 0)
        ns = time_at_end(s->engine, source, latest_ns);
    source_free(source);
    archive_close(a);
    return ns == INPUT_NO_TIME ? undated_ns : ns;
}

int64_t inputs_latest(void)
{
    return clock_wall_ns() + 24 * 3600 * NSEC_PER_SEC;
}

static int add_file(struct inputs *in, const char *path, uint64_t size)
{
    int log = setup_log_or_say(in->setup, path, in->as);

    if (log < 0)
        return EXIT_USAGE;
    GROW(in->list, in->n, in->cap);
    in->list[in->n++] = (struct input){
        .path = xstrdup(path), .log = (unsigned)log, .first_ns = INPUT_NO_TIME, .size = size};
    return -1;
}

static int add_path(struct inputs *in, const char *path, bool enter);

/* A folder with rules, and nothing else, was meant for --rules. */
static bool is_of_rules(struct dirent *const *names, int n)
{
    int rules = 0;

    for (int i = 0; i < n; i++) {
        struct slice name = slice_str(names[i]->d_name);

        if (name.p[0] != '.' && !slice_ends(name, SLICE(".ini")))
            return false;
        rules += name.p[0] != '.';
    }
    return rules > 0;
}

static int add_directory(struct inputs *in, const char *path)
{
    struct dirent **names;
    size_t before = in->n;
    int n = scandir(path, &names, NULL, alphasort), code = -1;

    if (n < 0) {
        log_error("cannot read the directory %s: %m", path);
        return EXIT_MISTAKES;
    }
    if (is_of_rules(names, n)) {
        log_error("%s holds rules, no logs; rules are given by --rules %s", path, path);
        code = EXIT_USAGE;
    }
    for (int i = 0; i < n; i++) {
        struct buf full = BUF_INIT;

        buf_fmt(&full, "%s/%s", path, names[i]->d_name);
        if (code < 0 && names[i]->d_name[0] != '.')
            code = add_path(in, full.p, false);
        buf_release(&full);
        free(names[i]);
    }
    free(names);
    if (code >= 0 || in->n > before)
        return code;
    log_error("there are no files in the directory %s", path);
    return EXIT_MISTAKES;
}

static int add_path(struct inputs *in, const char *path, bool enter)
{
    struct stat st;

    if (strcmp(path, "-") == 0)
        return add_file(in, path, 0);
    if (stat(path, &st) != 0) {
        log_error("cannot read %s: %m", path);
        return EXIT_MISTAKES;
    }
    if (S_ISDIR(st.st_mode))
        return enter ? add_directory(in, path) : -1;
    if (access(path, R_OK) != 0) {
        log_error("cannot read %s: %m", path);
        return EXIT_MISTAKES;
    }
    return add_file(in, path, S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
}

static int compare(const void *a, const void *b)
{
    const struct input *x = a, *y = b;

    if (x->first_ns != y->first_ns)
        return x->first_ns < y->first_ns ? -1 : 1;
    return (x->given > y->given) - (x->given < y->given);
}

void inputs_sort(struct input *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        list[i].given = i;
    if (n)
        qsort(list, n, sizeof *list, compare);
}

/* The files of a log in one directory that one of its `rotated` names parts of. */
struct wholes {
    unsigned log;
    char *pattern;      /* of the parts, with the directory */
    const char **files; /* those that it does not match themselves, by name */
    size_t n, cap;
};

struct rotations {
    struct wholes *list;
    size_t n, cap;
};

/* By log, by directory, by name. */
static int compare_places(const void *a, const void *b)
{
    const struct input *x = *(struct input *const *)a, *y = *(struct input *const *)b;

    if (x->log != y->log)
        return x->log < y->log ? -1 : 1;
    int order = slice_cmp(path_directory(x->path), path_directory(y->path));

    return order ? order : strcmp(path_name(x->path), path_name(y->path));
}

/* The files of one directory. */
static void add_wholes(struct rotations *r, const char *rotated, struct input **files, size_t n)
{
    struct buf pattern = BUF_INIT;

    buf_slice(&pattern, path_directory(files[0]->path));
    buf_str(&pattern, rotated);
    GROW(r->list, r->n, r->cap);
    struct wholes *w = &r->list[r->n++];

    *w = (struct wholes){.log = files[0]->log, .pattern = buf_detach(&pattern)};
    for (size_t i = 0; i < n; i++) {
        if (glob_match(w->pattern, files[i]->path))
            continue;
        GROW(w->files, w->n, w->cap);
        w->files[w->n++] = files[i]->path;
    }
}

static void rotations_find(const struct setup *setup, struct input *list, size_t n,
                           struct rotations *ret)
{
    struct input **files = xcalloc(n + 1, sizeof *files);
    size_t all = n;

    *ret = (struct rotations){.list = NULL};
    n = 0;
    for (size_t i = 0; i < all; i++)
        if (setup->rules->logs[list[i].log].nrotated)
            files[n++] = &list[i];
    qsort(files, n, sizeof *files, compare_places);
    for (size_t i = 0, end; i < n; i = end) {
        const struct log_def *log = &setup->rules->logs[files[i]->log];

        for (end = i + 1;
             end < n && files[end]->log == files[i]->log &&
             slice_eq(path_directory(files[end]->path), path_directory(files[i]->path));)
            end++;
        for (unsigned k = 0; k < log->nrotated; k++)
            add_wholes(ret, log->rotated[k], files + i, end - i);
    }
    free(files);
}

static void rotations_release(struct rotations *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->list[i].pattern);
        free(r->list[i].files);
    }
    free(r->list);
}

/* How many of the files, which are sorted, have a name below. */
static size_t below(const struct wholes *w, struct slice name)
{
    size_t from = 0, to = w->n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (slice_cmp(slice_str(path_name(w->files[middle])), name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static size_t common(const struct wholes *w, size_t i, struct slice name)
{
    return i < w->n ? slice_common(slice_str(path_name(w->files[i])), name) : 0;
}

/* The file that rotated_is_rather would choose: what begins most like a name stands beside it. */
static const char *most_alike(const struct wholes *w, const char *part)
{
    struct slice name = slice_str(path_name(part));
    size_t at = below(w, name), alike = common(w, at, name);

    if (at > 0 && common(w, at - 1, name) > alike)
        alike = common(w, at - 1, name);
    return w->files[below(w, slice_make(name.p, alike))];
}

/* Of whichever of the files beside which it is; NULL: of none. */
static const char *given_base(const struct rotations *r, const struct input *part)
{
    const char *best = NULL;

    for (size_t i = 0; i < r->n; i++) {
        const struct wholes *w = &r->list[i];

        if (w->log != part->log || w->n == 0 || !glob_match(w->pattern, part->path))
            continue;
        const char *file = most_alike(w, part->path);

        if (!best || rotated_is_rather(part->path, file, best))
            best = file;
    }
    return best;
}

/* The whole need not be among the files: app.log.1 and app.log.2 are parts of app.log. */
static char *stream_of(const struct rotations *rotations, const struct input *in)
{
    const char *name = path_name(in->path), *given = given_base(rotations, in);
    struct buf base = BUF_INIT, path = BUF_INIT;

    if (given)
        return xstrdup(given);
    if (strcmp(in->path, "-") != 0 && rotated_base(slice_str(name), 0, &base) == ROTATED_SURE)
        buf_fmt(&path, "%.*s%s", (int)(name - in->path), in->path, base.p);
    else
        buf_str(&path, in->path);
    buf_release(&base);
    return buf_detach(&path);
}

void inputs_find_streams(const struct setup *setup, struct input *list, size_t n)
{
    struct rotations rotations;

    rotations_find(setup, list, n, &rotations);
    for (size_t i = 0; i < n; i++)
        list[i].stream = stream_of(&rotations, &list[i]);
    rotations_release(&rotations);
}

static void find_times(struct inputs *in)
{
    int64_t latest_ns = inputs_latest();
    struct session s;

    session_init(&s, in->setup, SESSION_WHOLE, NULL);
    for (size_t i = 0; i < in->n; i++)
        in->list[i].first_ns = input_first_time(&s, &in->list[i], latest_ns);
    session_release(&s);
}

int inputs_find(struct inputs *in, const struct setup *setup, const struct strings *files,
                const char *as, bool times)
{
    int code = -1;

    *in = (struct inputs){.setup = setup, .as = as};
    for (size_t i = 0; i < files->n && code < 0; i++)
        code = add_path(in, files->list[i], true);
    if (code >= 0)
        return code;
    if (times || in->n > 1)
        find_times(in);
    inputs_sort(in->list, in->n);
    inputs_find_streams(setup, in->list, in->n);
    return -1;
}

static void input_release(struct input *in)
{
    free(in->path);
    free(in->stream);
}

void inputs_release(struct inputs *in)
{
    for (size_t i = 0; i < in->n; i++)
        input_release(&in->list[i]);
    free(in->list);
    *in = (struct inputs){0};
}

int64_t inputs_first_time(const struct inputs *in)
{
    size_t i = 0;

    while (i < in->n && in->list[i].first_ns == INPUT_NO_TIME)
        i++;
    return i < in->n ? in->list[i].first_ns : INPUT_NO_TIME;
}

uint64_t inputs_size(const struct inputs *in)
{
    uint64_t size = 0;

    for (size_t i = 0; i < in->n; i++)
        size += in->list[i].size;
    return size;
}
