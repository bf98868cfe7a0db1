/* Lines of a known shape, many bytes at a time; included by linescan_kernel.h.
 *
 * Three passes, each of which does the same for every value of the shape: where the values end, by the index; whether the runs between them are as they must be; whether the
 * numbers are numbers. Nothing is stored: of most lines few fields are asked for, and of many none.
 *
 * Why that proves the line. A run is compared to its last byte. A value lies between two runs; the
 * index has every byte that could end it or that it may not hold, and the first of them is where the
 * run behind it says: so it holds none. Numbers are checked beside that. The newline is where the last
 * run ends, so nothing is behind it and no line is two. All else was proved when the shape was learned
 * and does not depend on the values. */
#ifndef LT_DECODE_SHAPE_KERNEL_H
#define LT_DECODE_SHAPE_KERNEL_H

#include "base/hash.h"
#include "decode/fieldnames.h"
#include "decode/shape.h"
#include "decode/simd.h"

static const char *skip_odd_scalar(const char *p);
static const char *skip_escape(const char *p, enum line_form form);

/* Newlines of 64 bytes that have more than one. */
static SIMD_TARGET __attribute__((noinline)) void put_more(uint16_t *line, unsigned at,
                                                           uint64_t newlines)
{
    for (; newlines; newlines &= newlines - 1)
        *line++ = (uint16_t)(at + bit_lowest(newlines));
}

/* The lines from p on, as many as find room. */
static SIMD_TARGET __attribute__((noinline)) void index_lines(struct lineindex *x, const char *p)
{
    size_t left = (size_t)(x->block_end - p);
    size_t nbytes = left < INDEX_BYTES ? left : INDEX_BYTES;
    const char top = x->form == FORM_JSON ? 0x1f : ' ';
    uint16_t *line = x->newlines, *count = x->counts;
    char *bits = x->bits;
    unsigned total = 0, at = 0;

    for (; at < nbytes; at += 64, bits += 8) {
        uint64_t newlines, stops = word_stops(p + at, top, &newlines);

        word_store(bits, stops);
        *count++ = (uint16_t)total;
        total += bit_count(stops);
        *line = (uint16_t)(at + bit_lowest(newlines | UINT64_C(1) << 63)); /* there may be none */
        if (__builtin_expect((newlines & (newlines - 1)) != 0, 0))
            put_more(line, at, newlines);
        line += bit_count(newlines);
    }
    memset(bits, 0xff, INDEX_BEYOND / 8 + 8);
    x->begin = p;
    x->end = p + at;
    x->line = x->newlines;
    x->last = line;
    x->lines += (uint64_t)(line - x->newlines);
}

/* The first bit of the index at a byte or behind it. */
SIMD_INLINE unsigned next_stop(const struct lineindex *x, unsigned at)
{
    uint64_t bits = word_load(x->bits + at / 8) >> at % 8;

    while (__builtin_expect(bits == 0, 0)) {
        at += 56;
        bits = word_load(x->bits + at / 8) >> at % 8;
    }
    return at + bit_lowest(bits);
}

/* The line at p becomes the one at hand; false when the index has not all of it. */
SIMD_INLINE bool find_line(struct lineindex *x, const char *p)
{
    if (p < x->block || p >= x->block_end)
        return false;
    if (p < x->begin || p >= x->end)
        index_lines(x, p);
    while (x->line < x->last && *x->line < p - x->begin)
        x->line++;
    if (__builtin_expect(x->line < x->last, 1))
        return true;
    if (p == x->begin)
        return false; /* it is longer than the index */
    index_lines(x, p);
    return x->line < x->last;
}

/* Bits of the index before a byte. */
SIMD_INLINE unsigned stops_before(const struct lineindex *x, unsigned at)
{
    uint64_t bits = word_load(x->bits + at / 64 * 8);

    return x->counts[at / 64] + bit_count(bits & ((UINT64_C(1) << at % 64) - 1));
}

/* A value of n bytes: all of it, as far as one decides (SHAPE_DECIDING): there are thousands that differ in
 * the middle only. What stands behind a short one is mostly the same as well. */
SIMD_INLINE uint64_t hash_value(uint64_t h, const char *p, unsigned n)
{
    uint64_t first = hash_load8(p), last = hash_load8(n >= 8 ? p + n - 8 : p);

    if (n > 16)
        h = hash_fold(hash_load8(p + 8) ^ h, hash_load8(p + n - 16)) ^ hash_load8(p + n / 2 - 4);
    return hash_fold(first ^ h ^ n, last ^ UINT64_C(0xe7037ed1a0b428db));
}

/* Where the shape stands that the line at hand may have, which begins at `at`. */
SIMD_INLINE struct shape_place *guess(struct shapes *s, unsigned at)
{
    const struct lineindex *x = &s->index;
    const struct shape_head *head = &s->heads[x->form];
    const unsigned newline = *x->line;
    uint64_t h = hash_number(stops_before(x, newline) - stops_before(x, at));

    for (unsigned i = 0; i < head->n; i++) {
        unsigned begin = at + head->values[i].n;

        begin = begin < newline ? begin : newline;
        at = next_stop(x, begin) - head->values[i].back;
        at = at < newline ? at : newline;
        if (head->decides[i])
            h = hash_value(h, x->begin + begin, at > begin ? at - begin : 0);
    }
    s->hash = (uint32_t)h;
    return &s->places[h >> (64 - SHAPES_BITS)];
}

