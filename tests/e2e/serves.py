"""What is served: pages that Prometheus's own tools accept, and the right status for everything else."""
import gzip
import os
import re
import shutil
import signal
import subprocess
import time

from _common import put
from _daemon import SRCDIR, Daemon, append, backend_lines, expect_truth, main, until


def started(n=500, **how):
    os.makedirs("logs", exist_ok=True)
    lines = backend_lines(n)
    append("logs/backend.log", b"".join(lines))
    d = Daemon(**how).start()
    d.caught_up(n)
    return d, b"".join(lines)


def fixtures_give_their_exact_values():
    for flavour in ("json", "text", "mixed"):
        shutil.rmtree("state", ignore_errors=True)
        shutil.rmtree("logs", ignore_errors=True)
        os.makedirs("logs")
        path = os.path.join(SRCDIR, "rules", "tests", "backend_%s.log" % flavour)
        shutil.copy(path, "logs/backend.log")
        with open(path, "rb") as f:
            everything = f.read()
        d = Daemon().start()
        assert d.caught_up(sum(1 for line in everything.split(b"\n") if line)) is True
        expect_truth(d, everything)
        d.stop()


def promtool_accepts_the_text_page():
    d, _ = started()
    r = subprocess.run(["promtool", "check", "metrics"], input=d.page(), text=True, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False)
    # the one complaint allowed: active_sessions_total is a gauge, by the project's wish
    left = [line for line in r.stdout.splitlines() if line and not line.startswith("active_sessions_total ")]
    assert not left, left
    d.stop()


def families(page, parser="openmetrics.parser"):
    """How many the reference parser finds on a page; it refuses a page with one fault in it."""
    parse = ("import sys\nfrom prometheus_client.%s import text_string_to_metric_families as p\n"
             "print(len(list(p(sys.stdin.buffer.read().decode()))))" % parser)
    r = subprocess.run(["/usr/bin/python3", "-c", parse], input=page, stdout=subprocess.PIPE, check=True)
    return int(r.stdout)


def openmetrics_is_parsed_by_its_reference_parser():
    d, _ = started()
    status, headers, body = d.request("GET", "/metrics", {"Accept": "application/openmetrics-text;version=1.0.0"})
    assert status == 200 and headers["Content-Type"].startswith("application/openmetrics-text"), headers
    assert families(body) > 18
    assert body.endswith(b"# EOF\n")
    d.stop()


def every_coding_is_read_by_its_own_tool():
    """Each is one member or frame; what is in it is the plain page, and the reference parser takes it."""
    d, _ = started(2000)
    tools = {"gzip": ["gzip", "-dc"], "zstd": ["zstd", "-dcq"]}
    for kind, parser in (("text/plain", "parser"), ("application/openmetrics-text", "openmetrics.parser")):
        plain = d.request("GET", "/metrics", {"Accept": kind})[2]
        known = families(plain, parser)
        sizes = {}
        for ask, want in (("gzip", "gzip"), ("zstd", "zstd"), ("br, *", "gzip"), ("gzip;q=0, *", "zstd"), ("identity", None),
                          ("gzip;q=0.5, zstd;q=0.6", "zstd"), ("zstd;q=0", None)):
            status, headers, body = d.request("GET", "/metrics", {"Accept": kind, "Accept-Encoding": ask})
            got = headers.get("Content-Encoding")
            if want == "zstd" and got != "zstd":
                return "built without zstd"
            assert status == 200 and got == want and int(headers["Content-Length"]) == len(body), (ask, headers)
            assert headers["Vary"] == "Accept, Accept-Encoding", headers
            if want:
                sizes[want] = len(body)
                body = subprocess.run(tools[want], input=body, stdout=subprocess.PIPE, check=True).stdout
            assert families(body, parser) == known, ask
            assert [x for x in body.split(b"\n") if x.startswith(b"http_requests_total")] == \
                [x for x in plain.split(b"\n") if x.startswith(b"http_requests_total")], ask
        assert sizes["zstd"] < sizes["gzip"] < len(plain) / 4, (sizes, len(plain))
        r = subprocess.run(["curl", "-sS", "--fail", "-H", "Accept: " + kind, "-H", "Accept-Encoding: zstd", "--compressed",
                            "http://127.0.0.1:%d/metrics" % d.port], stdout=subprocess.PIPE, check=True)
        assert families(r.stdout, parser) == known
    _, headers, body = d.request("GET", "/", {"Accept-Encoding": "zstd"})
    assert headers["Content-Encoding"] == "zstd"
    assert b"<h1>logtally</h1>" in subprocess.run(tools["zstd"], input=body, stdout=subprocess.PIPE, check=True).stdout
    d.stop()
    return None


LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)(?:{(%s(?:,%s)*)})? ([-+0-9.e]+|NaN|[+-]Inf)'
                    r'(?: # {(%s)} ([-+0-9.e]+)(?: ([0-9.]+))?)?$' % (LABEL, LABEL, LABEL))


def strict(page, openmetrics):
    """What servers do not check, or check only by dropping samples in silence; the number of exemplars."""
    seen, families, family, cumulative, exemplars = set(), [], None, {}, 0
    assert "\0" not in page and page.endswith("\n"), page
    lines = page[:-1].split("\n")
    if openmetrics:
        assert lines.pop() == "# EOF", lines[-3:]
    for line in lines:
        if line.startswith("# "):
            word, name = line.split(" ")[1:3]
            assert word in ("TYPE", "HELP", "UNIT") if openmetrics else word in ("TYPE", "HELP"), line
            if name != family:
                assert name not in families, "%s stands in two places" % name
                families.append(name)
                family = name
            continue
        m = SAMPLE.match(line)
        assert m, line
        name, labels, value, exemplar, at, when = m.groups()
        assert name.startswith(family), line
        assert (name, labels) not in seen, "twice: " + line
        seen.add((name, labels))
        le = re.search(r',?le="([^"]*)"$', labels or "")
        if le and name.endswith("_bucket"):
            assert le[1] == "+Inf" or re.fullmatch(r"\d+\.\d+|\d(\.\d+)?e[+-]\d\d+", le[1]), "le is not canonical: " + line
            key = (family, labels[:le.start()])
            bound, count = cumulative.get(key, (float("-inf"), 0))
            assert float(le[1]) > bound and float(value) >= count, line
            cumulative[key] = (float(le[1]), float(value))
            if exemplar:
                assert bound < float(at) <= float(le[1]), line
        if name.endswith("_count") and (family, labels or "") in cumulative:
            assert cumulative[family, labels or ""] == (float("inf"), float(value)), line
        if exemplar:
            assert openmetrics and (le or name.endswith("_total")), line
            assert when is None or float(when) < 1e10, "milliseconds: " + line
            exemplars += 1
    return exemplars


def pages_keep_the_rules_that_no_server_checks():
    os.makedirs("rules")
    with open("rules/a.ini", "w", encoding="utf-8") as f:
        f.write("[event a]\nwhere = msg == a\nexemplar = trace\n"
                "[counter odd_total]\nhelp = \"odd\" \\\\ of a kind\ninc = a\nlabels = text, from=\"a\"\n"
                "[histogram odd_seconds]\nhelp = h\nobserve = a\nvalue = t\nunit = s\nlabels = text\n"
                "buckets = 0.00001 0.1 1 10 100000 1000000\n[gauge even]\nhelp = g\nset = a\nvalue = t\n")
    put("rules/b.ini", "[event b]\nwhere = msg == b\n[counter odd_total]\ninc = a, b\nlabels = text, from=\"b\"\n")
    texts = [r"a\"b", "a,b=\\\"c\\\"", r"x\n# EOF\n", r"nul\u0000nul", r"\r\n", r"tab\tand \\ back", r"\ud800 lone", r"\u2028",
             "", "-", "caf\xe9", "x" * 600, "{}", "# HELP"]
    lines = [('{"msg":"%s","text":"%s","t":%s,"trace":"t%d %s","time":"2025-11-12T10:15:%02dZ"}\n' %
              ("ab"[i % 2], text, t, i, text, i)).encode("latin-1")
             for i, (text, t) in enumerate((text, t) for text in texts for t in ("0.00001", "0.1", "1e5", "2e7"))]
    os.makedirs("logs")
    append("logs/x.log", b"".join(lines))
    d = Daemon(rules=os.path.abspath("rules") + "/*.ini").start()
    d.caught_up(len(lines))
    assert strict(d.page(), False) == 0
    assert families(d.page().encode(), "parser") > 18
    for timeout in ("10", "0.5", "abc", "-1", "1e999", ""):
        status, _, body = d.request("GET", "/metrics", {"Accept": "application/openmetrics-text;version=1.0.0",
                                                        "X-Prometheus-Scrape-Timeout-Seconds": timeout})
        assert status == 200
        assert strict(body.decode(), True) > 10
    assert families(body.replace(b"{}", b"()")) > 18  # to that parser a brace ends an exemplar, within quotes too
    d.stop()


