/* setup -- configuration, rules and what was given by hand become documents, in that order; the
 * rules room compiles them together. --log and the log `auto` are documents too, written here, so
 * that they are checked and resolved by the same code as a person's own. */
#include "config.h"

#include "app/setup.h"

#include "app/anchor.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/named.h"
#include "input/archive.h"
#include "input/crc32c.h"
#include "input/glob.h"
#include "input/rotated.h"
#include "rules/load/load.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct where command_line = {.file = "command line"};

static void add_doc(struct setup *s, struct ini_doc *doc)
{
    if (!doc)
        return;
    GROW(s->docs, s->ndocs, s->docs_cap);
    s->docs[s->ndocs++] = doc;
}

static void add_source(struct setup *s, const char *glob)
{
    GROW(s->sources, s->nsources, s->sources_cap);
    s->sources[s->nsources++] = xstrdup(glob);
}

void setup_sources(const struct setup *s, void (*fn)(void *ctx, const char *glob), void *ctx)
{
    for (size_t i = 0; i < s->nsources; i++)
        fn(ctx, s->sources[i]);
    rulefiles_each(s->files, fn, ctx);
}

/* A file that two patterns name is read once. */
static bool first_time(struct map *seen, const char *path)
{
    char *real = realpath(path, NULL);
    bool first = map_put(seen, slice_str(real ? real : path), 1);

    free(real);
    return first;
}

/* DIR, FILE or GLOB. */
static void read_rules(struct setup *s, const char *pattern, bool must_match, struct where at,
                       struct map *seen, struct mistakes *m)
{
    struct buf text = BUF_INIT;
    struct stat st;
    glob_t found = {0};

    buf_str(&text, pattern);
    if (stat(pattern, &st) == 0 && S_ISDIR(st.st_mode))
        buf_str(&text, "/*.ini");
    add_source(s, text.p);
    if (named_files(text.p, at, &found, m) && found.gl_pathc == 0 && must_match) {
        bool is_glob = strpbrk(text.p, "*?[") != NULL;

        mistake_add(m, MISTAKE, at,
                    is_glob ? "no rules file matches %s" : "there is no rules file %s", text.p);
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (first_time(seen, found.gl_pathv[i]))
            add_doc(s, ini_read(found.gl_pathv[i], SECTION_RULE, m));
    globfree(&found);
    buf_release(&text);
}

/* A path that the configuration names is relative to it. */
static void read_named(struct setup *s, const char *config, const char *include, bool must_match,
                       struct where at, struct map *seen, struct mistakes *m)
{
    struct buf path = BUF_INIT;

    buf_beside(&path, config, slice_str(include));
    read_rules(s, path.p, must_match, at.line ? at : (struct where){.file = config}, seen, m);
    buf_release(&path);
}

/* Does the NAME.ini of a test say nothing of logs and rules? */
static bool only_test(const struct setup *s)
{
    for (size_t i = 0; i < s->docs[0]->n; i++)
        if (s->docs[0]->sections[i].kind != SECTION_TEST)
            return false;
    return s->settings.test_rules == NULL;
}

/* What a golden test names comes before the command line, and that before the configuration. */
static void read_all_rules(struct setup *s, const char *config,
                           const struct common_options *options, struct mistakes *m)
{
    struct map seen = MAP_INIT;

    if (s->settings.test_rules)
        read_named(s, config, s->settings.test_rules, true, (struct where){0}, &seen, m);
    else if (options->rules.n)
        for (size_t i = 0; i < options->rules.n; i++)
            read_rules(s, options->rules.list[i], true, command_line, &seen, m);
    else
        for (unsigned i = 0; config && i < s->settings.nincludes; i++)
            read_named(s, config, s->settings.includes[i], s->settings.includes_given,
                       s->settings.includes_at, &seen, m);
    map_release(&seen);
}

static const char *config_path(const struct common_options *options)
{
    if (options->config)
        return options->config;
    if (options->rules.n == 0 && access(CONFIG_FILE, F_OK) == 0)
        return CONFIG_FILE;
    return NULL;
}

/* [log] sections made of --log, and the log `auto` that files given by hand fall back to. */
static void add_given_logs(struct setup *s, const struct strings *logs, unsigned flags,
                           struct mistakes *m)
{
    struct buf text = BUF_INIT;

