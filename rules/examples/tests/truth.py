#!/usr/bin/env python3
"""Adds up the true metric values of the logs of the examples, without logtally.

    truth.py NAME > NAME.prom       # the expectation of a golden test
    truth.py --check                # 0: each NAME.prom says what NAME.log says

Each recipe has a function of its name below. It takes lines apart in its own way (splitting, json, csv), knows nothing of the
rules, and says what each line is worth.
"""
import csv
import io
import json
import os
import re
import sys
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests"))
from truth import Sums, differences, number, parse_prom  # noqa: E402  pylint: disable=wrong-import-position


class Page(Sums):
    """The sums, and the `path` of the log that is being read. Labels that are missing are `unknown`; a label that is a word of Python is written with a _ behind it."""
    def __init__(self):
        super().__init__({})
        self.path = ""

    @staticmethod
    def clean(labels):
        return {k.rstrip("_"): "unknown" if v in (None, "", "-") else str(v) for k, v in labels.items()}

    def inc(self, name, by=1, **labels):
        by = number(str(by))
        if by is not None:
            super().inc(name, by, **self.clean(labels))

    def set(self, name, value, **labels):
        super().set(name, value, **self.clean(labels))

    def histogram(self, name, bounds, there=False):
        """One without labels is `there` before anything was observed."""
        self.buckets[name] = bounds.split()
        if there:
            self.observed[name, ()] = []

    def observe(self, name, value, unit="1", **labels):
        value = number(str(value))
        if value is not None:
            super().observe(name, value * Decimal(unit), **self.clean(labels))

    def zero(self, *names):
        for name in names:
            self.inc(name, 0)


def status_class(status):
    return status[0] + "xx" if re.fullmatch("[1-5][0-9][0-9]", status) else status


def json_lines(text):
    """Objects, numbers as they are written; the first of two equal keys counts."""
    def first(pairs):
        out = {}
        for key, value in pairs:
            out.setdefault(key, value)
        return out
    for line in text.split("\n"):
        try:
            value = json.loads(line, object_pairs_hook=first, parse_int=str, parse_float=str)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def records(text, begins):
    """Lines joined with those behind them that do not begin a record."""
    out = []
    for line in text.split("\n"):
        if begins(line) or not out:
            out.append(line)
        else:
            out[-1] += "\n" + line
    return out


def haproxy(log, page):
    page.histogram("haproxy_http_response_time_seconds", "0.01 0.1 1 10")
    page.histogram("haproxy_http_queue_time_seconds", "0.01 0.1 1 10")
    for line in log.split("\n"):
        w = line.split(" ")
        if len(w) < 17 or w[9].count("/") != 4 or '"' not in line:
            continue
        frontend, (backend, _), times = w[7].rstrip("~"), w[8].split("/"), w[9].split("/")
        status, size, state = w[10], w[11].lstrip("+"), w[14]
        page.inc("haproxy_http_requests_total", frontend=frontend, backend=backend, class_=status_class(status))
        page.inc("haproxy_http_response_bytes_total", size, backend=backend)
        if state[:2] != "--":
            page.inc("haproxy_http_aborted_total", backend=backend, state=state[:2])
        if times[3] != "-1":
            page.observe("haproxy_http_response_time_seconds", times[3], "0.001", backend=backend)
            page.observe("haproxy_http_queue_time_seconds", times[1], "0.001", backend=backend)


def envoy(log, page):
    page.histogram("envoy_http_request_duration_seconds", "0.01 0.1 1 10")
    page.histogram("envoy_http_upstream_duration_seconds", "0.01 0.1 1 10")
    for f in json_lines(log):
        status = f.get("response_code")
        if status is None:
            continue
        cluster = f.get("upstream_cluster")
        cluster = "none" if cluster in (None, "-") else cluster
        page.inc("envoy_http_requests_total", cluster=cluster, method=f["method"], class_=status_class(status))
        for flag in f["response_flags"].split(","):
            if flag not in ("", "-"):
                page.inc("envoy_http_response_flags_total", flag=flag)
        page.inc("envoy_http_bytes_total", f.get("bytes_received"), direction="received")
        page.inc("envoy_http_bytes_total", f.get("bytes_sent"), direction="sent")
        page.observe("envoy_http_request_duration_seconds", f["duration"], "0.001", cluster=cluster)
        page.observe("envoy_http_upstream_duration_seconds", f["upstream_service_time"], "0.001", cluster=cluster)


def aws_alb(log, page):
    page.histogram("aws_alb_target_duration_seconds", "0.01 0.1 1 10")
    for line in log.split("\n"):
        w = line.split(" ")
        if len(w) < 20:
            continue
        elb, took, status, target_status, received, sent = w[2].split("/")[1], w[6], w[8], w[9], w[10], w[11]
        page.inc("aws_alb_requests_total", elb=elb, class_=status_class(status))
        page.inc("aws_alb_received_bytes_total", received, elb=elb)
        page.inc("aws_alb_sent_bytes_total", sent, elb=elb)
        if status[0] == "5" and target_status == "-":
            page.inc("aws_alb_errors_total", elb=elb, status=status)
        page.observe("aws_alb_target_duration_seconds", took, elb=elb)


def iis(log, page):
    page.histogram("iis_request_duration_seconds", "0.01 0.1 1 10")
    for line in log.split("\n"):
        w = line.split(" ")
        if line.startswith("#") or len(w) != 15:
            continue
        method, status, sub, took = w[3], w[11], w[12], w[14]
        page.inc("iis_requests_total", method=method, class_=status_class(status))
        page.observe("iis_request_duration_seconds", took, "0.001", class_=status_class(status))
        if int(status) >= 400:
            page.inc("iis_failed_requests_total", reason=status + "." + sub)


