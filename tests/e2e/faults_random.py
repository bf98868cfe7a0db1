#!/usr/bin/env python3
# timeout: 300
"""A writer, a rotator, a killer and a reader, driven by a seed, against a model that knows every line.

FAULTS_SEED=N repeats a run, for FAULTS_SECONDS or FAULTS_STEPS; FAULTS_BLOCK=1 tells of each line; LT_LONG=1 makes many
and long runs. The model: a step that would destroy lines no tailer can save (unread bytes without a copy) is only taken
after the reader has said that it has read them.
"""
import gzip
import os
import random
import shutil
import signal
import time

from _faults import LONG, World, append, main, until, write_all

NAMES = ["logs/a.log", "logs/b.log", "logs/sub/c.log"]


class Game:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        os.makedirs("logs/sub", exist_ok=True)
        self.w = World(path="logs/*.log logs/sub/*.log",
                       state="interval = %dms" % self.chance.choice([100, 500, 5000]),
                       block=int(os.environ.get("FAULTS_BLOCK", "200")), limits="line = %s" % self.chance.choice(["64KiB", "1MiB"]))
        self.fds, self.rotated, self.half, self.steps = {}, {n: 0 for n in NAMES}, {}, []
        self.frozen = False

    def fd(self, name):
        if name not in self.fds:
            self.fds[name] = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        return self.fds[name]

    def close(self, name):
        if name in self.fds:
            os.close(self.fds.pop(name))

    def complete(self, name):
        """Ends the line that is half written."""
        if name in self.half:
            write_all(self.fd(name), self.half.pop(name))

    # --- the writer
    def write(self, name):
        self.complete(name)
        write_all(self.fd(name), self.w.lines(self.chance.choice([1, 3, 50, 400])))

    def write_half(self, name):
        self.complete(name)
        line = self.w.lines(1)
        at = self.chance.randrange(1, len(line))
        write_all(self.fd(name), line[:at])
        self.half[name] = line[at:]

    def write_junk(self, name):
        self.complete(name)
        write_all(self.fd(name), self.chance.choice([b"\n", b"\xff\xfe\n", b"x" * 70000 + b"\n", b"{}\n", b"a b c\n"]))

    def write_by_another(self, name):
        self.complete(name)
        append(name, self.w.lines(20))

    # --- the rotator
    def rename(self, name):
        k = self.rotated[name] = self.rotated[name] + 1
        self.known(name)
        os.rename(name, "%s.%d" % (name, k))
        if self.chance.random() < 0.5:
            self.write(name)                # through the old descriptor
        if name in self.half:
            write_all(self.fds[name], self.half.pop(name))
        self.close(name)
        append(name, self.w.lines(self.chance.randrange(1, 30)))

    def compress(self, name):
        k = self.rotated[name] = self.rotated[name] + 1
        self.complete(name)
        self.known(name)
        with open(name, "rb") as f:
            packed = gzip.compress(f.read())
        append("%s.%d.gz" % (name, k), packed)
        os.unlink(name)
        self.close(name)
        append(name, self.w.lines(self.chance.randrange(1, 30)))

    def copytruncate(self, name):
        k = self.rotated[name] = self.rotated[name] + 1
        self.complete(name)
        self.known(name)
        shutil.copy(name, "%s.%d" % (name, k))
        os.truncate(name, 0)
        write_all(self.fd(name), self.w.lines(self.chance.choice([1, 30, 600])))

    def rewrite(self, name):
        """By a copy of itself, while the reader has the file: in place of one that it does not have, say a moment after
        a start, the copy is counted again and told (docs/guarantees.md, row 10)."""
        self.complete(name)
        self.known(name)
        if not self.read_all():
            return
        self.close(name)
        shutil.copy(name, name + "tmp")
        os.rename(name + "tmp", name)
        append(name, self.w.lines(3))
        self.read_all()

    def truncate(self, name):
        self.complete(name)
        if self.read_all():
            self.fd(name)
            os.truncate(name, 0)
            write_all(self.fd(name), self.w.lines(self.chance.choice([1, 200])))

    def delete(self, name):
        self.complete(name)
        if self.read_all():
            self.close(name)
            os.unlink(name)
            append(name, self.w.lines(self.chance.randrange(1, 50)))

    # --- the killer
    def kill(self, _):
        self.thaw()
        self.w.kill()
        if self.chance.random() < 0.5:
            for _ in range(self.chance.randrange(4)):
                self.step(down=True)
        self.w.start()

    def term(self, _):
        self.thaw()
        self.w.term()
        self.w.start()

    def freeze(self, _):
        self.w.signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self, _=None):
        if self.frozen:
            self.w.signal(signal.SIGCONT)
            self.frozen = False

    def reload(self, _):
        self.w.signal(signal.SIGHUP)

    # --- the reader
    def scrape(self, _):
        if not self.frozen:
            self.nothing_wrong()

    def nothing_wrong(self):
        """Nothing doubled, and no loss told: nothing is lost in this game."""
        self.w.doubled_none()
        self.no_loss_told()
        return True

    def no_loss_told(self):
        assert not self.w.value("logtally_lost_bytes_total"), "told of a loss that was none\n" + self.w.own()

    def known(self, name):
        """A file that was never opened can only be found as long as its name or its plain copy is there."""
        if not os.path.exists(name):
            append(name, self.w.lines(1))

    def read_all(self):
        """The reader has all that can be read; False when it is not running."""
        if not self.w.alive():
            return False
        self.thaw()
        halves = sum(len(h) > 0 for h in self.half.values())
        want = sum(self.w.truth.values()) - halves
        assert until(lambda: self.nothing_wrong() and self.w.value("lines_total") >= want and
                     self.w.now("logtally_catching_up") == 0, 30), \
            "lost: " + self.w.difference() + "\n" + self.w.own()
        return True

    def step(self, down=False):
        files = [self.write] * 8 + [self.write_half] * 3 + [self.write_junk, self.write_by_another, self.rename, self.rename,
                                                            self.copytruncate]
        if not down:    # a copy that nobody saw coming is the same written again: told, and counted again
            files += [self.rewrite, self.compress, self.truncate, self.delete, self.kill, self.term, self.freeze,
                      self.thaw, self.thaw, self.reload] + [self.scrape] * 4
        do, name = self.chance.choice(files), self.chance.choice(NAMES)
        if do == self.compress and not self.read_all():
            return
        self.steps.append("%s %s%s, from line %d" % (do.__name__, name, " (down)" if down else "", self.w.n))
        do(name)

    def play(self, seconds, steps):
        self.w.start()
        for name in NAMES:
            self.known(name)
        self.w.exact()
        end = time.monotonic() + seconds
        while time.monotonic() < end and len(self.steps) < steps:
            self.step()
        self.thaw()
        for name in NAMES:
            self.complete(name)
        self.w.finish()
        self.no_loss_told()


