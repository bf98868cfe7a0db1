#!/usr/bin/env python3
"""Dashboards, recording rules and alerts, proved on a day of data in a real Prometheus.

The day of day.py is backfilled; with a built logtally from its log lines by `logtally backfill` (and compared with
Python's own count of the same lines), else from that count. Then, in this order: every recording rule gets its
history; every alert is evaluated over the day, its `for` applied, and the list of what fired when must be exactly
EXPECTED; the day is played to a real Alertmanager with the shipped routes, and its webhooks must get exactly what
EXPECTED says somebody is told; every query of every panel, annotation and variable must return data; a panel must be
above the line of an alert in the minutes in which the alert has its reason; and every PromQL example of the docs must
return data, against values known from the day.
"""

import datetime
import http.server
import json
import math
import re
import shutil
import sys
import threading
import time

import day
from day import at
from stacklib import ROOT, Checks, Process, Prometheus, fetch, free_port, logtally, run, wait_for, workdir

MINUTE = 60
ALERT_STEP = 60

# (alert, labels that it must have, fires from, until, who is told, or who of its begin and who of its end); minutes of
# tolerance on each end. Burn-rate alerts follow from the windows: 14.4x of 0.1 % over 1 h is reached five minutes into the
# burst, and is forgotten when the half-hour window of 6x over 6 h has passed. Tickets of burning slowly need a day before this
# one. Nobody is told where a page of the same area already says it, nor of the end of what a page silences by then.
EXPECTED = [
    ("HttpErrorRatioHigh", {}, at("04:06"), at("04:34"), 3, None),
    ("HttpEndpointErrorRatioHigh", {"endpoint": "/api/products/search"}, at("04:07"), at("04:33"), 3, None),
    ("HttpAvailabilityBudgetBurnFast", {"window": "1h"}, at("04:05"), at("04:35"), 5, "page"),
    ("HttpAvailabilityBudgetBurnFast", {"window": "6h"}, at("04:18"), at("05:00"), 5, "page"),
    ("HttpLatencyP95High", {}, at("08:11"), at("09:19"), 3, "ticket"),
    ("DbQueryLatencyHigh", {"database": "postgresql"}, at("08:11"), at("09:20"), 3, "ticket"),
    ("HttpLatencyBudgetBurnFast", {"window": "1h"}, at("08:53"), at("09:18"), 6, "page"),
    ("AiErrorRatioHigh", {"service": "gemini"}, at("12:06"), at("12:34"), 3, ("ticket", None)),
    ("MessageProcessingFailing", {}, at("12:16"), at("12:34"), 3, None),
    ("MessageBudgetBurnFast", {"window": "1h"}, at("12:12"), at("12:34"), 5, "page"),
    ("MessageBudgetBurnFast", {"window": "6h"}, at("12:35"), at("12:58"), 5, "page"),
    ("HttpTrafficStopped", {}, at("15:10"), at("15:30"), 2, "ticket"),
    ("BackendSilent", {}, at("18:10"), at("18:45"), 2, "page"),
    ("HttpTrafficStopped", {}, at("18:10"), at("18:45"), 2, None),
    ("LogInputStalled", {"log": "backend"}, at("18:20"), at("18:45"), 2, None),
    ("BackendDown", {"instance": day.INSTANCE}, at("20:03"), at("20:06"), 2, "page"),
]

# Pages that silence tickets of another area.
SILENCING = {"BackendSilent", "MessageBudgetBurnFast"}

SUBSTITUTES = {
    "topk(10,": "topk(1,",               # a day has few endpoints, and the line of the rest is to be seen
    "$__rate_interval": "2m", "$__interval": "1m", "$__range": "24h",
    "$job": ".+", "$instance": ".+", "$endpoint": ".+", "$service": ".+", "$database": ".+", "$log": ".+",
}


def concrete(expr):
    for name, value in SUBSTITUTES.items():
        expr = expr.replace(name, value)
    return expr


def has_data(result):
    return any(not math.isnan(float(value)) for series in result
               for _, value in series.get("values", [series.get("value")]))


