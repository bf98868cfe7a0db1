/* dump_json -- what editors and tools read of a check. The keys and their order are an interface,
 * described in docs/rules.md; a key is always there, and null where there is nothing to say. Keys are
 * called as in the rules files. */
#include "config.h"

#include "cmd/dump.h"

#include "config/schema.h"
#include "metrics/expose.h"

#include <stdlib.h>

static void put_null(struct jsonout *j, const char *key)
{
    jsonout_key(j, key);
    jsonout_word(j, SLICE("null"));
}

static void put_bool(struct jsonout *j, const char *key, bool v)
{
    jsonout_key(j, key);
    jsonout_word(j, v ? SLICE("true") : SLICE("false"));
}

/* p = NULL becomes null. */
static void put_slice(struct jsonout *j, const char *key, struct slice text)
{
    if (!text.p) {
        put_null(j, key);
        return;
    }
    jsonout_key(j, key);
    jsonout_text(j, text);
}

static void put_text(struct jsonout *j, const char *key, const char *text)
{
    put_slice(j, key, text ? slice_str(text) : (struct slice){NULL, 0});
}

/* 0 becomes null: no limit, or unknown. */
static void put_count(struct jsonout *j, const char *key, uint64_t v)
{
    if (v == 0) {
        put_null(j, key);
        return;
    }
    jsonout_key(j, key);
    jsonout_u64(j, v);
}

static void put_number(struct jsonout *j, const char *key, double v, bool there)
{
    if (!there) {
        put_null(j, key);
        return;
    }
    jsonout_key(j, key);
    jsonout_number(j, v);
}

static void put_where(struct jsonout *j, const struct where *at)
{
    put_text(j, "file", at->file);
    put_count(j, "line", (uint64_t)at->line);
}

static void put_regex(struct jsonout *j, const char *key, const struct pattern *p)
{
    put_slice(j, key, p ? pattern_text(p) : (struct slice){NULL, 0});
}

static void open_list(struct jsonout *j, const char *key)
{
    jsonout_key(j, key);
    jsonout_open(j, '[');
}

static void put_texts(struct jsonout *j, const char *key, const char *const *texts, unsigned n)
{
    open_list(j, key);
    for (unsigned i = 0; i < n; i++)
        jsonout_text(j, slice_str(texts[i]));
    jsonout_close(j, ']');
}