def play(seed, seconds, steps):
    os.makedirs("seed%d" % seed)
    top = os.getcwd()
    os.chdir("seed%d" % seed)
    game = Game(seed)
    try:
        game.play(seconds, steps)
        print("seed %d: %d steps, %d lines" % (seed, len(game.steps), game.w.n))
    except BaseException as e:              # what is wrong first, the last step first: the end may be cut off
        print("FAULTS_SEED=%d fails after %d steps: %s\n  %s" % (
            seed, len(game.steps), e, "\n  ".join(game.steps[:-150:-1])))
        raise
    finally:
        for name in list(game.fds):
            game.close(name)
        os.chdir(top)


def seeds(first):
    if "FAULTS_SEED" in os.environ:
        play(int(os.environ["FAULTS_SEED"]), int(os.environ.get("FAULTS_SECONDS", "120")),
             int(os.environ.get("FAULTS_STEPS", "5000")))
        return
    if not LONG:
        play(first, 30, 1000)
        return
    base = int(time.time()) * 10 + first
    for k in range(20):
        play(base + 10000 * k, 60, 3000)


def random_1():
    seeds(1)


def random_2():
    seeds(2)


def random_3():
    seeds(int(time.time()))                 # another one each time


if __name__ == "__main__":
    main(*([random_1] if "FAULTS_SEED" in os.environ else [random_1, random_2, random_3]),
         limit=2400 if LONG or "FAULTS_SEED" in os.environ else 150)
