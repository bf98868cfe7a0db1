/* record -- one line being looked at: from its raw bytes (CR and BOM off, unwrapped, prefix cut,
 * decoded) to its fields by slot, and scratch memory for what is made of them.
 *
 * One record serves a whole run: each line clears only the slots that the last one filled.
 * Everything reached through it dies with the next line. */
#ifndef LT_ENGINE_RECORD_H
#define LT_ENGINE_RECORD_H

#include "decode/trail.h"
#include "engine/source.h"

enum { TIME_TEXT_MAX = 64 };

/* Where the time of a line stands, for explain: of the text that was read, or that could not be. */
struct told_time {
    const char *from; /* the field's name, "time_match", or "the wrapper" */
    struct slice text;
    int format; /* of the log's */
};

enum decoded { DECODED_JSON, DECODED_LOGFMT, DECODED_TEXT, DECODED_UNDECODABLE };

/* "json", "logfmt", "text", "undecodable". */
const char *decoded_text(enum decoded decoded);

struct record {
    const struct ruleset *rules;
    const struct linescan *scan; /* the best this machine can run */
    struct trail *trail;         /* what it learned of the lines' shapes */
    struct matcher *matcher;
    const struct log_def *log;
    struct source *source;
    uint64_t number;     /* counts lines (and more), to tell one from those before */
    struct slice line;   /* unwrapped, without prefix, CR and newline */
    struct slice block;  /* as record_block said */
    struct slice stream; /* of the wrapper, or "" */
    struct slice wrapper_time;
    uint32_t nlines; /* it was joined from; of a log with `record` */
    bool rewritten;  /* of a log with `rewrite`: the line is not as it was read */
    enum decoded decoded;
    struct field *slots;
    struct touched touched;
    struct arena scratch;
    int64_t time_ns; /* valid if time_known */
    bool time_known;
    bool time_own;   /* it is the line's own, not that of the line before */
    bool time_dated; /* the text of the time held its own date */
    bool time_bad;   /* there was a text, and it could not be read */
    bool taken;      /* its time is what the caller said; its own, if any, is told_ns */
    bool in_block;   /* the fields are in the block of lines, and live as long */
    /* Of all lines that end like this one, whose deciding values are all the same; or NULL. */
    struct trail_note *note;
    int64_t told_ns; /* of `taken`; INT64_MIN: none */
    struct told_time told;
    int64_t wall_ns; /* the time of reading, for lines without any time */
    /* The text of a line's time that nobody has asked for yet; read when the block ends. */
    struct slice pending;
    char pending_copy[TIME_TEXT_MAX];
    uint64_t unreadable; /* times, since the engine last asked */
    uint64_t gave_up;    /* likewise: regexes of the log */
    struct buf bad_time; /* a sentence about the first of them; empty: none yet */
};

void record_init(struct record *r, const struct ruleset *rules);
void record_release(struct record *r);

/* Appends the formats by which a time was not read, and what may help. */
void record_put_formats(const struct log_def *log, struct slice unread, struct buf *out);

/* Does a regex of the log match the line? One that gives up does not, and is noted. */
bool record_matches(struct record *r, const struct pattern *p);

/* The lines that follow come from this source: fills what its path says. */
void record_source(struct record *r, struct source *s);

/* The lines that follow are in this block, LINESCAN_SLACK bytes around it can be read; empty: they may
 * be anywhere. */
void record_block(struct record *r, struct slice block);

enum record_result {
    RECORD_LINE,
    RECORD_NOTHING,  /* empty, or a part of a line still to come */
    RECORD_TOO_LONG, /* joined from parts, it went over max_line: dropped whole */
};

/* Up to the unwrapped line: sets r->line, r->stream and r->wrapper_time, for the source of the last
 * record_source. */
enum record_result record_unwrap(struct record *r, struct slice raw, size_t max_line);
/* The same of a line of the source of which only parts came: none of them waits any more. */
enum record_result record_unfinished(struct record *r);
/* The same of what was joined from several lines. */
void record_joined(struct record *r, const struct joined *j, unsigned stream);
/* The rest, on r->line: prefix, fields by the log's format. False when nothing is left of the
 * line. */
bool record_decode(struct record *r);
/* Both. */
enum record_result record_line(struct record *r, struct slice raw, size_t max_line);

/* The line at p in a block of whole lines: as record_line, and returns where its '\n' is, which
 * must be there; LINESCAN_SLACK bytes behind it must be readable. The fields and the end of the
 * line are found in one pass. */
const char *record_next(struct record *r, const char *p, size_t max_line,
                        enum record_result *ret_result);

/* Fills a slot with text that lives as long as the line (or in r->scratch). */
static inline void record_set(struct record *r, uint16_t slot, struct slice text)
{
    struct field *f = &r->slots[slot];

    if (f->kind == FIELD_NONE)
        r->touched.slots[r->touched.n++] = slot;
    *f = (struct field){text.p, (uint32_t)text.n, FIELD_TEXT};
}

/* Fills the slots of a matched pattern's groups; a group that took no part changes nothing. */
void record_capture(struct record *r, const struct capture *c);

/* Every field that the line was decoded to, also those that no rule asks for. For people. */
void record_each(const struct record *r, field_visit_fn *fn, void *ctx);

/* What a rule sees under a name: "" when it is missing. _line, _bytes, _stream, _time are made only when
 * asked for. */
struct slice record_any_text(struct record *r, const struct ref *ref);

static inline struct slice record_text(struct record *r, const struct ref *ref)
{
    const struct field *f = ref->n > 0 ? &r->slots[ref->slots[0]] : NULL;

    if (__builtin_expect(f && field_has_text(f), 1))
        return slice_make(f->p, f->n);
    return record_any_text(r, ref);
}

/* Seconds with as many fraction digits as it takes; lives as long as the line. */
struct slice record_seconds(struct record *r, int64_t ns);
/* Not of a line: what is given up, at a time. Its fields are to be set. */
void record_lineless(struct record *r, struct source *s, int64_t ns);

/* Has the line a time of its own? Reads it if so. */
bool record_has_time(struct record *r);
/* The slot of the first match group that names the time in this log; SLOT_NONE when the event has
 * none. */
uint16_t record_group_slot(const struct event *event, const struct log_def *log);
/* Has it one by the match groups of an event that took the line? */
bool record_event_time(struct record *r, const struct event *event);

/* Keeps the line's time for lines after it that have none; mostly unread, as text. Last of all that
 * is done with a line. */
void record_note_any_time(struct record *r);

static inline void record_note_time(struct record *r)
{
    const struct field *f = &r->slots[r->log->time_slots[0]];

    if (r->note && r->note->time_log == r->log && !r->time_known && !r->time_bad &&
        f->kind == FIELD_TEXT && f->n > 0)
        r->pending = slice_make(f->p, f->n);
    else
        record_note_any_time(r);
}

/* Reads what was kept so; before the block, or the source, goes. */
void record_settle(struct record *r);

/* The line's time: its own, else its wrapper's, else that of the line before, else of reading. */
int64_t record_time(struct record *r);

#endif
