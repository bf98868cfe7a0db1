/* pattern -- the only file that knows PCRE2.
 *
 * Most regexes of logs need no PCRE2 to match (plain.h): a dozen of them cost a JSON line of the bench 3,553
 * instructions so, 5,071 by JIT (make bench-count, row `match`). PCRE2 has compiled them all the same: it says
 * what is a mistake, replaces, walks, explains, and takes over what they leave undecided.
 *
 * A matcher has PCRE2's match data, as large as the pattern with most groups needs. pcre2_jit_match saves
 * the checks of pcre2_match (10 ns a call) and is used for what JIT accepted; where JIT is refused
 * (SELinux, W^X) or its 32 KiB of machine stack run out, pcre2_match does the work.
 *
 * A pattern of characters has two codes: JIT of PCRE2 10.34 to 10.42 with PCRE2_MATCH_INVALID_UTF finds
 * no letter of another script by \S, \D and \W, and lets [^k] of (?i) be a byte that is no character.
 * So JIT reads only subjects that are UTF-8, and others are interpreted.
 *
 * Start optimisations are never switched off: they are what makes a match that fails cheap. */
#include "config.h"

#include "rules/pattern.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "rules/literal.h"
#include "rules/plain.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdlib.h>

/* `^(a+)+$` on 40 a's costs 0.1 ms with this limit instead of up to 180 ms; no sane pattern on a
 * log line comes near it. */
enum { MATCH_LIMIT = 100000, HEAP_LIMIT_KIB = 20000 };

/* What a rewrite may make of one field: `x -> (a thousand bytes)` on a line of 1 MiB must not cost
 * memory that no configuration bounds. */
enum { REPLACED_MAX = 16 << 20 };

struct name {
    const char *text;  /* inside the compiled code, or pattern_rename's */
    uint16_t *numbers; /* its groups, ascending */
    unsigned n;
};

struct pattern {
    char *text;
    size_t text_n;
    pcre2_code *code;
    pcre2_code *code_not_utf8; /* for subjects that are not UTF-8; NULL: `code` takes any bytes */
    struct plain *plain;       /* finds the same; or NULL */
    uint32_t groups;           /* with and without a name; of either, as they are the same */
    enum { JIT_NOT, JIT_UTF8, JIT_ANY } jit; /* subjects that `code` reads by JIT */
    struct name *names; /* by their first group: people read them by position */
    unsigned nnames;
    uint16_t *numbers; /* of all names */
    struct buf literal;
};

struct matcher {
    pcre2_match_data *data;
    PCRE2_SIZE *spans; /* in it */
    pcre2_match_context *context;
    uint32_t groups;      /* there is room for */
    struct slice subject; /* of the last match */
    struct slice judged;  /* the last subject of which it was asked whether it is UTF-8 */
    bool not_utf8;        /* that */
};

static bool asks_for(struct slice regex, struct slice verb)
{
    return regex.n >= verb.n && memmem(regex.p, regex.n, verb.p, verb.n);
}

/* Does it need characters, or will bytes do? By (*UCP) bytes would be those of Latin-1, and half a
 * character a letter. */
static bool needs_characters(struct slice regex)
{
    if (asks_for(regex, SLICE("(*UCP)")) || asks_for(regex, SLICE("(*UTF)")))
        return true;
    for (size_t i = 0; i < regex.n; i++) {
        if ((unsigned char)regex.p[i] >= 0x80)
            return true;
        if (regex.p[i] != '\\' || i + 1 == regex.n)
            continue;
        char c = regex.p[++i];

        if (c == 'p' || c == 'P' || c == 'X')
            return true;
        if (c == 'x' && i + 1 < regex.n && regex.p[i + 1] == '{' &&
            strtoul(regex.p + i + 2, NULL, 16) >= 0x100)
            return true;
    }
    return false;
}

