/* state -- shows what the state file holds, without disturbing the daemon that owns it. */
#include "config.h"

#include "cmd/commands.h"

#include "app/setup.h"
#include "app/timearg.h"
#include "cmd/savedfiles.h"
#include "daemon/writer.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>

struct state_options {
    struct common_options common;
    const char *state;
};

static const struct option_row rows[] = {
    {"state", 0, OPTION_TEXT, offsetof(struct state_options, state), "DIR",
     "the state directory (default: the configuration's)"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int show_values(struct slice values, struct buf *err)
{
    struct registry_limits limits = {0};
    struct registry *registry = registry_new(&limits);
    struct buf page = BUF_INIT;
    struct expose_options options = {.format = EXPOSE_TEXT, .flags = EXPOSE_SORTED};
    int r = snapshot_merge(registry, values, err);

    if (r == 0) {
        expose_registry(registry, &options, &page);
        fwrite(page.p, 1, page.n, stdout);
    }
    buf_release(&page);
    registry_free(registry);
    return r;
}

static void show_file(void *ctx, const struct tail_known *k)
{
    (void)ctx;
    printf("# file %s: log %s, read up to byte %llu, %llu line%s", k->path, k->log,
           (unsigned long long)k->offset, (unsigned long long)k->count.lines,
           plural(k->count.lines));
    if (k->count.first > 0) /* not from its beginning, or before it was known */
        printf(" since byte %llu", (unsigned long long)k->count.first);
    puts(k->where == TAIL_GONE ? ", gone" : k->where == TAIL_PACKED ? ", compressed" : "");
}

/* A file a line, those of one name from the oldest to the youngest, gone ones too. */
static int show_files(const struct payload *p, struct slice memory)
{
    struct tail_options none = {0};
    struct saved_files files;
    int r = saved_files_open(&none, p->files, memory, &files);

    if (r < 0)
        return r;
    tailset_known(files.tailset, show_file, NULL);
    saved_files_release(&files);
    return 0;
}

static void show_parked(void *ctx, struct slice name, uint32_t nseries, int64_t since_ns)
{
    char since[TIMEARG_TEXT];

    (void)ctx;
    timearg_format(since, since_ns);
    printf("# without a rule since %s: %.*s, %u series; kept for a day\n", since, SLICE_FMT(name),
           nseries);
}

static int show_all(const struct saved_state *saved, struct buf *err)
{
    struct payload p;
    char text[TIMEARG_TEXT];
    int r = payload_decode(buf_all(&saved->payload), &p);

    if (r == 0)
        r = show_values(p.values, err);
    if (r == 0)
        r = snapshot_parked(p.values, show_parked, NULL);
    if (r == 0)
        r = show_files(&p, buf_all(&saved->memory));
    if (r < 0)
        return r;
    timearg_format(text, saved->wall_ns);
    printf("# saved %s, %zu bytes%s\n", text, saved->payload.n,
           saved->found == STATEFILE_PREVIOUS ? " (the generation before: the newest is damaged)"
                                              : "");
    return 0;
}

static int show(const char *directory)
{
    struct saved_state saved = {0};
    const struct buf *payload = &saved.payload;
    struct buf err = BUF_INIT;
    int code = EXIT_MISTAKES;
    int r = statefile_peek(directory, &saved, &err);

    if (r == -ENOENT || (r == 0 && payload->n == 0 && saved.found != STATEFILE_DAMAGED))
        log_error("there is no state in %s; --state DIR, or -c FILE, says where it is", directory);
    else if (r < 0)
        log_error("%s", err.p);
    else if (payload->n == 0)
        log_error("the state in %s is damaged", directory);
    else if (show_all(&saved, &err) < 0)
        log_error("the state in %s cannot be read%s%s", directory, err.n ? ": " : "",
                  err.n ? err.p : "");
    else
        code = EXIT_FINE;
    buf_release(&saved.payload);
    buf_release(&saved.memory);
    buf_release(&err);
    return code;
}

static int run(void *options, const struct command *self)
{
    const struct state_options *o = options;
    struct arena text = {0};
    struct setup setup;
    int code;

    (void)self;
    if (o->state)
        return show(o->state);
    if ((code = setup_or_say(&o->common, SETUP_NO_RULES, &setup)) < 0) {
        const char *dir = setup.settings.state_directory;

        code = show(dir ? dir : settings_default_state(&text));
        setup_release(&setup);
    }
    arena_release(&text);
    return code;
}

const struct command command_state = {
    .name = "state",
    .arguments = "",
    .summary = "Show what the state file holds",
    .details = "Prints the values of the last snapshot, then as comments: metrics without a rule, "
               "which are "
               "kept for a day,\n"
               "and each file with how far it was read. The daemon may be running.\n",
    .no_files = "it takes no files",
    .takes = TAKES_CONFIG,
    .size = sizeof(struct state_options),
    .options = rows,
    .run = run,
};
