/* check_origin -- who may press a button: our own page and programs, no other site. */
#include "config.h"

#include "suite.h"

#include "http/origin.h"

#include <stddef.h>

static const struct {
    const char *site, *origin, *host;
    bool foreign;
} rows[] = {
    {NULL, NULL, "anything.example", false}, /* curl */
    {NULL, NULL, NULL, false},
    {"same-origin", "http://127.0.0.1:7684", "127.0.0.1:7684", false},
    {"none", NULL, "localhost:7684", false},
    {NULL, "http://localhost:7684", "localhost:7684", false},
    {NULL, "http://LOCALHOST:7684", "localhost:7684", false},
    {"same-origin", "https://[::1]:7684", "[::1]:7684", false},
    {"same-origin", "http://box:7684", "box:7684", false},
    {"same-origin", "http://box", "Box", false},
    {"cross-site", "http://evil.example", "127.0.0.1:7684", true},
    {"same-site", "http://127.0.0.1:80", "127.0.0.1:7684", true},
    {"cross-site", NULL, "127.0.0.1:7684", true},
    {NULL, "http://evil.example", "127.0.0.1:7684", true},
    {NULL, "http://127.0.0.1:7684.evil.example", "127.0.0.1:7684", true},
    {NULL, "null", "127.0.0.1:7684", true},
    {NULL, "", "127.0.0.1:7684", true},
    {"same-origin", "http://127.0.0.1:7684", NULL, true},
    /* rebound: of the same site, by a name of its own */
    {"same-origin", "http://evil.example:7684", "evil.example:7684", true},
    {NULL, "http://evil.example", "evil.example", true},
    {"same-origin", "http://localhost.evil.example", "localhost.evil.example", true},
    {"same-origin", "http://[::1", "[::1", true},
    {"same-origin", "http://", "", true},
};

TEST_EACH(a_page_of_another_site_is_foreign, sizeof rows / sizeof *rows)
{
    ck_assert_int_eq(origin_is_foreign(rows[_i].site, rows[_i].origin, rows[_i].host, "box"),
                     rows[_i].foreign);
}

static const struct {
    const char *site, *origin, *host;
    bool other, fixed;
} readers[] = {
    {NULL, NULL, "127.0.0.1:7684", false, true},
    {NULL, NULL, "LocalHost", false, true},
    {NULL, NULL, "box:7684", false, true},
    {NULL, NULL, NULL, false, false},
    {NULL, NULL, "evil.example:7684", false,
     false}, /* rebound, and only read: nothing else says so */
    {"same-origin", "https://logs.example", "logs.example", false, false},
    {"none", NULL, "logs.example", false, false},
    {"cross-site", NULL, "logs.example", true, false},
    {NULL, "https://evil.example", "logs.example", true, false},
    {NULL, "https://evil.example", NULL, true, false},
};

TEST_EACH(who_only_reads_is_known_by_the_name_he_asks_for, sizeof readers / sizeof *readers)
{
    ck_assert_int_eq(origin_is_other(readers[_i].site, readers[_i].origin, readers[_i].host),
                     readers[_i].other);
    ck_assert_int_eq(origin_is_fixed(readers[_i].host, "box"), readers[_i].fixed);
}
