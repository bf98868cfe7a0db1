/* leftout -- says on stderr what the lines of an archive held and no metric shows. */
#ifndef LT_CMD_LEFTOUT_H
#define LT_CMD_LEFTOUT_H

#include "metrics/registry.h"

/* The page shows only what the rules' metrics came to: what was folded, values that they could
 * not take, lines that were skipped and regexes that gave up are no part of it. A value that is missing is common, and
 * no mistake. */
void say_left_out(struct registry *r);
/* Of it, that no event took any of the lines: zeros look like a quiet log. `of`: stands before the sentence. */
void say_none_matched(struct registry *r, const char *of);
/* Of it, what was folded when parts or snapshots were put together. */
void say_folded(const struct registry *r);
/* Spans that wait for their end, which no file brought. */
void say_open_spans(struct registry *r);

#endif
