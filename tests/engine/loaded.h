/* loaded -- rules of a fuzzer, which are right. */
#ifndef LT_TESTS_LOADED_H
#define LT_TESTS_LOADED_H

#include "rules/load/load.h"
#include "rules/ruleset.h"

/* What is wrong is said, and ends the program. */
struct ruleset *loaded(const char *text);

#endif
