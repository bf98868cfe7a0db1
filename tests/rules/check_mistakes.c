/* Golden files of what a person is told: tests/mistakes/NAME.ini is loaded, and all that is said
 * must be NAME.expected, byte for byte. NAME.2.ini, if there is one, is loaded as a second file; a
 * NAME that begins with config_ is loaded as the configuration file, one with lint_ with advice.
 * right_* must be silent. Other files are those that rules name. Messages name the files by their base names. */
#include "config.h"

#include "suite.h"

#include "config/settings.h"
#include "rules/load/load.h"
#include "rules/ruleset.h"

#include "base/xalloc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAMES_MAX = 512, GOLDEN_MIN = 60 };

static char *names[NAMES_MAX];
static int nnames;

/* Beside the directory of this file, as the compiler was given it in the build directory. */
static const char *directory(void)
{
    static char path[4096];

    snprintf(path, sizeof path, "%.*s/../mistakes", (int)(strrchr(__FILE__, '/') - __FILE__),
             __FILE__);
    return path;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* How many there are; their processes inherit the list. */
static int find_names(void)
{
    DIR *d = nnames ? NULL : opendir(directory());
    struct dirent *e;

    while (d && (e = readdir(d)) && nnames < NAMES_MAX) {
        struct slice name = slice_str(e->d_name);

        if (!slice_ends(name, SLICE(".ini")) || slice_ends(name, SLICE(".2.ini")))
            continue;
        name.n -= strlen(".ini");
        names[nnames++] = xstrslice(name);
    }
    if (d)
        closedir(d);
    qsort(names, (size_t)nnames, sizeof *names, by_text);
    return nnames;
}

/* False when there is no such file. */
static bool read_file(const char *name, const char *suffix, struct buf *out)
{
    char path[5000];
    FILE *f;
    int c;

    snprintf(path, sizeof path, "%s/%s%s", directory(), name, suffix);
    f = fopen(path, "r");
    if (!f)
        return false;
    while ((c = getc(f)) != EOF)
        buf_char(out, (char)c);
    fclose(f);
    return true;
}

/* What the file of a name that begins so may hold. */
static unsigned allowed(const char *name)
{
    return strncmp(name, "config_", 7) == 0 ? SECTION_CONFIG
           : strncmp(name, "test_", 5) == 0 ? SECTION_ALL
                                            : SECTION_RULE;
}

static struct ini_doc *read_doc(const char *name, const char *suffix, struct mistakes *m)
{
    struct buf text = BUF_INIT;
    struct ini_doc *d = NULL;
    char file[300];

    snprintf(file, sizeof file, "%s%s", name, suffix);
    if (read_file(name, suffix, &text))
        d = ini_read_text(buf_all(&text), file, allowed(name), m);
    buf_release(&text);
    return d;
}

/* The files that rules name are relative to them, and rules go by their base names here. */
static struct ruleset *load_beside(struct ini_doc *const *docs, unsigned n,
                                   const struct ruleset_options *options, struct mistakes *m)
{
    char before[4096];
    struct ruleset *r;

    ck_assert_ptr_nonnull(getcwd(before, sizeof before));
    ck_assert_int_eq(chdir(directory()), 0);
    r = ruleset_load(docs, n, options, m);
    ck_assert_int_eq(chdir(before), 0);
    return r;
}

static void said(const char *name, struct buf *out, bool *ret_loaded)
{
    struct mistakes m = MISTAKES_INIT;
    struct ini_doc *docs[2];
    struct settings settings;
    struct ruleset_options options = {.lint = strncmp(name, "lint_", 5) == 0};
    struct ruleset *r;

    docs[0] = read_doc(name, ".ini", &m);
    docs[1] = read_doc(name, ".2.ini", &m);
    settings_init(&settings);
    settings_read(&settings, docs[0], &m);
    r = load_beside(docs, docs[1] ? 2 : 1, &options, &m);
    mistakes_print(&m, ADVICE, out);
    *ret_loaded = r != NULL;
    ck_assert_msg((r != NULL) == (m.nmistakes == 0), "a ruleset comes exactly without mistakes");
    ruleset_free(r);
    settings_release(&settings);
    mistakes_release(&m);
    ini_free(docs[0]);
    ini_free(docs[1]);
}

TEST_EACH(a_mistake_is_said_as_expected, find_names())
{
    const char *name = names[_i];
    struct buf expected = BUF_INIT, actual = BUF_INIT;
    bool loaded;

    ck_assert_msg(read_file(name, ".expected", &expected), "%s.expected is missing", name);
    said(name, &actual, &loaded);
    ck_assert_msg(slice_eq(buf_all(&expected), buf_all(&actual)),
                  "%s\n--- expected\n%s\n--- said\n%s", name, expected.p ? expected.p : "",
                  actual.p ? actual.p : "");
    if (strncmp(name, "right_", 6) == 0)
        ck_assert(loaded && actual.n == 0);
    buf_release(&expected);
    buf_release(&actual);
}

TEST(the_golden_files_were_found)
{
    ck_assert_msg(nnames >= GOLDEN_MIN, "only %d files in %s", nnames, directory());
}

/* A typo must never make the program fail: every golden file, cut after each line. */
TEST_EACH(a_cut_file_says_something_or_loads, find_names())
{
    struct buf text = BUF_INIT;

    ck_assert(read_file(names[_i], ".ini", &text));
    for (size_t n = 0; n <= text.n; n++) {
        struct mistakes m = MISTAKES_INIT;
        struct ini_doc *d;
        struct ruleset *r;

        if (n < text.n && text.p[n] != '\n' && n % 7)
            continue;
        d = ini_read_text(slice_make(text.p, n), "cut", allowed(names[_i]), &m);
        r = ruleset_load(&d, 1, NULL, &m);
        ck_assert_msg((r != NULL) == (m.nmistakes == 0), "%s cut at %zu", names[_i], n);
        ruleset_free(r);
        ini_free(d);
        mistakes_release(&m);
    }
    buf_release(&text);
}

TEST(every_key_of_rules_stands_in_a_file_that_is_right)
{
    struct buf text = BUF_INIT;

    ck_assert(read_file("right_everything", ".ini", &text));
    for (int i = 0; i < NKEYS; i++) {
        const struct key *k = key_row((enum key_id)i);
        char line[80];

        snprintf(line, sizeof line, "\n%s%s", k->name, k->flags & KEY_FIELD ? "" : " ");
        ck_assert_msg(!(k->sections & SECTION_RULE) || k->flags & KEY_ANY || strstr(text.p, line),
                      "%s", k->name);
    }
    buf_release(&text);
}
