/* section -- one function a kind of mistake; the sentences are the same for every file. */
#include "config.h"

#include "config/section.h"

#include "base/num.h"

#include <stdlib.h>

/* "[counter], [gauge]" */
static void list_kinds(struct buf *out, unsigned kinds)
{
    for (unsigned bit = 1; bit <= kinds; bit <<= 1)
        if (kinds & bit)
            buf_fmt(out, "%s[%s]", out->n ? ", " : "", section_row(bit)->word);
}

/* "event, counter and log" */
static void list_words(struct buf *out, unsigned kinds)
{
    unsigned i = 0, n = (unsigned)__builtin_popcount(kinds);

    for (unsigned bit = 1; bit <= kinds; bit <<= 1)
        if (kinds & bit)
            buf_word(out, section_row(bit)->word, i++, n, "and");
}

static void unknown_section(const struct ini_section *s, unsigned allowed, struct mistakes *m)
{
    const char *near = section_kind_nearest(slice_str(s->word), allowed);
    struct buf words = BUF_INIT;

    mistake_add(m, MISTAKE, s->at, "unknown section [%s]", s->text);
    list_words(&words, allowed);
    if (near)
        mistake_near(m, near);
    else
        mistake_hint(m, "there are %s", words.p);
    buf_release(&words);
}

/* A kind that is known and not for this file. */
static void elsewhere(const struct ini_section *s, unsigned kind, struct mistakes *m)
{
    mistake_add(m, MISTAKE, s->at,
                kind == SECTION_TEST ? "[%s] belongs in the NAME.ini of a test"
                                     : "[%s] belongs in the configuration file, not among rules",
                s->word);
}

unsigned section_check(const struct ini_section *s, unsigned allowed, struct mistakes *m)
{
    unsigned kind = section_kind(slice_str(s->word));
    bool named = kind && section_row(kind)->named;

    if (!*s->word)
        mistake_add(m, MISTAKE, s->at,
                    "a section without a kind: write [event NAME], [counter NAME] ...");
    else if (!kind)
        unknown_section(s, allowed, m);
    else if (!(kind & allowed))
        elsewhere(s, kind, m);
    else if (named && !*s->name)
        mistake_add(m, MISTAKE, s->at, "[%s] needs a name: [%s NAME]", s->word, s->word);
    else {
        if (!named && *s->name)
            mistake_add(m, MISTAKE, s->at, "[%s] takes no name; write [%s]", s->text, s->word);
        if (kind & (SECTION_EVENT | SECTION_SPAN | SECTION_LOG) &&
            !name_is_rule(slice_str(s->name)))
            mistake_add(m, MISTAKE, s->at,
                        "[%s] cannot be named \"%s\"; a name is [A-Za-z_][A-Za-z0-9_-]*", s->word,
                        s->name);
        return kind;
    }
    return 0;
}

/* Verbs that were looked for in the wrong place. */
static void verb_hint(const struct ini_section *s, struct mistakes *m)
{
    struct buf verbs = BUF_INIT;

    key_verbs(s->kind, false, "and", &verbs);
    if (verbs.n)
        mistake_hint(m, "a %s has the verb%s %s", s->word, strchr(verbs.p, ' ') ? "s" : "",
                     verbs.p);
    else
        mistake_hint(m, "it says what events do to a metric");
    buf_release(&verbs);
}

/* What is spelled nearly so, or stands for words that others have. */
static void other_word(const struct ini_section *s, const char *name, const char *near,
                       struct mistakes *m)
{
    if (near)
        mistake_near(m, near);
    else if (s->kind == SECTION_EVENT && strcmp(name, "route") == 0)
        mistake_hint(m, "set.route = ${FIELD|route} makes a field of it");
    else if (s->kind & SECTION_METRIC && strcmp(name, "count") == 0)
        mistake_hint(m, "inc = EVENT counts");
    else
        mistake_hint(m, "`logtally help keys %s` lists those that there are", s->word);
}

static void unknown_key(const struct ini_section *s, const struct ini_entry *e, struct where at,
                        const struct key *k, struct mistakes *m)
{
    struct slice name = slice_str(e->name);
    const char *near = key_nearest(name, s->kind);
    struct buf kinds = BUF_INIT;

    if (name.n && name.p[name.n - 1] == '.' && near && strcmp(near, e->name) == 0) {
        mistake_add(m, MISTAKE, at, "\"%s\" lacks a field: write %sFIELD = ...", e->name, e->name);
    } else if (k && (k->flags & KEY_VERB || k->sections & SECTION_RULE || !near)) {
        list_kinds(&kinds, k->sections);
        mistake_add(m, MISTAKE, at, "[%s] has no key \"%s\"", s->word, e->name);
        if (k->flags & KEY_VERB)
            verb_hint(s, m);
        else
            mistake_hint(m, "it is a key of %s", kinds.p);
    } else {
        mistake_add(m, MISTAKE, at, "unknown key \"%s\"", e->name);
        other_word(s, e->name, near, m);
    }
    buf_release(&kinds);
}

