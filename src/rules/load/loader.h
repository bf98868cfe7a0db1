/* loader -- what the files of this directory share; private to it.
 *
 * Loading goes in passes over all documents, so that files may name each other's things in any
 * order:
 *
 *   0 pieces   of regexes ([patterns])
 *   1 names    events and logs get their numbers
 *   2 logs     patterns, times; groups become context slots
 *   3 events   conditions and actions; what an event names becomes its locals
 *   4 order    `of`, `unless` and the ends of spans sorted, circles refused; then every ref is
 *              resolved to slots
 *   5 metrics  families and mappings, in the order written
 *   6 spans    what was asked of their events is found in their lines
 *   7 checks   across all: clashes, what is unused, names nearly the same
 *
 * How many decoded and context slots there will be is known only at the end, so until then a slot
 * number says of which kind it is (SLOT_CONTEXT, SLOT_LOCAL), and load_slots() renumbers all of
 * them. */
#ifndef LT_RULES_LOAD_LOADER_H
#define LT_RULES_LOAD_LOADER_H

#include "rules/load/load.h"

enum {
    SLOT_CONTEXT = 0x1000, /* decoded slots are below; fieldnames_new takes 4,096 */
    SLOT_LOCAL = 0x2000,
    SLOT_END = 0xfffe,
    LOGS_MAX = 1024,
    CONDITIONS_MAX = 1000, /* of one event */
    ACTIONS_MAX = 1000,
    HEIGHT_MAX = 1000, /* of events that need each other: `of` and `unless` */
    EVENTS_MAX = 200000,
    MAPPINGS_MAX = 1000000,
    FAMILIES_MAX = 0xfffe,
    SPANS_MAX = 1000,
    NEVER = -1,
};

/* A field that an event itself makes. Stages count conditions, then actions. */
struct local {
    const char *name;
    unsigned since; /* the first stage that may set it */
    bool of_each;   /* every member has it */
    int surely;     /* a `set` at this stage always sets it; NEVER */
    uint16_t slot;  /* from SLOT_LOCAL */
};

/* `unit.FIELD` of an event. */
struct field_unit {
    const char *name; /* BORROWS the document */
    struct unit unit;
    struct slice text; /* as written */
    struct where at;
    bool used;
};

/* An event on its way in. */
struct draft {
    const struct ini_section *section;
    struct local *locals;
    unsigned nlocals, cap;
    struct field_unit *units;
    unsigned nunits, units_cap;
    bool has_match;
    bool groups_unknown; /* a regex of it is bad, and so nobody knows which fields it makes */
    bool shows_exemplar; /* updates a counter or histogram */
    struct where of_at, unless_at;
};

/* A span on its way in: where its keys stand. */
struct span_draft {
    struct where begin, end, key;
};

/* A field that rules ask of a span's event. */
struct asked {
    uint32_t event;
    const char *name;
    uint16_t slot;
    const char *what; /* how a message calls who asks first */
    struct where at;
};

/* A decoded name, and how often rules say it: for the warning about names nearly the same. */
struct decoded_use {
    const char *name;
    unsigned uses;
    uint32_t event;
    struct where at; /* the first */
};

/* A family on its way in: where each of its keys was given first (line 0: not yet). */
struct family_draft {
    struct where help, labels, buckets, max_values, max_series, expire, min;
    struct slice *zeros; /* spec.nlabels values each */
    size_t nzeros, cap;
    struct map seen;      /* of zeros */
    struct where zero_at; /* the last */
    bool inc_or_dec;      /* has such a verb */
    bool labels_bad;      /* the first section's had mistakes: nothing to compare with */
};

/* An array of slot numbers, to be renumbered at the end. */
struct patch {
    uint16_t *slots;
    unsigned n;
};

struct load {
    struct ruleset *r;
    struct mistakes *m;
    const struct ruleset_options *options;
    struct arena *text; /* the ruleset's */
    struct rulefiles *files;
    struct grok_piece *pieces; /* of [patterns] and of the files that it includes */
    size_t npieces, pieces_cap;
    struct map piece_names;
    struct map events, logs, families, decoded, context;
    struct draft *drafts; /* one an event */
    struct span_draft *span_drafts;
    struct asked *asked;
    unsigned nasked, asked_cap;
    struct family_draft *family_drafts;
    struct decoded_use *uses; /* one a decoded name */
    unsigned nuses, uses_cap;
    const char **local_names;
    unsigned nlocals, locals_cap;
    struct patch *patches;
    unsigned npatches, patches_cap;
    struct mapping *mappings; /* moved to the ruleset when all are there */
    unsigned nmappings, mappings_cap;
    struct map mapping_keys; /* to see equal ones */
    bool too_many_slots, too_many_mappings;
    bool groups_unknown; /* likewise of a log, for all events */
};

