/* keys -- `help keys`: the rows of the schema, one section after the other; metrics share theirs.
 * The tables of the documentation and the syntax files of editors are made from its JSON. */
#include "config.h"

#include "cmd/commands.h"

#include "base/jsonout.h"
#include "config/schema.h"

static const char *const types[] = {"text",   "list",  "field", "regex",    "template", "condition",
                                    "number", "count", "size",  "duration", "choice"};

/* What stands for the value: "yes | no", "TIME", "EVENT, ...", "none | KEY". */
static void put_value(const struct key *k, struct buf *out)
{
    static const char *const by_type[sizeof types / sizeof *types] = {
        [TYPE_NUMBER] = "NUMBER",
        [TYPE_COUNT] = "NUMBER",
        [TYPE_SIZE] = "SIZE",
        [TYPE_DURATION] = "TIME",
    };

    const char *other = k->value ? k->value : by_type[k->type];

    for (size_t i = 0; i < CHOICES_MAX && k->words[i]; i++)
        buf_fmt(out, "%s%s", i ? " | " : "", k->words[i]);
    if (other)
        buf_fmt(out, "%s%s", k->words[0] ? " | " : "", other);
}

enum { WIDTH = 80, INDENT = 6 };

static unsigned shown_columns(struct slice word)
{
    unsigned n = 0;

    for (size_t i = 0; i < word.n; i++)
        n += word.p[i] != '`';
    return n;
}

/* Help is Markdown; a terminal needs no backticks, and lines of its own width. */
static void put_help(const char *help, struct buf *out)
{
    struct slice rest = slice_str(help), word;
    unsigned column = WIDTH;

    while (slice_cut(&rest, ' ', &word)) {
        unsigned columns = shown_columns(word);

        if (column + 1 + columns > WIDTH) {
            buf_fmt(out, "\n%*s", INDENT, "");
            column = INDENT;
        } else {
            buf_char(out, ' ');
            column++;
        }
        for (size_t i = 0; i < word.n; i++)
            if (word.p[i] != '`')
                buf_char(out, word.p[i]);
        column += columns;
    }
}

static void key_text(const struct key *k, struct buf *out)
{
    buf_fmt(out, "  %s%s = ", k->name, k->flags & KEY_FIELD ? "FIELD" : "");
    put_value(k, out);
    if (k->dflt)
        buf_fmt(out, "  (default %s)", k->dflt);
    if (k->min)
        buf_fmt(out, "  (%s to %s)", k->min, k->max);
    put_help(k->help, out);
    buf_char(out, '\n');
}

static void section_text(unsigned kind, struct buf *out)
{
    const struct section_row *row = section_row(kind);

    buf_fmt(out, "%s[%s%s]  %s\n", out->n ? "\n" : "", row->word, row->named ? " NAME" : "",
            row->help);
    for (unsigned i = 0; i < NKEYS; i++)
        if (key_row((enum key_id)i)->sections & kind && key_row((enum key_id)i)->help)
            key_text(key_row((enum key_id)i), out);
}

void keys_text(unsigned kinds, struct buf *out)
{
    for (unsigned kind = 1; kind <= kinds; kind <<= 1)
        if (kinds & kind)
            section_text(kind, out);
}

static void key_json(const struct key *k, struct jsonout *j)
{
    struct buf name = BUF_INIT, value = BUF_INIT;

    put_value(k, &value);
    jsonout_open(j, '{');
    buf_fmt(&name, "%s%s", k->name, k->flags & KEY_FIELD ? "FIELD" : "");
    jsonout_key_text(j, "name", name.p);
    jsonout_key_text(j, "type", types[k->type]);
    jsonout_key_text(j, "value", value.p);
    jsonout_key_text(j, "default", k->dflt);
    jsonout_key_text(j, "min", k->min);
    jsonout_key_text(j, "max", k->max);
    jsonout_key_bool(j, "repeat", k->flags & KEY_REPEAT);
    jsonout_key_bool(j, "verb", k->flags & KEY_VERB);
    jsonout_key_bool(j, "free", k->flags & KEY_FREE);
    jsonout_key_text(j, "help", k->help);
    jsonout_close(j, '}');
    buf_release(&name);
    buf_release(&value);
}

void keys_json(unsigned kinds, struct buf *out)
{
    struct jsonout j = {out, true};

    jsonout_open(&j, '{');
    for (unsigned kind = 1; kind <= kinds; kind <<= 1) {
        if (!(kinds & kind))
            continue;
        jsonout_key_open(&j, section_row(kind)->word, '[');
        for (unsigned i = 0; i < NKEYS; i++)
            if (key_row((enum key_id)i)->sections & kind && key_row((enum key_id)i)->help)
                key_json(key_row((enum key_id)i), &j);
        jsonout_close(&j, ']');
    }
    jsonout_close(&j, '}');
    buf_char(out, '\n');
}
