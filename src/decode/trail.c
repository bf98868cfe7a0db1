/* trail -- reading a piece of text for the first time, byte by byte, and hanging it on the tree.
 *
 * The text of a string's step begins like that of a bare value's with the same key (`"k":"` and
 * `"k":`), so strings and nested values stand before bare ones in a list. Else the order is that of
 * their first coming, which mostly is that of how often they come.
 *
 * A trail that is full is left as it is for long, and then begun anew: the program may have been
 * replaced by one that writes other lines. */
#include "config.h"

#include "decode/trail.h"

#include "base/xalloc.h"
#include "decode/fieldnames.h"

#include <stdlib.h>

enum { REFUSED_MAX = 1 << 20, FORKS = 1 << TRAIL_FORKS_BITS };

/* All lists end here. */
static struct trail_step none = {.kind = STEP_NONE, .slot = FIELDNAME_NO_SLOT};

static void begin(struct trail *t)
{
    for (int form = 0; form < LINE_FORMS; form++)
        t->roots[form] = (struct trail_step){.next = &none};
    if (t->n) { /* else all are zero: a page that no line asked for is not touched */
        memset(t->notes, 0, t->n * sizeof *t->notes);
        memset(t->forks, 0, FORKS * sizeof *t->forks);
    }
    t->n = t->refused = 0;
    t->end = NULL;
}

struct trail *trail_new(const struct fieldnames *want)
{
    struct trail *t = xcalloc(1, sizeof *t);

    t->want = want;
    t->steps = xcalloc(TRAIL_STEPS, sizeof *t->steps);
    t->notes = xcalloc(TRAIL_STEPS, sizeof *t->notes);
    t->forks = xcalloc(FORKS, sizeof *t->forks);
    begin(t);
    return t;
}

void trail_free(struct trail *t)
{
    if (t == NULL)
        return;
    free(t->steps);
    free(t->notes);
    free(t->forks);
    free(t);
}

void trail_decide(struct trail *t, const uint16_t *slots, unsigned n)
{
    t->ndeciding = n < TRAIL_DECIDING ? n : TRAIL_DECIDING;
    for (unsigned i = 0; i < t->ndeciding; i++)
        t->deciding[i] = slots[i];
}

static const char *skip_blanks(const char *p)
{
    while (char_is_blank(*p) || *p == '\r')
        p++;
    return p;
}

/* Behind the key at p, which ends before `close` or, in logfmt, at the first byte that no key has;
 * NULL when there is no such key. */