static pcre2_code *compile_with(struct slice regex, uint32_t options, int *ret_error,
                                size_t *ret_offset)
{
    return pcre2_compile((PCRE2_SPTR)(regex.p ? regex.p : ""), regex.n, PCRE2_DUPNAMES | options,
                         ret_error, ret_offset, NULL);
}

/* For any subject, and not for JIT. */
static pcre2_code *compile(struct slice regex, uint32_t extra, int *ret_error, size_t *ret_offset)
{
    if (needs_characters(regex))
        extra |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    return compile_with(regex, extra, ret_error, ret_offset);
}

static int by_position(const void *a, const void *b)
{
    return (int)((const struct name *)a)->numbers[0] - (int)((const struct name *)b)->numbers[0];
}

/* PCRE2's table is sorted by name, and those of one name by number. */
static void read_names(struct pattern *p)
{
    uint32_t count, size;
    PCRE2_SPTR table;

    pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &table);
    p->names = xcalloc(count + 1, sizeof *p->names);
    p->numbers = xcalloc(count + 1, sizeof *p->numbers);
    for (uint32_t i = 0; i < count; i++, table += size) {
        const char *text = (const char *)table + 2;

        p->numbers[i] = (uint16_t)(table[0] << 8 | table[1]);
        if (p->nnames == 0 || strcmp(p->names[p->nnames - 1].text, text) != 0)
            p->names[p->nnames++] = (struct name){text, &p->numbers[i], 0};
        p->names[p->nnames - 1].n++;
    }
    qsort(p->names, p->nnames, sizeof *p->names, by_position);
}

struct items {
    struct regex_item *list;
    size_t n, cap;
};

/* Items arrive in order; a repeated group such as (x){2} is compiled, and so enumerated, twice:
 * only what lies further on is new. */
static int collect_item(pcre2_callout_enumerate_block *b, void *ctx)
{
    struct items *items = ctx;

    if (b->callout_number != 255)
        return 0;
    if (items->n && b->pattern_position <= items->list[items->n - 1].at)
        return 0;
    GROW(items->list, items->n, items->cap);
    items->list[items->n++] = (struct regex_item){b->pattern_position, b->next_item_length};
    return 0;
}

static void find_literal(struct pattern *p)
{
    struct items items = {0};
    uint32_t options;
    size_t offset;
    int error;
    pcre2_code *code = compile(pattern_text(p), PCRE2_AUTO_CALLOUT, &error, &offset);

    if (!code)
        return;
    pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
    if (!(options & PCRE2_CASELESS)) {
        pcre2_callout_enumerate(code, collect_item, &items);
        required_literal(pattern_text(p), items.list, items.n, &p->literal);
    }
    pcre2_code_free(code);
    free(items.list);
}

static void say_error(int error, struct buf *err)
{
    pcre2_get_error_message(error, (PCRE2_UCHAR *)buf_reserve(err, 256), 256);
    err->n += strlen(err->p + err->n);
}

bool pattern_check(struct slice regex, struct buf *err, size_t *ret_offset)
{
    int error;
    pcre2_code *code = compile(regex, 0, &error, ret_offset);

    if (!code)
        say_error(error, err);
    pcre2_code_free(code);
    return code;
}

/* By (*NO_JIT) PCRE2 makes none, and calls that success. */
static bool has_machine_code(const pcre2_code *code)
{
    size_t size = 0;

    pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &size);
    return size > 0;
}

/* As `.` and `$` of a plain one have it. */
static bool newline_is_lf(const pcre2_code *code)
{
    uint32_t newline = 0;

    pcre2_pattern_info(code, PCRE2_INFO_NEWLINE, &newline);
    return newline == PCRE2_NEWLINE_LF;
}

struct pattern *pattern_new(struct slice regex, struct buf *err, size_t *ret_offset)
{
    struct pattern *p = xcalloc(1, sizeof *p);
    bool characters = needs_characters(regex);
    uint32_t named;
    size_t offset;
    int error;

