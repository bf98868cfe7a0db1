/* Bytes of every kind become whole lines, each once. */
#include "config.h"

#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct world w;

static void begin(void)
{
    world_init(&w, "*.log");
    world_start(&w);
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

TEST(only_whole_lines_are_handed_out)
{
    world_write(&w, "a.log", "first li");
    world_run(&w, 20);
    ck_assert_uint_eq(w.lines.n, 0);
    world_write(&w, "a.log", "ne\nsecond");
    world_expect_line(&w, "first line\n");
    world_settle(&w);
    world_write(&w, "a.log", "\n");
    world_expect_line(&w, "second\n");
    world_settle(&w);
}

TEST(a_line_may_come_byte_by_byte)
{
    const char *line = "a line that somebody types\n";

    for (const char *p = line; *p; p++) {
        char one[2] = {*p, 0};

        world_write(&w, "a.log", one);
        world_run(&w, 1);
    }
    world_expect_line(&w, line);
    world_settle(&w);
}

static char *long_line(size_t n)
{
    char *p = xmalloc(n + 2);

    memset(p, 'x', n);
    p[n] = '\n';
    p[n + 1] = 0;
    return p;
}

TEST(a_line_as_long_as_the_limit_is_one_line)
{
    char *line = long_line(1 << 20);

    world_expect(&w, "a.log", "before\n");
    world_expect(&w, "a.log", line);
    world_expect(&w, "a.log", "after\n");
    free(line);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TOO_LONG], 0);
}

TEST(an_unfinished_line_as_long_as_the_limit_waits_for_its_end)
{
    char *line = long_line(1 << 20);

    line[1 << 20] = 0;
    world_write(&w, "a.log", line);
    world_run(&w, 30);
    line[1 << 20] = '\n';
    world_write(&w, "a.log", "\n");
    world_expect_line(&w, line);
    free(line);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TOO_LONG], 0);
}

TEST(a_longer_line_is_skipped_whole_and_told_once)
{
    char *line = long_line((1 << 20) + 1);
    char *longer = long_line(5 << 20);

    world_expect(&w, "a.log", "before\n");
    world_write(&w, "a.log", line);
    world_expect(&w, "a.log", "between\n");
    world_write(&w, "a.log", longer);
    world_expect(&w, "a.log", "after\n");
    free(line);
    free(longer);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TOO_LONG], 2);
}

TEST(a_line_that_never_ends_is_told_once_also_over_restarts)
{
    char *part = long_line(3 << 20);

    part[3 << 20] = 0;
    world_expect(&w, "a.log", "before\n");
    for (int i = 0; i < 5; i++) {
        world_write(&w, "a.log", part);
        world_run(&w, 30);
        world_restart(&w);
    }
    ck_assert_uint_eq(w.notes[TAIL_TOO_LONG], 1);
    world_write(&w, "a.log", "\n");
    world_expect(&w, "a.log", "after\n");
    free(part);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TOO_LONG], 1);
}

TEST(a_long_line_that_grows_slowly_is_one_line)
{
    char *line = long_line(300000);

    for (size_t i = 0; i < 300001; i += 10000) {
        char part[10001];
        size_t n = 300001 - i < 10000 ? 300001 - i : 10000;

        memcpy(part, line + i, n);
        part[n] = 0;
        world_write(&w, "a.log", part);
        world_run(&w, 1);
    }
    world_expect_line(&w, line);
    free(line);
    world_settle(&w);
}

