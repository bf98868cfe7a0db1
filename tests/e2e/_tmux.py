"""A terminal that tests can see: a tmux server of the test's own, driven by keys, read by capture-pane."""
import os
import shutil
import subprocess

from _common import until


def tmux_is_there():
    return shutil.which("tmux") is not None


class Screen:
    """A pane in which a shell runs one command, and then stays. What is on the screen is waited for, never slept for."""

    number = 0

    def __init__(self, command, columns=80, rows=24, **environment):
        Screen.number += 1
        self.socket = os.path.abspath("tmux%d" % Screen.number)
        environment = {"LC_ALL": "C.UTF-8", **environment}
        words = " ".join("%s=%s" % item for item in environment.items())
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "stty -g >before; env %s %s; echo $? >code; stty -g >after; exec sleep 1000" % (words, command))

    def tmux(self, *args):
        # Not the shell of whoever runs the tests: that may be none, or end with its command by Ctrl-C, as dash does.
        return subprocess.run(["tmux", "-S", self.socket, *args], capture_output=True, text=True, check=True,
                              env=dict(os.environ, LC_ALL="C.UTF-8", SHELL="/bin/bash")).stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def text(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def shows(self, *texts, without=()):
        """Waits until the screen has all of these at once, and none of those; its text."""
        def good():
            now = self.text()
            return all(t in now for t in texts) and not any(t in now for t in without) and now
        found = until(good, 30)
        assert found, "not on the screen: %r, without %r\n%s" % (texts, without, self.text())
        return found

    def says(self, variable):
        return self.tmux("display-message", "-p", "#{%s}" % variable).strip()

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def pid(self):
        """Of the command."""
        def child():
            shell = self.says("pane_pid")
            with open("/proc/%s/task/%s/children" % (shell, shell), encoding="utf-8") as f:
                return f.read().split()
        return int(until(child)[0])

    def code(self):
        """Waits for the end of the command; its exit status."""
        def ended():
            return os.path.exists("after") and os.path.getsize("after") > 0
        assert until(ended, 30), self.text()
        with open("code", encoding="utf-8") as f:
            return int(f.read())

    def is_as_found(self):
        """Is the terminal what it was before the command?"""
        with open("before", encoding="utf-8") as before, open("after", encoding="utf-8") as after:
            assert before.read() == after.read()
        assert until(lambda: self.says("alternate_on") == "0" and self.says("cursor_flag") == "1" and
                     self.says("wrap_flag") == "1"), self.text()

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
