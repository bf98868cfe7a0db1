#!/usr/bin/env python3
"""contrib/nginx and contrib/caddy, run: /metrics and /health come from logtally, the rest from the backend.

The snippets are used as they are, but for the three ports. A proxy that is not installed is skipped and said so.
"""

import http.client
import http.server
import os
import shutil
import socket
import threading
import urllib.error

from stacklib import ROOT, Checks, Process, fetch, free_port, logtally, wait_for, workdir

METRICS = b"# TYPE http_requests_total counter\nhttp_requests_total 1\n"


class Backend(http.server.BaseHTTPRequestHandler):
    """Answers its own name and the request; a websocket handshake gets 101 and an echo of one line."""

    protocol_version = "HTTP/1.1"
    name = b"backend"

    def do_GET(self):
        if self.headers.get("Upgrade") == "websocket" and "upgrade" in self.headers.get("Connection", "").lower():
            self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            self.wfile.write(b"echo " + self.rfile.readline())
            self.close_connection = True
            return
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = METRICS if self.name == b"logtally" and self.path == "/metrics" else self.name + b" " + self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def start_logtally(work):
    """The real one where it is built, else something that answers as it would; returns (process, port)."""
    program = logtally()
    if not program:
        return None, serve(type("Logtally", (Backend,), {"name": b"logtally"}))
    port = free_port()
    log = work / "backend.log"
    log.write_text("")
    process = Process([program, "run", "--rules", ROOT / "rules", "--log", log, "--listen", f"127.0.0.1:{port}",
                       "--state", work / "state"], work / "logtally.log")
    wait_for("logtally", lambda: fetch(f"http://127.0.0.1:{port}/health/live"))
    return process, port


def prepared(text, front, backend, exporter):
    return text.replace("8080", str(front)).replace("8081", str(backend)).replace("7684", str(exporter))


def nginx(work, front, backend, exporter):
    snippet = (ROOT / "contrib/nginx/mylittleprice.conf").read_text()
    (work / "site.conf").write_text(prepared(snippet, front, backend, exporter).replace("listen ", "listen 127.0.0.1:"))
    (work / "nginx.conf").write_text(f"""
        pid {work}/nginx.pid; error_log {work}/nginx-error.log; daemon off; master_process off;
        events {{}}
        http {{ access_log off; client_body_temp_path {work}/b; proxy_temp_path {work}/p; fastcgi_temp_path {work}/f;
               uwsgi_temp_path {work}/u; scgi_temp_path {work}/s; include {work}/site.conf; }}
        """)
    return ["nginx", "-c", work / "nginx.conf", "-p", work], None


def caddy(work, front, backend, exporter):
    snippet = (ROOT / "contrib/caddy/Caddyfile").read_text()
    (work / "Caddyfile").write_text("{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n" + prepared(snippet, front, backend, exporter))
    return (["caddy", "run", "--config", work / "Caddyfile", "--adapter", "caddyfile"],
            {**os.environ, "HOME": str(work), "XDG_DATA_HOME": str(work), "XDG_CONFIG_HOME": str(work)})


def websocket(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        s.sendall(b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  b"Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        stream = s.makefile("rb")
        status = stream.readline()
        while stream.readline().strip():
            pass
        s.sendall(b"hello\n")
        return status.split()[1] + b" " + stream.readline().strip()


def prove(name, command, checks, work):
    backend = serve(Backend)
    exporter_process, exporter = start_logtally(work)
    front = free_port()
    arguments, env = command(work, front, backend, exporter)
    proxy = Process(arguments, work / f"{name}.log", env=env)
    try:
        base = f"http://127.0.0.1:{front}"
        wait_for(f"{name}\n", lambda: fetch(base + "/api/chat"), 20)
        checks.check("http_requests_total" in fetch(base + "/metrics"), f"{name}: /metrics is not logtally's")
        checks.check(not fetch(base + "/health").startswith("backend"), f"{name}: /health is not logtally's")
        for path in ("/api/chat?q=1", "/health/ready", "/metricsx", "/"):
            checks.check(fetch(base + path) == f"backend {path}", f"{name}: {path} is not the backend's")
        checks.check(fetch(base + "/api/chat", data=b"x" * 100000).startswith("backend"), f"{name}: POST")
        checks.check(websocket(front) == b"101 echo hello", f"{name}: websocket")
        # What Prometheus sends: keep-alive and OpenMetrics in gzip, twice over one connection.
        connection = http.client.HTTPConnection("127.0.0.1", front, timeout=10)
        for _ in range(2):
            connection.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0",
                                                           "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
            checks.check(answer.status == 200 and body, f"{name}: a scrape as Prometheus sends it")
        if exporter_process:
            checks.check(answer.getheader("Content-Type", "").startswith("application/openmetrics-text"),
                         f"{name}: content negotiation passes through")
            checks.check(answer.getheader("Content-Encoding") == "gzip", f"{name}: gzip passes through")
        connection.close()
    finally:
        proxy.stop()
        if exporter_process:
            exporter_process.stop()


def prove_strangers(name, command, checks, work):
    """To someone who is in none of the private networks (here: us, with these taken out) /metrics is closed."""
    backend, exporter = serve(Backend), serve(type("Logtally", (Backend,), {"name": b"logtally"}))
    front = free_port()
    arguments, env = command(work, front, backend, exporter)
    changed = 0
    for path in (work / "site.conf", work / "Caddyfile"):
        if path.exists():
            text = path.read_text()
            path.write_text(text.replace("allow 127.0.0.0/8;", "").replace("private_ranges", "192.0.2.0/24"))
            changed += path.read_text() != text
    checks.check(changed == 1, f"{name}: the snippet names the networks that may look")
    proxy = Process(arguments, work / f"{name}.log", env=env)
    try:
        base = f"http://127.0.0.1:{front}"
        wait_for(f"{name}\n", lambda: fetch(base + "/api/chat"), 20)
        checks.check(fetch(base + "/health") == "logtally /health", f"{name}: strangers may ask for /health")
        try:
            checks.check(False, f"{name}: a stranger reads {fetch(base + '/metrics')}")
        except urllib.error.HTTPError as error:
            checks.check(error.code == 403, f"{name}: a stranger gets 403, not {error.code}")
    finally:
        proxy.stop()


def main():
    checks = Checks()
    for name, command in (("nginx", nginx), ("caddy", caddy)):
        if not shutil.which(name):
            checks.skip(f"{name} is not installed")
            continue
        with workdir() as work:
            prove(name, command, checks, work)
        with workdir() as work:
            prove_strangers(name, command, checks, work)
    checks.finish()


main()
