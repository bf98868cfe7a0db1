#!/usr/bin/env python3
"""Every command of docs/runbook.md is run as it stands there, on a machine with a backend's log, logtally and the stack.

logtally, curl, promtool, amtool, jq, contrib/stack.sh and what belongs to every Debian are the real ones. What would need
systemd, a Docker daemon or a cluster is played by stand_in(), which knows the unit, the compose file and the manifests as shipped:
a unit, container, namespace, label or object that is not in them fails, and so does a flag that kubectl does not know. A
command that is run inside (`docker exec`, `kubectl exec`, `systemd-run`) runs here, with the paths of that place, and only with what the
image has. So `logtally ...` is tried thrice, and the log of a host that DynamicUser may read by its groups.

docs/runbook.ru.md has the same commands: tests/stack/languages.py.
"""

import functools
import http.server
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading

from stacklib import ROOT, Checks, Process, fetch, free_port, logtally, skip, wait_for, workdir

try:
    import yaml
except ImportError:
    skip("python3-yaml is not installed")

PLAYED = ["systemctl", "journalctl", "systemd-run", "docker", "kubectl"]
REAL = ["amtool", "awk", "bash", "cat", "curl", "df", "du", "findmnt", "grep", "head", "jq", "ls", "mount", "namei", "promtool", "sort", "tail",
        "uniq", "wc"]
# Programs of others, that need a server or a right: what they may be asked.
FOREIGN = {"redis-cli": r"slowlog get( \d+)?|info memory|client list", "lsof": r"\+L1", "dmesg": r"", "timedatectl": r""}
SAYS = {"dmesg": "logtally invoked oom-killer: gfp_mask=0xcc0"}
# What begins with a word and is none: keys, labels, series, parts of lines.
NO_COMMAND = re.compile(r"[\w.]+ = |create 0640 |no space left|Error sending|rate\(|SELECT |\[|delaycompress|rotate \d")
# What the image has beside the program: Debian's coreutils and bash.
IN_IMAGE = {"logtally"}
# What is not ours, and is named by its maker: the Prometheus Operator's label, the backend's own names.
OTHERS = {"app.kubernetes.io/name=prometheus", "mylittleprice_backend", "deploy/mylittleprice-backend"}


def manifests():
    return {d["kind"]: d for path in (ROOT / "contrib/kubernetes").glob("*.yaml") for d in yaml.safe_load_all(path.read_text())}


@functools.lru_cache(None)
def unit():
    """[(key, value)] of the unit as shipped."""
    text = (ROOT / "contrib/systemd/logtally.service.in").read_text()
    return re.findall(r"^(\w+)=(.*)$", text, re.M)


# --- what is played ----------------------------------------------------------------------------------

def refuse(sentence):
    print(f"REFUSED: {sentence}", file=sys.stderr)
    sys.exit(99)


def inside(place, command):
    """Runs a command with the paths of a place: PLACE/etc/logtally is that place's /etc/logtally."""
    program = os.path.basename(command[0])
    if place != "host" and program not in IN_IMAGE:
        refuse(f"the image has no {program}")
    home, pid = os.environ["RUNBOOK_HOME"], os.environ["RUNBOOK_PID"]
    argv = [re.sub(r"^/(?=etc|usr|var|logs)", f"{home}/{place}/", a).replace("/proc/1/", f"/proc/{pid}/") for a in command]
    os.execvpe(argv[0], argv, {**os.environ, "RUNBOOK_PLACE": place})


def play_systemctl(args):
    verb, words = args[0], args[1:]
    name = words[-1]
    if not (ROOT / f"contrib/systemd/{name}.service.in").exists() and (verb, name) != ("status", "mylittleprice"):
        refuse(f"no unit {name} is shipped")
    if verb == "reload" and "ExecReload" not in dict(unit()):
        refuse("the unit cannot be reloaded")
    if verb == "show":
        known = {"Result", "ExecMainStatus", "NRestarts", "MainPID"}
        if not set(words[words.index("-p" if "-p" in words else "-P") + 1].split(",")) <= known:
            refuse(f"systemctl show knows {known}")
        print(os.environ["RUNBOOK_PID"])
    elif verb not in ("status", "start", "restart", "reload", "edit"):
        refuse(f"systemctl {verb}")


