"""contrib/editors: mistakes stand in Vim and VS Code where `check --json` says, saved or not, and the shipped rules are coloured."""
import glob
import json
import os
import re
import shutil
import subprocess

from _common import get, put
from _daemon import LOGTALLY, SRCDIR, main

EDITORS = os.path.join(SRCDIR, "contrib", "editors")
HERE = os.path.join(SRCDIR, "tests", "e2e")
GRAMMAR = os.path.join(EDITORS, "vscode", "syntaxes", "logtally.tmLanguage.json")
RULES = sorted(glob.glob(os.path.join(SRCDIR, "rules", "*.ini")) + glob.glob(os.path.join(SRCDIR, "rules", "examples", "*.ini")))
# Letters of two bytes stand before what is meant; a regex, a list and a table break at a piece of their value.
BAD = """\
[log app]
path   = /nonexistent/*.log
fromat = json

[event été]
where = msg == x

[event request]
match  = é(?<path>\\S+) (unclosed
set.up = é${path|uper}

[counter requests_total]
help   = Requests
inc    = reqest
labels = path, kind=
max_values = many
"""


def logtally(*args):
    return subprocess.run([LOGTALLY, *args], capture_output=True, check=False, timeout=600)


def mistakes(path):
    return json.loads(logtally("check", "--json", path).stdout)["mistakes"]


def vim(script):
    """What the script put into the list `out`; None where Vim cannot be asked."""
    if not shutil.which("vim"):
        return None
    put("script.vim", script + "\ncall writefile(map(out, {_, o -> json_encode(o)}), 'out')\nqall!\n")
    subprocess.run(["vim", "-N", "-u", "NONE", "-i", "NONE", "-n", "-es", "--cmd", "set encoding=utf-8 rtp^=" + os.path.join(EDITORS, "vim"),
                    "--cmd", "let g:logtally_program = '%s'" % LOGTALLY, "-c", "filetype plugin on", "-c", "syntax on", "-S", "script.vim"],
                   stdin=subprocess.DEVNULL, check=False, timeout=600)    # -es: 1 after any message of an error
    return [json.loads(line) for line in get("out").splitlines()]


def sentence(m):
    return m["text"] + ("; " + m["hint"] if m["hint"] else "")


def columns_stand_before_the_sentence():
    put("bad.ini", BAD)
    want = mistakes("bad.ini")
    assert len(want) > 5 and all(m["line"] for m in want), want
    got = re.findall(r"^bad\.ini:(\d+):(\d+): (?:warning: )?(.*)$", logtally("check", "--columns", "bad.ini").stderr.decode(), re.M)
    assert got == [(str(m["line"]), str(m["column"] or 1), sentence(m)) for m in want], (got, want)


def vim_make_fills_the_quickfix_list_to_the_column():
    put("bad.ini", BAD)
    got = vim("edit bad.ini\nsilent make!\nlet out = map(getqflist(), {_, q -> [bufname(q.bufnr), q.lnum, q.col, q.type, q.text, q.valid]})")
    if got is None:
        return "no vim"
    letter = {"mistake": "E", "warning": "W"}
    want = [["bad.ini", m["line"], m["column"] or 1, letter[m["severity"]], sentence(m), 1] for m in mistakes("bad.ini")]
    assert got == want, (got, want)


def vim_shows_mistakes_of_text_that_is_not_saved():
    put("bad.ini", BAD)
    items = "map(getloclist(0), {_, q -> [q.lnum, q.col, q.end_col, q.text]})"
    got = vim("edit bad.ini\nLogtallyCheck\nlet out = [%s]\ncall setline(3, 'format = json')\ndoautocmd TextChanged\nlet out += [%s, prop_list(14)]"
              % (items, items))
    if got is None:
        return "no vim"
    want = [[m["line"], m["column"] or 1, m["end"] or 0, sentence(m)] for m in mistakes("bad.ini")]
    assert got[0] == want, (got[0], want)
    assert got[1] == [w for w in want if w[0] != 3] and len(got[1]) == len(want) - 1, got[1]
    assert [(p["type"], p["col"], p["length"]) for p in got[2]] == [("logtallyE", 10, 6)], got[2]
    assert get("bad.ini") == BAD
    assert sorted(os.listdir()) == ["bad.ini", "out", "script.vim"], os.listdir()


