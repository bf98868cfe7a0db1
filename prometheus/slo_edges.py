"""Unit tests at the edges of burn-rate alerts: gen_slo.py --edges writes tests/slo_edges_test.yml.

What an alert of slo_model.py says is said here a second time, as arithmetic over a job's counters (`holds`), with each window, number
and matcher as a parameter. For each of them changed (`variants`) a job is looked for, among random ones, that the changed alert would
judge otherwise, and clearly so; it becomes a test, which expects what the arithmetic says. Changes that no job tells are implied by
the other conditions: IMPLIED lists them, as ALIVE in tests/stack/mutants.py does.
"""

import random
import re

from slo_model import ALERTS, BAD_LONG, BAD_SHORT, HISTORY, MINUTES, STEP, WINDOWS, counter

DAYS = 7
CLEAR = 1.03    # so far from a limit is clear
TRIES = 4000

# (slo, long window or "" for all): no job is judged otherwise for it, as so much traffic with such a ratio has more failures than the alert
# asks for.
IMPLIED = [
    ("http-latency", "", r"bad events in|all of .* x 2|good of .* x 0.5"),
    ("messages", "1d", r"bad events in 2h|bad of 2h x 2|all instead of bad in 2h"),
    ("messages", "3d", r"bad events in 6h|bad of 6h x 2|all instead of bad in 6h"),
]


class Job:
    """Segments [(minutes until their end, minutes long, events a minute, bad ones among them)], the newest last."""

    def __init__(self, segments, others=(), new=False):
        self.segments, self.others, self.new = segments, others, new

    def grown(self, which, window):
        """What increase() makes of a counter at the end: of the samples within the window, stretched to its length."""
        reach, found = window // STEP * STEP, 0.0
        for until, length, *growth in self.segments:
            found += max(0, min(reach, until + length) - until) * growth[which]
        return found * window / reach


def conditions(slo, alert, job, over):
    """[(value, limit)] of the alert, all of which must be over their limits; `over` changes parameters."""
    _, _, burn, long, short, _, history = alert
    p = {"limit": burn * round(1 - slo["objective"], 6), "limit2": None, "rate": slo["min_rate"], "guard": MINUTES[short], "long": MINUTES[long],
         "short": MINUTES[short], "good long": None, "good short": None, "many": BAD_LONG, "some": BAD_SHORT, "bad": "bad", "bad2": None,
         "any slo": (), **over}

    def bad(window, good_window, what):
        total, failed = job.grown(0, window), job.grown(1, window)
        if good_window:
            return total - (job.grown(0, good_window) - job.grown(1, good_window))
        return {"bad": failed, "good": total - failed, "all": total, "none": 0}[what]

    def ratio(window, which):
        found = job.grown(1, window) / max(job.grown(0, window), 1e-9)
        return 1 if which in p["any slo"] and which in job.others else found

    known = not job.new or ("history" in p["any slo"] and "history" in job.others)
    return [(ratio(MINUTES[long], "long"), p["limit"]), (ratio(MINUTES[short], "short"), p["limit2"] or p["limit"]),
            (job.grown(0, p["guard"]) / p["guard"] / 60, p["rate"]), (bad(p["long"], p["good long"], p["bad"]), p["many"]),
            (bad(p["short"], p["good short"], p["bad2"] or p["bad"]), p["some"]), (1 if known or not history else 0, 0.5)]


def holds(slo, alert, job, over=None):
    """True, False, or None where it is not clear."""
    found = conditions(slo, alert, job, over or {})
    if any(value * CLEAR < limit for value, limit in found):
        return False
    return True if all(value > limit * CLEAR for value, limit in found) else None


