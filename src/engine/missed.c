/* missed -- texts are compared with what is mistyped taken away, one thing at a time: case, blanks, a
 * letter or two; regexes are tried without their case, blanks, start and end. The first that makes the
 * difference is told. A field that is missing is looked for under other names. */
#include "config.h"

#include "engine/missed.h"

#include "engine/match.h"
#include "engine/words.h"

/* Of nearness: what is surely meant, what may be, and what is only there. */
#define SURELY 0.95
#define MAYBE 0.5
#define HARDLY 0.25

/* A text that a regex wants, and which by chance is in any line. */
enum { LITERAL_MIN = 4 };
/* So long it must be to be known again with two letters that are others, and so much text is searched. */
enum { NEARLY_MIN = 8, NEARLY_MAX = 2000 };
/* Of a map so many are looked at. */
enum { ROWS_MAX = 10000 };

struct slice missed_subject(struct record *r, const struct condition *c)
{
    return c->is_match ? r->line : record_text(r, &c->field);
}

static bool compares_numbers(const struct condition *c)
{
    return c->op >= OP_LT;
}

static bool is_regex(const struct condition *c)
{
    return c->is_match || c->op == OP_MATCH || c->op == OP_NOT_MATCH;
}

static bool contains(struct slice s, struct slice what, size_t *ret_at)
{
    const char *at = what.n && s.n >= what.n ? memmem(s.p, s.n, what.p, what.n) : NULL;

    if (at)
        *ret_at = (size_t)(at - s.p);
    return at;
}

/* --- texts ------------------------------------------------------------------------------------ */

enum { FOLD_CASE = 1, FOLD_BLANKS = 2 };

/* Takes the next byte that counts off the front; false: there is none. */
static bool next_folded(struct slice *s, unsigned how, char *ret_byte)
{
    for (size_t blank; s->n; *s = slice_from(*s, blank)) {
        blank = strange_blank(*s, 0);
        if (!blank)
            blank = char_is_blank(s->p[0]);
        if (blank && (how & FOLD_BLANKS))
            continue;
        *ret_byte = how & FOLD_CASE ? char_lower(s->p[0]) : s->p[0];
        *s = slice_from(*s, 1);
        return true;
    }
    return false;
}

/* Called at each byte of a line, and for each row of a map: most differ at once. */
static bool same_folded(struct slice a, struct slice b, unsigned how)
{
    char x, y;
    bool more;

    do {
        more = next_folded(&a, how, &x);
        if (more != next_folded(&b, how, &y))
            return false;
    } while (more && x == y);
    return !more;
}

/* As what compares numbers would have it. */
static bool same_number(struct slice a, struct slice b)
{
    struct num x, y;
    enum unit_kind of_x, of_y;

    return num_parse_any(a, &x, &of_x) == 0 && num_parse_any(b, &y, &of_y) == 0 && of_x == of_y &&
           x.d == y.d;
}

static bool matches_as_regex(struct record *r, struct slice want, struct slice is)
{
    struct buf err = BUF_INIT;
    size_t offset;
    struct pattern *p =
        slice_until(want, "^.*+?[($|\\").n < want.n ? pattern_new(want, &err, &offset) : NULL;
    bool is_match = p && pattern_match(p, r->matcher, is) == PATTERN_YES;

    pattern_free(p);
    buf_release(&err);
    return is_match;
}

static unsigned edits(struct slice a, struct slice b)
{
    return a.n <= SLICE_EDITS_MAX && b.n <= SLICE_EDITS_MAX ? slice_edits(a, b) : UINT16_MAX;
}

/* Some letters of many: so many; 0: none, or too many. */
static unsigned slips(struct slice a, struct slice b)
{
    unsigned n = edits(a, b);

    return n <= 2 && n <= b.n / 3 ? n : 0;
}

/* What the condition compares its text with: for ^= so much of it. */
static struct slice compared(const struct condition *c, struct slice is)
{
    return c->op == OP_PREFIX && is.n > c->text.n ? slice_make(is.p, c->text.n) : is;
}

static const char *folded_hint(struct slice is, struct slice want)
{
    if (same_folded(is, want, FOLD_CASE))
        return "only the case of letters differs";
    if (same_folded(is, want, FOLD_BLANKS))
        return "only blanks differ";
    if (same_folded(is, want, FOLD_CASE | FOLD_BLANKS))
        return "only blanks and the case of letters differ";
    return NULL;
}

