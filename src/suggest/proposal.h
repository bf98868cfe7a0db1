/* proposal -- what is proposed for a kind of line, and the file it is written into; shared by the
 * files of this room that write, and private to it.
 *
 *   suggest.c    lines -> kinds           proposal.c   a kind -> its items, labels, groups
 *   begins.c     lines -> records        heads.c      what lines begin with
 *   condition.c  how its event finds it   metrics.c    what its numbers are good for
 *   print.c      the file                 text.c       names, and text that means itself */
#ifndef LT_SUGGEST_PROPOSAL_H
#define LT_SUGGEST_PROPOSAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "suggest/fields.h"
#include "suggest/heads.h"
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
    const char *event;        /* its name; NULL: it is not proposed */
    const char *line;         /* of KIND_KEYS: that of the event that finds its lines */
    struct slice begin;       /* what its event asks lines to begin with; n = 0: it asks for more */
};

struct sample {
    const char *const *names; /* of its files, or - */
    size_t nnames;
    const char *record;   /* with which each begins; NULL: they are lines */
    bool traces;          /* some records name exceptions */
    bool beside, has_log; /* there are rules already, and a [log] among them */
    struct map taken;     /* their names */
    const char *log;      /* of them: how the lines are read; NULL: it is not said */
    const struct heads *heads;
    const struct field_list *fields; /* of all lines */
    const char *time;     /* the field that holds it; NULL: where it is looked for anyway */
    bool own_time;        /* decoded lines have a field where it is looked for */
    bool day_apart;       /* it is date=2025-11-12 time=10:15:30, two fields */
    const char *field;    /* that tells decoded lines apart; NULL = none */
    const char *encoding; /* of the files; NULL = UTF-8 */
    uint64_t lines, wrapped, decoded, no_utf8, least; /* wrapped: by Docker or Kubernetes */
    const struct field_stats *levels; /* of the field that tells the level; NULL = none */
    struct kind *kinds;               /* the most frequent first */
    size_t nkinds;
};

/* The file being written. */
struct rulesfile {
    const struct sample *sample;
    struct buf *out;
    struct map events, metrics; /* names taken */
    const char *log;            /* that its events are of; NULL: of any */
    struct arena names;
};

/* A field of an event as the rules name it. */
struct item {
    const struct field_stats *stats;
    struct field_guess guess;
    const char *name;  /* in the event */
    const char *label; /* NULL = none */
    int word;          /* of the shape; -1: a decoded field, or one of the line's head */
    bool maps_level;   /* its values are levels, which rules call by words */
};

struct proposal {
    const struct kind *kind;
    struct item items[ITEMS_MAX];
    size_t n;
    const char *groups[WORDS_MAX]; /* names of groups that are used; NULL = none */
};

/* text.c: what a log says, as names of rules, and as text that means itself in a value, a comment
 * or a help text. All append to the last argument. */

/* What a kind of line is called: `payment_failed`. Never empty, never reserved. */
void add_kind_name(const struct kind *k, struct buf *out);
/* A name made of a field's: letters, digits and underscores. */
void add_field_name(struct slice field, struct buf *out);
/* Cuts the next key that tells what a record is off those of KIND_KEYS. */
bool next_key(struct slice *rest, struct slice *ret_key);
/* `order ... placed in ... ms`: what all lines of the kind have, for a help text. */
void add_pattern(const struct kind *k, struct buf *out);
/* Is it a request of HTTP, by its words or keys? */
bool kind_is_access(const struct kind *k);
/* To the empty *out: what the group at a variable word of the shape is called: its key in
 * `key=value`, or what it is; `885 ms` is a duration_ms. */
void add_group_name(const struct shape *s, size_t word, const struct field_stats *f,
                    struct buf *out);
/* Drops each of these endings that the name has, until it has none; blanks divide them. */
void drop_ends(struct buf *name, const char *ends);
/* The name, with _2, _3 ... appended until it is not in *taken, which then has it; lives as long as
 * the file. Releases *name. */
const char *unique_name(struct rulesfile *f, struct map *taken, struct buf *name);

/* To the file: the head of an event, of the file's log. */
void add_event(const struct rulesfile *f, const char *name);

/* Can the text stand as the VALUE of a `where` as it is? */
bool text_is_plain(struct slice text);
/* Can it stand as a VALUE of `zero`? */
bool text_fits_zero(struct slice text);
/* `;` escaped. */
void add_value(struct slice text, struct buf *out);
/* For a comment or a help text: cut, no control characters. */
void add_shown(struct slice text, size_t most, struct buf *out);

/* proposal.c */

/* The name without the object that the message is in, too: `fields.status` is `status`. */
struct slice field_within(const struct sample *s, struct slice name);

void proposal_init(struct proposal *p, struct rulesfile *f, const struct kind *kind);

bool item_is_label(const struct item *i);
/* A number that makes a metric of its own. */
bool item_is_value(const struct item *i);
/* How many values a label would have. */
size_t item_values(const struct item *i);

/* condition.c, metrics.c, print.c */

/* What its lines begin with, all that varies coming behind it, not named; n = 0: not so. */
struct slice kind_beginning(const struct proposal *p);
/* The conditions of the event. */
void print_condition(const struct rulesfile *f, const struct proposal *p);
/* The event that finds lines for one of KIND_KEYS. */
void print_keys_line(const struct rulesfile *f, const struct proposal *p);
/* A counter of the event's lines, and what its numbers are good for. */
void print_metrics(struct rulesfile *f, const struct proposal *p);
/* The whole file; names the events. */
void print_rules(const struct sample *s, struct buf *out);

#endif
