/* metric -- a metric section being read; shared by the files that read its parts. */
#ifndef LT_RULES_LOAD_METRIC_H
#define LT_RULES_LOAD_METRIC_H

#include "rules/load/loader.h"

struct label_item {
    struct slice name, text; /* text: the field or the constant */
    bool constant;
};

struct metric {
    struct load *l;
    const struct ini_section *section;
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
const struct ini_entry *metric_entry(const struct metric *t, enum key_id id);

/* Finds or makes the family; false when the section cannot be of it. */
bool metric_family(struct metric *t);
/* help buckets max_values max_series expire min: given once, or the same again. */
void metric_family_key(struct metric *t, const struct ini_entry *e);
/* labels, unit, value of the section. */
void metric_labels(struct metric *t);
void metric_unit(struct metric *t);
void metric_value(struct metric *t);
/* `buckets = ...`; at most BUCKETS_MAX. Returns how many; 0 after a mistake. */
unsigned metric_buckets(struct load *l, const struct ini_entry *e, double *bounds);
/* One `zero` line; `labels` are the section's in the family's order. */
void metric_zero(struct metric *t, const struct label *labels, const struct ini_entry *e);

#endif
