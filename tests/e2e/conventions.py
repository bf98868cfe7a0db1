"""What others of the family have: systemd's protocols, the usual paths and options, requests that are refused."""
import json
import os
import re
import signal
import socket
import subprocess
import sys

from _common import free_port, get, put, until
from _daemon import LOGTALLY, Daemon, append, backend_lines, main


class Manager:
    """A service manager's end of $NOTIFY_SOCKET."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(60)
        self.heard = []
        os.environ["NOTIFY_SOCKET"] = address

    def wait_for(self, line):
        """All lines up to the datagram with this one."""
        while True:
            lines = self.socket.recv(4096).decode().split("\n")
            self.heard += lines
            if line in lines:
                return lines

    def close(self):
        del os.environ["NOTIFY_SOCKET"]
        self.socket.close()


def a_manager_hears_when_it_is_ready_reloads_and_stops():
    for address in (os.getcwd() + "/notify", "@logtally-test-%d" % os.getpid()):
        m = Manager(address)
        os.environ["WATCHDOG_USEC"] = "200000"
        os.makedirs("logs", exist_ok=True)
        append("logs/backend.log", b"".join(backend_lines(200)))
        d = Daemon().start()
        m.wait_for("READY=1")
        assert "WATCHDOG=1" in m.heard, m.heard
        m.wait_for("WATCHDOG=1")
        d.signal(signal.SIGHUP)
        began = m.wait_for("RELOADING=1")
        assert any(re.fullmatch(r"MONOTONIC_USEC=\d+", line) for line in began), began
        assert "STATUS=Following" in m.wait_for("READY=1")
        put("bad.ini", "[event x\n")
        put("logtally.ini", get("logtally.ini") + "\n[rules]\ninclude = bad.ini\n")
        d.signal(signal.SIGHUP)
        m.wait_for("RELOADING=1")
        assert any("mistakes" in line for line in m.wait_for("READY=1"))
        d.stop()
        m.wait_for("STOPPING=1")
        m.close()
        del os.environ["WATCHDOG_USEC"]


def a_watchdog_that_nobody_can_wait_for_is_none():
    for usec in ("9223372036854775807", "99999999999999999999", "-1", "1e6", ""):
        m = Manager(os.getcwd() + "/notify")
        os.environ["WATCHDOG_USEC"] = usec
        d = Daemon().start()
        m.wait_for("READY=1")
        d.stop()
        m.wait_for("STOPPING=1")
        assert "WATCHDOG=1" not in m.heard, (usec, len(m.heard))
        m.close()
        os.remove("notify")
        del os.environ["WATCHDOG_USEC"]


def sockets_of_the_manager_are_served():
    tcp = socket.create_server(("127.0.0.1", 0))
    unix = socket.socket(socket.AF_UNIX)
    unix.bind("http.sock")
    unix.listen()
    d = Daemon()                                # its own address is not used then
    start = ("import os, sys\nos.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4)\n"
             "os.environ.update(LISTEN_FDS='2', LISTEN_PID=str(os.getpid()))\n"
             "os.execv(sys.argv[3], [sys.argv[3], 'run', '-c', 'logtally.ini'])")
    a, b = os.dup(tcp.fileno()), os.dup(unix.fileno())
    fds = [os.dup2(a, 50), os.dup2(b, 51)]
    with open("stderr", "ab") as err:
        d.child = subprocess.Popen([sys.executable, "-c", start, "50", "51", LOGTALLY], stderr=err, pass_fds=fds)
    d.port = tcp.getsockname()[1]
    assert until(d.ready), get("stderr")
    assert d.request("GET", "/-/ready")[0] == 200
    r = subprocess.run(["curl", "-sS", "--unix-socket", "http.sock", "http://x/-/healthy"], stdout=subprocess.PIPE, check=True)
    assert r.stdout == b"alive\n", r.stdout
    assert "listening on 127.0.0.1:%d" % d.port in get("stderr") and "listening on unix:http.sock" in get("stderr")
    d.stop()
    assert os.path.exists("http.sock")          # it is the manager's
    for fds in ("1", "3", "64"):     # nothing is there, whatever the loop may have opened
        r = subprocess.run([sys.executable, "-c", start.replace("os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4)", "pass")
                            .replace("'2'", repr(fds)), "0", "0", LOGTALLY], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False, close_fds=True)
        assert r.returncode == 1 and "cannot listen on fd:3: it is no socket that listens" in r.stdout and "LISTEN_FDS" in r.stdout, r.stdout
    r = subprocess.run([sys.executable, "-c", start.replace("os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4)", "pass")
                        .replace("'2'", "'65'"), "0", "0", LOGTALLY], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, check=False)
    assert r.returncode == 1 and "LISTEN_FDS hands over more than 64 sockets" in r.stdout, r.stdout
    for wrong, said in (("fd:x", "no descriptor"), ("fd:0", "no socket that listens"), ("fd:99", "no socket that listens")):
        r = subprocess.run([LOGTALLY, "run", "-c", "logtally.ini", "--listen", wrong], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert r.returncode in (1, 3) and "cannot listen on" in r.stdout and said in r.stdout, r.stdout


def several_addresses_are_one_page():
    six = socket.socket(socket.AF_INET6)
    try:
        six.bind(("::1", 0))
    except OSError:
        return "there is no ::1"
    six.close()
    d, port = Daemon(), free_port()
    put("logtally.ini", get("logtally.ini").replace("listen = 127.0.0.1:%d" % d.port,
                                                    "listen = 127.0.0.1:%d, [::1]:%d, unix:%s/s.sock" % (d.port, port, os.getcwd())))
    d.start()
    for how in (["http://127.0.0.1:%d" % d.port], ["http://[::1]:%d" % port], ["--unix-socket", "s.sock", "http://x"]):
        r = subprocess.run(["curl", "-sSf", *how[:-1], how[-1] + "/metrics"], stdout=subprocess.PIPE, text=True, check=True)
        assert "\nlogtally_build_info{" in r.stdout, how
    assert os.stat("s.sock").st_mode & 0o777 == 0o660
    d.stop()
    assert not os.path.exists("s.sock")
    return None


def the_usual_paths_answer():
    d = Daemon(server="reload = yes\n").start()
    for path in ("/-/healthy", "/-/ready", "/healthz", "/health/live", "/health/ready"):
        assert d.request("GET", path)[0] == 200, path
        assert d.request("HEAD", path)[0] == 200, path
    for method in ("POST", "PUT"):
        assert d.request(method, "/-/reload")[0] == 200
    assert d.request("GET", "/-/reload")[0] == 405
    d.stop()


def a_page_of_another_site_cannot_reload():
    d = Daemon(server="reload = yes\n").start()
    here = "127.0.0.1:%d" % d.port
    for headers, status in (({}, 200), ({"Sec-Fetch-Site": "same-origin", "Origin": "http://" + here}, 200),
                            ({"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}, 403),
                            ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
                            ({"Origin": "http://evil.example", "Host": "evil.example"}, 403)):
        got = d.request("POST", "/-/reload", headers)
        assert got[0] == status, (headers, got)
    assert get("stderr").count("reloaded:") == 2
    d.stop()


def raw(port, text):
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        s.sendall(text.encode())
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while block := s.recv(65536):
            answer += block
        return answer.decode()


def a_request_that_two_could_read_otherwise_is_refused():
    d = Daemon().start()
    h, end = "Host: x\r\n", "\r\n"
    for head, status in (("", 400), (h, 200), (h + h, 400), (h + "Content-Length: 1\r\nContent-Length: 2\r\n", 400),
                         (h + "Content-Length: 0\r\nContent-Length: 0\r\n", 400),
                         (h + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400),
                         (h + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
                         (h + "Transfer-Encoding: gzip\r\n", 400), (h + "Transfer-Encoding: chunked, chunked\r\n", 400),
                         (h + "Transfer-Encoding: xchunked\r\n", 400), (h + "Content-Length : 5\r\n", 400),
                         (h + " Content-Length: 5\r\n", 400), (h + "X: a\rContent-Length: 5\r\n", 400),
                         (h + "X@: a\r\n", 400), (h + "X: a\tb\r\n", 200),
                         (h + "Transfer-Encoding:\r\n chunked\r\n", 400), (h + "Content-Length: 0\r\n\t0\r\n", 400),
                         ("Host:\r\n x\r\n", 400), (h + "X: a\r\n Content-Length: 5\r\n", 400)):
        answer = raw(d.port, "GET /-/healthy HTTP/1.1\r\n" + head + end)
        assert answer.startswith("HTTP/1.1 %d " % status), (head, answer)
        assert answer.count("HTTP/1.1 ") == 1, answer
    assert raw(d.port, "GET /-/healthy HTTP/1.0\r\n\r\n").startswith("HTTP/1.")
    for target in ("/-/healthy x", "/-/healthy?a b", "/-/healthy\r", "/-/healthy?\x7f"):
        answer = raw(d.port, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % target)
        assert not answer or answer.startswith("HTTP/1.1 400 "), (target, answer)
    assert raw(d.port, "GET /-/healthy HTTP/1.2\r\n\r\n").startswith("HTTP/1.1 400 ")
    assert raw(d.port, "GET /-/healthy HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").startswith("HTTP/1.1 400 ")
    # a header without a name ends the head for libmicrohttpd: what stands behind is answered as nothing but a mistake
    answer = raw(d.port, "GET /-/healthy HTTP/1.1\r\n" + h + ": a\r\nX: /-/healthy HTTP/1.1\r\n" + h + end)
    assert answer.count("HTTP/1.1 ") == 2 and answer.count("HTTP/1.1 400 ") == 1, answer
    # what follows such a head is no request
    answer = raw(d.port, "POST / HTTP/1.1\r\n" + h + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                 "GET /-/healthy HTTP/1.1\r\n" + h + end)
    assert answer.startswith("HTTP/1.1 400 ") and answer.count("HTTP/1.1 ") == 1, answer
    d.stop()


def its_own_log_has_the_format_that_was_asked_for():
    base = [LOGTALLY, "run", "--log", os.getcwd() + "/none.log", "--state", "", "--rules", "none.ini"]
    put("none.ini", "[event a]\nmatch = a\n[counter a_total]\nhelp = A\ninc = a\n")

    def said(*options):
        p = subprocess.Popen(base + ["--web.listen-address", "127.0.0.1:0", *options], stderr=subprocess.PIPE, text=True)
        lines = []
        for line in p.stderr:
            lines.append(line)
            if "caught up" in line or len(lines) == 2 and "warn" in options:
                break
        p.terminate()
        lines += p.stderr.readlines()
        p.wait()
        return lines
    for line in said("--log.format", "json"):
        got = json.loads(line)
        assert list(got) == ["ts", "level", "msg"] and got["level"] in ("info", "warn"), got
    put("none.ini", get("none.ini") + "[event b]\nmatch = (\n")
    broken = subprocess.run([*base, "--log.format", "json"], stderr=subprocess.PIPE, text=True, check=False).stderr.splitlines()
    put("none.ini", get("none.ini").split("[event b]")[0])
    assert any("none.ini:7: " in json.loads(line)["msg"] for line in broken), broken
    first = base + ["--web.listen-address", "127.0.0.1:0", "--log.format", "json"]
    p = subprocess.Popen(first, stderr=subprocess.PIPE, text=True)
    said_json = []
    for line in p.stderr:
        said_json.append(json.loads(line))
        if "caught up" in line:
            put("none.ini", get("none.ini") + "[event b]\nmatch = (\n")
            p.send_signal(signal.SIGHUP)
        if "mistake" in line:
            break
    p.terminate()
    said_json += [json.loads(line) for line in p.stderr]
    p.wait()
    assert [x["level"] for x in said_json if "none.ini:7: " in x["msg"]] == ["error"], said_json
    put("none.ini", get("none.ini").split("[event b]")[0])
    for line in said("--log.format=logfmt"):
        assert re.fullmatch(r'ts=\S+Z level=(info|warn) msg=".*"\n', line), line
    text = said()
    assert all(re.match(r"\S+Z (info|warn) logtally: ", line) for line in text), text
    for options, what in ((["--log.level", "loud"], "--log.level is"), (["--log.format", "xml"], "--log.format is")):
        r = subprocess.run(base + options, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert r.returncode == 2 and what in r.stdout, r.stdout
    put("stderr", "")
    with open("stderr", "w", encoding="utf-8") as err:
        p = subprocess.Popen(base + ["--listen", "unix:" + os.getcwd() + "/s", "--log.level", "error"], stderr=err)
    assert until(lambda: os.path.exists("s"))
    p.terminate()
    assert p.wait() == 0 and get("stderr") == "", get("stderr")


def what_a_reload_leaves_to_the_next_start_is_said():
    d = Daemon(server="reload = yes\nmax_connections = 9\n").start()
    put("web.yml", "")
    put("logtally.ini", get("logtally.ini").replace("listen = ", "listen = 127.0.0.1:1, ").replace("directory = ", "directory = other/")
        .replace("max_connections = 9\n", "max_connections = 10\ntimeout = 7s\nweb_config = web.yml\n"))
    assert d.request("POST", "/-/reload")[0] == 200, get("stderr")
    for key in ("[server] listen", "[server] web_config", "[server] max_connections", "[server] timeout", "[state] directory"):
        assert key + " changed; it takes effect at the next start" in get("stderr"), (key, get("stderr"))
    d.stop()


def version_says_what_it_is_made_of():
    out = subprocess.run([LOGTALLY, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    first, compiler, libraries = out.splitlines()
    assert re.fullmatch(r"logtally \d+\.\d+\.\d+ \(revision \S+ of \S+\)", first), first
    assert re.match(r"  compiler  \S", compiler) and "libmicrohttpd 0." in libraries and "libpcre2-8 10." in libraries, out


main(a_manager_hears_when_it_is_ready_reloads_and_stops, a_watchdog_that_nobody_can_wait_for_is_none,
     sockets_of_the_manager_are_served, several_addresses_are_one_page, the_usual_paths_answer, a_page_of_another_site_cannot_reload,
     a_request_that_two_could_read_otherwise_is_refused, its_own_log_has_the_format_that_was_asked_for,
     what_a_reload_leaves_to_the_next_start_is_said, version_says_what_it_is_made_of)
