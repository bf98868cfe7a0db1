# timeout: 300
"""`logtally replay`: a rotated set however it is named, packed and divided among threads is one page, that of an
independent count; and what a person at a terminal sees of it."""
import collections
import gzip
import json
import os
import pty
import random
import re
import shutil
import subprocess

from _common import get, put
from _daemon import Daemon, LOGTALLY, SRCDIR, backend_lines, main
from _jobs import RULES, records

PART = 64 << 20             # design.md section 6: where a file is cut, whatever N is
BOUNDS = (0.1, 1.0)


class Truth:
    """The same, without logtally."""

    def __init__(self):
        self.values = collections.Counter({'jobs_total{queue="never"}': 0})
        self.sums = collections.defaultdict(list)

    def add(self, d):
        q = d["queue"]
        if d["msg"] == "job":
            self.values['jobs_total{queue="%s"}' % q] += 1
            for b in BOUNDS:
                self.values['job_seconds_bucket{queue="%s",le="%s"}' % (q, b)] += d["took"] <= b
            self.values['job_seconds_bucket{queue="%s",le="+Inf"}' % q] += 1
            self.values['job_seconds_count{queue="%s"}' % q] += 1
            self.sums['job_seconds_sum{queue="%s"}' % q].append(d["took"])
        elif d["msg"] == "level":
            self.values['level{queue="%s"}' % q] = d["value"]
        else:
            key, begins = 'running{queue="%s"}' % q, d["msg"] == "begin"
            self.values[key] = max(0, self.values[key] + (1 if begins else -1))
            if begins:
                self.values['level{queue="%s"}' % q] += d["value"]

    def page(self):
        return {**self.values, **{k: sum(v) for k, v in self.sums.items()}}


