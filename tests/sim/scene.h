/* scene -- what the tests of tests/sim/check do to the simulated disk beside what a tail_world does. What
 * stands there has names that tests of the input room know: it is the ground of their tail_world. */
#ifndef SIM_SCENE_H
#define SIM_SCENE_H

#include <stdint.h>

void scene_mkdir(const char *path);
void scene_rmdir(const char *path);
void scene_link(const char *from, const char *to);
void scene_symlink(const char *target, const char *path);
void scene_chmod(const char *path, unsigned mode);
void scene_date(const char *path, int64_t seconds);
/* As gzip does it: PATH.gz, with its time, in the place of PATH. */
void scene_compress(const char *path);
unsigned scene_descriptors(void); /* of the process */
/* Before each nth call of the process; NULL: no more. */
void scene_between(unsigned nth, void (*step)(void));
void scene_pass(int64_t ns);     /* time */
void scene_without_births(void); /* the file system knows none */

#endif
