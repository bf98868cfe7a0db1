#!/usr/bin/env python3
"""What docs/compatibility.md promises: names, types, exit codes and answers that were once there are there.

tests/compatibility holds what version 1.0 had, a line each. What vanished or changed is a failure, what was added is not: with
LOGTALLY_KEEP=1 it is written there, to be promised from then on. What stands in the tables of docs/compatibility.md (exit codes,
HTTP) is tried as it stands there."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from _common import fetch, free_port, get, put, until
from _daemon import LOGTALLY, SRCDIR, Daemon, main, ran

KEPT = pathlib.Path(SRCDIR) / "tests/compatibility"
PAGE = pathlib.Path(SRCDIR) / "docs/compatibility.md"
RULES = """[log app]
path        = *.log
rewrite     = \\x1b\\[[0-9;]*m ->
prefix      = ^<\\d+>
record      = ^\\S
time_match  = (?<time>\\d{4}-\\d\\d-\\d\\dT\\S+)
[event hit]
log         = app
where       = msg == hit
where       = size < 1MB
set.route   = ${path|route}
rewrite.agent = /.* ->
map.tier    = pro -> paid
map.tier    = * -> free
exemplar    = trace
[event slow]
of          = hit
unless      = text
where       = took > 1s
[event text]
match       = (?<method>[A-Z]+) (?<target>\\S+) HTTP
[event item]
each        = items
set.name    = ${name}
[event begin]
where       = msg == begin
[event end]
where       = msg == end
[span job]
begin       = begin
end         = end
key         = id
timeout     = 1h
[counter hits_total]
help        = Hits
inc         = hit, slow
labels      = route, tier, shop="north"
zero        = route=/ tier=free
max_values  = 2
[counter texts_total]
help        = Texts
inc         = text
labels      = method
expire      = 1h
[counter items_total]
help        = Items
add         = item
value       = n
labels      = name
[gauge level]
help        = Level
set         = hit
value       = size
unit        = KiB
min         = 0
[histogram took_seconds]
help        = Time
observe     = hit
value       = took
unit        = ms
buckets     = 0.1 1
[histogram job_seconds]
help        = Time
observe     = job
value       = _duration
labels      = how=_end
"""
LOG = "".join(line + "\n" for line in (
    '{"time":"2026-01-01T00:00:00Z","msg":"hit","path":"/a/1?x","size":10,"took":"2s","agent":"a/1","tier":"pro","trace":"abc"}',
    '{"time":"2026-01-01T00:00:01Z","msg":"hit","path":"/b","size":"many","took":"1 200 ms","agent":"a/1","tier":"x"}',
    '{"time":"2026-01-01T00:00:01Z","msg":"hit","path":"/c","size":1}', '{"time":"yesterday","msg":"Hit","path":"/c","size":1}',
    'time=2026-01-01T00:00:02Z msg=begin id=1', 'time=2026-01-01T00:00:04Z msg=end id=1', 'time=2026-01-01T00:00:05Z msg=end id=2',
    '{"time":"2026-01-01T00:00:03Z","items":[{"name":"x","n":1},{"name":"y","n":2}]}', "2026-01-01T00:00:06Z GET /x HTTP/1.1", "\tmore of it", "nothing of all that"))
# What none of those lines has: a wrapper, an encoding, a zone, what a path says.
WRAPPED = """[log cri]
path        = *.cri
unwrap      = cri
encoding    = latin1
time_zone   = +03:00
time_format = %Y-%m-%d %H:%M:%S
path_match  = (?<shop>[a-z]+)\\.cri
[event a]
where       = msg == a
[counter a_total]
help        = A
inc         = a
labels      = shop
"""
WRAPPED_LOG = """2026-01-01T00:00:00.5Z stdout F time="2026-01-01 03:00:00" msg=a
2026-01-01T00:00:01.5Z stdout F time="1 January" msg=a
"""
# An event that takes its time, and a time that is in no [log].
SLOW = "[event slow]\nmatch = (a+)+\\d$\n[counter slow_total]\nhelp = S\ninc = slow\n"
SLOW_LOG = f"{'a' * 16}b\nb1\n" * 500 + "msg=a time=yesterday\n"
# What is below has names of others for keys: of labels, bounds of buckets, fields of a span's key.
FREE = re.compile(r"(\.labels|\.buckets|\.zero\[\]|\.spans\[\]\.key|\.troubles)$")
KINDS = {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number", type(None): "null"}


def shape(value, path=""):
    """[(path, type)] of everything in it."""
    yield path or ".", KINDS[type(value)]
    if isinstance(value, dict):
        for k, v in value.items():
            yield from shape(v, path + "." + ("*" if FREE.search(path) else k))
    elif isinstance(value, list):
        for v in value:
            yield from shape(v, path + "[]")


def shapes(documents):
    """{path: "type|type"}"""
    found = {}
    for document in documents:
        for path, kind in shape(document):
            found.setdefault(path, set()).add(kind)
    return {path: "|".join(sorted(kinds)) for path, kinds in found.items()}


def objects(text):
    """One object, or one in each line."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


def kept(name, today, still=lambda was, now: was == now):
    """{what: how it is} against the file of that name; `still` says whether another description keeps the promise."""
    path = KEPT / name
    was = dict(line.rstrip("\n").split("\t") for line in path.open(encoding="utf-8")) if path.exists() else {}
    if os.environ.get("LOGTALLY_KEEP"):
        path.write_text("".join("%s\t%s\n" % row for row in sorted({**today, **was}.items())), encoding="utf-8")
        return
    gone = sorted(set(was) - set(today))
    changed = ["%s: %s, and was %s" % (k, today[k], was[k]) for k in sorted(was) if k in today and not still(was[k], today[k])]
    assert was and not gone and not changed, "of what %s promises is gone: %s; changed: %s" % (name, gone, changed)


# Words that a number never ends in: a unit of another size, or what says neither of what nor since when.
UNITLESS = re.compile(r"(^|_)(ns|us|ms|size|offset|time|timestamp|since|age)$")


def misnamed(value, path=""):
    """What breaks the one way of naming that docs/compatibility.md tells."""
    if isinstance(value, list):
        for v in value:
            yield from misnamed(v, path + "[]")
    if isinstance(value, dict):
        for k, v in value.items() if not FREE.search(path) else ():
            number = isinstance(v, (int, float)) and not isinstance(v, bool)
            if not re.fullmatch("[a-z][a-z0-9_]*", k) or number and (UNITLESS.search(k) or k not in ("value", "sum") and (v > 1e9) != k.endswith("timestamp_seconds")):
                yield "%s.%s: %s" % (path, k, v)
            yield from misnamed(v, path + "." + k)


def some_files():
    put("rules.ini", RULES)
    put("bad.ini", "[event x]\nwher = a == b\nmatch = (\n[counter y_total]\ninc = z\n")
    put("app.log", LOG)
    put("other.log", "time=2026-01-01T00:00:00Z msg=hit size=1 path=/z\n")


def against(rules, log):
    return subprocess.run([LOGTALLY, "check", "--json", "--against", log, rules], capture_output=True, text=True, check=False).stdout


def json_outputs_keep_their_keys():
    some_files()
    put("app.log.1", LOG)
    put("wrapped.ini", WRAPPED)
    put("north.cri", WRAPPED_LOG)
    put("slow.ini", SLOW)
    put("slow.log", SLOW_LOG)
    wrapped = ("--rules", "wrapped.ini", "north.cri")
    ran("replay", "--rules", "rules.ini", "--snapshot", "one.snapshot", "app.log")
    out = {
        "check --json": [ran("check", "--json", "rules.ini").stdout, ran("check", "--json", "--lint", "bad.ini", code=1).stdout, ran("check", "--json", "wrapped.ini").stdout],
        "check --json --against": [against("rules.ini", "app.log"), against("wrapped.ini", "north.cri"), against("slow.ini", "slow.log")],
        "explain --json": [ran("explain", "--json", "--all", "--rules", "rules.ini", "app.log").stdout, ran("explain", "--json", *wrapped).stdout],
        "explain --json --group": [ran("explain", "--json", "--group", *wrapped).stdout, ran("explain", "--json", "--group", "--rules", "rules.ini", "app.log").stdout],
        "replay --format json": [ran("replay", "--format", "json", "--rules", "rules.ini", "app.log").stdout],
        "merge --format json": [ran("merge", "--format", "json", "one.snapshot").stdout],
        "help keys --json": [ran("help", "keys", "--json").stdout],
    }
    d = Daemon(rules=os.path.abspath("rules.ini"), log="path = %s/logs/*.log\n")
    put("logs/app.log", LOG)
    d.start()
    assert until(lambda: d.value("logtally_event_hits_total", event="hit"))
    out["GET /health"] = [d.request("GET", "/health")[2].decode()]
    for page in ("status", "logs", "metrics"):
        assert not list(misnamed(json.loads(d.request("GET", "/api/v1/" + page)[2]))), page
    d.stop()
    put("rules.ini", RULES.replace("[counter texts_total]", "[counter texts2_total]"))
    d.start()
    d.stop()
    out["state --json"] = [ran("state", "--state", "state", "--json").stdout]
    out["state drop --json"] = [ran("state", "drop", "--state", "state", "--json", "level", "texts_total").stdout]
    today, wrong = {}, []
    for command, texts in out.items():
        documents = [o for text in texts for o in objects(text)]
        wrong += [command + " " + name for o in documents for name in misnamed(o)]
        assert all({"version", "program_version"} <= set(o) for o in documents) or command in ("GET /health", "help keys --json"), command
        if "--against" in command:                              # all else is what check --json says
            documents = [{"against": o["against"]} for o in documents]
        today.update(("%s %s" % (command, path), kinds) for path, kinds in shapes(documents).items())
    assert not wrong, wrong
    kept("json", today, lambda was, now: set(now.split("|")) <= set(was.split("|")))


def own_metrics_keep_names_and_labels():
    rows = [line.split("\t") for line in ran("help", "metrics").stdout.splitlines()]
    kept("metrics", {name: "%s; %s; %s" % (kind, labels, lives) for name, kind, labels, lives, _ in rows})


def keys_keep_types_and_defaults():
    keys = json.loads(ran("help", "keys", "--json").stdout)
    kept("keys", {"[%s] %s" % (section, k["name"]): "%s; default %s%s" % (k["type"], k["default"], "; " + k["value"] if k["type"] == "choice" else "")
                  for section, rows in keys.items() for k in rows})


def options_keep_names_and_values():
    today = {}
    for command in re.findall(r"^  (\w+)  ", ran("help").stdout.split("Try:")[0], re.M):
        for letter, name, value in re.findall(r"^ +(?:(-\w), |    )(--[\w.-]+)(?: ([A-Z]+(?:\|[A-Z]+)*))?", ran("help", command).stdout, re.M):
            today["%s %s" % (command, name)] = (letter + " " + value).strip() or "-"
    kept("options", today)


def table(head):
    """The rows of the table whose head begins so."""
    text = PAGE.read_text(encoding="utf-8")
    rows = text[text.index("| " + head):].split("\n\n")[0].splitlines()
    return [[c.strip().strip("`") for c in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[:1] + rows[2:]]


def full(*args):
    """Its exit status when standard output has no room."""
    with open("/dev/full", "wb") as out:
        return subprocess.run([LOGTALLY, *args], stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False).returncode


def exit_codes_are_those_of_the_table():
    some_files()
    put("good.ini", "[event a]\nwhere = msg == a\n[counter a_total]\nhelp = A\ninc = a\n")
    put("traps.ini", "[event a]\nwhere = msg == a\n[event b]\nwhere = msg == b\n[counter a_total]\nhelp = A\ninc = a, b\nlabels = nosuch\n")
    put("a.log", "msg=a x=1 time=2026-01-01T00:00:00Z\n")
    put("t/a.log", get("a.log"))
    put("t/a.prom", ran("replay", "--rules", "good.ini", "a.log").stdout)
    put("f/a.log", get("a.log"))
    put("f/a.prom", "a_total 7\n")
    put("cut.log.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\3")
    put("mistakes.ini", "[serve]\n")
    put("logtally.ini", "[log app]\npath = a.log\n[rules]\ninclude = good.ini\n[state]\ndirectory = none\n")
    ran("replay", "--rules", "good.ini", "--snapshot", "one.snapshot", "a.log")
    d = Daemon(rules=os.path.abspath("good.ini"))
    put("logs/a.log", get("a.log"))
    d.start()
    assert until(lambda: d.value("a_total"))
    live, config = "http://127.0.0.1:%d" % d.port, shutil.copy("logtally.ini", "daemon.ini")
    good = ("--rules", "good.ini")
    made = {
        "run": {1: ("--rules", "bad.ini", "--log", "a.log", "--state", ""), 2: ("a.log",),
                3: (*good, "--log", "a.log", "--state", "", "--listen", "127.0.0.1:%d" % d.port)},
        "check": {0: ("good.ini",), 1: ("bad.ini",), 2: ("--nonsense",), 4: ("--against", "a.log", "traps.ini")},
        "explain": {0: (*good, "a.log"), 1: ("--rules", "bad.ini", "a.log"), 2: (*good, "--as", "nolog", "a.log")},
        "replay": {0: (*good, "a.log"), 1: (*good, "cut.log.gz"), 2: good, 3: (*good, "-o", "no/where", "a.log")},
        "test": {0: (*good, "t"), 1: (*good, "f"), 2: ("--nonsense",)},
        "backfill": {0: (*good, "-o", "out", "a.log"), 1: (*good, "-o", "out", "cut.log.gz"), 2: (*good, "a.log"), 3: (*good, "-o", "no/where", "a.log")},
        "suggest": {0: ("app.log",), 1: ("nowhere.log",), 2: (), 3: ("-o", "no/where", "a.log")},
        "watch": {0: ("--once", *good, "a.log"), 1: ("--once", "--rules", "bad.ini", "a.log"), 2: ("--nonsense",)},
        "merge": {0: ("one.snapshot",), 1: ("a.log",), 2: (), 3: ("-o", "no/where", "one.snapshot")},
        "state": {0: ("--state", "state"), 1: ("--state", "none"), 2: ("--dry-run",), 3: ("drop", "--state", "state", "a_total")},
        "health": {0: (live,), 1: ("http://127.0.0.1:%d" % free_port(),), 2: ("no address",)},
        "verify": {0: ("-c", config), 1: ("-c", config), 2: ("a.log",), 3: ("-c", config)},
        "help": {0: (), 2: ("nonsense",)},
        "version": {0: (), 2: ("word",)},
    }
    head, *rows = table("command | 0")
    written = {row[0]: {int(head[i]) for i in range(1, len(head)) if row[i]} for row in rows}
    full_says_3 = {"check", "explain", "test", "watch", "help", "version"}
    assert written == {c: set(codes) | ({0} if c == "run" else set()) | ({3} if c in full_says_3 else set()) for c, codes in made.items()}, written
    for command in sorted(full_says_3 - {"version"}):
        assert full(command, *made[command][0]) == 3, command
    for command, codes in made.items():
        for code, args in codes.items():
            if command == "verify" and code == 1:
                d.stop()                                        # SIGTERM: 0
                put("logs/a.log", "msg=a x=2 time=2026-01-01T00:00:00Z\n")
            if command == "verify" and code == 3:
                for f in ("state/state", "state/state.1"):
                    put(f, b"no state")
            r = subprocess.run([LOGTALLY, command, *args], capture_output=True, text=True, check=False, timeout=100, stdin=subprocess.DEVNULL)
            assert r.returncode == code, (command, args, r)
    for command in ("verify", "state"):                         # one meaning, whoever says it
        assert [ran(command, "-c", "logtally.ini", "--state", d, code=c) for d, c in (("state", 3), ("none", 1))]
    for command in ("run", "check", "state", "verify", "health"):
        assert ran(command, "-c", "nowhere.ini", code=1), command
    for command in ("run", "check", "verify"):
        assert ran(command, "-c", "mistakes.ini", code=1), command
    assert ran("nonsense", code=2)


def http_answers_are_those_of_the_table():
    some_files()
    head, *rows = table("path | method")
    assert head == ["path", "method", "status", "content type", ""], head
    put("logs/app.log", LOG)
    answers = {}
    for server, says in (("", "off"), ("reload = yes", "on")):
        d = Daemon(rules=os.path.abspath("rules.ini"), server=server).start()
        for path, methods, status, kind, why in rows:
            for method in methods.split(", "):
                if "reload = yes" in why and says == "off":
                    continue
                if "reload = no" in why and says == "on":
                    continue
                if status == "503":
                    continue                                    # only while it begins
                named = path.replace("LOG", "test").replace("METRIC", "hits_total").replace("EVENT", "hit")
                got, headers, _ = fetch(d.port, named, method, {})
                answers[path, method, status] = got, headers.get("Content-Type")
                assert (str(got), headers.get("Content-Type")) == (status, kind), (path, method, got, headers)
        accept = {"Accept": "application/openmetrics-text;version=1.0.0"}
        assert fetch(d.port, "/metrics", "GET", accept)[1]["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        d.stop()
    paths = json.loads((pathlib.Path(SRCDIR) / "docs/openapi.json").read_text(encoding="utf-8"))["paths"]
    assert {p for p in paths if "{" not in p} <= {r[0] for r in rows}, paths.keys()


def described(schema, root, path):
    """[(path, type)] of what a schema has; tests/e2e/site.py compares answers with it."""
    if "$ref" in schema:
        schema = root["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    yield path, "|".join(sorted(kinds)) + "".join("; " + word for word in schema.get("enum", ()))
    for key, inner in schema.get("properties", {}).items():
        yield from described(inner, root, path + "." + key + ("" if key in schema.get("required", ()) else "?"))
    if "items" in schema:
        yield from described(schema["items"], root, path + "[]")


def openapi_keeps_paths_and_keys():
    root = json.loads((pathlib.Path(SRCDIR) / "docs/openapi.json").read_text(encoding="utf-8"))
    today = {}
    for path, methods in root["paths"].items():
        for status, answer in methods["get"]["responses"].items():
            today["%s %s" % (path, status)] = " ".join(answer.get("content", {"-": 0}))
            for kind in answer.get("content", {}).values():
                today.update(described(kind["schema"], root, "%s %s " % (path, status)))
    kept("openapi", today)


def a_state_of_a_later_version_is_refused_and_left():
    put("rules.ini", RULES)
    put("logs/app.log", LOG)
    put("state/state", b"LTSTATE\n" + (99).to_bytes(4, "little") + b"\0" * 60)
    os.chmod("state", 0o700)
    d = Daemon(rules=os.path.abspath("rules.ini"))
    r = subprocess.run([LOGTALLY, "run", "-c", "logtally.ini"], capture_output=True, text=True, check=False, timeout=100)
    assert r.returncode == 3 and "was written by a newer version of logtally" in r.stderr, r
    assert pathlib.Path("state/state").read_bytes()[8] == 99 and d.child is None


main(json_outputs_keep_their_keys, own_metrics_keep_names_and_labels, keys_keep_types_and_defaults, options_keep_names_and_values,
     exit_codes_are_those_of_the_table, http_answers_are_those_of_the_table, openapi_keeps_paths_and_keys,
     a_state_of_a_later_version_is_refused_and_left)
