#!/usr/bin/env python3
"""Writes a log as the MyLittlePrice backend writes it: slog JSON records, Fiber access lines, bare text.

    backend_log.py [--out FILE] [--lines N] [--rate LINES_PER_SECOND] [--seed N] [--start TIME [--gap SECONDS]]
                   [--flavour mixed|json|text]

The same seed gives the same lines (with the same --start). Without --lines it writes until it is stopped;
without --rate as fast as it can. FILE is appended to, one write per line, as the backend does it. The
first fifty lines hold at least one of every kind, so that every metric is there soon. With --start the lines
have times of their own, --gap from each other: 86,400 lines with --gap 1 are a day, written within seconds.
"""
import argparse
import json
import random
import signal
import sys
import time
from datetime import datetime, timezone

ROUTES = [
    ("GET", "/api/sessions/active", 0.004), ("GET", "/api/chat/messages", 0.006), ("POST", "/api/chat", 2.5),
    ("GET", "/api/search-history", 0.01), ("DELETE", "/api/search-history/%d", 0.008), ("GET", "/health", 0.001),
    ("POST", "/api/search-history/%s/click", 0.005), ("POST", "/api/product-details", 1.2), ("GET", "/ws", 0.001),
    ("GET", "/wp-login.php", 0.0001), ("POST", "/api/auth/login", 0.08),
]
QUERIES = ["ноутбук для учебы до 50000", "iPhone 16 Pro 256GB", "Kaffeemaschine De’Longhi", "TV 55\" OLED",
           "кроссовки\nразмер 42", "level=ERROR msg=\"not a record\""]
MODELS = ["gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.0-flash"]
KNOWN_ERRORS = ["gemini processing error", "failed to get anonymous search count", "Failed to parse context",
                "Discord webhook returned error", "failed to get session insights"]
BARE = ["🌐 Grounding enabled (smart strategy)", "💡 Using MEDIUM context (3 messages)",
        "🏷️  Category routing:  → electronics", "📊 Prompt Telemetry: ID=UniversalPrompt v1.0.1, Hash=1a2b3c4d, Cycle=1, Iteration=2",
        "goroutine 4711 [running]:", "🔍 RAW GEMINI JSON:",
        '{"response_type":"dialogue","output":"Какой бюджет?\\nДо 500 €?","category":"electronics"}']
FIRST = 33      # so many lines take every kind in turn


