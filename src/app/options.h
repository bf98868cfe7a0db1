/* options -- the command line: a table of options per command, parsed into plain fields.
 *
 * Every command takes -c, --rules and --help; the table of a command says what else. */
#ifndef LT_APP_OPTIONS_H
#define LT_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes of every command. */
enum { EXIT_FINE = 0, EXIT_MISTAKES = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 3 };

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

/* What all commands share; the first member of each command's struct. */
struct common_options {
    const char *config; /* -c */
    struct strings rules;
    struct strings files; /* what is not an option */
    bool files_are_rules; /* set by the command: `files` are rules, not logs */
};

struct command {
    const char *name;
    const char *arguments;            /* "FILE..." for the usage line */
    const char *summary;              /* one line */
    const char *details;              /* for `help COMMAND`; may be several lines */
    const struct option_row *options; /* ended by a NULL name */
    int (*run)(int argc, char **argv, const struct command *self);
};

/* Parses into `into` (zeroed by the caller but for files_are_rules; begins with struct
 * common_options). Returns -1 to go on, or the exit code: 0 after --help, 2 after a mistake (said
 * on stderr). Texts BORROW argv. */
int options_parse(const struct command *c, int argc, char **argv, void *into);
void options_release(const struct command *c, void *into);

/* The whole help text of a command on stdout. */
void command_help(const struct command *c);

/* A sentence on stderr about wrong usage, and where help is; returns 2. */
int usage_error(const struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void strings_add(struct strings *s, const char *text);

/* All commands, ended by a NULL name. */
extern const struct command *const commands[];
extern const struct command command_run, command_check, command_explain, command_replay,
    command_test, command_state, command_backfill, command_suggest, command_merge;

#endif
