/* kinds -- signs of lines, and the texts that stand for them. */
#include "config.h"

#include "report/kinds.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "decode/fields.h"

#include <stdlib.h>

enum {
    TEXT_BYTES = 64 << 20, /* of all texts, and of a line of each */
    LINE_MAX_BYTES = 4096, /* of a line; what is behind tells kinds apart no better */
    SIGN_MAX_BYTES = 1024,
    ALL_TAKEN =
        4, /* the first lines of a kind, then the 8th, 16th, 32nd, ...: values show what varies */
};

/* One of the words that hold digits. */
#define DIGITS UINT64_C(0x9e3779b97f4a7c15)

/* Bytes of words, a bit each: digits, letters, - . _ and all of other languages. What is left divides words. */
static const uint64_t of_words[4] = {UINT64_C(0x03ff600000000000), UINT64_C(0x07fffffe87fffffe),
                                     UINT64_MAX, UINT64_MAX};

static uint64_t sign_of(struct slice line)
{
    uint64_t h = DIGITS, word = 0;
    bool digits = false; /* in the word */

    line.n = line.n < SIGN_MAX_BYTES ? line.n : SIGN_MAX_BYTES;
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];

        word = (word << 7 | word >> 57) ^ c;
        digits |= (unsigned char)(c - '0') < 10;
        if (of_words[c >> 6] >> (c & 63) & 1)
            continue;
        h = hash_fold(h ^ (digits ? DIGITS + c : word), DIGITS);
        word = 0;
        digits = false;
    }
    return hash_fold(h ^ (digits ? DIGITS : word), DIGITS);
}

/* JSON says what its fields say, each once; as a text it may be one word. */
struct saying {
    struct buf text;
    struct arena *scratch;
};

/* An inner object or array that is not empty: its members have been said. What a string holds is behind a quote. */
static bool has_members(const struct field *value)
{
    return value->kind == FIELD_TEXT && value->n > 2 && strchr("{[", value->p[0]) &&
           value->p[-1] != '"';
}

static void say_field(void *ctx, struct slice name, const struct field *value)
{
    struct saying *s = ctx;
    struct field copy = *value;

    if (has_members(value))
        return;
    if (s->text.n < LINE_MAX_BYTES)
        buf_fmt(&s->text, "%s%.*s=", s->text.n ? " " : "", SLICE_FMT(name));
    if (s->text.n < LINE_MAX_BYTES)
        buf_slice(&s->text, field_text(&copy, s->scratch));
}

static void take(struct kinds *k, struct kind *kind, struct slice record, struct slice line)
{
    struct arena scratch = {0};
    struct saying s = {BUF_INIT, &scratch};
    struct slice text = line;

    if (record.n && record.p[0] == '{' && json_each(record, say_field, &s) && s.text.n)
        text = buf_all(&s.text);
    text.n = utf8_cut(text, LINE_MAX_BYTES);
    size_t number = shapes_add(&k->shapes, text);

    if (number == k->nexamples) {
        GROW(k->examples, k->nexamples, k->examples_cap);
        line.n = utf8_cut(line, LINE_MAX_BYTES);
        k->examples[k->nexamples++] = (struct slice){xstrslice(line), line.n};
        k->bytes += 2 * text.n;
    }
    if (kind->taken++ == 0)
        kind->text = number;
    buf_release(&s.text);
    arena_release(&scratch);
}

static bool is_full(const struct kinds *k)
{
    return k->nexamples >= k->most || k->bytes >= TEXT_BYTES;
}

static struct kind *look_up(const struct kinds *k, uint64_t sign)
{
    uint32_t tag = (uint32_t)(sign >> 32);

    for (size_t at = k->slots.list ? slots_first(&k->slots, tag) : 0;
         k->slots.list && k->slots.list[at].ref; at = slots_next(&k->slots, at))
        if (k->slots.list[at].tag == tag && k->list[k->slots.list[at].ref - 1].sign == sign)
            return &k->list[k->slots.list[at].ref - 1];
    return NULL;
}

/* NULL: it would be new, and there is no more room. */
static struct kind *find(struct kinds *k, uint64_t sign)
{
    struct kind *known = look_up(k, sign);

    if (known || is_full(k))
        return known;
    slots_add(&k->slots, (uint32_t)(sign >> 32), (uint32_t)k->n, SLOTS_HALF);
    GROW(k->list, k->n, k->cap);
    k->list[k->n] = (struct kind){.sign = sign};
    return &k->list[k->n++];
}

