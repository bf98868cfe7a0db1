#!/usr/bin/env python3
"""A stack from any rules: contrib/stack-from-rules, and what it made of four examples in contrib/example-stack.

What is committed is what the wishes come to; promtool accepts all of it, and the alerts' tests pass. The example is run: logtally
follows the four golden logs while they grow, a real Prometheus scrapes it and evaluates the rules, and then every query of every
panel, variable and recording rule has data. And a mistake in the wishes is said, a stale file seen. LT_LONG=1 makes a stack of
each of the rules that are shipped, too.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True      # contrib/ is copied into the tarball as it is

from proof import concrete, has_data
from stacklib import ROOT, Checks, Process, Prometheus, fetch, free_port, logtally, run, skip, wait_for, workdir

TOOL = ROOT / "contrib/stack-from-rules"
STACK = ROOT / "contrib/example-stack"
NAMES = ("nginx", "postgres", "sshd", "spring_boot")
STEP = 1

# (what the wishes say after [stack], words of the mistake)
MISTAKES = [
    ("[slo a]\nof = nginx_http_requests_totl\nobjective = 99%", "did you mean nginx_http_requests_total?"),
    ("[slo a]\nof = nginx_http_requests_total", "needs objective"),
    ("[slo a]\nof = nginx_http_requests_total\nobjective = 101%", "no share between 80 and 99.999 %"),
    ("[slo a]\nof = nginx_http_requests_total\nobjective = many", "'many' is no number"),
    ("[slo a]\nof = nginx_http_response_bytes_total\nobjective = 99%", "must say which series"),
    ("[slo a]\nof = nginx_http_request_duration_seconds\nobjective = 99%\nwithin = 2s", "none of the buckets"),
    ("[slo a]\nof = nginx_http_request_duration_seconds\nobjective = 99%", "must say which bucket"),
    ("[metric nginx_http_requests_total]\nbad = klass=5xx", "'klass=5xx' is not LABEL=VALUE"),
    ("[metric nginx_http_requests_total]\nrole = red", "'red' is none of traffic"),
    ("[metric nginx_http_requests_total]\nrole = sizes", "'sizes' is none of traffic"),
    ("[metric nginx_http_requests_total]\nlimit = 5", "share of failures, between 0 and 100 %"),
    ("[metric nginx_malformed_requests_total]\nlimit = 5%", "`bad` says which"),
    ("[metric nginx_upstream_duration_seconds]\nlimit = 5s", "beyond the last bucket"),
    ("[metric nginx_upstream_duration_seconds]\nbad = le=1", "is for counters"),
    ("[metric nginx_upstream_duration_seconds]\nlimit = 5 apples", "'5 apples' is no number"),
    ("[file nginx]\nowner = true", "'true' is not one word"),
    ("[slo a b]\nof = nginx_http_requests_total", "'a b' is not one word"),
    ("[metric nginx_requests]\nrole = errors", "the rules have no such metric"),
    ("[metric nginx_http_requests_total]\ntitel = A", "unknown key titel; did you mean title?"),
    ("[files nginx]\ntitle = A", "unknown section [files nginx]"),
    ("[file ngins]\ntitle = A", "did you mean nginx?"),
    ("[metric nginx_http_requests_total]\nbad = class=5\"xx", "what stands in a matcher"),
    ("[metric nginx_http_requests_total]\nbad = class=5\\d\\d", "what stands in a matcher"),
    ("[metric nginx_http_requests_total]\nbad = class={{x}}", "what stands in a matcher"),
    ("[metric nginx_http_requests_total]\nbad = class=5xx|(", "is no regular expression"),
    ("[slo a-b]\nof = nginx_http_requests_total\nobjective = 99%\n[slo a_b]\nof = nginx_http_requests_total\nobjective = 98%",
     "[slo a-b] and [slo a_b] would have alerts of one name, ABBudgetBurn"),
    ("runbook = {{ \"q\" }}", "is no address"),
    ("runbook = it's", "is no address"),
    ("name = Платежи", "say a name of letters a-z and digits"),
    ("nonsense", "Source contains parsing errors"),
]


def loaded():
    """The program as a module."""
    spec = importlib.util.spec_from_file_location("stack_from_rules_program", ROOT / "contrib/stack_from_rules/__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tool(*args):
    return subprocess.run([TOOL, *map(str, args)], text=True, capture_output=True, timeout=1200, check=False)


def linted(checks, home, what):
    done = subprocess.run([sys.executable, ROOT / "tests/stack/lint_dashboards.py", home], text=True, capture_output=True, check=False)
    checks.check(done.returncode == 0, f"dashboards of {what} keep the linter's rules: {done.stdout}{done.stderr}")


def promtool(checks, home, what):
    rules = sorted(home.glob("rules/*.yml"))
    done = subprocess.run(["promtool", "check", "rules", "--lint=all", "--lint-fatal", *rules], text=True, capture_output=True, check=False)
    checks.check(rules and done.returncode == 0, f"rules of {what} have no lint: {done.stdout}{done.stderr}")
    tests = sorted(home.glob("tests/*_test.yml"))
    for _ in range(3):    # as in mutants.py: once in a thousand runs promtool misses its own samples
        done = subprocess.run(["promtool", "test", "rules", *tests], text=True, capture_output=True, check=False)
        if done.returncode == 0:
            break
    checks.check(tests and done.returncode == 0, f"unit tests of {what} pass: {done.stdout}{done.stderr}")


def test_wishes(checks, work):
    home = work / "wishes"
    home.mkdir()
    rules = os.path.relpath(ROOT / "rules/examples", home)
    inside = loaded()
    for wish, words in MISTAKES:
        (home / "wishes.ini").write_text(f"[stack]\nrules = {rules}/nginx.ini\n{wish}\n")
        try:
            said = f"none, but {len(inside.made(inside.Wishes(home / 'wishes.ini')))} files"
        except inside.Mistake as mistake:
            said = str(mistake)
        checks.check(words in said, f"{wish!r} is a mistake that says {words!r}: {said}")
    done = tool(home / "wishes.ini")
    checks.check(done.returncode == 1 and done.stderr == f"logtally-stack-from-rules: {said}\n" and [p.name for p in home.iterdir()] == ["wishes.ini"],
                 f"wishes with a mistake write nothing: {done.stderr}")
    (home / "wishes.ini").write_text(f"[stack]\nrules = {rules}/nginx.ini {rules}/sshd.ini\n")
    checks.check(tool(home / "wishes.ini").returncode == 0 and tool("--check", home / "wishes.ini").returncode == 0,
                 "what was just written is not stale")
    (work / "blind").mkdir()
    (work / "blind/r.ini").write_text("[event request]\nmatch = x (?<code>\\d+)\n[counter requests_total]\nhelp = Requests\nlabels = code\ninc = request\n")
    (work / "blind/wishes.ini").write_text("[stack]\nrules = r.ini\n")
    checks.check("requests_total has no share of failures and no alert on one, as no value of its label code is known" in tool(work / "blind/wishes.ini").stderr,
                 "a counter of whose failures nothing is known is told")
    with open(home / "rules/nginx.yml", "a", encoding="utf-8") as file:
        file.write("# by hand\n")
    done = tool("--check", home / "wishes.ini")
    checks.check(done.returncode == 1 and "stale: " in done.stdout and "rules/nginx.yml" in done.stdout, "a file changed by hand is stale")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    done = subprocess.run(["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", TOOL, home / "wishes.ini"], text=True, capture_output=True, check=False)
    checks.check(done.returncode == 1 and re.fullmatch("logtally-stack-from-rules: .*File too large.*\n", done.stderr)
                 and before == {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}, f"a full disk cuts no file off: {done.stderr}")
    (home / "wishes.ini").write_text(f"[stack]\nrules = {rules}/nginx.ini\n")
    done = tool("--check", home / "wishes.ini")
    checks.check(done.returncode == 1 and "dashboards/sshd.json" in done.stdout, "files of rules that are gone are stale")
    (home / "rules/mine.yml").write_text("groups: []\n")
    tool(home / "wishes.ini")
    checks.check((home / "rules/mine.yml").exists(), "what somebody else wrote is left alone")
    checks.check(tool("--check", home / "wishes.ini").returncode == 0 and not (home / "dashboards/sshd.json").exists(), "and are removed")
    (home / "metrics.md").write_text("# Mine\n")
    done = tool(home / "wishes.ini")
    checks.check(done.returncode == 1 and "was not made by this program" in done.stderr and (home / "metrics.md").read_text() == "# Mine\n",
                 "nor is it written over")
    (home / "rules/mine.yml").write_bytes(b"\xff\n")
    checks.check("was not made" in tool(home / "wishes.ini").stderr, "bytes that are no UTF-8 are somebody else's")
    for bad, words in (("out = /proc/nowhere", "/proc/nowhere"), ("out = wishes.ini", "wishes.ini")):
        (home / "wishes.ini").write_text(f"[stack]\nrules = {rules}/nginx.ini\n{bad}\n")
        said = tool(home / "wishes.ini").stderr
        checks.check(said.startswith("logtally-stack-from-rules: ") and words in said and "Traceback" not in said, f"{bad} cannot be written to: {said}")
    (home / "other").mkdir()
    shutil.copy(ROOT / "rules/examples/sshd.ini", home / "other/nginx.ini")
    (home / "empty.ini").write_text("[event a]\nmatch = a\n")
    (home / "wishes.ini").write_text("[stack]\nrules = empty.ini\nout = x\n")
    checks.check("no metric is in empty.ini" in tool(home / "wishes.ini").stderr, "rules without a metric are a mistake")
    (home / "wishes.ini").write_text(f"[stack]\nrules = {rules}/nginx.ini other/nginx.ini\nout = x\n")
    checks.check("under the same name, nginx" in tool(home / "wishes.ini").stderr, "two files of one name are a mistake")


def test_bounds(checks, work):
    """A bucket is named as logtally serves it."""
    loaded()
    from stack_from_rules.golden import le_text
    bounds = (0.00001, 0.0001, 0.0025, 0.5, 1, 10, 99999, 100000, 123456, 1e6, 1234567, 16777216, 1e16, 1e21, 1.5e22)
    (work / "bounds.ini").write_text("[event a]\nmatch = n=(?<n>\\d+)\n[histogram h]\nhelp = H\nobserve = a\nvalue = n\n"
                                     f"buckets = {' '.join(f'{b!r}' for b in bounds)}\n")
    (work / "bounds.log").write_text("n=1\n")
    page = run(logtally(), "replay", "--rules", work / "bounds.ini", work / "bounds.log")
    checks.check(re.findall(r'le="(.*?)"', page) == [le_text(b) for b in (*bounds, float("inf"))],
                 f"bounds are written as they are served: {page}, {[le_text(b) for b in bounds]}")


def test_labels_of_the_scrape(checks, work):
    """A label `job` is exported_job in Prometheus, and help and values are text, whatever is in them."""
    home = work / "labels"
    (home / "tests").mkdir(parents=True)
    (home / "cron.ini").write_text("[event done]\nmatch = (?<job>\\w+) (?<result>ok|failed)\n[counter cron_jobs_total]\n"
                                   "help = Jobs: 'all' {{ of }} them | here\ninc = done\nlabels = job, result\nzero = job=a result=ok\n")
    (home / "tests/cron.prom").write_text('cron_jobs_total{job="a",result="ok"} 9\n' r"""cron_jobs_total{job="it's \"{{b}}\" \\",result="failed"} 1""" "\n")
    (home / "wishes.ini").write_text("[stack]\nrules = cron.ini\n[slo cron]\nof = cron_jobs_total\nobjective = 90%\ntitle = It's: {{ 'fine' }} #\n"
                                      f"[file cron]\ntitle = ''{{{{ end }}}}: \\n # | $x\ngolden = {home}/tests/*.prom\n"
                                      "[metric cron_jobs_total]\ntitle = {{ template \"x\" }} '\": - #\n", encoding="utf-8-sig")
    done = tool(home / "wishes.ini")
    checks.check(done.returncode == 0, f"a label job is no obstacle: {done.stderr}")
    checks.check('exported_job="a"' in (home / "tests/cron_test.yml").read_text() and "{{exported_job}}" in (home / "dashboards/cron.json").read_text(),
                 "a label job is called exported_job")
    promtool(checks, home, "rules with a label job")
    linted(checks, home, "rules with a label job")


def test_documented(checks):
    """The keys of the table of the documents are those that the tool reads."""
    loaded()
    from stack_from_rules.wishes import KEYS, PERIODS, ROLES
    roles = {role for of_kind in ROLES.values() for role in of_kind}
    for page in ("docs/stack-from-rules.md", "docs/stack-from-rules.ru.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        rows = re.findall(r"^\| `\[(\w+)[^\]]*\]` \| `(\w+)` \|(.*)", text, re.M)
        checks.check([(kind, key) for kind, key, _ in rows] == [(kind, key) for kind in KEYS for key in KEYS[kind]],
                     f"{page} has all keys in their order")
        said = {key: rest for kind, key, rest in rows if kind == "metric"}
        checks.check(all(f"`{word}`" in said.get("role", "") for word in roles) and all(f"`{word}`" in said.get("per", "") for word in PERIODS),
                     f"{page} has all roles and periods")


def test_limits(checks, work):
    """Limits of gauges with labels, of bytes and of times, each with its golden log over or under it."""
    home = work / "limits"
    home.mkdir()
    rules = os.path.relpath(ROOT / "rules/examples", home)
    (home / "wishes.ini").write_text(f"""[stack]
