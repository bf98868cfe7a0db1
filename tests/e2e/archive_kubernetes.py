"""contrib/archive/kubernetes.sh and its Jobs, with a kubectl of this test that runs the command of each index here, as the manifest says:
the result is the page of one machine or nothing. Flags are judged by the real kubectl, where it is installed; the manifests by what
Kubernetes knows of a Job, and by each other."""
import gzip
import json
import os
import re
import shutil
import subprocess
import sys

from _common import get, put
from _daemon import LOGTALLY, SRCDIR, main
from _jobs import RULES, records

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)

ARCHIVE = os.path.join(SRCDIR, "contrib", "archive")
# batch/v1 and core/v1, as far as a Job of ours may need them.
KNOWN = {
    "": {"apiVersion", "kind", "metadata", "spec"},
    "metadata": {"name", "labels"},
    "spec": {"completionMode", "completions", "parallelism", "backoffLimit", "template"},
    "spec.template": {"metadata", "spec"},
    "spec.template.metadata": {"labels"},
    "spec.template.spec": {"restartPolicy", "automountServiceAccountToken", "nodeSelector", "securityContext", "containers", "volumes"},
    "spec.template.spec.securityContext": {"runAsUser", "runAsGroup", "fsGroup", "runAsNonRoot", "seccompProfile"},
    "spec.template.spec.containers": {"name", "image", "command", "resources", "securityContext", "volumeMounts"},
    "spec.template.spec.containers.resources": {"requests", "limits"},
    "spec.template.spec.containers.securityContext": {"readOnlyRootFilesystem", "allowPrivilegeEscalation", "capabilities"},
    "spec.template.spec.containers.volumeMounts": {"name", "mountPath", "readOnly"},
    "spec.template.spec.volumes": {"name", "persistentVolumeClaim", "configMap"},
    "spec.template.spec.volumes.persistentVolumeClaim": {"claimName"},
    "spec.template.spec.volumes.configMap": {"name"},
}


# --- the kubectl of this test -------------------------------------------------------------------------

def pods(job):
    """Runs each index, an index once more than needed, and says how it ended."""
    spec = job["spec"]
    pod = spec["template"]["spec"]
    container = pod["containers"][0]
    where = {"archive": "archive", "rules": "rules", "list": "list"}
    paths = {m["mountPath"]: os.path.abspath(where[m["name"]]) for m in container["volumeMounts"]}
    said, indexes = "", list(range(spec["completions"])) + [0] if spec.get("completionMode") == "Indexed" else [None]
    for number, index in enumerate(indexes):
        script = container["command"][2]
        for inside, outside in paths.items():
            script = re.sub(rf"(?<![\w/]){inside}(?=[/ ])", outside, script)
        script = script.replace("/dev/termination-log", os.path.abspath("termination-log"))
        env = {"PATH": os.path.abspath("bin") + ":/usr/bin:/bin", "HOSTNAME": f"pod-{number}", "JOB_COMPLETION_INDEX": str(index)}
        done = subprocess.run([*container["command"][:2], script], env=env, capture_output=True, text=True, check=False)
        said += done.stdout + done.stderr
        if done.returncode:
            return "Failed", said
    return "Complete", said


def kubectl(args):
    """Keeps what was said of each job in files: NAME.state, NAME.log."""
    real, judged_already = os.environ.get("REAL_KUBECTL"), f"judged-{args[2]}"
    if real and not os.path.exists(judged_already):
        put(judged_already, "")
        judged = subprocess.run([real, *args, "--help"], capture_output=True, text=True, check=False)
        if judged.returncode:
            sys.exit(judged.stderr)
    args = args[2:]
    if args[0] == "create":
        if os.path.exists("list"):
            sys.exit('error: failed to create configmap: configmaps "logtally-archive" already exists')
        os.makedirs("list")
        shutil.copy(args[3].split("=", 2)[2], "list/files")
    elif args[0] == "apply":
        job = yaml.safe_load(sys.stdin)
        put(job["metadata"]["name"] + ".yaml", json.dumps(job))
        state, said = pods(job)
        put(job["metadata"]["name"] + ".state", state)
        put(job["metadata"]["name"] + ".log", said[-100:] if os.environ.get("CUT_LOGS") else said)
    elif args[0] == "get":
        print("SuccessCriteriaMet " * (get(args[2] + ".state") == "Complete") + get(args[2] + ".state"))
    elif args[0] == "logs":
        sys.stdout.write(get(args[1].split("/")[1] + ".log"))
    elif args[0] == "delete":
        put("deleted", " ".join(args[1:]))
        if "configmap/logtally-archive" in args:
            shutil.rmtree("list", ignore_errors=True)


# --- the tests ----------------------------------------------------------------------------------------

