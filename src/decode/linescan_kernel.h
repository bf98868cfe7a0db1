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

/* At least one. */
static const char *skip_digits(const char *p)
{
    if (!char_is_digit(*p))
        return NULL;
    while (char_is_digit(*p))
        p++;
    return p;
}

/* Behind the number of any form, true, false, null, NaN or Infinity at p, or NULL. Reads at most 9 bytes
 * too far; ends at the latest at the line's newline, which no scalar can hold. */
static const char *skip_scalar(const char *p)
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

/* Behind the escape whose backslash is at p, or NULL. The newline is no part of one. */
static const char *skip_escape(const char *p, enum line_form form)
{
    if (form == FORM_JSON)
        return json_skip_escape(p, p + JSON_ESCAPE_MAX);
    return p[1] == '\n' ? NULL : p + 2;
}

SIMD_INLINE struct stops string_stops(void)
{
    return stops_make('"', '\\', 0x1f);
}

/* Of logfmt. */
SIMD_INLINE struct stops bare_stops(void)
{
    return stops_make('"', '"', ' ');
}

/* The closing quote of a string whose first backslash, if it has one, is at p; or NULL. */
static SIMD_TARGET const char *skip_escapes(const char *p, enum line_form form)
{
    const struct stops stops = string_stops();

    while (p != NULL && *p == '\\') {
        p = skip_escape(p, form);
        if (p != NULL)
            p = text_stop(p, &stops);
    }
    return p != NULL && *p == '"' ? p : NULL;
}

/* A walk through a line. */
struct walk {
    const char *p;         /* before the next step, at the end of the walk behind the last */
    struct trail_step *at; /* the last */
    struct field *slots;
    uint16_t *touched;   /* behind the last */
    const char *newline; /* the line's, once it was looked for */
    bool unsure;         /* other lines that end like this may have other values that decide */
};

/* The first of a key counts. */
SIMD_INLINE void store(struct walk *w, unsigned slot, const char *end, enum field_kind kind)
{
    struct field *f = &w->slots[slot];

    if (slot == FIELDNAME_NO_SLOT || f->kind != FIELD_NONE)
        return;
    *f = (struct field){w->p, (uint32_t)(end - w->p), kind};
    *w->touched++ = (uint16_t)slot;
}

/* Where lines go on that have this value behind the step, if there is a fork; else what else has that hash. */
SIMD_INLINE struct trail_step *fork_of(const struct trail *t, const struct trail_step *s,
                                       const char *value, size_t n, uint64_t *ret_hash)
{
    static const uint64_t kept_of[9] = {0,          0xff,         0xffff,         0xffffff,
                                        0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
                                        UINT64_MAX};
    const size_t part = n < 8 ? n : 8; /* no branch */
    /* Not its address: which values share a hash is the same in each run. */
    const size_t place = (size_t)((const char *)s - (const char *)t->steps);

    *ret_hash =
        hash_fold((word_load(value) & kept_of[part]) ^ place,
                  (word_load(value + n - part) & kept_of[part]) ^ UINT64_C(0xe7037ed1a0b428db) ^ n);
    return &t->forks[*ret_hash >> (64 - TRAIL_FORKS_BITS)];
}

/* Is it one of this value? */
SIMD_INLINE bool is_fork(const struct trail_step *fork, const struct trail_step *s,
                         const char *value)
{
    return fork->other == s && text_begins(value, fork->text, fork->n, fork->bits);
}

/* Are the digits from p to end a member's value, as nearly all numbers are? */
SIMD_INLINE bool is_number(const char *p, const char *end)
{
    return end != p && (end == p + 1 || *p != '0') && (*end == ',' || *end == '}');
}

