/* terminal -- a screen of rows and the keys pressed at it, by termios and the few sequences that all
 * terminals of today know (ECMA-48): no library, since nothing but whole rows is ever drawn.
 *
 * However the program ends, but by SIGKILL, the terminal is left as it was found: terminal_leave, and
 * for crashes a signal handler. What is said on stderr meanwhile is kept and said afterwards, for it
 * would stand amid the rows. */
#ifndef LT_LIVE_TERMINAL_H
#define LT_LIVE_TERMINAL_H

#include "live/page.h"

struct terminal {
    size_t rows, columns;
    bool utf8, colour;
    char keys[16]; /* the beginning of a sequence that is not whole yet */
    size_t nkeys;
};

/* Keys that are no characters. */
enum typed {
    TYPED_UP = 256,
    TYPED_DOWN,
    TYPED_LEFT,
    TYPED_RIGHT,
    TYPED_PAGE_UP,
    TYPED_PAGE_DOWN,
    TYPED_HOME,
    TYPED_END,
    TYPED_OTHER,
    TYPED_ESCAPE = 27,
    TYPED_ENTER = '\r',
    TYPED_TAB = '\t',
};

/* Can a screen be shown: are standard input and output a terminal that can do it? */
bool terminal_is_there(void);

/* Shows an empty screen. 0 or negative errno. */
int terminal_enter(struct terminal *t);
void terminal_leave(void);
/* Appends what was said on stderr since it was last asked. */
void terminal_said(struct buf *out);
/* Asks how large it is. */
void terminal_measure(struct terminal *t);
/* The first rows of a page, the others empty. False: it is not there any more. */
bool terminal_draw(struct terminal *t, const struct page *p);

/* Reads what was typed; calls fn for each key. True: the beginning of a sequence waits for its rest, and
 * may be the key Escape: then terminal_escape. -1: the end of input. */
typedef void terminal_key_fn(void *ctx, int key);
int terminal_keys(struct terminal *t, terminal_key_fn *fn, void *ctx);
void terminal_escape(struct terminal *t, terminal_key_fn *fn, void *ctx);

#endif
