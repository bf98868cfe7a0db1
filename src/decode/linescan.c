/* Which of the compilations runs. */
#include "config.h"

#include "decode/linescan.h"

/* The level beyond which this program does not go; that it is lower is for bench/. */
#ifndef LINESCAN_MOST
#define LINESCAN_MOST (LINESCAN_LEVELS - 1)
#endif

const struct linescan *linescan_get(enum linescan_level level)
{
#if defined(__SSE2__)
    if (level == LINESCAN_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                       __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt")
                   ? &linescan_avx2
                   : NULL;
    if (level == LINESCAN_SSE2)
        return &linescan_sse2;
#elif defined(__AARCH64EL__)
    if (level == LINESCAN_NEON)
        return &linescan_neon;
#endif
    return level == LINESCAN_SWAR ? &linescan_swar : NULL;
}

const struct linescan *linescan_best(void)
{
    int level = LINESCAN_MOST;

    while (linescan_get((enum linescan_level)level) == NULL)
        level--;
    return linescan_get((enum linescan_level)level);
}
