/* heads -- the beginning of a line is read as a row of pieces, written as one letter each, a blank where blanks
 * stand between two: `T b P` is a time, a level in brackets, and a program. Each row that ends in a piece that
 * only heads have is counted, with the brackets, colons and commas behind it. The head is the longest row that
 * nearly all lines have that have a shorter one.
 *
 *   T time   L level   b [level]   B [anything]   P program[1]: or logger:   U lone signs   W word
 *   K E S C  what klog, Erlang, Samba and docker compose write, which is a head as a whole
 *
 * Words alone are no head: they are taken along where such a piece comes behind them. One that stands between the
 * time of syslog and the first pair KEY=VALUE is the host, as firewalls and switches write. */
#include "config.h"

#include "suggest/heads.h"

#include "suggest/dated.h"
#include "suggest/words.h"

#include "base/map.h"
#include "base/xalloc.h"
#include "rules/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECES_MAX = 12,
    WORDS_BEFORE_TIME = 4, /* vhost, address, identity and user of an access log */
    WORDS_AFTER_TIME = 2,
    SHARE = 60,   /* per cent of the lines that a head must begin; of those that are no JSON */
    LEAST = 5,    /* one line in so many must be such */
    OFTEN = 50,   /* per cent of its lines that what klog writes may come in behind it */
    GOES_ON = 99, /* per cent of those of the shorter one that a longer one must begin */
};

#define CLOCK "\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?"
#define TIME_GROUP "(?<time>"
#define DAY "\\d{4}-\\d\\d-\\d\\d"
#define MONTH "[A-Z][a-z]{2}"

enum { ISO_ZONE = 0, ISO = 1, SYSLOG = 11 }; /* those that a host may stand behind */
/* Times, longer ones first. */
static const struct time_form {
    const char *regex, *format; /* format: NULL = read as it is */
} times[] = {
    [ISO_ZONE] = {DAY "[T ]" CLOCK " ?(?:Z|UTC|[+-]\\d\\d(?::?\\d\\d)?)\\b", NULL},
    [ISO] = {DAY "[T ]" CLOCK, NULL},
    {"\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+", "%Y/%m/%d %H:%M:%S.%f"},
    {"\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d", "%Y/%m/%d %H:%M:%S"},
    {"\\d\\d?/" MONTH "/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}", "%d/%b/%Y:%H:%M:%S %z"},
    {"\\d\\d?/" MONTH "/\\d{4}:\\d\\d:\\d\\d:\\d\\d\\.\\d+", "%d/%b/%Y:%H:%M:%S.%f"},
    {"\\d\\d?-" MONTH "-\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d+", "%d-%b-%Y %H:%M:%S.%f"},
    {"\\d\\d? " MONTH " \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d+", "%d %b %Y %H:%M:%S.%f"},
    {MONTH " " MONTH " [ \\d]\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+ \\d{4}", "%a %b %d %H:%M:%S.%f %Y"},
    {MONTH " " MONTH " [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}", "%a %b %d %H:%M:%S %Y"},
    {MONTH " " MONTH " [ \\d]\\d \\d\\d:\\d\\d:\\d\\d [A-Z]{3,4} \\d{4}",
     "%a %b %d %H:%M:%S %Z %Y"},
    [SYSLOG] = {MONTH " [ \\d]\\d \\d\\d:\\d\\d:\\d\\d", "%b %d %H:%M:%S"},
    {"1\\d{9}(?:\\.\\d+|\\d{3})?\\b", NULL},
    {"\\d\\d:\\d\\d:\\d\\d\\.\\d+", "%H:%M:%S.%f"},
    {"\\d\\d:\\d\\d:\\d\\d\\b", "%H:%M:%S"},
};
enum { TIMES = sizeof times / sizeof *times }; /* numbers from there on are those of dated.h */