def play_journalctl(args):
    if not re.fullmatch(r"-u logtally( -n \d+| --since -\d+[hm])", " ".join(args)):
        refuse("journalctl " + " ".join(args))


def play_systemd_run(args):
    """A command under the user, groups and rights of the unit."""
    given = []
    while args[0].startswith("-"):
        if args[0] == "-p":
            given.append(tuple(args[1].split("=", 1)))
            args = args[1:]
        args = args[1:]
    wanted = [(key, value) for key, value in unit() if key in ("DynamicUser", "SupplementaryGroups")]
    if sorted(given) != sorted(wanted):
        refuse(f"the unit has {wanted}, not {given}")
    inside("host", args)


def play_docker(args):
    compose = yaml.safe_load((ROOT / "docker-compose.monitoring.yml").read_text())
    containers = {s["container_name"] for s in compose["services"].values()} | OTHERS
    verb, words = args[0], args[1:]
    if verb == "exec":
        name, command = words[0], words[1:]
    elif verb == "ps":
        if not words:
            return
        name = words[-1].removeprefix("name=")
    else:
        name = words[-1]
    if name not in containers:
        refuse(f"the compose file has no container {name}")
    if verb == "exec":
        inside("docker", command)
    if verb == "inspect":
        if not re.fullmatch(r"(\{\{(json )?\.(Mounts|State\.(OOMKilled|ExitCode|Pid))\}\} ?)+", words[1]):
            refuse(f"docker inspect -f {words[1]}")
        print("[]")
    elif not re.fullmatch(r"logs --tail \d+ \S+|ps( -a -f name=\S+)?|(start|restart) \S+|kill -s HUP \S+", " ".join(args)):
        refuse("docker " + " ".join(args))


def play_kubectl(args):
    real = os.environ["RUNBOOK_KUBECTL"]
    ours = args[:args.index("--")] if "--" in args else args
    if real:
        known = subprocess.run([real, *ours, "--help"], text=True, capture_output=True)
        if known.returncode:
            refuse(f"kubectl {' '.join(ours)}: {known.stderr}")
    have = manifests()
    labels = have["DaemonSet"]["spec"]["template"]["metadata"]["labels"]
    selectors = {f"{k}={v}" for k, v in labels.items()} | OTHERS
    namespace = have["Kustomization"]["namespace"]
    for flag, value in zip(ours, ours[1:]):
        if flag == "-n" and value not in (namespace, "NAMESPACE"):
            refuse(f"the manifests are of namespace {namespace}")
        if flag == "-l" and value not in selectors:
            refuse(f"no pod has the label {value}")
    objects = {f"ds/{have['DaemonSet']['metadata']['name']}", "pod/logtally-x7k2p"} | OTHERS
    for word in ours:
        if "/" in word and "=" not in word and word not in objects:
            refuse(f"the manifests have no {word}")
    if "podmonitor" in ours and ours[ours.index("podmonitor") + 1] != have["PodMonitor"]["metadata"]["name"]:
        refuse("no such PodMonitor")
    ports = {str(p["containerPort"]) for p in have["DaemonSet"]["spec"]["template"]["spec"]["containers"][0]["ports"]}
    if "port-forward" in ours and ours[-1] not in ports:
        refuse(f"the pod has {ports}")
    if "exec" in ours:
        inside("kubernetes", args[args.index("--") + 1:])
    if "apply" in ours and [d["kind"] for d in yaml.safe_load_all(sys.stdin)] != ["ConfigMap", "PrometheusRule"]:
        refuse("that is not what render.sh writes")
    if ours[-2:] == ["-o", "name"]:
        print("pod/logtally-x7k2p")


def play_logtally(args):
    """Without -c and --rules it reads /etc/logtally/logtally.ini: that of the place where it is started."""
    config = f"{os.environ['RUNBOOK_HOME']}/{os.environ.get('RUNBOOK_PLACE', 'host')}/etc/logtally/logtally.ini"
    os.execv(os.environ["LOGTALLY"], [os.environ["LOGTALLY"], args[0], "-c", config, *args[1:]])


