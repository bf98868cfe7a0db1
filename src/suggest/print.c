/* print -- the rules file that suggest proposes: for each frequent kind of line a comment
 * on what its fields are, an event, a counter, and what else its numbers are good for. */
#include "config.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "suggest/condition.h"
#include "suggest/metrics.h"
#include "suggest/names.h"
#include "suggest/text.h"

#include <stdlib.h>

enum { SHOWN = 120, LABELS_MOST = 6, SERIES_MOST = 5000, RARE_SHOWN = 30 };

static char *unique_name(struct map *taken, const char *text)
{
    struct buf name = BUF_INIT;

    buf_str(&name, text);
    suggest_unique(taken, 0, &name);
    return buf_detach(&name);
}

static struct item *add_item(struct proposal *p, const struct field_stats *f)
{
    if (p->n == SUGGEST_FIELDS || f->seen == 0)
        return NULL;
    p->items[p->n] =
        (struct item){.stats = f, .guess = field_guess(f, p->kind->shape->example), .word = -1};
    return &p->items[p->n++];
}

static void find_items(struct proposal *p)
{
    struct map taken = MAP_INIT;
    struct item *item;

    for (size_t i = 0; i < p->kind->fields.n; i++) {
        const struct field_stats *f = &p->kind->fields.list[i];

        if (!suggest_usable(slice_str(f->name)) || !(item = add_item(p, f)))
            continue;
        item->name = xstrdup(f->name);
        map_put(&taken, slice_str(f->name), 1);
    }
    for (size_t i = 0; i < p->kind->groups.n; i++) {
        const struct field_stats *f = &p->kind->groups.list[i];
        int word = atoi(f->name);
        struct buf name = BUF_INIT;
        struct field_stats named = *f;

        if (!(item = add_item(p, f)))
            continue;
        item->word = word;
        suggest_group_name(p->kind->shape, (size_t)word, f, &name);
        named.name = name.p;
        item->guess = field_guess(&named, p->kind->shape->example);
        item->name = unique_name(&taken, name.p);
        buf_release(&name);
    }
    map_release(&taken);
}

static bool is_label(const struct item *i)
{
    return i->guess.role == ROLE_LABEL || i->guess.role == ROLE_ROUTE;
}

/* Labels by their number of values, the fewest first, as long as all together stay few. */
static void choose_labels(struct proposal *p)
{
    static const char *const reserved[] = {"le", "quantile", "job", "instance"};
    struct map taken = MAP_INIT;
    size_t series = 1;

    for (unsigned k = 0; k <= LABELS_MOST; k++) {
        struct item *best = NULL;
        struct buf label = BUF_INIT;

        for (size_t i = 0; i < p->n; i++)
            if (is_label(&p->items[i]) && !p->items[i].label &&
                (!best || item_values(&p->items[i]) < item_values(best)))
                best = &p->items[i];
        if (!best)
            break;
        suggest_field_name(slice_str(best->guess.role == ROLE_ROUTE ? "endpoint" : best->name),
                           &label);
        for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
            if (strcmp(label.p, reserved[i]) == 0 && label.n == strlen(reserved[i]))
                buf_char(&label, '_');
        if (k == LABELS_MOST || series * item_values(best) > SERIES_MOST) {
            best->guess = (struct field_guess){ROLE_REFUSED, NULL,
                                               "with the other labels it makes too many series"};
        } else {
            suggest_unique(&taken, 0, &label);
            best->label = xstrdup(label.p);
            series *= item_values(best);
        }
        buf_release(&label);
    }
    for (size_t i = 0; i < p->n; i++)
        if (is_label(&p->items[i]) && !p->items[i].label)
            p->items[i].guess.role = ROLE_NONE;
    map_release(&taken);
}

static bool is_value(const struct item *i)
{
    return i->guess.role == ROLE_TIME || i->guess.role == ROLE_SIZE || i->guess.role == ROLE_ADD ||
           i->guess.role == ROLE_SET;
}

static void name_groups(struct proposal *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].word >= 0 && (is_label(&p->items[i]) || is_value(&p->items[i])))
            p->groups[p->items[i].word] = p->items[i].name;
}

