/* check_jsonout -- commas where they belong, and any bytes as valid JSON. */
#include "config.h"

#include "suite.h"

#include "base/jsonout.h"

#include <math.h>

static void expect(struct buf *out, const char *want)
{
    ck_assert_str_eq(out->p, want);
    buf_release(out);
}

TEST(commas_stand_between_values_only)
{
    struct buf out = BUF_INIT;
    struct jsonout j = {&out, true};

    jsonout_open(&j, '{');
    jsonout_key(&j, "a");
    jsonout_open(&j, '[');
    jsonout_close(&j, ']');
    jsonout_key(&j, "b");
    jsonout_open(&j, '[');
    jsonout_u64(&j, UINT64_MAX);
    jsonout_open(&j, '{');
    jsonout_close(&j, '}');
    jsonout_word(&j, SLICE("null"));
    jsonout_close(&j, ']');
    jsonout_close(&j, '}');
    expect(&out, "{\"a\":[],\"b\":[18446744073709551615,{},null]}");
}

TEST(texts_are_escaped_and_cleaned)
{
    struct buf out = BUF_INIT;
    struct jsonout j = {&out, true};

    jsonout_open(&j, '[');
    jsonout_text(&j, SLICE(""));
    jsonout_text(&j, SLICE("a\"b\\c\nd\te\x7f/"));
    jsonout_text(&j, SLICE("\xc2\x9b\xc2\xa0\xe2\x80\xae\xe2\x80\x94"));
    jsonout_text(&j, SLICE("\xd0\xb6 \xff\xc3 x"));
    jsonout_text(&j, SLICE("a\0b"));
    jsonout_close(&j, ']');
    expect(&out, "[\"\",\"a\\\"b\\\\c\\nd\\u0009e\\u007f/\","
                 "\"\\u009b\xc2\xa0\\u202e\xe2\x80\x94\","
                 "\"\xd0\xb6 \xef\xbf\xbd\xef\xbf\xbd x\",\"a\xef\xbf\xbd"
                 "b\"]");
}

TEST(what_is_no_number_in_json_is_a_text)
{
    struct buf out = BUF_INIT;
    struct jsonout j = {&out, true};

    jsonout_open(&j, '[');
    jsonout_number(&j, 0.25);
    jsonout_number(&j, -1e30);
    jsonout_number(&j, (double)NAN);
    jsonout_number(&j, -(double)INFINITY);
    jsonout_close(&j, ']');
    expect(&out, "[0.25,-1e+30,\"NaN\",\"-Inf\"]");
}
