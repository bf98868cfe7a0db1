"""Rows of the daemon: memory, idling, following, the way from a line to a scrape, saving, starting."""
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from measure import SHIPPED, cpu_ns, cpu_ticks, free_port, memory_mb, pin

LINE = ('{"time":"2025-11-12T10:00:00.1Z","level":"INFO","msg":"message processing completed",'
        '"session_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","status":"success","duration_seconds":1.25}\n')
COUNTED = rb'messages_processed_total\{[^}]*status="success"[^}]*\} ([0-9.e+]+)'


class Daemon:
    """`logtally run` in a directory of its own; state on the disk. Pinned to the measured core where CPU time
    is what is asked for; not where it is a delay: its two threads would wait for each other."""

    def __init__(self, place, name, rules=SHIPPED, pinned=False):
        self.place = place
        self.before_exec = pin(place.core) if pinned else None
        self.dir = place.path("run-" + name)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(os.path.join(self.dir, "logs"))
        self.port = free_port()
        self.child = None
        self.connection = None
        rules = os.path.join(rules, "*.ini") if os.path.isdir(rules) else rules
        with open(os.path.join(self.dir, "logtally.ini"), "w", encoding="utf-8") as f:
            f.write("[server]\nlisten = 127.0.0.1:%d\n[state]\ndirectory = %s/state\n[limits]\nseries = 3000000\n"
                    "[log bench]\npath = %s/logs/*.log\n[rules]\ninclude = %s\n"
                    % (self.port, self.dir, self.dir, rules))

    def log(self, name="a.log"):
        return os.path.join(self.dir, "logs", name)

    def append(self, text, name="a.log"):
        with open(self.log(name), "ab") as f:
            f.write(text.encode())

    def __enter__(self):
        with open(os.path.join(self.dir, "stderr"), "wb") as err:
            self.child = subprocess.Popen([self.place.logtally, "run", "-c", os.path.join(self.dir, "logtally.ini")],
                                          stderr=err, preexec_fn=self.before_exec)
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(60)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def get(self, path, timeout=120):
        """One request on a kept connection."""
        for again in (True, False):
            try:
                self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
                self.connection.request("GET", path)
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (ConnectionError, http.client.HTTPException):
                self.connection = None
                if not again:
                    raise

    def ready(self, seconds=300):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.child.poll() is None:
            try:
                if self.get("/health/ready")[0] == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        with open(os.path.join(self.dir, "stderr"), encoding="utf-8") as f:
            raise RuntimeError("the daemon did not become ready: " + f.read()[-400:])

    def value(self, name):
        found = re.search(rb"^%s(?:\{[^}]*\})? (\S+)$" % name.encode(), self.get("/metrics")[1], re.M)
        return float(found[1]) if found else 0.0

    def cpu_ns(self):
        return cpu_ns(self.child.pid)

    def ticks(self):
        return cpu_ticks(self.child.pid)

    def resident_mb(self):
        return memory_mb(self.child.pid)


def many_files(place, n):
    d = Daemon(place, "files-%d" % n, pinned=True)
    for i in range(n):
        d.append(LINE * (1000 if n <= 10 else 10), "%05d.log" % i)
    return d


def settled(d):
    """Everything read, the page asked for once, the snapshot after it taken."""
    d.ready()
    d.get("/metrics")
    time.sleep(7)


def idling(place, table):
    seconds = 30 if place.full else 10
    with many_files(place, 10) as d:
        settled(d)
        table.add("memory with 10 files, shipped rules", d.resident_mb(), 8, unit="MB")
    with many_files(place, 1000) as d:
        settled(d)
        table.add("memory with 1,000 files", d.resident_mb(), 12, unit="MB")
        ticks, exact = [], d.cpu_ns()
        for _ in range(3):
            before = d.ticks()
            time.sleep(10)
            ticks.append(d.ticks() - before)
        table.add("idle with 1,000 files: clock ticks in 10 s", min(ticks), 0, unit="",
                  note="%.2f ms of CPU" % ((d.cpu_ns() - exact) / 3e6))
    with many_files(place, 10000) as d:
        settled(d)
        before = d.cpu_ns()
        time.sleep(seconds)
        table.add("idle with 10,000 files: share of a core", (d.cpu_ns() - before) / seconds / 1e7, 1, unit="%",
                  note="%.1f MB" % d.resident_mb())


def followed(place, rate, block, seconds):
    """CPU nanoseconds that the daemon takes for so many lines a second, by a writer on another core; a scrape at the end."""
    corpus = place.corpus("json", 80000)
    with Daemon(place, "follow", pinned=True) as d:
        d.append(LINE)
        settled(d)
        before = d.cpu_ns()
        subprocess.run([place.tool("trickle"), corpus + ".log", d.log(), str(rate), str(seconds), str(block)], check=True,
                       preexec_fn=pin(place.other), stdout=subprocess.DEVNULL)
        used = d.cpu_ns() - before
        time.sleep(1.5)
        want = 1 + rate * seconds
        lines = sum(float(v) for v in re.findall(rb"^logtally_log_lines_total\{[^}]*\} (\S+)$", d.get("/metrics")[1], re.M))
        if lines != want:
            raise RuntimeError("%d lines were written and %d counted" % (want, lines))
    return used


