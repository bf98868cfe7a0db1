/* slots -- see slots.h. */
#include "config.h"

#include "decode/slots.h"

#include <stdio.h>
#include <stdlib.h>

struct firsts {
    const char *const *names;
    unsigned n, found;
    struct field fields[SLOTS_MAX];
    struct arena scratch;
};

void slots_begin(struct slots *s)
{
    *s = (struct slots){0};
    s->touched.slots = s->numbers;
}

bool slots_scan(struct slots *s, enum scan_form form, struct slice line,
                const struct fieldnames *want)
{
    slots_begin(s);
    s->valid = form == SCAN_JSON ? json_fields(line, want, s->fields, &s->touched)
               : form == SCAN_KV
                   ? kv_fields(line, want, s->fields, &s->touched)
                   : logfmt_fields(line, form == SCAN_LENIENT, want, s->fields, &s->touched);
    return s->valid;
}

bool slots_each(enum scan_form form, struct slice line, field_visit_fn *fn, void *ctx)
{
    return form == SCAN_JSON ? json_each(line, fn, ctx)
           : form == SCAN_KV ? kv_each(line, fn, ctx)
                             : logfmt_each(line, form == SCAN_LENIENT, fn, ctx);
}

static void take_first(void *ctx, struct slice name, const struct field *value)
{
    struct firsts *f = ctx;
    struct field text = *value;

    for (unsigned i = 0; i < f->n; i++) {
        if (slice_eq(name, slice_str(f->names[i])) && f->fields[i].kind == FIELD_NONE) {
            f->fields[i] = *value;
            f->found++;
        }
    }
    field_unescape(&text, &f->scratch);
}

static bool is_empty(const struct slots *s)
{
    for (unsigned i = 0; i < SLOTS_MAX; i++)
        if (s->fields[i].kind != FIELD_NONE)
            return false;
    return s->touched.n == 0;
}

const char *slots_differ(enum scan_form form, struct slice line, const char *const *names,
                         unsigned n, const struct fieldnames *want)
{
    struct firsts f = {.names = names, .n = n};
    struct slots s;
    bool valid = slots_each(form, line, take_first, &f);
    const char *differs = NULL;

    arena_release(&f.scratch);
    if (slots_scan(&s, form, line, want) != valid)
        differs = "is it of this form";
    else if (!valid)
        differs = is_empty(&s) ? NULL : "a refused line leaves fields";
    else if (s.touched.n != f.found)
        differs = "how many there are";
    else if (memcmp(s.fields, f.fields, sizeof s.fields) != 0)
        differs = "other fields";
    return differs;
}

bool slots_say_same(char **known, const struct field *first, const struct field *second)
{
    char *said = NULL;

    if (asprintf(&said, "%u %.*s, %u %.*s", first->kind, (int)first->n, first->n ? first->p : "",
                 second->kind, (int)second->n, second->n ? second->p : "") < 0)
        abort();
    if (*known && strcmp(*known, said) != 0) {
        free(said);
        return false;
    }
    free(*known);
    *known = said;
    return true;
}
