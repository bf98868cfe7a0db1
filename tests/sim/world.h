/* world -- a machine that is not there: inodes, names, descriptors, events, clocks and power.
 *
 * The simulation links sys.c and loop.c of this directory in the place of src/base's, so that the
 * input room and the state file run unchanged on it. Everything is decided by the story and its
 * seed; nothing here looks at the real clock or disk.
 *
 *     disk.c      inodes, names, data; what of them a power cut leaves
 *     notify.c    inotify: merges with the last event only, overflows, half renames
 *     sys.c       the calls; before each one other actors may step, the process may die
 *     loop.c      timers and readiness on a virtual clock
 *     process.c   logtally: tailset, state file, counts; starts, saves, dies
 *     oracle.c    which lines are owed, and what must hold
 *     story.c     steps: who writes, rotates, edits, kills; drawn, run, printed, shortened
 *
 * One world at a time: struct world world. Its memory is one arena, gone with the story. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { LINES_MAX = 4096, FDS = 64, WATCHES = 64, OPS_MAX = 512, QUEUE_MAX = 16384 };

struct loop;

struct node {
    struct node *next; /* all of them */
    uint64_t ino, dev;
    int64_t birth_ns, mtime_ns, ctime_ns;
    unsigned mode, links, opens;
    struct buf data;    /* a link's target */
    struct buf plain;   /* what is inside of a complete archive, for the oracle */
    size_t synced_n;    /* of the data is on the disk for sure */
    bool written_off;   /* an fsync failed: the pages count as clean and will never be written */
    struct dent *names; /* of a directory */
    struct dent *disk;  /* the same, as a power cut would find it */
    struct node *mounted;
};

struct dent {
    struct dent *next;
    struct node *dir, *node;
    char *name;
};

/* A change of names that a power cut may undo. */
struct op {
    struct node *dir, *to_dir, *node;
    const char *name, *to; /* name NULL: a new link; to NULL: an unlink; both: a rename */
    bool done;
};

struct fd {
    enum { FD_FREE, FD_NODE, FD_EVENTS } kind;
    struct node *node;
    uint64_t at;
    bool append;
};

struct event {
    int wd;
    uint32_t mask;
    const char *name;
};

struct watched {
    struct node *node;
    uint32_t mask;
};

struct world {
    struct arena arena;
    struct node *root, *nodes;
    uint64_t next_ino, free_ino;
    int64_t mono_ns, wall_off_ns;
    struct fd fds[FDS];
    struct watched watches[WATCHES]; /* by wd - 1 */
    size_t nqueue, queue_max;
    bool overflowed;
    size_t nops;
    uint64_t random;
    uint64_t hash; /* of all calls and answers */
    unsigned long calls;
    bool birth_known;
    bool reuse_ino;
    /* The process. */
    bool ghost;               /* killed: its calls do nothing until it has come to its end */
    unsigned long next_actor; /* the call before which other actors step; 0 = none */
    int fail_errno;           /* the call number fail_at gives it */
    unsigned long fail_at;
    bool failed; /* an error was given: nobody owes what it hid */
    unsigned boots;
    struct event queue[QUEUE_MAX];
    struct op ops[OPS_MAX];
};

extern struct world world;

void world_init(uint64_t seed);
void world_release(void);
uint64_t world_random(uint64_t n); /* 0 .. n - 1 */

/* disk.c */
struct node *disk_find(const char *path, bool follow, struct dent **ret_dent);
struct node *disk_parent(const char *path, const char **ret_name);
struct dent *disk_name(const struct node *dir, const char *name);
struct node *disk_new(unsigned mode);
struct dent *disk_link(struct node *dir, const char *name, struct node *n);
void disk_unlink(struct dent *d);
void disk_rename(struct dent *d, struct node *to, const char *name);
void disk_write(struct node *n, struct dent *by, const char *p, size_t size, size_t at);
void disk_truncate(struct node *n, struct dent *by, size_t size);
void disk_sync(struct node *n);
void disk_settle(void); /* everything is written back */
void disk_cut(void);

/* notify.c */
void notify_dir(struct node *dir, uint32_t mask, const char *name);
void notify_self(struct node *n, uint32_t mask);
void notify_gone(struct node *n, uint32_t mask);
int notify_add(struct node *n, uint32_t mask);
int notify_remove(int wd);
void notify_reset(void);

/* sys.c */
void sys_forget(void); /* the descriptors of a dead process */
bool sys_holds(const struct node *n);

/* loop.c: runs the process until then, or until it is dead. */
void loop_run_until(struct loop *l, int64_t until_ns);

/* process.c */
void process_start(void);
void process_run(int64_t ns);
void process_stop(void); /* SIGTERM */
void process_reap(void); /* after it was killed */
void process_scrape(void);
bool process_alive(void);
void process_close(void);

/* oracle.c */
struct oracle {
    unsigned nlines;
    uint8_t count[LINES_MAX]; /* of the process, as it is now */
    uint8_t saved[LINES_MAX];
    uint64_t told;             /* bytes or files said to be lost */
    unsigned since[LINES_MAX]; /* the reconcile from which it was there; 0 = it is not */
    bool owed[LINES_MAX];
    unsigned reconciles;
    uint64_t sequence; /* the highest that was said to be durable */
    char fault[200];   /* empty: none */
};
extern struct oracle oracle;

void oracle_init(void);
__attribute__((format(printf, 1, 2))) void oracle_fault(const char *format, ...);
size_t oracle_line(unsigned id, char *out); /* its bytes */
void oracle_took(const char *p, size_t n);
void oracle_look(bool saved);
void oracle_born(void); /* a process starts */
void oracle_end(void);

/* story.c */
void story_actors_step(void); /* from inside of a call */

#endif
