/* oracle -- knows each line that was ever written, and what is owed of it.
 *
 * A line is owed when it lay whole under a name in scope, or in an inode that the process held open,
 * over two reconciles of one running process and then a state was saved; or lies there at the end.
 * No line may ever count twice. An error that was injected excuses what is missing at the end, but no
 * line that counts twice. Not yet looked at: whether what is lost was told. */
#include "config.h"

#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct oracle oracle;

enum { OWED_AFTER = 6 }; /* ticks of a second: two reconciles and one more */

void oracle_init(void)
{
    memset(&oracle, 0, sizeof(oracle));
    oracle.nlines = 1;
}

void oracle_fault(const char *format, ...)
{
    va_list ap;

    if (oracle.fault[0])
        return;
    va_start(ap, format);
    (void)vsnprintf(oracle.fault, sizeof(oracle.fault), format, ap);
    va_end(ap);
}

size_t oracle_line(unsigned id, char *out)
{
    size_t pad = id % 7 == 0 ? 300 : id * 13 % 40;
    int n = sprintf(out, "L%06u ", id);

    memset(out + n, 'x', pad);
    out[(size_t)n + pad] = '\n';
    return (size_t)n + pad + 1;
}

/* Its number, or 0: no line that was ever written whole. */
static unsigned known(const char *p, size_t n)
{
    char line[400];
    unsigned id = n > 7 && *p == 'L' ? (unsigned)strtoul(p + 1, NULL, 10) : 0;

    return id > 0 && id < oracle.nlines && oracle_line(id, line) == n && !memcmp(line, p, n) ? id
                                                                                             : 0;
}

static void each_line(const char *p, size_t n, void (*fn)(unsigned id))
{
    const char *newline; /* an empty file has no bytes to point at */

    while (n > 0 && (newline = memchr(p, '\n', n))) {
        size_t length = (size_t)(newline + 1 - p);
        unsigned id = known(p, length);

        if (id)
            fn(id);
        p += length;
        n -= length;
    }
}

static void count(unsigned id)
{
    if (++oracle.count[id] > 1)
        oracle_fault("line %u counted twice", id);
}

void oracle_took(const char *p, size_t n)
{
    each_line(p, n, count);
}

static bool there[LINES_MAX];

static void mark(unsigned id)
{
    there[id] = true;
}

static void look_into(struct node *n)
{
    const struct buf *b = n->plain.n ? &n->plain : &n->data;

    each_line(b->p, b->n, mark);
}

static void look_below(const char *path)
{
    struct node *dir = disk_find(path, true, NULL);

    for (struct dent *d = dir && S_ISDIR(dir->mode) ? dir->names : NULL; d; d = d->next) {
        char file[300];

        if (strstr(d->name, ".tmp"))
            continue;
        (void)snprintf(file, sizeof(file), "%s/%s", path, d->name);
        struct node *n = disk_find(file, true, NULL);

        if (n && S_ISREG(n->mode))
            look_into(n);
    }
}

static void look(void)
{
    memset(there, 0, sizeof(there));
    look_below("/log");
    look_below("/cur");
    if (disk_find("/cur/app.log", true, NULL))
        look_below("/pods");
    for (struct node *n = world.nodes; n; n = n->next)
        if (n->opens && S_ISREG(n->mode) && sys_holds(n))
            look_into(n);
}

void oracle_look(bool saved)
{
    look();
    for (unsigned id = 1; id < oracle.nlines; id++) {
        if (!there[id])
            oracle.since[id] = 0;
        else if (!oracle.since[id])
            oracle.since[id] = oracle.reconciles + 1;
        else if (saved && oracle.reconciles > oracle.since[id] + OWED_AFTER)
            oracle.owed[id] = true;
    }
}

void oracle_born(void)
{
    oracle.reconciles = 0;
    memset(oracle.since, 0, sizeof(oracle.since));
}

void oracle_end(void)
{
    unsigned lost = 0, first = 0;

    look();
    for (unsigned id = 1; id < oracle.nlines; id++) {
        if (oracle.count[id])
            continue;
        if ((oracle.owed[id] || there[id]) && !world.failed) {
            lost++;
            first = first ? first : id;
        }
    }
    if (lost)
        oracle_fault("%u lines that are owed were not counted, the first is %u%s", lost, first,
                     oracle.told ? " (told)" : "");
}
