/* What is remembered of values: when it is taken, when it is not, and that it is never another's. */
#include "config.h"

#include "engine/recall.h"

#include "suite.h"
#include "tools.h"

#include <string.h>

enum { AROUND = RECALL_AROUND, LINE = 512 };

/* A line with room around it, and the fields of two slots in it. */
struct line {
    char bytes[AROUND + LINE + AROUND];
    struct field slots[3];
};

static const uint16_t of_slots[] = {2, 0};

static void put(struct line *l, unsigned slot, const char *text, size_t n)
{
    char *at = l->bytes + AROUND + (slot ? LINE / 2 : 0);

    memcpy(at, text, n);
    l->slots[slot] = (struct field){at, (uint32_t)n, FIELD_TEXT};
}

static int find(struct recall *r, struct line *l, const uint32_t **events)
{
    return recall_find(r, l->slots, l->bytes + AROUND, events);
}

/* Comes twice, after which it is known. */
static void keep(struct recall *r, struct line *l, uint32_t event)
{
    const uint32_t *events;

    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(find(r, l, &events), -1);
        recall_keep(r, &event, 1);
    }
}

TEST(the_second_time_is_kept_and_the_third_is_found)
{
    struct recall *r = recall_new(of_slots, 2);
    static struct line l;
    const uint32_t *events;

    put(&l, 0, "INFO", 4);
    put(&l, 2, "http request", 12);
    keep(r, &l, 7);
    ck_assert_int_eq(find(r, &l, &events), 1);
    ck_assert_uint_eq(events[0], 7);
    l.slots[0].kind = FIELD_NULL;
    ck_assert_int_eq(find(r, &l, &events), -1);
    recall_free(r);
}

TEST(what_has_to_be_made_or_is_long_is_not_kept)
{
    struct recall *r = recall_new(of_slots, 2);
    static struct line l;
    static const char text[AROUND + 1] = "a";
    const uint32_t *events;

    put(&l, 0, text, AROUND);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(find(r, &l, &events), -1);
        recall_keep(r, (uint32_t[]){1}, 1);
    }
    put(&l, 0, text, AROUND - 1);
    keep(r, &l, 1);
    ck_assert_int_eq(find(r, &l, &events), 1);
    l.slots[0].kind = FIELD_JSON;
    ck_assert_int_eq(find(r, &l, &events), -1);
    recall_free(r);
}

TEST(of_no_fields_or_many_nothing_is_kept)
{
    static const uint16_t slots[RECALL_FIELDS_MAX + 1];

    ck_assert_ptr_null(recall_new(slots, 0));
    ck_assert_ptr_null(recall_new(slots, RECALL_FIELDS_MAX + 1));
    recall_free(NULL);
}

/* Values that differ anywhere, in any of the fields, in whatever place they meet. */
TEST(values_that_differ_in_one_byte_are_others)
{
    struct recall *r = recall_new(of_slots, 2);
    const uint32_t *events;
    static struct line l;
    char text[AROUND];

    for (unsigned n = 1; n < AROUND; n++) {
        memset(text, 'x', sizeof text);
        put(&l, 0, text, n);
        put(&l, 2, text, AROUND - n);
        keep(r, &l, n);
        ck_assert_int_eq(find(r, &l, &events), 1);
        for (unsigned i = 0; i < n; i++) {
            l.bytes[AROUND + i] = 'y';
            if (find(r, &l, &events) >= 0)
                ck_abort_msg("byte %u of %u", i, n);
            l.bytes[AROUND + i] = 'x';
        }
    }
    recall_free(r);
}

/* The answers beside a plain list of what was kept. */
TEST(random_values_are_found_as_they_were_kept)
{
    struct recall *r = recall_new(of_slots, 2);
    struct dice d = {20261129};
    unsigned found = 0;

    for (unsigned i = 0; i < 20000; i++) {
        static struct line l;
        unsigned a = roll(&d, 50), b = roll(&d, 50);
        const uint32_t *events;
        char text[64];
        int n;

        memset(text, (char)('a' + a % 2), sizeof text);
        put(&l, 0, text, 1 + a);
        memset(text, (char)('a' + b % 2), sizeof text);
        put(&l, 2, text, 1 + b);
        n = find(r, &l, &events);
        if (n >= 0 && events[0] != a * 100 + b)
            ck_abort_msg("%u and %u are %u", a, b, events[0]);
        found += n >= 0;
        if (n < 0)
            recall_keep(r, (uint32_t[]){a * 100 + b}, 1);
    }
    ck_assert_uint_gt(found, 1000);
    recall_free(r);
}
