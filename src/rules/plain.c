/* plain -- one item after the other must fit where the one before ended.
 *
 * A repeated class takes all that it can. Mostly what comes next cannot begin with a byte of the class, and
 * so no shorter take would do (`firm`). Where it can (`.*`), places to go back to are kept on a stack, and of
 * the next text the last one (of a lazy class the first one) that stands there is searched for. A FORK is the
 * other place of such a kind: its way goes on with the next item, and if that fails with another.
 *
 * No group is repeated, so each way to the end sets a group once, or not at all. */
#include "config.h"

#include "rules/plain.h"
#include "rules/plain_items.h"

#include "base/hash.h"
#include "base/inline.h"

enum {
    CHOICES_MAX = 16,
    PATIENCE = 16,         /* for each byte of the subject */
    PATIENCE_LEAST = 4096, /* and for the first */
};

#define UNSET SIZE_MAX /* a group that took no part, as PCRE2 says it */

/* A place to go back to: a SET, which may end somewhere from `low` to `high`; or a FORK met at `low`. */
struct choice {
    const struct item *item;
    size_t low, high;
};

struct walk {
    const struct plain *regex;
    const char *p;
    size_t n;
    size_t patience; /* in bytes */
    size_t *spans;
    unsigned nchoices;
    struct choice *choices; /* room for CHOICES_MAX */
};

#define NOWHERE SIZE_MAX

static inline bool stands_at(const struct walk *w, const struct item *text, size_t at)
{
    return w->n - at >= text->text.n && hash_same(w->p + at, text->text.p, text->text.n);
}

static inline void tire(struct walk *w, size_t bytes)
{
    w->patience -= bytes < w->patience ? bytes : w->patience;
}

/* The first place from `from` to `last` where the text stands, which there is room for. */
static size_t find_first(struct walk *w, const struct item *text, size_t from, size_t last)
{
    while (from <= last) {
        const char *begin = w->p + from + text->rare;
        const char *c = memchr(begin, text->text.p[text->rare], last - from + 1);

        tire(w, (c ? (size_t)(c - begin) : last - from) + 1);
        if (!c)
            return NOWHERE;
        from += (size_t)(c - begin);
        if (stands_at(w, text, from))
            return from;
        from++;
    }
    return NOWHERE;
}

/* The last one. */
static size_t find_last(struct walk *w, const struct item *text, size_t from, size_t last)
{
    for (;;) {
        const char *begin = w->p + from + text->rare;
        const char *c = memrchr(begin, text->text.p[text->rare], last - from + 1);

        tire(w, (c ? last - from - (size_t)(c - begin) : last - from) + 1);
        if (!c)
            return NOWHERE;
        last = from + (size_t)(c - begin);
        if (stands_at(w, text, last))
            return last;
        if (last == from)
            return NOWHERE;
        last--;
    }
}

/* Past all bytes of these kinds. */
ALWAYS_INLINE const char *past(const uint8_t *kinds, uint8_t bit, const char *p, const char *end)
{
    for (; end - p >= 4; p += 4) {
        if (!(kinds[(unsigned char)p[0]] & bit))
            return p;
        if (!(kinds[(unsigned char)p[1]] & bit))
            return p + 1;
        if (!(kinds[(unsigned char)p[2]] & bit))
            return p + 2;
        if (!(kinds[(unsigned char)p[3]] & bit))
            return p + 3;
    }
    while (p < end && kinds[(unsigned char)*p] & bit)
        p++;
    return p;
}

/* Where the bytes of its set end, from `at` on; not behind `most` of them. */
static inline size_t run(const struct walk *w, const struct item *i, size_t at)
{
    size_t end = i->most < w->n - at ? at + i->most : w->n;

    if (!i->bit) {
        const char *stop = memchr(w->p + at, i->stop, end - at);

        at = stop ? (size_t)(stop - w->p) : end;
    } else {
        at = (size_t)(past(w->regex->kinds, i->bit, w->p + at, w->p + end) - w->p);
    }
    return at;
}

/* The next end of what the choice's SET took, where the text behind it stands; NOWHERE: there is none. */
static size_t next_end(struct walk *w, const struct choice *c)
{
    const struct item *text = c->item->next_text ? &w->regex->items[c->item->next_text] : NULL;
    size_t high = c->high;

    if (text) {
        if (w->n < text->text.n)
            return NOWHERE;
        if (high > w->n - text->text.n)
            high = w->n - text->text.n;
    }
    if (c->low > high)
        return NOWHERE;
    tire(w, 1);
    if (c->item->lazy)
        return text ? find_first(w, text, c->low, high) : c->low;
    return text ? find_last(w, text, c->low, high) : high;
}

/* Groups that the way taken has not in it. */
static void unset_groups(struct walk *w, const struct item *i, const struct item *end)
{
    for (; i < end; i++)
        if (i->kind == ITEM_MARK || i->kind == ITEM_FIELD)
            w->spans[i->mark] = UNSET;
}