/* What is, or may be, a day. A name such as ip-10-11-12-13 and an address are none. */
#define DATE                                                                               \
    "(?:(?<!\\d)(?:19|20)\\d\\d[-/.](?:0?[1-9]|1[0-2])[-/.]\\d\\d?(?!\\d)|"                \
    "(?<![\\w.:/-])(?:\\d\\d?[-/.]\\d\\d?[-/.](?:19|20)\\d\\d|(?:[0-2]\\d|3[01])(?:/"      \
    "|\\.|-)[0-3]\\d"                                                                      \
    "(?:(?:/|\\.|-)\\d\\d)?|(?:19|20)\\d\\d(?:0[1-9]|1[0-2])[0-3]\\d)(?![\\w:/-]|\\.\\d)|" \
    "\\b\\d\\d?[ /.-]" MONTHS "\\b|\\b" MONTHS "[ -]\\d\\d?\\b)"
#define MONTHS "(?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"

#define LEVELS                                                                                     \
    "(?i:trace\\d?|debug|info|information|notice|note|warn|warning|error|err|fatal|critical|crit|" \
    "alert|emerg|panic|severe|fine|log|hint|detail|statement|context|system|dbg|inf|wrn|trc|ftl)"

/* Of UTF-8 what is no letter of any script: quotes, dashes, arrows, lines of boxes, emoji. */
#define WIDE_SIGN                                                                                \
    "\\xc2[\\xa0-\\xbf]|\\xe2[\\x80-\\xaf][\\x80-\\xbf]|\\xef\\xb8\\x8f|\\xf0\\x9f[\\x80-\\xbf]" \
    "{2}"

/* The other pieces, those that say most first. */
enum piece_kind {
    PIECE_KLOG,
    PIECE_ERLANG,
    PIECE_SAMBA,
    PIECE_COMPOSE,
    PIECE_LEVEL,
    PIECE_BRACKET_LEVEL,
    PIECE_BRACKET,
    PIECE_PROGRAM,
    PIECE_SIGNS,
    PIECE_PAIR, /* ends the head */
    PIECE_WORD,
    PIECES,
};
static const struct piece_form {
    char letter;
    const char *look;  /* how it is found */
    const char *regex; /* how it is written into the rules */
} forms[PIECES] = {
    [PIECE_KLOG] = {'K', "[IWEF]\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d+ +\\d+ [\\w.-]+:\\d+\\]",
                    "(?<level>[IWEF])(?<time>\\d{4} [\\d:.]+) +\\d+ \\S+\\]"},
    [PIECE_ERLANG] = {'E', "=[A-Z]+ REPORT==== [^=\\n]* ===\\n",
                      "=(?<level>[A-Z]+) REPORT==== (?<time>\\S+) ===\\n"},
    [PIECE_SAMBA] = {'S',
                     "\\[\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+, +\\d+[^\\]]*\\] \\S+\\n",
                     "\\[(?<time>[\\d/]+ [\\d:.]+), +\\d+[^\\]]*\\] \\S+\\n\\s*"},
    [PIECE_COMPOSE] = {'C', "(?!" LEVELS "\\b)[A-Za-z][\\w.-]* +\\| ",
                       "(?<program>[\\w.-]+?)(?:-\\d+)? +\\| "},
    [PIECE_LEVEL] = {'L', LEVELS "(?![\\w.-]| [=:] )", "(?<level>\\w+)"},
    [PIECE_BRACKET_LEVEL] = {'b', "\\[(?:[\\w-]*:)?\\s*(?:" LEVELS "|[DIWEFT])\\s*\\]",
                             "\\[(?:[\\w-]*:)?\\s*(?<level>\\w+)\\s*\\]"},
    [PIECE_BRACKET] = {'B', "\\[[^\\]\\[\\n]*\\]", "\\[[^\\]]*\\]"},
    [PIECE_PROGRAM] = {'P', "[\\w./@-]*[A-Za-z][\\w./@-]*(?:\\[\\d+(?::\\d+)?\\])?:(?=[ \\n])",
                       "(?<program>[^\\s:\\[]+)(?:\\[[\\d:]+\\])?:"},
    [PIECE_SIGNS] = {'U', "(?:[^\\w\\s\\[{\"(<\\x80-\\xff]|" WIDE_SIGN ")+(?=\\s)", "[^\\w\\s]+"},
    [PIECE_PAIR] = {'X', "(?:[\"{]|\\S+=)", ""},
    [PIECE_WORD] = {'W', "\\S+", "\\S+"},
};

