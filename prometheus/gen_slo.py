#!/usr/bin/env python3
"""Writes rules/slo.yml: the service level objectives and their burn-rate alerts; with --tests the unit tests of every
limit in them, tests/slo_limits_test.yml.

Seven windows times two objectives is too much to keep right by hand, so the table below is the source:
`prometheus/gen_slo.py > prometheus/rules/slo.yml` and `prometheus/gen_slo.py --tests > prometheus/tests/slo_limits_test.yml`;
tests/stack/run.sh fails when they differ.

Method: SRE workbook, chapter 5, as sloth and pyrra do it. An alert needs a long window (enough of the budget is
gone) and a short one (it still burns now). A ratio of few events says nothing: both windows also need some bad ones, and
the windows of days as long a history, since rate() over three days of a new installation is that of its first minutes. The 30-day budget is weighted by traffic: bad and total events are recorded
as rates and summed, where averaging ratios would let one quiet bad night outweigh a busy good day.
"""

import sys
from pathlib import Path

RUNBOOK = Path(__file__).with_name("runbook_url").read_text(encoding="utf-8").strip()

WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]

# (speed, severity, burn rate, long window, short window, for, history): page at 2 % of the budget in 1 h or 5 % in 6 h,
# ticket at 10 % in 1 d or in 3 d.
ALERTS = [
    ("Fast", "critical", 14.4, "1h", "5m", "2m", None),
    ("Fast", "critical", 6, "6h", "30m", "15m", None),
    ("Slow", "warning", 3, "1d", "2h", "1h", "1d"),
    ("Slow", "warning", 1, "3d", "6h", "3h", "3d"),
]

# So many bad events must be in the long and in the short window.
BAD_LONG, BAD_SHORT = 10, 3

SLOS = [
    {
        "slo": "http-availability",
        "alert": "HttpAvailabilityBudgetBurn",
        "objective": 0.999,
        "what": "99.9 % of HTTP requests in 30 days are answered without 5xx",
        "dashboard": "/d/mlp-http",
        "area": "http",
        "min_rate": 0.1,
        "total": "sum by (job) (rate(http_requests_total[{w}]))",
        "bad": 'sum by (job) (rate(http_requests_total{{status=~"5.."}}[{w}]))',
    },
    {
        "slo": "http-latency",
        "alert": "HttpLatencyBudgetBurn",
        "objective": 0.95,
        "what": "95 % of HTTP requests in 30 days are answered within 1 s",
        "dashboard": "/d/mlp-http",
        "area": "http",
        "min_rate": 0.1,
        "total": "sum by (job) (rate(http_request_duration_seconds_count[{w}]))",
        "bad": 'sum by (job) (rate(http_request_duration_seconds_count[{w}]))'
               ' - sum by (job) (rate(http_request_duration_seconds_bucket{{le="1.0"}}[{w}]))',
    },
    {
        "slo": "messages",
        "alert": "MessageBudgetBurn",
        "objective": 0.99,
        "what": "99 % of chat messages in 30 days are answered",
        "dashboard": "/d/mlp-sessions",
        "area": "messages",
        "min_rate": 0.02,
        "total": "sum by (job) (rate(messages_processed_total[{w}]))",
        "bad": 'sum by (job) (rate(messages_processed_total{{status!="success"}}[{w}]))',
    },
]

# min_rate: below this many events a second a burn rate says nothing. Asked of the short window: on a new installation
# rate() over 3 d divides a few hours of requests by three days.


def recording(slo):
    name = slo["slo"]
    yield f"  - name: slo-{name}"
    yield "    rules:"
    yield "      - record: slo:objective:ratio"
    yield f"        expr: vector({slo['objective']})"
    yield f"        labels: {{slo: {name}}}"
    for w in WINDOWS:
        total = slo["total"].format(w=w)
        bad = slo["bad"].format(w=w)
        yield f"      - record: slo:sli_error:ratio_rate{w}"
        yield "        expr: >-"
        yield f"          ({bad} or 0 * {total})"
        yield f"          / ({total} > 0)"
        yield f"        labels: {{slo: {name}}}"
    total = slo["total"].format(w="5m")
    bad = slo["bad"].format(w="5m")
    yield "      - record: slo:total_events:rate5m"
    yield f"        expr: {total}"
    yield f"        labels: {{slo: {name}}}"
    yield "      - record: slo:bad_events:rate5m"
    yield "        expr: >-"
    yield f"          {bad}"
    yield f"          or 0 * {total}"
    yield f"        labels: {{slo: {name}}}"


