/* replacement -- a walk from dollar to dollar. */
#include "config.h"

#include "rules/replacement.h"

#include "config/schema.h"

/* A number of at most three digits? */
static bool group_number(struct slice name, unsigned *ret_number)
{
    unsigned number = 0;

    for (size_t i = 0; i < name.n; i++) {
        if (!char_is_digit(name.p[i]))
            return false;
        number = number * 10 + (unsigned)(name.p[i] - '0');
    }
    *ret_number = number;
    return name.n > 0 && name.n <= 3;
}

static bool group_known(const struct pattern *p, struct slice name)
{
    unsigned number;

    if (group_number(name, &number))
        return number <= pattern_captures(p);
    if (!name_is_prometheus(name)) /* a field of a name that PCRE2 does not take */
        return false;
    for (unsigned i = 0; i < pattern_ngroups(p); i++)
        if (slice_eq(name, slice_str(pattern_group(p, i))))
            return true;
    return false;
}

/* `$1 ${name} $$`: what stands behind a dollar at text.p; its length, or 0 with a sentence. */
static size_t check_group(const struct pattern *p, struct slice text, struct buf *err)
{
    struct slice name = {text.p + 1, 0};
    size_t used;

    if (text.n >= 2 && text.p[1] == '$')
        return 2;
    if (text.n >= 2 && text.p[1] == '{') {
        const char *close = memchr(text.p, '}', text.n);

        if (!close)
            return buf_fail(err, "`${` without `}`");
        name = (struct slice){text.p + 2, (size_t)(close - text.p) - 2};
        used = name.n + 3;
    } else {
        while (name.n + 1 < text.n && char_is_digit(name.p[name.n]))
            name.n++;
        used = name.n + 1;
    }
    if (name.n == 0)
        return buf_fail(err, "`$` must be followed by a group number, {name}, or another `$`");
    if (!group_known(p, name))
        return buf_fail(err, "the regex has no group \"%.*s\"", SLICE_FMT(name));
    return used;
}

bool replacement_check(const struct pattern *p, struct slice text, struct buf *err)
{
    for (size_t i = 0; i < text.n;) {
        size_t used = text.p[i] == '$' ? check_group(p, slice_from(text, i), err) : 1;

        if (used == 0)
            return false;
        i += used;
    }
    return true;
}