struct heads {
    struct pattern *times[TIMES], *forms[PIECES], *cut, *date, *year, *behind, *half;
    struct matcher *matcher;
    struct dated *dated;
    uint64_t times_seen[TIMES], lines, json;
    struct map rows; /* -> lines that begin so */
    struct buf row, regex;
    /* A text of a head that looks like a day, or as AM or PM, and is in no field. */
    struct buf dropped;
    bool lost; /* without it a time is another one */
};

struct heads *heads_new(void)
{
    struct heads *h = xcalloc(1, sizeof *h);

    h->matcher = matcher_new();
    for (int i = 0; i < TIMES; i++)
        h->times[i] = pattern_own_at_start(times[i].regex);
    for (int i = 0; i < PIECES; i++)
        h->forms[i] = pattern_own_at_start(forms[i].look);
    h->dated = dated_new();
    h->date = pattern_own(DATE);
    h->year = pattern_own("\\b(?:(?:19|20)\\d\\d|\\d\\d(?:0\\d|1[0-2])\\d\\d)\\W*$");
    h->behind = pattern_own_at_start("[ ,\\]]*" DATE);
    h->half = pattern_own_at_start("\\s?[AaPp]\\.? ?[Mm]\\b\\.?");
    return h;
}

void heads_free(struct heads *h)
{
    if (!h)
        return;
    for (int i = 0; i < TIMES; i++)
        pattern_free(h->times[i]);
    for (int i = 0; i < PIECES; i++)
        pattern_free(h->forms[i]);
    pattern_free(h->cut);
    pattern_free(h->date);
    pattern_free(h->year);
    pattern_free(h->behind);
    pattern_free(h->half);
    dated_free(h->dated);
    matcher_free(h->matcher);
    map_release(&h->rows);
    buf_release(&h->row);
    buf_release(&h->regex);
    buf_release(&h->dropped);
    free(h);
}

/* A line being read. */
struct reading {
    struct slice rest;
    int time;       /* the form of its first time; -1: there was none yet */
    unsigned words; /* that no piece of a head has come behind yet */
    bool plain;     /* one of them is letters alone */
    bool level, program;
    bool first; /* nothing was read yet */
};

static bool takes(struct heads *h, const struct pattern *p, struct slice *rest)
{
    if (pattern_match(p, h->matcher, *rest) != PATTERN_YES || matcher_span(h->matcher).n == 0)
        return false;
    *rest = slice_from(*rest, matcher_span(h->matcher).n);
    return true;
}

/* What closes a piece stands in the row as it is; `/` is a worker behind a level. */
static void take_ends(struct heads *h, struct reading *r)
{
    size_t n = 0;

    if (r->rest.n && r->rest.p[0] == '/') {
        r->rest = slice_from(r->rest, slice_until(r->rest, "] \t").n);
        buf_char(&h->row, '/');
    }
    while (n < r->rest.n && memchr("]):,", r->rest.p[n], 4))
        buf_char(&h->row, r->rest.p[n++]);
    r->rest = slice_from(r->rest, n);
}

/* The form of the time that the text begins with, of all the one that takes most; -1: there is none. */
static int time_form(struct heads *h, struct slice text, size_t *ret_length)
{
    struct slice rest = text;
    unsigned dated;
    int form = 0;

    while (form < TIMES && !takes(h, h->times[form], &rest))
        form++;
    *ret_length = text.n - rest.n;
    size_t n = dated_read(h->dated, h->matcher, text, &dated);

    if (n > *ret_length) {
        *ret_length = n;
        return TIMES + (int)dated;
    }
    return form < TIMES ? form : -1;
}

