"""What Prometheus must answer, computed from samples: rate, increase and histogram_quantile as its documentation and
promql/functions.go (2.x) define them; and a Prometheus to ask."""
import json
import subprocess
import urllib.parse
import urllib.request

from _common import free_port, put, until


def window(samples, end, length):
    """The samples (time, value) of a range selector; both ends belong to it in 2.x."""
    return [(t, v) for t, v in samples if end - length <= t <= end]


def increase(samples, end, length):
    """increase(x[length]) at `end`; None where it has no value."""
    s = window(samples, end, length)
    if len(s) < 2:
        return None
    result = s[-1][1] - s[0][1] + sum(a[1] for a, b in zip(s, s[1:]) if b[1] < a[1])
    sampled = s[-1][0] - s[0][0]
    average = sampled / (len(s) - 1)
    to_start, to_end = s[0][0] - (end - length), end - s[-1][0]
    if result > 0:
        to_start = min(to_start, sampled * s[0][1] / result)
    over = sampled
    over += to_start if to_start < 1.1 * average else average / 2
    over += to_end if to_end < 1.1 * average else average / 2
    return result * over / sampled


def rate(samples, end, length):
    r = increase(samples, end, length)
    return None if r is None else r / length


def histogram_quantile(q, buckets):
    """`buckets`: (upper bound, cumulative value), the last one +Inf."""
    b = sorted(buckets)
    total = b[-1][1]
    if total == 0:
        return None
    rank = q * total
    i = next(k for k, (_, n) in enumerate(b) if n >= rank)
    if i == len(b) - 1:
        return b[-2][0]
    start, below = (b[i - 1][0], b[i - 1][1]) if i else (0.0, 0.0)
    return start + (b[i][0] - start) * (rank - below) / (b[i][1] - below)


class Prometheus:
    """A real one on blocks that are there, or with something to scrape."""

    def __init__(self, data, config="global: {}\n"):
        self.port = free_port()
        put("prometheus.yml", config)
        with open("prometheus.log", "wb") as log:
            self.child = subprocess.Popen(
                ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=" + data,
                 "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:%d" % self.port],
                stdout=log, stderr=log)
        assert until(self.ready, 60), open("prometheus.log", encoding="utf-8").read()

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def ready(self):
        try:
            with urllib.request.urlopen(self.url("/-/ready"), timeout=5) as r:
                return r.status == 200
        except OSError:
            return False

    def ask(self, path, **how):
        with urllib.request.urlopen(self.url(path + "?" + urllib.parse.urlencode(how)), timeout=600) as r:
            return json.load(r)["data"]["result"]

    def range(self, query, start, end, step):
        """{sorted labels without name: {time: value}}"""
        found = {}
        for s in self.ask("/api/v1/query_range", query=query, start=start, end=end, step=step):
            key = tuple(sorted((k, v) for k, v in s["metric"].items() if k != "__name__"))
            found[key] = {t: float(v) for t, v in s["values"]}
        return found

    def stop(self):
        self.child.terminate()
        self.child.wait(600)
