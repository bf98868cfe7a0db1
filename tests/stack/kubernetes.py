#!/usr/bin/env python3
"""contrib/kubernetes/render.sh says what rules/ and prometheus/rules/ say, and the pieces fit each other; and the
configurations of logtally for Docker and Kubernetes read what these write."""

import json
import os
import re
import subprocess
import sys

from stacklib import ROOT, Checks, Process, fetch, free_port, logtally, wait_for, workdir

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed: skipped")
    sys.exit(0)


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
        config.write_text(settings.replace("0.0.0.0:9180", f"127.0.0.1:{port}"))
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
                wait_for("the count", lambda: count and total() == count, 10 if count else 1)
            except AssertionError:
                pass
            checks.check(total() == count, f"{name} counts {total()} of {count} lines in {log}")
        finally:
            daemon.stop()


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
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.ini")}
    checks.check(rules["data"] == files, "the ConfigMap holds rules/*.ini byte by byte")
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
    if logtally():
        with workdir() as work:
            prove_logs(work, checks)
    checks.finish()


main()
