# timeout: 300
"""Logs that are not UTF-8: each line counts once and is what it says, in one run or over kill -9 and rotation amid its
characters, by replay, backfill, test, explain and suggest."""
import codecs
import gzip
import os
import random
import shutil
import subprocess

from _common import becomes, get, put, samples, until
from _daemon import Daemon, append, main, ran

RULES = """
[event said]
where = what ^= w
[counter said_total]
help   = Lines, by their word
inc    = said
labels = word
[counter said_bytes_total]
help   = Bytes of lines
add    = said
value  = _bytes
"""
WORDS = ("Zwölf", "Привет", "上海上", "plain", "\u0a0a\u0a0a", "smile \U0001f600")
CYRILLIC = ("Привет", "мир", "plain", "Ёлка")


def make_lines(n, words, rng):
    return ['what=w%d word="%s" pad=%s\n' % (i, rng.choice(words), "x" * rng.randrange(20)) for i in range(n)]


def truth(lines):
    want = {}
    for line in lines:
        key = 'said_total{word="%s"}' % line.split('"')[1]
        want[key] = want.get(key, 0) + 1
    want["said_bytes_total"] = sum(len(line.encode()) - 1 for line in lines)
    return want


def counts(d, want):
    becomes(lambda: samples(d.page(), "said_"), want)


KINDS = (("utf-16-le", "", codecs.BOM_UTF16_LE, WORDS), ("utf-16-be", "", codecs.BOM_UTF16_BE, WORDS),
         ("utf-16-le", "encoding = utf-16le\n", b"", WORDS), ("cp1251", "encoding = cp1251\n", b"", CYRILLIC),
         ("gb18030", "encoding = gb18030\n", b"", WORDS), ("utf-32-be", "encoding = utf-32be\n", b"", WORDS))


def every_way_of_reading_a_file_gives_the_same():
    for number, (codec, key, mark, words) in enumerate(KINDS):
        lines = make_lines(3000, words, random.Random(number))
        want = truth(lines)
        put("r.ini", "[log l]\npath = none\n" + key + RULES)
        put("l.log", mark + "".join(lines).encode(codec))
        for jobs in ("1", "4"):
            r = ran("replay", "-j", jobs, "--as", "l", "--rules", "r.ini", "l.log")
            assert samples(r.stdout, "said_") == want, (codec, r.stdout, want)
            assert r.stderr == "", r.stderr
        with open("l.log", "rb") as f, gzip.open("l.log.gz", "wb") as to:
            shutil.copyfileobj(f, to)
        assert samples(ran("replay", "--as", "l", "--rules", "r.ini", "l.log.gz").stdout, "said_") == want
        with open("l.log", "rb") as f:
            assert samples(ran("replay", "--as", "l", "--rules", "r.ini", "-", stdin=f).stdout, "said_") == want
        said = ran("explain", "--each", "--as", "l", "--rules", "r.ini", "l.log").stdout
        assert lines[0].strip() in said and said.count("event said") >= len(lines), said[:1000]
        put("tests/l.log", mark + "".join(lines).encode(codec))
        put("tests/l.prom", "".join("%s %d\n" % kv for kv in want.items()))
        assert "1 passed" in ran("test", "--as", "l", "tests", "--rules", "r.ini").stdout
        proposed = ran("suggest", "--rules", "r.ini", "--as", "l", "l.log").stdout
        assert "word" in proposed, proposed


