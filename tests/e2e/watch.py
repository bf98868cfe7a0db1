"""`logtally watch`: in a terminal, what rules come to at every save; with --once the same as text. In a real tmux."""
import gzip
import os
import re
import signal
import threading
import time

from _common import get, put
from _daemon import LOGTALLY, SRCDIR, append, backend_lines, main, ran, truth
from _tmux import Screen, tmux_is_there

RULES = """\
[log app]
path   = /nowhere/app.log
format = logfmt

[event request]
where  = msg == request

[event slow]
of     = request
where  = took > 1s

[counter requests_total]
help   = R
inc    = request
labels = path

[counter slow_total]
help   = S
inc    = slow

[gauge last_seconds]
help   = L
set    = request
value  = took
unit   = s
"""
LOG = "".join(["msg=request path=/a took=2s\n"] * 5 + ["msg=request path=/b took=0.5s\n"] * 3 +
              ["msg=login user=u%d from=10.0.0.%d\n" % (i, i) for i in range(1, 5)] + ["something else entirely\n"] * 2)


def save(path, text):
    """As editors do: another file takes the name."""
    put(path + ".new", text)
    os.rename(path + ".new", path)


def watch(*more, rules="my.ini", **how):
    return Screen(" ".join([LOGTALLY, "watch", "--rules", rules, *more, "app.log"]), **how)


def files(rules=RULES, log=LOG):
    put("my.ini", rules)
    put("app.log", log)


class Growing:
    """A log that is written to all the time."""

    def __init__(self, path):
        self.path, self.over = path, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.wait(0.001):
            append(self.path, "more\n")

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def row(text, name):
    """The words of the row that ends in this name."""
    rows = [line.split() for line in text.splitlines() if line.startswith("  ") and name in line.split()]
    assert len(rows) == 1, (name, text)
    return rows[0]


def tmux(test):
    """Skipped where there is no tmux."""
    def run():
        return test() if tmux_is_there() else "there is no tmux"
    run.__name__ = test.__name__
    return run


@tmux
def each_save_is_shown():
    files()
    with watch() as s:
        t = s.shows("no mistakes", "14 lines: 8 taken, 6 not", "requests_total", "last_seconds", "slow", "msg=login user=<...> from=<address>", "q quit")
        assert row(t, "requests_total") == ["8", "2", "requests_total"]
        assert row(t, "request") == ["8", "request"]
        assert len(t.splitlines()) == 24
        save("my.ini", RULES.replace("msg == request", "msg ^= log"))
        t = s.shows("14 lines: 4 taken, 10 not (+4)")
        assert row(t, "requests_total") == ["4", "-4", "1", "requests_total"]
        assert row(t, "request") == ["4", "-4", "request"]
        with open("my.ini", "w", encoding="utf-8") as f:            # in place, by an editor that takes its time
            time.sleep(0.05)
            f.write(RULES)
        t = s.shows("14 lines: 8 taken, 6 not (-4)")
        assert row(t, "requests_total") == ["8", "+4", "2", "requests_total"]
        save("my.ini", RULES.replace("requests_total", "asked_total").replace("event slow", "event late")
             .replace("= slow", "= late"))
        t = s.shows("asked_total", "gone", "requests_total", "late", "slow_total")
        assert row(t, "asked_total") == ["8", "new", "2", "asked_total"]
        assert row(t, "requests_total") == ["gone", "requests_total"] and row(t, "slow") == ["gone", "slow"]
        os.utime("my.ini", (13569465600, 13569465600))              # 2400, which is no number of nanoseconds
        time.sleep(0.2)
        save("my.ini", RULES.replace("msg == request", "msg ^= log"))
        s.shows("14 lines: 4 taken, 10 not (+4)")
        s.keys("q")
        assert s.code() == 0
        s.is_as_found()


