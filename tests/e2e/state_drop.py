"""`logtally state drop`: series leave a saved state, for good, and nothing else does; `state --json`."""
import glob
import json
import os
import resource
import signal
import subprocess

from _common import get, put
from _daemon import LOGTALLY, Daemon, append, main, ran, truth

RULES = """[event hit]
where   = msg == hit
[counter hits_total]
help    = Hits
inc     = hit
labels  = who, kind
[histogram took_seconds]
help    = Time
observe = hit
value   = took
labels  = who
buckets = 0.1 1
[gauge level]
help    = Level
set     = hit
value   = took
"""
MORE = "[counter gone_total]\nhelp = G\ninc = hit\nlabels = who\n"
WHO = ['quote " here', "back\\slash", "new\nline", "ünïcödé 日本語 заказ", "🧾", "a,b=c{d}", "}", "'", "\\n", "tab\there", "\u2028", "$(id) `id` ;"]


def escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def lines(who, kind="x"):
    return json.dumps({"msg": "hit", "who": who, "kind": kind, "took": 0.5}, ensure_ascii=False) + "\n"


def stopped(rules=RULES):
    """A daemon that has counted one hit of each, and two of kind y, and was stopped."""
    put("rules.ini", rules)
    put("logs/a.log", "".join(map(lines, WHO)) + lines("'", "y") * 2)
    d = Daemon(rules=os.path.abspath("rules.ini")).start()
    assert d.caught_up(len(WHO) + 2) is True
    d.stop()
    return d


def families(page):
    return {k: v for k, v in truth.parse_prom(page).items() if not k[0].startswith(("logtally_", "process_"))}


def drop(*words, code=0):
    return ran("state", "drop", "--state", "state", *words, code=code)


def shown():
    return ran("state", "--state", "state").stdout


def each_goes_alone_whatever_its_label_is():
    d = stopped()
    want = families(shown())
    for who in WHO:
        selector = 'hits_total{who="%s"}' % escaped(who)
        out = drop("--dry-run", selector).stdout
        assert out.split("\n")[0] == 'would drop hits_total{who="%s",kind="x"}' % escaped(who), out
        assert out.endswith("would be dropped; nothing was changed\n") and families(shown()) == want, out
        out = drop(selector).stdout
        assert out.split("\n")[0] == 'dropped hits_total{who="%s",kind="x"}' % escaped(who), out
        assert out.endswith("%d series dropped\n" % (2 if who == "'" else 1)), out
        gone = [k for k in want if k[0] == "hits_total" and dict(k[1])["who"] == escaped(who)]
        assert gone, (who, want)
        for k in gone:
            del want[k]
        assert families(shown()) == want, who
    d.start()
    assert {k: v for k, v in families(d.page()).items() if k[0] != "hits_total"} == {k: v for k, v in want.items() if k[0] != "hits_total"}
    append("logs/a.log", lines(WHO[0]))
    assert d.caught_up(len(WHO) + 3) is True        # what was read is not read again; what comes counts from 0
    assert [v for k, v in families(d.page()).items() if k[0] == "hits_total"] == [1]
    d.stop()


def both_generations_forget_it():
    stopped()
    drop('hits_total{who="%s"}' % WHO[3])
    for f in ("state", "state.1"):
        put("one/state", open("state/" + f, "rb").read())
        assert {dict(k[1])["who"] for k in families(ran("state", "--state", "one").stdout) if k[0] == "hits_total"} == set(map(escaped, WHO)) - {WHO[3]}, f


def a_histogram_goes_whole_and_a_gauge():
    d = stopped()
    out = drop("took_seconds{who=\"'\"}", "level").stdout
    assert out == "dropped took_seconds{who=\"'\"}\ndropped level\n2 series dropped\n", out
    page = shown()
    assert 'took_seconds_count{who="\'"}' not in page and "\nlevel " not in page and 'took_seconds_count{who="}"} 1' in page, page
    out = drop("took_seconds").stdout
    assert out.endswith("%d series dropped\n" % (len(WHO) - 1)) and "took_seconds" not in shown(), out
    d.start()
    append("logs/a.log", lines("z"))
    assert d.caught_up(len(WHO) + 3) is True
    assert {k: v for k, v in families(d.page()).items() if k[0] == "took_seconds_count"} == {("took_seconds_count", (("who", "z"),)): 1}
    d.stop()
    assert "cannot be checked: not all lines were counted by these rules, or series were dropped since" in ran("verify", "-c", "logtally.ini").stdout


