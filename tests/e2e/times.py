"""The times that real producers write, against Python's datetime: each is read right to the microsecond, or refused.

A row is a producer, its format, what it wrote, and what that means: the text in the format of strptime with the offset
said in full, or None where the text says nothing one could know. A text that is refused takes the time of the line
before it, which here is BASE.
"""
import gzip
import json
import os
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone

from _daemon import LOGTALLY, main

BASE = datetime(2025, 11, 12, 9, 0, 0, tzinfo=timezone.utc)
ISO = "%Y-%m-%dT%H:%M:%S.%f%z"
SEC = "%Y-%m-%dT%H:%M:%S%z"
NOON = "2025-11-12T10:15:30+0000"
HALF = "2025-11-12T10:15:30.056000+0000"

TABLE = [
    # producer, time_format, text, truth
    ("Go slog", "auto", "2025-11-12T10:15:30.123456001Z", "2025-11-12T10:15:30.123456+0000"),
    ("Go slog, an offset", "auto", "2025-11-12T13:15:30.056+03:00", HALF),
    ("zap ISO8601", "auto", "2025-11-12T05:15:30.056-0500", HALF),
    ("zap epoch", "auto", 1762942530.056, HALF),
    ("zap epoch millis", "auto", 1762942530056, HALF),
    ("zap epoch nanos", "auto", 1762942530056000000, HALF),
    ("zerolog unix", "auto", 1762942530, NOON),
    ("zerolog unix micro", "auto", 1762942530056000, HALF),
    ("logrus", "auto", "2025-11-12T13:15:30+03:00", NOON),
    ("pino", "auto", 1762942530056, HALF),
    ("pino isoTime", "auto", "2025-11-12T10:15:30.056Z", HALF),
    ("bunyan", "auto", "2025-11-12T10:15:30.056Z", HALF),
    ("winston", "auto", "2025-11-12T10:15:30.056Z", HALF),
    ("Logback JSON", "auto", "2025-11-12T13:15:30.056+0300", HALF),
    ("log4j2 ISO8601 with X", "auto", "2025-11-12T13:15:30,056+03", HALF),
    ("log4j2 JsonTemplate", "auto", "2025-11-12T10:15:30.056Z", HALF),
    ("Spring Boot 3", "auto", "2025-11-12T13:15:30.056+03:00", HALF),
    ("Python logging", "auto", "2025-11-12 10:15:30,056", HALF),
    ("Python isoformat", "auto", "2025-11-12T10:15:30.056000+00:00", HALF),
    ("Python %z", "auto", "2025-11-12 13:15:30.056000+0300", HALF),
    ("structlog", "auto", "2025-11-12T10:15:30.056000Z", HALF),
    ("Rails lograge", "auto", "2025-11-12 13:15:30 +0300", NOON),
    (".NET round trip", "auto", "2025-11-12T13:15:30.0560000+03:00", HALF),
    ("Serilog", "auto", "2025-11-12 13:15:30.056 +03:00", HALF),
    ("Suricata", "auto", "2025-11-12T13:15:30.056000+0300", HALF),
    ("Docker", "auto", "2025-11-12T10:15:30.056000000Z", HALF),
    ("CRI", "auto", "2025-11-12T13:15:30.056000000+03:00", HALF),
    ("MongoDB 4.4", "auto", "2025-11-12T13:15:30.056+03:00", HALF),
    ("Envoy", "auto", "2025-11-12T10:15:30.056Z", HALF),
    ("nginx $time_iso8601", "auto", "2025-11-12T13:15:30+03:00", NOON),
    ("nginx $msec", "auto", "1762942530.056", HALF),
    ("MySQL 8 error log", "auto", "2025-11-12T10:15:30.056000Z", HALF),
    ("etcd", "auto", "2025-11-12T10:15:30.056Z", HALF),
    ("PostgreSQL jsonlog UTC", "auto", "2025-11-12 10:15:30.056 UTC", HALF),
    ("PostgreSQL jsonlog MSK", "auto", "2025-11-12 13:15:30.056 MSK", HALF),
    ("small letters", "auto", "2025-11-12t10:15:30.056z", HALF),
    ("midnight written 24:00", "auto", "2025-11-11T24:00:00Z", "2025-11-12T00:00:00+0000"),
    ("a date as a number", "auto", 20260301, None),
    ("seconds since start", "auto", 0.003, None),
    ("24:00:01", "auto", "2025-11-11T24:00:01Z", None),
    ("PostgreSQL %m UTC", "%F %T.%f %Z", "2025-11-12 10:15:30.056 UTC", HALF),
    ("PostgreSQL %m CET", "%F %T.%f %Z", "2025-11-12 11:15:30.056 CET", HALF),
    ("PostgreSQL %m CEST", "%F %T.%f %Z", "2025-07-12 12:15:30.056 CEST", "2025-07-12T10:15:30.056000+0000"),
    ("PostgreSQL %m EEST", "%F %T.%f %Z", "2025-07-12 13:15:30.056 EEST", "2025-07-12T10:15:30.056000+0000"),
    ("PostgreSQL %m PST", "%F %T.%f %Z", "2025-11-12 02:15:30.056 PST", HALF),
    ("PostgreSQL %m EDT", "%F %T.%f %Z", "2025-07-12 06:15:30.056 EDT", "2025-07-12T10:15:30.056000+0000"),
    ("PostgreSQL %m +05", "%F %T.%f %Z", "2025-11-12 15:15:30.056 +05", HALF),
    ("PostgreSQL %m of an unknown name", "%F %T.%f %Z", "2025-11-12 15:15:30.056 IST", None),
    ("Java GMT+3", "%F %T.%f %Z", "2025-11-12 13:15:30.056 GMT+3", HALF),
    ("Java GMT+03:00", "%F %T.%f %Z", "2025-11-12 13:15:30.056 GMT+03:00", HALF),
    ("Apache access", "%d/%b/%Y:%H:%M:%S %z", "12/Nov/2025:13:15:30 +0300", NOON),
    ("Apache error", "%a %b %d %H:%M:%S.%f %Y", "Wed Nov 12 10:15:30.056000 2025", HALF),
    ("nginx error", "%Y/%m/%d %H:%M:%S", "2025/11/12 10:15:30", NOON),
    ("Go log", "%Y/%m/%d %T.%f", "2025/11/12 10:15:30.056000", HALF),
    ("Redis", "%d %b %Y %H:%M:%S.%L", "12 Nov 2025 10:15:30.056", HALF),
    ("HAProxy", "%d/%b/%Y:%T.%L", "12/Nov/2025:10:15:30.056", HALF),
    ("date", "%a %b %e %T %Z %Y", "Wed Nov 12 13:15:30 MSK 2025", NOON),
    ("ctime", "%c", "Wed Nov 12 10:15:30 2025", NOON),
    ("IIS", "%F %T", "2025-11-12 10:15:30", NOON),
    ("AWS load balancer", "rfc3339", "2025-11-12T10:15:30.056000Z", HALF),
    ("Squid", "unix", "1762942530.056", HALF),
    ("RFC 2822", "%a, %d %b %Y %T %z", "Wed, 12 Nov 2025 13:15:30 +0300", NOON),
    ("Oracle", "%d-%b-%Y %r", "12-Nov-2025 10:15:30 AM", NOON),
    ("syslog", "%b %e %T", "Nov 12 10:15:30", NOON),
    ("klog", "%m%d %T.%f", "1112 10:15:30.056000", HALF),
    ("Fiber", "%T", "10:15:30", NOON),
    ("systemd journal", "unix_us", "1762942530056000", HALF),
    ("uWSGI", "%a %b %d %T %Y", "Wed Nov 12 10:15:30 2025", NOON),
    ("Tomcat", "%d-%b-%Y %T.%L", "12-Nov-2025 10:15:30.056", HALF),
    ("Elasticsearch", "[%Y-%m-%dT%T,%L]", "[2025-11-12T10:15:30,056]", HALF),
    ("Kafka", "[%F %T,%L]", "[2025-11-12 10:15:30,056]", HALF),
    ("Cassandra", "%F %T,%L", "2025-11-12 10:15:30,056", HALF),
    ("GELF", "auto", 1762942530.056, HALF),
    ("Fluentd", "auto", "2025-11-12 13:15:30 +0300", NOON),
    ("Android logcat", "%m-%d %T.%L", "11-12 10:15:30.056", HALF),
    ("Nagios", "[%s]", "[1762942530]", NOON),
    ("glog with a year", "%Y%m%d %T.%f", "20251112 10:15:30.056000", HALF),
    ("Zeek", "unix", "1762942530.056000", HALF),
    ("an HTTP date", "%a, %d %b %Y %T %Z", "Wed, 12 Nov 2025 10:15:30 GMT", NOON),
    ("Cisco ASA", "%b %d %Y %T", "Nov 12 2025 10:15:30", NOON),
    ("Oracle alert.log", "auto", "2025-11-12T13:15:30.056000+03:00", HALF),
    (".NET invariant", "%m/%d/%Y %T", "11/12/2025 10:15:30", NOON),
    ("SQL Server agent", "%Y%m%d %H%M%S", "20251112 101530", NOON),
    ("PHP", "%d-%b-%Y %T %Z", "12-Nov-2025 10:15:30 UTC", NOON),
    ("Ruby Logger", "auto", "2025-11-12T10:15:30.056000", HALF),
    ("Postfix with microseconds", "auto", "2025-11-12T13:15:30.056000+03:00", HALF),
    ("Bacula", "%d-%b-%Y %H:%M", "12-Nov-2025 10:15", "2025-11-12T10:15:00+0000"),
    ("bind", "%d-%b-%Y %T.%L", "12-Nov-2025 10:15:30.056", HALF),
    ("Tomcat 7", "%b %d, %Y %I:%M:%S %p", "Nov 12, 2025 10:15:30 AM", NOON),
    ("log4j DATE", "%d %b %Y %T,%L", "12 Nov 2025 10:15:30,056", HALF),
    ("qmail TAI64N", "auto", "@4000000069145f2c03567e00", None),
    ("a date that there is not", "auto", "2025-02-30T10:15:30Z", None),
    ("a minute that there is not", "%F %T", "2025-11-12 10:61:30", None),
    ("day of the year", "%Y.%j %T", "2025.316 10:15:30", NOON),
]

