/* What a machine refuses now and then: watches, descriptors, directories, reads of pipes. Nothing is
 * lost by it and nothing comes twice. */
#include "config.h"

#include "failing.h"
#include "suite.h"

#include "input/packers.h"
#include "input/tail_world.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct world w;

static void begin(void)
{
    world_init(&w, "*.log");
}

static void end(void)
{
    world_release(&w);
}

/* Follows this as it is written, not below the directory. */
static void follow_as_it_is(const char *glob)
{
    free(w.globs[0]);
    w.globs[0] = xstrdup(glob);
    world_start(&w);
    world_run(&w, 10);
}

FIXTURE(begin, end);

TEST(without_inotify_all_is_looked_at)
{
    failing_call("sys_inotify_init1", 1, EMFILE);
    world_start(&w);
    ck_assert(failing_happened());
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    world_rename(&w, "a.log", "a.log.1");
    world_expect(&w, "a.log", "two\n");
    world_settle(&w);
}

TEST_EACH(without_a_watch_all_is_looked_at, 3)
{
    static const int errors[] = {ENOSPC, ENOMEM, EACCES};

    world_start(&w);
    failing_call("sys_inotify_add_watch", 1, errors[_i]);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    ck_assert(failing_happened());
    world_expect(&w, "a.log", "two\n");
    world_settle(&w);
}

/* Of two directories; that there is no watch is said once. */
TEST(two_directories_without_a_watch)
{
    free(w.globs[0]);
    w.globs[0] = xstrdup(world_path(&w, "*/*.log"));
    ck_assert_int_eq(mkdir(world_path(&w, "x"), 0700), 0);
    ck_assert_int_eq(mkdir(world_path(&w, "y"), 0700), 0);
    world_start(&w);
    for (int i = 0; i < 20; i++) {
        failing_call("sys_inotify_add_watch", 1, ENOSPC);
        world_run(&w, 6);
    }
    world_expect(&w, "x/a.log", "one\n");
    world_expect(&w, "y/a.log", "two\n");
    world_settle(&w);
}

/* Each of the first calls of a start, whichever it is, fails once. */
static void expect_start_with(const char *call, int error)
{
    bool failed = true;

    for (unsigned nth = 1; failed && nth < 40; nth++) {
        world_expect(&w, "a.log", "one\n");
        world_expect(&w, "b.log", "two\n");
        failing_call(call, nth, error);
        if (!w.set)
            world_start(&w);
        world_settle(&w);
        failed = failing_happened();
        failing_call(call, 0, 0);
        world_restart(&w);
        world_settle(&w);
    }
}

TEST(a_directory_that_cannot_be_read_for_a_moment)
{
    expect_start_with("sys_opendir", EMFILE);
}

TEST(a_directory_that_was_there_a_moment_ago)
{
    expect_start_with("sys_opendir", ENOENT);
}

TEST(a_directory_whose_names_end_too_early)
{
    expect_start_with("sys_readdir", EIO);
}

static void move_on(unsigned nth)
{
    if (nth % 3 == 0) {
        world_rename(&w, "a.log", "a.log.1");
    } else if (nth % 3 == 1) { /* an editor */
        world_copy(&w, "a.log", "a.tmp");
        world_rename(&w, "a.tmp", "a.log");
    } else {
        world_copy(&w, "a.log", "a.log.1");
        world_truncate(&w, "a.log", 0);
    }
}

/* Rotated, edited, copied and truncated: one call fails meanwhile, whichever it is. */
TEST_EACH(an_error_is_no_conclusion, 4)
{
    static const struct {
        const char *name;
        int error;
    } calls[] = {
        {"sys_statx", EIO}, {"sys_pread", EIO}, {"sys_open", EMFILE}, {"sys_readdir", EIO}};

    world_start(&w);
    for (unsigned nth = 1; nth < 25; nth++) {
        char line[40];

        (void)snprintf(line, sizeof(line), "line %u\n", nth);
        world_expect(&w, "a.log", line);
        world_settle(&w);
        failing_call(calls[_i].name, 1 + nth / 3, calls[_i].error);
        move_on(nth);
        (void)snprintf(line, sizeof(line), "line %u, later\n", nth);
        world_expect(&w, "a.log", line);
        world_settle(&w);
        failing_call(calls[_i].name, 0, 0);
        (void)unlink(world_path(&w, "a.log.1"));
    }
}

