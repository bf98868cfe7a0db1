"""The few kinds of Grafana panels and the dashboard frame that generate.py builds with.

Grafana's JSON says the same forty lines for every panel; here they are said once, so that generate.py holds only what
a person decides: title, meaning, query, unit, threshold. Rules kept by construction: those of grafana/dashboard-linter
(the datasource is always ${datasource}, every panel has a description and a unit, dashboards are not editable); two
heights for all panels, packed without gaps; one meaning, one colour. `@` inside braces stands for the job and instance
matchers that every selector needs.
"""

import re

GRAFANA = "12.1.0"              # that of docker-compose.monitoring.yml
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
MATCHERS = 'job=~"$job",instance=~"$instance"'

GREEN, YELLOW, ORANGE, RED = "green", "yellow", "orange", "red"
BLUE, PURPLE, GREY = "blue", "purple", "text"

# Heights in Grafana's units of 38 pixels, also on a phone, where panels stand below each other and six numbers make a
# screen; and of a picture with a legend of four lines. Three numbers are as high as a picture.
NUMBER, PICTURE = 3, 9

# A count has no decimals, on its axis neither: "1,234". `short` makes 1.23 K of it and is for sums of many thousands.
COUNT = "locale"

# How far an axis reaches at least, by unit: 100 % and more for what is 0 would tell nothing.
REACH = {COUNT: 4, "suffix:/min": 1, "percentunit": 0.01, "bytes": 1000}

RATE = "$__rate_interval"
RANGE = "$__range"

# Colours of whole values, by the labels that the legend shows ("" is a legend without labels). Values that are not
# listed, and all others of such a legend, take the next colour of the palette. `/.../` is a regular expression of a
# whole value; the last one that fits holds.
COLOURS = {
    "status": {
        r"/^1\d\d$/": PURPLE, r"/^2\d\d$/": GREEN, r"/^3\d\d$/": BLUE, r"/^4\d\d$/": ORANGE, r"/^5\d\d$/": RED,
        "201": "light-green", "202": "super-light-green", "204": "dark-green",
        "302": "light-blue", "304": "dark-blue", "307": "super-light-blue",
        "400": "light-orange", "401": YELLOW, "403": "dark-orange", "405": "super-light-orange", "422": "dark-yellow",
        "429": "light-yellow",
        "502": "dark-red", "503": "light-red", "504": "super-light-red",
        "success": GREEN, "error": RED,
    },
    "class": {"1xx": PURPLE, "2xx": GREEN, "3xx": BLUE, "4xx": ORANGE, "5xx": RED},
    "decoded": {"json": BLUE, "logfmt": GREEN, "text": YELLOW, "undecodable": ORANGE, "too_long": RED},
    "": {"p50": GREEN, "p95": ORANGE, "p99": RED, "the rest": GREY},
}


def labels_of(legend):
    """What COLOURS is asked for: `{{class}}xx` is "class", `{{service}} {{model}}` "service model", `p95` ""."""
    return " ".join(re.findall(r"\{\{(\w+)\}\}", legend))


