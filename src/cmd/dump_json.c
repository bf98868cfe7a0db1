/* dump_json -- what editors and tools read of a check. The keys and their order are an interface,
 * described in docs/reference.md; a key is always there, and null where there is nothing to say. Keys
 * are called as in the rules files. */
#include "config.h"

#include "cmd/dump.h"

#include "base/slurp.h"
#include "config/ini.h"
#include "metrics/expose.h"

#include <stdlib.h>

static const struct slice nothing; /* becomes null */

/* 0 becomes null: no limit, or unknown. */
static void put_count(struct jsonout *j, const char *key, uint64_t v)
{
    jsonout_key_whole(j, key, v, v > 0);
}

static void put_where(struct jsonout *j, const struct where *at)
{
    jsonout_key_text(j, "file", at->file);
    put_count(j, "line", (uint64_t)at->line);
}

static void put_regex(struct jsonout *j, const char *key, const struct pattern *p)
{
    jsonout_key_slice(j, key, p ? pattern_text(p) : nothing);
}

static void put_texts(struct jsonout *j, const char *key, const char *const *texts, unsigned n)
{
    jsonout_key_open(j, key, '[');
    for (unsigned i = 0; i < n; i++)
        jsonout_text(j, slice_str(texts[i]));
    jsonout_close(j, ']');
}

/* Its line, as it stands in the file; none when that cannot be read. `text` is the caller's, of the file
 * `name`. */
static struct slice line_of(const struct mistake *m, struct buf *text, const char **name)
{
    struct buf why = BUF_INIT;
    struct slice rest, line = {0};

    if (m->column == 0 || !m->file)
        return line;
    if (!*name || strcmp(*name, m->file) != 0) {
        buf_clear(text);
        (void)slurp_given(m->file, INI_FILE_MAX, false, text, &why);
        buf_release(&why);
        *name = m->file;
    }
    rest = buf_all(text);
    for (int i = 0; i < m->line; i++)
        if (!slice_cut(&rest, '\n', &line))
            return (struct slice){0};
    return line;
}

static void put_end(const struct mistake *m, struct buf *text, const char **name, struct jsonout *j)
{
    struct slice line = line_of(m, text, name);

    put_count(j, "end", line.n ? (uint64_t)ini_end_column(line, m->column) : 0);
}

