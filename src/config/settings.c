/* settings -- one row a key; a row's reader turns the value's text into the field. */
#include "config.h"

#include "config/settings.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "metrics/expose.h"
#include "rules/ruleset.h"

#include <stdlib.h>
#include <unistd.h>

struct setting {
    const char *section, *name;
    void (*read)(struct settings *c, const struct ini_entry *e, struct mistakes *m);
};

void settings_init(struct settings *c)
{
    *c = (struct settings){
        .max_connections = 64,
        .timeout_ns = 10 * NSEC_PER_SEC,
        .interval_ns = 5 * NSEC_PER_SEC,
        .rotate_wait_ns = 600 * NSEC_PER_SEC,
        .max_line = 1 << 20,
        .max_label = 256,
        .max_series = 100000,
    };
    c->listen = arena_alloc(&c->text, sizeof *c->listen);
    c->listen[0] = "127.0.0.1:9180";
    c->nlisten = 1;
}

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

static void read_listen(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    c->listen = read_list(c, e->value, &c->nlisten);
    if (c->nlisten == 0)
        mistake_add(m, MISTAKE, e->at, "listen is empty; give an address such as 127.0.0.1:9180");
    for (unsigned i = 0; i < c->nlisten; i++)
        if (!strchr(c->listen[i], ':'))
            mistake_add(m, MISTAKE, e->at,
                        "\"%s\" is no address; write HOST:PORT, [IPV6]:PORT or unix:PATH",
                        c->listen[i]);
}

static void read_yes_no(bool *to, const struct ini_entry *e, struct mistakes *m)
{
    if (slice_eq(e->value, SLICE("yes")))
        *to = true;
    else if (slice_eq(e->value, SLICE("no")))
        *to = false;
    else
        mistake_add(m, MISTAKE, e->at, "%s is yes or no, not \"%.*s\"", e->name,
                    SLICE_FMT(e->value));
}

static void read_reload(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    read_yes_no(&c->reload, e, m);
}

static void read_created(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    read_yes_no(&c->created, e, m);
}

/* A key of later versions. What asks for nothing is no mistake. */
static void read_unsupported(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    (void)c;
    if (e->value.n && !slice_eq(e->value, SLICE("no")))
        mistake_add(m, MISTAKE, e->at, "%s is not supported by this version; leave it out",
                    e->name);
}

static void read_duration(int64_t *to, const struct ini_entry *e, struct mistakes *m,
                          int64_t least_ns)
{
    int64_t ns;

    if (duration_parse(e->value, &ns) < 0)
        mistake_add(m, MISTAKE, e->at, "%s wants a duration such as 10s or 1h30m, not \"%.*s\"",
                    e->name, SLICE_FMT(e->value));
    else if (ns < least_ns)
        mistake_add(m, MISTAKE, e->at, "%s = %.*s is too short; %g s is the least", e->name,
                    SLICE_FMT(e->value), (double)least_ns / 1e9);
    else if (ns > NSEC_PER_YEAR) /* sums and multiples must not overflow */
        mistake_add(m, MISTAKE, e->at, "%s = %.*s is too long; a year is the most", e->name,
                    SLICE_FMT(e->value));
    else
        *to = ns;
}

static void read_timeout(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    read_duration(&c->timeout_ns, e, m, NSEC_PER_SEC);
}

static void read_interval(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    read_duration(&c->interval_ns, e, m, NSEC_PER_SEC / 10);
}

static void read_rotate_wait(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    read_duration(&c->rotate_wait_ns, e, m, 0);
}

static void read_size(uint64_t *to, const struct ini_entry *e, struct mistakes *m, uint64_t least,
                      uint64_t most)
{
    uint64_t n;

    if (size_parse(e->value, &n) < 0)
        mistake_add(m, MISTAKE, e->at,
                    "%s wants a size with its unit, such as 256B or 1MiB, not \"%.*s\"", e->name,
                    SLICE_FMT(e->value));
    else if (n < least || n > most)
        mistake_add(m, MISTAKE, e->at, "%s = %.*s is out of range; it may be %llu to %llu bytes",
                    e->name, SLICE_FMT(e->value), (unsigned long long)least,
                    (unsigned long long)most);
    else
        *to = n;
}

static void read_line(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    read_size(&c->max_line, e, m, 256, UINT64_C(1) << 30);
}

static void read_label(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    read_size(&c->max_label, e, m, 16, 65535);
}

