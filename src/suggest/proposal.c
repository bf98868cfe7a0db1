/* proposal -- which fields of a kind become labels, which metrics, and what the rules call them. */
#include "config.h"

#include "suggest/proposal.h"

#include "suggest/levels.h"

#include <stdlib.h>

enum { LABELS_MOST = 6, SERIES_MOST = 2000 /* what max_series is when nobody says */ };

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

/* A field counts the same in all lines: where that is guessed by how large its numbers are, those of all lines tell more
 * than those of a kind. */
static void guess_by_all_lines(const struct sample *s, struct item *item, struct slice name)
{
    const struct field_stats *all = field_find(s->fields, name);

    if (item->guess.role != ROLE_TIME || item->stats->classes[WORD_NUMBER] == 0 || !all)
        return;
    struct field_guess guess = field_guess(all, name, (struct slice){"", 0});

    if (guess.role == ROLE_TIME)
        item->guess = guess;
}

static void add_fields(struct proposal *p, const struct sample *s, struct map *taken)
{
    for (size_t i = 0; i < p->kind->fields.n; i++) {
        const struct field_stats *f = &p->kind->fields.list[i];
        struct slice name = slice_str(f->name);
        struct item *item = field_is_usable(name) ? add_item(p, f, name) : NULL;

        if (!item)
            continue;
        guess_by_all_lines(s, item, name);
        item->name = f->name;
        item->maps_level = field_is_level(name) && levels_of(f);
        map_put(taken, name, 1);
    }
}

/* Where numbers of an access line stand tells what they are: the words of its status, size and duration; -1: it
 * did not come yet. */
struct places {
    bool access;
    int status, size, duration;
};

/* What a group is for where it stands; name NULL: that tells nothing. */
struct placed {
    const char *name;
    struct field_guess guess;
};

/* No text says what the number is. */
static bool is_bare(const struct shape *s, size_t word)
{
    const struct shape_word *w = &s->words[word], *next = word + 1 < s->nwords ? w + 1 : NULL;

    return !w->glued && w->before.n == 0 && w->after.n == 0 &&
           (!next || (!next->glued && (next->variable || !slice_has_letter(next->before))));
}

static struct placed access_number(const struct shape *s, int word, const struct field_stats *f,
                                   struct places *at)
{
    bool last = (size_t)word + 1 == s->nwords, behind = at->status >= 0;

    if (!behind && f->fraction)
        return (struct placed){"duration",
                               {ROLE_TIME, "s", "guessed: a fraction before the status"}};
    if (behind && at->size < 0 && !f->fraction) {
        at->size = word;
        return (struct placed){"size", {ROLE_SIZE, "B", "guessed: it comes after the status"}};
    }
    /* one right behind the size, in the middle of the line, is another size */
    if (at->duration >= 0 || (behind && !f->fraction && !last && word == at->size + 1) ||
        (!behind && (word > 0 || s->words[1].class != WORD_ADDRESS)))
        return (struct placed){.name = NULL};
    at->duration = word;
    return (struct placed){"duration", field_guess_magnitude(f)};
}

static struct placed guess_by_place(const struct shape *s, int word, const struct field_stats *f,
                                    struct slice name, struct places *at)
{
    enum word_class class = s->words[word].class;
    bool quoted = slice_ends(s->words[word].before, SLICE("\""));
    bool number = slice_eq(name, SLICE("number")) && is_bare(s, (size_t)word);

    if (at->access && slice_eq(name, SLICE("status")))
        at->status = word;
    if (at->access && at->status >= 0 && quoted && class != WORD_NUMBER && class != WORD_METHOD)
        return (struct placed){"client",
                               {ROLE_REFUSED, NULL, "where a client came from, or what it is"}};
    if (at->access && number)
        return access_number(s, word, f, at);
    if (number && at->duration < 0 && f->micro == f->seen) {
        at->duration = word;
        return (struct placed){"duration",
                               {ROLE_TIME, "s", "guessed: it goes down to microseconds"}};
    }
    return (struct placed){.name = NULL};
}

/* What is behind a colon says why, or what: a label if it is few things. */
static void add_end(struct proposal *p, struct rulesfile *file, const struct field_stats *f,
                    struct map *taken)
{
    struct item *item = add_item(p, f, SLICE("reason"));
    struct buf name = BUF_INIT;

    if (!item)
        return;
    item->word = (int)p->kind->shape->nwords;
    if (item->guess.role != ROLE_LABEL && item->guess.role != ROLE_REFUSED)
        item->guess.role = ROLE_NONE;
    buf_str(&name, "reason");
    item->name = unique_name(file, taken, &name);
}

