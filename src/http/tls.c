/* tls -- GnuTLS told to do what Go's crypto/tls does with the same settings.
 *
 * Priority strings are axes (key exchange, cipher, MAC), not suites. With one kind of key a
 * certificate picks one key exchange, GCM and ChaCha20 go with AEAD alone and CBC with SHA1 alone,
 * so the product is exactly the suites that were asked for. But the list also rules TLS 1.3, whose
 * suites nobody chooses: the priorities offered first allow both, and after the client's hello, when
 * the version is known, those of that version are set. */
#include "config.h"

#include "http/tls.h"

#include "http/turns.h"

#include "base/refs.h"
#include "base/xalloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>

struct tls {
    atomic_uint refs;
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t any, before_13, only_13;
    gnutls_datum_t tickets; /* the key of this object's session tickets */
    enum tls_client_auth client_auth;
    bool sans_given;
    char **sans;
    unsigned nsans;
};

static bool said(int r, const char *what, struct buf *err)
{
    return r >= 0 || buf_fail(err, "%s: %s", what, gnutls_strerror(r));
}

/* Priorities. */

static void add_versions(struct buf *b, enum tls_version from, enum tls_version to)
{
    static const char *const names[] = {"1.0", "1.1", "1.2", "1.3"};

    for (unsigned v = from; v <= to; v++)
        buf_fmt(b, ":+VERS-TLS%s", names[v]);
}

static void add_ciphers(struct buf *b, unsigned set)
{
    static const char *const names[] = {[TLS_AES_128_GCM] = "AES-128-GCM:+AEAD",
                                        [TLS_AES_256_GCM] = "AES-256-GCM:+AEAD",
                                        [TLS_CHACHA20] = "CHACHA20-POLY1305:+AEAD",
                                        [TLS_AES_128_CBC] = "AES-128-CBC:+SHA1",
                                        [TLS_AES_256_CBC] = "AES-256-CBC:+SHA1"};

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (set & 1u << i)
            buf_fmt(b, ":+%s", names[i]);
}

static void add_curves(struct buf *b, const struct web_tls *s)
{
    static const char *const names[] = {
        [TLS_X25519] = "X25519", "SECP256R1", "SECP384R1", "SECP521R1"};

    for (unsigned i = 0; i < s->ncurves; i++)
        buf_fmt(b, ":+GROUP-%s", names[s->curves[i]]);
}

#define CIPHERS_13 (1u << TLS_AES_128_GCM | 1u << TLS_AES_256_GCM | 1u << TLS_CHACHA20)

static int set_priority(const struct web_tls *s, enum tls_version min, const char *exchange,
                        unsigned ciphers, gnutls_priority_t *ret)
{
    struct buf b = BUF_INIT;
    int r;

    buf_fmt(&b, "NONE:+CTYPE-X509:+COMP-NULL:+SIGN-ALL:+%s", exchange);
    add_versions(&b, min, s->max);
    add_ciphers(&b, ciphers);
    add_curves(&b, s);
    if (s->prefer_server)
        buf_str(&b, ":%SERVER_PRECEDENCE");
    r = gnutls_priority_init(ret, b.p, NULL);
    buf_release(&b);
    return r;
}

/* The kind of key decides which suites there can be. */
static bool set_priorities(struct tls *t, const struct web_tls *s, struct buf *err)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned n = 0;
    bool rsa;
    int r = gnutls_certificate_get_x509_crt(t->credentials, 0, &list, &n);

    if (!said(r, "cert_file", err))
        return false;
    r = n ? gnutls_x509_crt_get_pk_algorithm(list[0], NULL) : GNUTLS_PK_UNKNOWN;
    rsa = r == GNUTLS_PK_RSA || r == GNUTLS_PK_RSA_PSS;
    for (unsigned i = 0; i < n; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
    const char *exchange = rsa ? "ECDHE-RSA" : "ECDHE-ECDSA";
    unsigned suites = rsa ? s->suites.rsa : s->suites.ecdsa;

    if (suites == 0 && s->max < TLS_13)
        return buf_fail(err, "cipher_suites has none for the certificate's %s key",
                        rsa ? "RSA" : "ECDSA");
    /* Without a suite for the versions before 1.3 there are none of these. */
    enum tls_version min = suites ? s->min : TLS_13;

    return said(set_priority(s, min, exchange, suites | CIPHERS_13, &t->any), "TLS settings",
                err) &&
           said(set_priority(s, min, exchange, suites ? suites : CIPHERS_13, &t->before_13),
                "TLS settings", err) &&
           said(set_priority(s, min, exchange, CIPHERS_13, &t->only_13), "TLS settings", err);
}

