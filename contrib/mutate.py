#!/usr/bin/env python3
"""Would a unit test notice? One small fault at a time is put into the C code of a room, and the room's own tests must fail.

    contrib/mutate.py                          120 faults, drawn from the rooms input, engine and metrics
    contrib/mutate.py --count 40 http          those of another room
    contrib/mutate.py --since v1.0 input       only in files that changed since that revision
    contrib/mutate.py --seed 7                 other faults than those of seed 1
    contrib/mutate.py --list                   which they would be
    contrib/mutate.py --only input/weigh.c:88  each fault of that line
    contrib/mutate.py --results FILE           goes on where it was ended: what is in FILE is not tried again

What a fault is: FAULTS below. Faults that change no machine code (the compiler proves that they change nothing), or do not compile,
are drawn again and do not count. A test program that crashes, hangs or refuses to end has noticed. What lives must stand in ALIVE
with the reason why nobody could tell it, or the run fails. The last line is `N passed, N failed`. A seed draws a fault by what
its line says, not by where that is: a commit changes of the sample only what it changes of the sources. A line of FILE that is
deleted is tried again: `sed -i /^alive/d FILE` after a test was written.

Works in copies of the tree in build/mutate-N (or $CHECK_BUILD), one for each of --jobs. Which tests judge a room is told by
contrib/coverage.py: tests/ROOM/check, and for the input room the kept stories of the simulation; the suite that has the name of
the file goes first. Who ends it early (Ctrl-C, SIGTERM) is told what was tried until then, and the run has failed. The method is
as old as DeMillo, Lipton and Sayward, "Hints on Test Data Selection" (1978).
"""
import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from coverage import PROGRAMS, top

ROOMS = ["input", "engine", "metrics"]
# A mutant that makes a test so much slower has noticed: it hangs. In seconds of CPU time, of which a busy machine gives no less.
CPU_LIMIT = 5

# (what it is, pattern, what stands there instead): clang-format has put blanks round every binary operator.
FAULTS = [
    ("bound", r" < ", " <= "), ("bound", r" <= ", " < "), ("bound", r" > ", " >= "), ("bound", r" >= ", " > "),
    ("condition", r" == ", " != "), ("condition", r" != ", " == "),
    ("condition", r" < ", " >= "), ("condition", r" > ", " <= "),
    ("condition", r" && ", " || "), ("condition", r" \|\| ", " && "),
    ("condition", r"(?<=[(\s])!(?=[a-z_(])", ""), ("condition", r"(?<=\breturn )(?=[a-z_]+\([^;=<>&|?]*\);)", "!"),
    ("constant", r"\btrue\b", "false"), ("constant", r"\bfalse\b", "true"),
    ("constant", r"(?<![\w.])0(?=[;,)\]])", "1"), ("constant", r"(?<![\w.])1(?=[;,)\]])", "2"),
    ("constant", r"(?<![\w.])[2-9]\d*(?=[;,)\] ])", None),
    ("arithmetic", r" \+ ", " - "), ("arithmetic", r" - ", " + "), ("arithmetic", r" \+= ", " -= "),
    ("arithmetic", r" -= ", " += "), ("arithmetic", r" \* (?=[a-z0-9])", " + "), ("arithmetic", r" / ", " * "),
    ("arithmetic", r" & ", " | "), ("arithmetic", r" \|= ", " = "),
    ("statement", r"(?m)^\s+\K(?:break|continue);", ";"),
]
# Statements that are left out: a call whose result nobody wants, an assignment to what was there before.
CALL = re.compile(r"^( +)(?!return\b|else\b|if\b|for\b|while\b|case\b|MUST\b|assert\b)[a-z_]\w*\(.*\);$")
ASSIGNMENT = re.compile(r"^( +)\*?[a-z_]\w*(?:(?:->|\.)\w+|\[[^\]]*\])* (?:[-+|&]?=) .*;$")

