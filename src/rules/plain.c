/* plain -- the regex becomes a row of items; one after the other must fit where the one before ended.
 *
 * A repeated class takes all that it can. Mostly what comes next cannot begin with a byte of the class, and
 * so no shorter take would do (`firm`). Where it can (`.*`), places to go back to are kept on a stack, and of
 * the next text the last one (of a lazy class the first one) that stands there is searched for. A FORK is the
 * other place of such a kind: its way goes on with the next item, and if that fails with another.
 *
 * No group is repeated, so each way to the end sets a group once, or not at all. */
#include "config.h"

#include "rules/plain.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <stdint.h>
#include <stdlib.h>

enum {
    ITEMS_MAX = 96,
    GROUPS_MAX = 30,
    FORKS_MAX = 8,
    SETS_MAX = 8, /* those that are no complement of one byte */
    TIMES_MAX = 1000,
    TIMES_ANY = INT32_MAX,
    CHOICES_MAX = 16,
    PATIENCE = 16,         /* for each byte of the subject */
    PATIENCE_LEAST = 4096, /* and for the first */
};

#define UNSET SIZE_MAX /* a group that took no part, as PCRE2 says it */

/* A set of bytes. */
struct set {
    uint64_t bits[4];
};

/* A FIELD is the first of a MARK, a firm SET and a MARK, which are done at once: most groups are that. */
enum item_kind { ITEM_TEXT, ITEM_SET, ITEM_MARK, ITEM_FIELD, ITEM_FORK, ITEM_JUMP, ITEM_END };

struct item {
    enum item_kind kind;
    union {
        struct { /* TEXT */
            struct slice text;
            size_t rare; /* which of its bytes lines have least often */
        };
        struct { /* SET: bytes whose kinds have this bit; or, of 0, all but `stop` */
            uint32_t least, most;
            uint32_t
                next_text; /* the item that stands right behind it, if that is a text; else 0 */
            bool lazy;
            bool firm; /* what it takes is never given back */
            uint8_t bit;
            char stop;
        };
        unsigned mark; /* MARK, FIELD: where the subject is at goes to spans[mark] */
        unsigned to;   /* JUMP; and FORK, if the next one fails */
    };
};

struct plain {
    char *texts;         /* of all TEXTs */
    bool to_end;         /* $ */
    unsigned first_text; /* the item that each match begins with; UINT_MAX: with ^ */
    uint8_t *kinds;      /* of each byte: the sets that have it; NULL where there are none */
    struct item items[];
};

static bool set_has(const struct set *s, unsigned c)
{
    return s->bits[c / 64] >> c % 64 & 1;
}

static void set_add(struct set *s, char c)
{
    unsigned char u = (unsigned char)c;

    s->bits[u / 64] |= UINT64_C(1) << u % 64;
}

static void set_add_all(struct set *s, const struct set *of, bool but)
{
    for (unsigned i = 0; i < 4; i++)
        s->bits[i] |= but ? ~of->bits[i] : of->bits[i];
}

static bool sets_meet(const struct set *a, const struct set *b)
{
    uint64_t both = 0;

    for (unsigned i = 0; i < 4; i++)
        both |= a->bits[i] & b->bits[i];
    return both;
}

/* --- reading the regex ------------------------------------------------------------------------ */

struct group {
    unsigned number;      /* 0: no capture */
    unsigned begin;       /* item, before its mark */
    unsigned alternative; /* item that the present one begins with */
};

struct reading {
    struct slice rest;
    bool from_start, to_end;
    char *texts;
    size_t ntexts;   /* bytes of them */
    unsigned groups; /* begun */
    struct group open[GROUPS_MAX];
    unsigned nopen;
    unsigned forks;
    bool apart; /* a byte that comes begins a new text */
    unsigned n;
    struct item items[ITEMS_MAX + 1];
    struct set sets[ITEMS_MAX + 1]; /* of items that are SETs */
};

