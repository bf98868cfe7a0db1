#!/usr/bin/env python3
"""Instructions of small fixed corpora, against the recorded numbers: the one speed test that CI can trust.

    count.py [--programs BUILD] [--accept | --instead]

Runs `replay` under cachegrind on each corpus, once with its first lines and once with all: the difference is
what lines cost, without the start; the start is a row of its own. The numbers depend on the vector
instructions the processor has, so they are recorded per level, and the levels below this processor's are counted by
programs that go no higher; on a level without a record the count is shown and counted as skipped. Corpora without rules of their own are counted by the shipped ones: what is added
there is a rise here, of which the program is innocent; `match` is the JSON log by a regex for each event. A rise of more than a tenth fails. So does loading four times as many rules
that takes more than 4.2 times the instructions, without those of a start (`SHAPES`); that needs no record. What
grows with the square of their number is seen from a sixth of the whole at 10,000 rules. Nor may thousands of events
cost a line much more than a dozen (`MANY`), whatever their texts have in common, and a start with 10,000 of them is
limited in instructions and memory (`STARTS_WITH`). Files of a few lines are replayed for not much more than their lines
in one file cost, however many there are (`FILES`), and no line costs more a byte for being long (`HOSTILE`). And each program that `make
bench` compares must still say the truth. `--accept`
(make bench-count-accept) records what is true now: a commit that does so says why. `--instead` (make bench-instead) counts what
people would use instead on the same log, which no load of the machine changes, and writes the table of docs/performance.md."""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

from contenders import INSTEAD_OF_US, MATCH_RULES, instead_of_us, judge, mtail, ours
from measure import NOT_ASKED, Place, Wrong, cpu_of, must_be_true, put_into, rules_of

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.txt")
HEAD = """# Instructions per line under cachegrind, and of a start with the shipped rules (make bench-count).
# A rise of more than 10 % fails CI; `make bench-count-accept` records the numbers of this machine's level.
# level corpus instructions
"""
FEW, ALL = 1000, 11000
RULES, TIMES, MOST = 1000, 4, 4.2
CORPORA = (("json", 0), ("steady", 0), ("logfmt", 0), ("mixed", 0), ("noise", 0), ("events", 1000), ("texts", 100), ("series", 1000),
           ("java", 0), ("spans", 300))
OF_LEVELS = ("json", "steady", "logfmt", "mixed", "noise")     # where the scanner is what a line costs most
ALLOWED = 1.10
TOLD_AS = {"ours": "logtally", "match": "logtally, a regex per event"}
DOZEN, WARM = 12, 10000
# Files, lines of each, how many times the instructions of the same lines in one file they may take.
FILES, LINES_OF_EACH, FILES_MOST = 4000, 10, {"many": 3.3, "rotated": 3.9}
STARTS_WITH, START_INSTRUCTIONS, START_BYTES = 10000, 450_000_000, 40 << 20


def levels():
    """{level: program of `place`}, this processor's first. What valgrind's processor can do is what this one can, up to AVX2."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        info = f.read()
    machine = os.uname().machine
    if machine != "x86_64":
        return {machine: "logtally"}
    best = {machine + "-avx2": "logtally"} if re.search(r"^flags\b.*\bavx2\b", info, re.M) else {}
    return {**best, machine: "logtally_sse2", machine + "-swar": "logtally_swar"}


def instructions(command):
    said = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *command],
                          capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}).stderr
    found = re.search(r"I +refs: +([\d,]+)", said)
    if found is None:
        raise Wrong("valgrind cannot run %s: %s" % (command[0], said[-200:]))
    return int(found[1].replace(",", ""))


def each_of(count, jobs):
    """{job: count(*job)}, as many at a time as there are processors: other work does not change what is counted."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(jobs, pool.map(lambda job: count(*job), jobs)))


def replay(place, program, kind, corpus):
    rules = MATCH_RULES if kind == "match" else rules_of(corpus)
    return instructions([place.logtally if program == "logtally" else place.tool(program), "replay", "--rules", rules, "-o",
                         place.path("%s-%s-%s.counted" % (os.path.basename(corpus), kind, program)), corpus + ".log"])


