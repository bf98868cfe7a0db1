# timeout: 300
"""Stories of the simulation, played to a real daemon: what its actors do is done to files of a real disk, the daemon is
stopped and killed where the simulated one was, and in the end each line must have counted as often.

    STORIES=200 STORY=1 STEPS=60 stories.py     so many, from that seed on, each with so many steps

Nothing waits for time: where the simulated daemon had its rest, the real one must come to the same number of lines."""
import concurrent.futures
import os
import subprocess

from _common import put, until
from _daemon import LOGTALLY, Daemon, main

STORIES = int(os.environ.get("STORIES", "20"))
FIRST = int(os.environ.get("STORY", "1"))
STEPS = os.environ.get("STEPS", "40")
SIM = os.path.join(os.path.dirname(LOGTALLY), "..", "tests", "sim", "sim")
RULES = r"""[event line]
match = ^L(?<id>\d+)
[counter lines_total]
help = How often each line counted
inc = line
labels = id
max_values = 5000
max_series = 5000
"""
LOG = "path = {0}/log/*.log\npath = {0}/mnt/*.log\npath = {0}/cur/app.log\n"


class Disk:
    """Inodes of the story by their number: a descriptor, as a writer keeps one, and when it was written."""

    def __init__(self, top):
        self.top, self.fds, self.times = top, {}, {}

    def at(self, path):
        return self.top + path

    def wrote(self, ino, when):
        self.times[when] = os.fstat(self.fds[ino]).st_mtime_ns

    def mkdir(self, path):
        os.makedirs(self.at(path), exist_ok=True)

    def create(self, ino, path):
        self.fds[ino] = os.open(self.at(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)

    def symlink(self, target, path):
        os.symlink(self.at(target), self.at(path))

    def rename(self, path, to):
        os.rename(self.at(path), self.at(to))

    def unlink(self, path):
        os.unlink(self.at(path))

    def write(self, ino, at, when, text=""):
        os.pwrite(self.fds[ino], bytes.fromhex(text), int(at))
        self.wrote(ino, when)

    def truncate(self, ino, size, when):
        os.ftruncate(self.fds[ino], int(size))
        self.wrote(ino, when)

    def utime(self, ino, when):
        ns = self.times[when]
        os.utime(self.fds[ino], ns=(ns, ns))

    def close(self):
        for fd in self.fds.values():
            os.close(fd)


def counts(d):
    return {int(dict(labels)["id"]): int(v) for (name, labels), v in d.values().items() if name == "lines_total"}


def is_right(got, expected):
    """Owed: once. Nothing twice, unless the simulation says that nobody can know."""
    return all(got.get(i, 0) == 1 if n == 1 and not doubt else got.get(i, 0) <= (2 if doubt else 1)
               for i, n, doubt in expected)


def play(seed):
    """None, why it was not played, or what went wrong."""
    steps = subprocess.run([SIM, "--trace", "--seed", str(seed), "--steps", STEPS], stdout=subprocess.PIPE, check=True,
                           text=True).stdout.splitlines()
    if any(s.startswith("skip") for s in steps):
        return "skip"
    here = os.path.join(os.getcwd(), "story%d" % seed)
    os.makedirs(here)
    os.chdir(here)
    put("rules.ini", RULES)
    disk, expected = Disk(here), []
    d = Daemon(rules=here + "/rules.ini", log=LOG.format(here), state="rotate_wait = 5s")
    try:
        for step in steps:
            what, *args = step.split(" ")
            if what == "rest":
                assert until(lambda: len(counts(d)) >= int(args[0])), "%s lines, not %s" % (len(counts(d)), args[0])  # pylint: disable=cell-var-from-loop
            elif what == "expect":
                expected.append(tuple(map(int, args)))
            elif what in ("start", "stop", "kill"):
                getattr(d, what)()
            else:
                getattr(disk, what)(*args)
        if not until(lambda: is_right(counts(d), expected)):
            got = counts(d)
            return "seed %d: %s" % (seed, [(i, n, got.get(i, 0)) for i, n, doubt in expected
                                           if not is_right(got, [(i, n, doubt)])][:10])
        d.stop()
    except AssertionError as e:
        return "seed %d: %s" % (seed, e)
    finally:
        d.kill()
        disk.close()
    return None


def stories_end_alike():
    if not os.path.exists(SIM):
        return "tests/sim/sim is not built"
    with concurrent.futures.ProcessPoolExecutor(4) as pool:
        ends = list(pool.map(play_apart, range(FIRST, FIRST + STORIES)))
    wrong = [e for e in ends if e and e != "skip"]
    print("# %d stories played, %d left out" % (len(ends) - ends.count("skip"), ends.count("skip")))
    assert not wrong, "\n".join(wrong)
    return None


def play_apart(seed):
    top = os.getcwd()
    try:
        return play(seed)
    finally:
        os.chdir(top)


main(stories_end_alike)
