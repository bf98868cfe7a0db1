/* filter -- one function a filter; each is the whole definition of what it does. */
#include "config.h"

#include "rules/filter.h"

#include "base/num.h"

#include <math.h>

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static void filter_lower(struct slice in, struct slice argument, struct buf *out)
{
    (void)argument;
    for (size_t i = 0; i < in.n; i++)
        buf_char(out, char_lower(in.p[i]));
}

static void filter_upper(struct slice in, struct slice argument, struct buf *out)
{
    (void)argument;
    for (size_t i = 0; i < in.n; i++)
        buf_char(out, upper(in.p[i]));
}

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!char_is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

/* 8-4-4-4-12 hex digits, in any case. */
static bool is_uuid(struct slice s)
{
    if (s.n != 36)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s.p[i] != '-' : !char_is_hex(s.p[i]))
            return false;
    }
    return true;
}

/* What stands behind "scheme://"; false when there is no scheme. */
static bool cut_scheme(struct slice s, struct slice *ret_rest)
{
    size_t i = 0;

    while (i < s.n &&
           (char_is_letter(s.p[i]) || char_is_digit(s.p[i]) || (i > 0 && memchr("+.-", s.p[i], 3))))
        i++;
    if (i == 0 || !slice_starts(slice_from(s, i), SLICE("://")))
        return false;
    *ret_rest = slice_from(s, i + 3);
    return true;
}

/* scheme://host/path?query#fragment -> /path; what has no scheme is a path already. */
static struct slice url_path(struct slice s)
{
    struct slice rest;

    s = slice_until(s, "?#");
    if (!cut_scheme(s, &rest))
        return s;
    const char *slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;

    return slash ? slice_from(rest, (size_t)(slash - rest.p)) : SLICE("/");
}

/* /api/42/9f3c...-uuid -> /api/:id/:id */
static void filter_route(struct slice in, struct slice argument, struct buf *out)
{
    struct slice rest = url_path(in), segment;
    bool first = true;

    (void)argument;
    while (slice_cut(&rest, '/', &segment)) {
        if (!first)
            buf_char(out, '/');
        first = false;
        if (all_digits(segment) || is_uuid(segment))
            buf_str(out, ":id");
        else
            buf_slice(out, segment);
    }
}

/* 503 -> 5xx */
static void filter_class(struct slice in, struct slice argument, struct buf *out)
{
    (void)argument;
    if (in.n == 3 && in.p[0] >= '1' && in.p[0] <= '5' && all_digits(in)) {
        buf_char(out, in.p[0]);
        buf_str(out, "xx");
    } else {
        buf_slice(out, in);
    }
}

/* https://user@Example.COM:8443/x -> example.com; [::1]:80 -> ::1 */
static void filter_host(struct slice in, struct slice argument, struct buf *out)
{
    (void)argument;
    cut_scheme(in, &in);
    in = slice_until(in, "/?#");
    for (size_t i = in.n; i > 0; i--) {
        if (in.p[i - 1] == '@') {
            in = slice_from(in, i);
            break;
        }
    }
    const char *close = in.n && in.p[0] == '[' ? memchr(in.p, ']', in.n) : NULL;
    const char *colon = in.n ? memchr(in.p, ':', in.n) : NULL;

    if (close)
        in = (struct slice){in.p + 1, (size_t)(close - in.p) - 1};
    else if (colon && !memchr(colon + 1, ':', in.n - (size_t)(colon + 1 - in.p)))
        in.n = (size_t)(colon - in.p);
    filter_lower(in, argument, out);
}

static void filter_basename(struct slice in, struct slice argument, struct buf *out)
{
    (void)argument;
    while (in.n > 1 && in.p[in.n - 1] == '/')
        in.n--;
    for (size_t i = in.n; i > 1; i--) {
        if (in.p[i - 2] == '/') {
            in = slice_from(in, i - 1);
            break;
        }
    }
    buf_slice(out, in);
}

/* The next item of a list such as nginx's "0.1, 0.2 : 0.3": divided by commas, blanks, and colons
 * that stand alone. */
static bool next_item(struct slice *rest, struct slice *ret_item)
{
    do {
        while (rest->n && memchr(", \t", rest->p[0], 3))
            *rest = slice_from(*rest, 1);
        *ret_item = slice_until(*rest, ", \t");
        *rest = slice_from(*rest, ret_item->n);
    } while (slice_eq(*ret_item, SLICE(":")));
    return ret_item->n > 0;
}

static void filter_first(struct slice in, struct slice argument, struct buf *out)
{
    struct slice item;

    (void)argument;
    if (next_item(&in, &item))
        buf_slice(out, item);
}

static void filter_last(struct slice in, struct slice argument, struct buf *out)
{
    struct slice item, last = {"", 0};

    (void)argument;
    while (next_item(&in, &item))
        last = item;
    buf_slice(out, last);
}

/* Items that are "-" (an upstream that was not asked) count as nothing; a list without any number,
 * or with something that is no number, stays as it is, for the metric to refuse. 0.1 and 0.2 are
 * 0.3, as a person adds them, not the nearest doubles' 0.30000000000000004: 15 digits hold that. */
static void filter_sum(struct slice in, struct slice argument, struct buf *out)
{
    struct slice rest = in, item;
    struct nsum sum = {0};
    unsigned numbers = 0;

    (void)argument;
    while (next_item(&rest, &item)) {
        struct num v;

        if (slice_eq(item, SLICE("-")))
            continue;
        if (num_parse(item, &UNIT_PLAIN, &v) < 0) {
            numbers = 0;
            break;
        }
        nsum_add(&sum, v.d);
        numbers++;
    }
    if (numbers == 0 || !isfinite(nsum_value(&sum)))
        buf_slice(out, in);
    else
        buf_fmt(out, "%.15g", nsum_value(&sum));
}

static void filter_default(struct slice in, struct slice argument, struct buf *out)
{
    buf_slice(out, in.n ? in : argument);
}

const struct filter filters[] = {
    {"lower", filter_lower, false, false},
    {"upper", filter_upper, false, false},
    {"route", filter_route, false, false},
    {"class", filter_class, false, false},
    {"host", filter_host, false, false},
    {"basename", filter_basename, false, false},
    {"first", filter_first, false, false},
    {"last", filter_last, false, false},
    {"sum", filter_sum, false, false},
    {"default", filter_default, true, true},
    {NULL, NULL, false, false},
};

const struct filter *filter_find(struct slice name)
{
    for (const struct filter *f = filters; f->name; f++)
        if (slice_eq(name, slice_str(f->name)))
            return f;
    return NULL;
}
