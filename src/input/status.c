/* status -- what a person or a metric wants to know of the files; changes nothing. */
#include "config.h"

#include "input/set.h"

static uint64_t lag_of(const struct tail_file *f)
{
    if (f->kind != FILE_PLAIN || f->retired || f->tail.size <= f->tail.offset)
        return 0;
    return f->tail.size - f->tail.offset;
}

static bool counts(const struct tail_file *f)
{
    return f->kind != FILE_HELD && f->place != PLACE_LOST;
}

void tailset_log_status(const struct tailset *t, unsigned number,
                        struct tail_log_status *ret_status)
{
    const struct log *log = t->by_number[number];
    struct tail_log_status s = {
        .last_read_wall_ns = log->last_read_wall_ns,
        .backlog_done = log->looked && log->backlog == 0,
        .first_start = log->first_start,
    };

    for (const struct tail_file *f = t->first; f; f = f->next) {
        if (f->stream->log != log)
            continue;
        s.failing += f->error != 0;
        if (!counts(f))
            continue;
        s.files++;
        s.open += f->tail.fd >= 0 || f->unpack || f->pipe;
        s.lag_bytes += lag_of(f);
    }
    s.waiting = s.files == 0;
    *ret_status = s;
}

bool tailset_file_status(const struct tailset *t, size_t *at, struct tail_file_status *ret_status)
{
    const struct tail_file *f = t->first;
    size_t i = 0;

    for (; f; f = f->next)
        if (counts(f) && f->stream->log->config && i++ == *at)
            break;
    if (!f)
        return false;
    ++*at;
    *ret_status = (struct tail_file_status){
        .path = f->path,
        .log = f->stream->log->number,
        .size = f->tail.size,
        .offset = f->tail.offset,
        .last_read_wall_ns = f->last_read_wall_ns,
        .open = f->tail.fd >= 0 || f->unpack || f->pipe,
        .renamed = f->renamed,
        .error = f->error ? strerror(f->error) : NULL,
    };
    return true;
}
