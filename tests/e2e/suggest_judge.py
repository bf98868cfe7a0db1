"""Rules that `logtally suggest` makes of the first half of a log count the second half as rules written by hand would.

For each kind of log that _logs.py can write: the kinds of lines, their latencies and their status, added up by this
script and not by logtally, must be found in what the proposed rules count. A kind is found when one counter counts just
its lines; its status when the values of one of that counter's labels are just those; its latency when a histogram of the
same event has its number and sum.

    suggest_judge.py [--show NAME] [NAME...]        a table; with --show the rules as well
"""
# timeout: 300
import collections
import os
import re
import subprocess
import sys

from _common import put
from _logs import GENERATORS, generate

LOGTALLY = os.environ["LOGTALLY"]
LINES, SEEN, LEAST_LINES = 1200, 600, 5
WANTED = 44          # of all kinds of logs


def logtally(*args):
    r = subprocess.run([LOGTALLY, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert r.returncode == 0, (args, r.returncode, r.stderr.decode())
    return r.stdout.decode()


def samples(page):
    """{family: [(labels, value)]}"""
    out = collections.defaultdict(list)
    for line in page.splitlines():
        m = re.match(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$", line)
        if m:
            labels = dict(re.findall(r'(\w+)="((?:\\.|[^"\\])*)"', m.group(2) or ""))
            out[m.group(1)].append((labels, float(m.group(3))))
    return out


def by_label(rows):
    """[{value: sum}] for each label that a family has."""
    names = sorted({name for labels, _ in rows for name in labels})
    out = []
    for name in names:
        sums = collections.Counter()
        for labels, value in rows:
            sums[labels.get(name, "")] += value
        out.append({k: v for k, v in sums.items() if v})
    return out


class Truth:
    def __init__(self):
        self.lines, self.latency, self.timed, self.status = 0, 0, 0, collections.Counter()


def truth(lines):
    out = collections.defaultdict(Truth)
    for _, kind, status, latency in lines:
        t = out[kind]
        t.lines += 1
        if status is not None:
            t.status[str(status)] += 1
        if latency is not None:
            t.latency += latency
            t.timed += 1
    out.pop(None, None)
    return out


def near(a, b):
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def has_latency(want, found, event):
    for name, rows in found.items():
        if name.endswith("_sum") and name.startswith(event):
            n = sum(v for _, v in found[name[:-4] + "_count"])
            if n == want.timed and near(sum(v for _, v in rows), float(want.latency)):
                return True
    return False


def misses(want, found):
    """What a kind lacks; the fewest of all counters with its number of lines."""
    best = None
    for name, rows in found.items():
        if not name.endswith("_total") or sum(v for _, v in rows) != want.lines:
            continue
        lacks = []
        if want.status and dict(want.status) not in by_label(rows):
            lacks.append("status")
        if want.timed and not has_latency(want, found, name[:-len("_total")]):
            lacks.append("latency")
        if best is None or len(lacks) < len(best):
            best = lacks
    return ["no counter has its %d lines" % want.lines] if best is None else best


def judge(name):
    """What is not as rules by hand would have it: {kind: [what]}."""
    lines = generate(name, LINES)
    seen, rest = lines[:SEEN], lines[SEEN:]
    put("seen.log", "".join(text + "\n" for text, *_ in seen))
    put("rest.log", "".join(text + "\n" for text, *_ in rest))
    logtally("suggest", "seen.log", "-o", "new.ini")
    logtally("check", "--rules", "new.ini")
    found = samples(logtally("replay", "--rules", "new.ini", "rest.log"))
    asked = {kind for kind, t in truth(seen).items() if t.lines >= LEAST_LINES}
    lacks = {kind: misses(t, found) for kind, t in truth(rest).items() if kind in asked}
    return {kind: what for kind, what in lacks.items() if what}


def run(names, show):
    equal = 0
    for name in names:
        lacks = judge(name)
        equal += not lacks
        print("# %-16s %s" % (name, "equal" if not lacks else "; ".join("%s: %s" % (k, ", ".join(w)) for k, w in sorted(lacks.items()))))
        if show:
            print(open("new.ini", encoding="utf-8").read())
    print("# %d of %d equal" % (equal, len(names)))
    return equal


if __name__ == "__main__":
    chosen = [a for a in sys.argv[1:] if not a.startswith("--")]
    count = run(chosen or sorted(GENERATORS), "--show" in sys.argv)
    if not chosen:
        print("1..1\n%s 1 - at least %d of %d logs are counted as by hand" % ("ok" if count >= WANTED else "not ok", WANTED, len(GENERATORS)))
        sys.exit(count < WANTED)
