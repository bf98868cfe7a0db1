/* parts -- see parts.h. No element has a style or a script of its own: the policy that the pages are
 * sent with forbids both. */
#include "config.h"

#include "site/parts.h"

#include "base/clock.h"
#include "base/num.h"
#include "site/html.h"

#include <stdio.h>
#include <time.h>

void page_begin(struct page *p, const char *title)
{
    html(p->out,
         "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta "
         "charset=\"utf-8\"><title>%s%slogtally</title>\n"
         "<meta name=\"viewport\" content=\"width=device-width\">"
         "<link rel=\"stylesheet\" href=\"/static/style.css\">"
         "<script src=\"/static/live.js\" defer></script></head>\n<body><header><h1>%s</h1>",
         language_tag(p->l), title, title[0] ? " - " : "", title[0] ? title : "logtally");
    if (title[0])
        html(p->out, "<nav><a href=\"/\">%s</a></nav>", W(HOME));
    html(p->out, "<form><button>%s</button></form></header>\n<main>\n", W(REFRESH));
}

void page_end(struct page *p)
{
    html(p->out,
         "</main>\n<footer><a href=\"/metrics\">/metrics</a> <a href=\"/health\">/health</a> "
         "<a href=\"/api/v1/status\">/api/v1/status</a> <a href=\"/api/v1/logs\">/api/v1/logs</a> "
         "<a href=\"/api/v1/metrics\">/api/v1/metrics</a></footer></body></html>\n");
}

void page_frame_begin(struct page *p, const char *name)
{
    html(p->out,
         "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
         "aria-label=\"%s\"><table>\n<thead><tr>",
         name);
}

void page_table_begin(struct page *p, const char *name)
{
    html(p->out, "<h2>%s</h2>\n", name);
    page_frame_begin(p, name);
}

void page_column(struct page *p, const char *name, bool number)
{
    html(p->out, number ? "<th scope=\"col\" class=\"n\">%s</th>" : "<th scope=\"col\">%s</th>",
         name);
}

void page_columns_end(struct page *p)
{
    html(p->out, "</tr></thead>\n<tbody>\n");
}

void page_table_end(struct page *p)
{
    html(p->out, "</tbody></table></div>\n");
}

void page_name(struct page *p, const char *name)
{
    while (*name) {
        size_t n = strcspn(name, "_/");

        n += name[n] != '\0';
        html(p->out, name[n] ? "%S<wbr>" : "%S", slice_make(name, n));
        name += n;
    }
}

void page_cell_number(struct page *p, uint64_t n)
{
    html(p->out, "<td class=\"n\">%u</td>", n);
}

void page_cell_alarm(struct page *p, uint64_t n)
{
    if (n)
        html(p->out, "<td class=\"n\"><b class=\"bad\">%u</b></td>", n);
    else
        page_cell_number(p, n);
}

/* A number with a fraction, as the language writes it. */
static void put_decimal(struct page *p, char *text)
{
    char *point = strchr(text, '.');

    if (point && p->l == RUSSIAN)
        *point = ',';
    html(p->out, "%s", text);
}

static const char *unit_word(const struct page *p, const char *unit)
{
    static const char *const russian[][2] = {
        {"B", "Б"}, {"KiB", "КиБ"}, {"MiB", "МиБ"}, {"GiB", "ГиБ"}, {"TiB", "ТиБ"}};

    for (size_t i = 0; p->l == RUSSIAN && i < sizeof russian / sizeof *russian; i++)
        if (strcmp(unit, russian[i][0]) == 0)
            return russian[i][1];
    return unit;
}

void page_bytes(struct page *p, uint64_t n)
{
    char text[NUM_TEXT], *unit;

    (void)num_format_bytes(text, (double)n);
    unit = strchr(text, ' ');
    if (unit)
        *unit++ = '\0';
    put_decimal(p, text);
    if (unit)
        html(p->out, " %s", unit_word(p, unit));
}

void page_cell_bytes(struct page *p, uint64_t n)
{
    html(p->out, "<td class=\"n\">");
    page_bytes(p, n);
    html(p->out, "</td>");
}

/* The two largest units of it: "2h 5m ". */
static void duration(struct page *p, uint64_t seconds)
{
    static const struct {
        enum word name;
        uint64_t seconds;
    } units[] = {{WORD_DAYS, 86400}, {WORD_HOURS, 3600}, {WORD_MINUTES, 60}, {WORD_SECONDS, 1}};
    unsigned i = 0;

    while (i < 3 && seconds < units[i].seconds)
        i++;
    html(p->out, "%u%s", seconds / units[i].seconds, word(p->l, units[i].name));
    if (i < 3)
        html(p->out, "%u%s", seconds % units[i].seconds / units[i + 1].seconds,
             word(p->l, units[i + 1].name));
}

