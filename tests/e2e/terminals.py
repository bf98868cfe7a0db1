#!/usr/bin/env python3
"""Names of files and texts of lines are whoever's who writes logs: what a person reads of them in a terminal holds no escape sequence,
and no newline that would begin a line of its own."""
import os
import pty
import re
import subprocess

from _common import put
from _daemon import LOGTALLY, Daemon, append, main

NAMES = (b"a\nevil: 1 line, unchanged", b"b\x1b[2J", b"c\xc2\x9b2J", b"d\x7f\xe2\x80\xae", b"e\xff")
RULES = """
[event line]
where = msg == hi

[counter lines_total]
help   = Lines
inc    = line
labels = level
"""
LINE = b'{"msg":"hi","level":"x\x7f\xc2\x9b2J"}\n{"msg":"hi","level":"\\u001b[2J\\nevil"}\nnone \x1b[2J\n'
DANGEROUS = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffd]|^evil", re.M)


def said(*args, code=0):
    r = subprocess.run([LOGTALLY, *args], capture_output=True, check=False)
    assert r.returncode == code, (args, r)
    return r.stdout.decode() + r.stderr.decode()


def safe(*args, code=0, but=""):
    """What it prints, without those characters that may be in it."""
    text = said(*args, code=code)
    found = set(DANGEROUS.findall(text)) - set(but)
    assert not found and len(text) > 20, (args, found, text)
    return text


def make():
    os.makedirs("logs")
    put("rules.ini", RULES)
    paths = [b"logs/" + name + b".log" for name in NAMES]
    for n, path in enumerate(paths):
        append(path, LINE * (n + 1))
        append(path + b".1", LINE * (n + 10))
    return paths


def commands_that_name_files():
    paths = make()
    for args in (("-g",), ("--json",), ("-g", "--json"), ()):
        safe("explain", "--rules", "rules.ini", *args, *paths, but="\ufffd")
    for args in ((), ("--json",)):
        safe("check", "--rules", "rules.ini", "--against", *paths, *args, but="\ufffd")
    safe("suggest", *paths, but="\ufffd")
    put("logtally.ini", "[log x]\npath = logs/*.log\n[rules]\ninclude = rules.ini\n")
    assert "rotated as" in safe("check", "-c", "logtally.ini", but="\ufffd")
    safe("check", "-c", "logtally.ini", "--json", but="\ufffd")


def state_and_verify():
    make()
    d = Daemon(rules=os.path.abspath("rules.ini")).start()
    d.stop()
    assert "logs/a\\x0aevil" in safe("verify", "-c", "logtally.ini", but="\ufffd")
    safe("state", "-c", "logtally.ini", "--json", but="\ufffd")
    comments = [line for line in said("state", "-c", "logtally.ini").split("\n") if line.startswith("# file")]
    assert len(comments) == 2 * len(NAMES), comments
    assert not DANGEROUS.search("\n".join(comments).replace("\ufffd", "")), comments


def golden_tests():
    put("rules.ini", RULES)
    put(b"tests/b\x1b[2J.log", LINE)
    put(b"tests/b\x1b[2J.prom", b'lines_total{level="\x1b[2J"} 5\n')
    assert "FAILED" in safe("test", "--rules", "rules.ini", "tests", code=1)
    safe("test", "--rules", "rules.ini", "--tap", "tests", code=1)


def on_a_terminal(*args):
    ours, its = pty.openpty()
    with subprocess.Popen([LOGTALLY, *args], stdout=its) as p:
        os.close(its)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:             # the end
            pass
        assert p.wait() == 0
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def pages_on_a_terminal():
    """A page is as it must be for Prometheus, and a selector as it must be for `state drop`, but for a terminal."""
    paths = make()
    replay = ["replay", "--rules", "rules.ini", paths[0]]
    assert b'level="\x1b[2J\\nevil"' in subprocess.run([LOGTALLY, *replay], stdout=subprocess.PIPE, check=True).stdout
    Daemon(rules=os.path.abspath("rules.ini")).start().stop()
    drop = ["state", "drop", "-c", "logtally.ini", "--dry-run", "lines_total"]
    assert '\x1b[2J\\nevil"' in said(*drop)
    for args in (replay, drop, ["state", "-c", "logtally.ini"]):
        shown = on_a_terminal(*args)
        assert r'level="\x1b[2J\nevil"}' in shown and not set(DANGEROUS.findall(shown)) - {"\ufffd"}, shown


def what_is_not_read_or_written_is_told_once():
    put("rules.ini", RULES)
    put("logs/a.log", LINE)
    Daemon(rules=os.path.abspath("rules.ini")).start().stop()
    state = [LOGTALLY, "state", "-c", "logtally.ini"]
    with open("/dev/full", "wb") as full:
        r = subprocess.run(state, stdout=full, stderr=subprocess.PIPE, check=False)
    assert r.returncode == 3 and r.stderr == b"logtally: cannot write standard output: No space left on device\n", r
    ours, its = os.pipe()
    os.close(ours)
    r = subprocess.run(state, stdout=its, stderr=subprocess.PIPE, check=False)
    os.close(its)
    assert r.stderr == b"", r


main(commands_that_name_files, state_and_verify, golden_tests, pages_on_a_terminal, what_is_not_read_or_written_is_told_once)
