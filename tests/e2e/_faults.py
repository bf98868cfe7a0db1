"""What the fault tests share: lines whose number is known, a daemon to torment, and a reader of its page.

A line is `kind=l n=17 block=0 size=0.125`. The rules count lines per block of 200, add up the numbers, and
observe the sizes: a lost line and a doubled one never cancel out. `World` is one test: it makes lines, starts
and ends the daemon, and looks at every page it fetches as Prometheus would, so that at the end three things
must agree: what was written, what the page says, and the sum over all scrapes with resets added.

With FAULTS_READER=mtail the same tests drive mtail; they then say what was lost and doubled.
"""
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback

import _common
from _common import free_port, get, put

LOGTALLY = os.environ["LOGTALLY"]
READER = os.environ.get("FAULTS_READER", "logtally")
LONG = bool(os.environ.get("LT_LONG"))
AT_ONCE = int(os.environ.get("FAULTS_AT_ONCE", "4"))
BLOCK = 200

RULES = """
[event line]
where = kind == l

[counter lines_total]
help       = Lines, by the block they belong to
inc        = line
labels     = block
max_values = 100000
max_series = 100000

[counter numbers_total]
help  = Sum of the numbers of the lines
add   = line
value = n

[histogram sizes]
help    = One of eight sizes
observe = line
value   = size
buckets = 0.25 0.5 0.75
"""

MTAIL = r"""
counter lines_total by block
counter numbers_total
/^kind=l n=(?P<n>\d+) block=(?P<block>\d+) / {
  lines_total[$block]++
  numbers_total += $n
}
"""


class Skip(Exception):
    """This machine cannot make it happen; the text says why."""


def until(what, seconds=40, every=0.02):
    return _common.until(what, seconds, every)


