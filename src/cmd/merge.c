/* merge -- adds up snapshots of `replay --snapshot`. */
#include "config.h"

#include "cmd/commands.h"
#include "cmd/leftout.h"

#include "app/output.h"
#include "offline/inputs.h"
#include "offline/merge.h"

struct merge_options {
    struct common_options common;
    const char *snapshot;
};

static const struct option_row rows[] = {
    {"snapshot", 0, OPTION_TEXT, offsetof(struct merge_options, snapshot), "FILE",
     "write the sum as a snapshot to merge again, instead of printing it"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int merge(const struct merge_options *o, const struct session *s, enum expose_format format)
{
    struct buf page = BUF_INIT;
    int64_t first_ns;

    if (!merge_files(&o->common.files, s->registry, &first_ns))
        return EXIT_MISTAKES;
    if (o->snapshot)
        return merge_write_file(o->snapshot, s->registry, first_ns) < 0 ? EXIT_SYSTEM : EXIT_FINE;
    session_expose(s, format, &page);
    say_folded(s->registry);
    int r = output_page(o->common.output, buf_all(&page));

    buf_release(&page);
    return r < 0 ? EXIT_SYSTEM : EXIT_FINE;
}

/* With rules their limits, labels and zeros hold, and the configured constant labels; without, what
 * the snapshots hold is added up as it is. */
static int run(void *options, const struct command *self)
{
    const struct merge_options *o = options;
    struct registry_limits as_it_is = {.part = true};
    struct setup setup = {.rules = NULL};
    struct session s = {.setup = &setup};
    enum expose_format format;
    int code;

    if (o->common.files.n == 0)
        return usage_error(self, "name the snapshots to add up");
    if ((code = output_format(self, &o->common, o->snapshot, &format)) >= 0)
        return code;
    if (!o->common.config && !o->common.rules.n)
        s.registry = registry_new(&as_it_is);
    else if ((code = setup_or_say(&o->common, SETUP_AUTO_LOG, &setup)) < 0)
        session_init(&s, &setup, o->snapshot ? SESSION_PART : SESSION_WHOLE, NULL);
    if (code < 0)
        code = merge(o, &s, format);
    session_release(&s);
    setup_release(&setup);
    return code;
}

const struct command command_merge = {
    .name = "merge",
    .arguments = "SNAPSHOT...",
    .summary = "Add up snapshots of `replay --snapshot`",
    .details =
        "For archives processed on many machines: each runs `logtally replay --snapshot FILE`, one "
        "merges; in which\n"
        "order they are named does not matter. With the same --rules the result is that of one "
        "machine.\n",
    .takes = TAKES_NAMED_CONFIG | TAKES_RULES | TAKES_OUTPUT | TAKES_FORMAT,
    .size = sizeof(struct merge_options),
    .options = rows,
    .run = run,
};