def what_no_rule_has_goes_as_well():
    d = stopped(RULES + MORE)
    put("rules.ini", RULES)
    d.start()
    d.stop()
    assert "gone_total, %d series; kept for a day" % len(WHO) in shown()
    assert drop('gone_total{who="}"}').stdout == 'dropped gone_total{who="}"} (without a rule)\n1 series dropped\n'
    assert "gone_total, %d series; kept for a day" % (len(WHO) - 1) in shown()
    put("rules.ini", RULES + MORE)
    d.start()
    assert sum(k[0] == "gone_total" for k in families(d.page())) == len(WHO) - 1
    d.stop()
    put("rules.ini", RULES)
    d.start()
    d.stop()
    drop("gone_total")
    assert "gone_total" not in shown()


def what_is_not_there_is_told_and_nothing_changes():
    stopped()
    before = get_all()
    for words, code, said in (
            (["hit_total"], 1, "the state has no metric hit_total; did you mean hits_total?"),
            (["nothing_like_it"], 1, "the state has no metric nothing_like_it\n"),
            (["took_seconds_bucket"], 1, "did you mean took_seconds?"),
            (["hits"], 1, "did you mean hits_total?"),
            (['hits_total{hwo="a"}'], 1, "hits_total has no label hwo; did you mean who?"),
            (['took_seconds{le="1.0"}'], 1, "le is no label of the histogram took_seconds; it goes with all of its buckets"),
            (['hits_total{who="nobody"}'], 1, 'of %d series of hits_total none is hits_total{who="nobody"}' % (len(WHO) + 1)),
            (["hits_total", 'hits_total{who="}"}'], 1, "the state has no metric hits_total"),
            (["level", "nothing"], 1, "no metric nothing"),
            (["logtally_log_lines_total"], 1, "is logtally's own, and tells what was read; it is not dropped"),
            (['hits_total{who=~".*"}'], 2, "no regex is known here"),
            (["hits_total{who='x'}"], 2, "a value in double quotes was expected"),
            (['hits_total{who="x"'], 2, "it ends where , or } was expected"),
            (["{}"], 2, "the name of a metric was expected"),
            ([], 2, "which series?")):
        for dry in ([], ["--dry-run"]):
            r = drop(*words, *dry, code=code)
            assert said in r.stderr and r.stdout == "", (words, r)
            assert get_all() == before, words
    assert "--dry-run goes with drop" in ran("state", "--state", "state", "--dry-run", code=2).stderr
    assert "it takes no files" in ran("state", "--state", "state", "drip", "level", code=2).stderr
    for where in ("nowhere", "empty"):
        os.makedirs("empty", exist_ok=True)
        assert "there is no state in " + where in ran("state", "drop", "level", "--state", where, code=1).stderr
    assert not os.path.exists("nowhere") and not os.listdir("empty")


def get_all():
    return {f: open(f, "rb").read() for f in sorted(glob.glob("state/*"))}


def while_a_daemon_runs_it_is_refused():
    d = stopped()
    d.start()
    d.page()
    assert "1 series would be dropped" in drop("level", "--dry-run").stdout
    r = drop("level", code=3)
    assert "is in use: stop logtally first" in r.stderr and r.stdout == "", r
    d.stop()
    assert "\nlevel 0.5\n" in shown()
    drop("level")
    assert "\nlevel " not in shown()


def a_disk_without_room_changes_nothing():
    stopped()
    before = get_all()["state/state"]

    def no_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
    r = subprocess.run([LOGTALLY, "state", "drop", "--state", "state", "level"], capture_output=True, text=True, check=False, preexec_fn=no_room)
    assert r.returncode == 3 and "cannot save the state in state: File too large" in r.stderr and not r.stdout, r
    assert get_all()["state/state"] == before
    drop("level")


def damage_is_for_the_daemon():
    stopped()
    whole = open("state/state", "rb").read()
    put("state/state", whole[:99] + bytes([whole[99] ^ 1]) + whole[100:])
    before = get_all()
    r = drop("level", code=3)
    assert "is damaged; start logtally once" in r.stderr and get_all() == before, r


