/* random_rules -- see the header. */
#include "config.h"

#include "random_rules.h"

enum { FIELDS = 4, KINDS = 6 };

static const char *field(struct dice *d)
{
    return ((const char *[]){"msg", "level", "x", "a.b"})[roll(d, FIELDS)];
}

static const char *value(struct dice *d)
{
    static const char *const values[] = {"a", "ab", "abc", "b",        "ba",  "1",  "12",
                                         "-", "",   "A",   "\xc3\xa9", "a b", "-3", "0.5"};

    return values[roll(d, sizeof values / sizeof *values)];
}

static const char *regex(struct dice *d)
{
    static const char *const all[] = {"^a",
                                      "^(?i)a",
                                      "^[ab]c?b",
                                      "ab",
                                      "(?<x>[ab]+)",
                                      "a|b",
                                      "^\\{",
                                      "\"msg\":\"a",
                                      "msg=(?<msg>\\w+)",
                                      "b(?:c)?\\b",
                                      "^(?<x>.)(?<y>.)?",
                                      "1+2",
                                      "^(?=a)",
                                      "\xc3\xa9",
                                      "^\xc3\xa9",
                                      "(?i)MSG",
                                      "\\.b",
                                      "=a (?<level>\\S)",
                                      "^\\Aa\\Qb\\E",
                                      "(?:level|x)=a"};

    return all[roll(d, sizeof all / sizeof *all)];
}

static void random_condition(struct dice *d, struct buf *out)
{
    switch (roll(d, 9)) {
    case 0:
    case 1:
    case 2:
        buf_fmt(out, "where = %s == %s\n", field(d), value(d));
        break;
    case 3:
    case 4: {
        const char *prefix = value(d);

        buf_fmt(out, "where = %s ^= %s\n", field(d), prefix[0] ? prefix : "a");
        break;
    }
    case 5:
        buf_fmt(out, "where = %s != %s\n", field(d), value(d));
        break;
    case 6:
        buf_fmt(out, "where = %s =~ %s\n", roll(d, 2) ? "_line" : field(d), regex(d));
        break;
    case 7:
        buf_fmt(out, "where = %s !~ %s\n", field(d), regex(d));
        break;
    default:
        buf_fmt(out, "where = %s > 1\n", field(d));
        break;
    }
}

/* Events that happen several times a line, and one that is only where such does not. */
static void random_members(struct dice *d, struct buf *out)
{
    for (unsigned i = 0; i < 2; i++) {
        buf_fmt(out, "[event m%u]\n", i);
        if (roll(d, 2))
            random_condition(d, out);
        if (roll(d, 2))
            buf_str(out, "each = list\n");
        else
            buf_fmt(out, "each = %s =~ [abx](?<y>\\w)?\n", roll(d, 2) ? "_line" : field(d));
        if (roll(d, 2))
            buf_fmt(out, "where = _value != %s\n", value(d));
        if (roll(d, 2))
            buf_str(out, "set.msg = ${y}${_value.b}\n");
        buf_fmt(out, "[event n%u]\nunless = m%u\n", i, i);
        random_condition(d, out);
        buf_fmt(out,
                "[counter m%u_total]\ninc = m%u\nlabels = k=_key, x, msg, y, b=_value.b\n"
                "[histogram mh%u]\nobserve = m%u\nvalue = _key\nlabels = msg\n"
                "[counter n%u_total]\ninc = n%u\n",
                i, i, i, i, i, i);
    }
}

