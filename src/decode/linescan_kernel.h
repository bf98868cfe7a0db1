/* The fast scanner; included by linescan_avx2.c, linescan_neon.c, linescan_sse2.c and linescan_swar.c.
 *
 * What it guesses. That a line has the shape of one seen before (trail.h): the same keys in the
 * same order, with other values. So it compares 32 bytes with what is likely to stand there,
 * `{"time":"`, and all of a key, its quotes, colon and comma are dealt with at once; the name was
 * looked up when the step was made.
 *
 * What it proves. Every byte of the line is either compared with a step's text, which was read byte
 * by byte when the step was made and is right for this place whatever stands around it; or it is
 * part of a value, which is checked to its last byte: a string up to its closing quote, without
 * control characters and with right escapes; a number by its grammar; a nested value by the plain
 * scanner. The line is taken when a step ends it. So a line that is taken is valid, and its fields
 * are those that json.c and logfmt.c find; a guess that fails costs time and nothing
 * else. tests/decode compares them on good and on damaged lines, for every set of
 * instructions.
 *
 * What it costs. About 25 instructions a key, and one mispredicted branch where the shape of lines
 * divides. Lines that are no such line, or have an odd form (escapes in a key, a key of more than
 * some 25 bytes, a bare control character), go to the plain scanner, which decides. */
#ifndef LT_DECODE_LINESCAN_KERNEL_H
#define LT_DECODE_LINESCAN_KERNEL_H

#include "base/hash.h"
#include "decode/fieldnames.h"
#include "decode/linescan.h"
#include "decode/simd.h"
#include "decode/trail.h"
#include "decode/unescape.h"

/* Where the fields go: the arguments of a scan, as they stand in registers. */
struct into {
    struct field *slots;
    uint16_t *touched; /* behind the last */
};

SIMD_INLINE void store(struct into *to, unsigned slot, const char *p, const char *end,
                       enum field_kind kind)
{
    struct field *f = &to->slots[slot];

    if (slot == FIELDNAME_NO_SLOT || f->kind != FIELD_NONE)
        return;
    *f = (struct field){p, (uint32_t)(end - p), kind};
    *to->touched++ = (uint16_t)slot;
}

/* Digits at p, up to 16 of them. */
SIMD_INLINE unsigned count_digits(const char *p)
{
    const uint64_t tops = UINT64_C(0x8080808080808080), zeros = UINT64_C(0x3030303030303030);
    const uint64_t up = UINT64_C(0x7676767676767676); /* lifts 10 and more into the top bit */
    uint64_t low = word_load(p) ^ zeros, high;

    low = (((low & ~tops) + up) | low) & tops;
    if (low != 0)
        return bit_lowest(low) / 8;
    high = word_load(p + 8) ^ zeros;
    high = (((high & ~tops) + up) | high) & tops;
    return high != 0 ? 8 + bit_lowest(high) / 8 : 16;
}

/* At least one. */
static const char *skip_digits(const char *p)
{
    if (!char_is_digit(*p))
        return NULL;
    while (char_is_digit(*p))
        p++;
    return p;
}

/* A number of any form, true, false or null, NaN and Infinity. Not inlined, as few values need it.
 * Reads at most 9 bytes too far; ends at the latest at the line's newline, which no scalar can hold. */
static __attribute__((noinline)) const char *skip_odd_scalar(const char *p)
{
    if (*p == 't')
        return memcmp(p, "true", 4) == 0 ? p + 4 : NULL;
    if (*p == 'f')
        return memcmp(p, "false", 5) == 0 ? p + 5 : NULL;
    if (*p == 'n')
        return memcmp(p, "null", 4) == 0 ? p + 4 : NULL;
    if (*p == 'N')
        return memcmp(p, "NaN", 3) == 0 ? p + 3 : NULL;
    p += *p == '-';
    if (*p == 'I')
        return memcmp(p, "Infinity", 8) == 0 ? p + 8 : NULL;
    p = *p == '0' ? p + 1 : skip_digits(p);
    if (p != NULL && *p == '.')
        p = skip_digits(p + 1);
    if (p != NULL && (*p == 'e' || *p == 'E')) {
        p++;
        p = skip_digits(p + (*p == '-' || *p == '+'));
    }
    return p;
}

