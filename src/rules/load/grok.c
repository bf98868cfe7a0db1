/* grok -- [patterns]: pieces of regexes by their names, and `%{NAME}` in every regex.
 *
 * Before PCRE2 sees a regex, each `%{NAME}` in it becomes `(?:...)`, and `%{NAME:field}` a named group.
 * A piece that is used is compiled alone first, so that what is wrong in it is said where it stands
 * and not where it is used; then nothing but the text around the pieces can be wrong in the whole.
 *
 * Names are looked for in [patterns], then in the files that it includes, of which the last counts,
 * then among common_patterns.h. */
#include "config.h"

#include "rules/load/loader.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    DEPTH_MAX = 64,           /* pieces within pieces */
    EXPANDED_MAX = 256 << 10, /* bytes of a regex without names */
    GROUP_MAX = 32,           /* letters of a group's name, by PCRE2 */
};

enum piece_state { PIECE_NEW, PIECE_OPEN, PIECE_GOOD, PIECE_BAD };

struct grok_piece {
    const char *name;
    struct slice regex;
    struct where at;
    bool included;
    enum piece_state state;
};

/* A field whose name cannot be that of a group. */
struct alias {
    const char *field;
    char group[16];
};

/* Where a piece of the expanded text comes from. */
struct origin {
    size_t expanded, written;
    bool as_written; /* byte by byte; else all of it from one `%{...}` */
};

struct expansion {
    struct load *l;
    struct buf text;
    struct origin *origins; /* of the outermost text */
    size_t norigins, cap;
    struct alias *aliases;
    size_t naliases, aliases_cap;
    unsigned depth;  /* of the text that is being expanded */
    unsigned nested; /* of expansions, each that of a piece for another */
    bool bad;        /* and said */
};

/* `%{NAME}`, `%{NAME:field}`, `%{NAME:field:int}` */
struct use {
    struct slice name, field; /* field.p NULL: none */
    size_t n;                 /* of all */
};

static const struct {
    const char *name, *regex;
} common[] = {
#define COMMON(name, regex) {name, regex},
#include "rules/load/common_patterns.h"
#undef COMMON
};

enum { NCOMMON = sizeof common / sizeof *common };

/* --- what there is ---------------------------------------------------------------------------- */

static struct grok_piece *add_piece(struct load *l, const char *name, struct slice regex,
                                    struct where at, bool included)
{
    GROW(l->pieces, l->npieces, l->pieces_cap);
    l->pieces[l->npieces] =
        (struct grok_piece){.name = name, .regex = regex, .at = at, .included = included};
    map_put(&l->piece_names, slice_str(name), l->npieces);
    return &l->pieces[l->npieces++];
}

static void define(struct load *l, const struct ini_entry *e)
{
    uint64_t before;

    if (!name_is_prometheus(slice_str(e->name)) || *e->name == '_') {
        load_mistake(l, e->at,
                     "\"%s\" is no name of a pattern: a letter, then letters, digits and _",
                     e->name);
    } else if (e->value.n == 0) {
        load_mistake(l, e->at, "pattern \"%s\" is empty", e->name);
    } else if (map_get(&l->piece_names, slice_str(e->name), &before) &&
               !l->pieces[before].included) {
        load_mistake(l, e->at, "pattern \"%s\" is defined twice (first in %s:%d)", e->name,
                     l->pieces[before].at.file, l->pieces[before].at.line);
    } else {
        (void)add_piece(l, arena_str(l->text, e->name), arena_slice(l->text, e->value), e->at,
                        false);
    }
}

static void include_line(struct load *l, struct slice line, struct where at)
{
    struct slice rest = slice_trim(line), name;
    uint64_t before;

    if (rest.n && rest.p[rest.n - 1] == '\r')
        rest.n--;
    if (rest.n == 0 || *rest.p == '#')
        return;
    if (!load_word(&rest, &name) || rest.n == 0 || !name_is_prometheus(name)) {
        load_mistake(l, at, "a line of patterns is NAME REGEX");
        return;
    }
    at.column = (int)(rest.p - line.p) + 1;
    if (map_get(&l->piece_names, name, &before)) {
        struct grok_piece *p = &l->pieces[before];

        if (p->included && !slice_eq(p->regex, rest))
            load_warning(l, at, "pattern \"%s\" was another in %s:%d; this one counts", p->name,
                         p->at.file, p->at.line);
        if (p->included)
            *p = (struct grok_piece){p->name, rest, at, true, PIECE_NEW};
        return;
    }
    (void)add_piece(l, arena_strslice(l->text, name), rest, at, true);
}

static void include_file(struct load *l, const struct rulefile *f)
{
    struct where at = {f->path, 0, 1};
    struct slice rest = f->text, line;

    while (slice_cut(&rest, '\n', &line)) {
        at.line++;
        include_line(l, line, at);
    }
}