RULES = """[log x]
path = *.log
time_format = {format}
time_format = base %s

[event second]
where = second == yes

[gauge read]
help = The time that was read
set = second
value = _time
"""


def truth(text):
    return BASE if text is None else datetime.strptime(text, ISO if "." in text else SEC)


def read(directory, form, text):
    with open(f"{directory}/x.ini", "w") as f:
        f.write(RULES.format(format=form))
    with open(f"{directory}/x.log", "w") as f:
        f.write(json.dumps({"time": f"base {int(BASE.timestamp())}"}) + "\n")
        f.write(json.dumps({"time": text, "second": "yes"}) + "\n")
    page = subprocess.run([LOGTALLY, "replay", "--rules", f"{directory}/x.ini", f"{directory}/x.log"],
                          check=True, capture_output=True, text=True).stdout
    value = next(line.split()[1] for line in page.splitlines() if line.startswith("read "))
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=round(float(value) * 1e6))


def each_format_of_a_producer():
    assert len({producer for producer, *_ in TABLE}) >= 80
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        for producer, form, text, want in TABLE:
            got = read(directory, form, text)
            if got != truth(want):
                wrong.append(f"{producer}: {form}: {text}: {got}, not {truth(want)}")
            if want is None:
                said = subprocess.run([LOGTALLY, "explain", "--rules", f"{directory}/x.ini", f"{directory}/x.log"],
                                      check=True, capture_output=True, text=True).stdout
                if f'no time: time is "{text}", which is not read by {form}' not in said:
                    wrong.append(f"{producer}: {text}: nobody says why it is not read")
    assert not wrong, "\n".join(wrong)


