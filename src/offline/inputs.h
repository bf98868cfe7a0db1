/* inputs -- the files a person named for replay or backfill: directories opened up, each file with
 * its log, in the order of their own first times (a rotated set is named newest first). */
#ifndef LT_OFFLINE_INPUTS_H
#define LT_OFFLINE_INPUTS_H

#include "app/setup.h"

#define INPUT_NO_TIME INT64_MIN

struct input {
    char *path;
    char *stream; /* the name of the rotated set that it is a part of; or its own */
    unsigned log;
    int64_t first_ns; /* time of its first line that has one, or INPUT_NO_TIME */
    uint64_t size;    /* 0 = unknown */
    size_t given;     /* number, in the order in which they were named */
};

struct session;
/* The first date in a file that is not past latest_ns, as its log reads it; INPUT_NO_TIME: none in
 * its first lines, or a pipe. */
int64_t input_first_time(struct session *s, const struct input *in, int64_t latest_ns);
/* The latest time that a line of an old log can have: that of now, with a day for wrong zones. */
int64_t inputs_latest(void);

/* Finds the sets among files: what a rotator surely left, by its name or by `rotated` of its log. The
 * caller frees each `stream`. */
void inputs_find_streams(const struct setup *setup, struct input *list, size_t n);
/* By first time; files of one time in the order given; those without any first. */
void inputs_sort(struct input *list, size_t n);

struct inputs {
    const struct setup *setup;
    const char *as; /* the log they belong to; NULL: whose globs match */
    struct input *list;
    size_t n, cap;
};

/* In order of their first times, which a single file is asked for only when `times` are wanted. -1
 * to go on, or an exit code after a sentence on stderr: no such file, no such log. */
int inputs_find(struct inputs *in, const struct setup *setup, const struct strings *files,
                const char *as, bool times);
void inputs_release(struct inputs *in);
/* The first time of all, or INPUT_NO_TIME. */
int64_t inputs_first_time(const struct inputs *in);
uint64_t inputs_size(const struct inputs *in);

#endif
