#!/usr/bin/env python3
# timeout: 240
"""Rotation while the daemon runs: rows 1 to 11, 16 and 17, 21 and 22 of the fault catalogue (tests/README.md)."""
import os
import re
import shutil
import subprocess
import time

from _common import put
from _faults import World, append, frozen, main, need, run, stays, strace, until, write_all

APP = "logs/app.log"


def open_log(path=APP):
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)


def rename():
    w = World().start()
    for round_ in range(3):
        fd = open_log()
        write_all(fd, w.lines(300))
        w.exact()
        if os.path.exists(APP + ".1"):
            os.rename(APP + ".1", APP + ".%d" % (round_ + 2))
        os.rename(APP, APP + ".1")
        w.write(100)                        # the new file
        for _ in range(10):                 # the writer keeps the old descriptor for a while
            write_all(fd, w.lines(20))
            time.sleep(0.05)
        os.close(fd)
        w.exact()
    w.finish()


def rename_fast():
    w = World().start()
    w.write(200)
    w.exact()
    for _ in range(10):
        for i in range(11, 0, -1):
            if os.path.exists(APP + ".%d" % i):
                os.rename(APP + ".%d" % i, APP + ".%d" % (i + 1))
        os.rename(APP, APP + ".1")
        w.write(200)
    w.exact()
    w.finish()


def rename_fast_while_frozen():
    w = World().start()
    w.write(200)
    w.exact()
    with frozen(w):
        for _ in range(10):
            w.write(50)
            for i in range(11, 0, -1):
                if os.path.exists(APP + ".%d" % i):
                    os.rename(APP + ".%d" % i, APP + ".%d" % (i + 1))
            os.rename(APP, APP + ".1")
            w.write(150)
    w.exact()
    w.finish()


def rename_nocreate():
    w = World().start()
    fd = open_log()
    write_all(fd, w.lines(300))
    w.exact()
    os.rename(APP, APP + ".1")
    write_all(fd, w.lines(100))
    w.exact()
    write_all(fd, w.lines(100))
    os.close(fd)
    w.exact()
    w.write(300)
    w.finish()


def rename_away():
    os.makedirs("old")
    w = World().start()
    fd = open_log()
    write_all(fd, w.lines(300))
    w.exact()
    os.rename(APP, "old/app.log")
    write_all(fd, w.lines(150))
    w.write(200)
    for _ in range(5):
        write_all(fd, w.lines(30))
        time.sleep(0.1)
    w.exact()
    write_all(fd, w.lines(30))
    os.close(fd)
    w.exact()
    w.finish()


def logrotate(config, times=1):
    need("logrotate")
    put("logrotate.conf", "%s/%s {\n%s\n}\n" % (os.getcwd(), APP, config))
    os.chmod("logrotate.conf", 0o644)
    os.chmod("logs", 0o755)
    for _ in range(times):
        run("logrotate", "-f", "-s", os.path.join(os.getcwd(), "logrotate.state"), "logrotate.conf")


def logrotate_chain():
    w = World().start()
    for _ in range(5):
        w.write(200)
        logrotate("rotate 9\ncreate")
        w.write(50)
    w.exact()
    w.finish()


def logrotate_dateext():
    w = World().start()
    for i in range(3):
        w.write(200)
        logrotate("rotate 9\ncreate\ndateext\ndateformat -2026010%d" % (i + 1))
        w.write(50)
    w.exact()
    assert os.path.exists(APP + "-20260102")
    w.finish()


def dated_names():
    w = World().start()
    for i in range(1, 4):
        fd = open_log()
        write_all(fd, w.lines(200))
        w.exact()
        write_all(fd, w.lines(60))
        os.rename(APP, "logs/app-2026-01-0%d.log" % i)
        w.write(40)
        write_all(fd, w.lines(20))
        os.close(fd)
        w.exact()
    w.finish()


