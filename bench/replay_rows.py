"""Rows where whole files are read: ours, mtail with an equal program, grep -c of one literal, wc -l."""
import os
import re
import subprocess
import time

from measure import NOT_ASKED, contest, cpu_of, line_count, must_be_true, pin, rules_of

HERE = os.path.dirname(os.path.abspath(__file__))
LITERAL = '"msg":"http request"'        # the most frequent of the events
MATCH_RULES = os.path.join(HERE, "rules", "match.ini")


def ours(place, corpus, *options, rules=None):
    return [place.logtally, "replay", "--rules", rules or rules_of(corpus), *options, corpus + ".log"]


def mtail(program, corpus):
    return ["mtail", "--one_shot", "--one_shot_format=prometheus", "--emit_prog_label=false", "--address=127.0.0.1",
            "--port=0", "--progs", os.path.join(HERE, "mtail", program + ".mtail"), "--logs", corpus + ".log"]


def judge(corpus):
    def check(name, out):
        if name.startswith(("ours", "match")):
            must_be_true(corpus, out, NOT_ASKED if name == "match" else ())
        elif name == "mtail":
            must_be_true(corpus, out, NOT_ASKED)
    return check


def per_line(place, commands, corpus, rounds):
    """Nanoseconds of CPU per line."""
    n = line_count(corpus + ".log")
    return {k: s / n * 1e9 for k, s in contest(place, commands, rounds, judge(corpus)).items()}


