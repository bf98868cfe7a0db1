/* Fuzzer: any bytes as a regex, behind a newline as a file of patterns. Loading must neither crash nor
 * leak, end soon, and give a ruleset exactly when there is no mistake. */
#include "config.h"

#include "rules/load/load.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size), regex = {"", 0}, line;
    struct mistakes m = MISTAKES_INIT;
    struct buf ini = BUF_INIT;
    struct ini_doc *doc;
    struct ruleset *r;

    (void)slice_cut(&rest, '\n', &regex);
    buf_str(&ini, "[patterns]\n");
    while (slice_cut(&rest, '\n', &line)) {
        struct slice name = slice_until(line, " ");

        buf_slice(&ini, name);
        buf_str(&ini, " = ");
        buf_slice(&ini, slice_from(line, name.n));
        buf_char(&ini, '\n');
    }
    buf_str(&ini, "[event e]\nwhere = _line =~ ");
    buf_slice(&ini, regex);
    buf_str(&ini, "\nrewrite.x = ");
    buf_slice(&ini, regex);
    buf_str(&ini, " -> y\n[counter c_total]\nhelp = x\ninc = e\n");
    doc = ini_read_text(buf_all(&ini), "f.ini", SECTION_RULE, &m);
    r = ruleset_load(&doc, 1, NULL, &m);
    assert((r != NULL) == (m.nmistakes == 0));
    ruleset_free(r);
    ini_free(doc);
    mistakes_release(&m);
    buf_release(&ini);
    return 0;
}
