#!/usr/bin/env python3
# timeout: 300
"""Restarts, kill -9 and the state file: rows 56 to 70 and 94, and rotation while the daemon is down."""
import fcntl
import json
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import time

from _common import free_port, get, put
from _faults import LOGTALLY, LONG, Prometheus, Skip, World, in_namespace, main, need, pack, run, strace, until

APP = "logs/app.log"


def restart_term():
    w = World().start()
    for i in range(6):
        w.write(400)
        if i % 2:
            w.exact()
        w.term()
        w.write(100)
        w.start()
    w.finish()


def kill9():
    chance = random.Random(1)
    w = World().start()
    for _ in range(60 if LONG else 20):
        w.write(chance.randrange(1, 300))
        if chance.random() < 0.6:
            w.scrape()
        w.write(chance.randrange(1, 300))
        time.sleep(chance.random() * 0.1)
        w.kill()
        w.start()
        w.scrape()
    w.finish()


def kill9_rotate():
    chance = random.Random(2)
    w = World().start()
    for i in range(60 if LONG else 20):
        w.write(chance.randrange(1, 300))
        if chance.random() < 0.5:
            w.scrape()
        if chance.random() < 0.5:
            w.kill()
        os.rename(APP, APP + ".%d" % i)
        w.write(chance.randrange(1, 300), APP + ".%d" % i)
        w.write(chance.randrange(1, 300))
        if not w.alive():
            w.start()
        if i % 5 == 4:
            w.exact()
    w.finish()


def crash_at(call, last):
    """kill -9 when the k-th of these calls begins, for each k, in whatever thread: counts stay exact."""
    w = World(state="interval = 100ms")
    reached = 0
    for k in range(1, last + 1):
        w.write(100)
        w.start(strace("-e", "trace=" + call, "-e", "inject=%s:signal=KILL:when=%d" % (call, k)), wait=False)
        until(lambda: w.listening() or not w.alive())

        def provoke():
            if not w.alive():
                return True
            w.write(10)
            try:
                w.scrape()
            except (OSError, AttributeError, ValueError):
                pass
            except Exception as error:                          # pylint: disable=broad-except
                if "IncompleteRead" not in repr(error) and "Remote" not in repr(error):
                    raise
            return False
        for _ in range(80):                     # the call may come later than that, or not at all
            if provoke():
                break
            time.sleep(0.05)
        reached += not w.alive()
        w.kill()
        w.start()
        w.exact()
        w.kill()
    assert reached, "no call of %s was met" % call
    w.start()
    w.finish()


def crashpoints_fsync():
    crash_at("fsync", 6)


def crashpoints_rename():
    crash_at("renameat,renameat2,rename", 5)


def crashpoints_link():
    crash_at("linkat,link", 3)


def crashpoints_unlink():
    crash_at("unlinkat,unlink", 4)


def crashpoints_write():
    crash_at("write,pwrite64,writev,pwritev", 6)


def crashpoints_open():
    # the loader's come first
    crash_at("openat", 8 if not LONG else 60)


def crashpoints_close():
    crash_at("close", 8 if not LONG else 40)


def order_of_the_state_write():
    """Power loss: what is shown was synced, renamed, and its directory synced, before."""
    w = World()
    w.write(100)
    w.start(strace("-e", "trace=openat,write,fsync,fdatasync,rename,renameat,renameat2,linkat,sendto,sendmsg,writev",
                   "-s", "2000", "-y"))
    w.exact()
    w.write(100)
    w.exact()
    w.kill()
    with open("strace.out", encoding="utf-8", errors="replace") as f:
        trace = f.read()
    steps = re.findall(r'(openat\(.*state\.tmp|fsync\(\d+<[^>]*state\.tmp[^>]*>|renameat2?\(.*state\.tmp.*"state"|'
                       r'fsync\(\d+<[^>]*/state>|lines_total\{block=)', trace)
    short = "".join("o" if s.startswith("openat") else "f" if s.startswith("fsync") and "state.tmp" in s else "r" if s.startswith("rename")
                    else "d" if s.startswith("fsync") else "P" for s in steps)
    assert re.fullmatch(r"d?(ofrdP*)+", short), "order %s" % short  # the first: of what was there at the start
    assert short.count("r") >= 2, short


