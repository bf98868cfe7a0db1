#!/usr/bin/env bash
# Installs what contrib/packages lists and this machine lacks. Debian and its kin; asks for sudo only if
# something is missing.
#
#   contrib/install-packages.sh GROUP...      groups: build package try check
#
# Services that come with a package (prometheus) are not started: a policy-rc.d says so for as long as
# apt runs, unless the machine has one of its own.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
policy=/usr/sbin/policy-rc.d

packages_of() {
    local group
    for group in "$@"; do
        awk -v group="$group" '$1 !~ /^#/ && $2 == group { print $1 }' "$here/packages"
    done
}

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q ' installed$'; }

# Each argument is a package, or several with bars of which one will do.
missing_of() {
    local either package
    for either in "$@"; do
        for package in ${either//|/ }; do
            installed "$package" && continue 2
        done
        echo "${either%%|*}"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
if ! command -v dpkg-query >/dev/null; then
    echo "install-packages: this is not Debian; install these with your own package manager:" >&2
    packages_of "$@" >&2
    exit 3
fi
mapfile -t wanted < <(packages_of "$@")
mapfile -t missing < <(missing_of "${wanted[@]}")
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing: ${missing[*]}"
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    trap 'as_root rm -f "$policy"' EXIT
fi
wait_for_lock=(-o DPkg::Lock::Timeout=300)      # another apt may be at work
as_root apt-get "${wait_for_lock[@]}" update -qq
as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get "${wait_for_lock[@]}" install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