def logrotate_delaycompress():
    need("gzip")
    w = World().start()
    for _ in range(4):
        w.write(200)
        w.exact()
        with frozen(w):
            w.write(100)
            logrotate("rotate 9\ncreate\ncompress\ndelaycompress")
        w.write(50)
    w.exact()
    assert os.path.exists(APP + ".2.gz")
    w.finish()


def logrotate_copytruncate():
    """Lines between copy and truncate are lost by the rotator; what is on the disk in the end counts."""
    w = World().start()
    append(APP, b"")                            # logrotate wants it to be there
    writer = subprocess.Popen(["sh", "-c", "cat >>" + APP], stdin=subprocess.PIPE)
    for _ in range(4):
        for _ in range(20):
            writer.stdin.write(w.lines(50))
            writer.stdin.flush()
        logrotate("rotate 9\ncopytruncate")
    writer.stdin.write(w.lines(100))
    writer.stdin.close()
    writer.wait()
    kept = b""
    for name in os.listdir("logs"):
        with open("logs/" + name, "rb") as f:
            kept += f.read()
    whole = w.truth
    w.expect_only(kept)
    if w.truth == whole:
        w.exact()
        w.finish()
        return
    # Some of what the rotator destroyed may have been read before.
    until(lambda: w.counted() >= sum(w.truth.values()) and w.value("logtally_lag_bytes") == 0)
    got = {int(ls[0][1]): v for ls, v in w.values["lines_total"].items()}
    for b, n in whole.items():
        assert w.truth.get(b, 0) <= got.get(b, 0) <= n, "block %d: %d of %d to %d" % (b, got.get(b, 0),
                                                                                      w.truth.get(b, 0), n)


def partial_line_at_rotation_that_never_ends():
    """The last line has no newline, and its writer is gone: it is one line, counted once, when the file is retired."""
    w = World(state="rotate_wait = 1s").start()
    append(APP, w.lines(100) + w.lines(1)[:-1])
    until(lambda: w.counted() >= 100)
    os.rename(APP, APP + ".1")
    w.write(100)
    w.exact()
    w.finish()


def partial_line_at_rotation_joined():
    w = World().start()
    fd = open_log()
    for i in range(5):
        line = w.lines(1)
        write_all(fd, w.lines(100) + line[:10])
        until(lambda: w.counted() >= 100)
        os.rename(APP, APP + ".%d" % (i + 1))
        new = open_log()
        write_all(new, w.lines(10))
        write_all(fd, line[10:15])
        time.sleep(0.1)
        write_all(fd, line[15:])
        os.close(fd)
        fd = new
        w.exact()
    os.close(fd)
    w.finish()


def unfinished_line_after_rotate_wait():
    """A container that dies in the middle of a line: its parts count as they stand, and that is said."""
    head = b"2025-01-01T00:00:00Z stdout %c "
    w = World(state="rotate_wait = 1s", log="unwrap = cri").start()
    append(APP, head % b"F" + w.lines(1) + head % b"P" + w.lines(1))
    until(lambda: w.counted() == 1)
    os.rename(APP, APP + ".1")
    w.exact()
    w.finish()


def saved_lines():
    """What a restart would begin with; a scrape would ask for a save itself."""
    said = subprocess.run([os.environ["LOGTALLY"], "state", "-c", "logtally.ini"], capture_output=True, text=True,
                          check=False).stdout
    return sum(int(n) for n in re.findall(r"^lines_total\S* (\d+)$", said, re.M))


def born_and_compressed_between_two_saves():
    """With an interval of an hour a birth and a rename are saved within a second: killed then, the rest is found in the
    archives."""
    w = World(state="interval = 1h").start()
    w.write(100)
    assert until(lambda: w.counted() == 100)
    os.rename(APP, APP + ".1")
    put("logs/born", w.lines(110))
    os.rename("logs/born", APP)
    assert until(lambda: saved_lines() == 210)
    w.kill()
    w.write(55)
    os.rename(APP, APP + ".2")
    run("gzip", APP + ".2")
    run("gzip", APP + ".1")
    w.write(20)
    w.start()
    w.exact()
    w.finish()


