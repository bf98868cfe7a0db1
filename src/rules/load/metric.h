/* metric -- a metric section being read; shared by the files that read its parts. */
#ifndef LT_RULES_LOAD_METRIC_H
#define LT_RULES_LOAD_METRIC_H

#include "rules/load/load.h"

struct metric {
    struct load *l;
    const struct ini_section *section;
    const bool *good;
    unsigned family;
    struct family_def *def;
    struct family_draft *draft;
    struct label_item labels[LABELS_MAX]; /* in the family's order, unless bad */
    unsigned nlabels;
    enum family_type type;
    bool bad; /* no mapping can be made of it */
    const struct ini_entry *value, *unit;
    struct mapping model; /* value and unit, the same for all its mappings */
    bool value_bad;
};

/* The entry of that key, if it is to be read; else NULL. */
const struct ini_entry *metric_entry(const struct metric *t, const char *name);

/* Finds or makes the family; false when the section cannot be of it. */
bool metric_family(struct metric *t);
/* help buckets max_values max_series expire min: given once, or the same again. */
void metric_family_keys(struct metric *t);
/* labels, unit, value of the section. */
void metric_labels(struct metric *t);
void metric_unit(struct metric *t);
void metric_value(struct metric *t);

#endif