static void note_away(void *ctx, const struct tail_known *k)
{
    *(bool *)ctx |= strstr(k->path, "/away/") != NULL;
}

static bool is_known_away(void)
{
    bool away = false;

    tailset_known(w.set, note_away, &away);
    return away;
}

/* Moved where nobody looks: whichever look fails meanwhile, it is known where it is after a restart. */
TEST_EACH(a_file_that_is_moved_away_is_found, 8)
{
    ck_assert_int_eq(mkdir(world_path(&w, "away"), 0700), 0);
    world_start(&w);
    world_expect(&w, "app.log", "one\n");
    world_settle(&w);
    failing_call("sys_statx", 1 + (unsigned)_i, ENOMEM);
    world_rename(&w, "app.log", "away/app.log");
    for (int i = 0; i < 1000 && !(failing_happened() && is_known_away()); i++)
        world_run(&w, 10);
    ck_assert(failing_happened());
    world_save(&w);
    world_kill(&w);
    world_expect(&w, "away/app.log", "two\n");
    world_start(&w);
    world_settle(&w);
}

TEST(a_path_that_is_no_directory_yet)
{
    free(w.globs[0]);
    w.globs[0] = xstrdup(world_path(&w, "sub/*.log"));
    world_write(&w, "sub", "a file\n");
    world_start(&w);
    world_run(&w, 20);
    world_remove(&w, "sub");
    ck_assert_int_eq(symlink("sub", world_path(&w, "sub")), 0); /* a loop */
    world_run(&w, 20);
    world_remove(&w, "sub");
    ck_assert_int_eq(mkdir(world_path(&w, "sub"), 0700), 0);
    world_expect(&w, "sub/a.log", "one\n");
    world_settle(&w);
    world_rename(&w, "sub", "elsewhere");
    world_write(&w, "sub", "a file\n");
    world_run(&w, 20);
    world_remove(&w, "sub");
    world_rename(&w, "elsewhere", "sub");
    world_expect(&w, "sub/a.log", "two\n");
    world_settle(&w);
}

static void expect_wanting(unsigned unmatched, unsigned unreadable, unsigned nuls)
{
    struct tail_log_wanting is;

    tailset_log_wanting(w.set, 0, &is);
    if (is.unmatched != unmatched || is.unreadable != unreadable || is.nuls != nuls)
        ck_abort_msg("unmatched %u, unreadable %u, nuls %u", is.unmatched, is.unreadable, is.nuls);
}

TEST(what_a_log_asks_for_and_does_not_get_is_said_as_long_as_it_is_so)
{
    w.globs[1] = xstrdup(world_path(&w, "other*/*.txt"));
    w.log.nglobs = 2;
    world_start(&w);
    expect_wanting(0, 0, 0); /* before anybody looked */
    world_run(&w, 10);
    expect_wanting(2, 0, 0);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    expect_wanting(1, 0, 0);
    ck_assert_int_eq(mkdir(world_path(&w, "other"), 0700), 0);
    /* A turn may look twice, and the second look succeed: then another directory is tried. */
    struct tail_log_wanting is = {0};
    for (int i = 0; is.unreadable == 0; i++) {
        char name[32];

        ck_assert_int_lt(i, 10000);
        (void)snprintf(name, sizeof(name), "other%d", i);
        failing_call("sys_opendir", 1, EACCES);
        ck_assert_int_eq(mkdir(world_path(&w, name), 0700), 0);
        ck_quietly(loop_turn(w.loop, 1) == 0);
        tailset_log_wanting(w.set, 0, &is);
    }
    world_expect(&w, "other/b.txt", "two\n");
    world_settle(&w);
    expect_wanting(0, 0, 0);
    ck_assert_int_eq(truncate(world_path(&w, "a.log"), 100), 0);
    while (is.nuls == 0) {
        world_run(&w, 1);
        tailset_log_wanting(w.set, 0, &is);
    }
    world_expect(&w, "a.log", "three\n");
    world_settle(&w);
    expect_wanting(0, 0, 0);
}

