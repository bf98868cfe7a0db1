"""What must be true of all pages of one daemon, over its restarts and crashes, as one who scrapes sees them: nothing
that was shown is taken back, histograms are histograms, and what logtally says of the lines it read adds up.

Pages of both formats are taken together: they show one snapshot. Live metrics (docs/metrics.md) are of one process."""
import functools
import subprocess
import time

from _daemon import LOGTALLY
from _faults import check_histogram, parse


@functools.cache
def live():
    """{name: type} of the metrics that begin anew with each process."""
    table = subprocess.run([LOGTALLY, "help", "metrics"], stdout=subprocess.PIPE, check=True, text=True).stdout
    rows = (row.split("\t") for row in table.splitlines())
    return {name: kind for name, kind, _, kept, _ in rows if kept == "live"}


def is_live(name):
    return name in live() or name.replace("_created", "_total") in live()


class Pages:
    """All that was shown up to now. Its gauges are expected to rise like counters, but for live ones."""

    def __init__(self, histograms, rules_add_up):
        self.histograms, self.rules_add_up = histograms, rules_add_up
        self.shown, self.after, self.seen, self.since = {}, "a page", 0, time.time() - 1

    def begin(self, after):
        """Another process, after this."""
        self.shown = {key: v for key, v in self.shown.items() if not is_live(key[0])}
        self.after = "a page before " + after

    def see(self, page):
        """The samples, {name: {labels: value}}; AssertionError where they and earlier pages cannot both be right."""
        values = parse(page)
        now = {(name, labels): v for name, family in values.items() for labels, v in family.items()}
        self.takes_nothing_back(now, "# EOF" in page)
        wrong = [(key, v) for key, v in now.items()
                 if key[0].endswith("_created") and not self.since < v < time.time() + 1]
        assert not wrong, "created at another time: %r" % wrong[:5]
        for name in self.histograms:
            if name + "_count" in values:
                check_histogram(values, name)
        lines_add_up(values)
        self.rules_add_up(values)
        self.after, self.seen = "a page", self.seen + 1
        return values

    def takes_nothing_back(self, now, openmetrics):
        gone = [key for key in self.shown
                if key not in now and (openmetrics or not key[0].endswith("_created"))]
        assert not gone, "%s showed series that are gone: %r" % (self.after, gone[:5])
        fell = [(key, self.shown[key], v) for key, v in now.items()
                if not may_follow(key[0], self.shown.get(key, v), v)]
        assert not fell, "%s showed another value (key, that, this): %r" % (self.after, fell[:5])
        self.shown.update(now)


def may_follow(name, old, new):
    if name.endswith("_created"):
        return new == old
    return new >= old or live().get(name) == "gauge"


def total(values, name, **labels):
    """The sum of the series with these labels."""
    return sum(v for of, v in values.get(name, {}).items() if set(labels.items()) <= set(of))


def lines_of(values, log):
    """(read, matched, rejected); what is left was read and matched nothing."""
    return (total(values, "logtally_log_lines_total", log=log),
            total(values, "logtally_log_lines_matched_total", log=log),
            total(values, "logtally_log_lines_total", log=log, decoded="too_long"))


def lines_add_up(values):
    for of in values["logtally_log_lines_matched_total"]:
        read, matched, rejected = lines_of(values, dict(of)["log"])
        assert matched + rejected <= read, "%s: %d lines read, %d matched, %d rejected" % (of, read, matched, rejected)
