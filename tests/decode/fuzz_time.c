/* Fuzzer: any bytes as the format of a time, in the second line a text. What is read lies in the years
 * that there are, is the same with blanks around it, and the same once more when it is written as RFC
 * 3339; a time without a date is less than a day from the line before. */
#include "config.h"

#include "base/calendar.h"
#include "decode/linetime.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECOND INT64_C(1000000000)
#define DAY (86400 * SECOND)

static const struct zone utc;

static int64_t before(int64_t ns, int64_t unit)
{
    return ns / unit - (ns % unit < 0);
}

static void write_rfc3339(int64_t ns, char text[48])
{
    int64_t days = before(ns, DAY), second = (ns - days * DAY) / SECOND;
    int year = calendar_year(days), month = 12, day;

    while (calendar_days(year, month, 1) > days)
        month--;
    day = (int)(days - calendar_days(year, month, 1)) + 1;
    assert(calendar_has(year, month, day));
    snprintf(text, 48, "%04d-%02d-%02dT%02d:%02d:%02d.%09dZ", year, month, day,
             (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60),
             (int)(ns - before(ns, SECOND) * SECOND));
}

static void reads_again(int64_t ns)
{
    struct time_format *f = time_format_new(SLICE("rfc3339"), utc, NULL);
    int64_t again = 0;
    bool dated = false;
    char text[48];

    write_rfc3339(ns, text);
    assert(linetime_parse(slice_str(text), &f, 1, &TIME_BASE_NONE, &again, &dated) == 0);
    assert(again == ns && dated);
    time_format_free(f);
}

static void read_time(struct time_format *f, struct slice text, const struct time_base *base)
{
    struct buf wide = BUF_INIT;
    int64_t ns = 0, again = 1;
    bool dated = false, dated_again = true;

    if (linetime_parse(text, &f, 1, base, &ns, &dated) < 0)
        return;
    reads_again(ns);
    assert(dated || time_format_is_partial(f));
    if (!dated && base->last_ns != INT64_MIN)
        assert(ns - base->last_ns < DAY && base->last_ns - ns < DAY);
    buf_fmt(&wide, " \t%.*s  ", SLICE_FMT(text));
    assert(linetime_parse(buf_all(&wide), &f, 1, base, &again, &dated_again) == 0);
    assert(again == ns && dated_again == dated);
    buf_release(&wide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size), format = {"", 0};
    struct time_base after_a_line = TIME_BASE_NONE, first_of_a_file = TIME_BASE_NONE;
    struct buf err = BUF_INIT;
    struct time_format *f;

    after_a_line.last_ns = INT64_C(1762942530) * SECOND;
    first_of_a_file.latest_ns = INT64_C(1709211600) * SECOND;
    (void)slice_cut(&rest, '\n', &format);
    if (!rest.p)
        rest = SLICE("");
    if (format.n && memchr(format.p, '\0', format.n))
        return 0; /* no rules file has one */
    f = time_format_new(format, utc, &err);
    assert((f == NULL) == (err.n > 0));
    if (f) {
        read_time(f, rest, &after_a_line);
        read_time(f, rest, &first_of_a_file);
        read_time(f, rest, &TIME_BASE_NONE);
    }
    time_format_free(f);
    buf_release(&err);
    return 0;
}
