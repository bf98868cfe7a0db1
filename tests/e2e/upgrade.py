"""A state of 0.1 is gone on from, exactly: counters, gauges, histograms, offsets, parts of lines, parked families.

tests/upgrade/0.1 holds what 0.1 left (tests/upgrade/make.py made it); `expected` is what 0.1's own page said later."""
import gzip
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import time

from _common import becomes, crc32c, get, put, until
from _daemon import SRCDIR, Daemon, append, main, ran, truth

HERE = pathlib.Path(SRCDIR) / "tests/upgrade"
KEPT = HERE / "0.1"
MADE = json.loads((KEPT / "ids.json").read_text(encoding="utf-8"))
HEADER, MINUTE = "<8sIIQQQ", 60 * 10**9
LOG = ("path = {here}/logs/*.log\npath_match = /(?<file>[^/]+)\\.log\n[log cri]\npath = {here}/logs/*.cri\nunwrap = cri\npath_match = /(?<file>[^/]+)\\.cri\n"
       "[log docker]\npath = {here}/logs/*.docker\nunwrap = docker\npath_match = /(?<file>[^/]+)\\.docker\n")


def birth_ns(path):
    text = subprocess.run(["stat", "-L", "-c", "%.W", path], capture_output=True, text=True, check=True).stdout.strip()
    seconds, _, rest = text.partition(".")
    return int(seconds) * 10**9 + int((rest or "0").ljust(9, "0")[:9])


def transplanted(state, here, same_files):
    """The kept state as if it had been written here and now; with other inodes it is one that came from a backup."""
    magic, version, header, sequence, wall, length = struct.unpack_from(HEADER, state)
    assert (magic, version, header, length) == (b"LTSTATE\n", 1, 40, len(state) - 44)
    payload = bytearray(state[header:-4].replace(MADE["place"].encode(), here.encode()))
    assert here.encode() in payload and len(payload) == length
    for path, (dev, ino) in MADE["ids"].items() if same_files else ():
        at = payload.find(struct.pack("<QQ", dev, ino))
        if at >= 0:
            st = os.stat(path)
            struct.pack_into("<QQq", payload, at, st.st_dev, st.st_ino, birth_ns(path))
    now = time.time_ns()
    for at in range(len(payload) - 7):              # since when something is parked, and the like
        value = struct.unpack_from("<Q", payload, at)[0]
        if wall - MINUTE < value <= wall:
            struct.pack_into("<Q", payload, at, value + now - wall)
    whole = struct.pack(HEADER, magic, version, header, sequence, now, length) + payload
    return whole + struct.pack("<I", crc32c(whole))


def old_daemon(same_files=True, rules=("rules.ini", "parked.ini")):
    """Where 0.1 was stopped, in a directory of a path as long as its own."""
    here = os.getcwd() + "/"
    here += "p" * (len(MADE["place"]) - len(here))
    os.mkdir(here)          # a longer directory of temporary files than 200 bytes has no room for it
    os.chdir(here)
    shutil.copytree(KEPT / "before", "logs", symlinks=True)
    os.makedirs("state", mode=0o700)
    put("state/lock", "")
    put("state/state", transplanted((KEPT / "state/state").read_bytes(), here, same_files))
    d = Daemon(rules=", ".join(str(HERE / r) for r in rules), log=LOG.format(here=here), state="interval = 100ms")
    put("logtally.ini", get("logtally.ini").replace("[log test]", "[log app]"))
    return d


def after(path):
    return (KEPT / "after" / path).read_bytes()


def append_all():
    for path in os.listdir(KEPT / "after"):
        append("logs/" + path, after(path))


def families(page):
    return {k: v for k, v in truth.parse_prom(page).items() if not k[0].startswith(("logtally_", "process_"))}


def goes_on_exactly(d):
    assert d.caught_up(MADE["lines"]) is True
    becomes(lambda: list(truth.differences(families((KEPT / "expected").read_text(encoding="utf-8")), families(d.page()))), [])
    lost = {k: v for k, v in d.values().items() if k[0] in ("logtally_lost_bytes_total", "logtally_files_vanished_total", "logtally_state_resets_total") and v}
    assert not lost, lost
    assert " error " not in get("stderr") and "damaged" not in get("stderr"), get("stderr")


def appended_to_while_down():
    d = old_daemon()
    append_all()
    d.start()
    goes_on_exactly(d)
    d.stop()
    d.start()
    goes_on_exactly(d)
    d.stop()


