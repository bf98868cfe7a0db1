/* output -- see the header. */
#include "config.h"

#include "cmd/output.h"

#include "base/buf.h"
#include "base/log.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int output_open(struct output *o, const char *path)
{
    o->path = path;
    o->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (o->file)
        return 0;
    int r = -errno;

    log_error("cannot write %s: %s", path, strerror(-r));
    return r;
}

void output_line(struct output *o, struct slice line)
{
    fwrite(line.p, 1, line.n, o->file);
    putc('\n', o->file);
}

int output_close(struct output *o)
{
    int r = fflush(o->file) != 0 || ferror(o->file) ? -EIO : 0;

    if (r < 0)
        log_error("cannot write %s: %s", o->path, strerror(errno));
    if (o->file != stdout)
        fclose(o->file);
    return r;
}

static int write_new(const char *path, struct slice page, bool sync)
{
    FILE *f = fopen(path, "we");

    if (!f)
        return -errno;
    int r = 0;

    if (fwrite(page.p, 1, page.n, f) != page.n || fflush(f) != 0 || (sync && fsync(fileno(f)) != 0))
        r = -errno;
    if (fclose(f) != 0 && r == 0)
        r = -errno;
    return r;
}

/* A device or a pipe takes the page as it comes; it must not be replaced by a file. */
static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

int output_page(const char *path, struct slice page)
{
    if (!path || strcmp(path, "-") == 0) {
        struct output o = {stdout, "standard output"};

        fwrite(page.p, 1, page.n, stdout);
        return output_close(&o);
    }
    bool special = is_special(path);
    struct buf temporary = BUF_INIT;

    buf_fmt(&temporary, special ? "%s" : "%s.tmp", path);
    int r = write_new(temporary.p, page, !special);

    if (r == 0 && !special && rename(temporary.p, path) != 0)
        r = -errno;
    if (r < 0) {
        log_error("cannot write %s: %s", path, strerror(-r));
        if (!special)
            unlink(temporary.p);
    }
    buf_release(&temporary);
    return r;
}
