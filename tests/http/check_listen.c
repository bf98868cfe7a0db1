/* check_listen -- what may be written as an address, where it then listens, and what is said when
 * it cannot. */
#include "config.h"

#include "suite.h"

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
        "9180",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:65536",
        ":-1",
        "::1:9180",
        "[]:9180",
        "unix:",
        "127.0.0.1:9180x",
        ":9180 ",
        "[::1]9180",
        "127.0.0.1:00000000009180",
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
