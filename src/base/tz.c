/* tz -- a file has the changes that were, and a rule (as in POSIX' TZ) for those to come; the rule
 * alone is a zone, too. Files that count leap seconds (right/...) are refused: our seconds, as those
 * of the kernel, do not. */
#include "config.h"

#include "base/tz.h"

#include "base/buf.h"
#include "base/calendar.h"
#include "base/slurp.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>

enum { DAY_S = 86400, HEADER = 44, NAME_MOST = 64 };

/* The day of a change: Mm.w.d, Jn (no 29 February) or n. */
struct change {
    char kind; /* 'M', 'J', 'n' */
    int month, week, day;
    int time_s; /* of that day, by the clock in force before */
};

struct rule {
    bool there, has_summer;
    struct tz_type standard, summer;
    struct change begins, ends; /* summer */
};

struct tz {
    int64_t *times; /* of the changes, ascending */
    uint8_t *kinds; /* into types, what is in force from then on */
    size_t n;
    struct tz_type *types;
    size_t ntypes;
    const struct tz_type *before; /* the first change */
    struct rule rule;             /* after the last one */
};

const char *tz_directory(void)
{
    const char *dir = getenv("TZDIR");

    return dir && dir[0] ? dir : "/usr/share/zoneinfo";
}

bool tz_is_name(struct slice name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!char_is_word(name.p[i]) && !strchr("+-/", name.p[i]))
            return false;
    return name.n > 0 && name.n <= NAME_MOST && char_is_letter(name.p[0]);
}

/* --- rules ------------------------------------------------------------------------------------ */

struct text {
    const char *p, *end;
};

static bool at(const struct text *t, char c)
{
    return t->p < t->end && *t->p == c;
}

static bool take(struct text *t, char c)
{
    bool is = at(t, c);

    t->p += is;
    return is;
}

static bool read_number(struct text *t, int low, int high, int *ret_v)
{
    const char *start = t->p;
    int v = 0;

    for (; t->p < t->end && char_is_digit(*t->p) && v <= high; t->p++)
        v = v * 10 + (*t->p - '0');
    *ret_v = v;
    return t->p > start && v >= low && v <= high;
}

