/* ini -- reads an INI file into sections and entries, with line numbers, nothing cut.
 *
 * inih keeps the grammar; our reader in front of it carries the content: it takes one logical entry
 * (a key and its indented lines) from the file, keeps it in a table and hands inih a token that no
 * build of inih can cut, comment out or join. What the reader accepts: see docs and design
 * section 2. */
#ifndef LT_CONFIG_INI_H
#define LT_CONFIG_INI_H

#include "base/arena.h"
#include "config/mistake.h"
#include "config/schema.h"

struct ini_entry {
    const char *name;
    const struct key *key; /* its row; NULL when it is not to be read, for a reason given in `m` */
    struct slice value;    /* joined, trimmed, `\;` resolved; NUL-terminated */
    struct where at;       /* the key's line, the value's column */
    bool as_written;       /* the value stands so in that line */
};

enum { INI_FILE_MAX = 16 << 20 }; /* bytes of a file; larger ones are refused */

struct ini_section {
    const char *text; /* as written between the brackets, trimmed: "event http_access" */
    const char *word; /* its first word: "event" */
    const char *name; /* the rest, trimmed: "http_access"; "" when there is none */
    unsigned kind;    /* the bit of `word`; 0 when its keys are not to be read */
    struct where at;
    struct ini_entry *entries;
    size_t n, cap;
};

struct ini_doc {
    const char *file;
    struct ini_section *sections;
    size_t n, cap;
    struct arena text; /* owns all strings */
};

/* Reads a file that may hold sections of the kinds `allowed`. What is wrong with its form, its
 * sections and its keys is added to `m`, and the rest is still read. NULL only when the file cannot
 * be read (a mistake says why). */
struct ini_doc *ini_read(const char *path, unsigned allowed, struct mistakes *m);
/* The same from memory; `name` is what messages call it. (`ini_parse` is a name of inih.) */
struct ini_doc *ini_read_text(struct slice text, const char *name, unsigned allowed,
                              struct mistakes *m);
void ini_free(struct ini_doc *d);
/* The column behind what begins in a column of this line: a section's head, a key, or a value. */
int ini_end_column(struct slice line, int column);
/* Where a piece of the entry's value stands, to the column if that is known. */
struct where ini_at(const struct ini_entry *e, const char *piece);

/* In quotes, which most values are without. */
static inline bool ini_is_quoted(struct slice s)
{
    return s.n >= 2 && (*s.p == '"' || *s.p == '\'') && s.p[s.n - 1] == *s.p;
}

/* Refuses a text in quotes; false when it has none. */
bool ini_refuse_quotes(struct mistakes *m, struct slice text, struct where at);

#endif
