/* findings -- each kind of finding has a function that looks for it among what the report holds. What one of
 * them tells the others leave out: an event that never happens for want of a field is one finding, not two. */
#include "config.h"

#include "report/findings.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "report/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    VALUES_SHOWN = 3,
    NEW_LEAST = 8,   /* new values in the second half, and */
    NEW_PART = 4,    /* so big a part of all: it goes on like that */
    EXPLODES = 1000, /* values after TIMES times as many lines */
    TIMES = 100,
};

const char *finding_word(enum finding_kind kind)
{
    static const char *const words[FOUND_KINDS] = {
        [FOUND_NEVER] = "never",     [FOUND_NO_FIELD] = "no_field", [FOUND_NO_LABEL] = "no_label",
        [FOUND_SKIPPED] = "skipped", [FOUND_FOLDED] = "folded",     [FOUND_EXPLODES] = "explodes",
        [FOUND_LOG] = "log",         [FOUND_BUCKETS] = "buckets",   [FOUND_FILLS] = "fills",
        [FOUND_TIMES] = "times",     [FOUND_BARE] = "bare",         [FOUND_LOST] = "lost",
        [FOUND_HIDDEN] = "hidden",
    };

    return words[kind];
}

struct look {
    const struct report *r;
    struct findings *f;
    struct buf text; /* of the finding at hand */
};

/* Takes what is in l->text. */
static void add(struct look *l, struct finding found)
{
    struct findings *f = l->f;

    found.text = xstrslice(buf_all(&l->text));
    buf_clear(&l->text);
    GROW(f->list, f->n, f->cap);
    f->list[f->n++] = found;
    f->ntraps += found.trap;
}

static const struct ruleset *rules_of(const struct look *l)
{
    return l->r->setup->rules;
}

static void put_text(struct buf *out, struct slice s)
{
    buf_char(out, '"');
    utf8_show_cut(out, s, EXAMPLE_MAX);
    buf_char(out, '"');
}

/* --- fields, labels, events ------------------------------------------------------------------- */

/* Some things only lines that were looked at one by one tell; nothing where those are all. */
static void put_scope(struct look *l)
{
    if (!report_looked_at_all(l->r))
        buf_fmt(&l->text, " (of the %llu lines that were looked at)",
                (unsigned long long)l->r->seen.lines);
}

/* `where = p == x` and set.p in one event. */
static bool makes(const struct event *e, const char *field)
{
    for (unsigned i = 0; i < e->nactions; i++)
        if (strcmp(e->actions[i].name, field) == 0)
            return true;
    return false;
}

static void put_no_field(struct look *l, const char *field)
{
    const struct seen *seen = &l->r->seen;
    const char *near = seen_nearest(seen, field);

    if (report_looked_at_all(l->r))
        buf_fmt(&l->text, "no line has the field %s", field);
    else
        buf_fmt(&l->text, "of the %llu lines that were looked at none has the field %s",
                (unsigned long long)seen->lines, field);
    if (near) {
        buf_str(&l->text, "; did you mean ");
        put_text(&l->text, slice_str(near));
        buf_char(&l->text, '?');
    } else if (seen->names.n) {
        buf_str(&l->text, "; there are ");
        seen_list(seen, &l->text);
    } else {
        buf_str(&l->text, ", as none is JSON or has pairs KEY=VALUE");
    }
}

/* The condition that no line came past. */
static const struct condition *stopper(const struct look *l, unsigned event)
{
    const struct event *e = &rules_of(l)->events[event];
    unsigned held = l->r->misses.list[event].held;

    return held < e->nconditions ? &e->conditions[held] : NULL;
}

static bool happens(const struct look *l, unsigned event)
{
    return engine_hits(l->r->counted.engine, event) > 0;
}

/* What is often forgotten of a regex that holds in no line. */
static void put_regex_hint(struct look *l, const struct condition *c)
{
    if (!c->is_match && c->op != OP_MATCH)
        return;
    struct slice text = pattern_text(c->capture.pattern);
    bool records = false;

    for (unsigned i = 0; i < rules_of(l)->nlogs; i++)
        records |= rules_of(l)->logs[i].record != NULL;
    if (text.n > 2 && text.p[0] == '/' && text.p[text.n - 1] == '/')
        buf_str(&l->text, "; the slashes are of the regex: leave them out");
    if (c->is_match && !records && memmem(text.p, text.n, "\\n", 2))
        buf_str(&l->text,
                "; a line has no newline in it: `record` of the [log] makes one of several");
}

