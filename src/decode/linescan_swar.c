/* The fast scanners for the instructions that simd.h calls SWAR. */
#include "config.h"

#include "decode/linescan.h"

#define SIMD_SWAR
#include "decode/linescan_kernel.h"

const struct linescan linescan_swar = LINESCAN(swar);
