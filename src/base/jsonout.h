/* jsonout -- JSON written piece by piece, in the order given.
 *
 * Commas, quotes and escapes are put where they belong, and every text comes out as valid UTF-8.
 * That opens match closes is the caller's.
 *
 *     struct jsonout j = {out, true};
 *     jsonout_open(&j, '{');
 *     jsonout_key_text(&j, "name", name);
 *     jsonout_close(&j, '}');  */
#ifndef LT_BASE_JSONOUT_H
#define LT_BASE_JSONOUT_H

#include "base/buf.h"

struct jsonout {
    struct buf *out;
    bool first; /* nothing stands before: no comma */
};

/* The members that an output begins with: the version of what it holds, and of the program. */
#define JSON_VERSIONS "\"version\":1,\"program_version\":\"" PACKAGE_VERSION "\""
/* An object that begins with them. */
void jsonout_begin(struct jsonout *j);
/* `{` or `[`; `}` or `]`. */
void jsonout_open(struct jsonout *j, char bracket);
void jsonout_close(struct jsonout *j, char bracket);
/* A value must follow. jsonout_name: a key that is data. */
void jsonout_key(struct jsonout *j, const char *key);
void jsonout_name(struct jsonout *j, struct slice name);
void jsonout_key_open(struct jsonout *j, const char *key, char bracket);
/* A key and a text; p = NULL or NULL becomes null. */
void jsonout_key_slice(struct jsonout *j, const char *key, struct slice text);
void jsonout_key_text(struct jsonout *j, const char *key, const char *text);
void jsonout_key_bool(struct jsonout *j, const char *key, bool v);
/* null when it is not there. */
void jsonout_key_number(struct jsonout *j, const char *key, double v, bool there);
void jsonout_key_whole(struct jsonout *j, const char *key, uint64_t v, bool there);
/* As unix seconds; null: 0, which is never. */
void jsonout_key_time(struct jsonout *j, const char *key, int64_t ns);
void jsonout_key_u64(struct jsonout *j, const char *key, uint64_t v);
void jsonout_text(struct jsonout *j, struct slice text);
/* A number, true, false or null, as it is to be written. */
void jsonout_word(struct jsonout *j, struct slice word);
void jsonout_u64(struct jsonout *j, uint64_t v);
/* JSON knows no NaN and no infinity: these are texts. */
void jsonout_number(struct jsonout *j, double v);

#endif
