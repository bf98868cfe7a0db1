/* print -- the rules file that suggest proposes: for each frequent kind of line a comment on what
 * its fields are, an event, a counter, and what else its numbers are good for. */
#include "config.h"

#include "suggest/proposal.h"

#include "suggest/levels.h"

#include "base/num.h"
#include "base/utf8.h"

enum { SHOWN = 120, VALUE_SHOWN = 30, VALUES_SHOWN = 4, RARE_SHOWN = 30, LOG_NAME = 24 };

static void print_range(const struct field_stats *f, struct buf *out)
{
    char low[NUM_TEXT], high[NUM_TEXT];

    if (f->classes[WORD_NUMBER] != f->seen)
        return;
    num_format(low, f->min);
    num_format(high, f->max);
    buf_fmt(out, ", %s to %s", low, high);
}

static void print_values(const struct field_stats *f, struct buf *out)
{
    struct slice value;
    uint64_t n;

    buf_fmt(out, ", %zu%s value%s:", f->values.n, f->values.n == VALUES_MAX ? " or more" : "",
            plural(f->values.n));
    for (size_t at = 0, shown = 0; shown < VALUES_SHOWN && map_next(&f->values, &at, &value, &n);
         shown++) {
        buf_char(out, ' ');
        add_shown(value, VALUE_SHOWN, out);
    }
    buf_str(out, f->values.n > VALUES_SHOWN ? " ..." : "");
}

static void print_item(const struct item *i, struct buf *out)
{
    static const char *const roles[] = {
        [ROLE_LABEL] = "label",           [ROLE_ROUTE] = "label by ${...|route}",
        [ROLE_TIME] = "duration in",      [ROLE_SIZE] = "size in",
        [ROLE_ADD] = "a count to add",    [ROLE_SET] = "a gauge",
        [ROLE_NUMBER] = "number, unused", [ROLE_REFUSED] = "no label:",
    };

    bool nameless = i->word >= 0 && slice_starts(slice_str(i->name), SLICE("number"));

    if (i->guess.role == ROLE_NONE || (i->guess.role == ROLE_NUMBER && nameless))
        return;
    buf_fmt(out, ";   %-20s %s", i->name, roles[i->guess.role]);
    if (i->guess.unit)
        buf_fmt(out, " %s", i->guess.unit);
    if (i->guess.why)
        buf_fmt(out, i->guess.role == ROLE_REFUSED ? " %s" : " (%s)", i->guess.why);
    if (item_is_label(i) || i->guess.role == ROLE_REFUSED)
        print_values(i->stats, out);
    else
        print_range(i->stats, out);
    buf_char(out, '\n');
}

static void print_kind(struct rulesfile *f, const struct kind *kind)
{
    struct proposal p;

    proposal_init(&p, f, kind);
    buf_fmt(f->out, "\n; %llu line%s, such as: ", (unsigned long long)kind->shape->count,
            plural(kind->shape->count));
    add_shown(kind->shape->example, SHOWN, f->out);
    buf_char(f->out, '\n');
    for (size_t i = 0; i < p.n; i++)
        print_item(&p.items[i], f->out);
    if (kind->of == KIND_KEYS)
        print_keys_line(f, &p);
    if (kind->of == KIND_KEYS) /* which is of one that is */
        buf_fmt(f->out, "[event %s]\n", kind->event);
    else
        add_event(f, kind->event);
    print_condition(f, &p);
    for (size_t i = 0; i < p.n; i++)
        if (p.items[i].guess.role == ROLE_ROUTE)
            buf_fmt(f->out, "set.%s_route = ${%s|route}\n", p.items[i].name, p.items[i].name);
        else if (p.items[i].label && p.items[i].maps_level)
            levels_map(p.items[i].stats, f->out);
    print_metrics(f, &p);
}

/* Something that can be read must be the same in all its lines; `{` of a pretty-printed object, or
 * a line of a stack trace, says nothing. An access line has its form. */
static bool says_something(const struct kind *k)
{
    struct slice keys = k->shape->example, key;

    if (k->of == KIND_KEYS)
        return next_key(&keys, &key);
    for (size_t i = 0; i < k->shape->nwords; i++) {
        const struct shape_word *w = &k->shape->words[i];

        if (slice_has_letter(w->before) || slice_has_letter(w->after) ||
            (!w->variable && slice_has_letter(w->text)) || w->class == WORD_METHOD)
            return true;
    }
    return false;
}

