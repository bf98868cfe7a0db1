/* bare -- conditions that compare with a VALUE that has a unit, and calcs in which some numbers carry
 * a unit and others nothing. */
#include "config.h"

#include "engine/bare.h"

#include "engine/words.h"

static bool is_bare(struct slice text)
{
    struct num v;

    return num_parse(text, &UNIT_PLAIN, &v) == 0;
}

/* A number that was taken for what VALUE counts, because nothing says what it counts itself. */
static void find_guess(struct record *r, const struct condition *c, bare_fn *found, void *ctx)
{
    if (c->is_match || c->op < OP_LT || c->unit.kind == UNIT_NONE || c->told)
        return;
    struct bare_number b = {c->field.name, record_text(r, &c->field), &c->at, c};

    if (is_bare(b.text))
        found(ctx, &b);
}

/* The last field of a calc whose number is bare, where another carries a unit. */
static void find_mixed(struct record *r, const struct action *a, bare_fn *found, void *ctx)
{
    struct bare_number b = {.at = &a->at};
    struct exact value;
    bool carried = false;

    for (unsigned i = 0; a->calc && i < a->nrefs; i++) {
        struct slice text = record_text(r, &a->refs[i]);

        if (text.n == 0 || calc_field_is_time(a->calc, i) || (a->units && a->units[i].mul))
            continue;
        if (is_bare(text)) {
            b.field = a->refs[i].name;
            b.text = text;
        } else {
            carried |= exact_parse(text, NULL, &value) == 0;
        }
    }
    if (b.field && carried)
        found(ctx, &b);
}

void bare_find(struct record *r, const struct event *e, bare_fn *found, void *ctx)
{
    for (unsigned i = 0; i < e->nconditions; i++)
        find_guess(r, &e->conditions[i], found, ctx);
    for (unsigned i = 0; i < e->nactions; i++)
        find_mixed(r, &e->actions[i], found, ctx);
}

void bare_words(const struct bare_number *b, struct buf *out)
{
    const struct condition *c = b->condition;

    if (c)
        buf_fmt(out, "%s is a bare number, and counts %s for where %s %s %.*s", b->field,
                c->unit.kind == UNIT_TIME   ? "seconds"
                : c->unit.kind == UNIT_SIZE ? "bytes"
                                            : "a ratio",
                b->field, op_text(c->op), SLICE_FMT(c->text));
    else
        buf_fmt(out, "%s is a bare number among values with units", b->field);
    buf_fmt(out, "; unit.%s would say what it counts", b->field);
}

enum { NUMBER_TEXT = 64 }; /* longer ones are no number of money or time */

/* Is it a number where `kind` of unit is asked for, or where one could be asked for? */
static bool reads(struct slice text, enum unit_kind kind, enum unit_kind *ret_carried)
{
    struct num value;

    return num_parse_any(text, &value, ret_carried) == 0 &&
           (*ret_carried == UNIT_NONE || kind == UNIT_NONE || *ret_carried == kind);
}

/* Is it one with a point in the place of its only comma, and without those before it? */
static bool has_decimal_comma(struct slice text, enum unit_kind kind, enum unit_kind *ret_carried)
{
    struct slice whole = slice_until(text, ",");
    char copy[NUMBER_TEXT];
    size_t n = 0;

    if (text.n > NUMBER_TEXT || slice_count(text, ',') != 1 || whole.n == 0 ||
        whole.n + 1 >= text.n || !char_is_digit(text.p[whole.n + 1]))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '.' || i > whole.n)
            copy[n++] = i == whole.n ? '.' : text.p[i];
    return reads(slice_make(copy, n), kind, ret_carried);
}

static void comma_words(const char *field, struct slice text, struct buf *out)
{
    bool points = memchr(text.p, '.', text.n);

    buf_str(out, "; if its comma is a decimal one, ");
    if (points)
        buf_fmt(out, "rewrite.%s = [.] -> and then ", field);
    buf_fmt(out, "rewrite.%s = , -> . in the event %s a number of it", field,
            points ? "make" : "makes");
}

/* Bytes of the blank at byte `i`, of any kind that \s is with (*UCP); 0: there is none. */
static size_t blank_at(struct slice text, size_t i)
{
    size_t strange = strange_blank(text, i);
    unsigned char last = strange ? (unsigned char)text.p[i + strange - 1] : 0;
    bool unseen = strange == 3 && ((last >= 0x8b && last <= 0x8f) || last == 0xbf);

    return unseen ? 0 : strange ? strange : text.p[i] == ' ';
}

/* Is it one without its blanks? `1 200 ms`, and a unit behind a blank that does not break. */
static bool has_blanks(struct slice text, enum unit_kind kind, enum unit_kind *ret_carried)
{
    char copy[NUMBER_TEXT];
    size_t n = 0;

    if (text.n > NUMBER_TEXT)
        return false;
    for (size_t i = 0, blank; i < text.n; i += blank ? blank : 1) {
        blank = blank_at(text, i);
        if (!blank)
            copy[n++] = text.p[i];
    }
    return n < text.n && reads(slice_make(copy, n), kind, ret_carried);
}

void number_words(const char *field, struct slice text, enum unit_kind kind, struct buf *out)
{
    static const char *const units[] = {
        [UNIT_TIME] = "s", [UNIT_SIZE] = "B", [UNIT_PERCENT] = "percent", [UNIT_DIVISOR] = NULL};
    bool is_built_in = field[0] == '_'; /* and cannot be rewritten */
    enum unit_kind carried = UNIT_NONE;

    if (reads(text, kind, &carried))
        ;
    else if (!is_built_in && has_decimal_comma(text, kind, &carried))
        comma_words(field, text, out);
    else if (!is_built_in && has_blanks(text, kind, &carried))
        buf_fmt(out,
                "; rewrite.%s = (*UCP)\\s -> in the event makes a number of it, without its blanks",
                field);
    else
        return;
    if (kind == UNIT_NONE && units[carried])
        buf_fmt(out, "; the metric needs unit = %s to read it", units[carried]);
}
