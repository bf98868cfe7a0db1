#!/usr/bin/env python3
"""A state is one for all machines: what $LOGTALLY saved is shown and gone on from by another machine's program.

    SRCDIR=... LOGTALLY=... one_state.py OTHER-PROGRAM

A log grows in parts; the two take turns to read it, each from the state that the other left. After each part both
show the same state, and the page of rules' metrics is the same to the byte as one program's that read all of it."""
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

SRCDIR, HERE, OTHER = os.environ["SRCDIR"], os.environ["LOGTALLY"], sys.argv[1]
sys.path.insert(0, os.path.join(SRCDIR, "tests", "e2e"))
from _common import free_port                                   # noqa: E402

TURNS = 4
# Beside the project's rules, which have none: a span that is open whenever one program goes on from the other.
SPAN = """[event one_opened]
match = ^open (?<id>\\w+) by (?<user>\\w+)$
[event one_closed]
match = ^close (?<id>\\w+)$
[span one]
begin = one_opened
end = one_closed
key = id
[counter one_total]
inc = one
labels = user
"""
WAIT = 300  # seconds; only what hangs meets it


def config(name, port, home):
    with open(os.path.join(home, name), "w", encoding="utf-8") as f:
        f.write(f"[server]\nlisten = 127.0.0.1:{port}\n[state]\ndirectory = {home}/{name}.state\n"
                f"[log a]\npath = {home}/a.log\n[rules]\ninclude = {SRCDIR}/rules/*.ini, {home}/span.rules\n")
    return os.path.join(home, name)


def of_rules(page):
    """Without what tells of the process, and without times of this moment."""
    return "".join(line for line in page.splitlines(True)
                   if not line.split("# HELP ")[-1].split("# TYPE ")[-1].startswith(("logtally_", "process_", "# EOF")))


def read_on(program, conf, port, lines):
    """Runs until so many lines are counted, stops it; returns its page of the rules' metrics."""
    child = subprocess.Popen([program, "run", "-c", conf])
    try:
        for _ in range(WAIT * 10):
            time.sleep(0.1)
            assert child.poll() is None, "it ended"
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30).read().decode()
            except OSError:
                continue
            count = sum(float(line.split()[-1]) for line in page.splitlines()
                        if line.startswith("logtally_log_lines_total{"))
            if count == lines:
                return of_rules(page)
        raise AssertionError(f"{count} lines, not {lines}")
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(WAIT) == 0


def shown(program, conf):
    return subprocess.run([program, "state", "-c", conf], check=True, capture_output=True, text=True).stdout


def main():
    source = [line for name in sorted(os.listdir(os.path.join(SRCDIR, "rules", "tests"))) if name.endswith(".log")
              for line in open(os.path.join(SRCDIR, "rules", "tests", name), "rb") if line.strip() and line.endswith(b"\n")]
    source = [line for i, of_log in enumerate(source)
              for line in (of_log, *([b"close id%d\n" % (i // 10 - 1), b"open id%d by u%d\n" % (i // 10, i % 3)] if i % 10 == 0 else []))]
    with tempfile.TemporaryDirectory() as home:
        with open(os.path.join(home, "span.rules"), "w", encoding="ascii") as f:
            f.write(SPAN)
        port, alone_port = free_port(), free_port()
        turns, alone = config("turns.ini", port, home), config("alone.ini", alone_port, home)
        for turn in range(TURNS):
            upto = len(source) * (turn + 1) // TURNS
            with open(os.path.join(home, "a.log"), "ab") as log:
                log.writelines(source[len(source) * turn // TURNS:upto])
            program = (HERE, OTHER)[turn % 2]
            page = read_on(program, turns, port, upto)
            want = read_on(HERE, alone, alone_port, upto)
            assert page.count("\n") > 50 and ("one_total{" in page or turn == 0), page
            assert page == want, f"turn {turn}: the page differs:\n" + "".join(
                line + "\n" for line in sorted(set(page.splitlines()) ^ set(want.splitlines()))[:20])
            assert shown(HERE, turns) == shown(OTHER, turns), f"turn {turn}: the two show the state otherwise"
            print(f"turn {turn}: {upto} lines, {page.count(chr(10))} lines of the page")


main()
