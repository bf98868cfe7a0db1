/* ruleset -- the rules of all files, compiled: immutable once loaded, and shared by threads.
 *
 * An event says which lines are meant and names their fields; a mapping says what an event does to
 * a metric; a family is a metric. Names are resolved to numbers here, so that the engine never
 * compares names.
 *
 * Slots. While a line is looked at, every field lives in one array:
 *
 *   [0, ndecoded)                  fields of the decoded line (json, logfmt), by name
 *   [ndecoded, ndecoded+ncontext)  always there: _line _bytes _file ..., groups of path_match and
 *                                  prefix
 *   [.., nslots)                   locals: what a match group, set, calc, rewrite or map of ONE
 *                                  event names
 *
 * A `ref` is how an event sees a name: slots in order, the first that is set counts: its own local,
 * its parents' (of), the context, and the decoded field unless the event is a `match` event. */
#ifndef LT_RULES_RULESET_H
#define LT_RULES_RULESET_H

#include "base/arena.h"
#include "base/map.h"
#include "base/num.h"
#include "config/mistake.h"
#include "decode/fields.h"
#include "decode/linetime.h"
#include "decode/unwrap.h"
#include "metrics/registry.h"
#include "rules/calc.h"
#include "rules/files.h"
#include "rules/pattern.h"
#include "rules/template.h"

/* Numbers of events, of mappings and of families are 32 bits wide, those of slots 16. */
#define EVENT_NONE UINT32_MAX
enum { SLOT_NONE = 0xffff };

struct ref {
    const char *name;
    const uint16_t *slots;
    uint16_t n;
};

/* A regex and where its named groups go: group i of the pattern -> slot group_slots[i]. */
struct capture {
    struct pattern *pattern;
    const uint16_t *group_slots;
};

/* From OP_LT on they compare numbers. */
enum op { OP_EQ, OP_NE, OP_MATCH, OP_NOT_MATCH, OP_PREFIX, OP_LT, OP_LE, OP_GT, OP_GE };

/* One `match`, `where` or `each`, in the order written. */
struct condition {
    bool is_match;    /* `match`: capture.pattern on the raw line; the rest is unused, op OP_EQ */
    bool is_each;     /* `each`: field, and with a regex op is MATCH; see struct each */
    struct ref field; /* where: */
    enum op op;
    struct slice text;      /* EQ NE PREFIX: what to compare with; also the VALUE as written */
    struct capture capture; /* MATCH NOT_MATCH (only =~ has group slots) */
    struct num number;      /* LT LE GT GE */
    struct unit unit;       /* how the field is read for that: of a kind when VALUE had a unit */
    bool told;              /* rules say what a bare number of the field counts */
    struct where at;
};

enum action_kind { ACTION_SET, ACTION_REWRITE, ACTION_MAP, ACTION_CALC };

struct value_map {
    struct map table; /* VALUE -> index into results */
    struct slice *results;
    const struct table *file; /* what is not in `table`; BORROWED; NULL = none */
    bool has_other;           /* `*` */
    struct slice other;
};

/* One set, rewrite, map table or calc, in the order written. Writes slot `to`. */
struct action {
    enum action_kind kind;
    const char *name;
    uint16_t to;
    /* What it reads. SET, CALC: one for each field there; REWRITE: its own; MAP: what is looked up, and
     * its own when that is another. */
    struct ref *refs;
    unsigned nrefs;
    struct template *template; /* SET */
    struct pattern *pattern;   /* REWRITE */
    struct slice replacement;
    struct value_map *map; /* MAP */
    struct calc *calc;     /* CALC */
    struct unit *units;    /* CALC: of each ref whose bare numbers have one (mul > 0); or NULL */
    struct slice text;     /* SET, REWRITE, CALC: as written, for people */
    struct where at;
};

