#!/usr/bin/env python3
"""Attacks on the daemon's port, and the honest scraper beside them; for tests/e2e/attacks.py and bench/attack.py.

    _attack.py NAME PORT [--tls] [--from ADDRESS] [--seconds N]

Each attack runs in a process of its own, from 127.0.0.2 unless told, against 127.0.0.1 and nothing else, at a rate
of its own, until it has lasted its seconds and reached its least (a busy machine is slow), or its parent is gone; then it says what it
did, as JSON. What the daemon does
to it (an end, a reset, an answer) is what an attacker expects: it goes on with a new connection.

`Honest` is who must not notice: one kept connection and a new one now and then, every answer looked at.
"""
import argparse
import base64
import collections
import functools
import http.client
import json
import os
import re
import resource
import select
import socket
import ssl
import struct
import subprocess
import sys
import time

HERE, THERE = "127.0.0.1", "127.0.0.2"
HALF = b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: "
WHOLE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
RESET = struct.pack("ii", 1, 0)
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
# What must have happened before an attack ends, however slow the machine is.
LEAST = {"renegotiation": {"ended by the daemon": 1}, "passwords": {"answered 401": 1, "answered 429": 200},
         "header_flood": {"answered 431": 20}, "pipelining": {"answers": 2000}}
PATIENCE = 600
KINDS = {"plain": None, "ecdsa": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["rsa:2048"]}
USER = ("alice", "correct horse")


