/* The fast scanners for the instructions that simd.h calls AVX2. */
#include "config.h"

#include "decode/linescan.h"

#if defined(__SSE2__)

#define SIMD_AVX2
#include "decode/linescan_kernel.h"

const struct linescan linescan_avx2 = LINESCAN(avx2);

#endif
