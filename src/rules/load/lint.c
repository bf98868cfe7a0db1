/* lint -- advice of `check --lint`: rules that work, and that an old hand would write
 * otherwise. */
#include "config.h"

#include "rules/load/loader.h"

static void lint_name(struct load *l, const struct family_def *def)
{
    static const char *const units[][2] = {
        {"_ms", "_seconds"},      {"_milliseconds", "_seconds"},
        {"_us", "_seconds"},      {"_ns", "_seconds"},
        {"_minutes", "_seconds"}, {"_hours", "_seconds"},
        {"_kb", "_bytes"},        {"_mb", "_bytes"},
        {"_kilobytes", "_bytes"}, {"_percent", "_ratio"},
    };
    struct slice name = slice_str(def->spec.name);

    if (slice_ends(name, SLICE("_total")))
        name.n -= strlen("_total");
    if (def->spec.type != FAMILY_COUNTER && name.n < strlen(def->spec.name))
        load_advice(l, def->at, "\"%s\" is a %s; _total is for counters", def->spec.name,
                    family_type_text(def->spec.type));
    for (unsigned i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_ends(name, slice_str(units[i][0])))
            load_advice(l, def->at, "\"%s\" is not in base units; Prometheus wants %s",
                        def->spec.name, units[i][1]);
}

/* A value with a unit becomes seconds, bytes or a ratio: the name should say so. */
static void lint_unit(struct load *l, const struct mapping *k)
{
    static const char *const suffixes[] = {
        [UNIT_TIME] = "_seconds", [UNIT_SIZE] = "_bytes", [UNIT_PERCENT] = "_ratio"};
    const struct family_spec *spec = &l->r->families[k->family].spec;
    struct slice name = slice_str(spec->name);

    if (k->unit.kind < UNIT_TIME || k->unit.kind > UNIT_PERCENT)
        return;
    if (slice_ends(name, SLICE("_total")))
        name.n -= strlen("_total");
    if (!slice_ends(name, slice_str(suffixes[k->unit.kind])))
        load_advice(l, k->at, "the unit of \"%s\" makes its values %s; end the name so", spec->name,
                    suffixes[k->unit.kind] + 1);
}

/* `unit = ms` and `buckets = 50 100 500`: the values are seconds. */
static void lint_buckets(struct load *l, const struct mapping *k)
{
    static const char *const small[] = {"ms", "us", "ns"};
    const struct family_spec *spec = &l->r->families[k->family].spec;

    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (slice_eq(k->unit_text, slice_str(small[i])) && spec->nbuckets && spec->buckets[0] >= 5)
            load_advice(l, k->at,
                        "the buckets of \"%s\" are seconds, as its values are with unit = %s; "
                        "the first is %g seconds",
                        spec->name, small[i], spec->buckets[0]);
}

static void lint_family(struct load *l, const struct family_def *def)
{
    lint_name(l, def);
    if (def->spec.type == FAMILY_COUNTER && def->spec.nlabels && def->nzeros == 0)
        load_advice(
            l, def->at,
            "\"%s\" has no zero: rate() and increase() miss the first step of a series that was "
            "not there before",
            def->spec.name);
    if (def->spec.type == FAMILY_GAUGE && def->spec.nlabels && def->spec.expire_ns == 0)
        load_advice(l, def->at,
                    "\"%s\" never expires: a label set that is seen no more keeps its last "
                    "value",
                    def->spec.name);
}

void load_lint(struct load *l)
{
    for (unsigned i = 0; i < l->r->nfamilies; i++)
        lint_family(l, &l->r->families[i]);
    for (unsigned i = 0; i < l->r->nmappings; i++) {
        lint_unit(l, &l->r->mappings[i]);
        lint_buckets(l, &l->r->mappings[i]);
    }
}
