/* words -- small things that every loader needs: names, lists, regexes with a caret. */
#include "config.h"

#include "rules/load/loader.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>

enum {
    CARET_WIDTH = 72,    /* of a text shown under its mistake */
    HINTS_MAX = 2000000, /* mistakes times names: beyond, no names are compared any more */
};

void *load_alloc(struct load *l, size_t count, size_t size)
{
    return arena_zalloc(l->text, count * size);
}

const char *load_nearest(struct load *l, const struct map *names, struct slice word)
{
    const char **list = xcalloc(names->n + 1, sizeof *list), *near;
    struct arena text = {0};
    struct slice key;
    uint64_t value;
    size_t n = 0;

    if (l->m->n * names->n > HINTS_MAX) {
        free(list);
        return NULL;
    }
    for (size_t at = 0; map_next(names, &at, &key, &value);)
        list[n++] = arena_strslice(&text, key);
    near = nearest(word, list, n);
    near = near ? arena_str(l->text, near) : NULL;
    arena_release(&text);
    free(list);
    return near;
}

bool load_is_builtin(struct slice name)
{
    for (unsigned i = 0; i < CTX_BUILTINS; i++)
        if (slice_eq(name, slice_str(context_names[i])))
            return true;
    return false;
}

bool load_list(struct load *l, const struct ini_entry *e, struct slice *rest,
               struct slice *ret_piece)
{
    bool first = rest->p == e->value.p;

    while (slice_cut(rest, ',', ret_piece)) {
        *ret_piece = slice_trim(*ret_piece);
        if (ret_piece->n)
            return true;
        if (first && !rest->p)
            load_mistake(l, e->at, "\"%s\" has no value", e->name);
        else
            load_mistake(l, e->at, "\"%s\" has a comma too many", e->name);
        first = false;
    }
    return false;
}

bool load_word(struct slice *rest, struct slice *ret_word)
{
    struct slice s = slice_trim(*rest);

    *ret_word = slice_until(s, " \t");
    *rest = slice_trim(slice_from(s, ret_word->n));
    return ret_word->n > 0;
}

/* The text in one line, cut to a width around `at`, and a caret below that byte. */
static void show_caret(struct buf *out, struct slice text, size_t at)
{
    size_t from = 0, n = text.n, column;

    at = at > text.n ? text.n : at;
    if (at > CARET_WIDTH - 8) {
        from = at - (CARET_WIDTH - 8);
        while (from > 0 && ((unsigned char)text.p[from] & 0xc0) == 0x80)
            from--;
    }
    n = utf8_cut(slice_from(text, from), CARET_WIDTH);
    if (from + n < at)
        n = at - from;
    buf_str(out, from ? "    ..." : "    ");
    column = utf8_columns(slice_make(text.p + from, at - from)) + (from ? 3 : 0);
    buf_slice(out, slice_make(text.p + from, n));
    buf_str(out, from + n < text.n ? "...\n    " : "\n    ");
    for (size_t i = 0; i < column; i++)
        buf_char(out, ' ');
    buf_str(out, "^\n");
}

void load_caret(struct load *l, struct slice text, size_t offset, struct where at,
                struct slice sentence)
{
    struct buf more = BUF_INIT;

    show_caret(&more, text, offset);
    at.column += at.column ? (int)offset : 0;
    load_mistake(l, at, "%.*s", SLICE_FMT(sentence));
    mistake_more(l->m, buf_all(&more));
    buf_release(&more);
}

struct pattern *load_plain_pattern(struct load *l, struct slice regex, struct where at)
{
    struct buf err = BUF_INIT, sentence = BUF_INIT;
    size_t offset = 0;
    struct pattern *p = pattern_new(regex, &err, &offset);

    if (slice_starts(regex, SLICE("/^")))
        load_warning(l, at,
                     "nothing stands before ^, so /^ never matches; a regex is written without "
                     "slashes, and (?i) at its start ignores case");

    if (!p) {
        buf_fmt(&sentence, "bad regex: %.*s", SLICE_FMT(buf_all(&err)));
        load_caret(l, regex, offset, at, buf_all(&sentence));
    }
    buf_release(&err);
    buf_release(&sentence);
    return p;
}
