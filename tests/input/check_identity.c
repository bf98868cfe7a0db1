/* Which content is it? The table of identity on a real file system, row by row: what was away and is
 * back, cut, or rewritten, goes on; what was written again is new. check_judge.c has the same rows
 * without files. */
#include "config.h"

#include "suite.h"

#include "input/tail_world.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "input/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHORT_MS = 200, MANY = 200 };
static struct world w;

static void begin_with(int64_t reconcile_ns)
{
    world_init(&w, "logs/*.log");
    w.options.reconcile_ns = reconcile_ns;
    ck_assert_int_eq(mkdir(world_path(&w, "logs"), 0755), 0);
    world_start(&w);
    world_expect(&w, "logs/app.log", "first 1\nfirst 2\nfirst 3\n");
    world_settle(&w);
    world_save(&w);
}

static void begin(void)
{
    begin_with(5 * NSEC_PER_MSEC);
}

/* Only events: nothing stands still for two reconciles. */
static void begin_moving(void)
{
    begin_with(60 * NSEC_PER_SEC);
}

static void end(void)
{
    world_release(&w);
}

static void shell(const char *command)
{
    char text[600];

    (void)snprintf(text, sizeof(text), "cd %s && %s", w.dir, command);
    ck_assert_int_eq(system(text), 0);
}

static const char *line_of_many(int i)
{
    static char text[64];

    (void)snprintf(text, sizeof(text), "line %d of two hundred, squared %d\n", i, i * i);
    return text;
}

/* The same lines, as long as row 9 asks for. */
static void expect_much(void)
{
    for (int i = 0; i < MANY; i++)
        world_expect(&w, "logs/app.log", line_of_many(i));
    world_settle(&w);
    world_save(&w);
}

static void expect_much_again(void)
{
    for (int i = 0; i < MANY; i++)
        world_expect_line(&w, line_of_many(i));
}

static void expect_again(const char *text)
{
    char line[100];
    int n;

    for (; sscanf(text, "%99[^\n]%n", line, &n) == 1; text += n + 1) {
        line[n] = '\n';
        line[n + 1] = 0;
        world_expect_line(&w, line);
    }
}

FIXTURE(begin_moving, end);

TEST(row_0_a_slow_copy_back_is_not_judged_before_it_is_complete)
{
    static const char *const parts[] = {"", "fir", "st 1\nfirst 2\n", "first 3\n"};

    shell("cp -p logs/app.log kept && rm logs/app.log");
    world_run(&w, 20);
    for (int i = 0; i < 4; i++) {
        world_write(&w, "logs/app.log", parts[i]);
        world_run(&w, 20);
    }
    shell("touch -r kept logs/app.log");
    world_settle(&w);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 0);
}

TEST(row_0_what_differs_is_read_at_once)
{
    world_remove(&w, "logs/app.log");
    world_run(&w, 20);
    world_expect(&w, "logs/app.log", "first 1\n");
    world_run(&w, 20);
    world_expect(&w, "logs/app.log", "second\n");
    world_settle(&w);
}

TEST(row_0_what_waits_and_is_deleted_is_read)
{
    for (int i = 0; i < 3; i++) {
        world_remove(&w, "logs/app.log");
        world_run(&w, 20);
        world_expect(&w, "logs/app.log", "first 1\nfirst 2\nfirst 3\n");
        world_run(&w, 20);
    }
    world_remove(&w, "logs/app.log");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_VANISHED], 0);
}

TEST(row_0_what_waits_and_is_replaced_by_a_copy_counts_once_more)
{
    world_kill(&w);
    shell("cp logs/app.log tmp && mv tmp logs/app.log");
    world_start(&w);
    world_run(&w, 20);
    shell("cp logs/app.log tmp && mv tmp logs/app.log");
    expect_again("first 1\nfirst 2\nfirst 3\n");
    world_settle(&w);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
}

