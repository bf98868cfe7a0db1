/* progress -- redrawn in place at most ten times a second, from whichever thread read last; who
 * calls holds the lock. The rate is the mean since the start: it does not jump. */
#include "config.h"

#include "app/progress.h"

#include "base/clock.h"
#include "base/num.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR = 30 };

void progress_start(struct progress *p, uint64_t total_bytes)
{
    *p = (struct progress){
        .on = isatty(STDERR_FILENO), .total = total_bytes, .start_ns = clock_mono_ns()};
}

static void show_bar(const struct progress *p, uint64_t done, double rate)
{
    char left[NUM_TEXT], bar[BAR + 1];
    double share = (double)done / (double)p->total;

    if (share > 1)
        share = 1;
    for (int i = 0; i < BAR; i++)
        bar[i] = i < (int)(share * BAR) ? '#' : '.';
    bar[BAR] = '\0';
    num_format_duration(left, (double)(int64_t)((double)p->total * (1 - share) / rate));
    fprintf(stderr, " %3d %% [%s] %s left", (int)(share * 100), bar, left);
}

void progress_at(struct progress *p, uint64_t done_bytes)
{
    int64_t now = p->on ? clock_mono_ns() : 0;
    char amount[NUM_TEXT], speed[NUM_TEXT];

    if (!p->on || now - p->shown_ns < NSEC_PER_SEC / 10 || now == p->start_ns)
        return;
    p->shown_ns = now;
    double rate = (double)done_bytes / ((double)(now - p->start_ns) / 1e9);

    num_format_bytes(amount, (double)done_bytes);
    num_format_bytes(speed, rate);
    fprintf(stderr, "\r\033[K%s, %s/s", amount, speed);
    if (p->total && rate > 0)
        show_bar(p, done_bytes, rate);
    fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (p->on && p->shown_ns)
        fputs("\r\033[K", stderr);
}
