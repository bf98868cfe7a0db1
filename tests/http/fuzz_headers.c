/* Fuzzes what a client says of itself, a header a line: Accept, Accept-Encoding, Sec-Fetch-Site,
 * Origin, Host. None of it may reach past its end; without them a client is no browser. */
#include "config.h"

#include "http/negotiate.h"
#include "http/origin.h"

#include "base/slice.h"
#include "base/xalloc.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size), line;
    char *header[HEADERS] = {NULL};

    for (int i = 0; i < HEADERS && slice_cut(&rest, '\n', &line); i++)
        header[i] = memchr(line.p, '\0', line.n) ? NULL : xstrslice(line);
    (void)negotiate_openmetrics(header[0]);
    (void)negotiate_coding(header[1]);
    (void)origin_is_foreign(header[2], header[3], header[4], "machine");
    assert(!origin_is_foreign(NULL, NULL, header[4], "machine"));
    for (int i = 0; i < HEADERS; i++)
        free(header[i]);
    return 0;
}