/* A time, with the bracket it stands in and what closes it. */
static bool takes_time(struct heads *h, struct reading *r)
{
    struct slice rest = r->rest;
    char opens = rest.n && (rest.p[0] == '[' || rest.p[0] == '(') ? rest.p[0] : '\0';
    size_t n;

    if (opens)
        rest = slice_from(rest, 1);
    int form = r->time < 0 ? time_form(h, rest, &n) : -1;

    if (form < 0)
        return false;
    if (form >= TIMES)
        dated_note(h->dated, (unsigned)form - TIMES, slice_make(rest.p, n));
    r->rest = slice_from(rest, n);
    r->time = form;
    if (opens)
        buf_char(&h->row, opens);
    buf_char(&h->row, 'T');
    take_ends(h, r);
    return true;
}

/* Of any script. */
static bool is_letters(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!char_is_letter(s.p[i]) && (unsigned char)s.p[i] < 0x80)
            return false;
    return true;
}

static bool is_iso(int time)
{
    return time == ISO || time == ISO_ZONE;
}

/* Is a program named here, or does a sentence only have a colon? */
static bool may_be_program(const struct reading *r, struct slice piece)
{
    bool host =
        r->words == 1 && (memchr(piece.p, '[', piece.n) || r->time == SYSLOG || is_iso(r->time));

    return !r->program && r->words <= 1 && (r->words == 0 || (host && !r->level));
}

/* May what was read stand in a head, behind the words before it? */
static bool is_of_head(struct reading *r, enum piece_kind kind, struct slice piece)
{
    switch (kind) {
    case PIECE_LEVEL:
    case PIECE_BRACKET_LEVEL:
        return !r->level;
    case PIECE_PROGRAM:
        return may_be_program(r, piece);
    case PIECE_BRACKET:
    case PIECE_SIGNS:
        return !r->plain;
    default:
        return kind == PIECE_COMPOSE ? r->first : kind < PIECE_LEVEL;
    }
}

static void note_row(struct heads *h)
{
    uint64_t n = 0;

    map_get(&h->rows, buf_all(&h->row), &n);
    map_put(&h->rows, buf_all(&h->row), n + 1);
}

/* Pairs come next: what a word behind the time of syslog is, a host. With a time that others write too it may be the
 * only word of a message, unless no word is spelled so. */
static void note_host(struct heads *h, const struct reading *r)
{
    bool syslog = r->time == SYSLOG || (is_iso(r->time) && !r->plain);

    if (r->words != 1 || r->level || r->program || !syslog)
        return;
    h->row.n = slice_trim(buf_all(&h->row)).n;
    note_row(h);
}

static enum piece_kind next_piece(struct heads *h, struct slice *rest)
{
    int kind = 0;

    while (kind < PIECES && !takes(h, h->forms[kind], rest))
        kind++;
    return (enum piece_kind)kind;
}

static bool is_whole_head(struct heads *h, struct slice rest)
{
    for (int kind = 0; kind < PIECE_LEVEL; kind++)
        if (pattern_match(h->forms[kind], h->matcher, rest) == PATTERN_YES)
            return true;
    return false;
}

/* One more piece; false when the head is over. */
static bool read_piece(struct heads *h, struct reading *r)
{
    struct slice before = r->rest;

    if (!is_whole_head(h, r->rest) && takes_time(h, r)) {
        r->words = 0;
        r->plain = false;
        note_row(h);
        return true;
    }
    enum piece_kind kind = next_piece(h, &r->rest);

    if (kind == PIECE_PAIR)
        note_host(h, r);
    if (kind == PIECE_PAIR || kind == PIECES)
        return false;
    struct slice piece = slice_make(before.p, before.n - r->rest.n);
    bool time_may_come = r->time < 0 && !r->level;

    if (is_of_head(r, kind, piece) && !(time_may_come && kind > PIECE_BRACKET)) {
        buf_char(&h->row, forms[kind].letter);
        r->level |= kind <= PIECE_BRACKET_LEVEL && kind != PIECE_COMPOSE;
        r->program |= kind == PIECE_PROGRAM;
        r->words = 0;
        r->plain = false;
        if (kind == PIECE_LEVEL || kind == PIECE_BRACKET_LEVEL || kind == PIECE_BRACKET)
            take_ends(h, r);
        note_row(h);
        return true;
    }
    if (kind < PIECE_PROGRAM && kind != PIECE_BRACKET) /* a second level is what the line says */
        return false;
    r->plain |= is_letters(piece);
    buf_char(&h->row, forms[PIECE_WORD].letter);
    return ++r->words <= (time_may_come ? WORDS_BEFORE_TIME : WORDS_AFTER_TIME);
}

