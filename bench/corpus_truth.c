/* What the backend's log talks about, and what its metrics come to. */
#include "config.h"

#include "corpus_backend.h"

#include <inttypes.h>
#include <string.h>

const uint64_t fast_bounds[] = {5 * MS,   10 * MS,   25 * MS,   50 * MS,   100 * MS,   250 * MS,
                                500 * MS, 1000 * MS, 2500 * MS, 5000 * MS, 10000 * MS, 0};
const uint64_t ai_bounds[] = {100 * MS,  500 * MS,   1000 * MS,  2000 * MS,
                              5000 * MS, 10000 * MS, 30000 * MS, 0};
const uint64_t message_bounds[] = {100 * MS,   500 * MS,   1000 * MS,  2000 * MS, 5000 * MS,
                                   10000 * MS, 30000 * MS, 60000 * MS, 0};
const uint64_t cleanup_bounds[] = {1000 * MS,  5000 * MS,   10000 * MS, 30000 * MS,
                                   60000 * MS, 120000 * MS, 0};

const char *const statuses[STATUSES] = {"200", "200", "200", "200", "201",
                                        "204", "401", "404", "500"};

const struct route routes[ROUTES] = {
    {"GET", "/api/sessions/active", "/api/sessions/active", 4 * MS},
    {"GET", "/api/chat/messages", "/api/chat/messages", 6 * MS},
    {"POST", "/api/chat", "/api/chat", 2500 * MS},
    {"GET", "/api/search-history", "/api/search-history", 9 * MS},
    {"DELETE", "/api/search-history/%d", "/api/search-history/:id", 8 * MS},
    {"POST", "/api/search-history/%s/click", "/api/search-history/:id/click", 5 * MS},
    {"POST", "/api/product-details", "/api/product-details", 1200 * MS},
    {"PUT", "/api/preferences", "/api/preferences", 12 * MS},
    {"GET", "/health", "/health", MS},
    {"GET", "/ws", "/ws", MS},
    {"GET", "/wp-login.php", "/wp-login.php", MS / 5},
    {"POST", "/api/auth/login", "/api/auth/login", 80 * MS},
};

const struct operation operations[OPERATIONS] = {
    {"postgresql", "select", 4 * MS},
    {"postgresql", "insert", 6 * MS},
    {"postgresql", "update", 7 * MS},
    {"redis", "get", MS / 2},
    {"redis", "set", MS},
    {"redis", "expire", MS / 2},
};

const char *const models[MODELS] = {"gemini-2.5-flash", "gemini-2.5-flash-lite",
                                    "gemini-2.0-flash"};
const char *const engines[ENGINES] = {"google_shopping", "google_immersive_product"};

const struct known_error known_errors[KNOWN_ERRORS] = {
    {"gemini processing error", "type=\"ai\",source=\"gemini\""},
    {"failed to get anonymous search count", "type=\"database\",source=\"cache\""},
    {"CRITICAL: failed to save session after retries", "type=\"database\",source=\"session\""},
    {"Failed to parse context", "type=\"validation\",source=\"bug_report\""},
    {"Discord webhook returned error", "type=\"external\",source=\"discord\""},
};
const char *const error_types[ERROR_TYPES] = {"database", "ai", "validation"};
const char *const error_sources[ERROR_SOURCES] = {"embedding", "auth", "search"};

bool is_unmatched(unsigned status)
{
    return strcmp(statuses[status], "404") == 0 || strcmp(statuses[status], "405") == 0;
}

unsigned first_of_method(unsigned route)
{
    unsigned r = 0;

    while (strcmp(routes[r].method, routes[route].method) != 0)
        r++;
    return r;
}

/* What has no route, all of it at the first route of its method. */
static void tell_unmatched(struct backend *b, unsigned first)
{
    char labels[200];

    for (unsigned s = 0; s < STATUSES; s++) {
        uint64_t n = 0;

        if (!is_unmatched(s))
            continue;
        for (unsigned r = first; r < ROUTES; r++)
            n += first_of_method(r) == first ? b->http[r][s] : 0;
        snprintf(labels, sizeof labels, "method=\"%s\",endpoint=\"unmatched\",status=\"%s\"",
                 routes[first].method, statuses[s]);
        sample_print("http_requests_total", labels, n, b->c->truth);
    }
    snprintf(labels, sizeof labels, "method=\"%s\",endpoint=\"unmatched\"", routes[first].method);
    histogram_print(&b->http_unmatched[first], fast_bounds, "http_request_duration_seconds", labels,
                    b->c->truth);
}