def backfill(work, checks):
    found = day.events()
    day.own_samples(work / "own.om", found)
    counted = day.app_samples(work / "app.om", found)
    program = logtally()
    source = work / "app.om"
    if program:
        log = work / "day.log"
        day.write_log(log, found)
        config = work / "logtally.ini"
        config.write_text(f'[metrics]\nconst_labels = job="{day.JOB}", instance="{day.INSTANCE}"\n')
        source = work / "backfill.om"
        run(program, "backfill", "-c", config, "--rules", ROOT / "rules", f"--step={day.STEP}s", log, "-o", source)
        compare(source, counted, checks)
    for samples in (source, work / "own.om"):
        run("promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "--max-block-duration=24h", samples, work / "data")


def compare(source, counted, checks):
    """The last sample of every counter that logtally wrote is the number that Python counted."""
    final = {}
    with open(source, encoding="utf-8") as lines:
        for text in lines:
            if not text.startswith("#"):
                key, value, _ = text.rsplit(" ", 2)
                final[canonical(key)] = float(value)
    wanted = {canonical(k): v for k, v in counted.values.items()}
    wrong = [f"{k}: {final.get(k)} instead of {v}" for k, v in wanted.items() if final.get(k, 0) != v]
    checks.check(wanted and not wrong, "logtally backfill counts as Python does: " + "; ".join(wrong[:5]))


def canonical(key):
    name, _, labels = key.partition("{")
    return name, frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))


def write_config(work, rules=ROOT / "prometheus/rules"):
    config = work / "prometheus.yml"
    # The rules are loaded so that their list can be asked for; nothing is evaluated by the clock.
    config.write_text(f"global: {{evaluation_interval: 1000h}}\nrule_files: ['{work}/rules/*.yml']\n")
    shutil.copytree(rules, work / "rules")
    for path in (work / "rules").glob("*.yml"):
        path.write_text(path.read_text().replace("    interval: 1m\n", ""))
    return config


def rules_of(prometheus, kind):
    return [rule for group in prometheus.api("rules")["groups"] for rule in group["rules"] if rule["type"] == kind]


def label_text(labels):
    quoted = ((k, v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) for k, v in labels.items())
    return "{" + ",".join(f'{k}="{v}"' for k, v in quoted) + "}"


def write_series(out, name, labels, result):
    for series in result:
        text = name + label_text({k: v for k, v in series["metric"].items() if k != "__name__"} | labels)
        out.writelines(f"{text} {value} {t}\n" for t, value in series["values"])