# (file and line as regex, the fault as regex, why nobody could tell).
ALIVE = [
    (r"metrics/family\.c: f->cap = ", r"\? (8 : 2|9 : 1)", "how much memory is taken ahead"),
    (r"input/tail\.c: enum \{ CLEAR_WORTH", "65 [*]|64 [+]|17, PASSED", "from how long a line, and how much of a hole, at once"),
    (r"metrics/family\.c: f->exemplars\.slots = .* : 1;", ": 2", "how much memory is taken for the exemplars of a counter"),
    (r"engine/update\.c: (return CACHED_FEW |n = n > of_one)", ".", "how many places the cache has"),
    (r"engine/verdict\.c: for \(unsigned i = 0; i < e->rules->nevents; i\+\+\)", "i <= e->rules", "trials has one more, that is no event"),
    (r"engine/spans\.c: if \(st->until_ns < st->seen_ns", "st->until_ns <= bound", "of two that are over at once either goes first"),
    (r"engine/record\.c: r->block = block;", ".", "how fast texts are hashed: which bytes beside them may be read"),
    (r"engine/spans\.c: .*span < l->n \? &l->list\[span\]", "<=", "it reads behind the list: noticed with --enable-asan"),
    (r"metrics/exemplars\.c: for \(size_t i = 0; x->blocks && i < blocks_for", "i = 1", "a leak, as below"),
    (r"input/follow\.c: fit_block\(t, now - began\)", ".", "how much is read at a time"),
    (r"input/tail\.c: if \(sys_fstat\(t->fd, &st\) == 0 && \(uint64_t\)st\.st_size > t->proved\)", ">=", "it is set to what it is"),
    (r": .*\bfd (>=|<) 0\b", r"fd (>= 1|> 0|<= 0|< 1)", "0 is standard input, and nothing else is opened as that"),
    (r"input/tail\.c: memset\(p \+ got, 0, LINE_PAD\);", "nothing|;$", "what stands there decides nothing; zeros make runs equal"),
    (r"input/fingerprint\.c: while \(got > 0 && n < FINGERPRINT_HEAD\)", "<=", "nothing is asked for then, and nothing comes"),
    (r"input/fingerprint\.c: if \(r == 1 && size > t->offset - t->tail_n\)", ">=", "none of the tail is like any"),
    (r"input/codec\.c: if \(r > 0\)", ">=", "nothing more is there"),
    (r"input/dirs\.c: if \(d->missing \|\| d->wd < 0\)", "&&", "a watch that failed is tried again by the next reconcile anyway"),
    (r"input/archive\.c: enum \{ CUT_BLOCK", ".", "how much is read at once, and from what size on in parts"),
    (r"engine/literals\.c: (for \(size_t k = 0; k \+ l->window|counts\[mix)", ".", "how rare a window is: how fast, not what is found"),
    (r".", r"statement: (free|\w+_(release|unref|free)|archive_close)\(", "a leak: the same tests notice it with --enable-asan"),
    (r"engine/each\.c: uint32_t tag = ", r"hash_text\(1", "any hash will do"),
    (r"input/statefile\.c: bytes\.n < header \+ \(size_t\)TRAILER", ".", "a file without its trailer is refused by its checksum as well"),
    (r"input/tailset\.c: t->working = !on;", ".", "the timer is set there in any case, at most once more than needed"),
    (r"input/follow\.c: f->retry_ns = t->now \+", ".", "how soon it is tried again"),
    (r"input/open\.c: if \(older->carry\.n > 0\)", "> 1", "no carry is one byte long"),
    (r"engine/record\.c: for \(unsigned i = 0; i < r->touched\.n; i\+\+\)", "<=", "what is behind them was cleared before"),
    (r"alloc\(.* \+ 1[,)]", r"\+ 2", "how much memory is taken ahead"),
    (r"engine/explain_near\.c: enum \{ AROUND_MAX", ".", "how much of a long text is shown"),
    (r"input/statefile\.c: enum \{ HEADER", "1001|PEEKS = 9|= 33", "how often it is tried again; how long a name may be"),
]


