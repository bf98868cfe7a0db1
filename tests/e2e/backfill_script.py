# timeout: 1500
"""contrib/backfill.sh: logs in, blocks out, recording rules with them."""
import collections
import fcntl
import json
import os
import pathlib
import pty
import random
import resource
import subprocess
import sys
import time

from _common import put
from _daemon import SRCDIR, main
from _promql import Prometheus

SCRIPT = os.path.join(SRCDIR, "contrib", "backfill.sh")


def script(*args, code=0, **env):
    r = subprocess.run(["sh", SCRIPT, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env={**os.environ, **env})
    assert r.returncode == code, (args, r.returncode, r.stdout)
    return r.stdout


def one_command_fills_a_database():
    lines = [json.dumps({"time": "2025-11-12T%02d:%02d:%02dZ" % (10 + t // 3600, t // 60 % 60, t % 60), "level": "INFO",
                         "msg": "http request", "method": "GET", "path": "/api/chat", "duration": 1000000 + t,
                         "status": 500 if t % 11 == 0 else 200}) + "\n" for t in range(0, 7200, 2)]
    os.makedirs("logs with blanks")
    put("logs with blanks/backend.log.1", "".join(lines[:2500]))
    put("logs with blanks/backend.log", "".join(lines[2500:]))
    script("--label", "job=mylittleprice_backend", "--label", "instance=it's:1", "logs with blanks", "data")
    p = Prometheus("data")
    try:
        answers(p)
    finally:
        p.stop()


def answers(p):
    end = 1762950000            # after the last sample
    for name, interval in (("http_requests_total", 10), ("job:http_requests:rate5m", 15)):      # the stack's
        for series in p.ask("/api/v1/query", query=name + "[1d]", time=end):
            times = [t for t, _ in series["values"]]
            assert {b - a for a, b in zip(times, times[1:])} == {interval}, (name, times[:5])
    got = p.ask("/api/v1/query", query='max_over_time((sum(http_requests_total{job="mylittleprice_backend",'
                                       'instance="it\'s:1"}))[2d:15s])', time=end)
    assert float(got[0]["value"][1]) == 3600, got
    # what recording rules build on other recording rules is there too, and agrees with their expressions
    compared = 0
    for name, expression in (("job:http_requests:rate5m", "sum by (job) (rate(http_requests_total[5m]))"),
                             ("job:http_errors:ratio_rate5m",
                              'sum by (job) (rate(http_requests_total{status=~"5.."}[5m])) / '
                              "(sum by (job) (rate(http_requests_total[5m])) > 0)")):
        # a group of rules is evaluated at times of its own, between the steps
        for series in p.ask("/api/v1/query", query=name + "[1d]", time=end):
            series["metric"].pop("__name__")
            assert len(series["values"]) > 10, series
            for t, v in series["values"][::20]:
                direct = [d for d in p.ask("/api/v1/query", query=expression, time=t) if d["metric"] == series["metric"]]
                if direct:
                    want = float(direct[0]["value"][1])
                    assert abs(float(v) - want) <= 1e-9 * max(1, want), (name, t, v, want)
                    compared += 1
    print("# %d recorded values compared" % compared)
    assert compared > 10, compared


def pieces_fit_together():
    """Two days are cut into blocks of 18 hours: no step is missing or there twice, all is counted; rules that look back for a day are
    evaluated more seldom and are right; an alert is no series; somebody who waits sees how far it is."""
    start, minutes = 1762905600, 45 * 60        # 2025-11-12T00:00:00Z
    with open("app.log", "w", encoding="utf-8") as f:
        for m in range(minutes):
            f.write(json.dumps({"time": start + 60 * m, "level": "INFO", "msg": "http request", "method": "GET", "path": "/api/chat",
                                "duration": 1000000, "status": 500 if m % 7 == 0 else 200}) + "\n")
    main_fd, terminal = pty.openpty()
    child = subprocess.Popen(["sh", SCRIPT, "--step", "1m", "--evaluate", "1m", "--label", "job=mylittleprice_backend", "app.log", "data"],
                             stderr=terminal, stdin=subprocess.DEVNULL)
    os.close(terminal)
    said = b""
    try:
        while data := os.read(main_fd, 65536):
            said += data
    except OSError:                             # the terminal is gone
        pass
    assert child.wait() == 0 and b"recording rules 100% [" + b"#" * 30 + b"]" in said, said
    blocks = os.listdir("data")
    assert 3 <= len(blocks) <= 3 * (1 + 3), blocks          # of the samples, and of three rounds of rules
    p = Prometheus("data")
    try:
        end = start + 60 * minutes
        ask = lambda query: p.ask("/api/v1/query", query=query, time=end)
        counted = ask("max_over_time(sum(http_requests_total)[3d:1m])")
        assert float(counted[0]["value"][1]) == minutes, counted
        steps = {float(s["value"][1]) for s in ask("count_over_time(http_requests_total[3d])")}
        assert steps == {minutes, minutes + 1}, steps       # one more: the 0 before the first
        names = {s["metric"]["__name__"] for s in ask('last_over_time({__name__=~".+"}[3d])')}
        assert "slo:sli_error:ratio_rate1d" in names and not [n for n in names if n[0].isupper()], names
        compared = 0
        for window, apart in (("5m", 60), ("6h", 60), ("1d", 240)):
            direct = 'sum by (job) (rate(http_requests_total{status=~"5.."}[%s])) / sum by (job) (rate(http_requests_total[%s]))' % (window, window)
            for s in ask('slo:sli_error:ratio_rate%s{slo="http-availability"}[3d]' % window):
                times = [t for t, _ in s["values"]]
                assert {b - a for a, b in zip(times, times[1:])} == {apart}, window
                for t, v in s["values"][5::len(times) // 9]:
                    want = float(p.ask("/api/v1/query", query=direct, time=t)[0]["value"][1])
                    assert abs(float(v) - want) <= 1e-9, (window, t, v, want)
                    compared += 1
        assert compared >= 27, compared
    finally:
        p.stop()


def a_week_is_right():
    """1.2 million lines of a week: what the database answers is what is in the log. Says the CPU time."""
    sys.path.insert(0, os.path.join(SRCDIR, "tests", "stack"))
    import day
    events = day.events(day.START, day.START + 7 * 86400)
    chance = random.Random(5)
    events = [e for e in events if chance.random() < 1200000 / len(events)]
    day.write_log("week.log", events)
    truth = collections.Counter(f["msg"] if f["msg"] != "http request" else "http %d" % f["status"] for _, f in events if f)
    del events
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    script("--label", "job=mylittleprice_backend", "--label", "instance=h:7684", "week.log", "data")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("# a week of %d lines: %.0f s of CPU time" % (sum(truth.values()), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    p = Prometheus("data")
    try:
        end = day.START + 7 * 86400
        ask = lambda query: p.ask("/api/v1/query", query=query, time=end)
        counted = {s["metric"]["status"]: float(s["value"][1]) for s in ask("sum by (status) (last_over_time(http_requests_total[8d]))")}
        assert counted == {n[5:]: c for n, c in truth.items() if n.startswith("http ")}, counted
        for metric, msg in (("db_queries_total", "db query"), ("db_query_duration_seconds_count", "db query"),
                            ("messages_processed_total", "message processing completed"), ("websocket_messages_total", "websocket message")):
            got = float(ask("sum(last_over_time(%s[8d]))" % metric)[0]["value"][1])
            assert got == truth[msg], (metric, got, truth[msg])
    finally:
        p.stop()


def a_month_is_a_few_blocks():
    with open("app.log", "w", encoding="utf-8") as f:
        for hour in range(30 * 24):
            f.write(json.dumps({"time": "2025-11-%02dT%02d:00:01Z" % (1 + hour // 24, hour % 24), "level": "ERROR",
                                "msg": "Failed to parse context"}) + "\n")
    script("--recording", "", "--step", "10m", "--start", "2025-11-02", "app.log", "data")
    blocks = os.listdir("data")         # and nothing that was in the way of work
    assert 1 < len(blocks) < 60 and all(os.path.exists("data/%s/meta.json" % b) for b in blocks), blocks


def wrong_usage_and_empty_logs_are_told():
    assert "backfill.sh [OPTION...] LOG... DATADIR" in script("--help", code=2)
    assert "DATADIR is missing" in script("only-one", code=2)
    put("a.log", "x\n")
    assert "a.log is no directory: DATADIR" in script("a.log", "a.log", code=2)
    put("running/lock", "")
    with open("running/lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "a Prometheus is running on running; stop it first" in script("a.log", "running", code=1)
    assert "backfill.sh [OPTION...]" in script("--nonsense", "a", "b", code=2)
    assert "backfill.sh [OPTION...]" in script("--rules", code=2)
    put("none.log", "no time at all\n")
    assert "time_format" in script("--recording", "", "none.log", "data", code=1)
    assert not [n for n in os.listdir("data") if n.startswith("01")]


def what_is_missing_and_a_full_disk_are_told():
    """In a sentence; and the database has what is whole only."""
    put("app.log", json.dumps({"time": "2025-11-12T10:00:00Z", "level": "ERROR", "msg": "Failed to parse context"}) + "\n")
    for program in ("LOGTALLY", "PROMTOOL", "PROMETHEUS"):
        said = script("app.log", "data", code=1, **{program: "/not/there"})
        assert said.endswith("backfill.sh: /not/there: No such file or directory\n") and "Traceback" not in said, said
    full = subprocess.run(["sh", "-c", 'ulimit -f 2; exec sh "$@"', "sh", SCRIPT, "--recording", "", "--step", "1s", "--end", "2025-11-12T12:00:00Z",
                           "app.log", "data"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert full.returncode == 1 and full.stdout.endswith("File too large\n") and "Traceback" not in full.stdout, full
    assert os.listdir("data") == [], os.listdir("data")


def a_killed_one_leaves_nothing_for_long():
    """Its Prometheus ends with it, and the next one removes its samples, but not those of one that works beside it."""
    put("app.log", "".join(json.dumps({"time": "2025-11-12T10:%02d:%02dZ" % (t // 60, t % 60), "level": "ERROR", "msg": "Failed to parse context"}) + "\n"
                           for t in range(1200)))
    put("prometheus", "#!/bin/sh\necho $$ >pid.new; mv pid.new pid; exec sleep 1000\n")
    os.chmod("prometheus", 0o755)
    env = {**os.environ, "PROMETHEUS": os.path.abspath("prometheus"), "TMPDIR": ""}
    with subprocess.Popen(["sh", SCRIPT, "app.log", "data"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
        try:
            while not os.path.exists("pid"):
                assert first.poll() is None
                time.sleep(0.05)
            pid = int(put_back("pid"))
            left = [name for name in os.listdir("data") if name.startswith("backfill.")]
            said = script("--recording", "", "app.log", "data", TMPDIR="")
            assert len(left) == 1 and left[0] in os.listdir("data") and "removed" not in said, (left, said)
        finally:
            first.kill()
    for _ in range(1200):
        if not is_there(pid):
            break
        time.sleep(0.05)
    assert not is_there(pid)
    assert left[0] in os.listdir("data")
    said = script("--recording", "", "app.log", "data", TMPDIR="")
    assert "was killed" in said and left[0] not in os.listdir("data"), (said, os.listdir("data"))


def put_back(path):
    with open(path, encoding="ascii") as f:
        return f.read()


def is_there(pid):
    """Not as a zombie that nobody waits for, either."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as f:
            return f.read().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def a_block_arrives_whole():
    """From another file system it is copied: Prometheus must not see a part of it."""
    sys.path.insert(0, os.path.join(SRCDIR, "contrib"))
    sys.dont_write_bytecode = True
    import backfill_blocks
    os.makedirs("work/01B/chunks")
    put("work/01B/meta.json", "{}")
    os.mkdir("data")

    def copied(source, target):
        os.mkdir(target)
        put(os.path.join(target, "meta.json"), "{}")
        raise OSError(28, "No space left on device")
    real, backfill_blocks.shutil.move = backfill_blocks.shutil.move, copied
    try:
        backfill_blocks.move_blocks(pathlib.Path("work"), pathlib.Path("data"))
        assert False
    except OSError:
        pass
    finally:
        backfill_blocks.shutil.move = real
    assert os.listdir("data") == ["01B.tmp-for-creation"], os.listdir("data")      # Prometheus removes it
    backfill_blocks.shutil.rmtree("data/01B.tmp-for-creation")
    backfill_blocks.move_blocks(pathlib.Path("work"), pathlib.Path("data"))
    assert os.listdir("data") == ["01B"] and os.listdir("work") == [] and sorted(os.listdir("data/01B")) == ["chunks", "meta.json"]


def a_day_of_the_sample_log_is_written_at_once():
    """With a gap the times of the lines go their own way, and nothing waits for them."""
    def sample(*args):
        return subprocess.run([sys.executable, os.path.join(SRCDIR, "contrib", "backend_log.py"), *args], capture_output=True, text=True,
                              check=False, timeout=600)
    lines = sample("--lines", "1000", "--flavour", "json", "--start", "2025-11-12T00:00:00Z", "--gap", "86.4").stdout.splitlines()
    dated = sorted(json.loads(line)["time"][:13] for line in lines if line.startswith("{"))
    assert len(lines) == 1000 and dated[0] == "2025-11-12T00" and dated[-1] >= "2025-11-12T15", (len(lines), dated[0], dated[-1])
    for args in (("--start", "2025-11-12T00:00:00Z", "--rate", "1"), ("--gap", "1"), ("--start", "2025-11-12T00:00:00Z", "--gap", "-1")):
        r = sample("--lines", "1", *args)
        assert r.returncode == 2 and "--gap" in r.stderr, (args, r)


main(a_day_of_the_sample_log_is_written_at_once, one_command_fills_a_database, pieces_fit_together, *([a_week_is_right] if os.environ.get("LT_LONG") else []),
     a_month_is_a_few_blocks, wrong_usage_and_empty_logs_are_told, what_is_missing_and_a_full_disk_are_told, a_killed_one_leaves_nothing_for_long, a_block_arrives_whole)
