/* actions -- set, calc, rewrite and map: what an event makes of its fields, in the order written.
 *
 * The `map.FIELD` lines of an event up to the next set or rewrite of that field are one table,
 * which stands where its first line stands. One of them may name a file with more. */
#include "config.h"

#include "rules/load/loader.h"
#include "rules/replacement.h"

#include "base/xalloc.h"

#include <stdlib.h>

static bool is_arrow(struct slice s, size_t i)
{
    bool before = i == 0 || char_is_blank(s.p[i - 1]);
    bool after = i + 2 == s.n || char_is_blank(s.p[i + 2]);

    return s.p[i] == '-' && s.p[i + 1] == '>' && before && after;
}

/* The last -> with a blank or an end on each side divides. */
static bool divide(struct load *l, const struct ini_entry *e, const char *left,
                   struct slice *ret_left, struct slice *ret_right)
{
    struct slice s = e->value;

    for (size_t i = s.n; i-- > 0;) {
        if (i + 2 > s.n || !is_arrow(s, i))
            continue;
        *ret_left = slice_trim(slice_make(s.p, i));
        *ret_right = slice_trim(slice_from(s, i + 2));
        return true;
    }
    for (size_t i = 0; i + 2 <= s.n; i++) {
        if (s.p[i] == '-' && s.p[i + 1] == '>')
            return load_mistake(l, e->at, "the -> of \"%s\" needs a blank on each side", e->name);
    }
    load_mistake(l, e->at, "\"%s\" has no ->; write %s = %s -> RESULT", e->name, e->name, left);
    return false;
}

/* Room for the names of n fields that the action reads. */
static void new_refs(struct load *l, struct action *a, unsigned n)
{
    a->refs = load_alloc(l, n, sizeof *a->refs);
    a->nrefs = n;
}

/* The next action of an event, writing field `name`. */
static struct action *new_action(struct load *l, uint32_t event, enum action_kind kind,
                                 const char *name, struct where at)
{
    struct event *ev = &l->r->events[event];
    struct action *a = &ev->actions[ev->nactions];
    unsigned stage = ev->nconditions + ev->nactions++;
    struct local *to = load_local(l, event, slice_str(name), stage);

    if ((kind == ACTION_SET || kind == ACTION_CALC) && to->surely == NEVER)
        to->surely = (int)stage;
    if (load_is_builtin(slice_str(name)))
        load_mistake(l, at, "\"%s\" is a built-in field; choose another name", name);
    *a = (struct action){.kind = kind, .name = to->name, .to = to->slot, .at = at};
    load_patch(l, &a->to, 1);
    return a;
}

/* `{{field}}`, as other template languages have it. */
static void warn_braces(struct load *l, struct slice text, struct where at)
{
    const char *open = memmem(text.p, text.n, "{{", 2);

    if (!open)
        return;
    struct slice field =
        slice_trim(slice_until(slice_make(open + 2, (size_t)(text.p + text.n - open - 2)), "}"));

    if (name_is_field(field))
        load_warning(l, at, "\"{{%.*s}}\" is plain text; a field is written ${%.*s}",
                     SLICE_FMT(field), SLICE_FMT(field));
}

static void load_set(struct load *l, uint32_t event, const char *field, const struct ini_entry *e)
{
    struct action *a = new_action(l, event, ACTION_SET, field, e->at);
    struct buf err = BUF_INIT;

    a->text = arena_slice(l->text, e->value);
    a->template = template_new(e->value, &err);
    if (!a->template && memmem(e->value.p, e->value.n, "${env:", 6))
        load_mistake(l, e->at, "${env:...} works in the configuration file only, not in rules");
    else if (!a->template)
        load_mistake(l, e->at, "%.*s", SLICE_FMT(buf_all(&err)));
    else if (ini_is_quoted(e->value))
        load_warning(l, e->at, "the quotes of \"%s\" become part of the value; leave them out",
                     e->name);
    warn_braces(l, e->value, e->at);
    new_refs(l, a, a->template ? template_nfields(a->template) : 0);
    for (unsigned i = 0; i < a->nrefs; i++)
        a->refs[i].name = arena_str(l->text, template_field(a->template, i));
    buf_release(&err);
}

