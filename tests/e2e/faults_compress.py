#!/usr/bin/env python3
# timeout: 240
"""Compressed and copied files: rows 12 to 15 of the fault catalogue."""
import gzip
import os
import shutil
import time
import zipfile

from _common import put
from _faults import PACKERS, World, append, cpu_ticks, frozen, main, need, pack, run, stays, until, write_all

APP = "logs/app.log"


def copy_in_progress():
    """A slow copy of a live file is not a log of its own, also where its name matches."""
    w = World(path="logs/*").start()
    w.write(400)
    w.exact()
    with open(APP, "rb") as f:
        whole = f.read()
    for i in range(0, len(whole), 4096):
        append("logs/app.log.1", whole[i:i + 4096])
        time.sleep(0.05)
    w.write(100)
    stays(lambda: not w.difference() or "lost" in w.difference() and w.doubled_none(), 1)
    with open(APP, "rb") as f:
        rest = f.read()[len(whole):]
    append("logs/app.log.1", rest)
    os.truncate(APP, 0)
    w.write(60)
    w.exact()
    w.finish()


def gz():
    w = World().start()
    for _ in range(4):
        w.write(200)
        w.exact()
        fd = os.open(APP, os.O_WRONLY | os.O_APPEND)
        write_all(fd, w.lines(60))
        for k in range(9, 0, -1):
            if os.path.exists(APP + ".%d.gz" % k):
                os.rename(APP + ".%d.gz" % k, APP + ".%d.gz" % (k + 1))
        os.rename(APP, APP + ".1")
        write_all(fd, w.lines(60))
        os.close(fd)
        run("gzip", APP + ".1")
        w.write(40)
    w.exact()
    w.finish()


def gz_while_frozen():
    """Rotated, compressed and the original gone before the daemon looks: its descriptor has it all."""
    w = World().start()
    for _ in range(3):
        w.write(200)
        w.exact()
        with frozen(w):
            w.write(100)
            os.rename(APP, APP + ".1")
            run("gzip", "-f", APP + ".1")
            w.write(50)
        w.exact()
    w.finish()


def packed_by(suffix):
    """At once after the rename, and while it is down."""
    need(PACKERS[suffix][0])
    w = World().start()
    for i in range(4):
        w.write(200)
        w.exact()
        w.write(60)
        os.rename(APP, APP + ".%d" % i)
        pack(APP + ".%d" % i, suffix)
        w.write(40)
    w.exact()
    w.kill()
    w.write(60)
    os.rename(APP, APP + ".9")
    pack(APP + ".9", suffix)
    w.write(40)
    w.start()
    w.exact()
    w.finish()


def zst():
    packed_by(".zst")


def xz():
    packed_by(".xz")


def bz2():
    packed_by(".bz2")


def packed_by_what_it_cannot_unpack():
    """The loss is told, and nothing of the archive is counted."""
    w = World(path="logs/*").start()
    w.write(200)
    w.exact()
    w.kill()
    gone = w.lines(100)
    append(APP, gone)
    w.forget(gone)
    with zipfile.ZipFile(APP + ".1.zip", "w") as z:
        z.write(APP)
    os.unlink(APP)
    w.write(40)
    w.start()
    w.exact()
    assert until(lambda: w.now("logtally_files_vanished_total") == 1, 15), w.own()
    assert w.stderr().count("app.log.1.zip: it is compressed, and not with one of gzip") == 1, w.stderr()
    w.finish()


def what_is_packed_is_not_read_as_lines():
    """Whatever it is called; it is told once, and read when it is a log again."""
    w = World(path="logs/*").start()
    w.write(200)
    w.exact()
    packed = gzip.compress(w.lines(50, counted=False) * 100)
    put("logs/packed.log", packed)
    put("logs/zipped.log", b"PK\3\4" + b"not text\n" * 500)
    assert until(lambda: w.now("logtally_read_errors_total") == 2), w.own()
    w.write(100)
    w.exact()
    append("logs/packed.log", packed)
    w.write(100)
    w.exact()
    assert w.stderr().count("packed.log: is compressed: it is not read as lines") == 1, w.stderr()
    put("logs/packed.log", w.lines(30))
    w.finish()


def gz_by_all_names():
    """Names that rotators give: BASE.N.gz, BASE-DATE.gz, BASE-DATE.EXT.gz; as matches of the glob, too."""
    w = World(path="logs/*").start()
    for name in ("app.log.1.gz", "app.log-20260102.gz", "app-2026-01-03.log.gz"):
        w.write(200)
        w.exact()
        w.kill()
        w.write(70)
        with open(APP, "rb") as plain, gzip.open("logs/" + name, "wb") as packed:
            shutil.copyfileobj(plain, packed)
        os.unlink(APP)
        w.write(30)
        w.start()
        w.exact()
    w.finish()


def gz_still_being_written():
    """The packer is at work when the daemon starts: half a .gz, more of it, then all."""
    w = World().start()
    w.write(3000)
    w.exact()
    w.kill()
    w.write(3000)
    with open(APP, "rb") as f:
        packed = gzip.compress(f.read())
    os.rename(APP, APP + ".1")
    os.unlink(APP + ".1")
    append(APP + ".1.gz", packed[:len(packed) // 3])
    w.write(100)
    w.start()
    until(lambda: w.counted() >= 3100, 10)
    append(APP + ".1.gz", packed[len(packed) // 3:len(packed) * 2 // 3])
    time.sleep(1)
    append(APP + ".1.gz", packed[len(packed) * 2 // 3:])
    w.exact()
    w.finish()


def gz_with_more_behind_it():
    """Somebody's lines as they are, appended to an archive: not read, as gzip does, and told."""
    w = World().start()
    w.write(300)
    w.exact()
    w.kill()
    w.write(200)
    pack(APP, ".gz")
    os.rename(APP + ".gz", APP + ".1.gz")
    append(APP + ".1.gz", w.lines(5, counted=False))
    w.write(100)
    w.start()
    w.exact()
    assert "app.log.1.gz: what stands behind the compressed data is not read" in w.stderr(), w.stderr()
    w.finish()


def gz_broken():
    """Cut or flipped archives: the other files go on, nothing spins, nothing is doubled."""
    w = World().start()
    w.write(1000)
    w.exact()
    w.kill()
    gone = w.lines(1000)
    append(APP, gone)
    w.forget(gone)
    with open(APP, "rb") as f:
        packed = bytearray(gzip.compress(f.read()))
    packed[len(packed) * 2 // 3] ^= 0x55
    os.unlink(APP)
    append(APP + ".1.gz", packed)
    append(APP + ".2.gz", packed[:len(packed) // 2])
    append(APP + ".3.gz", b"not gzip at all")
    w.write(100)
    w.start()
    w.write(100)
    assert until(lambda: w.difference() == "" or not w.lost, 20), w.difference()     # more, if it came to the flipped one
    stays(lambda: True, 4)
    before = cpu_ticks(w.pid)
    stays(lambda: True, 3)
    assert cpu_ticks(w.pid) - before <= 15, "%d ticks in 3 s" % (cpu_ticks(w.pid) - before)
    n = w.counted()
    w.term()
    w.start()
    stays(lambda: w.counted() == n, 4)
    w.term()


if __name__ == "__main__":
    main(copy_in_progress, gz, gz_while_frozen, zst, xz, bz2, packed_by_what_it_cannot_unpack,
         what_is_packed_is_not_read_as_lines, gz_by_all_names, gz_still_being_written,
         gz_with_more_behind_it, gz_broken)