enum { NO_UTF8_TOLD = 20 }; /* of so many lines one */

/* What stands in other bytes can neither be shown nor be found. */
static void print_encoding(const struct sample *s, struct buf *out)
{
    if (s->no_utf8 == 0 || s->no_utf8 < s->lines / NO_UTF8_TOLD)
        return;
    buf_fmt(
        out,
        "; %llu of them %s no UTF-8. If the log has another encoding, write [log NAME] with its "
        "path and\n"
        "; encoding = ... (cp1251, latin1, what `iconv -l` lists) into a file, and give that with "
        "--rules:\n"
        ";   logtally suggest --rules THAT.ini ",
        (unsigned long long)s->no_utf8, s->no_utf8 == 1 ? "is" : "are");
    add_shown(slice_str(s->names[0]), SHOWN, out);
    buf_char(out, '\n');
}

static void print_head(const struct rulesfile *f)
{
    const struct sample *s = f->sample;

    buf_str(f->out, "; Proposed by `logtally suggest` from ");
    for (size_t i = 0; i < s->nnames; i++) {
        buf_str(f->out, i ? ", " : "");
        add_shown(slice_str(s->names[i]), SHOWN, f->out);
    }
    buf_fmt(f->out, ": %llu %s%s, %llu of them JSON or logfmt", (unsigned long long)s->lines,
            s->record ? "record" : "line", plural(s->lines), (unsigned long long)s->decoded);
    if (s->field)
        buf_fmt(f->out, ", told apart by the field `%s`", s->field);
    buf_str(f->out, ".\n; Names, units and labels are guesses: keep what you need, name it after "
                    "what it means, and try\n;   logtally check --rules THIS.ini      logtally "
                    "replay --rules THIS.ini ");
    add_shown(slice_str(s->names[0]), SHOWN, f->out);
    buf_char(f->out, '\n');
    print_encoding(s, f->out);
}

/* What the log is called: its file, without directory and endings. */
static const char *log_name(struct rulesfile *f)
{
    struct slice file = slice_until(slice_str(path_name(f->sample->names[0])), ".");
    struct buf name = BUF_INIT;

    add_field_name(slice_make(file.p, file.n < LOG_NAME ? file.n : LOG_NAME), &name);
    bool good = name.n && char_is_letter(name.p[0]) && !slice_eq(buf_all(&name), SLICE("auto"));

    if (!good) {
        buf_clear(&name);
        buf_str(&name, "sample");
    }
    return unique_name(f, &f->events, &name);
}

/* A name that a terminal or an editor would obey is matched, not written. */
static void add_path(struct slice name, struct buf *out)
{
    struct buf glob = BUF_INIT;

    utf8_show(&glob, name);
    bool clean = slice_eq(buf_all(&glob), name);

    buf_clear(&glob);
    for (size_t i = 0; i < name.n; i++) {
        bool plain = clean || (name.p[i] >= ' ' && name.p[i] < 0x7f);

        if (plain || i == 0 || glob.p[glob.n - 1] != '*')
            buf_char(&glob, plain ? name.p[i] : '*');
    }
    add_value(buf_all(&glob), out);
    buf_release(&glob);
}

/* All files of the sample; standard input has no name. */
static void print_paths(const struct sample *s, struct buf *out)
{
    for (size_t i = 0; i < s->nnames; i++) {
        buf_str(out, "path = ");
        add_path(slice_str(strcmp(s->names[i], "-") == 0 ? "/var/log/sample.log" : s->names[i]),
                 out);
        buf_char(out, '\n');
    }
}

