/* proposal -- what is proposed for a kind of line, and the file it is written into; shared by the
 * files of this room that write, and private to it.
 *
 *   suggest.c    lines -> kinds           proposal.c   a kind -> its items, labels, groups
 *   condition.c  how its event finds it   metrics.c    what its numbers are good for
 *   print.c      the file                 text.c       names, and text that means itself */
#ifndef LT_SUGGEST_PROPOSAL_H
#define LT_SUGGEST_PROPOSAL_H

#include "base/buf.h"
#include "suggest/fields.h"
#include "suggest/shapes.h"

enum { ITEMS_MAX = 40 };

enum kind_of_line {
    KIND_VALUE, /* decoded; the field that tells lines apart has a value of this shape */
    KIND_KEYS,  /* decoded, without that field: lines with the same keys */
    KIND_TEXT,
    KINDS_OF_LINES
};

struct kind {
    enum kind_of_line of;
    const struct shape *shape;
    struct field_list fields; /* decoded ones */
    struct field_list groups; /* "0", "1": what stands at the variable words of the shape */
    char *event;              /* its name; NULL: it is not proposed */
};

struct sample {
    const char *name;
    const char *field;                       /* that tells decoded lines apart; NULL = none */
    uint64_t lines, wrapped, decoded, least; /* wrapped: by Docker or Kubernetes */
    const struct field_stats *levels;        /* of the field that tells the level; NULL = none */
    struct kind *kinds;                      /* the most frequent first */
    size_t nkinds;
};

/* The file being written. */
struct rulesfile {
    const struct sample *sample;
    struct buf *out;
    struct map events, metrics; /* names taken */
};

/* A field of an event as the rules name it. */
struct item {
    const struct field_stats *stats;
    struct field_guess guess;
    char *name;  /* in the event */
    char *label; /* NULL = none */
    int word;    /* of the shape; -1: a decoded field */
};

struct proposal {
    const struct kind *kind;
    struct item items[ITEMS_MAX];
    size_t n;
    const char *groups[WORDS_MAX]; /* names of groups that are used; NULL = none */
};

void proposal_init(struct proposal *p, const struct kind *kind);
void proposal_release(struct proposal *p);

bool item_is_label(const struct item *i);
/* A number that makes a metric of its own. */
bool item_is_value(const struct item *i);
/* How many values a label would have. */
size_t item_values(const struct item *i);

/* Does this key tell what a record is? */
bool key_tells(struct slice key);
/* Does any of these, divided by blanks? */
bool keys_tell(struct slice keys);
/* The conditions of the event. */
void print_condition(const struct rulesfile *f, const struct proposal *p);
/* The event that finds lines for one of KIND_KEYS. */
void print_keys_line(const struct rulesfile *f, const struct proposal *p);
/* A counter of the event's lines, and what its numbers are good for. */
void print_metrics(struct rulesfile *f, const struct proposal *p);
/* The whole file; names the events. */
void print_rules(const struct sample *s, struct buf *out);

#endif
