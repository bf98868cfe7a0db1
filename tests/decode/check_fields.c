/* The table of wanted names, and turning fields into text. */
#include "config.h"

#include "suite.h"

#include "decode/fieldnames.h"
#include "decode/fields.h"

#include "base/buf.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

static int slot_of(const struct fieldnames *f, const char *name)
{
    const struct fieldname *e = fieldnames_find(f, slice_str(name));

    return e != NULL && e->slot != FIELDNAME_NO_SLOT ? e->slot : -1;
}

TEST(each_name_has_the_slot_of_its_place)
{
    enum { N = 4096 };
    char **names = xcalloc(N, sizeof *names);
    struct fieldnames *f;
    bool right = true;

    for (unsigned i = 0; i < N; i++) {
        char text[64];

        (void)snprintf(text, sizeof text, "%.*s%u", (int)(i % 40),
                       "a_prefix_that_many_of_the_names_have_in_common", i);
        names[i] = xstrdup(text);
    }
    f = fieldnames_new((const char *const *)names, N);
    for (unsigned i = 0; i < N; i++) {
        right &= slot_of(f, names[i]) == (int)i;
        names[i][strlen(names[i]) - 1] = 'x';
        right &= slot_of(f, names[i]) == -1;
        free(names[i]);
    }
    ck_assert(right);
    free(names);
    fieldnames_free(f);
}

TEST(no_names_at_all_find_nothing)
{
    struct fieldnames *f = fieldnames_new(NULL, 0);

    ck_assert_int_eq(slot_of(f, ""), -1);
    ck_assert_int_eq(slot_of(f, "a"), -1);
    fieldnames_free(f);
    fieldnames_free(NULL);
}

TEST(lengths_around_the_words_are_told_apart)
{
    static const char text[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

    for (unsigned n = 0; n < 40; n++) {
        char name[64];
        const char *names[] = {name};
        struct fieldnames *f;

        (void)snprintf(name, sizeof name, "%.*s", (int)n, text);
        f = fieldnames_new(names, 1);
        for (unsigned m = 0; m < 45; m++)
            ck_assert_int_eq(fieldnames_find(f, slice_make(text, m)) != NULL, m == n);
        for (unsigned at = 0; at < n; at++) {
            name[at] ^= 1;
            ck_assert_int_eq(slot_of(f, name), -1);
            name[at] ^= 1;
        }
        fieldnames_free(f);
    }
}

TEST(what_stands_before_dots_begins_names)
{
    static const char *const names[] = {"a.b.c", "a", "x..y", ".z"};
    struct fieldnames *f = fieldnames_new(names, 4);

    ck_assert(fieldnames_find(f, SLICE("a"))->begins);
    ck_assert_int_eq(slot_of(f, "a"), 1);
    ck_assert(fieldnames_find(f, SLICE("a.b"))->begins);
    ck_assert_int_eq(slot_of(f, "a.b"), -1);
    ck_assert(!fieldnames_find(f, SLICE("a.b.c"))->begins);
    ck_assert(fieldnames_find(f, SLICE("x"))->begins);
    ck_assert(fieldnames_find(f, SLICE("x."))->begins);
    ck_assert(fieldnames_find(f, SLICE(""))->begins);
    ck_assert_ptr_null(fieldnames_find(f, SLICE("b")));
    fieldnames_free(f);
}

TEST(a_nul_in_a_name_is_a_byte)
{
    static const char *const names[] = {"a"};
    struct fieldnames *f = fieldnames_new(names, 1);

    ck_assert_ptr_null(fieldnames_find(f, slice_make("a\0", 2)));
    ck_assert_ptr_null(fieldnames_find(f, slice_make("\0", 1)));
    ck_assert_ptr_null(fieldnames_find(f, slice_make("\0\0\0\0\0\0\0\0\0", 9)));
    fieldnames_free(f);
}

static void ck_text(const char *raw, enum field_kind kind, const char *want)
{
    struct field f = {raw, (uint32_t)strlen(raw), kind};
    struct arena scratch = {0};

    ck_assert(slice_eq(field_text(&f, &scratch), slice_str(want)));
    ck_assert(slice_eq(field_text(&f, &scratch), slice_str(want)));
    arena_release(&scratch);
}

TEST(missing_fields_are_empty_text)
{
    ck_text("", FIELD_NONE, "");
    ck_text("null", FIELD_NULL, "");
    ck_text("", FIELD_TEXT, "");
    ck_text("-", FIELD_TEXT, "");
    ck_text("\\u002d", FIELD_JSON, "");
    ck_text("\\x2d", FIELD_GO, "");
    ck_text("--", FIELD_TEXT, "--");
    ck_text("null", FIELD_TEXT, "null");
}

/* Broken escapes never come from the JSON scanner; they must still be harmless. */
TEST(broken_escapes_stand_as_written)
{
    ck_text("a\\", FIELD_JSON, "a\\");
    ck_text("\\u12", FIELD_JSON, "\\u12");
    ck_text("\\ud83d\\u", FIELD_JSON, "\ufffd\\u");
    ck_text("a\\", FIELD_GO, "a\\");
    ck_text("\\x4", FIELD_GO, "\\x4");
    ck_text("\\18", FIELD_GO, "\\18");
}
