/* Random numbers, records and truth: see the header. */
#include "config.h"

#include "corpus.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND UINT64_C(1000000000)

uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

unsigned rng_below(struct rng *r, unsigned n)
{
    return (unsigned)((rng_next(r) >> 32) * n >> 32);
}

/* No libm: its last digit differs from machine to machine, and the corpus must not. */
uint64_t rng_duration(struct rng *r, uint64_t mean_ns)
{
    uint64_t spread = 20 + rng_below(r, 160), kind = rng_below(r, 100);

    if (kind < 4)
        spread *= 10;
    else if (kind < 10)
        spread /= 10;
    return 1 + mean_ns / 100 * spread + rng_below(r, 1000);
}

static void put(struct line *l, const char *text, size_t n)
{
    if (n > sizeof l->p - 1 - l->n)
        abort();
    memcpy(l->p + l->n, text, n);
    l->n += n;
}

void line_raw(struct line *l, const char *text)
{
    put(l, text, strlen(text));
}

static void trim_zeros(char *text)
{
    size_t n = strlen(text);

    while (text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    text[n] = '\0';
}

void duration_text(char text[32], uint64_t ns)
{
    static const struct {
        uint64_t size;
        int digits;
        const char *unit;
    } units[] = {{SECOND, 9, "s"}, {1000000, 6, "ms"}, {1000, 3, "µs"}, {1, 0, "ns"}};
    unsigned i = 0;
    int n = 0;

    if (ns >= 60 * SECOND) {
        n = snprintf(text, 32, "%" PRIu64 "m", ns / (60 * SECOND));
        ns %= 60 * SECOND;
    } else {
        while (ns < units[i].size && units[i].size > 1)
            i++;
    }
    snprintf(text + n, 32 - (size_t)n, "%" PRIu64 ".%0*" PRIu64, ns / units[i].size,
             units[i].digits, ns % units[i].size);
    trim_zeros(text);
    strcat(text, units[i].unit);
}

void uuid_draw(char text[37], struct rng *r)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t bits = 0;

    for (unsigned i = 0; i < 36; i++) {
        if (i % 16 == 0)
            bits = rng_next(r);
        text[i] = hex[bits & 15];
        bits >>= 4;
    }
    text[8] = text[13] = text[18] = text[23] = '-';
    text[36] = '\0';
}

/* `%9` digits, trailing zeros trimmed, is RFC3339Nano; logfmt has always three. */
static void put_time(struct line *l)
{
    char text[64], day[16];
    time_t seconds = (time_t)(l->now_ns / SECOND);
    unsigned in_day = (unsigned)(l->now_ns / SECOND % 86400);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(day, sizeof day, "%Y-%m-%d", &tm);
    if (l->form == FORM_LOGFMT) {
        snprintf(text, sizeof text, "%sT%02u:%02u:%02u.%03uZ", day, in_day / 3600, in_day / 60 % 60,
                 in_day % 60, (unsigned)(l->now_ns % SECOND / 1000000));
        line_raw(l, text);
        return;
    }
    snprintf(text, sizeof text, "%sT%02u:%02u:%02u.%09u", day, in_day / 3600, in_day / 60 % 60,
             in_day % 60, (unsigned)(l->now_ns % SECOND));
    trim_zeros(text);
    line_raw(l, text);
    line_raw(l, "Z");
}

static void put_key(struct line *l, const char *key)
{
    if (l->form == FORM_JSON) {
        line_raw(l, ",\"");
        line_raw(l, key);
        line_raw(l, "\":");
    } else {
        line_raw(l, " ");
        line_raw(l, key);
        line_raw(l, "=");
    }
}

static void put_text(struct line *l, const char *text)
{
    bool quotes = l->form == FORM_JSON || text[0] == '\0' || strpbrk(text, " \"=\\") != NULL;

    if (quotes)
        line_raw(l, "\"");
    line_raw(l, text);
    if (quotes)
        line_raw(l, "\"");
}

void line_begin(struct line *l, const char *level, const char *msg)
{
    l->n = 0;
    line_raw(l, l->form == FORM_JSON ? "{\"time\":\"" : "time=");
    put_time(l);
    if (l->form == FORM_JSON)
        line_raw(l, "\"");
    line_text(l, "level", level);
    line_text(l, "msg", msg);
}

void line_text(struct line *l, const char *key, const char *text)
{
    put_key(l, key);
    put_text(l, text);
}

void line_count(struct line *l, const char *key, uint64_t value)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRIu64, value);
    put_key(l, key);
    line_raw(l, text);
}

void line_duration(struct line *l, const char *key, uint64_t ns)
{
    char text[32];

    if (l->form == FORM_JSON) {
        line_count(l, key, ns);
        return;
    }
    duration_text(text, ns);
    put_key(l, key);
    line_raw(l, text);
}

void line_seconds(struct line *l, const char *key, uint64_t ns)
{
    char text[40];

    snprintf(text, sizeof text, "%" PRIu64 ".%09" PRIu64, ns / SECOND, ns % SECOND);
    trim_zeros(text);
    put_key(l, key);
    line_raw(l, text);
}

void line_uuid(struct line *l, const char *key, struct rng *r)
{
    char text[37];

    uuid_draw(text, r);
    line_text(l, key, text);
}

void line_nested(struct line *l, const char *key, const char *json, const char *printed)
{
    put_key(l, key);
    if (l->form == FORM_JSON)
        line_raw(l, json);
    else
        put_text(l, printed);
}

void line_end(struct line *l, FILE *out)
{
    line_raw(l, l->form == FORM_JSON ? "}\n" : "\n");
    fwrite(l->p, 1, l->n, out);
}

void histogram_add(struct histogram *h, const uint64_t *bounds_ns, uint64_t ns)
{
    unsigned i = 0;

    while (bounds_ns[i] != 0 && ns > bounds_ns[i])
        i++;
    h->cells[i]++;
    h->sum_ns += ns;
}

static void print_bucket(const char *family, const char *labels, const char *le, uint64_t value,
                         FILE *out)
{
    fprintf(out, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", family, labels, labels[0] ? "," : "", le,
            value);
}

void histogram_print(const struct histogram *h, const uint64_t *bounds_ns, const char *family,
                     const char *labels, FILE *out)
{
    uint64_t all = 0;
    unsigned i = 0;
    char le[32];

    for (unsigned k = 0; k < BUCKETS_MAX; k++)
        all += h->cells[k];
    if (all == 0)
        return;
    all = 0;
    for (; bounds_ns[i] != 0; i++) {
        all += h->cells[i];
        snprintf(le, sizeof le, "%g", (double)bounds_ns[i] / 1e9);
        print_bucket(family, labels, le, all, out);
    }
    all += h->cells[i];
    print_bucket(family, labels, "+Inf", all, out);
    fprintf(out, "%s_sum%s%s%s %" PRIu64 ".%09" PRIu64 "\n", family, labels[0] ? "{" : "", labels,
            labels[0] ? "}" : "", h->sum_ns / SECOND, h->sum_ns % SECOND);
    fprintf(out, "%s_count%s%s%s %" PRIu64 "\n", family, labels[0] ? "{" : "", labels,
            labels[0] ? "}" : "", all);
}

void sample_print(const char *name, const char *labels, uint64_t value, FILE *out)
{
    if (value == 0)
        return;
    fprintf(out, "%s%s%s%s %" PRIu64 "\n", name, labels[0] ? "{" : "", labels, labels[0] ? "}" : "",
            value);
}