rules = {rules}/cron.ini {rules}/fail2ban.ini {rules}/jvm_gc.ini
[metric cron_job_last_timestamp_seconds]
limit = 25h
[metric cron_run_duration_seconds]
limit = 10m
[metric fail2ban_banned]
limit = 0.5
[metric jvm_gc_heap_used_bytes]
limit = 2GB
""")
    done = tool(home / "wishes.ini")
    checks.check(done.returncode == 0, f"limits are taken: {done.stderr}")
    rules = "".join(path.read_text() for path in home.glob("rules/*.yml"))
    for expr in ("time() - max_over_time(cron_job_last_timestamp_seconds[5m]) > 90000", "job:cron_run_duration_seconds:p95_rate5m > 600",
                 "max_over_time(fail2ban_banned[5m]) > 0.5", "max_over_time(jvm_gc_heap_used_bytes[5m]) > 2000000000"):
        checks.check(expr in rules, f"a limit is an alert: {expr}")
    promtool(checks, home, "rules with limits")
    linted(checks, home, "rules with limits")


def test_objectives(checks, work):
    """Objectives of every height, over much traffic and little: each alert can fire, and its tests pass."""
    home = work / "objectives"
    home.mkdir()
    rules = os.path.relpath(ROOT / "rules/examples/nginx.ini", home)
    heights = (("80%", 1, "99.999%", 10), ("99.99%", 0.1, "85%", 0.02), ("94%", 0.1, "95%", 100), ("99%", 0.01, "90%", 0.1))
    for failed, least, slow, least_slow in (("90%", 0.001, "99.99%", 0.1), *(heights if os.environ.get("LT_LONG") else ())):
        (home / "wishes.ini").write_text(
            f"[stack]\nrules = {rules}\n[slo failed]\nof = nginx_http_requests_total\nobjective = {failed}\nleast = {least}\n"
            f"[slo slow]\nof = nginx_upstream_duration_seconds\nwithin = 1s\nobjective = {slow}\nleast = {least_slow}\n")
        done = tool(home / "wishes.ini")
        limits = [float(limit) for limit in re.findall(r"ratio_rate\w+\{\S+\} > ([\d.e-]+)", (home / "rules/slo.yml").read_text())]
        checks.check(done.returncode == 0 and len(limits) == 16 and all(0 < limit <= 0.75 for limit in limits), f"limits can be reached: {limits}")
        promtool(checks, home, f"objectives of {failed} and {slow}")


def test_routes(checks, work):
    """The Alertmanager configuration of the documents sends an owner what is his."""
    texts = [re.findall(r"^```yaml\n(route:\n.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)
             for page in ("docs/stack-from-rules.md", "docs/stack-from-rules.ru.md")]
    checks.check(len(texts[0]) == 1 and texts[0] == texts[1], "both languages have the same route")
    config = work / "alertmanager.yml"
    config.write_text(texts[0][0] + "receivers: [{name: ops}, {name: page}, {name: web}]\n")
    for receiver, labels in (("web", ("owner=web", "severity=warning")), ("ops", ("owner=shop", "severity=warning")),
                             ("page", ("owner=web", "severity=critical"))):
        done = subprocess.run(["amtool", "config", "routes", "test", f"--config.file={config}", *labels], text=True, capture_output=True,
                              check=False)
        checks.check(done.stdout.strip() == receiver, f"{labels} goes to {receiver}: {done.stdout}{done.stderr}")


def follow(work, name):
    """A copy of the rules that reads a log here, and what its golden log has."""
    text = (ROOT / f"rules/examples/{name}.ini").read_text(encoding="utf-8")
    (work / f"{name}.ini").write_text(re.sub(r"(?m)^path\s*=.*", f"path = {work}/{name}.log", text))
    (work / f"{name}.log").touch()
    return (ROOT / f"rules/examples/tests/{name}.log").read_bytes()


def test_live(checks, work):
    """Every query has data while the golden logs are written again and again."""
    port = free_port()
    logs = {name: follow(work, name) for name in NAMES}
    (work / "prometheus.yml").write_text(
        f"global: {{scrape_interval: {STEP}s, evaluation_interval: {STEP}s}}\nrule_files: ['{work}/rules/*.yml']\n"
        f"scrape_configs: [{{job_name: host, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n")
    (work / "rules").mkdir()
    for path in STACK.glob("rules/*.yml"):      # all at once, those that are evaluated once a minute, too
        (work / "rules" / path.name).write_text(path.read_text(encoding="utf-8").replace("    interval: 1m\n", ""))
    rules = [word for name in NAMES for word in ("--rules", work / f"{name}.ini")]
    server = Process([logtally(), "run", *rules, "--state", work / "state", "--listen", f"127.0.0.1:{port}"], work / "logtally.log")
    prometheus = Prometheus(work, work / "prometheus.yml")
    try:
        wait_for("logtally", lambda: fetch(f"http://127.0.0.1:{port}/metrics"))
        prometheus.start()
        seen = "nginx_malformed_requests_total"
        wait_for("the first scrape", lambda: prometheus.instant(seen))
        for times in (1, 2, 3):
            for name, text in logs.items():
                with open(work / f"{name}.log", "ab") as log:
                    log.write(text)
            wait_for("the lines to be scraped", lambda: [s["value"][1] for s in prometheus.instant(seen)] == [str(2 * times)])
        asked = list(queries())
        open_ones = []

        def answered():
            open_ones[:] = [q for q in asked if not has_data(prometheus.instant(concrete(q[1])))]
            return not open_ones
        try:
            wait_for("every query to have data", answered, 20, 0.5)
        except AssertionError:
            pass
        for where, expr in asked:
            checks.check((where, expr) not in open_ones, f"{where} has data on its example's log: {expr}")
        wrong = [r for g in prometheus.api("rules")["groups"] for r in g["rules"] if r["health"] != "ok"]
        checks.check(not wrong, f"Prometheus evaluates every rule: {wrong[:2]}")
    finally:
        prometheus.stop()
        server.stop()


def queries():
    """(where, expression) of all panels, variables and recorded series."""
    for path in sorted(STACK.glob("dashboards/*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in (p for top in board["panels"] for p in (top, *top.get("panels", []))):
            for target in panel.get("targets", []):
                if target["legendFormat"] != "the rest":    # of more than ten: here there are fewer
                    yield f"{path.name}: {panel['title']}", target["expr"]
        for variable in board["templating"]["list"]:
            found = re.fullmatch(r"label_values\((.*), \w+\)", variable["query"]["query"] if variable["type"] == "query" else "")
            if found:
                yield f"{path.name}: variable {variable['name']}", found[1]
    for path in sorted(STACK.glob("rules/*.yml")):
        for name, expr in re.findall(r"- record: (\S+)\n +expr: (?:>-\n)?((?:.|\n)*?)(?=\n +labels:|\n +- |\n  - |\Z)", path.read_text(encoding="utf-8")):
            yield f"{path.name}: {name}", name


def test_every_rule(checks, work):
    """Each of the rules files that are shipped, alone and without a wish."""
    for rules in [*sorted((ROOT / "rules/examples").glob("*.ini")), ROOT / "rules"]:
        home = work / f"of-{rules.stem}"
        home.mkdir()
        (home / "wishes.ini").write_text(f"[stack]\nrules = {os.path.relpath(rules, home)}\n")
        done = tool(home / "wishes.ini")
        checks.check(done.returncode == 0, f"a stack of {rules.name}: {done.stderr}")
        linted(checks, home, rules.name)
        promtool(checks, home, rules.name)


def main():
    if not logtally() or not shutil.which("prometheus"):
        skip("logtally or prometheus is not there")
    checks = Checks()
    done = tool("--check", STACK / "wishes.ini")
    checks.check(done.returncode == 0, f"contrib/example-stack is what contrib/stack-from-rules gives: {done.stdout}{done.stderr}")
    linted(checks, STACK, "contrib/example-stack")
    promtool(checks, STACK, "contrib/example-stack")
    test_documented(checks)
    with workdir() as work:
        test_wishes(checks, work)
        test_labels_of_the_scrape(checks, work)
        test_bounds(checks, work)
        test_limits(checks, work)
        test_objectives(checks, work)
        test_routes(checks, work)
        test_live(checks, work)
        if os.environ.get("LT_LONG"):
            test_every_rule(checks, work)
    checks.finish()


main()
