/* check_log -- what arrives on stderr, seen through a pipe. Each test runs in a process of its own
 * (Check's fork mode), so that stderr and the level may be changed at will. */
#include "config.h"

#include "suite.h"

#include "base/log.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int reading_end;

/* From here on stderr is a pipe. */
static void catch_stderr(void)
{
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    ck_assert_int_eq(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
    (void)close(fds[1]);
    ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    reading_end = fds[0];
}

/* All that was written so far; valid until the next call. */
static const char *caught(void)
{
    static char text[1 << 20];
    size_t n = 0;
    ssize_t r;

    while ((r = read(reading_end, text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)r;
    text[n] = '\0';
    return text;
}

TEST(a_message_is_one_line_with_the_name_in_front)
{
    catch_stderr();
    log_info("read %d lines of %s", 3, "a.log");
    ck_assert_str_eq(caught(), "logtally: read 3 lines of a.log\n");
}

TEST(control_bytes_and_bad_utf8_are_escaped)
{
    catch_stderr();
    log_error(
        "%s",
        "a\nb\tc\rd\x1b[2J\x7f \xc3\xa4 \xff \xc2\x9b \xe2\x80\xae \xe2\x80\xa8 \xe2\x82\xac");
    ck_assert_str_eq(caught(), "logtally: a\\nb\\tc\\rd\\x1b[2J\\x7f \xc3\xa4 \\xff \\xc2\\x9b "
                               "\\xe2\\x80\\xae \\xe2\\x80\\xa8 \xe2\x82\xac\n");
}

TEST(a_daemon_line_has_time_and_level)
{
    const char *line;
    int year, month, day, hour, minute, second, milli, n = 0;

    catch_stderr();
    log_set(LOG_AS_TEXT, LOG_INFO);
    log_warn("text");
    line = caught();
    ck_assert_int_eq(sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ warn logtally: text%n", &year,
                            &month, &day, &hour, &minute, &second, &milli, &n),
                     7);
    ck_assert_str_eq(line + n, "\n");
}

TEST(logfmt_and_json_are_what_their_readers_want)
{
    const char *line;
    char want[256];

    catch_stderr();
    log_set(LOG_AS_JSON, LOG_INFO);
    log_error("%s", "a \"b\" \\ \n \x1b \xff \xc2\x9b \xe2\x80\xae \xe2\x82\xac");
    line = caught();
    ck_assert_int_eq(strncmp(line, "{\"ts\":\"20", 9), 0);
    snprintf(want, sizeof want, "Z\",\"level\":\"error\",\"msg\":\"%s\"}\n",
             "a \\\"b\\\" \\\\ \\n \\u001b \\ufffd \\u009b \\u202e \xe2\x82\xac");
    ck_assert_str_eq(strchr(line, 'Z'), want);
    log_set(LOG_AS_LOGFMT, LOG_INFO);
    log_warn("say \"%s\"", "x");
    line = caught();
    ck_assert_int_eq(strncmp(line, "ts=20", 5), 0);
    ck_assert_str_eq(strchr(line, 'Z'), "Z level=warn msg=\"say \\\"x\\\"\"\n");
}

TEST(a_quoted_line_that_is_cut_is_still_closed)
{
    static char long_text[PIPE_BUF * 2];
    const char *line;

    memset(long_text, '"', sizeof long_text - 1);
    catch_stderr();
    log_set(LOG_AS_JSON, LOG_INFO);
    log_info("%s", long_text);
    line = caught();
    ck_assert_uint_le(strlen(line), PIPE_BUF);
    ck_assert_str_eq(line + strlen(line) - 8, "\\\"...\"}\n");
}

TEST(what_is_below_the_level_is_left_out)
{
    catch_stderr();
    log_set(LOG_AS_PERSON, LOG_WARN);
    log_info("no");
    log_warn("yes");
    log_error("yes");
    ck_assert_str_eq(caught(), "logtally: yes\nlogtally: yes\n");
}

TEST(the_journal_gets_priorities)
{
    struct stat st;
    char stream[64];

    catch_stderr();
    ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    ck_assert_int_eq(setenv("JOURNAL_STREAM", stream, 1), 0);
    log_set(LOG_AS_TEXT, LOG_INFO);
    log_error("a");
    log_warn("b");
    log_info("c");
    ck_assert_str_eq(caught(), "<3>a\n<4>b\n<6>c\n");
    log_set(LOG_AS_JSON, LOG_INFO); /* asked for: as asked */
    log_info("d");
    ck_assert_int_eq(caught()[0], '{');
}

static void assert_one_cut_line(const char *line)
{
    size_t n = strlen(line);

    ck_assert_uint_le(n, PIPE_BUF);
    ck_assert_uint_ge(n, PIPE_BUF - 8);
    ck_assert_str_eq(line + n - 4, "...\n");
    ck_assert_ptr_eq(strchr(line, '\n'), line + n - 1);
    ck_assert(utf8_valid(slice_str(line)));
}

TEST(a_long_message_is_cut_at_a_character)
{
    struct buf b = BUF_INIT;

    catch_stderr();
    for (size_t lead = 0; lead < 4; lead++) {
        buf_clear(&b);
        for (size_t i = 0; i < lead; i++)
            buf_char(&b, 'x');
        while (b.n < 10000)
            buf_str(&b, "\xf0\x9f\x98\x80");
        log_info("%s", b.p);
        assert_one_cut_line(caught());
    }
    buf_clear(&b);
    while (b.n < 3000) /* short enough, but not once it is escaped */
        buf_char(&b, '\x01');
    log_info("%s", b.p);
    assert_one_cut_line(caught());
    buf_release(&b);
}

TEST(a_message_that_just_fits_is_whole)
{
    struct buf b = BUF_INIT;

    catch_stderr();
    for (size_t n = PIPE_BUF - 30; n < PIPE_BUF; n++) {
        const char *line;

        buf_clear(&b);
        while (b.n < n)
            buf_char(&b, 'x');
        log_info("%s", b.p);
        line = caught();
        ck_assert_uint_le(strlen(line), PIPE_BUF);
        ck_assert(strstr(line, "...\n") != NULL || strlen(line) == n + 11);
    }
    buf_release(&b);
}

TEST(a_full_pipe_drops_and_the_next_line_says_how_many)
{
    char big[3000];

    catch_stderr();
    /* Two pages: one line in each, as a line is not torn to fill the first. */
    ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETPIPE_SZ, 2 * 4096), 2 * 4096);
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    for (int i = 0; i < 7; i++)
        log_info("%s", big); /* would hang for ever if it blocked */
    ck_assert_uint_eq(strlen(caught()), 2 * (sizeof big - 1 + 11));
    log_info("after");
    ck_assert_str_eq(caught(),
                     "logtally: 5 messages were lost: stderr was full\nlogtally: after\n");
    log_info("again");
    ck_assert_str_eq(caught(), "logtally: again\n");
}

