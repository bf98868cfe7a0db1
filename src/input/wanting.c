/* wanting -- what the logs ask for and the file system does not give: a glob that nothing matches, a
 * directory that cannot be read, NULs where the next line should be. None of it is an error of a
 * file, and each may be as it should be for a while; so it is only said. */
#include "config.h"

#include "input/glob.h"
#include "input/rotated.h"
#include "input/set.h"

static bool has_file(const struct log *log, const char *glob)
{
    for (const struct stream *s = log->streams; s; s = s->log_next)
        if ((s->files || s->gone) && glob_match(glob, s->path))
            return true;
    return false;
}

static bool is_matched(const struct log *log, const char *glob)
{
    return has_file(log, glob) || glob_names_pipe(glob);
}

/* To be listed, or, for files without wildcards, to be entered. */
static bool is_unreadable(const struct dir *d, const struct tail_log *log)
{
    return d->error && !d->dead && (d->roles & DIR_GLOB) && log_reaches(log, d->path);
}

/* Its data ends, as far as it was read, in NULs. */
static bool waits_behind_nuls(const struct tail_file *f)
{
    return file_is_readable(f) && !f->retired && f->tail.hole_to > f->tail.offset;
}

void tailset_log_wanting(const struct tailset *t, unsigned number, struct tail_log_wanting *ret)
{
    const struct log *log = t->by_number[number];

    *ret = (struct tail_log_wanting){0};
    for (unsigned i = 0; t->reconciled && i < log->config->nglobs; i++)
        ret->unmatched += !is_matched(log, plain_glob(log->config->globs[i]));
    for (const struct dir *d = t->dirs; d; d = d->next)
        ret->unreadable += is_unreadable(d, log->config);
    for (const struct stream *s = log->streams; s; s = s->log_next)
        for (const struct tail_file *f = s->files; f; f = f->stream_next)
            ret->nuls += waits_behind_nuls(f);
}

/* Files that such a path does match are no logs, however many there are; or they are those of another log. */
static const char *why_unmatched(const struct tailset *t, const char *glob)
{
    if (rotated_is_compressed(slice_str(glob)))
        return "what is compressed is not followed";
    for (const struct log *other = t->logs; other; other = other->next)
        if (has_file(other, plain_glob(glob)))
            return "what it matches goes to a [log] that comes before";
    return "no file matches this path yet";
}

void wanting_say(struct tailset *t)
{
    for (const struct log *log = t->logs; log; log = log->next)
        for (unsigned i = 0; log->config && !log->looked && i < log->config->nglobs; i++)
            if (!is_matched(log, plain_glob(log->config->globs[i])))
                warn_once(t, log->config->globs[i], why_unmatched(t, log->config->globs[i]));
    for (const struct tail_file *f = t->files.first; f; f = f->next)
        if (waits_behind_nuls(f) && f->path)
            warn_once(t, f->path,
                      "NULs where the next line should be: allocated ahead, or left by a crash; "
                      "waiting for data there or behind");
}
