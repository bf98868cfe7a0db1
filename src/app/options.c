/* options -- getopt_long, driven by the rows of a command and those common ones that it takes.
 *
 * getopt says nothing itself (opterr): its sentences name no command and no way out. Whatever it
 * refuses is looked at again here, and the nearest option named. Names are written whole: what getopt
 * takes for the beginning of one would mean nothing, or something else, once an option is added. */
#include "config.h"

#include "app/options.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "config/mistake.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP = 1000, FIRST_LONG = 1001, OPTIONS_MAX = 32 };

/* In the order of the bits of enum command_takes. */
static const struct option_row common_rows[] = {
    {"config", 'c', OPTION_TEXT, offsetof(struct common_options, config), "FILE",
     "configuration (default " CONFIG_FILE " if it is there)"},
    {"config", 'c', OPTION_TEXT, offsetof(struct common_options, config), "FILE",
     "configuration (none if not given)"},
    {"rules", 0, OPTION_LIST, offsetof(struct common_options, rules), "DIR|FILE|GLOB",
     "rules to use instead of the configuration's; repeatable"},
    {"as", 0, OPTION_TEXT, offsetof(struct common_options, as), "LOG",
     "the [log] that lines belong to (default: whose globs match the file)"},
    {"output", 'o', OPTION_TEXT, offsetof(struct common_options, output), "FILE",
     "write there, whole or not at all, instead of stdout"},
    {"format", 0, OPTION_TEXT, offsetof(struct common_options, format), "FORMAT",
     "text (default), openmetrics or json"},
    {"year", 0, OPTION_TEXT, offsetof(struct common_options, year), "YYYY",
     "of each file's first line, for times without a year (default: by when the file was written)"},
    {"date", 0, OPTION_TEXT, offsetof(struct common_options, date), "YYYY-MM-DD",
     "likewise, for times without a date"},
};

/* The options of one command. */
struct rows {
    const struct option_row *list[OPTIONS_MAX];
    size_t n;
};

void strings_add(struct strings *s, const char *text)
{
    GROW(s->list, s->n, s->cap);
    s->list[s->n++] = text;
}

bool strings_has(const struct strings *s, const char *text)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->list[i], text) == 0)
            return true;
    return false;
}

static struct rows rows_of(const struct command *c)
{
    struct rows rows = {.n = 0};

    for (size_t i = 0; i < sizeof common_rows / sizeof *common_rows; i++)
        if (c->takes & 1U << i)
            rows.list[rows.n++] = &common_rows[i];
    for (size_t i = 0; c->options && c->options[i].name && rows.n < OPTIONS_MAX; i++)
        rows.list[rows.n++] = &c->options[i];
    return rows;
}

int usage_error(const struct command *c, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    log_error("%s: %s (see `logtally help %s`)", c->name, text, c->name);
    return EXIT_USAGE;
}

static void store(const struct option_row *row, void *into)
{
    char *field = (char *)into + row->field;

    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)(void *)field = true;
        break;
    case OPTION_TEXT:
        *(const char **)(void *)field = optarg;
        break;
    case OPTION_LIST:
        strings_add((struct strings *)(void *)field, optarg);
        break;
    }
}

/* Fills getopt's tables. */
static void make_tables(const struct rows *rows, struct option *longs, char *letters)
{
    size_t n = 0;

    *letters++ = ':'; /* tell a missing value from an unknown option */
    for (; n < rows->n; n++) {
        const struct option_row *row = rows->list[n];
        int has_arg = row->kind == OPTION_FLAG ? no_argument : required_argument;

        longs[n] = (struct option){row->name, has_arg, NULL, FIRST_LONG + (int)n};
        if (row->letter) {
            *letters++ = row->letter;
            if (has_arg)
                *letters++ = ':';
        }
    }
    longs[n] = (struct option){"help", no_argument, NULL, HELP};
    longs[n + 1] = (struct option){NULL, 0, NULL, 0};
    *letters++ = 'h';
    *letters = '\0';
}

static const struct option_row *find_row(const struct rows *rows, int code)
{
    if (code >= FIRST_LONG)
        return rows->list[code - FIRST_LONG];
    for (size_t i = 0; i < rows->n; i++)
        if (rows->list[i]->letter == code)
            return rows->list[i];
    return NULL;
}

/* Of `--name` or `--name=value`. */
static struct slice name_of(const char *text)
{
    return (struct slice){text + 2, strcspn(text + 2, "=")};
}

