# timeout: 180
"""calc, each, kv, patterns, rewrite, tables and units together, in every command and over kill -9 and a reload, against
what Python adds up: each must say the same."""
import collections
import json
import os
import random
import shutil
import signal
import subprocess
from decimal import Decimal

from _common import put, until
from _daemon import LOGTALLY, SRCDIR, Daemon, append, main

LOG = ("format = kv\nrewrite = \\x1b\\[[0-9;]*m ->\nrewrite = ^(\\S+) (?:web|api)-\\d+ -> $1\n"
       "time_match = ^(?<time>%%{TIMESTAMP_ISO8601})\n")
RULES = r"""
[patterns]
include = %s/rules/patterns/*.grok
HEAD    = %%{TIMESTAMP_ISO8601} %%{LOGLEVEL:level} %%{SYSLOGPROG}:
[event served]
where     = _line =~ ^%%{HEAD}
where     = took !=
unit.took = ms
calc.ratio = hits / (hits + misses)
calc.all   = took + wait
map.team   = search -> finding
map.team   = @teams.csv
[event slow]
of     = served
where  = all > 1s
[event queue]
each   = queues
where  = _value >= 0
[event word]
each   = tags =~ (?<first>[a-z])[a-z]*
[event maven]
where  = version =~ ^%%{MAVEN_VERSION}$
[event lonely]
where  = took !=
unless = queue
[counter served_total]
help   = Served
inc    = served
labels = level, program, team
[histogram all_seconds]
help   = Both
observe = served
value  = all
unit   = s
buckets = 0.1 1 10
[gauge ratio]
help   = Of the last
set    = served
value  = ratio
[counter slow_total]
help   = Slow
inc    = slow
labels = team
[counter queued_total]
help   = What lay in queues
add    = queue
value  = _value
labels = queue=_key
[counter words_total]
help   = Words
inc    = word
labels = word=_value, first, n=_key
[counter versions_total]
help   = Versions
inc    = maven
labels = version
[counter lonely_total]
help   = Without queues
inc    = lonely
"""
TEAMS = {"pay": "money", "mail": "post, stamps"}


class Truth:
    def __init__(self):
        self.sums, self.seen, self.ratio = collections.Counter(), [], None

    def add(self, f, teams):
        team = "finding" if f["team"] == "search" else teams.get(f["team"], f["team"])
        served = 'served_total{level="%s",program="%s",team="%s"}' % (f["level"], f["program"], team)
        self.sums[served] += 1
        both = Decimal(f["took"]) / 1000 + Decimal(f["wait"])
        self.seen.append(both)
        if f["hits"] + f["misses"]:
            self.ratio = f["hits"] / (f["hits"] + f["misses"])
        self.sums['slow_total{team="%s"}' % team] += both > 1
        for name, n in f["queues"].items():
            self.sums['queued_total{queue="%s"}' % name] += max(n, 0)
        self.sums["lonely_total"] += all(n < 0 for n in f["queues"].values())
        for i, word in enumerate(f["tags"]):
            self.sums['words_total{word="%s",first="%s",n="%d"}' % (word, word[0], i)] += 1
        self.sums['versions_total{version="%s"}' % f["version"]] += f["version"][0].isdigit()

    def samples(self):
        out = {k: float(v) for k, v in self.sums.items() if v or "{" not in k}
        for bound, most in (("0.1", Decimal("0.1")), ("1.0", 1), ("10.0", 10), ("+Inf", Decimal("Infinity"))):
            out['all_seconds_bucket{le="%s"}' % bound] = float(sum(x <= most for x in self.seen))
        out["all_seconds_count"], out["all_seconds_sum"] = float(len(self.seen)), float(sum(self.seen))
        out["ratio"] = self.ratio
        return out


