/* bounds -- a label's field is followed back to what writes it: the event's own actions and groups, those of
 * its parents, the context. A field of the line is bounded only by a condition on it.
 *
 * Numbers are added where one of several things may be meant and multiplied where all are; beyond MOST
 * nothing is said. One more value is that of a field that is missing. */
#include "config.h"

#include "report/bounds.h"

#define ANY UINT64_MAX /* no bound */

enum { MOST = 1000000, CLASSES = 6, STREAMS = 3 };

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a == ANY || b == ANY || a + b > MOST ? ANY : a + b;
}

static uint64_t product(uint64_t a, uint64_t b)
{
    return a == ANY || b == ANY || a * b > MOST ? ANY : a * b;
}

/* Alternatives that are plain words: `GET|POST`. */
static uint64_t alternatives(struct slice regex)
{
    uint64_t n = 1;

    for (size_t i = 0; i < regex.n; i++) {
        if (regex.p[i] == '|')
            n++;
        else if (strchr("\\^$.[]()?*+{}", regex.p[i]))
            return ANY;
    }
    return n;
}

/* Of a whole regex: `^GET$`, `^(?:GET|POST)$`. */
static uint64_t whole_alternatives(struct slice regex)
{
    if (!slice_starts(regex, SLICE("^")) || !slice_ends(regex, SLICE("$")) || regex.n < 2)
        return ANY;
    regex = slice_make(regex.p + 1, regex.n - 2);
    if (slice_starts(regex, SLICE("(")) && slice_ends(regex, SLICE(")")) && regex.n >= 2) {
        regex = slice_make(regex.p + 1, regex.n - 2);
        if (slice_starts(regex, SLICE("?:")))
            regex = slice_from(regex, 2);
        return alternatives(regex);
    }
    return memchr(regex.p, '|', regex.n) ? ANY
                                         : alternatives(regex); /* ^a|b$ is not what it looks */
}

/* Of the group (?<name>...), once or more in the regex. */
static uint64_t group_alternatives(struct slice regex, const char *name)
{
    struct slice wanted = slice_str(name);
    uint64_t n = 0;

    for (size_t i = 0; i + wanted.n + 4 < regex.n; i++) {
        struct slice at = slice_from(regex, i);

        if (!slice_starts(at, SLICE("(?<")) && !slice_starts(at, SLICE("(?P<")))
            continue;
        at = slice_from(at, at.p[2] == 'P' ? 4 : 3);
        if (!slice_starts(at, wanted) || at.n <= wanted.n || at.p[wanted.n] != '>')
            continue;
        at = slice_from(at, wanted.n + 1);
        uint64_t one = alternatives(slice_until(at, ")"));

        if (one == ANY)
            return ANY;
        n = sum(n, one);
    }
    return n ? n : ANY;
}

static bool has_slot(const struct ref *ref, uint16_t slot)
{
    for (unsigned i = 0; i < ref->n; i++)
        if (ref->slots[i] == slot)
            return true;
    return false;
}

/* A condition of the event says what a field of the line can be. */
static uint64_t by_conditions(const struct event *e, uint16_t slot)
{
    for (unsigned i = 0; i < e->nconditions; i++) {
        const struct condition *c = &e->conditions[i];

        if (c->is_match || c->is_each || !has_slot(&c->field, slot))
            continue;
        if (c->op == OP_EQ)
            return 1;
        if (c->op == OP_MATCH)
            return whole_alternatives(pattern_text(c->capture.pattern));
    }
    return ANY;
}

/* A group of one of its conditions; *ret_is: it is such. */
static uint64_t by_groups(const struct event *e, uint16_t slot, bool *ret_is)
{
    for (unsigned i = 0; i < e->nconditions; i++) {
        const struct capture *c = &e->conditions[i].capture;

        for (unsigned g = 0; c->pattern && c->group_slots && g < pattern_ngroups(c->pattern); g++)
            if (c->group_slots[g] == slot) {
                *ret_is = true;
                return group_alternatives(pattern_text(c->pattern), pattern_group(c->pattern, g));
            }
    }
    return ANY;
}

struct follow {
    const struct ruleset *rules;
    const struct event *event;
    unsigned depth;
};

static uint64_t of_ref(struct follow f, const struct event *e, unsigned nactions,
                       const struct ref *ref);

static uint64_t of_template(struct follow f, const struct event *e, unsigned k)
{
    const struct action *a = &e->actions[k];
    uint64_t n = 1;

    if (a->nrefs == 1 && slice_ends(a->text, SLICE("|class}")) &&
        slice_starts(a->text, SLICE("${")))
        return CLASSES;
    for (unsigned i = 0; i < a->nrefs; i++)
        n = product(n, of_ref(f, e, k, &a->refs[i]));
    return n;
}

