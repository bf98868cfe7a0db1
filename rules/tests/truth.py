#!/usr/bin/env python3
"""Adds up the true metric values of a MyLittlePrice log, without logtally.

    truth.py LOG > NAME.prom        # the expectation of a golden test
    truth.py --check LOG PROM       # 0: PROM says what LOG says

This is the second opinion that the golden tests need: it knows nothing of the rule files or of their
language. What each line means is written out below by hand, in Python, from the list of lines that the
backend writes; values are added up as exact decimals. It is slow and that is fine.
"""
import json
import re
import sys
from datetime import datetime, timezone
from decimal import Decimal

HTTP = [".005", ".01", ".025", ".05", ".1", ".25", ".5", "1", "2.5", "5", "10"]
AI = [".1", ".5", "1", "2", "5", "10", "30"]
BUCKETS = {
    "http_request_duration_seconds": HTTP,
    "db_query_duration_seconds": HTTP,
    "ai_request_duration_seconds": AI,
    "message_processing_duration_seconds": AI + ["60"],
    "cleanup_job_duration_seconds": ["1", "5", "10", "30", "60", "120"],
}
ERRORS = {
    "gemini processing error": ("ai", "gemini"),
    "❌ SERP API error": ("ai", "serp"),
    "❌ Product details API error": ("ai", "serp"),
    "Failed to mark key as exhausted": ("database", "key_rotator"),
    "failed to get anonymous search count": ("database", "cache"),
    "failed to get anonymous search count for response": ("database", "cache"),
    "failed to increment anonymous search count": ("database", "cache"),
    "CRITICAL: failed to save session after retries": ("database", "session"),
    "cleanup job failed": ("database", "cleanup"),
    "failed to get session insights": ("database", "analytics"),
    "failed to get user analytics": ("database", "analytics"),
    "failed to track product click": ("database", "analytics"),
    "failed to finalize session": ("database", "analytics"),
    "Failed to store bug report in Redis": ("database", "bug_report"),
    "Failed to store contact form in Redis": ("database", "contact"),
    "Failed to parse context": ("validation", "bug_report"),
    "Failed to send Discord notification": ("external", "discord"),
    "Discord webhook returned error": ("external", "discord"),
}
SERP = {
    "⏱️ SERP response received": ("google_shopping", "success"),
    "❌ SERP API error": ("google_shopping", "error"),
    "✅ Product details fetched": ("google_immersive_product", "success"),
    "❌ Product details API error": ("google_immersive_product", "error"),
}
UNITS = {"h": 3600, "m": 60, "s": 1, "ms": Decimal("1e-3"), "µs": Decimal("1e-6"),
         "μs": Decimal("1e-6"), "us": Decimal("1e-6"), "ns": Decimal("1e-9")}
ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
TOKEN = re.compile(r'([^\s="]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?:[ \t]+|$)', re.S)
ACCESS = re.compile(r"(\d\d:\d\d:\d\d)\s*\|\s*(\d{3})\s*\|\s*(\S+)\s*\|\s*([A-Z]+)\s+(\S+)\s*", re.A)
COLOUR = re.compile(r"\x1b\[[\d;]*m")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def unquote(text):
    def one(m):
        e = m.group(1)
        if e[0] in "xuU":
            return chr(int(e[1:], 16))
        return ESCAPES.get(e, e)
    return re.sub(r"\\(x..|u....|U........|.)", one, text[1:-1], flags=re.S)


def logfmt(line):
    """The fields of a line that is logfmt from end to end; None for any other line."""
    fields, at, n = {}, 0, 0
    line = line.strip(" \t\r")
    while at < len(line):
        m = TOKEN.match(line, at)
        if not m:
            return None
        key, value = m.groups()
        fields.setdefault(key, unquote(value) if value.startswith('"') else value)
        at, n = m.end(), n + 1
    return fields if n >= 2 else None


def record(line):
    """(fields, bare number's unit) of a slog line, or None."""
    if line.lstrip().startswith("{"):
        try:
            pairs = json.loads(line, object_pairs_hook=lambda p: p, parse_int=str, parse_float=str)
        except ValueError:
            return None
        fields = {}
        for key, value in pairs:
            if isinstance(value, bool):
                value = "true" if value else "false"
            fields.setdefault(key, value)
        return {k: v for k, v in fields.items() if isinstance(v, str)}
    return logfmt(line)


