"""`logtally check --against LOG...`: what rules come to on a log, the same numbers as those of a replay, in text and JSON."""
import glob
import itertools
import json
import os

from _common import get, put
from _daemon import SRCDIR, main, ran

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


def against(*args, code=0, stdin=""):
    r = ran("check", "--json", *args, code=code, input=stdin, timeout=600)
    assert r.stderr == "", (args, r.stderr)
    return json.loads(r.stdout)["against"]


def text(*args, code=0):
    r = ran("check", *args, code=code, timeout=600)
    return r.stdout, r.stderr


def of_kind(found, kind):
    return [f for f in found["findings"] if f["kind"] == kind]


def every_silence_is_told():
    rules, log = put("a.ini", RULES), put("app.log", LOG)
    found = against(rules, "--against", log, code=4)
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
    assert [(f["kind"], f["trap"], f["line"], f["count"]) for f in found["findings"]] == [
        ("times", True, 1, 2), ("bare", True, 12, 2), ("never", True, 16, 0), ("bare", True, 20, 1), ("bare", True, 25, 2),
        ("folded", True, 27, 2), ("skipped", True, 45, 1), ("skipped", True, 52, 5), ("skipped", False, 45, 1)], found
    assert found["traps"] == 8, found
    out, err = text(rules, "--against", log, code=4)
    for said in ("10 lines, 3 unmatched, 8 traps\n", "event request: 5\n", "event never: never\n",
                 'a.ini:27: requests_total: 2 updates beyond max_values (2) of label path are under "other"; among those kept: "/b", "/a"\n',
                 'took_seconds: 1 value of event request skipped: not a number, such as "abc"\n',
                 "user_bytes_total: 5 values of event request skipped: no line has the field siez; there are ",
                 'a.ini:1: log app: 2 times could not be read: "12/Nov/2025" (time) is none of rfc3339\n',
                 "a.ini:12: took is a bare number, and counts seconds for where took > 1s; unit.took would say what it "
                 "counts (2 lines, such as 250)\n",
                 "a.ini:16: event never never happens: where msg == nothing holds in no line; msg is \"request\", ",
                 "unmatched: 1  some text "):
        assert said in out, (said, out, err)


def traps_are_an_exit_status():
    rules, log = put("a.ini", RULES), put("app.log", LOG)
    text("--strict", rules, "--against", log, code=4)
    text("--strict", put("unused.ini", RULES + "[event unused]\nmatch = x\n"), "--against", log, code=1)
    small = put("small.ini", '[event a]\nwhere = msg == a\n[counter a_total]\nhelp = A\nadd = a\nvalue = n\n')
    fine = put("fine.log", "msg=a n=1\nmsg=a x=1\nnobody takes it\n")
    found = against("--strict", small, "--against", fine)
    assert (found["traps"], [f["kind"] for f in found["findings"]]) == (0, ["skipped"]), found
    assert against("--strict", small, "--against", put("bad.log", "msg=a x=1\n"), code=4)["traps"] == 1


def why_is_told():
    """Fields that are not there, with the name that is; labels that no line fills; what a condition wants, and what there is."""
    rules = put("why.ini", """\
[event request]
where   = msg == request
set.who = ${usr}
[event login]
where   = msg == Login
[event big]
of      = request
where   = size > 1000
[event bigger]
of      = big
where   = msg != x
[event wrong]
where   = statsu == 500
[counter requests_total]
help    = R
inc     = request
labels  = path=route, who
[counter others_total]
help    = O
inc     = login, bigger, wrong
[counter size_bytes_total]
help    = S
add     = request
value   = sise
""")
    log = put("why.log", "".join(f"msg=request path=/{i % 3} user=ann size={i} status=200\nmsg=login n={i}\n" for i in range(40)))
    found = against(rules, "--against", log, code=4)
    told = {(f["kind"], f["line"]): f["text"] for f in found["findings"]}
    assert told == {
        ("no_field", 3): 'set.who of event request: no line has the field usr; did you mean "user"?',
        ("never", 5): 'event login never happens: where msg == Login holds in no line; msg is "login" there',
        ("never", 8): 'event big never happens: where size > 1000 holds in none of the 40 lines of event request; '
                      'size is "0", "1", "10", ... there',
        ("never", 13): 'event wrong never happens: no line has the field statsu; did you mean "status"?',
        ("no_label", 16): 'label path of requests_total is "unknown" in all 40 updates by event request: no line has the '
                          'field route; there are msg, n, path, size, status, user',
        ("skipped", 23): 'size_bytes_total: 40 values of event request skipped: no line has the field sise; did you mean '
                         '"size"?',
    }, told