def code_of(text):
    """The text with everything blank that is not code: comments, literals, directives, assertions."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group())
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text, flags=re.S)
    text = re.sub(r"(?m)^#(?:[^\n]*\\\n)*[^\n]*", blank, text)
    return re.sub(r"(?m)^\s*(?:MUST|assert|static_assert|_Static_assert)\([^;]*;", blank, text)


class Fault:
    def __init__(self, path, text, begin, end, new, kind):
        self.path, self.begin, self.end, self.new, self.kind = path, begin, end, new, kind
        first, last = text.rfind("\n", 0, begin) + 1, text.find("\n", end)
        self.line = text.count("\n", 0, begin) + 1
        self.before, self.after = text[first:last].strip(), (text[first:begin] + new + text[end:last]).strip()
        self.nth = 0  # of those in the file that say the same

    def room(self):
        return self.path.split("/")[0]

    def place(self):
        return f"{self.path}:{self.line}"

    def what(self):
        return f"{self.kind}: {self.before}  ->  {self.after or 'nothing'}"

    def said(self):
        return f"{self.place()}: {self.what()}"

    def name(self):
        return f"{self.path}, {self.nth}: {self.what()}"


def faults_of(path):
    """All faults of a file, relative to src."""
    text = (top / "src" / path).read_text()
    code = code_of(text)
    found = []
    for kind, pattern, new in FAULTS:
        kept = pattern.replace(r"\K", "")
        skip = re.match(r"\(\?m\)\^\\s\+\\K", pattern)
        for m in re.finditer(kept, code):
            begin = m.start() + (len(m.group()) - len(m.group().lstrip()) if skip else 0)
            found.append(Fault(path, text, begin, m.end(), str(int(m.group()) + 1) if new is None else new, kind))
    at = 0
    for line in code.split("\n"):
        if CALL.match(line) or ASSIGNMENT.match(line):
            begin = at + len(line) - len(line.lstrip())
            found.append(Fault(path, text, begin, at + len(line), ";", "statement"))
        at += len(line) + 1
    # What stands outside of functions are tables and declarations of types.
    depth, inside = 0, []
    for c in code:
        depth += (c == "{") - (c == "}")
        inside.append(depth > 0)
    found, same = [f for f in found if inside[f.begin]], Counter()
    for f in found:
        f.nth = same[f.what()]
        same[f.what()] += 1
    return found


def why_alive(fault):
    for place, change, why in ALIVE:
        if re.fullmatch(place, fault.place()) or re.search(place, fault.path + ": " + fault.before):
            if re.search(change, fault.said()):
                return why
    return None


class Tree:
    """A copy of the sources, built once, in which one file at a time is spoiled."""

    def __init__(self, number):
        build = Path(os.environ.get("CHECK_BUILD", top / "build"))
        self.top = build / f"mutate-{number}"
        if self.top.exists():
            shutil.rmtree(self.top)
        shutil.copytree(top, self.top, ignore=shutil.ignore_patterns("build", ".git", "node_modules"), symlinks=True)
        self.obj = self.top / "obj"
        self.obj.mkdir()
        self.tap = self.obj / "tap"  # what Check writes behind each test
        self.child, self.ended = None, False

    def build(self, rooms):
        """What is wrong before anything is changed; None if nothing."""
        if not self.ends_well("../configure", "-q", "CFLAGS=-O1"):
            return "the tree cannot be configured"
        for room in rooms:
            if not self.make_tests(room) or not self.passes(room):
                return f"the tests of {room} fail before anything is changed"
        return None

    def ends_well(self, *command, **options):
        """In a session of its own, so that it can be ended with all that it started."""
        if self.ended:
            return False
        self.child = subprocess.Popen([str(word) for word in command], cwd=self.obj, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, start_new_session=True, **options)
        until = time.monotonic() + 1800
        while self.child.poll() is None:
            time.sleep(0.05)
            if time.monotonic() > until or self.has_failed():
                self.kill()
                return False
        return self.child.returncode == 0

    def has_failed(self):
        """A test has, others of the same program go on."""
        return self.tap.exists() and b"not ok" in self.tap.read_bytes()

    def interrupt(self):
        self.ended = True
        self.kill()

    def kill(self):
        if self.child and self.child.poll() is None:
            subprocess.run(["pkill", "-KILL", "--session", str(self.child.pid)], check=False)  # Check's tests are groups of their own
            self.child.wait()

    def programs(self, room):
        """The simulation, in which nobody waits in vain for half a minute, before the room's own."""
        return [*PROGRAMS.get(room, []), [f"tests/{room}/check"]]

    def make(self, *goals):
        return self.ends_well("make", "-s", *goals)

    def make_tests(self, room):
        return self.make(*[command[0] for command in self.programs(room)])

    def passes(self, room, suite=None):
        """All that judges the room; before it the suite that is the likeliest to notice."""
        limit = ["prlimit", f"--cpu={CPU_LIMIT}", f"--as={4 << 30}"]
        commands = self.programs(room)
        if suite and (self.top / "tests" / room / f"check_{suite}.c").exists():
            commands.insert(0, [f"tests/{room}/check", suite])
        env = dict(os.environ, srcdir=str(self.top), CK_TAP_LOG_FILE_NAME=str(self.tap))
        self.tap.unlink(missing_ok=True)
        passed = all(self.ends_well(*limit, *command, env=env) for command in commands)
        self.tap.unlink(missing_ok=True)
        return passed

    def try_fault(self, fault):
        """noticed, alive, same (no other machine code), or wrong (does not compile)."""
        room, _, name = fault.path.removesuffix(".c").partition("/")
        source, object_file = self.top / "src" / fault.path, self.obj / "src" / fault.path.replace(".c", ".o")
        text, code = source.read_text(), object_file.read_bytes()
        source.write_text(text[:fault.begin] + fault.new + text[fault.end:])
        try:
            if not self.make(object_file.relative_to(self.obj)):
                return "wrong"
            if object_file.read_bytes() == code:
                return "same"
            if not self.make_tests(room):
                return "wrong"
            return "alive" if self.passes(room, name) else "noticed"
        finally:
            source.write_text(text)
            object_file.write_bytes(code)