static void hint_text(struct record *r, const struct condition *c, struct slice is, struct buf *out)
{
    const char *hint = folded_hint(compared(c, is), c->text);
    unsigned n;
    size_t at;

    if (hint)
        buf_str(out, hint);
    else if (c->op == OP_EQ && same_number(is, c->text))
        buf_str(out, "as numbers they are equal, but == compares texts");
    else if (c->op == OP_EQ && slice_starts(is, c->text))
        buf_str(out, "it begins so, and ^= would do");
    else if (contains(is, c->text, &at))
        buf_fmt(out, "that stands inside, at byte %zu, and =~ would find it", at + 1);
    else if (matches_as_regex(r, c->text, is))
        buf_fmt(out, "%s takes it as it is written; as a regex, with =~, it would match",
                op_text(c->op));
    else if ((n = slips(compared(c, is), c->text)) > 0)
        buf_fmt(out, "%u character%s differ%s", n, plural(n), n == 1 ? "s" : "");
}

static double text_nearness(const struct condition *c, struct slice is)
{
    struct slice part = compared(c, is);
    size_t longest = part.n > c->text.n ? part.n : c->text.n, at;
    double differ;

    if (folded_hint(part, c->text) || same_number(is, c->text))
        return SURELY;
    if (longest == 0)
        return 0;
    differ = longest <= SLICE_EDITS_MAX ? 1.6 * slice_edits(part, c->text) / (double)longest
                                        : 1 - (double)slice_common(part, c->text) / (double)longest;
    if (contains(is, c->text, &at) && differ > MAYBE)
        return MAYBE;
    return differ < 1 ? 0.9 * (1 - differ) : 0;
}

bool missed_row(const struct value_map *m, struct slice value, struct slice *ret_row)
{
    uint64_t row;

    for (size_t at = 0; at < ROWS_MAX && map_next(&m->table, &at, ret_row, &row);)
        if (folded_hint(value, *ret_row) || slips(value, *ret_row) || same_number(value, *ret_row))
            return true;
    return false;
}

/* --- regexes ---------------------------------------------------------------------------------- */

/* Where a text stands, whatever the case of its letters. */
static bool find_in_any_case(struct slice s, struct slice what, struct slice *ret_found)
{
    for (size_t i = 0; what.n && i + what.n <= s.n; i++) {
        *ret_found = slice_make(s.p + i, what.n);
        if (same_folded(*ret_found, what, FOLD_CASE))
            return true;
    }
    return false;
}

/* Where a text stands but for a letter or two; the texts are of SLICE_EDITS_MAX bytes, and NEARLY_MAX, at
 * most. (Sellers: the edits of the best match that ends at each byte, and where that begins.) */
static bool find_nearly(struct slice s, struct slice what, struct slice *ret_found)
{
    unsigned edits[SLICE_EDITS_MAX + 1], best = 3;
    size_t from[SLICE_EDITS_MAX + 1];

    if (what.n < NEARLY_MIN || what.n > SLICE_EDITS_MAX || s.n > NEARLY_MAX)
        return false;
    for (unsigned i = 0; i <= what.n; i++) {
        edits[i] = i;
        from[i] = 0;
    }
    for (size_t k = 0; k < s.n; k++) {
        unsigned corner = 0;
        size_t corner_from = k;

        from[0] = k + 1;
        for (unsigned i = 1; i <= what.n; i++) {
            unsigned change = corner + (s.p[k] != what.p[i - 1]), here = edits[i] + 1;
            size_t here_from = from[i];

            if (edits[i - 1] + 1 < here) {
                here = edits[i - 1] + 1;
                here_from = from[i - 1];
            }
            if (change <= here) {
                here = change;
                here_from = corner_from;
            }
            corner = edits[i];
            corner_from = from[i];
            edits[i] = here;
            from[i] = here_from;
        }
        if (edits[what.n] < best && from[what.n] <= k) {
            best = edits[what.n];
            *ret_found = slice_make(s.p + from[what.n], k + 1 - from[what.n]);
        }
    }
    return best < 3;
}

static bool slack_of(const struct pattern *p, struct slice text, enum pattern_slack *ret_slack,
                     struct slice *ret_span)
{
    for (unsigned slack = 0; slack < SLACK_KINDS; slack++) {
        *ret_slack = (enum pattern_slack)slack;
        if (pattern_would_match(p, *ret_slack, text, ret_span))
            return true;
    }
    return false;
}

static void hint_slack(enum pattern_slack slack, struct slice text, struct slice span,
                       struct buf *out)
{
    size_t at = (size_t)(span.p - text.p);

    switch (slack) {
    case SLACK_CASE:
        buf_str(out, "it would match if case did not matter: (?i)");
        break;
    case SLACK_BLANKS:
        buf_str(out, "it would match if each of its blanks were \\s+");
        break;
    case SLACK_START:
        buf_fmt(out, "it would match without ^, at byte %zu", at + 1);
        break;
    case SLACK_END:
        buf_str(out, "it would match without $; behind that stands ");
        show_quoted(out, slice_from(text, at + span.n));
        break;
    case SLACK_ENDS:
        buf_fmt(out, "it would match without ^ and $, at byte %zu", at + 1);
        break;
    case SLACK_KINDS:
        break;
    }
}

