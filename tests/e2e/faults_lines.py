#!/usr/bin/env python3
# timeout: 240
"""What can be in a file: rows 35 to 43, 55, 78, 79 and 81 to 83 of the fault catalogue."""
import os
import random
import threading
import time

from _faults import LOGTALLY, RULES, World, append, cpu_ticks, main, memory, run, until, write_all

APP = "logs/app.log"


def partial():
    chance = random.Random(3)
    w = World().start()
    text = w.lines(600)
    fd = os.open(APP, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    while text:
        n = chance.randrange(1, 200)
        write_all(fd, text[:n])
        text = text[n:]
        if chance.random() < 0.02:
            w.kill()
            w.start()
    os.close(fd)
    w.exact()
    w.finish()


def noeol():
    w = World().start()
    line = w.lines(1)
    append(APP, w.lines(99) + line[:-1])
    assert until(lambda: w.counted() == 99, 20)
    w.kill()
    w.start()
    assert until(lambda: w.counted() == 99, 20)
    append(APP, b"\n")
    w.exact()
    w.finish()


def crlf():
    """CRLF, empty lines, a BOM: the lines between them count."""
    w = World().start()
    append(APP, b"\xef\xbb\xbf" + w.lines(200).replace(b"\n", b"\r\n"))
    append(APP, b"\n\n\r\n" + w.lines(100).replace(b"\n", b"\n\n\n"))
    w.exact()
    w.finish()


def longline():
    """A line of 1 MB less a little is one line; its fields are there."""
    w = World(limits="line = 1MiB").start()
    line = w.lines(1)
    append(APP, w.lines(10) + line[:-1] + b" pad=" + b"x" * 1000000 + b"\n" + w.lines(10))
    w.exact()
    w.finish()


def line_without_end():
    """200 MB without a newline: skipped and told, memory bounded, good lines before and after are counted."""
    w = World(limits="line = 1MiB").start()
    w.write(100)
    w.exact()
    fd = os.open(APP, os.O_WRONLY | os.O_APPEND)
    for i in range(200):
        write_all(fd, b"x" * 1000000)
        if i == 100:
            until(lambda: w.now("logtally_lag_bytes") < 1000000, 20)
            w.kill()
            w.start()
    write_all(fd, b"\n" + w.lines(100))
    os.close(fd)
    w.exact()
    assert w.value("logtally_log_lines_total", decoded="too_long") == 1
    peak = memory(w.pid, "VmHWM")
    assert peak < (2 + 20) << 20, "peak of %d bytes" % peak
    w.finish()


def badbytes():
    """Garbage between lines takes no neighbour with it."""
    chance = random.Random(4)
    w = World().start()
    for i in range(60):
        junk = bytes(b for b in chance.randbytes(chance.randrange(1, 300)) if b != 10)
        append(APP, w.lines(5) + junk + b"\n" + b"\xff\xfe\x80\n" + b"{" * 2000 + b"\n" + b"\0" * 10 + b"\x1b[2J\n")
    append(APP, b'{"a":' * 10000 + b"1" + b"}" * 10000 + b"\n" + w.lines(10))
    w.exact()
    w.finish()


FIELDS = RULES + """
[counter users_total]
inc        = line
labels     = user
max_values = 100000
"""


def badinside():
    """A byte that is not UTF-8 inside of a field: the line counts, and the page stays UTF-8."""
    w = World(rules=FIELDS).start()
    for i in range(50):
        append(APP, w.lines(1)[:-1] + b" user=j\xff\xc3\x28rg%d\n" % (i % 5))
    w.exact()
    assert w.value("users_total") == 50
    assert all("\ufffd" in dict(ls)["user"] for ls in w.values["users_total"])
    w.finish()


def nulhole():
    """NULs before a line, from a crash or a writer without O_APPEND after a truncation."""
    w = World().start()
    fd = os.open(APP, os.O_WRONLY | os.O_CREAT, 0o644)
    write_all(fd, w.lines(200))
    w.exact()
    os.truncate(APP, 0)
    until(lambda: w.now("logtally_files_truncated_total") == 1, 10)
    write_all(fd, w.lines(100))
    append(APP, b"\0" * 70000 + w.lines(100))
    w.exact()
    os.close(fd)
    w.finish()


def sparse():
    """A hole of 1 TB is passed without reading it."""
    w = World().start()
    w.write(100)
    w.exact()
    os.truncate(APP, 1 << 40)
    began = cpu_ticks(w.pid)
    w.write(100)
    w.exact()
    took = cpu_ticks(w.pid) - began
    assert took < 500, "took %d ticks" % took
    w.finish()


def times_that_run_backwards():
    w = World(log="time = time").start()
    times = ["2026-01-02T03:04:05Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2020-02-30T00:00:00Z",
             "0000-00-00T00:00:00Z", "-1", "99999999999999999999", "2026-01-01T00:00:00Z"]
    for i in range(200):
        append(APP, w.lines(1)[:-1] + b" time=" + times[i % len(times)].encode() + b"\n")
    w.exact()
    for line in w.page.splitlines():
        assert line.startswith("#") or not line.startswith("lines_total") or line.count(" ") == 1
    w.finish()


SLOW = RULES + r"""
[event awful]
match = ^(a+)+$

[counter awful_total]
inc = awful

[event deep]
match = ^x(?:(a)|b)*$

[counter deep_total]
inc = deep
"""


def catastrophic_regex():
    w = World(rules=SLOW).start()
    w.write(100)
    w.exact()
    began = cpu_ticks(w.pid)
    append(APP, (b"a" * 40 + b"!\n") * 2000 + w.lines(100))
    w.exact()
    took = cpu_ticks(w.pid) - began
    assert took < 200, "took %d ticks" % took
    assert w.value("logtally_rule_errors_total", event="awful") == 2000
    append(APP, b"x" + b"ab" * 500000 + b"\n" + w.lines(100))
    w.exact()
    w.finish()


NUMBERS = RULES + """
[event big]
where = kind == big

[counter big_total]
add   = big
value = v

[histogram big_sizes]
observe = big
value   = v
buckets = 1 2

[counter tags_total]
inc    = big
labels = tag
max_values = 10000
"""


def past_2_to_the_53():
    w = World(rules=NUMBERS).start()
    last = 0
    for i in range(10):
        append(APP, b"kind=big v=9007199254740000\n")
        until(lambda: w.now("big_total") > last, 10)
        assert w.value("big_total") == 9007199254740000 * (i + 1), w.value("big_total")
        last = w.value("big_total")
    assert "big_total 90071992547400000\n" in w.page
    w.kill()
    w.start()
    assert w.now("big_total") == last and "big_total 90071992547400000\n" in w.page
    w.term()


def values_that_are_none():
    w = World(rules=NUMBERS).start()
    append(APP, b"kind=big v=1.5\n" + w.lines(10))
    w.exact()
    bad = [b"NaN", b"Inf", b"-Inf", b"-1", b"1e400", b"12abc", b"0x10", b"1,5", b"--1", b"1e", b"."]
    for v in bad:
        append(APP, b"kind=big v=" + v + b"\n")
    append(APP, w.lines(10))
    w.exact()
    assert w.value("big_total") == 1.5, w.value("big_total")
    assert w.value("big_sizes_count") == 1 and w.value("big_sizes_sum") == 1.5
    assert w.value("logtally_rule_skipped_total", metric="big_total") == len(bad), w.page
    assert "NaN" not in w.page and "Inf" not in w.page.replace('le="+Inf"', "")
    w.finish()


def values_beyond_all_sums():
    """A sum of such is +Inf, over a restart too, and nothing else is touched; the series can be taken away."""
    w = World(rules=NUMBERS).start()
    append(APP, b"kind=big v=1.7e308\n" * 2 + w.lines(10))
    w.exact()
    w.kill()
    w.start()
    append(APP, b"kind=big v=1\n" + w.lines(10))
    w.exact()
    assert w.value("big_total") == w.value("big_sizes_sum") == float("inf") and w.value("big_sizes_count") == 3, w.page
    w.term()
    run(LOGTALLY, "state", "drop", "-c", "logtally.ini", "big_total")
    append(APP, b"kind=big v=1\n")
    w.start()
    w.exact()
    assert until(lambda: w.now("big_total") == 1, 10), w.page
    w.term()


def awkward_label_values():
    """Long values, quotes, backslashes, newlines by escape: the page parses, and a restart restores them equal."""
    w = World(rules=NUMBERS).start()
    tags = [b'a \\" quote', b"back\\\\slash", b"x" * 65536, b"new\\nline", b"tab\\there", b"\xc3\xa9\xf0\x9f\x99\x82"]
    for t in tags:
        append(APP, b'kind=big v=1 tag="' + t + b'"\n')
    assert until(lambda: w.now("tags_total") == len(tags), 20), w.page
    before = w.values["tags_total"]
    assert len(before) == len(tags)
    assert max(len(dict(ls)["tag"].encode()) for ls in before) <= 256 + 3
    w.kill()
    w.start()
    assert w.scrape()["tags_total"] == before
    w.term()


def cardinality():
    """A million label values: memory is bounded, and the sum stays exact."""
    n = 1000000 if os.environ.get("LT_LONG") else 150000
    w = World(rules=RULES.replace("100000", "1000") + """
[event visit]
where = kind == v

[counter visits_total]
inc        = visit
labels     = user
max_values = 500
max_series = 1000
""").start()
    append(APP, b"kind=v user=first\n")
    assert until(lambda: w.now("visits_total") == 1, 20)
    low = memory(w.pid)
    for i in range(0, n, 10000):
        append(APP, b"".join(b"kind=v user=u%d\n" % k for k in range(i, i + 10000)))
    assert until(lambda: w.now("visits_total") == n + 1, 60), w.value("visits_total")
    assert len(w.values["visits_total"]) <= 1000
    assert w.value("logtally_series_folded_total", metric="visits_total") > 0
    assert memory(w.pid, "VmHWM") < low + (24 << 20), memory(w.pid, "VmHWM")
    w.kill()
    w.start()
    assert w.now("visits_total") == n + 1
    w.term()


def histogram_is_whole_on_every_page():
    w = World(rules=NUMBERS).start()
    done = threading.Event()

    def writer():
        while not done.is_set():
            append(APP, w.lines(500))
            time.sleep(0.005)
    t = threading.Thread(target=writer)
    t.start()
    try:
        for _ in range(300):
            w.scrape()              # checks that +Inf is the count
    finally:
        done.set()
        t.join()
    w.exact()
    assert w.value("sizes_count") == w.n
    want = sum((i % 8) / 8 for i in range(w.n))
    assert abs(w.value("sizes_sum") - want) <= 1e-9 * want
    w.finish()


if __name__ == "__main__":
    main(partial, noeol, crlf, longline, line_without_end, badbytes, badinside, nulhole, sparse, times_that_run_backwards,
         catastrophic_regex, past_2_to_the_53, values_that_are_none, values_beyond_all_sums, awkward_label_values, cardinality,
         histogram_is_whole_on_every_page)
