#!/usr/bin/env python3
"""Draws docs/soak.svg from the CSV of soak.py, and writes its figures into docs/testing.md and its Russian sister.

    plot.py CSV [-o FILE]

With another FILE only that is written. The figures stand between `<!-- soak -->` and `<!-- end -->`. No library: the few shapes
needed are text."""
import argparse
import csv
import html
import os
import re
import statistics
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WIDTH, LEFT, RIGHT, TALL, GAP = 980, 90, 30, 120, 58
COLOURS = {"living": "#1f6f43", "dying": "#c2542d", "lines": "#33658a"}
EVENTS = {"kills": "#c2542d", "stops": "#e0a458", "stands": "#8a8a8a"}


class Drawing:
    def __init__(self, seconds):
        self.parts, self.y, self.seconds = [], 66, seconds

    def x(self, seconds):
        return LEFT + seconds / self.seconds * (WIDTH - LEFT - RIGHT)

    def text(self, x, y, text, size=12, anchor="start", colour="#222", weight="normal"):
        self.parts.append('<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" fill="%s" font-weight="%s">%s</text>'
                          % (x, y, size, anchor, colour, weight, html.escape(text)))

    def line(self, x1, y1, x2, y2, colour="#ddd"):
        self.parts.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>' % (x1, y1, x2, y2, colour))

    def curve(self, points, colour):
        self.parts.append('<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>' % (
            colour, " ".join("%.1f,%.1f" % p for p in points)))

    def panel(self, title, unit, curves):
        """curves: [(name, colour, runs of (seconds, value))]; the scale begins at 0."""
        top, most = self.y, nice(max(v for _, _, runs in curves for run in runs for _, v in run))
        self.text(LEFT, top - 8, title, 13, weight="bold")
        at = WIDTH - RIGHT
        for name, colour, _ in reversed(curves if len(curves) > 1 else []):
            self.text(at, top - 8, name, 12, "end", colour)
            at -= 9 * len(name)
        for i in range(5):
            y = top + TALL - i / 4 * TALL
            self.line(LEFT, y, WIDTH - RIGHT, y)
            self.text(LEFT - 8, y + 4, "%g%s" % (most * i / 4, unit), 11, "end", "#666")
        for _, colour, runs in curves:
            for run in runs:
                self.curve([(self.x(t), top + TALL - v / most * TALL) for t, v in run], colour)
        self.y += TALL + GAP

    def events(self, rows):
        """A stroke for each time that something was done to the one that dies; a dot where all was exact."""
        self.text(LEFT, self.y - 8, "What was done", 13, weight="bold")
        for name, colour in (("kill -9", EVENTS["kills"]), ("SIGTERM", EVENTS["stops"]), ("SIGSTOP", EVENTS["stands"]),
                             ("reload", COLOURS["lines"]), ("all exact", COLOURS["living"])):
            self.y += 20
            self.text(LEFT - 8, self.y + 4, name, 11, "end", "#666")
            self.line(LEFT, self.y, WIDTH - RIGHT, self.y)
            for t in times_of(rows, name):
                if name == "all exact":
                    self.parts.append('<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>' % (self.x(t), self.y, colour))
                else:
                    self.line(self.x(t), self.y - 6, self.x(t), self.y + 6, colour)
        self.y += 34

    def minutes(self):
        for minute in range(0, int(self.seconds / 60) + 1, 5 if self.seconds > 600 else 1):
            self.text(self.x(minute * 60), self.y - 8, "%d" % minute, 11, "middle", "#666")
        self.text(WIDTH - RIGHT, self.y + 8, "minutes", 11, "end", "#666")

    def svg(self):
        return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" '
                'font-family="Helvetica, Arial, sans-serif">\n<rect width="100%%" height="100%%" fill="#fff"/>\n%s\n</svg>\n'
                % (WIDTH, self.y + 20, WIDTH, self.y + 20, "\n".join(self.parts)))


def nice(most):
    """A round number not below it."""
    step = 10 ** (len("%d" % most) - 1)
    while step * 10 < most:
        step *= 10
    return next(step * k for k in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * k >= most)


def times_of(rows, name):
    if name == "all exact":
        return [r["seconds"] for r in rows if r["exact"]]
    key = {"kill -9": "kills", "SIGTERM": "stops", "SIGSTOP": "stands", "reload": "reloads"}[name]
    return [b["seconds"] for a, b in zip(rows, rows[1:]) if b[key] > a[key]]


