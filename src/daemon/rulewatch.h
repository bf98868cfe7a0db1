/* rulewatch -- [rules] watch: when rules that changed on the disk are to be read again.
 *
 * Events of the folders say that something may have changed. Then everything is read, and what it
 * comes to, one number, says whether something did: a change is taken when two reads in a row, REST
 * apart, come to the same. So nobody's half-written file is taken, nor a ConfigMap between two of its
 * links; no time of a file is compared, and a clock that jumps changes nothing.
 *
 *     KNOWN --event--> read: as before ............................ KNOWN
 *                      read: other --REST--> read: other again .... read until it rests
 *                                            read: the same ....... taken or refused, and KNOWN
 *
 * Folders are watched before the read that counts, so a change behind it makes an event. */
#ifndef LT_DAEMON_RULEWATCH_H
#define LT_DAEMON_RULEWATCH_H

#include "base/loop.h"

struct rulewatch;

enum rulewatch_news {
    RULES_KNOWN,    /* as they were taken, or refused */
    RULES_RESTLESS, /* other, and perhaps being written: they are read again soon */
    RULES_CHANGED,
};

/* `look` is called on the loop when everything is to be read; false: it cannot be now. `contents` is
 * what is known. Never fails: where there are no events it is read every minute. */
struct rulewatch *rulewatch_new(struct loop *loop, bool (*look)(void *ctx), void *ctx,
                                uint64_t contents);
void rulewatch_free(struct rulewatch *w);

/* Before a read has an end: the folders of a path or glob. Of all functions here this one alone may
 * be called on another thread. */
void rulewatch_add(void *rulewatch, const char *glob);
/* A read came to this. */
enum rulewatch_news rulewatch_judge(struct rulewatch *w, uint64_t contents);
/* These were taken, or refused, whoever wanted it. */
void rulewatch_know(struct rulewatch *w, uint64_t contents);

#endif