def measure(place):
    """{(level, what): instructions}: of a line, and of a start."""
    logs = {(kind, lines): place.corpus(kind, lines, n) for kind, n in CORPORA for lines in (FEW, ALL)}
    logs.update({("match", lines): logs["json", lines] for lines in (FEW, ALL)})
    counted = {}
    for of_level, program in levels().items():
        jobs = [job for job in logs if program == "logtally" or job[0] in OF_LEVELS]
        taken = each_of(lambda kind, lines, program=program: replay(place, program, kind, logs[kind, lines]), jobs)
        for kind, lines in jobs:
            if lines == ALL:
                counted[of_level, kind] = round((taken[kind, ALL] - taken[kind, FEW]) / (ALL - FEW))
        if program == "logtally":
            counted[of_level, "start"] = taken["json", FEW] - FEW * counted[of_level, "json"]
    return counted


def measure_instead(place):
    """{kind: {program: instructions a line}} of what valgrind can run and says the truth; Go's mtail and node are not among them."""
    found = {}
    for kind in ("json", "steady"):
        logs = {lines: place.corpus(kind, lines) for lines in (FEW, ALL)}
        commands = {"ours": lambda log: ours(place, log), "match": lambda log: ours(place, log, rules=MATCH_RULES),
                    **instead_of_us(place, [name for name in INSTEAD_OF_US if name != "duckdb"])}
        for name, command in commands.items():
            cpu_of(command(logs[ALL]), place.core, place.path("answer"))
            judge(logs[ALL])(name, place.path("answer"))
        taken = each_of(lambda name, lines, logs=logs, commands=commands: instructions(commands[name](logs[lines])),
                        [(name, lines) for name in commands for lines in logs])
        found[kind] = {name: (taken[name, ALL] - taken[name, FEW]) / (ALL - FEW) for name in commands}
    return found


def write_instead(place):
    found = measure_instead(place)
    out = ["| program | answers | instructions a line: JSON | steady JSON | times ours, steady |", "|---|---|---|---|---|"]
    for name, n in sorted(found["json"].items(), key=lambda item: item[1]):
        out.append("| %s | %s | %s | %s | %.2g |" % (TOLD_AS.get(name, name), INSTEAD_OF_US.get(name, ("all 18 metrics",))[0], format(round(n), ","),
                                                format(round(found["steady"][name]), ","), found["steady"][name] / found["steady"]["ours"]))
    put_into("performance.md", "instead", out)
    print("\n".join(out))


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


def where_it_differs(i):
    """Values of one length nearly, that differ in the middle, at the begin or at the end only."""
    return ("decoy number %d of them happened", "%d decoys of the same number happened", "decoys of the same number happened %d")[
        i % 3] % i


# Events, each by its text, the text of the line that is one, how many, and how many times what DOZEN cost they may.
MANY = {
    "values": (lambda i: "where = msg == " + where_it_differs(i), where_it_differs, 10000, 1.3),
    "prefixes": (lambda i: "where = msg ^= decoy %05d" % i + "x" * (i % 50), lambda i: "decoy %05d" % i + "x" * 50, 1000, 1.3),
    "regexes": (lambda i: "where = msg =~ ^(?:decoy|number) %d (?:happened|failed)$" % i, lambda i: "decoy %d happened" % i, 1000, 1.5),
    "literals": (lambda i: 'match = "msg":"%s".*"status":"(?<status>\\w+)"' % where_it_differs(i), where_it_differs, 1000, 2.0),
}


def many(place, shape, n, lines):
    """Instructions of a replay of so many lines, which are each of n events in turn."""
    event, text = MANY[shape][:2]
    path = place.path("many-%s-%d-%d" % (shape, n, lines))
    with open(path + ".ini", "w", encoding="utf-8") as f:
        f.write(used_by_one("".join("[event e%d]\n%s\n" % (i, event(i)) for i in range(n)), "labels = status\n"))
    log = path + ".log"
    with open(log, "w", encoding="utf-8") as f:
        for i in range(lines):
            f.write('{"time":"2025-11-12T10:00:%02dZ","level":"INFO","msg":"%s","request_id":"%032x","status":"ok","duration":%d}\n' % (
                i % 60, text(i * 7919 % n), i * 0x9e3779b97f4a7c15f39cc0605cedc834 % (1 << 128), i))
    return instructions([place.logtally, "replay", "--rules", path + ".ini", "-o", log + ".counted", log])