def runs_of(rows, key, scale=1):
    """A curve has gaps where the daemon was down."""
    runs = [[]]
    for r in rows:
        if r[key] == "":
            runs.append([])
        else:
            runs[-1].append((r["seconds"], r[key] * scale))
    return [run for run in runs if run]


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return [{k: float(v) if v else "" for k, v in row.items()} for row in csv.DictReader(f)]


def draw(rows):
    d = Drawing(rows[-1]["seconds"])
    d.text(LEFT, 26, "%d minutes: six logs, rotated and compressed in all ways; two daemons read them" % (rows[-1]["seconds"] / 60), 16,
           weight="bold")
    d.panel("Lines, millions", "", [("", COLOURS["lines"], runs_of(rows, "lines", 1e-6))])
    for title, unit, key, scale in (("Resident memory, MiB", "", "rss", 1 / (1 << 20)), ("Open descriptors", "", "fds", 1),
                                    ("Samples on the page", "", "series", 1)):
        d.panel(title, unit, [("the one that is killed", COLOURS["dying"], runs_of(rows, "dying_" + key, scale)),
                              ("the one that lives", COLOURS["living"], runs_of(rows, "living_" + key, scale))])
    d.events(rows)
    d.minutes()
    return d.svg()


WORDS = {
    "testing.md": ("what", "in %d minutes", "lines written", "rotations", "scrapes, each page against all before it", "answers to crowds of forty",
                   "`kill -9`, SIGTERM, SIGSTOP", "reloads, of these refused", "moments at which both pages were exact",
                   "of the one that lives, a quarter and an end of the time", "memory", "descriptors", "samples"),
    "testing.ru.md": ("что", "за %d минут", "записано строк", "ротаций", "чтений страницы, каждое сверено со всеми прежними",
                      "ответов толпам по сорок", "`kill -9`, SIGTERM, SIGSTOP", "перечитываний правил, из них отвергнуто",
                      "моментов, когда обе страницы были точны", "у живущего, во второй четверти и в конце", "память", "дескрипторы", "отсчёты")}


def figures(rows, words):
    last, end = rows[-1], rows[-1]["seconds"]
    exact = [r for r in rows if r["exact"]]

    def median(key, of):
        return statistics.median_high(r["living_" + key] for r in of)
    then = [r for r in exact if end / 4 <= r["seconds"] < end / 2] or exact
    now = [r for r in exact if r["seconds"] >= end * 3 / 4] or exact
    table = [(words[2], "%d" % last["lines"]), (words[3], "%d" % last["rotations"]),
             (words[4], "%d" % (last["living_scrapes"] + last["dying_scrapes"])), (words[5], "%d" % last["answers"]),
             (words[6], "%d, %d, %d" % (last["kills"], last["stops"], last["stands"])),
             (words[7], "%d, %d" % (last["reloads"], last["refused"])), (words[8], "%d" % len(exact)),
             ("%s: %s" % (words[9], words[10]), "%.1f MiB, %.1f MiB" % tuple(median("rss", of) / (1 << 20) for of in (then, now)))]
    for word, key in ((words[11], "fds"), (words[12], "series")):
        table.append(("... %s" % word, "%d, %d" % tuple(median(key, of) for of in (then, now))))
    return "\n".join(["| %s | %s |" % (words[0], words[1] % (end / 60)), "|---|---|"] + ["| %s | %s |" % row for row in table])


def write_figures(rows):
    for page, words in WORDS.items():
        path = os.path.join(TOP, "docs", page)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        body = "<!-- soak -->\n%s\n<!-- end -->" % figures(rows, words)
        with open(path, "w", encoding="utf-8") as f:
            f.write(re.sub(r"<!-- soak -->.*?<!-- end -->", lambda _, b=body: b, text, flags=re.S))


def main():
    parser = argparse.ArgumentParser(description="Draws docs/soak.svg from the CSV of soak.py.")
    parser.add_argument("csv")
    parser.add_argument("-o", default=os.path.join(TOP, "docs", "soak.svg"))
    options = parser.parse_args()
    rows = read(options.csv)
    with open(options.o, "w", encoding="utf-8") as f:
        f.write(draw(rows))
    if options.o == parser.get_default("o"):
        write_figures(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