#define load_mistake(l, at, ...) mistake_add((l)->m, MISTAKE, (at), __VA_ARGS__)
#define load_warning(l, at, ...) mistake_add((l)->m, WARNING, (at), __VA_ARGS__)
#define load_advice(l, at, ...) mistake_add((l)->m, ADVICE, (at), __VA_ARGS__)
#define load_quoted(l, text, at) ini_refuse_quotes((l)->m, (text), (at))

/* words.c: what every loader needs. */

void *load_alloc(struct load *l, size_t count, size_t size);
/* The nearest key of a map, or NULL; lives as long as the ruleset. */
const char *load_nearest(struct load *l, const struct map *names, struct slice word);
/* The name of a field that is always there. */
bool load_is_builtin(struct slice name);
/* The next piece before a comma, trimmed; empty pieces are a mistake and left out. */
bool load_list(struct load *l, const struct ini_entry *e, struct slice *rest,
               struct slice *ret_piece);
/* Cuts the first word off *rest (blanks divide). False when there is none. */
bool load_word(struct slice *rest, struct slice *ret_word);
/* A regex without `%{NAME}`, which may be a piece of a value and stands at `at`; NULL after a mistake
 * with a caret. */
struct pattern *load_plain_pattern(struct load *l, struct slice regex, struct where at);
/* A mistake in byte `offset` of a text that stands at `at`, which is shown with a caret below. */
void load_caret(struct load *l, struct slice text, size_t offset, struct where at,
                struct slice sentence);

/* units.c: what bare numbers count. */

/* The value of a key `unit` or `unit.FIELD`; false, with UNIT_PLAIN, after a mistake. */
bool load_unit(struct load *l, const struct ini_entry *e, struct unit *ret_unit);
void load_field_unit(struct load *l, uint32_t event, const struct ini_entry *e);
/* To the conditions and calcs of an event whose parents are done. */
void load_event_units(struct load *l, uint32_t event);
/* To a mapping whose value is a field; false after a mistake. */
bool load_mapping_unit(struct load *l, struct mapping *k, struct where at);
void load_check_units(struct load *l);

/* grok.c: [patterns]. */

/* Any regex; likewise. */
struct pattern *load_pattern(struct load *l, struct slice regex, struct where at);
void load_pieces(struct load *l, const struct ini_section *s);
/* When all sections were read: their own go before those of files. */
void load_included_pieces(struct load *l, const struct ini_section *s);
/* What nothing uses is right too. */
void load_check_pieces(struct load *l);

/* event.c */

/* False after a mistake. `key` is what names it. */
bool load_find_event(struct load *l, struct slice name, const char *key, struct where at,
                     uint32_t *ret_event);

/* actions.c: "REGEX -> TEXT"; NULL after a mistake. */
struct pattern *load_replacement(struct load *l, const struct ini_entry *e, struct slice *ret_text);

/* slots.c: names to numbers. */

enum { STAGE_END = 0x7fffffff };
struct local *load_local(struct load *l, uint32_t event, struct slice name, unsigned stage);
/* A field that every member of an event with `each` has, as if the condition at `stage` made it. */
struct local *load_member_field(struct load *l, uint32_t event, struct slice name, unsigned stage);
const struct local *load_find_local(const struct load *l, uint32_t event, const char *name);
/* The event of a span that this is, or is `of`; NULL when it is of lines. */
const struct event *load_span_event(const struct load *l, uint32_t event);
uint16_t load_decoded(struct load *l, struct slice name, uint32_t event, struct where at);
/* Resolves ref->name as event `event` sees it at `stage` (STAGE_END: after all). `what` is how a
 * message calls it ("label \"status\""); `lenient` when being missing is no mistake. */
void load_ref(struct load *l, uint32_t event, unsigned stage, struct ref *ref, bool lenient,
              const char *what, struct where at);
/* Where the groups of c->pattern go: to locals of the event from the stage of its next condition
 * on; with EVENT_NONE to context slots. */
void load_groups(struct load *l, struct capture *c, uint32_t event, struct where at);
/* Slots that load_slots() renumbers. */
void load_patch(struct load *l, uint16_t *slots, unsigned n);
/* The last thing: gives every slot its number. */
void load_slots(struct load *l);

/* span.c: two lines, one event. */

/* When all names of events are known. */
void load_span(struct load *l, unsigned span, const struct ini_section *s);
/* When all was asked that ever will be. */
void load_span_refs(struct load *l);
void load_check_spans(struct load *l);

/* each.c: members. */

void load_each(struct load *l, uint32_t event, const struct ini_entry *e);
void load_check_each(struct load *l);

/* The passes. */
void load_log(struct load *l, unsigned log, const struct ini_section *s);
void load_default_log(struct load *l);
void load_event(struct load *l, uint32_t event, const struct ini_section *s);
void load_action(struct load *l, uint32_t event, const struct ini_entry *e);
void load_order(struct load *l);
void load_event_refs(struct load *l);
void load_metric(struct load *l, const struct ini_section *s);
void load_families(struct load *l);
void load_check(struct load *l);
void load_lint(struct load *l);

#endif
