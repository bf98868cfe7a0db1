/* live -- a save is done in one go: a tenth of a second for a hundred thousand lines is less than an eye
 * sees. Keys come between. */
#include "config.h"

#include "live/live.h"

#include "live/proposal.h"
#include "live/sources.h"
#include "live/terminal.h"
#include "live/view.h"

#include "app/setup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Of logs that are kept in memory; larger files are read again at each save. */
#define HELD_MAX ((size_t)512 << 20)
/* A key Escape, if no more of a sequence came for so long. */
#define ESCAPE_NS (50 * NSEC_PER_MSEC)

struct live {
    struct loop *loop;
    struct sources *sources;
    struct terminal terminal;
    struct loop_watch *keys;
    struct loop_timer *escape;
    bool plain; /* a terminal that can show no screen: everything is printed at each save */
    struct held *held;
    struct outcome *now, *before;
    struct mistakes mistakes;
    struct shown shown;
    struct lines lines; /* found when they are first looked at */
    struct buf said, done, explained, proposal;
    struct page page;
    size_t most; /* rows that could be scrolled */
    int64_t proposed_ns;
    int code;
};

/* --- what is shown ---------------------------------------------------------------------------- */

static void print_rows(const struct page *p)
{
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < p->n; i++) {
        (void)page_fit(&out, page_row_text(p, i), SIZE_MAX, true);
        buf_char(&out, '\n');
    }
    fwrite(out.p, 1, out.n, stdout);
    fflush(stdout);
    buf_release(&out);
}

static void draw(struct live *l)
{
    l->shown.now = l->now;
    l->shown.before = l->before;
    if (l->plain) {
        view_text(&l->shown, &l->page);
        print_rows(&l->page);
        return;
    }
    terminal_said(&l->said);
    l->shown.said = buf_all(&l->said);
    l->shown.done = buf_all(&l->done);
    l->shown.proposal = buf_all(&l->proposal);
    l->shown.proposal_file = l->now ? proposal_file(l->now) : NULL;
    l->shown.explained = l->explained.n ? l->explained.p : "";
    l->most = view_draw(&l->shown, l->terminal.rows, l->terminal.columns, &l->page);
    if (l->shown.top > l->most)
        l->shown.top = l->most;
    if (!terminal_draw(&l->terminal, &l->page))
        loop_stop(l->loop);
}

static void explain(struct live *l)
{
    buf_clear(&l->explained);
    l->shown.top = 0;
    if (l->lines.n)
        line_explain(lines_at(&l->lines, l->shown.line), l->now, &l->explained);
}

/* The kind that is picked, or the last one there is, and its lines. */
static void pick(struct live *l, size_t kind)
{
    struct shown *s = &l->shown;
    size_t n = l->now ? l->now->nkinds : 0;

    s->picked = kind < n ? kind : n ? n - 1 : 0;
    s->line = 0;
    if (n && s->view == VIEW_LINES && !l->lines.of_shape)
        lines_find(&l->lines, l->now, l->held);
    if (n)
        lines_pick(&l->lines, l->now->kinds[s->picked].shape);
    explain(l);
}

/* Where the kind that was picked in the outcome before is now; where it is no more, what took its place. */
static size_t same_kind(const struct live *l)
{
    size_t picked = l->shown.picked, there = 0;

    for (; there < l->now->nkinds && l->now->kinds[there].now; there++)
        if (l->before && picked < l->before->nkinds &&
            strcmp(l->now->kinds[there].words, l->before->kinds[picked].words) == 0)
            return there;
    return there && picked >= there ? there - 1 : picked;
}

/* It was made beside other rules, and of lines that may be taken now. */
static void leave_proposal(struct live *l)
{
    buf_clear(&l->proposal);
    if (l->shown.view == VIEW_PROPOSAL)
        l->shown.view = VIEW_LINES;
}

static void load(struct live *l)
{
    struct outcome *fresh;

    mistakes_release(&l->mistakes);
    buf_clear(&l->said);
    if (l->sources)
        sources_begin(l->sources);
    fresh = outcome_new(l->shown.options, l->held, &l->mistakes, l->sources ? sources_add : NULL,
                        l->sources, &l->code);
    if (l->sources)
        sources_end(l->sources);
    l->shown.broken = !fresh;
    if (!fresh)
        return;
    outcome_free(l->before);
    l->before = l->now;
    l->now = fresh;
    l->code = EXIT_FINE;
    outcome_compare(l->now, l->before);
    lines_release(&l->lines);
    leave_proposal(l);
    pick(l, same_kind(l));
}

static void on_saved(void *ctx)
{
    struct live *l = ctx;

    load(l);
    draw(l);
}

/* --- keys and signals ------------------------------------------------------------------------- */

