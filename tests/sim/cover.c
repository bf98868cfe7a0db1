/* cover -- what was met on the way: steps, calls and their errors, states of files and changes between
 * them, notes, rotators. A run of many stories must have met all of it, else its silence says little. */
#include "config.h"

#include "world.h"

#include "input/set.h"

#include <stdio.h>
#include <string.h>

/* Each thing at least 100 times in 10,000 stories; half as often where few stories leave more to chance. */
enum { STATES = FILE_PIPE + 1, SEEN_FILES = 256, FEW = 10000 };

static unsigned long met[COVER_GROUPS][COVER_MAX];

static const char *const state_names[STATES] = {"unplaced", "named",   "open",   "lost", "absent",
                                                "held",     "waiting", "denied", "pipe"};
static const char *const note_names[] = {
    [TAIL_ROTATED] = "rotated",
    [TAIL_TRUNCATED] = "truncated",
    [TAIL_AMBIGUOUS] = "ambiguous",
    [TAIL_VANISHED] = "vanished",
    [TAIL_LOST_VANISHED] = "bytes lost: vanished",
    [TAIL_LOST_TRUNCATED] = "bytes lost: truncated",
    [TAIL_READ_ERROR] = "read error",
};
static const char *const style_names[] = {
    "chain", "epoch", "dateext", "old", "lumberjack", "number before the extension", "olddir",
};
static const char *const call_names[CALLS] = {
    "open",   "pread",   "events",  "lseek",   "statx",     "fstat",    "lstat", "readlink",
    "access", "opendir", "readdir", "inotify", "add_watch", "rm_watch", "mkdir", "flock",
    "write",  "fsync",   "link",    "rename",  "unlink",    "close",
};

/* Which state may follow on which, as set.h draws it. */
static const struct {
    enum file_state from, to;
} moves[] = {
    {FILE_UNPLACED, FILE_NAMED}, {FILE_UNPLACED, FILE_OPEN}, {FILE_UNPLACED, FILE_LOST},
    {FILE_NAMED, FILE_OPEN},     {FILE_NAMED, FILE_LOST},    {FILE_OPEN, FILE_NAMED},
    {FILE_OPEN, FILE_LOST},      {FILE_LOST, FILE_NAMED},    {FILE_LOST, FILE_ABSENT},
    {FILE_ABSENT, FILE_NAMED},   {FILE_HELD, FILE_NAMED},    {FILE_WAITING, FILE_OPEN},
};
enum { MOVES = sizeof(moves) / sizeof(moves[0]) };

void cover(enum cover group, unsigned i)
{
    met[group][i % COVER_MAX]++;
}

static void look(const struct tail_file *f, uint8_t *before)
{
    cover(COVER_STATE, f->state);
    for (unsigned i = 0; i < MOVES; i++)
        if (moves[i].from == *before && moves[i].to == f->state)
            cover(COVER_MOVE, i);
    *before = (uint8_t)f->state;
}

/* The state in which each file was when it was last looked at, by its number. */
void cover_look(void)
{
    static uint8_t before[SEEN_FILES];
    static const struct tailset *whose;
    const struct tailset *t = process_files();

    if (t != whose)
        memset(before, STATES, sizeof(before));
    whose = t;
    for (const struct tail_file *f = t ? t->files.first : NULL; f; f = f->next)
        look(f, &before[f->id % SEEN_FILES]);
    for (const struct tail_file *f = t ? t->gone.first : NULL; f; f = f->next)
        look(f, &before[f->id % SEEN_FILES]);
}

static unsigned too_seldom(const char *what, const char *name, unsigned long n, unsigned long least)
{
    if (n >= least)
        return 0;
    printf("not met often enough: %s %s: %lu times, should be %lu\n", what, name, n, least);
    return 1;
}

unsigned cover_report(unsigned long stories)
{
    unsigned long least = stories < FEW ? 1 + stories / 200 : stories / 100;
    unsigned missed = 0;
    char name[100];

    for (unsigned i = 0; i < nkinds; i++)
        missed += too_seldom("step", kinds[i].name, met[COVER_STEP][i], least);
    for (unsigned i = 0; i < CALLS; i++)
        missed += too_seldom("call", call_names[i], met[COVER_CALL][i], least);
    for (unsigned i = 0; i < CALLS * ERRORS; i++) {
        (void)snprintf(name, sizeof(name), "of %s: %s", call_names[i / ERRORS],
                       strerror(errors[i % ERRORS]));
        missed += too_seldom("error", name, met[COVER_ERROR][i], least);
    }
    for (unsigned i = 0; i < FILE_PIPE; i++)
        missed += too_seldom("state", state_names[i], met[COVER_STATE][i], least);
    for (unsigned i = 0; i < MOVES; i++) {
        (void)snprintf(name, sizeof(name), "from %s to %s", state_names[moves[i].from],
                       state_names[moves[i].to]);
        missed += too_seldom("change", name, met[COVER_MOVE][i], least);
    }
    for (unsigned i = 0; i < sizeof(note_names) / sizeof(note_names[0]); i++)
        if (note_names[i])
            missed += too_seldom("note", note_names[i], met[COVER_NOTE][i], least);
    for (unsigned i = 0; i < sizeof(style_names) / sizeof(style_names[0]); i++)
        missed += too_seldom("rotation", style_names[i], met[COVER_STYLE][i], least);
    return missed;
}