def measure_many(place):
    """How many of MANY cost more than they may."""
    taken = each_of(lambda *job: many(place, *job), [(shape, n, lines) for shape in MANY for n in (DOZEN, MANY[shape][2])
                                                     for lines in (WARM, 2 * WARM)])
    failed = 0
    for shape, (_, _, n, most) in MANY.items():
        dozen, all_of_them = ((taken[shape, k, 2 * WARM] - taken[shape, k, WARM]) / WARM for k in (DOZEN, n))
        risen = all_of_them > most * dozen
        failed += risen
        print("%-10s %5d events cost %6d instructions a line, %.2f times what %d do%s" % (
            shape, n, all_of_them, all_of_them / dozen, DOZEN, ": MORE THAN %.1f" % most if risen else ""))
    return failed


def measure_start(place):
    """1 when a start with STARTS_WITH events costs more than it may: the loop reads ten lines."""
    rules, log = place.path("start.ini"), place.path("start.log")
    with open(rules, "w", encoding="utf-8") as f:
        f.write(SHAPES["value"](STARTS_WITH))
    with open(log, "w", encoding="utf-8") as f:
        f.write('{"msg":"message 1"}\n' * 10)
    command = [place.logtally, "replay", "--rules", rules, "-o", log + ".counted", log]
    taken = instructions(command)
    pid = os.posix_spawn(command[0], command, os.environ)
    used = os.wait4(pid, 0)[2].ru_maxrss << 10
    risen = taken > START_INSTRUCTIONS or used > START_BYTES
    print("a start with %d events takes %d instructions and %.1f MB%s" % (
        STARTS_WITH, taken, used / 1e6, ": MORE THAN %d, %.1f" % (START_INSTRUCTIONS, START_BYTES / 1e6) if risen else ""))
    return int(risen)


# What a stranger may write into a log: what a line costs grows with its length, and not faster, whatever it is made of.
HOSTILE_RULES = """[event a]
where = msg == m
[event b]
where = a.b == 1
[event c]
where = text =~ x(y|z)+w
[event d]
match = "(?<k>[a-z]*)":\\{\\},x
[counter c_total]
help = x
inc = a, b, c, d
labels = k
"""
HOSTILE = {
    "nested": lambda n: '{"a":{}%s,"z":"%s"}' % (',"a":{}' * n, "x" * 32 * n),
    "lists": lambda n: '{"a":[]%s,"z":"%s"}' % (',"a":[]' * n, "x" * 32 * n),
    "deep": lambda n: '{"a":' * n + "1" + "}" * n,
    "escapes": lambda n: '{"msg":"%s","text":"%s"}' % ("\\u0041\\n" * n, '\\"' * n),
    "keys": lambda n: "{%s}" % ",".join('"k%d":%d' % (i, i) for i in range(n)),
    "again": lambda n: "{%s}" % ",".join(['"msg":"m","text":"xyx"'] * n),
    "open": lambda n: '{"msg":"m","text":"' + 'xyzyzy"x{"a":{},' * n,
    "pairs": lambda n: 'msg=m text="xyz" a= ' * n,
    "quotes": lambda n: 'msg="\\"' * n,
    "prose": lambda n: "xyzzy " * n,
}
# The way for ordinary lines and the plain one differ by three times at most; what grows with the square would be 16 times more.
HOSTILE_ITEMS, HOSTILE_TIMES, HOSTILE_MOST = 1000, 16, 48


def hostile(place, shape, n):
    path = place.path("hostile-%s-%d" % (shape, n))
    with open(path + ".ini", "w", encoding="ascii") as f:
        f.write(HOSTILE_RULES)
    with open(path + ".log", "w", encoding="ascii") as f:
        f.write((HOSTILE[shape](n) + "\n") * 4)
    return instructions([place.logtally, "replay", "--rules", path + ".ini", "-o", path + ".counted", path + ".log"])


