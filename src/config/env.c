/* env -- ${env:NAME} in the values of a configuration.
 *
 * Expanded after the file was read, value by value: what stands in the environment can end no line,
 * open no section and begin no comment. */
#include "config.h"

#include "config/settings.h"

#include "base/xalloc.h"

#include <stdlib.h>

/* ${env:NAME} or ${env:NAME:-default} at the front of `text`: appends what it stands for. False
 * when it is neither. */
static bool expand_one(struct slice text, struct where at, struct buf *out, size_t *ret_used,
                       struct mistakes *m)
{
    const char *close;

    if (!slice_starts(text, SLICE("${env:")) || !(close = memchr(text.p, '}', text.n)))
        return false;
    struct slice body = {text.p + 6, (size_t)(close - text.p) - 6};
    const char *sep = memmem(body.p, body.n, ":-", 2);
    struct slice name = sep ? slice_make(body.p, (size_t)(sep - body.p)) : body;
    char *var = xstrslice(name);
    const char *value = getenv(var);

    if (value && (value[0] || !sep))
        buf_str(out, value);
    else if (sep)
        buf_slice(out, slice_from(body, (size_t)(sep - body.p) + 2));
    else
        mistake_add(m, MISTAKE, at,
                    "the environment has no %s; set it, or write ${env:%s:-default}", var, var);
    free(var);
    *ret_used = (size_t)(close - text.p) + 1;
    return true;
}

static void expand_entry(struct ini_doc *doc, struct ini_entry *e, struct mistakes *m)
{
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < e->value.n;) {
        size_t used;

        if (expand_one(slice_from(e->value, i), e->at, &out, &used, m)) {
            i += used;
        } else {
            buf_char(&out, e->value.p[i]);
            i++;
        }
    }
    if (!slice_eq(buf_all(&out), e->value)) {
        e->value = arena_slice(&doc->text, buf_all(&out));
        e->as_written = false;
    }
    buf_release(&out);
}

void settings_expand_env(struct ini_doc *doc, struct mistakes *m)
{
    for (size_t i = 0; i < doc->n; i++)
        for (size_t k = 0; k < doc->sections[i].n; k++)
            if (memmem(doc->sections[i].entries[k].value.p, doc->sections[i].entries[k].value.n,
                       "${env:", 6))
                expand_entry(doc, &doc->sections[i].entries[k], m);
}
