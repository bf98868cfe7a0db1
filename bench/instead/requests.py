"""Requests by status of the bench's JSON log."""
import collections
import json
import sys

found = collections.Counter()
with open(sys.argv[1], "rb") as log:
    for line in log:
        record = json.loads(line)
        if record["msg"] == "http request":
            found[record["status"]] += 1
for status, count in found.items():
    print(status, count)