def import_samples(path, prometheus):
    """Blocks of a whole day: two-hour blocks for every rule would be hundreds."""
    prometheus.stop()
    run("promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "--max-block-duration=24h", path, prometheus.data)
    prometheus.start()


def record(prometheus, work, checks):
    """History for every recording rule; a rule waits until those it reads have theirs."""
    waiting = rules_of(prometheus, "recording")
    names = {rule["name"] for rule in waiting}
    while waiting:
        open_names = {rule["name"] for rule in waiting}
        ready = [r for r in waiting if not set(re.findall(r"[a-z0-9_]+(?::[a-z0-9_]+)+", r["query"])) & open_names]
        checks.check(ready, f"recording rules depend on each other in a circle: {open_names}")
        if not ready:
            return
        waiting = [r for r in waiting if r not in ready]
        samples = work / "recorded.om"
        with open(samples, "w", encoding="utf-8") as out:
            for rule in ready:
                write_series(out, rule["name"], rule.get("labels", {}), prometheus.range(rule["query"], day.START, day.END))
            out.write("# EOF\n")
        import_samples(samples, prometheus)
    for name in sorted(names):
        result = prometheus.range(name, day.START, day.END)
        checks.check(has_data(result), f"recording rule {name} gives no data")
        nan = [clock(t) for s in result for t, value in s["values"] if value == "NaN"]
        checks.check(not nan, f"{name} records NaN at {nan[:9]}")


def held(result):
    """{labels: times}; as in an alert the metric's name does not tell two series apart (`a > 1 or b > 1`)."""
    times = {}
    for series in result:
        key = tuple(sorted((k, v) for k, v in series["metric"].items() if k != "__name__"))
        times.setdefault(key, set()).update(int(t) for t, _ in series["values"])
    return times


def firing(points, hold, step):
    """Intervals in which an expression that held at these times fires, `for` = hold seconds."""
    intervals = []
    begin = last = None
    for t in points + [math.inf]:
        if last is not None and t - last > step:
            if last - begin >= hold:
                intervals.append((begin + hold, last))
            begin = t
        begin = t if begin is None else begin
        last = t
    return intervals


def play_alerts(prometheus, work):
    """[(name, labels, from, until)] of all that fires; it is history then."""
    happened = []
    with open(work / "alerts.om", "w", encoding="utf-8") as out:
        for rule in rules_of(prometheus, "alerting"):
            for key, points in held(prometheus.range(rule["query"], day.START, day.END, ALERT_STEP)).items():
                labels = dict(key) | rule["labels"]
                for begin, end in firing(sorted(points), rule["duration"], ALERT_STEP):
                    happened.append((rule["name"], labels, begin, end))
                    times = range(begin, end + 1, ALERT_STEP)
                    write_series(out, "ALERTS", {"alertname": rule["name"], "alertstate": "firing", **labels},
                                 [{"metric": {}, "values": [(t, 1) for t in times]}])
                    write_series(out, "ALERTS_FOR_STATE", {"alertname": rule["name"], **labels},
                                 [{"metric": {}, "values": [(t, begin - int(rule["duration"])) for t in times]}])
        out.write("# EOF\n")
    import_samples(work / "alerts.om", prometheus)
    return happened


def prove_alerts(prometheus, work, checks):
    happened = play_alerts(prometheus, work)
    watchdog = [a for a in happened if a[0] == "Watchdog"]
    checks.check(len(watchdog) == 1 and watchdog[0][3] - watchdog[0][2] == 86400, "Watchdog fires all day")
    happened = [a for a in happened if a[0] != "Watchdog"]
    played = []
    for name, wanted, begin, end, tolerance, receiver in EXPECTED:
        near = [a for a in happened if a[0] == name and wanted.items() <= a[1].items()
                and abs(a[2] - begin) <= tolerance * MINUTE and abs(a[3] - end) <= tolerance * MINUTE]
        checks.check(len(near) == 1, f"{name} {wanted} fires {clock(begin)}-{clock(end)} (+-{tolerance} min)")
        for found in near:
            happened.remove(found)
            played.append((found, receiver))
    for name, labels, begin, end in happened:
        checks.check(False, f"{name} {labels} fires {clock(begin)}-{clock(end)}, which nobody expected")
    return played


class Webhooks(http.server.BaseHTTPRequestHandler):
    """Remembers (receiver, alert, firing or resolved) of every notification; the path is the receiver's name."""
    heard = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Webhooks.heard += [(self.path[1:], name_of(alert["labels"]), alert["status"]) for alert in body["alerts"]]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def name_of(labels):
    return " ".join(labels[k] for k in ("alertname", "endpoint", "database", "service", "log", "instance", "window") if k in labels)


def start_alertmanager(work):
    """The shipped routes and inhibition, in a hurry, with a webhook for everybody."""
    webhooks = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhooks)
    threading.Thread(target=webhooks.serve_forever, daemon=True).start()
    text = (ROOT / "prometheus/alertmanager/alertmanager.yml").read_text(encoding="utf-8")
    route = re.sub(r"(group_wait|group_interval): \d+[sm]", r"\1: 300ms", re.search(r"^route:.*?(?=^receivers:)", text, re.M | re.S)[0])
    receivers = re.findall(r"^  - name: (\w+)$", text, re.M)
    config = work / "alertmanager.yml"
    config.write_text(route + "receivers:\n" + "".join(
        f"  - name: {name}\n    webhook_configs: [{{url: 'http://127.0.0.1:{webhooks.server_port}/{name}'}}]\n" for name in receivers))
    url = f"http://127.0.0.1:{free_port()}"
    process = Process(["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={work}/am", "--cluster.listen-address=",
                       f"--web.listen-address={url[7:]}"], work / "am.log")
    wait_for("Alertmanager", lambda: fetch(f"{url}/-/ready"))
    return process, url


