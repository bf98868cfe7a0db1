/* What a state knows is found again without being read, and what is forgotten stays in the sum. */
#include "config.h"

#include "suite.h"

#include "failing.h"
#include "input/set.h"
#include "input/tail_world.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct world w;

static void begin(void)
{
    world_init(&w, "*.log");
    world_start(&w);
    world_expect(&w, "app.log", "one\ntwo\nthree\n");
    world_settle(&w);
    world_save(&w);
}

static void end(void)
{
    world_release(&w);
}

/* As where logtally runs in the directory of its logs. */
TEST(relative_paths_are_rotated_into_a_directory)
{
    static const char *const given[] = {"o/app.*"};

    world_init(&w, "app.log");
    ck_assert_int_eq(chdir(w.dir), 0);
    ck_assert_int_eq(mkdir("o", 0700), 0);
    free(w.globs[0]);
    w.globs[0] = xstrdup("*.log");
    w.log.rotated = given;
    w.log.nrotated = 1;
    world_start(&w);
    world_expect(&w, "app.log", "first\n");
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    world_expect(&w, "app.log", "last of it\n");
    world_rename(&w, "app.log", "o/app.17");
    world_start(&w);
    world_settle(&w);
    world_release(&w);
}

FIXTURE(begin, end);

static void *open_none(void *ctx, unsigned log, const char *stream, const char *path, uint32_t id,
                       struct slice carry)
{
    (void)ctx, (void)log, (void)stream, (void)path, (void)id, (void)carry;
    return NULL;
}

static void note_none(void *ctx, unsigned log, enum tail_note what, uint64_t n)
{
    (void)ctx, (void)log, (void)what, (void)n;
}

static struct buf found;

static void on_known(void *ctx, const struct tail_known *k)
{
    static const char *const where[] = {"there", "packed", "rewritten", "gone"};
    const char *name = strrchr(k->path, '/');

    (void)ctx;
    ck_assert_str_eq(k->log, "test");
    buf_fmt(&found, "%s %s %llu lines\n", name + 1, where[k->where],
            (unsigned long long)k->count.lines);
}

/* After a kill, as a program beside a daemon that does not run. */
static void find(const char *wanted)
{
    static const struct tail_sink sink = {.open = open_none, .note = note_none};
    struct tailset *t = tailset_new(w.loop, &w.options, &sink);
    struct tail_sum sum;

    ck_assert_int_eq(tailset_restore(t, buf_all(&w.saved), buf_all(&w.memory)), 0);
    tailset_find(t);
    tailset_known(t, on_known, NULL);
    sum = tailset_sum(t);
    ck_assert_uint_eq(sum.lines, w.saved_lines);
    ck_assert_uint_eq(sum.lines_forgotten, 0);
    tailset_free(t);
    buf_char(&found, 0);
    ck_assert_str_eq(found.p, wanted);
    buf_release(&found);
}

TEST(what_stayed_is_there)
{
    world_kill(&w);
    world_write(&w, "app.log", "written since\n");
    find("app.log there 3 lines\n");
}

TEST(what_was_renamed_is_there_by_its_new_name)
{
    world_kill(&w);
    world_rename(&w, "app.log", "app.log.1");
    world_write(&w, "app.log", "another\n");
    find("app.log.1 there 3 lines\napp.log there 0 lines\n");
}

TEST(what_was_compressed_is_packed)
{
    char command[600];

    world_kill(&w);
    world_rename(&w, "app.log", "app.log.1");
    (void)snprintf(command, sizeof(command), "gzip %s", world_path(&w, "app.log.1"));
    ck_assert_int_eq(system(command), 0);
    find("app.log.1.gz packed 3 lines\n");
}

TEST(what_was_removed_is_gone)
{
    world_kill(&w);
    world_remove(&w, "app.log");
    find("app.log gone 3 lines\n");
}

