/* The log of the MyLittlePrice backend.
 *
 * Seven lines of ten feed a metric (one of fifty in the noisy flavour), drawn by weight from the
 * table of events at the end; the others are the backend's chatter: searches, translations, context
 * attributes, escapes, nested parameters. The mixed flavour has Fiber's access lines and bare text
 * where the others have records, as the backend's standard output has. A line is 236 bytes in the
 * mean. In the steady flavour `msg` tells which keys follow in 99 lines of 100; in the others every
 * second line with a context has one more of them. */
#include "config.h"

#include "corpus_backend.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const queries[] = {
    "ноутбук для учебы до 50000 рублей с хорошим экраном",
    "iPhone 16 Pro 256GB natural titanium unlocked",
    "Kaffeemaschine De’Longhi Magnifica S mit Milchaufschäumer",
    "TV 55\\\" OLED 120 Hz for gaming under 1200",
    "кроссовки мужские\\nразмер 42 черные",
    "wireless noise cancelling headphones for travel",
};
static const char *const bare_lines[] = {
    "🌐 Grounding enabled (smart strategy)\n",
    "💡 Using MEDIUM context (3 messages)\n",
    "🏷️  Category routing:  → electronics\n",
    "📊 Prompt Telemetry: ID=UniversalPrompt v1.0.1, Hash=1a2b3c4d5e6f70819203a4b5c6d7e8f9, "
    "Cycle=1, "
    "Iteration=2\n",
    "🔍 Last search updated: query='ноутбук для учебы до 50000 рублей с хорошим экраном', "
    "category='electronics', products=10\n",
    "   ✅ Found 10 relevant products (score: 0.87)\n",
    "📝 Generated summary: the user wants a laptop for studies, up to 50000, prefers 14 inches and "
    "a "
    "good screen, asked twice about battery life\n",
    "{\"response_type\":\"dialogue\",\"output\":\"Какой бюджет?\\nДо 500 €?\",\"category\":"
    "\"electronics\"}\n",
};

static void begin(struct backend *b, const char *level, const char *msg)
{
    line_begin(&b->line, level, msg);
}

static void end(struct backend *b)
{
    line_end(&b->line, b->c->log);
}

/* What the context of a request adds in front. */
static void add_context(struct backend *b)
{
    line_uuid(&b->line, "request_id", b->rng);
    if (b->flavour == BACKEND_STEADY ? rng_below(b->rng, 200) > 0 : rng_below(b->rng, 2) == 0)
        line_uuid(&b->line, "session_id", b->rng);
}

static void draw_http(struct backend *b)
{
    unsigned route = rng_below(b->rng, ROUTES), status = rng_below(b->rng, STATUSES);
    uint64_t took = rng_duration(b->rng, routes[route].mean_ns);
    const char *mark = strchr(routes[route].path, '%');
    char path[128], id[37];

    snprintf(path, sizeof path, "%s", routes[route].path);
    if (mark != NULL) {
        snprintf(id, sizeof id, "%u", rng_below(b->rng, 100000));
        if (mark[1] == 's')
            uuid_draw(id, b->rng);
        snprintf(path, sizeof path, "%.*s%s%s", (int)(mark - routes[route].path),
                 routes[route].path, id, mark + 2);
    }
    b->http[route][status]++;
    histogram_add(is_unmatched(status) ? &b->http_unmatched[first_of_method(route)]
                                       : &b->http_took[route],
                  fast_bounds, took);
    if (b->flavour == BACKEND_MIXED) {
        uint64_t s = b->line.now_ns / (1000 * MS) % 86400;
        char text[32];

        duration_text(text, took);
        fprintf(b->c->log, "%02u:%02u:%02u | %s | %13s | %s %s\n", (unsigned)(s / 3600),
                (unsigned)(s / 60 % 60), (unsigned)(s % 60), statuses[status], text,
                routes[route].method, path);
        return;
    }
    begin(b, "INFO", "http request");
    line_uuid(&b->line, "request_id", b->rng);
    line_text(&b->line, "method", routes[route].method);
    line_text(&b->line, "path", path);
    line_raw(&b->line, b->line.form == FORM_JSON ? ",\"status\":" : " status=");
    line_raw(&b->line, statuses[status]);
    line_duration(&b->line, "duration", took);
    line_count(&b->line, "bytes", rng_below(b->rng, 40000));
    line_text(&b->line, "ip", "10.0.0.1");
    end(b);
}

static void draw_db(struct backend *b)
{
    unsigned op = rng_below(b->rng, OPERATIONS);
    uint64_t took = rng_duration(b->rng, operations[op].mean_ns);

    b->db[op]++;
    histogram_add(&b->db_took[op], fast_bounds, took);
    begin(b, "INFO", "db query");
    add_context(b);
    line_text(&b->line, "database", operations[op].database);
    line_text(&b->line, "operation", operations[op].name);
    line_text(&b->line, "table", "chat_sessions");
    line_duration(&b->line, "duration", took);
    line_count(&b->line, "rows", rng_below(b->rng, 20));
    end(b);
}