static void include(struct load *l, const struct ini_entry *e)
{
    struct slice rest = e->value, glob;

    while (load_list(l, e, &rest, &glob)) {
        size_t n;
        const struct rulefile *files = rulefiles_texts(l->files, glob, e->at, l->m, &n);

        for (size_t i = 0; i < n; i++)
            include_file(l, &files[i]);
    }
}

static struct grok_piece *find_piece(struct load *l, struct slice name)
{
    uint64_t i;

    if (map_get(&l->piece_names, name, &i))
        return &l->pieces[i];
    for (i = 0; i < NCOMMON; i++)
        if (slice_eq(slice_str(common[i].name), name))
            return add_piece(l, common[i].name, slice_str(common[i].regex),
                             (struct where){.file = "common patterns"}, true);
    return NULL;
}

/* --- in the place of names -------------------------------------------------------------------- */

/* A use at the beginning of s? Only before a letter: in a regex `%{3}` is three percent signs. */
static bool read_use(struct slice s, struct use *ret_use)
{
    const char *close;
    struct slice inside;

    if (!slice_starts(s, SLICE("%{")) || s.n < 4 || !char_is_letter(s.p[2]))
        return false;
    close = memchr(s.p, '}', s.n);
    if (!close)
        return false;
    inside = slice_make(s.p + 2, (size_t)(close - s.p) - 2);
    *ret_use = (struct use){.n = inside.n + 3};
    (void)slice_cut(&inside, ':', &ret_use->name);
    if (!name_is_prometheus(ret_use->name))
        return false;
    if (inside.p)
        (void)slice_cut(&inside, ':', &ret_use->field); /* what follows is a type, which all have */
    return true;
}

/* `[a][b]` is a.b */
static const char *field_name(struct load *l, struct slice field)
{
    struct buf name = BUF_INIT;
    const char *text;

    for (size_t i = 0; i < field.n; i++) {
        if (field.p[i] == '[' && name.n)
            buf_char(&name, '.');
        else if (field.p[i] != '[' && field.p[i] != ']')
            buf_char(&name, field.p[i]);
    }
    text = arena_slice(l->text, buf_all(&name)).p;
    buf_release(&name);
    return text;
}

/* The group that stands for a field: of its name, if PCRE2 takes that. */
static const char *group_name(struct expansion *x, const char *field)
{
    size_t i = 0;

    if (name_is_prometheus(slice_str(field)) && strlen(field) <= GROUP_MAX)
        return field;
    while (i < x->naliases && strcmp(x->aliases[i].field, field) != 0)
        i++;
    if (i == x->naliases) {
        GROW(x->aliases, x->naliases, x->aliases_cap);
        x->aliases[i] = (struct alias){.field = field};
        snprintf(x->aliases[i].group, sizeof x->aliases[i].group, "_field_%zu", i);
        x->naliases++;
    }
    return x->aliases[i].group;
}

static void expand(struct expansion *x, struct slice regex, struct where at);

static void note_origin(struct expansion *x, size_t written, bool as_written)
{
    if (x->depth > 0)
        return;
    GROW(x->origins, x->norigins, x->cap);
    x->origins[x->norigins++] = (struct origin){x->text.n, written, as_written};
}

/* The byte of the outermost text that byte `at` of the expanded one comes from. */
static size_t written_at(const struct expansion *x, size_t at)
{
    size_t i = x->norigins;

    while (i > 1 && x->origins[i - 1].expanded > at)
        i--;
    if (i == 0)
        return at;
    return x->origins[i - 1].written +
           (x->origins[i - 1].as_written ? at - x->origins[i - 1].expanded : 0);
}

static void release_expansion(struct expansion *x)
{
    buf_release(&x->text);
    free(x->origins);
    free(x->aliases);
}

static bool too_deep(struct expansion *x, const struct grok_piece *p)
{
    x->bad = true;
    if (p->state == PIECE_OPEN)
        return load_mistake(x->l, p->at,
                            "pattern \"%s\" holds itself, by way of the patterns in it", p->name);
    return load_mistake(x->l, p->at, "pattern \"%s\" is inside of more than %d others", p->name,
                        DEPTH_MAX);
}

/* Compiles a piece alone, once. False when it is bad; it is said where it stands. */
static bool check_piece(struct expansion *outer, struct grok_piece *p)
{
    struct expansion x = {.l = outer->l, .nested = outer->nested + 1};
    struct buf err = BUF_INIT;
    size_t number = (size_t)(p - outer->l->pieces), offset;

    if (p->state == PIECE_OPEN || x.nested > DEPTH_MAX || outer->depth > DEPTH_MAX)
        return too_deep(outer, p);
    if (p->state != PIECE_NEW)
        return p->state == PIECE_GOOD;
    p->state = PIECE_OPEN;
    expand(&x, p->regex, p->at);
    p = &outer->l->pieces[number]; /* the list may have grown */
    if (!x.bad && !pattern_check(buf_all(&x.text), &err, &offset)) {
        struct buf sentence = BUF_INIT;

        buf_fmt(&sentence, "bad regex of pattern \"%s\": %.*s", p->name, SLICE_FMT(buf_all(&err)));
        load_caret(x.l, p->regex, written_at(&x, offset), p->at, buf_all(&sentence));
        buf_release(&sentence);
        x.bad = true;
    }
    p->state = x.bad ? PIECE_BAD : PIECE_GOOD;
    buf_release(&err);
    release_expansion(&x);
    return p->state == PIECE_GOOD;
}

