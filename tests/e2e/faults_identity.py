#!/usr/bin/env python3
# timeout: 240
"""Which file is it: rows 18 to 20 and 23 to 34 of the fault catalogue."""
import os
import shutil
import socket
import subprocess

from _faults import Skip, World, append, frozen, main, need, run, stays, until, write_all

APP = "logs/app.log"


def truncate_regrow():
    """Cut and grown past the old offset before anybody looked: only the bytes before the offset tell."""
    w = World().start()
    for n in (100, 250, 500):
        w.write(n)
        w.exact()
        with frozen(w):
            os.truncate(APP, 0)
            w.write(n * 2)
        w.exact()
        os.truncate(APP, 0)
    w.finish()


def truncate_to_the_middle():
    """The lines kept are not counted again; what is written after them is."""
    w = World().start()
    w.write(300)
    w.exact()
    with open(APP, "rb") as f:
        whole = f.read()
    last = whole.splitlines(keepends=True)[-3:]
    os.truncate(APP, len(whole) - len(b"".join(last)))
    assert until(lambda: w.now("logtally_files_truncated_total") == 1, 10), w.own()
    w.write(100)
    w.exact()
    os.truncate(APP, len(whole) * 4 // 5 + 7)       # in the middle of a line: its half was read
    assert until(lambda: w.now("logtally_files_truncated_total") == 2, 10), w.own()
    append(APP, b"\n" + w.lines(100))
    w.exact()
    w.finish()


def rewritten_with_the_same_content():
    w = World().start()
    w.write(300)
    w.exact()
    for _ in range(3):
        shutil.copy(APP, "logs/app.tmp")
        os.rename("logs/app.tmp", APP)
        w.write(50)
        w.exact()
    run("sed", "-i", "s/nothing/nothing/", APP)
    w.write(50)
    with open(APP, "rb") as f:
        content = f.read()
    fd = os.open(APP, os.O_WRONLY)
    write_all(fd, content)
    os.close(fd)
    w.write(50)
    w.exact()
    w.finish()


def copied_back_with_its_times():
    """Deleted, and put back from a copy seconds later: also by a copy that takes its time."""
    w = World().start()
    w.write(300)
    w.exact()
    run("cp", "-a", APP, "kept")
    os.unlink(APP)
    stays(lambda: True, 3)
    run("cp", "-a", "kept", APP)
    w.write(50)
    w.exact()
    run("cp", "-a", APP, "kept")
    os.unlink(APP)
    stays(lambda: True, 1)
    with open("kept", "rb") as f:
        content = f.read()
    append(APP, content[:1000])
    stays(lambda: True, 1)
    append(APP, content[1000:])
    run("touch", "-r", "kept", APP)
    w.write(50)
    w.exact()
    assert w.now("logtally_files_ambiguous_total") == 0, w.own()
    w.finish()


def the_same_lines_written_again():
    """A job that deletes its log and writes the same each time; also while logtally is down."""
    w = World().start()
    lines = w.lines(200)
    once, numbers = dict(w.truth), w.numbers
    append(APP, lines)
    w.exact()
    for i in range(3):
        if i == 2:
            w.kill()
        os.unlink(APP)
        append(APP, lines)
        for b in once:
            w.truth[b] += once[b]
        w.numbers += numbers
        if i == 2:
            w.start()
        w.exact()
    assert w.now("logtally_files_ambiguous_total") == 3, w.own()
    w.finish()


def takes_number(number):
    """An empty APP that has this inode number, if the file system gives it: on a busy one others take it first, and give it back."""
    spare = []
    while len(spare) < 500 and not os.path.exists(APP):
        spare.append(f"logs/spare-{len(spare)}")
        open(spare[-1], "x").close()
        if os.stat(spare[-1]).st_ino == number:
            os.rename(spare.pop(), APP)
    for name in spare:
        os.unlink(name)


def inode_reuse():
    """The next file has the inode number of the one that is gone, while the daemon is down."""
    w = World().start()
    reused = 0
    for i in range(8):
        w.write(200)
        w.exact()
        old = os.stat(APP).st_ino
        w.term() if i % 2 else w.kill()
        os.unlink(APP)
        takes_number(old)
        w.write(200 + 10 * i)
        reused += os.stat(APP).st_ino == old
        w.start()
        w.exact()
        os.unlink(APP)
    w.finish(restart=False)
    if not reused:
        raise Skip("this file system did not give an inode number twice")


def same_head():
    """Files that begin with the same banner."""
    w = World().start()
    banner = b"".join(b"# a banner line %d that every file begins with\n" % i for i in range(40))
    append(APP, banner + w.lines(100))
    w.exact()
    for i in range(4):
        for k in range(4, 0, -1):
            if os.path.exists(APP + ".%d" % k):
                os.rename(APP + ".%d" % k, APP + ".%d" % (k + 1))
        os.rename(APP, APP + ".1")
        append(APP, banner + w.lines(50 + 30 * i))
        append(APP + ".1", w.lines(10))
        append("logs/other%d.log" % i, banner + w.lines(60))
        w.exact()
    w.kill()
    append(APP, w.lines(10))
    os.rename(APP, APP + ".0")
    append(APP, banner + w.lines(400))
    w.start()
    w.exact()
    w.finish()


def twins():
    """Two files equal to the byte that grow differently are two streams."""
    w = World().start()
    lines = w.lines(100)
    append("logs/a.log", lines)
    append("logs/b.log", lines)
    w.lines(0)
    for b in list(w.truth):
        w.truth[b] *= 2
    w.numbers *= 2
    w.exact()
    w.write(70, "logs/a.log")
    w.write(90, "logs/b.log")
    w.exact()
    w.kill()
    w.write(50, "logs/a.log")
    w.write(60, "logs/b.log")
    w.start()
    w.exact()
    w.finish()


def symlink():
    os.makedirs("real")
    w = World().start()
    fds = []
    for i in range(4):
        name = os.path.join(os.getcwd(), "real", "%d.log" % i)
        fd = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        fds.append(fd)
        write_all(fd, w.lines(100))
        os.symlink(name, "logs/link.tmp")
        os.rename("logs/link.tmp", "logs/pod.log")
        if i:
            write_all(fds[i - 1], w.lines(30))      # the last lines of the old target
        write_all(fd, w.lines(100))
        w.exact()
    w.kill()
    write_all(fds[-1], w.lines(100))
    w.start()
    w.exact()
    w.finish()


def what_is_no_log():
    """Dangling links, loops, directories, fifos, sockets and devices named *.log hold nothing up."""
    w = World()
    os.symlink("nowhere", "logs/dangling.log")
    os.symlink("loop.log", "logs/loop.log")
    os.mkdir("logs/directory.log")
    os.symlink("directory.log", "logs/todir.log")
    os.mkfifo("logs/fifo.log")
    os.symlink("/dev/zero", "logs/zero.log")
    os.symlink("/dev/full", "logs/full.log")
    s = socket.socket(socket.AF_UNIX)
    s.bind("logs/socket.log")
    w.start()
    w.write(500)
    w.exact(10)
    w.finish()


def dangling_symlink_gets_its_file():
    w = World()
    os.makedirs("real")
    os.symlink(os.path.join(os.getcwd(), "real/later.log"), "logs/later.log")
    w.start()
    w.write(100)
    w.exact()
    w.write(100, "real/later.log")
    w.exact()
    w.finish()


def hardlink():
    w = World().start()
    w.write(200, "logs/a.log")
    w.exact()
    os.link("logs/a.log", "logs/b.log")
    w.write(100, "logs/a.log")
    w.write(100, "logs/b.log")
    w.exact()
    os.unlink("logs/a.log")
    w.write(100, "logs/b.log")
    w.exact()
    w.finish()


def hardlink_in_another_directory():
    """The other name gets no events; the lines come all the same."""
    os.makedirs("other")
    w = World(path="logs/*.log other/*.log").start()
    w.write(200, "logs/a.log")
    w.exact()
    os.link("logs/a.log", "other/a.log")
    w.write(100, "other/a.log")
    w.exact()
    w.finish()


def dir_recreate():
    w = World().start()
    for i in range(4):
        w.write(100)
        w.exact()
        os.rename("logs", "gone%d" % i) if i % 2 else shutil.rmtree("logs")
        os.makedirs("logs")
        w.write(150)
        w.exact()
        os.unlink(APP)
    w.finish()


def dir_late():
    w = World(path="late/deep/*/x*.log").start()
    os.makedirs("late/deep/a")
    w.write(100, "late/deep/a/x1.log")
    w.exact()
    os.makedirs("late/deep/b")
    w.write(100, "late/deep/b/x2.log")
    w.exact()
    shutil.rmtree("late")
    os.makedirs("late/deep/a")
    w.write(100, "late/deep/a/x1.log")
    w.exact()
    w.finish()


def glob_of_all_depths():
    w = World(path="logs/**/*.log").start()
    for deep in ("", "a/", "a/b/", "a/b/c/", "d/e/f/g/"):
        os.makedirs("logs/" + deep, exist_ok=True)
        w.write(50, "logs/" + deep + "x.log")
    w.exact()
    os.makedirs("elsewhere/p/q")
    w.write(50, "elsewhere/p/q/y.log")
    w.write(50, "elsewhere/z.log")
    os.rename("elsewhere", "logs/moved")
    w.exact()
    w.finish()


def newfile():
    w = World().start()
    for i in range(20):
        w.write(37, "logs/new%d.log" % i)
    w.exact()
    os.makedirs("elsewhere")
    w.write(100, "elsewhere/moved.log")
    os.rename("elsewhere/moved.log", "logs/moved.log")
    w.exact()
    w.finish()


def created_and_deleted_at_once():
    """What was opened in time is read whole; the rest is told."""
    w = World().start()
    for i in range(100):
        w.write(10, "logs/short%d.log" % i)
        os.unlink("logs/short%d.log" % i)
    wrote = sum(w.truth.values())
    last = -1
    while last != w.counted():
        last = w.value("lines_total")
        stays(lambda: True, 2.5)
    vanished = w.value("logtally_files_vanished_total")
    assert w.doubled_none() and w.value("lines_total") % 1 == 0
    assert (wrote - last) // 10 <= vanished, "%d of %d lines, %d vanished" % (last, wrote, vanished)
    w.term()


def as_nobody():
    if os.geteuid() == 0:
        need("setpriv")
        os.chown(".", 65534, 65534)
        path = os.getcwd()
        while path != "/":
            path = os.path.dirname(path)
            if not os.stat(path).st_mode & 0o001:
                os.chmod(path, os.stat(path).st_mode | 0o011)
        prefix = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        if subprocess.run(prefix + ["test", "-x", os.environ["LOGTALLY"]], check=False).returncode:
            raise Skip("another user may not run " + os.environ["LOGTALLY"])
        return prefix
    return []


def permission_denied_then_granted():
    prefix = as_nobody()
    w = World()
    w.write(100)
    w.write(100, "logs/secret.log")
    os.chmod("logs/secret.log", 0)
    w.start(prefix)
    assert until(lambda: w.counted() == 100, 15)
    stays(lambda: w.counted() == 100, 1.5)
    health = w.fetch("/health")[2]
    assert b'"files_failing":1' in health and b"degraded" in health, health
    os.chmod("logs/secret.log", 0o644)
    w.exact()
    assert until(lambda: b'"status":"ok"' in w.fetch("/health")[2], 5)
    os.mkdir("logs/later", 0o000)
    w.write(50)
    w.exact()
    w.term()


def rotated_file_without_permission():
    """The descriptor that is open goes on; no other is needed."""
    prefix = as_nobody()
    w = World()
    w.write(100)
    w.start(prefix)
    w.exact()
    fd = os.open(APP, os.O_WRONLY | os.O_APPEND)
    os.rename(APP, APP + ".1")
    os.chmod(APP + ".1", 0)
    write_all(fd, w.lines(100))
    os.close(fd)
    w.write(100)
    w.exact()
    w.term()


def directory_without_permission():
    prefix = as_nobody()
    w = World(path="logs/**/*.log")
    os.mkdir("logs/closed")
    w.write(100, "logs/closed/x.log")
    os.chmod("logs/closed", 0)
    w.write(100)
    w.start(prefix)
    assert until(lambda: w.counted() == 100, 15)
    os.chmod("logs/closed", 0o755)
    w.exact()
    w.term()


if __name__ == "__main__":
    main(truncate_regrow, truncate_to_the_middle, rewritten_with_the_same_content, copied_back_with_its_times,
         the_same_lines_written_again, inode_reuse, same_head, twins, symlink,
         what_is_no_log, dangling_symlink_gets_its_file, hardlink, hardlink_in_another_directory, dir_recreate, dir_late,
         glob_of_all_depths, newfile, created_and_deleted_at_once, permission_denied_then_granted,
         rotated_file_without_permission, directory_without_permission)