def prove_delivery(played, work, checks):
    """The alerts of the day, sent to Alertmanager in their order as Prometheus sends them, every change in its own
    moment: who hears of what, and when? An alert that is silenced must not come; nor may its all-clear."""
    process, url = start_alertmanager(work)
    stamp = lambda seconds=0: (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat()
    begun = {}
    watchdog = {"alertname": "Watchdog", "severity": "none", "area": "meta"}
    told, open_ones = set(), set()      # of a group those that fire on are told again with each change
    changes = sorted({t for (_, _, begin, end), _ in played for t in (begin, end + ALERT_STEP)})
    try:
        for t in changes:
            sent, wanted = [{"labels": watchdog, "endsAt": stamp(300)}], []
            for number, ((name, labels, begin, end), receiver) in enumerate(played):
                labels = {"alertname": name, **labels}
                if begin <= t <= end:
                    sent.append({"labels": labels, "startsAt": begun.setdefault(number, stamp()), "endsAt": stamp(300)})
                if t == end + ALERT_STEP:
                    sent.append({"labels": labels, "startsAt": begun[number], "endsAt": stamp()})
                hears = receiver if isinstance(receiver, tuple) else (receiver, receiver)
                if t == begin and hears[0]:
                    wanted.append((hears[0], name_of(labels), "firing"))
                if t == end + ALERT_STEP and hears[1]:
                    wanted.append((hears[1], name_of(labels), "resolved"))
            told.update(Webhooks.heard)
            for receiver, name, status in Webhooks.heard:
                (open_ones.add if status == "firing" else open_ones.discard)((receiver, name))
            Webhooks.heard.clear()
            # What silences others ends last: Alertmanager looks at both at once, and in this hurry could see them in either order.
            sent.sort(key=lambda alert: alert["labels"]["alertname"] in SILENCING and alert["endsAt"] < stamp(60))
            for alert in sent:
                fetch(f"{url}/api/v2/alerts", json.dumps([alert]).encode(), {"Content-Type": "application/json"})
                time.sleep(0.05)
            news = lambda: sorted({h for h in Webhooks.heard if (h[1] != "Watchdog" or h[0] != "heartbeat")
                                   and not (h[2] == "firing" and h[:2] in open_ones)})
            try:
                wait_for("notifications", lambda: not set(wanted) - set(news()), 10)
                time.sleep(0.7)                          # two more rounds: nothing else may come
            except AssertionError:
                pass
            checks.check(news() == sorted(wanted), f"at {clock(t)} people are told {news()}, not {wanted}")
        told.update(Webhooks.heard)
        checks.check({h for h in told if "heartbeat" in h or "Watchdog" in h} == {("heartbeat", "Watchdog", "firing")},
                     "the heartbeat receiver gets Watchdog and nothing else, and nobody else gets it")
    finally:
        process.stop()


def clock(t):
    return f"{(t - day.START) // 3600:02}:{(t - day.START) % 3600 // 60:02}"


# Queries that rightly have nothing to show on this day, by dashboard, title and letter: nothing was folded.
QUIET = {("mlp-logtally", "Folded into other", "A")}
# Marks that each happen once.
MARKS = {"Restarts": [clock(day.RESTART)], "logtally starts": [clock(day.OWN_RESTART)]}


def all_panels(board):
    """Those of collapsed rows, too."""
    return [p for top in board["panels"] for p in (top, *top.get("panels", []))]


def prove_dashboards(prometheus, checks):
    for path in sorted((ROOT / "grafana/dashboards").glob("*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in all_panels(board):
            for target in panel.get("targets", []):
                expr = concrete(target["expr"]).replace(" or vector(0)", "")        # which is no data
                if target["instant"]:
                    # During a misfortune and at the end of the day: tables of alerts are empty at good times.
                    data = any(has_data(prometheus.instant(expr, t)) for t in (day.END, at("12:20")))
                else:
                    data = has_data(prometheus.range(expr, day.START, day.END))
                checks.check(data != ((board["uid"], panel["title"], target["refId"]) in QUIET),
                             f"{path.name}: {panel['title']}: no data for {expr}")
        for annotation in board["annotations"]["list"]:
            if "expr" in annotation:
                result = prometheus.range(concrete(annotation["expr"]), day.START, day.END)
                marks = [clock(t) for series in result for t, _ in series["values"]]
                wanted = MARKS.get(annotation["name"])
                checks.check(marks == wanted if wanted else marks, f"{path.name}: annotation {annotation['name']} marks {marks}, not {wanted}")
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                metric, label = re.fullmatch(r"label_values\((.+), *(\w+)\)", variable["query"]["query"]).groups()
                values = {s["metric"].get(label) for s in prometheus.instant(f"group by ({label}) ({concrete(metric)})", day.END)}
                checks.check(values - {None}, f"{path.name}: variable {variable['name']} has no values")


def prove_lines(prometheus, checks):
    """Where a panel draws the line of an alert, it is above it in the very minutes in which the alert has its reason."""
    alerts = rules_of(prometheus, "alerting")
    drawn = set()
    for path in sorted((ROOT / "grafana/dashboards").glob("*.json")):
        for panel in all_panels(json.loads(path.read_text(encoding="utf-8"))):
            custom = panel.get("fieldConfig", {}).get("defaults", {}).get("custom", {})
            if custom.get("thresholdsStyle", {}).get("mode") != "line":
                continue
            limit = panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]
            shown = [concrete(t["expr"]).replace("topk(1,", "topk(10,") for t in panel["targets"] if t["legendFormat"] != "the rest"]
            divisors = [1.0, *(float(n) for expr in shown for n in re.findall(r"/ ([\d.]+)", expr))]
            above = {int(t) for expr in shown for series in prometheus.range(expr, day.START, day.END)
                     for t, value in series["values"] if float(value) > limit}
            for rule in alerts:
                # Of an alert with several windows: that of the panel.
                ours = any(abs(float(n) - limit * d) < 1e-9 for d in divisors for n in re.findall(r"> ([\d.]+(?:e[+\d]+)?)", rule["query"]))
                if rule["name"] in panel["description"] and ours:
                    reason = set().union(*held(prometheus.range(rule["query"], day.START, day.END)).values())
                    drawn |= {rule["name"]} if reason else set()
                    checks.check(reason <= above, f"{path.name}: {panel['title']}: below the line at {sorted(map(clock, reason - above))[:5]}, "
                                                  f"where {rule['name']} has its reason")
    wanted = {"HttpErrorRatioHigh", "HttpEndpointErrorRatioHigh", "HttpLatencyP95High", "AiErrorRatioHigh", "DbQueryLatencyHigh",
              "LogInputStalled", "HttpAvailabilityBudgetBurnFast", "HttpLatencyBudgetBurnFast", "MessageBudgetBurnFast"}
    checks.check(drawn == wanted, f"lines of alerts that had a reason this day: {sorted(drawn ^ wanted)}")


def panel_query(board, title):
    found = json.loads((ROOT / f"grafana/dashboards/{board}.json").read_text(encoding="utf-8"))
    return [concrete(p["targets"][0]["expr"]) for p in all_panels(found) if p["title"] == title and p["type"] != "row"][0]


def prove_values(prometheus, checks):
    """Some panels must not only show something but the truth, at good and at bad times."""
    for board, title, when, low, high in [
        ("overview", "Requests", at("06:30"), 0.4, 1.4),
        ("overview", "Requests", at("15:20"), 0, 0),
        ("overview", "Errors", at("06:30"), 0, 0.01),
        ("overview", "Errors", at("04:15"), 0.08, 0.30),
        ("overview", "P95 latency", at("06:30"), 0.01, 1),
        ("overview", "P95 latency", at("08:30"), 2.5, 5),
        ("overview", "AI failures", at("12:15"), 0.75, 1),
        ("overview", "Users hurt", at("06:30"), 0, 0),
        ("overview", "Users hurt", at("18:30"), 1, 1),
        ("overview", "Since", at("18:30"), 1000 * at("18:04"), 1000 * at("18:06")),
        ("overview", "Since", at("06:30"), None, None),
        ("http", "Errors", at("06:30"), 0, 0.01),
        ("overview", "Active sessions", at("14:00"), 180, 180),
        ("overview", "Availability budget left", day.END, -9, 0),
        ("http", "Within 1 s", at("06:30"), 0.95, 1),
        ("database", "PostgreSQL P95", at("08:30"), 0.8, 2.5),
        ("database", "PostgreSQL P95", at("06:30"), 0.001, 0.1),
        ("database", "Redis pool in use", at("14:00"), 0.6, 0.6),
        ("sessions", "Failed messages", at("12:15"), 0.7, 1),
        ("sessions", "Cleanup runs in range", day.END, 0.9, 1.1),
        ("logtally", "Newest line", at("18:30"), 1795, 1830),
        ("logtally", "Scrape", at("20:03"), 0, 0),
    ]:
        result = prometheus.instant(panel_query(board, title), when)
        value = float(result[0]["value"][1]) if result else None
        checks.check(value is None if low is None else value is not None and low - 1e-9 <= value <= high + 1e-9, f"{board}: {title} is {value} at {clock(when)}, not {low}..{high}")


def prove_docs(prometheus, checks):
    for name in ("docs/monitoring.md", "docs/monitoring.ru.md", "docs/runbook.md", "docs/runbook.ru.md"):
        blocks = re.findall(r"```promql\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.S)
        checks.check(blocks, f"{name} has PromQL examples")
        for expr in (e for block in blocks for e in re.split(r"\n\s*\n", block)):
            expr = "\n".join(line for line in expr.splitlines() if not line.startswith("#")).strip()
            if expr:
                data = any(has_data(prometheus.instant(expr, t)) for t in
                           (day.END, at("04:20"), at("08:30"), at("12:20"), at("18:30"), at("20:04")))
                checks.check(data, f"{name}: no data for {expr}")


def main():
    checks = Checks()
    with workdir() as work:
        backfill(work, checks)
        prometheus = Prometheus(work, write_config(work), data=work / "data").start()
        try:
            record(prometheus, work, checks)
            played = prove_alerts(prometheus, work, checks)
            prove_delivery(played, work, checks)
            prove_dashboards(prometheus, checks)
            prove_lines(prometheus, checks)
            prove_values(prometheus, checks)
            prove_docs(prometheus, checks)
        finally:
            prometheus.stop()
    checks.finish()


if __name__ == "__main__":
    sys.exit(main())
