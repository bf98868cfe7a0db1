#!/usr/bin/env python3
"""Are the documents that exist in English and in Russian in step, and the counts in them true?

    contrib/docs_in_step.py            writes the counts anew
    contrib/docs_in_step.py --check    fails where one is stale, or two documents differ

In step: both have the same headings (their levels), tables (columns and rows) and blocks of code, in the same
order; of those that are to be the same to the letter (EXACT) what is code or a number in the columns of tables but the last,
and the blocks but for their comments, too. In Russian one thing has one word (WORDS). What promises to be short must be. A count is a number with its name in a comment behind it, `99<!--faults-->`; what each counts is below.
Only what is in the sources is counted: what takes a run is not written down but printed by the command beside it.

The last line is `N passed, N failed`."""
import argparse
import ast
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
COUNT = re.compile(r"([0-9][0-9,]*)<!--(\w+)-->")
DOCUMENTS = ["*.md", "docs/*.md", "docs/cookbook/*.md", "contrib/*/*.md", "rules/examples/*.md", "tests/*.md"]
# One thing has one name in Russian: what is not said, and what is.
WORDS = [
    (r"сери(?:я|и|ю|ей|ям|ями|ях|й)\b", "ряд"),
    (r"датчик|гейдж|измерител", "gauge"),
    (r"журнал(?!\w* systemd)", "лог; журнал systemd"),
    (r"перезагруз(?!к\w* машины)|перезагруж", "перечитать; перезагрузка машины"),
    (r"[Цц]ел\w* (?:\(?SLO|обслуживан)|SLO-цел", "SLO; цель is what Prometheus scrapes"),
]
# Documents whose examples are run in both languages, and whose tables are of keys.
EXACT = {"docs/rules.ru.md", "docs/reference.ru.md", "docs/configuration.ru.md", "docs/migrate.ru.md", "docs/tutorial.ru.md"}
# Documents that promise to be read in so many minutes, at 200 words of prose in each.
MINUTES = {"docs/rules.md": 20}
# And those that promise to be seen at once, in so many lines.
SCREEN = {"README.md": 75, "README.ru.md": 75}


def read(path):
    return (TOP / path).read_text(encoding="utf-8")


# Limits of the sources that docs/reference.md tells: each a constant, whose name in small letters is that of its count.
LIMITS = {
    "src/base/decimal.h": ["DECIMAL_TEXT_MAX"],
    "src/base/units.c": ["PIECES_MAX"],
    "src/config/ini.h": ["INI_FILE_MAX"],
    "src/decode/fieldnames.c": ["NAMES_MAX"],
    "src/decode/fields.h": ["FIELD_NAME_MAX"],
    "src/engine/each.h": ["EACH_MAX"],
    "src/engine/record.h": ["TIME_TEXT_MAX"],
    "src/metrics/exemplars.h": ["EXEMPLAR_CHARS_MAX"],
    "src/metrics/registry.h": ["LABELS_MAX", "BUCKETS_MAX", "EXEMPLAR_LABELS_MAX"],
    "src/rules/calc.c": ["STEPS_MAX", "DEPTH_MAX"],
    "src/rules/calc.h": ["CALC_FIELDS_MAX"],
    "src/rules/files.c": ["TABLE_BYTES_MAX"],
    "src/rules/load/each.c": ["EACH_FIELDS_MAX"],
    "src/rules/load/grok.c": ["EXPANDED_MAX"],
    "src/rules/load/loader.h": ["LOGS_MAX", "EVENTS_MAX", "CONDITIONS_MAX", "ACTIONS_MAX", "HEIGHT_MAX", "MAPPINGS_MAX", "FAMILIES_MAX",
                                "SPANS_MAX"],
    "src/rules/load/zero.c": ["ZEROS_MAX", "VALUES_MAX"],
    "src/rules/pattern.c": ["MATCH_LIMIT"],
    "src/rules/pattern.h": ["PATTERN_NAMES_MAX"],
    "src/rules/ruleset.h": ["SPAN_KEYS_MAX"],
    "src/rules/template.c": ["FILTERS_MAX"],
    "src/rules/template.h": ["TEMPLATE_FIELDS_MAX"],
}


# --- what is counted ---------------------------------------------------------------------------------

def faults():
    """Rows of the catalogue; one fault may have several."""
    return len(set(re.findall(r"^\| (\d+) \|", read("tests/README.md"), re.M)))


