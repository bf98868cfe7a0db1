/* numhuman -- durations and sizes for people: three digits and a unit, nothing that has to be read
 * back. Without printf, whose decimal point is the locale's. */
#include "config.h"

#include "base/num.h"

#include <math.h>

static size_t put_unit(char *out, size_t n, const char *unit)
{
    size_t len = strlen(unit);

    memcpy(out + n, unit, len + 1);
    return n + len;
}

/* v >= 0 to three digits; whole numbers stay whole. */
static size_t put_rounded(char *out, double v)
{
    double scale = v < 9.995 ? 100 : v < 99.95 ? 10 : 1;

    return num_format(out, round(v * scale) / scale);
}

static size_t put_part(char *out, size_t n, uint64_t v, const char *unit)
{
    return v ? put_unit(out, n + num_format_u64(out + n, v), unit) : n;
}

/* v >= 59.95: "1h2m3s", parts that are 0 left out. */
static size_t put_clock(char *out, double v)
{
    uint64_t s;
    size_t n;

    if (v >= 1e15) /* 30 million years: only the size of it matters */
        return put_unit(out, num_format_le(out, v), "s");
    s = (uint64_t)llround(v);
    n = put_part(out, 0, s / 3600, "h");
    n = put_part(out, n, s / 60 % 60, "m");
    return put_part(out, n, s % 60, "s");
}

/* v > 0 */
static size_t put_duration(char *out, double v)
{
    if (v >= 59.95)
        return put_clock(out, v);
    if (v >= 0.9995)
        return put_unit(out, put_rounded(out, v), "s");
    if (v >= 0.0009995)
        return put_unit(out, put_rounded(out, v * 1e3), "ms");
    if (v >= 0.0000009995)
        return put_unit(out, put_rounded(out, v * 1e6), "\xc2\xb5s");
    return put_unit(out, put_rounded(out, v * 1e9), "ns");
}

size_t num_format_duration(char out[NUM_TEXT], double seconds)
{
    if (!isfinite(seconds))
        return num_format(out, seconds);
    if (seconds == 0)
        return put_unit(out, 0, "0s");
    if (seconds > 0)
        return put_duration(out, seconds);
    out[0] = '-';
    return 1 + put_duration(out + 1, -seconds);
}

size_t num_format_bytes(char out[NUM_TEXT], double bytes)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    size_t n = 0, unit = 0;

    if (!isfinite(bytes))
        return num_format(out, bytes);
    if (bytes < 0) {
        out[n++] = '-';
        bytes = -bytes;
    }
    while (bytes >= 1023.5 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1024;
        unit++;
    }
    if (bytes >= 1e15)
        return put_unit(out, n + num_format_le(out + n, bytes), units[unit]);
    return put_unit(out, n + put_rounded(out + n, bytes), units[unit]);
}