void heads_note(struct heads *h, struct slice line)
{
    struct reading r = {.rest = line, .time = -1, .first = true};
    struct slice text = slice_trim(line);
    bool json = slice_starts(text, SLICE("{"));

    h->json += json;
    if (text.n == 0 || json)
        return;
    h->lines++;
    buf_clear(&h->row);
    for (int i = 0; i < PIECES_MAX && r.rest.n && read_piece(h, &r); i++) {
        size_t blanks = 0;

        r.first = false;
        while (blanks < r.rest.n && char_is_blank(r.rest.p[blanks]))
            blanks++;
        buf_str(&h->row, blanks ? " " : "");
        r.rest = slice_from(r.rest, blanks);
    }
    if (r.time >= 0 && r.time < TIMES)
        h->times_seen[r.time]++;
}

/* The row that most lines have of those that go on from `from`, the longer of two; its lines. */
static uint64_t best_row(const struct heads *h, struct slice from, struct slice *ret_row)
{
    struct slice row;
    uint64_t n, most = 0;

    for (size_t at = 0; map_next(&h->rows, &at, &row, &n);) {
        if (row.n <= from.n || !slice_starts(row, from))
            continue;
        if (n > most || (n == most && row.n > ret_row->n)) {
            most = n;
            *ret_row = row;
        }
    }
    return most;
}

/* Of two dated ones the longer regex takes more of a text. */
static const char *next_dated(const struct heads *h, const char *after)
{
    const char *next = NULL;

    for (unsigned i = 0; i < dated_forms(h->dated); i++) {
        const char *regex = dated_regex(h->dated, i);

        if (regex &&
            (!after || strlen(regex) < strlen(after) ||
             (strlen(regex) == strlen(after) && strcmp(regex, after) < 0)) &&
            (!next || strlen(regex) > strlen(next) ||
             (strlen(regex) == strlen(next) && strcmp(regex, next) > 0)))
            next = regex;
    }
    return next;
}

static void add_times(const struct heads *h, struct buf *out)
{
    const char *between = TIME_GROUP;

    for (const char *regex = next_dated(h, NULL); regex; regex = next_dated(h, regex)) {
        buf_fmt(out, "%s%s", between, regex);
        between = "|";
    }
    for (int i = 0; i < TIMES; i++) {
        if (!h->times_seen[i])
            continue;
        buf_fmt(out, "%s%s", between, times[i].regex);
        between = "|";
    }
    buf_char(out, ')');
}

static const struct piece_form *form_of(char letter)
{
    for (int i = 0; i < PIECES; i++)
        if (forms[i].letter == letter)
            return &forms[i];
    return NULL;
}

/* `INFO pay.core - text`: the word before the signs that end the head, behind a level, names who logs. */
static bool names_logger(struct slice row, size_t word)
{
    struct slice before = slice_make(row.p, word);

    return row.p[word] == 'W' && slice_eq(slice_from(row, word), SLICE("W U")) &&
           slice_until(before, "Lb").n < before.n;
}