/* Of standard input only where lines must be read in a way of their own. */
static void print_log(struct rulesfile *f)
{
    const struct sample *s = f->sample;
    const char *prefix = heads_regex(s->heads);
    bool wrapped = s->wrapped * 2 > s->lines;

    if (s->log) {
        f->log = s->log;
        buf_fmt(f->out,
                "\n; Lines are read as [log %s] says, in the rules that were given: name those too "
                "where these are used.\n",
                s->log);
        return;
    }
    if (strcmp(s->names[0], "-") == 0 && !wrapped && !s->record && !prefix && !s->time &&
        !s->day_apart)
        return;
    if (!s->beside)
        f->log = log_name(f);
    buf_str(f->out, "\n; Where the lines are: name all files here, as a glob.");
    if (wrapped)
        buf_str(f->out, "\n; A container runtime has wrapped them.");
    if (s->record)
        buf_str(f->out,
                "\n; A line that matches `record` begins one; lines that do not belong to the "
                "one before.");
    if (prefix)
        buf_str(f->out, "\n; `prefix` is cut off each line; its groups are fields.");
    buf_fmt(f->out, "\n[log %s]\n", f->log ? f->log : log_name(f));
    print_paths(s, f->out);
    if (s->encoding)
        buf_fmt(f->out, "encoding = %s\n", s->encoding);
    buf_str(f->out, wrapped ? "unwrap = auto\n" : "");
    if (s->record)
        buf_fmt(f->out, "record = %s\n", s->record);
    if (prefix)
        buf_fmt(f->out, "prefix = %s\n", prefix);
    if (s->time)
        buf_fmt(f->out, "time = %s\n", s->time);
    if (s->day_apart)
        buf_str(f->out, "time_match = \\bdate=(?<time>\\S+ time=\\S+)\n"
                        "time_format = %Y-%m-%d time=%H:%M:%S\n");
    heads_formats(s->heads, s->own_time, f->out);
}

/* What every log has is called as the log, so that proposals for several stand side by side. */
static void add_own_name(const struct rulesfile *f, const char *name, struct buf *out)
{
    if (f->log)
        add_field_name(slice_str(f->log), out);
    buf_fmt(out, "%s%s", f->log ? "_" : "", name);
}

static void print_traces(struct rulesfile *f)
{
    struct buf name = BUF_INIT;

    if (!f->sample->record || !f->sample->traces)
        return;
    add_own_name(f, "exception_logged", &name);
    const char *event = unique_name(f, &f->events, &name);

    add_own_name(f, "exceptions", &name);
    const char *metric = unique_name(f, &f->metrics, &name);

    buf_str(f->out, "\n; What the traces in records name first.\n");
    add_event(f, event);
    buf_fmt(f->out,
            "where = _line =~ (?m)^(?:Caused by: )?(?<class>[\\w.$]+(?:Exception|Error))"
            "(?::|$)\n\n[counter %s_total]\nhelp = Exceptions that were "
            "logged, by class\ninc = %s\nlabels = class\n",
            metric, event);
}

/* What of it a name may have, behind an underscore. */
static void add_name_of_level(struct slice level, struct buf *out)
{
    buf_char(out, '_');
    for (size_t i = 0; i < level.n; i++)
        buf_char(out, char_is_word(level.p[i]) ? level.p[i] : '_');
}

/* Takes a name for the event of each level that a `where` can ask for; appends them to *events. */
static void print_level_events(struct rulesfile *f, const struct field_stats *levels,
                               struct buf *events)
{
    const struct level_names *names = levels_of(levels);
    struct slice level;
    uint64_t lines;

    for (size_t at = 0; map_next(&levels->values, &at, &level, &lines);) {
        struct buf name = BUF_INIT;

        if (!text_is_plain(level))
            continue;
        add_own_name(f, "level", &name);
        add_name_of_level(level_word(names, level), &name);
        const char *event = unique_name(f, &f->events, &name);

        buf_str(f->out, events->n ? "" : "\n; Every line by its level.\n");
        add_event(f, event);
        buf_fmt(f->out, "where = %s == ", levels->name);
        add_value(level, f->out);
        buf_char(f->out, '\n');
        levels_map_one(names, levels->name, level, f->out);
        buf_char(f->out, '\n');
        buf_fmt(events, "%s%s", events->n ? ", " : "", event);
    }
}