def following(place, table):
    for rate, block, title, target in ((20000, 1, "20,000 lines/s, one write each", 1), (1000000, 1000, "1,000,000 lines/s, a thousand a write", 30)):
        seconds = 30 if place.full and block == 1 else 8
        used = followed(place, rate, block, seconds)
        table.add("following %s: share of a core" % title, used / seconds / 1e7, target, unit="%",
                  note="%.2f us a line" % (used / seconds / rate / 1e3))


def count_of(page):
    found = re.search(COUNTED, page)
    return float(found[1]) if found else 0.0


def visible(place, table):
    """A line is appended, and a scrape asks at once; long after the one before, as it may wait for a fourth of the time
    being left to others."""
    took = []
    with Daemon(place, "visible") as d:
        d.append(LINE)
        d.ready()
        for _ in range(20 if place.full else 8):
            time.sleep(1.3)
            had = count_of(d.get("/metrics")[1])
            time.sleep(1.3)
            began = time.monotonic()
            d.append(LINE)
            while count_of(d.get("/metrics")[1]) != had + 1:
                pass
            took.append(time.monotonic() - began)
    took.sort()
    table.add("append to visible in a scrape that asks right then, median", took[len(took) // 2] * 1e3, 20, unit="ms",
              note="%.1f to %.1f ms, with fsync" % (took[0] * 1e3, took[-1] * 1e3))


def starting(place, table):
    best = None
    for _ in range(10 if place.full else 6):
        d = Daemon(place, "start")
        d.append(LINE * 100)
        began = time.monotonic()
        with d:
            while True:
                try:
                    with socket.create_connection(("127.0.0.1", d.port), 5) as s:
                        s.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
                        if s.recv(4096).startswith(b"HTTP/1.1 200"):
                            break
                except OSError:
                    time.sleep(0.0002)
            took = time.monotonic() - began
        best = min(took, best or took)
    table.add("start to first scrape, shipped rules", best * 1e3, 30, unit="ms")


def longest_silence(d, until):
    """Asks /health/live, which the loop answers between two reads, again and again: the longest answer."""
    longest = 0.0
    while not until():
        began = time.monotonic()
        d.get("/health/live")
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.0005)
    return longest


def scraped_by_curl(place, d):
    """A scrape in the background, on the other core."""
    return subprocess.Popen(["curl", "-s", "-o", place.path("page"), "http://127.0.0.1:%d/metrics" % d.port],
                            preexec_fn=pin(place.other))


def stalls(place, d, tries):
    """Least of the longest silences of the loop while a new snapshot is saved and scraped, and without; and
    the least time a save took."""
    scraping, quiet, saving = [], [], []
    for _ in range(tries):
        time.sleep(1.2)
        end = time.monotonic() + 0.5
        quiet.append(longest_silence(d, lambda: time.monotonic() > end))
        d.append(LINE_OF_SERIES)
        curl = scraped_by_curl(place, d)
        scraping.append(longest_silence(d, lambda: curl.poll() is not None))
        time.sleep(0.2)
        d.get("/health/live")
        saving.append(d.value("logtally_checkpoint_duration_seconds"))
    return min(scraping) * 1e3, min(quiet) * 1e3, min(saving) * 1e3


LINE_OF_SERIES = ('{"time":"2025-11-12T10:00:00.1Z","level":"INFO","msg":"http request","method":"GET",'
                  '"path":"/api/v1/catalogue/item/00000000","status":404,"duration":1234567}\n')


def saving(place, table):
    for n, tries in ((100000, 6), (1000000, 4)):
        corpus = place.corpus("series", n, n)
        with Daemon(place, "series-%d" % n, corpus + ".ini") as d:
            os.link(corpus + ".log", d.log())
            d.ready()
            stall, quiet, took = stalls(place, d, tries)
            note = "the loop's longest silence; %.1f ms without a scrape" % quiet
            if n == 100000:
                table.add("checkpoint of 100,000 series, with fsync", took, 30, unit="ms")
                table.add("tailing while 100,000 series are saved", stall, 20, unit="ms", note=note)
            else:
                table.add("tailing while 1,000,000 series are scraped", stall, 20, unit="ms",
                          note=note + "; save %.0f ms, %.0f MB" % (took, d.resident_mb()))


def all_rows(place):
    return [(row.__name__, lambda table, row=row: row(place, table))
            for row in (starting, visible, following, idling, saving)]