def replay(*args, code=0, stdin=None):
    r = subprocess.run([LOGTALLY, "replay", "--rules", "rules.ini", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       stdin=stdin, text=True, check=False)
    assert r.returncode == code, (args, r.returncode, r.stderr)
    assert code or r.stderr == "", r.stderr            # quiet but at a terminal
    return r.stdout


def series(page):
    return {k: float(v) for k, v in (t.rsplit(" ", 1) for t in page.splitlines() if t[0] != "#")}


def agree(page, truth):
    got, want = series(page), truth.page()
    assert set(got) == set(want), set(got) ^ set(want)
    for k, v in want.items():
        assert abs(got[k] - v) <= 1e-9 * max(1, abs(v)), (k, got[k], v)


def pack(path, text, how):
    if how == "gz":
        with gzip.open(path + ".gz", "wt", encoding="utf-8") as f:
            f.write(text)
    else:
        put(path, text)
        if how == "zst":
            subprocess.run(["zstd", "-q", "--rm", path], check=True)


def make_set():
    """Twelve files in every style of naming; which name holds which hours is chance. The truth is returned."""
    truth, lines = Truth(), []
    for d in records(12000, 1):
        truth.add(d)
        lines.append(json.dumps(d) + "\n")
    names = [("app.log", ""), ("app.log.1", ""), ("app.log.2", "gz"), ("app.log.10", "gz"), ("app.log.3", "zst"),
             ("app.log-20251112", ""), ("app.log-20251111", "gz"), ("app-2025-11-13.log", ""), ("app-2025-11-10.log", "zst"),
             ("app.log.2025-11-09", "gz"), ("app.log.4", ""), ("app.log.11", "")]
    random.Random(2).shuffle(names)
    os.makedirs("logs/deeper")
    for i, (name, how) in enumerate(names):
        pack("logs/" + name, "".join(lines[1000 * i:1000 * (i + 1)]), how)
    put("logs/deeper/not.log", "".join(lines))         # directories are not entered
    put("logs/.hidden", "".join(lines))
    put("all.log", "".join(lines))
    return truth


def a_rotated_set_is_taken_in_the_order_of_its_lines():
    put("rules.ini", RULES)
    truth = make_set()
    page = replay("all.log")
    agree(page, truth)
    files = sorted("logs/" + n for n in os.listdir("logs") if n.startswith("app"))
    assert replay(*files) == page
    assert replay(*reversed(files)) == page
    assert replay("logs") == page
    for jobs in ("0", "1", "2", "3", "7"):
        assert replay("-j", jobs, "logs") == page, jobs
    with open("all.log", encoding="utf-8") as f:
        assert replay("-", stdin=f) == page


def many_small_files_are_one():
    """Of three lines each, named in no order; two are damaged, one has a line that no event takes."""
    put("rules.ini", RULES)
    truth, lines = Truth(), []
    for d in records(9000, 1):
        truth.add(d)
        lines.append(json.dumps(d) + "\n")
    os.mkdir("many")
    for i in range(0, len(lines), 3):
        put("many/%08d.log" % (i * 7919 % 9001), "".join(lines[i:i + 3]))
    put("all.log", "".join(lines))
    page = replay("many")
    agree(page, truth)
    for jobs in ("2", "5"):
        assert replay("-j", jobs, "many") == page
    assert_cheap("many")
    put("many/0.gz", b"\x1f\x8b\x08broken")
    put("many/1.gz", b"\x1f\x8b\x08broken too")
    put("many/2.log", "nobody's\n")
    r = subprocess.run([LOGTALLY, "replay", "--rules", "rules.ini", "--unmatched", "left", "many"], text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert r.returncode == 1 and "many/0.gz" in r.stderr and "many/1.gz" in r.stderr, r.stderr
    assert r.stdout == page and get("left") == "nobody's\n"


def assert_cheap(directory):
    """What opening so many files costs is the least; `wc` pays for that, too."""
    logtally = min(cpu_of_children(LOGTALLY, "replay", "--rules", "rules.ini", "-o", "page", directory) for _ in range(3))
    wc = min(cpu_of_children("sh", "-c", "wc -l %s/* > counts" % directory) for _ in range(3))
    print("# %.2f s of CPU, %.2f s for wc" % (logtally, wc))
    with open(LOGTALLY, "rb") as program:
        assert logtally < 2 * wc or b"__asan_init" in program.read(), (logtally, wc)


def unmatched_lines_come_in_the_same_order():
    put("rules.ini", RULES)
    make_set()
    with open("logs/app.log", "a", encoding="utf-8") as f:
        f.write("not json\\n{\"msg\":\"nobody asked\"}\nthe last, unfinished")
    replay("--unmatched", "one", "-o", "page1", "logs")
    replay("--unmatched", "three", "-o", "page3", "-j", "3", "logs")
    assert get("one") == get("three") == "not json\\n{\"msg\":\"nobody asked\"}\nthe last, unfinished\n", get("one")


def unmatched_lines_of_an_archive_do_not_fill_the_memory():
    put("rules.ini", RULES)
    for name in "ab":
        with gzip.open(name + ".gz", "wt", encoding="utf-8", compresslevel=1) as f:
            for i in range(30000):
                f.write("%s%d %s\n" % (name, i, "x" * 3000))
    child = subprocess.Popen([LOGTALLY, "replay", "--rules", "rules.ini", "--unmatched", "left", "-o", "page", "-j", "2",
                              "a.gz", "b.gz"])
    _, status, used = os.wait4(child.pid, 0)
    assert status == 0
    with open("left", encoding="utf-8") as f:
        assert [text.split()[0] for text in f] == [name + str(i) for name in "ab" for i in range(30000)]
    print("# %d MiB in memory for %d MiB unmatched" % (used.ru_maxrss >> 10, os.path.getsize("left") >> 20))
    assert used.ru_maxrss < 80 << 10, used


def json_says_the_same():
    put("rules.ini", RULES)
    make_set()
    page, found = series(replay("logs")), {}
    for family in json.loads(replay("--format", "json", "logs"))["families"]:
        for s in family["series"]:
            q = s["labels"]["queue"]
            if family["type"] != "histogram":
                found['%s{queue="%s"}' % (family["name"], q)] = s["value"]
                continue
            for le, n in s["buckets"].items():
                found['%s_bucket{queue="%s",le="%s"}' % (family["name"], q, le)] = n
            found['%s_sum{queue="%s"}' % (family["name"], q)] = s["sum"]
            found['%s_count{queue="%s"}' % (family["name"], q)] = s["count"]
    assert found == page, set(found.items()) ^ set(page.items())
    om = replay("--format", "openmetrics", "logs")
    assert om.endswith("# EOF\n") and series(om[:-len("# EOF\n")]) == page


def one_huge_file_is_the_same_for_every_number_of_threads():
    """Three parts; where one is cut, gauges stand somewhere and a line goes across."""
    put("rules.ini", RULES)
    truth, size = Truth(), 0
    filler = "x" * 3000
    with open("huge.log", "w", encoding="utf-8") as f:
        for d in records(1 << 30, 4):
            if size > 2.2 * PART:
                break
            truth.add(d)
            size += f.write(json.dumps({**d, "pad": filler}) + "\n")
    page = replay("huge.log")
    agree(page, truth)
    for jobs in ("2", "3", "8"):
        assert replay("-j", jobs, "huge.log") == page, jobs
    for command in (["gzip", "-1k"], ["zstd", "-qk"]):
        subprocess.run([*command, "huge.log"], check=True)
    for name in ("huge.log.gz", "huge.log.zst"):
        assert replay(name) == page and replay("-j", "2", name) == page, name


def snapshots_of_parts_add_up():
    put("rules.ini", RULES)
    make_set()
    page = replay("logs")
    snapshots = []
    for name in sorted(os.listdir("logs")):
        if name.startswith("app"):
            snapshots.append(name + ".snapshot")
            assert replay("--snapshot", snapshots[-1], "logs/" + name) == ""

    def merge(*args, code=0):
        r = subprocess.run([LOGTALLY, "merge", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        assert r.returncode == code, (args, r.stderr)
        return r.stderr if code else r.stdout

    assert merge("--rules", "rules.ini", *snapshots) == page
    assert merge("--rules", "rules.ini", *reversed(snapshots)) == page
    assert merge(*snapshots) == page
    put("config.ini", '[rules]\ninclude = rules.ini\n[metrics]\nconst_labels = site="north"\n')
    assert merge("-c", "config.ini", *snapshots) == replay("-c", "config.ini", "logs") != page
    # in two levels, each group neighbours in time
    with open("all.log", encoding="utf-8") as f:
        lines = f.readlines()
    for i in range(4):
        put("part%d" % i, "".join(lines[3000 * i:3000 * (i + 1)]))
        replay("--snapshot", "s%d" % i, "part%d" % i)
    assert merge("--rules", "rules.ini", "--snapshot", "late", "s3", "s2") == ""
    assert merge("--rules", "rules.ini", "--snapshot", "early", "s1", "s0") == ""
    assert merge("--rules", "rules.ini", "late", "early") == page
    with open("cut", "wb") as f, open(snapshots[0], "rb") as whole:
        f.write(whole.read()[:-1])
    assert "cut: the snapshot is damaged" in merge("cut", code=1)
    assert "is no snapshot" in merge("all.log", code=1)


def cpu_of_children(*command):
    before = os.times()
    subprocess.run(command, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def it_costs_what_the_daemon_costs():
    """CPU time, of which other work on the machine takes nothing away; the least of several."""
    os.makedirs("logs")
    lines, copies = backend_lines(100000, flavour="json"), 8
    with open("logs/big.log", "wb") as f:
        for _ in range(copies):
            f.writelines(lines)
    rules = os.path.join(SRCDIR, "rules")
    one = min(cpu_of_children(LOGTALLY, "replay", "--rules", rules, "-o", "page", "logs/big.log") for _ in range(3))
    costs = []
    for _ in range(3):
        shutil.rmtree("state", ignore_errors=True)
        daemon = Daemon().start()
        assert daemon.caught_up(copies * len(lines)) is True
        costs.append(daemon.value("process_cpu_seconds_total"))
        daemon.stop()
    print("# %.2f s of CPU for %d lines, %.2f s in the daemon" % (one, copies * len(lines), min(costs)))
    assert one <= 1.5 * min(costs), (one, costs)


def at_a_terminal_a_bar_shows_rate_and_time_left():
    put("rules.ini", RULES)
    with open("slow.log", "w", encoding="utf-8") as f:
        for d in records(3000, 6):
            f.write((json.dumps(d) + "\n") * 100)
    master, slave = pty.openpty()
    child = subprocess.Popen([LOGTALLY, "replay", "--rules", "rules.ini", "slow.log"], stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    seen = b""
    try:
        while chunk := os.read(master, 4096):
            seen += chunk
    except OSError:         # the other end is gone
        pass
    assert child.wait() == 0
    bars = seen.decode().split("\r\x1b[K")
    assert any(re.fullmatch(r"[\d.]+ [KM]iB, [\d.]+ [KMG]iB/s +\d+ % \[#*\.*\] [\dhms.]+ left", b) for b in bars), bars[:3]
    assert bars[-1] == "", bars[-1]     # nothing of it stays


def said(*args):
    """What a command says besides its page, sorted."""
    r = subprocess.run([LOGTALLY, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    return sorted(line.removeprefix("logtally: ") for line in r.stderr.splitlines()), r.stdout


def what_was_skipped_is_said():
    put("rules.ini", "[event a]\nwhere = kind == a\n[event wild]\nmatch = ^(?:x+x+)+y\\d\n"
        "[counter a_total]\nhelp = A\ninc = a\n[counter wild_total]\nhelp = W\ninc = wild\n")
    put("logtally.ini", "[limits]\nline = 256B\n[log app]\npath = *.log\n[rules]\ninclude = rules.ini\n")
    longest = "time=2025-11-12T10:15:30Z kind=a x=".ljust(256, "y")
    put("some.log", longest + "\n" + longest + "y\n" + "x" * 60 + "y\n" + longest + "\n")
    skipped = ": lines skipped because they were longer than [limits] line: 1"
    wild = "event wild: its regex ran wild on lines, which it does not match then: 1"
    for jobs in "1", "4":
        assert said("replay", "-c", "logtally.ini", "-j", jobs, "some.log")[0] == [wild, "log app" + skipped]
    assert {wild, "log app" + skipped} <= set(said("backfill", "-c", "logtally.ini", "-o", "out.om", "some.log")[0])
    assert said("explain", "-c", "logtally.ini", "some.log")[0] == ["some.log" + skipped]
    assert said("explain", "-c", "logtally.ini", "--as", "app", longest + "y")[1] == "  longer than [limits] line: skipped\n"
    assert "-> inc a_total" in said("explain", "-c", "logtally.ini", "--as", "app", longest)[1]
    with open("tail.log.gz", "wb") as f:
        f.write(gzip.compress(b"kind=a x=1\n") + b"kind=a x=2 appended as it is\n")
    for jobs in "1", "4":
        told, page = said("replay", "-c", "logtally.ini", "--as", "app", "-j", jobs, "tail.log.gz")
        assert told == ["tail.log.gz: what stands behind the compressed data is not read"], told
        assert "a_total 1\n" in page, page


main(a_rotated_set_is_taken_in_the_order_of_its_lines, many_small_files_are_one,
     unmatched_lines_come_in_the_same_order, unmatched_lines_of_an_archive_do_not_fill_the_memory, json_says_the_same,
     one_huge_file_is_the_same_for_every_number_of_threads, snapshots_of_parts_add_up,
     it_costs_what_the_daemon_costs, at_a_terminal_a_bar_shows_rate_and_time_left,
     what_was_skipped_is_said)