static void put_piece(struct expansion *x, const struct use *u, struct grok_piece *p,
                      struct where at)
{
    size_t number = (size_t)(p - x->l->pieces);
    const char *field;

    if (!check_piece(x, p)) {
        x->bad = true;
        return;
    }
    p = &x->l->pieces[number];
    if (u->field.n) {
        field = field_name(x->l, u->field);
        if (!name_is_field(slice_str(field))) {
            load_mistake(x->l, at, "\"%.*s\" of %%{%.*s} is no field name", SLICE_FMT(u->field),
                         SLICE_FMT(u->name));
            x->bad = true;
            return;
        }
        buf_fmt(&x->text, "(?<%s>", group_name(x, field));
    } else {
        buf_str(&x->text, "(?:");
    }
    x->depth++;
    expand(x, p->regex, p->at);
    x->depth--;
    buf_char(&x->text, ')');
}

static void unknown_piece(struct expansion *x, const struct use *u, struct where at)
{
    const char *names[NCOMMON], *near;

    for (size_t i = 0; i < NCOMMON; i++)
        names[i] = common[i].name;
    near = load_nearest(x->l, &x->l->piece_names, u->name);
    load_warning(x->l, at, "there is no pattern \"%.*s\", so %%{%.*s} is plain text",
                 SLICE_FMT(u->name), SLICE_FMT(u->name));
    mistake_near(x->l->m, near ? near : nearest(u->name, names, NCOMMON));
}

/* Appends the regex without names. */
static void expand(struct expansion *x, struct slice regex, struct where at)
{
    size_t i = 0, plain = 0;
    struct use u;

    note_origin(x, 0, true);
    while (i < regex.n && !x->bad) {
        struct slice rest = slice_from(regex, i);
        struct grok_piece *p;

        if (!read_use(rest, &u)) {
            i += *rest.p == '\\' && rest.n > 1 ? 2 : 1;
            continue;
        }
        p = find_piece(x->l, u.name);
        if (!p) {
            if (x->depth == 0)
                unknown_piece(x, &u, at);
            i += u.n;
            continue;
        }
        buf_slice(&x->text, slice_make(regex.p + plain, i - plain));
        note_origin(x, i, false);
        put_piece(x, &u, p, at);
        plain = i += u.n;
        note_origin(x, i, true);
        if (x->text.n > EXPANDED_MAX && !x->bad)
            x->bad = !load_mistake(x->l, at, "with its patterns this regex has more than 256 KiB");
    }
    if (plain < regex.n)
        buf_slice(&x->text, slice_from(regex, plain));
}

/* --- what the others ask ---------------------------------------------------------------------- */

void load_pieces(struct load *l, const struct ini_section *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct ini_entry *e = &s->entries[i];

        if (e->key && e->key->id == KEY_PATTERN)
            define(l, e);
    }
}

void load_included_pieces(struct load *l, const struct ini_section *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i].key && s->entries[i].key->id == KEY_PATTERN_FILES)
            include(l, &s->entries[i]);
}

void load_check_pieces(struct load *l)
{
    struct expansion x = {.l = l};

    for (size_t i = 0; i < l->npieces; i++)
        if (!l->pieces[i].included)
            (void)check_piece(&x, &l->pieces[i]);
}

static bool has_use(struct slice regex)
{
    struct use u;

    for (size_t i = 0; i + 3 < regex.n; i++)
        if (regex.p[i] == '%' && read_use(slice_from(regex, i), &u))
            return true;
    return false;
}

struct pattern *load_pattern(struct load *l, struct slice regex, struct where at)
{
    struct expansion x = {.l = l};
    struct pattern *p;
    struct buf err = BUF_INIT;
    size_t offset = 0;

    if (!has_use(regex))
        return load_plain_pattern(l, regex, at);
    expand(&x, regex, at);
    p = x.bad ? NULL : pattern_new(buf_all(&x.text), &err, &offset);
    if (!p && !x.bad) {
        struct buf sentence = BUF_INIT;

        buf_fmt(&sentence, "bad regex: %.*s", SLICE_FMT(buf_all(&err)));
        load_caret(l, regex, written_at(&x, offset), at, buf_all(&sentence));
        buf_release(&sentence);
    }
    for (size_t i = 0; p && i < x.naliases; i++)
        pattern_rename(p, x.aliases[i].group, x.aliases[i].field);
    buf_release(&err);
    release_expansion(&x);
    return p;
}
