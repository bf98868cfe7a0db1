/* shapes -- see the header.
 *
 * A shape being found is written as one text, its key: words divided by newlines, \1 for what
 * varies, \2 at the end for anything. Each way of comparing offers keys that would hold more texts;
 * a key that enough different shapes have in common takes their place. */
#include "config.h"

#include "suggest/shapes.h"

#include "base/buf.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum { VARIES = 1, ANYTHING = 2 };
enum { ENDS_LEAST = 3, WORDS_LEAST = 12, RARE_LEAST = 6, RARE_LINES = 4, BEGIN_WORDS = 2 };

struct draft {
    char *key;
    uint64_t count;
    size_t into;    /* the draft that took its place; itself while it lives */
    unsigned shape; /* that it became, from 1 */
};

struct drafts {
    struct map keys;
    struct draft *list;
    size_t n, cap;
};

size_t shapes_add(struct shapes *s, struct slice text)
{
    uint64_t i;

    if (map_get(&s->texts, text, &i)) {
        s->list[i].count++;
        return (size_t)i;
    }
    map_put(&s->texts, text, s->n);
    GROW(s->list, s->n, s->cap);
    s->list[s->n] = (struct shape_text){text, 1, 0};
    return s->n++;
}

void shapes_release(struct shapes *s)
{
    map_release(&s->texts);
    free(s->list);
    free(s->shapes);
    *s = (struct shapes){0};
}

static void first_key(struct slice text, struct buf *key)
{
    struct word words[WORDS_MAX];
    bool more;
    size_t n = words_split(text, words, &more);

    for (size_t i = 0; i < n; i++) {
        buf_str(key, i ? "\n" : "");
        buf_slice(key, words[i].before);
        if (words[i].class != WORD_FIXED)
            buf_char(key, VARIES);
        buf_slice(key, words[i].after);
    }
    if (more)
        buf_fmt(key, "\n%c", ANYTHING);
}

static size_t draft_get(struct drafts *d, struct slice key)
{
    uint64_t i;

    if (map_get(&d->keys, key, &i))
        return (size_t)i;
    map_put(&d->keys, key, d->n);
    GROW(d->list, d->n, d->cap);
    d->list[d->n] = (struct draft){.key = xstrslice(key), .into = d->n};
    return d->n++;
}

/* What a draft became in the end. */
static struct draft *draft_end(const struct drafts *d, size_t i)
{
    while (d->list[i].into != i)
        i = d->list[i].into;
    return &d->list[i];
}

static bool is_fixed(struct slice word)
{
    return !memchr(word.p, VARIES, word.n) && !memchr(word.p, ANYTHING, word.n);
}

static bool is_level(struct slice word)
{
    static const char *const levels[] = {"error", "warn", "warning", "info", "debug",
                                         "fatal", "note", "notice",  "log",  "trace"};

    while (word.n && strchr(":[]", word.p[word.n - 1]))
        word.n--;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (word.n == strlen(levels[i]) && strncasecmp(word.p, levels[i], word.n) == 0)
            return true;
    return false;
}

/* The `number`-th key that would hold this one too; false when there are no more. An empty *out:
 * none under this number. */
typedef bool offer_fn(struct slice key, unsigned number, struct buf *out);

/* Everything behind the first word that ends in a colon. */
static bool offer_end(struct slice key, unsigned number, struct buf *out)
{
    struct slice rest = key, word;

    if (number > 0)
        return false;
    while (slice_cut(&rest, '\n', &word)) {
        if (!slice_ends(word, SLICE(":")) || !is_fixed(word) || is_level(word) || rest.n == 0)
            continue;
        buf_add(out, key.p, (size_t)(rest.p - key.p));
        buf_char(out, ANYTHING);
        break;
    }
    return true;
}

/* One word; something that can be read must be left. */
static bool offer_word(struct slice key, unsigned number, struct buf *out)
{
    struct slice rest = key, word;
    bool left = false;
    unsigned i = 0;

    for (; slice_cut(&rest, '\n', &word); i++) {
        buf_str(out, i ? "\n" : "");
        if (i == number && is_fixed(word)) {
            buf_char(out, VARIES);
            continue;
        }
        buf_slice(out, word);
        left |= is_fixed(word) && slice_has_letter(word);
    }
    if (!left)
        buf_clear(out);
    return number < i;
}

/* Everything behind the first two words. */
static bool offer_begin(struct slice key, unsigned number, struct buf *out)
{
    struct slice rest = key, word;

    if (number > 0)
        return false;
    for (int i = 0; i < BEGIN_WORDS; i++)
        if (!slice_cut(&rest, '\n', &word) || !is_fixed(word) || !slice_has_letter(word))
            return true;
    if (rest.n) {
        buf_add(out, key.p, (size_t)(rest.p - key.p));
        buf_char(out, ANYTHING);
    }
    return true;
}

static bool is_asked(const struct drafts *d, size_t i, uint64_t most_lines)
{
    return d->list[i].into == i && d->list[i].count <= most_lines;
}

