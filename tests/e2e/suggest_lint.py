"""What `logtally suggest` writes of every sample in rules/examples, and of every kind of log that _logs.py can write, is fit
to be kept: it names no host, user or process and no number that will be another tomorrow, lines that are alike are one
event, help texts are words, and where the sample needs a [log] there is one."""
# timeout: 300
import collections
import glob
import os
import re
import subprocess

from _common import get, put
from _daemon import LOGTALLY, SRCDIR, main
from _logs import GENERATORS, OWN, generate

EXAMPLES = sorted(glob.glob(os.path.join(SRCDIR, "rules", "examples", "tests", "**", "*.log"), recursive=True))
# users, hosts and processes of rules/examples
OF_EXAMPLES = "ann bob carl dan admin lb1 lb2 mx web1 web2 node1 db1 srv1 srv2 811 812 14389 4711 192.0.2.1 10.0.0.5".split()
# Numbers that mean the same tomorrow: of protocols and versions, not of one line or machine.
FIXED_NUMBERS = r"HTTP/[\d.]+|UTF-8|IPv[46]|ssh2|AH\d+|MY-\d+|x86_64|TLSv[\d.]+|(?<=G)1\b|p2"


def suggested(path, *more):
    r = subprocess.run([LOGTALLY, "suggest", *more, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert r.returncode == 0, (path, r.stderr)
    put("new.ini", r.stdout.decode("utf-8"))
    r = subprocess.run([LOGTALLY, "check", "--rules", "new.ini"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert r.returncode == 0, (path, r.stdout, r.stderr)
    return get("new.ini")


def literal(regex):
    """What a regex says literally, its own signs taken out."""
    regex = re.sub(r"\(\?<\w+>|\(\?[im:]+|\{\d+(?:,\d*)?\}|\[(?:\\.|[^\]\\])*\]|\\[dswSDWb]", " ", regex)
    return re.sub(r"\\(.)", r"\1", regex)


def samples():
    for path in EXAMPLES:
        yield os.path.basename(path)[:-4], path, OF_EXAMPLES, "2"
    for name in GENERATORS:
        put(name + ".log", "".join(text + "\n" for text, *_ in generate(name, 400)))
        yield name, name + ".log", OWN, "5"


def faults_of(text, own):
    """What nobody would keep."""
    found = []
    for line in text.splitlines():
        m = re.match(r"(match|where|help) = (.*)", line) or re.match(r"\[(event|counter|histogram|gauge) (.*)\]", line)
        if not m or line.startswith("where = _line") or re.match(r"where = \S+ (?:==|!=) \d{1,2}$", line):
            continue                                   # a level may be a number
        says = literal(m.group(2)) if m.group(1) in ("match", "where") else m.group(2)
        for name in own:
            if re.search(r"(?<![\w.-])%s(?![\w-])" % re.escape(name), says):
                found.append("names %s: %s" % (name, line))
        if m.group(1) in ("match", "where", "help"):
            numbers = re.findall(r"(?<![\w.])\d{2,}(?!\w)|/\S*\d{2,}", re.sub(FIXED_NUMBERS, "", says))
            if numbers:
                found.append("holds the number %s: %s" % (numbers[0], line))
    return found


def never(text):
    """Events that take none of the lines they were made of."""
    return re.findall(r"^;   event \S+: never$", text, re.M)


def miscounted(text):
    """Events that take other lines than those they were made of; some that are not proposed may be among
    them."""
    hits = dict(re.findall(r"^;   event (\S+): (\d+)$", text, re.M))
    made = re.findall(r"^; (\d+) (?:lines|records), such as: .*\n(?:;.*\n)*(?:\[event \S+_line\]\n(?:log.*\n)?match.*\n\n)?\[event (\S+)\]", text, re.M)
    rare = sum(map(int, re.findall(r"^; {3,}(\d+)  \S", text, re.M)))
    return ["event %s: made of %s lines, took %s" % (e, n, hits[e]) for n, e in made
            if e in hits and not int(n) <= int(hits[e]) <= int(n) + rare]


def alike(text):
    """Three events or more whose regexes differ in the same one word."""
    groups = collections.defaultdict(set)
    for regex in re.findall(r"^match = (.*)$", text, re.M):
        words = regex.split(" ")
        for i in range(len(words)):
            if len(words) > 4:
                groups[tuple(words[:i] + [None] + words[i + 1:])].add(regex)
    return ["alike: " + " | ".join(sorted(g)) for g in groups.values() if len(g) > 2]


def nothing_is_of_one_line_or_machine():
    bad = []
    for name, path, own, least in samples():
        text = suggested(path, "--least", least)
        bad += ["%s: %s" % (name, f) for f in faults_of(text, own) + alike(text) + never(text) + miscounted(text)]
    assert not bad, "\n".join(bad)


# what the [log] of a sample must have
LOGS = {
    "haproxy": ("prefix", "time_format = %b %d %H:%M:%S"), "dovecot": ("prefix", "time_format"), "postgres": ("record", "prefix"),
    "python_logging": ("record", "prefix"), "spring_boot": ("prefix",), "kafka": ("prefix",), "erlang": ("record", "time_format"),
    "nginx": ("prefix", "time_format = %d/%b/%Y:%H:%M:%S %z"), "gitea": ("prefix", "time_format = %Y/%m/%d %H:%M:%S"),
    "envoy": ("time = start_time",), "grafana": ("time = t",), "bind": ("time_format = %d-%b-%Y",), "nats": ("time_format",), "samba": ("record", "time_format"), "compose": ("prefix",),
}


def the_log_has_what_the_sample_needs():
    for name, wants in LOGS.items():
        put(name + ".log", "".join(text + "\n" for text, *_ in generate(name, 400)))
        text = suggested(name + ".log")
        log = re.search(r"^\[log .*?(?=\n\n|\Z)", text, re.M | re.S)
        assert log and "\npath = %s.log\n" % name in log.group() + "\n", (name, text)
        for want in wants:
            assert "\n" + want in log.group(), (name, want, log.group())
        r = subprocess.run([LOGTALLY, "check", "--rules", "new.ini", "--against", name + ".log"], stdout=subprocess.PIPE, check=False)
        assert r.returncode in (0, 4) and b"could not be read" not in r.stdout, (name, r.stdout.decode())


def check(folder):
    r = subprocess.run([LOGTALLY, "check", "--rules", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert r.returncode == 0 and b"no mistakes\n" in r.stdout, r.stdout.decode()


def several_stand_side_by_side():
    """Each has a [log] that is found from where it is written, and no name is another's."""
    os.mkdir("rules")
    level = ["info", "error"]
    put("orders.log", "".join('{"time":"2025-11-12T10:00:%02dZ","level":"%s","msg":"order placed","n":%d}\n' % (n, level[n % 2], n) for n in range(50)))
    put("app.log", "".join('time=2025-11-12T10:00:%02dZ level=%s msg="order placed" n=%d\n' % (n, level[n % 2], n) for n in range(50)))
    put("batch.log", "".join("2025-11-12 10:00:%02d %s order %d placed\n" % (n, level[n % 2].upper(), n) for n in range(50)))
    for name in "orders", "app", "batch":
        subprocess.run([LOGTALLY, "suggest", name + ".log", "-o", "rules/%s.ini" % name], check=True)
        text = get("rules/%s.ini" % name)
        assert "\n[log %s]\npath = %s\n" % (name, os.path.realpath(name + ".log")) in text, text
        assert text.count("[event ") == text.count("\nlog = %s\n" % name), text
    check("rules")
    r = subprocess.run([LOGTALLY, "replay", "--rules", "rules", "orders.log", "app.log", "batch.log"], stdout=subprocess.PIPE, check=True)
    placed = re.findall(r"^order_placed\S* (\d+)$", r.stdout.decode(), re.M)
    assert sum(map(int, placed)) == 150, r.stdout.decode()
    text = subprocess.run([LOGTALLY, "suggest", "orders.log", "app.log"], stdout=subprocess.PIPE, check=True).stdout.decode()
    assert "from orders.log, app.log: 100 lines" in text and "\npath = orders.log\npath = app.log\n" in text, text


def the_rules_are_tried_on_the_sample():
    put("jobs.log", "".join("2025-11-12 10:00:00 %s\n" % ("job %d done in %d ms" % (n, n) if n % 10 else "odd %s" % chr(97 + n // 10))
                            for n in range(100)))
    text = suggested("jobs.log")
    assert "; What these rules come to on the sample:\n;   100 lines, 10 unmatched\n;   event job_done_in_ms: 90\n" in text, text
    assert re.search(r"^;   unmatched: \d+  odd ", text, re.M), text


main(nothing_is_of_one_line_or_machine, the_log_has_what_the_sample_needs, several_stand_side_by_side, the_rules_are_tried_on_the_sample)