static struct item *add_item(struct reading *r, enum item_kind kind)
{
    if (r->n == ITEMS_MAX)
        return NULL;
    r->items[r->n] = (struct item){.kind = kind};
    r->apart = true;
    return &r->items[r->n++];
}

static bool add_mark(struct reading *r, unsigned mark)
{
    struct item *i = add_item(r, ITEM_MARK);

    if (i)
        i->mark = mark;
    return i;
}

/* One byte more to the text at the end, or to a new one. */
static bool add_byte(struct reading *r, char c)
{
    struct item *last = r->n ? &r->items[r->n - 1] : NULL;

    if (r->apart || !last) {
        last = add_item(r, ITEM_TEXT);
        if (!last)
            return false;
        last->text = slice_make(r->texts + r->ntexts, 0);
        r->apart = false;
    }
    r->texts[r->ntexts++] = c;
    last->text.n++;
    return true;
}

/* Before item `at`, to what comes behind all that there is now. */
static bool insert_fork(struct reading *r, unsigned at)
{
    if (r->n == ITEMS_MAX || r->forks == FORKS_MAX)
        return false;
    memmove(r->items + at + 1, r->items + at, (r->n - at) * sizeof *r->items);
    memmove(r->sets + at + 1, r->sets + at, (r->n - at) * sizeof *r->sets);
    r->n++;
    r->forks++;
    for (unsigned i = at + 1; i < r->n; i++)
        if (r->items[i].kind == ITEM_FORK || r->items[i].kind == ITEM_JUMP)
            r->items[i].to++;
    r->items[at] = (struct item){.kind = ITEM_FORK, .to = r->n};
    r->apart = true;
    return true;
}

static bool skip(struct reading *r, const char *what)
{
    struct slice s = slice_str(what);

    if (!slice_starts(r->rest, s))
        return false;
    r->rest = slice_from(r->rest, s.n);
    return true;
}

static char next_byte(struct reading *r)
{
    char c = r->rest.p[0];

    r->rest = slice_from(r->rest, 1);
    return c;
}

/* Not NUL, which strchr would find. */
static bool is_one_of(char c, const char *list)
{
    return c && strchr(list, c);
}

/* \d and its like; false: it is none. */
static bool add_kind(struct set *s, char letter)
{
    struct set kind = {{0}};
    char lower = char_lower(letter);

    for (int c = 0; c < 128; c++)
        if (lower == 'd'   ? char_is_digit((char)c)
            : lower == 'w' ? char_is_word((char)c)
                           : c == ' ' || (c >= '\t' && c <= '\r'))
            set_add(&kind, (char)c);
    set_add_all(s, &kind, letter != lower);
    return is_one_of(lower, "dws");
}

/* What `\` and this stand for, if it is one byte. */
static bool escaped_byte(char c, char *ret)
{
    static const char letters[] = "tnr", bytes[] = "\t\n\r";

    *ret = is_one_of(c, letters) ? bytes[strchr(letters, c) - letters] : c;
    return is_one_of(c, letters) || (c >= ' ' && c < 0x7f && !char_is_word(c));
}

/* One byte, or a kind of them, of a class. */
static bool class_piece(struct reading *r, struct set *s, char *ret_byte, bool *ret_is_byte)
{
    char c = next_byte(r);

    *ret_is_byte = true;
    *ret_byte = c;
    if (c != '\\')
        return c > '\0' && c != '[';
    if (r->rest.n == 0)
        return false;
    c = next_byte(r);
    *ret_is_byte = escaped_byte(c, ret_byte);
    return *ret_is_byte || add_kind(s, c);
}

