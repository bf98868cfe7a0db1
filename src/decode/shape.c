/* shape -- learning one: the steps that the walk took, and the line that it took them in, become runs
 * and values.
 *
 * Nothing here is asked for every line. A place is learned when the same guess failed some times in
 * a row, and after that ever more seldom: two shapes that nothing tells apart before they are read would
 * otherwise push each other out for ever. */
#include "config.h"

#include "decode/shape.h"

#include "base/xalloc.h"
#include "decode/fieldnames.h"

#include <stdlib.h>

/* When so many guesses failed, half of all must have been right: where there are more values than places,
 * each line would be guessed in vain. So many other lines are walked then. */
enum { JUDGED_AFTER = 4096, RESTS_LONG = 1 << 18 };

/* Learning a shape costs as much as some lines: who comes seldom is walked. */
enum { CAME = 5 };

enum { WAITS = 8, WAITS_DOUBLED = 12, STRANGE = 32, RESTS = 512, RUN_MAX = SHAPE_PIECES * PIECE };

/* A value of the line; what stands between it and the one before is a run. */
struct value {
    const char *p, *end;
    uint16_t slot;
    bool quoted, decides;
};

struct values {
    const struct trail *t;
    enum line_form form;
    struct value list[SHAPE_VALUES];
    unsigned n;
};

/* A shape as it grows. */
struct making {
    struct shape *s;
    struct shape_piece first[SHAPE_VALUES], rest[SHAPE_PIECES]; /* pieces */
    unsigned nrest;
    char run[RUN_MAX]; /* the one that is not ended */
    unsigned n;
};

void shapes_free(struct shapes *s)
{
    for (unsigned i = 0; i < 1 << SHAPES_BITS; i++)
        free(s->places[i].shape);
    free(s);
}

/* Has the index a bit for it? */
static bool is_stop(char c, enum line_form form)
{
    return c == '"' || c == '\\' || (unsigned char)c < (form == FORM_JSON ? 0x20 : 0x21);
}

static const char *quoted_end(const char *p)
{
    for (; *p != '"'; p++)
        p += *p == '\\';
    return p;
}

static const char *bare_end(const char *p, enum line_form form)
{
    while (!is_stop(*p, form) && (form != FORM_JSON || !strchr(",}] ", *p)))
        p++;
    return p;
}

static bool decides(const struct trail *t, uint16_t slot)
{
    for (unsigned i = 0; i < t->ndeciding; i++)
        if (slot == t->deciding[i])
            return true;
    return false;
}

/* As part of a run it must be itself: no escapes, and not null, which is a value of its own kind. */
static bool can_decide(const struct values *vs, const struct value *v)
{
    size_t n = (size_t)(v->end - v->p);

    return decides(vs->t, v->slot) && n <= SHAPE_DECIDING && !memchr(v->p, '\\', n) &&
           (v->quoted || vs->form != FORM_JSON || *v->p != 'n');
}

/* The value at p. Returns where it ends, the quote left out. */
static const char *add_value(struct values *vs, const char *p, uint16_t slot, bool quoted)
{
    struct value v = {p, quoted ? quoted_end(p) : bare_end(p, vs->form), slot, quoted, false};

    v.decides = can_decide(vs, &v);
    if (vs->n < SHAPE_VALUES)
        vs->list[vs->n] = v;
    vs->n++;
    return v.end;
}

static const char *skip_blanks(const char *p)
{
    while (char_is_blank(*p) || *p == '\r')
        p++;
    return p;
}

/* The values of the object or array at p, none of which is asked for. Its keys are parts of runs. */
static const char *add_inner(struct values *vs, const char *p)
{
    unsigned depth = 0;

    do {
        const char *end = *p == '"' ? quoted_end(p + 1) + 1 : p + 1;

        if (*p == '{' || *p == '[')
            depth++;
        else if (*p == '}' || *p == ']')
            depth--;
        else if (*p == '"' && *skip_blanks(end) != ':')
            (void)add_value(vs, p + 1, FIELDNAME_NO_SLOT, true);
        else if (*p != '"' && *p != ',' && *p != ':' && skip_blanks(p) == p)
            end = add_value(vs, p, FIELDNAME_NO_SLOT, false);
        p = end;
    } while (depth);
    return p;
}

/* Does a rule ask for it, or for something in it? */
static bool is_wanted(const struct trail *t, const struct trail_step *s)
{
    return s->slot != FIELDNAME_NO_SLOT ||
           fieldnames_find(t->want, slice_make(s->text + s->key_at, s->key_n));
}

/* The values of a valid line that has these n steps and then its end; false when there are too many, or one of them has no
 * place in a shape. */
static bool find_values(struct values *vs, const char *p, struct trail_step *const *path,
                        unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const struct trail_step *s = path[i];

        if (memcmp(p, s->text, s->n) != 0)
            return false; /* a value ended elsewhere: it holds what else ends one */
        p += s->n;
        if (s->kind == STEP_INNER && is_wanted(vs->t, s))
            return false;
        if (s->kind == STEP_INNER)
            p = add_inner(vs, p - 1);
        else
            p = add_value(vs, p, s->slot, s->kind == STEP_STRING) + (s->kind == STEP_STRING);
    }
    return vs->n <= SHAPE_VALUES && memcmp(p, path[n]->text, path[n]->n) == 0;
}

