"""Logs of many programs, written line by line as their documentation says they are, and what is in them.

GENERATORS maps a name to a function of a random number generator that returns one line (or record) of the log as
a tuple (text, kind[, status[, latency in seconds]]): kind is what a person who writes rules would call an event;
None is a line of which nothing is wanted. Names of hosts, users and processes, which no rule may name, are in OWN.
The same seed gives the same log, whatever the machine."""
import datetime
import json
import random
import zlib
from fractions import Fraction

HOST = "lb1"
USERS = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"]
DOMAINS = ["www.shopping.example", "mail.example.net", "cdn.pictures.example", "api.partner.example", "ads.tracker.example"]
PID = 48211
OWN = [HOST] + USERS + DOMAINS + [str(PID)]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
PATHS = ["/", "/cart", "/login", "/orders/%d", "/orders/%d/items", "/api/v1/users/%d", "/static/app.js", "/search?q=%d"]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/132.0", "curl/8.5.0", "Googlebot/2.1 (+http://www.google.com/bot.html)", "-"]
STATUSES = [200] * 12 + [201, 204, 302, 304, 400, 404, 404, 500, 502]
REASONS = {200: "OK", 201: "Created", 204: "No Content", 302: "Found", 304: "Not Modified", 400: "Bad Request", 404: "Not Found",
           500: "Internal Server Error", 502: "Bad Gateway"}


class Log:
    """What the generators draw from: a clock that moves, and values that vary as in life."""

    def __init__(self, name, seed=1):
        self.r = random.Random(zlib.crc32(name.encode()) + seed)
        self.t = datetime.datetime(2025, 11, 12, 9, 30, 0, 123000) + datetime.timedelta(seconds=self.r.randint(0, 999))
        self.n = 1000

    def tick(self):
        self.t += datetime.timedelta(microseconds=self.r.randint(1000, 900000))
        self.n += 1

    def of(self, *things):
        return self.r.choice(things)

    def chance(self, percent):
        return self.r.randint(1, 100) <= percent

    def ip(self):
        return "%d.%d.%d.%d" % (self.of(10, 172, 192, 203), self.r.randint(0, 250), self.r.randint(0, 250), self.r.randint(1, 250))

    def path(self):
        p = self.of(*PATHS)
        return p % self.r.randint(1, 99999) if "%" in p else p

    def method(self):
        return self.of("GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD")

    def status(self):
        return self.of(*STATUSES)

    def size(self):
        return int(self.r.lognormvariate(7.5, 1.5))

    def us(self):
        """A latency in microseconds: most are short, some are long."""
        return int(self.r.lognormvariate(10, 1.4)) + 150

    def ms(self):
        return max(1, self.us() // 1000)

    def hex(self, n):
        return "".join(self.r.choice("0123456789abcdef") for _ in range(n))

    def uuid(self):
        return "-".join(self.hex(n) for n in (8, 4, 4, 4, 12))

    def iso(self, end="Z", sep="T", digits=3, point="."):
        return self.t.strftime("%Y-%m-%d" + sep + "%H:%M:%S") + point + ("%06d" % self.t.microsecond)[:digits] + end

    def day(self, sep):
        return "%02d%s%s%s%d" % (self.t.day, sep, MONTHS[self.t.month - 1], sep, self.t.year)

    def clock(self, digits=0):
        return self.t.strftime("%H:%M:%S") + (".%06d" % self.t.microsecond)[:digits and digits + 1]

    def clf(self):
        return "%s:%s +0000" % (self.day("/"), self.clock())

    def syslog(self):
        return "%s %2d %s" % (MONTHS[self.t.month - 1], self.t.day, self.clock())

    def epoch(self):
        return int((self.t - datetime.datetime(1970, 1, 1)).total_seconds())


def seconds(v, unit):
    return Fraction(v) / {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}[unit]


# access logs

def lighttpd(g):
    s = g.status()
    return '%s %s - [%s] "%s %s HTTP/1.1" %d %d "-" "%s"' % (g.ip(), g.of(*DOMAINS), g.clf(), g.method(), g.path(), s, g.size(), g.of(*AGENTS)), "request", s


def varnishncsa(g):
    s = g.status()
    return '%s - - [%s] "%s http://%s%s HTTP/1.1" %d %s "%s" "%s"' % (
        g.ip(), g.clf(), g.method(), g.of(*DOMAINS), g.path(), s, "-" if s in (204, 304) else g.size(), g.of("-", "https://example.org/"), g.of(*AGENTS)), "request", s


def nginx(g):
    if g.chance(2):
        return '%s - - [%s] "\\x16\\x03\\x01\\x00\\xEE" 400 157 "-" "-" 0.000' % (g.ip(), g.clf()), None
    s, ms = g.status(), g.ms()
    return '%s - %s [%s] "%s %s HTTP/%s" %d %d "%s" "%s" %d.%03d' % (
        g.ip(), g.of("-", "-", *USERS), g.clf(), g.method(), g.path(), g.of("1.1", "2.0"), s, g.size(), g.of("-", "https://example.org/x"), g.of(*AGENTS), ms // 1000, ms % 1000), "request", s, seconds(ms, "ms")


def squid(g):
    s, ms = g.status(), g.ms()
    what = g.of("TCP_MISS", "TCP_HIT", "TCP_MEM_HIT", "TCP_REFRESH_UNMODIFIED")
    return "%d.%03d %6d %s %s/%d %d %s http://%s%s %s %s/%s %s" % (
        g.epoch(), g.t.microsecond // 1000, ms, g.ip(), what, s, g.size(), g.method(), g.of(*DOMAINS), g.path(), g.of("-", *USERS), g.of("HIER_DIRECT", "HIER_NONE"), g.ip(), g.of("text/html", "image/png", "-")), "request", s, seconds(ms, "ms")


def uwsgi(g):
    s, ms = g.status(), g.ms()
    at = "%s %s %2d %s" % (DAYS[g.t.weekday()], MONTHS[g.t.month - 1], g.t.day, g.t.strftime("%H:%M:%S %Y"))
    return "[pid: %d|app: 0|req: %d/%d] %s (%s) {%d vars in %d bytes} [%s] %s %s => generated %d bytes in %d msecs (HTTP/1.1 %d) %d headers in %d bytes (%d switches on core %d)" % (
        PID + g.r.randint(0, 3), g.n, g.n * 3, g.ip(), g.of("", *USERS), g.r.randint(30, 50), g.r.randint(500, 900), at, g.method(), g.path(), g.size(), ms, s, g.r.randint(3, 9), g.r.randint(90, 300), g.r.randint(1, 3), g.r.randint(0, 3)), "request", s, seconds(ms, "ms")


def gunicorn(g):
    s, us = g.status(), g.us()
    return '%s - - [%s] "%s %s HTTP/1.1" %d %d "-" "%s" %d.%06d' % (g.ip(), g.clf(), g.method(), g.path(), s, g.size(), g.of(*AGENTS), us // 10**6, us % 10**6), "request", s, seconds(us, "us")


def puma(g):
    s, us = g.status(), g.us() // 100
    return '%s - %s [%s] "%s %s HTTP/1.1" %d %s %d.%04d' % (g.ip(), g.of("-", *USERS), g.clf(), g.method(), g.path(), s, "-" if s == 304 else g.size(), us // 10000, us % 10000), "request", s, Fraction(us, 10000)


def tomcat(g):
    s, ms = g.status(), g.ms()
    return '%s - %s [%s] "%s %s HTTP/1.1" %d %s %d' % (g.ip(), g.of("-", *USERS), g.clf(), g.method(), g.path(), s, "-" if s == 304 else g.size(), ms), "request", s, seconds(ms, "ms")


def jetty(g):
    s, ms = g.status(), g.ms()
    return '%s - - [%s] "%s %s HTTP/1.1" %d %d "%s" "%s" %d' % (g.ip(), g.clf(), g.method(), g.path(), s, g.size(), g.of("-", "https://example.org/"), g.of(*AGENTS), ms), "request", s, seconds(ms, "ms")


def haproxy(g):
    head = "%s %s haproxy[%d]: " % (g.syslog(), HOST, PID + g.r.randint(0, 2))
    if g.chance(4):
        return head + "Server app/%s is %s, reason: Layer4 connection problem, info: \"Connection refused\", check duration: %dms. %d active and 0 backup servers left. %d sessions active, 0 requeued, 0 remaining in queue." % (
            g.of("web1", "web2"), g.of("DOWN", "UP"), g.r.randint(0, 9), g.r.randint(1, 3), g.r.randint(0, 40)), "server"
    s, t = g.status(), [g.r.randint(0, 3), g.r.randint(0, 30), g.r.randint(0, 5), g.ms()]
    total = sum(t) + g.r.randint(0, 3)
    at = "%s:%s" % (g.day("/"), g.clock(3))
    return head + '%s:%d [%s] %s %s/%s %d/%d/%d/%d/%d %d %d - - ---- %d/%d/%d/%d/0 %d/0 "%s %s HTTP/1.1"' % (
        g.ip(), g.r.randint(1024, 65000), at, g.of("http-in", "https-in~"), g.of("app", "static"), g.of("web1", "web2", "srv3"), *t, total, s, g.size(), *[g.r.randint(1, 30) for _ in range(4)], g.r.randint(0, 4), g.method(), g.path()), "request", s, seconds(total, "ms")


# JSON and logfmt

def pino(g):
    head = {"level": 30, "time": g.epoch() * 1000 + g.t.microsecond // 1000, "pid": PID, "hostname": HOST}
    if g.chance(15):
        return json.dumps(dict(head, level=40, order=g.n, msg="stock is low"), separators=(",", ":")), "stock"
    s, ms = g.status(), g.ms()
    return json.dumps(dict(head, level=50 if s > 499 else 30, req={"id": g.n, "method": g.method(), "url": g.path(), "remoteAddress": g.ip()}, res={"statusCode": s}, responseTime=ms, msg="request completed"), separators=(",", ":")), "request", s, seconds(ms, "ms")


def zerolog(g):
    if g.chance(10):
        return json.dumps({"level": "warn", "user": g.of(*USERS), "time": g.epoch(), "message": "session expired"}), "session"
    s, us = g.status(), g.us()
    return json.dumps({"level": "info", "method": g.method(), "url": g.path(), "status": s, "size": g.size(), "duration": us / 1000, "time": g.epoch(), "message": "request done"}), "request", s, Fraction(str(us / 1000)) / 1000


def zap(g):
    head = {"level": "info", "ts": g.epoch() + g.t.microsecond / 10**6, "logger": "shop.http", "caller": "http/server.go:77"}
    if g.chance(12):
        return json.dumps(dict(head, level="error", msg="cannot reach the bank", attempt=g.r.randint(1, 5), error="dial tcp %s:443: i/o timeout" % g.ip())), "bank"
    s, us = g.status(), g.us()
    return json.dumps(dict(head, msg="request", method=g.method(), path=g.path(), status=s, latency=us / 10**6)), "request", s, Fraction(str(us / 10**6))


def traefik(g):
    s, ns = g.status(), g.us() * 1000 + g.r.randint(0, 999)
    return json.dumps({"ClientAddr": g.ip() + ":%d" % g.r.randint(1024, 65000), "DownstreamContentSize": g.size(), "DownstreamStatus": s, "Duration": ns, "OriginDuration": ns - 50000, "Overhead": 50000, "RequestHost": g.of(*DOMAINS), "RequestMethod": g.method(), "RequestPath": g.path(), "RetryAttempts": 0, "ServiceName": g.of("web@docker", "api@docker"), "entryPointName": "websecure", "level": "info", "msg": "", "time": g.iso()}), "request", s, seconds(ns, "ns")


def envoy(g):
    s, ms = g.status(), g.ms()
    return json.dumps({"start_time": g.iso(), "method": g.method(), "path": g.path(), "protocol": g.of("HTTP/1.1", "HTTP/2"), "response_code": s, "response_flags": g.of("-", "-", "UF"), "bytes_received": g.size(), "bytes_sent": g.size(), "duration": ms, "upstream_service_time": str(max(0, ms - 1)), "x_request_id": g.uuid(), "authority": "shop.example.org", "upstream_host": g.ip() + ":8080"}), "request", s, seconds(ms, "ms")


def lograge(g):
    head = "%s, [%s #%d] %5s -- : [%s] "
    if g.chance(10):
        return head % ("W", g.iso(end="", digits=6), PID, "WARN", g.uuid()) + "Unpermitted parameter: :%s" % g.of("color", "size", "ref"), "parameter"
    s, us = g.status(), g.us() // 10
    return head % ("I", g.iso(end="", digits=6), PID, "INFO", g.uuid()) + "method=%s path=%s format=html controller=%s action=%s status=%d allocations=%d duration=%d.%02d view=%d.10 db=%d.20" % (
        g.method(), g.path(), g.of("OrdersController", "HomeController"), g.of("index", "show", "create"), s, g.r.randint(900, 9000), us // 100, us % 100, g.r.randint(0, 9), g.r.randint(0, 9)), "request", s, Fraction(us, 100) / 1000


def grafana(g):
    if g.chance(12):
        return 'logger=ngalert.scheduler t=%s level=error msg="Failed to evaluate rule" rule_uid=%s org_id=1 attempt=%d error="context deadline exceeded"' % (g.iso(digits=9), g.hex(10) + "a1", g.r.randint(1, 3)), "rule"
    s, ms = g.status(), g.ms()
    return 'logger=context userId=%d orgId=1 uname=%s t=%s level=info msg="Request Completed" method=%s path=%s status=%d remote_addr=%s time_ms=%d duration=%dms size=%d referer= handler=%s' % (
        g.r.randint(1, 8), g.of(*USERS), g.iso(digits=9), g.method(), g.of("/api/dashboards/uid/%d", "/api/ds/query", "/login").replace("%d", str(g.n)), s, g.ip(), ms, ms, g.size(), g.of("/api/ds/query", "/api/dashboards/uid/:uid", "/login")), "request", s, seconds(ms, "ms")


def prometheus(g):
    if g.chance(40):
        us = g.us() * 10
        return 'time=%s level=INFO source=head.go:%d msg="Head GC completed" component=tsdb caller=truncateMemory duration=%sms' % (g.iso(), g.of(640, 641), us / 1000), "gc", None, Fraction(str(us / 1000)) / 1000
    if g.chance(40):
        return 'time=%s level=WARN source=scrape.go:1884 msg="Append failed" component="scrape manager" scrape_pool=%s target=http://%s:9100/metrics err="out of bounds"' % (g.iso(), g.of("node", "shop"), g.ip()), "append"
    us = g.us() * 100
    return 'time=%s level=INFO source=compact.go:%d msg="write block" component=tsdb mint=%d maxt=%d ulid=01%s duration=%ss ooo=false' % (g.iso(), 577, g.epoch() * 1000, g.epoch() * 1000 + 7200000, g.hex(24).upper(), us / 10**6), "block", None, Fraction(str(us / 10**6))


def vault(g):
    us = g.us()
    s = {"time": g.iso(digits=9), "type": "response", "auth": {"display_name": g.of(*USERS), "policies": ["default"]}, "request": {"id": g.uuid(), "operation": g.of("read", "update", "list"), "path": "secret/data/%s" % g.of("db", "mail", "pay"), "remote_address": g.ip()}, "response": {"mount_type": "kv"}, "took_us": us}
    return json.dumps(s), "response", None, seconds(us, "us")


# workers

def celery(g):
    head = "[%s: %s/%s] " % (g.iso(end="", sep=" ", point=","), "%s", g.of("ForkPoolWorker-%d" % g.r.randint(1, 8)))
    task = g.of("shop.tasks.send_mail", "shop.tasks.charge", "shop.tasks.resize")
    if g.chance(40):
        return "[%s: INFO/MainProcess] Task %s[%s] received" % (g.iso(end="", sep=" ", point=","), task, g.uuid()), "received"
    if g.chance(12):
        return head % "ERROR" + "Task %s[%s] raised unexpected: ConnectionError('%s refused')" % (task, g.uuid(), g.ip()), "raised"
    us = g.us()
    took = "%d.%06d" % (us // 10**6, us % 10**6)
    return head % "INFO" + "Task %s[%s] succeeded in %ss: None" % (task, g.uuid(), took), "succeeded", None, Fraction(took)


def sidekiq(g):
    head = "%s pid=%d tid=%s class=%s jid=%s " % (g.iso(), PID, g.hex(4), g.of("MailJob", "ChargeJob"), g.hex(24))
    if g.chance(48):
        return head + "INFO: start", "start"
    ms = g.ms()
    if g.chance(10):
        return head + "elapsed=%d.%03d INFO: fail" % (ms // 1000, ms % 1000), "fail", None, seconds(ms, "ms")
    return head + "elapsed=%d.%03d INFO: done" % (ms // 1000, ms % 1000), "done", None, seconds(ms, "ms")


def python_logging(g):
    head = "%s %%s shop.%s: " % (g.iso(end="", sep=" ", point=","), g.of("orders", "cart", "mail"))
    if g.chance(15):
        return head % "ERROR" + 'order %d failed\nTraceback (most recent call last):\n  File "shop.py", line 31, in take\n    raise ValueError("no stock")\nValueError: no stock' % g.n, "failed"
    ms = g.ms()
    return head % "INFO" + "order %d placed by %s in %d ms" % (g.n, g.of(*USERS), ms), "placed", None, seconds(ms, "ms")


def spring_boot(g):
    head = "%s  %%s %d --- [shop] [nio-8080-exec-%d] %%s : " % (g.iso("+01:00"), PID, g.r.randint(1, 9))
    if g.chance(25):
        return head % ("WARN", "c.example.shop.StockService              ") + "Stock of item %d is low: %d left" % (g.n, g.r.randint(0, 9)), "stock"
    ms = g.ms()
    return head % ("INFO", "c.example.shop.OrderController           ") + "Order %d for customer %s processed in %dms" % (g.n, g.of(*USERS), ms), "order", None, seconds(ms, "ms")


# servers

def postgres(g):
    head = "%s UTC [%d] %s@shop " % (g.iso(end="", sep=" "), PID + g.r.randint(1, 99), g.of("app", "report"))
    if g.chance(12):
        return head + 'ERROR:  duplicate key value violates unique constraint "orders_pkey"\nDETAIL:  Key (id)=(%d) already exists.' % g.n, "duplicate"
    us = g.us()
    return head + "LOG:  duration: %d.%03d ms  statement: SELECT *\n\tFROM orders WHERE id = %d" % (us // 1000, us % 1000, g.n), "statement", None, seconds(us, "us")


def elasticsearch(g):
    head = "[%s][%%s][%%s] [%s] " % (g.iso(end="", point=","), HOST)
    if g.chance(30):
        return head % ("INFO ", "o.e.c.m.MetadataMappingService") + "[logs-%s/%s] update_mapping [_doc]" % (g.t.strftime("%Y.%m.%d"), g.hex(20) + "9a"), "mapping"
    ms = g.ms()
    return head % ("WARN ", "o.e.m.j.JvmGcMonitorService   ") + "[gc][%d] overhead, spent [%dms] collecting in the last [%d.%ds]" % (g.n, ms, g.r.randint(1, 3), g.r.randint(0, 9)), "gc", None, seconds(ms, "ms")


def kafka(g):
    head = "[%s] %%s " % g.iso(end="", sep=" ", point=",")
    topic = g.of("orders", "mail", "clicks")
    if g.chance(30):
        return head % "WARN" + "[ReplicaFetcher replicaId=%d, leaderId=%d, fetcherId=0] Error in response for fetch request (org.apache.kafka.server.FetcherThread)" % (g.r.randint(1, 3), g.r.randint(1, 3)), "fetch"
    ms = g.ms()
    return head % "INFO" + "[LocalLog partition=%s-%d, dir=/var/lib/kafka/data] Rolled new log segment at offset %d in %d ms. (kafka.log.LocalLog)" % (topic, g.r.randint(0, 11), g.n * 1000, ms), "rolled", None, seconds(ms, "ms")


def rabbitmq(g):
    p = "<0.%d.0>" % g.r.randint(500, 9000)
    head = "%s [%%s] %s " % (g.iso("+00:00", " ", 6), p)
    ends = "(%s:%d -> 10.0.0.5:5672)" % (g.ip(), g.r.randint(1024, 65000))
    if g.chance(45):
        return head % "info" + "accepting AMQP connection %s %s" % (p, ends), "accepting"
    if g.chance(50):
        return head % "info" + "closing AMQP connection %s %s, vhost: '/', user: '%s', duration: '%dms'" % (p, ends.replace(")", " - shop:%d)" % PID), g.of(*USERS), g.ms()), "closing"
    return head % "warning" + "closing AMQP connection %s %s: client unexpectedly closed TCP connection" % (p, ends), "lost"


def nats(g):
    head = "[%d] %s [%%s] %s:%d - cid:%d - " % (PID, g.t.strftime("%Y/%m/%d %H:%M:%S.%f"), g.ip(), g.r.randint(1024, 65000), g.n)
    if g.chance(50):
        return head % "DBG" + "Client connection created", "created"
    if g.chance(20):
        return head % "INF" + "Slow Consumer Detected: WriteDeadline of 10s exceeded with %d chunks of %d total bytes." % (g.r.randint(1, 99), g.size()), "slow"
    return head % "DBG" + "Client connection closed: %s" % g.of("Client Closed", "Stale Connection", "Read Error", "Write Error"), "closed"


def consul(g):
    head = "%s [%%s]  " % g.iso()
    if g.chance(20):
        return head % "WARN" + "agent: Check is now critical: check=service:%s" % g.of("web", "db", "mail"), "critical"
    us = g.us()
    return head % "DEBUG" + "agent.http: Request finished: method=%s url=/v1/health/service/%s from=%s:%d latency=%sms" % (g.method(), g.of("web", "db"), g.ip(), g.r.randint(1024, 65000), us / 1000), "request", None, Fraction(str(us / 1000)) / 1000


def cassandra(g):
    head = "%%-5s [%s] %s %%s - " % (g.of("CompactionExecutor:%d" % g.r.randint(1, 9), "Service Thread"), g.iso(end="", sep=" ", point=","))
    ms = g.ms()
    if g.chance(60):
        return head % ("INFO", "GCInspector.java:294") + "G1 Young Generation GC in %dms.  G1 Eden Space: %d -> 0; G1 Old Gen: %d -> %d; " % (ms, g.size() * 1000, g.size(), g.size()), "gc", None, seconds(ms, "ms")
    return head % ("WARN", "BatchStatement.java:286") + "Batch for [shop.%s] is of size %d, exceeding specified threshold of 5120 by %d." % (g.of("orders", "items"), g.size() + 5120, g.size()), "batch"


def mosquitto(g):
    head = "%d: " % g.epoch()
    client = "sensor-%s" % g.hex(6)
    if g.chance(35):
        return head + "New connection from %s:%d on port 1883." % (g.ip(), g.r.randint(1024, 65000)), "new"
    if g.chance(50):
        return head + "New client connected from %s:%d as %s (p2, c1, k60, u'%s')." % (g.ip(), g.r.randint(1024, 65000), client, g.of(*USERS)), "client"
    if g.chance(50):
        return head + "Client %s closed its connection." % client, "closed"
    return head + "Client %s has exceeded timeout, disconnecting." % client, "timeout"


def bind(g):
    head = "%s %s queries: info: " % (g.day("-"), g.clock(3))
    name = g.of(*DOMAINS)
    return head + "client @0x7f%s %s#%d (%s): query: %s IN %s +E(0)K (10.0.0.53)" % (g.hex(10), g.ip(), g.r.randint(1024, 65000), name, name, g.of("A", "AAAA", "MX", "TXT")), "query"


def unbound(g):
    head = "[%d] unbound[%d:%d] info: " % (g.epoch(), PID, g.r.randint(0, 3))
    name = g.of(*DOMAINS)
    if g.chance(50):
        return head + "%s %s. %s IN" % (g.ip(), name, g.of("A", "AAAA", "MX")), "query"
    us = g.us()
    return head + "%s %s. %s IN %s %d.%06d 0 %d" % (g.ip(), name, g.of("A", "AAAA", "MX"), g.of("NOERROR", "NXDOMAIN", "SERVFAIL"), us // 10**6, us % 10**6, g.r.randint(40, 400)), "reply", None, seconds(us, "us")


def dovecot(g):
    head = "%s %s dovecot: " % (g.syslog(), HOST)
    user = g.of(*USERS)
    if g.chance(40):
        return head + "imap-login: Login: user=<%s>, method=PLAIN, rip=%s, lip=10.0.0.5, mpid=%d, TLS, session=<%s>" % (user, g.ip(), PID + g.n, g.hex(12)), "login"
    if g.chance(20):
        return head + "imap-login: Disconnected: Connection closed (auth failed, %d attempts in %d secs): user=<%s>, method=PLAIN, rip=%s, lip=10.0.0.5, session=<%s>" % (g.r.randint(1, 3), g.r.randint(2, 20), user, g.ip(), g.hex(12)), "failed"
    return head + "imap(%s)<%d><%s>: Disconnected: Logged out in=%d out=%d deleted=0 expunged=0 trashed=0" % (user, PID + g.n, g.hex(12), g.size(), g.size()), "logout"


def gitea(g):
    head = "%s ...eb/routing/logger.go:102:func1() [I] router: " % g.t.strftime("%Y/%m/%d %H:%M:%S")
    s, us = g.status(), g.us() // 100
    return head + "completed %s %s for %s:0, %d %s in %d.%dms @ web/%s" % (g.method(), g.path(), g.ip(), s, REASONS[s], us // 10, us % 10, g.of("home.go:32(web.Home)", "repo.go:210(repo.View)", "user.go:18(user.Login)")), "request", s, Fraction(us, 10) / 1000


def erlang(g):
    at = "%s::%s" % (g.day("-"), g.clock(6))
    if g.chance(30):
        return "=ERROR REPORT==== %s ===\n** Generic server <0.%d.0> terminating\n** Last message in was {tcp,#Port<0.%d>}\n** Reason for termination ==\n** badarg" % (at, g.n, g.r.randint(1, 99)), "crash"
    return "=INFO REPORT==== %s ===\nconnection <0.%d.0> accepted from %s" % (at, g.n, g.ip()), "accepted"


def samba(g):
    head = "[%s,  %d] ../../source3/smbd/service.c:%d(%s)\n  %s (ipv4:%s:%d) " % (g.t.strftime("%Y/%m/%d %H:%M:%S.%f"), g.of(1, 3), g.r.randint(100, 999), "%s", "pc-" + g.hex(4), g.ip(), g.r.randint(1024, 65000))
    if g.chance(60):
        return head % "make_connection_snum" + "connect to service %s initially as user %s (uid=%d, gid=100) (pid %d)" % (g.of("docs", "home", "scans"), g.of(*USERS), g.r.randint(1000, 1009), PID + g.n), "connect"
    return head % "close_cnum" + "closed connection to service %s" % g.of("docs", "home", "scans"), "closed"


def compose(g):
    if g.chance(70):
        s, ms = g.status(), g.ms()
        return "web-1  | " + json.dumps({"level": "info", "msg": "request", "path": g.path(), "status": s, "took_ms": ms}), "request", s, seconds(ms, "ms")
    return "db-1   | %s UTC [%d] LOG:  checkpoint complete: wrote %d buffers" % (g.iso(end="", sep=" "), PID + g.n, g.r.randint(1, 99)), "checkpoint"


def coredns(g):
    ns = g.us() * 1000 + g.r.randint(0, 999)
    return "[INFO] %s:%d - %d \"%s IN %s. udp %d false 512\" %s qr,rd,ra %d %d.%09ds" % (
        g.ip(), g.r.randint(1024, 65000), g.r.randint(1, 65000), g.of("A", "AAAA"), g.of(*DOMAINS), g.r.randint(30, 60), g.of("NOERROR", "NXDOMAIN"), g.r.randint(40, 400), ns // 10**9, ns % 10**9), "query", None, seconds(ns, "ns")


def rust(g):
    head = "%s %%s " % g.iso(digits=6)
    if g.chance(25):
        s = "%d.%d" % (g.r.randint(1, 9), g.r.randint(0, 9))
        return head % " WARN" + "shop::db: slow statement: execution time exceeded alert threshold elapsed=%ss" % s, "slow", None, Fraction(s)
    s, ms = g.status(), g.ms()
    return head % " INFO" + "request{method=%s uri=%s}: shop::http: finished processing request latency=%d ms status=%d" % (g.method(), g.path(), ms, s), "request", s, seconds(ms, "ms")


def tracing(g):
    def line(level, target, span=True, **fields):
        scope = {"span": {"method": method, "uri": path, "name": "request"}, "spans": [{"name": "request"}]} if span else {}
        return json.dumps(dict({"timestamp": g.iso(digits=6), "level": level, "fields": fields, "target": target}, **scope), ensure_ascii=False)

    method, path = g.method(), g.path()
    if g.chance(3):
        return "thread 'tokio-runtime-worker' panicked at src/pay.rs:%d:17:" % g.of(41, 88), None
    if g.chance(10):
        return line("ERROR", "shop::db", message="db error", **{"error.kind": g.of("PoolTimedOut", "RowNotFound", "Io")}), "database"
    if g.chance(10):
        return line("INFO", "shop::pay", span=False, message="заказ №%d оплачен" % g.r.randint(1, 9999)), "paid"
    s, us = g.status(), g.us()
    value, unit = g.of((us, "μs"), (us // 1000, "ms"), ("%d.%d" % (us // 10**6, us // 10**5 % 10), "s"))
    scale = {"μs": 10**6, "ms": 1000, "s": 1}[unit]
    return line("INFO", "tower_http::trace::on_response", message="finished processing request", latency="%s %s" % (value, unit), status=s), "request", s, Fraction(str(value)) / scale


def postfix(g):
    head = "%s %s postfix/%%s[%d]: %s: " % (g.syslog(), HOST, PID + g.r.randint(0, 99), "%010X" % g.r.randint(2**30, 2**39))
    if g.chance(40):
        return head % "qmgr" + "from=<%s@example.com>, size=%d, nrcpt=%d (queue active)" % (g.of(*USERS), g.size(), g.r.randint(1, 3)), "queued"
    if g.chance(30):
        return head % "qmgr" + "removed", "removed"
    d = [g.r.randint(1, 30), g.r.randint(0, 3), g.r.randint(0, 90), g.r.randint(1, 90)]
    return head % "smtp" + "to=<%s@example.org>, relay=mx.example.net[%s]:25, delay=%d.%02d, delays=%d.0/0.0%d/0.%02d/0.%02d, dsn=2.0.0, status=%s" % (
        g.of(*USERS), g.ip(), d[0], d[2], d[0], d[1], d[2], d[3], g.of("sent (250 2.0.0 Ok: queued as %s)" % g.hex(8).upper(), "deferred (connect to mx.example.net: Connection timed out)", "bounced (user unknown)")), "delivered", None, Fraction(d[0] * 100 + d[2], 100)


def nginx_error(g):
    head = "%s [%%s] %d#%d: *%d " % (g.t.strftime("%Y/%m/%d %H:%M:%S"), PID, PID, g.n)
    path, ends = g.path(), ", client: %s, server: shop.example.org, request: \"%s %s HTTP/1.1\", upstream: \"http://127.0.0.1:8080%s\", host: \"shop.example.org\""
    if g.chance(50):
        return head % "error" + "connect() failed (111: Connection refused) while connecting to upstream" + ends % (g.ip(), g.method(), path, path), "refused"
    return head % "warn" + "an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/%d/%02d/%010d while reading upstream" % (g.r.randint(1, 9), g.r.randint(1, 99), g.n) + ends % (g.ip(), g.method(), path, path), "buffered"


def rails(g):
    if g.chance(40):
        return 'Started %s "%s" for %s at %s +0000' % (g.method(), g.path(), g.ip(), g.t.strftime("%Y-%m-%d %H:%M:%S")), "started"
    s, ms = g.status(), g.ms()
    return "Completed %d %s in %dms (Views: %d.%dms | ActiveRecord: %d.%dms | Allocations: %d)" % (s, REASONS[s], ms, ms // 2, g.r.randint(0, 9), ms // 4, g.r.randint(0, 9), g.r.randint(99, 99999)), "completed", s, seconds(ms, "ms")


GENERATORS = {f.__name__: f for f in (
    # kinds that rules/examples has
    nginx, haproxy, pino, zerolog, zap, traefik, envoy, lograge, postgres, python_logging, spring_boot,
    # others
    lighttpd, varnishncsa, squid, uwsgi, gunicorn, puma, tomcat, jetty, grafana, prometheus, vault, celery, sidekiq,
    elasticsearch, kafka, rabbitmq, nats, consul, cassandra, mosquitto, bind, unbound, dovecot, gitea, erlang, samba,
    compose, coredns, rust, tracing, postfix, nginx_error, rails)}


def generate(name, n, seed=1):
    """n lines (records) of a log: (text, kind, status, latency) each."""
    g, out = Log(name, seed), []
    for _ in range(n):
        g.tick()
        line = GENERATORS[name](g)
        out.append(tuple(line) + (None,) * (4 - len(line)))
    return out
