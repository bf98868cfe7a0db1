/* The fast scanners; included by linescan_avx2.c, linescan_sse2.c and linescan_swar.c.
 *
 * The idea. A line of log is nearly always flat and minified: {"k":"v","n":1} or k=v k="v w". Such
 * a line need not be looked at byte by byte. 64 bytes become masks of quotes, dividers (the comma,
 * the space) and control characters; the parity of quotes says which bytes are inside of strings;
 * dividers outside of them cut the line into members. Each member is then taken by its ends: the
 * key up to its first `"` (or `=`), which 16 bytes and one look into the table of names answer
 * (fieldnames.h), and the value, which is all the rest and must be ONE string or hold none.
 *
 * Why that proves the line valid. Opening quotes are counted while making masks, and again member
 * by member, one for each key and value that begins with a quote. A member has at least the strings
 * that were counted for it, so when the sums agree it has no others. A value that begins and ends
 * with a quote and has only one string is that string, since backslashes outside of strings are
 * refused (JSON), or at least before quotes (logfmt). Every other byte is compared (`{`, `":`, the
 * last `}`) or is part of a scalar that is parsed to its last byte. Nothing is guessed.
 *
 * A line for which this does not work out is not thereby wrong (it may be nested, have blanks, a
 * key in quotes): it goes to the plain scanner, which decides. So the answers are always those of
 * fields_json.c and fields_logfmt.c; tests/check_linescan.c compares them, on good and on damaged
 * lines, for every set of instructions.
 *
 * The price: lines with a backslash are masked twice (first for nothing); lines of more than 128
 * members go the plain way; keys of 16 bytes and more a longer one. bench/bench_fields.c measures.
 */
#ifndef LT_RULES_LINESCAN_KERNEL_H
#define LT_RULES_LINESCAN_KERNEL_H

#include "rules/fieldnames.h"
#include "rules/linescan_parts.h"
#include "rules/simd.h"

enum { MEMBERS_MAX = 128, UNLIMITED = -1 /* no end but '\n' */ };

enum form { FORM_JSON, FORM_LOGFMT };

/* What the masks of a line gave. */
struct scan {
    const char *end; /* the first control character, or where the slice ends; NULL: not seen */
    bool regular;    /* quotes are even, escapes are right */
    unsigned strings;
    unsigned n;                    /* members */
    uint32_t at[MEMBERS_MAX + 65]; /* the divider behind each */
};

/* Where the fields go: the arguments of a scan, as they stand in registers. */
struct into {
    const struct fieldnames *want;
    const struct fieldcell *cells;
    unsigned shift;
    struct field *slots;
    uint16_t *touched;
    unsigned n; /* touched */
};

SIMD_INLINE const char *find_newline(const char *p)
{
    for (;; p += 64) {
        uint64_t found = block_eq(block_load(p), '\n');

        if (found != 0)
            return p + bit_lowest(found);
    }
}

/* Writes the places of the bits, four without asking: a mispredicted branch costs more than four
 * stores. Returns how many bits there are. */
