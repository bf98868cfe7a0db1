#!/usr/bin/env python3
"""What is installed beside the program: the configuration says what is so anyway, and bash completes what the program takes."""
import json
import os
import re
import subprocess

from _common import get, put
from _daemon import SRCDIR, main, ran

COMPLETION = os.path.join(SRCDIR, "contrib", "completions", "logtally")
TRY = r"""
shopt -u failglob
. "$1"; shift
while IFS=$'\x1f' read -r -a COMP_WORDS; do
    COMP_WORDS=("${COMP_WORDS[@]%$'\x1e'}")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _logtally
    printf '%s\x1f' "${COMPREPLY[@]}"; echo
done
"""


def completed(*lines):
    """What bash proposes for the last word of each line, as a set. A word that is empty is ''."""
    asked = "".join("\x1f".join(w + "\x1e" for w in line) + "\n" for line in lines)
    r = subprocess.run(["bash", "-c", TRY, "bash", COMPLETION], input=asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    assert not r.stderr, r.stderr
    said = [set(line.split("\x1f")) - {""} for line in r.stdout.splitlines()]
    assert len(said) == len(lines), (said, lines)
    return said


def commands():
    return re.findall(r"^  ([a-z]+)  ", ran("help").stdout.split("\n\n")[2], re.M)


def every_key_is_there_at_its_default():
    """The sample, and the sample with every key that has a default taken out of its comment, come to the same."""
    text = get(os.path.join(SRCDIR, "contrib", "logtally.ini.in"))
    keys = json.loads(ran("help", "keys", "--json").stdout)
    spelled = text
    for section in ("server", "state", "limits", "metrics", "rules"):
        assert f"\n[{section}]\n" in text, section
        for key in keys[section]:
            assert re.search(rf"^;{key['name']} = ", text, re.M), key
            if key["default"]:
                spelled, n = re.subn(rf"^;({key['name']} = {re.escape(key['default'])})$", r"\1", spelled, flags=re.M)
                assert n == 1, key
    assert "\n;[log app]\n" in text and "\n;path = " in text
    os.mkdir("rules")
    put("rules/a.ini", "[event a]\nmatch = a\n")      # a folder that is named is to have rules
    for name, content in (("sample.ini", text), ("spelled.ini", spelled), ("log.ini", re.sub(r"^;(\[log|path)", r"\1", spelled, flags=re.M))):
        put(name, content)
        assert "no mistakes" in ran("check", "-c", name).stdout, name


def every_option_is_completed():
    for command in commands():
        options = set(re.findall(r"^  (?:-\w, |    )?(--[\w.-]+)", ran("help", command).stdout, re.M))
        assert len(options) > 0, command
        got, long = completed(["logtally", command, "-"], ["logtally", command, "--he"])
        assert options == {o for o in got if o.startswith("--")}, (command, options ^ got)
        assert long == {"--help"}, long


def words_are_completed_where_few_are_right():
    got = completed(["logtally", ""], ["logtally", "re"], ["logtally", "help", ""], ["logtally", "help", "keys", "se"],
                    ["logtally", "run", "--log.format", ""], ["logtally", "run", "--log.format", "=", "js"], ["logtally", "replay", "--format", "o"])
    assert got[0] == set(commands()) and got[1] == {"replay"}, got
    assert got[2] == set(commands()) | {"keys", "metrics"} and got[3] == {"server"}, got
    assert got[4] == {"text", "logfmt", "json"} and got[5] == {"json"} and got[6] == {"openmetrics"}, got


def what_is_proposed_is_taken():
    put("a.ini", "[event a]\nmatch = a\n[counter a_total]\nhelp = a\ninc = a\n")
    put("a.log", "a\n")
    for form in completed(["logtally", "replay", "--format", ""])[0]:
        ran("replay", "--rules", "a.ini", "--format", form, "a.log")
    for option in ("--log.level", "--log.format"):
        for word in completed(["logtally", "run", option, ""])[0]:
            assert "no rules" in ran("run", "--rules", "none.ini", option, word, code=1).stderr, word
    for section in completed(["logtally", "help", "keys", ""])[0]:
        ran("help", "keys", section)


def files_are_completed():
    put("one file", "")
    put("one.log", "")
    got = completed(["logtally", "replay", "o"], ["logtally", "replay", "-o", "one."], ["logtally", "run", "-c", "one."],
                    ["logtally", "run", "o"], ["logtally", "replay", "--as", "o"], ["logtally", "explain", "--rules", "=", "one."])
    assert got == [{"one file", "one.log"}, {"one.log"}, {"one.log"}, set(), set(), {"one.log"}], got


def secrets_in_the_tree_are_not_installed():
    """By the words that install.mk gives to find: who runs the stack in the tree has them there."""
    words = re.search(r"^no_secrets = (.*)$", get(os.path.join(SRCDIR, "contrib", "install.mk")), re.M).group(1)
    for name in ("secrets/README.md", "secrets/smtp_password", "secrets/Readers", "logtally/web.key", "logtally/web.crt", "logtally/web.yml"):
        os.makedirs("prometheus/" + os.path.dirname(name), exist_ok=True)
        put("prometheus/" + name, "x\n")
    r = subprocess.run("find prometheus -type f " + words, shell=True, stdout=subprocess.PIPE, text=True, check=True)
    assert sorted(r.stdout.split()) == ["prometheus/logtally/web.yml", "prometheus/secrets/README.md"], r.stdout


def units_are_of_the_packages_and_start_again_where_that_helps():
    unit = get(os.path.join(SRCDIR, "contrib/systemd/logtally.service.in"))
    assert "\nRestart=on-failure\n" in unit and "\nRestartPreventExitStatus=1 2\n" in unit       # docs/compatibility.md
    spec = get(os.path.join(SRCDIR, "contrib/rpm/logtally.spec"))
    for script in ("post", "preun", "postun"):
        text = re.search(r"^%%%s\n(.*?)\n\n" % script, spec, re.M | re.S).group(1)
        for name in ("logtally.service", "logtally.socket"):
            assert name in text, (script, name)


main(every_key_is_there_at_its_default, every_option_is_completed, words_are_completed_where_few_are_right, what_is_proposed_is_taken,
     files_are_completed, secrets_in_the_tree_are_not_installed,
     units_are_of_the_packages_and_start_again_where_that_helps)