def variants(slo, alert):
    """[(what is changed, how)]"""
    _, _, burn, long, short, _, history = alert
    limit = burn * round(1 - slo["objective"], 6)
    for factor in (0.75, 1.5):
        yield f"limit x {factor}", {"limit": limit * factor, "limit2": limit}
        yield f"limit of the short window x {factor}", {"limit2": limit * factor}
        yield f"traffic x {factor}", {"rate": slo["min_rate"] * factor}
        yield f"bad events in {long} x {factor}", {"many": BAD_LONG * factor}
        yield f"bad events in {short} x {factor}", {"some": BAD_SHORT * factor}
    for factor in (0.5, 2):
        yield f"window of the traffic x {factor}", {"guard": int(MINUTES[short] * factor)}
        if "le" in slo:
            yield f"all of {long} x {factor}", {"long": int(MINUTES[long] * factor), "good long": MINUTES[long]}
            yield f"all of {short} x {factor}", {"short": int(MINUTES[short] * factor), "good short": MINUTES[short]}
            yield f"good of {long} x {factor}", {"good long": int(MINUTES[long] * factor)}
            yield f"good of {short} x {factor}", {"good short": int(MINUTES[short] * factor)}
        else:
            yield f"bad of {long} x {factor}", {"long": int(MINUTES[long] * factor)}
            yield f"bad of {short} x {factor}", {"short": int(MINUTES[short] * factor)}
    for what in ("none",) if "le" in slo else ("all", "good"):
        yield f"{what} instead of bad in {long}", {"bad": what, "bad2": "bad"}
        yield f"{what} instead of bad in {short}", {"bad2": what}
    for which in ("long", "short", *(["history"] if history else [])):
        yield f"any slo's {which}", {"any slo": (which,)}


