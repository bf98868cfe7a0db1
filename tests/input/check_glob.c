/* Patterns. */
#include "config.h"

#include "suite.h"

#include "input/glob.h"

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
