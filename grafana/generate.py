#!/usr/bin/env python3
"""Writes grafana/dashboards/*.json, the six dashboards of MyLittlePrice.

Run it after every change and commit the JSON with it; a test compares the two. `--check` only compares, exit 1 if
they differ. How a panel looks is decided in model.py, what it says here. In queries `@` stands for
job=~"$job",instance=~"$instance".
"""

import json
import pathlib
import sys

from model import (BLUE, GREEN, ORANGE, RED, YELLOW, Dashboard, bargauge, heatmap, link, quantiles, query, stat, steps,
                   table, timeseries, variable)

HERE = pathlib.Path(__file__).resolve().parent / "dashboards"
TIME = "${__url_time_range}"

HTTP_REQUESTS = "sum(rate(http_requests_total{@}[$__rate_interval]))"
HTTP_ERROR_RATIO = ('(sum(rate(http_requests_total{@,status=~"5.."}[$__rate_interval])) or 0 * ' + HTTP_REQUESTS
                    + ") / (" + HTTP_REQUESTS + " > 0)")
RATIO_LIMITS = steps(GREEN, (0.01, YELLOW), (0.05, RED))
LATENCY_LIMITS = steps(GREEN, (1, YELLOW), (2, RED))
TOKENS = "suffix: tok/min"
PER_MINUTE = "suffix: /min"


def p95(histogram, matchers="@", by=""):
    labels = f"{by}, le" if by else "le"
    return (f"histogram_quantile(0.95, sum by ({labels}) "
            f"(rate({histogram}_bucket{{{matchers}}}[$__rate_interval])))")


def failed_ratio(metric, matchers, by):
    """Share of what is not status=success, 0 where nothing ever failed."""
    total = f"sum by ({by}) (rate({metric}{{{matchers}}}[$__rate_interval]))"
    bad = f'sum by ({by}) (rate({metric}{{{matchers},status!="success"}}[$__rate_interval]))'
    return f"({bad} or 0 * {total}) / ({total} > 0)"


