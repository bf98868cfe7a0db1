/* alike -- lines are alike when explain_kind says the same of them.
 *
 * To find that of a line that no event takes means to look for its nearest events, which takes as long as
 * many lines otherwise. So it is done once for all lines of one shape for which the same conditions hold: words
 * that are numbers, ids, addresses and such are the same to both. */
#include "config.h"

#include "cmd/alike.h"

#include "base/xalloc.h"
#include "suggest/words.h"

#include <stdlib.h>

/* Of lines; more are looked at each for itself. And of a line so much is cut into words. */
enum { CHEAP_MAX = 100000, SHAPED_MAX = 2000 };

static void add_shape(struct slice line, struct buf *out)
{
    struct word words[WORDS_MAX];
    bool more;
    size_t n;

    if (line.n > SHAPED_MAX)
        line.n = SHAPED_MAX;
    n = words_split(line, words, &more);
    for (size_t i = 0; i < n; i++) {
        buf_slice(out, words[i].before);
        if (words[i].class != WORD_FIXED)
            buf_char(out, (char)(1 + words[i].class));
        buf_slice(out, words[i].after);
        buf_char(out, words[i].glued ? '\0' : ' ');
    }
}

static bool is_untaken(struct slice kind)
{
    return slice_starts(kind, SLICE("no event"));
}

/* The number of its kind, which may be new. */
static uint64_t find_kind(struct alikes *a, struct slice kind)
{
    uint64_t number = a->n;

    if (map_get(&a->kinds, kind, &number))
        return number;
    if (a->n == ALIKE_MAX)
        return ALIKE_MAX;
    map_put(&a->kinds, kind, number);
    GROW(a->list, a->n, a->cap);
    a->list[a->n++] = (struct alike){.title = xstrslice(slice_until(kind, "\n"))};
    return number;
}

static uint64_t find(struct alikes *a, const struct trace *t, bool is_line)
{
    struct buf cheap = BUF_INIT, kind = BUF_INIT;
    uint64_t number;

    explain_kind(t, is_line, false, &cheap);
    if (!is_untaken(buf_all(&cheap))) {
        number = find_kind(a, buf_all(&cheap));
    } else {
        add_shape(t->record->line, &cheap);
        if (!map_get(&a->cheap, buf_all(&cheap), &number)) {
            explain_kind(t, is_line, true, &kind);
            number = find_kind(a, buf_all(&kind));
            if (a->cheap.n < CHEAP_MAX)
                map_put(&a->cheap, buf_all(&cheap), number);
        }
    }
    buf_release(&cheap);
    buf_release(&kind);
    return number;
}

struct alike *alikes_add(struct alikes *a, const struct trace *t, bool is_line, const char *file,
                         uint64_t line)
{
    uint64_t number = find(a, t, is_line);
    struct alike *k = number < ALIKE_MAX ? &a->list[number] : NULL;

    a->lines += is_line;
    if (!k) {
        a->others++;
        return NULL;
    }
    if (k->count++ > 0)
        return NULL;
    k->file = file;
    k->line = line;
    return k;
}

/* What nothing takes, what takes less than it should, what is as it should be. */
static int need(const struct alike *a)
{
    return is_untaken(slice_str(a->title)) ? 0 : strstr(a->title, ", skips ") ? 1 : 2;
}

static int by_need(const void *x, const void *y)
{
    const struct alike *a = x, *b = y;

    if (need(a) != need(b))
        return need(a) - need(b);
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

void alikes_sort(struct alikes *a)
{
    if (a->n)
        qsort(a->list, a->n, sizeof *a->list, by_need);
}

void alikes_release(struct alikes *a)
{
    for (size_t i = 0; i < a->n; i++) {
        free(a->list[i].title);
        buf_release(&a->list[i].text);
    }
    free(a->list);
    map_release(&a->kinds);
    map_release(&a->cheap);
}
