/* textfile -- what a person wrote into a file: INI, and what rules name besides. */
#ifndef LT_CONFIG_TEXTFILE_H
#define LT_CONFIG_TEXTFILE_H

#include "config/mistake.h"

/* Says what keeps it from being text in UTF-8. False when nothing else need be said: it is no text
 * at all. */
bool textfile_check(struct slice text, const char *name, struct mistakes *m);

#endif