def postgres_csv(log, page):
    page.histogram("postgres_csv_statement_duration_seconds", "0.01 0.1 1 10")
    for row in csv.reader(io.StringIO(log)):
        if not row:
            continue
        database, severity, state, message = row[2] or "none", row[11], row[12], row[13]
        page.inc("postgres_csv_messages_total", database=database, severity=severity)
        if severity in ("ERROR", "FATAL", "PANIC"):
            page.inc("postgres_csv_errors_total", database=database, class_=state[:2])
        if message.startswith("duration: "):
            page.observe("postgres_csv_statement_duration_seconds", message.split()[1], "0.001", database=database)


def mysql_slow(log, page):
    page.histogram("mysql_slow_query_duration_seconds", "1 10 100")
    page.histogram("mysql_slow_query_lock_seconds", "0.001 0.1 10", there=True)
    for text in records(log, lambda line: line.startswith("# Time: ")):
        lines = text.split("\n")
        if not lines[0].startswith("# Time: "):
            continue
        user, w = lines[1][len("# User@Host: "):].split("[")[0], lines[2].split()
        statement = text[text.index("\nSET timestamp="):].split("\n", 2)[2]
        if statement.startswith("/*"):
            statement = statement[statement.index("*/") + 2:].lstrip()
        if statement.startswith("#"):      # an administrator's command is no statement
            continue
        verb = re.split(r"\W", statement)[0].upper()
        page.inc("mysql_slow_queries_total", user=user, verb=verb)
        page.inc("mysql_slow_query_rows_examined_total", w[8], user=user)
        page.observe("mysql_slow_query_duration_seconds", w[2], verb=verb)
        page.observe("mysql_slow_query_lock_seconds", w[4])


def mysql_error(log, page):
    page.zero("mysql_starts_total")
    for line in log.split("\n"):
        w = line.split(" ", 5)
        if len(w) < 5 or "T" not in w[0] or not w[1].isdigit() or not w[3].startswith("[MY-"):
            continue
        level, code, subsystem = (x.strip("[]") for x in w[2:5])
        page.inc("mysql_error_log_messages_total", level=level, subsystem=subsystem)
        if level in ("Error", "Warning"):
            page.inc("mysql_error_log_problems_total", level=level, code=code)
        if code == "MY-010931":
            page.inc("mysql_starts_total")


def redis(log, page):
    page.zero("redis_replication_links_lost_total")
    page.histogram("redis_load_duration_seconds", "1 10 100", there=True)
    for result in ("success", "error"):
        page.inc("redis_background_saves_total", 0, result=result)
    roles = {"M": "master", "S": "replica", "C": "child", "X": "sentinel"}
    levels = {".": "debug", "-": "verbose", "*": "notice", "#": "warning"}
    for line in log.split("\n"):
        w = line.split(" ")
        if len(w) < 7 or w[5] not in levels:
            continue
        said = " ".join(w[6:])
        page.inc("redis_log_lines_total", role=roles[w[0][-1]], level=levels[w[5]])
        if said == "Background saving terminated with success":
            page.inc("redis_background_saves_total", result="success")
        elif said.startswith(("Background saving error", "Background saving terminated by")):
            page.inc("redis_background_saves_total", result="error")
        elif said.startswith("RDB: "):
            page.set("redis_copy_on_write_bytes", int(w[7]) << 20)
        elif said.startswith("DB loaded from"):
            page.observe("redis_load_duration_seconds", w[-2])
        elif said.endswith(" lost.") or said.startswith("MASTER timeout"):
            page.inc("redis_replication_links_lost_total")


def mongodb(log, page):
    page.zero("mongodb_authentication_failures_total")
    page.histogram("mongodb_slow_operation_duration_seconds", "0.1 1 10")
    names = {"F": "fatal", "E": "error", "W": "warning", "I": "info"}
    for f in json_lines(log):
        component = f["c"]
        page.inc("mongodb_log_messages_total", severity=names.get(f["s"], "debug"),
                 component="none" if component == "-" else component)
        if component == "ACCESS" and f["msg"].startswith("Authentication failed"):
            page.inc("mongodb_authentication_failures_total")
        if f["id"] != "51803":
            continue
        a = f["attr"]
        page.observe("mongodb_slow_operation_duration_seconds", a["durationMillis"], "0.001", collection=a["ns"],
                     operation="" if a["type"] == "none" else a["type"])
        page.inc("mongodb_slow_documents_examined_total", a.get("docsExamined"), collection=a["ns"])
        if a.get("planSummary", "").startswith("COLLSCAN"):
            page.inc("mongodb_slow_collscans_total", collection=a["ns"])


def after(line, *programs):
    """What a program of these says in a line of syslog, and its name; else nothing."""
    m = re.match(r"(?:\w{3} +\d+ \S+|\d{4}-\S+) (?:\S+ )?([\w/-]+)(?:\[\d+\])?: *(.*)", line)
    return (m[2], m[1]) if m and m[1] in programs else ("", "")


def seconds(line):
    """Of the day, in the first time of a line."""
    h, m, s = re.search(r"(\d\d):(\d\d):([\d.]+)", line).groups()
    return int(h) * 3600 + int(m) * 60 + Decimal(s)


