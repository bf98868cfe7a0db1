"""Recording rules and alerts of a rules file, each with what its unit tests need.

Alerts are tickets (severity warning): a share of failures that is too large, failures that are many more than usual, a limit
of the wishes that is passed, traffic that stopped. Who pages is an objective ([slo] in the wishes, prometheus/slo_model.py).
Few events say nothing, so every alert also asks for some.
"""

import math
import re

from model import quantile, rate, ratio
from slo_model import BAD_SHORT, summed

RATIO_LIMIT = 0.05
SLOW_LEAST = 20         # observations in five minutes that a P95 needs
SURGE_LEAST, SURGE_TIMES = 10, 5    # in ten minutes, and of the day before


def camel(name):
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name))


def selector(name, labels):
    return name + "{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}"


class Record:
    """A recorded series of each job, and what it comes to on the golden log once a minute (None: it is not there)."""

    def __init__(self, name, expr, value):
        self.name, self.expr, self.value = name, expr, value


class Alert:
    """`expr` are lines; `cases` are (job, input series, does it fire?); `early` and `late` when the tests look: at the first, the case
    "over" is not yet told."""

    early, late = "10m", "40m"

    def __init__(self, metric, kind, expr, hold, limit, summary, description, todo, golden=False):
        self.metric, self.kind, self.expr, self.hold, self.limit = metric, kind, expr, hold, limit
        self.summary, self.description, self.todo, self.golden = summary, description, todo, golden
        stem = re.sub("_seconds$", "", metric.base) if metric.kind == "histogram" else metric.base
        self.name = camel(stem) + kind
        self.severity = "warning"
        self.cases = []

    def labels(self):
        return {"severity": self.severity, "area": self.metric.file, **({"owner": self.metric.owner} if self.metric.owner else {})}

    def fires(self, job, state="firing"):
        labels = {"alertname": self.name, "alertstate": state, **self.labels(), "job": job}
        return selector("ALERTS", dict(sorted(labels.items())))


# ---- what the golden logs come to ----

# The golden test (texts.golden) looks once, at 40 minutes. The window of five minutes before it has seven samples, 45 seconds from
# each other and none on its edge, where versions of Prometheus differ; between the first three of them the golden log was written
# twice. So what is recorded over a longer or a shorter window comes to something else.
GOLDEN_STEP, GOLDEN_LOOK = 45, 2400
GOLDEN_TIMES, GOLDEN_SPAN = 2, 6 * GOLDEN_STEP


def golden_rate(metric, only=lambda labels: True, name=None):
    values = [value for labels, value in metric.series(name) if only(labels)]
    return sum(values) * GOLDEN_TIMES / GOLDEN_SPAN if values else None


def golden_ratio(metric):
    whole = golden_rate(metric)
    return (golden_rate(metric, metric.bad) or 0) / whole if whole else None


def golden_quantile(metric, q):
    """As Prometheus does it: within a bucket, linear."""
    counts = {}
    for labels, value in metric.series(metric.name + "_bucket"):
        bound = math.inf if labels["le"] == "+Inf" else float(labels["le"])
        counts[bound] = counts.get(bound, 0) + value
    buckets = sorted(counts.items())
    if not buckets or not buckets[-1][1]:
        return None
    rank, below, before = q * buckets[-1][1], 0, 0
    for bound, count in buckets:
        if count >= rank:
            if math.isinf(bound):
                return below
            return below + (bound - below) * (rank - before) / (count - before)
        below, before = bound, count
    return below


# ---- recording rules ----

def records(file):
    for m in file.metrics:
        if m.kind == "counter" and m.role != "hidden":
            yield Record(f"job:{m.base}:rate5m", rate(m.name, "", "job", "5m"), golden_rate(m))
            if m.bad and not m.bad.level:
                whole = f"job:{m.base}:rate5m"
                yield Record(f"job:{m.base}_failed:ratio_rate5m", ratio(rate(m.name, m.bad.matcher, "job", "5m"), whole), golden_ratio(m))
        if m.kind == "histogram" and m.role != "hidden":
            for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
                yield Record(f"job:{m.name}:{name}_rate5m", quantile(q, m.name, "", "job", "5m"), golden_quantile(m, q))


# ---- alerts ----

def good_and_bad(metric):
    """Labels of a series that is fine and of one that is not: from the golden logs, else as the matcher wants them."""
    def some(wanted, instead):
        found = next((labels for labels, _ in metric.series() if metric.bad(labels) == wanted), None)
        if found is not None:
            return found
        base = next((labels for labels, _ in metric.series()), {label: "x" for label in metric.labels})
        return {**base, metric.bad.label: instead}
    positive = re.split(r"[|)]", re.sub(r"^\(\?i:", "", metric.bad.pattern))[0].replace("..", "00")
    failing, fine = ("other", positive) if metric.bad.op.startswith("!") else (positive, "fine")
    return some(False, fine), some(True, failing)


def every(growth, steps=30, begin=0):
    """A counter that grows by so much every two minutes."""
    return f"{begin:.10g}+{growth:.10g}x{steps}"


