/* check_inputs -- which files are parts of which, by the rule written out: of all files of the log beside
 * which a pattern of `rotated` names the part but not the file itself, the one that rotated_is_rather wants. */
#include "config.h"

#include "suite.h"
#include "tools.h"

#include "base/xalloc.h"
#include "input/glob.h"
#include "input/rotated.h"
#include "offline/inputs.h"
#include "rules/ruleset.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 12 };

static const char *const rotated[] = {"*.gz", "*b*", "old/*", "[!a]*"};

static unsigned chance = 1;

static unsigned pick(unsigned n)
{
    chance = chance * 1103515245 + 12345;
    return (chance >> 16) % n;
}

static bool is_part_of(const struct log_def *log, const char *path, const char *file)
{
    bool is = false;

    for (unsigned i = 0; i < log->nrotated && !is; i++) {
        char pattern[128];

        (void)snprintf(pattern, sizeof pattern, "%.*s%s", (int)(path_name(file) - file), file,
                       log->rotated[i]);
        is = glob_match(pattern, path) && !glob_match(pattern, file);
    }
    return is;
}

static const char *whole_of(const struct ruleset *rules, const struct input *list, size_t n,
                            const struct input *part)
{
    const char *best = NULL;

    for (size_t i = 0; i < n; i++)
        if (list[i].log == part->log && strcmp(list[i].path, part->path) != 0 &&
            is_part_of(&rules->logs[part->log], part->path, list[i].path) &&
            (!best || rotated_is_rather(part->path, list[i].path, best)))
            best = list[i].path;
    return best ? best : part->path;
}

/* No two alike; none that a rotator surely left by itself. */
static size_t some_files(struct input *list)
{
    size_t n = 0, wanted = 1 + pick(MOST);

    for (unsigned i = 0; i < wanted; i++) {
        static const char *const folders[] = {"/l/", "/l/old/", "/m/"};
        char path[64], name[8] = {0};

        for (unsigned k = 0, letters = 1 + pick(4); k < letters; k++)
            name[k] = (char)('a' + pick(3));
        (void)snprintf(path, sizeof path, "%s%s-%u%s", folders[pick(3)], name, i,
                       pick(2) ? ".gz" : "");
        list[n++] = (struct input){.path = xstrdup(path), .log = pick(2)};
    }
    return n;
}

TEST_EACH(a_part_is_of_the_file_that_the_written_rule_names, 50)
{
    chance = (unsigned)_i + 1;
    for (unsigned round = 0; round < 200; round++) {
        struct log_def logs[2] = {
            {.rotated = (const char **)(uintptr_t)rotated, .nrotated = pick(5)},
            {.rotated = (const char **)(uintptr_t)(rotated + 1), .nrotated = pick(4)},
        };
        struct ruleset rules = {.logs = logs, .nlogs = 2};
        struct setup setup = {.rules = &rules};
        struct input list[MOST];
        size_t n = some_files(list);

        inputs_find_streams(&setup, list, n);
        for (size_t i = 0; i < n; i++) {
            const char *whole = whole_of(&rules, list, n, &list[i]);

            if (strcmp(list[i].stream, whole) != 0)
                ck_abort_msg("%s is of %s, not of %s", list[i].path, whole, list[i].stream);
        }
        for (size_t i = 0; i < n; i++) {
            free(list[i].path);
            free(list[i].stream);
        }
    }
}
