/* Regexes: what matches, what groups give, what must be in a line, what gives up. */
#include "config.h"

#include "rules/replacement.h"

#include "suite.h"
#include "support.h"
#include "tools.h"

#include <stdio.h>

static struct pattern *pattern(const char *regex)
{
    struct buf err = BUF_INIT;
    size_t at = 0;
    struct pattern *p = pattern_new(slice_str(regex), &err, &at);

    ck_assert_msg(p != NULL, "%s at %zu: %s", regex, at, err.p);
    buf_release(&err);
    return p;
}

/* For all tests: each reads what it matched before the next. */
static struct matcher *room(void)
{
    static struct matcher *m;

    if (!m)
        m = matcher_new();
    return m;
}

static enum pattern_result match(const char *regex, const char *text)
{
    struct pattern *p = pattern(regex);
    enum pattern_result r = pattern_match(p, room(), slice_str(text));

    pattern_free(p);
    return r;
}

static void assert_literal(const char *regex, const char *literal)
{
    struct pattern *p = pattern(regex);
    struct buf got = BUF_INIT;

    buf_slice(&got, pattern_literal(p));
    buf_str(&got, "");
    ck_assert_msg(slice_eq(buf_all(&got), slice_str(literal)), "%s: got \"%s\" instead of \"%s\"",
                  regex, got.n ? got.p : "", literal);
    buf_release(&got);
    pattern_free(p);
}

TEST(a_search_is_unanchored)
{
    ck_assert_int_eq(match("b+", "aabbcc"), PATTERN_YES);
    ck_assert_int_eq(match("^b+", "aabbcc"), PATTERN_NO);
    ck_assert_int_eq(match("", ""), PATTERN_YES);
    ck_assert_int_eq(match("a$", "a"), PATTERN_YES);
}

/* By bytes it would be half of the first letter: 0xd0 is one in Latin-1. */
TEST(letters_of_any_script_are_whole)
{
    struct pattern *p = pattern("(*UCP)^\\w+");

    ck_assert_int_eq(pattern_match(p, room(), SLICE("Ошибка: x")), PATTERN_YES);
    ck_assert_uint_eq(matcher_span(room()).n, strlen("Ошибка"));
    ck_assert_int_eq(pattern_match(p, room(), SLICE("Ошибка\xff: x")), PATTERN_YES);
    pattern_free(p);
    ck_assert_int_eq(match("(*UTF)^.bc", "\xc3\xa4"
                                         "bc\xff"),
                     PATTERN_YES);
    ck_assert_int_eq(match("(*NO_JIT)(*UCP)^\\w+$", "Ё"), PATTERN_YES);
    ck_assert_int_eq(match("(*NO_JIT)^b+", "bb"), PATTERN_YES);
}

