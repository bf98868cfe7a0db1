/* corpus -- what the generator's parts share: random numbers, a line being written, and the truth.
 *
 * The truth is added up from the events as they are drawn, in whole nanoseconds, and never read
 * back from the lines: a program under test that reads a line wrongly cannot be agreed with by
 * accident. */
#ifndef LT_BENCH_CORPUS_H
#define LT_BENCH_CORPUS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct rng {
    uint64_t state;
};

uint64_t rng_next(struct rng *r);
/* 0 .. n-1. */
unsigned rng_below(struct rng *r, unsigned n);
/* Nanoseconds: most near `mean_ns`, some a hundredth or ten times of it; never 0. */
uint64_t rng_duration(struct rng *r, uint64_t mean_ns);

enum form { FORM_JSON, FORM_LOGFMT };

/* One record, written field by field as slog's JSONHandler or TextHandler would. Texts are given as
 * JSON and Go both escape them: `\"`, `\\`, `\n`, all else raw. */
struct line {
    enum form form;
    uint64_t now_ns; /* unix time of the record */
    size_t n;
    char p[4096];
};

void line_raw(struct line *l, const char *text);
void line_begin(struct line *l, const char *level, const char *msg);
void line_text(struct line *l, const char *key, const char *text);
void line_count(struct line *l, const char *key, uint64_t value);
/* A Go Duration: nanoseconds in JSON, 1.5ms in logfmt. */
void line_duration(struct line *l, const char *key, uint64_t ns);
/* A float of seconds. */
void line_seconds(struct line *l, const char *key, uint64_t ns);
void line_uuid(struct line *l, const char *key, struct rng *r);
/* An attribute that is an object in JSON and a printed map in logfmt. */
void line_nested(struct line *l, const char *key, const char *json, const char *printed);
void line_end(struct line *l, FILE *out);

/* 36 characters and a NUL. */
void uuid_draw(char text[37], struct rng *r);
/* As Go's Duration.String(). */
void duration_text(char text[32], uint64_t ns);

/* Bounds in nanoseconds, ended by 0; `cells` counts each, the last one past the bounds. */
enum { BUCKETS_MAX = 12 };
struct histogram {
    uint64_t cells[BUCKETS_MAX], sum_ns;
};
void histogram_add(struct histogram *h, const uint64_t *bounds_ns, uint64_t ns);
/* Nothing for a histogram that saw nothing. `labels` is `a="b",c="d"` or "". */
void histogram_print(const struct histogram *h, const uint64_t *bounds_ns, const char *family,
                     const char *labels, FILE *out);
/* NAME{LABELS} VALUE; nothing for 0. */
void sample_print(const char *name, const char *labels, uint64_t value, FILE *out);

struct corpus {
    uint64_t lines;
    unsigned n; /* of events or series */
    struct rng rng;
    FILE *log, *truth,
        *rules; /* rules: NULL for the backend's log, whose rules are the shipped ones */
};

enum backend_flavour { BACKEND_JSON, BACKEND_LOGFMT, BACKEND_MIXED, BACKEND_NOISE, BACKEND_STEADY };
void backend_write(struct corpus *c, enum backend_flavour flavour);
/* Where n events share the lines: told by msg, or by a regex on bare text. */
void events_write(struct corpus *c);
void texts_write(struct corpus *c);
/* Where one event feeds n series of a counter. */
void series_write(struct corpus *c);

/* Two lines for each of what takes time, n of which are open at any time. */
void spans_write(struct corpus *c);

/* Records of ten lines. */
void java_write(struct corpus *c);

#endif
