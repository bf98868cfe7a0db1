/* schema -- every section and key of our INI files, in one table: what the reader must know of a key
 * to take it whole (how its lines are joined, whether a comment may follow it), and what the
 * loaders must know to refuse it (where it belongs, whether it may be repeated). */
#ifndef LT_CONFIG_SCHEMA_H
#define LT_CONFIG_SCHEMA_H

#include "base/slice.h"

enum section_kind {
    SECTION_EVENT = 1 << 0,
    SECTION_COUNTER = 1 << 1,
    SECTION_GAUGE = 1 << 2,
    SECTION_HISTOGRAM = 1 << 3,
    SECTION_LOG = 1 << 4,
    SECTION_SERVER = 1 << 5, /* from here on: of the configuration file only */
    SECTION_STATE = 1 << 6,
    SECTION_LIMITS = 1 << 7,
    SECTION_METRICS = 1 << 8,
    SECTION_RULES = 1 << 9,
    SECTION_TEST = 1 << 10, /* of a golden test's NAME.ini */
    SECTION_METRIC = SECTION_COUNTER | SECTION_GAUGE | SECTION_HISTOGRAM,
    SECTION_RULE = SECTION_EVENT | SECTION_METRIC | SECTION_LOG,
    SECTION_ALL = (1 << 11) - 1,
};

enum key_flags {
    KEY_REPEAT = 1 << 0, /* may stand several times in a section */
    KEY_GLUE = 1 << 1,   /* its lines are joined with nothing (regexes), else with a blank */
    KEY_FREE = 1 << 2,   /* free text: ` ;` is refused instead of beginning a comment */
    KEY_FIELD = 1 << 3,  /* "set.": the name of a field follows */
};

struct key {
    const char *name;
    unsigned sections; /* enum section_kind */
    unsigned flags;    /* enum key_flags */
};

/* The key of that name in one of `sections`, else of that name anywhere, else NULL. "set.x" finds
 * "set.". */
const struct key *key_find(struct slice name, unsigned sections);
/* The bit of a section's first word; 0 when it is unknown. */
unsigned section_kind(struct slice word);
/* "event"; for one bit. */
const char *section_kind_text(unsigned kind);
/* The key of `sections`, or the section among `sections`, whose name is nearest, or NULL. */
const char *key_nearest(struct slice name, unsigned sections);
const char *section_kind_nearest(struct slice word, unsigned sections);

#endif
