#!/usr/bin/env python3
"""A day of MyLittlePrice as its log tells it: healthy traffic and six misfortunes at known hours.

The same seed gives the same day, so that a test may say which alert fires when. `day.py LOG` writes the log;
app_samples() and own_samples() write OpenMetrics for promtool: the first what the rules derive from these lines
(an independent count, in Python, that logtally's own is compared with), the second what only a running logtally and a
scraping Prometheus know (up, logtally_*, process_*).
"""

import bisect
import json
import math
import random
import sys
import time
from collections import defaultdict

START = 1762819200          # 2025-11-11T00:00:00Z
END = START + 86400
STEP = 30
JOB, INSTANCE = "mylittleprice_backend", "backend-1:7684"


def at(clock):
    hours, minutes = clock.split(":")
    return START + int(hours) * 3600 + int(minutes) * 60


# What goes wrong, from when to when.
RESTART = at("02:00")           # of the backend; logtally's own is another
OWN_RESTART = at("05:40")
ERROR_BURST = (at("04:00"), at("04:30"))
SLOW_DATABASE = (at("08:00"), at("09:15"))
AI_OUTAGE = (at("12:00"), at("12:30"))
TRAFFIC_STOP = (at("15:00"), at("15:30"))
STALLED_LOG = (at("18:00"), at("18:45"))
SCRAPE_DOWN = (at("20:00"), at("20:06"))
CLEANUP = at("03:00")

ENDPOINTS = [  # method, path, share, typical seconds, touches the database
    ("GET", "/api/products/search", 0.30, 0.08, True),
    ("POST", "/api/chat", 0.25, 0.30, True),
    ("GET", "/api/sessions/4f1c9a52-6c1e-4bb0-9d0e-0b5f8f3d2a11", 0.20, 0.03, True),
    ("GET", "/api/search-history/42", 0.10, 0.04, True),
    ("POST", "/api/auth/login", 0.05, 0.06, True),
    ("GET", "/health", 0.10, 0.002, False),
]


def during(t, window):
    return window[0] <= t < window[1]


