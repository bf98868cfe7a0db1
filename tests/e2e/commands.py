#!/usr/bin/env python3
"""What each command prints, where, and with which exit status: 0 fine, 1 mistakes, 2 usage, 3 system."""
import gzip
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

from _common import get, put

PROGRAM = os.environ["LOGTALLY"]
RULES = """\
[event a]
where = msg == a

[event worse]
of    = a
where = v > 1s

[event quiet]
match  = ^quiet (?<k>\\w+)$
unless = a

[counter a_total]
help   = Lines that say a
inc    = a
labels = k

[counter worse_total]
help   = Slow ones
inc    = worse, quiet

[histogram a_seconds]
help    = How long
observe = a
value   = v
unit    = s
buckets = 1 2
"""
LOG = "msg=a k=x v=0.5\nmsg=a k=y v=3s\nnothing of this\nmsg=a k=x v=abc\nquiet z"
PAGE = """\
a_seconds_bucket{le="1.0"} 1
a_seconds_bucket{le="2.0"} 1
a_seconds_bucket{le="+Inf"} 2
a_seconds_sum 3.5
a_seconds_count 2
a_total{k="x"} 2
a_total{k="y"} 1
worse_total 2
"""

points = []


def run(*args, stdin="", env=None):
    done = subprocess.run([PROGRAM, *args], input=stdin.encode(), capture_output=True, timeout=600, check=False,
                          env=dict(os.environ, **(env or {})))
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def samples(page):
    return "".join(line + "\n" for line in page.splitlines() if not line.startswith("#"))


def check(what, good, *said):
    points.append(good)
    print("%sok %d - %s" % ("" if good else "not ", len(points), what))
    if not good:
        for text in said:
            for line in repr(text).split("\\n"):
                print("#   " + line)


def expect(what, args, code, out=None, err=None, **more):
    """`out` and `err` are regexes to be found, or None for `nothing at all`."""
    got = run(*args, **more)
    good = got[0] == code
    for want, text in ((out, got[1]), (err, got[2])):
        good = good and (re.search(want, text, re.M) is not None if want is not None else text == "")
    check(what, good, got)
    return got


def options_are_in_the_manual(commands):
    manual = set(re.findall(r"Fl -([a-z-]+)", get(os.path.join(os.environ["SRCDIR"], "docs", "man", "logtally.1"))))
    for name in commands:
        options = set(re.findall(r"^  .*--([a-z-]+)", run("help", name)[1].split("Options:")[-1], re.M))
        missing = options - manual - {"help", "config", "output", "jobs"}       # -c, -o, -j
        check("the manual names the options of " + name, not missing, missing)