TEST(a_saved_state_is_taken_whole_or_not_at_all)
{
    struct buf longer = BUF_INIT;

    world_start(&w);
    world_expect(&w, "a.log", "one\n");
    world_expect(&w, "b.log", "two\n");
    world_settle(&w);
    world_save(&w);
    tailset_free(w.set);
    w.has_state = false;
    world_start(&w);
    buf_slice(&longer, buf_all(&w.saved));
    buf_char(&longer, 0);
    ck_assert_int_eq(tailset_restore(w.set, buf_all(&longer), SLICE("")), -EBADMSG);
    buf_release(&longer);
    for (size_t n = 0; n < w.saved.n; n++)
        if (tailset_restore(w.set, slice_make(w.saved.p, n), SLICE("")) != -EBADMSG)
            ck_abort_msg("%zu of %zu bytes are taken", n, w.saved.n);
    ck_assert_int_eq(tailset_restore(w.set, buf_all(&w.saved), SLICE("")), 0);
    w.has_state = true;
    world_expect(&w, "a.log", "three\n");
    world_settle(&w);
}

TEST(paths_may_be_relative)
{
    char before[4096];

    ck_assert_ptr_nonnull(getcwd(before, sizeof(before)));
    ck_assert_int_eq(chdir(w.dir), 0);
    ck_assert_int_eq(mkdir("sub", 0700), 0);
    follow_as_it_is("./**/*.log");
    world_expect(&w, "a.log", "one\n");
    world_expect(&w, "sub/a.log", "two\n");
    world_settle(&w);
    world_rename(&w, "a.log", "a.log.1");
    world_expect(&w, "a.log", "three\n");
    world_settle(&w);
    ck_assert_int_eq(chdir(before), 0);
}

TEST(a_read_of_events_may_be_interrupted)
{
    world_start(&w);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    failing_call("sys_read", 1, EINTR);
    world_expect(&w, "a.log", "two\n");
    world_settle(&w);
    ck_assert(failing_happened());
}

TEST(the_root_is_a_directory_as_any)
{
    follow_as_it_is("/lt-no-such-name-*.log");
    world_run(&w, 20);
    ck_assert_uint_eq(w.open_files, 0);
}

TEST(directories_are_followed_to_a_depth)
{
    char path[512] = "";

    free(w.globs[0]);
    w.globs[0] = xstrdup(world_path(&w, "**/*.log"));
    world_start(&w);
    for (int depth = 1; depth < 80; depth++) {
        (void)snprintf(path + strlen(path), 4, "d/");
        (void)mkdir(world_path(&w, path), 0700);
        if (depth == 40 || depth == 79) {
            char name[sizeof path + sizeof "a.log"];

            (void)snprintf(name, sizeof(name), "%sa.log", path);
            if (depth == 40)
                world_expect(&w, name, "one\n");
            else
                world_write(&w, name, "too deep\n");
        }
    }
    world_settle(&w);
}

/* More events than the kernel keeps: two files in turn, since equal neighbours merge. */
TEST(events_that_were_lost_are_no_lines_that_were)
{
    world_expect(&w, "a.log", "one\n");
    world_expect(&w, "b.log", "one\n");
    world_start(&w);
    world_settle(&w);
    int a = open(world_path(&w, "a.log"), O_WRONLY | O_APPEND),
        b = open(world_path(&w, "b.log"), O_WRONLY | O_APPEND);

    for (int i = 0; i < 20000; i++) {
        world_put(i % 2 ? a : b, "x\n");
        world_expect_line(&w, "x\n");
    }
    world_rename(&w, "a.log", "a.log.1");
    world_put(a, "late\n");
    world_expect_line(&w, "late\n");
    world_expect(&w, "a.log", "new\n");
    world_settle(&w);
    (void)close(a);
    (void)close(b);
}

