#!/usr/bin/env python3
"""Draws the six dashboards for docs/monitoring.md, and two of contrib/example-stack for docs/stack-from-rules.md, as Grafana draws
them, without a Grafana.

    draw.py [--work DIR] [--out DIR] [--png] [--keep] [BOARD...]     docs/screens/*.webp
    draw.py --check                                                  are they there, small, and of today's panels?

A day of data (tests/stack/day.py: error burst, slow database, AI outage, silence) is backfilled into a real Prometheus
with the history of its recording rules and alerts, for the example-stack four hours of a host (tests/stack/host.py); each panel's queries are asked there; Grafana's own components, from
npm in the version that docker-compose.monitoring.yml runs, draw the answers in a headless Chromium (page.jsx). Needs
prometheus, npm, chromium, and LOGTALLY or a built src/logtally. DIR keeps the npm packages (half a gigabyte) and, with
--keep, Prometheus's data for the next time.
"""

import argparse
import base64
import functools
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests/stack"), str(ROOT / "tests/e2e")]

SCREENS = ROOT / "docs/screens"
DRAWN = SCREENS / "drawn.json"          # {picture: what is_drawn() said of the dashboard that it shows}
MOST_BYTES = 150_000
WIDTH, PHONE = 1440, 412

# {picture: (dashboard, until when, hours, width, height if not all of it)}: each in its own bad moment.
PICTURES = {
    "overview": ("overview", "04:24", 3, WIDTH, None),
    "overview-phone": ("overview", "04:24", 3, PHONE, 915),
    "http": ("http", "04:28", 3, WIDTH, None),
    "ai": ("ai", "12:28", 3, WIDTH, None),
    "database": ("database", "09:12", 3, WIDTH, None),
    "sessions": ("sessions", "12:28", 12, WIDTH, None),
    "logtally": ("logtally", "18:40", 3, WIDTH, None),
    "stack-nginx": ("contrib/example-stack/dashboards/nginx", "14:58", 3, WIDTH, None),
    "stack-spring_boot": ("contrib/example-stack/dashboards/spring_boot", "14:58", 3, WIDTH, None),
}

PAGE = """<!doctype html><meta charset="utf-8"><title>drawing</title><link rel="stylesheet" href="page.css">
<style>html { background: #111217 }</style><body style="margin:0"><div id="root"></div>
<script src="screen.js"></script><script type="module" src="page.js"></script>"""

# The page's clock stands at the picture's moment: "3 hours ago", and times without a date, are those of that day.
CLOCK = """{ const shift = %d - Date.now(), Real = Date; window.Date = class extends Real {
  constructor(...a) { if (a.length) super(...a); else super(Real.now() + shift); } static now() { return Real.now() + shift; } }; }"""


def board_of(name):
    path = name if "/" in name else f"grafana/dashboards/{name}"
    return json.loads((ROOT / f"{path}.json").read_text(encoding="utf-8"))


def data_of(picture):
    return "host" if "/" in PICTURES[picture][0] else "day"


def is_drawn(name):
    """What a picture shows of a dashboard: the place, kind and title of each panel."""
    seen = [(p["type"], p["title"], p["gridPos"]) for p in board_of(name)["panels"]]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:16]


def check():
    told = json.loads(DRAWN.read_text(encoding="utf-8")) if DRAWN.exists() else {}
    problems = []
    for picture, (board, *_) in PICTURES.items():
        path = SCREENS / f"{picture}.webp"
        if not path.exists():
            problems.append(f"{path.name} is missing")
        elif path.stat().st_size > MOST_BYTES:
            problems.append(f"{path.name} has {path.stat().st_size} bytes, more than {MOST_BYTES}")
        elif told.get(picture) != is_drawn(board):
            problems.append(f"{path.name} shows other panels than {board}.json has")
    if problems:
        sys.exit("; ".join(problems) + ": run grafana/screens/draw.py")


# ---- data ----

def fill(work):
    """The day or the host, with recorded series and alerts."""
    import host
    import proof
    from stacklib import Checks, Prometheus
    checks = Checks()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    if work.name == "day":
        proof.backfill(work, checks)
        config = proof.write_config(work)
    else:
        host.backfill(work)
        config = proof.write_config(work, ROOT / "contrib/example-stack/rules")
    prometheus = Prometheus(work, config, data=work / "data").start()
    try:
        proof.record(prometheus, work, checks)
        (proof.prove_alerts if work.name == "day" else host.prove_alerts)(prometheus, work, checks)
    finally:
        prometheus.stop()
    if checks.failed:
        sys.exit(f"the data of the {work.name} are not what they should be")


def concrete(expr, step, hours):
    for name, value in (("$__rate_interval", f"{max(step + 30, 120)}s"), ("$__interval", "60s"), ("$__range", f"{hours}h")):
        expr = expr.replace(name, value)
    for name in ("job", "instance", "endpoint", "service", "database", "log"):
        expr = expr.replace(f'"${name}"', '".+"')
    return expr


