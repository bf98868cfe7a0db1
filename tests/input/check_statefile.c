/* The state file: old or new, never neither; what is bad is put aside, what is newer is left
 * alone. */
#include "config.h"

#include "failing.h"
#include "suite.h"
#include "tools.h"

#include "base/xalloc.h"
#include "input/crc32c.h"
#include "input/statefile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static struct statefile *file;
static struct buf err;
static struct saved_state saved;
static const struct memory_change no_memory; /* nothing is remembered */

static void begin(void)
{
    (void)snprintf(dir, sizeof(dir), "/tmp/lt-state-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(statefile_open(dir, &file, &err), 0);
}

static void end(void)
{
    statefile_close(file);
    buf_release(&err);
    buf_release(&saved.payload);
    buf_release(&saved.memory);
    remove_tree(dir);
}

static const char *in_dir(const char *name)
{
    static char path[4][128];
    static unsigned turn;
    char *p = path[turn++ % 4];

    (void)snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
    return p;
}

static bool exists(const char *name)
{
    return access(in_dir(name), F_OK) == 0;
}

static void save(const char *text)
{
    ck_assert_int_eq(statefile_save(file, slice_str(text), &no_memory, 1234567890), 0);
}

static void load(enum statefile_found want, const char *text)
{
    ck_assert_int_eq(statefile_load(file, &saved, &err), 0);
    ck_assert_int_eq(saved.found, want);
    ck_assert(slice_eq(buf_all(&saved.payload), slice_str(text)));
}

static void write_file(const char *name, const void *p, size_t n)
{
    put_file(in_dir(name), slice_make(p, n));
}

static void change_byte(const char *name, long at)
{
    FILE *f = fopen(in_dir(name), "r+");
    int c;

    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, at, SEEK_SET), 0);
    c = fgetc(f);
    ck_assert_int_eq(fseek(f, at, SEEK_SET), 0);
    ck_assert_int_ne(fputc(c ^ 0x40, f), EOF);
    ck_assert_int_eq(fclose(f), 0);
}

static size_t count_names(const char *begin)
{
    DIR *list = opendir(dir);
    const struct dirent *e;
    size_t n = 0;

    ck_assert_ptr_nonnull(list);
    while ((e = readdir(list)) != NULL)
        n += strncmp(e->d_name, begin, strlen(begin)) == 0;
    closedir(list);
    return n;
}

FIXTURE(begin, end);

TEST(nothing_saved_is_empty)
{
    load(STATEFILE_EMPTY, "");
    ck_assert_int_eq(saved.wall_ns, 0);
}

TEST(what_was_saved_last_is_loaded)
{
    save("one");
    save("two");
    load(STATEFILE_LOADED, "two");
    ck_assert_int_eq(saved.wall_ns, 1234567890);
    ck_assert(exists("state.1"));
    ck_assert_uint_eq(count_names("state.tmp"), 0);
    ck_assert(!exists("state.1.tmp"));
}

