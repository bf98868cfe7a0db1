#!/usr/bin/env python3
"""Instructions of small fixed corpora, against the recorded numbers: the one speed test that CI can trust.

    count.py [--programs BUILD] [--accept]

Runs `replay` under cachegrind on each corpus, once with its first lines and once with all: the difference is
what lines cost, without the start; the start is a row of its own. The numbers depend on the vector
instructions the processor has, so they are recorded per level; on a level without a record the count is
shown and counted as skipped. Corpora without rules of their own are counted by the shipped ones: what is added
there is a rise here, of which the program is innocent. A rise of more than a tenth fails. So does loading four times as many rules
that takes more than 4.2 times the instructions, without those of a start (`SHAPES`); that needs no record. What
grows with the square of their number is seen from a sixth of the whole at 10,000 rules. And each program that `make
bench` compares must still say the truth. `--accept`
(make bench-count-accept) records what is true now: a commit that does so says why."""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

from measure import NOT_ASKED, Place, Wrong, cpu_of, must_be_true, rules_of
from replay_rows import MATCH_RULES, mtail, ours

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.txt")
HEAD = """# Instructions per line under cachegrind, and of a start with the shipped rules (make bench-count).
# A rise of more than 10 % fails CI; `make bench-count-accept` records the numbers of this machine's level.
# level corpus instructions
"""
FEW, ALL = 1000, 11000
RULES, TIMES, MOST = 1000, 4, 4.2
CORPORA = (("json", 0), ("logfmt", 0), ("mixed", 0), ("noise", 0), ("events", 1000), ("texts", 100), ("series", 1000),
           ("java", 0), ("spans", 300))
ALLOWED = 1.10


def level():
    """What valgrind's processor can do is what this one can, up to AVX2."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        info = f.read()
    machine = os.uname().machine
    return machine + ("-avx2" if re.search(r"^flags\b.*\bavx2\b", info, re.M) else "")


def instructions(command):
    said = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *command],
                          capture_output=True, text=True, check=False).stderr
    return int(re.search(r"I +refs: +([\d,]+)", said)[1].replace(",", ""))


def each_of(count, jobs):
    """{job: count(*job)}, as many at a time as there are processors: other work does not change what is counted."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(jobs, pool.map(lambda job: count(*job), jobs)))


def replay(place, corpus):
    return instructions([place.logtally, "replay", "--rules", rules_of(corpus), "-o",
                         place.path(os.path.basename(corpus) + ".counted"), corpus + ".log"])


def measure(place):
    jobs = [(kind, lines) for kind, _ in CORPORA for lines in (FEW, ALL)]
    logs = {(kind, lines): place.corpus(kind, lines, n) for kind, n in CORPORA for lines in (FEW, ALL)}
    taken = each_of(lambda *job: replay(place, logs[job]), jobs)
    counted = {kind: round((taken[kind, ALL] - taken[kind, FEW]) / (ALL - FEW)) for kind, _ in CORPORA}
    counted["start"] = taken["json", FEW] - FEW * counted["json"]
    return counted


def used_by_one(events, more=""):
    """The events, and a metric that counts all of them."""
    names = re.findall(r"^\[event (\w+)\]", events, re.M)
    return events + "[counter c_total]\nhelp = x\n%sinc = %s\n" % (more, ",\n  ".join(names))


def each(text, n):
    return "".join(text.replace("%d", str(i)) for i in range(n))


