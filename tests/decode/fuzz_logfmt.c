/* Fuzzes the logfmt scanner: whatever the bytes, logfmt_fields finds what logfmt_each says is
 * there, and no byte outside of the line is touched. */
#include "config.h"

#include "decode/fields.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"a", "a.b", "msg", "time", "", "level"};

enum { N = sizeof names / sizeof *names };

struct firsts {
    struct field fields[N];
    struct arena scratch;
};

static void take_first(void *ctx, struct slice name, const struct field *value)
{
    struct firsts *f = ctx;
    struct field text = *value;

    for (int i = 0; i < N; i++)
        if (slice_eq(name, slice_str(names[i])) && f->fields[i].kind == FIELD_NONE)
            f->fields[i] = *value;
    field_unescape(&text, &f->scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fieldnames *want = fieldnames_new(names, N);
    bool lenient = size > 0 && data[0] & 1;
    struct slice line = {(const char *)data, size};
    struct field slots[N] = {0};
    uint16_t numbers[N + 1];
    struct touched touched = {numbers, 0};
    struct firsts firsts = {0};
    bool valid = logfmt_fields(line, lenient, want, slots, &touched);

    if (valid != logfmt_each(line, lenient, take_first, &firsts))
        abort();
    if (memcmp(slots, firsts.fields, sizeof slots) != 0)
        abort();
    arena_release(&firsts.scratch);
    fieldnames_free(want);
    return 0;
}
