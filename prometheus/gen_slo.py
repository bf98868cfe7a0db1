#!/usr/bin/env python3
"""Writes rules/slo.yml: the service level objectives and their burn-rate alerts; with --tests the unit tests of every
limit in them, tests/slo_limits_test.yml.

Seven windows times two objectives is too much to keep right by hand, so the table below is the source:
`prometheus/gen_slo.py > prometheus/rules/slo.yml` and `prometheus/gen_slo.py --tests > prometheus/tests/slo_limits_test.yml`;
tests/stack/run.sh fails when they differ.

Method: SRE workbook, chapter 5, as sloth and pyrra do it. An alert needs a long window (enough of the budget is
gone) and a short one (it still burns now). The 30-day budget is weighted by traffic: bad and total events are recorded
as rates and summed, where averaging ratios would let one quiet bad night outweigh a busy good day.
"""

import sys

WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]

# (speed, severity, [(burn rate, long window, short window)]): page at 2 % of the budget in 1 h or 5 % in 6 h,
# ticket at 10 % in 1 d or in 3 d.
ALERTS = [
    ("Fast", "critical", [(14.4, "1h", "5m"), (6, "6h", "30m")]),
    ("Slow", "warning", [(3, "1d", "2h"), (1, "3d", "6h")]),
]

SLOS = [
    {
        "slo": "http-availability",
        "alert": "HttpAvailabilityBudgetBurn",
        "objective": 0.999,
        "what": "99.9 % of HTTP requests in 30 days are answered without 5xx",
        "dashboard": "/d/mlp-http",
        "total": "sum by (job) (rate(http_requests_total[{w}]))",
        "bad": 'sum by (job) (rate(http_requests_total{{status=~"5.."}}[{w}]))',
    },
    {
        "slo": "http-latency",
        "alert": "HttpLatencyBudgetBurn",
        "objective": 0.95,
        "what": "95 % of HTTP requests in 30 days are answered within 1 s",
        "dashboard": "/d/mlp-http",
        "total": "sum by (job) (rate(http_request_duration_seconds_count[{w}]))",
        "bad": 'sum by (job) (rate(http_request_duration_seconds_count[{w}]))'
               ' - sum by (job) (rate(http_request_duration_seconds_bucket{{le="1.0"}}[{w}]))',
    },
]

# Below this many requests a second a burn rate says nothing. Asked of the short window: on a new installation rate()
# over 3 d divides a few hours of requests by three days.
MIN_RATE = 0.1


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


def alerts(slo):
    allowed = round(1 - slo["objective"], 6)
    name = slo["slo"]
    for speed, severity, rates in ALERTS:
        alert = slo["alert"] + speed
        yield f"      - alert: {alert}"
        yield "        expr: >-"
        for i, (burn, long, short) in enumerate(rates):
            if i:
                yield "          or"
            limit = round(burn * allowed, 6)
            yield "          ("
            yield f'            slo:sli_error:ratio_rate{long}{{slo="{name}"}} > {limit}'
            yield f'            and on (job) slo:sli_error:ratio_rate{short}{{slo="{name}"}} > {limit}'
            yield f"            and on (job) {slo['total'].format(w=short)} > {MIN_RATE}"
            yield "          )"
        yield f"        labels: {{severity: {severity}, area: http, slo: {name}}}"
        yield "        annotations:"
        yield "          summary: '{{ $labels.job }} burns its error budget (" + name + "): {{ $value | humanizePercentage }} bad'"
        windows = " or ".join(f"{burn}x over {long} and {short}" for burn, long, short in rates)
        yield f"          description: 'Objective: {slo['what']}. Burn rate {windows}.'"
        yield f"          runbook_url: docs/runbook.md#{alert.lower()}"
        yield f"          dashboard_url: {slo['dashboard']}"


# The tests: at the end of four days a job has burnt for as long as the long window. Before that it had ten times the
# traffic and no failure, so that the longer windows stay calm and each pair of windows is tried alone.
MINUTES = {"5m": 5, "30m": 30, "1h": 60, "2h": 120, "6h": 360, "1d": 1440, "3d": 4320}
STEP = 2
DAYS = 4


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
    else:
        name = "http_request_duration_seconds"
        series = (f'{name}_count{{job="{job}"}}', total), (f'{name}_bucket{{job="{job}",le="1.0"}}', good)
    for selector, segments in series:
        yield f"      - {{series: '{selector}', values: '{counter(segments)}'}}"


def tests():
    yield "# Made by prometheus/gen_slo.py --tests; change that and run it again."
    yield "rule_files: [../rules/slo.yml]"
    yield f"evaluation_interval: {DAYS}d"
    # Else promtool evaluates groups in an order of its own, and alerts may look for series that are not yet recorded.
    yield "group_eval_order: [" + ", ".join("slo-" + slo["slo"] for slo in SLOS) + ", slo-budget, slo-alerts]"
    yield "tests:"
    for slo in SLOS:
        allowed = round(1 - slo["objective"], 6)
        firing, series = [], []
        for speed, severity, rates in ALERTS:
            for burn, long, short in rates:
                limit = burn * allowed
                for name, ratios, rate in (
                    ("over", (1.1, 1.1), 1.1), ("long-under", (0.9, 1.3), 1.1), ("short-under", (1.1, 0.9), 1.1), ("quiet", (1.1, 1.1), 0.9),
                ):
                    series += burning(slo, f"{long}-{name}", long, short, [limit * r for r in ratios], MIN_RATE * rate)
                firing.append(f"          - {{labels: 'ALERTS{{alertname=\"{slo['alert']}{speed}\",alertstate=\"firing\",area=\"http\",job=\"{long}-over\","
                              f"severity=\"{severity}\",slo=\"{slo['slo']}\"}}', value: 1}}")
        yield f"  - name: {slo['slo']}, a tenth over and a tenth under every limit, in both windows, and with too little traffic"
        yield f"    interval: {STEP}m"
        yield "    input_series:"
        yield from series
        yield "    promql_expr_test:"
        yield "      - expr: ALERTS{alertstate=\"firing\"}"
        yield f"        eval_time: {DAYS}d"
        yield "        exp_samples:"
        yield from firing


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
