#!/usr/bin/env python3
"""contrib/kubernetes/render.sh says what rules/ and prometheus/rules/ say, and the pieces fit each other; and the
configurations of logtally for Docker and Kubernetes read what these write."""

import json
import os
import re
import shutil
import subprocess
import time

from stacklib import ROOT, Checks, Process, fetch, free_port, logtally, skip, wait_for, workdir

try:
    import yaml
except ImportError:
    skip("python3-yaml is not installed")


LINE = '{"time":"2025-11-12T10:00:00Z","level":"INFO","msg":"http request","method":"GET","path":"/a","status":200,"duration":1000}'
HALF = len(LINE) // 2


def prove_logs(work, checks):
    """The configurations for containers count what Docker and the kubelet wrap around the backend's lines."""
    docker = "".join(json.dumps({"log": text, "stream": "stdout", "time": "2025-11-12T10:00:01Z"}) + "\n"
                     for text in (LINE + "\n", LINE[:HALF], LINE[HALF:] + "\n"))
    cri = "".join(f"2025-11-12T10:00:01Z stdout {tag} {text}\n"
                  for tag, text in (("F", LINE), ("P", LINE[:HALF]), ("F", LINE[HALF:])))
    for name, log, text, count in (
        ("contrib/docker/logtally.ini", "logs/backend/app/today.log", LINE + "\n", 1),
        ("contrib/docker/logtally.ini", "logs/docker/0123abcd/0123abcd-json.log", docker, 2),
        ("contrib/docker/logtally.ini", "logs/docker/9999/9999-json.log", docker, 0),
        ("contrib/kubernetes/logtally.ini", "var/log/pods/shop_mylittleprice-backend-7d4f_1-2-3/backend/0.log", cri, 2),
        ("contrib/kubernetes/logtally.ini", "var/log/pods/shop_other-7d4f_1-2-3/backend/0.log", cri, 0),
    ):
        home = work / name.replace("/", "-") / log.replace("/", "-")
        path = home / log
        path.parent.mkdir(parents=True)
        path.write_text(text)
        (home / "var/lib/logtally").mkdir(parents=True)
        config = home / "logtally.ini"
        settings = (ROOT / name).read_text()
        for root in ("/logs/", "/var/log/pods/", "/var/lib/logtally"):
            settings = re.sub(rf"(?<!\w){root}", f"{home}{root}", settings)
        port = free_port()
        config.write_text(settings.replace("0.0.0.0:7684", f"127.0.0.1:{port}"))
        done = subprocess.run([logtally(), "check", "-c", str(config), "--rules", str(ROOT / "rules")], text=True, capture_output=True)
        said = [x for x in done.stderr.splitlines() if "no file matches" not in x]
        checks.check(done.returncode == 0 and not said, f"logtally accepts {name}: {done.stderr}")
        daemon = Process([logtally(), "run", "-c", config, "--rules", ROOT / "rules"], home / "out.log",
                         env={**os.environ, "BACKEND_CONTAINER_ID": "0123"})
        try:
            wait_for("logtally to have read all", lambda: fetch(f"http://127.0.0.1:{port}/health/ready"))
            total = lambda: sum(float(line.split()[-1]) for line in fetch(f"http://127.0.0.1:{port}/metrics").splitlines()
                                if line.startswith("http_requests_total"))
            try:
                if count:
                    wait_for("the count", lambda: total() == count, 10)
                else:
                    time.sleep(1)
            except AssertionError:
                pass
            checks.check(total() == count, f"{name} counts {total()} of {count} lines in {log}")
        finally:
            daemon.stop()


def say(msg, **fields):
    return json.dumps({"time": "2025-11-12T10:00:00Z", "level": "INFO", "msg": msg, **fields})


def connected(n):
    return ["🔌 Client connected: " + str(i) for i in range(n)]


GAUGES = {"websocket_connections_active": "ws", "active_sessions_total": "sessions",
          "redis_connection_pool_active": "active", "redis_connection_pool_idle": "idle"}