    if (logs && logs->n) {
        buf_str(&text, "[log log]\n");
        for (size_t i = 0; i < logs->n; i++) {
            buf_str(&text, "path = ");
            for (const char *p = logs->list[i]; *p; p++)
                buf_fmt(&text, *p == ';' ? "\\%c" : "%c", *p);
            buf_char(&text, '\n');
        }
        s->any_log = true;
    }
    if ((flags & SETUP_AUTO_LOG) && (s->any_log || flags & SETUP_NO_RULES)) {
        buf_str(&text, "[log auto]\n");
        if (flags & SETUP_NO_RULES)
            buf_str(&text, "unwrap = auto\n"); /* nobody has said yet how it is written */
    }
    if (text.n)
        add_doc(s, ini_read_text(buf_all(&text), command_line.file, SECTION_RULE, m));
    buf_release(&text);
}

static bool defines_log(const struct setup *s, const char *name)
{
    for (size_t d = 0; d < s->ndocs; d++)
        for (size_t i = 0; i < s->docs[d]->n; i++)
            if ((s->docs[d]->sections[i].kind & SECTION_LOG) &&
                (!name || strcmp(s->docs[d]->sections[i].name, name) == 0))
                return true;
    return false;
}

/* A series cannot have two labels of one name. */
static void check_const_labels(const struct setup *s, struct mistakes *m)
{
    for (unsigned f = 0; f < s->rules->nfamilies; f++) {
        const struct family_def *def = &s->rules->families[f];

        for (unsigned i = 0; i < def->spec.nlabels; i++)
            for (unsigned k = 0; k < s->settings.nconst; k++)
                if (strcmp(def->spec.labels[i], s->settings.const_names[k]) == 0)
                    mistake_add(m, MISTAKE, def->at,
                                "label \"%s\" is also in const_labels of [metrics]; rename one",
                                def->spec.labels[i]);
    }
}

/* A path by which `run` will never find a line: `path = logs` where the files in it were meant, which is true only of now;
 * `app.log.gz`, which commands that read whole files may well be given. So both are warnings. */
static void warn_path(const struct log_def *log, const char *path, struct mistakes *m)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        mistake_add(m, WARNING, log->at, "%s is a directory; to follow the files in it write %s/*",
                    path, path);
    else if (rotated_is_compressed(slice_str(path)))
        mistake_add(m, WARNING, log->at,
                    "%s names what is compressed, and that is not followed; `replay` and "
                    "`backfill` read it",
                    path);
}

static void warn_paths(const struct setup *s, struct mistakes *m)
{
    for (unsigned i = 0; i < s->rules->nlogs; i++)
        for (unsigned k = 0; k < s->rules->logs[i].npaths; k++)
            warn_path(&s->rules->logs[i], s->rules->logs[i].paths[k], m);
}

static void begin(struct setup *s)
{
    *s = (struct setup){.first_line = TIME_BASE_NONE};
    s->files = rulefiles_new();
    settings_init(&s->settings);
}

/* Documents that were read become rules. */
static void load_rules(struct setup *s, unsigned flags, struct mistakes *m)
{
    struct ruleset_options ro = {
        .lint = flags & SETUP_LINT, .only_given = flags & SETUP_AWAITS_LOG, .files = s->files};

    s->rules = ruleset_load(s->docs, (unsigned)s->ndocs, &ro, m);
    if (s->rules) {
        check_const_labels(s, m);
        warn_paths(s, m);
    }
}

/* The configuration, and the rules that it or the command line names. Was there none, or could it be read? */
static bool read_docs(struct setup *s, const char *config, const struct common_options *options,
                      unsigned flags, struct mistakes *m)
{
    unsigned allowed = flags & SETUP_TEST ? SECTION_ALL : SECTION_CONFIG;
    struct ini_doc *main_doc = config ? ini_read(config, allowed, m) : NULL;

    if (config)
        add_source(s, config);
    if (main_doc) {
        add_doc(s, main_doc);
        settings_expand_env(main_doc, m);
        settings_read(&s->settings, main_doc, m);
    }
    s->only_test = (flags & SETUP_TEST) && main_doc && only_test(s);
    if (!s->only_test)
        read_all_rules(s, config, options, m);
    return !config || main_doc;
}

int setup_load_text(struct slice rules, const char *file, const struct common_options *beside,
                    unsigned flags, struct setup *ret_setup, struct mistakes *m)
{
    struct setup *s = ret_setup;
    size_t before = m->nmistakes;

    begin(s);
    if (beside)
        (void)read_docs(s, config_path(beside), beside, flags, m);
    add_doc(s, ini_read_text(rules, file, SECTION_RULE, m));
    s->any_log = defines_log(s, NULL);
    add_given_logs(s, NULL, defines_log(s, "auto") ? flags & ~SETUP_AUTO_LOG : flags, m);
    load_rules(s, flags, m);
    return m->nmistakes > before ? -EINVAL : 0;
}