def events(start=START, end=END, seed=1):
    """(time, fields) of every line, in order of time. fields None is a line of bare text."""
    rnd = random.Random(seed)
    found = []

    def say(t, msg, level="INFO", **fields):
        found.append((t, {"level": level, "msg": msg, **fields}))

    def duration(typical):
        return int(rnd.lognormvariate(math.log(typical), 0.5) * 1e9)

    def query(t, database, operation):
        slow = database == "postgresql" and during(t, SLOW_DATABASE) and rnd.random() < 0.95
        nanoseconds = int(rnd.uniform(0.8, 2.0) * 1e9) if slow else duration(0.006 if database == "postgresql" else 0.001)
        say(t, "db query", database=database, operation=operation, duration=nanoseconds, rows=1)

    def chat(t):
        broken = during(t, AI_OUTAGE) and rnd.random() < 0.9
        say(t, "websocket message", type="received", message_type="chat")
        if rnd.random() < 0.5:
            ok = rnd.random() > 0.01
            say(t, "⏱️ SERP response received" if ok else "❌ SERP API error", "INFO" if ok else "ERROR",
                duration_seconds=round(rnd.lognormvariate(0.2, 0.4), 3))
        seconds = round(rnd.uniform(8, 12) if broken else rnd.lognormvariate(0.4, 0.4), 3)
        ai = {"service": "gemini", "model": "gemini-2.0-flash", "duration_seconds": seconds}
        if broken:
            say(t, "ai request completed", **ai, status="error")
            say(t, "gemini processing error", "ERROR", error="503 overloaded")
        else:
            say(t, "ai request completed", **ai, status="success", input_tokens=rnd.randint(1000, 2000),
                output_tokens=rnd.randint(100, 300))
            say(t, "websocket message", type="sent", message_type="chat")
        say(t, "message processing completed", status="error" if broken else "success",
            duration_seconds=round(seconds + rnd.uniform(0.1, 1), 3))

    def request(t):
        method, path, _, typical, database = rnd.choices(ENDPOINTS, [e[2] for e in ENDPOINTS])[0]
        failing = 0.0002
        if during(t, ERROR_BURST):
            failing = 0.5 if path == "/api/products/search" else 0.1
        status = rnd.choice((500, 502, 503)) if rnd.random() < failing else 404 if rnd.random() < 0.02 else 200
        slow = database and during(t, SLOW_DATABASE) and rnd.random() < 0.95
        say(t, "http request", method=method, path=path, status=status,
            duration=int(rnd.uniform(2.6, 4.5) * 1e9) if slow else duration(typical))
        if database:
            query(t, "redis", "get")
            if rnd.random() < 0.4 or path == "/api/chat":
                query(t, "postgresql", "insert" if method == "POST" else "select")
        if path == "/api/chat" and status == 200:
            chat(t)

    t = start
    while t < end:
        t += rnd.expovariate(1 + 0.5 * math.sin(2 * math.pi * (t - START - 8 * 3600) / 86400))
        if t < end and not during(t, TRAFFIC_STOP) and not during(t, STALLED_LOG):
            request(t)
    connected = 0
    for t in range(start, end, STEP):
        if during(t, STALLED_LOG):
            continue
        if t == RESTART:
            say(t, "Starting MyLittlePrice Backend", version="1.0.0")
            connected = 0
        wave = 1 + 0.5 * math.sin(2 * math.pi * (t - START - 8 * 3600) / 86400)
        say(t + 0.1, "redis pool stats", active=round(8 * wave), idle=20 - round(8 * wave), total=20, timeouts=0)
        say(t + 0.2, "active sessions", count=round(120 * wave))
        wanted = round(40 * wave) + rnd.randint(-3, 3)
        while connected != wanted:
            say(t + 0.3, f"🔌 Client {'connected' if connected < wanted else 'disconnected'}: {rnd.getrandbits(64):x}")
            connected += 1 if connected < wanted else -1
        found.append((t + 0.4, None))
    if start <= CLEANUP < end:
        say(CLEANUP, "cleanup job completed", duration=1500000000, records_deleted=42)
    found.sort(key=lambda event: event[0])
    return found


def line(t, fields):
    if fields is None:
        return "🔍 Searching products with embedding cache"
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + f".{int(t % 1 * 1e9):09d}Z"
    return json.dumps({"time": stamp, **fields}, ensure_ascii=False, separators=(",", ":"))


def write_log(path, found):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(line(t, fields) + "\n" for t, fields in found)


# ---- what the rules derive, counted a second time ----

HTTP = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
AI = (0.1, 0.5, 1, 2, 5, 10, 30)
MESSAGE = AI + (60,)
JOBS = (1, 5, 10, 30, 60, 120)


def label_text(labels, **more):
    return "{" + ",".join(f'{k}="{v}"' for k, v in {"job": JOB, "instance": INSTANCE, **labels, **more}.items()) + "}"


class Registry:
    def __init__(self):
        self.values = defaultdict(float)
        self.histograms = {}
        self.gauges = {}

    def add(self, name, value=1, **labels):
        self.values[name + label_text(labels)] += value

    def observe(self, name, value, bounds, **labels):
        key = (name, tuple(labels.items()))
        if key not in self.histograms:
            keys = [f"{name}_bucket" + label_text(labels, le=le) for le in [repr(float(b)) for b in bounds] + ["+Inf"]]
            self.histograms[key] = (bounds, [0] * (len(bounds) + 1), keys,
                                    [f"{name}_count" + label_text(labels), f"{name}_sum" + label_text(labels)], [0, 0.0])
        bounds, counts, _, _, total = self.histograms[key]
        counts[bisect.bisect_left(bounds, value)] += 1
        total[0] += 1
        total[1] += value

    def write(self, out, t):
        for key, value in self.values.items():
            out.write(f"{key} {value:.15g} {t}\n")
        for key, value in self.gauges.items():
            out.write(f"{key} {value} {t}\n")
        for _, counts, keys, (count, total), values in self.histograms.values():
            sofar = 0
            for key, n in zip(keys, counts):
                sofar += n
                out.write(f"{key} {sofar} {t}\n")
            out.write(f"{count} {values[0]} {t}\n{total} {values[1]:.9g} {t}\n")