static const char *skip_key(const char *p, enum line_form form)
{
    const char *start = p;

    if (form == FORM_JSON) {
        while ((unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
            p++;
        return *p == '"' ? p : NULL;
    }
    while ((unsigned char)*p > ' ' && *p != '"' && *p != '=')
        p++;
    return *p == '=' && p > start ? p : NULL;
}

/* The kind of the value at p; *p goes behind what belongs to the step's text. */
static enum step_kind value_kind(const char **p, enum line_form form)
{
    if (**p == '"') {
        ++*p;
        return STEP_STRING;
    }
    if (form == FORM_JSON && (**p == '{' || **p == '[')) {
        ++*p;
        return STEP_INNER;
    }
    return STEP_BARE;
}

struct reading {
    enum step_kind kind;
    const char *key, *key_end, *end;
};

/* `{"key":` at the beginning of a line, else `,"key":` or `}` and the newline. */
static bool read_json(const char *p, bool first, struct reading *r)
{
    p = skip_blanks(p);
    if (!first && *p == '}') {
        p = skip_blanks(p + 1);
        *r = (struct reading){STEP_END, p, p, p + 1};
        return *p == '\n';
    }
    if (*p != (first ? '{' : ','))
        return false;
    p = skip_blanks(p + 1);
    if (*p != '"')
        return false;
    r->key = p + 1;
    r->key_end = skip_key(r->key, FORM_JSON);
    if (r->key_end == NULL)
        return false;
    p = skip_blanks(r->key_end + 1);
    if (*p != ':')
        return false;
    r->end = skip_blanks(p + 1);
    r->kind = value_kind(&r->end, FORM_JSON);
    return true;
}

/* `key=` at the beginning of a line, else ` key=` or the newline. */
static bool read_logfmt(const char *p, bool first, struct reading *r)
{
    const char *start = p;

    p = skip_blanks(p);
    if (!first && *p == '\n') {
        *r = (struct reading){STEP_END, p, p, p + 1};
        return true;
    }
    if (!first && p == start)
        return false;
    r->key = p;
    r->key_end = skip_key(p, FORM_LOGFMT);
    if (r->key_end == NULL)
        return false;
    r->end = r->key_end + 1;
    r->kind = value_kind(&r->end, FORM_LOGFMT);
    return true;
}

static bool is_bare(const struct trail_step *s)
{
    return s->kind == STEP_BARE || s->kind == STEP_BARE_FORK;
}

/* Where in the list behind `after` a step of that kind belongs; NULL when the list is full. */
static struct trail_step **place(struct trail_step *after, enum step_kind kind)
{
    struct trail_step **at = &after->next;
    unsigned n = 0;

    while ((*at)->kind != STEP_NONE && (kind == STEP_BARE || !is_bare(*at))) {
        at = &(*at)->other;
        n++;
    }
    return n < TRAIL_BRANCHES ? at : NULL;
}

static const struct fieldname *name_of(const struct trail *t, const struct reading *r)
{
    return r->kind == STEP_END
               ? NULL
               : fieldnames_find(t->want, slice_make(r->key, (size_t)(r->key_end - r->key)));
}

/* n bits; n < TRAIL_TEXT. */
static uint32_t lowest(size_t n)
{
    return (UINT32_C(1) << n) - 1;
}

static uint8_t members(const struct trail_step *before, enum step_kind kind)
{
    unsigned n = before->members + (kind != STEP_END);

    return (uint8_t)(n < 2 ? n : 2);
}

static bool decides(const struct trail *t, uint16_t slot)
{
    for (unsigned i = 0; i < t->ndeciding; i++)
        if (slot == t->deciding[i])
            return true;
    return false;
}

struct trail_step *trail_fork(struct trail *t, struct trail_step *s, uint64_t hash,
                              const char *value, size_t n)
{
    struct trail_step *fork = &t->forks[hash >> (64 - TRAIL_FORKS_BITS)];
    bool again = fork->last == (uint32_t)hash;

    fork->last = (uint32_t)hash;
    if (!again || fork->other || n + 1 >= TRAIL_TEXT || t->n > TRAIL_STEPS / 2)
        return NULL;
    *fork = (struct trail_step){.bits = lowest(n + 1),
                                .n = (uint8_t)(n + 1),
                                .slot = FIELDNAME_NO_SLOT,
                                .members = s->members,
                                .last = fork->last,
                                .next = &none,
                                .other = s};
    memcpy(fork->text, value, n + 1);
    return fork;
}

struct trail_step *trail_add(struct trail *t, enum line_form form, struct trail_step *after,
                             const char *p)
{
    bool first = after == &t->roots[form];
    const struct fieldname *name;
    struct reading r;
    struct trail_step **at;

    if (t->n == TRAIL_STEPS) {
        if (++t->refused == REFUSED_MAX)
            begin(t);
        return NULL;
    }
    if (!(form == FORM_JSON ? read_json : read_logfmt)(p, first, &r) || r.end - p >= TRAIL_TEXT)
        return NULL;
    if ((at = place(after, r.kind)) == NULL)
        return NULL;
    struct trail_step *s = &t->steps[t->n++];

    name = name_of(t, &r);
    *s = (struct trail_step){.bits = lowest((size_t)(r.end - p)),
                             .n = (uint8_t)(r.end - p),
                             .kind = (uint8_t)r.kind,
                             .key_at = (uint8_t)(r.key - p),
                             .key_n = (uint8_t)(r.key_end - r.key),
                             .slot = name ? name->slot : FIELDNAME_NO_SLOT,
                             .decides = name && (decides(t, name->slot) || r.kind == STEP_INNER),
                             .members = members(after, r.kind),
                             .next = &none,
                             .other = *at};
    if (s->decides && r.kind != STEP_INNER)
        s->kind = r.kind == STEP_STRING ? STEP_FORK : STEP_BARE_FORK;
    memcpy(s->text, p, s->n);
    *at = s;
    return s;
}
