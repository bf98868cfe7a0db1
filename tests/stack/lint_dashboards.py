#!/usr/bin/env python3
"""The rules of grafana/dashboard-linter (a Go program that not everyone has), a few of our own, and what was promised.

Every complaint names dashboard, panel and rule. One rule is loosened on purpose: a recorded series (a name with a
colon) is summed over instances, so it has no instance label to select. `--try` makes every mistake once and fails if
one is not noticed; STACK, a directory made by contrib/stack-from-rules, is judged by all but the promises.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATASOURCES = ("$datasource", "${datasource}")
PANELS = {"timeseries", "stat", "bargauge", "heatmap", "table", "text", "row"}
NUMBER, PICTURE = 3, 9          # the two heights, in units of 38 pixels
PHONE = 800                     # pixels of a phone's screen below Grafana's own bars
# Labels with as many values as somebody makes; a legend of them shows ten and the rest.
ENDLESS = {"endpoint", "event", "metric", "path", "source"}
# What is only counted when something went wrong: nothing is good news.
TROUBLE = re.compile(r'errors_total|_lost_|_skipped_|_folded_|_truncated_|_vanished_|_failures_|status=~"5|status!="success"|ALERTS')
KEYWORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "or", "and", "unless", "offset", "bool", "inf", "nan"}


# What MyLittlePrice was promised to see: dashboard, kind of panel, unit, and what its queries must hold.
PROMISED = {
    "mlp-overview": [
        ("stat", "reqps", "http_requests_total"),
        ("stat", "locale", "websocket_connections_active"),
        ("stat", "locale", "active_sessions_total"),
        ("stat", "percentunit", 'http_requests_total.*status=~"5..'),
        ("stat", "s", r"histogram_quantile\(0.95.*http_request_duration_seconds_bucket"),
        ("stat", "percentunit", "slo:error_budget_remaining:ratio.*http-availability"),
        ("stat", "percentunit", "slo:error_budget_remaining:ratio.*http-latency"),
    ],
    "mlp-http": [
        ("timeseries", "reqps", r"sum by \(endpoint\) \(rate\(http_requests_total"),
        ("heatmap", "s", "http_request_duration_seconds_bucket"),
        ("timeseries", "s", r"histogram_quantile\(0.5.*histogram_quantile\(0.95.*histogram_quantile\(0.99"),
        ("bargauge", "short", r"sum by \(status\) \(increase\(http_requests_total"),
        ("bargauge", "s", r"sort_desc\(topk\(10, histogram_quantile\(0.95, sum by \(endpoint, le\)"),
        ("table", "short", r"sum by \(method, endpoint\).*http_requests_total.*histogram_quantile"),
    ],
    "mlp-ai": [
        ("stat", "suffix:/min", 'ai_requests_total.*service="gemini"'),
        ("stat", "suffix:/min", 'ai_requests_total.*service="serp"'),
        ("timeseries", "suffix:/min", r"sum by \(service, model\) \(rate\(ai_requests_total"),
        ("stat", "suffix: tok/min", 'ai_tokens_used_total.*type="input"'),
        ("stat", "suffix: tok/min", 'ai_tokens_used_total.*type="output"'),
        ("timeseries", "suffix: tok/min", "ai_tokens_used_total"),
        ("timeseries", "s", "ai_request_duration_seconds_bucket"),
        ("timeseries", "percentunit", 'ai_requests_total.*status!="success"'),
    ],
    "mlp-database": [
        ("stat", "ops", 'db_queries_total.*database="postgresql"'),
        ("stat", "ops", 'db_queries_total.*database="redis"'),
        ("timeseries", "ops", r"sum by \(database\) \(rate\(db_queries_total"),
        ("timeseries", "percentunit", "redis_connection_pool_active.*redis_connection_pool_idle"),
        ("timeseries", "s", "db_query_duration_seconds_bucket"),
    ],
    "mlp-sessions": [
        ("timeseries", "locale", "active_sessions_total"),
        ("timeseries", "suffix:/min", "messages_processed_total"),
        ("timeseries", "s", "message_processing_duration_seconds_bucket"),
        ("timeseries", "locale", "cleanup_job_runs_total"),
        ("timeseries", "locale", "cleanup_job_records_deleted_total"),
        ("timeseries", "s", "cleanup_job_duration_seconds_sum"),
    ],
    "mlp-logtally": [
        ("timeseries", "suffix: lines/s", "logtally_log_lines_total"),
        ("timeseries", "bytes", "logtally_lag_bytes"),
        ("stat", "bytes", "logtally_lost_bytes_total"),
    ],
}
# What logtally says of itself: made from its table of metrics, which an end-to-end test holds against its page.
OWN = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/metrics.md").read_text(encoding="utf-8"), re.M))
# What series are called, by the labels of the legend: these must not share a colour in one panel.
NAMES = {
    "status": ["200", "201", "204", "301", "302", "304", "400", "401", "403", "404", "405", "422", "429", "500", "502", "503", "504"],
    "outcome": ["success", "error"],
    "class": ["2xx", "3xx", "4xx", "5xx"],
    "decoded": ["json", "logfmt", "text", "undecodable", "too_long"],
    "database": ["postgresql", "redis"],
    "database operation": ["postgresql select", "postgresql insert", "postgresql update", "redis get", "redis set"],
    "service": ["gemini", "serp"],
    "service status": ["gemini success", "gemini error", "serp success", "serp error"],
    "service model": ["gemini gemini-2.0-flash", "serp google_shopping", "gemini text-200"],
    "service model status": ["gemini gemini-2.0-flash success", "serp google_shopping success", "serp google_shopping error"],
    "type source": ["ai gemini", "ai serp", "database session"],
    "path code": ["/metrics 200", "/ 200", "/metrics 503"],
}
# One meaning, one colour, in whatever panel it is drawn.
MEANINGS = {
    "status": {"200": "green", "404": "orange", "500": "red"},
    "outcome": {"success": "green", "error": "red"},
    "class": {"2xx": "green", "4xx": "orange", "5xx": "red"},
    "service status": {"gemini success": "green", "gemini error": "red", "serp success": "blue", "serp error": "orange"},
    "database": {"postgresql": "purple", "redis": "blue"},
    "p50": {"p50": "green"}, "p95": {"p95": "orange"}, "p99": {"p99": "red"},
}


def rules(home):
    """{alert: the expressions of its rules with those of the recorded series in them}."""
    recorded, alerts = {}, {}
    for path in sorted((home / "rules").glob("*.yml")):
        for kind, name, body in re.findall(r"^ +- (alert|record): (\S+)\n((?:(?! +- (?:alert|record): |  - name: ).*\n)*)",
                                           path.read_text(encoding="utf-8"), re.M):
            expr = re.search(r"^ +expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)", body, re.M)
            (recorded if kind == "record" else alerts).setdefault(name, []).append(expr[1] or expr[2])

    def whole(expr):
        return re.sub(r"[a-z0-9_]+(?::[a-z0-9_]+)+", lambda m: m[0] + " " + " ".join(recorded.get(m[0], [])), expr)

    return {name: " ".join(whole(whole(expr)) for expr in exprs) for name, exprs in alerts.items()}


ALERTS = rules(ROOT / "prometheus")


def selectors(expr):
    """(metric, matchers) of every vector selector; label lists, strings and durations are taken out first."""
    expr = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", expr)
    braces = []

    def keep(match):
        braces.append(match.group(0))
        return f"{{{len(braces) - 1}}}"

    expr = re.sub(r"\{[^}]*\}", keep, expr)
    expr = re.sub(r'"[^"]*"', '""', expr)
    expr = re.sub(r"\[[^\]]*\]", " ", expr)
    for match in re.finditer(r"(?<![\w$.])([a-zA-Z_:][\w:]*)\s*(\{\d+\})?(\s*\()?", expr):
        name, brace, call = match.groups()
        if not call and name.lower() not in KEYWORDS:
            yield name, braces[int(brace[1:-1])] if brace else ""


def targets(panel):
    return panel.get("targets", [])


def matches(matcher, name):
    if matcher["id"] == "byRegexp":
        return re.search(matcher["options"].strip("/"), name)
    return matcher["id"] == "byName" and matcher["options"] == name


def colour(panel, name):
    """The colour that the panel's overrides give to a series of this name, None for the next of the palette."""
    found = [p["value"]["fixedColor"] for o in panel["fieldConfig"]["overrides"] for p in o["properties"]
             if p["id"] == "color" and "fixedColor" in p["value"] and matches(o["matcher"], name)]
    return found[-1] if found else None


