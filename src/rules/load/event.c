/* event -- an [event] section: which lines it means. What it makes of their fields is in
 * actions.c. */
#include "config.h"

#include "rules/load/loader.h"

/* What people write who know another language. */
static const struct {
    const char *written, *meant;
} op_hints[] = {
    {"=", "=="},        {"===", "=="},     {":", "=="},      {"is", "=="},         {"eq", "=="},
    {"equals", "=="},   {"in", "=~"},      {"~", "=~"},      {"~=", "=~"},         {"=~=", "=~"},
    {"contains", "=~"}, {"matches", "=~"}, {"like", "=~"},   {"!", "!="},          {"<>", "!="},
    {"ne", "!="},       {"not", "!="},     {"!==", "!="},    {"!=~", "!~"},        {"=^", "^="},
    {"^", "^="},        {"starts", "^="},  {"prefix", "^="}, {"startswith", "^="}, {"=>", ">="},
    {"=<", "<="},       {"gt", ">"},       {"lt", "<"},      {"ge", ">="},         {"le", "<="},
};

enum { NHINTS = sizeof op_hints / sizeof *op_hints };

static void unknown_op(struct load *l, struct slice s, struct where at)
{
    load_mistake(l, at, "unknown operator \"%.*s\"", SLICE_FMT(s));
    for (unsigned i = 0; i < NHINTS; i++) {
        if (slice_eq(s, slice_str(op_hints[i].written))) {
            mistake_hint(l->m, "did you mean %s?", op_hints[i].meant);
            return;
        }
    }
    mistake_hint(l->m, "there are == != =~ !~ ^= < <= > >=");
}

/* `status==200` is one word: where does an operator stand in it? */
static bool op_inside(struct slice s, struct slice *ret_op)
{
    for (size_t i = 1; i < s.n; i++) {
        size_t n = 0;

        while (i + n < s.n && strchr("=!~^<>", s.p[i + n]))
            n++;
        if (n) {
            *ret_op = slice_make(s.p + i, n);
            return true;
        }
    }
    return false;
}

static void bad_where(struct load *l, struct slice field, struct where at)
{
    struct slice op;

    if (op_inside(field, &op))
        load_mistake(l, at, "\"%.*s\" needs blanks around %.*s: where = FIELD OP VALUE",
                     SLICE_FMT(field), SLICE_FMT(op));
    else if (load_quoted(l, field, at))
        return;
    else if (field.n && *field.p == '$')
        load_mistake(l, at, "\"%.*s\" is not a field name; write the name alone, without $",
                     SLICE_FMT(field));
    else
        load_mistake(l, at, "\"%.*s\" is not a field name", SLICE_FMT(field));
}

/* `/GET/i`, as sed, Perl and JavaScript have it. Of a field that is a path, `where` may well mean
 * the slashes; of a whole line that is rare, and then the first is written \/. */
static void warn_of_slashes(struct load *l, struct slice regex, struct where at)
{
    size_t n = regex.n;

    while (n > 0 && char_is_letter(regex.p[n - 1]) && regex.n - n < 4)
        n--;
    if (n > 2 && regex.p[0] == '/' && regex.p[n - 1] == '/' && regex.p[1] != '^' &&
        !memchr(regex.p + 1, '/', n - 2))
        load_warning(l, at,
                     "the slashes of %.*s are part of the regex; it is written without them, and "
                     "(?i) at its start ignores case. A slash that is meant is written \\/",
                     SLICE_FMT(regex));
}

static void load_match(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct event *ev = &l->r->events[event];
    struct condition *c = &ev->conditions[ev->nconditions];

    l->drafts[event].has_match = true;
    if (ev->each)
        load_mistake(l, e->at, "\"match\" is about the line, and stands above \"each\"");
    if (e->value.n == 0) {
        load_mistake(l, e->at, "\"match\" is empty; to mean every line write match = ^");
        return;
    }
    *c = (struct condition){.is_match = true, .at = e->at, .text = arena_slice(l->text, e->value)};
    c->capture.pattern = load_pattern(l, e->value, e->at);
    warn_of_slashes(l, e->value, e->at);
    load_groups(l, &c->capture, event, e->at);
    ev->nconditions++;
}

static bool joins(struct slice word)
{
    static const char *const words[] = {"and", "or", "AND", "OR", "&&", "||"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_eq(word, slice_str(words[i])))
            return true;
    return false;
}

/* `ERROR and status == 500`: a second test in the value of the first. */
static bool holds_test(struct slice value)
{
    struct slice word;
    bool joined = false;
    enum op op;

    while (load_word(&value, &word)) {
        if (joined && op_find(word, &op))
            return true;
        joined |= joins(word);
    }
    return false;
}

static void compare_number(struct load *l, struct condition *c)
{
    enum unit_kind kind;

    if (num_parse_any(c->text, &c->number, &kind) < 0) {
        load_mistake(l, c->at, "%s compares numbers, and \"%.*s\" is none", op_text(c->op),
                     SLICE_FMT(c->text));
        return;
    }
    c->unit = UNIT_PLAIN;
    c->unit.kind = kind;
}

