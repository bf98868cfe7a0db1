/* Fuzzer: a regex and a text, a line and the rest. Where the regex is plain it finds what PCRE2 finds, and
 * no byte outside of the text is looked at. */
#include "config.h"

#include "rules/pattern.h"
#include "rules/plain.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same, which the plain way does not know. */
static struct pattern *for_pcre2(struct slice regex)
{
    struct buf text = BUF_INIT, err = BUF_INIT;
    size_t offset;

    buf_str(&text, "(?=)");
    buf_slice(&text, regex);
    struct pattern *p = pattern_new(buf_all(&text), &err, &offset);

    buf_release(&text);
    buf_release(&err);
    return p;
}

static void compare(const struct pattern *p, const struct pattern *q, struct slice text)
{
    struct matcher *m = matcher_new(), *n = matcher_new();
    enum pattern_result found = pattern_match(p, m, text), other = pattern_match(q, n, text);
    struct slice a = {"", 0}, b = {"", 0};

    if (other != PATTERN_ERROR) /* which it gave up at */
        assert(found == other);
    if (found == PATTERN_YES && other == PATTERN_YES) {
        a = matcher_span(m);
        b = matcher_span(n);
        assert(a.p == b.p && a.n == b.n);
        for (unsigned i = 0; i < pattern_ngroups(p); i++) {
            bool is = pattern_capture(p, m, i, &a);

            assert(is == pattern_capture(q, n, i, &b) && (!is || (a.p == b.p && a.n == b.n)));
        }
    }
    matcher_free(m);
    matcher_free(n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size), regex = {"", 0};
    struct buf err = BUF_INIT;
    size_t offset;

    (void)slice_cut(&rest, '\n', &regex);
    struct plain *plain = plain_new(regex);
    struct pattern *p = plain ? pattern_new(regex, &err, &offset) : NULL;
    struct pattern *q = p ? for_pcre2(regex) : NULL;

    if (q)
        compare(p, q, rest);
    plain_free(plain);
    pattern_free(p);
    pattern_free(q);
    buf_release(&err);
    return 0;
}
