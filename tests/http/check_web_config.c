/* check_web_config -- the file that exporters share: what is right, what is wrong, and on which line.
 *
 * The verdicts and the lines are those of `promtool check web-config` (2.42), which
 * tests/e2e/web_config.py asks about the same kinds; rows marked `ours` it does not know. */
#include "config.h"

#include "suite.h"

#include "http/web_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/web_config.XXXXXX";
static char path[64];
static struct web_config config;
static struct buf err;

static void put(const char *name, const char *text)
{
    char full[64];
    FILE *f;

    snprintf(full, sizeof full, "%s/%s", dir, name);
    f = fopen(full, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/web.yml", dir);
    put("cert.pem", "CERT\n");
    put("key.pem", "KEY\n");
    put("ca.pem", "CA\n");
}

static void end(void)
{
    static const char *const names[] = {"cert.pem", "key.pem", "ca.pem", "web.yml"};
    char full[64];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(full, sizeof full, "%s/%s", dir, names[i]);
        (void)unlink(full);
    }
    ck_assert_int_eq(rmdir(dir), 0);
    web_config_release(&config);
    buf_release(&err);
}

static int read_text(const char *text)
{
    put("web.yml", text);
    web_config_release(&config);
    buf_clear(&err);
    return web_config_read(path, &config, &err);
}

FIXTURE(begin, end);

#define CERTS "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
#define HASH "$2y$10$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku"

static const char *const right[] = {
    "",
    "---\n",
    "{}\n",
    "tls_server_config:\n",
    "tls_server_config: ~\nbasic_auth_users:\n",
    CERTS,
    CERTS "  min_version: TLS10\n  max_version: TLS13\n",
    CERTS "  cipher_suites: []\n",
    CERTS "  cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]\n",
    CERTS "  curve_preferences: [CurveP521, X25519]\n  prefer_server_cipher_suites: no\n",
    CERTS "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n",
    CERTS "  client_auth_type: RequireClientCert\n",
    CERTS "  client_auth_type: NoClientCert\n",
    "http_server_config:\n  http2: on\n  headers:\n    X-Frame-Options: deny\n",
    "basic_auth_users:\n  alice: " HASH "\n  5: " HASH "\n",
    "http_server_config: {}\n---\nnot: read\n",
    /* ours */
    "tls_server_config:\n  cert: |\n    CERT\n  key: |\n    KEY\n",
    "rate_limit:\n  interval: 100ms\n  burst: 5\n",
    "rate_limit:\n  interval: 1000000\n",
    CERTS "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a.example]\n",
};

TEST_EACH(a_right_file_is_read, sizeof right / sizeof *right)
{
    ck_assert_msg(read_text(right[_i]) == 0, "%s: %s", right[_i], err.p);
    ck_assert_uint_eq(err.n, 0);
}

/* Each took minutes of the loop, or seconds. */
TEST(what_is_large_without_sense_is_refused_at_once)
{
    static const char *const said[] = {"brackets within each other", "brackets within each other",
                                       "more than 1000 of one kind"};
    struct buf text = BUF_INIT;

    for (unsigned i = 0; i < 3; i++) {
        buf_clear(&text);
        buf_str(&text, i == 2 ? "basic_auth_users:\n" : "");
        for (unsigned k = 0; k < (i == 2 ? 1001 : 200000); k++)
            buf_fmt(&text, i == 0 ? "[ " : i == 1 ? "{a: " : "  u%u: " HASH "\n", k);
        ck_assert_int_eq(read_text(text.p), -EINVAL);
        ck_assert_msg(strstr(err.p, said[i]) != NULL, "%s", err.p);
        buf_clear(&err);
    }
    buf_release(&text);
}

