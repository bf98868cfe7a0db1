#!/usr/bin/env python3
# timeout: 240
"""Compressed and copied files: rows 12 to 15 of the fault catalogue."""
import gzip
import os
import shutil

from _faults import World, append, cpu_ticks, frozen, main, need, run, stays, until, write_all

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
        until(lambda: False, 0.05)
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


def zst():
    need("zstd")
    w = World().start()
    for i in range(4):
        w.write(200)
        w.exact()
        w.write(60)
        os.rename(APP, APP + ".%d" % i)
        run("zstd", "-q", "--rm", APP + ".%d" % i)
        w.write(40)
    w.exact()
    w.kill()
    w.write(60)
    os.rename(APP, APP + ".9")
    run("zstd", "-q", "--rm", APP + ".9")
    w.write(40)
    w.start()
    w.exact()
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
    until(lambda: False, 1)
    append(APP + ".1.gz", packed[len(packed) * 2 // 3:])
    w.exact()
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
    assert until(lambda: w.counted() >= 1200, 20), w.own()
    wrote = w.truth
    assert all(w.values["lines_total"].get((("block", str(b)),), 0) >= n for b, n in wrote.items()), w.difference()
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
    main(copy_in_progress, gz, gz_while_frozen, zst, gz_by_all_names, gz_still_being_written, gz_broken)
