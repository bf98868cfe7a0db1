/* growth -- marks in rows of one array, thinned by half whenever they are all set. Series are numbered in the
 * order in which they came, so that the values of a label at a mark are those of the first so many. */
#include "config.h"

#include "report/growth.h"

#include "base/map.h"
#include "base/xalloc.h"
#include "report/bounds.h"

#include <math.h>
#include <stdlib.h>

enum { MARKS = 64, STEP_FIRST = 8, UPDATES_LEAST = 20, NEW_LEAST = 5 };

static const struct ruleset *rules_of(const struct growth *g)
{
    return g->session->setup->rules;
}

static struct family *family_of(const struct growth *g, unsigned i)
{
    return registry_find(g->session->registry, slice_str(rules_of(g)->families[i].spec.name));
}

/* Which events update a family is asked for each of them at each mark: not by looking through all mappings. */
static void group_updaters(struct growth *g, const struct ruleset *rules)
{
    unsigned *end = xcalloc(rules->nfamilies + 1, sizeof *end);

    g->first = xcalloc(rules->nfamilies + 1, sizeof *g->first);
    g->updaters = xcalloc(rules->nmappings + 1, sizeof *g->updaters);
    for (unsigned i = 0; i < rules->nmappings; i++)
        g->first[rules->mappings[i].family + 1]++;
    for (unsigned i = 0; i < rules->nfamilies; i++)
        end[i + 1] = g->first[i + 1] += g->first[i];
    for (unsigned i = 0; i < rules->nmappings; i++)
        g->updaters[end[rules->mappings[i].family]++] = rules->mappings[i].event;
    free(end);
}

void growth_init(struct growth *g, const struct session *s)
{
    const struct ruleset *rules = s->setup->rules;

    *g = (struct growth){.session = s, .step = STEP_FIRST, .next = STEP_FIRST};
    g->hits = xcalloc(MARKS * (size_t)(rules->nevents + 1), sizeof *g->hits);
    g->series = xcalloc(MARKS * (size_t)(rules->nfamilies + 1), sizeof *g->series);
    g->at_start = xcalloc(rules->nfamilies + 1, sizeof *g->at_start);
    for (unsigned i = 0; i < rules->nfamilies; i++)
        g->at_start[i] = family_nseries(family_of(g, i));
    group_updaters(g, rules);
}

void growth_release(struct growth *g)
{
    free(g->hits);
    free(g->series);
    free(g->at_start);
    free(g->first);
    free(g->updaters);
    *g = (struct growth){.nmarks = 0};
}

static void keep_mark(struct growth *g, unsigned from, unsigned to)
{
    unsigned events = rules_of(g)->nevents, families = rules_of(g)->nfamilies;

    memcpy(g->hits + (size_t)to * events, g->hits + (size_t)from * events,
           events * sizeof *g->hits);
    memcpy(g->series + (size_t)to * families, g->series + (size_t)from * families,
           families * sizeof *g->series);
}

static void set_mark(struct growth *g)
{
    const struct ruleset *rules = rules_of(g);

    if (g->nmarks == MARKS) {
        for (unsigned i = 0; i < MARKS / 2; i++)
            keep_mark(g, 2 * i + 1, i);
        g->nmarks = MARKS / 2;
        g->step *= 2;
    }
    for (unsigned i = 0; i < rules->nevents; i++)
        g->hits[(size_t)g->nmarks * rules->nevents + i] = engine_hits(g->session->engine, i);
    for (unsigned i = 0; i < rules->nfamilies; i++)
        g->series[(size_t)g->nmarks * rules->nfamilies + i] = family_nseries(family_of(g, i));
    g->nmarks++;
}

size_t growth_piece(void *growth, struct slice rest)
{
    struct growth *g = growth;
    struct slice left = rest, line;

    if (g->lines >= g->next) {
        set_mark(g);
        g->next = g->lines + g->step;
    }
    for (; left.n && g->lines < g->next && slice_cut(&left, '\n', &line); g->lines++)
        ;
    return rest.n - left.n;
}

