"""Rows where whole files are read: ours, and what people would use instead (contenders.py)."""
import os
import re
import subprocess
import time

from contenders import INSTEAD_OF_US, MATCH_RULES, instead_of_us, judge, mtail, ours
from measure import ROUNDS, contest, cpu_of, line_count, must_be_true, pin

KINDS = {"json": 75, "steady": 75, "logfmt": 60, "mixed": 40, "noise": 100}       # at least so many times mtail


def against_mtail(place, table, kind, target, others=(), match=False):
    """Nanoseconds per line of all of them, on one log."""
    corpus = place.corpus(kind, place.lines)
    program = kind if kind in ("logfmt", "mixed", "java") else "json"
    commands = {"ours": lambda log: ours(place, log), **instead_of_us(place, others), "mtail": lambda log: mtail(program, log)}
    if match:
        commands["match"] = lambda log: ours(place, log, rules=MATCH_RULES)
    cost = table.costs[kind] = contest(place, commands, corpus, judge(corpus))
    table.add("%s: mtail's CPU against ours" % kind, cost["mtail"] / cost["ours"], target, ">=",
              note="%.0f and %.0f ns/line" % (cost["mtail"], cost["ours"]))
    return cost


def against(table, cost, kind, name, target=None):
    if name in cost:
        table.add("%s: ours against %s" % (kind, name), cost["ours"] / cost[name], target,
                  note="%.0f and %.0f ns/line" % (cost["ours"], cost[name]))


def backend_rows(place, table):
    for kind in ("json", "steady"):
        cost = against_mtail(place, table, kind, KINDS[kind], INSTEAD_OF_US, match=True)
        for name in INSTEAD_OF_US:
            against(table, cost, kind, name, {"grep": 1.2, "wc": 4}.get(name))
        table.add("%s: mtail against ours with a regex per event (match)" % kind, cost["mtail"] / cost["match"], 40, ">=",
                  note="%.0f ns/line" % cost["match"])
    against_mtail(place, table, "logfmt", KINDS["logfmt"], ("wc",))
    against_mtail(place, table, "mixed", KINDS["mixed"], ("wc",))
    against(table, against_mtail(place, table, "noise", KINDS["noise"], ("wc",)), "noise", "wc", 2.5)
    corpus = place.corpus("json", place.lines)
    every = contest(place, {"ours-every-regex": lambda log: ours(place, log, "--no-dispatch")}, corpus, judge(corpus))
    table.costs["json"].update(every)
    table.add("json: every event tried on every line (--no-dispatch), against ours", every["ours-every-regex"] / table.costs["json"]["ours"])


def stack_traces(place, table):
    """Records of ten lines, which mtail takes a line at a time."""
    against_mtail(place, table, "java", 15, ("wc",))


def open_spans(place, table):
    """100,000 jobs are open at any time; each line begins one or ends one."""
    corpora = {n: place.corpus("spans", place.lines, n) for n in (100000, 100)}
    commands = {"ours": lambda log: ours(place, log), "mtail": lambda log: mtail("spans", log)}
    cost = table.costs["spans"] = contest(place, commands, corpora[100000], judge(corpora[100000]))
    few = contest(place, {"ours": commands["ours"]}, corpora[100], judge(corpora[100]))["ours"]
    table.add("100,000 open spans: mtail's CPU against ours", cost["mtail"] / cost["ours"], 5, ">=",
              note="%.0f and %.0f ns/line" % (cost["mtail"], cost["ours"]))
    table.add("100,000 open spans against 100", cost["ours"] / few, 4, note="%.0f ns/line" % few)


def many_events(place, table):
    for kind, targets in (("events", {100: 1.1, 1000: 1.3}), ("texts", {100: 1.5, 1000: 3.5})):
        corpora = {n: place.corpus(kind, place.lines, n) for n in (12, 100, 1000)}
        lines = line_count(corpora[12] + ".log")
        commands = {str(n): [place.tool("bench_lines"), corpora[n] + ".ini", corpora[n] + ".log", "3"]
                    for n in corpora}
        for n in corpora:                                       # right first, then fast
            out = place.path("out-ours")
            cpu_of(ours(place, corpora[n]), place.core, out)
            must_be_true(corpora[n], out)
        best = walks(place, commands)
        table.costs[kind] = best
        for n, target in targets.items():
            table.add("%d %s against 12" % (n, "events told by msg" if kind == "events" else "events told by a regex on text"),
                      best[str(n)] / best["12"], target, note="%.0f and %.0f ns/line, %d lines"
                      % (best[str(n)], best["12"], lines))


