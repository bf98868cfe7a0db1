/* recounted -- the metrics that lines make when they are counted once more, against those of a
 * state. */
#ifndef LT_CMD_RECOUNTED_H
#define LT_CMD_RECOUNTED_H

#include "offline/session.h"

/* How many samples differ, with a line for each in *ret_text; *ret_compared: how many were compared.
 * Negative errno when the state's values cannot be read. */
int recounted_compare(const struct session *s, struct slice values, struct buf *ret_text,
                      size_t *ret_compared);
/* Was a limit of series reached, in the state or now? Which values became "other" then depends on
 * the order of lines over all files. */
bool recounted_folded(const struct session *s, struct slice values);

#endif
