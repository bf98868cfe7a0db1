/* Expressions of `calc`: what they are worth, and what is said of those that are none. */
#include "config.h"

#include "suite.h"

#include "rules/calc.h"

/* The value with a = 12, b = 5, c = 0, d.e = 0.1 and any other field 2; or the reason why none. */
static const char *value(const char *text)
{
    static char out[EXACT_TEXT + 1];
    struct exact values[CALC_FIELDS_MAX], result;
    struct buf err = BUF_INIT;
    size_t offset = 0;
    struct calc *c = calc_new(slice_str(text), &err, &offset);
    enum calc_result r;

    ck_assert_msg(c != NULL, "%s: %s", text, err.p);
    for (unsigned i = 0; i < calc_nfields(c); i++) {
        const char *name = calc_field(c, i);
        const char *is = strcmp(name, "a") == 0     ? "12"
                         : strcmp(name, "b") == 0   ? "5"
                         : strcmp(name, "c") == 0   ? "0"
                         : strcmp(name, "d.e") == 0 ? "0.1"
                                                    : "2";

        ck_assert_int_eq(exact_parse(slice_str(is), NULL, &values[i]), 0);
    }
    r = calc_eval(c, values, &result);
    calc_free(c);
    if (r != CALC_DONE)
        return r == CALC_BY_ZERO ? "by zero" : "too long";
    out[exact_format(out, &result)] = '\0';
    return out;
}

TEST(values)
{
    static const char *const cases[][2] = {
        {"1", "1"},
        {"a", "12"},
        {"a+b", "17"},
        {"a - b - 1", "6"},
        {"2 + 3 * 4", "14"},
        {"(2 + 3) * 4", "20"},
        {"a / b / 2", "1.2"},
        {"-a + b", "-7"},
        {"- - 3", "3"},
        {"2 * -3", "-6"},
        {"2--3", "5"},
        {"0.1 + 0.2", "0.3"},
        {"a / c", "by zero"},
        {"c / a", "0"},
        {"1 / (c * 4)", "by zero"},
        {"12345678901234567891 * 12345678901234567891.5", "too long"},
        {"99999999999999999999999999999999999999 + 0.1", "too long"},
        {"min(a, b) + max(a,b)", "17"},
        {"min(min(3, 2), 1 + 1.5)", "2"},
        {"max(-1, -2)", "-1"},
        {"${content-length} * 8", "16"},
        {"${ a }*2", "24"},
        {"d.e*3", "0.3"},
        {"time(x) - 1.5", "0.5"},
        {"time(${x-y}) - 1.5", "0.5"},
        {"@timestamp + x9", "4"},
        {"a - 500ms", "11.5"},
        {"2KiB + 1", "2049"},
        {"1e-3 + 1E+2", "100.001"},
        {"10% * a", "1.2"},
        {".5 + 5.", "5.5"},
        {"min", "2"},
        {"((((((((((1))))))))))", "1"},
        {"a*a*a*a*a*a*a*a*a*a", "61917364224"},
        {"\xd0\xb0 + 1", "3"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(strcmp(value(cases[i][0]), cases[i][1]) == 0, "%s = %s, not %s", cases[i][0],
                      value(cases[i][0]), cases[i][1]);
}

TEST(a_field_is_asked_for_once)
{
    struct buf err = BUF_INIT;
    size_t offset;
    struct calc *c =
        calc_new(SLICE("hits / (hits + misses) + time(hits) + ${hits}"), &err, &offset);

    ck_assert_uint_eq(calc_nfields(c), 3);
    ck_assert_str_eq(calc_field(c, 0), "hits");
    ck_assert_str_eq(calc_field(c, 1), "misses");
    ck_assert_str_eq(calc_field(c, 2), "hits");
    ck_assert(!calc_field_is_time(c, 0) && calc_field_is_time(c, 2));
    calc_free(c);
}

TEST(mistakes_and_where)
{
    static const struct {
        const char *text;
        size_t offset;
        const char *why;
    } cases[] = {
        {"", 0, "a number, a field or ( is missing at the end"},
        {"a +", 3, "missing at the end"},
        {"a + * b", 4, "must stand here"},
        {"a b", 2, "an operator is missing here"},
        {"(a", 2, "lacks its `)`"},
        {"a)", 1, "a `)` too many"},
        {"a % b", 2, "an operator is missing here"},
        {"a == b", 2, "an operator is missing here"},
        {"$a + 1", 0, "a field is written by its name alone"},
        {"\"a\" + 1", 0, "a quote"},
        {"${a", 0, "lacks its `}`"},
        {"${a b}", 0, "is no field name"},
        {"${}", 0, "is no field name"},
        {"1 + 12abc", 4, "\"12abc\" is no number"},
        {"1.2.3", 0, "is no number"},
        {"123456789012345678901234567890123456789", 0, "is no number"},
        {"sum(a, b)", 0, "unknown function \"sum\""},
        {"tim(a)", 0, "did you mean \"time\"?"},
        {"min(a)", 5, "min takes two values: min(a, b)"},
        {"max(a, b, c)", 8, "max lacks its `)`"},
        {"time(a + 1)", 7, "time takes one field: time(FIELD)"},
        {"time()", 5, "time takes one field: time(FIELD)"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf err = BUF_INIT;
        size_t offset = 0;
        struct calc *c = calc_new(slice_str(cases[i].text), &err, &offset);

        ck_assert_msg(c == NULL, "%s was accepted", cases[i].text);
        ck_assert_msg(strstr(err.p, cases[i].why) && offset == cases[i].offset, "%s: %zu: %s",
                      cases[i].text, offset, err.p);
        buf_release(&err);
    }
}

/* What a stack must hold is bounded before anything is put there. */
TEST(bounds)
{
    struct buf deep = BUF_INIT, wide = BUF_INIT, many = BUF_INIT, err = BUF_INIT;
    size_t offset;

    for (int i = 0; i < 100; i++)
        buf_str(&deep, i % 2 ? "(" : "-");
    ck_assert_ptr_null(calc_new(buf_all(&deep), &err, &offset));
    ck_assert_ptr_nonnull(strstr(err.p, "inside one another"));
    for (int i = 0; i < 200; i++)
        buf_fmt(&wide, "%s1", i ? "+" : "");
    buf_clear(&err);
    ck_assert_ptr_null(calc_new(buf_all(&wide), &err, &offset));
    ck_assert_ptr_nonnull(strstr(err.p, "more than 256"));
    for (int i = 0; i <= CALC_FIELDS_MAX; i++)
        buf_fmt(&many, "%sf%d", i ? "+" : "", i);
    buf_clear(&err);
    ck_assert_ptr_null(calc_new(buf_all(&many), &err, &offset));
    ck_assert_ptr_nonnull(strstr(err.p, "more than 32 fields"));
    buf_release(&deep);
    buf_release(&wide);
    buf_release(&many);
    buf_release(&err);
}
