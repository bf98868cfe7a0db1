"""`logtally check --against LOG...`: what rules come to on a log, the same numbers as those of a replay, in text and JSON."""
import glob
import itertools
import json
import os
import subprocess

from _common import put
from _daemon import LOGTALLY, SRCDIR, main

RULES = """\
[log app]
path        = /nowhere/app.log
format      = logfmt
time_format = rfc3339

[event request]
log   = app
where = msg == request

[event slow]
of    = request
where = took > 1s

[event never]
log   = app
where = msg == nothing

[event sum]
where    = msg == sum
calc.all = a + b

[event parts]
where = msg == parts
each  = list
where = _value > 10ms

[counter requests_total]
help       = R
inc        = request
labels     = path
max_values = 2

[counter slow_total]
help = S
inc  = slow, never, parts

[gauge all_seconds]
help  = A
set   = sum
value = all
unit  = s

[histogram took_seconds]
help    = T
observe = request
value   = took
unit    = s
buckets = 1 2

[counter user_bytes_total]
help  = U
add   = request
value = siez
"""
LOG = """\
time=2025-11-12T10:00:00Z msg=request path=/a took=250
time=2025-11-12T10:00:01Z msg=request path=/b took=2s
time=2025-11-12T10:00:02Z msg=request path=/c took=abc
time=12/Nov/2025 msg=request path=/d took=300
time=2025-11-12T10:00:03Z msg=request path=/a
time=2025-11-12T10:00:03Z msg=sum a=1ms b=5
time=2025-11-12T10:00:03Z msg=parts list=[20,30]
time=2025-11-12T10:00:03Z msg=hello user=1
time=yesterday msg=hello user=2
some text 17 here
"""


def logtally(*args, stdin=b""):
    return subprocess.run([LOGTALLY, *args], input=stdin, capture_output=True, check=False, timeout=60)


def against(*args, code=0, stdin=b""):
    r = logtally("check", "--json", *args, stdin=stdin)
    assert r.returncode == code and r.stderr == b"", (args, r.returncode, r.stderr)
    return json.loads(r.stdout)["against"]


def text(*args, code=0):
    r = logtally("check", *args)
    assert r.returncode == code, (args, r)
    return r.stdout.decode(), r.stderr.decode()


def every_silence_is_told():
    rules, log = put("a.ini", RULES), put("app.log", LOG)
    found = against(rules, "--against", log)
    assert (found["lines"], found["unmatched"], found["errors"], found["lost"]) == (10, 3, [], []), found
    assert [(h["event"], h["count"]) for h in found["hits"]] == [
        ("request", 5), ("slow", 3), ("never", 0), ("sum", 1), ("parts", 2)], found["hits"]
    assert all(h["tried"] for h in found["hits"]), found["hits"]
    assert {s["metric"]: s["count"] for s in found["series"]}["requests_total"] == 3, found["series"]
    assert found["folded"] == [{"metric": "requests_total", "label": "path", "count": 2}], found["folded"]
    assert sorted((s["metric"], s["reason"], s["count"]) for s in found["skipped"]) == [
        ("took_seconds", "missing", 1), ("took_seconds", "not_a_number", 1), ("user_bytes_total", "missing", 5)], found
    assert found["times"] == [{"log": "app", "count": 2, "from": "time", "text": "12/Nov/2025",
                               "formats": ["rfc3339"]}], found["times"]
    assert [(b["line"], b["field"], b["count"], b["example"]) for b in found["bare"]] == [
        (12, "took", 2, "250"), (20, "b", 1, "5"), (25, "_value", 2, "20")], found["bare"]
    assert [(s["count"], s["example"]) for s in found["shapes"]] == [
        (2, "time=2025-11-12T10:00:03Z msg=hello user=1"), (1, "some text 17 here")], found["shapes"]
    out, err = text(rules, "--against", log)
    for said in ("10 lines, 3 unmatched\n", "event request: 5\n", "event never: never\n",
                 'requests_total: 2 updates beyond max_values of path are under "other"\n',
                 "took_seconds: 1 value of event request skipped: not a number\n",
                 "user_bytes_total: 5 values of event request skipped: missing in every line\n",
                 'log app: 2 times could not be read: "12/Nov/2025" (time) is none of rfc3339\n',
                 "a.ini:12: took is a bare number, and counts seconds for where took > 1s; unit.took would say what it "
                 "counts (2 lines, such as 250)\n", "unmatched: 1  some text 17 here\n"):
        assert said in out, (said, out, err)


def strict_is_an_exit_status():
    rules, log = put("a.ini", RULES), put("app.log", LOG)
    assert against("--strict", rules, "--against", log, code=1)["failures"] == (
        "--strict: events that never happen: 1, values skipped: 6, times that could not be read: 2")
    assert "--strict: events that never happen: 1" in text("--strict", rules, "--against", log, code=1)[1]
    small = put("small.ini", '[event a]\nwhere = msg == a\n[counter a_total]\nhelp = A\nadd = a\nvalue = n\n')
    fine = put("fine.log", "msg=a n=1\nmsg=a x=1\nnobody takes it\n")
    assert against("--strict", small, "--against", fine)["failures"] is None
    assert "failures" in against("--strict", small, "--against", put("bad.log", "msg=a x=1\n"), code=1)


