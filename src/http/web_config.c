/* web_config -- a table of keys for each mapping of the file; a row knows how its value is read.
 *
 * libyaml gives the first document as a tree whose nodes know their lines. What a plain scalar
 * means (null, a truth value) is decided as go-yaml v2 does it, whose users write these files. */
#include "config.h"

#include "http/web_config.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/slurp.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <yaml.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { FILES_MAX = 4, BCRYPT_COST_MAX = 16 };
#define FILE_MOST ((size_t)1 << 20)
/* Both take time with their square, on the loop: libyaml the first, has_before the second. */
enum { DEPTH_MAX = 100, PAIRS_MAX = 1000 };

struct reading {
    yaml_document_t document;
    struct web_config *config;
    const char *path;
    struct buf *err;
    /* As written; certificates are read when the whole file is known. */
    struct slice cert, key, client_ca, cert_file, key_file, client_ca_file;
    bool client_auth_given;
};

typedef bool read_fn(struct reading *r, const yaml_node_t *value);

struct key {
    const char *name;
    read_fn *read;
};

static bool fail(struct reading *r, const yaml_node_t *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* One sentence; always false. */
static bool fail(struct reading *r, const yaml_node_t *at, const char *fmt, ...)
{
    va_list ap;

    buf_fmt(r->err, "%s:%zu: ", r->path, at ? at->start_mark.line + 1 : 1);
    va_start(ap, fmt);
    buf_vfmt(r->err, fmt, ap);
    va_end(ap);
    return false;
}

/* Nodes. */

static struct slice text_of(const yaml_node_t *n)
{
    return slice_make((const char *)n->data.scalar.value, n->data.scalar.length);
}

static bool is_plain(const yaml_node_t *n)
{
    return n->type == YAML_SCALAR_NODE && n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool is_one_of(struct slice s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(s, slice_str(words[i])))
            return true;
    return false;
}

static bool is_null(const yaml_node_t *n)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};

    return is_plain(n) && is_one_of(text_of(n), words, COUNT(words));
}

static bool scalar(struct reading *r, const yaml_node_t *n, struct slice *ret_text)
{
    if (n->type != YAML_SCALAR_NODE)
        return fail(r, n, "a text is wanted here, not a %s",
                    n->type == YAML_SEQUENCE_NODE ? "list" : "mapping");
    *ret_text = arena_slice(&r->config->text, text_of(n));
    if (memchr(ret_text->p, '\0', ret_text->n))
        return fail(r, n, "a NUL in a text");
    return true;
}

static bool truth(struct reading *r, const yaml_node_t *n, bool *ret)
{
    static const char *const yes[] = {"true", "True", "TRUE", "yes", "Yes", "YES",
                                      "on",   "On",   "ON",   "y",   "Y"};
    static const char *const no[] = {"false", "False", "FALSE", "no", "No", "NO",
                                     "off",   "Off",   "OFF",   "n",  "N"};

    if (!is_plain(n) ||
        !(is_one_of(text_of(n), yes, COUNT(yes)) || is_one_of(text_of(n), no, COUNT(no))))
        return fail(r, n, "true or false is wanted here");
    *ret = is_one_of(text_of(n), yes, COUNT(yes));
    return true;
}

/* The word's place in the list; -1 after a mistake. */
static int choice(struct reading *r, const yaml_node_t *n, const char *what,
                  const char *const *words, size_t nwords)
{
    struct slice s;

    if (!scalar(r, n, &s))
        return -1;
    for (size_t i = 0; i < nwords; i++)
        if (slice_eq(s, slice_str(words[i])))
            return (int)i;
    (void)fail(r, n, "unknown %s \"%.*s\"; known are ", what, SLICE_FMT(s));
    for (size_t i = 0; i < nwords; i++)
        buf_word(r->err, words[i], i, nwords, "and");
    return -1;
}

static yaml_node_t *node(struct reading *r, int index)
{
    return yaml_document_get_node(&r->document, index);
}