def budget():
    yield "  - name: slo-budget"
    yield "    interval: 1m"
    yield "    rules:"
    for slo in SLOS:
        name = slo["slo"]
        yield "      - record: slo:error_budget_remaining:ratio"
        yield "        expr: >-"
        yield f'          1 - sum_over_time(slo:bad_events:rate5m{{slo="{name}"}}[30d])'
        yield f'          / (sum_over_time(slo:total_events:rate5m{{slo="{name}"}}[30d]) > 0)'
        yield f"          / {round(1 - slo['objective'], 6)}"
        yield f"        labels: {{slo: {name}}}"


def bad_events(slo, window):
    """How many in a window: as its rate is asked for."""
    text = slo["bad"].format(w=window).replace("rate(", "increase(")
    return f"({text})" if " - " in text else text


def alerts(slo):
    allowed = round(1 - slo["objective"], 6)
    name = slo["slo"]
    for speed, severity, burn, long, short, hold, history in ALERTS:
        alert, limit = slo["alert"] + speed, round(burn * allowed, 6)
        yield f"      - alert: {alert}"
        yield "        expr: >-"
        yield f'          slo:sli_error:ratio_rate{long}{{slo="{name}"}} > {limit}'
        yield f'          and on (job) slo:sli_error:ratio_rate{short}{{slo="{name}"}} > {limit}'
        yield f"          and on (job) {slo['total'].format(w=short)} > {slo['min_rate']}"
        yield f"          and on (job) {bad_events(slo, long)} >= {BAD_LONG}"
        yield f"          and on (job) {bad_events(slo, short)} >= {BAD_SHORT}"
        if history:
            yield f'          and on (job) slo:total_events:rate5m{{slo="{name}"}} offset {history}'
        yield f"        for: {hold}"
        yield f"        labels: {{severity: {severity}, area: {slo['area']}, slo: {name}, window: {long}}}"
        yield "        annotations:"
        yield "          summary: '{{ $labels.job }} burns its error budget (" + name + "): {{ $value | humanizePercentage }} bad'"
        yield f"          description: 'Objective: {slo['what']}. Burn rate {burn}x over {long} and {short}.'"
        yield f"          runbook_url: {RUNBOOK}#{alert.lower()}"
        yield f"          dashboard_url: {slo['dashboard']}"


# The tests: at the end of four days a job has burnt for as long as the long window. Before that it had ten times the
# traffic and no failure, so that the longer windows stay calm and each pair of windows is tried alone. Rules are evaluated
# at the end alone, so an alert is pending then, and what was recorded days before is given.
MINUTES = {"5m": 5, "30m": 30, "1h": 60, "2h": 120, "6h": 360, "1d": 1440, "3d": 4320}
STEP = 2
DAYS = 4
# Samples one and three days before the end.
HISTORY = f"_x{1440 // STEP - 1} _ 1 _x{2 * 1440 // STEP - 2} 1"


def counter(segments):
    """Sample values in promtool's notation; segments are (minutes, growth a minute)."""
    value, words = 0, []
    for minutes, growth in segments:
        steps = minutes // STEP
        words.append(f"{value:.10g}+{growth * STEP:.10g}x{steps - 1}")
        value += growth * STEP * steps
    return " ".join(words)


