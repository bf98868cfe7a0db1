/* story -- steps: drawn from a seed or read from a file, run, and shortened when they fail.
 *
 *   sim [--stories N] [--seconds N] [--seed S] [--steps N] [--most N] [--without STEP,...] [--cover]
 *       [--allow N] [--plain] [--talk] [--storm]
 *                     new stories from seed S on, until N stories or seconds have passed or N failed
 *                     (5); --without these steps; --cover: and all that can happen must have
 *                     happened; --allow: N failures in 1,000 stories, and three more, are skipped,
 *                     as faults that are known to be there; --plain: failures are not shortened; --talk: each
 *                     step, line and message; --storm: calls fail all the time, by KNOB_STORM
 *   sim --trace [--seed S] [--steps N]
 *                     what one story does to the disk and to the process, and what it comes to: for
 *                     tests/e2e/stories.py, which does the same to real ones
 *   sim FILE...       kept stories
 *   sim --die FILE... ... and each is killed, and its power cut, at each of its calls
 *
 * A story file has a line for each step: its name, two numbers (what they mean says the table in
 * actors.c), and after how many calls of the running process it happens (0: when the process rests).
 * `#` begins a comment; `knobs N` sets what the machine is like; `expect-failure` says that the repair
 * is still to come, and the run fails when the story does not. A failing seed prints itself as such a
 * file, shortened: steps are left out as long as it still fails in the same way. */
#include "config.h"

#include "world.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Seconds: an archive whose end does not come is given up after 33. */
enum { STEPS_MAX = 200, QUIET = 40, REPEAT = 64, CHANCE = 3 };

struct world world;

struct step {
    unsigned kind, a, b, calls;
};

static struct {
    struct step steps[STEPS_MAX];
    unsigned n, at;
    unsigned knobs;
    unsigned long first_calls; /* until it had started for the first time */
    unsigned long die_at;
    bool die_by_cut;
} story;

static bool talks;

