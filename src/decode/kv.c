/* kv: KEY=VALUE pairs anywhere in a line, whatever stands between them: klog, lograge, syslog with
 * pairs behind a text. logfmt.c is for lines that are pairs from end to end.
 *
 *   KEY    [A-Za-z_@][A-Za-z0-9_.@/-]* and `=`, where a word begins: at the line's beginning, behind
 *          a blank or one of , ; ( [ { |
 *   VALUE  right behind the `=`:
 *          quoted by ", ' or ` and closed; a backslash takes the next byte with it, but for `
 *          in ( [ or { up to the one that closes it; those inside are counted, strings passed over
 *          else up to a blank, or to `,` or `;` with a blank, the line's end or a KEY behind it. A
 *          ) ] or } at its end that nothing in it opened is none of it: (status=200)
 *   words  one in double quotes is passed over whole: "GET /?a=b" has no pair
 *
 * A quote or bracket that is not closed is a bare value, and no bracket behind such a one is looked
 * for: each byte is read a bounded number of times, however hostile the line. Any byte goes in a
 * value; the first of a KEY counts; one pair is enough. */
#include "config.h"

#include "decode/fields.h"

#include "decode/fieldnames.h"

struct walk {
    const char *start, *p, *end;
    bool unclosed; /* a bracket was not: none is looked for any more */
};

struct pair {
    struct slice key;
    struct field value;
};

static bool is_blank(char c)
{
    return char_is_blank(c) || c == '\r' || c == '\n'; /* a record of several lines has them */
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* A word begins behind it. */
static bool divides(char c)
{
    return is_blank(c) || is_one_of(c, ",;([{|");
}

/* Behind `KEY=`, or NULL when there is none at p. */
static const char *skip_key(const char *p, const char *end)
{
    if (p == end || !(char_is_letter(*p) || *p == '_' || *p == '@'))
        return NULL;
    while (p < end && (char_is_word(*p) || is_one_of(*p, ".@/-")))
        p++;
    return p < end && *p == '=' ? p + 1 : NULL;
}

/* At a quote: behind the one that closes it, or NULL. */
static const char *skip_quoted(const char *p, const char *end, bool *ret_escaped)
{
    const char quote = *p++;

    *ret_escaped = false;
    while (p < end && *p != quote) {
        if (*p == '\\' && quote != '`') {
            *ret_escaped = true;
            p++;
        }
        p++;
    }
    return p < end ? p + 1 : NULL;
}

/* At a bracket: behind the one that closes it, or NULL. */
static const char *skip_bracketed(const char *p, const char *end)
{
    const char open = *p, close = open == '(' ? ')' : open == '[' ? ']' : '}';
    unsigned depth = 0;
    bool escaped;

    while (p < end) {
        if (*p == '"') {
            p = skip_quoted(p, end, &escaped);
            if (p == NULL)
                return NULL;
            continue;
        }
        depth += *p == open;
        depth -= *p == close;
        p++;
        if (depth == 0)
            return p;
    }
    return NULL;
}

/* Does the `,` or `;` at p end a value? */
static bool ends_value(const char *p, const char *end)
{
    return is_one_of(*p, ",;") && (p + 1 == end || is_blank(p[1]) || skip_key(p + 1, end) != NULL);
}

/* Without the brackets at the end that nothing in it opened. */
static struct slice trim_unopened(struct slice text)
{
    static const char brackets[] = "([{)]}";
    int open[3] = {0};

    for (size_t i = 0; i < text.n; i++) {
        const char *b = text.p[i] ? strchr(brackets, text.p[i]) : NULL;

        if (b)
            open[(b - brackets) % 3] += b - brackets < 3 ? 1 : -1;
    }
    while (text.n && is_one_of(text.p[text.n - 1], brackets + 3)) {
        int *o = &open[strchr(brackets, text.p[text.n - 1]) - brackets - 3];

        if (*o >= 0)
            break;
        ++*o;
        text.n--;
    }
    return text;
}

static struct field bare_value(struct walk *w)
{
    const char *p = w->p;
    struct slice text;

    while (p < w->end && !is_blank(*p) && !ends_value(p, w->end))
        p++;
    text = trim_unopened(slice_make(w->p, (size_t)(p - w->p)));
    w->p = p;
    return (struct field){text.p, (uint32_t)text.n, FIELD_TEXT};
}

/* Behind the `=`; leaves w->p behind the value. */
static struct field read_value(struct walk *w)
{
    const char *p = w->p, *behind = NULL;
    bool escaped = false;

    if (p < w->end && is_one_of(*p, "\"'`")) {
        behind = skip_quoted(p, w->end, &escaped);
        if (behind) {
            w->p = behind;
            return (struct field){p + 1, (uint32_t)(behind - p - 2),
                                  escaped ? FIELD_GO : FIELD_TEXT};
        }
    } else if (p < w->end && is_one_of(*p, "([{") && !w->unclosed) {
        behind = skip_bracketed(p, w->end);
        if (behind) {
            w->p = behind;
            return (struct field){p, (uint32_t)(behind - p), FIELD_TEXT};
        }
        w->unclosed = true;
    }
    return bare_value(w);
}

/* The next pair; false when the line is used up. */
static bool next_pair(struct walk *w, struct pair *ret)
{
    while (w->p < w->end) {
        const char *p = w->p, *behind = NULL;
        bool begins = p == w->start || divides(p[-1]), escaped;

        /* a text of JSON stands behind its colon */
        if (*p == '"' && (begins || p[-1] == ':'))
            behind = skip_quoted(p, w->end, &escaped);
        else if (begins)
            behind = skip_key(p, w->end);
        w->p = behind ? behind : p + 1;
        if (behind && *p != '"') {
            ret->key = slice_make(p, (size_t)(behind - p) - 1);
            ret->value = read_value(w);
            return true;
        }
    }
    return false;
}

bool kv_fields(struct slice line, const struct fieldnames *want, struct field *slots,
               struct touched *touched)
{
    struct walk w = {line.p, line.p, line.p + line.n, false};
    struct pair pair;
    bool any = false;

    if (line.n > UINT32_MAX)
        return false;
    for (; next_pair(&w, &pair); any = true) {
        const struct fieldname *found = fieldnames_find(want, pair.key);

        if (found)
            field_store(slots, touched, found->slot, pair.value);
    }
    return any;
}

bool kv_each(struct slice line, field_visit_fn *fn, void *ctx)
{
    struct walk w = {line.p, line.p, line.p + line.n, false};
    struct pair pair;
    bool any = false;

    if (line.n > UINT32_MAX)
        return false;
    for (; next_pair(&w, &pair); any = true)
        fn(ctx, pair.key, &pair.value);
    return any;
}