SYSLOG = """[log x]
path = *.log
time_match = ^(?<time>\\w+ +\\d+ [\\d:]+)
time_format = %b %e %T

[event any]
match = (?<n>\\d+)$

[gauge read]
help = The time that was read
set = any
value = _time
labels = n
"""
NEW_YEAR = [("Dec 31 23:59:59 1", "2023-12-31T23:59:59"), ("Jan  1 00:00:01 2", "2024-01-01T00:00:01"),
            ("Feb 29 12:00:00 3", "2024-02-29T12:00:00"), ("Jul 30 00:00:00 4", "2024-07-30T00:00:00"),
            ("Jan  3 00:00:00 5", "2025-01-03T00:00:00")]


def stamp(text):
    return int(datetime.fromisoformat(text + "+00:00").timestamp())


def readings(*args):
    page = subprocess.run([LOGTALLY, *args], check=True, capture_output=True, text=True).stdout
    return {line.split('"')[1]: int(line.split()[1]) for line in page.splitlines() if line.startswith("read{")}


def a_year_that_no_line_says():
    """It is that of the option, or else by when the file was written, or what a .gz says of that; then from line to line."""
    with tempfile.TemporaryDirectory() as directory:
        rules, log = f"{directory}/x.ini", f"{directory}/x.log"
        with open(rules, "w") as f:
            f.write(SYSLOG)
        with open(log, "w") as f:
            f.write("".join(line + "\n" for line, _ in NEW_YEAR))
        want = {line.split()[-1]: stamp(when) for line, when in NEW_YEAR}
        assert readings("replay", "--year", "2023", "--rules", rules, log) == want
        assert readings("replay", "--date", "2023-12-31", "--rules", rules, log) == want
        os.utime(log, (0, stamp("2024-06-01T00:00:00")))
        assert readings("replay", "--rules", rules, log) == want
        with open(log, "rb") as f, open(log + ".gz", "wb") as out:
            with gzip.GzipFile(fileobj=out, mode="wb", mtime=stamp("2024-06-01T00:00:00")) as z:
                z.write(f.read())
        assert readings("replay", "--rules", rules, log + ".gz") == want
        first = subprocess.run([LOGTALLY, "explain", "--year", "2023", "--rules", rules, log], check=True,
                               capture_output=True, text=True).stdout.splitlines()[1]
        assert first == "  log x, decoded as text, time 2023-12-31T23:59:59Z from time_match by %b %e %T, in zone UTC, of a year that it does not name", first
        samples = subprocess.run([LOGTALLY, "backfill", "--year", "2023", "--end", "2024-01-02T00:00:00Z", "--rules",
                                  rules, log, "-o", "-"], check=True, capture_output=True, text=True).stdout
        assert f'read{{n="2"}} {want["2"]} ' in samples, samples


