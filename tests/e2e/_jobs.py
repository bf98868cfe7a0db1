"""Rules of every kind of metric and a log of jobs for them, whose parts must add up to the page of the whole."""
import datetime
import random

RULES = """
[event job]
where = msg == job
[event begin]
where = msg == begin
[event end]
where = msg == end
[event level]
where = msg == level
[counter jobs_total]
help = Jobs
inc = job
labels = queue
zero = queue=never
[histogram job_seconds]
help = Time of a job
observe = job
value = took
unit = s
labels = queue
buckets = 0.1 1
[gauge running]
help = Jobs at work
inc = begin
dec = end
labels = queue
min = 0
[gauge level]
help = Level
set = level
add = begin
value = value
labels = queue
"""
BEGIN = 1762900803


def records(n, seed):
    rng, t = random.Random(seed), float(BEGIN)
    for i in range(n):
        t += rng.random() * 20
        yield {"time": datetime.datetime.fromtimestamp(t, datetime.timezone.utc).isoformat(),
               "msg": rng.choice(("job", "job", "begin", "begin", "end", "end", "end", "level")),
               "queue": rng.choice("abcdef"), "took": rng.expovariate(1), "value": rng.choice((1, 2.5, 0.1, 70)), "n": i}
