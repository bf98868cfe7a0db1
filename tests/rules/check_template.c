/* Templates of `set`, and every filter to the letter. */
#include "config.h"

#include "suite.h"

#include "rules/filter.h"
#include "rules/template.h"

#include <stdlib.h>

static struct template *make(const char *text)
{
    struct buf err = BUF_INIT;
    struct template *t = template_new(slice_str(text), &err);

    ck_assert_msg(t != NULL, "%s: %s", text, err.p);
    buf_release(&err);
    return t;
}

/* Every field is `value`. */
static void assert_is(const char *text, const char *value, const char *expected)
{
    struct template *t = make(text);
    struct slice values[TEMPLATE_FIELDS_MAX];
    struct buf out = BUF_INIT;

    for (unsigned i = 0; i < template_nfields(t); i++)
        values[i] = slice_str(value);
    template_eval(t, values, &out);
    buf_str(&out, "");
    ck_assert_msg(slice_eq(buf_all(&out), slice_str(expected)), "%s of \"%s\": \"%s\", not \"%s\"",
                  text, value, out.n ? out.p : "", expected);
    buf_release(&out);
    template_free(t);
}

static void assert_filter(const char *filter, const char *value, const char *expected)
{
    struct buf text = BUF_INIT;

    buf_fmt(&text, "${x|%s}", filter);
    assert_is(text.p, value, expected);
    buf_release(&text);
}

static void assert_refused(const char *text, const char *why)
{
    struct buf err = BUF_INIT;

    ck_assert_msg(template_new(slice_str(text), &err) == NULL, "%s was accepted", text);
    ck_assert_msg(strstr(err.p, why) != NULL, "%s: said \"%s\", not \"%s\"", text, err.p, why);
    buf_release(&err);
}

TEST(a_long_field_named_often_is_cut)
{
    size_t n = TEMPLATE_BYTES_MAX / 2 + 1;
    char *half = malloc(n + 1);
    struct template *t = make("${a}${a}${a}");
    struct slice values[] = {{half, n}, {half, n}, {half, n}};
    struct buf out = BUF_INIT;

    memset(half, 'x', n);
    half[n] = '\0';
    template_eval(t, values, &out);
    ck_assert_uint_eq(out.n, TEMPLATE_BYTES_MAX);
    buf_release(&out);
    template_free(t);
    free(half);
}

TEST(text_and_fields)
{
    assert_is("", "v", "");
    assert_is("plain", "v", "plain");
    assert_is("${a}", "v", "v");
    assert_is("<${a}:${b}>", "v", "<v:v>");
    assert_is("$${a}", "v", "${a}");
    assert_is("a $${b} ${c}", "v", "a ${b} v");
    assert_is("$$", "v", "$$");
    assert_is("5 $", "v", "5 $");
    assert_is("$1", "v", "$1");
    assert_is("100 %s", "v", "100 %s");
    assert_is("${ a | upper }", "v", "V");
    assert_is("${a.b-c_d/e}", "v", "v");
    assert_is("${a}", "", "");
}

TEST(fields_are_known_by_number)
{
    struct template *t = make("${a}${b|upper}${a|default(q)}");

    ck_assert_uint_eq(template_nfields(t), 3);
    ck_assert_str_eq(template_field(t, 0), "a");
    ck_assert_str_eq(template_field(t, 1), "b");
    ck_assert_str_eq(template_field(t, 2), "a");
    ck_assert(!template_has_default(t, 0));
    ck_assert(!template_has_default(t, 1));
    ck_assert(template_has_default(t, 2));
    template_free(t);
}

TEST(mistakes)
{
    assert_refused("$name", "a field is written ${name}");
    assert_refused("a $b_c.d e", "`$b_c.d` is plain text");
    assert_refused("${a", "lacks its `}`");
    assert_refused("${}", "names no field");
    assert_refused("${|upper}", "names no field");
    assert_refused("${a b}", "is no field name");
    assert_refused("${a|default(\"none\")}", "\"none\" is quoted; leave the quotes out");
    assert_refused("${a|uper}", "did you mean \"upper\"");
    assert_refused("${a|nothing_like_it}", "there are: lower upper");
    assert_refused("${a|}", "unknown filter \"\"");
    assert_refused("${a|default}", "wants a value");
    assert_refused("${a|upper(x)}", "takes no value");
    assert_refused("${a|default(x}", "lacks its `)`");
    assert_refused("${a|lower|lower|lower|lower|lower|lower|lower|lower|lower}", "more than 8");
}

TEST(filters_run_one_after_the_other)
{
    assert_is("${a|lower|upper|lower}", "aB", "ab");
    assert_is("${a|default(X)|lower}", "", "x");
    assert_is("${a|lower|default(X)}", "", "X");
    assert_is("${a|lower|default(X)|upper|lower|route}", "", "x");
    assert_is("${a|first|default(none)|upper}", " , ", "NONE");
    assert_is("${a|upper|first|lower|default(n)|upper|last}", "b, c", "B");
}

TEST(lower_and_upper_are_ascii)
{
    assert_filter("lower", "AZaz09_\xc3\x89", "azaz09_\xc3\x89");
    assert_filter("upper", "AZaz09_\xc3\xa9", "AZAZ09_\xc3\xa9");
}

