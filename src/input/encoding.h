/* encoding -- how the files of a log are written: as its configuration says, or in UTF-16 if a file
 * begins with the mark of it. Which it is follows from the first bytes of a content alone; they are
 * kept and saved with its fingerprint. */
#ifndef LT_INPUT_ENCODING_H
#define LT_INPUT_ENCODING_H

#include "base/charset.h"

/* A zeroed one is that of UTF-8. */
struct encoding {
    struct charset *given; /* NULL = UTF-8 */
    struct charset
        *utf16[2]; /* made when a file asks for it; the second begins with the heavier byte */
};

/* `name`: as in the configuration, where it was found to be known; NULL = UTF-8. */
void encoding_init(struct encoding *e, const char *name);
void encoding_release(struct encoding *e);
/* That of a content which begins so; NULL = UTF-8. BORROWS *e. */
struct charset *encoding_of(struct encoding *e, struct slice first);

#endif
