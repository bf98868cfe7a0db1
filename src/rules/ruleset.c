/* ruleset -- what a ruleset can be asked, and its end. It is made in rules/load. */
#include "config.h"

#include "rules/ruleset.h"

#include "base/xalloc.h"
#include "config/schema.h"

#include <stdlib.h>

const char *const context_names[CTX_BUILTINS] = {"_line",   "_bytes", "_file", "_log",
                                                 "_stream", "_time",  "_lines"};

static const char *const ops[] = {
    [OP_EQ] = "==", [OP_NE] = "!=", [OP_MATCH] = "=~", [OP_NOT_MATCH] = "!~", [OP_PREFIX] = "^=",
    [OP_LT] = "<",  [OP_LE] = "<=", [OP_GT] = ">",     [OP_GE] = ">=",
};

_Static_assert((int)KEY_OBSERVE - KEY_INC == (int)VERB_OBSERVE, "verbs are rows in this order");

const char *op_text(enum op op)
{
    return ops[op];
}

bool op_find(struct slice text, enum op *ret_op)
{
    for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (slice_eq(text, slice_str(ops[i]))) {
            *ret_op = (enum op)i;
            return true;
        }
    }
    return false;
}

const char *action_text(enum action_kind kind)
{
    static const char *const texts[] = {"set", "rewrite", "map", "calc"};

    return texts[kind];
}

const char *verb_text(enum verb verb)
{
    return key_row((enum key_id)(KEY_INC + verb))->name;
}

bool verb_has_value(enum verb verb)
{
    return key_row((enum key_id)(KEY_INC + verb))->flags & KEY_VALUED;
}

static void release_event(struct event *e)
{
    for (unsigned i = 0; i < e->nconditions; i++)
        pattern_free(e->conditions[i].capture.pattern);
    if (e->each)
        fieldnames_free(e->each->names);
    for (unsigned i = 0; i < e->nactions; i++) {
        struct action *a = &e->actions[i];

        template_free(a->template);
        pattern_free(a->pattern);
        calc_free(a->calc);
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
    pattern_free(log->record);
    for (unsigned i = 0; i < log->nrewrites; i++)
        pattern_free(log->rewrites[i].pattern);
    pattern_free(log->time_match);
    for (unsigned i = 0; i < log->ntime_formats; i++)
        time_format_free(log->time_formats[i]);
    zone_release(&log->zone);
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
    rulefiles_free(r->own_files);
    arena_release(&r->text);
    free(r);
}

void ruleset_set_record(struct ruleset *r, unsigned log, struct slice regex)
{
    struct buf err = BUF_INIT;
    size_t offset;

    if (!r->logs[log].record)
        r->logs[log].record = pattern_new(regex, &err, &offset);
    buf_release(&err);
}

int ruleset_log(const struct ruleset *r, struct slice name)
{
    for (unsigned i = 0; i < r->nlogs; i++)
        if (slice_eq(slice_str(r->logs[i].name), name))
            return (int)i;
    return -1;
}

int ruleset_event(const struct ruleset *r, struct slice name)
{
    for (unsigned i = 0; i < r->nevents; i++)
        if (slice_eq(slice_str(r->events[i].name), name))
            return (int)i;
    return -1;
}

int ruleset_span(const struct ruleset *r, struct slice name)
{
    for (unsigned i = 0; i < r->nspans; i++)
        if (slice_eq(slice_str(r->spans[i].name), name))
            return (int)i;
    return -1;
}

int ruleset_family(const struct ruleset *r, struct slice name)
{
    for (unsigned i = 0; i < r->nfamilies; i++)
        if (slice_eq(slice_str(r->families[i].spec.name), name))
            return (int)i;
    return -1;
}

void ruleset_count(const struct ruleset *r, struct buf *out)
{
    buf_count(out, r->nevents - 2 * r->nspans, "event"); /* a span is two more */
    if (r->nspans) {
        buf_str(out, ", ");
        buf_count(out, r->nspans, "span");
    }
    buf_str(out, ", ");
    buf_count(out, r->nfamilies, "metric");
}

bool ruleset_never_had(const struct ruleset *r, const struct ref *ref, const bool *had)
{
    for (unsigned i = 0; i < ref->n; i++)
        if (ref->slots[i] >= r->ndecoded || (had && had[ref->slots[i]]))
            return false;
    return ref->n > 0;
}