def overview():
    d = Dashboard("mlp-overview", "MyLittlePrice / Overview",
                  "Is everything all right? One screen; every number leads to the dashboard that explains it.",
                  "http_requests_total")
    d.add(
        stat("Requests", "HTTP requests per second, all endpoints.", HTTP_REQUESTS, "reqps", decimals=2,
             links=[link("HTTP Performance", f"/d/mlp-http?{TIME}")]),
        stat("Errors", "Share of HTTP requests answered 5xx. Red from 5 %, where HttpErrorRatioHigh begins.",
             HTTP_ERROR_RATIO, "percentunit", RATIO_LIMITS, decimals=2,
             links=[link("HTTP Performance", f"/d/mlp-http?{TIME}")]),
        stat("P95 latency", "95 % of the HTTP requests are faster. Red from 2 s, where HttpLatencyP95High begins.",
             p95("http_request_duration_seconds"), "s", LATENCY_LIMITS,
             links=[link("HTTP Performance", f"/d/mlp-http?{TIME}")]),
        stat("WebSocket connections", "Open WebSocket connections, all instances.",
             "sum(websocket_connections_active{@})", "short",
             links=[link("Sessions & Messages", f"/d/mlp-sessions?{TIME}")]),
        stat("Active sessions", "Chat sessions now active, all instances.", "sum(active_sessions_total{@})", "short",
             links=[link("Sessions & Messages", f"/d/mlp-sessions?{TIME}")]),
        stat("Firing alerts", "Warnings and pages that fire now for the chosen jobs.",
             'count(ALERTS{alertstate="firing",severity=~"warning|critical",job=~"$job"}) or vector(0)', "short",
             steps(GREEN, (1, ORANGE), (3, RED))),
        stat("Availability budget left", "Error budget of the last 30 days: 99.9 % of requests without 5xx. "
             "At 0 the objective is missed.",
             'min(slo:error_budget_remaining:ratio{job=~"$job",slo="http-availability"})', "percentunit",
             steps(RED, (0, ORANGE), (0.25, GREEN)), size=(6, 4), decimals=1),
        stat("Latency budget left", "Error budget of the last 30 days: 95 % of requests within 1 s.",
             'min(slo:error_budget_remaining:ratio{job=~"$job",slo="http-latency"})', "percentunit",
             steps(RED, (0, ORANGE), (0.25, GREEN)), size=(6, 4), decimals=1),
        stat("AI failures", "Share of requests to Gemini and SerpAPI that failed. Red from 10 %.",
             "max(" + failed_ratio("ai_requests_total", "@", "service") + ")", "percentunit",
             steps(GREEN, (0.05, YELLOW), (0.1, RED)), size=(6, 4), decimals=1,
             links=[link("AI Services", f"/d/mlp-ai?{TIME}")]),
        stat("Chat messages", "Messages processed per minute.",
             "sum(rate(messages_processed_total{@}[$__rate_interval])) * 60", PER_MINUTE, size=(6, 4), decimals=1,
             links=[link("Sessions & Messages", f"/d/mlp-sessions?{TIME}")]),
    )
    d.row("Traffic, errors, latency").add(
        timeseries("Requests by status class", "HTTP requests per second by the first digit of their status.",
                   query('sum by (class) (label_replace(rate(http_requests_total{@}[$__rate_interval]), '
                         '"class", "$1", "status", "(.).."))', "{{class}}xx"), "reqps", size=(8, 8), stacked=True),
        timeseries("Error ratio", "Share of HTTP requests answered 5xx; the line is the alert's limit.",
                   query(HTTP_ERROR_RATIO, "error ratio"), "percentunit", size=(8, 8), limit=0.05),
        timeseries("Latency", "HTTP latency: the median, and what the slowest twentieth and hundredth wait for.",
                   quantiles("http_request_duration_seconds"), "s", size=(8, 8)),
    )
    d.row("People, services, objectives").add(
        timeseries("Sessions and connections", "Active chat sessions and open WebSocket connections.",
                   [query("sum(active_sessions_total{@})", "sessions"),
                    query("sum(websocket_connections_active{@})", "connections")], "short", size=(8, 8)),
        timeseries("Errors by source", "Lines of level ERROR by what failed and where.",
                   query("sum by (type, source) (rate(errors_total{@}[$__rate_interval])) * 60", "{{type}}/{{source}}"),
                   PER_MINUTE, size=(8, 8), stacked=True),
        timeseries("Error budget burn rate", "How many times faster than allowed the 30-day budget burns, over an hour. "
                   "1 lasts exactly 30 days; 14.4 pages.",
                   [query('max(slo:sli_error:ratio_rate1h{job=~"$job",slo="http-availability"}) / 0.001', "availability"),
                    query('max(slo:sli_error:ratio_rate1h{job=~"$job",slo="http-latency"}) / 0.05', "latency")],
                   "suffix:x", size=(8, 8), limit=14.4),
        table("Firing alerts", "What fires now; docs/runbook.md has a chapter for each.",
              [("For", '(time() - ALERTS_FOR_STATE{severity=~"warning|critical",job=~"$job"}) '
                'and ignoring (alertstate) ALERTS{alertstate="firing",severity=~"warning|critical",job=~"$job"}', "s", None)],
              {"alertname": "Alert", "severity": "Severity", "job": "Job", "instance": "Instance"}, size=(24, 7)),
    )
    return d


