/* ruleset -- documents in, ruleset out: the passes of the loader (see load.h), and the end of it
 * all. */
#include "config.h"

#include "rules/ruleset.h"

#include "base/xalloc.h"
#include "rules/load/load.h"

#include <stdlib.h>

const char *const context_names[CTX_BUILTINS] = {"_line", "_bytes",  "_file",
                                                 "_log",  "_stream", "_time"};

bool ruleset_reads(const char *kind)
{
    return section_kind(slice_str(kind)) & SECTION_RULE;
}

/* The documents, and which of their sections are the rules' affair. */
struct source_docs {
    struct ini_doc *const *docs;
    unsigned n;
    bool first_is_config;
};

/* Steps through the sections of `kinds` that have a name; start with *doc = *section = 0. */
static const struct ini_section *next_section(const struct source_docs *in, unsigned kinds,
                                              unsigned *doc, size_t *section, unsigned *ret_kind)
{
    for (; *doc < in->n; ++*doc, *section = 0) {
        while (*section < in->docs[*doc]->n) {
            const struct ini_section *s = &in->docs[*doc]->sections[(*section)++];

            *ret_kind = section_kind(slice_str(s->kind));
            if ((*ret_kind & kinds) && *s->name)
                return s;
        }
    }
    return NULL;
}

static void check_section(struct load *l, const struct ini_section *s, bool in_config)
{
    unsigned kind = section_kind(slice_str(s->kind));
    const char *near = section_kind_nearest(slice_str(s->kind), SECTION_RULE);

    if (kind & SECTION_RULE && !*s->name)
        load_mistake(l, s->at, "[%s] needs a name: [%s NAME]", s->kind, s->kind);
    else if (kind & (SECTION_EVENT | SECTION_LOG) && !load_is_name(slice_str(s->name)))
        load_mistake(l, s->at, "[%s] cannot be named \"%s\"; a name is [A-Za-z_][A-Za-z0-9_-]*",
                     s->kind, s->name);
    else if (kind & SECTION_RULE || in_config)
        return;
    else if (kind)
        load_mistake(l, s->at, "[%s] belongs in the configuration file, not among rules", s->kind);
    else if (!*s->kind)
        load_mistake(l, s->at, "a section without a kind: write [event NAME], [counter NAME] ...");
    else
        load_mistake(l, s->at, "unknown section [%s]%s", s->text,
                     near ? load_hint(l, near)
                          : "; there are event, counter, gauge, histogram and log");
}

static void check_sections(struct load *l, const struct source_docs *in)
{
    for (unsigned d = 0; d < in->n; d++)
        for (size_t i = 0; i < in->docs[d]->n; i++)
            check_section(l, &in->docs[d]->sections[i], d == 0 && in->first_is_config);
}

static unsigned count_sections(const struct source_docs *in, unsigned kinds)
{
    unsigned n = 0, kind, d = 0;
    size_t i = 0;

    while (next_section(in, kinds, &d, &i, &kind))
        n++;
    return n;
}

/* Numbers the events or logs of a kind; a name given twice keeps its first. Returns how many. */
static unsigned number(struct load *l, const struct source_docs *in, unsigned kind, unsigned max,
                       struct map *names, const struct ini_section **sections)
{
    unsigned n = 0, k, d = 0;
    size_t i = 0;
    const struct ini_section *s;
    uint64_t first;

    while ((s = next_section(in, kind, &d, &i, &k))) {
        if (map_get(names, slice_str(s->name), &first)) {
            load_mistake(l, s->at, "%s \"%s\" is defined twice (first in %s:%d)", s->kind, s->name,
                         sections[first]->at.file, sections[first]->at.line);
            continue;
        }
        if (n == max) {
            load_mistake(l, s->at, "more than %u sections of kind [%s]", max, s->kind);
            return n;
        }
        map_put(names, slice_str(s->name), n);
        sections[n++] = s;
    }
    return n;
}

static void load_logs(struct load *l, const struct source_docs *in)
{
    unsigned n = count_sections(in, SECTION_LOG);
    const struct ini_section **sections = xcalloc(n + 1, sizeof *sections);

    l->r->logs = load_alloc(l, n + 1, sizeof *l->r->logs);
    l->r->nlogs = number(l, in, SECTION_LOG, LOGS_MAX, &l->logs, sections);
    for (unsigned i = 0; i < l->r->nlogs; i++) {
        l->r->logs[i].name = arena_str(l->text, sections[i]->name);
        l->r->logs[i].at = sections[i]->at;
        load_log(l, i, sections[i]);
    }
    if (l->r->nlogs == 0)
        load_default_log(l);
    free(sections);
}

