#!/usr/bin/env python3
# timeout: 240
"""[rules] watch = yes: rules that change are taken unasked and once; broken ones are refused once, and said."""
import os
import shutil
import signal

from _common import get, put
from _faults import RULES, World, append, main, until

APP = "logs/app.log"
HITS = """
[event other]
where = kind == other

[counter others_total]
inc = other
"""
TABLE = HITS.replace("where = kind == other", "where = kind == other\nmap.kind = @kinds.csv").replace("inc = other", "inc = other\nlabels = kind")


class Mount:
    """A ConfigMap as the kubelet mounts it, and changes it: NAME -> ..data/NAME, ..data -> ..VERSION."""

    def __init__(self, path):
        self.path, self.version = path, 0
        os.makedirs(path)

    def set(self, files):
        old = os.path.realpath(self.path + "/..data")
        self.version += 1
        version = "..2026_11_29_%d" % self.version
        os.mkdir("%s/%s" % (self.path, version))
        for name, text in files.items():
            put("%s/%s/%s" % (self.path, version, name), text)
        os.symlink(version, self.path + "/..data_tmp")
        os.rename(self.path + "/..data_tmp", self.path + "/..data")
        there = {n for n in os.listdir(self.path) if not n.startswith("..")}
        for name in set(files) - there:
            os.symlink("..data/" + name, "%s/%s" % (self.path, name))
        for name in there - set(files):
            os.unlink("%s/%s" % (self.path, name))
        if self.version > 1:
            shutil.rmtree(old)


def watching(**more):
    w = World(**more)
    text = get("logtally.ini")
    put("logtally.ini", text.replace("[rules]", "[rules]\nwatch = yes"))
    return w


def mounted(files):
    w = watching()
    mount = Mount("rules")
    mount.set(files)
    put("logtally.ini", get("logtally.ini").replace("rules.ini", "rules/*.ini"))
    return w, mount


def said(w):
    return w.stderr().count("reloaded: "), w.stderr().count("reload refused")


def comes(w, reloaded, refused):
    assert until(lambda: said(w) == (reloaded, refused), 60), (said(w), w.stderr())


def config_map():
    """A swapped link is one reload; of a broken version the log, the page and the metric speak, once; the old rules count on."""
    w, mount = mounted({"a.ini": RULES})
    w.start()
    w.write(200)
    w.exact()
    mount.set({"a.ini": RULES, "b.ini": HITS})
    comes(w, 1, 0)
    append(APP, b"kind=other x=1\n" * 5 + w.lines(50))
    w.exact()
    assert w.value("others_total") == 5, w.page
    mount.set({"a.ini": RULES, "b.ini": HITS.replace("inc = other", "inc = nobody")})
    comes(w, 1, 1)
    assert w.now("logtally_config_last_reload_successful") == 0
    assert "rules/b.ini:6: " in w.stderr(), w.stderr()
    assert b"b.ini:6: " in w.fetch("/")[2] and b"nobody" in w.fetch("/")[2]
    append(APP, b"kind=other x=1\n" * 3 + w.lines(50))
    w.exact()
    assert w.value("others_total") == 8, w.page
    mount.set({"a.ini": RULES, "b.ini": HITS})
    comes(w, 2, 1)
    assert w.now("logtally_config_last_reload_successful") == 1
    mount.set({})                             # a ConfigMap emptied: no reload drops every metric
    comes(w, 2, 2)
    mount.set({"a.ini": RULES})
    comes(w, 3, 2)
    w.exact()
    assert "others_total" not in w.values
    w.finish()


def all_that_is_named():
    """The configuration itself, rules in place and behind a link, a table: each is one reload; a file beside them is none."""
    w = watching()
    os.makedirs("elsewhere")
    os.rename("rules.ini", "elsewhere/real.ini")
    os.symlink("elsewhere/real.ini", "rules.ini")
    put("elsewhere/kinds.csv", "other,first\n")
    os.symlink("elsewhere/kinds.csv", "kinds.csv")
    w.start()
    put("elsewhere/real.ini", RULES + TABLE)
    comes(w, 1, 0)
    put("beside", "1")
    put("elsewhere/beside", "1")
    put("elsewhere/kinds.csv", "other,second\n")
    comes(w, 2, 0)
    append(APP, b"kind=other x=1\n" + w.lines(50))
    w.exact()
    assert w.value("others_total", kind="second") == 1, w.page
    put("elsewhere/real.ini", RULES + TABLE + "; a comment moves what stands below it\n" + "[event z]\nwhere = a == b\n")
    comes(w, 3, 0)
    text = get("logtally.ini")
    put("logtally.ini", text.replace("watch = yes", "watch = no"))
    comes(w, 4, 0)
    put("elsewhere/real.ini", RULES)          # nobody looks now
    put("logtally.ini", text)
    w.signal(signal.SIGHUP)
    comes(w, 5, 0)
    put("elsewhere/real.ini", RULES + HITS)
    comes(w, 6, 0)
    w.write(50)
    w.exact()
    w.finish()


def changed_while_it_starts():
    """What changes behind the first read, before a folder is watched, is seen as well."""
    w = watching(rules=RULES + HITS)
    w.start(wait=False)
    assert until(lambda: "listening on" in w.stderr()), w.stderr()
    put("rules.ini", RULES)
    comes(w, 1, 0)
    assert until(w.listening), w.stderr()
    w.write(50)
    w.exact()
    w.finish()


if __name__ == "__main__":
    main(config_map, all_that_is_named, changed_while_it_starts)