def series_are_foretold():
    """A label of ever more values, one that is closed by the rules, one that is nearly used up."""
    rules = put("grow.ini", """\
[event e]
where        = msg == e
map.status   = 200 -> ok
map.status   = 404 -> gone
map.status   = * -> bad
[counter users_total]
help         = U
inc          = e
labels       = user
max_values   = 100000
max_series   = 1500
[counter states_total]
help         = S
inc          = e
labels       = status
[counter hosts_total]
help         = H
inc          = e
labels       = host
[counter all_total]
help         = A
inc          = e
""")
    log = put("grow.log", "".join(f"msg=e user=u{i * 7919 % 100003} status={200 + i % 9} host=h{i % 5}\n" for i in range(1000)))
    found = against(rules, "--against", log, code=4)
    series = {s["metric"]: s for s in found["series"]}
    users = series["users_total"]
    assert (users["count"], users["after_10"], users["bound"], users["limit"]) == (1000, 10000, None, 1500), users
    assert users["bytes"] > 1000 * 60, users
    assert (series["states_total"]["count"], series["states_total"]["bound"]) == (2, 4), series
    assert (series["hosts_total"]["count"], series["hosts_total"]["after_100"]) == (5, 5), series
    assert (series["all_total"]["count"], series["all_total"]["bound"]) == (1, 1), series
    exploding, = found["findings"]
    assert (exploding["kind"], exploding["metric"], exploding["name"], exploding["count"]) == (
        "explodes", "users_total", "user", 1000), exploding
    assert exploding["text"].startswith("label user of users_total has ever more values: 1000 in 1000 updates, "), exploding
    out = text(rules, "--against", log, code=4)[0]
    assert "10000 after 10 times as many lines, 100000 after 100 times" in out, out
    assert "; no new ones in the second half; at most 4, by the rules\n" in out, out


def a_log_is_told_of_too():
    """Its own regexes that find nothing, lines that are not of its format, values that are all in one bucket."""
    rules = put("log.ini", """\
[log l]
path       = /nowhere.log
prefix     = ^(?<host>\\w+):[ ]
record     = ^\\d{4}-
time_match = ^(?<time>\\d+)
rewrite    = foo -> bar
format     = json
[event e]
where   = status >= 500
set.q   = ${path|lower}
[event own]
where   = q == /a
set.q   = ${path|lower}
[histogram e_seconds]
help    = E
observe = e, own
value   = took
buckets = 0.1 1 10
[histogram wrong_seconds]
help    = W
observe = e
value   = took
unit    = ms
buckets = 50 100 500
[histogram little_seconds]
help    = L
observe = e
value   = little
""")
    log = put("log.log", "".join('{"status": 500, "took": %d, "path": "/A", "little": 0.001}\n' % (i * 20) for i in range(1, 61)))
    found = against(rules, "--against", log, code=4)
    assert found["lines"] == 1 and "log l: record matches no line of it; what stands before the first that matches is one record" in [
        f["text"] for f in of_kind(found, "log")], found["findings"]
    put("log.ini", get("log.ini").replace("record ", "; record "))
    found = against(rules, "--against", put("log.log", get("log.log") + "no json\n"), code=4)
    told = [(f["kind"], f["trap"], f["text"]) for f in found["findings"]]
    for finding in (
            ("log", True, "log l: prefix matches no line of it; nothing is cut off"), ("log", True, "log l: rewrite matches no line of it"),
            ("log", True, "log l: time_match matches no line of it"),
            ("log", False, "log l: 1 line of 61 is not JSON, as its format says"),
            ("buckets", True, "e_seconds: 60 of 60 values are beyond the last bucket (10); do they count something else, as unit = ms "
                              "would say?"),
            ("buckets", True, "wrong_seconds: 60 of 60 values are in the first bucket (50); buckets are in seconds or bytes, and so are values "
                              "after unit = ms"),
            ("buckets", False, "little_seconds: 60 of 60 values are in the first bucket (0.005)"),
            ("never", True, "event own never happens: no line has the field q; there are little, path, status, took. What the event "
                            "makes of a line comes after every where; test it in an event of this one")):
        assert finding in told, (finding, told)
    assert len(told) == 8, told


