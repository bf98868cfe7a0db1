/* A Java service's log as logback writes it, each record with a stack trace: ten lines. Writes the rules
 * that go with it; bench/mtail/java.mtail is the same, with the logger kept from line to line. */
#include "config.h"

#include "corpus.h"

#include <stdlib.h>

#define MS UINT64_C(1000000)
#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { RECORD_LINES = 10, FRAMES = 6 };

static const char *const levels[] = {"ERROR", "WARN"};
static const char *const loggers[] = {"com.shop.orders.OrderService", "com.shop.payment.Gateway",
                                      "com.shop.search.Indexer", "com.shop.mail.Sender"};
static const char *const thrown[] = {"com.shop.orders.PaymentException",
                                     "java.lang.IllegalStateException",
                                     "org.springframework.dao.QueryTimeoutException"};
static const char *const causes[] = {"java.net.SocketTimeoutException", "java.io.IOException",
                                     "java.sql.SQLTransientConnectionException"};
static const char *const frames[] = {
    "com.shop.orders.PaymentGateway.charge(PaymentGateway.java:118)",
    "com.shop.orders.OrderService$$FastClassBySpringCGLIB$$1.invoke(<generated>)",
    "org.springframework.cglib.proxy.MethodProxy.invoke(MethodProxy.java:218)",
    "org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:897)",
    "org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:166)",
    "java.base/java.lang.reflect.Method.invoke(Method.java:568)",
    "java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)"};

struct tally {
    uint64_t lines[COUNT(levels)], thrown[COUNT(loggers)][COUNT(thrown)], causes[COUNT(causes)];
};

static void write_record(struct corpus *c, uint64_t ms, struct tally *t)
{
    unsigned level = rng_below(&c->rng, COUNT(levels)), logger = rng_below(&c->rng, COUNT(loggers));
    unsigned class = rng_below(&c->rng, COUNT(thrown)), cause = rng_below(&c->rng, COUNT(causes));
    unsigned order = rng_below(&c->rng, 90000000) + 10000000;

    fprintf(c->log,
            "2025-11-12 %02u:%02u:%02u.%03u %5s 4711 --- [nio-8080-exec-%u] %s : order %u failed\n",
            (unsigned)(ms / 3600000 % 24), (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60),
            (unsigned)(ms % 1000), levels[level], order % 16, loggers[logger], order);
    fprintf(c->log, "%s: order %u could not be paid\n", thrown[class], order);
    for (unsigned i = 0; i < FRAMES; i++)
        fprintf(c->log, "\tat %s\n", frames[rng_below(&c->rng, COUNT(frames))]);
    fprintf(c->log, "Caused by: %s: Read timed out\n", causes[cause]);
    fprintf(c->log, "\tat %s\n", frames[rng_below(&c->rng, COUNT(frames))]);
    t->lines[level]++;
    t->thrown[logger][class]++;
    t->causes[cause]++;
}

static void tell(const struct tally *t, FILE *out)
{
    char labels[200];

    for (unsigned i = 0; i < COUNT(levels); i++) {
        snprintf(labels, sizeof labels, "level=\"%s\"", levels[i]);
        sample_print("java_records_total", labels, t->lines[i], out);
    }
    for (unsigned i = 0; i < COUNT(loggers); i++)
        for (unsigned k = 0; k < COUNT(thrown); k++) {
            snprintf(labels, sizeof labels, "logger=\"%s\",class=\"%s\"", loggers[i], thrown[k]);
            sample_print("java_exceptions_total", labels, t->thrown[i][k], out);
        }
    for (unsigned i = 0; i < COUNT(causes); i++) {
        snprintf(labels, sizeof labels, "class=\"%s\"", causes[i]);
        sample_print("java_causes_total", labels, t->causes[i], out);
    }
}

void java_write(struct corpus *c)
{
    struct tally t = {{0}, {{0}}, {0}};

    for (uint64_t i = 0; i + RECORD_LINES <= c->lines; i += RECORD_LINES)
        write_record(c, 36000000 + i, &t);
    fputs("[log java]\npath = *.log\nrecord = ^\\d{4}-\\d\\d-\\d\\d\n\n[event java_record]\n"
          "match = ^\\S+ \\S+ +(?<level>[A-Z]+) \\d+ --- \\[[^\\]]*\\] (?<logger>\\S+) +: \n\n"
          "[event java_exception]\nof = java_record\n"
          "where = _line =~ \\n(?<class>[\\w.$]+(?:Exception|Error)):\n\n[event java_cause]\nof = "
          "java_record\n"
          "where = _line =~ \\nCaused by: (?<class>[\\w.$]+)\n\n"
          "[counter java_records_total]\nhelp = Records\ninc = java_record\nlabels = level\n\n"
          "[counter java_exceptions_total]\nhelp = Exceptions\ninc = java_exception\n"
          "labels = logger, class\n\n[counter java_causes_total]\nhelp = What caused them\n"
          "inc = java_cause\nlabels = class\n",
          c->rules);
    tell(&t, c->truth);
}
