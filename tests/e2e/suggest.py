"""What `logtally suggest` proposes: rules that load without a warning, for every message that is frequent."""
import collections
import glob
import json
import os
import re
import subprocess

from _common import get, put
from _daemon import LOGTALLY, SRCDIR, main

FIXTURES = [os.path.join(SRCDIR, "rules", "tests", "backend_%s.log" % f) for f in ("json", "text", "mixed")]

SHIPPED = glob.glob(os.path.join(SRCDIR, "rules", "**", "*.log"), recursive=True)


def logtally(*args, code=0, stdin=None):
    r = subprocess.run([LOGTALLY, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, input=stdin, check=False)
    assert r.returncode == code, (args, r.returncode, r.stderr.decode())
    return r.stdout.decode()


def suggested(path, *more, strict=True):
    logtally("suggest", *more, path, "-o", "new.ini")
    logtally("check", *(["--strict"] if strict else []), "--rules", "new.ini")
    return get("new.ini")


def message(line):
    """What a line says, values taken out; None for pieces of a pretty-printed object."""
    text = line.decode("utf-8", "replace")
    try:
        text = json.loads(text)["msg"]
    except (ValueError, KeyError, TypeError):
        m = re.search(r'^time=\S+ level=\S+ msg=("(?:\\.|[^"\\])*"|\S+)', text)
        if m:
            text = m.group(1)
        elif not re.match(r"\s*[^\s\x00-\x2f:-@\[-`{-\x7f]", text):
            return None
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "U", text)
    text = re.sub(r"^\d\d:\d\d:\d\d \| .*", "an access line", text, flags=re.S)
    return re.sub(r"[0-9][0-9.]*", "N", text)


def every_frequent_message_is_proposed():
    for path in SHIPPED:
        if path.endswith("access_line_paddings.log"):
            continue                # no two of its lines are meant to look alike
        text = suggested(path, strict=False)
        # without the events that take every line by its level
        text = re.sub(r"\[event level_.*?(?=\n; [0-9]+ lines)", "", text, flags=re.S)
        put("new.ini", text)
        logtally("replay", "--rules", "new.ini", "--unmatched", "left", "-o", "page", path)
        with open(path, "rb") as f:
            count = collections.Counter(message(line) for line in f.read().split(b"\n") if line)
        with open("left", "rb") as f:
            left = {message(line) for line in f.read().split(b"\n") if line}
        frequent = {m for m, n in count.items() if m and n > 5}
        assert path not in FIXTURES or len(frequent) > 40, len(frequent)
        assert not frequent & left, frequent & left


RECORDS = {
    "java": (r"^\d{4}-\d\d-\d\d", """2025-11-12 10:15:{n:02d} INFO  [main] shop.Cart - order {n} placed
2025-11-12 10:15:{n:02d} ERROR [main] shop.Cart - order {n} failed
java.lang.IllegalStateException: no stock
\tat shop.Cart.take(Cart.java:31)
\tat shop.Main.main(Main.java:7)
Caused by: java.io.IOException: gone
\t... 2 more
""", {'java_exceptions_total{class="java.lang.IllegalStateException"}': 20}),
    "python": (r"^\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\b", """INFO:shop:order {n} placed
ERROR:shop:order {n} failed
Traceback (most recent call last):
  File "shop.py", line 31, in take
    raise ValueError("no stock")
ValueError: no stock
""", {'python_exceptions_total{class="ValueError"}': 20}),
    "postgresql": (r"^\d{4}-\d\d-\d\d", """2025-11-12 10:15:{n:02d}.123 UTC [{n}] LOG:  statement: SELECT a,
\tb
\tFROM orders
2025-11-12 10:15:{n:02d}.123 UTC [{n}] LOG:  duration: 1{n}.5 ms
""", {}),
    "json": (r"^\{", json.dumps({"msg": "order placed", "amount": 12, "deep": {"a": [1]}}, indent=2) + "\n"
             + json.dumps({"msg": "order failed", "why": "stock"}, indent=2) + "\n",
             {"order_placed_total": 20, "order_failed_total": 20}),
}