    p->text = xstrslice(regex);
    p->text_n = regex.n;
    p->code = compile_with(pattern_text(p), characters ? PCRE2_UTF : 0, &error, &offset);
    if (p->code && characters)
        p->code_not_utf8 = compile(pattern_text(p), 0, &error, &offset);
    if (!p->code || (characters && !p->code_not_utf8)) {
        say_error(error, err);
        *ret_offset = offset;
        goto fail;
    }
    pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &named);
    if (named > PATTERN_NAMES_MAX) {
        buf_fmt(err, "more than %d named groups", PATTERN_NAMES_MAX);
        *ret_offset = regex.n;
        goto fail;
    }
    if (pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0 && has_machine_code(p->code))
        p->jit = characters ? JIT_UTF8 : JIT_ANY;
    pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &p->groups);
    read_names(p);
    find_literal(p);
    if (!characters && newline_is_lf(p->code))
        p->plain = plain_new(regex);
    return p;
fail:
    pattern_free(p);
    return NULL;
}

struct pattern *pattern_own(const char *regex)
{
    struct buf err = BUF_INIT;
    size_t offset;
    struct pattern *p = pattern_new(slice_str(regex), &err, &offset);

    buf_release(&err);
    return p;
}

struct pattern *pattern_own_at_start(const char *regex)
{
    struct buf text = BUF_INIT;

    buf_fmt(&text, "^(?:%s)", regex);
    struct pattern *p = pattern_own(text.p);

    buf_release(&text);
    return p;
}

void pattern_free(struct pattern *p)
{
    if (!p)
        return;
    pcre2_code_free(p->code);
    pcre2_code_free(p->code_not_utf8);
    plain_free(p->plain);
    buf_release(&p->literal);
    free(p->names);
    free(p->numbers);
    free(p->text);
    free(p);
}

struct slice pattern_text(const struct pattern *p)
{
    return (struct slice){p->text, p->text_n};
}

unsigned pattern_ngroups(const struct pattern *p)
{
    return p->nnames;
}

unsigned pattern_captures(const struct pattern *p)
{
    return p->groups;
}

void pattern_rename(struct pattern *p, const char *group, const char *name)
{
    for (unsigned i = 0; i < p->nnames; i++)
        if (strcmp(p->names[i].text, group) == 0)
            p->names[i].text = name;
}

const char *pattern_group(const struct pattern *p, unsigned i)
{
    return p->names[i].text;
}

struct slice pattern_literal(const struct pattern *p)
{
    return buf_all(&p->literal);
}

/* An option `i` somewhere, as in (?i) or (?s-i:; a name that looks like one does no harm. */
static bool may_ignore_case(struct slice regex)
{
    for (size_t i = 0; i + 2 < regex.n; i++)
        if (regex.p[i] == '(' && regex.p[i + 1] == '?')
            for (size_t k = i + 2; k < regex.n && !strchr(":)<P'=!|>(#&", regex.p[k]); k++)
                if (regex.p[k] == 'i')
                    return true;
    return false;
}

bool pattern_first_bytes(const struct pattern *p, uint8_t ret_set[32])
{
    const uint8_t *set = NULL;
    uint32_t options, type = 0, unit = 0, empty = 1;

    pcre2_pattern_info(p->code, PCRE2_INFO_ALLOPTIONS, &options);
    pcre2_pattern_info(p->code, PCRE2_INFO_MATCHEMPTY, &empty);
    if (!(options & PCRE2_ANCHORED) || empty)
        return false;
    pcre2_pattern_info(p->code, PCRE2_INFO_FIRSTCODETYPE, &type);
    pcre2_pattern_info(p->code, PCRE2_INFO_FIRSTCODEUNIT, &unit);
    pcre2_pattern_info(p->code, PCRE2_INFO_FIRSTBITMAP, &set);
    if (set) {
        memcpy(ret_set, set, 32);
        return true;
    }
    /* PCRE2 does not tell of a single first byte whether it stands for its other case too. */
    if (type != 1 || may_ignore_case(pattern_text(p)))
        return false;
    memset(ret_set, 0, 32);
    ret_set[unit / 8] = (uint8_t)(1u << unit % 8);
    return true;
}