def ask(prometheus, picture):
    """What page.jsx draws: the dashboard, {panel: answers}, marks."""
    import day
    name, until, hours, width, _ = PICTURES[picture]
    board, to, step = board_of(name), day.at(until), max(30, hours * 10)
    start = to - hours * 3600

    def answer(target):
        expr = concrete(target["expr"], step, hours)
        return prometheus.instant(expr, to) if target["instant"] else prometheus.range(expr, start, to, step)

    answers = {p["id"]: [answer(t) for t in p["targets"]] for p in board["panels"] if p["type"] != "row"}
    marks = []
    for a in board["annotations"]["list"]:
        if "expr" in a:
            for series in prometheus.range(concrete(a["expr"], 60, hours), start, to):
                times = [t for t, _ in series["values"]]
                marks += [{"time": t, "colour": a["iconColor"]} for t in times if t - 60 not in times]
    return {"board": board, "answers": answers, "marks": marks, "from": start, "to": to, "step": step, "width": width}


# ---- pictures ----

def bundle(work):
    """page.jsx and all it needs in one file, by the package's own builds for require(): those for import lack exports."""
    shutil.copy(HERE / "package.json", work)
    shutil.copy(HERE / "page.jsx", work)
    if not (work / "node_modules/.bin/esbuild").exists():
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"], cwd=work, check=True)
    whole = [f"--alias:@grafana/{part}=./node_modules/@grafana/{part}/dist/cjs/index.cjs" for part in ("ui", "data")]
    loaders = [f"--loader:.{kind}={how}" for kind, how in (("woff2", "dataurl"), ("woff", "empty"), ("ttf", "empty"), ("svg", "dataurl"), ("png", "dataurl"))]
    subprocess.run(["node_modules/.bin/esbuild", "page.jsx", "--bundle", "--format=esm", "--outfile=page.js", "--jsx=automatic",
                    '--define:process.env.NODE_ENV="production"', "--log-level=error", *whole, *loaders], cwd=work, check=True)
    (work / "index.html").write_text(PAGE, encoding="utf-8")
    if not (work / "public").exists():
        (work / "public").symlink_to("node_modules/@grafana/ui/dist/public")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def shoot(browser, url, screen, picture, kinds):
    """{kind: picture in it}"""
    width, height = PICTURES[picture][3:]
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height or 900, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setTimezoneOverride", timezoneId="UTC")
    clock = browser.call("Page.addScriptToEvaluateOnNewDocument", source=CLOCK % (screen["to"] * 1000))["identifier"]
    browser.call("Page.navigate", url=url)
    for _ in range(300):
        if browser.value("document.title") == "drawn":
            break
        time.sleep(0.1)
    else:
        sys.exit(f"{picture}: the page was not drawn: {json.dumps(browser.complaints())[:2000]}")
    height = height or browser.value("document.getElementById('root').offsetHeight")
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=clock)
    return {kind: base64.b64decode(browser.call(
        "Page.captureScreenshot", format=kind, captureBeyondViewport=True, clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
        **({"quality": 70} if kind == "webp" else {}))["data"]) for kind in kinds}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/screens")
    parser.add_argument("--out", type=pathlib.Path, default=SCREENS)
    parser.add_argument("--png", action="store_true", help="beside them, for programs that cannot read WebP")
    parser.add_argument("--keep", action="store_true", help="the day of data of the last time")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("pictures", nargs="*", metavar="BOARD", help=", ".join(PICTURES))
    options = parser.parse_args()
    if options.check:
        return check()
    from _browser import Browser
    from stacklib import Prometheus
    work, out = options.work.resolve(), options.out.resolve()
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    bundle(work)
    pictures = options.pictures or list(PICTURES)
    data = {name: work / name for name in sorted({data_of(picture) for picture in pictures})}
    for place in data.values():
        if not (options.keep and (place / "data").exists()):
            fill(place)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=work))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    servers = {name: Prometheus(place, place / "prometheus.yml", data=place / "data").start() for name, place in data.items()}
    os.chdir(work)
    browser = Browser("--hide-scrollbars", "--force-color-profile=srgb")
    drawn = json.loads(DRAWN.read_text(encoding="utf-8")) if DRAWN.exists() else {}
    try:
        for picture in pictures:
            screen = ask(servers[data_of(picture)], picture)
            (work / "screen.js").write_text("window.SCREEN = " + json.dumps(screen), encoding="utf-8")
            url = f"http://127.0.0.1:{server.server_port}/index.html"
            for kind, drawing in shoot(browser, url, screen, picture, ["webp"] + ["png"] * options.png).items():
                (out / f"{picture}.{kind}").write_bytes(drawing)
                print(f"{picture}.{kind}: {len(drawing) // 1000} kB", flush=True)
            drawn[picture] = is_drawn(PICTURES[picture][0])
    finally:
        browser.close()
        for prometheus in servers.values():
            prometheus.stop()
    if out == SCREENS:
        DRAWN.write_text(json.dumps(drawn, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
