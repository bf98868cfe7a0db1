/* set -- the inside of a tailset: what its parts share. Nobody outside of the room includes it.
 *
 * Each file calls only those above it:
 *
 *     set.c        how its things are found; what waits to be looked at or read
 *     logs.c       which log a path belongs to
 *     link.c       where a path leads over symlinks
 *     dirs.c       directories: watches, which names are in them
 *     gone.c       contents that are gone, and those of them that begin as a newcomer does
 *     unpack.c     reading on in a compressed rotated file
 *     open.c       descriptors, and who gets the lines
 *     judge.c      which content is it: the table, without a look at anything
 *     alike.c      how many first bytes of a content prove nothing
 *     evidence.c   what the bytes behind a descriptor say of a content
 *     file.c       one content's life: begin, move, end of generation, retire, drop
 *     pipe.c       fifos and standard input, which are none of the other kinds
 *     unseen.c     archives that continue nothing
 *     follow.c     whose turn it is to be read
 *     weigh.c      what contents never seen before have in common with those that are known
 *     unread.c     what was seen, and lost before anything of it was read
 *     packed.c     an archive that is none of those known: of what is it made?
 *     identify.c   new, a copy, the rest of a lost one? What judge.c says is done
 *     place.c      a name has changed: which content is behind it now
 *     known.c      what is known of each content, for who reads it again
 *     wanting.c    what the logs ask for and the file system does not give
 *     checkpoint.c to and from the saved state
 *     tailset.c    timers and events; what time alone brings to an end; status; reload */
#ifndef LT_INPUT_SET_H
#define LT_INPUT_SET_H

#include "base/index.h"
#include "base/map.h"
#include "input/encoding.h"
#include "input/globs.h"
#include "input/identity.h"
#include "input/judge.h"
#include "input/linebuf.h"
#include "input/names.h"
#include "input/rotated.h"
#include "input/tail.h"
#include "input/tailset.h"
#include "input/watch.h"

#include <errno.h>

/* As `lost_wall_ns` of what went on shorter: before anything was made that could be its rest. */
#define LOST_BY_EDITOR INT64_C(-1)

/* The times of files are as coarse as that. */
#define FILE_GRAIN_NS (2 * NSEC_PER_SEC)

/* A log, as long as anything of it is remembered; an inactive one is not configured any more. */
struct log {
    struct index_node by_name;
    struct log *next;
    char *name;
    const struct tail_log *config; /* NULL = inactive; borrowed */
    unsigned number;
    struct encoding encoding; /* as configured */
    bool fresh; /* never yet reconciled, and no state knew it: what is there was there before us */
    bool first_start; /* for the status: was fresh in this run */
    bool looked;      /* reconciled at least once */
    unsigned backlog; /* files that have not reached their end once */
    int64_t last_read_wall_ns;
    struct stream *streams; /* by log_next */
};

/* A path that matches a glob, and all contents that were ever written under it. */
struct stream {
    struct index_node by_path;
    struct index_node by_leads;
    struct stream *next;
    char *path;
    char *leads; /* where its name leads over symlinks while nothing lies there; NULL else */
    struct log *log;
    struct stream *log_prev, *log_next;
    struct tail_file *files; /* oldest first */
    struct tail_file *gone;  /* FILE_ABSENT, youngest first */
    unsigned queued, open;   /* how many of them are to be read; are FILE_OPEN */
    uint64_t alike;          /* so many first bytes two different ones of them shared: a banner */
    bool wanted;             /* a glob matches its path: it is read */
    bool verified;           /* while newcomers are identified */
};

/* Where a content is, or what else stands behind a name. file_enter is the one that changes it, and
 * checks what must hold then:
 *
 *     UNPLACED -> NAMED <-> UNPLACED -> OPEN -> UNPLACED (read to its end, and a copy of it went on)
 *                                   \-> LOST <-> ABSENT -> forgotten
 *     HELD, WAITING, DENIED, PIPE: made and dropped. A HELD copy becomes NAMED when its original is
 *     gone; a WAITING one is UNPLACED when it loses its name: it is read by its descriptor then */
enum file_state {
    FILE_UNPLACED, /* restored, or lost its name in this look: not yet looked for */
    FILE_NAMED,    /* `path` names it */
    FILE_OPEN,     /* no name that we know, but our descriptor holds it: deleted, or moved away */
    FILE_LOST,     /* nowhere, or truncated; its rest may turn up in a rotated file */
    FILE_ABSENT,   /* the same, and its loss was reported: only remembered */
    FILE_HELD,    /* not read: a copy of `copy_of`, or nothing that we may read; examined again when
                      it changes */
    FILE_WAITING, /* held open, and not read: like one that is gone, as far as it goes. Examined again
                     when it changes, or has not changed for a while */
    FILE_DENIED, /* cannot be opened; tried again and again */
    FILE_PIPE,
};

/* What of a pipe cannot be read again is kept here. */
struct pipe_input {
    struct tailset *set;
    struct tail_file *file;
    int fd;
    struct loop_watch *watch;
    struct loop_timer *timer; /* for what epoll does not take: standard input from a file */
    struct linebuf lines;
    uint64_t too_long; /* lines that were told */
};

enum { BEGAN = 64, REJECTED_MAX = 8, AWAY_LOOKS = 2, GONE_KEYS = 3, GONE_LEAST = 16, BOOT_ID = 36 };

