#!/usr/bin/env python3
"""A path of a file is relative to that file, wherever logtally is started."""
import json
import os
import socket
import subprocess

from _common import get, put, until
from _daemon import LOGTALLY, Daemon, append, main

RULES = "[event e]\nmatch = ^e\n[counter es_total]\nhelp = E\ninc = e\nlabels = _file\n"


def check(*args, cwd="."):
    r = subprocess.run([LOGTALLY, "check", "--json", *args], capture_output=True, check=False, timeout=600, cwd=cwd)
    assert r.stderr == b"", r
    return json.loads(r.stdout)


def paths_are_those_beside_the_file():
    put("conf/logs/a.log", "e\n")
    config = put("conf/l.ini", "[log l]\npath = logs/*.log\npath = ./logs/a.log\npath = none/*.log\npath = logs\n"
                               "path = -\nexclude = logs/no.log\nexclude = no*.log\nrotated = old/*\n"
                               "[rules]\ninclude = r.ini\n")
    put("conf/r.ini", RULES + "[log of_rules]\npath = logs/b.log\n")
    os.makedirs("elsewhere", exist_ok=True)
    for cwd, at, beside in ((".", config, "conf/"), ("conf", "l.ini", ""), ("elsewhere", "../conf/l.ini", "../conf/"),
                            ("elsewhere", os.path.abspath(config), os.path.abspath("conf") + "/")):
        found = check("-c", at, cwd=cwd)
        log, of_rules = found["logs"]
        assert log["path"] == [beside + "logs/*.log", beside + "logs/a.log", beside + "none/*.log", beside + "logs", "-"], log
        assert log["exclude"] == [beside + "logs/no.log", "no*.log"] and log["rotated"] == ["old/*"], log
        assert of_rules["path"] == [beside + "logs/b.log"], of_rules
        assert sorted(m["text"] for m in found["mistakes"]) == sorted([
            f"no file matches {beside}none/*.log", f"no file matches {beside}logs/b.log",
            f"{beside}logs is a directory; to follow the files in it write {beside}logs/*"]), found["mistakes"]


def what_is_given_by_hand_is_where_one_stands():
    put("conf/logs/c.log", "e\n")
    put("conf/r.ini", RULES)
    r = subprocess.run([LOGTALLY, "replay", "--rules", "../r.ini", "c.log"], capture_output=True, check=True, cwd="conf/logs")
    assert b'es_total{_file="c.log"} 1' in r.stdout, r


def a_file_is_of_its_log_however_it_is_called():
    """Of several logs, rules that lie beside the folder of the logs name a file in another way than one who stands above both."""
    logs = "".join(f"[log {x}]\npath = ../logs/{x}*.log\n[event {x}]\nlog = {x}\nmatch = ^e\n"
                   f"[counter {x}_total]\nhelp = E\ninc = {x}\n" for x in "ab")
    put("two/rules/r.ini", logs)
    put("two/logs/a[1].log", "e\n")
    put("two/logs/b.log", "e\ne\n")
    put("two/logs/other.log", "e\n")
    os.makedirs("two/rules/deep", exist_ok=True)
    for cwd, rules, folder in (("two", "rules", "logs"), ("two", "rules", "./logs"), ("two", "rules", "rules/../logs"),
                               ("two/rules", ".", "../logs"), ("two/rules/deep", "..", "../../logs"), ("two/logs", "../rules", "."),
                               (".", os.path.abspath("two/rules"), "two/logs"), ("two", "rules", os.path.abspath("two/logs"))):
        r = subprocess.run([LOGTALLY, "replay", "--rules", rules, *(f"{folder}/{f}.log" for f in ("a[1]", "b", "other"))],
                           capture_output=True, check=True, timeout=600, cwd=cwd)
        assert b"\na_total 1\n" in r.stdout and b"\nb_total 2\n" in r.stdout, (cwd, folder, r)


def a_daemon_follows_them():
    """Logs, state and socket lie beside the configuration, and not where it was started."""
    put("conf/r.ini", RULES)
    d = Daemon()
    config = get("logtally.ini")
    put("conf/logtally.ini", "[server]\nlisten = 127.0.0.1:%d, unix:http.sock\n[state]\ndirectory = state\n"
                             "[log test]\npath = live/*.log\n[rules]\ninclude = r.ini\n" % d.port)
    put("conf/live/a.log", "e\n")
    os.makedirs("elsewhere", exist_ok=True)
    assert config
    with open("stderr", "ab") as err:
        d.child = subprocess.Popen([LOGTALLY, "run", "-c", "../conf/logtally.ini"], stderr=err, cwd="elsewhere")
    assert until(d.ready), get("stderr")
    append("conf/live/a.log", "e\ne\n")
    assert until(lambda: 3 in d.values().values()), d.page()
    assert os.listdir("conf/state") and os.listdir("elsewhere") == [], os.listdir("elsewhere")
    with socket.socket(socket.AF_UNIX) as s:
        s.connect("conf/http.sock")
    d.stop()


main(paths_are_those_beside_the_file, what_is_given_by_hand_is_where_one_stands, a_file_is_of_its_log_however_it_is_called, a_daemon_follows_them)