def drawn(a):
    """Faults in the order in which they are tried; more of them than are wanted, as some do not count."""
    rooms = a.rooms or ROOMS
    if a.only:
        path, _, line = a.only.partition(":")
        return [f for f in faults_of(path) if not line or f.line == int(line)]
    files = [str(p.relative_to(top / "src")) for room in rooms for p in sorted((top / "src" / room).glob("*.c"))]
    if a.since:
        changed = subprocess.run(["git", "-C", top, "diff", "--name-only", a.since, "--", "src"], check=True,
                                 capture_output=True, text=True).stdout.split()
        files = [f for f in files if f"src/{f}" in changed]
    found = [f for path in files for f in faults_of(path)]
    return sorted(found, key=lambda f: hashlib.sha256(f"{a.seed} {f.name()}".encode()).digest())


class Results:
    """What became of each fault; in a file, if there is one, so that the next run goes on."""

    def __init__(self, file):
        self.file, self.outcomes, self.told = file, {}, Counter()
        if file and Path(file).exists():
            for line in Path(file).read_text().splitlines():
                outcome, name = line.split(" ", 1)
                self.outcomes[name] = outcome

    def known(self, fault):
        return self.outcomes.get(fault.name())

    def add(self, fault, outcome):
        if self.file and not self.known(fault):
            with open(self.file, "a") as f:
                print(outcome, fault.name(), file=f)
        self.outcomes[fault.name()] = outcome
        why = outcome == "alive" and why_alive(fault)
        self.told[fault.room(), "explained" if why else outcome] += 1
        return why

    def count(self, *outcomes, room=None):
        return sum(n for (r, outcome), n in self.told.items() if outcome in outcomes and room in (None, r))

    def counted(self):
        return self.count("noticed", "alive", "explained")

    def table(self):
        for room in sorted({room for room, _ in self.told}):
            n = {outcome: self.count(outcome, room=room) for outcome in ("noticed", "explained", "alive")}
            print(f"{room}: {sum(n.values())} faults, {n['noticed']} noticed, {n['explained']} explained, {n['alive']} alive")


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("rooms", nargs="*", metavar="ROOM")
    p.add_argument("--count", type=int, default=120)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--since", metavar="REVISION")
    p.add_argument("--only", metavar="ROOM/FILE.c[:LINE]")
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    p.add_argument("--results", metavar="FILE")
    p.add_argument("--list", action="store_true")
    a = p.parse_args()
    faults = drawn(a)
    if a.only:
        a.count = len(faults)
    if a.list:
        print("\n".join(f.said() for f in faults[:a.count]))
        return 0
    rooms = sorted({f.room() for f in faults})
    results, lock, queue, ended = Results(a.results), threading.Lock(), iter(faults), threading.Event()
    trees = [Tree(n) for n in range(a.jobs)]

    def work(tree):
        wrong = tree.build(rooms)
        if wrong and not ended.is_set():
            print(wrong, flush=True)
        while not wrong:
            with lock:
                fault = next(queue, None) if results.counted() < a.count and not ended.is_set() else None
            if not fault:
                break
            outcome = results.known(fault) or tree.try_fault(fault)
            with lock:
                if results.counted() == a.count or ended.is_set():
                    break
                why = results.add(fault, outcome)
                if outcome == "alive":
                    print(f"{'explained' if why else 'ALIVE'}: {fault.said()}" + (f"  ({why})" if why else ""), flush=True)
                elif a.only:
                    print(f"{outcome}: {fault.said()}", flush=True)
        shutil.rmtree(tree.top)

    def interrupt(*_):
        ended.set()
        for tree in trees:
            tree.interrupt()

    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, interrupt)
    threads = [threading.Thread(target=work, args=(tree,)) for tree in trees]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if ended.is_set():
        print(f"ended early: {results.counted()} of {a.count} faults were tried")
    results.table()
    print(f"drawn besides: {results.count('same')} without other code, {results.count('wrong')} that do not compile")
    alive = results.count("alive")
    print(f"{results.counted() - alive} passed, {alive} failed")
    return 1 if alive or not results.counted() or ended.is_set() else 0


if __name__ == "__main__":
    sys.exit(main())
