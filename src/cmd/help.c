/* help -- which commands there are, and what each says of itself; `version` beside it. */
#include "config.h"

#include "cmd/commands.h"

#include "base/log.h"
#include "config/mistake.h"
#include "config/schema.h"
#include "metrics/own.h"

#include <string.h>

static const struct command command_help, command_version;

static const struct command *const commands[] = {
    &command_run,      &command_check,   &command_explain, &command_replay,  &command_test,
    &command_backfill, &command_suggest, &command_watch,   &command_merge,   &command_state,
    &command_verify,   &command_health,  &command_help,    &command_version, NULL,
};

const struct command *command_find(const char *name)
{
    const char *names[sizeof commands / sizeof *commands];
    size_t n = 0;

    for (; commands[n]; n++) {
        if (strcmp(commands[n]->name, name) == 0)
            return commands[n];
        names[n] = commands[n]->name;
    }
    const char *near = nearest(slice_str(name), names, n);

    if (near)
        log_error("unknown command \"%s\"; did you mean \"%s\"? (see `logtally help`)", name, near);
    else
        log_error("unknown command \"%s\" (see `logtally help`)", name);
    return NULL;
}

void commands_print(FILE *to)
{
    fputs("Usage: logtally COMMAND [OPTION...] [FILE...]\n\n"
          "Derives Prometheus metrics from log files by rules, losing no line and counting none "
          "twice.\n\nCommands:\n",
          to);
    for (size_t i = 0; commands[i]; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n"
          "Try:\n"
          "  logtally check --rules rules\n"
          "  logtally replay --rules rules app.log\n"
          "  logtally run --rules rules --log '/var/log/app/*.log' --state state\n",
          to);
}

struct help_options {
    struct common_options common;
    bool json;
};

static const struct option_row help_rows[] = {
    {"json", 0, OPTION_FLAG, offsetof(struct help_options, json), NULL, "with keys: for programs"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

/* help keys [SECTION] */
static int help_keys(const struct command *self, const char *section, bool json)
{
    unsigned kinds = section ? section_kind(slice_str(section)) : SECTION_ALL;
    struct buf out = BUF_INIT;

    if (!kinds) {
        const char *near = section_kind_nearest(slice_str(section), SECTION_ALL);

        if (near)
            return usage_error(self, "there is no section [%s]; did you mean %s?", section, near);
        return usage_error(self, "there is no section [%s]", section);
    }
    (json ? keys_json : keys_text)(kinds, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_release(&out);
    return EXIT_FINE;
}

static int help_metrics(void)
{
    struct buf rows = BUF_INIT;

    own_describe(&rows);
    fwrite(rows.p, 1, rows.n, stdout);
    buf_release(&rows);
    return EXIT_FINE;
}

static int help_command(const char *name)
{
    const struct command *c = command_find(name);

    if (!c)
        return EXIT_USAGE;
    command_usage(c);
    return EXIT_FINE;
}

static int help(void *options, const struct command *self)
{
    const struct help_options *o = options;
    const struct strings *words = &o->common.files;
    const char *topic = words->n ? words->list[0] : "";
    bool keys = strcmp(topic, "keys") == 0;
    size_t most = keys ? 2 : 1;

    if (words->n > most)
        return usage_error(self, "%s: one %s at a time", words->list[most],
                           keys ? "section" : "command");
    if (o->json && !keys)
        return usage_error(self, "--json goes with keys");
    if (keys)
        return help_keys(self, words->n > 1 ? words->list[1] : NULL, o->json);
    if (strcmp(topic, "metrics") == 0)
        return help_metrics();
    if (words->n)
        return help_command(topic);
    commands_print(stdout);
    return EXIT_FINE;
}

static int version(void *options, const struct command *self)
{
    (void)options;
    (void)self;
    printf("logtally %s (revision %s of %s)\n", PACKAGE_VERSION, BUILD_REVISION, BUILD_DATE);
    puts("  compiler  " BUILD_COMPILER);
    puts("  libraries " BUILD_LIBRARIES);
    return EXIT_FINE;
}

static const struct command command_help = {
    .name = "help",
    .arguments = "[COMMAND | keys [SECTION] | metrics]",
    .summary = "Explain a command, or the keys of configuration and rules",
    .details =
        "`help keys` lists every key of every section, or those of SECTION, with default and "
        "range;\n"
        "`help metrics` what logtally says of itself: name, type, labels, kept or not, meaning.\n",
    .options = help_rows,
    .size = sizeof(struct help_options),
    .run = help,
};

static const struct command command_version = {
    .name = "version",
    .arguments = "",
    .summary = "Print version, revision, compiler and libraries",
    .no_files = "it takes no files",
    .size = sizeof(struct common_options),
    .run = version,
};
