"""What `logtally explain` says of the lines of every shipped log, added up, is what `logtally replay` counts of them:
each sample of the page, and each line that no event takes."""
import collections
import glob
import os
import re
import subprocess

from _daemon import LOGTALLY, SRCDIR, main

RULES = os.path.join(SRCDIR, "rules")
NEVER_NEGATIVE = ("fail2ban_banned", "openvpn_clients", "ssh_sessions_open", "websocket_connections_active")      # min = 0
UPDATE = re.compile(r'^    -> (\w+) ([^ {]+)(\{.*\})?(?: (-?[0-9.e+-]+))?$')


def logtally(*args):
    return subprocess.run([LOGTALLY, *args], check=True, capture_output=True).stdout.decode("utf-8", "surrogateescape")


def explained(rules, path):
    """Samples, and how many lines there were that no event takes."""
    samples, untaken = collections.defaultdict(float), 0
    for line in logtally("explain", "--rules", rules, path).split("\n"):
        untaken += line == "  no event takes this line"
        if not line.startswith("    -> ") or " -- skipped: " in line:
            continue
        verb, family, labels, value = UPDATE.match(line).groups()
        labels, value = labels or "", float(value or 1)
        if verb == "observe":
            samples[family + "_count" + labels] += 1
            samples[family + "_sum" + labels] += value
        elif verb == "set":
            samples[family + labels] = value
        elif verb == "reset":
            samples[family + labels] = 0
        else:
            samples[family + labels] += -value if verb in ("dec", "sub") else value
            if family in NEVER_NEGATIVE:
                samples[family + labels] = max(0, samples[family + labels])
    return samples, untaken


def replayed(rules, path):
    page = logtally("replay", "--rules", rules, "--unmatched", "left", path)
    samples = {}
    for line in page.split("\n"):
        if line and not line.startswith("#") and "_bucket{" not in line:
            key, value = line.rsplit(" ", 1)
            samples[key] = float(value)
    return samples, left_over(rules)


def left_over(rules):
    """How many lines there are in the file of what no event takes; where records are joined, how many of those."""
    if os.path.isfile(rules):
        with open(rules, encoding="utf-8") as f:
            if re.search("^record ", f.read(), re.M):
                return explained(rules, "left")[1]
    with open("left", "rb") as f:
        return f.read().count(b"\n")


def agree(rules, path):
    """How many updates there were."""
    said, untaken = explained(rules, path)
    counted, left = replayed(rules, path)
    assert untaken == left, (path, untaken, left)
    for key in set(said) | set(counted):
        assert abs(said.get(key, 0) - counted.get(key, 0)) <= 1e-9 * abs(counted.get(key, 0)), (
            path, key, said.get(key), counted.get(key))
    return len(said)


def shipped_rules_and_their_logs():
    assert sum(agree(RULES, path) for path in glob.glob(os.path.join(RULES, "tests", "*.log"))) > 500


def every_example_and_its_log():
    examples = glob.glob(os.path.join(RULES, "examples", "*.ini"))
    for rules in examples:
        name = os.path.join(RULES, "examples", "tests", os.path.basename(rules)[:-4])
        logs = glob.glob(name + ".log") + glob.glob(os.path.join(name, "*.log"))
        assert logs, name
        for path in logs:
            assert agree(rules, path) > 0, path
    assert len(examples) >= 42


SPANS = """\
[event ab]
where = msg == ab
[event bb]
where = msg == bb
[event end]
where = msg == end
[span a]
begin   = ab
end     = end
key     = id
timeout = 1m
[span b]
begin   = bb
end     = end
key     = id
timeout = 1m
[event lost]
of    = a.unfinished
each  = list
where = _value > 10
[counter lost_total]
help = L
inc  = a.unfinished, lost
[counter b_total]
help = B
inc  = b
"""


def spans_that_are_given_up_are_told_each_for_itself():
    with open("spans.ini", "w", encoding="utf-8") as f:
        f.write(SPANS)
    with open("spans.log", "w", encoding="utf-8") as f:
        for at, msg in (("10:00:00", "ab"), ("10:00:01", "bb"), ("11:00:00", "other")):
            f.write('{"time":"2025-11-12T%sZ","msg":"%s","id":1,"list":[20,30]}\n' % (at, msg))
    told = logtally("explain", "--rules", "spans.ini", "spans.log")
    a, b = told.split("(no line) span ")[1:]
    assert a.startswith("a is given up") and a.count("    -> inc lost_total") == 3 and "    member 2 of 2" in a, told
    assert b.startswith("b is given up") and "inc" not in b and "is event" not in b, told


main(shipped_rules_and_their_logs, every_example_and_its_log, spans_that_are_given_up_are_told_each_for_itself)
