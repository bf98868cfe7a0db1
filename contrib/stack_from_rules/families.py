"""What rules files make: their metrics, with all that a dashboard and alerts need to know of each.

The rules as logtally itself resolved them (`check --json`), the series that the golden logs come to (tests/NAME.prom beside the
rules), and the wishes. A metric gets a role by its type and name, and what is bad of it by the values its labels have:
guesses, which the wishes overrule.
"""

import json
import pathlib
import re
import subprocess

from . import golden
from .wishes import PERIODS, ROLES, Mistake, number, one_of, plain, word

TITLE_MAX = 32      # longer ones are cut off above a panel a third of a screen wide

FAILING = re.compile(r"(^|_)(aborted|crash|crashes|deadlocks?|denied|died|dropped|errors?|exceptions?|fail(ed|ures?)|kills|lost|malformed"
                     r"|panics?|problems?|refused|reject(s|ed)?|timeouts?|troubles?|warnings)(_|$)")
FREQUENT = r"request|quer(y|ies)|operation|command|message"
LEVELS = r"(?i:error|err|fatal|critical|crit|panic|alert|emerg|emergency|severe)"
GOOD = ("success", "ok", "sent", "succeeded")
ACRONYMS = {"http", "ai", "db", "cpu", "gc", "tls", "ssh", "dhcp", "io", "sql"}


class Bad:
    """Which series of a counter are failures: a matcher, and the same question for tests in Python."""

    def __init__(self, label, op, pattern, level=False):
        self.label, self.op, self.pattern, self.level = label, op, pattern, level

    @property
    def matcher(self):
        return f'{self.label}{self.op}"{self.pattern}"'

    def __call__(self, labels):
        value = labels.get(self.label, "")
        same = value == self.pattern if self.op in ("=", "!=") else re.fullmatch(self.pattern, value) is not None
        return same != self.op.startswith("!")

    @property
    def words(self):
        """What is said of them: "have class 5xx"."""
        if self.level:
            return f"have {self.label} error or worse"
        return f"{'do not ' * self.op.startswith('!')}have {self.label} {self.pattern.replace('..', 'xx').replace('|', ' or ')}"


def scraped(labels):
    """Labels as Prometheus stores them: the scrape has a job and an instance of its own."""
    return {f"exported_{label}" if label in ("job", "instance") else label: value for label, value in labels.items()}