def fsync_eio():
    w = World().start()
    w.write(200)
    w.exact()
    w.term()
    w.write(200)
    w.start(strace("-e", "trace=fsync", "-e", "inject=fsync:error=EIO"))
    assert until(lambda: w.now("logtally_checkpoint_failures_total") >= 1, 15)
    assert w.value("lines_total") == 200, "showed what is not durable: %d" % w.value("lines_total")
    w.kill()
    w.start()
    w.exact()
    w.write(100)
    w.exact()
    w.term()
    w.write(100)
    w.start(strace("-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=1..3"))
    w.exact()
    assert w.value("logtally_checkpoint_failures_total") >= 1
    w.kill()
    w.start()
    w.finish()


def enospc(with_space_again):
    w = World(state="interval = 200ms\n")
    os.mkdir("state")
    prefix = in_namespace("mount -t tmpfs -o size=256k tmpfs state")
    w.write(200)
    w.start(prefix)
    w.exact()
    root = "/proc/%d/root%s/state/" % (w.pid, os.getcwd())
    fill = os.open(root + "fill", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        while os.write(fill, bytes(4096)):
            pass
    except OSError:
        os.close(fill)
    w.write(300)
    assert until(lambda: w.now("logtally_checkpoint_failures_total") >= 1, 15), w.own()
    assert w.value("lines_total") == 200, "showed what is not durable"
    assert until(lambda: b"degraded" in w.fetch("/health")[2], 5)      # after `catching_up`
    if with_space_again:
        os.unlink(root + "fill")
        w.exact()
        assert b'"status":"ok"' in w.fetch("/health")[2] and "can be saved again" in w.stderr()
    os.mkdir("kept")
    for name in os.listdir(root):
        if name.startswith("state"):
            shutil.copy(root + name, "kept/" + name)
    w.kill()
    for name in os.listdir("kept"):
        shutil.copy("kept/" + name, "state/" + name)
    w.start()
    w.exact()
    w.write(50)
    w.finish()


def enospc_and_space_again():
    enospc(True)


def enospc_and_killed_while_full():
    enospc(False)


def refused(w, prefix=()):
    """The daemon must not start, and say why in one line. That line."""
    w.start(prefix, wait=False)
    code = w.child.wait(600)
    assert code not in (0, None) and code > 0, "exit status %r" % code
    lines = [line for line in w.stderr().splitlines() if " error " in line]
    assert len(lines) == 1, w.stderr()
    return lines[0]


def state_directory_unusable():
    w = World()
    w.write(10)
    with open("state", "w", encoding="utf-8"):
        pass
    assert os.getcwd() + "/state" in refused(w)
    os.unlink("state")
    os.symlink("/nonexistent/deep", "state")
    assert os.getcwd() + "/state" in refused(w)
    os.unlink("state")
    os.mkdir("state", 0o500)
    prefix = ()
    if os.geteuid() == 0:
        prefix = in_namespace("mount -t tmpfs -o ro tmpfs state")
    assert os.getcwd() + "/state" in refused(w, prefix)


def nothing_kept_when_asked():
    w = World()
    text = get("logtally.ini")
    put("logtally.ini", re.sub(r"(?m)^directory = .*$", "directory =", text))
    w.start()
    w.write(300)
    w.exact()
    assert not os.path.exists("state")
    w.term()


def damage(path, how):
    with open(path, "rb") as f:
        data = f.read()
    bad = {"cut": data[:len(data) // 2], "zeroed": bytes(len(data)), "foreign": b"hello world\n" * 100, "empty": b"",
           "flipped": data[:60] + bytes([data[60] ^ 1]) + data[61:]}[how]
    put(path, bad)
    return bad


def state_damage():
    """The newest is damaged: the one before it is used, counts stay exact, the bad one is put aside."""
    w = World().start()
    for i, how in enumerate(("cut", "zeroed", "foreign", "flipped", "empty")):
        w.write(200)
        w.exact()
        w.write(100)
        w.exact()
        w.kill()
        bad = damage("state/state", how)
        w.prometheus = Prometheus()         # the page may go back to the generation before
        w.start()
        w.exact()
        assert w.value("logtally_state_resets_total") >= 1, how
        with open("state/state.damaged-%d" % (i + 1), "rb") as f:
            assert f.read() == bad, "the damaged file was changed"
    w.term()


def both_states_damaged():
    """Known files go on at their end, so nothing is counted twice; the loss is told."""
    w = World().start()
    w.write(200)
    w.exact()
    w.write(100)
    w.exact()
    w.kill()
    damage("state/state", "cut")
    damage("state/state.1", "zeroed")
    w.start()
    assert until(lambda: w.now("logtally_lost_bytes_total", reason="state") > 0, 15), w.own()
    size = os.stat(APP).st_size
    assert w.value("logtally_lost_bytes_total", reason="state") == size, w.own()
    assert w.value("logtally_state_resets_total") == 1
    assert w.value("lines_total") == 0
    w.truth, w.numbers, w.prometheus = {}, 0, Prometheus()
    w.write(100)
    w.exact()
    w.write(50, "logs/new.log")
    w.exact()
    w.finish()


def state_of_a_newer_version():
    w = World().start()
    w.write(100)
    w.exact()
    w.term()
    with open("state/state", "rb") as f:
        data = bytearray(f.read())
    struct.pack_into("<I", data, 8, 999)
    put("state/state", data)
    said = refused(w)
    assert os.getcwd() + "/state" in said, said
    with open("state/state", "rb") as f:
        assert f.read() == data
    assert sorted(os.listdir("state")) == sorted(set(os.listdir("state")) - {"state.damaged-1"})


def left_over_temporary_is_not_believed():
    w = World().start()
    w.write(100)
    w.exact()
    w.kill()
    with open("state/state", "rb") as f:
        old = f.read()
    w.start()
    w.write(100)
    w.exact()
    w.kill()
    put("state/state.tmp", old)
    w.start()
    w.finish()


def saved_again_when_removed_while_running():
    """Told, and there again at once although nothing changes: the state, its directory, the directory moved away."""
    w = World(state="interval = 1h").start()
    w.write(100)
    w.exact()
    for i, remove in enumerate((lambda: os.unlink("state/state"), lambda: shutil.rmtree("state"),
                                lambda: os.rename("state", "state.away")), 1):
        remove()
        assert until(lambda: os.path.exists("state/state"), 20), "not saved again"
        assert until(lambda: w.now("logtally_state_removed_total") == i, 10), w.own()
        assert w.stderr().count("was removed, or its lock; it is saved again") == i, w.stderr()
        assert b'"state_removed":%d' % i in w.fetch("/health")[2]
    w.kill()
    w.start()
    w.exact()
    w.finish()


def removed_and_saved_again_before_anyone_looked():
    """A daemon that saves all the time never idles: it is told all the same, and nobody else takes the place."""
    w = World(state="interval = 100ms").start()
    for i, remove in enumerate((lambda: shutil.rmtree("state"), lambda: os.unlink("state/lock"),
                                lambda: (os.rename("state", "state.away"), os.mkdir("state", 0o700))), 1):
        w.write(100)
        w.exact()
        remove()
        w.write(100)
        w.exact()
        assert until(lambda: w.now("logtally_state_removed_total") == i, 10), w.own()
        r = subprocess.run([LOGTALLY, "run", "-c", "logtally.ini"], capture_output=True, text=True, timeout=60, check=False)
        assert r.returncode == 3 and "in use by another process" in r.stderr, r
    w.kill()
    w.start()
    w.exact()
    w.finish()


def told_when_removed_between_runs():
    """Nothing is counted twice: what is there is left out, and told; it is a state again at once."""
    w = World().start()
    w.write(200)
    w.exact()
    w.term()
    for name in ("state", "state.1"):
        os.unlink("state/" + name)
    w.start()
    assert os.path.exists("state/state"), "not saved before it listens"
    assert "was removed" in w.stderr(), w.stderr()
    size = os.stat(APP).st_size
    assert until(lambda: w.now("logtally_lost_bytes_total", reason="state") == size, 15), w.own()
    assert w.value("logtally_state_resets_total") == 1
    w.truth, w.numbers, w.prometheus = {}, 0, Prometheus()
    w.write(100)
    w.finish()


def state_of_a_first_start_is_saved_silently():
    w = World()
    w.write(10)
    w.start()
    assert " error " not in w.stderr() and " warn " not in w.stderr(), w.stderr()
    assert w.now("logtally_state_resets_total") == 0
    w.term()


def free_of(w):
    """Neither the address nor the lock is held by the process that is about to end."""
    try:
        w.fetch("/health/live", seconds=2)
        return False
    except OSError:
        pass
    with open("state/lock", "rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def leaves(w):
    """SIGTERM while the disk does not answer. The process, which cannot end before its thread has left the kernel."""
    began = time.monotonic()
    w.child.terminate()
    assert until(lambda: free_of(w), 20), w.stderr()
    used = time.monotonic() - began
    assert "does not answer" in w.stderr(), w.stderr()
    print("# free after %.1f s" % used)
    old, w.child = w.child, None
    return old


def starts_beside(w):
    """The process that hangs is ended; the next one starts, and is not disturbed when the old one goes on."""
    time.sleep(1)
    old = leaves(w)
    w.start()
    w.write(50)
    w.exact()
    assert old.wait(600) == 3


def hangs(call):
    """Stopped before a call in the kernel: the next process starts, and is not disturbed when the old one goes on."""
    w = World(state="interval = 200ms").start()
    w.write(100)
    w.exact()
    w.term()
    first = 3 if call == "fsync" else 1  # two are of the start
    w.start(strace("-e", "trace=" + call, "-e", "inject=%s:delay_enter=20s:when=%d+" % (call, first)))
    w.write(100)
    starts_beside(w)
    w.write(50)
    w.finish()


def hung_fsync():
    hangs("fsync")


def hung_rename():
    hangs("renameat")


def hung_rules():
    """A reload waits for its rules: it ends with SIGTERM, whatever becomes of the disk, and the next process starts."""
    w = World(state="interval = 200ms").start()
    w.write(100)
    w.exact()
    w.term()
    w.start(strace("-P", "rules.ini", "-P", os.path.abspath("rules.ini"), "-e", "trace=openat",
                   "-e", "inject=openat:delay_enter=20s:when=2+"))
    w.write(100)
    w.exact()
    w.signal(signal.SIGHUP)  # calls are counted for each thread: it has read them once after that
    assert until(lambda: "reloaded: " in w.stderr(), 20), w.stderr()
    w.signal(signal.SIGHUP)
    starts_beside(w)
    w.finish()


def frozen_file_system():
    """As it is: the old writer waits in the kernel, where no signal reaches it, until the disk comes back."""
    need("mkfs.ext4")
    need("fsfreeze")
    run("truncate", "-s", "16M", "disk")
    run("mkfs.ext4", "-q", "disk")
    os.mkdir("state")
    if subprocess.run(["mount", "-o", "loop", "disk", "state"], check=False, stderr=subprocess.DEVNULL).returncode:
        raise Skip("no right to mount a file system")
    try:
        frozen_story()
    finally:
        subprocess.run(["fsfreeze", "-u", "state"], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["umount", "-l", "state"], check=False)


def frozen_story():
    w = World(state="interval = 200ms").start()
    w.write(100)
    w.exact()
    run("fsfreeze", "-f", "state")
    w.write(100)
    time.sleep(1)
    old = leaves(w)
    thaw = subprocess.Popen(["sh", "-c", "sleep 2; fsfreeze -u state"])
    w.start(wait=False)
    thaw.wait()
    assert old.wait(600) == 3
    assert until(w.listening, 60), w.stderr()
    w.write(50)
    w.finish()


def starting(w, delay):
    """A start whose lock the disk does not give for so long. The address is known before the log tells it."""
    port = free_port()
    put("logtally.ini", get("logtally.ini").replace("127.0.0.1:0", "127.0.0.1:%d" % port))
    w.start(strace("-e", "trace=flock", "-e", "inject=flock:delay_enter=%ds" % delay), wait=False)
    w.address = "127.0.0.1:%d" % port
    assert until(lambda: answer(w, "/health/live") == 200), w.stderr()


def answer(w, path, method="GET"):
    try:
        return w.fetch(path, method=method, seconds=60)[0]
    except OSError:
        return None


def start_that_waits_for_the_disk():
    """It is told, requests are answered, and SIGTERM ends it; the next start knows what was known."""
    w = World(state="interval = 200ms").start()
    w.write(100)
    w.exact()
    w.term()
    starting(w, 30)
    assert answer(w, "/health/ready") == 503
    assert json.loads(w.fetch("/health")[2])["status"] == "restoring"
    assert answer(w, "/metrics") == 503
    assert answer(w, "/") == 503
    assert until(lambda: "does not answer" in w.stderr(), 60), w.stderr()
    w.write(100)
    old = leaves(w)
    w.start()
    w.finish()
    assert old.wait(600) == 0


def start_that_goes_on():
    """Lines, a scrape, a reload and a signal to reload, all before the state is there."""
    w = World(state="interval = 200ms", server="reload = yes").start()
    w.write(100)
    w.exact()
    w.term()
    starting(w, 5)
    w.write(100)
    w.signal(signal.SIGHUP)
    assert answer(w, "/metrics") in (200, 503)
    assert answer(w, "/-/reload", "POST") == 200
    assert "reloaded" in w.stderr(), w.stderr()
    w.finish()


def file_size_limit():
    """RLIMIT_FSIZE: a save that fails, told and counted; no death by a signal."""
    w = World(state="interval = 200ms").start()
    w.write(200)
    w.exact()
    resource.prlimit(w.pid, resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    w.write(200)
    assert until(lambda: w.now("logtally_checkpoint_failures_total") >= 1, 15), w.own()
    assert w.value("lines_total") == 200, "showed what is not durable"
    resource.prlimit(w.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    w.finish()


def directory_that_others_can_write():
    """Said at the start; whatever they put there is not followed."""
    w = World()
    os.mkdir("state")
    os.chmod("state", 0o777)
    put("victim", "kept")
    os.symlink("../victim", "state/state.tmp")
    os.mkfifo("state/state.tmp-1")
    w.start()
    assert "can be written by others (mode 0777)" in w.stderr(), w.stderr()
    w.write(100)
    w.exact()
    assert get("victim") == "kept"
    w.finish()
    if os.geteuid() == 0:
        os.chmod("state", 0o700)
        os.chown("state", 12345, -1)
        w.start()
        assert "can be written by others (it belongs to user 12345)" in w.stderr(), w.stderr()
        w.finish()


def rotate_down():
    w = World().start()
    for i in range(4):
        w.write(200)
        w.exact()
        w.term() if i % 2 else w.kill()
        w.write(150)
        for k in range(9, 0, -1):
            if os.path.exists(APP + ".%d" % k):
                os.rename(APP + ".%d" % k, APP + ".%d" % (k + 1))
        os.rename(APP, APP + ".1")
        w.write(60)
        w.start()
        w.exact()
    w.finish()


def rotate_gz_down(suffix=".gz", times=2):
    w = World().start()
    for _ in range(3):
        w.write(200)
        w.exact()
        w.kill()
        w.write(150)
        for k in range(9, 1, -1):
            if os.path.exists(APP + ".%d%s" % (k, suffix)):
                os.rename(APP + ".%d%s" % (k, suffix), APP + ".%d%s" % (k + 1, suffix))
        os.rename(APP, APP + ".2")
        pack(APP + ".2", suffix)
        w.write(60)
        if times == 2:
            os.rename(APP, APP + ".1")
            w.write(30)
        w.start()
        w.exact()
        if times == 2:
            os.unlink(APP + ".1")
    w.finish()


def rotate_zst_down():
    need("zstd")
    rotate_gz_down(".zst", 1)


def rotate_xz_down():
    need("xz")
    rotate_gz_down(".xz", 1)


def rotate_bz2_down():
    need("bzip2")
    rotate_gz_down(".bz2", 1)


def rotated_and_deleted_down():
    """What is gone is gone: no duplicates, no counter goes down, and the loss is told."""
    w = World().start()
    w.write(200)
    w.exact()
    w.kill()
    gone = w.lines(100)
    with open(APP, "ab") as f:
        f.write(gone)
    for _ in range(3):
        os.rename(APP, APP + ".1")
        os.unlink(APP + ".1")
        w.forget(gone)
        gone = w.lines(50)
        with open(APP, "ab") as f:
            f.write(gone)
    w.start()
    w.exact()
    assert until(lambda: w.now("logtally_files_vanished_total") >= 1, 15), w.own()
    w.finish()


def truncate_down():
    w = World().start()
    for n in (10, 400, 800):
        w.write(300)
        w.exact()
        w.kill()
        os.truncate(APP, 0)
        w.write(n)
        w.start()
        w.exact()
    w.finish()


def copytruncate_down():
    w = World().start()
    for i in range(3):
        w.write(300)
        w.exact()
        w.kill()
        w.write(100)
        shutil.copy(APP, APP + ".%d" % i)
        os.truncate(APP, 0)
        w.write(50 if i % 2 else 900)
        w.start()
        w.exact()
    w.finish()


def two_daemons():
    w = World().start()
    w.write(200)
    w.exact()
    second = subprocess.run([LOGTALLY, "run", "-c", "logtally.ini"], stderr=subprocess.PIPE, timeout=600, check=False)
    assert second.returncode not in (0, -signal.SIGKILL), second
    assert b"in use" in second.stderr and os.getcwd().encode() in second.stderr, second.stderr
    w.write(100)
    w.exact()
    w.finish()


def series_stay_over_restarts():
    w = World().start()
    w.write(2000)
    w.exact()
    for i in range(4):
        w.kill() if i % 2 else w.term()
        w.start()
        before = set(w.prometheus.last)
        assert before == {(n, ls) for n in ("lines_total", "numbers_total") for ls in w.scrape()[n]}
    w.finish()


def a_scrape_between_ticks_does_not_put_off_the_next_save():
    """`interval` is promised from the last save on, whoever asked for that one."""
    def saved_since(stat):
        return lambda: os.stat("state/state").st_mtime_ns != stat.st_mtime_ns

    w = World(state="interval = 3s").start()
    w.write(10)
    w.exact()
    before = os.stat("state/state")
    w.write(10)
    assert until(saved_since(before), 10), "the tick did not save"
    w.write(10)
    w.exact()                                           # its scrapes save, too
    before = os.stat("state/state")
    w.write(10)
    assert until(saved_since(before), 4.5), "saved later than interval allows"
    w.finish()


def state_file_is_private_and_whole():
    """What the file says of itself holds: a length, and a checksum of all of it."""
    w = World().start()
    w.write(100)
    w.exact()
    w.term()
    with open("state/state", "rb") as f:
        data = f.read()
    assert data[:8] == b"LTSTATE\n" and struct.unpack_from("<Q", data, 32)[0] == len(data) - 64
    with open("state/state.1", "rb") as f:
        assert f.read(8) == b"LTSTATE\n"
    assert os.stat("state/state").st_mode & 0o777 == 0o600


def memories():
    return {name: os.stat("state/" + name).st_size for name in os.listdir("state") if name.startswith("memory-")}


def what_is_gone_is_not_written_again():
    """It is in a file beside the state, to which only what is new is added; and is known again after kill -9."""
    w = World(state="interval = 100ms").start()
    os.mkdir("away")
    for i in range(200):
        w.write(1, "logs/%d.log" % i)
    w.exact()
    w.term()
    large = os.stat("state/state").st_size
    for i in range(200):
        os.rename("logs/%d.log" % i, "away/%d.log" % i)
    w.start()
    w.write(1)
    assert until(lambda: sum(memories().values()) > 200 * 100), memories()
    w.exact()
    before = memories()
    assert os.stat("state/state").st_size < large / 3, (os.stat("state/state").st_size, large)
    for _ in range(10):
        w.write(1)
        w.exact()
    assert set(memories().items()) <= set(before.items()), (before, memories())
    w.kill()
    w.start()
    for i in range(0, 200, 2):
        os.rename("away/%d.log" % i, "logs/%d.log" % i)
        w.write(1, "logs/%d.log" % i)
    w.exact()
    w.kill()
    w.start()
    for i in range(1, 200, 2):
        os.rename("away/%d.log" % i, "logs/%d.log" % i)
        w.write(1, "logs/%d.log" % i)
    w.finish()
    assert len(memories()) <= 2, memories()


def memory_damaged():
    """Told, and nothing else is lost: what is there goes on."""
    w = World(state="interval = 100ms").start()
    w.write(100)
    w.write(100, "logs/gone.log")
    w.exact()
    w.term()
    os.unlink("logs/gone.log")
    w.start()
    assert until(lambda: sum(memories().values()) > 0)
    w.term()
    for name in memories():
        with open("state/" + name, "r+b") as f:
            f.write(b"\xff")
    w.start()
    assert "of files that are gone is damaged" in w.stderr(), w.stderr()
    w.write(10)
    w.finish()


if __name__ == "__main__":
    main(restart_term, kill9, kill9_rotate, crashpoints_fsync, crashpoints_rename, crashpoints_link, crashpoints_unlink,
         crashpoints_write, crashpoints_open, crashpoints_close, order_of_the_state_write, fsync_eio,
         enospc_and_space_again, enospc_and_killed_while_full, state_directory_unusable, nothing_kept_when_asked,
         state_damage, both_states_damaged, state_of_a_newer_version, left_over_temporary_is_not_believed, rotate_down,
         rotate_gz_down, rotate_zst_down, rotate_xz_down, rotate_bz2_down, rotated_and_deleted_down, truncate_down, copytruncate_down, two_daemons,
         series_stay_over_restarts, a_scrape_between_ticks_does_not_put_off_the_next_save,
         state_file_is_private_and_whole, what_is_gone_is_not_written_again, memory_damaged,
         saved_again_when_removed_while_running, removed_and_saved_again_before_anyone_looked, told_when_removed_between_runs,
         state_of_a_first_start_is_saved_silently, hung_fsync, hung_rename, hung_rules, frozen_file_system,
         start_that_waits_for_the_disk, start_that_goes_on, file_size_limit,
         directory_that_others_can_write)
