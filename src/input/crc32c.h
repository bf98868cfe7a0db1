/* crc32c -- the Castagnoli checksum that guards the state file, and by which the bytes of a log are
 * known to be those that were counted. */
#ifndef LT_INPUT_CRC32C_H
#define LT_INPUT_CRC32C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the bytes that `crc` stands for (0 for none) followed by these. */
uint32_t crc32c(uint32_t crc, const void *p, size_t n);
/* The same for n bytes of zeros, at once. */
uint32_t crc32c_zeros(uint32_t crc, uint64_t n);

/* The portable way, for machines without the instruction, and for the test that both agree. */
uint32_t crc32c_portable(uint32_t crc, const void *p, size_t n);

#endif
