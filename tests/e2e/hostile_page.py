# timeout: 180
"""Hostile texts in every place where a line's text, or a file's name, can come to a page: the two parsers of Prometheus's
Python client take it, and Debian's Prometheus scrapes every sample of it."""
import json
import os
import shutil
import struct
import subprocess
import urllib.request

from _common import put, until
from _daemon import LOGTALLY, SRCDIR, Daemon, append, main
from _promql import Prometheus

RULES = r"""
[event raw]
match    = (?s)^\x01(?<a>.*?)\x02(?<b>.*?)\x02(?<trace_id>.*?)\x02(?<v>.*)$
exemplar = trace_id
[event json]
log      = x
where    = k !=
set.both = ${k|lower}-${o.k|default(none)}
set.low  = ${k}
exemplar = low, both
[event member]
each     = o
[event found]
each     = _line =~ (?<m>[^ ]+) (?<n>.)
[counter raw_total]
help     = a \ "b" # c
inc      = raw
labels   = a, b, dir, stream=_stream
max_values = 1000
[counter sum_total]
help     = Sums
add      = raw, json
value    = v
[histogram size_bytes]
help     = Sizes
observe  = raw, json
value    = v
unit     = B
buckets  = 0.001 1 1000 1e9
[gauge level]
help     = The last
set      = json
value    = v
labels   = k, both
max_values = 1000
[counter member_total]
help     = Members
inc      = member
labels   = key=_key, value=_value
max_values = 1000
[counter found_total]
help     = Found
inc      = found
labels   = m, n
"""
TEXTS = [b'a"b', b"c\\d", b"\\", b'"', b'\\"', b"x\ny", b"\n", b"\r", b"a\rb", b"t\x00r", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80",
         b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x80\xa8", b"\xc2\x85", b"\xef\xbb\xbf", b"\x0b\x0c\x1c\x1d\x1e\x1f", b"\x7f", b"\x1b[31m",
         b"", b" ", b"  x  ", b"{", b"}", b"{}", b'} 1\nz 2', b' # {a="b"} 1', b"# EOF", b"# HELP x y", b"# TYPE x gauge", b"le", b"other",
         b"unknown", b"-", b"NaN", b"+Inf", b"1e400", b"0x1p3", b"x" * 500, "é".encode() * 200, "\U0001f600".encode(), b"a,b=\"c\"",
         b"%s%n", b"<script>", b"$(id)", b"../../x", b"\xe2\x80\xae", b"\xcc\x81"]
NUMBERS = [b"1.5", b"-1", b"1e400", b"NaN", b"+Inf", b"0x10", b"1e-400", b"99999999999999999999999", b"", b"x", b"1.5MiB", b"\xff"]


def escaped(text):
    """A JSON string whose escapes are right; what is above ASCII as it is."""
    out = "".join("\\u%04x" % c if c < 32 or chr(c) in '"\\' else chr(c) for c in text)
    return b'"' + out.encode("latin-1") + b'"'


def lines():
    for i, text in enumerate(TEXTS):
        other, number = TEXTS[(i * 7 + 3) % len(TEXTS)], NUMBERS[i % len(NUMBERS)]
        yield b"\x01" + b"\x02".join((text, other, text, number)) + b"\n"
        yield b'{"v":2,"k":"%s","o":{"k":"%s"}}\n' % (text.replace(b"\n", b"\\n"), other.replace(b"\n", b"\\n"))
        yield b'{"k":%s,"v":%s,"o":{%s:%s,"list":[1,null,{}]}}\n' % tuple(map(escaped, (text, number, other, text)))
    for text in (r"\ud800", r"\udc00\ud800", r"\u0000", r"\u0085", r"\ud83d\ude00", r"\uffff", r"\u202e"):
        yield ('{"v":3,"k":"%s","o":{"%s":"%s"}}\n' % (text, text, text)).encode()


def judge(*pages):
    """By the judge of the fuzzer: text, OpenMetrics, JSON. False when there are no parsers here."""
    said = subprocess.run(["/usr/bin/python3", os.path.join(SRCDIR, "tests", "engine", "page_judge.py")],
                          input=b"".join(struct.pack("=I", len(p)) + p for p in pages), capture_output=True, check=False)
    assert said.stdout in (b".", b"A"), said.stderr.decode(errors="replace")[:4000]
    return said.stdout == b"."


LOG = "path = %s/logs/*/*.log\npath_match = (?s)/logs/(?<dir>[^/]*)/\nrecord = ^[\\x01{]\nrecord_wait = 1s\n"
PLACES = [b"logs/plain", b'logs/we"ir\\d {x}', b"logs/a\nb", b"logs/\xff\xed\xa0\x80"]


def write_logs():
    for i, place in enumerate(PLACES):
        os.makedirs(place)
        with open(place + b"/x.log", "wb") as f:
            f.writelines(list(lines())[i::len(PLACES)])


def replay_in_each_format():
    write_logs()
    put("x.ini", "[log x]\n" + LOG % os.getcwd() + RULES)
    pages = [subprocess.run([LOGTALLY, "replay", "--rules", "x.ini", "--format", form] + [p + b"/x.log" for p in PLACES],
                            stdout=subprocess.PIPE, check=True).stdout for form in ("text", "openmetrics", "json")]
    assert pages[0].count(b"\n") > 150, pages[0]
    if not judge(*pages):
        return "no prometheus_client"
    return None


def scraped(prometheus):
    found = prometheus.ask("/api/v1/query", query="scrape_samples_scraped")
    up = prometheus.ask("/api/v1/query", query="up")
    return up and found and up[0]["value"][1] == "1" and int(found[0]["value"][1])


def told_of(prometheus):
    with urllib.request.urlopen(prometheus.url("/api/v1/targets"), timeout=10) as r:
        return [t["lastError"] for t in json.load(r)["data"]["activeTargets"]]


def a_real_prometheus_scrapes_all_of_it():
    if not shutil.which("prometheus"):
        return "no prometheus"
    write_logs()
    put("rules.ini", RULES.replace("log      = x\n", "log      = test\n"))
    d = Daemon(rules=os.path.abspath("rules.ini"), log=LOG).start()
    assert until(lambda: sum(v for (name, _), v in d.values().items() if name == "raw_total") == len(TEXTS), 60), d.page()
    judge(*(d.request("GET", "/metrics", {"Accept": kind})[2] for kind in ("text/plain", "application/openmetrics-text;version=1.0.0")),
          b"")
    samples = len(d.values())
    assert samples > 250, samples
    p = Prometheus("data", "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n- job_name: x\n  static_configs:\n"
                   "  - targets: ['127.0.0.1:%d']\n" % d.port)
    try:
        assert until(lambda: (scraped(p) or 0) >= samples, 60), (scraped(p), samples, told_of(p))
        labels = {tuple(sorted((k, v) for k, v in s["metric"].items() if k in ("a", "b", "dir", "stream")))
                  for s in p.ask("/api/v1/query", query="raw_total")}
        ours = {tuple(sorted(ls)) for (name, ls) in d.values() if name == "raw_total"}
        assert len(labels) == len(ours) > 40, (len(labels), len(ours))
        append(b"logs/plain/x.log", b"".join(lines()))
        assert until(lambda: all(e == "" for e in told_of(p)) and (scraped(p) or 0) >= samples, 30), told_of(p)
    finally:
        p.stop()
    d.stop()
    return None


main(replay_in_each_format, a_real_prometheus_scrapes_all_of_it)
