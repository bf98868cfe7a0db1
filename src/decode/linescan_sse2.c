/* The fast scanners for the instructions that simd.h calls SSE2. */
#include "config.h"

#include "decode/linescan.h"

#if defined(__SSE2__)

#define SIMD_SSE2
#include "decode/linescan_kernel.h"

const struct linescan linescan_sse2 = LINESCAN(sse2);

#endif
