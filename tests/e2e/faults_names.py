#!/usr/bin/env python3
# timeout: 240
"""Names that rotators give, links, and files that are moved where nobody looks."""
import os
import shutil

from _common import get, put
from _faults import PACKERS, World, append, frozen, main, need, pack, run, until, write_all

APP = "logs/app.log"
NAMES = ("app.1.log", "app.2026-03-01.log", "app-20260301.log", "app_2026-03-02.log", "app.log_2026-03-03",
         "app.log-20260304", "app.log.5", "app.log.old", "app.log.bak", "app.log.prev", "app.log.Mon",
         "app.log.2026-03-05_10", "app-2026-03-06T10-00-00.123.log", "app20260307.log", "app.log-1772355600")


def renamed_down(suffixes, path=APP):
    """A generation after another gets each name while logtally is down, packed by each in turn."""
    for suffix in suffixes:
        need(PACKERS[suffix][0])
    w = World(path=path, block=10).start()
    for n, name in enumerate(NAMES):
        w.write(20)
        w.exact()
        w.kill()
        w.write(10)
        os.rename(APP, "logs/" + name)
        if suffixes:
            pack("logs/" + name, suffixes[n % len(suffixes)])
        w.write(5)
        w.start()
        w.exact()
    w.finish()


def plain():
    renamed_down(())


def plain_matched_by_the_glob():
    renamed_down((), "logs/*")


def packed():
    renamed_down((".gz", ".zst", ".xz", ".bz2"))


def packed_matched_by_the_glob():
    renamed_down((".bz2", ".gz", ".zst", ".xz"), "logs/*")


def copytruncated(w, down):
    for name in NAMES:
        w.write(20)
        w.exact()
        if down:
            w.kill()
            w.write(10)
        shutil.copy(APP, "logs/" + name)
        os.truncate(APP, 0)
        w.write(5)
        if down:
            w.start()
        w.exact()
    w.finish()


def copytruncate_matched_by_the_glob():
    copytruncated(World(path="logs/*", block=10).start(), False)


def copytruncate_down_matched_by_the_glob():
    copytruncated(World(path="logs/*", block=10).start(), True)


# --- names that only the configuration knows ---------------------------------------------------------

def given(name, log, rotated):
    """History is there at the first start; then each generation goes to a name while logtally is down, or not."""
    os.makedirs("logs/old")
    for n in range(3):
        append("logs/" + name % n, b"kind=l n=1 block=7 size=0.5\n" * 5)
        os.utime("logs/" + name % n, (1, 1))
    w = World(path="logs/" + log, block=10, log="rotated = " + rotated).start()
    for n in range(3, 10):
        w.write(20, "logs/" + log)
        w.exact()
        if n % 2:
            w.kill()
        w.write(10, "logs/" + log)
        os.rename("logs/" + log, "logs/" + name % n)
        if n % 3 == 0:
            pack("logs/" + name % n, ".gz")
        w.write(5, "logs/" + log)
        if n % 2:
            w.start()
        w.exact()
    w.finish()


def given_names():
    given("@4000000065e1a2b%d.s", "current", "@*")


def given_directory():
    given("old/app.%d.done", "app.log", "old/app.*")


def given_later():
    """A part that was there before the configuration named it is history."""
    w = World(block=10).start()
    w.write(20)
    w.exact()
    w.term()
    append("logs/app-archive", b"kind=l n=1 block=7 size=0.5\n" * 5)
    os.utime("logs/app-archive", (1, 1))
    put("logtally.ini", get("logtally.ini").replace("[log app]", "[log app]\nrotated = app-*"))
    w.write(5)
    w.start()
    w.exact()
    w.write(10)
    w.finish()


# --- links -----------------------------------------------------------------------------------------

POD = "pods/ns/0.log"


def linked(path="logs/app.log"):
    """As Kubernetes does it: the log is a link to a link to a file."""
    os.makedirs("pods/ns")
    os.makedirs("logs")
    os.symlink("../pods/ns", "logs/pod")
    os.symlink("pod/0.log", "logs/app.log")
    w = World(path=path, block=10)
    w.write(20, POD)
    w.start()
    w.exact()
    return w


def rotate_pod(n, suffix=""):
    to = "%s.20260301-1000%02d" % (POD, n)
    os.rename(POD, to)
    if suffix:
        pack(to, suffix)


def link_renamed_down():
    w = linked()
    for n in range(4):
        w.kill()
        w.write(10, POD)
        rotate_pod(n, ".gz" if n % 2 else "")
        w.write(5, POD)
        w.start()
        w.exact()
    w.finish()


def link_rotated_twice_between_two_looks():
    w = linked()
    with frozen(w):
        for n in range(2):
            w.write(10, POD)
            rotate_pod(n)
        w.write(5, POD)
    w.exact()
    w.finish()


def link_ten_fast_rotations():
    w = linked()
    for n in range(10):
        w.write(20, POD)
        rotate_pod(n)
    w.write(10, POD)
    w.exact()
    w.finish()