TEST(row_4_an_editor_takes_lines_away_and_more_are_written_before_anybody_looked)
{
    expect_much();
    shell("sed -i -e '$d' logs/app.log");
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

TEST(row_4_late_lines_of_the_old_inode_come_before_the_new_one_goes_on)
{
    int old = open(world_path(&w, "logs/app.log"), O_WRONLY | O_APPEND);

    shell("cp logs/app.log new && mv new logs/app.log");
    world_put(old, "late\n");
    world_expect_line(&w, "late\n");
    world_expect(&w, "logs/app.log", "and in the new one\n");
    world_settle(&w);
    (void)close(old);
}

TEST(row_8_copied_back_with_its_times_while_it_is_followed)
{
    expect_much();
    shell("cp -a logs/app.log kept && rm logs/app.log");
    world_run(&w, 20);
    shell("cp -a kept logs/app.log");
    world_settle(&w);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 0);
}

TEST(row_9_copied_back_and_written_on)
{
    expect_much();
    shell("cp logs/app.log kept && rm logs/app.log");
    world_run(&w, 20);
    world_write(&w, "kept", "later\n");
    world_expect_line(&w, "later\n");
    shell("cp kept logs/app.log");
    world_settle(&w);
}

FIXTURE(begin, end);

TEST(row_3_a_directory_that_was_away_at_a_start_is_known_when_it_is_back)
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

TEST(row_3_a_file_that_was_away_is_known_when_it_is_back)
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

TEST(row_3_a_wrong_path_is_corrected_after_a_restart)
{
    world_save(&w);
    world_follow(&w, "lgos/*.log");
    world_run(&w, SHORT_MS);
    world_save(&w);
    world_follow(&w, "logs/*.log");
    world_settle(&w);
}

TEST(row_8_a_file_restored_with_its_time_is_known)
{
    shell("cp -p logs/app.log kept && rm logs/app.log");
    world_run(&w, SHORT_MS);
    world_restart(&w);
    world_run(&w, SHORT_MS);
    shell("cp -p kept new && mv new logs/app.log");
    world_settle(&w);
}

TEST(row_10_a_job_that_deletes_its_log_and_writes_the_same_again_is_new_each_time)
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

TEST(row_10_the_same_written_again_after_a_while_is_new_and_told)
{
    world_remove(&w, "logs/app.log");
    world_run(&w, SHORT_MS);
    world_restart(&w);
    world_run(&w, SHORT_MS);
    world_expect(&w, "logs/app.log", "first 1\nfirst 2\nfirst 3\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
}

TEST(row_10_the_same_written_again_while_nobody_looked_is_new_and_told)
{
    world_kill(&w);
    shell("cp logs/app.log new && mv new logs/app.log");
    expect_again("first 1\nfirst 2\nfirst 3\n");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
}

TEST(row_10_unlinked_and_copied_without_its_times)
{
    shell("cp logs/app.log kept && rm logs/app.log");
    world_run(&w, SHORT_MS);
    shell("cp kept logs/app.log");
    expect_again("first 1\nfirst 2\nfirst 3\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
}

TEST(row_10_most_of_it_written_again_is_told)
{
    world_kill(&w);
    shell("sed -i '$d' logs/app.log");
    expect_again("first 1\nfirst 2\n");
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
}

/* An editor that keeps what was, or a rotator, and a job that writes the same again? While logtally
 * looks, and after a start. */
static void expect_set_aside_told(const char *aside)
{
    expect_much();
    for (unsigned n = 1; n <= 2; n++) {
        if (n == 2)
            world_kill(&w);
        world_copy(&w, "logs/app.log", "new");
        world_rename(&w, "logs/app.log", aside);
        if (n == 1)
            world_run(&w, SHORT_MS);
        world_rename(&w, "new", "logs/app.log");
        expect_again("first 1\nfirst 2\nfirst 3\n");
        expect_much_again();
        if (n == 2)
            world_start(&w);
        world_settle(&w);
        world_save(&w);
        ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], n);
    }
}

TEST(row_10_set_aside_under_any_name_and_written_anew_is_told)
{
    expect_set_aside_told("logs/app.log~");
}