/* [+-]hh[:mm[:ss]] */
static bool read_clock(struct text *t, int hours_most, int *ret_s)
{
    int sign = take(t, '-') ? -1 : 1, hours, minutes = 0, seconds = 0;

    if (sign > 0)
        (void)take(t, '+');
    if (!read_number(t, 0, hours_most, &hours))
        return false;
    if (take(t, ':') && !read_number(t, 0, 59, &minutes))
        return false;
    if (take(t, ':') && !read_number(t, 0, 59, &seconds))
        return false;
    *ret_s = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

/* CEST, or <+03>. */
static bool read_name(struct text *t, struct tz_type *type)
{
    bool quoted = take(t, '<');
    size_t n = 0;

    for (; t->p < t->end && (quoted ? *t->p != '>' : char_is_letter(*t->p)); t->p++) {
        if (n + 1 == sizeof type->name)
            return false;
        type->name[n++] = *t->p;
    }
    type->name[n] = '\0';
    return n >= 3 && (!quoted || take(t, '>'));
}

static bool read_change(struct text *t, struct change *c)
{
    *c = (struct change){.kind = 'n', .time_s = 2 * 3600};
    if (take(t, 'M')) {
        c->kind = 'M';
        if (!read_number(t, 1, 12, &c->month) || !take(t, '.') || !read_number(t, 1, 5, &c->week) ||
            !take(t, '.') || !read_number(t, 0, 6, &c->day))
            return false;
    } else {
        if (take(t, 'J'))
            c->kind = 'J';
        if (!read_number(t, c->kind == 'J', 365, &c->day))
            return false;
    }
    return !take(t, '/') || read_clock(t, 167, &c->time_s);
}

/* POSIX counts west of UTC. */
static bool read_rule(struct slice text, struct rule *ret_rule)
{
    static const char american[] = ",M3.2.0,M11.1.0"; /* where the days are not said */
    struct text t = {text.p, text.p + text.n};
    struct rule r = {.there = true};

    if (!read_name(&t, &r.standard) || !read_clock(&t, 24, &r.standard.offset_s))
        return false;
    r.standard.offset_s = -r.standard.offset_s;
    r.has_summer = t.p < t.end;
    if (r.has_summer) {
        if (!read_name(&t, &r.summer))
            return false;
        r.summer.offset_s = r.standard.offset_s + 3600;
        if (t.p < t.end && !at(&t, ',')) {
            if (!read_clock(&t, 24, &r.summer.offset_s))
                return false;
            r.summer.offset_s = -r.summer.offset_s;
        }
        if (t.p == t.end)
            t = (struct text){american, american + sizeof american - 1};
        if (!take(&t, ',') || !read_change(&t, &r.begins) || !take(&t, ',') ||
            !read_change(&t, &r.ends))
            return false;
    }
    if (t.p != t.end)
        return false;
    *ret_rule = r;
    return true;
}

/* Seconds since 1970 that a clock shows then. */
static int64_t change_in(const struct change *c, int year)
{
    int64_t day = calendar_days(year, 1, 1) + c->day;

    if (c->kind == 'J') {
        day += -1 + (calendar_is_leap(year) && c->day >= 60);
    } else if (c->kind == 'M') {
        int64_t first = calendar_days(year, c->month, 1);
        int64_t next =
            c->month == 12 ? calendar_days(year + 1, 1, 1) : calendar_days(year, c->month + 1, 1);
        int64_t weekday = (first + 4) % 7; /* 1970 began on a Thursday */

        weekday += weekday < 0 ? 7 : 0;
        day = first + (c->day - weekday + 7) % 7 + (c->week - 1) * 7;
        if (day >= next)
            day -= 7;
    }
    return day * DAY_S + c->time_s;
}

static int64_t floor_day(int64_t s)
{
    return s / DAY_S - (s % DAY_S < 0);
}

static const struct tz_type *rule_at(const struct rule *r, int64_t utc_s)
{
    int year = calendar_year(floor_day(utc_s + r->standard.offset_s));
    int64_t begins, ends;

    if (!r->has_summer)
        return &r->standard;
    begins = change_in(&r->begins, year) - r->standard.offset_s;
    ends = change_in(&r->ends, year) - r->summer.offset_s;
    if (begins < ends)
        return utc_s >= begins && utc_s < ends ? &r->summer : &r->standard;
    return utc_s >= ends && utc_s < begins ? &r->standard : &r->summer;
}

/* --- files ------------------------------------------------------------------------------------ */

static int64_t big_endian(const char *p, size_t n)
{
    uint64_t v = (unsigned char)*p & 0x80 ? UINT64_MAX : 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

/* One of the two blocks of a file: times of 4 bytes, then again of 8. */
struct block {
    size_t size; /* of a time */
    size_t nutc, nstd, nleap, ntimes, ntypes, nchars;
    const char *data;
    size_t bytes;
};

static bool read_header(struct slice file, size_t size, struct block *b)
{
    size_t *counts[] = {&b->nutc, &b->nstd, &b->nleap, &b->ntimes, &b->ntypes, &b->nchars};

    if (file.n < HEADER || !slice_starts(file, SLICE("TZif")))
        return false;
    for (size_t i = 0; i < 6; i++) {
        int64_t n = big_endian(file.p + 20 + 4 * i, 4);

        if (n < 0 || n > 0x10000)
            return false;
        *counts[i] = (size_t)n;
    }
    b->size = size;
    b->data = file.p + HEADER;
    b->bytes = b->ntimes * (size + 1) + b->ntypes * 6 + b->nchars + b->nleap * (size + 4) +
               b->nstd + b->nutc;
    return file.n - HEADER >= b->bytes && b->ntypes > 0 && b->ntypes <= 256;
}

static bool read_types(struct tz *tz, const struct block *b)
{
    const char *types = b->data + b->ntimes * (b->size + 1), *names = types + b->ntypes * 6;

    tz->types = xcalloc(b->ntypes, sizeof *tz->types);
    tz->ntypes = b->ntypes;
    tz->before = &tz->types[0];
    for (size_t i = 0; i < b->ntypes; i++) {
        const char *p = types + i * 6;
        size_t from = (unsigned char)p[5];
        size_t n = from < b->nchars ? strnlen(names + from, b->nchars - from) : sizeof *tz->types;

        if (n >= sizeof tz->types[i].name || from + n == b->nchars)
            return false;
        tz->types[i].offset_s = (int)big_endian(p, 4);
        memcpy(tz->types[i].name, names + from, n);
    }
    return true;
}

static bool read_changes(struct tz *tz, const struct block *b)
{
    const char *kinds = b->data + b->ntimes * b->size;

    tz->times = xcalloc(b->ntimes + 1, sizeof *tz->times);
    tz->kinds = xcalloc(b->ntimes + 1, sizeof *tz->kinds);
    tz->n = b->ntimes;
    for (size_t i = 0; i < b->ntimes; i++) {
        tz->times[i] = big_endian(b->data + i * b->size, b->size);
        tz->kinds[i] = (uint8_t)kinds[i];
        if (tz->kinds[i] >= b->ntypes || (i > 0 && tz->times[i] <= tz->times[i - 1]))
            return false;
    }
    return true;
}

/* Behind the second block: a newline, the rule, a newline; the rule may be empty. */
static bool read_footer(struct tz *tz, struct slice rest)
{
    struct slice text;

    if (rest.n < 2 || rest.p[0] != '\n')
        return false;
    rest = slice_from(rest, 1);
    return memchr(rest.p, '\n', rest.n) && slice_cut(&rest, '\n', &text) &&
           (text.n == 0 || read_rule(text, &tz->rule));
}

static bool read_file(struct tz *tz, struct slice file)
{
    struct block b;

    if (!read_header(file, 4, &b))
        return false;
    bool two = file.p[4] >= '2';

    if (two) {
        file = slice_from(file, HEADER + b.bytes);
        if (!read_header(file, 8, &b))
            return false;
    }
    return b.nleap == 0 && read_types(tz, &b) && read_changes(tz, &b) &&
           (!two || read_footer(tz, slice_from(file, HEADER + b.bytes)));
}

static int open_path(const char *path, struct tz **ret_tz)
{
    struct buf file = BUF_INIT;
    int r = slurp(path, &file);

    if (r == 0) {
        struct tz *tz = xcalloc(1, sizeof *tz);

        if (read_file(tz, buf_all(&file))) {
            *ret_tz = tz;
        } else {
            tz_free(tz);
            r = -EBADMSG;
        }
    }
    buf_release(&file);
    return r;
}

int tz_open(struct slice name, struct tz **ret_tz)
{
    struct buf path = BUF_INIT;
    int r;

    if (!tz_is_name(name))
        return -ENOENT;
    buf_fmt(&path, "%s/%.*s", tz_directory(), SLICE_FMT(name));
    r = open_path(path.p, ret_tz);
    buf_release(&path);
    return r;
}

static struct tz *by_rule(struct slice text)
{
    struct tz *tz = xcalloc(1, sizeof *tz);

    if (!read_rule(text, &tz->rule))
        (void)read_rule(SLICE("UTC0"), &tz->rule);
    return tz;
}

struct tz *tz_local(void)
{
    const char *env = getenv("TZ");
    struct slice name = slice_str(env ? env : "");
    struct tz *tz;

    if (env && name.n > 0 && name.p[0] == ':')
        name = slice_from(name, 1);
    if (env && name.n > 0 && name.p[0] == '/')
        return open_path(name.p, &tz) == 0 ? tz : by_rule(SLICE("UTC0"));
    if (env ? tz_open(name, &tz) == 0 : open_path("/etc/localtime", &tz) == 0)
        return tz;
    return by_rule(name);
}

void tz_free(struct tz *tz)
{
    if (!tz)
        return;
    free(tz->times);
    free(tz->kinds);
    free(tz->types);
    free(tz);
}

const struct tz_type *tz_at(const struct tz *tz, int64_t utc_s)
{
    size_t low = 0, high = tz->n;

    if (tz->rule.there && (tz->n == 0 || utc_s >= tz->times[tz->n - 1]))
        return rule_at(&tz->rule, utc_s);
    while (low < high) { /* how many changes were before */
        size_t middle = low + (high - low) / 2;

        if (tz->times[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? tz->before : &tz->types[tz->kinds[low - 1]];
}
