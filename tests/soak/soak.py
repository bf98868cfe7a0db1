#!/usr/bin/env python3
"""A soak: an hour of a machine's life, with the built daemon, in real time; every count must be exact.

    soak.py [--seconds 3600] [--seed N] [--csv FILE] [--dir DIR] [--lines-per-second N]

LOGTALLY names the program (build/gcc/src/logtally if it does not). Six logs of six formats are written, in bursts and
drop by drop, and rotated in all the ways of logs.py, by logrotate, gzip, zstd and xz themselves. Two daemons read them,
each with a state of its own: one is killed, stopped and made to stand still at random moments, and started again after
a while; the other lives to the end, so that what leaks shows in it. Both are reloaded, with rules that change and some
that are wrong, and scraped in all formats, by one client that remembers everything and by crowds.

Every minute all must be exact: what the writers added up is on both pages. At the end, too, also after a restart, and
`logtally verify` must agree; memory, descriptors and series of the one that lives must not have grown. The CSV has a row
for every five seconds; plot.py draws it. The last line is `N passed, N failed`; a failed run keeps its directory."""
import argparse
import csv
import gzip
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("LOGTALLY", os.path.join(TOP, "build", "gcc", "src", "logtally"))
os.environ["SRCDIR"] = TOP
sys.path[:0] = [os.path.join(TOP, "tests", "e2e"), os.path.dirname(os.path.abspath(__file__))]
import logs                                                     # noqa: E402
from _common import fetch, free_port, get, put, until           # noqa: E402
from _faults import Prometheus, check_histogram, descriptors, die_with_parent, memory, parse    # noqa: E402

LOGTALLY = os.path.abspath(os.environ["LOGTALLY"])
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
FAMILIES = ("lines_total", "numbers_total", "weights_total", "took_seconds_count")
KEPT = 1 << 20          # bytes by which memory may differ without being said to grow
# Rules that a reload adds, changes, takes away; the last cannot be taken.
EXTRA = ("", "[counter extra_total]\nhelp = Extra\ninc = structured\nlabels = source\n",
         "[counter extra_total]\nhelp = Extra, another way\ninc = structured, trace\nlabels = source, status\n",
         "[counter extra_total]\nhelp = Extra\ninc = nobody\n")
BAD = 3
# What says that something went wrong; here nothing did, whatever was done to the daemon.
LOSS = re.compile("logtally_(lost_bytes|files_vanished|files_ambiguous|state_resets|state_removed|"
                  "checkpoint_failures|read_errors|rule_errors|log_regex_errors)_total")


class Daemon:
    """One of the two. Its lock is held while it is not to be asked."""

    def __init__(self, name, paths):
        self.name, self.port, self.child, self.starts = name, free_port(), None, 0
        self.prometheus, self.seen, self.lock = Prometheus(), 0, threading.RLock()
        put(name + ".ini", "[server]\nlisten = 127.0.0.1:%d\n[state]\ndirectory = %s/state-%s\ninterval = 5s\n"
            "rotate_wait = 1m\nremember = 10m\n[rules]\ninclude = rules/*.ini\n%s" % (self.port, os.getcwd(), name, paths))

    def start(self):
        self.starts += 1
        with open("stderr-" + self.name, "ab") as err:
            self.child = subprocess.Popen([LOGTALLY, "run", "-c", self.name + ".ini"], stdin=subprocess.DEVNULL, stdout=err,
                                          stderr=err, preexec_fn=die_with_parent)
        assert until(self.ready, 60), "%s does not become ready" % self.name

    def ready(self):
        assert self.child.poll() is None, "%s ended: %s" % (self.name, get("stderr-" + self.name)[-2000:])
        try:
            return fetch(self.port, "/health/ready")[0] == 200
        except OSError:
            return False

    def scrape(self, openmetrics=False, packed=False):
        """Its page as Prometheus sees it: what was shown is never taken back."""
        headers = {"Accept": OPENMETRICS if openmetrics else "text/plain"}
        if packed:
            headers["Accept-Encoding"] = "gzip"
        with self.lock:
            status, said, body = fetch(self.port, "/metrics", headers=headers, seconds=60)
            assert status == 200, "%s: status %d" % (self.name, status)
            if packed:
                assert said["Content-Encoding"] == "gzip", said
                body = gzip.decompress(body)
            values = parse(body.decode())
            self.prometheus.see(values, FAMILIES)
            assert not self.prometheus.falls and not self.prometheus.gone, (
                "%s: fell %r, gone %r" % (self.name, self.prometheus.falls[:3], self.prometheus.gone[:3]))
            check_histogram(values, "took_seconds")
            self.seen += 1
        return values

    def series(self):
        """{(name, sorted labels): value} of the page now."""
        return {(name, tuple(sorted(labels))): v for name, family in self.scrape().items() for labels, v in family.items()}

    def value(self, name, **labels):
        return sum(v for (n, of), v in self.series().items() if n == name and set(labels.items()) <= set(of))

    def end(self, number):
        self.child.send_signal(number)
        code = self.child.wait(60)
        assert number == signal.SIGKILL or code == 0, "%s: exit status %d after SIGTERM" % (self.name, code)


