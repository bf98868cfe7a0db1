#!/usr/bin/env python3
"""Writes the syntax files of editors, from the schema that the program reads its files by.

    editor_syntax.py [--check]      LOGTALLY names the program, else build/gcc's; --check only compares, and fails when one is stale

Every section colours only its own keys, so that a key in the wrong section looks wrong at once. What a value may hold goes
by the key's type: regexes, conditions, templates, rows of a table, lists, choices, numbers.
"""
import json
import re
import sys

from key_tables import TOP, schema, sources

VIM = "contrib/editors/vim/syntax/logtally.vim"
GRAMMAR = "contrib/editors/vscode/syntaxes/logtally.tmLanguage.json"
MADE = "Made by contrib/editor_syntax.py; change that and run it again."
NUMBERS = {"count", "size", "duration", "number"}
# What help calls the value of `map`.
ARROW = "VALUE -> RESULT"


def style(key):
    """What a value looks like: the types that are coloured alike are one."""
    if key["type"] in NUMBERS:
        return "number"
    if key["value"] == ARROW:
        return "rows"
    if key["type"] == "text":
        return "prose" if key["free"] else "text"
    return key["type"]


def name_of(key, section):
    """A regex, the same for Vim's very magic and for Oniguruma, of the key's name."""
    if section == "patterns" and key["name"] == "NAME":
        return r"[A-Za-z_][A-Za-z0-9_]*"
    if key["name"].endswith(".FIELD"):
        return key["name"][:-len("FIELD")].replace(".", r"\.") + r"[^ \t=]+"
    return key["name"]


def keys_by_style(keys, section):
    """[(style, free, [name])]; what takes any name comes last."""
    found = {}
    for key in keys[section]:
        found.setdefault((key["name"] == "NAME", style(key), key["free"]), []).append(name_of(key, section))
    return [(how, free, names) for (_, how, free), names in sorted(found.items())]


def choices(keys):
    """The words that values are chosen from: in code letters, not the names of what stands there."""
    words = {w for keys_of in keys.values() for key in keys_of for w in key["value"].split(" | ")
             if " | " in key["value"] and not w.isupper()}
    return sorted(words)


def longest_first(words):
    return sorted(words, key=lambda w: (-len(w), w))


NUMBER = r"[-+]?[0-9][0-9.]*"
STYLES = ["regex", "condition", "template", "rows", "list", "choice", "number", "text", "prose"]


# --- Vim ------------------------------------------------------------------------------------------

def vim(keys):
    operators = "|".join(re.sub(r"([=<>~^])", r"\\\1", o) for o in longest_first(sources("operators")))
    units = "|".join(longest_first(u for u in sources("units") if u.isascii()))
    inside = {
        "regex": "@logtallyInRegex", "condition": "logtallyTested,@logtallyInRegex", "template": "logtallyTemplate", "rows": "logtallyArrow,logtallyTable",
        "list": "logtallyString,logtallyNumber", "choice": "logtallyChoice", "number": "logtallyNumber",
        "text": "logtallyChoice,logtallyNumber,logtallyTable", "prose": "logtallyTemplate",
    }
    look = {"regex": "String", "condition": "String", "template": "String", "rows": "String", "list": "Identifier", "choice": "Identifier",
            "number": "Identifier", "text": "Identifier", "prose": "String"}
    lines = [f'" Syntax of logtally\'s rules and configuration. {MADE}', "if exists('b:current_syntax')", "  finish", "endif", "",
             "syntax case match", "syntax sync fromstart", "",
             r"syntax match logtallyComment /^\s*;.*/", "syntax match logtallyComment /^#.*/",
             r"syntax match logtallyInline /\s\zs;.*/ contained",
             rf"syntax match logtallyNumber /\v<{NUMBER.replace('[-+]?', '')}%({units})?>/ contained",
             rf"syntax match logtallyChoice /\v<%({'|'.join(choices(keys))})>/ contained",
             r'syntax region logtallyString start=/"/ end=/"/ oneline contained',
             r"syntax match logtallyTemplate /\${[^}]*}/ contained contains=logtallyFilter",
             rf"syntax match logtallyFilter /\v\|\s*\zs%({'|'.join(longest_first(sources('filters')))})>/ contained",
             r"syntax match logtallyArrow /->/ contained", r"syntax match logtallyTable /@\S\+/ contained",
             r"syntax match logtallyGroup /(?P\?<\w\+>/ contained", r"syntax match logtallyPattern /%{\w\+\%(:[^}]*\)\?}/ contained",
             r"syntax cluster logtallyInRegex contains=logtallyGroup,logtallyPattern,logtallyArrow",
             rf"syntax match logtallyTested /\v\=\s*\zs[^ \t=!<>~^]+\s+%({operators})/ contained contains=logtallyOperator",
             rf"syntax match logtallyOperator /\v\s\zs%({operators})/ contained", ""]
    for section in keys:
        groups = []
        # Of two that match, Vim takes the last: what takes any name must come first.
        for how, free, names in reversed(keys_by_style(keys, section)):
            group = f"logtally_{section}_{how}" + ("_any" if names[0].startswith("[") else "")
            groups.append(group)
            has = inside[how] + ("" if free else ",logtallyInline")
            lines.append(f"syntax region {group} matchgroup=logtallyKey start=/\\v^%({'|'.join(names)})\\ze\\s*\\=/ end=/^\\ze\\%(\\S\\|\\s*;\\)/ end=/^\\s*$/ "
                         f"contained keepend contains={has}")
            lines.append(f"highlight default link {group} {look[how]}")
        lines.append(f"syntax region logtally_{section} matchgroup=logtallySection start=/\\v^\\[\\s*{section}>[^]]*\\]/ end=/^\\ze\\[/ "
                     f"contains=logtallyComment,{','.join(groups)}")
        lines.append("")
    lines += [f"highlight default link logtally{what} {like}" for what, like in (
        ("Comment", "Comment"), ("Inline", "Comment"), ("Section", "Type"), ("Key", "Keyword"), ("Number", "Number"), ("Choice", "Constant"),
        ("String", "String"), ("Template", "Special"), ("Filter", "Function"), ("Arrow", "Operator"), ("Table", "Include"), ("Group", "Special"),
        ("Pattern", "Macro"), ("Tested", "Identifier"), ("Operator", "Operator"))]
    lines += ["", "let b:current_syntax = 'logtally'"]
    return "\n".join(lines) + "\n"