def kind_of_legend(target):
    """A key of NAMES, or the legend itself when no label is in it."""
    labels = " ".join(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
    return "outcome" if labels == "status" and "http_" not in target["expr"] else labels or target["legendFormat"]


def windows(expr):
    """Of what is drawn; not of what the ten largest of the range are chosen by."""
    return {window.split(":")[0] for window in re.findall(r"\[([^\]]+)\](?! @ end)", expr)}


def spans(description):
    """Windows that a description names: "in 5 minutes"."""
    return {number + unit[0] for number, unit in re.findall(r"\b(\d+) (minute|hour|day)s?\b", description)}


def numbers(expr):
    return {float(n) for n in re.findall(r"(?<![\w.:])\d+(?:\.\d+)?(?:e\d+)?(?![\w.])", expr)}


def all_panels(board):
    """Those of collapsed rows, too."""
    return [p for top in board["panels"] for p in (top, *top.get("panels", []))]


def lint_promises(board):
    for kind, unit, pattern in PROMISED.get(board["uid"], []):
        if not any(p["type"] == kind and p["fieldConfig"]["defaults"]["unit"] == unit
                   and re.search(pattern, " ".join(t["expr"] for t in targets(p))) for p in all_panels(board) if p["type"] != "row"):
            yield "", f"promised: a {kind} in {unit} of {pattern}"
    names = [v["name"] for v in board["templating"]["list"]]
    if names[:3] != ["datasource", "job", "instance"] or (board["uid"] == "mlp-http" and "endpoint" not in names):
        yield "", f"promised: variables datasource, job, instance, endpoint; there are {names}"
    marks = " ".join(a.get("expr", "") for a in board["annotations"]["list"] if a["enable"] and not a["hide"])
    if 'ALERTS{alertstate="firing"' not in marks:
        yield "", "promised: annotations for alerts"
    if board["uid"] in PROMISED:
        yield from lint_restarts(board)
    menu = [entry for entry in board["links"] if entry["type"] == "dashboards"]
    if not menu or not set(menu[0]["tags"]) & set(board["tags"]) or not menu[0]["includeVars"] or not menu[0]["keepTime"]:
        yield "", "promised: a menu of the other dashboards that keeps variables and time"
    if board["graphTooltip"] != 1 or board["refresh"] != "30s" or board["timezone"] != "browser" or not 39 <= board["schemaVersion"] <= 41:
        yield "", "shared crosshair, refresh 30s, the browser's time zone, schema 39 to 41"
    if sum(p["type"] != "row" for p in board["panels"]) > 20:
        yield "", "more than 20 panels at once; collapse a row"
    if board["panels"][0]["type"] != "stat":
        yield "", "stat row on top"


def lint_restarts(board):
    """The backend's own starts, and logtally's by another sign; each once, at any zoom: compared with an interval before.
    (increase() and changes() over an interval miss what happens between the last sample of one and the first of the next.)"""
    colours = {}
    for a in board["annotations"]["list"]:
        for metric in ("backend_starts_total", "process_start_time_seconds"):
            if metric in a.get("expr", "") and a["enable"]:
                colours[metric] = a["iconColor"]
                if not re.fullmatch(metric + r"(\{[^}]*\}) > max_over_time\(" + metric + r"\1\[1h\] offset \$__interval\)", a["expr"]):
                    yield "", f"annotation {a['name']}: marks each start once"
    if len(set(colours.values())) != 2:
        yield "", "restarts: marks of the backend's starts, and others of logtally's"


def lint_overlaps(board):
    """The panels of a collapsed row lie where it will be opened, among themselves."""
    for panels in (board["panels"], *(top["panels"] for top in board["panels"] if top.get("panels"))):
        taken = set()
        for p in panels:
            grid = p["gridPos"]
            cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
            if grid["x"] + grid["w"] > 24 or cells & taken:
                yield p["title"], "panels overlap or leave the 24 columns"
            taken |= cells


def lint_places(board):
    """Two heights, and each row, from a title to the next, is a full rectangle of 24 columns."""
    rows = [[]]
    for top in board["panels"]:
        if top["type"] == "row":
            rows.append(list(top["panels"]))
        else:
            rows[-1].append(top)
    for panels in rows:
        for p in panels:
            wanted = NUMBER if p["type"] == "stat" else PICTURE
            if p["gridPos"]["h"] != wanted:
                yield p["title"], f"one row height: {p['gridPos']['h']} instead of {wanted}"
        grids = [p["gridPos"] for p in panels]
        if grids:
            height = max(g["y"] + g["h"] for g in grids) - min(g["y"] for g in grids)
            if sum(g["w"] * g["h"] for g in grids) != 24 * height:
                yield panels[0]["title"], "half-empty rows: the row that begins here does not fill 24 columns"


def lint_import(board):
    """Imported elsewhere: Grafana asks for each of __inputs, puts the answers into the rest, and checks __requires."""
    inputs = board.get("__inputs", [])
    names = {entry["name"] for entry in inputs if entry["type"] == "datasource" and entry["pluginId"] == "prometheus"}
    used = set(re.findall(r"\$\{(DS_\w+)\}", json.dumps({k: v for k, v in board.items() if k != "__inputs"})))
    if not names or names != used:
        yield "", f"__inputs: {names}, but {used} are used"
    required = {entry["id"] for entry in board.get("__requires", [])}
    wanted = {"grafana", "prometheus"} | {p["type"] for p in all_panels(board)} - {"row"}
    if required != wanted:
        yield "", f"__requires: {required ^ wanted}"


def lint_overview(board):
    """Are users hurt, since when, where: the first that is seen, on a phone without scrolling."""
    if board["uid"] != "mlp-overview":
        return
    # A phone has them in this order, each as wide as it is.
    panels = sorted((p for p in board["panels"] if p["type"] != "row"), key=lambda p: (p["gridPos"]["y"], p["gridPos"]["x"]))
    for title, kind, pattern in (("Users hurt", "stat", 'ALERTS.*critical.*Watchdog'), ("Since", "stat", "min.*ALERTS_FOR_STATE.*critical"),
                                 ("Where", "table", 'label_join.*ALERTS.*"where"')):
        found = [i for i, p in enumerate(panels) if p["title"] == title and p["type"] == kind and re.search(pattern, p["targets"][0]["expr"])]
        if not found or sum(38 * p["gridPos"]["h"] for p in panels[:found[0] + 1]) > PHONE:
            yield title, "overview: users hurt, since when and where come first, also on a phone"


def lint_alert_line(panel):
    """Where the line of an alert is drawn: it is the alert's number, and the query has the alert's windows."""
    defaults = panel["fieldConfig"]["defaults"]
    lined = defaults.get("custom", {}).get("thresholdsStyle", {}).get("mode") == "line"
    named = [name for name in re.findall(r"\b[A-Z]\w+", panel["description"]) if name in ALERTS]
    if not lined and not (named and panel["type"] == "stat"):
        return
    if lined and not named:
        yield "alert line: the description names no alert"
    expr = " ".join(t["expr"] for t in targets(panel))
    recorded = {f"[{w}]" for w in re.findall(r":\w*?(?:rate|increase)(\d+[mhd])\b", expr)}
    for name in named:
        alert = ALERTS[name]
        odd = windows(expr + " ".join(recorded)) - windows(alert)
        if odd and (lined or re.search(r"\b(rate|increase)\(", expr)):
            yield f"alert line: {name} looks over {sorted(windows(alert))}, the panel over {sorted(odd)}"
        if lined:
            if defaults["custom"].get("axisSoftMax", 0) < defaults["thresholds"]["steps"][-1]["value"]:
                yield "alert line: it may be out of view"
            limit = defaults["thresholds"]["steps"][-1]["value"]
            divisors = {float(n) for n in re.findall(r"/ ([\d.]+)", expr)} | {1.0}
            if not any(abs(limit * d - n) < 1e-9 for d in divisors for n in numbers(alert)):
                yield f"alert line: {limit} is no number of {name}"


def lint_counts(panel):
    """What is counted is whole: increase() is rounded, and neither axis nor legend has decimals."""
    defaults = panel["fieldConfig"]["defaults"]
    fields = [(defaults["unit"], defaults.get("decimals"))] + [
        ({p["id"]: p["value"] for p in o["properties"]}.get("unit"), {p["id"]: p["value"] for p in o["properties"]}.get("decimals"))
        for o in panel["fieldConfig"]["overrides"]]
    if any(unit == "locale" and decimals != 0 for unit, decimals in fields):
        yield "whole numbers: a count with decimals"
    if defaults["unit"] == "locale" and "mean" in panel["options"].get("legend", {}).get("calcs", []):
        yield "whole numbers: the mean of counts in the legend"
    for target in targets(panel):
        expr = target["expr"]
        counted = re.search(r"\b(increase\(|active_sessions_total|websocket_connections_active|redis_connection_pool|logtally_files)",
                            re.sub(r'"[^"]*"', '""', expr))
        if panel["type"] != "table" and counted and "/" not in expr and defaults["unit"] not in ("bytes", "s"):
            if defaults["unit"] not in ("locale", "short") or ("increase(" in expr and "round(" not in expr) \
                    or (defaults["unit"] == "short" and "round(" not in expr):
                yield "whole numbers: a count that is not rounded"


def lint_now(panel):
    """A number is that of now: the last one within the range may be hours old, and its reason gone."""
    if panel["type"] in ("stat", "bargauge", "table") and not all(t["instant"] and not t["range"] for t in targets(panel)):
        yield "of now: a query over the range, whose last value may be old"


def closing(text, start):
    """Where the parenthesis ends that opens at start."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i + 1
    return len(text)


def lint_quantiles(panel):
    """Where nothing was observed a quantile is NaN, which tiles and tables show."""
    for target in targets(panel):
        for call in re.finditer(r"histogram_quantile(?=\()", target["expr"]):
            if not re.match(r" >= 0| > 0", target["expr"][closing(target["expr"], call.end()):]):
                yield "no NaN: a quantile is to end in `>= 0`"


def lint_words(panel):
    """Words in place of a number have no colour of good or bad."""
    defaults = panel["fieldConfig"]["defaults"]
    first, *limits = defaults["thresholds"]["steps"]
    if panel["type"] == "stat" and defaults.get("noValue") and first["color"] != "text":
        yield "words: what is no number is coloured as one"
    if any(limit["value"] < 0 for limit in limits):
        yield "words: Grafana sorts a limit below 0 before the first step, whose null it takes for 0"


def lint_nothing(panel):
    """What is said where there is nothing: a table says so in words, trouble that there was none is 0 or words."""
    none = panel["fieldConfig"]["defaults"].get("noValue")
    if panel["type"] == "table" and not none:
        yield "empty tables: noValue says what there is none of"
    for target in targets(panel):
        expr = target["expr"]
        if TROUBLE.search(expr) and not none and " or vector(0)" not in expr and " or 0 * " not in expr:
            yield "nothing is good news: neither `or vector(0)` nor words"
        for bad in re.findall(r'(?:\w+\()*\w+\{[^}]*(?:status=~"5|status!="success")[^}]*\}\[[^\]]*\](?: @ end\(\))?\)+(.*)', expr):
            if re.match(r" */", bad):
                yield "0 % where nothing failed: the numerator needs `or 0 *`"


def lint_legends(panel):
    if panel["type"] == "timeseries" and panel["options"]["legend"]["placement"] != "bottom":
        yield "legends are below, where they leave the picture its width"
    kinds = [kind_of_legend(t) for t in targets(panel)]
    if panel["type"] == "timeseries" and set(" ".join(kinds).split()) & ENDLESS:
        first, *others = targets(panel)
        if "topk(10," not in first["expr"] or f"[$__range] @ end()" not in first["expr"] or panel["options"]["legend"]["displayMode"] != "table" \
                or [t["legendFormat"] for t in others] != ["the rest"] or " unless on " not in others[0]["expr"]:
            yield "ten of many: topk over the range, a table legend, and the rest as one line"
    if panel["type"] == "bargauge":
        sorts = [t["options"]["sort"][0]["field"] for t in panel.get("transformations", []) if t["id"] == "sortBy"]
        if not panel["targets"][0]["expr"].startswith("sort_desc(") and sorts != ["status"] or kinds == ["status"] and sorts != ["status"]:
            yield "sorted: bars by their length, codes by their number"


def lint_colours(panel):
    for o in panel["fieldConfig"]["overrides"]:
        changed = {p["id"]: p["value"] for p in o["properties"]}
        if "fixedColor" in changed.get("color", {}) and o["matcher"]["id"] != "byName" \
                and not re.fullmatch(r"/\^[^|]*\$/", o["matcher"]["options"]):
            yield f"whole values: {o['matcher']['options']} colours parts of names"
        if "thresholds" in changed and changed.get("color", {}).get("mode") != "thresholds":
            yield f"color.mode: the thresholds of {o['matcher']['options']} colour nothing"
    names = []
    for kind in (kind_of_legend(t) for t in targets(panel) if panel["type"] in ("timeseries", "bargauge")):
        names += NAMES.get(kind, [] if "{{" in kind else [kind])
        for name, wanted in MEANINGS.get(kind, {}).items():
            if colour(panel, name) != wanted and panel["fieldConfig"]["defaults"]["color"]["mode"] != "thresholds":
                yield f"consistent colours: {name} is {colour(panel, name)}, not {wanted}"
    given = [c for c in (colour(panel, name) for name in names) if c]
    if len(set(given)) != len(given):
        yield f"colours: two of {names} have the same"


def lint(board):
    yield from lint_promises(board)
    for rule in (lint_overlaps, lint_places, lint_import, lint_overview):
        yield from rule(board)
    variables = {v["name"]: v for v in board["templating"]["list"]}
    if variables.get("datasource", {}).get("type") != "datasource" or variables["datasource"]["query"] != "prometheus" \
            or variables["datasource"]["label"] != "Data Source":
        yield "", "template-datasource: variable datasource of type datasource, label Data Source"
    for name in ("job", "instance"):
        v = variables.get(name, {})
        if v.get("type") != "query" or not v.get("multi") or v.get("allValue") != ".+" or v.get("label") != name.title():
            yield "", f"template-{name}: a multi-value query variable with allValue .+ and label {name.title()}"
    for name, v in variables.items():
        if v["type"] != "query":
            continue
        if v["datasource"]["uid"] not in DATASOURCES:
            yield "", f"template {name}: datasource must be $datasource"
        if v["refresh"] != 2:
            yield "", f"template-on-time-change-reload: {name}"
        if not re.fullmatch(r"label_values\((.+, *)?\w+\)", v["query"]["query"]):
            yield "", f"template-label-promql: {name}"
        if re.match(r"label_values\(up\b", v["query"]["query"]):
            yield "", f"values from the data: {name} is of `up`, which backfilled history has not"
    if board["editable"]:
        yield "", "uneditable-dashboard"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", board["uid"]) or board["id"] is not None:
        yield "", "uid must be fixed and id null"
    if not board["description"]:
        yield "", "a dashboard needs a description"
    ids = set()
    for panel in all_panels(board):
        title = panel["title"]
        if panel["id"] in ids:
            yield title, "duplicate panel id"
        ids.add(panel["id"])
        if panel["type"] not in PANELS:
            yield title, f"panel type {panel['type']} is unknown or gone"
        if panel["type"] == "row" or panel["type"] == "text" and panel["title"] and panel["options"]["content"]:
            continue
        if not panel["title"] or not panel.get("description"):
            yield title, "panel-title-description"
        if panel["datasource"]["uid"] not in DATASOURCES:
            yield title, "panel-datasource"
        if not panel["fieldConfig"]["defaults"].get("unit"):
            yield title, "panel-units"
        if panel["fieldConfig"]["defaults"]["thresholds"]["steps"][0]["value"] is not None:
            yield title, "the first threshold must have the value null"
        if not targets(panel):
            yield title, "panel-no-targets"
        if len({t["refId"] for t in targets(panel)}) != len(targets(panel)):
            yield title, "refId twice"
        for rule in (lint_alert_line, lint_counts, lint_now, lint_quantiles, lint_words, lint_nothing, lint_legends, lint_colours):
            yield from ((title, complaint) for complaint in rule(panel))
        of_alerts = [windows(ALERTS[name]) for name in re.findall(r"\b[A-Z]\w+", panel["description"]) if name in ALERTS]
        for target in targets(panel):
            yield from ((title, rule) for rule in lint_target(target, spans(panel["description"]).union(*of_alerts)))


def lint_target(target, allowed):
    """`allowed` are windows beside Grafana's own: those of the alerts that the panel speaks of, or that it names."""
    expr = target["expr"]
    if target["datasource"]["uid"] not in DATASOURCES:
        yield "target datasource"
    for metric, matchers in selectors(expr):
        if metric.startswith(("logtally_", "process_")) and metric not in OWN:
            yield f"own-metric: {metric} is not in docs/metrics.md"
        for label in ("job", "instance"):
            if label == "instance" and (":" in metric or metric in ("ALERTS", "ALERTS_FOR_STATE")) or 'alertname="Watchdog"' in matchers:
                continue
            if f'{label}=~"${label}"' not in matchers:
                yield f'target-{label}: {metric} needs {label}=~"${label}"'
        if metric.endswith(("_total", "_bucket", "_count", "_sum")) and metric != "active_sessions_total" \
                and not re.search(r"\b(rate|irate|increase)\(" + re.escape(metric) + r"\{", expr):
            yield f"target-counter-agg: {metric} without rate or increase"
    for function, window in re.findall(r"\b(rate|irate)\([^\[]*\[([^\]]*)\]", expr):
        if window not in ("$__rate_interval", "$__range") and window not in allowed:
            yield f"target-rate-interval: {function} over {window}"


def mistakes():
    """(rule, what makes it, in which dashboard) for every rule."""
    def variable(which, **change):
        return lambda b: next(v for v in b["templating"]["list"] if v["name"] == which).update(change)

    def panel(change, title=None, kind="timeseries"):
        return lambda b: change(next(p for p in b["panels"] if (p["title"] == title if title else p["type"] == kind)))

    def expr(old, new, title=None, kind="timeseries", target=0):
        return panel(lambda p: p["targets"][target].update(expr=p["targets"][target]["expr"].replace(old, new)), title, kind)

    def field(title=None, kind="timeseries", **change):
        return panel(lambda p: p["fieldConfig"]["defaults"].update(change), title, kind)

    def mark(name, **change):
        return lambda b: next(a for a in b["annotations"]["list"] if a["name"] == name).update(change)

    def drop(change):
        """From the overrides of the table: the property that is named so."""
        return panel(lambda p: [o.update(properties=[q for q in o["properties"] if q["id"] != change])
                                for o in p["fieldConfig"]["overrides"]], kind="table")

    def without_zero(title, target):
        return panel(lambda p: p["targets"][target].update(expr=re.sub(r" or 0 \* [^/]*\)(?=\) /)", "", p["targets"][target]["expr"])), title)

    def recolour(name, matcher=None, **colour):
        def change(p):
            for o in p["fieldConfig"]["overrides"]:
                if o["matcher"]["options"] == name:
                    o["matcher"].update(matcher or {})
                    o["properties"][0]["value"].update(colour)
        return change

    yield "template-datasource", variable("datasource", query="loki")
    yield "template-job", variable("job", multi=False)
    yield "template-job", variable("job", label="job")
    yield "template-instance", variable("instance", allValue=None)
    yield "template-instance", variable("instance", type="custom")
    yield "template endpoint: datasource", variable("endpoint", datasource={"type": "prometheus", "uid": "prometheus"})
    yield "template-label-promql", variable("endpoint", query={"query": "metrics(http)"})
    yield "values from the data", variable("instance", query={"query": 'label_values(up{job=~"$job"}, instance)'})
    yield "template-on-time-change-reload", variable("endpoint", refresh=1)
    yield "uneditable-dashboard", lambda b: b.update(editable=True)
    yield "uid must be fixed", lambda b: b.update(id=7)
    yield "a dashboard needs a description", lambda b: b.update(description="")
    yield "duplicate panel id", panel(lambda p: p.update(id=1))
    yield "panels overlap", panel(lambda p: p["gridPos"].update(x=13))
    yield "one row height", panel(lambda p: p["gridPos"].update(h=8))
    yield "one row height", panel(lambda p: p["gridPos"].update(h=4), kind="stat")
    yield "half-empty rows", panel(lambda p: p["gridPos"].update(w=11))
    yield "__inputs", lambda b: b.pop("__inputs")
    yield "__inputs", variable("datasource", current={"text": "Prometheus", "value": "prometheus"})
    yield "__requires", lambda b: b["__requires"].pop()
    yield "panel type graph", panel(lambda p: p.update(type="graph"))
    yield "panel-title-description", panel(lambda p: p.update(description=""))
    yield "panel-datasource", panel(lambda p: p.update(datasource={"type": "prometheus", "uid": "prometheus"}))
    yield "panel-units", field(unit="")
    yield "the first threshold", panel(lambda p: p["fieldConfig"]["defaults"]["thresholds"]["steps"][0].update(value=0))
    yield "panel-no-targets", panel(lambda p: p.update(targets=[]))
    yield "refId twice", panel(lambda p: p["targets"].append(p["targets"][0]))
    yield "target datasource", panel(lambda p: p["targets"][0].update(datasource={"type": "prometheus", "uid": "x"}))
    yield "target-job", expr('job=~"$job",', "")
    yield "target-instance", expr('instance=~"$instance"', 'instance="a"')
    yield "target-counter-agg", expr("rate(", "sum(")
    yield "target-rate-interval", expr("$__rate_interval", "5m")
    yield "own-metric", expr("http_requests_total", "logtally_requests_total")
    yield "consistent colours", panel(lambda p: p["fieldConfig"].update(overrides=[]), "Requests by status")
    yield "consistent colours", panel(recolour("p95", fixedColor="blue"), "Latency quantiles")
    yield "whole values", panel(recolour(r"/^2\d\d$/", {"options": r"/2\d\d/"}), "Requests by status")
    yield "colours: two of", panel(recolour("502", fixedColor="red"), "Requests by status")
    yield "color.mode", drop("color")
    yield "legends are below", panel(lambda p: p["options"]["legend"].update(placement="right"))
    yield "ten of many", expr("topk(10,", "topk(99,", "Requests by endpoint")
    yield "ten of many", expr(" @ end()", "", "Requests by endpoint")
    yield "ten of many", panel(lambda p: p["targets"].pop(), "Requests by endpoint")
    yield "ten of many", panel(lambda p: p["options"]["legend"].update(displayMode="list"), "P95 by endpoint")
    yield "sorted", expr("sort_desc", "", "Slowest endpoints")
    yield "sorted", panel(lambda p: p["transformations"].pop(0), "Status breakdown")
    yield "alert line: HttpLatencyP95High looks over", expr("[5m]", "[$__rate_interval]", "Latency quantiles")
    yield "alert line: HttpErrorRatioHigh looks over", expr("[5m]", "[$__rate_interval]", "Errors")
    yield "alert line: HttpErrorRatioHigh looks over", expr("[5m]", "[1h]", "Error ratio"), "overview"
    yield "alert line: HttpAvailabilityBudgetBurnFast looks over", expr("rate1h", "rate3d", "Error budget burn rate"), "overview"
    yield "alert line: the description names no alert", panel(lambda p: p.update(description="The line."), "Latency quantiles")
    yield "alert line: 3 is no number", panel(lambda p: p["fieldConfig"]["defaults"]["thresholds"]["steps"][1].update(value=3), "Latency quantiles")
    yield "alert line: it may be out of view", panel(lambda p: p["fieldConfig"]["defaults"]["custom"].pop("axisSoftMax"), "Latency quantiles")
    yield "of now", panel(lambda p: p["targets"][0].update(range=True), kind="stat")
    yield "no NaN", expr(" >= 0", "", "P95 latency")
    yield "no NaN", expr(" >= 0", "", "P95 by endpoint", target=1)
    yield "words: Grafana sorts", panel(lambda p: p["fieldConfig"]["defaults"]["thresholds"]["steps"][1].update(value=-1), "Errors")
    yield "words: what is", panel(lambda p: p["fieldConfig"]["defaults"]["thresholds"]["steps"].pop(0), "Errors")
    yield "0 % where nothing failed", without_zero("Endpoints", 1)
    yield "0 % where nothing failed", without_zero("Errors", 0)
    yield "nothing is good news", field("Failed requests by endpoint", noValue=None), "overview"
    yield "nothing is good news", expr(" or vector(0)", "", "Database errors"), "database"
    yield "empty tables", field(kind="table", noValue=None)
    yield "whole numbers: a count that is not rounded", expr("round(", "(", "Status breakdown")
    yield "whole numbers: a count that is not rounded", field("Status breakdown", unit="none")
    yield "whole numbers: a count with decimals", field("Active sessions", decimals=1), "overview"
    yield "whole numbers: the mean", panel(lambda p: p["options"]["legend"].update(calcs=["mean"]), "Sessions and connections"), "overview"
    yield "overview: users hurt", lambda b: b["panels"].pop(0), "overview"
    yield "overview: users hurt", panel(lambda p: p["gridPos"].update(y=4), "Where"), "overview"
    yield "promised: a heatmap", lambda b: b.update(panels=[p for p in b["panels"] if p["type"] != "heatmap"])
    yield "promised: a table", lambda b: b.update(panels=[p for p in b["panels"] if p["type"] != "table"])
    yield "promised: variables", variable("endpoint", name="path")
    yield "promised: annotations", lambda b: b["annotations"]["list"].pop()
    yield "restarts", lambda b: b["annotations"]["list"].pop(1)
    yield "restarts", mark("logtally starts", iconColor="purple")
    yield "marks each start once", mark("Restarts", expr='increase(backend_starts_total{job=~"$job",instance=~"$instance"}[$__interval]) > 0')
    yield "promised: a menu", lambda b: b["links"].clear()
    yield "shared crosshair", lambda b: b.update(graphTooltip=0)
    yield "more than 20 panels", lambda b: b.update(panels=b["panels"] * 2)
    yield "stat row on top", lambda b: b["panels"].reverse()


def read(name):
    return json.loads((ROOT / f"grafana/dashboards/{name}.json").read_text(encoding="utf-8"))


def try_mistakes():
    missed = []
    for rule, spoil, *where in mistakes():
        board = read(*where or ["http"])
        spoil(board)
        if not any(rule in complaint for _, complaint in lint(board)):
            missed.append(rule)
    return missed


def lint_stack(home):
    """The dashboards of another stack, with its alerts."""
    ALERTS.clear()
    ALERTS.update(rules(home))
    for ours in ("database", "service status"):
        del MEANINGS[ours]
    boards = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted((home / "dashboards").glob("*.json"))}
    problems = [f"{name}: {title or 'dashboard'}: {rule}" for name, board in boards.items() for title, rule in lint(board)]
    print("\n".join(problems) or f"{len(boards)} dashboards keep the rules")
    sys.exit(1 if problems or not boards else 0)


