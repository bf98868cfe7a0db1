/* statedrop -- all selectors are looked at before anything is written, and the daemon must not run: it holds the values in
 * memory, and would save them again.
 *
 * The state is saved twice, so that the generation before it (state.1) has the series no more, either: one reason to
 * drop a series is a secret that became a label. (Of a log's first and last bytes some are kept, too, while it is there.)
 *
 * Files of a state that root saves would be root's, and the daemon's user could not read them: root becomes the
 * owner of the directory first. That is done from inside of it, as the owner may have no way to it (/var/lib/private). */
#include "config.h"

#include "cmd/statedrop.h"

#include "app/output.h"
#include "app/timearg.h"
#include "cmd/savedfiles.h"
#include "config/mistake.h"
#include "daemon/writer.h"

#include "base/jsonout.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct drop {
    const char *directory;
    bool dry_run, json;
    struct saved_state saved;
    struct payload payload; /* its values are those that are left */
    struct buf values;
    struct buf text; /* what is told of the series that go */
    struct jsonout list;
    unsigned dropped;
};

/* Of one selector: what is known of its metric. */
struct look {
    const struct selector *selector;
    const char **names; /* of all metrics, and of its labels */
    const char **labels;
    size_t nnames, nlabels;
    bool found, own, histogram;
    uint32_t nseries;
    struct arena text;
};

static void add_name(const char ***list, size_t *n, struct slice name, struct arena *text)
{
    *list = xreallocarray(*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = arena_strslice(text, name);
}

static void look_at_family(void *ctx, const struct saved_family *f)
{
    struct look *l = ctx;

    if (!f->own)
        add_name(&l->names, &l->nnames, f->name, &l->text);
    if (!slice_eq(f->name, l->selector->metric))
        return;
    l->found = true;
    l->nseries += f->nseries;
    l->own |= f->own;
    l->histogram |= f->type == FAMILY_HISTOGRAM;
    for (unsigned i = 0; i < f->nlabels; i++)
        add_name(&l->labels, &l->nlabels, f->labels[i], &l->text);
}

static bool is_name(struct slice name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(name, slice_str(list[i])))
            return true;
    return false;
}

/* The metric that a sample's name is a part of (took_seconds_bucket), or that OpenMetrics calls so (a for a_total). */
static const char *metric_of(const struct look *l)
{
    struct slice name = l->selector->metric;

    for (size_t i = 0; i < l->nnames; i++) {
        struct slice known = slice_str(l->names[i]);
        struct slice rest = slice_starts(name, known)   ? slice_from(name, known.n)
                            : slice_starts(known, name) ? slice_from(known, name.n)
                                                        : SLICE("");

        if (slice_eq(rest, SLICE("_bucket")) || slice_eq(rest, SLICE("_sum")) ||
            slice_eq(rest, SLICE("_count")) || slice_eq(rest, SLICE("_total")) ||
            slice_eq(rest, SLICE("_created")))
            return l->names[i];
    }
    return nearest(name, l->names, l->nnames);
}

static void say_no_metric(const struct look *l)
{
    const char *near = metric_of(l);

    if (near)
        log_error("the state has no metric %.*s; did you mean %s?", SLICE_FMT(l->selector->metric),
                  near);
    else
        log_error("the state has no metric %.*s", SLICE_FMT(l->selector->metric));
}

static void say_no_label(const struct look *l, struct slice label)
{
    struct slice metric = l->selector->metric;
    const char *near = nearest(label, l->labels, l->nlabels);

    if (l->histogram && slice_eq(label, SLICE("le")))
        log_error("le is no label of the histogram %.*s; it goes with all of its buckets",
                  SLICE_FMT(metric));
    else if (near)
        log_error("%.*s has no label %.*s; did you mean %s?", SLICE_FMT(metric), SLICE_FMT(label),
                  near);
    else
        log_error("%.*s has no label %.*s", SLICE_FMT(metric), SLICE_FMT(label));
}

/* What is wrong is said. */
static bool judge(const struct look *l)
{
    const struct selector *s = l->selector;

    if (!l->found)
        say_no_metric(l);
    else if (l->own)
        log_error("%.*s is logtally's own, and tells what was read; it is not dropped",
                  SLICE_FMT(s->metric));
    else {
        for (unsigned i = 0; i < s->nlabels; i++)
            if (!is_name(s->labels[i], l->labels, l->nlabels)) {
                say_no_label(l, s->labels[i]);
                return false;
            }
        return true;
    }
    return false;
}

