/* Fuzzer: any bytes as a table, CSV or TSV by their number. Reading must neither crash nor leak, and
 * a text that is written as one field is found again. */
#include "config.h"

#include "rules/table.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mistakes m = MISTAKES_INIT;
    struct buf text = BUF_INIT;
    struct slice all = slice_make((const char *)data, size), result;
    struct table *t;

    buf_slice(&text, all);
    t = table_new(&text, "t", size % 2, &m);
    table_find(t, all, &result);
    table_free(t);
    mistakes_release(&m);
    m = MISTAKES_INIT;
    buf_char(&text, '"');
    for (size_t i = 0; i < size; i++) {
        buf_char(&text, (char)data[i]);
        if (data[i] == '"')
            buf_char(&text, '"');
    }
    buf_str(&text, "\",found");
    t = table_new(&text, "t", false, &m);
    assert(m.n > 0 || (table_find(t, all, &result) && slice_eq(result, SLICE("found"))));
    table_free(t);
    mistakes_release(&m);
    return 0;
}
