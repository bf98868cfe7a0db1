#!/usr/bin/env python3
# timeout: 600
"""Failing reads, missing events, missing descriptors, many files: rows 44 to 54, 71, 95 to 99 of the fault catalogue."""
import os
import resource
import shutil
import signal
import subprocess
import threading
import time

from _common import get, put
from _faults import (LONG, Skip, World, append, cpu_ticks, descriptors, free_port, frozen, in_namespace, main, memory, need, run, stays,
                     strace, until, write_all)

APP = "logs/app.log"


def eio_file():
    """A regular file whose every read is EIO: the others go on, nothing spins, the errors are told."""
    w = World()
    os.symlink("/proc/self/mem", "logs/bad.log")
    w.start()
    w.write(500)
    w.exact()
    before = cpu_ticks(w.pid)
    stays(lambda: True, 3)
    assert cpu_ticks(w.pid) - before <= 15, "%d ticks in 3 s" % (cpu_ticks(w.pid) - before)
    w.write(100)
    w.finish()


def eio_once():
    w = World()
    w.start(strace("-e", "trace=pread64,read,preadv", "-e", "inject=pread64:error=EIO:when=3..6"))
    for _ in range(10):
        w.write(200)
        w.scrape()
    w.exact()
    assert w.value("logtally_read_errors_total") >= 1, w.own()
    w.finish()


def eio_and_eagain_in_all_calls():
    for error in ("EINTR", "EAGAIN", "EIO"):
        w = World(path="logs/%s*.log" % error)
        shutil.rmtree("state", ignore_errors=True)
        w.start(strace("-e", "trace=pread64", "-e", "inject=pread64:error=%s:when=8+3" % error))
        for _ in range(5):
            w.write(200, "logs/%s.log" % error)
            w.scrape()
        w.exact()
        w.term()


def stat_and_open_fail_now_and_then():
    w = World()
    w.start(strace("-e", "trace=openat,statx,newfstatat,getdents64", "-e", "inject=openat:error=ENFILE:when=60+7", "-e",
                   "inject=getdents64:error=EIO:when=10+5", "-e", "inject=statx:error=EIO:when=20+9"), wait=True)
    for i in range(10):
        w.write(100)
        w.write(50, "logs/new%d.log" % i)
        if i == 5:
            os.rename(APP, APP + ".1")
        w.scrape()
    w.exact()
    w.kill()
    w.start()
    w.finish()


def signal_storm():
    """Reads that are interrupted all the time."""
    w = World().start()
    done = threading.Event()

    def storm():
        while not done.is_set():
            for s in (signal.SIGCHLD, signal.SIGWINCH, signal.SIGPIPE, signal.SIGURG):
                w.signal(s)
            w.signal(signal.SIGSTOP)
            w.signal(signal.SIGCONT)
    t = threading.Thread(target=storm)
    t.start()
    try:
        for _ in range(20):
            w.write(500)
            w.scrape()
    finally:
        done.set()
        t.join()
    w.exact()
    w.finish()


def other_signals_do_no_harm():
    w = World().start()
    w.write(200)
    for s in (signal.SIGPIPE, signal.SIGWINCH, signal.SIGTTOU, signal.SIGTTIN, signal.SIGURG, signal.SIGCHLD, signal.SIGCONT):
        w.signal(s)
    w.write(200)
    w.exact()
    w.write(2000)
    w.signal(signal.SIGTERM)
    try:
        for _ in range(20):
            w.signal(signal.SIGTERM)
    except ProcessLookupError:
        pass
    assert w.child.wait(600) in (0, -signal.SIGTERM)
    w.start()
    w.finish()


