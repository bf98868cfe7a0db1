"""What the end-to-end tests share: a daemon to start, look at and stop, and TAP to say how it went."""
import json
import os
import signal
import subprocess
import sys
import time
import traceback

from _common import fetch, free_port, get, put, until

SRCDIR = os.environ["SRCDIR"]
LOGTALLY = os.environ["LOGTALLY"]
sys.path.insert(0, os.path.join(SRCDIR, "rules", "tests"))
import truth                                                    # noqa: E402


started = []    # every daemon of this run, so that none outlives its test


class Daemon:
    """`logtally run` on logs/*.log with the shipped rules, state in state/, unless the test says otherwise."""

    def __init__(self, rules=None, log="path = %s/logs/*.log\n", server="", state="", more=""):
        here = os.getcwd()
        os.makedirs("logs", exist_ok=True)
        self.port = free_port()
        self.rules = rules or os.path.join(SRCDIR, "rules", "*.ini")
        self.child = None
        started.append(self)
        if "%s" in log:
            log %= here
        put("logtally.ini", "[server]\nlisten = 127.0.0.1:%d\n%s\n[state]\ndirectory = %s/state\n%s\n"
            "[log test]\n%s\n[rules]\ninclude = %s\n%s" % (self.port, server, here, state, log, self.rules, more))

    def start(self):
        with open("stderr", "ab") as err:
            self.child = subprocess.Popen([LOGTALLY, "run", "-c", "logtally.ini"], stderr=err)
        if not until(self.ready):
            self.kill()
            raise AssertionError("the daemon did not become ready:\n" + get("stderr"))
        return self

    def request(self, method, path, headers=None):
        return fetch(self.port, path, method, headers)

    def ready(self):
        if self.child.poll() is not None:
            return True
        try:
            return self.request("GET", "/health/ready")[0] == 200
        except OSError:
            return False

    def page(self):
        status, _, body = self.request("GET", "/metrics")
        assert status == 200, status
        return body.decode()

    def values(self):
        return truth.parse_prom(self.page())

    def value(self, name, **labels):
        return self.values().get((name, tuple(sorted(labels.items()))))

    def health(self):
        return json.loads(self.request("GET", "/health")[2])

    def caught_up(self, total_lines):
        """Waits until so many lines (blank ones are not counted) have been read: True, or how many were."""
        def lines():
            return sum(v for (n, _), v in self.values().items() if n == "logtally_log_lines_total")
        return until(lambda: lines() == total_lines) or lines()

    def signal(self, number):
        self.child.send_signal(number)

    def stop(self):
        """SIGTERM: must end soon, and with exit status 0."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        code = self.child.wait(600)
        assert code == 0, "exit status %d after SIGTERM" % code
        took = time.monotonic() - began
        assert took < 30, "took %.1f s to stop" % took

    def kill(self):
        if self.child and self.child.poll() is None:
            self.child.kill()
            self.child.wait()


def ran(*args, code=0, **more):
    """A command of the program, at its end."""
    r = subprocess.run([LOGTALLY, *args], capture_output=True, text=True, check=False, **more)
    assert r.returncode == code, (args, r.returncode, r.stdout, r.stderr)
    return r


def append(path, text):
    with open(path, "ab") as f:
        f.write(text.encode() if isinstance(text, str) else text)


def backend_lines(n, seed=1, flavour="mixed"):
    """n lines of the sample writer, each with its newline."""
    out = subprocess.run([sys.executable, os.path.join(SRCDIR, "contrib", "backend_log.py"), "--lines", str(n), "--seed",
                          str(seed), "--start", "2025-11-12T10:00:00Z", "--flavour", flavour],
                         stdout=subprocess.PIPE, check=True).stdout
    return out.splitlines(keepends=True)


def expect_truth(daemon, everything):
    """The page holds what these bytes add up to, for every metric of the rules."""
    put("everything", everything)
    want = truth.parse_prom(truth.add_up("everything"))
    names = {n for n, _ in want}
    got = {k: v for k, v in daemon.values().items() if k[0] in names}
    found = list(truth.differences(want, got))
    assert not found, "\n".join(found[:20])


def main(*tests):
    """Runs each test in a folder of its own, and prints TAP; what a test returns says why it was skipped."""
    top, failed = os.getcwd(), 0
    print("1..%d" % len(tests))
    for number, test in enumerate(tests, 1):
        os.makedirs(test.__name__)
        os.chdir(test.__name__)
        skipped = None
        try:
            skipped = test()
            state = "ok"
        except Exception:                                       # pylint: disable=broad-except
            state, failed = "not ok", failed + 1
            print("".join("# %s\n" % line for line in traceback.format_exc().splitlines()), end="")
        for daemon in started:
            daemon.kill()
        print("%s %d - %s%s" % (state, number, test.__name__, " # SKIP " + skipped if skipped else ""), flush=True)
        os.chdir(top)
    sys.exit(1 if failed else 0)
