/* The table of identity, row by row: what the evidence leads to. On real files: check_identity.c. */
#include "config.h"

#include "suite.h"

#include "input/judge.h"

/* What is read of R, and what N has: the marks of each row are put over this. */
static struct evidence part(uint64_t agrees, uint64_t offset)
{
    return (struct evidence){.relation = TAIL_PREFIX,
                             .agrees = agrees,
                             .from = agrees,
                             .size = agrees,
                             .offset = offset,
                             .known_size = offset};
}

static struct evidence whole(uint64_t offset, uint64_t size)
{
    return (struct evidence){.relation = TAIL_SAME,
                             .agrees = offset,
                             .from = offset,
                             .size = size,
                             .offset = offset,
                             .known_size = offset};
}

static void expect(struct evidence e, unsigned number, enum verdict verdict)
{
    const struct row *row = judge(&e);

    ck_assert_uint_eq(row->number, number);
    ck_assert_int_eq(row->verdict, verdict);
}

static struct evidence named(struct evidence e)
{
    e.gone = e.named = e.lately = true;
    return e;
}

static struct evidence still(struct evidence e)
{
    e.still = true;
    return e;
}

static struct evidence inode(struct evidence e)
{
    e.inode = true;
    return e;
}

static struct evidence rest(struct evidence e)
{
    e.rest = e.gone = e.lately = true;
    return e;
}

TEST(row_0_waits_while_more_may_come)
{
    expect(named(part(0, 100)), 0, VERDICT_WAIT);
    expect(named(part(99, 100)), 0, VERDICT_WAIT);
    expect(named(whole(100, 100)), 0, VERDICT_WAIT);
    expect(named(whole(100, 101)), 10, VERDICT_AMBIGUOUS);
    expect(still(named(part(0, 100))), 11, VERDICT_NEW);
}

TEST(row_0_waits_also_within_a_banner)
{
    struct evidence e = named(part(50, 100));

    e.alike = 60;
    expect(e, 0, VERDICT_WAIT);
    expect(still(e), 11, VERDICT_NEW);
}

TEST(row_1_the_same_inode_with_all_of_it)
{
    struct evidence e = inode(whole(100, 100));

    expect(e, 5, VERDICT_SAME); /* the number alone proves as much as a copy */
    e.born = true;
    expect(e, 1, VERDICT_SAME);
    e.size = 200;
    expect(e, 1, VERDICT_SAME);
}

TEST(row_2_cut_or_truncated)
{
    struct evidence last = inode(part(90, 100)), much = inode(part(5000, 9000));

    expect(last, 2, VERDICT_NEW);
    last.born = true;
    expect(last, 2, VERDICT_NEW);
    last.last_line = true;
    expect(last, 2, VERDICT_CUT);
    last.born = false;
    expect(last, 2, VERDICT_CUT);
    expect(much, 2, VERDICT_CUT);
    expect(inode(part(4000, 9000)), 2, VERDICT_NEW);
    expect(inode(part(3000, 4000)), 2, VERDICT_NEW);
    much.copied = true;
    expect(much, 2, VERDICT_NEW);
}

TEST(row_2_a_banner_is_no_cut)
{
    struct evidence e = inode(part(90, 100));

    e.last_line = true;
    e.alike = 90;
    expect(e, 2, VERDICT_NEW);
    e.alike = 89;
    expect(e, 2, VERDICT_CUT);
}

TEST(row_3_after_a_crash_what_is_left_goes_on)
{
    struct evidence e = inode(part(10, 100));

    e.rebooted = true;
    expect(e, 3, VERDICT_CUT);
    e.relation = TAIL_OTHER; /* NULs behind it, or written on */
    expect(e, 3, VERDICT_CUT);
    e.agrees = 0;
    expect(e, 2, VERDICT_NEW);
}