def stand_in(program, args):
    if program in FOREIGN:
        if not re.fullmatch(FOREIGN[program], " ".join(args)):
            refuse(f"{program} {' '.join(args)}")
        print(SAYS.get(program, ""))
        return
    {"systemctl": play_systemctl, "journalctl": play_journalctl, "systemd-run": play_systemd_run, "docker": play_docker,
     "kubectl": play_kubectl, "logtally": play_logtally}[program](args)


# --- the commands ------------------------------------------------------------------------------------

def commands():
    """What the runbook tells to type: in code spans, cells of tables and blocks of sh."""
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    spans = [re.sub(r"\s+", " ", span).replace("\\|", "|") for span in re.findall(r"`([^`]+)`", text)]
    return [line for block in blocks for line in block.splitlines()], list(dict.fromkeys(spans))


def is_command(span):
    first = span.split()[0]
    return " " in span and (first in PLAYED + REAL + list(FOREIGN) + ["logtally", "time"] or first.startswith("contrib/"))


def elsewhere(command):
    """The same in Docker and in Kubernetes: `logtally ...` by the row "its commands"."""
    yield command
    if command.startswith("logtally "):
        yield f"docker exec mylittleprice_logtally {command}"
        yield f"kubectl -n monitoring exec $POD -- {command}"


