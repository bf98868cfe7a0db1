/* tail -- one content: how far it has been read (tail.c), and its fingerprint, by which it is known
 * again (fingerprint.c).
 *
 *     0          head_n                    offset-tail_n   offset            size
 *     | head      |  ... read, forgotten ... |  tail        | not yet read     |
 *
 * Invariant: everything before `offset` has been handed out (or left out for a reason that was
 * reported); offset is at the beginning of a line, or inside one that is being skipped. head and
 * tail are bytes that were read. It knows no names and no directories. */
#ifndef LT_INPUT_TAIL_H
#define LT_INPUT_TAIL_H

#include "input/count.h"
#include "input/identity.h"

#include "base/buf.h"

#include <stddef.h>

enum { FINGERPRINT_HEAD = 512, FINGERPRINT_TAIL = 64, FINGERPRINT_MARKS = 16 };

/* Hashes of the FINGERPRINT_TAIL bytes before each multiple of `stride`: what is left of the bytes
 * that were read, to know them again when the file was cut in their middle. 0 = not known. */
struct tail_marks {
    uint64_t stride;
    uint64_t hash[FINGERPRINT_MARKS];
};

struct tail {
    struct identity id;
    int fd; /* -1 = closed */
    uint64_t offset;
    uint64_t size;     /* when last looked at, for the lag; proved or not */
    uint64_t proved;   /* size when last read and proved, for the loss */
    uint64_t read_to;  /* the end of the data when it was last read: >= offset */
    uint64_t hole_to;  /* [offset, hole_to) are NULs */
    uint64_t clear_to; /* [offset, clear_to) has no newline */
    bool skipping;     /* offset is inside a line longer than max_line */
    uint8_t tail_n;
    uint16_t head_n;
    char tail[FINGERPRINT_TAIL];
    char *head;               /* head_n bytes */
    struct tail_marks *marks; /* NULL before the first */
    struct tail_count count;
};

/* One buffer for all files. */
struct tail_buffer {
    char *mem;
    size_t cap;
};

struct tail_reader {
    struct tail_buffer *buffer;
    size_t block; /* how much to read at once; a longer line gets more */
    size_t max_line;
    void *ctx;
    void (*lines)(void *ctx, const char *p, size_t n);
    void (*too_long)(void *ctx);
};

enum tail_result {
    TAIL_END,     /* nothing whole is left */
    TAIL_MORE,    /* a block was handed out; there may be more */
    TAIL_CHANGED, /* the bytes before offset are not there any more: this generation has ended */
};

void tail_init(struct tail *t);
void tail_release(struct tail *t); /* closes fd */
void tail_buffer_release(struct tail_buffer *b);

/* Reads one block and hands out its whole lines. enum tail_result or negative errno. */
int tail_read(struct tail *t, const struct tail_reader *r);
/* The end has come: hands out the last line, which has no newline, if there is one. As
 * tail_read. */
int tail_finish(struct tail *t, const struct tail_reader *r);

/* Hands out whole lines that lie at `offset`. */
void tail_hand_out(struct tail *t, const struct tail_reader *r, struct slice lines);
/* These bytes, which lie at `offset`, are done with. */
void tail_consume(struct tail *t, const char *p, uint64_t n);
/* As many NULs, of which nothing is looked at. */
void tail_consume_zeros(struct tail *t, uint64_t n);
/* The bytes before `offset`, which is later than before, are done with, and not known. */
void tail_pass_over(struct tail *t, uint64_t offset);
/* Nothing is known and nothing read. Keeps fd and id. */
void tail_restart(struct tail *t);
/* Takes the bytes before `upto` as read, from `fd`; they cannot be checked later. 0 or negative
 * errno. */
int tail_mark_read(struct tail *t, int fd, uint64_t upto);
/* What was counted of one counts as counted of the other, whose bytes are the same. */
void tail_move_count(struct tail *from, struct tail *to);
/* The beginning of the last, unfinished line of `fd`, or its size; looks back at most `max`
 * bytes. */
int tail_last_line(int fd, uint64_t size, size_t max, uint64_t *ret_offset);

/* As much of the first `upto` bytes as is before NULs that end them. 0 or negative errno. */
int tail_without_nuls(int fd, uint64_t upto, uint64_t *ret_upto);

/* How another file's content relates to what was read of this one. */
enum tail_relation {
    TAIL_OTHER,  /* another content, or too little to tell */
    TAIL_PREFIX, /* shorter than offset, perhaps empty, and what there is was read */
    TAIL_SAME,   /* holds all that was read, and perhaps more */
};
/* enum tail_relation or negative errno. */
int tail_compare(const struct tail *t, int fd, uint64_t size);
/* So many first bytes two contents share that differ after that; 0 when it is not known that they
 * do. */
uint64_t tail_shared(const struct tail *a, const struct tail *b);
/* How many of the first `upto` bytes of another file, which is TAIL_OTHER, were read of this one?
 * 0 or negative errno. It may be more, beyond the head. */
int tail_agreement(const struct tail *t, int fd, uint64_t upto, uint64_t *ret_agrees);
/* Where two files differ first, from `from` on, or where the shorter one ends. 0 or negative
 * errno. */
int tail_difference(int a, int b, uint64_t from, uint64_t *ret_offset);

/* Do two files agree in the first `size` bytes, as far as a look at their beginning and their end
 * can tell? 1, 0 also when one is shorter or `size` is 0, or negative errno. */
int tail_alike(int a, int b, uint64_t size);

void tail_encode(const struct tail *t, struct buf *out);
/* Check r->bad afterwards. */
void tail_decode(struct tail *t, struct reader *r);
void tail_encode_count(const struct tail *t, struct buf *out);
void tail_decode_count(struct tail *t, struct reader *r);

#endif