/* To where an alternative, or what need not be there, is over; or past one that failed. */
static const struct item *leap(struct walk *w, const struct item *i)
{
    const struct item *to = &w->regex->items[i->to];

    unset_groups(w, i + 1, to);
    return to;
}

/* To the last choice that is left, and on with the item behind. */
static bool go_back(struct walk *w, const struct item **ret_item, size_t *ret_at)
{
    while (w->nchoices && w->patience) {
        struct choice *c = &w->choices[w->nchoices - 1];

        if (c->item->kind == ITEM_FORK) {
            tire(w, 1);
            w->nchoices--;
            *ret_item = leap(w, c->item);
            *ret_at = c->low;
            return true;
        }
        *ret_at = next_end(w, c);
        if (*ret_at == NOWHERE) {
            w->nchoices--;
            continue;
        }
        if (c->item->lazy || *ret_at == c->low)
            c->low = *ret_at + 1;
        else
            c->high = *ret_at - 1;
        *ret_item = c->item + 1;
        return true;
    }
    return false;
}

/* With too many of them it gives up. */
static bool add_choice(struct walk *w, const struct item *i, size_t low, size_t high)
{
    if (w->nchoices == CHOICES_MAX) {
        w->patience = 0;
        return false;
    }
    w->choices[w->nchoices++] = (struct choice){i, low, high};
    return true;
}

/* A SET at *at; false: what must come here does not, or where it ends is the first place to go back to. */
static bool take(struct walk *w, const struct item **item, size_t *at)
{
    const struct item *i = *item;
    size_t end = run(w, i, *at);

    if (end - *at < i->least)
        return false;
    if (!i->firm && end - *at > i->least) {
        tire(w, end - *at);
        (void)add_choice(w, i, *at + i->least, end);
        return false;
    }
    *at = end;
    *item = i + 1;
    return true;
}

static inline bool take_field(struct walk *w, const struct item **item, size_t *at)
{
    const struct item *mark = *item;
    size_t end = run(w, mark + 1, *at);

    if (end - *at < mark[1].least)
        return false;
    w->spans[mark->mark] = *at;
    w->spans[mark->mark + 1] = *at = end;
    *item = mark + 3;
    return true;
}

static bool is_end(const struct walk *w, size_t at)
{
    return at == w->n || (at == w->n - 1 && w->p[at] == '\n');
}

/* Does what is left, from item i on, match at `at`? When patience is over, that is not known. */
static bool match_rest(struct walk *w, const struct item *i, size_t at)
{
    const struct plain *p = w->regex;
    size_t from = at;

    w->nchoices = 0;
    for (;;) {
        bool fits = true;

        switch (i->kind) {
        case ITEM_MARK:
            w->spans[i++->mark] = at;
            break;
        case ITEM_FIELD:
            fits = take_field(w, &i, &at);
            break;
        case ITEM_TEXT:
            fits = stands_at(w, i, at);
            at += i++->text.n;
            break;
        case ITEM_SET:
            fits = take(w, &i, &at);
            break;
        case ITEM_FORK:
            fits = add_choice(w, i++, at, at);
            break;
        case ITEM_JUMP:
            i = leap(w, i);
            break;
        case ITEM_END:
            w->spans[1] = at;
            if (!p->to_end || is_end(w, at))
                return true;
            fits = false;
            break;
        }
        if (fits)
            continue;
        tire(w, at - from); /* gone through since, in vain or not */
        if (!go_back(w, &i, &at))
            return false;
        from = at;
    }
}

static bool match_at(struct walk *w, size_t at)
{
    w->spans[0] = at;
    return match_rest(w, w->regex->items, at);
}

/* Where the text stands that it begins with. */
static bool match_behind(struct walk *w, const struct item *text, size_t at)
{
    if (text > w->regex->items) /* groups begin before it */
        return match_at(w, at);
    w->spans[0] = at;
    return match_rest(w, text + 1, at + text->text.n);
}

static enum plain_result match_from_texts(struct walk *w, const struct item *text)
{
    size_t at = 0;

    while (w->n - at >= text->text.n) {
        at = find_first(w, text, at, w->n - text->text.n);
        if (at == NOWHERE)
            return PLAIN_NO;
        if (w->patience && match_behind(w, text, at))
            return PLAIN_YES;
        if (!w->patience)
            return PLAIN_UNDECIDED;
        at++;
    }
    return PLAIN_NO;
}

enum plain_result plain_match(const struct plain *p, struct slice subject, size_t *ret_spans)
{
    struct choice choices[CHOICES_MAX];
    struct walk w = {
        .regex = p,
        .p = subject.p,
        .n = subject.n,
        .patience = PATIENCE * subject.n + PATIENCE_LEAST,
        .spans = ret_spans,
        .choices = choices,
    };

    if (p->first_text != UINT32_MAX)
        return match_from_texts(&w, &p->items[p->first_text]);
    return match_at(&w, 0) ? PLAIN_YES : w.patience ? PLAIN_NO : PLAIN_UNDECIDED;
}
