/* schema -- the table that keys.h fills, and the look-ups in it. */
#include "config.h"

#include "config/schema.h"

#include "config/mistake.h"

#include "base/port.h"

/* clang-format off */
static const struct key keys[NKEYS] = {
#define KEY(number, name_, sections_, flags_, type_, ...) \
    [KEY_##number] = {.id = KEY_##number, .name = name_, .sections = sections_, .flags = flags_, \
                      .type = TYPE_##type_, __VA_ARGS__},
#include "config/keys.h"
#undef KEY
};
/* clang-format on */

/* In the order of the bits of enum section_kind. */
static const struct section_row kinds[] = {
    {"event", true, "which lines are meant, and what their fields are called"},
    {"counter", true, "what only grows"},
    {"gauge", true, "what goes up and down"},
    {"histogram", true, "how values are distributed"},
    {"log", true, "files that are read in the same way"},
    {"server", false, "where metrics are served"},
    {"state", false, "what is kept across restarts"},
    {"limits", false, "what a log can make of the memory at most"},
    {"metrics", false, "what all metrics have in common"},
    {"rules", false, "where the rules are"},
    {"test", false, "what a golden test expects besides its metrics"},
    {"patterns", false, "pieces of regexes by their names"},
    {"span", true, "two lines that are one event"},
};

enum { NKINDS = sizeof kinds / sizeof *kinds };

const struct key *key_row(enum key_id id)
{
    return &keys[id];
}

static bool is(const struct key *k, struct slice name)
{
    struct slice known = slice_str(k->name);

    return k->flags & KEY_FIELD ? name.n > known.n && slice_starts(name, known)
                                : slice_eq(name, known);
}

const struct key *key_find(struct slice name, unsigned sections)
{
    const struct key *elsewhere = NULL, *any = NULL;

    for (size_t i = 0; i < NKEYS; i++) {
        if (keys[i].flags & KEY_ANY && keys[i].sections & sections)
            any = &keys[i];
        if (keys[i].flags & KEY_ANY || !is(&keys[i], name))
            continue;
        if (keys[i].sections & sections)
            return &keys[i];
        elsewhere = &keys[i];
    }
    return any ? any : elsewhere;
}

const char *key_nearest(struct slice name, unsigned sections)
{
    const char *near[NKEYS];
    size_t n = 0;

    for (size_t i = 0; i < NKEYS; i++)
        if (keys[i].sections & sections && !(keys[i].flags & KEY_ANY))
            near[n++] = keys[i].name;
    return nearest(name, near, n);
}

void key_verbs(unsigned sections, bool only_bare, const char *last, struct buf *out)
{
    const char *verbs[NKEYS];
    size_t n = 0;

    for (size_t i = 0; i < NKEYS; i++)
        if (keys[i].sections & sections && keys[i].flags & KEY_VERB &&
            !(only_bare && keys[i].flags & KEY_VALUED))
            verbs[n++] = keys[i].name;
    for (size_t i = 0; i < n; i++)
        buf_word(out, verbs[i], i, n, last);
}

unsigned section_kind(struct slice word)
{
    for (unsigned i = 0; i < NKINDS; i++)
        if (slice_eq(word, slice_str(kinds[i].word)))
            return 1u << i;
    return 0;
}

const struct section_row *section_row(unsigned kind)
{
    return &kinds[__builtin_ctz(kind)];
}

const char *section_kind_nearest(struct slice word, unsigned sections)
{
    const char *near[NKINDS];
    size_t n = 0;

    for (unsigned i = 0; i < NKINDS; i++)
        if (sections & 1u << i)
            near[n++] = kinds[i].word;
    return nearest(word, near, n);
}

bool name_is_rule(struct slice s)
{
    if (s.n == 0 || char_is_digit(*s.p) || *s.p == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!char_is_word(s.p[i]) && s.p[i] != '-')
            return false;
    return true;
}

bool name_is_prometheus(struct slice s)
{
    return name_is_rule(s) && !memchr(s.p, '-', s.n);
}

bool name_is_field(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!char_is_word(s.p[i]) && (unsigned char)s.p[i] < 0x80 &&
            (!s.p[i] || !strchr(".-@/!", s.p[i])))
            return false;
    return s.n > 0;
}

bool key_fields(const struct key *k, struct slice name, struct slice *ret_field,
                struct slice *ret_of)
{
    struct slice field = slice_from(name, strlen(k->name)), of = field;

    if (k->flags & KEY_FIELD_OF && field.n && field.p[field.n - 1] == ')') {
        field = slice_until(field, "(");
        of = slice_from(of, field.n);
        if (of.n < 2) /* a ) without its ( */
            return false;
        of = slice_make(of.p + 1, of.n - 2);
    }
    *ret_field = field;
    *ret_of = of;
    return name_is_field(field) && name_is_field(of);
}