static void print_range(const struct field_stats *f, struct buf *out)
{
    char low[NUM_TEXT], high[NUM_TEXT];

    num_format(low, f->min);
    num_format(high, f->max);
    if (f->classes[WORD_NUMBER] == f->seen)
        buf_fmt(out, ", %s to %s", low, high);
}

static void print_values(const struct field_stats *f, struct buf *out)
{
    struct slice value;
    uint64_t n;

    buf_fmt(out, ", %zu%s value%s:", f->values.n, f->values.n == VALUES_MAX ? " or more" : "",
            f->values.n == 1 ? "" : "s");
    for (size_t at = 0, shown = 0; shown < 4 && map_next(&f->values, &at, &value, &n); shown++) {
        buf_char(out, ' ');
        suggest_shown(value, 30, out);
    }
    buf_str(out, f->values.n > 4 ? " ..." : "");
}

static void print_item(const struct item *i, struct buf *out)
{
    static const char *const roles[] = {
        [ROLE_LABEL] = "label",           [ROLE_ROUTE] = "label by ${...|route}",
        [ROLE_TIME] = "duration in",      [ROLE_SIZE] = "size in",
        [ROLE_ADD] = "a count to add",    [ROLE_SET] = "a gauge",
        [ROLE_NUMBER] = "number, unused", [ROLE_REFUSED] = "no label:",
    };

    if (i->guess.role == ROLE_NONE)
        return;
    buf_fmt(out, ";   %-20s %s", i->name, roles[i->guess.role]);
    if (i->guess.unit)
        buf_fmt(out, " %s", i->guess.unit);
    if (i->guess.role == ROLE_REFUSED)
        buf_fmt(out, " %s", i->guess.why);
    else if (i->guess.why)
        buf_fmt(out, " (%s)", i->guess.why);
    if (i->guess.role == ROLE_LABEL || i->guess.role == ROLE_ROUTE || i->guess.role == ROLE_REFUSED)
        print_values(i->stats, out);
    else
        print_range(i->stats, out);
    buf_char(out, '\n');
}

static void print_kind(struct paper *p, const struct chosen *chosen, size_t n, size_t number)
{
    const struct kind *kind = chosen[number].kind;
    struct proposal q = {.kind = kind, .event = chosen[number].event};

    find_items(&q);
    choose_labels(&q);
    name_groups(&q);
    buf_fmt(p->out, "\n; %llu lines, such as: ", (unsigned long long)kind->shape->count);
    suggest_shown(kind->shape->example, SHOWN, p->out);
    buf_char(p->out, '\n');
    for (size_t i = 0; i < q.n; i++)
        print_item(&q.items[i], p->out);
    if (kind->of == KIND_KEYS)
        suggest_keys_line(&q, p->out);
    buf_fmt(p->out, "[event %s]\n", q.event);
    suggest_condition(p, &q, chosen, n);
    for (size_t i = 0; i < q.n; i++)
        if (q.items[i].guess.role == ROLE_ROUTE)
            buf_fmt(p->out, "set.%s_route = ${%s|route}\n", q.items[i].name, q.items[i].name);
    suggest_metrics(p, &q);
    for (size_t i = 0; i < q.n; i++) {
        free(q.items[i].name);
        free(q.items[i].label);
    }
}

/* Something that can be read must be the same in all its lines; `{` of a pretty-printed object, or
 * a line of a stack trace, says nothing. An access line has its form. */
static bool says_something(const struct kind *k)
{
    struct slice rest = k->shape->example, key;

    while (k->of == KIND_KEYS && slice_cut(&rest, ' ', &key))
        if (suggest_key_tells(key))
            return true;
    if (k->of == KIND_KEYS)
        return false;
    for (size_t i = 0; i < k->shape->nwords; i++) {
        const struct shape_word *w = &k->shape->words[i];

        if (slice_has_letter(w->before) || slice_has_letter(w->after) ||
            (!w->variable && slice_has_letter(w->text)) || w->class == WORD_METHOD)
            return true;
    }
    return false;
}

