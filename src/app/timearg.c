/* timearg -- read by the code that reads the times of lines, without a zone of its own: what has
 * none is UTC. */
#include "config.h"

#include "app/timearg.h"

#include "base/clock.h"
#include "decode/linetime.h"

#include <time.h>

int timearg_parse(struct slice text, int64_t *ret_ns)
{
    static const char *const formats[] = {"rfc3339", "unix", "%Y-%m-%d"};
    enum { FORMATS = sizeof formats / sizeof *formats };
    struct time_format *f[FORMATS];
    struct buf err = BUF_INIT;
    bool dated;

    for (int i = 0; i < FORMATS; i++)
        f[i] = time_format_new(slice_str(formats[i]), (struct zone){0}, &err);
    int r = linetime_parse(text, f, FORMATS, &TIME_BASE_NONE, ret_ns, &dated);

    for (int i = 0; i < FORMATS; i++)
        time_format_free(f[i]);
    buf_release(&err);
    return r < 0 ? r : 0;
}

void timearg_format(char out[TIMEARG_TEXT], int64_t ns)
{
    time_t seconds = (time_t)(ns / NSEC_PER_SEC);
    struct tm tm;

    strftime(out, TIMEARG_TEXT, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
}
