/* charset -- text of another encoding becomes UTF-8.
 *
 * By iconv, but for UTF-16, which is done here: a file's byte order mark may ask for it at any time,
 * and then nothing may be missing. No struct charset stands for UTF-8: text is left as it is then, and
 * every function below takes NULL for that.
 *
 * A line is converted alone: an encoding with shift states begins each in its first one, so that what
 * comes out does not depend on how many lines are read at once. Not for two threads at a time. */
#ifndef LT_BASE_CHARSET_H
#define LT_BASE_CHARSET_H

#include "base/slice.h"

#include <stdint.h>

struct charset;

/* So many bytes around converted text may be read. */
enum { CHARSET_PAD = 64 };
/* A byte of UTF-8 is made of so many at most. */
enum { CHARSET_WIDEST = 4 };

/* By a name that iconv knows; *ret_charset is NULL for UTF-8. 0, or -EINVAL when the name is unknown. */
int charset_new(struct slice name, struct charset **ret_charset);
/* `big`: of the byte order in which that of more weight comes first. */
struct charset *charset_utf16(bool big);
void charset_free(struct charset *c);

/* How a newline is written. Its length is the unit of the encoding: characters are multiples of it. */
struct slice charset_newline(const struct charset *c);
/* `s` begins with a character: its bytes up to the end of the first newline, or of the last one; 0 when
 * there is none. */
size_t charset_first_line(const struct charset *c, struct slice s);
size_t charset_whole_lines(const struct charset *c, struct slice s);

/* Lines as UTF-8, as many as there are newlines, and perhaps the beginning of one more. Bytes that are
 * no characters become U+FFFD, and *ret_invalid is how many; what is less than a unit at the end is
 * left out, and counts among them. BORROWS the charset until the next call. */
struct slice charset_convert(struct charset *c, struct slice lines, uint64_t *ret_invalid);

#endif
