#!/usr/bin/env python3
"""Instructions of small fixed corpora, against the recorded numbers: the one speed test that CI can trust.

    count.py [--programs BUILD] [--accept]

Runs `replay` under callgrind on each corpus, once with its first lines and once with all: the difference is
what lines cost, without the start; the start is a row of its own. The numbers depend on the vector
instructions the processor has, so they are recorded per level; on a level without a record the count is
shown and counted as skipped. A rise of more than a tenth fails. `--accept` (make bench-count-accept) records what is
true now: a commit that does so says why."""
import argparse
import os
import re
import subprocess
import sys

from measure import Place, rules_of

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.txt")
HEAD = """# Instructions per line under callgrind, and of a start with the shipped rules (make bench-count).
# A rise of more than 10 % fails CI; `make bench-count-accept` records the numbers of this machine's level.
# level corpus instructions
"""
FEW, ALL = 1000, 11000
CORPORA = (("json", 0), ("logfmt", 0), ("mixed", 0), ("noise", 0), ("events", 1000), ("texts", 100), ("series", 1000))
ALLOWED = 1.10


def level():
    """What valgrind's processor can do is what this one can, up to AVX2."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        info = f.read()
    machine = os.uname().machine
    return machine + ("-avx2" if re.search(r"^flags\b.*\bavx2\b", info, re.M) else "")


def instructions(place, command):
    said = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                          capture_output=True, text=True, check=True).stderr
    return int(re.search(r"Collected : (\d+)", said)[1])


def replay(place, corpus):
    return instructions(place, [place.logtally, "replay", "--rules", rules_of(corpus), "-o", place.path("counted"),
                                corpus + ".log"])


def measure(place):
    counted = {}
    for kind, n in CORPORA:
        few, all_ = (replay(place, place.corpus(kind, lines, n)) for lines in (FEW, ALL))
        counted[kind] = round((all_ - few) / (ALL - FEW))
        if kind == "json":
            counted["start"] = few - FEW * counted[kind]
    return counted


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
    if options.accept:
        accept(record, of_level, counted)
        return 0
    said = "%d passed, %d failed" % (len(counted) - failed - unknown, failed)
    print(said + (", %d skipped" % unknown if unknown else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