def records_are_proposed_where_lines_belong_together():
    for name, (record, piece, want) in RECORDS.items():
        put(name + ".log", "".join(piece.replace("{n:02d}", "%02d" % n).replace("{n}", str(n)) for n in range(20)))
        text = suggested(name + ".log")
        assert "\nrecord = %s\n" % record in text, (name, text)
        page = logtally("replay", "--rules", "new.ini", "--unmatched", "left", name + ".log")
        for sample, value in want.items():
            found = sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(sample))
            assert found == value, (name, sample, page)
        assert get("left") == "", (name, get("left"))


def records_are_not_proposed_elsewhere():
    put("flat.log", "".join("2025-11-12 10:15:%02d INFO order %d placed\n" % (n, n) for n in range(50)) + "  odd\n")
    assert "record" not in suggested("flat.log")
    put("lines.log", "".join('{"msg":"order placed","n":%d}\n' % n for n in range(50)))
    assert "record =" not in suggested("lines.log")


def counts_are_told_and_come_out():
    text = suggested(FIXTURES[0])
    page = logtally("replay", "--rules", "new.ini", FIXTURES[0])
    for event, lines in (("http_request", 2077), ("db_query", 898), ("websocket_message", 436)):
        assert "; %d lines, such as: %s\n" % (lines, event.replace("_", " ")) in text
        got = sum(float(v) for v in re.findall(r"^%s_total\{.*\} (\S+)$" % event, page, re.M))
        assert got == lines, (event, got)


def levels_hide_no_message():
    """A message of two levels, and a level of two messages: each looks like all kinds of lines to the other."""
    put("levels.log", "".join('{"level":"%s","msg":"%s"}\n' % (("warn" if i % 2 else "info"), ("order" if i % 3 else "cache")) for i in range(60)))
    text = suggested("levels.log")
    assert "0 unmatched" in text and "event order: 40" in text and "alone" not in text, text


def durations_sizes_and_ids_are_recognised():
    text = suggested(FIXTURES[0])
    assert re.search(r"value = duration\nunit = ns\n", text)
    assert re.search(r"value = duration_seconds\nunit = s\n", text)
    assert re.search(r"value = bytes\nunit = B\n", text)
    assert re.search(r"; +request_id +no label: ids", text)
    labels = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"^labels = (.*)$", text, re.M))))
    assert not labels & {"request_id", "session_id", "user_id", "client_id", "query", "error", "ip"}, labels
    assert {"method", "status", "endpoint", "service", "model", "database", "operation"} <= labels, labels
    text = suggested(FIXTURES[2])
    assert re.search(r"\[event http_access\]\nlog = \w+\nmatch = .*\(\?<duration>.*\nset.path_route = ", text)


def every_log_we_ship_gives_rules_that_load():
    assert len(SHIPPED) > 15, SHIPPED
    for path in SHIPPED:
        suggested(path, "--least", "1", strict=False)   # `mode` beside `model` is warned of, rightly


def access_logs_in_json_need_no_message():
    with open("access.log", "w", encoding="utf-8") as f:
        for i in range(60):
            f.write(json.dumps({"time": "2025-11-12T10:00:%02dZ" % i, "method": "GET" if i % 3 else "POST",
                                "path": "/item/%d" % i, "status": 200 + i % 2, "took_ms": i}) + "\n")
    text = suggested("access.log")
    page = logtally("replay", "--rules", "new.ini", "access.log")
    assert "endpoint=took" not in text and "endpoint=path_route" in text, text
    assert re.search(r'_total\{[^}]*endpoint="/item/:id"[^}]*\} ', page), page
    assert re.search(r"value = took_ms\nunit = ms\n", text)