/* That no span was left unfinished is good, and of a parent that never happens only that is told. */
static void find_never(struct look *l)
{
    for (unsigned i = 0; i < rules_of(l)->nevents; i++) {
        const struct event *e = &rules_of(l)->events[i];
        const struct condition *c = stopper(l, i);
        struct finding found = {FOUND_NEVER, e->at, true, 0, NULL, e->name, NULL, NULL};

        if (!report_tries(l->r, e) || e->unfinished || happens(l, i) ||
            (e->parent != EVENT_NONE && !happens(l, e->parent)))
            continue;
        buf_fmt(&l->text, "event %s never happens: ", e->name);
        if (c && !c->is_match && seen_never(&l->r->seen, &c->field)) {
            found.name = c->field.name;
            found.at = c->at;
            put_no_field(l, c->field.name);
            if (makes(e, c->field.name))
                buf_fmt(&l->text,
                        ". What the event makes of a line comes after every where; test it in "
                        "an event of this one");
        } else {
            if (c)
                found.at = c->at;
            misses_words(&l->r->misses, i, &l->text);
            if (c)
                put_regex_hint(l, c);
        }
        add(l, found);
    }
}

/* Does an action that makes the label's field read one that is never there? That is told. */
static bool lacks_input(const struct look *l, const struct event *e, const struct ref *field)
{
    for (unsigned k = 0; k < e->nactions; k++)
        for (unsigned n = 0; e->actions[k].to == field->slots[0] && n < e->actions[k].nrefs; n++)
            if (seen_never(&l->r->seen, &e->actions[k].refs[n]))
                return true;
    return false;
}

static void find_no_label(struct look *l, unsigned mapping, unsigned label)
{
    const struct mapping *m = &rules_of(l)->mappings[mapping];
    const struct seen_update *seen = &l->r->seen.updates[mapping];
    const struct event *e = &rules_of(l)->events[m->event];
    const struct family_spec *spec = &rules_of(l)->families[m->family].spec;
    const struct label *at = &m->labels[label];
    uint64_t lacks = seen->lacks[label];
    bool all = lacks == seen->done;

    if (at->constant || lacks == 0 || (all && lacks_input(l, e, &at->field)))
        return;
    buf_fmt(&l->text, "label %s of %s is \"unknown\" in ", at->name, spec->name);
    if (!all)
        buf_fmt(&l->text, "%llu of ", (unsigned long long)lacks);
    else if (lacks > 1)
        buf_str(&l->text, "all ");
    buf_count(&l->text, seen->done, "update");
    buf_fmt(&l->text, " by event %s: ", e->name);
    if (seen_never(&l->r->seen, &at->field)) {
        put_no_field(l, at->field.name);
    } else {
        buf_fmt(&l->text, "%s is missing in %s lines", at->field.name, all ? "its" : "these");
        put_scope(l);
    }
    add(l,
        (struct finding){FOUND_NO_LABEL, m->at, all, lacks, spec->name, e->name, at->name, NULL});
}

static void find_no_labels(struct look *l)
{
    const struct ruleset *rules = rules_of(l);

    for (unsigned i = 0; i < rules->nmappings; i++)
        for (unsigned k = 0; k < rules->families[rules->mappings[i].family].spec.nlabels; k++)
            find_no_label(l, i, k);
}

/* What set, rewrite, map and calc read of a line that is the event. */
static void find_no_fields(struct look *l)
{
    const struct ruleset *rules = rules_of(l);

    for (unsigned i = 0; i < rules->nevents; i++) {
        const struct event *e = &rules->events[i];

        for (unsigned k = 0; happens(l, i) && k < e->nactions; k++) {
            const struct action *a = &e->actions[k];

            for (unsigned n = 0; n < a->nrefs; n++) {
                if (!seen_never(&l->r->seen, &a->refs[n]) ||
                    (a->template && template_has_default(a->template, n)))
                    continue;
                buf_fmt(&l->text, "%s.%s of event %s: ", action_text(a->kind), a->name, e->name);
                put_no_field(l, a->refs[n].name);
                add(l, (struct finding){FOUND_NO_FIELD, a->at, true, 0, NULL, e->name,
                                        a->refs[n].name, NULL});
            }
        }
    }
}

/* --- values and series ------------------------------------------------------------------------ */

