/* broad -- what two events have to do with each other is read off the sets that hold them. */
#include "config.h"

#include "report/broad.h"

#include "base/xalloc.h"
#include "engine/record.h"

#include <stdlib.h>

enum {
    SETS_MAX = 256,
    TEXTS_MAX = 200, /* of a set, for its kinds */
    FEW_EVENTS = 3,  /* all lines, all of a level, all of a program: few rules have more such */
    BROAD_PART = 2,  /* so big a part of a broad event's lines is taken by others */
};

void broad_init(struct broad *b, const struct ruleset *rules)
{
    *b = (struct broad){.rules = rules};
    b->at_hand = xcalloc(rules->nevents + 1, sizeof *b->at_hand);
}

void broad_release(struct broad *b)
{
    for (size_t i = 0; i < b->n; i++) {
        kinds_release(&b->sets[i].kinds);
        free(b->sets[i].events);
    }
    map_release(&b->numbers);
    free(b->sets);
    free(b->at_hand);
    *b = (struct broad){.rules = NULL};
}

/* NULL: it is one too many. */
static struct event_set *set_of(struct broad *b, unsigned n)
{
    struct slice key = {(const char *)b->at_hand, n * sizeof *b->at_hand};
    uint64_t number;

    if (map_get(&b->numbers, key, &number))
        return &b->sets[number];
    if (b->n == SETS_MAX)
        return NULL;
    map_put(&b->numbers, key, b->n);
    GROW(b->sets, b->n, b->cap);
    b->sets[b->n] = (struct event_set){.n = n, .kinds.most = TEXTS_MAX};
    b->sets[b->n].events = xcalloc(n, sizeof *b->at_hand);
    memcpy(b->sets[b->n].events, b->at_hand, key.n);
    return &b->sets[b->n++];
}

void broad_add(struct broad *b, const struct trace *t)
{
    struct event_set *set;
    unsigned n = 0;

    for (unsigned i = 0; i < b->rules->nevents; i++)
        if (b->rules->events[i].used && t->trials[i].is_event)
            b->at_hand[n++] = i;
    if (n == 0)
        return;
    set = set_of(b, n);
    if (!set) {
        b->lost = true;
        return;
    }
    set->lines++;
    if (n <= FEW_EVENTS)
        kinds_add(&set->kinds, t->record->line);
}

static bool has(const struct event_set *set, unsigned event)
{
    for (unsigned i = 0; i < set->n; i++)
        if (set->events[i] == event)
            return true;
    return false;
}

static bool is_of(const struct ruleset *rules, unsigned event, unsigned parent)
{
    uint32_t at = event;

    while (at != EVENT_NONE && at != parent)
        at = rules->events[at].parent;
    return at == parent;
}

/* The same event, too. */
static bool are_related(const struct ruleset *rules, unsigned x, unsigned y)
{
    return is_of(rules, x, y) || is_of(rules, y, x);
}

static bool share_a_line(const struct broad *b, unsigned x, unsigned y)
{
    for (size_t i = 0; i < b->n; i++)
        if (has(&b->sets[i], x) && has(&b->sets[i], y))
            return true;
    return false;
}

static bool takes_some_of(const struct broad *b, unsigned x, unsigned event)
{
    return !are_related(b->rules, x, event) && share_a_line(b, x, event);
}

/* Do two events that never share a line take some of this one's? */
static bool holds_kinds(const struct broad *b, unsigned event)
{
    for (unsigned x = 0; x < b->rules->nevents; x++) {
        if (!takes_some_of(b, x, event))
            continue;
        for (unsigned y = 0; y < x; y++)
            if (takes_some_of(b, y, event) && !share_a_line(b, x, y))
                return true;
    }
    return false;
}

static bool others_take(const struct broad *b, const struct event_set *set, unsigned event)
{
    for (unsigned i = 0; i < set->n; i++)
        if (!are_related(b->rules, set->events[i], event))
            return true;
    return false;
}

static bool is_broad(const struct broad *b, unsigned event)
{
    uint64_t all = 0, shared = 0;

    for (size_t i = 0; i < b->n; i++) {
        if (!has(&b->sets[i], event))
            continue;
        all += b->sets[i].lines;
        shared += others_take(b, &b->sets[i], event) ? b->sets[i].lines : 0;
    }
    return shared && shared * BROAD_PART >= all && holds_kinds(b, event);
}

static bool all_are_broad(const struct broad *b, const struct event_set *set)
{
    for (unsigned i = 0; i < set->n; i++)
        if (!is_broad(b, set->events[i]))
            return false;
    return true;
}

void broad_find(struct broad *b)
{
    for (size_t i = 0; i < b->n && !b->lost; i++) {
        struct event_set *set = &b->sets[i];

        set->hidden = set->n <= FEW_EVENTS && all_are_broad(b, set);
        if (set->hidden)
            kinds_find(&set->kinds);
    }
}