def lines_are_taken_out_of_a_container_runtimes_wrapping():
    line = '{"level":"info","msg":"http request","path":"/a/%d","status":200}'
    docker = [json.dumps({"log": line % i + "\n", "stream": "stdout", "time": "2025-11-12T10:00:00.123456789Z"})
              for i in range(50)]
    cri = ["2025-11-12T10:00:00.123456789Z stdout F " + line % i for i in range(50)]
    for lines in (docker, cri):
        put("app.log", "\n".join(lines) + "\n")
        text = suggested("app.log")
        assert "\n[log app]\npath = app.log\nunwrap = auto\n" in text, text
        page = logtally("replay", "--rules", "new.ini", "app.log")
        assert 'http_request_total{endpoint="/a/:id",status="200"} 50\n' in page, page


def standard_input_and_compressed_samples():
    with open(FIXTURES[0], "rb") as f:
        sample = f.read()
    subprocess.run(["gzip", "-c"], input=sample, stdout=open("sample.gz", "wb"), check=True)
    a = logtally("suggest", "-", stdin=sample).split("\n", 3)[3]
    b = logtally("suggest", "sample.gz").split("\n", 3)[3]
    b, report = b.split("\n; What these rules come to on the sample:\n")   # standard input is read once
    a, b = (re.sub(r"^log = .*\n|^; Where the lines.*\n|^\[log .*\npath.*\n\n", "", t, flags=re.M).replace("sample_", "") for t in (a, b))
    assert a == b and len(a) > 1000
    assert ";   event http_request: 2077\n" in report, report


def a_log_named_auto_may_be_there():
    put("auto.ini", "[log auto]\nformat = json\n")
    a = logtally("suggest", "--rules", "auto.ini", FIXTURES[0])
    assert a == logtally("suggest", FIXTURES[0]), a


def a_log_that_was_given_is_read_as_it_says():
    """With -c or --rules a [log] with a prefix is neither passed over nor proposed again, and names that are taken stay theirs."""
    put("app.log", "".join("<%d> app|level=info msg=\"job done\" took=%dms n=%d\n" % (i, i, i) for i in range(20)))
    put("log.ini", "[log app]\npath = app.log\nprefix = ^<\\d+> (?<program>\\w+)[|]\n"
                   "[event job_done]\nwhere = msg == x\n[counter log_lines_total]\nhelp = x\ninc = job_done\n")
    text = logtally("suggest", "--rules", "log.ini", "app.log")
    assert "20 lines, 20 of them JSON or logfmt" in text and "\n[log" not in text, text
    assert "read as [log app] says" in text, text
    assert "\n[event job_done_2]\nlog = app\nwhere = msg == job done\n" in text and "[counter log_lines" not in text, text
    assert ";   20 lines, 0 unmatched, 1 trap\n" in text and ";   event job_done_2: 20\n" in text, text
    put("new.ini", text)
    logtally("check", "--strict", "--rules", "log.ini", "--rules", "new.ini")
    put("elsewhere.ini", get("log.ini").replace("path = app.log", "path = /no/where.log") + "[log b]\npath = /b.log\n")
    given = logtally("suggest", "--rules", "elsewhere.ini", "--as", "app", "app.log")
    assert ";   20 lines, 0 unmatched" in given and "\n[log" not in given, given


def another_encoding_is_asked_for_and_said():
    put("win.log", "".join("2026-11-30 09:00:%02d INFO Заказ %d создан\n" % (i, i) for i in range(20)).encode("cp1251"))
    assert "20 of them are no UTF-8." in suggested("win.log"), get("new.ini")
    put("win.ini", "[log w]\npath = win.log\nencoding = cp1251\n")
    rules = suggested("win.log", "--rules", "win.ini")
    assert "no UTF-8" not in rules and "\nencoding = cp1251\n" in rules and "match = ^Заказ " in rules, rules
    assert 'zakaz_sozdan_total 20\n' in logtally("replay", "--rules", "new.ini", "win.log")


