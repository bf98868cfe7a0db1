/* options -- the command line: a table of options per command, parsed into plain fields.
 *
 * A command says which of the common options mean something to it (`takes`) and lists its own; any
 * other is wrong usage. --help is everywhere. */
#ifndef LT_APP_OPTIONS_H
#define LT_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes of every command. TRAPS: `check --against` found what hurts, of rules without mistakes. */
enum { EXIT_FINE = 0, EXIT_MISTAKES = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 3, EXIT_TRAPS = 4 };

struct strings {
    const char **list;
    size_t n, cap;
};

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST };

struct option_row {
    const char *name; /* "rules" for --rules */
    char letter;      /* 'c' for -c; 0 = none */
    enum option_kind kind;
    size_t field; /* offsetof in the command's own struct: bool, const char *, struct strings */
    const char *value; /* what help calls the value: "FILE"; NULL for flags */
    const char *help;  /* NULL = hidden */
};

/* What several commands share; the first member of each command's struct. Texts BORROW argv. */
struct common_options {
    const char *config;
    struct strings rules;
    const char *as, *output, *format, *year, *date;
    struct strings files; /* what is not an option */
};

/* Which of them a command takes. */
enum command_takes {
    TAKES_CONFIG = 1 << 0,       /* -c, and the default configuration without it */
    TAKES_NAMED_CONFIG = 1 << 1, /* -c, and none without it */
    TAKES_RULES = 1 << 2,
    TAKES_AS = 1 << 3,
    TAKES_OUTPUT = 1 << 4,
    TAKES_FORMAT = 1 << 5,
    TAKES_YEAR = 1 << 6,
    TAKES_DATE = 1 << 7,
    TAKES_FIRST_LINE = TAKES_YEAR | TAKES_DATE,
    FILES_ARE_RULES = 1 << 8, /* `files` are rules, not logs */
};

struct command {
    const char *name;
    const char *arguments;            /* "FILE..." for the usage line */
    const char *summary;              /* one line */
    const char *details;              /* for `help COMMAND`; may be several lines */
    const char *no_files;             /* why a file is refused; NULL: it takes files */
    unsigned takes;                   /* enum command_takes */
    size_t size;                      /* of its options, which begin with struct common_options */
    const struct option_row *options; /* ended by a NULL name; NULL: none */
    int (*run)(void *options, const struct command *self); /* returns an exit code */
};

/* Parses argv and runs the command; its exit code. */
int command_main(const struct command *c, int argc, char **argv);
/* The whole help text of a command on stdout. */
void command_usage(const struct command *c);

/* A sentence on stderr about wrong usage, and where help is; returns 2. */
int usage_error(const struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void strings_add(struct strings *s, const char *text);
bool strings_has(const struct strings *s, const char *text);

#endif