def number(text):
    if text is None or not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return None
    value = Decimal(text)
    return value if value >= 0 else None


def duration(text):
    """A bare number is nanoseconds; else Go's way to print a duration."""
    if number(text) is not None:
        return number(text) * Decimal("1e-9")
    parts = r"(\d+(?:\.\d+)?)(h|ms|m|µs|μs|us|ns|s)"
    if text is None or not re.fullmatch("(?:%s)+" % parts.replace("(\\d", "(?:\\d").replace("(h", "(?:h"), text):
        return None
    return sum(Decimal(n) * UNITS[u] for n, u in re.findall(parts, text))


def route(path):
    path = re.split("[?#]", path)[0]
    seg = [":id" if re.fullmatch("[0-9]+", s) or UUID.fullmatch(s) else s for s in path.split("/")]
    return "/".join(seg)


class Sums:
    """Counters, gauges and histograms as they are added up, and the page that comes of them."""
    def __init__(self, buckets):
        self.buckets = buckets  # name -> bounds
        self.values = {}        # (name, labels) -> Decimal
        self.observed = {}      # (name, labels) -> [Decimal]

    def inc(self, name, by=1, **labels):
        key = name, tuple(sorted(labels.items()))
        self.values[key] = self.values.get(key, Decimal(0)) + by

    def set(self, name, value, **labels):
        self.values[name, tuple(sorted(labels.items()))] = Decimal(value)

    def observe(self, name, value, **labels):
        if value is not None:
            self.observed.setdefault((name, tuple(sorted(labels.items()))), []).append(value)

    def samples(self):
        out = [(name, labels, value) for (name, labels), value in self.values.items()]
        for (name, labels), seen in self.observed.items():
            for bound in self.buckets[name]:
                count = sum(v <= Decimal(bound) for v in seen)
                out.append((name + "_bucket", labels + (("le", short(Decimal(bound))),), count))
            out.append((name + "_bucket", labels + (("le", "+Inf"),), len(seen)))
            out.append((name + "_count", labels, len(seen)))
            out.append((name + "_sum", labels, sum(seen, Decimal(0))))
        return out

    def text(self):
        return "".join(line + "\n" for line in sorted(
            "%s%s %s" % (name, braces(labels), short(Decimal(value)))
            for name, labels, value in self.samples()))


