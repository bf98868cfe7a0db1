#!/usr/bin/env python3
"""contrib/fleet on one machine: 20 logtally daemons with a log each, two Prometheus that share them by hashmod, and
VictoriaMetrics behind both. The fleet's totals must be what was written into the logs, also after a daemon, a Prometheus
and the storage were killed while lines went on; and vmalert evaluates the shipped rules on the whole.
"""

import json
import shutil
import signal
import subprocess
import time

import day
from stacklib import ROOT, Checks, Process, Prometheus, api, fetch, free_port, logtally, skip, wait_for, workdir

HOSTS = 20
TOTALS = {
    "requests": "sum(http_requests_total)",
    "errors": 'sum(http_requests_total{status="500"})',
    "latency count": "sum(http_request_duration_seconds_count)",
    "tokens": 'sum(ai_tokens_used_total{type="input"})',
}


class Host:
    """A log, and the daemon that reads it."""

    def __init__(self, work, number):
        self.directory = work / f"host{number}"
        self.directory.mkdir()
        self.number, self.port = number, free_port()
        self.log = self.directory / "backend.log"
        self.log.write_text("")
        self.written = dict.fromkeys(TOTALS, 0)
        self.start()

    def start(self):
        self.daemon = Process([logtally(), "run", "--rules", ROOT / "rules", "--log", self.log, "--listen",
                               f"127.0.0.1:{self.port}", "--state", self.directory / "state"], self.directory / "logtally.log")

    def wait(self):
        wait_for(f"host {self.number}", lambda: fetch(f"http://127.0.0.1:{self.port}/health/live"), 60)

    def write(self, count):
        """Different on every host, so that no two totals agree by chance."""
        with open(self.log, "a", encoding="utf-8") as out:
            for i in range(count + self.number):
                status, tokens = (500 if i % 7 == self.number % 7 else 200), 100 + self.number
                for fields in ({"msg": "http request", "method": "GET", "path": "/api/chat", "status": status, "duration": 30000000},
                               {"msg": "ai request completed", "service": "gemini", "model": "gemini-2.0-flash",
                                "status": "success", "duration_seconds": 0.8, "input_tokens": tokens, "output_tokens": 10}):
                    out.write(day.line(time.time(), {"level": "INFO", **fields}) + "\n")
                self.written["requests"] += 1
                self.written["latency count"] += 1
                self.written["errors"] += status == 500
                self.written["tokens"] += tokens


class Fleet:
    def __init__(self, work):
        self.work = work
        self.hosts = [Host(work, n) for n in range(HOSTS)]
        for host in self.hosts:
            host.wait()
        self.vm_port = free_port()
        self.vm_url = f"http://127.0.0.1:{self.vm_port}"
        self.start_storage()
        self.shards = [self.shard(n) for n in range(2)]
        self.vmalert = None

    def start_storage(self):
        self.vm = Process(["victoria-metrics", f"-httpListenAddr=127.0.0.1:{self.vm_port}", "-loggerLevel=WARN",
                           f"-storageDataPath={self.work}/vm", "-retentionPeriod=12", "-search.latencyOffset=0s",
                           "-search.disableCache"], self.work / "vm.log")
        wait_for("VictoriaMetrics", lambda: fetch(self.vm_url + "/health"))

    def shard(self, number):
        directory = self.work / f"shard{number}"
        (directory / "targets/backend").mkdir(parents=True)
        targets = [f"127.0.0.1:{host.port}" for host in self.hosts]
        (directory / "targets/backend/fleet.yml").write_text(f"- targets: {json.dumps(targets)}\n")
        port = free_port()
        config = subprocess.run([str(ROOT / "contrib/fleet/render.sh"), str(number), "2", self.vm_url + "/api/v1/write", str(port)],
                                text=True, capture_output=True, check=True).stdout
        for slow, quick in (("scrape_interval: 10s", "scrape_interval: 2s"), ("scrape_timeout: 10s", "scrape_timeout: 2s"),
                            ("batch_send_deadline: 5s", "batch_send_deadline: 1s"), ("max_backoff: 10s", "max_backoff: 1s")):
            assert slow in config, slow
            config = config.replace(slow, quick)
        path = directory / "prometheus.yml"
        path.write_text(config)
        return Prometheus(directory, path, port=port).start()

    def written(self):
        return {name: sum(host.written[name] for host in self.hosts) for name in TOTALS}

    def stored(self):
        values = {}
        for name, expr in TOTALS.items():
            result = api(self.vm_url, "query", query=expr)["result"]
            values[name] = float(result[0]["value"][1]) if result else 0
        return values

    def write(self, count):
        for host in self.hosts:
            host.write(count)

    def settled(self, what, checks, seconds=60):
        """The storage comes to hold exactly what was written, and stays so."""
        wanted = self.written()
        try:
            wait_for(what, lambda: self.stored() == wanted, seconds, 0.5)
            time.sleep(2.5)                 # one more scrape: nothing may be counted twice either
        except AssertionError:
            pass
        stored = self.stored()
        checks.check(stored == wanted, f"{what}: stored {stored}, written {wanted}")

    def stop(self):
        for server in (self.vmalert, *self.shards, self.vm, *(host.daemon for host in self.hosts)):
            if server:
                server.stop(signal.SIGKILL)


