/* fields -- values are counted as they come; a guess goes by the last words of the name first, then
 * by what the values look like. */
#include "config.h"

#include "suggest/fields.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "rules/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LABEL_BYTES = 60,
    LABEL_VALUES = 25,
    DURATION_SHARE = 20, /* one value in so many may be none */
    ROUTE_VALUES = 100,
    ROUTE_SHARE = 1000,
    NAME_MAX_BYTES = 64
};

void field_list_release(struct field_list *fields)
{
    for (size_t i = 0; i < fields->n; i++) {
        free(fields->list[i].name);
        map_release(&fields->list[i].values);
        map_release(&fields->list[i].routes);
    }
    free(fields->list);
    map_release(&fields->index);
    *fields = (struct field_list){0};
}

/* NULL: it is one name too many. */
static struct field_stats *field_of(struct field_list *fields, struct slice name)
{
    uint64_t i;

    if (map_get(&fields->index, name, &i))
        return &fields->list[i];
    if (fields->n == FIELDS_MAX)
        return NULL;
    map_put(&fields->index, name, fields->n);
    GROW(fields->list, fields->n, fields->cap);
    fields->list[fields->n] = (struct field_stats){.name = xstrslice(name)};
    return &fields->list[fields->n++];
}

const struct field_stats *field_find(const struct field_list *fields, struct slice name)
{
    uint64_t i;

    return map_get(&fields->index, name, &i) ? &fields->list[i] : NULL;
}

static void note_value(struct map *values, struct slice value)
{
    uint64_t n = 0;

    if (map_get(values, value, &n) || values->n < VALUES_MAX)
        map_put(values, value, n + 1);
}

static void note_route(struct field_stats *f, struct slice path)
{
    struct buf route = BUF_INIT;

    filter_find(SLICE("route"))->fn(path, (struct slice){"", 0}, &route);
    note_value(&f->routes, buf_all(&route));
    buf_release(&route);
}

static void note_number(struct field_stats *f, struct slice value, enum word_class class)
{
    enum unit_kind kind;
    struct num v;

    if (num_parse_any(value, &v, &kind) < 0)
        return;
    bool first = f->classes[WORD_NUMBER] + f->classes[WORD_DURATION] + f->classes[WORD_SIZE] == 1;

    /* By the way it is written: a request that took 0.000 says seconds as one that took 0.012 does. */
    f->fraction |=
        class == WORD_NUMBER && v.d >= 0 && (!v.integral || memchr(value.p, '.', value.n));
    f->sum += v.d;
    f->micro += class == WORD_NUMBER && value.n > 7 && value.p[value.n - 7] == '.';
    if (first || v.d < f->min)
        f->min = v.d;
    if (first || v.d > f->max)
        f->max = v.d;
}

void field_note(struct field_list *fields, struct slice name, struct slice value)
{
    struct field_stats *f = field_of(fields, name);
    enum word_class class = word_class(value);

    if (!f || value.n == 0 || class == WORD_DASH)
        return;
    f->seen++;
    f->classes[class]++;
    f->code |=
        class == WORD_NUMBER && value.n > 1 && value.p[0] == '0' && char_is_digit(value.p[1]);
    f->first_n = f->seen == 1 ? value.n : f->first_n;
    f->uneven |= value.n != f->first_n;
    f->text |= value.n > LABEL_BYTES || memchr(value.p, '@', value.n) || strchr("{[", value.p[0]);
    note_value(&f->values, value);
    if (class == WORD_PATH)
        note_route(f, value);
    if (class == WORD_NUMBER || class == WORD_DURATION || class == WORD_SIZE)
        note_number(f, value, class);
}

void field_note_total(struct field_list *fields, struct slice name)
{
    uint64_t i;

    if (map_get(&fields->index, name, &i))
        fields->list[i].totals++;
}

/* What somebody tries once is no route. */
size_t field_routes(const struct field_stats *f)
{
    size_t at = 0, n = 0;
    struct slice route;
    uint64_t seen;

    while (map_next(&f->routes, &at, &route, &seen))
        n += seen * ROUTE_SHARE > f->seen;
    return n ? n : 1;
}

