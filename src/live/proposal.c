/* proposal -- the lines are those that lines_each finds; some thousands say what varies. */
#include "config.h"

#include "live/proposal.h"

#include "live/lines.h"

#include "suggest/suggest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAMPLE_LINES = 5000 };

struct sampling {
    struct suggest *suggest;
    size_t shape; /* that is wanted */
    unsigned lines;
    size_t input; /* of the last one */
};

static bool sample(void *ctx, const struct line_place *place, struct slice line)
{
    struct sampling *s = ctx;

    if (place->shape != s->shape)
        return true;
    suggest_add(s->suggest, line, false);
    s->input = place->input;
    return ++s->lines < SAMPLE_LINES;
}

void propose(const struct outcome *o, struct held *held, size_t shape, struct buf *out)
{
    struct sampling s = {.suggest = suggest_new(1, NULL), .shape = shape};

    suggest_beside(s.suggest, o->setup.any_log);
    suggest_taken(s.suggest, o->setup.rules);
    if (shape != SIZE_MAX) /* else nothing is left of the kind */
        lines_each(o, held, sample, &s);
    if (s.lines) {
        const char *path = o->report.inputs.list[s.input].path;
        char *real = realpath(path, NULL);

        const char *name = real ? real : path;

        suggest_write(s.suggest, &name, 1, out);
        free(real);
    }
    suggest_free(s.suggest);
}

const char *proposal_file(const struct outcome *o)
{
    for (size_t i = o->setup.ndocs; i > 0; i--)
        if (access(o->setup.docs[i - 1]->file, F_OK) == 0)
            return o->setup.docs[i - 1]->file;
    return NULL;
}

/* Is there a line that was not ended? */
static bool is_open_ended(int fd, off_t size)
{
    char last = '\n';

    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

static int add(int fd, struct slice text)
{
    struct buf all = BUF_INIT;
    struct stat st;
    int r = 0;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode)) /* a pipe would take it, and lose it */
        return -ENOTSUP;
    buf_str(&all, is_open_ended(fd, st.st_size) ? "\n" : "");
    buf_slice(&all, text);
    ssize_t n = write(fd, all.p, all.n);

    if (n != (ssize_t)all.n) {
        r = n < 0 ? -errno : -ENOSPC;
        if (ftruncate(fd, st.st_size) < 0)
            r = -errno;
    }
    buf_release(&all);
    return r;
}

int proposal_add(const char *path, struct slice text)
{
    int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC), r;

    if (fd < 0)
        return -errno;
    r = add(fd, text);
    if (close(fd) < 0 && r == 0)
        r = -errno;
    return r;
}