static void count_offers(const struct drafts *d, offer_fn *offer, uint64_t most_lines,
                         struct map *counts)
{
    struct buf key = BUF_INIT;

    for (size_t i = 0; i < d->n; i++) {
        for (unsigned k = 0;
             is_asked(d, i, most_lines) && offer(slice_str(d->list[i].key), k, &key); k++) {
            uint64_t n = 0;

            map_get(counts, buf_all(&key), &n);
            if (key.n)
                map_put(counts, buf_all(&key), n + 1);
            buf_clear(&key);
        }
    }
    buf_release(&key);
}

/* Shapes of at most so many lines that have an offer in common with `least` others become one. */
static void compare(struct drafts *d, offer_fn *offer, unsigned least, uint64_t most_lines)
{
    struct map counts = MAP_INIT;
    struct buf key = BUF_INIT, best = BUF_INIT;
    size_t n = d->n;

    count_offers(d, offer, most_lines, &counts);
    for (size_t i = 0; i < n; i++) {
        uint64_t most = least - 1, count;

        if (!is_asked(d, i, most_lines))
            continue;
        for (unsigned k = 0; offer(slice_str(d->list[i].key), k, &key); k++) {
            if (key.n && map_get(&counts, buf_all(&key), &count) && count > most) {
                most = count;
                buf_clear(&best);
                buf_slice(&best, buf_all(&key));
            }
            buf_clear(&key);
        }
        if (most >= least) {
            size_t to = draft_get(d, buf_all(&best));

            if (to != i) {
                d->list[to].count += d->list[i].count;
                d->list[i].into = to;
            }
        }
        buf_clear(&key);
    }
    buf_release(&key);
    buf_release(&best);
    map_release(&counts);
}

static bool after_one_blank(struct slice text, const struct word *w)
{
    const char *p = w->before.p;

    return p >= text.p + 2 && p[-1] == ' ' && p[-2] != ' ' && p[-2] != '\t' && p[-2] != '\n';
}

static void add_word(struct shape_word *to, struct slice pattern, const struct word *w, bool first)
{
    bool varies = !is_fixed(pattern), whole = varies && pattern.n == 1 && w->class == WORD_FIXED;
    struct slice value = whole ? w->before : w->core;

    if (first) {
        *to = (struct shape_word){.class = whole ? WORD_OTHER : w->class, .text = value};
        /* the date of a sample of one day will be another tomorrow */
        to->variable = varies && (w->class == WORD_DATE || w->class == WORD_TIME);
        if (!whole) {
            to->before = w->before;
            to->after = w->after;
        }
        return;
    }
    if (!slice_eq(value, to->text))
        to->variable = true;
    if (to->class != (whole ? WORD_OTHER : w->class))
        to->class = WORD_OTHER;
}

/* A text is laid over its shape. */
static void add_text(struct shape *s, struct slice key, const struct shape_text *t)
{
    struct word words[WORDS_MAX];
    struct slice rest = key, pattern;
    bool more, first = s->count == 0;
    size_t n = words_split(t->text, words, &more);

    if (first)
        s->example = t->text;
    s->differs |= !first;
    s->count += t->count;
    for (size_t i = 0; i < n && slice_cut(&rest, '\n', &pattern); i++) {
        if (slice_eq(pattern, SLICE("\2"))) {
            s->open = true;
            break;
        }
        add_word(&s->words[i], pattern, &words[i], first);
        s->words[i].one_blank =
            (first || s->words[i].one_blank) && after_one_blank(t->text, &words[i]);
        s->nwords = i + 1;
    }
    s->open |= more;
}

static void make_shapes(struct shapes *s, const struct drafts *d)
{
    for (size_t i = 0; i < s->n; i++) {
        struct shape_text *t = &s->list[i];
        struct draft *draft = draft_end(d, t->shape);

        if (draft->shape == 0) {
            GROW(s->shapes, s->nshapes, s->shapes_cap);
            s->shapes[s->nshapes] = (struct shape){.nwords = 0};
            draft->shape = (unsigned)++s->nshapes;
        }
        t->shape = draft->shape - 1;
        add_text(&s->shapes[t->shape], slice_str(draft->key), t);
    }
}

void shapes_find(struct shapes *s)
{
    struct drafts d = {.n = 0};
    struct buf key = BUF_INIT;

    for (size_t i = 0; i < s->n; i++) {
        buf_clear(&key);
        first_key(s->list[i].text, &key);
        s->list[i].shape = (unsigned)draft_get(&d, buf_all(&key));
        d.list[s->list[i].shape].count += s->list[i].count;
    }
    compare(&d, offer_end, ENDS_LEAST, UINT64_MAX);
    for (int i = 0; i < 3; i++)
        compare(&d, offer_word, WORDS_LEAST, UINT64_MAX);
    compare(&d, offer_begin, RARE_LEAST, RARE_LINES);
    make_shapes(s, &d);
    for (size_t i = 0; i < d.n; i++)
        free(d.list[i].key);
    free(d.list);
    map_release(&d.keys);
    buf_release(&key);
}