SHAPES = {
    "value": lambda n: used_by_one(each("[event e%d]\nwhere = msg == message %d\n", n), "labels = method\n"),
    "prefix": lambda n: used_by_one(each("[event e%d]\nwhere = msg ^= message %d\n", n)),
    "match": lambda n: used_by_one(each("[event e%d]\nmatch = request %d took (?<d>\\d+) ms\n", n // 4)),
    "field": lambda n: used_by_one(each("[event e%d]\nwhere = msg =~ request %d took (?<d>\\d+)\n", n // 4)),
    "child": lambda n: used_by_one("[event p]\nwhere = msg == a\n"
                                   + each("[event e%d]\nof = p\nwhere = user == %d\n", n)),
    "unless": lambda n: used_by_one("[event p]\nwhere = msg == a\n"
                                    + each("[event e%d]\nunless = p\nwhere = user == %d\n", n)),
    "metric": lambda n: each("[event e%d]\nwhere = msg == %d\n[counter c%d_total]\nhelp = x\ninc = e%d\n", n),
    "zero": lambda n: used_by_one("[event p]\nwhere = msg == a\n",
                                  "labels = user\nmax_values = 100000\n" + each("zero = user=u%d\n", n)),
    "mistake": lambda n: used_by_one("[event p]\nwhere = msg == a\n") + each("  , unknown%d\n", n),
}


def load(place, shape, n):
    path = place.path("rules-%s-%d.ini" % (shape, n))
    with open(path, "w", encoding="utf-8") as f:
        f.write(SHAPES[shape](n))
    return instructions([place.logtally, "check", "--rules", path])


def measure_loading(place):
    """How many of SHAPES grow faster than their number."""
    start = load(place, "value", 1)
    taken = each_of(lambda *job: load(place, *job) - start, [(shape, n) for shape in SHAPES for n in (RULES, TIMES * RULES)])
    failed = 0
    for shape in SHAPES:
        few, many = taken[shape, RULES], taken[shape, TIMES * RULES]
        risen = many > MOST * few
        failed += risen
        print("loading %-10s %10d instructions, %.2f times as many for %d times the rules%s" % (
            shape, few, many / few, TIMES, ": MORE THAN %.1f" % MOST if risen else ""))
    return failed


def answers(place):
    """How many of the programs that `make bench` compares do not say the truth of a small log: they change with the rules."""
    contest = {"shipped rules": (("json", "logfmt", "mixed", "noise", "java"), lambda kind, corpus: ours(place, corpus), ()),
               "match.ini": (("json",), lambda kind, corpus: ours(place, corpus, rules=MATCH_RULES), NOT_ASKED)}
    if shutil.which("mtail"):
        contest["mtail"] = ("json", "logfmt", "mixed", "java"), mtail, NOT_ASKED
    wrong = 0
    for name, (kinds, command, ignoring) in contest.items():
        for kind in kinds:
            corpus, out = place.corpus(kind, ALL), place.path("answer")
            try:
                cpu_of(command(kind, corpus), place.core, out)
                must_be_true(corpus, out, ignoring)
            except Wrong as e:
                wrong += 1
                print("%s on %s: %s" % (name, kind, e))
    return sum(len(kinds) for kinds, _, _ in contest.values()), wrong


def recorded():
    found = {}
    with open(RECORD, encoding="utf-8") as f:
        for line in f:
            if not line.startswith("#"):
                of_level, kind, count = line.split()
                found[of_level, kind] = int(count)
    return found


def accept(record, of_level, counted):
    record.update({(of_level, kind): n for kind, n in counted.items()})
    with open(RECORD, "w", encoding="utf-8") as f:
        f.write(HEAD)
        for (name, kind), n in sorted(record.items()):
            f.write("%s %s %d\n" % (name, kind, n))


def main():
    parser = argparse.ArgumentParser(description="Instructions of small corpora against the recorded numbers.")
    parser.add_argument("--programs", default=".")
    parser.add_argument("--work", default="")
    parser.add_argument("--accept", action="store_true")
    options = parser.parse_args()
    programs = os.path.abspath(options.programs)
    place = Place(programs, os.path.abspath(options.work or os.path.join(programs, "bench", "corpora")), False)
    of_level, counted, record, failed, unknown = level(), measure(place), recorded(), 0, 0
    for kind, n in counted.items():
        before = record.get((of_level, kind))
        risen = before is not None and n > before * ALLOWED
        failed += risen
        unknown += before is None
        print("%-12s %-8s %10d instructions, recorded %s%s" % (
            of_level, kind, n, "%d (%+.1f %%)" % (before, (n / before - 1) * 100) if before else "nothing",
            ": RISEN, see bench/count.py" if risen else ""))
    failed += measure_loading(place)
    asked, wrong = answers(place)
    if options.accept:
        accept(record, of_level, counted)
        return 0
    failed += wrong
    said = "%d passed, %d failed" % (len(counted) + len(SHAPES) + asked - failed - unknown, failed)
    print(said + (", %d skipped" % unknown if unknown else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
