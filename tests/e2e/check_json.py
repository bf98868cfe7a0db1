"""`logtally check --json`: the mistakes that the text has, and the rules as they were resolved."""
import glob
import json
import os
import re
import subprocess

from _common import get, put
from _daemon import LOGTALLY, SRCDIR, main

MISTAKES = sorted(glob.glob(os.path.join(SRCDIR, "tests", "mistakes", "*.ini")))
RULES = os.path.join(SRCDIR, "rules")
SHIPPED = [RULES, *sorted(glob.glob(os.path.join(RULES, "examples", "*.ini")))]
SMALL = """\
[log app]
path   = /var/log/app/*.log
format = logfmt

[event request]
log   = app
match = ^(?<method>GET|POST) \\S+ (?<took>\\d+)$
set.kind = ${method|lower}

[event slow]
of     = request
where  = took > 100

[event other]
match  = ^PUT
unless = request

[counter requests_total]
help   = Requests
inc    = request
labels = kind, app="shop"
zero   = kind=get

[histogram request_seconds]
help    = How long
observe = request
value   = took
unit    = ms
buckets = 0.1 1
expire  = 1h

[span pair]
begin = request
end = other

[counter pairs_total]
help = Pairs
inc = pair
labels = method

[gauge last]
help = The last one
set  = slow, other
value = 1.5
min  = 0
"""


def keys_of_docs():
    """{where: [key]} of docs/reference.md."""
    table = get(os.path.join(SRCDIR, "docs", "reference.md")).split("| in | keys |")[1].split("\n\n")[0]
    rows = [line.split(" | ")[:2] for line in table.splitlines()[2:]]
    return {where.strip("|` ").replace("the ", ""): re.findall(r"`(\w+)`", keys) for where, keys in rows}


def keys_of_manual():
    part = get(os.path.join(SRCDIR, "docs", "man", "logtally.1")).split(".Sh JSON OF CHECK\n")[1].split(".Sh ")[0]
    return {where: keys.split() for where, keys in re.findall(r"^\.It Li (\w+)\n\.Li (.*) \.$", part, re.M)}


KEYS = keys_of_docs()


def logtally(*args):
    return subprocess.run([LOGTALLY, *args], capture_output=True, check=False, timeout=600)


def checked(*args, code=0):
    r = logtally("check", "--json", *args)
    assert r.returncode == code and r.stderr == b"", (args, r.returncode, r.stderr)
    assert r.stdout.endswith(b"}\n") and r.stdout.count(b"\n") == 1, r.stdout
    return json.loads(r.stdout.decode("utf-8", "strict"))


def as_text(mistake):
    """A mistake as `check` says it."""
    place = "".join("%s:" % part for part in (mistake["file"], mistake["line"]) if part)
    severity = "" if mistake["severity"] == "mistake" else mistake["severity"] + ": "
    hint = "; " + mistake["hint"] if mistake["hint"] else ""
    return "%s%s%s%s%s\n%s" % (place, " " if place else "", severity, mistake["text"], hint, mistake["more"] or "")


def mistakes_are_those_of_the_text_in_its_order():
    assert len(MISTAKES) > 50, MISTAKES
    for path in MISTAKES:
        for more in ((), ("--lint",)):
            plain = logtally("check", *more, path)
            found = checked(*more, path, code=plain.returncode)
            count = sum(m["severity"] == "mistake" for m in found["mistakes"])
            said = "".join(map(as_text, found["mistakes"])) + ("%d mistake%s\n" % (count, "s"[:count > 1]) if count else "")
            assert said == plain.stderr.decode(), (path, said, plain.stderr.decode())
            assert ("events" in found) == (count == 0) == (plain.returncode == 0), (path, found)


def a_column_lies_in_its_line():
    for path in MISTAKES:
        for m in checked(path, code=logtally("check", path).returncode)["mistakes"]:
            if m["column"] is not None:
                with open(m["file"], "rb") as f:
                    line = f.read().split(b"\n")[m["line"] - 1]
                assert 1 <= m["column"] <= m["end"] <= len(line) + 1, (path, m, line)
                meant = line[m["column"] - 1:m["end"] - 1]
                assert meant == meant.rstrip(), (path, m, meant)
                key = re.match(r'unknown key "(.*)"$', m["text"])
                assert not key or meant == key[1].encode(), (m, line)
                shown, caret = (m["more"] or "\n").split("\n")[:2]
                at = line.find(shown[4:].encode()) if caret.strip() == "^" and shown.isascii() else -1
                assert at < 0 or m["column"] == at + 1 + caret.index("^") - 4, (m, line)