_Static_assert(REJECTED_MAX <= 8, "tail_file.parts has a bit for each");

/* A symlink that a file is named through. */
struct hop {
    struct index_node by_path;
    struct hop *next;
    struct tail_file *file;
    char path[];
};

struct tail_file {
    struct tail tail;
    struct index_node by_path; /* in when it has a name */
    struct index_node by_id;   /* in when tail.id means something */
    struct index_node by_real;
    struct index_node by_birth, by_name;  /* in when it is lost */
    struct index_node by_head[GONE_KEYS]; /* FILE_ABSENT: gone.c */
    struct tail_file *next, *prev;        /* of the set, least recently active first */
    struct tail_file *stream_next;        /* in the stream, younger; FILE_ABSENT: older */
    struct tail_file *stream_prev;        /* FILE_ABSENT */
    struct tail_file *queue_next;
    struct stream *stream;
    enum file_state state;
    bool packed; /* its rest is in a compressed file; offset counts unpacked bytes */
    bool tried;  /* packed: it is not known to be in that before it has been unpacked so far */
    uint32_t id;
    char *path; /* the last known */
    /* Where it lies: to which its own name led over symlinks, or where it went without a name that
     * we know; NULL when its own name said all. Tried when no name leads to it any more. */
    char *real;
    struct hop *hops;          /* the symlinks on the way, while it has its own name */
    struct tail_file *copy_of; /* FILE_HELD; FILE_DENIED: it was, when it last could be read; or was
                                  taken as read as a part of that: the first `tail.proved` bytes. Of
                                  the same stream */
    bool is_copy; /* FILE_HELD: found to be one when the original had been read to its end */
    struct unpack *unpack; /* packed: while it is read */
    /* Archives that began alike, and ended before or went on otherwise: identity_hash_at. One that was
     * written anew is another. */
    uint64_t rejected[REJECTED_MAX];
    unsigned nrejected;
    uint8_t parts;            /* a bit for each: it holds nothing that was not read */
    struct pipe_input *pipe;  /* FILE_PIPE, until its end */
    void *sink;               /* NULL = not open */
    struct buf carry;         /* what a closed sink left */
    int64_t mtime_ns;         /* when last looked at */
    struct identity plain_id; /* packed: its own, before it went on in the archive; no inode: it was
                                 never anywhere else */
    int64_t plain_mtime_ns;   /* likewise when it was written */
    int64_t ctime_ns;         /* FILE_OPEN: when `real` was last looked for */
    int64_t active_ns;        /* when it last grew or changed its place */
    int64_t retry_ns;         /* not to be read before, after an error */
    int64_t lost_wall_ns;     /* when it was found to be FILE_LOST */
    uint8_t away; /* so many looks before that says anything: it was lost with its directory or its
                     disk, or while nobody wanted it */
    uint64_t unread; /* FILE_DENIED, FILE_WAITING: so many bytes are in it, of which some, perhaps,
                        were not read */
    uint64_t cut;    /* FILE_WAITING: likewise, before it was cut */
    unsigned failures;
    unsigned round; /* FILE_WAITING: how many reconciles there had been */
    int error;      /* errno, 0 = none */
    int unverified; /* negative errno: could not be read when newcomers were to be compared with it */
    bool ambiguous; /* FILE_WAITING: it will be told if it is read */
    bool growing;   /* FILE_HELD: an archive that was not complete enough to tell */
    bool queued;
    bool renamed;   /* no longer under its stream's path */
    bool retired;   /* its last line was handed out; nothing more is expected */
    bool truncated; /* FILE_LOST because it was truncated */
    bool backlog;
    bool unresolved;     /* where its own name leads could not be seen: looked at again */
    bool seen;           /* in this walk over the directories */
    bool met;            /* it had its name in this run */
    bool just;           /* it lost its name in this round of place_settle */
    bool gone_seen;      /* an event said that its name is gone */
    bool deleted;        /* it said that it was deleted, not replaced or moved */
    uint8_t rebooted;    /* saved so many boots of the machine ago, and not looked into since */
    bool astray;         /* FILE_OPEN: has a name, and we cannot know which */
    uint16_t began_n;    /* so many first bytes it had when it was identified; 0 = not known */
    uint32_t began_hash; /* of these: digest_hash, as it is saved */
    char began[BEGAN];   /* the first of these, as they are: it may be shorter now */
    uint64_t key;        /* of its entry in the memory; 0 = none */
    bool denied;         /* FILE_LOST: it could never be looked into */
    bool doubted;        /* there is one that may be what an editor made of it */
    bool parted;         /* that an archive is taken for a part of it was told */
    bool awaits;         /* what comes under its name could not yet be compared with it */
};

enum dir_role {
    DIR_GLOB = 1 << 0,                   /* may hold matches */
    DIR_TARGET = 1 << 1,                 /* symlinks lead to files in it */
    DIR_LINK = 1 << 3,                   /* such a symlink, not matched by a glob, is in it */
    DIR_ABOVE = 1 << 2,                  /* a root below it is missing */
    DIR_SCANNED = DIR_GLOB | DIR_TARGET, /* its names may be files of ours, or parts of them */
};