TEST(what_was_written_anew_is_rewritten)
{
    world_kill(&w);
    world_truncate(&w, "app.log", 0);
    world_write(&w, "app.log", "entirely other lines\nand more of them\n");
    find("app.log rewritten 3 lines\napp.log there 0 lines\n");
}

TEST(one_content_in_a_file_and_one_in_an_archive)
{
    char command[600];

    world_rename(&w, "app.log", "app.log.1");
    world_expect(&w, "app.log", "four\nfive\n");
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    (void)snprintf(command, sizeof(command), "gzip %s", world_path(&w, "app.log.1"));
    ck_assert_int_eq(system(command), 0);
    find("app.log.1.gz packed 3 lines\napp.log there 2 lines\n");
}

/* What is gone is remembered for a while, and then its lines alone. */
TEST(what_is_forgotten_stays_in_the_sum)
{
    world_kill(&w);
    w.options.keep_ns = w.options.lost_wait_ns = 1;
    world_start(&w);
    world_remove(&w, "app.log");
    for (int i = 0; i < 3000 && tailset_sum(w.set).lines_forgotten == 0; i++)
        world_run(&w, 10);
    ck_assert_uint_eq(tailset_sum(w.set).lines_forgotten, 3);
    ck_assert_uint_eq(tailset_sum(w.set).lines, 3);
}

static void count_gone(void *ctx, const struct tail_known *k)
{
    *(unsigned *)ctx += k->where == TAIL_GONE && k->count.lines > 0;
}

static unsigned gone(void)
{
    unsigned n = 0;

    tailset_known(w.set, count_gone, &n);
    return n;
}

/* Given up, and saved. */
static void until_remembered(void)
{
    int i = 0;

    do {
        world_run(&w, 1);
        world_save(&w); /* the first one of a run writes all anew */
    } while (w.memory.n == 0 && ++i < 3000);
    ck_assert_uint_gt(w.memory.n, 0);
}

/* What the next generation takes of it, an unfinished record, would else be taken again after a
 * kill. */
TEST(what_is_passed_on_is_saved_anew)
{
    size_t before;

    world_remove(&w, "app.log");
    w.options.lost_wait_ns = 1;
    world_restart(&w);
    until_remembered();
    before = w.memory.n;
    world_expect(&w, "app.log", "another\n");
    world_settle(&w);
    world_save(&w);
    ck_assert_uint_eq(w.passes, 1);
    ck_assert_uint_eq(w.open_files, 1); /* what is gone is not held open for it */
    ck_assert_uint_gt(w.memory.n, before);
}

/* Paths as they are in the field, of a log that is rotated. */
TEST(what_is_gone_takes_a_quarter_of_a_kilobyte)
{
    enum { LINES = 2000, AS_PATH = sizeof("/var/log/containers/app.log") - 1 };
    char line[40];

    for (int i = 0; i < LINES; i++) {
        (void)snprintf(line, sizeof(line), "line %d, squared %d\n", i, i * i);
        world_expect(&w, "app.log", line);
    }
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    w.options.lost_wait_ns = 1;
    world_remove(&w, "app.log");
    world_start(&w);
    until_remembered();
    ck_assert_uint_le(w.memory.n, 256 + strlen(w.dir) + strlen("/app.log") - AS_PATH);
}

/* An entry of a memory, as checkpoint.c describes it, up to its tail; and with another tail, under
 * another key. */
static struct slice up_to_tail(struct slice entry, struct reader *ret_rest)
{
    struct reader r = reader_of(entry);

    (void)read_varint(&r);
    (void)read_u64(&r);
    (void)read_vblob(&r);
    (void)read_vblob(&r);
    for (int i = 0; i < 2; i++) {
        (void)read_varint(&r);
        (void)read_vblob(&r);
    }
    (void)read_bytes(&r, 1 + 2 * sizeof(uint64_t));
    *ret_rest = r;
    return slice_make(entry.p, (size_t)(r.p - entry.p));
}