void dump_mistakes_json(const struct mistakes *m, enum severity most, struct jsonout *j)
{
    static const char *const severities[] = {"mistake", "warning", "advice"};
    const struct mistake **list;
    size_t n = mistakes_list(m, most, &list);
    const char *name = NULL; /* of the file whose text is at hand */
    struct buf text = BUF_INIT;

    jsonout_key_open(j, "mistakes", '[');
    for (size_t i = 0; i < n; i++) {
        jsonout_open(j, '{');
        jsonout_key_text(j, "file", list[i]->file);
        put_count(j, "line", (uint64_t)list[i]->line);
        put_count(j, "column", (uint64_t)list[i]->column);
        put_end(list[i], &text, &name, j);
        jsonout_key_text(j, "severity", severities[list[i]->severity]);
        jsonout_key_text(j, "text", list[i]->text);
        jsonout_key_text(j, "hint", list[i]->hint);
        jsonout_key_text(j, "more", list[i]->more);
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
    buf_release(&text);
    free(list);
}

/* The logs an event is for; null: all. */
static void put_logs_of(const struct ruleset *rules, const struct event *e, struct jsonout *j)
{
    if (!e->logs) {
        jsonout_key_slice(j, "log", nothing);
        return;
    }
    jsonout_key_open(j, "log", '[');
    for (unsigned i = 0; i < rules->nlogs; i++)
        if (event_for_log(e, i))
            jsonout_text(j, slice_str(rules->logs[i].name));
    jsonout_close(j, ']');
}

static void put_conditions(const struct event *e, struct jsonout *j)
{
    struct buf text = BUF_INIT;

    jsonout_key_open(j, "conditions", '[');
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

    jsonout_key_open(j, "sets", '[');
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

/* Null: nothing uses it. */
static void put_how(const struct engine *engine, unsigned i, bool used, struct jsonout *j)
{
    struct buf how = BUF_INIT;

    if (used)
        engine_how(engine, i, &how);
    jsonout_key_slice(j, "found", used ? buf_all(&how) : nothing);
    buf_release(&how);
}

static void put_event(const struct ruleset *rules, const struct engine *engine, unsigned i,
                      struct jsonout *j)
{
    const struct event *e = &rules->events[i];

    jsonout_open(j, '{');
    jsonout_key_text(j, "name", e->name);
    put_where(j, &e->at);
    put_logs_of(rules, e, j);
    jsonout_key_text(j, "of", e->parent == EVENT_NONE ? NULL : rules->events[e->parent].name);
    jsonout_key_open(j, "unless", '[');
    for (unsigned k = 0; k < e->nunless; k++)
        jsonout_text(j, slice_str(rules->events[e->unless[k]].name));
    jsonout_close(j, ']');
    put_conditions(e, j);
    put_fields(e, j);
    jsonout_key_open(j, "exemplar", '[');
    for (unsigned k = 0; k < e->nexemplar; k++)
        jsonout_text(j, slice_str(e->exemplar[k].name));
    jsonout_close(j, ']');
    jsonout_key_bool(j, "used", e->used);
    put_how(engine, i, e->used, j);
    jsonout_close(j, '}');
}

static void put_lines(const struct ruleset *rules, const char *key, const uint32_t *events,
                      unsigned n, struct jsonout *j)
{
    jsonout_key_open(j, key, '[');
    for (unsigned i = 0; i < n; i++)
        jsonout_text(j, slice_str(rules->events[events[i]].name));
    jsonout_close(j, ']');
}

static void put_span(const struct ruleset *rules, const struct span *s, struct jsonout *j)
{
    jsonout_open(j, '{');
    jsonout_key_text(j, "name", s->name);
    put_where(j, &s->at);
    put_lines(rules, "begin", s->begins, s->nbegins, j);
    put_lines(rules, "end", s->ends, s->nends, j);
    put_texts(j, "key", s->keys, s->nkeys);
    jsonout_key_number(j, "timeout_seconds", (double)s->timeout_ns / 1e9, true);
    put_count(j, "max_open", s->max_open);
    put_texts(j, "keeps", s->kept, s->nkept);
    jsonout_key_bool(j, "used", s->used);
    jsonout_close(j, '}');
}

static void put_mapping(const struct ruleset *rules, const struct mapping *m, struct jsonout *j)
{
    const struct family_spec *spec = &rules->families[m->family].spec;

    jsonout_open(j, '{');
    jsonout_key_text(j, "event", rules->events[m->event].name);
    jsonout_key_text(j, "verb", verb_text(m->verb));
    if (m->value_is_field)
        jsonout_key_text(j, "value", m->value.name);
    else
        jsonout_key_number(j, "value", m->number.d, verb_has_value(m->verb));
    jsonout_key_text(j, "unit", m->unit_text.n ? m->unit_text.p : NULL);
    jsonout_key_open(j, "labels", '{');
    for (unsigned i = 0; i < spec->nlabels; i++) {
        const struct label *l = &m->labels[i];

        jsonout_key_open(j, spec->labels[i], '{');
        jsonout_key_slice(j, l->constant ? "text" : "field",
                          l->constant ? l->text : slice_str(l->field.name));
        jsonout_close(j, '}');
    }
    jsonout_close(j, '}');
    put_where(j, &m->at);
    jsonout_close(j, '}');
}

static void put_zeros(const struct family_def *def, struct jsonout *j)
{
    jsonout_key_open(j, "zero", '[');
    for (unsigned i = 0; i < def->nzeros; i++) {
        jsonout_open(j, '{');
        for (unsigned k = 0; k < def->spec.nlabels; k++) {
            jsonout_key_slice(j, def->spec.labels[k], def->zeros[i * def->spec.nlabels + k]);
        }
        jsonout_close(j, '}');
    }
    jsonout_close(j, ']');
}

static void put_buckets(const struct family_spec *spec, struct jsonout *j)
{
    if (spec->type != FAMILY_HISTOGRAM) {
        jsonout_key_slice(j, "buckets", nothing);
        return;
    }
    jsonout_key_open(j, "buckets", '[');
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
    jsonout_key_slice(j, "unit", metric_name_unit(base));
}

static void put_metric(const struct ruleset *rules, unsigned i, struct jsonout *j)
{
    const struct family_def *def = &rules->families[i];
    const struct family_spec *spec = &def->spec;

    jsonout_open(j, '{');
    jsonout_key_text(j, "name", spec->name);
    jsonout_key_text(j, "type", family_type_text(spec->type));
    put_unit(spec, j);
    jsonout_key_text(j, "help", spec->help);
    put_where(j, &def->at);
    put_texts(j, "labels", spec->labels, spec->nlabels);
    put_buckets(spec, j);
    put_count(j, "max_values", spec->max_values);
    put_count(j, "max_series", spec->max_series);
    jsonout_key_number(j, "expire_seconds", (double)spec->expire_ns / 1e9, spec->expire_ns > 0);
    jsonout_key_number(j, "min", spec->min, spec->has_min);
    put_zeros(def, j);
    jsonout_key_open(j, "updates", '[');
    for (unsigned k = 0; k < rules->nmappings; k++)
        if (rules->mappings[k].family == i)
            put_mapping(rules, &rules->mappings[k], j);
    jsonout_close(j, ']');
    jsonout_close(j, '}');
}

static void put_rewrites(const struct log_def *log, struct jsonout *j)
{
    struct buf text = BUF_INIT;

    jsonout_key_open(j, "rewrite", '[');
    for (unsigned i = 0; i < log->nrewrites; i++) {
        struct slice regex = pattern_text(log->rewrites[i].pattern);

        buf_clear(&text);
        buf_fmt(&text, "%.*s -> %.*s", SLICE_FMT(regex), SLICE_FMT(log->rewrites[i].replacement));
        jsonout_text(j, buf_all(&text));
    }
    jsonout_close(j, ']');
    buf_release(&text);
}

static void put_log(const struct log_def *log, struct jsonout *j)
{
    jsonout_open(j, '{');
    jsonout_key_text(j, "name", log->name);
    put_where(j, &log->at);
    put_texts(j, "path", log->paths, log->npaths);
    put_texts(j, "exclude", log->excludes, log->nexcludes);
    put_texts(j, "rotated", log->rotated, log->nrotated);
    jsonout_key_text(j, "encoding", log->encoding ? log->encoding : key_row(KEY_ENCODING)->dflt);
    jsonout_key_text(j, "format", key_row(KEY_FORMAT)->words[log->format]);
    jsonout_key_text(j, "unwrap",
                     log->unwrap == UNWRAP_KEY ? log->unwrap_key.p
                                               : key_row(KEY_UNWRAP)->words[log->unwrap]);
    put_regex(j, "prefix", log->prefix.pattern);
    put_regex(j, "path_match", log->path_match.pattern);
    put_rewrites(log, j);
    put_regex(j, "record", log->record);
    jsonout_key_number(j, "record_wait_seconds", (double)log->record_wait_ns / 1e9, true);
    jsonout_key_text(j, "start", key_row(KEY_START)->words[log->start_at_end]);
    put_texts(j, "time", log->time_names, log->ntimes);
    put_regex(j, "time_match", log->time_match);
    jsonout_key_open(j, "time_format", '[');
    for (unsigned i = 0; i < log->ntime_formats; i++)
        jsonout_text(j, slice_str(time_format_text(log->time_formats[i])));
    jsonout_close(j, ']');
    jsonout_key_bool(j, "poll", log->poll);
    jsonout_close(j, '}');
}

void dump_rules_json(const struct ruleset *rules, const struct engine *engine, struct jsonout *j)
{
    jsonout_key_open(j, "events", '[');
    for (unsigned i = 0; i < rules->nevents; i++)
        put_event(rules, engine, i, j);
    jsonout_close(j, ']');
    jsonout_key_open(j, "spans", '[');
    for (unsigned i = 0; i < rules->nspans; i++)
        put_span(rules, &rules->spans[i], j);
    jsonout_close(j, ']');
    jsonout_key_open(j, "metrics", '[');
    for (unsigned i = 0; i < rules->nfamilies; i++)
        put_metric(rules, i, j);
    jsonout_close(j, ']');
    jsonout_key_open(j, "logs", '[');
    for (unsigned i = 0; i < rules->nlogs; i++)
        put_log(&rules->logs[i], j);
    jsonout_close(j, ']');
}
