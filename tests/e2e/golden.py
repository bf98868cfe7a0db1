"""`logtally test`: people's own golden tests of their rules."""
import os
import re
import subprocess
import time

from _common import get, put
from _daemon import LOGTALLY, SRCDIR, main

RULES = """[event job]
where = msg == job done
[event door]
where = msg == door
[counter jobs_total]
help = Jobs done
inc = job
labels = queue
[gauge open_doors]
help = Doors open
set = door
value = open
labels = hall
expire = 1m
"""


def test(*args, code=0):
    r = subprocess.run([LOGTALLY, "test", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert r.returncode == code, (args, r.returncode, r.stdout, r.stderr)
    return r.stdout


def job(at, queue="mail"):
    return '{"time":"2025-11-12T10:%s","msg":"job done","queue":"%s"}\n' % (at, queue)


def door(at, number, hall="a"):
    return '{"time":"2025-11-12T10:%s","msg":"door","open":%d,"hall":"%s"}\n' % (at, number, hall)


def series(text):
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")


def recorded_values_pass_and_changed_ones_show():
    put("rules.ini", RULES)
    put("tests/two.log", job("00:00Z") + job("00:01Z"))
    put("tests/three.log", job("00:00Z", "a") * 3)
    assert test("--record", "tests") == "2 recorded, 0 failed\n"
    assert test("tests") == "2 passed, 0 failed\n"
    put("tests/two.prom", get("tests/two.prom").replace("} 2", "} 3") + 'jobs_total{queue="x"} 1\n')
    out = test("tests", code=1)
    assert out.endswith("1 passed, 1 failed\n") and "FAILED tests/two\n" in out, out
    assert '- jobs_total{queue="mail"} 3\n' in out and '+ jobs_total{queue="mail"} 2\n' in out, out
    assert '- jobs_total{queue="x"} 1\n' in out and '"a"' not in out, out


def tap_is_for_other_tools():
    put("rules.ini", RULES)
    put("tests/good.log", job("00:00Z"))
    put("tests/bad.log", job("00:00Z"))
    test("--record", "tests")
    put("tests/bad.prom", "jobs_total 1\n")
    out = test("--tap", "tests", code=1)
    lines = out.splitlines()
    assert lines[-1] == "1..2" and "not ok 1 - tests/bad" in lines and "ok 2 - tests/good" in lines, out
    assert all(re.match(r"(not )?ok \d+ - |# |1\.\.2$", line) for line in lines), out


def a_filter_takes_what_holds_a_text():
    put("rules.ini", RULES)
    for name in ("mail_a", "mail_b", "export"):
        put("tests/%s.log" % name, job("00:00Z"))
    test("--record", "tests")
    assert test("--filter", "mail", "tests") == "2 passed, 0 failed\n"
    assert test("--filter", "export", "tests") == "1 passed, 0 failed\n"


def a_filter_loads_only_what_it_needs():
    put("some/rules.ini", "[event broken")
    put("some/good/rules.ini", RULES)
    put("some/tests/own.ini", "[test]\nrules = ../good/rules.ini\n")
    put("some/tests/own.log", job("15:30"))
    put("some/tests/own.prom", 'jobs_total{queue="mail"} 1\n')
    put("some/tests/shared.log", job("15:30"))
    put("some/tests/shared.prom", "")
    test("some/tests", code=1)
    assert "1 passed, 0 failed" in test("--filter", "own", "some/tests")
    test("--filter", "shared", "some/tests", code=1)


def a_test_may_be_several_files():
    put("rules.ini", RULES)
    put("tests/both/a.log", job("00:00Z"))
    put("tests/both/b.log", job("00:01Z") + job("00:02Z", "b"))
    test("--record", "tests")
    got = series(get("tests/both.prom"))
    assert got['jobs_total{queue="mail"}'] == "2" and got['jobs_total{queue="b"}'] == "1", got
    assert test("tests") == "1 passed, 0 failed\n"


def a_test_may_bring_rules_and_logs_of_its_own():
    put("rules.ini", RULES)
    put("other/rules.ini", "[event any]\nmatch = job\n[counter lines_total]\nhelp = x\ninc = any\n")
    put("tests/own.log", "x: " + job("00:00Z") + "y\n")
    put("tests/own.ini", "[test]\nrules = ../other/rules.ini\nunmatched = 1\n[log here]\nprefix = ^x: \n")
    test("--record", "tests")
    assert series(get("tests/own.prom")) == {"lines_total": "1"}
    assert test("tests") == "1 passed, 0 failed\n"


def unmatched_lines_are_counted():
    put("rules.ini", RULES)
    put("tests/left.log", job("00:00Z") + "nothing\nto see\n")
    put("tests/left.ini", "[test]\nunmatched = 2\n")
    test("--record", "tests")
    assert test("tests") == "1 passed, 0 failed\n"
    put("tests/left.ini", "[test]\nunmatched = 3\n")
    assert "2 lines were unmatched, not 3" in test("tests", code=1)


def values_are_expected_at_a_log_time():
    put("rules.ini", RULES)
    put("tests/at/a.log", job("00:00Z") + door("00:05Z", 1) + job("00:15Z") + job("00:16Z"))
    put("tests/at/b.log", door("00:10Z", 7) + door("00:20Z", 9))
    put("tests/at.ini", "[test]\nat = 2025-11-12T10:00:15Z\n")
    test("--record", "tests")
    got = series(get("tests/at.prom"))
    assert got == {'jobs_total{queue="mail"}': "2", 'open_doors{hall="a"}': "7"}, got
    assert test("tests") == "1 passed, 0 failed\n"
    put("tests/at.ini", "[test]\nat = 2025-11-12T10:02:00Z\n")      # a minute after the last door
    out = test("tests", code=1)
    assert '- open_doors{hall="a"} 7' in out and '+ jobs_total{queue="mail"} 3' in out, out
    assert "+ open_doors" not in out, out
    put("tests/at.ini", "[test]\nat = noon\n")
    assert 'tests/at.ini:2: "at" is a time (2025-11-12T10:00:15Z), not "noon"' in test("tests", code=1)


def mistakes_in_a_test_are_mistakes():
    put("rules.ini", RULES)
    put("tests/a.log", job("00:00Z"))
    test("--record", "tests")
    for text, said in (("[test]\nunmatched: 99\n", 'a.ini:2: only = divides a key from its value'),
                       ("[log app]\nunmatched = 0\n", 'a.ini:2: [log] has no key "unmatched"; it is a key of [test]'),
                       ("[test]\nunmatched = 0\nunmatched = 0\n", 'a.ini:3: "unmatched" is given twice'),
                       ("[test]\nunmached = 0\n", 'a.ini:2: unknown key "unmached"; did you mean "unmatched"?'),
                       ("unmatched = 0\n", 'a.ini:1: "unmatched" stands before any section')):
        put("tests/a.ini", text)
        out = test("tests", code=1)
        assert said in out and "1 failed" in out, out


def zeros_of_a_log_that_no_event_knows_are_told():
    put("rules.ini", RULES)
    put("tests/mine.log", job("15:30"))
    put("tests/strange.log", "panic\npanic\n")
    r = subprocess.run([LOGTALLY, "test", "--record", "--rules", "rules.ini", "tests"], capture_output=True, text=True, check=True)
    assert r.stdout == "2 recorded, 0 failed\n" and r.stderr == (
        "logtally: tests/strange: no event took any of the lines, of which there were 2; are these the rules for this log? "
        "(--rules names others, --as its [log])\n"), r


def thousands_of_cases_take_seconds():
    with open("all.ini", "w", encoding="utf-8") as f:
        for name in ("ai", "cleanup", "database", "errors", "http", "sessions", "websocket"):
            f.write(get(os.path.join(SRCDIR, "rules", name + ".ini")))
    for i in range(1000):
        put("tests/%d.log" % i, '{"msg":"http request","method":"GET","path":"/x","status":200,"duration":%d}\n' % i)
        put("tests/%d.ini" % i, "[test]\nunmatched = 0\n" if i % 2 else "")
    os.environ["LC_ALL"] = "C"
    test("--record", "--rules", "all.ini", "tests")
    before = os.times()
    began = time.monotonic()
    assert test("--rules", "all.ini", "tests") == "1000 passed, 0 failed\n"
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    print("# 1000 cases with all shipped rules: %.2f s, %.2f s of one processor" % (time.monotonic() - began, spent))
    assert spent < 5, spent     # 0.3 s here; the bound is for sanitizers and slow machines


main(recorded_values_pass_and_changed_ones_show, tap_is_for_other_tools, a_filter_takes_what_holds_a_text,
     a_filter_loads_only_what_it_needs,
     a_test_may_be_several_files, a_test_may_bring_rules_and_logs_of_its_own, unmatched_lines_are_counted,
     values_are_expected_at_a_log_time, mistakes_in_a_test_are_mistakes, zeros_of_a_log_that_no_event_knows_are_told,
     thousands_of_cases_take_seconds)