/* Behind `[`. */
static bool read_class(struct reading *r, struct set *ret)
{
    struct set s = {{0}};
    bool but = skip(r, "^"), is_byte, to_is_byte = true;
    char from, to;

    if (slice_starts(r->rest, SLICE("]")))
        return false;
    while (r->rest.n && r->rest.p[0] != ']') {
        if (!class_piece(r, &s, &from, &is_byte))
            return false;
        to = from;
        if (r->rest.n > 1 && r->rest.p[0] == '-' && r->rest.p[1] != ']') {
            (void)next_byte(r);
            if (!is_byte || !class_piece(r, &s, &to, &to_is_byte) || !to_is_byte || to < from)
                return false;
        }
        for (unsigned c = (unsigned char)from; is_byte && c <= (unsigned char)to; c++)
            set_add(&s, (char)c);
    }
    set_add_all(ret, &s, but);
    return skip(r, "]");
}

static bool read_number(struct reading *r, uint32_t *ret)
{
    size_t begin = r->rest.n;

    *ret = 0;
    while (r->rest.n && char_is_digit(r->rest.p[0]) && *ret <= TIMES_MAX)
        *ret = *ret * 10 + (uint32_t)(next_byte(r) - '0');
    return r->rest.n < begin && *ret <= TIMES_MAX;
}

/* `{` and what looks like times, though it may be none to PCRE2. */
static bool looks_like_times(struct slice rest)
{
    return rest.n > 1 && rest.p[0] == '{' &&
           (char_is_digit(rest.p[1]) || is_one_of(rest.p[1], ", \t"));
}

/* Behind `{`. */
static bool read_bounds(struct reading *r, struct item *i)
{
    if (!read_number(r, &i->least))
        return false;
    i->most = i->least;
    if (skip(r, ",}")) {
        i->most = TIMES_ANY;
        return true;
    }
    if (skip(r, ",") && !read_number(r, &i->most))
        return false;
    return skip(r, "}") && i->most >= i->least;
}

/* How often the piece before may stand: once, where nothing is said. */
static bool read_times(struct reading *r, struct item *i, bool *ret_any)
{
    *ret_any = true;
    i->least = 0;
    i->most = TIMES_ANY;
    if (skip(r, "+")) {
        i->least = 1;
    } else if (skip(r, "?")) {
        i->most = 1;
    } else if (looks_like_times(r->rest)) {
        (void)next_byte(r);
        if (!read_bounds(r, i))
            return false;
    } else if (!skip(r, "*")) {
        i->least = i->most = 1;
        *ret_any = false;
        return true;
    }
    i->lazy = skip(r, "?");
    i->firm = !i->lazy && skip(r, "+");
    return true;
}

/* Behind `(`. */
static bool begin_group(struct reading *r)
{
    struct group *g = &r->open[r->nopen];
    bool named = skip(r, "?<") || skip(r, "?P<");

    if (r->nopen == GROUPS_MAX)
        return false;
    *g = (struct group){.begin = r->n};
    while (named && r->rest.n && char_is_word(r->rest.p[0]))
        (void)next_byte(r);
    if (named && !skip(r, ">")) /* a lookbehind */
        return false;
    if (named || !skip(r, "?:")) {
        if (!named && r->rest.n && is_one_of(r->rest.p[0], "?*"))
            return false;
        g->number = ++r->groups;
        if (g->number > GROUPS_MAX || !add_mark(r, 2 * g->number))
            return false;
    }
    g->alternative = r->n;
    r->nopen++;
    r->apart = true;
    return true;
}

/* Behind `|`. The end of the group is told when it is there. */
static bool next_alternative(struct reading *r)
{
    struct group *g = &r->open[r->nopen - 1];
    struct item *jump = add_item(r, ITEM_JUMP);

    if (!jump || !insert_fork(r, g->alternative))
        return false;
    r->items[r->n - 1].to = UINT32_MAX / 2;
    g->alternative = r->n;
    return true;
}

/* Behind `)`. */
static bool end_group(struct reading *r)
{
    const struct group *g = &r->open[--r->nopen];

    for (unsigned i = g->begin; i < r->n; i++)
        if (r->items[i].kind == ITEM_JUMP && r->items[i].to >= UINT32_MAX / 2)
            r->items[i].to = r->n;
    r->apart = true;
    if (g->number && !add_mark(r, 2 * g->number + 1))
        return false;
    if (skip(r, "?") && !insert_fork(r, g->begin))
        return false;
    return !(r->rest.n && is_one_of(r->rest.p[0], "*+?")) && !looks_like_times(r->rest);
}