def vim_knows_its_files():
    put("a/logtally.ini", "[server]\nlisten = :7684\n")
    put("a/rules.ini", "; rules\n[counter x_total]\n")
    put("a/grok.ini", "[patterns]\nA = b\n")
    put("a/other.ini", "[server]\nport = 3306\n")
    got = vim("let out = []\nfor f in ['logtally', 'rules', 'grok', 'other']\n  execute 'edit a/' . f . '.ini'\n"
              "  let out += [[f, &filetype ==# 'logtally', &makeprg =~# ' -c ']]\nendfor")
    if got is None:
        return "no vim"
    assert got == [["logtally", 1, 1], ["rules", 1, 0], ["grok", 1, 0], ["other", 0, 0]], got


def kinds(path):
    """[(line from 0, column from 0, what stands there)] of every header, key and comment, as the program reads a file."""
    found, rest = [], False
    for number, line in enumerate(get(path).splitlines()):
        key = re.match(r"([^\s;#\[=][^=]*?)\s*=", line)
        if line.startswith("["):
            found.append((number, 1, "head"))
        elif line.startswith("#") or line.lstrip().startswith(";"):
            found.append((number, len(line) - len(line.lstrip()), "comment"))
        elif key and not line[0].isspace():
            found.append((number, 0, "key"))
            if re.match(r"where\s", line) and re.search(r"\s(==|!=|=~|!~|\^=|<=?|>=?)(\s|$)", line):
                found.append((number, re.search(r"\s(==|!=|=~|!~|\^=|<=?|>=?)(\s|$)", line).start(1), "operator"))
            rest = True
        elif rest and line.startswith((" ", "\t")) and line.strip():
            found.append((number, len(line) - len(line.lstrip()), "value"))
    return found


SCOPES = {"head": "storage.type.logtally", "key": "keyword.other.logtally", "comment": "comment.line", "operator": "keyword.operator.logtally"}
GROUPS = {"head": "logtallySection", "key": "logtallyKey", "comment": "logtallyComment", "operator": "logtallyOperator"}


def the_grammar_colours_all_shipped_rules():
    json.loads(get(GRAMMAR))
    if not shutil.which("node"):
        return "no node"
    done = subprocess.run(["node", os.path.join(HERE, "_tokens.js"), GRAMMAR, *RULES], capture_output=True, check=True, timeout=600)
    tokens = json.loads(done.stdout)
    wrong, looked = [], 0
    for path in RULES:
        for number, column, kind in kinds(path):
            scopes = next((s for start, end, s in tokens[path][number] if start <= column < end), [])
            looked += 1
            right = scopes[1:] == [] or not any(s.startswith(("keyword.other", "storage")) for s in scopes) if kind == "value" \
                else any(s.startswith(SCOPES[kind]) for s in scopes)
            if not right:
                wrong.append((path, number + 1, column, kind, scopes))
    assert not wrong and looked > 1500, (looked, wrong[:5])


def vim_colours_all_shipped_rules():
    want = [[path, number + 1, column + 1, GROUPS[kind]] for path in RULES for number, column, kind in kinds(path) if kind in GROUPS]
    put("want", "".join(json.dumps([os.path.relpath(path), line, len(get(path).splitlines()[line - 1][:column - 1].encode()) + 1, group]) + "\n"
                        for path, line, column, group in want))
    got = vim("""let out = []
let g:logtally_live = 0
let file = ''
for w in map(readfile('want'), {_, l -> json_decode(l)})
  if w[0] !=# file
    execute 'edit ' . w[0]
    setlocal filetype=logtally synmaxcol=0
    let file = w[0]
  endif
  let names = map(synstack(w[1], w[2]), {_, i -> synIDattr(i, 'name')})
  if index(names, w[3]) < 0
    let out += [w + names]
  endif
endfor
let out += ['end']""")
    if got is None:
        return "no vim"
    assert got == ["end"], got[:5]