static uint64_t distinct_results(const struct value_map *m)
{
    struct map results = MAP_INIT;
    uint64_t n;

    for (size_t i = 0; i < m->table.n; i++)
        map_put(&results, m->results[i], 0);
    if (m->has_other)
        map_put(&results, m->other, 0);
    n = results.n;
    map_release(&results);
    return n;
}

/* What the first `nactions` actions of an event leave in one of its own slots; *ret_always: something in
 * any case. */
static uint64_t of_own(struct follow f, const struct event *e, unsigned nactions, uint16_t slot,
                       bool *ret_always)
{
    bool is_group = false;
    uint64_t n = 0;

    *ret_always = false;
    for (unsigned k = nactions; k-- > 0;) {
        const struct action *a = &e->actions[k];

        if (a->to != slot)
            continue;
        *ret_always = a->kind != ACTION_REWRITE && (a->kind != ACTION_MAP || a->map->has_other);
        if (a->kind == ACTION_SET)
            return of_template(f, e, k);
        if (a->kind != ACTION_MAP || a->map->file)
            return ANY;
        n += distinct_results(a->map);
        if (*ret_always)
            return n;
        return sum(n, of_own(f, e, k, slot, ret_always));
    }
    n = by_groups(e, slot, &is_group);
    return is_group ? n : 1; /* else another event's, which this one may not see */
}

static uint64_t of_slot(struct follow f, const struct event *e, unsigned nactions, uint16_t slot,
                        bool *ret_always)
{
    const struct ruleset *r = f.rules;

    *ret_always = false;
    if (slot >= r->ndecoded + r->ncontext)
        return of_own(f, e, nactions, slot, ret_always);
    if (slot == r->ndecoded + CTX_LOG)
        return r->nlogs;
    if (slot == r->ndecoded + CTX_STREAM)
        return STREAMS;
    for (const struct event *p = e; p; p = p->parent == EVENT_NONE ? NULL : &r->events[p->parent]) {
        uint64_t n = by_conditions(p, slot);

        if (n != ANY)
            return n;
    }
    return ANY;
}

/* The event that makes a slot: this one or a parent. */
static const struct event *maker(struct follow f, const struct event *e, uint16_t slot)
{
    for (const struct event *p = e; p;
         p = p->parent == EVENT_NONE ? NULL : &f.rules->events[p->parent]) {
        bool is = false;

        (void)by_groups(p, slot, &is);
        for (unsigned k = 0; k < p->nactions; k++)
            is |= p->actions[k].to == slot;
        if (is)
            return p;
    }
    return e;
}

static uint64_t of_ref(struct follow f, const struct event *e, unsigned nactions,
                       const struct ref *ref)
{
    uint64_t n = 1; /* it may be missing */
    bool always = false;

    if (++f.depth > 16)
        return ANY;
    for (unsigned i = 0; i < ref->n && !always; i++) {
        const struct event *made = maker(f, e, ref->slots[i]);

        n = sum(n, of_slot(f, made, made == e ? nactions : made->nactions, ref->slots[i], &always));
        if (n == ANY)
            return ANY;
    }
    return n;
}

static uint64_t of_label(const struct ruleset *rules, const struct mapping *m, unsigned label)
{
    const struct event *e = &rules->events[m->event];
    const struct label *l = &m->labels[label];
    struct follow f = {rules, e, 0};

    if (l->constant)
        return 1;
    return e->span || e->each ? ANY : of_ref(f, e, e->nactions, &l->field);
}

static uint64_t or_none(uint64_t n)
{
    return n == ANY ? 0 : n;
}

uint64_t bounds_of_label(const struct ruleset *rules, unsigned family, unsigned label)
{
    uint64_t n = rules->families[family].nzeros;

    for (unsigned i = 0; i < rules->nmappings; i++)
        if (rules->mappings[i].family == family)
            n = sum(n, of_label(rules, &rules->mappings[i], label));
    return or_none(n);
}

uint64_t bounds_of_family(const struct ruleset *rules, unsigned family)
{
    const struct family_def *def = &rules->families[family];
    uint64_t n = def->nzeros;

    if (def->spec.nlabels == 0)
        return 1;
    for (unsigned i = 0; i < rules->nmappings; i++) {
        uint64_t one = 1;

        if (rules->mappings[i].family != family)
            continue;
        for (unsigned k = 0; k < def->spec.nlabels; k++)
            one = product(one, of_label(rules, &rules->mappings[i], k));
        n = sum(n, one);
    }
    return or_none(n);
}