TEST(a_state_is_private)
{
    struct stat st;

    save("one");
    ck_assert_int_eq(stat(in_dir("state"), &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
}

TEST_EACH(any_flipped_bit_falls_back_to_the_generation_before, 67)
{
    long size = 60 + 3 + 4;

    save("one");
    save("two");
    change_byte("state", _i % size);
    if (_i == 8 || (_i > 8 && _i < 12)) { /* the version: a newer one is not damage */
        ck_assert_int_eq(statefile_load(file, &saved, &err), -EPROTO);
        return;
    }
    load(STATEFILE_PREVIOUS, "one");
    ck_assert(exists("state.damaged-1"));
    ck_assert(!exists("state"));
    ck_assert(exists("state.1"));
}

TEST_EACH(every_shortened_state_is_seen, 67)
{
    save("one");
    save("two");
    ck_assert_int_eq(truncate(in_dir("state"), _i), 0);
    load(STATEFILE_PREVIOUS, "one");
}

TEST(both_damaged_is_told_and_both_are_kept)
{
    save("one");
    save("two");
    change_byte("state", 41);
    write_file("state.1", "rubbish", 7);
    load(STATEFILE_DAMAGED, "");
    ck_assert_int_eq(saved.wall_ns, 0); /* nothing of what is damaged is believed */
    ck_assert(exists("state.damaged-1"));
    ck_assert(exists("state.damaged-2"));
    save("three");
    load(STATEFILE_LOADED, "three");
}

TEST(a_leftover_temporary_is_never_loaded)
{
    save("one");
    ck_assert_int_eq(rename(in_dir("state"), in_dir("state.tmp")), 0);
    load(STATEFILE_REMOVED, "");
}

TEST(a_newer_version_is_refused_and_left_alone)
{
    struct stat before, after;

    save("one");
    change_byte("state", 8);
    ck_assert_int_eq(stat(in_dir("state"), &before), 0);
    ck_assert_int_eq(statefile_load(file, &saved, &err), -EPROTO);
    ck_assert_ptr_nonnull(strstr(err.p, "newer"));
    ck_assert_int_eq(stat(in_dir("state"), &after), 0);
    ck_assert_int_eq(before.st_ino, after.st_ino);
}

/* As one that was saved by root: it is in order, only not for us to read. */
TEST(a_state_that_cannot_be_opened_is_refused_and_left_alone)
{
    struct stat st;

    save("one");
    save("two");
    ck_assert_int_eq(rename(in_dir("state"), in_dir("elsewhere")), 0);
    ck_assert_int_eq(symlink("elsewhere", in_dir("state")), 0);
    ck_assert_int_eq(statefile_load(file, &saved, &err), -ELOOP);
    ck_assert_ptr_nonnull(strstr(err.p, "\"state\""));
    ck_assert_int_eq(lstat(in_dir("state"), &st), 0);
}

TEST(a_second_process_is_refused)
{
    struct statefile *second = NULL;

    ck_assert_int_eq(statefile_open(dir, &second, &err), -EBUSY);
    ck_assert_ptr_null(second);
    ck_assert_ptr_nonnull(strstr(err.p, dir));
    statefile_close(file);
    file = NULL;
    ck_assert_int_eq(statefile_open(dir, &file, &err), 0);
}

TEST(a_directory_that_cannot_be_made_is_named)
{
    struct statefile *other = NULL;

    ck_assert_int_eq(statefile_open("/nonexistent/lt/state", &other, &err), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.p, "/nonexistent/lt/state"));
}

TEST(a_directory_is_made_when_its_parent_is_there)
{
    struct statefile *other = NULL;

    ck_assert_int_eq(statefile_open(in_dir("new"), &other, &err), 0);
    statefile_close(other);
    ck_assert(exists("new"));
}

TEST(a_failed_save_leaves_the_old_state_and_the_next_one_works)
{
    save("one");
    ck_assert_int_eq(mkdir(in_dir("state.1.tmp"), 0700), 0);
    ck_assert_int_lt(statefile_save(file, SLICE("two"), &no_memory, 1), 0);
    load(STATEFILE_LOADED, "one");
    ck_assert_int_eq(rmdir(in_dir("state.1.tmp")), 0);
    save("two");
    load(STATEFILE_LOADED, "two");
}

static void open_again(void)
{
    statefile_close(file);
    file = NULL;
    buf_clear(&err);
    ck_assert_int_eq(statefile_open(dir, &file, &err), 0);
}

/* A process that hangs in the kernel may yet rename its own. */
TEST(temporaries_of_others_are_removed_before_anything_is_read)
{
    save("one");
    write_file("elsewhere", "kept", 4);
    write_file("state.tmp", "old", 3);
    write_file("state.tmp-1f", "old", 3);
    ck_assert_int_eq(symlink("elsewhere", in_dir("state.tmp-2f")), 0);
    ck_assert_int_eq(mkfifo(in_dir("state.tmp-3f"), 0600), 0);
    open_again();
    ck_assert_uint_eq(count_names("state.tmp"), 0);
    ck_assert(exists("elsewhere"));
    load(STATEFILE_LOADED, "one");
}

TEST(who_gave_up_renames_nothing_any_more)
{
    struct statefile *second = NULL;

    save("one");
    statefile_abandon(file);
    ck_assert_int_eq(statefile_open(dir, &second, &err), 0);
    ck_assert_int_eq(statefile_save(second, SLICE("two"), &no_memory, 1), 0);
    ck_assert_int_eq(statefile_save(file, SLICE("late"), &no_memory, 1), -ECANCELED);
    statefile_close(file);
    file = second;
    load(STATEFILE_LOADED, "two");
    ck_assert_uint_eq(count_names("state.tmp"), 0);
}

TEST(a_state_that_was_removed_between_two_runs_is_told)
{
    save("one");
    save("two");
    ck_assert_int_eq(unlink(in_dir("state")), 0);
    open_again();
    load(STATEFILE_PREVIOUS, "one");
    ck_assert_int_eq(unlink(in_dir("state.1")), 0);
    open_again();
    load(STATEFILE_REMOVED, "");
    save("three");
    open_again();
    load(STATEFILE_LOADED, "three");
}

TEST(a_state_that_is_removed_is_missed_once)
{
    ck_assert(!statefile_missed(file)); /* there was none yet */
    save("one");
    ck_assert(!statefile_missed(file));
    ck_assert_int_eq(unlink(in_dir("state")), 0);
    ck_assert(statefile_missed(file));
    ck_assert(!statefile_missed(file));
    save("two");
    ck_assert(!statefile_missed(file));
    load(STATEFILE_LOADED, "two");
}

/* 0: it is removed; 1: moved away; 2: so, and another lies there; 3: only the lock is removed. */
TEST_EACH(a_directory_that_is_removed_moved_away_or_replaced_is_made_and_locked_again, 4)
{
    struct statefile *second = NULL;
    char away[sizeof(dir) + 8];

    (void)snprintf(away, sizeof(away), "%s.away", dir);
    save("one");
    if (_i == 0)
        remove_tree(dir);
    else
        ck_assert_int_eq(_i < 3 ? rename(dir, away) : unlink(in_dir("lock")), 0);
    if (_i == 2)
        ck_assert_int_eq(mkdir(dir, 0700), 0);
    ck_assert(statefile_missed(file));
    save("two");
    load(STATEFILE_LOADED, "two");
    ck_assert(exists("state"));
    ck_assert_int_eq(statefile_open(dir, &second, &err), -EBUSY);
    if (_i == 1 || _i == 2)
        remove_tree(away);
}

TEST(where_another_process_took_the_place_nothing_is_saved)
{
    struct statefile *second = NULL;

    save("one");
    ck_assert_int_eq(unlink(in_dir("lock")), 0);
    ck_assert_int_eq(statefile_open(dir, &second, &err), 0);
    ck_assert(statefile_missed(file));
    ck_assert_int_eq(statefile_save(file, SLICE("two"), &(struct memory_change){0}, 1), -EBUSY);
    statefile_close(second);
    save("three");
    load(STATEFILE_LOADED, "three");
}

TEST(no_lock_is_taken_in_what_is_no_file)
{
    struct statefile *second = NULL;

    ck_assert_int_eq(unlink(in_dir("lock")), 0);
    ck_assert_int_eq(mkfifo(in_dir("lock"), 0600), 0);
    ck_assert_int_eq(statefile_open(dir, &second, &err), -ENOTTY);
    ck_assert_int_eq(unlink(in_dir("lock")), 0);
    ck_assert_int_eq(symlink("elsewhere", in_dir("lock")), 0);
    ck_assert_int_eq(statefile_open(dir, &second, &err), -ELOOP);
    ck_assert(!exists("elsewhere"));
}

TEST(a_fifo_is_a_damaged_state)
{
    save("one");
    save("two");
    ck_assert_int_eq(unlink(in_dir("state")), 0);
    ck_assert_int_eq(mkfifo(in_dir("state"), 0600), 0);
    load(STATEFILE_PREVIOUS, "one");
}

TEST(a_state_of_somebody_else_is_refused_and_left_alone)
{
    save("one");
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chown(in_dir("state"), 4711, 4711), 0);
    ck_assert_int_eq(statefile_load(file, &saved, &err), -EPERM);
    ck_assert_ptr_nonnull(strstr(err.p, "belongs to somebody else"));
    ck_assert(exists("state"));
    ck_assert_int_eq(chown(dir, 4711, 4711), 0); /* whose the directory is may */
    load(STATEFILE_LOADED, "one");
}

