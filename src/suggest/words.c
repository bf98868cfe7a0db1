/* words -- looks are tried from the surest to the loosest. */
#include "config.h"

#include "suggest/words.h"

#include "base/num.h"

enum { HEX_LEAST = 8 };

size_t word_among(struct slice word, const char *list)
{
    struct slice rest = slice_str(list), one;

    for (size_t i = 1; slice_cut(&rest, ' ', &one); i++)
        if (slice_eq(word, one))
            return i;
    return 0;
}

static bool is_space(char c)
{
    return char_is_blank(c) || c == '\n' || c == '\r';
}

static bool has_digit(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (char_is_digit(s.p[i]))
            return true;
    return false;
}

/* Does the text begin with this form? '9' is a digit, 'A' a letter, 'f' a hexadecimal digit, '/' a
 * dash or a slash, all else is itself. */
static bool has_form(struct slice s, const char *form)
{
    if (s.n < strlen(form))
        return false;
    for (size_t i = 0; form[i]; i++) {
        char c = s.p[i];

        if (!(form[i] == '9'   ? char_is_digit(c)
              : form[i] == 'A' ? char_is_letter(c)
              : form[i] == 'f' ? char_is_hex(c)
              : form[i] == '/' ? c == '-' || c == '/'
                               : c == form[i]))
            return false;
    }
    return true;
}

static bool is_uuid(struct slice s)
{
    static const char form[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

    return s.n == sizeof form - 1 && has_form(s, form);
}

/* Is it made of these bytes only? */
static bool is_of(struct slice s, const char *bytes)
{
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(bytes, s.p[i], strlen(bytes)))
            return false;
    return true;
}

/* Digits alone are a number; letters alone may be a word. */
static bool is_hex_id(struct slice s)
{
    return s.n >= HEX_LEAST && is_of(s, "0123456789abcdefABCDEF") && has_digit(s) &&
           slice_has_letter(s);
}

/* 10.0.0.1, 10.0.0.1:8080 */
static bool is_address(struct slice s)
{
    return s.n >= 7 && char_is_digit(s.p[0]) && is_of(s, "0123456789.:") &&
           slice_count(s, '.') == 3;
}

static bool is_method(struct slice s)
{
    return word_among(s, "GET POST PUT DELETE HEAD OPTIONS PATCH CONNECT TRACE") > 0;
}

static enum word_class number_class(struct slice s)
{
    static const enum word_class classes[] = {
        [UNIT_NONE] = WORD_NUMBER, [UNIT_DIVISOR] = WORD_NUMBER,  [UNIT_TIME] = WORD_DURATION,
        [UNIT_SIZE] = WORD_SIZE,   [UNIT_PERCENT] = WORD_PERCENT,
    };
    enum unit_kind kind;
    struct num v;

    return num_parse_any(s, &v, &kind) < 0 ? WORD_OTHER : classes[kind];
}

enum word_class word_class(struct slice s)
{
    if (word_among(s, "true false"))
        return WORD_BOOL;
    if (slice_starts(s, SLICE("/")) || slice_starts(s, SLICE("http://")) ||
        slice_starts(s, SLICE("https://")))
        return WORD_PATH;
    if (is_method(s))
        return WORD_METHOD;
    if (!has_digit(s))
        return WORD_FIXED;
    if (has_form(s, "9999/99/99"))
        return s.n > 10 ? WORD_TIME : WORD_DATE;
    if (has_form(s, "99:99:99") || has_form(s, "99/AAA/9999:99:99:99"))
        return WORD_TIME;
    if (is_address(s))
        return WORD_ADDRESS;
    if (is_uuid(s) || is_hex_id(s))
        return WORD_ID;
    return number_class(s);
}

/* Where the quoted piece that begins at s.p[at] ends (the place behind its closing quote); `at`
 * when nothing closes it. */
static size_t quoted_end(struct slice s, size_t at)
{
    char close = s.p[at] == '[' ? ']' : s.p[at];

    for (size_t i = at + 1; i < s.n; i++) {
        if (s.p[i] == '\\' && close == '"')
            i++;
        else if (s.p[i] == close && (i + 1 == s.n || strchr(" \t\r\n,;.)]}", s.p[i + 1])))
            return i + 1;
    }
    return at;
}

/* "GET /path HTTP/1.1" of an access log is worth more than one quoted piece. */
static bool is_request(struct slice s)
{
    const char *blank = memchr(s.p, ' ', s.n);

    return blank && is_method(slice_make(s.p, (size_t)(blank - s.p))) && blank + 1 < s.p + s.n &&
           blank[1] == '/';
}

static size_t word_end(struct slice s)
{
    size_t i = 0;

    while (i < s.n && !is_space(s.p[i])) {
        bool opens = strchr("\"'[", s.p[i]) && (i == 0 || s.p[i - 1] == '=' || s.p[i - 1] == '(');
        size_t end = opens && !is_request(slice_from(s, i + 1)) ? quoted_end(s, i) : i;

        i = end > i ? end : i + 1;
    }
    return i;
}

/* Takes apart `(key='core'),`. */
static struct word make_word(struct slice s)
{
    struct word w = {.before = s};
    const char *equals = word_class(s) == WORD_PATH ? NULL : memchr(s.p, '=', s.n);
    size_t from = equals ? (size_t)(equals - s.p) + 1 : 0, to = s.n;

    char quote = '\0'; /* what it encloses is whole */

    while (!quote && from < to && strchr("([{<\"'", s.p[from])) {
        if (strchr("\"'", s.p[from]))
            quote = s.p[from];
        from++;
    }
    while (to > from && strchr(",;:)]}>\"'", s.p[to - 1]))
        if (s.p[--to] == quote)
            break;
    while (to > from && s.p[to - 1] == '.')
        to--;
    struct slice core = {s.p + from, to - from};

    w.class = word_class(core);
    if (w.class == WORD_FIXED && from > 0 && strchr("\"'", s.p[from - 1]))
        w.class = WORD_QUOTED;
    else if (w.class == WORD_FIXED && equals && core.n)
        w.class = WORD_OTHER;
    if (memchr(core.p, ' ', core.n))
        w.class = WORD_QUOTED;
    if (w.class == WORD_QUOTED && s.n - to > 1 && s.p[to + 1] == ':')
        w.class = WORD_FIXED; /* "key": */
    if (w.class == WORD_FIXED)
        return w;
    w.before = slice_make(s.p, from);
    w.core = core;
    w.after = slice_make(s.p + to, s.n - to);
    return w;
}

static bool is_month(struct slice s)
{
    return word_among(s, "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec") > 0;
}

static struct word date_word(struct slice text)
{
    return (struct word){{text.p, 0}, text, {text.p + text.n, 0}, WORD_DATE};
}

/* "Nov 12", as syslog begins. */
static void find_dates(struct word *words, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (words[i].class == WORD_FIXED && is_month(words[i].before) &&
            words[i + 1].class == WORD_NUMBER && words[i + 1].core.n <= 2) {
            words[i] = date_word(words[i].before);
            words[i + 1] = date_word(words[i + 1].core);
        }
}

size_t words_split(struct slice text, struct word words[WORDS_MAX], bool *ret_more)
{
    size_t n = 0;

    for (;;) {
        while (text.n && is_space(text.p[0]))
            text = slice_from(text, 1);
        if (text.n == 0 || n == WORDS_MAX)
            break;
        size_t end = word_end(text);

        words[n++] = make_word(slice_make(text.p, end));
        text = slice_from(text, end);
    }
    *ret_more = text.n > 0;
    find_dates(words, n);
    return n;
}
