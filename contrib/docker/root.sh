#!/usr/bin/env bash
# All that is in the image: logtally, the libraries of Debian that it needs, what these read (character sets, time zones,
# certificates), a user, and the folders where logs, rules and states are mounted. No shell, no package manager.
#
#   contrib/docker/root.sh PROGRAM FOLDER [SYSROOT]
#
# SYSROOT has the libraries of the program's machine (default /). Each package that something is of is named in
# var/lib/dpkg/status.d, where scanners look for them, with its copyright; as far as SYSROOT's dpkg knows.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
program=$1 root=$2 sysroot=${3:-}
user=10001

case $(LC_ALL=C readelf -h "$program" | sed -n 's/^ *Machine: *//p') in
*X86-64) triplet=x86_64-linux-gnu ;;
AArch64) triplet=aarch64-linux-gnu ;;
*) echo "root: $program is of a machine that no image is made for" >&2; exit 1 ;;
esac

# found NAME...: the first that is there, in SYSROOT or, of what is the same on all machines, here.
found() {
    local path
    for path in "$@"; do
        [ -e "$path" ] && { echo "$path"; return; }
    done
    echo "root: $1 is not there" >&2
    return 1
}
library() { found "$sysroot/usr/lib/$triplet/$1" "$sysroot/lib/$triplet/$1"; }
shared() { found "$sysroot/$1" "/$1"; }

# packaged FILE: notes the package that it is of.
packaged() {
    local package
    package=$(dpkg-query --admindir="$sysroot/var/lib/dpkg" -S "*/$triplet/$(basename "$1")" 2>/dev/null | sed -n '1s/: .*//p') || return 0
    mkdir -p "$root/var/lib/dpkg/status.d"
    dpkg-query --admindir="$sysroot/var/lib/dpkg" -s "$package" >"$root/var/lib/dpkg/status.d/${package%:*}"
    install -D -m 644 "$sysroot/usr/share/doc/${package%:*}/copyright" "$root/usr/share/doc/${package%:*}/copyright"
}

# needs FILE: copies the libraries that it needs, and those that they need.
needs() {
    local name file
    for name in $(LC_ALL=C readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        [ ! -e "$root/usr/lib/$triplet/$name" ] || continue
        file=$(library "$name")
        install -D -m 644 "$file" "$root/usr/lib/$triplet/$name"
        packaged "$(realpath "$file")"
        needs "$file"
    done
}

rm -rf "$root"
install -D -m 755 "$program" "$root/usr/bin/logtally"
ln -s usr/lib "$root/lib"
needs "$program"
loader=$(LC_ALL=C readelf -l "$program" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
install -D -m 755 "$(library "$(basename "$loader")")" "$root$loader"
cp -R "$(library gconv)" "$root/usr/lib/$triplet/"

mkdir -p "$root/usr/share/zoneinfo" "$root/etc/logtally/rules" "$root/etc/logtally/web" "$root/tmp"
zones=$(shared usr/share/zoneinfo)
tar -c -C "$zones" --exclude=./right --exclude=./posix . | tar -x -C "$root/usr/share/zoneinfo" --no-same-owner
install -D -m 644 "$(shared etc/ssl/certs/ca-certificates.crt)" "$root/etc/ssl/certs/ca-certificates.crt"
install -m 644 "$(shared usr/lib/os-release)" "$root/etc/os-release"
printf 'root:x:0:0:root:/:/nonexistent\nlogtally:x:%s:%s:logtally:/var/lib/logtally:/nonexistent\n' $user $user >"$root/etc/passwd"
printf 'root:x:0:\nlogtally:x:%s:\n' $user >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
install -m 644 "$here/logtally.ini" "$root/etc/logtally/logtally.ini"
chmod -R go=u,go-w "$root"
chmod 1777 "$root/tmp"
if [ "$(id -u)" -eq 0 ]; then own=(-o "$user" -g "$user"); else own=(); fi
install -d -m 755 "${own[@]}" "$root/var/lib/logtally" "$root/logs/backend" "$root/logs/docker"
