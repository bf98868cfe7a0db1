/* recounted -- why not all of them: what depends on more than the lines of each file cannot be
 * compared. A gauge is what the latest line of all files says, a series with `expire` may have left, a
 * span may have been given up while its file was silent, and a label made of the file's name is that of
 * the time when the line was read. */
#include "config.h"

#include "cmd/recounted.h"

#include "metrics/own.h"
#include "metrics/snapshot.h"
#include "offline/exposition.h"

#include <errno.h>

/* Is a field of the file's name, or of what is written before lines? */
static bool is_context(const struct ruleset *rules, const struct ref *ref)
{
    for (unsigned i = 0; i < ref->n; i++)
        if (ref->slots[i] == rules->ndecoded + CTX_FILE ||
            (ref->slots[i] >= rules->ndecoded + CTX_BUILTINS &&
             ref->slots[i] < rules->ndecoded + rules->ncontext))
            return true;
    return false;
}

static bool is_of_span(const struct ruleset *rules, uint32_t event)
{
    while (rules->events[event].parent != EVENT_NONE)
        event = rules->events[event].parent;
    return rules->events[event].span;
}

static bool is_reproducible(const struct ruleset *rules, unsigned family)
{
    const struct family_spec *spec = &rules->families[family].spec;

    if (spec->type == FAMILY_GAUGE || spec->expire_ns)
        return false;
    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct mapping *m = &rules->mappings[i];

        if (m->family != family)
            continue;
        if (is_of_span(rules, m->event))
            return false;
        for (unsigned k = 0; k < spec->nlabels; k++)
            if (!m->labels[k].constant && is_context(rules, &m->labels[k].field))
                return false;
    }
    return true;
}

static bool is_of_family(struct slice name, const struct family_spec *spec)
{
    static const char *const suffixes[] = {"", "_bucket", "_sum", "_count"};
    unsigned n = spec->type == FAMILY_HISTOGRAM ? 4 : 1;
    struct slice base = slice_str(spec->name);

    for (unsigned i = 0; i < n; i++)
        if (name.n == base.n + strlen(suffixes[i]) && slice_starts(name, base) &&
            slice_ends(name, slice_str(suffixes[i])))
            return true;
    return false;
}

static bool is_comparable(const struct ruleset *rules, const struct sample *s)
{
    struct slice name = slice_make(s->key, strcspn(s->key, "{"));

    for (unsigned f = 0; f < rules->nfamilies; f++)
        if (is_of_family(name, &rules->families[f].spec))
            return is_reproducible(rules, f);
    return false;
}

static void keep_comparable(struct exposition *e, const struct ruleset *rules)
{
    size_t n = 0;

    for (size_t i = 0; i < e->n; i++)
        if (is_comparable(rules, &e->list[i]))
            e->list[n++] = e->list[i];
    e->n = n;
}

/* 0 or negative errno. */
static int read_registry(struct registry *r, const struct ruleset *rules, struct exposition *ret)
{
    struct expose_options options = {.format = EXPOSE_TEXT, .flags = EXPOSE_SORTED | EXPOSE_NO_OWN};
    struct buf page = BUF_INIT, err = BUF_INIT;
    int code;

    expose_registry(r, &options, &page);
    code = exposition_read(buf_all(&page), "values", ret, &err);
    if (code == 0)
        keep_comparable(ret, rules);
    buf_release(&page);
    buf_release(&err);
    return code;
}

/* The state's values; NULL when they cannot be read. */
static struct registry *registry_of(struct slice values)
{
    struct registry_limits limits = {.part = true};
    struct registry *r = registry_new(&limits);
    struct buf err = BUF_INIT;
    int code = snapshot_merge(r, values, &err);

    buf_release(&err);
    if (code == 0)
        return r;
    registry_free(r);
    return NULL;
}

int recounted_compare(const struct session *s, struct slice values, struct buf *ret_text,
                      size_t *ret_compared)
{
    struct registry *saved = registry_of(values);
    struct exposition want = {0}, got = {0};
    int r = saved ? read_registry(s->registry, s->setup->rules, &want) : -EBADMSG;

    if (r == 0)
        r = read_registry(saved, s->setup->rules, &got);
    if (r == 0)
        r = (int)exposition_diff(&want, &got, ret_text);
    *ret_compared = want.n;
    exposition_release(&want);
    exposition_release(&got);
    registry_free(saved);
    return r;
}

static bool has_folded(struct registry *r)
{
    const struct family *f = own_family(r, OWN_SERIES_FOLDED);

    for (uint32_t i = 0; i < family_nseries(f); i++)
        if (family_counter(f, i)->whole > 0)
            return true;
    return false;
}

bool recounted_folded(const struct session *s, struct slice values)
{
    struct registry *saved = registry_of(values);
    bool folded = has_folded(s->registry) || (saved && has_folded(saved));

    registry_free(saved);
    return folded;
}
