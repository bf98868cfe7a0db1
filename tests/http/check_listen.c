/* check_listen -- what may be written as an address, where it then listens, and what is said when
 * it cannot. */
#include "config.h"

#include "failing.h"
#include "suite.h"

#include "http/http_rig.h"
#include "http/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[64], path[96], spec[128];
static struct buf err;
static struct listen_socket ls, other;

static void start(void)
{
    (void)snprintf(dir, sizeof(dir), "/tmp/check_listen.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/s", dir);
    (void)snprintf(spec, sizeof(spec), "unix:%s", path);
    ls.fd = other.fd = -1;
}

static void stop(void)
{
    listen_close(&ls);
    listen_close(&other);
    buf_release(&err);
    (void)unlink(path);
    ck_assert_int_eq(rmdir(dir), 0);
}

static void expect_open(const char *address)
{
    ck_assert_msg(listen_open(address, &ls, &err) == 0, "%s: %s", address, err.p);
    ck_assert_int_ge(ls.fd, 0);
    ck_assert_uint_eq(err.n, 0);
}

/* The sentence must hold the address and `why`. */
static void expect_error(const char *address, int want, const char *why)
{
    ck_assert_int_eq(listen_open(address, &other, &err), want);
    ck_assert_msg(strstr(err.p, address) != NULL, "%s does not name %s", err.p, address);
    ck_assert_msg(strstr(err.p, why) != NULL, "%s does not say %s", err.p, why);
    ck_assert_int_eq(other.fd, -1);
    buf_clear(&err);
}

static bool answers(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), r;

    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    r = connect(fd, (struct sockaddr *)&a, sizeof(a));
    (void)close(fd);
    return r == 0;
}

FIXTURE(start, stop);

TEST(port_0_is_reported_as_what_it_became)
{
    int port;

    expect_open("127.0.0.1:0");
    ck_assert_int_eq(sscanf(ls.address, "127.0.0.1:%d", &port), 1);
    ck_assert_int_gt(port, 0);
}

TEST(no_host_is_all_addresses)
{
    expect_open(":0");
    ck_assert(strncmp(ls.address, "[::]:", 5) == 0 || strncmp(ls.address, "0.0.0.0:", 8) == 0);
}

TEST(a_name_is_resolved)
{
    expect_open("localhost:0");
}

TEST(ipv6_stands_in_brackets)
{
    int r = listen_open("[::1]:0", &ls, &err);

    if (r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL) {
        buf_clear(&err);
        return; /* a machine without IPv6 */
    }
    ck_assert_int_eq(r, 0);
    ck_assert_int_eq(strncmp(ls.address, "[::1]:", 6), 0);
}

TEST(all_of_ipv4_and_all_of_ipv6_do_not_clash)
{
    char both[32];
    int r;

    expect_open("0.0.0.0:0");
    (void)snprintf(both, sizeof(both), "[::]:%s", strrchr(ls.address, ':') + 1);
    r = listen_open(both, &other, &err);
    if (r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL)
        return; /* a machine without IPv6 */
    ck_assert_msg(r == 0, "%s", err.p);
}

TEST(an_address_in_use_is_named)
{
    expect_open("127.0.0.1:0");
    expect_error(ls.address, -EADDRINUSE, "in use");
}

TEST(nonsense_is_refused_with_a_hint)
{
    static const char *const bad[] = {
        "",
        "127.0.0.1",
        "7684",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:65536",
        "127.0.0.1:123456",
        ":-1",
        "::1:7684",
        "[]:7684",
        "unix:",
        "127.0.0.1:7684x",
        ":7684 ",
        "[::1]7684",
        "127.0.0.1:00000000007684",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect_error(bad[i], -EINVAL, "HOST:PORT");
}

TEST(an_address_of_another_machine_is_refused)
{
    expect_error("192.0.2.1:0", -EADDRNOTAVAIL, "does not have");
}

TEST(a_path_too_long_is_refused)
{
    char longer[200] = "unix:/";

    memset(longer + 6, 'x', 150);
    longer[156] = '\0';
    expect_error(longer, -EINVAL, "longer");
}

TEST(a_unix_socket_has_mode_0660_under_any_umask)
{
    static const mode_t masks[] = {0, 022, 077, 0777};

    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        mode_t old = umask(masks[i]);
        struct stat st;

        expect_open(spec);
        (void)umask(old);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0660);
        listen_close(&ls);
        ck_assert_int_eq(access(path, F_OK), -1);
    }
}