class Soak:
    def __init__(self, options):
        self.random, self.options = random.Random(options.seed), options
        self.truth, self.began, self.done = logs.Truth(), time.monotonic(), threading.Event()
        self.logs = [logs.Log(name, self.truth, options.seed) for name in logs.FORMATS]
        paths = "".join("[log %s]\npath = %s/%s\n%s\n" % (log.name, os.getcwd(), log.file(), log.section) for log in self.logs)
        put("rules/main.ini", logs.RULES)
        put("rules/extra.ini", EXTRA[0])
        self.living, self.dying = Daemon("living", paths), Daemon("dying", paths)
        self.failures, self.checks, self.kinds = [], 0, {}
        self.counts = dict.fromkeys(("kills", "stops", "stands", "reloads", "refused", "rotations", "crowds", "answers"), 0)
        self.down_until = self.stands_until = None
        self.rows, self.extra = [], 0

    def daemons(self):
        return self.living, self.dying

    def age(self):
        return time.monotonic() - self.began

    # --- what happens --------------------------------------------------------------------------------

    def write(self, seconds):
        for log in self.logs:
            log.tell()
            if self.random.random() < seconds / 25:
                log.write(self.random.randrange(1000, 12000))
            elif self.random.random() < 0.8:
                log.write(int(self.random.expovariate(1 / (seconds * self.options.rate / len(self.logs)))))

    def rotate(self, log):
        """Of a pod only the newest file has a name that leads to it: who did not see it lost it."""
        if not log.bytes or (log.name == "pod" and not self.is_counted("pod")):
            return
        kind = log.rotate()
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.counts["rotations"] += 1
        log.bytes = 0

    def is_counted(self, source):
        """By both, and saved, as it is shown."""
        lines = self.truth.values.get(("numbers_total", (("source", source),)))
        return not self.down_until and not self.stands_until and all(
            d.series().get(("numbers_total", (("source", source),))) == lines for d in self.daemons())

    def disturb(self):
        """kill -9, SIGTERM, or it stands still for a while."""
        if self.down_until or self.stands_until:
            return
        what = self.random.choices(("kills", "stops", "stands"), (6, 3, 2))[0]
        self.counts[what] += 1
        self.dying.lock.acquire()
        if what == "stands":
            self.dying.child.send_signal(signal.SIGSTOP)
            self.stands_until = self.age() + self.random.uniform(0.2, 4)
        else:
            self.dying.end(signal.SIGKILL if what == "kills" else signal.SIGTERM)
            self.down_until = self.age() + self.random.choice((0, 0.5, 3, 6))

    def recover(self, now=False):
        if self.stands_until and (now or self.age() > self.stands_until):
            self.dying.child.send_signal(signal.SIGCONT)
            self.stands_until = None
            self.dying.lock.release()
        if self.down_until and (now or self.age() > self.down_until):
            self.dying.start()
            self.down_until = None
            self.dying.lock.release()

    def reload(self):
        """Also one that is refused: then the old rules stay until the good ones are back."""
        self.extra = self.random.choice([i for i in range(len(EXTRA)) if i != self.extra])
        self.take_rules(self.extra)
        if self.extra == BAD:
            self.counts["refused"] += 1
            assert until(lambda: self.living.value("logtally_config_last_reload_successful") == 0, 60), "bad rules were taken"
            self.extra = 0
            self.take_rules(self.extra)
        assert until(lambda: self.living.value("logtally_config_last_reload_successful") == 1, 60), "good rules were refused"

    def take_rules(self, extra):
        self.counts["reloads"] += 1
        put("rules/new", EXTRA[extra])
        os.rename("rules/new", "rules/extra.ini")
        put("rules/main.ini", logs.RULES + "; %d\n" % self.counts["reloads"])
        for daemon in self.daemons():
            if daemon.child.poll() is None:
                daemon.child.send_signal(signal.SIGHUP)

    # --- those who scrape ----------------------------------------------------------------------------

    def guarded(self, work, pause):
        """Until the end, in a thread of its own; what goes wrong there ends the soak."""
        chance = random.Random("%s/%s" % (work.__name__, self.options.seed))

        def loop():
            while not self.done.wait(chance.uniform(*pause)):
                try:
                    work(chance)
                except Exception as e:                          # pylint: disable=broad-except
                    self.failures.append("%s: %r" % (work.__name__, e))
                    return
        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        return thread

    def scrape_living(self, chance):
        self.living.scrape(chance.random() < 0.5, chance.random() < 0.5)

    def scrape_dying(self, chance):
        self.dying.scrape(chance.random() < 0.5, chance.random() < 0.5)

    def crowd(self, chance):
        """Forty at once, in all formats; some read slowly, some go away in the middle."""
        sockets = []
        for _ in range(40):
            s = socket.create_connection(("127.0.0.1", self.living.port), 60)
            s.sendall(("GET %s HTTP/1.1\r\nHost: x\r\nAccept: %s\r\nAccept-Encoding: %s\r\nConnection: close\r\n\r\n" % (
                chance.choice(("/metrics",) * 4 + ("/", "/health")), chance.choice(("*/*", OPENMETRICS, "text/plain")),
                chance.choice(("identity", "gzip", "zstd", "gzip;q=0.5, zstd")))).encode())
            sockets.append(s)
        for s in sockets:
            with s:
                if chance.random() < 0.1:
                    s.recv(chance.randrange(1, 100))
                    continue
                whole = b""
                while True:
                    part = s.recv(65536 if chance.random() < 0.9 else 1000)
                    if not part:
                        break
                    whole += part
                head, _, body = whole.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                assert head.startswith(b"HTTP/1.1 200 ") and (not length or int(length.group(1)) == len(body)), head
                self.counts["answers"] += 1
        self.counts["crowds"] += 1

    # --- judgement -----------------------------------------------------------------------------------

    def differences(self, daemon):
        return list(self.truth.differences(daemon.series()))

    def check(self, prune=True):
        """All is exact now, on both pages, and nothing is said to be lost."""
        self.recover(now=True)
        if self.extra:
            self.extra = 0          # series are compared
            self.take_rules(0)
        for log in self.logs:
            log.settle()
        for daemon in self.daemons():
            deadline = time.monotonic() + 90
            found = self.differences(daemon)
            while found and time.monotonic() < deadline and not self.failures:
                time.sleep(0.2)
                found = self.differences(daemon)
            assert not found, "%s after %d s, (series, written, counted): %r" % (daemon.name, self.age(), found[:12])
            self.nothing_is_said_lost(daemon)
            self.checks += 1
        self.sample(exact=1)
        if prune:
            for log in self.logs:
                log.prune()

    def nothing_is_said_lost(self, daemon):
        said = {k: v for k, v in daemon.series().items() if v and LOSS.match(k[0])}
        assert not said, "%s: %r" % (daemon.name, said)

    def sample(self, exact=""):
        row = {"seconds": round(self.age(), 1), "lines": self.truth.lines, "exact": exact}
        for d in self.daemons():
            up = d is self.living or not (self.down_until or self.stands_until)
            page = d.series() if up else {}
            row.update({d.name + "_rss": memory(d.child.pid) if up else "", d.name + "_fds": descriptors(d.child.pid) if up else "",
                        d.name + "_series": len(page) or "", d.name + "_scrapes": d.seen,
                        d.name + "_lines": sum(v for k, v in page.items() if k[0] == "lines_total") if up else ""})
        self.rows.append(dict(row, **self.counts))
        if self.options.csv:
            with open(self.options.csv, "w", newline="", encoding="utf-8") as f:
                out = csv.DictWriter(f, self.rows[-1].keys(), lineterminator="\n")
                out.writeheader()
                out.writerows(self.rows)

    def flat(self, what, slack):
        """What the one that lives had at the exact moments of the second quarter and of the last: (then, now, flat?)."""
        at = [(r["seconds"], r["living_" + what]) for r in self.rows if r["exact"]]
        end = at[-1][0]
        then = [v for t, v in at if end / 4 <= t < end / 2]
        now = [v for t, v in at if t >= end * 3 / 4]
        if len(then) < 3 or len(now) < 3:
            return None
        then, now = statistics.median(then), statistics.median(now)
        return then, now, now <= then + slack

    # --- the whole -----------------------------------------------------------------------------------

    def run(self):
        for daemon in self.daemons():
            daemon.start()
        threads = [self.guarded(self.scrape_living, (0.5, 3)), self.guarded(self.scrape_dying, (0.5, 3)),
                   self.guarded(self.crowd, (1, 6))]
        every = self.options.every
        plan = [(self.disturb, 10 * every, 40 * every), (self.reload, 15 * every, 50 * every), (self.sample, 5, 5),
                (self.check, 60 * every, 60 * every)] + [
            (lambda log=log: self.rotate(log), 6 * every, 40 * every) for log in self.logs]
        due = [self.random.uniform(at_least, at_most) for _, at_least, at_most in plan]
        last = self.age()
        while self.age() < self.options.seconds and not self.failures:
            time.sleep(0.1)
            self.recover()
            self.write(self.age() - last)
            last = self.age()
            for i, (work, at_least, at_most) in enumerate(plan):
                if due[i] <= self.age() and not self.failures:
                    work()
                    due[i] = self.age() + self.random.uniform(at_least, at_most)
        self.recover(now=True)
        self.done.set()
        for thread in threads:
            thread.join(90)
        assert not self.failures, self.failures
        self.finish()

    def finish(self):
        self.check(prune=False)
        for daemon in self.daemons():
            daemon.end(signal.SIGTERM)
            done = subprocess.run([LOGTALLY, "verify", "-c", daemon.name + ".ini"], capture_output=True, text=True, check=False)
            assert done.returncode == 0, "verify: " + done.stdout + done.stderr
            self.checks += 1
            daemon.start()
        self.check(prune=False)
        for daemon in self.daemons():
            daemon.end(signal.SIGTERM)
        for what, slack in (("rss", KEPT), ("fds", 8), ("series", 0)):
            said = self.flat(what, slack)
            if said:
                print("%s: %d, then %d" % (what, said[0], said[1]))
                assert said[2], "%s grew" % what
                self.checks += 1

    def say(self):
        print("%d s, %d lines; %s" % (self.age(), self.truth.lines, ", ".join("%d %s" % (v, k) for k, v in self.counts.items())))
        print("rotations: " + ", ".join("%d %s" % (n, kind) for kind, n in sorted(self.kinds.items())))
        print("scrapes: %d of the one that lives, %d of the one that dies" % (self.living.seen, self.dying.seen))