/* The end of the value that decides at w->p, if it is plain and has a fork; else NULL. */
SIMD_INLINE const char *take_fork(struct walk *w, struct trail_step *s, const struct trail *t,
                                  const struct stops *stops, char close)
{
    const char *end = text_stop(w->p, stops);
    struct field *f = &w->slots[s->slot];
    uint64_t hash;
    struct trail_step *fork = fork_of(t, s, w->p, (size_t)(end - w->p), &hash);

    if (*end != close || !is_fork(fork, s, w->p) || f->kind != FIELD_NONE)
        return NULL;
    *f = (struct field){w->p, (uint32_t)(end - w->p), FIELD_TEXT};
    *w->touched++ = s->slot;
    w->at = fork;
    return end;
}

/* As long as steps are known and values plain. Ends before a step that is not so, or that ends the line,
 * and returns it. There is no call in it, so that all stays in registers. */
SIMD_INLINE struct trail_step *walk_plain(struct walk *w, enum line_form form,
                                          const struct trail *t)
{
    const struct stops in_string = string_stops(),
                       in_bare = form == FORM_JSON ? in_string : bare_stops();
    const struct digits digits = digits_make();

    for (;;) {
        struct trail_step *s = w->at->next;
        const char *end;

        while (!text_begins(w->p, s->text, s->n, s->bits))
            s = s->other;
        w->p += s->n;
        if (s->kind == STEP_STRING) {
            end = text_stop(w->p, &in_string);
            if (*end != '"')
                goto odd;
            store(w, s->slot, end++, FIELD_TEXT);
            w->at = s;
        } else if (s->kind == STEP_BARE) {
            end = form == FORM_JSON ? text_no_digit(w->p, &digits) : text_stop(w->p, &in_bare);
            if (form == FORM_JSON ? !is_number(w->p, end) : *end == '"')
                goto odd;
            store(w, s->slot, end, FIELD_TEXT);
            w->at = s;
        } else if (s->kind == STEP_FORK) {
            end = take_fork(w, s, t, &in_string, '"');
            if (end == NULL)
                goto odd;
            end++;
        } else if (form == FORM_LOGFMT && s->kind == STEP_BARE_FORK) {
            end = take_fork(w, s, t, &in_bare, ' ');
            if (end == NULL)
                goto odd;
        } else {
            goto odd;
        }
        w->p = end;
        continue;
    odd:
        w->p -= s->n;
        return s;
    }
}

/* Any value at w->p. */
SIMD_INLINE void take_value(struct walk *w, struct trail_step *s, struct trail *t, const char *end,
                            enum field_kind kind)
{
    bool is_first = s->slot != FIELDNAME_NO_SLOT && w->slots[s->slot].kind == FIELD_NONE;

    store(w, s->slot, end, kind);
    if (s->decides && is_first) {
        size_t n = (size_t)(end - w->p);
        uint64_t hash;
        struct trail_step *fork = fork_of(t, s, w->p, n, &hash);

        if (!is_fork(fork, s, w->p))
            fork = trail_fork(t, s, hash, w->p, n);
        w->unsure |= fork == NULL;
        w->at = fork ? fork : s;
    }
}

/* Behind the value at w->p of a string's step. */
static SIMD_TARGET const char *take_string(struct walk *w, struct trail_step *s,
                                           enum line_form form, struct trail *t)
{
    const struct stops stops = string_stops();
    const char *stop = text_stop(w->p, &stops), *end = skip_escapes(stop, form);

    if (end == NULL)
        return NULL;
    take_value(w, s, t, end, end == stop ? FIELD_TEXT : form == FORM_JSON ? FIELD_JSON : FIELD_GO);
    return end + 1;
}

/* A bare value was expected and none is there: perhaps a string, where there had been null before.
 * The line goes the plain way, but the next one will find a step of its own. */
static SIMD_TARGET const char *take_bare(struct walk *w, struct trail_step *s, enum line_form form,
                                         struct trail *t, struct trail_step *before)
{
    const struct stops stops = bare_stops();
    const char *end = form == FORM_JSON ? skip_scalar(w->p) : text_stop(w->p, &stops);