def prove_shards(fleet, checks):
    seen = [{t["labels"]["instance"] for t in s.api("targets", state="active")["activeTargets"]
             if t["labels"]["job"] == "mylittleprice_backend"} for s in fleet.shards]
    checks.check(len(seen[0]) + len(seen[1]) == HOSTS and not seen[0] & seen[1] and seen[0] and seen[1],
                 f"each host belongs to one shard: {len(seen[0])} + {len(seen[1])}")


def prove_rules(fleet, checks):
    """vmalert accepts the shipped rules, and records and alerts on the whole fleet."""
    rules = str(ROOT / "prometheus/rules/*.yml")
    dry = subprocess.run(["vmalert", "-dryRun", f"-rule={rules}"], text=True, capture_output=True)
    checks.check(dry.returncode == 0, f"vmalert accepts the rules: {dry.stderr[-300:]}")
    fleet.vmalert = Process(["vmalert", f"-rule={rules}", f"-datasource.url={fleet.vm_url}", f"-remoteWrite.url={fleet.vm_url}",
                             f"-remoteRead.url={fleet.vm_url}", f"-notifier.url=http://127.0.0.1:{free_port()}",
                             f"-httpListenAddr=127.0.0.1:{free_port()}", "-evaluationInterval=1s", "-remoteWrite.flushInterval=500ms"],
                            fleet.work / "vmalert.log")

    def busy():
        fleet.write(5)
        return (api(fleet.vm_url, "query", query='job:http_requests:rate5m{job="mylittleprice_backend"} > 0')["result"]
                and api(fleet.vm_url, "query", query='ALERTS{alertname="HttpAvailabilityBudgetBurnFast"}')["result"])
    try:
        checks.check(wait_for("recorded series and alerts of the fleet", busy, 40, 1), "vmalert works on the fleet")
    except AssertionError as error:
        checks.check(False, str(error))


def main():
    missing = [p for p in ("victoria-metrics", "vmalert", "prometheus") if not shutil.which(p)]
    if not logtally() or missing:
        skip(f"{', '.join(missing) or 'logtally'} is not there")
    checks = Checks()
    with workdir() as work:
        fleet = Fleet(work)
        try:
            fleet.write(50)
            fleet.settled("20 hosts, two shards", checks)
            prove_shards(fleet, checks)

            fleet.shards[1].stop(signal.SIGKILL)
            fleet.write(30)
            time.sleep(6)
            stale = fleet.stored()
            checks.check(stale["requests"] < fleet.written()["requests"], "while one Prometheus is down its half is missing")
            fleet.write(10)
            fleet.shards[1].start()
            fleet.settled("after one Prometheus was down", checks)

            fleet.vm.stop()
            fleet.write(20)
            time.sleep(6)
            fleet.write(20)
            fleet.start_storage()
            fleet.settled("after the storage was down", checks, 90)

            victim = fleet.hosts[3]
            victim.write(40)
            victim.daemon.stop(signal.SIGKILL)
            victim.write(40)
            victim.start()
            victim.wait()
            fleet.settled("after a daemon was killed", checks)
            prove_rules(fleet, checks)
            fleet.settled("in the end", checks)
        finally:
            fleet.stop()
    checks.finish()


main()
