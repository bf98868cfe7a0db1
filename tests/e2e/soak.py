#!/usr/bin/env python3
# timeout: 300
"""The soak, as short as it can be: everything that happens in an hour of it happens ten times as often, for 15 seconds; with
LT_LONG=1 for 200, and otherwise each time."""
import os
import subprocess
import sys

SOAK = os.path.join(os.environ["SRCDIR"], "tests", "soak", "soak.py")
LONG = bool(os.environ.get("LT_LONG"))

sys.exit(subprocess.run([sys.executable, SOAK, "--dir", os.getcwd(), "--seed", str(os.getpid() if LONG else 1),
                         "--seconds", "200" if LONG else "15", "--every", "0.1"], check=False).returncode)