@tmux
def mistakes_leave_the_last_good_numbers():
    files()
    with watch() as s:
        s.shows("no mistakes", "14 lines: 8 taken")
        save("my.ini", RULES.replace("took > 1s", "took > 1x"))
        t = s.shows("1 mistake", "my.ini:10:17: > compares numbers", "14 lines: 8 taken", "are those of the last save without mistakes")
        assert row(t, "requests_total")[0] == "8"
        append("my.ini", "".join("[event unused%d]\nwhere = msg == x\n" % i for i in range(20)) + "[gauge x]\n")
        t = s.shows("mistakes", "my.ini:10:17: > compares", "my.ini:66:", "more rows: key 5", "14 lines: 8 taken")
        assert t.index("my.ini:66:") < t.index("warning:")
        s.keys("5", "End")
        s.shows('event "unused19"')
        s.keys("1")
        save("my.ini", RULES)
        s.shows("no mistakes", "14 lines: 8 taken", without=["last save"])
        os.unlink("my.ini")
        s.shows("there is no rules file my.ini", "8 taken")
        save("my.ini", RULES)
        s.shows("no mistakes", "8 taken", without=["last save"])


@tmux
def rules_may_be_broken_or_missing_at_first():
    put("app.log", LOG)
    with watch() as s:
        s.shows("there is no rules file my.ini", "no numbers yet", "q quit")
        put("my.ini", RULES)
        s.shows("no mistakes", "14 lines: 8 taken")


@tmux
def what_cannot_be_watched_is_said_at_the_end():
    put("my.ini", RULES)
    with watch() as s:
        assert s.code() == 1
        s.shows("logtally: cannot read app.log: No such file or directory")
        s.is_as_found()


@tmux
def what_rules_include_is_watched():
    files(RULES.replace("inc    = request\nlabels = path", "inc    = request\nlabels = team")
          .replace("where  = msg == request\n", "where  = msg == request\nmap.team(path) = @more/teams.tsv\nmap.team(path) = * -> none\n"))
    put("more/teams.tsv", "/a\tred\n")
    os.mkdir("rules")
    put("c.ini", "[rules]\ninclude = my.ini, rules/*.ini\n")
    put("rules/empty.ini", "; nothing yet\n")
    with Screen(LOGTALLY + " watch -c c.ini app.log") as s:
        s.shows("no mistakes", "14 lines: 8 taken")
        s.keys("2")
        t = s.shows('{team="red"}', '{team="none"}')
        save("more/teams.tsv", "/a\tred\n/b\tblue\n")
        t = s.shows('{team="blue"}', "new", without=['{team="none"}'])
        assert row(t, '{team="red"}')[0] == "5"
        put("rules/late.ini", "[event login]\nwhere = msg == login\n[counter logins_total]\nhelp = L\ninc = login\n")
        s.shows("14 lines: 12 taken, 2 not (-4)", "logins_total")
        save("c.ini", "[rules]\ninclude = my.ini\n")
        s.shows("14 lines: 8 taken, 6 not (+4)", "gone")
        with Growing("app.log"):                    # is no save, nor does it put one off
            save("more/teams.tsv", "/a\tgreen\n")
            s.shows('{team="green"}', "14 lines: 8 taken")
        put("app.log", LOG * 2)
        s.keys("r")
        s.shows("28 lines: 16 taken")


@tmux
def unmatched_lines_are_stepped_through_and_explained():
    files()
    with watch() as s:
        s.shows("no mistakes")
        s.keys("Enter")
        s.shows("app.log:9: line 1 of 4", "msg = login", "user = u1")
        s.keys("Right")
        s.shows("app.log:10: line 2 of 4", "user = u2")
        s.keys("n", "n", "n", "n")
        s.shows("app.log:12: line 4 of 4", "user = u4")
        s.keys("Left")
        s.shows("app.log:11: line 3 of 4")
        s.keys("Down")
        s.shows("app.log:13: line 1 of 2", "something else entirely")
        save("my.ini", RULES + "[event login]\nwhere = msg == login\n[counter logins_total]\nhelp = L\ninc = login\n")
        s.shows("14 lines: 12 taken, 2 not (-4)", "app.log:13: line 1 of 2")     # still the same kind
        s.keys("Up")
        s.keys("Up")
        s.keys("Escape")
        s.shows("logins_total", "requests_total")
        s.keys("?")
        s.shows("the next line of this kind")
        s.keys("Tab")
        s.keys("1")
        s.shows("requests_total")


