/* inline -- functions of the hot path that are part of whoever calls them, however large the compiler finds them: with an
 * argument that is constant there, each has a copy without what it does not need. */
#ifndef LT_BASE_INLINE_H
#define LT_BASE_INLINE_H

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#endif
