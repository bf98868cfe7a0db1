/* rotated -- why names at all: they only say where to look; which content it is decides content.
 * But looking at everything in a directory would be wrong (app.log.swp, app.log.orig) and slow.
 *
 * Why dates must be dates: app-1.2.3.log, build-20261399.log and node-10-0-0-17.log are logs of
 * their own. Between a name and what was added stands a separator; where an extension follows, it
 * begins with a letter. */
#include "config.h"

#include "input/rotated.h"

enum { INDEX_DIGITS = 5, FRACTION_DIGITS = 9, EPOCH_DIGITS = 10, EPOCH_MS_DIGITS = 13 };

/* What the letters of a pattern stand for; `most` is 0 where the number of digits is all that
 * counts. w is one of `words`, | and / are separators, and every other character stands for
 * itself. */
static const struct field {
    char letter;
    unsigned min_digits, max_digits, least, most;
} fields[] = {
    {'Y', 4, 4, 1900, 2099},
    {'M', 2, 2, 1, 12},
    {'D', 2, 2, 1, 31},
    {'h', 2, 2, 0, 23},
    {'m', 2, 2, 0, 59},
    {'s', 2, 2, 0, 60},
    {'N', 1, INDEX_DIGITS, 0, 0},
    {'f', 1, FRACTION_DIGITS, 0, 0},
    {'e', EPOCH_DIGITS, EPOCH_DIGITS, 1000000000, 4294967295},
    {'E', EPOCH_MS_DIGITS, EPOCH_MS_DIGITS, 0, 0},
};

static const char *const dates[] = {
    "Y-M-D", "Y_M_D", "Y.M.D", "YMDhms", "YMDhm", "YMDh", "YMD", NULL,
};
static const char *const compact_dates[] = {"YMDhms", "YMDhm", "YMDh", "YMD", NULL};
static const char *const times[] = {
    "",     "|h-m-s", "|h_m_s", "|h.m.s", "|h:m:s", "|hms", "|h-m",
    "|h_m", "|h.m",   "|h:m",   "|hm",    "|h",     NULL,
};
static const char *const fractions[] = {"", ".f", ",f", NULL};
static const char *const zones[] = {"", "Z", "+hm", "-hm", "+h:m", "-h:m", "+h", NULL};
static const char *const indexes[] = {"", "/N", "/e", NULL};
static const char *const numbers[] = {"N", NULL};
static const char *const numbers_before[] = {"N.", NULL};
/* Months and seconds, whole: what follows a month with its own separator would be a day. */
static const char *const others[] = {"Y-M", "Y_M", "Y.M", "Y-M.N", "Y_M.N", "e", "E", NULL};
static const char *const a_word[] = {"w", NULL};
static const char *const words[] = {
    "old", "bak", "prev", "save", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
};

/* What was added: one of each table, one after another. */
enum { PARTS_MAX = 6 };
typedef const char *const *parts[PARTS_MAX];

#define DATED dates, times, fractions, zones, indexes

/* Where: at the end of the name, or before its extension. `separators`: one of these before it, or
 * up to `most` of them. */
static const struct form {
    const char *separators;
    unsigned most;
    bool before_extension;
    enum rotated is;
    parts added;
} forms[] = {
    {".", 1, false, ROTATED_SURE, {numbers}},
    {"-_.", 1, false, ROTATED_SURE, {DATED}},
    {"-_.", 1, false, ROTATED_SURE, {others}},
    {".", 1, false, ROTATED_SURE, {numbers_before, DATED}},
    {".", 1, false, ROTATED_SURE, {numbers_before, others}},
    {"-.", 1, false, ROTATED_SURE, {a_word}},
    {"-_.", 2, true, ROTATED_SURE, {DATED}},
    {"-_.", 2, true, ROTATED_SURE, {others}},
    {"", 0, true, ROTATED_SURE, {compact_dates, indexes}},
    {".", 1, true, ROTATED_WEAK, {numbers}},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct date {
    uint64_t year, month;
};

static bool is_one_of(char c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

static unsigned days_in(const struct date *d)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);

    return d->month == 2 && leap ? 29 : days[d->month - 1];
}

static const struct field *field_of(char letter)
{
    for (unsigned i = 0; i < COUNT(fields); i++)
        if (fields[i].letter == letter)
            return &fields[i];
    return NULL;
}

/* How many digits the field takes at the beginning of s; 0 when it is not there. A number ends
 * where its digits end, if its length is not fixed. */
static size_t take_number(const struct field *f, struct slice s, struct date *date)
{
    uint64_t value = 0;
    size_t n = 0;

    while (n < s.n && n < f->max_digits && char_is_digit(s.p[n]))
        value = value * 10 + (uint64_t)(s.p[n++] - '0');
    if (n < f->min_digits || (f->most && (value < f->least || value > f->most)))
        return 0;
    if (f->letter == 'Y')
        date->year = value;
    else if (f->letter == 'M')
        date->month = value;
    else if (f->letter == 'D' && value > days_in(date))
        return 0;
    return n;
}

