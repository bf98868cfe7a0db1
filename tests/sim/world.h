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
 *     actors.c    who writes, rotates, compresses, edits, mounts, kills
 *     cover.c     what was met on the way, and must have been
 *     story.c     steps: drawn, run, printed, shortened
 *
 * The first four of these carry tests/sim/check as well, whose tests say themselves what is to happen and
 * what must come (scene.h, ground.c).
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

enum {
    LINES_MAX = 4096,
    FDS = 128,
    WATCHES = 64,
    OPS_MAX = 512,
    QUEUE_MAX = 16384,
    TOLD = 16,
    ERRORS = 5,
    STREAMS = 4 /* logs */
};
extern const int errors[ERRORS];

#define ROTATE_WAIT_NS (5 * NSEC_PER_SEC) /* of the process */
/* After that all that can be known is known: several reconciles. */
#define LOOKED_NS (9 * NSEC_PER_SEC)

struct loop;
struct tailset;

/* The calls that may fail. */
enum call {
    CALL_OPEN,
    CALL_PREAD,
    CALL_EVENTS,
    CALL_LSEEK,
    CALL_STATX,
    CALL_FSTAT,
    CALL_LSTAT,
    CALL_READLINK,
    CALL_ACCESS,
    CALL_OPENDIR,
    CALL_READDIR,
    CALL_INOTIFY,
    CALL_ADD_WATCH,
    CALL_RM_WATCH,
    CALL_MKDIR,
    CALL_FLOCK,
    CALL_WRITE,
    CALL_FSYNC,
    CALL_LINK,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_CLOSE,
    CALLS
};

/* What the machine is like; drawn for a story, or its `knobs`. */
enum knobs {
    KNOB_NO_BIRTH = 1 << 0,    /* the file system knows no time of birth */
    KNOB_REUSE = 1 << 1,       /* an inode number is given away at once */
    KNOB_SMALL_QUEUE = 1 << 2, /* of events: it overflows all the time */
    KNOB_BANNER = 1 << 3,      /* each generation of a log begins alike */
    KNOB_COARSE = 1 << 4,      /* times are whole seconds */
    KNOB_LONG = 1 << 5,        /* lines are long: files pass 4 KiB */
    KNOB_POLL = 1 << 6,        /* the log is configured without events */
    KNOB_FEW_OPEN = 1 << 7,    /* few descriptors are allowed */
    KNOB_PIECES = 1 << 8,      /* a look at the files is cut after each or every other step of it */
    KNOB_STORM = 1 << 9, /* calls of all kinds fail, for a while few of them, then many; --storm */
    KNOB_FORGETS = 1 << 10, /* what is gone is remembered for seconds: then it may count again */
    KNOBS = 1 << 11
};

struct node {
    struct node *next; /* all of them */
    uint64_t ino, dev;
    int64_t birth_ns, mtime_ns, ctime_ns;
    unsigned mode, links, opens;
    size_t seen;          /* how much of it the process knows to be there */
    size_t seen_at;       /* the call since which */
    size_t seen_taken;    /* the same, as the last save took it */
    size_t seen_kept;     /* ... and that is durable */
    size_t seen_died;     /* ... when the process died last */
    size_t seen_before;   /* ... and was in the state before that */
    struct buf data;      /* a link's target */
    struct buf plain;     /* what is inside of a complete archive, for the oracle */
    unsigned long looked; /* in this look of the oracle */
    bool deleted;         /* before the power cut */
    bool edited;          /* `cut` by an editor: another inode */
    bool packed;          /* an archive, perhaps not yet complete */
    bool history;         /* ... that nobody has to read who has not seen what is in it before */
    size_t synced_n;      /* of the data is on the disk for sure */
    enum {
        CUT_NOT,
        CUT,
        CUT_SEEN
    } cut; /* in its middle: nobody has looked since; or no state was saved since */
    enum {
        CRASHED_NOT,
        CRASHED,
        CRASHED_SEEN
    } crashed;          /* a power cut took some of it, and no state was saved since */
    bool written_off;   /* an fsync failed: the pages count as clean and will never be written */
    struct dent *names; /* of a directory */
    struct dent *disk;  /* the same, as a power cut would find it */
    struct node *mounted;
    struct node
        *copy;  /* it has another name, and an editor, or who had a copy, put that in its place */
    bool alone; /* ... which is gone, or cut: what comes late may be taken for what that had */
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
    struct dent *by; /* the name under which it was opened */
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
    uint64_t next_ino, free_ino; /* free: of the last that was deleted */
    int64_t free_birth_ns;
    int64_t mono_ns, wall_off_ns;
    int64_t boot_ns; /* when the machine's own monotonic clock began, in mono_ns */
    struct fd fds[FDS];
    struct watched watches[WATCHES]; /* by wd - 1 */
    size_t nqueue, queue_max;
    bool overflowed;
    size_t nops;
    uint64_t random;
    uint64_t hash; /* of all calls and answers */
    unsigned long calls;
    unsigned knobs;
    unsigned config;  /* which of process.c's */
    int64_t grain_ns; /* of times of files */
    struct node
        *volume; /* the root of what is mounted on /mnt; its files have a device of their own */
    /* The process. */
    unsigned turn_calls;      /* of this turn of its loop */
    bool ghost;               /* killed: its calls do nothing until it has come to its end */
    unsigned long next_actor; /* the call before which other actors step; 0 = none */
    unsigned long die_at;     /* the call before which it is killed; 0 = none */
    bool die_by_cut;
    int fail_errno[CALLS]; /* the next fail_count calls of this kind give it */
    unsigned fail_count[CALLS];
    bool storms; /* as the knob says, but not in the end */
    bool short_reads;
    unsigned long hang_at; /* this call takes so long */
    int64_t hang_ns;
    bool inside; /* of a call: an actor steps */
    bool failed; /* an error was given in this story */
    bool jumped; /* the clock was set: times say little */
    unsigned boots;
    struct event queue[QUEUE_MAX + 1]; /* and the one that says that it was full */
    struct op ops[OPS_MAX];
};

