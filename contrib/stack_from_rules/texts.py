"""The texts of Prometheus: rules files, and their unit tests for promtool."""

import math

GOLDEN_MINUTES = 40     # how long the golden log is repeated, once a minute; longer than any `for`


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


def golden(file, records, alerts):
    """The golden log once a minute: what is recorded, and which alerts fire."""
    yield f"  - name: {file.name}, its golden log once a minute"
    yield "    interval: 1m"
    yield "    input_series:"
    for m in file.metrics:
        for name in m.exposed:
            for labels, value in m.series(name):
                values = f"{value:.17g}x{GOLDEN_MINUTES}" if m.kind == "gauge" else f"0+{value:.17g}x{GOLDEN_MINUTES}"
                yield series(name, {"job": "golden", **labels}, values)
    yield "    promql_expr_test:"
    for record in records:
        nearest = 10.0 ** (math.floor(math.log10(record.value)) - 5 if record.value else -6)
        yield f"      - expr: round({record.name}, {nearest:g})"
        yield f"        eval_time: {GOLDEN_MINUTES}m"
        if record.value is not None:
            yield "        exp_samples:"
            yield f"          - {{labels: '{{job=\"golden\"}}', value: {rounded(record.value, nearest)}}}"
    yield "      - expr: ALERTS{alertstate=\"firing\"}"
    yield f"        eval_time: {GOLDEN_MINUTES}m"
    yield from expected(alert.fires("golden") for alert in alerts if alert.golden)


def rounded(value, nearest):
    """As Prometheus's round() does it: what a sum of floats comes to in another order is the same to six digits."""
    inverse = 1 / nearest
    return f"{math.floor(value * inverse + 0.5) / inverse:.17g}"


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
    mine = f'ALERTS{{alertname="{alert.name}",alertstate="firing"}}'
    yield f"      - {{expr: {quoted(mine)}, eval_time: {alert.early}}}"
    yield f"      - expr: {mine}"
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