static void tell_http(struct backend *b)
{
    char labels[200];

    for (unsigned r = 0; r < ROUTES; r++) {
        if (first_of_method(r) == r)
            tell_unmatched(b, r);
        for (unsigned s = 0; s < STATUSES; s++) {
            if (is_unmatched(s))
                continue;
            snprintf(labels, sizeof labels, "method=\"%s\",endpoint=\"%s\",status=\"%s\"",
                     routes[r].method, routes[r].endpoint, statuses[s]);
            for (unsigned same = s + 1; same < STATUSES; same++)
                if (statuses[same] == statuses[s]) {
                    b->http[r][same] += b->http[r][s];
                    b->http[r][s] = 0;
                    break;
                }
            sample_print("http_requests_total", labels, b->http[r][s], b->c->truth);
        }
        snprintf(labels, sizeof labels, "method=\"%s\",endpoint=\"%s\"", routes[r].method,
                 routes[r].endpoint);
        histogram_print(&b->http_took[r], fast_bounds, "http_request_duration_seconds", labels,
                        b->c->truth);
    }
}

static void tell_db(struct backend *b)
{
    char labels[200];

    for (unsigned i = 0; i < OPERATIONS; i++) {
        snprintf(labels, sizeof labels, "database=\"%s\",operation=\"%s\"", operations[i].database,
                 operations[i].name);
        sample_print("db_queries_total", labels, b->db[i], b->c->truth);
        histogram_print(&b->db_took[i], fast_bounds, "db_query_duration_seconds", labels,
                        b->c->truth);
    }
}

static void tell_service(struct backend *b, const char *service, const char *model,
                         const uint64_t counts[2], const struct histogram *took)
{
    char labels[200];

    for (unsigned failed = 0; failed < 2; failed++) {
        snprintf(labels, sizeof labels, "service=\"%s\",model=\"%s\",status=\"%s\"", service, model,
                 failed ? "error" : "success");
        sample_print("ai_requests_total", labels, counts[failed], b->c->truth);
    }
    snprintf(labels, sizeof labels, "service=\"%s\",model=\"%s\"", service, model);
    histogram_print(took, ai_bounds, "ai_request_duration_seconds", labels, b->c->truth);
}

static void tell_ai(struct backend *b)
{
    char labels[200];

    for (unsigned m = 0; m < MODELS; m++) {
        tell_service(b, "gemini", models[m], b->ai[m], &b->ai_took[m]);
        for (unsigned out = 0; out < 2; out++) {
            snprintf(labels, sizeof labels, "service=\"gemini\",model=\"%s\",type=\"%s\"",
                     models[m], out ? "output" : "input");
            sample_print("ai_tokens_used_total", labels, b->tokens[m][out], b->c->truth);
        }
    }
    for (unsigned e = 0; e < ENGINES; e++)
        tell_service(b, "serp", engines[e], b->serp[e], &b->serp_took[e]);
}

static void tell_errors(struct backend *b)
{
    FILE *out = b->c->truth;
    char labels[200];

    for (unsigned i = 0; i < KNOWN_ERRORS; i++)
        sample_print("errors_total", known_errors[i].labels, b->errors_known[i], out);
    for (unsigned t = 0; t < ERROR_TYPES; t++)
        for (unsigned s = 0; s < ERROR_SOURCES; s++) {
            snprintf(labels, sizeof labels, "type=\"%s\",source=\"%s\"", error_types[t],
                     error_sources[s]);
            sample_print("errors_total", labels, b->errors_typed[t][s], out);
        }
    sample_print("errors_total", "type=\"ai\",source=\"serp\"", b->serp[0][1] + b->serp[1][1], out);
    sample_print("errors_total", "type=\"database\",source=\"cleanup\"", b->cleanup_failures, out);
}

void backend_tell(struct backend *b)
{
    FILE *out = b->c->truth;

    tell_http(b);
    tell_db(b);
    tell_ai(b);
    tell_errors(b);
    sample_print("backend_starts_total", "", 1, out);
    sample_print("websocket_connections_active", "", b->clients, out);
    sample_print("websocket_messages_total", "type=\"received\"", b->ws_messages[0], out);
    sample_print("websocket_messages_total", "type=\"sent\"", b->ws_messages[1], out);
    sample_print("redis_connection_pool_active", "", b->active, out);
    sample_print("redis_connection_pool_idle", "", b->idle, out);
    sample_print("active_sessions_total", "", b->sessions, out);
    sample_print("messages_processed_total", "status=\"success\"", b->messages[0], out);
    sample_print("messages_processed_total", "status=\"error\"", b->messages[1], out);
    histogram_print(&b->message_took, message_bounds, "message_processing_duration_seconds", "",
                    out);
    sample_print("cleanup_job_runs_total", "", b->cleanups, out);
    sample_print("cleanup_job_records_deleted_total", "", b->records, out);
    histogram_print(&b->cleanup_took, cleanup_bounds, "cleanup_job_duration_seconds", "", out);
    fprintf(out, "cleanup_job_last_success_timestamp_seconds %" PRIu64 ".%09" PRIu64 "\n",
            b->last_cleanup_ns / (1000 * MS), b->last_cleanup_ns % (1000 * MS));
}