def a_year_that_was_guessed_wrong_is_said():
    """Lines without a year first, and then one that has another than the file's last change says."""
    with tempfile.TemporaryDirectory() as directory:
        rules, log = f"{directory}/x.ini", f"{directory}/x.log"
        with open(rules, "w") as f:
            f.write("[log x]\npath = *.log\ntime_match = ^(?<time>\\d{4}-\\S+|\\w{3} [ \\d]\\d [\\d:]{8})\n"
                    "time_format = %b %e %T\ntime_format = rfc3339\n[event any]\nwhere = _line =~ x\n"
                    "[counter any_total]\nhelp = h\ninc = any\n")
        with open(log, "w") as f:
            f.write("Nov 12 10:15:30 x\n2023-11-12T10:15:32Z x\nNov 12 10:15:40 x\n")
        os.utime(log, (0, stamp("2024-12-01T00:00:00")))

        def said(*more):
            r = subprocess.run([LOGTALLY, "backfill", "--step", "1d", "--rules", rules, *more, log, "-o", "-"],
                               capture_output=True, text=True)
            assert r.returncode == 0, r
            return r.stderr

        assert "x.log: from one line to the next the time goes from 2024-11-12T10:15:30Z to 2023-11-12T10:15:32Z: was " \
               "the year of lines without one guessed wrong?" in said(), said()
        assert "guessed" not in said("--year", "2023"), said("--year", "2023")