TEST(row_10_set_aside_under_a_rotated_name_and_written_anew_is_told)
{
    expect_set_aside_told("logs/app.log.bak");
}

TEST(row_11_a_rotated_log_that_begins_with_the_same_lines_is_told_nothing_of)
{
    world_rename(&w, "logs/app.log", "logs/app.log.1");
    world_expect(&w, "logs/app.log", "first 1\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 0);
}

/* What the second generation shared with the first proves nothing of the third; also after a
 * restart. */
TEST(row_11_a_banner_that_is_known_is_nothing)
{
    uint64_t told;

    world_remove(&w, "logs/app.log");
    world_expect(&w, "logs/app.log", "first 1\nfirst 2\nother\n");
    world_settle(&w);
    told = w.notes[TAIL_AMBIGUOUS];
    world_restart(&w);
    world_remove(&w, "logs/app.log");
    world_expect(&w, "logs/app.log", "first 1\nfirst 2\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], told);
}

TEST(row_2_one_byte_cut_off_a_small_file)
{
    world_truncate(&w, "logs/app.log", 23);
    world_run(&w, SHORT_MS);
    world_write(&w, "logs/app.log", "\n");
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

TEST(row_2_a_banner_after_a_truncation_is_new)
{
    world_truncate(&w, "logs/app.log", 0);
    world_expect(&w, "logs/app.log", "first 1\n");
    world_settle(&w);
}

TEST(row_4_an_editor_takes_the_last_line_away)
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

TEST(row_3_a_crash_of_the_machine_cuts_a_log_to_less_than_half)
{
    world_kill(&w);
    world_truncate(&w, "logs/app.log", 8);
    reboot();
    world_start(&w);
    world_run(&w, SHORT_MS);
    world_expect(&w, "logs/app.log", "later\n");
    world_settle(&w);
}

TEST(row_3_a_crash_of_the_machine_cuts_a_log_that_is_written_on_before_the_start)
{
    world_kill(&w);
    world_truncate(&w, "logs/app.log", 12);
    world_write(&w, "logs/app.log", "\n");
    world_expect(&w, "logs/app.log", "written on, far behind where it was\n");
    reboot();
    world_start(&w);
    world_expect_line(&w, "firs\n"); /* half of a line that counted */
    world_settle(&w);
}

TEST(row_3_a_crash_of_the_machine_leaves_nuls)
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

/* Such a file is opened by where it was last, and not compared before it is read. */
TEST(row_3_a_crash_of_the_machine_cuts_what_was_moved_away)
{
    shell("mkdir elsewhere");
    world_rename(&w, "logs/app.log", "elsewhere/moved");
    world_run(&w, SHORT_MS);
    world_save(&w);
    world_kill(&w);
    world_truncate(&w, "elsewhere/moved", 8);
    reboot();
    world_start(&w);
    world_run(&w, SHORT_MS);
    world_expect(&w, "elsewhere/moved", "later\n");
    world_settle(&w);
}

/* It was read on since: what is cut of it now, no crash has cut. Held by its descriptor alone, it is not
 * opened again. */
TEST(row_2_a_banner_after_a_truncation_is_new_also_after_a_crash)
{
    shell("mkdir elsewhere");
    world_rename(&w, "logs/app.log", "elsewhere/moved");
    world_run(&w, SHORT_MS);
    world_save(&w);
    world_kill(&w);
    reboot();
    world_start(&w);
    world_expect(&w, "elsewhere/moved", "later\n");
    world_settle(&w);
    world_truncate(&w, "elsewhere/moved", 0);
    world_expect(&w, "elsewhere/moved", "first 1\n");
    world_settle(&w);
}

static void tail_of_version_0_1(const struct tail *t, struct buf *out)
{
    buf_u64(out, t->id.dev);
    buf_u64(out, t->id.ino);
    buf_u64(out, (uint64_t)t->id.birth_ns);
    buf_u64(out, t->offset);
    buf_u64(out, t->proved);
    buf_u8(out, t->skipping);
    buf_blob(out, slice_make(t->head, t->head_n));
    buf_blob(out, slice_make(t->tail, t->tail_n));
    buf_u64(out, 0); /* no marks */
}

/* A state of one log and one file, which has its own name, as version 0.1 wrote it. */
static void as_of_version_0_1(struct slice state, struct buf *out)
{
    enum { SUM = 7 * 8 };
    struct reader r = reader_of(state);
    struct slice stream, log;
    struct tail tail;

    (void)read_u32(&r);
    (void)read_blob(&r);
    r.p += SUM;
    buf_u32(out, 2);
    buf_u32(out, read_u32(&r));
    buf_blob(out, read_blob(&r));
    buf_u8(out, read_u8(&r));
    buf_u32(out, read_u32(&r));
    stream = read_vblob(&r);
    log = read_vblob(&r);
    buf_blob(out, stream);
    buf_blob(out, log);
    buf_blob(out, stream);
    for (int i = 0; i < 2; i++) { /* the path is the stream's, and there is no real one */
        (void)read_varint(&r);
        ck_assert_uint_eq(read_vblob(&r).n, 0);
    }
    buf_u8(out, (uint8_t)read_varint(&r));
    buf_u64(out, read_u64(&r));
    (void)read_u64(&r);
    tail_decode(&tail, &r);
    tail_of_version_0_1(&tail, out);
    tail_decode_count(&tail, &r);
    tail_release(&tail);
    buf_blob(out, read_vblob(&r));
    ck_assert_uint_eq(read_varint(&r), 0); /* it was read, so how it began need not be known */
    ck_assert_uint_eq(read_u32(&r), 0);
    ck_assert(!r.bad && r.p == r.end);
}

/* In a state of one log and one file. */
static void skip_to_tail(struct reader *r)
{
    enum { SUM = 7 * 8 };

    (void)read_u32(r);
    (void)read_blob(r);
    r->p += SUM;
    (void)read_u32(r);
    (void)read_blob(r);
    (void)read_u8(r);
    (void)read_u32(r);
    for (int i = 0; i < 2; i++) /* stream, log */
        (void)read_vblob(r);
    for (int i = 0; i < 2; i++) { /* path, real path */
        (void)read_varint(r);
        (void)read_vblob(r);
    }
    (void)read_varint(r);
    (void)read_u64(r);
    (void)read_u64(r);
}

/* As it began is saved by a hash that is the same in every version. */
TEST(a_state_says_how_what_was_not_read_began)
{
    static const char began[] = "\x0b\x95\x7a\xc6\xd8\x0bhalf a line";

    world_write(&w, "logs/other.log", "half a line");
    world_run(&w, SHORT_MS);
    world_save(&w);
    ck_assert_ptr_nonnull(memmem(w.saved.p, w.saved.n, began, sizeof(began) - 1));
}

/* Nor is one read that no version has written: what it says would be misread. */
TEST_EACH(a_state_of_a_format_of_no_version_is_refused, 3)
{
    static const char formats[] = {3, 4, 6};

    w.saved.p[0] = formats[_i];
    ck_assert_int_eq(tailset_restore(w.set, buf_all(&w.saved), buf_all(&w.memory)), -EBADMSG);
}

/* Nor one that knows hashes only of what is there. */
TEST(a_state_of_hashes_alone_is_refused)
{
    struct reader r = reader_of(buf_all(&w.saved));
    struct buf state = BUF_INIT;
    struct tail tail;

    skip_to_tail(&r);
    buf_add(&state, w.saved.p, (size_t)(r.p - w.saved.p));
    tail_decode(&tail, &r);
    tail.digest = xcalloc(1, sizeof *tail.digest);
    tail_encode(&tail, &state);
    tail_release(&tail);
    buf_add(&state, r.p, (size_t)(r.end - r.p));
    world_kill(&w);
    w.has_state = false;
    world_start(&w);
    ck_assert_int_eq(tailset_restore(w.set, buf_all(&state), SLICE("")), -EBADMSG);
    buf_release(&state);
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
