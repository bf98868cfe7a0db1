"""The logs of a soak: six formats, each written, added up and rotated as one kind of program does it.

What is added up is the truth: lines by status, the sum of their numbers and of their random weights (a line lost and
another doubled do not cancel out), a gauge that goes up and down, and a histogram of times. A log keeps its newest
parts; older ones are deleted only after all was seen to be counted."""
import glob
import os
import random
import shutil
import subprocess
import time

BUCKETS = (0.01, 0.05, 0.25, 1)
STATUSES = (200,) * 8 + (301, 404, 500)

RULES = """
[event structured]
log         = json, logfmt, kv, pod
where       = kind == l
set.source  = ${_log}
[event access]
log         = nginx
match       = ^\\S+ - \\S+ \\[[^\\]]+\\] "[A-Z]+ /p\\?n=(?<n>\\d+)&w=(?<w>\\d+) HTTP/1\\.1" (?<status>\\d+) \\d+ "-" "-" (?<took>[\\d.]+)$
set.source  = ${_log}
[event trace]
log         = java
match       = ^\\S+ ERROR \\[main\\] shop\\.Pay - n=(?<n>\\d+) w=(?<w>\\d+) status=(?<status>\\d+) took=(?<took>[\\d.]+)\\n(?:\\tat shop\\.[a-z]+\\n?)+$
set.source  = ${_log}
[event good]
of          = structured
where       = status == 200
[event bad]
of          = structured
where       = status != 200
[counter lines_total]
help        = Lines
inc         = structured, access, trace
labels      = source, status
[counter numbers_total]
help        = Sum of the numbers of the lines
add         = structured, access, trace
value       = n
labels      = source
[counter weights_total]
help        = Sum of a random number of each line
add         = structured, access, trace
value       = w
labels      = source
[gauge balance]
help        = Good lines less bad ones
inc         = good
dec         = bad
labels      = source
[histogram took_seconds]
help        = Times
observe     = structured, access, trace
value       = took
unit        = s
labels      = source
buckets     = %s
""" % " ".join(map(str, BUCKETS))

# format: keys of its section, one line or record of it
FORMATS = {
    "json": ("format = json", '{{"time":"{iso}","kind":"l","msg":"request","n":{n},"w":{w},"status":{status},"took":"{ms}ms","note":"Größe №{n}"}}'),
    "logfmt": ("format = logfmt", 'time={iso} kind=l msg="one line" n={n} w={w} status={status} took={ms}ms'),
    "kv": ("format = kv", "{syslog} web1 app[7]: did it kind=l n={n} w={w} status={status} took={ms}ms then went on"),
    "nginx": ("format = text\ntime_match = \\[(?<time>\\d\\d/[A-Z][a-z][a-z]/\\d{4}:[^\\]]+)\\]\n"
              "time_format = %d/%b/%Y:%H:%M:%S %z",
              '10.0.0.{octet} - - [{clf}] "GET /p?n={n}&w={w} HTTP/1.1" {status} {w} "-" "-" {s}'),
    "pod": ("format = json\nunwrap = cri", '{iso} stdout F {{"kind":"l","n":{n},"w":{w},"status":{status},"took":"{ms}ms"}}'),
    "java": ("format = text\nrecord = ^\\d{4}-\nrecord_wait = 2s",
             "{iso} ERROR [main] shop.Pay - n={n} w={w} status={status} took={s}\n\tat shop.pay\n\tat shop.main"),
}


class Truth:
    """What the lines that were written add up to: {(name, labels): value} as on a page."""

    def __init__(self):
        self.lines, self.values = 0, {}

    def add(self, source, line):
        self.lines += 1
        for name, labels, by in (("lines_total", {"source": source, "status": str(line["status"])}, 1),
                                 ("numbers_total", {"source": source}, line["n"]),
                                 ("weights_total", {"source": source}, line["w"]),
                                 ("took_seconds_count", {"source": source}, 1),
                                 ("took_seconds_sum", {"source": source}, line["ms"])):
            self.put(name, labels, by)
        if source not in ("nginx", "java"):
            self.put("balance", {"source": source}, 1 if line["status"] == 200 else -1)
        for le in BUCKETS:
            self.put("took_seconds_bucket", {"source": source, "le": repr(float(le))}, int(line["ms"] <= le * 1000))
        self.put("took_seconds_bucket", {"source": source, "le": "+Inf"}, 1)

    def put(self, name, labels, by):
        key = name, tuple(sorted(labels.items()))
        self.values[key] = self.values.get(key, 0) + by

    def differences(self, page):
        """What of {(name, labels): value} is not so: (key, written, counted). Times are added up in milliseconds."""
        for key, want in self.values.items():
            got = page.get(key, 0)
            if key[0] == "took_seconds_sum":
                if abs(got * 1000 - want) > 1e-9 * want + 1e-6:
                    yield key, want / 1000, got
            elif got != want:
                yield key, want, got


