/* textfile -- reading never waits: what is no regular file is refused, but for the pipes that a shell
 * hands over. */
#include "config.h"

#include "config/textfile.h"

#include "base/slurp.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a shell makes of `<(...)`, or standard input. */
static bool is_given_pipe(const char *path, mode_t mode)
{
    return S_ISFIFO(mode) && (strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0);
}

/* A daemon that reloads must not wait for who writes into a fifo, nor read a device that has no end.
 * False with the reason. */
static bool may_be_read(const char *path, int fd, size_t most, struct buf *why)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
        return true; /* reading it says why */
    if (is_given_pipe(path, st.st_mode)) {
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
        return true;
    }
    if (!S_ISREG(st.st_mode))
        return buf_fail(why, "it is no regular file");
    return (size_t)st.st_size <= most || buf_fail(why, "it is larger than %zu MiB", most >> 20);
}

bool textfile_read(const char *path, size_t most, struct buf *out, struct buf *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r = 0;

    if (fd < 0)
        return buf_fail(why, "%s", strerror(errno));
    if (may_be_read(path, fd, most, why))
        r = slurp_fd(fd, most, out);
    (void)close(fd);
    if (r < 0)
        buf_fail(why, "%s", strerror(-r));
    return why->n == 0;
}

static void say(struct slice text, const char *at, const char *name, const char *sentence,
                struct mistakes *m)
{
    struct slice before = slice_make(text.p, (size_t)(at - text.p));

    mistake_add(m, MISTAKE, (struct where){name, (int)slice_count(before, '\n') + 1, 0}, "%s",
                sentence);
}

bool textfile_check(struct slice text, const char *name, struct mistakes *m)
{
    const char *nul = text.n ? memchr(text.p, 0, text.n) : NULL;
    struct slice rest = text, line;

    if (nul) {
        say(text, nul, name, "a NUL byte: this is not a text file (save it as UTF-8)", m);
        return false;
    }
    if (utf8_valid(text))
        return true;
    while (slice_cut(&rest, '\n', &line)) {
        if (utf8_valid(line))
            continue;
        say(text, line.p, name, "this line is not valid UTF-8; save the file as UTF-8", m);
        break;
    }
    return true;
}
