#!/usr/bin/env python3
# timeout: 1800
"""Power cuts for real (row 59): state and log on tests/power/powerfs, a disk that forgets what was not synced.

At the cut the daemon is killed, the disk loses what it may, is mounted again, the machine has another boot id,
and the daemon starts. Then the page must be one that a lossless reader could show: every line that is still in
the log, and of the lost ones those that came first, up to the last that was saved; each once, none less than
any page showed before. The same rounds run on a disk that does as if it synced: there they must fail.
"""
import os
import random
import re
import subprocess
import time
import uuid

from _common import put
from _faults import BLOCK, LIBC, LOGTALLY, LONG, RULES as PLAIN_RULES, Skip, World, append, die_with_parent, main, stays, until

POWERFS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(LOGTALLY))), "tests/power/powerfs")
BOOT_ID = "/proc/sys/kernel/random/boot_id"
CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 1 << 14, 1 << 18
NAMES, DATA = ("none", "all", "prefix", "subset"), ("none", "cut", "nuls", "all")

# A line that lost its end is no line.
WHOLE_LINE = r"match = ^kind=l n=(?<n>[0-9]+) block=(?<block>[0-9]+) size=(?<size>[0-9][.][0-9]{3})$"
RULES = PLAIN_RULES.replace("where = kind == l", WHOLE_LINE)
LINE = re.compile(rb"^kind=l n=(\d+) block=\d+ size=\d\.\d{3}$", re.M)


# --- a machine whose power can be cut ----------------------------------------------------------------

def mount(what, where, flags):
    return LIBC.mount(what.encode(), where.encode(), None, flags, None)


def own_mounts():
    """This process gets mounts of its own; without root, as root of a namespace of its own."""
    uid, gid = os.getuid(), os.getgid()
    if LIBC.unshare(CLONE_NEWNS):
        if LIBC.unshare(CLONE_NEWNS | CLONE_NEWUSER):
            raise Skip("mount namespaces are not allowed here")
        put("/proc/self/setgroups", "deny")
        put("/proc/self/uid_map", "0 %d 1" % uid)
        put("/proc/self/gid_map", "0 %d 1" % gid)
    if mount("none", "/", MS_REC | MS_PRIVATE):
        raise Skip("mounts may not be made private here")


class Power:
    """A disk mounted on ./disk, a boot id, and a switch. `ignore`: file and directory are not synced."""

    def __init__(self, *ignore):
        if not os.path.exists(POWERFS):
            raise Skip("tests/power/powerfs was not built: no libfuse3 (Debian: libfuse3-dev)")
        if not os.access("/dev/fuse", os.R_OK | os.W_OK):
            raise Skip("no /dev/fuse that may be opened")
        own_mounts()
        os.makedirs("disk")
        self.child = subprocess.Popen([POWERFS, "disk", *ignore], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      preexec_fn=die_with_parent, text=True, bufsize=1)
        if self.answer() != "mounted":
            raise Skip("no file system can be mounted with /dev/fuse here")
        put("boot_id", "")
        self.boot()
        if mount("boot_id", BOOT_ID, MS_BIND):
            raise Skip("nothing can be mounted over " + BOOT_ID)

    def boot(self):
        with open("boot_id", "r+", encoding="ascii") as f:
            f.write("%s\n" % uuid.uuid4())

    def answer(self):
        return self.child.stdout.readline().strip()

    def ask(self, command):
        self.child.stdin.write(command + "\n")
        return self.answer()

    def keep(self):
        assert self.ask("sync") == "synced"

    def arm(self, steps, pid):
        assert self.ask("cut %d %d" % (steps, pid)) == "armed"

    def cut(self, pid=0):
        self.arm(0, pid)
        assert self.answer() == "cut"

    def back(self, names="none", data="none", seed=1):
        """The power is on again."""
        said = self.ask("back %s %s %d" % (names, data, seed))
        assert said == "mounted", said
        self.boot()