NGINX = "method, class\nmax_values  = 20\nzero        = method=GET|POST class=2xx|3xx|4xx|5xx"
BROKEN = (
    ("pino", "where       = responseTime !=", "where       = responsetime !=", "never",
     'event pino_request never happens: no line has the field responsetime; did you mean "responseTime"?'),
    ("pino", "unit        = ms", "unit        = s", "buckets", "30 of 40 values are beyond the last bucket (1); do they "),
    ("caddy", "msg == handled request", "msg == Handled request", "never", 'msg is "handled request" there'),
    ("caddy", "method=request.method", "method", "no_label", "label method of caddy_access_requests_total is \"unknown\" in all "),
    ("caddy", "value       = size", "value       = sizes", "skipped", 'no line has the field sizes; did you mean "size"?'),
    ("spring_boot", "record      = ^\\d{4}", "record      = ^\\[\\d{4}", "log", "record matches no line of it"),
    ("postgres", "%Y-%m-%d", "%d/%m/%Y", "times", "times could not be read: \"2025-11-12 10:15:3"),
    ("nginx", NGINX, "method, target\nmax_values  = 20", "folded",
     'beyond max_values (20) of label target are under "other"; among those kept: "/user/'),
    ("nginx", NGINX, "method, target\nmax_values  = 2000", "explodes",
     "label target of nginx_http_requests_total has ever more values: "),
)


def a_broken_recipe_is_found_out():
    """A slip in each of some recipes, and what is said of it on their samples, ten times over."""
    for name, right, wrong, kind, said in BROKEN:
        good = get(os.path.join(SRCDIR, "rules", "examples", name + ".ini"))
        sample = get(os.path.join(SRCDIR, "rules", "examples", "tests", name + ".log")) * 10
        sample += "".join(f'192.0.2.1 - - [12/Nov/2025:10:15:30 +0000] "GET /user/{i * 17} HTTP/1.1" 200 612 "-" "-"\n'
                          for i in range(200) if name == "nginx")
        log = put(name + ".log", sample)
        assert right in good, (name, right)
        assert not [f for f in against(put("good.ini", good), "--against", log)["findings"] if f["trap"]], name
        found = against(put("broken.ini", good.replace(right, wrong)), "--against", log, code=4)
        assert [f for f in of_kind(found, kind) if f["trap"] and said in f["text"]], (name, wrong, found["findings"])


def a_line_has_its_price():
    rules = put("slow.ini", """\
[event wild]
match  = (a+)+\\d$
[event cheap]
where  = _line ^= b
[counter x_total]
help   = X
inc    = wild, cheap
""")
    log = put("slow.log", f"{'a' * 16}b\nb1\n" * 500)
    found = against(rules, "--against", log, code=4)
    costs = found["costs"]
    assert costs["lines"] == 1000 and costs["line_seconds"] >= costs["read_seconds"] > 0, costs
    assert costs["events"][0]["event"] == "wild", costs
    assert " for event wild" in text(rules, "--against", log, code=4)[0]
    assert against(rules, "--against", put("few.log", "a1\n"), code=4)["costs"] is None


def a_finding_of_no_line_says_null():
    rules = put("small.ini", "[event a]\nmatch = a\n[counter a_total]\nhelp = A\ninc = a\n")
    found = against(rules, "--against", put("some.log", "msg=a time=yesterday\n"), code=4)
    assert [(f["kind"], f["file"], f["line"]) for f in found["findings"]] == [("times", None, None)], found


def what_cannot_be_read_is_a_failure():
    rules = put("small.ini", "[event a]\nmatch = a\n[counter a_total]\nhelp = A\ninc = a\n")
    log = put("some.log", "a\nb\n")
    assert "nowhere.log" in text(rules, "--against", "nowhere.log", code=1)[1]
    broken = put("broken.log.gz", b"\x1f\x8b\x08\x00 this is no gzip")
    found = against(rules, "--against", log, broken, code=1)
    assert len(found["errors"]) == 1 and "broken.log.gz" in found["errors"][0], found
    assert found["lines"] == 2 and found["hits"][0]["count"] == 1, found
    assert against(rules, "--against", "-", stdin="a\na\nx\n")["hits"][0]["count"] == 2
    text("--as", "auto", rules, code=2)
    text("--as", "nolog", rules, "--against", log, code=2)


