/* commands -- one short file a command: its options, and a function that calls the room which does
 * the work. Nothing here is called by another room but by main. */
#ifndef LT_CMD_COMMANDS_H
#define LT_CMD_COMMANDS_H

#include "app/options.h"
#include "base/buf.h"

#include <stdio.h>

extern const struct command command_run, command_check, command_explain, command_replay,
    command_test, command_backfill, command_suggest, command_merge, command_state, command_verify,
    command_watch, command_health;

/* The command of that name, or NULL after a sentence on stderr. */
const struct command *command_find(const char *name);
/* All of them, a line each. */
void commands_print(FILE *to);

/* keys.c: appends the sections of these kinds (enum section_kind). */
void keys_text(unsigned kinds, struct buf *out);
void keys_json(unsigned kinds, struct buf *out);

#endif
