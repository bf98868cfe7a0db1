/* setup -- from the command line to a loaded configuration and ruleset; all mistakes at once.
 *
 * The room is what all commands share, and no more than that: options (the command line as a
 * table), setup, output (files written whole), progress (a bar on a terminal), timearg (times as
 * people write them). A command is a row of options and a function; what it does with files is in
 * offline/, daemon/ or suggest/.
 *
 * Here people are spoken to: functions say what is wrong on stderr, in one sentence, and return an
 * exit code, or -1 to go on. The rooms below return errors and keep silent.
 *
 * Ownership: a setup owns its documents, settings and rules; all texts in them live as long as it
 * does. What a command line says borrows argv. */
#ifndef LT_APP_SETUP_H
#define LT_APP_SETUP_H

#include "app/options.h"
#include "config/settings.h"
#include "rules/ruleset.h"

struct setup {
    struct settings settings;
    struct ini_doc **docs;
    size_t ndocs, docs_cap;
    struct rulefiles *files; /* what the rules name besides themselves */
    char **sources;          /* paths and globs by which the documents were found */
    size_t nsources, sources_cap;
    struct ruleset *rules;       /* may be NULL when there were mistakes */
    bool any_log;                /* a [log] was defined by the user */
    bool only_test;              /* the configuration holds [test] alone: no rules were read */
    struct time_base first_line; /* what is said of every file's: its year, its date */
    bool never_guess;            /* a test is the same whenever it is run */
};

enum setup_flags {
    SETUP_NEEDS_LOG = 1 << 0, /* without any log there is nothing to do */
    SETUP_AUTO_LOG = 1 << 1,  /* files are given by hand: there is always a log named auto */
    SETUP_LINT = 1 << 2,      /* add advice */
    SETUP_TEST = 1 << 3,      /* the configuration is that of a golden test */
    SETUP_NO_RULES = 1 << 4,  /* there need be none: they are about to be written */
    /* `run`: a configuration may get its first log later, and be reloaded. */
    SETUP_AWAITS_LOG = 1 << 5,
};

/* What is said where none is, and what to do. */
#define SETUP_NO_LOG "no log to follow: add a [log NAME] section with path = GLOB"
#define SETUP_NO_METRIC "no rules file defines a metric"

/* `logs`: globs of --log; NULL = none. Mistakes and warnings go to *m; 0, or -EINVAL when there are
 * mistakes. Release in both cases. */
int setup_load(const struct common_options *options, const struct strings *logs, unsigned flags,
               struct setup *ret_setup, struct mistakes *m);
/* The same of rules that stand in no file yet; `file` is what they are called. `beside`: what names the configuration
 * and rules that they belong to; NULL = they stand alone. */
int setup_load_text(struct slice rules, const char *file, const struct common_options *beside,
                    unsigned flags, struct setup *ret_setup, struct mistakes *m);
void setup_release(struct setup *s);
/* Two of one value count lines alike: all of the configuration but where it listens and keeps its
 * state, and all rules. */
uint32_t setup_fingerprint(const struct setup *s);
/* What everything that was read comes to, mistakes and lines included: another number after any
 * change. Holds within this process. */
uint64_t setup_contents(const struct setup *s, const struct mistakes *m);
/* Each path and glob by which configuration, rules and what they name were looked for, also in vain:
 * what is there changes when they do. */
void setup_sources(const struct setup *s, void (*fn)(void *ctx, const char *glob), void *ctx);
/* The rules once more, to be changed: of the documents as they were read, since a file may be another by
 * now, and a pipe is empty. */
struct ruleset *setup_rules_again(const struct setup *s);

/* setup_load for commands: says mistakes on stderr, but no warnings. -1 to go on, else the exit
 * code. */
int setup_or_say(const struct common_options *options, unsigned flags, struct setup *ret_setup);
/* Writes what was collected to stderr, with a count at the end. */
void say_mistakes(const struct mistakes *m, enum severity most);

/* Does one of its paths take the file? Its `exclude` is not asked. */
bool setup_log_wants(const struct log_def *log, const char *path);
/* The log a file belongs to: that named by `as`; else the first whose globs match; else the only
 * one; else auto. -1 with a sentence in *err when there is no log named `as`. */
int setup_log_of(const struct setup *s, const char *path, const char *as, struct buf *err);
/* The same; says on stderr what is wrong. */
int setup_log_or_say(const struct setup *s, const char *path, const char *as);

/* Gives a whole file ("-": standard input) of a log block by block of whole lines, until `each` returns
 * false. Says on stderr what is wrong. EXIT_FINE or EXIT_MISTAKES. */
int setup_read_file(const struct setup *s, unsigned log, const char *path,
                    bool (*each)(void *ctx, struct slice block), void *ctx);

#endif
