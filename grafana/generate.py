#!/usr/bin/env python3
"""Writes grafana/dashboards/*.json, the six dashboards of MyLittlePrice.

Run it after every change and commit the JSON with it; a test compares the two. `--check` only compares, exit 1 if
they differ. How a panel looks is decided in model.py, what it says here. In queries `@` stands for
job=~"$job",instance=~"$instance". Where a panel draws the line of an alert, its query has the alert's window and not
Grafana's, so that the two cross in the same moment; the description names the alert.
"""

import json
import pathlib
import sys

from model import (BLUE, COUNT, GREEN, ORANGE, PURPLE, RANGE, RED, YELLOW, Dashboard, annotation, bargauge, bargauge_by,
                   grown, heatmap, link, mapping, mapping_from, override, quantile, quantiles, query, rate, ratio, stat, steps, table, ten,
                   ten_quantiles, ten_rates, timeseries, variable)

HERE = pathlib.Path(__file__).resolve().parent / "dashboards"
TIME = "${__url_time_range}"
ALERTED = "5m"                  # the window of the alerts of RED

FAILED = ',status!="success"'
RATIO_LIMITS = steps(GREEN, (0.01, YELLOW), (0.05, RED))
LATENCY_LIMITS = steps(GREEN, (1, YELLOW), (2, RED))
BUDGET_LIMITS = steps(RED, (0.001, ORANGE), (0.25, GREEN))
TOKENS = "suffix: tok/min"
PER_MINUTE = "suffix:/min"

DATABASES = {"postgresql": PURPLE, "redis": BLUE}
SERVICES = {"gemini": BLUE, "serp": ORANGE}
OUTCOMES = {"gemini success": GREEN, "serp success": BLUE, "gemini error": RED, "serp error": ORANGE}
TOKEN_TYPES = {"input": BLUE, "output": PURPLE}
WAYS = {"sent": BLUE, "received": PURPLE}
PEOPLE = {"sessions": BLUE, "connections": PURPLE}

# What fires: pages are those that somebody is woken for, since users are hurt or nobody can tell.
PAGES = 'severity="critical",area!="meta",job=~"$job"'
ALERTS = 'severity=~"warning|critical",job=~"$job"'


def firing(matchers):
    """Since when (as a time) each of these alerts has its reason."""
    return f'ALERTS_FOR_STATE{{{matchers}}} and ignoring (alertstate) ALERTS{{alertstate="firing",{matchers}}}'


def to_http():
    return [link("HTTP Performance", f"/d/mlp-http?{TIME}")]


def to_sessions():
    return [link("Sessions & Messages", f"/d/mlp-sessions?{TIME}")]


def board(uid, title, description, metric, variables=()):
    restarts = annotation("Restarts", grown("backend_starts_total{@}"), PURPLE, "Backend started", "{{instance}}")
    return Dashboard(uid, f"MyLittlePrice / {title}", description, metric, variables, [restarts])


def errors(sel="@", by="", window=ALERTED):
    return rate("http_requests_total", sel + ',status=~"5.."', by, window)


def requests(sel="@", by="", window=ALERTED):
    return rate("http_requests_total", sel, by, window)


def error_ratio(sel="@", by="", window=ALERTED):
    return ratio(errors(sel, by, window), requests(sel, by, window))


def failed_ratio(metric, sel="@", by="job"):
    return ratio(rate(metric, sel + FAILED, by, ALERTED), rate(metric, sel, by, ALERTED))


def budget(slo):
    """What is left of it, which is never less than nothing: how fast it burns is another panel's."""
    return f'clamp_min(min(slo:error_budget_remaining:ratio{{job=~"$job",slo="{slo}"}}), 0)'