def files(wanted):
    """So many descriptors, or as many as there may be."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    n = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (n, most))
    return n


@functools.lru_cache(maxsize=None)
def client_hello():
    out = ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def web_config(kind, users, where="."):
    """The attacked daemon's web.yml, by one of KINDS, and what it names."""
    text = ""
    if KINDS[kind]:
        subprocess.run(["openssl", "req", "-x509", "-newkey"] + KINDS[kind] + ["-nodes", "-keyout", where + "/key.pem", "-out", where + "/cert.pem",
                        "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                       check=True, capture_output=True)
        text += "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
    if users:
        said = subprocess.run(["htpasswd", "-nbBC", "10", "x", USER[1]], check=True, capture_output=True, text=True).stdout
        text += "basic_auth_users:\n  %s: %s\n" % (USER[0], said.strip().split(":", 1)[1])
    with open(where + "/web.yml", "w", encoding="ascii") as f:
        f.write(text)


class Attack:
    """What all have: where, from where, until when, and how many a second."""

    def __init__(self, options):
        self.port, self.tls, self.source = options.port, options.tls, options.source
        self.parent = os.getppid()
        self.began = time.monotonic()
        self.end = self.began + options.seconds
        self.least = LEAST.get(options.name, {"connections": 100})
        self.n = collections.Counter()
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def over(self):
        now = time.monotonic()
        enough = all(self.n[what] >= times for what, times in self.least.items())
        return (now > self.end and (enough or now > self.end + PATIENCE)) or os.getppid() != self.parent

    def paced(self, rate):
        """Yields so often a second; behind time, at once."""
        for i in range(1 << 40):
            wait = self.began + i / rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            if self.over():
                return
            yield i

    def socket(self, receive=0):
        s = socket.socket()
        if receive:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT: the port is found by connect
        s.bind((self.source, 0))
        return s

    def connect(self, receive=0, handshake=True):
        """A connection, through the handshake too; None if it was refused."""
        s = self.socket(receive)
        s.settimeout(120)
        try:
            s.connect((HERE, self.port))
            if self.tls and handshake:
                s = self.context.wrap_socket(s)
            self.n["connections"] += 1
            return s
        except OSError:
            s.close()
            self.n["refused"] += 1
            return None

    def bare(self):
        """A connection on its way: not waited for."""
        s = self.socket()
        s.setblocking(False)
        s.connect_ex((HERE, self.port))
        self.n["connections"] += 1
        return s


def send(s, data):
    """What the socket takes now; False: the connection is gone."""
    try:
        s.setblocking(False)
        s.send(data)
    except NOT_NOW:
        pass
    except OSError:
        return False
    return True


def is_gone(s, most=1 << 16):
    try:
        s.setblocking(False)
        return s.recv(most) == b""
    except NOT_NOW:
        return False
    except OSError:
        return True


def slowloris(a, many=200, rate=1000):
    """Half requests that get a byte more now and then; a new one for each that is cut off."""
    held = []
    for i in a.paced(rate):
        if len(held) < many:
            s = a.connect()
            if s and send(s, HALF):
                held.append(s)
        elif not send(held[i % many], b"x") or is_gone(held[i % many]):
            a.n["cut off"] += 1
            held.pop(i % many).close()


def ten_thousand(a, many=10000, rate=2500):
    """So many at once that say nothing; then the same again."""
    many = min(many, files(many + 100) - 100)
    held = []
    for _ in a.paced(rate):
        held.append(a.bare())
        if len(held) >= many:
            a.n["rounds"] += 1
            for s in held:
                s.close()
            held = []


def resets(a, rate=3000):
    """A request, and a reset instead of reading."""
    held = collections.deque()
    for i in a.paced(rate):
        s = a.bare()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if i % 2:
            send(s, client_hello() if a.tls else WHOLE)
        held.append(s)
        if len(held) > 20:
            held.popleft().close()


def slow_readers(a, many=100, rate=500):
    """Whole requests whose answers are read ten bytes at a time."""
    held = []
    for i in a.paced(rate):
        if len(held) < many:
            s = a.connect(1024)
            if s and send(s, WHOLE * 20):
                held.append(s)
        elif is_gone(held[i % many], 10):
            a.n["cut off"] += 1
            held.pop(i % many).close()


def header_flood(a, rate=300):
    """Heads of 256 KiB: one long line, or thousands of short ones."""
    floods = (b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 262144, b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 43690)
    for i in a.paced(rate):
        s = a.connect()
        if s is None:
            continue
        try:
            s.settimeout(5)
            s.sendall(floods[i % 2])
        except OSError:
            pass
        try:
            a.n["answered %s" % s.recv(1000).split(b" ")[1].decode()] += 1
        except (OSError, IndexError):
            a.n["cut off"] += 1
        s.close()


def half_handshakes(a, many=300, rate=100):
    """Whole hellos, whose answer is work, that go no further, sixty at once; and parts of hellos that stay."""
    hello, held = client_hello(), collections.deque()
    for i in a.paced(rate):
        if i % 60:
            continue
        for k in range(60):
            s = a.connect(handshake=False)
            if s is None:
                continue
            send(s, hello if k % 2 else hello[:1 + (i + k) % len(hello)])
            held.append(s)
        while len(held) > many:
            held.popleft().close()


def hello_flood(a, rate=1000):
    """As many whole hellos as one who only copies bytes can send: more than any core can answer."""
    hello, held = client_hello(), collections.deque()
    for _ in a.paced(rate):
        s = a.connect(handshake=False)
        if s:
            send(s, hello)
            held.append(s)
        if len(held) > 200:
            held.popleft().close()


def renegotiation(a):
    """openssl asks again and again for a new handshake on the same connection, as TLS 1.2 allowed."""
    while not a.over():
        children = [subprocess.Popen(["openssl", "s_client", "-connect", "%s:%d" % (HERE, a.port), "-tls1_2"], stdin=subprocess.PIPE,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
        time.sleep(0.2)
        for _ in range(20):
            for c in children:
                try:
                    c.stdin.write(b"R\n")
                    c.stdin.flush()
                    a.n["asked"] += 1
                except OSError:
                    pass
            time.sleep(0.01)
        for c in children:
            try:
                a.n["ended by the daemon"] += c.wait(0.2) is not None
            except subprocess.TimeoutExpired:
                pass
            c.kill()
            c.wait()
            a.n["connections"] += 1


def passwords(a, rate=1000, many=16):
    """Wrong passwords over kept connections from eight addresses; the next when the last one was answered."""
    network, held = a.source.rsplit(".", 1)[0], {}
    for i in a.paced(rate):
        k = i % many
        a.source = "%s.%d" % (network, 10 + k % 8)
        if k not in held:
            held[k] = [a.connect(), True]
        s, answered = held[k]
        if s is None:
            del held[k]
            continue
        try:
            s.setblocking(False)
            for status in re.findall(rb"HTTP/1.1 (\d+)", s.recv(1 << 16) if not answered else b""):
                a.n["answered " + status.decode()] += 1
                answered = True
            if answered:
                held[k][1] = False
                s.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + base64.b64encode(b"alice:%d" % i) + b"\r\n\r\n")
        except NOT_NOW:
            pass
        except OSError:
            a.n["cut off"] += 1
            s.close()
            del held[k]


def pipelining(a, many=4):
    """Thousands of requests with no look at an answer, and then all answers read."""
    held = []
    burst = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n" * 500
    while not a.over():
        while len(held) < many:
            s = a.connect()
            if s is None:
                return
            s.setblocking(False)
            held.append([s, b""])
        for one in held[:]:
            one[1] = one[1] or burst
            try:
                sent = one[0].send(one[1])
                one[1] = one[1][sent:]
            except NOT_NOW:
                pass
            except OSError:
                held.remove(one)
                a.n["cut off"] += 1
                continue
            try:
                got = one[0].recv(1 << 18)
                a.n["answers"] += got.count(b"HTTP/1.1 200")
                if not got:
                    held.remove(one)
                    a.n["cut off"] += 1
            except NOT_NOW:
                pass
            except OSError:
                held.remove(one)
        select.select([h[0] for h in held], [], [], 0.01)


ATTACKS = {f.__name__: f for f in (slowloris, ten_thousand, resets, slow_readers, header_flood, half_handshakes, hello_flood,
                                   renegotiation, passwords, pipelining)}
TLS_ONLY = {"half_handshakes", "hello_flood", "renegotiation"}


def start(name, port, tls, seconds, source=THERE):
    """The attack in a process of its own; said(child) is what it did."""
    command = [sys.executable, os.path.abspath(__file__), name, str(port), "--seconds", str(seconds), "--from", source]
    return subprocess.Popen(command + (["--tls"] if tls else []), stdout=subprocess.PIPE)


def said(child):
    out, _ = child.communicate(timeout=900)
    return json.loads(out)


class Honest:
    """One kept connection and a new one for each scrape, in turn; (seconds, kept?) of each answer in `took`."""

    def __init__(self, port, cafile=None, user=None):
        self.port, self.took, self.failed = port, [], []
        self.context = ssl.create_default_context(cafile=cafile) if cafile else None
        self.headers = {}
        if user:
            self.headers["Authorization"] = "Basic " + base64.b64encode(("%s:%s" % user).encode()).decode()
        self.kept = None

    def connection(self, seconds=30):
        if self.context:
            return http.client.HTTPSConnection("localhost", self.port, timeout=seconds, context=self.context)
        return http.client.HTTPConnection(HERE, self.port, timeout=seconds)

    def scrape(self, kept):
        """A page, or None and a reason more in `failed`. A kept connection may have been closed since the last
        request: HTTP has the client ask once more, and so does Prometheus."""
        began = time.monotonic()
        again = kept and self.kept is not None
        c = self.kept if again else self.connection()
        try:
            c.request("GET", "/metrics", headers=self.headers)
            r = c.getresponse()
            body = r.read()
            if r.status != 200:
                raise http.client.HTTPException("status %d" % r.status)
        except (OSError, http.client.HTTPException) as e:
            c.close()
            self.kept = None if kept else self.kept
            if again and isinstance(e, (ConnectionError, http.client.RemoteDisconnected)):
                self.failed.append((kept, "closed between two requests"))
                return self.scrape(True)
            self.failed.append((kept, repr(e)))
            return None
        if kept:
            self.kept = c
        else:
            c.close()
        self.took.append((time.monotonic() - began, kept))
        return body

    def go_on(self, seconds, kept_rate, new_rate):
        """Scrapes for so long, so often a second."""
        began = now = time.monotonic()
        nkept = nnew = 0
        while now - began < seconds:
            if (now - began) * new_rate >= nnew:
                nnew += 1
                self.scrape(False)
            elif (now - began) * kept_rate >= nkept:
                nkept += 1
                self.scrape(True)
            else:
                time.sleep(min(nnew / new_rate, nkept / kept_rate) - (now - began))
            now = time.monotonic()

    def percentile(self, kept, share=0.99):
        took = sorted(t for t, k in self.took if k == kept)
        return took[min(len(took) - 1, int(len(took) * share))] if took else float("nan")


def main():
    parser = argparse.ArgumentParser(description="One attack on a port of this machine.")
    parser.add_argument("name", choices=ATTACKS)
    parser.add_argument("port", type=int)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--from", dest="source", default=THERE)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))  # bench/attack.py goes before it
    a = Attack(options)
    ATTACKS[options.name](a)
    a.n["seconds"] = round(time.monotonic() - a.began, 1)
    print(json.dumps(a.n))


if __name__ == "__main__":
    main()