SIMD_INLINE unsigned take_positions(uint32_t *out, uint64_t bits, uint32_t base)
{
    unsigned count = bit_count(bits);

    for (unsigned taken = 0;; taken += 4, out += 4) {
        out[0] = base + bit_lowest_or_any(bits);
        SIMD_STORE_NOW();
        bits &= bits - 1;
        out[1] = base + bit_lowest_or_any(bits);
        SIMD_STORE_NOW();
        bits &= bits - 1;
        out[2] = base + bit_lowest_or_any(bits);
        SIMD_STORE_NOW();
        bits &= bits - 1;
        out[3] = base + bit_lowest_or_any(bits);
        bits &= bits - 1;
        if (__builtin_expect(taken + 4 >= count, 1))
            return count;
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

/* What one block leaves to the next. */
struct carry {
    uint64_t inside; /* all bits: the block ended inside of a string */
    uint64_t escape; /* 1: it ended with a backslash that escapes */
    bool wrong;
};

/* The quotes of a block without the escaped ones. Backslashes must stand inside of strings; in
 * logfmt only those before a quote, elsewhere they are text. */
SIMD_INLINE uint64_t careful_quotes(struct carry *c, const char *at, struct block b,
                                    uint64_t within, enum form form)
{
    uint64_t backslash = block_eq(b, '\\') & within;
    uint64_t escaped = escaped_bytes(backslash, &c->escape) & within;
    uint64_t all = block_eq(b, '"') & within, quote = all & ~escaped;
    uint64_t outside = ~(bits_parity(quote) ^ c->inside);

    if (form == FORM_JSON)
        c->wrong |= (backslash & outside) != 0 || !linescan_escapes(at, escaped);
    else
        c->wrong |= (all & escaped & outside) != 0;
    return quote;
}

/* Control characters, the first of which ends the line; the end of a slice is made to look like
 * one. */
SIMD_INLINE uint64_t stops(struct block b, int64_t left, bool unlimited)
{
    uint64_t control = block_control(b);

    if (!unlimited && left < 64)
        control = (control & ((UINT64_C(1) << left) - 1)) | UINT64_C(1) << left;
    return control;
}

/* Returns false when a backslash was seen that only a careful walk can judge. */
SIMD_INLINE bool masks(const char *p, int64_t limit, enum form form, bool careful, struct scan *s)
{
    const char divider = form == FORM_JSON ? ',' : ' ';
    struct block backslashes = {0};
    struct carry c = {0};
    unsigned n = 0, strings = 0;
    uint32_t base = 0;
    uint64_t stop;

    do {
        struct block b = block_load(p + base);
        uint64_t within, quote, inside;

        stop = stops(b, limit - base, limit == UNLIMITED);
        within = bits_below(stop);
        if (careful) {
            quote = careful_quotes(&c, p + base, b, within, form);
        } else {
            quote = block_eq(b, '"') & within;
            block_seen(&backslashes, b, '\\');
        }
        inside = bits_parity(quote) ^ c.inside;
        c.inside = (uint64_t)((int64_t)inside >> 63);
        strings += bit_count(quote & inside);
        n += take_positions(s->at + n, block_eq(b, divider) & within & ~inside, base);
        base += 64;
    } while (stop == 0 && __builtin_expect(n < MEMBERS_MAX, 1));
    s->end = stop != 0 ? p + base - 64 + bit_lowest(stop) : NULL;
    s->n = n + 1;
    s->strings = strings;
    s->regular = stop != 0 && c.inside == 0 && !c.wrong;
    return careful || !block_any(backslashes);
}

/* The slot of a key of less than 16 bytes, read with what is behind it. */
SIMD_INLINE unsigned short_key(const struct into *to, const char *key, size_t n)
{
    uint64_t first = word_load(key) & linescan_masks[n][0];
    uint64_t last = word_load(key + 8) & linescan_masks[n][1];
    const struct fieldcell *c = &to->cells[fieldnames_cell(first, last, to->shift)];

    if (((c->first ^ first) | (c->last ^ last)) == 0)
        return c->slot;
    return __builtin_expect(c->more, 0) ? linescan_slot(to->want, key, n) : FIELDNAME_NO_SLOT;
}

/* The key ends at the first `close`; *ret_n is its length, which the caller checks against `end`.
 */
SIMD_INLINE unsigned find_key(const struct into *to, const char *key, const char *end, char close,
                              size_t *ret_n)
{
    *ret_n = text_find16(key, close);
    if (__builtin_expect(*ret_n < 16, 1))
        return short_key(to, key, *ret_n);
    *ret_n = linescan_long_key(key, end, close);
    return linescan_slot(to->want, key, *ret_n);
}

SIMD_INLINE bool has_backslash(const char *p, size_t n)
{
    return memchr(p, '\\', n) != NULL;
}

SIMD_INLINE void store(struct into *to, unsigned slot, const char *p, size_t n,
                       enum field_kind kind)
{
    struct field *f = &to->slots[slot];

    if (slot == FIELDNAME_NO_SLOT || f->kind != FIELD_NONE)
        return;
    *f = (struct field){p, (uint32_t)n, kind};
    to->touched[to->n++] = (uint16_t)slot;
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

/* Is it one number, true, false or null from p to end? */
SIMD_INLINE bool is_scalar(const char *p, const char *end)
{
    unsigned n = count_digits(p);

    if (n > 0 && p + n == end && (n == 1 || *p != '0'))
        return true;
    return linescan_scalar(p) == end;
}

/* One member, which begins before `key` with its quote and ends at `end`. *strings counts its
 * strings. False when it is none after all. (A lone quote cannot be its value: quotes are even
 * between commas.) */
SIMD_INLINE bool json_member(const char *key, const char *end, bool careful, unsigned *strings,
                             struct into *to)
{
    size_t n;
    unsigned slot = find_key(to, key, end, '"', &n);
    const char *at = key + n + 2;

    if (at >= end || key[-1] != '"' || at[-1] != ':' || (careful && has_backslash(key, n)))
        return false;
    if (*at != '"') {
        *strings += 1;
        store(to, slot, at, (size_t)(end - at), *at == 'n' ? FIELD_NULL : FIELD_TEXT);
        return is_scalar(at, end);
    }
    *strings += 2;
    store(to, slot, at + 1, (size_t)(end - at) - 2,
          careful && has_backslash(at, (size_t)(end - at)) ? FIELD_JSON : FIELD_TEXT);
    return end[-1] == '"';
}

SIMD_INLINE bool logfmt_member(const char *key, const char *end, bool careful, unsigned *strings,
                               struct into *to)
{
    size_t n;
    unsigned slot = find_key(to, key, end, '=', &n);
    const char *at = key + n + 1;

    if (at > end || n == 0)
        return false;
    if (at == end || *at != '"') {
        store(to, slot, at, (size_t)(end - at), FIELD_TEXT);
        return true;
    }
    *strings += 1;
    store(to, slot, at + 1, (size_t)(end - at) - 2,
          careful && has_backslash(at, (size_t)(end - at)) ? FIELD_GO : FIELD_TEXT);
    return end - at >= 2 && end[-1] == '"';
}

/* Takes the members. False when the line must go the plain way; slots are then empty again. */
SIMD_INLINE bool members(const char *p, enum form form, bool careful, const struct scan *s,
                         const struct fieldnames *want, struct field *slots,
                         struct touched *touched)
{
    struct into to = {want, want->cells, want->shift, slots, touched->slots, touched->n};
    const uint32_t *at = s->at, *last = s->at + s->n;
    const char *key = form == FORM_JSON ? p + 2 : p; /* behind `{"` */
    unsigned before = touched->n, strings = 0;
    bool valid;

    do {
        const char *end = p + *at++;

        valid = form == FORM_JSON ? json_member(key, end, careful, &strings, &to)
                                  : logfmt_member(key, end, careful, &strings, &to);
        key = end + (form == FORM_JSON ? 2 : 1);
    } while (__builtin_expect(valid, 1) && at < last);
    touched->n = to.n;
    if (valid && strings == s->strings)
        return true;
    linescan_undo(slots, touched, before);
    return false;
}

/* The line or slice by masks; false: the plain way. */
SIMD_INLINE bool by_masks(const char *p, int64_t limit, enum form form, bool careful,
                          struct scan *s, const struct fieldnames *want, struct field *slots,
                          struct touched *touched)
{
    const char *end = s->end;

    if (!s->regular || end - p > UINT32_MAX)
        return false;
    if (limit == UNLIMITED ? *end != '\n' : end - p != limit)
        return false;
    if (form == FORM_LOGFMT && s->n < 2)
        return false;
    if (form == FORM_JSON && *--end != '}')
        return false;
    s->at[s->n - 1] = (uint32_t)(end - p);
    return members(p, form, careful, s, want, slots, touched);
}

/* Lines with a backslash: not inlined, so that the others have the registers. */
static SIMD_TARGET __attribute__((noinline)) bool
carefully(const char *p, int64_t limit, enum form form, struct scan *s,
          const struct fieldnames *want, struct field *slots, struct touched *touched)
{
    if (form == FORM_JSON) {
        (void)masks(p, limit, FORM_JSON, true, s);
        return by_masks(p, limit, FORM_JSON, true, s, want, slots, touched);
    }
    (void)masks(p, limit, FORM_LOGFMT, true, s);
    return by_masks(p, limit, FORM_LOGFMT, true, s, want, slots, touched);
}

SIMD_INLINE bool scan(const char *p, int64_t limit, enum form form, struct scan *s,
                      const struct fieldnames *want, struct field *slots, struct touched *touched)
{
    if (__builtin_expect(masks(p, limit, form, false, s), 1))
        return by_masks(p, limit, form, false, s, want, slots, touched);
    return carefully(p, limit, form, s, want, slots, touched);
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

    s.end = NULL;
    *ret_valid = *p == '{' && scan(p, UNLIMITED, FORM_JSON, &s, want, slots, touched);
    if (__builtin_expect(*ret_valid, 1))
        return s.end;
    return linescan_json_plain(p, find_newline(s.end != NULL ? s.end : p), ret_valid, want, slots,
                               touched);
}

static SIMD_TARGET bool scan_json_slice(struct slice line, const struct fieldnames *want,
                                        struct field *slots, struct touched *touched)
{
    struct scan s;
    bool valid;

    if (line.n > 1 && *line.p == '{' &&
        scan(line.p, (int64_t)line.n, FORM_JSON, &s, want, slots, touched))
        return true;
    (void)linescan_json_plain(line.p, line.p + line.n, &valid, want, slots, touched);
    return valid;
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

    s.end = NULL;
    *ret_valid = begins_with_key(p) && scan(p, UNLIMITED, FORM_LOGFMT, &s, want, slots, touched);
    if (__builtin_expect(*ret_valid, 1))
        return s.end;
    return linescan_logfmt_plain(p, find_newline(s.end != NULL ? s.end : p), lenient, ret_valid,
                                 want, slots, touched);
}

static SIMD_TARGET bool scan_logfmt_slice(struct slice line, bool lenient,
                                          const struct fieldnames *want, struct field *slots,
                                          struct touched *touched)
{
    struct scan s;
    bool valid;

    if (line.n > 1 && begins_with_key(line.p) &&
        scan(line.p, (int64_t)line.n, FORM_LOGFMT, &s, want, slots, touched))
        return true;
    (void)linescan_logfmt_plain(line.p, line.p + line.n, lenient, &valid, want, slots, touched);
    return valid;
}

#endif
