#!/usr/bin/env python3
"""The Dockerfile and docker-compose.monitoring.yml, as far as they can be tried without a container engine: what they
name exists, every service is what was promised, and logtally works with the users and powers that compose gives it."""

import contextlib
import fnmatch
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

from stacklib import ROOT, Checks, Process, fetch, free_port, logtally, skip, wait_for, workdir

try:
    import yaml
except ImportError:
    skip("python3-yaml is not installed")

SERVICES = {"logtally": (7684, 7684), "prometheus": (9090, 9090), "alertmanager": (9093, 9093), "grafana": (3000, 3001)}
LINE = '{"time":"2025-11-12T10:00:00Z","level":"INFO","msg":"http request","method":"GET","path":"/a","status":200,"duration":1000}\n'
IMAGE_USER = 10001


def compose():
    text = (ROOT / "docker-compose.monitoring.yml").read_text(encoding="utf-8")
    # ${NAME:-default} becomes the default, as without a .env
    return yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))


def prove_services(checks):
    config = compose()
    checks.check(set(config["services"]) == set(SERVICES), f"the four services, not {sorted(config['services'])}")
    volumes = set()
    for name, (inside, outside) in SERVICES.items():
        service = config["services"][name]
        checks.check(service["container_name"] == f"mylittleprice_{name}", f"{name}: container_name")
        checks.check(service["ports"] == [f"127.0.0.1:{outside}:{inside}"], f"{name}: ports {service['ports']}")
        checks.check(service["restart"] == "unless-stopped", f"{name}: restart policy")
        digest = "" if "build" in service else "@sha256:[0-9a-f]{64}"
        checks.check(re.fullmatch(r"[\w/]+:v?\d+\.\d+\.\d+" + digest, service["image"]), f"{name}: {service['image']} is no pinned version")
        checks.check(service["mem_limit"] and service["cpus"], f"{name}: resource limits")
        checks.check("healthcheck" in service or name == "logtally", f"{name}: health check")
        for volume in service["volumes"]:
            source, target, *mode = volume.split(":")
            if source.startswith("./"):
                checks.check(mode == ["ro"], f"{name}: {target} is mounted read-only")
                checks.check(source == "./logs" or (ROOT / source).exists(), f"{name}: {source} exists")
            else:
                volumes.add(source)
    checks.check(volumes == set(config["volumes"]), f"volumes {volumes} are the declared ones")
    version = re.search(r"AC_INIT\(\[logtally\], \[([\d.]+)\]", (ROOT / "configure.ac").read_text())[1]
    checks.check(config["services"]["logtally"]["image"] == f"logtally:{version}", f"the image's version is {version}")
    # Every path in a command line lies in a volume, and where that is a directory of ours, is there.
    for name, service in config["services"].items():
        mounts = dict(reversed(v.split(":")[:2]) for v in service["volumes"])
        words = [w for w in service.get("command", []) if "=/" in w] + [f"{k}={v}" for k, v in service.get("environment", {}).items()
                                                                       if str(v).startswith("/")]
        for word in words:
            path = word.split("=", 1)[1]
            mount = max((t for t in mounts if path == t or path.startswith(t + "/")), key=len, default=None)
            checks.check(mount and (not mounts[mount].startswith("./") or (ROOT / mounts[mount] / path[len(mount) + 1:]).exists()),
                         f"{name}: {word}")


def prove_provisioning(checks):
    """What Grafana reads at its start fits compose, Prometheus and the dashboards, with and without TLS."""
    environment = compose()["services"]["grafana"]["environment"]
    text = (ROOT / "grafana/provisioning/datasources/prometheus.yml").read_text(encoding="utf-8")
    for marks in ("#secure#", None):
        sources = {s["type"]: s for s in yaml.safe_load(text.replace(marks, "") if marks else text)["datasources"]}
        prometheus = sources["prometheus"]
        checks.check(prometheus["uid"] == "prometheus" and prometheus["isDefault"] and sources["alertmanager"]["uid"] == "alertmanager",
                     "datasources have fixed uids")
        checks.check(bool(marks) == ("basicAuth" in prometheus and prometheus["jsonData"].get("tlsAuthWithCACert", False)),
                     "the marked lines switch TLS and the password on")
        for source in sources.values():
            checks.check(set(re.findall(r"\$\{(\w+)\}", source["url"])) <= set(environment), f"compose sets {source['url']}")
    checks.check(prometheus["jsonData"]["timeInterval"] == "10s", "timeInterval is the scrape interval")
    major, minor = re.search(r"prometheus:v(\d+)\.(\d+)", compose()["services"]["prometheus"]["image"]).groups()
    checks.check(prometheus["jsonData"]["prometheusVersion"].startswith(f"{major}.{minor}."), "Grafana knows Prometheus's version")
    for path in (ROOT / "grafana/dashboards").glob("*.json"):
        # Imported by hand, Grafana asks which one; provisioned, it takes the first of the type, and there is one.
        board = json.loads(path.read_text(encoding="utf-8"))
        asked = {"${%s}" % i["name"]: i["pluginId"] for i in board["__inputs"]}
        variable = board["templating"]["list"][0]
        checks.check(asked.get(variable["current"]["value"]) == variable["query"] == prometheus["type"], f"{path.name} begins with that datasource")
    provider = yaml.safe_load((ROOT / "grafana/provisioning/dashboards/mylittleprice.yml").read_text())["providers"][0]
    mounts = dict(reversed(v.split(":")[:2]) for v in compose()["services"]["grafana"]["volumes"])
    checks.check(provider["options"]["path"] == "${DASHBOARDS_DIR}" and mounts[environment["DASHBOARDS_DIR"]] == "./grafana/dashboards",
                 "the provider reads the mounted dashboards")