/* Behind the number, true, false or null at p, or NULL. */
SIMD_INLINE const char *skip_scalar(const char *p)
{
    unsigned n = count_digits(p);

    if (n > 0 && (n == 1 || *p != '0') && (p[n] == ',' || p[n] == '}'))
        return p + n;
    return skip_odd_scalar(p);
}

/* Behind the escape whose backslash is at p, or NULL. The newline is no part of one. */
static const char *skip_escape(const char *p, enum line_form form)
{
    if (form == FORM_JSON)
        return json_skip_escape(p, p + JSON_ESCAPE_MAX);
    return p[1] == '\n' ? NULL : p + 2;
}

/* The closing quote of a string whose first backslash is at p, or NULL. Not inlined, so that
 * strings without have the registers. */
static SIMD_TARGET __attribute__((noinline)) const char *skip_escapes(const char *p,
                                                                      enum line_form form)
{
    while (p != NULL && *p == '\\') {
        p = skip_escape(p, form);
        if (p != NULL)
            p = text_stop(p, '"', '\\', 0x1f);
    }
    return p != NULL && *p == '"' ? p : NULL;
}

/* Behind the string whose first byte is at p, or NULL. */
SIMD_INLINE const char *take_string(const char *p, enum line_form form, unsigned slot,
                                    struct into *to)
{
    const char *end = text_stop(p, '"', '\\', 0x1f);
    enum field_kind kind = FIELD_TEXT;

    if (__builtin_expect(*end != '"', 0)) {
        end = skip_escapes(end, form);
        if (end == NULL)
            return NULL;
        kind = form == FORM_JSON ? FIELD_JSON : FIELD_GO;
    }
    store(to, slot, p, end, kind);
    return end + 1;
}

SIMD_INLINE const char *take_bare(const char *p, enum line_form form, unsigned slot,
                                  struct into *to)
{
    const char *end = form == FORM_JSON ? skip_scalar(p) : text_stop(p, '"', '"', ' ');

    if (__builtin_expect(end == NULL || (form == FORM_LOGFMT && *end == '"'), 0))
        return NULL;
    store(to, slot, p, end, form == FORM_JSON && *p == 'n' ? FIELD_NULL : FIELD_TEXT);
    return end;
}

/* A bare value was expected and none is there: perhaps a string, where there had been null before.
 * The line goes the plain way, but the next one will find a step of its own. */
static SIMD_TARGET __attribute__((noinline)) const char *
not_bare(const char *p, const struct trail_step *s, enum line_form form, struct trail *t,
         struct trail_step *after)
{
    if (*p == '"' || (form == FORM_JSON && (*p == '{' || *p == '[')))
        (void)trail_add(t, form, after, p - s->n);
    return NULL;
}

/* At a nested value's first byte. */
static SIMD_TARGET __attribute__((noinline)) const char *
take_inner(const char *p, const struct trail_step *s, const struct trail *t, struct into *to)
{
    struct slice key = {s->text + s->key_at, s->key_n};
    struct touched touched = {to->touched, 0};

    p = json_member(p, text_newline(p), key, t->want, to->slots, &touched);
    to->touched += touched.n;
    return p;
}

/* Where a line goes on that has this value behind a step that forks; NULL: where all others do. */
SIMD_INLINE struct trail_step *follow(struct trail *t, struct trail_step *s, const char *value,
                                      size_t n)
{
    static const uint64_t kept_of[9] = {0,          0xff,         0xffff,         0xffffff,
                                        0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
                                        UINT64_MAX};
    const uint64_t kept = kept_of[n < 8 ? n : 8]; /* no branch */
    uint64_t h = hash_fold((word_load(value) & kept) ^ (uint64_t)(s - t->steps),
                           word_load(value + n - 8) ^ UINT64_C(0xe7037ed1a0b428db) ^ n);
    struct trail_fork *fork = &t->forks[h >> (64 - TRAIL_FORKS_BITS)];

    if (__builtin_expect(fork->step.other == s && fork->step.n == n, 1) &&
        text_begins(value, fork->step.text, fork->step.n))
        return &fork->step;
    return trail_fork(t, s, h, value, n);
}

