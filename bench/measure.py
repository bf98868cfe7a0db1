"""What the rows share: corpora, CPU time of a program on one core, and whether its answer is the truth."""
import os
import platform
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHIPPED = os.path.join(TOP, "rules")
RULE_SETS = ("events", "texts", "series")       # corpora that bring rules of their own
LINES, LINES_IN_FULL, ROUNDS = 1000000, 3000000, 7          # fewer of either are no fair contest
MOST_LOAD = 1                                   # above it nothing is fair
FINDS_NOTHING = ("grep", "rg")                  # exit 1: an answer as well
# mtail knows no time of day but by parsing it, and nothing of `zero`: absent is 0, and neither this one nor
# the one start is asked for.
NOT_ASKED = {"cleanup_job_last_success_timestamp_seconds", "backend_starts_total"}


class Wrong(Exception):
    """An answer that is not the truth: a fast wrong answer must not win."""


class Place:
    """Where programs are and where corpora go; which core is measured on."""

    def __init__(self, programs, work, full):
        self.logtally = os.path.join(programs, "src", "logtally")
        self.tools = os.path.join(programs, "bench")
        self.work = work
        self.lines = LINES_IN_FULL if full else LINES
        self.full = full
        cores = sorted(os.sched_getaffinity(0))
        self.core, self.other = cores[-1], cores[0]
        self.cores = len(cores)
        os.makedirs(work, exist_ok=True)

    def tool(self, name):
        return os.path.join(self.tools, name)

    def path(self, name):
        return os.path.join(self.work, name)

    def corpus(self, kind, lines, n=0):
        """Path without its ending of a log, its truth and its rules; made once."""
        name = self.path("%s-%d%s" % (kind, lines, "-%d" % n if n else ""))
        generate = self.tool("generate")
        if not os.path.exists(name + ".done") or os.path.getmtime(name + ".done") < os.path.getmtime(generate):
            subprocess.run([generate, kind, str(lines), name] + ([str(n)] if n else []), check=True)
            open(name + ".done", "w", encoding="utf-8").close()
        warm(name + ".log")
        return name

    def empty(self, corpus):
        """A corpus of no line with the same rules: what is subtracted, as it is no line's cost."""
        name = corpus + "-empty"
        open(name + ".log", "wb").close()
        if os.path.exists(corpus + ".ini"):
            shutil.copy(corpus + ".ini", name + ".ini")
        return name


def warm(path):
    """Into the page cache."""
    with open(path, "rb", buffering=0) as f:
        while f.read(1 << 20):
            pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_ns(pid):
    """Of all threads that there are, from the scheduler: nanoseconds, not ticks."""
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, task), encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total


