/* terminal -- all rows are written at each change: two kilobytes, and nothing that could be left over.
 *
 * Lines do not wrap (?7l) and each begins at its own place, so a character whose width the terminal
 * knows better than we do shifts no other row. */
#include "config.h"

#include "live/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

/* The alternate screen, no cursor, no wrapping; and back, with attributes off. */
#define ENTER "\033[?1049h\033[?25l\033[?7l\033[H\033[2J"
#define LEAVE "\033[0m\033[?7h\033[?25h\033[?1049l"

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS};
enum { CRASHES = sizeof crashes / sizeof *crashes };

/* For the handler of crashes, which is told nothing else. */
static struct {
    struct termios was;
    volatile sig_atomic_t shown;
    int said, stderr_was; /* a file that stands for stderr meanwhile; -1 = none */
    struct sigaction before[CRASHES];
} screen = {.said = -1, .stderr_was = -1};

/* Stderr is what it was, and gets what was said meanwhile. */
static void say_all(void)
{
    char p[4096];
    off_t at = 0;
    ssize_t n;

    if (screen.stderr_was < 0 || dup2(screen.stderr_was, STDERR_FILENO) < 0)
        return;
    while ((n = pread(screen.said, p, sizeof p, at)) > 0 && write(STDERR_FILENO, p, (size_t)n) > 0)
        at += n;
}

/* By calls that signal-safety(7) allows. */
static void restore(void)
{
    ssize_t unused = write(STDOUT_FILENO, LEAVE, sizeof LEAVE - 1);

    (void)unused;
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.was);
    say_all();
    screen.shown = 0;
}

/* As if this had not been the handler: a sanitizer has its own. */
static void on_crash(int signo)
{
    if (screen.shown)
        restore();
    for (size_t i = 0; i < CRASHES; i++)
        if (crashes[i] == signo)
            (void)sigaction(signo, &screen.before[i], NULL);
    raise(signo);
}

static void catch_crashes(void)
{
    struct sigaction mine = {.sa_handler = on_crash};

    for (size_t i = 0; i < CRASHES; i++)
        (void)sigaction(crashes[i], &mine, &screen.before[i]);
}

static void leave_crashes(void)
{
    for (size_t i = 0; i < CRASHES; i++)
        (void)sigaction(crashes[i], &screen.before[i], NULL);
}

bool terminal_is_there(void)
{
    const char *term = getenv("TERM");

    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
           strcmp(term, "dumb") != 0;
}

/* Does the environment say that texts are UTF-8? */
static bool speaks_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* the first that is set */

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
    }
    return false;
}

static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR");

    return !(no && *no);
}

/* While rows are drawn. */
static void keep_stderr(void)
{
    screen.said = screen.stderr_was = -1;
    if (!isatty(STDERR_FILENO) || (screen.said = memfd_create("said", MFD_CLOEXEC)) < 0)
        return;
    screen.stderr_was = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (screen.stderr_was >= 0)
        (void)dup2(screen.said, STDERR_FILENO);
}

int terminal_enter(struct terminal *t)
{
    struct termios raw;

    *t = (struct terminal){.utf8 = speaks_utf8(), .colour = wants_colour()};
    if (tcgetattr(STDIN_FILENO, &screen.was) < 0)
        return -errno;
    raw = screen.was;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON); /* Enter is \r, also where \n is typed by hand */
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    keep_stderr();
    screen.shown = 1;
    catch_crashes();
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
        return -errno;
    terminal_measure(t);
    return write(STDOUT_FILENO, ENTER, sizeof ENTER - 1) < 0 ? -errno : 0;
}

