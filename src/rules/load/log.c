/* log -- a [log] section: where lines come from and how they are read. Globs are only stored:
 * what they match is for the input room to find out. */
#include "config.h"

#include "base/charset.h"
#include "config/section.h"
#include "rules/load/loader.h"

#include <errno.h>

/* False after a mistake. */
static bool check_glob(struct load *l, const struct ini_entry *e)
{
    if (e->value.n == 0)
        return load_mistake(l, e->at, "\"%s\" is empty; write one glob a line", e->name);
    if (!load_quoted(l, e->value, e->at) && (*e->value.p == '~' || *e->value.p == '$'))
        load_mistake(l, e->at,
                     "\"%.*s\" begins with what only a shell would expand; write the whole path",
                     SLICE_FMT(e->value));
    if (memchr(e->value.p, '{', e->value.n))
        load_warning(l, e->at,
                     "\"%s\": braces are no alternatives in a glob; write a line for each",
                     e->name);
    for (size_t i = 0; i + 1 < e->value.n; i++) {
        char divides = e->value.p[i], next = e->value.p[i + 1];

        if ((divides == ' ' && next == '/') || (divides == ',' && next && strchr(" */", next))) {
            load_warning(l, e->at, "\"%s\" takes one glob; write a line for each", e->name);
            break;
        }
    }
    return true;
}

/* A path is relative to the file that names it; what was given by hand, to where that was done. */
static const char *beside(struct load *l, const struct ini_entry *e)
{
    struct slice glob = e->value;
    struct buf path = BUF_INIT;
    const char *text;

    while (slice_starts(glob, SLICE("./")))
        glob = slice_from(glob, 2);
    buf_beside(&path, e->at.file, glob);
    text = arena_slice(l->text, buf_all(&path)).p;
    buf_release(&path);
    return text;
}

static void load_path(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    if (check_glob(l, e)) /* - is standard input */
        log->paths[log->npaths++] = slice_eq(e->value, SLICE("-")) ? "-" : beside(l, e);
}

/* Names without a directory are left out wherever they are. */
static void load_exclude(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    if (check_glob(l, e))
        log->excludes[log->nexcludes++] =
            memchr(e->value.p, '/', e->value.n) ? beside(l, e) : arena_slice(l->text, e->value).p;
}

static void load_rotated(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    const char *slash = e->value.n ? memrchr(e->value.p, '/', e->value.n) : NULL;
    struct slice dir = slice_make(e->value.p, slash ? (size_t)(slash - e->value.p) : 0);

    if (e->value.n > 0 && *e->value.p == '/')
        load_mistake(l, e->at, "\"rotated\" is relative to the file's directory");
    else if (slice_until(dir, "*?[\\").n < dir.n)
        load_mistake(l, e->at, "\"rotated\" has wildcards in its last part only");
    if (check_glob(l, e))
        log->rotated[log->nrotated++] = arena_slice(l->text, e->value).p;
}

_Static_assert((int)UNWRAP_KEY <= CHOICES_MAX,
               "the kinds before it are words of the schema, in their order");

static void load_unwrap(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    const char *const *words = e->key->words;
    const char *near;

    for (unsigned i = 0; i < UNWRAP_KEY; i++) {
        if (slice_eq(e->value, slice_str(words[i]))) {
            log->unwrap = (enum unwrap_kind)i;
            return;
        }
    }
    if (e->value.n == 0) {
        load_mistake(l, e->at,
                     "\"unwrap\" has no value: docker, cri, auto, none, or the key that "
                     "holds the line");
        return;
    }
    near = nearest(e->value, words, UNWRAP_KEY);
    if (near) {
        load_warning(l, e->at, "the line is taken from a key named \"%.*s\"", SLICE_FMT(e->value));
        mistake_near(l->m, near);
    }
    log->unwrap = UNWRAP_KEY;
    log->unwrap_key = arena_slice(l->text, e->value);
}

