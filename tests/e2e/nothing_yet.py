#!/usr/bin/env python3
"""A service that was just installed has no log and no rules: it starts, serves, says what to do, and counts from the moment that
there are some. What loses all logs at once is a configuration being written, and drops nothing."""
import gzip
import os
import shutil
import signal
import subprocess

from _common import get, put, until
from _daemon import LOGTALLY, Daemon, main, ran

EMPTY = "[server]\nlisten = 127.0.0.1:%d\n[state]\ndirectory = state\n"
LOG = "[log app]\npath = app.log\n"
RULES = "[event a]\nmatch = a\n[counter a_total]\nhelp = a\ninc = a\n"


def empty():
    d = Daemon()
    put("logtally.ini", EMPTY % d.port)
    return d


def reloaded(d, ok=True):
    """After SIGHUP, when it has been heard."""
    word = "reloaded: " if ok else "reload refused"
    before = get("stderr").count(word)
    d.signal(signal.SIGHUP)
    assert until(lambda: get("stderr").count(word) > before), get("stderr")


def starts_and_says_what_to_do():
    d = empty().start()
    health = d.health()
    assert health["missing"] == ["log", "metric"] and health["logs"] == [] and health["status"] == "ok", health
    assert "no log to follow: add a [log NAME] section" in get("stderr") and "no rules file defines a metric" in get("stderr")
    assert "0 events, 0 metrics, 0 logs" in get("stderr"), get("stderr")
    assert d.value("logtally_config_last_reload_successful") == 1
    assert "{log=" not in d.page(), "a log that nobody named is none"
    page = d.request("GET", "/")[2].decode()
    assert "No log is followed yet" in page and "No rule defines a metric yet" in page and "All is well" not in page
    assert "<code>logtally.ini</code>; `systemctl reload logtally` (or SIGHUP)" in page and "logtally suggest LOG" in page, page
    d.stop()


def says_that_another_log_has_the_files():
    put("app.log", "a\n")
    d = empty()
    put("logtally.ini", EMPTY % d.port + LOG + "[log late]\npath = *.log\n[log later]\npath = *.txt\n")
    d.start()
    assert "*.log: what it matches goes to a [log] that comes before" in get("stderr"), get("stderr")
    assert "*.txt: no file matches this path yet" in get("stderr"), get("stderr")
    d.stop()


def goes_on_with_what_comes():
    """A log of before and of after, through two reloads and a kill: each line once."""
    d = empty().start()
    put("app.log", "a\na\n")
    put("logtally.ini", EMPTY % d.port + LOG)
    reloaded(d)
    assert d.health()["missing"] == ["metric"] and d.caught_up(2) is True
    os.mkdir("rules")
    put("rules/a.ini", RULES)
    reloaded(d)
    assert d.health()["missing"] == []
    put("more", "a\na\na\n")
    with open("app.log", "ab") as f:
        f.write(b"a\na\na\n")
    assert until(lambda: d.value("a_total") == 3), d.page()
    d.kill()
    d.start()
    assert d.value("a_total") == 3 and d.caught_up(5) is True
    d.stop()


def a_reload_drops_no_log_but_a_restart_may():
    """And nothing is forgotten meanwhile: the log goes on where it was."""
    d = empty()
    os.mkdir("rules")
    put("rules/a.ini", RULES)
    put("app.log", "a\na\n")
    put("logtally.ini", EMPTY % d.port + LOG)
    d.start()
    assert until(lambda: d.value("a_total") == 2)
    put("logtally.ini", EMPTY % d.port)
    reloaded(d, ok=False)
    assert "no log to follow any more; 1 would be dropped (to run without any, restart)" in get("stderr"), get("stderr")
    assert d.health()["missing"] == [] and d.value("logtally_config_last_reload_successful") == 0
    d.stop()
    d.start()
    assert d.health()["missing"] == ["log"] and d.value("a_total") == 2
    with open("app.log", "ab") as f:
        f.write(b"a\n")
    put("logtally.ini", EMPTY % d.port + LOG)
    reloaded(d)
    assert until(lambda: d.value("a_total") == 3), d.page()
    d.stop()
    d.start()
    assert d.value("a_total") == 3
    d.stop()


