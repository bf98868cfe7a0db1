/* slice -- the few operations on borrowed text that are too long for the header. Nothing here
 * allocates; a piece always points into the text it was cut from. */
#include "base/slice.h"

int slice_cmp(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;

    if (c != 0)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

size_t slice_common(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n, i = 0;

    while (i < n && a.p[i] == b.p[i])
        i++;
    return i;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;

    return m < c ? m : c;
}

unsigned slice_edits(struct slice a, struct slice b)
{
    unsigned rows[3][SLICE_EDITS_MAX + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];

    for (unsigned j = 0; j <= b.n; j++)
        above[j] = j;
    for (unsigned i = 1; i <= a.n; i++) {
        unsigned *spare = before;

        row[0] = i;
        for (unsigned j = 1; j <= b.n; j++) {
            bool equal = char_lower(a.p[i - 1]) == char_lower(b.p[j - 1]);

            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + !equal);
            if (i > 1 && j > 1 && char_lower(a.p[i - 1]) == char_lower(b.p[j - 2]) &&
                char_lower(a.p[i - 2]) == char_lower(b.p[j - 1]) && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b.n];
}

size_t slice_count(struct slice s, char c)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

bool slice_has_letter(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (char_is_letter(s.p[i]) || (unsigned char)s.p[i] >= 0x80)
            return true;
    return false;
}

bool slice_has_digit(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (char_is_digit(s.p[i]))
            return true;
    return false;
}

struct slice slice_trim(struct slice s)
{
    while (s.n && char_is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && char_is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct slice slice_until(struct slice s, const char *ends)
{
    for (; *ends; ends++) {
        const char *at = s.n ? memchr(s.p, *ends, s.n) : NULL;

        if (at)
            s.n = (size_t)(at - s.p);
    }
    return s;
}

bool slice_cut(struct slice *rest, char sep, struct slice *ret_piece)
{
    const char *at;

    if (rest->p == NULL)
        return false;
    at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
    if (at == NULL) {
        *ret_piece = *rest;
        *rest = (struct slice){NULL, 0};
        return true;
    }
    *ret_piece = slice_make(rest->p, (size_t)(at - rest->p));
    *rest = slice_from(*rest, ret_piece->n + 1);
    return true;
}