def ratio_alert(m):
    limit = RATIO_LIMIT if m.limit is None else m.limit
    failed, share = summed("increase", m.name, m.bad.matcher, "5m", ["job"]), golden_ratio(m)
    alert = Alert(m, "ErrorRatioHigh", [f"job:{m.base}_failed:ratio_rate5m > {limit:.10g}", f"and on (job) {failed} >= {BAD_SHORT}"], "5m", limit,
                  f"{m.of}: {{{{ $value | humanizePercentage }}}} of “{m.title}” {m.bad.words}",
                  f"{m.help} ({{{{ $labels.job }}}}): more than {limit * 100:.3g} % {m.bad.words}.",
                  f"On the dashboard, see which series fail, and since when. `{rate(m.name, m.bad.matcher, ', '.join(m.labels), '5m')}` has them all.",
                  golden=share is not None and share > limit and (golden_rate(m, m.bad) or 0) * 300 >= BAD_SHORT)
    good, bad = good_and_bad(m)

    def case(job, share, failed_in_5m, fires):
        """`failed_in_5m` are those that fail; the others make the share."""
        step = failed_in_5m * 2 / 5
        alert.cases.append((job, [(selector(m.name, {"job": job, **good}), every(step * (1 - share) / share)),
                                  (selector(m.name, {"job": job, **bad}), every(step))], fires))
    case("over", 1.1 * limit, 100, True)
    case("under", 0.9 * limit, 100, False)
    case("few", min(0.9, 10 * limit), BAD_SHORT * 0.9, False)
    case("enough", min(0.9, 10 * limit), BAD_SHORT * 1.1, True)
    return alert


def surge_alert(m):
    matcher = m.bad.matcher if m.bad else ""
    many, now = summed("increase", m.name, matcher, "10m", ["job"]), rate(m.name, matcher, "job", "10m")
    series = f"{m.name}{{{matcher}}}" if matcher else m.name
    before = f"sum by (job) (rate({series}[1d] offset 1h))"
    if matcher:     # what failed for the first time has no past
        before = f"({before} or 0 * {now})"
    which = f" that {m.bad.words}" if m.bad else ""
    alert = Alert(m, "Surge", [f"{many} >= {SURGE_LEAST}", f"and on (job) {now} > {SURGE_TIMES} * {before}",
                               f"and on (job) sum by (job) ({m.name} offset 1d) >= 0"], "10m", SURGE_LEAST,
                  f"{m.of}: {{{{ $value | humanize }}}} of “{m.title}”{which} in ten minutes",
                  f"{m.help}{which} ({{{{ $labels.job }}}}): more than {SURGE_TIMES} times as many as in the day before.",
                  f"On the dashboard, see which series grew. `topk(10, {rate(m.name, matcher, ', '.join(m.labels), '10m')})` has them: one source, or all?"
                  if m.labels else f"See since when `increase({series}[10m])` grows, and what the log says there.")
    alert.early, alert.late = "1d1h10m", "1d1h30m"
    labels = good_and_bad(m)[1] if m.bad else next((labels for labels, _ in m.series()), {label: "x" for label in m.labels})

    def case(job, before, after, fires):
        """So many every two minutes for a day and an hour, then for two hours."""
        alert.cases.append((job, [(selector(m.name, {"job": job, **labels}), f"{every(before, 750)} {every(after, 60, before * 750 + after)}")], fires))
    case("over", 2, 11, True)
    case("more", 5, 22, False)
    case("usual", 20, 20, False)
    case("rare", 0, 1.8, False)
    case("first", 0, 2.2, True)
    if matcher:
        alert.cases.append(("new-failure", [(selector(m.name, {"job": "new-failure", **good_and_bad(m)[0]}), every(1, 810)),
                                            (selector(m.name, {"job": "new-failure", **labels}), "_x750 " + every(2.2, 60))], True))
    alert.cases.append(("new", [(selector(m.name, {"job": "new", **labels}), "_x740 " + every(20, 70))], False))
    return alert


def p95_alert(m):
    unit = "humanizeDuration" if m.unit == "seconds" else "humanize"
    recorded = f"job:{m.name}:p95_rate5m"
    share = golden_quantile(m, 0.95)
    alert = Alert(m, "P95High", [f"{recorded} > {m.limit:.10g}",
                                 f"and on (job) {summed('increase', m.name + '_count', '', '5m', ['job'])} >= {SLOW_LEAST}"], "10m", m.limit,
                  f"{m.of}: P95 of “{m.title}” is {{{{ $value | {unit} }}}}",
                  f"{m.help} ({{{{ $labels.job }}}}): one in twenty is over {m.limit:.3g}{' s' if m.unit == 'seconds' else ''}.",
                  "On the dashboard, is it all of them or one label, and did the traffic grow as well?",
                  golden=share is not None and share > m.limit
                  and (golden_rate(m, name=m.name + "_count") or 0) * 300 >= SLOW_LEAST)
    labels = next((l for l, _ in m.series(m.name + "_count")), {label: "x" for label in m.labels})

    def case(job, p95, observed_in_5m, fires):
        low, high = 0, next(b for b in m.buckets if b >= p95 / 0.94 or b == m.buckets[-1])
        low = max([b for b in m.buckets if b < high], default=0)
        part = min((p95 - low) / (high - low), 0.94) if p95 > low else 0.01
        below = (0.95 - part) / (1 - part)      # of all; the rest is in the bucket from low to high
        grown = observed_in_5m * 2 / 5
        series = [(selector(m.name + "_bucket", {"job": job, **labels, "le": le_text(b)}), every(grown * (below if b <= low else 1 if b >= high else 0)))
                  for b in [*m.buckets, math.inf] if b == low or b >= high]
        series.append((selector(m.name + "_count", {"job": job, **labels}), every(grown)))
        alert.cases.append((job, series, fires))
    case("over", 1.1 * m.limit, 1000, True)
    case("under", 0.9 * m.limit, 1000, False)
    case("few", 1.1 * m.limit, SLOW_LEAST * 0.9, False)
    case("enough", 1.1 * m.limit, SLOW_LEAST * 1.1, True)
    return alert