/* Of an own metric's row: the mapping of that metric and event; NULL when there is none. */
static const struct mapping *mapping_of(const struct look *l, struct slice metric,
                                        struct slice event, const struct seen_update **ret_seen)
{
    const struct ruleset *rules = rules_of(l);

    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct mapping *m = &rules->mappings[i];

        if (!slice_eq(metric, slice_str(rules->families[m->family].spec.name)) ||
            !slice_eq(event, slice_str(rules->events[m->event].name)))
            continue;
        *ret_seen = &l->r->seen.updates[i];
        return m;
    }
    return NULL;
}

static void find_skipped(void *ctx, const struct slice *labels, uint64_t n)
{
    struct look *l = ctx;
    const struct seen_update *seen;
    const struct mapping *m = mapping_of(l, labels[0], labels[1], &seen);
    bool missing = slice_eq(labels[2], SLICE("missing"));
    bool never = report_never_there(l->r, labels, n);

    if (!m)
        return;
    buf_fmt(&l->text, "%.*s: ", SLICE_FMT(labels[0]));
    buf_count(&l->text, n, "value");
    buf_fmt(&l->text, " of event %.*s skipped: ", SLICE_FMT(labels[1]));
    if (!missing) {
        buf_str(&l->text, slice_eq(labels[2], SLICE("negative")) ? "negative" : "not a number");
        if (seen->refused) {
            buf_str(&l->text, ", such as ");
            put_text(&l->text, slice_str(seen->refused));
            number_words(m->value.name, slice_str(seen->refused), m->unit.kind, &l->text);
        }
    } else if (!never) {
        buf_str(&l->text, "missing");
    } else if (seen_never(&l->r->seen, &m->value)) {
        put_no_field(l, m->value.name);
    } else {
        buf_fmt(&l->text, "%s is missing in every line", m->value.name);
    }
    add(l, (struct finding){FOUND_SKIPPED, m->at, !missing || never, n,
                            rules_of(l)->families[m->family].spec.name,
                            rules_of(l)->events[m->event].name, m->value.name, NULL});
}

/* Of the values that it keeps. */
static void put_newest(struct look *l, unsigned family, unsigned label, const char *before)
{
    struct slice values[VALUES_SHOWN];
    unsigned n = growth_newest(&l->r->growth, family, label, values, VALUES_SHOWN);

    for (unsigned i = 0; i < n; i++) {
        buf_str(&l->text, i ? ", " : before);
        put_text(&l->text, values[i]);
    }
}

/* The number of a label of that name. */
static unsigned label_of(const struct family_spec *spec, struct slice name)
{
    unsigned i = 0;

    while (i + 1 < spec->nlabels && !slice_eq(name, slice_str(spec->labels[i])))
        i++;
    return i;
}

static void find_folded(void *ctx, const struct slice *labels, uint64_t n)
{
    struct look *l = ctx;
    int family = ruleset_family(rules_of(l), labels[0]);

    if (family < 0)
        return;
    const struct family_def *def = &rules_of(l)->families[family];
    bool all = slice_eq(labels[1], SLICE("*"));
    unsigned label = all ? 0 : label_of(&def->spec, labels[1]);

    buf_fmt(&l->text, "%s: ", def->spec.name);
    buf_count(&l->text, n, "update");
    if (all)
        buf_str(&l->text, " beyond max_series are under \"other\" in all labels");
    else
        buf_fmt(&l->text, " beyond max_values (%u) of label %s are under \"other\"",
                def->spec.max_values, def->spec.labels[label]);
    if (!all)
        put_newest(l, (unsigned)family, label, "; among those kept: ");
    add(l, (struct finding){FOUND_FOLDED, def->at, true, n, def->spec.name, NULL,
                            all ? NULL : def->spec.labels[label], NULL});
}

static bool is_folded(const struct look *l, const char *metric)
{
    for (size_t i = 0; i < l->f->n; i++)
        if (l->f->list[i].kind == FOUND_FOLDED && strcmp(l->f->list[i].metric, metric) == 0)
            return true;
    return false;
}

