/* output -- a page is written beside its place, synced, and renamed into it.
 *
 * A reader of the file (a textfile collector) so never sees half a page, and a command that fails
 * leaves what was there. What is no plain file is written as it stands.
 *
 * The folder may be everybody's: the file beside has a name that nobody has foreseen, and is made, or
 * another name tried. Where the file system can, it gets its name only when it is whole, so that nothing is
 * left of a command that is killed. A link stays one: what it leads to is replaced. The kernel says whether it may
 * be followed (fs.protected_symlinks). */
#include "config.h"

#include "app/output.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static void forget_names(struct output *o)
{
    free(o->place);
    free(o->temporary);
}

/* What messages call it. */
static const char *shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}

int output_open(struct output *o, const char *path)
{
    *o = (struct output){.path = path};
    o->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (o->file)
        return 0;
    int r = -errno;

    log_error("cannot write %s: %s", shown(path), strerror(-r));
    return r;
}

/* A device or a pipe takes the page as it comes; it must not be replaced by a file. */
static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* What is to be replaced: behind links, if there is something. 0 or negative errno. */
static int find_place(struct output *o)
{
    struct stat st;

    if (stat(o->path, &st) == 0)
        o->place = realpath(o->path, NULL);
    else if (errno == ENOENT)
        o->place = xstrdup(o->path);
    return o->place ? 0 : -errno;
}

typedef int name_fn(const struct output *o, const char *name);

/* What `take` makes of a name beside the place that nobody has; negative errno if it cannot. */
static int name_beside(struct output *o, name_fn *take)
{
    struct buf name = BUF_INIT;
    uint32_t number;
    int r;

    do {
        buf_clear(&name);
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            number = (uint32_t)clock_mono_ns();
        buf_fmt(&name, "%s.%08x.tmp", o->place, number);
        r = take(o, name.p);
    } while (r == -EEXIST);
    o->temporary = r < 0 ? NULL : buf_detach(&name);
    buf_release(&name);
    return r;
}

/* As the umask says. */
static int create(const struct output *o, const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    (void)o;
    return fd < 0 ? -errno : fd;
}

enum { FD_PATH = 32 };

static void put_fd_path(char path[FD_PATH], int fd)
{
    (void)snprintf(path, FD_PATH, "/proc/self/fd/%d", fd);
}

static int link_as(const struct output *o, const char *name)
{
    char path[FD_PATH];

    put_fd_path(path, fileno(o->file));
    return linkat(AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* A file that has no name until it is whole: who is interrupted leaves nothing. -1: not here. */
static int open_nameless(const struct output *o)
{
    struct slice folder = path_directory(o->place);
    struct buf name = BUF_INIT;
    char path[FD_PATH];

    buf_fmt(&name, "%.*s.", SLICE_FMT(folder));
    int fd = open(name.p, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);

    buf_release(&name);
    put_fd_path(path, fd);
    if (fd < 0 || access(path, F_OK) == 0)
        return fd;
    close(fd); /* without /proc it would never get a name */
    return -1;
}

static int make_beside(struct output *o)
{
    int fd = open_nameless(o);

    if (fd < 0)
        fd = name_beside(o, create);
    o->file = fd < 0 ? NULL : fdopen(fd, "w");
    return fd < 0 ? fd : o->file ? 0 : -errno;
}

int output_replace(struct output *o, const char *path)
{
    if (strcmp(path, "-") == 0 || is_special(path))
        return output_open(o, path);
    *o = (struct output){.path = path};
    int r = find_place(o);

    if (r == 0)
        r = make_beside(o);
    if (r < 0) {
        log_error("cannot write %s: %s", path, strerror(-r));
        forget_names(o);
    }
    return r;
}

/* 0 or negative errno. */
static int write_out(const struct output *o)
{
    bool failed =
        fflush(o->file) != 0 || ferror(o->file) || (o->place && fsync(fileno(o->file)) != 0);

    return !failed ? 0 : errno ? -errno : -EIO;
}

int output_finish(struct output *o, bool keep)
{
    int r = write_out(o);

    if (r == 0 && keep && o->place && !o->temporary)
        r = name_beside(o, link_as);
    if (o->file != stdout && fclose(o->file) != 0 && r == 0)
        r = -errno;
    if (o->temporary && keep && r == 0 && rename(o->temporary, o->place) != 0)
        r = -errno;
    if (o->temporary && (r < 0 || !keep))
        unlink(o->temporary);
    if (r < 0)
        log_error("cannot write %s: %s", shown(o->path), strerror(-r));
    forget_names(o);
    return r;
}

static void put_shown(struct slice text)
{
    struct buf out = BUF_INIT;

    utf8_show(&out, text);
    if (out.n)
        fwrite(out.p, 1, out.n, stdout);
    buf_release(&out);
}

void output_name(const char *name)
{
    put_shown(slice_str(name));
}

void output_lines(struct slice text)
{
    struct slice line;

    while (text.n) {
        bool ends = memchr(text.p, '\n', text.n);

        (void)slice_cut(&text, '\n', &line);
        put_shown(line);
        if (ends)
            putchar('\n');
    }
}

static void put_page(FILE *to, struct slice page)
{
    if (to == stdout && isatty(STDOUT_FILENO))
        output_lines(page);
    else if (page.n)
        fwrite(page.p, 1, page.n, to);
}

void output_print(struct slice page)
{
    put_page(stdout, page);
}

int output_page(const char *path, struct slice page)
{
    struct output o;
    int r = output_replace(&o, path ? path : "-");

    if (r < 0)
        return r;
    put_page(o.file, page);
    return output_finish(&o, true);
}

int output_format(const struct command *c, const struct common_options *o, const char *snapshot,
                  enum expose_format *ret_format)
{
    const char *text = o->format;
    struct buf names = BUF_INIT;
    int code;

    if (snapshot && (o->output || text))
        return usage_error(c, "--snapshot writes no page: --%s means nothing beside it",
                           o->output ? "output" : "format");
    for (unsigned f = 0; f < EXPOSE_FORMATS; f++) {
        const char *name = expose_format_name((enum expose_format)f);

        if (!text || strcmp(text, name) == 0) {
            *ret_format = (enum expose_format)f;
            buf_release(&names);
            return -1;
        }
        buf_word(&names, name, f, EXPOSE_FORMATS, "or");
    }
    code = usage_error(c, "--format is %s, not \"%s\"", names.p, text);
    buf_release(&names);
    return code;
}