static void load_encoding(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    struct charset *c = NULL;

    if (charset_new(e->value, &c) < 0)
        load_mistake(l, e->at,
                     "\"encoding\" is a name that iconv knows, such as utf-16le, latin1 or cp1251 "
                     "(`iconv -l` lists those of this machine), not \"%.*s\"",
                     SLICE_FMT(e->value));
    log->encoding = c ? arena_strslice(l->text, e->value) : NULL;
    charset_free(c);
}

/* Groups become context fields, which all events see. */
static void load_capture(struct load *l, struct capture *c, const struct ini_entry *e)
{
    if (e->value.n == 0)
        return;
    c->pattern = load_pattern(l, e->value, e->at);
    load_groups(l, c, EVENT_NONE, e->at);
}

static void load_line_rewrite(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    struct line_rewrite *w = &log->rewrites[log->nrewrites];

    w->pattern = load_replacement(l, e, &w->replacement);
    log->nrewrites += w->pattern != NULL;
}

static void load_record(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    if (e->value.n)
        log->record = load_pattern(l, e->value, e->at);
    if (log->record && pattern_ngroups(log->record))
        load_warning(l, e->at,
                     "\"record\" only says where a record begins; its groups are no fields (those "
                     "of prefix and match are)");
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

/* MongoDB's t.$date has a dollar, which no field of rules has. */
static bool is_time_name(struct slice name)
{
    struct slice piece;
    bool good = name.n > 0 && name.p[name.n - 1] != '$';

    while (good && slice_cut(&name, '$', &piece))
        good = piece.n == 0 || name_is_field(piece);
    return good;
}

static void load_times(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    struct slice rest = e->value, piece;
    unsigned most = (unsigned)slice_count(rest, ',') + 1;

    log->time_names = load_alloc(l, most, sizeof *log->time_names);
    log->ntimes = 0;
    while (load_list(l, e, &rest, &piece)) {
        if (is_time_name(piece))
            log->time_names[log->ntimes++] = arena_strslice(l->text, piece);
        else
            load_mistake(l, e->at, "\"time\" is the name of a field, not \"%.*s\"",
                         SLICE_FMT(piece));
    }
    log->ntime_groups = e->value.p == e->key->dflt ? 1 : log->ntimes;
}

static void load_zone(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    struct buf err = BUF_INIT;
    struct zone zone = {.tz = NULL};
    int r = zone_parse(e->value, &zone);

    if (r == -ENOENT)
        zone_say_missing(e->value, &err);
    else if (r < 0)
        buf_fmt(&err, "\"time_zone\" is UTC, local, +HH:MM or as Europe/Berlin, not \"%.*s\"",
                SLICE_FMT(e->value));
    if (r < 0)
        load_mistake(l, e->at, "%s", err.p);
    zone_release(&log->zone);
    log->zone = zone;
    buf_release(&err);
}

static void load_time_format(struct load *l, struct log_def *log, struct slice text,
                             struct where at)
{
    struct buf err = BUF_INIT;
    struct time_format *f = time_format_new(text, log->zone, &err);

    (void)load_quoted(l, text, at);
    if (f) {
        log->time_formats[log->ntime_formats++] = f;
        log->time_partial |= time_format_is_partial(f);
    } else {
        load_mistake(l, at, "%.*s", SLICE_FMT(buf_all(&err)));
    }
    buf_release(&err);
}

static unsigned choice(struct load *l, const struct ini_entry *e)
{
    struct key_value v = {0};

    return key_read(e->key, e, l->m, &v) ? (unsigned)v.n : 0;
}

static void load_key(struct load *l, struct log_def *log, const struct ini_entry *e)
{
    struct key_value v = {0};

    switch (e->key->id) {
    case KEY_PATH:
        load_path(l, log, e);
        break;
    case KEY_EXCLUDE:
        load_exclude(l, log, e);
        break;
    case KEY_ROTATED:
        load_rotated(l, log, e);
        break;
    case KEY_PATH_MATCH:
        load_path_match(l, log, e);
        break;
    case KEY_FORMAT:
        log->format = (enum log_format)choice(l, e);
        break;
    case KEY_ENCODING:
        load_encoding(l, log, e);
        break;
    case KEY_UNWRAP:
        load_unwrap(l, log, e);
        break;
    case KEY_PREFIX:
        load_capture(l, &log->prefix, e);
        break;
    case KEY_REWRITE_LINE:
        load_line_rewrite(l, log, e);
        break;
    case KEY_RECORD:
        load_record(l, log, e);
        break;
    case KEY_RECORD_WAIT:
        if (key_read(e->key, e, l->m, &v))
            log->record_wait_ns = (int64_t)v.n;
        break;
    case KEY_START:
        log->start_at_end = choice(l, e) == 1;
        break;
    case KEY_POLL:
        log->poll = choice(l, e) == 0;
        break;
    case KEY_TIME:
        load_times(l, log, e);
        break;
    case KEY_TIME_MATCH:
        load_time_match(l, log, e);
        break;
    case KEY_TIME_ZONE:
        load_zone(l, log, e);
        break;
    default: /* a time format needs the zone first */
        break;
    }
}

/* The slot of a log's own context group of that name; SLOT_NONE when it has none. */
static uint16_t own_group(const struct log_def *log, const char *name)
{
    const struct capture *captures[] = {&log->prefix, &log->path_match};

    for (unsigned c = 0; c < 2; c++)
        for (unsigned i = 0; captures[c]->pattern && i < pattern_ngroups(captures[c]->pattern); i++)
            if (strcmp(pattern_group(captures[c]->pattern, i), name) == 0)
                return captures[c]->group_slots[i];
    return SLOT_NONE;
}

/* What needs the other keys to be known: the zone for the formats, the groups for the time. */
static void finish(struct load *l, struct log_def *log)
{
    if (log->ntime_formats == 0)
        load_time_format(l, log, slice_str(key_row(KEY_TIME_FORMAT)->dflt), log->at);
    log->time_slots = load_alloc(l, log->ntimes + 1, sizeof *log->time_slots);
    log->time_contexts = load_alloc(l, log->ntimes + 1, sizeof *log->time_contexts);
    for (unsigned i = 0; i < log->ntimes; i++) {
        uint16_t group = own_group(log, log->time_names[i]);

        log->time_slots[i] = load_decoded(l, slice_str(log->time_names[i]), EVENT_NONE, log->at);
        if (group != SLOT_NONE)
            log->time_contexts[log->ntime_contexts++] = group;
    }
    log->times_in_a_row = log->ntimes > 0;
    for (unsigned i = 1; i < log->ntimes; i++)
        log->times_in_a_row &= log->time_slots[i] == log->time_slots[0] + i;
    load_patch(l, log->time_slots, log->ntimes);
    load_patch(l, log->time_contexts, log->ntime_contexts);
}

/* Every key's default, as if it had been written. */
static void begin(struct load *l, struct log_def *log, size_t nentries)
{
    log->paths = load_alloc(l, nentries + 1, sizeof *log->paths);
    log->excludes = load_alloc(l, nentries + 1, sizeof *log->excludes);
    log->rotated = load_alloc(l, nentries + 1, sizeof *log->rotated);
    log->time_formats = load_alloc(l, nentries + 1, sizeof *log->time_formats);
    log->rewrites = load_alloc(l, nentries + 1, sizeof *log->rewrites);
    for (unsigned i = 0; i < NKEYS; i++) {
        const struct key *k = key_row((enum key_id)i);
        struct ini_entry e = {.name = k->name, .key = k, .value = slice_str(k->dflt)};

        if (k->sections & SECTION_LOG && k->dflt)
            load_key(l, log, &e);
    }
}

void load_log(struct load *l, unsigned log, const struct ini_section *s)
{
    struct log_def *def = &l->r->logs[log];

    begin(l, def, s->n);
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i].key)
            load_key(l, def, &s->entries[i]);
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i].key && s->entries[i].key->id == KEY_TIME_FORMAT)
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
