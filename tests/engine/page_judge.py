#!/usr/bin/env python3
"""Judges pages for fuzz_page: each must be taken by the parser of its format, and all three say the same.

Standard input: the page as text, as OpenMetrics and as JSON (or nothing), each behind its length (4 bytes of the
machine), again and again. Standard output: a byte for each three, `.` good, `F` a fault (said on standard error), `A` there are no
parsers on this machine.
"""
import json
import math
import re
import struct
import sys

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
    from prometheus_client.parser import text_string_to_metric_families as read_text
except ImportError:
    read_text = None

QUOTED = re.compile(r'"(?:[^"\\\n]|\\[\\"n])*"')


def samples(families):
    """{(name, labels): value}; none may stand twice."""
    out = {}
    for family in families:
        for s in family.samples:
            key = s.name, tuple(sorted(s.labels.items()))
            assert key not in out, "twice: %r" % (key,)
            assert all("\0" not in v and v for v in s.labels.values()), key
            out[key] = s.value
    return out


def same(a, b):
    """As a server has them: one of the parsers keeps whole numbers whole."""
    a, b = float(a), float(b)
    return a == b or math.isnan(a) and math.isnan(b)


def no_braces(page):
    """That parser takes a brace for the end of an exemplar's labels, also within quotes; no page has these two signs else."""
    return QUOTED.sub(lambda m: m[0].replace("{", "\ue000").replace("}", "\ue001"), page)


def strings(value):
    if isinstance(value, dict):
        for k, v in value.items():
            yield from strings(k)
            yield from strings(v)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v)
    elif isinstance(value, str):
        yield value


def judge(text, openmetrics, as_json):
    text, openmetrics = text.decode(), openmetrics.decode()
    assert openmetrics.endswith("# EOF\n") and text.endswith("\n")
    plain = samples(read_text(text))
    assert samples(read_text(no_braces(text))).keys() and len(plain) == sum(
        1 for line in text.split("\n") if line and line[0] != "#"), "a sample was taken for another"
    for line in openmetrics.split("\n"):
        labels = QUOTED.sub('""', line).partition(" # ")[2]
        values = [re.sub(r"\\(.)", r"\1", x[1:-1]) for x in QUOTED.findall(line)]
        n = labels.count('""')
        assert not n or sum(map(len, values[-n:])) + len("".join(re.findall(r"(\w+)=", labels))) <= 128, line
    om = {k: v for k, v in samples(read_openmetrics(no_braces(openmetrics))).items() if not k[0].endswith("_created")}
    folded = samples(read_text(no_braces(text)))
    assert folded.keys() == om.keys(), folded.keys() ^ om.keys()
    assert all(same(folded[k], om[k]) for k in om if not k[0].startswith(("logtally_", "process_"))), "values differ"
    if not as_json:
        return
    values = {v for (_, labels) in plain for (name, v) in labels if name != "le"}
    missing = values - set(strings(json.loads(as_json.decode())))
    assert not missing, "not in the JSON: %r" % missing


def read_page():
    head = sys.stdin.buffer.read(4)
    return sys.stdin.buffer.read(struct.unpack("=I", head)[0]) if len(head) == 4 else None


def main():
    while True:
        pages = [read_page() for _ in range(3)]
        if None in pages:
            return
        verdict = b"." if read_text else b"A"
        try:
            if read_text:
                judge(*pages)
        except Exception as e:              # whatever a parser throws is a refusal
            sys.stderr.write("%s: %s\n" % (type(e).__name__, e))
            for page in pages:
                sys.stderr.write(repr(page) + "\n")
            verdict = b"F"
        sys.stdout.buffer.write(verdict)
        sys.stdout.buffer.flush()


main()
