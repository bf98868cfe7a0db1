"""What logtally says of itself: the page has every metric of its table and no other, the pages made of the table are
not stale, and what Prometheus and Grafana ask for is there."""
import os
import re
import subprocess
import sys

from _common import put
from _daemon import Daemon, LOGTALLY, SRCDIR, append, main

# Something for each: a value that is missing, a label with too many values, a regex that gives up, a span.
RULES = """
[event job]
where = msg == job
[event slow]
match = ^(a+)+$
[counter jobs_total]
help = Jobs
inc = job
labels = queue
max_values = 1
[counter seconds_total]
help = Seconds
add = job
value = took
[counter slow_total]
help = Slow
inc = slow
[span between]
begin = job
end = job
[counter between_total]
help = Between
inc = between
"""
OWN = re.compile(r"\b(?:logtally|process)_[a-z_]+")


def table():
    """name: (type, labels, help)"""
    text = subprocess.run([LOGTALLY, "help", "metrics"], stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout
    found = {}
    for name, kind, labels, kept, meaning in (line.split("\t") for line in text.splitlines()):
        assert name not in found and kind in ("counter", "gauge") and kept in ("durable", "live") and meaning, name
        assert (kind == "counter") == name.endswith("_total"), name
        assert not re.search(r"_(ms|us|ns|kb|mb|size|time|timestamp|duration)(_total)?$", name), "%s has no unit of Prometheus" % name
        found[name] = kind, set(labels.split(", ") if labels else ()), meaning
    return found


def the_page_has_what_the_table_says():
    put("rules.ini", RULES)
    daemon = Daemon(rules=os.path.abspath("rules.ini")).start()
    append("logs/a.log", '{"msg":"job","queue":"a"}\n{"msg":"job","queue":"b"}\n%s!\n' % ("a" * 60))
    assert daemon.caught_up(3) is True
    daemon.page()                                   # the first scrape, for what is there only after one
    page = daemon.page()
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)", page, re.M))
    helps = dict(re.findall(r"^# HELP (\S+) (.*)", page, re.M))
    got = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? ", page, re.M):
        if OWN.fullmatch(name):
            these = types[name], set(re.findall(r'(\w+)="', labels)), helps[name]
            assert got.setdefault(name, these) == these, (name, these, got[name])
    want = table()
    assert got == want, {name: (want.get(name), got.get(name)) for name in want.keys() | got if want.get(name) != got.get(name)}
    daemon.stop()


def the_pages_made_of_it_are_not_stale():
    subprocess.run([sys.executable, os.path.join(SRCDIR, "contrib", "own_metrics.py"), "--check"], check=True)


def what_is_asked_for_is_there():
    known, asked = table(), set()
    for folder in ("prometheus/rules", "grafana/dashboards"):
        for name in os.listdir(os.path.join(SRCDIR, folder)):
            with open(os.path.join(SRCDIR, folder, name), encoding="utf-8") as f:
                # a recorded series is job:logtally_x:rate5m
                asked |= set(re.findall(r"(?<![:\w-])(?:logtally|process)_[a-z_]+(?![:\w])", f.read()))
    assert len(asked) > 20 and asked <= known.keys(), asked - known.keys()


main(the_page_has_what_the_table_says, the_pages_made_of_it_are_not_stale, what_is_asked_for_is_there)
