/* settings -- a row for each key: where its value goes. What a value may be is in keys.h. */
#include "config.h"

#include "config/settings.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "config/section.h"
#include "metrics/expose.h"

#include <stdlib.h>
#include <unistd.h>

void settings_release(struct settings *c)
{
    arena_release(&c->text);
}

/* "a, b" -> {"a", "b"} */
static const char **read_list(struct settings *c, struct slice value, unsigned *ret_n)
{
    const char **list = arena_alloc(&c->text, (slice_count(value, ',') + 1) * sizeof *list);
    struct slice item;

    *ret_n = 0;
    while (slice_cut(&value, ',', &item))
        if (slice_trim(item).n)
            list[(*ret_n)++] = arena_strslice(&c->text, slice_trim(item));
    return list;
}

/* Relative to the file that names it. */
static const char *beside(struct settings *c, const struct ini_entry *e, struct slice name)
{
    struct buf path = BUF_INIT;
    const char *text;

    buf_beside(&path, e->at.file, name);
    text = arena_strslice(&c->text, buf_all(&path));
    buf_release(&path);
    return text;
}

/* `unix:PATH`; `unix:@NAME` has no path. */
static const char *socket_beside(struct settings *c, const struct ini_entry *e, const char *spec)
{
    static const char prefix[] = "unix:";
    size_t n = sizeof prefix - 1;
    struct buf address = BUF_INIT;
    const char *text;

    if (strncmp(spec, prefix, n) != 0 || spec[n] == '@' || spec[n] == '\0')
        return spec;
    buf_fmt(&address, "%s%s", prefix, beside(c, e, slice_str(spec + n)));
    text = arena_strslice(&c->text, buf_all(&address));
    buf_release(&address);
    return text;
}

static void read_listen(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    c->listen = read_list(c, e->value, &c->nlisten);
    if (c->nlisten == 0)
        mistake_add(m, MISTAKE, e->at, "listen is empty; give an address such as %s", e->key->dflt);
    for (unsigned i = 0; i < c->nlisten; i++) {
        if (!strchr(c->listen[i], ':'))
            mistake_add(m, MISTAKE, e->at,
                        "\"%s\" is no address; write HOST:PORT, [IPV6]:PORT or unix:PATH",
                        c->listen[i]);
        else
            c->listen[i] = socket_beside(c, e, c->listen[i]);
    }
}

static void read_include(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    (void)m;
    c->includes = read_list(c, e->value, &c->nincludes);
    c->includes_given = true;
    c->includes_at = e->at;
}

static void read_web_config(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    (void)m;
    if (e->value.n)
        c->web_config = beside(c, e, e->value);
}

/* Empty: nothing is kept. */
static void read_directory(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    (void)m;
    c->state_directory = e->value.n ? beside(c, e, e->value) : "";
}

/* A time is read by who knows times. */
static void read_test_time(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    (void)m;
    *(e->key->id == KEY_TEST_AT     ? &c->test_at
      : e->key->id == KEY_TEST_YEAR ? &c->test_year
                                    : &c->test_date) = e;
}

static void read_test_unmatched(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    struct key_value v;

    if (!key_read(e->key, e, m, &v))
        return;
    c->test_has_unmatched = true;
    c->test_unmatched = v.n;
}

/* The next label of a list; a comma between quotes divides nothing. */
static bool next_label(struct slice *rest, struct slice *ret_label)
{
    bool quoted = false;
    size_t n = 0;

    if (!rest->p)
        return false;
    while (n < rest->n && (quoted || rest->p[n] != ','))
        quoted ^= rest->p[n++] == '"';
    *ret_label = slice_trim(slice_make(rest->p, n));
    *rest = n < rest->n ? slice_from(*rest, n + 1) : (struct slice){NULL, 0};
    return true;
}

static bool has_const(const struct settings *c, struct slice name)
{
    for (unsigned i = 0; i < c->nconst; i++)
        if (slice_eq(name, slice_str(c->const_names[i])))
            return true;
    return false;
}

static void read_const_label(struct settings *c, const struct ini_entry *e, struct slice label,
                             struct mistakes *m)
{
    struct slice value = label, name;

    if (!slice_cut(&value, '=', &name) || value.p == NULL) {
        mistake_add(m, MISTAKE, e->at, "\"%.*s\" is no label; write NAME=\"VALUE\"",
                    SLICE_FMT(label));
        return;
    }
    name = slice_trim(name);
    value = slice_trim(value);
    if (value.n < 2 || value.p[0] != '"' || value.p[value.n - 1] != '"') {
        mistake_add(m, MISTAKE, e->at, "the value of label \"%.*s\" wants quotes: %.*s=\"...\"",
                    SLICE_FMT(name), SLICE_FMT(name));
    } else if (!label_name_valid(name) || slice_eq(name, SLICE("le"))) {
        mistake_add(m, MISTAKE, e->at, "\"%.*s\" cannot be a label name", SLICE_FMT(name));
    } else if (has_const(c, name)) {
        mistake_add(m, MISTAKE, e->at, "label \"%.*s\" is given twice", SLICE_FMT(name));
    } else {
        c->const_names[c->nconst] = arena_strslice(&c->text, name);
        c->const_values[c->nconst++] =
            arena_strslice(&c->text, slice_make(value.p + 1, value.n - 2));
    }
}