class Node:
    """A node with pods of the backend, and a logtally as the DaemonSet runs it, whose series leave after five seconds."""

    def __init__(self, home, rules):
        self.home, self.port = home, free_port()
        (home / "var/log/pods").mkdir(parents=True)
        (home / "state").mkdir()
        shutil.copytree(rules, home / "rules")
        for path in (home / "rules").glob("*.ini"):
            path.write_text(re.sub(r"(?m)^(expire *= ).*", r"\g<1>5s", path.read_text()))
        text = (ROOT / "contrib/kubernetes/logtally.ini").read_text()
        for there, here in (("/var/log/pods", f"{home}/var/log/pods"), ("/var/lib/logtally", f"{home}/state"),
                            ("/etc/logtally/rules", f"{home}/rules"), ("0.0.0.0:7684", f"127.0.0.1:{self.port}")):
            text = text.replace(there, here, 1)
        (home / "logtally.ini").write_text(text)
        self.daemon = Process([logtally(), "run", "-c", home / "logtally.ini"], home / "out.log")

    def folder(self, pod):
        return self.home / f"var/log/pods/shop_mylittleprice-backend-{pod}_uid-{pod}"

    def log(self, pod, *lines):
        path = self.folder(pod) / "backend/0.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as out:
            out.writelines(f"2025-11-12T10:00:01Z stdout F {line if line[0] == '{' else say(line)}\n" for line in lines)

    def reading(self, pod, sessions, active, idle):
        self.log(pod, say("active sessions", count=sessions), say("redis pool stats", active=active, idle=idle))

    def gauges(self):
        """{(pod, gauge): value}"""
        found = {}
        for line in fetch(f"http://127.0.0.1:{self.port}/metrics").splitlines():
            match = re.fullmatch(r'(\w+)(?:{namespace="shop",pod="mylittleprice-backend-(\w+)"})? (\S+)', line)
            if match and match[1] in GAUGES:
                found[match[2], GAUGES[match[1]]] = float(match[3])
        return found


def both(**pods):
    return {(pod, name): float(value) for pod, values in pods.items() for name, value in zip(("ws", "sessions", "active", "idle"), values)}


def prove_pods(work, rules, checks):
    """Two pods of one node: each has gauges of its own, a start line sets its own to 0, and who leaves takes them with him."""
    node = Node(work / "of_a_kind_that_a_pod_is_named_by/node", rules)
    try:
        node.log("a", *connected(2))
        node.log("b", *connected(3))

        def see(what, wanted, alive=()):
            def look():
                for pod in alive:
                    node.log(pod, LINE)
                return node.gauges() == wanted
            try:
                wait_for(what, look, 30, 0.2)
                checks.check(True, what)
            except AssertionError:
                checks.check(False, f"{what}: {node.gauges()}, not {wanted}; {node.daemon.tail()}")

        # Readings leave after seconds here, so they are repeated until all are seen.
        wanted, done = both(a=(2, 5, 4, 6), b=(3, 7, 1, 9)), time.monotonic() + 300
        wait_for("logtally", lambda: fetch(f"http://127.0.0.1:{node.port}/health/ready"))
        while node.gauges() != wanted and time.monotonic() < done:
            node.reading("a", 5, 4, 6)
            node.reading("b", 7, 1, 9)
            for pod in "ab":
                node.log(pod, LINE)
            time.sleep(0.2)
        checks.check(node.gauges() == wanted, f"each pod has its own: {node.gauges()}")
        node.log("b", "Starting MyLittlePrice Backend", *connected(1))
        see("a start line sets its own pod's to 0; readings that nobody repeats leave", {("a", "ws"): 2.0, ("b", "ws"): 1.0}, "ab")
        node.reading("b", 7, 1, 9)
        node.log("b", "Server stopped gracefully")
        see("who says that he stops leaves at once", {("a", "ws"): 2.0}, "a")
        node.log("c", *connected(4))
        see("another comes", {("a", "ws"): 2.0, ("c", "ws"): 4.0}, "ac")
        shutil.rmtree(node.folder("c"))
        see("and is killed, without a word: no ghost; who only answers requests keeps his connections", {("a", "ws"): 2.0}, "a")
    finally:
        node.daemon.stop()


def prove_plain(work, checks):
    """The plain rules keep the label sets that were promised: the four have none."""
    page = work / "plain.log"
    page.write_text("".join(say(m) + "\n" for m in connected(2)) + say("active sessions", count=5) + "\n"
                    + say("redis pool stats", active=4, idle=6) + "\n")
    out = subprocess.run([logtally(), "replay", "--rules", str(ROOT / "rules"), str(page)], text=True, capture_output=True, check=True).stdout
    for name, value in zip(GAUGES, (2, 5, 4, 6)):
        checks.check(f"\n{name} {value}\n" in out, f"{name} has no labels by the plain rules")