/* Puts the key among those seen; false, with the line of the first, when it is there. */
static bool first_time(const struct ini_section *s, size_t number, const struct ini_entry *e,
                       struct map *seen, uint64_t *ret_line)
{
    struct buf key = BUF_INIT;
    bool first;

    if (section_row(s->kind)->named)
        buf_fmt(&key, "%zu", number);
    buf_fmt(&key, "[%s] %s", s->word, e->name);
    first = !map_get(seen, buf_all(&key), ret_line);
    if (first)
        map_put(seen, buf_all(&key), (uint64_t)e->at.line);
    buf_release(&key);
    return first;
}

const struct key *section_key(const struct ini_section *s, size_t number, const struct ini_entry *e,
                              struct map *seen, struct mistakes *m)
{
    const struct key *k = key_find(slice_str(e->name), s->kind);
    struct where at = {e->at.file, e->at.line, 1};
    struct slice field, of;
    uint64_t line;

    if (!k || !(k->sections & s->kind)) {
        unknown_key(s, e, at, k, m);
    } else if (!(k->flags & KEY_REPEAT) && !first_time(s, number, e, seen, &line)) {
        mistake_add(m, MISTAKE, at, "\"%s\" is given twice in this section (first in line %d)",
                    e->name, (int)line);
        if (k->flags & KEY_VERB)
            mistake_hint(m,
                         "name several events with commas; of other labels or values write another "
                         "[%s %s], which adds to the same metric",
                         s->word, s->name);
    } else if (k->flags & KEY_FIELD && !key_fields(k, slice_str(e->name), &field, &of)) {
        mistake_add(m, MISTAKE, at, "\"%s\" is not a field name", e->name + strlen(k->name));
    } else {
        return k;
    }
    return NULL;
}

/* Every number but a NUMBER is compared as a whole one. */
static bool parse(enum key_type type, struct slice text, struct key_value *v)
{
    struct num num;
    int64_t ns;

    switch (type) {
    case TYPE_SIZE:
        return size_parse(text, &v->n) == 0;
    case TYPE_DURATION:
        if (duration_parse(text, &ns) < 0 || ns < 0)
            return false;
        v->n = (uint64_t)ns;
        return true;
    default:
        if (num_parse(text, &UNIT_PLAIN, &num) < 0 ||
            (type == TYPE_COUNT && !(num.integral && char_is_digit(*text.p))))
            return false;
        v->n = num.u;
        v->d = num.d;
        return true;
    }
}

static bool in_range(const struct key *k, const struct key_value *v)
{
    struct key_value min, max;

    if (!k->min)
        return k->type != TYPE_DURATION || v->n > 0;
    return parse(k->type, slice_str(k->min), &min) && parse(k->type, slice_str(k->max), &max) &&
           v->n >= min.n && v->n <= max.n;
}

static bool read_choice(const struct key *k, const struct ini_entry *e, struct mistakes *m,
                        struct key_value *v)
{
    struct buf list = BUF_INIT;
    size_t n = 0;

    for (; n < CHOICES_MAX && k->words[n]; n++) {
        if (slice_eq(e->value, slice_str(k->words[n]))) {
            v->n = n;
            return true;
        }
    }
    for (size_t i = 0; i < n; i++)
        buf_word(&list, k->words[i], i, n, "or");
    mistake_add(m, MISTAKE, e->at, "\"%s\" is %s, not \"%.*s\"", e->name, list.p,
                SLICE_FMT(e->value));
    mistake_near(m, nearest(e->value, k->words, n));
    buf_release(&list);
    return false;
}

bool key_read(const struct key *k, const struct ini_entry *e, struct mistakes *m,
              struct key_value *ret_value)
{
    static const char *const what[] = {[TYPE_NUMBER] = "a number",
                                       [TYPE_COUNT] = "a whole number",
                                       [TYPE_SIZE] = "a size with its unit",
                                       [TYPE_DURATION] = "a time with its unit"};

    if (k->type == TYPE_CHOICE)
        return read_choice(k, e, m, ret_value);
    if (parse(k->type, e->value, ret_value) && in_range(k, ret_value))
        return true;
    if (k->min)
        mistake_add(m, MISTAKE, e->at, "\"%s\" is %s%s from %s to %s, not \"%.*s\"", e->name,
                    what[k->type], k->type == TYPE_COUNT ? "" : ",", k->min, k->max,
                    SLICE_FMT(e->value));
    else
        mistake_add(m, MISTAKE, e->at, "\"%s\" is %s%s, not \"%.*s\"", e->name, what[k->type],
                    k->type == TYPE_DURATION ? ", as 90s, 15m or 1h" : "", SLICE_FMT(e->value));
    return false;
}

struct key_value key_default(enum key_id id)
{
    const struct key *k = key_row(id);
    struct ini_entry e = {.name = k->name, .value = slice_str(k->dflt)};
    struct mistakes none = MISTAKES_INIT;
    struct key_value v = {0};

    if (!key_read(k, &e, &none, &v))
        abort(); /* a row of keys.h is wrong; tests read every default */
    return v;
}