static const struct {
    int line;
    const char *text, *said;
} wrong[] = {
    {4, CERTS "  bogus: 1\n", "unknown key bogus"},
    {1, "foo: 1\n", "unknown key foo"},
    {4, CERTS "  cert_file: cert.pem\n", "cert_file stands here twice"},
    {3, "basic_auth_users:\n  alice: " HASH "\n  alice: " HASH "\n",
     ":3: a user stands here twice"},
    {2, "basic_auth_users:\n  alice: plain\n", ":2: the password is no bcrypt hash"},
    {2, "basic_auth_users:\n  a: $2y$99$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku\n",
     "a cost that bcrypt does not have"},
    {2, "basic_auth_users:\n  a: $2y$17$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku\n",
     "each guess would take seconds"},
    {2, "basic_auth_users:\n  a: $2y$10$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8K!\n",
     "a character that it cannot have"},
    {2, "basic_auth_users:\n  a:b: " HASH "\n", "has no colon"},
    {2, "basic_auth_users:\n  \"a\\0b\": " HASH "\n", "a NUL in a text"},
    {4, CERTS "  min_version: TLS9\n", "unknown TLS version \"TLS9\"; known are TLS10"},
    {1, CERTS "  min_version: TLS13\n  max_version: TLS12\n", "min_version is above"},
    {4, CERTS "  cipher_suites: [NOPE]\n", "unknown cipher suite \"NOPE\""},
    {4, CERTS "  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n", "unknown cipher suite"},
    {4, CERTS "  cipher_suites: TLS_AES_128_GCM_SHA256\n", "a list is wanted here"},
    {4, CERTS "  curve_preferences: [CurveP999]\n", "unknown curve \"CurveP999\""},
    {4, CERTS "  client_auth_type: Maybe\n", "unknown client_auth_type \"Maybe\""},
    {1, CERTS "  client_ca_file: ca.pem\n", "without a client_auth_type"},
    {1, "tls_server_config:\n  key_file: key.pem\n", "has no cert_file"},
    {1, "tls_server_config:\n  cert_file: cert.pem\n", "has no key_file"},
    {1, "tls_server_config:\n  client_auth_type: NoClientCert\n", "has no cert_file"},
    {1, "tls_server_config:\n  cert_file: no.pem\n  key_file: key.pem\n", "No such file"},
    {1, "tls_server_config:\n  cert_file: /dev/null\n  key_file: key.pem\n",
     "it is no regular file"},
    {1, "tls_server_config: [1]\n", "a mapping is wanted here, not a list"},
    {2, "tls_server_config:\n  cert_file: [a]\n", "a text is wanted here, not a list"},
    {1, "- a\n", "a mapping is wanted here, not a list"},
    {1, "text\n", "a mapping is wanted here, not a text"},
    {2, "http_server_config:\n  http2: \"yes\"\n", "true or false"},
    {2, "http_server_config:\n  http2: maybe\n", "true or false"},
    {3, "http_server_config:\n  headers:\n    X-Foo: a\n", "X-Foo cannot be configured"},
    {3, "http_server_config:\n  headers:\n    X-Frame-Options: never\n",
     "write deny or sameorigin"},
    {3, "http_server_config:\n  headers:\n    X-Content-Type-Options: sniff\n", "write nosniff"},
    {3, "http_server_config:\n  headers:\n    X-XSS-Protection: \"a\\nb: c\"\n", "one line"},
    {2, "rate_limit:\n  burst: -1\n", "a whole number"},
    {2, "rate_limit:\n  interval: soon\n", "a whole number"},
    {2, "tls_server_config:\n   cert_file: [\n", "did not find expected node content"},
    {1, "tls_server_config: \"\\0\"\n", "a mapping is wanted here"},
    {2, "tls_server_config:\n  cert_file: \"a\\0b\"\n", "a NUL"},
    {2, "basic_auth_users:\n  a: 'x2y$10$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku'\n",
     "is no bcrypt hash"},
    {2, "basic_auth_users:\n  a: '$3y$10$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku'\n",
     "is no bcrypt hash"},
    {2, "basic_auth_users:\n  a: '$2c$10$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku'\n",
     "is no bcrypt hash"},
    {2, "basic_auth_users:\n  a: '$2yx10$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku'\n",
     "is no bcrypt hash"},
    {2, "basic_auth_users:\n  a: '$2y$x0$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku'\n",
     "is no bcrypt hash"},
    {2, "basic_auth_users:\n  a: '$2y$1x$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku'\n",
     "is no bcrypt hash"},
    {2, "basic_auth_users:\n  a: '$2y$10xWFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku'\n",
     "is no bcrypt hash"},
    {2, "basic_auth_users:\n  a: $2y$03$WFyLRug75n5c0eHyKjP9BOg8Edwzwx9zhXE7fq.d1UacK5ou2k8Ku\n",
     "a cost that bcrypt does not have"},
    {2, "basic_auth_users:\n  a: [b]\n", "a text is wanted here, not a list"},
    {1, "basic_auth_users: text\n", "a mapping is wanted here, not a text"},
    {1, "? [a]\n: b\n", "a key must be a text"},
    {2, "rate_limit:\n  interval: [1s]\n", "a text is wanted here, not a list"},
    {2, "rate_limit:\n  burst: 99999999999999\n", "a whole number"},
    {2, "rate_limit:\n  burst: \"5\"\n", "a whole number"},
    {3, "http_server_config:\n  headers:\n    X-Frame-Options: [deny]\n",
     "a text is wanted here, not a list"},
    {4, CERTS "  client_allowed_sans: a\n", "a list is wanted here"},
    {4, CERTS "  client_allowed_sans: [[a]]\n", "a text is wanted here, not a list"},
    {4, CERTS "  curve_preferences: X25519\n", "a list is wanted here"},
    {4, CERTS "  client_auth_type: [a]\n", "a text is wanted here, not a list"},
    {4, CERTS "  min_version: {}\n", "a text is wanted here, not a mapping"},
    {4, CERTS "  cipher_suites: [{}]\n", "a text is wanted here, not a mapping"},
};