/* A byte, or a set of them. */
static bool read_atom(struct reading *r, char c, struct set *ret_set, bool *ret_is_byte,
                      char *ret_byte)
{
    struct set newline = {{0}};

    *ret_is_byte = false;
    *ret_byte = c;
    switch (c) {
    case '.':
        set_add(&newline, '\n');
        set_add_all(ret_set, &newline, true);
        return true;
    case '[':
        return read_class(r, ret_set);
    case '\\':
        if (r->rest.n == 0)
            return false;
        c = next_byte(r);
        *ret_is_byte = escaped_byte(c, ret_byte);
        return *ret_is_byte || add_kind(ret_set, c);
    default:
        *ret_is_byte = true;
        return c > '\0' && !is_one_of(c, "^*+?") &&
               !looks_like_times((struct slice){r->rest.p - 1, r->rest.n + 1});
    }
}

/* One piece and its times. */
static bool read_piece(struct reading *r)
{
    struct item new = {.kind = ITEM_SET}, *i;
    struct set set = {{0}};
    char c = next_byte(r);
    bool is_byte, repeated;

    if (c == '(')
        return begin_group(r);
    if (c == '|')
        return r->nopen && next_alternative(r);
    if (c == ')')
        return r->nopen && end_group(r);
    if (c == '$')
        return r->to_end = r->rest.n == 0 && r->nopen == 0;
    if (!read_atom(r, c, &set, &is_byte, &c) || !read_times(r, &new, &repeated))
        return false;
    if (is_byte && !repeated)
        return add_byte(r, c);
    if (is_byte)
        set_add(&set, c);
    i = add_item(r, ITEM_SET);
    if (!i)
        return false;
    *i = new;
    r->sets[i - r->items] = set;
    return true;
}

static unsigned skip_marks(const struct reading *r, unsigned i)
{
    while (r->items[i].kind == ITEM_MARK)
        i++;
    return i;
}

static bool read_all(struct reading *r)
{
    r->from_start = skip(r, "^");
    while (r->rest.n)
        if (!read_piece(r))
            return false;
    if (r->nopen || r->n == 0)
        return false;
    r->items[r->n].kind = ITEM_END;
    return r->from_start || r->items[skip_marks(r, 0)].kind == ITEM_TEXT;
}

/* --- what is known beforehand ----------------------------------------------------------------- */

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
static bool add_first(const struct reading *r, unsigned i, struct set *ret)
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
static bool is_firm(const struct reading *r, unsigned i)
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
static bool give_bit(struct reading *r, unsigned i, uint8_t *kinds, struct set *known,
                     unsigned *nknown)
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
static bool look_ahead(struct reading *r, uint8_t *kinds, unsigned *ret_sets)
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

static void join_fields(struct reading *r)
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
    struct reading r = {.rest = regex, .texts = xcalloc(regex.n + 1, 1)};
    uint8_t kinds[256] = {0};
    unsigned nsets = 0;
    struct plain *p;

    if (!read_all(&r) || !look_ahead(&r, kinds, &nsets)) {
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

/* --- matching --------------------------------------------------------------------------------- */

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
    struct choice choices[CHOICES_MAX];
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
static inline __attribute__((always_inline)) const char *past(const uint8_t *kinds, uint8_t bit,
                                                              const char *p, const char *end)
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
    struct walk w;

    w.regex = p;
    w.p = subject.p;
    w.n = subject.n;
    w.patience = PATIENCE * subject.n + PATIENCE_LEAST;
    w.spans = ret_spans;
    if (p->first_text != UINT32_MAX)
        return match_from_texts(&w, &p->items[p->first_text]);
    return match_at(&w, 0) ? PLAIN_YES : w.patience ? PLAIN_NO : PLAIN_UNDECIDED;
}