class Log:
    """One log in a directory of its own. Its writer keeps its descriptor, as programs do."""

    path = "app.log"

    def __init__(self, name, truth, seed):
        self.name, self.truth, self.n = name, truth, 0
        self.random = random.Random("%s/%s" % (name, seed))
        self.where = os.path.join("logs", name)
        self.section, self.template = FORMATS[name]
        os.makedirs(self.where)
        self.fd, self.late, self.late_since, self.packing, self.rotations, self.bytes = None, [], 0, [], 0, 0
        if name == "pod":
            symlink_switch(self)
        else:
            self.reopen()

    def leave(self):
        self.late.append(self.fd)
        self.late_since = time.monotonic()

    def file(self, name=None):
        return os.path.join(self.where, name or self.path)

    def reopen(self):
        """The program is told that its log has another name, and begins a new file."""
        if self.fd is not None:
            self.leave()
        self.fd = os.open(self.file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def line(self):
        now, chance = time.time(), self.random
        at = time.gmtime(now)
        line = {"n": self.n, "w": chance.getrandbits(20), "status": chance.choice(STATUSES),
                "ms": int(chance.expovariate(1 / 60)) + 1, "octet": chance.randrange(256)}
        self.n += 1
        self.truth.add(self.name, line)
        text = self.template.format(
            iso=time.strftime("%Y-%m-%dT%H:%M:%S", at) + ".%03dZ" % (now * 1000 % 1000), s="%.3f" % (line["ms"] / 1000),
            clf=time.strftime("%d/%b/%Y:%H:%M:%S +0000", at), syslog=time.strftime("%b %e %H:%M:%S", at), **line)
        return text.encode() + b"\n"

    def write(self, n, fd=None):
        """n lines, in writes of some lines each; some writes end in the middle of a line, whose rest comes with the next."""
        while n > 0:
            few = min(n, self.random.choice((1, 3, 40, 400)))
            data, n = b"".join(self.line() for _ in range(few)), n - few
            # Of a record no part may wait: it would be complete after record_wait.
            cut = self.random.randrange(len(data)) if self.name != "java" and self.random.random() < 0.3 else len(data)
            for part in (data[:cut], data[cut:]):
                while part:
                    part = part[os.write(self.fd if fd is None else fd, part):]
            self.bytes += len(data)

    def write_late(self):
        """A program that has not yet been told of the rotation goes on in the file that was renamed."""
        for fd in self.late:
            self.write(self.random.randrange(60), fd)
        self.close_late()

    def tell(self):
        """The program is told in the end: what is written to a file that had rested for rotate_wait need not be read."""
        if self.late and time.monotonic() > self.late_since + 0.5 + self.n % 8:
            self.write_late()

    def close_late(self):
        for fd in self.late:
            os.close(fd)
        self.late = []

    def pack(self, name, packer):
        """By the program that users have, which works while all goes on."""
        self.close_late()           # what is written to a file while it is packed is lost, whoever reads it
        self.packing.append(subprocess.Popen(packer + [self.file(name)], stdout=subprocess.DEVNULL))

    def wait_for_packers(self):
        for child in self.packing:
            assert child.wait(300) == 0, "%s: %r" % (self.name, child.args)
        self.packing = []

    def chain(self):
        """app.log.3 becomes app.log.4, .2 .3, and app.log.1 is free."""
        parts = []
        for name in os.listdir(self.where):
            part = name.split(".")
            if name.startswith("app.log.") and part[2].isdigit():
                parts.append((int(part[2]), part))
        for number, part in sorted(parts, reverse=True):
            os.rename(self.file(".".join(part)), self.file(".".join(["app", "log", str(number + 1)] + part[3:])))

    def rotate(self):
        self.settle()
        kind = self.random.choice(KINDS[self.name])
        kind(self)
        self.rotations += 1
        return kind.__name__

    def prune(self, keep=6):
        """Deletes all parts but the newest: all is counted now."""
        self.settle()
        parts = glob.glob(os.path.join(self.where, "app*")) + glob.glob(os.path.join("pods", self.name, "*"))
        now = {self.file(), os.path.relpath(os.path.realpath(self.file()))}
        for path in sorted(set(parts) - now, key=os.path.getmtime)[:-keep]:
            os.unlink(path)

    def settle(self):
        """What is under way comes to its end."""
        self.wait_for_packers()
        self.write_late()


# Kinds of rotation

def rename_create(log):
    """The writer has the old file for a while."""
    log.chain()
    os.rename(log.file(), log.file("app.log.1"))
    log.reopen()


def rename_three_times(log):
    """Faster than any look."""
    for _ in range(3):
        rename_create(log)
        log.write(log.random.randrange(1, 30))


def rename_and_gzip(log):
    rename_create(log)
    log.pack("app.log.1", ["gzip"])


def delayed_gzip(log):
    if os.path.exists(log.file("app.log.1")):
        log.pack("app.log.1", ["gzip"])
        log.wait_for_packers()
    rename_create(log)


def copytruncate(log):
    """Nothing is written between the copy and the truncation: the rotator would destroy it."""
    log.chain()
    shutil.copy(log.file(), log.file("app.log.1"))
    os.truncate(log.file(), 0)


def copytruncate_zstd(log):
    copytruncate(log)
    log.pack("app.log.1", ["zstd", "-q", "--rm"])


def free_name(path, date):
    """With the time added, a name that no part has."""
    while glob.glob(path + time.strftime(date, time.gmtime()) + "*"):
        time.sleep(0.1)
    return path + time.strftime(date, time.gmtime())


def dated(log):
    """A name as logrotate's dateext gives it."""
    name = os.path.basename(free_name(log.file(), "-%Y%m%d%H%M%S"))
    os.rename(log.file(), log.file(name))
    log.reopen()
    return name


def dated_zstd(log):
    log.pack(dated(log), ["zstd", "-q", "--rm"])


def dated_xz(log):
    log.pack(dated(log), ["xz", "-0"])


def logrotate(log, more, kind):
    conf, here = os.path.abspath("logrotate-%s.conf" % log.name), os.path.abspath(log.file())
    with open(conf, "w", encoding="utf-8") as f:
        f.write("%s {\nrotate 1000\nmissingok\n%s\n}\n" % (here, more))
    os.chmod(conf, 0o644)
    done = subprocess.run(["logrotate", "-f", "-s", conf + ".state", conf], capture_output=True, text=True, check=False)
    assert done.returncode == 0, "logrotate %s: %s" % (kind, done.stderr)


def logrotate_create_xz(log):
    logrotate(log, "create\ncompress\ncompresscmd /usr/bin/xz\ncompressext .xz\ncompressoptions -0", "xz")
    os.close(log.fd)            # it was told before the packer began
    log.fd = None
    log.reopen()


def logrotate_delaycompress(log):
    logrotate(log, "create\ncompress\ndelaycompress", "delaycompress")
    log.reopen()


def logrotate_copytruncate(log):
    logrotate(log, "copytruncate", "copytruncate")


def symlink_switch(log):
    """As the kubelet does: a new file, and the name that is followed leads to it."""
    part = "%d.log" % log.rotations
    os.makedirs(os.path.join("pods", log.name), exist_ok=True)
    target = os.path.abspath(os.path.join("pods", log.name, part))
    fd = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.symlink(target, log.file("new"))
    os.rename(log.file("new"), log.file())
    if log.fd is not None:
        log.leave()
    log.fd = fd


def pod_rotate(log):
    """The file behind the symlink is renamed with its time, and made anew; the new name."""
    target = os.path.realpath(log.file())
    name = free_name(target, ".%Y%m%d-%H%M%S")
    os.rename(target, name)
    log.reopen()
    return name


def pod_rotate_gzip(log):
    log.pack(os.path.relpath(pod_rotate(log), log.where), ["gzip"])


# What is done with each log. Kinds stand together only where one does not overwrite the parts of another.
KINDS = {
    "json": (rename_create, rename_create, rename_three_times, rename_and_gzip, delayed_gzip),
    "logfmt": (copytruncate, copytruncate_zstd, logrotate_copytruncate),
    "nginx": (dated, dated_zstd, dated_xz),
    "kv": (logrotate_create_xz,),
    "pod": (symlink_switch, pod_rotate, pod_rotate_gzip),
    "java": (logrotate_delaycompress,),
}
