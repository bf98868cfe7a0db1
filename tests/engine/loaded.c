/* loaded -- see the header. */
#include "config.h"

#include "engine/loaded.h"

#include <assert.h>
#include <stdio.h>

struct ruleset *loaded(const char *text)
{
    struct mistakes m = MISTAKES_INIT;
    struct ini_doc *doc = ini_read_text(slice_str(text), "f.ini", SECTION_RULE, &m);
    struct ruleset *r = ruleset_load(&doc, 1, NULL, &m);
    struct buf said = BUF_INIT;

    mistakes_print(&m, MISTAKE, &said);
    if (!r)
        fprintf(stderr, "%s\n", said.p);
    assert(r);
    ini_free(doc);
    mistakes_release(&m);
    buf_release(&said);
    return r;
}
