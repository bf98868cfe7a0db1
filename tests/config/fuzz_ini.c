/* Fuzzer: any bytes as a rules file. Reading and compiling must neither crash nor leak, and a
 * ruleset must come exactly when there is no mistake. A form feed divides two files. */
#include "config.h"

#include "rules/load/load.h"
#include "rules/ruleset.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data, size), first = {"", 0};
    struct mistakes m = MISTAKES_INIT;
    struct buf said = BUF_INIT;
    struct ini_doc *docs[2];
    struct ruleset *r;

    (void)slice_cut(&text, '\f', &first);
    docs[0] = ini_read_text(first, "a.ini", size % 2 ? SECTION_CONFIG : SECTION_RULE, &m);
    docs[1] = ini_read_text(text, "b.ini", SECTION_RULE, &m);
    r = ruleset_load(docs, 2, &(struct ruleset_options){.lint = true}, &m);
    assert((r != NULL) == (m.nmistakes == 0));
    mistakes_print(&m, ADVICE, &said);
    assert((said.n > 0) == (m.n > 0));
    buf_release(&said);
    mistakes_release(&m);
    ruleset_free(r);
    ini_free(docs[0]);
    ini_free(docs[1]);
    return 0;
}
