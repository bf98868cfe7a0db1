/* Two expositions compared by number. */
#include "config.h"

#include "suite.h"

#include "offline/exposition.h"

#include <stdlib.h>

static void assert_diff(const char *expected, const char *got, const char *diff)
{
    struct exposition a = {0}, b = {0};
    struct buf out = BUF_INIT, err = BUF_INIT;

    ck_assert_msg(exposition_read(slice_str(expected), "a", &a, &err) == 0, "%s", err.p);
    ck_assert_msg(exposition_read(slice_str(got), "b", &b, &err) == 0, "%s", err.p);
    size_t n = exposition_diff(&a, &b, &out), lines = 0;

    for (size_t i = 0; i < out.n; i++)
        lines += out.p[i] == '\n';
    buf_str(&out, "");
    ck_assert_str_eq(out.n ? out.p : "", diff);
    ck_assert_uint_le(n, lines);
    ck_assert_int_eq(n == 0, diff[0] == '\0');
    exposition_release(&a);
    exposition_release(&b);
    buf_release(&out);
    buf_release(&err);
}

static void assert_refused(const char *text, const char *why)
{
    struct exposition s = {0};
    struct buf err = BUF_INIT;

    ck_assert_int_lt(exposition_read(slice_str(text), "x.prom", &s, &err), 0);
    ck_assert_str_eq(err.p, why);
    buf_release(&err);
}

TEST(order_of_lines_labels_and_comments_does_not_matter)
{
    assert_diff("# HELP a\n# TYPE a counter\na{x=\"1\",y=\"2\"} 1\nb 2\n",
                "b 2\n\na{y=\"2\", x=\"1\"} 1\n", "");
    assert_diff("", "# only a comment\n", "");
    assert_diff("a 1 1700000000\n", "a 1\n", "");
    assert_diff("a{x=\"1\",} 1\n", "a{x=\"1\"} 1\n", "");
    assert_diff("a{} 1\n", "a 1\n", "");
    assert_diff("  a 1  \r\n", "a 1\n", "");
}

TEST(numbers_are_compared_as_numbers)
{
    assert_diff("a 1\nb 0.5\nc 1e3\n", "a 1.0\nb 5e-1\nc 1000\n", "");
    assert_diff("a 18446744073709551615\n", "a 18446744073709551614\n",
                "  - a 18446744073709551615\n  + a 18446744073709551614\n");
    assert_diff("a 18446744073709551616\nb 1e20\n",
                "a 18446744073709551616.0\nb 100000000000000000000\n", "");
    assert_diff("a 20000000000000000000\n", "a 30000000000000000000\n",
                "  - a 20000000000000000000\n  + a 30000000000000000000\n");
    assert_diff("a NaN\nb +Inf\n", "a NaN\nb +Inf\n", "");
    assert_diff("a NaN\n", "a 1\n", "  - a NaN\n  + a 1\n");
    assert_diff("a +Inf\n", "a -Inf\n", "  - a +Inf\n  + a -Inf\n");
    assert_diff("a 0.3\n", "a 0.30000000000000004\n", "  - a 0.3\n  + a 0.30000000000000004\n");
}

TEST(a_sum_may_differ_a_little)
{
    assert_diff("a_sum 0.3\n", "a_sum 0.30000000000000004\n", "");
    assert_diff("a_sum 1\n", "a_sum 1.00001\n", "  - a_sum 1\n  + a_sum 1.00001\n");
    assert_diff("a_sum 0\n", "a_sum 1e-12\n", "  - a_sum 0\n  + a_sum 1e-12\n");
    assert_diff("a_count 1\n", "a_count 1.0000000001\n",
                "  - a_count 1\n  + a_count 1.0000000001\n");
}

TEST(le_is_one_number_however_it_is_written)
{
    assert_diff("a_bucket{le=\"1\"} 1\na_bucket{le=\"0.50\"} 1\na_bucket{le=\"+Inf\"} 2\n",
                "a_bucket{le=\"1.0\"} 1\na_bucket{le=\"0.5\"} 1\na_bucket{le=\"+Inf\"} 2\n", "");
    assert_diff("a{x=\"1\"} 1\n", "a{x=\"1.0\"} 1\n", "  - a{x=\"1\"} 1\n  + a{x=\"1.0\"} 1\n");
}

TEST(what_is_missing_and_what_is_too_much)
{
    assert_diff("a 1\nb 1\n", "b 1\nc 1\n", "  - a 1\n  + c 1\n");
    assert_diff("a 1\n", "", "  - a 1\n");
    assert_diff("", "a 1\n", "  + a 1\n");
    assert_diff("a{x=\"1\"} 1\n", "a{x=\"2\"} 1\n", "  - a{x=\"1\"} 1\n  + a{x=\"2\"} 1\n");
    assert_diff("a 1\na 1\n", "a 1\n", "  - a 1\n");
}

TEST(label_values_may_hold_anything)
{
    assert_diff("a{x=\"}, y=\\\"1\\\" # \\\\\"} 1\n", "a{x=\"}, y=\\\"1\\\" # \\\\\"} 1\n", "");
    assert_diff("a{x=\"\xc3\xa9 { \"} 1\n", "a{x=\"\xc3\xa9 { \"} 1\n", "");
}

TEST(what_is_no_sample_is_said_with_its_line)
{
    assert_refused("a 1\n\nb\n", "x.prom:3: this is no sample: b");
    assert_refused("a{x=\"1\" 1\n", "x.prom:1: this is no sample: a{x=\"1\" 1");
    assert_refused("a{x=1} 1\n", "x.prom:1: this is no sample: a{x=1} 1");
    assert_refused("a{x=\"1} 1\n", "x.prom:1: this is no sample: a{x=\"1} 1");
    assert_refused("{} 1\n", "x.prom:1: this is no sample: {} 1");
    assert_refused("a one\n", "x.prom:1: this is no sample: a one");
    assert_refused("a 1x\n", "x.prom:1: this is no sample: a 1x");
}

TEST(no_beginning_of_a_page_is_read_beyond_its_end)
{
    static const char page[] = "a_bucket{x=\"\\\"}\",le=\"0.5\"} 1 2\n# x\nb +Inf\n";

    for (size_t n = 0; n < sizeof page; n++) {
        char *exact = malloc(n + 1);
        struct exposition s = {0};
        struct buf err = BUF_INIT;

        memcpy(exact, page, n);
        if (exposition_read(slice_make(exact, n), "p", &s, &err) == 0)
            exposition_release(&s);
        free(exact);
        buf_release(&err);
    }
}