def prove_host(work, checks):
    """Two backends on one host, as docs/monitoring.md says."""
    told = [re.search(r"```ini\n(.*?path_match.*?)```", (ROOT / f"docs/monitoring{of}.md").read_text(), re.S)[1] for of in ("", ".ru")]
    checks.check(told[0] == told[1], "both languages say it alike")
    for name, n in (("blue", 2), ("green", 3)):
        log = work / f"log/shop/{name}/backend.log"
        log.parent.mkdir(parents=True)
        log.write_text("".join(say(m) + "\n" for m in connected(n)))
    config = re.sub(r"(?<=[ ,])(?=rules/|contrib/)", f"{ROOT}/", told[0]).replace("/var/log", f"{work}/log")
    (work / "host.ini").write_text(config)
    out = subprocess.run([logtally(), "replay", "-c", str(work / "host.ini"), *map(str, sorted(work.glob("log/*/*/*")))],
                         text=True, capture_output=True, check=True).stdout
    for name, n in (("blue", 2), ("green", 3)):
        checks.check(f'\nwebsocket_connections_active{{namespace="shop",pod="{name}"}} {n}\n' in out, f"{name} has {n} connections")


def inside_a_sum(expr, at):
    """Does what stands at `at` stand inside of sum(...), sum by (...) (...)?"""
    depth = 0
    for i in range(at - 1, -1, -1):
        depth += (expr[i] == ")") - (expr[i] == "(")
        if depth < 0:
            if re.search(r"\bsum\s*(\b(by|without)\s*\([^)]*\)\s*)?$", expr[:i]):
                return True
            depth = 0
    return False


def prove_sums(checks):
    """No picture, recorded series or alert takes one pod's gauge for all."""
    exprs = [(p.name, e) for p in (ROOT / "grafana/dashboards").glob("*.json")
             for e in re.findall(r'"(?:expr|query)": "((?:[^"\\]|\\.)*)"', p.read_text())]
    for path in (ROOT / "prometheus/rules").glob("*.yml"):
        exprs += [(path.name, r["expr"]) for g in yaml.safe_load(path.read_text())["groups"] for r in g["rules"]]
    found = 0
    for name, expr in exprs:
        for gauge in GAUGES:
            for match in re.finditer(rf"(?<![\w:]){gauge}(?![\w:])", expr):
                found += 1
                checks.check(inside_a_sum(expr, match.start()), f"{name}: {gauge} stands in a sum: {expr}")
    checks.check(found > 8, f"the four gauges are shown: {found}")


def prove_manifests(documents, checks):
    pod = documents["DaemonSet"]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    kustomization = documents["Kustomization"]
    named = {path for path in kustomization["resources"]}
    checks.check(named == {f"{n}.yaml" for n in ("priorityclass", "serviceaccount", "daemonset", "networkpolicy", "podmonitor")}, f"resources: {named}")
    checks.check(kustomization["labels"][0]["pairs"] == {"release": "prometheus"}, "monitors have the label that the Operator chooses by")
    checks.check(pod["nodeSelector"] == {"kubernetes.io/os": "linux"}, "only nodes with Linux")
    checks.check(pod["priorityClassName"] == documents["PriorityClass"]["metadata"]["name"], "the PriorityClass exists")
    checks.check("env" not in container, "no variable that nobody reads")
    policy = documents["NetworkPolicy"]["spec"]
    checks.check(policy["podSelector"]["matchLabels"].items() <= documents["DaemonSet"]["spec"]["template"]["metadata"]["labels"].items()
                 and "egress" not in policy and set(policy["policyTypes"]) == {"Ingress", "Egress"}, "the NetworkPolicy is of the pods, and lets nothing out")
    checks.check(policy["ingress"][0]["ports"][0]["port"] in {p["name"] for p in container["ports"]}, "it names a port of the pod")
    for kind in ("PodMonitor", "ServiceMonitor"):
        monitor = documents[kind]["spec"]
        endpoint = (monitor.get("podMetricsEndpoints") or monitor["endpoints"])[0]
        dropped = [r["regex"].split("|") for r in endpoint["relabelings"] if r.get("action") == "labeldrop"]
        checks.check(dropped and {"namespace", "pod", "container"} <= set(dropped[0]), f"{kind}: the pod of a series is the backend's")
    config = (ROOT / "contrib/kubernetes/logtally.ini").read_text()
    checks.check(re.search(r"^watch +=\s*yes\b", config, re.M) and not any(
        m.get("subPath") for m in container["volumeMounts"] if m["name"] == "rules"), "the rules are a folder, and watched")


