/* slice -- a pointer and a length: text that somebody else owns. The head of the room.
 *
 * base is what any daemon in C needs and the language lacks; it knows no word of logs, rules or
 * metrics, and includes no room.
 *
 *   text     slice.h (borrowed), buf.h (growing; little-endian fields), utf8.h, jsonout.h, slurp.h
 *   numbers  num.h: what logs write and Prometheus wants, on decimal.h and pow10.h
 *   time     clock.h (the two clocks), calendar.h (dates as days)
 *   memory   xalloc.h (does not fail), arena.h (given back at once), refs.h (counted)
 *   tables   map.h on hash.h: text -> number; heap.h: the earliest first
 *   process  loop.h (epoll, timers, signals), thread.h (beside the loop), log.h (own messages)
 *
 * Everything belongs to its caller, on one thread, but what refs.h counts, and the log, which is
 * the only global state.
 * Nothing depends on the locale. What cannot be right (out of memory, a number of entries past 32
 * bits) aborts; what the world does wrong is a negative errno; both without a message but for
 * xalloc's.
 *
 * A slice BORROWS. Its bytes need not end in NUL and may hold any byte. The empty slice may have
 * p == NULL. Everything between the read buffer and the registry is passed this way, so that no
 * line is ever copied to be looked at. */
#ifndef LT_BASE_SLICE_H
#define LT_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *p;
    size_t n;
};

/* A slice of a string literal. */
#define SLICE(lit) ((struct slice){(lit), sizeof(lit) - 1})
/* For printf: "%.*s". */
#define SLICE_FMT(s) (int)(s).n, (s).p

static inline struct slice slice_make(const char *p, size_t n)
{
    return (struct slice){p, n};
}

/* A slice of a NUL-terminated string; NULL gives the empty slice. */
static inline struct slice slice_str(const char *s)
{
    return (struct slice){s, s ? strlen(s) : 0};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_starts(struct slice s, struct slice prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool slice_ends(struct slice s, struct slice suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* The part from byte `from` (<= n) on. */
static inline struct slice slice_from(struct slice s, size_t from)
{
    return (struct slice){s.p ? s.p + from : NULL, s.n - from}; /* NULL + 0 is not defined in C11 */
}

/* How often a byte stands in it. */
size_t slice_count(struct slice s, char c);

/* A letter of ASCII, or a byte of any other character? */
bool slice_has_letter(struct slice s);
bool slice_has_digit(struct slice s);

/* So many first bytes of both are the same. */
size_t slice_common(struct slice a, struct slice b);

/* How many edits (insert, delete, replace, swap of two neighbours) turn one into the other; a letter of
 * ASCII is the same in either case. Of SLICE_EDITS_MAX bytes at most, both. */
enum { SLICE_EDITS_MAX = 63 };
unsigned slice_edits(struct slice a, struct slice b);

/* Bytewise order; a prefix comes before what it begins. */
int slice_cmp(struct slice a, struct slice b);

/* Without blanks at both ends. */
struct slice slice_trim(struct slice s);

/* The part before the first of these bytes; all of it when none is there. */
struct slice slice_until(struct slice s, const char *ends);

/* Cuts the first piece before `sep` off *rest and gives it in *ret_piece; false when *rest is used
 * up (rest->p == NULL). "a,b," gives "a", "b", "". */
bool slice_cut(struct slice *rest, char sep, struct slice *ret_piece);

/* What stands behind a path's last slash. */
static inline const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* What stands before that, the slash included; nothing of a name alone. */
static inline struct slice path_directory(const char *path)
{
    return slice_make(path, (size_t)(path_name(path) - path));
}

/* ASCII, whatever the locale. */
static inline bool char_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool char_is_hex(char c)
{
    return char_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool char_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What a name of Prometheus is made of. */
static inline bool char_is_word(char c)
{
    return char_is_letter(c) || char_is_digit(c) || c == '_';
}

/* Inside of a line: no CR, no LF. */
static inline bool char_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline char char_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

#endif
