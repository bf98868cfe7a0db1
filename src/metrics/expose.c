/* expose -- which families, in which order; the formats are in expose_text.c and expose_json.c, the
 * order of a family's series in expose_order.c. */
#include "config.h"

#include "metrics/expose.h"

#include "base/jsonout.h"
#include "base/xalloc.h"
#include "metrics/expose_impl.h"

#include <stdlib.h>

bool metric_name_valid(struct slice name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!char_is_word(name.p[i]) || (i == 0 && char_is_digit(name.p[i])))
            return false;
    return name.n > 0;
}

bool label_name_valid(struct slice name)
{
    return metric_name_valid(name) && !slice_starts(name, SLICE("__"));
}

static const struct format {
    const char *name, *content_type;
    void (*family)(const struct family_copy *f, const struct expose_options *o, struct buf *out);
    const char *begin, *between, *end; /* of the page, and what divides families */
} formats[] = {
    [EXPOSE_TEXT] = {"text", "text/plain; version=0.0.4; charset=utf-8", expose_text_family, "", "",
                     ""},
    [EXPOSE_OPENMETRICS] = {"openmetrics",
                            "application/openmetrics-text; version=1.0.0; charset=utf-8",
                            expose_text_family, "", "", "# EOF\n"},
    [EXPOSE_JSON] = {"json", "application/json", expose_json_family,
                     "{" JSON_VERSIONS ",\"families\":[", ",", "]}\n"},
};

const char *expose_content_type(enum expose_format format)
{
    return formats[format].content_type;
}

const char *expose_format_name(enum expose_format format)
{
    return formats[format].name;
}

static int compare_names(const void *pa, const void *pb)
{
    const struct family_copy *const *a = pa, *const *b = pb;

    return strcmp((*a)->info->spec.name, (*b)->info->spec.name);
}

/* The families of the page; returns how many. */
static unsigned choose(const struct snapshot *s, unsigned flags, const struct family_copy **ret)
{
    unsigned n = 0;

    for (unsigned i = 0; i < s->n; i++) {
        const struct family_copy *f = &s->families[i];

        if (!f->hidden && !(f->info->spec.own && (flags & EXPOSE_NO_OWN)))
            ret[n++] = f;
    }
    if ((flags & EXPOSE_SORTED) && n)
        qsort(ret, n, sizeof(struct family_copy *), compare_names);
    return n;
}

void expose(const struct snapshot *s, const struct expose_options *o, struct buf *out)
{
    const struct family_copy **families = xcalloc(s->n + 1, sizeof(struct family_copy *));
    const struct format *format = &formats[o->format];
    unsigned n = choose(s, o->flags, families);

    if (!(o->flags & EXPOSE_BARE))
        buf_str(out, format->begin);
    for (unsigned i = 0; i < n; i++) {
        buf_str(out, i ? format->between : "");
        format->family(families[i], o, out);
    }
    if (!(o->flags & EXPOSE_BARE))
        buf_str(out, format->end);
    free(families);
}

bool expose_family(const struct snapshot *s, struct slice name, uint32_t most,
                   const struct expose_options *o, struct buf *out)
{
    for (unsigned i = 0; i < s->n; i++) {
        struct family_copy f = s->families[i];
        bool whole = f.n <= most;

        if (!slice_eq(name, slice_str(f.info->spec.name)))
            continue;
        f.n = whole ? f.n : most;
        formats[o->format].family(&f, o, out);
        return whole;
    }
    return true;
}

void expose_registry(struct registry *r, const struct expose_options *o, struct buf *out)
{
    struct snapshot *s = snapshot_take(r);

    expose(s, o, out);
    snapshot_free(s);
}