struct dir {
    struct dir *next;
    struct index_node by_path, by_wd;
    char *path;
    unsigned roles;
    bool root; /* a pattern begins here; kept when missing */
    bool missing;
    bool rescan;   /* its names must be looked at */
    bool unsure;   /* a name in it, or all, could not be looked at: who was not met may be there */
    bool read_now; /* its names were just read: a file that was not met is not there */
    bool dangling; /* a symlink in it leads nowhere; no event says when it does */
    bool dead;
    int wd;          /* -1 = none */
    int error;       /* errno of what cannot be read of it, 0 = none */
    unsigned settle; /* before this reconcile it is scanned although nothing seems to change */
    struct identity id;
    int64_t mtime_ns, ctime_ns;
};

struct file_list {
    struct tail_file *first, *last;
    struct tail_file *at; /* the next of a walk: it goes on behind one that is removed meanwhile */
};

/* What is done before others have their turn: so long by the clock; but on a busy machine it is CPU
 * time that counts, and on a slow disk it is not. */
struct piece {
    int64_t until_ns, until_cpu_ns, most_ns;
};

/* One kind of work: true when it is done; false when the piece ended, NULL never does. It goes on in
 * the next one, and does something in each. */
typedef bool work_fn(struct tailset *t, const struct piece *p);

/* How far a look has come. In the midst of it nothing is read, and no event is taken: what changes
 * meanwhile changes between two calls, as it may in any case. */
struct looking {
    unsigned step, reconcile, rescan,
        round_step; /* of the rows of works in tailset.c and place.c */
    unsigned rounds, events;
    size_t pending, newcomer;
    struct dir *dir;
    bool parts;      /* those of the pending names that only the configuration calls so */
    bool missing;    /* a root is */
    bool more, any;  /* a directory was read: in this walk; in this rescan */
    int64_t wall_ns; /* when the reconcile began */
    bool in_round;
    bool missed;          /* a part was there, and was gone before it could be looked into */
    bool all, reconciles; /* a reconcile is part of it; of everything */
};

/* A name to be looked at. */
struct pending {
    char *path;
    struct tail_file *copy_of; /* it was held as a copy of this; NULL when not known */
    uint64_t held;             /* ... when so many bytes were in it */
    bool still;                /* FILE_WAITING, and long enough, if it has not changed */
    bool ambiguous;            /* ... and then it will be told */
    struct identity id;        /* the file that was looked at before, if one was */
    uint64_t seen;             /* so many bytes were in that, and were not looked into */
    uint64_t cut;              /* likewise, before it was cut */
};

/* A regular file behind a name, that is none of those known. */
struct newcomer {
    char *path;
    struct look look;
    struct stream *stream;
    struct tail_file *copy_of; /* it was held as a copy of this, which is lost now */
    uint64_t held;             /* ... when so many bytes were in it */
    bool symlink;
    bool rotated; /* its name is not the stream's */
    bool weak;    /* its name alone does not make it a part of the stream (ROTATED_WEAK) */
    bool given;   /* only the configuration says so (ROTATED_GIVEN) */
    bool own; /* its name matches a glob: a stream of its own, unless its content is the stream's */
    bool packed;    /* by its name */
    bool still;     /* it waited long enough */
    bool ambiguous; /* it may hold the lines of another, which is told when it is read */
    uint64_t seen;  /* so many bytes were in it, and were not looked into */
    uint64_t cut;   /* likewise, before it was cut */
    /* While it is identified: */
    int fd; /* -1: closed, or given to a file */
    struct slice head;
    struct tail_file *before;   /* what was last written under its name */
    struct tail_file *replaced; /* the same, if it lost the name just now */
};

/* What is saved of contents that are gone: entries are only added, one that takes another back as
 * well. checkpoint.c */
struct memory {
    struct buf fresh; /* entries since the last save */
    uint64_t last_key;
    size_t live, dead; /* entries */
    bool begun;        /* in this run */
};

struct tailset {
    struct loop *loop;
    struct tail_options options;
    struct tail_sink sink;
    struct log *logs;
    struct log **by_number; /* NULL behind the last */
    struct globs globs;     /* by the number of their log */
    bool given;             /* a log says what its parts are called */
    struct stream *streams;
    struct index stream_index, path_index, id_index, real_index, hop_index, birth_index, name_index;
    struct index leads_index;
    struct index head_index, gone_index; /* of contents that are gone, by head and by name */
    struct index dir_index, wd_index, log_index;
    struct dir *dirs;
    struct file_list files; /* all but those that are gone */
    struct file_list gone;  /* FILE_ABSENT, in the order in which they were given up */
    uint64_t gone_lines;
    unsigned nfiles, nopen, ngone;
    unsigned nunpacking; /* that are being unpacked */
    struct tail_file *queue, **queue_end;
    struct pending *pending;
    size_t npending, pending_cap;
    struct newcomer *newcomers;
    size_t nnewcomers, newcomers_cap;
    struct newcomer *batch; /* those that are being identified; without a path when that is done */
    size_t nbatch;
    struct map newcomer_numbers; /* by path: a name may be looked at twice */
    struct watch *watch;         /* NULL = polling */
    struct loop_watch *watch_event;
    struct loop_timer *work_timer, *reconcile_timer;
    int64_t reconcile_at; /* what the timer is, or will be, set to, but for a rest */
    struct tail_buffer buffer;
    struct tail_file *reading; /* whose lines are being handed out */
    size_t block, handed;      /* bytes to read at once; those last handed out */
    struct names warned;       /* paths, with what was said of them */
    struct names noted;        /* as well, with the file that was counted */
    struct names links;        /* paths last seen as a hard link of a file that has another name */
    struct tail_sum sum;
    struct memory memory;
    int64_t ran_ns, ran_from_ns; /* running time of earlier runs; when this one began */
    int64_t found_from_ns;       /* wall time of tailset_find */
    uint64_t version;
    int64_t looked_wall_ns; /* when the last look at everything began */
    /* The same, as the last state was made, by this run or the one before: all that was there had been
     * looked at; or so long ago. */
    int64_t saved_wall_ns;
    uint32_t next_id;
    int64_t now;
    char boot[BOOT_ID];   /* which start of the machine this is */
    size_t boot_n;        /* 0: not yet known */
    int64_t boot_wall_ns; /* when the machine was started, as far as the clocks tell */
    int64_t collect_ns;   /* how long events are collected now */
    bool working;         /* the work timer is set */
    bool reconciled;      /* once */
    bool all_at_end;      /* tailset_start_at_end */
    bool rebooted;        /* the machine was started again since the last state was saved */
    bool due, due_all;    /* a reconcile; of everything */
    bool
        reconciling; /* the reconcile timer went off, and is set again when that has come to its end */
    struct looking looking;
    bool names_changed; /* place_settle has something to do */
    bool unsettled;     /* it could not do all of that: not again before something else happens */
    bool watches_full;
    bool full; /* no descriptor is left, nor one that could be closed, as far as anything changed */
    unsigned rounds;
};