/* Its bytes are not looked at, so they need not be there. */
TEST(a_state_that_no_start_could_load_is_not_saved)
{
    save("one");
    ck_assert_int_eq(statefile_save(file, slice_make("x", SIZE_MAX / 2), &no_memory, 0), -EFBIG);
    ck_assert_uint_eq(count_names("state.tmp"), 0);
    load(STATEFILE_LOADED, "one");
}

TEST(peek_changes_nothing)
{
    save("one");
    save("two");
    change_byte("state", 41);
    ck_assert_int_eq(statefile_peek(dir, &saved, &err), 0);
    ck_assert_int_eq(saved.found, STATEFILE_PREVIOUS);
    ck_assert(exists("state"));
    ck_assert(!exists("state.damaged-1"));
}

TEST(a_large_payload_survives)
{
    size_t n = 3 << 20;
    char *big = xmalloc(n);

    for (size_t i = 0; i < n; i++)
        big[i] = (char)(i * 31 >> 3);
    ck_assert_int_eq(statefile_save(file, slice_make(big, n), &no_memory, 1), 0);
    ck_assert_int_eq(statefile_load(file, &saved, &err), 0);
    ck_assert(slice_eq(buf_all(&saved.payload), slice_make(big, n)));
    free(big);
}

/* Each call of a save fails once: the state before stays, nothing lies about, and the next save
 * works. */