def a_directory_that_nobody_named_stays():
    """Under systemd STATE_DIRECTORY says where the state is: a reload is told of no other, and who looks for it finds it."""
    put("empty.ini", "[server]\nlisten = 127.0.0.1:0\n")
    with open("stderr", "wb") as err:
        child = subprocess.Popen([LOGTALLY, "run", "-c", "empty.ini"], stderr=err, env={**os.environ, "STATE_DIRECTORY": os.path.abspath("kept")})
    try:
        assert until(lambda: "caught up" in get("stderr")), get("stderr")
        child.send_signal(signal.SIGHUP)
        assert until(lambda: "reloaded" in get("stderr")), get("stderr")
        assert "changed" not in get("stderr"), get("stderr")
        shutil.rmtree("kept")
        assert until(lambda: "the saved state in %s was removed" % os.path.abspath("kept") in get("stderr")), get("stderr")
    finally:
        child.kill()
        child.wait()


def only_a_configuration_can_get_a_log():
    put("a.ini", RULES)
    said = ran("run", "--rules", "a.ini", code=1).stderr
    assert "no log to follow: add a [log NAME] section with path = GLOB, or --log GLOB" in said, said
    assert "no rules: name a configuration" in subprocess.run([LOGTALLY, "run"], capture_output=True, text=True, check=False).stderr or \
        os.path.exists("/etc/logtally/logtally.ini")


def check_warns_of_both():
    put("empty.ini", "[server]\n")
    said = ran("check", "--strict", "-c", "empty.ini")
    assert "2 warnings" in said.stdout and "no log to follow" in said.stderr and "no rules file defines a metric" in said.stderr, said
    put("a.ini", RULES)
    assert "warning" not in ran("check", "a.ini").stderr


def what_cannot_be_read_is_the_only_mistake():
    """Nobody knows which logs it names."""
    for command in "run", "check", "verify":
        said = subprocess.run([LOGTALLY, command, "-c", "none.ini"], capture_output=True, text=True, check=False).stderr
        assert "none.ini: cannot read it" in said and "1 mistake" in said and "no log to follow" not in said, said


def a_compressed_file_is_no_log():
    """It is there, so nobody need look for it: `run` reads it as a part of another only."""
    put("a.ini", RULES)
    with gzip.open("app.log.gz", "wb") as f:
        f.write(b"a\n")
    for path in "app.log.gz", "*.log.gz":
        put("logtally.ini", "[log app]\npath = %s\n[rules]\ninclude = a.ini\n" % path)
        said = ran("check", "-c", "logtally.ini")
        assert path + " names what is compressed, and that is not followed" in said.stderr and "1 warning" in said.stdout, said
    d = Daemon(rules=os.path.abspath("a.ini"), log="path = %s/app.log.gz\n").start()
    assert until(lambda: "app.log.gz: what is compressed is not followed" in get("stderr")), get("stderr")
    assert "no file matches" not in get("stderr") and "names what is compressed" in get("stderr"), get("stderr")
    d.stop()
    assert "a_total 1\n" in ran("replay", "-c", "logtally.ini", "app.log.gz").stdout


def a_start_tells_where_the_state_is():
    d = Daemon().start()
    assert "1 log; state in %s/state\n" % os.getcwd() in get("stderr"), get("stderr")
    d.stop()
    with open("nowhere", "wb") as err:
        child = subprocess.Popen([LOGTALLY, "run", "-c", "logtally.ini", "--state", ""], stderr=err)
    try:
        assert until(lambda: "1 log; no state is kept" in get("nowhere")), get("nowhere")
    finally:
        child.kill()
        child.wait()


main(starts_and_says_what_to_do, says_that_another_log_has_the_files, goes_on_with_what_comes, a_reload_drops_no_log_but_a_restart_may, a_directory_that_nobody_named_stays,
     only_a_configuration_can_get_a_log, check_warns_of_both, what_cannot_be_read_is_the_only_mistake, a_compressed_file_is_no_log,
     a_start_tells_where_the_state_is)
