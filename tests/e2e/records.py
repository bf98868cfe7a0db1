# timeout: 300
"""Records of several lines: each counts once and whole, however its lines come: in one file or over a rotation, in one
run or over kill -9, by replay, backfill or the daemon."""
import collections
import itertools
import json
import os
import random
import shutil
import subprocess

from _common import becomes, put, samples, until
from _daemon import Daemon, append, main, ran

NAMES = "failed_total{", "records_total{", "lines_total "
RULES = r"""
[event failed]
where = _line =~ (?m)^(?<class>[\w.]+(?:Exception|Error)):
[event any]
where = _line =~ ^\d{4}-
[counter failed_total]
help   = Records with an exception, by its class
inc    = failed
labels = class
[counter records_total]
help   = Records
inc    = any
labels = stream=_stream
[counter lines_total]
help   = Lines of records
add    = any
value  = _lines
"""
LOG = "path = %%s/logs/*.log\nrecord = ^\\d{4}-\ntime_match = ^(?<time>\\S+)\nrecord_wait = %s\n"
BEGIN = 1762942530


class Truth:
    def __init__(self):
        self.classes, self.records, self.lines = collections.Counter(), collections.Counter(), 0

    def add(self, record, stream="unknown"):
        text = record.rstrip("\n")
        self.records[stream] += 1
        self.lines += text.count("\n") + 1
        for line in text.split("\n"):
            if line.split(":")[0].endswith(("Exception", "Error")):
                self.classes[line.split(":")[0]] += 1
                break

    def samples(self):
        found = {'failed_total{class="%s"}' % name: n for name, n in self.classes.items()}
        found.update({'records_total{stream="%s"}' % name: n for name, n in self.records.items()})
        found["lines_total"] = self.lines
        return found


