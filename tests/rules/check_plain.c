/* check_plain -- what the plain way finds is what PCRE2 finds: matches, where they are, and all groups. */
#include "config.h"

#include "rules/pattern.h"
#include "rules/plain.h"

#include "suite.h"
#include "tools.h"

#include <stdio.h>

enum { GROUPS = 8 };

static const char *pick(struct dice *d, const char *const *list, size_t n)
{
    return list[roll(d, (uint32_t)n)];
}

/* Few letters, so that what repeats meets what comes next. */
static void random_atom(struct dice *d, struct buf *out)
{
    static const char *const all[] = {"a",   "b",    "c",      "ab",      "\"",    "=",
                                      ".",   "[^a]", "[^b]",   "[ab]",    "[b-c]", "[^\"]",
                                      "\\w", "\\d",  "\\s",    "\\S",     "\\W",   "\\D",
                                      "1",   " ",    "[\\d.]", "[^\\s=]", "\\.",   "{"};

    buf_str(out, pick(d, all, sizeof all / sizeof *all));
}

static void random_row(struct dice *d, unsigned depth, unsigned *groups, struct buf *out);

static void random_piece(struct dice *d, unsigned depth, unsigned *groups, struct buf *out)
{
    static const char *const times[] = {"*",   "+",     "?",    "*?", "+?",    "??",
                                        "{2}", "{1,2}", "{2,}", "*+", "{0,3}?"};
    unsigned kind = roll(d, 10);

    if (kind < 3) {
        random_atom(d, out);
    } else if (kind < 7 || depth == 0 || *groups == GROUPS) {
        random_atom(d, out);
        buf_str(out, pick(d, times, sizeof times / sizeof *times));
    } else {
        if (roll(d, 4))
            buf_fmt(out, "(?<g%u>", (*groups)++);
        else
            buf_str(out, "(?:");
        for (unsigned n = roll(d, 3) ? 0 : 1 + roll(d, 2); n > 0; n--) {
            random_row(d, depth - 1, groups, out);
            buf_char(out, '|');
        }
        if (roll(d, 8))
            random_row(d, depth - 1, groups, out);
        buf_str(out, roll(d, 3) ? ")" : ")?");
    }
}

static void random_row(struct dice *d, unsigned depth, unsigned *groups, struct buf *out)
{
    for (unsigned n = 1 + roll(d, 4); n > 0; n--)
        random_piece(d, depth, groups, out);
}

static struct slice random_subject(struct dice *d, struct buf *out)
{
    size_t n = roll(d, 4) ? roll(d, 14) : roll(d, 60);

    buf_clear(out);
    for (size_t i = 0; i < n; i++)
        buf_char(out, "aaabbbcc\"= 1.{x\n\xff"[roll(d, 17)]);
    return buf_all(out);
}

/* The same, which the plain way does not know. */
static struct pattern *for_pcre2(struct slice regex, struct buf *text)
{
    struct buf err = BUF_INIT;
    size_t at;

    buf_clear(text);
    buf_str(text, "(?=)");
    buf_slice(text, regex);
    ck_assert(!plain_new(buf_all(text)));
    struct pattern *p = pattern_new(buf_all(text), &err, &at);

    if (!p)
        ck_abort_msg("%.*s: %s", SLICE_FMT(regex), err.p);
    buf_release(&err);
    return p;
}

static bool same_text(bool is_a, struct slice a, bool is_b, struct slice b)
{
    return is_a == is_b && (!is_a || (a.p == b.p && a.n == b.n));
}

/* 1 when it matches. */
static unsigned compare(const struct pattern *p, struct matcher *m, const struct pattern *q,
                        struct matcher *n, struct slice subject)
{
    enum pattern_result plain = pattern_match(p, m, subject), other = pattern_match(q, n, subject);
    struct slice a = {"", 0}, b = {"", 0};

    if (other == PATTERN_ERROR) /* it gave up */
        return 0;
    if (plain != other)
        ck_abort_msg("%.*s on \"%.*s\": %d instead of %d", SLICE_FMT(pattern_text(p)),
                     SLICE_FMT(subject), plain, other);
    if (other != PATTERN_YES)
        return 0;
    a = matcher_span(m);
    b = matcher_span(n);
    if (!same_text(true, a, true, b))
        ck_abort_msg("%.*s on \"%.*s\": at another place", SLICE_FMT(pattern_text(p)),
                     SLICE_FMT(subject));
    for (unsigned i = 0; i < pattern_ngroups(p); i++) {
        bool is_a = pattern_capture(p, m, i, &a), is_b = pattern_capture(q, n, i, &b);

        if (!same_text(is_a, a, is_b, b))
            ck_abort_msg("%.*s on \"%.*s\": group %s is \"%.*s\" instead of \"%.*s\"",
                         SLICE_FMT(pattern_text(p)), SLICE_FMT(subject), pattern_group(p, i),
                         is_a ? (int)a.n : 0, a.p, is_b ? (int)b.n : 0, b.p);
    }
    return 1;
}

static bool is_plain(struct slice regex)
{
    struct plain *p = plain_new(regex);

    plain_free(p);
    return p;
}

