/* load -- small things that every loader needs: names, lists, hints, regexes with a caret. */
#include "config.h"

#include "rules/load/load.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum {
    CARET_WIDTH = 72, /* of a regex shown under its mistake */
    HINTS_MAX = 1000, /* after so many mistakes, no names are compared any more */
};

void *load_alloc(struct load *l, size_t count, size_t size)
{
    return arena_zalloc(l->text, count * size);
}

const char *load_hint(struct load *l, const char *near)
{
    struct buf b = BUF_INIT;
    const char *kept;

    if (!near)
        return "";
    buf_fmt(&b, "; did you mean \"%s\"?", near);
    kept = arena_slice(l->text, buf_all(&b)).p;
    buf_release(&b);
    return kept;
}

const char *load_nearest(struct load *l, const struct map *names, struct slice word)
{
    const char **list = xcalloc(names->n + 1, sizeof *list), *near;
    struct arena text = {0};
    struct slice key;
    uint64_t value;
    size_t n = 0;

    if (l->m->n > HINTS_MAX) {
        free(list);
        return NULL;
    }
    for (size_t at = 0; map_next(names, &at, &key, &value);)
        list[n++] = arena_strslice(&text, key);
    near = nearest(word, list, n);
    near = near ? arena_str(l->text, near) : NULL;
    arena_release(&text);
    free(list);
    return near;
}

static bool is_word(struct slice s, const char *also)
{
    if (s.n == 0 || !char_is_word(*s.p) || char_is_digit(*s.p))
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (!char_is_word(s.p[i]) && (!s.p[i] || !strchr(also, s.p[i])))
            return false;
    return true;
}

bool load_is_name(struct slice s)
{
    return is_word(s, "-");
}

bool load_is_prom_name(struct slice s)
{
    return is_word(s, "");
}

bool load_is_field(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!char_is_word(s.p[i]) && (unsigned char)s.p[i] < 0x80 &&
            (!s.p[i] || !strchr(".-@/!", s.p[i])))
            return false;
    return s.n > 0;
}

bool load_is_builtin(struct slice name)
{
    for (unsigned i = 0; i < CTX_BUILTINS; i++)
        if (slice_eq(name, slice_str(context_names[i])))
            return true;
    return false;
}

bool load_list(struct load *l, const struct ini_entry *e, struct slice *rest,
               struct slice *ret_piece)
{
    bool first = rest->p == e->value.p;

    while (slice_cut(rest, ',', ret_piece)) {
        *ret_piece = slice_trim(*ret_piece);
        if (ret_piece->n)
            return true;
        if (first && !rest->p)
            load_mistake(l, e->at, "\"%s\" has no value", e->name);
        else
            load_mistake(l, e->at, "\"%s\" has a comma too many", e->name);
        first = false;
    }
    return false;
}

bool load_word(struct slice *rest, struct slice *ret_word)
{
    struct slice s = slice_trim(*rest);
    size_t n = 0;

    while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
        n++;
    *ret_word = slice_make(s.p, n);
    *rest = slice_trim(slice_from(s, n));
    return n > 0;
}

/* The regex in one line, cut to a width around `at`, and a caret below that byte. */
static void show_caret(struct buf *out, struct slice regex, size_t at)
{
    size_t from = 0, n = regex.n, column;

    at = at > regex.n ? regex.n : at;
    if (at > CARET_WIDTH - 8) {
        from = at - (CARET_WIDTH - 8);
        while (from > 0 && ((unsigned char)regex.p[from] & 0xc0) == 0x80)
            from--;
    }
    n = utf8_cut(slice_from(regex, from), CARET_WIDTH);
    if (from + n < at)
        n = at - from;
    buf_str(out, from ? "    ..." : "    ");
    column = utf8_columns(slice_make(regex.p + from, at - from)) + (from ? 3 : 0);
    buf_slice(out, slice_make(regex.p + from, n));
    buf_str(out, from + n < regex.n ? "...\n    " : "\n    ");
    for (size_t i = 0; i < column; i++)
        buf_char(out, ' ');
    buf_str(out, "^\n");
}