/* Where there is no configuration that could get one, none will come. */
static void need_log(const struct setup *s, const char *config, unsigned flags, struct mistakes *m)
{
    if (s->any_log)
        return;
    if (config && (flags & SETUP_AWAITS_LOG))
        mistake_add(m, WARNING, (struct where){.file = config}, SETUP_NO_LOG);
    else if (flags & (SETUP_NEEDS_LOG | SETUP_AWAITS_LOG))
        mistake_add(m, MISTAKE, (struct where){.file = config ? config : command_line.file},
                    SETUP_NO_LOG ", or --log GLOB");
}

int setup_load(const struct common_options *options, const struct strings *logs, unsigned flags,
               struct setup *ret_setup, struct mistakes *m)
{
    struct setup *s = ret_setup;
    const char *config = config_path(options);
    size_t before = m->nmistakes;

    begin(s);
    bool readable = read_docs(s, config, options, flags, m);
    if (!config && options->rules.n == 0 && !(flags & SETUP_NO_RULES))
        mistake_add(m, MISTAKE, command_line,
                    "no rules: name a configuration with -c FILE (there is no " CONFIG_FILE
                    "), or rules with --rules DIR");
    s->any_log = defines_log(s, NULL);
    add_given_logs(s, logs, defines_log(s, "auto") ? flags & ~SETUP_AUTO_LOG : flags, m);
    if (readable) /* else nobody knows which logs it names */
        need_log(s, config, flags, m);
    load_rules(s, flags, m);
    return m->nmistakes > before ? -EINVAL : 0;
}

static uint32_t add_text(uint32_t crc, const char *text)
{
    return crc32c(crc, text, strlen(text) + 1);
}

uint32_t setup_fingerprint(const struct setup *s)
{
    uint32_t crc = 0;

    for (size_t d = 0; d < s->ndocs; d++)
        for (size_t i = 0; i < s->docs[d]->n; i++) {
            const struct ini_section *section = &s->docs[d]->sections[i];

            if (section->kind & (SECTION_SERVER | SECTION_STATE))
                continue;
            crc = add_text(crc, section->text);
            for (size_t k = 0; k < section->n; k++)
                crc =
                    add_text(add_text(crc, section->entries[k].name), section->entries[k].value.p);
        }
    return crc;
}

static uint64_t hash_place(uint64_t seed, struct slice text, struct where at)
{
    return hash_number(hash_text(seed, text) ^ (uint64_t)(unsigned)at.line);
}

static uint64_t hash_section(uint64_t seed, const struct ini_section *s)
{
    seed = hash_place(seed, slice_str(s->text), s->at);
    for (size_t i = 0; i < s->n; i++)
        seed = hash_text(hash_place(seed, slice_str(s->entries[i].name), s->entries[i].at),
                         s->entries[i].value);
    return seed;
}

uint64_t setup_contents(const struct setup *s, const struct mistakes *m)
{
    struct buf said = BUF_INIT;
    uint64_t hash = rulefiles_contents(s->files);

    mistakes_print(m, WARNING, &said);
    hash = hash_text(hash, buf_all(&said));
    for (size_t d = 0; d < s->ndocs; d++) {
        hash = hash_text(hash, slice_str(s->docs[d]->file));
        for (size_t i = 0; i < s->docs[d]->n; i++)
            hash = hash_section(hash, &s->docs[d]->sections[i]);
    }
    buf_release(&said);
    return hash;
}

struct ruleset *setup_rules_again(const struct setup *s)
{
    struct ruleset_options ro = {.files = s->files};
    struct mistakes m = MISTAKES_INIT;
    struct ruleset *rules = ruleset_load(s->docs, (unsigned)s->ndocs, &ro, &m);

    if (!rules) { /* the same documents were without mistakes before */
        say_mistakes(&m, MISTAKE);
        abort();
    }
    mistakes_release(&m);
    return rules;
}

void setup_release(struct setup *s)
{
    ruleset_free(s->rules);
    rulefiles_free(s->files);
    for (size_t i = 0; i < s->ndocs; i++)
        ini_free(s->docs[i]);
    free(s->docs);
    for (size_t i = 0; i < s->nsources; i++)
        free(s->sources[i]);
    free(s->sources);
    settings_release(&s->settings);
    *s = (struct setup){0};
}

/* A daemon's log has one form, and a pipe that nobody reads does not stop it. */
static void log_lines(struct slice text, void (*log)(const char *, ...))
{
    struct slice line;

    while (text.n && slice_cut(&text, '\n', &line))
        log("%.*s", (int)line.n, line.p);
}

