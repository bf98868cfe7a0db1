#!/usr/bin/env python3
"""Runs the examples of the documentation and compares what they print with what the page says.

    try_docs.py [--update] [FILE...]        LOGTALLY names the program

In a page, a fenced block after `<!-- file: NAME -->` is written to NAME; in a block marked `console` each
line that begins with `$ ` is a command, run by sh in the page's own temporary directory with logtally on
the PATH, and what follows it is what it must print (both streams; a line `...` stands for any lines).
A block `ini` must be such a file, or after `<!-- of: NAME -->` be lines of one, in their order; and a file
must be named by a command, or lie in a directory that one names: so every example runs.
A command of another tool (OTHERS) is skipped where there is none, and the page says what it printed elsewhere. A page that
says `<!-- needs: TOOL ... -->` is skipped as a whole without them, and one that starts servers names their ports,
`<!-- ports: N ... -->`: free ones stand for them while it is tried. What it started and left, with the number of its
process in a file NAME.pid, is ended after it.
--update writes what was printed into the page: read the difference before you commit it.

Without FILE it also compares logtally(1) with `logtally help`: every command's options must stand in its paragraph,
and those that several commands share must name these commands. And it looks for every filter of templates where
logtally-rules(5) describes them.

Last line: N passed, N failed, and N skipped if there were any; one for each command.
"""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = ["README.md", "README.ru.md", "docs/install.md", "docs/install.ru.md", "docs/rules.md", "docs/rules.ru.md",
         "docs/configuration.md", "docs/configuration.ru.md", "docs/migrate.md", "docs/backfill.md", "docs/backfill.ru.md"]
BLOCK = re.compile(r"(?P<head>(?:^ *<!-- (?P<mark>file|of): (?P<name>\S+) -->\n)?^(?P<indent> *)```(?P<kind>\w*)\n)(?P<body>.*?)(?P<end>^(?P=indent)```$)", re.M | re.S)

OTHERS = {"mtail"}


