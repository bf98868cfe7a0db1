/* Damage is what matters most here: a scanner that is right on every good line is easily wrong on
 * one that lacks a quote. Bytes that are inserted are taken from those that mean something to a
 * scanner. */
#include "config.h"

#include "decode/linegen.h"

#include <stdbool.h>

/* splitmix64. */
uint64_t linegen_next(struct linegen *g)
{
    uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

unsigned linegen_below(struct linegen *g, unsigned n)
{
    return (unsigned)(linegen_next(g) % n);
}

#define PICK(g, list) ((list)[linegen_below((g), sizeof(list) / sizeof *(list))])

static const char *const keys[] = {"time",
                                   "level",
                                   "msg",
                                   "status",
                                   "duration",
                                   "method",
                                   "path",
                                   "a",
                                   "b",
                                   "a.b",
                                   "a.b.c",
                                   "0",
                                   "",
                                   "error",
                                   "session_id",
                                   "x-0",
                                   "ключ",
                                   "!BADKEY",
                                   "sixteen_letters_",
                                   "a_name_of_more_than_sixteen_bytes",
                                   "duration_seconds",
                                   "records_deleted_total_of_all"};

static const char *const texts[] = {
    "",
    "INFO",
    "ERROR",
    "message processing completed",
    "🔌 Client connected: 0b6f",
    "-",
    "/api/chat/42",
    "2025-11-12T10:15:30.123456789Z",
    "a b",
    "k=v",
    "{\"a\":1}",
    "[1,2]",
    ":",
    ",",
    "back\\slash",
    "quote\"d",
    "tab\there",
    "\x01\x1f",
    "\x7f",
    "\xff\xfe",
    "ends with backslash\\",
    "\\\\\"\\",
    "true",
    "null",
    "12",
    ("a long text that goes on for more than one block of sixty-four "
     "bytes, so that quotes and their text are in different ones, twice over if it can be helped")};

static void json_char(struct linegen *g, struct buf *out, unsigned char c)
{
    static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *at = c ? strchr(named, c) : NULL;

    if (at != NULL && linegen_below(g, 4))
        buf_fmt(out, "\\%c", letters[at - named]);
    else if (c < 0x20 || c == '"' || c == '\\' || (c < 0x7f && linegen_below(g, 200) == 0))
        buf_fmt(out, linegen_below(g, 2) ? "\\u%04x" : "\\u%04X", c);
    else if (c == '/' && linegen_below(g, 4) == 0)
        buf_str(out, "\\/");
    else
        buf_char(out, (char)c);
}

void linegen_json_text(struct linegen *g, struct buf *out, const char *text)
{
    static const char *const odd[] = {"\\u0000",        "\\ud83d\\ude00", "\\uD800",
                                      "\\udfff\\ud800", "\\ud83d\\u0041", "\\u20ac",
                                      "\\ufffd"};

    buf_char(out, '"');
    for (; *text; text++)
        json_char(g, out, (unsigned char)*text);
    if (linegen_below(g, 20) == 0)
        buf_str(out, PICK(g, odd));
    buf_char(out, '"');
}

static void json_number(struct linegen *g, struct buf *out)
{
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "1",
                                          "42",
                                          "-17",
                                          "1.5",
                                          "0.25",
                                          "1e3",
                                          "1E-7",
                                          "-2.5e+10",
                                          "1e400",
                                          "0e0",
                                          "18446744073709551616",
                                          "1500000000",
                                          "0.000001"};

    if (linegen_below(g, 2))
        buf_fmt(out, "%llu", (unsigned long long)(linegen_next(g) >> linegen_below(g, 64)));
    else
        buf_str(out, PICK(g, numbers));
}

static void json_blank(struct linegen *g, struct buf *out, bool blanks)
{
    if (blanks && linegen_below(g, 3) == 0)
        buf_char(out, " \t\r"[linegen_below(g, 3)]);
}

static void json_object(struct linegen *g, struct buf *out, unsigned depth, bool blanks);

static void json_array(struct linegen *g, struct buf *out, unsigned depth, bool blanks);

static void json_value(struct linegen *g, struct buf *out, unsigned depth, bool blanks)
{
    static const char *const literals[] = {"true", "false", "null"};
    unsigned kind = linegen_below(g, depth > 0 ? 10 : 8);

    if (kind < 4)
        linegen_json_text(g, out, PICK(g, texts));
    else if (kind < 7)
        json_number(g, out);
    else if (kind < 8)
        buf_str(out, PICK(g, literals));
    else if (kind < 9)
        json_object(g, out, depth - 1, blanks);
    else
        json_array(g, out, depth - 1, blanks);
}

static void json_array(struct linegen *g, struct buf *out, unsigned depth, bool blanks)
{
    unsigned n = linegen_below(g, 4);

    buf_char(out, '[');
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            buf_char(out, ',');
        json_blank(g, out, blanks);
        json_value(g, out, depth, blanks);
        json_blank(g, out, blanks);
    }
    buf_char(out, ']');
}

static void json_object(struct linegen *g, struct buf *out, unsigned depth, bool blanks)
{
    unsigned n = linegen_below(g, 12);

    buf_char(out, '{');
    json_blank(g, out, blanks && n == 0);
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            buf_char(out, ',');
        json_blank(g, out, blanks);
        linegen_json_text(g, out, PICK(g, keys));
        json_blank(g, out, blanks);
        buf_char(out, ':');
        json_blank(g, out, blanks);
        json_value(g, out, depth, blanks);
        json_blank(g, out, blanks);
    }
    buf_char(out, '}');
}

/* Deeper than the limit, now and then. */
static void json_deep(struct linegen *g, struct buf *out)
{
    unsigned depth = 60 + linegen_below(g, 8);

    buf_str(out, "{\"a\":");
    for (unsigned i = 1; i < depth; i++)
        buf_str(out, "[");
    for (unsigned i = 1; i < depth; i++)
        buf_str(out, "]");
    buf_str(out, "}");
}

