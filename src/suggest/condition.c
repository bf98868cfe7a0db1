/* condition -- see the header. What is proposed must be found without being tried on every
 * line: values, beginnings and regexes with fixed text are; that a key is there is not, so lines of
 * the same keys get an event that finds the key's text first. */
#include "config.h"

#include "suggest/condition.h"

#include "suggest/text.h"

enum { KEYS_ASKED = 3 };

bool suggest_usable(struct slice name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (!char_is_word(c) && !(i && strchr(".-", c)) && c != '@')
            return false;
        if (i && name.p[i - 1] == '.' && char_is_digit(c))
            return false; /* one of an array */
    }
    return name.n > 0 && name.n < 100;
}

bool suggest_key_tells(struct slice key)
{
    return suggest_usable(key) && key.p[0] != '@' && !field_is_time(key) && !field_is_level(key);
}

/* What begins in the same way, but is an event of its own, is not this one. */
static void print_unless(const struct proposal *q, struct slice begin, const struct chosen *chosen,
                         size_t n, struct buf *out)
{
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        const struct kind *k = chosen[i].kind;

        if (k == q->kind || k->of != q->kind->of || !slice_starts(k->shape->example, begin))
            continue;
        buf_fmt(out, "%s%s", any ? ", " : "unless = ", chosen[i].event);
        any = true;
    }
    buf_str(out, any ? "\n" : "");
}

/* Lines of the same keys: one that is written early finds them fast, others make it sure. */
static void print_keys(const struct proposal *q, struct buf *out)
{
    struct slice rest = q->kind->shape->example, key;
    unsigned n = 0;

    buf_fmt(out, "of = %s_line\n", q->event);
    while (n < KEYS_ASKED && slice_cut(&rest, ' ', &key))
        if (suggest_key_tells(key)) {
            buf_fmt(out, "where = %.*s !=\n", SLICE_FMT(key));
            n++;
        }
}

void suggest_keys_line(const struct proposal *q, struct buf *out)
{
    struct slice rest = q->kind->shape->example, key = {"", 0};

    while (slice_cut(&rest, ' ', &key))
        if (suggest_key_tells(key))
            break;
    buf_fmt(out, "[event %s_line]\nmatch = \\b%.*s\"?[:=]\n\n", q->event, SLICE_FMT(key));
}

void suggest_condition(const struct paper *p, const struct proposal *q, const struct chosen *chosen,
                       size_t n)
{
    const struct shape *s = q->kind->shape;
    struct slice begin = suggest_beginning(s, q->groups);
    struct buf *out = p->out;

    if (q->kind->of == KIND_KEYS) {
        print_keys(q, out);
        return;
    }
    if (begin.n && suggest_plain(begin))
        print_unless(q, begin, chosen, n, out);
    if (q->kind->of == KIND_TEXT) {
        buf_str(out, "match = ");
        suggest_regex(s, q->groups, out);
    } else if (!s->differs && suggest_plain(s->example)) {
        buf_fmt(out, "where = %s == ", p->stats->field);
        suggest_value(s->example, out);
    } else if (begin.n && suggest_plain(begin)) {
        buf_fmt(out, "where = %s ^= ", p->stats->field);
        suggest_value(begin, out);
    } else {
        buf_fmt(out, "where = %s =~ ", p->stats->field);
        suggest_regex(s, q->groups, out);
    }
    buf_char(out, '\n');
}
