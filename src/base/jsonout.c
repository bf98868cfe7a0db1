/* jsonout -- one escaper for all JSON that is written; runs without an escape are copied whole. What a
 * terminal must not get is escaped, too: JSON is looked at there. */
#include "config.h"

#include "base/jsonout.h"

#include "base/num.h"
#include "base/utf8.h"

#include <math.h>

/* Bytes of the character at `i` that must be escaped; 0: it need not be. */
static size_t needs_escape(struct slice s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    struct slice whole;

    if (c == '"' || c == '\\')
        return 1;
    if (c >= 0x20 && c != 0x7f && c != 0xc2 && c != 0xe2)
        return 0;
    whole = slice_make(s.p + i, utf8_char(slice_from(s, i)));
    return utf8_dangerous(whole) ? whole.n : 0;
}

static void add_escape(struct buf *out, struct slice c)
{
    if (*c.p == '\n')
        buf_str(out, "\\n");
    else if (*c.p == '"' || *c.p == '\\')
        buf_fmt(out, "\\%c", *c.p);
    else
        buf_fmt(out, "\\u%04x", (unsigned)utf8_codepoint(c));
}

/* Of clean text. */
static void add_escaped(struct buf *out, struct slice s)
{
    size_t done = 0;

    for (size_t i = 0; i < s.n;) {
        size_t n = needs_escape(s, i);

        if (n) {
            buf_add(out, s.p + done, i - done);
            add_escape(out, slice_make(s.p + i, n));
            done = i + n;
        }
        i += n ? n : 1;
    }
    buf_add(out, s.p + done, s.n - done);
}

static void comma(struct jsonout *j)
{
    if (!j->first)
        buf_char(j->out, ',');
    j->first = false;
}

void jsonout_open(struct jsonout *j, char bracket)
{
    comma(j);
    buf_char(j->out, bracket);
    j->first = true;
}

void jsonout_begin(struct jsonout *j)
{
    jsonout_open(j, '{');
    buf_str(j->out, JSON_VERSIONS);
    j->first = false;
}

void jsonout_close(struct jsonout *j, char bracket)
{
    buf_char(j->out, bracket);
    j->first = false;
}

void jsonout_text(struct jsonout *j, struct slice text)
{
    struct buf clean = BUF_INIT;

    comma(j);
    if (!utf8_is_clean(text)) {
        utf8_clean(&clean, text);
        text = buf_all(&clean);
    }
    buf_char(j->out, '"');
    add_escaped(j->out, text);
    buf_char(j->out, '"');
    buf_release(&clean);
}

void jsonout_name(struct jsonout *j, struct slice name)
{
    jsonout_text(j, name);
    buf_char(j->out, ':');
    j->first = true;
}

void jsonout_key(struct jsonout *j, const char *key)
{
    jsonout_name(j, slice_str(key));
}

void jsonout_key_open(struct jsonout *j, const char *key, char bracket)
{
    jsonout_key(j, key);
    jsonout_open(j, bracket);
}

void jsonout_key_slice(struct jsonout *j, const char *key, struct slice text)
{
    jsonout_key(j, key);
    if (text.p)
        jsonout_text(j, text);
    else
        jsonout_word(j, SLICE("null"));
}

void jsonout_key_text(struct jsonout *j, const char *key, const char *text)
{
    jsonout_key_slice(j, key, slice_str(text));
}

void jsonout_key_number(struct jsonout *j, const char *key, double v, bool there)
{
    jsonout_key(j, key);
    if (there)
        jsonout_number(j, v);
    else
        jsonout_word(j, SLICE("null"));
}

void jsonout_key_time(struct jsonout *j, const char *key, int64_t ns)
{
    jsonout_key_number(j, key, (double)ns / 1e9, ns != 0);
}

void jsonout_key_whole(struct jsonout *j, const char *key, uint64_t v, bool there)
{
    jsonout_key(j, key);
    if (there)
        jsonout_u64(j, v);
    else
        jsonout_word(j, SLICE("null"));
}

void jsonout_key_u64(struct jsonout *j, const char *key, uint64_t v)
{
    jsonout_key_whole(j, key, v, true);
}

void jsonout_key_bool(struct jsonout *j, const char *key, bool v)
{
    jsonout_key(j, key);
    jsonout_word(j, v ? SLICE("true") : SLICE("false"));
}

void jsonout_word(struct jsonout *j, struct slice word)
{
    comma(j);
    buf_slice(j->out, word);
}

void jsonout_u64(struct jsonout *j, uint64_t v)
{
    char text[NUM_TEXT];

    jsonout_word(j, slice_make(text, num_format_u64(text, v)));
}

void jsonout_number(struct jsonout *j, double v)
{
    char text[NUM_TEXT];
    struct slice number = {text, num_format(text, v)};

    if (isfinite(v))
        jsonout_word(j, number);
    else
        jsonout_text(j, number);
}
