"""`logtally state`: what was counted, by which files up to where, and what no rule has any more."""
import json
import os
import re

from _common import becomes, get, put
from _daemon import Daemon, append, main, ran

RULES = "[event a]\nwhere = msg == a\n[counter a_total]\nhelp = A\ninc = a\n"
MORE = "[counter b_total]\nhelp = B\ninc = a\nlabels = k\n"


def state():
    return ran("state", "--state", "state").stdout


def files(out):
    """[(file, log, offset, lines, how)]"""
    here = os.getcwd() + "/logs/"
    return re.findall(r"^# file %s(\S+): log (\S+), read up to byte (\d+), (\d+ lines?)(?:, (\w+))?$" % re.escape(here), out, re.M)


def lists_files_with_offsets():
    put("rules.ini", RULES)
    line = "msg=a k=x\n"
    put("logs/one.log", line)
    put("logs/two.log", line * 7 + "unfinished")
    put("logs/gone.log", line * 3)
    d = Daemon(rules=os.path.abspath("rules.ini"), state="interval = 100ms\nrotate_wait = 100ms").start()
    assert d.caught_up(11) is True
    becomes(lambda: sorted(files(state())), [("gone.log", "test", "30", "3 lines", ""), ("one.log", "test", "10", "1 line", ""),
                                             ("two.log", "test", "70", "7 lines", "")])
    os.remove("logs/gone.log")
    append("logs/one.log", line)
    assert d.caught_up(12) is True
    becomes(lambda: {f[0]: f[2:] for f in files(state())}, {"two.log": ("70", "7 lines", ""), "gone.log": ("30", "3 lines", "gone"),
                                                            "one.log": ("20", "2 lines", "")})
    d.stop()
    out = state()
    assert re.search(r"^a_total 12$", out, re.M) and re.search(r"^# saved \S+, \d+ bytes$", out.splitlines()[-1]), out
    assert len(files(out)) == 3, out


def tells_which_content_has_a_name_now():
    put("rules.ini", RULES)
    put("logs/one.log", "msg=a k=0\n")
    d = Daemon(rules=os.path.abspath("rules.ini"), log="path = %s/logs/*.log\n").start()
    assert d.caught_up(1) is True
    for n in range(1, 5):
        for old, new in (("one.log.1", "one.log.2"), ("one.log", "one.log.1")):
            if os.path.exists("logs/" + old):
                os.rename("logs/" + old, "logs/" + new)
        put("logs/one.log", "msg=a k=%d\n" % n * (n + 1))
        assert d.caught_up(sum(range(n + 2))) is True
    d.stop()
    want = [("one.log.2", "1 line", "replaced"), ("one.log.2", "2 lines", "replaced"), ("one.log.2", "3 lines", ""),
            ("one.log.1", "4 lines", ""), ("one.log", "5 lines", "")]
    assert [(f[0], *f[3:]) for f in files(state())] == want, state()
    told = json.loads(ran("state", "--state", "state", "--json").stdout)["files"]
    assert [f["where"] for f in told] == ["replaced"] * 2 + ["present"] * 3, told


def tells_what_no_rule_has():
    put("rules.ini", RULES + MORE)
    put("logs/one.log", "msg=a k=x\nmsg=a k=y\n")
    d = Daemon(rules=os.path.abspath("rules.ini")).start()
    assert d.caught_up(2) is True
    d.stop()
    assert "without a rule" not in state()
    put("rules.ini", RULES)
    d.start()
    assert d.caught_up(2) is True
    d.stop()
    out = state()
    assert re.search(r"^# without a rule since \S+: b_total, 2 series; kept for a day$", out, re.M), out
    assert "restored" in get("stderr") and "kept for a day without a rule: 2; dropped: 0" in get("stderr"), get("stderr")


main(lists_files_with_offsets, tells_which_content_has_a_name_now, tells_what_no_rule_has)
