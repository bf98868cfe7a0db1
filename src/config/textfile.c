/* textfile -- see textfile.h. */
#include "config.h"

#include "config/textfile.h"

#include "base/utf8.h"

#include <string.h>

static void say(struct slice text, const char *at, const char *name, const char *sentence,
                struct mistakes *m)
{
    struct slice before = slice_make(text.p, (size_t)(at - text.p));

    mistake_add(m, MISTAKE, (struct where){name, (int)slice_count(before, '\n') + 1, 0}, "%s",
                sentence);
}

bool textfile_check(struct slice text, const char *name, struct mistakes *m)
{
    const char *nul = text.n ? memchr(text.p, 0, text.n) : NULL;
    struct slice rest = text, line;

    if (nul) {
        say(text, nul, name, "a NUL byte: this is not a text file (save it as UTF-8)", m);
        return false;
    }
    if (utf8_valid(text))
        return true;
    while (slice_cut(&rest, '\n', &line)) {
        if (utf8_valid(line))
            continue;
        say(text, line.p, name, "this line is not valid UTF-8; save the file as UTF-8", m);
        break;
    }
    return true;
}
