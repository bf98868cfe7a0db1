# timeout: 300
"""What rules can say, by the daemon: calculated fields, members, pairs amid text, patterns, tables, units, times and
fields of several lines, in one log written in pieces, with kill -9 and a rotation amid them. The page must be what
replay makes of the whole, and what is added up here."""
import json
import os
import random
import subprocess

from _common import put, until
from _daemon import LOGTALLY, Daemon, append, main, truth

PATTERNS = """
[patterns]
WORKER  = worker-(?<worker>\\d+)
ADDRESS = %{IP:client}(?::%{POSINT:port})?
include = more.grok
"""
LOGS = """
[log %s]
path        = %s
format      = kv
time        = at
time_format = %%d/%%b/%%Y:%%T
time_format = auto
time_zone   = Europe/Berlin
rewrite     = \\x1b\\[[0-9;]*m ->
"""
RULES = """
[event request]
where         = kind == request
calc.total    = upstream + wait
calc.lag      = _time - time(sent)
calc.share    = upstream / (upstream + wait)
unit.upstream = ms
unit.wait     = ms
map.team(service) = @teams.csv
map.team(service) = gateway -> platform
map.team(service) = * -> nobody
map.route(code) = 404 -> unmatched
set.target    = ${host|lower}

[event slow]
of     = request
where  = total > 1s

[event queues]
where = kind == queues
each  = queues
where = _value > 0

[event tagged]
where = kind == tags
each  = tags =~ (?<key>\\w+):(?<value>\\w+)

[event connected]
match = %{WORKER} connected to %{ADDRESS} by %{PROTO:protocol}

[counter requests_total]
help   = Requests
inc    = request
labels = team, target, route
[counter slow_total]
help   = Requests of more than a second
inc    = slow
labels = team
[histogram request_seconds]
help    = Time of a request
observe = request
value   = total
unit    = s
buckets = 0.5 1 2
[counter lag_seconds_total]
help  = Time on the way
add   = request
value = lag
[counter share_total]
help  = Shares
add   = request
value = share
[counter queued_total]
help   = Lengths of queues
add    = queues
value  = _value
labels = queue=_key
[counter tags_total]
help   = Tags
inc    = tagged
labels = key, value, _key
[counter connected_total]
help   = Connections
inc    = connected
labels = worker, client, protocol
[gauge last_request_seconds]
help  = When the last request was
set   = request
value = _time
[counter size_bytes_total]
help  = Sizes
add   = request
value = size
unit  = KiB
"""
MONTH = "Nov"