def sshd(log, page):
    page.zero("ssh_preauth_disconnects_total", "ssh_sessions_open")
    page.histogram("ssh_session_duration_seconds", "10 60 600 3600 28800 86400", there=True)
    for method in ("password", "publickey"):
        page.inc("ssh_logins_total", 0, method=method)
    for user in ("known", "invalid"):
        page.inc("ssh_login_failures_total", 0, method="password", user=user)
    opened = {}
    for line in log.split("\n"):
        said = after(line, "sshd", "sshd-session")[0]
        w = said.split(" ")
        if w[0] == "Accepted":
            page.inc("ssh_logins_total", method=w[1])
        elif w[0] == "Failed":
            page.inc("ssh_login_failures_total", method=w[1], user="invalid" if w[3:5] == ["invalid", "user"] else "known")
        elif said.endswith("[preauth]") and w[0] in ("Connection", "Disconnected"):
            page.inc("ssh_preauth_disconnects_total")
        elif w[0] == "pam_unix(sshd:session):":
            pid = line.split("]: ")[0].split("[")[1]
            if w[2] == "opened":
                opened[pid] = seconds(line)
            elif pid in opened:
                page.observe("ssh_session_duration_seconds", seconds(line) - opened.pop(pid))
    page.set("ssh_sessions_open", len(opened))


def sudo(log, page):
    reasons = {"user NOT in sudoers": "not in sudoers", "command not allowed": "command", "a password is required": "password"}
    for line in log.split("\n"):
        user, _, rest = after(line, "sudo")[0].partition(" : ")
        if " USER=" not in rest:
            continue
        as_, program = re.search(r" USER=(\S+)", rest)[1], rest.split("COMMAND=")[1].split()[0].split("/")[-1]
        if rest.startswith(("TTY=", "PWD=")):
            page.inc("sudo_commands_total", user=user, **{"as": as_})
            page.inc("sudo_programs_total", program=program)
            continue
        why = rest.split(" ; ")[0]
        why = "password" if "incorrect password" in why else reasons.get(why, "other")
        page.inc("sudo_refused_total", user=user, reason=why)


def postfix(log, page):
    page.zero("postfix_queued_bytes_total")
    page.histogram("postfix_queue_seconds", "1 10 60 600 3600 86400 432000", there=True)
    queued = {}
    page.histogram("postfix_delay_seconds", "1 10 100 1000")
    for status in ("sent", "deferred", "bounced"):
        page.inc("postfix_deliveries_total", 0, agent="smtp", status=status)
    for line in log.split("\n"):
        m = re.search(r" (postfix/\S+)\[\d+\]: (\S+): (.*)", line)
        if not m:
            continue
        said = dict(x.split("=", 1) for x in m[3].split(", ") if "=" in x)
        if m[3].startswith("to=<"):
            said = {}
            for x in m[3].split(", "):      # what the other side answered stands at the end
                said.setdefault(*(x.split("=", 1) if "=" in x else (x, "")))
            agent, status = m[1].split("/")[-1], said["status"].split(" ")[0]
            page.inc("postfix_deliveries_total", agent=agent, status=status)
            page.observe("postfix_delay_seconds", said["delay"], status=status)
            for stage, took in zip(("before queue", "queue", "connect", "send"), said["delays"].split("/")):
                page.inc("postfix_stage_seconds_total", took, stage=stage)
            if status != "sent":
                page.inc("postfix_failures_total", status=status, dsn=said["dsn"])
        elif m[3].startswith(("message-id=", "resent-message-id=")):
            queued[m[2]] = seconds(line)
        elif m[3] == "removed" and m[2] in queued:
            page.observe("postfix_queue_seconds", seconds(line) - queued.pop(m[2]))
        elif m[2] == "NOQUEUE":
            w = m[3].split(" ")
            page.inc("postfix_rejects_total", stage=w[1], code=w[4])
        elif m[3].endswith("(queue active)"):
            page.inc("postfix_queued_bytes_total", said["size"])
    page.set("postfix_queue_mails", len(queued))


def dnsmasq(log, page):
    for line in log.split("\n"):
        said, program = after(line, "dnsmasq", "dnsmasq-dhcp")
        w = said.split(" ")
        if w[0].isdigit():
            w = w[1 if program == "dnsmasq-dhcp" else 2:]
        if program == "dnsmasq-dhcp":
            message, interface = w[0].rstrip(")").split("(")
            page.inc("dnsmasq_dhcp_messages_total", interface=interface, message=message)
        elif w[0].startswith("query["):
            page.inc("dnsmasq_queries_total", type=w[0][6:-1])
        elif w[0] == "forwarded":
            page.inc("dnsmasq_forwarded_total", server=w[3])
        elif len(w) == 4 and w[2] == "is":
            answer = w[3].strip("<>").split("-IPv")[0]
            answer = "address" if re.search(r"[.:]", answer) and not re.search("[g-z]", answer) else answer
            answer = answer if answer.isupper() or answer == "address" else "other"
            page.inc("dnsmasq_answers_total", source="hosts" if w[0].startswith("/") else w[0], answer=answer)