/* `content-length`, of which the minus was meant as a part. */
static void warn_of_dashes(struct load *l, struct slice text, struct where at)
{
    for (size_t i = 1; i + 1 < text.n; i++) {
        size_t from = i, to = i + 1;

        while (from > 0 && char_is_word(text.p[from - 1]))
            from--;
        while (to < text.n && char_is_word(text.p[to]))
            to++;
        if (text.p[i] == '-' && from < i && to > i + 1 && char_is_letter(text.p[from]) &&
            char_is_letter(text.p[i + 1]) && !memchr(text.p, '{', text.n))
            load_warning(l, at,
                         "\"%.*s\" is a difference; write blanks around the minus, and the field "
                         "of that name ${%.*s}",
                         (int)(to - from), text.p + from, (int)(to - from), text.p + from);
    }
}

static void load_calc(struct load *l, uint32_t event, const char *field, const struct ini_entry *e)
{
    struct action *a = new_action(l, event, ACTION_CALC, field, e->at);
    struct buf err = BUF_INIT;
    size_t offset = 0;

    a->text = arena_slice(l->text, e->value);
    a->calc = calc_new(e->value, &err, &offset);
    if (a->calc)
        warn_of_dashes(l, e->value, e->at);
    else
        load_caret(l, e->value, offset, e->at, buf_all(&err));
    new_refs(l, a, a->calc ? calc_nfields(a->calc) : 0);
    for (unsigned i = 0; i < a->nrefs; i++)
        a->refs[i].name = arena_str(l->text, calc_field(a->calc, i));
    buf_release(&err);
}

/* `\1`, as sed and Python have it. */
static void warn_backslash(struct load *l, struct slice text, struct where at)
{
    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.p[i] == '\\' && char_is_digit(text.p[i + 1])) {
            load_warning(l, at, "\"%.*s\" is plain text; a group is written $%c",
                         SLICE_FMT(slice_make(text.p + i, 2)), text.p[i + 1]);
            return;
        }
    }
}

struct pattern *load_replacement(struct load *l, const struct ini_entry *e, struct slice *ret_text)
{
    struct buf err = BUF_INIT;
    struct slice regex, text;
    struct pattern *p;

    if (!divide(l, e, "REGEX", &regex, &text))
        return NULL;
    p = load_pattern(l, regex, ini_at(e, regex.p));
    if (!p)
        return NULL;
    *ret_text = arena_slice(l->text, text);
    if (!replacement_check(p, text, &err))
        load_mistake(l, e->at, "%.*s", SLICE_FMT(buf_all(&err)));
    warn_backslash(l, text, e->at);
    buf_release(&err);
    return p;
}

static void load_rewrite(struct load *l, uint32_t event, const char *field,
                         const struct ini_entry *e)
{
    struct action *a = new_action(l, event, ACTION_REWRITE, field, e->at);

    new_refs(l, a, 1);
    a->refs[0].name = a->name;
    a->text = arena_slice(l->text, e->value);
    a->pattern = load_replacement(l, e, &a->replacement);
}

/* The table that a `map.FIELD` line belongs to, if one is open. */
static struct action *open_table(struct event *ev, struct slice field, struct slice of)
{
    for (unsigned i = ev->nactions; i-- > 0;) {
        struct action *a = &ev->actions[i];

        if (slice_eq(slice_str(a->name), field))
            return a->kind == ACTION_MAP && slice_eq(slice_str(a->refs[0].name), of) ? a : NULL;
    }
    return NULL;
}