TEST(a_hole_of_nuls_before_a_line_is_skipped)
{
    world_expect(&w, "a.log", "before\n");
    world_settle(&w);
    world_truncate(&w, "a.log", 100000);
    world_run(&w, 20);
    world_expect(&w, "a.log", "after\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 0);
    world_expect(&w, "a.log", "on\n");
    world_settle(&w);
}

/* A log without times may begin with the same line again; of copytruncate the copy tells. */
TEST_EACH(the_first_line_comes_again_after_a_truncation, 2)
{
    bool is_copied = _i == 1;

    world_expect(&w, "a.log", "start\none\n");
    world_settle(&w);
    if (is_copied)
        world_copy(&w, "a.log", "a.log.1");
    world_truncate(&w, "a.log", 0);
    world_expect(&w, "a.log", "start\ntwo\nthree\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_TRUNCATED], 1);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], is_copied ? 0 : 1);
}

TEST(a_writer_that_keeps_its_offset_over_a_truncation_leaves_a_hole)
{
    int fd = open(world_path(&w, "a.log"), O_WRONLY | O_CREAT, 0644);

    world_put(fd, "one\ntwo\n");
    world_expect_line(&w, "one\n");
    world_expect_line(&w, "two\n");
    world_settle(&w);
    world_truncate(&w, "a.log", 0);
    world_put(fd, "three\n");
    world_expect_line(&w, "three\n");
    world_settle(&w);
    (void)close(fd);
}

TEST(a_sparse_terabyte_is_passed_at_once)
{
    if (truncate(world_path(&w, "none"), 0) == 0)
        return;
    world_expect(&w, "a.log", "before\n");
    if (truncate(world_path(&w, "a.log"), (off_t)1 << 40) < 0)
        return; /* the file system has no such files */
    world_expect(&w, "a.log", "after\n");
    world_settle(&w);
}

TEST(a_hole_without_anything_behind_it_costs_nothing)
{
    struct rusage before, after;

    world_expect(&w, "a.log", "before\n");
    world_settle(&w);
    world_truncate(&w, "a.log", 50 << 20);
    world_run(&w, 50);
    (void)getrusage(RUSAGE_SELF, &before);
    world_run(&w, 200);
    (void)getrusage(RUSAGE_SELF, &after);
    ck_assert_int_lt(after.ru_utime.tv_sec * 1000000 + after.ru_utime.tv_usec -
                         before.ru_utime.tv_sec * 1000000 - before.ru_utime.tv_usec,
                     150000);
    world_settle(&w);
}

TEST(odd_bytes_pass_unchanged)
{
    world_expect(&w, "a.log", "\xff\xff\r\n\n\xef\xbb\xbf bom\n\x01\x02\n");
    world_settle(&w);
}

TEST(many_files_are_read_with_few_descriptors)
{
    world_kill(&w);
    w.options.max_open = 5;
    world_start(&w);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 40; i++) {
            char name[32], text[64];

            (void)snprintf(name, sizeof(name), "f%d.log", i);
            (void)snprintf(text, sizeof(text), "file %d round %d\n", i, round);
            world_expect(&w, name, text);
        }
        world_settle(&w);
    }
    world_restart(&w);
    world_settle(&w);
}

/* Each descriptor is held by a deleted file, for late lines; a new file is worth more than
 * those. */
TEST(deleted_files_do_not_take_all_descriptors)
{
    world_kill(&w);
    w.options.max_open = 5;
    world_start(&w);
    for (int i = 0; i < 12; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "f%d.log", i);
        world_expect(&w, name, "whole\n");
        world_settle(&w);
        world_remove(&w, name);
    }
    ck_assert_uint_eq(w.notes[TAIL_VANISHED] + w.notes[TAIL_LOST_VANISHED], 0);
}

TEST(a_slow_file_is_not_starved_by_a_fast_one)
{
    char *line = long_line(1000);
    FILE *f;

    world_kill(&w);
    f = fopen(world_path(&w, "fast.log"), "w");
    for (int i = 0; i < 20000; i++)
        (void)fputs(line, f);
    (void)fclose(f);
    world_write(&w, "slow.log", "slow\n");
    world_start(&w);
    ck_assert(!tailset_catch_up(w.set, 1));
    while (w.lines.n < 20001) {
        ck_quietly(loop_turn(w.loop, 10) == 0);
        if (w.lines.n > 0 && strcmp(w.lines.p[w.lines.n - 1], "slow\n") == 0)
            ck_assert_uint_lt(w.lines.n, 19000);
    }
    ck_assert_uint_eq(w.lines.n, 20001);
    free(line);
}

TEST(catching_up_reads_all_that_was_there)
{
    w.options.piece_ns = 3600 * NSEC_PER_SEC; /* a look makes no pause, however slow the machine */
    world_restart(&w);
    world_expect(&w, "a.log", "one\n");
    ck_assert(tailset_catch_up(w.set, 3600 * NSEC_PER_SEC));
    ck_assert_uint_eq(w.lines.n, 1);
    world_expect(&w, "a.log", "two\n");
    world_expect(&w, "b.log", "new file\n");
    ck_assert(tailset_catch_up(w.set, 3600 * NSEC_PER_SEC));
    ck_assert_uint_eq(w.lines.n, 3);
    world_settle(&w);
}

