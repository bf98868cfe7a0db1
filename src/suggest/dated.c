/* dated -- kinds are made as lines show them, of a row of `days` and the clock behind it. */
#include "config.h"

#include "suggest/dated.h"

#include "base/xalloc.h"
#include "rules/pattern.h"

#include <stdlib.h>
#include <string.h>

enum { FORMS_MAX = 8, ORDERS = 3 };

#define MONTH "(?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
#define ZONE "(?:UTC|GMT|WES?T|CES?T|EES?T|MSK|[ECMP][SD]T)\\b"
#define NARROW_BLANK "\xe2\x80\xaf" /* that Java and Node put before AM */

/* The likeliest order first. */
static const struct day {
    const char *regex, *formats[ORDERS];
} days[] = {
    {"\\d{4}-\\d\\d-\\d\\d", {"%Y-%m-%d"}},
    {"\\d{4}/\\d\\d?/\\d\\d?", {"%Y/%m/%d"}},
    {"\\d{4}\\.\\d\\d?\\.\\d\\d?", {"%Y.%m.%d"}},
    {"(?:19|20)\\d{6}", {"%Y%m%d"}},
    {"\\d\\d?/\\d\\d?/\\d{4}", {"%m/%d/%Y", "%d/%m/%Y"}},
    {"\\d\\d?\\.\\d\\d?\\.\\d{4}", {"%d.%m.%Y", "%m.%d.%Y"}},
    {"\\d\\d?-\\d\\d?-\\d{4}", {"%d-%m-%Y", "%m-%d-%Y"}},
    {"\\d\\d/\\d\\d/\\d\\d", {"%y/%m/%d", "%m/%d/%y", "%d/%m/%y"}},
    {"\\d\\d\\.\\d\\d\\.\\d\\d", {"%d.%m.%y", "%y.%m.%d"}},
    {"\\d\\d-\\d\\d-\\d\\d", {"%y-%m-%d", "%d-%m-%y", "%m-%d-%y"}},
    {"\\d\\d/\\d\\d", {"%m/%d", "%d/%m"}},
    {"\\d\\d-\\d\\d", {"%m-%d", "%d-%m"}},
    {"\\d\\d?/" MONTH "/\\d{4}", {"%d/%b/%Y"}},
    {"\\d\\d?-" MONTH "-\\d{4}", {"%d-%b-%Y"}},
    {"\\d\\d?-" MONTH "-\\d\\d", {"%d-%b-%y", "%y-%b-%d"}},
    {"\\d\\d?\\." MONTH "\\.\\d{4}", {"%d.%b.%Y"}},
    {"\\d\\d? " MONTH " \\d{4}", {"%d %b %Y"}},
    {"\\d\\d? " MONTH, {"%d %b"}},
    {MONTH " \\d\\d?, \\d{4}", {"%b %d, %Y"}},
    {MONTH " \\d\\d? \\d{4}", {"%b %d %Y"}},
    {"[A-Z][a-z]{2}, \\d\\d? " MONTH " \\d{4}", {"%a, %d %b %Y"}},
    {"[A-Z][a-z]{2} " MONTH " [ \\d]\\d \\d{4}", {"%a %b %d %Y"}},
    {"", {""}}, /* an hour with AM or PM */
};
enum { DAYS = sizeof days / sizeof *days };

/* What may stand between the two, and the parts of the clock; of those in a row the first that is there. */
static const struct part {
    const char *regex, *format;
} between[] = {{", +", ", "}, {" +", " "}, {"T", "T"}, {":", ":"}, {"-", "-"}, {"_", "_"}},
  seconds[] = {{":\\d\\d\\.\\d+", ":%S.%f"}, {":\\d\\d,\\d+", ":%S,%f"}, {":\\d\\d(?!\\d)", ":%S"}},
  halves[] = {{" ?[AaPp][Mm]\\b", " %p"}, {NARROW_BLANK "[AaPp][Mm]\\b", NARROW_BLANK "%p"}},
  zones[] = {{" ?[+-]\\d\\d:?\\d\\d\\b", " %z"}, {"Z\\b", "%z"}, {" ?" ZONE, " %Z"}};

#define PARTS(row) (row), sizeof(row) / sizeof *(row)

struct dated {
    struct pattern *may_be, *days[DAYS], *hour;
    struct pattern *parts[sizeof between / sizeof *between + sizeof seconds / sizeof *seconds +
                          sizeof halves / sizeof *halves + sizeof zones / sizeof *zones];
    unsigned fits[DAYS]; /* a bit for each order that all such days had */
    struct form {
        size_t day;
        char *regex, *clock; /* clock: its format, and what is between the two */
        uint64_t lines;
    } forms[FORMS_MAX];
    unsigned n;
};

static size_t compile(struct dated *d, size_t at, const struct part *row, size_t n)
{
    for (size_t i = 0; i < n; i++)
        d->parts[at++] = pattern_own_at_start(row[i].regex);
    return at;
}

struct dated *dated_new(void)
{
    struct dated *d = xcalloc(1, sizeof *d);
    size_t at = compile(d, 0, PARTS(between));

    at = compile(d, at, PARTS(seconds));
    at = compile(d, at, PARTS(halves));
    compile(d, at, PARTS(zones));
    d->may_be = pattern_own_at_start("[A-Z\\d].{0,24}?\\d:\\d\\d");
    d->hour = pattern_own_at_start("\\d\\d?:\\d\\d(?!\\d)");
    for (size_t i = 0; i < DAYS; i++) {
        d->days[i] = pattern_own_at_start(days[i].regex);
        d->fits[i] = (1U << ORDERS) - 1;
    }
    return d;
}

