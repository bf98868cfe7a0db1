#!/bin/sh
# Which source this is: `REVISION DAY SECONDS`, of the commit in a repository, of .revision in a tarball, which `make dist`
# writes there. All that is built of one source says the same then, wherever and whenever it is built.
#
#   contrib/revision.sh TOP
set -eu

cd "$1"
if [ -e .revision ]; then
    cat .revision
elif [ -e .git ]; then # not of a repository that this is only a folder of
    git log -1 --abbrev=12 --format='%h %cd %ct' --date=format-local:%F
else
    echo "unknown unknown $(date -r ChangeLog +%s)"
fi
