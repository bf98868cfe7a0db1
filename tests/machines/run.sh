#!/usr/bin/env bash
# The same on other machines: logtally built for each, its unit tests run there, and one state for all of them.
#
#   tests/machines/run.sh [arm64|i386|s390x]...
#
#   arm64   the instructions of its own (NEON): the scanner of lines and the rooms below it
#   i386    words of 32 bits: exact numbers, sizes, times, the page
#   s390x   bytes in the other order: the hash of tables, the golden tests; a state written here is gone on from there, and back (one_state.py)
#
# Each is cross-built against a root of Debian's packages, made once in $CHECK_BUILD/machines (default build/machines) by
# mmdebstrap and only unpacked: nothing of it is installed. Its programs run by qemu's user emulation, those of i386 by
# the kernel itself where it can. LT_LONG=1 runs the unit tests of all rooms and the golden tests on each of them, and what an image for arm64 has in it.
# What this machine lacks is skipped, with the reason. Last line: `N passed, N failed[, N skipped]`.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
work=${CHECK_BUILD:-$top/build}/machines
here=${LOGTALLY:-${CHECK_BUILD:-$top/build}/gcc/src/logtally}
jobs=$(nproc 2>/dev/null || echo 2)
# What is built for a machine, of the packages that contrib/packages lists.
packages=libc6-dev,libgcc-12-dev,libpcre2-dev,libmicrohttpd-dev,libinih-dev,zlib1g-dev,libzstd-dev,liblzma-dev,libbz2-dev
packages+=,libgnutls28-dev,libyaml-dev,libcrypt-dev,check,libjansson-dev
passed=0 failed=0 skipped=0
[ -n "${LT_LONG:-}" ] || export LT_FEW=1

