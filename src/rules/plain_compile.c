/* plain_compile -- what is known of a row of items before any line comes: which byte of a text is rarest,
 * which repeated class never gives back what it took, which text to search for behind one. */
#include "config.h"

#include "rules/plain.h"
#include "rules/plain_read.h"

#include "base/xalloc.h"

#include <stdlib.h>

enum { SETS_MAX = 8 }; /* those that are no complement of one byte */

static unsigned skip_marks(const struct row *r, unsigned i)
{
    while (r->items[i].kind == ITEM_MARK)
        i++;
    return i;
}

/* Where a match may begin is searched for, or known. */
static bool begins_plainly(const struct row *r)
{
    return r->from_start || r->items[skip_marks(r, 0)].kind == ITEM_TEXT;
}

/* The bytes that lines have most often come first; those that are not there they have least. */
static const char often[] = "\" e0123456789,:-atinorsdclhufmpbg._/=TZ[]{}kwvy";

static size_t rarest(struct slice text)
{
    size_t best = 0, best_at = 0;

    for (size_t i = 0; i < text.n; i++) {
        const char *at = text.p[i] ? strchr(often, text.p[i]) : NULL;
        size_t how = at ? (size_t)(at - often) : sizeof often;

        if (how > best) {
            best = how;
            best_at = i;
        }
    }
    return best_at;
}

/* What can come from item i on: adds its first bytes. False: there is a way on which nothing need come. */
static bool add_first(const struct row *r, unsigned i, struct set *ret)
{
    for (;; i++) {
        const struct item *k = &r->items[i];

        switch (k->kind) {
        case ITEM_TEXT:
            set_add(ret, k->text.p[0]);
            return true;
        case ITEM_SET:
            set_add_all(ret, &r->sets[i], false);
            if (k->least > 0)
                return true;
            break;
        case ITEM_FORK: {
            bool must = add_first(r, i + 1, ret);

            return add_first(r, k->to, ret) && must;
        }
        case ITEM_JUMP:
            i = k->to - 1;
            break;
        case ITEM_MARK:
        case ITEM_FIELD:
            break;
        case ITEM_END:
            if (r->to_end)
                set_add(ret, '\n');
            return r->to_end;
        }
    }
}

/* What a greedy one takes it need not give back where something must come that cannot begin with one of its
 * bytes; nor where nothing need come, as whatever it takes is right then. */
static bool is_firm(const struct row *r, unsigned i)
{
    const struct item *k = &r->items[i];
    struct set next = {{0}};
    bool must = add_first(r, i + 1, &next);

    if (k->firm || k->least == k->most)
        return true;
    return must ? !sets_meet(&next, &r->sets[i]) : !k->lazy;
}

/* The only byte that the set lacks; false: there are others, or none. */
static bool lacks_one(const struct set *s, char *ret)
{
    unsigned missing = 0;

    for (unsigned c = 0; c < 256; c++) {
        if (!set_has(s, c)) {
            *ret = (char)c;
            missing++;
        }
    }
    return missing == 1;
}

/* A bit for the set in the kinds of all bytes; false: there are too many. */
static bool give_bit(struct row *r, unsigned i, uint8_t *kinds, struct set *known, unsigned *nknown)
{
    unsigned k = 0;

    while (k < *nknown && memcmp(&known[k], &r->sets[i], sizeof *known) != 0)
        k++;
    if (k == SETS_MAX)
        return false;
    r->items[i].bit = (uint8_t)(1u << k);
    if (k < *nknown)
        return true;
    known[(*nknown)++] = r->sets[i];
    for (unsigned c = 0; c < 256; c++)
        kinds[c] |= (uint8_t)(set_has(&known[k], c) << k);
    return true;
}

/* False: it has too many sets. */
static bool look_ahead(struct row *r, uint8_t *kinds, unsigned *ret_sets)
{
    struct set known[SETS_MAX];

    for (unsigned i = 0; i < r->n; i++) {
        struct item *k = &r->items[i];
        unsigned next = skip_marks(r, i + 1);

        if (k->kind == ITEM_TEXT)
            k->rare = rarest(k->text);
        if (k->kind != ITEM_SET)
            continue;
        k->firm = is_firm(r, i);
        k->next_text = r->items[next].kind == ITEM_TEXT ? next : 0;
        if (!lacks_one(&r->sets[i], &k->stop) && !give_bit(r, i, kinds, known, ret_sets))
            return false;
    }
    return true;
}

static void join_fields(struct row *r)
{
    for (unsigned i = 0; i + 2 < r->n; i++) {
        struct item *k = &r->items[i];

        if (k->kind == ITEM_MARK && k[1].kind == ITEM_SET && k[1].firm && k[2].kind == ITEM_MARK &&
            k[2].mark == k->mark + 1)
            k->kind = ITEM_FIELD;
    }
}

struct plain *plain_new(struct slice regex)
{
    struct row r;
    uint8_t kinds[256] = {0};
    unsigned nsets = 0;
    struct plain *p;

    if (!plain_read(regex, &r) || !begins_plainly(&r) || !look_ahead(&r, kinds, &nsets)) {
        free(r.texts);
        return NULL;
    }
    join_fields(&r);
    p = xcalloc(1, sizeof *p + (r.n + 1) * sizeof *p->items);
    p->texts = r.texts;
    p->to_end = r.to_end;
    p->first_text = r.from_start ? UINT32_MAX : skip_marks(&r, 0);
    p->kinds = nsets ? memcpy(xcalloc(1, sizeof kinds), kinds, sizeof kinds) : NULL;
    memcpy(p->items, r.items, (r.n + 1) * sizeof *p->items);
    return p;
}

void plain_free(struct plain *p)
{
    if (!p)
        return;
    free(p->texts);
    free(p->kinds);
    free(p);
}
