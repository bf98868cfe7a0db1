/* pow10 -- powers of ten to 128 bits, for turning doubles into decimals and back. */
#ifndef LT_BASE_POW10_H
#define LT_BASE_POW10_H

#include "base/wide.h"

enum { POW10_MIN = -292, POW10_MAX = 324 };

/* 10^k = g * 2^(floor(log2(10^k)) - 127), with 2^127 <= g < 2^128 rounded up. POW10_MIN <= k <=
 * POW10_MAX. */
struct wide pow10_get(int k);

#endif