/* A context with the limits of all. */
static pcre2_match_context *context_new(void)
{
    pcre2_match_context *c = pcre2_match_context_create(NULL);

    if (!c)
        abort();
    pcre2_set_match_limit(c, MATCH_LIMIT);
    pcre2_set_heap_limit(c, HEAP_LIMIT_KIB);
    return c;
}

static void make_room(struct matcher *m, uint32_t groups)
{
    pcre2_match_data_free(m->data);
    m->data = pcre2_match_data_create(groups + 1, NULL);
    m->groups = groups;
    if (!m->data)
        abort();
    m->spans = pcre2_get_ovector_pointer(m->data);
}

enum { GROUPS_MOSTLY = 15 };

struct matcher *matcher_new(void)
{
    struct matcher *m = xcalloc(1, sizeof *m);

    m->context = context_new();
    make_room(m, GROUPS_MOSTLY);
    return m;
}

void matcher_free(struct matcher *m)
{
    if (!m)
        return;
    pcre2_match_context_free(m->context);
    pcre2_match_data_free(m->data);
    free(m);
}

/* A subject is looked through once, not for each of its matches, unless another comes between. */
static bool is_not_utf8(struct matcher *m, struct slice subject, size_t from)
{
    if (from == 0 || m->judged.p != subject.p || m->judged.n != subject.n) {
        m->judged = subject;
        m->not_utf8 = !utf8_valid(subject);
    }
    return m->not_utf8;
}

static const pcre2_code *code_for(const struct pattern *p, struct matcher *m, struct slice subject,
                                  size_t from)
{
    return p->code_not_utf8 && is_not_utf8(m, subject, from) ? p->code_not_utf8 : p->code;
}

/* What JIT may not read as it comes. */
static int match_checked(const struct pattern *p, struct matcher *m, PCRE2_SPTR s, size_t n,
                         size_t from, uint32_t options)
{
    const pcre2_code *code = code_for(p, m, slice_make((const char *)s, n), from);

    return p->jit == JIT_UTF8 && code == p->code
               ? pcre2_jit_match(code, s, n, from, options, m->data, m->context)
               : pcre2_match(code, s, n, from, options, m->data, m->context);
}

static enum pattern_result match_from(const struct pattern *p, struct matcher *m,
                                      struct slice subject, size_t from, uint32_t options)
{
    PCRE2_SPTR s = (PCRE2_SPTR)(subject.p ? subject.p : "");
    int rc;

    if (p->groups > m->groups)
        make_room(m, p->groups);
    rc = p->jit == JIT_ANY
             ? pcre2_jit_match(p->code, s, subject.n, from, options, m->data, m->context)
             : match_checked(p, m, s, subject.n, from, options);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(p->code, s, subject.n, from, options | PCRE2_NO_JIT, m->data, m->context);
    if (rc == PCRE2_ERROR_NOMATCH)
        return PATTERN_NO;
    m->subject = slice_make((const char *)s, subject.n);
    return rc >= 0 ? PATTERN_YES : PATTERN_ERROR;
}

/* By what needs no PCRE2, if it decides. */
static enum plain_result match_plain(const struct pattern *p, struct matcher *m,
                                     struct slice subject)
{
    if (p->groups > m->groups)
        make_room(m, p->groups);
    m->subject = slice_make(subject.p ? subject.p : "", subject.n);
    return plain_match(p->plain, m->subject, m->spans);
}

enum pattern_result pattern_match(const struct pattern *p, struct matcher *m, struct slice subject)
{
    if (p->plain) {
        enum plain_result result = match_plain(p, m, subject);

        if (result != PLAIN_UNDECIDED)
            return result == PLAIN_YES ? PATTERN_YES : PATTERN_NO;
    }
    return match_from(p, m, subject, 0, 0);
}