/* What no row fits stays what it is: then the field itself is read, too. */
static struct action *new_table(struct load *l, uint32_t event, struct slice field, struct slice of,
                                struct where at)
{
    struct action *a = new_action(l, event, ACTION_MAP, arena_strslice(l->text, field), at);

    new_refs(l, a, slice_eq(field, of) ? 1 : 2);
    a->refs[a->nrefs - 1].name = a->name;
    a->refs[0].name = arena_strslice(l->text, of);
    a->map = load_alloc(l, 1, sizeof *a->map);
    return a;
}

/* `results` grows whenever its length is a power of two. */
static void add_result(struct value_map *map, struct slice value, struct slice result)
{
    size_t n = map->table.n;

    if ((n & (n - 1)) == 0)
        map->results = xreallocarray(map->results, n ? n * 2 : 1, sizeof *map->results);
    map->results[n] = result;
    map_put(&map->table, value, n);
}

/* `@teams.csv` and no arrow. */
static bool names_file(struct slice value)
{
    if (!slice_starts(value, SLICE("@")))
        return false;
    for (size_t i = 0; i + 2 <= value.n; i++)
        if (is_arrow(value, i))
            return false;
    return true;
}

static void load_table(struct load *l, struct action *a, const struct ini_entry *e)
{
    struct slice name = slice_from(e->value, 1);

    if (name.n == 0)
        load_mistake(l, e->at, "\"%s\" names no file; write %s = @FILE", e->name, e->name);
    else if (a->map->file)
        load_mistake(l, e->at, "this table of \"%s\" has a file already", e->name);
    else
        a->map->file = rulefiles_table(l->files, name, e->at, l->m);
}

static void load_map(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct slice value, result, field, of;
    struct action *a;
    uint64_t before;
    bool other;

    (void)key_fields(e->key, slice_str(e->name), &field, &of);
    a = open_table(&l->r->events[event], field, of);
    if (!a)
        a = new_table(l, event, field, of, e->at);
    if (names_file(e->value)) {
        load_table(l, a, e);
        return;
    }
    if (!divide(l, e, "VALUE", &value, &result))
        return;
    if (load_quoted(l, value, ini_at(e, value.p)) || load_quoted(l, result, ini_at(e, result.p)))
        return;
    if (slice_eq(value, SLICE("-")))
        load_warning(l, e->at,
                     "a field that is - counts as missing, which is mapped with: %s = -> %.*s",
                     e->name, SLICE_FMT(result));
    if (value.n > 1 && (slice_ends(value, SLICE("*")) || slice_ends(value, SLICE(".."))))
        load_warning(l, e->at,
                     "a VALUE is the whole text, and \"%.*s\" is no pattern; make what is mapped "
                     "with rewrite, or with set and a filter such as class",
                     SLICE_FMT(value));
    result = arena_slice(l->text, result);
    other = slice_eq(value, SLICE("*"));
    if (other ? a->map->has_other : map_get(&a->map->table, value, &before)) {
        load_mistake(l, e->at,
                     "\"%.*s\" is mapped twice in this table of \"%s\" (it begins in line %d)",
                     SLICE_FMT(value), a->name, a->at.line);
    } else if (other) {
        a->map->has_other = true;
        a->map->other = result;
    } else {
        add_result(a->map, value, result);
    }
}

void load_action(struct load *l, uint32_t event, const struct ini_entry *e)
{
    const char *field = strchr(e->name, '.') + 1;

    if (l->r->events[event].nactions == ACTIONS_MAX) {
        load_mistake(l, e->at, "more than %d set, calc, rewrite and map in one event", ACTIONS_MAX);
        return;
    }
    if (e->key->id == KEY_SET_FIELD)
        load_set(l, event, field, e);
    else if (e->key->id == KEY_CALC_FIELD)
        load_calc(l, event, field, e);
    else if (e->key->id == KEY_REWRITE_FIELD)
        load_rewrite(l, event, field, e);
    else
        load_map(l, event, e);
}