def prove_rules(checks):
    """Rules are mounted where the configuration of the image looks for them, and are not in the image."""
    config = (ROOT / "contrib/docker/logtally.ini").read_text()
    mounts = dict(v.split(":")[:2] for v in compose()["services"]["logtally"]["volumes"])
    include = re.search(r"^include\s*=\s*(\S+)/\*\.ini", config, re.M)[1]
    checks.check(mounts["./rules"] == include and re.search(r"^watch\s*=\s*yes", config, re.M), f"rules are mounted at {include} and watched")
    root = (ROOT / "contrib/docker/root.sh").read_text()
    checks.check("pkgdatadir" not in root and "share/logtally" not in root, "no rules in the image")
    checks.check(f'"$root{include}"' in root and f'{include}"' in (ROOT / "Dockerfile").read_text().partition("FROM")[0].replace(":ro", ""),
                 "its head says how they are mounted")


def ignored(path):
    """.dockerignore, as far as we use it."""
    patterns = [p for p in (ROOT / ".dockerignore").read_text().splitlines() if p and not p.startswith("#")]
    parts = pathlib.PurePath(path).parts
    return any(fnmatch.fnmatch(parts[0], p) or (p.startswith("**/") and fnmatch.fnmatch(parts[-1], p[3:])) for p in patterns)


def prove_dockerfile(checks):
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    stages = re.split(r"^FROM ", text, flags=re.M)[1:]
    for words in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        for source in words.split()[:-1]:
            checks.check((ROOT / source).exists() and (source == "." or not ignored(source)), f"Dockerfile copies {source}")
    for secret in (".env", ".git", "logs/today.log", "prometheus/secrets/slack_url"):
        checks.check(ignored(secret), f"{secret} stays out of the image")
    for needed in ("bootstrap", "configure.ac", "src/main.c", "rules/http.ini", "docs/man/logtally.1"):
        checks.check(not ignored(needed), f"{needed} reaches the build")
    checks.check(re.match(r"scratch\n", stages[-1]) and re.findall(r"^COPY .*", stages[-1], re.M) == ["COPY --from=build /root-of-image/ /"],
                 "the image has what contrib/docker/root.sh puts together, and nothing else")
    version = re.search(r"AC_INIT\(\[logtally\], \[([\d.]+)\]", (ROOT / "configure.ac").read_text())[1]
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\S+?)="([^"]*)"', stages[-1]))
    checks.check(labels.get("version") == version and labels.get("revision") == "$REVISION" and labels.get("licenses") == "MIT"
                 and {"title", "description", "vendor", "base.name"} <= set(labels), f"labels: {labels}")
    checks.check(re.search(r"^USER \d+:\d+$", stages[-1], re.M), "the image runs as a number that is not root")


def prove_root(checks):
    """What is in the image is enough, and no more than it should be."""
    done = subprocess.run([ROOT / "tests/package/image.sh", logtally()], text=True, capture_output=True)
    checks.check(re.search(r"^\d\d? passed, 0 failed$", done.stdout, re.M), f"the image: {done.stdout}{done.stderr}")


def health_check():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return json.loads(re.search(r"^HEALTHCHECK .*? CMD (\[.*\])$", text, re.M)[1])


def healthy(port):
    """As Docker judges it: unhealthy is what failed three times in a row, so that a busy machine may be late once."""
    check = [word.replace("7684", str(port)).replace("/usr/bin/logtally", logtally()) for word in health_check()]
    return any(subprocess.run(check, capture_output=True, timeout=600).returncode == 0 for _ in range(3))


