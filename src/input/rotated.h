/* rotated -- the names under which rotators leave a file: for app.log
 *
 *     app.log.1  app.log.20260102  app.log-20260102  app-2026-01-02.log, each also .gz or .zst */
#ifndef LT_INPUT_ROTATED_H
#define LT_INPUT_ROTATED_H

#include "base/buf.h"

/* Whether the name says that it is compressed. */
bool rotated_is_compressed(struct slice name);
/* The nth (from 0) name that `name` could be a rotated name of; false when there is none. */
bool rotated_base(struct slice name, unsigned nth, struct buf *ret_base);

#endif
