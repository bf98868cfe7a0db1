# timeout: 300
"""`logtally backfill`, proven: a log is made, turned into samples, put into blocks by promtool, served by a real
Prometheus, and what that answers is compared with what this program computes from the log itself."""
import datetime
import glob
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import time

from _common import get, put
from _daemon import LOGTALLY, SRCDIR, main
from _promql import Prometheus, histogram_quantile, increase, rate

STEP = 15
BEGIN = 1762900803          # 2025-11-11T22:40:03Z
LONG = 3 * 3600             # across midnight
BOUNDS = (0.005, 0.05, 0.25, 1.0)
RULES = r"""
[event access]
match = ^(?<time>\d\d:\d\d:\d\d) \| (?<status>\d{3}) \| (?<took>\S+) \| (?<path>\S+)$
[event job]
where = msg == job
[event depth]
where = msg == depth
[event visitor]
where = msg == visitor
[counter requests_total]
help = Requests
inc = access
labels = status
[histogram request_seconds]
help = Time of a request
observe = access
value = took
unit = s
labels = path
buckets = 0.005 0.05 0.25 1
[counter jobs_total]
help = Jobs
inc = job
labels = queue
[gauge depth]
help = Depth
set = depth
value = value
labels = queue
[counter visits_total]
help = Visits, of which none is remembered for long
inc = visitor
labels = who
expire = 10m
"""
LOG = "[log app]\npath = *.log\ntime_format = rfc3339\ntime_format = %H:%M:%S\n"