static void hint_literal(const struct pattern *p, struct slice text, struct buf *out)
{
    struct slice literal = pattern_literal(p), found;
    size_t at;

    if (literal.n < 2 || contains(text, literal, &at))
        return;
    buf_str(out, "each match has ");
    show_quoted(out, literal);
    if (find_in_any_case(text, literal, &found) || find_nearly(text, literal, &found)) {
        buf_str(out, ", and here it is ");
        show_quoted(out, found);
    } else {
        buf_str(out, ", which is not there");
    }
}

static void hint_regex(struct record *r, const struct condition *c, struct slice text,
                       struct buf *out)
{
    struct pattern *p = c->capture.pattern;
    enum pattern_result result = pattern_match(p, r->matcher, text);
    enum pattern_slack slack;
    struct slice span;

    if (result == PATTERN_ERROR) {
        buf_str(out, "it gave up: match limit, which counts as no match");
        return;
    }
    if (result == PATTERN_YES) { /* !~ */
        buf_str(out, "it matches ");
        show_quoted(out, matcher_span(r->matcher));
        return;
    }
    if (slack_of(p, text, &slack, &span))
        hint_slack(slack, text, span, out);
    else
        hint_literal(p, text, out);
}

static double regex_nearness(const struct condition *c, struct slice text)
{
    struct slice literal = pattern_literal(c->capture.pattern), found;
    struct slice regex = pattern_text(c->capture.pattern);
    struct pattern_reach reach;
    enum pattern_slack slack;
    double near = c->is_match ? 0.01 : 0; /* it looks at this line, at least */

    if (c->op == OP_NOT_MATCH && !c->is_match)
        return MAYBE;
    if (pattern_near(c->capture.pattern, text, &reach) && reach.fitted && regex.n)
        near = (double)reach.regex / (double)regex.n * 0.9;
    if (literal.n < LITERAL_MIN)
        return near;
    if (find_in_any_case(text, literal, &found))
        return slack_of(c->capture.pattern, text, &slack, &found) ? SURELY
               : near < MAYBE                                     ? MAYBE
                                                                  : near;
    return find_nearly(text, literal, &found) ? SURELY : near;
}

/* --- numbers ---------------------------------------------------------------------------------- */

static const char *unit_name(const struct condition *c)
{
    return c->unit.kind == UNIT_TIME ? " s" : c->unit.kind == UNIT_SIZE ? " B" : "";
}

static void show_amount(const struct condition *c, double v, struct buf *out)
{
    char text[NUM_TEXT];

    buf_add(out, text, num_format(text, v));
    buf_str(out, unit_name(c));
}

void missed_number(const struct condition *c, struct slice text, struct buf *out)
{
    bool is_plain;
    struct num v, plain;

    if (num_parse(text, &c->unit, &v) < 0) {
        show_quoted(out, text);
        buf_str(out, ", which is no number");
        return;
    }
    show_text(out, text);
    if (c->unit.kind == UNIT_NONE)
        return;
    is_plain = num_parse(text, &UNIT_PLAIN, &plain) == 0;
    buf_str(out, is_plain && !c->told ? ", taken for " : ", ");
    show_amount(c, v.d, out);
    if (is_plain && c->told)
        buf_fmt(out, " by unit.%s", c->field.name);
}

void missed_wanted(const struct condition *c, struct buf *out)
{
    bool is_text = c->op == OP_EQ || c->op == OP_NE || c->op == OP_PREFIX;

    if (c->op != OP_EQ)
        buf_fmt(out, "%s ", op_text(c->op));
    if (is_text)
        show_quoted(out, c->text);
    else
        show_text(out, c->text);
    if (compares_numbers(c) && c->unit.kind != UNIT_NONE) {
        buf_str(out, ", ");
        show_amount(c, c->number.d, out);
    }
}

/* A number that carries a unit, where the rule has none, or one of another kind. */
static void hint_number(const struct condition *c, struct slice text, struct buf *out)
{
    enum unit_kind kind;
    struct num v;

    if (num_parse(text, &c->unit, &v) == 0 || num_parse_any(text, &v, &kind) < 0)
        return;
    buf_str(out, c->unit.kind == UNIT_NONE ? "it carries a unit, and the rule's number has none"
                                           : "it carries a unit of another kind");
}