@contextlib.contextmanager
def container(work, name, logs, user, add=(), owner=IMAGE_USER):
    """logtally with the image's configuration, as user:group without any capability but `add`, as Docker starts it."""
    home = work / name
    shutil.copytree(logs, home / "logs", copy_function=shutil.copy2)
    for path in (home / "logs/docker", home / "logs/docker/0123", home / "logs/docker/0123/0123-json.log"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    state = home / "state"
    state.mkdir()
    state.chmod(0o755)
    os.chown(state, owner, owner)
    for path in ("lock", "state"):                # what a run as the image's own user left
        (state / path).touch(0o600)
        os.chown(state / path, IMAGE_USER, IMAGE_USER)
    (state / "state").unlink()
    port = free_port()
    text = (ROOT / "contrib/docker/logtally.ini").read_text().replace("0.0.0.0:7684", f"127.0.0.1:{port}")
    text = re.sub(r"(?<![\w.])/logs/", f"{home}/logs/", text).replace("/var/lib/logtally", str(state))
    (home / "logtally.ini").write_text(text)
    home.chmod(0o755)
    uid, _, gid = user.partition(":")
    powers = ",".join(["-all"] + ["+" + power.lower() for power in add])
    daemon = Process(["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs", "--inh-caps=-all",
                      f"--bounding-set={powers}", work / "logtally", "run", "-c", home / "logtally.ini", "--rules", work / "rules"],
                     home / "out.log", env={**os.environ, "BACKEND_CONTAINER_ID": "0123"})
    try:
        yield port, daemon
    finally:
        daemon.stop()


def count(port, daemon):
    """Requests counted, None if logtally does not run."""
    try:
        wait_for("logtally", lambda: daemon.child.poll() is not None or fetch(f"http://127.0.0.1:{port}/health/ready"), 10)
        return sum(float(line.split()[-1]) for line in fetch(f"http://127.0.0.1:{port}/metrics").splitlines()
                   if line.startswith("http_requests_total"))
    except (AssertionError, OSError):
        return None


def prove_users(work, checks):
    """As compose starts it, both users of .env.example count their logs and keep their state."""
    logs = work / "logs"
    (logs / "backend").mkdir(parents=True)
    (logs / "docker/0123").mkdir(parents=True)
    (logs / "backend/today.log").write_text(LINE)
    (logs / "docker/0123/0123-json.log").write_text(json.dumps({"log": LINE, "stream": "stdout", "time": "2025-11-12T10:00:01Z"}) + "\n")
    service = compose()["services"]["logtally"]
    powers = [word for word in service.get("cap_add", []) if service["cap_drop"] == ["ALL"]]
    checks.check(powers == ["DAC_OVERRIDE"], f"root keeps one power, not {powers}")
    # Where every user may read them, which is not certain of a build directory.
    work.chmod(0o755)
    shutil.copy2(logtally(), work / "logtally")
    shutil.copytree(ROOT / "rules", work / "rules", ignore=shutil.ignore_patterns("tests", "examples"))
    for name, user, wanted in (("its own user", service["user"], 1), ("Docker's logs", "0:0", 2), ("a group", f"{IMAGE_USER}:50", 1)):
        with container(work, name.replace(" ", "-").replace("'", ""), logs, user, powers) as (port, daemon):
            found = count(port, daemon)
            checks.check(found == wanted, f"{name} ({user}) counts {found} of {wanted}: {daemon.tail()}")
            checks.check(healthy(port), f"{name}: the image's health check is content")
    with container(work, "powerless", logs, "0:0") as (port, daemon):
        checks.check(count(port, daemon) is None, "without its power root cannot save its state: the test sees that")


def prove_health_with_tls(work, checks):
    """The health check knows a logtally that has TLS and users, and one that does not answer."""
    port = free_port()
    web = work / "web"
    shutil.copytree(ROOT / "prometheus/logtally", web)
    subprocess.run([ROOT / "contrib/stack.sh", "certs"], env={**os.environ, "STACK_CONFIG": str(work), "STACK_DIR": str(work / "none")},
                   check=True, capture_output=True)
    shutil.copytree(work / "logtally", web, dirs_exist_ok=True)
    for name in ("web.yml", "web.secure.yml"):
        daemon = Process([logtally(), "run", "--rules", ROOT / "rules", "--log", work / "none.log", "--listen", f"127.0.0.1:{port}",
                          "--state", work / "state2", "--web.config.file", web / name], work / (name + ".log"))
        try:
            wait_for("logtally", lambda: "listening on" in daemon.tail())
            checks.check(healthy(port), f"the health check is content with {name}")
            daemon.child.send_signal(signal.SIGSTOP)
            checks.check(not healthy(port), f"the health check notices that it hangs, with {name}")
            daemon.child.send_signal(signal.SIGCONT)
        finally:
            daemon.stop()


def prove_health(work, checks):
    port = free_port()
    checks.check(not healthy(port), "the health check fails where nothing listens")
    daemon = Process([logtally(), "run", "--rules", ROOT / "rules", "--log", work / "none.log", "--listen", f"127.0.0.1:{port}",
                      "--state", work / "state"], work / "out.log")
    try:
        wait_for("logtally", lambda: fetch(f"http://127.0.0.1:{port}/health/live"))
        checks.check(healthy(port), "the health check is content with a running logtally")
    finally:
        daemon.stop()
    checks.check(not healthy(port), "the health check notices that it stopped")


def main():
    checks = Checks()
    prove_services(checks)
    prove_provisioning(checks)
    prove_rules(checks)
    prove_dockerfile(checks)
    if logtally():
        with workdir() as work:
            prove_health(work, checks)
            prove_health_with_tls(work, checks)
        if os.getuid() == 0 and shutil.which("setpriv"):
            with workdir() as work:
                prove_users(work, checks)
            if shutil.which("readelf") and os.uname().machine in ("x86_64", "aarch64"):
                prove_root(checks)
            else:
                checks.skip("what is in the image needs readelf, and a machine that there are images for")
        else:
            checks.skip("users and powers need root and setpriv")
    checks.finish()


main()
