#!/usr/bin/env python3
"""Scrapes a second with wrk, in plain HTTP and over TLS, beside Debian's prometheus-node-exporter and mtail.

    load.py [--programs BUILD] [--seconds N] [--tries N] [--write]

Each program serves so many series: counters by one label, of a log that grows by a line a second; node_exporter, which has no log,
reads them from a file (its textfile collector). wrk asks over two kept connections, for gzip, as Prometheus does. Every page is looked at
before its time counts: the sum of the counters must be the number of lines. The best of several tries, server and wrk each on a
core of their own and before other work on the machine where that is allowed. CPU time is the server's, of all its threads.
--write puts the table into docs/performance.md."""
import argparse
import gzip
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from measure import cpu_model, cpu_ns, free_port, memory_mb, put_into

CORES = sorted(os.sched_getaffinity(0))
SIZES = (1000, 100000)
CONNECTIONS = 2
LINE = '{"msg":"served","path":"/item/%06d"}\n'
RULES = """[event served]
where = msg == served
[counter served_total]
help = Served, by path.
inc = served
labels = path
max_values = 1000000
max_series = 1000000
"""
MTAIL = r"""counter served_total by path
/"path":"(?P<path>[^"]+)"/ {
  served_total[$path]++
}
"""


def alone(core):
    def before_exec():
        os.sched_setaffinity(0, {core})
        os.setsid()                                             # the kernel shares a core between sessions
        try:
            with open("/proc/self/autogroup", "w", encoding="ascii") as f:
                f.write("-15")
        except OSError:
            pass
    return before_exec


class Server:
    """A program that serves n series of a log in a directory of its own."""

    def __init__(self, name, n, tls, programs):
        self.name, self.n, self.tls = name, n, tls
        self.dir = tempfile.mkdtemp(prefix="load-")
        self.port = free_port()
        self.lines = n
        os.mkdir(self.dir + "/logs")
        with open(self.dir + "/logs/a.log", "w", encoding="ascii") as f:
            f.writelines(LINE % i for i in range(n))
        if tls:
            self.certificate()
        self.child, self.growing = None, True
        self.command = getattr(self, name)(programs)
        self.err = open(self.dir + "/stderr", "wb")
        self.child = subprocess.Popen(self.command, stderr=self.err, stdout=self.err, preexec_fn=alone(CORES[-1]), cwd=self.dir)
        self.grower = threading.Thread(target=self.grow)

    def certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                        self.dir + "/key.pem", "-out", self.dir + "/cert.pem", "-days", "30", "-subj", "/CN=localhost"],
                       check=True, capture_output=True)
        self.put("web.yml", "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n")

    def put(self, name, text):
        with open(os.path.join(self.dir, name), "w", encoding="ascii") as f:
            f.write(text)

    def logtally(self, programs):
        self.put("rules.ini", RULES)
        self.put("logtally.ini", "[server]\nlisten = 127.0.0.1:%d\n%s[state]\ndirectory = %s/state\n[limits]\nseries = 1000000\n[log a]\npath = %s/logs/*.log\n"
                 "[rules]\ninclude = %s/rules.ini\n" % (self.port, "web_config = web.yml\n" if self.tls else "", self.dir, self.dir, self.dir))
        return [os.path.join(programs, "src", "logtally"), "run", "-c", self.dir + "/logtally.ini"]

    def mtail(self, _):
        self.put("a.mtail", MTAIL)
        return ["mtail", "--progs", self.dir + "/a.mtail", "--logs", self.dir + "/logs/a.log", "--address", "127.0.0.1", "--port", str(self.port),
                "--poll_interval", "250ms"]

    def node_exporter(self, _):
        os.mkdir(self.dir + "/text")
        self.put("text/a.prom", "# TYPE served_total counter\n" + "".join('served_total{path="/item/%06d"} 1\n' % i for i in range(self.n)))
        return ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile", "--collector.textfile.directory=text",
                "--web.listen-address=127.0.0.1:%d" % self.port] + (["--web.config.file=web.yml"] if self.tls else [])

    def url(self):
        return "http%s://localhost:%d/metrics" % ("s" if self.tls else "", self.port)

    def page(self):
        loose = ssl.create_default_context()
        loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE
        request = urllib.request.Request(self.url(), headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=60, context=loose if self.tls else None) as r:
            body = r.read()
            return (gzip.decompress(body) if r.headers["Content-Encoding"] == "gzip" else body), len(body)

    def served(self):
        page = self.page()[0]
        return sum(float(v) for v in re.findall(rb"^served_total\{[^}]*\} (\S+)$", page, re.M))

    def ready(self):
        """mtail reads a log that it finds from its end: it is written again. Other programs need only time."""
        deadline = time.monotonic() + 120
        lines, again = self.lines, self.name == "mtail"
        while time.monotonic() < deadline:
            try:
                n = self.served()
                if n == lines:
                    break
                if again:
                    again = False
                    with open(self.dir + "/logs/a.log", "a", encoding="ascii") as f:
                        f.writelines(LINE % i for i in range(self.n))
            except OSError:
                pass
            time.sleep(0.2)
        else:
            raise RuntimeError("%s serves not what it was given" % self.name)
        self.grower.start()

    def grow(self):
        while self.growing:
            with open(self.dir + "/logs/a.log", "a", encoding="ascii") as f:
                f.write(LINE % 0)
            self.lines += 1
            time.sleep(1)

    def end(self):
        self.growing = False
        if self.grower.is_alive():
            self.grower.join()
        self.child.kill()
        self.child.wait()
        self.err.close()
        shutil.rmtree(self.dir)


UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


def wrk(server, seconds):
    """Scrapes a second, p99 in ms, ms of CPU for each."""
    before = cpu_ns(server.child.pid)
    said = subprocess.run(["wrk", "-t1", "-c%d" % CONNECTIONS, "-d%ds" % seconds, "--timeout", "60", "--latency", "-H", "Accept-Encoding: gzip",
                           server.url()], check=True, capture_output=True, text=True, preexec_fn=alone(CORES[0])).stdout
    used = (cpu_ns(server.child.pid) - before) / 1e9
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    n = int(re.search(r"(\d+) requests in", said)[1])
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", said).groups()
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), "p99": float(p99) * UNITS[unit], "cpu": 1e3 * used / n}


def row(name, n, tls, options):
    s = Server(name, n, tls, os.path.abspath(options.programs))
    try:
        s.ready()
        tries = [wrk(s, options.seconds) for _ in range(options.tries)]
        best = {"rate": max(t["rate"] for t in tries), "p99": min(t["p99"] for t in tries), "cpu": min(t["cpu"] for t in tries)}
        best["mb"], best["bytes"] = memory_mb(s.child.pid), s.page()[1]
        return best
    finally:
        s.end()


def figure(x):
    return "{:,.0f}".format(x) if x >= 100 else "%.2g" % x


TITLES = {"logtally": "logtally", "node_exporter": "node_exporter, from a file", "mtail": "mtail"}


def machine(options):
    versions = [re.search(r"[\d.]+\d", subprocess.run([p, "--version"], capture_output=True, text=True, check=True).stdout)[0]
                for p in ("prometheus-node-exporter", "mtail")]
    return "%s, one core each for the server and wrk, %d tries of %d s; node_exporter %s, mtail %s; load %.0f." % (
        cpu_model(), options.tries, options.seconds, *versions, os.getloadavg()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--programs", default=".")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    out = ["| series | program | scrapes a second | p99, ms | CPU of a scrape, ms | page, kB | memory, MB |", "|---|---|---|---|---|---|---|"]
    for n in SIZES:
        for name, tls in (("logtally", False), ("node_exporter", False), ("mtail", False), ("logtally", True), ("node_exporter", True)):
            r = row(name, n, tls, options)
            out.append("| {:,} | {}{} | {} | {} | {} | {:.0f} | {:.0f} |".format(
                n, TITLES[name], ", TLS" if tls else "", figure(r["rate"]), figure(r["p99"]), figure(r["cpu"]), r["bytes"] / 1e3, r["mb"]))
            print(out[-1], file=sys.stderr, flush=True)
    out += ["", machine(options)]
    print("\n".join(out))
    if options.write:
        put_into("performance.md", "scrapes", out)


if __name__ == "__main__":
    main()
