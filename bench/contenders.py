"""What people would use instead on the same log.

Each answers one of four questions, and its answer is compared with the truth before its time counts:

    lines      how many lines there are
    requests   how many requests there are: one literal in a line
    statuses   requests by status: what a user asks of awk, jq or SQL
    metrics    all 18 metrics

A program that is not installed has no row. DuckDB comes from npm: `npm install --prefix DIRECTORY @duckdb/node-api`,
where DIRECTORY is where the corpora are (bench/corpora)."""
import json
import os
import re
import shutil

from measure import NOT_ASKED, Wrong, line_count, must_be_true, rules_of, samples

HERE = os.path.dirname(os.path.abspath(__file__))
INSTEAD = os.path.join(HERE, "instead")
LITERAL = '"msg":"http request"'        # the most frequent of the events
MATCH_RULES = os.path.join(HERE, "rules", "match.ini")


def ours(place, corpus, *options, rules=None):
    return [place.logtally, "replay", "--rules", rules or rules_of(corpus), *options, corpus + ".log"]


def mtail(program, corpus):
    return ["mtail", "--one_shot", "--one_shot_format=prometheus", "--emit_prog_label=false", "--address=127.0.0.1",
            "--port=0", "--progs", os.path.join(HERE, "mtail", program + ".mtail"), "--logs", corpus + ".log"]


def script(name):
    return os.path.join(INSTEAD, name)


INSTEAD_OF_US = {       # name: question, command on a log
    "wc": ("lines", lambda log: ["wc", "-l", log]),
    "grep": ("requests", lambda log: ["grep", "-c", LITERAL, log]),
    "rg": ("requests", lambda log: ["rg", "--no-config", "-c", LITERAL, log]),
    "mawk": ("statuses", lambda log: ["mawk", "-f", script("requests.awk"), log]),
    "gawk": ("statuses", lambda log: ["gawk", "-f", script("requests.awk"), log]),
    "jq": ("statuses", lambda log: ["jq", "-n", "-r", "-f", script("requests.jq"), log]),
    "python3": ("statuses", lambda log: ["/usr/bin/python3", script("requests.py"), log]),
    "duckdb": ("statuses", lambda log: ["node", script("requests.cjs"), log]),
    "goaccess": ("statuses", lambda log: ["goaccess", log, "--no-global-config", "--no-progress", "--num-tests=0", "-p",
                                          script("goaccess.conf"), "-o", "json"]),
}


def installed(place, name):
    if name == "duckdb":
        os.environ["NODE_PATH"] = place.path("node_modules")
        return bool(shutil.which("node")) and os.path.isdir(place.path("node_modules/@duckdb/node-api"))
    return bool(shutil.which(INSTEAD_OF_US[name][1]("")[0]))


def instead_of_us(place, names):
    """{name: command of a corpus} of those that are installed."""
    return {name: lambda corpus, command=INSTEAD_OF_US[name][1]: command(corpus + ".log") for name in names if installed(place, name)}


def goaccess_statuses(text):
    found = json.loads(text)["status_codes"]["data"]
    return {item["data"][:3]: item["hits"]["count"] for kind in found for item in kind.get("items", ())}


def answer(name, path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if name == "goaccess":
        return goaccess_statuses(text)
    if INSTEAD_OF_US[name][0] == "statuses":
        return {status: int(n) for status, n in (line.split() for line in text.splitlines())}
    return int(text.split()[0])


def truth(question, corpus):
    if question == "lines":
        return line_count(corpus + ".log")
    statuses = {}
    for (name, labels), value in samples(corpus + ".prom").items():
        if name == "http_requests_total":
            status = dict(labels)["status"]
            statuses[status] = statuses.get(status, 0) + int(value)
    return statuses if question == "statuses" else sum(statuses.values())


def judge(corpus):
    """A function (name, path of what it said) that raises Wrong."""
    def check(name, out):
        if name.startswith("ours"):
            must_be_true(corpus, out)
        elif name in ("match", "mtail"):
            must_be_true(corpus, out, NOT_ASKED)
        else:
            said, true = answer(name, out), truth(INSTEAD_OF_US[name][0], corpus)
            if said != true:
                raise Wrong("%s says %s, not %s" % (name, re.sub(r"\s+", " ", str(said)), true))
    return check
