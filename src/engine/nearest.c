/* nearest -- by the share of conditions that hold. An event of which all hold, but for its log or an
 * `unless`, is nearest; one of which the parent did not happen is not near at all, since its parent
 * is. */
#include "config.h"

#include "engine/nearest.h"

#include "engine/match.h"
#include "engine/missed.h"

#include <stdlib.h>

/* Below this an event has nothing to do with the line. */
#define NEAR_ENOUGH 0.15
/* And of which so little does not fit, only a slip in the rule keeps from taking it. */
#define A_SLIP 0.1

const char *miss_text(enum miss why)
{
    static const char *const texts[] = {"undecoded", "span", "of",    "condition",
                                        "each",      "log",  "unless"};

    return texts[why];
}

static enum miss why_not(const struct trace *t, uint32_t event)
{
    const struct event *e = &t->record->rules->events[event];

    if (e->span)
        return OF_SPAN;
    if (!event_for_line(e, t->record))
        return UNDECODED;
    if (e->parent != EVENT_NONE && !t->trials[e->parent].is_event)
        return NOT_PARENT;
    if (t->trials[event].nheld < e->nline)
        return CONDITION_FAILED;
    if (e->each && t->trials[event].members->n == 0)
        return NO_MEMBER;
    return event_for_log(e, t->record->source->log) ? IS_UNLESS : OTHER_LOG;
}

/* level != debug holds for all that has no level. */
static bool holds_of_nothing(struct record *r, const struct condition *c)
{
    return !c->is_match && (c->op == OP_NE || c->op == OP_NOT_MATCH) && missed_subject(r, c).n == 0;
}

/* A parent, which happened, is a condition that holds. */
static double share(const struct trace *t, const struct event *e, struct near_event *n)
{
    bool is_child = e->parent != EVENT_NONE;
    double sum = is_child, of = is_child;

    for (unsigned i = 0; i < e->nline; i++) {
        bool holds = t->trials[n->event].holds[i];

        n->nheld += holds;
        if (holds && holds_of_nothing(t->record, &e->conditions[i]))
            continue;
        sum += holds ? 1 : missed_nearness(t->record, &e->conditions[i]);
        of++;
    }
    n->lack = of - sum;
    return n->why == NO_MEMBER ? (sum + 0.5) / (of + 1) : sum / of;
}

static struct near_event look(const struct trace *t, uint32_t event)
{
    const struct event *e = &t->record->rules->events[event];
    struct near_event n = {.event = event, .why = why_not(t, event)};

    switch (n.why) {
    case UNDECODED:
    case OF_SPAN:
    case NOT_PARENT:
        break;
    case CONDITION_FAILED:
    case NO_MEMBER:
        n.nearness = share(t, e, &n);
        if (!event_for_log(e, t->record->source->log)) {
            n.nearness /= 2;
            n.lack++;
        }
        break;
    case OTHER_LOG:
    case IS_UNLESS:
        n.nheld = e->nline;
        n.nearness = 1;
        break;
    }
    return n;
}

static int by_nearness(const void *a, const void *b)
{
    const struct near_event *x = a, *y = b;

    if (x->nearness != y->nearness)
        return x->nearness > y->nearness ? -1 : 1;
    if (x->why != y->why) /* NOT_PARENT and such say little */
        return x->why > y->why ? -1 : 1;
    return x->event < y->event ? -1 : x->event > y->event;
}

unsigned nearest_find(const struct trace *t, struct near_event *ret)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < t->record->rules->nevents && !patience_is_over(t->patience); i++)
        if (t->trials[i].tried && !t->trials[i].is_event)
            ret[n++] = look(t, i);
    qsort(ret, n, sizeof *ret, by_nearness);
    return n;
}

static bool is_shown(const struct near_event *n, unsigned shown, bool taken, unsigned near)
{
    if (near == NEAR_ALL)
        return true;
    if (taken)
        return n->why == IS_UNLESS || (n->why == CONDITION_FAILED && n->lack < A_SLIP);
    return shown < near && (shown == 0 || n->nearness > NEAR_ENOUGH);
}

unsigned nearest_shown(const struct trace *t, bool taken, unsigned near, struct near_event *ret)
{
    unsigned n = nearest_find(t, ret), shown = 0;

    for (unsigned i = 0; i < n; i++)
        if (is_shown(&ret[i], shown, taken, near))
            ret[shown++] = ret[i];
    return shown;
}

static bool captures(const struct condition *c, const char *name)
{
    for (unsigned g = 0; c->capture.group_slots && g < pattern_ngroups(c->capture.pattern); g++)
        if (strcmp(pattern_group(c->capture.pattern, g), name) == 0)
            return true;
    return false;
}

bool nearest_follows(const struct trace *t, uint32_t event, unsigned condition)
{
    const struct event *e = &t->record->rules->events[event];
    const struct condition *c = &e->conditions[condition];

    if (c->is_match || missed_subject(t->record, c).n)
        return false;
    for (unsigned i = 0; i < condition; i++)
        if (!t->trials[event].holds[i] && captures(&e->conditions[i], c->field.name))
            return true;
    return false;
}