def logs_that_were_copied_meanwhile_are_told():
    """0.1 kept no times of files: that one with another inode is the same log cannot be known. Nothing is lost, and it is said."""
    d = old_daemon(same_files=False)
    append_all()
    d.start()
    assert until(lambda: sum(log["lag_bytes"] for log in d.health()["logs"]) == 0 and "caught up" in get("stderr"))
    want, got = families((KEPT / "expected").read_text(encoding="utf-8")), families(d.page())
    again = {k[1][0][1] for k, v in want.items() if k[0] == "lines_read_total" and got[k] != v}
    assert again and all(got[k] >= v for k, v in want.items() if k[0] == "lines_read_total"), again
    told = set(re.findall(r"/logs/(\w+)\.log: holds the lines of one that is gone.*They count again", get("stderr")))
    assert again == told, (again, told)
    d.stop()


def rules_come_to_the_same_metrics():
    """Those that 0.1 shipped, on the logs of its golden tests."""
    rules = str(KEPT / "rules")
    assert ran("test", "--rules", rules, rules + "/tests").stdout.endswith("12 passed, 0 failed\n")
    assert ran("test", rules + "/examples/tests").stdout.endswith("9 passed, 0 failed\n")


def rotated_while_down():
    """Renamed, the younger of them compressed; what was half a line is whole before."""
    d = old_daemon()
    for path in ("half.log", "pod.cri", "box.docker", "link.log"):
        append("logs/" + path, after(path))
    for path in ("app.log", "copied.log"):
        os.rename("logs/%s.1" % path, "logs/%s.2" % path)
    os.rename("logs/old.log.1.gz", "logs/old.log.2.gz")
    for path in ("app.log", "copied.log", "old.log", "half.log", "shut.log", "pod.cri"):
        os.rename("logs/" + path, "logs/%s.1" % path)
    for path in ("app.log", "shut.log"):
        put("logs/%s.1.gz" % path, gzip.compress(pathlib.Path("logs/%s.1" % path).read_bytes()))
        os.remove("logs/%s.1" % path)
    for path in ("app.log", "copied.log", "old.log", "empty.log", "new.log"):
        put("logs/" + path, after(path))
    d.start()
    goes_on_exactly(d)
    d.stop()


def killed_as_soon_as_it_runs():
    d = old_daemon()
    for part in (slice(None, 900), slice(900, None)):
        for path in os.listdir(KEPT / "after"):
            append("logs/" + path, after(path)[part])
        d.start()
        d.kill()
    d.start()
    goes_on_exactly(d)
    d.stop()


def what_is_in_it_is_listed():
    d = old_daemon(rules=("rules.ini",))
    out = ran("state", "--state", "state").stdout
    kept = (KEPT / "expected").read_text(encoding="utf-8")
    for line in ('misses_total{what="tab\tand\\nnewline"} ', 'took_seconds_bucket{tier="paid",le="+Inf"} ', 'queue_length{file="app",queue="mail"} '):
        assert line in out and line in kept, line
    parked = dict(re.findall(r"^# without a rule since \S+: (\w+), (\d+) series; kept for a day$", out, re.M))
    assert {n for n in parked if not n.startswith("logtally_")} == {"parked_total", "parked_seconds", "parked_gauge"}, out
    at = dict(re.findall(r"^# file \S*/logs/(\S+): log \w+, read up to byte (\d+)", out, re.M))
    for path in ("app.log", "app.log.1", "shut.log", "copied.log", "old.log"):
        assert int(at[path]) == os.stat("logs/" + path).st_size, (path, at)
    assert int(at["half.log"]) < os.stat("logs/half.log").st_size, at
    # What 0.1 did not keep is not made up: how many lines a file had.
    assert re.search(r"/logs/shut.log: log app, read up to byte (\d+), 0 lines since byte \1$", out, re.M), out
    assert "cannot be checked" in ran("verify", "-c", "logtally.ini").stdout
    d.start()
    d.stop()
    out = ran("state", "--state", "state").stdout
    assert dict(re.findall(r"^# without a rule since \S+: (\w+), (\d+) series; kept for a day$", out, re.M)) == parked, out


main(appended_to_while_down, logs_that_were_copied_meanwhile_are_told, rotated_while_down, killed_as_soon_as_it_runs, what_is_in_it_is_listed,
     rules_come_to_the_same_metrics)