def cron(log, page):
    page.histogram("cron_run_duration_seconds", "1 10 60 600 3600")
    begun = {}
    for line in log.split("\n"):
        m = re.match(r"(?:\(([^)]+)\) )(.*)", after(line, "CRON", "CROND", "cron")[0])
        if not m:
            continue
        user, said = m.groups()
        what, _, job = said.partition(" (")
        if what in ("END", "CMDEND") and (user, job) in begun:
            began, program = begun.pop((user, job))
            page.observe("cron_run_duration_seconds", seconds(line) - began, user=user, program=program)
        if said.startswith("CMD ("):
            words = re.sub(r"^\[\d+\] ", "", said[5:]).strip().split()
            while words[0] == "cd" or words[0] == "[" or "=" in words[0]:
                words = words[1 if "=" in words[0] else words.index("&&") + 1:]
            program = words[0].strip(";)").split("/")[-1]
            begun[user, job] = seconds(line), program
            page.inc("cron_jobs_total", user=user, program=program)
            page.set("cron_job_last_timestamp_seconds", 1762905600 + seconds(line),   # 12 November 2025
                     user=user, program=program)
        for kind in ("WRONG FILE OWNER", "ORPHAN", "MAIL"):
            if said.startswith(kind):
                page.inc("cron_errors_total", user=user, kind=kind)


def openvpn(log, page):
    page.zero("openvpn_connections_total", "openvpn_authentication_failures_total", "openvpn_clients")
    now = 0
    for line in log.split("\n"):
        said = re.sub(r"^\S+ \S+ (us=\d+ )?", "", line)
        if re.match(r"\S+ \[[^]]+\] Peer Connection Initiated with", said) and "/" not in said.split()[0]:
            page.inc("openvpn_connections_total")
            now += 1
        elif "client-instance" in said and "/" in said.split(" SIG")[0]:
            page.inc("openvpn_disconnections_total", reason=re.search(r",(.*?)\]", said)[1])
            now = max(0, now - 1)
        elif "TLS Auth Error" in said:
            page.inc("openvpn_authentication_failures_total")
        elif said.endswith("TLS Error: TLS handshake failed"):
            page.inc("openvpn_tls_errors_total", reason="TLS handshake failed")
        elif "VERIFY ERROR" in said:
            page.inc("openvpn_tls_errors_total", reason="certificate")
    page.set("openvpn_clients", now)


def fail2ban(log, page):
    banned = {}
    for line in log.split("\n"):
        m = re.match(r"\S+ \S+ fail2ban\.(\w+) +\[\d+\]: (\w+) +(?:\[(.*?)\] )?(.*)", line)
        if not m:
            continue
        module, level, jail, said = m.groups()
        if level in ("WARNING", "ERROR"):
            page.inc("fail2ban_troubles_total", level=level.lower())
        for action in ("Restore Ban", "Increase Ban", "Found", "Ban", "Unban", "Ignore"):
            if jail and module in ("filter", "actions") and said.startswith(action + " "):
                page.inc("fail2ban_actions_total", jail=jail, action=action.lower())
                if action in ("Restore Ban", "Ban", "Unban"):
                    banned[jail] = max(0, banned.get(jail, 0) + (-1 if action == "Unban" else 1))
    for jail, now in banned.items():
        page.set("fail2ban_banned", now, jail=jail)


def stamped(line):
    return re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", line)


def spring_boot(log, page):
    page.histogram("spring_trace_lines", "3 10 100", there=True)
    for level in ("INFO", "WARN", "ERROR"):
        page.inc("spring_log_lines_total", 0, level=level)
    for text in records(log, stamped):
        lines = text.rstrip("\n").split("\n")
        head, dashes, rest = lines[0].partition(" --- ")
        if not dashes:
            continue
        page.inc("spring_log_lines_total", level=head.split()[1])
        thrown = [x.split(":")[0] for x in lines[1:] if re.match(r"[\w.]+(Exception|Error)(:|$)", x)]
        caused = [x.split(":")[1].strip() for x in lines if x.startswith("Caused by: ")]
        if thrown:
            logger = rest.split(" : ")[0].split()[-1]
            page.inc("spring_problems_total", logger=logger, class_=thrown[0])
            page.inc("spring_root_causes_total", class_=(caused or thrown)[-1])
            page.observe("spring_trace_lines", len(lines))


def python_logging(log, page):
    for text in records(log, stamped):
        lines = text.rstrip("\n").split("\n")
        w = [x.rstrip(":") for x in lines[0].split(" ")[2:] if x != "-"]
        levels = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
        logger = w[1] if w[0] in levels else w[0]
        if w[0] in levels or w[1] in levels:
            page.inc("python_log_lines_total", logger=logger, level=w[0] if w[0] in levels else w[1])
        if "Traceback (most recent call last):" in lines[1:]:
            page.inc("python_exceptions_total", logger=logger, class_=lines[-1].split(":")[0])


def structlog(log, page):
    page.histogram("structlog_request_duration_seconds", "0.01 0.1 1")
    for line in log.split("\n"):
        if not stamped(line):
            continue
        level, rest = line.split("[", 1)[1].split("]", 1)
        logger = re.search(r" \[([\w.]+)\]", rest)
        page.inc("structlog_events_total", level=level.strip(), logger=logger and logger[1])
        pairs = dict(re.findall(r" (\w+)=('.*?'|\S+)", rest))
        if rest.startswith(" request finished ") and "duration_ms" in pairs:
            page.observe("structlog_request_duration_seconds", pairs["duration_ms"], "0.001", class_=status_class(pairs["status"]))


def lograge(log, page):
    page.histogram("rails_request_duration_seconds", "0.01 0.1 1 10")
    for line in log.split("\n"):
        line = re.sub(r"^[A-Z], \[.*? -- : (\[\S+\] )?", "", line)
        if not line.startswith("method=") or " b " in line:
            continue
        f = dict(x.split("=", 1) for x in line.split(" ") if "=" in x)
        action = f["controller"] + "#" + f["action"]
        page.inc("rails_requests_total", action=action, class_=status_class(f["status"]))
        page.observe("rails_request_duration_seconds", f["duration"], "0.001", action=action)
        times = [number(f.get(k)) for k in ("duration", "view", "db")]
        for part, took in (("view", times[1]), ("db", times[2]),
                           ("ruby", None if None in times else max(Decimal(0), times[0] - times[1] - times[2]))):
            page.inc("rails_request_seconds_total", took and took * Decimal("0.001"), part=part)


