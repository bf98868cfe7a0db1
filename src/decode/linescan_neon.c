/* The fast scanners for the instructions that simd.h calls NEON. */
#include "config.h"

#include "decode/linescan.h"

#if defined(__AARCH64EL__)

#define SIMD_NEON
#include "decode/linescan_kernel.h"

const struct linescan linescan_neon = LINESCAN(neon);

#endif