class Metric:
    def __init__(self, found, file, topic, series, wishes):
        self.topic = topic
        self.name, self.kind, self.unit, self.help = found["name"], found["type"], found["unit"], plain(found["help"])
        self.labels, self.buckets, self.zero = list(scraped(dict.fromkeys(found["labels"]))), found["buckets"], list(map(scraped, found["zero"]))
        self.updates = [{**update, "labels": scraped(update["labels"])} for update in found["updates"]]
        self.least, self.expire = found["min"], found["expire_seconds"]
        self.file = file
        self.of = wishes.get("file", file, "title", file)
        self.base = re.sub(r"_total$", "", self.name) if self.kind == "counter" else self.name
        self.golden = {name: [(scraped(labels), value) for labels, value in series.get(name, [])] for name in self.exposed}
        self.values = {label: self._values_of(label) for label in self.labels}
        self._wish(wishes)

    @property
    def exposed(self):
        return [self.name + s for s in ("_bucket", "_count", "_sum")] if self.kind == "histogram" else [self.name]

    def _values_of(self, label):
        """Those that the rules name, then those of the golden logs."""
        values = [series[label] for series in self.zero if label in series]
        values += [u["labels"][label]["text"] for u in self.updates if "text" in u["labels"][label]]
        values += sorted({labels[label] for series in self.golden.values() for labels, _ in series if label in labels})
        return list(dict.fromkeys(values))

    def _wish(self, wishes):
        def wish(key, default=None):
            return wishes.get("metric", self.name, key, default)

        def where(key):
            return wishes.where("metric", self.name, key)
        for key in ("bad", "per"):
            if wish(key) and self.kind != "counter":
                raise Mistake(f"{where(key)} is for counters, and {self.name} is a {self.kind}")
        self.title = plain(wish("title") or self._title())
        self.help = self.help or self.title
        self.role = one_of(where("role"), wish("role", self._role()), ROLES[self.kind])
        self.bad = as_bad(where("bad"), wish("bad"), self.labels) if wish("bad") else self._bad() if self.role == "traffic" else None
        self.per = one_of(where("per"), wish("per", self._period()), PERIODS)
        self.limit = self._limit(where("limit"), wish("limit"))
        self.owner = wish("owner", wishes.get("file", self.file, "owner", wishes.owner))

    def _limit(self, where, text):
        if text is None:
            return None
        limit = number(where, text)
        if self.kind == "counter" and (not self.bad or self.bad.level or not 0 < limit < 1):
            raise Mistake(f"{where}: of a counter it is the share of failures, between 0 and 100 %, and `bad` says which these are")
        if self.kind == "histogram" and not (self.buckets and 0 < limit < self.buckets[-1]):
            raise Mistake(f"{where}: {text} is beyond the last bucket of {self.name}, where no P95 is known")
        return limit

    def _title(self):
        """The help up to its first comma if that is short, else the words of the name that its file's metrics don't share."""
        clause = re.split(r"[,;:(.]", self.help)[0].strip()
        if 0 < len(clause) <= TITLE_MAX and not re.match(r"(The same|What|When|How)\b", clause):
            return clause
        stem = self.base if self.kind != "histogram" and self.unit != "ratio" else re.sub("_seconds$", "", self.base)
        stem = re.sub("^(.*)_timestamp_seconds$", r"since_\1", stem)
        text = " ".join(w.upper() if w in ACRONYMS else w for w in stem.split("_") if w != self.topic)
        return text[0].upper() + text[1:]

    def _role(self):
        if self.kind == "gauge":
            return "saturation"
        if self.kind == "histogram":
            return "durations" if self.unit == "seconds" else "sizes"
        return "errors" if FAILING.search(self.base) else "traffic"

    def _bad(self):
        if self.kind != "counter":
            return None
        for label in self.labels:
            values = self.values[label]
            if label in ("level", "severity", "priority"):
                return Bad(label, "=~", LEVELS, level=True)
            if any(re.fullmatch("[1-5]xx", v) for v in values):
                return Bad(label, "=", "5xx")
            if label in ("status", "code") and values and all(re.fullmatch(r"\d{3}|unknown|other|-", v) for v in values):
                return Bad(label, "=~", "5..")
            good = [v for v in values if v in GOOD]
            if label in ("status", "result", "outcome") and good:
                return Bad(label, "!=", good[0])
        return None

    @property
    def blind(self):
        """A label that would tell failures if any of its values were known; or None."""
        if self.kind != "counter" or self.role != "traffic" or self.bad:
            return None
        return next((label for label in self.labels if label in ("status", "code", "class", "result", "outcome") and not self.values[label]), None)

    def _period(self):
        if self.role == "errors":
            return "5m"
        frequent = FREQUENT + ("|lines" if self.kind == "counter" else "")
        if self.unit == "seconds" and self.kind == "counter":
            return "5m"
        return "second" if self.unit == "bytes" or re.search(frequent, self.base) else "5m"

    @property
    def rate_unit(self):
        """Grafana's unit of a rate per second."""
        if self.unit in ("bytes", "seconds"):
            return "Bps" if self.unit == "bytes" else "suffix:s/s"
        return "reqps" if "request" in self.base else "ops" if re.search("quer|operation|command", self.base) else "suffix:/s"

    @property
    def rare(self):
        return self.per != "second"

    @property
    def value_unit(self):
        return {"seconds": "s", "bytes": "bytes", "ratio": "percentunit", "celsius": "celsius", "volts": "volt", "amperes": "amp",
                "joules": "joule", "grams": "massg", "meters": "lengthm"}.get(self.unit, "short")

    def bounded(self, label):
        """May every value have a line of its own? If the rules name them, or what they say of failures goes by it."""
        named = {s[label] for s in self.zero if label in s}
        classes = self.values[label] and all(re.fullmatch("[1-5]xx|other|unknown", value) for value in self.values[label])
        return bool(named or classes) or (self.bad is not None and self.bad.label == label) \
            or all("text" in u["labels"][label] for u in self.updates)

    def series(self, name=None):
        return self.golden[name or self.name]

    def example(self, name=None):
        """Labels of one of its series."""
        return next((labels for labels, _ in self.series(name)), {label: "x" for label in self.labels})

    def fed_by(self):
        return list(dict.fromkeys(u["event"] for u in self.updates))