/* Is a word of the name (or its last) in the list? "avg_queryTime.ms" is avg, query, time, ms. */
static bool any_word(struct slice name, const char *list, bool last_only)
{
    char word[NAME_MAX_BYTES];
    size_t n = 0;
    bool found = false;

    for (size_t i = 0; i <= name.n; i++) {
        char c = i < name.n ? name.p[i] : '\0';
        bool lower_before = i > 0 && name.p[i - 1] >= 'a' && name.p[i - 1] <= 'z';
        bool ends = c == '\0' || strchr("_-. :/", c) || (c != char_lower(c) && lower_before);

        if (ends && n) {
            found = (found && !last_only) || word_among(slice_make(word, n), list);
            n = 0;
        }
        if (c && !strchr("_-. :/", c) && n + 1 < sizeof word)
            word[n++] = char_lower(c);
    }
    return found;
}

static bool ends_in(struct slice name, const char *list)
{
    return any_word(name, list, true);
}

static bool holds(struct slice name, const char *list)
{
    return any_word(name, list, false);
}

bool field_is_usable(struct slice name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (!char_is_word(c) && !(i && strchr(".-", c)) && c != '@')
            return false;
        if (i && name.p[i - 1] == '.' && char_is_digit(c))
            return false; /* one of an array */
    }
    return name.n > 0 && name.n < 100;
}

bool field_is_level(struct slice name)
{
    return ends_in(name, "level lvl severity loglevel levelname priority") ||
           slice_eq(name, SLICE("s"));
}

bool field_is_status(struct slice name)
{
    return ends_in(name, "status code rc errno");
}

bool field_is_time(struct slice name)
{
    return word_among(name, "time ts timestamp @timestamp date asctime datetime t when eventtime") >
           0;
}

static bool all_are(const struct field_stats *f, enum word_class a, enum word_class b)
{
    return f->seen > 0 && f->classes[a] + f->classes[b] == f->seen;
}

/* The unit that a name ends in, or NULL. */
static const char *unit_in_name(struct slice name, enum field_role role)
{
    static const struct {
        enum field_role role;
        const char *unit, *names;
    } units[] = {
        {ROLE_TIME, "ns", "ns nanos nanoseconds nsec"},
        {ROLE_TIME, "us", "us micros microseconds usec"},
        {ROLE_TIME, "ms", "ms millis milliseconds msec"},
        {ROLE_TIME, "s", "s sec secs seconds"},
        {ROLE_TIME, "min", "minutes mins"},
        {ROLE_SIZE, "kB", "kb"},
        {ROLE_SIZE, "KiB", "kib"},
        {ROLE_SIZE, "MB", "mb"},
    };

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].role == role && ends_in(name, units[i].names))
            return units[i].unit;
    return NULL;
}

/* Of bare numbers that something took, by how large they mostly are: requests take milliseconds, and few take more
 * than seconds. */
struct field_guess field_guess_magnitude(const struct field_stats *f)
{
    double mean = f->sum / (double)f->seen;

    if (f->micro * 2 > f->seen)
        return (struct field_guess){ROLE_TIME, "s", "guessed: it goes down to microseconds"};
    if (f->fraction)
        return mean < 5
                   ? (struct field_guess){ROLE_TIME, "s", "guessed: small numbers with a fraction"}
                   : (struct field_guess){ROLE_TIME, "ms", "guessed by magnitude: is it ms?"};
    return mean >= 1e6   ? (struct field_guess){ROLE_TIME, "ns", "guessed: large whole numbers"}
           : mean >= 1e4 ? (struct field_guess){ROLE_TIME, "us", "guessed by magnitude: is it us?"}
                         : (struct field_guess){ROLE_TIME, "ms", "guessed by magnitude: is it ms?"};
}

static struct field_guess guess_time(const struct field_stats *f, struct slice name)
{
    static const char names[] =
        "duration latency elapsed took time backoff wait delay runtime cost";
    const char *unit = unit_in_name(name, ROLE_TIME);

    if (f->classes[WORD_DURATION] * DURATION_SHARE >= f->seen * (DURATION_SHARE - 1) &&
        f->classes[WORD_DURATION] < f->seen && f->classes[WORD_NUMBER] == 0 && holds(name, names))
        return (struct field_guess){ROLE_TIME, unit ? unit : "s", "all but a few carry their unit"};
    if (ends_in(name, "timeout interval ttl") || !all_are(f, WORD_NUMBER, WORD_DURATION))
        return (struct field_guess){.role = ROLE_NONE};
    if (f->classes[WORD_NUMBER] == 0)
        return (struct field_guess){ROLE_TIME, unit ? unit : "s", "each value carries its unit"};
    if (unit)
        return (struct field_guess){ROLE_TIME, unit, "by its name"};
    if (!holds(name, names) && f->classes[WORD_DURATION] == 0)
        return (struct field_guess){.role = ROLE_NONE};
    if (f->fraction && holds(name, "delay wait backoff"))
        return (struct field_guess){ROLE_TIME, "s",
                                    "guessed: nobody waits for parts of milliseconds"};
    return field_guess_magnitude(f);
}

