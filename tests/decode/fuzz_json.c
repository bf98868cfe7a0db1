/* Fuzzes the JSON scanner: whatever the bytes, json_fields finds what json_each says is there,
 * json_members takes apart what json_each takes, and no byte outside of the line is touched. */
#include "config.h"

#include "decode/slots.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"a", "a.b", "msg", "a.0", "", "level"};

enum { N = sizeof names / sizeof *names };

static void pass(void *ctx, struct slice name, const struct field *value)
{
    (void)ctx;
    (void)name;
    (void)value;
}

/* Each member is one value, whole. */
static bool count(void *ctx, const struct field *key, const struct field *value,
                  struct slice written)
{
    unsigned *n = ctx;

    if (written.n < value->n || key->p == NULL)
        abort();
    return ++*n < 8;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fieldnames *want = fieldnames_new(names, N);

    struct slice text = slice_make((const char *)data, size);
    unsigned members = 0;
    size_t at = 0;

    while (at < size && memchr(" \t\r\n", text.p[at], 4))
        at++;
    bool array = at < size && text.p[at] == '[';

    if (slots_differ(SCAN_JSON, text, names, N, want))
        abort();
    if (json_members(text, count, &members) != json_each(text, pass, NULL) && !array)
        abort();
    fieldnames_free(want);
    return 0;
}
