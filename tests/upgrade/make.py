#!/usr/bin/env python3
"""Makes what tests/e2e/upgrade.py begins with: states that an older version of logtally wrote, and the logs that it read.

    make.py PROGRAM DIRECTORY       PROGRAM is that version's; tests/upgrade/0.1 was made by revision 4f60487

It was run once for each version that was released; its results are kept, and never made anew. In DIRECTORY:

    state/      as the old version left it when it was stopped
    before/     all logs as they were then
    after/      what is appended to them while nobody runs
    expected    what the old version's page says once it has gone on from there by itself
    ids.json    where the logs were, and what their devices and inodes were

Beside them lies `rules`, a copy of the old version's rules and of their smaller golden tests.

A state holds absolute paths. Those here are as long as PLACE says, so that a test can put its own of the same length there.
"""
import gzip
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PLACE = 240         # bytes of the path of the directory
WHO = ['quote " here', "back\\slash", "tab\tand\nnewline", "ünïcödé 日本語 заказ", "emoji 🧾", "a,b=c{d}", "x" * 300, "", "-", "\x01\x7f", "\u2028"]


class Old:
    """The old version, on a port of its own."""

    def __init__(self, program, rules):
        self.program, self.rules = program, rules
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]

    def start(self):
        here = os.getcwd()
        pathlib.Path("logtally.ini").write_text(
            "[server]\nlisten = 127.0.0.1:%d\n[state]\ndirectory = %s/state\ninterval = 100ms\nrotate_wait = 1s\n"
            "[log app]\npath = %s/logs/*.log\npath_match = /(?<file>[^/]+)\\.log\n"
            "[log cri]\npath = %s/logs/*.cri\nunwrap = cri\npath_match = /(?<file>[^/]+)\\.cri\n"
            "[log docker]\npath = %s/logs/*.docker\nunwrap = docker\npath_match = /(?<file>[^/]+)\\.docker\n"
            "[rules]\ninclude = %s\n" % (self.port, here, here, here, here, ", ".join(self.rules)), encoding="utf-8")
        self.until = time.monotonic() + 20
        self.child = subprocess.Popen([self.program, "run", "-c", "logtally.ini"])   # pylint: disable=consider-using-with

    def page(self):
        while True:
            try:
                return urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.port).read().decode()
            except OSError:
                assert self.child.poll() is None
                time.sleep(0.05)

    def caught_up(self, lines):
        while True:
            n = sum(int(x.rsplit(" ", 1)[1]) for x in self.page().splitlines() if x.startswith("logtally_log_lines_total"))
            if n == lines:
                return
            assert n < lines and time.monotonic() < self.until, (n, lines, self.page())
            time.sleep(0.05)

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        assert self.child.wait() == 0


