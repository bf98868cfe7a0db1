/* negotiate -- reading two headers leniently.
 *
 * The entry with the highest q wins and ties go by order. More exact ranges do not override less
 * exact ones as RFC 9110 has it: a scraper names what it wants, and everything that is not
 * OpenMetrics in a version that we know ends as text. Ranges like application/star do not count as
 * a wish for OpenMetrics. An entry that cannot be read is as if it were not there. Quoted strings
 * may hold commas and semicolons. */
#include "config.h"

#include "http/negotiate.h"

#include "base/slice.h"

#include <stddef.h>
#include <strings.h>

/* q in millionths: RFC 9110 allows three digits, more are harmless. */
#define Q_ONE 1000000

/* b is not empty. */
static bool equals(struct slice a, struct slice b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* As slice_cut, but a separator within quotes does not cut. */
static bool cut(struct slice *rest, char sep, struct slice *ret_piece)
{
    bool quoted = false;
    size_t i;

    if (rest->p == NULL)
        return false;
    for (i = 0; i < rest->n && (quoted || rest->p[i] != sep); i++) {
        if (quoted && rest->p[i] == '\\' && i + 1 < rest->n)
            i++;
        else if (rest->p[i] == '"')
            quoted = !quoted;
    }
    *ret_piece = slice_trim(slice_make(rest->p, i));
    *rest = i < rest->n ? slice_from(*rest, i + 1) : slice_make(NULL, 0);
    return true;
}

static struct slice unquote(struct slice s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return slice_make(s.p + 1, s.n - 2);
    return s;
}

/* 0 to Q_ONE; -1 for what is not a number (an entry to skip). */
static int parse_q(struct slice s)
{
    int q = 0, scale = Q_ONE;
    bool digits = false, point = false;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '.' && !point) {
            point = true;
        } else if (char_is_digit(c)) {
            digits = true;
            if (point)
                scale /= 10;
            q += q > Q_ONE ? 0 : (c - '0') * scale;
        } else {
            return -1;
        }
    }
    if (!digits)
        return -1;
    return q < Q_ONE ? q : Q_ONE;
}

/* One entry: "name; version=1.0.0; q=0.5". */
struct entry {
    struct slice name;
    struct slice version; /* empty: none */
    int q;
};

static bool next_entry(struct slice *rest, struct entry *ret_entry)
{
    struct slice text, param, key;
    struct entry e = {.q = Q_ONE};
    bool q_seen = false;

    if (!cut(rest, ',', &text))
        return false;
    (void)cut(&text, ';', &e.name);
    while (cut(&text, ';', &param)) {
        struct slice value = param;

        (void)cut(&value, '=', &key);
        if (value.p == NULL)
            continue;
        value = unquote(slice_trim(value));
        if (equals(key, SLICE("q")) && !q_seen) {
            e.q = parse_q(value);
            q_seen = true;
        } else if (equals(key, SLICE("version")) && e.version.n == 0) {
            e.version = value;
        }
    }
    *ret_entry = e;
    return true;
}

static bool version_is(const struct entry *e, struct slice a, struct slice b)
{
    return e->version.n == 0 || slice_eq(e->version, a) || slice_eq(e->version, b);
}

static bool is_openmetrics(const struct entry *e)
{
    return equals(e->name, SLICE("application/openmetrics-text")) &&
           version_is(e, SLICE("1.0.0"), SLICE("0.0.1"));
}

static bool is_text(const struct entry *e)
{
    return (equals(e->name, SLICE("text/plain")) &&
            version_is(e, SLICE("0.0.4"), SLICE("0.0.4"))) ||
           equals(e->name, SLICE("text/*")) || equals(e->name, SLICE("*/*"));
}

bool negotiate_openmetrics(const char *accept)
{
    struct slice rest = slice_str(accept);
    bool openmetrics = false;
    struct entry e;
    int best_q = 0;

    while (next_entry(&rest, &e)) {
        if (e.q > best_q && (is_openmetrics(&e) || is_text(&e))) {
            openmetrics = is_openmetrics(&e);
            best_q = e.q;
        }
    }
    return openmetrics;
}

/* "ru", or "ru-RU". */
static bool is_language(const struct entry *e, struct slice tag)
{
    return e->name.n >= tag.n && strncasecmp(e->name.p, tag.p, tag.n) == 0 &&
           (e->name.n == tag.n || e->name.p[tag.n] == '-');
}

bool negotiate_russian(const char *accept_language)
{
    struct slice rest = slice_str(accept_language);
    bool russian = false;
    struct entry e;
    int best_q = 0;

    while (next_entry(&rest, &e)) {
        bool ru = is_language(&e, SLICE("ru"));

        if (e.q > best_q && (ru || is_language(&e, SLICE("en")))) {
            russian = ru;
            best_q = e.q;
        }
    }
    return russian;
}

/* What a header says of one coding, or of `*`; q is -1 without a word of it. */
struct wish {
    int q;
    unsigned at; /* its place in the header */
};

static void note_wish(struct wish *w, const struct entry *e, unsigned at)
{
    if (w->q < 0)
        *w = (struct wish){e->q, at};
}

static struct wish *wish_of(struct wish *wishes, struct wish *any, struct slice name)
{
    if (equals(name, SLICE("*")))
        return any;
    if (equals(name, SLICE("identity")))
        return &wishes[CODING_IDENTITY];
    if (equals(name, SLICE("gzip")) || equals(name, SLICE("x-gzip")))
        return &wishes[CODING_GZIP];
    return equals(name, SLICE("zstd")) ? &wishes[CODING_ZSTD] : NULL;
}

/* `*` is a wish for something smaller: it does not speak of identity. */
static enum coding best_coding(const struct wish *wishes, const struct wish *any)
{
    struct wish best = {.q = 0};
    enum coding coding = CODING_IDENTITY;

    for (enum coding c = CODING_IDENTITY; c < CODINGS; c++) {
        const struct wish *w = wishes[c].q < 0 && c != CODING_IDENTITY ? any : &wishes[c];

        if (coding_is_built(c) &&
            (w->q > best.q || (w->q == best.q && w->q > 0 && w->at < best.at))) {
            best = *w;
            coding = c;
        }
    }
    return coding;
}

enum coding negotiate_coding(const char *accept_encoding)
{
    struct slice rest = slice_str(accept_encoding);
    struct wish wishes[CODINGS] = {{-1, 0}, {-1, 0}, {-1, 0}}, any = {-1, 0};
    struct entry e;

    for (unsigned at = 0; next_entry(&rest, &e); at++) {
        struct wish *w = wish_of(wishes, &any, e.name);

        if (w)
            note_wish(w, &e, at);
    }
    return best_coding(wishes, &any);
}