void page_moment(struct page *p, int64_t at_ns)
{
    int64_t now = p->v->now_ns;
    char iso[40];
    time_t sec = (time_t)(at_ns / NSEC_PER_SEC);
    struct tm tm;

    if (at_ns == 0 || !gmtime_r(&sec, &tm) ||
        !strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%SZ", &tm)) {
        html(p->out, "%s", W(NEVER));
        return;
    }
    html(p->out, "<time datetime=\"%s\" title=\"%s\">", iso, iso);
    duration(p, now > at_ns ? (uint64_t)(now - at_ns) / NSEC_PER_SEC : 0);
    html(p->out, "%s</time>", W(AGO));
}

void page_cell_moment(struct page *p, int64_t at_ns)
{
    html(p->out, "<td class=\"n\">");
    page_moment(p, at_ns);
    html(p->out, "</td>");
}

void page_cell_rate(struct page *p, double per_second)
{
    char text[32];

    snprintf(text, sizeof text, per_second >= 100 ? "%.0f" : "%.2f", per_second);
    html(p->out, "<td class=\"n\">");
    put_decimal(p, text);
    html(p->out, "</td>");
}

static uint32_t most_of(const struct view_count *c)
{
    uint32_t most = 0;

    for (unsigned i = 0; i < c->n; i++)
        most = c->minute[i] > most ? c->minute[i] : most;
    return most;
}

/* A bar a minute, the latest at the right. */
static void chart(struct page *p, const struct view_count *c, bool big)
{
    uint32_t most = most_of(c);

    html(p->out,
         "<svg%s viewBox=\"0 0 %u 100\" preserveAspectRatio=\"none\" role=\"img\" "
         "aria-label=\"%s %u\"><path d=\"",
         big ? " class=big" : "", (uint64_t)VIEW_MINUTES * 10, W(CHART), (uint64_t)most);
    for (unsigned i = 0; i < c->n; i++)
        if (c->minute[i])
            html(p->out, "M%u 100v-%uh9v%uz", (uint64_t)(VIEW_MINUTES - c->n + i) * 10,
                 (uint64_t)c->minute[i] * 98 / most + 2, (uint64_t)c->minute[i] * 98 / most + 2);
    html(p->out, "\"/></svg>");
}

void page_chart(struct page *p, const char *name, const struct view_count *c)
{
    html(p->out, "<h2>%s %s</h2>\n", name, W(IN_LAST_HOUR));
    chart(p, c, true);
    html(p->out, "<p class=\"soft\">%s %u</p>\n", W(CHART), (uint64_t)most_of(c));
}

void page_cell_chart(struct page *p, const struct view_count *c)
{
    html(p->out, "<td>");
    chart(p, c, false);
    html(p->out, "</td>");
}

void page_cell_place(struct page *p, const char *file, int line)
{
    html(p->out, "<td class=\"soft\">%s:%u</td>", file, (uint64_t)line);
}

void page_term(struct page *p, const char *name)
{
    html(p->out, "<dt>%s</dt><dd>", name);
}

void page_term_end(struct page *p)
{
    html(p->out, "</dd>\n");
}

void page_term_text(struct page *p, const char *name, const char *text)
{
    html(p->out, "<dt>%s</dt><dd>%s</dd>\n", name, text);
}

void page_term_number(struct page *p, const char *name, uint64_t n)
{
    html(p->out, "<dt>%s</dt><dd>%u</dd>\n", name, n);
}

void page_term_moment(struct page *p, const char *name, int64_t at_ns)
{
    page_term(p, name);
    page_moment(p, at_ns);
    page_term_end(p);
}

static void turn(struct page *p, const char *path, unsigned number, const char *rel,
                 const char *text)
{
    html(p->out, " <a rel=\"%s\" href=\"%s/%u\">%s</a>", rel, path, (uint64_t)number, text);
}

void page_turns(struct page *p, const char *path, const struct view_rows *rows)
{
    if (rows->n <= VIEW_ROWS)
        return;
    html(p->out, "<p class=\"soft\">%u-%u%s%u", (uint64_t)rows->from + 1, (uint64_t)rows->end,
         W(OF), (uint64_t)rows->n);
    if (rows->number > 1)
        turn(p, path, rows->number - 1, "prev", W(BEFORE));
    if (rows->end < rows->n)
        turn(p, path, rows->number + 1, "next", W(BEHIND));
    html(p->out, "</p>\n");
}