def overview():
    d = board("mlp-overview", "Overview",
              "Are users hurt, since when, and where? Every number leads to the dashboard that explains it.",
              "http_requests_total")
    hurt = f'count(ALERTS{{alertstate="firing",{PAGES}}})'
    # The labels that say where; for what concerns all of a job, the job.
    where = ('label_replace(label_join(label_join({}, "where", " ", "endpoint", "service", "database", "source", "log", "slo", "instance"), '
             '"whole", ";", "where", "job"), "where", "$1", "whole", " *;(.*)")')
    severity = mapping(("critical", "page", RED), ("warning", "ticket", ORANGE))
    d.add(
        stat("Users hurt", "Pages that fire now: each means that a user is hurt, or that nobody can tell. Empty when Prometheus "
             "evaluates no alerts at all.", f'{hurt} or 0 * count(ALERTS{{alertname="Watchdog"}})', COUNT,
             steps(GREEN, (1, RED)), mappings=mapping((0, "NO", GREEN)) + mapping_from(1, "YES", RED), background=True, none="no alerts run"),
        stat("Since", "When the oldest page that fires now had its reason first.", f"1000 * min({firing(PAGES)})",
             "dateTimeAsIsoNoDateIfToday", steps(RED), none="–"),
        stat("Errors", "Share of HTTP requests answered 5xx. Red from 5 %, where HttpErrorRatioHigh begins.", error_ratio(),
             "percentunit", RATIO_LIMITS, decimals=2, links=to_http(), none="no requests"),
        table("Where", "What fires now, pages first; docs/runbook.md has a chapter for each.",
              [("Since", f"1000 * min by (severity, alertname, where) ({where.format(firing(ALERTS))})", "dateTimeAsIsoNoDateIfToday", None)],
              {"severity": "Kind", "alertname": "Alert", "where": "Where"}, none="None firing", width=12,
              overrides=[override("Kind", mappings=severity, custom__width=70, custom__cellOptions={"type": "color-text"}),
                         override("Alert", links=[link("Its rule, and the way to its chapter", "/alerting/list?search=rule:${__value.raw}")]),
                         override("Since", custom__width=100)],
              sort=[("Kind", False), ("Since", False)], order=["Kind", "Where", "Alert", "Since"]),
        stat("P95 latency", "95 % of the HTTP requests are faster. Red from 2 s, where HttpLatencyP95High begins.",
             quantile(0.95, "http_request_duration_seconds", window=ALERTED), "s", LATENCY_LIMITS, links=to_http(), none="no requests"),
        stat("Failed messages", "Share of chat messages that failed. Red from 5 %, where MessageProcessingFailing begins.",
             f"max({failed_ratio('messages_processed_total')})", "percentunit", RATIO_LIMITS, decimals=1, links=to_sessions(),
             none="no messages"),
        stat("AI failures", "Share of requests to Gemini or SerpAPI that failed, the worse of the two. Red from 10 %, where AiErrorRatioHigh "
             "begins.", f"max({failed_ratio('ai_requests_total', by='service')})", "percentunit",
             steps(GREEN, (0.05, YELLOW), (0.1, RED)), decimals=1, links=[link("AI Services", f"/d/mlp-ai?{TIME}")], none="no requests"),
        stat("Requests", "HTTP requests per second, all endpoints.", rate("http_requests_total"), "reqps", decimals=2, links=to_http()),
        stat("Active sessions", "Chat sessions now active, all instances.", "sum(active_sessions_total{@})", COUNT, links=to_sessions()),
        stat("WebSocket connections", "Open WebSocket connections, all instances.", "sum(websocket_connections_active{@})", COUNT,
             links=to_sessions()),
        stat("Availability budget left", "Error budget of the last 30 days: 99.9 % of requests without 5xx. "
             "At 0 the objective is missed.", budget("http-availability"), "percentunit", BUDGET_LIMITS, decimals=0, width=8,
             none="no history"),
        stat("Latency budget left", "Error budget of the last 30 days: 95 % of requests within 1 s.", budget("http-latency"), "percentunit",
             BUDGET_LIMITS, decimals=0, none="no history", width=8),
        stat("Message budget left", "Error budget of the last 30 days: 99 % of chat messages answered.", budget("messages"), "percentunit",
             BUDGET_LIMITS, decimals=0, none="no history", width=8),
    )
    d.row("Since when").add(
        timeseries("Requests by status class", "HTTP requests per second by the first digit of their status.",
                   query('sum by (class) (label_replace(rate(http_requests_total{@}[$__rate_interval]), '
                         '"class", "${1}xx", "status", "(.).."))', "{{class}}"), "reqps", width=8, stacked=True),
        timeseries("Error ratio", "Share of HTTP requests answered 5xx; the line is where HttpErrorRatioHigh begins.",
                   query(error_ratio(by="job"), "{{job}}"), "percentunit", width=8, limit=0.05),
        timeseries("Latency", "HTTP latency: the median, and what the slowest twentieth and hundredth wait for; the line is where "
                   "HttpLatencyP95High begins.", quantiles("http_request_duration_seconds", window=ALERTED), "s", width=8, limit=2),
    )
    d.row("Where").add(
        timeseries("Failed requests by endpoint", "HTTP requests answered 5xx, per minute: the ten endpoints with most of them.",
                   ten_rates("http_requests_total", "endpoint", '@,status=~"5.."', " * 60"), PER_MINUTE, stacked=True, table=True,
                   none="None failed"),
        timeseries("Errors by source", "Lines of level ERROR per minute, by what failed and where.",
                   ten_rates("errors_total", "type, source", factor=" * 60"), PER_MINUTE, stacked=True, table=True, none="No errors"),
    )
    d.row("People and objectives").add(
        timeseries("Sessions and connections", "Active chat sessions and open WebSocket connections.",
                   [query("sum(active_sessions_total{@})", "sessions"),
                    query("sum(websocket_connections_active{@})", "connections")], COUNT, colours=PEOPLE),
        timeseries("Error budget burn rate", "How many times faster than allowed the 30-day budget burns, over an hour: 1 lasts exactly 30 "
                   "days. The line is where HttpAvailabilityBudgetBurnFast, HttpLatencyBudgetBurnFast and MessageBudgetBurnFast page.",
                   [query('max(slo:sli_error:ratio_rate1h{job=~"$job",slo="http-availability"}) / 0.001', "availability"),
                    query('max(slo:sli_error:ratio_rate1h{job=~"$job",slo="http-latency"}) / 0.05', "latency"),
                    query('max(slo:sli_error:ratio_rate1h{job=~"$job",slo="messages"}) / 0.01', "messages")],
                   "suffix:x", limit=14.4),
    )
    return d