def usage():
    commands = re.findall(r"^  ([a-z]+) ", run("help")[1].split("Try:")[0], re.M)
    check("help names the commands", {"run", "check", "explain", "replay", "test", "state"} <= set(commands), commands)
    check("a try touches no state of a service", re.search(r"^  logtally run .* --state state$", run("help")[1], re.M))
    options_are_in_the_manual(commands)
    for name in commands:
        reads_rules = name not in ("state", "health", "help", "version")
        expect("help of " + name, ["help", name], 0,
               r"^Usage: logtally %s [\s\S]*" % name + (r"--rules DIR\|FILE\|GLOB" if reads_rules else "--help"))
        expect("--help of " + name, [name, "--help"], 0, r"^Usage: logtally " + name)
        expect("unknown option of " + name, [name, "--rulez", "x"], 2, None, r"%s: unknown option --rulez%s \(see `logtally help %s"
               % (name, r"; did you mean --rules\?" if reads_rules else "", name))
    expect("the keys of a section", ["help", "keys", "limits"], 0,
           r"\A\[limits\]  .*\n  line = SIZE  \(default 1MiB\)  \(256B to 1GiB\)\n      a longer line is skipped")
    expect("the keys of all sections", ["help", "keys"], 0, r"^\[event NAME\][\s\S]*^\[test\] ")
    wide = [line for line in run("help", "keys")[1].splitlines() if len(line) > 80]
    check("the keys fit a terminal", not wide, wide)
    expect("the keys for programs", ["help", "keys", "--json"], 0, r'"name":"unmatched","type":"count"')
    expect("a section for programs", ["help", "keys", "limits", "--json"], 0, r'\A{"limits":\[{"name":"line",[^]]*\]}$')
    expect("no such section", ["help", "keys", "sever"], 2, None, r"help: there is no section \[sever\]; did you mean server\?")
    expect("nothing like a section", ["help", "keys", "zzz"], 2, None, r"help: there is no section \[zzz\] \(")
    expect("two sections", ["help", "keys", "event", "log"], 2, None, "help: log: one section at a time")
    expect("two commands", ["help", "run", "check"], 2, None, "help: check: one command at a time")
    expect("help for programs is of keys", ["help", "run", "--json"], 2, None, "help: --json goes with keys")
    expect("own metrics", ["help", "metrics"], 0, r"^logtally_lost_bytes_total\tcounter\t")
    expect("version has no rules", ["version", "--rules", "r.ini"], 2, None,
           r"version: unknown option --rules \(see `logtally help version`\)")
    expect("state has no rules", ["state", "--rules", "r.ini"], 2, None,
           r"state: unknown option --rules \(see `logtally help state`\)")
    expect("state takes no files", ["state", "r.ini"], 2, None, "state: r.ini: it takes no files")
    expect("run follows no files given so", ["run", "--rules", "r.ini", "a.log"], 2, None,
           "run: a.log: files to follow are given by --log, a glob in quotes")
    expect("nothing at all", [], 2, None, "Usage: logtally COMMAND")
    expect("unknown command", ["replya"], 2, None, 'unknown command "replya"; did you mean "replay"')
    expect("unknown letter", ["explain", "-ax"], 2, None, "unknown option -x")
    expect("missing value", ["replay", "--rules"], 2, None, "--rules wants a value: --rules DIR|FILE|GLOB")
    expect("missing value of a letter", ["explain", "-ac"], 2, None, "option --config wants a value")
    expect("value of a flag", ["check", "--strict=1"], 2, None, "--strict takes no value")
    expect("the beginning of a flag", ["check", "--lin", "r.ini"], 2, None, r"check: unknown option --lin; did you mean --lint\? \(see")
    expect("the beginning of an option, and a value", ["replay", "--rul", "r.ini", "a.log"], 2, None, "unknown option --rul; did you mean --rules")
    expect("the beginning of an option with its value", ["replay", "--rules", "r.ini", "--outp=x", "a.log"], 2, None, "unknown option --outp; did you mean --output")
    expect("the beginning of --help", ["check", "--he"], 2, None, "unknown option --he; did you mean --help")
    expect("the beginning of several", ["check", "--l"], 2, None, "unknown option --l")
    expect("nothing near", ["check", "--zzz=1"], 2, None, r"unknown option --zzz \(")
    expect("an .ini among the files", ["replay", "--rules", "r.ini", "r.ini"], 2, None, "--rules 'rules/\\*.ini'")
    expect("replay of nothing", ["replay", "--rules", "r.ini"], 2, None, "name the files to read")
    expect("unknown format", ["replay", "--rules", "r.ini", "--format", "xml", "a.log"], 2, None,
           "--format is text, openmetrics or json")
    for command in ("replay", "merge"):
        for option, value in (("output", "x"), ("format", "json")):
            expect("a snapshot is no page: %s --%s" % (command, option), [command, "--snapshot", "s", "--" + option, value, "a.log"], 2, None,
                   "--snapshot writes no page: --%s means nothing beside it" % option)
    expect("unknown log", ["replay", "--rules", "r.ini", "--as", "nolog", "a.log"], 2, None, 'no log named "nolog"')
    expect("version", ["--version"], 0, r"^logtally \d")


