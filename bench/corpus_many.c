/* Corpora that grow in one direction: many events told by msg, many told by a regex on bare text,
 * many series of one counter. Each writes the rules that go with it. */
#include "config.h"

#include "corpus.h"

#include <inttypes.h>
#include <stdlib.h>

#define MS UINT64_C(1000000)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const uint64_t bounds[] = {10 * MS, 100 * MS, 1000 * MS, 10000 * MS, 0};
#define BUCKETS "0.01 0.1 1 10"

/* A thousand texts as programs have them: alike at both ends. */
static const char *const subjects[] = {"payment", "search",    "session", "product",  "invoice",
                                       "account", "catalogue", "message", "delivery", "voucher"};
static const char *const objects[] = {"cache", "index",  "record",  "request", "summary",
                                      "queue", "export", "webhook", "backup",  "import"};
static const char *const verbs[] = {"refreshed", "stored", "rejected",  "finished",  "retried",
                                    "expired",   "merged", "scheduled", "validated", "closed"};

static void phrase(char text[64], unsigned i)
{
    snprintf(text, 64, "%s %s %s", subjects[i % 10], objects[i / 10 % 10], verbs[i / 100 % 10]);
}

static void *all(size_t n, size_t size)
{
    void *p = calloc(n, size);

    if (p == NULL) {
        fputs("generate: out of memory\n", stderr);
        exit(3);
    }
    return p;
}

/* What stands before and after an event's phrase is how it is told. */
static void write_event_rules(struct corpus *c, const char *before, const char *after)
{
    char text[64];

    for (unsigned i = 0; i < c->n; i++) {
        phrase(text, i);
        fprintf(c->rules, "[event e%04u]\n%s%s%s\n", i, before, text, after);
        fprintf(c->rules, "\n[counter work_total]\ninc = e%04u\nlabels = work=\"%s\", status\n%s\n",
                i, text, i == 0 ? "help = Work done\nmax_values = 2000\nmax_series = 20000\n" : "");
    }
    fputs("[histogram work_seconds]\nhelp = Time it took\nvalue = duration\nunit = ns\n"
          "buckets = " BUCKETS "\nobserve = ",
          c->rules);
    for (unsigned i = 0; i < c->n; i++)
        fprintf(c->rules, "%se%04u", i > 0 ? ", " : "", i);
    fputs("\n", c->rules);
}

static void tell_events(struct corpus *c, uint64_t (*done)[2], const struct histogram *took)
{
    char text[64], labels[200];

    for (unsigned i = 0; i < c->n; i++) {
        phrase(text, i);
        for (unsigned failed = 0; failed < 2; failed++) {
            snprintf(labels, sizeof labels, "work=\"%s\",status=\"%s\"", text,
                     failed ? "error" : "ok");
            sample_print("work_total", labels, done[i][failed], c->truth);
        }
    }
    histogram_print(took, bounds, "work_seconds", "", c->truth);
}

/* Draws an event, or none (a line of ten is not drawn, three feed nothing). */
static bool draw_event(struct corpus *c, unsigned *ret_event)
{
    *ret_event = rng_below(&c->rng, c->n);
    return rng_below(&c->rng, 10) < 7;
}

void events_write(struct corpus *c)
{
    uint64_t(*done)[2] = all(c->n, sizeof *done);
    struct histogram took = {.sum_ns = 0};
    struct line line = {.form = FORM_JSON, .now_ns = UINT64_C(1762941600) * 1000 * MS};
    char text[64];

    for (uint64_t i = 0; i < c->lines; i++) {
        unsigned event, failed = rng_below(&c->rng, 20) == 0;
        uint64_t ns = rng_duration(&c->rng, 80 * MS);
        bool hit = draw_event(c, &event);

        phrase(text, event);
        line.now_ns += rng_below(&c->rng, 10000000);
        line_begin(&line, "INFO", hit ? text : "gemini response received");
        line_uuid(&line, "request_id", &c->rng);
        line_uuid(&line, "session_id", &c->rng);
        line_text(&line, "status", failed ? "error" : "ok");
        line_duration(&line, "duration", ns);
        line_count(&line, "attempt", 1);
        line_end(&line, c->log);
        if (hit) {
            done[event][failed]++;
            histogram_add(&took, bounds, ns);
        }
    }
    write_event_rules(c, "where = msg == ", "");
    tell_events(c, done, &took);
    free(done);
}

void texts_write(struct corpus *c)
{
    uint64_t(*done)[2] = all(c->n, sizeof *done);
    struct histogram took = {.sum_ns = 0};
    char text[64], duration[32], user[37], other[37];

    for (uint64_t i = 0; i < c->lines; i++) {
        unsigned event, failed = rng_below(&c->rng, 20) == 0;
        uint64_t ns = rng_duration(&c->rng, 80 * MS);
        bool hit = draw_event(c, &event);

        phrase(text, event);
        duration_text(duration, ns);
        uuid_draw(user, &c->rng);
        uuid_draw(other, &c->rng);
        fprintf(c->log,
                "2025/11/12 10:%02u:%02u worker-%u %s [request %s] %s for user %s: status %s, "
                "took %s, attempt 1 of 3, queue default\n",
                (unsigned)(i / 60000 % 60), (unsigned)(i / 1000 % 60), event % 8,
                failed ? "WARN" : "INFO", other, hit ? text : "translation of query looked up",
                user, failed ? "error" : "ok", duration);
        if (hit) {
            done[event][failed]++;
            histogram_add(&took, bounds, ns);
        }
    }
    write_event_rules(c, "match = \\] ",
                      " for user \\S+: status (?<status>\\w+), took (?<duration>\\S+),");
    tell_events(c, done, &took);
    free(done);
}

/* Every series once, in order, then at random. */
void series_write(struct corpus *c)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    uint64_t *hits = all(c->n, sizeof *hits);
    struct line line = {.form = FORM_JSON, .now_ns = UINT64_C(1762941600) * 1000 * MS};
    char path[64], labels[200];

    for (uint64_t i = 0; i < c->lines; i++) {
        unsigned k = i < c->n ? (unsigned)i : rng_below(&c->rng, c->n);

        snprintf(path, sizeof path, "/api/v1/catalogue/item/%08x", k * 2654435761U);
        line.now_ns += rng_below(&c->rng, 10000000);
        line_begin(&line, "INFO", "http request");
        line_uuid(&line, "request_id", &c->rng);
        line_text(&line, "method", methods[k & 3]);
        line_text(&line, "path", path);
        line_count(&line, "status", k & 4 ? 200 : 404);
        line_duration(&line, "duration", rng_duration(&c->rng, 80 * MS));
        line_count(&line, "bytes", rng_below(&c->rng, 40000));
        line_end(&line, c->log);
        hits[k]++;
    }
    fputs("[event http_request]\nwhere = msg == http request\n\n[counter page_views_total]\n"
          "help = Pages\ninc = http_request\nlabels = method, path, status\n"
          "max_values = 2000000\nmax_series = 2000000\n",
          c->rules);
    for (unsigned k = 0; k < c->n; k++) {
        snprintf(labels, sizeof labels,
                 "method=\"%s\",path=\"/api/v1/catalogue/item/%08x\",status=\"%s\"", methods[k & 3],
                 k * 2654435761U, k & 4 ? "200" : "404");
        sample_print("page_views_total", labels, hits[k], c->truth);
    }
    free(hits);
}