void linegen_json(struct linegen *g, struct buf *out)
{
    bool blanks = linegen_below(g, 2);

    if (linegen_below(g, 100) == 0) {
        json_deep(g, out);
        return;
    }
    json_blank(g, out, blanks);
    json_object(g, out, 4, blanks);
    json_blank(g, out, blanks);
}

/* Text without anything to escape, of a length that puts quotes everywhere in a block. */
static void slog_text(struct linegen *g, struct buf *out)
{
    unsigned n = linegen_below(g, linegen_below(g, 8) ? 30 : 200);

    for (unsigned i = 0; i < n; i++)
        buf_char(out, "abcdefghijklmnop ,:{}[]=xyz-/_0123456789"[linegen_below(g, 40)]);
}

void linegen_slog(struct linegen *g, struct buf *out)
{
    unsigned n = linegen_below(g, 12);

    buf_fmt(out, "{\"time\":\"2025-11-12T10:15:30.%uZ\",\"level\":\"%s\",\"msg\":\"",
            linegen_below(g, 999999999), linegen_below(g, 3) ? "INFO" : "ERROR");
    slog_text(g, out);
    buf_char(out, '"');
    for (unsigned i = 0; i < n; i++) {
        const char *key = PICK(g, keys);

        buf_fmt(out, ",\"%s\":", key);
        if (linegen_below(g, 16) == 0) {
            json_value(g, out, 1, false);
        } else if (linegen_below(g, 3) == 0) {
            json_number(g, out);
        } else {
            buf_char(out, '"');
            slog_text(g, out);
            buf_char(out, '"');
        }
    }
    buf_char(out, '}');
}

void linegen_go_quote(struct buf *out, struct slice s)
{
    static const char named[] = "\a\b\f\n\r\t\v\"\\", letters[] = "abfnrtv\"\\";

    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *at = c ? strchr(named, c) : NULL;

        if (at != NULL)
            buf_fmt(out, "\\%c", letters[at - named]);
        else if (c < 0x20 || c == 0x7f || c >= 0xf8)
            buf_fmt(out, "\\x%02x", c);
        else
            buf_char(out, (char)c);
    }
    buf_char(out, '"');
}

/* slog's needsQuoting, for the texts above. */
static bool needs_quotes(const char *s)
{
    if (*s == '\0')
        return true;
    for (; *s; s++)
        if ((unsigned char)*s <= 0x20 || *s == '"' || *s == '=' || (unsigned char)*s >= 0xf8)
            return true;
    return false;
}

static void go_text(struct buf *out, const char *s)
{
    if (needs_quotes(s))
        linegen_go_quote(out, slice_str(s));
    else
        buf_str(out, s);
}

void linegen_slog_text(struct linegen *g, struct buf *out)
{
    unsigned n = linegen_below(g, 10);

    buf_fmt(out, "time=2025-11-12T10:15:30.%03uZ level=INFO msg=", linegen_below(g, 1000));
    go_text(out, PICK(g, texts));
    for (unsigned i = 0; i < n; i++) {
        buf_char(out, ' ');
        go_text(out, PICK(g, keys));
        buf_char(out, '=');
        if (linegen_below(g, 3) == 0)
            json_number(g, out);
        else
            go_text(out, PICK(g, texts));
    }
}

void linegen_logfmt(struct linegen *g, struct buf *out)
{
    static const char *const odd[] = {
        "word",     "\"a word\"", "=",
        "x=\"a\"b", "x=a\"b",     "k==v",
        "k=",       "k=\\",       "k=\"\\x41\\u20ac\\U0001F600\\101\\q\"",
        "k=\x1b[0m"};
    unsigned n = linegen_below(g, 12);

    for (unsigned i = 0; i < n; i++) {
        buf_str(out, &"    "[4 - linegen_below(g, linegen_below(g, 4) ? 1 : 4) - (i > 0 && true)]);
        if (linegen_below(g, 12) == 0) {
            buf_str(out, PICK(g, odd));
            continue;
        }
        go_text(out, PICK(g, keys));
        buf_char(out, '=');
        if (linegen_below(g, 4) == 0)
            linegen_go_quote(out, slice_str(PICK(g, texts)));
        else
            go_text(out, PICK(g, texts));
    }
    if (linegen_below(g, 10) == 0)
        buf_char(out, '\r');
}

static void damage_once(struct linegen *g, struct buf *line)
{
    static const char bytes[] = "\"\\{}[]:,= \t\r0-.eEtfnu\x01\x7f\xff";
    size_t at = linegen_below(g, (unsigned)line->n);
    char c = bytes[linegen_below(g, sizeof bytes)]; /* NUL too */

    switch (linegen_below(g, 6)) {
    case 0:
        line->n = at;
        break;
    case 1:
        line->p[at] = c;
        break;
    case 2:
        line->p[at] = (char)(line->p[at] ^ 1 << linegen_below(g, 8));
        break;
    case 3:
        memmove(line->p + at, line->p + at + 1, line->n - at - 1);
        line->n--;
        break;
    case 4:
        (void)buf_reserve(line, 1);
        memmove(line->p + at + 1, line->p + at, line->n - at);
        line->p[at] = c;
        line->n++;
        break;
    default:
        buf_char(line, c);
        break;
    }
}

void linegen_damage(struct linegen *g, struct buf *line)
{
    for (unsigned n = 1 + linegen_below(g, 3); n > 0 && line->n > 0; n--)
        damage_once(g, line);
    for (size_t i = 0; i < line->n; i++)
        if (line->p[i] == '\n')
            line->p[i] = ' ';
}
