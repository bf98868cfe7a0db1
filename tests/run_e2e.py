#!/usr/bin/env python3
"""Runs the end-to-end tests: tests/e2e/*.sh and *.py, each on its own, several at a time.

    run_e2e.py [--jobs N] [--verbose] [NAME...]

A test is a program. It starts in an empty directory of its own, with
    LOGTALLY   the program under test      SRCDIR   the top of the sources
in its environment, and either prints TAP (`1..3`, `ok 1 - what`, `not ok 2 - what`, `ok 3 - what # SKIP why`)
or just exits: 0 passed, 77 skipped, anything else failed. It may take 120 seconds, or what a line
`# timeout: SECONDS` in its first ten lines asks for, on a machine of its own, and ten times as long on one that
is busy: only what hangs takes that. Servers listen on 127.0.0.1 on free ports. Whatever a
test leaves running is stopped with it, and is a failure: a test that forgets its daemon hides a daemon
that does not stop. The directory of one that failed is kept. Files that begin with `_` or `lib` are helpers.

Last line: N passed, N failed[, N skipped]. TAP points count one each, other tests count one.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
POINT = re.compile(r"^(not )?ok\b\s*\d*(?:\s*-)?\s*(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)")


PATIENCE = 10


def discover(names):
    where = os.path.join(TOP, "tests", "e2e")
    found = sorted(f for f in os.listdir(where) if f.endswith((".sh", ".py"))
                   and not f.startswith(("_", "lib")))
    if names:
        found = [f for f in found if f in names or f.rsplit(".", 1)[0] in names]
    # Those that may take long begin first, so that none is left alone at the end.
    return sorted((os.path.join(where, f) for f in found), key=lambda path: -timeout_of(path))


def timeout_of(path):
    with open(path, encoding="utf-8") as f:
        head = "".join(line for _, line in zip(range(10), f))
    m = re.search(r"^#\s*timeout:\s*(\d+)", head, re.M)
    return int(m.group(1)) if m else 120


def group_alive(pgid):
    """The processes of a group that have not ended (a zombie has)."""
    alive = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid, encoding="utf-8", errors="replace") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == pgid and fields[0] != "Z":
            alive.append(int(pid))
    return alive


def stop_group(pgid):
    """Stops what is left of a test's process group; True if anything was left."""
    left = group_alive(pgid)
    try:
        os.killpg(pgid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return bool(left)


def run(path):
    name = os.path.basename(path)
    work = tempfile.mkdtemp(prefix="logtally-e2e-")
    env = dict(os.environ, SRCDIR=TOP, TMPDIR=work, HOME=work, LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
    command = [sys.executable if path.endswith(".py") else "bash", path]
    began, said = time.monotonic(), os.path.join(work, ".said")
    with open(said, "wb") as out:
        child = subprocess.Popen(command, cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = child.wait(PATIENCE * timeout_of(path))
        except subprocess.TimeoutExpired:
            code = None
    left = stop_group(child.pid)
    child.wait()
    with open(said, encoding="utf-8", errors="replace") as f:
        text = f.read()
    judged = judge(text, code, left, PATIENCE * timeout_of(path))
    if judged[1]:
        text += "kept in %s\n" % work
    else:
        shutil.rmtree(work, ignore_errors=True)
    return (name, time.monotonic() - began) + judged + (text,)


def judge(text, code, left, limit):
    """(passed, failed, skipped, why) of one test."""
    passed = failed = skipped = 0
    plan, why = None, []
    for line in text.splitlines():
        m, p = POINT.match(line), PLAN.match(line)
        if p:
            plan = int(p.group(1))
        elif m and m.group(1):
            failed += 1
        elif m and re.search(r"#\s*skip", m.group(2), re.I):
            skipped += 1
        elif m:
            passed += 1
    points = passed + failed + skipped
    if points and plan is None:
        why.append("printed TAP without a plan")
    elif points and plan != points:
        why.append("planned %d, ran %d" % (plan, points))
    elif not points and code == 0:
        passed = 1
    elif not points and code == 77:
        skipped = 1
    if code is None:
        why.append("ran into its limit of %d s" % limit)
    elif code not in (0, 77):
        why.append("exit status %d" % code)
    if left and code is not None:
        why.append("left processes running")
    if why and not failed:
        failed = 1
    return passed, failed, skipped, "; ".join(why)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    program = os.environ.get("LOGTALLY") or os.path.join(TOP, "build", "gcc", "src", "logtally")
    if not os.access(program, os.X_OK):
        sys.exit("run_e2e: no program at %s; build it, or say LOGTALLY=..." % program)
    os.environ["LOGTALLY"] = os.path.abspath(program)
    tests = discover(options.names)
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for name, took, passed, failed, skipped, why, text in pool.map(run, tests):
            state = "FAIL" if failed else "skip" if skipped and not passed else "ok"
            print("%-4s %-40s %6.1f s%s" % (state, name, took, "  " + why if why else ""))
            if failed or skipped or options.verbose:
                print("".join("    %s\n" % line for line in text.splitlines()), end="")
            sys.stdout.flush()
            total = [a + b for a, b in zip(total, (passed, failed, skipped))]
    print("%d passed, %d failed" % tuple(total[:2]) + (", %d skipped" % total[2] if total[2] else ""))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