static void add_entry(struct buf *memory, struct slice entry, uint64_t key, const struct tail *tail)
{
    struct reader rest, r = reader_of(entry);
    struct slice before = up_to_tail(entry, &rest);
    struct buf made = BUF_INIT;
    struct tail had;

    (void)read_varint(&r);
    buf_varint(&made, key);
    buf_slice(&made, slice_from(before, (size_t)(r.p - entry.p)));
    tail_encode(tail, &made);
    tail_decode(&had, &rest);
    tail_release(&had);
    buf_slice(&made, slice_make(rest.p, (size_t)(rest.end - rest.p)));
    buf_vblob(memory, buf_all(&made));
    buf_release(&made);
}

/* The one that is gone, and `n` others of its name whose inodes are others, and ends; `alike`: their
 * heads are the same. */
static void remember_others(unsigned n, bool alike)
{
    struct reader r = reader_of(buf_all(&w.memory)), rest;
    struct slice entry = read_vblob(&r);
    struct buf memory = BUF_INIT;
    struct tail tail;

    (void)up_to_tail(entry, &rest);
    tail_decode(&tail, &rest);
    add_entry(&memory, entry, 1, &tail);
    for (unsigned i = 0; i < n; i++) {
        tail.id.ino += 1;
        tail.digest->tail++;
        if (!alike) {
            memcpy(tail.digest->head, &i, sizeof(i));
            for (unsigned k = 0; k < DIGEST_HEADS; k++)
                tail.digest->heads[k] += k + 1;
        }
        add_entry(&memory, entry, i + 2, &tail);
    }
    tail_release(&tail);
    buf_clear(&w.memory);
    buf_slice(&w.memory, buf_all(&memory));
    buf_release(&memory);
}

static unsigned count_known(void)
{
    unsigned n = 0;

    tailset_known(w.set, count_gone, &n);
    return n;
}

/* app.log is gone, and kept beside as `kept`, when many others have been of the same name. */
static void begin_among(unsigned n, bool alike)
{
    char command[300], line[64];

    for (int i = 0; i < 100; i++) {
        (void)snprintf(line, sizeof(line), "the same line %d in each of them\n", i);
        world_expect(&w, "app.log", line);
    }
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    (void)snprintf(command, sizeof(command), "cd %s && cp -p app.log kept && rm app.log", w.dir);
    ck_assert_int_eq(system(command), 0);
    w.options.lost_wait_ns = 1;
    w.options.max_gone = n + 1;
    world_start(&w);
    until_remembered();
    world_kill(&w);
    remember_others(n, alike);
    world_start(&w);
    world_run(&w, 20);
    ck_assert_uint_eq(count_known(), n + 1);
}

enum { MANY = 3000, READS_OF_ONE = 3 + FINGERPRINT_MARKS };

/* It begins with what all of them do, and must be compared with them: with so many, not more. */
TEST(a_newcomer_is_compared_with_a_few_of_those_that_are_gone)
{
    begin_among(MANY, true);
    failing_call("sys_pread", COMPARISONS_MAX * READS_OF_ONE + 100, EIO);
    for (int i = 0; i < 100; i++) {
        char line[64];

        (void)snprintf(line, sizeof(line), "the same line %d in each of them\n", i);
        world_expect(&w, "app.log", line);
    }
    world_expect(&w, "app.log", "and another\n");
    world_settle(&w);
    ck_assert(!failing_happened());
}

TEST(one_that_is_gone_is_found_among_many)
{
    char command[300];

    begin_among(MANY, false);
    failing_call("sys_pread", 2 * READS_OF_ONE + 20, EIO);
    (void)snprintf(command, sizeof(command),
                   "cd %s && cp -p kept app.log.new && mv app.log.new app.log", w.dir);
    ck_assert_int_eq(system(command), 0);
    for (int i = 0; i < 3000 && count_known() > MANY; i++)
        world_run(&w, 1);
    world_expect(&w, "app.log", "later\n");
    world_settle(&w);
    ck_assert(!failing_happened());
    ck_assert_uint_eq(count_known(), MANY);
}

