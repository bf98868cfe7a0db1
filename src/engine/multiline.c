/* multiline -- a record is copied together; its buffer is swapped with that of the one before it, so
 * that a log of records allocates nothing once it is warm. */
#include "config.h"

#include "engine/multiline.h"

#include "decode/linescan.h"

static const char *const names[MULTILINE_STREAMS] = {"stdout", "stderr", ""};

unsigned multiline_stream(struct slice name)
{
    unsigned i = 0;

    while (i + 1 < MULTILINE_STREAMS && !slice_eq(name, slice_str(names[i])))
        i++;
    return i;
}

const char *multiline_stream_name(unsigned stream)
{
    return names[stream];
}

static void clear(struct joined *j)
{
    buf_clear(&j->text);
    buf_clear(&j->time);
    j->lines = j->blanks = 0;
    j->cut = j->rewritten = false;
}

/* As much of it as there is room for. */
static void append(struct joined *j, struct slice text, size_t most)
{
    size_t room = j->text.n < most ? most - j->text.n : 0; /* begun when the limit was another */

    if (text.n > room) {
        text.n = room;
        j->cut = true;
    }
    buf_slice(&j->text, text);
}

static void add(struct joined *j, struct slice line, size_t most)
{
    for (uint32_t i = j->blanks + (j->lines > j->blanks); i > 0 && !j->cut; i--)
        append(j, SLICE("\n"), most);
    append(j, line, most);
    j->blanks = 0;
    j->lines++;
}

/* Blanks at its end were none of its lines. */
static void end(struct joined *open, struct joined *done)
{
    struct joined was = *done;

    *done = *open;
    *open = was;
    clear(open);
    done->lines -= done->blanks;
    (void)buf_reserve(&done->text, LINESCAN_SLACK);
    memset(done->text.p + done->text.n, 0, LINESCAN_SLACK);
}

bool multiline_add(struct multiline *m, unsigned stream, struct slice line, struct slice time,
                   bool begins, size_t most, struct joined *done)
{
    struct joined *open = &m->open[stream];
    bool complete = begins && open->lines > 0;

    if (complete)
        end(open, done);
    if (line.n == 0) {
        open->blanks += open->lines > 0; /* before a record they are no lines */
        open->lines += open->lines > 0;
        return complete;
    }
    if (open->lines == 0)
        buf_slice(&open->time, time);
    add(open, line, most);
    return complete;
}

bool multiline_take(struct multiline *m, struct joined *done, unsigned *ret_stream)
{
    for (unsigned i = 0; i < MULTILINE_STREAMS; i++) {
        if (m->open[i].lines == 0)
            continue;
        end(&m->open[i], done);
        *ret_stream = i;
        return true;
    }
    return false;
}

bool multiline_is_open(const struct multiline *m)
{
    return m->open[0].lines || m->open[1].lines || m->open[2].lines;
}

void joined_release(struct joined *j)
{
    buf_release(&j->text);
    buf_release(&j->time);
    *j = (struct joined){.text = BUF_INIT, .time = BUF_INIT};
}

void multiline_release(struct multiline *m)
{
    for (unsigned i = 0; i < MULTILINE_STREAMS; i++)
        joined_release(&m->open[i]);
}

/* How many are open, and each: a file without any takes one byte. */
void multiline_save(const struct multiline *m, struct buf *out)
{
    uint8_t n = 0;

    for (unsigned i = 0; i < MULTILINE_STREAMS; i++)
        n += m->open[i].lines > 0;
    buf_u8(out, n);
    for (unsigned i = 0; i < MULTILINE_STREAMS; i++) {
        const struct joined *j = &m->open[i];

        if (j->lines == 0)
            continue;
        buf_u8(out, (uint8_t)i);
        buf_u8(out, j->cut);
        buf_u32(out, j->lines);
        buf_u32(out, j->blanks);
        buf_blob(out, buf_all(&j->text));
        buf_blob(out, buf_all(&j->time));
    }
}

bool multiline_load(struct multiline *m, struct reader *in)
{
    for (uint8_t n = read_u8(in); n > 0 && !in->bad; n--) {
        uint8_t stream = read_u8(in), cut = read_u8(in);
        uint32_t lines = read_u32(in), blanks = read_u32(in);
        struct slice text = read_blob(in), time = read_blob(in);

        in->bad |= stream >= MULTILINE_STREAMS || cut > 1 || blanks >= lines;
        if (in->bad || m->open[stream].lines)
            return false;
        struct joined *j = &m->open[stream];

        buf_slice(&j->text, text);
        buf_slice(&j->time, time);
        j->lines = lines;
        j->blanks = blanks;
        j->cut = cut;
    }
    return !in->bad;
}
