/* dump -- the text of `check --dump`. */
#include "config.h"

#include "cmd/dump.h"

void dump_condition(const struct condition *c, struct buf *out)
{
    if (c->is_match) {
        struct slice regex = pattern_text(c->capture.pattern);

        buf_fmt(out, "match %.*s", SLICE_FMT(regex));
        return;
    }
    if (c->is_each) {
        buf_fmt(out, "each %s%s%.*s", c->field.name, c->text.n ? " =~ " : "", SLICE_FMT(c->text));
        return;
    }
    buf_fmt(out, "where %s %s %.*s", c->field.name, op_text(c->op), SLICE_FMT(c->text));
}

static void dump_event(const struct ruleset *rules, const struct engine *engine, unsigned i,
                       struct buf *out)
{
    const struct event *e = &rules->events[i];

    buf_fmt(out, "event %s  (%s:%d)\n  %s", e->name, e->at.file, e->at.line,
            e->used && engine_tries_always(engine, i) ? "" : "found ");
    if (e->used)
        engine_how(engine, i, out);
    else
        buf_str(out, "never: nothing uses it");
    buf_char(out, '\n');
    if (e->parent != EVENT_NONE)
        buf_fmt(out, "  of %s\n", rules->events[e->parent].name);
    for (unsigned k = 0; k < e->nunless; k++)
        buf_fmt(out, "  unless %s\n", rules->events[e->unless[k]].name);
    for (unsigned k = 0; k < e->nconditions; k++) {
        buf_str(out, "  ");
        dump_condition(&e->conditions[k], out);
        buf_char(out, '\n');
    }
}

static void dump_names(const char *key, const char *const *names, unsigned n, struct buf *out)
{
    for (unsigned i = 0; i < n; i++)
        buf_fmt(out, "%s%s", i ? ", " : key, names[i]);
    buf_str(out, n ? "\n" : "");
}

static void dump_lines(const struct ruleset *rules, const char *key, const uint32_t *events,
                       unsigned n, struct buf *out)
{
    for (unsigned i = 0; i < n; i++)
        buf_fmt(out, "%s%s", i ? ", " : key, rules->events[events[i]].name);
    buf_str(out, n ? "\n" : "");
}

static void dump_span(const struct ruleset *rules, const struct span *s, struct buf *out)
{
    buf_fmt(out, "span %s  (%s:%d)\n", s->name, s->at.file, s->at.line);
    dump_lines(rules, "  begin ", s->begins, s->nbegins, out);
    dump_lines(rules, "  end ", s->ends, s->nends, out);
    dump_names("  key ", s->keys, s->nkeys, out);
    buf_fmt(out, "  timeout %llds, max_open %u\n", (long long)(s->timeout_ns / 1000000000),
            s->max_open);
    dump_names("  keeps of its begin ", s->kept, s->nkept, out);
}

static void dump_mapping(const struct ruleset *rules, const struct mapping *m, struct buf *out)
{
    const struct family_spec *spec = &rules->families[m->family].spec;

    buf_fmt(out, "  %s %s", verb_text(m->verb), rules->events[m->event].name);
    if (m->value_is_field)
        buf_fmt(out, " value %s", m->value.name);
    for (unsigned i = 0; i < spec->nlabels; i++) {
        const struct label *l = &m->labels[i];

        if (l->constant)
            buf_fmt(out, "%s%s=\"%.*s\"", i ? ", " : " {", spec->labels[i], SLICE_FMT(l->text));
        else
            buf_fmt(out, "%s%s=%s", i ? ", " : " {", spec->labels[i], l->field.name);
    }
    buf_fmt(out, "%s  (%s:%d)\n", spec->nlabels ? "}" : "", m->at.file, m->at.line);
}

static void dump_family(const struct ruleset *rules, unsigned i, struct buf *out)
{
    const struct family_def *def = &rules->families[i];

    buf_fmt(out, "%s %s  (%s:%d)\n", family_type_text(def->spec.type), def->spec.name, def->at.file,
            def->at.line);
    for (unsigned k = 0; k < rules->nmappings; k++)
        if (rules->mappings[k].family == i)
            dump_mapping(rules, &rules->mappings[k], out);
}

void dump_rules(const struct ruleset *rules, const struct engine *engine, struct buf *out)
{
    for (unsigned i = 0; i < rules->nevents; i++)
        dump_event(rules, engine, i, out);
    for (unsigned i = 0; i < rules->nspans; i++)
        dump_span(rules, &rules->spans[i], out);
    for (unsigned i = 0; i < rules->nfamilies; i++)
        dump_family(rules, i, out);
}
