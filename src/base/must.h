/* must -- an assertion that no build leaves out. A program that stops is started again, and goes on
 * where its last state stands; one that goes on with a broken invariant saves wrong numbers. */
#ifndef LT_BASE_MUST_H
#define LT_BASE_MUST_H

#include "base/log.h"

#include <stdlib.h>

#define MUST(holds)                                                                 \
    do {                                                                            \
        if (__builtin_expect(!(holds), 0)) {                                        \
            log_error("broken invariant at %s:%d: %s", __FILE__, __LINE__, #holds); \
            abort();                                                                \
        }                                                                           \
    } while (0)

#endif
