/* suggest -- walks over the sample: what lines begin with; which fields there are; what each line says; what the
 * fields of each kind hold. */
#include "config.h"

#include "suggest/suggest.h"

#include "base/arena.h"
#include "base/num.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "suggest/begins.h"
#include "suggest/heads.h"
#include "suggest/proposal.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIELD_TEXT_SHARE = 2 /* a known name is enough when one line in two has it */ };

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_LOGFMT };

struct line {
    struct slice text, rest; /* rest: without its head */
    struct slice said;       /* what tells it apart from others */
    enum format format;      /* of the rest */
    size_t says;             /* number of what it says in the shapes of its kind */
    enum kind_of_line of;
};

struct suggest {
    struct sample sample;
    struct heads *heads;
    struct arena arena, scratch;
    struct line *lines;
    size_t n, cap, bytes;
    struct field_list fields; /* of all lines; those of heads too */
    bool requests;            /* most lines have a method and a path */
    struct map keys;          /* of lines that nothing else tells apart -> how many have it */
    uint64_t keyed;           /* such lines */
    uint64_t days_apart;      /* lines with date=... time=... */
    struct shapes shapes[KINDS_OF_LINES];
    size_t kinds_cap;
    size_t first[KINDS_OF_LINES]; /* kinds, one a shape, begin there until they are sorted */
};

struct suggest *suggest_new(uint64_t least, const char *field)
{
    struct suggest *s = xcalloc(1, sizeof *s);

    s->heads = heads_new();
    s->sample.least = least;
    s->sample.field = field;
    s->sample.heads = s->heads;
    s->sample.fields = &s->fields;
    s->shapes[KIND_KEYS].exact = true;
    return s;
}

void suggest_free(struct suggest *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->sample.nkinds; i++) {
        field_list_release(&s->sample.kinds[i].fields);
        field_list_release(&s->sample.kinds[i].groups);
    }
    for (int of = 0; of < KINDS_OF_LINES; of++)
        shapes_release(&s->shapes[of]);
    field_list_release(&s->fields);
    map_release(&s->keys);
    map_release(&s->sample.taken);
    arena_release(&s->scratch);
    arena_release(&s->arena);
    heads_free(s->heads);
    free(s->sample.kinds);
    free(s->lines);
    free(s);
}

size_t suggest_bytes(const struct suggest *s)
{
    return s->bytes;
}

bool suggest_has_field(const struct suggest *s, const char *name)
{
    return field_find(&s->fields, slice_str(name)) != NULL;
}

void suggest_records(struct suggest *s, const struct begins *begins)
{
    s->sample.record = begins_found(begins);
    s->sample.traces = begins_traces(begins);
}

void suggest_beside(struct suggest *s, bool has_log)
{
    s->sample.beside = true;
    s->sample.has_log = has_log;
}

void suggest_log(struct suggest *s, const char *log)
{
    s->sample.log = log;
    s->sample.has_log = true;
}

void suggest_encoding(struct suggest *s, const char *encoding)
{
    s->sample.encoding = encoding;
}

static void take_name(struct suggest *s, const char *name)
{
    struct slice all = slice_str(name);

    map_put(&s->sample.taken, all, 1);
    if (slice_ends(all, SLICE("_total")))
        map_put(&s->sample.taken, slice_make(all.p, all.n - strlen("_total")), 1);
}

void suggest_taken(struct suggest *s, const struct ruleset *rules)
{
    for (unsigned i = 0; i < rules->nevents; i++)
        take_name(s, rules->events[i].name);
    for (unsigned i = 0; i < rules->nfamilies; i++)
        take_name(s, rules->families[i].spec.name);
    for (unsigned i = 0; i < rules->nlogs; i++)
        take_name(s, rules->logs[i].name);
}

