/* Fuzzer: a regex, what takes a match's place, and a text, a line each (the text is all the rest).
 * Replacing must end, never touch a byte outside of the text, and agree with matching; and each
 * match replaced by itself is the text as it was. */
#include "config.h"

#include "rules/replacement.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replace(struct pattern *p, struct slice by, struct slice text)
{
    struct matcher *m = matcher_new();
    enum pattern_result found = pattern_match(p, m, text), replaced;
    struct buf out = BUF_INIT;

    replaced = pattern_replace(p, m, by, text, &out);
    if (found == PATTERN_NO && replaced != PATTERN_ERROR)
        assert(replaced == PATTERN_NO && slice_eq(buf_all(&out), text));
    if (found == PATTERN_YES)
        assert(replaced != PATTERN_NO);
    buf_clear(&out);
    if (pattern_replace(p, m, SLICE("$0"), text, &out) == PATTERN_YES)
        assert(slice_eq(buf_all(&out), text));
    matcher_free(m);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size), regex = {"", 0}, by = {"", 0};
    struct buf err = BUF_INIT;
    size_t offset = 0;
    struct pattern *p;

    (void)slice_cut(&rest, '\n', &regex);
    (void)slice_cut(&rest, '\n', &by);
    p = pattern_new(regex, &err, &offset);
    assert((p == NULL) == (err.n > 0));
    assert(p || offset <= regex.n);
    if (p && replacement_check(p, by, &err))
        replace(p, by, rest);
    pattern_free(p);
    buf_release(&err);
    return 0;
}