def prepared():
    """An archive in its claim; the page of one machine."""
    for directory in ("rules", "archive/2025/old", "archive/snapshots", "bin"):
        os.makedirs(directory)
    put("rules/rules.ini", RULES)
    os.symlink(LOGTALLY, "bin/logtally")
    put("bin/kubectl", f"#!/bin/sh\nexec {sys.executable} {os.path.abspath(__file__)} --kubectl \"$@\"\n")
    os.chmod("bin/kubectl", 0o755)
    lines = [json.dumps(d) + "\n" for d in records(3000, 11)]
    names = ["2025/backend.log.1.gz", "2025/old/it's 20.log", "2025/backend.log", "other.log"]
    for i, name in enumerate(names):
        with (gzip.open if name.endswith(".gz") else open)("archive/" + name, "wt", encoding="utf-8") as f:
            f.write("".join(lines[700 * i:700 * (i + 1)]))
    one = subprocess.run([LOGTALLY, "replay", "--rules", "rules", *("archive/" + name for name in names)], capture_output=True, text=True, check=True)
    return names, one.stdout


def run(*args, **env):
    done = subprocess.run(["sh", os.path.join(ARCHIVE, "kubernetes.sh"), *args], capture_output=True, text=True, check=False, env=dict(
        os.environ, KUBECTL=os.path.abspath("bin/kubectl"), REAL_KUBECTL=shutil.which("kubectl") or "", POLL_SECONDS="0", **env))
    return done.returncode, done.stdout, done.stderr


def an_indexed_job_gives_the_page_of_one_machine():
    names, one = prepared()
    code, out, err = run("--parallel", "3", *reversed(names))
    assert (code, out) == (0, one), (code, out[-500:], err)
    job = json.loads(get("logtally-archive.yaml"))
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (4, 3), job["spec"]
    assert "job/logtally-archive" in get("deleted")
    code, out, err = run("-o", "page", *names)
    assert code == 0 and get("page") == one and out == "", (code, out, err)


def what_fails_gives_nothing():
    names, one = prepared()
    put("page", "the old one")
    code, out, err = run("-o", "page", *names, CUT_LOGS="1")
    assert code == 1 and out == "" and get("page") == "the old one" and "snapshots/page" in err, (code, out, err)
    assert get("archive/snapshots/page") == one
    with open("archive/" + names[0], "rb+") as f:
        f.truncate(2000)
    code, out, err = run("-o", "page", *names)
    assert code == 1 and out == "" and get("page") == "the old one" and "backend.log.1.gz" in err, (code, out, err)
    code, out, err = run(*names[1:], "not-there.log")
    assert code == 1 and out == "", (code, out, err)
    assert run()[0] == 2 and run("--nonsense")[0] == 2 and "kubernetes.sh [-o FILE]" in run("-o")[2] and run("a\nb")[0] == 2


def two_at_once_do_not_take_each_others_jobs():
    names, one = prepared()
    os.mkdir("list")
    put("list/files", "theirs")
    code, out, err = run(*names)
    assert code == 1 and out == "" and "another run" in err and "delete job/logtally-archive" in err, (code, out, err)
    assert get("list/files") == "theirs" and not os.path.exists("deleted") and not os.path.exists("logtally-archive.yaml")
    shutil.rmtree("list")
    assert run(*names)[:2] == (0, one) and not os.path.exists("list")


def unknown(value, path=""):
    """Paths of keys that Kubernetes would not know, or would drop in silence."""
    if isinstance(value, list):
        return [key for v in value for key in unknown(v, path)]
    if not isinstance(value, dict) or path not in KNOWN:
        return []
    return [f"{path}.{key}" for key in value if key not in KNOWN[path]] + \
        [key for name, v in value.items() for key in unknown(v, f"{path}.{name}".lstrip("."))]


def the_manifests():
    jobs = list(yaml.safe_load_all(get(os.path.join(ARCHIVE, "job.yaml"))))
    kustomization = yaml.safe_load(get(os.path.join(SRCDIR, "contrib/kubernetes/kustomization.yaml")))
    image = kustomization["images"][0]
    rendered = subprocess.run([os.path.join(SRCDIR, "contrib/kubernetes/render.sh")], capture_output=True, text=True, check=True).stdout
    maps = {d["metadata"]["name"] for d in yaml.safe_load_all(rendered) if d["kind"] == "ConfigMap"} | {"logtally-archive"}
    assert len(jobs) == 2 and jobs[0]["spec"]["completionMode"] == "Indexed"
    for job in jobs:
        assert not unknown(job), unknown(job)
        assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
        pod = job["spec"]["template"]["spec"]
        container = pod["containers"][0]
        assert pod["restartPolicy"] == "Never" and pod["nodeSelector"] == {"kubernetes.io/os": "linux"}
        assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
        assert {v["configMap"]["name"] for v in pod["volumes"] if "configMap" in v} <= maps, maps
        assert container["image"].split(":")[0] == image["newName"], (container["image"], image)
        assert pod["securityContext"]["runAsNonRoot"] and container["securityContext"]["readOnlyRootFilesystem"]
        assert unknown({**job, "specs": 1}) == [".specs"]


if sys.argv[1:2] == ["--kubectl"]:
    kubectl(sys.argv[2:])
else:
    main(an_indexed_job_gives_the_page_of_one_machine, what_fails_gives_nothing, two_at_once_do_not_take_each_others_jobs, the_manifests)