NODE = {"10": "trace", "20": "debug", "30": "info", "40": "warn", "50": "error", "60": "fatal"}


def pino(log, page):
    page.histogram("pino_http_request_duration_seconds", "0.01 0.1 1")
    for level in ("info", "warn", "error", "fatal"):
        page.inc("pino_log_lines_total", 0, level=level)
    for f in json_lines(log):
        if not f["level"].isdigit():
            continue
        page.inc("pino_log_lines_total", level=NODE.get(f["level"], "custom"))
        if "err" in f:
            page.inc("pino_errors_total", type=f["err"]["type"])
        if "responseTime" in f:
            status = f["res"]["statusCode"]
            page.observe("pino_http_request_duration_seconds", f["responseTime"], "0.001",
                         method=f["req"] and f["req"]["method"], class_=status and status_class(status))


def winston(log, page):
    for f in json_lines(log):
        if f["level"] == "notice" or not f["message"]:
            continue
        service = f.get("service", "none")
        page.inc("winston_log_lines_total", service=service, level=f["level"])
        if f.get("stack"):
            page.inc("winston_errors_total", service=service, type=f["stack"].split(":")[0])


def bunyan(log, page):
    page.histogram("bunyan_http_request_duration_seconds", "0.01 0.1 1")
    for f in json_lines(log):
        if f["v"] != "0":
            continue
        page.inc("bunyan_log_lines_total", program=f["name"], level=NODE.get(f["level"], "custom"))
        if f.get("audit") is True:
            page.observe("bunyan_http_request_duration_seconds", f["latency"], "0.001", class_=status_class(f["res"]["statusCode"]))


def zap(log, page):
    page.histogram("zap_request_duration_seconds", "0.01 0.1 1")
    for line in log.split("\n"):
        w = line.split("\t")
        if stamped(line):
            logger = "none" if re.search(r"\.go:\d+$", w[2]) else w[2]
            page.inc("zap_log_lines_total", logger=logger, level=w[1].lower())
    for f in json_lines(log):
        if f["level"].islower():
            logger = f.get("logger", "none")
            page.inc("zap_log_lines_total", logger=logger, level=f["level"])
            took = f.get("latency", "")
            unit = "0.001" if took.endswith("ms") else "1"
            page.observe("zap_request_duration_seconds", took.rstrip("ms"), unit, logger=logger)


def zerolog(log, page):
    page.zero("zerolog_response_bytes_total")
    page.histogram("zerolog_request_duration_seconds", "0.01 0.1 1")
    for level in ("info", "warn", "error"):
        page.inc("zerolog_log_lines_total", 0, level=level)
    for f in json_lines(log):
        if "level" not in f:
            continue
        page.inc("zerolog_log_lines_total", level=f["level"])
        if "method" in f:
            page.inc("zerolog_response_bytes_total", f["size"])
            page.observe("zerolog_request_duration_seconds", f["duration"], "0.001", method=f["method"],
                         class_=status_class(f["status"]))


def pairs_of(line):
    """The fields of a line of key=value that is whole; else none."""
    if not re.fullmatch(r'(?:[\w.]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)(?: |$))+', line):
        return {}
    return {k: v[1:-1] if v.startswith('"') else v for k, v in re.findall(r'([\w.]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)', line)}


def logrus(log, page):
    for level in ("info", "warning", "error"):
        page.inc("logrus_log_lines_total", 0, level=level)
    for f in [pairs_of(line) for line in log.split("\n")] + list(json_lines(log)):
        if f.get("msg"):
            page.inc("logrus_log_lines_total", level=f["level"])
            if f["level"] in ("error", "fatal", "panic"):
                page.inc("logrus_errors_total", component=f.get("component", "none"))


def slog(log, page):
    page.histogram("slog_request_duration_seconds", "0.01 0.1 1")
    took = {"12.5ms": "0.0125", "850.417µs": "0.000850417", "1m2.5s": "62.5", "10000000": "0.01", "1500000000": "1.5"}
    for level in ("DEBUG", "INFO", "WARN", "ERROR"):
        page.inc("slog_log_lines_total", 0, level=level)
    for f in [pairs_of(line) for line in log.split("\n")] + list(json_lines(log)):
        if not f.get("msg"):
            continue
        page.inc("slog_log_lines_total", level=re.match("[A-Z]+", f["level"])[0])
        for key, value in f.get("http", {}).items():
            f["http." + key] = value
        if "http.status" in f:
            page.observe("slog_request_duration_seconds", took[f["http.took"]], class_=status_class(f["http.status"]))


SEVERITY = {"I": "info", "W": "warning", "E": "error", "F": "fatal"}


