/* Which content is it: what was away and is back, cut, or rewritten, goes on; what was written again
 * is new. */
#include "config.h"

#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHORT_MS = 200 };
static struct world w;

static void begin(void)
{
    world_init(&w, "logs/*.log");
    ck_assert_int_eq(mkdir(world_path(&w, "logs"), 0755), 0);
    world_start(&w);
    world_expect(&w, "logs/app.log", "first 1\nfirst 2\nfirst 3\n");
    world_settle(&w);
    world_save(&w);
}

static void end(void)
{
    world_release(&w);
}

FIXTURE(begin, end);

static void shell(const char *command)
{
    char text[600];

    (void)snprintf(text, sizeof(text), "cd %s && %s", w.dir, command);
    ck_assert_int_eq(system(text), 0);
}

TEST(a_directory_that_was_away_at_a_start_is_known_when_it_is_back)
{
    world_kill(&w);
    world_rename(&w, "logs", "away");
    world_start(&w);
    world_run(&w, SHORT_MS);
    world_restart(&w);
    world_run(&w, SHORT_MS);
    world_rename(&w, "away", "logs");
    world_settle(&w);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

TEST(a_file_that_was_away_is_known_when_it_is_back)
{
    world_rename(&w, "logs/app.log", "app.log");
    world_run(&w, SHORT_MS);
    world_restart(&w);
    world_run(&w, SHORT_MS);
    world_rename(&w, "app.log", "logs/app.log");
    world_settle(&w);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

TEST(a_wrong_path_is_corrected_after_a_restart)
{
    world_save(&w);
    world_follow(&w, "lgos/*.log");
    world_run(&w, SHORT_MS);
    world_save(&w);
    world_follow(&w, "logs/*.log");
    world_settle(&w);
}

TEST(a_file_restored_with_its_time_is_known)
{
    shell("cp -p logs/app.log kept && rm logs/app.log");
    world_run(&w, SHORT_MS);
    world_restart(&w);
    world_run(&w, SHORT_MS);
    shell("cp -p kept new && mv new logs/app.log");
    world_settle(&w);
}

TEST(a_job_that_deletes_its_log_and_writes_the_same_again_is_new_each_time)
{
    for (int i = 0; i < 3; i++) {
        world_remove(&w, "logs/app.log");
        world_expect(&w, "logs/app.log", "first 1\nfirst 2\nfirst 3\n");
        world_settle(&w);
    }
    world_run(&w, SHORT_MS);
    world_restart(&w);
    world_settle(&w);
}

TEST(the_same_written_again_after_a_while_is_new_and_told)
{
    world_remove(&w, "logs/app.log");
    world_run(&w, SHORT_MS);
    world_restart(&w);
    world_run(&w, SHORT_MS);
    world_expect(&w, "logs/app.log", "first 1\nfirst 2\nfirst 3\n");
    world_settle(&w);
}

TEST(one_byte_cut_off_a_small_file)
{
    world_truncate(&w, "logs/app.log", 23);
    world_run(&w, SHORT_MS);
    world_write(&w, "logs/app.log", "\n");
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

TEST(a_banner_after_a_truncation_is_new)
{
    world_truncate(&w, "logs/app.log", 0);
    world_expect(&w, "logs/app.log", "first 1\n");
    world_settle(&w);
}

TEST(an_editor_takes_the_last_line_away)
{
    shell("sed -i '$d' logs/app.log");
    world_run(&w, SHORT_MS);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

/* In the state the boot id follows the format and its length. */
static void reboot(void)
{
    ck_assert_uint_gt(w.saved.n, 12);
    w.saved.p[8] = w.saved.p[8] == '0' ? '1' : '0';
}

TEST(a_crash_of_the_machine_cuts_a_log_to_less_than_half)
{
    world_kill(&w);
    world_truncate(&w, "logs/app.log", 8);
    reboot();
    world_start(&w);
    world_run(&w, SHORT_MS);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

TEST(a_crash_of_the_machine_leaves_nuls)
{
    world_kill(&w);
    world_truncate(&w, "logs/app.log", 12);
    world_truncate(&w, "logs/app.log", 24);
    reboot();
    world_start(&w);
    world_run(&w, SHORT_MS);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

static void copy_blob(struct reader *r, struct buf *out)
{
    buf_blob(out, read_blob(r));
}

static const char *after_tail(struct reader r)
{
    for (int i = 0; i < 5; i++)
        (void)read_u64(&r);
    (void)read_u8(&r);
    (void)read_blob(&r);
    (void)read_blob(&r);
    for (int marks = read_u64(&r) ? 16 : 0; marks > 0; marks--)
        (void)read_u64(&r);
    return r.p;
}

/* A state of one log and one file as version 0.1 wrote it: without boot id, sums, real path,
 * times, what its stream begins with, and count. */
static void as_of_version_0_1(struct slice state, struct buf *out)
{
    enum { SUM = 4 * 8, COUNT = 3 * 8 + 4 };
    struct reader r = reader_of(state);
    const char *count;

    (void)read_u32(&r);
    (void)read_blob(&r);
    r.p += SUM;
    buf_u32(out, 2);
    buf_u32(out, read_u32(&r));
    copy_blob(&r, out);
    buf_u8(out, read_u8(&r));
    buf_u32(out, read_u32(&r));
    for (int i = 0; i < 3; i++)
        copy_blob(&r, out);
    (void)read_blob(&r);
    buf_u8(out, read_u8(&r));
    buf_u64(out, read_u64(&r));
    (void)read_u64(&r);
    (void)read_u64(&r);
    (void)read_u32(&r);
    count = after_tail(r);
    buf_add(out, r.p, (size_t)(count - r.p));
    buf_add(out, count + COUNT, (size_t)(r.end - count - COUNT));
}

TEST(an_older_state_is_taken_up)
{
    struct buf old = BUF_INIT;

    world_kill(&w);
    as_of_version_0_1(buf_all(&w.saved), &old);
    buf_clear(&w.saved);
    buf_slice(&w.saved, buf_all(&old));
    buf_release(&old);
    world_start(&w);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}
