/* heads -- what most lines of a sample begin with, before they say anything: a time, a level, the host, a
 * program with its process. It differs from line to line and from machine to machine, so it is cut off
 * before lines are compared, and becomes the `prefix` of the log that is proposed. */
#ifndef LT_SUGGEST_HEADS_H
#define LT_SUGGEST_HEADS_H

#include "base/buf.h"
#include "engine/record.h"

struct heads;

struct heads *heads_new(void);
void heads_free(struct heads *h);
/* The next line, or record; those that are JSON have no head. */
void heads_note(struct heads *h, struct slice line);
/* When all were noted. */
void heads_find(struct heads *h);
/* When all lines were cut: a time of which a part is dropped, the day or PM, is none. */
void heads_judge(struct heads *h);
/* The regex of the head; NULL: lines have none. */
const char *heads_regex(const struct heads *h);
/* Appends what to say of the times, and `time_format` lines for the times in it; `own_time`: lines may have another behind it, in a field that is
 * called as it is in the head, and stands in its place. */
void heads_formats(const struct heads *h, bool own_time, struct buf *out);
/* The line without its head, whose level, program and logger are given to `fn`. */
struct slice heads_cut(struct heads *h, struct slice line, field_visit_fn *fn, void *ctx);

#endif