TEST_EACH(descriptors_that_are_gone_come_back, 2)
{
    world_start(&w);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    failing_call("sys_open", 1, _i ? ENFILE : EMFILE);
    world_expect(&w, "b.log", "two\n");
    world_expect(&w, "a.log", "three\n");
    world_settle(&w);
    ck_assert(failing_happened());
}

/* By the limit of the machine: large, small, tiny, and not to be had. */
TEST_EACH(any_limit_of_descriptors_is_enough, 4)
{
    static const rlim_t limits[] = {(1 << 20) + 1, 1024, 100, 0};
    struct rlimit limit;
    char name[16], line[16];

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limits[_i] > limit.rlim_max)
        return;
    if (limits[_i] > 0)
        limit.rlim_cur = limits[_i];
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    world_start(&w);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 80; i++) {
            if (limits[_i] == 0)
                failing_call("sys_getrlimit", 1 + (unsigned)i % 3, EINVAL);
            (void)snprintf(name, sizeof(name), "%d.log", i);
            (void)snprintf(line, sizeof(line), "%d %d\n", round, i);
            world_expect(&w, name, line);
            if (i % 8 == 0)
                world_run(&w, 1);
        }
        world_settle(&w);
    }
}

static void put_packed(const char *name, struct slice text)
{
    struct buf packed = BUF_INIT;
    FILE *to = fopen(world_path(&w, name), "w");

    ck_assert_ptr_nonnull(to);
    packers[0].add(text, &packed);
    ck_assert_uint_eq(fwrite(packed.p, 1, packed.n, to), packed.n);
    ck_assert_int_eq(fclose(to), 0);
    buf_release(&packed);
}

/* The rest of what is lost is in it; and it is met once. */
TEST(an_archive_that_cannot_be_read_for_a_moment)
{
    world_start(&w);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    world_expect(&w, "a.log", "two\n");
    put_packed("a.log.1.gz", SLICE("one\ntwo\n"));
    world_remove(&w, "a.log");
    world_start(&w);
    failing_call("sys_lseek", 1, EIO);
    world_settle(&w);
    ck_assert(failing_happened());
}

/* As many as there are: each is opened when it is its turn. */
TEST(archives_do_not_take_all_descriptors)
{
    enum { ARCHIVES = 80 };
    struct rlimit limit;
    char name[32], line[32];

    world_start(&w);
    for (int i = 0; i < ARCHIVES; i++) {
        (void)snprintf(name, sizeof(name), "%d.log", i);
        (void)snprintf(line, sizeof(line), "%d of them\n", i);
        world_expect(&w, name, line);
    }
    world_settle(&w);
    world_save(&w);
    world_kill(&w);
    for (int i = 0; i < ARCHIVES; i++) {
        char text[64];

        (void)snprintf(text, sizeof(text), "%d of them\nand one more\n", i);
        (void)snprintf(name, sizeof(name), "%d.log.1.gz", i);
        put_packed(name, slice_str(text));
        world_expect_line(&w, "and one more\n");
        (void)snprintf(name, sizeof(name), "%d.log", i);
        world_remove(&w, name);
    }
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 64;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    world_start(&w);
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_READ_ERROR], 0);
}

/* It begins as what is gone, and goes on otherwise: what of it may count again is told once. */
TEST_EACH(an_archive_that_may_count_again_cannot_be_read_for_a_moment, 4)
{
    world_start(&w);
    world_expect(&w, "a.log", "one of them\ntwo of them\n");
    world_settle(&w);
    world_remove(&w, "a.log");
    world_run(&w, 300);
    failing_call("sys_lseek", 1 + (unsigned)_i, EIO);
    put_packed("a.log.1.gz", SLICE("one of them\nanother\n"));
    world_expect_line(&w, "one of them\n");
    world_expect_line(&w, "another\n");
    world_settle(&w);
    ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
}

/* The first half of them. */
static struct slice part_of(const struct buf *lines)
{
    const char *last = memrchr(lines->p, '\n', lines->n / 2);

    return slice_make(lines->p, (size_t)(last + 1 - lines->p));
}

