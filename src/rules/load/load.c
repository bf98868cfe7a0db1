/* load -- the passes, in their order. */
#include "config.h"

#include "rules/load/load.h"

#include "base/xalloc.h"
#include "rules/load/loader.h"

#include <stdlib.h>

/* The sections of `kinds`, in the order written; the caller frees the list. */
static const struct ini_section **find_sections(struct ini_doc *const *docs, unsigned ndocs,
                                                unsigned kinds, unsigned *ret_n)
{
    const struct ini_section **list = NULL;
    size_t n = 0, cap = 0;

    for (unsigned d = 0; d < ndocs; d++) {
        for (size_t i = 0; i < docs[d]->n; i++) {
            if (!(docs[d]->sections[i].kind & kinds))
                continue;
            GROW(list, n, cap);
            list[n++] = &docs[d]->sections[i];
        }
    }
    *ret_n = (unsigned)n;
    return list;
}

/* Numbers sections of one kind by their names; a name given twice keeps its first. Returns how many
 * are left in the list. */
static unsigned number(struct load *l, const struct ini_section **sections, unsigned n,
                       unsigned max, struct map *names)
{
    unsigned kept = 0;
    uint64_t first;

    for (unsigned i = 0; i < n; i++) {
        const struct ini_section *s = sections[i];

        if (map_get(names, slice_str(s->name), &first)) {
            load_mistake(l, s->at, "%s \"%s\" is defined twice (first in %s:%d)", s->word, s->name,
                         sections[first]->at.file, sections[first]->at.line);
            continue;
        }
        if (kept == max) {
            load_mistake(l, s->at, "more than %u sections of kind [%s]", max, s->word);
            break;
        }
        map_put(names, slice_str(s->name), kept);
        sections[kept++] = s;
    }
    return kept;
}

static void load_patterns(struct load *l, struct ini_doc *const *docs, unsigned ndocs)
{
    unsigned n;
    const struct ini_section **sections = find_sections(docs, ndocs, SECTION_PATTERNS, &n);

    for (unsigned i = 0; i < n; i++)
        load_pieces(l, sections[i]);
    for (unsigned i = 0; i < n; i++)
        load_included_pieces(l, sections[i]);
    free(sections);
    load_check_pieces(l);
}

static void load_logs(struct load *l, struct ini_doc *const *docs, unsigned ndocs)
{
    unsigned n;
    const struct ini_section **sections = find_sections(docs, ndocs, SECTION_LOG, &n);

    l->r->logs = load_alloc(l, n + 1, sizeof *l->r->logs);
    l->r->nlogs = number(l, sections, n, LOGS_MAX, &l->logs);
    for (unsigned i = 0; i < l->r->nlogs; i++) {
        l->r->logs[i].name = arena_str(l->text, sections[i]->name);
        l->r->logs[i].at = sections[i]->at;
        load_log(l, i, sections[i]);
    }
    if (l->r->nlogs == 0 && !(l->options && l->options->only_given))
        load_default_log(l);
    free(sections);
}

static void add_event(struct load *l, const char *name, const struct ini_section *s)
{
    uint32_t event = l->r->nevents++;

    l->drafts[event].section = s;
    l->r->events[event] = (struct event){.name = name, .at = s->at, .parent = EVENT_NONE};
}

/* Behind all others; other events may name them. False after a mistake. */
static bool add_span_events(struct load *l, struct span *span, const struct ini_section *s)
{
    struct buf unfinished = BUF_INIT;

    if (map_find(&l->events, slice_str(s->name)))
        return load_mistake(l, s->at,
                            "there is an event \"%s\" already, of which the span could not "
                            "be told",
                            s->name);
    *span = (struct span){.name = arena_str(l->text, s->name),
                          .at = s->at,
                          .event = l->r->nevents,
                          .duration = SLOT_NONE};
    buf_fmt(&unfinished, "%s.unfinished", s->name);
    map_put(&l->events, slice_str(s->name), span->event);
    map_put(&l->events, buf_all(&unfinished), span->event + 1);
    add_event(l, span->name, s);
    add_event(l, arena_slice(l->text, buf_all(&unfinished)).p, s);
    l->r->events[span->event].span = l->r->events[span->event + 1].span = span;
    l->r->events[span->event + 1].unfinished = true;
    buf_release(&unfinished);
    return true;
}

