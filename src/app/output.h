/* output -- files that commands write: whole, and with every error noticed. */
#ifndef LT_APP_OUTPUT_H
#define LT_APP_OUTPUT_H

#include "app/options.h"
#include "base/buf.h"
#include "metrics/expose.h"

#include <stdio.h>

struct output {
    FILE *file;
    const char *path;
    char *place;     /* what is replaced; NULL = written as it comes */
    char *temporary; /* the name beside it, if it has one yet */
};

/* All say what went wrong on stderr. 0 or negative errno. */
int output_open(struct output *o, const char *path);

/* A file that is written bit by bit and takes its place only when it is whole: a new file
 * beside it, renamed by output_finish(keep = true), removed otherwise. "-" is stdout; a device or pipe
 * takes it as it comes. */
int output_replace(struct output *o, const char *path);
int output_finish(struct output *o, bool keep);

/* Writes a page to stdout (path NULL or "-"), or by output_replace: never a half file. What only a terminal
 * shows is safe for it, as output_lines says. */
int output_page(const char *path, struct slice page);
/* The same to stdout, of which main says what went wrong. */
void output_print(struct slice page);

/* Of a line on stdout that is for a person: the name of a file, or a text of a log. What a terminal must not
 * get, and a newline, is shown as \x1b. */
void output_name(const char *name);
/* Lines for a person, likewise. */
void output_lines(struct slice text);

/* --format, of which the first that there is is the default. -1 to go on, or the exit code of wrong usage: --format and
 * --output are of a page, and none is written where --snapshot has a file. */
int output_format(const struct command *c, const struct common_options *o, const char *snapshot,
                  enum expose_format *ret_format);

#endif
