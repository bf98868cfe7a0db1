"""The texts of Prometheus: rules files, and their unit tests for promtool."""

import math

from .golden import LOOK, STEP, TIMES


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def flow(labels):
    return "{" + ", ".join(f"{k}: {v}" for k, v in labels.items()) + "}"


def rules(file, records, alerts, wishes):
    yield "groups:"
    if records:
        yield f"  - name: recording-{file.name}"
        yield "    rules:"
    for record in records:
        yield f"      - record: {record.name}"
        yield f"        expr: {quoted(record.expr) if ': ' in record.expr or '#' in record.expr else record.expr}"
    if alerts.all:
        yield f"  - name: {file.name}"
        yield "    rules:"
    for alert in alerts:
        yield f"      - alert: {alert.name}"
        yield "        expr: >-"
        yield from (f"          {line}" for line in alert.expr)
        yield f"        for: {alert.hold}"
        yield f"        labels: {flow(alert.labels())}"
        yield "        annotations:"
        yield f"          summary: {quoted(alert.summary)}"
        yield f"          description: {quoted(alert.description)}"
        yield f"          runbook_url: {wishes.runbook}#{alert.name.lower()}"
        yield f"          dashboard_url: /d/{file.uid}"


def series(name, labels, values):
    inner = ",".join(f'{k}="{v}"' for k, v in labels.items())
    return f"      - {{series: {quoted(f'{name}{{{inner}}}')}, values: {quoted(values)}}}"


def exact(value):
    return str(int(value)) if float(value).is_integer() and value < 1e15 else repr(float(value))


def repeated(metric, name, labels, value):
    """The values of a series of the golden log, as STEP wants them. Before, counters grow twice as fast, and all that
    histograms observe is beyond their buckets."""
    end = LOOK // STEP
    if metric.kind == "gauge":
        return f"{exact(value)}x{end}"
    before = 0 if labels.get("le", "+Inf") != "+Inf" else 2 * value
    steps = end - 6
    begin = 2 * value       # rate() takes a counter that begins at 0 for one that is new
    grown = begin + before * steps
    twice = [exact(grown + value * n) for n in range(1, TIMES + 1)]
    return f"{exact(begin)}+{exact(before)}x{steps} {' '.join(twice)}x{end - steps}"


def golden(file, records, alerts):
    """What is recorded of the golden log, and which alerts fire when it is written again and again."""
    yield f"  - name: {file.name}, its golden log"
    yield f"    interval: {STEP}s"
    yield "    input_series:"
    for m in file.metrics:
        for name in m.exposed:
            for labels, value in m.series(name) if not name.endswith("_sum") or m.kind == "counter" else ():
                yield series(name, {"job": "golden", **labels}, repeated(m, name, labels, value))
    yield "    promql_expr_test:"
    for record in records:
        nearest = 10.0 ** (math.floor(math.log10(record.value)) - 5 if record.value else -6)
        yield f"      - expr: round({record.name}, {nearest:g})"
        yield f"        eval_time: {LOOK}s"
        if record.value is not None:
            yield "        exp_samples:"
            yield f"          - {{labels: '{{job=\"golden\"}}', value: {rounded(record.value, nearest)}}}"
    yield "      - expr: ALERTS{alertstate=\"firing\"}"
    yield f"        eval_time: {LOOK}s"
    yield from expected(text for alert in alerts if alert.golden for text in alert.golden_fires())


def rounded(value, nearest):
    """As Prometheus's round() does it: what a sum of floats comes to in another order is the same to six digits."""
    inverse = 1 / nearest
    return exact(math.floor(value * inverse + 0.5) / inverse)


def expected(labels):
    samples = [f"          - {{labels: {quoted(text)}, value: 1}}" for text in sorted(labels)]
    if samples:
        yield "        exp_samples:"
        yield from samples


def around(alert):
    """A tenth over and under each of its limits, and nobody is told before its time."""
    yield f"  - name: {alert.name}, a tenth over and under its limits"
    yield "    interval: 2m"
    yield "    input_series:"
    for _, lines, _ in alert.cases:
        yield from (f"      - {{series: {quoted(selector)}, values: {quoted(values)}}}" for selector, values in lines)
    yield "    promql_expr_test:"
    mine = f'alertname="{alert.name}",alertstate="firing"'
    yield f"      - {{expr: 'ALERTS{{{mine},job=\"over\"}}', eval_time: {alert.early}}}"
    yield f"      - expr: ALERTS{{{mine}}}"
    yield f"        eval_time: {alert.late}"
    yield from expected(alert.fires(job) for job, _, fires in alert.cases if fires)


def tests(file, records, alerts):
    yield f"rule_files: [../rules/{file.name}.yml]"
    yield "evaluation_interval: 10m"
    if records and alerts.all:
        yield f"group_eval_order: [recording-{file.name}, {file.name}]"
    yield "tests:"
    if any(m.series(name) for m in file.metrics for name in m.exposed):
        yield from golden(file, records, alerts)
    for alert in alerts:
        yield from around(alert)
