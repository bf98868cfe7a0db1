/* judge -- which content is it? The policy of identity, as one table.
 *
 * R is a content of which something was read, N is what stands behind a name now. What the bytes of
 * both have in common, and how their names, inodes and times lie, is the evidence; the first row
 * that fits it says what N is. docs/guarantees.md has the same rows in the users' words.
 *
 * Pure: it opens nothing and changes nothing. Who carries the verdict out is file.c for what stands
 * behind R's own descriptor, and identify.c for a newcomer, with each R that it might be. */
#ifndef LT_INPUT_JUDGE_H
#define LT_INPUT_JUDGE_H

#include "input/tail.h"

enum { JUDGE_MUCH = 4096 }; /* so many bytes of two different logs are hardly ever the same */

struct evidence {
    enum tail_relation relation;
    uint64_t agrees;  /* so many of N's first bytes are R's, as far as that is known */
    uint64_t from;    /* R would go on there: not behind the line's beginning where they differ */
    uint64_t perhaps; /* >= from: so many bytes of whole lines of N may be R's */
    bool doubt;       /* it was written on after that, and may be more */
    uint64_t offset;  /* so many bytes of R were read */
    uint64_t known_size; /* R's, when last seen: >= offset */
    uint64_t size;       /* N's */
    uint64_t alike;      /* so many first bytes two different generations of the stream shared */
    bool last_line;      /* what is not in N is not more than R's last line */
    bool rebooted;       /* the machine was started again since R was read */
    bool copied;         /* R has a copy; whoever makes one truncates to nothing */
    bool elsewhere;      /* another newcomer has more of R */
    bool inode;          /* N is R's inode, or has its number */
    bool born;           /* ... and its time of birth, or is R's descriptor */
    bool number;         /* N has R's inode number; whether it is its inode nobody knows */
    bool gone;           /* R has no name any more, and its inode is not held elsewhere */
    bool replaced;       /* R lost the name just now that N has, and was not deleted */
    bool seen;      /* on the same disk, and the directory is watched: a deletion is no guess */
    bool rotated;   /* N has a rotated name of R's stream, or of R's own name, or last one */
    bool named;     /* N has R's name, or its base name in the same log */
    bool rest;      /* rotated; R was lost, and N was made in its time */
    bool packed;    /* R went on in an archive, which is there */
    bool away;      /* R is out of sight, but for all that is known not gone */
    uint64_t held;  /* so many bytes of N were found to be R's: it was held as its copy */
    bool lately;    /* R's loss was not yet reported */
    bool copy;      /* rotated; R still has all that N has */
    bool aside;     /* R has, or had last, another name, and N that of its log */
    bool older;     /* N was not made after R, as their births tell */
    bool twin;      /* no more than a banner was read of R, and one begins with all of the other */
    bool same_time; /* N was written last when R was */
    bool still;     /* N has not changed for two reconciles */
};

enum verdict {
    VERDICT_SAME,      /* R goes on in N, where it agrees */
    VERDICT_CUT,       /* as well: N is what is left of R */
    VERDICT_COPY,      /* N is held back as long as R is there to be read */
    VERDICT_WAIT,      /* it cannot be said before N changes, or stands still */
    VERDICT_READ,      /* N is a part of R and was read */
    VERDICT_AMBIGUOUS, /* N is new, but there are signs of the contrary, which is told */
    VERDICT_NEW,       /* N has nothing to do with R */
};

struct row {
    unsigned number; /* of the table; one may have several cases */
    enum verdict verdict;
    bool (*fits)(const struct evidence *e);
};

/* The first row that fits. Of several R the one whose row comes first is N's: rows can be
 * compared; but not where R only seems to go on, which weigh.c knows. */
const struct row *judge(const struct evidence *e);
/* N is new, and holds lines of R that were read, or may: R was truncated, or a crash of the machine cut it to
 * no more than two generations had in common; or it was written on, nobody knows where. They count again,
 * and that is told. */
bool judge_doubts(const struct evidence *e);

#endif