/* No more of them than that, the latest; all at once would take too long. */
TEST(of_too_many_the_latest_are_remembered)
{
    begin_among(MANY, false);
    world_kill(&w);
    w.options.max_gone = 10;
    world_start(&w);
    for (int i = 0; i < 3000 && count_known() > 10; i++)
        world_run(&w, 1);
    ck_assert_uint_eq(count_known(), 10);
}

/* A restart is not the beginning of the time that is left: each of these runs is far shorter. */
TEST(what_is_gone_is_forgotten_after_some_time_of_running)
{
    enum { RUN_MS = 20, KEEP_MS = 300 };
    unsigned runs = 0;

    world_kill(&w);
    w.options.keep_ns = KEEP_MS * NSEC_PER_MSEC;
    w.options.lost_wait_ns = 1;
    world_remove(&w, "app.log");
    world_start(&w);
    until_remembered();
    for (; runs < 1000 && gone() > 0; runs++) {
        world_restart(&w);
        world_run(&w, RUN_MS);
    }
    ck_assert_uint_gt(runs, 1);
    ck_assert_uint_lt(runs, 1000);
    ck_assert_uint_eq(tailset_sum(w.set).lines_forgotten, 3);
    world_restart(&w);
    ck_assert_uint_eq(gone(), 0);
    ck_assert_uint_eq(tailset_sum(w.set).lines_forgotten, 3);
}

/* Its disk may only be not yet mounted. */
TEST(what_is_gone_with_its_directory_is_not_forgotten)
{
    char aside[200];

    world_kill(&w);
    w.options.keep_ns = w.options.lost_wait_ns = 1;
    (void)snprintf(aside, sizeof(aside), "%s.aside", w.dir);
    ck_assert_int_eq(rename(w.dir, aside), 0);
    world_start(&w);
    world_run(&w, 300);
    world_restart(&w);
    world_run(&w, 300);
    ck_assert_uint_eq(gone(), 1);
    ck_assert_int_eq(rename(aside, w.dir), 0);
    world_write(&w, "app.log", "four\n");
    world_expect_line(&w, "four\n");
    world_settle(&w);
}

/* The memory is lost: what is known of the rest holds, and the lines stay in the sum. */
TEST(lines_of_what_is_gone_stay_in_the_sum_without_the_memory)
{
    world_kill(&w);
    w.options.lost_wait_ns = 1;
    world_remove(&w, "app.log");
    world_start(&w);
    until_remembered();
    world_kill(&w);
    buf_clear(&w.memory);
    world_start(&w);
    ck_assert_uint_eq(gone(), 0);
    ck_assert_uint_eq(tailset_sum(w.set).lines_forgotten, 3);
    ck_assert_uint_eq(tailset_sum(w.set).lines, 3);
}

/* Its entry is taken back with the next save, and not written by the next run. */
TEST(what_is_back_is_not_remembered_as_gone)
{
    char aside[200];

    (void)snprintf(aside, sizeof(aside), "%s", world_path(&w, "aside"));
    world_kill(&w);
    w.options.lost_wait_ns = 1;
    world_start(&w);
    ck_assert_int_eq(mkdir(aside, 0755), 0);
    for (int i = 0; i < 3; i++) {
        world_kill(&w);
        world_rename(&w, "app.log", "aside/app.log");
        world_start(&w);
        until_remembered();
        world_rename(&w, "aside/app.log", "app.log");
        for (int k = 0; k < 3000 && gone() > 0; k++)
            world_run(&w, 1);
        world_save(&w);
        ck_assert_uint_eq(gone(), 0);
    }
    world_restart(&w);
    world_run(&w, 20);
    world_save(&w);
    ck_assert_uint_eq(w.memory.n, 0); /* a new run writes what is still gone */
    world_settle(&w);
}