void suggest_add(struct suggest *s, struct slice line, bool wrapped)
{
    struct line l = {.text = arena_slice(&s->arena, line)};

    GROW(s->lines, s->n, s->cap);
    s->lines[s->n++] = l;
    s->bytes += l.text.n;
    s->sample.lines++;
    s->sample.wrapped += wrapped;
    s->sample.no_utf8 += !utf8_valid(line);
    if (!s->sample.has_log)
        heads_note(s->heads, l.text);
}

static void each_decoded(const struct line *l, field_visit_fn *fn, void *ctx)
{
    if (l->format == FORMAT_JSON)
        json_each(l->rest, fn, ctx);
    else if (l->format == FORMAT_LOGFMT)
        logfmt_each(l->rest, false, fn, ctx);
}

static struct slice plain(struct suggest *s, const struct field *value)
{
    struct field copy = *value;

    return field_text(&copy, &s->scratch);
}

static void note_anywhere(void *ctx, struct slice name, const struct field *value)
{
    struct suggest *s = ctx;

    field_note(&s->fields, name, plain(s, value));
}

static void note_nothing(void *ctx, struct slice name, const struct field *value)
{
    (void)ctx;
    (void)name;
    (void)value;
}

/* date=2025-11-12 time=10:15:30, as firewalls write: two fields, neither of which is a time on its own. */
static bool has_day_apart(struct slice line)
{
    static const char day[] = "date=", clock[] = " time=";
    const char *at = memmem(line.p, line.n, day, strlen(day));

    if (!at)
        return false;
    struct slice rest = slice_from(line, (size_t)(at - line.p) + strlen(day));
    struct slice date = slice_until(rest, " ");

    rest = slice_from(rest, date.n);
    if (word_class(date) != WORD_DATE || !slice_starts(rest, slice_str(clock)))
        return false;
    struct slice time = slice_until(slice_from(rest, strlen(clock)), " ");

    return time.n == strlen("10:15:30") && word_class(time) == WORD_TIME;
}

static void read_line(struct suggest *s, struct line *l)
{
    l->rest = heads_cut(s->heads, l->text, note_anywhere, s);
    l->format = json_each(l->rest, note_nothing, NULL)            ? FORMAT_JSON
                : logfmt_each(l->rest, false, note_nothing, NULL) ? FORMAT_LOGFMT
                                                                  : FORMAT_TEXT;
    s->sample.decoded += l->format != FORMAT_TEXT;
    s->days_apart += l->format == FORMAT_LOGFMT && has_day_apart(l->rest);
    each_decoded(l, note_anywhere, s);
    arena_reset(&s->scratch);
}

/* What a request was, and by which way it came, does not tell what the line says. */
static bool is_about_requests(struct slice name)
{
    static const char *const ends[] = {"method", ".operation", "protocol", "flags", "service"};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (slice_ends(name, slice_str(ends[i])))
            return true;
    return false;
}

/* `fields.message` of tracing in Rust, `data.msg`: the place of its last part among the names that a text has. */
static size_t text_within(struct slice name)
{
    const char *dot = memrchr(name.p, '.', name.n);

    return dot ? word_among(slice_from(name, (size_t)(dot + 1 - name.p)), "msg message") : 0;
}

/* Can a `where` name it? Elements of arrays too, which are of no use as labels. */
static bool can_be_asked_for(struct slice name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!char_is_word(name.p[i]) && (!name.p[i] || !strchr(".-@/!", name.p[i])))
            return false;
    return name.n > 0;
}

/* 0 = unfit. Known names come first, in this order; then they inside of objects; then what most lines have and what has several
 * values, but far fewer than there are lines. */
