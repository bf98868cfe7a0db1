/* template -- the value of a `set.FIELD`: text, ${field} and ${field|filter|filter}; `$${` writes
 * `${`.
 *
 * Filters: lower upper route class host basename first last sum default(x); see design section 2. A
 * template knows its fields by number; who evaluates it gives their texts. */
#ifndef LT_RULES_TEMPLATE_H
#define LT_RULES_TEMPLATE_H

#include "base/buf.h"
#include "base/slice.h"

struct template;

enum { TEMPLATE_FIELDS_MAX = 32, TEMPLATE_BYTES_MAX = 1 << 20 };

/* NULL with a sentence in *err: unknown filter (with the nearest one), `$name` without braces, an
 * unclosed brace, an empty or invalid name. */
struct template *template_new(struct slice text, struct buf *err);
void template_free(struct template *t);

unsigned template_nfields(const struct template *t);
const char *template_field(const struct template *t, unsigned i);
/* Whether field i can be missing without a trace because a default(x) stands behind it. */
bool template_has_default(const struct template *t, unsigned i);

/* `values[i]` is the text of field i, "" when it is missing. Appends to *out, which is
 * cut at TEMPLATE_BYTES_MAX: a template that names a long field often must not multiply it. */
void template_eval(const struct template *t, const struct slice *values, struct buf *out);

#endif