/* JIT of PCRE2 10.42 found none of the first by itself, and the last in a byte that is no character. */
TEST(what_is_not_of_a_kind_may_be_of_any_script)
{
    static const char *const yes[][2] = {
        {"заказ \\S+$", "заказ №898"}, {"заказ \\D", "заказ №898"}, {"заказ \\W", "заказ №898"},
        {"(*UCP)x \\D", "x ж"},        {"(*UTF)x(?= \\S)", "x €"},  {"пуск (?<a>\\S)", "пуск 😀"},
        {"я \\S", "\xff я ж"},         {"я \\S", "я ж \xd0"},
    };
    static const char *const no[][2] = {
        {"заказ (?!\\S)", "заказ №898"},
        {"(?i)я [^k]", "я \xff"},
        {"(?i)я [^k]", "я \xd0"},
        {"я \\S", "я \xff"},
    };

    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (match(yes[i][0], yes[i][1]) != PATTERN_YES)
            ck_abort_msg("%s does not match %s", yes[i][0], yes[i][1]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (match(no[i][0], no[i][1]) != PATTERN_NO)
            ck_abort_msg("%s matches %s", no[i][0], no[i][1]);
}

TEST(what_is_not_of_a_kind_is_replaced_in_any_script)
{
    struct pattern *p = pattern("№\\S");
    struct buf out = BUF_INIT;

    ck_assert_int_eq(pattern_replace(p, room(), SLICE("#"), SLICE("№ж №1 \xff"), &out),
                     PATTERN_YES);
    ck_assert_str_eq(out.p, "# # \xff");
    buf_clear(&out);
    ck_assert_int_eq(pattern_replace(p, room(), SLICE("#"), SLICE("№ж №1"), &out), PATTERN_YES);
    ck_assert_str_eq(out.p, "# #");
    buf_release(&out);
    pattern_free(p);
}

static void assert_walk(struct pattern *p, const char *text, const char *spans)
{
    struct slice subject = slice_str(text), span;
    struct buf got = BUF_INIT;

    for (size_t at = 0; pattern_next(p, room(), subject, at) == PATTERN_YES;
         at = (size_t)(span.p + span.n - subject.p)) {
        span = matcher_span(room());
        buf_slice(&got, span);
        buf_char(&got, ';');
    }
    buf_str(&got, "");
    ck_assert_str_eq(got.p, spans);
    buf_release(&got);
}

/* Which code reads a subject is asked once, at its begin, and anew of the next. */
TEST(each_match_of_a_subject_by_the_code_that_reads_it)
{
    struct pattern *p = pattern("я[^k]");

    assert_walk(p, "яa яж я1", "яa;яж;я1;");
    assert_walk(p, "яa я\xff яb я\xd0", "яa;яb;");
    assert_walk(p, "яb", "яb;");
    assert_walk(p, "я\xff я\xff", "");
    assert_walk(p, "яж яб", "яж;яб;");
    pattern_free(p);
}

TEST(a_bad_regex_says_where)
{
    struct buf err = BUF_INIT;
    size_t at = 99;

    ck_assert_ptr_null(pattern_new(SLICE("a(b"), &err, &at));
    ck_assert_uint_eq(at, 3);
    ck_assert_str_eq(err.p, "missing closing parenthesis");
    buf_release(&err);
}

TEST(too_many_named_groups_are_refused)
{
    struct buf regex = BUF_INIT, err = BUF_INIT;
    struct pattern *p;
    size_t at;

    for (int i = 0; i < PATTERN_NAMES_MAX; i++)
        buf_fmt(&regex, "(?<n%d>a)(b)?", i);
    p = pattern_new(buf_all(&regex), &err, &at);
    ck_assert_msg(p != NULL, "groups without a name are free: %s", err.p);
    ck_assert_uint_eq(pattern_ngroups(p), PATTERN_NAMES_MAX);
    pattern_free(p);
    buf_str(&regex, "(?<one_more>c)");
    ck_assert_ptr_null(pattern_new(buf_all(&regex), &err, &at));
    ck_assert_ptr_nonnull(strstr(err.p, "more than 256 named groups"));
    buf_release(&regex);
    buf_release(&err);
}

TEST(groups_stand_in_the_order_of_the_regex)
{
    struct pattern *p = pattern("(?<zulu>a)(?<alpha>b)?(?<mike>c)");
    struct slice text;

    ck_assert_uint_eq(pattern_ngroups(p), 3);
    ck_assert_str_eq(pattern_group(p, 0), "zulu");
    ck_assert_str_eq(pattern_group(p, 1), "alpha");
    ck_assert_str_eq(pattern_group(p, 2), "mike");
    ck_assert_int_eq(pattern_match(p, room(), SLICE("xacx")), PATTERN_YES);
    ck_assert(pattern_capture(p, room(), 0, &text) && slice_eq(text, SLICE("a")));
    ck_assert(!pattern_capture(p, room(), 1, &text));
    ck_assert(pattern_capture(p, room(), 2, &text) && slice_eq(text, SLICE("c")));
    ck_assert(slice_eq(matcher_span(room()), SLICE("ac")));
    pattern_free(p);
}

TEST(one_name_in_several_alternatives)
{
    struct pattern *p = pattern("a=(?<v>\\d+)|b=(?<v>\\w+)");
    struct slice text;

    ck_assert_uint_eq(pattern_ngroups(p), 1);
    ck_assert_int_eq(pattern_match(p, room(), SLICE("b=xyz")), PATTERN_YES);
    ck_assert(pattern_capture(p, room(), 0, &text) && slice_eq(text, SLICE("xyz")));
    ck_assert_int_eq(pattern_match(p, room(), SLICE("a=12")), PATTERN_YES);
    ck_assert(pattern_capture(p, room(), 0, &text) && slice_eq(text, SLICE("12")));
    pattern_free(p);
}

TEST(ascii_regexes_match_bytes)
{
    ck_assert_int_eq(match("^a.b$", "a\xff"
                                    "b"),
                     PATTERN_YES);
    ck_assert_int_eq(match("^.$", "\xc3\xa9"), PATTERN_NO);
    ck_assert_int_eq(match("^..$", "\xc3\xa9"), PATTERN_YES);
    ck_assert_int_eq(match("^\\xff$", "\xff"), PATTERN_YES);
}

TEST(other_regexes_match_characters)
{
    ck_assert_int_eq(match("^\xc3\xa9?.$", "\xc3\xa9"), PATTERN_YES);
    ck_assert_int_eq(match("^\\p{L}$", "\xc3\xa9"), PATTERN_YES);
    ck_assert_int_eq(match("^\\X$", "e\xcc\x81"), PATTERN_YES);
    ck_assert_int_eq(match("^\\x{20ac}$", "\xe2\x82\xac"), PATTERN_YES);
    ck_assert_int_eq(match("\\x{20ac}", "\xff\xfe\xe2\x82\xac"), PATTERN_YES);
    ck_assert_int_eq(match("\xe2\x82\xac", "\xff\xe2\x82"), PATTERN_NO);
    /* an escaped backslash before the letter means nothing */
    ck_assert_int_eq(match("^\\\\p.$", "\\p\xff"), PATTERN_YES);
}

TEST(a_regex_that_runs_wild_gives_up)
{
    ck_assert_int_eq(match("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
                     PATTERN_ERROR);
    ck_assert_int_eq(match("^(a+)+$", "aaaaaaaa"), PATTERN_YES);
}

TEST(deep_recursion_of_a_long_line_still_matches)
{
    for (int utf = 0; utf < 2; utf++) {
        struct buf line = BUF_INIT;

        for (int i = 0; i < 2000; i++)
            buf_str(&line, "ab");
        ck_assert_int_eq(match(utf ? "^(?:(a)|\xc3\xa9|(b))*$" : "^(?:(a)|(b))*$", line.p),
                         PATTERN_YES);
        buf_release(&line);
    }
}

TEST(required_literals)
{
    assert_literal("^abc", "abc");
    assert_literal("^\\d+ \\| (?<m>GET) /", " | GET /");
    assert_literal("a|b", "");
    assert_literal("(?:a|b)cd", "cd");
    assert_literal("abc(?:def)?g", "abc");
    assert_literal("ab(cd)+ef", "ab");
    assert_literal("x(?!long text)yz", "yz");
    assert_literal("(?i)abc", "");
    assert_literal("a(?i:b)cdef", "");
    assert_literal("a\\.b\\|c", "a.b|c");
    assert_literal("\\Qa.b\\E", "");
    assert_literal("x\\Q(\\Ea|b\\Q)\\E", "");
    assert_literal("a(?C)bcd", "");
    assert_literal("abc{0}def", "def");
    assert_literal("(?x) a b c # comment", "");
    assert_literal("(?#foo)bar", "bar");
    assert_literal("(?(DEFINE)(?<d>secret))(?&d)ab", "ab");
    assert_literal("abc(*ACCEPT)def", "");
    assert_literal("(abc){0}x(?1)", "x");
    assert_literal("", "");
}

static void assert_first(const char *regex, const char *yes, const char *no)
{
    struct pattern *p = pattern(regex);
    uint8_t set[32];

    ck_assert_msg(pattern_first_bytes(p, set), "%s: no first bytes", regex);
    for (; *yes; yes++)
        ck_assert_msg(set[(uint8_t)*yes / 8] & (1u << (uint8_t)*yes % 8), "%s: no '%c'", regex,
                      *yes);
    for (; *no; no++)
        ck_assert_msg(!(set[(uint8_t)*no / 8] & (1u << (uint8_t)*no % 8)), "%s: a '%c'", regex,
                      *no);
    pattern_free(p);
}

static void assert_no_first(const char *regex)
{
    struct pattern *p = pattern(regex);
    uint8_t set[32];

    ck_assert_msg(!pattern_first_bytes(p, set), "%s: says it knows", regex);
    pattern_free(p);
}

TEST(first_bytes)
{
    assert_first("^abc", "a", "bcA");
    assert_first("^\\d\\d:", "0189", "a:");
    assert_first("^(?:GET|POST)", "GP", "get");
    assert_first("\\Aab", "a", "b");
    assert_no_first("abc");
    assert_no_first("^a*");
    assert_no_first("^");
    assert_no_first("^a|b");
    assert_no_first("(?m)^a");
}

TEST(first_bytes_of_either_case)
{
    struct pattern *p;
    uint8_t set[32];

    for (int i = 0; i < 3; i++) {
        p = pattern(((const char *[]){"^(?i)get", "(?i)^get", "^(?i:g)et"})[i]);
        if (pattern_first_bytes(p, set))
            ck_assert((set['g' / 8] & (1u << 'g' % 8)) && (set['G' / 8] & (1u << 'G' % 8)));
        pattern_free(p);
    }
}

/* A random regex that is often right, full of what could fool the search for a literal. */
static void random_regex(struct dice *d, struct buf *out, int depth)
{
    static const char *const atoms[] = {
        ".",    "[ab]",      "\\w",   "\\.",  "\\x61",   "\\Qa.\\E", "(?#x)", "^",
        "\\b",  "(?(1)a|b)", "\\1",   "[^c]", "\\Q(\\E", "\\Q)\\E",  "\\K",   "(?&n)",
        "(?i)", "(?-i)",     "(?x) ", " ",    "{",       "}",        "\\ ",   "(?C)",
        "(?1)", "(?R)?",     "(?=a)", "\\d",  "(?s).",   "]",        ",",     "\\|"};
    static const char *const opens[] = {
        "(",    "(?:",   "(?=",   "(?!",    "(?<n>",   "(?>",        "(?|",       "(?<=a)(",
        "(?i:", "(?s)(", "(?'n'", "(?P<n>", "(?<!a)(", "(?(DEFINE)", "(*atomic:", "(?(?=a)"};
    static const char *const repeats[] = {
        "?",    "*",   "+",    "{2}",    "{0,2}", "{1,3}", "+?",     "*?",   "??",       "++",
        "{,2}", "{0}", "+{0}", "{2}{0}", " ?",    "{1}",   "(?#y)?", "{00}", "{10}{0,1}"};
    unsigned n = 1 + roll(d, 4);

    for (unsigned i = 0; i < n; i++) {
        unsigned kind = roll(d, 8);

        if (kind == 0 && depth < 3) {
            buf_str(out, opens[roll(d, sizeof opens / sizeof *opens)]);
            random_regex(d, out, depth + 1);
            if (roll(d, 3) == 0) {
                buf_char(out, '|');
                random_regex(d, out, depth + 1);
            }
            buf_char(out, ')');
        } else if (kind < 3) {
            buf_str(out, atoms[roll(d, sizeof atoms / sizeof *atoms)]);
        } else if (kind == 3 && depth == 0 && roll(d, 8) == 0) {
            buf_char(out, '|');
        } else {
            buf_char(out, "abcd"[roll(d, 4)]);
        }
        if (roll(d, 4) == 0)
            buf_str(out, repeats[roll(d, sizeof repeats / sizeof *repeats)]);
    }
}

/* Now and then made from the regex itself, so that it matches. */
static size_t random_subject(struct dice *d, const char *regex, char *to, size_t max)
{
    size_t n = roll(d, 14);

    for (size_t i = 0; i < n; i++)
        to[i] = "abcdABCD. "[roll(d, 10)];
    if (roll(d, 2))
        return n;
    n = 0;
    for (const char *p = regex; *p && n < max; p++)
        if (strchr("abcd. ", *p) && roll(d, 8))
            to[n++] = roll(d, 12) ? *p : (char)(*p & ~0x20);
    return n;
}

TEST_EACH(no_line_that_matches_lacks_the_literal_or_the_first_byte, 4)
{
    struct dice d = {88172645463325252u + (unsigned)_i};
    struct buf regex = BUF_INIT, err = BUF_INIT;
    unsigned compiled = 0, with_literal = 0, with_first = 0, matches = 0;

    for (int round = 0; round < rounds(12000); round++) {
        uint8_t set[32];
        size_t at;

        buf_clear(&regex);
        buf_clear(&err);
        if (roll(&d, 3) == 0)
            buf_char(&regex, '^');
        random_regex(&d, &regex, 0);
        struct pattern *p = pattern_new(buf_all(&regex), &err, &at);

        if (!p)
            continue;
        bool first = pattern_first_bytes(p, set);
        struct slice literal = pattern_literal(p);

        compiled++;
        with_literal += literal.n > 0;
        with_first += first;
        for (int k = 0; (literal.n || first) && k < 20; k++) {
            char text[64];
            size_t n = random_subject(&d, regex.p, text, 40);

            if (pattern_match(p, room(), (struct slice){text, n}) != PATTERN_YES)
                continue;
            matches++;
            ck_assert_msg(literal.n == 0 || memmem(text, n, literal.p, literal.n),
                          "%s: \"%.*s\" matches without \"%.*s\"", regex.p, (int)n, text,
                          SLICE_FMT(literal));
            ck_assert_msg(!first ||
                              (n > 0 && set[(uint8_t)text[0] / 8] & (1u << (uint8_t)text[0] % 8)),
                          "%s: \"%.*s\" matches with another first byte", regex.p, (int)n, text);
        }
        pattern_free(p);
    }
    ck_assert_uint_gt(compiled, rounds(4000));
    ck_assert_uint_gt(with_literal, rounds(1000));
    ck_assert_uint_gt(with_first, rounds(100));
    ck_assert_uint_gt(matches, rounds(3000));
    buf_release(&regex);
    buf_release(&err);
}

static void assert_replaced(const char *regex, const char *text, const char *in, const char *out)
{
    struct pattern *p = pattern(regex);
    struct buf err = BUF_INIT, got = BUF_INIT;

    ck_assert_msg(replacement_check(p, slice_str(text), &err), "%s", err.p);
    ck_assert_int_ne(pattern_replace(p, room(), slice_str(text), slice_str(in), &got),
                     PATTERN_ERROR);
    ck_assert_str_eq(got.p, out);
    pattern_free(p);
    buf_release(&got);
    buf_release(&err);
}

TEST(replacement)
{
    assert_replaced("b", "x", "abcb", "axcx");
    assert_replaced("b", "", "abcb", "ac");
    assert_replaced("b", "x", "ac", "ac");
    assert_replaced("(a)(b)?", "<$1$2>", "ac", "<a>c");
    assert_replaced("(?<n>\\d+)", "[${n}]", "a1b22", "a[1]b[22]");
    assert_replaced("(\\d+)", "${1}0", "a1", "a10");
    assert_replaced("a", "$$1", "a", "$1");
    assert_replaced("a", "\\1", "a", "\\1");
    assert_replaced("x*", "-", "ab", "-a-b-");
    assert_replaced("b", "x", "", "");
    assert_replaced("\xc3\xa9", "e", "caf\xc3\xa9\xff", "cafe\xff");
}

TEST(a_replacement_that_explodes_is_an_error)
{
    enum { MIB = 1 << 20 };
    struct pattern *p = pattern("a");
    struct buf in = BUF_INIT, got = BUF_INIT;

    memset(buf_reserve(&in, MIB), 'a', MIB);
    in.n = MIB;
    ck_assert_int_eq(pattern_replace(p, room(), SLICE("0123456789abcdefghij"), buf_all(&in), &got),
                     PATTERN_ERROR);
    ck_assert_uint_eq(got.n, 0);
    pattern_free(p);
    buf_release(&in);
    buf_release(&got);
}

TEST(replacement_longer_than_the_room)
{
    struct buf in = BUF_INIT, out = BUF_INIT;

    for (int i = 0; i < 500; i++) {
        buf_char(&in, 'a');
        buf_str(&out, "0123456789");
    }
    assert_replaced("a", "0123456789", in.p, out.p);
    buf_release(&in);
    buf_release(&out);
}

static void assert_refused(const char *regex, const char *text, const char *why)
{
    struct pattern *p = pattern(regex);
    struct buf err = BUF_INIT;

    ck_assert_msg(!replacement_check(p, slice_str(text), &err), "%s -> %s was accepted", regex,
                  text);
    ck_assert_msg(strstr(err.p, why) != NULL, "%s", err.p);
    pattern_free(p);
    buf_release(&err);
}

TEST(an_unknown_group_is_a_mistake)
{
    assert_refused("(a)", "$2", "no group \"2\"");
    assert_refused("(a)", "${x}", "no group \"x\"");
    assert_refused("(a)", "$x", "must be followed");
    assert_refused("(a)", "$", "must be followed");
    assert_refused("(a)", "${1", "without `}`");
    assert_refused("(a)", "${}", "must be followed");
    assert_refused("(a)", "$10", "no group \"10\"");
    /* PCRE2 reads all the digits; two of them name a group, three do not */
    assert_refused("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)", "$112", "no group \"112\"");
}

TEST(replacing_gives_up_too)
{
    struct pattern *p = pattern("^(a+)+$");
    struct buf got = BUF_INIT;

    ck_assert_int_eq(pattern_replace(p, room(), SLICE("x"),
                                     SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), &got),
                     PATTERN_ERROR);
    ck_assert_uint_eq(got.n, 0);
    pattern_free(p);
    buf_release(&got);
}

TEST(the_furthest_place_of_a_failed_match)
{
    struct pattern *p = pattern("^\\d\\d:\\d\\d \\| (?<status>\\d{3}) \\| (?<m>[A-Z]+)");
    struct pattern_reach reach;

    ck_assert(pattern_near(p, SLICE("10:15 | 200 |    GET"), &reach));
    ck_assert_uint_eq(reach.subject, strlen("10:15 | 200 | "));
    ck_assert_uint_eq(reach.fitted, reach.subject);
    ck_assert_uint_eq(reach.regex, strlen("^\\d\\d:\\d\\d \\| (?<status>\\d{3}) \\| (?<m>"));
    ck_assert(pattern_near(p, SLICE("GET"), &reach));
    ck_assert_uint_eq(reach.fitted, 0);
    pattern_free(p);
}

TEST(a_regex_that_asks_for_too_much)
{
    static const struct {
        const char *regex, *subject;
        unsigned slacks; /* 1 << enum pattern_slack, of those with which it matches */
        const char *span;
    } cases[] = {
        {"^get (\\d+)", "GET 12", 1 << SLACK_CASE, "GET 12"},
        {"a b", "a\t b", 1 << SLACK_BLANKS, "a\t b"},
        {"a[ ]b", "a\tb", 0, NULL},
        {"a\\ b", "a\tb", 0, NULL},
        {"^b", "ab", 1 << SLACK_START, "b"},
        {"a$", "ab", 1 << SLACK_END, "a"},
        {"a\\$", "ab", 0, NULL},
        {"a\\\\$", "a\\b", 1 << SLACK_END, "a\\"},
        {"^b$", "abc", 1 << SLACK_ENDS, "b"},
        {"x", "y", 0, NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pattern *p = pattern(cases[i].regex);

        for (unsigned k = 0; k < SLACK_KINDS; k++) {
            struct slice span;
            bool would = pattern_would_match(p, k, slice_str(cases[i].subject), &span);

            if (would != (cases[i].slacks >> k & 1))
                ck_abort_msg("%s: %u", cases[i].regex, k);
            if (would && !slice_eq(span, slice_str(cases[i].span)))
                ck_abort_msg("%s: \"%.*s\"", cases[i].regex, SLICE_FMT(span));
        }
        pattern_free(p);
    }
}