struct failing_step {
    const char *call;
    unsigned nth;
    int error;
};

TEST(each_step_of_a_save_may_fail)
{
    static const struct failing_step steps[] = {
        {"sys_openat", 1, ENOSPC}, {"sys_write", 1, ENOSPC}, {"sys_write", 2, EFBIG},
        {"sys_write", 3, EIO},     {"sys_fsync", 1, EIO},    {"sys_close", 1, EIO},
        {"sys_linkat", 1, EIO},    {"sys_renameat", 1, EIO}, {"sys_renameat", 2, EROFS},
        {"sys_fsync", 2, EIO},
    };

    save("one");
    save("two");
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        DIR *d;
        const struct dirent *e;
        bool last = i + 1 == sizeof(steps) / sizeof(steps[0]);

        failing_call(steps[i].call, steps[i].nth, steps[i].error);
        if (statefile_save(file, SLICE("three"), &no_memory, 1) != -steps[i].error ||
            !failing_happened())
            ck_abort_msg("%s %u did not fail", steps[i].call, steps[i].nth);
        d = opendir(dir);
        while ((e = readdir(d)) != NULL)
            if (strncmp(e->d_name, "state.tmp", 9) == 0)
                ck_abort_msg("%s %u leaves %s", steps[i].call, steps[i].nth, e->d_name);
        (void)closedir(d);
        /* After the rename it is there; only nobody may rely on it yet. */
        load(STATEFILE_LOADED, last ? "three" : "two");
    }
    save("four");
    load(STATEFILE_LOADED, "four");
}

TEST(a_write_that_was_interrupted_is_done_again)
{
    failing_call("sys_write", 2, EINTR);
    save("one");
    ck_assert(failing_happened());
    load(STATEFILE_LOADED, "one");
}

