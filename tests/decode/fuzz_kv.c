/* Fuzzes the reader of pairs between text: whatever the bytes, kv_fields finds what kv_each says is
 * there, and no byte outside of the line is touched. */
#include "config.h"

#include "decode/slots.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"a", "a.b", "msg", "time", "_", "@t"};

enum { N = sizeof names / sizeof *names };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fieldnames *want = fieldnames_new(names, N);

    if (slots_differ(SCAN_KV, slice_make((const char *)data, size), names, N, want))
        abort();
    fieldnames_free(want);
    return 0;
}