static bool add_run(struct making *m, const char *p, size_t n)
{
    if (n > RUN_MAX - m->n)
        return false;
    memcpy(m->run + m->n, p, n);
    m->n += (unsigned)n;
    return true;
}

static void make_piece(struct making *m, struct shape_piece *piece, unsigned off)
{
    unsigned n = m->n - off < PIECE ? m->n - off : PIECE;

    *piece = (struct shape_piece){.at = (uint16_t)m->s->nvalues, .off = (uint16_t)off};
    memcpy(piece->text, m->run + off, n);
    memset(piece->mask, 0xff, n);
}

/* The run is whole. The piece that stands before a value is compared when the value's end is looked for. */
static bool end_run(struct making *m, bool is_last)
{
    unsigned off = 0;

    if (!is_last) {
        make_piece(m, &m->first[m->s->nvalues], 0);
        off = PIECE;
    }
    for (; off < m->n; off += PIECE) {
        if (m->nrest == SHAPE_PIECES)
            return false;
        make_piece(m, &m->rest[m->nrest++], off);
    }
    return true;
}

/* Of duplicate keys the first counts. */
static void add_field(struct making *m, struct shape_field f)
{
    struct shape *s = m->s;

    for (unsigned i = 0; i < s->nfields; i++)
        if (s->fields[i].slot == f.slot)
            return;
    if (f.slot != FIELDNAME_NO_SLOT)
        s->fields[s->nfields++] = f;
}

/* How far from the text's beginning the index has its first bit. */
static uint8_t first_stop(const char *text, enum line_form form)
{
    uint8_t n = 0;

    while (!is_stop(text[n], form) && n < UINT8_MAX)
        n++;
    return n;
}

static bool has_stop(const struct value *v, enum line_form form)
{
    const char *p = v->p;

    while (p < v->end && !is_stop(*p, form))
        p++;
    return p < v->end;
}

static bool put_value(struct making *m, const struct value *v, enum line_form form)
{
    struct shape *s = m->s;
    uint16_t at = (uint16_t)s->nvalues, off = (uint16_t)m->n, n = (uint16_t)(v->end - v->p);

    if (v->decides) {
        add_field(m, (struct shape_field){at, off, at, off + n, v->slot});
        return add_run(m, v->p, n);
    }
    if (!end_run(m, false))
        return false;
    s->values[at] = (struct shape_value){off, first_stop(v->end, form), v->quoted};
    s->careful |= v->quoted && has_stop(v, form);
    if (!v->quoted && form == FORM_JSON)
        s->numbers[s->nnumbers++] = at;
    add_field(m, (struct shape_field){at, off, at + 1, 0, v->slot});
    s->nvalues++;
    m->n = 0;
    return true;
}

/* The line at p. */
static bool make(struct making *m, const struct values *vs, const char *p)
{
    const char *newline;

    for (unsigned i = 0; i < vs->n; i++) {
        const struct value *v = &vs->list[i];

        if (!add_run(m, p, (size_t)(v->p - p)) || !put_value(m, v, vs->form))
            return false;
        p = v->end;
    }
    newline = rawmemchr(p, '\n'); /* every line of a block has one */
    if (!add_run(m, p, (size_t)(newline + 1 - p)) || !end_run(m, true))
        return false;
    m->s->last = (uint16_t)m->n;
    return true;
}

/* Do all that decide stand in the runs? */
static bool is_decided(const struct values *vs)
{
    for (unsigned i = 0; i < vs->n; i++)
        if (decides(vs->t, vs->list[i].slot) && !vs->list[i].decides)
            return false;
    return true;
}

/* Where the values stand that decide, of lines that begin as this one. */
static void learn_head(struct shape_head *h, const struct values *vs, const char *p)
{
    h->known = true;
    h->n = 0;
    for (unsigned i = 0; i < vs->n && i < SHAPE_HEAD; i++) {
        const struct value *v = &vs->list[i];

        h->values[i] =
            (struct shape_value){(uint16_t)(v->p - p), first_stop(v->end, vs->form), v->quoted};
        h->decides[i] = v->decides;
        if (h->decides[i])
            h->n = i + 1;
        p = v->end;
    }
}

/* `members` of the line at p. */
static bool learn_shape(struct shape_place *place, const struct values *vs, const char *p,
                        unsigned members)
{
    struct shape made = {.members = members}, *s;
    struct making *m = xmalloc(sizeof *m);
    bool is_made;

    m->s = &made;
    m->n = m->nrest = 0;
    is_made = make(m, vs, p);
    if (is_made) {
        made.is_decided = is_decided(vs);
        made.npieces = made.nvalues + m->nrest;
        s = xmalloc(sizeof *s + made.npieces * sizeof *s->pieces);
        *s = made;
        memcpy(s->pieces, m->first, made.nvalues * sizeof *s->pieces);
        memcpy(s->pieces + made.nvalues, m->rest, m->nrest * sizeof *s->pieces);
        free(place->shape);
        place->shape = s;
    }
    free(m);
    return is_made;
}