def http():
    sel = '@,endpoint=~"$endpoint"'
    here = [link("Only this endpoint", f"/d/mlp-http?{TIME}&var-endpoint=${{__field.labels.endpoint}}")]
    each = "method, endpoint"
    d = board("mlp-http", "HTTP Performance", "HTTP by endpoint: rate, errors, duration.", "http_requests_total",
              [variable("endpoint", "Endpoint", 'label_values(http_requests_total{job=~"$job",instance=~"$instance"}, endpoint)')])

    def over_range(metric, matchers):
        return f"sum by (endpoint) (rate({metric}{{{matchers}}}[{RANGE}] @ end()))"

    worst = ratio(over_range("http_requests_total", sel + ',status=~"5.."'), over_range("http_requests_total", sel))
    d.add(
        stat("Requests", "Requests per second to the chosen endpoints.", rate("http_requests_total", sel), "reqps", width=6, decimals=2),
        stat("Errors", "Share answered 5xx. Red from 5 %, where HttpErrorRatioHigh begins.", error_ratio(sel), "percentunit", RATIO_LIMITS,
             width=6, decimals=2, none="no requests"),
        stat("P95 latency", "95 % of the requests are faster. Red from 2 s, where HttpLatencyP95High begins.",
             quantile(0.95, "http_request_duration_seconds", sel, window=ALERTED), "s", LATENCY_LIMITS, width=6, none="no requests"),
        stat("Within 1 s", "Share of requests answered within a second; the objective is 95 %.",
             f'{rate("http_request_duration_seconds_bucket", sel + ",le=" + chr(34) + "1.0" + chr(34))} / '
             f'({rate("http_request_duration_seconds_count", sel)} > 0)',
             "percentunit", steps(RED, (0.9, YELLOW), (0.95, GREEN)), width=6, decimals=1, none="no requests"),
    )
    d.row("Rate").add(
        timeseries("Requests by endpoint", "Requests per second of the ten busiest endpoints. IDs in paths are folded into :id.",
                   ten_rates("http_requests_total", "endpoint", sel), "reqps", table=True, links=here),
        timeseries("Requests by status", "Every status code, per second.",
                   query(rate("http_requests_total", sel, "status"), "{{status}}"), "reqps", stacked=True, table=True),
    )
    d.row("Errors").add(
        timeseries("Error ratio by endpoint", "Share of 5xx of the ten endpoints where it is highest; the line is where "
                   "HttpEndpointErrorRatioHigh begins.",
                   ten("endpoint", worst, error_ratio(sel, "endpoint"),
                       lambda out: ratio(f"sum({out(errors(sel, 'endpoint'))})", f"sum({out(requests(sel, 'endpoint'))})"), "{{endpoint}}"),
                   "percentunit", limit=0.2, table=True, links=here),
        bargauge_by("status", "Status breakdown", "Requests of the chosen time range by status.",
                    f"round(sum by (status) (increase(http_requests_total{{{sel}}}[{RANGE}])))", "short"),
    )
    d.row("Duration").add(
        timeseries("Latency quantiles", "Median, P95 and P99 of the chosen endpoints; the line is where HttpLatencyP95High begins.",
                   quantiles("http_request_duration_seconds", sel, window=ALERTED), "s", limit=2),
        heatmap("Latency distribution", "Requests per second by latency; a second band is a second population.",
                "http_request_duration_seconds", sel),
        timeseries("P95 by endpoint", "95 % of the requests to the endpoint are faster; the ten slowest endpoints.",
                   ten_quantiles(0.95, "http_request_duration_seconds", "endpoint", sel), "s", table=True, links=here),
        bargauge("Slowest endpoints", "The ten with the highest P95 over the chosen range.",
                 f"topk(10, {quantile(0.95, 'http_request_duration_seconds', sel, 'endpoint', RANGE)})", "{{endpoint}}", "s", LATENCY_LIMITS),
    )
    d.row("All endpoints").add(
        table("Endpoints", "Rate, errors and latency over the chosen time range, by method and endpoint.",
              [("Requests/s", rate("http_requests_total", sel, each, RANGE), "reqps", None),
               ("Errors", error_ratio(sel, each, RANGE), "percentunit", RATIO_LIMITS),
               ("P50", quantile(0.5, "http_request_duration_seconds", sel, each, RANGE), "s", None),
               ("P95", quantile(0.95, "http_request_duration_seconds", sel, each, RANGE), "s", LATENCY_LIMITS)],
              {"endpoint": "Endpoint", "method": "Method"}, none="No requests",
              links=[link("Only this endpoint", f"/d/mlp-http?{TIME}&var-endpoint=${{__value.raw}}")]),
    )
    return d


