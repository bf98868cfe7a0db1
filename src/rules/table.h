/* table -- VALUE,RESULT from a file: CSV, or TSV. Immutable once read, and so shared by threads. */
#ifndef LT_RULES_TABLE_H
#define LT_RULES_TABLE_H

#include "base/buf.h"
#include "config/mistake.h"

struct table;

/* Takes the text over. Two columns without a header; CSV with quotes of RFC 4180, TSV without. What
 * is wrong is said with the line of the file `name`; the rest is there. */
struct table *table_new(struct buf *text, const char *name, bool is_tsv, struct mistakes *m);
void table_free(struct table *t);

/* False when there is no such VALUE. The result lives as long as the table. */
bool table_find(const struct table *t, struct slice value, struct slice *ret_result);

/* Of what the file held: of two that are alike it is the same, on every machine and by every version. */
uint64_t table_fingerprint(const struct table *t);

#endif
