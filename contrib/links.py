#!/usr/bin/env python3
"""Does every link between our documents lead somewhere, and does a link lead to every document?

    contrib/links.py
    contrib/links.py --installed FOLDER     only that links lead somewhere, of documents where they are installed

A link leads somewhere when its file is there and has the heading that it names, as GitHub makes anchors of headings. A page
links to pages of its own language, where they exist, and to its twin in the other. From README.md all English pages are
reached, and from README.ru.md all Russian ones: what nobody links to is read by nobody. Each is in the tarball. A path that a page or a manual only
names must be there, too, and so must the page, and the heading, that any other file names: scripts, rules, alerts.
Addresses of other servers are not asked.

The last line is `N passed, N failed`, one for each document and one for all other files together."""
import functools
import os
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PLACES = [".", "bench", "contrib", "docs", "grafana", "prometheus", "rules", "src", "tests"]
CODE = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)
LINK = re.compile(r"\]\(([^()\s]+)\)")
# A path as a page names it; what ends in a wildcard or is a placeholder (NAME) is none. What lies in bench and tests is built, mostly.
NAMED = re.compile(r"(?<![\w/.~$*{}-])((?:contrib|docs|grafana|prometheus)/[\w./-]*\w|(?:bench|tests)/[\w/]*\.(?:py|sh|mk))(?![\w/]*[*{<])")
# A document as any other file names it.
PAGE = re.compile(r"(?<![\w/.-])(?:https://\S*?/blob/main/)?((?:docs|contrib)/[\w./-]+\.md)(?:#([\w-]+))?")
XR = re.compile(r"^\.Xr (logtally[\w.-]*) (\d)", re.M)    # of a manual: another of ours
MADE = ["secrets/", "NAME"]    # what its reader makes


def text_of(path):
    return path.read_text(encoding="utf-8", errors="replace")


def files():
    """All that we wrote, by hand or by a program, and is text."""
    found = []
    for place in PLACES:
        all_of = (TOP / place).glob("*") if place == "." else (TOP / place).rglob("*")
        found += [p for p in all_of if p.is_file() and "corpus" not in p.parts and "node_modules" not in p.parts
                  and p.suffix in {".md", ".py", ".sh", ".ini", ".yml", ".yaml", ".json", ".c", ".h", ".mk", ".am", ".1", ".5", ".in", ".ac", ""}]
    return found


@functools.lru_cache(None)
def anchors(path):
    """What a link may name in a document; of headings with the same words the second ends in -1."""
    heads, found = {}, set()
    for head in re.findall(r"^#+ (.*)$", CODE.sub("", text_of(path)), re.M):
        head = re.sub(r"[^\w\- ]", "", re.sub(r"<!--.*?-->", "", head).lower()).replace(" ", "-")
        found.add(f"{head}-{heads[head]}" if head in heads else head)
        heads[head] = heads.get(head, 0) + 1
    return found


def is_russian(path):
    return path.name.endswith(".ru.md")


def twin(path):
    """The same page in the other language."""
    return path.with_name(path.name.replace(".ru.md", ".md") if is_russian(path) else path.name.replace(".md", ".ru.md"))


def target_of(path, link):
    """(the file or None, the anchor); a directory is its README."""
    name, _, anchor = link.partition("#")
    target = Path(os.path.normpath(path.parent / name)) if name else path
    if (target / "README.md").exists():
        target = target / "README.md"
    return (target if target.exists() else None), anchor


def wrong_links(path, text):
    """([what is wrong], the pages that are linked to)"""
    wrong, pages = [], set()
    for link in LINK.findall(re.sub(r"`[^`\n]*`", "", text)):
        if "://" in link or link.startswith("mailto:"):
            continue
        target, anchor = target_of(path, link)
        if target is None or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            wrong.append(f"the link {link} leads nowhere")
        elif target.suffix == ".md":
            pages.add(target)
            if is_russian(target) != is_russian(path) and twin(target).exists() and target != twin(path):
                wrong.append(f"the link {link} leads to another language: there is {twin(target).name}")
    return wrong, pages


def wrong_names(path, text):
    return [f"it names {name}, which is not there" for name in set(NAMED.findall(text))
            if not (TOP / name).exists() and not (path.parent / name).exists() and not any(made in name for made in MADE)]


def reached(first, links):
    """The pages that one comes to from it, without leaving its language."""
    seen, new = set(), {first}
    while new:
        seen |= new
        new = {page for path in new for page in links.get(path, ()) if is_russian(page) == is_russian(first)} - seen
    return seen


def distributed():
    """Files and directories that are in the tarball, as the makefiles name them."""
    return {word for path in [TOP / "Makefile.am", TOP / "docs/cookbook/files.mk"] for word in re.sub(r"#.*", "", text_of(path)).split()}


def documents(paths):
    """{path: [what is wrong]}"""
    wrong, links, tarball = {}, {}, distributed()
    for path in paths:
        text = text_of(path)
        wrong[path], links[path] = wrong_links(path, CODE.sub("", text))
        wrong[path] += wrong_names(path, text)
        if twin(path).exists() and twin(path) not in links[path]:
            wrong[path].append(f"no link to {twin(path).name}")
        name = path.relative_to(TOP)
        if not tarball & {str(part) for part in [name, *name.parents]}:
            wrong[path].append("it is not in the tarball: Makefile.am does not name it")
    for first in (TOP / "README.md", TOP / "README.ru.md"):
        for path in {p for p in wrong if is_russian(p) == is_russian(first)} - reached(first, links):
            wrong[path].append(f"no link leads to it from {first.name}")
    return wrong


def others(paths):
    """[what is wrong] with documents that other files name."""
    wrong = []
    for path in paths:
        text = text_of(path)
        said = wrong_names(path, text) if path.suffix in {".1", ".5"} else []
        said += [f"there is no manual {name}({part})" for name, part in set(XR.findall(text)) if not (TOP / f"docs/man/{name}.{part}").exists()]
        for name, anchor in set(PAGE.findall(text)) if ".md" in text else ():
            if not (TOP / name).exists():
                said.append(f"it names {name}, which is not there")
            elif anchor and anchor not in anchors(TOP / name):
                said.append(f"{name} has no heading #{anchor}")
        wrong += [f"{path.relative_to(TOP)}: {sentence}" for sentence in said]
    return wrong


def tell(wrong, top):
    for path, said in wrong.items():
        for sentence in said:
            print(f"{os.path.relpath(path, top)}: {sentence}")


def installed(folder):
    rules = folder / "rules"                        # a link, which rglob does not enter: its documents are read in both places
    paths = sorted([*folder.rglob("*.md"), rules / "examples/README.md", rules.resolve() / "examples/README.md"])
    wrong = {path: wrong_links(path, CODE.sub("", text_of(path)))[0] for path in paths}
    tell(wrong, folder)
    failed = sum(map(bool, wrong.values()))
    print(f"{len(wrong) - failed} passed, {failed} failed")
    return failed > 0


def main():
    if sys.argv[1:2] == ["--installed"]:
        return installed(Path(sys.argv[2]).resolve())
    found = files()
    wrong = documents(sorted(p for p in found if p.suffix == ".md"))
    tell(wrong, TOP)
    rest = others(p for p in found if p.suffix != ".md")
    print(*rest, sep="\n", end="\n" if rest else "")
    failed = sum(bool(said) for said in wrong.values()) + bool(rest)
    print(f"{len(wrong) + 1 - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