static void draw_ws_message(struct backend *b)
{
    unsigned sent = rng_below(b->rng, 2);

    b->ws_messages[sent]++;
    begin(b, "INFO", "websocket message");
    add_context(b);
    line_text(&b->line, "type", sent ? "sent" : "received");
    line_text(&b->line, "message_type", "chat");
    line_uuid(&b->line, "client_id", b->rng);
    end(b);
}

static void draw_client(struct backend *b)
{
    bool leaves = b->clients > 0 && rng_below(b->rng, 100) < 48;
    char msg[100], id[37];

    if (b->flavour == BACKEND_STEADY) { /* by a field, which no rule asks for */
        begin(b, "INFO", "client connected");
        line_uuid(&b->line, "client_id", b->rng);
        end(b);
        return;
    }
    uuid_draw(id, b->rng);
    snprintf(msg, sizeof msg, "🔌 Client %s: %s", leaves ? "disconnected" : "connected", id);
    b->clients += leaves ? (uint64_t)-1 : 1;
    begin(b, "INFO", msg);
    end(b);
}

static void draw_ai(struct backend *b)
{
    unsigned model = rng_below(b->rng, MODELS), failed = rng_below(b->rng, 10) == 0;
    uint64_t took = rng_duration(b->rng, 1500 * MS);
    unsigned in = 500 + rng_below(b->rng, 4000), out = 50 + rng_below(b->rng, 500);

    b->ai[model][failed]++;
    histogram_add(&b->ai_took[model], ai_bounds, took);
    begin(b, "INFO", "ai request completed");
    add_context(b);
    line_text(&b->line, "service", "gemini");
    line_text(&b->line, "model", models[model]);
    line_text(&b->line, "status", failed ? "error" : "success");
    line_seconds(&b->line, "duration_seconds", took);
    if (!failed) {
        line_count(&b->line, "input_tokens", in);
        line_count(&b->line, "output_tokens", out);
        b->tokens[model][0] += in;
        b->tokens[model][1] += out;
    }
    end(b);
}

static void draw_serp(struct backend *b)
{
    static const char *const msgs[ENGINES][2] = {
        {"⏱️ SERP response received", "❌ SERP API error"},
        {"✅ Product details fetched", "❌ Product details API error"}};
    unsigned engine = rng_below(b->rng, 3) == 0, failed = rng_below(b->rng, 8) == 0;
    uint64_t took = rng_duration(b->rng, 1800 * MS);

    b->serp[engine][failed]++;
    histogram_add(&b->serp_took[engine], ai_bounds, took);
    begin(b, failed ? "ERROR" : "INFO", msgs[engine][failed]);
    add_context(b);
    line_seconds(&b->line, "duration_seconds", took);
    if (failed)
        line_count(&b->line, "attempt", 1 + rng_below(b->rng, 3));
    line_count(&b->line, "key_index", rng_below(b->rng, 4));
    if (failed)
        line_text(&b->line, "error", "SerpApi: 503 Service Unavailable\\n<html>");
    end(b);
}

static void draw_message(struct backend *b)
{
    unsigned failed = rng_below(b->rng, 30) == 0;
    uint64_t took = rng_duration(b->rng, 2800 * MS);

    b->messages[failed]++;
    histogram_add(&b->message_took, message_bounds, took);
    begin(b, "INFO", "message processing completed");
    line_uuid(&b->line, "session_id", b->rng);
    line_text(&b->line, "status", failed ? "error" : "success");
    line_seconds(&b->line, "duration_seconds", took);
    end(b);
}

static void draw_gauge(struct backend *b)
{
    if (rng_below(b->rng, 2) == 0) {
        b->sessions = 100 + rng_below(b->rng, 80);
        begin(b, "INFO", "active sessions");
        line_count(&b->line, "count", b->sessions);
    } else {
        b->active = rng_below(b->rng, 21);
        b->idle = 20 - b->active;
        begin(b, "INFO", "redis pool stats");
        line_count(&b->line, "active", b->active);
        line_count(&b->line, "idle", b->idle);
        line_count(&b->line, "total", 20);
        line_count(&b->line, "timeouts", 0);
    }
    end(b);
}

static void draw_cleanup(struct backend *b)
{
    unsigned kind = rng_below(b->rng, 10), deleted = rng_below(b->rng, 500);
    uint64_t took = rng_duration(b->rng, 12000 * MS);

    b->cleanups++;
    histogram_add(&b->cleanup_took, cleanup_bounds, took);
    if (kind < 9)
        b->last_cleanup_ns = b->line.now_ns;
    begin(b, kind < 9 ? "INFO" : "ERROR",
          kind < 6   ? "cleanup job completed"
          : kind < 9 ? "cleanup job completed - no expired records found"
                     : "cleanup job failed");
    line_duration(&b->line, "duration", took);
    if (kind < 6) {
        line_count(&b->line, "records_deleted", deleted);
        b->records += deleted;
    } else if (kind == 9) {
        line_text(&b->line, "error", "pq: canceling statement due to statement timeout");
        b->cleanup_failures++;
    }
    end(b);
}

