#!/usr/bin/env python3
# timeout: 240
"""Clients that misbehave: rows 86 to 92 of the fault catalogue."""
import random
import re
import socket
import subprocess
import threading
import time

from _faults import World, append, cpu_ticks, descriptors, main, memory, strace, until

APP = "logs/app.log"


def connect(w, seconds=30):
    host, port = w.address.split(":")
    return socket.create_connection((host, int(port)), seconds)


def scrape_waits_for_nobody(w, seconds=30):
    """A fresh scrape costs the daemon little and is answered within `seconds`, which only one that is held up meets:
    what could hold it up must last far longer."""
    began, worked = time.monotonic(), cpu_ticks(w.pid)
    w.fetch()
    took, worked = time.monotonic() - began, cpu_ticks(w.pid) - worked
    assert took < seconds, "a scrape took %.1f s" % took
    assert worked < 300, "a scrape took %d ticks" % worked
    w.scrape()


def slow_scrapers():
    """Two hundred clients read ten bytes at a time."""
    w = World(server="max_connections = 300\ntimeout = 60s").start()
    w.write(20000)
    w.exact()
    clients = []
    for _ in range(200):
        s = connect(w)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        clients.append(s)
    for k in range(5):
        w.write(500)
        scrape_waits_for_nobody(w)
        for s in clients:
            s.recv(10)
    w.exact()
    for s in clients:
        s.close()
    w.finish()


def slow_scrapers_share_the_page():
    """Sixty clients that read nothing of a page of 3 MB: it is held once, not sixty times."""
    w = World(block=1, server="max_connections = 80\ntimeout = 60s").start()
    append(APP, b"".join(b"kind=l n=1 block=%d%s size=0.125\n" % (i, b"x" * 240) for i in range(10000)))
    assert until(lambda: w.now("logtally_log_lines_total") == 10000)
    assert len(w.page) > 2500000, len(w.page)
    before = memory(w.pid, "VmHWM")
    host, port = w.address.split(":")
    clients = []
    for _ in range(60):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)     # before it connects: the window stays small
        s.connect((host, int(port)))
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        clients.append(s)
    for s in clients:
        assert s.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 200"
    scrape_waits_for_nobody(w)
    assert memory(w.pid, "VmHWM") - before < 20 << 20, (before, memory(w.pid, "VmHWM"))
    for s in clients:
        s.close()
    w.term()


def slow_clients():
    """Four hundred half requests: they are cut off, and scrapes are answered again."""
    w = World(server="max_connections = 64\ntimeout = 2s").start()
    w.write(200)
    w.exact()
    clients = []
    for _ in range(400):
        s = connect(w)
        s.setblocking(False)
        try:
            s.send(b"GET /metrics HTTP/1.1\r\nHost:")
        except OSError:
            pass
        clients.append(s)
    w.write(300)

    def answered():
        try:
            w.fetch(seconds=10)
            return True
        except OSError:
            return False
    assert until(answered), "no scrape was answered"
    w.exact()
    for s in clients:
        s.close()
    scrape_waits_for_nobody(w)
    w.finish()


def malformed_requests():
    w = World(server="timeout = 2s").start()
    w.write(200)
    w.exact()
    chance = random.Random(6)
    bad = [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /metrics\r\n\r\n", b"\0" * 1000, b"GET " + b"/" * 100000,
           b"GET / HTTP/1.1\r\nX: " + b"y" * 1000000 + b"\r\n\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
           b"POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\nabc",
           b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
           b"\r\nffffffffffffffffffff\r\n", b"\r\n\r\n\r\n", b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
           b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"] + [chance.randbytes(200) for _ in range(20)]
    for request in bad:
        with connect(w) as s:
            try:
                s.sendall(request)
                s.shutdown(socket.SHUT_WR)
                answer = s.recv(1000)
            except OSError:
                answer = b""
            assert not answer.startswith(b"HTTP/1.1 200") or b"/metrics" in request or request.startswith(b"GET / "), request[:80]
        assert w.alive(), request[:80]
    w.write(100)
    w.finish()


def methods_and_types():
    w = World().start()
    w.write(100)
    w.exact()
    status, headers, body = w.fetch(method="HEAD")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 0
    status, headers, _ = w.fetch(method="POST")
    assert status == 405 and "GET" in headers["Allow"]
    assert w.fetch("/nothing")[0] == 404 and w.fetch("/metrics?x=y")[0] == 200 and w.fetch("/")[0] == 200
    _, headers, body = w.fetch(headers={"Accept": "application/openmetrics-text;version=1.0.0"})
    assert headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert body.endswith(b"# EOF\n")
    _, headers, body = w.fetch(headers={"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip" and body[:2] == b"\x1f\x8b"
    assert w.fetch()[1]["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    w.finish()


def many_scrapers_share_a_snapshot():
    """Twenty at once, over and over: all pages whole, counters never fall, few snapshots are written, fifty a second at most."""
    w = World().start()
    w.write(2000)
    w.exact()
    done, failed = threading.Event(), []

    def scraper():
        last = 0
        while not done.is_set():
            try:
                status, _, body = w.fetch()
                now = sum(int(v) for v in re.findall(rb"^lines_total\{[^}]*\} (\d+)$", body, re.M))
                if status != 200 or now < last:
                    failed.append((status, last, now))
                last = now
            except OSError as error:
                failed.append(error)
    threads = [threading.Thread(target=scraper) for _ in range(20)]
    seq = sequence()
    began = time.monotonic()
    for t in threads:
        t.start()
    while time.monotonic() - began < 5:
        append(APP, w.lines(100))
        time.sleep(0.01)
    done.set()
    for t in threads:
        t.join()
    took = time.monotonic() - began
    assert not failed, failed[:5]
    assert sequence() - seq <= 50 * took + 2, "%d snapshots in %.1f s" % (sequence() - seq, took)
    w.exact()
    w.finish()


def sequence():
    with open("state/state", "rb") as f:
        return int.from_bytes(f.read(24)[16:], "little")


def clients_that_leave():
    """Gone in the middle of the answer: no descriptor stays behind."""
    w = World().start()
    w.write(20000)
    w.exact()
    before = descriptors(w.pid)
    for i in range(500):
        with connect(w) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0" if i % 2 else b"\0" * 8)
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            if i % 3:
                s.recv(10)
    assert until(lambda: descriptors(w.pid) <= before + 2, 20), (before, descriptors(w.pid))
    w.write(100)
    w.exact()
    w.finish()


def port_in_use():
    w = World().start()
    w.write(100)
    w.exact()
    w.term()
    with open("state/state", "rb") as f:
        before = f.read()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        r = subprocess.run(w.command() + ["--listen", address], stderr=subprocess.PIPE, timeout=600, check=False)
    assert r.returncode > 0 and address in r.stderr.decode(), r
    with open("state/state", "rb") as f:
        assert f.read() == before
    w.start()
    w.finish()


def slow_disk_does_not_hold_up_a_scrape():
    """Each save takes ten seconds: a scrape still answers in time, with the last durable page."""
    w = World()
    w.write(100)
    w.start(strace("-e", "trace=fsync", "-e", "inject=fsync:delay_enter=5000000"))
    for _ in range(4):
        w.write(100)
        scrape_waits_for_nobody(w, 8)
    w.exact()
    w.kill()
    w.start()
    w.finish()


if __name__ == "__main__":
    main(slow_scrapers, slow_scrapers_share_the_page, slow_clients, malformed_requests, methods_and_types,
         many_scrapers_share_a_snapshot, clients_that_leave, port_in_use, slow_disk_does_not_hold_up_a_scrape)