def backfill_takes_them_by_their_times():
    put("r.ini", "[log l]\npath = none\nencoding = utf-16le\n" + RULES)
    lines = ['time=2025-11-12T10:00:%02dZ %s' % (i // 10 % 60, line) for i, line in
             enumerate(make_lines(500, WORDS, random.Random(7)))]
    put("l.log", "".join(lines).encode("utf-16-le"))
    out = ran("backfill", "--as", "l", "--rules", "r.ini", "--step", "1h", "-o", "-", "l.log").stdout
    last = samples(out, "said_", columns=3)
    assert last == truth(lines), (last, truth(lines))


def kill_and_rotation_amid_a_character(codec, key, mark, words):
    """Pieces of any number of bytes; killed, rotated, compressed and asked for a page between them."""
    rng = random.Random(11)
    lines = make_lines(1500, words, rng)
    put("r.ini", RULES)
    d = Daemon(rules="r.ini", log="path = %s/logs/*.log\n" + key).start()
    rotation, at, open_file = 0, 0, b""
    while at < len(lines):
        n = rng.randrange(1, 90)
        data = "".join(lines[at:at + n]).encode(codec)
        if not open_file:
            data = mark + data
        open_file += data
        at += n
        cut = rng.randrange(len(data))
        append("logs/a.log", data[:cut])
        what = rng.random()
        if what < 0.2:
            d.kill()
            d.start()
        elif what < 0.5:
            d.page()
        append("logs/a.log", data[cut:])
        if rng.random() < 0.2:
            rotation += 1
            os.rename("logs/a.log", "logs/a.log.%d" % rotation)
            if rng.random() < 0.5:
                d.kill()
                subprocess.run(["gzip", "logs/a.log.%d" % rotation], check=True)
                d.start()
            append("logs/a.log", "")
            open_file = b""
    d.kill()
    d.start()
    counts(d, truth(lines))
    assert d.value("logtally_log_encoding_errors_total", log="test") == 0
    d.stop()
    verified = ran("verify", "-c", "logtally.ini").stdout
    assert "changed" not in verified.replace("unchanged", ""), verified


def utf_16_by_its_mark():
    kill_and_rotation_amid_a_character(*KINDS[0])


def utf_16_of_the_other_order_by_its_mark():
    kill_and_rotation_amid_a_character(*KINDS[1])


def what_the_configuration_says():
    kill_and_rotation_amid_a_character(*KINDS[3])


def truncation_goes_on_in_whole_characters():
    put("r.ini", RULES)
    d = Daemon(rules="r.ini", log="path = %s/logs/*.log\nencoding = utf-16le\n").start()
    lines = make_lines(200, WORDS, random.Random(5))
    append("logs/a.log", "".join(lines[:100]).encode("utf-16-le"))
    counts(d, truth(lines[:100]))
    shutil.copy("logs/a.log", "logs/a.log.1")
    os.truncate("logs/a.log", 0)
    append("logs/a.log", "".join(lines[100:]).encode("utf-16-le"))
    counts(d, truth(lines))
    d.stop()


def what_is_no_character_is_counted_and_told():
    put("r.ini", "[log l]\npath = none\nencoding = ascii\n" + RULES)
    put("l.log", b'what=w word="caf\xe9"\n')
    r = ran("replay", "--as", "l", "--rules", "r.ini", "l.log")
    assert samples(r.stdout, "said_")['said_total{word="caf\ufffd"}'] == 1, r.stdout
    assert "log l: bytes that are no characters of its encoding, and were replaced: 1" in r.stderr, r.stderr
    r = ran("explain", "--each", "--as", "l", "--rules", "r.ini", "l.log")
    assert "replaced: 1" in r.stderr and "caf\ufffd" in r.stdout, r
    put("r.ini", RULES)
    d = Daemon(rules="r.ini", log="path = %s/logs/*.log\nencoding = ascii\n").start()
    append("logs/a.log", b'what=w word="caf\xe9"\n')
    assert until(lambda: d.value("logtally_log_encoding_errors_total", log="test") == 1)
    assert "bytes that are no characters of its encoding" in get("stderr")
    d.stop()


def a_record_goes_on_over_a_kill():
    put("r.ini", "[event e]\nwhere = _line =~ (?s)^B.*Ж\n[counter said_total]\nhelp = h\ninc = e\n")
    d = Daemon(rules="r.ini", log="path = %s/logs/*.log\nencoding = utf-16le\nrecord = ^B\nrecord_wait = 1h\n").start()
    for text in "B one\nЖ", "Ж\nmore\n", "B two\nЖ\n", "B three\n":
        append("logs/a.log", text.encode("utf-16-le"))
        d.page()
        d.kill()
        d.start()
    counts(d, {"said_total": 2})
    d.stop()


def another_encoding_completes_open_records():
    put("r.ini", "[event e]\nwhere = _line =~ ^B\n[counter said_total]\nhelp = h\ninc = e\n")
    d = Daemon(rules="r.ini", log="path = %s/logs/*.log\nencoding = latin1\nrecord = ^B\nrecord_wait = 1h\n").start()
    append("logs/a.log", "B one\n")
    assert until(lambda: d.value("logtally_log_bytes_total", log="test") == 6)
    put("logtally.ini", get("logtally.ini").replace("latin1", "cp1251"))
    d.signal(1)
    counts(d, {"said_total": 1})
    d.stop()


def the_end_is_the_beginning_of_the_last_line():
    """With start = end, of a marked file whose last line is unfinished, and of one that the configuration tells of."""
    lines = make_lines(60, WORDS, random.Random(3))
    data = [codecs.BOM_UTF16_BE + "".join(lines).encode("utf-16-be"), "".join(lines).encode("utf-16-le")]
    for number, (raw, key) in enumerate(zip(data, ("", "encoding = utf-16le\n"))):
        os.makedirs("of%d" % number)
        os.chdir("of%d" % number)
        put("r.ini", RULES)
        put("logs/a.log", raw[:-7])
        d = Daemon(rules="r.ini", log="path = %s/logs/*.log\nstart = end\n" + key).start()
        append("logs/a.log", raw[-7:])
        counts(d, truth(lines[-1:]))
        d.stop()
        os.chdir("..")


def check_knows_utf_16_that_is_not_marked():
    for codec, key in (("utf-16-le", "utf-16le"), ("utf-16-be", "utf-16be")):
        put("l.log", "msg=m \u043f\n".encode(codec) * 20)
        put("r.ini", "[log l]\npath = l.log\n" + RULES)
        r = ran("check", "--rules", "r.ini")
        assert "l.log looks like UTF-16 without a byte order mark; write encoding = %s\n" % key in r.stderr, r
        put("r.ini", "[log l]\npath = l.log\nencoding = %s\n" % key + RULES)
        assert "looks like" not in ran("check", "--rules", "r.ini").stderr
    put("l.log", codecs.BOM_UTF16_LE + "msg=m\n".encode("utf-16-le"))
    put("r.ini", "[log l]\npath = l.log\n" + RULES)
    assert "looks like" not in ran("check", "--rules", "r.ini").stderr


def a_name_that_nobody_knows_is_a_mistake():
    put("r.ini", "[log l]\npath = none\nencoding = utf-61\n" + RULES)
    r = ran("check", "--rules", "r.ini", code=1)
    assert "r.ini:3: \"encoding\" is a name that iconv knows" in r.stderr + r.stdout, r


main(every_way_of_reading_a_file_gives_the_same, backfill_takes_them_by_their_times, utf_16_by_its_mark,
     utf_16_of_the_other_order_by_its_mark, what_the_configuration_says, truncation_goes_on_in_whole_characters,
     what_is_no_character_is_counted_and_told, a_record_goes_on_over_a_kill, another_encoding_completes_open_records,
     the_end_is_the_beginning_of_the_last_line, check_knows_utf_16_that_is_not_marked, a_name_that_nobody_knows_is_a_mistake)