def gzip_says_the_same():
    d, _ = started()
    _, headers, packed = d.request("GET", "/metrics", {"Accept-Encoding": "gzip"})
    assert headers.get("Content-Encoding") == "gzip", headers
    names = {line.split("{")[0].split(" ")[0] for line in d.page().splitlines()}
    assert names == {line.split("{")[0].split(" ")[0] for line in gzip.decompress(packed).decode().splitlines()}
    d.stop()


def every_path_has_its_status():
    d, _ = started(100)
    for method, path, status in (("GET", "/", 200), ("HEAD", "/metrics", 200), ("GET", "/health", 200),
                                 ("GET", "/health/live", 200), ("GET", "/health/ready", 200),
                                 ("GET", "/nothing", 404), ("POST", "/metrics", 405),
                                 ("POST", "/-/reload", 403), ("GET", "/-/reload", 405)):
        got = d.request(method, path)[0]
        assert got == status, "%s %s gave %d" % (method, path, got)
    assert d.health()["status"] == "ok", d.health()
    d.stop()


def a_reload_takes_new_rules_and_refuses_wrong_ones():
    put("rules.ini", "[event a]\nwhere = msg == a\n[counter a_total]\nhelp = a\ninc = a\n")
    os.makedirs("logs")
    append("logs/x.log", "msg=a n=1\nmsg=a n=2\n")
    d = Daemon(rules=os.path.abspath("rules.ini"), server="reload = yes\n").start()
    d.caught_up(2)
    assert d.value("a_total") == 2
    with open("rules.ini", "a", encoding="utf-8") as f:
        f.write("[counter b_total]\nhelp = b\nadd = a\nvalue = n\n")
    d.signal(signal.SIGHUP)
    assert until(lambda: d.value("b_total") == 0), d.page()
    append("logs/x.log", "msg=a n=5\n")
    d.caught_up(3)
    assert (d.value("a_total"), d.value("b_total")) == (3, 5)
    with open("rules.ini", "a", encoding="utf-8") as f:
        f.write("[counter c_total]\nincrement = a\n")
    status, _, body = d.request("POST", "/-/reload")
    assert status == 400 and b"rules.ini:" in body and b"increment" in body, (status, body)
    append("logs/x.log", "msg=a n=5\n")
    d.caught_up(4)
    assert (d.value("a_total"), d.value("b_total")) == (4, 10)
    assert d.value("logtally_config_last_reload_successful") == 0
    d.stop()


def a_scrape_shows_what_was_appended_before_it_asked():
    """However soon after the one before; what takes the daemon a second is shown later."""
    put("one.ini", "[event a]\nwhere = msg == a\n[counter a_total]\nhelp = x\ninc = a\n")
    d = Daemon(rules=os.path.abspath("one.ini")).start()
    for i in range(1, 201):
        append("logs/a.log", '{"msg":"a"}\n')
        began = time.monotonic()
        shown = d.value("a_total")
        assert shown == i or time.monotonic() - began >= 1, (shown, i)
    d.stop()


main(fixtures_give_their_exact_values, promtool_accepts_the_text_page, openmetrics_is_parsed_by_its_reference_parser, every_coding_is_read_by_its_own_tool,
     pages_keep_the_rules_that_no_server_checks, gzip_says_the_same, a_scrape_shows_what_was_appended_before_it_asked,
     every_path_has_its_status, a_reload_takes_new_rules_and_refuses_wrong_ones)
