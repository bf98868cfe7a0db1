#!/usr/bin/env python3
"""contrib/kubernetes/render.sh says what rules/ and prometheus/rules/ say, and the pieces fit each other."""

import subprocess
import sys

from stacklib import ROOT, Checks, logtally, workdir

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed: skipped")
    sys.exit(0)


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
    mounted = {m["name"] for m in container["volumeMounts"]}
    checks.check(mounted == {v["name"] for v in pod["spec"]["volumes"]}, "every volume is mounted")
    if logtally():
        with workdir() as work:
            for name in ("contrib/kubernetes/logtally.ini", "contrib/docker/logtally.ini"):
                config = work / "logtally.ini"
                config.write_text((ROOT / name).read_text())
                done = subprocess.run([logtally(), "check", "-c", str(config), "--rules", str(ROOT / "rules")],
                                      text=True, capture_output=True)
                checks.check(done.returncode == 0 and not done.stderr, f"logtally accepts {name}: {done.stderr}")
    checks.finish()


main()
