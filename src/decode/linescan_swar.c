/* The fast scanners for the instructions that simd.h calls SWAR. */
#include "config.h"

#include "decode/linescan_parts.h"

#define SIMD_SWAR
#include "decode/linescan_kernel.h"

const struct linescan linescan_swar = {
    .name = "swar",
    .newline = scan_newline,
    .json = scan_json,
    .logfmt = scan_logfmt,
};