static double fitness(const struct suggest *s, const struct field_stats *f)
{
    static const char known[] = "msg message MESSAGE event event_name evt text log Message";
    static const char actions[] = "action operation";
    struct slice name = slice_str(f->name);
    bool common = f->seen * FIELD_TEXT_SHARE >= s->sample.decoded;
    size_t place;

    if (!can_be_asked_for(name))
        return 0;
    if (common && (place = word_among(name, known)) > 0)
        return (double)(200 - place);
    if (common && (place = text_within(name)) > 0)
        return (double)(150 - place);
    if (s->requests || memchr(name.p, '.', name.n))
        return 0;
    if (common && (place = word_among(name, actions)) > 0)
        return (double)(100 - place);
    if (field_is_level(name) || field_is_time(name) || f->seen * 10 < s->sample.decoded * 8 ||
        f->values.n < 2 || f->values.n * 4 > f->seen || f->text || f->classes[WORD_NUMBER] ||
        f->classes[WORD_OTHER] || f->classes[WORD_NAME] || is_about_requests(name) ||
        f->classes[WORD_ID] || f->classes[WORD_BOOL] || f->classes[WORD_DURATION] ||
        f->classes[WORD_METHOD] || f->classes[WORD_PATH] || f->classes[WORD_ADDRESS])
        return 0;
    return (double)f->seen / (double)s->sample.decoded *
           (f->values.n < 50 ? (double)f->values.n : 50);
}

/* The field that tells lines apart, unless it was given. */
static void find_field(struct suggest *s)
{
    double best = 0;
    bool method = false, path = false;

    for (size_t i = 0; i < s->fields.n; i++) {
        const struct field_stats *f = &s->fields.list[i];

        method |= f->classes[WORD_METHOD] * 2 > s->sample.decoded;
        path |= f->classes[WORD_PATH] * 2 > s->sample.decoded;
    }
    s->requests = method && path;
    if (s->sample.field || s->sample.decoded == 0)
        return;
    for (size_t i = 0; i < s->fields.n; i++) {
        double fit = fitness(s, &s->fields.list[i]);

        if (fit <= best)
            continue;
        best = fit;
        s->sample.field = s->fields.list[i].name;
    }
}

/* A walk over the fields of one decoded line: what it says, or what its kind is to note. */
struct walk {
    struct suggest *suggest;
    struct slice value; /* of the field that tells lines apart; p = NULL: it has none */
    struct buf keys;
    bool common; /* only keys that nearly all such lines have */
    struct kind *kind;
};

static bool tells_apart(const struct walk *w, struct slice name)
{
    const char *field = w->suggest->sample.field;

    return field && slice_eq(name, slice_str(field));
}

static void note_value_said(void *ctx, struct slice name, const struct field *value)
{
    struct walk *w = ctx;
    struct slice text = plain(w->suggest, value);

    if (!w->value.p && text.n && tells_apart(w, name))
        w->value = text;
}

static bool is_key(struct walk *w, struct slice name, const struct field *value)
{
    return !memchr(name.p, '.', name.n) && !memchr(name.p, ' ', name.n) &&
           plain(w->suggest, value).n > 0;
}

static void count_key(void *ctx, struct slice name, const struct field *value)
{
    struct walk *w = ctx;
    uint64_t n = 0;

    map_get(&w->suggest->keys, name, &n);
    if (is_key(w, name, value) && (n || w->suggest->keys.n < FIELDS_MAX))
        map_put(&w->suggest->keys, name, n + 1);
}

static void note_key(void *ctx, struct slice name, const struct field *value)
{
    struct walk *w = ctx;
    uint64_t n = 0;

    map_get(&w->suggest->keys, name, &n);
    if (!is_key(w, name, value) || (w->common && n * 10 < w->suggest->keyed * 9))
        return;
    buf_str(&w->keys, w->keys.n ? " " : "");
    buf_slice(&w->keys, name);
}

/* Is a line told apart from others by a value, its keys, or its text? */
static void sort_out(struct suggest *s, struct line *l)
{
    struct walk w = {.suggest = s};

    l->of = KIND_TEXT;
    l->said = s->sample.record ? slice_until(l->rest, "\n") : l->rest;
    if (l->format == FORMAT_TEXT)
        return;
    each_decoded(l, note_value_said, &w);
    l->of = w.value.p ? KIND_VALUE : KIND_KEYS;
    if (w.value.p)
        l->said = arena_slice(&s->arena, w.value);
    s->keyed += l->of == KIND_KEYS;
    if (l->of == KIND_KEYS)
        each_decoded(l, count_key, &w);
    arena_reset(&s->scratch);
}

