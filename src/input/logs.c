/* logs -- which log a path belongs to, and the streams.
 *
 * Why logs outlive their configuration: a log that a reload takes away and the next one brings back
 * must find its files where it left them; so everything refers to a struct log, which only learns
 * whether it is wanted now.
 *
 * A stream is a path that a glob matches, with all generations that were written under it: what
 * app.log was yesterday and is called app.log.1 today belongs to the stream app.log. */
#include "config.h"

#include "input/set.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "input/glob.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { WARNED_MAX = 1000, NOTED_MAX = 10000 };
#define WARN_AGAIN_NS (12 * 3600 * NSEC_PER_SEC)

const char *plain_glob(const char *glob)
{
    while (glob[0] == '.' && glob[1] == '/')
        glob += 2;
    return glob;
}

static bool excluded(const struct tail_log *log, const char *path)
{
    for (unsigned i = 0; i < log->nexcludes; i++) {
        const char *glob = plain_glob(log->excludes[i]);

        if (glob_match(glob, strchr(glob, '/') ? path : path_name(path)))
            return true;
    }
    return false;
}

struct log *log_of_path(const struct tailset *t, const char *path)
{
    struct globs_search s = {.path = path};
    const struct glob_entry *e;
    unsigned first = t->options.nlogs;

    if (rotated_is_compressed(slice_str(path_name(path))))
        return NULL;
    while ((e = globs_next(&t->globs, &s)) != NULL)
        if (e->number < first && glob_match(e->glob, path) &&
            !excluded(&t->options.logs[e->number], path))
            first = e->number;
    return t->by_number[first];
}

bool log_reaches(const struct tail_log *log, const char *dir)
{
    for (unsigned i = 0; i < log->nglobs; i++)
        if (glob_below(plain_glob(log->globs[i]), dir))
            return true;
    return false;
}

bool logs_reach(const struct tailset *t, const char *dir, bool through_symlink)
{
    struct globs_search s = {.path = dir};
    const struct glob_entry *e;

    while ((e = globs_next_below(&t->globs, &s)) != NULL)
        if (glob_below(e->glob, dir) && !(through_symlink && glob_is_deep(e->glob)))
            return true;
    return false;
}

bool logs_want_events(const struct tailset *t, const char *dir)
{
    struct globs_search s = {.path = dir};
    const struct glob_entry *e;

    while ((e = globs_next_below(&t->globs, &s)) != NULL)
        if (!t->options.logs[e->number].poll && glob_below(e->glob, dir))
            return true;
    return false;
}

bool glob_names_pipe(const char *glob)
{
    struct look look;

    if (strcmp(glob, "-") == 0)
        return true;
    return !glob_has_wildcard(glob) && look_at(glob, &look) == 0 && S_ISFIFO(look.mode);
}

struct log *log_by_name(struct tailset *t, struct slice name)
{
    struct log *log = INDEX_THING(index_find(&t->log_index, name), struct log, by_name);

    if (log)
        return log;
    log = xmalloc(sizeof(*log));
    *log = (struct log){.name = xstrslice(name), .next = t->logs, .fresh = true};
    t->logs = log;
    index_add_text(&t->log_index, &log->by_name, log->name);
    return log;
}

static void add_globs(struct tailset *t, unsigned number)
{
    const struct tail_log *log = &t->options.logs[number];

    for (unsigned i = 0; i < log->nglobs; i++)
        globs_add(&t->globs, plain_glob(log->globs[i]), number);
    t->given |= log->nrotated > 0;
}

void logs_configure(struct tailset *t)
{
    globs_release(&t->globs);
    t->given = false;
    for (struct log *log = t->logs; log; log = log->next)
        log->config = NULL;
    free(t->by_number);
    t->by_number = xcalloc(t->options.nlogs + 1, sizeof(struct log *));
    for (unsigned i = 0; i < t->options.nlogs; i++) {
        struct log *log = log_by_name(t, slice_str(t->options.logs[i].name));

        log->config = &t->options.logs[i];
        encoding_release(&log->encoding);
        encoding_init(&log->encoding, log->config->encoding);
        log->first_start |= log->fresh;
        log->number = i;
        t->by_number[i] = log;
        add_globs(t, i);
    }
}