/* How many series the metric has, at least 1; 0: what is wrong was said. */
static uint32_t look_at(const struct selector *s, struct slice values)
{
    struct look l = {.selector = s};
    uint32_t nseries = 0;

    if (snapshot_families(values, look_at_family, &l) < 0)
        log_error("the values of the state are damaged");
    else if (judge(&l))
        nseries = l.nseries ? l.nseries : 1;
    free(l.names);
    free(l.labels);
    arena_release(&l.text);
    return nseries;
}

static void tell_json(struct drop *d, const struct saved_family *f, const struct slice *values)
{
    jsonout_open(&d->list, '{');
    jsonout_key_slice(&d->list, "metric", f->name);
    jsonout_key_text(&d->list, "type", family_type_text(f->type));
    jsonout_key_open(&d->list, "labels", '{');
    for (unsigned i = 0; i < f->nlabels; i++) {
        jsonout_name(&d->list, f->labels[i]);
        jsonout_text(&d->list, values[i]);
    }
    jsonout_close(&d->list, '}');
    jsonout_key_time(&d->list, "without_rule_since_timestamp_seconds", f->parked_ns);
    jsonout_close(&d->list, '}');
}

static void tell(void *ctx, const struct saved_family *f, const struct slice *values)
{
    struct drop *d = ctx;

    if (d->json) {
        tell_json(d, f, values);
        return;
    }
    buf_str(&d->text, d->dry_run ? "would drop " : "dropped ");
    selector_put(f->name, f->nlabels, f->labels, values, &d->text);
    buf_str(&d->text, f->parked_ns ? " (without a rule)\n" : "\n");
}

/* An exit code. */
static int drop_one(struct drop *d, const struct command *self, const char *text)
{
    struct selector s = {.nlabels = 0};
    struct buf err = BUF_INIT, left = BUF_INIT;
    uint32_t nseries;
    int n, code = EXIT_MISTAKES;

    if (selector_parse(text, &s, &err) < 0)
        code = usage_error(self, "%s: %s", text, err.p);
    else if ((nseries = look_at(&s, d->payload.values)) > 0) {
        n = snapshot_drop(d->payload.values, &s, tell, d, &left);
        if (n > 0) {
            buf_release(&d->values);
            d->values = left;
            d->payload.values = buf_all(&d->values);
            d->dropped += (unsigned)n;
            code = EXIT_FINE;
        } else {
            buf_release(&left);
            log_error("of %u series of %.*s none is %s; `logtally state` lists them", nseries,
                      SLICE_FMT(s.metric), text);
        }
    }
    buf_release(&err);
    selector_release(&s);
    return code;
}

/* Of the state as it was read. What is damaged is for the daemon to go on from, and to tell. */
static int check_state(struct drop *d)
{
    struct saved_state *s = &d->saved;

    if (s->payload.n == 0 && s->found != STATEFILE_DAMAGED)
        return say_no_state(d->directory);
    if (s->found == STATEFILE_LOADED && !s->memory_damaged &&
        payload_decode(buf_all(&s->payload), &d->payload) == 0)
        return EXIT_FINE;
    log_error(
        "the state in %s is damaged; start logtally once, so that it goes on from what is good",
        d->directory);
    return EXIT_SYSTEM;
}

static int drop_all(struct drop *d, const struct command *self, const struct strings *selectors)
{
    int code = check_state(d);

    for (size_t i = 0; i < selectors->n && code == EXIT_FINE; i++)
        code = drop_one(d, self, selectors->list[i]);
    return code;
}

/* Root has run logtally here, or brought a copy back: what is root's, whom the directory belongs to could not change, nor could
 * the daemon. Said if so. */
static bool is_roots_in_part(const char *directory)
{
    static const char *const names[] = {"lock", "state", "state.1"};
    struct buf path = BUF_INIT;
    struct stat dir, file;
    bool roots = false;

    for (size_t i = 0; i < sizeof names / sizeof *names && !roots; i++) {
        buf_clear(&path);
        buf_fmt(&path, "%s/%s", directory, names[i]);
        roots = stat(directory, &dir) == 0 && dir.st_uid != 0 && lstat(path.p, &file) == 0 &&
                file.st_uid == 0;
    }
    if (roots)
        log_error(
            "%s belongs to root, and its directory to somebody else; as root: "
            "chown -R --reference='%s' '%s'; or, where logtally runs as root: chown root '%s'",
            path.p, directory, directory, directory);
    buf_release(&path);
    return roots;
}