/* The keys that nearly all lines have that nothing else tells apart; all it has when those say nothing. */
static void find_keys(struct suggest *s, struct line *l)
{
    struct walk w = {.suggest = s, .common = true};
    struct slice rest, key;

    each_decoded(l, note_key, &w);
    rest = buf_all(&w.keys);
    if (!next_key(&rest, &key)) {
        buf_clear(&w.keys);
        w.common = false;
        each_decoded(l, note_key, &w);
    }
    l->said = arena_slice(&s->arena, buf_all(&w.keys));
    buf_release(&w.keys);
    arena_reset(&s->scratch);
}

static void add_said(struct suggest *s, struct line *l)
{
    if (l->of == KIND_KEYS)
        find_keys(s, l);
    l->says = shapes_add(&s->shapes[l->of], l->said);
}

static void note_here(void *ctx, struct slice name, const struct field *value)
{
    struct walk *w = ctx;

    if (w->kind->of != KIND_VALUE || !tells_apart(w, name))
        field_note(&w->kind->fields, name, plain(w->suggest, value));
}

/* The number that a word is, if it is a positive one; else 0. */
static double number_of(const struct word *w)
{
    struct num v;

    return w->class == WORD_NUMBER && num_parse(w->core, &UNIT_PLAIN, &v) == 0 && v.d > 0 ? v.d : 0;
}

/* Is word i the last of three numbers or more in a row, and as large as all before it together? */
static bool is_total(const struct word *words, size_t n, size_t i)
{
    double sum = 0;
    size_t from = i;

    if (!words[i].glued || (i + 1 < n && words[i + 1].glued))
        return false;
    for (; words[from].glued; from--)
        sum += number_of(&words[from - 1]);
    return i - from >= 2 && number_of(&words[i]) >= sum;
}

/* The value at word i, with its unit where that is a word of its own. */
static struct slice value_at(const struct shape *s, const struct word *words, size_t n, size_t i)
{
    const struct word *w = &words[i], *unit = &words[i + 1];

    if (i + 1 < n && i + 1 < s->nwords && s->words[i + 1].unit)
        return slice_make(w->core.p, (size_t)(unit->before.p + unit->before.n - w->core.p));
    return w->class == WORD_FIXED ? w->before : w->core;
}

static void note_variables(struct kind *k, const struct word *words, size_t n)
{
    for (size_t i = 0; i < n && i < k->shape->nwords; i++) {
        char name[24];
        struct slice value = value_at(k->shape, words, n, i);

        if (!k->shape->words[i].variable || k->shape->words[i].unit)
            continue;
        snprintf(name, sizeof name, "%zu", i);
        field_note(&k->groups, slice_str(name), value);
        if (is_total(words, n, i))
            field_note_total(&k->groups, slice_str(name));
    }
}

/* What stands behind the colon in which the shape is open. */
static void note_end(struct kind *k, struct slice text, const struct word *words, size_t n)
{
    size_t i = k->shape->nwords;
    char name[24];

    if (!k->shape->ends || n <= i)
        return;
    snprintf(name, sizeof name, "%zu", i);
    text = slice_from(text, (size_t)(words[i].before.p - text.p));
    while (text.n && char_is_blank(text.p[text.n - 1]))
        text.n--;
    field_note(&k->groups, slice_str(name), text);
}

static void note_groups(struct kind *k, struct slice text)
{
    struct word words[WORDS_MAX];
    bool more;
    size_t n = words_split(text, words, &more);

    note_variables(k, words, n);
    note_end(k, text, words, n);
}