static void load_events(struct load *l, const struct source_docs *in)
{
    unsigned n = count_sections(in, SECTION_EVENT);
    const struct ini_section **sections = xcalloc(n + 1, sizeof *sections);

    l->r->events = load_alloc(l, n, sizeof *l->r->events);
    l->drafts = xcalloc(n + 1, sizeof *l->drafts);
    n = number(l, in, SECTION_EVENT, EVENTS_MAX, &l->events, sections);
    for (unsigned i = 0; i < n; i++) {
        l->drafts[i].section = sections[i];
        l->r->events[i].name = arena_str(l->text, sections[i]->name);
        l->r->events[i].at = sections[i]->at;
        l->r->events[i].parent = EVENT_NONE;
    }
    l->r->nevents = n;
    for (unsigned i = 0; i < n; i++)
        load_event(l, (uint16_t)i, sections[i]);
    free(sections);
}

static void load_metrics(struct load *l, const struct source_docs *in)
{
    unsigned n = count_sections(in, SECTION_METRIC), kind, d = 0;
    size_t i = 0;
    const struct ini_section *s;

    l->r->families = load_alloc(l, n, sizeof *l->r->families);
    l->family_drafts = xcalloc(n + 1, sizeof *l->family_drafts);
    while ((s = next_section(in, SECTION_METRIC, &d, &i, &kind))) {
        if (l->r->nfamilies == FAMILIES_MAX) {
            load_mistake(l, s->at, "more than %d metrics", FAMILIES_MAX);
            break;
        }
        load_metric(l, s, kind);
    }
}

static void release_load(struct load *l)
{
    for (unsigned i = 0; i < l->r->nevents; i++)
        free(l->drafts[i].locals);
    for (unsigned i = 0; i < l->r->nfamilies; i++) {
        free(l->family_drafts[i].zeros);
        map_release(&l->family_drafts[i].seen);
    }
    free(l->drafts);
    free(l->family_drafts);
    free(l->uses);
    free(l->local_names);
    free(l->patches);
    free(l->patch_sizes);
    free(l->mappings);
    map_release(&l->events);
    map_release(&l->logs);
    map_release(&l->families);
    map_release(&l->decoded);
    map_release(&l->context);
    map_release(&l->mapping_keys);
}

struct ruleset *ruleset_new(struct ini_doc *const *docs, unsigned n, bool first_is_config,
                            const struct ruleset_options *options, struct mistakes *m)
{
    struct source_docs in = {docs, n, first_is_config};
    struct ruleset *r = xcalloc(1, sizeof *r);
    struct load l = {.r = r, .m = m, .options = options, .text = &r->text};

    for (unsigned i = 0; i < CTX_BUILTINS; i++)
        map_put(&l.context, slice_str(context_names[i]), i);
    check_sections(&l, &in);
    load_logs(&l, &in);
    load_events(&l, &in);
    load_order(&l);
    load_event_refs(&l);
    load_metrics(&l, &in);
    load_families(&l);
    load_check(&l);
    if (options && options->lint)
        load_lint(&l);
    if (m->nmistakes == 0)
        load_slots(&l);
    release_load(&l);
    if (m->nmistakes == 0)
        return r;
    ruleset_free(r);
    return NULL;
}

static void release_event(struct event *e)
{
    for (unsigned i = 0; i < e->nconditions; i++)
        pattern_free(e->conditions[i].capture.pattern);
    for (unsigned i = 0; i < e->nactions; i++) {
        struct action *a = &e->actions[i];

        template_free(a->template);
        pattern_free(a->pattern);
        if (a->map) {
            map_release(&a->map->table);
            free(a->map->results);
        }
    }
}

static void release_log(struct log_def *log)
{
    pattern_free(log->path_match.pattern);
    pattern_free(log->prefix.pattern);
    pattern_free(log->time_match);
    for (unsigned i = 0; i < log->ntime_formats; i++)
        time_format_free(log->time_formats[i]);
}

void ruleset_free(struct ruleset *r)
{
    if (!r)
        return;
    for (unsigned i = 0; i < r->nevents; i++)
        release_event(&r->events[i]);
    for (unsigned i = 0; i < r->nlogs; i++)
        release_log(&r->logs[i]);
    fieldnames_free(r->decoded);
    arena_release(&r->text);
    free(r);
}

int ruleset_log(const struct ruleset *r, const char *name)
{
    for (unsigned i = 0; i < r->nlogs; i++)
        if (strcmp(r->logs[i].name, name) == 0)
            return (int)i;
    return -1;
}

int ruleset_event(const struct ruleset *r, const char *name)
{
    for (unsigned i = 0; i < r->nevents; i++)
        if (strcmp(r->events[i].name, name) == 0)
            return (int)i;
    return -1;
}
