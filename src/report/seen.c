/* seen -- slots tell which of the fields there were that rules ask for; the others are looked for in the first
 * lines, and in some of those behind. */
#include "config.h"

#include "report/seen.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "config/mistake.h"
#include "report/frequent.h"
#include "suggest/words.h"

#include <stdlib.h>

enum {
    ASKED_FIRST = 1000, /* lines whose fields are all named, then every so many-th: */
    ASKED_EACH = 16,
    NAMES_MAX = 2000,
    NAMES_SHOWN = 8,
    REFUSED_MAX = 100, /* bytes of a value */
};

void seen_init(struct seen *s, const struct ruleset *rules)
{
    *s = (struct seen){.rules = rules};
    s->slots = xcalloc(rules->nslots + 1, sizeof *s->slots);
    s->updates = xcalloc(rules->nmappings + 1, sizeof *s->updates);
    s->logs = xcalloc(rules->nlogs + 1, sizeof *s->logs);
    for (unsigned i = 0; i < rules->nmappings; i++)
        s->updates[i].lacks = xcalloc(LABELS_MAX, sizeof *s->updates[i].lacks);
}

void seen_release(struct seen *s)
{
    for (unsigned i = 0; s->updates && i < s->rules->nmappings; i++) {
        free(s->updates[i].lacks);
        free(s->updates[i].refused);
    }
    free(s->updates);
    free(s->slots);
    free(s->logs);
    map_release(&s->names);
    *s = (struct seen){.rules = NULL};
}

static void note_name(void *ctx, struct slice name, const struct field *value)
{
    struct seen *s = ctx;
    uint64_t *n = map_find(&s->names, name);

    (void)value;
    if (n)
        (*n)++;
    else if (s->names.n < NAMES_MAX)
        map_put(&s->names, name, 1);
}

static void note_names(struct seen *s, const struct record *r)
{
    s->asked++;
    record_each(r, note_name, s);
}

static void note_refused(struct seen_update *seen, struct record *r, const struct mapping *m,
                         const struct traced_update *u)
{
    struct slice text;

    if (seen->refused || (u->skip != SKIP_NOT_A_NUMBER && u->skip != SKIP_NEGATIVE) || u->next)
        return;
    text = record_text(r, &m->value);
    seen->refused = xstrslice(slice_make(text.p, utf8_cut(text, REFUSED_MAX)));
}

static void note_update(struct seen *s, struct record *r, unsigned mapping,
                        const struct traced_update *u)
{
    const struct mapping *m = &s->rules->mappings[mapping];
    unsigned nlabels = s->rules->families[m->family].spec.nlabels;
    struct seen_update *seen = &s->updates[mapping];

    for (; u && u->done; u = u->next) {
        seen->done++;
        for (unsigned i = 0; i < nlabels; i++)
            seen->lacks[i] += u->labels[i].n == 0;
        note_refused(seen, r, m, u);
    }
}

/* A span that is given up is no line. */
static void note_log(struct seen *s, const struct trace *t)
{
    struct record *r = t->record;
    struct seen_log *log = &s->logs[r->source->log];

    log->lines++;
    log->cut += r->line.n != t->whole.n;
    log->rewritten += r->rewritten;
    log->timed += r->time_own;
    if (r->log->record) /* of the line before its prefix was cut off */
        log->begun += pattern_match(r->log->record, r->matcher, t->whole) == PATTERN_YES;
}

void seen_add(struct seen *s, const struct trace *t)
{
    const struct record *r = t->record;

    note_log(s, t);
    for (unsigned i = 0; i < r->touched.n; i++)
        s->slots[r->touched.slots[i]] = true;
    for (unsigned i = 0; i < s->rules->nmappings; i++)
        if (t->updates[i].done)
            note_update(s, t->record, i, &t->updates[i]);
    s->decoded += r->decoded == DECODED_JSON || r->decoded == DECODED_LOGFMT;
    if (s->lines++ < ASKED_FIRST || s->lines % ASKED_EACH == 0)
        note_names(s, r);
}

bool seen_never(const struct seen *s, const struct ref *ref)
{
    return ruleset_never_had(s->rules, ref, s->slots);
}

/* Words that logs have for the same, a row each. */
static const char *other_word(const char *name, const char *const *names, size_t n)
{
    static const char *const rows[] = {
        "status code status_code statusCode http_status response_code",
        "duration took elapsed latency duration_ms took_ms elapsed_ms latency_ms request_time",
        "path uri url endpoint request_uri request_path",
        "msg message event",
        "level severity lvl",
        "method verb request_method",
    };

    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        if (!word_among(slice_str(name), rows[row]))
            continue;
        for (size_t i = 0; i < n; i++)
            if (word_among(slice_str(names[i]), rows[row]))
                return names[i];
    }
    return NULL;
}

const char *seen_nearest(const struct seen *s, const char *name)
{
    const char **names = xcalloc(s->names.n + 1, sizeof *names), *near;
    struct slice key;
    uint64_t unused;
    size_t n = 0;

    for (size_t at = 0; map_next(&s->names, &at, &key, &unused);)
        if (!memchr(key.p, '\0', key.n))
            names[n++] = key.p; /* of a map, which ends each with a NUL */
    near = nearest(slice_str(name), names, n);
    if (!near)
        near = other_word(name, names, n);
    free(names);
    return near;
}

void seen_list(const struct seen *s, struct buf *out)
{
    struct frequent *list = frequent_list(&s->names);

    for (size_t i = 0; i < s->names.n && i < NAMES_SHOWN; i++) {
        buf_str(out, i ? ", " : "");
        utf8_show(out, list[i].key);
    }
    if (s->names.n > NAMES_SHOWN)
        buf_str(out, ", ...");
    free(list);
}