def silent_fs():
    """An overlay changed from below sends no events; the look at everything finds it."""
    for d in ("lower", "upper", "work", "logs"):
        os.makedirs(d, exist_ok=True)
    w = World()
    prefix = in_namespace("mount -t tmpfs tmpfs work\nmkdir work/u work/w\n"
                          "mount -t overlay overlay -o lowerdir=lower,upperdir=work/u,workdir=work/w logs")
    w.start(prefix)
    under = "/proc/%d/root%s/work/u/" % (w.pid, os.getcwd())
    for i in range(6):
        append(under + "app.log", w.lines(100))
        append(under + "new%d.log" % (i // 2), w.lines(50))
        w.exact(15)
    w.term()


def few_watches():
    w = World(path="logs/**/*.log")
    for i in range(30):
        os.makedirs("logs/d%d" % i)
    w.start(in_namespace("echo 8 >/proc/sys/user/max_inotify_watches"))
    for k in range(3):
        for i in range(30):
            w.write(10, "logs/d%d/x.log" % i)
            if k == 1:
                os.rename("logs/d%d/x.log" % i, "logs/d%d/x.log.1" % i)
        w.exact()
    assert w.stderr().count("no inotify watch is left") == 1, w.stderr()
    w.finish()


def no_inotify():
    w = World()
    w.start(in_namespace("echo 0 >/proc/sys/user/max_inotify_instances"))
    assert "inotify" in w.stderr(), w.stderr()
    for i in range(4):
        w.write(100)
        if i % 2:
            w.exact()
        os.rename(APP, APP + ".%d" % i)
        w.write(50)
    w.exact()
    w.finish()


def q_overflow():
    """More events than the queue holds, while the daemon stands still; then a rotation and a truncation on top."""
    w = World().start()
    w.write(100, "logs/a.log")
    w.write(100, "logs/b.log")
    w.exact()
    with frozen(w):
        a = os.open("logs/a.log", os.O_WRONLY | os.O_APPEND)
        b = os.open("logs/b.log", os.O_WRONLY | os.O_APPEND)
        for _ in range(10000):
            os.write(a, w.lines(1))
            os.write(b, w.lines(1))
        for name in ("a", "b"):
            os.rename("logs/%s.log" % name, "logs/%s.log.1" % name)
        write_all(a, w.lines(100))
        w.write(300, "logs/a.log")
        w.write(300, "logs/c.log")
        os.close(a)
        os.close(b)
    w.exact()
    w.write(100, "logs/b.log")
    w.finish()


def fdlimit():
    """400 files and 64 descriptors: none is forgotten, and no scrape fails."""
    w = World()
    for i in range(400):
        w.write(3, "logs/f%03d.log" % i)
    w.start(["prlimit", "--nofile=64"])
    w.exact()
    for k in range(2):
        for i in range(400):
            w.write(2, "logs/f%03d.log" % i)
        w.exact()
    for i in range(0, 400, 7):
        os.rename("logs/f%03d.log" % i, "logs/f%03d.log.1" % i)
        w.write(2, "logs/f%03d.log" % i)
    w.exact()
    w.finish()


def twenty_descriptors():
    """Hardly more than the program itself has open: scrapes and saves still get theirs."""
    w = World()
    for i in range(60):
        w.write(3, "logs/f%02d.log" % i)
    w.start(["prlimit", "--nofile=20"])
    w.exact()
    for i in range(60):
        os.rename("logs/f%02d.log" % i, "logs/f%02d.log.1" % i)
        w.write(2, "logs/f%02d.log.1" % i)
        w.write(2, "logs/f%02d.log" % i)
    w.exact()
    w.kill()
    w.start(["prlimit", "--nofile=20"])
    w.exact()


def limit_lowered_while_running():
    w = World().start()
    for i in range(200):
        w.write(2, "logs/f%03d.log" % i)
    w.exact()
    resource.prlimit(w.pid, resource.RLIMIT_NOFILE, (40, 40))
    for i in range(100, 300):
        w.write(2, "logs/f%03d.log" % i)
    w.exact()
    resource.prlimit(w.pid, resource.RLIMIT_NOFILE, (40, 40))
    w.finish()


def many_files(n):
    """n files: exact, and next to no CPU when nothing happens."""
    w = World()
    for i in range(n):
        w.write(2, "logs/f%05d.log" % i)
    w.start()
    w.exact(90)
    for i in range(0, n, max(1, n // 500)):
        w.write(1, "logs/f%05d.log" % i)
    w.exact(90)
    stays(lambda: True, 6)              # the snapshot that follows a change
    before = cpu_ticks(w.pid)
    stays(lambda: True, 10)
    used = cpu_ticks(w.pid) - before
    print("%d files: %d ticks in 10 s, %.1f MB" % (n, used, memory(w.pid) / 1e6))
    limit = 2 if n <= 1000 else 20
    assert used <= limit, "%d ticks in 10 s without work" % used
    w.finish(hold=1)


def files1000():
    many_files(1000)


def files10000():
    many_files(10000)


def newfiles1000():
    """A thousand files come at once and go again, and again: all counted, memory stays."""
    w = World(state="rotate_wait = 1s").start()
    sizes = []
    for k in range(10 if LONG else 4):
        for i in range(1000):
            w.write(2, "logs/%d-%d.log" % (k, i))
        w.exact(60)
        for i in range(1000):
            os.unlink("logs/%d-%d.log" % (k, i))
        until(lambda: w.now("logtally_files_open") == 0, 10)
        sizes.append(memory(w.pid))
    assert sizes[-1] < sizes[1] + (8 << 20), sizes
    w.finish()


def descriptors_over_rotations():
    w = World(state="rotate_wait = 1s").start()
    counts = []
    w.write(1)
    w.exact()
    for _ in range(2):
        for k in range(2000 if LONG else 200):
            append(APP, w.lines(2))
            os.rename(APP, APP + ".%d" % k)
            if k % 40 == 39:
                w.exact()
                for old in range(k - 39, k + 1):
                    os.unlink(APP + ".%d" % old)
        w.write(1)
        w.exact()
        until(lambda: descriptors(w.pid) <= (counts or [20])[0], 10)
        counts.append(descriptors(w.pid))
    assert counts[1] <= counts[0] + 2, counts
    w.finish()


def burst():
    """A million lines while it answers: all counted, no scrape costs much."""
    n = 1000000 if LONG else 300000
    w = World(block=20000).start()
    text = [w.lines(10000) for _ in range(n // 10000)]
    began = time.monotonic()
    dearest = 0
    for t in text:
        append(APP, t)
        if w.n % 3 == 0 or t is text[-1]:
            at = cpu_ticks(w.pid)
            w.scrape()
            dearest = max(dearest, cpu_ticks(w.pid) - at)
    w.exact()
    took = time.monotonic() - began
    print("%d lines in %.1f s, dearest scrape %d ticks" % (n, took, dearest))
    assert dearest < 400, dearest
    w.finish(hold=0.5)


def fast_and_slow():
    """One file at full speed does not starve fifty slow ones."""
    w = World(block=10 ** 9).start()
    for i in range(50):
        w.write(1, "logs/s%d.log" % i)
    w.exact()
    done = threading.Event()
    written = [0]

    def fast():
        text = b"kind=other x=1\n" * 20000
        while not done.is_set():
            append("logs/fast.log", text)
            written[0] += 20000
            while written[0] * 15 > 150e6:
                os.truncate("logs/fast.log", 0)
                written[0] = 0
    t = threading.Thread(target=fast)
    t.start()
    try:
        for _ in range(3):
            for i in range(50):
                w.write(1, "logs/s%d.log" % i)
            at = cpu_ticks(w.pid)
            w.exact()                   # while the fast one goes on
            took = cpu_ticks(w.pid) - at
            assert took < 1000, "slow files took %d ticks" % took
    finally:
        done.set()
        t.join()
    w.kill()


def streams_closed():
    """No standard streams at all, and a log pipe that nobody reads."""
    w = World(server="max_connections = 100")
    text = get("logtally.ini")
    port = free_port()
    put("logtally.ini", text.replace("127.0.0.1:0", "127.0.0.1:%d" % port))

    def answers():
        w.address = "127.0.0.1:%d" % port
        try:
            return w.fetch("/health/live")[0] == 200
        except OSError:
            return False
    w.start(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"], wait=False)
    assert until(answers)
    w.write(300)
    w.exact()
    w.term()
    r, p = os.pipe()
    os.set_blocking(p, False)
    try:
        while os.write(p, b"x" * 4096):
            pass
    except BlockingIOError:
        os.set_blocking(p, True)
    w.start(stderr=p, wait=False)
    os.close(p)
    assert until(answers)
    for i in range(20):
        w.signal(signal.SIGHUP)
        w.write(50)
        w.scrape()
    os.symlink("/dev/zero", "logs/zero.log")
    w.exact()
    w.term()
    os.close(r)
    w.start(wait=False)
    assert until(answers)
    w.exact()
    w.term()


def stopped_for_a_while():
    w = World().start()
    w.write(100)
    w.exact()
    with frozen(w):
        for i in range(5):
            w.write(400)
            os.rename(APP, APP + ".%d" % i)
        w.write(100)
        time.sleep(60 if LONG else 3)
    w.exact()
    w.finish()


SET_BACK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What was born before BACK_AT says so by the clock of then, which was an hour fast. */
int statx(int dir, const char *path, int flags, unsigned mask, struct statx *st)
{
    int (*real)(int, const char *, int, unsigned, struct statx *) = dlsym(RTLD_NEXT, "statx");
    int r = real(dir, path, flags, mask, st);

    if (r == 0 && st->stx_btime.tv_sec < atoll(getenv("BACK_AT")))
        st->stx_btime.tv_sec += 3600;
    return r;
}
"""


def clock_set_back():
    """The wall clock is set back by an hour: a copy seems to be older than its original, and is known all the same."""
    need("cc")
    put("back.c", SET_BACK)
    run("cc", "-shared", "-fPIC", "-o", "back.so", "back.c", "-ldl")
    w = World()
    w.write(300)
    until(lambda: time.time() > os.stat("logs/app.log").st_mtime + 1)
    w.start(env={"LD_PRELOAD": os.getcwd() + "/back.so", "BACK_AT": "%d" % time.time()})
    w.exact()
    for i in range(3):
        w.write(100)
        shutil.copy("logs/app.log", "logs/app.log.%d" % i)
        os.truncate("logs/app.log", 0)
        w.write(50)
        w.exact()
    w.finish(restart=False)


def clock_jumps():
    """The wall clock an hour ahead or behind at a restart: nothing but what is displayed depends on it."""
    w = World()
    prefix = ["unshare", "-UrT", "--monotonic", "3600"]
    if subprocess.run(prefix + ["true"], stderr=subprocess.PIPE, check=False).returncode:
        raise Skip("a time namespace is not allowed here")
    w.write(200)
    w.start(prefix + ["--fork", "--kill-child"])
    w.exact()
    w.kill()
    time.sleep(0.3)
    for monotonic in ("7200", "-60"):
        w.write(200)
        prefix[-1] = monotonic
        w.start(prefix + ["--fork", "--kill-child"])
        w.exact()
        w.kill()
        time.sleep(0.3)
    w.start()
    w.finish()


def address_space_runs_out():
    """An allocation that fails may end the daemon; the restart is exact."""
    w = World().start()
    w.write(200)
    w.exact()
    resource.prlimit(w.pid, resource.RLIMIT_AS, (100 << 20, 100 << 20))
    for _ in range(20):
        if not w.alive():
            break
        w.write(20000)
        try:
            w.scrape()
        except (OSError, AssertionError):
            pass
    if w.alive():
        w.kill()
    w.start()
    w.finish()


if __name__ == "__main__":
    main(eio_file, eio_once, eio_and_eagain_in_all_calls, stat_and_open_fail_now_and_then, signal_storm,
         other_signals_do_no_harm, silent_fs, few_watches, no_inotify, q_overflow, fdlimit, twenty_descriptors, limit_lowered_while_running,
         files1000, newfiles1000, descriptors_over_rotations, burst, fast_and_slow, streams_closed, stopped_for_a_while,
         clock_set_back, clock_jumps, address_space_runs_out, *([files10000] if LONG else []),
         limit=600 if LONG else 100)