def random_job(slo, alert, chance):
    """Something happens around the edges of the windows; a traffic and a share of failures for each time between."""
    _, _, burn, long, short, _, history = alert
    limit, least = burn * round(1 - slo["objective"], 6), 60 * slo["min_rate"]
    ages = {DAYS * 1440}
    for window in (MINUTES[long], MINUTES[short]):
        for part in (0.5, 1, 2):
            around = int(window * part * chance.choice((0.8, 0.9, 1.15, 1.3)))
            ages.add(min(max(around // STEP, 1) * STEP, DAYS * 1440))
    ages = sorted(ages)
    segments, few = [], chance.random() < 0.6
    for until, since in zip([0, *ages], ages):
        if few:         # hardly more traffic and failures than asked for
            bad = chance.choice((0, 0, 1.2, 2.4, 2.7, 3.3, 4, 7.6, 9, 11, 14)) / (since - until)
            events = max(bad, least * (chance.choice((0.85, 1.05, 1.2)) if until < MINUTES[short] else chance.choice((0, 0, 0.1))))
            segments.insert(0, (until, since - until, events, bad))
            continue
        events = least * chance.choice((0, 0.1, 0.5, 0.85, 1.2, 1.4, 2, 5, 30)) * chance.uniform(0.9, 1.1)
        share = min(1, chance.choice((0, 0.3 * limit, 0.85 * limit, 1.2 * limit, 1.4 * limit, 3 * limit, 10 * limit, 0.3, 1)))
        segments.insert(0, (until, since - until, events, events * share))
    others = chance.choice(((), (), ("long",), ("short",), ("history",) if history else ()))
    return Job(segments, others, "history" in others)


def telling_jobs(slo, alert, chance):
    """[(job, the changes that it tells)], until each change is told once."""
    left = [(change, over) for change, over in variants(slo, alert)
            if not any(slo["slo"] == of and window in ("", alert[3]) and re.match(what, change) for of, window, what in IMPLIED)]
    found = []
    for _ in range(TRIES):
        job = random_job(slo, alert, chance)
        true = holds(slo, alert, job)
        if true is None:
            continue
        told = [(change, over) for change, over in left if holds(slo, alert, job, over) is (not true)]
        if told and all(holds(slo, other, job) is not None for other in ALERTS):
            found.append((job, [change for change, _ in told]))
            left = [pair for pair in left if pair not in told]
        if not left:
            break
    return found, [change for change, _ in left]


def series(slo, name, job, alert):
    """The input of a job; its counters were far from 0 when it began."""
    # One sample more: the one at the end.
    segments = [(length + (STEP if until == 0 else 0), events, bad) for until, length, events, bad in job.segments]
    total = [(length, events) for length, events, _ in segments]
    good = [(length, events - bad) for length, events, bad in segments]
    bad = [(length, bad) for length, _, bad in segments]
    metric, label = slo["metric"], f'job="{name}"'
    if "le" in slo:
        given = [(f"{metric}_count{{{label}}}", total), (f'{metric}_bucket{{{label},le="{slo["le"]}"}}', good), (f'{metric}_bucket{{{label},le="+Inf"}}', total)]
    else:
        given = [(f"{metric}{{{label},{example}}}", growth) for example, growth in zip(slo["examples"], (good, bad))]
    given = [(selector, counter(segments, 1e6)) for selector, segments in given]
    known = [slo["slo"]] if not job.new else []
    known += ["another"] if "history" in job.others else []
    history = f"_x{(DAYS - 4) * 1440 // STEP - 1} {HISTORY}"
    given += [(f'slo:total_events:rate5m{{{label},slo="{of}"}}', history) for of in known]
    for which, window in (("long", alert[3]), ("short", alert[4])):
        if which in job.others:
            given.append((f'slo:sli_error:ratio_rate{window}{{{label},slo="another"}}', f"_x{DAYS * 1440 // STEP - 1} 1"))
    for selector, values in given:
        yield f"      - {{series: '{selector}', values: '{values}'}}"


def shares(slo, job):
    """What is recorded of a job at the end."""
    for window in WINDOWS:
        yield f"slo:sli_error:ratio_rate{window}", job.grown(1, MINUTES[window]) / job.grown(0, MINUTES[window])
    yield "slo:bad_events:rate5m", job.grown(1, 5) / 300
    yield "slo:total_events:rate5m", job.grown(0, 5) / 300


def uneven(slo):
    """A job whose traffic and failures are others in every half of a window, so that no two windows see the same."""
    ages = sorted({int(MINUTES[w] * part) // STEP * STEP + STEP for w in WINDOWS for part in (0.2, 0.5, 0.9, 1.7)} | {DAYS * 1440})
    return Job([(until, since - until, 60.0 + 37 * (n * n % 11), (60.0 + 37 * (n * n % 11)) * (0.02 + 0.05 * (n * 5 % 13)))
                for n, (until, since) in reversed(list(enumerate(zip([0, *ages], ages))))])


def tests(slos):
    """The lines of the file."""
    yield "rule_files: [../rules/slo.yml]"
    yield f"evaluation_interval: {DAYS}d"
    yield "group_eval_order: [" + ", ".join("slo-" + slo["slo"] for slo in slos) + ", slo-budget, slo-alerts]"
    yield "tests:"
    for slo in slos:
        given, pending, chance = [], [], random.Random(slo["slo"])
        for alert in ALERTS:
            jobs, left = telling_jobs(slo, alert, chance)
            given += [f"      # {alert[3]}, {change}: no job found" for change in left]
            for number, (job, changes) in enumerate(jobs):
                name = f"{alert[3]}-{number}"
                given += [f"      # {alert[3]}: {', '.join(changes)}", *series(slo, name, job, alert)]
                for speed, severity, _, long, _, _, _ in (a for a in ALERTS if holds(slo, a, job)):
                    pending.append(f"          - {{labels: 'ALERTS{{alertname=\"{slo['alert']}{speed}\",alertstate=\"pending\",area=\"{slo['area']}\","
                                   f"job=\"{name}\",severity=\"{severity}\",slo=\"{slo['slo']}\",window=\"{long}\"}}', value: 1}}")
        job = uneven(slo)
        yield f"  - name: {slo['slo']}, jobs that a changed alert would judge otherwise"
        yield f"    interval: {STEP}m"
        yield "    input_series:"
        yield from given
        yield "      # what is recorded"
        yield from series(slo, "uneven", job, ALERTS[0])
        yield "    promql_expr_test:"
        yield "      - expr: ALERTS{job!=\"uneven\"}"
        yield f"        eval_time: {DAYS}d"
        yield "        exp_samples:"
        yield from pending
        for name, value in shares(slo, job):
            yield f"      - expr: round({name}{{job=\"uneven\",slo=\"{slo['slo']}\"}} / {value:.12g}, 0.0001)"
            yield f"        eval_time: {DAYS}d"
            yield f"        exp_samples: [{{labels: '{{job=\"uneven\",slo=\"{slo['slo']}\"}}', value: 1}}]"
        yield f"      - expr: slo:objective:ratio{{slo=\"{slo['slo']}\"}}"
        yield f"        eval_time: {DAYS}d"
        yield f"        exp_samples: [{{labels: 'slo:objective:ratio{{slo=\"{slo['slo']}\"}}', value: {slo['objective']}}}]"
