/* tz -- what the clocks of a place show, by the system's files of time zones (TZif, RFC 8536).
 *
 * The C library knows one zone at a time, that of the process, and asks a lock for it. A log's zone is
 * another one, and each thread reads lines. */
#ifndef LT_BASE_TZ_H
#define LT_BASE_TZ_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct tz;

/* What is in force: how far east of UTC, and what that is called ("CET"). */
struct tz_type {
    int offset_s;
    char name[12];
};

/* Where the files are: $TZDIR, else /usr/share/zoneinfo. */
const char *tz_directory(void);
/* Might it be the name of a file there? Letters, digits, `_ + - /`. */
bool tz_is_name(struct slice name);
/* "Europe/Berlin". 0, or negative errno; -EBADMSG: that file is none of a zone. */
int tz_open(struct slice name, struct tz **ret_tz);
/* The machine's own: $TZ (a name, or a rule as CET-1CEST,M3.5.0,M10.5.0/3), else /etc/localtime; UTC
 * when there is neither. */
struct tz *tz_local(void);
void tz_free(struct tz *tz);

/* Seconds since 1970, of the years of calendar.h. Dies with tz. */
const struct tz_type *tz_at(const struct tz *tz, int64_t utc_s);

#endif