def fortigate(log, page):
    """A firewall's values hold no quotes but escaped ones and those of `msg`, which no rule asks for."""
    page.histogram("fortigate_session_duration_seconds", "1 5 15 60 300 900 3600", there=True)
    for direction in ("sent", "received"):
        page.inc("fortigate_bytes_total", 0, direction=direction)
    for reason in ("deny", "timeout"):
        page.inc("fortigate_failures_total", 0, type="traffic", reason=reason)
    for line in log.split("\n"):
        f = {}
        for key, quoted, bare in re.findall(r' (\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S+))', line):
            f.setdefault(key, quoted or bare)
        if "type" not in f:
            continue
        page.inc("fortigate_lines_total", type=f["type"], subtype=f["subtype"])
        if f["type"] == "traffic":
            page.inc("fortigate_sessions_total", action=f["action"], policy=f["policyid"])
        if f["type"] == "traffic" and f["action"] != "deny":
            page.observe("fortigate_session_duration_seconds", f["duration"])
            page.inc("fortigate_bytes_total", f["sentbyte"], direction="sent")
            page.inc("fortigate_bytes_total", f["rcvdbyte"], direction="received")
        if f["type"] == "traffic" and f["action"] in ("deny", "timeout"):
            page.inc("fortigate_failures_total", type="traffic", reason=f["action"])
        if f["action"] == "tunnel-down":
            page.inc("fortigate_failures_total", type=f["type"], reason=f["reason"])
        if f["subtype"] == "webfilter":
            page.inc("fortigate_web_total", action=f["action"], category=f["catdesc"])


def tracing(log, page):
    def took(method, status, latency):
        n, unit = latency.split(" ")
        page.observe("tracing_request_duration_seconds", n, {"s": "1", "ms": "0.001", "μs": "0.000001"}[unit], method=method, status=status)

    page.histogram("tracing_request_duration_seconds", "0.001 0.01 0.1 1")
    for f in json_lines(log):
        said = f["fields"]
        page.inc("tracing_log_lines_total", level=f["level"], target=f["target"])
        if said["message"] == "finished processing request":
            took(f["span"]["method"], said["status"], said["latency"])
        if said["message"] == "response failed":
            page.inc("tracing_failures_total", classification=said["classification"])
    for line in re.sub(r"\x1b\[[0-9;]*m", "", log).split("\n"):
        words = line.split()
        if line.startswith("2025-") and len(words) > 2:
            target = next(w for w in words[2:] if w.endswith(":") and "{" not in w and "}" not in w)
            page.inc("tracing_log_lines_total", level=words[1], target=target[:-1])
        if ": finished processing request " in line and not line.startswith("{"):
            took(line.split("method=")[1].split()[0], line.split("status=")[1], line.split("latency=")[1].split(" status")[0])
        if line.startswith("thread ") and "panicked at " in line:
            page.inc("tracing_panics_total", place=":".join(line.split("panicked at ")[1].split(":")[:2]))


def klog(log, page):
    severities = {"I": "info", "W": "warning", "E": "error", "F": "fatal"}
    page.histogram("klog_pod_start_seconds", "1 5 30", there=True)
    for line in log.split("\n"):
        head, _, said = line.partition("] ")
        if line[:1] not in severities or not line[1:5].isdigit():
            continue
        page.inc("klog_lines_total", severity=severities[line[0]], source=head.split()[-1].split(":")[0])
        pairs = {}
        for key, quoted, bare in re.findall(r'(?:"(?:[^"\\]|\\.)*"|(?<!\S)(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*)))', said):
            pairs.setdefault(key, quoted or bare)
        if line[0] == "E" and "pod" in pairs:
            page.inc("klog_pod_errors_total", pod=pairs["pod"])
        if "podStartSLOduration" in pairs:
            page.observe("klog_pod_start_seconds", pairs["podStartSLOduration"])


def dotnet(log, page):
    page.histogram("dotnet_request_duration_seconds", "0.01 0.1 1")
    for level in ("Information", "Warning", "Error", "Critical"):
        page.inc("dotnet_log_lines_total", 0, level=level)
    for f in json_lines(log):
        if f["LogLevel"] == "None":
            continue
        page.inc("dotnet_log_lines_total", level=f["LogLevel"])
        if "Exception" in f:
            page.inc("dotnet_exceptions_total", category=f["Category"], class_=f["Exception"].split(":")[0])
        state = f.get("State") or {}
        if "ElapsedMilliseconds" in state:
            page.observe("dotnet_request_duration_seconds", state["ElapsedMilliseconds"], "0.001", method=state["Method"],
                         class_=status_class(state["StatusCode"]))


def kubelet(log, page):
    for line in log.split("\n"):
        said = after(line, "kubelet")[0]
        if not re.match(r"[IWEF]\d{4} ", said):
            continue
        page.inc("kubelet_log_lines_total", severity=SEVERITY[said[0]])
        namespace = said.split(' pod="')[-1].split("/")[0]
        if "Error syncing pod" in said and "BackOff" in said:
            page.inc("kubelet_pod_sync_errors_total", namespace=namespace, reason=re.search(r"\w+BackOff", said)[0])
        if "ContainerDied" in said:
            page.inc("kubelet_containers_died_total", namespace=namespace)


def systemd_units(log, page):
    cpu = {"1min 2.345s": "62.345", "850ms": "0.85", "2h 5.5s": "7205.5"}
    for line in log.split("\n"):
        if "systemd[1]: " not in line or after(line, "systemd")[1] == "":
            continue
        said = after(line, "systemd")[0]
        unit, _, what = said.partition(": ")
        if said.startswith("Started "):
            unit = re.sub("^session-.*", "session.scope", said.split(" ")[1].rstrip("."))
            page.inc("systemd_unit_starts_total", unit=unit)
        elif what.startswith("Failed with result"):
            page.inc("systemd_unit_failures_total", unit=unit, result=what.split("'")[1])
        elif what.startswith("Main process exited"):
            code, status = re.search(r"code=(\w+), status=(\d+)", what).groups()
            page.inc("systemd_unit_exits_total", unit=unit, code=code, status=status)
        elif what.startswith("Scheduled restart job"):
            page.set("systemd_unit_restarts", what.split()[-1].rstrip("."), unit=unit)
        elif what.startswith("Consumed"):
            page.inc("systemd_unit_cpu_seconds_total", cpu[what[9:what.index(" CPU")]], unit=unit)


