/* calc -- a recursive descent from sums to factors; what it writes are steps for a stack.
 *
 *     sum     = product { (+ | -) product }
 *     product = factor { (* | /) factor }
 *     factor  = - factor | ( sum ) | NUMBER | FIELD | ${FIELD} | time(FIELD) | min(sum, sum) | max
 *
 * A number may carry a unit, as the values of fields may. */
#include "config.h"

#include "rules/calc.h"

#include "base/xalloc.h"
#include "config/mistake.h"
#include "config/schema.h"

#include <stdlib.h>

enum { STEPS_MAX = 256, DEPTH_MAX = 64 };

enum step_kind {
    STEP_NUMBER,
    STEP_FIELD,
    STEP_NEGATE,
    STEP_ADD, /* from here on two values become one */
    STEP_SUBTRACT,
    STEP_MULTIPLY,
    STEP_DIVIDE,
    STEP_MIN,
    STEP_MAX,
};

struct step {
    enum step_kind kind;
    unsigned field;
    struct exact number;
};

struct calc_name {
    char *text;
    bool is_time;
};

struct calc {
    struct step *steps;
    unsigned n, cap;
    struct calc_name fields[CALC_FIELDS_MAX];
    unsigned nfields;
};

struct parser {
    struct calc *c;
    const char *begin, *p, *end;
    struct buf *err;
    unsigned depth;
};

#define fail(ps, ...) buf_fail((ps)->err, __VA_ARGS__)

static void skip_blanks(struct parser *ps)
{
    while (ps->p < ps->end && char_is_blank(*ps->p))
        ps->p++;
}

static bool take(struct parser *ps, char c)
{
    skip_blanks(ps);
    if (ps->p == ps->end || *ps->p != c)
        return false;
    ps->p++;
    return true;
}

static struct slice rest_of(const struct parser *ps)
{
    return slice_make(ps->p, (size_t)(ps->end - ps->p));
}

static bool add_step(struct parser *ps, struct step step)
{
    struct calc *c = ps->c;

    if (c->n == STEPS_MAX)
        return fail(ps, "more than %d numbers, fields and operators", STEPS_MAX);
    GROW(c->steps, c->n, c->cap);
    c->steps[c->n++] = step;
    return true;
}

static bool add_field(struct parser *ps, struct slice name, bool is_time)
{
    struct calc *c = ps->c;
    unsigned i = 0;

    while (i < c->nfields &&
           (c->fields[i].is_time != is_time || !slice_eq(slice_str(c->fields[i].text), name)))
        i++;
    if (i == CALC_FIELDS_MAX)
        return fail(ps, "more than %d fields", CALC_FIELDS_MAX);
    if (i == c->nfields)
        c->fields[c->nfields++] = (struct calc_name){xstrslice(name), is_time};
    return add_step(ps, (struct step){.kind = STEP_FIELD, .field = i});
}

/* What a field's name may hold without `${}`: none of the operators. */
static bool is_name_char(char c)
{
    return char_is_word(c) || c == '.' || c == '@' || (unsigned char)c >= 0x80;
}

static struct slice take_name(struct parser *ps)
{
    struct slice name = {ps->p, 0};

    while (ps->p < ps->end && is_name_char(*ps->p))
        ps->p++;
    name.n = (size_t)(ps->p - name.p);
    return name;
}

/* At "${". */
static bool take_braced(struct parser *ps, struct slice *ret_name)
{
    struct slice rest = rest_of(ps);
    const char *close = memchr(rest.p, '}', rest.n);

    if (!close)
        return fail(ps, "`%.*s` lacks its `}`", SLICE_FMT(rest));
    *ret_name = slice_trim(slice_make(rest.p + 2, (size_t)(close - rest.p) - 2));
    if (!name_is_field(*ret_name))
        return fail(ps, "\"%.*s\" is no field name", SLICE_FMT(*ret_name));
    ps->p = close + 1;
    return true;
}

