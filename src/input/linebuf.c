/* linebuf -- why blocks and not lines: whoever consumes them scans for the newline anyway; finding
 * it here as well would be a second pass over every byte. So a block is only cut where it has to
 * be, and the tests for that look at a block as a whole: one memrchr per max_line bytes proves that
 * no line is too long, one memchr that there is no NUL. Both are far cheaper than the scan that
 * follows.
 *
 * The buffer grows from BLOCK only for a line that needs it, up to max_line; a longer line is
 * thrown away while it comes, so that a line without end costs no more than that. */
#include "config.h"

#include "input/linebuf.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 * 1024 };

size_t lines_nuls(const struct charset *c, struct slice s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] == 0)
        n++;
    return n - n % charset_newline(c).n;
}

size_t lines_widest(const struct charset *c, size_t max_line)
{
    return c ? CHARSET_WIDEST * max_line : max_line;
}

/* The first NUL that begins a line, but not the block; NULL when there is none. */
static const char *find_hole(struct slice block)
{
    const char *end = block.p + block.n;
    const char *nul = memchr(block.p, 0, block.n);

    while (nul) {
        const char *newline;

        if (nul > block.p && nul[-1] == '\n')
            return nul;
        newline = memchr(nul, '\n', (size_t)(end - nul));
        if (!newline)
            return NULL;
        nul = memchr(newline, 0, (size_t)(end - newline));
    }
    return NULL;
}

enum lines_found lines_next(struct slice *rest, size_t max_line, struct slice *ret_block)
{
    struct slice block;

    *rest = slice_from(*rest, lines_nuls(NULL, *rest));
    if (rest->n == 0)
        return LINES_END;
    block = *rest;
    if (block.n > max_line) {
        const char *newline = memrchr(block.p, '\n', max_line + 1);

        if (!newline) {
            size_t n = charset_first_line(NULL, *rest);

            *rest = slice_from(*rest, n ? n : rest->n);
            return LINES_TOO_LONG;
        }
        block.n = (size_t)(newline + 1 - block.p);
    }
    const char *hole = find_hole(block);
    if (hole)
        block.n = (size_t)(hole - block.p);
    *rest = slice_from(*rest, block.n);
    *ret_block = block;
    return LINES_BLOCK;
}

void linebuf_init(struct linebuf *lb, size_t max_line)
{
    *lb = (struct linebuf){.max_line = max_line};
}

void linebuf_release(struct linebuf *lb)
{
    free(lb->mem);
    *lb = (struct linebuf){0};
}

static char *at(struct linebuf *lb, size_t i)
{
    return lb->mem + LINE_PAD + i;
}

static void move_to_front(struct linebuf *lb)
{
    size_t n = lb->end - lb->start;

    if (lb->start == 0)
        return;
    memmove(at(lb, 0), at(lb, lb->start), n);
    lb->scanned -= lb->start;
    lb->start = 0;
    lb->end = n;
}

static void grow(struct linebuf *lb)
{
    size_t cap = lb->cap ? lb->cap * 2 : BLOCK;

    lb->mem = xrealloc(lb->mem, cap + 2 * (size_t)LINE_PAD);
    if (lb->cap == 0)
        memset(lb->mem, 0, LINE_PAD);
    lb->cap = cap;
    memset(at(lb, cap), 0, LINE_PAD);
}

struct slice linebuf_pending(const struct linebuf *lb)
{
    return slice_make(lb->mem ? lb->mem + LINE_PAD + lb->start : NULL, lb->end - lb->start);
}

/* Before a line, which may be the inside of one that is too long. */
static size_t leading_nuls(const struct linebuf *lb)
{
    return lb->skipping ? 0 : lines_nuls(lb->charset, linebuf_pending(lb));
}

/* A hole may be larger than any line. */
static void drop_nuls(struct linebuf *lb)
{
    lb->start += leading_nuls(lb);
    if (lb->scanned < lb->start)
        lb->scanned = lb->start;
}

/* An unfinished line over the limit: counted now, and what comes of it is thrown away, but for the
 * beginning of a character. NULs before it do not count as its length. */
static void drop_overlong(struct linebuf *lb)
{
    size_t n = lb->end - lb->start;

    if (!lb->skipping && n - leading_nuls(lb) > lines_widest(lb->charset, lb->max_line)) {
        lb->skipping = true;
        lb->too_long++;
    }
    if (lb->skipping)
        lb->start = lb->scanned = lb->end - n % charset_newline(lb->charset).n;
}

char *linebuf_space(struct linebuf *lb, size_t *ret_room)
{
    drop_overlong(lb);
    if (lb->end == lb->cap)
        drop_nuls(lb);
    move_to_front(lb);
    if (lb->end == lb->cap)
        grow(lb);
    *ret_room = lb->cap - lb->end;
    return at(lb, lb->end);
}

/* While skipping, everything up to the first newline goes. */
void linebuf_filled(struct linebuf *lb, size_t n)
{
    size_t first;

    lb->end += n;
    if (!lb->skipping)
        return;
    first = charset_first_line(lb->charset, linebuf_pending(lb));
    lb->skipping = first == 0;
    lb->start += first;
    lb->scanned = lb->start;
}

/* `scanned` is at a character's beginning, as lines begin there. */
struct slice linebuf_take(struct linebuf *lb)
{
    struct slice fresh = slice_make(lb->mem ? at(lb, lb->scanned) : NULL, lb->end - lb->scanned);
    size_t whole = lb->skipping ? 0 : charset_whole_lines(lb->charset, fresh);
    struct slice block = {0};

    if (whole) {
        block = slice_make(at(lb, lb->start), lb->scanned + whole - lb->start);
        lb->start += block.n;
    }
    lb->scanned = lb->end - (lb->end - lb->start) % charset_newline(lb->charset).n;
    return block;
}

struct slice linebuf_take_rest(struct linebuf *lb)
{
    struct slice rest = {0};

    drop_overlong(lb);
    if (lb->start == lb->end)
        return rest;
    rest = slice_make(at(lb, lb->start), lb->end - lb->start);
    lb->start = lb->scanned = lb->end;
    return rest;
}