TEST(an_archive_that_was_a_part_is_told_once)
{
    struct buf lines = BUF_INIT;

    for (int i = 0; i < 100; i++)
        buf_fmt(&lines, "line %d of the first generation\n", i);
    w.options.lost_wait_ns = 100 * NSEC_PER_SEC;
    world_start(&w);
    buf_char(&lines, '\0');
    world_expect(&w, "a.log", lines.p);
    lines.n--;
    world_settle(&w);
    world_remove(&w, "a.log");
    put_packed("a.log.1.gz", part_of(&lines));
    for (int i = 0; i < 3; i++) {
        world_restart(&w);
        world_run(&w, 300);
        ck_assert_uint_eq(w.notes[TAIL_AMBIGUOUS], 1);
    }
    buf_release(&lines);
}

/* Does what the archive holds then begin with all that was in the log? */
static const bool begins_alike[] = {false, true};

/* What replaced a log begins as that did, and all of the log is in an archive: no editor made it. */
TEST_EACH(an_archive_of_what_was_replaced_cannot_be_read_for_a_moment, 4)
{
    struct buf all = BUF_INIT;
    char line[64];

    world_start(&w);
    for (int i = 0; i < 100; i++) {
        snprintf(line, sizeof line, "line %d of a hundred\n", i);
        world_expect(&w, "a.log", line);
        buf_str(&all, line);
    }
    world_settle(&w);
    put_packed("a.log.1.gz", buf_all(&all));
    for (int i = 0; i < 100; i++) {
        snprintf(line, sizeof line, i < 60 ? "line %d of a hundred\n" : "line %d of another\n", i);
        world_expect(&w, "new", line);
    }
    failing_call("sys_lseek", 1 + (unsigned)_i, EIO);
    world_rename(&w, "new", "a.log");
    world_settle(&w);
    buf_release(&all);
}