def checks():
    put("nuls/ahead.log", "a\n" + "\0" * 100)
    put("nuls/fine.log", "a\n")
    put("nuls/packed.gz", gzip.compress(b"a\n"))
    put("nuls/wide.log", b"\xff\xfea\0\n\0")          # a newline of UTF-16
    put("nuls.ini", RULES + "[log app]\npath = nuls/*\n")
    expect("NULs where lines come", ["check", "--rules", "nuls.ini"], 0, "no mistakes, 1 warning",
           "nuls/ahead.log ends in NULs")
    for name in ("app.log", "app.log.1", "app.log.2.gz", "app-20260301.log", "app.1.log", "apple.log", "old/app.x", "junk"):
        put("parts/" + name, "x\n")
    put("parts.ini", RULES + "[log app]\npath = parts/app.log\npath = parts/appl*.log\nrotated = old/app.*\n")
    expect("parts of a log", ["check", "--rules", "parts.ini"], 0,
           r"^parts/app.log: rotated as parts/app-20260301.log \(parts/app.1.log\) parts/app.log.1 parts/app.log.2.gz parts/old/app.x\n3 ")
    put("parts.ini", RULES + "[log app]\npath = parts/*.log\n")
    expect("a part that a glob matches", ["check", "--rules", "parts.ini"], 0,
           r"^parts/app.log: rotated as \(parts/app-20260301.log\) \(parts/app.1.log\) parts/app.log.1 parts/app.log.2.gz\n3 ")
    for i in range(25):
        put("many/%d.log" % i, "x\n")
        put("many/%d.log.1" % i, "x\n")
    put("parts.ini", RULES + "[log app]\npath = many/*.log\n")
    expect("more rotated files than anybody reads", ["check", "--rules", "parts.ini"], 0,
           r"^(many/\d+\.log: rotated as .*\n){20}and of 5 more: --json names them all\n3 ")
    expect("check", ["check", "--rules", "r.ini"], 0, r"^3 events, 3 metrics, no mistakes$")
    expect("check of a directory", ["check", "rules"], 0, r"no mistakes$")
    put("bad.ini", RULES.replace("inc ", "inx ").replace("v > 1s", "v = 1s"))
    expect("check of mistakes", ["check", "--rules", "bad.ini"], 1, None,
           r'bad.ini:6: .*did you mean ==\?[\s\S]*unknown key "inx"; did you mean "inc"\?[\s\S]*^\d+ mistakes$')
    put("warn.ini", RULES + "[event unused]\nwhere = msg == b\n")
    expect("warnings", ["check", "--rules", "warn.ini"], 0, "no mistakes, 1 warning", "warn.ini:27: warning: .*unused")
    expect("warnings, strict", ["check", "--strict", "--rules", "warn.ini"], 1, ".", "warning")
    expect("dump", ["check", "--dump", "--rules", "r.ini"], 0,
           r'event a  \(r.ini:1\)\n  found by the value of msg: "a"[\s\S]*of a[\s\S]*unless a[\s\S]*'
           r'counter a_total[\s\S]*inc a \{k=k\}')
    put("every.ini", RULES + "[event every]\nwhere = k != a\n[counter every_total]\nhelp = e\ninc = every\n")
    expect("dump of a slow event", ["check", "--lint", "--dump", "--rules", "every.ini"], 0, r"\n  tried on every line\n", "must be tried")
    expect("lint", ["check", "--lint", "--rules", "r.ini"], 0, "no mistakes", "advice: .*has no zero")
    put("dir.ini", RULES + "[log d]\npath = rules\n")
    expect("a directory as path", ["check", "--rules", "dir.ini"], 0, "1 warning", r"rules is a directory; .* write rules/\*")
    expect("no rules there", ["check", "--rules", "nowhere"], 1, None, "there is no rules file nowhere")
    put("nowhere.conf", "[server]\n[rules]\ninclude = nowhere.ini\n")
    expect("no rules included", ["check", "-c", "nowhere.conf"], 1, None, "^nowhere.conf:3: there is no rules file nowhere.ini")
    expect("no glob matches", ["check", "--rules", "no*.ini"], 1, None, r"no rules file matches no\*.ini")
    expect("no rules at all", ["check"], 1, None, r"name a configuration with -c FILE \(there is no /\S+/logtally\.ini\), or rules with --rules")
    expect("no configuration there", ["check", "-c", "nowhere.ini"], 1, None, "nowhere.ini")
    put("conf.ini", "[rules]\ninclude = rules/*.ini\n[state]\ndirectory = ${env:SOME_PLACE}\n")
    expect("variable not set", ["check", "-c", "conf.ini"], 1, None, r"conf.ini:4: the environment has no SOME_PLACE")
    put("const.ini", '[rules]\ninclude = r.ini\n[metrics]\nconst_labels = k="1"\n')
    expect("a constant label that a metric has", ["check", "-c", "const.ini"], 1, None,
           r'r.ini:\d+: label "k" is also in const_labels')
    expect("variable set", ["check", "-c", "conf.ini"], 0, "no mistakes", "warning: no log to follow", env={"SOME_PLACE": "/x"})


