/* glob -- which paths a pattern names.
 *
 *     *      any characters but '/'
 *     ?      one character but '/'
 *     [a-z]  one of these, [!a-z] none
 *     **     as a whole component: any number of directories (at the end: and any file)
 *     \x     the character x
 *
 * A leading dot of a component is only matched by a dot, and ** does not go into such
 * directories. */
#ifndef LT_INPUT_GLOB_H
#define LT_INPUT_GLOB_H

#include "base/slice.h"

bool glob_match(const char *pattern, const char *path);
/* Might something below this directory match? */
bool glob_below(const char *pattern, const char *directory);
/* Has it a **? Then a directory that is a symlink must not be entered for it: it may lead in a
 * circle. */
bool glob_is_deep(const char *pattern);
bool glob_has_wildcard(const char *pattern);
/* How many bytes stand before the first wildcard: each path that matches begins with them. */
size_t glob_literal(const char *pattern);
/* The directory above the first wildcard, without '/' at its end but for "/"; "." when there is
 * none. BORROWS. */
struct slice glob_root(const char *pattern);

#endif
