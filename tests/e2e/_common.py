"""What all end-to-end tests share, whatever they test."""
import contextlib
import http.client
import operator
import os
import random
import socket
import time


def put(path, text):
    """Writes a file, and the directory it lies in; its path."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as f:
        f.write(text.encode() if isinstance(text, str) else text)
    return path


def get(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def crc32c(data):
    """As the state file has it at its end (Castagnoli)."""
    table = []
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ (0x82f63b78 if i & 1 else 0)
        table.append(i)
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 255]
    return crc ^ 0xffffffff


def free_port():
    """For a server that cannot ask for any itself. The system gives ports from 32768 on, to whoever asks for any and to each
    connection: another could be given one of those between this look and the start of the server."""
    while True:
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("", random.SystemRandom().randrange(10240, 32768)))
            return s.getsockname()[1]


# How much longer than on a machine that does nothing else something may take: only what hangs takes so long.
PATIENCE = 10


def until(what, seconds=20, every=0.02):
    """Waits for what() to be true, PATIENCE times as long as it may take on a machine of its own; its last value."""
    deadline = time.monotonic() + PATIENCE * seconds
    while True:
        value = what()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(every)


def becomes(read, want, same=operator.eq):
    """Waits for what read() returns to be what is wanted."""
    got = None

    def good():
        nonlocal got
        got = read()
        return same(got, want)
    assert until(good), (got, want)


def samples(page, *names, columns=2):
    """{sample: value} of the lines of a page that begin so; where each is followed by its time (3 columns) the last counts."""
    rows = (line.rsplit(" ", columns - 1) for line in page.splitlines() if line.startswith(names))
    return {row[0]: float(row[1]) for row in rows}


def fetch(port, path, method="GET", headers=None, seconds=100):
    """(status, headers, body)"""
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        c.request(method, path, headers=headers or {})
        r = c.getresponse()
        return r.status, dict(r.getheaders()), r.read()
    finally:
        c.close()