def cut(name):
    """Lines that come before the damage count, and it is told."""
    with open(name, "rb") as f:
        put("cut." + name, f.read()[:-5])
    expect("replay of a cut " + name, ["replay", "--rules", "r.ini", "cut." + name], 1, ".", "cut.%s is damaged" % name)


def cannot_be_unpacked():
    """One clear error, and no line."""
    with zipfile.ZipFile("a.zip", "w") as z:
        z.write("a.log")
    put("a.lz4", b"\x04\x22\x4d\x18\x64\x40\xa7" + LOG.encode())
    put("a.7z", b"7z\xbc\xaf\x27\x1c\0\4" + LOG.encode())
    os.makedirs("tests")
    put("tests/a.log.lz4", b"\x04\x22\x4d\x18\x64\x40\xa7" + LOG.encode())
    put("tests/a.prom", "")
    for name in ("a.zip", "a.lz4", "a.7z"):
        why = r"%s: it is compressed, and not with one of gzip\b" % name
        expect("replay of " + name, ["replay", "--rules", "r.ini", name], 1, ".", why)
        got = run("replay", "--rules", "r.ini", "a.log", name)
        check("replay counts nothing of " + name, got[0] == 1 and samples(got[1]) == PAGE, got)
        for command in (["explain", "--rules", "r.ini"], ["suggest"], ["backfill", "--rules", "r.ini", "-o", "out.om"]):
            expect(command[0] + " of " + name, [*command, name], 1, None, why)
    expect("test of what cannot be unpacked", ["test", "--rules", "r.ini", "tests"], 1, "a.log.lz4: it is compressed", None)


def has_open(pid, folder):
    try:
        return any(folder in os.readlink("/proc/%d/fd/%s" % (pid, n)) for n in os.listdir("/proc/%d/fd" % pid))
    except FileNotFoundError:                                   # closed meanwhile
        return False


