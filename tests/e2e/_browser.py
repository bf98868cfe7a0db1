"""Chromium over the DevTools protocol, by a pair of pipes: no port, no library."""
import json
import os
import shutil
import subprocess

BINARY = shutil.which("chromium")


class Browser:
    def __init__(self, *options):
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()
        self.number, self.events, self.rest = 0, [], b""
        kept = []
        for fd, want in ((to_read, 3), (back_write, 4)):
            kept.append(os.dup2(fd, 60 + want))
        start = ("import os, sys\nos.dup2(63, 3); os.dup2(64, 4)\nos.execv(sys.argv[1], sys.argv[1:])")
        with open("chromium.log", "ab") as log:
            self.child = subprocess.Popen(
                ["/usr/bin/python3", "-c", start, BINARY, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--user-data-dir=" + os.path.abspath("chromium"), "--remote-debugging-pipe", *options,
                 "about:blank"], pass_fds=kept, stdout=log, stderr=log, start_new_session=True)
        for fd in (to_read, back_write, *kept):
            os.close(fd)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def read(self):
        while b"\0" not in self.rest:
            block = os.read(self.back, 1 << 20)
            if not block:
                raise AssertionError("chromium ended")
            self.rest += block
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            got = self.read()
            if got.get("id") == self.number:
                assert "error" not in got, (method, got)
                return got["result"]
            self.events.append(got)

    def wait_for(self, method):
        while True:
            for i, got in enumerate(self.events):
                if got.get("method") == method:
                    del self.events[i]
                    return got["params"]
            self.events.append(self.read())

    def open(self, url):
        self.events = [e for e in self.events if e.get("method") != "Page.loadEventFired"]
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def value(self, expression):
        r = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in r, r
        return r["result"].get("value")

    def complaints(self):
        """What the console and the policy said."""
        return [e["params"] for e in self.events
                if e.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")]

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (AssertionError, OSError):
            pass
        self.child.wait()