def missing():
    tools = [t for t in ("logrotate", "gzip", "zstd", "xz") if not shutil.which(t, path=os.environ["PATH"] + ":/usr/sbin:/sbin")]
    return ", ".join(tools)


def main():
    parser = argparse.ArgumentParser(description="Runs the daemon for an hour among all that happens to logs.")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", type=os.path.abspath)
    parser.add_argument("--dir", type=os.path.abspath, help="where all is written; a temporary directory if not given")
    parser.add_argument("--lines-per-second", type=float, default=300, dest="rate", help="beside the bursts")
    parser.add_argument("--every", type=float, default=1, help="0.1: all that happens now and then happens ten times as often")
    options = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if missing():
        print("%s: not installed\n0 passed, 0 failed, 1 skipped" % missing())
        return 77
    where = options.dir or tempfile.mkdtemp(prefix="logtally-soak-")
    os.makedirs(where, mode=0o755, exist_ok=True)
    os.chmod(where, 0o755)      # logrotate wants no directory that others can write
    os.chdir(where)
    soak, failed = Soak(options), 1
    try:
        soak.run()
        failed = 0
    except Exception as e:                                      # pylint: disable=broad-except
        traceback.print_exc(file=sys.stdout)
        print("FAIL: %s %s" % (type(e).__name__, e))
    finally:
        for daemon in soak.daemons():
            if daemon.child and daemon.child.poll() is None:
                if failed:
                    put("page-" + daemon.name, fetch(daemon.port, "/metrics")[2])
                daemon.child.kill()
                daemon.child.wait()
    soak.say()
    if failed:
        for daemon in filter(lambda d: d.starts, soak.daemons()):
            print("%s said:\n%s" % (daemon.name, get("stderr-" + daemon.name)[-5000:]))
        print("kept in " + where)
    elif not options.dir:
        shutil.rmtree(where)
    print("%d passed, %d failed" % (soak.checks, failed))
    return failed


if __name__ == "__main__":
    sys.exit(main())