/* service="mylittleprice", env="prod" */
static void read_const_labels(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    struct slice rest = e->value, label;
    size_t most = slice_count(rest, ',') + 1;

    c->const_names = arena_alloc(&c->text, most * sizeof *c->const_names);
    c->const_values = arena_alloc(&c->text, most * sizeof *c->const_values);
    c->nconst = 0;
    while (next_label(&rest, &label))
        if (label.n)
            read_const_label(c, e, label, m);
}

/* Where a value goes, and who reads it; without a reader key_read() does. */
static const struct {
    enum key_id id;
    size_t field; /* a uint64_t, a bool of `yes` and `no`, or a text */
    void (*read)(struct settings *c, const struct ini_entry *e, struct mistakes *m);
} bindings[] = {
    {KEY_LISTEN, 0, read_listen},
    {KEY_RELOAD, offsetof(struct settings, reload), NULL},
    {KEY_CREATED, offsetof(struct settings, created), NULL},
    {KEY_MAX_CONNECTIONS, offsetof(struct settings, max_connections), NULL},
    {KEY_TIMEOUT, offsetof(struct settings, timeout_ns), NULL},
    {KEY_WEB_CONFIG, 0, read_web_config},
    {KEY_SHOW_LINES, offsetof(struct settings, show_lines), NULL},
    {KEY_DIRECTORY, 0, read_directory},
    {KEY_INTERVAL, offsetof(struct settings, interval_ns), NULL},
    {KEY_ROTATE_WAIT, offsetof(struct settings, rotate_wait_ns), NULL},
    {KEY_REMEMBER, offsetof(struct settings, remember_ns), NULL},
    {KEY_LINE, offsetof(struct settings, max_line), NULL},
    {KEY_LABEL, offsetof(struct settings, max_label), NULL},
    {KEY_SERIES, offsetof(struct settings, max_series), NULL},
    {KEY_CONST_LABELS, 0, read_const_labels},
    {KEY_INCLUDE, 0, read_include},
    {KEY_WATCH, offsetof(struct settings, watch), NULL},
    {KEY_TEST_RULES, offsetof(struct settings, test_rules), NULL},
    {KEY_TEST_UNMATCHED, 0, read_test_unmatched},
    {KEY_TEST_AT, 0, read_test_time},
    {KEY_TEST_YEAR, 0, read_test_time},
    {KEY_TEST_DATE, 0, read_test_time},
};

enum { NBINDINGS = sizeof bindings / sizeof *bindings };

static void store(struct settings *c, size_t field, enum key_type type, struct key_value v)
{
    void *to = (char *)c + field;

    if (type == TYPE_CHOICE)
        *(bool *)to = v.n == 0;
    else
        *(uint64_t *)to = v.n;
}

/* Quotes are looked for here, not by the reader: they may have come out of the environment. */
static void read_entry(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    struct key_value v;

    if (ini_refuse_quotes(m, e->value, e->at))
        return;
    for (size_t i = 0; i < NBINDINGS; i++) {
        if (bindings[i].id != e->key->id)
            continue;
        if (bindings[i].read)
            bindings[i].read(c, e, m);
        else if (e->key->type == TYPE_TEXT)
            *(const char **)(void *)((char *)c + bindings[i].field) =
                arena_strslice(&c->text, e->value);
        else if (key_read(e->key, e, m, &v))
            store(c, bindings[i].field, e->key->type, v);
    }
}

void settings_init(struct settings *c)
{
    *c = (struct settings){0};
    for (size_t i = 0; i < NBINDINGS; i++) {
        const struct key *k = key_row(bindings[i].id);

        if (!bindings[i].read && k->type != TYPE_TEXT)
            store(c, bindings[i].field, k->type, key_default(k->id));
    }
    c->listen = read_list(c, slice_str(key_row(KEY_LISTEN)->dflt), &c->nlisten);
    c->includes = read_list(c, slice_str(key_row(KEY_INCLUDE)->dflt), &c->nincludes);
}

void settings_read(struct settings *c, const struct ini_doc *doc, struct mistakes *m)
{
    for (size_t i = 0; i < doc->n; i++) {
        const struct ini_section *s = &doc->sections[i];

        for (size_t k = 0; !(s->kind & SECTION_RULE) && k < s->n; k++)
            if (s->entries[k].key)
                read_entry(c, &s->entries[k], m);
    }
}

/* $STATE_DIRECTORY, else /var/lib/logtally for root, else ~/.local/state/logtally. */
static const char *default_state(struct arena *a)
{
    const char *dir = getenv("STATE_DIRECTORY"), *home = getenv("HOME");
    struct buf path = BUF_INIT;

    if (dir && dir[0])
        buf_str(&path, dir);
    else if (geteuid() == 0)
        buf_str(&path, "/var/lib/logtally");
    else
        buf_fmt(&path, "%s/.local/state/logtally", home ? home : "");
    const char *text = arena_strslice(a, buf_all(&path));

    buf_release(&path);
    return text;
}

void settings_choose_state(struct settings *s, const char *given)
{
    if (given)
        s->state_directory = given;
    else if (!s->state_directory)
        s->state_directory = default_state(&s->text);
}
