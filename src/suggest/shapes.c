/* shapes -- texts are put together by their keys, in three comparisons of all with all.
 *
 * A shape being found is written as one text, its key: words divided by newlines, \1 for what
 * varies, \2 at the end for anything; a text that has such bytes itself has them escaped. Each way of comparing offers keys that would hold more texts;
 * a key that enough different shapes have in common takes their place. */
#include "config.h"

#include "suggest/shapes.h"

#include "base/buf.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <strings.h>

enum { VARIES = 1, ANYTHING = 2, GLUED = 3, ESCAPES = 4 };
/* Each draft offers itself once a word: long texts with nothing in common come to thirty times the sample. */
enum { OFFERS_BYTES = 64 << 20, OFFER_BYTES = 80 /* of the map, beside the key */ };
enum {
    LONG_WORDS = 9,
    BY_WORDS = 0, /* least_alike tells how many */
    ENDS_LEAST = 3,
    UNITS_LEAST = 2,
    RARE_LEAST = 6,
    RARE_LINES = 4,
    BEGIN_WORDS = 2,
    SENTENCE_WORDS = 3
};

static size_t text_number(struct texts *t, struct slice text)
{
    uint64_t number;
    size_t at = t->n;

    if (map_get(&t->numbers, text, &number))
        return (size_t)number;
    map_put(&t->numbers, text, t->n);
    map_next(&t->numbers, &at, &text, &number); /* the map's own copy */
    GROW(t->list, t->n, t->cap);
    t->list[t->n] = (struct text){.text = text, .into = t->n, .shape = SIZE_MAX};
    return t->n++;
}

static void texts_release(struct texts *t)
{
    map_release(&t->numbers);
    free(t->list);
}

size_t shapes_add(struct shapes *s, struct slice text)
{
    size_t i = text_number(&s->texts, text);

    s->texts.list[i].count++;
    return i;
}

void shapes_release(struct shapes *s)
{
    texts_release(&s->texts);
    free(s->shapes);
    *s = (struct shapes){0};
}

/* Different texts stay different. */
static void add_fixed(struct slice text, struct buf *key)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c >= VARIES && c <= ESCAPES)
            buf_char(key, ESCAPES);
        buf_char(key, c >= VARIES && c <= ESCAPES ? (char)(c + 'a') : c);
    }
}