def draw(n, seed):
    """(line, what it says)"""
    rng = random.Random(seed)
    for i in range(n):
        f = {"level": rng.choice(("INFO", "WARN")), "program": rng.choice(("shop", "mail")), "took": rng.randrange(2500),
             "wait": rng.choice(("0", "0.1", "0.25")), "hits": rng.randrange(4), "misses": rng.randrange(3),
             "team": rng.choice(("pay", "mail", "search", "else")),
             "queues": {q: rng.randrange(-1, 9) for q in ("mail", "sms", "web") if rng.random() < 0.6},
             "tags": [rng.choice(("ab", "c", "dee")) for _ in range(rng.randrange(4))],
             "version": rng.choice(("1.2.3-SNAPSHOT", "4.0", "x"))}
        line = ("2025-11-12T10:%02d:%02d.%03dZ %s-%d \x1b[32m%s\x1b[0m %s[%d]: served, (took=%d wait=%s hits=%d; misses=%d) team=%s "
                "queues=%s tags=\"%s\" version=%s \"took=1 wait=2\" rest" % (
                    i // 60000 % 60, i // 1000 % 60, i % 1000, rng.choice(("web", "api")), i, f["level"], f["program"], i + 1,
                    f["took"], f["wait"], f["hits"], f["misses"], f["team"], json.dumps(f["queues"]), " ".join(f["tags"]), f["version"]))
        yield line + "\n", f


def as_pairs(samples):
    """Labels in any order."""
    return {tuple(sorted(k.rstrip("}").replace("{", ",").split('",'))): v for k, v in samples.items()}


def parsed(page, times=False):
    out = {}
    for line in page.splitlines():
        if line and not line.startswith(("#", "logtally_", "process_")):
            name, value = line.rsplit(" ", 2 if times else 1)[:2]
            out[name] = float(value)
    return out


def same(got, truth):
    want, got = as_pairs(truth.samples()), as_pairs(got)
    wrong = {k: (got.get(k, 0), want.get(k, 0)) for k in want.keys() | got.keys() if abs(got.get(k, 0) - want.get(k, 0)) > 1e-9}
    assert not wrong, wrong


def write_rules():
    put("r.ini", "[log l]\npath = *.log\n" + LOG % () + RULES % SRCDIR)
    put("teams.csv", 'pay,money\nmail,"post, stamps"\n')


def ran(*args):
    r = subprocess.run([LOGTALLY, *args], capture_output=True, text=True, check=False)
    assert r.returncode == 0, r.stderr
    return r.stdout


def every_command_says_the_same():
    write_rules()
    truth = Truth()
    with open("l.log", "w", encoding="utf-8") as log:
        for line, f in draw(4000, 1):
            log.write(line)
            truth.add(f, TEAMS)
    for jobs in ("1", "2", "4"):
        same(parsed(ran("replay", "-j", jobs, "--rules", "r.ini", "l.log")), truth)
    last = parsed(ran("backfill", "--rules", "r.ini", "--step", "1h", "-o", "-", "l.log"), times=True)
    same(last, truth)
    assert "warning" not in ran("check", "--strict", "--rules", "r.ini")
    os.mkdir("tests")
    shutil.copy("l.log", "tests/l.log")
    put("tests/l.prom", ran("replay", "--rules", "r.ini", "l.log"))
    assert "1 passed" in ran("test", "tests", "--rules", "r.ini")
    said = ran("explain", "--rules", "r.ini", "l.log")
    events = sum(truth.sums[k] for k in truth.sums if k.startswith("served_total"))
    assert said.count('all_seconds') >= events, said[:2000]


def over_a_kill_and_a_reload():
    put("rules/r.ini", RULES % SRCDIR)
    put("rules/teams.csv", 'pay,money\nmail,"post, stamps"\n')
    d = Daemon(rules=os.path.abspath("rules/r.ini"), log="path = %s/logs/*.log\n" + LOG.replace("%%", "%%%%"))
    truth, drawn = Truth(), list(draw(3000, 2))
    d.start()
    for part in range(3):
        teams = dict(TEAMS, pay="gold") if part == 2 else TEAMS
        lines = drawn[part * 1000:(part + 1) * 1000]
        text = "".join(line for line, _ in lines)
        for _, f in lines:
            truth.add(f, teams)
        append("logs/l.log", text[:len(text) // 2])     # within a line
        if part == 1:
            until(lambda: (d.value("logtally_log_lines_total", log="test", decoded="logfmt") or 0) > 1100, 10)
            d.kill()
            d.start()
        append("logs/l.log", text[len(text) // 2:])
        assert d.caught_up(len(drawn) // 3 * (part + 1)) is True
        same(parsed(d.page()), truth)
        if part == 1:
            put("rules/teams.csv", 'pay,gold\nmail,"post, stamps"\n')
            before = d.value("logtally_config_last_reload_success_timestamp_seconds")
            d.signal(signal.SIGHUP)
            assert until(lambda: d.value("logtally_config_last_reload_success_timestamp_seconds") != before), d.page()
    d.stop()


main(every_command_says_the_same, over_a_kill_and_a_reload)
