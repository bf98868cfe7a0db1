/* The reader in front of inih: what it takes for a value, what it refuses, and that nothing is
 * cut. */
#include "config.h"

#include "suite.h"

#include "config/ini.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct mistakes mistakes;
static struct ini_doc *doc;
static struct buf shown;

static void setup(void)
{
    mistakes = MISTAKES_INIT;
    doc = NULL;
    shown = BUF_INIT;
}

static void teardown(void)
{
    ini_free(doc);
    mistakes_release(&mistakes);
    buf_release(&shown);
}

static void parse_n(const char *text, size_t n)
{
    doc = ini_read_text(slice_make(text, n), "t.ini", SECTION_ALL, &mistakes);
    mistakes_print(&mistakes, ADVICE, &shown);
}

static void parse(const char *text)
{
    parse_n(text, strlen(text));
}

static void assert_silent(void)
{
    ck_assert_msg(shown.n == 0, "said: %s", shown.p);
}

static void assert_said(const char *text)
{
    ck_assert_msg(shown.p && strstr(shown.p, text), "wanted: %s\nsaid: %s", text,
                  shown.p ? shown.p : "");
}

static void assert_section(size_t i, const char *text, const char *kind, const char *name, int line)
{
    ck_assert_uint_lt(i, doc->n);
    ck_assert_str_eq(doc->sections[i].text, text);
    ck_assert_str_eq(doc->sections[i].word, kind);
    ck_assert_str_eq(doc->sections[i].name, name);
    ck_assert_int_eq(doc->sections[i].at.line, line);
    ck_assert_str_eq(doc->sections[i].at.file, "t.ini");
}

static void assert_entry(size_t section, size_t i, const char *name, const char *value, int line)
{
    const struct ini_entry *e;

    ck_assert_uint_lt(section, doc->n);
    ck_assert_uint_lt(i, doc->sections[section].n);
    e = &doc->sections[section].entries[i];
    ck_assert_str_eq(e->name, name);
    ck_assert_str_eq(e->value.p, value);
    ck_assert_uint_eq(e->value.n, strlen(value));
    ck_assert_int_eq(e->at.line, line);
}

FIXTURE(setup, teardown);

TEST(sections_and_keys_have_their_lines)
{
    parse("; head\n\n[event a]\nmatch = x\n\n[counter  b_total ]  ; note\n\nhelp = y\ninc = a\n");
    assert_silent();
    ck_assert_uint_eq(doc->n, 2);
    assert_section(0, "event a", "event", "a", 3);
    assert_section(1, "counter  b_total", "counter", "b_total", 6);
    assert_entry(0, 0, "match", "x", 4);
    assert_entry(1, 0, "help", "y", 8);
    assert_entry(1, 1, "inc", "a", 9);
}

TEST(repeated_and_empty_sections_are_kept_apart)
{
    parse("[counter a]\nadd = x\n[counter a]\n[counter b]\n[counter a]\nadd = y\n");
    assert_silent();
    ck_assert_uint_eq(doc->n, 4);
    ck_assert_uint_eq(doc->sections[0].n, 1);
    ck_assert_uint_eq(doc->sections[1].n, 0);
    ck_assert_uint_eq(doc->sections[2].n, 0);
    assert_entry(3, 0, "add", "y", 6);
}

TEST(a_comment_may_follow_a_section_and_most_values)
{
    parse("[counter a]   ; note\nunit = ns   ; bare\nvalue =    ; only comment\nlabels = a;b ;c\n");
    assert_silent();
    assert_entry(0, 0, "unit", "ns", 2);
    assert_entry(0, 1, "value", "", 3);
    assert_entry(0, 2, "labels", "a;b", 4);
}

TEST(a_comment_after_free_text_is_refused_and_nothing_cut)
{
    parse("[event e]\nmatch = a ; b\n");
    assert_said("t.ini:2: \";\" after a blank would begin a comment");
    assert_entry(0, 0, "match", "a ; b", 2);
}

TEST(an_escaped_semicolon_is_one_in_every_value)
{
    parse("[event e]\nmatch = x \\; y\n[counter c]\nlabels = a \\; b ; c\nzero = \\;\n");
    assert_silent();
    assert_entry(0, 0, "match", "x ; y", 2);
    assert_entry(1, 0, "labels", "a ; b", 4);
    assert_entry(1, 1, "zero", ";", 5);
}

TEST(hash_begins_a_comment_line_only)
{
    parse("# head\n[event e]\n  # indented\nmatch = a # b\nset.x = a #b\nset.y = \"a # b\"\n"
          "match = (?x) a # b\n[counter c] # d\nhelp = a # b\n");
    assert_entry(0, 0, "match", "a # b", 4);
    assert_said("t.ini:4: warning: \"# b\" is part of the value");
    assert_said("t.ini:8: warning: # begins a comment only at the beginning of a line");
    ck_assert_msg(mistakes.nwarnings == 2, "said: %s", shown.p);
}

