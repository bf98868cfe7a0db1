/* The configuration file: defaults, every key, every mistake, ${env:...}. */
#include "config.h"

#include "suite.h"

#include "config/settings.h"

#include <stdlib.h>

static struct settings settings;
static struct mistakes mistakes;
static struct ini_doc *doc;
static struct buf said;

static void setup(void)
{
    mistakes = MISTAKES_INIT;
    said = BUF_INIT;
    doc = NULL;
    settings_init(&settings);
}

static void teardown(void)
{
    settings_release(&settings);
    ini_free(doc);
    mistakes_release(&mistakes);
    buf_release(&said);
}

static const char *read_config(const char *text)
{
    doc = ini_read_text(slice_str(text), "c.ini", SECTION_ALL, &mistakes);
    settings_expand_env(doc, &mistakes);
    settings_read(&settings, doc, &mistakes);
    mistakes_print(&mistakes, MISTAKE, &said);
    return said.n ? said.p : "";
}

static void assert_mistake(const char *text, const char *sentence)
{
    const char *got = read_config(text);

    ck_assert_msg(strstr(got, sentence) != NULL, "%s\nsaid: %s\nnot:  %s", text, got, sentence);
    teardown();
    setup();
}

FIXTURE(setup, teardown);

TEST(every_key_has_a_default)
{
    ck_assert_str_eq(read_config(""), "");
    ck_assert_uint_eq(settings.nlisten, 1);
    ck_assert_str_eq(settings.listen[0],
                     "127.0.0.1:7684"); /* scrape configurations everywhere have it */
    ck_assert(!settings.reload && !settings.created);
    ck_assert_uint_eq(settings.max_connections, 64);
    ck_assert_int_eq(settings.timeout_ns, INT64_C(10000000000));
    ck_assert_ptr_null(settings.state_directory);
    ck_assert_int_eq(settings.interval_ns, INT64_C(5000000000));
    ck_assert_int_eq(settings.rotate_wait_ns, INT64_C(600000000000));
    ck_assert_uint_eq(settings.max_line, 1 << 20);
    ck_assert_uint_eq(settings.max_label, 256);
    ck_assert_uint_eq(settings.max_series, 100000);
    ck_assert_uint_eq(settings.nconst, 0);
    ck_assert_uint_eq(settings.nincludes, 1);
    ck_assert_str_eq(settings.includes[0], "rules/*.ini");
    ck_assert(!settings.includes_given);
}

TEST(every_key_is_read)
{
    ck_assert_str_eq(read_config("[server]\nlisten = 0.0.0.0:1, [::1]:2, unix:/run/x.sock\n"
                                 "reload = yes\ncreated = yes\nmax_connections = 8\n"
                                 "timeout = 1m30s\n"
                                 "[state]\ndirectory = /var/x\ninterval = 500ms\nrotate_wait = 0\n"
                                 "[limits]\nline = 64KiB\nlabel = 128B\nseries = 5000\n"
                                 "[metrics]\nconst_labels = a=\"1\", b=\"x=y z\"\n"
                                 "[rules]\ninclude = a/*.ini, b.ini\n"
                                 "[log l]\npath = /x\n[event e]\nmatch = x\n"),
                     "");
    ck_assert_uint_eq(settings.nlisten, 3);
    ck_assert_str_eq(settings.listen[1], "[::1]:2");
    ck_assert_str_eq(settings.listen[2], "unix:/run/x.sock");
    ck_assert(settings.reload && settings.created);
    ck_assert_uint_eq(settings.max_connections, 8);
    ck_assert_int_eq(settings.timeout_ns, INT64_C(90000000000));
    ck_assert_str_eq(settings.state_directory, "/var/x");
    ck_assert_int_eq(settings.interval_ns, INT64_C(500000000));
    ck_assert_int_eq(settings.rotate_wait_ns, 0);
    ck_assert_uint_eq(settings.max_line, 65536);
    ck_assert_uint_eq(settings.max_label, 128);
    ck_assert_uint_eq(settings.max_series, 5000);
    ck_assert_uint_eq(settings.nconst, 2);
    ck_assert_str_eq(settings.const_names[1], "b");
    ck_assert_str_eq(settings.const_values[1], "x=y z");
    ck_assert_uint_eq(settings.nincludes, 2);
    ck_assert_str_eq(settings.includes[1], "b.ini");
}

TEST(an_empty_state_directory_keeps_nothing)
{
    ck_assert_str_eq(read_config("[state]\ndirectory =\n"), "");
    ck_assert_str_eq(settings.state_directory, "");
}

TEST(constant_labels_may_hold_commas_and_quotes)
{
    ck_assert_str_eq(read_config("[metrics]\nconst_labels = a=\"1, 2\",b=\"\", c=\"=\"\n"), "");
    ck_assert_uint_eq(settings.nconst, 3);
    ck_assert_str_eq(settings.const_values[0], "1, 2");
    ck_assert_str_eq(settings.const_values[1], "");
    ck_assert_str_eq(settings.const_values[2], "=");
}

