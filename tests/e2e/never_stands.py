# timeout: 600
"""The loop never stands still: with many series no callback of it uses more than 50 ms of CPU time of its thread,
whatever is asked of the daemon. CPU time, not time of day: a busy machine does not change it."""
import gzip
import os
import signal
import time

from _common import put, until
from _daemon import LOGTALLY, Daemon, append, main

LONG = bool(os.environ.get("LT_LONG"))
SERIES = 1000000 if LONG else 60000
with open(LOGTALLY, "rb") as program:
    SLOWER = 10 if b"__asan_init" in program.read() else 1     # what the sanitizers cost
MOST = 0.05 * SLOWER
OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}
GZIP = {"Accept-Encoding": "gzip"}
RULES = """[event a]
where = msg == m
[counter c_total]
help = counted
inc = a
labels = user
max_values = %d
max_series = %d
expire = 20s
""" % (2 * SERIES, 2 * SERIES)


def line(user):
    return '{"msg":"m","user":"user%d"}\n' % user


def page(d, headers):
    status, got, body = d.request("GET", "/metrics", headers)
    assert status == 200, status
    return gzip.decompress(body) if got.get("Content-Encoding") == "gzip" else body


def sample(body, name):
    return float(next(x for x in body.split(b"\n") if x.startswith(name + b" ")).split()[1])


def check(d, what):
    longest = sample(page(d, GZIP), b"logtally_loop_longest_callback_seconds")
    print("# %s: %.1f ms" % (what, 1000 * longest))
    assert longest <= MOST, "%s: a callback took %.3f s of CPU time\n%s" % (what, longest, d.log())


class Watched(Daemon):
    def log(self):
        with open("stderr", encoding="utf-8") as f:
            return "".join(x for x in f if "CPU time" in x or " error " in x)


def series(body):
    return body.count(b"\nc_total{")


def nothing_takes_long_with_many_series():
    os.makedirs("logs")
    append("logs/a.log", "".join(line(i) for i in range(SERIES)))
    put("rules.ini", RULES)
    d = Watched(rules=os.getcwd() + "/rules.ini", server="reload = yes", state="interval = 1s",
                more="[limits]\nseries = %d\n" % (3 * SERIES)).start()
    for headers in ({}, GZIP, OPENMETRICS, {**OPENMETRICS, **GZIP}):
        assert until(lambda: series(page(d, headers)) == SERIES)    # pylint: disable=cell-var-from-loop
    assert d.health()["logs"][0]["files_followed"] == 1
    check(d, "the first pages")
    append("logs/a.log", line(1))
    time.sleep(1.1)
    for headers in (GZIP, OPENMETRICS):
        page(d, headers)
    check(d, "a new snapshot")
    assert d.request("POST", "/-/reload")[0] == 200
    append("logs/a.log", line(SERIES))
    assert until(lambda: series(page(d, GZIP)) == SERIES + 1)
    check(d, "a reload")
    d.signal(signal.SIGHUP)
    assert until(lambda: series(page(d, GZIP)) <= 1, 120), "series do not expire"
    check(d, "series that expire")
    append("logs/a.log", "".join(line(i) for i in range(SERIES)))
    assert until(lambda: series(page(d, GZIP)) >= SERIES, 120)
    d.stop()
    d.start()
    assert series(page(d, GZIP)) > 0
    check(d, "a restart")
    d.stop()


MANY = 10000
ALL_PAGES = ("/", "/list/metrics", "/list/events/3", "/list/events/10", "/logs/test", "/metrics/m5_total", "/health", "/api/v1/status",
             "/api/v1/logs", "/api/v1/metrics", "/api/v1/metrics/7")


def pages_of_many_rules_are_made_in_time():
    """What is made of all metrics costs by their number, not by its square, and a page shows only so many."""
    with open("many.ini", "w", encoding="ascii") as f:
        f.writelines("[event e%d]\nwhere = k == %d\n[counter m%d_total]\nhelp = Seen so often\ninc = e%d\nlabels = who\n" % ((i,) * 4)
                     for i in range(MANY))
    os.makedirs("logs")
    append("logs/many.log", "".join('{"k":"%d","who":"%s"}\n' % (i, who) for i in range(MANY) for who in "ab"))
    d = Watched(rules="many.ini").start()
    assert d.caught_up(2 * MANY) is True
    for path in ALL_PAGES:
        for headers in ({}, GZIP):
            assert d.request("GET", path, headers)[0] == 200, path
        check(d, path)
    d.stop()


