/* registry -- families by name, and what concerns all of them together. */
#include "config.h"

#include "metrics/registry.h"

#include "base/hash.h"
#include "base/refs.h"
#include "base/xalloc.h"
#include "metrics/family.h"

#include <assert.h>
#include <stdlib.h>

enum { LABEL_BYTES_MIN = 16 };

static uint32_t label_limit(uint32_t n)
{
    if (n == 0 || n > LABEL_BYTES_MAX)
        return LABEL_BYTES_MAX;
    return n < LABEL_BYTES_MIN ? LABEL_BYTES_MIN : n;
}

const char *family_type_text(enum family_type type)
{
    static const char *const text[] = {"counter", "gauge", "histogram"};

    return text[type];
}

struct registry *registry_new(const struct registry_limits *limits)
{
    struct registry *r = xcalloc(1, sizeof *r);

    r->limits = *limits;
    r->limits.label_bytes = label_limit(limits->label_bytes);
    r->now_ns = limits->now_ns;
    r->wall_ns = limits->now_ns;
    /* An address is as random as a table of a few thousand log values needs. */
    r->seed = hash_number((uintptr_t)r >> 4);
    return r;
}

void registry_free(struct registry *r)
{
    if (!r)
        return;
    for (unsigned i = 0; i < r->n; i++)
        family_free(r->families[i]);
    for (unsigned i = 0; i < r->nparked; i++)
        parked_unref(r->parked[i]);
    free(r->parked);
    free(r->families);
    map_release(&r->names);
    free(r);
}

void registry_set_wall(struct registry *r, int64_t wall_ns)
{
    r->wall_ns = wall_ns;
}

struct family *registry_family(struct registry *r, const struct family_spec *spec)
{
    struct slice name = slice_str(spec->name);
    struct family *f = registry_find(r, name);

    if (f)
        return f;
    assert(spec->nlabels <= LABELS_MAX && spec->nbuckets <= BUCKETS_MAX);
    f = family_new(r, spec);
    GROW(r->families, r->n, r->cap);
    r->families[r->n] = f;
    map_put(&r->names, name, r->n);
    r->n++;
    return f;
}

struct family *registry_find(const struct registry *r, struct slice name)
{
    uint64_t i;

    return map_get(&r->names, name, &i) ? r->families[i] : NULL;
}

unsigned registry_nfamilies(const struct registry *r)
{
    return r->n;
}

struct family *registry_at(const struct registry *r, unsigned i)
{
    return r->families[i];
}

uint64_t registry_generation(const struct registry *r)
{
    return r->generation;
}

struct parked *parked_new(int64_t since_ns, size_t n)
{
    struct parked *p = xmalloc(sizeof *p + n);

    atomic_init(&p->refs, 1);
    p->since_ns = since_ns;
    p->n = n;
    return p;
}

void parked_unref(struct parked *p)
{
    if (p && refs_drop(&p->refs))
        free(p);
}
