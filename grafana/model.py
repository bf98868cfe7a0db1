"""The few kinds of Grafana panels and the dashboard frame that generate.py builds with.

Grafana's JSON says the same forty lines for every panel; here they are said once, so that generate.py holds only what
a person decides: title, meaning, query, unit, threshold. Rules kept by construction (those of grafana/dashboard-linter):
the datasource is always ${datasource}, every panel has a description and a unit, dashboards are not editable, and
`@` inside braces stands for the job and instance matchers that every selector needs.
"""

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
MATCHERS = 'job=~"$job",instance=~"$instance"'

GREEN, YELLOW, ORANGE, RED = "green", "yellow", "orange", "red"
BLUE, PURPLE, GREY = "blue", "purple", "text"

# One meaning, one colour, on all six dashboards. Keys are regular expressions on the legend.
COLOURS = {
    r"2(xx|\d\d)|success|p50|idle": GREEN,
    r"3(xx|\d\d)|sent|redis|input|requests": BLUE,
    r"4(xx|\d\d)|p95|undecodable": ORANGE,
    r"5(xx|\d\d)|error|p99|too_long|failed": RED,
    r"1(xx|\d\d)|received|postgresql|output|json": PURPLE,
    "active|text": YELLOW,
}


def query(expr, legend="", instant=False, fmt="time_series", exemplar=False):
    target = {
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": expr.replace("@", MATCHERS),
        "format": fmt,
        "instant": instant,
        "legendFormat": legend or "__auto",
        "range": not instant,
    }
    if exemplar:
        target["exemplar"] = True
    return target


def steps(*pairs):
    """steps(GREEN, (0.01, YELLOW), (0.05, RED)): a colour, then limits from which the next one holds."""
    first, *rest = pairs
    return [{"color": first, "value": None}] + [{"color": c, "value": v} for v, c in rest]


def link(title, url):
    return {"title": title, "url": url, "targetBlank": False}


def panel(kind, title, description, targets, unit, thresholds=None, size=(12, 8), **defaults):
    targets = targets if isinstance(targets, list) else [targets]
    for ref, target in zip("ABCDEFGH", targets):
        target["refId"] = ref
    field = {
        "unit": unit,
        "color": {"mode": "thresholds" if thresholds else "palette-classic"},
        "mappings": [],
        "thresholds": {"mode": "absolute", "steps": thresholds or steps(GREEN)},
    }
    field.update({k: v for k, v in defaults.items() if v is not None})
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "gridPos": {"w": size[0], "h": size[1]},
        "fieldConfig": {"defaults": field, "overrides": []},
        "targets": targets,
    }


def stat(title, description, expr, unit, thresholds=None, size=(4, 4), decimals=None, mappings=None,
         links=None, text="auto", graph="area"):
    p = panel("stat", title, description, query(expr, legend=title), unit, thresholds or steps(BLUE), size,
              decimals=decimals, mappings=mappings, links=links)
    p["options"] = {
        "colorMode": "value", "graphMode": graph, "textMode": text, "justifyMode": "auto", "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    return p


def colour_overrides():
    return [
        {"matcher": {"id": "byRegexp", "options": f"/(^|[ /:])({names})($|[ /:])/"},
         "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}]}
        for names, colour in COLOURS.items()
    ]


def timeseries(title, description, targets, unit, size=(12, 8), stacked=False, limit=None, table=False,
               minimum=0, maximum=None, links=None):
    """limit draws a red line where an alert begins."""
    thresholds = steps(GREEN, (limit, RED)) if limit is not None else None
    p = panel("timeseries", title, description, targets, unit, thresholds, size, min=minimum, max=maximum, links=links)
    field = p["fieldConfig"]["defaults"]
    field["color"] = {"mode": "palette-classic"}
    field["custom"] = {
        "drawStyle": "line", "lineWidth": 1, "fillOpacity": 30 if stacked else 8, "showPoints": "never",
        "spanNulls": False, "axisPlacement": "auto",
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "line" if limit is not None else "off"},
    }
    p["fieldConfig"]["overrides"] = colour_overrides()
    p["options"] = {
        "legend": {"displayMode": "table" if table else "list", "placement": "right" if table else "bottom",
                   "calcs": ["mean", "max", "lastNotNull"] if table else [], "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return p


def quantiles(histogram, matchers="@", by=""):
    """P50, P95 and P99 of a classic histogram; `by` adds labels to the legend."""
    labels = f"{by}, le" if by else "le"
    prefix = "{{" + by + "}} " if by else ""
    return [
        query(f"histogram_quantile({q}, sum by ({labels}) (rate({histogram}_bucket{{{matchers}}}[$__rate_interval])))",
              f"{prefix}p{name}", exemplar=not by)
        for q, name in ((0.5, 50), (0.95, 95), (0.99, 99))
    ]


def heatmap(title, description, histogram, matchers="@", size=(12, 8)):
    target = query(f"sum by (le) (rate({histogram}_bucket{{{matchers}}}[$__rate_interval]))", "{{le}}", fmt="heatmap")
    p = panel("heatmap", title, description, target, "s", size=size)
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
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": "s"},
    }
    return p


def bargauge(title, description, expr, legend, unit, thresholds=None, size=(12, 8), links=None, maximum=None):
    p = panel("bargauge", title, description, query(expr, legend, instant=True), unit, thresholds or steps(BLUE), size,
              min=0, max=maximum, links=links)
    p["fieldConfig"]["overrides"] = colour_overrides()
    p["options"] = {
        "displayMode": "gradient", "orientation": "horizontal", "showUnfilled": True, "valueMode": "color",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    }
    return p


def table(title, description, columns, labels, size=(24, 9), links=None):
    """columns: [(name, expr, unit, thresholds or None)], joined on their labels; labels: {label: column title}."""
    targets = [query(expr, instant=True, fmt="table") for _, expr, _, _ in columns]
    p = panel("table", title, description, targets, "short", size=size)
    single = len(columns) == 1
    values = {("Value" if single else f"Value #{ref}"): column for ref, column in zip("ABCDEFGH", columns)}
    p["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": name}, "properties": [{"id": "unit", "value": unit}] + (
            [{"id": "thresholds", "value": {"mode": "absolute", "steps": limits}},
             {"id": "custom.cellOptions", "value": {"type": "color-text"}}] if limits else [])}
        for name, _, unit, limits in columns
    ]
    if links:
        first = next(iter(labels.values()))
        p["fieldConfig"]["overrides"].append(
            {"matcher": {"id": "byName", "options": first}, "properties": [{"id": "links", "value": links}]})
    order = list(labels) + list(values)
    p["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {
            "excludeByName": {"Time": True},
            "indexByName": {name: i for i, name in enumerate(order)},
            "renameByName": {**labels, **{raw: column[0] for raw, column in values.items()}}}},
    ]
    p["options"] = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "countRows": False, "fields": []},
                    "sortBy": [{"displayName": columns[0][0], "desc": True}]}
    return p


