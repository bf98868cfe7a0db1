/* schema -- every section and key of our INI files (keys.h), and what is known of a key from its
 * row alone: how its lines are joined, where it belongs, its default, its range.
 *
 * config/ is the room of files that people write: reading them (ini.h), the schema, collecting what
 * is wrong (mistake.h), and the settings that are no rules (settings.h). It knows the words of
 * rules but not what they mean; rooms above bind to a key by its number. */
#ifndef LT_CONFIG_SCHEMA_H
#define LT_CONFIG_SCHEMA_H

#include "base/buf.h"

enum section_kind {
    SECTION_EVENT = 1 << 0,
    SECTION_COUNTER = 1 << 1,
    SECTION_GAUGE = 1 << 2,
    SECTION_HISTOGRAM = 1 << 3,
    SECTION_LOG = 1 << 4,
    SECTION_SERVER = 1 << 5, /* up to RULES: of the configuration file only, without a name */
    SECTION_STATE = 1 << 6,
    SECTION_LIMITS = 1 << 7,
    SECTION_METRICS = 1 << 8,
    SECTION_RULES = 1 << 9,
    SECTION_TEST = 1 << 10, /* of a golden test's NAME.ini */
    SECTION_PATTERNS = 1 << 11,
    SECTION_SPAN = 1 << 12,
    SECTION_METRIC = SECTION_COUNTER | SECTION_GAUGE | SECTION_HISTOGRAM,
    /* what a rules file may hold */
    SECTION_RULE = SECTION_EVENT | SECTION_SPAN | SECTION_METRIC | SECTION_LOG | SECTION_PATTERNS,
    SECTION_CONFIG = (SECTION_TEST - 1) | SECTION_RULE, /* a configuration file */
    SECTION_ALL = SECTION_CONFIG | SECTION_TEST,        /* a test's */
};

enum key_flags {
    KEY_REPEAT = 1 << 0,   /* may stand several times in a section */
    KEY_GLUE = 1 << 1,     /* its lines are joined with nothing (regexes), else with a blank */
    KEY_FREE = 1 << 2,     /* free text: ` ;` is refused instead of beginning a comment */
    KEY_FIELD = 1 << 3,    /* "set.": the name of a field follows */
    KEY_VERB = 1 << 4,     /* says what events do to a metric */
    KEY_VALUED = 1 << 5,   /* of the key `value`: a verb */
    KEY_ANY = 1 << 6,      /* every name that is no other key of the section */
    KEY_FIELD_OF = 1 << 7, /* "map.": perhaps another field follows the first, in parentheses */
    REGEX_FLAGS = KEY_GLUE | KEY_FREE,
};

/* What a value is. SIZE, COUNT, DURATION, NUMBER and CHOICE are read by key_read(); the others by
 * the room that knows what they mean. */
enum key_type {
    TYPE_TEXT,
    TYPE_LIST,
    TYPE_FIELD,
    TYPE_REGEX,
    TYPE_TEMPLATE,
    TYPE_CONDITION,
    TYPE_NUMBER,
    TYPE_COUNT,
    TYPE_SIZE,
    TYPE_DURATION,
    TYPE_CHOICE,
};

enum key_id {
#define KEY(id, ...) KEY_##id,
#include "config/keys.h"
#undef KEY
    NKEYS
};

enum { CHOICES_MAX = 5 };

struct key {
    enum key_id id;
    const char *name;
    unsigned sections; /* enum section_kind */
    unsigned flags;    /* enum key_flags */
    enum key_type type;
    const char *value;              /* what help calls the value; NULL: by the type */
    const char *dflt;               /* as written in a file; NULL = none */
    const char *min, *max;          /* likewise, both or neither */
    const char *words[CHOICES_MAX]; /* choices, up to the first NULL; a CHOICE is one of them */
    const char *help;
};

const struct key *key_row(enum key_id id);
/* The key of that name in one of `sections`, else of that name anywhere, else NULL. "set.x" finds
 * "set.". */
const struct key *key_find(struct slice name, unsigned sections);
/* The name of the key of `sections` that is nearest, or NULL. */
const char *key_nearest(struct slice name, unsigned sections);
/* "inc, add and set": the verbs of these sections, or only those without a value. */
void key_verbs(unsigned sections, bool only_bare, const char *last, struct buf *out);

/* What a section's first word says. */
struct section_row {
    const char *word; /* "event" */
    bool named;       /* [event NAME] */
    const char *help;
};

/* The bit of a section's first word; 0 when it is unknown. */
unsigned section_kind(struct slice word);
/* The row of one bit. */
const struct section_row *section_row(unsigned kind);
const char *section_kind_nearest(struct slice word, unsigned sections);

/* A name of rules: [A-Za-z_][A-Za-z0-9_-]*. A name of Prometheus: without `-`. A field: what a line
 * may call it. */
bool name_is_rule(struct slice s);
bool name_is_prometheus(struct slice s);
bool name_is_field(struct slice s);
/* The fields in the name of a KEY_FIELD: "map.a(b)" has both; without the second *ret_of is the first.
 * False when there is something else in it. */
bool key_fields(const struct key *k, struct slice name, struct slice *ret_field,
                struct slice *ret_of);

#endif
