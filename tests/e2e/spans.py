# timeout: 300
"""Two lines, one event: a span counts once, however its lines come: in one file or over a rotation, in one run or over
kill -9, by replay, backfill or the daemon; and what never ends is given up once."""
import collections
import gzip
import os
import random
import re
import shutil

from _common import becomes, get, put, samples, until
from _daemon import Daemon, append, main, ran

BASE = """
[event begun]
where = msg == begin
[event ended]
where = msg == end
[span job]
begin   = begun
end     = ended
key     = queue, id
timeout = %s
%s
"""
METRICS = """
[counter jobs_total]
help   = Jobs that ended
inc    = job
labels = queue, by, user=begin.user
[gauge jobs_seconds]
help   = Time of all of them
add    = job
value  = _duration
[counter jobs_lost_total]
help   = Jobs without an end
inc    = job.unfinished
labels = queue, user
[gauge jobs_open]
help   = Jobs that are open
inc    = begun
dec    = job, job.unfinished
"""
BEGIN = 1762942530


def rules(timeout="1h", more="", metrics=METRICS):
    put("r.ini", BASE % (timeout, more) + metrics)


def line(ns, **fields):
    return "time=%d.%03d %s\n" % (ns // 1000, ns % 1000, " ".join("%s=%s" % kv for kv in fields.items()))


class Writer:
    """The lines of one file, and what they add up to. Ends come within half an hour, or never, and then no other begin
    has the key: so it does not matter whether it is a line or silence that shows a timeout to be over."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.now, self.next_id = BEGIN * 1000, 0
        self.open = {}          # what will end
        self.lost = []          # what will not
        self.truth = collections.Counter()

    def one(self):
        rng, self.now = self.rng, self.now + 250 * self.rng.randrange(240)
        due = [k for k, (begin, _) in self.open.items() if self.now - begin > 1500000]
        what = rng.random()
        if due or (self.open and what < 0.4):
            return self.end(due[0] if due else rng.choice(sorted(self.open)))
        if what < 0.5:
            return line(self.now, msg="other", n=rng.randrange(9))
        self.next_id += 1
        key, user = (rng.choice("ab"), self.next_id), rng.choice(("ann", "bob"))
        if what < 0.6:
            self.lost.append((self.now, key[0], user))
        else:
            self.open[key] = self.now, user
        self.truth["begun"] += 1
        return line(self.now, msg="begin", queue=key[0], id=key[1], user=user)

    def end(self, key):
        begin, user = self.open.pop(key)
        by = self.rng.choice("xy")
        self.truth['jobs_total{queue="%s",by="%s",user="%s"}' % (key[0], by, user)] += 1
        self.truth["jobs_seconds"] += self.now - begin
        return line(self.now, msg="end", queue=key[0], id=key[1], by=by)

    def rest(self):
        """Ends what is to end, and goes on until all else is given up."""
        out = []
        for key in sorted(self.open):
            self.now += 250
            out.append(self.end(key))
        self.now += 3 * 3600 * 1000
        for _, queue, user in self.lost:
            self.truth['jobs_lost_total{queue="%s",user="%s"}' % (queue, user)] += 1
        return out + [line(self.now, msg="last", n=1)]


def add_up(*writers):
    sums = sum((w.truth for w in writers), collections.Counter())
    sums.pop("begun")
    want = {k: float(v) for k, v in sums.items()}
    want["jobs_seconds"] = sums["jobs_seconds"] / 1000
    want["jobs_open"] = 0.0
    return want


def same(got, want):
    return set(got) == set(want) and all(abs(got[k] - want[k]) < 1e-3 for k in want)


def every_way_of_reading_files_gives_the_same():
    rules()
    writers = [Writer(k) for k in range(3)]
    os.mkdir("logs")
    for k, w in enumerate(writers):
        lines = [w.one() for _ in range(4000)] + w.rest()
        cuts = sorted(w.rng.sample(range(len(lines)), 3))
        parts = [lines[a:b] for a, b in zip([0] + cuts, cuts + [len(lines)])]
        for number, part in zip((3, 2, 1, 0), parts):
            put("logs/%d.log%s" % (k, ".%d" % number if number else ""), "".join(part))
        with open("logs/%d.log.3" % k, "rb") as plain, gzip.open("logs/%d.log.3.gz" % k, "wb") as packed:
            shutil.copyfileobj(plain, packed)
        os.remove("logs/%d.log.3" % k)
    want = add_up(*writers)
    names = ["logs/" + name for name in sorted(os.listdir("logs"))]
    pages = set()
    for jobs in ("1", "2", "5"):
        random.Random(jobs).shuffle(names)
        r = ran("replay", "-j", jobs, "--rules", "r.ini", *names)
        assert same(samples(r.stdout, "jobs_"), want), (samples(r.stdout, "jobs_"), want)
        pages.add(r.stdout)
    assert len(pages) == 1
    assert "still open" not in r.stderr and "no end came within its timeout: " in r.stderr, r.stderr
    out = ran("backfill", "--rules", "r.ini", "--step", "1m", "-o", "-", *names).stdout
    last = samples(out, "jobs_", columns=3)
    assert same(last, want), (last, want)
    by_age = sorted(names, key=lambda n: (n[:6], -int(re.sub(r".*\.log\.?(\d?).*", r"0\1", n))))
    said = ran("explain", "--each", "--rules", "r.ini", *by_age).stdout
    assert len(re.findall("^  is event job  ", said, re.M)) == sum(v for k, v in want.items() if "jobs_total" in k)
    os.mkdir("tests")
    shutil.copytree("logs", "tests/set")
    for name in os.listdir("tests/set"):        # a test reads *.log
        if ".log." in name:
            if name.endswith(".gz"):
                put("tests/set/x", gzip.open("tests/set/" + name, "rt").read())
                os.remove("tests/set/" + name)
                name = name[:-3]
                os.rename("tests/set/x", "tests/set/" + name)
            stem, _, number = name.split(".")
            os.rename("tests/set/" + name, "tests/set/%s.2025-11-0%d.log" % (stem, 4 - int(number)))
    put("tests/set.prom", "".join("%s %r\n" % kv for kv in want.items()))
    assert "1 passed" in ran("test", "tests", "--rules", "r.ini").stdout


def snapshots_join_no_spans():
    rules()
    put("a.log.1", line(BEGIN * 1000, msg="begin", queue="a", id=1, user="ann"))
    put("a.log", line(BEGIN * 1000 + 5, msg="end", queue="a", id=1, by="x"))
    for name in ("a.log.1", "a.log"):
        ran("replay", "--rules", "r.ini", "--snapshot", name + ".snap", name)
    merged = samples(ran("merge", "--rules", "r.ini", "a.log.1.snap", "a.log.snap").stdout, "jobs_")
    assert merged == {"jobs_open": 1.0}, merged
    assert samples(ran("replay", "--rules", "r.ini", "a.log", "a.log.1").stdout, "jobs_")["jobs_open"] == 0


def what_is_open_at_the_end_is_said():
    rules()
    put("a.log", line(BEGIN * 1000, msg="begin", queue="a", id=1, user="ann"))
    for command in (("replay",), ("explain",), ("backfill", "-o", "out")):
        assert "span job: still open at the end: 1" in ran(*command, "--rules", "r.ini", "a.log").stderr, command


def backfill_gives_up_at_begin_and_timeout():
    rules()
    t = BEGIN * 1000
    put("a.log", line(t, msg="begin", queue="a", id=1, user="ann") + line(t + 7 * 3600000, msg="x", n=1))
    put("b.log", "".join(line(t + k * 60000, msg="x", n=1) for k in range(600)))
    out = ran("backfill", "--rules", "r.ini", "--step", "1m", "-o", "-", "a.log", "b.log").stdout
    rows = [(float(l.split()[2]), float(l.split()[1])) for l in out.splitlines() if l.startswith("jobs_open ")]
    fell = min(at for at, value in rows if value == 0 and at > BEGIN + 120)
    assert 3600 < fell - BEGIN <= 3660, (fell - BEGIN, rows)


def expect(d, want):
    becomes(lambda: samples(d.page(), "jobs_"), want, same)


def kill_and_rotation_split_no_span():
    rules()
    d = Daemon(rules="r.ini").start()
    writers, chance, rotation = {"a": Writer(11), "b": Writer(12)}, random.Random(13), 0
    for _ in range(250):
        name = chance.choice("ab")
        append("logs/%s.log" % name, "".join(writers[name].one() for _ in range(chance.randrange(1, 12))))
        what = chance.random()
        if what < 0.12:
            d.kill()
            d.start()
        elif what < 0.2:
            rotation += 1
            os.rename("logs/%s.log" % name, "logs/%s.log.%d" % (name, rotation))
            if chance.random() < 0.5:       # who has it open still writes there
                append("logs/%s.log.%d" % (name, rotation), writers[name].one())
            append("logs/%s.log" % name, "")
        elif what < 0.5:
            d.page()
    for name, w in writers.items():
        append("logs/%s.log" % name, "".join(w.rest()))
    d.kill()
    d.start()
    expect(d, add_up(*writers.values()))
    assert d.value("logtally_spans_open", span="job") == 0
    lost = sum(len(w.lost) for w in writers.values())
    reasons = {dict(labels)["reason"]: v for (n, labels), v in d.values().items() if n == "logtally_spans_unmatched_total"}
    assert reasons.pop("timeout") == lost and not any(reasons.values()), (reasons, lost)
    d.stop()


def silence_gives_up_once():
    rules("2s")
    d = Daemon(rules="r.ini").start()
    append("logs/a.log", "".join(line(BEGIN * 1000, msg="begin", queue="a", id=k, user="ann") for k in range(50)))
    assert until(lambda: d.value("logtally_spans_open", span="job") == 50)
    d.page()
    d.kill()                        # they are open, and in the state
    d.start()
    expect(d, {'jobs_lost_total{queue="a",user="ann"}': 50.0, "jobs_open": 0.0})
    append("logs/a.log", line(BEGIN * 1000 + 10, msg="end", queue="a", id=1, by="x"))   # too late, whatever it says
    assert until(lambda: d.value("logtally_spans_unmatched_total", span="job", reason="no_begin") == 1)
    d.kill()
    d.start()
    expect(d, {'jobs_lost_total{queue="a",user="ann"}': 50.0, "jobs_open": 0.0})
    d.stop()


def a_deleted_file_leaves_nothing_open():
    rules("3s")
    d = Daemon(rules="r.ini").start()
    append("logs/a.log", line(BEGIN * 1000, msg="begin", queue="a", id=1, user="ann"))
    assert until(lambda: d.value("logtally_spans_open", span="job") == 1)
    os.remove("logs/a.log")
    expect(d, {'jobs_lost_total{queue="a",user="ann"}': 1.0, "jobs_open": 0.0})
    d.stop()


def reload(d, n):
    d.signal(1)
    assert until(lambda: get("stderr").count("reloaded: ") == n), get("stderr")


def a_reload_gives_up_what_it_changes():
    rules("1h")
    d = Daemon(rules="r.ini").start()
    append("logs/a.log", "".join(line(BEGIN * 1000, msg="begin", queue="a", id=k, user="ann") for k in range(5)))
    assert until(lambda: d.value("logtally_spans_open", span="job") == 5)
    assert ": 2 events, 1 span, 4 metrics, 1 log; state in " in get("stderr"), get("stderr")
    rules("1h", metrics=METRICS.replace("labels = queue, user", "labels = queue, who=user"))     # a metric only
    reload(d, 1)
    assert "reloaded: 2 events, 1 span, 4 metrics\n" in get("stderr"), get("stderr")
    assert d.value("logtally_spans_open", span="job") == 5
    append("logs/a.log", line(BEGIN * 1000 + 1000, msg="end", queue="a", id=1, by="x"))
    expect(d, {'jobs_total{queue="a",by="x",user="ann"}': 1.0, "jobs_seconds": 1.0, "jobs_open": 4.0})
    rules("2h", metrics=METRICS.replace("labels = queue, user", "labels = queue, who=user"))
    reload(d, 2)
    want = {'jobs_total{queue="a",by="x",user="ann"}': 1.0, "jobs_seconds": 1.0, "jobs_open": 0.0,
            'jobs_lost_total{queue="a",who="ann"}': 4.0}
    expect(d, want)
    assert d.value("logtally_spans_unmatched_total", span="job", reason="reload") == 4
    append("logs/a.log", line(BEGIN * 1000 + 2000, msg="end", queue="a", id=2, by="x"))
    assert until(lambda: d.value("logtally_spans_unmatched_total", span="job", reason="no_begin") == 1)
    d.kill()
    d.start()
    expect(d, want)
    d.stop()


def a_changed_table_gives_up_what_it_changes():
    """What a table makes of a key is part of the rules, though it stands in a file beside them."""
    put("queues.csv", "a,first\nb,second\n")
    rules("1h")
    put("r.ini", get("r.ini").replace("where = msg == begin\n", "where = msg == begin\nmap.queue = @queues.csv\n", 1))
    d = Daemon(rules="r.ini").start()
    append("logs/a.log", "".join(line(BEGIN * 1000, msg="begin", queue="a", id=k, user="ann") for k in range(5)))
    assert until(lambda: d.value("logtally_spans_open", span="job") == 5)
    reload(d, 1)
    assert d.value("logtally_spans_open", span="job") == 5
    put("queues.csv", "a,other\nb,second\n")
    reload(d, 2)
    assert until(lambda: d.value("logtally_spans_unmatched_total", span="job", reason="reload") == 5), d.page()
    d.stop()


def a_restart_with_other_rules_gives_up_too():
    rules("1h")
    d = Daemon(rules="r.ini").start()
    append("logs/a.log", "".join(line(BEGIN * 1000, msg="begin", queue="a", id=k, user="ann") for k in range(5)))
    assert until(lambda: d.value("logtally_spans_open", span="job") == 5)
    d.stop()
    rules("2h")
    d.start()
    expect(d, {"jobs_open": 0.0, 'jobs_lost_total{queue="a",user="ann"}': 5.0})
    d.stop()
    assert "5 open spans were begun by other rules, and given up" in get("stderr")


def max_open_is_exact_over_kill():
    rules("100h", "max_open = 3")
    d = Daemon(rules="r.ini").start()
    chance = random.Random(5)
    for k in range(40):
        append("logs/a.log", line(BEGIN * 1000, msg="begin", queue="ab"[k % 2], id=k, user="ann"))
        if chance.random() < 0.3:
            d.page()
            d.kill()
            d.start()
    assert until(lambda: d.value("logtally_spans_unmatched_total", span="job", reason="full") == 37)
    append("logs/a.log", "".join(line(BEGIN * 1000 + 9000, msg="end", queue="ab"[k % 2], id=k, by="x") for k in range(40)))
    assert until(lambda: d.value("logtally_spans_unmatched_total", span="job", reason="no_begin") == 37)
    got = samples(d.page(), "jobs_")
    assert got["jobs_open"] == 0 and got["jobs_seconds"] == 27, got
    d.stop()


main(every_way_of_reading_files_gives_the_same, snapshots_join_no_spans, what_is_open_at_the_end_is_said,
     backfill_gives_up_at_begin_and_timeout, kill_and_rotation_split_no_span, silence_gives_up_once,
     a_deleted_file_leaves_nothing_open, a_reload_gives_up_what_it_changes,
     a_changed_table_gives_up_what_it_changes, a_restart_with_other_rules_gives_up_too,
     max_open_is_exact_over_kill)
