/* fields -- what a line holds: named values, found by scanners that neither copy nor allocate. The
 * head of the room.
 *
 * decode turns the bytes of a line into what rules ask for. It knows no rule, no metric and no
 * file.
 *
 *   unwrap.h      what a container runtime wrapped around lines; joins the parts of one
 *   json.c        the specification of JSON lines, by the grammar, one byte after the other
 *   logfmt.c      the same of KEY=VALUE
 *   kv.c          KEY=VALUE anywhere between other text
 *   linescan.h    both, many bytes at a time: goes step by step along a trail (trail.h), proves
 *                 every byte, and goes the plain way where it cannot; linescan_kernel.h once for
 *                 each set of instructions (simd.h)
 *   fieldnames.h  which keys are wanted, and their slots
 *   unescape.h    escapes, undone only in the values that a rule looks at
 *   linetime.h    the time a line says, on timepattern.h
 *
 * A line is decoded only when all of it is valid; whatever it holds, no byte outside of it is read
 * but for the slack that linescan.h asks for, and no answer depends on the instructions or on the
 * lines before. Fields borrow the line, or the scratch arena of the caller, and die with it. All
 * state is the caller's: the trail, the parts of a line that are still to be joined.
 *
 * A ruleset knows at load which names its rules use; `struct fieldnames` gives each a slot. A
 * scanner walks one line once, and where a key is a wanted name stores a struct field in that slot:
 * a pointer into the line and what must still be done to its text (unescape). The first of
 * duplicate keys counts. Slots that were filled are listed in `struct touched`, so that the next
 * line clears only those.
 *
 * A scanner that refuses a line (it is not JSON, not logfmt) leaves the slots as they were. */
#ifndef LT_DECODE_FIELDS_H
#define LT_DECODE_FIELDS_H

#include "base/arena.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum field_kind {
    FIELD_NONE = 0, /* absent: an all-zero field */
    FIELD_NULL,     /* JSON null: missing, but present as a key */
    FIELD_TEXT,     /* the bytes as they stand: plain text, numbers, true, false, raw objects */
    FIELD_JSON,     /* inside of a JSON string that holds backslashes */
    FIELD_GO,       /* inside of a Go-quoted logfmt value that holds backslashes */
};

struct field {
    const char *p; /* BORROWS the line (or the line's scratch arena) */
    uint32_t n;
    uint32_t kind; /* enum field_kind */
};

struct touched {
    uint16_t *slots; /* room for every slot of the ruleset */
    unsigned n;
};

/* Empties the last slots touched; `touched` then holds n. */
static inline void touched_undo(struct field *slots, struct touched *touched, unsigned n)
{
    while (touched->n > n)
        slots[touched->slots[--touched->n]].kind = FIELD_NONE;
}

struct fieldnames;

enum { FIELD_NAME_MAX = 512 };

/* `names` are copied; slot i is names[i] (of equal names the first). At most 4,096. A name of more
 * than FIELD_NAME_MAX bytes is never found. */
struct fieldnames *fieldnames_new(const char *const *names, unsigned n);
void fieldnames_free(struct fieldnames *f);

/* JSON: is the line (blanks around it trimmed: space, tab, CR) exactly one valid JSON object (RFC
 * 8259 grammar; depth <= 64; bytes >= 0x80 in strings are not checked to be UTF-8; control
 * characters below 0x20 in strings are refused)? Members of inner objects and arrays are named
 * "a.b", "a.0"; an inner object or array itself is its raw text; a key that holds a dot is named as
 * it stands. */
bool json_fields(struct slice line, const struct fieldnames *want, struct field *slots,
                 struct touched *touched);

/* One member of the outermost object, whose key is `key` (without escapes) and whose value begins
 * at p: behind the value, or NULL when it is none. */
const char *json_member(const char *p, const char *end, struct slice key,
                        const struct fieldnames *want, struct field *slots,
                        struct touched *touched);

/* logfmt: are there two or more tokens, each KEY=VALUE with VALUE bare or quoted and closed? With
 * `lenient` (format = logfmt) bare words (empty value) and a single token are accepted too. KEY may
 * be Go-quoted. Tokens are divided by blanks. */
bool logfmt_fields(struct slice line, bool lenient, const struct fieldnames *want,
                   struct field *slots, struct touched *touched);

/* For people: of a line that was refused, the first token at fault and what it has or does ("has no
 * ="); NULL when each is right but there are too few. */
const char *logfmt_fault(struct slice line, bool lenient, struct slice *ret_token);

/* kv (format = kv): is there a pair KEY=VALUE anywhere in the line? */
bool kv_fields(struct slice line, const struct fieldnames *want, struct field *slots,
               struct touched *touched);

/* The same walks for every key there is, in the order of the line (duplicates too); for explain and
 * suggest, and as the specification the fast scanners are tested against. The name is unescaped and
 * dies when the callback returns. Return false when the line is refused (the callback may then have
 * been called for a part of it). */
typedef void field_visit_fn(void *ctx, struct slice name, const struct field *value);
bool json_each(struct slice line, field_visit_fn *fn, void *ctx);
bool logfmt_each(struct slice line, bool lenient, field_visit_fn *fn, void *ctx);
bool kv_each(struct slice line, field_visit_fn *fn, void *ctx);

/* The members of a text that is exactly one valid JSON object or array: key, or number in an array,
 * value, and the value as it is written. Stops when the function returns false. False, without a
 * call, when the text is neither. */
typedef bool json_member_fn(void *ctx, const struct field *key, const struct field *value,
                            struct slice written);
bool json_members(struct slice text, json_member_fn *fn, void *ctx);

/* Makes the text plain: unescapes into `scratch` where needed and turns *f into FIELD_TEXT. JSON:
 * all escapes, surrogate pairs; an unpaired surrogate is U+FFFD; \u0000 is a NUL byte. Go: \a \b \f
 * \n \r \t \v \\ \" \' \xNN \NNN \uNNNN \UNNNNNNNN; anything else stands as written. */
void field_unescape(struct field *f, struct arena *scratch);

/* Is there anything to see of a field that has no escapes? A lone "-" stands for nothing. */
static inline bool field_has_text(const struct field *f)
{
    return f->kind == FIELD_TEXT && (f->n != 1 || f->p[0] != '-');
}

/* A field as rules see it: unescaped; "" when it is missing (absent, null, empty or "-"). */
static inline struct slice field_text(struct field *f, struct arena *scratch)
{
    if (f->kind >= FIELD_JSON)
        field_unescape(f, scratch);
    return field_has_text(f) ? (struct slice){f->p, f->n} : (struct slice){"", 0};
}

#endif