def jvm_gc(log, page):
    page.histogram("jvm_gc_pause_seconds", "0.001 0.01 0.1 1")
    page.zero("jvm_gc_freed_bytes_total")
    for line in log.split("\n"):
        w = line.split("] GC(")[-1].split(" ")
        if "gc,start" in line or "][gc" not in line or w[1:2] != ["Pause"] or not w[-1].endswith("ms"):
            continue
        page.observe("jvm_gc_pause_seconds", w[-1][:-2], "0.001", kind="Init" if w[2] == "Init" else w[2])
        sizes = re.fullmatch(r"(\d+)M->(\d+)M\((\d+)M\)", w[-2])
        if sizes:
            before, now, heap = (int(x) << 20 for x in sizes.groups())
            page.inc("jvm_gc_freed_bytes_total", max(0, before - now))
            page.set("jvm_gc_heap_used_bytes", now)
            page.set("jvm_gc_heap_bytes", heap)
        cause = " ".join(w[2:-2] if sizes else w[2:-1])
        if cause.endswith(")"):
            page.inc("jvm_gc_causes_total", cause=cause.split(" (")[-1][:-1])


def kubernetes_events(log, page):
    for f in json_lines(log):
        what = f.get("involvedObject")
        if not what or not what["kind"]:
            continue
        page.inc("kubernetes_events_total", type=f["type"], kind=what["kind"], reason=f["reason"])
        if f["type"] == "Warning":
            page.inc("kubernetes_warnings_total", namespace=what.get("namespace"), reason=f["reason"])
        if f["reason"] == "OOMKilling":
            page.inc("kubernetes_oom_kills_total", node=f["source"]["host"])
        if "Insufficient" in f["message"]:
            page.inc("kubernetes_insufficient_resources_total", resource=f["message"].split("Insufficient ")[1].split()[0].strip(".,"))


def quoted_request(line):
    """What stands before the request, its method ("" when it is no HTTP), what follows it."""
    head, request, rest = re.match(r'(.*?) "((?:[^"\\]|\\.)*)" (.*)', line).groups()
    words = request.split(" ")
    return head, words[0] if len(words) == 3 and words[0].isupper() and words[2].startswith("HTTP/") else "", rest


def apache_access(log, page):
    for line in log.split("\n"):
        if '"' not in line:
            continue
        head, method, rest = quoted_request(line)
        if method:
            vhost, (status, size) = head.split(":")[0], rest.split(" ")[:2]
            page.inc("apache_http_requests_total", vhost=vhost, method=method, status=status)
            page.inc("apache_http_response_bytes_total", size, vhost=vhost)


def apache_error(log, page):
    for line in log.split("\n"):
        w = line.split("] [")
        if len(w) > 2:
            module, level = w[1].split(":")
            page.inc("apache_error_log_lines_total", module=module or "core", level=level.rstrip("0123456789"))


def caddy(log, page):
    page.histogram("caddy_access_duration_seconds", "0.001 0.1 1")
    for f in json_lines(log):
        if not f["logger"].startswith("http.log.access"):
            continue
        host = f["request"]["host"].lower()
        host = host[1:host.index("]")] if host[0] == "[" else host.split(":")[0]
        page.inc("caddy_access_requests_total", host=host, method=f["request"]["method"], status=f["status"])
        page.inc("caddy_access_response_bytes_total", f["size"], host=host)
        page.observe("caddy_access_duration_seconds", f["duration"], host=host)


def is_error(line):
    """Does a line say of itself, in JSON or as key=value from end to end, that it is an error?"""
    fields = next(json_lines(line), None) or pairs_of(line)
    return fields.get("level", "").lower() in ("err", "error", "fatal", "panic", "crit", "critical")


def wrapped(page, name, stream, line, **labels):
    page.inc(name + "_lines_total", stream=stream, **labels)
    if is_error(line):
        page.inc(name + "_errors_total", **labels)


def docker(log, page):
    container, begun = page.path.split("/")[-1][:12], {}
    for f in json_lines(log):
        stream, text = f["stream"], begun.pop(f["stream"], "") + f["log"]
        if not text.endswith("\n"):
            begun[stream] = text
            continue
        wrapped(page, "container_log", stream, text[:-1], container=container)
        page.inc("container_log_bytes_total", len(text[:-1].encode()), container=container)


def kubernetes(log, page):
    _, namespace, container = page.path.split("/")[-1].split("_")
    begun = {}
    for line in log.split("\n"):
        if not line:
            continue
        _, stream, flag, text = line.split(" ", 3)
        text = begun.pop(stream, "") + text
        if flag == "P":
            begun[stream] = text
        else:
            wrapped(page, "pod_log", stream, text, namespace=namespace, container=container.rsplit("-", 1)[0])


def journal(log, page):
    page.inc("ssh_failed_logins_total", 0, method="password")
    page.inc("ssh_failed_logins_total", 0, method="publickey")
    names = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
    for f in json_lines(log):
        page.inc("journal_entries_total", unit=f.get("_SYSTEMD_UNIT", "none"), priority=names[int(f.get("PRIORITY", "6"))])
        if f.get("SYSLOG_IDENTIFIER") == "sshd" and f["MESSAGE"].startswith("Failed "):
            page.inc("ssh_failed_logins_total", method=f["MESSAGE"].split(" ")[1])