/* True when it was told of. */
static bool find_exploding(struct look *l, unsigned family, unsigned label)
{
    const struct family_def *def = &rules_of(l)->families[family];
    struct outlook o;
    uint32_t more;
    uint64_t then;

    growth_outlook(&l->r->growth, family, (int)label, &o);
    more = o.now - o.half;
    then = outlook_after(&o, TIMES);
    if (!outlook_is_known(&o) || more < NEW_LEAST || more * NEW_PART < o.now ||
        then < (o.limit && o.limit < EXPLODES ? o.limit : EXPLODES))
        return false;
    buf_fmt(&l->text, "label %s of %s has ever more values: %u in ", def->spec.labels[label],
            def->spec.name, o.now);
    buf_count(&l->text, o.updates, "update");
    buf_fmt(&l->text, ", %u of them new in the second half", more);
    if (o.limit)
        buf_fmt(&l->text, "; beyond max_values (%u) they become \"other\"", o.limit);
    put_newest(l, family, label, "; such as ");
    add(l, (struct finding){FOUND_EXPLODES, def->at, true, o.now, def->spec.name, NULL,
                            def->spec.labels[label], NULL});
    return true;
}

static void find_filling(struct look *l, unsigned family)
{
    const struct family_def *def = &rules_of(l)->families[family];
    struct outlook o;

    growth_outlook(&l->r->growth, family, -1, &o);
    if (!o.limit || !outlook_is_known(&o) || o.now - o.half < NEW_LEAST ||
        (o.now - o.half) * NEW_PART < o.now || outlook_after(&o, TIMES) < o.limit)
        return;
    buf_fmt(&l->text,
            "%s will have max_series (%u) series after about %.0f times as many lines, if they go "
            "on as in the sample; more become \"other\"",
            def->spec.name, o.limit, outlook_when(&o, o.limit));
    add(l, (struct finding){FOUND_FILLS, def->at, true, o.now, def->spec.name, NULL, NULL, NULL});
}

enum { OBSERVED_LEAST = 20 };

/* That of the values, if it is one that makes other numbers of them; or "". */
static struct slice unit_of(const struct look *l, unsigned family)
{
    const struct ruleset *rules = rules_of(l);

    for (unsigned i = 0; i < rules->nmappings; i++) {
        const struct mapping *m = &rules->mappings[i];

        if (m->family == family && m->unit_text.n && !slice_eq(m->unit_text, SLICE("s")) &&
            !slice_eq(m->unit_text, SLICE("B")))
            return m->unit_text;
    }
    return (struct slice){"", 0};
}

/* Quantiles of values that are all in one bucket tell nothing, nor does a median beyond the last; there
 * values often count something else than was thought. */
static void find_buckets(struct look *l, unsigned family)
{
    const struct family_def *def = &rules_of(l)->families[family];
    struct family *f = registry_find(l->r->counted.registry, slice_str(def->spec.name));
    const struct family_cells *c = family_cells(f);
    uint64_t all = 0, first = 0, beyond = 0;
    struct slice unit;

    for (uint32_t i = 0; i < family_nseries(f); i++) {
        const struct histogram *h = histogram_at(c, i);

        for (unsigned k = 0; k <= def->spec.nbuckets; k++)
            all += h->bucket[k];
        first += h->bucket[0];
        beyond += h->bucket[def->spec.nbuckets];
    }
    if (all < OBSERVED_LEAST || def->spec.nbuckets == 0 || (2 * beyond < all && first < all))
        return;
    unit = unit_of(l, family);
    buf_fmt(&l->text, "%s: %llu of %llu values are ", def->spec.name,
            (unsigned long long)(first == all ? first : beyond), (unsigned long long)all);
    if (first < all)
        buf_fmt(
            &l->text,
            "beyond the last bucket (%g); do they count something else, as unit = ms would say?",
            def->spec.buckets[def->spec.nbuckets - 1]);
    else if (unit.n)
        buf_fmt(&l->text,
                "in the first bucket (%g); buckets are in seconds or bytes, and so are "
                "values after unit = %.*s",
                def->spec.buckets[0], SLICE_FMT(unit));
    else
        buf_fmt(&l->text, "in the first bucket (%g)", def->spec.buckets[0]);
    add(l, (struct finding){FOUND_BUCKETS, def->at, first < all || unit.n,
                            first == all ? first : beyond, def->spec.name, NULL, NULL, NULL});
}

static void find_growing(struct look *l)
{
    for (unsigned i = 0; i < rules_of(l)->nfamilies; i++) {
        const struct family_spec *spec = &rules_of(l)->families[i].spec;

        if (spec->type == FAMILY_HISTOGRAM)
            find_buckets(l, i);
        bool told = is_folded(l, spec->name);

        for (unsigned k = 0; k < spec->nlabels && !is_folded(l, spec->name); k++)
            told |= find_exploding(l, i, k);
        if (!told)
            find_filling(l, i);
    }
}