def end_to_end(name):
    """The tests that a file hands to main()."""
    calls = [node.value for part in ast.parse(read(f"tests/e2e/{name}.py")).body for node in ast.walk(part)
             if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return max(len(call.args) for call in calls if isinstance(call.func, ast.Name) and call.func.id == "main")


def planted():
    """The bugs of tests/sim/planted: the lines of its table."""
    return len(re.findall(r"^[^|\n]+\|\w+\.c\|", read("tests/sim/planted"), re.M))


def kernel_calls():
    """Those that may fail in the simulation."""
    return len(re.findall(r"^    CALL_", read("tests/sim/world.h").split("enum call {", 1)[1].split("}", 1)[0], re.M))


def files(pattern):
    return len(list(TOP.glob(pattern)))


def constant(path, name):
    """A number of an enum; `256 << 10` is 256, of KiB."""
    return int(re.search(rf"\b{name} = (0x[0-9a-f]+|\d+)", read(path))[1], 0)


COUNTS = {
    "faults": faults,
    "power_tests": lambda: end_to_end("faults_power"),
    "crash_tests": lambda: len(set(re.findall(r"\bcrashpoints_\w+", read("tests/e2e/faults_state.py")))),
    "fuzzers": lambda: files("tests/*/fuzz_*.c"),
    "planted": planted,
    "calls": kernel_calls,
    "call_errors": lambda: constant("tests/sim/world.h", "ERRORS"),
    "golden": lambda: files("rules/tests/*.log"),
    "golden_examples": lambda: files("rules/examples/tests/*.ini"),
    "corpora": lambda: read("bench/count.py").split("CORPORA =", 1)[1].split("\n", 1)[0].count('("'),
    **{name.lower(): lambda path=path, name=name: constant(path, name) for path, names in LIMITS.items() for name in names},
    "shapes": lambda: len(re.findall(r'^    "\w+": lambda n', read("bench/count.py"), re.M)),
}


def stale(path):
    """[(what is said, name, what is true)]"""
    return [(m[1], m[2], f"{COUNTS[m[2]]():,}") for m in COUNT.finditer(read(path)) if m[1] != f"{COUNTS[m[2]]():,}"]


def renew(path):
    text = COUNT.sub(lambda m: f"{COUNTS[m[2]]():,}<!--{m[2]}-->", read(path))
    (TOP / path).write_text(text, encoding="utf-8")


# --- in step -----------------------------------------------------------------------------------------

def shape(path, exact=False):
    """[(line, what)] of headings, tables, and blocks of code."""
    found, in_code, table = [], False, None
    for number, line in enumerate(read(path).split("\n"), 1):
        if line.startswith("```"):
            in_code = not in_code
            found += [(number, ["code"])] * in_code
        elif in_code and exact:
            found[-1][1].append(re.sub(r" +# .*$", "", line))
        if in_code or not line.startswith("|"):
            table = None
        else:
            if table is None:
                table = ["table of %d columns" % (line.replace("\\|", "").count("|") - 1)]
                found.append((number, table))
            cells = re.split(r"(?<!\\)\|", line)[1:-2]
            table.append(" ".join(re.findall(r"`[^`]+`|\d\w*", " | ".join(cells))) if exact else "row")
        if not in_code and re.match(r"#+ ", line):
            found.append((number, ["heading " + line.split(" ")[0]]))
    return found


def difference(english, russian):
    exact = russian in EXACT
    a, b = shape(english, exact), shape(russian, exact)
    for (line_a, what_a), (line_b, what_b) in zip(a, b):
        if what_a != what_b:
            unlike = next((pair for pair in zip(what_a, what_b) if pair[0] != pair[1]), (len(what_a) - 1, len(what_b) - 1))
            return f"{english}:{line_a}: {what_a[0]}; {russian}:{line_b}: {what_b[0]}: {unlike[0]} is not {unlike[1]}"
    if len(a) != len(b):
        longer, rest = (english, a[len(b)]) if len(a) > len(b) else (russian, b[len(a)])
        return f"{longer}:{rest[0]}: {rest[1][0]}: not in the other"
    return ""


# --- words ---------------------------------------------------------------------------------------------

def too_long(path):
    """What is wrong, if a document cannot be read in the time it promises: code and tables are looked at, not read."""
    prose = re.sub(r"^```.*?^```$|^\|.*?$|<!--.*?-->", "", read(path), flags=re.M | re.S)
    words = len(prose.split())
    return [f"{path}: {words} words are more than {MINUTES[path]} minutes"] if words > 200 * MINUTES[path] else []


def wrong_words(path):
    return [f"{path}:{number}: {found[0]}: say {right}" for number, line in enumerate(read(path).split("\n"), 1)
            for wrong, right in WORDS for found in re.finditer(rf"\b(?:{wrong})\w*", line)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    said = {}
    documents = sorted(str(p.relative_to(TOP)) for pattern in DOCUMENTS for p in TOP.glob(pattern))
    for path in documents:
        said[path] = []
        if COUNT.search(read(path)):
            if not check:
                renew(path)
            said[path] += ["%s: %s<!--%s-->: there are %s; run contrib/docs_in_step.py" % (path, *s) for s in stale(path)]
        if path in MINUTES:
            said[path] += too_long(path)
        if read(path).count("\n") > SCREEN.get(path, 1 << 30):
            said[path].append(f"{path}: more than {SCREEN[path]} lines are no screen")
        if path.endswith(".ru.md"):
            wrong = difference(path.replace(".ru.md", ".md"), path)
            said[path] += ([wrong] if wrong else []) + wrong_words(path)
    for line in (line for lines in said.values() for line in lines):
        print(line)
    failed = sum(bool(lines) for lines in said.values())
    print(f"{len(said) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