def stays(what, seconds=2.6):
    """what() must be true now and stay so: what follows must not happen within one look at everything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert what(), "did not stay as it was"
        time.sleep(0.2)


def append(path, data):
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        write_all(fd, data)
    finally:
        os.close(fd)


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
UNESCAPE = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def parse(page):
    """{name: {((label, value), ...): number}}; every line must be well formed, no series may be there twice."""
    values = {}
    for line in page.split("\n"):
        if not line or line.startswith("#"):
            continue
        m = SAMPLE.match(line)
        assert m, "not a sample: %r" % line[:200]
        labels = tuple((k, re.sub(r'\\[\\"n]', lambda e: UNESCAPE[e.group()], v))
                       for k, v in LABEL.findall(m.group(2) or ""))
        family = values.setdefault(m.group(1), {})
        assert labels not in family, "twice on the page: %r" % line[:200]
        family[labels] = float(m.group(3)) if not m.group(3).isdigit() else int(m.group(3))
    return values


class Prometheus:
    """Sees scrapes, and adds up increases as increase() does: a value that falls counts whole."""

    def __init__(self):
        self.last, self.sum, self.falls, self.gone = {}, {}, [], []

    def see(self, values, families):
        now = {(name, labels): v for name in families for labels, v in values.get(name, {}).items()}
        for key, v in now.items():
            old = self.last.get(key, 0)
            if v < old:
                self.falls.append((key, old, v))
            self.sum[key] = self.sum.get(key, 0) + (v - old if v >= old else v)
        self.gone += [key for key in self.last if key not in now]
        self.last = now


class World:
    """One test's lines, logs and daemon, in the current directory; the state under `home` of it."""

    def __init__(self, path="logs/*.log", rules=RULES, server="", state="", limits="", log="", block=BLOCK,
                 home="."):
        here = os.getcwd()
        os.makedirs("logs", exist_ok=True)
        self.block, self.n, self.truth, self.numbers = block, 0, {}, 0
        self.child, self.address, self.starts = None, None, 0
        self.prometheus, self.values, self.page = Prometheus(), {}, ""
        self.path = path
        put("rules.ini", rules)
        put("rules.mtail", MTAIL)
        with open("logtally.ini", "w", encoding="utf-8") as f:
            f.write("[server]\nlisten = 127.0.0.1:0\n%s\n[state]\ndirectory = %s/state\n%s\n[limits]\n%s\n"
                    "[log app]\n%s\n%s\n[rules]\ninclude = %s/rules.ini\n"
                    % (server, os.path.normpath(os.path.join(here, home)), state, limits,
                       "\n".join("path = " + (p if p.startswith("/") or p == "-" else here + "/" + p)
                                 for p in path.split()), log, here))
        worlds.append(self)

    # --- lines -----------------------------------------------------------------------------------

    def lines(self, n=1, counted=True):
        """The next n lines, as bytes; they are expected to be counted once."""
        out = []
        for _ in range(n):
            i, b = self.n, self.n // self.block
            self.n += 1
            out.append(b"kind=l n=%d block=%d size=%.3f\n" % (i, b, (i % 8) / 8))
            if counted:
                self.truth[b] = self.truth.get(b, 0) + 1
                self.numbers += i
        return b"".join(out)

    def write(self, n=200, path="logs/app.log"):
        append(path, self.lines(n))

    def forget(self, data):
        """These lines are not expected after all."""
        for line in data.splitlines():
            m = re.match(rb"kind=l n=(\d+) block=(\d+) size=\S+$", line)
            if m:
                n, b = int(m.group(1)), int(m.group(2))
                self.numbers -= n
                self.truth[b] -= 1
                if not self.truth[b]:
                    del self.truth[b]

    def expect_only(self, data):
        """Exactly these lines are expected, each as often as it is in there."""
        self.truth, self.numbers = {}, 0
        for n, b in re.findall(rb"kind=l n=(\d+) block=(\d+) size=\S+\n", data):
            self.numbers += int(n)
            self.truth[int(b)] = self.truth.get(int(b), 0) + 1

    # --- the daemon ------------------------------------------------------------------------------

    def command(self):
        if READER == "mtail":
            self.address = "127.0.0.1:%d" % free_port()
            logs = [p if p.startswith("/") else os.getcwd() + "/" + p for p in self.path.split()]
            return ["mtail", "--progs", "rules.mtail", "--address", "127.0.0.1", "--port",
                    self.address.split(":")[1], "--poll_interval", "250ms", "--poll_log_interval", "250ms"] + \
                [a for p in logs for a in ("--logs", p)]
        return [LOGTALLY, "run", "-c", "logtally.ini"]

    def start(self, prefix=(), wait=True, stdin=subprocess.DEVNULL, env=None, **more):
        """Starts the daemon and waits until it answers."""
        assert not self.alive(), "still running"
        self.starts += 1
        self.address = None
        command = list(prefix) + self.command()
        if READER == "mtail" and os.path.isdir("logs"):
            append("logs/app.log", b"")         # it reads a file that comes later from its end
        with open(self.stderr_path(), "wb") as err:
            kept = more.pop("stderr", err)
            self.child = subprocess.Popen(command, stdin=stdin, stdout=kept, stderr=kept,
                                          env=dict(os.environ, **(env or {})), preexec_fn=die_with_parent, **more)
        if wait and kept is err:
            assert until(lambda: self.listening() or self.child.poll() is not None), "no address: " + self.stderr()
            assert self.child.poll() is None, "ended at once: " + self.stderr()
        if READER == "mtail":
            time.sleep(1)
        return self

    def stderr_path(self):
        return "stderr.%d" % self.starts

    def stderr(self):
        with open(self.stderr_path(), encoding="utf-8", errors="replace") as f:
            return f.read()

    def listening(self):
        if READER == "mtail":
            try:
                self.fetch("/metrics")
                return True
            except OSError:
                return False
        m = re.search(r"listening on (127\.0\.0\.1:\d+)", self.stderr())
        self.address = m.group(1) if m else None
        return bool(m)

    @property
    def pid(self):
        return self.child.pid

    def alive(self):
        return self.child is not None and self.child.poll() is None

    def kill(self):
        """kill -9"""
        if self.child:
            self.child.kill()
            self.child.wait()

    def term(self):
        """SIGTERM: exit status 0, soon."""
        began = time.monotonic()
        self.child.terminate()
        code = self.child.wait(600)
        assert READER == "mtail" or code == 0, "exit status %d after SIGTERM: %s" % (code, self.stderr())
        took = time.monotonic() - began
        assert took < 30, "took %.1f s to stop" % took

    def signal(self, number):
        self.child.send_signal(number)

    def fetch(self, path="/metrics", headers=None, method="GET", seconds=100):
        return _common.fetch(int(self.address.split(":")[1]), path, method, headers, seconds)

    def scrape(self):
        status, _, body = self.fetch()
        assert status == 200, "status %d: %s" % (status, body[:300])
        self.page = body.decode()
        if READER == "mtail":
            self.page = re.sub(r',?prog="[^"]*"', "", self.page).replace("{,", "{").replace("{}", "")
        self.values = parse(self.page)
        self.prometheus.see(self.values, ("lines_total", "numbers_total"))
        check_histogram(self.values, "sizes")
        return self.values

    def value(self, name, **labels):
        """The sum of the series with these labels on the last page."""
        return sum(v for ls, v in self.values.get(name, {}).items() if set(labels.items()) <= set(ls))

    def now(self, name, **labels):
        self.scrape()
        return self.value(name, **labels)

    def counted(self):
        return self.now("lines_total")

    # --- judgement ---------------------------------------------------------------------------------

    def difference(self):
        """'' or what is wrong with the page."""
        self.scrape()
        want = {b: n for b, n in self.truth.items() if n}
        got = {int(ls[0][1]): v for ls, v in self.values.get("lines_total", {}).items() if v}
        lost = sum(max(0, n - got.get(b, 0)) for b, n in want.items())
        doubled = sum(max(0, n - want.get(b, 0)) for b, n in got.items())
        self.lost, self.doubled = lost, doubled
        if lost or doubled:
            blocks = [b for b in sorted(set(want) | set(got)) if want.get(b, 0) != got.get(b, 0)]
            return "lost %d, doubled %d of %d; blocks %s" % (
                lost, doubled, sum(want.values()),
                ", ".join("%d: %d of %d" % (b, got.get(b, 0), want.get(b, 0)) for b in blocks[:8]))
        if self.value("numbers_total") != self.numbers:
            return "the numbers add up to %r, not %r" % (self.value("numbers_total"), self.numbers)
        return ""

    def doubled_none(self):
        said = self.difference()
        assert not self.doubled, said + "\n" + self.own()
        return True

    def exact(self, seconds=40):
        """Waits until the page says what was written; the scrapes must agree."""
        if READER == "mtail":
            return self.measure()
        said = until(lambda: self.difference() or "exact", 0)
        deadline = time.monotonic() + _common.PATIENCE * seconds
        while said != "exact" and not self.doubled and time.monotonic() < deadline:
            assert self.alive(), "the daemon ended: %s" % self.stderr()
            time.sleep(0.05)
            said = self.difference() or "exact"
        assert said == "exact", "%s\n%s" % (said, self.own())
        self.scrapes_agree()
        return None

    def scrapes_agree(self):
        seen = self.prometheus
        assert not seen.falls, "counters fell: %r" % seen.falls[:5]
        assert not seen.gone, "series vanished: %r" % seen.gone[:5]
        lines = sum(v for (name, _), v in seen.sum.items() if name == "lines_total")
        assert lines == sum(self.truth.values()), "the scrapes add up to %d lines" % lines

    def finish(self, restart=True, hold=2.6):
        """Exact now, still exact after another look at everything, and after an orderly restart."""
        self.exact()
        if READER == "mtail":
            self.kill()
            return
        stays(lambda: not self.difference(), hold)
        self.term()
        if restart:
            self.start()
            self.exact()
            stays(lambda: not self.difference(), 0.6)
            self.term()
        self.scrapes_agree()

    def own(self):
        """What the daemon says about itself, for messages."""
        return "\n".join(line for line in self.page.split("\n") if re.match(
            r"logtally_(log_lines|files|lost|lag|read_err|checkpoint_fail|state_res|catching)", line)) + self.stderr()

    def measure(self):
        """For a reader that is not expected to be exact: waits until it counts no more."""
        last, since = None, time.monotonic()
        began = since
        while time.monotonic() - since < 3 and time.monotonic() - began < 20:
            self.difference()
            if self.counted() != last:
                last, since = self.value("lines_total"), time.monotonic()
            time.sleep(0.1)
        self.difference()
        seen = sum(v for (name, _), v in self.prometheus.sum.items() if name == "lines_total")
        wrote = sum(self.truth.values())
        print("# %s: wrote %d, page says %d (lost %d, doubled %d), scrapes say %d" % (
            READER, wrote, last, self.lost, self.doubled, seen))
        if self.lost or self.doubled or seen != wrote:
            raise AssertionError("not exact")


