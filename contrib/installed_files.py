#!/usr/bin/env python3
"""Writes what is installed beside the program and made of its tables: contrib/logtally.ini.in of the keys of a configuration,
contrib/completions/logtally (bash) of commands and options.

    contrib/installed_files.py [--check]

The program is $LOGTALLY, or else build/gcc's; --check only compares, and fails when one is stale.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap

TOP = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = os.environ.get("LOGTALLY") or TOP / "build/gcc/src/logtally"
SECTIONS = ["server", "state", "limits", "metrics", "rules"]

HEAD = """\
; What logtally follows, where it answers, what it keeps: logtally.ini(5), or `logtally help keys`.
;
; Every key has its default here, behind a `;`: take that away from what you change. To begin with, do one of these, not
; both, as lines are read once, by the first log whose path is theirs:
;
;   - Copy a recipe into the folder rules beside this file. It brings its own [log]: correct the path there.
;
;         cp @pkgdatadir@/rules/examples/nginx.ini @sysconfdir@/logtally/rules/
;
;   - Name a log at the end of this file, and put rules of your own for it into that folder. (`logtally suggest LOG` writes
;     the first ones.)
;
; Then see what that is: `logtally check`, and `systemctl reload logtally`.
"""

COMPLETION = r"""# bash completion of logtally. Made by contrib/installed_files.py of `logtally help`.
# shellcheck shell=bash

_logtally() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]-} options='' kinds=''
    COMPREPLY=()
    if [ "$cur" = = ]; then
        cur=''
    elif [ "$prev" = = ]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W '@COMMANDS@' -- "$cur")
        return
    fi
    case $command in
@ROWS@
    *) return ;;
    esac
    [[ $cur == -* ]] || case "$command $prev" in
@VALUES@
    esac
    case " $kinds " in
    *" $prev=files "*) options='' ;;
    *" $prev="*) return ;;
    *)
        if [[ $cur == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
            return
        fi
        [[ " $kinds " == *" arguments=files "* ]] || return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    compopt -o filenames 2>/dev/null
}
complete -F _logtally logtally
"""
# What may stand behind an option, or behind `help`, where it is one of few words.
WORDS = {
    ("run", "--log.level"): "error warn info debug",
    ("run", "--log.format"): "text logfmt json",
    ("replay", "--format"): "text openmetrics json",
    ("merge", "--format"): "text openmetrics json",
}
FILES = re.compile(r"FILE|DIR|GLOB|SNAPSHOT|OUT|LOG\b")
NAMES = {"--as"}    # its LOG is a name of the configuration


def said(*args):
    return subprocess.run([PROGRAM, "help", *args], stdout=subprocess.PIPE, check=True, text=True).stdout


def comment(text):
    return "".join(f"; {line}\n" for line in textwrap.wrap(text, 116, break_long_words=False, break_on_hyphens=False))


def key(k, shown=None):
    more = f" ({k['min']} to {k['max']})" if k["min"] else f" ({k['value']})" if " | " in k["value"] else ""
    return comment(k["help"].replace("`", "") + more) + f";{k['name']} = {shown or k['default'] or k['value']}\n"


def configuration():
    keys = json.loads(said("keys", "--json"))
    text = HEAD
    for section in SECTIONS:
        text += f"\n[{section}]\n" + "".join(key(k) for k in keys[section])
    path, *others = keys["log"]
    assert path["name"] == "path", path
    text += "\n; A log: one file, or many that are written alike. As many of these as there are kinds of logs.\n;[log app]\n"
    text += key(path, "/var/log/app/*.log") + "; Further keys: `logtally help keys log` has " + ", ".join(k["name"] for k in others[:3])
    return text + " and others.\n"


def commands():
    return re.findall(r"^  ([a-z]+)  ", said().split("\n\n")[2], re.M)


def options(command):
    """[(names, value)] of a command, as help shows them."""
    return [([n for n in (letter, name) if n], value)
            for letter, name, value in re.findall(r"^  (-\w)?,?\s+(--[\w.-]+) ?([A-Z][^ ]*)?", said(command), re.M)]


def completion():
    rows, values = [], []
    for command in commands():
        found = options(command)
        usage = said(command).split("\n", 1)[0]
        kinds = [f"{n}={'files' if FILES.search(value) and n not in NAMES else 'other'}" for names, value in found if value for n in names]
        kinds += ["arguments=files"] if FILES.search(usage.split("]", 1)[1]) else []
        rows.append(f"    {command})\n        options='{' '.join(n for names, _ in found for n in names)}'\n        kinds='{' '.join(kinds)}'\n        ;;")
    words = {f"'{command} {option}'": w for (command, option), w in WORDS.items()}
    words["'state state'"] = "drop"
    words["'help help'"] = " ".join([*commands(), "keys", "metrics"])
    words["'help keys'"] = " ".join(json.loads(said("keys", "--json")))
    for at, w in words.items():
        values.append(f"    {at})\n        mapfile -t COMPREPLY < <(compgen -W '{w}' -- \"$cur\")\n        return\n        ;;")
    return COMPLETION.replace("@COMMANDS@", " ".join(commands())).replace("@ROWS@", "\n".join(rows)).replace("@VALUES@", "\n".join(values))


def main():
    stale = []
    for name, text in (("contrib/logtally.ini.in", configuration()), ("contrib/completions/logtally", completion())):
        path = TOP / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"stale, run contrib/installed_files.py: {', '.join(stale)}")


if __name__ == "__main__":
    main()
