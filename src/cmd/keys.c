/* keys -- the rows of the schema, one section after the other; metrics share theirs. */
#include "config.h"

#include "cmd/keys.h"

#include "base/jsonout.h"
#include "config/schema.h"

#include <errno.h>

static const char *const types[] = {"text",   "list",  "field", "regex",    "template", "condition",
                                    "number", "count", "size",  "duration", "choice",   "later"};

/* What stands for the value: "yes | no", "TIME", "EVENT, ...". */
static void put_value(const struct key *k, struct buf *out)
{
    static const char *const by_type[] = {[TYPE_NUMBER] = "NUMBER",
                                          [TYPE_COUNT] = "NUMBER",
                                          [TYPE_SIZE] = "SIZE",
                                          [TYPE_DURATION] = "TIME"};

    for (size_t i = 0; i < CHOICES_MAX && k->words[i]; i++)
        buf_fmt(out, "%s%s", i ? " | " : "", k->words[i]);
    if (!k->words[0])
        buf_str(out, k->value ? k->value : by_type[k->type]);
}

/* Help is Markdown; a terminal needs no backticks. */
static void put_help(const char *help, struct buf *out)
{
    for (; *help; help++)
        if (*help != '`')
            buf_char(out, *help);
}

static void key_text(const struct key *k, struct buf *out)
{
    buf_fmt(out, "  %s%s = ", k->name, k->flags & KEY_FIELD ? "FIELD" : "");
    put_value(k, out);
    if (k->dflt)
        buf_fmt(out, "  (default %s)", k->dflt);
    if (k->min)
        buf_fmt(out, "  (%s to %s)", k->min, k->max);
    buf_str(out, "\n      ");
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

int keys_text(const char *section, struct buf *out)
{
    unsigned kinds = section ? section_kind(slice_str(section)) : SECTION_ALL;

    for (unsigned kind = 1; kind <= kinds; kind <<= 1)
        if (kinds & kind)
            section_text(kind, out);
    return kinds ? 0 : -EINVAL;
}

static void put(struct jsonout *j, const char *key, const char *text)
{
    jsonout_key(j, key);
    if (text)
        jsonout_text(j, slice_str(text));
    else
        jsonout_word(j, SLICE("null"));
}

static void put_flag(struct jsonout *j, const char *key, bool v)
{
    jsonout_key(j, key);
    jsonout_word(j, v ? SLICE("true") : SLICE("false"));
}

static void key_json(const struct key *k, struct jsonout *j)
{
    struct buf name = BUF_INIT, value = BUF_INIT;

    put_value(k, &value);
    jsonout_open(j, '{');
    buf_fmt(&name, "%s%s", k->name, k->flags & KEY_FIELD ? "FIELD" : "");
    put(j, "name", name.p);
    put(j, "type", types[k->type]);
    put(j, "value", value.p);
    put(j, "default", k->dflt);
    put(j, "min", k->min);
    put(j, "max", k->max);
    put_flag(j, "repeat", k->flags & KEY_REPEAT);
    put_flag(j, "verb", k->flags & KEY_VERB);
    put(j, "help", k->help);
    jsonout_close(j, '}');
    buf_release(&name);
    buf_release(&value);
}

void keys_json(struct buf *out)
{
    struct jsonout j = {out, true};

    jsonout_open(&j, '{');
    for (unsigned kind = 1; kind <= SECTION_ALL; kind <<= 1) {
        jsonout_key(&j, section_row(kind)->word);
        jsonout_open(&j, '[');
        for (unsigned i = 0; i < NKEYS; i++)
            if (key_row((enum key_id)i)->sections & kind && key_row((enum key_id)i)->help)
                key_json(key_row((enum key_id)i), &j);
        jsonout_close(&j, ']');
    }
    jsonout_close(&j, '}');
    buf_char(out, '\n');
}
