"""Documents whose commands start servers, tried from empty directories: the tutorial with a real nginx and Prometheus."""
# timeout: 300
import os
import re
import subprocess
import sys

SRCDIR = os.environ["SRCDIR"]
PAGES = ["docs/tutorial.md", "docs/guarantees.md", "docs/guarantees.ru.md"]    # tutorial.ru.md has the same commands


def main():
    said = subprocess.run([sys.executable, SRCDIR + "/tests/try_docs.py", *(os.path.join(SRCDIR, page) for page in PAGES)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(said.stdout)
    if re.search(r"^0 passed, 0 failed, \d+ skipped$", said.stdout, re.M):
        return 77
    return said.returncode


sys.exit(main())