/* --- what could not be read ------------------------------------------------------------------- */

static void find_times(void *ctx, const struct slice *labels, uint64_t n)
{
    struct look *l = ctx;
    int number = ruleset_log(rules_of(l), labels[0]);
    const struct log_def *log = &rules_of(l)->logs[number];
    const struct bad_time *first = &l->r->times[number];

    buf_fmt(&l->text, "log %s: ", log->name);
    buf_count(&l->text, n, "time");
    buf_str(&l->text, " could not be read");
    put_scope(l);
    if (first->any) {
        buf_str(&l->text, ": ");
        put_text(&l->text, slice_str(first->text));
        buf_fmt(&l->text, " (%s) is none of", first->from);
        record_put_formats(log, slice_str(first->text), &l->text);
    }
    add(l, (struct finding){FOUND_TIMES, log->at, true, n, NULL, NULL, log->name, NULL});
}

static void add_log(struct look *l, unsigned log, bool trap, uint64_t n)
{
    const struct log_def *def = &rules_of(l)->logs[log];

    add(l, (struct finding){FOUND_LOG, def->at, trap, n, NULL, NULL, def->name, NULL});
}

/* What a log's own regexes are there for, and find in no line. */
static void find_idle(struct look *l, unsigned log)
{
    const struct log_def *def = &rules_of(l)->logs[log];
    const struct seen_log *seen = &l->r->seen.logs[log];
    const struct {
        bool is;
        uint64_t found;
        const char *key, *more;
    } rows[] = {
        {def->record, seen->begun, "record",
         "; what stands before the first that matches is one record"},
        {def->prefix.pattern, seen->cut, "prefix", "; nothing is cut off"},
        {def->nrewrites, seen->rewritten, "rewrite", ""},
        {def->time_match, seen->timed + l->r->times[log].any, "time_match", ""},
    };

    for (size_t i = 0; seen->lines && i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].is || rows[i].found)
            continue;
        buf_fmt(&l->text, "log %s: %s matches no line of it", def->name, rows[i].key);
        put_scope(l);
        buf_str(&l->text, rows[i].more);
        add_log(l, log, true, 0);
    }
}

/* The fields that `time` names, where no line has any: no line has a time then. */
static void find_timeless(struct look *l, unsigned log)
{
    const struct log_def *def = &rules_of(l)->logs[log];
    bool said = def->ntimes && def->ntime_groups == def->ntimes; /* else they are those of always */

    if (!said || !l->r->seen.logs[log].lines || def->ntime_contexts || def->time_match)
        return;
    for (unsigned i = 0; i < def->ntimes; i++) {
        struct ref field = {.name = def->time_names[i], .slots = &def->time_slots[i], .n = 1};

        if (!seen_never(&l->r->seen, &field))
            return;
    }
    buf_fmt(&l->text, "log %s: no line has a time: ", def->name);
    put_no_field(l, def->time_names[0]);
    add_log(l, log, true, 0);
}

/* The input that a log without any would have, if none before it took that; NULL: there is no such. */
static const struct input *taken_from(const struct look *l, unsigned log)
{
    const struct log_def *def = &rules_of(l)->logs[log];
    const struct inputs *inputs = &l->r->inputs;
    const struct input *taken = NULL;

    for (size_t i = 0; i < inputs->n; i++) {
        if (inputs->list[i].log == log)
            return NULL;
        if (inputs->list[i].log < log && setup_log_wants(def, inputs->list[i].path))
            taken = &inputs->list[i];
    }
    return taken;
}

static void find_taken(struct look *l, unsigned log)
{
    const struct input *in = taken_from(l, log);

    if (!in)
        return;
    const struct log_def *first = &rules_of(l)->logs[in->log];

    buf_fmt(&l->text, "log %s gets nothing of %s: log %s (%s:%d) comes before it and takes that",
            rules_of(l)->logs[log].name, in->path, first->name, first->at.file, first->at.line);
    add_log(l, log, true, 0);
}

enum { UNDECODABLE_PART = 2 }; /* so big a part of the lines is a trap; a few are broken anywhere */