def ai():
    sel = '@,service=~"$service"'
    d = board("mlp-ai", "AI Services", "Gemini and SerpAPI: requests, tokens, latency, failures.", "ai_requests_total",
              [variable("service", "Service", 'label_values(ai_requests_total{job=~"$job",instance=~"$instance"}, service)')])

    def per_minute(metric, matchers="@", by=""):
        return rate(metric, matchers, by) + " * 60"

    d.add(
        stat("Gemini", "Requests to Gemini per minute.", per_minute("ai_requests_total", '@,service="gemini"'), PER_MINUTE, decimals=1),
        stat("SERP", "Requests to SerpAPI per minute.", per_minute("ai_requests_total", '@,service="serp"'), PER_MINUTE, decimals=1),
        stat("Tokens in", "Input tokens per minute.", per_minute("ai_tokens_used_total", sel + ',type="input"'), TOKENS, decimals=0),
        stat("Tokens out", "Output tokens per minute.", per_minute("ai_tokens_used_total", sel + ',type="output"'), TOKENS, decimals=0),
        stat("Failures", "Share of failed requests, the worst service. Red from 10 %, where AiErrorRatioHigh begins.",
             f"max({failed_ratio('ai_requests_total', sel, 'service')})", "percentunit",
             steps(GREEN, (0.05, YELLOW), (0.1, RED)), decimals=1, none="no requests"),
        stat("P95 latency", "95 % of the requests are faster.", quantile(0.95, "ai_request_duration_seconds", sel), "s",
             steps(GREEN, (5, YELLOW), (10, RED)), none="no requests"),
    )
    d.row("Requests").add(
        timeseries("Requests per minute", "By service and model.",
                   query(per_minute("ai_requests_total", sel, "service, model"), "{{service}} {{model}}"), PER_MINUTE, stacked=True),
        timeseries("Error ratio", "Share of requests that failed, by service; the line is where AiErrorRatioHigh begins.",
                   query(failed_ratio("ai_requests_total", sel, "service"), "{{service}}"), "percentunit", limit=0.1, colours=SERVICES),
        timeseries("Requests by status", "Successful and failed requests per minute.",
                   query(per_minute("ai_requests_total", sel, "service, status"), "{{service}} {{status}}"), PER_MINUTE,
                   colours=OUTCOMES),
        bargauge("Requests in range", "Requests of the chosen time range by service, model and status.",
                 f"round(sum by (service, model, status) (increase(ai_requests_total{{{sel}}}[{RANGE}])))",
                 "{{service}} {{model}} {{status}}", "short"),
    )
    d.row("Tokens").add(
        timeseries("Tokens per minute", "Input and output tokens; failed requests have none.",
                   query(per_minute("ai_tokens_used_total", sel, "type"), "{{type}}"), TOKENS, stacked=True, colours=TOKEN_TYPES),
        timeseries("Tokens of the last hour", "Input and output, by service, at each moment those of the hour before it; the line is where "
                   "AiTokenUsageHigh begins.",
                   query(f"round(sum by (service) (increase(ai_tokens_used_total{{{sel}}}[1h])))", "{{service}}"), "short", limit=3e6,
                   colours=SERVICES),
        timeseries("Tokens per request", "Input and output tokens of an average successful request.",
                   query(f"round({rate('ai_tokens_used_total', sel, 'type')} / ignoring (type) group_left () "
                         f'''({rate("ai_requests_total", sel + ',service="gemini",status="success"')} > 0))''', "{{type}}"), COUNT,
                   colours=TOKEN_TYPES),
        bargauge("Tokens in range", "Tokens of the chosen time range.",
                 f"round(sum by (service, model, type) (increase(ai_tokens_used_total{{{sel}}}[{RANGE}])))",
                 "{{service}} {{model}} {{type}}", "short"),
    )
    d.row("Latency").add(
        timeseries("P95 by service", "95 % of the requests are faster, failed ones included.",
                   query(quantile(0.95, "ai_request_duration_seconds", sel, "service"), "{{service}}"), "s", colours=SERVICES),
        heatmap("Latency distribution", "Requests per second by latency.", "ai_request_duration_seconds", sel),
    )
    return d


