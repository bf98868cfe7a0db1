"""No line is lost and none counted twice: not by kill -9, not by rotation, not by both at once."""
import gzip
import os
import random
import shutil

from _daemon import Daemon, append, backend_lines, expect_truth, main

LOG = "logs/backend.log"


def started(lines):
    """A daemon that has read these lines, the first of the log."""
    os.makedirs("logs", exist_ok=True)
    append(LOG, b"".join(lines))
    d = Daemon().start()
    assert d.caught_up(len(lines)) is True
    return d


def ends_exact(d, lines):
    """All are counted, once; then it stops."""
    assert d.caught_up(len(lines)) is True, d.caught_up(len(lines))
    expect_truth(d, b"".join(lines))
    d.stop()


def a_clean_restart_counts_nothing_again():
    lines = backend_lines(2000)
    d = started(lines[:1000])
    d.stop()
    d.start()
    expect_truth(d, b"".join(lines[:1000]))
    append(LOG, b"".join(lines[1000:]))
    ends_exact(d, lines)


def what_was_written_while_down_is_counted():
    lines = backend_lines(3000, seed=2)
    d = started(lines[:1000])
    d.stop()
    append(LOG, b"".join(lines[1000:2000]))
    os.rename(LOG, LOG + ".1")
    append(LOG, b"".join(lines[2000:]))
    d.start()
    ends_exact(d, lines)


def kill_at_any_moment_changes_no_total():
    lines, chance = backend_lines(6000, seed=3), random.Random(7)
    os.makedirs("logs")
    d = Daemon().start()
    at, rotation = 0, 0
    try:
        while at < len(lines):
            n = chance.randrange(1, 400)
            append(LOG, b"".join(lines[at:at + n]))
            at += n
            what = chance.random()
            if what < 0.25:
                d.kill()
                d.start()
            elif what < 0.4:
                rotation += 1
                os.rename(LOG, LOG + ".%d" % rotation)
            elif what < 0.6:
                d.page()
        if not os.path.exists(LOG):
            append(LOG, b"")
        d.kill()
        d.start()
        ends_exact(d, lines)
    finally:
        d.kill()


def what_was_rotated_before_the_first_kill_is_no_history():
    lines = backend_lines(60, seed=9)
    os.makedirs("logs")
    d = Daemon().start()
    append(LOG, b"".join(lines[:40]))
    os.rename(LOG, LOG + ".1")
    append(LOG, b"".join(lines[40:]))
    d.kill()
    d.start()
    ends_exact(d, lines)


def half_a_line_waits_for_its_other_half():
    lines = backend_lines(60, seed=4)
    whole = b"".join(lines)
    os.makedirs("logs")
    append(LOG, whole[:-25])
    d = Daemon().start()
    assert d.caught_up(59) is True
    d.kill()
    append(LOG, whole[-25:-10])
    d.start()
    assert d.caught_up(59) is True
    append(LOG, whole[-10:])
    ends_exact(d, lines)


def a_file_compressed_while_down_is_read_to_its_end():
    lines = backend_lines(2000, seed=5)
    d = started(lines[:500])
    d.stop()
    append(LOG, b"".join(lines[500:1500]))
    with open(LOG, "rb") as plain, gzip.open(LOG + ".1.gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
    os.unlink(LOG)
    append(LOG, b"".join(lines[1500:]))
    d.start()
    ends_exact(d, lines)


def copy_and_truncate_starts_again_at_the_beginning():
    lines = backend_lines(1000, seed=6)
    d = started(lines[:700])
    shutil.copy(LOG, LOG + ".1")
    os.truncate(LOG, 0)
    append(LOG, b"".join(lines[700:]))
    ends_exact(d, lines)


main(a_clean_restart_counts_nothing_again, what_was_written_while_down_is_counted,
     kill_at_any_moment_changes_no_total, what_was_rotated_before_the_first_kill_is_no_history,
     half_a_line_waits_for_its_other_half,
     a_file_compressed_while_down_is_read_to_its_end, copy_and_truncate_starts_again_at_the_beginning)