void dated_free(struct dated *d)
{
    if (!d)
        return;
    pattern_free(d->may_be);
    pattern_free(d->hour);
    for (size_t i = 0; i < DAYS; i++)
        pattern_free(d->days[i]);
    for (size_t i = 0; i < sizeof d->parts / sizeof *d->parts; i++)
        pattern_free(d->parts[i]);
    for (unsigned i = 0; i < d->n; i++) {
        free(d->forms[i].regex);
        free(d->forms[i].clock);
    }
    free(d);
}

/* A time being read. */
struct reading {
    const struct dated *d;
    struct matcher *m;
    struct slice rest;
    struct buf regex, clock;
};

static bool takes(struct reading *r, const struct pattern *p)
{
    if (pattern_match(p, r->m, r->rest) != PATTERN_YES)
        return false;
    r->rest = slice_from(r->rest, matcher_span(r->m).n);
    return true;
}

/* One of a row of parts, whose patterns begin at `at`; its number, n for none. */
static size_t take_part(struct reading *r, size_t at, const struct part *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!takes(r, r->d->parts[at + i]))
            continue;
        buf_str(&r->regex, row[i].regex);
        buf_str(&r->clock, row[i].format);
        return i;
    }
    return n;
}

/* The time of day behind the day that was read, if any. */
static bool read_clock(struct reading *r, bool alone)
{
    enum {
        BETWEEN = sizeof between / sizeof *between,
        SECONDS = sizeof seconds / sizeof *seconds,
        HALVES = sizeof halves / sizeof *halves
    };

    if (!alone && take_part(r, 0, PARTS(between)) == BETWEEN)
        return false;
    size_t hour = r->clock.n;

    if (!takes(r, r->d->hour))
        return false;
    buf_str(&r->regex, "\\d\\d?:\\d\\d");
    buf_str(&r->clock, "%H:%M");
    take_part(r, BETWEEN, PARTS(seconds));
    if (take_part(r, BETWEEN + SECONDS, PARTS(halves)) < HALVES)
        r->clock.p[hour + 1] = 'I';
    else if (alone)
        return false;
    take_part(r, BETWEEN + SECONDS + HALVES, PARTS(zones));
    return true;
}

/* Of a kind that is known, or a new one; FORMS_MAX: there are too many. */
static unsigned form_number(struct dated *d, size_t day, const struct reading *r)
{
    unsigned i = 0;

    while (i < d->n && (d->forms[i].day != day || strcmp(d->forms[i].regex, r->regex.p) != 0))
        i++;
    if (i == d->n && i < FORMS_MAX)
        d->forms[d->n++] = (struct form){day, xstrdup(r->regex.p), xstrdup(r->clock.p), 0};
    return i;
}

size_t dated_read(struct dated *d, struct matcher *m, struct slice text, unsigned *ret_form)
{
    struct reading r = {.d = d, .m = m};
    size_t length = 0;

    if (pattern_match(d->may_be, m, text) != PATTERN_YES)
        return 0;
    for (size_t i = 0; i < DAYS && !length; i++) {
        buf_clear(&r.regex);
        buf_clear(&r.clock);
        r.rest = text;
        if (!takes(&r, d->days[i]))
            continue;
        buf_str(&r.regex, days[i].regex);
        if (!read_clock(&r, !*days[i].regex))
            continue;
        *ret_form = form_number(d, i, &r);
        length = *ret_form < FORMS_MAX ? text.n - r.rest.n : 0;
    }
    buf_release(&r.regex);
    buf_release(&r.clock);
    return length;
}

/* Could the numbers of a day stand for what the format has in their places? */
static bool fits(const char *format, struct slice text)
{
    for (; *format; format++) {
        int v = 0, most = *format == 'd' ? 31 : *format == 'm' ? 12 : 0;

        if (!strchr("Yymd", *format))
            continue;
        while (text.n && !char_is_digit(text.p[0]))
            text = slice_from(text, 1);
        for (int n = 0; text.n && char_is_digit(text.p[0]) && n < (*format == 'Y' ? 4 : 2); n++) {
            v = v * 10 + (text.p[0] - '0');
            text = slice_from(text, 1);
        }
        if (most && (v < 1 || v > most))
            return false;
    }
    return true;
}

void dated_note(struct dated *d, unsigned form, struct slice text)
{
    size_t day = d->forms[form].day;

    d->forms[form].lines++;
    for (unsigned i = 0; i < ORDERS; i++)
        if (!days[day].formats[i] || !fits(days[day].formats[i], text))
            d->fits[day] &= ~(1U << i);
}

unsigned dated_forms(const struct dated *d)
{
    return d->n;
}

const char *dated_regex(const struct dated *d, unsigned form)
{
    return d->forms[form].lines ? d->forms[form].regex : NULL;
}

/* The n-th order that fits all; NULL: none. */
static const char *order(const struct dated *d, unsigned form, unsigned n)
{
    size_t day = d->forms[form].day;

    for (unsigned i = 0; i < ORDERS; i++)
        if (d->fits[day] & 1U << i && n-- == 0)
            return days[day].formats[i];
    return NULL;
}

bool dated_format(const struct dated *d, unsigned form, struct buf *out)
{
    const char *day = order(d, form, 0);

    if (day)
        buf_fmt(out, "%s%s", day, d->forms[form].clock);
    return day;
}

const char *dated_doubt(const struct dated *d, unsigned form)
{
    return order(d, form, 1);
}
