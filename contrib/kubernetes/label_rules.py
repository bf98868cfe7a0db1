#!/usr/bin/env python3
"""Makes contrib/kubernetes/rules/*.ini from rules/*.ini: one logtally reads all pods of its node, so gauges get the pod as a label.

    label_rules.py [--check]        --check only compares, and fails when a file is stale

Counters of two pods add up; gauges of two pods would overwrite each other, and one that starts would set both to 0. Files
without such a gauge stay as they are shipped; render.sh takes what is here in the place of the file of that name.

What a pod has left behind goes: at once when it says that it stops, and after `expire` when it was killed. For a gauge that
is counted up and down, silence must not be the end: as long as the pod answers requests (the kubelet's probes, too), adding 0
keeps its series.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
SHIPPED, MADE = TOP / "rules", TOP / "contrib/kubernetes/rules"
LABELS = "namespace, pod"
EXPIRE = "15m"
MOST = "2000"       # pods of a node, with those that have gone within EXPIRE
# Gauges that are each pod's own: those that are set now and then, and those that are counted.
READ = ["active_sessions_total", "redis_connection_pool_active", "redis_connection_pool_idle"]
COUNTED = ["websocket_connections_active"]
# One for all pods: when the job of any of them last went well.
SHARED = ["cleanup_job_last_success_timestamp_seconds"]
ALIVE = "http_access, http_access_coloured, http_request"
STOPPED = """
; The last line of a pod that stops in order.
[event backend_stopped]
where   = msg =~ ^(?:✅ )?Server stopped gracefully$
"""
SECTION = re.compile(r"^\[gauge (\S+)\]\n((?:(?!\[).*\n?)*)", re.M)


def labelled(text):
    """Every section of our gauges with the labels, and the first of each with limits."""
    seen = set()

    def section(match):
        name, body = match[1], match[2]
        if name in SHARED:
            return match[0]
        assert name in READ + COUNTED, f"rules/: is the gauge {name} each pod's own?"
        assert not re.search(r"^labels\b", body, re.M), name
        lines = body.rstrip("\n").split("\n")
        # What stands before the next section, blank lines and its comment, is not this section's.
        n = next((i for i, line in enumerate(lines) if not re.match(r"\w", line)), len(lines))
        width = max(line.index("=") for line in lines[:n])
        add = [("labels", LABELS)]
        if name not in seen:
            add.append(("max_values", MOST))
        if name not in seen and not re.search(r"^expire\b", body, re.M):
            add.append(("expire", EXPIRE))
        seen.add(name)
        lines[n:n] = [f"{key:<{width - 1}} = {value}" for key, value in add]
        return f"[gauge {name}]\n" + "\n".join(lines) + body[len(body.rstrip("\n")):]

    return SECTION.sub(section, text)


def leaving(names):
    """What ends the series of a pod, and what keeps it."""
    text = ""
    for name in names:
        text += f"\n[gauge {name}]\nreset   = backend_stopped\nlabels  = {LABELS}\n"
        if name in COUNTED:
            text += f"\n; The pod lives: its connections are open although nobody comes or goes.\n[gauge {name}]\n" \
                    f"add     = {ALIVE}\nvalue   = 0\nlabels  = {LABELS}\n"
    return text


def made():
    """{name: text}"""
    files = {}
    for path in sorted(SHIPPED.glob("*.ini")):
        text = path.read_text(encoding="utf-8")
        names = [n for n in dict.fromkeys(m[1] for m in SECTION.finditer(text)) if n not in SHARED]
        if names:
            head = f"; Made from rules/{path.name} by contrib/kubernetes/label_rules.py: gauges of each pod its own.\n;\n"
            files[path.name] = head + labelled(text).rstrip("\n") + "\n" + \
                (STOPPED if set(names) & set(COUNTED) else "") + leaving(names)
    return files


def main():
    files = made()
    if sys.argv[1:] == ["--check"]:
        there = {p.name: p.read_text(encoding="utf-8") for p in MADE.glob("*")}
        stale = sorted(n for n in files.keys() | there.keys() if files.get(n) != there.get(n))
        if stale:
            sys.exit("stale, run contrib/kubernetes/label_rules.py: " + ", ".join(stale))
        return
    for name, text in files.items():
        (MADE / name).write_text(text, encoding="utf-8")


main()
