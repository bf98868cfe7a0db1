"""The pages for people, looked at by Chromium: in both languages, on a phone, in the dark, without JavaScript."""
# timeout: 240
import glob
import gzip
import http.client
import json
import os
import signal
import subprocess
import time

from _browser import BINARY, Browser
from _common import get, put, until
from _daemon import SRCDIR, Daemon, append, backend_lines, main

NASTY = "logs/<img src=x onerror=alert(1)>&\"'.log"


def started(**how):
    os.makedirs("logs", exist_ok=True)
    append("logs/backend.log", b"".join(backend_lines(500)))
    append(NASTY, b"".join(backend_lines(10, seed=2)))
    d = Daemon(server="reload = yes\n", **how).start()
    assert d.caught_up(510) is True
    d.page()
    return d


PAGES = ("/", "/logs/test", "/metrics/http_requests_total", "/logs/none", "/metrics/none", "/list/events", "/list/none")


def every_page_is_guarded_and_speaks_both_languages():
    d = started()
    for path in PAGES:
        for tag, want in (("en", "en"), ("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("de, *;q=0.5", "en"), (None, "en"), ("en;q=0.5, ru", "ru")):
            status, headers, body = d.request("GET", path, {"Accept-Language": tag} if tag else {})
            assert status == (404 if path.endswith("/none") else 200), (path, status)
            assert b'<html lang="%s">' % want.encode() in body, (path, tag, body[:200])
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy, policy
            assert headers["Vary"] == "Accept-Language, Accept-Encoding" and headers["X-Content-Type-Options"] == "nosniff"
            assert b"<img" not in body and b" style=" not in body and b"<script>" not in body, path
    _, headers, body = d.request("GET", "/", {"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip" and b"<h1>logtally</h1>" in gzip.decompress(body)
    assert d.request("POST", "/")[0] == 405
    d.stop()


def what_is_shown_is_what_there_is():
    d = started()
    home, log, metric = (d.request("GET", p)[2].decode() for p in PAGES[:3])
    assert "Lines are read; numbers in red are worth a look." in home and 'href="/metrics/http_requests_total"' in home, home
    assert "backend.log" in log and "read to its end" in log and "&lt;img src=x" in log, log
    lines = [line for line in d.page().splitlines() if line.startswith("http_requests_total{")]
    shown = metric.split("<pre", 1)[1].split(">", 1)[1].split("</pre>")[0]
    assert [x.replace("&quot;", '"') for x in shown.splitlines()] == lines, shown
    assert "rules/http.ini:" in metric
    append("logs/backend.log", b"".join(backend_lines(500, seed=5)))
    assert d.caught_up(1010) is True
    assert ">1010<" in d.request("GET", "/logs/test")[2].decode()
    put("logtally.ini", get("logtally.ini") + "\n[event <b>x\n")
    assert d.request("POST", "/-/reload")[0] == 400
    home = d.request("GET", "/")[2].decode()
    assert "The last reload was refused" in home and "&lt;b&gt;" in home and "All is well" not in home, home
    d.stop()


def what_counts_nothing_is_named():
    """By the page, the answers for programs and, once, the log: a field that no line has, a value that is always missing, a label of
    as many values as lines; rules that are taken back to what they were meant to be say no more."""
    rules = """[event request]
where = msg == request
[event line]
where = user =~ [02468]$
[event stopped]
where = level == fatal
[counter requests_total]
inc = request
[counter stops_total]
inc = stopped
[counter by_user_total]
labels = user=user
max_values = 10
inc = line
[histogram seconds]
buckets = 1
observe = line
value = duration
"""
    put("rules.ini", rules)
    put("logs/app.log", "".join('{"level":"info","event":"request","user":"u%d","took":1}\n' % i for i in range(1200)))
    put("logs/other.log", "x\n" * 1000)
    d = Daemon(rules="rules.ini", log="path = logs/app.log\n[log other]\npath = logs/other.log\n").start()
    assert d.caught_up(2200) is True
    doubts = {x["name"]: (x["of"], x["kind"], x["field"], x["count"], x["total"])
              for x in json.loads(d.request("GET", "/api/v1/status")[2])["doubts"]}
    assert 2000 <= doubts["request"][4] < 2100, doubts          # some of those behind the first 1000 are looked at, too
    assert doubts == {
        "other": ("log", "unmatched", None, 1000, 1000), "request": ("event", "no_field", "msg", 0, doubts["request"][4]),
        "by_user_total": ("metric", "folded", None, 590, 600), "seconds": ("metric", "skipped", None, 600, 600)}, doubts
    for _ in range(2):
        home = d.request("GET", "/")[2].decode()
        assert "All is well" not in home and 'href="/events/request">request</a>: no hits; lines that have its field msg: 0 of 20' in home, home
        assert "stopped</a>:" not in home, home
    assert "line" in d.request("GET", "/events/line")[2].decode() and d.request("GET", "/events/none")[0] == 404
    said = get("stderr")
    for words in ("metric seconds: updates skipped", "metric by_user_total: updates under", "event request: no hits", "log other: lines that no"):
        assert said.count(words) == 1, (words, said)
    put("rules.ini", rules.replace("msg", "event").replace("duration", "took").replace("max_values = 10", "max_values = 2000"))
    d.signal(signal.SIGHUP)
    assert until(lambda: "reloaded: " in get("stderr")), get("stderr")
    assert json.loads(d.request("GET", "/api/v1/status")[2])["doubts"] == []
    assert "Lines are read; numbers in red are worth a look." in d.request("GET", "/")[2].decode()
    d.stop()


def an_update_is_told_when_it_was():
    """Not when somebody looked: nobody does, between the lines and what was saved of them."""
    d = started()
    saved = os.stat("state/state").st_mtime_ns
    append("logs/backend.log", b"".join(backend_lines(500, seed=5)))
    assert until(lambda: os.stat("state/state").st_mtime_ns != saved)
    now = time.time()
    metrics = json.loads(d.request("GET", "/api/v1/metrics")[2])["metrics"]
    updated = [m["updated_timestamp_seconds"] for m in metrics if m["updated_timestamp_seconds"]]
    assert updated and max(updated) <= now, (now, updated)
    d.stop()


def what_was_skipped_is_no_update():
    put("rules.ini", "[event done]\nwhere = msg == done\n[counter spent_total]\nhelp = h\nadd = done\nvalue = took\n"
                     "[counter done_total]\nhelp = h\ninc = done\n")
    d = Daemon(rules="rules.ini").start()
    for n, (line, updated) in enumerate(((b'{"msg":"done","took":"fast"}\n', {"done_total"}), (b'{"msg":"done","took":2}\n', {"done_total", "spent_total"}))):
        append("logs/backend.log", line)
        assert d.caught_up(n + 1) is True
        assert {m["name"] for m in json.loads(d.request("GET", "/api/v1/metrics")[2])["metrics"] if m["updated_timestamp_seconds"]} == updated
        assert {labels[0][1] for name, labels in d.values() if name == "logtally_metric_updated_timestamp_seconds"} == updated
    d.stop()


def lines_are_shown_to_whom_they_may_be():
    os.makedirs("logs", exist_ok=True)
    append("logs/backend.log", b'{"level":"info","msg":"<b>nobody</b> knows me"}\n' * 3)
    for show in ("no", "yes"):
        d = Daemon(server="show_lines = %s\n" % show).start()
        assert d.caught_up(3) is True
        append("logs/backend.log", b'{"level":"warn","msg":"nor me"}\n')
        assert d.caught_up(4) is True
        page = d.request("GET", "/logs/test")[2].decode()
        assert ("nor me" in page) == (show == "yes"), page
        assert "<b>nobody" not in page and "nor me" not in d.request("GET", "/api/v1/logs")[2].decode()
        if show == "yes":
            assert page.count("<details>") >= 1 and "decoded as json" in page and "\\x0a" not in page, page
            assert "nor me" in d.request("GET", "/logs/test", {"Host": "localhost:%d" % d.port})[2].decode()
            for headers in ({"Sec-Fetch-Site": "same-origin", "Host": "evil.example"}, {"Origin": "http://evil.example"},
                            {"Host": "evil.example:%d" % d.port}, {"Host": "127.0.0.1.evil.example"}, {"X-Forwarded-For": "192.0.2.1"}, {"X-Real-IP": "192.0.2.1"},
                            {"Forwarded": "for=192.0.2.1"}, {"Via": "1.1 proxy"}):
                assert "nor me" not in d.request("GET", "/logs/test", headers)[2].decode(), headers
        d.stop()
        os.remove("logs/backend.log")
        append("logs/backend.log", b'{"level":"info","msg":"<b>nobody</b> knows me"}\n' * 3)
        subprocess.run(["rm", "-r", "state"], check=True)


def few_pages_wait_for_a_reload():
    """The others are told so at once: who waits has a connection that a scraper may need."""
    with open("many.ini", "w", encoding="ascii") as f:
        for i in range(4000):
            f.write("[event e%d]\nwhere = k == %d\n[counter m%d_total]\nhelp = x\ninc = e%d\n" % ((i,) * 4))
    d = Daemon(rules="many.ini").start()
    answers = []

    def some_wait_in_vain():
        clients = [http.client.HTTPConnection("127.0.0.1", d.port, timeout=600) for _ in range(40)]
        for c in clients:
            c.connect()
        d.signal(signal.SIGHUP)
        for i, c in enumerate(clients):
            c.request("GET", "/api/v1/status")
            if i % 4 == 0:                      # some time passes, as loading takes some
                d.request("GET", "/health/live")
        for c in clients:
            answers.append(c.getresponse().status)
            c.close()
        return 503 in answers
    assert until(some_wait_in_vain), set(answers)
    assert set(answers) == {200, 503}, set(answers)
    assert until(lambda: d.request("GET", "/")[0] == 200)
    d.stop()


def check(schema, value, root, where):
    """As much of JSON Schema as docs/openapi.json uses."""
    if "$ref" in schema:
        schema = root["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
             "null": type(None)}
    allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(isinstance(value, kinds[k]) and not (k in ("integer", "number") and isinstance(value, bool))
               for k in allowed), (where, value, allowed)
    if "enum" in schema:
        assert value in schema["enum"], (where, value)
    if isinstance(value, list):
        for i, v in enumerate(value):
            check(schema["items"], v, root, "%s[%d]" % (where, i))
    if isinstance(value, dict):
        known = schema.get("properties", {})
        missing = set(schema.get("required", [])) - set(value)
        assert not missing, (where, missing)
        for k, v in value.items():
            inner = known.get(k, schema.get("additionalProperties"))
            assert inner, (where, k, "is not described")
            check(inner, v, root, where + "." + k)


def answers_for_programs_are_as_described():
    with open(os.path.join(SRCDIR, "docs", "openapi.json"), encoding="utf-8") as f:
        described = json.load(f)
    d = started()
    answers = {}
    for path in ("/api/v1/status", "/api/v1/logs", "/api/v1/metrics"):
        schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        status, headers, body = d.request("GET", path)
        assert status == 200 and headers["Content-Type"] == "application/json"
        answers[path] = json.loads(body)
        check(schema, answers[path], described, path)
    for path in ("/api/v1/logs", "/api/v1/metrics"):
        schema = described["paths"][path + "/{page}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        first = json.loads(d.request("GET", path + "/1")[2])
        check(schema, first, described, path + "/1")
        assert first.keys() == answers[path].keys() and answers[path]["next"] is None, first
        for wrong in ("/2", "/0", "/01", "/x", "/1/", "/"):
            assert d.request("GET", path + wrong)[0] == (200 if wrong == "/" else 404), wrong
    assert answers["/api/v1/status"]["status"] == "ok"
    log = answers["/api/v1/logs"]["logs"][0]
    assert log["lines"]["total"] == 510 and sum(log["lines"]["minutes"]) <= 510, log
    assert sorted(f["path"] for f in log["files"]) == sorted(os.path.abspath(p) for p in (NASTY, "logs/backend.log"))
    assert {m["name"] for m in answers["/api/v1/metrics"]["metrics"]} > {"http_requests_total", "errors_total"}
    assert sum(e["hits"]["total"] for e in answers["/api/v1/metrics"]["events"]) > 0
    d.stop()


def axe():
    """axe-core's source, where npm has it; else None."""
    if not os.path.exists("axe.js"):
        subprocess.run(["npm", "pack", "--silent", "axe-core@4"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        for tar in glob.glob("axe-core-*.tgz"):
            subprocess.run(["tar", "-xzf", tar, "package/axe.min.js"], check=True)
            os.rename("package/axe.min.js", "axe.js")
    return get("axe.js") if os.path.exists("axe.js") else None


def a_browser_finds_nothing_wrong():
    if not BINARY:
        return "chromium is not there"
    source = axe()
    d = started(more="[log none]\npath = /none/*.log\n")           # so that there is something to say
    b = Browser("--accept-lang=ru")
    url = "http://127.0.0.1:%d" % d.port
    for width, scripts in ((360, True), (1280, True), (360, False)):
        b.call("Network.setBlockedURLs", urls=[] if scripts else ["*/static/live.js"])
        for scheme in ("light", "dark"):
            b.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width == 360)
            b.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            for path in PAGES:
                b.open(url + path)
                where = (width, scripts, scheme, path)
                assert b.value("document.documentElement.lang") == "ru", where
                assert b.value("document.documentElement.scrollWidth <= innerWidth"), where
                assert b.value("document.images.length") == 0, where
                dark = b.value("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
                assert dark == (scheme == "dark"), where
                if source:
                    b.value(source + ";0")
                    found = json.loads(b.value("axe.run().then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes[0].html])))"))
                    assert not found, (where, found)
    said = [c for c in b.complaints() if "404" not in json.dumps(c) and "ERR_BLOCKED_BY_CLIENT" not in json.dumps(c)]
    assert not said, said
    b.close()
    d.stop()
    return None if source else "axe-core cannot be had; all else passed"


def a_page_renews_itself_and_a_button_does_without_javascript():
    if not BINARY:
        return "chromium is not there"
    d = started()
    b = Browser()
    url = "http://127.0.0.1:%d/" % d.port
    total = "document.querySelector('tbody tr td:nth-of-type(4)').textContent"
    b.open(url)
    assert b.value(total) == "510", b.value(total)
    append("logs/backend.log", b"".join(backend_lines(90, seed=6)))
    assert until(lambda: b.value(total) == "600"), b.value(total)
    b.call("Emulation.setScriptExecutionDisabled", value=True)
    b.open(url)
    append("logs/backend.log", b"".join(backend_lines(100, seed=7)))
    assert d.caught_up(700) is True
    shot = b.call("DOM.getDocument", depth=0)["root"]["nodeId"]
    button = b.call("DOM.querySelector", nodeId=shot, selector="header button")["nodeId"]
    x1, y1, _, _, x2, y2, _, _ = b.call("DOM.getBoxModel", nodeId=button)["model"]["content"]
    b.events = []
    for kind in ("mousePressed", "mouseReleased"):
        b.call("Input.dispatchMouseEvent", type=kind, x=(x1 + x2) / 2, y=(y1 + y2) / 2, button="left", clickCount=1)
    b.wait_for("Page.loadEventFired")
    root = b.call("DOM.getDocument", depth=0)["root"]["nodeId"]
    cell = b.call("DOM.querySelector", nodeId=root, selector="tbody tr td:nth-of-type(4)")["nodeId"]
    assert ">700<" in b.call("DOM.getOuterHTML", nodeId=cell)["outerHTML"]
    b.close()
    d.stop()
    return None


main(every_page_is_guarded_and_speaks_both_languages, what_is_shown_is_what_there_is, what_counts_nothing_is_named, an_update_is_told_when_it_was, what_was_skipped_is_no_update, lines_are_shown_to_whom_they_may_be,
     few_pages_wait_for_a_reload, answers_for_programs_are_as_described,
     a_browser_finds_nothing_wrong, a_page_renews_itself_and_a_button_does_without_javascript)