TEST_EACH(the_plain_way_finds_what_pcre2_finds, 4)
{
    struct dice d = {6364136223846793005u + 7919u * (unsigned)_i};
    struct matcher *m = matcher_new(), *n = matcher_new();
    struct buf regex = BUF_INIT, text = BUF_INIT, subject = BUF_INIT, err = BUF_INIT;
    unsigned plain = 0, matches = 0;
    size_t at;

    for (int round = 0; round < rounds(6000); round++) {
        unsigned groups = 0;

        buf_clear(&regex);
        buf_str(&regex, roll(&d, 3) ? "a" : "^");
        random_row(&d, 2, &groups, &regex);
        if (roll(&d, 4) == 0)
            buf_char(&regex, '$');
        if (!is_plain(buf_all(&regex)))
            continue;
        plain++;
        struct pattern *p = pattern_new(buf_all(&regex), &err, &at);

        if (!p)
            ck_abort_msg("%.*s: %s", SLICE_FMT(buf_all(&regex)), err.p);
        struct pattern *q = for_pcre2(buf_all(&regex), &text);

        for (unsigned k = 0; k < 25; k++)
            matches += compare(p, m, q, n, random_subject(&d, &subject));
        pattern_free(p);
        pattern_free(q);
    }
    ck_assert_uint_gt(plain, rounds(4000));
    ck_assert_uint_gt(matches, rounds(10000));
    matcher_free(m);
    matcher_free(n);
    buf_release(&regex);
    buf_release(&text);
    buf_release(&subject);
    buf_release(&err);
}

TEST(what_is_plain_and_what_is_not)
{
    static const char *const yes[] = {
        "\"msg\":\"db "
        "query\".*\"table\":\"(?<table>[^\"]*)\".*\"duration\":(?<duration>\\d+)(?:,\"rows\":(?<r>"
        "\\d+))?",
        "\\] done for user \\S+: status (?<status>\\w+), took (?<duration>\\S+),",
        ("^(?<ip>\\S+) - (?<user>\\S+) \\[[^\\]]+\\] \"(?<method>[A-Z]+) (?<path>[^ ?\"]*)[^\"]*\" "
         "(?<status>\\d{3})"),
        "level=(?<level>warn|error|fatal) ",
        "^a{2}b{1,}c{0,1}$",
        "{\"a\":1}",
    };
    static const char *const no[] = {
        "",           "^",      "(?i)a",       "a|b",    "\\bab",    "(ab)+",
        "(a)\\1",     "(?=a)b", "[[:alpha:]]", "\\x41",  "a(?<!b)",  "\\w+ab",
        "a\\Qb\\E",   "a^b",    "a$b",         "(a$|b)", "a\\Kb",    "[a-\\d]",
        "(*NO_JIT)a", "a{,2}",  "a{1",         "a{\t1}", "(?:a|b)*", "a\\R",
        "[^]a]",      "a(?#b)", "(?|a|b)",     "(?>a)",  "(?x) a",   "a\\N{U+41}",
    };

    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!is_plain(slice_str(yes[i])))
            ck_abort_msg("%s is not plain", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (is_plain(slice_str(no[i])))
            ck_abort_msg("%s is plain", no[i]);
}

/* It is not asked of PCRE2 once more when each way back was gone. */
TEST(what_does_not_match_is_decided)
{
    static const char *const pairs[][2] = {
        {"a.*b", "acccc"},           {"^a.*x.*b", "axxxcccxcc"},  {"a[^b]*?cb", "addccd"},
        {"a.*b.*c.*d", "abcabcabc"}, {"a(?:b.*x|c)?d", "abcdab"}, {"a\\w*1\\w*=$", "a11b1b = a1"},
    };
    size_t spans[2];

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct plain *p = plain_new(slice_str(pairs[i][0]));

        if (plain_match(p, slice_str(pairs[i][1]), spans) != PLAIN_NO)
            ck_abort_msg("%s on \"%s\"", pairs[i][0], pairs[i][1]);
        plain_free(p);
    }
}

/* Of 100,000 bytes each way through would be tried. */
TEST(what_takes_long_is_left_to_pcre2)
{
    struct plain *p = plain_new(SLICE("a.*a.*a.*a.*b"));
    struct buf text = BUF_INIT;
    size_t spans[2];

    for (unsigned i = 0; i < 100000; i++)
        buf_char(&text, 'a');
    ck_assert_int_eq(plain_match(p, buf_all(&text), spans), PLAIN_UNDECIDED);
    buf_char(&text, 'b');
    ck_assert_int_eq(plain_match(p, buf_all(&text), spans), PLAIN_YES);
    ck_assert_uint_eq(spans[0], 0);
    ck_assert_uint_eq(spans[1], text.n);
    plain_free(p);
    buf_release(&text);
}

/* What a way set that failed is not left over. */
TEST(a_group_that_took_no_part_is_not_set)
{
    struct plain *p = plain_new(SLICE("^.*(?:(1)|(2))(x)?$"));
    size_t spans[8];

    ck_assert_int_eq(plain_match(p, SLICE("12y1"), spans), PLAIN_YES);
    ck_assert_uint_eq(spans[2], 3);
    ck_assert_uint_eq(spans[4], SIZE_MAX);
    ck_assert_uint_eq(spans[6], SIZE_MAX);
    plain_free(p);
}
