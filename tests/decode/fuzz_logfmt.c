/* Fuzzes the logfmt scanner: whatever the bytes, logfmt_fields finds what logfmt_each says is
 * there, and no byte outside of the line is touched. */
#include "config.h"

#include "decode/slots.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"a", "a.b", "msg", "time", "", "level"};

enum { N = sizeof names / sizeof *names };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fieldnames *want = fieldnames_new(names, N);
    enum scan_form form = size > 0 && data[0] & 1 ? SCAN_LENIENT : SCAN_LOGFMT;

    if (slots_differ(form, slice_make((const char *)data, size), names, N, want))
        abort();
    fieldnames_free(want);
    return 0;
}
