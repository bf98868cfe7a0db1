#!/usr/bin/env bash
# Proves that the README's two commands work on a Debian that has nothing: makes one with debootstrap in a
# folder, copies the sources into it and runs them there. Needs root, debootstrap, half an hour, 4 GB.
#
#   contrib/bare-debian.sh [FOLDER]
#
#   MIRROR=URL     where packages come from (default: Debian's)
#   SUITE=NAME     which Debian (default: bookworm)
#   APT_CONF=FILE  copied to the new system's apt configuration, for a mirror that needs more
#
# The folder must be new or empty and is left as it is; delete it when you have seen enough.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
mirror=${MIRROR:-http://deb.debian.org/debian}
suite=${SUITE:-bookworm}
root=${1:-$(mktemp -d /var/tmp/bare-debian.XXXXXX)}

[ "$(id -u)" -eq 0 ] || { echo "bare-debian: must be root" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "bare-debian: apt-get install debootstrap" >&2; exit 2; }
mkdir -p "$root"
[ -z "$(ls -A "$root")" ] || { echo "bare-debian: $root is not empty" >&2; exit 2; }

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

mounted=()
leave() {
    local at
    for at in "${mounted[@]}"; do
        umount -l "$root/$at" || true
    done
}
trap leave EXIT

debootstrap --variant=minbase "$suite" "$root" "$mirror"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
[ -z "${APT_CONF:-}" ] || cp "$APT_CONF" "$root/etc/apt/apt.conf.d/99bare-debian"
mount -t proc proc "$root/proc" && mounted=(proc)
for at in dev dev/pts dev/shm; do
    mkdir -p "$root/$at"
    mount --bind "/$at" "$root/$at" && mounted=("$at" "${mounted[@]}")
done

# what git has, so that nothing of this working tree's builds comes along
mkdir "$root/logtally"
git -C "$top" archive HEAD | tar -x -C "$root/logtally"

echo "== contrib/quickstart.sh --once"
inside sh -c 'cd /logtally && contrib/quickstart.sh --once'
echo "== contrib/check.sh --install"
inside sh -c 'cd /logtally && CI=true contrib/check.sh --install'
echo "Both commands work on a bare $suite, in $root."