TEST(errno_is_left_alone)
{
    (void)close(STDERR_FILENO);
    errno = ENOENT;
    log_error("nobody hears this");
    ck_assert_int_eq(errno, ENOENT);
}

static void *talk(void *arg)
{
    for (int i = 0; i < 200; i++)
        log_info("thread %s says something of some length", (const char *)arg);
    return NULL;
}

TEST(lines_of_two_threads_do_not_mix)
{
    pthread_t a, b;
    struct slice rest, line;
    char path[] = "/tmp/check_log.XXXXXX";
    static char text[100000];
    ssize_t n;
    int fd = mkstemp(path), lines = 0;

    ck_assert_int_ge(fd, 0);
    (void)unlink(path);
    ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
    ck_assert_int_eq(pthread_create(&a, NULL, talk, (void *)"A"), 0);
    ck_assert_int_eq(pthread_create(&b, NULL, talk, (void *)"B"), 0);
    (void)pthread_join(a, NULL);
    (void)pthread_join(b, NULL);
    n = pread(fd, text, sizeof text, 0);
    rest = slice_make(text, (size_t)n);
    for (; slice_cut(&rest, '\n', &line) && line.n; lines++) {
        ck_assert(slice_starts(line, SLICE("logtally: thread ")));
        ck_assert(slice_ends(line, SLICE(" says something of some length")));
    }
    ck_assert_int_eq(lines, 400);
}