def prove_labelled(work, rules, checks):
    made = subprocess.run([str(ROOT / "contrib/kubernetes/label_rules.py"), "--check"], text=True, capture_output=True)
    checks.check(made.returncode == 0, f"contrib/kubernetes/rules is made from rules/: {made.stderr}")
    if not logtally():
        return
    done = subprocess.run([logtally(), "check", "--strict", "-c", str(ROOT / "contrib/kubernetes/logtally.ini"), "--rules", str(rules)],
                          text=True, capture_output=True)
    said = [x for x in done.stderr.splitlines() if "warning" in x and "no file matches" not in x]
    checks.check(done.returncode == 0 and not said, f"logtally accepts them: {done.stderr}")
    prove_pods(work, rules, checks)
    prove_plain(work, checks)
    prove_host(work, checks)


def merged(base, patch):
    """Kubernetes' strategic merge, as far as ours needs it: lists of named things go by name, others are replaced."""
    if isinstance(base, dict) and isinstance(patch, dict):
        return {k: merged(base[k], patch[k]) if k in base and k in patch else patch.get(k, base.get(k)) for k in {**base, **patch}}
    if isinstance(base, list) and patch and isinstance(patch[0], dict) and "name" in patch[0]:
        old = {x["name"]: x for x in base}
        return [merged(old.get(x["name"], {}), x) for x in patch] + [x for x in base if x["name"] not in {p["name"] for p in patch}]
    return patch


def prove_secure(here, documents, checks):
    """The component for TLS and users: what it names is there, and logtally answers its probes and refuses others."""
    secure = here / "secure"
    component = yaml.safe_load((secure / "kustomization.yaml").read_text())
    checks.check(component["kind"] == "Component" and all((secure / p["path"]).exists() for p in component["patches"]), "its patches exist")
    endpoint = documents["PodMonitor"]["spec"]["podMetricsEndpoints"][0]
    for op in yaml.safe_load((secure / "podmonitor.yaml").read_text()):
        checks.check(op["op"] == "add" and op["path"].startswith("/spec/podMetricsEndpoints/0/"), f"{op['path']} is the endpoint's")
        endpoint = {**endpoint, op["path"].rsplit("/", 1)[1]: op["value"]}
    named = set(re.findall(r"--from-(?:file|literal)=([\w.]+)", (secure / "kustomization.yaml").read_text()))
    wanted = {endpoint["tlsConfig"]["ca"]["secret"]["key"], endpoint["basicAuth"]["username"]["key"], endpoint["basicAuth"]["password"]["key"]}
    daemonset = merged(documents["DaemonSet"], yaml.safe_load((secure / "daemonset.yaml").read_text()))
    pod = daemonset["spec"]["template"]["spec"]
    container = pod["containers"][0]
    items = {i["key"] for v in pod["volumes"] if v["name"] == "web" for i in v["secret"]["items"]}
    checks.check(endpoint["scheme"] == "https" and wanted | items == named, f"the Secret has what is named: {named}, {wanted | items}")
    checks.check(len(pod["containers"]) == 1 and {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]},
                 "every volume is mounted, with TLS too")
    checks.check(container["securityContext"] and container["image"] == "logtally", "the rest of the DaemonSet stays")
    if not logtally():
        return
    with workdir() as work:
        subprocess.run([str(ROOT / "contrib/stack.sh"), "certs"], env={**os.environ, "STACK_CONFIG": str(work), "STACK_DIR": str(work)},
                       check=True, capture_output=True)
        for name, made in (("web.yml", secure / "web.yml"), ("tls.crt", work / "logtally/logtally.crt"), ("tls.key", work / "logtally/logtally.key")):
            (work / name).write_bytes(made.read_bytes())
        port = free_port()
        at = container["args"].index("--web.config.file")
        checks.check(container["args"][at + 1] == "/etc/logtally/web/web.yml", "the file is where the Secret is mounted")
        daemon = Process([logtally(), "run", "--rules", ROOT / "rules", "--log", work / "none.log", "--state", work / "state",
                          "--listen", f"127.0.0.1:{port}", "--web.config.file", work / "web.yml"], work / "out.log")
        ask = lambda path, *more: subprocess.run(["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "--cacert",
                                                  str(work / "secrets/ca.crt"), "--resolve", f"logtally:{port}:127.0.0.1", *more,
                                                  f"https://{endpoint['tlsConfig']['serverName']}:{port}{path}"],
                                                 text=True, capture_output=True).stdout
        try:
            for probe in ("livenessProbe", "readinessProbe"):
                get = container[probe]["httpGet"]
                checks.check(get["scheme"] == "HTTPS" and wait_for("logtally", lambda g=get: ask(g["path"]) == "200"), f"{probe} is answered")
            checks.check(ask("/metrics") == "401" and ask("/metrics", "-u", "prometheus:change-me") == "200", "and the rest asks for a password")
        finally:
            daemon.stop()


