/* report -- what rules come to on a sample of a log: for `check --against`, and for whoever shows it anew
 * whenever the rules change.
 *
 *   report_run.c    counts the lines as replay does, and looks at each of as many as are wanted
 *   report.c        what that came to
 *   kinds           lines that no event took, as shapes
 *   broad           lines that only events took which take lines of all kinds
 *   growth, bounds  series, as they came and as they will
 *   seen            fields that lines have, and labels that they lack
 *   misses          why an event never happens
 *   frequent        what was counted by name or value, the most frequent first
 *   costs           nanoseconds, by counting again without some of the rules
 *   findings        what of all that hurts, a sentence each
 *   report_text.c   all of it for people        report_json.c   for programs
 *
 *     struct held *held = held_new(256 << 20);
 *     if (report_run(&r, &setup, held, &files, &options) < 0)
 *         report_text(&r, &out);
 *     report_release(&r);                          and again, with other rules on the same lines
 *
 * Counts are the registry's; nothing is counted here a second way. What is kept beside them is bounded.
 * The daemon knows nothing of this room. */
#ifndef LT_REPORT_REPORT_H
#define LT_REPORT_REPORT_H

#include "base/jsonout.h"
#include "engine/bare.h"
#include "metrics/own.h"
#include "offline/held.h"
#include "offline/inputs.h"
#include "offline/session.h"
#include "report/broad.h"
#include "report/costs.h"
#include "report/findings.h"
#include "report/growth.h"
#include "report/kinds.h"
#include "report/misses.h"
#include "report/seen.h"

enum {
    SHAPES_SHOWN = 10,
    EXAMPLE_MAX = 200, /* bytes of a line that are shown, or of a value that are kept */
};

struct report_options {
    const char *as;       /* the log that all files belong to; NULL: whose globs match */
    uint64_t looked_at;   /* so many lines of each file are looked at one by one; 0 = all */
    size_t unmatched_max; /* so many different unmatched lines are put together */
    uint64_t tried;       /* so many lines of each file are tried by events that never happen */
    bool costs;           /* are measured: takes tenths of a second */
    bool hidden;          /* lines that only events of all kinds of lines take are told */
};

/* Of whoever has the time, as a command that ends. */
#define REPORT_ALL \
    ((struct report_options){.unmatched_max = 50000, .tried = 20000, .costs = true, .hidden = true})
/* 100,000 lines in a tenth of a second. */
#define REPORT_FAST           \
    ((struct report_options){ \
        .looked_at = 5000, .unmatched_max = 2000, .tried = 1000, .hidden = true})

/* A place of the rules where bare numbers met a unit. */
struct bare_place {
    struct bare_number first;
    char text[EXAMPLE_MAX + 1]; /* that of the first, kept */
    uint64_t lines;
};

/* The first time of a log that could not be read. */
struct bad_time {
    bool any;
    const char *from; /* a field's name, or where else it stood */
    char text[EXAMPLE_MAX + 1];
};

struct report {
    const struct setup *setup; /* BORROWED, as are the held lines while it runs */
    struct report_options options;
    struct inputs inputs;
    struct session counted; /* all lines */
    struct session looked;  /* those that were looked at one by one, of which the rest tells */
    uint64_t left;          /* lines of the file at hand that may still be */
    struct growth growth;
    struct seen seen;     /* in lines that were looked at */
    struct broad broad;   /* likewise */
    struct misses misses; /* of events that never happen */
    struct costs costs;
    struct findings findings;
    struct bare_place *bare; /* a number of one line stands once in each place of the rules */
    size_t nbare, bare_cap;
    struct bad_time *times; /* of each log */
    struct kinds kinds;     /* of unmatched lines */
    struct buf errors;      /* a line for each file that could not be read to its end */
};

/* -1 to go on, or an exit code after a sentence on stderr: no such file, no such log. Release in both
 * cases. */
int report_run(struct report *r, const struct setup *setup, struct held *held,
               const struct strings *files, const struct report_options *options);
void report_release(struct report *r);

/* Counters that logtally has of itself, those that are not 0. */
typedef void report_row_fn(void *ctx, const struct slice *labels, uint64_t n);
void report_rows(const struct report *r, enum own_id id, report_row_fn *row, void *ctx);

uint64_t report_lines(const struct report *r);
/* Is it looked for, and what it is made of, in a log of which there is a file? */
bool report_tries(const struct report *r, const struct event *e);
/* Did no line have the value? `labels` of OWN_RULE_SKIPPED. */
bool report_never_there(const struct report *r, const struct slice *labels, uint64_t n);
/* Or only the first so many of each file? */
bool report_looked_at_all(const struct report *r);

void report_text(const struct report *r, struct buf *out);
/* Adds the key "against" to an open object; null without `r`. */
void report_json(const struct report *r, struct jsonout *j);

#endif