@tmux
def a_rule_is_made_of_lines_and_added_on_a_second_key():
    files(RULES.rstrip("\n"))                       # an editor that ends no line
    with watch() as s:
        s.shows("no mistakes", "14 lines: 8 taken")
        s.keys("s")
        t = s.shows("a rule for msg=login", "a adds it to my.ini", "[event login]", "where = msg == login")
        assert "[log" not in t
        assert get("my.ini") == RULES.rstrip("\n")
        s.keys("Escape")
        s.shows("app.log:9: line 1 of 4")
        assert get("my.ini") == RULES.rstrip("\n")
        s.keys("-l", "sa")                          # pasted
        s.shows("a adds it to my.ini", "[event login]")
        assert get("my.ini") == RULES.rstrip("\n")
        s.keys("a")
        s.shows("the rule was added to my.ini", "no mistakes", "14 lines: 12 taken, 2 not (-4)", "app.log:13: line 1 of 2")
        assert get("my.ini").startswith(RULES + "\n;") and "inc = login\n" in get("my.ini")
        s.keys("a")                                 # nothing is shown that could be added
        s.keys("s")
        s.shows("a adds it to my.ini", "[event something_else_entirely]")
        s.keys("a")
        s.shows("no mistakes", "14 lines: 14 taken, 0 not (-2)")
        s.keys("s", "a", "q")
        assert s.code() == 0
    with watch() as s:                              # two rules for what one would do have two names
        s.shows("14 taken")
        save("my.ini", get("my.ini").replace("where = msg == login", "where = msg == logout"))
        s.shows("14 lines: 10 taken, 4 not (+4)")
        s.keys("s")
        s.shows("[event login_2]")
        s.keys("a")
        s.shows("no mistakes", "14 lines: 14 taken")


@tmux
def a_proposal_goes_when_the_rules_are_other_ones():
    files()
    with watch() as s:
        s.shows("14 lines: 8 taken")
        s.keys("s")
        s.shows("a rule for msg=login", "[event login]")
        save("my.ini", RULES + "[event login]\nwhere = msg == login\n[counter logins_total]\nhelp = L\ninc = login\n")
        t = s.shows("14 lines: 12 taken", "app.log:13: line 1 of 2")
        assert "a rule for" not in t and "[event login]" not in t, t


@tmux
def a_rule_is_not_added_to_what_is_no_file():
    files()
    with watch() as s:
        s.shows("no mistakes", "14 lines: 8 taken")
        s.keys("s")
        s.shows("a adds it to my.ini")
        os.unlink("my.ini")
        os.mkfifo("my.ini")
        s.shows("it is no regular file")
        s.keys("a")
        s.shows("cannot add to my.ini: Operation not supported", without=["was added"])


@tmux
def records_and_wrapped_lines_are_explained_whole():
    put("my.ini", "[log app]\npath = /nowhere\nunwrap = auto\nrecord = ^[A-Z]\n[event ok]\nmatch = ^OK\n[counter ok_total]\nhelp = O\n"
        "inc = ok\n")
    lines = ["OK one", "Failed: 2", "  at three", "  at four", "OK five", "Failed: 6", "  at seven"]
    put("app.log", "".join('{"log":"%s\\n","stream":"stdout","time":"2025-11-12T10:00:0%d.000000000Z"}\n' % (x, i)
                           for i, x in enumerate(lines)))
    with watch() as s:
        s.shows("4 lines: 2 taken, 2 not")
        s.keys("4")
        t = s.shows("app.log:2: line 1 of 2", "at four")
        assert "OK five" not in t
        s.keys("n")
        s.shows("app.log:6: line 2 of 2", "at seven")


@tmux
def a_screen_of_any_size_is_filled():
    files()
    with watch() as s:
        s.shows("no mistakes", "q quit")
        for columns, rows in (120, 40), (40, 10), (20, 5), (200, 60), (10, 3), (80, 24):
            s.resize(columns, rows)
            t = s.shows("logtally", "q quit")
            assert t.splitlines()[0].startswith("logtally"), t
            for view in "234?":
                s.keys(view)
                s.shows("logtally", "q quit")
            s.keys("1")
        s.shows("no mistakes", "14 lines: 8 taken", "requests_total", "msg=login")