TEST(route_of_a_url)
{
    static const char *const cases[][2] = {
        {"/api/chat", "/api/chat"},
        {"/", "/"},
        {"/api/42", "/api/:id"},
        {"/42", "/:id"},
        {"42", ":id"},
        {"/api/42/", "/api/:id/"},
        {"/api//42", "/api//:id"},
        {"/api/42a", "/api/42a"},
        {"/api/-42", "/api/-42"},
        {"/v1/users/7/orders/0012", "/v1/users/:id/orders/:id"},
        {"/s/123e4567-e89b-12d3-a456-426614174000", "/s/:id"},
        {"/s/123E4567-E89B-12D3-A456-426614174000/x", "/s/:id/x"},
        {"/s/123e4567e89b12d3a456426614174000", "/s/123e4567e89b12d3a456426614174000"},
        {"/s/123e4567-e89b-12d3-a456-42661417400g", "/s/123e4567-e89b-12d3-a456-42661417400g"},
        {"/api?x=42/42", "/api"},
        {"/api/42?q=1", "/api/:id"},
        {"/api/42#top", "/api/:id"},
        {"https://example.com/api/42?x=1", "/api/:id"},
        {"https://example.com:8443/api/42", "/api/:id"},
        {"https://example.com", "/"},
        {"https://example.com/", "/"},
        {"https://example.com?x=1", "/"},
        {"HTTP://user@h/9", "/:id"},
        {"/redirect/http://h/9", "/redirect/http://h/:id"},
        {"/a?u=http://h/9", "/a"},
        {"a:b", "a:b"},
        {"ws://h/ws/9", "/ws/:id"},
        {"?x", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_filter("route", cases[i][0], cases[i][1]);
}

TEST(class_of_a_status)
{
    assert_filter("class", "503", "5xx");
    assert_filter("class", "100", "1xx");
    assert_filter("class", "200", "2xx");
    assert_filter("class", "600", "600");
    assert_filter("class", "099", "099");
    assert_filter("class", "20", "20");
    assert_filter("class", "2000", "2000");
    assert_filter("class", "ok", "ok");
    assert_filter("class", "2x0", "2x0");
}

TEST(host_of_a_url)
{
    assert_filter("host", "Example.COM", "example.com");
    assert_filter("host", "https://Example.COM/x", "example.com");
    assert_filter("host", "https://user:pw@Example.COM:8443/x?y#z", "example.com");
    assert_filter("host", "example.com:80", "example.com");
    assert_filter("host", "http://h?a@b", "h");
    assert_filter("host", "http://h/a@b", "h");
    assert_filter("host", "http://a@b@h:1", "h");
    assert_filter("host", "[::1]:80", "::1");
    assert_filter("host", "http://[FE80::1]/", "fe80::1");
    assert_filter("host", "fe80::1", "fe80::1");
    assert_filter("host", "h/x?u=http://other/", "h");
    assert_filter("host", "10.0.0.1:5432", "10.0.0.1");
    assert_filter("host", "http://", "");
}

TEST(what_follows_the_last_slash)
{
    assert_filter("basename", "/var/log/app.log", "app.log");
    assert_filter("basename", "app.log", "app.log");
    assert_filter("basename", "/var/log/", "log");
    assert_filter("basename", "/", "/");
    assert_filter("basename", "//", "/");
    assert_filter("basename", "/a", "a");
}

TEST(first_and_last_of_a_list)
{
    assert_filter("first", "10.0.0.1, 10.0.0.2", "10.0.0.1");
    assert_filter("last", "10.0.0.1, 10.0.0.2", "10.0.0.2");
    assert_filter("first", "a", "a");
    assert_filter("last", "a", "a");
    assert_filter("first", "0.1, 0.2 : 0.3", "0.1");
    assert_filter("last", "0.1, 0.2 : 0.3", "0.3");
    assert_filter("first", "10.0.0.1:80 : 10.0.0.2:80", "10.0.0.1:80");
    assert_filter("last", "10.0.0.1:80, 10.0.0.2:8080", "10.0.0.2:8080");
    assert_filter("last", "a, ", "a");
    assert_filter("first", ", ,", "");
    assert_filter("last", "unix:/run/a.sock, [::1]:80", "[::1]:80");
    assert_filter("first", "::1, ::2", "::1");
}

TEST(sum_of_a_list)
{
    assert_filter("sum", "0.1, 0.2 : 0.3", "0.6");
    assert_filter("sum", "0.010", "0.01");
    assert_filter("sum", "0.1, -, 0.2", "0.3");
    assert_filter("sum", "- : 5", "5");
    assert_filter("sum", "1,2,3", "6");
    assert_filter("sum", "1 2\t3", "6");
    assert_filter("sum", "-1, 3", "2");
    assert_filter("sum", "1e3, 1", "1001");
    assert_filter("sum", "0.1, x", "0.1, x");
    assert_filter("sum", "-, -", "-, -");
    assert_filter("sum", "abc", "abc");
    assert_filter("sum", "1e308, 1e308", "1e308, 1e308");
}

TEST(default_stands_in_for_what_is_missing)
{
    assert_filter("default(none)", "", "none");
    assert_filter("default(none)", "v", "v");
    assert_filter("default()", "", "");
    assert_filter("default(two words)", "", "two words");
    assert_filter("default((x))", "", "(x)");
    assert_filter("default(a,b)", "", "a,b");
}

TEST(every_filter_takes_any_bytes)
{
    for (const struct filter *f = filters; f->name; f++) {
        static const char bytes[] = "\0\xff:/@[,?#. \t-";

        for (size_t n = 0; n < sizeof bytes; n++) {
            for (size_t from = 0; from <= n; from++) {
                char *exact = malloc(n - from + 1);
                struct buf out = BUF_INIT;

                memcpy(exact, bytes + from, n - from);
                f->fn(slice_make(exact, n - from), SLICE("x"), &out);
                free(exact);
                buf_release(&out);
            }
        }
    }
}
