"""docs/tutorial.md, tried from an empty directory: every command, with a real nginx and a real Prometheus."""
# timeout: 300
import os
import re
import subprocess
import sys

SRCDIR = os.environ["SRCDIR"]


def main():
    said = subprocess.run([sys.executable, SRCDIR + "/tests/try_docs.py", SRCDIR + "/docs/tutorial.md"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(said.stdout)
    if re.search(r"^0 passed, 0 failed, 1 skipped$", said.stdout, re.M):
        return 77
    return said.returncode


sys.exit(main())