/* It is read, or was; no other is saved. */
static inline bool file_has_content(const struct tail_file *f)
{
    return f->state <= FILE_ABSENT;
}

static inline bool file_has_name(const struct tail_file *f)
{
    return f->state == FILE_NAMED || f->state >= FILE_HELD;
}

static inline bool file_is_lost(const struct tail_file *f)
{
    return f->state == FILE_LOST || f->state == FILE_ABSENT;
}

/* It was met, and some of it, perhaps, was not read: all that is saved of that. */
static inline bool file_is_unread_memo(const struct tail_file *f)
{
    return (f->state == FILE_DENIED || f->state == FILE_WAITING) && !f->copy_of &&
           (f->unread > 0 || f->cut > 0);
}

/* Was this archive tried, and did it end before, or go on otherwise? Which of them it is, or -1. */
static inline int file_rejection(const struct tail_file *f, const struct look *look)
{
    uint64_t hash = identity_hash_at(&look->id, look->mtime_ns);

    for (int i = 0; i < (int)f->nrejected && i < REJECTED_MAX; i++)
        if (f->rejected[i] == hash)
            return i;
    return -1;
}

static inline bool file_has_rejected(const struct tail_file *f, const struct look *look)
{
    return file_rejection(f, look) >= 0;
}

/* Does it hold nothing that was not read of f? */
static inline bool file_has_read(const struct tail_file *f, const struct look *look)
{
    int i = file_rejection(f, look);

    return i >= 0 && (f->parts >> i & 1);
}

/* As the error of what is put off until that with which it is compared is read to its end: nothing is wrong with
 * it. */
enum { NOT_DRAINED = EINPROGRESS };

static inline int file_failure(const struct tail_file *f)
{
    return f->error == NOT_DRAINED ? 0 : f->error;
}

/* It was met, and what it is cannot be said before it can be looked into. */
static inline bool file_is_put_off(const struct tail_file *f)
{
    return f->state == FILE_DENIED && f->error != EACCES && f->error != EPERM;
}

/* Its bytes can be looked at. */
static inline bool file_is_readable(const struct tail_file *f)
{
    return f->state < FILE_LOST && !f->packed;
}

/* A part gets the name of its log: if no crash undid that it was rotated, a number says little. */
static inline bool file_is_log_again(const struct tail_file *f, const char *path)
{
    return strcmp(path_name(f->path), path_name(path)) != 0 && !f->rebooted &&
           strcmp(path, f->stream->path) == 0;
}

/* It was taken as read, as a part of another, or as history; that in what is less than a line, which says nothing of
 * what it is. What comes may have been read, too: then it is identified anew. */
static inline bool file_was_taken_as_read(const struct tail_file *f)
{
    return f->copy_of || (f->retired && f->tail.offset == 0 && f->tail.size > 0);
}

/* More is read of it: it is no more, either, what was taken as read as a part of another. */
static inline void file_reads_on(struct tail_file *f)
{
    f->retired = false;
    f->copy_of = NULL;
}

/* set.c */
/* The key of birth_index: an inode, wherever it is mounted. */
uint64_t birth_hash(const struct identity *id);
void files_append(struct file_list *l, struct tail_file *f);
void files_remove(struct file_list *l, struct tail_file *f);
/* The next of a walk; NULL at its end. */
struct tail_file *files_next(struct file_list *l);
work_fn files_rewind; /* of those that are not gone */
struct piece piece_begin(struct tailset *t);
bool piece_is_over(const struct piece *p);
/* A row of works, from *at on. */
bool work_on(struct tailset *t, const struct piece *p, work_fn *const *row, unsigned n,
             unsigned *at);