static void look_inside(struct suggest *s, const struct line *l)
{
    const struct text *t = &s->shapes[l->of].texts.list[l->says];
    struct kind *k = &s->sample.kinds[s->first[l->of] + t->shape];
    struct walk w = {.suggest = s, .kind = k};

    if (k->shape->count < s->sample.least)
        return;
    if (l->of != KIND_KEYS)
        note_groups(k, t->text);
    heads_cut(s->heads, l->text, note_here, &w);
    each_decoded(l, note_here, &w);
    arena_reset(&s->scratch);
}

static void add_kinds(struct suggest *s, enum kind_of_line of)
{
    struct sample *sample = &s->sample;

    shapes_find(&s->shapes[of]);
    s->first[of] = sample->nkinds;
    for (size_t i = 0; i < s->shapes[of].nshapes; i++) {
        GROW(sample->kinds, sample->nkinds, s->kinds_cap);
        sample->kinds[sample->nkinds++] =
            (struct kind){.of = of, .shape = &s->shapes[of].shapes[i]};
    }
}

static int by_count(const void *a, const void *b)
{
    const struct kind *x = a, *y = b;

    if (x->shape->count != y->shape->count)
        return x->shape->count < y->shape->count ? 1 : -1;
    return slice_cmp(x->shape->example, y->shape->example);
}

/* Where a [log] looks for the time when nobody says. */
static const char looked_for[] = "time ts timestamp @timestamp t.$date";

static bool has_own_time(const struct suggest *s)
{
    for (size_t i = 0; i < s->fields.n; i++)
        if (word_among(slice_str(s->fields.list[i].name), looked_for))
            return true;
    return false;
}

/* The field that most decoded lines have their time in, if no [log] would look for it there. */
static const char *time_field(const struct suggest *s)
{
    const struct field_stats *best = NULL;

    for (size_t i = 0; i < s->fields.n; i++) {
        const struct field_stats *f = &s->fields.list[i];

        if (f->seen * 10 < s->sample.decoded * 9)
            continue;
        if (word_among(slice_str(f->name), looked_for))
            return NULL;
        if (!best && f->classes[WORD_TIME] == f->seen && field_is_usable(slice_str(f->name)))
            best = f;
    }
    return best ? best->name : NULL;
}

static const struct field_stats *level_field(const struct suggest *s)
{
    for (size_t i = 0; i < s->fields.n; i++) {
        const struct field_stats *f = &s->fields.list[i];
        struct slice name = slice_str(f->name);

        if (field_is_level(name) && can_be_asked_for(name) && f->seen * 2 > s->sample.lines &&
            f->values.n <= 12)
            return f;
    }
    return NULL;
}

void suggest_write(struct suggest *s, const char *const *names, size_t n, struct buf *out)
{
    struct sample *sample = &s->sample;

    sample->names = names;
    sample->nnames = n;
    heads_find(s->heads);
    for (size_t i = 0; i < s->n; i++)
        read_line(s, &s->lines[i]);
    heads_judge(s->heads);
    sample->levels = level_field(s);
    sample->day_apart = s->days_apart * 2 > sample->decoded;
    sample->own_time = !sample->day_apart && has_own_time(s);
    if (sample->decoded * 2 > sample->lines && !heads_regex(s->heads))
        sample->time = time_field(s);
    find_field(s);
    for (size_t i = 0; i < s->n; i++)
        sort_out(s, &s->lines[i]);
    for (size_t i = 0; i < s->n; i++)
        add_said(s, &s->lines[i]);
    for (int of = 0; of < KINDS_OF_LINES; of++)
        add_kinds(s, (enum kind_of_line)of);
    for (size_t i = 0; i < s->n; i++)
        look_inside(s, &s->lines[i]);
    if (sample->nkinds)
        qsort(sample->kinds, sample->nkinds, sizeof *sample->kinds, by_count);
    print_rules(sample, out);
}