/* 0 or negative errno. *ret_path: how the directory is called from now on. */
static int become_owner(const char *directory, const char **ret_path)
{
    struct stat st;

    *ret_path = directory;
    if (geteuid() != 0)
        return 0;
    if (stat(directory, &st) < 0)
        return -errno;
    if (st.st_uid == 0)
        return 0;
    *ret_path = ".";
    return chdir(directory) < 0 || setgroups(0, NULL) < 0 || setegid(st.st_gid) < 0 ||
                   seteuid(st.st_uid) < 0
               ? -errno
               : 0;
}

static int save(struct drop *d, struct statefile *file)
{
    struct memory_change memory = {buf_all(&d->saved.memory), true};
    struct buf payload = BUF_INIT;
    int r = 0;

    d->payload.rules.whole = false; /* `verify` finds other values than all lines make */
    payload_encode(&d->payload, &payload);
    for (int generation = 0; generation < 2 && r == 0; generation++) {
        r = statefile_save(file, buf_all(&payload), &memory, d->saved.wall_ns);
        memory = (struct memory_change){.replaces = false};
    }
    buf_release(&payload);
    if (r < 0)
        log_error("cannot save the state in %s: %s", d->directory, strerror(-r));
    return r < 0 ? EXIT_SYSTEM : EXIT_FINE;
}

/* With the lock, so that no daemon starts meanwhile. */
static int change(struct drop *d, const struct command *self, const struct strings *selectors)
{
    struct statefile *file = NULL;
    struct buf err = BUF_INIT;
    const char *path;
    int code = EXIT_SYSTEM, r;

    if (is_roots_in_part(d->directory))
        return EXIT_SYSTEM;
    if ((r = become_owner(d->directory, &path)) < 0)
        log_error("cannot become the owner of %s: %s", d->directory, strerror(-r));
    else if ((r = statefile_open(path, &file, &err)) == -EBUSY)
        log_error("%s is in use: stop logtally first, or what is dropped now would be saved again; "
                  "--dry-run may be tried while it runs",
                  d->directory);
    else if (r < 0 || (r = statefile_load(file, &d->saved, &err)) < 0)
        code = say_unread_state(d->directory, r, &err);
    else if ((code = drop_all(d, self, selectors)) == EXIT_FINE)
        code = save(d, file);
    statefile_close(file);
    buf_release(&err);
    return code;
}

static int look(struct drop *d, const struct command *self, const struct strings *selectors)
{
    struct buf err = BUF_INIT;
    int r = statefile_peek(d->directory, &d->saved, &err);
    int code = r < 0 ? say_unread_state(d->directory, r, &err) : drop_all(d, self, selectors);

    buf_release(&err);
    return code;
}

static void print(const struct drop *d)
{
    struct buf out = BUF_INIT;
    struct jsonout j = {&out, true};

    if (!d->json) {
        output_print(buf_all(&d->text));
        printf("%u series %s\n", d->dropped,
               d->dry_run ? "would be dropped; nothing was changed" : "dropped");
        return;
    }
    jsonout_begin(&j);
    jsonout_key_text(&j, "directory", d->directory);
    jsonout_key_bool(&j, "dry_run", d->dry_run);
    jsonout_key_u64(&j, "dropped", d->dropped);
    jsonout_key_open(&j, "series", '[');
    jsonout_word(&j, buf_all(&d->text));
    jsonout_close(&j, ']');
    jsonout_close(&j, '}');
    fwrite(out.p, 1, out.n, stdout);
    putchar('\n');
    buf_release(&out);
}

int state_drop(const struct command *self, const char *directory, const struct strings *selectors,
               bool dry_run, bool json)
{
    struct drop d = {.directory = directory, .dry_run = dry_run, .json = json};
    int code;

    d.list = (struct jsonout){&d.text, true};
    /* Before anything is made or locked: there may be no state there, or no such series. */
    code = look(&d, self, selectors);
    if (code == EXIT_FINE && !dry_run) {
        d.dropped = 0;
        buf_clear(&d.text);
        d.list.first = true;
        code = change(&d, self, selectors);
    }
    if (code == EXIT_FINE)
        print(&d);
    buf_release(&d.saved.payload);
    buf_release(&d.saved.memory);
    buf_release(&d.values);
    buf_release(&d.text);
    return code;
}
