/* held -- read by archive, block by block into one text. */
#include "config.h"

#include "offline/held.h"

#include "base/xalloc.h"
#include "input/archive.h"

#include <errno.h>
#include <stdlib.h>

enum { AROUND = 64 }; /* bytes before and behind a text that may be read */

struct file {
    char *path;
    char *encoding; /* NULL = UTF-8 */
    size_t max_line;
    bool there;   /* it was read, and `lines` holds it */
    bool refused; /* it does not fit */
    char *bytes;
    size_t cap; /* of bytes, without what is around */
    struct held_lines lines;
};

struct held {
    size_t most, used;
    struct file **files; /* each stays where it is */
    size_t n, files_cap;
};

struct held *held_new(size_t most_bytes)
{
    struct held *h = xcalloc(1, sizeof *h);

    h->most = most_bytes;
    return h;
}

static bool is_stdin(const struct file *f)
{
    return strcmp(f->path, "-") == 0;
}

static void drop_lines(struct held *h, struct file *f)
{
    h->used -= f->lines.text.n;
    free(f->bytes);
    f->bytes = NULL;
    f->cap = 0;
    f->lines = (struct held_lines){.too_long = 0};
}

static void drop(struct held *h, struct file *f)
{
    drop_lines(h, f);
    free(f->encoding);
    f->encoding = NULL;
    f->there = f->refused = false;
}

void held_free(struct held *h)
{
    for (size_t i = 0; h && i < h->n; i++) {
        drop(h, h->files[i]);
        free(h->files[i]->path);
        free(h->files[i]);
    }
    if (h)
        free(h->files);
    free(h);
}

static struct file *find(struct held *h, const char *path)
{
    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->files[i]->path, path) == 0)
            return h->files[i];
    GROW(h->files, h->n, h->files_cap);
    h->files[h->n] = xcalloc(1, sizeof(struct file));
    h->files[h->n]->path = xstrdup(path);
    return h->files[h->n++];
}

static void add(struct held *h, struct file *f, struct slice block)
{
    struct held_lines *l = &f->lines;

    if (block.n == 0) /* not one line fits */
        return;
    if (l->text.n + block.n > f->cap) {
        f->cap = (l->text.n + block.n) * 2;
        f->bytes = xrealloc(f->bytes, f->cap + 2 * (size_t)AROUND);
    }
    memcpy(f->bytes + AROUND + l->text.n, block.p, block.n);
    l->text = slice_make(f->bytes + AROUND, l->text.n + block.n);
    h->used += block.n;
}

/* As many whole lines of a block as fit. */
static struct slice fitting(struct slice block, size_t room)
{
    block.n = block.n < room ? block.n : room;
    while (block.n && block.p[block.n - 1] != '\n')
        block.n--;
    return block;
}

static void read_file(struct held *h, struct file *f, const char *encoding, size_t max_line)
{
    struct archive *a;
    struct slice block;
    int r = archive_open(f->path, &a);

    if (r < 0) {
        f->lines.result = r;
        return;
    }
    archive_set_encoding(a, encoding);
    while ((r = archive_next(a, max_line, &block)) > 0 && !f->refused && !f->lines.cut) {
        if (block.n <= h->most - h->used)
            add(h, f, block);
        else if (is_stdin(f) && (f->lines.cut = true))
            add(h, f, fitting(block, h->most - h->used));
        else
            f->refused = true;
    }
    f->lines.result = r < 0 ? r : 0;
    f->lines.too_long = archive_too_long(a);
    f->lines.invalid = archive_invalid(a);
    archive_close(a);
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Standard input stays as it was read: it is gone. */
static bool is_as_asked(const struct file *f, const char *encoding, size_t max_line)
{
    return is_stdin(f) || (same(f->encoding, encoding) && f->max_line == max_line);
}

const struct held_lines *held_lines(struct held *h, const struct setup *setup, unsigned log,
                                    const char *path)
{
    const char *encoding = setup->rules->logs[log].encoding;
    size_t max_line = (size_t)setup->settings.max_line;
    struct file *f = find(h, path);

    if (f->there && !is_as_asked(f, encoding, max_line))
        drop(h, f);
    if (!f->there) {
        f->there = true;
        f->encoding = encoding ? xstrdup(encoding) : NULL;
        f->max_line = max_line;
        read_file(h, f, encoding, max_line);
        if (f->refused)
            drop_lines(h, f);
    }
    return f->refused ? NULL : &f->lines;
}