/* A look is given up: what it has not yet found out is pending again. */
void looking_reset(struct tailset *t);
struct tail_file *file_by_path(const struct tailset *t, const char *path);
/* Those of other streams than `but` that have this path, or had it last, when they were lost: one after the other. */
struct named_search {
    const char *path;
    const struct stream *but;
    /* Zero. */
    bool begun;
    struct index_node *node; /* the next */
};
/* NULL: there are no more. What it gave may go before the next call. */
struct tail_file *file_next_named(const struct tailset *t, struct named_search *s);
/* The stream whose name leads, or led, to this path over symlinks, or NULL. */
struct stream *stream_by_real(const struct tailset *t, const char *path);
/* That file itself, when it has its own name. */
struct tail_file *file_by_real(const struct tailset *t, const char *path);
struct tail_file *file_by_id(const struct tailset *t, const struct identity *id);
/* How what was read of it is written; NULL = UTF-8. */
const struct charset *file_charset(const struct tail_file *f);
/* To be read; nothing when there is nothing to read in such a file. */
void queue_read(struct tailset *t, struct tail_file *f);
void queue_remove(struct tailset *t, struct tail_file *f);
/* It was written: it and what its stream still holds without a name. */
void queue_grown(struct tailset *t, struct tail_file *f);
/* To be looked at by place.c. */
void queue_look(struct tailset *t, const char *path);
/* As well; with what is known of a memo that is about to go. */
void queue_look_copy(struct tailset *t, const struct tail_file *memo);
/* As well, what could not be looked into, or waited, is perhaps back there; or it was cut. */
void queue_look_seen(struct tailset *t, const struct tail_file *f, bool cut);
/* As well, what was met there. */
void queue_newcomer(struct tailset *t, const struct newcomer *n);
/* As well; it waited long enough. */
void queue_look_still(struct tailset *t, const struct tail_file *waiting);
void newcomer_add(struct tailset *t, struct newcomer n);
/* A pending name or a newcomer that is a copy of it is one of `to` now; NULL: of nothing. */
void copies_move(struct tailset *t, const struct tail_file *original, struct tail_file *to);
/* It is not gone any more, or forgotten: its entry in the memory is taken back. */
void memory_take_back(struct tailset *t, struct tail_file *f);

/* logs.c */
void logs_configure(struct tailset *t);
void logs_free(struct tailset *t);
/* The log that this path belongs to, or NULL. */
struct log *log_of_path(const struct tailset *t, const char *path);
struct log *log_by_name(struct tailset *t, struct slice name);
/* With its files. */
void stream_set_log(struct stream *s, struct log *log);
/* Might one of its globs match something below this directory? */
bool log_reaches(const struct tail_log *log, const char *dir);
/* Those of any log, or only of one that wants events, where they begin in it or above it. */
bool logs_reach(const struct tailset *t, const char *dir, bool through_symlink);
bool logs_want_events(const struct tailset *t, const char *dir);
/* Without the ./ that it may begin with. */
const char *plain_glob(const char *glob);
/* A fifo or standard input, named without a wildcard? */
bool glob_names_pipe(const char *glob);
/* The stream of this path; made when `log` is not NULL, of that if no other wants it. */
struct stream *stream_get(struct tailset *t, const char *path, struct log *log);
/* Takes where its name leads; NULL: somewhere, or not known. */
void stream_set_leads(struct tailset *t, struct stream *s, char *leads);
/* The stream that `path` is a rotated name of, and how sure that is; or NULL. A log that wants the name it is
 * said to have had gets the stream of that, if there was none. */
struct stream *stream_of_rotated(struct tailset *t, const char *path, enum rotated *ret_is);
/* Is it the name of another log, and looks like that of no part? A file of this one hardly gets that. */
bool stream_is_not_called(const struct tailset *t, const struct stream *s, const char *path);
/* Is it, by its name, what a log's `rotated` says? */
bool is_given_rotated(const struct tailset *t, const char *path);
void streams_sweep(struct tailset *t);
void note(struct tailset *t, const struct log *log, enum tail_note what, uint64_t n);
/* The first time that this is met of this file under this path, as it was written at `at_ns` (0: whenever)? What recurs is
 * counted once. */
bool is_first(struct tailset *t, const char *path, const struct identity *id, int64_t at_ns,
              const char *what);
/* A content has its first lines, or another name. */
void placed(struct tailset *t);
/* Says this of a path once in some hours, as long as there are not too many. What is counted must not
 * depend on it. */
void warn_once(struct tailset *t, const char *path, const char *what);

/* dirs.c */
void dirs_configure(struct tailset *t);
void dirs_free(struct tailset *t);
/* Look at every directory; those that changed, or all, ask for a scan. */
work_fn dirs_begin, dirs_look;
/* Does one ask for it? */
bool dirs_ask(const struct tailset *t);
/* Queues the names in the next directory after `d` (NULL: the first) that asks for a scan; NULL
 * when none does. */
