#!/usr/bin/env python3
"""Samples into Prometheus' blocks, and recording rules over them: the work of backfill.sh, which says how it is used.

    backfill_blocks.py --data DIR --recording GLOB --evaluate DURATION -- COMMAND...

COMMAND prints OpenMetrics in order of time (logtally backfill -o -). Its text is cut where blocks end, and the disk holds that
of three blocks at a time; whole, promtool would read all of it again for each block.

A recording rule is asked of a Prometheus of our own on the blocks that are there, a block's range at a time; rules that
build on others come a round later. (promtool's own `create-blocks-from rules` makes series of alerts, too, asks for two
hours at a time, and writes a block for each of them and each rule.) They are evaluated every DURATION, as the stack does it.
A rule that looks back for hours moves little in seconds: it is evaluated once in a 360th part of its window, but within
the five minutes for which Prometheus takes a value, unless another rule adds its values up.
"""
import argparse
import contextlib
import ctypes
import fcntl
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

# The largest block that promtool makes for a day: Prometheus' own are of 2, 6 and 18 hours.
DAY_BLOCK, SMALL_BLOCK = 18 * 3600, 2 * 3600
DAY = 86400
CHUNK = 1 << 20
POINTS = 10000              # of a series in an answer; Prometheus gives 11,000 at most
SELDOM = 240                # seconds: less than the five minutes for which a value is good
NEVER = 1000 * 3600         # our Prometheus is asked, and evaluates nothing by itself
HELD = "backfill.lock"
PR_SET_PDEATHSIG = 1
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": DAY, "w": 7 * DAY, "y": 365 * DAY}


class Failed(Exception):
    """What is said, and the exit status."""


def seconds(duration):
    parts = re.findall(r"([0-9.]+)(ms|[smhdwy])", duration)
    if not parts or "".join(n + u for n, u in parts) != duration:
        raise Failed(f"{duration} is no duration such as 15s", 2)
    return sum(float(n) * UNITS[u] for n, u in parts)


def say(text):
    print(f"{os.environ.get('BACKFILL_NAME', 'backfill.sh')}: {text}", file=sys.stderr, flush=True)


class Bar:
    """How far it is, on a terminal."""

    def __init__(self, what, total):
        self.what, self.total, self.begun, self.on = what, total, time.monotonic(), sys.stderr.isatty()

    def at(self, done):
        if self.on:
            share = done / self.total
            left = (time.monotonic() - self.begun) / share * (1 - share) if share else 0
            print(f"\r\033[K{self.what} {share:4.0%} [{'#' * int(30 * share):.<30}] {left:.0f} s left", end="", file=sys.stderr, flush=True)

    def end(self):
        if self.on:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


# --- text into blocks ------------------------------------------------------------------------------

def time_of(line):
    return float(line[line.rindex(b" ") + 1:])


