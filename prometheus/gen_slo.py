#!/usr/bin/env python3
"""Writes rules/slo.yml: the service level objectives and their burn-rate alerts.

Seven windows times two objectives is too much to keep right by hand, so the table below is the source:
`prometheus/gen_slo.py > prometheus/rules/slo.yml`; tests/stack/run.sh fails when the two differ.

Method: SRE workbook, chapter 5, as sloth and pyrra do it. An alert needs a long window (enough of the budget is
gone) and a short one (it still burns now). The 30-day budget is weighted by traffic: bad and total events are recorded
as rates and summed, where averaging ratios would let one quiet bad night outweigh a busy good day.
"""

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


def main():
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