/* The newline of the line at p, which is then valid; NULL when it must go the plain way. */
SIMD_INLINE const char *walk(const char *p, enum line_form form, bool lenient, struct trail *t,
                             struct into *to)
{
    const char *start = p;
    struct trail_step *at = &t->roots[form];
    bool unsure = false;
    unsigned members = 0;

    for (;;) {
        struct trail_step *s = at->next;

        while (!text_begins(p, s->text, s->n))
            s = s->other;
        if (__builtin_expect(s->kind == STEP_NONE, 0)) {
            s = trail_add(t, form, at, p);
            if (s == NULL)
                return NULL;
        }
        p += s->n;
        if (s->kind == STEP_STRING) {
            p = take_string(p, form, s->slot, to);
            at = s;
        } else if (s->kind == STEP_BARE) {
            const char *end = take_bare(p, form, s->slot, to);

            p = __builtin_expect(end != NULL, 1) ? end : not_bare(p, s, form, t, at);
            unsure |= s->decides;
            at = s;
        } else if (s->kind == STEP_END) {
            bool enough = form == FORM_JSON || lenient || members > 1;

            t->end = unsure ? NULL : s;
            return enough && (size_t)(p - start) <= UINT32_MAX ? p - 1 : NULL;
        } else if (s->kind == STEP_FORK) {
            const char *value = p;
            bool is_first = to->slots[s->slot].kind == FIELD_NONE;

            at = s;
            p = take_string(p, form, s->slot, to);
            if (p != NULL && is_first) {
                struct trail_step *fork = follow(t, s, value, (size_t)(p - 1 - value));

                unsure |= fork == NULL;
                at = fork ? fork : s;
            }
        } else {
            struct into copy = *to; /* its address is known: the other stays in registers */

            p = take_inner(p - 1, s, t, &copy);
            to->touched = copy.touched;
            unsure |= s->decides;
            at = s;
        }
        if (__builtin_expect(p == NULL, 0))
            return NULL;
        members++;
    }
}

/* The line at p, the plain way when the fast one does not take it. */
SIMD_INLINE const char *scan(const char *p, enum line_form form, bool lenient, bool *ret_valid,
                             struct trail *t, struct field *slots, struct touched *touched)
{
    struct into to = {slots, touched->slots + touched->n};
    unsigned before = touched->n;
    const char *end = walk(p, form, lenient, t, &to);

    touched->n = (unsigned)(to.touched - touched->slots);
    *ret_valid = end != NULL;
    if (__builtin_expect(*ret_valid, 1))
        return end;
    t->end = NULL;
    touched_undo(slots, touched, before);
    end = text_newline(p);
    struct slice line = {p, (size_t)(end - p)};

    *ret_valid = form == FORM_JSON ? json_fields(line, t->want, slots, touched)
                                   : logfmt_fields(line, lenient, t->want, slots, touched);
    return end;
}

static SIMD_TARGET const char *scan_newline(const char *p)
{
    return text_newline(p);
}

static SIMD_TARGET const char *scan_json(const char *p, bool *ret_valid, struct trail *t,
                                         struct field *slots, struct touched *touched)
{
    return scan(p, FORM_JSON, false, ret_valid, t, slots, touched);
}

static SIMD_TARGET const char *scan_logfmt(const char *p, bool lenient, bool *ret_valid,
                                           struct trail *t, struct field *slots,
                                           struct touched *touched)
{
    return scan(p, FORM_LOGFMT, lenient, ret_valid, t, slots, touched);
}

/* What the file that includes this is for. */
#define LINESCAN(level)                              \
    {                                                \
#level, scan_newline, scan_json, scan_logfmt \
    }

#endif
