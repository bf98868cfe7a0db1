#!/usr/bin/env python3
# timeout: 200
"""`logtally verify`: what was counted is read again, and every byte that is another one is told."""
import gzip
import os
import random
import re
import shutil
import struct
import subprocess

from _common import crc32c, get, put
from _faults import LOGTALLY, RULES, World, append, main, until

APP = "logs/app.log"


def verify(*args, code=0, says=(), config="logtally.ini"):
    done = subprocess.run([LOGTALLY, "verify", "-c", config, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=600, check=False)
    out = done.stdout.decode()
    assert done.returncode == code, "exit status %d\n%s" % (done.returncode, out)
    for pattern in (says,) if isinstance(says, str) else says:
        assert re.search(pattern, out, re.M), "not said: %s\n%s" % (pattern, out)
    return out


def world(**more):
    return World(state="interval = 100ms", **more)


def saved(w):
    """Everything was counted, and saved."""
    w.exact()
    w.term()


def clean():
    w = world().start()
    for i in range(5):
        w.write(200 + i)
        append("logs/other.log", w.lines(50))
        w.exact()
        verify(says=r"^\S*logs/other.log: %d lines, unchanged$" % (50 * (i + 1)))
        w.kill()
        verify(says=(r"^2 files: \d+ lines counted, \d+ found again$",
                     r"^metrics: \d+ samples of counters and histograms, equal$"))
        w.start()
    w.finish()


def a_byte_that_changed():
    w = world().start()
    w.write(2000)
    saved(w)
    before = get(APP)
    for at in (0, 600, 30001, len(before) - 2):
        with open(APP, "r+b") as f:
            f.seek(at)
            f.write(b"#")
        verify(code=1, says=r"^\S*app.log: .*bytes changed since they were counted")
        with open(APP, "r+b") as f:
            f.write(before.encode())
        verify(says="unchanged")


def a_line_that_was_deleted():
    w = world().start()
    w.write(2000)
    saved(w)
    lines = get(APP).splitlines(keepends=True)
    with open(APP, "r+b") as f:
        f.write("".join(lines[:1000] + lines[1001:]).encode())
        f.truncate()
    verify(code=1, says=r"bytes changed since they were counted")


def a_line_that_was_added_is_none_of_ours():
    w = world().start()
    w.write(1000)
    saved(w)
    append(APP, b"kind=l n=7 block=0 size=0.1\n")
    verify(says=(r"app.log: 1000 lines, unchanged$", "^1 file: 1000 lines counted, 1000 found again$"))


def rotated_and_compressed():
    w = world().start()
    for i in range(4, 0, -1):
        w.write(300)
        w.exact()
        os.rename(APP, APP + ".%d" % i)
    w.write(100)
    w.exact()
    verify(says=(r"app.log.1: 300 lines, unchanged", "^5 files: 1300 lines counted, 1300 found again$"))
    for i in (2, 3, 4):
        subprocess.run(["gzip", APP + ".%d" % i], check=True)
    w.exact()
    w.kill()
    verify(says=(r"app.log.2.gz: 300 lines, unchanged", "^5 files: 1300 lines counted, 1300 found again$"))
    subprocess.run(["gzip", APP + ".1"], check=True)        # while nobody looks
    verify(says=(r"app.log.1.gz: 300 lines, unchanged", "^5 files: 1300 lines counted, 1300 found again$"))
    text = gzip.open(APP + ".3.gz").read()
    with gzip.open(APP + ".3.gz", "wb") as f:
        f.write(text[:5000] + b"#" + text[5001:])
    verify(code=1, says=r"bytes changed since they were counted")


def copied_and_truncated_while_nobody_looks():
    w = world().start()
    w.write(700)
    saved(w)
    shutil.copy(APP, APP + ".1")
    with open(APP, "r+b") as f:
        f.truncate(0)
    w.write(5)
    verify(says=(r"app.log.1: 700 lines, unchanged", "^1 file: 700 lines counted, 700 found again$"))
    os.unlink(APP + ".1")
    verify(code=1, says=r"app.log: cut, or bytes changed since they were counted; 700 lines")


def gone():
    w = world().start()
    w.write(500)
    w.exact()
    os.rename(APP, APP + ".1")
    w.write(20)
    w.exact()
    os.unlink(APP + ".1")
    saved(w)
    verify(says=(r"app.log: 20 lines, unchanged", r"^2 files: 520 lines counted, 20 found again; 500 are of files that are gone$"))
    os.unlink(APP)
    verify(says=r"^2 files: 520 lines counted, 0 found again; 520 are of files that are gone$")


def cut():
    w = world().start()
    w.write(1000)
    w.exact()
    with open(APP, "r+b") as f:
        f.truncate(25000)
    until(lambda: w.now("logtally_files_truncated_total") == 1)
    append(APP, b"\n")
    w.write(10)
    w.exact()
    w.kill()
    verify(says=r"app.log: 10 lines, unchanged; 1000 before byte 25000 cannot be checked: the file was cut")
    w.start()
    w.finish()


def begun_at_the_end():
    put(APP, b"kind=l n=7 block=0 size=0.1\n" * 50)
    w = world(log="start = end").start()
    w.write(30)
    saved(w)
    verify(says=r"app.log: 30 lines, unchanged, from byte 1400 on")
    with open(APP, "r+b") as f:
        f.seek(700)
        f.write(b"#")
    verify(says=r"app.log: 30 lines, unchanged|cut, or bytes", code=0)


def random_days_under_kill_9():
    chance = random.Random(5)
    w = world().start()
    for i in range(40):
        w.write(chance.randrange(1, 400))
        step = chance.randrange(6)
        if step == 2 and w.alive():
            w.exact()       # an archive of what was never seen is read by nobody
        if step == 0:
            w.scrape()
        elif step == 1:
            w.kill()
        elif step in (2, 3):
            part = APP + "-202601%02d%02d" % (1 + i // 24, i % 24)
            os.rename(APP, part)
            if step == 2:
                subprocess.run(["gzip", part], check=True)
        if not w.alive():
            verify()
            w.start()
        if i % 10 == 9:
            w.exact()
            verify()
    w.exact()
    w.kill()
    out = verify(says="lines counted")
    total = re.search(r"(\d+) lines counted, (\d+) found again", out)
    assert total.group(1) == total.group(2) == str(w.n), out
    w.start()
    w.finish()


class Reader:
    """What buf_u32 and its like wrote."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, size=4):
        return int.from_bytes(self.take(size), "little")

    def blob(self):
        return self.take(self.number())

    def varint(self):
        v = shift = 0
        while True:
            byte = self.number(1)
            v |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return v

    def vblob(self):
        return self.take(self.varint())


def blob(data):
    return struct.pack("<I", len(data)) + data


def files_of_0_1(files):
    """The files' part of a state, as version 0.1 wrote it: no boot id, sums, real paths, times and counts."""
    r = Reader(files)
    assert r.number() == 5
    r.blob()
    r.take(56)
    out = struct.pack("<I", 2)
    logs = r.number()
    out += struct.pack("<I", logs)
    for _ in range(logs):
        out += blob(r.blob()) + r.take(1)
    n = r.number()
    out += struct.pack("<I", n)
    for _ in range(n):
        stream, log = r.vblob(), r.vblob()
        path = stream[:r.varint()] + r.vblob()
        r.varint(), r.vblob()
        flags = r.varint()
        assert flags < 128  # 0.1 had no others
        out += blob(stream) + blob(log) + blob(path) + bytes([flags]) + r.take(8)
        r.take(8)
        out += struct.pack("<QQ", r.varint(), r.varint()) + r.take(8)
        offset = r.varint()
        out += struct.pack("<QQ", offset, offset + r.varint()) + r.take(1)
        head, tail = r.varint(), r.number(1)
        out += blob(r.take(head)) + blob(r.take(tail)) + struct.pack("<Q", 0)
        if r.varint():  # marks, which had 64 bits then: there are none
            r.take(4 * r.number(1))
        r.varint(), r.varint(), r.varint(), r.take(4)
        out += blob(r.vblob())
        if r.varint():  # how it began, of what was not yet read
            r.take(4), r.vblob()
    for _ in range(r.number()):  # how much all that is rotated begins with
        r.vblob(), r.varint()
    assert r.at == len(files)
    return out


def a_state_of_version_0_1():
    w = world().start()
    w.write(300)
    saved(w)
    with open("state/state", "rb") as f:
        state = f.read()
    r = Reader(state[60:-4])
    running, files, values = r.take(8), r.blob(), r.blob()
    payload = running + blob(files_of_0_1(files)) + blob(values)
    state = state[:8] + struct.pack("<II", 1, 40) + state[16:32] + struct.pack("<Q", len(payload)) + payload
    put("state/state", state + struct.pack("<I", crc32c(state)))
    verify(says=(r"^0 files: 0 lines counted, 0 found again$", "before 20..-..-.*, by an older version, cannot be checked"))
    w.start()
    w.write(200)
    saved(w)
    verify(says=(r"app.log: 200 lines, unchanged, from byte \d+ on", "^1 file: 200 lines counted, 200 found again$"))
    w.start()
    w.finish()


def state_with(change):
    """The state again, its payload changed."""
    with open("state/state", "rb") as f:
        state = f.read()
    payload = change(state[60:-4])
    assert len(payload) == len(state) - 64 and payload != state[60:-4]
    state = state[:60] + payload
    put("state/state", state + struct.pack("<I", crc32c(state)))


def varint(n):
    return bytes([n & 127 | 128]) + varint(n >> 7) if n > 127 else bytes([n])


def a_metric_that_is_another():
    w = world().start()
    w.write(777)
    saved(w)
    verify(says="^metrics: .* equal$")
    was, is_now = varint(w.numbers), varint(w.numbers + 1)
    state_with(lambda payload: payload.replace(was, is_now))
    verify(code=1, says=r"^metrics: samples that differ: 1 [\s\S]*^  \+ numbers_total \d+$")


def lines_of_which_no_time_is_known_are_gone():
    """What was cut and written anew in place: when its lines were written nobody knows, and 1970 is no answer."""
    w = world().start()
    w.write(100)
    w.exact()
    put(APP, w.lines(100))
    saved(w)
    verify(says=r"^metrics: cannot be checked: lines (before 20..-..-..T\S+ )?are gone$")


def metrics_that_cannot_be_checked():
    w = world().start()
    w.write(100)
    os.rename(APP, APP + ".1")
    w.write(100)
    saved(w)
    verify(says="^metrics: .* equal$")
    os.unlink(APP + ".1")
    verify(says=r"^metrics: cannot be checked: lines before 20..-..-..T\S+ are gone$")
    w.start()
    w.write(100)
    saved(w)
    rules = get("rules.ini")
    put("rules.ini", rules.replace("Sum of the numbers", "The sum of the numbers"))
    verify(says="^metrics: cannot be checked: not all lines were counted by these rules, or series were dropped since$")
    w.start()
    w.write(100)
    saved(w)
    put("rules.ini", rules)
    verify(says="^metrics: cannot be checked: not all lines were counted by these rules, or series were dropped since$")


def records_that_silence_completed():
    """They were counted when nothing was read, and are lines of their file all the same."""
    w = world(rules=RULES.replace("where = kind == l", "match = ^kind=l n=(?<n>\\d+) block=(?<block>\\d+) size=(?<size>\\S+)"),
              log="format = text\nrecord = ^kind\nrecord_wait = 200ms").start()
    for _ in range(3):
        w.write(20)
        w.exact()
    saved(w)
    verify(says=(r"^\S*logs/app.log: 60 lines, unchanged$", "^metrics: .* equal$"))


def what_cannot_be_verified():
    put("bad.ini", "[serve]\n")
    verify(code=1, config="bad.ini", says="unknown section")
    w = world()
    verify(code=1, says="there is no state in")
    w.start()
    w.write(10)
    saved(w)
    verify("--state", "elsewhere", code=1, says="there is no state in elsewhere")
    verify("--nothing", code=2, says="unknown option")
    put("state/state", "rubbish")
    os.unlink("state/state.1")
    verify(code=3, says="is damaged")


main(clean, a_byte_that_changed, a_line_that_was_deleted, a_line_that_was_added_is_none_of_ours, rotated_and_compressed,
     copied_and_truncated_while_nobody_looks, gone, cut, begun_at_the_end, random_days_under_kill_9, a_state_of_version_0_1,
     a_metric_that_is_another, lines_of_which_no_time_is_known_are_gone, metrics_that_cannot_be_checked,
     records_that_silence_completed, what_cannot_be_verified)