unsigned random_rules(struct dice *d, unsigned n, struct buf *out)
{
    unsigned decoded = 0;

    buf_clear(out);
    for (unsigned e = 0; e < n; e++) {
        bool child = e > 0 && roll(d, 4) == 0;

        buf_fmt(out, "[event e%u]\n", e);
        if (child)
            buf_fmt(out, "of = e%u\n", roll(d, e));
        if (e > 0 && roll(d, 5) == 0)
            buf_fmt(out, "unless = e%u\n", roll(d, e));
        /* a match event sees its own groups only: no where on fields that it has not */
        bool match = !child && roll(d, 3) == 0;

        decoded |= !match << e;
        if (match) {
            buf_fmt(out, "match = %s\n", regex(d));
        } else {
            for (unsigned k = 1 + roll(d, 3); k > 0; k--)
                random_condition(d, out);
            if (roll(d, 3) == 0)
                buf_str(out, "where = _line =~ (?<x>[abmsg]+).*?(?<msg>\\w)\n");
            for (unsigned k = roll(d, 4), i = 0; i < k; i++)
                buf_fmt(out, "set.%s = ${%s|upper}%u\n", field(d), field(d), i);
            if (roll(d, 3) == 0)
                buf_fmt(out, "map.level = %s -> mapped\n", value(d));
        }
        buf_fmt(out, "[counter c%u_total]\ninc = e%u\n", e, e);
        if (match)
            buf_str(out, "labels = log=_log, bytes=_bytes\n");
        else if (roll(d, 4))
            buf_str(out, "labels = msg, level, x, ab=a.b\n");
    }
    buf_str(out, "[gauge order]\n");
    for (unsigned e = 0; e < n; e += 3)
        buf_fmt(out, "%s = e%u\n", (const char *[]){"inc", "dec", "set", "add"}[e / 3], e);
    if (n > 6)
        buf_str(out, "value = 3\n");
    random_members(d, out);
    return decoded;
}

/* A match event has its own groups only, and _line, _bytes, ... */
static void random_mapping(struct dice *d, unsigned event, unsigned kind, bool decoded,
                           struct buf *out)
{
    static const struct {
        const char *type, *letter, *rest, *verb;
    } kinds[KINDS] = {
        {"gauge", "g", "]\n", "inc"},         {"gauge", "g", "]\n", "reset"},
        {"gauge", "g", "]\n", "set"},         {"gauge", "g", "]\n", "sub"},
        {"counter", "v", "_total]\n", "add"}, {"histogram", "h", "]\nbuckets = 1 5\n", "observe"},
    };

    buf_fmt(out, "[%s %s%u%s%s = e%u\n", kinds[kind].type, kinds[kind].letter, event,
            kinds[kind].rest, kinds[kind].verb, event);
    if (kind >= 2)
        buf_fmt(out, "value = %s\n", roll(d, 8) == 0 ? "2.5" : decoded ? field(d) : "_bytes");
    if (event % 3)
        buf_fmt(out, "labels = by=%s\n", decoded ? "level" : "_log");
}

void random_values(struct dice *d, unsigned n, unsigned decoded, struct buf *out)
{
    for (unsigned e = 0; e < n; e++)
        for (unsigned first = roll(d, KINDS), k = 0; k < KINDS; k++)
            if (roll(d, 3) == 0)
                random_mapping(d, e, (first + k) % KINDS, decoded >> e & 1, out);
    for (unsigned i = 0; i < 4; i++) {
        buf_fmt(out, "[event unused%u]\n", i);
        if (roll(d, 2))
            buf_fmt(out, "of = e%u\n", roll(d, n));
        random_condition(d, out);
        buf_fmt(out, "set.x = <${%s}>\n", field(d));
    }
}

void random_line(struct dice *d, struct buf *out)
{
    unsigned kind = roll(d, 4), n = roll(d, 4);

    if (kind == 0) {
        buf_char(out, '{');
        for (unsigned i = 0; i < n; i++)
            if (roll(d, 5))
                buf_fmt(out, "%s\"%s\":\"%s\"", i ? "," : "", field(d), value(d));
            else
                buf_fmt(out, "%s\"list\":[1,\"ab\",{\"b\":\"%s\"},null]", i ? "," : "", value(d));
        buf_str(out, roll(d, 8) ? "}" : "");
    } else if (kind < 3) {
        for (unsigned i = 0; i <= n; i++)
            buf_fmt(out, "%s%s=%s", i ? " " : "", field(d), roll(d, 2) ? "a" : value(d));
    } else {
        for (unsigned i = 0; i < n; i++)
            buf_str(out, value(d));
    }
    buf_str(out, roll(d, 8) ? "\n" : "\r\n");
}