TEST(regexes_are_joined_with_nothing)
{
    parse("[event e]\nmatch = ^a\\s*\n        \\| b=c\nwhere = msg ==\n  hello\nrewrite.x = ^(a)\n"
          "\t(b) -> $1\n[log l]\nprefix = a\n b\npath_match = a\n b\ntime_match = a\n b\n");
    assert_silent();
    assert_entry(0, 0, "match", "^a\\s*\\| b=c", 2);
    assert_entry(0, 1, "where", "msg ==hello", 4);
    assert_entry(0, 2, "rewrite.x", "^(a)(b) -> $1", 6);
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(doc->sections[1].entries[i].value.p, "ab");
}

TEST(other_values_are_joined_with_a_blank)
{
    parse("[histogram h]\nhelp = one\n  two\nbuckets = 1 2\n  3 4 ; note\n\t5\nlabels =\n  a,\n  "
          "b\n");
    assert_silent();
    assert_entry(0, 0, "help", "one two", 2);
    assert_entry(0, 1, "buckets", "1 2 3 4 5", 4);
    assert_entry(0, 2, "labels", "a, b", 7);
}

TEST(a_blank_line_ends_a_value)
{
    parse("[histogram h]\nbuckets = 1 2\n\n  3\n");
    assert_said("t.ini:4: the indented line \"3\" continues no value");
    assert_entry(0, 0, "buckets", "1 2", 2);
}

TEST(a_comment_line_ends_a_value)
{
    parse("[histogram h]\nbuckets = 1 2\n  ; note\n  3\n");
    assert_said("t.ini:4: the indented line \"3\" continues no value");
}

TEST(an_indented_key_is_refused_and_read_as_meant)
{
    parse("[event e]\n  match = a\n  where = b == c\n");
    assert_said("t.ini:2: \"match\" is indented");
    assert_said("t.ini:3: \"where\" is indented");
    assert_entry(0, 0, "match", "a", 2);
    assert_entry(0, 1, "where", "b == c", 3);
}

TEST(an_indented_key_of_another_section_is_text)
{
    parse("[event e]\nmatch = ^a\n  path=(\\S+)\n  buckets = 3\n");
    assert_silent();
    assert_entry(0, 0, "match", "^apath=(\\S+)buckets = 3", 2);
}

TEST(an_indented_section_is_refused_and_read_as_meant)
{
    parse("[event e]\nmatch = a\n  [counter c]\ninc = e\n");
    assert_said("t.ini:3: \"[counter c]\" is indented");
    ck_assert_uint_eq(doc->n, 2);
    assert_entry(1, 0, "inc", "e", 4);
}

TEST(only_an_equals_sign_divides)
{
    parse("[event e]\nmatch: ^a=b\nmap.req:id = a\nset.x = a=b=c\n");
    assert_said("t.ini:2: only = divides a key from its value; write \"match = ...\"");
    ck_assert_uint_eq(doc->sections[0].n, 2);
    assert_entry(0, 0, "map.req:id", "a", 3);
    assert_entry(0, 1, "set.x", "a=b=c", 4);
}

TEST(byte_order_mark_and_crlf_are_accepted)
{
    parse("\xEF\xBB\xBF[counter b]\r\nhelp = v\r\n  w\r\n\r\n");
    assert_silent();
    assert_section(0, "counter b", "counter", "b", 1);
    assert_entry(0, 0, "help", "v w", 2);
}

TEST(a_file_may_end_without_newline)
{
    parse("[counter b]\nhelp = v");
    assert_silent();
    assert_entry(0, 0, "help", "v", 2);
}

TEST(long_values_and_names_are_not_cut)
{
    struct buf text = BUF_INIT, value = BUF_INIT, name = BUF_INIT;

    for (int i = 0; i < 5000; i++)
        buf_char(&value, (char)('a' + i % 26));
    for (int i = 0; i < 300; i++)
        buf_char(&name, (char)('a' + i % 26));
    buf_fmt(&text, "[counter %s]\nmatch = %s\n%s = x\nwhere = a\n%s\n", name.p, value.p, name.p,
            value.p);
    parse_n(text.p, text.n);
    ck_assert_str_eq(doc->sections[0].name, name.p);
    assert_entry(0, 0, "match", value.p, 2);
    assert_entry(0, 1, name.p, "x", 3);
    buf_release(&text);
    buf_release(&value);
    buf_release(&name);
}

TEST(a_continued_value_may_be_of_a_thousand_lines)
{
    struct buf text = BUF_INIT;

    buf_str(&text, "[event e]\nmatch = a\n");
    for (int i = 0; i < 1000; i++)
        buf_str(&text, "  bcdefghij\n");
    buf_str(&text, "where = a == b\n");
    parse_n(text.p, text.n);
    assert_silent();
    ck_assert_uint_eq(doc->sections[0].entries[0].value.n, 9001);
    assert_entry(0, 1, "where", "a == b", 1003);
    buf_release(&text);
}