def interrupted(number):
    """What is left beside the output of a backfill that was ended by that signal; nothing where files have no names at first."""
    with subprocess.Popen([PROGRAM, "backfill", "--rules", "r.ini", "-o", "shared/z.txt", "-"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as p:
        while not has_open(p.pid, "/shared/"):
            time.sleep(0.01)
        p.send_signal(number)
        p.wait()
    try:
        os.close(os.open("shared", os.O_WRONLY | os.O_TMPFILE))
    except OSError:
        return []
    return [n for n in os.listdir("shared") if n.startswith("z.txt")]


def replays():
    def page(what, *args, **more):
        got = run("replay", "--rules", "r.ini", *args, **more)
        check(what, got[0] == 0 and samples(got[1]) == PAGE, got)

    page("replay", "a.log")
    page("replay of standard input", "-", stdin=LOG)
    with gzip.open("a.log.gz", "wb") as f:
        f.write(LOG.encode())
    page("replay of .gz", "a.log.gz")
    for name, packer in (("a.log.zst", ["zstd", "-q"]), ("a.log.xz", ["xz", "-k"]), ("a.log.bz2", ["bzip2", "-k"])):
        if shutil.which(packer[0]):
            subprocess.run([*packer, "a.log"], check=True)
            page("replay of " + name, name)
            cut(name)
    cut("a.log.gz")
    cannot_be_unpacked()
    page("an argument after --", "--", "a.log")
    page("files before options", "a.log", "--format=text")
    shutil.copy("a.log", "-a.log")
    page("a file whose name begins with a dash", "--", "-a.log")
    page("the long way without dispatch", "--no-dispatch", "a.log")
    got = run("replay", "--rules", "r.ini", "a.log", "a.log.gz")
    check("several files add up", 'a_total{k="x"} 4' in got[1], got)
    put("skip.ini", "[event a]\nwhere = msg == a\n[counter s_total]\nadd = a\nvalue = took\nhelp = s\n")
    expect("values that are left out are told", ["replay", "--rules", "skip.ini", "-"], 0, "s_total 3",
           "s_total: values of event a left out because they were not a number: 2",
           stdin="msg=a took=12ms\nmsg=a took=3\nmsg=a took=x\nmsg=a n=1\n")
    for jobs in "13":
        rules, end = os.pipe()
        os.write(end, RULES.encode())
        os.close(end)
        done = subprocess.run([PROGRAM, "replay", "-j", jobs, "--rules", "/dev/fd/%d" % rules, "a.log"], pass_fds=[rules],
                              capture_output=True, text=True, check=False, timeout=600)
        os.close(rules)
        check("rules through a pipe, -j " + jobs, done.returncode == 0 and samples(done.stdout) == PAGE, done)
    expect("a file that is not there", ["replay", "--rules", "r.ini", "no.log", "a.log"], 1, None,
           "cannot read no.log: No such file")
    with open("a.log.gz", "rb") as f:
        whole = f.read()
    put("cut.log.gz", whole[:-9])
    expect("a damaged archive", ["replay", "--rules", "r.ini", "cut.log.gz"], 1, "a_total", "cut.log.gz")
    left_out = r"\Alogtally: a_seconds: values of event a left out because they were not a number: 1\n\Z"
    expect("unmatched", ["replay", "--rules", "r.ini", "--unmatched", "un.txt", "a.log"], 0, "a_total", left_out)
    text = get("un.txt")
    check("unmatched lines", text == "nothing of this\n", text)
    expect("output to a file", ["replay", "--rules", "r.ini", "-o", "out.prom", "a.log"], 0, None, left_out)
    text = get("out.prom")
    check("the file is whole", samples(text) == PAGE and not os.path.exists("out.prom.tmp"), text)
    put("mine.txt", "mine")
    put("out.prom.tmp", "mine")
    os.makedirs("shared")
    os.symlink("../mine.txt", "shared/x.prom.tmp")
    os.symlink("../out.prom", "shared/x.prom")
    os.symlink("nothing.prom", "shared/y.prom")
    before = os.umask(0o027)
    for name in ("out.prom", "shared/x.prom", "shared/y.prom"):
        expect("output to " + name, ["replay", "--rules", "r.ini", "-o", name, "a.log"], 0, None, left_out)
    os.umask(before)
    check("a file beside the output is its owner's", get("mine.txt") == get("out.prom.tmp") == "mine", get("mine.txt"), get("out.prom.tmp"))
    check("a link given as output stays one", os.readlink("shared/x.prom") == "../out.prom" and samples(get("out.prom")) == PAGE, os.listdir("shared"))
    check("nothing else is left beside it", sorted(os.listdir("shared")) == ["x.prom", "x.prom.tmp", "y.prom"]
          and not [n for n in os.listdir(".") if n.endswith(".tmp") and n != "out.prom.tmp"], os.listdir("shared"), os.listdir("."))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        check("who is interrupted leaves nothing", not interrupted(number), os.listdir("shared"))
    check("the output's mode is what the umask leaves", os.stat("out.prom").st_mode & 0o777 == 0o640, oct(os.stat("out.prom").st_mode))
    expect("output to a full device", ["replay", "--rules", "r.ini", "-o", "/dev/full", "a.log"], 3, None,
           "cannot write /dev/full: No space")
    expect("unmatched to a full device", ["replay", "--rules", "r.ini", "--unmatched", "/dev/full", "a.log"], 3,
           "", "cannot write /dev/full")
    expect("output into no directory", ["replay", "--rules", "r.ini", "-o", "a.log/x.prom", "a.log"], 3, None,
           "cannot write a.log/x.prom.*: Not a directory")
    expect("output where nothing can be made", ["replay", "--rules", "r.ini", "-o", "/proc/x.prom", "a.log"], 3, None,
           "cannot write /proc/x.prom")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "replay", "--rules", "r.ini", "a.log"], stdout=full, stderr=subprocess.PIPE,
                              check=False, timeout=600)
    check("standard output on a full device", done.returncode == 3 and b"No space" in done.stderr, done)
    gone, end = os.pipe()
    os.close(gone)
    done = subprocess.run([PROGRAM, "explain", "--rules", "r.ini", "a.log"], stdout=end, stderr=subprocess.PIPE, check=False,
                          timeout=600)
    os.close(end)
    check("who reads no more is not told", done.returncode == 3 and done.stderr == b"", done)
    got = run("replay", "--rules", "r.ini", "--format", "openmetrics", "a.log")
    check("OpenMetrics ends in # EOF", got[0] == 0 and got[1].endswith("# EOF\n")
          and "# TYPE a counter" in got[1], got)
    got = run("replay", "--rules", "r.ini", "--format", "json", "a.log")
    try:
        check("JSON is JSON", json.loads(got[1]) is not None and "a_total" in got[1], got)
    except ValueError as e:
        check("JSON is JSON", False, str(e), got)
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=run("replay", "--rules", "r.ini", "a.log")[1],
                              text=True, capture_output=True, check=False, timeout=600)
        check("promtool takes the page", done.returncode == 0, done)