    if (end == NULL || (form == FORM_LOGFMT && *end == '"')) {
        if (*w->p == '"' || (form == FORM_JSON && (*w->p == '{' || *w->p == '[')))
            (void)trail_add(t, form, before, w->p - s->n);
        return NULL;
    }
    take_value(w, s, t, end, form == FORM_JSON && *w->p == 'n' ? FIELD_NULL : FIELD_TEXT);
    return end;
}

/* At a nested value's first byte. */
static SIMD_TARGET const char *take_inner(struct walk *w, const struct trail_step *s,
                                          const struct trail *t)
{
    struct slice key = {s->text + s->key_at, s->key_n};
    struct touched touched = {w->touched, 0};
    const char *p = w->p - 1;

    if (w->newline == NULL)
        w->newline = text_newline(p);
    p = json_member(p, w->newline, key, t->want, w->slots, &touched);
    w->touched += touched.n;
    w->unsure |= s->decides;
    return p;
}

/* Prose, mostly: its first token is no pair. */
SIMD_INLINE bool begins_with_word(const char *p)
{
    const struct stops stops = stops_make('=', '"', ' ');
    const char *end = text_stop(p, &stops);

    return end > p && *end == ' ';
}

/* The step `s` at w->p, whatever it is but the end. False: the line must go the plain way. */
static SIMD_TARGET __attribute__((noinline)) bool walk_odd(struct walk *w, struct trail_step *s,
                                                           enum line_form form, struct trail *t)
{
    struct trail_step *before = w->at;

    if (s->kind == STEP_NONE && form == FORM_LOGFMT && begins_with_word(w->p))
        return false;
    if (s->kind == STEP_NONE)
        return trail_add(t, form, before, w->p) != NULL; /* then it is known */
    w->p += s->n;
    w->at = s;
    if (s->kind == STEP_INNER)
        w->p = take_inner(w, s, t);
    else if (s->kind == STEP_BARE || s->kind == STEP_BARE_FORK)
        w->p = take_bare(w, s, form, t, before);
    else
        w->p = take_string(w, s, form, t);
    return w->p != NULL;
}

/* The newline of the line at p, which is then valid; NULL when it must go the plain way. */
SIMD_INLINE const char *walk(const char *p, enum line_form form, bool lenient, struct trail *t,
                             struct field *slots, uint16_t **touched)
{
    struct walk w = {p, &t->roots[form], slots, *touched, NULL, false};
    const char *end;

    for (;;) {
        struct walk plain = w; /* its address is not known: it stays in registers */
        struct trail_step *s = walk_plain(&plain, form, t);

        *touched = plain.touched;
        if (__builtin_expect(s->kind == STEP_END, 1)) {
            t->end = plain.unsure ? NULL : s;
            end = plain.p + s->n;
            return (form == FORM_JSON || lenient || s->members > 1) &&
                           (size_t)(end - p) <= UINT32_MAX
                       ? end - 1
                       : NULL;
        }
        w = plain;
        bool valid = walk_odd(&w, s, form, t);

        *touched = w.touched;
        if (!valid)
            return NULL;
    }
}

/* The line at p, the plain way when the fast one does not take it. */
SIMD_INLINE const char *scan(const char *p, enum line_form form, bool lenient, bool *ret_valid,
                             struct trail *t, struct field *slots, struct touched *touched)
{
    uint16_t *last = touched->slots + touched->n;
    unsigned before = touched->n;
    const char *end = walk(p, form, lenient, t, slots, &last);

    touched->n = (unsigned)(last - touched->slots);
    *ret_valid = end != NULL;
    if (__builtin_expect(*ret_valid, 1))
        return end;
    t->end = NULL;
    touched_undo(slots, touched, before);
    end = text_newline(p);
    struct slice line = {p, (size_t)(end - p)};

    if (form == FORM_JSON)
        *ret_valid = json_fields(line, t->want, slots, touched);
    else
        *ret_valid = (lenient || !begins_with_word(p)) &&
                     logfmt_fields(line, lenient, t->want, slots, touched);
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