def against_mtail(place, table, kind, target, rounds, others=None):
    """Long logs for the fast, a shorter beginning of the same for mtail; nanoseconds per line."""
    long = place.corpus(kind, 5000000 if place.full else 1000000)
    short = place.corpus(kind, 400000 if place.full else 80000)
    cost = per_line(place, {"ours": ours(place, long), **(others(long) if others else {})}, long, rounds)
    program = "json" if kind == "noise" else kind
    cost.update(per_line(place, {"mtail": mtail(program, short)}, short, max(2, rounds // 3)))
    table.costs[kind] = cost
    if target:
        table.add("%s: mtail's CPU against ours" % kind, cost["mtail"] / cost["ours"], target, ">=",
                  note="%.0f and %.0f ns/line" % (cost["mtail"], cost["ours"]))
    return cost


def backend_rows(place, table, rounds):
    def json_others(corpus):
        return {"grep": ["grep", "-c", LITERAL, corpus + ".log"], "wc": ["wc", "-l", corpus + ".log"],
                "match": ours(place, corpus, rules=MATCH_RULES)}

    def noise_others(corpus):
        return {"wc": ["wc", "-l", corpus + ".log"]}

    cost = against_mtail(place, table, "json", 75, rounds, json_others)
    table.add("json: ours against grep -c of one literal", cost["ours"] / cost["grep"], 1.2,
              note="%.0f and %.0f ns/line" % (cost["ours"], cost["grep"]))
    table.add("json: ours against wc -l", cost["ours"] / cost["wc"], 4, note="wc: %.0f ns/line" % cost["wc"])
    table.add("json: mtail against ours with a regex per event (match)", cost["mtail"] / cost["match"], 40, ">=",
              note="%.0f ns/line" % cost["match"])
    against_mtail(place, table, "logfmt", 60, rounds)
    against_mtail(place, table, "mixed", 40, rounds)
    cost = against_mtail(place, table, "noise", 100, rounds, noise_others)
    table.add("noise: ours against wc -l", cost["ours"] / cost["wc"], 2.5,
              note="%.0f and %.0f ns/line" % (cost["ours"], cost["wc"]))
    plain = place.corpus("json", 80000)
    table.costs["json"].update(per_line(place, {"ours-every-regex": ours(place, plain, "--no-dispatch")}, plain, 2))
    table.add("json: every event tried on every line (--no-dispatch), against ours",
              table.costs["json"]["ours-every-regex"] / table.costs["json"]["ours"])


def stack_traces(place, table, rounds):
    """Records of ten lines, which mtail takes a line at a time."""
    against_mtail(place, table, "java", 15, rounds, lambda corpus: {"wc": ["wc", "-l", corpus + ".log"]})


def open_spans(place, table, rounds):
    """100,000 jobs are open at any time; each line begins one or ends one."""
    long = place.corpus("spans", 2000000 if place.full else 500000, 100000)
    few = place.corpus("spans", 2000000 if place.full else 500000, 100)
    short = place.corpus("spans", 150000, 100000)
    cost = per_line(place, {"ours": ours(place, long)}, long, rounds)
    cost["few"] = per_line(place, {"ours": ours(place, few)}, few, rounds)["ours"]
    cost.update(per_line(place, {"mtail": mtail("spans", short)}, short, max(2, rounds // 3)))
    table.costs["spans"] = {k: cost[k] for k in ("ours", "mtail")}
    table.add("100,000 open spans: mtail's CPU against ours", cost["mtail"] / cost["ours"], 5, ">=",
              note="%.0f and %.0f ns/line" % (cost["mtail"], cost["ours"]))
    table.add("100,000 open spans against 100", cost["ours"] / cost["few"], 4, note="%.0f ns/line" % cost["few"])


def many_events(place, table, rounds):
    for kind, targets, size in (("events", {100: 1.1, 1000: 1.3}, 400000), ("texts", {100: 1.5, 1000: 3.5}, 40000)):
        corpora = {n: place.corpus(kind, size * 5 if place.full else size, n) for n in (12, 100, 1000)}
        lines = line_count(corpora[12] + ".log")
        commands = {str(n): [place.tool("bench_lines"), corpora[n] + ".ini", corpora[n] + ".log", "3"]
                    for n in corpora}
        for n in corpora:                                       # right first, then fast
            out = place.path("out-ours")
            cpu_of(ours(place, corpora[n]), place.core, out)
            must_be_true(corpora[n], out)
        best = walks(place, commands, max(2, rounds // 2))
        table.costs[kind] = best
        for n, target in targets.items():
            table.add("%d %s against 12" % (n, "events told by msg" if kind == "events" else "events told by a regex on text"),
                      best[str(n)] / best["12"], target, note="%.0f and %.0f ns/line, %d lines"
                      % (best[str(n)], best["12"], lines))


def walks(place, commands, rounds):
    """{name: ns/line} of the best walk of bench_lines, in turns."""
    best = {}
    for _ in range(rounds):
        for name, command in commands.items():
            said = subprocess.run(command, preexec_fn=pin(place.core), check=True, capture_output=True, text=True).stdout
            ns = float(re.search(r"best ([\d.]+) ns", said)[1])
            best[name] = min(ns, best.get(name, ns))
    return best


def many_series(place, table, rounds):
    sizes = {10: 500000, 1000: 500000, 100000: 1000000, 1000000: 3000000 if place.full else 2000000}
    corpora = {n: place.corpus("series", lines, n) for n, lines in sizes.items()}
    for n in (10, 1000, 100000):
        out = place.path("out-ours")
        cpu_of(ours(place, corpora[n], "-c", limits(place)), place.core, out)
        must_be_true(corpora[n], out)
    commands = {str(n): [place.tool("bench_lines"), corpora[n] + ".ini", corpora[n] + ".log", "3"] for n in sizes}
    best = walks(place, commands, max(2, rounds // 3))
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


def two_threads(place, table, rounds):
    """Elapsed time: the one row where that is the point, and the one that other work on the machine spoils."""
    if place.cores < 2:
        return
    corpus = place.corpus("json", 5000000 if place.full else 3000000)
    best = {}
    for _ in range(rounds):
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
    isal = b"libisal" in subprocess.run([place.logtally, "--version"], check=True, capture_output=True).stdout
    table.add("page of 100,000 series: gzip, with %s" % ("isa-l" if isal else "zlib"), found["gzip"], 10 if isal else 30, unit="ms")


def all_rows(place):
    rounds = 9 if place.full else 5
    rows = [(row.__name__, lambda table, row=row: row(place, table, rounds))
            for row in (backend_rows, stack_traces, open_spans, many_events, many_series, two_threads)]
    return rows + [("series_costs", lambda table: series_costs(place, table))]