void world_talk(const char *format, ...)
{
    va_list ap;

    if (!talks)
        return;
    va_start(ap, format);
    (void)vfprintf(stderr, format, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
}

static struct node *new_root(uint64_t dev)
{
    struct node *n = disk_new(S_IFDIR | 0755);

    n->dev = dev;
    n->links = 1;
    return n;
}

void world_init(uint64_t knobs)
{
    memset(&world, 0, offsetof(struct world, queue)); /* what is behind is overwritten before use */
    world.random = knobs;
    world.knobs = (unsigned)knobs;
    world.mono_ns = 100 * NSEC_PER_SEC;
    world.wall_off_ns = INT64_C(1772355600) * NSEC_PER_SEC;
    world.grain_ns = knobs & KNOB_COARSE ? NSEC_PER_SEC : 4 * NSEC_PER_MSEC;
    world.queue_max = knobs & KNOB_SMALL_QUEUE ? 4 : QUEUE_MAX;
    world.root = new_root(7);
    world.volume = new_root(8);
    actors_init();
    disk_settle();
    oracle_init();
}

void world_release(void)
{
    for (struct node *n = world.nodes; n; n = n->next) {
        buf_release(&n->data);
        buf_release(&n->plain);
    }
    arena_release(&world.arena);
}

/* --- running --- */

static void take(const struct step *s)
{
    cover(COVER_STEP, s->kind);
    world_talk("-- %s %u %u, at call %lu", kinds[s->kind].name, s->a, s->b, world.calls);
    kinds[s->kind].fn(s->a, s->b);
}

static void arm(void)
{
    const struct step *s = &story.steps[story.at];

    world.next_actor = 0;
    if (story.at < story.n && s->calls && kinds[s->kind].inside)
        world.next_actor = world.calls + s->calls;
}

void story_actors_step(void)
{
    world.inside = true;
    take(&story.steps[story.at++]);
    world.inside = false;
    if (!world.ghost)
        arm();
    else
        world.next_actor = 0;
}

void story_die(bool cut)
{
    world.ghost = process_alive();
    if (!cut)
        return;
    disk_cut();
    actors_cut();
}

static bool run_story(void)
{
    world_init(story.knobs);
    world.die_at = story.die_at;
    world.die_by_cut = story.die_by_cut;
    process_start();
    story.first_calls = world.calls;
    world.storms = (story.knobs & KNOB_STORM) != 0;
    for (story.at = 0; story.at < story.n && !oracle.kind;) {
        const struct step *s = &story.steps[story.at++];

        arm();
        take(s);
        process_reap();
        oracle_look(false);
        cover_look();
    }
    world.next_actor = world.die_at = 0;
    actors_end();
    process_configure(0);
    process_start();
    process_run(QUIET * NSEC_PER_SEC);
    process_scrape();
    if (!oracle.kind && oracle_waits()) /* for an archive that was given up so late */
        process_run(QUIET * NSEC_PER_SEC);
    if (!oracle.kind)
        oracle_end();
    process_close();
    world.ghost = false;
    world_release();
    return oracle.kind == FAULT_NONE;
}

static const char *without = ""; /* steps that are not drawn, with commas between */

static unsigned weight_of(const struct kind *k, bool fails)
{
    const char *found = strstr(without, k->name);
    size_t n = strlen(k->name);

    if (found && (found == without || found[-1] == ',') && (found[n] == ',' || found[n] == 0))
        return 0;
    return fails || strcmp(k->name, "fail") != 0 ? k->weight : 0;
}

static bool storms;

static void draw(uint64_t seed, unsigned n)
{
    unsigned total = 0;
    uint64_t styles;
    bool fails;

    world.random = seed * 0xd1342543de82ef95;
    fails = world_random(2); /* where a call fails less is asked */
    for (unsigned k = 0; k < nkinds; k++)
        total += weight_of(&kinds[k], fails);
    story.knobs = (unsigned)world_random(KNOB_PIECES);
    for (unsigned knob = KNOB_BANNER; knob < KNOB_PIECES; knob <<= 1)
        if (world_random(2))
            story.knobs &= ~knob; /* one in four stories has it */
    story.knobs |= seed % 4 == 3 ? KNOB_PIECES : 0;
    story.knobs |= storms ? KNOB_STORM : 0;
    story.knobs |= seed % 16 == 1 ? KNOB_FORGETS : 0;
    styles = world_random(UINT64_MAX);
    story.n = n;
    for (unsigned i = 0; i < n; i++) {
        unsigned at = (unsigned)world_random(total), k = 0;
        struct step *s = &story.steps[i];

        for (; at >= weight_of(&kinds[k], fails); k++)
            at -= weight_of(&kinds[k], fails);
        *s = (struct step){k, (unsigned)world_random(64), (unsigned)world_random(100),
                           world_random(3) ? 0 : 1 + (unsigned)world_random(40)};
        if (strcmp(kinds[k].name, "rotate") == 0 && world_random(8))
            s->b = 2 * actors_style(styles, s->a) + s->b % 2;
    }
}

/* --- for a real disk and a real daemon --- */

/* All that was there has been read, and is saved; the daemon is to have these lines then, too. */
static void trace_rest(void)
{
    static bool traced[LINES_MAX];
    struct buf ids = BUF_INIT;

    if (!process_alive())
        return;
    process_run(3 * NSEC_PER_SEC);
    process_scrape();
    for (unsigned id = 0; id < oracle.nlines; id++) {
        if (oracle.count[id] > 0 && !traced[id] && oracle.doubt[id] != DOUBT_FREE)
            buf_fmt(&ids, " %u", id);
        traced[id] |= oracle.count[id] > 0;
    }
    world_trace("rest%.*s", (int)ids.n, ids.n ? ids.p : "");
    buf_release(&ids);
}

static void trace_step(const struct step *s)
{
    const char *name = kinds[s->kind].name;
    unsigned whole = s->b & ~1U; /* who takes his time does not, here */

    if (strcmp(name, "tick") == 0 || strcmp(name, "scrape") == 0) {
        trace_rest();
    } else if (strcmp(name, "start") == 0 || strcmp(name, "stop") == 0 ||
               strcmp(name, "kill") == 0) {
        if (process_alive() == (strcmp(name, "start") == 0))
            return;
        world_trace("%s", name);
        take(s);
        process_reap();
    } else if (strcmp(name, "reload") == 0) {
        if (!process_alive())
            return;
        world_trace("reload");
        process_configure(world.config);
    } else if (strcmp(name, "write") == 0 || strcmp(name, "late") == 0 ||
               strcmp(name, "part") == 0 || strcmp(name, "rotate") == 0) {
        tracing = true;
        take(s);
    } else {
        trace_rest(); /* what goes is to have been seen */
        tracing = true;
        kinds[s->kind].fn(s->a, whole);
    }
    tracing = false;
    if (strcmp(name, "edit") == 0)
        trace_rest(); /* what comes late to the inode that was replaced is owed by nobody */
    oracle_look(false);
}

/* What the story comes to, when it is right: each line, how often it counted, may it count twice? */
static void trace_outcome(void)
{
    oracle_end();
    for (unsigned id = 0; id < oracle.nlines && !oracle.kind; id++)
        world_trace("expect %u %u %u", id, oracle.count[id], oracle.doubt[id]);
    if (oracle.kind)
        world_trace("skip %s", oracle.fault);
}

static void trace_story(void)
{
    tracing = true;
    story.knobs &= KNOB_BANNER | KNOB_LONG;
    world_init(story.knobs);
    tracing = false;
    world_trace("start");
    process_start();
    for (unsigned i = 0; i < story.n && !oracle.kind; i++)
        trace_step(&story.steps[i]);
    tracing = true;
    actors_end();
    tracing = false;
    if (!process_alive())
        world_trace("start");
    process_start();
    process_run(QUIET * NSEC_PER_SEC);
    process_scrape();
    trace_outcome();
    process_close();
    world_release();
}

/* --- shortening --- */

static bool fails_alike(enum fault kind)
{
    return !run_story() && oracle.kind == kind;
}

static bool leave_out(unsigned i, unsigned chunk, enum fault kind)
{
    static struct step kept[STEPS_MAX];
    unsigned n = story.n;

    memcpy(kept, story.steps, sizeof(kept));
    memmove(story.steps + i, story.steps + i + chunk, (n - i - chunk) * sizeof(*story.steps));
    story.n = n - chunk;
    if (fails_alike(kind))
        return true;
    memcpy(story.steps, kept, sizeof(kept));
    story.n = n;
    return false;
}

/* True when it still fails with this number changed so. */
static bool simplify(unsigned *number, unsigned to, enum fault kind)
{
    unsigned was = *number;

    if (was == to)
        return true;
    *number = to;
    if (fails_alike(kind))
        return true;
    *number = was;
    return false;
}

static void shorten_steps(enum fault kind)
{
    for (unsigned chunk = story.n / 2; chunk > 0;) {
        bool shorter = false;

        for (unsigned i = 0; i + chunk <= story.n;) {
            if (leave_out(i, chunk, kind))
                shorter = true;
            else
                i += chunk;
        }
        if (!shorter)
            chunk /= 2;
    }
}

static void simplify_all(enum fault kind)
{
    for (unsigned knob = 1; knob < KNOBS; knob <<= 1)
        (void)simplify(&story.knobs, story.knobs & ~knob, kind);
    for (unsigned i = 0; i < story.n; i++) {
        struct step *s = &story.steps[i];

        (void)simplify(&s->calls, 0, kind);
        (void)simplify(&s->b, s->b % 2, kind);
        (void)simplify(&s->a, s->a % 4, kind);
        (void)simplify(&s->a, 0, kind);
        (void)simplify(&s->b, 0, kind);
    }
}

/* Simpler steps may make others needless. */
static void shorten(void)
{
    enum fault kind = oracle.kind;
    unsigned n;

    do {
        n = story.n;
        shorten_steps(kind);
        simplify_all(kind);
    } while (story.n < n);
    (void)run_story();
}

/* What is wrong is a mistake of the policy if it is told, and worse if it is not. */
static const char *told(void)
{
    return oracle_is_told() ? " (told)" : "";
}

static void print_story(void)
{
    printf("# %s%s\nknobs %u\n", oracle.fault, told(), story.knobs);
    for (unsigned i = 0; i < story.n; i++)
        printf("%s %u %u %u\n", kinds[story.steps[i].kind].name, story.steps[i].a, story.steps[i].b,
               story.steps[i].calls);
}

/* --- kept stories --- */

/* 0, or -1 after a sentence. */
static int read_step(const char *path, const char *name, struct step s)
{
    while (s.kind < nkinds && strcmp(kinds[s.kind].name, name) != 0)
        s.kind++;
    if (s.kind == nkinds || story.n == STEPS_MAX) {
        printf("%s: what is \"%s\"?\n", path, name);
        return -1;
    }
    story.steps[story.n++] = s;
    return 0;
}

/* As read_step. */
static int read_story(const char *path, bool *ret_expect)
{
    FILE *f = fopen(path, "r");
    char text[300], name[300];
    struct step s;
    int r = 0;

    story.n = story.knobs = 0;
    story.die_at = 0;
    *ret_expect = false;
    if (!f) {
        printf("%s: cannot be read\n", path);
        return -1;
    }
    while (r == 0 && fgets(text, sizeof(text), f)) {
        s = (struct step){0};
        if (*text == '#' || sscanf(text, "%299s %u %u %u", name, &s.a, &s.b, &s.calls) < 1)
            continue;
        if (strcmp(name, "expect-failure") == 0)
            *ret_expect = true;
        else if (strcmp(name, "knobs") == 0)
            story.knobs = s.a;
        else
            r = read_step(path, name, s);
    }
    (void)fclose(f);
    return r;
}

/* How many of a kept story's deaths, one by kill and one by power cut at each call, were survived. Not
 * in its first start: what was rotated before there was any state is history. */
static unsigned long die_everywhere(const char *path, unsigned *failed)
{
    unsigned long calls = world.calls, passed = 0;
    unsigned long first = story.first_calls;

    for (story.die_at = first + 1; story.die_at <= calls; story.die_at++) {
        for (int cut = 0; cut < 2; cut++) {
            story.die_by_cut = cut;
            if (run_story()) {
                passed++;
                continue;
            }
            if (++*failed <= 10)
                printf("%s, %s at call %lu: %s\n", path, cut ? "cut" : "killed", story.die_at,
                       oracle.fault);
        }
    }
    return passed;
}

static int kept(int n, char **paths, bool die)
{
    unsigned long passed = 0;
    unsigned failed = 0;

    for (int i = 0; i < n; i++) {
        bool expect;

        if (read_story(paths[i], &expect) < 0) {
            failed++;
        } else if (run_story() == expect) {
            printf("%s: %s%s\n", paths[i], expect ? "does not fail any more" : oracle.fault,
                   expect ? "" : told());
            failed++;
        } else {
            passed++;
            if (die && !expect)
                passed += die_everywhere(paths[i], &failed);
        }
    }
    printf("%lu passed, %u failed\n", passed, failed);
    return failed > 0;
}

/* --- new stories --- */

/* Twice the same: one hash over all calls. */
static bool repeatable(void)
{
    uint64_t first = world.hash;

    (void)run_story();
    return world.hash == first;
}

struct run {
    uint64_t seed, stories, seconds, steps, most, allowed;
    bool covers, plain;
};

/* Of the stories that are wrong. */
static struct {
    unsigned lost, lost_told, twice, twice_told, other;
} faults;

static void count_fault(void)
{
    if (oracle.kind == FAULT_LOST || oracle.kind == FAULT_SILENT)
        *(oracle_is_told() ? &faults.lost_told : &faults.lost) += 1;
    else if (oracle.kind == FAULT_TWICE)
        *(oracle_is_told() ? &faults.twice_told : &faults.twice) += 1;
    else
        faults.other++;
}

static bool tell(const struct run *r, uint64_t seed, bool right)
{
    if (right && seed % REPEAT == 0 && !repeatable()) {
        printf("seed %llu: not the same twice\n", (unsigned long long)seed);
        return false;
    }
    if (right)
        return true;
    printf("seed %llu: %s%s\n", (unsigned long long)seed, oracle.fault, told());
    count_fault();
    if (!r->plain) {
        shorten();
        print_story();
    }
    return false;
}

static uint64_t running; /* the seed of the story that runs */

static int run_new(const struct run *r)
{
    time_t began = time(NULL);
    uint64_t i = 0, failed = 0, missed = 0, skipped = 0;

    for (; i < r->stories && failed < r->most; i++) {
        if (r->seconds && (uint64_t)(time(NULL) - began) >= r->seconds)
            break;
        running = r->seed + i;
        draw(running, (unsigned)(r->steps < STEPS_MAX ? r->steps : STEPS_MAX));
        failed += !tell(r, running, run_story());
    }
    if (r->covers)
        missed = cover_report((unsigned long)i);
    if (r->allowed && failed * 1000 <= i * r->allowed + CHANCE * UINT64_C(1000)) {
        skipped = failed;
        failed = 0;
    }
    if (failed + skipped > 0)
        printf(
            "lines lost: %u untold, %u told; counted twice: %u untold, %u told; other faults: %u\n",
            faults.lost, faults.lost_told, faults.twice, faults.twice_told, faults.other);
    printf("%llu passed, %llu failed", (unsigned long long)(i - failed - skipped),
           (unsigned long long)(failed + missed));
    printf(skipped ? ", %llu skipped\n" : "\n", (unsigned long long)skipped);
    return failed + missed > 0;
}

/* An assertion of logtally: which seed it was must be known. */
static void on_abort(int signo)
{
    char text[60];
    int n = snprintf(text, sizeof(text), "seed %llu: aborted\n", (unsigned long long)running);

    (void)signo;
    (void)write(STDOUT_FILENO, text, (size_t)n);
}

static void be_quiet(void)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    (void)dup2(null, STDERR_FILENO);
}

