/* The backend's routes, operations and errors, and the sums of what was drawn: shared by the file
 * that draws lines and the file that tells the truth. */
#ifndef LT_BENCH_CORPUS_BACKEND_H
#define LT_BENCH_CORPUS_BACKEND_H

#include "corpus.h"

#define MS UINT64_C(1000000)

enum {
    STATUSES = 9,
    ROUTES = 12,
    OPERATIONS = 6,
    MODELS = 3,
    ENGINES = 2,
    KNOWN_ERRORS = 5,
    ERROR_TYPES = 3,
    ERROR_SOURCES = 3,
};

extern const uint64_t fast_bounds[], ai_bounds[], message_bounds[], cleanup_bounds[];

/* Some stand there several times: most answers are 200. */
extern const char *const statuses[STATUSES];

/* `%d` in a path is a number, `%s` a UUID: both are `:id` in the metric. */
struct route {
    const char *method, *path, *endpoint;
    uint64_t mean_ns;
};
extern const struct route routes[ROUTES];

struct operation {
    const char *database, *name;
    uint64_t mean_ns;
};
extern const struct operation operations[OPERATIONS];

extern const char *const models[MODELS], *const engines[ENGINES];

/* The known errors that have no event of their own. */
struct known_error {
    const char *msg, *labels;
};
extern const struct known_error known_errors[KNOWN_ERRORS];
extern const char *const error_types[ERROR_TYPES], *const error_sources[ERROR_SOURCES];

struct backend {
    struct corpus *c;
    struct rng *rng;
    enum backend_flavour flavour;
    struct line line;

    uint64_t http[ROUTES][STATUSES], db[OPERATIONS], ws_messages[2], ai[MODELS][2];
    uint64_t serp[ENGINES][2], tokens[MODELS][2], messages[2];
    uint64_t cleanups, records, errors_known[KNOWN_ERRORS];
    uint64_t errors_typed[ERROR_TYPES][ERROR_SOURCES], cleanup_failures;
    uint64_t clients, active, idle, sessions, last_cleanup_ns;
    struct histogram http_took[ROUTES], http_unmatched[ROUTES], db_took[OPERATIONS],
        ai_took[MODELS], serp_took[ENGINES];
    struct histogram message_took, cleanup_took;
};

/* A status of what has no route: endpoint="unmatched". */
bool is_unmatched(unsigned status);
/* The first route of the same method. */
unsigned first_of_method(unsigned route);
void backend_tell(struct backend *b);

#endif
