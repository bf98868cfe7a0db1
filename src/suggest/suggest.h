/* suggest -- a sample of a log in, a rules file to start from out.
 *
 * Lines are put together by what they say: decoded ones by the field that tells them apart (msg,
 * event, ...), the rest as text. Each kind that is frequent becomes an event with a counter, labels
 * for fields with few values, histograms and gauges for fields that look like durations, sizes and
 * numbers; for every field left out a comment says why. All of it is guessed, and says so.
 *
 * What most lines begin with (time, host, program: heads.h) is cut off first, and becomes the log's prefix.
 * Do several lines belong together (begins)? Then each record is taken as a line is, by its first one.
 *
 * The room goes from words (what kind of thing a piece of text is) to shapes (which texts say the
 * same with other values) and fields (what a field holds, what it is good for), and from there to
 * the file (proposal.h). Four things hold:
 *
 *   - What is written loads without a mistake, whatever the sample holds: every text of a log is
 *     escaped, or left out.
 *   - The same sample gives the same file; nothing depends on a clock, an address or a hash.
 *   - Each event is found without being tried on every line.
 *   - Different values and names are counted up to a bound (fields.h). The sample itself is kept in
 *     memory whole: the caller bounds it.
 *
 * A `struct suggest` owns copies of the lines and of all texts; kinds, items and names borrow them.
 * The room reads no file and knows no option: lines come as the engine would have them, out of their wrapping and
 * joined to records. */
#ifndef LT_SUGGEST_SUGGEST_H
#define LT_SUGGEST_SUGGEST_H

#include "base/buf.h"

#include <stdint.h>

struct suggest;
struct begins;
struct ruleset;

/* `least`: lines that a kind must have to be proposed. `field`, which is BORROWED, tells decoded
 * lines apart; NULL: one is found. */
struct suggest *suggest_new(uint64_t least, const char *field);
void suggest_free(struct suggest *s);
/* What is written is to be added to rules that are there: events and metrics alone, and a [log] only if those
 * have none. Where they have, lines come without what their `prefix` cuts off. Before the first line. */
void suggest_beside(struct suggest *s, bool has_log);
/* Lines are read as that [log] says, which stands in the rules beside these, and come without what its `prefix` cuts
 * off: none is written. BORROWS. Before the first line. */
void suggest_log(struct suggest *s, const char *log);
/* The files are in that encoding, and the lines were made UTF-8 of it: the [log] says so. NULL: UTF-8. BORROWS. */
void suggest_encoding(struct suggest *s, const char *encoding);
/* No event and no metric is to be called as one of these rules. Copies. */
void suggest_taken(struct suggest *s, const struct ruleset *rules);
/* Takes a line, or a record, as it was read, perhaps out of a container's wrapping; copies it. */
void suggest_add(struct suggest *s, struct slice line, bool wrapped);
/* The lines that were taken are records, which begin so. BORROWS. */
void suggest_records(struct suggest *s, const struct begins *begins);
size_t suggest_bytes(const struct suggest *s);
/* Appends the rules file. `names` are the files of the sample, one at least, as the [log] is to name them; - is
 * standard input. BORROWS. Once, at the end. */
void suggest_write(struct suggest *s, const char *const *names, size_t n, struct buf *out);
/* Then: has a line that was taken a field of that name? */
bool suggest_has_field(const struct suggest *s, const char *name);

#endif