void logs_free(struct tailset *t)
{
    for (struct stream *s = t->streams; s; s = s->next)
        s->wanted = false;
    streams_sweep(t);
    while (t->logs) {
        struct log *log = t->logs;

        t->logs = log->next;
        encoding_release(&log->encoding);
        free(log->name);
        free(log);
    }
    free(t->by_number);
    globs_release(&t->globs);
    index_release(&t->log_index);
    index_release(&t->stream_index);
    index_release(&t->leads_index);
    names_release(&t->warned);
    names_release(&t->noted);
    names_release(&t->links);
}

static void join_log(struct stream *s, struct log *log)
{
    s->log = log;
    s->log_prev = NULL;
    s->log_next = log->streams;
    if (log->streams)
        log->streams->log_prev = s;
    log->streams = s;
}

static void leave_log(struct stream *s)
{
    *(s->log_prev ? &s->log_prev->log_next : &s->log->streams) = s->log_next;
    if (s->log_next)
        s->log_next->log_prev = s->log_prev;
}

void stream_set_log(struct stream *s, struct log *log)
{
    for (const struct tail_file *f = s->files; f; f = f->stream_next) {
        s->log->backlog -= f->backlog;
        log->backlog += f->backlog;
    }
    leave_log(s);
    join_log(s, log);
}

struct stream *stream_get(struct tailset *t, const char *path, struct log *log)
{
    struct index_node *node = index_find(&t->stream_index, slice_str(path));
    struct stream *s = INDEX_THING(node, struct stream, by_path);
    struct log *wants;

    if (s || !log)
        return s;
    wants = log_of_path(t, path);
    s = xmalloc(sizeof(*s));
    *s = (struct stream){.path = xstrdup(path), .next = t->streams, .wanted = wants};
    t->streams = s;
    join_log(s, wants ? wants : log);
    index_add_text(&t->stream_index, &s->by_path, s->path);
    return s;
}

void stream_set_leads(struct tailset *t, struct stream *s, char *leads)
{
    index_remove(&t->leads_index, &s->by_leads);
    free(s->leads);
    s->leads = leads;
    if (leads)
        index_add_text(&t->leads_index, &s->by_leads, leads);
}

static struct slice dir_of(const char *path)
{
    const char *name = path_name(path);

    return slice_make(path, name > path ? (size_t)(name - path) - 1 : 0);
}

/* Does the glob, which is relative to *ret_dir, match this path? */
static bool matches_beside(const char *glob, const char *path, struct slice *ret_dir)
{
    size_t above = slice_count(slice_str(glob), '/');
    const char *from = path_name(path);

    for (; above > 0 && from > path + 1; above--) {
        from--;
        while (from > path && from[-1] != '/')
            from--;
    }
    *ret_dir = slice_make(path, from > path ? (size_t)(from - path) - 1 : 0);
    return above == 0 && glob_match(glob, from);
}

bool is_given_rotated(const struct tailset *t, const char *path)
{
    struct slice dir;

    for (unsigned i = 0; t->given && i < t->options.nlogs; i++)
        for (unsigned k = 0; k < t->options.logs[i].nrotated; k++)
            if (matches_beside(plain_glob(t->options.logs[i].rotated[k]), path, &dir))
                return true;
    return false;
}

/* Is its own name, or what that leads to, in this directory? */
static bool is_in(const struct stream *s, struct slice dir)
{
    if (slice_eq(dir, dir_of(s->path)) || (s->leads && slice_eq(dir, dir_of(s->leads))))
        return true;
    for (const struct tail_file *f = s->files; f; f = f->stream_next)
        if (f->hops && slice_eq(dir, dir_of(f->real)))
            return true;
    return false;
}

/* That of the log in this directory of which the part is, or `best`, whichever is rather called so. */
static struct stream *stream_beside(const struct log *log, struct slice dir, const char *part,
                                    struct stream *best)
{
    for (struct stream *s = log->streams; s; s = s->log_next)
        if (is_in(s, dir) && strcmp(s->path, part) != 0 &&
            (!best || rotated_is_rather(part, s->path, best->path)))
            best = s;
    return best;
}

