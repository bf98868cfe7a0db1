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
            samples[re.sub(r'\\([\\"])', r"\1", key)] = float(value)      # explain shows labels as they are
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


main(shipped_rules_and_their_logs, every_example_and_its_log)
