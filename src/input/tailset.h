/* tailset -- follows all files of all logs, and hands out their whole lines, each exactly once.
 *
 * THE ROOM. Input knows which files there are (inotify makes it fast, stat makes it right), which
 * content is in each (device, inode, birth time, and the fingerprint of what was read of it), and
 * how far each content has been read:
 *
 *     watch -> place -> identify -> file -> tail -> whole lines -> sink
 *     a name   which    new, copy,  its     bytes
 *     changed  content  the rest?   life
 *
 * set.h, its inside, lists the files and their order. Beside it the room has what others use alone:
 * archive.h (a file read once, by the offline commands), glob.h, crc32c.h, and statefile.h, which
 * keeps a state on disk and does not know what is in it.
 *
 * Invariants:
 *   - The sink is handed whole lines; when it returns they count as read. tailset_encode may be
 *     called at any time between two sink calls and holds exactly what the sink has seen; whoever
 *     saves it together with what the sink derived is exact across kill -9.
 *   - A content has one struct tail_file, a name is that of one at most. In a stream (a path and
 *     all that was ever written under it) the older content is read to its end before the younger, but
 *     for one that cannot be read at the moment.
 *   - An event is a reason to look; only what is on disk decides.
 *   - What is not handed out is reported: each byte known to be lost, each line left out.
 *   - Whatever others can make grow has a bound: lines, descriptors, files remembered.
 *
 * The tailset owns all of this, also the descriptors; the objects of the sink are the sink's. The
 * loop's thread is the only one, but that another may encode what rests; a codec may have one more to
 * read ahead.
 *
 * It must not know rules, metrics, settings or HTTP, and calls nobody but the sink. */
#ifndef LT_INPUT_TAILSET_H
#define LT_INPUT_TAILSET_H

#include "base/buf.h"
#include "base/loop.h"
#include "base/slice.h"
#include "input/count.h"

#include <stdbool.h>
#include <stdint.h>

struct tail_log {
    const char *name; /* states are kept by this name */
    const char *const *globs;
    unsigned nglobs;
    const char *const *excludes;
    unsigned nexcludes;
    const char *const *rotated; /* further names of parts; relative to the directory of the file */
    unsigned nrotated;
    const char *encoding; /* NULL = UTF-8 */
    bool start_at_end;
    bool poll; /* never inotify */
};

struct tail_options {
    const struct tail_log *logs; /* borrowed until tailset_free or tailset_reconfigure */
    unsigned nlogs;
    size_t max_line;        /* longer lines, as UTF-8, are skipped whole and reported */
    int64_t rotate_wait_ns; /* a renamed file is kept open until idle for so long */
    unsigned max_open;      /* budget of descriptors; 0 = from RLIMIT_NOFILE, less a reserve */
    /* 0 = the default of each: */
    int64_t reconcile_ns; /* how often everything is looked at: 2 s (5 s with over 10,000 files) */
    /* How long events are collected before files are read: 5 ms, and up to eight times that while
     * files are written without a pause; -1 = not at all. */
    int64_t collect_ns;
    /* How long it is busy with what files there are before others have their turn: 8 ms. */
    int64_t piece_ns;
    int64_t lost_wait_ns; /* how long the rest of a lost file is looked for before it is given up: 3
                             s */
    int64_t keep_ns;      /* how long a file that is gone is remembered: 7 days */
    unsigned max_gone;    /* how many of them at most, the latest: 20,000, some 5 MB of the state */
};

/* One content being read. Opaque; what the sink needs of it is below. */
struct tail_file;

/* What happened besides lines; `n` is 1, or bytes. */
enum tail_note {
    TAIL_ROTATED, /* a file got another name and was followed */
    TAIL_TRUNCATED,
    TAIL_AMBIGUOUS, /* the lines of one that is gone, or renamed, written again: counted again */
    TAIL_VANISHED,  /* gone before it was read to its end */
    TAIL_LOST_VANISHED,  /* bytes known lost: gone before they were read */
    TAIL_LOST_TRUNCATED, /* bytes known lost: truncated before they were read */
    TAIL_LOST_STATE,     /* bytes skipped because the state was damaged */
    TAIL_TOO_LONG,       /* one line longer than max_line was skipped */
    TAIL_INVALID,        /* bytes that are no characters of the encoding, and were replaced */
    TAIL_READ_ERROR,
};

struct tail_sink {
    void *ctx;
    /* A file begins to be read (or is taken up again with what `carry` held). Returns what is kept
     * for it; NULL: nothing is read (tailset_find). `id` is unique for this run of the program;
     * `stream` is the name that it, what came before it and what comes after it are written under. */
    void *(*open)(void *ctx, unsigned log, const char *stream, const char *path, uint32_t id,
                  struct slice carry);
    /* Whole lines, as UTF-8: [p, p + n) ends in '\n', but for the last line of a file that is retired. At
     * least 64 bytes before p and after p + n may be read (and hold anything). Returns how many
     * lines were counted: blank ones may not be, and parts of a line are none. */
    uint64_t (*lines)(void *ctx, void *file, const char *p, size_t n);
    /* Appends what must be saved with the file's offset (unfinished joined lines, last date). */
    void (*carry)(void *ctx, void *file, struct buf *out);
    /* The same content goes by another name now. */
    void (*renamed)(void *ctx, void *file, const char *path);
    void (*close)(void *ctx, void *file);
    void (*note)(void *ctx, unsigned log, enum tail_note note, uint64_t n);
    /* What is unfinished in `from` goes on in `to`, the next generation of the same name, whose first
     * lines come now. NULL: nothing is ever unfinished. */
    void (*pass)(void *ctx, void *from, void *to);
    /* Nothing came of the file for rotate_wait: what is unfinished will not be finished. As many
     * lines were counted of it. NULL: as above. */
    uint64_t (*finish)(void *ctx, void *file);
    /* A content has its first lines, or another name: killed before that is saved, nobody would find
     * it again once it is compressed or moved on. NULL: never mind. */
    void (*placed)(void *ctx);
    /* A restored file: does what it carries wait for time alone, so that it is to be opened although
     * nothing was written? NULL: never. */
    bool (*wants)(void *ctx, struct slice carry);
    /* Lines that were counted of the file since this was asked last, and not told by `lines` or `finish`:
     * silence completed them. NULL: never any. */
    uint64_t (*completed)(void *ctx, void *file);
};