static void go(struct live *l, enum view view)
{
    l->shown.view = view;
    l->shown.top = 0;
    if (view == VIEW_LINES)
        pick(l, l->shown.picked);
}

static void scroll(struct live *l, long by)
{
    size_t *top = &l->shown.top;

    if (by < 0)
        *top -= *top < (size_t)-by ? *top : (size_t)-by;
    else
        *top = l->most - *top < (size_t)by ? l->most : *top + (size_t)by;
}

static void step_kind(struct live *l, int by)
{
    if (by > 0 || l->shown.picked > 0)
        pick(l, l->shown.picked + (size_t)by);
}

static void step_line(struct live *l, int by)
{
    size_t next = l->shown.line + (size_t)by; /* before the first: SIZE_MAX */

    if (l->shown.view != VIEW_LINES || next >= l->lines.n)
        return;
    l->shown.line = next;
    explain(l);
}

/* Up and down. */
static void move(struct live *l, int by)
{
    if (l->shown.view == VIEW_LINES)
        step_kind(l, by);
    else
        scroll(l, by);
}

static void move_page(struct live *l, int by)
{
    scroll(l, by * (long)(l->terminal.rows / 2));
}

/* All the way. */
static void move_end(struct live *l, int by)
{
    if (l->shown.view == VIEW_LINES)
        pick(l, by < 0 ? 0 : SIZE_MAX);
    else
        l->shown.top = by < 0 ? 0 : l->most;
}

static void quit(struct live *l, int unused)
{
    (void)unused;
    loop_stop(l->loop);
}

static void show(struct live *l, int view)
{
    go(l, (enum view)view);
}

static void next_view(struct live *l, int by)
{
    go(l, (enum view)((l->shown.view + (unsigned)by) % VIEW_PROPOSAL));
}

/* To where one came from. */
static void back(struct live *l, int unused)
{
    (void)unused;
    go(l, l->shown.view == VIEW_PROPOSAL ? VIEW_LINES : VIEW_ALL);
}

/* A rule for the kind at hand; nothing is written yet. */
static void suggest_rule(struct live *l, int unused)
{
    (void)unused;
    if (!l->now || l->now->nkinds == 0)
        return;
    buf_clear(&l->proposal);
    propose(l->now, l->held, l->now->kinds[l->shown.picked].shape, &l->proposal);
    l->proposed_ns = loop_now(l->loop);
    go(l, VIEW_PROPOSAL);
}

/* What is shown is added; that the file was saved is noticed as any save is. A text that is pasted by mistake
 * comes in one turn, and confirms nothing. */
static void add_rule(struct live *l, int unused)
{
    const char *file = l->now ? proposal_file(l->now) : NULL;
    int r;

    (void)unused;
    if (l->shown.view != VIEW_PROPOSAL || l->proposal.n == 0 || !file ||
        l->proposed_ns == loop_now(l->loop))
        return;
    r = proposal_add(file, buf_all(&l->proposal));
    if (r < 0)
        buf_fmt(&l->done, "cannot add to %s: %s", file, strerror(-r));
    else
        buf_fmt(&l->done, "the rule was added to %s", file);
    buf_clear(&l->proposal);
    go(l, VIEW_LINES);
}

static void read_again(struct live *l, int unused)
{
    (void)unused;
    lines_release(&l->lines); /* they are of what is held */
    held_free(l->held);
    l->held = held_new(HELD_MAX);
    load(l);
    if (l->shown.broken && l->now)
        pick(l, l->shown.picked);
}

static void on_key(void *ctx, int key)
{
    static const struct {
        int key;
        void (*act)(struct live *l, int by);
        int by;
    } table[] = {
        {'q', quit, 0},
        {'1', show, VIEW_ALL},
        {TYPED_ESCAPE, back, 0},
        {'2', show, VIEW_METRICS},
        {'3', show, VIEW_EVENTS},
        {'4', show, VIEW_LINES},
        {TYPED_ENTER, show, VIEW_LINES},
        {'5', show, VIEW_TROUBLE},
        {'?', show, VIEW_HELP},
        {TYPED_TAB, next_view, 1},
        {'k', move, -1},
        {TYPED_UP, move, -1},
        {'j', move, 1},
        {TYPED_DOWN, move, 1},
        {'p', step_line, -1},
        {TYPED_LEFT, step_line, -1},
        {'n', step_line, 1},
        {TYPED_RIGHT, step_line, 1},
        {TYPED_PAGE_UP, move_page, -1},
        {'b', move_page, -1},
        {TYPED_PAGE_DOWN, move_page, 1},
        {' ', move_page, 1},
        {TYPED_HOME, move_end, -1},
        {'g', move_end, -1},
        {TYPED_END, move_end, 1},
        {'G', move_end, 1},
        {'s', suggest_rule, 0},
        {'a', add_rule, 0},
        {'r', read_again, 0},
    };
    struct live *l = ctx;

    buf_clear(&l->done);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].key == key) {
            table[i].act(l, table[i].by);
            draw(l);
            return;
        }
}

