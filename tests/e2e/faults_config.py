#!/usr/bin/env python3
# timeout: 240
"""Reload, and configurations that are wrong: rows 72 to 77 and 90 of the fault catalogue."""
import os
import random
import re
import signal
import subprocess
import threading
import time

from _common import fetch, free_port, get, put
from _faults import LOGTALLY, RULES, Skip, World, append, cpu_ticks, main, need, stays, until

APP = "logs/app.log"
HITS = """
[event other]
where = kind == other

[counter others_total]
inc = other
"""


def place(text, path="rules.ini"):
    put(path + ".new", text)
    os.rename(path + ".new", path)


def reload(w):
    """SIGHUP, and until it has been dealt with."""
    def said():
        return w.stderr().count("reloaded: ") + w.stderr().count("reload refused")
    before = said()
    w.signal(signal.SIGHUP)
    assert until(lambda: said() > before, 20), w.stderr()


class Writer:
    """with Writer(w): lines keep coming, in pieces, and files are rotated now and then."""

    def __init__(self, w, rotate=True):
        self.w, self.rotate, self.done = w, rotate, threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        k = 0
        while not self.done.is_set():
            append(APP, self.w.lines(50))
            k += 1
            if self.rotate and k % 100 == 0:
                os.rename(APP, APP + ".%d" % (k // 100))
            time.sleep(0.005)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def sighup():
    """Nothing changed: nothing visible happens, under load."""
    w = World().start()
    with Writer(w):
        for _ in range(15):
            reload(w)
            w.scrape()
    w.exact()
    w.finish()


def sighup_while_it_starts():
    """It waits for the start, that of a terminal or a script that is early; it ends nothing."""
    many = "".join("[event e%d]\nmatch = ^x%d (?<f>\\d+)\n" % (i, i) for i in range(20000))
    w = World(rules=RULES + many)
    w.write(100)
    w.start(wait=False)
    assert until(lambda: cpu_ticks(w.pid) >= 5, 10, 0.001) and not w.listening()
    w.signal(signal.SIGHUP)
    assert until(lambda: w.listening() or not w.alive(), 40) and w.alive(), w.child.poll()
    assert until(lambda: "reloaded" in w.stderr(), 20), w.stderr()
    w.exact()
    w.finish()


def reload_of_a_bad_configuration():
    """The old one stays, says why, and the page tells."""
    w = World().start()
    w.write(200)
    w.exact()
    with Writer(w):
        for bad in ("garbage\n", RULES + "[counter x]\ninc = nobody\n", RULES + "[event y]\nmatch = (\n"):
            place(bad)
            reload(w)
            w.scrape()
            assert w.value("logtally_config_last_reload_successful") == 0, bad
        os.unlink("rules.ini")
        reload(w)
        place(RULES)
        reload(w)
        assert w.now("logtally_config_last_reload_successful") == 1
    w.exact()
    w.finish()


def rules_that_are_no_files():
    """A fifo with a silent writer, a device, a huge file: a mistake at once, at a reload and at a start."""
    w = World().start()
    w.write(100)
    w.exact()
    os.unlink("rules.ini")
    os.mkfifo("rules.ini")
    writer = os.open("rules.ini", os.O_RDWR)
    for kind in ("fifo", "device", "huge"):
        if kind != "fifo":
            os.unlink("rules.ini")
        if kind == "device":
            os.symlink("/dev/zero", "rules.ini")
        if kind == "huge":
            put("rules.ini", "")
            os.truncate("rules.ini", 1 << 40)
        reload(w)
        assert until(lambda: w.now("logtally_config_last_reload_successful") == 0, 5), w.stderr()
        assert "rules.ini: cannot read it: it is " in w.stderr(), w.stderr()
        child = subprocess.run([LOGTALLY, "run", "-c", "logtally.ini"], stderr=subprocess.PIPE, timeout=600, check=False)
        assert child.returncode == 1 and b"cannot read it: it is " in child.stderr, child
    os.close(writer)
    os.unlink("rules.ini")
    place(RULES)
    reload(w)
    w.finish()


def rules_that_are_all_gone():
    """The default directory of rules emptied, or not mounted: the reload is refused, and every metric stays."""
    w = World()
    os.mkdir("rules")
    os.rename("rules.ini", "rules/rules.ini")
    text = get("logtally.ini")
    put("logtally.ini", text[:text.index("[rules]")])
    w.start()
    w.write(200)
    w.exact()
    os.rename("rules", "away")
    reload(w)
    assert w.now("logtally_config_last_reload_successful") == 0
    assert "no rules file defines a metric any more" in w.stderr(), w.stderr()
    w.write(100)
    w.exact()
    os.rename("away", "rules")
    reload(w)
    assert w.now("logtally_config_last_reload_successful") == 1
    w.finish()


def path_that_matches_nothing():
    w = World(path="logs/*.log logs/typo/*.log").start()
    w.write(10)
    w.exact()
    assert until(lambda: w.now("logtally_paths_unmatched") == 1, 10), w.own()
    assert "logs/typo/*.log: no file matches this path yet" in w.stderr(), w.stderr()
    assert b'"paths_unmatched":1' in w.fetch("/health")[2]
    checked = subprocess.run([LOGTALLY, "check", "-c", "logtally.ini"], stderr=subprocess.PIPE, check=False)
    assert checked.returncode == 0 and b"no file matches" in checked.stderr and b"typo" in checked.stderr, checked
    os.mkdir("logs/typo")
    w.write(10, "logs/typo/a.log")
    w.exact()
    assert w.value("logtally_paths_unmatched") == 0
    w.finish()


def directory_that_cannot_be_read():
    """No right to list it, and none to open what is in it: said; read as soon as there is."""
    if os.geteuid():
        raise Skip("needs another user")
    need("setpriv")
    other = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    w = World()
    os.mkdir("state")
    os.chown("state", 65534, 65534)
    for up in (os.getcwd(), os.path.dirname(os.getcwd())):
        os.chmod(up, 0o755)
    if subprocess.run([*other, "ls", LOGTALLY, os.getcwd()], check=False, capture_output=True).returncode:
        raise Skip("another user cannot come here")
    w.write(10)
    w.start(other)
    for mode in (0o711, 0o744):
        w.exact()
        os.chmod("logs", mode)
        assert until(lambda: w.now("logtally_directories_unreadable") == 1, 15), w.own()
        assert "/logs: Permission denied" in w.stderr(), w.stderr()
        assert b'"directories_unreadable":1' in w.fetch("/health")[2]
        assert until(lambda: b"degraded" in w.fetch("/health")[2], 15)          # after `catching_up`
        checked = subprocess.run([*other, LOGTALLY, "check", "-c", "logtally.ini"], capture_output=True, check=False)
        assert b"/logs: " in checked.stderr, checked
        w.write(10, "logs/%o.log" % mode)
        os.chmod("logs", 0o755)
        w.exact()
        assert until(lambda: w.now("logtally_directories_unreadable") == 0, 15), w.own()
    w.term()


def rules_that_cannot_be_read():
    """Their folder, one on its way, and that of what rules include: a mistake, not rules that are gone."""
    other = ()
    if os.geteuid() == 0:
        need("setpriv")
        other = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    for up in (os.getcwd(), os.path.dirname(os.getcwd())):
        os.chmod(up, 0o755)
    if subprocess.run([*other, "ls", LOGTALLY, os.getcwd()], check=False, capture_output=True).returncode:
        raise Skip("another user cannot come here")
    os.umask(0o022)
    put("etc/rules/a.ini", "[event a]\nmatch = a\n[counter a_total]\nhelp = a\ninc = a\n")
    put("etc/rules/more/b.grok", "WORD a\n")
    put("app.log", "a\n")
    port = free_port()
    head = "[server]\nlisten = 127.0.0.1:%d\n[state]\ndirectory =\n[log app]\npath = ../app.log\n" % port
    grok = "[patterns]\ninclude = rules/more/*.grok\n"

    def checked(code):
        done = subprocess.run([*other, LOGTALLY, "check", "-c", "etc/logtally.ini"], capture_output=True, text=True, check=False)
        assert done.returncode == code, done
        return done.stderr
    for include, closed, mode in (("", "rules", 0o700), ("", "rules", 0o711), ("[rules]\ninclude = rules\n", "rules", 0o700), (
            "[rules]\ninclude = */a.ini\n", "rules", 0o600), ("[rules]\ninclude = rules/a.ini\n", "rules", 0o600), (
            "[rules]\ninclude = rules/a.ini\n" + grok, "rules/more", 0o700)):
        put("etc/logtally.ini", head + include)
        checked(0)
        os.chmod("etc/" + closed, mode)
        said = checked(1)
        assert "cannot read etc/%s: Permission denied\n1 mistake\n" % closed in said, (include, said)
        os.chmod("etc/" + closed, 0o755)
    put("etc/logtally.ini", head)
    with open("err", "wb") as err:
        child = subprocess.Popen([*other, LOGTALLY, "run", "-c", "etc/logtally.ini"], stderr=err)
    try:
        assert until(lambda: "caught up" in get("err")), get("err")
        os.chmod("etc/rules", 0o700)
        child.send_signal(signal.SIGHUP)
        assert until(lambda: "reload refused" in get("err") and "1 mistake" in get("err")), get("err")
        assert "cannot read etc/rules: Permission denied" in get("err") and "any more" not in get("err"), get("err")
        assert "a_total 1\n" in fetch(port, "/metrics")[2].decode()
    finally:
        child.kill()
        child.wait()
    done = subprocess.run([*other, LOGTALLY, "run", "-c", "etc/logtally.ini"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Permission denied" in done.stderr, done
    os.chmod("etc/rules", 0o755)
    os.chmod("app.log", 0)
    with open("err", "wb") as err:
        child = subprocess.Popen([*other, LOGTALLY, "run", "-c", "etc/logtally.ini"], stderr=err)
    try:
        assert until(lambda: "caught up" in get("err")), get("err")
        assert "caught up with the files that were there, but for 1 that user " in get("err"), get("err")
        assert "(%d) cannot read" % (65534 if other else os.geteuid()) in get("err"), get("err")
    finally:
        child.kill()
        child.wait()


def check_tells_files_that_cannot_be_read():
    """Whoever checks a configuration as the user that it will run as learns it before the service does."""
    other = ()
    if os.geteuid() == 0:
        need("setpriv")
        other = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    w = World()
    w.write(10)
    for up in (os.getcwd(), os.path.dirname(os.getcwd())):
        os.chmod(up, 0o755)
    if subprocess.run([*other, "ls", LOGTALLY, os.getcwd()], check=False, capture_output=True).returncode:
        raise Skip("another user cannot come here")

    def said():
        done = subprocess.run([*other, LOGTALLY, "check", "-c", "logtally.ini"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        return done.stderr
    assert "Permission denied" not in said(), said()
    for name in "a.log", "b.log", "c.log":
        with open("logs/" + name, "wb") as log:
            os.fchmod(log.fileno(), 0)
        more = {"a.log": "\n", "b.log": "; 1 other file cannot be read either\n", "c.log": "; 2 other files cannot be read either\n"}[name]
        assert "logs/a.log: Permission denied" + more in said(), said()


def file_that_was_allocated_ahead():
    """NULs where data comes later: said, and the data is counted when it is there."""
    w = World().start()
    w.write(10)
    size = os.stat(APP).st_size
    os.truncate(APP, 1 << 20)
    w.exact()
    assert until(lambda: w.now("logtally_files_nuls") == 1, 15), w.own()
    assert until(lambda: "NULs where the next line should be" in w.stderr(), 15)
    assert b'"files_nuls":1' in w.fetch("/health")[2]
    fd = os.open(APP, os.O_WRONLY)
    for _ in range(20):
        data = w.lines(10)
        os.pwrite(fd, data[:100], size)
        w.scrape()
        os.pwrite(fd, data[100:], size + 100)
        size += len(data)
        w.exact()
    os.ftruncate(fd, size)
    os.close(fd)
    assert until(lambda: w.now("logtally_files_nuls") == 0, 15), w.own()
    w.write(10)
    w.finish()


def reload_adds_changes_and_removes_a_rule():
    """Metrics that agree keep their values; a new one counts from then on; the lines are read once."""
    w = World().start()
    append(APP, b"kind=other x=1\n" * 10 + w.lines(200))
    w.exact()
    place(RULES + HITS)
    reload(w)
    append(APP, b"kind=other x=1\n" * 7 + w.lines(200))
    w.exact()
    assert w.value("others_total") == 7, w.page
    place(RULES + HITS.replace("where = kind == other", "where = kind =~ ^other"))
    reload(w)
    append(APP, b"kind=other x=1\n" * 5 + w.lines(100))
    w.exact()
    assert w.value("others_total") == 12
    place(RULES)
    reload(w)
    append(APP, b"kind=other x=1\n" * 5 + w.lines(100))
    w.exact()
    assert "others_total" not in w.values
    place(RULES + HITS.replace("inc = other", "inc = other\nlabels = kind"))
    reload(w)
    append(APP, b"kind=other x=1\n" * 3 + w.lines(100))
    w.exact()
    assert w.value("others_total") == 3, w.page
    assert "begins anew" not in w.stderr(), w.stderr()
    place(RULES + HITS)
    reload(w)
    assert "warn logtally: metric others_total begins anew: its labels changed; " in w.stderr(), w.stderr()
    w.finish()


def reload_reads_tables_again():
    """A table is that of the last reload that went well."""
    put("kinds.csv", "other,first\n")
    w = World(rules=RULES + HITS.replace("where = kind == other", "where = kind == other\nmap.kind = @kinds.csv")
              .replace("inc = other", "inc = other\nlabels = kind")).start()
    append(APP, b"kind=other x=1\n" * 10 + w.lines(50))
    w.exact()
    place("other,second\n", "kinds.csv")
    append(APP, b"kind=other x=1\n" * 5 + w.lines(50))
    w.exact()
    assert w.value("others_total", kind="first") == 15, w.page
    reload(w)
    append(APP, b"kind=other x=1\n" * 3 + w.lines(50))
    w.exact()
    assert w.value("others_total", kind="second") == 3, w.page
    place("other,third\nother,fourth\n", "kinds.csv")
    reload(w)
    assert "kinds.csv:2: " in w.stderr(), w.stderr()
    append(APP, b"kind=other x=1\n" * 2 + w.lines(50))
    w.exact()
    assert w.value("others_total", kind="second") == 5, w.page
    place("other,second\n", "kinds.csv")     # a start takes no table that is wrong
    w.finish()


def rules_changed_while_down():
    w = World(rules=RULES + HITS).start()
    append(APP, b"kind=other x=1\n" * 10 + w.lines(200))
    w.exact()
    w.term()
    place(RULES)
    append(APP, b"kind=other x=1\n" * 10 + w.lines(100))
    w.start()
    w.exact()
    w.term()
    place(RULES + HITS)                       # the mistaken edit is undone: the parked values are back
    append(APP, b"kind=other x=1\n" * 4 + w.lines(100))
    w.start()
    w.exact()
    assert w.value("others_total") == 14, w.page
    w.finish()


def reload_under_load_with_kill():
    """Reloads that change the rules, kill -9, rotation and lines, all at once."""
    chance = random.Random(5)
    w = World().start()
    with Writer(w):
        for i in range(20):
            place(RULES + (HITS if i % 2 else ""))
            if w.alive():
                w.signal(signal.SIGHUP)
            time.sleep(chance.random() * 0.1)
            w.scrape()
            if chance.random() < 0.3:
                w.kill()
                w.start()
    place(RULES)
    w.exact()
    w.finish()


def reload_adds_and_removes_a_log():
    w = World()
    os.makedirs("more")
    w.start()
    w.write(200)
    w.exact()
    one = get("logtally.ini")
    two = one.replace("[rules]", "[log more]\npath = %s/more/*.log\n[rules]" % os.getcwd())
    w.write(100, "more/a.log")
    place(two, "logtally.ini")
    reload(w)
    w.write(100)
    w.exact()
    place(one, "logtally.ini")
    reload(w)
    w.write(50, "more/a.log")               # nobody reads it now
    w.write(50)
    stays(lambda: True, 1)
    assert w.difference(), "read what no log names"
    place(two, "logtally.ini")
    reload(w)
    w.exact()
    w.finish()


def pages_while_reloading():
    """Every page parses, and no counter falls, whatever goes on."""
    w = World().start()
    with Writer(w):
        until = time.monotonic() + 6
        k = 0
        while time.monotonic() < until:
            k += 1
            place(RULES + (HITS if k % 2 else ""))
            w.signal(signal.SIGHUP)
            for _ in range(5):
                w.scrape()
    place(RULES)
    reload(w)
    w.exact()
    w.finish()


def reload_by_http():
    w = World(server="reload = yes").start()
    w.write(100)
    w.exact()
    place(RULES + HITS)
    assert w.fetch("/-/reload", method="POST")[0] == 200
    place("[nonsense]\nx = y\n")
    status, _, body = w.fetch("/-/reload", method="POST")
    assert status == 400 and b"rules.ini:1" in body, body
    assert w.now("logtally_config_last_reload_successful") == 0
    assert w.fetch("/-/reload")[0] == 405
    place(RULES)
    w.write(100)
    w.finish()


def refused_at_start():
    """Exit status 1, and one sentence for each mistake with file and line; nothing starts in part."""
    at = RULES.count("\n")
    bad = {
        "regex": (RULES + "[event y]\nmatch = a(b\n[counter y_total]\ninc = y\n", at + 2),
        "twice": (RULES + "[counter lines_total]\ninc = line\nlabels = block\n", at + 2),
        "name": (RULES + "[counter 1bad-name]\ninc = line\n", at + 1),
        "buckets": (RULES + "[histogram h]\nobserve = line\nvalue = n\nbuckets = 2 1\n", at + 4),
        "semicolon": (RULES + "[event y]\nmatch = a ; b\n[counter y_total]\ninc = y\n", at + 2),
    }
    for what, (text, where) in bad.items():
        w = World(rules=text)
        w.start(wait=False)
        assert w.child.wait(600) == 1, "%s: exit status %d: %s" % (what, w.child.returncode, w.stderr())
        assert re.search(r"rules\.ini:%d: (?!warning)" % where, w.stderr()), "%s: %s" % (what, w.stderr())
        assert not os.path.exists("state"), what


def long_lines_in_the_rules():
    """A regex of 250 bytes and more is taken whole: the last byte of it decides."""
    filler = "|".join("alternative%04d" % i for i in range(60))
    w = World(rules=RULES + "[event l]\nmatch = ^(?:%s|the-end)$\n[counter ends_total]\ninc = l\n" % filler).start()
    append(APP, b"the-end\nthe-en\nalternative0059\nalternative006\n" + w.lines(10))
    w.exact()
    assert w.value("ends_total") == 2, w.page
    w.finish()


def semicolons_and_indented_lines():
    w = World(rules=RULES + "[event l]\nmatch = ^a\\;\n   b$\n[counter semis_total]\ninc = l   ; a comment\n").start()
    append(APP, b"a;b\na;\nab\n" + w.lines(10))
    w.exact()
    assert w.value("semis_total") == 1, w.page
    w.finish()


if __name__ == "__main__":
    main(sighup, sighup_while_it_starts, reload_of_a_bad_configuration, rules_that_are_no_files, rules_that_are_all_gone,
         path_that_matches_nothing, directory_that_cannot_be_read, rules_that_cannot_be_read, check_tells_files_that_cannot_be_read, file_that_was_allocated_ahead,
         reload_adds_changes_and_removes_a_rule, reload_reads_tables_again, rules_changed_while_down,
         reload_under_load_with_kill, reload_adds_and_removes_a_log, pages_while_reloading, reload_by_http, refused_at_start,
         long_lines_in_the_rules, semicolons_and_indented_lines)
