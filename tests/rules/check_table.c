/* Tables from files: what is read of CSV and TSV. */
#include "config.h"

#include "suite.h"

#include "rules/table.h"

#include <stdio.h>

static struct table *read_text(const char *text, bool is_tsv, struct mistakes *m)
{
    struct buf copy = BUF_INIT;

    buf_str(&copy, text);
    return table_new(&copy, "t.csv", is_tsv, m);
}

static const char *find(const struct table *t, const char *value)
{
    static char out[100];
    struct slice result;

    if (!table_find(t, slice_str(value), &result))
        return "(none)";
    snprintf(out, sizeof out, "%.*s", SLICE_FMT(result));
    return out;
}

TEST(values_and_results)
{
    static const char *const cases[][3] = {
        {"a,1\nb,2", "b", "2"},
        {"a,1\r\nb,2\r\n", "a", "1"},
        {"\xEF\xBB\xBF\"a\",1", "a", "1"},
        {"\"a,b\",\"1\"\"2\"\n", "a,b", "1\"2"},
        {"\"a\nb\",1\r\nc,2", "a\nb", "1"},
        {"\"a\",\"1\"\r\nc,2", "c", "2"},
        {"a,", "a", ""},
        {",1", "", "1"},
        {"*,star\n", "x", "(none)"},
        {"*,star\n", "*", "star"},
        {" a , 1 ", " a ", " 1 "},
        {"", "", "(none)"},
        {"\n\n", "", "(none)"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mistakes m = MISTAKES_INIT;
        struct table *t = read_text(cases[i][0], false, &m);

        ck_assert_msg(m.n == 0, "%s: %s", cases[i][0], m.n ? m.list[0].text : "");
        ck_assert_str_eq(find(t, cases[i][1]), cases[i][2]);
        table_free(t);
    }
}

TEST(files_that_differ_have_other_fingerprints)
{
    static const char *const texts[] = {"",    "a,1",      "a,1\n",    "a,2",
                                        "b,1", "a,1\nb,1", "a,1\nb,2", "a,\"1\""};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            struct mistakes m = MISTAKES_INIT;
            struct table *a = read_text(texts[i], false, &m), *b = read_text(texts[k], false, &m);

            if ((table_fingerprint(a) == table_fingerprint(b)) != (i == k))
                ck_abort_msg("%s and %s", texts[i], texts[k]);
            table_free(a);
            table_free(b);
        }
}

TEST(a_dash_is_warned_of)
{
    struct mistakes m = MISTAKES_INIT;
    struct table *t = read_text("a,1\n-,2\n-,2\n", false, &m);

    ck_assert_uint_eq(m.nwarnings, 1);
    ck_assert_int_eq(m.list[0].line, 2);
    ck_assert_str_eq(m.list[0].text,
                     "a field that is - counts as missing, which is a row without VALUE: ,2");
    ck_assert_uint_eq(m.nmistakes, 0);
    table_free(t);
    mistakes_release(&m);
}

TEST(tabs_divide_and_quotes_are_text)
{
    struct mistakes m = MISTAKES_INIT;
    struct table *t = read_text("\"a\"\t1,2\nb\t\n", true, &m);

    ck_assert_uint_eq(m.n, 0);
    ck_assert_str_eq(find(t, "\"a\""), "1,2");
    ck_assert_str_eq(find(t, "b"), "");
    table_free(t);
}

/* A file with another separator is not a million mistakes. */
TEST(mistakes_are_bounded)
{
    struct buf text = BUF_INIT;
    struct mistakes m = MISTAKES_INIT;
    struct table *t;

    for (int i = 0; i < 1000; i++)
        buf_fmt(&text, "a;%d\n", i);
    t = table_new(&text, "t.csv", false, &m);
    ck_assert_uint_eq(m.nmistakes, 20);
    ck_assert_int_eq(m.list[19].line, 20);
    table_free(t);
    mistakes_release(&m);
}