def main():
    if sys.argv[1:] and sys.argv[1] != "--try":
        lint_stack(pathlib.Path(sys.argv[1]))
    problems = []
    uids = set()
    boards = sorted((ROOT / "grafana/dashboards").glob("*.json"))
    if sys.argv[1:] == ["--try"]:
        missed = try_mistakes()
        sys.exit(f"not noticed: {missed}" if missed else 0)
    for path in boards:
        board = json.loads(path.read_text(encoding="utf-8"))
        problems += [f"{path.name}: {title or 'dashboard'}: {rule}" for title, rule in lint(board)]
        if board["uid"] in uids:
            problems.append(f"{path.name}: uid {board['uid']} twice")
        uids.add(board["uid"])
    text = "".join(path.read_text(encoding="utf-8") for path in boards)
    text += "".join(p.read_text(encoding="utf-8") for p in (ROOT / "prometheus/rules").glob("*.yml"))
    text += "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").glob("*.md"))
    problems += [f"link to unknown dashboard {uid}" for uid in set(re.findall(r"/d/([\w-]+)", text)) - uids]
    problems += [f"dashboard {uid} is missing" for uid in set(PROMISED) - uids]
    print("\n".join(problems) or f"{len(boards)} dashboards keep the rules")
    sys.exit(1 if problems or len(boards) != 6 else 0)


main()