static void find_undecodable(void *ctx, const struct slice *labels, uint64_t n)
{
    static const char *const formats[] = {"", "JSON", "logfmt", "kv", ""}; /* enum log_format */
    struct look *l = ctx;
    unsigned log = (unsigned)ruleset_log(rules_of(l), labels[0]);

    if (!slice_eq(labels[1], SLICE("undecodable")))
        return;
    buf_fmt(&l->text, "log %.*s: ", SLICE_FMT(labels[0]));
    buf_count(&l->text, n, "line");
    buf_fmt(&l->text, " of %llu %s not %s, as its format says",
            (unsigned long long)engine_counted(l->r->counted.engine, log), n == 1 ? "is" : "are",
            formats[rules_of(l)->logs[log].format]);
    add_log(l, log, n * UNDECODABLE_PART >= engine_counted(l->r->counted.engine, log), n);
}

static void find_logs(struct look *l)
{
    for (unsigned i = 0; i < rules_of(l)->nlogs; i++)
        find_idle(l, i);
    for (unsigned i = 0; i < rules_of(l)->nlogs; i++)
        find_timeless(l, i);
    for (unsigned i = 0; i < rules_of(l)->nlogs; i++)
        find_taken(l, i);
    report_rows(l->r, OWN_LOG_LINES, find_undecodable, l);
}

static void find_bare(struct look *l)
{
    for (size_t i = 0; i < l->r->nbare; i++) {
        const struct bare_place *b = &l->r->bare[i];

        bare_words(&b->first, &l->text);
        buf_str(&l->text, " (");
        buf_count(&l->text, b->lines, "line");
        buf_str(&l->text, ", such as ");
        utf8_show(&l->text, slice_str(b->text));
        buf_char(&l->text, ')');
        put_scope(l);
        add(l, (struct finding){FOUND_BARE, *b->first.at, true, b->lines, NULL, NULL,
                                b->first.field, NULL});
    }
}

/* What is lost, by the counter that counts it, and its second label. */
static const struct loss {
    enum own_id id;
    const char *reason; /* NULL: it has no second label */
    const char *of;     /* what its first label names */
    bool trap;
    const char *what;
} losses[] = {
    {OWN_LOG_LINES, "too_long", "log", true, "lines longer than [limits] line, which are skipped"},
    {OWN_RECORDS_CUT, NULL, "log", true, "records that are cut off at [limits] line"},
    {OWN_ENCODING_ERRORS, NULL, "log", true, "bytes that are no characters of its encoding"},
    {OWN_LOG_REGEX_ERRORS, NULL, "log", true, "times a regex of it gave up on a line"},
    {OWN_RULE_ERRORS, "each_limit", "event", true,
     "lines of which only the first 1000 members count"},
    {OWN_RULE_ERRORS, "match_limit", "event", true,
     "lines on which its regex ran wild, which it does not match then"},
    {OWN_SPANS_UNMATCHED, "no_begin", "span", false, "ends of which the begin is not there"},
    {OWN_SPANS_UNMATCHED, "no_key", "span", true, "lines that lack a key field"},
    {OWN_SPANS_UNMATCHED, "replaced", "span", false,
     "given up, as another began with the same key"},
    {OWN_SPANS_UNMATCHED, "timeout", "span", false, "given up, as no end came within its timeout"},
    {OWN_SPANS_UNMATCHED, "full", "span", true,
     "given up, as more were open than max_open, or than 1 KiB for each of so many"},
    {OWN_SPANS_UNMATCHED, "negative", "span", true,
     "ends with an older time than their begin, without _duration"},
};

static struct where place_of(const struct look *l, const char *of, struct slice name)
{
    const struct ruleset *rules = rules_of(l);
    int i = of[0] == 'l'   ? ruleset_log(rules, name)
            : of[0] == 's' ? ruleset_span(rules, name)
                           : ruleset_event(rules, name);

    if (i < 0)
        return (struct where){.file = NULL};
    return of[0] == 'l'   ? rules->logs[i].at
           : of[0] == 's' ? rules->spans[i].at
                          : rules->events[i].at;
}

struct losing {
    struct look *l;
    const struct loss *loss;
};

static void find_loss(void *ctx, const struct slice *labels, uint64_t n)
{
    struct losing *x = ctx;
    struct look *l = x->l;

    if (x->loss->reason && !slice_eq(labels[1], slice_str(x->loss->reason)))
        return;
    buf_fmt(&l->text, "%s %.*s: %s: %llu", x->loss->of, SLICE_FMT(labels[0]), x->loss->what,
            (unsigned long long)n);
    add(l, (struct finding){FOUND_LOST, place_of(l, x->loss->of, labels[0]), x->loss->trap, n, NULL,
                            NULL, NULL, NULL});
}