def make_records(n, rng):
    """Some of one line, some with a trace, a blank line in it, blank lines behind it."""
    out = []
    for i in range(n):
        text = "2025-11-12T10:%02d:%02dZ %s %d\n" % (i // 60 % 60, i % 60, rng.choice(("INFO", "ERROR")), i)
        if rng.random() < 0.5:
            text += "%s: it failed\n" % rng.choice(("java.io.IOException", "app.FooError", "x.BarException"))
            text += "".join("\tat x.y.Z%d(Z.java:%d)\n" % (k, k) for k in range(rng.randrange(12)))
            if rng.random() < 0.3:
                text += "\nCaused by nothing\n"
        out.append(text + "\n" * (rng.random() < 0.2))
    return out


def rules(log="", wait="1h"):
    put("r.ini", "[log l]\n" + LOG % wait % "" + log + RULES)


def truth_of(records):
    t = Truth()
    for record in records:
        t.add(record)
    return t.samples()


def every_way_of_reading_a_file_gives_the_same():
    records = make_records(3000, random.Random(1))
    rules()
    put("l.log", "".join(records))
    want = truth_of(records)
    for jobs in ("1", "4"):
        assert samples(ran("replay", "-j", jobs, "--as", "l", "--rules", "r.ini", "l.log").stdout, *NAMES) == want
    out = ran("backfill", "--as", "l", "--rules", "r.ini", "--step", "1h", "-o", "-", "l.log").stdout
    last = samples(out, *NAMES, columns=3)
    assert {k: v for k, v in last.items() if k in want} == want, (last, want)
    said = ran("explain", "--each", "--as", "l", "--rules", "r.ini", "l.log").stdout
    assert sum(line.startswith("  a record of ") for line in said.splitlines()) == len(records)
    os.mkdir("tests")
    shutil.copy("l.log", "tests/l.log")
    put("tests/l.prom", "".join("%s %d\n" % kv for kv in want.items()))
    assert "1 passed" in ran("test", "--as", "l", "tests", "--rules", "r.ini").stdout


def json_over_many_lines_is_json():
    put("r.ini", "[log l]\nrecord = ^\\{\n[event e]\nwhere = msg == m\n[counter e_total]\nhelp = h\nadd = e\nvalue = n\n"
        "[event f]\nwhere = k == v\n[counter f_total]\nhelp = h\ninc = f\n")
    put("l.log", json.dumps({"msg": "m", "n": 3, "deep": {"a": [1, 2]}}, indent=2) + "\n"
        + json.dumps({"msg": "m", "n": 4}, indent=2) + "\n")
    assert "e_total 7\n" in ran("replay", "--as", "l", "--rules", "r.ini", "l.log").stdout
    put("r.ini", "[log l]\nrecord = ^a=\n[event f]\nwhere = k == v\n[counter f_total]\nhelp = h\ninc = f\n")
    put("l.log", "a=1\n  k=v\na=2 b=3\nk=v\n")
    assert "f_total 2\n" in ran("replay", "--as", "l", "--rules", "r.ini", "l.log").stdout


def what_is_over_the_limit_is_cut_off():
    put("c.ini", "[limits]\nline = 256B\n[rules]\ninclude = r.ini\n[log l]\npath = *.log\nrecord = ^\\d{4}-\n")
    put("r.ini", RULES)
    put("l.log", "2025-11-12 a\nx.FooError: yes\n" + "\tat x.y.Z(Z.java)\n" * 100 + "2025-11-12 b\n")
    r = ran("replay", "-c", "c.ini", "l.log")
    assert samples(r.stdout, *NAMES) == {'failed_total{class="x.FooError"}': 1, 'records_total{stream="unknown"}': 2,
                                         "lines_total": 103}, r.stdout
    assert "log l: records cut off at [limits] line: 1" in r.stderr, r.stderr


def counts(d, want):
    becomes(lambda: samples(d.page(), *NAMES), want)


def kill_and_rotation_split_no_record():
    chance = random.Random(3)
    records = make_records(1500, chance)
    lines = "".join(records).splitlines(keepends=True)
    put("r.ini", RULES)
    d = Daemon(rules="r.ini", log=LOG % "1h").start()
    at, rotation = 0, 0
    while at < len(lines):
        n = chance.randrange(1, 90)
        append("logs/a.log", "".join(lines[at:at + n]))
        at += n
        what = chance.random()
        if what < 0.2:
            d.kill()
            d.start()
        elif what < 0.35:
            rotation += 1
            os.rename("logs/a.log", "logs/a.log.%d" % rotation)
            append("logs/a.log", "")
        elif what < 0.6:
            d.page()
    append("logs/a.log", "2025-the last one, which stays open\n")
    d.kill()
    d.start()
    counts(d, truth_of(records))
    d.stop()


def silence_completes_a_record_once():
    put("r.ini", RULES)
    d = Daemon(rules="r.ini", log=LOG % "1s").start()
    record = "2025-11-12T10:00:00Z ERROR\nx.FooError: yes\n\tat a\n"
    append("logs/a.log", record)
    assert until(lambda: d.value("logtally_log_bytes_total", log="test") == len(record))
    d.page()
    d.kill()                        # it is open, and in the state
    d.start()
    counts(d, truth_of([record]))
    append("logs/a.log", "\tat b\n")        # too late: a record of its own, and not an event
    assert until(lambda: d.value("logtally_log_lines_total", log="test", decoded="text") == 2)
    d.kill()
    d.start()
    counts(d, truth_of([record]))
    d.stop()
    assert "unfinished" not in open("stderr", encoding="utf-8").read()


def a_truncated_log_goes_on_with_its_record():
    put("r.ini", RULES)
    d = Daemon(rules="r.ini", log=LOG % "1h").start()
    append("logs/a.log", "2025-11-12T10:00:00Z ERROR\nx.FooError: yes\n")
    assert until(lambda: d.value("logtally_log_bytes_total", log="test") == 43)
    shutil.copy("logs/a.log", "logs/a.log.1")
    os.truncate("logs/a.log", 0)
    append("logs/a.log", "\tat a\n2025-11-12T10:00:01Z INFO\n2025-still open\n")
    counts(d, truth_of(["2025-11-12T10:00:00Z ERROR\nx.FooError: yes\n\tat a\n", "2025-11-12T10:00:01Z INFO\n"]))
    d.stop()


def the_last_record_of_an_archive_is_counted():
    """Late lines come to a rotated file, perhaps when the next one has begun; it is compressed, and logtally killed, in either
    order. No generation comes that would go on with its last record."""
    put("r.ini", RULES)
    records, d = make_records(160, random.Random(9)), Daemon(rules="r.ini", log=LOG % "1s").start()
    for n in range(4):
        log, wrote = "logs/%d.log" % n, iter(records[40 * n:40 * n + 40])
        append(log, "".join(itertools.islice(wrote, 20)))
        counts(d, truth_of(records[:40 * n + 20]))
        os.rename(log, log + ".1")
        if n % 2:
            append(log, next(wrote))
            counts(d, truth_of(records[:40 * n + 21]))
        if n < 2:
            d.kill()
        append(log + ".1", "".join(wrote))
        assert n < 2 or until(lambda b=len("".join(records[:40 * n + 40]).encode()): d.value("logtally_log_bytes_total", log="test") == b)
        subprocess.run(["gzip", log + ".1"], check=True)
        d.kill()
        d.start()
        counts(d, truth_of(records[:40 * n + 40]))
    d.stop()


def streams_of_a_container_have_records_of_their_own():
    chance, want, open_of, lines = random.Random(5), Truth(), {}, []
    todo = {s: iter("".join(make_records(300, random.Random(k))).replace("\n\n", "\n").splitlines())
            for k, s in enumerate(("stdout", "stderr"))}
    while todo:
        stream = chance.choice(sorted(todo))
        line = next(todo[stream], None)
        if line is None:
            del todo[stream]
            continue
        lines.append("2025-11-12T10:00:00.0Z %s F %s\n" % (stream, line))
        if line.startswith("2025-") and stream in open_of:
            want.add(open_of.pop(stream), stream)
        open_of[stream] = open_of.get(stream, "") + line + "\n"
    put("r.ini", RULES)
    d = Daemon(rules="r.ini", log=LOG % "1h" + "unwrap = cri\n").start()
    for at in range(0, len(lines), 200):
        append("logs/a.log", "".join(lines[at:at + 200]))
        d.page()
        d.kill()
        d.start()
    counts(d, want.samples())
    d.stop()
    for stream, record in open_of.items():
        want.add(record, stream)
    rules("unwrap = cri\n")
    assert samples(ran("replay", "-j", "3", "--as", "l", "--rules", "r.ini", "logs/a.log").stdout, *NAMES) == want.samples()


def a_reload_that_begins_them_otherwise_completes_open_ones():
    put("r.ini", RULES)
    d = Daemon(rules="r.ini", log=LOG % "1h").start()
    append("logs/a.log", "2025-11-12T10:00:00Z ERROR\nx.FooError: yes\n")
    assert until(lambda: d.value("logtally_log_bytes_total", log="test") == 43)
    with open("logtally.ini", encoding="utf-8") as f:
        config = f.read()
    put("logtally.ini", config.replace("record = ^\\d{4}-", "record = ^\\d\\d"))
    d.signal(1)
    counts(d, truth_of(["2025-11-12T10:00:00Z ERROR\nx.FooError: yes\n"]))
    put("logtally.ini", config.replace("record = ^\\d{4}-\n", ""))
    append("logs/a.log", "2025-11-12T10:00:01Z INFO\n\tat a\n")
    assert until(lambda: d.value("logtally_log_bytes_total", log="test") == 75)
    d.signal(1)
    assert until(lambda: d.value("logtally_log_lines_total", log="test", decoded="text") == 2)
    append("logs/a.log", "2025-11-12T10:00:02Z INFO\n\tat b\n")
    assert until(lambda: d.value("logtally_log_lines_total", log="test", decoded="text") == 4)
    d.stop()


main(every_way_of_reading_a_file_gives_the_same, json_over_many_lines_is_json, what_is_over_the_limit_is_cut_off,
     kill_and_rotation_split_no_record, silence_completes_a_record_once, a_truncated_log_goes_on_with_its_record,
     the_last_record_of_an_archive_is_counted, streams_of_a_container_have_records_of_their_own,
     a_reload_that_begins_them_otherwise_completes_open_ones)