def born_and_compressed_while_down():
    """Written since the last save, and like nothing that is known: nobody has read it. What is older is left alone."""
    w = World().start()
    w.write(100)
    w.exact()
    w.term()
    put(APP + ".9", w.lines(50, counted=False))
    os.utime(APP + ".9", (time.time() - 86400, time.time() - 86400))
    run("gzip", APP + ".9")
    w.write(35)
    for name in (".2", ".1"):
        os.rename(APP, APP + name)
        run("gzip", APP + name)
        w.write(55)
    w.write(20)
    w.start()
    w.exact()
    w.kill()
    w.start()
    w.exact()
    w.finish()


def empty_when_killed_and_compressed_while_down():
    """It was known, and had nothing in it: all that was in it later is in the archive, and nothing has vanished."""
    w = World().start()
    w.write(100)
    w.exact()
    os.rename(APP, APP + ".1")
    append(APP, b"")
    assert until(lambda: w.now("logtally_files") == 2)
    w.term()
    w.write(55)
    os.rename(APP, APP + ".2")
    run("gzip", APP + ".2")
    w.write(20)
    w.start()
    w.exact()
    stays(lambda: not w.now("logtally_files_vanished_total"), 7)
    w.finish()


def touched_when_it_was_done_with():
    """No descriptor is left of a rotated file after rotate_wait; else it would have its place on the disk when it is deleted."""
    def is_open(part):
        held = (os.path.join("/proc", str(w.pid), "fd", fd) for fd in os.listdir("/proc/%d/fd" % w.pid))
        return any(part in os.readlink(fd) for fd in held if os.path.islink(fd))

    w = World(state="rotate_wait = 1s").start()
    w.write(100)
    w.exact()
    os.rename(APP, APP + ".1")
    w.write(20)
    w.exact()
    for at in (1, 2):
        assert until(lambda: not is_open("app.log.1"))
        os.utime(APP + ".1", (at, at))
        until(lambda: is_open("app.log.1"), 3)      # or it was looked at too shortly to be seen
    assert until(lambda: not is_open("app.log.1"), 8)
    w.write(10, APP + ".1")
    w.exact()
    assert until(lambda: not is_open("app.log.1"), 8)
    w.finish()


def packed_before_its_new_name_is_seen():
    """By names that the glob matches, too; what replaces it, or is still held, has not vanished."""
    w = World(path="logs/*").start()
    for packs in (("gzip", APP + ".1"), ("rm", APP + ".1"), ("xz", APP + ".1")):
        w.write(100)
        w.exact()
        with frozen(w):
            os.rename(APP, APP + ".1")
            w.write(20)
            run(*packs)
        w.exact()
    with frozen(w):
        shutil.copy(APP, APP + ".1")
        os.truncate(APP, 0)
        w.write(20)
        run("gzip", "-f", APP + ".1")
    w.exact()
    stays(lambda: not w.now("logtally_files_vanished_total"), 1)
    w.finish()


def copytruncate():
    w = World().start()
    fd = open_log()
    for i in range(4):
        write_all(fd, w.lines(300))
        if i % 2:
            w.exact()
        shutil.copy(APP, APP + ".%d" % (i + 1))
        os.truncate(APP, 0)
        write_all(fd, w.lines(100))
        w.exact()
    os.close(fd)
    w.finish()


def copytruncate_while_it_is_looked_at():
    """Opening a file takes a while, so that the truncation comes when the copy is about to be compared."""
    w = World().start(strace("-e", "trace=openat", "-e", "inject=openat:delay_enter=40000"))
    fd = open_log()
    for i in range(20):
        write_all(fd, w.lines(10))
        w.exact()
        write_all(fd, w.lines(10))
        shutil.copy(APP, APP + ".%d" % (i + 1))
        time.sleep(i * 0.003)                   # where in the look it comes
        os.truncate(APP, 0)
        write_all(fd, w.lines(5))
    os.close(fd)
    w.exact()
    w.kill()
    w.start()
    w.finish()