/* Then the one before is kept by a rename. */
TEST(file_systems_without_links_keep_the_one_before_too)
{
    static const int errors[] = {EPERM, EOPNOTSUPP, EMLINK, ENOSYS};
    char text[8] = "state 0";

    save(text);
    for (size_t i = 0; i < 4; i++) {
        text[6] = (char)('1' + i);
        failing_call("sys_linkat", 1, errors[i]);
        save(text);
        ck_assert(failing_happened());
        load(STATEFILE_LOADED, text);
        ck_assert_int_eq(unlink(in_dir("state")), 0);
        text[6]--;
        load(STATEFILE_PREVIOUS, text);
        text[6]++;
        save(text);
    }
    failing_call("sys_linkat", 1, EPERM);
    ck_assert_int_eq(statefile_save(file, SLICE("more"), &no_memory, 1), 0);
    load(STATEFILE_LOADED, "more");
}

/* A rename that would have replaced nothing is not to be had on every file system. */
TEST(what_is_damaged_is_put_aside_without_renameat2_too)
{
    write_file("state.damaged-1", "x", 1);
    save("one");
    save("two");
    change_byte("state", 41);
    failing_call("sys_renameat2", 2, EINVAL);
    load(STATEFILE_PREVIOUS, "one");
    ck_assert(failing_happened());
    ck_assert(!exists("state"));
    ck_assert(exists("state.damaged-2"));
}

TEST(what_cannot_be_put_aside_stays_where_it_is)
{
    save("one");
    save("two");
    change_byte("state", 41);
    failing_call("sys_renameat2", 1, EROFS);
    load(STATEFILE_PREVIOUS, "one");
    ck_assert(exists("state"));
    write_file("state.damaged-1", "x", 1);
    failing_call("sys_renameat2", 1, EINVAL); /* and the name is taken */
    load(STATEFILE_PREVIOUS, "one");
    ck_assert(!exists("state"));
    ck_assert(exists("state.damaged-2"));
}

/* Of the newest the disk does not give a byte: the one before is there for that. Any other error
 * may be over tomorrow. */
TEST(a_state_that_the_disk_does_not_give_back_is_damaged)
{
    save("one");
    save("two");
    failing_call("sys_read", 1, EIO);
    load(STATEFILE_PREVIOUS, "one");
    ck_assert(failing_happened());
    save("three");
    failing_call("sys_read", 1, ENOMEM);
    ck_assert_int_eq(statefile_load(file, &saved, &err), -ENOMEM);
    ck_assert_ptr_nonnull(strstr(err.p, "\"state\""));
    failing_call("sys_fstat", 1, EIO);
    load(STATEFILE_PREVIOUS, "one");
    ck_assert(!exists("state")); /* aside */
}

TEST(the_one_before_may_be_what_cannot_be_read)
{
    save("one");
    save("two");
    change_byte("state", 41);
    failing_call("sys_openat", 2, EMFILE);
    ck_assert_int_eq(statefile_load(file, &saved, &err), -EMFILE);
    ck_assert_ptr_nonnull(strstr(err.p, "\"state.1\""));
    ck_assert(exists("state")); /* nothing was touched */
    load(STATEFILE_PREVIOUS, "one");
}

TEST(a_state_that_cannot_be_looked_for_is_not_missed)
{
    save("one");
    failing_call("sys_faccessat", 1, EIO);
    ck_assert(!statefile_missed(file));
    ck_assert(failing_happened());
    ck_assert_int_eq(unlink(in_dir("state")), 0);
    ck_assert(statefile_missed(file));
}

TEST(a_directory_that_others_can_write_is_used_with_a_warning)
{
    struct statefile *other = NULL;

    ck_assert_int_eq(mkdir(in_dir("other"), 0700), 0);
    ck_assert_int_eq(chmod(in_dir("other"), 0777), 0);
    ck_assert_int_eq(statefile_open(in_dir("other"), &other, &err), 0);
    statefile_close(other);
    statefile_abandon(NULL);
}

