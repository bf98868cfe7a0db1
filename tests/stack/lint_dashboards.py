#!/usr/bin/env python3
"""The rules of grafana/dashboard-linter (a Go program that not everyone has), and a few of our own.

Every complaint names dashboard, panel and rule. One rule is loosened on purpose: a recorded series (a name with a
colon) is summed over instances, so it has no instance label to select.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATASOURCES = ("$datasource", "${datasource}")
PANELS = {"timeseries", "stat", "bargauge", "heatmap", "table", "row"}
KEYWORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "or", "and", "unless", "offset", "bool", "inf", "nan"}


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


def lint(board):
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
    for panel in board["panels"]:
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


def lint_target(target):
    expr = target["expr"]
    if target["datasource"]["uid"] not in DATASOURCES:
        yield "target datasource"
    for metric, matchers in selectors(expr):
        for label in ("job", "instance"):
            if label == "instance" and (":" in metric or metric == "ALERTS"):
                continue
            if f'{label}=~"${label}"' not in matchers:
                yield f'target-{label}: {metric} needs {label}=~"${label}"'
        if metric.endswith(("_total", "_bucket", "_count", "_sum")) and metric != "active_sessions_total" \
                and not re.search(r"\b(rate|irate|increase)\(" + re.escape(metric) + r"\{", expr):
            yield f"target-counter-agg: {metric} without rate or increase"
    for function, window in re.findall(r"\b(rate|irate)\([^\[]*\[([^\]]*)\]", expr):
        if window not in ("$__rate_interval", "$__range"):
            yield f"target-rate-interval: {function} over {window}"


def main():
    problems = []
    uids = set()
    boards = sorted((ROOT / "grafana/dashboards").glob("*.json"))
    for path in boards:
        board = json.loads(path.read_text(encoding="utf-8"))
        problems += [f"{path.name}: {title or 'dashboard'}: {rule}" for title, rule in lint(board)]
        if board["uid"] in uids:
            problems.append(f"{path.name}: uid {board['uid']} twice")
        uids.add(board["uid"])
    text = "".join(path.read_text(encoding="utf-8") for path in boards)
    text += "".join(p.read_text(encoding="utf-8") for p in (ROOT / "prometheus/rules").glob("*.yml"))
    problems += [f"link to unknown dashboard {uid}" for uid in set(re.findall(r"/d/([\w-]+)", text)) - uids]
    print("\n".join(problems) or f"{len(boards)} dashboards keep the rules")
    sys.exit(1 if problems or len(boards) != 6 else 0)


main()