static void read_count(uint64_t *to, const struct ini_entry *e, struct mistakes *m, uint64_t least,
                       uint64_t most)
{
    struct num v;

    if (num_parse(e->value, &UNIT_PLAIN, &v) < 0 || !v.integral || v.u < least || v.u > most)
        mistake_add(m, MISTAKE, e->at, "%s wants a whole number from %llu to %llu, not \"%.*s\"",
                    e->name, (unsigned long long)least, (unsigned long long)most,
                    SLICE_FMT(e->value));
    else
        *to = v.u;
}

static void read_series(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    read_count(&c->max_series, e, m, 1, UINT64_C(100000000));
}

static void read_connections(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    uint64_t n = c->max_connections;

    read_count(&n, e, m, 2, 10000);
    c->max_connections = (unsigned)n;
}

static void read_directory(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    (void)m;
    c->state_directory = arena_strslice(&c->text, e->value);
}

static void read_include(struct settings *c, const struct ini_entry *e, struct mistakes *m)
{
    (void)m;
    c->includes = read_list(c, e->value, &c->nincludes);
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

static const struct setting keys[] = {
    {"server", "listen", read_listen},       {"server", "tls_cert", read_unsupported},
    {"server", "tls_key", read_unsupported}, {"server", "auth_file", read_unsupported},
    {"server", "reload", read_reload},       {"server", "show_lines", read_unsupported},
    {"server", "created", read_created},     {"server", "max_connections", read_connections},
    {"server", "timeout", read_timeout},     {"state", "directory", read_directory},
    {"state", "interval", read_interval},    {"state", "rotate_wait", read_rotate_wait},
    {"limits", "line", read_line},           {"limits", "label", read_label},
    {"limits", "series", read_series},       {"metrics", "const_labels", read_const_labels},
    {"rules", "include", read_include},
};

enum { NKEYS = sizeof keys / sizeof *keys };

static void unknown_key(const struct ini_section *s, const struct ini_entry *e, struct mistakes *m)
{
    const char *names[NKEYS];
    size_t n = 0;

    for (size_t i = 0; i < NKEYS; i++)
        if (strcmp(keys[i].section, s->kind) == 0)
            names[n++] = keys[i].name;
    const char *near = nearest(slice_str(e->name), names, n);

    mistake_add(m, MISTAKE, e->at,
                near ? "unknown key \"%s\" in [%s]; did you mean \"%s\"?"
                     : "unknown key \"%s\" in [%s]",
                e->name, s->kind, near);
}

static const struct setting *find_key(const char *section, const char *name)
{
    for (size_t i = 0; i < NKEYS; i++)
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static bool is_own_section(const char *kind)
{
    for (size_t i = 0; i < NKEYS; i++)
        if (strcmp(keys[i].section, kind) == 0)
            return true;
    return false;
}

static void read_section(struct settings *c, const struct ini_section *s, struct map *seen,
                         struct mistakes *m)
{
    struct buf name = BUF_INIT;

    if (s->name[0] != '\0')
        mistake_add(m, MISTAKE, s->at, "[%s] takes no name; write [%s]", s->text, s->kind);
    for (size_t i = 0; i < s->n; i++) {
        const struct ini_entry *e = &s->entries[i];
        const struct setting *k = find_key(s->kind, e->name);

        buf_clear(&name);
        buf_fmt(&name, "%s.%s", s->kind, e->name);
        if (!k)
            unknown_key(s, e, m);
        else if (!map_put(seen, buf_all(&name), 1))
            mistake_add(m, MISTAKE, e->at, "%s is given twice; give it once", e->name);
        else if (ini_is_quoted(e->value))
            mistake_add(m, MISTAKE, e->at, "%.*s is quoted; leave the quotes out",
                        SLICE_FMT(e->value));
        else
            k->read(c, e, m);
    }
    buf_release(&name);
}

void settings_read(struct settings *c, const struct ini_doc *doc, const char *also,
                   struct mistakes *m)
{
    static const char *const kinds[] = {"server", "state", "limits",  "metrics", "rules",
                                        "log",    "event", "counter", "gauge",   "histogram"};
    struct map seen = MAP_INIT;

    for (size_t i = 0; i < doc->n; i++) {
        const struct ini_section *s = &doc->sections[i];

        if (is_own_section(s->kind)) {
            read_section(c, s, &seen, m);
        } else if (!ruleset_reads(s->kind) && !(also && strcmp(s->kind, also) == 0)) {
            const char *near = nearest(slice_str(s->kind), kinds, sizeof kinds / sizeof *kinds);

            mistake_add(m, MISTAKE, s->at,
                        near ? "unknown section [%s]; did you mean [%s]?" : "unknown section [%s]",
                        s->text, near);
        }
    }
    map_release(&seen);
}

const char *settings_default_state(struct arena *a)
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