def database():
    sel = '@,database=~"$database"'
    d = board("mlp-database", "Database", "PostgreSQL and Redis: queries, latency, connection pool.", "db_queries_total",
              [variable("database", "Database", 'label_values(db_queries_total{job=~"$job",instance=~"$instance"}, database)')])
    active, idle = "redis_connection_pool_active{@}", "redis_connection_pool_idle{@}"
    used = f"sum by (instance) ({active})"
    per_instance = f"min_over_time(({used} / ({used} + sum by (instance) ({idle}) > 0))[5m:30s])"
    limits = steps(GREEN, (0.25, YELLOW), (0.5, RED))
    d.add(
        stat("PostgreSQL", "Queries to PostgreSQL per second.", rate("db_queries_total", '@,database="postgresql"'), "ops", decimals=2),
        stat("Redis", "Commands to Redis per second.", rate("db_queries_total", '@,database="redis"'), "ops", decimals=2),
        stat("PostgreSQL P95", "95 % of the queries are faster. Red from 500 ms, where DbQueryLatencyHigh begins.",
             quantile(0.95, "db_query_duration_seconds", '@,database="postgresql"', window=ALERTED), "s", limits, none="no queries"),
        stat("Redis P95", "95 % of the commands are faster. Red from 500 ms, where DbQueryLatencyHigh begins.",
             quantile(0.95, "db_query_duration_seconds", '@,database="redis"', window=ALERTED), "s", limits, none="no queries"),
        stat("Redis pool in use", "Connections in use of all in the pool. Red from 90 %, where RedisPoolSaturated begins.",
             f"sum({active}) / (sum({active}) + sum({idle}) > 0)", "percentunit", steps(GREEN, (0.75, YELLOW), (0.9, RED)), decimals=0),
        stat("Database errors", "Lines of level ERROR of type database, per minute.",
             f"""{rate("errors_total", '@,type="database"')} * 60 or vector(0)""", PER_MINUTE, steps(GREEN, (1, ORANGE)), decimals=1),
    )
    d.row("Queries").add(
        timeseries("Query rate", "Queries per second by database.",
                   query(rate("db_queries_total", sel, "database"), "{{database}}"), "ops", colours=DATABASES),
        timeseries("Query rate by operation", "Queries per second by operation.",
                   query(rate("db_queries_total", sel, "database, operation"), "{{database}} {{operation}}"), "ops", stacked=True,
                   table=True),
    )
    d.row("Latency").add(
        timeseries("P95 by database", "95 % of the queries are faster; the line is where DbQueryLatencyHigh begins.",
                   query(quantile(0.95, "db_query_duration_seconds", sel, "database", ALERTED), "{{database}}"), "s", limit=0.5,
                   colours=DATABASES),
        timeseries("P95 by operation", "Which operation is slow.",
                   query(quantile(0.95, "db_query_duration_seconds", sel, "database, operation"), "{{database}} {{operation}}"), "s",
                   table=True),
        timeseries("Latency quantiles", "Median, P95 and P99 of the chosen databases.",
                   quantiles("db_query_duration_seconds", sel), "s"),
        heatmap("Latency distribution", "Queries per second by latency.", "db_query_duration_seconds", sel),
    )
    d.row("Redis pool").add(
        timeseries("Pool utilisation", "Share of the connections in use, by instance, at the least of five minutes; the line is where "
                   "RedisPoolSaturated begins.",
                   query(per_instance, "{{instance}}"), "percentunit", limit=0.9, maximum=1),
        timeseries("Connections", "Connections in use and waiting.",
                   [query(f"sum({active})", "active"), query(f"sum({idle})", "idle")], COUNT, stacked=True,
                   colours={"active": YELLOW, "idle": GREEN}),
    )
    return d