/* Levels are few and known: a series of each is there from the start. */
static void print_level_zero(const struct field_stats *levels, struct buf *out)
{
    const struct level_names *names = levels_of(levels);
    const char *between = "zero = level=";
    struct map said = MAP_INIT;
    struct slice level;
    uint64_t lines;

    for (size_t at = 0; map_next(&levels->values, &at, &level, &lines);) {
        if (!text_fits_zero(level) || !map_put(&said, level_word(names, level), 1))
            continue;
        buf_fmt(out, "%s%.*s", between, SLICE_FMT(level_word(names, level)));
        between = "|";
    }
    buf_str(out, *between == '|' ? "\n" : "");
    map_release(&said);
}

static void print_level_counter(const struct field_stats *levels, const char *metric,
                                const char *events, struct buf *out)
{
    buf_fmt(out, "[counter %s_total]\nhelp = Log lines by level\ninc = %s\nlabels = level", metric,
            events);
    if (strcmp(levels->name, "level") != 0)
        buf_fmt(out, "=%s", levels->name);
    buf_char(out, '\n');
    print_level_zero(levels, out);
}

static void print_levels(struct rulesfile *f)
{
    const struct field_stats *levels = f->sample->levels;
    struct buf events = BUF_INIT, name = BUF_INIT;
    uint64_t unused;

    add_own_name(f, "log_lines", &name);
    if (levels && !map_get(&f->metrics, buf_all(&name), &unused)) {
        const char *metric = unique_name(f, &f->metrics, &name);

        print_level_events(f, levels, &events);
        if (events.n) /* else no `where` can ask for any of them */
            print_level_counter(levels, metric, events.p, f->out);
    }
    buf_release(&name);
    buf_release(&events);
}

static void print_rare(const struct rulesfile *f)
{
    const struct sample *s = f->sample;
    size_t shown = 0;

    for (size_t i = 0; i < s->nkinds && shown < RARE_SHOWN; i++) {
        if (s->kinds[i].event)
            continue;
        if (shown++ == 0)
            buf_fmt(f->out,
                    "\n; Not proposed: seen less than %llu time%s (--least N), or nothing in them "
                    "stays the same:\n",
                    (unsigned long long)s->least, plural(s->least));
        buf_fmt(f->out, ";   %4llu  ", (unsigned long long)s->kinds[i].shape->count);
        add_shown(s->kinds[i].shape->example, SHOWN, f->out);
        buf_char(f->out, '\n');
    }
}

static void name_events(struct rulesfile *f)
{
    for (size_t i = 0; i < f->sample->nkinds; i++) {
        struct kind *k = &f->sample->kinds[i];
        struct buf name = BUF_INIT;

        if (k->shape->count < f->sample->least || !says_something(k))
            continue;
        add_kind_name(k, &name);
        k->event = unique_name(f, &f->events, &name);
        if (k->of != KIND_KEYS)
            continue;
        buf_fmt(&name, "%s_line", k->event);
        k->line = unique_name(f, &f->events, &name);
    }
}

static void find_beginnings(struct rulesfile *f)
{
    for (size_t i = 0; i < f->sample->nkinds; i++) {
        struct kind *k = &f->sample->kinds[i];
        struct proposal p;

        if (!k->event)
            continue;
        proposal_init(&p, f, k);
        k->begin = kind_beginning(&p);
    }
}

static void take_names(struct rulesfile *f)
{
    struct slice name;
    uint64_t unused;

    for (size_t at = 0; map_next(&f->sample->taken, &at, &name, &unused);) {
        map_put(&f->metrics, name, 1);
        map_put(&f->events, name, 1);
    }
}

/* What is said of the sample as a whole, before its kinds. */
static void print_whole(struct rulesfile *f)
{
    if (!f->sample->beside)
        print_head(f);
    if (!f->sample->has_log || f->sample->log)
        print_log(f);
    if (!f->sample->beside) {
        print_levels(f);
        print_traces(f);
    }
}

void print_rules(const struct sample *s, struct buf *out)
{
    struct rulesfile f = {.sample = s, .out = out};

    take_names(&f);
    print_whole(&f);
    name_events(&f);
    find_beginnings(&f); /* of all, before the first asks which others begin as it does */
    for (size_t i = 0; i < s->nkinds; i++)
        if (s->kinds[i].event)
            print_kind(&f, &s->kinds[i]);
    if (!s->beside)
        print_rare(&f);
    map_release(&f.events);
    map_release(&f.metrics);
    arena_release(&f.names);
}
