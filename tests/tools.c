/* tools -- see tools.h. */
#include "config.h"

#include "tools.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* xorshift64 */
uint64_t roll_bits(struct dice *d)
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return d->state;
}

unsigned roll(struct dice *d, unsigned sides)
{
    return (unsigned)((roll_bits(d) >> 33) % sides);
}

char *edge_new(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *p;

    size = (size + page - 1) / page * page;
    p = mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    ck_assert_int_eq(mprotect(p + page, size, PROT_READ | PROT_WRITE), 0);
    return p + page + size;
}

void put_file(const char *path, struct slice text)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text.p, 1, text.n, f), text.n);
    ck_assert_int_eq(fclose(f), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void remove_tree(const char *dir)
{
    (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
