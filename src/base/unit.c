/* unit -- one table of unit names and their exact factors.
 *
 * A rule's key `unit` and a value in a log know nearly the same names; the flags say where they
 * differ: "m" is minutes in Go's durations but too short to be clear in a rule, and a rule spells
 * percent out. Decimal and binary sizes are told apart strictly: "KB" is neither. */
#include "config.h"

#include "base/unit.h"

#include <errno.h>

enum { IN_KEY = 1, IN_VALUE = 2, EVERYWHERE = IN_KEY | IN_VALUE };

static const struct {
    struct slice name;
    unsigned where;
    struct unit unit;
} units[] = {
    {{"ms", 2}, EVERYWHERE, {UNIT_TIME, 1, -3, 1}},
    {{"\xc2\xb5s", 3}, EVERYWHERE, {UNIT_TIME, 1, -6, 1}}, /* U+00B5, as Go prints it */
    {{"\xce\xbcs", 3}, EVERYWHERE, {UNIT_TIME, 1, -6, 1}}, /* U+03BC, the Greek letter */
    {{"us", 2}, EVERYWHERE, {UNIT_TIME, 1, -6, 1}},
    {{"ns", 2}, EVERYWHERE, {UNIT_TIME, 1, -9, 1}},
    {{"s", 1}, EVERYWHERE, {UNIT_TIME, 1, 0, 1}},
    {{"m", 1}, IN_VALUE, {UNIT_TIME, 60, 0, 1}},
    {{"min", 3}, EVERYWHERE, {UNIT_TIME, 60, 0, 1}},
    {{"h", 1}, EVERYWHERE, {UNIT_TIME, 3600, 0, 1}},
    {{"B", 1}, EVERYWHERE, {UNIT_SIZE, 1, 0, 1}},
    {{"kB", 2}, EVERYWHERE, {UNIT_SIZE, 1, 3, 1}},
    {{"MB", 2}, EVERYWHERE, {UNIT_SIZE, 1, 6, 1}},
    {{"GB", 2}, EVERYWHERE, {UNIT_SIZE, 1, 9, 1}},
    {{"TB", 2}, EVERYWHERE, {UNIT_SIZE, 1, 12, 1}},
    {{"KiB", 3}, EVERYWHERE, {UNIT_SIZE, UINT64_C(1) << 10, 0, 1}},
    {{"MiB", 3}, EVERYWHERE, {UNIT_SIZE, UINT64_C(1) << 20, 0, 1}},
    {{"GiB", 3}, EVERYWHERE, {UNIT_SIZE, UINT64_C(1) << 30, 0, 1}},
    {{"TiB", 3}, EVERYWHERE, {UNIT_SIZE, UINT64_C(1) << 40, 0, 1}},
    {{"%", 1}, IN_VALUE, {UNIT_PERCENT, 1, -2, 1}},
    {{"percent", 7}, IN_KEY, {UNIT_PERCENT, 1, -2, 1}},
};

static bool find(struct slice name, unsigned where, enum unit_kind kind, struct unit *ret_unit)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if ((units[i].where & where) && (kind == UNIT_NONE || kind == units[i].unit.kind) &&
            slice_eq(units[i].name, name)) {
            *ret_unit = units[i].unit;
            return true;
        }
    return false;
}

bool unit_find(struct slice name, enum unit_kind kind, struct unit *ret_unit)
{
    return find(name, IN_VALUE, kind, ret_unit);
}

/* "1/N" with N a number of 1 to 2^32 - 1. */
static int parse_divisor(struct slice s, struct unit *ret_unit)
{
    uint64_t div = 0;

    if (!slice_starts(s, SLICE("1/")) || s.n == 2)
        return -EINVAL;
    for (size_t i = 2; i < s.n; i++) {
        if (!char_is_digit(s.p[i]))
            return -EINVAL;
        div = div * 10 + (uint64_t)(s.p[i] - '0');
        if (div > UINT32_MAX)
            return -EINVAL;
    }
    if (div == 0)
        return -EINVAL;
    *ret_unit = (struct unit){UNIT_DIVISOR, 1, 0, (uint32_t)div};
    return 0;
}

int unit_parse(struct slice s, struct unit *ret_unit)
{
    return find(s, IN_KEY, UNIT_NONE, ret_unit) ? 0 : parse_divisor(s, ret_unit);
}