static size_t take_word(struct slice s)
{
    for (unsigned i = 0; i < COUNT(words); i++)
        if (slice_starts(s, slice_str(words[i])))
            return strlen(words[i]);
    return 0;
}

static bool is_same(char pattern, char c)
{
    if (pattern == '|')
        return is_one_of(c, "T-_. "); /* before a time */
    return pattern == '/' ? is_one_of(c, "-_.") : pattern == c;
}

/* How much of s the letter stands for; 0 when it is something else. */
static size_t take(char letter, struct slice s, struct date *date)
{
    const struct field *f = field_of(letter);

    if (f)
        return take_number(f, s, date);
    if (letter == 'w')
        return take_word(s);
    return s.n > 0 && is_same(letter, s.p[0]);
}

/* Takes what the pattern stands for from the beginning of *s. */
static bool take_pattern(const char *pattern, struct slice *s)
{
    struct date date = {0};

    for (; *pattern; pattern++) {
        size_t n = take(*pattern, *s, &date);

        if (n == 0)
            return false;
        *s = slice_from(*s, n);
    }
    return true;
}

/* Can s begin like the pattern? */
static bool is_begin(const char *pattern, struct slice s)
{
    struct date date = {0};

    return *pattern == 0 || take(*pattern, s, &date) > 0;
}

/* Is s one of each table from `part` on, and nothing else? Most names are of no rotated file, and many
 * patterns of a table begin alike. */
static bool is_added(const parts added, unsigned part, struct slice s)
{
    char other = 0; /* what it does not begin with */

    if (part == PARTS_MAX || !added[part])
        return s.n == 0;
    for (const char *const *p = added[part]; *p; p++) {
        struct slice rest = s;

        if (**p && **p == other)
            continue;
        if (!is_begin(*p, s))
            other = **p;
        else if (take_pattern(*p, &rest) && is_added(added, part + 1, rest))
            return true;
    }
    return false;
}

static const char *const endings[] = {".gz", ".xz",  ".zst", ".bz2", ".zip",
                                      ".7z", ".lz4", ".lz",  ".lzo", ".Z"};

bool rotated_packed(const char *path, unsigned nth, struct buf *ret_packed)
{
    if (nth >= COUNT(endings))
        return false;
    buf_clear(ret_packed);
    buf_fmt(ret_packed, "%s%s", path, endings[nth]);
    return true;
}

struct slice rotated_unpacked(struct slice name)
{
    for (unsigned i = 0; i < COUNT(endings); i++) {
        struct slice ending = slice_str(endings[i]);

        if (slice_ends(name, ending))
            return slice_make(name.p, name.n - ending.n);
    }
    return name;
}

bool rotated_is_unpacked(const char *path, const char *archive)
{
    return slice_eq(rotated_unpacked(slice_str(archive)), slice_str(path));
}

bool rotated_is_rather(const char *part, const char *a, const char *b)
{
    struct slice name = slice_str(path_name(part));
    size_t like_a = slice_common(slice_str(path_name(a)), name);
    size_t like_b = slice_common(slice_str(path_name(b)), name);

    return like_a != like_b ? like_a > like_b : strcmp(a, b) < 0;
}

bool rotated_is_compressed(struct slice name)
{
    return rotated_unpacked(name).n != name.n;
}

/* Where the extension begins, name.n when there is none. */
static size_t extension(struct slice name)
{
    for (size_t i = name.n; i-- > 1;)
        if (name.p[i] == '.')
            return i + 1 < name.n && char_is_letter(name.p[i + 1]) ? i : name.n;
    return name.n;
}

/* Is [from, end) separators and then what such a rotator adds? */
static bool has_form(const struct form *form, struct slice name, size_t from, size_t end)
{
    if (form->most == 0) /* the digits must not be the end of a longer number */
        return char_is_digit(name.p[from]) && !char_is_digit(name.p[from - 1]) &&
               is_added(form->added, 0, slice_make(name.p + from, end - from));
    for (unsigned n = 1; n <= form->most && from + n < end; n++) {
        if (!is_one_of(name.p[from + n - 1], form->separators))
            return false;
        if (is_added(form->added, 0, slice_make(name.p + from + n, end - from - n)))
            return true;
    }
    return false;
}

enum rotated rotated_base(struct slice name, unsigned nth, struct buf *ret_base)
{
    struct slice plain = rotated_unpacked(name);
    size_t stem = extension(plain);

    for (unsigned f = 0; f < COUNT(forms); f++) {
        size_t end = forms[f].before_extension ? stem : plain.n;

        if (forms[f].before_extension && stem == plain.n)
            continue;
        for (size_t i = 1; i < end; i++) {
            if (char_is_letter(plain.p[i]) || /* neither a separator nor the first digit */
                (char_is_digit(plain.p[i]) && char_is_digit(plain.p[i - 1])))
                continue;
            if (!has_form(&forms[f], plain, i, end) || nth-- > 0)
                continue;
            buf_clear(ret_base);
            buf_add(ret_base, plain.p, i);
            buf_slice(ret_base, slice_from(plain, end));
            return forms[f].is;
        }
    }
    return ROTATED_NOT;
}
