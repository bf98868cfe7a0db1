/* live -- what rules come to, shown anew whenever a file of theirs is saved. The head of the room.
 *
 *   live       the loop: a save, a key, a new size -> what is shown
 *   sources    inotify: was a file of the rules saved?
 *   outcome    the rules loaded and the lines counted, compared with the save before
 *   lines      which lines no event took              proposal  a rule for them
 *   tell       an outcome as rows             view       rows as a screen
 *   page       rows, made safe                terminal   the screen and its keys
 *
 * Lines are read once and kept (offline/held.h); each save counts all of them anew (report/report.h). An
 * outcome is whole or is not: rules with a mistake leave the last good one standing, and it is said so. All runs
 * on one thread. What is written goes to the terminal, but for a rule that a person adds to a rules file. */
#ifndef LT_LIVE_LIVE_H
#define LT_LIVE_LIVE_H

#include "app/options.h"

/* Until a key or a signal ends it. An exit code. */
int live_run(const struct common_options *options);
/* Once, to standard output. */
int live_once(const struct common_options *options);

#endif
