/* The fast scanners, written once over the masks of simd.h; included by linescan_avx2.c,
 * linescan_sse2.c and linescan_swar.c.
 *
 * The idea. A line of log is nearly always flat and minified: {"k":"v","n":1,...} or k=v k="v w".
 * For such a line nothing needs to be looked at byte by byte. 64 bytes become five masks (quotes,
 * backslashes, control characters, the two dividers); the parity of quotes says which bytes are
 * inside of strings; and that the line is valid is a handful of statements about neighbouring bits,
 * checked for 64 bytes at once:
 *
 *   JSON, outside of strings, with `{` taken for the first comma:
 *     a closing quote has a colon or comma (or the last `}`) right behind it; a colon has a closing
 *     quote right before it; an opening quote has a colon or comma right before it; a comma has an
 *     opening quote right behind it; commas and colons take turns; the last one is a colon; what
 *     stands between a colon and the next comma and is no string is one number, true, false or
 * null. logfmt: an opening quote has `=` right before it, a closing one a blank or the line's end
 * right behind; blanks are single; every token has a `=` behind one byte or more; a token has a
 * quote only right behind its first `=`.
 *
 * Together they leave no byte unaccounted for, so nothing is guessed: a line that passes is valid,
 * and its fields are where the masks say. A line that does not pass is not thereby wrong (it may be
 * nested, have blanks, an empty object, a key in quotes): it is given to the plain scanner, which
 * decides. So the answers are always those of fields_json.c and fields_logfmt.c;
 * tests/check_linescan.c compares them for millions of lines, good and damaged, at every level of
 * instructions.
 *
 * Keys are then taken one by one: 16 bytes are searched for the key's end and made two words, which
 * the table of names answers with one look (fieldnames.h).
 *
 * The price: masks cost the same for noise as for text; lines with more than 128 members, and keys
 * of 16 bytes and more, go the longer way. Per-line cost is in bench/bench_fields.c. */
#ifndef LT_RULES_LINESCAN_KERNEL_H
#define LT_RULES_LINESCAN_KERNEL_H

#include "rules/fieldnames.h"
#include "rules/linescan_parts.h"
#include "rules/simd.h"

enum { MEMBERS_MAX = 128, UNLIMITED = -1 /* no end but '\n' */ };

/* What the masks of a line gave. */
struct scan {
    const char *end;               /* its '\n', or where the slice ends */
    bool regular;                  /* of the form this file is made for, as far as masks tell */
    bool escaped;                  /* a backslash is in it */
    unsigned nquoted;              /* logfmt: strings */
    unsigned n;                    /* members */
    uint32_t at[MEMBERS_MAX + 65]; /* where each begins, and one more behind the last */
};

/* Not the positions: they are many, and written before they are read. */
SIMD_INLINE void scan_begin(struct scan *s)
{
    s->end = NULL;
    s->regular = s->escaped = false;
    s->n = s->nquoted = 0;
}

SIMD_INLINE void take_positions(struct scan *s, uint64_t bits, uint32_t base)
{
    unsigned count = bit_count(bits);
    uint32_t *out = s->at + s->n;

    s->n += count;
    for (;;
         count -= 4) { /* four without asking: a mispredicted branch costs more than four stores */
        for (int i = 0; i < 4; i++) {
            *out++ = base + bit_lowest(bits | UINT64_C(1) << 63);
            bits &= bits - 1;
        }
        if (__builtin_expect(count <= 4, 1))
            return;
    }
}

/* Which bytes stand behind a backslash that is not itself escaped; *carry goes from block to block.
 * As in simdjson: runs of backslashes that begin at odd and at even places are told apart by where
 * adding carries out of them. */
SIMD_INLINE uint64_t escaped_bytes(uint64_t backslash, uint64_t *carry)
{
    const uint64_t even = UINT64_C(0x5555555555555555);
    uint64_t behind, odd_starts, sums;

    backslash &= ~*carry;
    behind = backslash << 1 | *carry;
    odd_starts = backslash & ~even & ~behind;
    *carry = __builtin_add_overflow(odd_starts, backslash, &sums);
    return (even ^ sums << 1) & behind;
}

SIMD_INLINE const char *find_newline(const char *p)
{
    for (;; p += 64) {
        uint64_t found = block_eq(block_load(p), '\n');

        if (found != 0)
            return p + bit_lowest(found);
    }
}

/* Control characters, the first of which ends the line; where a slice ends is made to look like
 * one. */
