/* tail -- why the overlap: each read begins FINGERPRINT_TAIL bytes before the offset and compares
 * them with those that were read last. One system call proves the place and brings the data, with
 * no moment between check and read in which the file could be truncated; it is also the only cheap
 * test that sees a file that was truncated and has grown past the offset again.
 *
 * Why no buffer per file: the unfinished line at the end is simply read again with the next block,
 * so that a thousand idle files cost nothing. Only a long one is remembered as having no newline
 * (clear_to), so that a line that grows byte by byte does not cost its square.
 *
 * A line longer than max_line is reported once, when it is found out; from then on its bytes count
 * as read although its end is not known, and `skipping` says so (also in the saved state).
 *
 * What is not UTF-8 is converted as whole lines, when they are handed out: offsets, fingerprints and
 * what is looked at to find a line's end are the file's own bytes.
 *
 * NULs at a line's beginning are what a crash or a writer without O_APPEND leaves. They count as
 * read only when something follows them; before, the file system may still be about to fill them
 * in. */
#include "config.h"

#include "input/tail.h"

#include "base/sys.h"
#include "base/xalloc.h"
#include "input/linebuf.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLEAR_WORTH = 64 * 1024, HOLE_TURNS = 16, PASSED = TAIL_CHANGED + 1 };

void tail_buffer_release(struct tail_buffer *b)
{
    free(b->mem);
    *b = (struct tail_buffer){0};
}

static char *buffer_for(struct tail_buffer *b, size_t n)
{
    size_t need = n + FINGERPRINT_TAIL;

    if (b->cap < need) {
        free(b->mem);
        b->mem = xmalloc(need + 2 * (size_t)LINE_PAD);
        memset(b->mem, 0, LINE_PAD);
        b->cap = need;
    }
    return b->mem + LINE_PAD;
}

static void buffer_shrink(struct tail_buffer *b, size_t block)
{
    if (b->cap > block + FINGERPRINT_TAIL)
        tail_buffer_release(b);
}

/* How many bytes there were, or negative errno. A read may give fewer than there are: less than
 * `least` means that the file ends there. */
static ssize_t read_at(int fd, char *p, size_t n, size_t least, uint64_t offset)
{
    size_t got = 0;

    for (;;) {
        ssize_t r = sys_pread(fd, p + got, n - got, (off_t)(offset + got));

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -errno;
        got += (size_t)r;
        if (r == 0 || got >= least)
            return (ssize_t)got;
    }
}

struct charset *tail_charset(const struct tail *t, struct encoding *e, struct slice first)
{
    if (t->digest)
        first = slice_make(t->digest->head, t->head_n < DIGEST_HEAD ? t->head_n : DIGEST_HEAD);
    else if (t->offset > 0)
        first = slice_make(t->head, t->head_n);
    return e ? encoding_of(e, first) : NULL;
}

static size_t unit_of(const struct charset *c)
{
    return charset_newline(c).n;
}

/* Of a long hole only the beginning (for the head) and the end (for the tail) are looked at. */
static void consume_zeros(struct tail *t, uint64_t n)
{
    static const char zeros[1024];

    if (n > 2 * sizeof(zeros)) {
        tail_consume(t, zeros, sizeof(zeros));
        tail_consume_zeros(t, n - 2 * sizeof(zeros));
        n = sizeof(zeros);
    }
    while (n > 0) {
        uint64_t step = n < sizeof(zeros) ? n : sizeof(zeros);

        tail_consume(t, zeros, step);
        n -= step;
    }
}

/* How much there is beyond what was read; were it cut now, the loss could be reported. 0 or negative
 * errno. */
static int learn_size(struct tail *t)
{
    struct stat st;

    if (sys_fstat(t->fd, &st) < 0)
        return -errno;
    if ((uint64_t)st.st_size > t->proved)
        t->proved = (uint64_t)st.st_size;
    return 0;
}

