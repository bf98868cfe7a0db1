# timeout: 300
"""contrib/archive/slurm.sh with a Slurm of this test: a controller and two nodes on 127.0.0.1. The array job gives the page of one
machine; a task that fails gives none; and so it is when a node goes away under a task."""
import contextlib
import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys

from _common import free_port, get, put, until
from _daemon import LOGTALLY, SRCDIR, main
from _jobs import RULES, records

SBIN = os.environ["PATH"] + ":/usr/sbin:/sbin"
SCRIPT = os.path.join(SRCDIR, "contrib", "archive", "slurm.sh")
NODES = ("n1", "n2")
CONFIG = """ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
StateSaveLocation={here}/state
SlurmdSpoolDir={here}/%n
SlurmctldPidFile={here}/slurmctld.pid
SlurmdPidFile={here}/%n.pid
SlurmctldLogFile={here}/slurmctld.log
SlurmdLogFile={here}/%n.log
SlurmdTimeout=6
SchedulerParameters=batch_sched_delay=0,kill_invalid_depend
SelectType=select/cons_tres
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""


def environment():
    return dict(os.environ, LOGTALLY=LOGTALLY, SLURM_CONF=os.getcwd() + "/slurm.conf", PATH=SBIN)


def ask(*command):
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    return done.stdout.strip()


def configure():
    text = CONFIG.format(here=os.getcwd(), user=ask("id", "-un"), port=free_port())
    for node in NODES:
        text += f"NodeName={node} NodeHostname=localhost NodeAddr=127.0.0.1 Port={free_port()} CPUs=1 RealMemory=100\n"
    put("slurm.conf", text)
    for directory in ("state", *NODES):
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)


def start():
    """{name of a node, or "slurmctld": its server}"""
    servers = {}
    for name, command in (("slurmctld", ["slurmctld", "-D", "-c"]), *((node, ["slurmd", "-D", "-N", node]) for node in NODES)):
        with open(name + ".out", "wb") as out:
            servers[name] = subprocess.Popen(command, env=environment(), stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    return servers


def complaint(servers):
    """Nothing once they run; what they said when one ended, or they do not."""
    def ended():
        return any(server.poll() is not None for server in servers.values())
    if until(lambda: ended() or ask("sinfo", "-h", "-t", "idle", "-o", "%D") == "2", 60) and not ended():
        return ""
    return "\n".join(line for name in servers for line in get(name + ".out").splitlines()[-3:])


@contextlib.contextmanager
def cluster():
    """{name of a node: its slurmd}"""
    for _ in range(5):
        configure()
        servers = start()
        try:
            said = complaint(servers)
            if not said:
                try:
                    yield servers
                    return
                finally:
                    subprocess.run(["scancel", "-u", ask("id", "-un")], env=environment(), check=False)
        finally:
            for server in reversed(servers.values()):
                server.terminate()
                server.wait()
        if "Address already in use" not in said:
            break
    print("slurm does not run here:", said, sep="\n")
    sys.exit(77)


def make_logs():
    """A rotated set, and what one machine says of it."""
    put("rules.ini", RULES)
    lines = [json.dumps(d) + "\n" for d in records(3000, 7)]
    os.makedirs("logs")
    names = ["backend.log.1", "backend.log", "backend.log.2.gz", "backend.log-it's 20", "other.log"]
    for i, name in enumerate(names):
        with (gzip.open if name.endswith(".gz") else open)("logs/" + name, "wt", encoding="utf-8") as f:
            f.write("".join(lines[600 * i:600 * (i + 1)]))
    files = sorted("logs/" + name for name in names)
    return files, subprocess.run([LOGTALLY, "replay", "--rules", "rules.ini", *files], capture_output=True, text=True, check=True).stdout


def slurm(*args, logtally=LOGTALLY):
    return subprocess.Popen(["sh", SCRIPT, *args], env=dict(environment(), LOGTALLY=logtally), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def outcome(process):
    out, err = process.communicate(timeout=1200)
    assert not [name for name in os.listdir(".") if name.startswith("archive.")], "the work directory is gone"
    return process.returncode, out, err


def an_array_job_gives_the_page_of_one_machine_or_none():
    files, one = make_logs()
    with cluster():
        code, out, err = outcome(slurm("--rules", "rules.ini", "--tasks", "3", "--sbatch", "--partition=all", *reversed(files)))
        assert (code, out) == (0, one), (code, out, err, get("slurmctld.log"))
        put("page", "the old one")
        with open("logs/backend.log.2.gz", "rb+") as f:
            f.truncate(2000)
        code, out, err = outcome(slurm("--rules", "rules.ini", "-o", "page", *files))
        assert code == 1 and out == "" and get("page") == "the old one" and "backend.log.2.gz" in err, (code, out, err)
        assert until(lambda: ask("squeue", "-h") == ""), "nothing is left waiting: " + ask("squeue")
        assert outcome(slurm("--rules", "rules.ini"))[0] == 2
        assert outcome(slurm("--tasks", "0", "x"))[0] == 2


def parent(pid):
    return int(get(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()[1])


def a_node_that_goes_away_under_a_task():
    files, one = make_logs()
    os.mkfifo("never")
    # On the second node logtally hangs, until that node is gone.
    put("slow", f"#!/bin/sh\n[ \"$SLURMD_NODENAME\" != n2 ] || {{ echo $$ >{os.getcwd()}/hangs.new; mv {os.getcwd()}/hangs.new {os.getcwd()}/hangs; "
                f"read x <{os.getcwd()}/never; }}\nexec {LOGTALLY} \"$@\"\n")
    os.chmod("slow", 0o755)
    with cluster() as servers:
        job = slurm("--rules", "rules.ini", *files, logtally=os.getcwd() + "/slow")
        assert until(lambda: os.path.exists("hangs"), 60), get("slurmctld.log")
        task = int(get("hangs"))
        script = parent(task)
        step = parent(script)
        assert get(f"/proc/{step}/comm").strip() == "slurmstepd", step
        servers["n2"].kill()
        for pid in (step, script, task):
            os.kill(pid, signal.SIGKILL)
        assert until(lambda: "n2" in ask("sinfo", "-h", "-t", "down", "-o", "%N"), 60), ask("sinfo")
        code, out, err = outcome(job)
        assert out == (one if code == 0 else ""), (code, out, err)
        assert code == 0, "what the node had to do is done by the other: " + err + get("slurmctld.log")


MISSING = [program for program in ("slurmctld", "slurmd", "sbatch", "scancel", "sinfo") if not shutil.which(program, path=SBIN)]
if MISSING:
    print("not installed:", *MISSING)
    sys.exit(77)
try:
    socket.getaddrinfo(None, 7684, socket.AF_INET, flags=socket.AI_ADDRCONFIG | socket.AI_PASSIVE)
except socket.gaierror:
    print("Slurm does not listen on a machine that has no address but those of loopback")
    sys.exit(77)
# Slurm takes a minute to be sure that a node is gone.
main(an_array_job_gives_the_page_of_one_machine_or_none, *([a_node_that_goes_away_under_a_task] if os.environ.get("LT_LONG") else []))
