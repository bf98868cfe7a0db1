"""The golden logs: what the tests of the rules say that they come to, and what recorded series come to on them."""

import decimal
import glob
import math
import pathlib
import re

# The golden test (texts.golden) looks once, at 40 minutes. The window of five minutes before it has seven samples, 45 seconds from
# each other and none on its edge, where versions of Prometheus differ; between the first three of them the golden log was written
# twice. So what is recorded over a longer or a shorter window comes to something else.
STEP, LOOK = 45, 2400
TIMES, SPAN = 2, 6 * STEP


def le_text(bound):
    """A bound as logtally serves it, and Prometheus stores it: 1.0, 0.25, 1e+06."""
    if math.isinf(bound):
        return "+Inf"
    _, digits, exponent = decimal.Decimal(repr(float(bound))).normalize().as_tuple()
    power = len(digits) + exponent - 1
    if bound == 0 or -5 < power < 6:
        return repr(float(bound))
    mantissa = "".join(map(str, digits))
    return f"{mantissa[0]}{'.' * (len(mantissa) > 1)}{mantissa[1:]}e{power:+03d}"


def page(path):
    """(name, labels, value) of each series of a page of metrics."""
    for line in path.read_text(encoding="utf-8").splitlines():
        found = re.fullmatch(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)', line)
        if not found:
            continue
        labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found[2] or ""))
        if "le" in labels:
            labels["le"] = le_text(float(labels["le"]))
        yield found[1], labels, float(found[3])


def series_of(path, wishes):
    """The series of the golden tests beside a rules file, added up: of its own page, else of all that are there."""
    path = pathlib.Path(path)
    asked = wishes.get("file", path.stem, "golden")
    tests = wishes.home / path.parent / "tests"
    own = tests / f"{path.stem}.prom"
    added = {}
    for found in sorted(glob.glob(asked, root_dir=wishes.home, recursive=True) if asked else [own] if own.exists() else tests.glob("*.prom")):
        for name, labels, value in page(wishes.home / found):
            key = (name, tuple(labels.items()))
            added[key] = added.get(key, 0) + value
    golden = {}
    for (name, labels), value in added.items():
        golden.setdefault(name, []).append((dict(labels), value))
    return golden


def rate(metric, only=lambda labels: True, name=None):
    values = [value for labels, value in metric.series(name) if only(labels)]
    return sum(values) * TIMES / SPAN if values else None


def ratio(metric):
    whole = rate(metric)
    return (rate(metric, metric.bad) or 0) / whole if whole else None


def quantile(metric, q):
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
