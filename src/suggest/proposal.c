/* proposal -- which fields of a kind become labels, which metrics, and what the rules call them. */
#include "config.h"

#include "suggest/proposal.h"

#include <stdlib.h>

enum { LABELS_MOST = 6, SERIES_MOST = 5000 };

bool item_is_label(const struct item *i)
{
    return i->guess.role == ROLE_LABEL || i->guess.role == ROLE_ROUTE;
}

bool item_is_value(const struct item *i)
{
    return i->guess.role == ROLE_TIME || i->guess.role == ROLE_SIZE || i->guess.role == ROLE_ADD ||
           i->guess.role == ROLE_SET;
}

size_t item_values(const struct item *i)
{
    return i->guess.role == ROLE_ROUTE ? field_routes(i->stats) : i->stats->values.n;
}

/* NULL: there are too many. The caller names it. */
static struct item *add_item(struct proposal *p, const struct field_stats *f, struct slice name)
{
    if (p->n == ITEMS_MAX || f->seen == 0)
        return NULL;
    p->items[p->n] = (struct item){
        .stats = f, .guess = field_guess(f, name, p->kind->shape->example), .word = -1};
    return &p->items[p->n++];
}

static void add_fields(struct proposal *p, struct map *taken)
{
    for (size_t i = 0; i < p->kind->fields.n; i++) {
        const struct field_stats *f = &p->kind->fields.list[i];
        struct slice name = slice_str(f->name);
        struct item *item = field_is_usable(name) ? add_item(p, f, name) : NULL;

        if (!item)
            continue;
        item->name = f->name;
        map_put(taken, name, 1);
    }
}

static void add_groups(struct proposal *p, struct rulesfile *file, struct map *taken)
{
    for (size_t i = 0; i < p->kind->groups.n; i++) {
        const struct field_stats *f = &p->kind->groups.list[i];
        int word = atoi(f->name);
        struct buf name = BUF_INIT;

        add_group_name(p->kind->shape, (size_t)word, f, &name);
        struct item *item = add_item(p, f, buf_all(&name));

        if (item) {
            item->word = word;
            item->name = unique_name(file, taken, &name);
        }
        buf_release(&name);
    }
}

static struct item *label_of_fewest_values(struct proposal *p)
{
    struct item *best = NULL;

    for (size_t i = 0; i < p->n; i++)
        if (item_is_label(&p->items[i]) && !p->items[i].label &&
            (!best || item_values(&p->items[i]) < item_values(best)))
            best = &p->items[i];
    return best;
}

static const char *label_name(struct rulesfile *f, const struct item *i, struct map *taken)
{
    struct buf name = BUF_INIT;

    add_field_name(slice_str(i->guess.role == ROLE_ROUTE ? "endpoint" : i->name), &name);
    if (word_among(buf_all(&name), "le quantile job instance"))
        buf_char(&name, '_');
    return unique_name(f, taken, &name);
}

/* Labels by their number of values, the fewest first, as long as all together stay few. */
static void choose_labels(struct proposal *p, struct rulesfile *f)
{
    struct map taken = MAP_INIT;
    size_t series = 1;
    struct item *i;

    for (unsigned k = 0; k <= LABELS_MOST && (i = label_of_fewest_values(p)); k++) {
        if (k == LABELS_MOST || series * item_values(i) > SERIES_MOST) {
            i->guess = (struct field_guess){ROLE_REFUSED, NULL,
                                            "with the other labels it makes too many series"};
            continue;
        }
        i->label = label_name(f, i, &taken);
        series *= item_values(i);
    }
    while ((i = label_of_fewest_values(p)))
        i->guess.role = ROLE_NONE;
    map_release(&taken);
}

void proposal_init(struct proposal *p, struct rulesfile *f, const struct kind *kind)
{
    struct map taken = MAP_INIT;

    *p = (struct proposal){.kind = kind};
    add_fields(p, &taken);
    add_groups(p, f, &taken);
    choose_labels(p, f);
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].word >= 0 && (item_is_label(&p->items[i]) || item_is_value(&p->items[i])))
            p->groups[p->items[i].word] = p->items[i].name;
    map_release(&taken);
}