def copytruncate_behind():
    """What was not read before the truncation is taken from the copy."""
    w = World().start()
    fd = open_log()
    write_all(fd, w.lines(300))
    w.exact()
    with frozen(w):
        write_all(fd, w.lines(500))
        shutil.copy(APP, APP + ".1")
        os.truncate(APP, 0)
        write_all(fd, w.lines(100))
    os.close(fd)
    w.exact()
    w.finish()


def copytruncate_copy_elsewhere():
    """Nobody can count what is gone, but the truncation is told, and nothing is doubled."""
    w = World().start()
    w.write(300)
    w.exact()
    with frozen(w):
        gone = w.lines(200)
        append(APP, gone)
        shutil.copy(APP, "elsewhere")
        os.truncate(APP, 0)
        w.forget(gone)
        w.write(50)
    w.exact()
    assert until(lambda: w.now("logtally_files_truncated_total") == 1, 10), w.own()
    w.finish()


def bytes_known_lost():
    """A file that was seen to be longer than it could be read before it was cut: the loss is told to the byte."""
    w = World(block=100000)
    line = b"kind=l n=%08d block=%03d size=0.125\n"
    whole = b"".join(line % (i, i // 100000) for i in range(700000))
    w.start()
    append(APP, b"")
    with frozen(w):
        append(APP, whole)
    until(lambda: w.now("logtally_lag_bytes") or w.value("lines_total"))
    os.truncate(APP, 0)
    assert until(lambda: w.now("logtally_files_truncated_total") == 1, 20), w.own()
    assert until(lambda: w.now("logtally_lag_bytes") == 0 and
                 w.value("lines_total") * len(line % (0, 0)) + w.value("logtally_lost_bytes_total") == len(whole), 10), w.own()
    w.term()


def truncate():
    w = World().start()
    for n in (400, 300, 200, 100):
        w.write(n)
        w.exact()
        os.truncate(APP, 0)
    w.write(50)
    w.exact()
    w.finish()


def delete_recreate():
    w = World().start()
    for _ in range(5):
        fd = open_log()
        write_all(fd, w.lines(300))
        w.exact()
        write_all(fd, w.lines(100))
        os.unlink(APP)
        w.write(50)
        write_all(fd, w.lines(100))
        os.close(fd)
        w.exact()
    w.finish()


def unlinked_still_written():
    w = World().start()
    fd = open_log()
    write_all(fd, w.lines(300))
    w.exact()
    os.unlink(APP)
    for _ in range(20):
        write_all(fd, w.lines(10))
        time.sleep(0.1)
    os.close(fd)
    w.exact()
    w.finish()


def renamed_while_a_copy_is_compared_with_it():
    """The copy of a truncation is found at the start; its original, already written anew, loses its name between the
    look at the directory and the look at its content. The copy was read already."""
    w = World().start()
    w.write(23)
    w.exact()
    w.term()
    shutil.copy(APP, APP + ".1")
    os.truncate(APP, 0)
    w.write(600)
    w.start(strace("-P", os.path.abspath(APP), "-e", "trace=openat", "-e", "inject=openat:delay_enter=1500000:when=1"))
    time.sleep(0.5)
    os.rename(APP, APP + ".2")
    w.write(7)
    w.exact()
    w.finish()


if __name__ == "__main__":
    main(rename, rename_fast, rename_fast_while_frozen, rename_nocreate, rename_away, logrotate_chain, logrotate_dateext,
         dated_names, logrotate_delaycompress, logrotate_copytruncate, partial_line_at_rotation_that_never_ends,
         partial_line_at_rotation_joined, unfinished_line_after_rotate_wait,
         born_and_compressed_between_two_saves, born_and_compressed_while_down,
         empty_when_killed_and_compressed_while_down, touched_when_it_was_done_with, packed_before_its_new_name_is_seen, copytruncate,
         copytruncate_while_it_is_looked_at, copytruncate_behind, copytruncate_copy_elsewhere, bytes_known_lost, truncate,
         delete_recreate, unlinked_still_written, renamed_while_a_copy_is_compared_with_it)
