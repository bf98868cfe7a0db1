/* ini -- our reader in front of inih.
 *
 * By default inih cuts a line at 200 bytes and still hands the cut value over, ends a value at a
 * blank and `;`, swallows an indented key into the value before it, splits at `:`, and says neither
 * where a section begins nor in which line a key stands; builds differ in all of that. So inih
 * never sees the text. The reader takes one logical entry (a key line and its indented lines),
 * keeps it, and hands inih a line that every build reads alike:
 *
 *     [s7]      a section
 *     k12=v12   an entry
 *     (empty)   a blank or comment line
 *
 * and the handler takes the kept entry when its tokens come back. A key begins in the first column;
 * an indented line continues the value; a blank or comment line ends it. What is wrong is said, and
 * reading goes on with what was most likely meant, so that one slip does not hide the next. */
#include "config.h"

#include "config/ini.h"

#include "base/slurp.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "config/ini_line.h"
#include "config/section.h"
#include "config/textfile.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>

enum { QUOTE_MAX = 60 };

struct parse {
    struct ini_doc *doc;
    struct mistakes *m;
    unsigned allowed; /* enum section_kind */
    struct lines in;
    unsigned kind;          /* of the open section, also where it is not allowed; 0 = unknown */
    struct map seen;        /* keys, see section_key() */
    struct ini_entry entry; /* on its way through inih */
    bool waiting;           /* ... and not back yet */
    unsigned nentries;
    bool said_early; /* that something stands before the first section */
};

static struct where here(const struct parse *ps)
{
    return (struct where){ps->doc->file, ps->in.number, 1};
}

/* For messages: the beginning of a text. */
static struct slice shown(struct slice s)
{
    s.n = utf8_cut(s, QUOTE_MAX);
    return s;
}

/* What stands before the first section is said once: a file without any, a log that was taken for
 * rules perhaps, is one mistake. */
static bool refuse_early(struct parse *ps, struct slice s)
{
    if (ps->doc->n)
        return false;
    if (!ps->said_early)
        mistake_add(ps->m, MISTAKE, here(ps),
                    "\"%.*s\" stands before any section, a line such as [event NAME]",
                    SLICE_FMT(shown(s)));
    ps->said_early = true;
    return true;
}

/* `KEY =` with a key of the open section? */
static bool reads_as_key(const struct parse *ps, struct slice s)
{
    struct slice name = line_key(s);
    const struct key *k;

    for (size_t i = 0; i < name.n; i++)
        if (!char_is_word(name.p[i]) && name.p[i] != '.')
            return false;
    k = key_find(name, ps->kind);
    return k && !(k->flags & KEY_ANY) && (ps->kind == 0 || (k->sections & ps->kind));
}

/* The line after, if it continues a value. */
static bool take_continuation(struct parse *ps, struct slice *ret_text)
{
    struct lines before = ps->in;
    struct line next;

    if (!line_take(&ps->in, &next))
        return false;
    if (next.indented && !line_is_comment(next.text) && *next.text.p != '[' &&
        !reads_as_key(ps, next.text)) {
        *ret_text = next.text;
        return true;
    }
    ps->in = before;
    return false;
}

/* Cuts the comment off a piece of a value, or refuses it. */
static struct slice without_comment(struct parse *ps, const char *name, unsigned flags,
                                    struct slice s)
{
    size_t at = line_comment_at(s);

    if (at == s.n)
        return s;
    if (flags & KEY_FREE) {
        mistake_add(
            ps->m, MISTAKE, here(ps),
            "\";\" after a blank would begin a comment and cut the value of \"%s\"; write \\; "
            "or put the comment on its own line",
            name);
        return s;
    }
    return slice_trim(slice_make(s.p, at));
}

/* In a help text a # is as good as any other word, and (?x) gives regexes comments of their own. */
static void warn_of_hash(struct parse *ps, const struct key *k, struct slice s)
{
    size_t at = line_hash_at(s);
    bool regex = k->type == TYPE_REGEX || k->type == TYPE_CONDITION;

    if (at == s.n || k->id == KEY_HELP || memmem(s.p, s.n, "(?x", 3))
        return;
    mistake_add(ps->m, WARNING, here(ps),
                "\"%.*s\" is part of the value: # begins a comment only at the beginning of a "
                "line%s",
                SLICE_FMT(shown(slice_from(s, at))),
                regex ? "; in a regex write [#] if it is meant" : "");
}

/* A blank at the end of a line belongs to no value; in a regex, or a value to be looked up, it may have
 * been meant. */
static void warn_of_blank(struct parse *ps, const struct key *k, const char *end)
{
    if (end < ps->in.end && char_is_blank(*end) &&
        (k->type == TYPE_REGEX || k->id == KEY_MAP_FIELD))
        mistake_add(ps->m, WARNING, here(ps),
                    "the blank at the end of the line is not part of the value of \"%s\"; %s",
                    ps->entry.name,
                    k->id == KEY_MAP_FIELD ? "none can end in one, so rewrite the field before"
                                           : "write [ ] or \\x20 if it is meant");
}

