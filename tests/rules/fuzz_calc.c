/* Fuzzer: any bytes as an expression, behind a newline the values of its fields. Parsing and
 * evaluating must neither crash nor leak, and what is written of a result must read back as it. */
#include "config.h"

#include "rules/calc.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void eval(const struct calc *c, struct slice rest)
{
    struct exact values[CALC_FIELDS_MAX] = {0}, result, again;
    char text[EXACT_TEXT];
    struct slice word;

    for (unsigned i = 0; i < calc_nfields(c); i++) {
        assert(calc_field(c, i)[0] != '\0');
        if (!slice_cut(&rest, ' ', &word) || exact_parse(word, NULL, &values[i]) < 0)
            values[i] = exact_make((int64_t)i, 0);
    }
    if (calc_eval(c, values, &result) != CALC_DONE)
        return;
    assert(exact_parse(slice_make(text, exact_format(text, &result)), NULL, &again) == 0);
    assert(exact_cmp(&result, &again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size), text = {"", 0};
    struct buf err = BUF_INIT;
    size_t offset = 0;
    struct calc *c;

    (void)slice_cut(&rest, '\n', &text);
    c = calc_new(text, &err, &offset);
    assert((c == NULL) == (err.n > 0));
    assert(c || offset <= text.n);
    if (c)
        eval(c, rest);
    calc_free(c);
    buf_release(&err);
    return 0;
}
