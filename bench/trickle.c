/* trickle -- appends lines to a file one by one, as a busy program does: one write(2) each.
 *
 *     trickle FROM TO LINES_PER_SECOND SECONDS [BLOCK]
 *
 * With BLOCK so many lines go into each. Lines are due at even distances; one that is late (the machine was busy) is written at once, so
 * that the number of lines is always that asked for. FROM is begun again at its end. Prints what
 * was written. */
#include "config.h"

#include <fcntl.h>
#include <stdbool.h>
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

/* 0: the text does not hold so many behind `at`. */
static size_t length_of(const struct text *t, long lines)
{
    const char *at = t->p + t->at, *end = t->p + t->n;

    for (long i = 0; i < lines && at; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at ? (size_t)(at - (t->p + t->at)) : 0;
}

static int write_lines(struct text *t, int fd, long lines)
{
    size_t n = length_of(t, lines);

    if (n == 0) {
        t->at = 0;
        n = length_of(t, lines);
    }
    if (n == 0 || write(fd, t->p + t->at, n) != (ssize_t)n)
        return -1;
    t->at += n;
    return 0;
}

static int write_all(struct text *t, int fd, long rate, long seconds, long block)
{
    struct timespec begun, due;

    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (long i = 0; i < rate * seconds; i += block) {
        long ns = begun.tv_nsec + i % rate * (SECOND / rate);

        due.tv_sec = begun.tv_sec + i / rate + ns / SECOND;
        due.tv_nsec = ns % SECOND;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        if (write_lines(t, fd, block) < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    bool fits = argc == 5 || argc == 6;
    long rate = fits ? strtol(argv[3], NULL, 10) : 0;
    long seconds = fits ? strtol(argv[4], NULL, 10) : 0;
    long block = argc == 6 ? strtol(argv[5], NULL, 10) : 1;
    struct text text;
    int fd;

    if (rate <= 0 || seconds <= 0 || block <= 0 || rate % block != 0) {
        fputs("usage: trickle FROM TO LINES_PER_SECOND SECONDS [BLOCK]\n", stderr);
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1);
    fd = open(argv[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || map_text(argv[1], &text) < 0 || write_all(&text, fd, rate, seconds, block) < 0) {
        perror("trickle");
        return 3;
    }
    printf("%ld lines\n", rate * seconds);
    return 0;
}
