"""Service level objectives as Prometheus rules: their recorded windows and budgets, their burn-rate alerts, and unit tests of
every limit in those. gen_slo.py and contrib/stack-from-rules write them for objectives of their own.

An objective is a dict:

    slo       its name, the label `slo` of all that is recorded for it
    alert     how the names of its alerts begin
    objective the share that has to be good; `what` says it in words
    metric    a counter, with `bad`, the matcher of its failures, and `examples`, matchers of a good and of a bad series for
              the tests; or a histogram, with `le`, the bound within which what it observed is good
    min_rate  below so many events a second a burn rate says nothing; asked of the short window, as on a new installation
              rate() over 3 d divides a few hours of requests by three days
    dashboard, runbook, area and, if somebody in particular is told, owner: of the alerts

Method: SRE workbook, chapter 5, as sloth and pyrra do it. An alert needs a long window (enough of the budget is
gone) and a short one (it still burns now). A ratio of few events says nothing: both windows also need some bad ones, and
the windows of days as long a history, since rate() over three days of a new installation is that of its first minutes.
The 30-day budget is weighted by traffic: bad and total events are recorded as rates and summed, where averaging ratios would
let one quiet bad night outweigh a busy good day.
"""

import math

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


def summed(function, metric, matchers, window, by):
    """sum by (job) (rate(metric{matchers}[5m])); `function` is rate or increase."""
    braces = f"{{{matchers}}}" if matchers else ""
    return f"sum by ({', '.join(by)}) ({function}({metric}{braces}[{window}]))"


# No alert waits for more than this share of failures: 14.4 times a budget of 10 % would be more than all.
LIMIT_MAX = 0.75


def allowed_share(slo):
    return round(1 - slo["objective"], 6)


def burn_of(slo, burn):
    """The burn rate, or less: of a large budget the fastest is LIMIT_MAX, and the others lie as far apart as there is room."""
    fastest, room = ALERTS[0][2], LIMIT_MAX / allowed_share(slo)
    return burn if fastest <= room else burn ** math.log(room, fastest)


def limit_of(slo, burn):
    """The share of failures at which the budget burns so fast."""
    return burn_of(slo, burn) * allowed_share(slo)


def all_events(slo, function, window):
    suffix = "_count" if "le" in slo else ""
    return summed(function, slo["metric"] + suffix, "", window, ["job"])


def bad_events(slo, function, window):
    if "le" not in slo:
        return summed(function, slo["metric"], slo["bad"], window, ["job"])
    good = summed(function, slo["metric"] + "_bucket", f'le="{slo["le"]}"', window, ["job"])
    return f"{all_events(slo, function, window)} - {good}"


def at_least(number, slo, window):
    """That many failed within the window."""
    text = bad_events(slo, "increase", window)
    return f"({text}) >= {number}" if "le" in slo else f"{text} >= {number}"


def recording(slo):
    name = slo["slo"]
    yield f"  - name: slo-{name}"
    yield "    rules:"
    yield "      - record: slo:objective:ratio"
    yield f"        expr: vector({slo['objective']})"
    yield f"        labels: {{slo: {name}}}"
    for w in WINDOWS:
        bad, total = bad_events(slo, "rate", w), all_events(slo, "rate", w)
        yield f"      - record: slo:sli_error:ratio_rate{w}"
        yield "        expr: >-"
        yield f"          ({bad} or 0 * {total})"
        yield f"          / ({total} > 0)"
        yield f"        labels: {{slo: {name}}}"
    bad, total = bad_events(slo, "rate", "5m"), all_events(slo, "rate", "5m")
    yield "      - record: slo:total_events:rate5m"
    yield f"        expr: {total}"
    yield f"        labels: {{slo: {name}}}"
    yield "      - record: slo:bad_events:rate5m"
    yield "        expr: >-"
    yield f"          {bad}"
    yield f"          or 0 * {total}"
    yield f"        labels: {{slo: {name}}}"


def budget(slos):
    yield "  - name: slo-budget"
    yield "    interval: 1m"
    yield "    rules:"
    for slo in slos:
        name = slo["slo"]
        yield "      - record: slo:error_budget_remaining:ratio"
        yield "        expr: >-"
        yield f'          1 - sum_over_time(slo:bad_events:rate5m{{slo="{name}"}}[30d])'
        yield f'          / (sum_over_time(slo:total_events:rate5m{{slo="{name}"}}[30d]) > 0)'
        yield f"          / {allowed_share(slo)}"
        yield f"        labels: {{slo: {name}}}"


def alerts(slo):
    name = slo["slo"]
    for speed, severity, burn, long, short, hold, history in ALERTS:
        alert, limit = slo["alert"] + speed, round(limit_of(slo, burn), 6)
        yield f"      - alert: {alert}"
        yield "        expr: >-"
        yield f'          slo:sli_error:ratio_rate{long}{{slo="{name}"}} > {limit}'
        yield f'          and on (job) slo:sli_error:ratio_rate{short}{{slo="{name}"}} > {limit}'
        yield f"          and on (job) {all_events(slo, 'rate', short)} > {slo['min_rate']}"
        yield f"          and on (job) {at_least(BAD_LONG, slo, long)}"
        yield f"          and on (job) {at_least(BAD_SHORT, slo, short)}"
        if history:
            yield f'          and on (job) slo:total_events:rate5m{{slo="{name}"}} offset {history}'
        yield f"        for: {hold}"
        owner = f"owner: {slo['owner']}, " if slo.get("owner") else ""
        yield f"        labels: {{severity: {severity}, area: {slo['area']}, {owner}slo: {name}, window: {long}}}"
        yield "        annotations:"
        yield "          summary: '{{ $labels.job }} burns its error budget (" + name + "): {{ $value | humanizePercentage }} bad'"
        yield f"          description: 'Objective: {slo['what']}. Burn rate {burn_of(slo, burn):.3g}x over {long} and {short}.'"
        yield f"          runbook_url: {slo['runbook']}#{alert.lower()}"
        yield f"          dashboard_url: {slo['dashboard']}"


