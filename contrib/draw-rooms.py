#!/usr/bin/env python3
"""Draws docs/rooms.svg: the way of a log's bytes through the rooms, from inotify to the scraper.

    draw-rooms.py            writes the picture
    draw-rooms.py --check    says whether it is stale

A step is a file and the function by which the bytes come in. Each is looked for in the sources: the function
must be defined in its file, and the step before must call it (or, where `by` is given, hold that text: what
goes up goes through a table of callbacks). So a renamed function or file fails here and not in a reader's head.
Last line: N passed, N failed; one for each step.
"""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PICTURE = os.path.join(TOP, "docs", "rooms.svg")

# (what happens in this row, [(file, function, what it does, from[, by])]); from: the file that calls it.
WAY = [
    ("which file, which content", [
        ("input/watch.c", "watch_next", "inotify says: look", None),
        ("input/place.c", "place_event", "a name: who has it now", "input/tailset.c"),
        ("input/identify.c", "identify_newcomers", "what is new, or goes on", "input/place.c"),
        ("input/set.c", "queue_read", "waits for its turn", "input/identify.c"),
    ]),
    ("bytes to whole lines", [
        ("input/follow.c", "follow_turn", "whose turn it is", "input/tailset.c"),
        ("input/tail.c", "tail_read", "proves the place, reads", "input/follow.c"),
        ("input/linebuf.c", "lines_next", "blocks of whole lines", "input/tail.c"),
        ("daemon/input.c", "sink_lines", "up by a callback", "input/open.c", "sink.lines("),
    ]),
    ("a line to named fields", [
        ("engine/engine.c", "engine_lines", "one line after the other", "daemon/input.c"),
        ("engine/record.c", "record_next", "unwraps, finds its end", "engine/engine.c"),
        ("decode/linescan.c", "linescan_best", "JSON and logfmt, fast", "engine/record.c"),
        ("decode/linetime.c", "linetime_parse", "its own time", "engine/source.c"),
    ]),
    ("fields to updates", [
        ("engine/dispatch.h", "dispatch_find", "which events it may be", "engine/verdict.c"),
        ("engine/match.c", "match_conditions", "which it is", "engine/verdict.c"),
        ("engine/update.c", "updater_apply", "what they do", "engine/verdict.c"),
        ("engine/seriescache.c", "seriescache_find", "label texts to series", "engine/update.c"),
    ]),
    ("values, and how they leave", [
        ("metrics/family.c", "family_series", "a series of a metric", "engine/update.c"),
        ("metrics/snapshot.c", "snapshot_take", "all values at one moment", "daemon/page.c"),
        ("daemon/writer.c", "writer_start", "a thread of its own", "daemon/page.c"),
        ("input/statefile.c", "statefile_save", "with the offsets, durable", "daemon/writer.c"),
    ]),
    ("only what is durable is shown", [
        ("metrics/expose.c", "expose", "the page, as text", "daemon/writer.c"),
        ("daemon/page.c", "daemon_scrape", "which page a scrape gets", "daemon/routes.c"),
        ("http/request.c", "http_reply", "the answer", "daemon/page.c"),
    ]),
]

COLOURS = {"input": "#dbeafe", "daemon": "#ede9fe", "engine": "#dcfce7", "decode": "#fef9c3", "metrics": "#ffedd5",
           "http": "#fee2e2"}
WIDTH, BOX_W, BOX_H, GAP_X, ROW, LEFT = 1000, 188, 62, 20, 104, 180


def source(path):
    with open(os.path.join(TOP, "src", path), encoding="utf-8") as f:
        return re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)


def complaints(step):
    path, function, _, caller = step[:4]
    by = step[4] if len(step) > 4 else None
    try:
        if not re.search(r"^\w[^;{}]*\b%s\([^;]*?\)\n\{" % function, source(path), re.M):
            yield "src/%s does not define %s()" % (path, function)
        if caller and not re.search(re.escape(by) if by else r"\b%s\b" % function, source(caller)):
            yield "src/%s does not call %s" % (caller, by or function + "()")
    except OSError as e:
        yield str(e)


def box(x, y, step):
    path, function, does = step[:3]
    room, name = path.rsplit("/", 1)
    return ['<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s" stroke="#475569"/>'
            % (x, y, BOX_W, BOX_H, COLOURS[room]),
            '<text x="%d" y="%d"><tspan fill="#475569">%s/</tspan><tspan font-weight="bold">%s</tspan></text>'
            % (x + 10, y + 18, room, name),
            '<text x="%d" y="%d" font-family="monospace" font-size="12">%s()</text>' % (x + 10, y + 36, function),
            '<text x="%d" y="%d" font-size="12" fill="#475569">%s</text>' % (x + 10, y + 53, does)]


def arrow(*points):
    return '<polyline points="%s" fill="none" stroke="#475569" marker-end="url(#to)"/>' % " ".join("%d,%d" % p for p in points)


def draw():
    height = ROW * len(WAY) - 10
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">' % (WIDTH, height),
           '<title>The way of the data through the rooms of src/</title>',
           '<desc>Made by contrib/draw-rooms.py; do not edit.</desc>',
           '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
           '<path d="M0,0 L8,4 L0,8 z" fill="#475569"/></marker></defs>',
           '<rect width="%d" height="%d" fill="#ffffff"/>' % (WIDTH, height)]
    for r, (what, steps) in enumerate(WAY):
        y = 16 + r * ROW
        middle = y + BOX_H // 2
        for i, word in enumerate(re.findall(r"(?:\S+ ?){1,3}", what)):
            out.append('<text x="12" y="%d" font-style="italic">%s</text>' % (middle - 4 + 17 * i, word.strip()))
        for i, step in enumerate(steps):
            x = LEFT + i * (BOX_W + GAP_X)
            out += box(x, y, step)
            if i:
                out.append(arrow((x - GAP_X, middle), (x, middle)))
        if r + 1 < len(WAY):  # from the last box down to the first of the next row
            end, below = LEFT + (len(steps) - 1) * (BOX_W + GAP_X) + BOX_W // 2, y + BOX_H + (ROW - BOX_H) // 2
            start = LEFT + BOX_W // 2
            out.append(arrow((end, y + BOX_H), (end, below), (start, below), (start, y + ROW)))
    return "\n".join(out + ["</svg>", ""])


def main(args):
    passed = failed = 0
    for step in (s for _, steps in WAY for s in steps):
        wrong = list(complaints(step))
        print("\n".join(wrong + [""]), end="")
        passed, failed = passed + (not wrong), failed + bool(wrong)
    if args == ["--check"]:
        if not os.path.exists(PICTURE) or open(PICTURE, encoding="utf-8").read() != draw():
            print("docs/rooms.svg is stale: run contrib/draw-rooms.py")
            failed += 1
    else:
        with open(PICTURE, "w", encoding="utf-8") as f:
            f.write(draw())
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