def explains():
    expect("explain a line", ["explain", "--rules", "r.ini", "msg=a k=x v=3s"], 0,
           r"decoded as logfmt[\s\S]*is event a [\s\S]*inc a_total\{k=\"x\"\}[\s\S]*observe a_seconds 3\n"
           r"[\s\S]*is event worse ")
    expect("explain a refused value", ["explain", "--rules", "r.ini", "msg=a v=abc"], 0, "skipped: v is no number: abc")
    expect("explain a near miss", ["explain", "--rules", "r.ini", "quiet x-y"], 0,
           r"no event takes this line[\s\S]*not event quiet [\s\S]*\^ and here in the text")
    expect("explain a file", ["explain", "--rules", "r.ini", "a.log"], 0, r"msg=a k=y v=3s[\s\S]*nothing of this")
    expect("suggest of a file that is not there", ["suggest", "b.log"], 1, None, r"cannot read b\.log: No such file or directory")
    with open("b.gz", "wb") as broken:
        broken.write(b"\x1f\x8b\x08garbage")
    expect("suggest of a damaged file", ["suggest", "b.gz"], 1, None, "cannot read b.gz: it is damaged")
    expect("explain a file that is not there", ["explain", "--rules", "r.ini", "b.log"], 1, None, r"cannot read b\.log: No such file")
    expect("explain what may be a name", ["explain", "--rules", "r.ini", "blog"], 0, r"\Ablog\n",
           "logtally: there is no file blog: it is explained as a line")
    expect("explain standard input", ["explain", "--rules", "r.ini", "-"], 0, "is event a", stdin=LOG)
    expect("explain what ends in .ini", ["explain", "--rules", "r.ini", "msg=a k=/etc/x.ini v=1"], 0, "is event a")
    got = run("explain", "--rules", "r.ini", "quiet x\x1b[31m\x01y")
    check("explain shows no control bytes", got[0] == 0 and "\x1b" not in got[1] and "\\x1b[31m\\x01" in got[1], got)
    lines = got[1].splitlines()
    text = [i for i, line in enumerate(lines) if line == "      quiet x\\x1b[31m\\x01y"]
    check("the caret stands under where it stopped", bool(text)
          and lines[text[0] + 1].index("^") == len("      quiet x"), got)
    expect("explain all", ["explain", "--all", "--rules", "r.ini", "msg=a v=0.5"], 0,
           r"is event a [\s\S]*not event worse [\s\S]*fails: where v > 1s")


    put("near.ini", """\
[log web]
path = *.web
[log app]
path = *.app
[event far]
match = ^x+$
[event nearer]
match = ^quiet \\d+ hours (?<k>\\w+)$
[event nearest]
match = ^quiet \\d+ times, n-(?<k>\\d+)$
[event plug]
match = ^\U0001f50c off (?<k>\\d+)$
[event web]
log   = web
match = ^only there$
[event first]
where = level == ERROR
where = size > 5KiB
where = user == ann
[event not_first]
of     = any
unless = first
where  = level == ERROR
[event any]
where = level !=
[counter x_total]
help = x
inc  = far, nearer, nearest, plug, web, first, not_first
""")
    near = ["explain", "--rules", "near.ini"]
    expect("explain: the nearest first", [*near, "quiet 12 times, n-o"], 0,
           r"not event nearest [\s\S]*not event nearer ")
    expect("explain: the first condition that failed, and the value",
           [*near, "-a", '{"level":"ERROR","size":"4KiB","user":"bob"}'], 0,
           r'not event first .*\n    fails: where size > 5KiB  \(near.ini:\d+\)\n'
           r"      size is 4KiB, 4096 B; the rule wants > 5KiB, 5120 B\n    and fails: where user == ann ")
    expect("explain: a value as decoded", [*near, "-a", '{"level":"ERR\\u004fR\\t","size":"9KiB"}'], 0,
           r'level is "ERROR\\x09"; the rule wants "ERROR": only blanks differ')
    expect("explain: the event that stood in the way", [*near, "-a", '{"level":"ERROR","size":"6KiB","user":"ann"}'], 0,
           r"not event not_first .*\n    unless first: it took the line\n")
    expect("explain: a line of another log", [*near, "only there"], 0,
           r"not event web .*\n    it is only for log web, and this line is of log auto\n")
    expect("explain: as a line of that log", [*near, "--as", "web", "only there"], 0, "is event web ")
    put("time.ini", """\
[log auto]
time = at
[event dated]
match = ^at (?<at>\\S+Z) said
[event noon]
of  = dated
set.moment = ${_time}
[event more]
match = ^more
[gauge dated_seconds]
help  = x
set   = dated, more
value = _time
[gauge noon_seconds]
help  = x
set   = noon
value = moment
""")
    expect("explain: the time in an event's regex, and that of the line before",
           ["explain", "--rules", "time.ini", "at 2025-11-11T22:40:03Z said\nmore of it\nmsg=x at=2025-11-11T22:40:09Z\nmore"], 0,
           r"set dated_seconds 1762900803\n[\s\S]*set noon_seconds 1762900803\n[\s\S]*set dated_seconds 1762900803\n"
           r"[\s\S]*set dated_seconds 1762900809\n")
    got = run(*near, "\U0001f50c off x")
    lines = got[1].splitlines()
    text = [i for i, line in enumerate(lines) if line == "      \U0001f50c off x"]
    check("explain: a caret behind an emoji, which is two columns wide", bool(text)
          and lines[text[0] + 1].index("^") == 6 + len("## off "), got)
    colours()