static void on_typed(void *ctx, uint32_t events)
{
    struct live *l = ctx;
    int waits = terminal_keys(&l->terminal, on_key, l);

    (void)events;
    if (waits < 0)
        loop_stop(l->loop);
    loop_timer_set(l->escape, waits > 0 ? loop_now(l->loop) + ESCAPE_NS : INT64_MAX);
}

static void on_escape(void *ctx)
{
    struct live *l = ctx;

    terminal_escape(&l->terminal, on_key, l);
}

static void on_resize(void *ctx, int signo)
{
    struct live *l = ctx;

    (void)signo;
    if (l->plain)
        return;
    terminal_measure(&l->terminal);
    draw(l);
}

static void on_end(void *ctx, int signo)
{
    struct live *l = ctx;

    (void)signo;
    loop_stop(l->loop);
}

/* The key that stops a job: whoever goes on finds the terminal as it was. */
static void on_stop(void *ctx, int signo)
{
    struct live *l = ctx;

    (void)signo;
    if (!l->plain)
        terminal_leave();
    raise(SIGSTOP);
    if (!l->plain && terminal_enter(&l->terminal) < 0)
        loop_stop(l->loop);
    else if (!l->plain)
        draw(l);
}

/* --- from beginning to end -------------------------------------------------------------------- */

static int add_signals(struct live *l)
{
    static const struct {
        int signo;
        loop_signal_fn *fn;
    } table[] = {{SIGINT, on_end},
                 {SIGTERM, on_end},
                 {SIGHUP, on_end},
                 {SIGTSTP, on_stop},
                 {SIGWINCH, on_resize}};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof table / sizeof *table; i++)
        r = loop_add_signal(l->loop, table[i].signo, table[i].fn, l);
    return r;
}

static int begin(struct live *l)
{
    int r = loop_new(&l->loop);

    if (r == 0)
        r = add_signals(l);
    if (r == 0)
        r = sources_new(l->loop, on_saved, l, &l->sources);
    if (r < 0)
        return r;
    l->escape = loop_timer_new(l->loop, on_escape, l);
    return 0;
}

/* False when there is nothing to show, and never will be: it was said why. */
static bool load_first(struct live *l)
{
    load(l);
    return l->now || l->mistakes.nmistakes;
}

static int show_screen(struct live *l)
{
    int r = terminal_enter(&l->terminal);

    if (r == 0)
        r = loop_add_fd(l->loop, STDIN_FILENO, EPOLLIN, on_typed, l, &l->keys);
    if (r == 0) {
        buf_str(&l->done, "reading the logs");
        draw(l);
        buf_clear(&l->done);
        if (load_first(l)) {
            draw(l);
            r = loop_run(l->loop);
        }
    }
    terminal_leave();
    return r;
}

static int show_plain(struct live *l)
{
    if (!load_first(l))
        return 0;
    draw(l);
    return loop_run(l->loop);
}

static void release(struct live *l)
{
    if (l->keys)
        loop_remove_fd(l->loop, l->keys);
    loop_timer_free(l->escape);
    sources_free(l->sources);
    loop_free(l->loop);
    lines_release(&l->lines);
    outcome_free(l->now);
    outcome_free(l->before);
    held_free(l->held);
    mistakes_release(&l->mistakes);
    buf_release(&l->said);
    buf_release(&l->done);
    buf_release(&l->explained);
    buf_release(&l->proposal);
    page_release(&l->page);
}

static void live_init(struct live *l, const struct common_options *options)
{
    *l = (struct live){.held = held_new(HELD_MAX)};
    l->shown = (struct shown){.options = options, .mistakes = &l->mistakes, .lines = &l->lines};
}

int live_run(const struct common_options *options)
{
    struct live l;
    int r, code;

    live_init(&l, options);
    l.plain = !terminal_is_there();
    if ((r = begin(&l)) == 0)
        r = (l.plain ? show_plain : show_screen)(&l);
    code = l.now || l.mistakes.nmistakes ? EXIT_FINE : l.code;
    if (r < 0) {
        log_error("cannot watch: %s", strerror(-r));
        code = EXIT_SYSTEM;
    }
    release(&l);
    return code;
}

int live_once(const struct common_options *options)
{
    struct live l;
    int code;

    live_init(&l, options);
    l.plain = true;
    load(&l);
    if (l.now || l.mistakes.nmistakes)
        draw(&l);
    code = l.now ? l.now->report.errors.n ? EXIT_MISTAKES : EXIT_FINE : l.code;
    release(&l);
    return code;
}