def sessions():
    d = board("mlp-sessions", "Sessions & Messages", "Chat: sessions, messages, WebSocket, and the cleanup job.",
              "messages_processed_total")
    d.add(
        stat("Active sessions", "Chat sessions now active.", "sum(active_sessions_total{@})", COUNT),
        stat("WebSocket connections", "Open WebSocket connections.", "sum(websocket_connections_active{@})", COUNT),
        stat("Messages", "Messages processed per minute.", rate("messages_processed_total") + " * 60", PER_MINUTE, decimals=1),
        stat("Failed messages", "Share of messages that failed. Red from 5 %, where MessageProcessingFailing begins.",
             f"max({failed_ratio('messages_processed_total')})", "percentunit", RATIO_LIMITS, decimals=1, none="no messages"),
        stat("P95 processing", "95 % of the messages are processed faster.",
             quantile(0.95, "message_processing_duration_seconds"), "s", steps(GREEN, (10, YELLOW), (30, RED)), none="no messages"),
        stat("Message budget left", "Error budget of the last 30 days: 99 % of chat messages answered.", budget("messages"), "percentunit",
             BUDGET_LIMITS, decimals=0, none="no history"),
    )
    d.row("Sessions").add(
        timeseries("Active sessions", "Chat sessions over time, by instance.",
                   query("sum by (instance) (active_sessions_total{@})", "{{instance}}"), COUNT, stacked=True),
        timeseries("WebSocket connections", "Open connections over time, by instance.",
                   query("sum by (instance) (websocket_connections_active{@})", "{{instance}}"), COUNT, stacked=True),
    )
    d.row("Messages").add(
        timeseries("Messages per minute", "Processed chat messages by outcome.",
                   query(rate("messages_processed_total", by="status") + " * 60", "{{status}}"), PER_MINUTE, stacked=True),
        timeseries("WebSocket messages per minute", "Frames sent and received.",
                   query(rate("websocket_messages_total", by="type") + " * 60", "{{type}}"), PER_MINUTE, colours=WAYS),
        timeseries("Processing latency", "Median, P95 and P99 from message to answer.",
                   quantiles("message_processing_duration_seconds"), "s"),
        heatmap("Processing distribution", "Messages per second by processing time.", "message_processing_duration_seconds"),
    )
    d.row("Cleanup job").add(
        stat("Last success", "Time since the job last ended well; it runs daily. Red from 25 hours, where CleanupJobMissed begins.",
             "time() - max(cleanup_job_last_success_timestamp_seconds{@})", "s", steps(GREEN, (86700, YELLOW), (90000, RED)), width=6),
        timeseries("Runs", "Runs of the job within each hour; none for 25 hours alarms (CleanupJobMissed).",
                   query("round(sum(increase(cleanup_job_runs_total{@}[1h])))", "runs"), COUNT, width=6),
        timeseries("Records deleted", "Records deleted within each hour.",
                   query("round(sum(increase(cleanup_job_records_deleted_total{@}[1h])))", "records"), COUNT, width=6),
        timeseries("Duration", "Average duration of the runs of the last day.",
                   query("sum(increase(cleanup_job_duration_seconds_sum{@}[1d])) / "
                         "(sum(increase(cleanup_job_duration_seconds_count{@}[1d])) > 0)", "average"), "s", width=6),
        stat("Cleanup runs in range", "Runs of the cleanup job in the chosen time range; one a day is normal.",
             f"round(sum(increase(cleanup_job_runs_total{{@}}[{RANGE}])))", COUNT, width=6),
        stat("Records deleted in range", "Records that the cleanup job deleted in the chosen time range.",
             f"round(sum(increase(cleanup_job_records_deleted_total{{@}}[{RANGE}])))", COUNT, width=6),
    )
    return d


