/* print -- the rules file that suggest proposes: for each frequent kind of line a comment on what
 * its fields are, an event, a counter, and what else its numbers are good for. */
#include "config.h"

#include "suggest/proposal.h"

#include "suggest/levels.h"

#include "base/num.h"

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
    buf_fmt(f->out, "[event %s]\n", kind->event);
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

static void print_head(const struct rulesfile *f)
{
    const struct sample *s = f->sample;

    buf_str(f->out, "; Proposed by `logtally suggest` from ");
    add_shown(slice_str(s->name), SHOWN, f->out);
    buf_fmt(f->out, ": %llu %s%s, %llu of them JSON or logfmt", (unsigned long long)s->lines,
            s->record ? "record" : "line", plural(s->lines), (unsigned long long)s->decoded);
    if (s->field)
        buf_fmt(f->out, ", told apart by the field `%s`", s->field);
    buf_str(f->out, ".\n; Names, units and labels are guesses: keep what you need, name it after "
                    "what it means, and try\n;   logtally check --rules THIS.ini      logtally "
                    "replay --rules THIS.ini ");
    add_shown(slice_str(s->name), SHOWN, f->out);
    buf_char(f->out, '\n');
}

/* What the log is called: its file, without directory and endings. */
static void add_log_name(const struct sample *s, struct buf *out)
{
    struct slice file = slice_until(slice_str(path_name(s->name)), ".");
    struct buf name = BUF_INIT;

    add_field_name(slice_make(file.p, file.n < LOG_NAME ? file.n : LOG_NAME), &name);
    bool good = name.n && char_is_letter(name.p[0]) && !slice_eq(buf_all(&name), SLICE("auto"));

    buf_str(out, good ? name.p : "sample");
    buf_release(&name);
}

/* Only where lines must be read in a way of their own: others need no [log] to be tried on a file. */
static void print_log(const struct rulesfile *f)
{
    const struct sample *s = f->sample;
    const char *prefix = heads_regex(s->heads);
    bool wrapped = s->wrapped * 2 > s->lines;

    if (s->log) {
        buf_fmt(f->out,
                "\n; Lines are read as [log %s] says, in the rules that were given: name those too "
                "where these are used.\n",
                s->log);
        return;
    }
    if (!wrapped && !s->record && !prefix && !s->time && !s->day_apart)
        return;
    buf_str(f->out, "\n; Where the lines are: name all files here, as a glob.");
    if (wrapped)
        buf_str(f->out, "\n; A container runtime has wrapped them.");
    if (s->record)
        buf_str(f->out,
                "\n; A line that matches `record` begins one; lines that do not belong to the "
                "one before.");
    if (prefix)
        buf_str(f->out, "\n; `prefix` is cut off each line; its groups are fields.");
    buf_str(f->out, "\n[log ");
    add_log_name(s, f->out);
    buf_str(f->out, "]\npath = ");
    add_value(slice_str(strcmp(s->name, "-") == 0 ? "/var/log/sample.log" : s->name), f->out);
    buf_str(f->out, wrapped ? "\nunwrap = auto" : "");
    if (s->record)
        buf_fmt(f->out, "\nrecord = %s", s->record);
    if (prefix)
        buf_fmt(f->out, "\nprefix = %s", prefix);
    if (s->time)
        buf_fmt(f->out, "\ntime = %s", s->time);
    if (s->day_apart)
        buf_str(f->out, "\ntime_match = \\bdate=(?<time>\\S+ time=\\S+)\n"
                        "time_format = %Y-%m-%d time=%H:%M:%S");
    buf_char(f->out, '\n');
    heads_formats(s->heads, s->own_time, f->out);
}

static void print_traces(const struct rulesfile *f)
{
    if (f->sample->record && f->sample->traces)
        buf_str(f->out,
                "\n; What the traces in records name first.\n[event exception_logged]\n"
                "where = _line =~ (?m)^(?:Caused by: )?(?<class>[\\w.$]+(?:Exception|Error))"
                "(?::|$)\n\n[counter exceptions_total]\nhelp = Exceptions that were "
                "logged, by class\ninc = exception_logged\nlabels = class\n");
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
        buf_str(&name, "level");
        add_name_of_level(level_word(names, level), &name);
        const char *event = unique_name(f, &f->events, &name);

        buf_str(f->out, events->n ? "" : "\n; Every line by its level.\n");
        buf_fmt(f->out, "[event %s]\nwhere = %s == ", event, levels->name);
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

static void print_level_counter(const struct field_stats *levels, const char *events,
                                struct buf *out)
{
    buf_fmt(out, "[counter log_lines_total]\nhelp = Log lines by level\ninc = %s\nlabels = level",
            events);
    if (strcmp(levels->name, "level") != 0)
        buf_fmt(out, "=%s", levels->name);
    buf_char(out, '\n');
    print_level_zero(levels, out);
}

static void print_levels(struct rulesfile *f)
{
    const struct field_stats *levels = f->sample->levels;
    struct buf events = BUF_INIT;
    uint64_t unused;

    if (!levels || map_get(&f->sample->taken, SLICE("log_lines_total"), &unused))
        return;
    print_level_events(f, levels, &events);
    if (events.n) /* else no `where` can ask for any of them */
        print_level_counter(levels, events.p, f->out);
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

    map_put(&f->metrics, SLICE("log_lines"), 1);
    map_put(&f->metrics, SLICE("exceptions"), 1);
    map_put(&f->events, SLICE("exception_logged"), 1);
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