TEST(a_temporary_that_is_there_and_then_not_ends_this_save_alone)
{
    save("one");
    failing_call("sys_openat", 1, EEXIST);
    ck_assert_int_lt(statefile_save(file, SLICE("two"), &no_memory, 1), 0);
    ck_assert(failing_happened());
    load(STATEFILE_LOADED, "one");
    save("two");
    load(STATEFILE_LOADED, "two");
}

TEST(a_state_of_version_0_is_damaged)
{
    static const char zero[60] = "LTSTATE\n\0\0\0\0\50\0\0\0 more of it, as much as a header has";

    save("one");
    write_file("state", zero, sizeof(zero));
    load(STATEFILE_DAMAGED, "");
}

TEST(each_step_of_opening_may_fail)
{
    static const struct failing_step steps[] = {
        {"sys_mkdir", 1, EROFS},    {"sys_open", 1, EMFILE}, {"sys_faccessat", 1, EROFS},
        {"sys_openat", 1, EROFS},   {"sys_fstat", 1, EIO},   {"sys_flock", 1, ENOLCK},
        {"sys_opendir", 1, EMFILE},
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct statefile *none = NULL;

        buf_clear(&err);
        failing_call(steps[i].call, steps[i].nth, steps[i].error);
        if (statefile_open(in_dir("other"), &none, &err) != -steps[i].error)
            ck_abort_msg("%s did not fail, or otherwise: %s", steps[i].call, err.p);
        ck_assert(failing_happened());
        ck_assert_ptr_null(none);
        ck_assert_ptr_nonnull(strstr(err.p, in_dir("other")));
        ck_assert_ptr_nonnull(strstr(err.p, strerror(steps[i].error)));
    }
    struct statefile *other = NULL;

    failing_call("sys_openat", 2, EACCES); /* the directory above: not ours to read */
    ck_assert_int_eq(statefile_open(in_dir("other"), &other, &err), 0);
    ck_assert(failing_happened());
    statefile_close(other);
    statefile_close(NULL);
    ck_assert_int_eq(statefile_peek(in_dir("nothing"), &saved, &err), -ENOENT);
}

TEST(a_temporary_that_cannot_be_removed_refuses_the_directory)
{
    struct statefile *other = NULL;

    ck_assert_int_eq(mkdir(in_dir("other"), 0700), 0);
    write_file("other/state.tmp-1", "x", 1);
    failing_call("sys_unlinkat", 1, EPERM);
    ck_assert_int_eq(statefile_open(in_dir("other"), &other, &err), -EPERM);
    ck_assert(failing_happened());
    ck_assert_ptr_nonnull(strstr(err.p, "earlier run"));
    failing_call("sys_readdir", 1, EIO); /* more may be left */
    ck_assert_int_eq(statefile_open(in_dir("other"), &other, &err), -EIO);
    ck_assert(failing_happened());
    failing_call("sys_unlinkat", 1, ENOENT); /* another has removed it */
    ck_assert_int_eq(statefile_open(in_dir("other"), &other, &err), 0);
    statefile_close(other);
}

static void save_memory(const char *text, const char *memory, bool replaces)
{
    const struct memory_change change = {slice_str(memory), replaces};

    ck_assert_int_eq(statefile_save(file, slice_str(text), &change, 1), 0);
}

/* As the next run finds it. */
static void load_memory(const char *text, const char *memory)
{
    statefile_close(file);
    ck_assert_int_eq(statefile_open(dir, &file, &err), 0);
    load(STATEFILE_LOADED, text);
    ck_assert(!saved.memory_damaged);
    ck_assert(slice_eq(buf_all(&saved.memory), slice_str(memory)));
}

/* The memories that are there; the name of one of them. */
static unsigned memories(char ret_name[64])
{
    DIR *d = opendir(dir);
    const struct dirent *e;
    unsigned n = 0;

    while ((e = readdir(d)) != NULL)
        if (strncmp(e->d_name, "memory-", 7) == 0) {
            (void)snprintf(ret_name, 64, "%.60s", e->d_name);
            n++;
        }
    (void)closedir(d);
    return n;
}

