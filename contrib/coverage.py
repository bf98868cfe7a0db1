#!/usr/bin/env python3
"""Which branches the unit tests of a room take, by clang's count.

    contrib/coverage.py                   the rooms that have a bar below
    contrib/coverage.py decode engine     those
    contrib/coverage.py all
    contrib/coverage.py --missed http     and each branch that was never taken one of its ways
    contrib/coverage.py --e2e faults_http,serves http     what those end-to-end tests take counts too
    contrib/coverage.py --llvm 19         with clang-19; from 18 on also MC/DC

Builds in build/coverage-LLVM (or $CHECK_BUILD/coverage-LLVM). A room is measured by the tests that judge it: its
own program tests/ROOM/check, and what TESTS names; a test elsewhere that only passes by asserts nothing about
it. All of them begin with the same seeds each time. A condition has two outcomes, each counted once however deep in an expression; assertions are not counted, as what always holds
has no other outcome. What a process did that was killed is not counted.

A file below its room's bar is no failure, a room is: the last line is `N passed, N failed`.
"""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

top = Path(__file__).resolve().parent.parent

BARS = {"http": 90, "input": 90}  # per cent of branches
# The simulation is the input room in a world of ours. Whether its new stories are exact is not said here.
PROGRAMS = {"input": [["tests/sim/check"], ["tests/sim/sim", *sorted((top / "tests/stories").glob("*.story"))]]}
UNJUDGED = {"input": ["tests/sim/sim", "--stories", 300, "--most", 300, "--seed", 1]}
# TLS and passwords are tried with the clients that people have.
E2E = {"http": ["web_config", "conventions"]}
FIRST_WITH_MCDC = 18
ASSERTIONS = {"assert", "MUST"}


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, **options)


class Build:
    def __init__(self, llvm):
        self.llvm = llvm
        self.has_mcdc = llvm >= FIRST_WITH_MCDC
        self.dir = Path(os.environ.get("CHECK_BUILD", top / "build")) / f"coverage-{llvm}"
        self.profiles = self.dir / "profiles"
        self.profiles.mkdir(parents=True, exist_ok=True)

    def make(self, rooms):
        flags = "-fprofile-instr-generate -fcoverage-mapping" + " -fcoverage-mcdc" * self.has_mcdc
        if not (self.dir / "config.status").exists():
            run(top / "configure", "-q", f"CC=clang-{self.llvm}", f"CFLAGS=-O0 {flags}", cwd=self.dir)
        run("make", "-s", f"-j{os.cpu_count()}", "src/logtally", *{p for r in rooms for p in self.programs(r)}, cwd=self.dir)

    @staticmethod
    def programs(room):
        """The test programs that count, each once."""
        return dict.fromkeys([f"tests/{room}/check", *(command[0] for command in PROGRAMS.get(room, []))])

    def tests(self, room, e2e):
        """Runs them and merges what they took; true when all passed."""
        for old in self.profiles.glob(f"{room}-*"):
            old.unlink()
        env = dict(os.environ, LLVM_PROFILE_FILE=str(self.profiles / f"{room}-%m.profraw"))
        env["LOGTALLY"] = str(self.dir / "src/logtally")
        commands = [[f"tests/{room}/check"], *PROGRAMS.get(room, [])]
        if e2e:
            commands.append(["python3", top / "tests/run_e2e.py", *e2e])
        with open(self.dir / f"{room}.log", "w") as log:
            def runs(command):
                return subprocess.run([str(word) for word in command], cwd=self.dir, env=env, stdout=log,
                                      stderr=log).returncode == 0
            fine = [runs(command) for command in commands]
            if room in UNJUDGED:
                runs(UNJUDGED[room])
        run(f"llvm-profdata-{self.llvm}", "merge", "-sparse", "-o", self.profiles / f"{room}-all",
            *self.profiles.glob(f"{room}-*.profraw"))
        return all(fine)

    def files(self, room):
        # The program as well: a file of the room that its tests do not even link has branches too. There are several
        # functions main now, of which llvm-cov warns.
        objects = [word for p in self.programs(room) for word in ("-object", self.dir / p)]
        said = run(f"llvm-cov-{self.llvm}", "export", self.dir / "src/logtally", *objects, "-instr-profile",
                   self.profiles / f"{room}-all", top / "src" / room,
                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        return [f for f in json.loads(said)["data"][0]["files"]
                if Path(f["filename"]).resolve().is_relative_to(top / "src" / room)]


def outcomes(f):
    """(line, 'CONDITION was never true', how often) of each outcome, in the order of the file."""
    lines = Path(f["filename"]).read_text().split("\n")
    found = {}  # one row a place: an inline function of a header comes once for each file that has it
    for place, b in [(b, b) for b in f["branches"]] + [(e["source_region"], b) for e in f["expansions"]
                                                       for b in e["branches"]]:  # of a macro: where it stands
        counts = found.setdefault((*place[:4], *b[:4]), [0, 0])
        counts[0] += b[4]
        counts[1] += b[5]
    for (line, column, last_line, end, *_), counts in sorted(found.items()):
        text = lines[line - 1][column - 1:end - 1 if line == last_line else None]
        if text not in ASSERTIONS:
            for count, outcome in zip(counts, ("true", "false")):
                yield line, f"{text} was never {outcome}", count


def row(name, covered, count, kind):
    share = 100 * covered / count if count else 100
    return share, f"{name:28} {covered:5} of {count:5} {kind} {share:6.1f} %"


def report(build, room, show_missed):
    """True when the room is not below its bar."""
    files = build.files(room)
    covered = count = 0
    for f in files:
        all_of_it = list(outcomes(f))
        taken = sum(n > 0 for _, _, n in all_of_it)
        covered += taken
        count += len(all_of_it)
        name = Path(f["filename"]).resolve().relative_to(top)
        print(row("  " + name.name, taken, len(all_of_it), "branches")[1])
        for line, what, n in all_of_it:
            if show_missed and n == 0:
                print(f"{name}:{line}: {what}")
    if build.has_mcdc:
        print(row(room, *(sum(f["summary"]["mcdc"][k] for f in files) for k in ("covered", "count")), "mcdc")[1])
    share, text = row(room, covered, count, "branches")
    bar = BARS.get(room, 0)
    print(text + (f", bar {bar}" if bar else "") + (": BELOW" if share < bar else ""))
    return share >= bar


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("rooms", nargs="*", metavar="ROOM")
    a.add_argument("--missed", action="store_true", help="name each branch that was not taken")
    a.add_argument("--e2e", default="", metavar="NAME,...", help="end-to-end tests that count as well")
    a.add_argument("--llvm", type=int, default=14, metavar="N", help="clang-N (14)")
    a = a.parse_args()
    rooms = a.rooms or list(BARS)
    if rooms == ["all"]:
        rooms = sorted({path.parent.name for path in top.glob("tests/*/check_*.c")})
    build = Build(a.llvm)
    build.make(rooms)
    failed = 0
    for room in rooms:
        passed = build.tests(room, E2E.get(room, []) + [name for name in a.e2e.split(",") if name])
        if not passed:
            print(f"tests of {room} failed, see {build.dir}/{room}.log")
        failed += not (report(build, room, a.missed) and passed)
    print(f"{len(rooms) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