/* `--ruls` where --rules was meant; `begun` is the only one that begins so, or NULL. */
static int unknown_long(const struct command *c, const struct rows *rows, const char *text,
                        const char *begun)
{
    const char *names[OPTIONS_MAX + 1] = {"help"};
    size_t n = 1;

    for (size_t i = 0; i < rows->n; i++)
        if (rows->list[i]->help)
            names[n++] = rows->list[i]->name;
    struct slice name = name_of(text);
    const char *near = begun ? begun : nearest(name, names, n);

    if (near)
        return usage_error(c, "unknown option --%.*s; did you mean --%s?", SLICE_FMT(name), near);
    return usage_error(c, "unknown option --%.*s", SLICE_FMT(name));
}

/* What getopt refused: `code` is ':' or '?'. Of letters that stand together (-ac) only optopt tells
 * which. */
static int refuse(const struct command *c, const struct rows *rows, int code, const char *text)
{
    const struct option_row *row = optopt == HELP ? NULL : find_row(rows, optopt);

    if (optopt >= HELP && code == '?')
        return usage_error(c, "option --%s takes no value", row ? row->name : "help");
    if (optopt && code == ':' && row)
        return usage_error(c, "option --%s wants a value: --%s %s", row->name, row->name,
                           row->value);
    if (optopt)
        return usage_error(c, "unknown option -%c", optopt);
    return unknown_long(c, rows, text, NULL);
}

/* -1, or the exit code where getopt took the beginning of a name. */
static int judge_name(const struct command *c, const struct rows *rows, int code, char **argv)
{
    const char *text = argv[optind - 1], *name = code == HELP ? "help" : find_row(rows, code)->name;

    if (text == optarg)
        text = argv[optind - 2];
    return slice_eq(name_of(text), slice_str(name)) ? -1 : unknown_long(c, rows, text, name);
}

/* The shell spelled out a glob of --rules. (A line for `explain` may well end in .ini.) */
static bool is_rules_file(const char *text)
{
    return slice_ends(slice_str(text), SLICE(".ini")) && !strchr(text, ' ');
}

/* What is no option. -1, or the exit code. */
static int take_file(const struct command *c, const char *text, struct common_options *into)
{
    if ((c->takes & TAKES_RULES) && !(c->takes & FILES_ARE_RULES) && is_rules_file(text))
        return usage_error(c,
                           "%s is no log file; rules are given by --rules, a glob in quotes: "
                           "--rules 'rules/*.ini'",
                           text);
    if (c->no_files)
        return usage_error(c, "%s: %s", text, c->no_files);
    strings_add(&into->files, text);
    return -1;
}

/* -1 to go on, or the exit code: 0 after --help, 2 after a mistake. */
static int parse(const struct command *c, const struct rows *rows, int argc, char **argv,
                 void *into)
{
    struct option longs[OPTIONS_MAX + 2];
    char letters[2 * OPTIONS_MAX + 4];
    int code;

    make_tables(rows, longs, letters);
    opterr = 0;
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (code >= HELP && judge_name(c, rows, code, argv) >= 0)
            return EXIT_USAGE;
        if (code == 'h' || code == HELP) {
            command_usage(c);
            return EXIT_FINE;
        }
        if (code == ':' || code == '?')
            return refuse(c, rows, code, argv[optind - 1]);
        store(find_row(rows, code), into);
    }
    for (code = -1; code < 0 && optind < argc; optind++)
        code = take_file(c, argv[optind], into);
    return code;
}

/* Two names of an option share a list. */
static void free_list(struct strings *s)
{
    free(s->list);
    *s = (struct strings){0};
}

int command_main(const struct command *c, int argc, char **argv)
{
    struct rows rows = rows_of(c);
    struct common_options *options = xcalloc(1, c->size);
    int code = parse(c, &rows, argc, argv, options);

    if (code < 0)
        code = c->run(options, c);
    for (size_t i = 0; i < rows.n; i++)
        if (rows.list[i]->kind == OPTION_LIST)
            free_list((struct strings *)(void *)((char *)options + rows.list[i]->field));
    free(options->files.list);
    free(options);
    return code;
}

void command_usage(const struct command *c)
{
    struct rows rows = rows_of(c);

    printf("Usage: logtally %s [OPTION...]%s%s\n\n%s.\n", c->name, c->arguments[0] ? " " : "",
           c->arguments, c->summary);
    if (c->details)
        printf("\n%s", c->details);
    printf("\nOptions:\n");
    for (size_t i = 0; i < rows.n; i++) {
        const struct option_row *row = rows.list[i];
        char left[64];

        if (!row->help)
            continue;
        snprintf(left, sizeof left, "%c%c%s --%s%s%s", row->letter ? '-' : ' ',
                 row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
                 row->value ? " " : "", row->value ? row->value : "");
        printf("  %-28s %s\n", left, row->help);
    }
    printf("  -h, --help                   this text\n\n"
           "Exit status: 0 fine, 1 mistakes in your input, 2 wrong usage, 3 the system failed.\n");
}