struct dir *dirs_scan(struct tailset *t, struct dir *d);
/* Where parts of the stream lie, as its log's `rotated` says. */
void dirs_add_given(struct tailset *t, const struct stream *s);
/* All were scanned. */
void dirs_scanned(struct tailset *t);
struct dir *dir_of_path(const struct tailset *t, const char *path);
char *dir_join(const char *dir, const char *name);
/* Adds the directory that this is in. */
void dir_add_of(struct tailset *t, const char *path, unsigned role);
/* The names in the directory that this is in will be looked at; false when we do not know it. */
bool dir_rescan_of(struct tailset *t, const char *path);
/* Looks at the directory that this is in. */
void dir_look(struct tailset *t, const char *path);
/* Its directory is not there, or lies on another disk than it did. */
bool dir_is_away(const struct tailset *t, const struct tail_file *f);
/* This could not be looked at: its directory is read again with the next reconcile. */
void dir_look_later(struct tailset *t, const char *path);
/* Is the nearest directory above it that we know there? */
bool dir_is_there(const struct tailset *t, const char *path);
bool dir_is_unsure(const struct tailset *t, const char *path);
/* Where its name is, or that led. */
bool dir_of_file_is_unsure(const struct tailset *t, const struct tail_file *f);
bool dirs_are_unsure(const struct tailset *t);
/* A name is in a directory; `type` as readdir gives it. */
void dir_see_name(struct tailset *t, const char *path, unsigned char type);
void dir_unwatch(struct tailset *t, struct dir *d);
/* Every change of this file comes as an event. */
bool dir_is_watched(const struct tailset *t, const struct tail_file *f);

/* wanting.c */
/* Says once what a reconcile did not find. */
void wanting_say(struct tailset *t);

/* gone.c: only file_enter and file_drop call the first two */
void gone_add(struct tailset *t, struct tail_file *f);
void gone_remove(struct tailset *t, struct tail_file *f);
/* What is known of it has changed: it is saved anew. */
void gone_renew(struct tailset *t, struct tail_file *f);
/* Those that begin as this, as far as both go; and, where little of one is known, those that had its
 * name. The first that are found begin the same for longest. */
struct gone_search {
    struct slice head; /* FINGERPRINT_HEAD bytes, or all there are */
    const char *path;
    const struct stream *stream;
    /* Zero. */
    unsigned step;
    struct index_node *node;
};
/* NULL: there are no more. */
struct tail_file *gone_next(const struct tailset *t, struct gone_search *s);

/* unpack.c */
struct unpack;
/* Does what `fd` holds begin as `t` did? 1, 0, or negative errno (-ENODATA: not yet complete enough
 * to tell). With 1, *ret_unpack takes fd. */
int unpack_open(int fd, const struct tail *t, struct unpack **ret_unpack);
/* The same, and nothing is opened. */
int unpack_begins(int fd, const struct tail *t);
/* What is in it, packed or plain, begins so: how many bytes, or negative errno, -ENODATA as above. */
ssize_t unpack_head(int fd, char head[FINGERPRINT_HEAD]);
/* An error that says nothing of what the file holds: it may be gone at the next try. */
bool unpack_is_passing(int r);
/* As codec_has_tail. */
bool unpack_has_tail(const struct unpack *u);
void unpack_close(struct unpack *u);
enum unpack_result { UNPACK_END, UNPACK_MORE, UNPACK_OTHER };
/* One block: up to where t stands, then on. enum unpack_result or negative errno. */
int unpack_read(struct unpack *u, struct tail *t, const struct tail_reader *r);
/* Has it come to where t stood, and does it go on there? */
bool unpack_is_there(const struct unpack *u);
/* Did it end before, and was all of it read of t? As far as is known: 2; 1 for sure. `alike` first bytes prove
 * nothing. */
int unpack_is_part(const struct unpack *u, const struct tail *t, uint64_t alike);

/* open.c */
/* Opens within the budget. A descriptor or negative errno. */
int open_within_budget(struct tailset *t, const char *path);
void file_set_fd(struct tailset *t, struct tail_file *f, int fd);
/* And whatever else it is read by. */
void file_close_fd(struct tailset *t, struct tail_file *f);
void file_open_sink(struct tailset *t, struct tail_file *f);
void file_close_sink(struct tailset *t, struct tail_file *f);
struct tail_reader file_reader(struct tailset *t, struct tail_file *f);
/* So many lines of it were counted. */
void count_lines(struct tailset *t, struct tail_file *f, uint64_t n);
/* Hands out the last, unfinished line; closes. */
void file_finish(struct tailset *t, struct tail_file *f);

/* alike.c */
/* So many first bytes of it prove nothing: as many as two different contents of its stream shared, if it
 * shares them with another, too. */
uint64_t file_alike(const struct tail_file *f);
/* More of its head was read: how far does it begin as the others of its stream do? */
void file_learn_alike(const struct tailset *t, struct tail_file *f);
/* Of which it may be a part, as far as is known; or NULL. */
struct tail_file *file_whole_of(const struct tail_file *part);
/* Less than a line was read of it. `alike`: what begins as it does, which says it when only hashes are known. */
bool file_knows_less_than_a_line(const struct tail_file *f, struct slice alike);
/* Such is all that was read of it, or it is no more than a banner. */
bool file_proves_nothing(const struct tail_file *f);

/* evidence.c */
/* What the bytes of `fd`, which look so, say of f. 0 or negative errno. */
int file_weigh(const struct tailset *t, const struct tail_file *f, int fd, const struct look *look,
               struct evidence *e);
/* Does another rotated newcomer, or what waits to be identified, hold all that was read, or more than so
 * many bytes of it? 1, 0, or negative errno. */
int file_has_new_copy(struct tailset *t, const struct tail_file *f, const struct newcomer *but,
                      uint64_t than);
/* Where in a file, written as f is, the last line of the first n bytes begins. 0 or negative errno. */
int file_last_line(const struct tailset *t, const struct tail_file *f, int fd, uint64_t n,
                   uint64_t *ret_at);