static void start_in_small_pieces(void)
{
    w.options.piece_ns = 1;
    world_restart(&w);
    for (int i = 0; i < 40; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "f%d.log", i);
        world_expect(&w, name, "line\n");
    }
}

/* Also what is appended while a look goes on, which takes no events any more. */
TEST(catching_up_amid_a_look_reads_all_that_was_there)
{
    bool done = false;

    start_in_small_pieces();
    world_settle(&w);
    for (int calls = 1; calls < 40; calls++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "new%d.log", calls);
        world_expect(&w, name, "line\n");
        for (int i = 0; i < calls; i++)
            (void)tailset_catch_up(w.set, NSEC_PER_SEC);
        world_expect(&w, "f0.log", "another\n");
        done = tailset_catch_up(w.set, NSEC_PER_SEC);
        if (done && w.lines.n != w.expected.n)
            ck_abort_msg("after %d calls %zu lines, %zu expected", calls, w.lines.n, w.expected.n);
        while (!done)
            done = tailset_catch_up(w.set, NSEC_PER_SEC);
        if (w.lines.n != w.expected.n)
            ck_abort_msg("after %d calls, in the end %zu lines, %zu expected", calls, w.lines.n,
                         w.expected.n);
        world_settle(&w);
    }
}

TEST(catching_up_amid_the_first_look_does_not_begin_it_anew)
{
    unsigned looked = 0, more = 0;

    start_in_small_pieces();
    for (; !tailset_has_looked(w.set); looked++)
        (void)tailset_catch_up(w.set, 0);
    while (!tailset_catch_up(w.set, NSEC_PER_SEC))
        more++;
    ck_assert_uint_gt(looked, 40);
    ck_assert_uint_lt(more, looked / 2);
    world_settle(&w);
}

TEST(the_version_changes_with_every_line_and_only_then)
{
    uint64_t version;

    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    version = tailset_version(w.set);
    world_run(&w, 50);
    ck_assert_uint_eq(tailset_version(w.set), version);
    world_expect(&w, "a.log", "two\n");
    world_settle(&w);
    ck_assert_uint_ne(tailset_version(w.set), version);
}

TEST(what_is_none_of_ours_changes_nothing)
{
    uint64_t version;

    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    version = tailset_version(w.set);
    world_write(&w, "other", "of somebody else\n");
    world_run(&w, 20);
    world_remove(&w, "other");
    world_run(&w, 20);
    ck_assert_uint_eq(tailset_version(w.set), version);
}

/* One that was there and is gone again makes room for others. */
TEST(however_many_hard_links_there_were_none_is_taken_for_a_file)
{
    enum { LINKS = 1100 };
    char name[32];

    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < LINKS; i++) {
            (void)snprintf(name, sizeof(name), "%d-%d.log", round, i);
            ck_assert_int_eq(link(world_path(&w, "a.log"), world_path(&w, name)), 0);
        }
        world_run(&w, 20);
        for (int i = 0; i < LINKS; i++) {
            (void)snprintf(name, sizeof(name), "%d-%d.log", round, i);
            world_remove(&w, name);
        }
        world_run(&w, 20);
    }
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
}

/* A log that a reload leaves out may come back; but not what was deleted of it, for ever. */
TEST(what_was_deleted_and_is_wanted_no_more_is_closed_at_last)
{
    struct tail_options none;
    struct tail_log_status s;

    w.options.keep_ns = 100 * NSEC_PER_MSEC;
    w.options.rotate_wait_ns = 100 * NSEC_PER_SEC;
    world_restart(&w);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    world_remove(&w, "a.log");
    world_run(&w, 20);
    tailset_log_status(w.set, 0, &s);
    ck_assert_uint_eq(s.open, 1);
    none = w.options;
    none.nlogs = 0;
    tailset_reconfigure(w.set, &none);
    world_run(&w, 300);
    tailset_reconfigure(w.set, &w.options);
    tailset_log_status(w.set, 0, &s);
    ck_assert_uint_eq(s.open, 0);
}

