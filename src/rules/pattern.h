/* pattern -- regexes: compile, match, groups, replace, required literal.
 *
 * A pattern is immutable once it is loaded, and threads share it. What a match needs and finds is in a
 * matcher, one of each thread for all its patterns.
 *
 * A regex of ASCII only is matched on bytes. One that holds other characters, \p, \X or \x{100} and
 * up is compiled with PCRE2_UTF, and for subjects that are not UTF-8 with PCRE2_MATCH_INVALID_UTF: no
 * item matches a byte that is no character. PCRE2_DUPNAMES is always on. JIT is used where the system lets it; matching is bounded by a match limit and a heap limit. */
#ifndef LT_RULES_PATTERN_H
#define LT_RULES_PATTERN_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct pattern;
struct matcher;

enum { PATTERN_NAMES_MAX = 256 }; /* named groups; those without a name are free */

/* NULL with PCRE2's message in *err; *ret_offset is then the byte where it stopped, for a caret. */
struct pattern *pattern_new(struct slice regex, struct buf *err, size_t *ret_offset);
/* One of the program's own: NULL when it does not compile, and nothing is said. */
struct pattern *pattern_own(const char *regex);
/* The same, of what a text begins with. */
struct pattern *pattern_own_at_start(const char *regex);
void pattern_free(struct pattern *p);
/* Does it compile? As pattern_new, but nothing comes of it. */
bool pattern_check(struct slice regex, struct buf *err, size_t *ret_offset);
/* The group goes by another name, which PCRE2 would not take; BORROWED. */
void pattern_rename(struct pattern *p, const char *group, const char *name);

struct slice pattern_text(const struct pattern *p);
/* Distinct group names, in order of their first number. */
unsigned pattern_ngroups(const struct pattern *p);
const char *pattern_group(const struct pattern *p, unsigned i);
/* How many groups there are, with and without a name. */
unsigned pattern_captures(const struct pattern *p);

enum pattern_result { PATTERN_NO, PATTERN_YES, PATTERN_ERROR }; /* ERROR: a limit was reached */

struct matcher *matcher_new(void);
void matcher_free(struct matcher *m);

/* Unanchored search. Where it is, and its groups, is read from the matcher until the next match of any
 * pattern. */
enum pattern_result pattern_match(const struct pattern *p, struct matcher *m, struct slice subject);
/* The next match from byte `from` of the subject on that is not empty. A walk begins at byte 0. */
enum pattern_result pattern_next(const struct pattern *p, struct matcher *m, struct slice subject,
                                 size_t from);
/* Where the last match was. */
struct slice matcher_span(const struct matcher *m);
/* Named group i of the pattern that matched last took part: its text (BORROWS the subject). With
 * DUPNAMES the first alternative that took part. */
bool pattern_capture(const struct pattern *p, const struct matcher *m, unsigned i,
                     struct slice *ret_text);

/* All of them at once; `p` of one that took no part is NULL. */
void pattern_texts(const struct pattern *p, const struct matcher *m, struct slice *ret_texts);

/* A text that every match must contain, or "" when none is known; longest first. */
struct slice pattern_literal(const struct pattern *p);

/* For a regex that can match at the start of the subject only: the set of bytes a match can begin
 * with (bit b of byte b/8). False when it is not anchored or nothing is known. */
bool pattern_first_bytes(const struct pattern *p, uint8_t ret_set[32]);

/* The furthest place a failed match got to: byte in the regex, byte in the subject, and how many bytes
 * before it fitted. False when PCRE2 cannot tell. Slow; for explain. */
struct pattern_reach {
    size_t regex, subject, fitted;
};
bool pattern_near(const struct pattern *p, struct slice subject, struct pattern_reach *ret_reach);

/* What a person may have asked for too much: the case of letters, blanks as they stand, the start (`^`)
 * and the end (`$`) of the subject. */
enum pattern_slack {
    SLACK_CASE,
    SLACK_BLANKS, /* one or more, of any kind, for each that the regex has */
    SLACK_START,
    SLACK_END,
    SLACK_ENDS,
    SLACK_KINDS,
};
/* Would a regex that does not match do so without it? Where, then. Slow; for explain. */
bool pattern_would_match(const struct pattern *p, enum pattern_slack slack, struct slice subject,
                         struct slice *ret_span);

/* All occurrences replaced: appends the result to *out (the subject itself when nothing matched).
 * `replacement` is one that replacement_check found good. A result that would grow past 16 MiB is
 * PATTERN_ERROR, as is one that runs into the match limit. */
enum pattern_result pattern_replace(const struct pattern *p, struct matcher *m,
                                    struct slice replacement, struct slice subject,
                                    struct buf *out);

#endif