def main():
    checks = Checks()
    here = ROOT / "contrib/kubernetes"
    text = subprocess.run([str(here / "render.sh"), "shop"], check=True, text=True, capture_output=True).stdout
    rules, alerts = yaml.safe_load_all(text)
    checks.check(rules["kind"] == "ConfigMap" and rules["metadata"]["namespace"] == "shop", "a ConfigMap in the namespace asked for")
    files = {path.name: path.read_text(encoding="utf-8") for rules_of in (ROOT / "rules", here / "rules") for path in rules_of.glob("*.ini")}
    checks.check(rules["data"] == files, "the ConfigMap holds rules/*.ini, or what is made of them, byte by byte")
    groups = [g for path in sorted((ROOT / "prometheus/rules").glob("*.yml")) for g in yaml.safe_load(path.read_text())["groups"]]
    checks.check(alerts["kind"] == "PrometheusRule" and alerts["spec"]["groups"] == groups, "the PrometheusRule holds all groups")

    documents = {}
    for path in here.glob("*.yaml"):
        document = yaml.safe_load(path.read_text())
        documents[document["kind"]] = document
    pod = documents["DaemonSet"]["spec"]["template"]
    container = pod["spec"]["containers"][0]
    for kind in ("PodMonitor", "ServiceMonitor"):
        monitor = documents[kind]["spec"]
        endpoint = (monitor.get("podMetricsEndpoints") or monitor["endpoints"])[0]
        checks.check(monitor["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items(), f"{kind} selects the pods")
        checks.check(endpoint["port"] in {p["name"] for p in container["ports"]}, f"{kind} names a port of the pod")
        checks.check({"targetLabel": "job", "replacement": "mylittleprice_backend"} in endpoint["relabelings"], f"{kind} sets the job")
    checks.check(pod["spec"]["serviceAccountName"] == documents["ServiceAccount"]["metadata"]["name"], "the ServiceAccount exists")
    prove_manifests(documents, checks)
    prove_sums(checks)
    prove_secure(here, documents, checks)
    mounted = {m["name"] for m in container["volumeMounts"]}
    checks.check(mounted == {v["name"] for v in pod["spec"]["volumes"]}, "every volume is mounted")
    with workdir() as work:
        # Debian's Prometheus is built without Kubernetes; it judges the rest.
        scrape = yaml.safe_load((here / "prometheus-scrape.yml").read_text())
        discovery = scrape["scrape_configs"][0].pop("kubernetes_sd_configs")
        checks.check(discovery[0]["role"] == "pod", "discovery is of pods")
        (work / "scrape.yml").write_text(json.dumps(scrape))
        done = subprocess.run(["promtool", "check", "config", str(work / "scrape.yml")], text=True, capture_output=True)
        checks.check(done.returncode == 0, f"prometheus-scrape.yml: {done.stdout}{done.stderr}")
        secure = yaml.safe_load((here / "prometheus-scrape.yml").read_text().replace("#logtally#", "")
                                .replace("/etc/prometheus/logtally", str(work)))
        del secure["scrape_configs"][0]["kubernetes_sd_configs"]
        for name in ("password", "ca.crt"):
            (work / name).write_text("")
        (work / "secure.yml").write_text(json.dumps(secure))
        done = subprocess.run(["promtool", "check", "config", str(work / "secure.yml")], text=True, capture_output=True)
        checks.check(done.returncode == 0 and secure["scrape_configs"][0]["scheme"] == "https", f"with its marked lines: {done.stdout}{done.stderr}")
    with workdir() as work:
        (work / "rules").mkdir()
        for name, content in rules["data"].items():
            (work / "rules" / name).write_text(content)
        prove_labelled(work, work / "rules", checks)
    if logtally():
        with workdir() as work:
            prove_logs(work, checks)
    checks.finish()


main()