/* Each is counted, however many there were before. */
TEST(more_are_counted_than_are_spoken_of)
{
    enum { FILES = 1100 };
    char name[32];

    for (int i = 0; i < FILES; i++) {
        (void)snprintf(name, sizeof(name), "%d.log", i);
        world_write(&w, name, "\x1f\x8b\x08 is no line\n");
    }
    world_until(&w, &w.notes[TAIL_READ_ERROR], FILES);
    world_remove(&w, name);
    world_run(&w, 20);
    world_write(&w, name, "\x1f\x8b\x08 nor is another\n");
    world_until(&w, &w.notes[TAIL_READ_ERROR], FILES + 1);
    world_run(&w, 100);
    ck_assert_uint_eq(w.notes[TAIL_READ_ERROR], FILES + 1);
}

static void make_pipe(void)
{
    ck_assert_int_eq(mkfifo(world_path(&w, "pipe"), 0600), 0);
}

static int open_pipe(void)
{
    int fd = open(world_path(&w, "pipe"), O_WRONLY | O_NONBLOCK);

    ck_assert_int_ge(fd, 0);
    return fd;
}

TEST(a_fifo_that_is_named_is_read)
{
    int fd;

    make_pipe();
    world_follow(&w, "pipe");
    fd = open_pipe();
    world_put(fd, "one\ntw");
    world_expect_line(&w, "one\n");
    world_settle(&w);
    world_put(fd, "o\n");
    world_expect_line(&w, "two\n");
    world_settle(&w);
    (void)close(fd);
    fd = open_pipe();
    world_put(fd, "three\n");
    world_expect_line(&w, "three\n");
    world_settle(&w);
    (void)close(fd);
}

TEST(a_fifo_that_was_made_anew_is_read)
{
    int old, new;

    make_pipe();
    world_follow(&w, "pipe");
    old = open_pipe();
    world_put(old, "one\nrest");
    world_expect_line(&w, "one\n");
    world_expect_line(&w, "rest");
    world_remove(&w, "pipe");
    make_pipe();
    world_settle(&w);
    new = open_pipe();
    world_put(new, "two\n");
    world_expect_line(&w, "two\n");
    world_settle(&w);
    (void)close(old);
    (void)close(new);
}

TEST(a_file_that_cannot_be_read_holds_nobody_up)
{
    world_expect(&w, "good.log", "one\n");
    ck_assert_int_eq(symlink("/proc/self/mem", world_path(&w, "bad.log")), 0);
    ck_assert_int_eq(mkfifo(world_path(&w, "fifo.log"), 0600), 0);
    ck_assert_int_eq(symlink("nowhere", world_path(&w, "dangling.log")), 0);
    ck_assert_int_eq(symlink("loop.log", world_path(&w, "loop.log")), 0);
    ck_assert_int_eq(symlink("/dev/zero", world_path(&w, "zero.log")), 0);
    ck_assert_int_eq(mkdir(world_path(&w, "dir.log"), 0700), 0);
    world_expect(&w, "good.log", "two\n");
    world_settle(&w);
}

TEST(a_thousand_new_files_are_read)
{
    for (int i = 0; i < 1000; i++) {
        char name[32], text[32];

        (void)snprintf(name, sizeof(name), "f%d.log", i);
        (void)snprintf(text, sizeof(text), "file %d\n", i);
        world_expect(&w, name, text);
    }
    world_settle(&w);
}

/* Each is history, and none is compared with all others: that took minutes. */
TEST(thousands_of_rotated_files_do_not_hold_up_the_start)
{
    enum { FILES = 2000 };
    clock_t began;
    char name[32];

    world_kill(&w);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(name, sizeof(name), "app.log-2024%06d", i);
        world_write(&w, name, name);
        world_write(&w, name, " is of another day\n");
    }
    world_expect(&w, "app.log", "now\n");
    began = clock();
    world_start(&w);
    ck_quietly(loop_turn(w.loop, 0) == 0);
    ck_assert_int_lt(clock() - began, 3 * CLOCKS_PER_SEC);
    world_settle(&w);
}
