"""The few shapes that queries of dashboards, recording rules and alerts have, said once.

A ratio has a value wherever there was traffic: without the `or 0 *` a counter that never failed has no series of failures, and
the ratio would be a gap; without the `> 0` silence would be NaN, which poisons sums over time.
"""


def braces(matchers):
    return f"{{{matchers}}}" if matchers else ""


def joined(*matchers):
    return ",".join(m for m in matchers if m)


def total(function, metric, matchers, window, by=()):
    """sum by (job) (rate(metric{matchers}[5m])); `function` is rate or increase."""
    head = f"sum by ({', '.join(by)}) " if by else "sum"
    return f"{head}({function}({metric}{braces(matchers)}[{window}]))"


def ratio(bad, whole):
    return f"({bad} or 0 * {whole}) / ({whole} > 0)"


def quantile(q, histogram, matchers, window, by=()):
    return f"histogram_quantile({q}, {total('rate', histogram + '_bucket', matchers, window, (*by, 'le'))})"


def number(value):
    """As a person writes it: 5, 0.25."""
    return f"{value:.10g}"