extern struct world world;

void world_init(uint64_t seed);
void world_release(void);
uint64_t world_random(uint64_t n); /* 0 .. n - 1 */
/* For who looks into a story (--talk). */
__attribute__((format(printf, 1, 2))) void world_talk(const char *format, ...);

/* What actors do to the disk, for who does the same to a real one (--trace). */
extern bool tracing;
__attribute__((format(printf, 1, 2))) void world_trace(const char *format, ...);

/* disk.c */
struct node *disk_find(const char *path, bool follow, struct dent **ret_dent);
struct node *disk_parent(const char *path, const char **ret_name);
struct dent *disk_name(const struct node *dir, const char *name);
struct node *disk_new(unsigned mode);
/* The next file gets it, where numbers are used again. */
void disk_free_number(const struct node *n);
struct dent *disk_link(struct node *dir, const char *name, struct node *n);
void disk_unlink(struct dent *d);
void disk_rename(struct dent *d, struct node *to, const char *name);
void disk_write(struct node *n, struct dent *by, const char *p, size_t size, size_t at);
void disk_truncate(struct node *n, struct dent *by, size_t size);
void disk_set_time(struct node *n, struct dent *by, int64_t mtime_ns);
void disk_sync(struct node *n);
void disk_settle(void); /* everything is written back */
void disk_cut(void);
int64_t disk_time(void);
/* Of that name of it, or of any. */
bool disk_path(const struct node *n, const struct dent *by, char *out, size_t size);
void disk_mount(struct node *on, struct node *root);
void disk_unmount(struct node *on);

/* notify.c */
void notify_dir(struct node *dir, uint32_t mask, const char *name);
void notify_self(struct node *n, uint32_t mask);
void notify_gone(struct node *n, uint32_t mask);
int notify_add(struct node *n, uint32_t mask);
int notify_remove(int wd);
void notify_unmounted(uint64_t dev);
void notify_reset(void);

/* sys.c */
void sys_forget(void); /* the descriptors of a dead process */
bool sys_holds(const struct node *n);

/* loop.c: runs the process until then, or until it is dead. */
void loop_run_until(struct loop *l, int64_t until_ns);
void loop_called(void); /* another call, or a look at the clock */

/* process.c */
void process_start(void);
void process_run(int64_t ns);
void process_stop(void); /* SIGTERM */
void process_reap(void); /* after it was killed */
void process_scrape(void);
void process_configure(unsigned config); /* at once when it runs, else from its next start on */
bool process_wants(const char *dir, const char *name); /* by its configuration */
bool process_alive(void);
bool process_looks(
    const char *path); /* it sees all that happens to that, and no error came between */
void process_banners(
    bool known[STREAMS]);              /* of which logs it has seen what two generations share */
bool process_lost_of(unsigned stream); /* it knows that some of that log was lost */
void process_close(void);
const struct tailset *process_files(void); /* NULL when it does not run */

