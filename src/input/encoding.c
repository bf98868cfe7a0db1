/* encoding -- see encoding.h. */
#include "config.h"

#include "input/encoding.h"

void encoding_init(struct encoding *e, const char *name)
{
    *e = (struct encoding){.given = NULL};
    if (name)
        (void)charset_new(slice_str(name), &e->given);
}

void encoding_release(struct encoding *e)
{
    charset_free(e->given);
    charset_free(e->utf16[0]);
    charset_free(e->utf16[1]);
    *e = (struct encoding){.given = NULL};
}

struct charset *encoding_of(struct encoding *e, struct slice first)
{
    bool big = slice_starts(first, SLICE("\xfe\xff"));

    if (!big && !slice_starts(first, SLICE("\xff\xfe")))
        return e->given;
    if (!e->utf16[big])
        e->utf16[big] = charset_utf16(big);
    return e->utf16[big];
}
