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

struct ini_entry {
    const char *name;
    struct slice value; /* joined, trimmed, `\;` resolved; NUL-terminated */
    struct where at;    /* the key's line */
};

struct ini_section {
    const char *text; /* as written between the brackets, trimmed: "event http_access" */
    const char *kind; /* its first word: "event" */
    const char *name; /* the rest, trimmed: "http_access"; "" when there is none */
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

/* Reads a file. Mistakes of form are added to `m` and the rest is still read. NULL only when the
 * file cannot be read (a mistake says why). */
struct ini_doc *ini_read(const char *path, struct mistakes *m);
/* The same from memory; `name` is what messages call it. (`ini_parse` is a name of inih.) */
struct ini_doc *ini_read_text(struct slice text, const char *name, struct mistakes *m);
void ini_free(struct ini_doc *d);
/* In quotes, which most values are without. */
bool ini_is_quoted(struct slice value);

#endif