/* `GET|POST` */
static bool is_alternatives(struct slice value)
{
    bool bar = false;

    for (size_t i = 0; i < value.n; i++) {
        bar |= value.p[i] == '|' && i > 0 && i + 1 < value.n;
        if (value.p[i] != '|' && !char_is_word(value.p[i]))
            return false;
    }
    return bar;
}

/* A text is compared as it stands. */
static void warn_of_patterns(struct load *l, const struct condition *c)
{
    const char *field = c->field.name;

    if (memmem(c->text.p, c->text.n, "${", 2))
        load_warning(l, c->at,
                     "\"%.*s\" is plain text: the value of %s is compared with it as it "
                     "stands, not with a field",
                     SLICE_FMT(c->text), op_text(c->op));
    else if (is_alternatives(c->text))
        load_warning(l, c->at,
                     "%s compares the whole text; one of several is written %s %s ^(%.*s)$",
                     op_text(c->op), field, c->op == OP_NE ? "!~" : "=~", SLICE_FMT(c->text));
    else if (c->op != OP_PREFIX && c->text.n > 1 && slice_ends(c->text, SLICE("*")))
        load_warning(l, c->at,
                     "%s compares the whole text, and * is itself; what begins so is "
                     "written %s ^= %.*s",
                     op_text(c->op), field, (int)c->text.n - 1, c->text.p);
}

static void compare_text(struct load *l, struct condition *c)
{
    bool null = slice_eq(c->text, SLICE("null"));

    if (holds_test(c->text))
        load_warning(l, c->at,
                     "all that follows %s is its value; write a where for each test (all must "
                     "hold), or an event for each (one must)",
                     op_text(c->op));
    if (load_quoted(l, c->text, c->at))
        return;
    if (c->op >= OP_LT)
        compare_number(l, c);
    else
        warn_of_patterns(l, c);
    if (c->op < OP_LT && c->op != OP_PREFIX && (null || slice_eq(c->text, SLICE("-"))))
        load_warning(l, c->at,
                     "a field that is %s counts as missing, which is asked with: where = %s %s",
                     null ? "null in JSON" : "-", c->field.name, op_text(c->op));
}

static void compare_regex(struct load *l, uint32_t event, struct condition *c)
{
    if (c->text.n == 0) {
        load_mistake(l, c->at, "%s needs a regex", op_text(c->op));
        return;
    }
    c->capture.pattern = load_pattern(l, c->text, c->at);
    if (c->op == OP_MATCH)
        load_groups(l, &c->capture, event, c->at);
    else if (c->capture.pattern && pattern_ngroups(c->capture.pattern))
        load_warning(l, c->at, "group \"%s\" of a !~ never has a value",
                     pattern_group(c->capture.pattern, 0));
}

/* False after a mistake. */
static bool load_where(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct event *ev = &l->r->events[event];
    struct condition *c = &ev->conditions[ev->nconditions];
    struct slice rest = e->value, field, op;

    if (ev->nconditions == CONDITIONS_MAX)
        return load_mistake(l, e->at, "more than %d conditions in one event", CONDITIONS_MAX);
    if (!load_word(&rest, &field))
        return load_mistake(l, e->at, "\"where\" is empty; write where = FIELD OP VALUE");
    if (!name_is_field(field)) {
        bad_where(l, field, ini_at(e, field.p));
        return false;
    }
    if (!load_word(&rest, &op))
        return load_mistake(l, e->at, "\"%.*s\" has no operator; write where = FIELD OP VALUE",
                            SLICE_FMT(field));
    *c = (struct condition){.at = rest.n ? ini_at(e, rest.p) : e->at,
                            .text = arena_slice(l->text, rest)};
    c->field.name = arena_strslice(l->text, field);
    if (!op_find(op, &c->op)) {
        unknown_op(l, op, ini_at(e, op.p));
        return false;
    }
    if (c->op == OP_MATCH || c->op == OP_NOT_MATCH)
        compare_regex(l, event, c);
    else
        compare_text(l, c);
    ev->nconditions++;
    return true;
}

bool load_find_event(struct load *l, struct slice name, const char *key, struct where at,
                     uint32_t *ret_event)
{
    uint64_t i;

    if (!map_get(&l->events, name, &i)) {
        load_mistake(l, at, "unknown event \"%.*s\" in \"%s\"", SLICE_FMT(name), key);
        mistake_near(l->m, load_nearest(l, &l->events, name));
        return false;
    }
    *ret_event = (uint32_t)i;
    return true;
}

static void load_unless(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct event *ev = &l->r->events[event];
    struct slice rest = e->value, piece;

    l->drafts[event].unless_at = e->at;
    ev->unless = load_alloc(l, slice_count(e->value, ',') + 1, sizeof *ev->unless);
    while (load_list(l, e, &rest, &piece))
        ev->nunless +=
            load_find_event(l, piece, "unless", ini_at(e, piece.p), &ev->unless[ev->nunless]);
}