TEST_EACH(an_archive_that_was_a_part_is_another_when_it_is_written_anew, 2)
{
    struct buf lines = BUF_INIT, anew = BUF_INIT;
    struct stat before, after;

    for (int i = 0; i < 100; i++)
        buf_fmt(&lines, "line %d of the first generation\n", i);
    w.options.lost_wait_ns = 100 * NSEC_PER_SEC;
    world_start(&w);
    buf_char(&lines, '\0');
    world_expect(&w, "a.log", lines.p);
    lines.n--;
    world_settle(&w);
    world_remove(&w, "a.log");
    put_packed("a.log.1.gz", part_of(&lines));
    world_restart(&w);
    world_run(&w, 300);
    ck_assert_int_eq(stat(world_path(&w, "a.log.1.gz"), &before), 0);
    if (begins_alike[_i])
        buf_slice(&anew, buf_all(&lines));
    for (int i = 0; i < 50; i++) {
        char line[64];

        snprintf(line, sizeof line, "line %d of the next one\n", i);
        world_expect_line(&w, line);
        buf_str(&anew, line);
    }
    put_packed("a.log.1.gz", buf_all(&anew));
    ck_assert_int_eq(stat(world_path(&w, "a.log.1.gz"), &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    world_settle(&w);
    buf_release(&lines);
    buf_release(&anew);
}

/* Reads that fail again and again are tried again, later each time. */
TEST(a_file_that_fails_for_long_is_read_in_the_end)
{
    struct tail_log_status s;

    world_start(&w);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    world_expect(&w, "a.log", "two\n");
    for (int i = 0; i < 2; i++) {
        failing_call("sys_pread", 1, EIO);
        while (!failing_happened())
            world_run(&w, 1);
    }
    tailset_log_status(w.set, 0, &s);
    ck_assert_uint_eq(s.failing, 1);
    ck_assert_uint_eq(w.notes[TAIL_READ_ERROR], 2);
    world_settle(&w);
    tailset_log_status(w.set, 0, &s);
    ck_assert_uint_eq(s.failing, 0);
}

TEST(all_that_was_seen_of_what_could_not_be_read_is_lost_with_it)
{
    static const char text[] = "never read, and cut\n";

    world_start(&w);
    failing_calls("sys_open", EIO);
    world_write(&w, "a.log", text);
    world_until(&w, &w.notes[TAIL_READ_ERROR], 1);
    world_truncate(&w, "a.log", 5);
    world_run(&w, 30);
    world_remove(&w, "a.log");
    world_until(&w, &w.notes[TAIL_VANISHED], 1);
    ck_assert_uint_eq(w.notes[TAIL_LOST_VANISHED], sizeof(text) - 1);
    ck_assert_uint_eq(w.lines.n, 0);
}

static void save_before_all_is_read(void)
{
    w.heard = NULL;
    world_save(&w);
}

static void replace_before_it_is_opened(void)
{
    w.heard = NULL;
    world_write(&w, "new", "two\nthree\n");
    world_rename(&w, "new", "a.log");
}

TEST(what_is_replaced_before_it_is_opened_again_is_in_what_replaced_it)
{
    world_start(&w);
    w.heard = save_before_all_is_read;
    world_write(&w, "b.log", "one\n");
    world_write(&w, "a.log", "two\n");
    while (w.heard)
        world_run(&w, 1);
    world_kill(&w);
    w.heard = replace_before_it_is_opened;
    world_write(&w, "b.log", "four\n");
    world_start(&w);
    while (w.lines.n < 5) /* "one" twice: when it was saved, b.log was not yet read so far */
        world_run(&w, 1);
    world_run(&w, 30);
    ck_assert_uint_eq(w.lines.n, 5);
    ck_assert_uint_eq(w.notes[TAIL_LOST_VANISHED], 0);
}

TEST(the_times_may_be_those_of_every_day)
{
    w.options.reconcile_ns = w.options.collect_ns = w.options.lost_wait_ns = w.options.keep_ns = 0;
    w.options.max_line = 0;
    world_start(&w);
    world_expect(&w, "a.log", "one\n");
    world_settle(&w);
    world_rename(&w, "a.log", "a.log.1");
    world_expect(&w, "a.log", "two\n");
    world_settle(&w);
}

static int follow_pipe(void)
{
    int fd;

    ck_assert_int_eq(mkfifo(world_path(&w, "pipe"), 0600), 0);
    world_start(&w);
    world_follow(&w, "pipe");
    fd = open(world_path(&w, "pipe"), O_WRONLY | O_NONBLOCK);
    ck_assert_int_ge(fd, 0);
    return fd;
}

TEST(a_pipe_rests_with_the_rest)
{
    int fd = follow_pipe();

    tailset_rest(w.set, true);
    world_put(fd, "one\n");
    world_run(&w, 20);
    ck_assert_uint_eq(w.lines.n, 0);
    tailset_rest(w.set, false);
    world_expect_line(&w, "one\n");
    world_settle(&w);
    (void)close(fd);
}

/* Of a pipe nothing is kept. */
TEST(a_pipe_that_no_log_wants_is_let_go)
{
    struct tail_options none = w.options;
    int fd = follow_pipe();

    world_put(fd, "one\n");
    world_expect_line(&w, "one\n");
    world_settle(&w);
    none.nlogs = 0;
    tailset_reconfigure(w.set, &none);
    ck_assert_uint_eq(w.open_files, 0);
    tailset_reconfigure(w.set, &w.options);
    world_run(&w, 50); /* a pipe that is opened again holds what came before */
    world_put(fd, "two\n");
    world_expect_line(&w, "two\n");
    world_settle(&w);
    (void)close(fd);
}

/* Whatever it is called, and however its name is written: who writes to it notices nothing. */
TEST_EACH(a_pipe_stays_open_over_a_reload, 2)
{
    const char *name = _i ? "pipe.gz" : "./pipe";
    int fd;

    ck_assert_int_eq(chdir(w.dir), 0);
    ck_assert_int_eq(mkfifo(name, 0600), 0);
    follow_as_it_is(name);
    fd = open(name, O_WRONLY | O_NONBLOCK);
    ck_assert_int_ge(fd, 0);
    world_put(fd, "one\nhalf");
    world_expect_line(&w, "one\n");
    world_settle(&w);
    tailset_reconfigure(w.set, &w.options);
    world_run(&w, 20);
    world_put(fd, " of two\n");
    world_expect_line(&w, "half of two\n");
    world_settle(&w);
    (void)close(fd);
}

TEST_EACH(a_read_of_a_pipe_may_be_interrupted, 2)
{
    int fd = follow_pipe();

    failing_call("sys_read", 1, _i ? EINTR : EAGAIN);
    world_put(fd, "one\n");
    world_expect_line(&w, "one\n");
    world_settle(&w);
    (void)close(fd);
}

TEST(a_pipe_that_cannot_be_read_hands_out_what_it_has)
{
    struct tail_log_status s;
    int fd = follow_pipe();

    world_put(fd, "half a line");
    world_run(&w, 10);
    tailset_log_status(w.set, 0, &s);
    ck_assert_uint_eq(s.open, 1);
    failing_call("sys_read", 1, EIO);
    world_put(fd, "more");
    world_expect_line(&w, "half a line");
    world_settle(&w);
    tailset_log_status(w.set, 0, &s);
    ck_assert_uint_eq(s.open, 0);
    ck_assert_uint_eq(w.notes[TAIL_READ_ERROR], 1);
    (void)close(fd);
}

TEST(a_pipe_that_cannot_be_opened_is_tried_again)
{
    int fd;

    world_start(&w);
    world_follow(&w, "pipe");
    ck_assert_int_eq(mkfifo(world_path(&w, "pipe"), 0600), 0);
    failing_call("sys_open", 1, ENXIO);
    world_run(&w, 10);
    while ((fd = open(world_path(&w, "pipe"), O_WRONLY | O_NONBLOCK)) < 0)
        world_run(&w, 1);
    world_put(fd, "one\n");
    world_expect_line(&w, "one\n");
    world_settle(&w);
    (void)close(fd);
}

/* That a pipe was replaced is only believed when all can be seen. */
TEST(a_pipe_that_cannot_be_looked_at_is_still_read)
{
    static const char *const calls[] = {"sys_statx", "sys_statx", "sys_ioctl"};
    int fd = follow_pipe();

    world_remove(&w, "pipe"); /* and nothing in its place */
    world_run(&w, 10);
    for (unsigned i = 0; i < 3; i++) {
        failing_call(calls[i], 1 + i % 2, EIO);
        world_run(&w, 10);
        world_put(fd, "one\n");
        world_expect_line(&w, "one\n");
        world_settle(&w);
    }
    (void)close(fd);
}

/* Its input is what the test gives it. */
static void with_input(int fd)
{
    ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    (void)close(fd);
    follow_as_it_is("-");
}

TEST(the_standard_input_is_read_to_its_end)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    with_input(ends[0]);
    world_put(ends[1], "one\nlast");
    world_expect_line(&w, "one\n");
    world_settle(&w);
    (void)close(ends[1]);
    world_expect_line(&w, "last");
    world_settle(&w);
    world_run(&w, 20); /* and not opened again */
    world_settle(&w);
}

TEST(the_last_line_of_the_standard_input_may_be_too_long)
{
    int ends[2];

    w.options.max_line = 10;
    ck_assert_int_eq(pipe(ends), 0);
    with_input(ends[0]);
    world_put(ends[1], "one\nlonger than ten bytes");
    world_expect_line(&w, "one\n");
    world_settle(&w);
    (void)close(ends[1]);
    world_until(&w, &w.notes[TAIL_TOO_LONG], 1);
    world_settle(&w);
}

/* epoll takes no regular file: it is read by the clock. */
TEST(the_standard_input_may_be_a_file)
{
    world_write(&w, "input", "one\ntwo\nlast");
    world_expect_line(&w, "one\n");
    world_expect_line(&w, "two\n");
    world_expect_line(&w, "last");
    with_input(open(world_path(&w, "input"), O_RDONLY));
    world_settle(&w);
}

TEST(the_standard_input_may_be_closed)
{
    (void)close(STDIN_FILENO);
    follow_as_it_is("-");
    world_run(&w, 20);
    ck_assert_uint_eq(w.lines.n, 0);
}
