/* Fuzzer: any bytes as a template, in the lines behind it the texts of its fields. Making and
 * evaluating must neither crash nor leak, nor write more than is allowed; a filter that makes a
 * text plain leaves what is plain already. */
#include "config.h"

#include "rules/filter.h"
#include "rules/template.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void eval(const struct template *t, struct slice rest)
{
    struct slice values[TEMPLATE_FIELDS_MAX];
    struct buf out = BUF_INIT;

    assert(template_nfields(t) <= TEMPLATE_FIELDS_MAX);
    for (unsigned i = 0; i < template_nfields(t); i++) {
        assert(template_field(t, i)[0] != '\0');
        values[i] = (struct slice){"", 0};
        (void)slice_cut(&rest, '\n', &values[i]);
    }
    template_eval(t, values, &out);
    assert(out.n <= TEMPLATE_BYTES_MAX);
    buf_release(&out);
}

static void twice_is_once(struct slice text)
{
    static const char *const plain[] = {"lower", "upper", "route", "class", "basename"};

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        const struct filter *f = filter_find(slice_str(plain[i]));
        struct buf once = BUF_INIT, twice = BUF_INIT;

        f->fn(text, SLICE(""), &once);
        f->fn(buf_all(&once), SLICE(""), &twice);
        assert(slice_eq(buf_all(&once), buf_all(&twice)));
        buf_release(&once);
        buf_release(&twice);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size), text = {"", 0};
    struct buf err = BUF_INIT;
    struct template *t;

    (void)slice_cut(&rest, '\n', &text);
    t = template_new(text, &err);
    assert((t == NULL) == (err.n > 0));
    if (t)
        eval(t, rest);
    template_free(t);
    twice_is_once(slice_until(rest, "\n"));
    buf_release(&err);
    return 0;
}
