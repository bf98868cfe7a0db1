/* golden -- the golden tests of a directory: which there are, and what belongs to each.
 *
 *   NAME.log or NAME/ with *.log in it    the input
 *   NAME.prom                             what its metrics must come to
 *   NAME.ini (optional)                   a configuration for this test: [log] sections, rules, and
 *                                         [test] rules = FILE, unmatched = N,
 *                                         at = TIME */
#ifndef LT_OFFLINE_GOLDEN_H
#define LT_OFFLINE_GOLDEN_H

#include "app/options.h"
#include "base/buf.h"

struct test_case {
    char *name; /* path without ending: "rules/tests/http" */
    char *prom;
    char *ini; /* NULL = none */
    char **logs;
    size_t nlogs, cap;
    bool has_prom;
};

struct cases {
    struct test_case *list; /* sorted by name */
    size_t n, cap;
};

/* 0 or negative errno with a sentence in *err. Tests without .prom are found too (for --record). */
int cases_find(const char *dir, struct cases *c, struct buf *err);
void cases_release(struct cases *c);

#endif
