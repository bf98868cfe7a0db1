/* plain_read -- one piece of the regex after the other becomes items at the end of the row; what stands for
 * more than one way (`|`, `?` behind a group) puts a FORK before those it is of.
 *
 * Nothing is read that might mean something else to any version of PCRE2. */
#include "config.h"

#include "rules/plain_read.h"

#include "base/xalloc.h"

enum {
    GROUPS_MAX = 30,
    FORKS_MAX = 8,
    TIMES_MAX = 1000,
    TIMES_ANY = INT32_MAX,
};

struct group {
    unsigned number;      /* 0: no capture */
    unsigned begin;       /* item, before its mark */
    unsigned alternative; /* item that the present one begins with */
};

struct reading {
    struct slice rest;
    struct row *row;
    size_t ntexts;   /* bytes of its texts */
    unsigned groups; /* begun */
    struct group open[GROUPS_MAX];
    unsigned nopen;
    unsigned forks;
    bool apart; /* a byte that comes begins a new text */
};

static struct item *add_item(struct reading *r, enum item_kind kind)
{
    if (r->row->n == ITEMS_MAX)
        return NULL;
    r->row->items[r->row->n] = (struct item){.kind = kind};
    r->apart = true;
    return &r->row->items[r->row->n++];
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
    struct item *last = r->row->n ? &r->row->items[r->row->n - 1] : NULL;

    if (r->apart || !last) {
        last = add_item(r, ITEM_TEXT);
        if (!last)
            return false;
        last->text = slice_make(r->row->texts + r->ntexts, 0);
        r->apart = false;
    }
    r->row->texts[r->ntexts++] = c;
    last->text.n++;
    return true;
}

/* Before item `at`, to what comes behind all that there is now. */
static bool insert_fork(struct reading *r, unsigned at)
{
    if (r->row->n == ITEMS_MAX || r->forks == FORKS_MAX)
        return false;
    memmove(r->row->items + at + 1, r->row->items + at, (r->row->n - at) * sizeof *r->row->items);
    memmove(r->row->sets + at + 1, r->row->sets + at, (r->row->n - at) * sizeof *r->row->sets);
    r->row->n++;
    r->forks++;
    for (unsigned i = at + 1; i < r->row->n; i++)
        if (r->row->items[i].kind == ITEM_FORK || r->row->items[i].kind == ITEM_JUMP)
            r->row->items[i].to++;
    r->row->items[at] = (struct item){.kind = ITEM_FORK, .to = r->row->n};
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
    *g = (struct group){.begin = r->row->n};
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
    g->alternative = r->row->n;
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
    r->row->items[r->row->n - 1].to = UINT32_MAX / 2;
    g->alternative = r->row->n;
    return true;
}

/* Behind `)`. */
static bool end_group(struct reading *r)
{
    const struct group *g = &r->open[--r->nopen];

    for (unsigned i = g->begin; i < r->row->n; i++)
        if (r->row->items[i].kind == ITEM_JUMP && r->row->items[i].to >= UINT32_MAX / 2)
            r->row->items[i].to = r->row->n;
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
        return r->row->to_end = r->rest.n == 0 && r->nopen == 0;
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
    r->row->sets[i - r->row->items] = set;
    return true;
}

bool plain_read(struct slice regex, struct row *ret)
{
    struct reading r = {.rest = regex, .row = ret};

    *ret = (struct row){.texts = xcalloc(regex.n + 1, 1)};
    ret->from_start = skip(&r, "^");
    while (r.rest.n)
        if (!read_piece(&r))
            return false;
    ret->items[ret->n].kind = ITEM_END;
    return r.nopen == 0 && ret->n > 0;
}