/* *ret_null: it is null, which is no number and no wrong one. */
SIMD_INLINE bool is_number(const char *p, const char *end, bool *ret_null)
{
    size_t n = (size_t)(end - p);

    *ret_null = false;
    if (n - 1 < 16 && (digits_16(p) | ~(UINT32_C(0xffff) >> (16 - n))) == UINT32_MAX &&
        (n == 1 || *p != '0'))
        return true;
    *ret_null = *p == 'n';
    return p < end && skip_odd_scalar(p) == end;
}

/* Where the values end; ends[0] is the line's beginning. What differs of the runs before them goes to
 * *differs. False when the line does not end where the shape does. */
SIMD_INLINE bool find_ends(const struct lineindex *x, const struct shape *shape, uint32_t *ends,
                           vector *differs)
{
    const struct shape_value *v = shape->values, *last = v + shape->nvalues;
    const struct shape_piece *piece = shape->pieces;
    unsigned at = *ends, newline = *x->line;

    for (; v < last; v++, piece++) {
        *differs = text_differs(*differs, x->begin + at, piece->text, piece->mask);
        at = next_stop(x, at + v->n) - v->back;
        at = at < newline ? at : newline;
        *++ends = at;
    }
    return at + shape->last == newline + 1;
}

/* Where the quoted value ends that has its first bit of the index at p, behind escapes and, in logfmt,
 * blanks. NULL: nowhere. */
static SIMD_TARGET const char *quoted_stop(const struct lineindex *x, const char *p,
                                           enum line_form form, bool *ret_escaped)
{
    while (p && p < x->begin + *x->line && (*p == '\\' || *p == ' ')) {
        *ret_escaped |= *p == '\\';
        p = *p == ' ' ? p + 1 : skip_escape(p, form);
        if (p)
            p = x->begin + next_stop(x, (unsigned)(p - x->begin));
    }
    return p;
}

/* The same of a line in whose quotes there are bits of the index that end nothing. */
static SIMD_TARGET __attribute__((noinline)) bool
find_ends_with_care(const struct lineindex *x, const struct shape *shape, enum line_form form,
                    uint32_t *ends, struct odd_values *odd)
{
    unsigned at = ends[0];

    for (unsigned i = 0; i < shape->nvalues; i++) {
        const struct shape_value *v = &shape->values[i];
        const char *p = x->begin + next_stop(x, at + v->n);
        bool escaped = false;

        if (v->quoted)
            p = quoted_stop(x, p, form, &escaped);
        if (!p || p > x->begin + *x->line)
            return false;
        odd->escaped |= (uint64_t)escaped << i;
        at = (unsigned)(p - x->begin) - v->back;
        if (at > *x->line) /* less than none */
            return false;
        ends[i + 1] = at;
    }
    return at + shape->last == *x->line + 1u;
}

/* What differs of the pieces from number `from` on. */
SIMD_INLINE vector compare_runs(const char *begin, const struct shape *shape, unsigned from,
                                const uint32_t *ends, vector differs)
{
    const struct shape_piece *piece = shape->pieces + from, *last = shape->pieces + shape->npieces;

    for (; piece < last; piece++)
        differs =
            text_differs(differs, begin + ends[piece->at] + piece->off, piece->text, piece->mask);
    return differs;
}

SIMD_INLINE bool numbers_fit(const char *begin, const struct shape *shape, const uint32_t *ends,
                             struct odd_values *odd)
{
    const uint16_t *k = shape->numbers, *last = k + shape->nnumbers;

    for (; k < last; k++) {
        const char *p = begin + ends[*k] + shape->values[*k].n;
        bool is_null;

        if (__builtin_expect(!is_number(p, begin + ends[*k + 1], &is_null), 0))
            return false;
        odd->nulls |= (uint64_t)is_null << *k;
    }
    return true;
}

/* Is the line at hand of this shape? */
SIMD_INLINE bool fits(struct shapes *s, const struct shape *shape, enum line_form form)
{
    const struct lineindex *x = &s->index;
    vector differs = vector_none();
    unsigned compared = 0;

    s->odd = (struct odd_values){0, 0};
    if (__builtin_expect(shape->careful, 0)) {
        if (!find_ends_with_care(x, shape, form, s->ends, &s->odd))
            return false;
    } else {
        if (!find_ends(x, shape, s->ends, &differs))
            return false;
        compared = shape->nvalues;
    }
    return vector_is_none(compare_runs(x->begin, shape, compared, s->ends, differs)) &&
           numbers_fit(x->begin, shape, s->ends, &s->odd);
}

/* The newline of the line at p if it has a shape that lines like it had, else NULL. Stores no field. */
SIMD_INLINE const char *take_shape(const char *p, enum line_form form, bool lenient,
                                   struct trail *t)
{
    struct shapes *s = t->shapes;
    struct lineindex *x = &s->index;
    struct shape *shape;

    t->shape = NULL;
    s->place = NULL;
    if (__builtin_expect(s->rests != 0, 0)) {
        s->rests--;
        return NULL;
    }
    if (form != x->form || !find_line(x, p))
        return NULL;
    s->ends[0] = (uint32_t)(p - x->begin);
    s->place = guess(s, s->ends[0]);
    shape = s->place->shape;
    if (!shape || !fits(s, shape, form) || (form == FORM_LOGFMT && !lenient && shape->members < 2))
        return NULL;
    t->shape = shape;
    s->form = form;
    s->strange = 0;
    return x->begin + *x->line;
}

#endif
