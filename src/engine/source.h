/* source -- what must be remembered of one file between its lines.
 *
 * Which log it is, the fields its path gives (path_match), unfinished joined lines, and the last
 * time seen, from which lines without a date take theirs. Saved and loaded together with the file's
 * offset. */
#ifndef LT_ENGINE_SOURCE_H
#define LT_ENGINE_SOURCE_H

#include "engine/multiline.h"
#include "engine/spans.h"
#include "rules/ruleset.h"

struct source {
    const struct ruleset *rules; /* borrowed; outlives the source */
    unsigned log;
    uint32_t id; /* tells files apart for `set` of gauges */
    char *path;
    char *
        stream; /* the name that it, and what it was rotated into, go by; NULL: its path at first */
    struct span_stream *spans; /* the engine's, which outlives the source; NULL: not asked yet */
    struct field *path_fields; /* group i of path_match */
    struct partial partial;
    struct multiline records; /* open ones, of a log with `record` */
    bool records_stale;       /* other rules began them: they are complete */
    /* In the engine's list while records are open. */
    struct source *wait_next, **wait_link;
    /* Lines that engine_complete counted of it, until who reads the file took note. */
    uint64_t completed;
    bool fresh;            /* something came since the engine last looked */
    int64_t quiet_from;    /* when it looked, if not */
    int64_t dated_ns;      /* time of the last line with a date; INT64_MIN: none yet */
    struct time_base base; /* .last_ns: time of the last line with any time */
};

struct source *source_new(const struct ruleset *rules, unsigned log, const char *path, uint32_t id);
/* Of a rotated set: the name of the whole. Before its first line. */
void source_of_stream(struct source *s, const char *stream);
void source_free(struct source *s);
/* The same content goes by another name; path fields are read anew. */
void source_rename(struct source *s, const char *path);

/* The time in `text` by the formats of the log. The number of the format, or -EINVAL. */
int source_parse_time(struct source *s, struct slice text, int64_t *ret_ns, bool *ret_dated);
/* Reads it, remembers it as the last line's. Likewise. */
int source_read_time(struct source *s, struct slice text, int64_t *ret_ns, bool *ret_dated);

/* Unfinished lines and open records of `from` go on in `to`, which has none. */
void source_pass(struct source *from, struct source *to);

/* In the list of those with open records, or out of it. */
void source_wait(struct source *s, struct source **list);
void source_wait_end(struct source *s);

void source_save(struct source *s, struct buf *out);
/* Does it hold an open record? Then time alone may complete it. */
bool source_saved_open(struct slice saved);
/* 0 or -EBADMSG (then as new). */
int source_load(struct source *s, struct slice saved);

#endif