def http():
    sel = '@,endpoint=~"$endpoint"'
    requests = f"rate(http_requests_total{{{sel}}}[$__rate_interval])"
    errors = f'rate(http_requests_total{{{sel},status=~"5.."}}[$__rate_interval])'
    ratio = f"(sum by (endpoint) ({errors}) or 0 * sum by (endpoint) ({requests})) / (sum by (endpoint) ({requests}) > 0)"
    here = [link("Only this endpoint", f"/d/mlp-http?{TIME}&var-endpoint=${{__field.labels.endpoint}}")]
    d = Dashboard("mlp-http", "MyLittlePrice / HTTP Performance", "HTTP by endpoint: rate, errors, duration.",
                  "http_requests_total",
                  [variable("endpoint", "Endpoint",
                            'label_values(http_requests_total{job=~"$job",instance=~"$instance"}, endpoint)')])
    d.add(
        stat("Requests", "Requests per second to the chosen endpoints.", f"sum({requests})", "reqps", size=(6, 4), decimals=2),
        stat("Errors", "Share answered 5xx.", f"(sum({errors}) or 0 * sum({requests})) / (sum({requests}) > 0)",
             "percentunit", RATIO_LIMITS, size=(6, 4), decimals=2),
        stat("P95 latency", "95 % of the requests are faster.", p95("http_request_duration_seconds", sel), "s",
             LATENCY_LIMITS, size=(6, 4)),
        stat("Within 1 s", "Share of requests answered within a second; the objective is 95 %.",
             f'sum(rate(http_request_duration_seconds_bucket{{{sel},le="1.0"}}[$__rate_interval])) / '
             f"(sum(rate(http_request_duration_seconds_count{{{sel}}}[$__rate_interval])) > 0)",
             "percentunit", steps(RED, (0.9, YELLOW), (0.95, GREEN)), size=(6, 4), decimals=1),
    )
    d.row("Rate").add(
        timeseries("Requests by endpoint", "Requests per second. IDs in paths are folded into :id.",
                   query(f"sum by (endpoint) ({requests})", "{{endpoint}}"), "reqps", table=True, links=here),
        timeseries("Requests by status", "Every status code, per second.",
                   query(f"sum by (status) ({requests})", "{{status}}"), "reqps", stacked=True, table=True),
    )
    d.row("Errors").add(
        timeseries("Error ratio by endpoint", "Share of 5xx per endpoint; from 20 % HttpEndpointErrorRatioHigh fires.",
                   query(ratio, "{{endpoint}}"), "percentunit", limit=0.2, table=True, links=here),
        bargauge("Status breakdown", "Requests of the chosen time range by status.",
                 f"sum by (status) (increase(http_requests_total{{{sel}}}[$__range]))", "{{status}}", "short"),
    )
    d.row("Duration").add(
        timeseries("Latency quantiles", "Median, P95 and P99 of the chosen endpoints; the line is the alert's limit.",
                   quantiles("http_request_duration_seconds", sel), "s", limit=2),
        heatmap("Latency distribution", "Requests per second by latency; a second band is a second population.",
                "http_request_duration_seconds", sel),
        timeseries("P95 by endpoint", "95 % of the requests to the endpoint are faster.",
                   query(p95("http_request_duration_seconds", sel, "endpoint"), "{{endpoint}}"), "s", table=True, links=here),
        bargauge("Slowest endpoints", "The ten with the highest P95 over the chosen range.",
                 "topk(10, histogram_quantile(0.95, sum by (endpoint, le) "
                 f"(rate(http_request_duration_seconds_bucket{{{sel}}}[$__range]))))", "{{endpoint}}", "s", LATENCY_LIMITS),
    )
    d.row("All endpoints").add(
        table("Endpoints", "Rate, errors and latency over the chosen time range, by method and endpoint.",
              [("Requests/s", f"sum by (method, endpoint) (rate(http_requests_total{{{sel}}}[$__range]))", "reqps", None),
               ("Errors", f'sum by (method, endpoint) (rate(http_requests_total{{{sel},status=~"5.."}}[$__range])) / '
                f"sum by (method, endpoint) (rate(http_requests_total{{{sel}}}[$__range]))", "percentunit", RATIO_LIMITS),
               ("P50", "histogram_quantile(0.5, sum by (method, endpoint, le) "
                f"(rate(http_request_duration_seconds_bucket{{{sel}}}[$__range])))", "s", None),
               ("P95", "histogram_quantile(0.95, sum by (method, endpoint, le) "
                f"(rate(http_request_duration_seconds_bucket{{{sel}}}[$__range])))", "s", LATENCY_LIMITS)],
              {"endpoint": "Endpoint", "method": "Method"},
              links=[link("Only this endpoint", f"/d/mlp-http?{TIME}&var-endpoint=${{__value.raw}}")]),
    )
    return d