static double number_nearness(const struct condition *c, struct slice text)
{
    struct num v;
    double a, b;

    if (num_parse(text, &c->unit, &v) < 0)
        return HARDLY;
    a = __builtin_fabs(v.d);
    b = __builtin_fabs(c->number.d);
    return MAYBE * (a > b ? b / a : b > 0 ? a / b : 1);
}

/* --- what is missing -------------------------------------------------------------------------- */

/* A field of the line that may be meant. */
struct seek {
    struct record *r;
    const struct condition *c;
    struct slice name;
    const char *there_as; /* under that very name: "null", "-" or "empty" */
    struct buf by_name;   /* the nearest */
    unsigned edits;
    struct buf by_value; /* the first of which the condition would hold */
};

static bool would_hold(struct record *r, const struct condition *c, struct slice value)
{
    switch (c->op) {
    case OP_EQ:
        return slice_eq(value, c->text);
    case OP_PREFIX:
        return c->text.n && slice_starts(value, c->text);
    case OP_MATCH:
        return pattern_literal(c->capture.pattern).n >= LITERAL_MIN &&
               pattern_match(c->capture.pattern, r->matcher, value) == PATTERN_YES;
    default:
        return false;
    }
}

/* One is the last part of the other: status, http.status. */
static bool is_part(struct slice whole, struct slice part)
{
    return part.n > 1 && whole.n > part.n + 1 && slice_ends(whole, part) &&
           memchr("._-", whole.p[whole.n - part.n - 1], 3);
}

static void note_name(struct seek *s, struct slice name)
{
    unsigned most = s->name.n / 3 > 1 ? (unsigned)(s->name.n / 3) : 1;
    unsigned n = is_part(name, s->name) || is_part(s->name, name) ? most : edits(name, s->name);

    if (n > most || n >= s->name.n || (s->by_name.n && n >= s->edits))
        return;
    s->edits = n;
    buf_clear(&s->by_name);
    buf_slice(&s->by_name, name);
}

static void seek_field(void *ctx, struct slice name, const struct field *value)
{
    struct seek *s = ctx;
    struct field copy = *value;
    struct slice text = field_text(&copy, &s->r->scratch);

    if (slice_eq(name, s->name)) {
        s->there_as = value->kind == FIELD_NULL ? "null" : value->n ? "-" : "empty";
        return;
    }
    note_name(s, name);
    if (s->by_value.n == 0 && text.n && would_hold(s->r, s->c, text))
        buf_slice(&s->by_value, name);
}

static void seek(struct record *r, const struct condition *c, struct seek *ret)
{
    *ret = (struct seek){.r = r, .c = c, .name = slice_str(c->field.name)};
    record_each(r, seek_field, ret);
}

static void seek_release(struct seek *s)
{
    buf_release(&s->by_name);
    buf_release(&s->by_value);
}

static void hint_missing(struct record *r, const struct event *e, const struct condition *c,
                         struct buf *out)
{
    struct seek s;

    if (r->decoded > DECODED_LOGFMT && e->sees_decoded) {
        buf_fmt(out, "the line is %s, and has no fields", decoded_text(r->decoded));
        return;
    }
    seek(r, c, &s);
    if (s.there_as) {
        buf_fmt(out, "it is %s, which is as good as not there", s.there_as);
    } else if (s.by_value.n) {
        buf_str(out, "the line has that in ");
        show_value(out, buf_all(&s.by_value));
    } else if (s.by_name.n) {
        buf_str(out, "the line has ");
        show_value(out, buf_all(&s.by_name));
    }
    seek_release(&s);
}

static double missing_nearness(struct record *r, const struct condition *c)
{
    struct seek s;
    double near;

    seek(r, c, &s);
    near = s.by_value.n ? MAYBE : s.there_as || s.by_name.n ? HARDLY : 0;
    seek_release(&s);
    return near;
}

/* ---------------------------------------------------------------------------------------------- */

double missed_nearness(struct record *r, const struct condition *c)
{
    struct slice text = missed_subject(r, c);

    if (text.n == 0 && !c->is_match)
        return missing_nearness(r, c);
    if (is_regex(c))
        return regex_nearness(c, text);
    if (compares_numbers(c))
        return number_nearness(c, text);
    return c->op == OP_NE ? MAYBE : text_nearness(c, text);
}

void missed_hint(struct record *r, const struct event *e, const struct condition *c,
                 struct buf *out)
{
    struct slice text = missed_subject(r, c);

    if (text.n == 0 && !c->is_match)
        hint_missing(r, e, c, out);
    else if (is_regex(c))
        hint_regex(r, c, text, out);
    else if (compares_numbers(c))
        hint_number(c, text, out);
    else if (c->op != OP_NE)
        hint_text(r, c, text, out);
}
