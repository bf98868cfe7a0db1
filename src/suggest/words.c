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
    return s.n >= HEX_LEAST && is_of(s, "0123456789abcdefABCDEF") && slice_has_digit(s) &&
           slice_has_letter(s);
}

/* 2001:db8::7 has two colons in a row; no time has. */
static bool is_ipv6(struct slice s)
{
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] == ':' && s.p[i - 1] == ':')
            return true;
    return false;
}

/* 10.0.0.1, 10.0.0.1:8080, 2001:db8::7 */
static bool is_address(struct slice s)
{
    if (is_of(s, "0123456789abcdefABCDEF:.") &&
        (slice_count(s, ':') == 7 || (slice_count(s, ':') > 2 && is_ipv6(s))))
        return true;
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

/* www.example.org, o.e.n.Node, ann@example.org */
static bool is_name(struct slice s)
{
    return s.n > 4 && (slice_count(s, '.') >= 2 || slice_count(s, '@') == 1) &&
           slice_has_letter(s) && s.p[0] != '.' && s.p[s.n - 1] != '.' && !memchr(s.p, '/', s.n);
}

enum word_class word_class(struct slice s)
{
    if (slice_eq(s, SLICE("-")))
        return WORD_DASH;
    if (word_among(s, "true false"))
        return WORD_BOOL;
    if (slice_starts(s, SLICE("/")) || slice_starts(s, SLICE("http://")) ||
        slice_starts(s, SLICE("https://")))
        return WORD_PATH;
    if (is_method(s))
        return WORD_METHOD;
    if (!slice_has_digit(s))
        return is_name(s) ? WORD_NAME : memchr(s.p, '/', s.n) && s.n > 1 ? WORD_OTHER : WORD_FIXED;
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
           (blank[1] == '/' ||
            slice_starts(slice_make(blank + 1, (size_t)(s.p + s.n - blank - 1)), SLICE("http")));
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
    const char *paren = memchr(s.p, '(', s.n);

    if (equals && paren && paren > s.p && paren < equals)
        equals = NULL; /* ann(uid=0) */
    if (equals && memchr(s.p, '/', (size_t)(equals - s.p)))
        equals = NULL; /* "http://example.org/?q=1" */
    size_t from = equals ? (size_t)(equals - s.p) + 1 : 0, to = s.n;

    char quote = '\0'; /* what it encloses is whole */

    while (!quote && from < to && strchr("([{<\"'", s.p[from])) {
        if (strchr("\"'", s.p[from]))
            quote = s.p[from];
        from++;
    }
    while (to > from && strchr(",;:)]}>\"'.", s.p[to - 1]))
        if (s.p[--to] == quote)
            break;
    struct slice core = {s.p + from, to - from};

    w.class = word_class(core);
    if (w.class == WORD_FIXED && core.n > 2 && s.p[s.n - 1] == ']' &&
        memchr(core.p + 1, '[', core.n - 1)) {
        core = slice_make(core.p, (size_t)(s.p + s.n - core.p)); /* app[app] */
        to = s.n;
        w.class = WORD_NAME;
    }
    if (w.class == WORD_FIXED && from > 0 && strchr("\"'", s.p[from - 1]))
        w.class = WORD_QUOTED;
    else if (w.class == WORD_FIXED && equals && core.n)
        w.class = WORD_OTHER;
    if (memchr(core.p, ' ', core.n))
        w.class = WORD_QUOTED;
    if (w.class == WORD_FIXED && from == 1 && to < s.n &&
        ((s.p[0] == '(' && s.p[to] == ')') || (s.p[0] == '[' && s.p[to] == ']')))
        w.class = WORD_QUOTED; /* somebody may be named in it, or nobody */
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
    return (struct word){{text.p, 0}, text, {text.p + text.n, 0}, WORD_DATE, false};
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

/* TCP_MISS */
static bool is_code(struct slice s)
{
    return s.n > 0 && is_of(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") && s.p[0] != '-';
}

/* `0/0/12` is three numbers, `TCP_MISS/200` a code and a number: each part is a word, glued to the one before. Returns
 * how many there are now; at least the one at words[0]. */
static size_t split_parts(struct word *words, size_t room)
{
    struct word whole = words[0];
    struct slice rest = whole.core, part;
    size_t n = slice_count(rest, '/') + 1;

    if (whole.class != WORD_OTHER || n < 2 || n > room)
        return 1;
    for (size_t i = 0; slice_cut(&rest, '/', &part); i++)
        if (number_class(part) != WORD_NUMBER &&
            !(i + 1 < n && is_code(part) && !slice_eq(part, SLICE("HTTP"))))
            return 1;
    rest = whole.core;
    for (size_t i = 0; slice_cut(&rest, '/', &part); i++)
        words[i] = (struct word){
            .before = i ? slice_make(part.p - 1, 1) : whole.before,
            .core = part,
            .after = i + 1 < n ? slice_make(part.p + part.n, 0) : whole.after,
            .class = number_class(part),
            .glued = i > 0,
        };
    return n;
}

/* The words that say what a status of HTTP means are one, however many they are: "Not Found". 0: none follow. */
static size_t reason_end(struct slice text, const struct word *before)
{
    static const char begins[] =
        "OK Created Accepted No Partial Moved Found See Not Temporary Permanent Bad Unauthorized "
        "Forbidden Method Request Conflict Gone Too Unprocessable Internal Service Gateway";
    size_t end = 0;

    if (before->class != WORD_NUMBER || before->core.n != 3 || before->after.n ||
        before->core.p[0] < '1' || before->core.p[0] > '5' ||
        !word_among(slice_until(text, " ,;:)"), begins))
        return 0;
    while (end < text.n && text.p[end] >= 'A' && text.p[end] <= 'Z') {
        while (end < text.n && (char_is_letter(text.p[end]) || text.p[end] == '-'))
            end++;
        if (end + 1 >= text.n || text.p[end] != ' ' || text.p[end + 1] < 'A' ||
            text.p[end + 1] > 'Z')
            break;
        end++;
    }
    return end;
}

/* What is written in capitals is a code, as the type of a query: it varies where others stand in its place. At the
 * beginning it may be what all is about. */
static void find_codes(struct word *words, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct slice text = words[i].before;

        while (text.n && strchr(".,;:)", text.p[text.n - 1]))
            text.n--;
        if (words[i].class != WORD_FIXED || !is_code(text) || !slice_has_letter(text))
            continue;
        words[i].core = text;
        words[i].after = slice_from(words[i].before, text.n);
        words[i].before = slice_make(text.p, 0);
        words[i].class = WORD_OTHER;
    }
}

/* Somebody is named where a sentence says so: "for ann from", "user ann" at the end, "ann : TTY=". */
static void find_names(struct word *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct slice after = i + 1 < n ? words[i + 1].before : (struct slice){"", 0};
        bool said = i > 0 && words[i - 1].class == WORD_FIXED &&
                    word_among(words[i - 1].before, "for user by as customer host");
        bool ends = i + 1 == n ? i > 0 && slice_eq(words[i - 1].before, SLICE("user"))
                               : word_among(after, "from on via port at by in has") > 0;

        if (words[i].class != WORD_FIXED || !slice_has_letter(words[i].before) ||
            !((said && ends) || (i == 0 && slice_eq(after, SLICE(":")))))
            continue;
        words[i].core = words[i].before;
        words[i].before = slice_make(words[i].core.p, 0);
        words[i].after = slice_make(words[i].core.p + words[i].core.n, 0);
        words[i].class = WORD_NAME;
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
        size_t reason = n ? reason_end(text, &words[n - 1]) : 0;
        size_t end = reason ? reason : word_end(text);

        words[n] = reason ? (struct word){{text.p, 0},
                                          slice_make(text.p, end),
                                          {text.p + end, 0},
                                          WORD_QUOTED,
                                          false}
                          : make_word(slice_make(text.p, end));
        n += split_parts(&words[n], WORDS_MAX - n);
        text = slice_from(text, end);
    }
    *ret_more = text.n > 0;
    find_dates(words, n);
    find_names(words, n);
    find_codes(words, n);
    return n;
}
