"""What the tests of the monitoring stack share: free ports, servers that die with the test, queries, checks."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE = 10
os.environ["PATH"] += ":/usr/sbin:/sbin"     # where Debian has servers, and the shell of a user does not look
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "e2e"))
from _common import free_port                                   # noqa: E402 pylint: disable=unused-import


def fetch(url, data=None, headers=None, timeout=100):
    request = urllib.request.Request(url, data=data, headers=headers or {})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return answer.read().decode()


def wait_for(what, condition, seconds=30, step=0.1):
    """Returns the first true value of condition(); refused connections count as not yet. A busy machine has PATIENCE times
    as long: only what hangs takes that."""
    deadline = time.monotonic() + PATIENCE * seconds
    while True:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, OSError, ValueError):
            value = condition()
            if value:
                return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE * seconds} s in vain for {what}")
        time.sleep(step)


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], text=True, capture_output=True, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Process:
    """A server in the background, its output in a file, stopped by its own pid."""

    def __init__(self, command, log, cwd=None, env=None):
        self.log = pathlib.Path(log)
        with open(log, "ab") as out:
            self.child = subprocess.Popen([str(c) for c in command], stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                          cwd=cwd, env=env)

    def stop(self, sig=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(sig)
            try:
                self.child.wait(200)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


class Prometheus:
    """Debian's prometheus on a free port of 127.0.0.1; keeps everything, however old."""

    def __init__(self, directory, config, *flags, port=None, data=None):
        self.directory = pathlib.Path(directory)
        self.config, self.flags = config, flags
        self.data = pathlib.Path(data or self.directory / "data")
        self.data.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        self.process = Process(
            ["prometheus", f"--config.file={self.config}", f"--storage.tsdb.path={self.data}",
             "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn",
             *self.flags], self.directory / f"prometheus-{self.port}.log")
        try:
            wait_for("prometheus to be ready", lambda: self.process.child.poll() is not None
                     or fetch(f"{self.url}/-/ready"), 60)
        except AssertionError:
            raise AssertionError(self.process.tail())
        if self.process.child.poll() is not None:
            raise AssertionError(self.process.tail())
        return self

    def stop(self, sig=signal.SIGTERM):
        if self.process:
            self.process.stop(sig)

    def restart(self):
        self.stop()
        return self.start()

    def api(self, path, **parameters):
        return api(self.url, path, **parameters)

    def instant(self, expr, at=None):
        return self.api("query", query=expr, **({"time": at} if at is not None else {}))["result"]

    def range(self, expr, start, end, step=60):
        return self.api("query_range", query=expr, start=start, end=end, step=step)["result"]


def api(url, path, **parameters):
    body = urllib.parse.urlencode(parameters).encode()
    try:
        answer = fetch(f"{url}/api/v1/{path}", body if path.startswith("query") else None)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{path} {parameters}: {error.read().decode()}")
    return json.loads(answer)["data"]


def skip(why):
    """Ends the part, which this machine cannot do."""
    print(f"skipped: {why}")
    sys.exit(77)


class Checks:
    """Counts what holds and says what does not; `finish` ends with the one line that run.sh adds up."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, condition, sentence):
        if condition:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL: {sentence}", flush=True)

    def skip(self, why):
        self.skipped += 1
        print(f"skipped: {why}", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else ""), flush=True)
        sys.exit(1 if self.failed else 0)


@contextlib.contextmanager
def workdir():
    """A directory of the test's own, kept when KEEP=1."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="logtally-stack-"))
    try:
        yield directory
    finally:
        if os.environ.get("KEEP"):
            print(f"kept {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)


def logtally():
    """The program under test: $LOGTALLY, else the one a build left beside the sources, else None."""
    path = os.environ.get("LOGTALLY") or str(ROOT / "src/logtally")
    return path if os.access(path, os.X_OK) else None
