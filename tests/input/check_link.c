/* Where paths lead, and which symlinks lie on the way. */
#include "config.h"

#include "suite.h"

#include "input/link.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char above[64];

static void make_link(const char *to, const char *name)
{
    ck_assert_int_eq(symlink(to, name), 0);
}

/* here/ is where we are. */
static void begin(void)
{
    char here[80], absolute[160];

    (void)snprintf(above, sizeof(above), "/tmp/logtally-link-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(above));
    (void)snprintf(here, sizeof(here), "%s/here", above);
    ck_assert_int_eq(mkdir(here, 0700), 0);
    ck_assert_int_eq(chdir(here), 0);
    ck_assert_int_eq(mkdir("a", 0700), 0);
    ck_assert_int_eq(mkdir("a/b", 0700), 0);
    make_link("a/b", "deep");
    make_link("../out/x", "a/up");
    make_link("deep/c", "twice");
    make_link("..", "above");
    make_link("loop", "loop");
    make_link("pong", "ping");
    make_link("ping", "pong");
    (void)snprintf(absolute, sizeof(absolute), "%s/here/a", above);
    make_link(absolute, "absolute");
}

static void end(void)
{
    char command[100];

    (void)snprintf(command, sizeof(command), "rm -r %s", above);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(command), 0);
}

FIXTURE(begin, end);

static char seen[1024];

static void on_hop(void *ctx, const char *path)
{
    (void)ctx;
    (void)snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s ", path);
}

static const struct {
    const char *path, *real, *hops; /* real: "~" is the directory above */
    int n;
} ways[] = {
    {"a/b/c", "a/b/c", "", 0},
    {"./a//./b/", "a/b", "", 0},
    {"a/../a/b", "a/b", "", 0},
    {"..", "..", "", 0},
    {"../../x", "../../x", "", 0},
    {"a/../../y", "../y", "", 0},
    {"nowhere/../a", "a", "", 0}, /* as text: what is not there is no symlink */
    {"/..", "", "", 0},
    {"/../usr", "/usr", "", 0},
    {"/./nowhere/x", "/nowhere/x", "", 0},
    {"deep", "a/b", "deep ", 1},
    {"deep/../x", "a/x", "deep ", 1},
    {"a/up/y", "out/x/y", "a/up ", 1},
    {"twice/d", "a/b/c/d", "twice deep ", 2},
    {"above/here/a", "../here/a", "above ", 1},
    {"absolute/b", "~/here/a/b", "absolute ", 1},
    {"loop", NULL, NULL, -ELOOP},
    {"ping/x", NULL, NULL, -ELOOP},
};

TEST_EACH(a_way_is_gone_to_its_end, sizeof(ways) / sizeof(*ways))
{
    struct buf real = BUF_INIT;
    char wanted[PATH_MAX];
    int r = link_resolve(ways[_i].path, &real, on_hop, NULL);

    ck_assert_int_eq(r, ways[_i].n);
    if (r < 0) {
        buf_release(&real);
        return;
    }
    (void)snprintf(wanted, sizeof(wanted), "%s%s", *ways[_i].real == '~' ? above : "",
                   ways[_i].real + (*ways[_i].real == '~'));
    buf_char(&real, 0);
    ck_assert_str_eq(real.p, wanted);
    ck_assert_str_eq(seen, ways[_i].hops);
    buf_release(&real);
}