/* Digits, a point, an exponent, and letters of a unit behind them. */
static bool number(struct parser *ps)
{
    const char *begin = ps->p;
    struct step step = {.kind = STEP_NUMBER};
    struct slice text;

    while (ps->p < ps->end && (is_name_char(*ps->p) || *ps->p == '%' ||
                               ((*ps->p == '-' || *ps->p == '+') && (ps->p[-1] | 0x20) == 'e' &&
                                char_is_digit(ps->p[-2]))))
        ps->p++;
    text = slice_make(begin, (size_t)(ps->p - begin));
    if (exact_parse(text, NULL, &step.number) == 0)
        return add_step(ps, step);
    ps->p = begin;
    return fail(ps, "\"%.*s\" is no number", SLICE_FMT(text));
}

static bool sum(struct parser *ps);
static bool deeper(struct parser *ps);

static bool close_bracket(struct parser *ps, const char *what)
{
    return take(ps, ')') || fail(ps, "%s lacks its `)`", what);
}

/* Behind `time(`. */
static bool time_argument(struct parser *ps)
{
    struct slice name;

    skip_blanks(ps);
    if (slice_starts(rest_of(ps), SLICE("${"))) {
        if (!take_braced(ps, &name))
            return false;
    } else {
        name = take_name(ps);
    }
    if (name.n == 0 || !take(ps, ')'))
        return fail(ps, "time takes one field: time(FIELD)");
    return add_field(ps, name, true);
}

/* Behind `min(` or `max(`. */
static bool two_arguments(struct parser *ps, const char *name, enum step_kind kind)
{
    if (!sum(ps))
        return false;
    if (!take(ps, ','))
        return fail(ps, "%s takes two values: %s(a, b)", name, name);
    return sum(ps) && close_bracket(ps, name) && add_step(ps, (struct step){.kind = kind});
}

static bool call(struct parser *ps, struct slice name)
{
    static const char *const names[] = {"min", "max", "time"};
    const char *near = nearest(name, names, 3);

    if (slice_eq(name, SLICE("min")))
        return two_arguments(ps, "min", STEP_MIN);
    if (slice_eq(name, SLICE("max")))
        return two_arguments(ps, "max", STEP_MAX);
    if (slice_eq(name, SLICE("time")))
        return time_argument(ps);
    ps->p = name.p;
    if (near)
        return fail(ps, "unknown function \"%.*s\"; did you mean \"%s\"?", SLICE_FMT(name), near);
    return fail(ps, "unknown function \"%.*s\"; there are min, max and time", SLICE_FMT(name));
}

static bool name_or_call(struct parser *ps)
{
    struct slice name = take_name(ps);

    return ps->p < ps->end && *ps->p == '(' ? ps->p++, call(ps, name) : add_field(ps, name, false);
}

static bool nothing_here(struct parser *ps)
{
    if (ps->p == ps->end)
        return fail(ps, "a number, a field or ( is missing at the end");
    if (*ps->p == '$')
        return fail(ps, "a field is written by its name alone, or ${name}");
    if (*ps->p == '"' || *ps->p == '\'')
        return fail(ps, "a quote: fields and numbers are written without");
    return fail(ps, "a number, a field or ( must stand here");
}

static bool factor(struct parser *ps)
{
    struct slice name;

    skip_blanks(ps);
    if (take(ps, '('))
        return sum(ps) && close_bracket(ps, "`(`");
    if (take(ps, '-'))
        return deeper(ps) && add_step(ps, (struct step){.kind = STEP_NEGATE});
    if (slice_starts(rest_of(ps), SLICE("${")))
        return take_braced(ps, &name) && add_field(ps, name, false);
    if (ps->p < ps->end && (char_is_digit(*ps->p) || *ps->p == '.'))
        return number(ps);
    if (ps->p < ps->end && is_name_char(*ps->p))
        return name_or_call(ps);
    return nothing_here(ps);
}