SIMD_INLINE uint64_t stops(struct block b, int64_t left, bool unlimited)
{
    uint64_t control = block_control(b);

    if (!unlimited && left < 64)
        control |= UINT64_C(1) << left;
    return control;
}

SIMD_INLINE bool ends_line(const struct scan *s, const char *p, int64_t limit)
{
    if (s->end == NULL || s->end - p > UINT32_MAX)
        return false;
    return limit == UNLIMITED ? *s->end == '\n' : s->end - p == limit;
}

/* A bit of `loose` is a byte behind a closing quote that is no divider: only the last `}` may be
 * one. It is looked at a block later, because that `}` may be a block's last byte and the '\n' the
 * next one's first. */
SIMD_INLINE void json_masks(const char *p, int64_t limit, struct scan *s)
{
    uint64_t inside = 0, turn = 0, escape = 0; /* carried from block to block */
    uint64_t close_before = 0, comma_before = 0, colon_before = 0, brace = 1, loose = 0;
    uint64_t wrong = 0;

    scan_begin(s);
    for (const char *at = p; s->n <= MEMBERS_MAX; at += 64) {
        struct block b = block_load(at);
        uint64_t stop = stops(b, limit - (at - p), limit == UNLIMITED);
        uint64_t within = bits_below(stop);
        uint64_t quote = block_eq(b, '"') & within;
        uint64_t backslash = block_eq(b, '\\') & within;
        uint64_t comma = block_eq(b, ',') & within;
        uint64_t colon = block_eq(b, ':') & within;
        uint64_t strings, open, close, close_next, comma_next, colon_next, turns;

        wrong |= loose & ~(stop << 63);
        if (__builtin_expect((backslash | escape) != 0, 0)) {
            uint64_t escaped = escaped_bytes(backslash, &escape) & within;

            quote &= ~escaped;
            s->escaped = true;
            wrong |= !linescan_escapes(at, escaped);
        }
        strings = bits_parity(quote) ^ inside;
        inside = (uint64_t)((int64_t)strings >> 63);
        wrong |= backslash & ~strings;
        open = quote & strings;
        close = quote & ~strings;
        comma = (comma & ~strings) | brace;
        colon &= ~strings;
        close_next = close << 1 | close_before;
        comma_next = (comma << 1 | comma_before) & within;
        colon_next = colon << 1 | colon_before;
        turns = bits_parity(comma | colon) ^ turn;
        turn = (uint64_t)((int64_t)turns >> 63);
        wrong |= (comma & ~turns) | (colon & turns) | (colon & ~close_next) | (comma_next & ~open) |
                 (open & ~(comma_next | colon_next));
        loose = close_next & ~(comma | colon);
        take_positions(s, comma_next, (uint32_t)(at - p));
        if (stop != 0) {
            s->end = at + bit_lowest(stop);
            s->regular =
                (wrong | (loose & within >> 1) | ((strings | turns) & stop & (0 - stop))) == 0;
            return;
        }
        close_before = close >> 63;
        comma_before = comma >> 63;
        colon_before = colon >> 63;
        brace = 0;
    }
}

/* The entry of a key of at most 16 bytes, read with what is behind it. */
SIMD_INLINE const struct fieldname *short_key(const struct fieldnames *want, const char *key,
                                              unsigned n)
{
    struct keywords words = {word_load(key) & linescan_masks[n][0],
                             word_load(key + 8) & linescan_masks[n][1], n};
    uint32_t i = want->index[fieldnames_cell(want, words.first, words.last)];
    const struct fieldname *e = &want->entries[i];

    if (keywords_eq(&e->words, &words))
        return e;
    return __builtin_expect(want->chained && i != 0, 0) ? fieldnames_find(want, &words, key) : NULL;
}

/* Digits at p, up to 16 of them. */
SIMD_INLINE unsigned count_digits(const char *p)
{
    const uint64_t tops = UINT64_C(0x8080808080808080), zeros = UINT64_C(0x3030303030303030);
    const uint64_t below10 = UINT64_C(0x7676767676767676);
    uint64_t low = word_load(p) ^ zeros, high = word_load(p + 8) ^ zeros;

    low = (((low & ~tops) + below10) | low) & tops;
    high = (((high & ~tops) + below10) | high) & tops;
    if (low != 0)
        return bit_lowest(low) / 8;
    return high != 0 ? 8 + bit_lowest(high) / 8 : 16;
}