/* oracle.c */
enum fault {
    FAULT_NONE,
    FAULT_TWICE,
    FAULT_LOST,
    FAULT_SILENT,
    FAULT_FALSE_ALARM,
    FAULT_BACK,
    FAULT_ORDER,
    FAULT_COST,
    FAULT_SPINS,
    FAULT_BROKEN
};
/* May a line count twice? Where the policy says so. */
enum doubt { DOUBT_NONE, DOUBT_TOLD /* if that was told as ambiguous */, DOUBT_FREE };
struct oracle {
    unsigned nlines;
    uint8_t count[LINES_MAX]; /* of the process, as it is now */
    uint8_t saved[LINES_MAX]; /* as it was when it last saved */
    uint8_t doubt[LINES_MAX];
    uint8_t log[LINES_MAX];    /* of which it is: the number of its writer */
    uint64_t told[TOLD];       /* of the process: by enum tail_note */
    unsigned since[LINES_MAX]; /* the reconcile from which it was there; 0 = it is not */
    bool owed[LINES_MAX];
    bool glimpsed[LINES_MAX];        /* it went after the process had seen that it was there */
    bool glimpsed_kept[LINES_MAX];   /* ... and had saved since */
    bool glimpsed_before[LINES_MAX]; /* ... and the state before that says so as well */
    bool blinked[LINES_MAX];         /* it was cut in the turn in which its size was first seen */
    bool excused[LINES_MAX];         /* nobody owes it */
    bool perhaps[LINES_MAX];         /* ... if a doubt was told */
    bool began;                      /* a state is durable that was made after a look at all */
    bool banner[STREAMS];            /* of each log it is known, as the last state says */
    bool unseen_boot;                /* after a power cut, before a state was saved */
    bool halves; /* parts of lines were written: what is lost of them is no line */
    bool
        riddle; /* one that cannot be answered was met, as whether an archive is of all of a file that was
                    written on when it was deleted, or being packed */
    unsigned reconciles;
    unsigned long looks;
    bool
        skips; /* the state was destroyed: what is there until the first look is skipped, and told */
    uint64_t sequence;     /* the highest that was said to be durable */
    int64_t saved_wall_ns; /* when the process last saved */
    uint64_t shown;        /* the sum of all counts on the last page */
    enum fault kind;
    char fault[200];
};
extern struct oracle oracle;

void oracle_init(void);
__attribute__((format(printf, 2, 3))) void oracle_fault(enum fault kind, const char *format, ...);
struct slice oracle_line(unsigned id); /* its bytes */
void oracle_took(unsigned *last, const char *p, size_t n);
void oracle_look(bool saved);
void oracle_cuts(struct node *n, size_t size);  /* what is behind is about to go */
void oracle_leaves_alone(const struct node *n); /* what it is a copy of: it goes, or is cut */
void oracle_doubts(const struct node *n, enum doubt doubt);
void oracle_may_double(const struct node *n);  /* if that is told */
void oracle_excuse_told(const struct node *n); /* nobody owes its lines, if a doubt is told */
void oracle_excuse_line(const struct node *n, size_t at); /* nor that which lies there */
void oracle_excuse(const struct node *n);                 /* nobody owes its lines */
void oracle_destroyed(void);                              /* the state, by an error */
void oracle_reconciled(bool looked);                      /* ... at all that was there */
void oracle_back_in_reach(void); /* what was out of reach, as a disk that is mounted */
void oracle_reconfigured(void);
void oracle_history(void); /* whatever archive is there now need not be read */
void oracle_failed(void);  /* an error was given: what is there may have been missed */
void oracle_saves(
    bool looked); /* the process takes counts and positions of this moment; `looked`: at all */
void oracle_saved(void); /* ... and they are durable */
void oracle_born(void);  /* a process starts */
void oracle_died(void);
void oracle_forgot(void);    /* what is gone, by an error: it may count again */
void oracle_went_back(void); /* the state before the last is used: an error */
void oracle_first(void);     /* the process knows nothing: what lies rotated is history */
void oracle_restored(void);
bool oracle_waits(void); /* is there a line that does not count yet? */
void oracle_end(void);
bool oracle_is_told(void); /* what is wrong was said by the process */

/* actors.c */
struct kind {
    const char *name;
    void (*fn)(unsigned a, unsigned b);
    unsigned weight;
    bool inside; /* may happen between two calls of the process */
};
extern const struct kind kinds[];
extern const unsigned nkinds;
void actors_init(void);
void actors_end(void); /* everything is brought to its end and back to its place */
void actors_cut(void); /* all died with the machine */
unsigned actors_style(uint64_t seed, unsigned stream); /* how a stream of this story is rotated */

/* cover.c */
enum cover {
    COVER_STEP,
    COVER_CALL,
    COVER_ERROR,
    COVER_STATE,
    COVER_MOVE,
    COVER_NOTE,
    COVER_STYLE,
    COVER_GROUPS
};
enum { COVER_MAX = 256 };
void cover(enum cover group, unsigned i);
void cover_look(void); /* at the states of the files */
unsigned cover_report(
    unsigned long stories); /* how many things were met too seldom, after a line for each */

/* story.c */
void story_actors_step(void); /* from inside of a call */
void story_die(bool cut);

#endif
