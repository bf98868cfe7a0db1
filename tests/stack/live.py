#!/usr/bin/env python3
"""From a line in a log to a message on a phone, with everything real: logtally, contrib/stack.sh, Prometheus with the
shipped rules, Alertmanager with the shipped routes; only the far ends (webhook, Slack, mail server) are ours.

The configuration is the shipped one with its waiting times shortened: `for` of minutes becomes seconds. Then the same
stack is backed up, wiped, restored, and started again behind TLS and a password with remote_write on.
"""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import socketserver
import subprocess
import threading
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor

import day
from stacklib import ROOT, Checks, Process, api, fetch, free_port, logtally, skip, wait_for, workdir

HASH = "$2b$05$lll7rrJb7OHnGqsLKL/t4OpCQDpDtqI1jykttOu9e9nwSBIhUPPLW"        # of s3cret, cheap on purpose


class World:
    """The far ends: remembers (path, headers, body) of every POST, and every mail."""

    def __init__(self):
        self.posts, self.mails = [], []
        world = self

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                world.posts.append((self.path, dict(self.headers), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        class Mail(socketserver.StreamRequestHandler):
            def handle(self):
                say = lambda text: self.wfile.write(text.encode() + b"\r\n")
                say("220 mail")
                for raw in self.rfile:
                    word = raw.decode().strip()
                    if word.startswith("EHLO"):
                        say("250-mail")
                        say("250 AUTH PLAIN")
                    elif word.startswith("AUTH"):
                        world.mails.append(("auth", base64.b64decode(word.split()[2]).decode()))
                        say("235 welcome")
                    elif word == "DATA":
                        say("354 go on")
                        text = []
                        for line in self.rfile:
                            if line == b".\r\n":
                                break
                            text.append(line.decode())
                        world.mails.append(("mail", "".join(text)))
                        say("250 kept")
                    elif word == "QUIT":
                        say("221 bye")
                        return
                    else:
                        say("250 fine")

        self.http = self.serve(http.server.ThreadingHTTPServer, Receiver)
        self.smtp = self.serve(socketserver.ThreadingTCPServer, Mail)

    @staticmethod
    def serve(kind, handler):
        server = kind(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server.server_address[1]

    def alerts(self, path, status="firing"):
        """Names of the alerts that arrived at a webhook."""
        return {a["labels"]["alertname"] for p, _, body in list(self.posts) if p == path
                for a in json.loads(body)["alerts"] if a["status"] == status}


def shipped(work, world):
    """The shipped configuration, hurried."""
    config = work / "config"
    shutil.copytree(ROOT / "prometheus", config)
    for path in (config / "rules").glob("*.yml"):
        text = re.sub(r"\bfor: \d+[mh]", "for: 8s", path.read_text())
        path.write_text(text.replace('up{job="mylittleprice_backend"}[1m]', 'up{job="mylittleprice_backend"}[3s]'))
    path = config / "prometheus.yml"
    path.write_text(re.sub(r"(scrape_interval|scrape_timeout|evaluation_interval): \d+s", r"\1: 1s", path.read_text()))
    path = config / "alertmanager/alertmanager.yml"
    text = re.sub(r"(group_wait|group_interval): \d+[sm]", r"\1: 1s", path.read_text())
    text = text.replace("smtp.example.com:587", f"localhost:{world.smtp}\n  smtp_require_tls: false")
    path.write_text(re.sub(r"https://\w+\.example\.com", f"http://127.0.0.1:{world.http}", text))
    secrets = config / "secrets"
    (secrets / "slack_url").write_text(f"http://127.0.0.1:{world.http}/slack")
    (secrets / "smtp_password").write_text("mail-secret")
    (secrets / "webhook_token").write_text("token-123")
    return config


class Backend:
    """Appends to the log as the backend does, a few requests at a time."""

    def __init__(self, log):
        self.out = open(log, "a", encoding="utf-8")

    def say(self, count, failing=0.0, ai_failing=0.0):
        now = time.time()
        for i in range(count):
            bad, dumb = i < failing * count, i < ai_failing * count
            for fields in (
                {"msg": "http request", "method": "GET", "path": "/api/chat", "status": 500 if bad else 200,
                 "duration": 30000000},
                {"msg": "ai request completed", "service": "gemini", "model": "gemini-2.0-flash",
                 "status": "error" if dumb else "success", "duration_seconds": 0.8, "input_tokens": 100, "output_tokens": 10},
            ):
                self.out.write(day.line(now, {"level": "INFO", **fields}) + "\n")
        self.out.flush()

    def until(self, what, condition, seconds=60, **trouble):
        """Keeps writing, twenty requests twice a second, until the world has noticed."""
        def look():
            self.say(20, **trouble)
            return condition()
        return wait_for(what, look, seconds, 0.5)


# Grafana is not in Debian. This one does what stack.sh relies on: it listens where it is told, answers /api/health and
# /metrics, and keeps a database under GF_PATHS_DATA.
GRAFANA = """#!/usr/bin/env python3
import http.server, json, os, sqlite3
db = sqlite3.connect(os.environ["GF_PATHS_DATA"] + "/grafana.db")
db.execute("create table if not exists starts (password text)")
db.execute("insert into starts values (?)", (os.environ["GF_SECURITY_ADMIN_PASSWORD"],))
db.commit()
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = {"/api/health": json.dumps(dict(os.environ)), "/metrics": "grafana_up 1\\n"}.get(self.path, "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer((os.environ["GF_SERVER_HTTP_ADDR"], int(os.environ["GF_SERVER_HTTP_PORT"])), Page).serve_forever()
"""


class Stack:
    def __init__(self, work, config, exporter):
        self.work = work
        self.prometheus, self.alertmanager, self.grafana = free_port(), free_port(), free_port()
        (work / "bin").mkdir()
        (work / "bin/grafana-server").write_text(GRAFANA)
        (work / "bin/grafana-server").chmod(0o755)
        self.env = {**os.environ, "STACK_DIR": str(work / "R&D stack"), "STACK_CONFIG": str(config),
                    "PATH": f"{work}/bin:{os.environ['PATH']}", "GRAFANA_PORT": str(self.grafana),
                    "PROMETHEUS_PORT": str(self.prometheus), "ALERTMANAGER_PORT": str(self.alertmanager),
                    "LOGTALLY_TARGETS": f"127.0.0.1:{exporter}", "ALERTMANAGER_CONFIG": "alertmanager.yml",
                    "PROMETHEUS_FLAGS": "--rules.alert.resend-delay=2s"}
        self.url = f"http://127.0.0.1:{self.prometheus}"

    def do(self, *words, ok=True):
        done = subprocess.run([str(ROOT / "contrib/stack.sh"), *map(str, words)], env=self.env, text=True,
                              capture_output=True, timeout=90)
        if ok and done.returncode:
            raise AssertionError(f"stack.sh {words}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def value(self, expr, **at):
        result = api(self.url, "query", query=expr, **at)["result"]
        return float(result[0]["value"][1]) if result else None

    def grafana_started(self):
        """Environment of Grafana, and its provisioned datasources."""
        env = json.loads(fetch(f"http://127.0.0.1:{self.grafana}/api/health"))
        return env, (pathlib.Path(env["GF_PATHS_PROVISIONING"]) / "datasources/prometheus.yml").read_text()

    def alerts(self):
        return json.loads(fetch(f"http://127.0.0.1:{self.alertmanager}/api/v2/alerts"))


def start_logtally(work, port):
    process = Process([logtally(), "run", "--rules", ROOT / "rules", "--log", work / "backend.log", "--state", work / "state",
                       "--listen", f"127.0.0.1:{port}"], work / "logtally.log")
    wait_for("logtally", lambda: fetch(f"http://127.0.0.1:{port}/health/live"))
    return process


def prove_alerts(work, world, stack, exporter, port, checks):
    backend = Backend(work / "backend.log")
    backend.until("the first scrape", lambda: stack.value("http_requests_total") is not None)
    backend.until("the heartbeat", lambda: "Watchdog" in world.alerts("/ping/mylittleprice"))
    tokens = {headers.get("Authorization") for path, headers, _ in world.posts if path == "/ping/mylittleprice"}
    checks.check(tokens == {"Bearer token-123"}, f"the heartbeat carries the token of its file, not {tokens}")
    deadline = time.monotonic() + 12
    backend.until("twelve healthy seconds", lambda: time.monotonic() > deadline)
    # Not the alerts about Prometheus itself: what it dropped in its first second, hurried waiting times make much of.
    firing = {a["labels"]["alertname"] for a in stack.alerts() if a["labels"]["area"] != "meta"}
    checks.check(not firing, f"healthy traffic is silent, but {firing}")

    backend.until("the page of a burning budget", lambda: "HttpAvailabilityBudgetBurnFast" in world.alerts("/hooks/mylittleprice"),
                  failing=0.5, ai_failing=0.5)
    backend.until("the ticket of failing AI", lambda: any(p == "/slack" and b"AiErrorRatioHigh" in b for p, _, b in world.posts),
                  failing=0.5, ai_failing=0.5)
    http = backend.until("the ticket of errors", lambda: [a for a in stack.alerts() if a["labels"]["alertname"] == "HttpErrorRatioHigh"],
                         failing=0.5, ai_failing=0.5)
    checks.check(http[0]["status"]["inhibitedBy"], "a page silences the tickets of its own area")
    checks.check(not any(b"HttpErrorRatioHigh" in b for p, _, b in world.posts if p == "/slack"), "a silenced ticket is not sent")
    mail = wait_for("the mail", lambda: [text for kind, text in world.mails if kind == "mail" and "AiErrorRatioHigh" in text])
    checks.check("docs/runbook.md#aierrorratiohigh" in mail[0].replace("=\r\n", ""), "a mail names the chapter of the runbook")
    checks.check(any(kind == "auth" and text.endswith("mail-secret") for kind, text in world.mails), "the mail password comes from its file")
    slack = [b.decode() for p, _, b in world.posts if p == "/slack"]
    checks.check(all("no value" not in text and "error calling" not in text for text in slack + mail), "messages are whole")
    for alert in api(stack.url, "alerts")["alerts"]:
        checks.check(not re.search("<no value>|<error", str(alert["annotations"])), f"annotations are whole: {alert}")

    exporter.stop()
    wait_for("the page of a dead target", lambda: "BackendDown" in world.alerts("/hooks/mylittleprice"), 60)
    checks.check(stack.do("status", ok=False).returncode == 1, "status is 1 while a target is down")
    below = wait_for("silence about the rest", lambda: [a for a in stack.alerts()
                     if a["labels"].get("job") == "mylittleprice_backend" and a["labels"]["alertname"] != "BackendDown"
                     and a["status"]["state"] == "suppressed"])
    checks.check(below, "BackendDown silences everything else of its job")
    exporter = start_logtally(work, port)
    backend.until("the all-clear", lambda: "BackendDown" in world.alerts("/hooks/mylittleprice", "resolved"))
    checks.check(True, "the webhook hears that the target is back")
    status = stack.do("status")
    checks.check(f"target mylittleprice_backend 127.0.0.1:{port}: up" in status.stdout, f"status shows targets: {status.stdout}")
    return exporter


def prove_names(port, checks):
    """Every metric of logtally that a rule, a dashboard or the docs name is on the page of the real one."""
    page = fetch(f"http://127.0.0.1:{port}/metrics")
    served = set(re.findall(r"^# TYPE (\w+)", page, re.M))
    used = set()
    for pattern in ("prometheus/rules/*.yml", "grafana/dashboards/*.json", "docs/monitoring*.md"):
        for path in ROOT.glob(pattern):
            # not after a colon, which makes it a recorded series, and not the Docker volume
            used |= set(re.findall(r"(?<![:\w])((?:logtally|process)_(?!data\b)[a-z_]+)\b", path.read_text(encoding="utf-8")))
    checks.check(len(used) > 20 and used <= served, f"metrics that logtally does not serve: {sorted(used - served)}")


def prove_grafana(stack, checks):
    env, datasources = stack.grafana_started()
    checks.check(env["PROMETHEUS_URL"] == f"http://localhost:{stack.prometheus}" and env["GF_SECURITY_ADMIN_PASSWORD"] == "admin"
                 and env["ALERTMANAGER_URL"] == f"http://127.0.0.1:{stack.alertmanager}", "Grafana is told where the others are")
    boards = pathlib.Path(env["DASHBOARDS_DIR"])
    checks.check(len(list(boards.glob("*.json"))) == 6, f"{boards} holds the dashboards")
    checks.check(re.search(r"^#secure#", datasources, re.M), "without TLS Grafana sends no password")
    up = wait_for("Grafana's own metrics", lambda: re.search(r"target grafana \S+: up", stack.do("status", ok=False).stdout))
    checks.check(up, "Grafana is a target of Prometheus")


def prove_discovery(stack, port, checks):
    """A host is added by a file, without reload, and leaves with it."""
    path = stack.work / "R&D stack/config/targets/backend/more.yml"
    path.write_text(f"- targets: ['localhost:{port}']\n  labels: {{env: test}}\n")
    query = f'up{{job="mylittleprice_backend",instance="localhost:{port}",env="test"}}'
    try:
        checks.check(wait_for("the added host", lambda: stack.value(query) == 1), "a host added to targets/backend is scraped")
        path.unlink()
        checks.check(wait_for("the host to go", lambda: stack.value(query) is None), "and no more when it is taken out")
    except AssertionError as error:
        checks.check(False, str(error))


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def old_block(stack, days):
    """Something in Prometheus' data that is so many days older than the rest."""
    path = stack.work / "R&D stack/prometheus/01ARZ3NDEKTSV4RRFFQ69G5FAV"
    end = int((time.time() - days * 86400) * 1000)
    for name, maximum in ((path, end), (path.with_name("01ARZ3NDEKTSV4RRFFQ69G5FAW"), int(time.time() * 1000))):
        name.mkdir()
        (name / "meta.json").write_text(json.dumps({"ulid": name.name, "minTime": maximum - 7200000, "maxTime": maximum, "version": 1}))
    return [path, path.with_name("01ARZ3NDEKTSV4RRFFQ69G5FAW")]


def prove_remembered(stack, checks):
    """What `up` was told once holds for a plain one, and what runs is not told otherwise; no history goes unasked."""
    flags = lambda: api(stack.url, "status/flags")
    told, stack.env = stack.env, {**stack.env, "RETENTION_TIME": "300d", "RETENTION_SIZE": "7GB"}
    stack.do("up")
    stack.do("down")
    plain = ("STACK_DIR", "PATH", "HOME")
    stack.env = {name: told[name] for name in plain if name in told}
    stack.do("up")
    checks.check(flags()["storage.tsdb.retention.time"] == "300d" and flags()["storage.tsdb.retention.size"] in ("7GB", "7GiB"),
                 f"a plain up keeps the retention: {flags()['storage.tsdb.retention.time']}")
    checks.check(listens(stack.alertmanager) and listens(stack.grafana), "and the ports")
    status = stack.do("status", ok=False)
    checks.check(status.returncode == 0 and status.stdout.count(": up\n") == 4, f"status waits for the first scrape of all: {status.stdout}{status.stderr}")
    stack.env["RETENTION_TIME"] = "1d"
    for word in ("up", "reload"):
        refused = stack.do(word, ok=False)
        checks.check(refused.returncode == 1 and "runs with RETENTION_TIME=300d" in refused.stderr, f"{word} does not seem to change it: {refused.stderr}")
    del stack.env["RETENTION_TIME"]
    alertmanager = pathlib.Path(told["STACK_CONFIG"]) / "alertmanager" / told["ALERTMANAGER_CONFIG"]
    text = alertmanager.read_text()
    alertmanager.write_text(text + "nonsense: 1\n")
    refused = stack.do("reload", ok=False)
    checks.check(refused.returncode == 1 and "Alertmanager has mistakes" in refused.stderr and "nonsense" in refused.stderr,
                 f"amtool is asked before a reload: {refused.returncode} {refused.stderr}")
    alertmanager.write_text(text)
    stack.do("reload")
    stack.do("down")
    blocks = old_block(stack, 400)
    refused = stack.do("up", ok=False)
    checks.check(refused.returncode == 1 and "history" in refused.stderr and blocks[0].exists() and not listens(stack.prometheus),
                 f"up does not delete what a backfill brought: {refused.stderr}")
    (blocks[1] / "meta.json").write_text("{")
    refused = stack.do("up", ok=False)
    checks.check(refused.returncode == 1 and "what history there is" in refused.stderr and not listens(stack.prometheus),
                 f"nor what it cannot read: {refused.stderr}")
    for path in blocks:
        shutil.rmtree(path)
    stack.env = {**stack.env, "RETENTION_TIME": "", "RETENTION_SIZE": ""}
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: stack.do("up", ok=False), range(2)))
    checks.check([done.returncode for done in both] == [0, 0], f"of two at once one starts it, the other waits: {[done.stderr for done in both]}")
    here, stack.env["STACK_DIR"] = stack.env["STACK_DIR"], os.path.relpath(stack.env["STACK_DIR"]) + "/"
    status = stack.do("status", ok=False)
    checks.check("prometheus: running" in status.stdout and "alertmanager: running" in status.stdout, f"another name of STACK_DIR is the same stack: {status.stdout}")
    stack.env["STACK_DIR"] = here
    checks.check(flags()["storage.tsdb.retention.time"] == "15d" and flags()["storage.tsdb.retention.size"] in ("10GB", "10GiB"), "an empty setting is the default again")
    stack.do("down")
    checks.check(not listens(stack.prometheus) and not listens(stack.alertmanager), "down stops all of them")
    stack.env = told


def prove_taken(stack, checks):
    """Debian's own services stand on the same ports; theirs must not be taken for ours."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", stack.grafana))        # of the last that is started: nothing else may be
        other.listen()
        refused = stack.do("up", ok=False)
        alone = [listens(port) for port in (stack.prometheus, stack.alertmanager)]
    checks.check(refused.returncode == 1 and f"port {stack.grafana} is taken" in refused.stderr and "systemctl" in refused.stderr,
                 f"up refuses a taken port: {refused.returncode} {refused.stderr}")
    checks.check(not any(alone), "and has started nothing")
    checks.check("not running" in stack.do("status", ok=False).stdout, "and nothing is left running")


def prove_backup(work, stack, checks):
    now = time.time()
    query = "sum by (status) (http_requests_total)"
    before = api(stack.url, "query", query=query, time=now)["result"]
    silence = {"matchers": [{"name": "alertname", "value": "X", "isRegex": False}], "startsAt": "2020-01-01T00:00:00Z",
               "endsAt": "2099-01-01T00:00:00Z", "createdBy": "test", "comment": "kept"}
    silences = f"http://127.0.0.1:{stack.alertmanager}/api/v2/silences"
    fetch(silences, json.dumps(silence).encode(), {"Content-Type": "application/json"})
    stack.do("down")                                # Alertmanager writes its state when it stops
    stack.do("up")
    stack.do("backup", work / "backup.tgz")
    refused = stack.do("restore", work / "backup.tgz", ok=False)
    checks.check(refused.returncode == 1 and "runs" in refused.stderr, "restore refuses while the stack runs")
    stack.do("down")
    checks.check(stack.do("status", ok=False).returncode == 1, "status of a stopped stack is 1")
    shutil.rmtree(work / "R&D stack")
    stack.do("restore", work / "backup.tgz")
    stack.do("up")
    after = api(stack.url, "query", query=query, time=now)["result"]
    checks.check(before and after == before, f"a restored Prometheus answers as before: {after} != {before}")
    checks.check("kept" in fetch(silences), "a restored Alertmanager has its silences")
    stack.do("down")
    with contextlib.closing(sqlite3.connect(work / "R&D stack/grafana/grafana.db")) as db:
        starts = db.execute("select count(*) from starts").fetchone()[0]
    checks.check(starts == 3, f"a restored Grafana has its database: {starts} starts in it")
    (work / "half.tgz").write_bytes((work / "backup.tgz").read_bytes()[:20000])
    held = sorted(path.name for path in (work / "R&D stack").iterdir())
    checks.check(stack.do("restore", work / "half.tgz", ok=False).returncode == 1, "half a backup is refused")
    checks.check(held == sorted(path.name for path in (work / "R&D stack").iterdir()), "and changes nothing, leaves nothing")


def start_secure_logtally(work, port, config):
    """As start_logtally, by the shipped file for TLS and a password."""
    process = Process([logtally(), "run", "--rules", ROOT / "rules", "--log", work / "backend.log", "--state", work / "state",
                       "--listen", f"127.0.0.1:{port}", "--web.config.file", config / "logtally/web.secure.yml"],
                      work / "logtally.log")
    wait_for("logtally", lambda: ask_logtally(config, port, "/health/live") == "200")
    return process


def ask_logtally(config, port, path, *more):
    return subprocess.run(["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "--cacert", str(config / "secrets/ca.crt"), *more,
                           f"https://localhost:{port}{path}"], text=True, capture_output=True).stdout


def prove_secure_logtally(work, stack, config, exporter, port, checks):
    """Its own TLS and users in place of a proxy: the shipped file, the marked lines of prometheus.yml, stack.sh's switch."""
    path = config / "logtally/web.secure.yml"
    path.write_text(re.sub(r"prometheus: '.*'", f"prometheus: '{HASH}'", path.read_text()))
    (config / "secrets/logtally_password").write_text("s3cret\n")
    made = stack.do("certs").stdout
    checks.check(all((config / name).exists() and name in made for name in ("logtally/logtally.crt", "logtally/logtally.key")),
                 f"certs says what it made: {made}")
    judged = subprocess.run(["promtool", "check", "web-config", str(path)], text=True, capture_output=True)
    checks.check(judged.returncode == 0, f"promtool accepts logtally's web.secure.yml: {judged.stderr}")
    exporter.stop()
    exporter = start_secure_logtally(work, port, config)
    for ask, status in (((), "401"), (("-u", "prometheus:wrong"), "401"), (("-u", "prometheus:s3cret"), "200")):
        checks.check(wait_for("an answer", lambda a=ask, s=status: ask_logtally(config, port, "/metrics", *a) in (s, "429") and s) == status,
                     f"logtally asks for its password: {ask} is {status}")
    stack.env["LOGTALLY_SCHEME"] = "https"
    stack.do("up")
    try:
        status = stack.do("status", ok=False)
        checks.check(status.returncode == 0 and f"target mylittleprice_backend 127.0.0.1:{port}: up" in status.stdout,
                     f"Prometheus scrapes logtally by TLS with its password: {status.stdout}{status.stderr}")
    finally:
        stack.do("down")
        stack.env["LOGTALLY_SCHEME"] = ""
    return exporter


def prove_secure(world, stack, config, checks):
    path = config / "web.secure.yml"
    path.write_text(re.sub(r"admin: '.*'", f"admin: '{HASH}'", path.read_text()))
    (config / "secrets/prometheus_password").write_text("s3cret")
    (config / "secrets/remote_write_password").write_text("write-secret")
    stack.env.update(PROMETHEUS_WEB_CONFIG="web.secure.yml", LOGTALLY_SCHEME="https", REMOTE_WRITE_URL=f"http://127.0.0.1:{world.http}/api/v1/write?of=a&for=b")
    stack.do("certs")
    stack.do("up")
    try:
        status = stack.do("status", ok=False)
        checks.check(status.returncode == 0 and re.search(r"target prometheus \S+: up", status.stdout),
                     f"Prometheus scrapes itself through TLS with its password, status waits for that: {status.stdout}{status.stderr}")
        try:
            fetch(stack.url + "/-/healthy")
            checks.check(False, "plain HTTP is refused")
        except urllib.error.HTTPError as error:
            checks.check(error.code == 400, "plain HTTP is refused")
        ask = lambda *more: subprocess.run(["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "--cacert",
                                            str(config / "secrets/ca.crt"), *more, stack.url.replace("http:", "https:") + "/"],
                                           text=True, capture_output=True).stdout
        checks.check(ask() == "401", "without a password 401")
        checks.check(ask("-u", "admin:wrong") == "401", "with a wrong one 401")
        checks.check(ask("-L", "-u", "admin:s3cret") == "200", "with the right one 200")
        wanted = "Basic " + base64.b64encode(b"mylittleprice:write-secret").decode()
        env, datasources = stack.grafana_started()
        files = re.findall(r"^      (basicAuthPassword|tlsCACert): \$__file\{(.+)\}$", datasources, re.M)
        checks.check(env["PROMETHEUS_URL"].startswith("https:") and len(files) == 2 and all(os.path.exists(f) for _, f in files)
                     and "\n    basicAuth: true\n" in datasources, "Grafana asks with TLS and password")
        sent = wait_for("remote write", lambda: [h for p, h, _ in world.posts if p == "/api/v1/write?of=a&for=b"])
        checks.check(sent[0].get("Authorization") == wanted, "remote_write carries the password of its file")
    finally:
        stack.do("down")


def main():
    if not logtally():
        skip("logtally is not built (LOGTALLY names it)")
    checks = Checks()
    world = World()
    with workdir() as work:
        config = shipped(work, world)
        port = free_port()
        (work / "backend.log").write_text("")
        exporter = start_logtally(work, port)
        stack = Stack(work, config, port)
        try:
            stack.do("up")
            prove_names(port, checks)
            prove_grafana(stack, checks)
            exporter = prove_alerts(work, world, stack, exporter, port, checks)
            prove_discovery(stack, port, checks)
            prove_backup(work, stack, checks)
            prove_remembered(stack, checks)
            exporter = prove_secure_logtally(work, stack, config, exporter, port, checks)
            prove_secure(world, stack, config, checks)
            prove_taken(stack, checks)
        finally:
            stack.do("down", ok=False)
            exporter.stop()
    checks.finish()


main()