def what_is_appended_keeps_clear_of_what_is_there():
    """Proposals for logs that say the same, one after another into one file."""
    for name in ("one", "two", "three"):
        put(name + ".log", "\n".join(f'{{"level":"info","msg":"job done","took":{i}.5,"queue":"{"ab"[i % 2]}"}}' for i in range(20)) + "\n")
        with open("all.ini", "ab") as out:
            subprocess.run([LOGTALLY, "suggest", name + ".log"], stdout=out, check=True)
    rules = get("all.ini")
    for section in ("log one", "log three", "event job_done", "event job_done_2", "event job_done_3", "counter job_done_3_total"):
        assert rules.count(f"[{section}]\n") == 1, (section, rules)
        os.makedirs("rules", exist_ok=True)
        with open("rules/%s.ini" % name, "wb") as out:
            subprocess.run([LOGTALLY, "suggest", name + ".log"], stdout=out, check=True)
    logtally("check", "--strict", "--rules", "rules")           # paths are whole there
    logtally("check", "--strict", "all.ini")
    page = logtally("replay", "--rules", "all.ini", "one.log", "two.log", "three.log")
    for n in ("", "_2", "_3"):
        assert sum(int(v) for v in re.findall(rf"^job_done{n}_total{{.*}} (\d+)$", page, re.M)) == 20, page


def mistakes_are_said():
    logtally("suggest", code=2)
    logtally("suggest", "--least", "0", FIXTURES[0], code=2)
    logtally("suggest", "missing.log", code=1)
    open("empty.log", "w", encoding="utf-8").close()
    logtally("suggest", "empty.log", code=1)


def directions_and_controls_are_matched_not_written():
    """The rules find each line, and hold nothing that a terminal or an editor obeys, whatever the file is called."""
    name = "turned\u202e.log"
    with open(name, "wb") as f:
        for i in range(20):
            f.write(b'{"msg":"turned \\u202e round","n":%d}\nuser \xe2\x80\xaegpj did %d\nC1 \xc2\x9b31m did %d\n' % (i, i, i))
    page = suggested(name, strict=False)
    bad = re.findall("[\u0080-\u009f\u2028-\u202e\u2066-\u2069]", page)
    assert not bad, (bad, page)
    assert ";   60 lines, 0 unmatched\n" in page, page


def lines_that_have_nothing_in_common_take_little_memory():
    with open(LOGTALLY, "rb") as f:
        if b"__asan_init" in f.read():
            return "a sanitizer takes memory of its own"
    letters = "abcdefghijklmnopqrstuvwxyz"
    with open("apart.log", "w", encoding="utf-8") as f:
        for i in range(130):
            word = letters[i % 26] + letters[i // 26]
            f.write(" ".join((word + letters[k % 26]) * 650 for k in range(30)) + "\n")
    with subprocess.Popen([LOGTALLY, "suggest", "apart.log", "-o", "new.ini"]) as p:
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    assert p.returncode == 0 and usage.ru_maxrss < 200 << 10, (p.returncode, usage.ru_maxrss)
    return None


main(levels_hide_no_message, directions_and_controls_are_matched_not_written, lines_that_have_nothing_in_common_take_little_memory, every_frequent_message_is_proposed, records_are_proposed_where_lines_belong_together,
     records_are_not_proposed_elsewhere, counts_are_told_and_come_out, durations_sizes_and_ids_are_recognised,
     every_log_we_ship_gives_rules_that_load, access_logs_in_json_need_no_message,
     lines_are_taken_out_of_a_container_runtimes_wrapping, standard_input_and_compressed_samples, a_log_named_auto_may_be_there,
     a_log_that_was_given_is_read_as_it_says, another_encoding_is_asked_for_and_said, what_is_appended_keeps_clear_of_what_is_there, mistakes_are_said)