TEST(a_stale_unix_socket_is_replaced)
{
    expect_open(spec);
    free(ls.unixpath); /* as if the program had been killed: the name stays */
    ls.unixpath = NULL;
    listen_close(&ls);
    ck_assert_int_eq(access(path, F_OK), 0);
    ck_assert(!answers());
    ck_assert_int_eq(listen_open(spec, &other, &err), 0);
    ck_assert(answers());
}

TEST(a_name_that_is_not_ours_any_more_is_left_alone)
{
    expect_open(spec);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(listen_open(spec, &other, &err), 0);
    listen_close(&ls);
    ck_assert(answers());
}

TEST(a_unix_socket_that_answers_is_left_alone)
{
    expect_open(spec);
    expect_error(spec, -EADDRINUSE, "in use");
    ck_assert(answers());
}

TEST(a_file_that_is_no_socket_is_left_alone)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0600);

    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    expect_error(spec, -EEXIST, "not a socket");
    ck_assert_int_eq(access(path, F_OK), 0);
}

TEST(a_directory_that_is_missing_is_said)
{
    expect_error("unix:/nonexistent/directory/s", -ENOENT, "No such file");
}

/* What nobody but a failing call can reach. A step is made to fail, the sentence says its errno, and
 * neither a descriptor nor the name is left. */

static void expect_failure(const char *address, const char *call, unsigned nth, int error)
{
    unsigned fds = rig_count_fds();

    failing_call(call, nth, error);
    expect_error(address, -error, error == EADDRINUSE ? "in use" : strerror(error));
    ck_assert_msg(failing_happened(), "nobody called %s", call);
    ck_assert_uint_eq(rig_count_fds(), fds);
}

TEST(each_step_of_a_unix_socket_may_fail)
{
    static const struct {
        const char *call;
        unsigned nth;
        int error;
    } steps[] = {
        {"lstat", 1, EACCES}, {"socket", 1, EMFILE},     {"fchmod", 1, EPERM}, {"bind", 1, EROFS},
        {"chmod", 1, EPERM},  {"listen", 1, EADDRINUSE}, {"lstat", 2, EIO},
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        expect_failure(spec, steps[i].call, steps[i].nth, steps[i].error);
        ck_assert_msg(access(path, F_OK) < 0, "%s leaves the name", steps[i].call);
    }
    expect_open(spec);
}

/* As if the program had been killed. */
static void leave_stale(void)
{
    expect_open(spec);
    free(ls.unixpath);
    ls.unixpath = NULL;
    listen_close(&ls);
}

TEST(a_stale_unix_socket_that_cannot_be_replaced_stays)
{
    leave_stale();
    expect_failure(spec, "socket", 1, EMFILE);
    expect_failure(spec, "unlink", 1, EACCES);
    ck_assert_int_eq(access(path, F_OK), 0);
    expect_open(spec);
    ck_assert(answers());
}

TEST(a_stale_unix_socket_may_be_removed_by_another_at_that_moment)
{
    leave_stale();
    failing_call("unlink", 1, ENOENT);
    expect_open(spec);
    ck_assert(failing_happened());
    ck_assert(answers());
}

