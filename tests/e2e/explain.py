"""What `logtally explain` says of the lines of every shipped log, added up, is what `logtally replay` counts of them:
each sample of the page, and each line that no event takes."""
import collections
import glob
import json
import os
import re
import subprocess

from _daemon import LOGTALLY, SRCDIR, main

RULES = os.path.join(SRCDIR, "rules")
NEVER_NEGATIVE = ("fail2ban_banned", "openvpn_clients", "ssh_sessions_open", "websocket_connections_active")      # min = 0
UPDATE = re.compile(r'^    -> (\w+) ([^ {]+)(\{.*\})?(?: (-?[0-9.e+-]+))?$')


def logtally(*args):
    return subprocess.run([LOGTALLY, *args], check=True, capture_output=True).stdout.decode("utf-8", "surrogateescape")


def update(samples, verb, family, labels, value):
    if verb == "observe":
        samples[family + "_count" + labels] += 1
        samples[family + "_sum" + labels] += value
    elif verb == "set":
        samples[family + labels] = value
    elif verb == "reset":
        samples[family + labels] = 0
    else:
        samples[family + labels] += -value if verb in ("dec", "sub") else value
        if family in NEVER_NEGATIVE:
            samples[family + labels] = max(0, samples[family + labels])


def explained(rules, path):
    """Samples, and how many lines there were that no event takes."""
    samples, untaken = collections.defaultdict(float), 0
    for line in logtally("explain", "--each", "--rules", rules, path).split("\n"):
        untaken += line == "  no event takes this line"
        if not line.startswith("    -> ") or " -- skipped: " in line:
            continue
        verb, family, labels, value = UPDATE.match(line).groups()
        update(samples, verb, family, labels or "", float(value or 1))
    return samples, untaken


def objects(*args):
    return [json.loads(line) for line in logtally("explain", "--json", *args).split("\n")[:-1]]


def page_labels(labels):
    def escaped(value):
        return value.replace("\\", "\\\\").replace('"', '\\"')
    return "{%s}" % ",".join('%s="%s"' % (k, escaped(v)) for k, v in labels.items()) if labels else ""


def explained_as_json(rules, path):
    """The same of the objects."""
    samples, untaken = collections.defaultdict(float), 0
    for told in (o["explain"] for o in objects("--each", "--rules", rules, path)):
        events = told.get("events", [])
        untaken += told["result"] == "line" and not any(e["used"] for e in events)
        # of all members of all events, in the order of the rules' updates
        for done in (u for e in events for m in e["members"] for u in m["updates"] if not u["skipped"]):
            update(samples, done["verb"], done["metric"], page_labels(done["labels"]), 1 if done["value"] is None else float(done["value"]))
    return samples, untaken


def replayed(rules, path):
    page = logtally("replay", "--rules", rules, "--unmatched", "left", path)
    samples = {}
    for line in page.split("\n"):
        if line and not line.startswith("#") and "_bucket{" not in line:
            key, value = line.rsplit(" ", 1)
            samples[key] = float(value)
    return samples, left_over(rules)


def left_over(rules):
    """How many lines there are in the file of what no event takes; where records are joined, how many of those."""
    if os.path.isfile(rules):
        with open(rules, encoding="utf-8") as f:
            if re.search("^record ", f.read(), re.M):
                return explained(rules, "left")[1]
    with open("left", "rb") as f:
        return f.read().count(b"\n")


def agree(rules, path):
    """How many updates there were."""
    said, untaken = explained(rules, path)
    counted, left = replayed(rules, path)
    assert untaken == left, (path, untaken, left)
    as_json, of_json = explained_as_json(rules, path)
    assert of_json == untaken and set(as_json) == set(said), (path, of_json, untaken, set(as_json) ^ set(said))
    for key in set(said) | set(counted):
        assert abs(said.get(key, 0) - counted.get(key, 0)) <= 1e-9 * abs(counted.get(key, 0)), (
            path, key, said.get(key), counted.get(key))
    return len(said)


def shipped_rules_and_their_logs():
    assert sum(agree(RULES, path) for path in glob.glob(os.path.join(RULES, "tests", "*.log"))) > 500


def every_example_and_its_log():
    examples = glob.glob(os.path.join(RULES, "examples", "*.ini"))
    for rules in examples:
        name = os.path.join(RULES, "examples", "tests", os.path.basename(rules)[:-4])
        logs = glob.glob(name + ".log") + glob.glob(os.path.join(name, "*.log"))
        assert logs, name
        for path in logs:
            assert agree(rules, path) > 0, path
    assert len(examples) >= 42