enum pattern_result pattern_next(const struct pattern *p, struct matcher *m, struct slice subject,
                                 size_t from)
{
    return match_from(p, m, subject, from, PCRE2_NOTEMPTY);
}

struct slice matcher_span(const struct matcher *m)
{
    const PCRE2_SIZE *o = m->spans;

    return (struct slice){m->subject.p + o[0], o[1] > o[0] ? o[1] - o[0] : 0};
}

/* Of the first of its groups that took part; else NULL. */
static inline struct slice text_of(const struct name *name, const PCRE2_SIZE *o,
                                   struct slice subject)
{
    for (unsigned k = 0; k < name->n; k++) {
        size_t from = o[2 * name->numbers[k]], to = o[2 * name->numbers[k] + 1];

        if (from != PCRE2_UNSET && to >= from)
            return (struct slice){subject.p + from, to - from};
    }
    return (struct slice){NULL, 0};
}

bool pattern_capture(const struct pattern *p, const struct matcher *m, unsigned i,
                     struct slice *ret_text)
{
    struct slice text = text_of(&p->names[i], m->spans, m->subject);

    if (text.p)
        *ret_text = text;
    return text.p;
}

void pattern_texts(const struct pattern *p, const struct matcher *m, struct slice *ret_texts)
{
    for (unsigned i = 0; i < p->nnames; i++)
        ret_texts[i] = text_of(&p->names[i], m->spans, m->subject);
}

/* --- for people ------------------------------------------------------------------------------- */

/* A regex compiled for one match, with the limits of all; *far, if not NULL, is where it got to. */
struct far {
    struct slice regex;
    struct pattern_reach best;
    bool any;
};

/* Is the place in a (?!...) or (?<!...), whose text is to be what the subject's is not? */
static bool is_unwanted(struct slice regex, size_t place)
{
    enum { DEPTH = 64 };
    bool unwanted[DEPTH] = {false}, class = false;
    size_t depth = 0;

    for (size_t i = 0; i < place && i < regex.n; i++) {
        struct slice rest = slice_from(regex, i);

        if (regex.p[i] == '\\') {
            i++;
        } else if (class || regex.p[i] == '[') {
            class = regex.p[i] != ']';
        } else if (regex.p[i] == '(' && depth + 1 < DEPTH) {
            depth++;
            unwanted[depth] = unwanted[depth - 1] || slice_starts(rest, SLICE("(?!")) ||
                              slice_starts(rest, SLICE("(?<!"));
        } else if (regex.p[i] == ')' && depth > 0) {
            depth--;
        }
    }
    return unwanted[depth];
}

static int note_furthest(pcre2_callout_block *b, void *ctx)
{
    struct far *far = ctx;
    struct pattern_reach here = {b->pattern_position, b->current_position,
                                 b->current_position - b->start_match};

    if (is_unwanted(far->regex, here.regex))
        return 0;
    if (!far->any || here.fitted > far->best.fitted ||
        (here.fitted == far->best.fitted && here.regex > far->best.regex))
        *far = (struct far){far->regex, here, true};
    return 0;
}

/* False when it does not match, or is none. */
static bool match_once(struct slice regex, uint32_t extra, struct slice subject, struct far *far,
                       struct slice *ret_span)
{
    size_t offset;
    int error, rc;
    pcre2_code *code = compile(regex, extra, &error, &offset);

    if (!code)
        return false;
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
    pcre2_match_context *context = context_new();

    if (!data)
        abort();
    if (far)
        pcre2_set_callout(context, note_furthest, far);
    rc =
        pcre2_match(code, (PCRE2_SPTR)(subject.p ? subject.p : ""), subject.n, 0, 0, data, context);
    if (rc >= 0 && ret_span) {
        const PCRE2_SIZE *o = pcre2_get_ovector_pointer(data);

        *ret_span = slice_make(subject.p + o[0], o[1] > o[0] ? o[1] - o[0] : 0);
    }
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    return rc >= 0;
}