static void first_key(struct slice text, struct buf *key)
{
    struct word words[WORDS_MAX];
    bool more;
    size_t n = words_split(text, words, &more);

    for (size_t i = 0; i < n; i++) {
        buf_str(key, i ? "\n" : "");
        if (words[i].glued)
            buf_char(key, GLUED);
        add_fixed(words[i].before, key);
        if (words[i].class != WORD_FIXED)
            buf_char(key, VARIES);
        add_fixed(words[i].after, key);
    }
    if (more)
        buf_fmt(key, "\n%c", ANYTHING);
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

/* The key with anything in the place of its rest. */
static void offer_any_rest(struct slice key, struct slice rest, struct buf *out)
{
    if (rest.n == 0)
        return;
    buf_add(out, key.p, (size_t)(rest.p - key.p));
    buf_char(out, ANYTHING);
}

/* Everything behind the first word that ends in a colon and is not the first: that may be a name. A value, as of
 * `retry to a after 1.5s:`, comes behind a sentence. */
static bool offer_end(struct slice key, unsigned number, struct buf *out)
{
    struct slice rest = key, word;
    unsigned said = 0;

    for (int i = 0; number == 0 && slice_cut(&rest, '\n', &word); i++) {
        bool says = is_fixed(word) && slice_has_letter(word);

        if (i == 0 || !slice_ends(word, SLICE(":")) || is_level(word) ||
            !(says || said >= SENTENCE_WORDS)) {
            said += says;
            continue;
        }
        offer_any_rest(key, rest, out);
        break;
    }
    return number == 0;
}

/* What stands in parentheses at the end. */
static bool offer_reason(struct slice key, unsigned number, struct buf *out)
{
    struct slice rest = key, before = key, word;

    if (number > 0 || !slice_ends(key, SLICE(")")))
        return false;
    for (int i = 0; slice_cut(&rest, '\n', &word); i++) {
        if (i >= 3 && slice_starts(word, SLICE("("))) {
            offer_any_rest(key, before, out);
            break;
        }
        before = rest;
    }
    return true;
}

/* One word; something that can be read must be left. */
static bool offer_word(struct slice key, unsigned number, struct buf *out)
{
    struct slice rest = key, word;
    bool left = false, replaced = false;
    unsigned i = 0;

    for (; slice_cut(&rest, '\n', &word); i++) {
        buf_str(out, i ? "\n" : "");
        if (i == number && is_fixed(word)) {
            buf_char(out, VARIES);
            replaced = true;
            continue;
        }
        buf_slice(out, word);
        left |= is_fixed(word) && slice_has_letter(word);
    }
    if (!replaced || (!left && i < LONG_WORDS))
        buf_clear(out);
    return number < i;
}

static bool is_unit(struct slice word)
{
    return word_among(word, "ns us µs ms msec s sec secs seconds min") > 0;
}

/* The unit of a number, as a program picks it by how large the number is: `83 ms`, `2.01 s`. */
static bool offer_unit(struct slice key, unsigned number, struct buf *out)
{
    struct slice rest = key, word, last = {"", 0};
    bool replaced = false;

    for (unsigned i = 0; number == 0 && slice_cut(&rest, '\n', &word); i++, last = word) {
        buf_str(out, i ? "\n" : "");
        if (is_unit(word) && last.n && last.p[last.n - 1] == VARIES) {
            buf_char(out, VARIES);
            replaced = true;
        } else {
            buf_slice(out, word);
        }
    }
    if (!replaced)
        buf_clear(out);
    return number == 0;
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
    offer_any_rest(key, rest, out);
    return true;
}

/* How many texts that differ in one word are alike: the fewer, the more words they have in common. */
static unsigned least_alike(struct slice key)
{
    struct slice word;
    unsigned fixed = 0, words = 0;

    for (; slice_cut(&key, '\n', &word); words++)
        fixed += is_fixed(word) && slice_has_letter(word);
    return fixed >= 5 || words >= 14 ? 2 : fixed >= 3 || words >= LONG_WORDS ? 3 : 12;
}

static bool is_asked(const struct texts *drafts, size_t i, uint64_t most_lines)
{
    return drafts->list[i].into == i && drafts->list[i].count <= most_lines;
}

/* Past OFFERS_BYTES no more are counted: what was not may still join what was. */
static void count_offers(const struct texts *drafts, offer_fn *offer, uint64_t most_lines,
                         struct map *counts)
{
    struct buf key = BUF_INIT;
    size_t bytes = 0;

    for (size_t i = 0; i < drafts->n && bytes < OFFERS_BYTES; i++) {
        for (unsigned k = 0;
             is_asked(drafts, i, most_lines) && offer(drafts->list[i].text, k, &key); k++) {
            uint64_t n = 0;

            map_get(counts, buf_all(&key), &n);
            if (key.n && map_put(counts, buf_all(&key), n + 1))
                bytes += key.n + OFFER_BYTES;
            buf_clear(&key);
        }
    }
    buf_release(&key);
}

/* The first of the offers that most have in common, and how many do. */
static uint64_t best_offer(struct slice draft, offer_fn *offer, const struct map *counts,
                           struct buf *best)
{
    struct buf key = BUF_INIT;
    uint64_t most = 0, count;

    for (unsigned k = 0; offer(draft, k, &key); k++) {
        if (key.n && map_get(counts, buf_all(&key), &count) && count > most) {
            most = count;
            buf_clear(best);
            buf_slice(best, buf_all(&key));
        }
        buf_clear(&key);
    }
    buf_release(&key);
    return most;
}

/* Shapes of at most so many lines that have an offer in common with `least` others, or BY_WORDS, become one. */
static void compare(struct texts *drafts, offer_fn *offer, unsigned least, uint64_t most_lines)
{
    struct map counts = MAP_INIT;
    struct buf best = BUF_INIT;
    size_t n = drafts->n;

    count_offers(drafts, offer, most_lines, &counts);
    for (size_t i = 0; i < n; i++) {
        if (!is_asked(drafts, i, most_lines))
            continue;
        uint64_t alike = best_offer(drafts->list[i].text, offer, &counts, &best);

        if (alike < (least == BY_WORDS ? least_alike(buf_all(&best)) : least))
            continue;
        size_t to = text_number(drafts, buf_all(&best));

        if (to != i)
            drafts->list[to].count += drafts->list[i].count;
        drafts->list[i].into = to;
    }
    buf_release(&best);
    map_release(&counts);
}

/* Does the wide key hold all that the other does, and differs in a word or two where that has fixed ones? One that is open
 * leaves room for others: `unless` does. */
static bool covers(struct slice wide, struct slice key)
{
    struct slice a, b;
    unsigned differ = 0;

    while (slice_cut(&wide, '\n', &a)) {
        if (!slice_cut(&key, '\n', &b))
            return false;
        if (!slice_eq(a, b) && (!slice_eq(a, SLICE("\1")) || !is_fixed(b) || ++differ > 2))
            return false;
    }
    return key.n == 0;
}

/* What a key that took the place of others would find too is of it: no line is to be of two events. */
static void gather(struct texts *drafts, size_t first)
{
    enum { MOST = 20000000 };

    if ((drafts->n - first) * drafts->n > MOST)
        return;
    for (size_t to = first; to < drafts->n; to++)
        for (size_t i = 0; i < drafts->n && drafts->list[to].into == to; i++) {
            struct text *t = &drafts->list[i];

            if (i == to || t->into != i || !covers(drafts->list[to].text, t->text))
                continue;
            drafts->list[to].count += t->count;
            t->into = to;
        }
}

static bool after_one_blank(struct slice text, const struct word *w)
{
    const char *p = w->before.p;

    return p >= text.p + 2 && p[-1] == ' ' && p[-2] != ' ' && p[-2] != '\t' && p[-2] != '\n';
}

/* `user=ann`, `rhost=web`, `host.name=web`: who or where it was will be another tomorrow. */
static bool names_somebody(struct slice before)
{
    static const char keys[] =
        "user username uname ruser login account owner host hostname rhost node client "
        "from to by ip addr pid tid tty port";
    struct slice part;

    if (!slice_ends(before, SLICE("=")))
        return false;
    before.n--;
    while (before.n && !char_is_word(before.p[0]))
        before = slice_from(before, 1);
    for (size_t i = 0; i < before.n; i++)
        if (!char_is_word(before.p[i]) && before.p[i] != '.')
            return true;
    while (slice_cut(&before, '.', &part))
        for (struct slice rest = slice_str(keys), key; slice_cut(&rest, ' ', &key);)
            if (key.n == part.n && strncasecmp(key.p, part.p, key.n) == 0)
                return true;
    return false;
}

/* May it be fixed again when it never changed? */
static bool may_be_fixed(const struct word *w)
{
    if (w->class == WORD_QUOTED)
        return w->core.n > 0 &&
               (slice_ends(w->before, SLICE("(")) || slice_ends(w->before, SLICE("[")));
    if (w->class == WORD_OTHER)
        return !names_somebody(w->before) &&
               slice_until(w->core, slice_has_digit(w->core) ? "/([@:#" : "([@").n == w->core.n;
    return w->class == WORD_DASH;
}

static void add_class(struct shape_word *to, enum word_class class)
{
    if (class == WORD_DASH)
        return;
    if (to->class == WORD_DASH)
        to->class = class;
    else if (to->class != class)
        to->class = WORD_OTHER;
}

/* Is it none of the numbers that -?[\\d.]+ finds? */
static bool is_odd(const struct word *w)
{
    if (w->class != WORD_NUMBER)
        return w->class == WORD_DASH;
    for (size_t i = 0; i < w->core.n; i++)
        if (!char_is_digit(w->core.p[i]) && w->core.p[i] != '.' && (i > 0 || w->core.p[i] != '-'))
            return true;
    return false;
}

static bool has_byte(struct slice s, char byte)
{
    return s.n && memchr(s.p, byte, s.n); /* the core of a word may be empty, without a place */
}

static void add_word(struct shape_word *to, struct slice pattern, const struct word *w, bool first)
{
    bool varies = !is_fixed(pattern), whole = varies && pattern.n == 1 && w->class == WORD_FIXED;
    struct slice value = whole ? w->before : w->core;

    if (first) {
        *to = (struct shape_word){
            .class = whole ? WORD_OTHER : w->class, .text = value, .unit = whole && is_unit(value)};
        to->variable = varies && !whole && !may_be_fixed(w);
        to->glued = w->glued;
        to->odd = is_odd(w);
        to->blanks = has_byte(value, ' ');
        to->quotes = has_byte(value, '"');
        to->same = true;
        if (!whole) {
            to->before = w->before;
            to->after = w->after;
        }
        return;
    }
    to->odd |= is_odd(w);
    to->blanks |= has_byte(value, ' ');
    to->quotes |= has_byte(value, '"');
    to->same &= slice_eq(value, to->text);
    to->unit &= whole && is_unit(value);
    to->variable |= !slice_eq(value, to->text);
    add_class(to, whole ? WORD_OTHER : w->class);
}

static bool ends_in_colon(const struct shape_word *w)
{
    return slice_ends(w->after.n ? w->after : w->text.n ? w->text : w->before, SLICE(":"));
}

/* A text is laid over its shape. */
static void add_text(struct shape *s, struct slice key, const struct text *t)
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
    s->ends = s->open && !more && s->nwords > 0 && s->nwords < WORDS_MAX &&
              ends_in_colon(&s->words[s->nwords - 1]);
}