/* Is it one number, true, false or null from p to end? */
SIMD_INLINE bool is_scalar(const char *p, const char *end)
{
    unsigned n = count_digits(p);

    if (n > 0 && p + n == end && (n == 1 || *p != '0'))
        return true;
    return linescan_scalar(p) == end;
}

SIMD_INLINE bool has_backslash(const char *p, size_t n)
{
    return memchr(p, '\\', n) != NULL;
}

/* One member; its value ends at `end`. False when masks were not enough to know that it is one. */
SIMD_INLINE bool json_member(const char *key, const char *end, bool escaped,
                             const struct fieldnames *want, struct field *slots,
                             struct touched *touched)
{
    unsigned n = text_find16(key, '"');
    const struct fieldname *name;
    struct field value;
    const char *at;

    if (__builtin_expect(n == 16, 0)) {
        struct keywords words;

        n = (unsigned)((const char *)memchr(key, '"', (size_t)(end - key)) - key);
        words = keywords_of(key, n);
        name = fieldnames_find(want, &words, key);
    } else {
        name = short_key(want, key, n);
    }
    if (__builtin_expect(escaped, 0) && has_backslash(key, n + 1))
        return false;
    at = key + n + 2;
    if (*at == '"') {
        value = (struct field){at + 1, (uint32_t)(end - at - 2), FIELD_TEXT};
        if (__builtin_expect(escaped, 0) && has_backslash(value.p, value.n))
            value.kind = FIELD_JSON;
    } else {
        if (!is_scalar(at, end))
            return false;
        value = (struct field){at, (uint32_t)(end - at), *at == 'n' ? FIELD_NULL : FIELD_TEXT};
    }
    if (name != NULL && name->slot != FIELDNAME_NO_SLOT)
        field_store(slots, touched, name->slot, value);
    return true;
}

SIMD_INLINE bool json_regular(const char *p, int64_t limit, struct scan *s,
                              const struct fieldnames *want, struct field *slots,
                              struct touched *touched)
{
    unsigned before = touched->n;

    if (!s->regular || !ends_line(s, p, limit) || s->end[-1] != '}')
        return false;
    s->at[s->n] = (uint32_t)(s->end - p);
    for (unsigned i = 0; i < s->n; i++) {
        if (__builtin_expect(!json_member(p + s->at[i] + 1, p + s->at[i + 1] - 1, s->escaped, want,
                                          slots, touched),
                             0)) {
            linescan_undo(slots, touched, before);
            return false;
        }
    }
    return true;
}

static SIMD_TARGET const char *scan_newline(const char *p)
{
    return find_newline(p);
}

static SIMD_TARGET const char *scan_json(const char *p, bool *ret_valid,
                                         const struct fieldnames *want, struct field *slots,
                                         struct touched *touched)
{
    struct scan s;

    scan_begin(&s);
    if (*p == '{') {
        json_masks(p, UNLIMITED, &s);
        if (json_regular(p, UNLIMITED, &s, want, slots, touched)) {
            *ret_valid = true;
            return s.end;
        }
    }
    return linescan_json_plain(p, find_newline(s.end != NULL ? s.end : p), ret_valid, want, slots,
                               touched);
}

static SIMD_TARGET bool scan_json_slice(struct slice line, const struct fieldnames *want,
                                        struct field *slots, struct touched *touched)
{
    struct scan s;
    bool valid;

    if (line.n > 1 && *line.p == '{') {
        json_masks(line.p, (int64_t)line.n, &s);
        if (json_regular(line.p, (int64_t)line.n, &s, want, slots, touched))
            return true;
    }
    (void)linescan_json_plain(line.p, line.p + line.n, &valid, want, slots, touched);
    return valid;
}

/* Backslashes mean something only inside of quotes; outside they may stand anywhere but before a
 * quote. */
