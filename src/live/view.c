/* view -- the overview shares the rows among its parts; where one has too few, what changed comes
 * first. */
#include "config.h"

#include "live/view.h"

#include "live/tell.h"

#include <stdlib.h>

enum { PARTS_MAX = 3, LEAST = 3, RAW_ROWS = 3 };

/* --- the head ---------------------------------------------------------------------------------- */

static void put_names(const struct shown *s, struct buf *out)
{
    if (s->options->config)
        buf_fmt(out, " -c %s", s->options->config);
    for (size_t i = 0; i < s->options->rules.n; i++)
        buf_fmt(out, " --rules %s", s->options->rules.list[i]);
    for (size_t i = 0; i < s->options->files.n; i++)
        buf_fmt(out, " %s", s->options->files.list[i]);
}

/* All that is wrong. */
static void put_mistakes(const struct shown *s, size_t columns, struct page *p)
{
    tell_mistakes(p, s->mistakes, columns);
    if (s->said.n)
        page_wrap(p, STYLE_BAD, s->said, columns);
}

/* So many rows, and a word on the others. */
static void put_some(struct page *p, const struct page *of, size_t most)
{
    bool all = of->n <= most;

    page_copy(p, of, 0, all ? of->n : most - 1);
    if (!all)
        page_add(p, STYLE_PALE, "    ... %zu more rows: key 5", of->n - (most - 1));
}

/* What hurts has a row each in the overview, and is counted elsewhere. */
static void put_trouble(const struct shown *s, size_t rows, size_t columns, struct page *p)
{
    struct page trouble = {.n = 0};
    size_t n = s->now && !s->broken ? s->now->report.findings.n : 0;

    put_mistakes(s, columns, &trouble);
    if (n && s->view == VIEW_ALL)
        tell_findings(&trouble, s->now, 0);
    else if (n)
        page_add(&trouble, STYLE_NEWS, "%zu thing%s that hurt%s or will: key 5", n, plural(n),
                 n == 1 ? "s" : "");
    put_some(p, &trouble, rows / 4 > 2 ? rows / 4 : 2);
    page_release(&trouble);
}

static void put_state(const struct shown *s, size_t rows, size_t columns, struct page *p)
{
    bool loaded = s->now || s->broken;

    if (loaded && s->view != VIEW_TROUBLE)
        put_trouble(s, rows, columns, p);
    if (s->done.n)
        page_wrap(p, STYLE_GOOD, s->done, columns);
    if (!s->now && loaded)
        page_add(p, STYLE_PLAIN, "no numbers yet");
    else if (s->broken)
        page_add(p, STYLE_NEWS, "the numbers below are those of the last save without mistakes");
    if (s->now)
        tell_lines(p, s->now, s->before);
}

static void put_head(const struct shown *s, size_t rows, size_t columns, struct page *p)
{
    struct buf title = BUF_INIT;

    buf_str(&title, "logtally watch");
    put_names(s, &title);
    page_add(p, STYLE_TITLE, "%s", title.p);
    buf_release(&title);
    put_state(s, rows, columns, p);
}

/* --- parts ------------------------------------------------------------------------------------ */

/* Gives each part what it wants, and where that is too much, an equal share of what others leave. */
static void share(size_t rows, const struct page *parts, size_t n, size_t *given)
{
    bool more = true;

    for (size_t i = 0; i < n; i++)
        given[i] = 0;
    while (rows && more) {
        more = false;
        for (size_t i = 0; i < n && rows; i++) {
            if (given[i] >= parts[i].n)
                continue;
            given[i]++;
            rows--;
            more = true;
        }
    }
}

static bool is_news(const struct page *p, size_t row)
{
    return p->rows[row].style == STYLE_NEWS || p->rows[row].style == STYLE_PICKED;
}

/* The heading, and of the rows those that changed before others, in their order. */
static void put_part(struct page *p, const struct page *part, size_t rows, const char *key)
{
    size_t room, news = 0;

    if (rows >= part->n || rows < LEAST) {
        page_copy(p, part, 0, rows);
        return;
    }
    room = rows - 2;
    for (size_t i = 1; i < part->n; i++)
        news += is_news(part, i);
    page_copy(p, part, 0, 1);
    news = news < room ? news : room;
    for (size_t i = 1, others = room - news; i < part->n; i++) {
        size_t *left = is_news(part, i) ? &news : &others;

        if (*left)
            page_copy(p, part, i, 1);
        *left -= *left > 0;
    }
    page_add(p, STYLE_PALE, "%32s... %zu more: key %s", "", part->n - 1 - room, key);
}

