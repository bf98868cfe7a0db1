/* log -- a [log] section: where lines come from and how they are read. Globs are only stored:
 * what they match is the input room's affair. */
#include "config.h"

#include "rules/load/load.h"

#include "base/xalloc.h"

static bool word_of(struct load *l, const struct ini_entry *e, const char *const *words, unsigned n,
                    unsigned *ret_word)
{
    struct buf list = BUF_INIT;

    for (unsigned i = 0; i < n; i++) {
        if (slice_eq(e->value, slice_str(words[i]))) {
            *ret_word = i;
            return true;
        }
    }
    for (unsigned i = 0; i < n; i++)
        buf_fmt(&list, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
    load_mistake(l, e->at, "\"%s\" is %.*s, not \"%.*s\"%s", e->name, SLICE_FMT(buf_all(&list)),
                 SLICE_FMT(e->value), load_hint(l, nearest(e->value, words, n)));
    buf_release(&list);
    return false;
}

static void load_glob(struct load *l, const struct ini_entry *e, const char ***globs, unsigned *n)
{
    if (e->value.n == 0) {
        load_mistake(l, e->at, "\"%s\" is empty; write one glob a line", e->name);
        return;
    }
    if (ini_is_quoted(e->value))
        load_mistake(l, e->at, "%.*s is quoted; leave the quotes out", SLICE_FMT(e->value));
    else if (*e->value.p == '~' || *e->value.p == '$')
        load_mistake(l, e->at,
                     "\"%.*s\" begins with what only a shell would expand; write the whole path",
                     SLICE_FMT(e->value));
    if (memchr(e->value.p, '{', e->value.n))
        load_warning(l, e->at,
                     "\"%s\": braces are no alternatives in a glob; write a line for each",
                     e->name);
    for (size_t i = 0; i + 1 < e->value.n; i++) {
        if (e->value.p[i] == ' ' && e->value.p[i + 1] == '/') {
            load_warning(l, e->at, "\"%s\" takes one glob; write a line for each", e->name);
            break;
        }
    }
    (*globs)[(*n)++] = arena_slice(l->text, e->value).p;
}

static void load_format(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    static const char *const words[] = {"auto", "json", "logfmt", "text"};
    static const enum log_format formats[] = {LOG_AUTO, LOG_JSON, LOG_LOGFMT, LOG_TEXT};
    unsigned i;

    if (word_of(l, e, words, 4, &i))
        log->format = formats[i];
}

static void load_unwrap(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    static const char *const words[] = {"none", "docker", "cri", "auto"};
    static const enum unwrap_kind kinds[] = {UNWRAP_NONE, UNWRAP_DOCKER, UNWRAP_CRI, UNWRAP_AUTO};
    const char *near;

    for (unsigned i = 0; i < 4; i++) {
        if (slice_eq(e->value, slice_str(words[i]))) {
            log->unwrap = kinds[i];
            return;
        }
    }
    if (e->value.n == 0) {
        load_mistake(l, e->at,
                     "\"unwrap\" has no value: docker, cri, auto, none, or the key that "
                     "holds the line");
        return;
    }
    near = nearest(e->value, words, 4);
    if (near)
        load_warning(l, e->at, "the line is taken from a key named \"%.*s\"%s", SLICE_FMT(e->value),
                     load_hint(l, near));
    log->unwrap = UNWRAP_KEY;
    log->unwrap_key = arena_slice(l->text, e->value);
}

/* Groups become context fields, which all events see. */
static void load_capture(struct load *l, struct capture *c, const struct ini_entry *e)
{
    uint16_t *slots;
    unsigned n;

    if (e->value.n == 0)
        return;
    c->pattern = load_pattern(l, e->value, e->at);
    n = c->pattern ? pattern_ngroups(c->pattern) : 0;
    slots = load_slot_array(l, n);
    for (unsigned i = 0; i < n; i++) {
        struct slice name = slice_str(pattern_group(c->pattern, i));

        if (load_is_builtin(name))
            load_mistake(l, e->at,
                         "group \"%.*s\" has the name of a built-in field; choose another",
                         SLICE_FMT(name));
        slots[i] = load_context(l, name, e->at);
    }
    c->group_slots = slots;
}

static void load_path_match(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    load_capture(l, &log->path_match, e);
    if (log->path_match.pattern && pattern_ngroups(log->path_match.pattern) == 0)
        load_warning(l, e->at, "\"path_match\" without a group (?<name>...) does nothing");
}

static void load_time_match(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    if (e->value.n == 0)
        return;
    log->time_match = load_pattern(l, e->value, e->at);
    if (!log->time_match)
        return;
    for (unsigned i = 0; i < pattern_ngroups(log->time_match); i++) {
        if (strcmp(pattern_group(log->time_match, i), "time") == 0) {
            log->time_group = i;
            return;
        }
    }
    load_mistake(l, e->at, "\"time_match\" needs a group named time: (?<time>...)");
}

static void load_time_name(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    if (load_is_field(e->value))
        log->time_name = arena_strslice(l->text, e->value);
    else
        load_mistake(l, e->at, "\"time\" is the name of a field, not \"%.*s\"",
                     SLICE_FMT(e->value));
}

static void load_zone(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    if (zone_parse(e->value, &log->zone) < 0)
        load_mistake(l, e->at, "\"time_zone\" is UTC, local or +HH:MM, not \"%.*s\"",
                     SLICE_FMT(e->value));
}

static void load_time_format(struct load *l, struct log_def *log, struct slice text,
                             struct where at)
{
    struct buf err = BUF_INIT;
    struct time_format *f = time_format_new(text, log->zone, &err);

    if (ini_is_quoted(text))
        load_mistake(l, at, "%.*s is quoted; leave the quotes out", SLICE_FMT(text));
    if (f)
        log->time_formats[log->ntime_formats++] = f;
    else
        load_mistake(l, at, "%.*s", SLICE_FMT(buf_all(&err)));
    buf_release(&err);
}

static void load_key(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    static const char *const starts[] = {"beginning", "end"};
    static const char *const yes_no[] = {"yes", "no"};
    unsigned i;

    if (strcmp(e->name, "path") == 0)
        load_glob(l, e, &log->paths, &log->npaths);
    else if (strcmp(e->name, "exclude") == 0)
        load_glob(l, e, &log->excludes, &log->nexcludes);
    else if (strcmp(e->name, "path_match") == 0)
        load_path_match(l, log, e);
    else if (strcmp(e->name, "format") == 0)
        load_format(l, log, e);
    else if (strcmp(e->name, "unwrap") == 0)
        load_unwrap(l, log, e);
    else if (strcmp(e->name, "prefix") == 0)
        load_capture(l, &log->prefix, e);
    else if (strcmp(e->name, "start") == 0)
        log->start_at_end = word_of(l, e, starts, 2, &i) && i == 1;
    else if (strcmp(e->name, "poll") == 0)
        log->poll = word_of(l, e, yes_no, 2, &i) && i == 0;
    else if (strcmp(e->name, "time") == 0)
        load_time_name(l, log, e);
    else if (strcmp(e->name, "time_match") == 0)
        load_time_match(l, log, e);
    else if (strcmp(e->name, "time_zone") == 0)
        load_zone(l, log, e);
}

/* The slot of a log's own context group of that name; EVENT_NONE when it has none. */
static uint16_t own_group(const struct log_def *log, const char *name)
{
    const struct capture *captures[] = {&log->prefix, &log->path_match};

    for (unsigned c = 0; c < 2; c++)
        for (unsigned i = 0; captures[c]->pattern && i < pattern_ngroups(captures[c]->pattern); i++)
            if (strcmp(pattern_group(captures[c]->pattern, i), name) == 0)
                return captures[c]->group_slots[i];
    return EVENT_NONE;
}

/* What needs the other keys to be known: the zone for the formats, the groups for the time. */
static void finish(struct load *l, struct log_def *log)
{
    if (log->ntime_formats == 0)
        load_time_format(l, log, SLICE("rfc3339"), log->at);
    log->time_slot = load_decoded(l, slice_str(log->time_name), EVENT_NONE, log->at);
    log->time_context = own_group(log, log->time_name);
    load_patch(l, &log->time_slot, 1);
    load_patch(l, &log->time_context, 1);
}

static void begin(struct load *l, struct log_def *log, size_t nentries)
{
    log->time_name = "time";
    log->time_slot = log->time_context = EVENT_NONE;
    log->paths = load_alloc(l, nentries + 1, sizeof *log->paths);
    log->excludes = load_alloc(l, nentries + 1, sizeof *log->excludes);
    log->time_formats = load_alloc(l, nentries + 1, sizeof *log->time_formats);
}

void load_log(struct load *l, unsigned log, const struct ini_section *s)
{
    struct log_def *def = &l->r->logs[log];
    bool *good = load_keys(l, s, SECTION_LOG);

    begin(l, def, s->n);
    for (size_t i = 0; i < s->n; i++)
        if (good[i])
            load_key(l, def, &s->entries[i]);
    for (size_t i = 0; i < s->n; i++)
        if (good[i] && strcmp(s->entries[i].name, "time_format") == 0)
            load_time_format(l, def, s->entries[i].value, s->entries[i].at);
    finish(l, def);
}

void load_default_log(struct load *l)
{
    struct log_def *log = &l->r->logs[0];

    log->name = "auto";
    l->r->nlogs = 1;
    begin(l, log, 0);
    finish(l, log);
}
