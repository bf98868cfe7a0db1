/* words -- how explain writes what stands in a log. Private to it. */
#ifndef LT_ENGINE_WORDS_H
#define LT_ENGINE_WORDS_H

#include "base/buf.h"

enum { TEXT_MAX = 200 };

/* Text from a log, safe for a terminal, cut after TEXT_MAX bytes. */
void show_text(struct buf *out, struct slice s);
void show_quoted(struct buf *out, struct slice s);
/* 2025-11-12T10:15:30.5Z */
void show_instant(struct buf *out, int64_t ns);

#endif
