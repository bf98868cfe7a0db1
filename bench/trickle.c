/* trickle -- appends lines to a file one by one, as a busy program does: one write(2) each.
 *
 *     trickle FROM TO LINES_PER_SECOND SECONDS
 *
 * Lines are due at even distances; one that is late (the machine was busy) is written at once, so
 * that the number of lines is always that asked for. FROM is begun again at its end. Prints what
 * was written. */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000L

struct text {
    const char *p;
    size_t n, at;
};

static int map_text(const char *path, struct text *ret_text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return -1;
    ret_text->n = (size_t)st.st_size;
    ret_text->at = 0;
    ret_text->p = mmap(NULL, ret_text->n, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    return ret_text->p == MAP_FAILED ? -1 : 0;
}

static int write_line(struct text *t, int fd)
{
    const char *line = t->p + t->at, *nl = memchr(line, '\n', t->n - t->at);
    size_t n;

    if (nl == NULL) {
        t->at = 0;
        return write_line(t, fd);
    }
    n = (size_t)(nl - line) + 1;
    t->at += n;
    return write(fd, line, n) == (ssize_t)n ? 0 : -1;
}

static int write_all(struct text *t, int fd, long rate, long seconds)
{
    struct timespec begun, due;

    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (long i = 0; i < rate * seconds; i++) {
        long ns = begun.tv_nsec + i % rate * (SECOND / rate);

        due.tv_sec = begun.tv_sec + i / rate + ns / SECOND;
        due.tv_nsec = ns % SECOND;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        if (write_line(t, fd) < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    long rate = argc == 5 ? strtol(argv[3], NULL, 10) : 0;
    long seconds = argc == 5 ? strtol(argv[4], NULL, 10) : 0;
    struct text text;
    int fd;

    if (rate <= 0 || seconds <= 0) {
        fputs("usage: trickle FROM TO LINES_PER_SECOND SECONDS\n", stderr);
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1);
    fd = open(argv[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || map_text(argv[1], &text) < 0 || memchr(text.p, '\n', text.n) == NULL ||
        write_all(&text, fd, rate, seconds) < 0) {
        perror("trickle");
        return 3;
    }
    printf("%ld lines\n", rate * seconds);
    return 0;
}
