/* load -- documents in, ruleset out.
 *
 * rules/load compiles what config/ has read: the schema has checked sections and keys already, here
 * it is said what their values mean, together for all files. It knows nothing of lines. Everything
 * that is wrong is collected, with what was probably meant; nothing is said twice because something
 * before it was wrong. */
#ifndef LT_RULES_LOAD_LOAD_H
#define LT_RULES_LOAD_LOAD_H

#include "config/ini.h"
#include "rules/ruleset.h"

struct ruleset_options {
    uint32_t dflt_max_values, dflt_max_series; /* 0: those of the schema */
    bool lint;                                 /* add advice */
    bool only_given;                           /* no log is made where none is defined */
    struct rulefiles *files;                   /* outlive the ruleset; NULL: it has its own */
};

/* Compiles the rules among the sections of documents, in this order. Mistakes and warnings are
 * added to `m`. NULL when `m` holds mistakes then, also those of reading the documents. The ruleset
 * BORROWS nothing from the documents but the file names in `struct where`. When no [log] is
 * defined, one named "auto" without paths is made, for lines that are of none. */
struct ruleset *ruleset_load(struct ini_doc *const *docs, unsigned n,
                             const struct ruleset_options *options, struct mistakes *m);

#endif
