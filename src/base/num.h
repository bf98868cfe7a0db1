/* num -- numbers as logs write them, and as Prometheus wants them.
 *
 * A value and its unit are ONE decimal number, rounded once to the nearest double: "30e9" ns is
 * exactly 30 and "12.345" ms is the double nearest to 0.012345. (30e9 * 1e-9 would be
 * 30.000000000000004 and land in the wrong bucket.) Nothing here depends on the locale. */
#ifndef LT_BASE_NUM_H
#define LT_BASE_NUM_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum unit_kind {
    UNIT_NONE, /* a bare number */
    UNIT_TIME, /* to seconds:  ns us µs(U+00B5, U+03BC) ms s min m h d, and as words up to weeks;
                  "1h2m3.5s", "0:00:31.877", "1 day, 0:00:03" */
    UNIT_SIZE, /* to bytes:    B kB KB MB GB TB (1000), K M G T, Ki.. and KiB.. (1024) */
    UNIT_PERCENT, /* to a ratio:  "45 %", "45%" */
    UNIT_DIVISOR, /* the number divided by `div`; carries no unit of its own */
};

/* The factor mul * 10^exp10 / div; zero-initialised it is not valid, use UNIT_PLAIN. */
struct unit {
    enum unit_kind kind;
    uint64_t mul; /* TiB is 2^40 */
    int exp10;
    uint32_t div;
};

#define UNIT_PLAIN ((struct unit){UNIT_NONE, 1, 0, 1})

/* The result: `d` is always valid and finite. If `integral`, the value is a non-negative integer
 * below 2^64 and `u` holds it exactly (d may then have lost bits). */
struct num {
    double d;
    uint64_t u;
    bool integral;
};

/* The value of key `unit`: ns us ms s min h, B KiB .. TB, percent, or "1/1000". 0 or -EINVAL. */
int unit_parse(struct slice s, struct unit *ret_unit);

/* A bare number (sign, digits, optional point, exponent, nothing else; "true" is 1, "false" is 0)
 * times the unit; or, where the unit is of kind TIME, SIZE or PERCENT, a value that carries its own
 * unit of that kind, which wins. Blanks around are not accepted. Never NaN or Inf: -EINVAL (also
 * for what overflows a double). Negative values are accepted (`integral` is false then). */
int num_parse(struct slice s, const struct unit *unit, struct num *ret_num);

/* A number for a person's file: a bare number, or one with a unit of any kind ("1s", "10MiB",
 * "5%"); *ret_kind says which kind it carried (UNIT_NONE: bare). 0 or -EINVAL. */
int num_parse_any(struct slice s, struct num *ret_num, enum unit_kind *ret_kind);

/* Configuration: "10s", "1h30m" to nanoseconds; "256B", "1MiB", "10kB" to bytes. A unit is a must,
 * but for a bare 0. 0 or -EINVAL (-ERANGE when it does not fit). */
int duration_parse(struct slice s, int64_t *ret_ns);
int size_parse(struct slice s, uint64_t *ret_bytes);

/* Longest output of the functions below, with NUL. */
#define NUM_TEXT 32

/* Shortest decimal that reads back as the same double; plain ("10", "0.005") while the exponent is
 * at least -4 and below 21, else "1e+21"; "NaN", "+Inf", "-Inf". Returns the length. */
size_t num_format(char out[NUM_TEXT], double v);
/* Canonical le as Prometheus' labels.FormatOpenMetricsFloat: "1.0", "0.005", "1e+06", "+Inf". */
size_t num_format_le(char out[NUM_TEXT], double v);
size_t num_format_u64(char out[NUM_TEXT], uint64_t v);
/* For people: "1.5s", "850µs", "1h2m3s"; "12.3 MiB". */
size_t num_format_duration(char out[NUM_TEXT], double seconds);
size_t num_format_bytes(char out[NUM_TEXT], double bytes);

/* Neumaier's compensated sum (Zeitschrift fuer Angewandte Mathematik und Mechanik 54, 1974): the
 * result is sum + comp, off by a few ulp however many values were added, in whatever order. */
struct nsum {
    double sum, comp;
};

static inline void nsum_add(struct nsum *s, double v)
{
    double t = s->sum + v;

    if (__builtin_fabs(s->sum) >= __builtin_fabs(v))
        s->comp += (s->sum - t) + v;
    else
        s->comp += (v - t) + s->sum;
    s->sum = t;
}

/* A sum that grew beyond what a double holds is infinite; its comp then means nothing. */
static inline double nsum_value(const struct nsum *s)
{
    return __builtin_isfinite(s->sum) ? s->sum + s->comp : s->sum;
}

static inline void nsum_merge(struct nsum *s, const struct nsum *more)
{
    nsum_add(s, more->sum);
    if (__builtin_isfinite(more->sum))
        nsum_add(s, more->comp);
}

#endif
