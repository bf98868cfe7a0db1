#!/usr/bin/env python3
"""Draws what README.md shows of logtally itself: its page, and `watch` in a terminal.

    contrib/draw-screens.py [--minutes N] [page] [watch]    docs/screens/page.webp (Chromium), docs/screens/watch.svg (tmux)
    contrib/draw-screens.py --check                         do they show what the program shows today?

Both are of the real program with the rules of MyLittlePrice. For the page a log is written for so many minutes (10), more and
less of it as the minutes go, with a burst of errors. For watch rules are saved a second time. The check asks the program
again, in seconds: of a page it compares the headings of its sections, columns and rows, of watch every word; what was drawn
stands in docs/screens/drawn.json. LOGTALLY names the program. (The dashboards there are drawn by grafana/screens/draw.py.)

The last line of --check is `N passed, N failed[, N skipped]`."""
import argparse
import base64
import hashlib
import html
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests/e2e"))
SCREENS = TOP / "docs/screens"
DRAWN = SCREENS / "drawn.json"
PROGRAM = os.environ.get("LOGTALLY") or str(TOP / "build/gcc/src/logtally")
MOST_BYTES = 150_000
WIDTH, HEIGHT = 1040, 760
COLUMNS, ROWS = 100, 30
CONFIG = """\
[server]
listen = 127.0.0.1:0
[state]
directory = state
[log backend]
path = logs/*.log
[rules]
include = {rules}/*.ini
"""


# --- the page ----------------------------------------------------------------------------------------

class Daemon:
    """logtally in the working directory; it says on standard error where it listens."""

    def __init__(self):
        pathlib.Path("logs").mkdir()
        pathlib.Path("logtally.ini").write_text(CONFIG.format(rules=TOP / "rules"), encoding="utf-8")
        self.child = subprocess.Popen([PROGRAM, "run", "-c", "logtally.ini"], stderr=subprocess.PIPE, text=True)
        for line in self.child.stderr:
            said = re.search(r"listening on (127\.0\.0\.1:\d+)", line)
            if said:
                self.url = f"http://{said[1]}/"
                return
        sys.exit("draw-screens: logtally did not start")

    def page(self):
        with urllib.request.urlopen(self.url, timeout=30) as answer:
            return answer.read().decode()

    def stop(self):
        self.child.terminate()
        self.child.communicate()


def backend(*options):
    return [sys.executable, str(TOP / "contrib/backend_log.py"), "--flavour", "json", *options]


def write_log(minutes):
    """Fewer and more lines as time goes, 20 to 80 a second, and a minute in which it is twice as many."""
    with open("logs/backend.log", "ab", buffering=0) as log, subprocess.Popen(backend("--seed", "7"), stdout=subprocess.PIPE) as source:
        began = time.monotonic()
        while (passed := (time.monotonic() - began) / 60) < minutes:
            rate = 50 + 30 * math.sin(passed / 3)
            rate *= 2 if 0.6 < passed / minutes < 0.6 + 1 / minutes else 1
            log.write(b"".join(source.stdout.readline() for _ in range(int(rate / 4))))
            time.sleep(0.25)
        source.terminate()


def what_page_shows(page):
    """Its headings: of the page, its sections, their columns, what is told of each, which metrics."""
    names = re.findall(r"<(?:h1|h2|dt|th)\b[^>]*>(.*?)</(?:h1|h2|dt|th)>", page)
    names = [html.unescape(re.sub(r"<[^>]*>", "", name)) for name in names]
    return names[:names.index("Event")] if "Event" in names else names


def page_of_today():
    daemon = Daemon()
    try:
        return what_page_shows(daemon.page())
    finally:
        daemon.stop()


def draw_page(minutes):
    from _browser import Browser
    daemon = Daemon()
    browser = Browser("--hide-scrollbars", "--force-color-profile=srgb", "--lang=en")
    try:
        write_log(minutes)
        browser.call("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
        browser.open(daemon.url)
        shown = what_page_shows(daemon.page())
        data = browser.call("Page.captureScreenshot", format="webp", quality=80)["data"]
    finally:
        browser.close()
        daemon.stop()
    (SCREENS / "page.webp").write_bytes(base64.b64decode(data))
    return shown


# --- watch -------------------------------------------------------------------------------------------

COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "36": "#79c0ff", "39": "#c9d1d9"}
CELL, LINE, EDGE = 8.4, 18, 12    # at 14 px


def settled(screen):
    """A terminal shows a screen as far as it has read it: whole is one that was the same ten times in a row."""
    same, last = 0, None
    while same < 10:
        now = screen.text("-e")
        same, last = same + 1 if now == last else 0, now
    return last