def ai():
    sel = '@,service=~"$service"'
    d = Dashboard("mlp-ai", "MyLittlePrice / AI Services", "Gemini and SerpAPI: requests, tokens, latency, failures.",
                  "ai_requests_total",
                  [variable("service", "Service",
                            'label_values(ai_requests_total{job=~"$job",instance=~"$instance"}, service)')])

    def per_minute(service):
        return f'sum(rate(ai_requests_total{{@,service="{service}"}}[$__rate_interval])) * 60'

    d.add(
        stat("Gemini", "Requests to Gemini per minute.", per_minute("gemini"), PER_MINUTE, decimals=1),
        stat("SERP", "Requests to SerpAPI per minute.", per_minute("serp"), PER_MINUTE, decimals=1),
        stat("Tokens in", "Input tokens per minute.",
             f'sum(rate(ai_tokens_used_total{{{sel},type="input"}}[$__rate_interval])) * 60', TOKENS, decimals=0),
        stat("Tokens out", "Output tokens per minute.",
             f'sum(rate(ai_tokens_used_total{{{sel},type="output"}}[$__rate_interval])) * 60', TOKENS, decimals=0),
        stat("Failures", "Share of failed requests. Red from 10 %, where AiErrorRatioHigh begins.",
             "max(" + failed_ratio("ai_requests_total", sel, "service") + ")", "percentunit",
             steps(GREEN, (0.05, YELLOW), (0.1, RED)), decimals=1),
        stat("P95 latency", "95 % of the requests are faster.", p95("ai_request_duration_seconds", sel), "s",
             steps(GREEN, (5, YELLOW), (10, RED))),
    )
    d.row("Requests").add(
        timeseries("Requests per minute", "By service and model.",
                   query(f"sum by (service, model) (rate(ai_requests_total{{{sel}}}[$__rate_interval])) * 60",
                         "{{service}} {{model}}"), PER_MINUTE, stacked=True),
        timeseries("Error ratio", "Share of requests that failed, by service; from 10 % AiErrorRatioHigh fires.",
                   query(failed_ratio("ai_requests_total", sel, "service"), "{{service}}"), "percentunit", limit=0.1),
        timeseries("Requests by status", "Successful and failed requests per minute.",
                   query(f"sum by (service, status) (rate(ai_requests_total{{{sel}}}[$__rate_interval])) * 60",
                         "{{service}} {{status}}"), PER_MINUTE),
        bargauge("Requests in range", "Requests of the chosen time range by service, model and status.",
                 f"sum by (service, model, status) (increase(ai_requests_total{{{sel}}}[$__range]))",
                 "{{service}} {{model}} {{status}}", "short"),
    )
    d.row("Tokens").add(
        timeseries("Tokens per minute", "Input and output tokens; failed requests have none.",
                   query(f"sum by (type) (rate(ai_tokens_used_total{{{sel}}}[$__rate_interval])) * 60", "{{type}}"),
                   TOKENS, stacked=True),
        timeseries("Tokens per hour by model", "What the budget of AiTokenUsageHigh (3M an hour, all models) is compared with.",
                   query(f"sum by (service, model) (increase(ai_tokens_used_total{{{sel}}}[1h]))", "{{service}} {{model}}"),
                   "short", limit=3e6),
        timeseries("Tokens per request", "Input and output tokens of an average successful request.",
                   query(f"sum by (type) (rate(ai_tokens_used_total{{{sel}}}[$__rate_interval])) / ignoring (type) group_left () "
                         f'sum(rate(ai_requests_total{{{sel},service="gemini",status="success"}}[$__rate_interval]) > 0)',
                         "{{type}}"), "short"),
        bargauge("Tokens in range", "Tokens of the chosen time range.",
                 f"sum by (service, model, type) (increase(ai_tokens_used_total{{{sel}}}[$__range]))",
                 "{{service}} {{model}} {{type}}", "short"),
    )
    d.row("Latency").add(
        timeseries("P95 by service", "95 % of the requests are faster, failed ones included.",
                   query(p95("ai_request_duration_seconds", sel, "service"), "{{service}}"), "s"),
        heatmap("Latency distribution", "Requests per second by latency.", "ai_request_duration_seconds", sel),
    )
    return d


