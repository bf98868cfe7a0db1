#!/usr/bin/env python3
"""`logtally health`: who lives, who does not, who hangs, and what is no address."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading

from _common import free_port, put
from _daemon import LOGTALLY, Daemon, main


def ask(*args, code=0):
    r = subprocess.run([LOGTALLY, "health", *args], capture_output=True, text=True, check=False, timeout=600)
    assert r.returncode == code, (args, r)
    return r.stdout + r.stderr


def a_daemon_lives():
    here = os.getcwd()
    d = Daemon(server="")
    text = open("logtally.ini", encoding="utf-8").read()
    with open("logtally.ini", "w", encoding="utf-8") as f:
        f.write(text.replace("listen = 127.0.0.1:%d" % d.port, "listen = 127.0.0.1:%d, [::1]:%d, unix:%s/s" % (d.port, d.port, here)))
    d.start()
    for url in ("http://127.0.0.1:%d" % d.port, "http://127.0.0.1:%d/health/ready" % d.port, "http://[::1]:%d/" % d.port, "unix:%s/s" % here,
                "http://localhost:%d/metrics" % d.port, "127.0.0.1:%d" % d.port,
                "localhost:%d/metrics" % d.port):
        assert ": 200" in ask(url), url
    assert ": 404" in ask("http://127.0.0.1:%d/nothing" % d.port, code=1)
    d.signal(signal.SIGSTOP)
    assert "timed out" in ask("--timeout", "200ms", "http://127.0.0.1:%d" % d.port, code=1)
    assert "timed out" in ask("--timeout", "200ms", "unix:%s/s" % here, code=1)
    d.signal(signal.SIGCONT)
    d.stop()
    assert "Connection refused" in ask("http://127.0.0.1:%d" % d.port, code=1)
    assert "No such file" in ask("unix:%s/s" % here, code=1)


def a_configuration_says_where():
    """Of its addresses the first; also when it has mistakes by now, which do not kill who read it before them."""
    here = os.getcwd()
    d = Daemon().start()
    for listen, url in ((":%d", "http://127.0.0.1:%d/health/live: 200"), ("0.0.0.0:%d", "http://127.0.0.1:%d/health/live: 200"),
                        ("localhost:%d, :1", "http://localhost:%d/health/live: 200"), ("fd:3, 127.0.0.1:%d", "http://127.0.0.1:%d/health/live: 200")):
        put("other.ini", "[server]\nlisten = %s\nno_such_key = ${env:NOBODY_SET_IT}\n" % (listen % d.port))
        assert ask("-c", "other.ini") == url % d.port + "\n", (listen, ask("-c", "other.ini"))
    put("default.ini", "")
    put("unix.ini", "[server]\nlisten = unix:%s/none\n" % here)
    assert "unix:%s/none" % here in ask("-c", "unix.ini", code=1)
    put("wild.ini", "[server]\nlisten = [::]:%d\n" % free_port())
    assert "http://[::1]:" in ask("-c", "wild.ini", code=1)
    put("fd.ini", "[server]\nlisten = fd:3\n")
    assert "no address that can be asked" in ask("-c", "fd.ini", code=1)
    assert "none.ini: cannot read it" in ask("-c", "none.ini", code=1)
    put("bad.ini", "[server]\nlisten = 127.0.0.1:99999\n")
    assert "is no address" in ask("-c", "bad.ini", code=1)
    assert "not both" in ask("-c", "default.ini", "http://127.0.0.1:1", code=2)
    d.stop()


def what_answers_otherwise():
    """A server that hangs up lives, and wants TLS; one that says neither is another program; one that drips bytes has no more time than
    any other."""
    for answer, code, said in ((b"", 0, "hung up"), (b"\x15\x03\x03\x00\x02\x02\x46", 0, "hung up"), (b"SSH-2.0-OpenSSH_9.2\r\n", 1, "another program"),
                               (bytes(range(256)) * 40, 1, "another program"), (b"\n", 1, "another program"), (b"HTTP/1.1 2x0 OK\r\n", 1, "another program"),
                               (b"HTTP/1.1 503 Service Unavailable\r\n", 1, ": 503"), (b"HTTP/1.1 2", None, "timed out")):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()

            def serve(text=answer, hold=code is None):
                c, _ = s.accept()
                with c:
                    c.recv(1000)
                    c.sendall(text)
                    if hold:
                        c.recv(1000)        # until who asks has gone
            t = threading.Thread(target=serve)
            t.start()
            out = ask("--timeout", "60s" if code is not None else "300ms", "http://127.0.0.1:%d" % s.getsockname()[1], code=1 if code is None else code)
            t.join()
            assert said in out, (answer, out)


def what_is_no_address():
    for url in ("127.0.0.1", "https://localhost", "unix:", "http://", "http://:1", "http://[::1", "unix:/" + "a" * 200, "http://localhost:",
                "http://127.0.0.1:65536", "http://127.0.0.1:0", "http://127.0.0.1:http", "http://127.0.0.1:4294967297"):
        assert "is no address" in ask(url, code=2), url
    assert "does not answer" in ask("http://no.such.host.invalid:%d" % free_port(), code=1)
    assert "duration" in ask("--timeout", "long", code=2)
    assert "one URL" in ask("http://a", "http://b", code=2)


def by_default_it_is_one_port_everywhere():
    """Scrape configurations, firewalls and the files of the stack have it; in the sources it stands once."""
    r = subprocess.run([LOGTALLY, "health", "--timeout", "60s"], capture_output=True, text=True, check=False, timeout=600)
    assert "http://127.0.0.1:7684/health/live" in r.stdout + r.stderr, r        # whether or not somebody answers there
    keys = json.loads(subprocess.run([LOGTALLY, "help", "keys", "--json"], capture_output=True, check=True).stdout)
    assert [k["default"] for k in keys["server"] if k["name"] == "listen"] == ["127.0.0.1:7684"], keys["server"]
    assert "127.0.0.1:7684" in subprocess.run([LOGTALLY, "run", "--help"], capture_output=True, text=True, check=True).stdout
    top = pathlib.Path(os.environ["SRCDIR"])
    named = [str(p.relative_to(top)) for p in (top / "src").rglob("*.[ch]") if re.search(r"\b(7684|9180)\b", p.read_text(encoding="utf-8"))]
    assert named == ["src/base/port.h"], named


main(a_daemon_lives, a_configuration_says_where, what_answers_otherwise, what_is_no_address, by_default_it_is_one_port_everywhere)