/* The value of ps->entry, whose first piece is given. */
static void take_value(struct parse *ps, struct slice first)
{
    struct ini_entry *e = &ps->entry;
    const struct key *k = key_find(slice_str(e->name), ps->kind);
    unsigned flags = k ? k->flags : 0;
    struct buf value = BUF_INIT;
    struct slice piece = first;
    unsigned pieces = 0;

    do {
        piece = without_comment(ps, e->name, flags, piece);
        if (k) {
            warn_of_hash(ps, k, piece);
            warn_of_blank(ps, k, piece.p + piece.n);
        }
        if (value.n && piece.n && !(flags & KEY_GLUE))
            buf_char(&value, ' ');
        buf_slice(&value, piece);
        pieces++;
    } while (take_continuation(ps, &piece));
    size_t joined = value.n;

    line_unescape(&value);
    e->as_written = pieces == 1 && value.n == joined;
    e->value = arena_slice(&ps->doc->text, buf_all(&value));
    buf_release(&value);
}

/* A line in the first column that is no `KEY = VALUE`. */
static void refuse(struct parse *ps, struct slice s)
{
    size_t n = slice_until(s, ": \t").n;

    if (line_key_has_blank(s) && s.p[n] != ':')
        mistake_add(ps->m, MISTAKE, here(ps), "\"%.*s\" is not a key: a key is one word",
                    SLICE_FMT(shown(line_key(s))));
    else if (n < s.n && key_find(slice_make(s.p, n), ps->kind))
        mistake_add(ps->m, MISTAKE, here(ps),
                    "only = divides a key from its value; write \"%.*s = ...\"", (int)n, s.p);
    else
        mistake_add(
            ps->m, MISTAKE, here(ps),
            "\"%.*s\" is neither KEY = VALUE nor [SECTION] nor a comment; indent a line that "
            "continues the value above",
            SLICE_FMT(shown(s)));
}

static bool take_entry(struct parse *ps, struct slice s)
{
    struct slice name = line_key(s), value;
    struct ini_entry *e = &ps->entry;
    bool divided = name.n > 0;

    for (size_t i = 0; i < name.n; i++)
        if (char_is_blank(name.p[i]))
            divided = false;
    if (refuse_early(ps, divided ? name : s))
        return false;
    e->at = here(ps);
    if (!divided) {
        refuse(ps, s);
        while (take_continuation(ps, &value))
            ;
        return false;
    }
    value = slice_trim(slice_from(s, (size_t)((const char *)memchr(s.p, '=', s.n) - s.p) + 1));
    e->at.column = (int)(value.p - s.p) + 1;
    e->name = arena_strslice(&ps->doc->text, name);
    take_value(ps, value);
    return true;
}

/* No more entries come: thousands of sections have one or two. */
static void trim(struct ini_section *s)
{
    if (s->n < s->cap) {
        s->cap = s->n;
        s->entries = xreallocarray(s->entries, s->cap ? s->cap : 1, sizeof *s->entries);
    }
}

static void add_section(struct parse *ps, struct slice text)
{
    struct ini_doc *d = ps->doc;
    struct slice word = slice_until(text, " \t");
    struct ini_section *new;

    if (d->n)
        trim(&d->sections[d->n - 1]);
    GROW(d->sections, d->n, d->cap);
    new = &d->sections[d->n++];
    *new = (struct ini_section){
        .text = arena_strslice(&d->text, text),
        .word = arena_strslice(&d->text, word),
        .name = arena_strslice(&d->text, slice_trim(slice_from(text, word.n))),
        .at = here(ps),
    };
    new->kind = section_check(new, ps->allowed, ps->m);
    ps->kind = section_kind(slice_str(new->word));
}

/* `[text]`, and perhaps a comment. A section is opened whatever is wrong with the line. */
static void take_section(struct parse *ps, struct slice s)
{
    const char *close = memchr(s.p, ']', s.n);
    struct slice rest;

    if (!close) {
        mistake_add(ps->m, MISTAKE, here(ps), "\"%.*s\" has no ] at its end", SLICE_FMT(shown(s)));
        add_section(ps, slice_trim(slice_make(s.p + 1, line_comment_at(s) - 1)));
        return;
    }
    rest = slice_trim(slice_from(s, (size_t)(close + 1 - s.p)));
    if (!line_is_comment(rest))
        mistake_add(ps->m, MISTAKE, here(ps), "\"%.*s\" after ] is not part of the section",
                    SLICE_FMT(shown(rest)));
    else if (rest.n && *rest.p == '#')
        mistake_add(ps->m, WARNING, here(ps),
                    "# begins a comment only at the beginning of a line; after ] write ;");
    add_section(ps, slice_trim(slice_make(s.p + 1, (size_t)(close - s.p - 1))));
}

/* An indented line that continues nothing, or that looks like more than a continuation. True when
 * it is to be read as if it began in the first column. */