static void find_losses(struct look *l)
{
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        struct losing x = {l, &losses[i]};

        report_rows(l->r, losses[i].id, find_loss, &x);
    }
}

static void find_open_spans(struct look *l)
{
    struct family *f = own_family(l->r->counted.registry, OWN_SPANS_OPEN);

    for (uint32_t i = 0; i < family_nseries(f); i++) {
        double n = family_cells(f)->gauge[i].value;
        struct slice span;

        if (n <= 0)
            continue;
        family_labels(f, i, &span);
        buf_fmt(&l->text, "span %.*s: still open at the end: %.0f", SLICE_FMT(span), n);
        add(l, (struct finding){FOUND_LOST, place_of(l, "span", span), false, (uint64_t)n, NULL,
                                NULL, NULL, NULL});
    }
}

/* The most frequent kinds of a set's lines. */
static void put_kinds(struct look *l, const struct event_set *set)
{
    const struct shapes *s = &set->kinds.shapes;
    uint64_t rest = set->lines;

    for (size_t i = 0; i < s->nshapes && i < VALUES_SHOWN; i++) {
        struct buf words = BUF_INIT;

        rest -= s->shapes[i].count;
        kinds_words(&s->shapes[i], &words);
        buf_fmt(&l->text, "%s%llu ", i ? ", " : "", (unsigned long long)s->shapes[i].count);
        put_text(&l->text, buf_all(&words));
        buf_release(&words);
    }
    if (rest)
        buf_fmt(&l->text, ", %llu more", (unsigned long long)rest);
}

/* An event that counts lines of all kinds is fine; that none is unmatched then is not what it seems. */
static void find_hidden(struct look *l)
{
    for (size_t i = 0; i < l->r->broad.n; i++) {
        const struct event_set *set = &l->r->broad.sets[i];
        const struct event *last = &rules_of(l)->events[set->events[set->n - 1]];

        if (!set->hidden)
            continue;
        buf_count(&l->text, set->lines, "line");
        buf_fmt(&l->text, " %s taken by event%s ", set->lines == 1 ? "is" : "are", plural(set->n));
        for (unsigned k = 0; k < set->n; k++)
            buf_fmt(&l->text, "%s%s", k ? ", " : "", rules_of(l)->events[set->events[k]].name);
        buf_fmt(&l->text,
                " alone, and would be unmatched without %s: ", set->n == 1 ? "it" : "them");
        put_kinds(l, set);
        put_scope(l);
        add(l, (struct finding){FOUND_HIDDEN, last->at, false, set->lines, NULL, last->name, NULL,
                                NULL});
    }
}

static int by_place(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int files;

    if (x->trap != y->trap)
        return x->trap ? -1 : 1;
    files = strcmp(x->at.file ? x->at.file : "", y->at.file ? y->at.file : "");
    if (files || x->at.line != y->at.line)
        return files ? files : x->at.line < y->at.line ? -1 : 1;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : strcmp(x->text, y->text);
}

void findings_make(struct findings *f, const struct report *r)
{
    struct look l = {r, f, BUF_INIT};

    *f = (struct findings){.n = 0};
    find_never(&l);
    find_no_labels(&l);
    find_no_fields(&l);
    report_rows(r, OWN_RULE_SKIPPED, find_skipped, &l);
    report_rows(r, OWN_SERIES_FOLDED, find_folded, &l);
    find_growing(&l);
    report_rows(r, OWN_TIMES_UNREADABLE, find_times, &l);
    find_logs(&l);
    find_bare(&l);
    find_losses(&l);
    find_open_spans(&l);
    if (r->options.hidden)
        find_hidden(&l);
    if (f->n)
        qsort(f->list, f->n, sizeof *f->list, by_place);
    buf_release(&l.text);
}

void finding_put(const struct finding *f, struct buf *out)
{
    if (f->at.file && f->at.line)
        buf_fmt(out, "%s:%d: ", f->at.file, f->at.line);
    buf_str(out, f->text);
}

void findings_release(struct findings *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->list[i].text);
    free(f->list);
    *f = (struct findings){.n = 0};
}