static void write_regex(struct heads *h, struct slice row)
{
    buf_char(&h->regex, '^');
    for (size_t i = 0; i < row.n; i++) {
        if (names_logger(row, i))
            buf_str(&h->regex, "(?<logger>\\S+)");
        else if (row.p[i] == ' ')
            buf_str(&h->regex, "\\s+");
        else if (row.p[i] == '/')
            buf_str(&h->regex, "/[^\\]\\s]+");
        else if (memchr("[](),:", row.p[i], 6))
            buf_fmt(&h->regex, memchr("[]()", row.p[i], 4) ? "\\%c" : "%c", row.p[i]);
        else if (row.p[i] == 'T')
            add_times(h, &h->regex);
        else
            buf_str(&h->regex, form_of(row.p[i])->regex);
    }
    buf_str(&h->regex, strchr("ES", row.p[row.n - 1]) ? "" : "\\s*");
}

/* The kubelet behind the head of syslog; its own time is the same. */
static bool may_have_klog(struct heads *h, struct slice row, uint64_t lines)
{
    uint64_t n = 0;

    buf_clear(&h->row);
    buf_slice(&h->row, row);
    buf_str(&h->row, " K");
    map_get(&h->rows, buf_all(&h->row), &n);
    return n * 100 >= lines * OFTEN && n > 0;
}

/* In per cent: how many of those that begin with `row` must go on as the longer one does. A host stands behind the time
 * of the others too. */
static unsigned must_go_on(struct slice row, struct slice longer)
{
    return row.n && longer.p[longer.n - 1] != forms[PIECE_WORD].letter ? GOES_ON : SHARE;
}

void heads_find(struct heads *h)
{
    struct slice row = {"", 0}, longer = row;
    uint64_t lines = h->lines, n;

    while ((n = best_row(h, row, &longer)) > 0 && n * 100 >= lines * must_go_on(row, longer)) {
        row = longer;
        lines = n;
    }
    if (row.n == 0 || slice_until(row, "TbKESC").n == row.n || h->lines * LEAST < h->json)
        return;
    write_regex(h, row);
    if (may_have_klog(h, row, lines))
        buf_fmt(&h->regex, "(?:%s\\s*)?", forms[PIECE_KLOG].regex);
    h->cut = pattern_own(h->regex.p);
}

/* No time is better than a wrong one. */
static void forget_time(struct heads *h)
{
    char *time = strstr(h->regex.p, TIME_GROUP);

    if (!time)
        return;
    struct buf regex = BUF_INIT;

    buf_fmt(&regex, "%.*s(?:%s", (int)(time - h->regex.p), h->regex.p, time + strlen(TIME_GROUP));
    buf_release(&h->regex);
    h->regex = regex;
}

void heads_judge(struct heads *h)
{
    struct buf unused = BUF_INIT;
    bool known = true;

    for (unsigned i = 0; h->cut && i < dated_forms(h->dated); i++)
        known &= !dated_regex(h->dated, i) || dated_format(h->dated, i, &unused);
    buf_release(&unused);
    h->lost |= !known;
    if (h->cut && h->lost)
        forget_time(h);
}

const char *heads_regex(const struct heads *h)
{
    return h->cut ? h->regex.p : NULL;
}

/* What must be said of the times, one line each. */
static void add_remarks(const struct heads *h, bool zoneless, struct buf *out)
{
    if (h->dropped.n)
        buf_fmt(out, "; `prefix` drops what may be a part of the time, such as \"%s\"%s\n",
                h->dropped.p,
                h->lost ? ": lines have no time until time_match and time_format take it" : "");
    else if (h->lost)
        buf_str(out, "; No order of day, month and year fits all dates: lines have no time until "
                     "time_format says how to read them\n");
    if (zoneless)
        buf_str(out,
                "; Its times name no zone: they are UTC unless time_zone says otherwise, such as "
                "time_zone = local\n");
}

/* Appends those of dated.h; *zoneless: some name no zone. */
static void add_dated_formats(const struct heads *h, bool *zoneless, struct buf *out)
{
    for (unsigned i = 0; i < dated_forms(h->dated); i++) {
        size_t from = out->n;
        const char *doubt = dated_doubt(h->dated, i);

        if (!dated_regex(h->dated, i))
            continue;
        if (doubt)
            buf_fmt(out,
                    "; Which number is the day, and which the month, no date tells: it may be %s "
                    "instead\n",
                    doubt);
        buf_str(out, "time_format = ");
        dated_format(h->dated, i, out);
        *zoneless |= !strcasestr(out->p + from, "%z");
        buf_char(out, '\n');
    }
}