/* file.c */
/* FILE_UNPLACED, or what is none of a content's states. */
struct tail_file *file_new(struct tailset *t, struct stream *s, enum file_state state);
/* The only place that changes a state. */
void file_enter(struct tailset *t, struct tail_file *f, enum file_state state);
/* FILE_HELD or FILE_DENIED: what has this name is not to be read unless it changes. */
struct tail_file *file_memo(struct tailset *t, struct stream *s, enum file_state state,
                            const char *path, const struct look *look);
void file_drop(struct tailset *t, struct tail_file *f);
void files_drop(struct tailset *t);
/* A symlink on the way to it is another now, or none. */
void file_hop_moved(struct tailset *t, struct tail_file *f);
/* Takes `real`; NULL: nothing is known. */
void file_set_real(struct tailset *t, struct tail_file *f, char *real);
/* The directories of the symlinks on the way to it, and where its parts lie, are looked at. */
void file_add_dirs(struct tailset *t, const struct tail_file *f);
/* Looks where its own name leads. */
void file_learn_real(struct tailset *t, struct tail_file *f);
/* It lost its name and is held open: where is it? */
void file_find_moved(struct tailset *t, struct tail_file *f, const struct look *look);
/* Where no birth is known: does `fd` hold all that was read of it, or, where nothing was, what it began with?
 * Of what was empty only the name says anything. 1, 0, or negative errno. */
int file_is_its_content(const struct tail_file *f, int fd, uint64_t size);
/* Opens what no name leads to where it was last. 1; 0 when it is not there any more; or negative
 * errno. */
int file_open_moved(struct tailset *t, struct tail_file *f);
/* Puts it into the stream before `younger` (NULL: as the youngest). */
void file_join(struct tail_file *f, struct stream *s, struct tail_file *younger);
/* As well, from another one. */
void file_move(struct tailset *t, struct tail_file *f, struct stream *s, struct tail_file *younger);
void file_name(struct tailset *t, struct tail_file *f, const char *path, const struct look *look);
void file_unname(struct tailset *t, struct tail_file *f);
/* Its name means another file now, or none: it loses it, and the name is looked at again. */
void file_misnamed(struct tailset *t, struct tail_file *f);
/* Is it being found out whether an archive is the rest of what begins so? */
bool file_is_tried(const struct tail_file *f, struct slice head);
/* It lies where its name led, but for now nobody looks there. */
bool file_is_elsewhere(const struct tail_file *f);
/* Out of sight, but for all that is known not gone: its directory, its disk, the symlink that led to it, or
 * nobody wants it. */
bool file_is_away(const struct tailset *t, const struct tail_file *f);
/* The file whose name the stream's path is now; rotated ones come before it. Or NULL. */
struct tail_file *file_current(const struct tailset *t, const struct stream *s);
/* What could not be looked into, and may be another time: negative errno, or 0. NULL: it is none. */
int file_passing_error(const struct tail_file *f);
/* Is there something under the stream's own name that could not be looked into? Negative errno, or 0. */
int file_current_is_unknown(const struct tailset *t, const struct stream *s);
/* Another part that could not be looked into may be the rest of what an archive seems to be, or what is a log of its
 * own by its name may be a copy of it: negative errno, or 0. */
int file_another_is_unknown(const struct stream *s);
/* What is gone has no place among the generations any more: true when it got one. */
bool file_come_back(struct tailset *t, struct tail_file *f);
void file_lose(struct tailset *t, struct tail_file *f);
void file_set_id(struct tailset *t, struct tail_file *f, const struct identity *id);
/* Takes over what a look found; queues it when it changed. */
void file_look(struct tailset *t, struct tail_file *f, const struct look *look);
void file_touch(struct tailset *t, struct tail_file *f);
/* What has this name holds lines of one that is gone, and is read all the same. */
void file_tell_ambiguous(struct tailset *t, const struct stream *s, const char *path);
/* All that is known of what has this name was read of one that is gone. */
void file_tell_part(struct tailset *t, const struct stream *s, const char *path);
/* It was cut, by a crash or an editor, and written on: where is not known exactly, so lines may count twice. */
void file_tell_doubt(struct tailset *t, const struct tail_file *f);
/* f, which an editor replaced, goes on in `fd` at this offset; what it was before is remembered: a crash of
 * the machine may bring it back. 0 or negative errno. */
int file_go_on_shorter(struct tailset *t, struct tail_file *f, int fd, uint64_t from);
/* What there was is lost; it goes on as another content. */
void file_begin_generation(struct tailset *t, struct tail_file *f);
/* It begins so. */
void file_set_began(struct tail_file *f, struct slice head);
/* Does it begin as it did when it was identified, as far as that is known, and not with nothing? */
bool file_begins_so(const struct tail_file *f, struct slice head);
/* The same of `fd`. 1, 0, or negative errno. */
int file_begins_so_in(const struct tail_file *f, int fd);
/* What was there before the first of it was read, so many bytes, is lost; perhaps there is a copy. */
void file_lose_unread(struct tailset *t, struct tail_file *f, uint64_t size);
/* What was read of it is not there any more: it was cut, or what is there now is another content.
 * 0, or negative errno: that cannot be said now. */
int file_generation_ended(struct tailset *t, struct tail_file *f);
/* Are `size` bytes behind its descriptor still those that were read? 0; 1 when they are another
 * content, which was dealt with; or negative errno. */