bool pattern_near(const struct pattern *p, struct slice subject, struct pattern_reach *ret_reach)
{
    struct far far = {.regex = pattern_text(p)};

    (void)match_once(far.regex,
                     PCRE2_AUTO_CALLOUT | PCRE2_NO_START_OPTIMIZE | PCRE2_NO_AUTO_POSSESS, subject,
                     &far, NULL);
    *ret_reach = far.best;
    return far.any;
}

/* Blanks outside of classes, but for those that are escaped or repeated already. */
static void widen_blanks(struct slice regex, struct buf *out)
{
    bool class = false;

    for (size_t i = 0; i < regex.n; i++) {
        char c = regex.p[i], next = i + 1 < regex.n ? regex.p[i + 1] : '\0';

        if (c == '\\' && next) {
            buf_add(out, regex.p + i++, 2);
            continue;
        }
        class = c == '[' || (class && c != ']');
        if (c == ' ' && !class && !(next && strchr("+*?{", next)))
            buf_str(out, "\\s+");
        else
            buf_char(out, c);
    }
}

/* A `$` at the end, and not `\$`. */
static bool ends_anchored(struct slice regex)
{
    size_t backslashes = 0;

    if (regex.n == 0 || regex.p[regex.n - 1] != '$')
        return false;
    while (backslashes + 1 < regex.n && regex.p[regex.n - 2 - backslashes] == '\\')
        backslashes++;
    return backslashes % 2 == 0;
}

/* False when the regex asks for nothing of the kind. */
static bool slacken(struct slice regex, enum pattern_slack slack, struct buf *out, uint32_t *extra)
{
    bool start = slack == SLACK_START || slack == SLACK_ENDS;
    bool end = slack == SLACK_END || slack == SLACK_ENDS;

    *extra = slack == SLACK_CASE ? PCRE2_CASELESS : 0;
    if ((start && !slice_starts(regex, SLICE("^"))) || (end && !ends_anchored(regex)))
        return false;
    if (slack == SLACK_BLANKS)
        widen_blanks(regex, out);
    else
        buf_add(out, regex.p + start, regex.n - start - end);
    return true;
}

bool pattern_would_match(const struct pattern *p, enum pattern_slack slack, struct slice subject,
                         struct slice *ret_span)
{
    struct buf regex = BUF_INIT;
    uint32_t extra;
    bool would = slacken(pattern_text(p), slack, &regex, &extra) &&
                 match_once(buf_all(&regex), extra, subject, NULL, ret_span);

    buf_release(&regex);
    return would;
}

enum pattern_result pattern_replace(const struct pattern *p, struct matcher *m,
                                    struct slice replacement, struct slice subject, struct buf *out)
{
    uint32_t options =
        PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH;
    size_t room = subject.n + replacement.n + 64;
    const pcre2_code *code = code_for(p, m, subject, 0);

    if (p->groups > m->groups)
        make_room(m, p->groups);
    for (;;) {
        PCRE2_SIZE n = room;
        PCRE2_UCHAR *to = (PCRE2_UCHAR *)buf_reserve(out, room);
        int rc =
            pcre2_substitute(code, (PCRE2_SPTR)(subject.p ? subject.p : ""), subject.n, 0, options,
                             m->data, m->context, (PCRE2_SPTR)replacement.p, replacement.n, to, &n);

        if (rc == PCRE2_ERROR_NOMEMORY && n > room && n <= REPLACED_MAX) {
            room = n;
            continue;
        }
        if (rc == PCRE2_ERROR_JIT_STACKLIMIT && !(options & PCRE2_NO_JIT)) {
            options |= PCRE2_NO_JIT;
            continue;
        }
        if (rc < 0)
            return PATTERN_ERROR;
        out->n += n;
        out->p[out->n] = '\0';
        return rc > 0 ? PATTERN_YES : PATTERN_NO;
    }
}
