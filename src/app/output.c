/* output -- a page is written beside its place, synced, and renamed into it.
 *
 * A reader of the file (a textfile collector) so never sees half a page, and a command that fails
 * leaves what was there. What is no plain file is written as it stands. */
#include "config.h"

#include "app/output.h"

#include "base/buf.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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

int output_replace(struct output *o, const char *path)
{
    struct buf temporary = BUF_INIT;

    if (strcmp(path, "-") == 0 || is_special(path))
        return output_open(o, path);
    buf_fmt(&temporary, "%s.tmp", path);
    int r = output_open(o, temporary.p);

    o->path = path;
    o->temporary = buf_detach(&temporary);
    if (r < 0)
        free(o->temporary);
    return r;
}

int output_finish(struct output *o, bool keep)
{
    int r = 0;

    if (fflush(o->file) != 0 || ferror(o->file) || (o->temporary && fsync(fileno(o->file)) != 0))
        r = errno ? -errno : -EIO;
    if (o->file != stdout && fclose(o->file) != 0 && r == 0)
        r = -errno;
    if (o->temporary && keep && r == 0 && rename(o->temporary, o->path) != 0)
        r = -errno;
    if (o->temporary && (r < 0 || !keep))
        unlink(o->temporary);
    if (r < 0)
        log_error("cannot write %s: %s", shown(o->path), strerror(-r));
    free(o->temporary);
    return r;
}

int output_page(const char *path, struct slice page)
{
    struct output o;
    int r = output_replace(&o, path ? path : "-");

    if (r < 0)
        return r;
    if (page.n)
        fwrite(page.p, 1, page.n, o.file);
    return output_finish(&o, true);
}

int output_format(const struct command *c, const char *text, enum expose_format *ret_format)
{
    struct buf names = BUF_INIT;
    int code;

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
