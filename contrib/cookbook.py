#!/usr/bin/env python3
"""The cookbook: a page for each recipe of rules/examples, in English and Russian, made of the recipe itself.

    contrib/cookbook.py            writes docs/cookbook/*.md
    contrib/cookbook.py --check    fails where one is not what would be written, or something is missing

Of a recipe NAME.ini the page takes the comment at its head (the first sentence is the title), the rules, and at their end the
questions, a sentence and below it PromQL. Of its golden test come the sample lines, the first that is each of the events,
and the values. Which groups there are says the table of rules/examples/README.md. A Russian page has all comments, helps and questions in Russian: they stand in
rules/examples/ru.po, under the English text, so that one that was changed, or is new, has none and is missed; one that
nothing uses any more is missed, too. PromQL may name only metrics and labels of its recipe; promtool, if there is one,
must understand it. LOGTALLY names the program.

The last line of --check is `N passed, N failed`, one for each recipe and one for the rest."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
RECIPES = TOP / "rules/examples"
COOKBOOK = TOP / "docs/cookbook"
PO = RECIPES / "ru.po"
PROGRAM = os.environ.get("LOGTALLY") or str(TOP / "build/gcc/src/logtally")
QUESTIONS = "; Questions, in PromQL:\n"
MOST_LINES = 6        # of the sample
MOST_VALUES = 16      # of what it comes to

WORDS = {
    "twin": {"en": "*[По-русски]({})*", "ru": "*[In English]({})*"},
    "twin of": {"en": "{}.ru.md", "ru": "{}.md"},
    "index": {"en": "README.md", "ru": "README.ru.md"},
    "all": {"en": "All recipes", "ru": "Все рецепты"},
    "copy": {"en": "The file to copy", "ru": "Файл, который копируют"},
    "lines": {"en": "Lines such as these", "ru": "Строки, о которых речь"},
    "rules": {"en": "The rules", "ru": "Правила"},
    "metrics": {"en": "What comes of them", "ru": "Что получается"},
    "head": {"en": "| metric | type | labels | says |", "ru": "| метрика | тип | метки | что значит |"},
    "sample": {"en": "The [sample]({}) comes to this; of histograms the buckets are left out:",
               "ru": "[Образец]({}) даёт вот что; бакеты гистограмм опущены:"},
    "sample, cut": {"en": "The [sample]({}) comes to this, among other things; of histograms the buckets are left out:",
                    "ru": "[Образец]({}) даёт, среди прочего, вот что; бакеты гистограмм опущены:"},
    "questions": {"en": "What to ask Prometheus", "ru": "Что спросить у Prometheus"},
    "title": {"en": "Cookbook", "ru": "Книга рецептов"},
    "intro": {"en": "A page for each of the [recipes](../../rules/examples/README.md): the lines, the rules, the metrics that come of them, and what to ask "
                    "Prometheus. Copy the file beside your other rules, correct `path`, and drop what you do not need.",
              "ru": "Страница на каждый из [рецептов](../../rules/examples/README.md): строки, правила, метрики, которые получаются, и что спросить у "
                    "Prometheus. Положите файл к своим правилам, поправьте `path` и выбросьте лишнее."},
}


class Texts:
    """English texts, and the Russian of each."""

    def __init__(self):
        self.russian = dict(read_po(PO.read_text(encoding="utf-8")))
        self.used, self.missing = set(), []

    def say(self, text, language):
        self.used.add(text)
        if language == "en":
            return text
        if text not in self.russian:
            self.missing.append(text)
        return self.russian.get(text, text)


def read_po(text):
    """(English, Russian) of each entry; of the format of gettext what it needs: an entry is two lines."""
    return [tuple(json.loads(part) for part in m.groups())
            for m in re.finditer(r'^msgid (".+")\nmsgstr (".+")$', text, re.M)]


# --- a recipe ----------------------------------------------------------------------------------------

def paragraphs(comment):
    """[(text, is code)] of lines that begin with a semicolon: a line that is indented is code, a blank one ends a paragraph."""
    found = []
    for line in comment:
        text = line[1:]
        code = text.startswith("     ")
        if not text.strip():
            found.append(("", False))
        elif found and found[-1][0] and found[-1][1] == code:
            found[-1] = (found[-1][0] + ("\n" + text[5:] if code else " " + text.strip()), code)
        else:
            found.append((text[5:] if code else text.strip(), code))
    return [p for p in found if p[0]]


def first_sentence(text):
    """(it without its end, the rest)"""
    m = re.match(r"(.*?)(?:\.(?: (?=[A-ZА-Я0-9.])|$)|:?$)", text)
    return m[1], text[m.end():]


class Recipe:
    def __init__(self, path):
        self.name = path.stem
        text = path.read_text(encoding="utf-8")
        body, mark, end = text.partition(QUESTIONS)
        lines = body.rstrip("\n").split("\n")
        n = next(i for i, line in enumerate(lines) if not line.startswith(";"))
        self.head, self.rules = paragraphs(lines[:n]), lines[n + 1:]
        found = paragraphs(end.rstrip("\n").split("\n")) if mark else []
        self.questions = [(a, b) for (a, _), (b, code) in zip(found[::2], found[1::2]) if code]
        self.log = next(p for p in (RECIPES / f"tests/{self.name}.log", RECIPES / f"tests/{self.name}") if p.exists())
        self.resolved = json.loads(ask("check", "--rules", str(path), "--json"))

    def sample(self):
        """The first line, or record, that is each event, at most so many."""
        files = [self.log] if self.log.is_file() else sorted(p for p in self.log.rglob("*") if p.is_file())
        said = ask("explain", "--json", "--each", "--rules", str(RECIPES / f"{self.name}.ini"), *self.as_log(), *map(str, files))
        records = any(log["record"] for log in self.resolved["logs"])
        seen, found = set(), []
        for line in said.splitlines():
            told = json.loads(line)["explain"]
            events = {e["name"] for e in told.get("events", ())}
            if events - seen and len(found) < MOST_LINES:
                seen |= events
                found.append(told["whole"] if records else told["text"])
        return found

    def as_log(self):
        return ["--as", self.resolved["logs"][0]["name"]] if self.log.is_file() else []

    def values(self):
        text = (RECIPES / f"tests/{self.name}.prom").read_text(encoding="utf-8")
        return [line for line in text.splitlines() if line and line[0] != "#" and "_bucket" not in line]


def ask(*args):
    return subprocess.run([PROGRAM, *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False, cwd=TOP).stdout


# --- a page ------------------------------------------------------------------------------------------

def fenced(kind, text):
    return [f"```{kind}", *text.rstrip("\n").split("\n"), "```", ""]


def rules_in(recipe, texts, language):
    """The rules, with their comments in a language."""
    out, comment = [], []
    for line in [*recipe.rules, ""]:
        if line.startswith(";"):
            comment.append(line)
            continue
        for text, code in paragraphs(comment) if language != "en" else []:
            said = text if code else texts.say(text, language)
            out += textwrap.wrap(said, 118, initial_indent=";     " if code else "; ", subsequent_indent="; ", break_long_words=False)
        if language == "en":
            for text, code in paragraphs(comment):
                texts.used.update(() if code else (text,))
            out += comment
        comment = []
        out.append(line)
    return "\n".join(out)


def cell(text):
    return text.replace("|", "\\|")


def page(recipe, texts, language):
    def word(name):
        return WORDS[name][language]

    head = [(texts.say(text, language) if not code else text, code) for text, code in recipe.head]
    title, rest = first_sentence(head[0][0])
    if not title[0].isascii():      # what is Latin is the name of a program, as it writes itself
        title = title[0].upper() + title[1:]
    out = [f"# {title}", "", word("twin").format(word("twin of").format(recipe.name)), "",
           f"<!-- Made by contrib/cookbook.py from rules/examples/{recipe.name}.ini and its test; do not edit. -->", "",
           f"[{word('all')}]({word('index')}). {word('copy')}: [{recipe.name}.ini](../../rules/examples/{recipe.name}.ini).", ""]
    for text, code in [(rest, False), *head[1:]]:
        out += fenced("", text) if code else [*textwrap.wrap(text, 120), ""] if text else []
    out += [f"## {word('lines')}", "", *fenced("", "\n".join(recipe.sample())), f"## {word('rules')}", "", *fenced("ini", rules_in(recipe, texts, language)),
            f"## {word('metrics')}", "", word("head"), "|---|---|---|---|"]
    for m in recipe.resolved["metrics"]:
        labels = ", ".join(f"`{label}`" for label in m["labels"])
        out.append(f"| `{m['name']}` | {m['type']} |{' ' + labels if labels else ''} | {cell(texts.say(m['help'], language))} |")
    values = recipe.values()
    said = word("sample, cut" if len(values) > MOST_VALUES else "sample").format(f"../../{recipe.log.relative_to(TOP)}")
    out += ["", said, "", *fenced("", "\n".join(values[:MOST_VALUES])), f"## {word('questions')}", ""]
    for question, promql in recipe.questions:
        out += [texts.say(question, language), "", *fenced("promql", promql)]
    return "\n".join(out).rstrip("\n") + "\n"


def groups():
    """[(what for, [recipe])] of the table in rules/examples/README.md."""
    rows = re.findall(r"^\| ([^|]*?) \| ([^|]*?) \|$", (RECIPES / "README.md").read_text(encoding="utf-8"), re.M)
    names = {p.stem for p in RECIPES.glob("*.ini")}
    return [(what, [n for n in re.findall(r"\w+", re.sub(r"\([^)]*\)", "", listed)) if n in names]) for what, listed in rows if what != "for"]


def index(recipes, texts, language):
    out = [f"# {WORDS['title'][language]}", "", WORDS["twin"][language].format(WORDS["index"]["ru" if language == "en" else "en"]), "",
           "<!-- Made by contrib/cookbook.py; do not edit. -->", "", *textwrap.wrap(WORDS["intro"][language], 120, break_long_words=False, break_on_hyphens=False), ""]
    for what, names in groups():
        said = texts.say(what, language)
        out += [f"## {said[0].upper() + said[1:]}", ""]
        for name in names:
            title = first_sentence(texts.say(recipes[name].head[0][0], language))[0]
            out.append(f"- [{name}]({name}{'.ru' if language == 'ru' else ''}.md): {title}")
        out.append("")
    return "\n".join(out).rstrip("\n") + "\n"


# --- what is wrong -----------------------------------------------------------------------------------

def wrong_questions(recipe):
    """Names in PromQL that the recipe has not."""
    if not recipe.questions:
        return ["no question in PromQL at its end"]
    known = {label for m in recipe.resolved["metrics"] for label in m["labels"]} | {"le", "group_left", "group_right", "histogram_quantile"}
    known |= {m["name"] + end for m in recipe.resolved["metrics"] for end in (("_bucket", "_sum", "_count") if m["type"] == "histogram" else ("",))}
    found = {name for _, promql in recipe.questions for name in re.findall(r"[a-z]\w*_\w+", re.sub(r'"[^"]*"', "", promql))}
    found |= {name for _, promql in recipe.questions for names in re.findall(r"by \(([^)]*)\)", promql) for name in names.split(", ")}
    return [f"it asks for {name}, which it has not" for name in sorted(found - known)]


def not_promql(recipes):
    """What promtool says of all questions together."""
    if not shutil.which("promtool"):
        return []
    rules = [{"record": f"recipe:{r.name}_{i}", "expr": promql} for r in recipes for i, (_, promql) in enumerate(r.questions)]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        json.dump({"groups": [{"name": "questions", "rules": rules}]}, file)
        file.flush()
        said = subprocess.run(["promtool", "check", "rules", file.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return [said.stdout] if said.returncode else []


def made():
    """({path: text}, {recipe: [what is wrong with it]}, [what is wrong with the rest])"""
    texts, recipes = Texts(), {p.stem: Recipe(p) for p in sorted(RECIPES.glob("*.ini"))}
    pages, wrong = {}, {}
    for name, recipe in recipes.items():
        wrong[name] = wrong_questions(recipe)
        for language, end in (("en", ".md"), ("ru", ".ru.md")):
            pages[f"{name}{end}"] = page(recipe, texts, language)
        wrong[name] += [f"rules/examples/ru.po has no Russian of: {text}" for text in dict.fromkeys(texts.missing)]
        texts.missing.clear()
    for language in ("en", "ru"):
        pages[WORDS["index"][language]] = index(recipes, texts, language)
    rest = [f"rules/examples/ru.po has no Russian of: {text}" for text in texts.missing]
    rest += [f"rules/examples/ru.po has a text that no recipe has: {text}" for text in texts.russian.keys() - texts.used]
    rest += [f"rules/examples/README.md does not list {name}" for name in recipes.keys() - {n for _, names in groups() for n in names}]
    names = " \\\n\t".join(f"docs/cookbook/{name}" for name in sorted(pages))
    pages["files.mk"] = f"# Made by contrib/cookbook.py.\ndist_cookbook_DATA = {names}\n"
    return pages, wrong, rest + not_promql(recipes.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    pages, wrong, rest = made()
    there = {p.name: p.read_text(encoding="utf-8") for p in COOKBOOK.glob("*")}
    for name in sorted(there.keys() | pages.keys()):
        if there.get(name) == pages.get(name):
            continue
        if check:
            wrong.get(name.split(".", maxsplit=1)[0], rest).append(f"docs/cookbook/{name} is stale: run contrib/cookbook.py")
        elif name in pages:
            COOKBOOK.mkdir(exist_ok=True)
            (COOKBOOK / name).write_text(pages[name], encoding="utf-8")
        else:
            (COOKBOOK / name).unlink()
    for name, said in [*wrong.items(), ("the rest", rest)]:
        for sentence in said:
            print(f"{name}: {sentence}")
    failed = sum(bool(said) for said in [*wrong.values(), rest])
    print(f"{len(wrong) + 1 - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