class Truth(Sums):
    def __init__(self):
        super().__init__(BUCKETS)
        for name in ("cleanup_job_runs_total", "cleanup_job_records_deleted_total",
                     "websocket_connections_active", "backend_starts_total"):
            self.set(name, 0)
        for name in ("message_processing_duration_seconds", "cleanup_job_duration_seconds"):
            self.observed[name, ()] = []
        for t in ("sent", "received"):
            self.inc("websocket_messages_total", 0, type=t)
        for db, ops in (("postgresql", "select insert update delete"), ("redis", "get set del")):
            for op in ops.split():
                self.inc("db_queries_total", 0, database=db, operation=op)
        for status in ("success", "error"):
            self.inc("messages_processed_total", 0, status=status)
            for model in ("google_shopping", "google_immersive_product"):
                self.inc("ai_requests_total", 0, service="serp", model=model, status=status)
        for t, source in list(ERRORS.values()) + [("other", "other")]:
            self.inc("errors_total", 0, type=t, source=source)

    def http(self, method, path, status, took):
        endpoint = "unmatched" if status in ("404", "405") else route(path)
        self.inc("http_requests_total", method=method, endpoint=endpoint, status=status)
        self.observe("http_request_duration_seconds", duration(took), method=method, endpoint=endpoint)

    def ai(self, service, model, status, f):
        self.inc("ai_requests_total", service=service, model=model, status=status)
        self.observe("ai_request_duration_seconds", number(f.get("duration_seconds")),
                     service=service, model=model)

    def line(self, line):
        access = ACCESS.fullmatch(COLOUR.sub("", line))
        if access:
            _, status, took, method, path = access.groups()
            self.http(method, path, status, took)
            return
        f = record(line)
        if f is not None:
            self.slog(f)

    def slog(self, f):
        msg = f.get("msg", "")
        get = lambda key: f.get(key) if f.get(key) not in (None, "", "-") else "unknown"
        if msg == "http request":
            self.http(get("method"), get("path"), get("status"), f.get("duration"))
        elif msg == "db query":
            labels = {"database": get("database"), "operation": get("operation")}
            self.inc("db_queries_total", **labels)
            self.observe("db_query_duration_seconds", duration(f.get("duration")), **labels)
        elif msg == "redis pool stats":
            for what in ("active", "idle"):
                if number(f.get(what)) is not None:
                    self.set("redis_connection_pool_" + what, number(f[what]))
        elif msg == "active sessions":
            if number(f.get("count")) is not None:
                self.set("active_sessions_total", number(f["count"]))
        elif msg == "websocket message":
            self.inc("websocket_messages_total", type=get("type"))
        elif msg == "message processing completed":
            self.inc("messages_processed_total", status=get("status"))
            self.observe("message_processing_duration_seconds", number(f.get("duration_seconds")))
        elif msg == "ai request completed":
            self.ai(get("service"), get("model"), get("status"), f)
            for what in ("input", "output"):
                tokens = number(f.get(what + "_tokens"))
                if tokens is not None:
                    self.inc("ai_tokens_used_total", tokens, service=get("service"),
                             model=get("model"), type=what)
        elif msg in SERP:
            self.ai("serp", *SERP[msg], f)
        elif msg == "Starting MyLittlePrice Backend":
            self.inc("backend_starts_total")
            self.set("websocket_connections_active", 0)
        self.connections(msg)
        self.cleanup(msg, f)
        self.error(msg, f)

    def connections(self, msg):
        name = "websocket_connections_active"
        now = self.values[name, ()]
        if msg.startswith("🔌 Client connected:"):
            self.set(name, now + 1)
        elif msg.startswith("🔌 Client disconnected:"):
            self.set(name, max(now - 1, 0))

    def cleanup(self, msg, f):
        done = msg == "cleanup job completed"
        nothing = msg == "cleanup job completed - no expired records found"
        if not done and not nothing and msg != "cleanup job failed":
            return
        self.inc("cleanup_job_runs_total")
        self.observe("cleanup_job_duration_seconds", duration(f.get("duration")))
        if done and number(f.get("records_deleted")) is not None:
            self.inc("cleanup_job_records_deleted_total", number(f["records_deleted"]))
        if done or nothing:
            self.set("cleanup_job_last_success_timestamp_seconds", unix_time(f["time"]))

    def error(self, msg, f):
        if f.get("level") != "ERROR":
            return
        if f.get("error_type"):
            kind = f["error_type"], f.get("source") or "other"
        else:
            kind = ERRORS.get(msg, ("other", "other"))
        self.inc("errors_total", type=kind[0], source=kind[1])


def unix_time(text):
    m = re.fullmatch(r"(\d+-\d+-\d+T\d+:\d+:\d+)(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    whole = datetime.fromisoformat(m[1] + m[3].replace("Z", "+00:00")).astimezone(timezone.utc)
    return Decimal(int(whole.timestamp())) + Decimal(m[2] or 0)


def braces(labels):
    def escape(v):
        return v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return "{%s}" % ",".join('%s="%s"' % (k, escape(v)) for k, v in labels) if labels else ""


def short(value):
    value = float(value)
    return "%d" % value if value == int(value) and abs(value) < 1e15 else repr(value)


def parse_prom(text):
    out = {}
    for line in text.split("\n"):     # no other end of line counts
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            m = re.fullmatch(r"([^{]+)(?:\{(.*)\})?", name, re.S)
            labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', m[2] or "")
            labels = [(k, str(float(v)) if k == "le" else v) for k, v in labels]
            out[m[1], tuple(sorted(labels))] = float(value)
    return out


def differences(want, got):
    for key in sorted(set(want) | set(got)):
        a, b = want.get(key), got.get(key)
        near = key[0].endswith("_sum") and None not in (a, b) and abs(a - b) <= 1e-9 * abs(a)
        if a != b and not near:
            yield "%s: the log says %s, the file says %s" % (key, a, b)


def add_up(path):
    truth = Truth()
    with open(path, "rb") as f:
        for line in f.read().decode("utf-8", "replace").split("\n"):
            truth.line(line.rstrip("\r"))
    return truth.text()


def main(args):
    if len(args) == 1:
        sys.stdout.write(add_up(args[0]))
        return 0
    if len(args) == 3 and args[0] == "--check":
        with open(args[2], encoding="utf-8") as f:
            found = list(differences(parse_prom(add_up(args[1])), parse_prom(f.read())))
        print("\n".join(found), end="\n" if found else "")
        return 1 if found else 0
    sys.stderr.write(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
