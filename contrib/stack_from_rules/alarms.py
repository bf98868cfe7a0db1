"""Recording rules and alerts of a rules file, each with what its unit tests need.

Alerts are tickets (severity warning): a share of failures that is too large, failures that are many more than usual, a limit
of the wishes that is passed, traffic that stopped. Who pages is an objective ([slo] in the wishes, prometheus/slo_model.py).
Few events say nothing, so every alert also asks for some.
"""

import math
import re

from model import quantile, rate, ratio
from slo_model import BAD_SHORT, summed

from . import golden
from .golden import le_text

RATIO_LIMIT = 0.05
SLOW_LEAST = 20         # observations in five minutes that a P95 needs
SURGE_LEAST, SURGE_TIMES = 10, 5    # in ten minutes, and of the day before


def camel(name):
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name))


def selector(name, labels):
    return name + "{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}"


class Record:
    """A recorded series of each job, and what it comes to on the golden log (None: it is not there)."""

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
        self.of_series = {}     # labels of its tests' series that it keeps
        self.cases = []

    def case(self, job, series, fires):
        """`series` are (name, labels, values)."""
        self.cases.append((job, [(selector(name, {"job": job, **labels}), values) for name, labels, values in series], fires))

    def labels(self):
        return {"severity": self.severity, "area": self.metric.file, **({"owner": self.metric.owner} if self.metric.owner else {})}

    def golden_fires(self):
        """As `ALERTS` shows it on the golden log: of each series that is over the limit, or of the job."""
        if not self.of_series:
            return [self.fires("golden")]
        return [self.fires("golden", labels) for labels, value in self.metric.series() if value > self.limit]

    def fires(self, job, of_series=None):
        labels = {"alertname": self.name, "alertstate": "firing", **self.labels(), **(of_series or self.of_series), "job": job}
        return selector("ALERTS", dict(sorted(labels.items())))


# ---- recording rules ----

def records(file):
    for m in file.metrics:
        if m.kind == "counter" and m.role != "hidden":
            yield Record(f"job:{m.base}:rate5m", rate(m.name, "", "job", "5m"), golden.rate(m))
            if m.bad and not m.bad.level:
                whole = f"job:{m.base}:rate5m"
                yield Record(f"job:{m.base}_failed:ratio_rate5m", ratio(rate(m.name, m.bad.matcher, "job", "5m"), whole), golden.ratio(m))
        if m.kind == "histogram" and m.role != "hidden":
            for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
                yield Record(f"job:{m.name}:{name}_rate5m", quantile(q, m.name, "", "job", "5m"), golden.quantile(m, q))


# ---- alerts ----

def good_and_bad(metric):
    """Labels of a series that is fine and of one that is not: from the golden logs, else as the matcher wants them."""
    def some(wanted, instead):
        found = next((labels for labels, _ in metric.series() if metric.bad(labels) == wanted), None)
        if found is not None:
            return found
        return {**metric.example(), metric.bad.label: instead}
    positive = re.split(r"[|)]", re.sub(r"^\(\?i:", "", metric.bad.pattern))[0].replace("..", "00")
    failing, fine = ("other", positive) if metric.bad.op.startswith("!") else (positive, "fine")
    return some(False, fine), some(True, failing)


def every(growth, steps=30, begin=0):
    """A counter that grows by so much every two minutes."""
    return f"{begin:.10g}+{growth:.10g}x{steps}"


def ratio_alert(m):
    limit = RATIO_LIMIT if m.limit is None else m.limit
    failed, share = summed("increase", m.name, m.bad.matcher, "5m", ["job"]), golden.ratio(m)
    alert = Alert(m, "ErrorRatioHigh", [f"job:{m.base}_failed:ratio_rate5m > {limit:.10g}", f"and on (job) {failed} >= {BAD_SHORT}"], "5m", limit,
                  f"{m.of}: {{{{ $value | humanizePercentage }}}} of “{m.title}” {m.bad.words}",
                  f"{m.help} ({{{{ $labels.job }}}}): more than {limit * 100:.3g} % {m.bad.words}.",
                  f"On the dashboard, see which series fail, and since when. `{rate(m.name, m.bad.matcher, ', '.join(m.labels), '5m')}` has them all.",
                  golden=share is not None and share > limit and (golden.rate(m, m.bad) or 0) * 300 >= BAD_SHORT)
    good, bad = good_and_bad(m)

    def case(job, share, failed_in_5m, fires):
        """`failed_in_5m` are those that fail; the others make the share."""
        step = failed_in_5m * 2 / 5
        alert.case(job, [(m.name, good, every(step * (1 - share) / share)), (m.name, bad, every(step))], fires)
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
    labels = good_and_bad(m)[1] if m.bad else m.example()

    def case(job, before, after, fires):
        """So many every two minutes for a day and an hour, then for two hours."""
        alert.case(job, [(m.name, labels, f"{every(before, 750)} {every(after, 60, before * 750 + after)}")], fires)
    case("over", 2, 11, True)
    case("more", 5, 22, False)
    case("usual", 20, 20, False)
    case("rare", 0, 1.8, False)
    case("first", 0, 2.2, True)
    if matcher:
        alert.case("new-failure", [(m.name, good_and_bad(m)[0], every(1, 810)), (m.name, labels, "_x750 " + every(2.2, 60))], True)
    alert.case("new", [(m.name, labels, "_x740 " + every(20, 70))], False)
    return alert