TEST(what_inih_would_take_for_grammar_is_text)
{
    parse("[event e]\nmatch = [x]=y:z ;\\; \"q\" #h\nset.a = [s7]\nset.b = k1=v1\nset.c = = :\n");
    assert_said("t.ini:2: \";\" after a blank");
    assert_entry(0, 0, "match", "[x]=y:z ;; \"q\" #h", 2);
    assert_entry(0, 1, "set.a", "[s7]", 3);
    assert_entry(0, 2, "set.b", "k1=v1", 4);
    assert_entry(0, 3, "set.c", "= :", 5);
}

TEST(a_section_needs_its_bracket)
{
    parse("[event e ; note\nmatch = a\n[event f] g\nmatch = b\n");
    assert_said("t.ini:1: \"[event e ; note\" has no ] at its end");
    assert_said("t.ini:3: \"g\" after ] is not part of the section");
    assert_section(0, "event e", "event", "e", 1);
    assert_section(1, "event f", "event", "f", 3);
}

TEST(a_key_before_any_section_is_said_once)
{
    parse("a = b\nc = d\n[log y]\n");
    assert_said("t.ini:1: \"a\" stands before any section");
    ck_assert_uint_eq(mistakes.n, 1);
    ck_assert_uint_eq(doc->sections[0].n, 0);
}

TEST(a_log_taken_for_rules_is_one_mistake)
{
    parse("192.0.2.1 - - \"GET / HTTP/1.1\" 200\n  at main()\nmsg=a b=c\nwhat: now\n  x = y\n");
    assert_said("t.ini:1: \"192.0.2.1 - - \"GET / HTTP/1.1\" 200\" stands before any section");
    ck_assert_uint_eq(mistakes.n, 1);
    ck_assert_uint_eq(doc->n, 0);
}

TEST(a_nul_byte_is_said_and_nothing_else)
{
    static const char text[] = "[a b]\nk = v\0w\nneither\xff\n";

    parse_n(text, sizeof text - 1);
    assert_said("t.ini:2: a NUL byte");
    ck_assert_uint_eq(mistakes.n, 1);
    ck_assert_uint_eq(doc->n, 0);
}

TEST(bytes_that_are_not_utf8_are_said)
{
    parse("[a b]\nk = caf\xe9\n");
    assert_said("t.ini:2: this line is not valid UTF-8");
    ck_assert(!strchr(shown.p, '\xe9'));
}

TEST(an_empty_text_is_an_empty_document)
{
    parse("");
    assert_silent();
    ck_assert_uint_eq(doc->n, 0);
    ini_free(doc);
    parse_n(NULL, 0); /* as an empty file is read */
    assert_silent();
}

TEST(a_file_is_read_whole)
{
    char dir[] = "/tmp/check_ini.XXXXXX", path[64];
    FILE *f;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.ini", dir);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    for (int i = 0; i < 20000; i++)
        fprintf(f, "[counter c%d]\nhelp = h\n", i);
    fclose(f);
    doc = ini_read(path, SECTION_ALL, &mistakes);
    ck_assert_uint_eq(doc->n, 20000);
    ck_assert_str_eq(doc->sections[19999].name, "c19999");
    ck_assert_int_eq(doc->sections[19999].entries[0].at.line, 40000);
    unlink(path);
    rmdir(dir);
}

TEST(a_file_that_cannot_be_read_is_a_mistake)
{
    ck_assert_ptr_null(ini_read("/nonexistent/a.ini", SECTION_ALL, &mistakes));
    ck_assert_ptr_null(ini_read("/", SECTION_ALL, &mistakes));
    mistakes_print(&mistakes, ADVICE, &shown);
    assert_said("/nonexistent/a.ini: cannot read it: No such file or directory");
    assert_said("/: cannot read it: Is a directory");
}

/* Nothing is waited for, and nothing is read that has no end. */
TEST(what_is_no_regular_file_of_a_sane_size_is_not_read)
{
    char dir[] = "/tmp/lt-ini-XXXXXX", path[40];
    int fd;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/a", dir);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR | O_CLOEXEC); /* a writer that says nothing */
    ck_assert_ptr_null(ini_read(path, SECTION_ALL, &mistakes));
    (void)close(fd);
    ck_assert_int_eq(unlink(path), 0);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(ftruncate(fd, (off_t)1 << 40), 0);
    (void)close(fd);
    ck_assert_ptr_null(ini_read(path, SECTION_ALL, &mistakes));
    ck_assert_ptr_null(ini_read("/dev/zero", SECTION_ALL, &mistakes));
    mistakes_print(&mistakes, ADVICE, &shown);
    assert_said("/a: cannot read it: it is no regular file");
    assert_said("/a: cannot read it: it is larger than 16 MiB");
    assert_said("/dev/zero: cannot read it: it is no regular file");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(dir), 0);
}
