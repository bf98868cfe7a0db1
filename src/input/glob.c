/* glob -- why our own: glob(3) has no **, walks everything at each call, and cannot be asked about
 * one name that an event has just brought. Here a pattern is only ever compared with one path;
 * walking is the business of the tailset, which knows which directories have changed.
 *
 * Matching goes component by component; only ** and * go back, and each only to its own last place,
 * so that the price is at most the product of the lengths. Bytes, not characters: `?` is one
 * byte. */
#include "config.h"

#include "input/glob.h"

/* One [...]: the place after it, or NULL when it is not closed (then '[' is itself). */
static const char *match_set(const char *p, const char *end, char c, bool *ret_in)
{
    bool negated = p < end && (*p == '!' || *p == '^');
    bool in = false;
    const char *first;

    if (negated)
        p++;
    for (first = p; p < end && (*p != ']' || p == first); p++) {
        unsigned char low = (unsigned char)*p, high = low;

        if (p + 2 < end && p[1] == '-' && p[2] != ']') {
            high = (unsigned char)p[2];
            p += 2;
        }
        if (low <= (unsigned char)c && (unsigned char)c <= high)
            in = true;
    }
    if (p >= end)
        return NULL;
    *ret_in = in != negated;
    return p + 1;
}

/* One pattern item other than '*' against one character: the place after the item, or NULL. */
static const char *match_one(const char *p, const char *end, char c)
{
    bool in;
    const char *after;

    switch (*p) {
    case '?':
        return p + 1;
    case '[':
        after = match_set(p + 1, end, c, &in);
        if (after)
            return in ? after : NULL;
        break;
    case '\\':
        if (p + 1 < end)
            p++;
        break;
    default:
        break;
    }
    return *p == c ? p + 1 : NULL;
}

static bool match_component(struct slice pattern, struct slice name)
{
    const char *p = pattern.p, *pe = pattern.p + pattern.n;
    const char *s = name.p, *se = name.p + name.n;
    const char *star = NULL, *star_at = NULL;

    if (name.n > 0 && *s == '.' && (pattern.n == 0 || *p != '.'))
        return false;
    while (s < se) {
        const char *after;

        if (p < pe && *p == '*') {
            star = ++p;
            star_at = s;
        } else if (p < pe && (after = match_one(p, pe, *s)) != NULL) {
            p = after;
            s++;
        } else if (star) {
            p = star;
            s = ++star_at;
        } else {
            return false;
        }
    }
    while (p < pe && *p == '*')
        p++;
    return p == pe;
}

static bool is_deep(struct slice component)
{
    return slice_eq(component, SLICE("**"));
}

static bool hidden(struct slice component)
{
    return component.n > 0 && component.p[0] == '.';
}

/* With `below`, it is enough that the path is used up while the pattern is not. */
static bool match_path(struct slice pattern, struct slice path, bool below)
{
    struct slice after_deep = {0}, deep_at = {0};
    bool deep = false;

    for (;;) {
        struct slice p_rest = pattern, s_rest = path;
        struct slice component = {0}, name = {0};

        if (!path.p)
            return below ? pattern.p != NULL || deep : pattern.p == NULL;
        (void)slice_cut(&p_rest, '/', &component);
        if (is_deep(component)) {
            deep = true;
            pattern = after_deep = p_rest.p ? p_rest : SLICE("*");
            deep_at = path;
            continue;
        }
        (void)slice_cut(&s_rest, '/', &name);
        if (pattern.p && match_component(component, name)) {
            pattern = p_rest;
            path = s_rest;
            continue;
        }
        if (!deep)
            return false;
        (void)slice_cut(&deep_at, '/', &name);
        if (hidden(name) || !deep_at.p)
            return below && !hidden(name);
        pattern = after_deep;
        path = deep_at;
    }
}

bool glob_match(const char *pattern, const char *path)
{
    return match_path(slice_str(pattern), slice_str(path), false);
}

bool glob_below(const char *pattern, const char *directory)
{
    struct slice d = slice_str(directory);

    if (slice_eq(d, SLICE(".")) && *pattern != '/')
        return true;
    if (slice_eq(d, SLICE("/")))
        return *pattern == '/';
    return match_path(slice_str(pattern), d, true);
}

bool glob_is_deep(const char *pattern)
{
    struct slice rest = slice_str(pattern), component;

    while (slice_cut(&rest, '/', &component))
        if (is_deep(component))
            return true;
    return false;
}

size_t glob_literal(const char *pattern)
{
    return strcspn(pattern, "*?[\\");
}

bool glob_has_wildcard(const char *pattern)
{
    return pattern[glob_literal(pattern)] != 0;
}

struct slice glob_root(const char *pattern)
{
    size_t n = glob_literal(pattern);

    while (n > 0 && pattern[n - 1] != '/')
        n--;
    if (n == 0)
        return SLICE(".");
    if (n > 1)
        n--;
    return slice_make(pattern, n);
}