def alike(want, got):
    pattern = "".join(r"(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in want.splitlines(True))
    return re.fullmatch(pattern, got) is not None


def commands(body):
    """[(command, expected)] of a console block."""
    out = []
    for line in body.splitlines(True):
        if line.startswith("$ "):
            out.append((line[2:].rstrip("\n"), []))
        elif out:
            out[-1][1].append(line)
    return [(c, "".join(e)) for c, e in out]


class Page:
    def __init__(self, path, program):
        self.path = path
        self.work = tempfile.mkdtemp(prefix="logtally-docs-")
        os.mkdir(os.path.join(self.work, ".bin"))
        os.symlink(program, os.path.join(self.work, ".bin", "logtally"))
        os.symlink(os.path.join(TOP, "contrib", "stack-from-rules"), os.path.join(self.work, ".bin", "logtally-stack-from-rules"))
        self.env = dict(os.environ, PATH=os.path.join(self.work, ".bin") + ":" + os.environ["PATH"],
                        HOME=self.work, LC_ALL="C.UTF-8", NO_COLOR="1", TOP=TOP, LOGTALLY=program)
        self.passed = self.failed = self.skipped = 0
        self.files, self.parts, self.commands = {}, [], []
        self.ports = {}

    def take_ports(self, ports):
        """Free ones, all open at once so that they differ."""
        taken = [socket.create_server(("127.0.0.1", 0)) for _ in ports]
        self.ports = dict(zip(ports, [str(s.getsockname()[1]) for s in taken]))
        for s in taken:
            s.close()

    def with_ports(self, text, back=False):
        for port, free in self.ports.items():
            text = text.replace(":" + (free if back else port), ":" + (port if back else free))
        return text

    def write(self, name, body):
        self.files[name] = body
        target = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as f:
            f.write(self.with_ports(body))

    def wrong(self, sentence):
        self.failed += 1
        print("%s: %s" % (self.path, sentence))

    def answer(self, command):
        """(exit status, what it printed); with all that it started it is ended after a minute."""
        with subprocess.Popen(["sh", "-c", command], cwd=self.work, env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as child:
            try:
                out = child.communicate(timeout=60)[0]
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                out = child.communicate()[0] + b"(and did not end)\n"
        return child.returncode, out.decode("utf-8", "replace")

    def run(self, command, want):
        self.commands.append(command)
        tool = command.split()[0]
        if tool in OTHERS and not shutil.which(tool):
            self.skipped += 1
            print("%s: skipped, %s is not installed: $ %s" % (self.path, tool, command))
            return want
        code, out = self.answer(self.with_ports(command))
        got = self.with_ports(out.replace(self.work + "/", ""), back=True)
        if alike(want, got):
            self.passed += 1
        else:
            self.failed += 1
            print("%s: $ %s\n--- the page says\n%s--- it printed (exit status %d)\n%s---" %
                  (self.path, command, want, code, got))
        return got if not alike(want, got) else want

    def block(self, m):
        body = re.sub("^" + m["indent"], "", m["body"], flags=re.M)
        if m["mark"] == "file":
            self.write(m["name"], body)
        elif m["mark"] == "of":
            self.parts.append((m["name"], body))
        elif m["kind"] == "ini":
            self.wrong("this is no file that is tried, nor a part of one:\n%s" % body)
        if m["kind"] != "console":
            return m[0]
        body = "".join("$ %s\n%s" % (c, self.run(c, want)) for c, want in commands(body))
        return m["head"] + re.sub("^(?=.)", m["indent"], body, flags=re.M) + m["end"]

    def look_at_files(self):
        """Is each used, and each part of one in it?"""
        for name in self.files:
            if not any(re.search(r"(?<![\w.-])(%s|%s)(?![\w-])" % (re.escape(name), re.escape(os.path.dirname(name) or name)), text)
                       for text in self.commands + [body for other, body in self.files.items() if other != name]):
                self.wrong("%s is used by no command" % name)
        for name, body in self.parts:
            lines = iter(self.files.get(name, "").splitlines())
            if not all(line in lines for line in body.splitlines()):
                self.wrong("this is not in %s:\n%s" % (name, body))

    def is_of_page(self, pid):
        try:
            return os.readlink("/proc/%s/cwd" % pid) == self.work
        except OSError:
            return False

    def end_all(self):
        """Of the page's own processes; all of it is gone before its directory is."""
        texts = []                                                   # all, before one takes its file along
        for name in os.listdir(self.work):
            with contextlib.suppress(FileNotFoundError):             # what the page has ended itself
                if name.endswith(".pid"):
                    texts.append(open(os.path.join(self.work, name), encoding="utf-8").read())
        for pid in map(str.strip, texts):
            while self.is_of_page(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGTERM)
                time.sleep(0.05)

    def lacks(self, text):
        """The tools without which nothing of the page can be tried."""
        m = re.search(r"^<!-- needs: (.*) -->$", text, re.M)
        return [tool for tool in (m[1].split() if m else []) if not shutil.which(tool)]

    def try_all(self, update):
        with open(self.path, encoding="utf-8") as f:
            new = text = f.read()
        m = re.search(r"^<!-- ports: (.*) -->$", text, re.M)
        self.take_ports(m[1].split() if m else [])
        lacks = self.lacks(text)
        if lacks:
            self.skipped += 1
            print("%s: skipped, %s not installed" % (self.path, ", ".join(lacks)))
        else:
            new = BLOCK.sub(self.block, text)
            self.look_at_files()
            self.end_all()
        if update and new != text:
            with open(self.path, "w", encoding="utf-8") as f:
                f.write(new)
        shutil.rmtree(self.work)


SHARED = {"config": "c", "rules": "-rules", "as": "-as", "year": "-year", "date": "-date"}    # they have paragraphs of their own


def options(program, command):
    """[(long name, letter)] that `help COMMAND` shows."""
    text = subprocess.run([program, "help", command], stdout=subprocess.PIPE, check=True).stdout.decode()
    return [(name, letter) for letter, name in re.findall(r"^  (?:-(\w),|   ) --([a-z-]+)", text, re.M)]


def manual(program):
    """Compares the man page with the program; (passed, failed)."""
    with open(os.path.join(TOP, "docs", "man", "logtally.1"), encoding="utf-8") as f:
        page = f.read()
    said = subprocess.run([program, "help"], stdout=subprocess.PIPE, check=True).stdout.decode()
    passed = failed = 0
    shared = {name: [] for name in SHARED}
    for command in re.findall(r"^  ([a-z]+)  ", said, re.M):
        own = [o for o in options(program, command) if o[0] not in SHARED and o[0] != "help"]
        for name, _ in options(program, command):
            shared.get(name, []).append(command)
        m = re.search(r"^\.It (?:Xo )?Cm %s\b.*?(?=^\.It (?:Xo )?Cm |^\.El)" % command, page, re.M | re.S)
        text = m[0] if m else ""
        missing = ["--" + name for name, letter in own
                   if not re.search(r"Fl (?:-%s|%s)\b" % (name, letter or "-" + name), text)]
        extra = [n for n in re.findall(r"Fl -([a-z-]+)", text)
                 if n not in [name for name, _ in own] and "replay Fl -" + n not in text]
        if m and not missing and not extra:
            passed += 1
        else:
            failed += 1
            print("logtally(1): %s: missing %s, and in the page only %s" % (command, missing if m else "all", extra))
    for name, who in shared.items():
        m = re.search(r"^\.It Fl %s\b.*\n\((.*)\)\n" % SHARED[name], page, re.M)
        if m and m[1].split(", ") == who:
            passed += 1
        else:
            failed += 1
            print("logtally(1): --%s belongs to %s, not %s" % (name, who, m and m[1]))
    return passed, failed


def filters(program):
    """Every filter stands in the manual; (passed, failed). (docs/reference.md is compared by contrib/key_tables.py.)"""
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as rules:
        rules.write("[event e]\nwhere = a !=\nset.b = ${a|no_such_filter}\n")
        rules.flush()
        said = subprocess.run([program, "check", "--rules", rules.name], stderr=subprocess.PIPE, check=False).stderr.decode()
    names = re.search(r"unknown filter .*; there are: (.*)", said)[1].split()
    with open(os.path.join(TOP, "docs/man/logtally-rules.5"), encoding="utf-8") as f:
        text = re.search(r"^The filters of\n.*?^\.Ss", f.read(), re.M | re.S)[0]
    missing = [n for n in names if not re.search(r"\b%s\b" % n, text)]
    if missing:
        print("logtally-rules(5): filters without a word: %s" % ", ".join(missing))
    return (0, 1) if missing else (1, 0)


def main(args):
    update = "--update" in args
    program = os.path.abspath(os.environ.get("LOGTALLY") or os.path.join(TOP, "build", "gcc", "src", "logtally"))
    if not os.access(program, os.X_OK):
        sys.exit("try_docs: no program at %s; build it, or say LOGTALLY=..." % program)
    passed = failed = skipped = 0
    for check in (manual, filters) if set(args) <= {"--update"} else ():
        p, f = check(program)
        passed, failed = passed + p, failed + f
    names = [a for a in args if a != "--update"] or [os.path.join(TOP, p) for p in PAGES]
    for name in filter(os.path.exists, names):
        page = Page(name, program)
        page.try_all(update)
        passed, failed, skipped = passed + page.passed, failed + page.failed, skipped + page.skipped
    print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