# --- TextMate -------------------------------------------------------------------------------------

def rule(name, match):
    return {"name": f"{name}.logtally", "match": match}


def grammar(keys):
    operators = "|".join(re.escape(o) for o in longest_first(sources("operators")))
    units = "|".join(longest_first(sources("units")))
    comment = rule("comment.line.semicolon", r"(?<=\s);.*$")
    template = {"name": "meta.template.logtally", "begin": r"\$\{", "end": r"\}",
                "beginCaptures": {"0": {"name": "punctuation.definition.template.begin.logtally"}},
                "endCaptures": {"0": {"name": "punctuation.definition.template.end.logtally"}},
                "patterns": [rule("support.function", r"(?<=\|)\s*(?:" + "|".join(longest_first(sources("filters"))) + r")\b"),
                             rule("variable.other", r"[^|}]+")]}
    number = rule("constant.numeric", rf"(?<![\w.]){NUMBER}(?:{units})?(?!\w)")
    arrow, table = rule("keyword.operator", "->"), rule("string.unquoted.path", r"@\S+")
    string = rule("string.quoted.double", r'"[^"]*"')
    chosen = rule("constant.language", r"\b(?:" + "|".join(choices(keys)) + r")\b")
    regex = [rule("variable.parameter", r"(?<=\(\?<|\(\?P<)\w+(?=>)"), rule("support.constant", r"%\{\w+(?::[^}]*)?\}"),
             rule("constant.character.escape", r"\\."), arrow, rule("string.regexp", r"[^\\(%<\w-]+|\w+|.")]
    inside = {
        "regex": regex,
        "condition": [{"match": rf"(?<==)\s*([^\s=!<>~^]+)\s*({operators}|$)",
                       "captures": {"1": {"name": "variable.other.logtally"}, "2": {"name": "keyword.operator.logtally"}}}, *regex],
        "template": [template, rule("string.unquoted", r"[^$]+|\$")],
        "rows": [arrow, table, template, rule("string.unquoted", r"[^-$@]+|.")],
        "list": [string, number, rule("variable.other", r'[^\s,"=|]+')],
        "choice": [chosen], "number": [number], "text": [chosen, string, number, table],
        "prose": [template, rule("string.unquoted", r"[^$]+|\$")],
    }
    repository, top = {}, []
    for how in STYLES:
        repository[how] = {"patterns": inside[how]}
    for section in keys:
        parts = [{"include": "#comment"}]
        for how, free, names in keys_by_style(keys, section):
            parts.append({
                "begin": rf"^({'|'.join(names)})\s*(=)", "end": r"^(?=\S|\s*;|\s*$)",
                "beginCaptures": {"1": {"name": "keyword.other.logtally"}, "2": {"name": "keyword.operator.assignment.logtally"}},
                "patterns": ([] if free else [comment]) + [{"include": f"#{how}"}],
            })
        repository[f"section-{section}"] = {
            "begin": rf"^(\[)\s*({section})\b([^\]]*)(\])", "end": r"^(?=\[)",
            "beginCaptures": {"2": {"name": "storage.type.logtally"}, "3": {"name": "entity.name.section.logtally"}}, "patterns": parts,
        }
        top.append({"include": f"#section-{section}"})
    repository["comment"] = {"patterns": [rule("comment.line.semicolon", r"^\s*;.*$"), rule("comment.line.number-sign", r"^#.*$")]}
    whole = {"$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json", "name": "logtally", "comment": MADE,
             "scopeName": "source.logtally", "patterns": [{"include": "#comment"}, *top], "repository": repository}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def main():
    keys, stale = schema(), []
    for path, text in ((VIM, vim(keys)), (GRAMMAR, grammar(keys))):
        if "--check" not in sys.argv:
            (TOP / path).write_text(text, encoding="utf-8")
        elif (TOP / path).read_text(encoding="utf-8") != text:
            stale.append(path)
    sys.exit(f"stale, run contrib/editor_syntax.py: {', '.join(stale)}" if stale else 0)


if __name__ == "__main__":
    main()
