#!/usr/bin/env python3
"""Draws docs/performance.svg from a result of run.py: what a line costs, and how much of each target is used.

    plot.py RESULT.json|DIRECTORY... [-o FILE]

Writes the same figures as tables into the pages between `<!-- figures -->` and `<!-- end -->`. Of a directory
the newest result is taken; of several arguments the first that has one. Both scales are logarithmic. No library:
the few shapes needed are text."""
import argparse
import glob
import html
import json
import math
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIDTH, LEFT, RIGHT, BAR, ROW = 980, 430, 150, 14, 20
COLOURS = {"ours": "#1f6f43", "match": "#4d9a6f", "ours-every-regex": "#9cc5ae", "mtail": "#c2542d"}
OTHERS = "#8a8a8a"
NAMES = {"ours": "logtally", "match": "logtally, a regex per event", "ours-every-regex": "logtally, every event on every line",
         "wc": "wc -l", "grep": "grep -c of one literal", "rg": "rg -c of one literal", "mawk": "mawk, requests by status",
         "gawk": "gawk, the same", "duckdb": "DuckDB, the same", "jq": "jq, the same", "python3": "python3, the same",
         "goaccess": "goaccess, its report", "mtail": "mtail"}
TITLES = {"json": "JSON, 18 metrics", "steady": "JSON whose shape `msg` tells, 18 metrics", "logfmt": "logfmt, 18 metrics", "mixed": "mixed, 18 metrics",
          "noise": "mostly noise (2 % hits), 18 metrics", "java": "stack traces, ten lines a record", "spans": "100,000 open spans"}


class Drawing:
    def __init__(self):
        self.parts = []
        self.y = 30

    def text(self, x, y, text, size=12, anchor="start", colour="#222", weight="normal"):
        self.parts.append('<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" fill="%s" font-weight="%s">%s</text>'
                          % (x, y, size, anchor, colour, weight, html.escape(text)))

    def bar(self, x, y, width, colour):
        self.parts.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s"/>' % (x, y, max(width, 1), BAR, colour))

    def line(self, x, top, bottom, colour="#ddd"):
        self.parts.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>' % (x, top, x, bottom, colour))

    def heading(self, text, small=""):
        self.y += 14
        self.text(20, self.y, text, 16, weight="bold")
        if small:
            self.y += 18
            self.text(20, self.y, small, 12, colour="#666")
        self.y += 12

    def svg(self):
        return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" '
                'font-family="Helvetica, Arial, sans-serif">\n<rect width="100%%" height="100%%" fill="#fff"/>\n%s\n</svg>\n'
                % (WIDTH, self.y + 20, WIDTH, self.y + 20, "\n".join(self.parts)))


def scale(low, high):
    """A logarithmic axis: value -> x."""
    a, b = math.log10(low), math.log10(high)
    return lambda v: LEFT + (math.log10(min(max(v, low), high)) - a) / (b - a) * (WIDTH - LEFT - RIGHT)


def draw_costs(d, result):
    d.heading("Nanoseconds of CPU per log line", "One core, file in the page cache; shorter is better, each grid line is ten times the one before.")
    x = scale(10, 100000)
    top, grid = d.y, len(d.parts)
    for kind, title in TITLES.items():
        costs = result["ns_per_line"].get(kind)
        if not costs:
            continue
        d.y += 18
        d.text(20, d.y, title, 13, weight="bold")
        d.y += 8
        for name in sorted(costs, key=costs.get):
            d.text(LEFT - 8, d.y + 11, NAMES[name], anchor="end")
            d.bar(LEFT, d.y, x(costs[name]) - LEFT, COLOURS.get(name, OTHERS))
            d.text(x(costs[name]) + 6, d.y + 11, "%.0f ns" % costs[name])
            d.y += ROW
    lines = Drawing()
    for power in range(1, 6):
        lines.line(x(10 ** power), top, d.y)
    d.parts[grid:grid] = lines.parts
    d.y += 24


def used_of(row):
    """What part of the target is used; below 1 is within it."""
    if not row["target"]:
        return 0.01 if row["ok"] else 100
    ratio = row["value"] / row["target"]
    return ratio if row["sense"] == "<=" else 1 / ratio if ratio else 100