static struct field_guess guess_size(const struct field_stats *f, struct slice name)
{
    bool bytes = holds(name, "bytes byte sentbyte rcvdbyte sentbytes rcvdbytes recvbytes") ||
                 (ends_in(name, "size length len sent") && f->max > 4096);
    const char *unit = unit_in_name(name, ROLE_SIZE);

    if (!unit && bytes)
        unit = "B";
    if (!all_are(f, WORD_NUMBER, WORD_SIZE) || (f->classes[WORD_NUMBER] && !unit))
        return (struct field_guess){.role = ROLE_NONE};
    return (struct field_guess){ROLE_SIZE, unit ? unit : "B",
                                f->classes[WORD_NUMBER] ? "by its name"
                                                        : "each value carries its unit"};
}

static struct field_guess guess_number(const struct field_stats *f, struct slice name,
                                       struct slice about)
{
    static const char no_values[] = "id index idx attempt attempts port pid line version timeout "
                                    "ttl interval year seq tid rank score";
    static const char states[] = "active idle open current pool inuse depth pending connections "
                                 "used workers queue free stats goroutines backlog";
    static const char done[] = "count records rows tokens deleted processed items results updated "
                               "created inserted sent received";

    if (f->code && !f->uneven && !f->fraction && f->values.n <= LABEL_VALUES)
        return (struct field_guess){ROLE_LABEL, NULL, "codes: 0 stands before some"};
    if (field_is_status(name) && f->values.n <= LABEL_VALUES)
        return (struct field_guess){.role = ROLE_LABEL};
    if (field_is_level(name) && f->values.n <= LABEL_VALUES)
        return (struct field_guess){.role = f->values.n > 1 ? ROLE_LABEL : ROLE_NONE};
    if (ends_in(name, no_values) || f->min < 0)
        return (struct field_guess){.role = ROLE_NUMBER};
    if (holds(name, states) || (ends_in(name, done) && holds(about, states)))
        return (struct field_guess){ROLE_SET, NULL, "guessed: a state, not a sum"};
    if (holds(name, done) && !f->fraction)
        return (struct field_guess){.role = ROLE_ADD};
    return (struct field_guess){.role = ROLE_NUMBER};
}

static struct field_guess guess_label(const struct field_stats *f, struct slice name)
{
    bool few = f->values.n <= LABEL_VALUES && (f->values.n <= 3 || f->values.n * 3 <= f->seen);

    if (f->values.n == 1 && (field_is_level(name) || ends_in(name, "program logger")))
        return (struct field_guess){.role = ROLE_NONE};
    if (ends_in(name, "host hostname node user username uname login instance"))
        return (struct field_guess){ROLE_REFUSED, NULL, "names of hosts or people"};
    if (f->classes[WORD_PATH] * 10 >= f->seen * 9)
        return field_routes(f) <= ROUTE_VALUES
                   ? (struct field_guess){ROLE_ROUTE, NULL, "ids in the path become :id"}
                   : (struct field_guess){ROLE_REFUSED, NULL, "too many different paths"};
    if (f->classes[WORD_ADDRESS])
        return (struct field_guess){ROLE_REFUSED, NULL, "addresses"};
    if (f->classes[WORD_NAME] * 2 > f->seen && !ends_in(name, "logger"))
        return (struct field_guess){ROLE_REFUSED, NULL, "names of hosts or people"};
    if (f->classes[WORD_ID])
        return (struct field_guess){ROLE_REFUSED, NULL, "ids"};
    if (f->classes[WORD_TIME] || f->classes[WORD_DATE])
        return (struct field_guess){.role = ROLE_NONE};
    if (f->text)
        return (struct field_guess){ROLE_REFUSED, NULL, "free text"};
    if (!few)
        return (struct field_guess){ROLE_REFUSED, NULL, "too many different values"};
    return (struct field_guess){.role = ROLE_LABEL};
}

struct field_guess field_guess(const struct field_stats *f, struct slice name, struct slice about)
{
    struct field_guess g = {.role = ROLE_NONE};

    if (f->seen == 0 || field_is_time(name))
        return g;
    if ((g = guess_time(f, name)).role != ROLE_NONE || (g = guess_size(f, name)).role != ROLE_NONE)
        return g;
    if (all_are(f, WORD_NUMBER, WORD_PERCENT))
        return guess_number(f, name, about);
    return guess_label(f, name);
}