def what_cannot_be_read_is_a_failure():
    rules = put("small.ini", "[event a]\nmatch = a\n[counter a_total]\nhelp = A\ninc = a\n")
    log = put("some.log", "a\nb\n")
    assert "nowhere.log" in text(rules, "--against", "nowhere.log", code=1)[1]
    broken = put("broken.log.gz", b"\x1f\x8b\x08\x00 this is no gzip")
    found = against(rules, "--against", log, broken, code=1)
    assert len(found["errors"]) == 1 and "broken.log.gz" in found["errors"][0], found
    assert found["lines"] == 2 and found["hits"][0]["count"] == 1, found
    assert against(rules, "--against", "-", stdin=b"a\na\nx\n")["hits"][0]["count"] == 2
    text("--as", "auto", rules, code=2)
    text("--as", "nolog", rules, "--against", log, code=2)


def logs_that_are_not_there_are_not_failures():
    rules = put("two.ini", "".join(f"[log {x}]\npath = /nowhere/{x}.log\n[event {x}]\nlog = {x}\nmatch = {x}\n"
                                   f"[counter {x}_total]\nhelp = X\ninc = {x}\n" for x in ("xx", "yy")))
    found = against("--strict", rules, "--against", put("xx.log", "xx\n"), "--as", "xx")
    assert [(h["event"], h["count"], h["tried"]) for h in found["hits"]] == [("xx", 1, True), ("yy", 0, False)], found
    assert "event yy: no file of its logs was given\n" in text(rules, "--against", "xx.log", "--as", "xx")[0]


def many_kinds_of_lines_are_ten():
    rules = put("small.ini", "[event a]\nmatch = ^a$\n[counter a_total]\nhelp = A\ninc = a\n")
    words = [chr(98 + i) * 7 for i in range(20)]
    log = put("many.log", "".join(f"{w} {w} {w} ended\n" * (i + 1) for i, w in enumerate(words)))
    found = against(rules, "--against", log)
    assert len(found["shapes"]) <= 10 and found["unmatched"] == 210, found
    out = text(rules, "--against", log)[0]
    told = [int(line.split()[1]) for line in out.splitlines() if line.startswith("unmatched: ")]
    assert sum(told) == 210, out
    found = against(rules, "--against", put("numbers.log", "".join(f"{i}\n" for i in range(200010))))
    assert (found["unmatched"], found["ungrouped"], found["shapes"][0]["count"]) == (200010, 0, 200010), found
    words = ["".join(w) for w in itertools.islice(itertools.product("bcdefghijk", repeat=5), 50010)]
    found = against(rules, "--against", put("differ.log", "\n".join(words) + "\n"))
    assert (found["unmatched"], found["ungrouped"]) == (50010, 10), found
    json_log = put("json.log", "".join('{"msg":"login","user":"u%d x","n":{"k":%d}}\n' % (i, i) for i in range(30)))
    shape, = against(rules, "--against", json_log)["shapes"]
    assert (shape["count"], shape["example"]) == (30, '{"msg":"login","user":"u0 x","n":{"k":0}}'), shape
    assert shape["shape"].startswith("msg=login user=<"), shape


def it_counts_as_a_replay_does():
    """Each recipe and its sample: what the trace counts is what a replay counts."""
    tested = 0
    for log in sorted(glob.glob(os.path.join(SRCDIR, "rules", "examples", "tests", "*.log"))):
        rules = os.path.join(SRCDIR, "rules", "examples", os.path.basename(log)[:-4] + ".ini")
        if not os.path.isfile(log) or not os.path.isfile(rules):
            continue
        found = against(rules, "--against", log)
        page = json.loads(logtally("replay", "--rules", rules, "--unmatched", "left", "--format", "json", log).stdout)
        series = {f["name"]: len(f["series"]) for f in page["families"] if f["labels"]}
        told = {s["metric"]: s["count"] for s in found["series"]}
        assert series == {name: told[name] for name in series}, (log, series, told)
        with open("left", "rb") as f:
            left = f.read().count(b"\n")
        with open(rules, encoding="utf-8") as f:
            records = "\nrecord " in f.read()
        assert found["unmatched"] == left or (records and found["unmatched"] <= left), (log, found["unmatched"], left)
        assert sum(s["count"] for s in found["shapes"]) <= found["unmatched"], log
        tested += 1
    assert tested > 30, tested


main(every_silence_is_told, strict_is_an_exit_status, what_cannot_be_read_is_a_failure,
     logs_that_are_not_there_are_not_failures, many_kinds_of_lines_are_ten, it_counts_as_a_replay_does)
