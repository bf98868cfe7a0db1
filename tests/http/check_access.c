/* check_access -- settings that change while a request waits. */
#include "config.h"

#include "suite.h"

#include "http/http_rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define GET_KEPT "GET /kept HTTP/1.1\r\nHost: evil.example\r\n"
#define USERS \
    "basic_auth_users:\n  a: $2y$04$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku\n"

static struct rig rig;
static char dir[] = "/tmp/check_access.XXXXXX", path[64];

/* As it was written long ago. */
static void put(const char *text)
{
    static const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(utimensat(AT_FDCWD, path, long_ago, 0), 0);
}

static void start(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/web.yml", dir);
    put("");
    rig_start_with(&rig, 64, 10000, path);
}

static void stop(void)
{
    rig_stop(&rig);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(dir), 0);
}

FIXTURE(start, stop);

TEST(who_came_without_a_password_is_no_user_of_those_that_there_are_later)
{
    struct client c = client_connect(&rig, 0);

    client_send_str(&rig, &c, GET_KEPT "\r\n");
    rig_wait_kept(&rig, 1);
    ck_assert(!http_request_is_private(rig.kept[0]));
    put(USERS);
    http_server_reread(rig.server);
    ck_assert_uint_eq(rig_status(&rig, "GET", "/hello"), 401);
    ck_assert(!http_request_is_private(rig.kept[0]));
    rig_answer_kept(&rig);
    client_expect(&rig, &c, 200, NULL);
    client_close(&c);
}
