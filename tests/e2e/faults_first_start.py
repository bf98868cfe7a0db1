#!/usr/bin/env python3
# timeout: 200
"""The first start over old logs, seen by a real Prometheus: history is never a rate."""
import json
import os
import subprocess
import time
import urllib.parse
import urllib.request

from _common import get, put
from _faults import RULES, World, append, die_with_parent, free_port, main, need, until

APP = "logs/app.log"


class Server:
    """A Prometheus that scrapes the daemon every second."""

    def __init__(self, w):
        need("prometheus")
        self.port = free_port()
        with open("prometheus.yml", "w", encoding="utf-8") as f:
            f.write("global: {scrape_interval: 1s}\nscrape_configs: [{job_name: a, static_configs: "
                    "[{targets: ['%s']}]}]\n" % w.address)
        with open("prometheus.log", "wb") as log:
            self.child = subprocess.Popen(
                ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                 "--web.listen-address=127.0.0.1:%d" % self.port], stdout=log, stderr=log, preexec_fn=die_with_parent)
        assert until(self.ready, 60), "Prometheus did not start"

    def ready(self):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/-/ready" % self.port, timeout=5) as r:
                return r.status == 200
        except OSError:
            return False

    def query(self, text):
        """The value, or None where there is none."""
        url = "http://127.0.0.1:%d/api/v1/query?%s" % (self.port, urllib.parse.urlencode({"query": text}))
        with urllib.request.urlopen(url, timeout=10) as r:
            result = json.load(r)["data"]["result"]
        return float(result[0]["value"][1]) if result else None

    def stop(self):
        self.child.terminate()
        self.child.wait(600)


def with_port(w):
    """Prometheus has to know the address also over restarts."""
    port = free_port()
    text = get("logtally.ini")
    put("logtally.ini", text.replace("127.0.0.1:0", "127.0.0.1:%d" % port))
    w.address = "127.0.0.1:%d" % port


def first_start():
    """Scraped every second from the first moment on, over a backlog of a million lines: increase() is 0."""
    w = World(block=10 ** 9)
    append(APP, w.lines(1000000))
    with_port(w)
    server = Server(w)
    try:
        w.start()
        w.exact(60)
        assert until(lambda: server.query('sum(lines_total)') == 1000000, 30), server.query("sum(lines_total)")
        time.sleep(2.5)
        increase = server.query('sum(increase(lines_total[5m]))')
        assert increase == 0, "increase of %r over old lines" % increase
        # now it counts: raw differences, as increase() extrapolates
        w.write(500)
        w.exact()
        assert until(lambda: server.query("sum(lines_total)") == 1000500, 20)
        assert server.query("sum(max_over_time(lines_total[5m]) - min_over_time(lines_total[5m]))") == 500
        # a kill -9 in the middle is no reset and no gap in the count
        for _ in range(5):
            w.write(300)
            w.scrape()
            w.write(200)
            w.kill()
            w.start()
        w.exact()
        assert until(lambda: server.query("sum(lines_total)") == w.n, 20)
        assert server.query("sum(resets(lines_total[5m]))") == 0
        assert server.query("sum(resets(sizes_count[5m]))") == 0
        assert server.query("sum(max_over_time(lines_total[5m]) - min_over_time(lines_total[5m]))") == w.n - 1000000
        w.finish()
    finally:
        server.stop()


def families_are_left_out_until_the_backlog_is_read():
    w = World(block=10 ** 9)
    append(APP, w.lines(400000))
    w.start()
    seen = set()
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        w.scrape()
        if "lines_total" in w.values:
            break
        seen.add(w.value("logtally_catching_up"))
    assert w.value("lines_total") == w.n, "shown with %r of %d lines" % (w.value("lines_total"), w.n)
    assert "sizes_count" in w.values
    w.finish()


OTHERS = RULES + """
[event other]
where = kind == other

[counter others_total]
inc = other
"""


def killed_during_the_first_backlog():
    """What was read in part is not shown in part after kill -9 either, nor does the daemon say that it is ready."""
    n = 6000000
    w = World(rules=OTHERS, state="interval = 100ms")
    for _ in range(6):
        append(APP, b"kind=other x=1\n" * 1000000)
    for _ in range(4):
        w.start()
        until(lambda: os.path.exists("state/state"), 20, 0.001)
        w.scrape()
        w.kill()
        assert w.value("others_total") == n or "others_total" not in w.values, "shown: %r" % w.value("others_total")
    w.start()
    assert until(lambda: w.fetch("/health/ready")[0] == 200, 60)
    assert w.now("others_total") == n, "ready with %r of %d" % (w.value("others_total"), n)
    w.finish()


def not_ready_while_behind_after_a_restart():
    """With a state the old values are shown at once; ready is said when what is there has been read."""
    n = 6000000
    w = World(rules=OTHERS)
    append(APP, b"kind=other x=1\n" + w.lines(100))
    w.start()
    w.exact()
    w.term()
    for _ in range(6):
        append(APP, b"kind=other x=1\n" * 1000000)
    w.start()
    w.scrape()
    assert w.value("lines_total") == 100 and w.value("others_total") >= 1, w.page
    assert until(lambda: w.fetch("/health/ready")[0] == 200, 60)
    assert w.now("others_total") == n + 1, "ready with %r of %d" % (w.value("others_total"), n + 1)
    w.finish()


def start_at_the_end_when_asked():
    """`start = end` is for files that are there at the first start; later ones are read from their beginning."""
    w = World(log="start = end")
    append(APP, b"".join(w.lines(500, counted=False).splitlines(keepends=True)))
    w.start()
    until(lambda: w.now("logtally_catching_up") == 0)
    w.write(200)
    w.write(100, "logs/new.log")
    w.exact()
    w.kill()
    w.write(100, "logs/while-down.log")
    w.start()
    w.exact()
    w.finish()


if __name__ == "__main__":
    main(first_start, families_are_left_out_until_the_backlog_is_read, killed_during_the_first_backlog,
         not_ready_while_behind_after_a_restart, start_at_the_end_when_asked)
