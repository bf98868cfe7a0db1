/* exemplars -- rendered when they are kept, not when a page is made: a page shows each of them
 * again and again, and the label texts die with the line. */
#include "config.h"

#include "metrics/exemplars.h"

#include "base/refs.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "metrics/escape.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

struct exemplar_text {
    atomic_uint refs;
    uint32_t n, cap;
    char text[];
};

static void text_unref(struct exemplar_text *t)
{
    if (t && refs_drop(&t->refs))
        free(t);
}

static bool fits(const struct exemplar *e)
{
    size_t chars = 0;

    for (unsigned i = 0; i < e->nlabels; i++)
        chars += utf8_count(e->name[i]) + utf8_count(e->text[i]);
    return chars <= EXEMPLAR_CHARS_MAX;
}

static void render(struct buf *out, const struct exemplar *e)
{
    char number[NUM_TEXT];

    buf_str(out, " # {");
    for (unsigned i = 0; i < e->nlabels; i++) {
        if (i)
            buf_char(out, ',');
        buf_slice(out, e->name[i]);
        buf_str(out, "=\"");
        escape_text(out, e->text[i], ESCAPE_LABEL);
        buf_char(out, '"');
    }
    buf_str(out, "} ");
    buf_add(out, number, num_format(number, e->value));
    if (isfinite(e->time)) {
        buf_char(out, ' ');
        buf_add(out, number, num_format(number, e->time));
    }
}

/* Replaces *slot; in place while nobody shares it. */
static void store(struct exemplar_text **slot, struct slice text)
{
    struct exemplar_text *t = *slot;

    if (!t || t->cap < text.n || atomic_load_explicit(&t->refs, memory_order_acquire) != 1) {
        text_unref(t);
        t = xmalloc(sizeof *t + text.n);
        atomic_init(&t->refs, 1);
        t->cap = (uint32_t)text.n;
        *slot = t;
    }
    memcpy(t->text, text.p, text.n);
    t->n = (uint32_t)text.n;
}

bool exemplars_put(struct exemplars *x, uint32_t cap, uint32_t index, unsigned slot,
                   const struct exemplar *e)
{
    size_t at = (size_t)index * x->slots + slot;
    struct buf text = BUF_INIT;

    if (!fits(e))
        return false;
    if (!x->at) {
        x->at = xcalloc((size_t)cap * x->slots, sizeof *x->at);
        x->fresh = xcalloc((size_t)cap * x->slots, 1);
    }
    render(&text, e);
    store(&x->at[at], buf_all(&text));
    x->fresh[at] = 1;
    buf_release(&text);
    return true;
}

void exemplars_grow(struct exemplars *x, uint32_t old_cap, uint32_t cap)
{
    size_t old = (size_t)old_cap * x->slots, n = (size_t)cap * x->slots;

    if (!x->at)
        return;
    x->at = xreallocarray(x->at, n, sizeof *x->at);
    memset(x->at + old, 0, (n - old) * sizeof *x->at);
    x->fresh = xrealloc(x->fresh, n);
    memset(x->fresh + old, 0, n - old);
}

void exemplars_forget(struct exemplars *x, uint32_t from, uint32_t to)
{
    if (!x->at)
        return;
    for (size_t i = (size_t)from * x->slots; i < (size_t)to * x->slots; i++) {
        text_unref(x->at[i]);
        x->at[i] = NULL;
        if (x->fresh)
            x->fresh[i] = 0;
    }
}

void exemplars_move(struct exemplars *x, uint32_t from, uint32_t to)
{
    if (!x->at || from == to)
        return;
    exemplars_forget(x, to, to + 1);
    for (unsigned i = 0; i < x->slots; i++) {
        size_t new = (size_t)to * x->slots + i, old = (size_t)from * x->slots + i;

        x->at[new] = x->at[old];
        x->fresh[new] = x->fresh[old];
        x->at[old] = NULL;
        x->fresh[old] = 0;
    }
}

void exemplars_release(struct exemplars *x, uint32_t cap)
{
    exemplars_forget(x, 0, cap);
    free(x->at);
    free(x->fresh);
    x->at = NULL;
    x->fresh = NULL;
}

struct exemplars exemplars_share(struct exemplars *x, uint32_t n)
{
    struct exemplars copy = {.slots = x->slots};
    size_t total = (size_t)n * x->slots;

    if (!x->at || total == 0)
        return copy;
    copy.at = xreallocarray(NULL, total, sizeof *copy.at);
    memcpy(copy.at, x->at, total * sizeof *copy.at);
    memset(x->fresh, 0, total);
    for (size_t i = 0; i < total; i++)
        if (copy.at[i])
            refs_take(&copy.at[i]->refs);
    return copy;
}

struct slice exemplars_text(const struct exemplars *x, uint32_t index, unsigned slot)
{
    const struct exemplar_text *t = x->at ? x->at[(size_t)index * x->slots + slot] : NULL;

    return t ? (struct slice){t->text, t->n} : (struct slice){0};
}