static void put_all(const struct shown *s, size_t rows, struct page *p)
{
    static const char *const keys[PARTS_MAX] = {"2", "3", "4"};
    struct page parts[PARTS_MAX] = {{.n = 0}};
    size_t given[PARTS_MAX];

    tell_metrics(&parts[0], s->now, s->before, false);
    tell_events(&parts[1], s->now, s->before);
    tell_kinds(&parts[2], s->now, SIZE_MAX);
    share(rows, parts, PARTS_MAX, given);
    for (size_t i = 0; i < PARTS_MAX; i++) {
        put_part(p, &parts[i], given[i], keys[i]);
        page_release(&parts[i]);
    }
}

/* A part with its heading, the rest of it scrolled. Returns how far it could be. */
static size_t put_scrolled(struct page *p, const struct page *part, size_t rows, size_t top)
{
    size_t most = part->n > rows ? part->n - rows : 0;

    if (rows == 0)
        return 0;
    top = top < most ? top : most;
    page_copy(p, part, 0, 1);
    page_copy(p, part, 1 + top, rows - 1);
    return most;
}

static void put_all_trouble(const struct shown *s, size_t columns, struct page *p)
{
    put_mistakes(s, columns, p);
    if (s->now && !s->broken)
        tell_findings(p, s->now, columns);
}

static size_t put_one(const struct shown *s, size_t rows, size_t columns, struct page *p)
{
    struct page part = {.n = 0};
    size_t most;

    if (s->view == VIEW_TROUBLE)
        put_all_trouble(s, columns, &part);
    else if (s->view == VIEW_METRICS)
        tell_metrics(&part, s->now, s->before, true);
    else
        tell_events(&part, s->now, s->before);
    most = put_scrolled(p, &part, rows, s->top);
    page_release(&part);
    return most;
}

/* --- lines, and why nothing took them --------------------------------------------------------- */

/* The reasons first, for which one came: then how the line was read. */
static void put_explained(struct slice text, size_t columns, struct page *p)
{
    static const char reasons[] = "\n  no event takes";
    const char *at = text.n ? strstr(text.p, reasons) : NULL;
    size_t n = at ? (size_t)(at + 1 - text.p) : 0;

    if (at)
        page_wrap(p, STYLE_PLAIN, slice_from(text, n), columns);
    page_wrap(p, STYLE_PLAIN, at ? slice_make(text.p, n) : text, columns);
}

/* As many rows of it as leave room for more. */
static void put_raw(struct slice raw, size_t columns, struct page *p)
{
    struct page rows = {.n = 0};

    page_wrap(&rows, STYLE_PLAIN, raw, columns);
    page_copy(p, &rows, 0, RAW_ROWS);
    if (rows.n > RAW_ROWS)
        page_add(p, STYLE_PALE, "    ...");
    page_release(&rows);
}

static void put_line(const struct shown *s, size_t columns, struct page *p)
{
    const struct lines *l = s->lines;

    if (l->n == 0) {
        bool any = s->picked < s->now->nkinds && s->now->kinds[s->picked].now;

        page_wrap(p, STYLE_PLAIN,
                  any ? SLICE("its lines are in a file too large to be kept in memory")
                      : SLICE("nothing is left of this kind"),
                  columns);
        return;
    }
    const struct line_place *at = lines_at(l, s->line);

    page_add(p, STYLE_HEAD, "%s:%llu: line %zu of %zu%s",
             s->now->report.inputs.list[at->input].path, (unsigned long long)line_number(at),
             s->line + 1, l->n, l->n == LINES_MAX ? " (there are more)" : "");
    put_raw(at->raw, columns, p);
    put_explained(slice_str(s->explained), columns, p);
}

static size_t put_lines(const struct shown *s, size_t rows, size_t columns, struct page *p)
{
    struct page kinds = {.n = 0}, line = {.n = 0};
    size_t room = rows / 3 > LEAST ? rows / 3 : LEAST, from, most;

    tell_kinds(&kinds, s->now, s->picked);
    room = kinds.n < room ? kinds.n : room;
    from = s->picked + 2 > room ? s->picked + 2 - room : 0; /* the picked one is the last */
    page_copy(p, &kinds, 0, 1);
    page_copy(p, &kinds, 1 + from, room - 1);
    put_line(s, columns, &line);
    most = put_scrolled(p, &line, rows > room ? rows - room : 0, s->top);
    page_release(&kinds);
    page_release(&line);
    return most;
}