/* What an event with `each` makes of a member or match. */
struct each {
    uint16_t key, value;      /* slots of _key and _value */
    struct fieldnames *names; /* "_value.a", ... that rules ask for; NULL = none */
    uint16_t *name_slots;     /* of each of them */
    unsigned nnames;
    uint16_t *locals; /* the slots of all fields that the event makes */
    unsigned nlocals;
};

struct event {
    const char *name;
    struct where at;
    uint64_t *logs;  /* bit set of log numbers it is for; NULL = all */
    uint32_t parent; /* of, or EVENT_NONE */
    uint32_t *unless;
    unsigned nunless;
    struct condition *conditions;
    unsigned nconditions;
    unsigned nline;    /* those that the line decides: all before `each` */
    struct each *each; /* happens once for each member; conditions[nline] says of what. Or NULL */
    struct action *actions;
    unsigned nactions;
    struct ref *exemplar;
    unsigned nexemplar;
    struct span *span; /* whose NAME or NAME.unfinished it is; or NULL */
    bool unfinished;   /* the latter */
    bool
        sees_decoded; /* false for a match event without a decoded parent, and for those of spans */
    bool used;        /* by a metric, or by a used event's of / unless */
};

/* Is the event for lines of this log? */
static inline bool event_for_log(const struct event *e, unsigned log)
{
    return !e->logs || (e->logs[log / 64] >> log % 64 & 1);
}

/* A field of a span's event that rules ask for. */
struct span_field {
    uint16_t slot;
    unsigned kept; /* which of what is kept of the begin */
    struct ref
        *ends; /* where each of the ends has it, which comes before; NULL: it is the begin's */
};

enum { SPAN_KEYS_MAX = 16 };

/* Two lines, one event: NAME when the end comes, else NAME.unfinished. */
struct span {
    const char *name;
    struct where at;
    uint32_t event; /* NAME; the next number is NAME.unfinished */
    uint32_t *begins, *ends;
    unsigned nbegins, nends;
    const char **keys;
    unsigned nkeys;
    struct ref *begin_keys, *end_keys; /* where each of begins, of ends has each of them */
    int64_t timeout_ns;
    uint32_t max_open;
    const char **kept; /* fields of the begin that somebody asks for */
    unsigned nkept;
    struct ref *begin_kept;       /* where each of begins has each of them */
    struct span_field *fields[2]; /* of NAME, of NAME.unfinished */
    unsigned nfields[2];
    uint16_t duration; /* slot of _duration; SLOT_NONE: nobody asks */
    bool used;         /* a metric, or an event that is used, names one of its events */
    /* The section and its events as written: what other rules began is not gone on with. */
    struct slice definition;
};

/* In the order of their rows in the schema. */
enum verb { VERB_INC, VERB_DEC, VERB_ADD, VERB_SUB, VERB_SET, VERB_RESET, VERB_OBSERVE };

struct label {
    const char *name;
    bool constant;
    struct slice text; /* constant */
    struct ref field;  /* else */
};

/* One event of one verb of one metric section. Updates of a line run in the order of this array. */
struct mapping {
    uint32_t family;
    uint32_t event;
    enum verb verb;
    bool value_is_field; /* ADD SUB SET OBSERVE: else `number` */
    struct ref value;
    struct num number;
    struct unit unit;
    struct slice unit_text; /* as written, or "" */
    struct label *labels;   /* in the family's order; spec.nlabels of them */
    struct where at;
};

/* A family and what is there from the start. */
struct family_def {
    struct family_spec spec;
    struct slice *zeros; /* nzeros label sets of spec.nlabels values */
    unsigned nzeros;
    bool at_start;     /* label-less and exposed at 0 from the start */
    bool unknown_type; /* a counter without _total */
    struct where at;
};

enum log_format { LOG_AUTO, LOG_JSON, LOG_LOGFMT, LOG_KV, LOG_TEXT };

/* What is replaced in every line of a log. */
struct line_rewrite {
    struct pattern *pattern;
    struct slice replacement;
};