/* The overlap read: *ret_data is what lies at offset. 0, TAIL_CHANGED or negative errno. */
static int read_proved(struct tail *t, struct tail_buffer *b, size_t n, struct slice *ret_data)
{
    char *p = buffer_for(b, n);
    size_t k = t->tail_n;
    uint64_t seen = t->size > t->offset ? t->size - t->offset : 0;
    ssize_t got = read_at(t->fd, p, k + n, k + (seen < n ? (size_t)seen : n), t->offset - k);

    if (got < 0)
        return (int)got;
    if ((size_t)got < k || memcmp(p, t->tail, k) != 0)
        return TAIL_CHANGED;
    *ret_data = slice_make(p + k, (size_t)got - k);
    memset(p + got, 0, LINE_PAD);
    t->read_to = t->offset + ret_data->n;
    if (t->proved < t->read_to)
        t->proved = t->read_to;
    if ((size_t)got == k + n && t->proved == t->read_to)
        (void)learn_size(t);
    if (t->size < t->proved)
        t->size = t->proved;
    return 0;
}

/* Did data come where the hole begins, as in a file that was allocated ahead, or is the hole cut
 * off? 1, 0 or negative errno. */
static int hole_is_over(const struct tail *t)
{
    char first;
    ssize_t got = read_at(t->fd, &first, 1, 1, t->offset);

    return got < 0 ? (int)got : got == 0 || first != 0;
}

/* Nothing but a hole is left. TAIL_END or negative errno. */
static int pass_to_end(struct tail *t)
{
    off_t end = sys_lseek(t->fd, 0, SEEK_END);

    if (end < 0)
        return -errno;
    t->read_to = (uint64_t)end;
    if (t->hole_to > t->read_to) /* cut in its middle */
        t->hole_to = t->read_to;
    return TAIL_END;
}

/* Looks for a byte that is not NUL from hole_to on. PASSED: it was found, and the hole counts as
 * read. TAIL_END: the file ends before. TAIL_MORE: not yet found. Or negative errno. */
static int pass_hole(struct tail *t, struct tail_buffer *b, size_t block, const struct charset *c)
{
    for (int turn = 0; turn < HOLE_TURNS; turn++) {
        off_t data = sys_lseek(t->fd, (off_t)t->hole_to, SEEK_DATA);
        char *p = buffer_for(b, block);
        ssize_t got;
        size_t nuls;

        if (data < 0 && errno == ENXIO)
            return pass_to_end(t);
        if (data > (off_t)t->hole_to)
            t->hole_to = (uint64_t)data;
        got = read_at(t->fd, p, block, 1, t->hole_to);
        if (got <= 0)
            return got < 0 ? (int)got : TAIL_END;
        nuls = lines_nuls(NULL, slice_make(p, (size_t)got));
        t->hole_to += nuls;
        if (t->read_to < t->hole_to)
            t->read_to = t->hole_to;
        if (nuls < (size_t)got) {
            uint64_t n = t->hole_to - t->offset;

            consume_zeros(t, n - n % unit_of(c));
            t->hole_to = 0;
            return PASSED;
        }
    }
    return TAIL_MORE;
}

/* Is there a newline after clear_to? 1, 0 or negative errno. Also 1 when the file has shrunk, or
 * the line has become too long: then it must be looked at. */
static int newline_has_come(struct tail *t, struct tail_buffer *b, size_t block, size_t max_line)
{
    while (t->clear_to - t->offset <= max_line) {
        char *p = buffer_for(b, block);
        ssize_t got = read_at(t->fd, p, block, 1, t->clear_to);

        if (got < 0)
            return (int)got;
        if (got == 0 || memchr(p, '\n', (size_t)got))
            break;
        t->clear_to += (uint64_t)got;
        t->read_to = t->clear_to;
        if ((size_t)got < block)
            return 0;
    }
    t->clear_to = 0;
    return 1;
}

/* Inside a line that is too long: its bytes go until the newline. */
static int skip_on(struct tail *t, const struct charset *c, struct slice data)
{
    size_t n = charset_first_line(c, data);

    t->skipping = n == 0;
    if (n == 0)
        n = data.n - data.n % unit_of(c);
    if (n == 0)
        return TAIL_END;
    tail_consume(t, data.p, n);
    return TAIL_MORE;
}

