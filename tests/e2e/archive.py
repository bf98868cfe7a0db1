# timeout: 300
"""contrib/archive: a map over many machines and a reduce give the page of one machine. The machines are an sshd of
this test on 127.0.0.1 under two names; what contrib/archive/README.md tells to type is typed as it stands there."""
import contextlib
import gzip
import json
import os
import pwd
import random
import re
import shutil
import subprocess
import sys

from _common import free_port, get, put, until
from _daemon import LOGTALLY, SRCDIR, main
from _jobs import RULES, records

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin")
ARCHIVE = os.path.join(SRCDIR, "contrib", "archive")


def make_logs(folder, seed):
    """A rotated set whose names tell nothing of its order, some of it compressed."""
    rng, lines = random.Random(seed), [json.dumps(d) + "\n" for d in records(6000, seed)]
    names = ["backend.log", "backend.log.1"] + ["backend.log.%d.gz" % i for i in range(2, 5)] + ["backend.log-it's 20.gz"]
    rng.shuffle(names)
    os.makedirs(folder)
    for i, name in enumerate(names):
        with (gzip.open if name.endswith(".gz") else open)(os.path.join(folder, name), "wt", encoding="utf-8") as f:
            f.write("".join(lines[1000 * i:1000 * (i + 1)]))


def run(command, code=0, shell=False, **env):
    r = subprocess.run(command, shell=shell, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                       env=dict(os.environ, LOGTALLY=LOGTALLY, **env))
    assert (r.returncode != 0 if code is None else r.returncode == code), (command, r.returncode, r.stdout[-500:], r.stderr)
    return r.stdout, r.stderr


def archive(*args, code=0, **env):
    return run(["sh", os.path.join(ARCHIVE, "archive.sh"), *args], code, **env)


def prepared():
    put("rules.ini", RULES)
    make_logs("logs", 3)
    files = sorted("logs/" + name for name in os.listdir("logs"))
    one, _ = run([LOGTALLY, "replay", "--rules", "rules.ini", *files])
    assert 'running{queue="a"}' in one and 'jobs_total{queue="never"} 0' in one, one
    return files, one


@contextlib.contextmanager
def machines():
    """hosta and hostb, as `ssh` finds them; they have logtally in their PATH and a home of this test."""
    here, port = os.getcwd(), free_port()
    os.makedirs("home")
    os.makedirs("bin")
    os.symlink(LOGTALLY, "bin/logtally")
    for key in ("host", "mine"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    shutil.copy("mine.pub", "authorized")
    put("sshd_config", f"""Port {port}
ListenAddress 127.0.0.1
HostKey {here}/host
PidFile {here}/sshd.pid
AuthorizedKeysFile {here}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand export HOME={here}/home PATH={here}/bin:/usr/bin:/bin; cd && exec bash -c "$SSH_ORIGINAL_COMMAND"
""")
    put("ssh_config", f"""HostName 127.0.0.1
User {pwd.getpwuid(os.getuid()).pw_name}
IdentityFile {here}/mine
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile {here}/known
LogLevel ERROR
Host gone
Port {free_port()}
Host *
Port {port}
""")
    if os.getuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    ssh = "ssh -F %s/ssh_config" % here
    with open("sshd.log", "wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", here + "/sshd_config"],
                                  stdout=log, stderr=log)
    try:
        ready = until(lambda: subprocess.run([*ssh.split(), "hosta", "true"], stderr=subprocess.DEVNULL, check=False)
                      .returncode == 0)
        assert ready, get("sshd.log")
        yield {"PARALLEL_SSH": ssh, "RSYNC_RSH": ssh, "PATH": "%s/bin:%s" % (here, os.environ["PATH"])}
    finally:
        server.terminate()
        server.wait()


def all_processors_of_one_machine():
    files, one = prepared()
    assert archive("--rules", "rules.ini", *files)[0] == one
    assert archive("--rules", "rules.ini", "--jobs", "1", *reversed(files))[0] == one
    archive("-o", "page with blanks", "--rules", "rules.ini", *files)
    assert get("page with blanks") == one
    as_json, _ = run([LOGTALLY, "replay", "--rules", "rules.ini", "--format", "json", *files])
    assert archive("--rules", "rules.ini", "--format", "json", *files)[0] == as_json


def several_machines_by_ssh():
    files, one = prepared()
    with machines() as env:
        assert archive("--rules", "rules.ini", "--sshlogin", "2/hosta,2/hostb,1/:", *files, **env)[0] == one
        # a host that is not there: no page at all rather than one that lacks its files
        out, err = archive("--rules", "rules.ini", "--sshlogin", "1/gone", *files, code=None, **env)
        assert out == "" and "This job failed" in err, (out, err)


def what_the_readme_says():
    os.makedirs("rules")
    put("rules/rules.ini", RULES)
    make_logs("2025", 5)
    blocks = re.findall(r"^```sh\n(.*?)^```$", get(os.path.join(ARCHIVE, "README.md")), re.M | re.S)
    assert len(blocks) == 2, blocks
    scripts = blocks[0].replace("/archive/2025/*/", "2025/").replace("contrib/archive", ARCHIVE)
    archives = sorted("2025/" + name for name in os.listdir("2025") if name.endswith(".gz"))
    one, _ = run([LOGTALLY, "replay", "--rules", "rules", *archives])
    with machines() as env:
        for command in scripts.splitlines():
            run(["bash", "-euc", command], **env)
            assert get("year.prom") == one, command
            os.remove("year.prom")
        for name in archives:               # rsync has no luck with quotes in names
            if "'" not in name:
                shutil.copy(name, ".")
        one, _ = run("logtally replay --rules rules backend.log*.gz", shell=True, **env)
        assert run(["bash", "-euc", blocks[1]], **env)[0] == one
        assert not [n for _, _, names in os.walk("home") for n in names if n.startswith("backend")]


def a_failure_gives_no_page():
    files, _ = prepared()
    with open("logs/backend.log.3.gz", "rb+") as f:
        f.truncate(2000)
    out, err = archive("--rules", "rules.ini", *files, code=None)
    assert out == "" and "backend.log.3.gz" in err, (out, err)
    put("page", "the old one")
    archive("-o", "page", "--rules", "rules.ini", *files, code=None)
    assert get("page") == "the old one"
    assert "archive.sh [-o FILE]" in archive("--nonsense", code=2)[1]
    assert "archive.sh [-o FILE]" in archive("--rules", code=2)[1]
    assert "name the files" in archive("--rules", "rules.ini", code=2)[1]


MISSING = [program for program in ("parallel", "ssh", "ssh-keygen", "rsync", "gzip") if not shutil.which(program)]
if MISSING or not SSHD:
    print("not installed:", *MISSING, *([] if SSHD else ["sshd"]))
    sys.exit(77)
main(all_processors_of_one_machine, several_machines_by_ssh, what_the_readme_says, a_failure_gives_no_page)