def watch_screen():
    """[line of the terminal, with escape sequences] after rules were saved a second time."""
    from _tmux import Screen
    with open("backend.log", "wb") as log:
        subprocess.run(backend("--seed", "1", "--lines", "3000", "--start", "2025-11-12T10:00:00Z"), stdout=log, check=True)
    os.mkdir("rules")
    for name in ("http", "sessions", "websocket"):
        shutil.copy(TOP / f"rules/{name}.ini", "rules")
    with Screen(f"{PROGRAM} watch --rules rules backend.log", COLUMNS, ROWS, TERM="xterm-256color") as screen:
        screen.shows("3000 lines", "lines that no event took")
        more = "\n".join((TOP / f"rules/{name}.ini").read_text(encoding="utf-8") for name in ("cleanup", "database"))
        pathlib.Path("more.ini").write_text(more, encoding="utf-8")
        os.rename("more.ini", "rules/jobs.ini")    # one save
        screen.shows("cleanup_job_runs_total", "db_queries_total", "change")
        return settled(screen).rstrip("\n").split("\n")


def runs(lines):
    """Per line [(column, text, style)], where a style is (colour, bold, dim, reverse); it goes on over ends of lines."""
    style = ("39", False, False, False)
    for line in lines:
        column, found = 0, []
        for code, text in re.findall(r"(?:\x1b\[([\d;]*)m)?([^\x1b]*)", line):
            for number in code.split(";") if code else []:
                colour, bold, dim, reverse = style if number != "0" else ("39", False, False, False)
                colour = number if number in COLOURS else colour
                style = (colour, bold or number == "1", dim or number == "2", reverse or number == "7")
            if text:
                found.append((column, text, style))
                column += len(text)
        yield found


def svg(lines):
    """A picture of text, so that it is sharp and can be read by who does not see it."""
    width, height = COLUMNS * CELL + 2 * EDGE, ROWS * LINE + 2 * EDGE
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" height="{height}" role="img">',
           "<title>logtally watch: rules were saved, and what has changed is told</title>",
           f'<rect width="{width:g}" height="{height}" rx="8" fill="#0d1117"/>',
           '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,\'DejaVu Sans Mono\',monospace" font-size="14">']
    for row, found in enumerate(runs(lines)):
        y = EDGE + row * LINE
        for column, text, (colour, bold, dim, reverse) in found:
            if reverse:
                out.append(f'<rect x="{EDGE}" y="{y}" width="{COLUMNS * CELL:g}" height="{LINE}" fill="#30363d"/>')
            more = ' font-weight="bold"' * bold + ' opacity="0.6"' * dim
            for words in re.finditer(r"\S+(?: \S+)*", text):    # two blanks would be one in SVG
                x, length = EDGE + (column + words.start()) * CELL, len(words[0]) * CELL
                out.append(f'<text x="{x:g}" y="{y + 14}" textLength="{length:g}" fill="{COLOURS[colour]}"{more}>'
                           f"{html.escape(words[0], quote=False)}</text>")
    return "\n".join(out + ["</g>", "</svg>"]) + "\n"


def words_of(lines):
    return [re.sub(r"\x1b\[[\d;]*m", "", line).rstrip() for line in lines]


def draw_watch(_):
    lines = watch_screen()
    (SCREENS / "watch.svg").write_text(svg(lines), encoding="utf-8")
    return words_of(lines)


# --- both --------------------------------------------------------------------------------------------

DRAW = {"page": (draw_page, "page.webp"), "watch": (draw_watch, "watch.svg")}
TODAY = {"page": page_of_today, "watch": lambda: words_of(watch_screen())}


def mark(shown):
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()[:16]


def in_a_new_place(do, *args):
    """What is kept on the way is gone after it."""
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        try:
            return do(*args)
        finally:
            os.chdir(TOP)


def check():
    drawn = json.loads(DRAWN.read_text(encoding="utf-8"))
    failed = skipped = 0
    for name, (_, file) in DRAW.items():
        path = SCREENS / file
        if name == "watch" and not shutil.which("tmux"):
            print("watch: skipped, tmux is not installed")
            skipped += 1
        elif not path.exists() or path.stat().st_size > MOST_BYTES or drawn.get(name) != mark(in_a_new_place(TODAY[name])):
            print(f"{path.relative_to(TOP)} is not there, too large, or shows what the program does not: run contrib/draw-screens.py {name}")
            failed += 1
    print(f"{len(DRAW) - failed - skipped} passed, {failed} failed" + f", {skipped} skipped" * bool(skipped))
    return failed > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("pictures", nargs="*", metavar="page|watch")
    options = parser.parse_args()
    if options.check:
        return check()
    for name in options.pictures or DRAW:
        shown = in_a_new_place(DRAW[name][0], options.minutes)
        drawn = json.loads(DRAWN.read_text(encoding="utf-8"))
        DRAWN.write_text(json.dumps({**drawn, name: mark(shown)}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{DRAW[name][1]}: {(SCREENS / DRAW[name][1]).stat().st_size // 1000} kB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
