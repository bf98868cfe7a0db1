/* The names of rotated files: how real rotators call what they leave, and names that look like it
 * and are logs or other files of their own. */
#include "suite.h"

#include "input/rotated.h"

/* The names that rotators leave of each base. */
static const struct rotated_case {
    const char *base, *names; /* of the names all lead to it */
    enum rotated is;
} rotated_names[] = {
    {"app.log",
     "app.log.1 app.log.0 app.log.12 app.log.99999 app.log.1.gz app.log.0.bz2 "
     "app.log.2.xz app.log.10.zst",
     ROTATED_SURE},
    {"app.log",
     "app.log-20260301 app.log-20260301.gz app.log-20260301-1772355600 "
     "app.log_2026-03-01 app.log.20260301 app.log_20260301",
     ROTATED_SURE},
    {"app.log",
     "app.log-2026030110 app.log-20260301-10 app.log-20260301_1000 "
     "app.log.202603011000 app.log.20260301100000 app.log-20260301T100000Z",
     ROTATED_SURE},
    {"app.log",
     "app-20260301.log app-20260301.log.xz app.20260301.log app_20260301.log "
     "app_2026-03-01.log app_2026_03_01.log app.2026.03.01.log",
     ROTATED_SURE},
    {"app.log",
     "app-2026-03-01T10-00-00.123.log app-2026-03-01T10-00-00.123.log.gz "
     "app-2026-03-01.log app-2026-03-01-10.log app-2026-03-01_10-30.log",
     ROTATED_SURE},
    {"app.log",
     "app.2026-03-01.log app.2026-03-01.0.log.gz app.2026-03-01.12.log app20260301.log "
     "app20260301_001.log app2026030110.log app202603011000.log app.2026-03.log",
     ROTATED_SURE},
    {"app.log",
     "app.log.2026-03-01 app.log.2026-03-01_10 app.log.2026-03-01_10-15-00 "
     "app.log.2026-03-01_10-15 app.log.2024-02-29 app.log.2026-03",
     ROTATED_SURE},
    {"app.log",
     "app__2026-03-01_00-00-00.log app-_2026-03-01.log app.log.old app.log.bak "
     "app.log.prev app.log.save app.log.Mon app.log.Sun app.log-old app.log-Tue "
     "app.log.old.gz",
     ROTATED_SURE},
    {"app.log",
     "app.log.1772355600 app.log-1772355600 app-1772355600.log app-1772355600123.log "
     "app.log.1772355600123 app.log.2.20260301 app.log.1.1772355600.gz",
     ROTATED_SURE},
    {"app.log",
     "app-2026-03-01T10:00:00.log app-2026-03-01T10:00:00.000+01:00.log "
     "app.log.2026-03-01T10:00:00Z app.log-2026-03-01T10:00:00+0100 "
     "app.log.2026-03-01T10:00:00,123 app-19991231.log",
     ROTATED_SURE},
    {"0.log", "0.log.20260301-100000 0.log.20260301-100000.gz", ROTATED_SURE},
    {"a1b2c3-json.log", "a1b2c3-json.log.1 a1b2c3-json.log.2.gz", ROTATED_SURE},
    {"postgresql.log", "postgresql-2026-03-01_000000.log postgresql-2026-03-01_000000.log.bz2",
     ROTATED_SURE},
    {"mysqld.err", "mysqld.err-old", ROTATED_SURE},
    {"slow.log", "slow.log.1", ROTATED_SURE},
    {"syslog", "syslog.1 syslog.2.gz syslog-20260301 syslog.0 syslog.old syslog_20260301",
     ROTATED_SURE},
    {"messages", "messages-20260301.xz messages.Fri", ROTATED_SURE},
    {"catalina.out", "catalina.out.2026-03-01 catalina.out-20260301.gz", ROTATED_SURE},
    {"localhost_access_log.txt", "localhost_access_log.2026-03-01.txt", ROTATED_SURE},
    {"nginx.access.log",
     "nginx.access.log-20260301.gz nginx.access.log.1 nginx.access-20260301.log", ROTATED_SURE},
    {"u_ex.log", "u_ex20260301.log", ROTATED_SURE},
    {"server.log", "server.log.2026-03-01-10 server.2026-03-01-1.log", ROTATED_SURE},
    {"worker-2.log", "worker-2.log.1 worker-2-20260301.log worker-2.log-20260301", ROTATED_SURE},
    {"app", "app.1772355600", ROTATED_SURE},
    {"trace.json", "trace-2026-03-01.json trace.2026-03-01.1.json.gz", ROTATED_SURE},
    {"app.log", "app.1.log app.1.log.gz app.12.log", ROTATED_WEAK},
    {"app.txt", "app.0.txt", ROTATED_WEAK},
    {"worker.log", "worker.2.log", ROTATED_WEAK},
    {"app-1.2.log", "app-1.2.3.log", ROTATED_WEAK},
    {"pino.log", "pino.1.log", ROTATED_WEAK},
    {"my.app.log", "my.app.3.log", ROTATED_WEAK},
};