void terminal_said(struct buf *out)
{
    char p[4096];
    ssize_t n;

    if (screen.said < 0 || lseek(screen.said, 0, SEEK_SET) < 0)
        return;
    while ((n = read(screen.said, p, sizeof p)) > 0)
        buf_add(out, p, (size_t)n);
    if (ftruncate(screen.said, 0) == 0)
        (void)lseek(screen.said, 0, SEEK_SET);
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

void terminal_leave(void)
{
    if (!screen.shown)
        return;
    restore();
    leave_crashes();
    close_one(&screen.stderr_was);
    close_one(&screen.said);
}

void terminal_measure(struct terminal *t)
{
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;

    t->rows = known ? size.ws_row : 24;
    t->columns = known ? size.ws_col : 80;
}

static void put_style(const struct terminal *t, enum style style, struct buf *out)
{
    static const char *const codes[STYLES][2] = {
        /*                 plain   colour */
        [STYLE_PLAIN] = {"", ""},  [STYLE_TITLE] = {"7", "7"},  [STYLE_HEAD] = {"1", "1"},
        [STYLE_GOOD] = {"", "32"}, [STYLE_BAD] = {"1", "1;31"}, [STYLE_NEWS] = {"1", "1;33"},
        [STYLE_PALE] = {"", "2"},  [STYLE_PICKED] = {"7", "7"},
    };
    const char *code = codes[style][t->colour];

    if (*code)
        buf_fmt(out, "\033[%sm", code);
}

static void put_row(const struct terminal *t, const struct page *p, size_t row, struct buf *out)
{
    enum style style = p->rows[row].style;
    bool filled = true;
    size_t used;

    put_style(t, style, out);
    used = page_fit(out, page_row_text(p, row), t->columns, t->utf8);
    if (style == STYLE_TITLE || style == STYLE_PICKED)
        buf_fmt(out, "%*s", (int)(t->columns - used), "");
    else
        filled = used == t->columns; /* the cursor stands on the last one */
    buf_str(out, filled ? "\033[0m" : "\033[0m\033[K");
}

static bool write_all(struct slice text)
{
    while (text.n) {
        ssize_t n = write(STDOUT_FILENO, text.p, text.n);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            text = slice_from(text, (size_t)n);
    }
    return true;
}

bool terminal_draw(struct terminal *t, const struct page *p)
{
    struct buf out = BUF_INIT;
    bool written;

    for (size_t i = 0; i < t->rows; i++) {
        buf_fmt(&out, "\033[%zu;1H", i + 1);
        if (i < p->n)
            put_row(t, p, i, &out);
        else
            buf_str(&out, "\033[K");
    }
    written = write_all(buf_all(&out));
    buf_release(&out);
    return written;
}

/* --- keys ------------------------------------------------------------------------------------- */

/* Is the sequence whole? As ECMA-48 has it: ESC [ ... and a byte from '@' on; ESC O and one more. */
static bool is_whole(const char *p, size_t n)
{
    if (n < 2)
        return false;
    if (p[1] == 'O')
        return n >= 3;
    if (p[1] != '[')
        return true;
    return n > 2 && p[n - 1] >= '@' && p[n - 1] <= '~';
}

static int key_of(struct slice sequence)
{
    static const struct {
        const char *text;
        int key;
    } table[] = {
        {"[A", TYPED_UP},       {"[B", TYPED_DOWN},       {"[C", TYPED_RIGHT}, {"[D", TYPED_LEFT},
        {"[5~", TYPED_PAGE_UP}, {"[6~", TYPED_PAGE_DOWN}, {"[H", TYPED_HOME},  {"[F", TYPED_END},
        {"[1~", TYPED_HOME},    {"[4~", TYPED_END},       {"[7~", TYPED_HOME}, {"[8~", TYPED_END},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct slice want = slice_str(table[i].text);

        /* ESC O A is ESC [ A of a keypad in its other mode */
        if (sequence.n == want.n + 1 && (sequence.p[1] == '[' || sequence.p[1] == 'O') &&
            memcmp(sequence.p + 2, want.p + 1, want.n - 1) == 0)
            return table[i].key;
    }
    return TYPED_OTHER;
}

static void take_byte(struct terminal *t, char c, terminal_key_fn *fn, void *ctx)
{
    if (t->nkeys == 0 && c != TYPED_ESCAPE) {
        fn(ctx, c == '\n' ? TYPED_ENTER : (unsigned char)c);
        return;
    }
    t->keys[t->nkeys++] = c;
    if (!is_whole(t->keys, t->nkeys) && t->nkeys < sizeof t->keys)
        return;
    int key = key_of(slice_make(t->keys, t->nkeys));

    t->nkeys = 0;
    fn(ctx, key);
}

int terminal_keys(struct terminal *t, terminal_key_fn *fn, void *ctx)
{
    char p[256];
    ssize_t n = read(STDIN_FILENO, p, sizeof p);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return t->nkeys > 0;
    if (n <= 0)
        return -1;
    for (ssize_t i = 0; i < n; i++)
        take_byte(t, p[i], fn, ctx);
    return t->nkeys > 0;
}

void terminal_escape(struct terminal *t, terminal_key_fn *fn, void *ctx)
{
    bool alone = t->nkeys == 1;

    t->nkeys = 0;
    if (alone)
        fn(ctx, TYPED_ESCAPE);
}