def database():
    sel = '@,database=~"$database"'
    d = Dashboard("mlp-database", "MyLittlePrice / Database", "PostgreSQL and Redis: queries, latency, connection pool.",
                  "db_queries_total",
                  [variable("database", "Database",
                            'label_values(db_queries_total{job=~"$job",instance=~"$instance"}, database)')])

    def rate(name):
        return f'sum(rate(db_queries_total{{@,database="{name}"}}[$__rate_interval]))'

    pool = "sum(redis_connection_pool_active{@}) / (sum(redis_connection_pool_active{@}) + sum(redis_connection_pool_idle{@}) > 0)"
    per_instance = ("sum by (instance) (redis_connection_pool_active{@}) / (sum by (instance) "
                    "(redis_connection_pool_active{@} + redis_connection_pool_idle{@}) > 0)")
    limits = steps(GREEN, (0.25, YELLOW), (0.5, RED))
    d.add(
        stat("PostgreSQL", "Queries to PostgreSQL per second.", rate("postgresql"), "ops", decimals=2),
        stat("Redis", "Commands to Redis per second.", rate("redis"), "ops", decimals=2),
        stat("PostgreSQL P95", "95 % of the queries are faster. Red from 500 ms, where DbQueryLatencyHigh begins.",
             p95("db_query_duration_seconds", '@,database="postgresql"'), "s", limits),
        stat("Redis P95", "95 % of the commands are faster.",
             p95("db_query_duration_seconds", '@,database="redis"'), "s", limits),
        stat("Redis pool in use", "Connections in use of all in the pool. Red from 90 %, where RedisPoolSaturated begins.",
             pool, "percentunit", steps(GREEN, (0.75, YELLOW), (0.9, RED)), decimals=0),
        stat("Database errors", "Lines of level ERROR of type database, per minute.",
             'sum(rate(errors_total{@,type="database"}[$__rate_interval])) * 60', PER_MINUTE,
             steps(GREEN, (1, ORANGE)), decimals=1),
    )
    d.row("Queries").add(
        timeseries("Query rate", "Queries per second by database.",
                   query(f"sum by (database) (rate(db_queries_total{{{sel}}}[$__rate_interval]))", "{{database}}"), "ops"),
        timeseries("Query rate by operation", "Queries per second by operation.",
                   query(f"sum by (database, operation) (rate(db_queries_total{{{sel}}}[$__rate_interval]))",
                         "{{database}} {{operation}}"), "ops", stacked=True, table=True),
    )
    d.row("Latency").add(
        timeseries("P95 by database", "95 % of the queries are faster; the line is the alert's limit.",
                   query(p95("db_query_duration_seconds", sel, "database"), "{{database}}"), "s", limit=0.5),
        timeseries("P95 by operation", "Which operation is slow.",
                   query(p95("db_query_duration_seconds", sel, "database, operation"), "{{database}} {{operation}}"), "s",
                   table=True),
        timeseries("Latency quantiles", "Median, P95 and P99 of the chosen databases.",
                   quantiles("db_query_duration_seconds", sel), "s"),
        heatmap("Latency distribution", "Queries per second by latency.", "db_query_duration_seconds", sel),
    )
    d.row("Redis pool").add(
        timeseries("Pool utilisation", "Share of the connections in use, by instance; the line is the alert's limit.",
                   query(per_instance, "{{instance}}"), "percentunit", limit=0.9, maximum=1),
        timeseries("Connections", "Connections in use and waiting.",
                   [query("sum(redis_connection_pool_active{@})", "active"),
                    query("sum(redis_connection_pool_idle{@})", "idle")], "short", stacked=True),
    )
    return d


def sessions():
    d = Dashboard("mlp-sessions", "MyLittlePrice / Sessions & Messages",
                  "Chat: sessions, messages, WebSocket, and the cleanup job.", "messages_processed_total")
    failed = failed_ratio("messages_processed_total", "@", "job")
    d.add(
        stat("Active sessions", "Chat sessions now active.", "sum(active_sessions_total{@})", "short"),
        stat("WebSocket connections", "Open WebSocket connections.", "sum(websocket_connections_active{@})", "short"),
        stat("Messages", "Messages processed per minute.",
             "sum(rate(messages_processed_total{@}[$__rate_interval])) * 60", PER_MINUTE, decimals=1),
        stat("Failed messages", "Share of messages that failed. Red from 5 %, where MessageProcessingFailing begins.",
             "max(" + failed + ")", "percentunit", RATIO_LIMITS, decimals=1),
        stat("P95 processing", "95 % of the messages are processed faster.",
             p95("message_processing_duration_seconds"), "s", steps(GREEN, (10, YELLOW), (30, RED))),
        stat("Cleanup runs in range", "Runs of the cleanup job in the chosen time range; one a day is normal.",
             "sum(increase(cleanup_job_runs_total{@}[$__range]))", "short", decimals=0, graph="none"),
    )
    d.row("Sessions").add(
        timeseries("Active sessions", "Chat sessions over time, by instance.",
                   query("sum by (instance) (active_sessions_total{@})", "{{instance}}"), "short", stacked=True),
        timeseries("WebSocket connections", "Open connections over time, by instance.",
                   query("sum by (instance) (websocket_connections_active{@})", "{{instance}}"), "short", stacked=True),
    )
    d.row("Messages").add(
        timeseries("Messages per minute", "Processed chat messages by outcome.",
                   query("sum by (status) (rate(messages_processed_total{@}[$__rate_interval])) * 60", "{{status}}"),
                   PER_MINUTE, stacked=True),
        timeseries("WebSocket messages per minute", "Frames sent and received.",
                   query("sum by (type) (rate(websocket_messages_total{@}[$__rate_interval])) * 60", "{{type}}"), PER_MINUTE),
        timeseries("Processing latency", "Median, P95 and P99 from message to answer.",
                   quantiles("message_processing_duration_seconds"), "s"),
        heatmap("Processing distribution", "Messages per second by processing time.", "message_processing_duration_seconds"),
    )
    d.row("Cleanup job").add(
        stat("Last success", "Time since the job last ended well; it runs daily. Red from 25 hours, where CleanupJobMissed begins.",
             "time() - max(cleanup_job_last_success_timestamp_seconds{@})", "s", steps(GREEN, (86700, YELLOW), (90000, RED)),
             size=(6, 8)),
        timeseries("Runs", "Runs of the job within each hour; none for 25 hours alarms (CleanupJobMissed).",
                   query("sum(increase(cleanup_job_runs_total{@}[1h]))", "runs"), "short", size=(6, 8)),
        timeseries("Records deleted", "Records deleted within each hour.",
                   query("sum(increase(cleanup_job_records_deleted_total{@}[1h]))", "records"), "short", size=(6, 8)),
        timeseries("Duration", "Average duration of the runs of the last day.",
                   query("sum(increase(cleanup_job_duration_seconds_sum{@}[1d])) / "
                         "(sum(increase(cleanup_job_duration_seconds_count{@}[1d])) > 0)", "average"), "s", size=(6, 8)),
    )
    return d