static void print_head(const struct paper *p)
{
    const struct sample_stats *s = p->stats;

    buf_str(p->out, "; Proposed by `logtally suggest` from ");
    suggest_shown(slice_str(s->name), SHOWN, p->out);
    buf_fmt(p->out, ": %llu lines, %llu of them JSON or logfmt", (unsigned long long)s->lines,
            (unsigned long long)s->decoded);
    if (s->field)
        buf_fmt(p->out, ", told apart by the field `%s`", s->field);
    buf_str(p->out, ".\n; Names, units and labels are guesses: keep what you need, name it after "
                    "what it means, and try\n;   logtally check --rules THIS.ini      logtally "
                    "replay --rules THIS.ini ");
    suggest_shown(slice_str(s->name), SHOWN, p->out);
    buf_char(p->out, '\n');
}

static void print_log(const struct paper *p)
{
    const struct sample_stats *s = p->stats;

    if (s->wrapped * 2 <= s->lines)
        return;
    buf_str(p->out, "\n; A container runtime has wrapped these lines. Name all its logs here, as a "
                    "glob.\n[log containers]\npath = ");
    suggest_value(slice_str(s->name), p->out);
    buf_str(p->out, "\nunwrap = auto\n");
}

static void print_levels(struct paper *p)
{
    const struct field_stats *f = p->stats->levels;
    struct buf events = BUF_INIT;
    struct slice level;
    uint64_t lines;

    if (!f)
        return;
    buf_str(p->out, "\n; Every decoded line by its level.\n");
    for (size_t at = 0; map_next(&f->values, &at, &level, &lines);) {
        struct buf name = BUF_INIT;

        if (!suggest_plain(level))
            continue;
        buf_str(&name, "level_");
        suggest_field_name(level, &name);
        suggest_unique(&p->events, 0, &name);
        buf_fmt(p->out, "[event %s]\nwhere = %s == ", name.p, f->name);
        suggest_value(level, p->out);
        buf_fmt(p->out, "\n\n");
        buf_fmt(&events, "%s%s", events.n ? ", " : "", name.p);
        buf_release(&name);
    }
    buf_fmt(p->out,
            "[counter log_lines_total]\nhelp = Log lines by level\ninc = %s\nlabels = level%s%s\n",
            events.n ? events.p : "", strcmp(f->name, "level") == 0 ? "" : "=",
            strcmp(f->name, "level") == 0 ? "" : f->name);
    buf_release(&events);
}

static void print_rare(const struct paper *p, const struct kind *kinds, size_t n)
{
    size_t shown = 0;

    for (size_t i = 0; i < n && shown < RARE_SHOWN; i++) {
        if (kinds[i].shape->count >= p->stats->least && says_something(&kinds[i]))
            continue;
        if (shown++ == 0)
            buf_fmt(p->out,
                    "\n; Not proposed: seen less than %llu times (--least N), or nothing in them "
                    "stays the same:\n",
                    (unsigned long long)p->stats->least);
        buf_fmt(p->out, ";   %4llu  ", (unsigned long long)kinds[i].shape->count);
        suggest_shown(kinds[i].shape->example, SHOWN, p->out);
        buf_char(p->out, '\n');
    }
}

static size_t choose(struct paper *p, const struct kind *kinds, size_t n, struct chosen *chosen)
{
    size_t nchosen = 0;

    for (size_t i = 0; i < n; i++) {
        struct buf name = BUF_INIT;

        if (kinds[i].shape->count < p->stats->least || !says_something(&kinds[i]))
            continue;
        suggest_kind_name(&kinds[i], &name);
        suggest_unique(&p->events, 0, &name);
        chosen[nchosen++] = (struct chosen){&kinds[i], buf_detach(&name)};
    }
    return nchosen;
}

void suggest_print(const struct sample_stats *stats, const struct kind *kinds, size_t n,
                   struct buf *out)
{
    struct paper p = {.stats = stats, .out = out};
    struct chosen *chosen = xcalloc(n + 1, sizeof *chosen);

    map_put(&p.metrics, SLICE("log_lines"), 1);
    print_head(&p);
    print_log(&p);
    print_levels(&p);
    size_t nchosen = choose(&p, kinds, n, chosen);

    for (size_t i = 0; i < nchosen; i++)
        print_kind(&p, chosen, nchosen, i);
    print_rare(&p, kinds, n);
    for (size_t i = 0; i < nchosen; i++)
        free(chosen[i].event);
    free(chosen);
    map_release(&p.events);
    map_release(&p.metrics);
}
