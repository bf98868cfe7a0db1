#!/usr/bin/env bash
# A tarball makes itself again, equal to the byte before it is packed: unpacked elsewhere, later, under another umask, locale
# and time zone, beside what Python leaves.
#
#   tests/package/same_tarball.sh TARBALL
set -euo pipefail

tarball=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=$(basename "$tarball" .tar.xz)

cd "$work"
umask 077
export LC_ALL=C.UTF-8 TZ=Asia/Tokyo XZ_OPT=-0
unset SOURCE_DATE_EPOCH
tar --no-same-permissions -xf "$tarball"
mkdir "$name/contrib/__pycache__" && touch "$name/contrib/__pycache__/x.pyc"
mkdir build && cd build
"../$name/configure" -q >configure.log && make -s dist-xz
cmp <(xz -dc "$tarball") <(xz -dc "$name.tar.xz")