int main(int argc, char **argv)
{
    struct run r = {.seed = 1, .stories = 2000, .steps = 100, .most = 5};
    const struct {
        const char *name;
        uint64_t *number;
        bool *flag;
    } options[] = {
        {"--stories", &r.stories, NULL}, {"--seconds", &r.seconds, NULL},
        {"--seed", &r.seed, NULL},       {"--steps", &r.steps, NULL},
        {"--most", &r.most, NULL},       {"--allow", &r.allowed, NULL},
        {"--cover", NULL, &r.covers},    {"--plain", NULL, &r.plain},
    };
    bool die = false, trace = false;
    int i = 1;

    for (; i < argc && argv[i][0] == '-'; i++) {
        talks |= strcmp(argv[i], "--talk") == 0;
        die |= strcmp(argv[i], "--die") == 0;
        trace |= strcmp(argv[i], "--trace") == 0;
        storms |= strcmp(argv[i], "--storm") == 0;
        if (strcmp(argv[i], "--without") == 0 && i + 1 < argc)
            without = argv[++i];
        for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++) {
            if (strcmp(argv[i], options[k].name) != 0)
                continue;
            if (options[k].flag)
                *options[k].flag = true;
            else if (i + 1 < argc)
                *options[k].number = strtoull(argv[++i], NULL, 10);
        }
    }
    if (r.seconds)
        r.stories = UINT64_MAX;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)signal(SIGABRT, on_abort);
    if (!talks)
        be_quiet();
    if (trace) {
        without = "unpack,rewrite,backup,restore,unmount,mount,cut,settle,clock,hang,short,fail";
        draw(r.seed, (unsigned)(r.steps < STEPS_MAX ? r.steps : STEPS_MAX));
        trace_story();
        return 0;
    }
    return i < argc ? kept(argc - i, argv + i, die) : run_new(&r);
}
