#!/usr/bin/env python3
# timeout: 400
"""Attacks on the port, with an honest scraper beside, in plain HTTP and over TLS: a page for each of its requests, all lines
counted, memory bounded, no step of the loop long, at most one password checked at a time. Nothing here depends on how fast the
machine is; how much slower a scrape becomes is measured by bench/attack.py and stands in docs/security.md."""
import os
import re
import shutil
import threading
import time

import _attack
from _daemon import LOGTALLY, Daemon, append, backend_lines, main

SECONDS = 6 if os.environ.get("LT_LONG") else 1     # and as long as it takes for as much as _attack.LEAST says
with open(LOGTALLY, "rb") as program:
    SLOWER = 10 if b"__asan_init" in program.read() else 1     # what the sanitizers cost
MORE_MB = 12 if SLOWER == 1 else 400                            # AddressSanitizer keeps 256 MB of what was freed
MOST = 0.05 * SLOWER                                            # CPU time of one step of the loop, in seconds


class Attacked(Daemon):
    """A daemon whose honest scraper is asked for the page; a writer of lines beside."""

    def __init__(self, kind, users=False):
        _attack.web_config(kind, users)
        super().__init__(server="web_config = web.yml\ntimeout = 30s\n")
        self.tls, self.user = kind != "plain", _attack.USER if users else None
        self.lines, self.written, self.writing = backend_lines(500), 0, False
        self.threads = 0
        self.writer = threading.Thread(target=self.write)

    def honest(self):
        return _attack.Honest(self.port, "cert.pem" if self.tls else None, self.user)

    def request(self, method, path, headers=None):
        c = self.honest().connection(60)
        try:
            c.request(method, path, headers={**self.honest().headers, **(headers or {})})
            r = c.getresponse()
            return r.status, r.headers, r.read()
        finally:
            c.close()

    def write(self):
        while self.writing:
            append("logs/backend.log", b"".join(self.lines[:100]))
            self.written += 100
            time.sleep(0.05)

    def memory(self):
        with open("/proc/%d/status" % self.child.pid, encoding="ascii") as f:
            return int(re.search(r"VmHWM:\s+(\d+)", f.read())[1]) / 1024

    def withstands(self, *names):
        """Each attack for a few seconds; what it did."""
        did = {}
        self.start()
        self.writing = True
        self.writer.start()
        try:
            honest = self.honest()
            for _ in range(20):
                honest.scrape(True)
            before = self.memory()
            for name in names:
                did[name] = self.attack(name, honest)
                print("# %-16s %s; %.1f MB more" % (name, did[name], self.memory() - before))
                assert self.memory() - before < MORE_MB, (name, before, self.memory())
        finally:
            self.writing = False
            self.writer.join()
        assert self.caught_up(self.written) is True, (self.caught_up(self.written), self.written)
        longest = self.value("logtally_loop_longest_callback_seconds")
        with open("stderr", encoding="utf-8") as f:
            assert longest <= MOST, "a step of the loop took %.3f s of CPU time: %s" % (longest, [x for x in f if "CPU time" in x])
        self.stop()
        return did

    def attack(self, name, honest):
        """The honest scraper asks until it ends, and gets a page each time."""
        child = _attack.start(name, self.port, self.tls, SECONDS)
        try:
            while child.poll() is None:
                self.threads = max(self.threads, len(os.listdir("/proc/%d/task" % self.child.pid)))
                for kept in (True, False):
                    assert honest.scrape(kept) is not None, (name, honest.failed)
                time.sleep(0.05)
            did = _attack.said(child)
        finally:
            child.kill()
            child.wait()
        assert did.get("connections", 0) > 0, did
        assert not [f for f in honest.failed if "between" not in f[1]], (name, honest.failed)
        return did


def both(kind):
    _attack.files(12000)
    did = Attacked(kind).withstands("slowloris", "ten_thousand", "resets", "slow_readers", "header_flood", "pipelining")
    assert set(did["header_flood"]) <= {"connections", "refused", "answered 431", "cut off", "seconds"}, did
    assert did["header_flood"]["answered 431"] > 0 and did["pipelining"]["answers"] > 500, did


def in_plain_http():
    both("plain")


def over_tls():
    both("ecdsa")


def handshakes(kind):
    did = Attacked(kind).withstands("half_handshakes", "hello_flood", "renegotiation")
    assert did["renegotiation"]["ended by the daemon"] > 0, did


def handshakes_with_an_ecdsa_key():
    handshakes("ecdsa")


def handshakes_with_an_rsa_key():
    handshakes("rsa")


def half_a_handshake_costs_nothing():
    """Held ready by libmicrohttpd for ever, it must not turn the loop without a pause."""
    d = Attacked("ecdsa")
    d.start()
    hello, held = _attack.client_hello(), []
    for n in (1, 5, 100, len(hello) - 1, len(hello)):
        s = _attack.socket.create_connection(("127.0.0.1", d.port))
        s.sendall(hello[:n])
        held.append(s)
    assert d.page()
    before, began = d.value("process_cpu_seconds_total"), time.monotonic()
    time.sleep(1)
    used, took = d.value("process_cpu_seconds_total") - before, time.monotonic() - began
    assert used < 0.1 * took * SLOWER, "%.2f s of CPU in %.2f s" % (used, took)
    for s in held:
        s.close()
    d.stop()


def passwords_are_checked_one_at_a_time():
    """A thousand guesses a second from eight addresses over kept connections: each address has one a second checked at most, all of
    them by one thread; the others are answered unchecked."""
    if not shutil.which("htpasswd"):
        return "no htpasswd"
    d = Attacked("plain", users=True)
    did = d.withstands("passwords")["passwords"]
    answers = {k: v for k, v in did.items() if k.startswith("answered")}
    assert set(answers) == {"answered 401", "answered 429"}, did
    assert answers["answered 401"] <= 8 * (did["seconds"] + 2), did    # each peer one a second at most
    assert d.threads <= 5, d.threads        # the loop, who saves, who works beside it, who checks passwords
    return None


def every_place_taken_by_one_leaves_room_for_others():
    """Who holds all connections, each of which has asked once, loses them one by one to who comes from elsewhere; those keep theirs."""
    d = Attacked("plain")
    d.start()
    honest = d.honest()
    assert honest.scrape(True)
    many = []
    for _ in range(200):
        s = _attack.socket.create_connection(("127.0.0.1", d.port), 20, source_address=(_attack.THERE, 0))
        s.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert s.recv(1000).startswith(b"HTTP/1.1 200")
        many.append(s)
        if len(many) % 20 == 0:
            kept = honest.kept
            assert honest.scrape(True) and honest.kept is kept and honest.scrape(False), honest.failed
    assert not honest.failed, honest.failed
    for s in many:
        s.close()
    d.stop()


main(in_plain_http, over_tls, handshakes_with_an_ecdsa_key, handshakes_with_an_rsa_key, half_a_handshake_costs_nothing,
     passwords_are_checked_one_at_a_time, every_place_taken_by_one_leaves_room_for_others)