def iso(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def clock(t, zone=0):
    return datetime.datetime.fromtimestamp(t + zone, datetime.timezone.utc).strftime("%H:%M:%S")


def line(t, msg, **more):
    return json.dumps({"time": iso(t), "msg": msg, **more}) + "\n"


def access(t, status, took_ms, path, zone=0):
    return "%s | %d | %dms | %s\n" % (clock(t, zone), status, took_ms, path)


class Truth:
    """What the lines come to at a time, computed without logtally."""

    def __init__(self):
        self.did = []           # (time, metric, labels, value)

    def add(self, t, metric, value=1, **labels):
        self.did.append((t, metric, tuple(sorted(labels.items())), value))

    def counters(self, metric, end):
        """{labels: [(step, value)]}: from one step before the first increase to the last step."""
        series = {}
        for t, m, labels, value in sorted(self.did, key=lambda d: d[0]):
            if m == metric:
                series.setdefault(labels, []).append((t, value))
        found = {}
        for labels, did in series.items():
            total, i, samples = 0, 0, []
            first = -(-did[0][0] // STEP) * STEP
            for at in range(int(first) - STEP, end + 1, STEP):
                while i < len(did) and did[i][0] <= at:
                    total += did[i][1]
                    i += 1
                samples.append((at, total))
            found[labels] = samples
        return found

    def gauges(self, metric, end):
        found, series = {}, {}
        for t, m, labels, value in sorted(self.did, key=lambda d: d[0]):
            if m == metric:
                series.setdefault(labels, []).append((t, value))
        for labels, did in series.items():
            first = -(-did[0][0] // STEP) * STEP
            found[labels] = [(at, [v for t, v in did if t <= at][-1]) for at in range(int(first), end + 1, STEP)]
        return found


def make_logs(truth, rng):
    """Two writers; the first in three files, the newest named app.log; a second one that is not quite in order."""
    first, second = [], []
    t = float(BEGIN)
    depths = {"mail": 0, "export": 0}
    while t < BEGIN + LONG:
        t += rng.expovariate(0.7)
        t = round(t, 3)
        kind = rng.random()
        if kind < 0.55:
            whole = float(int(t))           # such a line knows whole seconds only
            status, took = rng.choice((200, 200, 200, 404, 503)), rng.choice((2, 4, 20, 49, 120, 240, 700, 3000))
            path = rng.choice(("/a", "/b"))
            first.append((whole, access(t, status, took, path)))
            truth.add(whole, "requests_total", status=str(status))
            for bound in BOUNDS:
                truth.add(whole, "request_seconds_bucket", int(took / 1000 <= bound), le=repr(bound), path=path)
            truth.add(whole, "request_seconds_bucket", 1, le="+Inf", path=path)
            truth.add(whole, "request_seconds_sum", took / 1000, path=path)
        elif kind < 0.8:
            queue = rng.choice(("mail", "mail", "export"))
            if queue == "export" and t < BEGIN + 5000:
                queue = "mail"              # a series that appears late
            first.append((t, line(t, "job", queue=queue)))
            truth.add(t, "jobs_total", queue=queue)
        elif kind < 0.97:
            queue = rng.choice(sorted(depths))
            value = rng.randrange(100)
            (first if rng.random() < 0.5 else second).append((t, line(t, "depth", queue=queue, value=value)))
            truth.add(t, "depth", value, queue=queue)
        else:
            second.append((t, line(t, "job", queue="second")))
            truth.add(t, "jobs_total", queue="second")
    for i in range(20):                     # one visitor, seen for a while in the first hour
        t = BEGIN + 600 + 30 * i + 0.5
        second.append((t, line(t, "visitor", who="early")))
        truth.add(t, "visits_total", who="early")
    second = [text for _, text in sorted(second, key=lambda s: s[0] + rng.uniform(0, 25))]
    first = [text for _, text in first]
    # dated lines come before the first undated one of a rotated set: cut where one follows
    cut = [i for i, text in enumerate(first) if text[0] != "{"]
    a, b = cut[len(cut) // 3], cut[2 * len(cut) // 3]
    with gzip.open("app.log.2.gz", "wt", encoding="utf-8") as f:
        f.write("".join(first[:a]))
    put("app.log.1", "".join(first[a:b]))
    put("app.log", "".join(first[b:]))
    put("second.log", "".join(second))
    return ["app.log", "app.log.1", "app.log.2.gz", "second.log"]


def backfill(*args, code=0):
    r = subprocess.run([LOGTALLY, "backfill", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert r.returncode == code, (args, r.returncode, r.stderr)
    return r


def rules():
    put("rules.ini", RULES)
    put("config.ini", LOG + "[rules]\ninclude = rules.ini\n")


def blocks(samples):
    shutil.rmtree("data", ignore_errors=True)
    r = subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", samples, "data"],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert r.returncode == 0, r.stdout


def near(a, b):
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1e-9)


def same(got, want, what):
    """Both {labels: {time: value}}."""
    assert set(got) == set(want), (what, sorted(set(got) ^ set(want)))
    points = 0
    for labels, values in want.items():
        for t in sorted(set(values) | set(got[labels])):
            a, b = got[labels].get(t), values.get(t)
            assert a is not None and b is not None and near(a, b), (what, labels, t - BEGIN, "got", a, "want", b)
            points += 1
    return points


def at(samples, times):
    """As an instant query sees them: the last sample of five minutes."""
    found = {}
    for t in times:
        seen = [v for at_, v in samples if t - 300 <= at_ <= t]
        if seen:
            found[t] = seen[-1]
    return found


def prometheus_answers_what_the_log_says():
    truth = Truth()
    rules()
    files = make_logs(truth, random.Random(7))
    told = backfill("-c", "config.ini", "--as", "app", "--step", "15s", "--external-label", "job=backend",
                    "--external-label", "instance=a:1", *files, "-o", "samples.om").stderr
    assert "later than --slack" not in told and "zone" not in told, told
    blocks("samples.om")
    last = max(t for t, _, _, _ in truth.did)
    end = int(-(-last // STEP) * STEP)
    p = Prometheus("data")
    times = [float(t) for t in range(BEGIN // STEP * STEP, end + 1, STEP)]
    ask = (times[0], times[-1], STEP)
    extra = (("instance", "a:1"), ("job", "backend"))

    def full(labels):
        return tuple(sorted(labels + extra))

    points = 0
    for metric in ("requests_total", "jobs_total", "request_seconds_bucket", "request_seconds_sum"):
        want = {full(k): at(s, times) for k, s in truth.counters(metric, end).items()}
        points += same(p.range(metric, *ask), want, metric)
    want = {full(k): at(s, times) for k, s in truth.gauges("depth", end).items()}
    points += same(p.range("depth", *ask), want, "depth")

    # one sample a step, none before the zero
    for k, s in truth.counters("jobs_total", end).items():
        got = p.ask("/api/v1/query", query="jobs_total{queue=\"%s\"}[4h]" % dict(k)["queue"], time=end)
        assert [(t, float(v)) for t, v in got[0]["values"]] == [(t, v) for t, v in s], k
        assert s[0][1] == 0 and s[1][1] > 0

    odd = (times[0] + 7, times[-1], 61)     # not where the samples are
    moments = [odd[0] + 61 * i for i in range(int((odd[1] - odd[0]) // 61) + 1)]

    def over(fn, metric):
        found = {}
        for k, s in truth.counters(metric, end).items():
            values = {t: v for t, v in ((t, fn(s, t)) for t in moments) if v is not None}
            if values:
                found[full(k)] = values
        return found

    points += same(p.range("rate(requests_total[5m])", *odd), over(lambda s, t: rate(s, t, 300), "requests_total"), "rate")
    points += same(p.range("rate(jobs_total[1m])", *odd), over(lambda s, t: rate(s, t, 60), "jobs_total"), "rate 1m")
    points += same(p.range("increase(jobs_total[1h])", *odd), over(lambda s, t: increase(s, t, 3600), "jobs_total"),
                   "increase")
    points += same(p.range("increase(request_seconds_sum[10m])", *odd),
                   over(lambda s, t: increase(s, t, 600), "request_seconds_sum"), "increase of a sum")
    buckets = truth.counters("request_seconds_bucket", end)
    for q in (0.5, 0.9, 0.99):
        found = {}
        for t in moments:
            b = {}
            for k, s in buckets.items():
                r = rate(s, t, 300)
                if r is not None:
                    le = float(dict(k)["le"])
                    b[le] = b.get(le, 0) + r
            value = histogram_quantile(q, list(b.items())) if b else None
            if value is not None:
                found[t] = value
        got = p.range("histogram_quantile(%s, sum by (le) (rate(request_seconds_bucket[5m])))" % q, *odd)
        got = {k: {t: v for t, v in s.items() if v == v} for k, s in got.items()}
        points += same(got, {(): found}, "quantile %s" % q)

    # expired ten minutes after its last update: then nothing but the five minutes Prometheus looks back
    gone = BEGIN + 600 + 30 * 19 + 0.5 + 600
    seen = p.range("visits_total", *ask)[full((("who", "early"),))]
    assert max(seen) <= gone + 300 + STEP and max(seen) >= gone + 300 - 2 * STEP, (max(seen) - gone)
    count = p.ask("/api/v1/query", query="count_over_time(visits_total[4h])", time=end)[0]["value"][1]
    first = -(-(BEGIN + 600.5) // STEP) * STEP - STEP
    assert abs(int(count) - (gone - first) / STEP) <= 1.5, (count, (gone - first) / STEP)
    p.stop()
    print("# %d values compared" % points)
    assert points > 10000


def samples_of(path):
    found = {}
    with open(path, encoding="utf-8") as f:
        for text in f:
            if text[0] != "#":
                name, value, t = text.rsplit(" ", 2)
                found.setdefault(name, []).append((float(t), float(value)))
    return found


def late_lines_within_slack_are_put_right_and_others_told():
    rules()
    text = "".join(line(BEGIN + i, "job", queue="a") for i in range(0, 600))
    put("app.log", text + line(BEGIN + 599 - 50, "job", queue="b") + line(BEGIN + 599 - 300, "job", queue="c") +
          line(BEGIN + 700, "job", queue="d"))
    r = backfill("-c", "config.ini", "app.log", "-o", "out")
    assert "1 line came later than --slack" in r.stderr, r.stderr
    s = samples_of("out")
    right = -(-(BEGIN + 549) // STEP) * STEP
    assert s['jobs_total{queue="b"}'][0] == (right - STEP, 0) and s['jobs_total{queue="b"}'][1] == (right, 1)
    assert s['jobs_total{queue="c"}'][-1][1] == 1 and s['jobs_total{queue="c"}'][0][0] > BEGIN + 500
    r = backfill("-c", "config.ini", "--slack", "10m", "app.log", "-o", "out")
    assert "later" not in r.stderr, r.stderr
    right = -(-(BEGIN + 299) // STEP) * STEP
    assert samples_of("out")['jobs_total{queue="c"}'][0][0] == right - STEP


def a_constant_distance_of_undated_lines_is_told():
    rules()
    put("app.log", "".join(line(BEGIN + 10 * i, "job", queue="a") + access(BEGIN + 10 * i, 200, 5, "/a", zone=3 * 3600)
                             for i in range(200)))
    r = backfill("-c", "config.ini", "app.log", "-o", "out")
    assert "+3.00 h away" in r.stderr, r.stderr
    put("config.ini", LOG.replace("%H:%M:%S", "%H:%M:%S@+03:00") + "[rules]\ninclude = rules.ini\n")
    r = backfill("-c", "config.ini", "app.log", "-o", "out")
    assert "away" not in r.stderr and "later" not in r.stderr, r.stderr
    assert samples_of("out")['requests_total{status="200"}'][-1][1] == 200


def start_end_and_step_choose_the_samples():
    rules()
    put("app.log", "".join(line(BEGIN + i, "job", queue="a") for i in range(0, 3600, 7)))
    backfill("-c", "config.ini", "--start", iso(BEGIN + 600), "--end", str(BEGIN + 1200), "--step", "1m", "app.log",
             "-o", "out")
    s = samples_of("out")['jobs_total{queue="a"}']
    times = [t for t, _ in s]
    assert times == [t for t in range(BEGIN // 60 * 60, BEGIN + 4000, 60) if BEGIN + 600 <= t <= BEGIN + 1200], times
    assert all(v == (t - BEGIN) // 7 + 1 for t, v in s), s      # lines before --start count
    # a silence around --end does not swallow the last samples
    put("app.log", line(BEGIN, "job", queue="a") + line(BEGIN + 3600, "job", queue="a"))
    backfill("-c", "config.ini", "--end", str(BEGIN + 900), "app.log", "-o", "out")
    s = samples_of("out")['jobs_total{queue="a"}']
    assert s[-1] == ((BEGIN + 900) // STEP * STEP, 1) and len(s) == 61, (s[-1], len(s))


def undated_lines_at_the_beginning_of_a_rotated_file():
    rules()
    put("app.log.1", line(BEGIN, "job", queue="a") + access(BEGIN + 1, 200, 5, "/a"))
    later = BEGIN + 2 * 3600
    put("app.log", access(later, 404, 5, "/a") + line(later + 1, "job", queue="a"))
    r = backfill("-c", "config.ini", "--as", "app", "app.log", "app.log.1", "-o", "out")
    assert "later" not in r.stderr, r.stderr
    s = samples_of("out")
    assert s['requests_total{status="404"}'][1] == (-(-later // STEP) * STEP, 1), s['requests_total{status="404"}'][:3]


def new_series_in_a_step_where_others_expire_begin_at_zero():
    rules()
    text = line(BEGIN, "visitor", who="x") + line(BEGIN + 100, "job", queue="a")
    gone = (BEGIN + 600) // STEP * STEP + STEP       # the step at which x expires
    put("app.log", text + line(gone - 1, "job", queue="new") + line(gone + 60, "job", queue="a"))
    backfill("-c", "config.ini", "app.log", "-o", "out")
    s = samples_of("out")
    assert s['visits_total{who="x"}'][-1][0] < gone, s['visits_total{who="x"}'][-1]
    assert s['jobs_total{queue="new"}'][:2] == [(gone - STEP, 0), (gone, 1)], s['jobs_total{queue="new"}'][:2]


def lines_without_any_time_are_refused():
    rules()
    put("app.log", "nothing here\ntells a time\n")
    r = backfill("-c", "config.ini", "app.log", "-o", "out", code=1)
    assert "time_format" in r.stderr and not os.path.exists("out"), r.stderr
    os.mkdir("nothing")
    r = backfill("-c", "config.ini", "nothing", "-o", "out", code=1)
    assert "no files in the directory nothing" in r.stderr, r.stderr


def lines_without_any_date_are_dated_by_their_file():
    rules()
    put("access.log", "".join(access(BEGIN + 10 * i, 200, 5, "/a") for i in range(50)))
    os.utime("access.log", (0, BEGIN + 491))
    put("app.log", "".join(line(BEGIN + 10 * i, "job", queue="a") for i in range(50)))
    r = backfill("-c", "config.ini", "--as", "app", "app.log", "access.log", "-o", "out")
    assert "100 lines from 2025-11-11T22:40:03Z to 2025-11-11T22:48:13Z" in r.stderr, r.stderr
    os.utime("access.log")              # as after a copy
    day = iso(BEGIN)[:10]
    r = backfill("-c", "config.ini", "--as", "app", "--date", day, "app.log", "access.log", "-o", "out")
    assert "100 lines from 2025-11-11T22:40:03Z to 2025-11-11T22:48:13Z" in r.stderr, r.stderr


def lines_without_any_time_near_are_told():
    rules()
    put("access.log", "".join(access(BEGIN + 10 * i, 200, 5, "/a").replace(":", "-") for i in range(50)))
    put("app.log", "".join(line(BEGIN + 10 * i, "job", queue="a") for i in range(50)))
    r = backfill("-c", "config.ini", "--as", "app", "app.log", "access.log", "-o", "out")
    assert "50 lines of access.log tell no date" in r.stderr, r.stderr


def undated_lines_take_the_date_of_a_neighbour_far_behind():
    rules()
    put("app.log", "".join(access(BEGIN + i, 200, 5, "/a") for i in range(5000)) + line(BEGIN + 5000, "job", queue="a"))
    r = backfill("-c", "config.ini", "app.log", "-o", "out")
    assert "5001 lines from 2025-11-11T22:40:03Z to 2025-11-12T00:03:23Z" in r.stderr and "tell" not in r.stderr, r.stderr
    s = dict(samples_of("out")['requests_total{status="200"}'])
    for at in range(BEGIN // STEP * STEP + STEP, BEGIN + 5000, 50 * STEP):
        assert s[at] == at - BEGIN + 1, (at, s[at])


def a_choice_without_steps_is_told():
    rules()
    put("app.log", line(BEGIN, "job", queue="a") + line(BEGIN + 60, "job", queue="a"))
    for bounds in (("--end", "2025-11-01"), ("--start", "2025-11-13"), ("--start", "2025-11-12", "--end", "2025-11-11")):
        r = backfill("-c", "config.ini", *bounds, "app.log", "-o", "out")
        assert "no step lies between --start and --end; the first line is of 2025-11-11T22:40:03Z" in r.stderr, r.stderr
        assert get("out") == "# EOF\n"
    assert "--end wants a time" in backfill("-c", "config.ini", "--end", "noon", "app.log", "-o", "out", code=2).stderr


def wrong_clocks_do_not_fill_the_disk():
    rules()
    good = "".join(line(BEGIN + i, "job", queue="a") for i in range(100))
    cut = good.index("\n", 3000) + 1
    for broken in (good[:cut] + line(4102444800, "job", queue="late") + good[cut:], line(4102444800, "job", queue="late") + good):
        put("app.log", broken + access(BEGIN + 100, 200, 5, "/a"))
        r = backfill("-c", "config.ini", "app.log", "-o", "out")
        assert "1 line tells a time that is still to come" in r.stderr and "zone" not in r.stderr, r.stderr
        s = samples_of("out")
        end = -(-(BEGIN + 100) // STEP) * STEP
        assert s['jobs_total{queue="a"}'][-1] == (end, 100) and s['jobs_total{queue="late"}'][-1] == (end, 1)
        assert s['requests_total{status="200"}'][-1] == (end, 1)
    put("app.log", line(17, "job", queue="a") + good)         # a machine without a battery, before it asked for the time
    r = backfill("-c", "config.ini", "app.log", "-o", "out", code=1)
    assert "no line from 1970-01-01T00:00:17Z to 2025-11-11T22:40:03Z: was a clock wrong?" in r.stderr, r.stderr
    began = os.times()
    backfill("-c", "config.ini", "--start", "2025-11-11", "app.log", "-o", "out")
    s = samples_of("out")['jobs_total{queue="a"}']
    assert s[0] == (1762819200, 1) and s[-1][1] == 101, (s[0], s[-1])
    ended = os.times()
    assert ended.children_user + ended.children_system - began.children_user - began.children_system < 20
    backfill("-c", "config.ini", "--end", "1971-01-01", "app.log", "-o", "out")
    assert samples_of("out")['jobs_total{queue="a"}'][-1] == (31536000, 1)


def a_start_changes_nothing_of_what_comes_after_it():
    rules()
    make_logs(Truth(), random.Random(3))
    files = ["--as", "app", "app.log", "app.log.1", "app.log.2.gz", "second.log"]
    backfill("-c", "config.ini", *files, "-o", "whole")
    whole = samples_of("whole")
    for start in (BEGIN - 100, BEGIN, BEGIN + 1234, BEGIN + 4000, BEGIN + LONG - 20):
        backfill("-c", "config.ini", "--start", str(start), *files, "-o", "part")
        want = {k: [(t, v) for t, v in s if t >= start] for k, s in whole.items()}
        assert samples_of("part") == {k: s for k, s in want.items() if s}, start


def every_shipped_log_comes_to_what_replay_says():
    """With the formats of the examples: wrappers, prefixes, times of their own."""
    def last(path):
        return {name: s[-1][1] for name, s in samples_of(path).items()}

    def page(text):
        return {k: float(v) for k, v in (t.rsplit(" ", 1) for t in text.splitlines() if t[0] != "#")}

    tried = 0
    for folder in ("rules/tests", "rules/examples/tests"):
        for expected in glob.glob(os.path.join(SRCDIR, folder, "*.prom")):
            stem = expected[:-len(".prom")]
            files = [stem + ".log"] if os.path.exists(stem + ".log") else sorted(glob.glob(stem + "/*.log"))
            how = ["--rules", os.path.join(SRCDIR, "rules")]
            if os.path.exists(stem + ".ini"):
                put("log.ini", re.sub(r"\[test\][^\[]*", "", get(stem + ".ini")))
                how = ["-c", "log.ini", "--rules", os.path.join(os.path.dirname(stem), "..", os.path.basename(stem) + ".ini")]
            if stem.endswith("access_line_paddings"):
                continue                    # tells no date
            said = subprocess.run([LOGTALLY, "replay", *how, *files], stdout=subprocess.PIPE, text=True, check=True).stdout
            backfill(*how, *files, "-o", "out")
            got, want = last("out"), page(said)
            assert set(got) == set(want), (stem, set(got) ^ set(want))
            assert all(near(got[k], v) for k, v in want.items()), stem
            tried += 1
    assert tried > 20, tried


def what_is_said_never_goes_into_the_output():
    """Also where stderr is closed, and the output is the next that is opened."""
    put("r.ini", "[event e]\nwhere = msg == a\n[counter lines_total]\nhelp = x\ninc = e\n")
    put("a.log", 'time="2026-01-01T00:00:00Z" msg=a\n')

    def output(closed):
        subprocess.run(["sh", "-c", '"$@" ' + closed, "sh", LOGTALLY, "backfill", "--rules", "r.ini", "a.log", "-o", "out"],
                       check=True, stderr=subprocess.DEVNULL)
        return get("out")
    want = output("")
    for closed in "<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-":
        assert output(closed) == want, (closed, get("out"))


def labels_that_a_series_has_are_refused():
    rules()
    put("app.log", line(BEGIN, "job", queue="a"))
    for labels in (("queue=x",), ("le=1",), ("job=a", "job=b")):
        args = [a for text in labels for a in ("--external-label", text)]
        r = backfill("-c", "config.ini", *args, "app.log", "-o", "out", code=2)
        assert "--external-label %s: there is a label of this name" % labels[-1] in r.stderr, r.stderr
    backfill("-c", "config.ini", "--external-label", "job=it's \"a\\b\"", "app.log", "-o", "out")
    assert 'jobs_total{job="it\'s \\"a\\\\b\\"",queue="a"}' in samples_of("out"), list(samples_of("out"))


def a_file_is_open_only_while_it_is_its_turn():
    """A year of small files, with fewer descriptors than files: and with several that overlap at any time."""
    rules()
    os.makedirs("year")
    order = list(range(300))
    random.Random(1).shuffle(order)
    for day, name in enumerate(order):
        text = "".join(line(BEGIN + 600 * day + 5 * i, "job", queue="q%d" % (day % 3)) for i in range(240))
        with gzip.open("year/%d.gz" % name, "wt", encoding="utf-8") as f:
            f.write(text)
    limited = ["sh", "-c", "ulimit -n 32; exec \"$@\"", "sh", LOGTALLY, "backfill", "-c", "config.ini", "--as", "app", "year",
               "-o", "out"]
    r = subprocess.run(limited, stderr=subprocess.PIPE, text=True, check=False)
    assert r.returncode == 0 and "72000 lines" in r.stderr and "later" not in r.stderr, r.stderr
    total = sum(s[-1][1] for name, s in samples_of("out").items() if name.startswith("jobs_total"))
    assert total == 72000, total


def peak(pid):
    """The most memory it had so far, in KiB; what it had before exec does not count."""
    try:
        with open("/proc/%d/status" % pid, encoding="utf-8") as f:
            return int(next(text for text in f if text.startswith("VmHWM")).split()[1])
    except (OSError, StopIteration):
        return 0


def memory_stays_the_same_for_ten_times_the_log():
    rules()
    used = []
    for n in (1, 10):
        with open("app.log", "w", encoding="utf-8") as f:
            for i in range(30000 * n):
                f.write(line(BEGIN + i // 10, "job", queue="q%d" % (i % 20)))
                if i % 3 == 0:
                    f.write(access(BEGIN + i // 10, 200, 5, "/a"))
        child = subprocess.Popen([LOGTALLY, "backfill", "-c", "config.ini", "app.log", "-o", "out"], stderr=subprocess.DEVNULL)
        most = 0
        while child.poll() is None:
            most = peak(child.pid) or most
            time.sleep(0.002)
        assert child.returncode == 0
        used.append(most)
    print("# %d KiB for %d lines, %d KiB for ten times as many" % (used[0], 40000, used[1]))
    assert used[1] < used[0] * 1.3 + 2000, used


main(prometheus_answers_what_the_log_says, late_lines_within_slack_are_put_right_and_others_told,
     a_constant_distance_of_undated_lines_is_told, start_end_and_step_choose_the_samples,
     undated_lines_at_the_beginning_of_a_rotated_file, new_series_in_a_step_where_others_expire_begin_at_zero,
     lines_without_any_time_are_refused, lines_without_any_date_are_dated_by_their_file, lines_without_any_time_near_are_told,
     undated_lines_take_the_date_of_a_neighbour_far_behind, a_choice_without_steps_is_told, wrong_clocks_do_not_fill_the_disk,
     a_start_changes_nothing_of_what_comes_after_it, every_shipped_log_comes_to_what_replay_says,
     what_is_said_never_goes_into_the_output, labels_that_a_series_has_are_refused,
     a_file_is_open_only_while_it_is_its_turn, memory_stays_the_same_for_ten_times_the_log)