def cpu_ticks(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def memory_mb(pid, what="VmRSS"):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return int(re.search(what + r":\s+(\d+)", f.read())[1]) * 1024 / 1e6


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        found = re.search(r"^model name\s*: (.*)$", f.read(), re.M)
    return found[1] if found else platform.machine()


def put_into(page, name, lines):
    """Into a page of docs/ and its Russian twin, between the marks of that name; the twin keeps the head of its table."""
    for path in (os.path.join(TOP, "docs", page), os.path.join(TOP, "docs", page.replace(".md", ".ru.md"))):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        head = re.search("<!-- %s -->\n(.*)\n" % name, text)[1] if path.endswith(".ru.md") else lines[0]
        body = "<!-- %s -->\n%s\n<!-- /%s -->" % (name, "\n".join([head, *lines[1:]]), name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(re.sub("<!-- %s -->.*<!-- /%s -->" % (name, name), lambda _: body, text, flags=re.S))


def rules_of(corpus):
    own = corpus + ".ini"
    return own if os.path.exists(own) else SHIPPED


def pin(core):
    def before_exec():
        os.sched_setaffinity(0, {core})
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return before_exec


def cpu_of(command, core, out):
    """user + sys seconds; what the command says goes through a pipe into the file `out` (grep cheats when it is /dev/null)."""
    with open(out, "wb") as f, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, preexec_fn=pin(core),
                                 env={**os.environ, "LC_ALL": "C"})
        shutil.copyfileobj(child.stdout, f)
        child.stdout.close()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        if child.returncode and (child.returncode != 1 or command[0] not in FINDS_NOTHING):
            raise Wrong("%s: exit %d: %s" % (" ".join(command), child.returncode, err.read().decode()[-400:]))
    return used.ru_utime + used.ru_stime


def contest(place, commands, corpus, check=None):
    """CPU nanoseconds a line of each of {name: command of a corpus}: the least of ROUNDS, taken in turns so that a disturbance
    meets all alike, less the least of as many on an empty log. check(name, output path) judges what each said first."""
    best = {}
    for i in range(ROUNDS):
        for name, command in commands.items():
            for of, log in ((name, corpus), (name + " empty", place.empty(corpus))):
                out = place.path("out-" + name)
                warm(log + ".log")
                seconds = cpu_of(command(log), place.core, out)
                best[of] = min(seconds, best.get(of, seconds))
                if i == 0 and check and of == name:
                    check(name, out)
    n = line_count(corpus + ".log")
    return {name: (best[name] - best[name + " empty"]) / n * 1e9 for name in commands}


def samples(path):
    """{(name, labels): value} of a page; `le` as a number."""
    found = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#") or not line.strip():
                continue
            series, value = line.rsplit(" ", 1)
            name, _, labels = series.partition("{")
            labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels)
            found[name, tuple(sorted((k, float(v) if k == "le" else v) for k, v in labels))] = float(value)
    return found


def must_be_true(corpus, page, ignoring=()):
    """Every sample as the generator has added it up; what is not there is 0; sums within 1e-9."""
    want, got = samples(corpus + ".prom"), samples(page)
    for key in set(want) | set(got):
        a, b = want.get(key, 0.0), got.get(key, 0.0)
        exact = not key[0].endswith(("_sum", "_seconds"))
        if key[0] not in ignoring and (a != b if exact else abs(a - b) > 1e-9 * abs(a)):
            raise Wrong("%s: %s%s is %.17g, not %.17g" % (page, key[0], dict(key[1]), b, a))


def line_count(path):
    n = 0
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            n += block.count(b"\n")
    return n


class Table:
    """Rows as they are measured. `sense` is "<=" or ">="; None = shown without a target."""

    def __init__(self):
        self.rows = []
        self.costs = {}         # corpus -> {program: ns per line}, for the picture

    def add(self, name, value, target=None, sense="<=", unit="x", note=""):
        ok = None if target is None else value <= target if sense == "<=" else value >= target
        self.rows.append({"name": name, "value": value, "target": target, "sense": sense, "unit": unit, "ok": ok,
                          "note": note})
        print(line_of(self.rows[-1]), file=sys.stderr, flush=True)

    def failed(self, name, why):
        self.rows.append({"name": name, "value": None, "target": None, "sense": "", "unit": "", "ok": False,
                          "note": why})
        print(line_of(self.rows[-1]), file=sys.stderr, flush=True)


def figure(value, unit):
    if value is None:
        return "-"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return "%.*f %s" % (digits, value, unit)


def line_of(row):
    target = "" if row["target"] is None else "%s %s" % (row["sense"], figure(row["target"], row["unit"]))
    # How much of what is allowed was used: below 1 is within the target, whichever way it points.
    used = ""
    if row["target"] and row["value"]:
        ratio = row["value"] / row["target"]
        used = "%.2f" % (ratio if row["sense"] == "<=" else 1 / ratio)
    elif row["target"] is not None and row["value"] is not None:
        used = "0.00" if row["ok"] else "inf"
    verdict = {True: "ok", False: "MISS", None: ""}[row["ok"]]
    return "%-62s %14s %14s %6s  %-4s %s" % (row["name"], target, figure(row["value"], row["unit"]), used, verdict,
                                             row["note"])


HEADER = "%-62s %14s %14s %6s" % ("measure", "target", "measured", "ratio")