def initial():
    """Label sets that the rules export at 0 from the start, so that increase() sees the first event."""
    r = Registry()
    for status in ("success", "error"):
        r.add("messages_processed_total", 0, status=status)
        for model in ("google_shopping", "google_immersive_product"):
            r.add("ai_requests_total", 0, service="serp", model=model, status=status)
    for kind in ("sent", "received"):
        r.add("websocket_messages_total", 0, type=kind)
    for kind, source in (("ai", "gemini"), ("ai", "serp"), ("database", "session")):
        r.add("errors_total", 0, type=kind, source=source)
    r.add("backend_starts_total", 0)
    r.add("cleanup_job_runs_total", 0)
    r.add("cleanup_job_records_deleted_total", 0)
    r.observe("cleanup_job_duration_seconds", 0, JOBS)
    bounds, counts, _, _, total = r.histograms[("cleanup_job_duration_seconds", ())]
    counts[0] = total[0] = 0
    r.gauges["websocket_connections_active" + label_text({})] = 0
    return r


def route(path):
    return "/".join(":id" if p.isdigit() or (len(p) == 36 and p.count("-") == 4) else p for p in path.split("/"))


def count(r, t, f):
    msg = f["msg"]
    if msg == "http request":
        labels = {"method": f["method"], "endpoint": "unmatched" if f["status"] in (404, 405) else route(f["path"])}
        r.add("http_requests_total", **labels, status=f["status"])
        r.observe("http_request_duration_seconds", f["duration"] / 1e9, HTTP, **labels)
    elif msg == "db query":
        labels = {"database": f["database"], "operation": f["operation"]}
        r.add("db_queries_total", **labels)
        r.observe("db_query_duration_seconds", f["duration"] / 1e9, HTTP, **labels)
    elif msg == "ai request completed" or "SERP" in msg:
        serp = "SERP" in msg
        labels = {"service": "serp", "model": "google_shopping"} if serp else {"service": f["service"], "model": f["model"]}
        status = ("success" if "received" in msg else "error") if serp else f["status"]
        r.add("ai_requests_total", **labels, status=status)
        r.observe("ai_request_duration_seconds", f["duration_seconds"], AI, **labels)
        if "input_tokens" in f:
            r.add("ai_tokens_used_total", f["input_tokens"], **labels, type="input")
            r.add("ai_tokens_used_total", f["output_tokens"], **labels, type="output")
    elif msg == "websocket message":
        r.add("websocket_messages_total", type=f["type"])
    elif msg == "message processing completed":
        r.add("messages_processed_total", status=f["status"])
        r.observe("message_processing_duration_seconds", f["duration_seconds"], MESSAGE)
    elif msg == "redis pool stats":
        r.gauges["redis_connection_pool_active" + label_text({})] = f["active"]
        r.gauges["redis_connection_pool_idle" + label_text({})] = f["idle"]
    elif msg == "active sessions":
        r.gauges["active_sessions_total" + label_text({})] = f["count"]
    elif msg.startswith("🔌") or msg.startswith("Starting"):
        r.add("backend_starts_total", msg.startswith("Starting"))
        key = "websocket_connections_active" + label_text({})
        r.gauges[key] = 0 if msg.startswith("S") else r.gauges[key] + (1 if " connected" in msg else -1)
    elif msg == "cleanup job completed":
        r.gauges["cleanup_job_last_success_timestamp_seconds" + label_text({})] = t
        r.add("cleanup_job_runs_total")
        r.add("cleanup_job_records_deleted_total", f["records_deleted"])
        r.observe("cleanup_job_duration_seconds", f["duration"] / 1e9, JOBS)
    if f["level"] == "ERROR":
        r.add("errors_total", type="ai", source="serp" if "SERP" in msg else "gemini")


