#!/usr/bin/env python3
"""Is a unit test that passes worth anything? Every alert is spoiled, one way after the other, and its own tests (those
in prometheus/tests that name it) must fail each time:

    never      it cannot fire             so a test sees it firing
    always     it fires for everybody     so a test sees it silent
    at once    without its `for`          so a test looks before that time has passed
    loose      a limit a quarter lower    so a test has something just under it (`<`: just over)
    tight      a limit half as high again so a test has something just over it

and with its annotations and labels changed, so that none is forgotten: summary, description, runbook_url are there, and
the severity is one that a route knows.
"""

import copy
import functools
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from stacklib import ROOT, Checks, workdir

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed: skipped")
    sys.exit(0)

# A fault that alarms everybody at once: of these the expression is all there is.
NO_SILENCE = {"Watchdog"}
# A limit on whole numbers that stays the same limit when it is moved.
SAME = {("PrometheusNotConnectedToAlertmanager", "< 1")}


@functools.lru_cache(None)
def load(path):
    return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def tests_of(alert):
    """[(its file's content, cut down to the tests that name this alert)]"""
    for path in sorted((ROOT / "prometheus/tests").glob("*.yml")):
        content = load(path)
        tests = [test for test in content["tests"] if alert in json.dumps(test)]
        if tests:
            yield path, {**content, "tests": tests}


def passes(work, name, spoiled_rule, spoil):
    """The alert's tests, run on rules in which spoil() was done to it."""
    alert = spoiled_rule["alert"]
    home = work / name
    (home / "rules").mkdir(parents=True)
    (home / "tests").mkdir()
    for path in (ROOT / "prometheus/rules").glob("*.yml"):
        content = copy.deepcopy(load(path))
        for group in content["groups"]:
            for rule in group["rules"]:
                if rule == spoiled_rule:
                    spoil(rule)
        (home / "rules" / path.name).write_text(json.dumps(content))
    for path, content in tests_of(alert):
        (home / "tests" / path.name).write_text(json.dumps(content))
        done = subprocess.run(["promtool", "test", "rules", home / "tests" / path.name], text=True, capture_output=True, timeout=120)
        if done.returncode:
            return False
    return True


def never(rule):
    rule["expr"] = f"({rule['expr']}) and on () vector(1) > 2"


def always(rule):
    rule["expr"] = f"({rule['expr']}) or vector(1)"


def at_once(rule):
    del rule["for"]


def limits(expr):
    """The numbers that decide, with what compares them; `> 0` has nothing beside it."""
    return [m for m in re.finditer(r"([<>]) ([0-9.]+(?:e[0-9]+)?)(?![\w.])", expr) if float(m[2]) != 0]


def moved(number, factor):
    """The limit of this number moved: up for `>`, down for `<` if factor is over 1, which makes firing harder."""
    def spoil(rule):
        m = limits(rule["expr"])[number]
        value = float(m[2]) * (factor if m[1] == ">" else 1 / factor)
        rule["expr"] = rule["expr"][:m.start(2)] + f"{value:.10g}" + rule["expr"][m.end(2):]
    return spoil


def spoiled(rule):
    yield "never", never
    if rule["alert"] not in NO_SILENCE:
        yield "always", always
    if "for" in rule:
        yield "at once", at_once
    for number, limit in enumerate(limits(rule["expr"])):
        yield f"loose {limit[0]}", moved(number, 0.75)
        if (rule["alert"], limit[0]) in SAME:
            continue
        yield f"tight {limit[0]}", moved(number, 1.5)


def main():
    checks = Checks()
    rules = [rule for path in sorted((ROOT / "prometheus/rules").glob("*.yml")) for group in load(path)["groups"]
             for rule in group["rules"] if "alert" in rule]
    for rule in rules:
        notes = rule["annotations"]
        checks.check(all(notes.get(k) for k in ("summary", "description", "runbook_url")) and "\n" not in notes["summary"],
                     f"{rule['alert']} has summary (one line), description and runbook_url")
        checks.check(rule["labels"].get("severity") in ("critical", "warning", "none") and rule["labels"].get("area"),
                     f"{rule['alert']} has a severity and an area")
    jobs = [(rule, name, spoil) for rule in rules for name, spoil in [("itself", lambda r: None), *spoiled(rule)]]
    with workdir() as work, ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda job: passes(work, f"{job[0]['alert']}-{jobs.index(job)}", job[0], job[2]), jobs)
        for number, ((rule, name, spoil), passed) in enumerate(zip(jobs, results)):
            again = 0
            # promtool compacts its four days of samples beside the queries, and once in some thousand runs an alert misses
            # them: what is not as expected is asked twice more, and a mutant that lives passes every time.
            while passed != (name == "itself") and (again := again + 1) <= 2:
                passed = passes(work, f"{rule['alert']}-{number}-{again}", rule, spoil)
            window = rule["labels"].get("window", "")
            checks.check(passed == (name == "itself"), f"{rule['alert']} {window}, {name}: its unit tests {'pass' if passed else 'fail'}")
    checks.finish()


main()