def uid(wishes, name):
    """Of a dashboard, as Grafana wants it."""
    return re.sub(r"[^\w-]", "-", f"{wishes.name}-{name}")[:40]


class File:
    """A rules file and what it makes."""

    def __init__(self, path, found, series, wishes):
        self.path = path
        self.name = pathlib.Path(path).stem
        self.title = wishes.get("file", self.name, "title", self.name)
        self.owner = wishes.get("file", self.name, "owner", wishes.owner)

        def mine(what):
            return [item for item in found[what] if item["file"] == path]
        self.events, self.logs, self.spans = mine("events"), mine("logs"), mine("spans")
        self.uid = uid(wishes, self.name)
        names = [m["name"] for m in mine("metrics")]
        first = {name.split("_")[0] for name in names}
        topic = first.pop() if len(first) == 1 and len(names) > 1 else None     # a word that all names begin with says nothing
        self.metrics = [Metric(m, self.name, topic, series, wishes) for m in mine("metrics")]
        self._share_periods()

    def _share_periods(self):
        """What is observed of requests is as frequent as they are, whatever it is called. Of lines that a level is known of, some
        are rare."""
        parents = {event["name"]: event["of"] for event in self.events}

        def origins(event):
            return {event} | (origins(parents[event]) if parents.get(event) else set())
        often = {event for m in self.metrics if not m.rare and not (m.bad and m.bad.level) for event in m.fed_by()}
        for m in self.metrics:
            if m.kind == "histogram" and any(often & origins(event) for event in m.fed_by()):
                m.per = "second"

    def role(self, *roles):
        return [m for m in self.metrics if m.role in roles]

    def main(self):
        """What the file is about: a counter of which some are failures, else the first of its traffic."""
        traffic = self.role("traffic")
        return next((m for m in traffic if m.bad and not m.bad.level), traffic[0] if traffic else None)


def as_bad(where, text, labels):
    """`class=5xx|4xx`, as `zero` is written in rules; `status!=success` is all others."""
    found = re.fullmatch(r"(\w+)\s*(!?=)\s*(\S+)", text)
    if not found or found[1] not in labels:
        raise Mistake(f"{where}: {text!r} is not LABEL=VALUE|VALUE of a label that it has ({', '.join(labels) or 'none'})")
    if re.search(r"[\"'`\\]|\{\{|\}\}", found[3]):
        raise Mistake(f"{where}: {found[3]!r} is not what stands in a matcher: no quotes, \\, {{{{ or }}}}")
    several = re.search(r"[|.*\[(]", found[3])
    try:
        re.compile(found[3] if several else "")
    except re.error as error:
        raise Mistake(f"{where}: {found[3]!r} is no regular expression: {error}") from error
    return Bad(found[1], found[2].replace("=", "=~" if several else "=").replace("!=~", "!~"), found[3])


def alike(files):
    """Each file has what is written for it under its own name."""
    taken = {"slo": "the objectives"}
    for file in files:
        word(file.path, file.name)
        for name in (file.name, file.uid):
            if name in taken:
                raise Mistake(f"{file.path}: {taken[name]} would be written under the same name, {name}")
            taken[name] = file.path


def load(wishes, logtally):
    """The rules files of the wishes, as logtally resolved them together."""
    command = [logtally, "check", "--json", *(word for path in wishes.rules for word in ("--rules", path))]
    done = subprocess.run(command, cwd=wishes.home, stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        raise Mistake(f"{logtally} check --json: exit {done.returncode}")
    found = json.loads(done.stdout)
    if "metrics" not in found:
        first = next(m for m in found["mistakes"] if m["severity"] == "mistake")
        raise Mistake(f"{first['file']}:{first['line']}: {first['text']}")
    files = [File(path, found, golden.series_of(path, wishes), wishes) for path in wishes.rules]
    alike(files)
    wishes.known("file", [f.name for f in files])
    wishes.known("metric", [m.name for f in files for m in f.metrics])
    files = [f for f in files if f.metrics]
    if not files:
        raise Mistake(f"{wishes.path}: no metric is in {' '.join(wishes.rules)}")
    return files