def folds():
    put("fold.ini", "[event a]\nwhere = msg == a\n[counter a_total]\nhelp = A\ninc = a\nlabels = k\nmax_values = 3\n"
        "[counter b_total]\nhelp = B\ninc = a\nlabels = k\nmax_series = 5\n")
    put("fold.log", "".join("msg=a k=%d\n" % i for i in range(9)))
    said = ('logtally: a_total: k has more values than max_values; further ones are under "other"\n'
            'logtally: b_total: there are more series than max_series, or [limits] series; further ones are under "other" in all labels\n')
    for jobs in "1", "2":
        got = expect("replay says what was folded", ["replay", "-j", jobs, "--rules", "fold.ini", "fold.log"], 0, r'a_total\{k="other"\} 6', "under")
        check("with %s threads" % jobs, got[2] == said, got)
    expect("a snapshot folds nothing", ["replay", "--snapshot", "part", "--rules", "fold.ini", "fold.log"], 0, None, r"\A\Z")
    check("merge says it", run("merge", "--rules", "fold.ini", "part")[2] == said)
    put("fold.log", "".join("time=2025-11-12T10:00:0%dZ msg=a k=%d\n" % (i, i) for i in range(9)))
    got = run("backfill", "--rules", "fold.ini", "-o", "history", "fold.log")
    check("backfill says how much", all(s in got[2] for s in (
        'logtally: a_total: updates beyond max_values of k, which are under "other": 6\n',
        'logtally: b_total: updates beyond max_series, which are under "other" in all labels: 4\n')), got)


def on_terminal(*args, env=None):
    master, slave = pty.openpty()
    child = subprocess.Popen([PROGRAM, *args], stdout=slave, stderr=slave, env=dict(os.environ, **(env or {})))
    os.close(slave)
    seen = b""
    try:
        while True:
            seen += os.read(master, 4096)
    except OSError:         # the other end is gone
        pass
    os.close(master)
    child.wait(600)
    return seen


def colours():
    line = ["explain", "--all", "--rules", "r.ini", "msg=a v=0.5"]
    check("colour on a terminal", b"\x1b[" in on_terminal(*line, env={"NO_COLOR": ""}))
    check("none with NO_COLOR", b"\x1b" not in on_terminal(*line, env={"NO_COLOR": "1"}))
    check("none in a pipe", "\x1b" not in run(*line, env={"NO_COLOR": ""})[1])