struct tailset;

/* Nothing is read before the loop runs. Copies `sink` and `options` (but for the logs); borrows the loop until
 * tailset_free, which whoever made it calls, outside of any callback. */
struct tailset *tailset_new(struct loop *loop, const struct tail_options *options,
                            const struct tail_sink *sink);
void tailset_free(struct tailset *t);

/* After a restart, before the loop runs: takes up the files of an encoded state, and what is
 * remembered of those that were gone. -EBADMSG when it cannot be read. */
int tailset_restore(struct tailset *t, struct slice encoded, struct slice memory);
/* The state was damaged or is missing although there was one: files that are there now are read
 * from their end; what is skipped is noted as TAIL_LOST_STATE. Before the loop runs. */
void tailset_start_at_end(struct tailset *t);
/* *ret_memory is for what is gone: what came since the last call, or all of it, to be put in the
 * place of what was there. The caller releases it. */
struct tail_memory {
    struct buf bytes;
    bool replaces;
};
void tailset_encode(struct tailset *t, struct buf *out, struct tail_memory *ret_memory);

/* New logs (a reload). Files whose log's name still wants them go on; others are closed and their
 * offsets kept. The sink's files are all closed and opened again with their carry. */
void tailset_reconfigure(struct tailset *t, const struct tail_options *options);

/* Rests, or goes on: while it rests the loop calls it for nothing, and neither sink nor files are
 * touched. What happens to files meanwhile is seen afterwards. Call only what tells of it (takes a
 * const tailset), and tailset_reconfigure; or, in any one thread, while nobody reconfigures,
 * tailset_encode. */
void tailset_rest(struct tailset *t, bool on);

/* Reads everything that was appended before this call, in turns of bounded size (a scrape asks for
 * it: what is in the files now must be on the page). Returns false when there is more to read, or to look
 * at: it stops at a budget of `budget_ns`, and where a look at the files makes a pause (piece_ns). */
bool tailset_catch_up(struct tailset *t, int64_t budget_ns);

/* Has it looked once at all that it follows? */
bool tailset_has_looked(const struct tailset *t);

/* Changes with every byte read and every note. */
uint64_t tailset_version(const struct tailset *t);

/* Some may have been completed: they are counted among those of their files. */
void tailset_count_completed(struct tailset *t);
/* All lines that were ever counted. Those of each content add up to the same, with those of contents
 * that are forgotten, and of pipes. */
struct tail_sum {
    uint64_t lines, lines_forgotten;
    int64_t forgotten_ns; /* the latest forgotten content was last written then; 0 = none was */
    int64_t since_ns;     /* before that a version counted that kept no sums; 0 = none did */
};

struct tail_sum tailset_sum(const struct tailset *t);

enum tail_whereabouts {
    TAIL_THERE,
    TAIL_PACKED,    /* in a compressed file */
    TAIL_REWRITTEN, /* its file is there, and holds something else */
    TAIL_GONE,
};
struct tail_known {
    const char *log, *stream, *path; /* path: where it is, or was last */
    enum tail_whereabouts where;
    uint64_t offset; /* up to which it was read */
    int64_t mtime_ns;
    struct tail_count count;
};
/* Instead of running the loop: finds what was restored, reads nothing. The sink's `open` must give
 * NULL. */
void tailset_find(struct tailset *t);
/* All contents; those of each stream from the oldest to the youngest. */
typedef void tailset_known_fn(void *ctx, const struct tail_known *k);
void tailset_known(const struct tailset *t, tailset_known_fn *each, void *ctx);

struct tail_log_status {
    unsigned files, open;
    unsigned failing;          /* that cannot be read at the moment */
    uint64_t lag_bytes;        /* known size less offset, of all its files */
    int64_t last_read_wall_ns; /* when a line was last read; 0 = never */
    bool backlog_done;         /* what was there when this run first saw the log has been read */
    bool first_start;          /* no state knew this log */
    bool waiting;              /* no file matches its globs (yet) */
};
/* A file of a log, for people; the path is borrowed. */
struct tail_file_status {
    const char *path;
    uint64_t size, offset; /* as last looked at */
    int64_t mtime_ns;
    bool rotated;
    bool read; /* to its end */
    int error; /* errno, 0 = none */
};
typedef void tail_each_fn(void *ctx, const struct tail_file_status *file);
void tailset_each_file(const struct tailset *t, unsigned log, tail_each_fn *each, void *ctx);

/* What its configuration asks for and the file system does not give. */
struct tail_log_wanting {
    unsigned unmatched;  /* globs that no file matches */
    unsigned unreadable; /* directories that may hold matches, and cannot be listed or entered */
    unsigned nuls;       /* files whose next bytes are NULs: preallocated, or left by a crash */
};
void tailset_log_wanting(const struct tailset *t, unsigned log, struct tail_log_wanting *ret);
/* backlog_done, of all logs; at once, while the status looks at each file. */
bool tailset_caught_up(const struct tailset *t);
void tailset_log_status(const struct tailset *t, unsigned log, struct tail_log_status *ret_status);

#endif