static bool take_indented(struct parse *ps, struct slice s)
{
    if (*s.p == '[') {
        mistake_add(ps->m, MISTAKE, here(ps),
                    "\"%.*s\" is indented; a section begins in the first column, and a continued "
                    "value cannot go on with [",
                    SLICE_FMT(shown(s)));
        return section_kind(line_section_word(s)) != 0;
    }
    if (refuse_early(ps, s))
        return false;
    if (reads_as_key(ps, s)) {
        mistake_add(ps->m, MISTAKE, here(ps),
                    "\"%.*s\" is indented and would continue the value above; begin a key in the "
                    "first column",
                    SLICE_FMT(shown(line_key(s))));
        return true;
    }
    mistake_add(
        ps->m, MISTAKE, here(ps),
        "the indented line \"%.*s\" continues no value: the line above ended it; begin a key "
        "in the first column",
        SLICE_FMT(shown(s)));
    return false;
}

static void disagreed(struct parse *ps)
{
    if (ps->waiting)
        mistake_add(ps->m, MISTAKE, ps->entry.at,
                    "inih did not hand \"%s\" back; this build of inih cannot be used",
                    ps->entry.name);
    ps->waiting = false;
}

/* inih asks for a line. */
static char *next_line(char *out, int size, void *ctx)
{
    struct parse *ps = ctx;
    struct line l;

    disagreed(ps);
    if (!line_take(&ps->in, &l))
        return NULL;
    snprintf(out, (size_t)size, "\n");
    if (line_is_comment(l.text) || (l.indented && !take_indented(ps, l.text)))
        return out;
    if (*l.text.p == '[') {
        take_section(ps, l.text);
        snprintf(out, (size_t)size, "[s%zu]\n", ps->doc->n);
    } else if (take_entry(ps, l.text)) {
        ps->waiting = true;
        ps->nentries++;
        snprintf(out, (size_t)size, "k%u=v%u\n", ps->nentries, ps->nentries);
    }
    return out;
}

/* inih hands an entry over: it must be the one last given to it. */
static int entry_back(void *ctx, const char *section, const char *name, const char *value)
{
    struct parse *ps = ctx;
    struct ini_section *s;
    char want_section[32], want_name[32], want_value[32];

    if (!name) /* a build that also announces sections */
        return 1;
    snprintf(want_section, sizeof want_section, "s%zu", ps->doc->n);
    snprintf(want_name, sizeof want_name, "k%u", ps->nentries);
    snprintf(want_value, sizeof want_value, "v%u", ps->nentries);
    if (!ps->waiting || !value || strcmp(section, want_section) != 0 ||
        strcmp(name, want_name) != 0 || strcmp(value, want_value) != 0)
        return 1;
    s = &ps->doc->sections[ps->doc->n - 1];
    GROW(s->entries, s->n, s->cap);
    ps->entry.key = s->kind ? section_key(s, ps->doc->n, &ps->entry, &ps->seen, ps->m) : NULL;
    s->entries[s->n++] = ps->entry;
    ps->waiting = false;
    return 1;
}

struct ini_doc *ini_read_text(struct slice text, const char *name, unsigned allowed,
                              struct mistakes *m)
{
    struct ini_doc *d = xcalloc(1, sizeof *d);
    struct parse ps = {.doc = d, .m = m, .allowed = allowed};

    d->file = arena_str(&d->text, name);
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_from(text, 3);
    if (!textfile_check(text, d->file, m))
        return d;
    ps.in = (struct lines){text.p, slice_from(text, text.n).p, 0};
    (void)ini_parse_stream(next_line, &ps, entry_back, &ps);
    disagreed(&ps);
    map_release(&ps.seen);
    return d;
}

struct ini_doc *ini_read(const char *path, unsigned allowed, struct mistakes *m)
{
    struct buf text = BUF_INIT, why = BUF_INIT;
    struct ini_doc *d = NULL;

    if (slurp_given(path, INI_FILE_MAX, true, &text, &why))
        d = ini_read_text(buf_all(&text), path, allowed, m);
    else
        mistake_add(m, MISTAKE, (struct where){.file = path}, "cannot read it: %s", why.p);
    buf_release(&text);
    buf_release(&why);
    return d;
}

bool ini_refuse_quotes(struct mistakes *m, struct slice text, struct where at)
{
    if (!ini_is_quoted(text))
        return false;
    mistake_add(m, MISTAKE, at, "%.*s is quoted; leave the quotes out", SLICE_FMT(text));
    return true;
}

int ini_end_column(struct slice line, int column)
{
    struct slice text = slice_trim(slice_make(line.p, line_comment_at(line)));
    const char *end = text.p + text.n;
    const char *close = text.n && *text.p == '[' ? memchr(text.p, ']', text.n) : NULL;

    if (column == 1 && line_key(text).n)
        end = line_key(text).p + line_key(text).n;
    else if (column == 1 && close)
        end = close + 1;
    return end - line.p < column ? column : (int)(end - line.p) + 1;
}

struct where ini_at(const struct ini_entry *e, const char *piece)
{
    struct where at = e->at;

    if (e->as_written)
        at.column += (int)(piece - e->value.p);
    return at;
}

void ini_free(struct ini_doc *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n; i++)
        free(d->sections[i].entries);
    free(d->sections);
    arena_release(&d->text);
    free(d);
}