/* Certificates. */

static gnutls_datum_t datum(struct slice s)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)s.p, (unsigned)s.n};
}

static bool set_certificates(struct tls *t, const struct web_tls *s, struct buf *err)
{
    gnutls_datum_t cert = datum(s->cert), key = datum(s->key), ca = datum(s->client_ca);
    int r;

    if (!said(gnutls_certificate_allocate_credentials(&t->credentials), "TLS", err) ||
        !said(gnutls_certificate_set_x509_key_mem2(t->credentials, &cert, &key, GNUTLS_X509_FMT_PEM,
                                                   NULL, 0),
              "cert_file and key_file", err))
        return false;
    if (s->client_auth < TLS_CLIENT_VERIFY_IF_GIVEN)
        return true;
    r = ca.size ? gnutls_certificate_set_x509_trust_mem(t->credentials, &ca, GNUTLS_X509_FMT_PEM)
                : gnutls_certificate_set_x509_system_trust(t->credentials);
    if (r == 0)
        return buf_fail(err, "client_ca_file has no certificate");
    return said(r, "client_ca_file", err);
}

static void copy_sans(struct tls *t, const struct web_tls *s)
{
    t->client_auth = s->client_auth;
    t->sans_given = s->sans_given && s->client_auth != TLS_CLIENT_NONE;
    t->sans = s->nsans ? xcalloc(s->nsans, sizeof *t->sans) : NULL;
    for (; t->nsans < s->nsans; t->nsans++)
        t->sans[t->nsans] = xstrdup(s->sans[t->nsans]);
}

int tls_new(const struct web_tls *s, struct tls **ret_tls, struct buf *err)
{
    struct tls *t = xcalloc(1, sizeof *t);

    atomic_init(&t->refs, 1);
    copy_sans(t, s);
    if (!set_certificates(t, s, err) || !set_priorities(t, s, err) ||
        !said(gnutls_session_ticket_key_generate(&t->tickets), "TLS", err)) {
        tls_unref(t);
        return -EINVAL;
    }
    *ret_tls = t;
    return 0;
}

struct tls *tls_ref(struct tls *t)
{
    refs_take(&t->refs);
    return t;
}

static void free_priority(gnutls_priority_t p)
{
    if (p)
        gnutls_priority_deinit(p);
}

void tls_unref(struct tls *t)
{
    if (t == NULL || !refs_drop(&t->refs))
        return;
    free_priority(t->any);
    free_priority(t->before_13);
    free_priority(t->only_13);
    if (t->credentials)
        gnutls_certificate_free_credentials(t->credentials);
    gnutls_memset(t->tickets.data, 0, t->tickets.size);
    gnutls_free(t->tickets.data);
    for (unsigned i = 0; i < t->nsans; i++)
        free(t->sans[i]);
    free(t->sans);
    free(t);
}

/* One connection. */

static bool is_allowed(const struct tls *t, const unsigned char *name, size_t n)
{
    for (unsigned i = 0; i < t->nsans; i++)
        if (slice_eq(slice_make((const char *)name, n), slice_str(t->sans[i])))
            return true;
    return false;
}

/* An address is compared as it is written. */
static bool address_is_allowed(const struct tls *t, const unsigned char *bytes, size_t n)
{
    char text[INET6_ADDRSTRLEN];

    return (n == 4 || n == 16) &&
           inet_ntop(n == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text) &&
           is_allowed(t, (unsigned char *)text, strlen(text));
}

static bool has_allowed_san(const struct tls *t, gnutls_x509_crt_t cert)
{
    bool found = false;

    for (unsigned i = 0; !found; i++) {
        unsigned char name[1024];
        size_t n = sizeof name;
        unsigned type;
        int r = gnutls_x509_crt_get_subject_alt_name2(cert, i, name, &n, &type, NULL);

        if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        if (r < 0) /* longer than any that is configured, or none that we know */
            continue;
        found =
            type == GNUTLS_SAN_IPADDRESS ? address_is_allowed(t, name, n) : is_allowed(t, name, n);
    }
    return found;
}

