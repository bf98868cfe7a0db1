/* state -- shows what the state file holds, without disturbing the daemon that owns it; `state drop` is in statedrop.c. */
#include "config.h"

#include "cmd/commands.h"

#include "app/output.h"
#include "app/setup.h"
#include "app/timearg.h"
#include "cmd/savedfiles.h"
#include "cmd/statedrop.h"
#include "daemon/writer.h"

#include "base/jsonout.h"
#include "base/map.h"
#include "base/log.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct state_options {
    struct common_options common;
    const char *state;
    bool dry_run, json;
};

static const struct option_row rows[] = {
    {"state", 0, OPTION_TEXT, offsetof(struct state_options, state), "DIR",
     "the state directory (default: the configuration's)"},
    {"dry-run", 0, OPTION_FLAG, offsetof(struct state_options, dry_run), NULL,
     "with drop: say what would go, and change nothing; the daemon may run"},
    {"json", 0, OPTION_FLAG, offsetof(struct state_options, json), NULL,
     "all of it as one JSON object"},
    {NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

/* What is shown, as text or as JSON. */
struct showing {
    const char *directory;
    bool json;
    struct buf out;
    struct jsonout j;
    struct map names; /* of files, and the number of the content that had each last */
    uint64_t content; /* the number of the one at hand */
};

static int put_values(struct showing *w, struct slice values, struct buf *err)
{
    struct registry_limits limits = {0};
    struct registry *registry = registry_new(&limits);
    struct expose_options options = {.format = w->json ? EXPOSE_JSON : EXPOSE_TEXT,
                                     .flags = EXPOSE_SORTED | EXPOSE_BARE};
    struct buf page = BUF_INIT;
    int r = snapshot_merge(registry, values, err);

    if (r == 0)
        expose_registry(registry, &options, w->json ? &page : &w->out);
    if (r == 0 && w->json) {
        jsonout_key_open(&w->j, "families", '[');
        jsonout_word(&w->j, buf_all(&page));
        jsonout_close(&w->j, ']');
    }
    buf_release(&page);
    registry_free(registry);
    return r;
}

static const char *const whereabouts[] = {
    [TAIL_THERE] = "present",
    [TAIL_PACKED] = "compressed",
    [TAIL_REWRITTEN] = "rewritten",
    [TAIL_GONE] = "gone",
};

static void note_name(void *ctx, const struct tail_known *k)
{
    struct showing *w = ctx;

    map_put(&w->names, slice_str(k->path), w->content++);
}

/* What had a name before another content got it was rotated away, or written over. */
static const char *where_is(const struct showing *w, const struct tail_known *k)
{
    return *map_find(&w->names, slice_str(k->path)) > w->content ? "replaced"
                                                                 : whereabouts[k->where];
}

static void put_file_json(struct jsonout *j, const struct tail_known *k, const char *where)
{
    jsonout_open(j, '{');
    jsonout_key_text(j, "path", k->path);
    jsonout_key_text(j, "log", k->log);
    jsonout_key_u64(j, "offset_bytes", k->offset);
    jsonout_key_u64(j, "lines", k->count.lines);
    jsonout_key_u64(j, "lines_since_byte", k->count.first);
    jsonout_key_text(j, "where", where);
    jsonout_close(j, '}');
}

static void put_file(void *ctx, const struct tail_known *k)
{
    struct showing *w = ctx;
    const char *where = where_is(w, k);

    w->content++;
    if (w->json) {
        put_file_json(&w->j, k, where);
        return;
    }
    buf_str(&w->out, "# file ");
    utf8_show(&w->out, slice_str(k->path));
    buf_fmt(&w->out, ": log %s, read up to byte %llu, %llu line%s", k->log,
            (unsigned long long)k->offset, (unsigned long long)k->count.lines,
            plural(k->count.lines));
    if (k->count.first > 0) /* not from its beginning, or before it was known */
        buf_fmt(&w->out, " since byte %llu", (unsigned long long)k->count.first);
    if (strcmp(where, whereabouts[TAIL_THERE]) != 0)
        buf_fmt(&w->out, ", %s", where);
    buf_char(&w->out, '\n');
}

/* A content a line: those of one log's file from the oldest to the youngest, gone ones too. Several may have had one
 * name after another. */
static int put_files(struct showing *w, const struct payload *p, struct slice memory)
{
    struct tail_options none = {0};
    struct saved_files files;
    int r = saved_files_open(&none, p->files, memory, &files);

    if (r < 0)
        return r;
    if (w->json)
        jsonout_key_open(&w->j, "files", '[');
    tailset_known(files.tailset, note_name, w);
    w->content = 0;
    tailset_known(files.tailset, put_file, w);
    if (w->json)
        jsonout_close(&w->j, ']');
    saved_files_release(&files);
    return 0;
}

static void put_parked(void *ctx, const struct saved_family *f)
{
    struct showing *w = ctx;
    char since[TIMEARG_TEXT];

    if (f->parked_ns == 0)
        return;
    if (!w->json) {
        timearg_format(since, f->parked_ns);
        buf_fmt(&w->out, "# without a rule since %s: %.*s, %u series; kept for a day\n", since,
                SLICE_FMT(f->name), f->nseries);
        return;
    }
    jsonout_open(&w->j, '{');
    jsonout_key_slice(&w->j, "name", f->name);
    jsonout_key_text(&w->j, "type", family_type_text(f->type));
    jsonout_key_u64(&w->j, "series", f->nseries);
    jsonout_key_time(&w->j, "since_timestamp_seconds", f->parked_ns);
    jsonout_close(&w->j, '}');
}

static int put_without_rule(struct showing *w, struct slice values)
{
    int r;

    if (w->json)
        jsonout_key_open(&w->j, "without_rule", '[');
    r = snapshot_families(values, put_parked, w);
    if (w->json)
        jsonout_close(&w->j, ']');
    return r;
}

static void put_head(struct showing *w, const struct saved_state *saved)
{
    bool previous = saved->found == STATEFILE_PREVIOUS;
    char text[TIMEARG_TEXT];

    if (!w->json) {
        timearg_format(text, saved->wall_ns);
        buf_fmt(&w->out, "# saved %s, %zu bytes%s\n", text, saved->payload.n,
                previous ? " (the generation before: the newest is damaged)" : "");
        return;
    }
    jsonout_key_text(&w->j, "directory", w->directory);
    jsonout_key_time(&w->j, "saved_timestamp_seconds", saved->wall_ns);
    jsonout_key_u64(&w->j, "bytes", saved->payload.n);
    jsonout_key_bool(&w->j, "newest_is_damaged", previous);
}

static int put_all(struct showing *w, const struct saved_state *saved, struct buf *err)
{
    struct payload p;
    int r = payload_decode(buf_all(&saved->payload), &p);

    if (w->json) {
        jsonout_begin(&w->j);
        put_head(w, saved);
    }
    if (r == 0)
        r = put_values(w, p.values, err);
    if (r == 0)
        r = put_without_rule(w, p.values);
    if (r == 0)
        r = put_files(w, &p, buf_all(&saved->memory));
    if (w->json) {
        jsonout_close(&w->j, '}');
        buf_char(&w->out, '\n');
    } else
        put_head(w, saved);
    return r;
}

static int show(const char *directory, bool json)
{
    struct showing w = {.directory = directory, .json = json};
    struct saved_state saved = {0};
    const struct buf *payload = &saved.payload;
    struct buf err = BUF_INIT;
    int code = EXIT_FINE, r = statefile_peek(directory, &saved, &err);

    w.j = (struct jsonout){&w.out, true};
    if (r < 0) {
        code = say_unread_state(directory, r, &err);
    } else if (payload->n == 0) {
        code = saved.found == STATEFILE_DAMAGED ? say_damaged_state(directory)
                                                : say_no_state(directory);
    } else if (put_all(&w, &saved, &err) < 0) {
        log_error("the state in %s cannot be read%s%s", directory, err.n ? ": " : "",
                  err.n ? err.p : "");
        code = EXIT_SYSTEM;
    } else {
        output_print(buf_all(&w.out));
    }
    buf_release(&w.out);
    map_release(&w.names);
    buf_release(&saved.payload);
    buf_release(&saved.memory);
    buf_release(&err);
    return code;
}

/* The words behind `state`: none, or `drop` and what is meant. */
static int check_words(const struct state_options *o, const struct command *self)
{
    const struct strings *words = &o->common.files;

    if (words->n == 0)
        return o->dry_run ? usage_error(self, "--dry-run goes with drop") : -1;
    if (strcmp(words->list[0], "drop") != 0)
        return usage_error(self,
                           "%s: it takes no files; `state drop 'METRIC{LABEL=\"VALUE\"}'` takes "
                           "series out",
                           words->list[0]);
    return words->n == 1
               ? usage_error(self, "drop: which series? 'METRIC' or 'METRIC{LABEL=\"VALUE\"}'")
               : -1;
}

static int act(const struct state_options *o, const struct command *self, const char *directory)
{
    const struct strings *words = &o->common.files;
    struct strings selectors = {words->list + 1, words->n - 1, 0};

    return words->n ? state_drop(self, directory, &selectors, o->dry_run, o->json)
                    : show(directory, o->json);
}

static int run(void *options, const struct command *self)
{
    const struct state_options *o = options;
    struct setup setup;
    int code = check_words(o, self);

    if (code >= 0)
        return code;
    if (o->state)
        return act(o, self, o->state);
    if ((code = setup_or_say(&o->common, SETUP_NO_RULES, &setup)) < 0) {
        settings_choose_state(&setup.settings, NULL);
        code = act(o, self, setup.settings.state_directory);
        setup_release(&setup);
    }
    return code;
}

const struct command command_state = {
    .name = "state",
    .arguments = "[drop SERIES...]",
    .summary = "Show what the state file holds, or drop series from it",
    .details =
        "Prints the values of the last snapshot, then as comments: metrics without a rule, "
        "which are kept for a day,\n"
        "and each file with how far it was read. Of several of one name all but the last are "
        "replaced: they had it\n"
        "before, and are remembered so that a copy or an archive does not count again. The daemon "
        "may be running.\n\n"
        "drop takes series out, for good: a SERIES is a metric, or some of its labels in "
        "braces, as on the page,\n"
        "'requests_total{user=\"x\"}', in quotes of the shell; labels that are not named may "
        "have any value. All that are\n"
        "named must be there, or nothing changes. The daemon must not run.\n",
    .takes = TAKES_CONFIG,
    .size = sizeof(struct state_options),
    .options = rows,
    .run = run,
};