TEST(row_4_written_anew_by_an_editor)
{
    struct evidence e = whole(100, 120), cut = part(60, 100);

    e.replaced = cut.replaced = cut.seen = cut.gone = true;
    expect(e, 4, VERDICT_SAME);
    expect(cut, 4, VERDICT_CUT);
    cut.relation = TAIL_OTHER; /* and written on */
    expect(cut, 4, VERDICT_CUT);
    cut.agrees = 40;
    expect(cut, 11, VERDICT_NEW);
    cut.last_line = true;
    expect(cut, 4, VERDICT_CUT);
    cut.gone = false; /* another, to which a symlink leads now */
    expect(cut, 11, VERDICT_NEW);
    cut.gone = true;
    cut.seen = false; /* perhaps deleted and written again */
    expect(cut, 11, VERDICT_NEW);
}

TEST(row_5_what_was_lost_is_found_under_a_rotated_name)
{
    struct evidence e = rest(part(5000, 9000)), held = rest(part(10, 9000));

    expect(rest(whole(100, 300)), 5, VERDICT_SAME);
    expect(e, 5, VERDICT_READ);
    e.lately = false;
    expect(e, 0, VERDICT_WAIT); /* copied slowly */
    expect(still(e), 11, VERDICT_NEW);
    expect(still(held), 11, VERDICT_NEW);
    held.held = true;
    expect(held, 5, VERDICT_READ);
    held.rebooted = true;
    expect(held, 5, VERDICT_CUT);
}

TEST(row_6_a_copy_is_held)
{
    struct evidence e = {.copy = true};

    expect(e, 6, VERDICT_COPY);
}

TEST(row_8_copied_with_its_times)
{
    struct evidence e = named(whole(100, 100));

    e.same_time = true;
    expect(e, 8, VERDICT_SAME);
    e.known_size = 120;
    expect(e, 0, VERDICT_WAIT);
    expect(still(e), 10, VERDICT_AMBIGUOUS);
}

TEST(row_9_copied_and_grown)
{
    expect(named(whole(4096, 5000)), 9, VERDICT_SAME);
    expect(named(whole(4095, 5000)), 10, VERDICT_AMBIGUOUS);
}

TEST(row_10_written_again)
{
    struct evidence e = still(named(whole(5000, 5000)));

    expect(e, 10, VERDICT_AMBIGUOUS);
    e.alike = 5000;
    expect(e, 11, VERDICT_NEW);
    e = still(named(part(40, 100)));
    expect(e, 10, VERDICT_AMBIGUOUS);
    e.relation = TAIL_OTHER; /* and then something else */
    expect(e, 10, VERDICT_AMBIGUOUS);
    e.alike = 40; /* a banner */
    expect(e, 11, VERDICT_NEW);
    e.alike = e.from = 0; /* less than a line */
    expect(e, 11, VERDICT_NEW);
}

TEST(row_10_set_aside_and_written_anew)
{
    struct evidence e = whole(100, 120), cut = part(90, 100);

    expect(e, 11, VERDICT_NEW);
    e.aside = cut.aside = true;
    expect(e, 10, VERDICT_AMBIGUOUS);
    expect(cut, 11, VERDICT_NEW); /* each run begins so, perhaps */
    cut.last_line = true;
    expect(cut, 10, VERDICT_AMBIGUOUS);
    expect(part(5000, 9000), 11, VERDICT_NEW);
    cut = part(5000, 9000);
    cut.aside = true;
    expect(cut, 10, VERDICT_AMBIGUOUS);
    cut.alike = 5000; /* a banner */
    expect(cut, 11, VERDICT_NEW);
}

TEST(row_10_another_holds_all_of_it_and_has_it)
{
    struct evidence e = whole(100, 120);

    e.rotated = true;
    expect(e, 10, VERDICT_AMBIGUOUS);
    e.alike = 100; /* no more than a banner */
    expect(e, 11, VERDICT_NEW);
    e.alike = 0;
    e.relation = TAIL_OTHER;
    expect(e, 11, VERDICT_NEW);
}

TEST(row_5_the_same_inode_goes_before_what_was_replaced)
{
    struct evidence back = inode(whole(100, 100)), replaced = named(whole(50, 100));

    replaced.replaced = true;
    ck_assert(judge(&back) < judge(&replaced));
}

TEST(row_11_nothing_in_common)
{
    expect((struct evidence){0}, 11, VERDICT_NEW);
    expect(named((struct evidence){.offset = 100, .known_size = 100, .size = 50}), 11, VERDICT_NEW);
}
