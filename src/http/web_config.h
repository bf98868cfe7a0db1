/* web_config -- the web-config.yml that exporters of the Prometheus family share, as plain data.
 *
 * The format is that of https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md,
 * read as strictly: an unknown or repeated key is a mistake, an empty file is valid, paths are
 * relative to the file. Where its own check would take what we cannot do, ours says so:
 *
 *   suites without forward secrecy (TLS_RSA_*) and CBC with SHA-256 are unknown, as upstream's newer
 *   versions have it; a bcrypt cost above 16 (seconds of CPU for a guess) is refused; YAML merge keys
 *   (`<<`) are unknown keys; a CA file without a certificate, which refuses every client, is refused;
 *   so are more than 1,000 users.
 *
 * Knows neither GnuTLS nor microhttpd: names are checked against tables, certificates are text. */
#ifndef LT_HTTP_WEB_CONFIG_H
#define LT_HTTP_WEB_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdint.h>

/* A hash of basic_auth_users: `$2y$10$` and 53 characters. One of cost c takes 2^c. */
enum { BCRYPT_LENGTH = 60 };
static inline unsigned bcrypt_cost(const char *hash)
{
    return (unsigned)(hash[4] - '0') * 10 + (unsigned)(hash[5] - '0');
}

enum tls_version { TLS_10, TLS_11, TLS_12, TLS_13 };

/* client_auth_type, in the order of how much is asked. */
enum tls_client_auth {
    TLS_CLIENT_NONE,
    TLS_CLIENT_REQUEST,
    TLS_CLIENT_REQUIRE_ANY,
    TLS_CLIENT_VERIFY_IF_GIVEN,
    TLS_CLIENT_REQUIRE_AND_VERIFY,
};

enum tls_cipher {
    TLS_AES_128_GCM,
    TLS_AES_256_GCM,
    TLS_CHACHA20,
    TLS_AES_128_CBC,
    TLS_AES_256_CBC
};
enum tls_curve { TLS_X25519, TLS_P256, TLS_P384, TLS_P521, TLS_NCURVES };

/* Sets of suites of TLS 1.2 and before: a bit for each tls_cipher. */
struct tls_suites {
    unsigned rsa, ecdsa;
};

struct web_tls {
    bool wanted;
    struct slice cert, key, client_ca; /* PEM; client_ca.p == NULL: the system's */
    enum tls_client_auth client_auth;
    bool sans_given; /* client_allowed_sans; without any, no client certificate is right */
    const char **sans;
    unsigned nsans;
    enum tls_version min, max;
    struct tls_suites suites;
    bool prefer_server;
    enum tls_curve curves[TLS_NCURVES]; /* in order of preference */
    unsigned ncurves;
};

struct web_user {
    const char *name, *hash; /* bcrypt, 60 characters */
};

struct web_header {
    const char *name, *value;
};

/* A file as it was just before it was read; all zero: there was none. */
struct web_file_id {
    int64_t mtime_ns, size;
    uint64_t dev, ino;
};

struct web_file {
    const char *path;
    struct web_file_id id;
};

struct web_config {
    struct web_tls tls;
    struct web_header *headers; /* of every answer */
    unsigned nheaders;
    struct web_user *users; /* none: everybody may */
    unsigned nusers;
    int64_t interval_ns;    /* between requests, in the long run; 0: no limit */
    unsigned burst;         /* requests that may come at once */
    struct web_file *files; /* that it was read from, itself first */
    unsigned nfiles;
    struct arena text; /* everything above lies there */
};

/* 0, or -EINVAL with one sentence that begins with `path:line:` in *err. The files are listed in
 * either case. Release it in either case. */
int web_config_read(const char *path, struct web_config *ret, struct buf *err);
void web_config_release(struct web_config *c);

struct web_file_id web_file_look(const char *path);
bool web_file_same(const struct web_file_id *a, const struct web_file_id *b);

#endif