static bool san_is_right(const struct tls *t, const gnutls_datum_t *der)
{
    gnutls_x509_crt_t cert;
    bool right;

    if (!t->sans_given)
        return true;
    if (gnutls_x509_crt_init(&cert) < 0)
        return false;
    right = gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER) >= 0 && has_allowed_san(t, cert);
    gnutls_x509_crt_deinit(cert);
    return right;
}

static bool is_verified(gnutls_session_t session)
{
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                     .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
    unsigned status = 0;

    return gnutls_certificate_verify_peers(session, &purpose, 1, &status) == 0 && status == 0;
}

/* Called by the handshake. Whether there must be a certificate was said to GnuTLS. */
static int verify(gnutls_session_t session)
{
    const struct tls *t = gnutls_session_get_ptr(session);
    unsigned n = 0;
    const gnutls_datum_t *certs = gnutls_certificate_get_peers(session, &n);

    if (certs == NULL || n == 0)
        return 0;
    if (t->client_auth >= TLS_CLIENT_VERIFY_IF_GIVEN && !is_verified(session))
        return GNUTLS_E_CERTIFICATE_ERROR;
    return san_is_right(t, &certs[0]) ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

static int after_hello(gnutls_session_t session)
{
    const struct tls *t = gnutls_session_get_ptr(session);
    bool is_13 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;

    return gnutls_priority_set(session, is_13 ? t->only_13 : t->before_13);
}

/* The client's last word of the handshake. The transport of a session is its turn. */
static int on_finished(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                       const gnutls_datum_t *message)
{
    struct turn *turn = gnutls_transport_get_ptr(session);

    (void)type, (void)when, (void)message;
    if (incoming)
        turn->over = true;
    return 0;
}

static ssize_t pull(gnutls_transport_ptr_t turn, void *data, size_t n)
{
    return turn_read(turn, data, n);
}

static ssize_t push(gnutls_transport_ptr_t turn, const giovec_t *parts, int n)
{
    return turn_send(turn, parts, n);
}

static void take_turns(gnutls_session_t session, struct turn *turn)
{
    gnutls_transport_set_ptr(session, turn);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_vec_push_function(session, push);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST,
                                       on_finished);
}

void tls_attach(struct tls *t, void *opaque, struct turn *turn)
{
    static const gnutls_certificate_request_t asks[] = {
        [TLS_CLIENT_NONE] = GNUTLS_CERT_IGNORE,
        [TLS_CLIENT_REQUEST] = GNUTLS_CERT_REQUEST,
        [TLS_CLIENT_REQUIRE_ANY] = GNUTLS_CERT_REQUIRE,
        [TLS_CLIENT_VERIFY_IF_GIVEN] = GNUTLS_CERT_REQUEST,
        [TLS_CLIENT_REQUIRE_AND_VERIFY] = GNUTLS_CERT_REQUIRE,
    };
    static const gnutls_datum_t http = {(unsigned char *)"http/1.1", 8};
    gnutls_session_t session = opaque;

    gnutls_session_set_ptr(session, t);
    take_turns(session, turn);
    (void)gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, t->credentials);
    (void)gnutls_priority_set(session, t->any);
    (void)gnutls_alpn_set_protocols(session, &http, 1, 0);
    (void)gnutls_session_ticket_enable_server(session, &t->tickets);
    /* Who may name nobody else must name himself. */
    gnutls_certificate_server_set_request(session, t->sans_given ? GNUTLS_CERT_REQUIRE
                                                                 : asks[t->client_auth]);
    gnutls_session_set_verify_function(session, verify);
    gnutls_handshake_set_post_client_hello_function(session, after_hello);
}

static int no_certificate(gnutls_session_t session, const gnutls_datum_t *names, int nnames,
                          const gnutls_pk_algorithm_t *algorithms, int nalgorithms,
                          gnutls_pcert_st **pcert, unsigned *npcert, gnutls_privkey_t *key)
{
    (void)session, (void)names, (void)nnames, (void)algorithms, (void)nalgorithms;
    (void)pcert, (void)npcert, (void)key;
    return -1;
}

void *tls_placeholder(void)
{
    gnutls_certificate_retrieve_function2 *f = no_certificate;
    void *p;

    memcpy(&p, &f, sizeof p);
    return p;
}
