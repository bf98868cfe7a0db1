#!/usr/bin/env python3
"""Is a unit test that passes worth anything? Every alert, and every recorded series, is spoiled in each of these ways, and a test in
prometheus/tests must notice:

    never, always        it cannot fire; it fires for everybody
    at once, for / 2, for x 2
    NUMBER x 0.75, x 1.5 every number: limits, quantiles, factors, seconds
    [WINDOW] / 2, x 2    also of offsets, which are left out, too
    {MATCHER}            left out, and turned round: =, !=, =~, !~

What lives is in ALIVE with the reason why it may, or the run fails; it also fails for what is listed there and does not live.
A run tries a sixth of them, another with each commit, and LT_LONG=1 all; `mutants.py REGEX` those of rules of such names.

How: all mutants of a test stand beside the true rules in one rule file, and one run of promtool evaluates them all. A spoiled alert
is told by a label `mutant`; a spoiled record has a name of its own, and what is computed from it is there a second time. Each
assertion of the test is asked with nothing expected, so that promtool says what it got; a mutant for which that is what the true
rule gave, by all tests that name the rule, is alive. That the true rules give what the tests say, rules.sh sees.
"""

import functools
import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from stacklib import ROOT, Checks, skip, workdir

try:
    import yaml
except ImportError:
    skip("python3-yaml is not installed")

# (rule, its label `slo` or `window`, mutant, all as regexes, why nobody can tell it from the true one).
ALIVE = [
    ("Watchdog", "", "always|1 x .*", "it fires always, whatever its value"),
    ("PrometheusNotConnectedToAlertmanager", "", r"1 x 0\.75 .*", "a number of Alertmanagers is whole"),
    ("ErrorsSurge", "", r"10m (/|x) 2 \(4\)", "0 times a rate, where the first condition has the same rate"),
    ("PrometheusAlertsNotDelivered", "", r"5m (/|x) 2 \(1\)", "0 times a rate, of which only matters whether it is there"),
    ("slo:(sli_error|bad_events):.*", "http-availability|messages", r"\w+ (/|x) 2 \(1\)", "0 times a rate, of which only matters whether it is there"),
    ("slo:(sli_error|bad_events):.*", "http-latency", r"\w+ (/|x) 2 \(2\)", "0 times a rate, of which only matters whether it is there"),
    ("slo:error_budget_remaining:ratio", ".*", r"no slo=.*", "the other side of the division has the label"),
    # Found by no job of prometheus/slo_edges.py: IMPLIED there.
    ("HttpLatencyBudgetBurn.*", ".*", r"(10|3) x .* \([34]\)", "so much traffic that slow has more slow requests"),
    ("HttpLatencyBudgetBurn.*", ".*", r"\w+ (x 2 \([13]\)|/ 2 \([24]\))", "so much traffic that slow has more slow requests"),
    ("MessageBudgetBurnSlow", ".*", r"3 x .* \(4\)|\w+ x 2 \(2\)|no status!=.* \(3\)", "so much traffic that fails so has more than three failures"),
]
# A run tries one mutant of so many, others with each commit; LT_LONG=1 tries all.
SHARES = 6
# What lives is asked of tests up to this cost alone, but in a long run.
QUICK = 2e6

NUMBER = re.compile(r'(?<![\w.:"\[{])(\d+(?:\.\d+)?(?:e\d+)?)(?![\w.:])')
WINDOW = re.compile(r"(?<=\[)(\w+)(?=\])|(?<=offset )(\w+)")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)("[^"]*")')
TURNED = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
LONG = bool(os.environ.get("LT_LONG"))
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@functools.lru_cache(None)
def load(path):
    return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


# --- what is spoiled ---------------------------------------------------------------------------------

def name_of(rule):
    return rule.get("alert") or rule["record"]


def label_of(rule):
    labels = rule.get("labels", {})
    return labels.get("window") or labels.get("slo", "")