SPANS = """\
[event ab]
where = msg == ab
[event bb]
where = msg == bb
[event end]
where = msg == end
[span a]
begin   = ab
end     = end
key     = id
timeout = 1m
[span b]
begin   = bb
end     = end
key     = id
timeout = 1m
[event lost]
of    = a.unfinished
each  = list
where = _value > 10
[counter lost_total]
help = L
inc  = a.unfinished, lost
[counter b_total]
help = B
inc  = b
"""


def spans_that_are_given_up_are_told_each_for_itself():
    with open("spans.ini", "w", encoding="utf-8") as f:
        f.write(SPANS)
    with open("spans.log", "w", encoding="utf-8") as f:
        for at, msg in (("10:00:00", "ab"), ("10:00:01", "bb"), ("11:00:00", "other")):
            f.write('{"time":"2025-11-12T%sZ","msg":"%s","id":1,"list":[20,30]}\n' % (at, msg))
    told = logtally("explain", "--rules", "spans.ini", "spans.log")
    a, b = told.split("(no line) span ")[1:]
    assert a.startswith("a is given up") and a.count("    -> inc lost_total") == 3 and "    member 2 of 2" in a, told
    assert b.startswith("b is given up") and "inc" not in b and "is event" not in b, told


GROUPED = """\
[event request]
match = ^GET (?<path>/\\S*) (?<ms>\\d+)$
[event job]
where = msg == job done
[counter requests_total]
help = R
inc = request
[histogram request_seconds]
help = S
observe = request, job
value = ms
unit = ms
"""


def grouped_lines():
    """Lines, and how often each kind of them is there."""
    lines = []
    for i in range(1500):
        lines.append("GET /a%d %d" % (i, i))
        if i % 3 == 0:
            lines.append("get /user/%d %d" % (i, i))
        if i % 5 == 0:
            lines.append("GET /b%d %dms" % (i, i))
        if i % 10 == 0:
            lines.append('{"msg":"Job done","ms":%d}' % i)
        if i % 30 == 0:
            lines.append('{"msg":"job done","ms":"fast"}')
    return lines, {"request": 1500, "case": 500, "end": 300, "job": 150, "skip": 50}


