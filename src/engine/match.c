/* match -- conditions and actions, each a few lines: what is costly in them is PCRE2's, and
 * dispatch sees to it that few are run. */
#include "config.h"

#include "engine/match.h"

#include "base/inline.h"

static bool regex_holds(struct record *r, const struct condition *c, struct slice subject,
                        bool want, bool *ret_limit)
{
    enum pattern_result result = pattern_match(c->capture.pattern, r->matcher, subject);

    if (result == PATTERN_ERROR)
        *ret_limit = true;
    if (result == PATTERN_YES && want && c->capture.group_slots)
        record_capture(r, &c->capture);
    return (result == PATTERN_YES) == want;
}

static bool number_holds(const struct condition *c, struct slice text)
{
    struct num v;

    if (text.n == 0 || num_parse(text, &c->unit, &v) < 0)
        return false;
    switch (c->op) {
    case OP_LT:
        return v.d < c->number.d;
    case OP_LE:
        return v.d <= c->number.d;
    case OP_GT:
        return v.d > c->number.d;
    default:
        return v.d >= c->number.d;
    }
}

/* Called per line: inline, whoever else calls it. */
ALWAYS_INLINE bool condition_holds(struct record *r, const struct condition *c, bool *ret_limit)
{
    if (c->is_match)
        return regex_holds(r, c, r->line, true, ret_limit);
    struct slice text = record_text(r, &c->field);

    switch (c->op) {
    case OP_EQ:
        return slice_eq(text, c->text);
    case OP_NE:
        return !slice_eq(text, c->text);
    case OP_PREFIX:
        return slice_starts(text, c->text);
    case OP_MATCH:
        return regex_holds(r, c, text, true, ret_limit);
    case OP_NOT_MATCH:
        return regex_holds(r, c, text, false, ret_limit);
    default:
        return number_holds(c, text);
    }
}

unsigned match_conditions(struct record *r, const struct event *e, bool *ret_limit)
{
    unsigned i = 0;

    if (!event_for_line(e, r))
        return 0;
    while (i < e->nline && condition_holds(r, &e->conditions[i], ret_limit))
        i++;
    return i;
}

bool match_condition(struct record *r, const struct condition *c, bool *ret_limit)
{
    return condition_holds(r, c, ret_limit);
}

bool match_members(struct record *r, const struct event *e, bool *ret_limit)
{
    for (unsigned i = e->nline + 1; i < e->nconditions; i++)
        if (!condition_holds(r, &e->conditions[i], ret_limit))
            return false;
    return true;
}

static struct slice run_template(struct record *r, const struct action *a)
{
    struct slice values[TEMPLATE_FIELDS_MAX];
    struct buf out = BUF_INIT;

    for (unsigned i = 0; i < a->nrefs; i++)
        values[i] = record_text(r, &a->refs[i]);
    template_eval(a->template, values, &out);
    struct slice text = arena_slice(&r->scratch, buf_all(&out));

    buf_release(&out);
    return text;
}

static void run_rewrite(struct record *r, const struct action *a, bool *ret_limit)
{
    struct buf out = BUF_INIT;

    switch (pattern_replace(a->pattern, r->matcher, a->replacement, record_text(r, &a->refs[0]),
                            &out)) {
    case PATTERN_YES:
        record_set(r, a->to, arena_slice(&r->scratch, buf_all(&out)));
        break;
    case PATTERN_ERROR:
        *ret_limit = true;
        break;
    case PATTERN_NO:
        break;
    }
    buf_release(&out);
}

static void run_map(struct record *r, const struct action *a)
{
    struct slice value = record_text(r, &a->refs[0]), result;
    uint64_t i;

    if (map_get(&a->map->table, value, &i))
        record_set(r, a->to, a->map->results[i]);
    else if (a->map->file && table_find(a->map->file, value, &result))
        record_set(r, a->to, result);
    else if (a->map->has_other)
        record_set(r, a->to, a->map->other);
}

/* NULL: nothing says what its bare numbers count. */
static const struct unit *operand_unit(const struct action *a, unsigned i)
{
    return a->units && a->units[i].mul ? &a->units[i] : NULL;
}

static enum calc_outcome read_operand(struct record *r, const struct action *a, unsigned i,
                                      struct exact *ret_value)
{
    struct slice text = record_text(r, &a->refs[i]);
    int64_t ns;
    bool dated;

    if (text.n == 0)
        return OUTCOME_MISSING;
    if (!calc_field_is_time(a->calc, i))
        return exact_parse(text, operand_unit(a, i), ret_value) < 0 ? OUTCOME_NO_NUMBER
                                                                    : OUTCOME_DONE;
    (void)record_time(r); /* the one that a time without a date is near to */
    if (source_parse_time(r->source, text, &ns, &dated) < 0)
        return OUTCOME_NO_TIME;
    *ret_value = exact_make(ns, -9);
    return OUTCOME_DONE;
}

enum calc_outcome match_calc(struct record *r, const struct action *a, struct exact *ret_result,
                             unsigned *ret_field)
{
    struct exact values[CALC_FIELDS_MAX];

    for (unsigned i = 0; i < a->nrefs; i++) {
        enum calc_outcome outcome = read_operand(r, a, i, &values[i]);

        *ret_field = i;
        if (outcome != OUTCOME_DONE)
            return outcome;
    }
    switch (calc_eval(a->calc, values, ret_result)) {
    case CALC_BY_ZERO:
        return OUTCOME_BY_ZERO;
    case CALC_TOO_LONG:
        return OUTCOME_TOO_LONG;
    case CALC_DONE:
        break;
    }
    return OUTCOME_DONE;
}

/* Without a result the field is missing, whatever the line calls so. */
static struct slice run_calc(struct record *r, const struct action *a)
{
    struct exact result;
    unsigned field;
    char *text;

    if (match_calc(r, a, &result, &field) != OUTCOME_DONE)
        return (struct slice){"", 0};
    text = arena_alloc(&r->scratch, EXACT_TEXT);
    return slice_make(text, exact_format(text, &result));
}

void match_actions(struct record *r, const struct event *e, bool *ret_limit)
{
    for (unsigned i = 0; i < e->nactions; i++) {
        const struct action *a = &e->actions[i];

        switch (a->kind) {
        case ACTION_SET:
            record_set(r, a->to, run_template(r, a));
            break;
        case ACTION_REWRITE:
            run_rewrite(r, a, ret_limit);
            break;
        case ACTION_MAP:
            run_map(r, a);
            break;
        case ACTION_CALC:
            record_set(r, a->to, run_calc(r, a));
            break;
        }
    }
}