int file_verify(struct tailset *t, struct tail_file *f, uint64_t size);
/* Opens a file that has a name. As file_verify. */
int file_reopen(struct tailset *t, struct tail_file *f);
/* What is held back in this stream gets another look. */
void file_release_copies(struct tailset *t, struct stream *s);
/* As well: archives that are called as it is, which may be parts of another stream. */
void file_release_archives(struct tailset *t, const struct tail_file *f);
void file_note_loss(struct tailset *t, struct tail_file *f, enum tail_note what);
void file_set_backlog(struct tail_file *f, bool on);

/* unseen.c */
/* Is this archive, which continues nothing, a generation that nobody has read? PERHAPS: one that is
 * alike went on otherwise. AGAIN: some of it may have been read, and the rest was not. Or negative
 * errno: it cannot be unpacked, or not yet. */
enum unseen { UNSEEN_NOT, UNSEEN_NEW, UNSEEN_PERHAPS, UNSEEN_AGAIN };
/* Does it begin so now? 1, 0, or negative errno. */
int unseen_begins(struct tailset *t, const struct tail_file *f, struct slice head);
bool unseen_since_the_save(const struct tailset *t, const struct newcomer *n);
int unseen_archive(struct tailset *t, const struct newcomer *n);

/* pipe.c */
/* Opens those that are there and not yet open. */
void pipes_reconcile(struct tailset *t);
/* The log that names this pipe, or NULL. */
struct log *log_of_pipe(const struct tailset *t, const char *path);
/* Nothing is read from it while it rests. */
void pipe_rest(struct pipe_input *p, bool on);

/* follow.c */
/* Reads until nothing is left or `until_ns`; false when something is left. */
bool follow_turn(struct tailset *t, int64_t until_ns);
/* Is it read to its end? It has a turn at once, of one block; false: there is more of it, or it could not be
 * read; what was compared with it is looked at again when it is. */
bool follow_drain(struct tailset *t, struct tail_file *f);
/* What begins so, and is tried in an archive, may go on in a plain file as well: it is lost again, and the
 * archive a newcomer. */
void follow_retract(struct tailset *t, struct stream *s, struct slice head);

/* weigh.c */
enum { COMPARISONS_MAX = 64 }; /* of one newcomer with contents that are gone */
/* A content that the newcomer might be, and why. */
struct finding {
    const struct row *row; /* NULL = none */
    struct tail_file *file;
    struct evidence evidence;
    int error; /* one could not be weighed */
    struct tail_file
        *doubt; /* its inode held what was read, and a line of that is there; yet it is another */
    struct tail_file
        *truncated; /* lost before; what has its inode, and birth, holds others' lines */
};

/* Finds what the newcomer might be; *best is zeroed. */
void weigh_newcomer(struct tailset *t, const struct newcomer *n, struct finding *best);
/* Is the newcomer a copy, as far as it has come, of this content, which is still there? 1, 0, or
 * negative errno: it cannot be said now. */
int weigh_is_copy(struct tailset *t, const struct newcomer *n, const struct tail_file *f);
/* So many first bytes of both are the same. 0 or negative errno. */
int weigh_difference(struct tailset *t, const struct newcomer *n, const struct tail_file *f,
                     uint64_t *ret_same);
/* Is what is held back a copy still of what its original, which is open, holds now? 1, 0, or negative
 * errno. */
int weigh_still_copy(struct tailset *t, const struct tail_file *held);
/* Is it the time of a copy of what was last written then? */
bool weigh_is_time_of(int64_t copy_ns, int64_t ns);
/* Could it be what is left of a lost content: made while that was there, and not before? */
bool weigh_may_continue(const struct newcomer *n, const struct tail_file *f);

/* unread.c */
/* So many bytes, which were not looked into, were in it before it was cut; 0: it was not. */
uint64_t unread_was_cut(const struct newcomer *n);
/* What was out of sight, with its directory, say, and of which nothing was read, is back, for all that is known. */
bool unread_is_back(const struct newcomer *n, const struct tail_file *f);
/* What was truncated before anything of it was read may be in it; and what was empty when it was seen last, and
 * has gone, is in the first archive of what nobody has read. `begun` is what it becomes. */
void unread_forget(struct tailset *t, struct newcomer *n, const struct tail_file *begun);
/* It could not be looked into before: what was in it then? A number proves nothing. */
void unread_learn_denied(struct newcomer *n);
/* It is known now; `met`: the stream of which it seemed to be a part. */
void unread_forget_denied(struct tailset *t, const struct stream *met, const struct newcomer *n);
/* It was truncated since it was met; perhaps there is a copy. What goes on in it may have been put back anew;
 * but what is missing of that is lost. */
void unread_lose_seen(struct tailset *t, const struct newcomer *n);

/* packed.c */
/* The name says compressed; only what begins as a lost content did is opened. 0 or negative errno. */
int packed_identify(struct tailset *t, struct newcomer *n);

/* identify.c */
/* The contents of streams that have newcomers must be what we think, before newcomers are compared
 * with them. */
work_fn identify_verify, identify_newcomers;

/* place.c */
void place_event(struct tailset *t, int wd, unsigned events, const char *name);
/* Looks at the names that wait for it. */
work_fn place_examine;
/* Scans the directories that ask for it. */
work_fn place_rescan;
/* Finds a place for everything that lost or never had one. */
work_fn place_settle;

#endif