def gauge_alert(m):
    old = m.name.endswith("_timestamp_seconds")
    value = f"max_over_time({m.name}[5m])"
    expr = f"time() - max by (job) ({value})" if old else f"sum by (job) ({value})"
    unit = "humanizeDuration" if m.unit == "seconds" else "humanize1024" if m.unit == "bytes" else "humanize"
    total = sum(value for _, value in m.series())
    alert = Alert(m, "Old" if old else "High", [f"{expr} > {m.limit:.10g}"], "5m", m.limit,
                  f"{m.of}: “{m.title}” {'is ' if not old else 'was '}{{{{ $value | {unit} }}}}{' ago' if old else ''}",
                  f"{m.help} ({{{{ $labels.job }}}}): over the limit of {m.limit:.10g}{' s' if m.unit == 'seconds' else ''}.",
                  "On the dashboard, does it grow, or has it jumped? The limit is `limit` of the wishes.", golden=not old and total > m.limit)
    alert.early = "0m"
    labels = next((labels for labels, _ in m.series()), {label: "x" for label in m.labels})

    def case(job, values, fires):
        alert.cases.append((job, [(selector(m.name, {"job": job, **labels}), values)], fires))
    over, under = (f"{share * m.limit:.10g}" for share in (1.1, 0.9))
    if old:     # a time that goes on as the clock does, so far behind
        case("over", f"-{over}+120x30", True)
        case("under", f"-{under}+120x30", False)
    else:
        case("over", f"{over}x30", True)
        case("under", f"{under}x30", False)
        case("was", f"{over}x16 {under}x13", False)
        case("unscraped", f"{over}x18", True)
    return alert


def stopped_alert(m, least):
    recorded = f"job:{m.base}:rate5m"
    alert = Alert(m, "Stopped", [f"{recorded} == 0", f"and on (job) max_over_time({recorded}[6h]) > {least:.10g}"], "10m", least,
                  f"{m.of}: no more “{m.title}” for ten minutes",
                  f"{m.help} ({{{{ $labels.job }}}}): there were some within the last six hours, and are none now.",
                  "Is the log still written (`logtally_log_last_line_timestamp_seconds`)? If so, nobody asks; else what writes it is down, or writes elsewhere.")
    labels = next((labels for labels, _ in m.series()), {label: "x" for label in m.labels})
    alert.early, alert.late = "5h10m", "8h20m"

    def case(job, rate_before, steps, fires):
        """So many a second for so many steps of two minutes, then none."""
        grown = rate_before * 120
        alert.cases.append((job, [(selector(m.name, {"job": job, **labels}), f"{every(grown, steps)} {grown * steps + 1:.10g}x{270 - steps}")], fires))
    case("over", 1.1 * least, 150, True)
    case("under", 0.9 * least, 150, False)
    case("long-ago", 2 * least, 30, False)
    case("goes-on", 2 * least, 270, False)
    return alert


def le_text(bound):
    """A bound as it is served."""
    return "+Inf" if math.isinf(bound) else repr(float(bound))


class Alerts:
    """Of one rules file."""

    def __init__(self, file, slos):
        self.all = []
        wanted = {slo["metric"]: slo["min_rate"] for slo in slos}
        for m in file.metrics:
            if m.role == "hidden":
                continue
            if m.kind == "counter" and m.bad and not m.bad.level and m.role == "traffic":
                self.all.append(ratio_alert(m))
            if m.kind == "counter" and (m.role == "errors" or m.bad and m.bad.level):
                self.all.append(surge_alert(m))
            if m.kind == "counter" and m.name in wanted:
                self.all.append(stopped_alert(m, wanted[m.name]))
            if m.kind == "histogram" and m.limit is not None:
                self.all.append(p95_alert(m))
            if m.kind == "gauge" and m.limit is not None:
                self.all.append(gauge_alert(m))

    def of(self, metric, *kinds):
        return next(a for a in self.all if a.metric is metric and a.kind in kinds)

    def __iter__(self):
        return iter(self.all)