def a_state_stays_its_owners():
    if os.geteuid() != 0:
        return "only root can give a state to somebody"
    stopped()
    os.mkdir("mine", mode=0o700)                     # the owner has no way to it, as to /var/lib/private
    os.rename("state", "mine/state")
    for f in ["mine/state"] + glob.glob("mine/state/*"):
        os.chown(f, 65534, 65534)
    plain = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}     # who gave root away may not look at itself
    ran("state", "drop", "--state", "mine/state", "level", env=plain)
    for f in glob.glob("mine/state/*"):
        assert (os.stat(f).st_uid, os.stat(f).st_gid) == (65534, 65534), f
    assert "\nlevel " not in ran("state", "--state", "mine/state").stdout
    lock = subprocess.Popen(["flock", "mine/state/lock", "sh", "-c", "echo held; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lock.stdout.readline()
    assert "mine/state is in use" in ran("state", "drop", "--state", "mine/state", "took_seconds", code=3, env=plain).stderr
    lock.communicate()
    return None


def what_root_left_in_it_is_named():
    """Root brought a copy back: neither its owner nor the daemon can change that."""
    if os.geteuid() != 0:
        return "only root can give a state to somebody"
    stopped()
    os.chown("state", 65534, 65534)
    os.chmod(".", 0o755)
    before = get_all()
    plain = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    r = ran("state", "drop", "--state", "state", "level", code=3, env=plain)
    said = r.stderr.partition("state/lock belongs to root, and its directory to somebody else; as root: ")[2]
    of_the_owner, of_root = said.split("; or, where logtally runs as root: ")
    assert get_all() == before
    subprocess.run(of_root, shell=True, check=True)
    ran("state", "drop", "--state", "state", "--dry-run", "level", env=plain)
    assert os.stat("state").st_uid == 0
    os.chown("state", 65534, 65534)
    subprocess.run(of_the_owner, shell=True, check=True)
    ran("state", "drop", "--state", "state", "level", env=plain)
    os.chmod("state", 0o700)
    somebody = ["setpriv", "--reuid=65533", "--clear-groups", LOGTALLY]
    if subprocess.run(somebody + ["--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False).returncode != 0:
        return "others may not run the program, so that they are told nothing"
    for words in ([], ["drop", "took_seconds"]):
        r = subprocess.run(somebody + ["state", "--state", "state"] + words, stderr=subprocess.PIPE, check=False, text=True)
        assert r.returncode == 3 and "Permission denied; root may, and the user that runs logtally\n" in r.stderr, r
    return None


def all_of_it_is_told_to_programs():
    d = stopped(RULES + MORE)
    put("rules.ini", RULES)
    d.start()
    d.stop()
    told = json.loads(ran("state", "--state", "state", "--json").stdout)
    assert (told["version"], told["directory"], told["newest_is_damaged"]) == (1, "state", False), told
    assert told["without_rule"] == [{"name": "gone_total", "type": "counter", "series": len(WHO), "since_timestamp_seconds": told["without_rule"][0]["since_timestamp_seconds"]}], told
    size = os.stat("logs/a.log").st_size
    assert told["files"] == [{"path": os.path.abspath("logs/a.log"), "log": "test", "offset_bytes": size, "lines": len(WHO) + 2, "lines_since_byte": 0,
                              "where": "present"}], told["files"]
    hits = [f for f in told["families"] if f["name"] == "hits_total"][0]
    assert {s["labels"]["who"] for s in hits["series"]} == set(WHO), hits
    for dry in (True, False):
        told = json.loads(drop("--json", *["--dry-run"] * dry, 'hits_total{who="%s"}' % escaped(WHO[2]), "gone_total").stdout)
        assert (told["version"], told["dry_run"], told["dropped"], len(told["series"])) == (1, dry, len(WHO) + 1, len(WHO) + 1), told
        assert told["series"][0] == {"metric": "hits_total", "type": "counter", "labels": {"who": WHO[2], "kind": "x"}, "without_rule_since_timestamp_seconds": None}, told
        assert all(s["without_rule_since_timestamp_seconds"] for s in told["series"][1:]), told


main(each_goes_alone_whatever_its_label_is, both_generations_forget_it, a_histogram_goes_whole_and_a_gauge, what_no_rule_has_goes_as_well,
     what_is_not_there_is_told_and_nothing_changes, while_a_daemon_runs_it_is_refused, a_disk_without_room_changes_nothing,
     damage_is_for_the_daemon, a_state_stays_its_owners,
     what_root_left_in_it_is_named, all_of_it_is_told_to_programs)