static void append(const char *name, const char *text)
{
    FILE *f = fopen(in_dir(name), "a");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

TEST(a_memory_grows_with_what_is_new)
{
    char name[64];
    struct stat st;

    save_memory("one", "", true);
    ck_assert_uint_eq(memories(name), 0);
    save_memory("two", "abc", false);
    save_memory("three", "", false);
    save_memory("four", "de", false);
    ck_assert_uint_eq(memories(name), 1);
    ck_assert_int_eq(stat(in_dir(name), &st), 0);
    ck_assert_int_eq(st.st_size, 5);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    load_memory("four", "abcde");
    save_memory("five", "xyz", true); /* of a run of its own: another file */
    ck_assert_uint_eq(memories(name), 2);
    load_memory("five", "xyz");
    save_memory("six", "xyz", true);
    save_memory("seven", "", false);
    ck_assert_uint_eq(memories(name), 1);
    load_memory("seven", "xyz");
}

/* A directory may be large and slow. */
TEST(memories_are_looked_for_when_a_run_begins_or_one_came)
{
    write_file("memory-77", "left over", 9);
    save("one");
    ck_assert(!exists("memory-77"));
    failing_call("sys_opendir", 1, EIO);
    save("two");
    ck_assert(!failing_happened());
    save_memory("three", "abc", true);
    ck_assert(failing_happened());
    save("four"); /* that the state before this one names none is new */
    failing_call("sys_opendir", 1, EIO);
    save("five");
    ck_assert(!failing_happened());
}

/* What a save that was killed has added is behind what a state names. */
TEST(what_no_state_names_was_never_saved)
{
    char name[64];

    save_memory("one", "abc", true);
    save_memory("two", "de", false);
    ck_assert_uint_eq(memories(name), 1);
    append(name, "torn");
    load_memory("two", "abcde");
    change_byte("state", 50);
    statefile_close(file);
    ck_assert_int_eq(statefile_open(dir, &file, &err), 0);
    load(STATEFILE_PREVIOUS, "one");
    ck_assert(slice_eq(buf_all(&saved.memory), SLICE("abc")));
    write_file("memory-77", "left over", 9);
    save_memory("three", "abc", true);
    save_memory("four", "", false);
    ck_assert(!exists("memory-77"));
    load_memory("four", "abc");
}

TEST_EACH(a_memory_that_is_damaged_or_missing_is_told, 3)
{
    char name[64];

    save_memory("one", "abc", true);
    ck_assert_uint_eq(memories(name), 1);
    if (_i == 0)
        change_byte(name, 1);
    else if (_i == 1)
        ck_assert_int_eq(truncate(in_dir(name), 2), 0);
    else
        ck_assert_int_eq(unlink(in_dir(name)), 0);
    load(STATEFILE_LOADED, "one");
    ck_assert(saved.memory_damaged);
    ck_assert_uint_eq(saved.memory.n, 0);
    ck_assert_int_eq(statefile_peek(dir, &saved, &err), 0);
    ck_assert(saved.memory_damaged);
}

/* As with the state: it may be over tomorrow, and what is gone would count again without it. */
TEST(a_memory_that_cannot_be_read_now_is_waited_for)
{
    static const struct failing_step steps[] = {
        {"sys_openat", 2, EMFILE}, {"sys_openat", 2, EACCES}, {"sys_read", 3, ENOMEM}};

    save_memory("one", "abc", true);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        buf_clear(&err);
        failing_call(steps[i].call, steps[i].nth, steps[i].error);
        if (statefile_load(file, &saved, &err) != -steps[i].error || !failing_happened() ||
            !strstr(err.p, "\"memory-"))
            ck_abort_msg("%s: %s", steps[i].call, err.n ? err.p : "no error");
    }
    failing_call("sys_read", 3, ENOMEM);
    ck_assert_int_eq(statefile_peek(dir, &saved, &err), -ENOMEM);
    load_memory("one", "abc");
    failing_call("sys_read", 3, EIO); /* the disk does not give it back */
    load(STATEFILE_LOADED, "one");
    ck_assert(failing_happened() && saved.memory_damaged);
}