SIMD_INLINE void logfmt_masks(const char *p, int64_t limit, struct scan *s)
{
    uint64_t inside = 0, escape = 0, equals_before = 0, blank_before = 1, close_before = 0;
    uint64_t wrong = 0;

    scan_begin(s);
    for (const char *at = p; s->n <= MEMBERS_MAX; at += 64) {
        struct block b = block_load(at);
        uint64_t stop = stops(b, limit - (at - p), limit == UNLIMITED);
        uint64_t within = bits_below(stop);
        uint64_t quote = block_eq(b, '"') & within;
        uint64_t backslash = block_eq(b, '\\') & within;
        uint64_t blank = block_eq(b, ' ') & within;
        uint64_t equals = block_eq(b, '=') & within;
        uint64_t escaped_quotes = 0;
        uint64_t strings, open, close, blank_next;

        if (__builtin_expect((backslash | escape) != 0, 0)) {
            escaped_quotes = escaped_bytes(backslash, &escape) & quote;
            quote &= ~escaped_quotes;
            s->escaped = true;
        }
        strings = bits_parity(quote) ^ inside;
        inside = (uint64_t)((int64_t)strings >> 63);
        open = quote & strings;
        close = quote & ~strings;
        blank &= ~strings;
        equals &= ~strings;
        blank_next = blank << 1 | blank_before;
        wrong |= (escaped_quotes & ~strings) | (open & ~(equals << 1 | equals_before)) |
                 ((close << 1 | close_before) & ~blank & within) | (blank & blank_next);
        s->nquoted += bit_count(open);
        take_positions(s, blank_next & within, (uint32_t)(at - p));
        if (stop != 0) {
            s->end = at + bit_lowest(stop);
            s->regular = (wrong | (strings & stop & (0 - stop))) == 0;
            return;
        }
        equals_before = equals >> 63;
        blank_before = blank >> 63;
        close_before = close >> 63;
    }
}

/* One token; it ends at `end`. False when it is none by the masks. */
SIMD_INLINE bool logfmt_token(const char *key, const char *end, struct scan *s,
                              const struct fieldnames *want, struct field *slots,
                              struct touched *touched)
{
    unsigned n = text_find16(key, '=');
    const struct fieldname *name;
    struct field value;
    const char *at;

    if (__builtin_expect(n == 16, 0)) {
        const char *equals = memchr(key, '=', (size_t)(end - key));
        struct keywords words;

        if (equals == NULL)
            return false;
        n = (unsigned)(equals - key);
        words = keywords_of(key, n);
        name = fieldnames_find(want, &words, key);
    } else {
        name = short_key(want, key, n);
    }
    at = key + n + 1;
    if (n == 0 || at > end)
        return false;
    value = (struct field){at, (uint32_t)(end - at), FIELD_TEXT};
    if (at < end && *at == '"') {
        value = (struct field){at + 1, value.n - 2, FIELD_TEXT};
        s->nquoted--;
        if (__builtin_expect(s->escaped, 0) && has_backslash(value.p, value.n))
            value.kind = FIELD_GO;
    }
    if (name != NULL && name->slot != FIELDNAME_NO_SLOT)
        field_store(slots, touched, name->slot, value);
    return true;
}

SIMD_INLINE bool logfmt_regular(const char *p, int64_t limit, struct scan *s,
                                const struct fieldnames *want, struct field *slots,
                                struct touched *touched)
{
    unsigned before = touched->n, i = 0;

    if (!s->regular || !ends_line(s, p, limit) || s->n < 2 || s->end[-1] == ' ')
        return false;
    s->at[s->n] = (uint32_t)(s->end - p) + 1;
    while (i < s->n && logfmt_token(p + s->at[i], p + s->at[i + 1] - 1, s, want, slots, touched))
        i++;
    if (i == s->n && s->nquoted == 0)
        return true;
    linescan_undo(slots, touched, before);
    return false;
}

/* Prose mostly gives itself away by its first word. */
SIMD_INLINE bool begins_with_key(const char *p)
{
    return text_find16(p, '=') < text_find16(p, ' ');
}

static SIMD_TARGET const char *scan_logfmt(const char *p, bool lenient, bool *ret_valid,
                                           const struct fieldnames *want, struct field *slots,
                                           struct touched *touched)
{
    struct scan s;

    scan_begin(&s);
    if (begins_with_key(p)) {
        logfmt_masks(p, UNLIMITED, &s);
        if (logfmt_regular(p, UNLIMITED, &s, want, slots, touched)) {
            *ret_valid = true;
            return s.end;
        }
    }
    return linescan_logfmt_plain(p, find_newline(s.end != NULL ? s.end : p), lenient, ret_valid,
                                 want, slots, touched);
}

static SIMD_TARGET bool scan_logfmt_slice(struct slice line, bool lenient,
                                          const struct fieldnames *want, struct field *slots,
                                          struct touched *touched)
{
    struct scan s;
    bool valid;

    if (line.n > 1 && begins_with_key(line.p)) {
        logfmt_masks(line.p, (int64_t)line.n, &s);
        if (logfmt_regular(line.p, (int64_t)line.n, &s, want, slots, touched))
            return true;
    }
    (void)linescan_logfmt_plain(line.p, line.p + line.n, lenient, &valid, want, slots, touched);
    return valid;
}

#endif
