"""TLS, users and headers by a web-config.yml, with openssl, curl, promtool and prometheus as judges."""
# timeout: 240
import base64
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

from _common import free_port, get, put, until
from _daemon import LOGTALLY, Daemon, append, backend_lines, main

CERTS = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
PASSWORD = "correct horse"
LIVE = ("/health/live", "/healthz", "/-/healthy")


def sh(*command, **how):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **how)


def certificate(name="cert.pem", key="key.pem", subject="/CN=localhost", kind="rsa:2048", more=()):
    r = sh("openssl", "req", "-x509", "-newkey", *kind.split(), "-nodes", "-keyout", key + ".new", "-out", name + ".new",
           "-days", "30", "-subj", subject, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", *more)
    assert r.returncode == 0, r.stdout
    os.rename(key + ".new", key)
    os.rename(name + ".new", name)


def ec(**how):
    certificate(kind="ec -pkeyopt ec_paramgen_curve:prime256v1", **how)


def hash_of(password, cost=5):
    r = sh("htpasswd", "-nbBC", str(cost), "x", password)
    return r.stdout.strip().split(":", 1)[1]


class Tls(Daemon):
    """The daemon by TLS: its own certificate is the one that is trusted."""
    user = None

    def __init__(self, web, **how):
        put("web.yml", web)
        super().__init__(server="web_config = web.yml\nreload = yes\n", **how)

    def connect(self, timeout=60):
        context = ssl.create_default_context(cafile="cert.pem")
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=context)

    def request(self, method, path, headers=None):
        c = self.connect()
        try:
            headers = dict(headers or {})
            if self.user:
                headers.setdefault("Authorization", basic(*self.user))
            c.request(method, path, headers=headers)
            r = c.getresponse()
            return r.status, r.headers, r.read()
        finally:
            c.close()

    def curl(self, *options, path="/metrics"):
        return sh("curl", "-sS", "-o", "body", "-w", "%{http_code}", *options, "https://localhost:%d%s" % (self.port, path))

    def shake(self, *options):
        """What openssl says of a handshake: (worked, all of its words)."""
        r = sh("openssl", "s_client", "-connect", "127.0.0.1:%d" % self.port, "-CAfile", "cert.pem", "-ign_eof", *options,
               input="GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return "HTTP/1.1 200" in r.stdout, r.stdout


def basic(name, password):
    return "Basic " + base64.b64encode(("%s:%s" % (name, password)).encode()).decode()


def verdicts_are_those_of_promtool():
    certificate()
    hashed = hash_of("x")
    texts = ["", "{}\n", CERTS, CERTS + "  bogus: 1\n", CERTS + "  cert_file: cert.pem\n", "foo: 1\n", "- a\n",
             CERTS + "  min_version: TLS10\n", CERTS + "  min_version: TLS9\n", CERTS + "  cipher_suites: [NOPE]\n",
             CERTS + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n", CERTS + "  cipher_suites: TLS\n",
             CERTS + "  curve_preferences: [CurveP256, X25519]\n", CERTS + "  curve_preferences: [X]\n",
             CERTS + "  client_auth_type: RequireAnyClientCert\n", CERTS + "  client_auth_type: Sure\n",
             CERTS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: cert.pem\n",
             CERTS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: none.pem\n",
             CERTS + "  client_ca_file: cert.pem\n", CERTS + "  prefer_server_cipher_suites: maybe\n",
             "tls_server_config:\n  cert_file: cert.pem\n", "tls_server_config:\n  key_file: key.pem\n",
             "tls_server_config:\n  cert_file: key.pem\n  key_file: cert.pem\n", "tls_server_config: [1]\n",
             "tls_server_config:\n  cert_file: none.pem\n  key_file: key.pem\n", "tls_server_config:\n  cert_file: [\n",
             "http_server_config:\n  http2: false\n", 'http_server_config:\n  http2: "yes"\n',
             "http_server_config:\n  headers:\n    X-Frame-Options: deny\n",
             "http_server_config:\n  headers:\n    X-Frame-Options: no\n",
             "http_server_config:\n  headers:\n    Server: x\n", "basic_auth_users:\n  alice: plain\n",
             "basic_auth_users:\n  alice: %s\n" % hashed, "basic_auth_users:\n  alice: %s\n  alice: %s\n" % (hashed, hashed),
             "basic_auth_users: ~\n", "---\nhttp_server_config:\n---\nfoo: 1\n"]
    put("logtally.ini", "[server]\nweb_config = web.yml\n[log a]\npath = /dev/null\n")
    for text in texts:
        put("web.yml", text)
        theirs = sh("promtool", "check", "web-config", "web.yml")
        ours = sh(LOGTALLY, "check", "-c", "logtally.ini")
        assert (ours.returncode == 0) == (theirs.returncode == 0), (text, ours.stdout, theirs.stdout)
        line = re.search(r"line (\d+)", theirs.stdout)
        if theirs.returncode and line:
            assert "web.yml:%s: " % line.group(1) in ours.stdout, (text, ours.stdout, theirs.stdout)
        assert ours.returncode == 0 or "web.yml" in ours.stdout, ours.stdout


def a_mistake_in_it_stops_the_start():
    certificate()
    for text, said in (("tls_server_config:\n  cert_file: cert.pem\n", "tls_server_config has no key_file"),
                       ("tls_server_config:\n  cert_file: key.pem\n  key_file: cert.pem\n", "cert_file and key_file: "),
                       (CERTS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: key.pem\n",
                        "client_ca_file has no certificate"),
                       (CERTS + "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n",
                        "cipher_suites has none for the certificate's RSA key")):
        Tls(text)
        r = sh(LOGTALLY, "run", "-c", "logtally.ini", "--web.listen-address", "127.0.0.1:0")
        assert r.returncode == 1 and said in r.stdout and "web.yml" in r.stdout, r.stdout


def a_start_waits_for_who_is_writing_it():
    certificate()
    d = Tls(CERTS + "basic_auth_users:\n  alice: %s\n" % hash_of(PASSWORD))
    d.user = ("alice", PASSWORD)
    d.start()
    assert time.time() >= os.stat("web.yml").st_mtime + 1
    d.stop()


def tls_has_the_versions_suites_and_curves_that_were_asked_for():
    certificate()
    d = Tls(CERTS).start()
    for version in ("-tls1_2", "-tls1_3"):
        worked, said = d.shake(version)
        assert worked, said
    assert "Verify return code: 0 (ok)" in d.shake("-tls1_3")[1]
    assert not d.shake("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")[0]
    worked, said = d.shake("-alpn", "h2,http/1.1")
    assert worked and "ALPN protocol: http/1.1" in said, said
    assert d.curl("--cacert", "cert.pem").stdout == "200"
    # plain HTTP on this port is closed
    assert sh("curl", "-sS", "http://localhost:%d/" % d.port).returncode != 0
    d.stop()
    put("web.yml", CERTS + "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n  curve_preferences: [CurveP384]\n")
    d.start()
    assert not d.shake("-tls1_3")[0]
    for cipher, right in (("ECDHE-RSA-AES256-GCM-SHA384", True), ("ECDHE-RSA-AES128-GCM-SHA256", False),
                          ("ECDHE-RSA-CHACHA20-POLY1305", False), ("ECDHE-RSA-AES256-SHA", False)):
        worked, said = d.shake("-cipher", cipher)
        assert worked == right, (cipher, said)
    assert "Server Temp Key: ECDH, secp384r1" in d.shake()[1], d.shake()[1]
    assert not d.shake("-curves", "X25519")[0]
    d.stop()
    ec()
    put("web.yml", CERTS + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]\n")
    d.start()
    for options, right in ((("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"), True), (("-tls1_3",), True),
                           (("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"), False)):
        worked, said = d.shake(*options)
        assert worked == right, (options, said)
    put("web.yml", CERTS + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n")     # nobody asked for one of TLS 1.2
    assert until(lambda: not d.shake("-tls1_2")[0]), get("stderr")
    worked, said = d.shake("-tls1_3")
    assert worked, said
    d.stop()


def client_certificates_are_asked_for_as_configured():
    certificate()
    ec(name="ca.pem", key="ca.key", subject="/CN=ca")
    ec(name="other.pem", key="other.key", subject="/CN=other")
    for name in ("good", "foreign"):
        sh("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=x")
        ca = "ca" if name == "good" else "other"
        put("ext", "extendedKeyUsage=clientAuth\nsubjectAltName=DNS:scraper.example,IP:10.0.0.1\n")
        r = sh("openssl", "x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-CAcreateserial",
               "-out", name + ".pem", "-days", "30", "-extfile", "ext")
        assert r.returncode == 0, r.stdout
    good, foreign, none = ("-cert", "good.pem", "-key", "good.key"), ("-cert", "foreign.pem", "-key", "foreign.key"), ()
    ca = "  client_ca_file: ca.pem\n"
    cases = [("NoClientCert", "", (True, True, True)), ("RequestClientCert", "", (True, True, True)),
             ("RequireAnyClientCert", "", (True, True, False)), ("VerifyClientCertIfGiven", ca, (True, False, True)),
             ("RequireAndVerifyClientCert", ca, (True, False, False)),
             ("RequireAndVerifyClientCert", ca + "  client_allowed_sans: [scraper.example]\n", (True, False, False)),
             ("RequireAndVerifyClientCert", ca + "  client_allowed_sans: [10.0.0.1]\n", (True, False, False)),
             ("RequireAndVerifyClientCert", ca + "  client_allowed_sans: [scraper]\n", (False, False, False)),
             ("VerifyClientCertIfGiven", ca + "  client_allowed_sans: [scraper.example]\n", (True, False, False)),
             ("RequireAndVerifyClientCert", ca + "  client_allowed_sans: []\n", (False, False, False))]
    d = Tls(CERTS).start()
    for kind, more, rights in cases:
        put("web.yml", CERTS + "  client_auth_type: %s\n%s" % (kind, more))
        read_again = get("stderr").count("web.yml: read again")
        d.signal(signal.SIGHUP)
        assert until(lambda n=read_again: get("stderr").count("web.yml: read again") > n), get("stderr")
        for who, right in zip((good, foreign, none), rights):
            for version in ("-tls1_2", "-tls1_3"):
                worked, said = d.shake(version, *who)
                assert worked == right, (kind, more, who, version, said)
    d.stop()


def users_are_asked_for_their_password():
    certificate()
    d = Tls(CERTS + "basic_auth_users:\n  alice: %s\n  bob: %s\nhttp_server_config:\n  headers:\n"
            "    X-Content-Type-Options: nosniff\n" % (hash_of(PASSWORD), hash_of("b:ob")))
    d.user = ("alice", PASSWORD)
    d.start()
    status, headers, _ = d.request("GET", "/metrics")
    assert status == 200 and headers["X-Content-Type-Options"] == "nosniff", headers
    assert d.request("GET", "/metrics", {"Authorization": basic("bob", "b:ob")})[0] == 200
    for wrong in ("", "Basic", "Basic !", "Bearer x", "Basic " + base64.b64encode(b"alice").decode(),
                  "Basic " + base64.b64encode(b"alice:" + PASSWORD.encode() + b"\0").decode()):
        status, headers, body = d.request("GET", "/metrics", {"Authorization": wrong})
        assert status == 401 and headers["WWW-Authenticate"].startswith("Basic realm="), (wrong, status)
        assert body == b"unauthorized\n"
    # what a kubelet asks; it learns one word, and nothing of the paths beside it
    for path in LIVE:
        assert d.request("GET", path, {"Authorization": ""})[::2] == (200, b"alive\n"), path
    for path in ("/health/ready", "/-/ready", "/health/livex", "/health/live/", "//health/live", "/health", "/healthzz", "/"):
        assert d.request("GET", path, {"Authorization": ""})[0] == 401, path
    for who in (("alice", "wrong"), ("nobody", PASSWORD), ("alice", ""), ("", "")):
        # a second after a wrong one the next is looked at
        answers = []
        assert until(lambda w=who, a=answers: a.append(d.request("GET", "/nowhere", {"Authorization": basic(*w)})[0]) or
                     a[-1] == 401), (who, answers)
        assert set(answers) <= {401, 429}, answers
    assert d.request("GET", "/metrics")[0] == 200
    said = get("stderr") + d.page()
    for secret in ("alice", "nobody", PASSWORD):
        assert secret not in said, said
    d.stop()


def a_unix_socket_is_plain_where_the_others_speak_tls():
    certificate()
    d = Tls(CERTS + "basic_auth_users:\n  alice: %s\n" % hash_of(PASSWORD))
    with open("logtally.ini", encoding="utf-8") as f:
        text = f.read()
    put("logtally.ini", text.replace("listen = ", "listen = unix:s, ", 1))
    d.user = ("alice", PASSWORD)
    d.start()
    for user, status in (("alice:" + PASSWORD, "200"), ("alice:", "401")):
        r = sh("curl", "-sS", "-o", "body", "-w", "%{http_code}", "--unix-socket", "s", "-u", user, "http://x/metrics")
        assert r.stdout == status, r.stdout
    assert d.request("GET", "/metrics")[0] == 200
    d.stop()


def a_broken_change_keeps_the_last_good_settings():
    certificate()
    d = Tls(CERTS).start()
    before = d.shake()[1]
    put("cert.pem.new", "garbage\n")
    shutil.copy("cert.pem", "good.pem")
    os.rename("cert.pem.new", "cert.pem")

    def value():
        c = http.client.HTTPSConnection("localhost", d.port, timeout=60, context=ssl.create_default_context(cafile="good.pem"))
        c.request("GET", "/metrics")
        body = c.getresponse().read().decode()
        c.close()
        return re.search(r"^logtally_config_last_reload_successful (\d)$", body, re.M).group(1)
    assert until(lambda: value() == "0"), get("stderr")
    assert "the settings before it stay" in get("stderr")

    def asked(method, path):
        c = http.client.HTTPSConnection("localhost", d.port, timeout=60, context=ssl.create_default_context(cafile="good.pem"))
        c.request(method, path)
        r = c.getresponse()
        body = r.read().decode()
        c.close()
        return r.status, body
    what = "web_config: web.yml: cert_file and key_file: "
    assert what in asked("GET", "/")[1] and what in json.loads(asked("GET", "/api/v1/status")[1])["last_reload"]["mistakes"]
    assert json.loads(asked("GET", "/health")[1])["last_reload_successful"] is False
    status, body = asked("POST", "/-/reload")
    assert status == 400 and what in body, (status, body)
    put("web.yml", "tls_server_config:\n")
    assert until(lambda: value() == "0" and "at the next start only" in get("stderr")), get("stderr")
    put("web.yml", CERTS)
    certificate()
    assert until(lambda: "Verify return code: 0" in d.shake()[1]), get("stderr")
    assert d.value("logtally_config_last_reload_successful") == 1
    assert serial(d.shake()[1]) != serial(before)
    d.stop()


def a_file_that_is_being_written_lets_nobody_in():
    """In place: empty for a moment, then half of it, then all."""
    whole = "http_server_config:\n  headers:\n    X-Frame-Options: deny\nbasic_auth_users:\n  alice: %s\n" % hash_of(PASSWORD)
    d = Tls(whole)
    d.request = lambda method, path, headers=None: plain(d.port, method, path, headers)
    d.start()
    for cut in (0, whole.index("basic")):
        time.sleep(1.1)                                         # so that the first request looks at the file
        began = time.time()
        with open("web.yml", "w", encoding="utf-8") as f:
            f.write(whole[:cut])
        d.signal(signal.SIGHUP)                                 # nor at a reload
        answers = []
        while time.time() < began + 0.5:
            answers.append(d.request("GET", "/metrics", {"Authorization": ""})[0])
            time.sleep(0.01)
        with open("web.yml", "w", encoding="utf-8") as f:
            f.write(whole)
        if time.time() < began + 0.9:                          # else it was left so for long enough to be meant
            assert set(answers) <= {401, 429}, answers
        assert until(lambda: d.request("GET", "/metrics")[0] == 200), get("stderr")
        assert d.request("GET", "/metrics", {"Authorization": ""})[0] in (401, 429)
    put("web.yml", "")                                          # and stays so: everybody may
    assert until(lambda: d.request("GET", "/metrics", {"Authorization": ""})[0] == 200), get("stderr")
    d.stop()
    os.remove("web.yml")
    os.mkfifo("web.yml")
    r = sh(LOGTALLY, "run", "-c", "logtally.ini")
    assert r.returncode == 1 and "web.yml: it is no regular file" in r.stdout, r.stdout


def serial(said):
    return re.search(r"-----BEGIN CERTIFICATE-----(.*?)-----END", said, re.S).group(1)


def a_certificate_is_changed_under_load_without_one_failure():
    append_lines = backend_lines(200)
    os.makedirs("logs", exist_ok=True)
    ec()
    d = Tls(CERTS).start()
    stop, failed, served = threading.Event(), [], [0]
    loose = ssl.create_default_context()
    loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE

    def scrape(kept):
        c = None
        while not stop.is_set():
            try:
                c = c if c and kept else http.client.HTTPSConnection("localhost", d.port, timeout=60, context=loose)
                c.request("GET", "/metrics")
                r = c.getresponse()
                r.read()
                assert r.status == 200, r.status
                served[0] += 1
            except Exception as e:      # pylint: disable=broad-except
                failed.append(repr(e))
                c = None
    threads = [threading.Thread(target=scrape, args=(kept,)) for kept in (True, True, False)]
    for t in threads:
        t.start()
    seen = set()
    try:
        for i in range(5):
            append("logs/backend.log", b"".join(append_lines[i * 40:(i + 1) * 40]))
            ec()
            with open("cert.pem", encoding="ascii") as f:
                want = f.read().split("-----")[2]
            assert until(lambda w=want: serial(d.shake()[1]).strip() == w.strip()), get("stderr")
            seen.add(want)
    finally:
        stop.set()
        for t in threads:
            t.join()
    assert not failed, failed[:3]
    assert len(seen) == 5 and served[0] > 10, served
    assert d.caught_up(200) is True
    d.stop()


def prometheus_scrapes_with_certificate_and_password():
    certificate()
    ec(name="client.pem", key="client.key", subject="/CN=prometheus")
    d = Tls(CERTS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: client.pem\n"
            "basic_auth_users:\n  prom: %s\n" % hash_of(PASSWORD))
    plain, ready = ssl.create_default_context(cafile="cert.pem"), d.connect
    plain.load_cert_chain("client.pem", "client.key")
    d.connect = lambda timeout=60: http.client.HTTPSConnection("localhost", d.port, timeout=timeout, context=plain)
    assert ready
    d.user = ("prom", PASSWORD)
    d.start()
    port = free_port()
    put("prometheus.yml", "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: l\n  scheme: https\n"
        "  static_configs: [{targets: ['localhost:%d']}]\n  basic_auth: {username: prom, password: '%s'}\n"
        "  tls_config: {ca_file: cert.pem, cert_file: client.pem, key_file: client.key}\n" % (d.port, PASSWORD))
    with open("prometheus.log", "wb") as log:
        p = subprocess.Popen(["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=tsdb",
                              "--web.listen-address=127.0.0.1:%d" % port], stdout=log, stderr=log)
    try:
        def up():
            r = sh("curl", "-s", "http://127.0.0.1:%d/api/v1/query?query=up" % port)
            return '"1"]' in r.stdout
        assert until(up), get("prometheus.log")
    finally:
        p.terminate()
        p.wait()
    d.stop()


def guessing_is_slow_for_who_guesses_and_costs_the_others_nothing():
    d = Tls("basic_auth_users:\n  alice: %s\n" % hash_of(PASSWORD, 10))
    d.request = lambda method, path, headers=None: plain(d.port, method, path, headers)
    os.makedirs("logs", exist_ok=True)
    d.start()
    append("logs/backend.log", b"".join(backend_lines(500)))
    stop, counts = threading.Event(), {}

    def guess(n):
        c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=60)
        i = 0
        while not stop.is_set():
            c.request("GET", "/metrics", headers={"Authorization": basic("alice", "%d-%d" % (n, i))})
            r = c.getresponse()
            r.read()
            counts[r.status] = counts.get(r.status, 0) + 1
            i += 1
    threads = [threading.Thread(target=guess, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    try:
        answered = 0
        c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=60)
        until(lambda: sum(counts.values()) > 2000 and counts.get(401, 0) >= 2)
        for _ in range(200):
            c.request("GET", "/metrics", headers={"Authorization": basic("alice", PASSWORD)})
            r = c.getresponse()
            r.read()
            answered += r.status == 200
        assert answered == 200, answered
        assert d.caught_up(500) is True
    finally:
        stop.set()
        for t in threads:
            t.join()
    # one a second is checked, the others are not
    assert set(counts) == {401, 429} and counts[429] > 20 * counts[401], counts
    d.stop()


def handshakes_that_stop_half_way_hold_up_nobody():
    ec()
    d = Tls(CERTS).start()
    append("logs/backend.log", b"".join(backend_lines(300)))
    kept = d.connect()
    hello, halves = ssl.MemoryBIO(), []
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = hello.read()
    try:
        for i in range(300):
            s = socket.create_connection(("127.0.0.1", d.port), 60)
            halves.append(s)
            s.sendall(hello[:i * len(hello) // 300] if i % 3 else hello)
            if i % 30 == 0:
                assert d.request("GET", "/metrics")[0] == 200
                kept = kept if i % 60 else d.connect()
                kept.request("GET", "/metrics")
                r = kept.getresponse()
                assert r.read() and r.status == 200
    finally:
        for s in halves:
            s.close()
    assert d.caught_up(300) is True
    d.stop()


def plain(port, method, path, headers):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = dict(headers or {})
    headers.setdefault("Authorization", basic("alice", PASSWORD))
    c.request(method, path, headers=headers)
    r = c.getresponse()
    answer = r.status, r.headers, r.read()
    c.close()
    return answer


def a_limit_of_requests_is_kept():
    d = Tls("rate_limit:\n  interval: 1h\n  burst: 30\n")
    d.request = lambda method, path, headers=None: plain(d.port, method, path, headers)
    d.start()
    answers = [d.request("GET", "/health/ready")[0] for _ in range(40)]
    assert answers[-1] == 429 and answers.count(200) < 30, answers
    assert sorted(answers) == answers, answers
    assert int(d.request("GET", "/")[1]["Retry-After"]) == 1
    # a flood must not have a probe see a dead program
    assert [d.request("GET", path)[0] for path in LIVE] == [200] * len(LIVE)
    d.stop()


def a_stop_waits_for_no_guess():
    d = Tls("basic_auth_users:\n  alice: %s\n  slow: %s\n" % (hash_of(PASSWORD), hash_of("x", 12)))
    d.request = lambda method, path, headers=None: plain(d.port, method, path, headers)
    d.start()
    c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=60)
    c.request("GET", "/metrics", headers={"Authorization": basic("slow", "wrong")})
    d.stop()
    try:
        assert c.getresponse().status in (401, 503)
    except (http.client.HTTPException, OSError):
        pass                            # closed before it was asked


main(verdicts_are_those_of_promtool, a_mistake_in_it_stops_the_start, a_start_waits_for_who_is_writing_it,
     tls_has_the_versions_suites_and_curves_that_were_asked_for, client_certificates_are_asked_for_as_configured,
     a_unix_socket_is_plain_where_the_others_speak_tls, users_are_asked_for_their_password, a_broken_change_keeps_the_last_good_settings, a_file_that_is_being_written_lets_nobody_in,
     a_certificate_is_changed_under_load_without_one_failure, handshakes_that_stop_half_way_hold_up_nobody, prometheus_scrapes_with_certificate_and_password,
     guessing_is_slow_for_who_guesses_and_costs_the_others_nothing, a_limit_of_requests_is_kept, a_stop_waits_for_no_guess)
