/* memo -- a map, and one array for the numbers of all texts. */
#include "config.h"

#include "engine/memo.h"

#include "base/xalloc.h"

#include <stdlib.h>

/* It is judged when it did not know so many texts as it can hold: of four that were asked for one may be
 * among them. What they cost is then little beside what it rests for. */
enum { JUDGED_AFTER = MEMO_TEXTS, KNOWN_LEAST = 4, REST_LEAST = 1 << 18, REST_MOST = 1 << 26 };

static void empty(struct memo *m)
{
    map_release(&m->index);
    m->n = m->bytes = 0;
}

static void judge(struct memo *m)
{
    if (m->missed < JUDGED_AFTER)
        return;
    if (m->asked / KNOWN_LEAST < m->missed) {
        m->rest = m->rest ? m->rest * 2 : REST_LEAST;
        m->rest = m->rest < REST_MOST ? m->rest : REST_MOST;
        m->rests = m->rest;
        memo_release(m);
    } else {
        m->rest = 0;
    }
    m->asked = m->missed = 0;
}

const uint32_t *memo_find(struct memo *m, struct slice text)
{
    uint64_t at;

    if (text.n > MEMO_TEXT)
        return NULL;
    m->asked++;
    if (map_get(&m->index, text, &at))
        return m->numbers + at;
    m->missed++;
    judge(m);
    return NULL;
}

void memo_keep(struct memo *m, struct slice text, const uint32_t *numbers, uint32_t n)
{
    if (m->index.n == MEMO_TEXTS || m->bytes + m->n * sizeof *numbers > MEMO_BYTES)
        empty(m);
    if (m->cap - m->n <= n) {
        m->cap = m->cap * 2 + n + 1;
        m->numbers = xreallocarray(m->numbers, m->cap, sizeof *m->numbers);
    }
    map_put(&m->index, text, m->n);
    m->bytes += text.n;
    m->numbers[m->n++] = n;
    if (n)
        memcpy(m->numbers + m->n, numbers, n * sizeof *numbers);
    m->n += n;
}

void memo_release(struct memo *m)
{
    empty(m);
    free(m->numbers);
    m->numbers = NULL;
    m->cap = 0;
}
