/* names -- found by an index, and in the order in which they came in. */
#include "config.h"

#include "input/names.h"

#include "base/xalloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct name {
    struct index_node by_text;
    struct name *older, *newer;
    int64_t since_ns;
    char text[];
};

static struct name *find(const struct names *x, struct slice text)
{
    return INDEX_THING(index_find(&x->index, text), struct name, by_text);
}

static void drop(struct names *x, struct name *name)
{
    index_remove(&x->index, &name->by_text);
    *(name->older ? &name->older->newer : &x->oldest) = name->newer;
    *(name->newer ? &name->newer->older : &x->newest) = name->older;
    x->n--;
    free(name);
}

bool names_add(struct names *x, struct slice text, size_t most, int64_t now_ns)
{
    struct name *name;

    if (find(x, text))
        return false;
    if (x->n >= most)
        drop(x, x->oldest);
    name = xcalloc(1, sizeof(*name) + text.n + 1);
    name->since_ns = now_ns;
    memcpy(name->text, text.p, text.n);
    name->older = x->newest;
    *(x->newest ? &x->newest->newer : &x->oldest) = name;
    x->newest = name;
    index_add_text(&x->index, &name->by_text, name->text);
    x->n++;
    return true;
}

bool names_remove(struct names *x, struct slice text)
{
    struct name *name = find(x, text);

    if (name)
        drop(x, name);
    return name;
}

void names_expire(struct names *x, int64_t before_ns)
{
    while (x->oldest && x->oldest->since_ns < before_ns)
        drop(x, x->oldest);
}

void names_release(struct names *x)
{
    while (x->oldest)
        drop(x, x->oldest);
    index_release(&x->index);
}