def link_copytruncated():
    w = linked()
    for n in range(3):
        with frozen(w):
            w.write(10, POD)
            shutil.copy(POD, POD + ".%d" % (n + 1))
            os.truncate(POD, 0)
            w.write(5, POD)
        w.exact()
    w.kill()
    w.write(10, POD)
    shutil.copy(POD, POD + ".9")
    os.truncate(POD, 0)
    w.write(5, POD)
    w.start()
    w.exact()
    w.finish()


def link_switched_and_killed():
    """cur -> r1, r1 is written on after the switch, over kill -9, and cur comes back to it."""
    for name in ("r1", "r2"):
        os.makedirs(name)
    os.symlink("r1", "cur")
    w = World(path="cur/app.log", block=10).start()
    w.write(100, "r1/app.log")
    w.exact()
    for n in range(3):
        now, then = ("r1", "r2") if n % 2 == 0 else ("r2", "r1")
        os.symlink(then, "next")
        os.rename("next", "cur")
        w.write(50, then + "/app.log")
        w.write(30, now + "/app.log")
        w.exact()
        w.kill()
        w.write(20, now + "/app.log")
        w.write(10, then + "/app.log")
        w.start()
        w.exact()
    w.finish()


# --- where nobody looks ----------------------------------------------------------------------------

def moved(w, to="away/app.log"):
    """It is written on; a new log is there, and what was counted is saved."""
    os.makedirs(os.path.dirname(to), exist_ok=True)
    fd = os.open(APP, os.O_WRONLY | os.O_APPEND)
    os.rename(APP, to)
    write_all(fd, w.lines(20))
    w.write(5)
    return fd


def moved_and_killed():
    w = World(block=10).start()
    w.write(40)
    w.exact()
    fd = moved(w)
    w.exact()
    w.kill()
    write_all(fd, w.lines(15))
    w.start()
    w.exact()
    write_all(fd, w.lines(15))
    w.exact()
    w.finish()


def moved_twice_and_killed():
    w = World(block=10).start()
    w.write(40)
    w.exact()
    fd = moved(w)
    w.exact()
    os.makedirs("away/deeper")
    os.rename("away/app.log", "away/deeper/x")
    write_all(fd, w.lines(15))
    w.exact()
    assert until(lambda: b"away/deeper/x" in state(), 20), "the place is not saved"
    w.kill()
    write_all(fd, w.lines(15))
    w.start()
    w.exact()
    w.finish()


def state():
    with open("state/state", "rb") as f:
        return f.read()


def moved_and_killed_at_once():
    """Nobody scrapes, and the next save would be in an hour."""
    w = World(block=10, state="interval = 1h").start()
    w.write(40)
    w.exact()
    os.makedirs("away")
    fd = os.open(APP, os.O_WRONLY | os.O_APPEND)
    os.rename(APP, "away/app.log")
    write_all(fd, w.lines(20))
    assert until(lambda: b"away/app.log" in state(), 20), "the place is not saved"
    w.kill()
    write_all(fd, w.lines(15))
    w.start()
    w.exact()
    w.finish()


def moved_over_a_restart():
    w = World(block=10).start()
    w.write(40)
    w.exact()
    fd = moved(w)
    w.exact()
    for _ in range(3):
        w.term()
        write_all(fd, w.lines(15))
        w.start()
        w.exact()
    w.finish()


def moved_away_and_back():
    w = World(block=10).start()
    w.write(40)
    w.exact()
    fd = moved(w)
    w.exact()
    w.kill()
    write_all(fd, w.lines(15))
    os.rename("away/app.log", APP + ".1")
    w.start()
    w.exact()
    write_all(fd, w.lines(15))
    w.exact()
    w.finish()


def another_hard_link_is_left():
    """The name goes, a link where nobody looks is written on: read on, but not over a restart, which is told."""
    os.makedirs("away")
    w = World(block=10).start()
    w.write(40)
    w.exact()
    os.link(APP, "away/kept.log")
    os.unlink(APP)
    append("away/kept.log", w.lines(15))
    w.write(5)
    w.exact()
    assert "another hard link of it is left" in w.stderr(), w.stderr()
    w.kill()
    append("away/kept.log", w.lines(15, counted=False))
    w.start()
    w.exact()
    assert until(lambda: w.now("logtally_files_vanished_total") == 1, 15), w.own()
    w.finish()


def moved_many():
    """A job that moves each log away when it is done with it."""
    w = World(block=10).start()
    fds = []
    for n in range(8):
        w.write(10)
        w.exact()
        fds.append(moved(w, "away/%d/app.log" % n))
        w.exact()
    w.kill()
    for fd in fds:
        write_all(fd, w.lines(7))
    w.start()
    w.exact()
    w.finish()


if __name__ == "__main__":
    main(plain, plain_matched_by_the_glob, packed, packed_matched_by_the_glob, copytruncate_matched_by_the_glob,
         copytruncate_down_matched_by_the_glob, given_names, given_directory, given_later, link_renamed_down, link_rotated_twice_between_two_looks,
         link_ten_fast_rotations, link_copytruncated, link_switched_and_killed, moved_and_killed,
         moved_twice_and_killed, moved_and_killed_at_once, moved_over_a_restart, moved_away_and_back,
         another_hard_link_is_left, moved_many)