class Outages(World):
    """A World that knows, after a cut, which pages would be right."""

    def __init__(self, power, logs_on_disk, state_on_disk):
        self.power = power
        self.logs = "disk/logs" if logs_on_disk else "logs"
        os.makedirs(self.logs, exist_ok=True)
        super().__init__(path=self.logs + "/*.log", rules=RULES, home="disk" if state_on_disk else ".")
        self.app = self.logs + "/app.log"
        self.sure, self.since = set(), []       # numbers: of the lines that count; of those since the last cut
        power.keep()

    def write(self, n=200, path=None, keep=False):
        """A line that the disk did not take is none: its writer ended with the power."""
        first = self.n
        data = self.lines(n)
        try:
            append(path or self.app, data)
            self.since += range(first, self.n)
            if keep:
                self.keep(path or self.app)
        except OSError:
            self.forget(data)

    def keep(self, path):
        for name in (path, self.logs):
            fd = os.open(name, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    def still_there(self):
        """The numbers of the whole lines in the logs."""
        found = []
        for name in sorted(os.listdir(self.logs)):
            with open(os.path.join(self.logs, name), "rb") as f:
                found += map(int, LINE.findall(f.read()))
        return found

    def age(self):
        """The boot is not the machine's, whose clocks go on: what is in the logs was written before it."""
        before = time.time() - time.monotonic() - 60
        for name in os.listdir(self.logs):
            os.utime(os.path.join(self.logs, name), (before, before))

    def end_lines(self):
        """The writer that had written half a line begins a new one."""
        for name in os.listdir(self.logs):
            with open(os.path.join(self.logs, name), "rb") as f:
                data = f.read()
            if data and not data.endswith(b"\n"):
                append(os.path.join(self.logs, name), b"\n")

    def shown(self):
        return sum(v for (name, _), v in self.prometheus.last.items() if name == "lines_total")

    def histories(self):
        """What may be counted now: what is there, and of the rest what came first."""
        there, counted = set(self.still_there()), set(self.sure)
        for n in [None] + self.since:
            counted.add(n)
            numbers = (counted | there) - {None}
            if len(numbers) >= self.shown():
                yield numbers

    def expect(self, numbers):
        self.truth, self.numbers = {}, sum(numbers)
        for n in numbers:
            self.truth[n // BLOCK] = self.truth.get(n // BLOCK, 0) + 1

    def outage(self, *survives):
        self.power.cut(self.pid)
        self.child.wait(600)
        self.power.back(*survives)
        self.after_outage()

    def after_outage(self, seconds=15):
        """The daemon runs again: its page must be right, and stay so."""
        right = {}
        for numbers in self.histories():
            right.setdefault((len(numbers), sum(numbers)), numbers)
        self.age()
        self.start()
        assert until(lambda: "caught up" in self.stderr()), self.stderr()
        self.end_lines()
        key = until(lambda: self.page_key() if self.page_key() in right else None, seconds, 0.05)
        assert key, "%d lines on the page, right: %s\n%s" % (
            self.page_key()[0], " ".join(sorted({str(n) for n, _ in right}, key=int)[:10]), self.own())
        self.expect(right[key])
        self.sure, self.since = set(right[key]), []
        self.exact()

    def page_key(self):
        self.scrape()
        return self.value("lines_total"), self.value("numbers_total")

    def until_cut(self, *more, keep=False):
        """Writes and scrapes until the power is gone."""
        def provoke():
            if not self.alive():
                return True
            self.write(20, keep=keep)
            for action in more:
                action()
            try:
                if self.address or self.listening():
                    self.scrape()
            except Exception:                                   # pylint: disable=broad-except
                assert until(lambda: not self.alive(), 2), "no page, and not cut"
            return not self.alive()
        assert until(provoke, 30), "the cut was not reached"
        assert self.power.answer() == "cut"


# --- the disk itself ---------------------------------------------------------------------------------

def the_disk_forgets():
    """What is said of it holds: else the rest proves nothing."""
    power = Power()

    def look(names, data):
        power.cut()
        power.back(names, data, 7)
        return {name: os.path.getsize("disk/" + name) for name in os.listdir("disk")}

    def sync(name):
        fd = os.open(name, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)

    append("disk/a", b"x" * 10000)
    assert look("none", "all") == {}
    append("disk/a", b"x" * 10000)
    sync("disk/a")
    assert look("none", "none") == {}, "a file's fsync kept its name"
    append("disk/a", b"x" * 10000)
    sync("disk")
    assert look("none", "none") == {"a": 0}, "a directory's fsync kept a file's bytes"
    append("disk/a", b"x" * 10000)
    sync("disk/a")
    append("disk/a", b"x" * 10000)
    os.rename("disk/a", "disk/b")
    born = subprocess.run(["stat", "-c", "%i %W", "disk/b"], stdout=subprocess.PIPE, check=True).stdout
    assert look("none", "none") == {"a": 10000}
    assert subprocess.run(["stat", "-c", "%i %W", "disk/a"], stdout=subprocess.PIPE, check=True).stdout == born
    append("disk/a", b"x" * 10000)
    os.rename("disk/a", "disk/b")
    found = look("all", "nuls")
    with open("disk/b", "rb") as f:
        data = f.read()
    assert found == {"b": 20000} and data == b"x" * data.find(b"\0") + b"\0" * data.count(b"\0"), found
    append("disk/b", b"x" * 10000)
    assert 20000 <= look("all", "cut")["b"] < 30000


# --- the state on it ---------------------------------------------------------------------------------

def cut_at_each_step(power, steps, names, seed=1):
    """At each call of a save: the calls before it were made, those that were not synced are lost in a way.

    The log goes as soon as it was counted: what was shown is nowhere but in the state."""
    w = Outages(power, logs_on_disk=False, state_on_disk=True)
    w.write(200)
    w.start()
    w.exact()
    for k in range(1, steps + 1):
        os.unlink(w.app)
        w.power.arm(k, w.pid)
        w.until_cut()
        w.power.back(names, "cut", seed + k)
        w.start()
        w.exact()
    w.finish()


def state_no_name_survives():
    cut_at_each_step(Power(), 14, "none")


def state_all_names_survive():
    cut_at_each_step(Power(), 14, "all")


def state_the_first_names_survive():
    cut_at_each_step(Power(), 14, "prefix", 100)


def state_some_names_survive():
    cut_at_each_step(Power(), 28 if LONG else 14, "subset", 1000)


def state_directory_was_made_by_the_daemon():
    """Then its own name is to be kept as well."""
    w = Outages(Power(), logs_on_disk=False, state_on_disk=True)
    w.write(200)
    w.start()
    w.exact()
    os.unlink(w.app)
    w.power.cut(w.pid)
    w.child.wait(600)
    w.power.back()
    w.start()
    w.finish()


def random_cuts(power, logs_on_disk, state_on_disk, seed, rounds=6, data=DATA):
    """Cuts anywhere: while it starts, saves, the log is rotated, and after quiet times."""
    chance = random.Random(seed)
    w = Outages(power, logs_on_disk, state_on_disk)
    w.write(chance.randrange(1, 300))
    for i in range(rounds * (5 if LONG else 1)):
        if not w.alive():
            w.start()
        if chance.random() < 0.5:
            w.write(chance.randrange(1, 300), keep=chance.random() < 0.5)
            w.exact()
        if state_on_disk:
            w.power.arm(chance.randrange(1, 40), w.pid)
            w.until_cut(*[lambda: rotate(w, i)] * (chance.random() < 0.3), keep=chance.random() < 0.3)
        else:
            w.write(chance.randrange(1, 300))
            w.exact()
            if chance.random() < 0.3:
                rotate(w, i)
                w.write(chance.randrange(1, 300))
            w.power.cut(w.pid)
        w.child.wait(600)
        w.power.back(chance.choice(NAMES), chance.choice(data), chance.randrange(1, 1 << 30))
        w.after_outage()
    w.finish()


def rotate(w, i):
    try:
        os.rename(w.app, "%s.%d" % (w.app, i + 1))
    except OSError:
        pass


def state_random_1():
    random_cuts(Power(), False, True, 1)


def state_random_2():
    random_cuts(Power(), False, True, 2)


# --- the log on it -----------------------------------------------------------------------------------

def log_loses(names, data, kept=500, lost=700, rounds=1, seed=1):
    """So many lines are synced, and so many more were counted and saved when the power goes."""
    w = Outages(Power(), logs_on_disk=True, state_on_disk=False)
    w.start()
    for i in range(rounds):
        w.write(kept, keep=True)
        w.write(lost)
        w.exact()
        w.outage(names, data, seed + i)
        w.write(300)
        w.exact()
    w.finish()


def log_cut_back_a_little():
    log_loses("all", "none", 500, 100)


def log_cut_back_to_less_than_half():
    log_loses("all", "none")


def log_cut_anywhere():
    log_loses("all", "cut", rounds=5)


def log_ends_in_nuls():
    log_loses("all", "nuls", kept=500, lost=200)


def log_ends_in_nuls_anywhere():
    log_loses("all", "nuls", rounds=5, seed=10)


def log_whole_again():
    log_loses("all", "all", rounds=2)


def log_never_synced_is_gone():
    """The file was new and its name not synced."""
    w = Outages(Power(), logs_on_disk=True, state_on_disk=False)
    w.write(500)
    w.start()
    w.exact()
    w.outage("none", "none")
    w.write(300)
    w.finish()


def log_rotation_undone():
    """It was renamed, the new one written, and neither is true any more."""
    w = Outages(Power(), logs_on_disk=True, state_on_disk=False)
    w.write(500, keep=True)
    w.start()
    w.exact()
    rotate(w, 0)
    w.write(300)
    w.exact()
    w.outage("none", "none")
    w.write(300)
    w.finish()


def log_random_1():
    random_cuts(Power(), True, False, 11, rounds=12)


def log_random_2():
    random_cuts(Power(), True, False, 12, rounds=12)


# --- both --------------------------------------------------------------------------------------------

def both_random_1():
    random_cuts(Power(), True, True, 21)


def both_random_2():
    random_cuts(Power(), True, True, 22)


# --- controls ----------------------------------------------------------------------------------------

def must_fail(ignored, names):
    """The rounds that are exact on an honest disk, on one that only says that it synced."""
    try:
        cut_at_each_step(Power(*ignored), 14, names)
    except AssertionError as wrong:
        print("as it must be:", str(wrong).split("\n", maxsplit=1)[0])
        return
    raise AssertionError("exact without fsync of %s: these tests prove nothing" % " and ".join(ignored))


def control_without_fsync_of_files():
    must_fail(["file"], "all")


def control_without_fsync_of_directories():
    must_fail(["directory"], "none")


def control_without_any_fsync():
    must_fail(["file", "directory"], "all")


if __name__ == "__main__":
    main(the_disk_forgets, state_no_name_survives, state_all_names_survive, state_the_first_names_survive,
         state_some_names_survive,
         state_directory_was_made_by_the_daemon, state_random_1, state_random_2, log_cut_back_a_little,
         log_cut_back_to_less_than_half, log_cut_anywhere, log_ends_in_nuls, log_ends_in_nuls_anywhere,
         log_whole_again, log_never_synced_is_gone, log_rotation_undone, log_random_1, log_random_2, both_random_1,
         both_random_2, control_without_fsync_of_files, control_without_fsync_of_directories,
         control_without_any_fsync, limit=1500 if LONG else 300)