def app_samples(path, found, start=START, end=END):
    r, i = initial(), 0
    with open(path, "w", encoding="utf-8") as out:
        for t in range(start, end + 1, STEP):
            while i < len(found) and found[i][0] <= t:
                if found[i][1] is not None:
                    count(r, *found[i])
                i += 1
            r.write(out, t)
        out.write("# EOF\n")
    return r


def own_samples(path, found, start=START, end=END, down=SCRAPE_DOWN):
    """What logtally says of itself, and Prometheus of the scrape."""
    lines = {"json": 0, "text": 0, "undecodable": 0, "too_long": 0}
    i, size, last = 0, 0, start
    cpu = 0.0
    events_hit = defaultdict(int)
    with open(path, "w", encoding="utf-8") as out:
        def put(t, name, value, **labels):
            out.write(f"{name}{label_text(labels)} {value} {t}\n")
        for t in range(start, end + 1, STEP):
            while i < len(found) and found[i][0] <= t:
                last, fields = found[i]
                lines["json" if fields else "text"] += 1
                size += 180 if fields else 44
                if fields:
                    events_hit[fields["msg"].split(":")[0].replace(" ", "_")] += 1
                i += 1
            is_down = during(t, down)
            cpu += 0.01
            put(t, "up", 0 if is_down else 1)
            put(t, "scrape_duration_seconds", 0.004)
            put(t, "scrape_samples_scraped", 0 if is_down else 420)
            if is_down:
                continue
            for decoded, n in lines.items():
                put(t, "logtally_log_lines_total", n, log="backend", decoded=decoded)
            put(t, "logtally_log_lines_matched_total", sum(events_hit.values()), log="backend")
            put(t, "logtally_log_bytes_total", size, log="backend")
            for event in ("http_request", "db_query", "ai_request_completed", "active_sessions", "websocket_message"):
                put(t, "logtally_event_hits_total", events_hit[event], event=event)
            put(t, "logtally_rule_skipped_total", 2 * events_hit["gemini_processing_error"], metric="ai_tokens_used_total",
                event="ai_request", reason="missing")
            put(t, "logtally_rule_skipped_total", 0, metric="ai_request_duration_seconds", event="ai_request", reason="missing")
            for metric, label in (("http_requests_total", "endpoint"), ("errors_total", "source")):
                put(t, "logtally_series_folded_total", 0, metric=metric, label=label)
            for metric, n in (("http_requests_total", 24), ("http_request_duration_seconds", 84), ("errors_total", 12)):
                put(t, "logtally_series", n, metric=metric)
            for name in ("rotated", "truncated", "vanished"):
                put(t, f"logtally_files_{name}_total", 1 if name == "rotated" and t >= RESTART else 0, log="backend")
            put(t, "logtally_lost_bytes_total", 0, log="backend", reason="deleted")
            put(t, "logtally_read_errors_total", 0, log="backend")
            put(t, "logtally_files", 1, log="backend")
            put(t, "logtally_files_open", 1, log="backend")
            put(t, "logtally_lag_bytes", 0, log="backend")
            put(t, "logtally_log_last_line_timestamp_seconds", round(last, 3), log="backend")
            put(t, "logtally_catching_up", 0)
            put(t, "logtally_checkpoint_timestamp_seconds", t - 3)
            put(t, "logtally_checkpoint_bytes", 65536)
            put(t, "logtally_checkpoint_duration_seconds", 0.003)
            put(t, "logtally_checkpoint_failures_total", 0)
            put(t, "logtally_config_last_reload_successful", 1)
            put(t, "logtally_http_requests_total", (t - start) // 10, path="/metrics", code="200")
            put(t, "logtally_http_requests_total", (t - start) // 60, path="/health", code="200")
            put(t, "logtally_build_info", 1, version="1.0.0", revision="test")
            put(t, "process_start_time_seconds", start if t < OWN_RESTART else OWN_RESTART)
            put(t, "process_cpu_seconds_total", round(cpu, 2))
            put(t, "process_resident_memory_bytes", 9000000)
            put(t, "process_open_fds", 14)
            put(t, "process_max_fds", 1024)
        out.write("# EOF\n")


if __name__ == "__main__":
    write_log(sys.argv[1], events())