def logtally():
    state = [{"type": "value", "options": {"0": {"text": "DOWN", "color": RED}, "1": {"text": "UP", "color": GREEN}}}]
    reload = [{"type": "value", "options": {"0": {"text": "REFUSED", "color": RED}, "1": {"text": "OK", "color": GREEN}}}]
    d = Dashboard("mlp-logtally", "MyLittlePrice / logtally",
                  "The way from log to metric: is the log read, understood, and saved?", "logtally_build_info",
                  [variable("log", "Log",
                            'label_values(logtally_log_lines_total{job=~"$job",instance=~"$instance"}, log)')])
    log = '@,log=~"$log"'
    d.add(
        stat("Scrape", "Lowest `up` of the chosen instances.", "min(up{@})", "short", steps(RED, (1, GREEN)),
             mappings=state, graph="none"),
        stat("Configuration", "Did the last reload succeed everywhere?", "min(logtally_config_last_reload_successful{@})",
             "short", steps(RED, (1, GREEN)), mappings=reload, graph="none"),
        stat("Lines", "Lines read per second.", f"sum(rate(logtally_log_lines_total{{{log}}}[$__rate_interval]))",
             "suffix: lines/s", decimals=1),
        stat("Behind", "Bytes written to the logs and not yet read. LogExporterLagging begins at 50 MB.",
             f"sum(logtally_lag_bytes{{{log}}})", "bytes", steps(GREEN, (10e6, YELLOW), (50e6, RED))),
        stat("Newest line", "Age of the newest line of the quietest log. LogInputStalled begins at 15 minutes.",
             f"max(time() - logtally_log_last_line_timestamp_seconds{{{log}}})", "s", steps(GREEN, (300, YELLOW), (900, RED))),
        stat("Lost", "Bytes that were deleted or truncated unread in the chosen time range.",
             f"sum(increase(logtally_lost_bytes_total{{{log}}}[$__range])) or vector(0)", "bytes",
             steps(GREEN, (1, RED)), graph="none"),
    )
    d.row("Input").add(
        timeseries("Lines by decoding", "How lines were understood. Text is normal in the backend's log; a change of the mix is not.",
                   query(f"sum by (decoded) (rate(logtally_log_lines_total{{{log}}}[$__rate_interval]))", "{{decoded}}"),
                   "suffix: lines/s", stacked=True),
        timeseries("Share that feeds a metric", "Lines that matched at least one event. About half by nature; watch for a fall.",
                   query(f"sum by (log) (rate(logtally_log_lines_matched_total{{{log}}}[$__rate_interval])) / "
                         f"(sum by (log) (rate(logtally_log_lines_total{{{log}}}[$__rate_interval])) > 0)", "{{log}}"),
                   "percentunit", maximum=1),
        timeseries("Bytes read", "Bytes read per second, by log.",
                   query(f"sum by (instance, log) (rate(logtally_log_bytes_total{{{log}}}[$__rate_interval]))",
                         "{{instance}} {{log}}"), "Bps"),
        timeseries("Behind", "Bytes not yet read, by log.",
                   query(f"sum by (instance, log) (logtally_lag_bytes{{{log}}})", "{{instance}} {{log}}"), "bytes"),
        timeseries("Age of the newest line", "Seconds since the last line, by log; the line is the alert's limit.",
                   query(f"time() - max by (instance, log) (logtally_log_last_line_timestamp_seconds{{{log}}})",
                         "{{instance}} {{log}}"), "s", limit=900),
        timeseries("Files", "Files followed, and files open now.",
                   [query(f"sum(logtally_files{{{log}}})", "followed"),
                    query(f"sum(logtally_files_open{{{log}}})", "open")], "short"),
        timeseries("Rotations and trouble", "Events within the last hour: rotations are normal, the rest is not.",
                   [query(f"sum(increase(logtally_files_rotated_total{{{log}}}[1h]))", "rotated"),
                    query(f"sum(increase(logtally_files_truncated_total{{{log}}}[1h]))", "truncated"),
                    query(f"sum(increase(logtally_files_vanished_total{{{log}}}[1h]))", "vanished"),
                    query(f"sum(increase(logtally_read_errors_total{{{log}}}[1h]))", "read error")], "short"),
    )
    d.row("Rules").add(
        timeseries("Hits by event", "Lines per second that an event matched; the ten busiest.",
                   query("topk(10, sum by (event) (rate(logtally_event_hits_total{@}[$__rate_interval])))", "{{event}}"),
                   "suffix: lines/s", table=True),
        timeseries("Skipped updates", "A matched line had no usable value for the metric.",
                   query("sum by (metric, reason) (rate(logtally_rule_skipped_total{@}[$__rate_interval])) * 60",
                         "{{metric}} {{reason}}"), PER_MINUTE, table=True),
        bargauge("Series by metric", "Label sets exposed now; the ten largest families.",
                 "topk(10, sum by (metric) (logtally_series{@}))", "{{metric}}", "short"),
        timeseries("Folded into other", "Updates whose label value was over the limit, per minute.",
                   query("sum by (metric, label) (rate(logtally_series_folded_total{@}[$__rate_interval])) * 60",
                         "{{metric}} {{label}}"), PER_MINUTE, table=True),
    )
    d.row("State and process", collapsed=True).add(
        timeseries("Checkpoint", "Time to save the state.",
                   query("max by (instance) (logtally_checkpoint_duration_seconds{@})", "{{instance}}"), "s", size=(8, 8)),
        timeseries("Age of the checkpoint", "Seconds since the last save. It grows while nothing changes, too.",
                   query("time() - max by (instance) (logtally_checkpoint_timestamp_seconds{@})", "{{instance}}"), "s",
                   size=(8, 8)),
        timeseries("Scrape duration", "Seen by Prometheus; the timeout is 10 s.",
                   query("max by (instance) (scrape_duration_seconds{@})", "{{instance}}"), "s", size=(8, 8)),
        timeseries("Memory", "Resident memory of logtally.",
                   query("sum by (instance) (process_resident_memory_bytes{@})", "{{instance}}"), "bytes", size=(8, 8)),
        timeseries("CPU", "Cores used.",
                   query("sum by (instance) (rate(process_cpu_seconds_total{@}[$__rate_interval]))", "{{instance}}"), "short",
                   size=(8, 8)),
        timeseries("File descriptors", "Open, as a share of the limit; the line is the alert's limit.",
                   query("max by (instance) (process_open_fds{@} / process_max_fds{@})", "{{instance}}"), "percentunit",
                   limit=0.8, size=(8, 8)),
        timeseries("HTTP answers", "What logtally served, by path and code.",
                   query("sum by (path, code) (rate(logtally_http_requests_total{@}[$__rate_interval]))", "{{path}} {{code}}"),
                   "reqps"),
        table("Versions", "Which build runs where.",
              [("Running", "max by (instance, version, revision) (logtally_build_info{@})", "short", None)],
              {"instance": "Instance", "version": "Version", "revision": "Revision"}, size=(12, 8)),
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