def keys_are_those_of_the_documents_in_their_order():
    assert keys_of_manual() == KEYS
    found = checked(put("small.ini", SMALL))
    assert list(found) == KEYS["object"] and found["version"] == 1, found
    for what in ("events", "spans", "metrics", "logs"):
        assert found[what]
        for item in found[what]:
            assert list(item) == KEYS[what], (what, list(item))
    for update in (u for m in found["metrics"] for u in m["updates"]):
        assert list(update) == KEYS["updates"], update
    assert found["against"] is None, found
    found = checked(MISTAKES[0], "--against", put("a.log", ""), code=1)
    assert list(found) == ["version", "program_version", "mistakes"] and list(found["mistakes"][0]) == KEYS["mistakes"], found


AGAINST = """\
[log app]
format      = logfmt
path        = /nowhere/app.log
time_format = rfc3339

[event request]
where = took > 1s

[event asked]
match = ask(?<x>\\w+)

[counter requests_total]
help       = R
add        = request
value      = n
labels     = path
max_values = 1

[histogram x_seconds]
help    = X
observe = asked
value   = x
unit    = s
buckets = 1
"""


def what_logs_come_to_has_the_keys_of_the_documents():
    log = put("a.log", "time=x path=/a took=2 n=1\ntime=2025-11-12T10:00:00Z path=/b took=2 n=1\nask me\naskme\nx " + "y" * 300 + "\n")
    config = put("a.conf", "[limits]\nline = 256B\n")
    found = checked("-c", config, "--rules", put("against.ini", AGAINST), "--against", log, code=4)["against"]
    assert list(found) == KEYS["against"], list(found)
    for what in ("shapes", "hits", "series", "folded", "skipped", "times", "bare", "lost", "findings"):
        assert found[what] and all(list(item) == KEYS[what] for item in found[what]), (what, found[what])
    found = checked("-c", config, "--rules", put("against.ini", AGAINST), "--against", put("b.log", "path=/a took=2 n=1\n" * 1000),
                    code=4)["against"]
    assert list(found["costs"]) == KEYS["costs"], found["costs"]


def rules_are_shown_as_they_were_resolved():
    found = checked(put("small.ini", SMALL))
    assert [m["text"] for m in found["mistakes"]] == ["no file matches /var/log/app/*.log"], found
    request, slow, other, pair, unfinished = found["events"]
    assert (pair["name"], unfinished["name"], pair["used"], unfinished["used"]) == ("pair", "pair.unfinished", True, False)
    span, = found["spans"]
    assert span == {"name": "pair", "file": "small.ini", "line": span["line"], "begin": ["request"], "end": ["other"], "key": [],
                    "timeout_seconds": 3600, "max_open": 10000, "keeps": ["method"], "used": True}, span
    assert request == {
        "name": "request", "file": "small.ini", "line": 5, "log": ["app"], "of": None, "unless": [],
        "conditions": [r"match ^(?<method>GET|POST) \S+ (?<took>\d+)$"], "sets": ["method", "took", "kind"],
        "exemplar": [], "used": True, "found": request["found"]}, request
    assert slow["of"] == "request" and slow["log"] is None and slow["conditions"] == ["where took > 100"], slow
    assert other["unless"] == ["request"] and other["sets"] == [], other
    total, seconds, _, last = found["metrics"]
    assert total == {
        "name": "requests_total", "type": "counter", "unit": None, "help": "Requests", "file": "small.ini", "line": 18,
        "labels": ["kind", "app"], "buckets": None, "max_values": 200, "max_series": 2000, "expire_seconds": None, "min": None,
        "zero": [{"kind": "get", "app": "shop"}],
        "updates": [{"event": "request", "verb": "inc", "value": None, "unit": None,
                     "labels": {"kind": {"field": "kind"}, "app": {"text": "shop"}}, "file": "small.ini", "line": 20}],
    }, total
    assert (seconds["unit"], seconds["buckets"], seconds["expire_seconds"]) == ("seconds", [0.1, 1], 3600), seconds
    assert [(u["verb"], u["value"], u["unit"]) for u in seconds["updates"]] == [("observe", "took", "ms")], seconds
    assert last["min"] == 0 and [(u["event"], u["value"]) for u in last["updates"]] == [("slow", 1.5), ("other", 1.5)], last
    assert found["logs"] == [{
        "name": "app", "file": "small.ini", "line": 1, "path": ["/var/log/app/*.log"], "exclude": [], "rotated": [],
        "encoding": "utf-8", "format": "logfmt",
        "unwrap": "none", "prefix": None, "path_match": None, "rewrite": [], "record": None,
        "record_wait_seconds": 5, "start": "beginning",
        "time": ["time", "ts", "timestamp", "@timestamp", "t.$date"], "time_match": None, "time_format": ["auto"],
        "poll": False}], found["logs"]
    for unwrap in ("none", "docker", "cri", "auto", "MESSAGE"):
        found = checked(put("unwrap.ini", SMALL + f"[log wrapped]\npath = /w\nunwrap = {unwrap}\n"))
        assert found["logs"][1]["unwrap"] == unwrap, found["logs"][1]


