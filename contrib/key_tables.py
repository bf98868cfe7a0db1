#!/usr/bin/env python3
"""Writes the tables of keys into the documentation, from the schema that the program reads its files by.

    key_tables.py [--check]         LOGTALLY names the program, else build/gcc's; --check only compares, and fails when one is stale

A table stands between two marks, `keys: SECTION[,SECTION] KIND` and `end`: HTML comments in Markdown, comments in
mdoc. KIND is `default` (key, default, values), `value` (key = value), or `verbs` (of metrics, which `value` leaves out);
mdoc has always key = value.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
PAGES = ["docs/configuration.md", "docs/rules.md", "docs/man/logtally.ini.5", "docs/man/logtally-rules.5"]
MARKED = re.compile(r'^(<!-- |\.\\" )keys: (\S+) (\w+)( -->)?\n.*?^(?:<!-- |\.\\" )end(?: -->)?$', re.M | re.S)


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


def markdown(keys, kind):
    def says(key):
        return key["help"].replace("|", "\\|")

    if kind == "default":
        cells = [["key", "default", "values", ""]]
        cells += [[f"`{k['name']}`", cell(k["default"]) if k["default"] else "", values(k), says(k)] for k, _ in keys]
        shown = [i for i in range(4) if i != 2 or any(c[i] for c in cells[1:])]
        lines = ["|" + "".join(f" {c[i]} |" if c[i] else " |" for i in shown) for c in cells]
        lines.insert(1, "|---" * len(shown) + "|")
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
        some = [(k, of) for k, of in rows(keys, m.group(2).split(",")) if m.group(3) != "value" or not k["verb"]]
        make = markdown if m.group(4) else mdoc
        begin, end = (m.group(1), m.group(4) or "")
        return "\n".join([f"{begin}keys: {m.group(2)} {m.group(3)}{end}", *make(some, m.group(3)), f"{begin}end{end}"])
    return MARKED.sub(table, text)


def main():
    keys, stale, shown = schema(), [], ""
    for page in PAGES:
        path = TOP / page
        old = path.read_text(encoding="utf-8")
        new = filled(old, keys)
        shown += "".join(f" {m.group(2)}" for m in MARKED.finditer(new)).replace(",", " ")
        if "--check" not in sys.argv:
            path.write_text(new, encoding="utf-8")
        elif new != old:
            stale.append(page)
    missing = [s for s in keys if shown.split().count(s) < 2]
    if missing:
        sys.exit(f"no table in a page and a manual for: {', '.join(missing)}")
    sys.exit(f"stale, run contrib/key_tables.py: {', '.join(stale)}" if stale else 0)


if __name__ == "__main__":
    main()