def vscode_underlines_to_the_column_saved_or_not():
    if not shutil.which("node"):
        return "no node"
    put("bad.ini", BAD.replace("max_values", "MISTAKEmax_values"))
    done = subprocess.run(["node", os.path.join(HERE, "_vscode.js"), os.path.join(EDITORS, "vscode", "extension.js"), LOGTALLY,
                           os.path.abspath("bad.ini")], capture_output=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr.decode()
    first, second = json.loads(done.stdout)
    assert first["language"] == second["language"] == "logtally"
    lines = get("bad.ini").split("\n")

    def utf16(line, column):
        return len(lines[line - 1].encode()[:column - 1].decode().encode("utf-16-le")) // 2

    def shown(m):
        start = utf16(m["line"], m["column"]) if m["column"] else 0
        end = max(utf16(m["line"], m["end"]), start + 1) if m["end"] else len(lines[m["line"] - 1])
        return [m["line"] - 1, start, m["line"] - 1, end, ["mistake", "warning"].index(m["severity"]), sentence(m)]
    want = [shown(m) for m in mistakes("bad.ini")]
    assert first["list"] == want, (first["list"], want)
    assert any(w[5].startswith('unknown key "MISTAKEmax') for w in want), want
    assert [d for d in second["list"] if d[0] != 15] == [w for w in want if w[0] != 15], second["list"]
    assert second["list"][-1][:2] == [15, 13], second["list"]
    assert os.listdir() == ["bad.ini"], os.listdir()


def vim_says_once_that_nothing_is_checked():
    """The text cannot lie beside a file whose directory is not there, or must not be written."""
    got = vim("edit missing/x.ini\ncall setline(1, '[counter x_total]')\nsetlocal filetype=logtally\ndoautocmd TextChanged\n"
              "call setline(2, 'help = X')\ndoautocmd TextChanged\nlet out = filter(split(execute('messages'), '\\n'), {_, m -> m =~# 'E482'})")
    if got is None:
        return "no vim"
    assert len(got) == 1 and got[0].startswith("logtally: not checked: "), got


def vscode_says_why_nothing_is_checked():
    if not shutil.which("node"):
        return "no node"
    script = """const load = require("module")._load;
require("module")._load = (name, ...rest) => name === "vscode" ? {} : load(name, ...rest);
require(process.argv[1]).check("missing/x.ini", "", {program: process.argv[2], together: process.argv[3] === "1"},
                               (list, why) => console.log(list, why));"""
    for together in "01":
        done = subprocess.run(["node", "-e", script, os.path.join(EDITORS, "vscode", "extension.js"), LOGTALLY, together], capture_output=True,
                              text=True, check=False, timeout=600)
        assert done.returncode == 0 and done.stdout.startswith("null ENOENT"), (done.stdout, done.stderr)


def vscode_files_fit_together():
    package = json.loads(get(os.path.join(EDITORS, "vscode", "package.json")))
    for path in [package["main"], package["contributes"]["grammars"][0]["path"], package["contributes"]["languages"][0]["configuration"]]:
        assert os.path.exists(os.path.join(EDITORS, "vscode", path)), path
    json.loads(get(os.path.join(EDITORS, "vscode", "language-configuration.json")))
    matcher = package["contributes"]["problemMatchers"][0]
    tasks = json.loads(get(os.path.join(EDITORS, "vscode", "tasks.json")))["tasks"]
    assert {t["problemMatcher"] for t in tasks if t["problemMatcher"]} == {"$" + matcher["name"]}
    put("bad.ini", BAD)
    said = logtally("check", "--columns", "bad.ini").stderr.decode().splitlines()
    found = [m.groups() for m in (re.match(matcher["pattern"]["regexp"], line) for line in said) if m]
    want = [("bad.ini", str(m["line"]), str(m["column"] or 1), None if m["severity"] == "mistake" else "warning", sentence(m))
            for m in mistakes("bad.ini")]
    assert found == want, (found, want)


main(columns_stand_before_the_sentence, vim_make_fills_the_quickfix_list_to_the_column, vim_shows_mistakes_of_text_that_is_not_saved,
     vim_knows_its_files, vim_colours_all_shipped_rules, the_grammar_colours_all_shipped_rules, vscode_underlines_to_the_column_saved_or_not,
     vim_says_once_that_nothing_is_checked, vscode_says_why_nothing_is_checked, vscode_files_fit_together)