void kinds_add(struct kinds *k, struct slice record)
{
    struct slice rest = record, line;
    struct kind *kind;

    (void)slice_cut(&rest, '\n', &line);
    kind = find(k, sign_of(line));
    if (!kind) {
        k->ungrouped++;
        return;
    }
    kind->count++;
    if (kind->count <= ALL_TAKEN || (!is_full(k) && (kind->count & (kind->count - 1)) == 0))
        take(k, kind, record, line);
}

static int by_count(const void *x, const void *y)
{
    const struct shape *a = x, *b = y;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return slice_cmp(a->example, b->example);
}

static size_t number_of(const struct shapes *s, struct slice text)
{
    uint64_t number = 0;

    (void)map_get(&s->texts.numbers, text, &number);
    return (size_t)number;
}

/* After they were sorted, texts find theirs again: each shape has one of its texts. */
static void renumber(struct shapes *s)
{
    size_t *now = xcalloc(s->nshapes, sizeof *now);

    for (size_t i = 0; i < s->nshapes; i++)
        now[s->texts.list[number_of(s, s->shapes[i].example)].shape] = i;
    for (size_t i = 0; i < s->texts.n; i++)
        s->texts.list[i].shape = now[s->texts.list[i].shape];
    free(now);
}

void kinds_find(struct kinds *k)
{
    struct shapes *s = &k->shapes;

    shapes_find(s);
    for (size_t i = 0; i < k->n; i++)
        s->shapes[s->texts.list[k->list[i].text].shape].count +=
            k->list[i].count - k->list[i].taken;
    if (s->nshapes)
        qsort(s->shapes, s->nshapes, sizeof *s->shapes, by_count);
    renumber(s);
}

const struct shape *kinds_of(const struct kinds *k, struct slice record)
{
    const struct kind *kind;
    struct slice line;

    (void)slice_cut(&record, '\n', &line);
    kind = look_up(k, sign_of(line));
    return kind ? &k->shapes.shapes[k->shapes.texts.list[kind->text].shape] : NULL;
}

void kinds_release(struct kinds *k)
{
    for (size_t i = 0; i < k->nexamples; i++)
        free((char *)k->examples[i].p);
    free(k->examples);
    shapes_release(&k->shapes);
    slots_release(&k->slots);
    free(k->list);
    *k = (struct kinds){.most = k->most};
}

struct slice kinds_example(const struct kinds *k, const struct shape *s)
{
    return k->examples[number_of(&k->shapes, s->example)];
}

static const char *class_word(enum word_class class)
{
    static const char *const words[WORD_CLASSES] = {
        [WORD_NUMBER] = "number", [WORD_TIME] = "time",         [WORD_DATE] = "date",
        [WORD_SIZE] = "size",     [WORD_DURATION] = "duration", [WORD_PERCENT] = "percent",
        [WORD_ID] = "id",         [WORD_ADDRESS] = "address",   [WORD_PATH] = "path",
        [WORD_METHOD] = "method", [WORD_BOOL] = "bool",         [WORD_QUOTED] = "quoted",
    };

    return words[class] ? words[class] : "...";
}

/* What stood between quotes and never changed tells more than that it was quoted. */
static bool is_told(const struct shape_word *w)
{
    return !w->variable || (w->class == WORD_QUOTED && w->same);
}

static void add_shape_word(const struct shape_word *w, struct buf *out)
{
    if (w->unit) /* it is told with its number */
        return;
    if (out->n && !w->glued)
        buf_char(out, ' ');
    buf_slice(out, w->before);
    if (is_told(w))
        buf_slice(out, w->text);
    else
        buf_fmt(out, "<%s>", class_word(w->class));
    buf_slice(out, w->after);
}

static bool is_pairs(const struct shape *s)
{
    for (size_t i = 0; i < s->nwords; i++)
        if (!s->words[i].glued &&
            (s->words[i].before.n == 0 || !memchr(s->words[i].before.p, '=', s->words[i].before.n)))
            return false;
    return true;
}

/* The words that are the same in all lines, or those that are not; what is glued goes with what it is glued to. */
static void add_shape_words(const struct shape *s, bool told, struct buf *out)
{
    bool taken = false;

    for (size_t i = 0; i < s->nwords; i++) {
        taken = s->words[i].glued ? taken : is_told(&s->words[i]) == told;
        if (taken)
            add_shape_word(&s->words[i], out);
    }
}

/* Of pairs, whose order says nothing, those come first that are the same in all lines: what is behind may be cut off. */
void kinds_words(const struct shape *s, struct buf *out)
{
    if (s->differs && is_pairs(s)) {
        add_shape_words(s, true, out);
        add_shape_words(s, false, out);
    } else {
        for (size_t i = 0; s->differs && i < s->nwords; i++)
            add_shape_word(&s->words[i], out);
    }
    if (!s->differs)
        buf_slice(out, s->example);
    else if (s->open)
        buf_str(out, " ...");
}