/* Two for each; returns how many of the sections make one, which are the first. */
static unsigned add_spans(struct load *l, const struct ini_section **sections, unsigned n)
{
    struct map names = MAP_INIT;
    unsigned kept = 0;

    n = number(l, sections, n, SPANS_MAX, &names);
    map_release(&names);
    l->r->spans = load_alloc(l, n, sizeof *l->r->spans);
    l->span_drafts = load_alloc(l, n, sizeof *l->span_drafts);
    for (unsigned i = 0; i < n; i++)
        if (add_span_events(l, &l->r->spans[kept], sections[i]))
            sections[kept++] = sections[i];
    return l->r->nspans = kept;
}

static void load_events(struct load *l, struct ini_doc *const *docs, unsigned ndocs)
{
    unsigned n, nspans;
    const struct ini_section **sections = find_sections(docs, ndocs, SECTION_EVENT, &n);
    const struct ini_section **spans = find_sections(docs, ndocs, SECTION_SPAN, &nspans);

    l->r->events = load_alloc(l, n + 2 * (size_t)nspans, sizeof *l->r->events);
    l->drafts = xcalloc(n + 2 * (size_t)nspans + 1, sizeof *l->drafts);
    n = number(l, sections, n, EVENTS_MAX, &l->events);
    for (unsigned i = 0; i < n; i++)
        add_event(l, arena_str(l->text, sections[i]->name), sections[i]);
    nspans = add_spans(l, spans, nspans);
    for (unsigned i = 0; i < n; i++)
        load_event(l, i, sections[i]);
    for (unsigned i = 0; i < nspans; i++)
        load_span(l, i, spans[i]);
    free(sections);
    free(spans);
}

static void load_metrics(struct load *l, struct ini_doc *const *docs, unsigned ndocs)
{
    unsigned n;
    const struct ini_section **sections = find_sections(docs, ndocs, SECTION_METRIC, &n);

    l->r->families = load_alloc(l, n, sizeof *l->r->families);
    l->family_drafts = xcalloc(n + 1, sizeof *l->family_drafts);
    for (unsigned i = 0; i < n; i++) {
        if (l->r->nfamilies == FAMILIES_MAX) {
            load_mistake(l, sections[i]->at, "more than %d metrics", FAMILIES_MAX);
            break;
        }
        load_metric(l, sections[i]);
    }
    free(sections);
}

static void release_load(struct load *l)
{
    for (unsigned i = 0; i < l->r->nevents; i++) {
        free(l->drafts[i].locals);
        free(l->drafts[i].units);
    }
    for (unsigned i = 0; i < l->r->nfamilies; i++) {
        free(l->family_drafts[i].zeros);
        map_release(&l->family_drafts[i].seen);
    }
    free(l->drafts);
    free(l->asked);
    free(l->family_drafts);
    free(l->uses);
    free(l->local_names);
    free(l->patches);
    free(l->mappings);
    free(l->pieces);
    map_release(&l->piece_names);
    map_release(&l->events);
    map_release(&l->logs);
    map_release(&l->families);
    map_release(&l->decoded);
    map_release(&l->context);
    map_release(&l->mapping_keys);
}

struct ruleset *ruleset_load(struct ini_doc *const *docs, unsigned n,
                             const struct ruleset_options *options, struct mistakes *m)
{
    struct ruleset *r = xcalloc(1, sizeof *r);
    struct load l = {.r = r, .m = m, .options = options, .text = &r->text};

    l.files = options ? options->files : NULL;
    if (!l.files)
        l.files = r->own_files = rulefiles_new();
    for (unsigned i = 0; i < CTX_BUILTINS; i++)
        map_put(&l.context, slice_str(context_names[i]), i);
    load_patterns(&l, docs, n);
    load_logs(&l, docs, n);
    load_events(&l, docs, n);
    load_order(&l);
    load_event_refs(&l);
    load_metrics(&l, docs, n);
    load_families(&l);
    load_span_refs(&l);
    load_check(&l);
    if (options && options->lint)
        load_lint(&l);
    if (m->nmistakes == 0)
        load_slots(&l);
    for (unsigned i = 0; i < r->nlogs; i++) {
        struct log_def *log = &r->logs[i];

        log->keeps_time = r->uses_time || log->time_partial || log->ntime_formats > 1;
        log->cuts_lines = log->unwrap != UNWRAP_NONE || log->nrewrites || log->prefix.pattern ||
                          log->format == LOG_KV || log->format == LOG_TEXT;
    }
    release_load(&l);
    if (m->nmistakes == 0)
        return r;
    ruleset_free(r);
    return NULL;
}