struct log_def {
    const char *name;
    struct where at;
    /* which files: used by the input room */
    const char **paths;
    unsigned npaths;
    const char **excludes;
    unsigned nexcludes;
    const char **rotated;
    unsigned nrotated;
    bool start_at_end;
    bool poll;
    /* how lines are read */
    const char *encoding; /* NULL = UTF-8 */
    enum log_format format;
    enum unwrap_kind unwrap;
    struct slice unwrap_key;
    struct line_rewrite *rewrites; /* in the order written */
    unsigned nrewrites;
    struct pattern *record; /* begins one of several lines; NULL: each line is one */
    int64_t record_wait_ns;
    struct capture path_match, prefix; /* pattern NULL = none */
    /* Fields that may be the line's time, in the order of trying, and their decoded slots. */
    const char **time_names;
    uint16_t *time_slots;
    unsigned ntimes;
    bool times_in_a_row;     /* their slots are */
    unsigned ntime_groups;   /* a `match` may name it by the first so many of them */
    uint16_t *time_contexts; /* groups of prefix and path_match so named */
    unsigned ntime_contexts;
    struct pattern *time_match; /* NULL = none */
    unsigned time_group;        /* number of its group `time` for pattern_capture */
    struct time_format **time_formats;
    unsigned ntime_formats;
    bool time_partial; /* a format lacks the date or the year */
    bool keeps_time;   /* the time of a line may be needed for the next */
    bool cuts_lines;   /* a line is not what is decoded, or no scanner of many bytes reads it */
    struct zone zone;
};

/* Context slots that are always there, as ruleset->ndecoded + these. */
enum context {
    CTX_LINE,
    CTX_BYTES,
    CTX_FILE,
    CTX_LOG,
    CTX_STREAM,
    CTX_TIME,
    CTX_LINES,
    CTX_BUILTINS
};
/* Their names: "_line" ... */
extern const char *const context_names[CTX_BUILTINS];

struct ruleset {
    struct event *events; /* in the order written, then two for each span */
    unsigned nevents;
    uint32_t *order; /* events so that parents and `unless` come before who needs them */
    struct span *spans;
    unsigned nspans;
    bool spans_used;             /* one is */
    struct family_def *families; /* in the order of their first section */
    unsigned nfamilies;
    struct mapping *mappings;
    unsigned nmappings;
    struct log_def *logs;
    unsigned nlogs;

    unsigned ndecoded, ncontext, nslots;
    bool uses_time;             /* a rule reads _time */
    const char **slot_names;    /* nslots names */
    struct fieldnames *decoded; /* names of [0, ndecoded) */

    struct rulefiles *own_files; /* when nobody else owns them */
    struct arena text;           /* owns strings and arrays */
};

void ruleset_free(struct ruleset *r);

/* Lines of a log, whose rules do not say so, are records from now on that begin with this regex, which
 * is good. */
void ruleset_set_record(struct ruleset *r, unsigned log, struct slice regex);

/* The number of a log by name; -1 when there is none. */
int ruleset_log(const struct ruleset *r, struct slice name);
int ruleset_span(const struct ruleset *r, struct slice name);
int ruleset_event(const struct ruleset *r, struct slice name);
int ruleset_family(const struct ruleset *r, struct slice name);

/* Appends how many there are: 10 events, 1 span, 18 metrics. */
void ruleset_count(const struct ruleset *r, struct buf *out);

/* Had no line any of the slots that a field stands for? `had` is of all slots, NULL before the first line. False of
 * groups and of what an event makes: why they are not there is another question. */
bool ruleset_never_had(const struct ruleset *r, const struct ref *ref, const bool *had);

/* How an operator, action or verb is written. */
const char *op_text(enum op op);
bool op_find(struct slice text, enum op *ret_op);
const char *action_text(enum action_kind kind);
const char *verb_text(enum verb verb);
/* add, sub, set and observe: of the key `value`. */
bool verb_has_value(enum verb verb);

#endif
