/* tail_world -- what the tests of the tailset share: a directory of their own, a sink that keeps
 * every line, and a program that can be killed.
 *
 * The world's memory obeys the rule of the daemon: lines handed out after the last world_save are
 * forgotten by world_kill, together with the offsets that the saved state does not have. So at the
 * end of any story `lines` must hold exactly what was written. */
#ifndef LT_TESTS_TAIL_WORLD_H
#define LT_TESTS_TAIL_WORLD_H

#include "base/buf.h"
#include "base/loop.h"
#include "input/ground.h"
#include "input/tailset.h"

enum { WORLD_GLOBS = 8, WORLD_NOTES = TAIL_READ_ERROR + 1 };

struct world_lines {
    char **p; /* with their newline */
    size_t n, cap;
};

struct world {
    char dir[GROUND_PATH];
    struct loop *loop;
    struct tailset *set;
    struct tail_log log;
    struct tail_options options;
    char *globs[WORLD_GLOBS];
    struct world_lines lines;    /* handed out */
    struct world_lines expected; /* written */
    uint64_t notes[WORLD_NOTES], saved_notes[WORLD_NOTES];
    size_t saved_lines;
    struct buf saved, memory;
    bool has_state;
    bool trace;          /* TAIL_TRACE is set: everything the sink hears goes to stderr */
    void (*heard)(void); /* with each block that is handed out; NULL: nothing */
    unsigned open_files, renames, passes, finishes, places;
    char last_path[256]; /* of the newest sink file */
};

/* Makes the directory; follows `glob` in it from world_start on. Times are short. */
void world_init(struct world *w, const char *glob);
void world_release(struct world *w);
/* Full path of a name in the directory; one of eight static buffers. */
const char *world_path(const struct world *w, const char *name);

void world_start(struct world *w);                    /* with the saved state, if there is one */
void world_follow(struct world *w, const char *glob); /* kill, start with another glob */
void world_save(struct world *w);
void world_kill(struct world *w);    /* as kill -9 */
void world_restart(struct world *w); /* save, kill, start */

/* To append to; ground_close closes it. */
int world_open(const struct world *w, const char *name);
/* Writes to a descriptor, text as it is; expects nothing. */
void world_put(int fd, const char *text);
/* Appends to a file, likewise. */
void world_write(struct world *w, const char *name, const char *text);
/* Appends lines and expects each of them once. */
void world_expect(struct world *w, const char *name, const char *lines);
/* Only expects. */
void world_expect_line(struct world *w, const char *line);
void world_rename(struct world *w, const char *from, const char *to);
void world_copy(struct world *w, const char *from, const char *to);
void world_truncate(struct world *w, const char *name, long size);
void world_remove(struct world *w, const char *name);

/* Turns the loop until everything that is expected was handed out, then a little longer, and fails
 * if it was not exactly that. */
void world_settle(struct world *w);
/* Turns the loop for so long, and so often as it does in that time where nothing else runs. */
void world_run(struct world *w, unsigned ms);
/* Turns the loop until *counter reaches `n`; fails after some seconds. */
void world_until(struct world *w, const uint64_t *counter, uint64_t n);
bool world_is_exact(struct world *w, struct buf *ret_difference);

#endif
