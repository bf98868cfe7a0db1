#!/usr/bin/env python3
"""Writes rules/slo.yml: the service level objectives and their burn-rate alerts; with --tests the unit tests of every
limit in them, tests/slo_limits_test.yml, with --edges those of every window and number, tests/slo_edges_test.yml (slo_edges.py).

Seven windows times three objectives is too much to keep right by hand, so the table below is the source, and slo_model.py
says what becomes of it:
`prometheus/gen_slo.py > prometheus/rules/slo.yml`, and likewise for the tests;
tests/stack/run.sh fails when they differ.
"""

import sys
from pathlib import Path

import slo_edges
import slo_model

RUNBOOK = Path(__file__).with_name("runbook_url").read_text(encoding="utf-8").strip()

SLOS = [
    {
        "slo": "http-availability",
        "alert": "HttpAvailabilityBudgetBurn",
        "objective": 0.999,
        "what": "99.9 % of HTTP requests in 30 days are answered without 5xx",
        "metric": "http_requests_total",
        "bad": 'status=~"5.."',
        "examples": ('status="200"', 'status="500"'),
        "min_rate": 0.1,
        "dashboard": "/d/mlp-http",
        "area": "http",
    },
    {
        "slo": "http-latency",
        "alert": "HttpLatencyBudgetBurn",
        "objective": 0.95,
        "what": "95 % of HTTP requests in 30 days are answered within 1 s",
        "metric": "http_request_duration_seconds",
        "le": "1.0",
        "min_rate": 0.1,
        "dashboard": "/d/mlp-http",
        "area": "http",
    },
    {
        "slo": "messages",
        "alert": "MessageBudgetBurn",
        "objective": 0.99,
        "what": "99 % of chat messages in 30 days are answered",
        "metric": "messages_processed_total",
        "bad": 'status!="success"',
        "examples": ('status="success"', 'status="error"'),
        "min_rate": 0.02,
        "dashboard": "/d/mlp-sessions",
        "area": "messages",
    },
]


def main():
    slos = [{**slo, "runbook": RUNBOOK} for slo in SLOS]
    if sys.argv[1:] == ["--tests"]:
        print("# Made by prometheus/gen_slo.py --tests; change that and run it again.")
        print("\n".join(slo_model.tests(slos)))
    elif sys.argv[1:] == ["--edges"]:
        print("# Made by prometheus/gen_slo.py --edges; change that and run it again.")
        print("\n".join(slo_edges.tests(slos)))
    else:
        print("# Made by prometheus/gen_slo.py; change that and run it again.")
        print("\n".join(slo_model.rules(slos)))


if __name__ == "__main__":
    main()