def draw_targets(d, result):
    d.heading("Targets", "How much of what is allowed is used: left of the line is within the target.")
    x = scale(0.01, 100)
    top, grid = d.y, len(d.parts)
    for row in result["rows"]:
        if row["target"] is None or row["value"] is None:
            continue
        used = used_of(row)
        name = row["name"] if len(row["name"]) < 62 else row["name"][:60] + "…"
        d.text(LEFT - 8, d.y + 11, name, 12, anchor="end")
        d.bar(min(x(used), x(1)), d.y, abs(x(used) - x(1)), "#1f6f43" if row["ok"] else "#c2542d")
        said = "%.3g %s (%s %.3g)" % (row["value"], row["unit"], {"<=": "≤", ">=": "≥"}[row["sense"]], row["target"])
        d.text(WIDTH - RIGHT + 8, d.y + 11, said.replace("  ", " "), 11)
        d.y += ROW
    lines = Drawing()
    for at, colour in ((0.01, "#ddd"), (0.1, "#ddd"), (1, "#222"), (10, "#ddd"), (100, "#ddd")):
        lines.line(x(at), top, d.y, colour)
    d.parts[grid:grid] = lines.parts
    d.y += 24


def draw(result):
    d = Drawing()
    m = result["machine"]
    draw_costs(d, result)
    draw_targets(d, result)
    d.text(20, d.y, "%s, %d cores, %s; %s; revision %s, %s run" % (
        m["cpu"], m["cores"], m["compiler"], m["mtail"], result["revision"], result["mode"]), 11, colour="#666")
    return d.svg()


WORDS = {"en": ("measure", "target", "measured", "", "within", "missed", "nanoseconds of CPU per line",
                " **Not fair: other work was done meanwhile.**"),
         "ru": ("что измерено", "цель", "вышло", "", "да", "нет", "наносекунд процессора на строку",
                " **Сравнение нечестное: машина была занята.**")}


def number(value, unit):
    return ("%.3g %s" % (value, unit) if abs(value) < 1000 else "%.0f %s" % (value, unit)).strip()


def tables(result, language):
    """Markdown."""
    words = WORDS[language]
    costs = {kind: result["ns_per_line"][kind] for kind in TITLES if kind in result["ns_per_line"]}
    out = ["| %s | %s |" % (words[6], " | ".join(TITLES[kind] for kind in costs)), "|---" * (len(costs) + 1) + "|"]
    for program, name in NAMES.items():
        if any(program in of_kind for of_kind in costs.values()):
            out.append("| %s | %s |" % (name, " | ".join("%.0f" % c[program] if program in c else "" for c in costs.values())))
    out += ["", "| %s | %s | %s | %s |" % words[:4], "|---|---|---|---|"]
    for row in result["rows"]:
        if row["value"] is None:
            continue
        target = "" if row["target"] is None else "%s %s" % ({"<=": "≤", ">=": "≥"}[row["sense"]],
                                                             number(row["target"], row["unit"]))
        verdict = {True: words[4], False: "**%s**" % words[5], None: ""}[row["ok"]]
        out.append("| %s | %s | %s | %s |" % (row["name"], target, number(row["value"], row["unit"]), verdict))
    m = result["machine"]
    out += ["", "%s, %d cores, %s, Linux %s; revision %s, %s run, load %.1f.%s" % (
        m["cpu"], m["cores"], m["compiler"], m["kernel"], result["revision"], result["mode"], m["load"],
        "" if result.get("fair", m["load"] <= 1) else words[7])]
    return "\n".join(out)


def write_tables(result, page, language):
    path = os.path.join(TOP, "docs", page)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    body = "<!-- figures -->\n%s\n<!-- end -->" % tables(result, language)
    with open(path, "w", encoding="utf-8") as f:
        f.write(re.sub(r"<!-- figures -->.*<!-- end -->", lambda _: body, text, flags=re.S))


def newest(places):
    for place in places:
        found = [place]
        if os.path.isdir(place):            # results are named by their time; reference.json only if there is no other
            found = sorted(glob.glob(os.path.join(place, "*.json")), key=lambda f: (not f.endswith("reference.json"), f))
        if found and os.path.exists(found[-1]):
            return found[-1]
    return None


def main():
    parser = argparse.ArgumentParser(description="Draws docs/performance.svg from a result of run.py.")
    parser.add_argument("places", nargs="+", metavar="RESULT|DIRECTORY")
    parser.add_argument("-o", default=os.path.join(TOP, "docs", "performance.svg"))
    options = parser.parse_args()
    path = newest(options.places)
    if path is None:
        print("plot: no result there; run make bench first", file=sys.stderr)
        return 1
    with open(path, encoding="utf-8") as f:
        result = json.load(f)
    with open(options.o, "w", encoding="utf-8") as f:
        f.write(draw(result))
    for page, language in (("performance.md", "en"), ("performance.ru.md", "ru")):
        write_tables(result, page, language)
    print("drawn from", path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
