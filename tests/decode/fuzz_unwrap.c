/* Fuzzer: a byte for the kind of wrapper and one for the limit, then lines. Each is unwrapped twice, by
 * one that forgets nothing and by one whose parts are saved and loaded before each line; both must say
 * the same, keep to the limit, and leave readable what scanners read behind a line. */
#include "config.h"

#include "decode/linescan.h"
#include "decode/unwrap.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct side {
    struct partial parts;
    struct arena scratch;
    enum unwrap_result result;
    struct unwrapped line;
};

static void can_be_read(struct slice s)
{
    unsigned sum = 0;

    for (size_t i = 0; s.p && i < s.n + LINESCAN_SLACK; i++)
        sum += (unsigned char)s.p[i];
    assert(sum <= 255 * (s.n + LINESCAN_SLACK));
}

static void save_and_load(struct partial *p)
{
    struct buf saved = BUF_INIT;
    struct reader in;

    partial_save(p, &saved);
    partial_release(p);
    *p = (struct partial){0};
    in = reader_of(buf_all(&saved));
    assert(partial_load(p, &in) == 0 && !in.bad);
    buf_release(&saved);
}

static void same(const struct side *a, const struct side *b)
{
    assert(a->result == b->result);
    if (a->result != UNWRAP_LINE && a->result != UNWRAP_AS_IS)
        return;
    assert(slice_eq(a->line.line, b->line.line));
    assert(slice_eq(a->line.stream, b->line.stream) && slice_eq(a->line.time, b->line.time));
    can_be_read(a->line.line);
    can_be_read(b->line.line);
}

static void unwrap(struct side sides[2], enum unwrap_kind kind, struct slice raw, size_t most)
{
    save_and_load(&sides[1].parts);
    for (int i = 0; i < 2; i++) {
        arena_reset(&sides[i].scratch);
        sides[i].result = unwrap_line(kind, SLICE("MESSAGE"), raw, most, &sides[i].parts,
                                      &sides[i].scratch, &sides[i].line);
    }
    same(&sides[0], &sides[1]);
    if (sides[0].result == UNWRAP_LINE)
        assert(sides[0].line.line.n <= most || sides[0].line.line.n <= raw.n);
}

static void finish(struct side sides[2])
{
    do {
        for (int i = 0; i < 2; i++) {
            arena_reset(&sides[i].scratch);
            sides[i].result = unwrap_unfinished(&sides[i].parts, &sides[i].scratch, &sides[i].line);
        }
        same(&sides[0], &sides[1]);
    } while (sides[0].result != UNWRAP_PART);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum unwrap_kind kinds[] = {UNWRAP_DOCKER, UNWRAP_CRI, UNWRAP_AUTO, UNWRAP_KEY};
    struct side sides[2] = {0};
    char *room = xcalloc(1, size + 2 * LINESCAN_SLACK);
    struct slice rest, line;

    if (size > 2) {
        memcpy(room + LINESCAN_SLACK, data + 2, size - 2);
        rest = slice_make(room + LINESCAN_SLACK, size - 2);
        while (slice_cut(&rest, '\n', &line))
            unwrap(sides, kinds[data[0] % 4], line, data[1]);
        finish(sides);
    }
    for (int i = 0; i < 2; i++) {
        partial_release(&sides[i].parts);
        arena_release(&sides[i].scratch);
    }
    free(room);
    return 0;
}
