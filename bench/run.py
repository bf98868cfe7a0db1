#!/usr/bin/env python3
"""Measures every target of docs/performance.md, prints one table, keeps it as JSON.

    run.py [--programs BUILD] [--full YES] [--busy YES] [--only WORD]... [--work DIR] [--results DIR]

All figures are ratios within this run, or sizes, or times with a wide target: user + sys CPU on one pinned
core, page cache warm, contenders in turns, the least of seven runs less the least of seven on an empty log, what is said into a pipe.
On a machine whose load is above 1 nothing is measured, or with --busy all of it, and the result says that it is not fair. Every answer is compared with what
the generator added up itself; a wrong one is a miss, however fast. Exit status 1 when an answer was wrong or a row could not be measured."""
import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time

import daemon_rows
import replay_rows
from measure import HEADER, MOST_LOAD, TOP, Place, Table, Wrong, cpu_model, line_of


def first_line(command):
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    return (said.stdout or said.stderr).split("\n")[0]


def machine():
    """What the figures were measured on; no names."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        info = f.read()
    with open("/proc/meminfo", encoding="utf-8") as f:
        memory = int(re.search(r"MemTotal:\s+(\d+)", f.read())[1])
    return {"cpu": cpu_model(), "cores": os.cpu_count(),
            "avx2": " avx2 " in info, "memory_gb": round(memory / 1048576), "kernel": platform.release().split("-")[0],
            "compiler": first_line(["cc", "--version"]), "mtail": first_line(["mtail", "--version"])[:40],
            "grep": first_line(["grep", "--version"]), "load": round(os.getloadavg()[0], 1)}


def revision():
    said = subprocess.run(["git", "-C", TOP, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


def measure_all(place, only):
    table = Table()
    for module in (replay_rows, daemon_rows):
        for name, row in module.all_rows(place):
            if only and not any(word in name for word in only):
                continue
            try:
                row(table)
            except (Wrong, RuntimeError, OSError, subprocess.SubprocessError) as e:
                table.failed(name, str(e))
    return table


def main():
    parser = argparse.ArgumentParser(description="Measures every target of docs/performance.md.")
    parser.add_argument("--programs", default=".", help="the build directory")
    parser.add_argument("--full", default="", help="anything: long corpora, more rounds")
    parser.add_argument("--busy", default="", help="anything: also when other work is done; such a result is not fair")
    parser.add_argument("--only", action="append", default=[], help="only rows with this word in their group's name")
    parser.add_argument("--work", default="", help="where corpora go (default: bench/corpora of the build directory)")
    parser.add_argument("--results", default="bench/results")
    options = parser.parse_args()
    programs = os.path.abspath(options.programs)
    place = Place(programs, os.path.abspath(options.work or os.path.join(programs, "bench", "corpora")), bool(options.full))
    began = time.time()
    facts = machine()
    if facts["load"] > MOST_LOAD and not options.busy:
        print("run: the load is %.1f, above %d: that would not be fair; BUSY=1 measures nevertheless and says so" % (
            facts["load"], MOST_LOAD), file=sys.stderr)
        return 1
    table = measure_all(place, options.only)
    print(HEADER)
    for row in table.rows:
        print(line_of(row))
    missed = sum(row["ok"] is False for row in table.rows)
    met = sum(row["ok"] is True for row in table.rows)
    print("%d met, %d missed; %s, %d s, load %.1f before and %.1f after" % (
        met, missed, "full" if place.full else "quick", time.time() - began, facts["load"], os.getloadavg()[0]))
    os.makedirs(options.results, exist_ok=True)
    out = os.path.join(options.results, time.strftime("%Y%m%dT%H%M%SZ.json", time.gmtime(began)))
    with open(out, "w", encoding="utf-8") as f:
        json.dump({"revision": revision(), "mode": "full" if place.full else "quick",
                   "fair": facts["load"] <= MOST_LOAD, "machine": facts,
                   "rows": table.rows, "ns_per_line": table.costs}, f, indent=1, ensure_ascii=False)
        f.write("\n")
    print("kept in", out)
    return 1 if any(row["value"] is None for row in table.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