def check_histogram(values, name):
    """Buckets do not fall, and the last one is the count."""
    buckets = {}
    for labels, v in values.get(name + "_bucket", {}).items():
        rest = tuple(x for x in labels if x[0] != "le")
        buckets.setdefault(rest, []).append((float(dict(labels)["le"].replace("+Inf", "inf")), v))
    for rest, list_ in buckets.items():
        counts = [v for _, v in list_]
        assert counts == sorted(counts), "buckets fall: %r" % list_
        assert list_[-1][0] == float("inf") and counts[-1] == values[name + "_count"][rest], "+Inf is not the count"


LIBC = ctypes.CDLL(None)


def die_with_parent():
    LIBC.prctl(1, signal.SIGKILL)


def cpu_ticks(pid):
    fields = get("/proc/%d/stat" % pid).rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def memory(pid, what="VmRSS"):
    """In bytes."""
    return int(re.search(what + r":\s+(\d+) kB", get("/proc/%d/status" % pid)).group(1)) * 1024


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def need(*tools):
    for tool in tools:
        if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            raise Skip(tool + " is not installed")


def run(*command, **more):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                   env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"), **more)


PACKERS = {".gz": ["gzip"], ".zst": ["zstd", "-q", "--rm"], ".xz": ["xz"], ".bz2": ["bzip2"]}