def p95_alert(m):
    unit = "humanizeDuration" if m.unit == "seconds" else "humanize"
    recorded = f"job:{m.name}:p95_rate5m"
    share = golden.quantile(m, 0.95)
    alert = Alert(m, "P95High", [f"{recorded} > {m.limit:.10g}",
                                 f"and on (job) {summed('increase', m.name + '_count', '', '5m', ['job'])} >= {SLOW_LEAST}"], "10m", m.limit,
                  f"{m.of}: P95 of “{m.title}” is {{{{ $value | {unit} }}}}",
                  f"{m.help} ({{{{ $labels.job }}}}): one in twenty is over {m.limit:.3g}{' s' if m.unit == 'seconds' else ''}.",
                  "On the dashboard, is it all of them or one label, and did the traffic grow as well?",
                  golden=share is not None and share > m.limit
                  and (golden.rate(m, name=m.name + "_count") or 0) * 300 >= SLOW_LEAST)
    labels = m.example(m.name + "_count")

    def case(job, p95, observed_in_5m, fires):
        """All is observed in the bucket from low to high, but for so many below it that the P95 lies where it is wanted."""
        high = next(b for b in m.buckets if b >= p95 / 0.94 or b == m.buckets[-1])
        low = max([b for b in m.buckets if b < high], default=0)
        part = min((p95 - low) / (high - low), 0.94) if p95 > low else 0.01
        below = (0.95 - part) / (1 - part)
        grown = observed_in_5m * 2 / 5
        series = [(m.name + "_bucket", {**labels, "le": le_text(b)}, every(grown * (below if b <= low else 1)))
                  for b in [*m.buckets, math.inf] if b == low or b >= high]
        alert.case(job, [*series, (m.name + "_count", labels, every(grown))], fires)
    case("over", 1.1 * m.limit, 1000, True)
    case("under", 0.9 * m.limit, 1000, False)
    case("few", 1.1 * m.limit, SLOW_LEAST * 0.9, False)
    case("enough", 1.1 * m.limit, SLOW_LEAST * 1.1, True)
    return alert


def gauge_alert(m):
    """Of each series, as the panel draws them."""
    old = m.name.endswith("_timestamp_seconds")
    expr = f"max_over_time({m.name}[5m]) > {m.limit:.10g}"
    unit = "humanizeDuration" if m.unit == "seconds" else "humanize1024" if m.unit == "bytes" else "humanize"
    alert = Alert(m, "Old" if old else "High", [f"time() - {expr}" if old else expr], "5m", m.limit,
                  f"{m.of}: “{m.title}” {'was ' if old else 'is '}{{{{ $value | {unit} }}}}{' ago' if old else ''} ({{{{ $labels.instance }}}})",
                  f"{m.help} ({{{{ $labels.job }}}}): over the limit of {m.limit:.10g}{' s' if m.unit == 'seconds' else ''}.",
                  "On the dashboard, does it grow, or has it jumped? The limit is `limit` of the wishes.",
                  golden=not old and any(value > m.limit for _, value in m.series()))
    alert.early, alert.of_series = "0m", m.example()

    def case(job, values, fires):
        alert.case(job, [(m.name, alert.of_series, values)], fires)
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
    alert.early, alert.late = "5h10m", "8h20m"

    def case(job, rate_before, steps, fires):
        """So many a second for so many steps of two minutes, then none."""
        grown = rate_before * 120
        alert.case(job, [(m.name, m.example(), f"{every(grown, steps)} {grown * steps + 1:.10g}x{270 - steps}")], fires)
    case("over", 1.1 * least, 150, True)
    case("under", 0.9 * least, 150, False)
    case("long-ago", 2 * least, 30, False)
    case("goes-on", 2 * least, 270, False)
    return alert


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
