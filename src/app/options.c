/* options -- getopt_long, driven by the rows of a command and a few that all commands have.
 *
 * getopt says nothing itself (opterr): its sentences name no command and no way out. Whatever it
 * refuses is looked at again here, and the nearest option named. */
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

static const struct option_row common_rows[] = {
    {"config", 'c', OPTION_TEXT, offsetof(struct common_options, config), "FILE",
     "configuration (default /etc/logtally/logtally.ini if it is there)"},
    {"rules", 0, OPTION_LIST, offsetof(struct common_options, rules), "DIR|FILE|GLOB",
     "rules to use instead of the configuration's; repeatable"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

void strings_add(struct strings *s, const char *text)
{
    GROW(s->list, s->n, s->cap);
    s->list[s->n++] = text;
}

/* Row i of the common rows, then of the command's. */
static const struct option_row *row_at(const struct command *c, size_t i)
{
    size_t common = sizeof common_rows / sizeof *common_rows - 1;

    if (i < common)
        return &common_rows[i];
    return c->options ? &c->options[i - common] : &common_rows[common];
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

/* Fills getopt's tables; returns the number of rows. */
static size_t make_tables(const struct command *c, struct option *longs, char *letters)
{
    size_t n = 0;

    *letters++ = ':'; /* tell a missing value from an unknown option */
    for (; row_at(c, n)->name && n < OPTIONS_MAX; n++) {
        const struct option_row *row = row_at(c, n);
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
    return n;
}

static const struct option_row *find_row(const struct command *c, size_t nrows, int code)
{
    if (code >= FIRST_LONG)
        return row_at(c, (size_t)(code - FIRST_LONG));
    for (size_t i = 0; i < nrows; i++)
        if (row_at(c, i)->letter == code)
            return row_at(c, i);
    return NULL;
}

/* `--ruls` where --rules was meant. */
static int unknown_long(const struct command *c, size_t nrows, const char *text)
{
    const char *names[OPTIONS_MAX + 1] = {"help"};
    size_t n = 1;

    for (size_t i = 0; i < nrows; i++)
        if (row_at(c, i)->help)
            names[n++] = row_at(c, i)->name;
    struct slice name = {text + 2, strcspn(text + 2, "=")};
    const char *near = nearest(name, names, n);

    if (near)
        return usage_error(c, "unknown option --%.*s; did you mean --%s?", SLICE_FMT(name), near);
    return usage_error(c, "unknown option --%.*s", SLICE_FMT(name));
}

/* What getopt refused: `code` is ':' or '?'. Of letters that stand together (-ac) only optopt tells
 * which. */
static int refuse(const struct command *c, size_t nrows, int code, const char *text)
{
    const struct option_row *row = optopt == HELP ? NULL : find_row(c, nrows, optopt);

    if (optopt >= HELP && code == '?')
        return usage_error(c, "option --%s takes no value", row ? row->name : "help");
    if (optopt && code == ':' && row)
        return usage_error(c, "option --%s wants a value: --%s %s", row->name, row->name,
                           row->value);
    if (optopt)
        return usage_error(c, "unknown option -%c", optopt);
    return unknown_long(c, nrows, text);
}

/* The shell spelled out a glob of --rules. (A line for `explain` may well end in .ini.) */
static bool is_rules_file(const char *text)
{
    return slice_ends(slice_str(text), SLICE(".ini")) && !strchr(text, ' ');
}

int options_parse(const struct command *c, int argc, char **argv, void *into)
{
    struct option longs[OPTIONS_MAX + 2];
    char letters[2 * OPTIONS_MAX + 4];
    size_t nrows = make_tables(c, longs, letters);
    struct common_options *common = into;
    int code;

    optind = 0; /* begin anew, also in the midst of letters that stand together */
    opterr = 0;
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (code == 'h' || code == HELP) {
            command_help(c);
            return EXIT_FINE;
        }
        if (code == ':' || code == '?')
            return refuse(c, nrows, code, argv[optind - 1]);
        store(find_row(c, nrows, code), into);
    }
    for (; optind < argc; optind++) {
        if (!common->files_are_rules && is_rules_file(argv[optind]))
            return usage_error(c,
                               "%s is no log file; rules are given by --rules, a glob in quotes: "
                               "--rules 'rules/*.ini'",
                               argv[optind]);
        strings_add(&common->files, argv[optind]);
    }
    return -1;
}

void options_release(const struct command *c, void *into)
{
    struct common_options *common = into;

    for (size_t i = 0; row_at(c, i)->name; i++)
        if (row_at(c, i)->kind == OPTION_LIST)
            free(((struct strings *)(void *)((char *)into + row_at(c, i)->field))->list);
    free(common->files.list);
}

void command_help(const struct command *c)
{
    printf("Usage: logtally %s [OPTION...]%s%s\n\n%s.\n", c->name, c->arguments[0] ? " " : "",
           c->arguments, c->summary);
    if (c->details)
        printf("\n%s", c->details);
    printf("\nOptions:\n");
    for (size_t i = 0; row_at(c, i)->name; i++) {
        const struct option_row *row = row_at(c, i);
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