static void add_groups(struct proposal *p, struct rulesfile *file, struct map *taken)
{
    struct places at = {kind_is_access(p->kind), -1, -1, -1};

    for (size_t i = 0; i < p->kind->groups.n; i++) {
        const struct field_stats *f = &p->kind->groups.list[i];
        int word = atoi(f->name);
        struct buf name = BUF_INIT;

        if ((size_t)word == p->kind->shape->nwords) {
            add_end(p, file, f, taken);
            continue;
        }
        add_group_name(p->kind->shape, (size_t)word, f, &name);
        struct placed placed = guess_by_place(p->kind->shape, word, f, buf_all(&name), &at);
        struct item *item = add_item(p, f, buf_all(&name));

        if (placed.name) {
            buf_clear(&name);
            buf_str(&name, placed.name);
        }
        if (item) {
            item->word = word;
            item->guess = placed.name ? placed.guess : item->guess;
            if (item->guess.role == ROLE_LABEL && f->values.n == 1 &&
                !slice_eq(buf_all(&name), SLICE("status")))
                item->guess.role = ROLE_NONE; /* a word that never changed tells nothing apart */
            item->name = unique_name(file, taken, &name);
        }
        buf_release(&name);
    }
}

/* `0/12/1/204/217`: the last of numbers in a row is the time it all took when it is mostly as large as those before it
 * together. */
static void find_totals(struct proposal *p, struct rulesfile *file, struct map *taken)
{
    for (size_t i = 0; i < p->n; i++) {
        struct item *item = &p->items[i];
        struct buf name = BUF_INIT;

        if (item->stats->sum <= 0 || item->stats->totals * 10 < item->stats->seen * 9)
            continue;
        buf_str(&name, "duration");
        item->name = unique_name(file, taken, &name);
        item->guess = field_guess_magnitude(item->stats);
        item->guess.why = "guessed by magnitude: it is as large as the numbers before it together";
    }
}

/* What came of a request, then how it came and to where, is worth more than anything else; words without a name
 * are worth least, and little what was the same in all lines. */
static size_t place_among_labels(const struct item *i)
{
    enum { NAMELESS = VALUES_MAX, CONSTANT = NAMELESS - 1 };
    struct slice name = slice_str(i->name);

    if (field_is_status(name) || field_is_level(name))
        return 0;
    if (i->guess.role == ROLE_ROUTE || i->stats->classes[WORD_METHOD] == i->stats->seen)
        return 1;
    return (item_values(i) > 1 ? item_values(i) : CONSTANT) + (i->word >= 0 ? NAMELESS : 0);
}

static struct item *label_of_fewest_values(struct proposal *p)
{
    struct item *best = NULL;

    for (size_t i = 0; i < p->n; i++)
        if (item_is_label(&p->items[i]) && !p->items[i].label &&
            (!best || place_among_labels(&p->items[i]) < place_among_labels(best)))
            best = &p->items[i];
    return best;
}

struct slice field_within(const struct sample *s, struct slice name)
{
    const char *dot = s->field ? strrchr(s->field, '.') : NULL;
    size_t n = dot ? (size_t)(dot + 1 - s->field) : 0;

    return n && name.n > n && memcmp(name.p, s->field, n) == 0 ? slice_from(name, n) : name;
}

static const char *label_name(struct rulesfile *f, const struct item *i, struct map *taken)
{
    struct buf name = BUF_INIT;

    add_field_name(i->guess.role == ROLE_ROUTE ? SLICE("endpoint")
                                               : field_within(f->sample, slice_str(i->name)),
                   &name);
    if (word_among(buf_all(&name), "le quantile job instance"))
        buf_char(&name, '_');
    return unique_name(f, taken, &name);
}

/* By how many a label makes the series more: a path is asked for by a method or two of all there are. */
static size_t series_by(const struct item *i)
{
    bool method = i->stats->classes[WORD_METHOD] == i->stats->seen;

    return method && item_values(i) > 2 ? 2 : item_values(i);
}

/* Labels by their number of values, the fewest first, as long as all together stay few. */
static void choose_labels(struct proposal *p, struct rulesfile *f)
{
    struct map taken = MAP_INIT;
    size_t series = 1;
    struct item *i;

    for (unsigned k = 0; k <= LABELS_MOST && (i = label_of_fewest_values(p)); k++) {
        if (k == LABELS_MOST || series * series_by(i) > SERIES_MOST) {
            i->guess = (struct field_guess){ROLE_REFUSED, NULL,
                                            "with the other labels it makes too many series"};
            continue;
        }
        i->label = label_name(f, i, &taken);
        series *= series_by(i);
    }
    while ((i = label_of_fewest_values(p)))
        i->guess.role = ROLE_NONE;
    map_release(&taken);
}

void proposal_init(struct proposal *p, struct rulesfile *f, const struct kind *kind)
{
    struct map taken = MAP_INIT;

    *p = (struct proposal){.kind = kind};
    add_fields(p, f->sample, &taken);
    add_groups(p, f, &taken);
    find_totals(p, f, &taken);
    choose_labels(p, f);
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].word >= 0 && (item_is_label(&p->items[i]) || item_is_value(&p->items[i])))
            p->groups[p->items[i].word] = p->items[i].name;
    map_release(&taken);
}
