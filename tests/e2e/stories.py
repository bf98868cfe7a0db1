# timeout: 300
"""Stories of the simulation, played to a real daemon: what its actors do is done to files of a real disk, the daemon is
stopped and killed where the simulated one was, and in the end each line must have counted as often.

    STORIES=200 STORY=1 STEPS=60 stories.py     so many, from that seed on, each with so many steps
    LT_LONG=1 stories.py                        200, each time others

Nothing waits for time: where the simulated daemon had its rest, the real one must come to the same lines. What
happens between two rests may come while the daemon stands still (SIGSTOP), amid a reload, or as it happens.
All pages that are fetched on the way must be true together (_pages.py): nothing shown before a kill -9 is taken back.
Beside the story's logs there is one of our own, whose lines are of all kinds and in a known order, so that each
page must say exactly how many of those read matched, matched nothing, or were too long."""
import concurrent.futures
import os
import random
import signal
import subprocess
import time

from _common import put, until
from _daemon import LOGTALLY, Daemon, append, main
from _pages import Pages, lines_of, total

LONG = bool(os.environ.get("LT_LONG"))
STORIES = int(os.environ.get("STORIES", "200" if LONG else "40"))
FIRST = int(os.environ.get("STORY", str(int(time.time())) if LONG else "1"))
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
[gauge lines_seen]
help = All of them
inc = line
[histogram ids]
help = Their numbers
observe = line
value = id
buckets = 4 16 64
[event own]
where = kind == own
[gauge own_number]
help = Number of the last line of our own log
set = own
value = n
"""
LOG = "path = {0}/log/*.log\npath = {0}/mnt/*.log\npath = {0}/cur/app.log\n"
MORE = "[log own]\npath = {0}/own.log\n[limits]\nline = 16KiB\n"
# Our own log: these again and again, each with its number. Two match, one does not, one is too long.
OWN = ("kind=own n=%d\n", "nothing of use %d\n", '{"kind":"own","n":%d}\n', "%d" + "x" * 20000 + "\n")
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


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

    def link(self, ino, path):
        fds = os.open("/proc/self/fd", os.O_RDONLY)
        os.link(str(self.fds[ino]), self.at(path), src_dir_fd=fds, follow_symlinks=True)
        os.close(fds)

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


def is_matched(n):
    return "own" in OWN[n % len(OWN)]


def counts(values):
    return {int(dict(labels)["id"]): int(v) for labels, v in values.get("lines_total", {}).items()}


def rules_add_up(values):
    """All that a page shows is of one moment: of the same lines."""
    lines = counts(values)
    said = [total(values, "lines_seen"), total(values, "ids_count"), lines_of(values, "test")[1],
            total(values, "logtally_event_hits_total", event="line")]
    assert said == [sum(lines.values())] * len(said), "%d lines by number, and %r" % (sum(lines.values()), said)
    assert total(values, "ids_sum") == sum(i * n for i, n in lines.items()), "the sum is %r" % values["ids_sum"]
    for le in (4, 16, 64):
        got, want = total(values, "ids_bucket", le="%d.0" % le), sum(n for i, n in lines.items() if i <= le)
        assert got == want, "bucket %d has %d lines, not %d" % (le, got, want)


def own_adds_up(values):
    """Lines of our own log are read in their order: the first ones, whichever page it is."""
    read, matched, rejected = lines_of(values, "own")
    want = sum(map(is_matched, range(read))), read // len(OWN)
    assert (matched, rejected) == want, "of our own %d lines %d matched, %d were rejected, not %r" % (
        read, matched, rejected, want)
    last = max(filter(is_matched, range(read)), default=0)
    assert total(values, "own_number") == last, values.get("own_number")


def add_up(values):
    rules_add_up(values)
    own_adds_up(values)


class Story:
    """One daemon, the disk under it, and all its pages."""

    def __init__(self, here, seed):
        put("rules.ini", RULES)
        self.disk, self.own, self.expected, self.kills = Disk(here), 0, [], 0
        self.chance, self.frozen, self.rested = random.Random(seed), False, set()
        self.pages = Pages(["ids"], add_up)
        self.daemon = Daemon(rules=here + "/rules.ini", log=LOG.format(here), server="created = yes",
                             state="interval = %s" % self.chance.choice(["100ms", "500ms", "5s"]), more=MORE.format(here))

    def fetch(self):
        """A page of the one format, then one of the other."""
        status, _, body = self.daemon.request("GET", "/metrics", OPENMETRICS if self.pages.seen % 2 else None)
        assert status == 200, status
        return body.decode()

    def look(self):
        self.thaw()
        return self.pages.see(self.fetch())

    def write_own(self, n=1):
        append("own.log", "".join(OWN[i % len(OWN)].replace("%d", str(i)) for i in range(self.own, self.own + n)))
        self.own += n

    def rest(self, *lines):
        """Until the daemon has these lines, and all before."""
        self.write_own()
        self.rested.update(map(int, lines))
        assert until(lambda: not self.rested - set(counts(self.look())), every=0.05), "lines are missing: %r" % (
            sorted(self.rested - set(counts(self.look())))[:10])

    def start(self):
        self.daemon.start()
        self.look()

    def reload(self):
        self.thaw()
        self.daemon.signal(signal.SIGHUP)

    def freeze(self):
        """What the next steps do is done between two looks of the daemon."""
        self.daemon.signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self):
        if self.frozen:
            self.daemon.signal(signal.SIGCONT)
        self.frozen = False

    def stop(self):
        self.look()
        self.daemon.stop()
        self.pages.begin("SIGTERM")
        self.write_own()

    def news(self):
        """A page, when the last of our own lines is on it."""
        page = self.fetch()
        return page if "own_number %d\n" % (self.own - 1) in page else None

    def kill(self):
        """Every other time right when a page shows what was written last: that is saved by then, so its file may go."""
        self.kills += 1
        self.thaw()
        if self.kills % 2:
            self.write_own()
            while not is_matched(self.own - 1):
                self.write_own()
            page = until(self.news)
            self.daemon.kill()
            assert page, "our own lines are not shown"
            self.pages.see(page)
            os.unlink("own.log")
        self.daemon.kill()
        self.pages.begin("kill -9")
        self.write_own()

    def expect(self, *args):
        self.expected.append(tuple(map(int, args)))

    def step(self, what, *args):
        if hasattr(self, what):
            getattr(self, what)(*args)
            return
        runs = self.daemon.child is not None and self.daemon.child.poll() is None
        if runs and self.chance.random() < 0.05:
            self.freeze()
        around = what in ("rename", "unlink", "truncate") and runs and not self.frozen
        if around:
            self.look()
        getattr(self.disk, what)(*args)
        if around:
            self.look()

    def wrong(self):
        """Owed: once. Nothing twice, unless the simulation says that nobody can know; what an editor keeps as `.bak` beside what it
        writes anew, as often as there."""
        values = self.look()
        got, read = counts(values), lines_of(values, "own")[0]
        return ["%d of %d lines of our own" % (read, self.own)] * (read != self.own) + [
            (i, n, got.get(i, 0)) for i, n, doubt in self.expected
            if not (got.get(i, 0) == 1 if n == 1 and not doubt else got.get(i, 0) <= max(n, 2 if doubt else 1))]


def play(seed):
    """How many pages were seen, "skip" when it was not played, or what went wrong."""
    steps = subprocess.run([SIM, "--trace", "--seed", str(seed), "--steps", STEPS], stdout=subprocess.PIPE, check=True,
                           text=True).stdout.splitlines()
    if any(s.startswith("skip") for s in steps):
        return "skip"
    here = os.path.join(os.getcwd(), "story%d" % seed)
    os.makedirs(here)
    os.chdir(here)
    story = Story(here, seed)
    try:
        for step in steps:
            story.step(*step.split(" "))
        if not until(lambda: not story.wrong(), every=0.05):
            return "seed %d: %s" % (seed, story.wrong()[:10])
        story.stop()
    except AssertionError as e:
        return "seed %d: %s" % (seed, e)
    finally:
        story.daemon.kill()
        story.disk.close()
    return story.pages.seen


def stories_end_alike():
    if not os.path.exists(SIM):
        return "tests/sim/sim is not built"
    with concurrent.futures.ProcessPoolExecutor(8) as pool:     # they wait, most of the time
        ends = list(pool.map(play_apart, range(FIRST, FIRST + STORIES)))
    pages = [e for e in ends if isinstance(e, int)]
    wrong = [e for e in ends if isinstance(e, str) and e != "skip"]
    print("# %d stories played, %d left out; %d pages" % (len(ends) - ends.count("skip"), ends.count("skip"),
                                                          sum(pages)))
    assert not wrong, "\n".join(wrong)
    assert len(pages) > len(ends) / 2, "most were left out"
    return None


def play_apart(seed):
    top = os.getcwd()
    try:
        return play(seed)
    finally:
        os.chdir(top)


main(stories_end_alike)