def make_blocks(text, directory, block):
    """A file of samples becomes blocks in the directory."""
    done = subprocess.run([os.environ.get("PROMTOOL", "promtool"), "tsdb", "create-blocks-from", "openmetrics", "-q",
                           f"--max-block-duration={block}s", text, directory], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    text.unlink()
    if done.returncode:
        raise Failed(f"promtool: {done.stdout}", 1)


class Pieces:
    """Samples that come in order of time, a file for each block. A piece becomes blocks when it is known whether all of them
    are of a day or more: when the next is whole, or at the end."""

    def __init__(self, directory):
        self.directory, self.waiting, self.out, self.end = directory, [], None, None
        self.first = self.last = None
        (directory / "blocks").mkdir()

    def add(self, lines):
        """Whole lines, each a sample."""
        while lines:
            if self.out is None:
                self.begin(time_of(lines[:lines.index(b"\n")]))
            last = time_of(lines[lines.rfind(b"\n", 0, -1) + 1:-1])
            if last < self.end:
                self.out.write(lines)
                self.last = last
                return
            cut = self.find(lines)
            self.out.write(lines[:cut])
            self.close()
            lines = lines[cut:]

    def begin(self, first):
        self.first = first if self.first is None else self.first
        self.end = (first // DAY_BLOCK + 1) * DAY_BLOCK
        self.out = open(self.directory / f"{first:.0f}.om", "wb")

    def find(self, lines):
        """Where the first line begins that is of the next block."""
        low, high = 0, len(lines)           # what begins before low is of this block, what begins at high is not
        while low < high:
            middle = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            stop = lines.index(b"\n", middle) + 1
            if time_of(lines[middle:stop - 1]) < self.end:
                low = stop
            else:
                high = middle
        return low

    def close(self):
        self.out.write(b"# EOF\n")
        self.out.close()
        self.waiting.append(pathlib.Path(self.out.name))
        self.out = None
        if len(self.waiting) > 2:
            make_blocks(self.waiting.pop(0), self.directory / "blocks", DAY_BLOCK)

    def finish(self):
        if self.out:
            self.close()
        if self.first is None:
            raise Failed("there is no sample; look at --start and --end, and at the times in the logs", 1)
        for text in self.waiting:
            make_blocks(text, self.directory / "blocks", self.block())

    def block(self):
        return DAY_BLOCK if self.last - self.first >= DAY else SMALL_BLOCK


def read_samples(command, pieces):
    with subprocess.Popen(command, stdout=subprocess.PIPE) as logtally:
        try:
            rest = b""
            while chunk := logtally.stdout.read(CHUNK):
                lines, newline, rest = (rest + chunk).rpartition(b"\n")
                lines = (lines + newline).removesuffix(b"# EOF\n")
                pieces.add(lines)
        except BaseException:
            logtally.kill()
            raise
    if logtally.returncode:
        sys.exit(logtally.returncode)
    pieces.finish()


# --- recording rules -------------------------------------------------------------------------------

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ends_with_us():
    """In a child: the kernel ends it when we die, and be it by SIGKILL."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Prometheus:
    """One of our own, on blocks that are there."""

    def __init__(self, work, rule_files):
        self.work, self.url, self.child = work, f"http://127.0.0.1:{free_port()}", None
        (work / "prometheus.yml").write_text(f"global: {{evaluation_interval: {NEVER}s}}\nrule_files: {json.dumps(rule_files)}\n")

    def __enter__(self):
        log = self.work / "prometheus.log"
        with open(log, "wb") as out:
            # pylint: disable=consider-using-with
            self.child = subprocess.Popen([os.environ.get("PROMETHEUS", "prometheus"), f"--config.file={self.work}/prometheus.yml",
                                           f"--storage.tsdb.path={self.work}/blocks", "--storage.tsdb.retention.time=100y",
                                           f"--web.listen-address={self.url[7:]}"], stdout=out, stderr=out,
                                          preexec_fn=ends_with_us)
        while not self.ready():
            if self.child.poll() is not None:
                raise Failed("Prometheus: " + "\n".join(log.read_text(errors="replace").splitlines()[-5:]), 3)
            time.sleep(0.2)
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()

    def ready(self):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(self.url + "/-/ready", timeout=5) as answer:
                return answer.status == 200
        return False

    def ask(self, path, **how):
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}", urllib.parse.urlencode(how).encode() if how else None) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as e:
            raise Failed(f"Prometheus: {e.read().decode(errors='replace')}", 1) from e


class Rule:
    def __init__(self, rule, interval):
        self.name, self.expr, self.labels, self.interval = rule["name"], rule["query"], rule.get("labels", {}), interval
        self.names = set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", self.expr))
        # What stands before a range adds up values, or counts them: those of the stack's interval.
        self.added = set(re.findall(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[^}]*\})?\[", self.expr))
        self.window = max([seconds(w) for w in re.findall(r"\[([0-9a-z]+)[\]:]", self.expr)] or [0])

    def line(self, metric, value):
        labels = {**metric, **self.labels}
        labels.pop("__name__", None)
        text = ",".join('%s="%s"' % (k, v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) for k, v in labels.items() if v)
        return f"{self.name}{{{text}}} {value[1]} {value[0]}\n"


def read_rules(prometheus, evaluate):
    """Recording rules in rounds: a rule comes behind those on which it builds."""
    rules = [Rule(r, evaluate if g["interval"] == NEVER else g["interval"])
             for g in prometheus.ask("rules")["groups"] for r in g["rules"] if r["type"] == "recording"]
    recorded = {r.name for r in rules}
    added = {name for r in rules for name in r.added}
    for r in rules:
        if r.name not in added:
            r.interval = max(r.interval, min(SELDOM, r.window / 360) // r.interval * r.interval)
    rounds, known = [], set()
    while len(known) < len(recorded):
        ready = [r for r in rules if r.name not in known and not (r.names & recorded) - known - {r.name}]
        ready = [r for r in ready if all(x in ready for x in rules if x.name == r.name)]
        if not ready:
            raise Failed("recording rules build on each other in a circle: " + ", ".join(sorted(recorded - known)), 1)
        rounds.append(ready)
        known |= {r.name for r in ready}
    return rounds


def record(prometheus, rule, begin, end, out):
    """Writes the rule's samples in [begin, end)."""
    step = rule.interval
    at = -(-begin // step) * step
    while at < end:
        to = min(at + (POINTS - 1) * step, -(-end // step) * step - step)
        for series in prometheus.ask("query_range", query=rule.expr, start=at, end=to, step=step)["result"]:
            out.writelines(rule.line(series["metric"], value) for value in series["values"])
        at = to + step


def record_all(work, files, pieces, evaluate):
    block = pieces.block()
    number = 0
    while True:
        with Prometheus(work, files) as prometheus:
            rounds = read_rules(prometheus, evaluate)
            if number == len(rounds):
                return
            say(f"recording rules, round {number + 1} of {len(rounds)}")
            first = int(pieces.first // DAY_BLOCK * DAY_BLOCK)
            begins = range(first, int(pieces.last) + 1, DAY_BLOCK)
            bar, done = Bar("recording rules", len(begins) * len(rounds[number])), 0
            (work / "recorded").mkdir()
            for begin in begins:
                text = work / "recorded.om"
                with open(text, "w", encoding="utf-8") as out:
                    for rule in rounds[number]:
                        record(prometheus, rule, max(begin, pieces.first), min(begin + DAY_BLOCK, pieces.last + 1), out)
                        done += 1
                        bar.at(done)
                    out.write("# EOF\n")
                    empty = out.tell() == len("# EOF\n")
                if not empty:
                    make_blocks(text, work / "recorded", block)
            bar.end()
        move_blocks(work / "recorded", work / "blocks")
        (work / "recorded").rmdir()
        number += 1


def move_blocks(source, target):
    """From another file system they are copied. Until a block is whole it has a name that Prometheus removes when it starts."""
    for meta in source.glob("*/meta.json"):
        arriving = target / f"{meta.parent.name}.tmp-for-creation"
        shutil.move(str(meta.parent), str(arriving))
        arriving.rename(target / meta.parent.name)


def remove_left(where):
    """What a run that was killed has left: days of samples."""
    for held in where.glob(f"backfill.*/{HELD}"):
        with contextlib.suppress(OSError), open(held, "rb") as file:     # one that works beside us holds the lock
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(held.parent)
            say(f"removed {held.parent}, of one that was killed")


@contextlib.contextmanager
def workplace(where):
    """A directory that is gone at the end. Its lock has its name only when it is held."""
    remove_left(where)
    with tempfile.TemporaryDirectory(prefix="backfill.", dir=where) as directory:
        new = pathlib.Path(directory, f"{HELD}.new")
        with open(new, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            new.rename(pathlib.Path(directory, HELD))
            yield pathlib.Path(directory)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--data", "--recording", "--evaluate"):
        parser.add_argument(name, required=True)
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    # Beside the database: there is room, and blocks need not be copied.
    with workplace(pathlib.Path(os.environ.get("TMPDIR") or args.data)) as work:
        pieces = Pieces(work)
        evaluate = seconds(args.evaluate)
        say("reading logs, making blocks")
        read_samples(args.command, pieces)
        files = [os.path.abspath(f) for f in sorted(glob.glob(args.recording))]
        if files:
            record_all(work, files, pieces, evaluate)
        elif args.recording:
            raise Failed(f"no recording rules: {args.recording}", 2)
        move_blocks(work / "blocks", pathlib.Path(args.data))
    say(f"done; blocks are in {args.data}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except Failed as failed:
        say(failed.args[0])
        sys.exit(failed.args[1])
    except OSError as error:        # no such program, no room
        say(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
