#!/usr/bin/env bash
# pgo.sh DIRECTORY [CONFIGURE-ARGUMENT...]: builds logtally in DIRECTORY as gcc does when it knows which branches are taken.
#
# Built once to count them, run over the logs of the golden tests and of the bench, as JSON, logfmt and the mixture, then built again.
# Only speed differs: `make check` in DIRECTORY tests the program that came out.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || { sed -n '2,5s/^# \?//p' "$0" >&2; exit 2; }
directory=$1
shift
mkdir -p "$directory"
cd "$directory"
counts=$PWD/profile jobs=$(nproc) flags=${CFLAGS:--O2 -g}

build() {
    "$top/configure" -q "${@:2}" CFLAGS="$flags $1"
    make -s clean
    make -s -j"$jobs" src/logtally
}

rm -rf "$counts"
build "-fprofile-generate -fprofile-update=atomic -fprofile-dir=$counts" "$@"
make -s bench/generate
src/logtally test --rules "$top/rules" "$top/rules/tests" >profile.log
src/logtally test "$top/rules/examples/tests" >>profile.log
for kind in json steady logfmt mixed noise; do
    bench/generate "$kind" 100000 profile-"$kind"
    src/logtally replay --rules "$top/rules" -o profile.out profile-"$kind".log
    rm -f profile-"$kind".* profile.out
done
build "-fprofile-use -fprofile-dir=$counts -fprofile-partial-training -Wno-missing-profile -Wno-coverage-mismatch" "$@"
echo "pgo.sh: $PWD/src/logtally"