# The tests: at the end of four days a job has burnt for as long as the long window. Before that it had ten times the
# traffic and no failure, so that the longer windows stay calm and each pair of windows is tried alone. Rules are evaluated
# at the end alone, so an alert is pending then, and what was recorded days before is given.
MINUTES = {"5m": 5, "30m": 30, "1h": 60, "2h": 120, "6h": 360, "1d": 1440, "3d": 4320}
STEP = 2
DAYS = 4
# Samples one and three days before the end.
HISTORY = f"_x{1440 // STEP - 1} _ 1 _x{2 * 1440 // STEP - 2} 1"


def counter(segments, value=0):
    """Sample values in promtool's notation, from this value on; segments are (minutes, growth a minute)."""
    words = []
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
    name = slo["metric"]
    if "le" in slo:
        series = (f'{name}_count{{job="{job}"}}', total), (f'{name}_bucket{{job="{job}",le="{slo["le"]}"}}', good)
    else:
        series = zip((f'{name}{{job="{job}",{example}}}' for example in slo["examples"]), (good, bad))
    for selector, segments in series:
        quoted = selector.replace("'", "''")
        yield f"      - {{series: '{quoted}', values: '{counter(segments)}'}}"


def busy(slo, limit, long, short):
    """Events a second of which a tenth less than the limit is failures enough in both windows."""
    return max(20 * slo["min_rate"], *(2 * bad / (0.9 * limit * 60 * MINUTES[window]) for bad, window in ((BAD_LONG, long), (BAD_SHORT, short))))


def spills(slo, ratio, long):
    """Would so many failures in the window be too many of a longer one, before which there was ten times the traffic?"""
    minutes = MINUTES[long]
    return any(ratio * minutes / (minutes + 10 * (MINUTES[longer] - minutes)) > 0.9 * limit_of(slo, burn)
               for _, _, burn, longer, *_ in ALERTS if MINUTES[longer] > minutes)


def cases(slo, limit, long, short):
    """(name, does it fire?, (ratio over the long window, in the short one), events a second)."""
    rate, least = busy(slo, limit, long, short), slo["min_rate"]
    yield "over", True, (1.1 * limit, 1.1 * limit), rate
    yield "long-under", False, (0.9 * limit, 1.3 * limit), rate
    yield "short-under", False, (1.1 * limit, 0.9 * limit), rate
    # Enough bad events of the least traffic. Where that is more than all of it, or too many of a longer window as well, it is the
    # number of them that decides.
    many = max(1.1 * limit, 3.5 / (0.9 * least * 60 * MINUTES[short]), 11 / (0.9 * least * 60 * MINUTES[long]))
    if many < 1 and not spills(slo, many, long):
        yield "some-traffic", True, (many, many), 1.1 * least
        yield "quiet", False, (many, many), 0.9 * least


def rules(slos):
    """The lines of a rules file, from `groups:`."""
    yield "groups:"
    for slo in slos:
        yield from recording(slo)
    yield from budget(slos)
    yield "  - name: slo-alerts"
    yield "    rules:"
    for slo in slos:
        yield from alerts(slo)


def tests(slos):
    """The lines of its unit tests, a file in ../tests."""
    yield "rule_files: [../rules/slo.yml]"
    yield f"evaluation_interval: {DAYS}d"
    # Else promtool evaluates groups in an order of its own, and alerts may look for series that are not yet recorded.
    yield "group_eval_order: [" + ", ".join("slo-" + slo["slo"] for slo in slos) + ", slo-budget, slo-alerts]"
    yield "tests:"
    for slo in slos:
        pending, series = [], []
        for speed, severity, burn, long, short, _, history in ALERTS:
            limit = limit_of(slo, burn)
            new = [("new", False, (1.1 * limit,) * 2, busy(slo, limit, long, short))] if history else []
            for name, fires, ratios, rate in [*cases(slo, limit, long, short), *new]:
                job = f"{long}-{name}"
                series += burning(slo, job, long, short, ratios, rate)
                if name != "new":
                    series.append(f"      - {{series: 'slo:total_events:rate5m{{job=\"{job}\",slo=\"{slo['slo']}\"}}', values: '{HISTORY}'}}")
                if fires:
                    owner = f"owner=\"{slo['owner']}\"," if slo.get("owner") else ""
                    pending.append(f"          - {{labels: 'ALERTS{{alertname=\"{slo['alert']}{speed}\",alertstate=\"pending\",area=\"{slo['area']}\","
                                   f"job=\"{job}\",{owner}severity=\"{severity}\",slo=\"{slo['slo']}\",window=\"{long}\"}}', value: 1}}")
        yield f"  - name: {slo['slo']}, a tenth over and a tenth under every limit, in both windows, with too little traffic, and without history"
        yield f"    interval: {STEP}m"
        yield "    input_series:"
        yield from series
        yield "    promql_expr_test:"
        yield f"      - expr: ALERTS{{slo=\"{slo['slo']}\"}}"
        yield f"        eval_time: {DAYS}d"
        yield "        exp_samples:"
        yield from pending