def pack(path, suffix):
    """As a rotator does: a new file, and the original unlinked at its end."""
    run(*PACKERS[suffix], path)


def in_namespace(script):
    """A prefix that runs `script` as root of a namespace of its own before it becomes the daemon."""
    need("unshare")
    prefix = ["unshare", "-Urm", "sh", "-ec", script + '\nexec "$@"', "sh"]
    if subprocess.run(prefix + ["true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).returncode:
        raise Skip("unshare -Urm with `%s` is not allowed here" % script.split("\n", maxsplit=1)[0])
    return prefix


def strace(*options):
    """A prefix that injects faults with the daemon's pid unchanged."""
    need("strace")
    prefix = ["strace", "-D", "-f", "-qq", "-o", "strace.out"] + list(options)
    if subprocess.run(prefix[:6] + ["true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).returncode:
        raise Skip("strace may not trace here")
    return prefix


def frozen(world):
    """with frozen(w): the daemon stands still while the world goes on."""
    class Frozen:
        def __enter__(self):
            world.signal(signal.SIGSTOP)
            until(lambda: stopped(world.pid))

        def __exit__(self, *_):
            world.signal(signal.SIGCONT)
    return Frozen()


def stopped(pid):
    return get("/proc/%d/stat" % pid).rsplit(")", 1)[1].split()[0] in "Tt"


worlds = []     # of this test, so that no daemon outlives it


def timed_out(*_):
    raise TimeoutError("ran into the limit of one test")


def one(test, limit):
    """In a process of its own: 0 passed, 1 failed, 77 skipped."""
    os.makedirs(test.__name__)
    os.chdir(test.__name__)
    out = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    signal.signal(signal.SIGALRM, timed_out)
    signal.alarm(limit)
    code = 1
    try:
        test()
        code = 0
    except Skip as why:
        print(why)
        code = 77
    except BaseException:                                       # pylint: disable=broad-except
        traceback.print_exc(file=sys.stdout)
    signal.alarm(0)
    for world in worlds:
        if world.alive():
            world.signal(signal.SIGCONT)
            world.kill()
    sys.stdout.flush()
    os._exit(code)


def main(*tests, at_once=AT_ONCE, limit=100):
    """Runs the tests, some at a time, each in a process and a folder of its own, for `limit` seconds on a machine of
    their own; prints TAP."""
    chosen = sys.argv[1:]
    tests = [t for t in tests if not chosen or t.__name__ in chosen]
    waiting, running, codes = list(tests), {}, {}
    sys.stdout.flush()
    while waiting or running:
        while waiting and len(running) < at_once:
            test = waiting.pop(0)
            pid = os.fork()
            if pid == 0:
                die_with_parent()
                one(test, _common.PATIENCE * limit)
            running[pid] = test
        pid, status = os.wait()
        if pid in running:
            codes[running.pop(pid).__name__] = os.waitstatus_to_exitcode(status)
    print("1..%d" % len(tests))
    for number, test in enumerate(tests, 1):
        name, code = test.__name__, codes[test.__name__]
        with open(os.path.join(name, "said"), encoding="utf-8", errors="replace") as f:
            said = f.read()
        if code != 77:
            print("".join("# %s\n" % line for line in said.splitlines()), end="")
        print({0: "ok %d - %s", 77: "ok %d - %s # SKIP " + said.strip()}.get(code, "not ok %d - %s")
              % (number, name), flush=True)
    sys.exit(1 if any(c not in (0, 77) for c in codes.values()) else 0)