def nginx(log, page):
    page.zero("nginx_http_response_bytes_total", "nginx_malformed_requests_total")
    page.histogram("nginx_http_request_duration_seconds", "0.01 0.05 0.1 0.5 1 5")
    page.histogram("nginx_upstream_duration_seconds", "0.01 0.05 0.1 0.5 1 5", there=True)
    for method in ("GET", "POST"):
        for class_ in ("2xx", "3xx", "4xx", "5xx"):
            page.inc("nginx_http_requests_total", 0, method=method, class_=class_)
    for line in log.split("\n"):
        if not line:
            continue
        _, method, rest = quoted_request(line)
        if not method:
            page.inc("nginx_malformed_requests_total")
            continue
        status, size = rest.split(" ")[:2]
        page.inc("nginx_http_requests_total", method=method, class_=status_class(status))
        page.inc("nginx_http_response_bytes_total", size)
        times = rest[rest.rindex('"') + 1:].split(" ", 2)[1:]
        if times:
            page.observe("nginx_http_request_duration_seconds", times[0], class_=status_class(status))
            tries = [number(x) for x in re.split("[ ,:]+", times[1]) if x != "-"]
            if tries:
                page.observe("nginx_upstream_duration_seconds", sum(tries))


def postgres(log, page):
    page.zero("postgres_checkpoint_buffers_written_total")
    page.histogram("postgres_statement_duration_seconds", "0.1 1 10")
    page.histogram("postgres_checkpoint_duration_seconds", "1 10 100", there=True)
    for line in log.split("\n"):
        head, colon, said = line.partition(":  ")
        w = head.split(" ")
        if not colon or w[-1] not in ("LOG", "WARNING", "ERROR", "FATAL", "PANIC") or not w[3].startswith("["):
            continue
        database = w[4].split("@")[1] if "@" in w[4] else None
        database = None if database == "[unknown]" else database
        page.inc("postgres_log_messages_total", severity=w[-1], database=database)
        words = said.split(" ")
        if w[-1] == "LOG" and words[0] == "duration:":
            page.observe("postgres_statement_duration_seconds", words[1], "0.001", database=database)
        elif said.startswith("checkpoint complete: wrote "):
            page.inc("postgres_checkpoint_buffers_written_total", words[3])
            page.observe("postgres_checkpoint_duration_seconds", said.split("total=")[1].split(" ")[0])
        elif said.startswith("temporary file: "):
            page.inc("postgres_temporary_file_bytes_total", words[-1], database=database)
        elif said == "deadlock detected":
            page.inc("postgres_deadlocks_total", database=database)


def traefik(log, page):
    page.histogram("traefik_access_duration_seconds", "0.01 0.1 1")
    page.histogram("traefik_access_overhead_seconds", "0.0001 0.001 0.01", there=True)
    for f in json_lines(log):
        if "DownstreamStatus" not in f:
            continue
        service = f.get("ServiceName", "none")
        page.inc("traefik_access_requests_total", entrypoint=f["entryPointName"], service=service, method=f["RequestMethod"],
                 class_=status_class(f["DownstreamStatus"]))
        if f["RetryAttempts"] != "0":
            page.inc("traefik_access_retries_total", f["RetryAttempts"], service=service)
        page.observe("traefik_access_duration_seconds", f["Duration"], "1e-9", service=service)
        page.observe("traefik_access_overhead_seconds", f["Overhead"], "1e-9")


RECIPES = (apache_access, apache_error, aws_alb, bunyan, caddy, cron, dnsmasq, docker, dotnet, envoy, fail2ban, fortigate, haproxy,
           iis, journal, jvm_gc, klog, kubelet, kubernetes, kubernetes_events, lograge, logrus, mongodb, mysql_error, mysql_slow, nginx,
           openvpn, pino, postfix, postgres, postgres_csv, python_logging, redis, slog, spring_boot, sshd, structlog, sudo,
           systemd_units, tracing, traefik, winston, zap, zerolog)
HERE = os.path.dirname(os.path.abspath(__file__))


def samples(recipe):
    """NAME.log, or where the name of a log says something, those in the directory NAME."""
    directory = os.path.join(HERE, recipe.__name__)
    return [os.path.join(directory, x) for x in sorted(os.listdir(directory))] if os.path.isdir(directory) else [directory + ".log"]


def add_up(recipe):
    page = Page()
    for page.path in samples(recipe):
        with open(page.path, encoding="utf-8", errors="replace", newline="") as f:
            recipe(f.read(), page)
    return page.text()


def check():
    wrong = 0
    for recipe in RECIPES:
        with open(os.path.join(HERE, recipe.__name__ + ".prom"), encoding="utf-8") as f:
            found = list(differences(parse_prom(add_up(recipe)), parse_prom(f.read())))
        print("".join("%s: %s\n" % (recipe.__name__, line) for line in found), end="")
        wrong += bool(found)
    untold = {x[:-5] for x in os.listdir(HERE) if x.endswith(".prom")} - {recipe.__name__ for recipe in RECIPES}
    print("".join("%s: nobody adds it up\n" % name for name in sorted(untold)), end="")
    wrong += len(untold)
    print("%d passed, %d failed" % (len(RECIPES) + len(untold) - wrong, wrong))
    return 1 if wrong else 0


def main(args):
    if args == ["--check"]:
        return check()
    for recipe in RECIPES:
        if args == [recipe.__name__]:
            sys.stdout.write(add_up(recipe))
            return 0
    sys.stderr.write(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