def logtally():
    d = board("mlp-logtally", "logtally", "The way from log to metric: is the log read, understood, and saved?",
              "logtally_build_info",
              [variable("log", "Log", 'label_values(logtally_log_lines_total{job=~"$job",instance=~"$instance"}, log)')])
    log = '@,log=~"$log"'

    def within_hour(metric):
        return f"round(sum(increase({metric}{{{log}}}[1h]))) or vector(0)"

    d.add(
        stat("Scrape", "Lowest `up` of the chosen instances.", "min(up{@})", "short", steps(RED, (1, GREEN)),
             mappings=mapping((0, "DOWN", RED), (1, "UP", GREEN))),
        stat("Configuration", "Did the last reload succeed everywhere?", "min(logtally_config_last_reload_successful{@})",
             "short", steps(RED, (1, GREEN)), mappings=mapping((0, "REFUSED", RED), (1, "OK", GREEN))),
        stat("Lines", "Lines read per second.", rate("logtally_log_lines_total", log), "suffix: lines/s", decimals=1),
        stat("Behind", "Bytes written to the logs and not yet read. LogExporterLagging begins at 50 MB.",
             f"sum(logtally_lag_bytes{{{log}}})", "bytes", steps(GREEN, (10e6, YELLOW), (50e6, RED))),
        stat("Newest line", "Age of the newest line of the quietest log. LogInputStalled begins at 15 minutes.",
             f"max(time() - logtally_log_last_line_timestamp_seconds{{{log}}})", "s", steps(GREEN, (300, YELLOW), (900, RED))),
        stat("Lost", "Bytes that were deleted or truncated unread in the chosen time range.",
             f"sum(increase(logtally_lost_bytes_total{{{log}}}[{RANGE}])) or vector(0)", "bytes",
             steps(GREEN, (1, RED))),
    )
    d.row("Input").add(
        timeseries("Lines by decoding", "How lines were understood. Text is normal in the backend's log; a change of the mix is not.",
                   query(rate("logtally_log_lines_total", log, "decoded"), "{{decoded}}"), "suffix: lines/s", stacked=True),
        timeseries("Share that feeds a metric", "Lines that matched at least one event. About half by nature; watch for a fall.",
                   query(f"{rate('logtally_log_lines_matched_total', log, 'log')} / ({rate('logtally_log_lines_total', log, 'log')} > 0)",
                         "{{log}}"), "percentunit", maximum=1),
        timeseries("Bytes read", "Bytes read per second, by log.",
                   query(rate("logtally_log_bytes_total", log, "instance, log"), "{{instance}} {{log}}"), "Bps", width=8),
        timeseries("Behind", "Bytes not yet read, by log.",
                   query(f"sum by (instance, log) (logtally_lag_bytes{{{log}}})", "{{instance}} {{log}}"), "bytes", width=8),
        timeseries("Age of the newest line", "Minutes since the last line, by log; the line is where LogInputStalled begins.",
                   query(f"(time() - max by (instance, log) (max_over_time(logtally_log_last_line_timestamp_seconds{{{log}}}[5m]))) / 60",
                         "{{instance}} {{log}}"), "m", limit=15, width=8),
        timeseries("Files", "Files followed, and files open now.",
                   [query(f"sum(logtally_files{{{log}}})", "followed"),
                    query(f"sum(logtally_files_open{{{log}}})", "open")], COUNT),
        timeseries("Rotations and trouble", "Events within the last hour: rotations are normal, the rest is not.",
                   [query(within_hour("logtally_files_rotated_total"), "rotated"),
                    query(within_hour("logtally_files_truncated_total"), "truncated"),
                    query(within_hour("logtally_files_vanished_total"), "vanished"),
                    query(within_hour("logtally_read_errors_total"), "read error")], COUNT,
                   colours={"rotated": GREEN, "truncated": YELLOW, "vanished": ORANGE, "read error": RED}),
    )
    d.row("Rules").add(
        timeseries("Hits by event", "Lines per second that an event matched; the ten busiest.",
                   ten_rates("logtally_event_hits_total", "event"), "suffix: lines/s", table=True),
        timeseries("Skipped updates", "Updates per minute that a matched line did not make, having no usable value for the metric.",
                   ten_rates("logtally_rule_skipped_total", "metric, reason", factor=" * 60"), PER_MINUTE, table=True, none="None skipped"),
        bargauge("Series by metric", "Label sets exposed now; the ten largest families.",
                 "topk(10, sum by (metric) (logtally_series{@}))", "{{metric}}", COUNT),
        timeseries("Folded into other", "Updates whose label value was over the limit, per minute.",
                   ten_rates("logtally_series_folded_total", "metric, label", factor=" * 60"), PER_MINUTE, table=True, none="None folded"),
    )
    d.row("State and process", collapsed=True).add(
        timeseries("Checkpoint", "Time to save the state.",
                   query("max by (instance) (logtally_checkpoint_duration_seconds{@})", "{{instance}}"), "s", width=8),
        timeseries("Age of the checkpoint", "Minutes since the last save. It grows while nothing changes, too.",
                   query("(time() - max by (instance) (logtally_checkpoint_timestamp_seconds{@})) / 60", "{{instance}}"), "m", width=8),
        timeseries("Scrape duration", "Seen by Prometheus; the timeout is 10 s.",
                   query("max by (instance) (scrape_duration_seconds{@})", "{{instance}}"), "s", width=8),
        timeseries("Memory", "Resident memory of logtally.",
                   query("sum by (instance) (process_resident_memory_bytes{@})", "{{instance}}"), "bytes", width=8),
        timeseries("CPU", "Time used, as a share of one core.", query(rate("process_cpu_seconds_total", by="instance"), "{{instance}}"),
                   "percentunit", width=8),
        timeseries("File descriptors", "Open, as a share of the limit; the line is where FileDescriptorsNearLimit begins.",
                   query("max by (instance) (max_over_time(process_open_fds{@}[5m]) / max_over_time(process_max_fds{@}[5m]))",
                         "{{instance}}"), "percentunit", limit=0.8, width=8),
        timeseries("HTTP answers", "What logtally served, by path and code.", ten_rates("logtally_http_requests_total", "path, code"),
                   "reqps", table=True),
        table("Versions", "Which build runs where.",
              [("Running", "max by (instance, version, revision) (logtally_build_info{@})", COUNT, None)],
              {"instance": "Instance", "version": "Version", "revision": "Revision"}, none="Nothing is scraped", width=12),
    )
    return d


DASHBOARDS = {
    "overview": overview, "http": http, "ai": ai, "database": database, "sessions": sessions, "logtally": logtally,
}


def main():
    check = "--check" in sys.argv[1:]
    stale = []
    for name, build in DASHBOARDS.items():
        path = HERE / f"{name}.json"
        text = json.dumps(build().json(), indent=2, ensure_ascii=False) + "\n"
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.exit(f"grafana/dashboards/{', '.join(stale)}: not what generate.py gives; run grafana/generate.py")


if __name__ == "__main__":
    main()