void say_mistakes(const struct mistakes *m, enum severity most)
{
    struct buf out = BUF_INIT;

    size_t n = mistakes_print(m, most, &out);

    if (n)
        buf_fmt(&out, "%zu mistake%s\n", n, plural(n));
    if (!log_is_for_person())
        log_lines(buf_all(&out), n ? log_error : log_warn);
    else if (out.n)
        fwrite(out.p, 1, out.n, stderr);
    buf_release(&out);
}

/* --year and --date. */
static bool read_first_line(const struct common_options *o, struct time_base *base)
{
    if (o->year && !anchor_read_year(slice_str(o->year), base))
        log_error("--year wants a year such as 2024, not \"%s\"", o->year);
    else if (o->date && !anchor_read_date(slice_str(o->date), base))
        log_error("--date wants a date such as 2024-03-01, not \"%s\"", o->date);
    else
        return true;
    return false;
}

int setup_or_say(const struct common_options *options, unsigned flags, struct setup *ret_setup)
{
    struct mistakes m = MISTAKES_INIT;
    int r = setup_load(options, NULL, flags, ret_setup, &m), code = EXIT_MISTAKES;

    if (r < 0)
        say_mistakes(&m, MISTAKE);
    else if (read_first_line(options, &ret_setup->first_line))
        code = -1;
    else
        code = EXIT_USAGE;
    mistakes_release(&m);
    if (code >= 0)
        setup_release(ret_setup);
    return code;
}

bool setup_log_wants(const struct log_def *log, const char *path)
{
    for (unsigned i = 0; i < log->npaths; i++)
        if (glob_match(log->paths[i], path))
            return true;
    return false;
}

/* Does a glob that goes round about, as rules/../logs and ones that do not begin with a slash, mean the file of
 * that real path? */
static bool means(const char *glob, const char *real)
{
    size_t n = glob_literal(glob);

    while (n && glob[n - 1] != '/')
        n--;
    if (*glob == '/' && !strstr(glob, "/../"))
        return false;
    char *folder = n ? xstrslice(slice_make(glob, n)) : xstrdup("."), *at = realpath(folder, NULL);
    size_t len = at && at[1] ? strlen(at) : 0;
    bool same = at && strncmp(at, real, len) == 0 && real[len] == '/';

    free(folder);
    free(at);
    return same && glob_match(glob + n, real + len + 1);
}

/* Given as `path`; `real` is its real path, NULL if it has none. */
static bool takes(const struct log_def *log, const char *path, const char *real)
{
    bool found = setup_log_wants(log, path) || (real && setup_log_wants(log, real));

    for (unsigned i = 0; !found && real && i < log->npaths; i++)
        found = means(log->paths[i], real);
    return found;
}

int setup_log_of(const struct setup *s, const char *path, const char *as, struct buf *err)
{
    const struct ruleset *rules = s->rules;
    char *real = as ? NULL : realpath(path, NULL);
    int found = as ? ruleset_log(rules, slice_str(as)) : -1;

    if (as && found < 0)
        buf_fmt(err, "there is no log named \"%s\" in the configuration or rules", as);
    for (unsigned i = 0; !as && found < 0 && i < rules->nlogs; i++)
        if (takes(&rules->logs[i], path, real))
            found = (int)i;
    free(real);
    if (as || found >= 0)
        return found;
    int fallback = ruleset_log(rules, SLICE("auto"));
    unsigned others = rules->nlogs - (fallback >= 0);

    if (others == 1)
        return fallback == 0 ? 1 : 0;
    return fallback >= 0 ? fallback : 0;
}

int setup_log_or_say(const struct setup *s, const char *path, const char *as)
{
    struct buf err = BUF_INIT;
    int log = setup_log_of(s, path, as, &err);

    if (log < 0)
        log_error("%s", err.p);
    buf_release(&err);
    return log;
}

int setup_read_file(const struct setup *s, unsigned log, const char *path,
                    bool (*each)(void *ctx, struct slice block), void *ctx)
{
    struct archive *a = NULL;
    struct slice block;
    int r = archive_open(path, &a);

    if (r >= 0)
        archive_set_encoding(a, s->rules->logs[log].encoding);
    while (r >= 0 && (r = archive_next(a, (size_t)s->settings.max_line, &block)) > 0)
        if (!each(ctx, block))
            break;
    if (a && archive_too_long(a)) /* NULL: it could not be opened */
        log_warn("%s: lines skipped because they were longer than [limits] line: %llu", path,
                 (unsigned long long)archive_too_long(a));
    if (a && archive_invalid(a))
        log_warn("%s: bytes that are no characters of its encoding, and were replaced: %llu", path,
                 (unsigned long long)archive_invalid(a));
    archive_close(a);
    if (r >= 0)
        return EXIT_FINE;
    log_error("cannot read %s: %s", path, archive_error(r));
    return EXIT_MISTAKES;
}