/* Of the events that update the family. */
static uint64_t updates_at(const struct growth *g, unsigned family, int mark)
{
    size_t row = (size_t)mark * rules_of(g)->nevents;
    uint64_t n = 0;

    for (unsigned i = g->first[family]; i < g->first[family + 1]; i++)
        n += mark < 0 ? engine_hits(g->session->engine, g->updaters[i])
                      : g->hits[row + g->updaters[i]];
    return n;
}

/* The one nearest to half of the updates; -1: none. */
static int half_mark(const struct growth *g, unsigned family, uint64_t all)
{
    int best = -1;
    uint64_t nearest = UINT64_MAX;

    for (unsigned i = 0; i < g->nmarks; i++) {
        uint64_t n = updates_at(g, family, (int)i);
        uint64_t away = 2 * n > all ? 2 * n - all : all - 2 * n;

        if (n > 0 && n < all && away < nearest) {
            nearest = away;
            best = (int)i;
        }
    }
    return best;
}

/* Different values of a label among the first n series. */
static uint32_t count_values(const struct family *f, unsigned label, uint32_t n)
{
    struct map seen = MAP_INIT;
    struct slice values[LABELS_MAX];
    uint32_t distinct;

    for (uint32_t i = 0; i < n; i++) {
        family_labels(f, i, values);
        map_put(&seen, values[label], 0);
    }
    distinct = (uint32_t)seen.n;
    map_release(&seen);
    return distinct;
}

static double power_of(const struct outlook *o)
{
    double now = o->now - o->start, half = o->half - o->start;

    if (o->half < o->start || o->now <= o->half || o->updates_half == 0)
        return 0;
    if (half <= 0)
        return 1;
    return fmin(1, log(now / half) / log((double)o->updates / (double)o->updates_half));
}

void growth_outlook(const struct growth *g, unsigned family, int label, struct outlook *ret)
{
    const struct ruleset *rules = rules_of(g);
    const struct family_spec *spec = &rules->families[family].spec;
    const struct family *f = family_of(g, family);
    uint64_t updates = updates_at(g, family, -1);
    int mark = half_mark(g, family, updates);

    *ret = (struct outlook){
        .start = g->at_start[family],
        .now = family_nseries(f),
        .updates = updates,
        .bound = label < 0 ? bounds_of_family(rules, family)
                           : bounds_of_label(rules, family, (unsigned)label),
        .limit = label < 0 ? spec->max_series : spec->max_values,
    };
    ret->half = mark < 0 ? ret->now : g->series[(size_t)mark * rules->nfamilies + family];
    ret->updates_half = mark < 0 ? 0 : updates_at(g, family, mark);
    if (label >= 0) {
        ret->start = count_values(f, (unsigned)label, ret->start);
        ret->half = count_values(f, (unsigned)label, ret->half);
        ret->now = count_values(f, (unsigned)label, ret->now);
    }
    ret->power = power_of(ret);
}

static uint64_t within(const struct outlook *o, double n)
{
    if (o->bound && n > (double)o->bound)
        n = (double)o->bound > o->now ? (double)o->bound : o->now;
    return (uint64_t)(n + 0.5);
}

uint64_t outlook_after(const struct outlook *o, double times)
{
    return within(o, o->start + (o->now - o->start) * pow(times, o->power));
}

double outlook_when(const struct outlook *o, uint64_t n)
{
    if (o->now >= n)
        return 1;
    if (o->power <= 0 || o->now <= o->start || (o->bound && o->bound < n))
        return 0;
    return pow((double)(n - o->start) / (o->now - o->start), 1 / o->power);
}

bool outlook_is_known(const struct outlook *o)
{
    uint32_t more = o->now - o->half;

    return o->updates >= UPDATES_LEAST && o->updates_half > 0 && (more == 0 || more >= NEW_LEAST);
}

unsigned growth_newest(const struct growth *g, unsigned family, unsigned label, struct slice *ret,
                       unsigned most)
{
    const struct family *f = family_of(g, family);
    struct slice values[LABELS_MAX];
    unsigned n = 0;

    for (uint32_t i = family_nseries(f); i-- > g->at_start[family] && n < most;) {
        unsigned k = 0;

        family_labels(f, i, values);
        while (k < n && !slice_eq(ret[k], values[label]))
            k++;
        if (k == n && !slice_eq(values[label], SLICE("other")))
            ret[n++] = values[label];
    }
    return n;
}