triplet_of() {
    case $1 in
    arm64) echo aarch64-linux-gnu ;;
    i386) echo i686-linux-gnu ;;
    s390x) echo s390x-linux-gnu ;;
    esac
}
# Rooms whose unit tests a machine's short run has, and which suites of them (none: all).
short_tests() {
    case $1 in
    arm64) echo "decode json linescan logfmt" ;;
    i386) printf '%s\n' base decode metrics ;;
    s390x) echo "base hash" ;;
    esac
}
long_tests() {
    for room in "$top"/tests/*/check_*.c; do basename "$(dirname "$room")"; done | sort -u
}

ok() { passed=$((passed + 1)); echo "ok $*"; }
bad() { failed=$((failed + 1)); echo "FAIL: $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }

# sources: the archive that this machine's own packages come from; security has no i386.
sources() {
    local codename uri
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016
    uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        sed -n "s/ $codename main\$//p" | head -n 1)
    [ -n "$uri" ] || return 1
    for suite in "$codename" "$codename-updates"; do
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
    done
}

# root_of MACHINE: makes it, if it is not there.
root_of() {
    local root=$work/root-$1
    [ "$(cat "$root/etc/logtally-packages" 2>/dev/null)" != "$packages" ] || return 0
    rm -rf "$root"
    mapfile -t list < <(sources)
    [ ${#list[@]} -gt 0 ] || { echo "apt knows no archive"; return 1; }
    mmdebstrap --quiet --variant=extract --architectures="$1" --include="$packages" \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "${list[@]}" || return 1
    mkdir -p "$root/etc" && echo "$packages" >"$root/etc/logtally-packages"
}

# emulator MACHINE TRIPLET: the command that runs a program of the machine.
emulator() {
    local root=$work/root-$1
    case $1 in
    i386) [ "$(uname -m)" = x86_64 ] && "$root/lib/ld-linux.so.2" --version >/dev/null 2>&1 || echo "qemu-i386-static -L $root" ;;
    *) echo "qemu-${2%%-*}-static -L $root" ;;
    esac
}

# configure_for MACHINE TRIPLET: configures build/machines/MACHINE, and leaves a script `run` there.
configure_for() {
    local root=$work/root-$1 dir=$work/$1 lib flags=
    lib=$root/usr/lib/${2/i686/i386}
    # So the kernel runs them as they are, with the root's libraries.
    [ "$1" != i386 ] ||
        flags="-Wl,--disable-new-dtags,--dynamic-linker=$root/lib/ld-linux.so.2,-rpath,$lib:$root/lib/${2/i686/i386}"
    mkdir -p "$dir" && cd "$dir" || return 1
    printf '#!/bin/sh\nGCONV_PATH=%s/gconv CK_DEFAULT_TIMEOUT=600 exec %s "$@"\n' "$lib" "$(emulator "$1" "$2")" >run
    [ "$1" = i386 ] || sed -i 's/GCONV_PATH=[^ ]* //' run
    printf '#!/bin/sh\nexec %s/run %s/src/logtally "$@"\n' "$dir" "$dir" >logtally
    chmod +x run logtally
    [ ! -e config.status ] || [ "$top/configure" -nt config.status ] || return 0
    PKG_CONFIG_LIBDIR=$lib/pkgconfig:$root/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
        "$top/configure" -q --host="$2" --enable-werror CC="$2-gcc --sysroot=$root" CFLAGS="${MACHINES_CFLAGS:--O1}" \
        LDFLAGS="$flags" >configure.log 2>&1 || { tail -n 20 configure.log; return 1; }
}

# objects MACHINE: what its short tests need of the library, for make; that of s390x is made whole, for src/logtally.
objects() {
    [ -z "${LT_LONG:-}" ] && [ "$1" != s390x ] || return 0
    printf 'liblogtally_a_OBJECTS='
    { echo base; short_tests "$1" | cut -d ' ' -f 1; } | sort -u | while read -r room; do
        (cd "$top" && find "src/$room" -name '*.c')
    done | sed 's/c$/o/' | tr '\n' ' '
}

# unit MACHINE ROOM [SUITE...]: the room's unit tests, each counted.
unit() {
    local machine=$1 room=$2 sum
    shift 2
    make -s -j"$jobs" "tests/$room/check" ${partly:+"$partly"} >make.log 2>&1 ||
        { tail -n 20 make.log; bad "$machine: tests/$room/check is not built"; return; }
    srcdir=$top ./run "tests/$room/check" "$@" >"$room.log" 2>&1
    sum=$(tail -n 1 "$room.log")
    if [[ $sum =~ ^([0-9]+)\ passed,\ 0\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        echo "ok $machine: $room: $sum"
    else
        tail -n 40 "$room.log"
        bad "$machine: $room: $sum"
    fi
}

# golden MACHINE: what the shipped rules count.
golden() {
    if ./logtally test --rules "$top/rules" "$top/rules/tests" >golden.log 2>&1 &&
        ./logtally test "$top/rules/examples/tests" >>golden.log 2>&1; then
        ok "$1: golden tests"
    else
        tail -n 20 golden.log
        bad "$1: golden tests"
    fi
}

# one_state MACHINE: what this machine saves, that one goes on from, and the other way round.
one_state() {
    if [ ! -x "$here" ]; then
        skip "$1: no logtally of this machine to change states with: $here"
    elif SRCDIR=$top LOGTALLY=$here python3 "$top/tests/machines/one_state.py" "$PWD/logtally" >state.log 2>&1; then
        ok "$1: one state, one page"
    else
        tail -n 30 state.log
        bad "$1: one state, one page"
    fi
}

# image MACHINE EMULATOR: what an image for it would have in it works there.
image() {
    local said
    [ "$(id -u)" -eq 0 ] || { skip "$1: only root can change root to that of an image"; return; }
    said=$("$top/tests/package/image.sh" src/logtally "$work/root-$1" "$2" 2>&1)
    if grep -q '^[1-9][0-9]* passed, 0 failed$' <<<"$said"; then
        ok "$1: the image"
    else
        echo "$said"
        bad "$1: the image"
    fi
}

on_machine() {
    local machine=$1 triplet room suites partly
    triplet=$(triplet_of "$machine")
    for tool in mmdebstrap "$triplet-gcc" "qemu-${triplet%%-*}-static"; do
        case $tool in qemu-i686-static) tool=qemu-i386-static ;; esac
        command -v "$tool" >/dev/null || { skip "$machine: $tool is not installed"; return; }
    done
    root_of "$machine" >"$work/$machine.root.log" 2>&1 ||
        { skip "$machine: no root of its packages could be made: $(tail -n 1 "$work/$machine.root.log")"; return; }
    configure_for "$machine" "$triplet" || { bad "$machine: configure"; return; }
    partly=$(objects "$machine")
    while read -r room suites; do
        # shellcheck disable=SC2086
        unit "$machine" "$room" $suites </dev/null
    done < <(if [ -n "${LT_LONG:-}" ]; then long_tests; else short_tests "$machine"; fi)
    [ -n "${LT_LONG:-}" ] || [ "$machine" = s390x ] || return
    make -s -j"$jobs" src/logtally >make.log 2>&1 || { tail -n 20 make.log; bad "$machine: src/logtally is not built"; return; }
    golden "$machine"
    one_state "$machine"
    [ "$machine" != arm64 ] || image arm64 qemu-aarch64-static
}

mkdir -p "$work"
[ $# -gt 0 ] || set -- arm64 i386 s390x
for machine in "$@"; do
    [ -n "$(triplet_of "$machine")" ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2; }
    on_machine "$machine"
done
line="$passed passed, $failed failed"
[ $skipped -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed -eq 0 ]
