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
#include "input/encoding.h"
#include "input/identity.h"

#include "base/buf.h"

#include <stddef.h>

enum { FINGERPRINT_HEAD = 512, FINGERPRINT_TAIL = 64, FINGERPRINT_MARKS = 16 };

/* Hashes of the FINGERPRINT_TAIL bytes before each multiple of `stride`: what is left of the bytes
 * that were read, to know them again when the file was cut in their middle. 0 = not known. */
struct tail_marks {
    uint64_t stride;
    uint32_t hash[FINGERPRINT_MARKS];
};

enum { DIGEST_HEAD = 16, DIGEST_HEADS = 5 };

/* Of a content that is gone, in the place of the bytes of head and tail (digest.c). */
struct tail_digest {
    char head[DIGEST_HEAD]; /* the first bytes, as far as head_n goes */
    uint32_t
        heads[DIGEST_HEADS]; /* of the first 32, 64, ... 512, or of all head_n if these are less */
    uint32_t before_last;    /* of the tail before its last line */
    uint64_t tail;
    uint8_t last_n; /* so many bytes of the tail are the last line */
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
    uint64_t
        torn_to;   /* likewise, of a line with more NULs behind its beginning than it may be long */
    bool skipping; /* offset is inside a line longer than max_line */
    uint8_t tail_n;
    uint16_t head_n;
    char tail[FINGERPRINT_TAIL];
    char *head;                 /* head_n bytes; NULL when there is a digest */
    struct tail_digest *digest; /* NULL: the bytes are there */
    struct tail_marks *marks;   /* NULL before the first */
    struct tail_count count;
};

/* One buffer for all files. */
struct tail_buffer {
    char *mem;
    size_t cap;
};

struct tail_reader {
    struct tail_buffer *buffer;
    size_t block;    /* how much to read at once; a longer line gets more */
    size_t max_line; /* of UTF-8 */
    struct encoding *encoding;
    void *ctx;
    void (*lines)(void *ctx, const char *p, size_t n); /* UTF-8 */
    void (*too_long)(void *ctx);
    void (*invalid)(void *ctx, uint64_t bytes); /* that are no characters of the encoding */
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

/* How it is written; `first`: what lies at `offset`, looked at when that is 0. NULL = UTF-8. */
struct charset *tail_charset(const struct tail *t, struct encoding *e, struct slice first);
/* Hands out whole lines that lie at `offset`, and are written so. */
void tail_hand_out(struct tail *t, const struct tail_reader *r, struct charset *c,
                   struct slice lines);
/* These bytes, which lie at `offset`, are done with. */
void tail_consume(struct tail *t, const char *p, uint64_t n);
/* As many NULs, of which nothing is looked at. */
void tail_consume_zeros(struct tail *t, uint64_t n);
/* The bytes before `offset`, which is later than before, are done with, and not known. */
void tail_pass_over(struct tail *t, uint64_t offset);
/* Nothing is known and nothing read. Keeps fd and id. */
void tail_restart(struct tail *t);
/* What a file begins with: FINGERPRINT_HEAD bytes, or all there are. How many, or negative errno. */
ssize_t tail_read_head(int fd, char head[FINGERPRINT_HEAD]);
/* Takes the bytes before `upto` as read, from `fd`; they cannot be checked later. 0 or negative
 * errno. */
int tail_mark_read(struct tail *t, int fd, uint64_t upto);
/* What was counted of one counts as counted of the other, whose bytes are the same. */
void tail_move_count(struct tail *from, struct tail *to);
/* The beginning of the last, unfinished line of `fd`, which is written so, or its size; looks back at
 * most `max` bytes. */
int tail_last_line(int fd, const struct charset *c, uint64_t size, size_t max,
                   uint64_t *ret_offset);

/* As much of the first `upto` bytes as is before NULs that end them, in whole units. 0 or negative
 * errno. */
int tail_without_nuls(int fd, const struct charset *c, uint64_t upto, uint64_t *ret_upto);

/* How another file's content relates to what was read of this one. */
enum tail_relation {
    TAIL_OTHER,  /* another content, or too little to tell */
    TAIL_PREFIX, /* shorter than offset, perhaps empty, and what there is was read */
    TAIL_SAME,   /* holds all that was read, and perhaps more */
};
/* enum tail_relation or negative errno. */
int tail_compare(const struct tail *t, int fd, uint64_t size);
/* So many first bytes two contents share, as far as is known. Of `a` the bytes are there.
 * *ret_differ: what comes after these is known not to be the same. */
uint64_t tail_shared(const struct tail *a, const struct tail *b, bool *ret_differ);
/* Where two files differ first, from `from` on, or where the shorter one ends. 0 or negative
 * errno. */
int tail_difference(int a, int b, uint64_t from, uint64_t *ret_offset);

/* Do two files agree in the first `size` bytes, as far as a look at their beginning and their end
 * can tell? 1, 0 also when one is shorter or `size` is 0, or negative errno. */
int tail_alike(int a, int b, uint64_t size);

/* digest.c */
uint32_t digest_hash(const char *p, size_t n);
uint32_t digest_fold(uint64_t hash);
/* How many hashes there are of a head. */
unsigned digest_heads(size_t head_n);
/* From now on it is known by hashes; nothing can be read on. */
void tail_forget_bytes(struct tail *t, const struct charset *c);
/* These are its head and its tail. */
void tail_set_bytes(struct tail *t, const char *head, const char *tail);
struct tail_likeness {
    bool whole;           /* no difference is known */
    uint64_t least, most; /* so many first bytes are the same; at most */
};
/* As much of a head as there is, and of another content. */
struct tail_likeness tail_head_like(const struct tail *t, struct slice head);
/* The first `upto` bytes of another file, and what was read of this one. 0 or negative errno. */
int tail_agreement(const struct tail *t, int fd, uint64_t upto, struct tail_likeness *ret_like);
/* Are these, which lie where its tail begins, the first n bytes of that, as far as is known? */
bool tail_tail_like(const struct tail *t, const char *p, size_t n);
/* How many bytes of the tail are the last line: all of them when it is longer. */
size_t tail_last_n(const struct tail *t, const struct charset *c);
/* Its bytes, which are in this file, are known again. 0; -ENOENT: they are not there any more; or
 * another negative errno. */
int tail_recall(struct tail *t, int fd);

/* tailsave.c */
void tail_encode(const struct tail *t, struct buf *out);
/* Check r->bad afterwards. */
void tail_decode(struct tail *t, struct reader *r);
/* As version 0.1 wrote it. */
void tail_decode_0_1(struct tail *t, struct reader *r);
void tail_encode_count(const struct tail *t, struct buf *out);
void tail_decode_count(struct tail *t, struct reader *r);

#endif