@tmux
def what_a_log_says_cannot_move_the_cursor():
    evil = [b"\x1b[2J\x1b[31mred \x07bell %d" % i for i in range(3)]
    evil += [b"title \x1b]0;owned\x07 \x9b31m \xc2\x9b31m tab\there", "wide 漢字かな交じり文 end".encode(),
             b"zalgo " + "e\u0301\u0301\u0301\u0301\u0301".encode() * 50, b"\xff\xfe bad \x00 nul",
             "turned \u202e round".encode(), b"long " + b"x" * 5000, b"\rcarriage"]
    files(log=LOG + "".join("%s\n" % "") + b"\n".join(evil).decode("latin-1"))
    with open("app.log", "wb") as f:
        f.write(LOG.encode() + b"\n".join(evil) + b"\n")
    with watch(columns=100, rows=50) as s:
        title = s.says("pane_title")
        t = s.shows("24 lines: 8 taken, 16 not", r"<...> \x07bell <number>", "wide 漢字かな交じり文 end", r"title \x1b]0;owned\x07",
                    r"\xe2\x80\xae round")
        assert len(t.splitlines()) == 50 and t.splitlines()[-1].startswith("q quit"), t
        s.keys("4", "Down")
        s.shows(r"\x1b[2J\x1b[31mred \x07bell 0")
        for _ in range(len(evil)):
            t = s.shows("logtally watch", "app.log:")
            assert t.splitlines()[0].startswith("logtally watch") and t.splitlines()[-1].startswith("q quit"), t
            s.keys("Down")
        assert s.says("pane_title") == title
        s.keys("q")
        assert s.code() == 0
        s.is_as_found()


@tmux
def colour_and_characters_are_as_asked():
    files(RULES.replace("took > 1s", "took > 1x"), LOG + "naïve 漢字 words\n")
    with watch() as s:
        s.shows("1 mistake")
        assert "\x1b[31m" in s.text("-e") or "\x1b[1m\x1b[31m" in s.text("-e")
    save("my.ini", RULES)
    with watch(NO_COLOR="1") as s:
        s.shows("no mistakes", "na\u00efve \u6f22\u5b57 words")
        assert not re.search("\x1b\\[[34][0-7]m", s.text("-e")), s.text("-e")
    with watch(LC_ALL="C") as s:
        s.shows("no mistakes", "na?ve ?? words")


@tmux
def a_terminal_that_cannot_move_its_cursor_gets_lines():
    files()
    with watch(TERM="dumb") as s:
        s.shows("14 lines: 8 taken, 6 not")
        save("my.ini", RULES.replace("msg == request", "msg ^= log"))
        s.shows("14 lines: 4 taken, 10 not (+4)")
        s.keys("C-c")
        assert s.code() == 0
        assert "\x1b" not in s.text("-e"), s.text("-e")


@tmux
def the_terminal_is_left_as_it_was_found():
    files()
    for signo, code in (signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGSEGV, 139), (signal.SIGABRT, 134), (None, 0):
        with watch() as s:
            s.shows("no mistakes", "q quit")
            if signo:
                os.kill(s.pid(), signo)
            else:
                s.keys("C-c")
            assert s.code() == code or signo == signal.SIGSEGV, (signo, s.code())      # a sanitizer has a code of its own
            s.is_as_found()
            for name in "before", "after", "code":
                os.unlink(name)


@tmux
def a_job_that_is_stopped_and_goes_on():
    files()
    with Screen("bash --norc -i") as s:
        s.keys("stty -g >first; %s watch --rules my.ini app.log; stty -g >second; echo all ended" % LOGTALLY, "Enter")
        s.shows("no mistakes", "q quit")
        s.keys("C-z")
        s.shows("Stopped")
        assert s.says("alternate_on") == "0"
        s.keys("fg", "Enter")
        s.shows("no mistakes", "requests_total", "q quit")
        assert s.says("alternate_on") == "1"
        s.keys("q")
        s.shows("all ended")
        assert get("first") == get("second")


