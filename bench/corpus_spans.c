/* Jobs that begin in one line and end in another, n of them open at any time: each line but the first n
 * begins one or ends one of them, whichever. Writes the rules that go with it; bench/mtail/spans.mtail is
 * the same, with the time of each begin kept by its key. Times are whole seconds, so that sums are
 * exact. */
#include "config.h"

#include "corpus.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LINES_PER_SECOND = 1000, QUEUES = 3, FIRST_SECOND = 36000 };

static const char *const queues[QUEUES] = {"mail", "export", "billing"};

struct job {
    uint64_t id, begun; /* second */
    unsigned queue;
};

struct tally {
    uint64_t ended[QUEUES], seconds[QUEUES], open;
};

static void write_line(struct corpus *c, uint64_t second, const char *what, const struct job *j)
{
    fprintf(c->log,
            "time=2025-11-12T%02u:%02u:%02uZ level=INFO msg=\"job %s\" queue=%s id=%08" PRIx64
            "-%08" PRIx64 " worker=%u\n",
            (unsigned)(second / 3600 % 24), (unsigned)(second / 60 % 60), (unsigned)(second % 60),
            what, queues[j->queue], j->id * UINT64_C(0x9e3779b97f4a7c15) >> 32, j->id,
            (unsigned)(j->id % 16));
}

static void end_one(struct corpus *c, uint64_t second, struct job *open, struct tally *t)
{
    struct job *j = &open[rng_below(&c->rng, (unsigned)t->open)];

    write_line(c, second, "done", j);
    t->ended[j->queue]++;
    t->seconds[j->queue] += second - j->begun;
    *j = open[--t->open];
}

static void tell(const struct tally *t, FILE *out)
{
    char labels[40];

    for (unsigned i = 0; i < QUEUES; i++) {
        snprintf(labels, sizeof labels, "queue=\"%s\"", queues[i]);
        sample_print("jobs_done_total", labels, t->ended[i], out);
        sample_print("job_seconds_total", labels, t->seconds[i], out);
    }
    sample_print("jobs_open", "", t->open, out);
}

void spans_write(struct corpus *c)
{
    struct job *open = calloc(c->n + 1, sizeof *open);
    struct tally t = {{0}, {0}, 0};

    if (open == NULL) {
        fputs("generate: out of memory\n", stderr);
        exit(3);
    }
    for (uint64_t i = 0; i < c->lines; i++) {
        uint64_t second = FIRST_SECOND + i / LINES_PER_SECOND;

        if (t.open == c->n) {
            end_one(c, second, open, &t);
            continue;
        }
        open[t.open] = (struct job){i, second, rng_below(&c->rng, QUEUES)};
        write_line(c, second, "started", &open[t.open++]);
    }
    free(open);
    fputs("[event job_begun]\nwhere = msg == job started\n\n[event job_ended]\nwhere = msg == job "
          "done\n\n[span job]\nbegin = job_begun\nend = job_ended\nkey = queue, id\ntimeout = 48h\n"
          "max_open = 1000000\n\n[counter jobs_done_total]\nhelp = Jobs\ninc = job\nlabels = "
          "queue\n\n"
          "[counter job_seconds_total]\nhelp = Time of jobs\nadd = job\nvalue = _duration\n"
          "labels = queue\n\n[gauge jobs_open]\nhelp = Jobs that run\ninc = job_begun\n"
          "dec = job, job.unfinished\n",
          c->rules);
    tell(&t, c->truth);
}