static bool has_before(struct reading *r, const yaml_node_pair_t *first,
                       const yaml_node_pair_t *pair)
{
    struct slice name = text_of(node(r, pair->key));

    for (const yaml_node_pair_t *p = first; p < pair; p++)
        if (slice_eq(text_of(node(r, p->key)), name))
            return true;
    return false;
}

static size_t pairs_of(const yaml_node_t *mapping)
{
    return (size_t)(mapping->data.mapping.pairs.top - mapping->data.mapping.pairs.start);
}

typedef bool pair_fn(struct reading *r, const yaml_node_t *key, const yaml_node_t *value,
                     const void *ctx);

/* Calls `each` for every pair of a mapping whose keys are texts that differ. `secret` is what a key is
 * called where its text is not to be told; NULL: by that. */
static bool mapping(struct reading *r, const yaml_node_t *n, const char *secret, pair_fn *each,
                    const void *ctx)
{
    if (is_null(n))
        return true;
    if (n->type != YAML_MAPPING_NODE)
        return fail(r, n, "a mapping is wanted here, not a %s",
                    n->type == YAML_SEQUENCE_NODE ? "list" : "text");
    if (pairs_of(n) > PAIRS_MAX)
        return fail(r, n, "more than %d of one kind", PAIRS_MAX);
    for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = node(r, p->key);

        if (key->type != YAML_SCALAR_NODE)
            return fail(r, key, "a key must be a text");
        if (has_before(r, n->data.mapping.pairs.start, p))
            return fail(r, key, "%.*s stands here twice",
                        SLICE_FMT(secret ? slice_str(secret) : text_of(key)));
        if (!each(r, key, node(r, p->value), ctx))
            return false;
    }
    return true;
}

struct keys {
    const struct key *list;
    size_t n;
};

static bool known_key(struct reading *r, const yaml_node_t *key, const yaml_node_t *value,
                      const void *ctx)
{
    const struct keys *keys = ctx;

    for (size_t i = 0; i < keys->n; i++)
        if (slice_eq(text_of(key), slice_str(keys->list[i].name)))
            return is_null(value) || keys->list[i].read(r, value);
    (void)fail(r, key, "unknown key %.*s; known are ", SLICE_FMT(text_of(key)));
    for (size_t i = 0; i < keys->n; i++)
        buf_word(r->err, keys->list[i].name, i, keys->n, "and");
    return false;
}

static bool section(struct reading *r, const yaml_node_t *n, const struct key *list, size_t nlist)
{
    return mapping(r, n, NULL, known_key, &(struct keys){list, nlist});
}