class Machine:
    """logtally, the stack and a backend's log; a bin of what there is to type."""

    def __init__(self, work):
        self.home, self.cwd, self.bin = work, work / "cwd", work / "bin"
        self.ports = {name: free_port() for name in ("7684", "9090", "9093", "3001", "8080")}
        self.cwd.mkdir()
        self.bin.mkdir()
        for name in ("contrib", "rules"):
            (self.cwd / name).symlink_to(ROOT / name)
        for name in ("prometheus", "grafana"):
            shutil.copytree(ROOT / name, self.cwd / name)
        golden = ROOT / "rules/tests"
        lines = b"".join((golden / name).read_bytes() for name in ("catalogue_json.log", "every_known_error.log", "backend_json.log"))
        (self.cwd / "backend.log").write_bytes(lines)
        for place, log in (("host", "var/log/backend.log"), ("docker", "logs/backend/backend.log"),
                           ("kubernetes", "var/log/pods/shop_mylittleprice-backend-7d4f_1/backend/0.log")):
            self.place(place, log, lines)
        for name in PLAYED + list(FOREIGN) + ["logtally"]:
            (self.bin / name).write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(os.path.abspath(__file__))} --play {name} \"$@\"\n")
            (self.bin / name).chmod(0o755)
        for name in REAL:
            (self.bin / name).symlink_to(shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin"))
        state = work / "stack"
        self.env = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "RUNBOOK_HOME": str(work), "LOGTALLY": logtally(),
                    "RUNBOOK_KUBECTL": shutil.which("kubectl") or "", "HOME": str(work), "XDG_STATE_HOME": str(work / "state"), "USER": "ops",
                    "STACK_DIR": str(state), "STACK_CONFIG": str(self.cwd / "prometheus"), "PROMETHEUS_PORT": self.ports["9090"],
                    "ALERTMANAGER_PORT": self.ports["9093"], "GRAFANA_PORT": self.ports["3001"], "POD": "pod/logtally-x7k2p",
                    "LOGTALLY_TARGETS": f"127.0.0.1:{self.ports['7684']}"}
        self.env = {key: str(value) for key, value in self.env.items()}
        (work / "state").mkdir()
        (work / "state/mylittleprice-stack").symlink_to(state)
        (work / ".local").mkdir()
        (work / ".local/state").symlink_to(work / "state")
        self.daemon = self.backend = None

    def place(self, place, log, lines):
        """A root of the paths that somebody sees there."""
        root = self.home / place
        for directory in ("etc/logtally", "var/lib/logtally", "logs/docker", os.path.dirname(log)):
            (root / directory).mkdir(parents=True, exist_ok=True)
        (root / log).write_bytes(lines)
        shipped = ROOT / f"contrib/{place}/logtally.ini"
        text = shipped.read_text() if shipped.exists() else "[state]\ndirectory = /var/lib/logtally\n[rules]\ninclude = /etc/logtally/rules/*.ini\n" \
            f"[log backend]\npath = /{log}\n[server]\nlisten = 0.0.0.0:7684\n"
        text = re.sub(r"(?<![\w}])/(?=logs/|var/|etc/)", f"{root}/", re.sub(r"^include.*", f"include = {ROOT}/rules/*.ini", text, flags=re.M))
        (root / "etc/logtally/logtally.ini").write_text(text.replace("0.0.0.0:7684", f"127.0.0.1:{self.ports['7684']}"))
        (root / "FILE").write_text(str(root / log))

    def start(self):
        handler = type("Backend", (http.server.BaseHTTPRequestHandler,), {
            "do_GET": lambda h: (h.send_response(200), h.end_headers(), h.wfile.write(b"{}")), "log_message": lambda *_: None})
        self.backend = http.server.ThreadingHTTPServer(("127.0.0.1", int(self.ports["8080"])), handler)
        threading.Thread(target=self.backend.serve_forever, daemon=True).start()
        self.daemon = Process([logtally(), "run", "-c", self.home / "host/etc/logtally/logtally.ini"], self.home / "logtally.log")
        self.env["RUNBOOK_PID"] = str(self.daemon.child.pid)
        wait_for("logtally", lambda: fetch(f"http://127.0.0.1:{self.ports['7684']}/health/ready"))

    def stop(self):
        self.run("contrib/stack.sh down")
        if self.daemon:
            self.daemon.stop()
        if self.backend:
            self.backend.shutdown()
            self.backend.server_close()

    def run(self, command):
        """Its exit status and what it said, placeholders filled in."""
        place = "docker" if command.startswith("docker") else "kubernetes" if "kubectl" in command else "host"
        log = (self.home / place / "FILE").read_text()
        for word, value in ((r"\bFILE\b", log), (r"\bMOUNTPOINT\b", str(self.home)), (r"\bPID\b", self.env.get("RUNBOOK_PID", "1")),
                            (r"--cacert CA -u NAME https://HOST", "-u ops:secret http://localhost"), (r"https://\.\.\.", "http://localhost:8080/"), (r"/\.\.\.", "/")):
            command = re.sub(word, value, command)
        if place == "host":
            command = re.sub(r"(?<= )/(?=var/lib/logtally|etc/logtally)", f"{self.home}/host/", command)
        command = re.sub(r"\blocalhost:(\d{4})", lambda m: f"localhost:{self.ports[m[1]]}", command)
        command = command.replace("rules prometheus/tests/*.yml", "rules prometheus/tests/avail*.yml").replace("| less", "| cat")
        done = subprocess.run(["bash", "-c", command], cwd=self.cwd, env=self.env, text=True, capture_output=True, timeout=120, errors="replace",
                              stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr


def main():
    if sys.argv[1:2] == ["--play"]:
        stand_in(sys.argv[2], sys.argv[3:])
        return
    if not logtally():
        skip("no logtally")
    checks = Checks()
    lines, spans = commands()
    typed = lines + [span for span in spans if is_command(span)]
    for span in spans:
        word = re.match(r"(?:sudo )?([a-z][a-z-]+) ", span)
        checks.check(is_command(span) or not word or NO_COMMAND.match(span), f"`{span}` is no command that this test knows")
    for program in PLAYED + ["logtally", "curl", "amtool", "promtool", "contrib/stack.sh"]:
        checks.check(any(program in command for command in typed), f"{program} is typed at all")
    # The stack first, as who asks it wants it up.
    typed.sort(key=lambda c: not c.startswith("contrib/stack.sh up"))
    with workdir() as work:
        machine = Machine(work)
        try:
            machine.start()
            for command in (c for t in typed for c in elsewhere(t)):
                status, out, err = machine.run(command)
                checks.check(status == 0 and "REFUSED" not in err and "command not found" not in err, f"`{command}`: exit {status}\n{out[-500:]}{err[-800:]}")
                if re.match(r"grep|tail|logtally|curl -s |kubectl .*-o name", command):
                    checks.check(out.strip() or "=$(" in command, f"`{command}` says nothing")
        finally:
            machine.stop()
    checks.finish()


if __name__ == "__main__":
    main()