/* A glob that matches says in which directory the log lies: each is asked once, and not for each stream. */
static struct stream *stream_of_given(const struct tailset *t, const char *path)
{
    struct stream *best = NULL;
    struct slice dir;

    for (unsigned i = 0; t->given && i < t->options.nlogs; i++)
        for (unsigned k = 0; k < t->options.logs[i].nrotated; k++)
            if (matches_beside(plain_glob(t->options.logs[i].rotated[k]), path, &dir))
                best = stream_beside(t->by_number[i], dir, path, best);
    return best;
}

struct stream *stream_of_rotated(struct tailset *t, const char *path, enum rotated *ret_is)
{
    const char *name = path_name(path);
    struct buf base = BUF_INIT, full = BUF_INIT;
    struct stream *s = NULL;

    for (unsigned nth = 0; !s; nth++) {
        struct log *log;
        bool known;

        *ret_is = rotated_base(slice_str(name), nth, &base);
        if (*ret_is == ROTATED_NOT)
            break;
        buf_clear(&full);
        buf_add(&full, path, (size_t)(name - path));
        buf_slice(&full, buf_all(&base));
        log = log_of_path(t, full.p);
        /* A generation that came and went before anybody looked, or, at the first look at a log, an
         * old one. What a weak name alone says is too little for that, if no other log was renamed to it. */
        known = *ret_is != ROTATED_WEAK || file_by_path(t, full.p);
        s = stream_get(t, full.p, log && (log->fresh || known) ? log : NULL);
        if (!s)
            s = stream_by_real(t, full.p);
    }
    buf_release(&base);
    buf_release(&full);
    if (!s && (s = stream_of_given(t, path)))
        *ret_is = ROTATED_GIVEN;
    return s;
}

bool stream_is_not_called(const struct tailset *t, const struct stream *s, const char *path)
{
    struct buf base = BUF_INIT;
    bool is_own = rotated_base(slice_str(path_name(path)), 0, &base) == ROTATED_NOT;

    buf_release(&base);
    return is_own && strcmp(path, s->path) != 0 && log_of_path(t, path);
}

void streams_sweep(struct tailset *t)
{
    struct stream **link = &t->streams;

    while (*link) {
        struct stream *s = *link;

        if (s->files || s->gone || (s->leads && s->wanted)) {
            link = &s->next;
            continue;
        }
        *link = s->next;
        leave_log(s);
        stream_set_leads(t, s, NULL);
        index_remove(&t->stream_index, &s->by_path);
        free(s->path);
        free(s);
    }
}

void note(struct tailset *t, const struct log *log, enum tail_note what, uint64_t n)
{
    if (!log || !log->config || n == 0)
        return;
    t->version++;
    t->sink.note(t->sink.ctx, log->number, what, n);
}

bool is_first(struct tailset *t, const char *path, const struct identity *id, int64_t at_ns,
              const char *what)
{
    struct buf key = BUF_INIT;
    bool first;

    buf_fmt(&key, "%s\n%llx %llx %lld %lld\n%s", path, (unsigned long long)id->dev,
            (unsigned long long)id->ino, (long long)id->birth_ns, (long long)at_ns, what);
    first = names_add(&t->noted, buf_all(&key), NOTED_MAX, t->now);
    buf_release(&key);
    return first;
}

void placed(struct tailset *t)
{
    t->version++;
    if (t->sink.placed)
        t->sink.placed(t->sink.ctx);
}

void warn_once(struct tailset *t, const char *path, const char *what)
{
    struct buf key = BUF_INIT;

    names_expire(&t->warned, t->now - WARN_AGAIN_NS);
    buf_fmt(&key, "%s\n%s", path, what);
    if (t->warned.n < WARNED_MAX && names_add(&t->warned, buf_all(&key), WARNED_MAX, t->now))
        log_warn("%s: %s", path, what);
    buf_release(&key);
}
