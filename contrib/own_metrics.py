#!/usr/bin/env python3
"""Writes what logtally says of itself where people look for it: docs/metrics.md and metrics.ru.md, and OWN METRICS in logtally(1).

    own_metrics.py [--check]        LOGTALLY names the program, else build/gcc's; --check only compares, and fails when one is stale

The rows are those of `logtally help metrics` (src/metrics/own.c). Which alert uses a metric is read from
prometheus/rules, also through the series that are recorded there. What a metric means is said in Russian in metrics.ru.md, where
it is written by hand; one without a word there is stale.
"""
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
NAME = re.compile(r"[a-zA-Z_][\w:]*")
HEAD = """# What logtally says of itself

*[По-русски](metrics.ru.md)*

<!-- Made by contrib/own_metrics.py from src/metrics/own.c and prometheus/rules; do not edit. -->

Beside the metrics of your rules, `/metrics` shows these. **Durable** ones are kept in the state and go on after a
restart; they are part of the last snapshot, like those of your rules. **Live** ones describe the running process at the
moment of the scrape, and begin anew with it. `logtally state` shows the durable ones; `replay`, `test` and `backfill`
show neither.

A name says after `logtally_` what it is about, then what of it, then the unit, and `_total` where it only grows: `log_` is what
was read out of the lines of a log, `event_`, `rule_`, `metric_`, `series` and `spans_` what rules made of it; how reading its files goes
(`files`, `paths_`, `directories_`, `lag_`, `lost_`, `read_`) has the label `log` alone.

"""
HEAD_RU = """# Что logtally говорит о себе

*[In English](metrics.md)*

<!-- Made by contrib/own_metrics.py but for what a metric means, which is written here by hand. -->

Рядом с метриками ваших правил на `/metrics` стоят эти. **Сохраняемые** (durable) лежат в состоянии и после перезапуска
продолжаются; они — часть последнего снимка, как и метрики правил. **Текущие** (live) описывают процесс в момент опроса и с новым
процессом начинаются заново. `logtally state` показывает сохраняемые; `replay`, `test` и `backfill` — ни тех, ни других.

Имя после `logtally_` говорит, о чём метрика, затем что именно, затем единицу, и `_total`, если значение только растёт: `log_` — то, что
прочитано из строк лога; `event_`, `rule_`, `metric_`, `series` и `spans_` — что из них сделали правила; а о том, как читаются файлы лога
(`files`, `paths_`, `directories_`, `lag_`, `lost_`, `read_`), говорит только метка `log`.

"""
UNTOLD = "?"


def rows():
    """(name, type, labels, kept, help) of every metric."""
    text = subprocess.run([os.environ.get("LOGTALLY") or TOP / "build/gcc/src/logtally", "help", "metrics"], stdout=subprocess.PIPE, check=True,
                          encoding="utf-8").stdout
    return [line.split("\t") for line in text.splitlines()]


def expressions():
    """(alert or record, name, names in its expression) of every rule."""
    for path in sorted((TOP / "prometheus/rules").glob("*.yml")):
        for rule in re.split(r"^ *- (?=alert:|record:)", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            kind, name = re.match(r"(\w+): (\S+)", rule).groups()
            expr = re.search(r"^ *expr: (.*?)(?=^ *(?:for|labels|annotations|keep_firing_for):|\Z)", rule, re.M | re.S).group(1)
            yield kind, name, set(NAME.findall(expr))


def alerts_of(metric, rules):
    """The alerts whose expressions name the metric, or a series recorded from it."""
    names, grown = {metric}, True
    while grown:
        more = {name for kind, name, used in rules if kind == "record" and used & names}
        grown = not more <= names
        names |= more
    return [name for kind, name, used in rules if kind == "alert" and used & names]


def page(head, columns, runbook, meanings):
    rules = list(expressions())
    text = f"{head}| {columns} |\n|---|---|---|---|---|---|\n"
    for name, kind, labels, kept, _ in rows():
        alerts = ", ".join(f"[{a}]({runbook}#{a.lower()})" for a in alerts_of(name, rules))
        text += f"| `{name}` | {kind} | {labels} | {meanings.get(name, UNTOLD)} | {kept} | {alerts} |\n"
    return text


def english():
    return page(HEAD, "metric | type | labels | what it means | kept | alerts", "runbook.md", {name: meaning for name, *_, meaning in rows()})


def russian():
    told = dict(re.findall(r"^\| `(\w+)` \| \w+ \| [^|]* \| ([^|]+?) \|", (TOP / "docs/metrics.ru.md").read_text(encoding="utf-8"), re.M))
    return page(HEAD_RU, "метрика | тип | метки | что значит | хранение | алерты", "runbook.ru.md", told)


def manual():
    """logtally(1) with its section anew."""
    text = ('.Sh OWN METRICS\n.\\" Made by contrib/own_metrics.py from src/metrics/own.c; do not edit.\n'
            "Beside the metrics of the rules,\n.Pa /metrics\nshows what\n.Nm\nsays of itself.\n"
            "What is durable is kept in the state; what is live begins anew with the process.\n.Bl -tag -width Ds\n")
    for name, kind, labels, kept, meaning in rows():
        more = f" by {labels}" if labels else ""
        text += f".It Li {name}\n{meaning} ({kept} {kind}{more}).\n"
    old = (TOP / "docs/man/logtally.1").read_text(encoding="utf-8")
    return re.sub(r"^\.Sh OWN METRICS\n.*?^\.El\n|(?=^\.Sh ENVIRONMENT$)", lambda m: text + ".El\n", old, count=1, flags=re.M | re.S)


def main():
    stale = []
    for path, text in ((TOP / "docs/metrics.md", english()), (TOP / "docs/metrics.ru.md", russian()), (TOP / "docs/man/logtally.1", manual())):
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text or f"| {UNTOLD} |" in text:
            stale.append(str(path.relative_to(TOP)))
    sys.exit(f"stale, run contrib/own_metrics.py: {', '.join(stale)}" if stale else 0)


if __name__ == "__main__":
    main()