static enum field_kind kind_of(const struct trail *t, const struct shape_field *f)
{
    const struct odd_values *odd = &t->shapes->odd;

    if (f->to == f->at) /* it is part of a run */
        return FIELD_TEXT;
    if (odd->nulls >> f->at & 1)
        return FIELD_NULL;
    if (odd->escaped >> f->at & 1)
        return t->shapes->form == FORM_JSON ? FIELD_JSON : FIELD_GO;
    return FIELD_TEXT;
}

static struct field field_of(const struct trail *t, const struct shape_field *f)
{
    const struct shapes *s = t->shapes;
    uint32_t at = s->ends[f->at] + f->off;

    return (struct field){s->index.begin + at, s->ends[f->to] + f->to_off - at, kind_of(t, f)};
}

static void store(const struct trail *t, const struct shape_field *f, struct field *slots,
                  struct touched *touched)
{
    slots[f->slot] = field_of(t, f);
    touched->slots[touched->n++] = f->slot;
}

/* Nearly every line: all its values are plain text. */
static inline void store_plain(const struct trail *t, const uint8_t *number, const uint8_t *last,
                               struct field *slots, struct touched *touched)
{
    const struct shapes *s = t->shapes;
    uint16_t *to = touched->slots + touched->n;

    touched->n += (unsigned)(last - number);
    for (; number < last; number++) {
        const struct shape_field *f = &t->shape->fields[*number];
        uint32_t at = s->ends[f->at] + f->off;
        struct field *slot = &slots[f->slot];

        slot->p = s->index.begin + at;
        slot->n = s->ends[f->to] + f->to_off - at;
        slot->kind = FIELD_TEXT;
        *to++ = f->slot;
    }
}

void trail_store_some(const struct trail *t, const uint8_t *numbers, unsigned n,
                      struct field *slots, struct touched *touched)
{
    if (__builtin_expect((t->shapes->odd.nulls | t->shapes->odd.escaped) == 0, 1))
        store_plain(t, numbers, numbers + n, slots, touched);
    else
        for (unsigned i = 0; i < n; i++)
            store(t, &t->shape->fields[numbers[i]], slots, touched);
}

void trail_store_rest(const struct trail *t, struct field *slots, struct touched *touched)
{
    for (unsigned i = 0; i < t->shape->nfields; i++)
        if (slots[t->shape->fields[i].slot].kind == FIELD_NONE)
            store(t, &t->shape->fields[i], slots, touched);
}

/* The same guess failed some times in a row, and not too often before. */
static bool is_due(struct shapes *s)
{
    struct shape_place *place = s->place;

    if (!place)
        return false;
    if (place->waits) {
        place->waits--;
        return false;
    }
    place->came = place->hash == s->hash ? place->came + 1 : 0;
    place->hash = s->hash;
    return place->came >= CAME;
}

/* No guess was right for long: guesses should begin from another place, and not at once. */
static bool is_strange(struct shapes *s, enum line_form form)
{
    bool is_first = !s->heads[form].known;

    if (!is_first && (s->rests || ++s->strange < STRANGE))
        return false;
    s->rests = is_first ? 0 : RESTS;
    s->strange = 0;
    return true;
}

static void judge(struct shapes *s)
{
    if (!s->place || ++s->failed < JUDGED_AFTER)
        return;
    if (s->index.lines - s->judged < 2 * JUDGED_AFTER)
        s->rests = RESTS_LONG;
    s->failed = 0;
    s->judged = s->index.lines;
}

/* Apart: most lines that are walked teach nothing. */
static __attribute__((noinline)) void learn(struct trail *t, enum line_form form, const char *p,
                                            struct trail_step *const *path, unsigned n,
                                            bool guesses, bool learns)
{
    struct values vs = {.t = t, .form = form};
    struct shapes *s = t->shapes;
    struct shape_place *place = s->place;
    bool found = n > 0 && n <= SHAPE_VALUES && find_values(&vs, p, path, n - 1), again;

    if (found && guesses) {
        learn_head(&s->heads[form], &vs, p);
        s->index.form = form;
        s->index.end = s->index.begin;
    }
    if (!learns)
        return;
    again = place->shape;
    place->came = 0;
    if (found && learn_shape(place, &vs, p, n - 1) && !again)
        return;
    place->learned += place->learned < WAITS_DOUBLED;
    place->waits = WAITS << place->learned;
}

void shapes_learn(struct trail *t, enum line_form form, const char *p,
                  struct trail_step *const *path, unsigned n)
{
    struct shapes *s = t->shapes;
    bool guesses = is_strange(s, form), learns = is_due(s);

    judge(s);
    if (guesses || learns)
        learn(t, form, p, path, n, guesses, learns);
}