class Writer:
    def __init__(self):
        self.rng, self.n, self.lines = random.Random(1), 0, 0

    def line(self, raw=False):
        """One of any kind; what 0.1 must remember of all of them differs."""
        self.n += 1
        self.lines += 1
        r, kind = self.rng, self.rng.random()
        at = "2026-11-27T09:%02d:%02d.%03dZ" % (self.n // 60 % 60, self.n % 60, self.n % 1000)
        if raw or kind < 0.5:
            line = {"time": at, "n": self.n, "msg": "hit", "level": r.choice(["info", "debug", "warn"]), "path": r.choice(["/", "/users/%d" % self.n, "/a b?x"]),
                    "status": r.choice([200, 201, 404, 503]), "agent": r.choice(["Client/2.7.1", "curl"]), "plan": r.choice(["pro", "team", "trial", None]),
                    "took": r.choice([0.5, 12.345, "1.5s", "850.417µs", 70]), "who": r.choice(WHO)}
        elif kind < 0.65:
            line = {"time": at, "n": self.n, "msg": "miss", "what": r.choice(WHO), "who": "w%d" % self.n}
        elif kind < 0.75:
            return 'time=%s n=%d msg=%s who="%s"\n' % (at, self.n, r.choice(["open", "open", "close"]), "log\\\"fmt")
        elif kind < 0.85:
            line = {"time": at, "msg": "level", "to": r.randrange(1000) / 8, "queue": r.choice(["mail", "print"])}
        elif kind < 0.87:
            line = {"time": at, "msg": "shutdown", "queue": "print"}
        else:
            return '192.0.2.1 - - [27/Nov/2026:09:15:30 +0000] "%s /api/%d HTTP/1.1" 200 %d\n' % (r.choice(["GET", "POST"]), self.n, r.randrange(4000))
        return json.dumps(line, ensure_ascii=False) + "\n"

    def write(self, path, n, **more):
        with open(path, "a", encoding="utf-8") as f:
            f.write("".join(self.line(**more) for _ in range(n)))

    def add(self, path, text, lines):
        with open(path, "a", encoding="utf-8") as f:
            f.write(text)
        self.lines += lines


def cri(tag, text):
    return "2026-11-27T09:00:00.0Z stdout %s %s\n" % (tag, text)


def docker(text):
    return json.dumps({"log": text, "stream": "stdout", "time": "2026-11-27T09:00:00Z"}) + "\n"


def make_before(old, w):
    """What the old version meets: everything a state has a word for."""
    os.makedirs("logs/real")
    for name in ("app", "half", "old", "gone", "copied", "shut"):
        w.write("logs/%s.log" % name, 30)
    w.write("logs/real/target", 10)
    os.symlink("real/target", "logs/link.log")
    old.rules.append(str(HERE / "parked.ini"))
    old.start()
    old.caught_up(w.lines)
    old.stop()
    old.rules.pop()
    old.start()
    old.caught_up(w.lines)
    os.rename("logs/app.log", "logs/app.log.1")                     # renamed, and written on for a moment
    w.write("logs/app.log", 20)
    w.write("logs/app.log.1", 3)
    os.rename("logs/old.log", "logs/old.log.1")                     # renamed, then compressed
    w.write("logs/old.log", 20)
    old.caught_up(w.lines)
    with open("logs/old.log.1", "rb") as f, gzip.GzipFile("logs/old.log.1.gz", "wb", mtime=0) as z:
        z.write(f.read())
    os.remove("logs/old.log.1")
    shutil.copyfile("logs/copied.log", "logs/copied.log.1")         # copied and truncated
    os.truncate("logs/copied.log", 0)
    os.remove("logs/gone.log")
    old.caught_up(w.lines)
    time.sleep(2)
    w.write("logs/copied.log", 12)
    w.add("logs/pod.cri", cri("F", '{"part":1}') + cri("P", '{"part"') + cri("P", ':1'), 1)
    w.add("logs/box.docker", docker('{"part":1}\n') + docker('{"part"'), 1)
    w.add("logs/half.log", '{"time":"2026-11-27T09:30:00Z","n":1000,"ms', 0)
    w.add("logs/empty.log", "", 0)
    old.caught_up(w.lines)
    time.sleep(1)
    old.stop()


def make_after(w):
    os.mkdir("after")
    w.add("after/half.log", 'g":"hit","path":"/half","status":200,"took":1}\n', 1)
    w.add("after/pod.cri", cri("F", '5}') + cri("F", '{"part":3}'), 2)
    w.add("after/box.docker", docker(':7}\n') + docker('{"part":9}\n'), 2)
    for name in ("app", "half", "old", "copied", "empty", "new"):
        w.write("after/%s.log" % name, 15)
    w.write("after/link.log", 5)


def families(page):
    """Of the rules; what the program says of itself changes with it."""
    return "".join(line for line in page.splitlines(True) if not line.split()[2 if line[0] == "#" else 0].startswith(("logtally_", "process_")))


def make(old, w, kept):
    make_before(old, w)
    make_after(w)
    shutil.copytree("logs", kept / "before", symlinks=True)
    shutil.copytree("after", kept / "after")
    (kept / "state").mkdir()
    shutil.copyfile("state/state", kept / "state/state")
    logs = [p for p in sorted(pathlib.Path("logs").rglob("*")) if p.is_file() and not p.is_symlink()]
    (kept / "ids.json").write_text(json.dumps({"place": os.getcwd(), "lines": w.lines, "ids": {str(p): [p.stat().st_dev, p.stat().st_ino] for p in logs}}, indent=1) + "\n")
    for p in pathlib.Path("after").iterdir():
        with open("logs/" + p.name, "ab") as f:
            f.write(p.read_bytes())
    old.rules.append(str(HERE / "parked.ini"))
    old.start()
    old.caught_up(w.lines)
    (kept / "expected").write_text(families(old.page()), encoding="utf-8")
    old.stop()


def main():
    program, kept = os.path.realpath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    top = tempfile.mkdtemp() + "/"
    place = top + "p" * (PLACE - len(top))
    os.mkdir(place)
    os.chdir(place)
    w, old = Writer(), Old(program, [str(HERE / "rules.ini")])
    try:
        make(old, w, kept)
    finally:
        if old.child.poll() is None:
            old.child.kill()
        os.chdir("/")
        shutil.rmtree(top)


main()