static const char other_names[] =
    "app.log app.log.gz app.log.xz worker-2.log worker2.log worker_2.log app-v2.log "
    "app.log.swp .app.log.swp app.log~ app.log.orig app.log.rej app.log.tmp app.log.new "
    "app.log.lock app.log.pid app.log.part app.log.filepart app.log.offset app.log.json "
    "app.log.txt app.log.err app.log.bz app.log.zip.part app.log.123456 app.log.1a "
    "app.log.a1 app.log.-1 app.log.20261301 app.log-20260230 app.log-20250229 "
    "app.log-2026-02-30 app.log-2026-13-01 app-2026-00-10.log app-20260431.log "
    "app.log.18991231 app.log-21000101 app.2026-3-1.log app-2026-03_01.log "
    "app.log-26-03-01 app-010326.log app.log-12345 app.log-1 app.log_1 app.log-202603 "
    "app.log.0123456789 app.log.9999999999 build-20261399.log node-10-0-0-17.log "
    "ip-10-1-2-3.log app.log.oldest app.log.Monday app.log.mon app.log_old app.log.backup "
    "app.log.saved oldapp.log bak.log prev.log app.prev.log app.Mon.log postgresql- "
    "Mon.log app-old.log error.log access_log current lock state "
    "@4000000065e1a2b3000000ff.s @4000000065e1a2b3.u mysqld.log mysql-bin.000001.idx "
    "20260301.log 20260301 2026-03-01.log .1 -20260301 .20260301 1.log 1772355600.log "
    "app. app.. app..1x app-.log app_.log x a.b.c README.md core.1234567 "
    "app-2026-03-01.1log app120260301.log app.log-20260301x app.log-x20260301 app.log-- "
    "20260301x app-20260301-.log app.log-20260301- app-2026-03-01T25x.log "
    "data-2026-03-01a.log utf8-1234-5678.log app-20260301.log.part .app-20260301.log.swx "
    "app.log.100000 uuid-3f2a-20261.log 3f2504e0-4f89-11d3-9a0c-0305e82c3301.log "
    "app.log.gz.tmp";

/* How `name` leads to `base`; ROTATED_NOT when it does not. */
static enum rotated leads_to(struct slice name, const char *base)
{
    struct buf b = BUF_INIT;
    enum rotated found = ROTATED_NOT, is;

    for (unsigned nth = 0; (is = rotated_base(name, nth, &b)) != ROTATED_NOT; nth++)
        if (is > found && slice_eq(buf_all(&b), slice_str(base)))
            found = is;
    buf_release(&b);
    return found;
}

TEST_EACH(rotated_names_lead_to_their_base, sizeof(rotated_names) / sizeof(rotated_names[0]))
{
    const struct rotated_case *c = &rotated_names[_i];
    struct slice rest = slice_str(c->names), name;

    while (slice_cut(&rest, ' ', &name))
        if (leads_to(name, c->base) != c->is)
            ck_abort_msg("%.*s", (int)name.n, name.p);
}

TEST(other_names_lead_nowhere)
{
    struct slice rest = slice_str(other_names), name;
    struct buf base = BUF_INIT;

    while (slice_cut(&rest, ' ', &name))
        if (rotated_base(name, 0, &base) != ROTATED_NOT)
            ck_abort_msg("%.*s: %s", (int)name.n, name.p, base.p);
    ck_assert(rotated_base(SLICE(""), 0, &base) == ROTATED_NOT);
    buf_release(&base);
}

/* Sure names come before weak ones. */
TEST(a_name_may_have_several_bases)
{
    struct buf base = BUF_INIT;

    ck_assert(rotated_base(SLICE("app-2026-03-01.1.log"), 0, &base) == ROTATED_SURE);
    ck_assert_str_eq(base.p, "app.log");
    ck_assert(leads_to(SLICE("app-2026-03-01.1.log"), "app-2026-03-01.log") == ROTATED_WEAK);
    buf_release(&base);
}

TEST(compression_is_told_by_the_ending)
{
    static const char *const packed[] = {"a.gz",        "a.1.zst",     "a.xz",
                                         "a.log.2.bz2", "a.log.1.zip", "a.log.1.Z"};

    for (unsigned i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
        ck_assert(rotated_is_compressed(slice_str(packed[i])));
    ck_assert(!rotated_is_compressed(SLICE("a.gz.1")));
}