def seconds(duration):
    return sum(int(n) * SECONDS[unit] for n, unit in re.findall(r"(\d+)([smhdw])", duration))


def replaced(expr, match, text):
    return expr[:match.start()] + text + expr[match.end():]


def outside_of_quotes(expr):
    """The same length, without what is in quotes or is a window."""
    return re.sub(r'"[^"]*"|\[\w+\]|offset \w+', lambda m: '"' * len(m[0]), expr)


def without(expr, match):
    """The matcher left out, and a comma beside it."""
    text = replaced(expr, match, "")
    return re.sub(r"\{,|,\}", lambda m: m[0].replace(",", ""), re.sub(r",,", ",", text)).replace("{}", "")


def spoiled(rule):
    """[(mutant, what is other in it)]"""
    expr = rule["expr"]
    yield "itself", {}
    if "alert" in rule:
        yield "never", {"expr": f"({expr}) and on () vector(1) > 2"}
        yield "always", {"expr": f"({expr}) or vector(1)"}
    if "for" in rule:
        yield "at once", {"for": "0s"}
        yield "for / 2", {"for": f"{seconds(rule['for']) // 2}s"}
        yield "for x 2", {"for": f"{seconds(rule['for']) * 2}s"}
    for number, match in enumerate(m for m in NUMBER.finditer(outside_of_quotes(expr)) if float(m[1])):
        for factor in (0.75, 1.5):
            yield f"{match[1]} x {factor} ({number})", {"expr": replaced(expr, match, f"{float(match[1]) * factor:.10g}")}
    for number, match in enumerate(WINDOW.finditer(expr)):
        for how, length in (("/ 2", seconds(match[0]) // 2), ("x 2", seconds(match[0]) * 2)):
            yield f"{match[0]} {how} ({number})", {"expr": replaced(expr, match, f"{length}s")}
        if match[2]:
            yield f"no offset ({number})", {"expr": expr[:match.start() - len("offset ")] + expr[match.end():]}
    for number, match in enumerate(MATCHER.finditer(expr)):
        yield f"no {match[0]} ({number})", {"expr": without(expr, match)}
        yield f"turned {match[0]} ({number})", {"expr": replaced(expr, match, match[1] + TURNED[match[2]] + match[3])}


class Mutant:
    """A spoiled rule, and what is computed from it, under other names."""

    def __init__(self, number, rule, name, change):
        self.tag, self.rule, self.name = f"m{number}", rule, name
        self.spoiled = {**rule, **change}
        self.alive = True

    def key(self):
        return name_of(self.rule), label_of(self.rule), self.name

    def explained(self):
        return next((why for *patterns, why in ALIVE if all(re.fullmatch(p, text) for p, text in zip(patterns, self.key()))), None)


def names_in(rule):
    """Names of series in its expression."""
    return {m[0] for m in re.finditer(r"[a-zA-Z_][\w:]*", re.sub(r'"[^"]*"', "", rule["expr"]))}


def reads(rule, record):
    """Does the rule ask for this record, and not for one of the same name with another label?"""
    if record["record"] not in names_in(rule):
        return False
    for matchers in re.findall(re.escape(record["record"]) + r"(?![\w:])\{([^}]*)\}", rule["expr"]):
        wanted = dict((key, value.strip('"')) for key, operator, value in MATCHER.findall(matchers) if operator == "=")
        if any(record.get("labels", {}).get(key, value) != value for key, value in wanted.items()):
            return False
    return True


def dependents(rules, first):
    """[the rule, and those that read it, directly or not]"""
    found = [first]
    for rule in rules:
        if rule is not first and any("record" in other and reads(rule, other) for other in found):
            found.append(rule)
    return found


def renamed(text, record, mutant):
    """The record under the mutant's name."""
    return re.sub(rf"(?<![\w:]){re.escape(record)}(?![\w:])", f"{record}:{mutant.tag}", text)


def cloned(mutant, family):
    """The family with the mutant at its head: {id of rule: its clone}."""
    records = {rule["record"] for rule in family if "record" in rule}
    clones = {}
    for rule in family:
        clone = dict(mutant.spoiled if rule is mutant.rule else rule)
        for record in records:
            clone["expr"] = renamed(clone["expr"], record, mutant)
        if "record" in clone:
            clone["record"] = renamed(clone["record"], clone["record"], mutant)
        else:
            clone["labels"] = {**clone["labels"], "mutant": mutant.tag}
        clones[id(rule)] = clone
    return clones


# --- a unit: one test of one file --------------------------------------------------------------------

class Unit:
    def __init__(self, path, content, test):
        self.path, self.content, self.test = path, content, test
        self.text = json.dumps(test)
        self.families = {}      # of the rules that were asked for
        self.files = [(path.parent / f).resolve() for f in content["rule_files"]]
        self.rules = [rule for f in self.files for group in load(f)["groups"] for rule in group["rules"]]
        end = max(seconds(t["eval_time"]) for t in test.get("promql_expr_test", []) + test.get("alert_rule_test", []))
        # Evaluations times samples, roughly.
        self.cost = end / seconds(content["evaluation_interval"]) * end / seconds(test["interval"]) * len(test["input_series"])

    def names(self, rule):
        return re.search(rf"(?<![\w:]){re.escape(name_of(rule))}(?![\w:])", self.text)

    def family(self, mutant):
        """What is there a second time for this mutant; nothing if the test does not look at it."""
        key = id(mutant.rule)
        if key not in self.families:
            family = dependents(self.rules, mutant.rule) if mutant.rule in self.rules else []
            self.families[key] = family if any(self.names(rule) for rule in family) else []
        return self.families[key]

    def needed(self, looked_at):
        """Those rules, and what they are computed from."""
        wanted = list(looked_at)
        for rule in wanted:
            wanted += [r for r in self.rules if "record" in r and r not in wanted and reads(rule, r)]
        return {id(rule) for rule in wanted}

    def judge(self, home, mutants):
        """{mutant: does it differ from the true rules?} of those that this test looks at. A rule that fails ends promtool's test; so what
        may have failed is tried alone, and has differed if it fails again."""
        differ, failing = self.run(home, mutants)
        if not failing:
            return differ
        if len(mutants) == 1:
            return {mutants[0]: True}
        suspects = [m for m in mutants if name_of(m.rule) in failing and m.name.startswith("no ")]
        if not suspects or len(suspects) == len(mutants):
            half = len(mutants) // 2
            parts = [mutants[:half], mutants[half:]]
        else:
            parts = [[m] for m in suspects] + [[m for m in mutants if m not in suspects]]
        return {m: d for number, part in enumerate(parts) for m, d in self.judge(home.with_name(f"{home.name}-{number}"), part).items()}

    def run(self, home, mutants):
        """({mutant: does it differ?}, names of rules that failed)"""
        families = {m: family for m in mutants if (family := self.family(m))}
        if not families:
            return {}, set()
        asked = self.questions(families)
        home.mkdir()
        self.write_rules(home, families)
        content = {**self.content, "rule_files": [f.name for f in self.files]}
        content["tests"] = [{**self.test, "input_series": self.given(families),
                             "promql_expr_test": [{"expr": e, "eval_time": f"{t}s"} for _, e, t in asked],
                             "alert_rule_test": [{"alertname": a["alertname"], "eval_time": a["eval_time"]} for a in self.test.get("alert_rule_test", [])]}]
        (home / "test.yml").write_text(json.dumps(content))
        done = subprocess.run(["promtool", "test", "rules", "test.yml"], cwd=home, text=True, capture_output=True, timeout=3000)
        return self.differing(done.stdout + done.stderr, families, asked)

    def write_rules(self, home, families):
        """The rules that are looked at, and what they are computed from, each with its clones behind it."""
        clones = [cloned(m, family) for m, family in families.items()]
        needed = self.needed([r for r in self.rules if self.names(r) or any(r in family for family in families.values())])
        for path in self.files:
            groups = []
            for group in load(path)["groups"]:
                rules = []
                for rule in (r for r in group["rules"] if id(r) in needed):
                    rules += [rule, *(c[id(rule)] for c in clones if id(rule) in c)]
                groups += [{**group, "rules": rules}] if rules else []
            (home / path.name).write_text(json.dumps({"groups": groups}))

    def given(self, families):
        """The input; what was recorded before the test began also under the mutants' names."""
        given = list(self.test["input_series"])
        for mutant, family in families.items():
            for record in (r["record"] for r in family if "record" in r):
                given += [{**g, "series": renamed(g["series"], record, mutant)} for g in self.test["input_series"] if g["series"].startswith(record + "{")]
        return given

    def questions(self, families):
        """[(mutant, expression, time)]: each question of the test, and again with the names of each mutant that it asks for by name."""
        asked = []
        for query in self.test.get("promql_expr_test", []):
            time = seconds(query["eval_time"])
            asked.append((None, query["expr"], time))
            for mutant, family in families.items():
                expr = query["expr"]
                for record in {r["record"] for r in family if "record" in r}:
                    expr = renamed(expr, record, mutant)
                if expr != query["expr"]:
                    asked.append((mutant, expr, time))
        return asked

    def differing(self, said, families, asked):
        failing = set(re.findall(r"^ *rule: ([\w:]+), time: .*, err: ", said, re.M))
        if failing:
            return {}, {re.sub(r":m\d+$", "", name) for name in failing}
        if not re.search(r"^ *SUCCESS$|^ *expr: |^ *alertname: ", said, re.M):
            raise AssertionError(f"{self.path.name}: {said}")
        got = got_by_query(said)
        alerts = got_by_alert(said)
        differ = {m: False for m in families}
        for mutant, expr, time in asked:
            if mutant:
                plain = expr.replace(f":{mutant.tag}", "")
                fixed = {key: value for rule in families[mutant] if "record" in rule for key, value in rule.get("labels", {}).items()}
                differ[mutant] |= values(got.get((expr, time), []), fixed) != values(got.get((plain, time), []), fixed)
                continue
            for m, family in families.items():
                differ[m] |= alerts_differ(m, family, got.get((expr, time), []))
        for series in alerts.values():
            for m, family in families.items():
                differ[m] |= alerts_differ(m, family, series)
        return differ, set()


def values(series, fixed):
    """Of the rule with these labels; without names: of two records, which is which is said by the question."""
    return {(frozenset((k, v) for k, v in labels.items() if k != "__name__"), value) for labels, value in series
            if all(labels.get(k, v) == v for k, v in fixed.items())}


def alerts_differ(mutant, family, series):
    true, spoiled_ones = set(), set()
    for labels, value in series:
        of = labels.get("mutant")
        if of not in (None, mutant.tag):
            continue
        if of is None and not any("alert" in rule and rule["alert"] == labels.get("alertname") and
                                  rule["labels"].items() <= labels.items() for rule in family):
            continue
        (spoiled_ones if of else true).add((frozenset((k, v) for k, v in labels.items() if k != "mutant"), value))
    return true != spoiled_ones


LABELS = r'\{((?:[^"{}]|"(?:\\.|[^"\\])*")*)\}'


def parsed(labels):
    return {key: json.loads(value) for key, value in re.findall(r'([\w]+)=("(?:\\.|[^"\\])*")', labels)}


def got_by_query(said):
    """{(expression, time): [(labels, value)]}, of what promtool says that it got."""
    found = {}
    for expr, time, series in re.findall(r'^ *expr: ("(?:\\.|[^"\\])*"), time: (\w+),\n *exp: .*\n *got: (.*)$', said, re.M):
        found[json.loads(expr), seconds(time)] = [(parsed(labels), value) for labels, value in re.findall(LABELS + r" (\S+?)(?=,|$)", series)]
    return found


def got_by_alert(said):
    """{(alert, time): [(labels, annotations)]}"""
    found = {}
    for name, time, block in re.findall(r"^ *alertname: (\w+), time: (\w+), *\n *exp:.*?\n *got:\[(.*?)\n *\]", said, re.M | re.S):
        found[name, seconds(time)] = [(parsed(labels), notes) for labels, notes in re.findall(r"Labels:" + LABELS + r"\n *Annotations:" + LABELS, block)]
    return found


# --- all of them -------------------------------------------------------------------------------------

def turn():
    tree = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD^{tree}"], text=True, capture_output=True).stdout
    return int(tree[:8] or "0", 16) % SHARES


def main():
    checks = Checks()
    files = sorted((ROOT / "prometheus/rules").glob("*.yml"))
    rules = [rule for path in files for group in load(path)["groups"] for rule in group["rules"]]
    for rule in rules:
        if "alert" in rule:
            notes = rule["annotations"]
            checks.check(all(notes.get(k) for k in ("summary", "description", "runbook_url")) and "\n" not in notes["summary"],
                         f"{rule['alert']} has summary (one line), description and runbook_url")
            checks.check(rule["labels"].get("severity") in ("critical", "warning", "none") and rule["labels"].get("area"),
                         f"{rule['alert']} has a severity and an area")
    mutants = [Mutant(number, rule, name, change) for number, (rule, name, change) in enumerate((r, n, c) for r in rules for n, c in spoiled(r))]
    if len(sys.argv) > 1:
        mutants = [m for m in mutants if re.search(sys.argv[1], name_of(m.rule))]
    elif not LONG:
        share = turn()
        mutants = [m for number, m in enumerate(mutants) if m.name == "itself" or number % SHARES == share]
    units = [Unit(path, load(path), test) for path in sorted((ROOT / "prometheus/tests").glob("*.yml")) for test in load(path)["tests"]]
    units.sort(key=lambda u: u.cost)
    lock, seen = threading.Lock(), set()

    with workdir() as work:
        def judge(job):
            number, unit = job
            differ = {}
            for again in range(3):
                with lock:
                    living = [m for m in mutants if m.alive and (unit.cost < QUICK or LONG or not m.explained())]
                spoiled_ones = {id(m.rule) for m in living if m.name != "itself" and unit.family(m)}
                if not spoiled_ones:
                    break
                # A second time as itself only what is there spoiled, too.
                living = [m for m in living if id(m.rule) in spoiled_ones]
                differ = unit.judge(work / f"{number}-{again}", living)
                # promtool compacts its days of samples beside the queries, and once in some thousand runs an alert misses them.
                if not any(differs for m, differs in differ.items() if m.name == "itself"):
                    break
            with lock:
                for m, differs in differ.items():
                    seen.add(m)
                    if m.name == "itself":
                        checks.check(not differs, f"{unit.path.name}: {name_of(m.rule)} {label_of(m.rule)} a second time gives the same")
                    elif differs:
                        m.alive = False
        with ThreadPoolExecutor(2) as pool:
            for _ in pool.map(judge, enumerate(units)):
                pass
    used = set()
    for m in (m for m in mutants if m.name != "itself"):
        explained = m.explained()
        checks.check(m in seen or explained, f"{' '.join(m.key())}: no test looks at it")
        checks.check(m.alive == bool(explained), f"{' '.join(m.key())}: " + ("no test notices" if m.alive else "is noticed, and said to be alive"))
        if m.alive and explained:
            used.add(explained)
    checks.check(len(sys.argv) > 1 or not LONG or used == {why for *_, why in ALIVE}, f"ALIVE explains what is no mutant: {[a for a in ALIVE if a[3] not in used]}")
    checks.finish()


main()