TEST_EACH(a_wrong_file_is_refused_with_its_line, sizeof wrong / sizeof *wrong)
{
    char at[80];

    ck_assert_msg(read_text(wrong[_i].text) < 0, "%s", wrong[_i].text);
    ck_assert_msg(strstr(err.p, wrong[_i].said) != NULL, "%s", err.p);
    snprintf(at, sizeof at, "%s:%d: ", path, wrong[_i].line);
    ck_assert_msg(strncmp(err.p, at, strlen(at)) == 0, "%s", err.p);
    ck_assert_uint_eq(config.files[0].id.size, strlen(wrong[_i].text));
}

TEST(a_file_that_is_not_there_is_said)
{
    ck_assert_int_lt(web_config_read("/nowhere/web.yml", &config, &err), 0);
    ck_assert_str_eq(err.p, "/nowhere/web.yml: No such file or directory");
}

TEST(what_was_written_is_what_is_read)
{
    ck_assert_int_eq(read_text(CERTS
                               "  client_ca_file: ca.pem\n"
                               "  client_auth_type: VerifyClientCertIfGiven\n"
                               "  client_allowed_sans: [a, b]\n"
                               "  max_version: TLS12\n"
                               "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305, "
                               "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n"
                               "  curve_preferences: [CurveP384, CurveP384, X25519]\n"
                               "http_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n"
                               "rate_limit:\n  interval: 2s\n  burst: 7\n"
                               "basic_auth_users:\n  alice: " HASH "\n"),
                     0);
    ck_assert(config.tls.wanted && slice_eq(config.tls.cert, SLICE("CERT\n")));
    ck_assert(slice_eq(config.tls.key, SLICE("KEY\n")));
    ck_assert(slice_eq(config.tls.client_ca, SLICE("CA\n")));
    ck_assert_int_eq(config.tls.client_auth, TLS_CLIENT_VERIFY_IF_GIVEN);
    ck_assert(config.tls.sans_given && config.tls.nsans == 2);
    ck_assert_str_eq(config.tls.sans[1], "b");
    ck_assert_int_eq(config.tls.min, TLS_12);
    ck_assert_int_eq(config.tls.max, TLS_12);
    ck_assert_uint_eq(config.tls.suites.ecdsa, 1u << TLS_CHACHA20);
    ck_assert_uint_eq(config.tls.suites.rsa, 1u << TLS_AES_256_GCM);
    ck_assert_uint_eq(config.tls.ncurves, 2);
    ck_assert_int_eq(config.tls.curves[0], TLS_P384);
    ck_assert_uint_eq(config.nheaders, 1);
    ck_assert_str_eq(config.headers[0].value, "sameorigin");
    ck_assert_int_eq(config.interval_ns, 2000000000);
    ck_assert_uint_eq(config.burst, 7);
    ck_assert_str_eq(config.users[0].name, "alice");
    ck_assert_str_eq(config.users[0].hash, HASH);
    ck_assert_uint_eq(config.nfiles, 4);
}

TEST(defaults_are_those_of_the_format)
{
    ck_assert_int_eq(read_text(CERTS), 0);
    ck_assert_int_eq(config.tls.min, TLS_12);
    ck_assert_int_eq(config.tls.max, TLS_13);
    ck_assert(config.tls.prefer_server && !config.tls.sans_given);
    ck_assert_uint_eq(config.tls.ncurves, TLS_NCURVES);
    ck_assert_uint_eq(config.nusers + config.nheaders + config.burst, 0);
}

TEST(a_file_that_changed_is_another)
{
    struct web_file_id before, after;

    ck_assert_int_eq(read_text(""), 0);
    before = web_file_look(path);
    ck_assert(web_file_same(&before, &config.files[0].id));
    put("web.yml", "{}\n");
    after = web_file_look(path);
    ck_assert(!web_file_same(&before, &after));
    for (int i = 0; i < 4; i++) {
        struct web_file_id other = before;

        other.mtime_ns += i == 0;
        other.size += i == 1;
        other.dev += i == 2;
        other.ino += i == 3;
        ck_assert(!web_file_same(&before, &other));
    }
}