/* Appends the formats of pieces that are a head as a whole. */
static void add_whole_formats(const struct heads *h, struct buf *out)
{
    if (!strstr(h->regex.p, CLOCK) && strstr(h->regex.p, forms[PIECE_KLOG].regex))
        buf_str(out, "time_format = %m%d %H:%M:%S.%f\n");
    if (strstr(h->regex.p, forms[PIECE_SAMBA].regex))
        buf_str(out, "time_format = %Y/%m/%d %H:%M:%S.%f\n");
    if (strstr(h->regex.p, forms[PIECE_ERLANG].regex))
        buf_str(out, "time_format = %d-%b-%Y::%H:%M:%S.%f\n");
}

void heads_formats(const struct heads *h, bool own_time, struct buf *out)
{
    bool plain = own_time, other = false, zoneless = false;

    if (!h->cut)
        return;
    size_t from = out->n;

    if (strstr(h->regex.p, TIME_GROUP))
        add_dated_formats(h, &zoneless, out);
    other = out->n > from;
    for (int i = 0; i < TIMES; i++) {
        if (!h->times_seen[i] || h->lost || !strstr(h->regex.p, times[i].regex))
            continue;
        plain |= !times[i].format;
        other |= times[i].format != NULL;
        zoneless |= i == ISO || (times[i].format && !strcasestr(times[i].format, "%z"));
        if (times[i].format)
            buf_fmt(out, "time_format = %s\n", times[i].format);
    }
    add_whole_formats(h, out);
    buf_str(out, plain && other ? "time_format = auto\n" : "");
    add_remarks(h, zoneless, out);
}

/* Is it a time of day alone? */
static bool is_dayless(struct slice time)
{
    return slice_until(time, ":").n <= 2;
}

static bool finds(struct heads *h, const struct pattern *p, struct slice text, bool loses)
{
    if (pattern_match(p, h->matcher, text) != PATTERN_YES)
        return false;
    if (!h->dropped.n || (loses && !h->lost)) {
        buf_clear(&h->dropped);
        buf_slice(&h->dropped, slice_trim(matcher_span(h->matcher)));
    }
    h->lost |= loses;
    return true;
}

/* Is anything cut off beside the time that looks like a part of it? */
static void note_dropped(struct heads *h, struct slice line, size_t head, struct slice time)
{
    struct slice before = slice_make(line.p, time.p ? (size_t)(time.p - line.p) : head);
    bool dayless = time.p && is_dayless(time);

    if (finds(h, h->date, before, dayless) || (dayless && finds(h, h->year, before, true)) ||
        !time.p)
        return;
    size_t end = before.n + time.n;
    struct slice after = slice_from(line, end);

    if (!finds(h, h->half, after, true) && (!dayless || !finds(h, h->behind, after, true)))
        finds(h, h->date, slice_make(after.p, head > end ? head - end : 0), dayless);
}

struct slice heads_cut(struct heads *h, struct slice line, field_visit_fn *fn, void *ctx)
{
    if (!h->cut || pattern_match(h->cut, h->matcher, line) != PATTERN_YES)
        return line;
    size_t head = matcher_span(h->matcher).n;

    if (head == line.n)
        return line;
    struct slice time = {NULL, 0};

    for (unsigned i = 0; i < pattern_ngroups(h->cut); i++) {
        struct field value = {.kind = FIELD_TEXT};
        struct slice text;

        if (!pattern_capture(h->cut, h->matcher, i, &text))
            continue;
        if (strcmp(pattern_group(h->cut, i), "time") == 0) {
            time = text;
            continue;
        }
        value.p = text.p;
        value.n = (uint32_t)text.n;
        fn(ctx, slice_str(pattern_group(h->cut, i)), &value);
    }
    note_dropped(h, line, head, time);
    return slice_from(line, head);
}