/* Of a single line nobody knows what never changes: `txn=3bfd62` hardly. */
static void free_values(struct shape *s)
{
    for (size_t i = 0; i < s->nwords; i++)
        s->words[i].variable |=
            slice_ends(s->words[i].before, SLICE("=")) && slice_has_digit(s->words[i].text);
}

/* A number and a unit that varies are one value. */
static void join_units(struct shape *s)
{
    for (size_t i = 0; i < s->nwords; i++) {
        struct shape_word *w = &s->words[i];

        w->unit &= i > 0 && w->variable && w[-1].variable && w[-1].class == WORD_NUMBER &&
                   w[-1].after.n == 0 && w->one_blank;
        if (w->unit)
            w[-1].class = WORD_DURATION;
    }
}

static void make_shapes(struct shapes *s, const struct texts *drafts)
{
    for (size_t i = 0; i < s->texts.n; i++) {
        struct text *text = &s->texts.list[i], *draft = &drafts->list[text->into];

        while (&drafts->list[draft->into] != draft)
            draft = &drafts->list[draft->into];
        if (draft->shape == SIZE_MAX) {
            GROW(s->shapes, s->nshapes, s->shapes_cap);
            s->shapes[s->nshapes] = (struct shape){.nwords = 0};
            draft->shape = s->nshapes++;
        }
        text->shape = draft->shape;
        add_text(&s->shapes[text->shape], draft->text, text);
    }
    for (size_t i = 0; i < s->nshapes; i++) {
        join_units(&s->shapes[i]);
        if (s->shapes[i].count == 1)
            free_values(&s->shapes[i]);
    }
}

void shapes_find(struct shapes *s)
{
    struct texts drafts = {.n = 0}; /* the keys */
    struct buf key = BUF_INIT;

    for (size_t i = 0; i < s->texts.n; i++) {
        struct text *t = &s->texts.list[i];

        buf_clear(&key);
        first_key(t->text, &key);
        t->into = text_number(&drafts, buf_all(&key));
        drafts.list[t->into].count += t->count;
    }
    size_t first = drafts.n;

    if (!s->exact) {
        compare(&drafts, offer_end, ENDS_LEAST, UINT64_MAX);
        compare(&drafts, offer_reason, ENDS_LEAST, UINT64_MAX);
        compare(&drafts, offer_unit, UNITS_LEAST, UINT64_MAX);
        for (int i = 0; i < 3; i++)
            compare(&drafts, offer_word, BY_WORDS, UINT64_MAX);
        compare(&drafts, offer_begin, RARE_LEAST, RARE_LINES);
        gather(&drafts, first);
    }
    make_shapes(s, &drafts);
    texts_release(&drafts);
    buf_release(&key);
}