def lines_that_regexes_run_away_on_are_explained_in_time():
    """One line that many rules give up on, as the page of the log shows it."""
    with open("slow.ini", "w", encoding="ascii") as f:
        f.writelines("[event e%d]\nmatch = ^(a+)+x%d$\n[counter m%d_total]\nhelp = x\ninc = e%d\n" % ((i,) * 4) for i in range(200))
    os.makedirs("logs")
    append("logs/a.log", ("a" * 2000 + "!\n") * 20)
    d = Watched(rules="slow.ini", server="show_lines = yes").start()
    assert d.caught_up(20) is True
    before = sample(page(d, GZIP), b"logtally_loop_longest_callback_seconds")
    text = d.request("GET", "/logs/test")[2].decode()
    assert text.count("<details>") == 20 and "more would take too long here" in text and "Not explained here" in text, text
    after = sample(page(d, GZIP), b"logtally_loop_longest_callback_seconds")
    print("# %.1f ms, then %.1f ms" % (1000 * before, 1000 * after))
    assert after <= max(before, MOST), d.log()
    d.stop()


HISTOGRAMS = """[event a]
where = msg == m
[histogram c_seconds]
help = observed
observe = a
value = t
buckets = 0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2
labels = user
max_series = %d
""" % (2 * SERIES)


def histograms_are_saved_beside_the_loop():
    """Their page would be a gigabyte with LT_LONG; so what the log says of long callbacks is looked at."""
    os.makedirs("logs")
    put("rules.ini", HISTOGRAMS)
    d = Watched(rules=os.getcwd() + "/rules.ini", state="interval = 1s", more="[limits]\nseries = %d\n" % (3 * SERIES))
    with open("logs/a.log", "w", encoding="utf-8") as f:
        f.writelines('{"msg":"m","t":0.01,"user":"user%d"}\n' % i for i in range(SERIES))
    d.start()
    assert until(lambda: d.health()["logs"][0]["lag_bytes"] == 0, 120)
    append("logs/a.log", '{"msg":"m","t":0.01,"user":"user1"}\n')
    time.sleep(2.5)                                             # a save or two
    d.stop()
    d.start()
    time.sleep(1)
    d.stop()
    assert SLOWER > 1 or "CPU time" not in d.log(), d.log()


LOGS, FILES = (1000, 20) if LONG else (300, 10)


def many_files_are_looked_at_in_pieces():
    """First seen, rotated all at once, restored, and rotated while nobody looked: as many logs, each with its directory."""
    names = ["logs/app%d/f%d.log" % (i, k) for i in range(LOGS) for k in range(FILES)]
    put("rules.ini", RULES)
    for i in range(LOGS):
        os.makedirs("logs/app%d" % i)

    def write(user):
        for name in names:
            append(name, line(user))

    def rotate(to):
        for name in names:
            os.rename(name + ".1" * (to - 1), name + ".1" * to)

    write(1)
    d = Watched(rules=os.getcwd() + "/rules.ini", server="reload = yes", state="interval = 1s",
                more="".join("[log l%d]\npath = %s/logs/app%d/*.log\n" % (i, os.getcwd(), i) for i in range(LOGS))).start()
    assert d.caught_up(len(names)) is True
    check(d, "a first look at %d files" % len(names))
    rotate(1)
    write(2)
    assert d.caught_up(2 * len(names)) is True
    check(d, "all rotated at once")
    assert d.request("POST", "/-/reload")[0] == 200
    write(3)
    assert d.caught_up(3 * len(names)) is True
    check(d, "a reload")
    d.stop()
    d.start()
    assert d.caught_up(3 * len(names)) is True
    check(d, "a restart")
    d.kill()
    rotate(2)
    rotate(1)
    write(4)
    d.start()
    assert d.caught_up(4 * len(names)) is True
    check(d, "all rotated after a kill")
    d.stop()


main(many_files_are_looked_at_in_pieces, nothing_takes_long_with_many_series, pages_of_many_rules_are_made_in_time,
     lines_that_regexes_run_away_on_are_explained_in_time, histograms_are_saved_beside_the_loop)