static void draw_error(struct backend *b)
{
    unsigned known = rng_below(b->rng, KNOWN_ERRORS);
    unsigned type = rng_below(b->rng, ERROR_TYPES);
    unsigned source = rng_below(b->rng, ERROR_SOURCES);

    if (rng_below(b->rng, 2) == 0) {
        b->errors_known[known]++;
        begin(b, "ERROR", known_errors[known].msg);
        add_context(b);
    } else {
        b->errors_typed[type][source]++;
        begin(b, "ERROR", "operation failed");
        add_context(b);
        line_text(&b->line, "error_type", error_types[type]);
        line_text(&b->line, "source", error_sources[source]);
    }
    line_text(&b->line, "error", "dial tcp 10.0.0.7:6379: connect: connection refused");
    end(b);
}

static void draw_chatter(struct backend *b)
{
    const char *query = queries[rng_below(b->rng, COUNT(queries))];

    if (b->flavour == BACKEND_MIXED && rng_below(b->rng, 10) < 6) {
        fputs(bare_lines[rng_below(b->rng, COUNT(bare_lines))], b->c->log);
        return;
    }
    switch (rng_below(b->rng, 6)) {
    case 0:
        begin(b, "INFO", "search history saved");
        add_context(b);
        line_text(&b->line, "search_query", query);
        line_count(&b->line, "result_count", rng_below(b->rng, 40));
        break;
    case 1:
        begin(b, "INFO", "gemini response received");
        add_context(b);
        line_text(&b->line, "response_type", "search");
        line_text(&b->line, "category", "electronics");
        line_text(&b->line, "search_phrase", query);
        break;
    case 2:
        begin(b, "INFO", "🔍 SERP search initiated");
        add_context(b);
        line_text(&b->line, "query", query);
        line_text(&b->line, "search_type", "parameters");
        line_text(&b->line, "country", "DE");
        line_text(&b->line, "language", "de");
        line_count(&b->line, "min_price", 100 + rng_below(b->rng, 900));
        break;
    case 3:
        begin(b, "INFO", "API request detected");
        add_context(b);
        line_text(&b->line, "api", "google_shopping");
        line_nested(&b->line, "params", "{\"gl\":\"de\",\"hl\":\"de\",\"num\":10}",
                    "map[gl:de hl:de num:10]");
        break;
    case 4:
        begin(b, "WARN", "Network error, retrying");
        add_context(b);
        line_text(&b->line, "error_type", "network");
        break;
    default:
        begin(b, "DEBUG", "updating conversation context");
        add_context(b);
        line_uuid(&b->line, "user_id", b->rng);
    }
    end(b);
}

/* Out of a thousand lines. */
static const struct kind {
    void (*draw)(struct backend *);
    unsigned weight;
} kinds[] = {{draw_http, 240},  {draw_db, 220},  {draw_ws_message, 60}, {draw_client, 20},
             {draw_ai, 40},     {draw_serp, 48}, {draw_message, 30},    {draw_gauge, 20},
             {draw_cleanup, 6}, {draw_error, 16}};
enum { WEIGHTS = 700 };

static void draw(struct backend *b)
{
    unsigned k = rng_below(b->rng, WEIGHTS), i = 0;

    while (k >= kinds[i].weight)
        k -= kinds[i++].weight;
    kinds[i].draw(b);
}

void backend_write(struct corpus *c, enum backend_flavour flavour)
{
    static struct backend b;
    unsigned hits = flavour == BACKEND_NOISE ? 20 : flavour == BACKEND_MIXED ? 570 : WEIGHTS;

    b = (struct backend){.c = c, .rng = &c->rng, .flavour = flavour};
    b.line.form = flavour == BACKEND_LOGFMT ? FORM_LOGFMT : FORM_JSON;
    b.line.now_ns = UINT64_C(1762941600) * 1000 * MS;
    begin(&b, "INFO", "Starting MyLittlePrice Backend");
    line_text(&b.line, "version", "1.0.0");
    line_text(&b.line, "env", "production");
    end(&b);
    for (uint64_t i = 1; i < c->lines; i++) {
        /* Milliseconds only: logfmt has no more, and the truth is one for all. */
        b.line.now_ns += (1 + rng_below(b.rng, 20)) * MS;
        if (flavour != BACKEND_LOGFMT)
            b.line.now_ns = b.line.now_ns / MS * MS + rng_below(b.rng, 1000000);
        if (rng_below(b.rng, 1000) < hits)
            draw(&b);
        else
            draw_chatter(&b);
    }
    backend_tell(&b);
}
