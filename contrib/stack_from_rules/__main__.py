"""From any rules files and a short INI of wishes: dashboards, recording rules, alerts with their tests, objectives, a reference.

    contrib/stack-from-rules [--check] WISHES.ini           installed: logtally-stack-from-rules

    --check     write nothing; fail, and say which, when a file is not what would be written

LOGTALLY names the program that resolves the rules, else the one in build/gcc, src or $PATH. docs/stack-from-rules.md says what
the wishes may say. Each file that is written says so in its first lines; those of rules files that are gone are removed.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(TOP / "contrib"), str(TOP / "grafana"), str(TOP / "prometheus")]

import slo_model  # noqa: E402
from stack_from_rules import alarms, board, families, objectives, page, texts  # noqa: E402
from stack_from_rules.wishes import Mistake, Wishes  # noqa: E402

MARK = "Made by contrib/stack-from-rules"
MADE = MARK + " from {}; change that or the rules and run it again."


def program():
    for path in (os.environ.get("LOGTALLY"), TOP / "build/gcc/src/logtally", TOP / "src/logtally", shutil.which("logtally")):
        if path and os.access(path, os.X_OK):
            return os.path.abspath(path)
    raise Mistake("there is no logtally: build it, or say LOGTALLY=PROGRAM")


def say_blind(files):
    for m in (m for file in files for m in file.metrics if m.blind):
        print(f"logtally-stack-from-rules: {m.name} has no share of failures and no alert on one, as no value of its label {m.blind} is known: name some "
              f"with `zero`, have a golden log, or say `bad` in [metric {m.name}]", file=sys.stderr)


def made(wishes):
    """{path below `out`: text} of all that the wishes come to."""
    files = families.load(wishes, program())
    say_blind(files)
    slos = objectives.objectives(files, wishes)
    head = "# " + MADE.format(wishes.path.name)
    texts_of, listed = {}, []

    def add(path, lines):
        texts_of[path] = "\n".join(lines) + "\n"
    for file in files:
        mine = [slo for slo in slos if slo["area"] == file.name]
        records, alerts = list(alarms.records(file)), alarms.Alerts(file, mine)
        listed.append((file, records, alerts))
        add(f"dashboards/{file.name}.json", [json.dumps(board.board(file, alerts, mine, wishes, MADE.format(wishes.path.name)), indent=2, ensure_ascii=False)])
        add(f"rules/{file.name}.yml", [head, *texts.rules(file, records, alerts, wishes)])
        add(f"tests/{file.name}_test.yml", [head, *texts.tests(file, records, alerts)])
    if slos:
        add("rules/slo.yml", [head, *slo_model.rules(slos)])
        add("tests/slo_test.yml", [head, *slo_model.tests(slos)])
    first, *rest = page.page(listed, slos, wishes)
    add("metrics.md", [first, "", f"<!-- {MADE.format(wishes.path.name)} -->", *rest])
    texts_of["metrics.md"] = texts_of["metrics.md"].rstrip() + "\n"
    return texts_of


def stale(out, wanted):
    """Paths that are not as wanted, and those that nothing wants any more. What somebody else wrote is left alone."""
    found = [p for pattern in ("dashboards/*.json", "rules/*.yml", "tests/*_test.yml", "metrics.md") for p in out.glob(pattern)]
    there = {str(p.relative_to(out)): p.read_text(encoding="utf-8", errors="replace") for p in found}
    for path in wanted:
        if path in there and MARK not in there[path]:
            raise Mistake(f"{out / path} is there, and was not made by this program: move it, or say another `out`")
    differ = [path for path, text in wanted.items() if there.get(path) != text]
    return sorted(differ), sorted(path for path, text in there.items() if MARK in text and path not in wanted)


def write(path, text):
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser("logtally-stack-from-rules", usage="logtally-stack-from-rules [--check] WISHES.ini", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail, and say which, when a file is not what would be written")
    parser.add_argument("wishes")
    args = parser.parse_args()
    try:
        wishes = Wishes(args.wishes)
        wanted = made(wishes)
        differ, gone = stale(wishes.out, wanted)
    except (Mistake, OSError) as mistake:
        sys.exit(f"logtally-stack-from-rules: {mistake}")
    if args.check:
        for path in differ + gone:
            print(f"stale: {wishes.out / path}")
        sys.exit(f"run logtally-stack-from-rules {args.wishes}" if differ + gone else 0)
    try:
        for path in differ:
            write(wishes.out / path, wanted[path])
        for path in gone:
            (wishes.out / path).unlink()
    except OSError as error:
        sys.exit(f"logtally-stack-from-rules: {error}")
    print(f"{len(wanted)} files, {len(differ)} written, {len(gone)} removed")


if __name__ == "__main__":
    main()