def logs_that_are_not_there_are_not_failures():
    rules = put("two.ini", "".join(f"[log {x}]\npath = /nowhere/{x}.log\n[event {x}]\nlog = {x}\nmatch = {x}\n"
                                   f"[event {x}_of]\nof = {x}\nmatch = .\n[span {x}_span]\nbegin = {x}\nend = {x}\n"
                                   f"[counter {x}_total]\nhelp = X\ninc = {x}, {x}_of, {x}_span\n" for x in ("xx", "yy")))
    found = against(rules, "--against", put("xx.log", "xx\nxx\n"), "--as", "xx")
    assert [(h["event"], h["count"], h["tried"]) for h in found["hits"]] == [
        ("xx", 2, True), ("xx_of", 2, True), ("yy", 0, False), ("yy_of", 0, False), ("xx_span", 1, True), ("yy_span", 0, False)], found["hits"]
    out = text(rules, "--against", "xx.log", "--as", "xx")[0]
    assert "event yy: no file of its logs was given\n" in out and "--as" not in out, out
    out = text(rules, "--against", "xx.log")[0]
    assert "xx.log is of no [log] by its path; --as NAME says of which\n" in out and "never" not in out, out
    out = text(rules, "--against", "xx.log", "xx.log")[0]
    assert "xx.log and 1 more are of no [log] by their paths; --as NAME says of which\n" in out, out


def a_clock_without_its_day_is_told_from_a_time():
    put("clock.log", 'date=2025-11-12 time=10:15:30 type=a\n' * 3)
    put("clock.ini", "[log app]\npath = clock.log\n[event a]\nwhere = type == a\n[counter a_total]\nhelp = a\ninc = a\n")
    out, _ = text("clock.ini", "--against", "clock.log", code=4)
    assert ('3 times could not be read: "10:15:30" (time) is none of auto; if its day is another field, a time_match can '
            'hold both\n') in out, out
    put("asked.ini", get("clock.ini") + "[gauge last_seconds]\nhelp = l\nset = a\nvalue = _time\n")
    out, _ = text("asked.ini", "--against", "clock.log", code=4)
    assert "3 times could not be read" in out, f"each once, also where a rule asks for the time: {out}"
    put("clock.ini", get("clock.ini").replace("path = clock.log\n", "path = clock.log\ntime_match = date=(?<time>\\S+ time=\\S+)\n"
                                              "time_format = %Y-%m-%d time=%H:%M:%S\n"))
    out, _ = text("clock.ini", "--against", "clock.log")
    assert "could not be read" not in out, out


def many_kinds_of_lines_are_ten():
    rules = put("small.ini", "[event a]\nmatch = ^a$\n[counter a_total]\nhelp = A\ninc = a\n")
    words = [chr(98 + i) * 7 for i in range(20)]
    log = put("many.log", "".join(f"{w} {w} {w} ended\n" * (i + 1) for i, w in enumerate(words)))
    found = against(rules, "--against", log, code=4)
    assert len(found["shapes"]) <= 10 and found["unmatched"] == 210, found
    out = text(rules, "--against", log, code=4)[0]
    told = [int(line.split()[1]) for line in out.splitlines() if line.startswith("unmatched: ")]
    assert sum(told) == 210, out
    found = against(rules, "--against", put("numbers.log", "".join(f"{i}\n" for i in range(200010))), code=4)
    assert (found["unmatched"], found["ungrouped"], found["shapes"][0]["count"]) == (200010, 0, 200010), found
    words = ["".join(w) for w in itertools.islice(itertools.product("bcdefghijk", repeat=5), 50010)]
    found = against(rules, "--against", put("differ.log", "\n".join(words) + "\n"), code=4)
    assert (found["unmatched"], found["ungrouped"]) == (50010, 10), found
    json_log = put("json.log", "".join('{"msg":"login","user":"u%d x","n":{"k":%d}}\n' % (i, i) for i in range(30)))
    shape, = against(rules, "--against", json_log, code=4)["shapes"]
    assert (shape["count"], shape["example"]) == (30, '{"msg":"login","user":"u0 x","n":{"k":0}}'), shape
    assert shape["shape"].startswith("msg=login user=<"), shape