def burning(slo, job, long, short, ratios, rate):
    """The series of a job that fails by ratios (over the long window, in the short one)."""
    whole, end = MINUTES[long] + 4, MINUTES[short] + 4 + MINUTES[short] % 2
    whole += whole % 2
    now = ratios[1]
    before = (ratios[0] * whole - now * end) / (whole - end)
    calm = DAYS * 1440 - whole + STEP
    total = [(calm, 600 * rate), (whole - end, 60 * rate), (end, 60 * rate)]
    bad = [(calm, 0), (whole - end, 60 * rate * before), (end, 60 * rate * now)]
    good = [(minutes, growth - failed) for (minutes, growth), (_, failed) in zip(total, bad)]
    if slo["slo"] == "http-availability":
        series = (f'http_requests_total{{job="{job}",status="200"}}', good), (f'http_requests_total{{job="{job}",status="500"}}', bad)
    elif slo["slo"] == "messages":
        name = "messages_processed_total"
        series = (f'{name}{{job="{job}",status="success"}}', good), (f'{name}{{job="{job}",status="error"}}', bad)
    else:
        name = "http_request_duration_seconds"
        series = (f'{name}_count{{job="{job}"}}', total), (f'{name}_bucket{{job="{job}",le="1.0"}}', good)
    for selector, segments in series:
        yield f"      - {{series: '{selector}', values: '{counter(segments)}'}}"


def cases(slo, limit, short):
    """(name, does it fire?, (ratio over the long window, in the short one), events a second)."""
    busy, least = 20 * slo["min_rate"], slo["min_rate"]
    many = max(1.1 * limit, 3.5 / (0.9 * least * 60 * MINUTES[short]))   # enough bad events of the least traffic
    yield "over", True, (1.1 * limit, 1.1 * limit), busy
    yield "long-under", False, (0.9 * limit, 1.3 * limit), busy
    yield "short-under", False, (1.1 * limit, 0.9 * limit), busy
    yield "some-traffic", True, (many, many), 1.1 * least
    yield "quiet", False, (many, many), 0.9 * least


def tests():
    yield "# Made by prometheus/gen_slo.py --tests; change that and run it again."
    yield "rule_files: [../rules/slo.yml]"
    yield f"evaluation_interval: {DAYS}d"
    # Else promtool evaluates groups in an order of its own, and alerts may look for series that are not yet recorded.
    yield "group_eval_order: [" + ", ".join("slo-" + slo["slo"] for slo in SLOS) + ", slo-budget, slo-alerts]"
    yield "tests:"
    for slo in SLOS:
        allowed = round(1 - slo["objective"], 6)
        pending, series = [], []
        for speed, severity, burn, long, short, _, history in ALERTS:
            new = [("new", False, (1.1 * burn * allowed,) * 2, 20 * slo["min_rate"])] if history else []
            for name, fires, ratios, rate in [*cases(slo, burn * allowed, short), *new]:
                job = f"{long}-{name}"
                series += burning(slo, job, long, short, ratios, rate)
                if name != "new":
                    series.append(f"      - {{series: 'slo:total_events:rate5m{{job=\"{job}\",slo=\"{slo['slo']}\"}}', values: '{HISTORY}'}}")
                if fires:
                    pending.append(f"          - {{labels: 'ALERTS{{alertname=\"{slo['alert']}{speed}\",alertstate=\"pending\",area=\"{slo['area']}\","
                                   f"job=\"{job}\",severity=\"{severity}\",slo=\"{slo['slo']}\",window=\"{long}\"}}', value: 1}}")
        yield f"  - name: {slo['slo']}, a tenth over and a tenth under every limit, in both windows, with too little traffic, and without history"
        yield f"    interval: {STEP}m"
        yield "    input_series:"
        yield from series
        yield "    promql_expr_test:"
        yield "      - expr: ALERTS"
        yield f"        eval_time: {DAYS}d"
        yield "        exp_samples:"
        yield from pending


def main():
    if sys.argv[1:] == ["--tests"]:
        print("\n".join(tests()))
        return
    print("# Made by prometheus/gen_slo.py; change that and run it again.")
    print("groups:")
    for slo in SLOS:
        print("\n".join(recording(slo)))
    print("\n".join(budget()))
    print("  - name: slo-alerts")
    print("    rules:")
    for slo in SLOS:
        print("\n".join(alerts(slo)))


main()
