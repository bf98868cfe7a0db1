/* merge -- the command, and the file that a snapshot is kept in.
 *
 *   file: "LTSNAP1\n"  u32 CRC32C of what follows  encoded snapshot */
#include "config.h"

#include "cmd/merge.h"

#include "cmd/output.h"

#include "base/log.h"
#include "input/crc32c.h"
#include "metrics/snapshot.h"

#include <errno.h>
#include <stdio.h>

static const char magic[8] = {'L', 'T', 'S', 'N', 'A', 'P', '1', '\n'};

int merge_write_file(const char *path, struct registry *registry)
{
    struct snapshot *s = snapshot_take(registry);
    struct buf values = BUF_INIT, file = BUF_INIT;

    snapshot_encode(s, &values);
    snapshot_free(s);
    buf_add(&file, magic, sizeof magic);
    buf_u32(&file, crc32c(0, values.p, values.n));
    buf_slice(&file, buf_all(&values));
    int r = output_page(path, buf_all(&file));

    buf_release(&values);
    buf_release(&file);
    return r;
}

int merge_add_file(const char *path, struct registry *registry, struct buf *err)
{
    struct buf file = BUF_INIT;
    int r = input_slurp(path, &file);

    if (r < 0) {
        buf_fmt(err, "cannot read %s: %s", path, strerror(-r));
        goto out;
    }
    struct reader in = reader_of(buf_all(&file));

    if (file.n < sizeof magic + 4 || memcmp(file.p, magic, sizeof magic) != 0) {
        buf_fmt(err, "%s is no snapshot; make one with `logtally replay --snapshot FILE`", path);
        r = -EBADMSG;
        goto out;
    }
    in.p += sizeof magic;
    uint32_t crc = read_u32(&in);
    struct slice values = slice_make(in.p, (size_t)(in.end - in.p));
    struct buf why = BUF_INIT;

    if (crc32c(0, values.p, values.n) != crc)
        r = -EBADMSG;
    else
        r = snapshot_merge(registry, values, &why);
    if (r < 0)
        buf_fmt(err, "%s: %s", path, why.n ? why.p : "the snapshot is damaged");
    buf_release(&why);
out:
    buf_release(&file);
    return r;
}

struct merge_options {
    struct common_options common;
    const char *output, *format, *snapshot;
};

static const struct option_row rows[] = {
    {"output", 'o', OPTION_TEXT, offsetof(struct merge_options, output), "FILE",
     "write there, whole or not at all, instead of stdout"},
    {"format", 0, OPTION_TEXT, offsetof(struct merge_options, format), "FORMAT",
     "text (default), openmetrics or json"},
    {"snapshot", 0, OPTION_TEXT, offsetof(struct merge_options, snapshot), "FILE",
     "write the sum as a snapshot to merge again, instead of printing it"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int add_all(const struct merge_options *o, struct registry *registry)
{
    for (size_t i = 0; i < o->common.files.n; i++) {
        struct buf err = BUF_INIT;
        int r = merge_add_file(o->common.files.list[i], registry, &err);

        if (r < 0)
            log_error("%s", err.p);
        buf_release(&err);
        if (r < 0)
            return EXIT_MISTAKES;
    }
    return -1;
}

static int finish(const struct merge_options *o, struct registry *registry,
                  enum expose_format format)
{
    struct buf page = BUF_INIT;
    struct expose_options options = {.format = format, .flags = EXPOSE_SORTED | EXPOSE_NO_OWN};
    int r;

    if (o->snapshot) {
        r = merge_write_file(o->snapshot, registry);
    } else {
        struct snapshot *s = snapshot_take(registry);

        expose(s, &options, &page);
        snapshot_free(s);
        r = output_page(o->output, buf_all(&page));
    }
    buf_release(&page);
    return r < 0 ? EXIT_SYSTEM : EXIT_FINE;
}

/* With rules their limits, labels and zeros hold; without, what the snapshots hold is added up as
 * it is. */
static int merge_with_rules(const struct merge_options *o, enum expose_format format)
{
    struct engine_options engine_options = {0};
    struct setup setup;
    struct session s;
    int code = setup_or_say(&o->common, SETUP_AUTO_LOG, false, &setup);

    if (code >= 0)
        return code;
    if (o->snapshot)
        session_init_part(&s, &setup, &engine_options);
    else
        session_init(&s, &setup, &engine_options);
    if ((code = add_all(o, s.registry)) < 0)
        code = finish(o, s.registry, format);
    session_release(&s);
    setup_release(&setup);
    return code;
}

static int merge_alone(const struct merge_options *o, enum expose_format format)
{
    struct registry_limits limits = {.part = true};
    struct registry *registry = registry_new(&limits);
    int code = add_all(o, registry);

    if (code < 0)
        code = finish(o, registry, format);
    registry_free(registry);
    return code;
}

static int run(int argc, char **argv, const struct command *self)
{
    struct merge_options o = {0};
    enum expose_format format;
    int code = options_parse(self, argc, argv, &o);

    if (code >= 0)
        goto out;
    if (o.common.files.n == 0)
        code = usage_error(self, "name the snapshots to add up");
    else if (output_format(o.format, &format) < 0)
        code = usage_error(self, "--format is text, openmetrics or json, not \"%s\"", o.format);
    else if (o.common.config || o.common.rules.n)
        code = merge_with_rules(&o, format);
    else
        code = merge_alone(&o, format);
out:
    options_release(self, &o);
    return code;
}

const struct command command_merge = {
    "merge",
    "SNAPSHOT...",
    "Add up snapshots of `replay --snapshot`",
    "For archives processed on many machines: each runs `logtally replay --snapshot FILE`, one "
    "merges, in the\n"
    "order of the logs. With the same --rules the result is that of one machine.\n",
    rows,
    run,
};