WITH_TRAPS = ("lograge.log", "mongodb.log", "zerolog.log")  # they have values that are no numbers


def it_counts_as_a_replay_does():
    """Each recipe and its sample: what the trace counts is what a replay counts."""
    tested = 0
    for log in sorted(glob.glob(os.path.join(SRCDIR, "rules", "examples", "tests", "*.log"))):
        rules = os.path.join(SRCDIR, "rules", "examples", os.path.basename(log)[:-4] + ".ini")
        if not os.path.isfile(log) or not os.path.isfile(rules):
            continue
        found = against(rules, "--against", log, code=4 if os.path.basename(log) in WITH_TRAPS else 0)
        page = json.loads(ran("replay", "--rules", rules, "--unmatched", "left", "--format", "json", log, timeout=600).stdout)
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


SLIPS = """\
[log web]
path = slips.log
time = stamp
[log nginx]
path = slips.log
[event slashed]
log = web
where = msg =~ /order.*/
[event lines]
log = web
match = at\\n.*foo
[event theirs]
log = nginx
where = msg == order placed
[counter a_total]
help = A
inc = slashed, lines, theirs
"""


def what_was_forgotten_is_told():
    put("slips.ini", SLIPS)
    put("slips.log", "".join('{"ts":"2026-11-25T06:00:%02dZ","msg":"order placed"}\n' % i for i in range(20)))
    r = ran("check", "--rules", "slips.ini", "--against", "slips.log", code=4)
    out, err = r.stdout, r.stderr
    for told in ("slips.ini:1: log web: no line has a time: no line has the field stamp; there are msg, ts",
                 "msg is \"order placed\" there; the slashes are of the regex: leave them out",
                 "holds in no line; a line has no newline in it: `record` of the [log] makes one of several",
                 "slips.ini:4: log nginx gets nothing of slips.log: log web (slips.ini:1) comes before it and takes that\n"):
        assert told in out, (told, out)
    assert 'slips.ini:4: warning: log "nginx" gets nothing of slips.log: log "web" (slips.ini:1) comes before it' in err, err
    put("list.ini", "[log a]\npath = a.log, b.log\n[event e]\nmatch = x\n[counter c_total]\nhelp = C\ninc = e\n")
    err = ran("check", "--rules", "list.ini").stderr
    assert "no file matches a.log, b.log; each path has a line `path = ...` of its own" in err, err


def other_words_for_the_same_are_known():
    put("words.ini", "[event e]\nwhere = msg == ok\n[counter c_total]\nhelp = C\ninc = e\nlabels = status\n")
    put("words.log", '{"code":200,"msg":"ok","ip":"1"}\n' * 9)
    out = ran("check", "--rules", "words.ini", "--against", "words.log", code=4).stdout
    assert 'no line has the field status; did you mean "code"?' in out, out


def rules_are_no_logs_and_other_rules_match_nothing():
    os.mkdir("folder")
    put("folder/a.ini", "[event e]\nmatch = x\n[counter c_total]\nhelp = C\ninc = e\n")
    put("some.log", "y\n")
    for command in (["replay"], ["watch", "--once"]):
        r = ran(*command, "--rules", "folder/a.ini", "folder", "some.log", code=2)
        assert "folder holds rules, no logs; rules are given by --rules folder" in r.stdout + r.stderr, (command, r)
    err = ran("replay", "--rules", "folder", "some.log").stderr
    assert "no event took any of the lines, of which there were 1;" in err, err
    put("folder/broken.ini", "[event e]\nwher = x\n")
    for rules, wanted in (("some.log", True), ("folder/broken.ini", False)):
        err = ran("check", "folder/a.ini", rules, code=1).stderr
        assert ("logtally: %s was read as rules; --against %s reads it as a log\n" % (rules, rules) in err) == wanted, err


main(what_was_forgotten_is_told, other_words_for_the_same_are_known, rules_are_no_logs_and_other_rules_match_nothing, every_silence_is_told, traps_are_an_exit_status, why_is_told, series_are_foretold, a_log_is_told_of_too,
     a_broken_recipe_is_found_out, a_line_has_its_price, a_finding_of_no_line_says_null, what_cannot_be_read_is_a_failure,
     logs_that_are_not_there_are_not_failures, many_kinds_of_lines_are_ten,
     a_clock_without_its_day_is_told_from_a_time, it_counts_as_a_replay_does)