class Duration(int):
    """Nanoseconds: a whole number in JSON, Go's 1.5ms in logfmt and in the access line."""

    def __str__(self):
        for unit, size in (("s", 10**9), ("ms", 10**6), ("µs", 10**3)):
            if self >= size:
                return "%s%s" % (trim("%d.%0*d" % (self // size, len(str(size)) - 1, self % size)), unit)
        return "%dns" % self


def trim(text):
    return text.rstrip("0").rstrip(".")


def go_quote(value):
    if value and not any(c in ' "=' or ord(c) < 32 for c in value):
        return value
    return '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Backend:
    def __init__(self, seed, flavour, clock):
        self.random = random.Random(seed)
        self.flavour = flavour
        self.clock = clock
        self.clients = []
        self.written = 0

    def uuid(self):
        h = "%032x" % self.random.getrandbits(128)
        return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))

    def duration(self, mean):
        return Duration(self.random.lognormvariate(0, 0.6) * mean * 1e9)

    def slog(self, level, msg, **fields):
        now = self.clock()
        if self.flavour == "text":
            head = {"time": now.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (now.microsecond // 1000)}
            fields = {**head, "level": level, "msg": msg, **fields}
            return " ".join("%s=%s" % (k, go_quote(str(v))) for k, v in fields.items())
        head = {"time": trim(now.strftime("%Y-%m-%dT%H:%M:%S.%f")) + "Z"}
        return json.dumps({**head, "level": level, "msg": msg, **fields}, ensure_ascii=False, separators=(",", ":"))

    def info(self, msg, **fields):
        return self.slog("INFO", msg, **fields)

    def start(self):
        self.clients.clear()
        return self.info("Starting MyLittlePrice Backend", version="1.0.0", env="production", loki_url="")

    def http(self):
        method, path, mean = self.random.choice(ROUTES)
        if "%d" in path:
            path %= self.random.randrange(10**5)
        elif "%s" in path:
            path %= self.uuid()
        status = self.random.choices((200, 201, 401, 404, 500), (90, 3, 3, 3, 1))[0]
        took = self.duration(mean)
        if self.flavour == "mixed":
            return "%s | %d | %13s | %s %s" % (self.clock().strftime("%H:%M:%S"), status, took, method, path)
        return self.info("http request", request_id=self.uuid(), method=method, path=path, status=status,
                         duration=took, bytes=self.random.randrange(4000), ip="10.0.0.1")

    def database(self):
        database, operations = self.random.choice((("postgresql", ("select", "insert", "update")),
                                                   ("redis", ("get", "set", "expire"))))
        return self.info("db query", database=database, operation=self.random.choice(operations),
                         table="chat_sessions", duration=self.duration(0.003), rows=1)

    def websocket(self):
        kind = self.random.random() if self.written > FIRST else self.written / FIRST
        if (kind < 0.25 and len(self.clients) < 40) or not self.clients:
            self.clients.append(self.uuid())
            return self.info("🔌 Client connected: " + self.clients[-1])
        if kind < 0.4:
            return self.info("🔌 Client disconnected: " + self.clients.pop(self.random.randrange(len(self.clients))))
        return self.info("websocket message", type=self.random.choice(("sent", "received")), message_type="chat",
                         client_id=self.clients[0])

    def pool(self):
        active = self.random.randrange(20)
        return self.info("redis pool stats", active=active, idle=20 - active, total=20, timeouts=0)

    def sessions(self):
        return self.info("active sessions", count=100 + self.random.randrange(50))

    def gemini(self):
        fields = {"service": "gemini", "model": self.random.choice(MODELS), "status": "success",
                  "duration_seconds": round(self.random.lognormvariate(0.3, 0.5), 9)}
        if self.random.random() < 0.1:
            fields["status"] = "error"
        else:
            fields.update(input_tokens=self.random.randrange(500, 5000), output_tokens=self.random.randrange(50, 600))
        return self.info("ai request completed", **fields)

    def serp(self):
        took = round(self.random.lognormvariate(0.2, 0.5), 9)
        level, msg = self.random.choices((("INFO", "⏱️ SERP response received"), ("INFO", "✅ Product details fetched"),
                                          ("ERROR", "❌ SERP API error"), ("ERROR", "❌ Product details API error")),
                                         (60, 30, 7, 3))[0]
        extra = {"error": "SerpApi: 503 Service Unavailable\n<html>"} if level == "ERROR" else {}
        return self.slog(level, msg, duration_seconds=took, key_index=1, **extra)

    def message(self):
        status = self.random.choices(("success", "error"), (97, 3))[0]
        return self.info("message processing completed", session_id=self.uuid(), status=status,
                         duration_seconds=round(self.random.lognormvariate(1, 0.6), 9))

    def cleanup(self):
        kind = self.random.random()
        took = self.duration(5)
        if kind < 0.7:
            return self.info("cleanup job completed", duration=took, records_deleted=self.random.randrange(500))
        if kind < 0.9:
            return self.info("cleanup job completed - no expired records found", duration=took)
        return self.slog("ERROR", "cleanup job failed", duration=took, error="pq: canceling statement")

    def error(self):
        if self.random.random() < 0.5:
            return self.slog("ERROR", self.random.choice(KNOWN_ERRORS), error="dial tcp: connection refused")
        return self.slog("ERROR", "operation failed", error_type=self.random.choice(("database", "ai", "validation")),
                         source=self.random.choice(("session", "embedding", "auth")), error="failed")

    def chatter(self):
        if self.flavour == "mixed" and self.random.random() < 0.6:
            return self.random.choice(BARE)
        return self.info("search history saved", search_query=self.random.choice(QUERIES), result_count=10)

    def line(self):
        kinds = ((self.http, 40), (self.database, 30), (self.websocket, 8), (self.gemini, 3), (self.serp, 3),
                 (self.message, 3), (self.error, 2), (self.chatter, 10), (self.pool, 1), (self.sessions, 1),
                 (self.cleanup, 1))
        n, self.written = self.written, self.written + 1
        if n == 0:
            return self.start()
        if n <= FIRST:
            return kinds[n % len(kinds)][0]()
        return self.random.choices([k for k, _ in kinds], [w for _, w in kinds])[0]()


def clock_of(start, gap):
    """The wall clock; or, from a given start, one that gains so many seconds whenever it is asked, which is once a line."""
    if not start:
        return lambda: datetime.now(timezone.utc)
    state = [datetime.fromisoformat(start.replace("Z", "+00:00")).timestamp()]

    def tick():
        state[0] += gap
        return datetime.fromtimestamp(state[0], timezone.utc)
    return tick


def main():
    parser = argparse.ArgumentParser(description="Writes a log as the MyLittlePrice backend does.")
    parser.add_argument("--out", default="-", help="file to append to (default: standard output)")
    parser.add_argument("--lines", type=int, default=0, help="how many (default: until it is stopped)")
    parser.add_argument("--rate", type=float, default=0, help="lines written a second, by the wall clock (default: as fast as it can)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same lines (default: 1)")
    parser.add_argument("--start", help="time of the first line, such as 2025-11-12T10:00:00Z (default: lines have the time they are written)")
    parser.add_argument("--gap", type=float, metavar="SECONDS", help="between the times of two lines after --start (default: 0.01); 1 makes "
                        "86400 lines a day")
    parser.add_argument("--flavour", choices=("mixed", "json", "text"), default="mixed")
    options = parser.parse_args()
    if options.gap is not None and (not options.start or not options.gap >= 0):
        parser.error("--gap is a number of seconds between the times of lines after --start")
    if options.rate and options.start:
        parser.error("--rate is of the wall clock and --start of another: say --gap in place of --rate")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    backend = Backend(options.seed, options.flavour, clock_of(options.start, 0.01 if options.gap is None else options.gap))
    out = sys.stdout.buffer if options.out == "-" else open(options.out, "ab", buffering=0)
    began = time.monotonic()
    while not options.lines or backend.written < options.lines:
        out.write((backend.line() + "\n").encode())
        if options.rate:
            time.sleep(max(0.0, began + backend.written / options.rate - time.monotonic()))
    out.flush()


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stderr.close()