def thousands_of_lines_are_told_once_for_all_that_are_alike():
    lines, counts = grouped_lines()
    with open("grouped.ini", "w", encoding="utf-8") as f:
        f.write(GROUPED)
    with open("grouped.log", "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    told = logtally("explain", "--rules", "grouped.ini", "grouped.log")
    overview = told.split("\n\n")[0].split("\n")
    assert overview[0] == "%d lines, told once for all of which the same is told:" % len(lines), overview
    first = {"case": 2, "end": 3, "job": 4, "skip": 5, "request": 1}
    assert [line.split(None, 1) for line in overview[1:]] == [
        [str(counts[kind]), "%s, as line %d of grouped.log" % (title, first[kind])] for kind, title in (
            ("case", "no event, nearest request"), ("end", "no event, nearest request"), ("job", "no event, nearest job"),
            ("skip", "event job, skips request_seconds: not_a_number"), ("request", "event request"))], overview
    assert told.count("it would match if case did not matter") == 1, told
    assert told.count('behind that stands "ms"') == 1 and told.count("only the case of letters differs") == 1, told
    assert told.count("skipped: ms is no number: fast") == 1, told
    grouped = objects("--rules", "grouped.ini", "grouped.log")
    assert [o["count"] for o in grouped] == sorted(counts.values(), reverse=True)[1:4] + [50, 1500], grouped
    assert [list(o) for o in grouped] == [["version", "program_version", "count", "file", "line", "explain"]] * 5, grouped
    assert all(lines[o["line"] - 1] == o["explain"]["text"] for o in grouped), grouped
    each = logtally("explain", "--each", "--rules", "grouped.ini", "grouped.log")
    assert each.count("  no event takes this line\n") == 950 and "told once" not in each
    few = logtally("explain", "--group", "--rules", "grouped.ini", "get /x 1", "get /y 2", "GET /z 3")
    assert few.startswith("3 lines, told once"), few
    assert re.search(r"^ +2  no event, nearest request, as line 1$", few, re.M), few
    open("nothing.log", "w", encoding="utf-8").close()
    assert objects("--group", "--rules", "grouped.ini", "nothing.log") == []
    both = subprocess.run([LOGTALLY, "explain", "--group", "--each", "--rules", "grouped.ini", "x"], capture_output=True, check=False)
    assert both.returncode == 2 and b"exclude each other" in both.stderr, both


def groups_of_shipped_logs_add_up():
    """However they are grouped, each line is in one; and a group that no event takes has lines that none takes."""
    for path in glob.glob(os.path.join(RULES, "tests", "*.log")):
        each = objects("--each", "--rules", RULES, path)
        grouped = objects("--group", "--rules", RULES, path)
        assert sum(o["count"] for o in grouped) == sum(o["count"] for o in each), path

        def untaken(told):
            return sum(o["count"] for o in told if o["explain"]["result"] == "line" and not any(
                e["used"] for e in o["explain"]["events"]))
        assert untaken(each) == untaken(grouped), path


KEYS = {
    "line": "result text log encoding stream lines cut rewritten whole prefix decoded time fields events spans near cut_short",
    "time": "timestamp_seconds from text format zone_seconds",
    "prefix": "cut fields",
    "fields": "name value",
    "captured": "name value",
    "events": "name file line used gave_up members",
    "members": "captured steps updates",
    "steps": "field by file line before after made",
    "updates": "verb metric labels value skipped",
    "spans": "name file line begins reason key began_timestamp_seconds",
    "near": "name file line why nearness hold conditions failed",
    "failed": "file line field operator wants is hint regex_byte text_byte",
}
ALL = """\
[log app]
prefix = ^(?<host>\\S+):\\s
[event e]
match = ^(?<a>\\d+) (?<b>\\w+)
rewrite.b = x -> y
[event f]
match = ^(?<a>\\d+) end
[span s]
begin = e
end = f
key = a
[counter e_total]
help = E
inc = e, s
labels = b
"""


def walk(name, value, seen):
    if isinstance(value, dict) and name in KEYS:
        assert list(value) == KEYS[name].split(), (name, list(value))
        seen.add(name)
    if isinstance(value, dict):
        for key, inner in value.items():
            walk(key, inner, seen)
    if isinstance(value, list):
        for inner in value:
            walk(name, inner, seen)


def keys_of_objects_are_as_the_manual_says():
    with open("all.ini", "w", encoding="utf-8") as f:
        f.write(ALL)
    with open("all.log", "w", encoding="utf-8") as f:
        f.write("web: 1 xx\nweb: one\nweb: 1 end\n")
    told, seen = objects("--rules", "all.ini", "all.log"), set()
    for o in told:
        walk("line", o["explain"], seen)
    assert seen == set(KEYS), set(KEYS) - seen
    assert [o["line"] for o in told] == [1, 2, 3] and [o["file"] for o in told] == ["all.log"] * 3
    first = told[0]["explain"]
    assert first["prefix"] == {"cut": "web: ", "fields": [{"name": "host", "value": "web"}]}, first
    assert [(s["before"], s["after"]) for s in first["events"][0]["members"][0]["steps"]] == [("xx", "yy")], first
    with open(os.path.join(SRCDIR, "docs", "man", "logtally.1"), encoding="utf-8") as f:
        manual = f.read().split(".Sh JSON OF EXPLAIN")[1].split("\n.Sh ")[0]
    for name, keys in KEYS.items():
        assert ".Li %s .\n" % keys in manual, (name, keys)


NEAR = """\
[event imported]
match = imported (?<n>\\d+) rows
[event done]
match = ^done (?!of error)\\d+
[counter i_total]
help = I
inc = imported, done
"""


def a_caret_is_where_something_is_told_by_it():
    """Not where a text that each match has is not there, nor behind what must not match."""
    with open("near.ini", "w", encoding="utf-8") as f:
        f.write(NEAR)
    told = logtally("explain", "--all", "--rules", "near.ini", "java.sql.SQLException: i")
    assert '      each match has "imported ", which is not there\n      imported (?<n>\\d+) rows\n' in told, told
    assert "and here in the text" not in told, told
    told = logtally("explain", "--rules", "near.ini", "done of errands")
    regex, caret, text = re.search(r"^      (\^done .*)\n      ( +)\^ matched up to here\n      done of errands\n      ( +)\^ and here", told, re.M).groups()
    assert len(caret) == regex.index("\\d+") and len(text) == len("done "), told


main(a_caret_is_where_something_is_told_by_it, shipped_rules_and_their_logs, every_example_and_its_log, thousands_of_lines_are_told_once_for_all_that_are_alike,
     groups_of_shipped_logs_add_up, keys_of_objects_are_as_the_manual_says, spans_that_are_given_up_are_told_each_for_itself)
