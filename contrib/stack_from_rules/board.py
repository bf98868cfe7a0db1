"""The dashboard of a rules file: numbers on top, then traffic, errors, durations, sizes, saturation, and what feeds what.

Panels are those of grafana/model.py. A label whose values the rules name gets a line for each; of any other the ten largest
get one. Collapsed rows hold what would make more than a screen or three.
"""

from model import (BLUE, COUNT, GREEN, GREY, ORANGE, RATE, RED, YELLOW, Dashboard, bargauge, heatmap, quantile, quantiles, query, rate, ratio,
                   stat, steps, table, ten_quantiles, ten_rates, text, timeseries)

from .wishes import PERIODS

OPEN_MAX = 20       # panels at once; the rows after them are collapsed
STATS_MAX = 6       # numbers in one line
LABELS_MAX = 3      # of a counter that get a panel of their own
PER_MINUTE = "suffix:/min"


def lines(count, most):
    """How many panels stand in each line: about as many in all."""
    number = -(-count // most)
    return [count // number + (line < count % number) for line in range(number)]


def sized(panels, most=3):
    """Lines without a hole."""
    widths = [24 // line + (place < 24 % line) for line in lines(len(panels), most) for place in range(line)] if panels else []
    for panel, width in zip(panels, widths):
        panel["gridPos"]["w"] = width
    return panels


def lowered(text):
    return text if text[1:2].isupper() else text[0].lower() + text[1:]


def percent(share):
    return f"{share * 100:.3g} %"


LEVELS = {"panic": "dark-red", "fatal": "dark-red", "critical": "dark-red", "error": RED, "warning": ORANGE, "warn": ORANGE, "notice": BLUE,
          "info": GREEN, "log": GREEN, "debug": GREY, "trace": GREY}


def level_colours(metric, label):
    """Written as the values that are known are."""
    if not (metric.bad and metric.bad.level and metric.bad.label == label):
        return None
    known = metric.values[label] or ["error"]
    style = str.upper if known[0].isupper() else str.capitalize if known[0][0].isupper() else str.lower
    return {style(word): colour for word, colour in LEVELS.items()}


# What a window is called; tests read the window from it.
SPANS = {"second": "per second", "5m": "in 5 minutes", "1h": "in 1 hour"}


class Drawn:
    """How a counter is drawn: as a rate, or, if it is rare, as the number within a window."""

    def __init__(self, metric, period=None):
        period = period or metric.per
        seconds = PERIODS[period]
        self.window = period if seconds else RATE
        self.factor = f" * {seconds}" if seconds else ""
        self.seconds = seconds
        self.unit = metric.rate_unit if not seconds else metric.value_unit if metric.unit else COUNT
        self.about = f"{metric.help}; {SPANS[period]}."

    def number(self, metric, matchers="@", by=""):
        """What is drawn, of each value of `by`."""
        rates = rate(metric.name, matchers, by, self.window)
        if not self.seconds:
            return rates
        return f"round({rates} * {self.seconds})" if self.unit == COUNT else f"{rates} * {self.seconds}"


def selector(metric):
    """Of what failed."""
    return f"@,{metric.bad.matcher}" if metric.bad else "@"


def failing_share(metric):
    """Over the window of its alert."""
    return ratio(rate(metric.name, selector(metric), window="5m"), rate(metric.name, "@", window="5m"))


# ---- numbers ----

def rate_stat(metric):
    if metric.rare:
        return in_range(metric, "@", metric.help, BLUE)
    drawn = Drawn(metric)
    return stat(metric.title, drawn.about, drawn.number(metric), drawn.unit, decimals=2)


def share_stat(metric, alerts):
    alert = alerts.of(metric, "ErrorRatioHigh")
    return stat("Failed", f"Share of “{metric.title}” that {metric.bad.words}. Red from {percent(alert.limit)}, where {alert.name} begins.",
                failing_share(metric), "percentunit", steps(GREEN, (alert.limit / 5, YELLOW), (alert.limit, RED)), decimals=2)


def p95_stat(metric):
    limits = steps(GREEN, (metric.limit / 2, YELLOW), (metric.limit, RED)) if metric.limit else None
    return stat(f"{metric.title}, P95", f"{metric.help}: 95 % are below, in the chosen time range.",
                quantile(0.95, metric.name, window="$__range"), metric.value_unit, limits)


def errors_stat(metric):
    bad = f" that {metric.bad.words}" if metric.bad else ""
    return in_range(metric, selector(metric), metric.help + bad, GREEN, (1, ORANGE), title=f"{metric.title}: errors" if bad else metric.title)


def in_range(metric, matchers, about, *colours, title=None):
    number = f"sum(increase({metric.name}{{{matchers}}}[$__range]))"
    unit = metric.value_unit if metric.unit else COUNT
    return stat(title or metric.title, f"{about}; in the chosen time range.", number if metric.unit else f"round({number})", unit,
                steps(*colours), none="none")


def gauge_value(metric, by=""):
    """A limit is of each series, so what is drawn beside it is no sum."""
    old = metric.name.endswith("_timestamp_seconds")
    value = f"{'max' if old or metric.limit else 'sum'}{f' by ({by}) ' if by else ''}({metric.name}{{@}})"
    return f"time() - {value}" if old else value


def gauge_unit(metric):
    return COUNT if metric.value_unit == "short" else metric.value_unit


def gauge_stat(metric):
    limits = steps(GREEN, (metric.limit * 0.75, YELLOW), (metric.limit, RED)) if metric.limit else None
    return stat(metric.title, metric.help + ".", gauge_value(metric), gauge_unit(metric), limits)


def budget_stat(slo):
    return stat(f"Budget left: {slo['slo'].removeprefix(slo['area'] + '-')}", f"Error budget of the last 30 days: {slo['what']}. At 0 the objective is missed.",
                f'clamp_min(min(slo:error_budget_remaining:ratio{{job=~"$job",slo="{slo["slo"]}"}}), 0)', "percentunit",
                steps(RED, (0.001, ORANGE), (0.25, GREEN)), decimals=0, none="no history")


def newest_stat(file):
    return stat("Newest line", "Age of the newest line of the quietest log.",
                f"max(time() - logtally_log_last_line_timestamp_seconds{{{log_of(file)}}})", "s", steps(BLUE))


def alerts_stat(file):
    return stat("Alerts firing", f"Pages and tickets about {file.title}; the reference has a chapter for each.",
                f'count(ALERTS{{alertstate="firing",area="{file.name}",job=~"$job"}}) or vector(0)', COUNT, steps(GREEN, (1, ORANGE), (3, RED)))


def numbers(file, alerts, slos):
    """In the order of what a person asks first."""
    main = file.main()
    tiles = []
    if main:
        tiles.append(rate_stat(main))
        if main.bad:
            tiles.append(errors_stat(main) if main.bad.level else share_stat(main, alerts))
    tiles += [errors_stat(m) for m in file.role("errors")[:2]]
    tiles += [p95_stat(m) for m in file.role("durations")[:1]]
    tiles += [gauge_stat(m) for m in file.role("saturation")[:2]]
    tiles += [budget_stat(slo) for slo in slos[:3]]
    return sized([*tiles, alerts_stat(file), newest_stat(file)], STATS_MAX)


# ---- pictures ----

def by_label(metric, label, matchers="@", period=None):
    drawn = Drawn(metric, period)
    description = drawn.about
    if metric.bounded(label):
        targets = query(drawn.number(metric, matchers, label), f"{{{{{label}}}}}")
    else:
        targets = ten_rates(metric.name, label, matchers, drawn.factor, drawn.window)
        description += " The ten largest, and the rest."
    return timeseries(f"{metric.title} by {label}", description, targets, drawn.unit, stacked=True, table=not metric.bounded(label),
                      none="none", colours=level_colours(metric, label))


def whole(metric):
    drawn = Drawn(metric)
    return timeseries(metric.title, drawn.about, query(drawn.number(metric), lowered(metric.title)), drawn.unit, none="none")


def traffic(metric):
    """What the failures go by first."""
    labels = sorted(metric.labels, key=lambda label: not (metric.bad and metric.bad.label == label))
    return [by_label(metric, label) for label in labels[:LABELS_MAX]] or [whole(metric)]


def failures(metric, alerts):
    """Of a counter of which some are failures."""
    if metric.bad.level:
        labels = [label for label in metric.labels if label != metric.bad.label] or [metric.bad.label]
        return [errors_only(metric, by_label(metric, label, selector(metric), "5m"), label) for label in labels[:LABELS_MAX]]
    alert = alerts.of(metric, "ErrorRatioHigh")
    return [timeseries(f"{metric.title}: share that failed", f"Share of those that {metric.bad.words}; the line is where {alert.name} begins.",
                       query(failing_share(metric), "failed"), "percentunit", limit=alert.limit, colours={"failed": RED})]


def errors_only(metric, panel, label):
    panel["title"] = f"{metric.title}: errors by {label}"
    panel["description"] += f" Only those that {metric.bad.words}."
    return panel


def errors(metric):
    panels = [by_label(metric, label) for label in metric.labels[:1]] or [whole(metric)]
    if len(metric.labels) > 1:
        by = ", ".join(metric.labels)
        panels.append(table(f"{metric.title}: which", f"{metric.help}; the twenty most frequent in the chosen time range.",
                            [("Count", f"topk(20, sum by ({by}) (increase({metric.name}{{@}}[$__range]))) > 0", COUNT, None)],
                            {label: label.capitalize() for label in metric.labels}, none="none"))
    return panels


def distribution(metric, alerts):
    line = f" The line is where {alerts.of(metric, 'P95High').name} begins." if metric.limit else ""
    span, words = ("5m", "5 minutes") if metric.limit else ("1h", "1 hour") if metric.rare else (RATE, "")
    words = f" Over {words}." if words else ""
    panels = [timeseries(metric.title, f"{metric.help}: the median, and what the largest twentieth and hundredth exceed.{words}{line}",
                         quantiles(metric.name, window=span), metric.value_unit, limit=metric.limit)]
    for label in metric.labels[:1]:
        panels.append(timeseries(f"{metric.title}: P95 by {label}", f"{metric.help}: 95 % are below.{words}",
                                 query(quantile(0.95, metric.name, "@", label, span), f"{{{{{label}}}}}") if metric.bounded(label) else
                                 ten_quantiles(0.95, metric.name, label, "@", span), metric.value_unit, table=not metric.bounded(label)))
    panels.append(heatmap(f"{metric.title}: distribution", f"{metric.help}: how many per second, by size.", metric.name, unit=metric.value_unit))
    return sized(panels)


def gauge(metric, alerts):
    label = metric.labels[0] if metric.labels else "instance"
    line = f" The line is where {alerts.of(metric, 'High', 'Old').name} begins." if metric.limit else ""
    return [timeseries(f"{metric.title} by {label}", f"{metric.help}, by {label}.{line}",
                       query(gauge_value(metric, label), f"{{{{{label}}}}}"), gauge_unit(metric),
                       stacked=not metric.limit and "timestamp" not in metric.name, limit=metric.limit, minimum=metric.least or 0)]


# ---- what feeds what ----

def log_of(file):
    names = "|".join(log["name"] for log in file.logs)
    return f'@,log=~"{names}"' if names else "@"


def feeding_table(file):
    """Markdown: which events of which log feed which metrics."""
    spans = {}
    for span in file.spans:
        words = f"{', '.join(span['begin'])} to {', '.join(span['end'])}"
        spans.update({span["name"]: words, span["name"] + ".unfinished": words + ", not ended"})
    rows = []
    for event in file.events:
        fed = [f"`{m.name}` ({u['verb']}{' ' + str(u['value']) if u['value'] is not None else ''})"
               for m in file.metrics for u in m.updates if u["event"] == event["name"]]
        if fed:
            source = spans.get(event["name"]) or event["of"] or ", ".join(event["log"] or ["any log"])
            rows.append(f"| {source} | `{event['name']}` | {', '.join(fed)} |")
    return "\n".join(["| lines of | are the event | which feeds |", "|---|---|---|", *rows])


def feeding(file):
    events = "|".join(dict.fromkeys(e for m in file.metrics for e in m.fed_by()))
    of_these = f'@,metric=~"{"|".join(m.name for m in file.metrics)}"'
    log = log_of(file)

    def none_is_0(metric):
        return f"({rate(metric, of_these)} * 60) or vector(0)"
    return [
        timeseries("Lines by event", "Lines per minute that each event took.",
                   ten_rates("logtally_event_hits_total", "event", f'@,event=~"{events}"', " * 60"), PER_MINUTE, table=True),
        timeseries("Lines read and taken", "Lines per minute: all of the log, and those that an event took. What is between the two "
                   "feeds nothing.",
                   [query(rate("logtally_log_lines_total", log) + " * 60", "read"),
                    query(rate("logtally_log_lines_matched_total", log) + " * 60", "taken")], PER_MINUTE),
        timeseries("Values left out", "Updates per minute that had no usable value, or went to `other` beyond a limit. 0 is normal.",
                   [query(none_is_0("logtally_rule_skipped_total"), "no value"), query(none_is_0("logtally_series_folded_total"), "folded")],
                   PER_MINUTE),
        bargauge("Series", "Label sets of each metric.", f"sum by (metric) (logtally_series{{{of_these}}})", "{{metric}}", COUNT, none="none"),
        text("What feeds what", feeding_table(file)),
    ]


def board(file, alerts, slos, wishes, made):
    d = Dashboard(file.uid, file.title, f"What {file.name}.ini counts. {made}",
                  (file.main() or file.metrics[0]).exposed[0], tag=wishes.name, menu=wishes.title, alerts=f',area=~"{file.name}|log"')
    d.add(*numbers(file, alerts, slos))
    counters = [m for m in file.role("traffic") if m.bad]
    rows = [
        ("Traffic", sized([p for m in file.role("traffic") for p in traffic(m)])),
        ("Errors", sized([p for m in counters for p in failures(m, alerts)] + [p for m in file.role("errors") for p in errors(m)])),
        ("Durations", [p for m in file.role("durations") for p in distribution(m, alerts)]),
        ("Sizes", [p for m in file.role("sizes") for p in distribution(m, alerts)]),
        ("Saturation", sized([p for m in file.role("saturation") for p in gauge(m, alerts)])),
    ]
    shown = len(d.panels)
    for title, panels in rows:
        if panels:
            shown += len(panels)
            d.row(title, collapsed=shown > OPEN_MAX).add(*panels)
    last = feeding(file)
    sized(last[:4], 2)
    d.row("What feeds what", collapsed=True).add(*last)
    return d.json()
