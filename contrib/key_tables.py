#!/usr/bin/env python3
"""Writes the tables of keys into the documentation, from the schema that the program reads its files by.

    key_tables.py [--check]         LOGTALLY names the program, else build/gcc's; --check only compares, and fails when one is stale

A table stands between two marks, `keys: SECTION[,SECTION] KIND` and `end`: HTML comments in Markdown, comments in
mdoc. KIND is `default` (key, default, values), `full` (key = value, default, range), `value` (key = value), or
`verbs` (of metrics, which `full` and `value` leave out); mdoc has always key = value.

What is no key (filters, operators, units, ...) has a table written by hand, with a sentence for each. It stands between
`names: WHAT` and `end`, and must name what the sources have (NAMES) and nothing else.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
PAGES = ["docs/configuration.md", "docs/reference.md", "docs/reference.ru.md", "docs/man/logtally.ini.5", "docs/man/logtally-rules.5"]
MARKED = re.compile(r'^(<!-- |\.\\" )keys: (\S+) (\w+)( -->)?\n.*?^(?:<!-- |\.\\" )end(?: -->)?$', re.M | re.S)
NAMED = re.compile(r"^<!-- names: (\w+) -->\n(.*?)^<!-- end -->$", re.M | re.S)
# {what: [(files, regex whose groups are its names)]}
NAMES = {
    "operators": [("src/rules/ruleset.c", r'\[OP_\w+\] = "([^"]+)"')],
    "filters": [("src/rules/filter.c", r'^    \{"(\w+)", filter_')],
    "fields": [("src/rules/ruleset.c", r'[{,]\s+"(_\w+)"|\{"(_\w+)"'), ("src/rules/load/span.c", r'strcmp\(a->name, "(_\w+)"\)'),
               ("src/rules/load/*.c", r'load_member_field\([^;]*SLICE\("(_\w+)"\)')],
    "units": [("src/base/units.c", r'^    \{\{"([^"]+)", \d+\}, ')],
    "conversions": [("src/decode/timepattern.c", r'\.letters = "([^"]+)"|^    \{"(\w+)", (?:PART|0)|\{\'(\w)\', "%')],
    "zones": [("src/decode/timepattern.c", r'\{"([a-z]+)",\s+-?\d+\}')],
    "patterns": [("src/rules/load/common_patterns.h", r'^COMMON\(\s*"(\w+)"')],
}
SPELLED = {r"\xc2\xb5s": "µs", r"\xce\xbcs": "μs"}    # the same unit, with the micro sign and with the Greek letter


def schema():
    program = os.environ.get("LOGTALLY") or TOP / "build/gcc/src/logtally"
    return json.loads(subprocess.run([program, "help", "keys", "--json"], stdout=subprocess.PIPE, check=True).stdout)


def rows(keys, sections):
    """(key, sections that have it), each once."""
    found = {}
    for section in sections:
        for key in keys[section]:
            found.setdefault(key["name"], (key, []))[1].append(section)
    return found.values()


def span(key):
    return f"{key['min']} to {key['max']}" if key["min"] else ""


def values(key):
    """What may stand for the value, where that is a choice or a range."""
    words = key["value"].split(" | ")
    return " ".join(w if w.isupper() else f"`{w}`" for w in words) if len(words) > 1 else span(key)


def cell(text):
    return "`" + text.replace("|", "\\|") + "`"


def full(keys, says):
    """All that the schema knows of a key, but columns that would be empty."""
    cells = [["key", "default", "from", "to", "repeat", ""]]
    cells += [[cell(f"{k['name']} = {k['value']}"), cell(k["default"]) if k["default"] else "", k["min"] or "", k["max"] or "",
               "yes" if k["repeat"] else "", says(k)] for k, _ in keys if not k["verb"]]
    shown = [i for i in range(6) if i in (0, 5) or any(c[i] for c in cells[1:])]
    lines = ["|" + "".join(f" {c[i]} |" if c[i] else " |" for i in shown) for c in cells]
    lines.insert(1, "|---" * len(shown) + "|")
    return lines


def markdown(keys, kind):
    def says(key):
        return key["help"].replace("|", "\\|")

    if kind == "default":
        cells = [["key", "default", "values", ""]]
        cells += [[f"`{k['name']}`", cell(k["default"]) if k["default"] else "", values(k), says(k)] for k, _ in keys]
        shown = [i for i in range(4) if i != 2 or any(c[i] for c in cells[1:])]
        lines = ["|" + "".join(f" {c[i]} |" if c[i] else " |" for i in shown) for c in cells]
        lines.insert(1, "|---" * len(shown) + "|")
    elif kind == "full":
        lines = full(keys, says)
    elif kind == "verbs":
        lines = ["| verb | of | does |", "|---|---|---|"]
        lines += [f"| `{k['name']} = {k['value']}` | {', '.join(of)} | {says(k)} |" for k, of in keys if k["verb"]]
    else:
        lines = ["| key | says |", "|---|---|"]
        lines += [f"| {cell(k['name'] + ' = ' + k['value'])} | "
                  + "; ".join(filter(None, [says(k), k["default"] and "default " + cell(k["default"]), k["min"] and "from " + span(k)])) + " |"
                  for k, _ in keys if not k["verb"]]
    return lines


def sentence(text):
    text = re.sub(r"\. (?=[A-Z])", ".\n", text[0].upper() + text[1:] + ".")
    return "\\&" + re.sub(r"`([^`]*)`", r"\\(oq\1\\(cq", text.replace("\\", "\\e"))


def mdoc(keys, kind):
    lines = [".Bl -tag -width Ds"]
    for k, of in keys:
        if kind != "verbs" or k["verb"]:
            lines.append(f".It Ic {k['name']} No = Li \\&{k['value']}" + (f" Pq {', '.join(of)}" if kind == "verbs" else ""))
            lines.append(sentence(k["help"]))
            lines += ["The default is", f".Li {k['default']} ."] if k["default"] else []
            lines += [f"From {span(k)}."] if k["min"] else []
    return lines + [".El"]


def filled(text, keys):
    def table(m):
        some = [(k, of) for k, of in rows(keys, m.group(2).split(",")) if m.group(3) not in ("value", "full") or not k["verb"]]
        make = markdown if m.group(4) else mdoc
        begin, end = (m.group(1), m.group(4) or "")
        return "\n".join([f"{begin}keys: {m.group(2)} {m.group(3)}{end}", *make(some, m.group(3)), f"{begin}end{end}"])
    return MARKED.sub(table, text)


def sources(what):
    """The names that the sources have."""
    found = set()
    for path, regex in NAMES[what]:
        text = "".join(p.read_text(encoding="utf-8") for p in sorted(TOP.glob(path)))
        for m in re.finditer(regex, text, re.M):
            name = next(filter(None, m.groups()))
            found |= set(name) if what == "conversions" else {SPELLED.get(name, name)}
    return found


def said(what, text):
    """The names that a page has: words of a block of code, or what is code in the first column of a table."""
    block = re.search(r"^```\n(.*?)^```$", text, re.M | re.S)
    cells = [re.split(r"(?<!\\)\|", line)[1] for line in text.splitlines()[2:] if line.startswith("|")]
    words = block[1].split() if block else " ".join(re.findall(r"`([^`]+)`", " ".join(cells))).split()
    if what == "zones":
        words = [w.lower() for w in words]
    return {w[1:] if what == "conversions" else w.split("(", 1)[0] for w in words}


def misnamed(page, text):
    """[what is wrong] with the names in a page."""
    wrong = []
    for m in NAMED.finditer(text):
        there, here = sources(m[1]), said(m[1], m[2])
        wrong += [f"{page}: {m[1]}: {' '.join(sorted(names))}: {how}"
                  for names, how in ((there - here, "not named"), (here - there, "there are none")) if names]
    return wrong


def main():
    keys, stale, shown, wrong, named = schema(), [], "", [], set()
    for page in PAGES:
        path = TOP / page
        old = path.read_text(encoding="utf-8")
        new = filled(old, keys)
        wrong += misnamed(page, new)
        named |= {m[1] for m in NAMED.finditer(new)}
        shown += "".join(f" {m.group(2)}" for m in MARKED.finditer(new)).replace(",", " ")
        if "--check" not in sys.argv:
            path.write_text(new, encoding="utf-8")
        elif new != old:
            stale.append(page)
    missing = [s for s in keys if shown.split().count(s) < 2]
    if missing:
        sys.exit(f"no table in a page and a manual for: {', '.join(missing)}")
    wrong += [f"no page names the {what}" for what in sorted(NAMES.keys() - named)]
    if wrong:
        sys.exit("\n".join(wrong))
    sys.exit(f"stale, run contrib/key_tables.py: {', '.join(stale)}" if stale else 0)


if __name__ == "__main__":
    main()