static enum lines_found hand_out_next(const struct tail_reader *r, struct slice *rest)
{
    struct slice block;
    enum lines_found found = lines_next(rest, r->max_line, &block);

    if (found == LINES_BLOCK)
        r->lines(r->ctx, block.p, block.n);
    else if (found == LINES_TOO_LONG)
        r->too_long(r->ctx);
    return found;
}

/* All of it is done with once the first of it was handed out: nobody looks before the last is. */
static void convert_and_hand_out(struct tail *t, const struct tail_reader *r, struct charset *c,
                                 struct slice lines)
{
    uint64_t invalid;
    struct slice rest = charset_convert(c, lines, &invalid);
    enum lines_found found;

    lines.n -= lines.n % unit_of(c);
    if (invalid && r->invalid)
        r->invalid(r->ctx, invalid);
    do {
        found = hand_out_next(r, &rest);
        tail_consume(t, lines.p, lines.n);
        lines.n = 0;
    } while (found != LINES_END);
}

void tail_hand_out(struct tail *t, const struct tail_reader *r, struct charset *c,
                   struct slice lines)
{
    struct slice rest = lines;
    enum lines_found found;

    if (c) {
        convert_and_hand_out(t, r, c, lines);
        return;
    }
    do {
        const char *from = rest.p;

        found = hand_out_next(r, &rest);
        tail_consume(t, from, (uint64_t)(rest.p - from));
    } while (found != LINES_END);
}

/* The beginning of a line and NULs, more than a line may be long. The NULs may yet be written over; but
 * if a newline stands behind them, it is a line that is too long. */
static int unfinished_with_hole(struct tail *t, const struct tail_reader *r,
                                const struct charset *c, uint64_t n)
{
    if (t->torn_to < t->offset + n)
        t->torn_to = t->offset + n;
    for (int turn = 0; turn < HOLE_TURNS; turn++) {
        off_t data_at = sys_lseek(t->fd, (off_t)t->torn_to, SEEK_DATA);
        char *p = buffer_for(r->buffer, r->block);
        ssize_t got;

        if (data_at > (off_t)t->torn_to)
            t->torn_to = (uint64_t)data_at - ((uint64_t)data_at - t->offset) % unit_of(c);
        got = read_at(t->fd, p, r->block, 1, t->torn_to);
        if (got <= 0)
            return got < 0 ? (int)got : TAIL_END;
        if (charset_first_line(c, slice_make(p, (size_t)got))) {
            t->skipping = true;
            r->too_long(r->ctx);
            return TAIL_MORE;
        }
        if ((size_t)got < r->block)
            return TAIL_END;
        t->torn_to += (uint64_t)got - (uint64_t)got % unit_of(c);
    }
    return TAIL_MORE;
}

/* No newline in the data. */
static int unfinished(struct tail *t, const struct tail_reader *r, const struct charset *c,
                      struct slice data)
{
    size_t nuls = lines_nuls(c, data), unit = unit_of(c);

    if (data.n > 0 && lines_nuls(NULL, data) == data.n) {
        t->hole_to = t->offset + data.n;
        return TAIL_MORE;
    }
    if (nuls > 0) {
        tail_consume(t, data.p, nuls);
        return TAIL_MORE;
    }
    data.n -= data.n % unit;
    size_t all = data.n;

    while (data.n > 0 && lines_nuls(c, slice_from(data, data.n - unit)) > 0)
        data.n -= unit; /* the line is still being written there */
    if (all > lines_widest(c, r->max_line) && data.n <= lines_widest(c, r->max_line))
        return unfinished_with_hole(t, r, c, all);
    if (data.n > lines_widest(c, r->max_line)) {
        t->skipping = true;
        tail_consume(t, data.p, data.n);
        r->too_long(r->ctx);
        return TAIL_MORE;
    }
    if (data.n > CLEAR_WORTH && charset_newline(c).p[0] == '\n')
        t->clear_to = t->offset + data.n;
    return TAIL_END;
}