def a_test_never_guesses():
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(f"{directory}/tests")
        with open(f"{directory}/x.ini", "w") as f:
            f.write(SYSLOG)
        with open(f"{directory}/tests/new_year.log", "w") as f:
            f.write("".join(line + "\n" for line, _ in NEW_YEAR))
        with open(f"{directory}/tests/new_year.prom", "w") as f:
            for line, when in NEW_YEAR:
                f.write(f'read{{n="{line.split()[-1]}"}} {stamp(when)}\n')

        def passes():
            return subprocess.run([LOGTALLY, "test", f"{directory}/tests"], capture_output=True, text=True).stdout

        assert "0 passed, 1 failed" in passes()
        for said in ("year = 2023", "date = 2023-12-31"):
            with open(f"{directory}/tests/new_year.ini", "w") as f:
                f.write(f"[test]\n{said}\n")
            assert "1 passed, 0 failed" in passes(), passes()
        with open(f"{directory}/tests/new_year.ini", "w") as f:
            f.write("[test]\nyear = 23\n")
        assert '"year" is a year (2024), not "23"' in passes(), passes()


def a_part_begins_with_the_time_of_the_line_before():
    """Of a log of 70 MiB, cut into parts, and of which only the first line has a time."""
    with tempfile.TemporaryDirectory() as directory:
        rules, log = f"{directory}/x.ini", f"{directory}/x.log"
        with open(rules, "w") as f:
            f.write("[log x]\npath = *.log\n[event any]\nmatch = ^last\n[gauge read]\nhelp = h\nset = any\n"
                    "value = _time\nlabels = n=\"1\"\n")
        with open(log, "w") as f:
            f.write('time=2025-11-12T10:15:30Z msg="the only one"\n')
            f.write(("x" * 1023 + "\n") * (70 << 10))
            f.write("last\n")
        for jobs in ("1", "2"):
            assert readings("replay", "-j", jobs, "--rules", rules, log) == {"1": stamp("2025-11-12T10:15:30")}


def what_cannot_be_read_is_said():
    with tempfile.TemporaryDirectory() as directory:
        rules, log = f"{directory}/x.ini", f"{directory}/x.log"
        with open(rules, "w") as f:
            f.write("[log x]\npath = *.log\ntime_format = unix\ntime_format = %d/%m/%Y\n[event any]\nwhere = msg == m\n"
                    "[counter any_total]\nhelp = h\ninc = any\n")
        with open(log, "w") as f:
            f.write('{"ts":"12.11.2025","msg":"m"}\n')
        refused = subprocess.run([LOGTALLY, "backfill", "--rules", rules, log, "-o", "-"], capture_output=True, text=True)
        assert refused.returncode == 1 and '"12.11.2025" (ts, log x) is none of unix, %d/%m/%Y' in refused.stderr, refused
        said = subprocess.run([LOGTALLY, "replay", "--rules", rules, log], capture_output=True, text=True)
        assert "log x: times that could not be read" in said.stderr, said
        said = subprocess.run([LOGTALLY, "explain", "--rules", rules, log], capture_output=True, text=True).stdout
        assert 'no time: ts is "12.11.2025", which is not read by unix, %d/%m/%Y' in said, said


main(each_format_of_a_producer, a_year_that_no_line_says, a_year_that_was_guessed_wrong_is_said, a_test_never_guesses,
     a_part_begins_with_the_time_of_the_line_before, what_cannot_be_read_is_said)