static size_t put_proposal(const struct shown *s, size_t rows, size_t columns, struct page *p)
{
    struct page part = {.n = 0};
    size_t most;

    page_add(&part, STYLE_HEAD, "a rule for %s",
             s->picked < s->now->nkinds ? s->now->kinds[s->picked].words : "these lines");
    if (s->proposal.n == 0)
        page_add(&part, STYLE_PLAIN, "none can be made of them: nothing in them stays the same");
    else if (s->proposal_file)
        page_add(&part, STYLE_NEWS, "a adds it to %s; Esc does not", s->proposal_file);
    else
        page_add(&part, STYLE_NEWS, "there is no rules file to add it to");
    page_wrap(&part, STYLE_PLAIN, s->proposal, columns);
    most = put_scrolled(p, &part, rows, s->top);
    page_release(&part);
    return most;
}

/* --- all of it -------------------------------------------------------------------------------- */

static size_t put_help(const struct shown *s, size_t rows, size_t columns, struct page *p)
{
    static const char text[] =
        "Rules are read again at every save; what is other than at the save before stands out.\n"
        "\n"
        "  1  overview            2  metrics, each series      3  events\n"
        "  4  lines that no event took, and why (Enter, too)   5  mistakes and what hurts\n"
        "  Tab                    the next of these\n"
        "  Up Down  k j           scroll; with 4: the next kind of lines\n"
        "  Left Right  p n        with 4: the next line of this kind\n"
        "  PgUp PgDn  Space       a page; Home End  g G: to the ends\n"
        "  s                      a rule for this kind of lines, to look at; then\n"
        "  a                      adds it to the rules file\n"
        "  r                      read the logs again\n"
        "  q                      quit";
    struct page help = {.n = 0};
    size_t most;

    page_wrap(&help, STYLE_PLAIN, slice_str(text), columns);
    most = put_scrolled(p, &help, rows, s->top);
    page_release(&help);
    return most;
}

static void put_foot(const struct shown *s, size_t rows, struct page *p)
{
    static const char *const keys[VIEWS] = {
        [VIEW_ALL] = "q quit  ? help  Enter lines not taken  2 metrics  3 events",
        [VIEW_METRICS] = "q quit  ? help  Up/Down scroll  1 overview  Tab next",
        [VIEW_EVENTS] = "q quit  ? help  Up/Down scroll  1 overview  Tab next",
        [VIEW_LINES] = "q quit  ? help  Up/Down kind  Left/Right line  s suggest a rule",
        [VIEW_PROPOSAL] = "q quit  ? help  a add to the rules file  Esc back  Up/Down scroll",
        [VIEW_TROUBLE] = "q quit  ? help  Up/Down scroll  1 overview  Tab next",
        [VIEW_HELP] = "q quit  Esc back",
    };

    if (p->n >= rows && rows > 0)
        p->n = rows - 1;
    while (p->n + 1 < rows)
        page_add(p, STYLE_PLAIN, "%s", "");
    page_add(p, STYLE_TITLE, "%s", keys[s->view]);
}

size_t view_draw(const struct shown *s, size_t rows, size_t columns, struct page *p)
{
    size_t most = 0, room;

    page_clear(p);
    if (s->view == VIEW_HELP)
        page_add(p, STYLE_TITLE, "logtally watch");
    else
        put_head(s, rows, columns, p);
    room = rows > p->n + 1 ? rows - p->n - 1 : 0;
    if (s->view == VIEW_HELP)
        most = put_help(s, room, columns, p);
    else if (!s->now && s->view != VIEW_TROUBLE)
        most = 0;
    else if (s->view == VIEW_ALL)
        put_all(s, room, p);
    else if (s->view == VIEW_LINES)
        most = put_lines(s, room, columns, p);
    else if (s->view == VIEW_PROPOSAL)
        most = put_proposal(s, room, columns, p);
    else
        most = put_one(s, room, columns, p);
    put_foot(s, rows, p);
    return most;
}

void view_text(const struct shown *s, struct page *p)
{
    page_clear(p);
    tell_mistakes(p, s->mistakes, 0);
    if (!s->now)
        return;
    tell_findings(p, s->now, 0);
    tell_lines(p, s->now, s->before);
    tell_metrics(p, s->now, s->before, true);
    tell_events(p, s->now, s->before);
    tell_kinds(p, s->now, SIZE_MAX);
}
