/* when -- see the header. */
#include "config.h"

#include "cmd/when.h"

#include "rules/linetime.h"

int when_parse(struct slice text, int64_t *ret_ns)
{
    static const char *const formats[] = {"rfc3339", "unix"};
    struct time_format *f[2];
    struct buf err = BUF_INIT;
    bool dated;

    for (int i = 0; i < 2; i++)
        f[i] = time_format_new(slice_str(formats[i]), (struct zone){0}, &err);
    int r = linetime_parse(text, f, 2, INT64_MIN, ret_ns, &dated);

    for (int i = 0; i < 2; i++)
        time_format_free(f[i]);
    buf_release(&err);
    return r;
}
