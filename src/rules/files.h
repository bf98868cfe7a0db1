/* files -- what rules name besides themselves, each file read once.
 *
 * A ruleset is made again for each thread, from documents that were read once; so are these: a file
 * may be another by now, and a table of a million rows must not be there for each thread. Who reads
 * the rules owns them; a ruleset borrows. Once a ruleset was made without mistakes nothing is added
 * by making it again, so threads may do so side by side. */
#ifndef LT_RULES_FILES_H
#define LT_RULES_FILES_H

#include "rules/table.h"

struct rulefiles;

struct rulefile {
    const char *path;
    struct slice text;
};

struct rulefiles *rulefiles_new(void);
void rulefiles_free(struct rulefiles *f);

/* `name` as a rules file writes it, relative to that (`at.file`). Mistakes about the file are said
 * with its own lines, once; that it cannot be read with `at`. NULL after that one. */
const struct table *rulefiles_table(struct rulefiles *f, struct slice name, struct where at,
                                    struct mistakes *m);
/* The files that match a glob, by their names; likewise. */
const struct rulefile *rulefiles_texts(struct rulefiles *f, struct slice glob, struct where at,
                                       struct mistakes *m, size_t *ret_n);

/* What all texts come to that were read: another number when one of them is another. */
uint64_t rulefiles_contents(const struct rulefiles *f);

/* Each path and glob that was asked for, also of what could not be read. */
void rulefiles_each(const struct rulefiles *f, void (*fn)(void *ctx, const char *glob), void *ctx);

#endif