def variable(name, label, expr):
    return {
        "name": name, "label": label, "type": "query", "datasource": DATASOURCE,
        "definition": expr, "query": {"query": expr, "refId": f"variable-{name}"},
        "refresh": 2, "sort": 1, "includeAll": True, "multi": True, "allValue": ".+", "hide": 0, "regex": "",
        "skipUrlSync": False, "options": [], "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


class Dashboard:
    """Panels flow from left to right and wrap at 24 columns; a row title starts a new line. A collapsed row holds its
    panels itself, and Grafana asks their queries only when somebody opens it."""

    def __init__(self, uid, title, description, job_metric, variables=()):
        self.uid, self.title, self.description = uid, title, description
        self.job_metric, self.variables = job_metric, list(variables)
        self.panels, self.x, self.y, self.line = [], 0, 0, 0
        self.closed = None

    def row(self, title, collapsed=False):
        self._wrap()
        if self.closed:
            self.y = self.closed["gridPos"]["y"] + 1
        row = {"type": "row", "title": title, "collapsed": collapsed, "panels": [],
               "gridPos": {"x": 0, "y": self.y, "w": 24, "h": 1}}
        self.panels.append(row)
        self.closed = row if collapsed else None
        self.y += 1
        return self

    def add(self, *panels):
        for p in panels:
            grid = p["gridPos"]
            if self.x + grid["w"] > 24:
                self._wrap()
            grid.update(x=self.x, y=self.y)
            self.x += grid["w"]
            self.line = max(self.line, grid["h"])
            (self.closed["panels"] if self.closed else self.panels).append(p)
        return self

    def _wrap(self):
        self.y += self.line
        self.x = self.line = 0

    def json(self):
        for number, p in enumerate((p for top in self.panels for p in (top, *top.get("panels", []))), 1):
            p["id"] = number
        return {
            "id": None, "uid": self.uid, "title": self.title, "description": self.description,
            "tags": ["mylittleprice"], "schemaVersion": 41, "version": 1, "editable": False, "graphTooltip": 1,
            "refresh": "30s", "time": {"from": "now-3h", "to": "now"}, "timezone": "browser", "fiscalYearStartMonth": 0,
            "timepicker": {}, "links": self._links(), "annotations": {"list": self._annotations()},
            "templating": {"list": self._templating()}, "panels": self.panels,
        }

    def _links(self):
        return [{"type": "dashboards", "title": "MyLittlePrice", "tags": ["mylittleprice"], "asDropdown": True,
                 "includeVars": True, "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "",
                 "url": ""}]

    def _annotations(self):
        def annotation(name, expr, colour, title, text):
            return {"name": name, "datasource": DATASOURCE, "enable": True, "hide": False, "iconColor": colour,
                    "expr": expr, "step": "60s", "titleFormat": title, "textFormat": text, "useValueForTime": False}
        return [
            {"name": "Annotations & Alerts", "builtIn": 1, "type": "dashboard", "enable": True, "hide": True,
             "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "iconColor": "rgba(0, 211, 255, 1)"},
            annotation("Restarts", f"changes(process_start_time_seconds{{{MATCHERS}}}[$__interval]) > 0", PURPLE,
                       "Restart", "{{instance}}"),
            annotation("Alerts", 'ALERTS{alertstate="firing",job=~"$job",severity=~"warning|critical"}', RED,
                       "{{alertname}}", "{{severity}} {{instance}} {{endpoint}} {{service}}"),
        ]

    def _templating(self):
        datasource = {"name": "datasource", "label": "Data Source", "type": "datasource", "query": "prometheus",
                      "refresh": 1, "hide": 0, "includeAll": False, "multi": False, "options": [], "regex": "",
                      "skipUrlSync": False, "current": {"selected": False, "text": "Prometheus", "value": "prometheus"}}
        return [datasource,
                variable("job", "Job", f"label_values({self.job_metric}, job)"),
                variable("instance", "Instance", f'label_values(up{{job=~"$job"}}, instance)'),
                *self.variables]
