/* Patterns. */
#include "config.h"

#include "suite.h"

#include "input/glob.h"
#include "input/globs.h"

struct match_case {
    const char *pattern, *path;
    bool want;
};

static const struct match_case matches[] = {
    {"/a/*.log", "/a/x.log", true},
    {"/a/*.log", "/a/b/x.log", false},
    {"/a/*.log", "/a/.x.log", false},
    {"/a/.*.log", "/a/.x.log", true},
    {"/a/*", "/a/x", true},
    {"/a/?.log", "/a/x.log", true},
    {"/a/?.log", "/a/xy.log", false},
    {"/a/[xy].log", "/a/y.log", true},
    {"/a/[!xy].log", "/a/y.log", false},
    {"/a/[!xy].log", "/a/z.log", true},
    {"/a/[^xy].log", "/a/y.log", false},
    {"/a/[^xy].log", "/a/z.log", true},
    {"/a/[", "/a/[", true},
    {"/a/[a-]", "/a/-", true},
    {"/a/[a-]", "/a/b", false},
    {"/a/x\\", "/a/x\\", true},
    {"/a/x**", "/a/x", true},
    {"/a/*x**", "/a/ax", true},
    {"/a//x", "/a//x", true},
    {"/a/[a-c]*", "/a/b1", true},
    {"/a/[a-c]*", "/a/d1", false},
    {"/a/[]]", "/a/]", true},
    {"/a/[x", "/a/[x", true},
    {"/a/\\*.log", "/a/*.log", true},
    {"/a/\\*.log", "/a/x.log", false},
    {"/a/**/x.log", "/a/x.log", true},
    {"/a/**/x.log", "/a/b/x.log", true},
    {"/a/**/x.log", "/a/b/c/x.log", true},
    {"/a/**/x.log", "/a/.b/x.log", false},
    {"/a/**/x.log", "/b/x.log", false},
    {"/a/**/b/*.log", "/a/b/b/c/b/x.log", true},
    {"/a/**/b/*.log", "/a/b/c/x.log", false},
    {"/a/**/b/**/*.log", "/a/1/b/2/3/x.log", true},
    {"/a/**", "/a/x", true},
    {"/a/**", "/a/b/c/x", true},
    {"/a/**", "/a/.x", false},
    {"**/*.log", "x.log", true},
    {"**/*.log", "a/b/x.log", true},
    {"*.log", "x.log", true},
    {"*.log", "a/x.log", false},
    {"/a/*a*a*a*b", "/a/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    {"/a/x", "/a/x/", false},
    {"/a/x", "/a", false},
    {"", "x", false},
};

TEST_EACH(a_pattern_names_its_paths, sizeof(matches) / sizeof(matches[0]))
{
    const struct match_case *c = &matches[_i];

    ck_assert_msg(glob_match(c->pattern, c->path) == c->want, "%s %s", c->pattern, c->path);
}

static const struct match_case belows[] = {
    {"/a/*.log", "/a", true},
    {"/a/*.log", "/", true},
    {"/a/*.log", "/b", false},
    {"/a/*.log", "/a/b", false},
    {"/a/*/x.log", "/a/b", true},
    {"/a/*/x.log", "/a/.b", false},
    {"/a/*/x.log", "/a/b/c", false},
    {"/a/**/x.log", "/a", true},
    {"/a/**/x.log", "/a/b/c/d", true},
    {"/a/**/x.log", "/a/.b", false},
    {"/a/**/x.log", "/a/b/.c", false},
    {"/a/**/q/x.log", "/a/q", true},
    {"/a/**", "/a/b", true},
    {"a/*.log", "a", true},
    {"a/*.log", ".", true},
    {"/a/*.log", ".", false},
    {"**/*.log", "a/b", true},
};

TEST_EACH(a_directory_is_entered_only_if_something_below_may_match,
          sizeof(belows) / sizeof(belows[0]))
{
    const struct match_case *c = &belows[_i];

    ck_assert_msg(glob_below(c->pattern, c->path) == c->want, "%s %s", c->pattern, c->path);
}

TEST(the_root_is_what_stands_before_the_first_wildcard)
{
    static const char *const table[][2] = {
        {"/var/log/*.log", "/var/log"},
        {"/var/log/x.log", "/var/log"},
        {"/*.log", "/"},
        {"*.log", "."},
        {"a/b*/c.log", "a"},
        {"/a/**/b", "/a"},
    };

    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        ck_assert(slice_eq(glob_root(table[i][0]), slice_str(table[i][1])));
}

TEST(wildcards_are_seen)
{
    ck_assert(!glob_has_wildcard("/a/b-c.log"));
    ck_assert(glob_has_wildcard("/a/[b].log"));
    ck_assert(glob_is_deep("/a/**/b"));
    ck_assert(!glob_is_deep("/a/b**/c"));
}

static const char *const many[] = {
    "/var/log/*.log",
    "/var/log/a*.log",
    "/var/log/a.log",
    "/var/log/**/x.log",
    "/var/log/app/*.log",
    "/var/log/ap*/*",
    "/**",
    "/x.log",
    "/*",
    "*.log",
    "logs/*.log",
    "logs/a.log",
    "**/x.log",
    "logs/**",
    "a.log",
    "/var/log/a[b].log",
    "/var/l\\og/x.log",
    "/var/log//x*",
    "",
    "-",
};

static const char *const paths[] = {
    "/var/log/a.log",
    "/var/log/ab.log",
    "/var/log/app/x.log",
    "/var/log/app/b/x.log",
    "/x.log",
    "/a",
    "a.log",
    "logs/a.log",
    "logs/b/x.log",
    "x.log",
    "/var/log//x1",
    "/var/log/x.log",
    "/var/log",
    "/var",
    "/",
    ".",
    "logs",
    "logs/b",
    "-",
    "/var/log/app",
};

enum { MANY = sizeof(many) / sizeof(many[0]), PATHS = sizeof(paths) / sizeof(paths[0]) };

static struct globs all_of_them(void)
{
    struct globs g = GLOBS_INIT;

    for (unsigned i = 0; i < MANY; i++)
        globs_add(&g, many[i], i);
    return g;
}

TEST_EACH(whatever_matches_is_found_by_its_beginning, PATHS)
{
    struct globs g = all_of_them();
    struct globs_search s = {.path = paths[_i]};
    const struct glob_entry *e;
    unsigned met[MANY] = {0};

    while ((e = globs_next(&g, &s)) != NULL)
        met[e->number]++;
    for (unsigned i = 0; i < MANY; i++)
        if (met[i] > 1 || (glob_match(many[i], paths[_i]) && !met[i]))
            ck_abort_msg("%s for %s: %u", many[i], paths[_i], met[i]);
    globs_release(&g);
}

TEST_EACH(whose_matches_may_lie_in_a_directory_is_found_by_its_root, PATHS)
{
    struct globs g = all_of_them();
    struct globs_search s = {.path = paths[_i]};
    const struct glob_entry *e;
    unsigned met[MANY] = {0};

    while ((e = globs_next_below(&g, &s)) != NULL)
        met[e->number]++;
    for (unsigned i = 0; i < MANY; i++) {
        struct slice root = glob_root(many[i]), path = slice_str(paths[_i]);
        bool below = slice_eq(root, path) || (slice_eq(root, SLICE(".")) && paths[_i][0] != '/') ||
                     (slice_eq(root, SLICE("/")) && paths[_i][0] == '/') ||
                     (slice_starts(path, root) && path.p[root.n] == '/');

        if (met[i] != (below ? 1U : 0U))
            ck_abort_msg("%s for %s: %u", many[i], paths[_i], met[i]);
    }
    globs_release(&g);
}