def once_is_all_of_it_as_text():
    files()
    said = ran("watch", "--once", "--rules", "my.ini", "app.log").stdout
    assert said.startswith("no mistakes\n14 lines: 8 taken, 6 not\n"), said
    assert row(said, "requests_total") == ["8", "2", "requests_total"]
    assert row(said, '{path="/a"}') == ["5", '{path="/a"}']
    assert row(said, "last_seconds") == ["0.5", "1", "last_seconds"]
    assert ran("watch", "--rules", "my.ini", "app.log").stdout == said       # no terminal
    page = ran("replay", "--rules", "my.ini", "app.log").stdout
    assert 'requests_total{path="/a"} 5' in page
    put("bad.ini", RULES.replace("took > 1s", "took > 1x"))
    said = ran("watch", "--once", "--rules", "bad.ini", "app.log", code=1).stdout
    assert said.startswith("1 mistake\nbad.ini:10:17: "), said
    ran("watch", "--once", "--rules", "my.ini", "none.log", code=1)
    ran("watch", "--once", "--rules", "my.ini", "--as", "none", "app.log", code=2)
    ran("watch", "--rules", "my.ini", code=2)
    said = ran("watch", "--once", "--rules", "my.ini", "-", input=LOG).stdout
    assert said.startswith("no mistakes\n14 lines: 8 taken, 6 not\n"), said
    put("all.ini", "[event line]\nmatch = ^\n[event put]\nmatch = ^put\n[event get]\nmatch = ^get\n"
                   "[counter n_total]\nhelp = Lines\ninc = line, put, get\n")
    put("all.log", "put 1\nget 1\n" * 20 + "pot 1\n" * 3)
    said = ran("watch", "--once", "--rules", "all.ini", "all.log").stdout
    assert "43 lines: 43 taken, 0 not\n" in said, said
    assert re.search(r"^ +3 +that event line alone took, for it takes all kinds$", said, re.M), said


def numbers_are_those_of_replay():
    lines = backend_lines(6000)
    os.mkdir("logs")
    with gzip.open("logs/backend.log.1.gz", "wb") as f:
        f.write(b"".join(lines[:3000]))
    put("logs/backend.log", b"".join(lines[3000:]))
    rules = os.path.join(SRCDIR, "rules")
    page = truth.parse_prom(ran("replay", "--rules", rules, "logs").stdout)
    want = {}
    for (name, labels), value in page.items():
        if not name.endswith(("_bucket", "_sum")):
            want[name.removesuffix("_count"), tuple(sorted(labels))] = value
    got, metric = {}, None
    said = ran("watch", "--once", "--rules", rules, "logs").stdout
    rows = said[said.index("  metric\n"):said.index("  event\n")].splitlines()[1:-1]
    for row_text in rows:
        value, name = row_text.split()[0], row_text[37:].strip()
        if name.startswith("{"):
            got[metric, tuple(sorted(re.findall(r'(\w+)="(.*?)"[,}]', name)))] = value
            got.pop((metric, ()), None)
        else:
            metric = name.split()[0]
            got[metric, ()] = value
    assert set(got) == set(want), set(got) ^ set(want)
    for key, value in got.items():
        assert float(value) == want[key] or abs(float(value) - want[key]) < 1e-6 * want[key], (key, value, want[key])
    assert "6000 lines:" in said, said[:500]


main(once_is_all_of_it_as_text, numbers_are_those_of_replay, each_save_is_shown, mistakes_leave_the_last_good_numbers, rules_may_be_broken_or_missing_at_first,
     what_cannot_be_watched_is_said_at_the_end, what_rules_include_is_watched, unmatched_lines_are_stepped_through_and_explained,
     a_rule_is_made_of_lines_and_added_on_a_second_key,
     a_rule_is_not_added_to_what_is_no_file, a_proposal_goes_when_the_rules_are_other_ones, records_and_wrapped_lines_are_explained_whole, a_screen_of_any_size_is_filled, what_a_log_says_cannot_move_the_cursor,
     colour_and_characters_are_as_asked, a_terminal_that_cannot_move_its_cursor_gets_lines, the_terminal_is_left_as_it_was_found,
     a_job_that_is_stopped_and_goes_on)