static bool begins_with_newline(const struct charset *c, struct slice data)
{
    return slice_starts(data, charset_newline(c));
}

/* After a line that was handed out without its newline, because the file ended there or was cut. */
static bool is_inside_line(const struct tail *t, const struct charset *c)
{
    size_t unit = unit_of(c);
    struct slice last = slice_make(t->tail + t->tail_n - unit, unit);

    return t->tail_n >= unit && !slice_eq(last, charset_newline(c)) && lines_nuls(c, last) == 0;
}

static int read_lines(struct tail *t, const struct tail_reader *r, size_t n)
{
    for (;;) {
        struct slice data = {0};
        size_t whole, most;
        struct charset *c;
        int result = read_proved(t, r->buffer, n, &data);

        if (result != 0)
            return result;
        c = tail_charset(t, r->encoding, data);
        most = lines_widest(c, r->max_line);
        if (t->skipping)
            return skip_on(t, c, data);
        if (begins_with_newline(c, data) && is_inside_line(t, c)) {
            tail_consume(t, data.p, unit_of(c));
            return TAIL_MORE;
        }
        whole = charset_whole_lines(c, data);
        if (whole) {
            tail_hand_out(t, r, c, slice_make(data.p, whole));
            return data.n == n ? TAIL_MORE : TAIL_END;
        }
        if (data.n < n || n > most)
            return unfinished(t, r, c, data);
        n = n * 2 > most ? most + unit_of(c) : n * 2;
    }
}

int tail_read(struct tail *t, const struct tail_reader *r)
{
    int result;

    if (t->hole_to > t->offset) {
        result = hole_is_over(t);
        if (result < 0)
            return result;
        if (result)
            t->hole_to = 0;
    }
    if (t->hole_to > t->offset) {
        result = pass_hole(t, r->buffer, r->block, tail_charset(t, r->encoding, (struct slice){0}));
        if (result != PASSED)
            return result;
    }
    if (t->clear_to > t->offset) {
        result = newline_has_come(t, r->buffer, r->block, r->max_line);
        if (result <= 0)
            return result < 0 ? result : TAIL_END;
    }
    result = read_lines(t, r, r->block);
    buffer_shrink(r->buffer, r->block);
    return result;
}

/* As much as one line may take, and a little more; *c is known when its first bytes are. */
static int read_line_proved(struct tail *t, const struct tail_reader *r, struct charset **c,
                            struct slice *ret_data)
{
    struct charset *guess;
    int result;

    *c = tail_charset(t, r->encoding, (struct slice){0});
    do {
        guess = *c;
        result =
            read_proved(t, r->buffer, lines_widest(guess, r->max_line) + unit_of(guess), ret_data);
        if (result == 0)
            *c = tail_charset(t, r->encoding, *ret_data);
    } while (*c != guess);
    return result;
}

int tail_finish(struct tail *t, const struct tail_reader *r)
{
    struct slice data = {0};
    struct charset *c;
    uint64_t size;
    int result;
    bool more;

    result = learn_size(t);
    if (result < 0)
        return result;
    size = t->size;
    if (t->size < t->proved)
        t->size = t->proved; /* so much is read, in however many parts it comes */
    result = read_line_proved(t, r, &c, &data);
    if (result == 0 && t->size > size) /* grown since it was seen last: perhaps that is not all */
        return TAIL_MORE;
    more = data.n > lines_widest(c, r->max_line);
    if (result == 0 && data.n > 0) {
        if (charset_whole_lines(c, data))
            return TAIL_MORE;
        if (more && lines_nuls(c, data) > 0) {
            tail_consume(t, data.p, lines_nuls(c, data));
            return TAIL_MORE;
        }
        if (more && !t->skipping) { /* for NULs in it it was waited */
            t->skipping = true;
            r->too_long(r->ctx);
        }
        if (t->skipping)
            tail_consume(t, data.p, data.n - data.n % unit_of(c));
        else
            tail_hand_out(t, r, c, data);
        if (more)
            return TAIL_MORE;
        t->skipping = false;
    }
    buffer_shrink(r->buffer, r->block);
    return result;
}
