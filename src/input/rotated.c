/* rotated -- why names at all: they only say where to look; which content it is decides content.
 * But looking at everything in a directory would be wrong (app.log.swp, app.log.orig) and slow.
 *
 * A DATE is digits with - _ . : T Z between them, and at least six digits, so that worker-2.log is
 * a log of its own and not the second part of worker.log. After a dot a plain number will do. */
#include "config.h"

#include "input/rotated.h"

enum { DATE_DIGITS = 6 };

/* A number or date of at least `digits` digits, and nothing else. */
static bool is_stamp(struct slice s, unsigned digits)
{
    unsigned n = 0;

    if (s.n == 0 || !char_is_digit(s.p[0]))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (char_is_digit(s.p[i]))
            n++;
        else if (!strchr("-_.:TZ", s.p[i]) || s.p[i] == 0)
            return false;
    }
    return n >= digits;
}

static struct slice without_compression(struct slice name)
{
    if (slice_ends(name, SLICE(".gz")))
        name.n -= 3;
    else if (slice_ends(name, SLICE(".zst")))
        name.n -= 4;
    return name;
}

bool rotated_is_compressed(struct slice name)
{
    return without_compression(name).n != name.n;
}

/* The stamp at i, up to `end`, is what was added. */
static bool is_addition(struct slice name, size_t i, size_t end)
{
    struct slice stamp = slice_make(name.p + i + 1, end - i - 1);

    if (i == 0)
        return false;
    if (name.p[i] == '.')
        return end == name.n && is_stamp(stamp, 1);
    return name.p[i] == '-' && is_stamp(stamp, DATE_DIGITS);
}

/* Where an extension that is no stamp begins; name.n when there is none. */
static size_t extension(struct slice name)
{
    for (size_t i = name.n; i-- > 1;)
        if (name.p[i] == '.')
            return is_stamp(slice_from(name, i + 1), 1) ? name.n : i;
    return name.n;
}

bool rotated_base(struct slice name, unsigned nth, struct buf *ret_base)
{
    struct slice plain = without_compression(name);
    size_t ends[2] = {plain.n, extension(plain)};

    for (unsigned e = 0; e < 2; e++) {
        if (e == 1 && ends[1] == ends[0])
            break;
        for (size_t i = 1; i < ends[e]; i++) {
            if (!is_addition(plain, i, ends[e]) || nth-- > 0)
                continue;
            buf_clear(ret_base);
            buf_add(ret_base, plain.p, i);
            buf_slice(ret_base, slice_from(plain, ends[e]));
            return true;
        }
    }
    return false;
}