/* The depth is counted where every way down passes. */
static bool deeper(struct parser *ps)
{
    bool done;

    if (ps->depth == DEPTH_MAX)
        return fail(ps, "more than %d brackets and signs inside one another", DEPTH_MAX);
    ps->depth++;
    done = factor(ps);
    ps->depth--;
    return done;
}

static bool product(struct parser *ps)
{
    if (!deeper(ps))
        return false;
    for (;;) {
        bool times = take(ps, '*');

        if (!times && !take(ps, '/'))
            return true;
        if (!deeper(ps) ||
            !add_step(ps, (struct step){.kind = times ? STEP_MULTIPLY : STEP_DIVIDE}))
            return false;
    }
}

static bool sum(struct parser *ps)
{
    if (!product(ps))
        return false;
    for (;;) {
        bool plus = take(ps, '+');

        if (!plus && !take(ps, '-'))
            return true;
        if (!product(ps) || !add_step(ps, (struct step){.kind = plus ? STEP_ADD : STEP_SUBTRACT}))
            return false;
    }
}

static bool all(struct parser *ps)
{
    if (!sum(ps))
        return false;
    skip_blanks(ps);
    if (ps->p == ps->end)
        return true;
    return fail(ps, *ps->p == ')' ? "a `)` too many"
                                  : "an operator is missing here; there are + - * / ( ) min(a, b) "
                                    "max(a, b) time(a)");
}

struct calc *calc_new(struct slice text, struct buf *err, size_t *ret_offset)
{
    struct calc *c = xcalloc(1, sizeof *c);
    struct parser ps = {c, text.p, text.p, text.p + text.n, err, 0};

    if (all(&ps))
        return c;
    *ret_offset = (size_t)(ps.p - ps.begin);
    calc_free(c);
    return NULL;
}

void calc_free(struct calc *c)
{
    if (!c)
        return;
    for (unsigned i = 0; i < c->nfields; i++)
        free(c->fields[i].text);
    free(c->steps);
    free(c);
}

unsigned calc_nfields(const struct calc *c)
{
    return c->nfields;
}

const char *calc_field(const struct calc *c, unsigned i)
{
    return c->fields[i].text;
}

bool calc_field_is_time(const struct calc *c, unsigned i)
{
    return c->fields[i].is_time;
}

static enum calc_result join(enum step_kind kind, struct exact *a, const struct exact *b)
{
    bool fits = true;

    switch (kind) {
    case STEP_ADD:
        fits = exact_add(a, b, a);
        break;
    case STEP_SUBTRACT: {
        struct exact minus = exact_negate(b);

        fits = exact_add(a, &minus, a);
        break;
    }
    case STEP_MULTIPLY:
        fits = exact_multiply(a, b, a);
        break;
    case STEP_DIVIDE:
        if (wide_is_zero(b->mantissa))
            return CALC_BY_ZERO;
        fits = exact_divide(a, b, a);
        break;
    default:
        if ((exact_cmp(a, b) > 0) == (kind == STEP_MIN))
            *a = *b;
        break;
    }
    return fits ? CALC_DONE : CALC_TOO_LONG;
}

enum calc_result calc_eval(const struct calc *c, const struct exact *values, struct exact *ret)
{
    struct exact stack[STEPS_MAX];
    unsigned n = 0;

    for (unsigned i = 0; i < c->n; i++) {
        const struct step *s = &c->steps[i];
        enum calc_result result = CALC_DONE;

        if (s->kind == STEP_NUMBER)
            stack[n++] = s->number;
        else if (s->kind == STEP_FIELD)
            stack[n++] = values[s->field];
        else if (s->kind == STEP_NEGATE)
            stack[n - 1] = exact_negate(&stack[n - 1]);
        else {
            n--;
            result = join(s->kind, &stack[n - 1], &stack[n]);
        }
        if (result != CALC_DONE)
            return result;
    }
    *ret = stack[0];
    return CALC_DONE;
}