static size_t list_length(const yaml_node_t *n)
{
    return (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
}

static bool is_list(struct reading *r, const yaml_node_t *n)
{
    return n->type == YAML_SEQUENCE_NODE || fail(r, n, "a list is wanted here");
}

static const yaml_node_t *list_item(struct reading *r, const yaml_node_t *n, size_t i)
{
    return node(r, n->data.sequence.items.start[i]);
}

/* tls_server_config */

#define TEXT(field)                                                   \
    static bool read_##field(struct reading *r, const yaml_node_t *n) \
    {                                                                 \
        return scalar(r, n, &r->field);                               \
    }
TEXT(cert)
TEXT(key)
TEXT(client_ca)
TEXT(cert_file)
TEXT(key_file)
TEXT(client_ca_file)

static bool read_client_auth(struct reading *r, const yaml_node_t *n)
{
    static const char *const words[] = {"NoClientCert",
                                        "RequestClientCert",
                                        "RequireAnyClientCert",
                                        "VerifyClientCertIfGiven",
                                        "RequireAndVerifyClientCert",
                                        "RequireClientCert"};
    struct slice s;
    int i;

    if (scalar(r, n, &s) && s.n == 0)
        return true;
    i = choice(r, n, "client_auth_type", words, COUNT(words));
    r->client_auth_given = true;
    r->config->tls.client_auth = i == 5 ? TLS_CLIENT_REQUIRE_ANY : (enum tls_client_auth)i;
    return i >= 0;
}

static bool read_sans(struct reading *r, const yaml_node_t *n)
{
    struct web_tls *tls = &r->config->tls;
    struct slice s;

    if (!is_list(r, n))
        return false;
    tls->sans_given = true;
    tls->sans = arena_alloc(&r->config->text, list_length(n) * sizeof *tls->sans);
    for (size_t i = 0; i < list_length(n); i++) {
        if (!scalar(r, list_item(r, n, i), &s))
            return false;
        tls->sans[tls->nsans++] = s.p;
    }
    return true;
}

static bool read_version(struct reading *r, const yaml_node_t *n, enum tls_version *ret)
{
    static const char *const words[] = {"TLS10", "TLS11", "TLS12", "TLS13"};
    int i = choice(r, n, "TLS version", words, COUNT(words));

    *ret = (enum tls_version)i;
    return i >= 0;
}

static bool read_min(struct reading *r, const yaml_node_t *n)
{
    return read_version(r, n, &r->config->tls.min);
}

static bool read_max(struct reading *r, const yaml_node_t *n)
{
    return read_version(r, n, &r->config->tls.max);
}

/* The names of Go's crypto/tls. Those of TLS 1.3 cannot be chosen there either. */
static bool read_suites(struct reading *r, const yaml_node_t *n)
{
    enum { RSA = 0x10, ECDSA = 0x20, ANY = 0x40 };
    static const char *const words[] = {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                                        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
                                        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                                        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
                                        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                                        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                                        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                                        "TLS_AES_128_GCM_SHA256",
                                        "TLS_AES_256_GCM_SHA384",
                                        "TLS_CHACHA20_POLY1305_SHA256"};
    static const unsigned char means[] = {ECDSA | TLS_AES_128_GCM,
                                          ECDSA | TLS_AES_256_GCM,
                                          ECDSA | TLS_CHACHA20,
                                          ECDSA | TLS_CHACHA20,
                                          ECDSA | TLS_AES_128_CBC,
                                          ECDSA | TLS_AES_256_CBC,
                                          RSA | TLS_AES_128_GCM,
                                          RSA | TLS_AES_256_GCM,
                                          RSA | TLS_CHACHA20,
                                          RSA | TLS_CHACHA20,
                                          RSA | TLS_AES_128_CBC,
                                          RSA | TLS_AES_256_CBC,
                                          ANY,
                                          ANY,
                                          ANY};
    struct tls_suites *suites = &r->config->tls.suites;

    if (!is_list(r, n))
        return false;
    if (list_length(n) == 0)
        return true;
    *suites = (struct tls_suites){0, 0};
    for (size_t i = 0; i < list_length(n); i++) {
        int at = choice(r, list_item(r, n, i), "cipher suite", words, COUNT(words));

        if (at < 0)
            return false;
        if (means[at] & RSA)
            suites->rsa |= 1u << (means[at] & 0xf);
        if (means[at] & ECDSA)
            suites->ecdsa |= 1u << (means[at] & 0xf);
    }
    return true;
}

static bool read_prefer(struct reading *r, const yaml_node_t *n)
{
    return truth(r, n, &r->config->tls.prefer_server);
}

static bool read_curves(struct reading *r, const yaml_node_t *n)
{
    static const char *const words[TLS_NCURVES] = {
        [TLS_X25519] = "X25519", "CurveP256", "CurveP384", "CurveP521"};
    struct web_tls *tls = &r->config->tls;
    unsigned seen = 0;

    if (!is_list(r, n))
        return false;
    if (list_length(n) > 0)
        tls->ncurves = 0;
    for (size_t i = 0; i < list_length(n); i++) {
        int at = choice(r, list_item(r, n, i), "curve", words, COUNT(words));

        if (at < 0)
            return false;
        if (!(seen & 1u << at))
            tls->curves[tls->ncurves++] = (enum tls_curve)at;
        seen |= 1u << at;
    }
    return true;
}

static bool read_tls(struct reading *r, const yaml_node_t *n)
{
    static const struct key keys[] = {
        {"cert_file", read_cert_file},
        {"key_file", read_key_file},
        {"cert", read_cert},
        {"key", read_key},
        {"client_ca_file", read_client_ca_file},
        {"client_ca", read_client_ca},
        {"client_auth_type", read_client_auth},
        {"client_allowed_sans", read_sans},
        {"min_version", read_min},
        {"max_version", read_max},
        {"cipher_suites", read_suites},
        {"prefer_server_cipher_suites", read_prefer},
        {"curve_preferences", read_curves},
    };

    return section(r, n, keys, COUNT(keys));
}

/* http_server_config */

/* What may be asked for, and with what value. */
static const struct {
    const char *name, *values[2];
} headers[] = {
    {"Content-Security-Policy", {NULL}},
    {"Strict-Transport-Security", {NULL}},
    {"X-Content-Type-Options", {"nosniff"}},
    {"X-Frame-Options", {"deny", "sameorigin"}},
    {"X-XSS-Protection", {NULL}},
};

static bool read_header(struct reading *r, const yaml_node_t *key, const yaml_node_t *value,
                        const void *ctx)
{
    struct web_config *c = r->config;
    struct slice s;
    size_t i = 0;

    (void)ctx;
    while (i < COUNT(headers) && !slice_eq(text_of(key), slice_str(headers[i].name)))
        i++;
    if (i == COUNT(headers))
        return fail(r, key, "the header %.*s cannot be configured", SLICE_FMT(text_of(key)));
    if (!scalar(r, value, &s))
        return false;
    for (size_t k = 0; k < s.n; k++)
        if (iscntrl((unsigned char)s.p[k]))
            return fail(r, value, "a header is one line");
    if (headers[i].values[0] && !is_one_of(s, headers[i].values, headers[i].values[1] ? 2 : 1))
        return fail(r, value, "%s cannot be \"%.*s\"; write %s%s%s", headers[i].name, SLICE_FMT(s),
                    headers[i].values[0], headers[i].values[1] ? " or " : "",
                    headers[i].values[1] ? headers[i].values[1] : "");
    c->headers[c->nheaders++] = (struct web_header){headers[i].name, s.p};
    return true;
}

static bool read_headers(struct reading *r, const yaml_node_t *n)
{
    r->config->headers = arena_alloc(&r->config->text, sizeof(struct web_header) * COUNT(headers));
    return mapping(r, n, NULL, read_header, NULL);
}

/* We speak HTTP/1.1 alone, whatever is written. */
static bool read_http2(struct reading *r, const yaml_node_t *n)
{
    bool none;

    return truth(r, n, &none);
}

static bool read_http(struct reading *r, const yaml_node_t *n)
{
    static const struct key keys[] = {{"http2", read_http2}, {"headers", read_headers}};

    return section(r, n, keys, COUNT(keys));
}

/* rate_limit */

static bool whole_number(struct reading *r, const yaml_node_t *n, int64_t most, int64_t *ret)
{
    struct num v;
    struct slice s;

    if (!scalar(r, n, &s))
        return false;
    if (!is_plain(n) || num_parse(s, &UNIT_PLAIN, &v) < 0 || !v.integral || v.u > (uint64_t)most)
        return fail(r, n, "a whole number from 0 is wanted here");
    *ret = (int64_t)v.u;
    return true;
}

static bool read_burst(struct reading *r, const yaml_node_t *n)
{
    int64_t burst;

    if (!whole_number(r, n, INT_MAX, &burst))
        return false;
    r->config->burst = (unsigned)burst;
    return true;
}

/* As Go's time.Duration: "1s", or a number of nanoseconds. */
static bool read_interval(struct reading *r, const yaml_node_t *n)
{
    if (n->type == YAML_SCALAR_NODE && duration_parse(text_of(n), &r->config->interval_ns) == 0)
        return true;
    return whole_number(r, n, INT64_MAX, &r->config->interval_ns);
}

static bool read_rate(struct reading *r, const yaml_node_t *n)
{
    static const struct key keys[] = {{"interval", read_interval}, {"burst", read_burst}};

    return section(r, n, keys, COUNT(keys));
}

/* basic_auth_users */

static const char *wrong_hash(struct slice s)
{
    unsigned cost;

    if (s.n != BCRYPT_LENGTH || s.p[0] != '$' || s.p[1] != '2' || !memchr("aby", s.p[2], 3) ||
        s.p[3] != '$' || !char_is_digit(s.p[4]) || !char_is_digit(s.p[5]) || s.p[6] != '$')
        return "is no bcrypt hash ($2y$10$..., 60 characters; made by htpasswd -nBC 10 \"\")";
    cost = bcrypt_cost(s.p);
    if (cost < 4 || cost > 31)
        return "has a cost that bcrypt does not have";
    for (size_t i = 7; i < s.n; i++)
        if (!char_is_letter(s.p[i]) && !char_is_digit(s.p[i]) && s.p[i] != '.' && s.p[i] != '/')
            return "is no bcrypt hash: a character that it cannot have";
    return cost > BCRYPT_COST_MAX ? "has a cost above 16: each guess would take seconds" : NULL;
}

/* Who there is stands in no log: the line says which. */
static bool read_user(struct reading *r, const yaml_node_t *key, const yaml_node_t *value,
                      const void *ctx)
{
    struct web_config *c = r->config;
    struct slice name, hash;
    const char *wrong;

    (void)ctx;
    if (!scalar(r, key, &name))
        return false;
    if (memchr(text_of(key).p, ':', text_of(key).n))
        return fail(r, key, "a user's name has no colon (RFC 7617)");
    if (!scalar(r, value, &hash))
        return false;
    wrong = wrong_hash(hash);
    if (wrong)
        return fail(r, value, "the password %s", wrong);
    c->users[c->nusers++] = (struct web_user){name.p, hash.p};
    return true;
}

static bool read_users(struct reading *r, const yaml_node_t *n)
{
    if (n->type == YAML_MAPPING_NODE)
        r->config->users = arena_alloc(&r->config->text, sizeof(struct web_user) * pairs_of(n));
    return mapping(r, n, "a user", read_user, NULL);
}

static bool read_all(struct reading *r, const yaml_node_t *n)
{
    static const struct key keys[] = {{"tls_server_config", read_tls},
                                      {"http_server_config", read_http},
                                      {"rate_limit", read_rate},
                                      {"basic_auth_users", read_users}};

    return section(r, n, keys, COUNT(keys));
}

/* Files. */

/* The name as one would open it: relative to the web-config file. */
static const char *beside(struct reading *r, struct slice name)
{
    struct buf b = BUF_INIT;
    const char *path;

    buf_beside(&b, r->path, name);
    path = arena_strslice(&r->config->text, buf_all(&b));
    buf_release(&b);
    return path;
}

struct web_file_id web_file_look(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return (struct web_file_id){0};
    return (struct web_file_id){clock_ns(st.st_mtim.tv_sec, st.st_mtim.tv_nsec), st.st_size,
                                st.st_dev, st.st_ino};
}

bool web_file_same(const struct web_file_id *a, const struct web_file_id *b)
{
    return a->mtime_ns == b->mtime_ns && a->size == b->size && a->dev == b->dev && a->ino == b->ino;
}

/* No pipe: read again it would be empty, which is valid and lets everybody in. */
static bool load_file(struct web_config *c, const char *path, struct buf *out, struct buf *why)
{
    c->files[c->nfiles++] = (struct web_file){path, web_file_look(path)};
    return slurp_given(path, FILE_MOST, false, out, why);
}

/* A file wins over a text. */
static bool load_pem(struct reading *r, struct slice file, struct slice text, struct slice *ret_pem)
{
    struct web_config *c = r->config;
    struct buf b = BUF_INIT, why = BUF_INIT;
    bool fine;

    *ret_pem = text;
    if (file.n == 0)
        return true;
    fine = load_file(c, beside(r, file), &b, &why);
    if (fine)
        *ret_pem = arena_slice(&c->text, buf_all(&b));
    else
        (void)fail(r, NULL, "%s: %s", c->files[c->nfiles - 1].path, why.p);
    buf_release(&b);
    buf_release(&why);
    return fine;
}

/* Each is read, also after a mistake in another: all are watched. */
static bool load_certificates(struct reading *r)
{
    struct web_tls *tls = &r->config->tls;
    bool fine = load_pem(r, r->cert_file, r->cert, &tls->cert);

    fine &= load_pem(r, r->key_file, r->key, &tls->key);
    fine &= load_pem(r, r->client_ca_file, r->client_ca, &tls->client_ca);
    return fine;
}

static bool check_tls(struct reading *r)
{
    struct web_tls *tls = &r->config->tls;

    bool cert = r->cert.n || r->cert_file.n, key = r->key.n || r->key_file.n;
    bool ca = r->client_ca.n || r->client_ca_file.n;

    tls->wanted = cert || key || ca || r->client_auth_given;
    if (!tls->wanted)
        return true;
    if (!cert)
        return fail(r, NULL, "tls_server_config has no cert_file");
    if (!key)
        return fail(r, NULL, "tls_server_config has no key_file");
    if (ca && tls->client_auth == TLS_CLIENT_NONE)
        return fail(r, NULL, "client_ca_file asks for nothing without a client_auth_type");
    return tls->min <= tls->max || fail(r, NULL, "min_version is above max_version");
}

/* By its brackets, also those of texts and comments. */
static bool is_too_deep(struct slice text)
{
    unsigned depth = 0;

    for (size_t i = 0; i < text.n && depth <= DEPTH_MAX; i++)
        if (text.p[i] == '[' || text.p[i] == '{')
            depth++;
        else if (depth && (text.p[i] == ']' || text.p[i] == '}'))
            depth--;
    return depth > DEPTH_MAX;
}

static bool read_document(struct reading *r, struct slice text)
{
    yaml_parser_t parser;
    yaml_node_t *root;
    bool fine;

    if (is_too_deep(text))
        return fail(r, NULL, "more than %d brackets within each other", DEPTH_MAX);
    if (!yaml_parser_initialize(&parser))
        return fail(r, NULL, "no memory for YAML");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
    if (!yaml_parser_load(&parser, &r->document)) {
        size_t line = parser.problem_mark.line + 1, lines = slice_count(text, '\n');

        buf_fmt(r->err, "%s:%zu: %s", r->path, line > lines && lines ? lines : line,
                parser.problem);
        yaml_parser_delete(&parser);
        return false;
    }
    root = yaml_document_get_root_node(&r->document);
    fine = root == NULL || read_all(r, root);
    yaml_document_delete(&r->document);
    yaml_parser_delete(&parser);
    return fine;
}

static const struct web_tls default_tls = {
    .min = TLS_12,
    .max = TLS_13,
    .suites = {.rsa = ~0u, .ecdsa = ~0u},
    .prefer_server = true,
    .curves = {TLS_X25519, TLS_P256, TLS_P384, TLS_P521},
    .ncurves = TLS_NCURVES,
};

int web_config_read(const char *path, struct web_config *ret, struct buf *err)
{
    struct reading r = {.config = ret, .path = path, .err = err};
    struct buf text = BUF_INIT, why = BUF_INIT;
    bool fine;

    *ret = (struct web_config){.tls = default_tls};
    ret->files = arena_alloc(&ret->text, FILES_MAX * sizeof *ret->files);
    fine = load_file(ret, arena_str(&ret->text, path), &text, &why);
    if (!fine)
        buf_fmt(err, "%s: %s", path, why.p);
    fine = fine && read_document(&r, buf_all(&text)) && check_tls(&r) && load_certificates(&r);
    buf_release(&text);
    buf_release(&why);
    return fine ? 0 : -EINVAL;
}

void web_config_release(struct web_config *c)
{
    arena_release(&c->text);
}
