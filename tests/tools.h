/* tools -- what tests of several rooms need and no room has: chance, memory with a hard end, files, a
 * directory that goes. Knows no room but base. */
#ifndef LT_TESTS_TOOLS_H
#define LT_TESTS_TOOLS_H

#include "base/slice.h"

#include <stdint.h>

/* Random numbers that are the same on every run; state must not be 0. */
struct dice {
    uint64_t state;
};
uint64_t roll_bits(struct dice *d);
unsigned roll(struct dice *d, unsigned sides);

/* The end of at least so many bytes; to read the next one is fatal, and so is the one before them. */
char *edge_new(size_t size);

/* Writes a file; it is all there, or the test fails. */
void put_file(const char *path, struct slice text);
/* Removes the directory and all that is in it. */
void remove_tree(const char *dir);

#endif