def walks(place, commands):
    """{name: ns/line} of the best walk of bench_lines, in turns."""
    best = {}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            said = subprocess.run(command, preexec_fn=pin(place.core), check=True, capture_output=True, text=True).stdout
            ns = float(re.search(r"best ([\d.]+) ns", said)[1])
            best[name] = min(ns, best.get(name, ns))
    return best


def many_series(place, table):
    sizes = {10: place.lines, 1000: place.lines, 100000: place.lines, 1000000: 3000000 if place.full else 2000000}
    corpora = {n: place.corpus("series", lines, n) for n, lines in sizes.items()}
    for n in (10, 1000, 100000):
        out = place.path("out-ours")
        cpu_of(ours(place, corpora[n], "-c", limits(place)), place.core, out)
        must_be_true(corpora[n], out)
    commands = {str(n): [place.tool("bench_lines"), corpora[n] + ".ini", corpora[n] + ".log", "3"] for n in sizes}
    best = walks(place, commands)
    table.costs["series"] = best
    for n, target in ((1000, 1.3), (100000, 3), (1000000, 5)):
        table.add("%d series against 10, once they are there" % n, best[str(n)] / best["10"], target,
                  note="%.0f and %.0f ns/line" % (best[str(n)], best["10"]))


def limits(place):
    """A configuration that lets a million series be."""
    path = place.path("limits.ini")
    with open(path, "w", encoding="utf-8") as f:
        f.write("[limits]\nseries = 3000000\n")
    return path


def two_threads(place, table):
    """Elapsed time: the one row where that is the point, and the one that other work on the machine spoils."""
    if place.cores < 2:
        return
    corpus = place.corpus("json", 5000000 if place.full else 3000000)
    best = {}
    for _ in range(ROUNDS):
        for jobs in (1, 2):
            began = time.monotonic()
            with open(place.path("out-ours"), "wb") as out:
                subprocess.run(ours(place, corpus, "-j", str(jobs)), stdout=out, check=True)
            took = time.monotonic() - began
            best[jobs] = min(took, best.get(jobs, took))
    must_be_true(corpus, place.path("out-ours"))
    table.add("replay -j 2 against -j 1, elapsed time", best[1] / best[2], 1.85, ">=",
              note="%.0f and %.0f ms, load %.1f" % (best[1] * 1e3, best[2] * 1e3, os.getloadavg()[0]))


def series_costs(place, table):
    """Memory per series, the page and its compression: bench_metrics, run three times."""
    found = {}
    for _ in range(3):
        said = subprocess.run([place.tool("bench_metrics")], preexec_fn=pin(place.core), check=True,
                              capture_output=True, text=True).stdout
        counters = said[:said.index("histograms, ")]
        for key, pattern in (("counter", r"memory of a counter +([\d.]+)"), ("histogram", r"memory of a histogram.*?  +([\d.]+)"),
                             ("page", r"page, text +[\d.]+ ns each +([\d.]+) ms"), ("gzip", r"gzip +[\d.]+ ns each +([\d.]+) ms")):
            value = float(re.search(pattern, counters)[1])
            found[key] = min(value, found.get(key, value))
    table.add("memory of a counter series", found["counter"], 160, unit="B")
    table.add("memory of a histogram series of 12 buckets", found["histogram"], 400, unit="B")
    table.add("page of 100,000 series: render", found["page"], 5, unit="ms")
    table.add("page of 100,000 series: render and gzip", found["page"] + found["gzip"], 15, unit="ms")
    isal = b"libisal" in subprocess.run([place.logtally, "--version"], check=True, capture_output=True).stdout
    table.add("page of 100,000 series: gzip, with %s" % ("isa-l" if isal else "zlib"), found["gzip"], 10 if isal else 30, unit="ms")


def all_rows(place):
    rows = [(row.__name__, lambda table, row=row: row(place, table))
            for row in (backend_rows, stack_traces, open_spans, many_events, many_series, two_threads)]
    return rows + [("series_costs", lambda table: series_costs(place, table))]