def query(expr, legend="", instant=False, fmt="time_series", exemplar=False):
    target = {
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": expr.replace("{@", "{" + MATCHERS),
        "format": fmt,
        "instant": instant,
        "legendFormat": legend or "__auto",
        "range": not instant,
    }
    if exemplar:
        target["exemplar"] = True
    return target


# ---- PromQL that is easily written wrong ----

def rate(metric, matchers="@", by="", window=RATE):
    by = f" by ({by}) " if by else ""
    braces = f"{{{matchers}}}" if matchers else ""
    return f"sum{by}(rate({metric}{braces}[{window}]))"


def ratio(bad, all_of_them):
    """A share; 0 where nothing bad was ever counted, and no share at all where nothing happened."""
    return f"({bad} or 0 * {all_of_them}) / ({all_of_them} > 0)"


def quantile(q, histogram, matchers="@", by="", window=RATE):
    """Where nothing was observed there is none: NaN is not >= 0."""
    by = f"{by}, le" if by else "le"
    return f"histogram_quantile({q}, {rate(histogram + '_bucket', matchers, by, window)}) >= 0"


def ten(by, ranked, one, rest, legend):
    """The ten largest of the whole time range by `ranked`, if they are more than 0, each as `one`, and all others as one
    line, rest(out), where `out` filters what it is given. Ranked once for the range, lines do not come and go."""
    top = f"on ({by}) topk(10, {ranked} > 0)"
    return [query(f"{one} and {top}", legend), query(rest(lambda expr: f"({expr} unless {top})"), "the rest")]


def ten_rates(metric, by, matchers="@", factor="", window=RATE):
    """ten() of a counter's rate; `by` may be several labels, of which the legend shows all."""
    ranked = f"sum by ({by}) (rate({metric}{{{matchers}}}[{RANGE}] @ end()))"
    one = rate(metric, matchers, by, window)
    legend = " ".join(f"{{{{{label}}}}}" for label in by.split(", "))
    return ten(by, ranked, one + factor, lambda out: f"sum({out(one)}){factor}", legend)


def ten_quantiles(q, histogram, by, matchers="@", window=RATE):
    """ten() of a quantile: those where it is largest, and that of all others together."""
    ranked = f"histogram_quantile({q}, sum by ({by}, le) (rate({histogram}_bucket{{{matchers}}}[{RANGE}] @ end())))"
    buckets = rate(histogram + "_bucket", matchers, f"{by}, le", window)
    return ten(by, ranked, quantile(q, histogram, matchers, by, window),
               lambda out: f"histogram_quantile({q}, sum by (le) {out(buckets)}) >= 0", f"{{{{{by}}}}}")


def quantiles(histogram, matchers="@", window=RATE):
    """P50, P95 and P99 of a classic histogram."""
    return [query(quantile(q, histogram, matchers, window=window), f"p{name}", exemplar=True)
            for q, name in ((0.5, 50), (0.95, 95), (0.99, 99))]


# ---- panels ----

def steps(*pairs):
    """steps(GREEN, (0.01, YELLOW), (0.05, RED)): a colour, then limits from which the next one holds."""
    first, *rest = pairs
    return [{"color": first, "value": None}] + [{"color": c, "value": v} for v, c in rest]


def link(title, url):
    return {"title": title, "url": url, "targetBlank": False}


def mapping(*texts):
    """mapping((0, "DOWN", RED), (1, "UP", GREEN)): words in place of values."""
    return [{"type": "value", "options": {str(value): {"text": text, "color": colour} for value, text, colour in texts}}]


def mapping_from(least, text, colour):
    """A word for all numbers from `least` on."""
    return [{"type": "range", "options": {"from": least, "to": None, "result": {"text": text, "color": colour}}}]


def panel(kind, title, description, targets, unit, thresholds=None, size=(12, PICTURE), none=None, **defaults):
    """`none`: what stands there when there is nothing, where that is no fault."""
    targets = targets if isinstance(targets, list) else [targets]
    for ref, target in zip("ABCDEFGH", targets):
        target["refId"] = ref
    field = {
        "unit": unit,
        "color": {"mode": "thresholds" if thresholds else "palette-classic"},
        "mappings": [],
        "thresholds": {"mode": "absolute", "steps": thresholds or steps(GREEN)},
    }
    if unit == COUNT:
        field["decimals"] = 0
    field.update({k: v for k, v in {"noValue": none, **defaults}.items() if v is not None})
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "gridPos": {"w": size[0], "h": size[1]},
        "fieldConfig": {"defaults": field, "overrides": []},
        "targets": targets,
    }


def stat(title, description, expr, unit, thresholds=None, width=4, decimals=None, mappings=None,
         links=None, background=False, none=None):
    """A number as it is at the end of the time range: the last one within the range may be hours old. `background` fills
    the whole tile with the colour: for what must be seen from afar."""
    thresholds = thresholds or steps(BLUE)
    if none:
        # The words are neither good nor bad; a number is at least 0. (Grafana's sort takes the null of the first step for 0.)
        thresholds = steps(GREY, (0, thresholds[0]["color"])) + thresholds[1:]
    p = panel("stat", title, description, query(expr, title, instant=True), unit, thresholds, (width, NUMBER), none,
              decimals=decimals, mappings=mappings, links=links)
    p["options"] = {
        "colorMode": "background" if background else "value", "graphMode": "none", "textMode": "auto", "justifyMode": "auto",
        "orientation": "auto", "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    return p


def colour_overrides(targets, own):
    """Those that the legends of these targets can ask for; `own` are whole values of this panel alone."""
    wanted = dict(own or {})
    for target in targets:
        wanted.update(COLOURS.get(labels_of(target["legendFormat"]), {}))
    literal = {target["legendFormat"] for target in targets if not labels_of(target["legendFormat"])}
    return [
        {"matcher": {"id": "byRegexp" if value.startswith("/") else "byName", "options": value},
         "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}]}
        for value, colour in wanted.items() if value in literal or value not in COLOURS[""]
    ]


def timeseries(title, description, targets, unit, width=12, stacked=False, limit=None, table=False,
               minimum=0, maximum=None, links=None, colours=None, none=None):
    """limit draws a red line where an alert begins, always in view; the description names it, and the query has its window.
    `table` is a legend with numbers, for many lines or those that are compared."""
    thresholds = steps(GREEN, (limit, RED)) if limit is not None else None
    p = panel("timeseries", title, description, targets, unit, thresholds, (width, PICTURE), none, min=minimum, max=maximum,
              links=links)
    field = p["fieldConfig"]["defaults"]
    field["color"] = {"mode": "palette-classic"}
    field["custom"] = {
        # A line around a stacked area would show the colour of what is 0 on top of it.
        "drawStyle": "line", "lineWidth": 0 if stacked else 1, "fillOpacity": 70 if stacked else 8, "showPoints": "never",
        "spanNulls": False, "axisPlacement": "auto",
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "line" if limit is not None else "off"},
    }
    reach = limit * 1.2 if limit is not None else REACH.get(unit)
    if reach is not None:
        field["custom"]["axisSoftMax"] = reach
    p["fieldConfig"]["overrides"] = colour_overrides(p["targets"], colours)
    p["options"] = {
        "legend": {"displayMode": "list", "placement": "bottom", "calcs": [], "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    if table:
        # The mean of counts is no count. Codes keep their order; of others the largest is seen without scrolling.
        p["options"]["legend"].update(displayMode="table", calcs=(["max"] if unit == COUNT else ["mean", "max"]) + ["lastNotNull"])
        if labels_of(p["targets"][0]["legendFormat"]) != "status":
            p["options"]["legend"].update(sortBy="Max", sortDesc=True)
    return p


def heatmap(title, description, histogram, matchers="@", width=12, unit="s"):
    target = query(rate(histogram + "_bucket", matchers, "le"), "{{le}}", fmt="heatmap")
    p = panel("heatmap", title, description, target, unit, size=(width, PICTURE))
    p["options"] = {
        "calculate": False,
        "cellGap": 1,
        "color": {"mode": "scheme", "scheme": "Oranges", "exponent": 0.5, "steps": 64, "fill": "dark-orange",
                  "reverse": False, "scale": "exponential"},
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-09},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "tooltip": {"mode": "single", "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": unit},
    }
    return p


def bars(title, description, target, unit, thresholds, width, links, maximum, none):
    p = panel("bargauge", title, description, target, unit, thresholds or steps(BLUE), (width, PICTURE), none, min=0, max=maximum,
              links=links)
    p["options"] = {
        "displayMode": "gradient", "orientation": "horizontal", "showUnfilled": True, "valueMode": "color", "namePlacement": "left",
        "sizing": "manual", "minVizWidth": 8, "minVizHeight": 16, "maxVizHeight": 40, "text": {"valueSize": 18},
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    return p


def bargauge(title, description, expr, legend, unit, thresholds=None, width=12, links=None, maximum=None, colours=None, none=None):
    """A bar a series, the longest on top."""
    p = bars(title, description, query(f"sort_desc({expr})", legend, instant=True), unit, thresholds, width, links, maximum, none)
    p["fieldConfig"]["overrides"] = colour_overrides(p["targets"], colours)
    return p


def bargauge_by(label, title, description, expr, unit, width=12, none=None):
    """A bar a value of the label, in the order of the values: codes are looked up, not compared. Prometheus has no order
    of its own for them, so the rows of a table are sorted and made into fields."""
    p = bars(title, description, query(expr, "{{" + label + "}}", instant=True, fmt="table"), unit, None, width, None, None, none)
    p["fieldConfig"]["overrides"] = colour_overrides(p["targets"], None)
    p["transformations"] = [
        {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": label, "desc": False}]}},
        {"id": "organize", "options": {"excludeByName": {"Time": True}, "indexByName": {}, "renameByName": {}}},
        {"id": "rowsToFields", "options": {"mappings": [{"fieldName": label, "handlerKey": "field.name"},
                                                        {"fieldName": "Value", "handlerKey": "field.value"}]}},
    ]
    return p


def text(title, markdown, width=24, height=PICTURE):
    return {"type": "text", "title": title, "description": "", "gridPos": {"w": width, "h": height},
            "options": {"mode": "markdown", "content": markdown}}


def override(name, **properties):
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()]}


def column(name, unit, limits=None, **more):
    if limits:
        more.update(thresholds={"mode": "absolute", "steps": limits}, color={"mode": "thresholds"}, custom__cellOptions={"type": "color-text"})
    if unit == COUNT:
        more["decimals"] = 0
    return override(name, unit=unit, **more)


def table(title, description, columns, labels, none, width=24, links=None, overrides=(), sort=None, order=None):
    """columns: [(name, expr, unit, thresholds or None)], joined on their labels; labels: {label: column title}; sort:
    [(column title, whether the largest is on top)], else by the first of columns; order: of the column titles, else labels first."""
    targets = [query(expr, instant=True, fmt="table") for _, expr, _, _ in columns]
    p = panel("table", title, description, targets, "short", size=(width, PICTURE), none=none)
    single = len(columns) == 1
    values = {("Value" if single else f"Value #{ref}"): name for ref, (name, *_) in zip("ABCDEFGH", columns)}
    # `string`: not the number that a label may look like.
    p["fieldConfig"]["overrides"] = [column(name, unit, limits) for name, _, unit, limits in columns] \
        + [override(name, unit="string") for name in labels.values()] + list(overrides)
    if links:
        p["fieldConfig"]["overrides"].append(override(next(iter(labels.values())), links=links))
    renamed = {**labels, **values}
    ordered = sorted(renamed, key=lambda raw: (order or list(renamed.values())).index(renamed[raw]))
    p["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {
            "excludeByName": {"Time": True},
            "indexByName": {raw: i for i, raw in enumerate(ordered)}, "renameByName": renamed}},
    ]
    p["options"] = {"showHeader": True, "cellHeight": "sm",
                    "footer": {"show": False, "reducer": ["sum"], "countRows": False, "fields": []},
                    "sortBy": [{"displayName": name, "desc": desc} for name, desc in sort or [(columns[0][0], True)]]}
    return p


# ---- the frame ----

def variable(name, label, expr):
    return {
        "name": name, "label": label, "type": "query", "datasource": DATASOURCE,
        "definition": expr, "query": {"query": expr, "refId": f"variable-{name}"},
        "refresh": 2, "sort": 1, "includeAll": True, "multi": True, "allValue": ".+", "hide": 0, "regex": "",
        "skipUrlSync": False, "options": [], "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def annotation(name, expr, colour, title, text):
    return {"name": name, "datasource": DATASOURCE, "enable": True, "hide": False, "iconColor": colour,
            "expr": expr.replace("{@", "{" + MATCHERS), "step": "60s", "titleFormat": title, "textFormat": text,
            "useValueForTime": False}


def grown(series):
    """Where a series is larger than it was an interval ago: one mark for each growth, whatever the zoom, and over a
    scrape that failed. (increase() over the interval misses what happens between two intervals.)"""
    return f"{series} > max_over_time({series}[1h] offset $__interval)"


class Dashboard:
    """Panels are packed: each goes to the highest free place, the leftmost of those, as its width allows. A row title
    starts below all of them. A collapsed row holds its panels itself, and Grafana asks their queries only when somebody
    opens it."""

    def __init__(self, uid, title, description, metric, variables=(), marks=(), tag="mylittleprice", menu="MyLittlePrice", alerts=""):
        """`metric` is one that the dashboard shows: job and instance are chosen from its labels, so that history
        without an `up` (backfilled) can be chosen as well. `alerts` are more matchers of those that are marked."""
        self.uid, self.title, self.description, self.metric = uid, title, description, metric
        self.variables, self.marks, self.tag, self.menu, self.alerts = list(variables), list(marks), tag, menu, alerts
        self.panels, self.floor = [], [0] * 24
        self.closed = None

    def row(self, title, collapsed=False):
        y = self.closed["gridPos"]["y"] + 1 if self.closed else max(self.floor)
        row = {"type": "row", "title": title, "collapsed": collapsed, "panels": [], "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}}
        self.panels.append(row)
        self.closed = row if collapsed else None
        self.floor = [y + 1] * 24
        return self

    def add(self, *panels):
        for p in panels:
            grid = p["gridPos"]
            y, x = min((max(self.floor[x:x + grid["w"]]), x) for x in range(25 - grid["w"]))
            grid.update(x=x, y=y)
            self.floor[x:x + grid["w"]] = [y + grid["h"]] * grid["w"]
            (self.closed["panels"] if self.closed else self.panels).append(p)
        return self

    def all_panels(self):
        return [p for top in self.panels for p in (top, *top.get("panels", []))]

    def json(self):
        for number, p in enumerate(self.all_panels(), 1):
            p["id"] = number
        return {
            "__inputs": [{"name": "DS_PROMETHEUS", "label": "Prometheus", "description": "", "type": "datasource",
                          "pluginId": "prometheus", "pluginName": "Prometheus"}],
            "__requires": self._requires(),
            "id": None, "uid": self.uid, "title": self.title, "description": self.description,
            "tags": [self.tag], "schemaVersion": 41, "version": 1, "editable": False, "graphTooltip": 1,
            "refresh": "30s", "time": {"from": "now-3h", "to": "now"}, "timezone": "browser", "fiscalYearStartMonth": 0,
            "timepicker": {}, "links": self._links(), "annotations": {"list": self._annotations()},
            "templating": {"list": self._templating()}, "panels": self.panels,
        }

    def _requires(self):
        kinds = sorted({p["type"] for p in self.all_panels()} - {"row"})
        return [{"type": "grafana", "id": "grafana", "name": "Grafana", "version": GRAFANA},
                {"type": "datasource", "id": "prometheus", "name": "Prometheus", "version": "1.0.0"},
                *({"type": "panel", "id": kind, "name": kind, "version": ""} for kind in kinds)]

    def _links(self):
        return [{"type": "dashboards", "title": self.menu, "tags": [self.tag], "asDropdown": True,
                 "includeVars": True, "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "",
                 "url": ""}]

    def _annotations(self):
        return [
            {"name": "Annotations & Alerts", "builtIn": 1, "type": "dashboard", "enable": True, "hide": True,
             "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "iconColor": "rgba(0, 211, 255, 1)"},
            *self.marks,
            annotation("logtally starts", grown("process_start_time_seconds{@}"), GREY, "logtally started", "{{instance}}"),
            annotation("Alerts", f'ALERTS{{alertstate="firing",job=~"$job",severity=~"warning|critical"{self.alerts}}}', RED,
                       "{{alertname}}", "{{severity}} {{instance}} {{endpoint}} {{service}}"),
        ]

    def _templating(self):
        # Imported elsewhere, Grafana asks for DS_PROMETHEUS and puts the answer here; provisioned, it takes its first Prometheus.
        datasource = {"name": "datasource", "label": "Data Source", "type": "datasource", "query": "prometheus",
                      "refresh": 1, "hide": 0, "includeAll": False, "multi": False, "options": [], "regex": "",
                      "skipUrlSync": False, "current": {"selected": False, "text": "${DS_PROMETHEUS}", "value": "${DS_PROMETHEUS}"}}
        return [datasource,
                variable("job", "Job", f"label_values({self.metric}, job)"),
                variable("instance", "Instance", f'label_values({self.metric}{{job=~"$job"}}, instance)'),
                *self.variables]
