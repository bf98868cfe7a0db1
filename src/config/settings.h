/* settings -- what a configuration file says besides rules and logs: [server], [state], [limits],
 * [metrics], [rules], and the [test] of a golden test.
 *
 * [log] sections and rules are read by the rules room. `${env:NAME}` and `${env:NAME:-default}` are
 * replaced here, in every value of the configuration file, and nowhere else. */
#ifndef LT_CONFIG_SETTINGS_H
#define LT_CONFIG_SETTINGS_H

#include "base/arena.h"
#include "config/ini.h"

struct settings {
    /* [server] */
    const char **listen;
    unsigned nlisten;
    const char *web_config; /* NULL = none */
    bool reload;
    bool created;
    bool show_lines;
    uint64_t max_connections;
    int64_t timeout_ns;
    /* [state] */
    const char *state_directory; /* "" = keep nothing; NULL = the default for this user */
    int64_t interval_ns;
    int64_t rotate_wait_ns;
    int64_t remember_ns; /* running time */
    /* [limits] */
    uint64_t max_line;
    uint64_t max_label;
    uint64_t max_series;
    /* [metrics] */
    const char **const_names, **const_values;
    unsigned nconst;
    /* [rules]; relative to the configuration file */
    const char **includes;
    unsigned nincludes;
    bool includes_given; /* else they are the default, which need not match anything */
    struct where includes_at;
    bool watch;
    /* [test] */
    const char *test_rules; /* NULL = not given, as the next */
    const struct ini_entry *test_at, *test_year, *test_date;
    bool test_has_unmatched;
    uint64_t test_unmatched;

    struct arena text;
};

/* All defaults. */
void settings_init(struct settings *c);
void settings_release(struct settings *c);

/* Replaces ${env:...} in every value of the document. */
void settings_expand_env(struct ini_doc *doc, struct mistakes *m);
/* Reads the sections that are the configuration's own. `test_at` BORROWS the document. */
void settings_read(struct settings *c, const struct ini_doc *doc, struct mistakes *m);

/* Where state is kept: as given (NULL: it is not), else as the settings say, else $STATE_DIRECTORY, else /var/lib/logtally for
 * root, else ~/.local/state/logtally. */
void settings_choose_state(struct settings *s, const char *given);

#endif