def metrics_are_the_families_that_a_replay_exposes():
    put("empty.log", "")
    for rules in SHIPPED:
        page = logtally("replay", "--rules", rules, "--format", "json", "empty.log")
        assert page.returncode == 0, page
        families = [(f["name"], f["type"], f["help"], f["labels"]) for f in json.loads(page.stdout)["families"]]
        found = checked("--rules", rules)
        assert sorted(families) == sorted((m["name"], m["type"], m["help"], m["labels"]) for m in found["metrics"]), rules
        events = {e["name"] for e in found["events"]}
        for m in found["metrics"]:
            assert m["updates"] and all(u["event"] in events for u in m["updates"]), m
            assert all(list(u["labels"]) == m["labels"] for u in m["updates"]), m


def what_is_no_utf8_comes_out_as_utf8():
    name = b"caf\xe9.ini"
    put(name, b"[event a]\nmatch = ^\xff\xfe\x01 \"q\" \\\\ $\n[counter a_total]\nhelp = \xe9\ninc = b\xe9\n")
    found = checked(name, code=1)
    assert found["mistakes"] and all("\ufffd" in m["file"] for m in found["mistakes"]), found
    put(name, "[event a]\nmatch = ^\u2028é \"q\" \\\\\t$\n[counter a_total]\nhelp = h\ninc = a\n")
    event = checked(name)["events"][0]
    assert event["file"] == "caf\ufffd.ini" and event["conditions"] == ['match ^\u2028é "q" \\\\\t$'], event


def mistakes_without_a_line_have_none():
    m = checked("--rules", "nowhere.ini", code=1)["mistakes"][0]
    assert (m["file"], m["line"], m["column"]) == ("command line", None, None), m


def exit_codes_are_those_of_the_text():
    put("warn.ini", SMALL + "[event unused]\nmatch = ^x\n")
    found = checked("warn.ini")
    assert [m["severity"] for m in found["mistakes"]] == ["warning"] * 2, found
    assert found["events"][-1]["used"] is False, found
    assert found["events"][-1]["found"] is None
    checked("--strict", "warn.ini", code=1)
    assert logtally("check", "--json", "--dump", "warn.ini").returncode == 2
    with open("/dev/full", "wb") as full:
        assert subprocess.run([LOGTALLY, "check", "--json", "warn.ini"], stdout=full, stderr=subprocess.DEVNULL,
                              check=False, timeout=600).returncode == 3


main(mistakes_are_those_of_the_text_in_its_order, a_column_lies_in_its_line, keys_are_those_of_the_documents_in_their_order,
     what_logs_come_to_has_the_keys_of_the_documents,
     rules_are_shown_as_they_were_resolved, metrics_are_the_families_that_a_replay_exposes, what_is_no_utf8_comes_out_as_utf8,
     mistakes_without_a_line_have_none, exit_codes_are_those_of_the_text)