def tests():
    put("rules/tests/one.log", LOG)
    put("rules/tests/one.prom", PAGE)
    put("rules/tests/two/a.log", "msg=a k=x v=1\n")
    put("rules/tests/two/b.log", "msg=a k=x v=1\n")
    put("rules/tests/two.prom", run("replay", "--rules", "r.ini", "rules/tests/two/a.log")[1]
          .replace('a_total{k="x"} 1', 'a_total{k="x"} 9'))
    got = expect("a failing test", ["test"], 1, r"^FAILED .*two\n  - a_seconds_bucket[\s\S]*"
                 r'^  - a_total\{k="x"\} 9\n  \+ a_total\{k="x"\} 2\n1 passed, 1 failed$')
    check("only what differs is shown", "worse_total" not in got[1], got)
    expect("as TAP", ["test", "--tap"], 1, r"^ok 1 - .*one\nnot ok 2 - .*two\n#[\s\S]*^1\.\.2$")
    expect("only some", ["test", "--filter", "one"], 0, "^1 passed, 0 failed$")
    expect("as lines of a log", ["test", "--as", "auto", "--filter", "one"], 0, "^1 passed, 0 failed$")
    expect("as lines of no log", ["test", "--as", "web", "--filter", "one"], 1,
           r'^FAILED .*one\nthere is no log named "web"[\s\S]*0 passed, 1 failed$')
    expect("none of that name", ["test", "--filter", "seven"], 1, None, 'no test has "seven" in its name')
    expect("record", ["test", "--record"], 0, "^2 recorded, 0 failed$")
    expect("what was recorded passes", ["test"], 0, "^2 passed, 0 failed$")
    put("rules/tests/own.log", "<x> msg=a k=x v=1\nno\n")
    put("rules/tests/own.ini", "[log l]\nprefix = ^<\\w+>\\s\npath = *\n[test]\nunmatched = 2\n")
    expect("a test without expectation", ["test"], 1, r"cannot read .*own.prom.*make it with --record")
    shutil.copy("rules/tests/one.prom", "rules/tests/own.prom")
    run("test", "--record", "--filter", "own")
    expect("a wrong number of unmatched lines", ["test", "--filter", "own"], 1, r"^1 line was unmatched, not 2\n  rules/tests/own\.log: no$")
    put("rules/tests/own.log", "<x> msg=a k=x v=1\n" + "no \x1b%s\n" % ("y" * 300) * 23)
    expect("many lines that are not expected", ["test", "--filter", "own"], 1,
           r"^23 lines were unmatched, not 2\n(  rules/tests/own\.log: no \\x1by{196}\.\.\.\n){20}  \.\.\. and 3 more$")
    put("rules/tests/own.log", "<x> msg=a k=x v=1\nno\n")
    put("rules/tests/own.ini", "[log l]\nprefix = ^<\\w+>\\s\npath = *\n[test]\nunmatched = 1\n")
    expect("a test with a configuration of its own", ["test"], 0, "^3 passed, 0 failed$")
    put("rules/tests/own.ini", "[test]\nunmached = 1\n")
    expect("a mistake in it", ["test"], 1, "own.ini:2: ")
    os.remove("rules/tests/own.ini")
    put("more/bad.ini", "[event a]\nwhere = msg == other\n[counter other_total]\nhelp = Others\ninc = a\n")
    put("more/tests/t.log", "msg=other x=1\n")
    put("more/tests/t.prom", "other_total 1\n")
    expect("each directory by the rules above it", ["test", "--filter", "t", "more/tests", "rules/tests"], 1,
           "FAILED .*own")
    expect("its own directory", ["test", "more/tests"], 0, "^1 passed, 0 failed$")
    expect("no such directory", ["test", "nowhere"], 1, None, "cannot read the directory nowhere: No such file")
    os.mkdir("empty")
    expect("no tests", ["test", "--rules", "r.ini", "empty"], 1, None, "there are no tests")


def states():
    expect("no state", ["state", "--state", "empty"], 1, None, "there is no state in empty")
    expect("no state directory", ["state", "--state", "nowhere"], 1, None, "there is no state in nowhere; --state DIR")
    expect("state takes no files", ["state", "x"], 2, None, "takes no files")


def main():
    put("r.ini", RULES)
    put("rules/r.ini", RULES)
    put("a.log", LOG)
    for part in (usage, checks, replays, explains, folds, tests, states):
        part()
    print("1..%d" % len(points))
    return 0 if all(points) else 1


if __name__ == "__main__":
    sys.exit(main())