void dump_mistakes_json(const struct mistakes *m, enum severity most, struct jsonout *j)
{
    static const char *const severities[] = {"mistake", "warning", "advice"};
    const struct mistake **list;
    size_t n = mistakes_list(m, most, &list);

    open_list(j, "mistakes");
    for (size_t i = 0; i < n; i++) {
        jsonout_open(j, '{');
        put_text(j, "file", list[i]->file);
        put_count(j, "line", (uint64_t)list[i]->line);
        put_count(j, "column", (uint64_t)list[i]->column);
        put_text(j, "severity", severities[list[i]->severity]);
        put_text(j, "text", list[i]->text);
        put_text(j, "hint", list[i]->hint);
        put_text(j, "more", list[i]->more);
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
    free(list);
}

/* The logs an event is for; null: all. */
static void put_logs_of(const struct ruleset *rules, const struct event *e, struct jsonout *j)
{
    if (!e->logs) {
        put_null(j, "log");
        return;
    }
    open_list(j, "log");
    for (unsigned i = 0; i < rules->nlogs; i++)
        if (event_for_log(e, i))
            jsonout_text(j, slice_str(rules->logs[i].name));
    jsonout_close(j, ']');
}

static void put_conditions(const struct event *e, struct jsonout *j)
{
    struct buf text = BUF_INIT;

    open_list(j, "conditions");
    for (unsigned i = 0; i < e->nconditions; i++) {
        buf_clear(&text);
        dump_condition(&e->conditions[i], &text);
        jsonout_text(j, buf_all(&text));
    }
    jsonout_close(j, ']');
    buf_release(&text);
}

static void put_once(struct jsonout *j, struct map *seen, const char *name)
{
    if (map_put(seen, slice_str(name), 1))
        jsonout_text(j, slice_str(name));
}

/* The fields that an event makes: groups of its regexes, then what its actions set. */
static void put_fields(const struct event *e, struct jsonout *j)
{
    struct map seen = MAP_INIT;

    open_list(j, "sets");
    for (unsigned i = 0; i < e->nconditions; i++) {
        const struct capture *c = &e->conditions[i].capture;

        for (unsigned k = 0; c->group_slots && k < pattern_ngroups(c->pattern); k++)
            put_once(j, &seen, pattern_group(c->pattern, k));
    }
    for (unsigned i = 0; i < e->nactions; i++)
        put_once(j, &seen, e->actions[i].name);
    jsonout_close(j, ']');
    map_release(&seen);
}

static void put_how(const struct engine *engine, unsigned i, struct jsonout *j)
{
    struct buf how = BUF_INIT;

    engine_how(engine, i, &how);
    jsonout_key(j, "found");
    jsonout_text(j, buf_all(&how));
    buf_release(&how);
}

static void put_event(const struct ruleset *rules, const struct engine *engine, unsigned i,
                      struct jsonout *j)
{
    const struct event *e = &rules->events[i];

    jsonout_open(j, '{');
    put_text(j, "name", e->name);
    put_where(j, &e->at);
    put_logs_of(rules, e, j);
    put_text(j, "of", e->parent == EVENT_NONE ? NULL : rules->events[e->parent].name);
    open_list(j, "unless");
    for (unsigned k = 0; k < e->nunless; k++)
        jsonout_text(j, slice_str(rules->events[e->unless[k]].name));
    jsonout_close(j, ']');
    put_conditions(e, j);
    put_fields(e, j);
    open_list(j, "exemplar");
    for (unsigned k = 0; k < e->nexemplar; k++)
        jsonout_text(j, slice_str(e->exemplar[k].name));
    jsonout_close(j, ']');
    put_bool(j, "used", e->used);
    if (e->used)
        put_how(engine, i, j);
    else
        put_null(j, "found");
    jsonout_close(j, '}');
}

static void put_mapping(const struct ruleset *rules, const struct mapping *m, struct jsonout *j)
{
    const struct family_spec *spec = &rules->families[m->family].spec;

    jsonout_open(j, '{');
    put_text(j, "event", rules->events[m->event].name);
    put_text(j, "verb", verb_text(m->verb));
    if (m->value_is_field)
        put_text(j, "value", m->value.name);
    else
        put_number(j, "value", m->number.d, verb_has_value(m->verb));
    put_text(j, "unit", m->unit_text.n ? m->unit_text.p : NULL);
    jsonout_key(j, "labels");
    jsonout_open(j, '{');
    for (unsigned i = 0; i < spec->nlabels; i++) {
        const struct label *l = &m->labels[i];

        jsonout_key(j, spec->labels[i]);
        jsonout_open(j, '{');
        jsonout_key(j, l->constant ? "text" : "field");
        jsonout_text(j, l->constant ? l->text : slice_str(l->field.name));
        jsonout_close(j, '}');
    }
    jsonout_close(j, '}');
    put_where(j, &m->at);
    jsonout_close(j, '}');
}

static void put_zeros(const struct family_def *def, struct jsonout *j)
{
    open_list(j, "zero");
    for (unsigned i = 0; i < def->nzeros; i++) {
        jsonout_open(j, '{');
        for (unsigned k = 0; k < def->spec.nlabels; k++) {
            jsonout_key(j, def->spec.labels[k]);
            jsonout_text(j, def->zeros[i * def->spec.nlabels + k]);
        }
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
}

static void put_buckets(const struct family_spec *spec, struct jsonout *j)
{
    if (spec->type != FAMILY_HISTOGRAM) {
        put_null(j, "buckets");
        return;
    }
    open_list(j, "buckets");
    for (unsigned i = 0; i < spec->nbuckets; i++)
        jsonout_number(j, spec->buckets[i]);
    jsonout_close(j, ']');
}

/* The unit that the name ends in, as OpenMetrics has it; null: none. */
static void put_unit(const struct family_spec *spec, struct jsonout *j)
{
    struct slice base = slice_str(spec->name);

    if (spec->type == FAMILY_COUNTER && slice_ends(base, SLICE("_total")))
        base.n -= strlen("_total");
    put_slice(j, "unit", metric_name_unit(base));
}

static void put_metric(const struct ruleset *rules, unsigned i, struct jsonout *j)
{
    const struct family_def *def = &rules->families[i];
    const struct family_spec *spec = &def->spec;

    jsonout_open(j, '{');
    put_text(j, "name", spec->name);
    put_text(j, "type", family_type_text(spec->type));
    put_unit(spec, j);
    put_text(j, "help", spec->help);
    put_where(j, &def->at);
    put_texts(j, "labels", spec->labels, spec->nlabels);
    put_buckets(spec, j);
    put_count(j, "max_values", spec->max_values);
    put_count(j, "max_series", spec->max_series);
    put_number(j, "expire", (double)spec->expire_ns / 1e9, spec->expire_ns > 0);
    put_number(j, "min", spec->min, spec->has_min);
    put_zeros(def, j);
    open_list(j, "updates");
    for (unsigned k = 0; k < rules->nmappings; k++)
        if (rules->mappings[k].family == i)
            put_mapping(rules, &rules->mappings[k], j);
    jsonout_close(j, ']');
    jsonout_close(j, '}');
}

static void put_log(const struct log_def *log, struct jsonout *j)
{
    static const char *const unwraps[] = {"none", "docker", "cri", NULL, "auto"};

    jsonout_open(j, '{');
    put_text(j, "name", log->name);
    put_where(j, &log->at);
    put_texts(j, "path", log->paths, log->npaths);
    put_texts(j, "exclude", log->excludes, log->nexcludes);
    put_text(j, "format", key_row(KEY_FORMAT)->words[log->format]);
    put_text(j, "unwrap", log->unwrap == UNWRAP_KEY ? log->unwrap_key.p : unwraps[log->unwrap]);
    put_regex(j, "prefix", log->prefix.pattern);
    put_regex(j, "path_match", log->path_match.pattern);
    put_text(j, "start", key_row(KEY_START)->words[log->start_at_end]);
    put_text(j, "time", log->time_name);
    put_regex(j, "time_match", log->time_match);
    put_bool(j, "poll", log->poll);
    jsonout_close(j, '}');
}

void dump_rules_json(const struct ruleset *rules, const struct engine *engine, struct jsonout *j)
{
    open_list(j, "events");
    for (unsigned i = 0; i < rules->nevents; i++)
        put_event(rules, engine, i, j);
    jsonout_close(j, ']');
    open_list(j, "metrics");
    for (unsigned i = 0; i < rules->nfamilies; i++)
        put_metric(rules, i, j);
    jsonout_close(j, ']');
    open_list(j, "logs");
    for (unsigned i = 0; i < rules->nlogs; i++)
        put_log(&rules->logs[i], j);
    jsonout_close(j, ']');
}
