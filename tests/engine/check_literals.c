/* check_literals -- many texts in one walk: every answer is that of searching for each text
 * alone. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "engine/literals.h"

#include "base/buf.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXTS = 300, LINES = 20000 };

static struct dice dice = {88172645463325252u};

/* Few letters, so that texts overlap, repeat and nearly match. */
static struct slice random_text(struct buf *b, size_t least, size_t most)
{
    size_t n = least + roll(&dice, (uint32_t)(most - least + 1));

    buf_clear(b);
    for (size_t i = 0; i < n; i++)
        buf_char(b, "abc "[roll(&dice, 4)]);
    return buf_all(b);
}

/* A million comparisons: each ck_assert would send a message to the process that waits. */
static void assert_as_one_by_one(const struct slice *texts, unsigned n, struct slice line,
                                 const struct literals *l, uint64_t *marks)
{
    uint32_t found[TEXTS];
    bool said[TEXTS] = {false};
    unsigned nfound = literals_find(l, line, marks, found);

    for (unsigned i = 0; i < nfound; i++) {
        if (said[found[i]])
            ck_abort_msg("text %u twice", found[i]);
        said[found[i]] = true;
    }
    for (unsigned i = 0; i < n; i++)
        if (said[i] != (memmem(line.p, line.n, texts[i].p, texts[i].n) != NULL))
            ck_abort_msg("text \"%.*s\" in \"%.*s\"", SLICE_FMT(texts[i]), SLICE_FMT(line));
}

/* A line of every length; half of them with one of the texts in it, or all of it but a byte. */
static struct slice random_line(struct buf *line, const struct slice *texts, unsigned n)
{
    struct buf around = BUF_INIT;
    struct slice t = texts[roll(&dice, n)];

    random_text(line, 0, 40);
    if (roll(&dice, 2)) {
        buf_add(line, t.p, t.n - roll(&dice, 2));
        buf_slice(line, random_text(&around, 0, 20));
    }
    buf_release(&around);
    return buf_all(line);
}

/* Lines of every length around the texts, which go. */
static void compare_in_lines(struct slice *texts, unsigned n)
{
    struct buf line = BUF_INIT;
    struct literals *l = literals_new(texts, n);
    uint64_t *marks = literals_marks(l);

    for (int i = 0; i < rounds(LINES); i++) {
        struct slice s = random_line(&line, texts, n);
        char *exact = malloc(s.n + 1); /* so that a sanitizer sees a read past the end */

        memcpy(exact, s.p, s.n);
        exact = realloc(exact, s.n ? s.n : 1);
        assert_as_one_by_one(texts, n, slice_make(exact, s.n), l, marks);
        free(exact);
    }
    free(marks);
    literals_free(l);
    for (unsigned i = 0; i < n; i++)
        free((char *)texts[i].p);
    buf_release(&line);
}

/* Texts of at least `least` bytes. */
static void compare(unsigned n, size_t least, size_t most)
{
    struct slice texts[TEXTS];
    struct buf text = BUF_INIT;

    for (unsigned i = 0; i < n; i++) {
        struct slice t = random_text(&text, least, most);

        texts[i] = slice_make(xstrslice(t), t.n);
    }
    compare_in_lines(texts, n);
    buf_release(&text);
}

/* Texts of one length that are alike but for `differing` bytes amid others. */
static void compare_alike(unsigned before, unsigned differing, unsigned after)
{
    struct slice texts[TEXTS];
    struct buf text = BUF_INIT, middle = BUF_INIT;

    for (unsigned i = 0; i < TEXTS; i++) {
        buf_clear(&text);
        for (unsigned k = 0; k < before; k++)
            buf_char(&text, 'a');
        buf_slice(&text, random_text(&middle, differing, differing));
        for (unsigned k = 0; k < after; k++)
            buf_char(&text, "bc"[k % 2]);
        texts[i] = slice_make(xstrslice(buf_all(&text)), text.n);
    }
    compare_in_lines(texts, TEXTS);
    buf_release(&middle);
    buf_release(&text);
}

TEST(long_texts_are_found_wherever_they_stand)
{
    compare(20, 7, 20);
}

TEST(texts_for_long_windows_are_found)
{
    compare(100, 12, 30);
    compare(100, 10, 30);
}

/* How far a walk may step is told by the shortest. */
TEST(the_only_short_text_may_be_any)
{
    for (unsigned place = 0; place < 4; place++) {
        struct slice texts[4];
        struct buf text = BUF_INIT;

        for (unsigned i = 0; i < 4; i++) {
            struct slice t = random_text(&text, i == place ? 12 : 30, i == place ? 12 : 30);

            texts[i] = slice_make(xstrslice(t), t.n);
        }
        compare_in_lines(texts, 4);
        buf_release(&text);
    }
}

TEST(short_and_long_texts_are_found_together)
{
    compare(40, 1, 12);
}

TEST(hundreds_of_texts_are_found)
{
    compare(TEXTS, 4, 9);
}

TEST(texts_that_are_alike_nearly_everywhere_are_told_apart)
{
    compare_alike(20, 3, 20);
    compare_alike(0, 4, 20);
    compare_alike(30, 2, 0);
    compare_alike(5, 1, 5);
    compare_alike(3, 2, 0);
}

TEST(a_single_text_is_found)
{
    compare(1, 5, 5);
}

TEST(no_texts_make_no_search)
{
    ck_assert_ptr_null(literals_new(NULL, 0));
}