def measure_hostile(place):
    """How many of HOSTILE grow faster than the line."""
    taken = each_of(lambda *job: hostile(place, *job), [(shape, n) for shape in HOSTILE for n in (1, HOSTILE_ITEMS, HOSTILE_TIMES * HOSTILE_ITEMS)])
    failed = 0
    for shape in HOSTILE:
        few, many_more = (taken[shape, n] - taken[shape, 1] for n in (HOSTILE_ITEMS, HOSTILE_TIMES * HOSTILE_ITEMS))
        risen = many_more > HOSTILE_MOST * few
        failed += risen
        print("a line of %-8s %8d instructions, %.2f times as many for %d times the length%s" % (
            shape, few / 4, many_more / few, HOSTILE_TIMES, ": MORE THAN %d" % HOSTILE_MOST if risen else ""))
    return failed


def divided(place, log):
    """A directory with the lines of a log, some in each file."""
    folder = place.path("files")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    with open(log, "rb") as f:
        lines = f.readlines()
    for i in range(0, len(lines), LINES_OF_EACH):
        with open(os.path.join(folder, "app-%05d.log" % i), "wb") as f:
            f.writelines(lines[i:i + LINES_OF_EACH])
    return folder


def measure_files(place):
    """How often many small files cost more than they may: as they are, and where the log says what its parts are called."""
    log = place.corpus("json", FILES * LINES_OF_EACH) + ".log"
    folder, config = divided(place, log), place.path("files.ini")
    with open(config, "w", encoding="utf-8") as f:
        f.write("[log app]\npath = %s/*.log\nrotated = *5.log\n" % folder)
    command = [place.logtally, "replay", "--rules", rules_of("json"), "-o", place.path("files.counted")]
    taken = each_of(lambda name, *more: instructions([*command, *more]), [
        ("one", log), ("many", folder), ("rotated", "-c", config, folder)])
    taken = {name: n / taken["one", log] for (name, *_), n in taken.items()}
    for name, most in FILES_MOST.items():
        print("%d files, %-7s %.2f times the same lines in one%s" % (
            FILES, name, taken[name], ": MORE THAN %.1f" % most if taken[name] > most else ""))
    return sum(taken[name] > most for name, most in FILES_MOST.items())


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
    contest = {"shipped rules": (("json", "steady", "logfmt", "mixed", "noise", "java"), lambda kind, corpus: ours(place, corpus), ()),
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


def accept(record, counted):
    record.update(counted)
    with open(RECORD, "w", encoding="utf-8") as f:
        f.write(HEAD)
        for (name, kind), n in sorted(record.items()):
            f.write("%s %s %d\n" % (name, kind, n))


def main():
    parser = argparse.ArgumentParser(description="Instructions of small corpora against the recorded numbers.")
    parser.add_argument("--programs", default=".")
    parser.add_argument("--work", default="")
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--instead", action="store_true")
    options = parser.parse_args()
    programs = os.path.abspath(options.programs)
    place = Place(programs, os.path.abspath(options.work or os.path.join(programs, "bench", "corpora")), False)
    if options.instead:
        write_instead(place)
        return 0
    counted, record, failed, unknown = measure(place), recorded(), 0, 0
    for (of_level, kind), n in counted.items():
        before = record.get((of_level, kind))
        risen = before is not None and n > before * ALLOWED
        failed += risen
        unknown += before is None
        print("%-12s %-8s %10d instructions, recorded %s%s" % (
            of_level, kind, n, "%d (%+.1f %%)" % (before, (n / before - 1) * 100) if before else "nothing",
            ": RISEN, see bench/count.py" if risen else ""))
    failed += measure_loading(place) + measure_many(place) + measure_start(place) + measure_files(place) + measure_hostile(place)
    asked, wrong = answers(place)
    if options.accept:
        accept(record, counted)
        return 0
    failed += wrong
    said = "%d passed, %d failed" % (len(counted) + len(SHAPES) + len(MANY) + 1 + len(FILES_MOST) + len(HOSTILE) + asked - failed - unknown, failed)
    print(said + (", %d skipped" % unknown if unknown else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