static void load_of(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct event *ev = &l->r->events[event];
    struct slice rest = e->value, piece;
    bool first = true;

    l->drafts[event].of_at = e->at;
    while (load_list(l, e, &rest, &piece)) {
        if (first)
            (void)load_find_event(l, piece, "of", ini_at(e, piece.p), &ev->parent);
        else
            load_mistake(l, e->at, "\"of\" takes one event; \"%.*s\" is one too many",
                         SLICE_FMT(piece));
        first = false;
    }
}

static void unknown_log(struct load *l, struct slice name, struct where at)
{
    load_mistake(l, at, "unknown log \"%.*s\"", SLICE_FMT(name));
    if (l->logs.n)
        mistake_near(l->m, load_nearest(l, &l->logs, name));
    else
        mistake_hint(l->m, "no [log] section is defined; -c FILE reads those of a configuration");
}

static void load_event_logs(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct event *ev = &l->r->events[event];
    struct slice rest = e->value, piece;
    uint64_t i;

    ev->logs = load_alloc(l, l->r->nlogs / 64 + 1, sizeof *ev->logs);
    while (load_list(l, e, &rest, &piece)) {
        if (map_get(&l->logs, piece, &i))
            ev->logs[i / 64] |= UINT64_C(1) << i % 64;
        else
            unknown_log(l, piece, ini_at(e, piece.p));
    }
}

static bool has_exemplar(const struct event *ev, struct slice name)
{
    for (unsigned i = 0; i < ev->nexemplar; i++)
        if (slice_eq(slice_str(ev->exemplar[i].name), name))
            return true;
    return false;
}

/* Names of fields become names of labels, so they must be such; the registry keeps four. */
static void load_exemplar(struct load *l, uint32_t event, const struct ini_entry *e)
{
    struct event *ev = &l->r->events[event];
    struct slice rest = e->value, piece;

    ev->exemplar = load_alloc(l, EXEMPLAR_LABELS_MAX, sizeof *ev->exemplar);
    while (load_list(l, e, &rest, &piece)) {
        if (!name_is_prometheus(piece))
            load_mistake(
                l, e->at,
                "\"%.*s\" cannot be the label of an exemplar; name it anew with set.NAME = "
                "${...}",
                SLICE_FMT(piece));
        else if (has_exemplar(ev, piece))
            load_mistake(l, e->at, "\"exemplar\" names \"%.*s\" twice", SLICE_FMT(piece));
        else if (ev->nexemplar == EXEMPLAR_LABELS_MAX)
            load_mistake(l, e->at, "\"exemplar\" takes at most %d fields", EXEMPLAR_LABELS_MAX);
        else
            ev->exemplar[ev->nexemplar++].name = arena_strslice(l->text, piece);
    }
}

static void load_key(struct load *l, uint32_t event, const struct ini_entry *e)
{
    switch (e->key->id) {
    case KEY_LOG:
        load_event_logs(l, event, e);
        break;
    case KEY_OF:
        load_of(l, event, e);
        break;
    case KEY_UNLESS:
        load_unless(l, event, e);
        break;
    case KEY_EXEMPLAR:
        load_exemplar(l, event, e);
        break;
    case KEY_MATCH:
        load_match(l, event, e);
        break;
    case KEY_EACH:
        load_each(l, event, e);
        break;
    case KEY_UNIT_FIELD:
        load_field_unit(l, event, e);
        break;
    case KEY_WHERE:
        load_where(l, event, e);
        break;
    default: /* actions come when all conditions are known */
        break;
    }
}

static bool selects(enum key_id id)
{
    return id == KEY_MATCH || id == KEY_WHERE || id == KEY_OF || id == KEY_EACH;
}

/* set.FIELD and the like; they come when all conditions are known. */
static bool makes_field(const struct key *k)
{
    return k->flags & KEY_FIELD && k->id != KEY_UNIT_FIELD;
}

/* For so many as the section may have: thousands of events have one condition, and no action. */
static void make_room(struct load *l, struct event *ev, const struct ini_section *s)
{
    size_t conditions = 0, actions = 0;

    for (size_t i = 0; i < s->n; i++) {
        const struct key *k = s->entries[i].key;

        conditions += k && selects(k->id);
        actions += k && makes_field(k);
    }
    ev->conditions = load_alloc(l, conditions, sizeof *ev->conditions);
    ev->actions = load_alloc(l, actions, sizeof *ev->actions);
}

void load_event(struct load *l, uint32_t event, const struct ini_section *s)
{
    struct event *ev = &l->r->events[event];
    bool selected = false, refused = false;

    make_room(l, ev, s);
    for (size_t i = 0; i < s->n; i++) {
        const struct key *k = s->entries[i].key;

        refused |= !k;
        selected |= k && selects(k->id);
        if (k)
            load_key(l, event, &s->entries[i]);
    }
    if (!ev->each)
        ev->nline = ev->nconditions;
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i].key && makes_field(s->entries[i].key))
            load_action(l, event, &s->entries[i]);
    if (!selected && !refused)
        load_mistake(l, s->at,
                     "event \"%s\" has no match, where or of; to mean every line write match = ^",
                     ev->name);
}