struct pattern *load_pattern(struct load *l, struct slice regex, struct where at)
{
    struct buf err = BUF_INIT, more = BUF_INIT;
    size_t offset = 0;
    struct pattern *p = pattern_new(regex, &err, &offset);

    if (slice_starts(regex, SLICE("/^")))
        load_warning(l, at,
                     "nothing stands before ^, so /^ never matches; a regex is written without "
                     "slashes, and (?i) at its start ignores case");

    if (!p) {
        show_caret(&more, regex, offset);
        load_mistake(l, at, "bad regex: %.*s", SLICE_FMT(buf_all(&err)));
        mistake_more(l->m, buf_all(&more));
    }
    buf_release(&err);
    buf_release(&more);
    return p;
}

/* Verbs that were looked for in the wrong place. */
static const char *verb_hint(struct slice name, unsigned kind)
{
    bool verb = slice_eq(name, SLICE("inc")) || slice_eq(name, SLICE("add")) ||
                slice_eq(name, SLICE("dec")) || slice_eq(name, SLICE("sub")) ||
                slice_eq(name, SLICE("set")) || slice_eq(name, SLICE("reset")) ||
                slice_eq(name, SLICE("observe"));

    if (!verb)
        return "";
    if (kind == SECTION_HISTOGRAM)
        return "; a histogram has the verb observe";
    if (kind == SECTION_COUNTER)
        return "; a counter has the verbs inc and add";
    if (kind == SECTION_GAUGE)
        return "; a gauge has the verbs inc, dec, add, sub, set and reset";
    return "; it says what events do to a metric";
}

/* "[counter], [gauge]" */
static void list_kinds(struct buf *out, unsigned kinds)
{
    for (unsigned bit = 1; bit <= kinds; bit <<= 1)
        if (kinds & bit)
            buf_fmt(out, "%s[%s]", out->n ? ", " : "", section_kind_text(bit));
}

static void unknown_key(struct load *l, const struct ini_section *s, const struct ini_entry *e,
                        const struct key *k, unsigned kind)
{
    struct slice name = slice_str(e->name);
    const char *near = key_nearest(name, kind), *verb = verb_hint(name, kind);
    struct buf kinds = BUF_INIT;

    if (name.n && name.p[name.n - 1] == '.' && near && strcmp(near, e->name) == 0)
        load_mistake(l, e->at, "\"%s\" lacks a field: write %sFIELD = ...", e->name, e->name);
    else if (k && *verb)
        load_mistake(l, e->at, "[%s] has no key \"%s\"%s", s->kind, e->name, verb);
    else if (k && (k->sections & SECTION_RULE || !near)) {
        list_kinds(&kinds, k->sections);
        load_mistake(l, e->at, "[%s] has no key \"%s\"; it is a key of %.*s", s->kind, e->name,
                     SLICE_FMT(buf_all(&kinds)));
    } else
        load_mistake(l, e->at, "unknown key \"%s\"%s", e->name, load_hint(l, near));
    buf_release(&kinds);
}

bool *load_keys(struct load *l, const struct ini_section *s, unsigned kind)
{
    bool *good = load_alloc(l, s->n + 1, sizeof *good);
    struct map seen = MAP_INIT;

    for (size_t i = 0; i < s->n; i++) {
        const struct ini_entry *e = &s->entries[i];
        const struct key *k = key_find(slice_str(e->name), kind);
        uint64_t first;

        if (!k || !(k->sections & kind))
            unknown_key(l, s, e, k, kind);
        else if (!(k->flags & KEY_REPEAT) && map_get(&seen, slice_str(e->name), &first))
            load_mistake(l, e->at, "\"%s\" is given twice in this section (first in line %d)",
                         e->name, s->entries[first].at.line);
        else if (k->flags & KEY_FIELD &&
                 !load_is_field(slice_from(slice_str(e->name), strlen(k->name))))
            load_mistake(l, e->at, "\"%s\" is not a field name", e->name + strlen(k->name));
        else
            good[i] = map_put(&seen, slice_str(e->name), i) || k->flags & KEY_REPEAT;
    }
    map_release(&seen);
    return good;
}
