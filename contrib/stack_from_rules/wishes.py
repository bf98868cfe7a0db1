"""The INI of wishes: what a person decides and no rule can tell. Everything but `rules` has a default.

What may be said stands in KEYS, once: the reader, its mistakes and docs/stack-from-rules.md go by it (a test compares them).
"""

import configparser
import difflib
import glob
import pathlib
import re

# What a metric may be, by its type.
ROLES = {"counter": ("traffic", "errors", "hidden"), "histogram": ("durations", "sizes", "hidden"), "gauge": ("saturation", "hidden")}
# How much of a counter is drawn: what grows all the time as a rate, rare events as their number within a window.
PERIODS = {"second": None, "5m": 300, "1h": 3600}

KEYS = {
    "stack": ("rules", "out", "name", "title", "owner", "runbook"),
    "file": ("title", "owner", "golden"),
    "metric": ("title", "role", "bad", "per", "limit", "owner"),
    "slo": ("title", "objective", "of", "bad", "within", "least", "owner"),
}


class Mistake(Exception):
    """What is wrong with the wishes or the rules, in a sentence for the person who wrote them."""


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


UNITS = {"": 1, "%": 0.01, "ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400,
         **{f"{prefix}B": 1000 ** n for n, prefix in enumerate("kMGT", 1)}, **{f"{prefix}iB": 1024 ** n for n, prefix in enumerate("KMGT", 1)}}


def number(where, text):
    """5, a share (99.9%), a duration (500ms, in seconds), bytes (2GB, 2GiB)."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(\D*)", text)
    if not found or found[2] not in UNITS:
        raise Mistake(f"{where}: {text!r} is no number, share (99.9%), duration (500ms) or size (2GB)")
    return float(found[1]) * UNITS[found[2]]


def word(where, text):
    """A value of a label, which YAML takes for a text as it is."""
    if not re.fullmatch(r"[A-Za-z][\w.@-]*", text) or text.lower() in ("yes", "no", "on", "off", "true", "false", "null", "y", "n"):
        raise Mistake(f"{where}: {text!r} is not one word of letters, digits and _ . @ -")
    return text


def plain(text):
    """On one line, and nothing in it is a template of Prometheus's."""
    return " ".join(text.split()).replace("{{", "{ {")


def address(where, text):
    """Of a page, which YAML takes for a text as it is, and Prometheus for no template."""
    if not re.fullmatch(r"[\w./][^\s'\"`{}<>|\\]*", text):
        raise Mistake(f"{where}: {text!r} is no address of a page")
    return text


def one_of(where, text, words):
    if text not in words:
        raise Mistake(f"{where}: {text!r} is none of {', '.join(words)}")
    return text


def near(word, words):
    found = difflib.get_close_matches(word, words, 1)
    return f"; did you mean {found[0]}?" if found else ""


class Wishes:
    """`sections[kind][name]` are the wishes as written; `get` asks for one by the mistake's words."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.home = self.path.resolve().parent
        self.sections = {kind: {} for kind in KEYS}
        self._read()
        stack = self.sections["stack"].get("", {})
        if not stack.get("rules"):
            raise Mistake(f"{self.path}: [stack] must say rules = FILE...")
        self.rules = [found for word in stack["rules"].split() for found in self._files(word)]
        self.out = self.home / stack.get("out", ".")
        self.name = slug(stack.get("name", self.home.name))
        if not self.name:
            raise Mistake(f"{self.where('stack', '', 'name')}: say a name of letters a-z and digits, not {stack.get('name', self.home.name)!r}")
        self.title = stack.get("title", self.name)
        for kind, sections in self.sections.items():
            for name, wishes in sections.items():
                if "owner" in wishes:
                    word(self.where(kind, name, "owner"), wishes["owner"])
        self.owner = stack.get("owner", "")
        self.runbook = address(self.where("stack", "", "runbook"), stack.get("runbook", "metrics.md"))

    def _read(self):
        ini = configparser.ConfigParser(delimiters=("=",), comment_prefixes=(";", "#"), interpolation=None, default_section="\n")
        ini.optionxform = str
        try:
            with open(self.path, encoding="utf-8-sig") as text:
                ini.read_file(text, str(self.path))
        except (OSError, configparser.Error, UnicodeDecodeError) as error:
            raise Mistake(str(error)) from error
        for section in ini.sections():
            kind, _, name = section.partition(" ")
            if kind not in KEYS or bool(name) == (kind == "stack"):
                raise Mistake(f"{self.path}: unknown section [{section}]{near(kind, KEYS)}")
            for key in ini[section]:
                if key not in KEYS[kind]:
                    raise Mistake(f"{self.path}: [{section}]: unknown key {key}{near(key, KEYS[kind])}")
            self.sections[kind][name.strip()] = {key: plain(text) if key == "title" else text for key, text in ini[section].items()}

    def _files(self, word):
        """Relative to the wishes, and kept so: what is written must be the same wherever the project lies."""
        found = sorted(glob.glob(word, root_dir=self.home))
        if not found:
            raise Mistake(f"{self.path}: rules = {word}: there is no such file")
        return [f for name in found for f in (sorted(glob.glob(f"{name}/*.ini", root_dir=self.home))
                                              if (self.home / name).is_dir() else [name])]

    def get(self, kind, name, key, default=None):
        return self.sections[kind].get(name, {}).get(key, default)

    def known(self, kind, names):
        """Every section of this kind must be about something that is there."""
        for name in self.sections[kind]:
            if name not in names:
                raise Mistake(f"{self.path}: [{kind} {name}]: the rules have no such {kind}{near(name, names)}")

    def where(self, kind, name, key):
        return f"{self.path}: [{f'{kind} {name}'.strip()}]: {key}"
