#!/usr/bin/env python3
"""The rules of grafana/dashboard-linter (a Go program that not everyone has), a few of our own, and what was promised.

Every complaint names dashboard, panel and rule. One rule is loosened on purpose: a recorded series (a name with a
colon) is summed over instances, so it has no instance label to select. `--try` makes every mistake once and fails if
one is not noticed.
"""

import copy
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATASOURCES = ("$datasource", "${datasource}")
PANELS = {"timeseries", "stat", "bargauge", "heatmap", "table", "row"}
KEYWORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "or", "and", "unless", "offset", "bool", "inf", "nan"}


# What MyLittlePrice was promised to see: dashboard, kind of panel, unit, and what its queries must hold.
PROMISED = {
    "mlp-overview": [
        ("stat", "reqps", "http_requests_total"),
        ("stat", "short", "websocket_connections_active"),
        ("stat", "short", "active_sessions_total"),
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
        ("bargauge", "s", r"topk\(10, histogram_quantile\(0.95, sum by \(endpoint, le\)"),
        ("table", "short", r"sum by \(method, endpoint\).*http_requests_total.*histogram_quantile"),
    ],
    "mlp-ai": [
        ("stat", "suffix: /min", 'ai_requests_total.*service="gemini"'),
        ("stat", "suffix: /min", 'ai_requests_total.*service="serp"'),
        ("timeseries", "suffix: /min", r"sum by \(service, model\) \(rate\(ai_requests_total"),
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
        ("timeseries", "short", "active_sessions_total"),
        ("timeseries", "suffix: /min", "messages_processed_total"),
        ("timeseries", "s", "message_processing_duration_seconds_bucket"),
        ("timeseries", "short", "cleanup_job_runs_total"),
        ("timeseries", "short", "cleanup_job_records_deleted_total"),
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
# One meaning, one colour, in whatever panel it is drawn.
MEANINGS = {"200": "green", "2xx": "green", "gemini success": "green", "p50": "green", "404": "orange", "4xx": "orange",
            "p95": "orange", "500": "red", "5xx": "red", "serp error": "red", "p99": "red", "input": "blue", "output": "purple",
            "postgresql": "purple", "redis get": "blue"}


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


def colour(panel, name):
    """Colours that the panel's overrides give to a series of this name."""
    return {p["value"]["fixedColor"] for o in panel["fieldConfig"]["overrides"] for p in o["properties"]
            if o["matcher"]["id"] == "byRegexp" and p["id"] == "color" and re.search(o["matcher"]["options"].strip("/"), name)}


def all_panels(board):
    """Those of collapsed rows, too."""
    return [p for top in board["panels"] for p in (top, *top.get("panels", []))]


def lint_promises(board):
    for kind, unit, pattern in PROMISED[board["uid"]]:
        if not any(p["type"] == kind and p["fieldConfig"]["defaults"]["unit"] == unit
                   and re.search(pattern, " ".join(t["expr"] for t in targets(p))) for p in all_panels(board) if p["type"] != "row"):
            yield "", f"promised: a {kind} in {unit} of {pattern}"
    names = [v["name"] for v in board["templating"]["list"]]
    if names[:3] != ["datasource", "job", "instance"] or (board["uid"] == "mlp-http" and "endpoint" not in names):
        yield "", f"promised: variables datasource, job, instance, endpoint; there are {names}"
    marks = " ".join(a.get("expr", "") for a in board["annotations"]["list"] if a["enable"] and not a["hide"])
    if "changes(process_start_time_seconds{" not in marks or 'ALERTS{alertstate="firing"' not in marks:
        yield "", "promised: annotations for restarts and alerts"
    menu = [entry for entry in board["links"] if entry["type"] == "dashboards"]
    if not menu or not set(menu[0]["tags"]) & set(board["tags"]) or not menu[0]["includeVars"] or not menu[0]["keepTime"]:
        yield "", "promised: a menu of the other dashboards that keeps variables and time"
    if board["graphTooltip"] != 1 or board["refresh"] != "30s" or board["timezone"] != "browser" or not 39 <= board["schemaVersion"] <= 41:
        yield "", "shared crosshair, refresh 30s, the browser's time zone, schema 39 to 41"
    if sum(p["type"] != "row" for p in board["panels"]) > 20:
        yield "", "more than 20 panels at once; collapse a row"
    if board["panels"][0]["type"] != "stat":
        yield "", "stat row on top"


def lint(board):
    yield from lint_promises(board)
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
    if board["editable"]:
        yield "", "uneditable-dashboard"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", board["uid"]) or board["id"] is not None:
        yield "", "uid must be fixed and id null"
    if not board["description"]:
        yield "", "a dashboard needs a description"
    ids, taken = set(), set()
    for panel in all_panels(board):
        title = panel["title"]
        if panel["id"] in ids:
            yield title, "duplicate panel id"
        ids.add(panel["id"])
        grid = panel["gridPos"]
        cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
        if grid["x"] + grid["w"] > 24 or cells & taken:
            yield title, "panels overlap or leave the 24 columns"
        taken |= cells
        if panel["type"] not in PANELS:
            yield title, f"panel type {panel['type']} is unknown or gone"
        if panel["type"] == "row":
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
        for target in targets(panel):
            yield from ((title, rule) for rule in lint_target(target))
        if panel["type"] in ("timeseries", "bargauge"):
            for name, wanted in MEANINGS.items():
                if colour(panel, name) != {wanted}:
                    yield title, f"consistent colours: {name} is {colour(panel, name)}, not {wanted}"


def lint_target(target):
    expr = target["expr"]
    if target["datasource"]["uid"] not in DATASOURCES:
        yield "target datasource"
    for metric, matchers in selectors(expr):
        if metric.startswith(("logtally_", "process_")) and metric not in OWN:
            yield f"own-metric: {metric} is not in docs/metrics.md"
        for label in ("job", "instance"):
            if label == "instance" and (":" in metric or metric in ("ALERTS", "ALERTS_FOR_STATE")):
                continue
            if f'{label}=~"${label}"' not in matchers:
                yield f'target-{label}: {metric} needs {label}=~"${label}"'
        if metric.endswith(("_total", "_bucket", "_count", "_sum")) and metric != "active_sessions_total" \
                and not re.search(r"\b(rate|irate|increase)\(" + re.escape(metric) + r"\{", expr):
            yield f"target-counter-agg: {metric} without rate or increase"
    for function, window in re.findall(r"\b(rate|irate)\([^\[]*\[([^\]]*)\]", expr):
        if window not in ("$__rate_interval", "$__range"):
            yield f"target-rate-interval: {function} over {window}"


def mistakes():
    """(rule, what makes it) for every rule, done to the dashboard of HTTP."""
    def variable(which, **change):
        return lambda b: next(v for v in b["templating"]["list"] if v["name"] == which).update(change)

    def panel(change):
        return lambda b: change(next(p for p in b["panels"] if p["type"] == "timeseries"))

    def expr(old, new):
        return panel(lambda p: p["targets"][0].update(expr=p["targets"][0]["expr"].replace(old, new)))

    yield "template-datasource", variable("datasource", query="loki")
    yield "template-job", variable("job", multi=False)
    yield "template-job", variable("job", label="job")
    yield "template-instance", variable("instance", allValue=None)
    yield "template-instance", variable("instance", type="custom")
    yield "template endpoint: datasource", variable("endpoint", datasource={"type": "prometheus", "uid": "prometheus"})
    yield "template-label-promql", variable("endpoint", query={"query": "metrics(http)"})
    yield "template-on-time-change-reload", variable("endpoint", refresh=1)
    yield "uneditable-dashboard", lambda b: b.update(editable=True)
    yield "uid must be fixed", lambda b: b.update(id=7)
    yield "a dashboard needs a description", lambda b: b.update(description="")
    yield "duplicate panel id", panel(lambda p: p.update(id=1))
    yield "panels overlap", panel(lambda p: p["gridPos"].update(x=13))
    yield "panel type graph", panel(lambda p: p.update(type="graph"))
    yield "panel-title-description", panel(lambda p: p.update(description=""))
    yield "panel-datasource", panel(lambda p: p.update(datasource={"type": "prometheus", "uid": "prometheus"}))
    yield "panel-units", panel(lambda p: p["fieldConfig"]["defaults"].update(unit=""))
    yield "the first threshold", panel(lambda p: p["fieldConfig"]["defaults"]["thresholds"]["steps"][0].update(value=0))
    yield "panel-no-targets", panel(lambda p: p.update(targets=[]))
    yield "refId twice", panel(lambda p: p["targets"].append(p["targets"][0]))
    yield "target datasource", panel(lambda p: p["targets"][0].update(datasource={"type": "prometheus", "uid": "x"}))
    yield "target-job", expr('job=~"$job",', "")
    yield "target-instance", expr('instance=~"$instance"', 'instance="a"')
    yield "target-counter-agg", expr("rate(", "sum(")
    yield "target-rate-interval", expr("$__rate_interval", "5m")
    yield "own-metric", expr("http_requests_total", "logtally_requests_total")
    yield "consistent colours", panel(lambda p: p["fieldConfig"].update(overrides=[]))
    yield "promised: a heatmap", lambda b: b.update(panels=[p for p in b["panels"] if p["type"] != "heatmap"])
    yield "promised: a table", lambda b: b.update(panels=[p for p in b["panels"] if p["type"] != "table"])
    yield "promised: variables", variable("endpoint", name="path")
    yield "promised: annotations", lambda b: b["annotations"]["list"].pop()
    yield "promised: a menu", lambda b: b["links"].clear()
    yield "shared crosshair", lambda b: b.update(graphTooltip=0)
    yield "more than 20 panels", lambda b: b.update(panels=b["panels"] * 2)
    yield "stat row on top", lambda b: b["panels"].reverse()


def try_mistakes(board):
    missed = []
    for rule, spoil in mistakes():
        spoiled = copy.deepcopy(board)
        spoil(spoiled)
        if not any(rule in complaint for _, complaint in lint(spoiled)):
            missed.append(rule)
    return missed


def main():
    problems = []
    uids = set()
    boards = sorted((ROOT / "grafana/dashboards").glob("*.json"))
    if sys.argv[1:] == ["--try"]:
        missed = try_mistakes(json.loads((ROOT / "grafana/dashboards/http.json").read_text(encoding="utf-8")))
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