TEST(each_step_of_a_memory_may_fail)
{
    static const struct failing_step steps[] = {
        {"sys_openat", 1, ENOSPC}, {"sys_fstat", 1, EIO}, {"sys_write", 1, ENOSPC},
        {"sys_fsync", 1, EIO},     {"sys_close", 1, EIO},
    };
    char text[16] = "", all[64] = "begin", name[64];

    save_memory("begin", all, true);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const struct memory_change change = {SLICE(" more"), false};
        bool heals = i < 2; /* another one is begun at once */
        int r;

        failing_call(steps[i].call, steps[i].nth, steps[i].error);
        r = statefile_save(file, SLICE("fails"), &change, 1);
        if ((r < 0) == heals || !failing_happened())
            ck_abort_msg("%s %u: %d", steps[i].call, steps[i].nth, r);
        (void)snprintf(text, sizeof(text), "state %zu", i);
        save_memory(text, "", false); /* kept, not given again */
        (void)strcat(all, " more");
        load(STATEFILE_LOADED, text);
        ck_assert(slice_eq(buf_all(&saved.memory), slice_str(all)));
    }
    save_memory("end", "", false);
    save_memory("end", "", false);
    ck_assert_uint_eq(memories(name), 1);
}

/* Others may have put something in its place. */
TEST_EACH(nothing_is_added_to_what_is_not_ours, 3)
{
    char name[64];

    save_memory("one", "abc", true);
    ck_assert_uint_eq(memories(name), 1);
    ck_assert_int_eq(unlink(in_dir(name)), 0);
    write_file("other", "other", 5);
    if (_i == 0)
        ck_assert_int_eq(symlink("other", in_dir(name)), 0);
    else if (_i == 1)
        ck_assert_int_eq(mkfifo(in_dir(name), 0600), 0);
    else
        write_file(name, "abcd", 4);
    save_memory("two", "de", false);
    load_memory("two", "abcde");
    ck_assert(exists("other"));
    ck_assert_int_eq(truncate(in_dir("other"), 5), 0);
}

/* The ends of lanes, of words and of bytes, and pieces of every kind. */
TEST(crc32c_is_the_known_one_and_both_ways_agree)
{
    enum { LANES = 3 * 8192, MOST = 2 * LANES + 320 };
    unsigned char *p = xmalloc(MOST);

    ck_assert_uint_eq(crc32c(0, "123456789", 9), 0xe3069283);
    for (unsigned i = 0; i < MOST; i++)
        p[i] = (unsigned char)(i * 7 + 3 + i / 251);
    for (size_t i = 0; i < 900; i++) {
        size_t n = i % 300 + i / 300 * LANES;
        uint32_t whole = crc32c_portable(0, p, n);

        if (crc32c(0, p, n) != whole ||
            crc32c(crc32c(0, p, n / 3), p + n / 3, n - n / 3) != whole ||
            crc32c_portable(crc32c(0, p, 5), p + 5, n) != crc32c(0, p, n + 5))
            ck_abort_msg("of %zu bytes", n);
    }
    free(p);
}

TEST(crc32c_of_many_zeros_is_that_of_each)
{
    static const unsigned char zeros[3000];
    uint32_t begun = crc32c(0, "a line\n", 7);

    for (size_t n = 0; n <= sizeof(zeros); n += 1 + n / 7)
        ck_assert_uint_eq(crc32c_zeros(begun, n), crc32c(begun, zeros, n));
    ck_assert_uint_eq(crc32c_zeros(crc32c_zeros(begun, UINT64_C(1) << 40), 3),
                      crc32c_zeros(begun, (UINT64_C(1) << 40) + 3));
}
