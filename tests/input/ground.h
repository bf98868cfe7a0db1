/* ground -- what a tail_world stands on: a directory of this machine (ground.c), or of the simulation
 * (tests/sim/ground.c), where time passes only when somebody waits for it. Paths are whole. What fails ends
 * the test. */
#ifndef LT_TESTS_GROUND_H
#define LT_TESTS_GROUND_H

#include "base/buf.h"

#include <stdint.h>

enum { GROUND_PATH = 64 };

void ground_begin(char dir[GROUND_PATH]);
void ground_end(const char *dir);
/* To append to, made when it is missing. */
int ground_open(const char *path);
void ground_put(int fd, const char *p, size_t n);
void ground_close(int fd);
void ground_read(const char *path, struct buf *out);
/* -1: nothing is there, or hardly more than a hole. */
int64_t ground_size(const char *path);
void ground_rename(const char *from, const char *to);
void ground_truncate(const char *path, int64_t size);
void ground_unlink(const char *path);

#endif
