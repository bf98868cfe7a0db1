/* literal -- two passes over the items of a pattern:
 *
 *   1. pair up parentheses; a group whose text need not occur (alternation inside, a quantifier
 *      with minimum 0, lookaround, condition, branch reset) is marked to be skipped whole;
 *   2. walk what is left, collecting runs of plain characters; anything else ends a run.
 *
 * Gives up (no literal) on an alternation at top level, on case-insensitive patterns, on verbs such
 * as (*ACCEPT), which can end a match early, and where items are not what they look like: between
 * \Q and \E a parenthesis is none, and a callout hides the item behind it. */
#include "config.h"

#include "rules/literal.h"

#include "base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>

static struct slice item_text(struct slice regex, const struct regex_item *it)
{
    return (struct slice){regex.p + it->at, it->n};
}

static bool is_meta(char c)
{
    return strchr("\\^$.[|()?*+{", c) != NULL; /* NUL counts too: strchr finds the end */
}

static bool is_plain(struct slice s)
{
    return s.n >= 1 && (unsigned char)s.p[0] < 0x80 && !is_meta(s.p[0]);
}

/* `\.`: a backslash before what is neither letter nor digit stands for that character. */
static bool is_escaped_plain(struct slice s)
{
    if (s.n != 2 || s.p[0] != '\\' || (unsigned char)s.p[1] >= 0x80)
        return false;
    char c = s.p[1];

    return !char_is_digit(c) && !char_is_letter(c);
}

/* (?&name) (?R) (?1) (?P>name) (?P=name): one item, opens nothing. */
static bool is_reference(struct slice s)
{
    if (s.n < 4 || s.p[0] != '(' || s.p[1] != '?')
        return false;
    char c = s.p[2];

    return c == '&' || c == 'R' || c == '+' || c == '-' || char_is_digit(c) ||
           (c == 'P' && (s.p[3] == '>' || s.p[3] == '='));
}

/* (?s) (?x-i): sets options, opens nothing. */
static bool is_option(struct slice s)
{
    return s.n >= 3 && s.p[0] == '(' && s.p[1] == '?' && s.p[2] != '(' && s.p[s.n - 1] == ')' &&
           !is_reference(s);
}

static bool is_verb(struct slice s)
{
    return s.n >= 2 && s.p[0] == '(' && s.p[1] == '*';
}

/* (?i) or (?i: -- case does not matter from here on. */
static bool ignores_case(struct slice s)
{
    if (s.n < 3 || s.p[0] != '(' || s.p[1] != '?')
        return false;
    for (size_t i = 2; i < s.n && !strchr(":)<P'=!|>(#", s.p[i]); i++)
        if (s.p[i] == 'i')
            return true;
    return false;
}

static bool opens_group(struct slice s)
{
    return s.n >= 1 && s.p[0] == '(' && !is_reference(s) && !is_option(s) && !is_verb(s);
}

/* ( (?: (?> (?<name> (?P<name> (?'name' -- their text is part of the match. */
static bool is_consuming_group(struct slice s)
{
    if (s.n == 1)
        return true;
    if (s.n < 3 || s.p[1] != '?')
        return false;
    if (s.p[2] == '<')
        return s.n > 3 && s.p[3] != '=' && s.p[3] != '!';
    return s.p[2] == ':' || s.p[2] == '>' || s.p[2] == '\'' ||
           (s.p[2] == 'P' && s.n > 3 && s.p[3] == '<');
}

/* `)` with a quantifier that allows none: )? )* ){0,2} */
static bool closes_optional(struct slice s)
{
    if (s.n <= 1)
        return false;
    return !(s.p[1] == '+' || (s.p[1] == '{' && s.n > 2 && s.p[2] >= '1' && s.p[2] <= '9'));
}

struct group {
    size_t close;    /* item of its `)`; 0 = not a group's opening */
    bool alternates; /* holds a `|` of its own */
};

static bool items_mislead(struct slice regex)
{
    return memmem(regex.p, regex.n, "\\Q", 2) || memmem(regex.p, regex.n, "(?C", 3);
}

/* Pass 1. False: nothing can be said about this pattern. */
static bool pair_groups(struct slice regex, const struct regex_item *items, size_t n,
                        struct group *groups)
{
    size_t *open = xcalloc(n + 1, sizeof *open), depth = 0;
    bool ok = true;

    for (size_t i = 0; i < n && ok; i++) {
        struct slice s = item_text(regex, &items[i]);

        if (is_verb(s) || ignores_case(s)) {
            ok = false;
        } else if (opens_group(s)) {
            open[depth++] = i;
        } else if (s.n && s.p[0] == ')') {
            ok = depth > 0;
            if (ok)
                groups[open[--depth]].close = i;
        } else if (s.n && s.p[0] == '|') {
            ok = depth > 0;
            if (ok)
                groups[open[depth - 1]].alternates = true;
        }
    }
    free(open);
    return ok && depth == 0;
}

static void end_run(struct buf *run, struct buf *best)
{
    if (run->n > best->n) {
        buf_clear(best);
        buf_slice(best, buf_all(run));
    }
    buf_clear(run);
}

void required_literal(struct slice regex, const struct regex_item *items, size_t n,
                      struct buf *ret_literal)
{
    struct group *groups = xcalloc(n + 1, sizeof *groups);
    struct buf run = BUF_INIT, best = BUF_INIT;

    if (items_mislead(regex) || !pair_groups(regex, items, n, groups))
        goto out;
    for (size_t i = 0; i < n; i++) {
        struct slice s = item_text(regex, &items[i]);

        if (s.n == 0)
            continue;
        if (groups[i].close) {
            struct slice end = item_text(regex, &items[groups[i].close]);

            if (!is_consuming_group(s) || groups[i].alternates || closes_optional(end)) {
                end_run(&run, &best);
                i = groups[i].close;
            } else if (end.n > 1) {
                end_run(&run, &best); /* repeated: its text is required, but not next to this */
            }
        } else if (s.p[0] == ')') {
            if (s.n > 1)
                end_run(&run, &best);
        } else if (s.n == 1 && is_plain(s)) {
            buf_char(&run, s.p[0]);
        } else if (is_escaped_plain(s)) {
            buf_char(&run, s.p[1]);
        } else if (s.n >= 2 && is_plain(s) && s.p[1] == '+') {
            buf_char(&run, s.p[0]); /* x+ : one x is required, then the run ends */
            end_run(&run, &best);
        } else {
            end_run(&run, &best);
        }
    }
    end_run(&run, &best);
    buf_slice(ret_literal, buf_all(&best));
out:
    buf_release(&run);
    buf_release(&best);
    free(groups);
}
