/* value -- the value of a metric section and its unit. They belong to the section, not to the
 * family: each repetition of a metric may have others. */
#include "config.h"

#include "rules/load/metric.h"

const struct ini_entry *metric_entry(const struct metric *t, enum key_id id)
{
    for (size_t i = 0; i < t->section->n; i++)
        if (t->section->entries[i].key && t->section->entries[i].key->id == id)
            return &t->section->entries[i];
    return NULL;
}

void metric_unit(struct metric *t)
{
    const struct ini_entry *e = t->unit;

    t->model.unit = UNIT_PLAIN;
    if (!e)
        return;
    if (!t->value)
        load_mistake(t->l, e->at, "\"unit\" without \"value\": say of which field it is the unit");
    t->model.unit_text = arena_slice(t->l->text, e->value);
    t->value_bad = !load_unit(t->l, e, &t->model.unit);
}

static bool begins_number(struct slice s)
{
    return s.n && strchr("0123456789+-.", *s.p);
}

/* `value = FIELD | NUMBER`. */
void metric_value(struct metric *t)
{
    const struct ini_entry *e = t->value;

    if (!e)
        return;
    t->value_bad = true;
    if (begins_number(e->value)) {
        if (num_parse(e->value, &t->model.unit, &t->model.number) < 0)
            load_mistake(t->l, e->at, "\"value\" is a field or a number, and \"%.*s\" is neither",
                         SLICE_FMT(e->value));
        else if (t->model.number.d < 0 && t->def->spec.type != FAMILY_GAUGE)
            load_mistake(t->l, e->at, "a %s takes no negative value (\"%.*s\")",
                         family_type_text(t->def->spec.type), SLICE_FMT(e->value));
        else
            t->value_bad = false;
        return;
    }
    if (name_is_field(e->value)) {
        t->model.value_is_field = true;
        t->model.value.name = arena_strslice(t->l->text, e->value);
        t->value_bad = false;
    } else if (!load_quoted(t->l, e->value, e->at)) {
        load_mistake(t->l, e->at, "\"value\" is the name of a field, or a number, not \"%.*s\"%s",
                     SLICE_FMT(e->value),
                     memchr(e->value.p, '$', e->value.n) ? "; write the name alone, without $"
                                                         : "");
    }
}
