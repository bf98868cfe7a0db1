#!/usr/bin/env python3
"""Four hours of the host that contrib/example-stack watches, as its logs tell them: nginx, PostgreSQL, sshd and a Spring Boot
application, healthy but for a quarter of an hour in which the database deadlocks, the application throws, nginx answers 5xx and
somebody tries passwords.

The same seed gives the same lines. `host.py DIRECTORY` writes them, and the four rules files that read them there.
"""

import pathlib
import random
import re
import sys
import time

from day import at, during
from stacklib import ROOT, logtally, run

START, END = at("12:00"), at("16:00")
TROUBLE = (at("14:40"), at("14:55"))
JOB, INSTANCE = "host", "web1:7684"
NAMES = ("nginx", "postgres", "sshd", "spring_boot")


def stamp(t, text):
    return time.strftime(text, time.gmtime(t))


def nginx(rnd, t, bad):
    when = stamp(t, "%d/%b/%Y:%H:%M:%S +0000")
    for _ in range(rnd.choice((0, 0, 1, 1, 2, 3))):
        method = rnd.choices(("GET", "POST", "PUT"), (80, 15, 4))[0]
        status = rnd.choices((200, 304, 404, 500, 502), (80, 8, 6, 8, 12) if bad else (80, 8, 6, 0.02, 0.01))[0]
        took = rnd.lognormvariate(-1.5 if bad else -3, 1)
        yield f'192.0.2.1 - - [{when}] "{method} / HTTP/1.1" {status} {rnd.randrange(200, 90000)} "-" "x" {took:.3f} {took * 0.9:.3f}'
    if rnd.random() < 0.003:
        yield f'192.0.2.3 - - [{when}] "\\x16\\x03\\x01" 400 157 "-" "-"'


def postgres(rnd, t, bad):
    when = stamp(t, "%Y-%m-%d %H:%M:%S.") + f"{rnd.randrange(1000):03} UTC"
    if rnd.random() < 0.3:
        yield f"{when} [900] app@{rnd.choice(('shop', 'shop', 'auth', 'mail'))} LOG:  duration: {rnd.lognormvariate(5, 1.2):.3f} ms  statement: SELECT 1"
    if rnd.random() < (0.05 if bad else 0.0005):
        yield f"{when} [901] app@shop ERROR:  deadlock detected"
    if rnd.random() < 0.002:
        yield f'{when} [903] app@{rnd.choice(("shop", "auth"))} ERROR:  duplicate key value violates unique constraint "orders_pkey"'
    if t % 300 == 0:
        yield (f"{when} [813] LOG:  checkpoint complete: wrote {rnd.randrange(40, 4000)} buffers (0.3%); 0 WAL file(s) added, 0 removed, "
               f"0 recycled; write=4.302 s, sync=0.005 s, total={rnd.uniform(1, 40):.3f} s; sync files=31")
    if rnd.random() < 0.004:
        yield f'{when} [902] app@shop LOG:  temporary file: path "base/pgsql_tmp/pgsql_tmp902.0", size {rnd.randrange(10 ** 5, 10 ** 8)}'


def sshd(rnd, t, bad, later):
    """`later` holds what is yet to happen: {time: lines}."""
    head = stamp(t, "%Y-%m-%dT%H:%M:%S+00:00") + " web1 sshd"
    yield from later.pop(t, ())
    if rnd.random() < 0.002:
        pid, ends = rnd.randrange(1000, 100000), t + int(rnd.lognormvariate(6, 1.3))
        yield f"{head}[{pid}]: Accepted {rnd.choice(('publickey', 'publickey', 'password'))} for ann from 192.0.2.1 port 50022 ssh2"
        yield f"{head}[{pid}]: pam_unix(sshd:session): session opened for user ann(uid=1000) by ann(uid=0)"
        end = stamp(ends, "%Y-%m-%dT%H:%M:%S+00:00")
        later.setdefault(ends, []).append(f"{end} web1 sshd[{pid}]: pam_unix(sshd:session): session closed for user ann")
    if rnd.random() < (0.2 if bad else 0.005):
        yield f"{head}[7]: Failed {rnd.choice(('password', 'password', 'none'))} for {rnd.choice(('invalid user admin', 'root'))} from 203.0.113.5 port 40022 ssh2"
        yield f"{head}[7]: Connection closed by invalid user admin 203.0.113.5 port 40022 [preauth]"


def spring_boot(rnd, t, bad):
    head = stamp(t, "%Y-%m-%dT%H:%M:%S.000Z")
    if rnd.random() < 0.5:
        yield f"{head}  {rnd.choices(('INFO', 'WARN', 'DEBUG'), (80, 6, 20))[0]} 811 --- [shop] [main] c.e.shop.{rnd.choice(('Cart', 'Order'))} : done"
    if rnd.random() < (0.05 if bad else 0.001):
        yield f"{head} ERROR 811 --- [shop] [nio] c.e.shop.{rnd.choice(('Cart', 'Order', 'Report', 'Stock'))} : failed"
        yield f"java.lang.{rnd.choice(('IllegalState', 'NullPointer', 'Runtime'))}Exception: no"
        yield from (f"\tat com.example.A.x(A.java:{n})" for n in range(rnd.choice((3, 12, 40))))
        if bad:
            yield "Caused by: java.net.ConnectException: Connection refused"


def write(directory, seed=1):
    """The logs, and copies of the rules that read them."""
    directory = pathlib.Path(directory)
    later = {}
    for kind in (nginx, postgres, sshd, spring_boot):
        name, rnd, more = kind.__name__, random.Random(seed), [later] if kind is sshd else []
        with open(directory / f"{name}.log", "w", encoding="utf-8") as log:
            for t in range(START, END):
                log.writelines(f"{line}\n" for line in kind(rnd, t, during(t, TROUBLE), *more))
        rules = (ROOT / f"rules/examples/{name}.ini").read_text(encoding="utf-8")
        (directory / f"{name}.ini").write_text(re.sub(r"(?m)^path\s*=.*", f"path = {directory}/{name}.log", rules), encoding="utf-8")


def own_samples(path):
    """What only a running logtally knows: the age of the newest line."""
    rnd = random.Random(1)
    with open(path, "w", encoding="utf-8") as out:
        for name in NAMES:
            labels = f'job="{JOB}",instance="{INSTANCE}",log="{name}"'
            out.writelines(f"logtally_log_last_line_timestamp_seconds{{{labels}}} {t - rnd.randrange(9)} {t}\n" for t in range(START, END, 30))
        out.write("# EOF\n")


def backfill(work):
    """Into work/data, as `logtally backfill` reads the logs."""
    write(work)
    own_samples(work / "own.om")
    rules = [word for name in NAMES for word in ("--rules", work / f"{name}.ini")]
    run(logtally(), "backfill", *rules, "--step=15s", f"--external-label=job={JOB}", f"--external-label=instance={INSTANCE}",
        *(work / f"{name}.log" for name in NAMES), "-o", work / "host.om")
    for samples in ("host.om", "own.om"):
        run("promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "--max-block-duration=24h", work / samples, work / "data")


def prove_alerts(prometheus, work, checks):
    """The quarter of an hour pages, and is told of each of the four."""
    import proof
    fired = {(name, labels["severity"], labels["area"]) for name, labels, _, _ in proof.play_alerts(prometheus, work)}
    for wanted in (("NginxAvailabilityBudgetBurnFast", "critical", "nginx"), ("NginxHttpRequestsErrorRatioHigh", "warning", "nginx")):
        checks.check(wanted in fired, f"{wanted} fires: {fired}")


if __name__ == "__main__":
    write(sys.argv[1])