def make_lines(n, rng):
    out = []
    for i in range(n):
        at = "%02d/Nov/2025:%02d:%02d:%02d" % (12, 10 + i // 3600, i // 60 % 60, i % 60)
        kind = rng.randrange(5)
        if kind < 2:
            sent = "2025-11-12T%02d:%02d:%02d.250+0100" % (10 + i // 3600, i // 60 % 60, i % 60)
            out.append("\x1b[32mI1112 gw.go:17]\x1b[0m done at=%s (kind=request, upstream=%d) wait=%s sent=%s service=%s "
                       "host=%s code=%d size=%s; args=[a, b=c]" % (
                           at, rng.randrange(2000), rng.choice(("7", "0.25s", "1ms", "-")), sent,
                           rng.choice(("billing", "search", "gateway", "new")), rng.choice(("A.example", "b.example")),
                           rng.choice((200, 404)), rng.choice(("1", "2MiB", "3 kB", "1,5"))))
        elif kind == 2:
            out.append("at=%s kind=queues queues=%s" % (at, json.dumps(
                {q: rng.randrange(-1, 3) for q in rng.sample(("mail", "sms", "push"), 2)}, separators=(",", ":"))))
        elif kind == 3:
            out.append('at=%s kind=tags tags="%s"' % (at, " ".join(
                "%s:%s" % (rng.choice("abc"), rng.choice("xy")) for _ in range(rng.randrange(4)))))
        else:
            out.append("%s worker-%d connected to 10.0.0.%d%s by %s" % (
                at, rng.randrange(3), rng.randrange(3), rng.choice(("", ":80")), rng.choice(("tcp", "quic"))))
    return [line + "\n" for line in out]


def rules():
    put("teams.csv", 'billing,finance\n"search",discovery\n')
    put("more.grok", "PROTO (?:tcp|udp|quic)\n")
    put("r.ini", PATTERNS + RULES)


def replayed(lines):
    """What replay makes of all of them."""
    put("all.log", "".join(lines))
    put("all.ini", LOGS % ("l", "all.log"))
    page = subprocess.run([LOGTALLY, "replay", "--rules", "all.ini", "--rules", "r.ini", "all.log"], check=True,
                          capture_output=True, text=True).stdout
    return truth.parse_prom(page)


def of_rules(values):
    return {k: v for k, v in values.items() if not k[0].startswith(("logtally_", "process_"))}


def same(d, want):
    got = {}

    def equal():
        got.clear()
        got.update(of_rules(d.values()))
        return not list(truth.differences(want, got))
    assert until(equal), list(truth.differences(want, got))[:10]


def tell(d, lines, rng):
    """Pieces of any size, a kill amid a line now and then, rotations between."""
    at, rotations = 0, 0
    while at < len(lines):
        piece = "".join(lines[at:at + rng.randrange(1, 60)]).encode()
        at += piece.count(b"\n")
        cut = rng.randrange(len(piece))
        append("logs/a.log", piece[:cut])
        what = rng.random()
        if what < 0.2:
            d.page()
            d.kill()
            d.start()
        elif what < 0.4:
            d.page()
        elif what < 0.45:
            d.signal(1)
        append("logs/a.log", piece[cut:])
        if rng.random() < 0.1:
            rotations += 1
            os.rename("logs/a.log", "logs/a.log.%d" % rotations)


def the_daemon_counts_what_replay_does():
    rng = random.Random(7)
    lines = make_lines(1200, rng)
    rules()
    want = replayed(lines)
    names = {name for name, _ in want}
    for name in ("requests_total", "slow_total", "request_seconds_bucket", "lag_seconds_total", "share_total", "queued_total",
                 "tags_total", "connected_total", "last_request_seconds", "size_bytes_total"):
        assert name in names, (name, names)
    log = "".join(line + "\n" for line in (LOGS % ("x", "%s/logs/*.log")).replace("%%", "%").splitlines()[2:])
    d = Daemon(rules="r.ini", log=log.replace("path        = %s", "path = " + os.getcwd())).start()
    tell(d, lines, rng)
    same(d, want)
    d.kill()
    d.start()
    same(d, want)
    d.stop()


def sums_are_those_of_another_hand():
    """Of the same lines, added up here: what would be wrong in both the daemon and replay."""
    lines = make_lines(1200, random.Random(7))
    rules()
    got = replayed(lines)
    teams = {"billing": "finance", "search": "discovery", "gateway": "platform"}
    want, queued, connected = {}, {}, {}
    for line in lines:
        fields = dict(word.strip("(),;").split("=", 1) for word in line.split() if "=" in word)
        if fields.get("kind") == "request":
            key = ("team", teams.get(fields["service"], "nobody")), ("target", fields["host"].lower()), \
                ("route", "unmatched" if fields["code"] == "404" else "unknown")
            want[key] = want.get(key, 0) + 1
        elif fields.get("kind") == "queues":
            for queue, n in json.loads(fields["queues"]).items():
                queued[queue] = queued.get(queue, 0) + max(n, 0)
        elif " connected " in line:
            words = line.split()
            key = ("worker", words[1][7:]), ("client", words[4].split(":")[0]), ("protocol", words[6])
            connected[key] = connected.get(key, 0) + 1
    assert {dict(k[1])["queue"]: v for k, v in got.items() if k[0] == "queued_total"} == {q: n for q, n in queued.items() if n}
    for name, sums in (("requests_total", want), ("connected_total", connected)):
        assert {k[1]: v for k, v in got.items() if k[0] == name} == {tuple(sorted(k)): v for k, v in sums.items()}, name


main(the_daemon_counts_what_replay_does, sums_are_those_of_another_hand)
