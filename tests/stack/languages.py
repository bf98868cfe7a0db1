#!/usr/bin/env python3
"""docs/monitoring.md and runbook.md say the same in English and Russian: as many headings, tables and rows, the same examples,
commands, names and links. What people read may differ, what they copy may not. (Whether links lead
somewhere is contrib/links.py's to say.)
"""

import re
import sys

from stacklib import ROOT, Checks

PAGES = (("docs/monitoring.md", "docs/monitoring.ru.md"), ("docs/runbook.md", "docs/runbook.ru.md"))
# Placeholders, in the reader's language.
WORDS = {"ХОСТ": "HOST", "ФАЙЛ": "FILE", "МЕТРИКА": "NAME", "ИМЯ": "NAME", "почему": "why", "НОВЫЙ": "NEW", "СЕРВЕР": "HOST", "КАТАЛОГ": "DATADIR"}
LANGUAGES = {"README.ru.md": "README.md", "backfill.ru.md": "backfill.md", "runbook.ru.md": "runbook.md", "metrics.ru.md": "metrics.md"}


def text_of(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for words in (WORDS, LANGUAGES):
        for word, english in words.items():
            text = text.replace(word, english)
    return text


def blocks(text, kind):
    """Code, without comments and the blanks before them."""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", text, re.M | re.S)
    return [re.sub(r"\s*(?:^|(?<=\s))[#&] .*$|\s+#.*$", "", line) for block in found for line in block.splitlines()
            if line.strip() and not line.startswith("#")]


def prose(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def parts(text):
    spans = {re.sub(r"\s+", " ", span) for span in re.findall(r"`([^`]+)`", prose(text))}
    return {
        "headings": [len(mark) for mark in re.findall(r"^(#+) ", prose(text), re.M)],
        "rows of tables": [len(re.findall(r"(?<!\\)\|", row)) for row in re.findall(r"^\|.*", text, re.M)],
        "points of lists": [kind if kind == "-" else "1" for kind in re.findall(r"^(-|\d\.) ", prose(text), re.M)],
        "paragraphs that begin in bold": len(re.findall(r"^\*\*", prose(text), re.M)),
        "PromQL examples": blocks(text, "promql"),
        "commands": blocks(text, "sh"),
        "nginx": blocks(text, "nginx"),
        "names and commands in the text": spans,
        "addresses": set(re.findall(r"https?://[^\s)|`<]+[^\s)|`<.,;]", prose(text))),
        "links": {target.replace(".ru.md", ".md") for target in re.findall(r"\]\(([^)#h][^)]*)\)", text)} - {"monitoring.md", "runbook.md"},
        "alerts": re.findall(r"^### (\w+)$", text, re.M),
        "metrics": re.findall(r"^\| `([a-z_]+)`", text, re.M),
        "buckets": re.findall(r"(?:buckets|бакеты) ([\d. ]+\d)", text),
    }


def compare(checks, english, russian):
    told = parts(text_of(russian))
    for part, wanted in parts(text_of(english)).items():
        found = told[part]
        difference = sorted(wanted ^ found) if isinstance(wanted, set) else f"{wanted} / {found}"
        checks.check(wanted == found, f"{russian}: {part} differ: {difference}")
    letters = len(re.findall("[а-яё]", (ROOT / russian).read_text(encoding="utf-8").lower()))
    checks.check(letters > 5000, f"{russian} is Russian: {letters} letters")


def main():
    checks = Checks()
    for english, russian in PAGES:
        compare(checks, english, russian)
    found = [parts(text_of(english)) for english, _ in PAGES]
    checks.check(all(any(page[part] for page in found) for part in found[0]), "every kind of part is found at all")
    checks.finish()


if __name__ == "__main__":
    sys.exit(main())