TEST(a_unix_socket_whose_queue_is_full_is_in_use)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fds[8], n = 0;

    expect_open(spec);
    ck_assert_int_eq(listen(ls.fd, 0), 0);
    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    do {
        ck_assert_int_lt(n, 8);
        fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    } while (connect(fds[n++], (struct sockaddr *)&a, sizeof(a)) == 0);
    ck_assert_int_eq(errno, EAGAIN);
    expect_error(spec, -EADDRINUSE, "in use");
    while (n > 0)
        (void)close(fds[--n]);
}

TEST(a_socket_of_another_kind_is_left_alone)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    expect_error(spec, -EPROTOTYPE, "wrong type");
    ck_assert_int_eq(access(path, F_OK), 0);
    (void)close(fd);
}

TEST(a_name_that_is_gone_already_is_no_matter)
{
    expect_open(spec);
    ck_assert_int_eq(unlink(path), 0);
    listen_close(&ls);
    ck_assert_int_eq(ls.fd, -1);
}

/* The same inode number, on a file system that was mounted over ours. */
TEST(a_name_on_another_file_system_is_left_alone)
{
    expect_open(spec);
    ls.dev++;
    listen_close(&ls);
    ck_assert_int_eq(access(path, F_OK), 0);
}

TEST(each_step_of_a_tcp_socket_may_fail)
{
    expect_failure("127.0.0.1:0", "socket", 1, EMFILE);
    expect_failure("127.0.0.1:0", "bind", 1, EACCES);
    expect_failure("127.0.0.1:0", "listen", 1, EADDRINUSE);
}

TEST(a_host_that_has_no_address_is_not_known)
{
    failing_call("getaddrinfo", 1, 0);
    expect_error("nowhere.example:0", -EINVAL, "not known");
    ck_assert(failing_happened());
}

TEST(a_host_longer_than_names_are_is_refused)
{
    char longer[300];

    memset(longer, 'x', sizeof(longer));
    (void)snprintf(longer + 256, sizeof(longer) - 256, ":0");
    expect_error(longer, -EINVAL, "the host is not valid");
}

TEST(the_first_address_that_can_be_bound_is_taken)
{
    rig_hosts_have_two_addresses(true);
    expect_open("127.0.0.1:0");
    listen_close(&ls);
    failing_call("bind", 1, EADDRNOTAVAIL);
    expect_open("127.0.0.1:0");
    ck_assert(failing_happened());
}

TEST(what_the_kernel_does_not_say_is_reported_as_it_was_written)
{
    static const char *const calls[] = {"getsockname", "getnameinfo"};

    for (size_t i = 0; i < 2; i++) {
        failing_call(calls[i], 1, ENOBUFS);
        expect_open("127.0.0.1:0");
        ck_assert(failing_happened());
        ck_assert_str_eq(ls.address, "127.0.0.1:0");
        listen_close(&ls);
    }
}

/* Not resolved, not built in, switched off. */
TEST(all_addresses_are_those_of_ipv4_where_there_is_no_ipv6)
{
    static const struct {
        const char *call;
        int error;
    } without[] = {{"getaddrinfo", 0}, {"socket", EAFNOSUPPORT}, {"bind", EADDRNOTAVAIL}};

    for (size_t i = 0; i < 3; i++) {
        failing_call(without[i].call, 1, without[i].error);
        expect_open(":0");
        ck_assert(failing_happened());
        ck_assert_msg(strncmp(ls.address, "0.0.0.0:", 8) == 0, "%s", ls.address);
        listen_close(&ls);
    }
}

TEST(an_ipv6_port_in_use_is_not_taken_on_ipv4_alone)
{
    expect_failure(":0", "bind", 1, EADDRINUSE);
}

/* A program that was started with its standard input closed. */
TEST(descriptor_0_is_as_good_as_any)
{
    int before = dup(0);

    (void)close(0);
    expect_open("127.0.0.1:0");
    ck_assert_int_eq(ls.fd, 0);
    ck_assert_int_ne(strcmp(ls.address, "127.0.0.1:0"), 0);
    listen_close(&ls);
    if (before >= 0)
        (void)dup2(before, 0);
    (void)close(before);
}