TEST(mistakes_name_the_line_and_what_was_meant)
{
    assert_mistake("[server]\nlistn = x\n",
                   "c.ini:2: unknown key \"listn\"; did you mean \"listen\"?");
    assert_mistake(
        "[server]\ntimeout = 1000000h\n",
        "c.ini:2: \"timeout\" is a time with its unit, from 1s to 8760h, not \"1000000h\"");
    assert_mistake("[sever]\nlisten = x:1\n",
                   "c.ini:1: unknown section [sever]; did you mean \"server\"?");
    assert_mistake("[server main]\n", "c.ini:1: [server main] takes no name; write [server]");
    assert_mistake("[server]\nreload = on\n", "c.ini:2: \"reload\" is yes or no, not \"on\"");
    assert_mistake("[server]\nlisten =\n",
                   "listen is empty; give an address such as 127.0.0.1:7684");
    assert_mistake("[server]\nlisten = \"x:1\"\n",
                   "c.ini:2: \"x:1\" is quoted; leave the quotes out");
    assert_mistake("[state]\ndirectory = '/s'\n", "'/s' is quoted");
    assert_mistake("[rules]\ninclude = \"r/*.ini\"\n", "is quoted");
    assert_mistake("[server]\nlisten = 7684\n", "\"7684\" is no address");
    assert_mistake("[server]\ntimeout = 10\n",
                   "\"timeout\" is a time with its unit, from 1s to 8760h, not \"10\"");
    assert_mistake("[server]\ntimeout = 1ms\n", "from 1s to 8760h, not \"1ms\"");
    assert_mistake("[server]\nmax_connections = 1\n", "a whole number from 2 to 10000");
    assert_mistake("[server]\nmax_connections = 2.5\n", "a whole number from 2 to 10000");
    assert_mistake("[limits]\nline = 100\n", "a size with its unit");
    assert_mistake("[limits]\nline = 1B\n", "a size with its unit, from 256B to 1GiB, not \"1B\"");
    assert_mistake("[limits]\nlabel = 1MiB\n", "from 16B to 65535B, not \"1MiB\"");
    assert_mistake("[limits]\nseries = -1\n", "a whole number from 1");
    assert_mistake("[metrics]\nconst_labels = a\n", "\"a\" is no label; write NAME=\"VALUE\"");
    assert_mistake("[metrics]\nconst_labels = a=1\n", "the value of label \"a\" wants quotes");
    assert_mistake("[metrics]\nconst_labels = a=\"1\n", "the value of label \"a\" wants quotes");
    assert_mistake("[metrics]\nconst_labels = 1a=\"x\"\n", "\"1a\" cannot be a label name");
    assert_mistake("[metrics]\nconst_labels = le=\"x\"\n", "\"le\" cannot be a label name");
    assert_mistake("[metrics]\nconst_labels = a=\"1\", a=\"2\"\n", "label \"a\" is given twice");
    assert_mistake("[state]\ninterval = 1s\ninterval = 2s\n",
                   "c.ini:3: \"interval\" is given twice");
    assert_mistake("[state]\ninterval = 1s\n[state]\ninterval = 2s\n",
                   "c.ini:4: \"interval\" is given twice in this section (first in line 2)");
}

TEST(the_environment_is_read_in_values)
{
    setenv("LT_CHECK_A", "/a", 1);
    setenv("LT_CHECK_EMPTY", "", 1);
    unsetenv("LT_CHECK_NONE");
    ck_assert_str_eq(read_config("[state]\ndirectory = x${env:LT_CHECK_A}y"
                                 "${env:LT_CHECK_NONE:-/dflt}${env:LT_CHECK_EMPTY:-e}"
                                 "${env:LT_CHECK_EMPTY}${env:LT_CHECK_NONE:-}\n"
                                 "[rules]\ninclude = ${other},$${env:LT_CHECK_A}\n"),
                     "");
    ck_assert_str_eq(settings.state_directory, "x/ay/dflte");
    ck_assert_str_eq(settings.includes[0], "${other}");
    ck_assert_str_eq(settings.includes[1], "$/a");
}

TEST(a_variable_that_is_not_there_is_a_mistake)
{
    unsetenv("LT_CHECK_NONE");
    assert_mistake("[state]\n\ndirectory = ${env:LT_CHECK_NONE}\n",
                   "c.ini:3: the environment has no LT_CHECK_NONE; set it, or write "
                   "${env:LT_CHECK_NONE:-default}");
    assert_mistake("[state]\ndirectory = ${env:LT_CHECK_NONE\n", "");
    setenv("LT_CHECK_A", "\"x:1\"", 1);
    assert_mistake("[server]\nlisten = ${env:LT_CHECK_A}\n",
                   "c.ini:2: \"x:1\" is quoted; leave the quotes out");
}

TEST(where_state_is_kept_when_nothing_says)
{
    struct settings s;
    const char *dir;

    settings_init(&s);
    setenv("STATE_DIRECTORY", "/from/systemd", 1);
    settings_choose_state(&s, NULL);
    ck_assert_str_eq(s.state_directory, "/from/systemd");
    unsetenv("STATE_DIRECTORY");
    setenv("HOME", "/home/me", 1);
    s.state_directory = NULL;
    settings_choose_state(&s, NULL);
    dir = s.state_directory;
    ck_assert(strcmp(dir, "/var/lib/logtally") == 0 ||
              strcmp(dir, "/home/me/.local/state/logtally") == 0);
    settings_choose_state(&s, "/given");
    ck_assert_str_eq(s.state_directory, "/given");
    settings_release(&s);
}
