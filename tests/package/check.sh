#!/usr/bin/env bash
# The Debian package of a tarball, from its building to its purging: lintian, the unit's exposure, then installed in a
# Debian made for it, under a real systemd.
#
#   tests/package/check.sh TARBALL FOLDER
#
# FOLDER keeps what a second run can use: the packages of this tarball, and the Debian without ours. What a machine lacks
# is said and counted as skipped. The last line is `N passed, N failed[, N skipped]`.
# shellcheck disable=SC2317 # functions that `ok` calls
set -uo pipefail

[ $# -eq 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
mkdir -p "$2"
tarball=$(realpath "$1") work=$(realpath "$2")
passed=0 failed=0 skipped=0
root='' pid='' first=''

leave() {
    [ -z "$pid" ] || { kill -KILL "$pid"; wait "$pid"; } 2>/dev/null
    [ -z "$root" ] || rm -rf --one-file-system "$root"
}
trap leave EXIT
trap 'exit 1' INT TERM

finish() {
    echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
    exit $((failed > 0))
}

# ok WHAT COMMAND...: counts; one that failed is shown, and the last: the others need it.
ok() {
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAIL: $what: $*"
    tail -n 60 "$work/said"
    finish
}
# need WHY COMMAND...: what follows is for machines that can.
need() {
    local why=$1
    shift
    "$@" >/dev/null 2>&1 && return
    echo "skipped: $why"
    skipped=$((skipped + 1))
    finish
}

# --- the packages -----------------------------------------------------------------------------------

build() {
    if cmp -s "$tarball" "$work/of.tar.xz"; then return; fi
    rm -rf "$work/deb" "$work/of.tar.xz"
    # What optimizes is tried by others; LT_LONG=1 builds as a buildd does.
    DEB_BUILD_OPTIONS="parallel=$(nproc) nocheck$([ -n "${LT_LONG:-}" ] || echo ' noopt')" "$top/contrib/package.sh" deb "$tarball" "$work/deb" &&
        cp "$tarball" "$work/of.tar.xz"
}
# build_again: in another place, later, by one processor, under another umask, locale and time zone. What is in the way of
# a package that is equal to the byte is shown by diffoscope, if it is there.
build_again() {
    local file again=$work/again/somewhere/else
    rm -rf "$work/again"
    (umask 027 && mkdir -p "$again" && LC_ALL=C.UTF-8 TZ=Asia/Tokyo DEB_BUILD_OPTIONS='nocheck parallel=1' "$top/contrib/package.sh" deb "$tarball" "$again") || return 1
    for file in "$work"/deb/*.deb "$work"/deb/*.debian.tar.xz "$work"/deb/*.dsc; do
        cmp "$file" "$again/$(basename "$file")" && continue
        ! command -v diffoscope >/dev/null || diffoscope "$file" "$again/$(basename "$file")" | tail -n 40
        return 1
    done
    rm -rf "$work/again"
}
# Closing a wish for a package is for those who bring it to Debian; what is not optimized is not fortified.
lint() {
    lintian --allow-root --fail-on error,warning --suppress-tags \
        "initial-upload-closes-no-bugs$([ -n "${LT_LONG:-}" ] || echo ,hardening-no-fortify-functions)" "$work"/deb/*.changes
}
# The unit as it is installed, by systemd's own measure.
exposed() {
    dpkg-deb --fsys-tarfile "$deb" | tar -x -O ./lib/systemd/system/logtally.service >"$work/logtally.service" &&
        systemd-analyze security --offline=true --threshold=13 --no-pager "$work/logtally.service"
}
# That of RPM; LT_LONG=1 builds it, too. Debian's rpm knows no package that could be required.
spec() {
    command -v rpmbuild >/dev/null || { echo "rpmbuild is not installed"; return; }
    rm -rf "$work/rpm"
    RPM_BUILD_STAGE=$([ -n "${LT_LONG:-}" ] && echo -ba || echo -bs) "$top/contrib/package.sh" rpm "$tarball" "$work/rpm" &&
        ls "$work"/rpm/SRPMS/logtally-*.src.rpm
}
unpacked() {
    rm -rf "$work/unpacked" && dpkg-deb -x "$deb" "$work/unpacked"
}
# As it is installed, but for where that is.
stack() {
    local usr=$work/unpacked/usr
    printf '[stack]\nrules = %s\n' "$usr/share/logtally/rules/examples/nginx.ini" >"$work/unpacked/wishes.ini"
    sed "s|/usr/share|$work/unpacked&|" "$usr/bin/logtally-stack-from-rules" >"$work/unpacked/program" &&
        LOGTALLY=$usr/bin/logtally sh "$work/unpacked/program" "$work/unpacked/wishes.ini" && test -s "$work/unpacked/dashboards/nginx.json"
}
# holds FILE...: each is in the package.
holds() {
    local file list
    list=$(dpkg-deb -c "$deb")
    for file in "$@"; do
        grep -q " \./$file\$" <<<"$list" || { echo "no $file in it"; return 1; }
    done
}

ok "the tarball makes itself again" "$here/same_tarball.sh" "$tarball"
need "dpkg-buildpackage, dh and lintian are not installed" command -v dpkg-buildpackage dh lintian
ok "the package is built" build
deb=$(ls "$work"/deb/logtally_*.deb)
[ -z "${LT_LONG:-}" ] || ok "built elsewhere it is equal to the byte" build_again
ok "lintian finds nothing" lint
ok "what is in it" holds usr/bin/logtally usr/bin/logtally-backfill usr/bin/logtally-stack-from-rules etc/logtally/logtally.ini etc/logtally/rules/ \
    usr/share/logtally/rules/examples/nginx.ini usr/share/bash-completion/completions/logtally lib/systemd/system/logtally.service \
    lib/systemd/system/logtally.socket usr/share/man/man1/logtally.1.gz usr/share/man/man1/logtally-backfill.1.gz usr/share/man/man1/logtally-stack-from-rules.1.gz \
    usr/share/man/man5/logtally.ini.5.gz usr/share/doc/logtally/examples/systemd/other-logs.conf
ok "it is unpacked" unpacked
ok "documents link to what is there" "$top/contrib/links.py" --installed "$work/unpacked/usr/share/doc/logtally"
ok "a stack is made of its rules" stack
ok "symbols for a debugger" ls "$work"/deb/logtally-dbgsym_*.deb
ok "the spec is one" spec
need "systemd-analyze is not installed" command -v systemd-analyze
ok "exposed 1.3 at most" exposed

# --- a Debian with a systemd ------------------------------------------------------------------------

need "only root can make a Debian and start it" test "$(id -u)" -eq 0
need "mmdebstrap is not installed" command -v mmdebstrap
need "namespaces are not allowed here" unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child sh -c 'mount --make-rprivate / && mount -t tmpfs tmpfs /mnt'

# What the package depends on, from where this machine has its own packages. No documents but ours.
make_root() {
    local suite depends source=/etc/apt/sources.list
    suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    [ -e /etc/apt/sources.list.d/debian.sources ] && source=/etc/apt/sources.list.d/debian.sources
    depends=$(dpkg-deb -f "$deb" Depends Pre-Depends | sed 's/^[A-Za-z-]*: //; s/([^)]*)//g; s/|[^,]*//g' | tr -d ' ' | tr '\n' ',')
    [ -e "$work/root.tar" ] && [ "$(cat "$work/root.of" 2>/dev/null)" = "$depends" ] && return
    mmdebstrap --quiet --mode=root --variant=essential --include="systemd,curl,${depends%,}" --aptopt='Apt::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-include=/usr/share/doc/logtally/*' "$suite" "$work/new.tar" "$source" &&
        mv "$work/new.tar" "$work/root.tar" && echo "$depends" >"$work/root.of"
}
inside() {
    nsenter -t "$first" -m -p -u -i -n -C -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
# soon COMMAND...: is true within a minute.
soon() {
    local tries=300
    until [ $((tries--)) -eq 0 ]; do
        "$@" >/dev/null 2>&1 && return
        sleep 0.2
    done
    "$@"
}
start() {
    root=$(mktemp -d "$work/root.XXXXXX")
    tar -x -C "$root" -f "$work/root.tar" || return 1
    cp -r "$top/contrib/debian/tests" "$root/root/tests"
    cp "$deb" "$root/root/"
    unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child "$here/boot.sh" "$root" >"$work/boot.log" 2>&1 &
    pid=$!
    soon booted || { cat "$work/boot.log"; return 1; }
}
booted() {
    first=$(pgrep -P "$pid") && inside systemctl is-active basic.target
}

health() { inside curl -fsS http://127.0.0.1:7684/health; }
counts() { inside curl -fsS http://127.0.0.1:7684/metrics | grep -qx "$1"; }
# lines N: so many are counted, of all logs of this test.
lines() { soon counts "pack_lines_total $1" || { inside journalctl --no-pager -n 40 -u logtally; return 1; }; }

# The compiler of regular expressions has memory that is executed: the unit's filters let it.
compiles() {
    local main
    main=$(inside systemctl show -P MainPID logtally)
    inside grep -q '^[^ ]* rwxp ' "/proc/$main/maps"
}

# The same package as the next version, with another sample.
next_version() {
    local next=$work/next
    rm -rf "$next"
    dpkg-deb -R "$deb" "$next" &&
        sed -i 's/^Version: .*/&+next/' "$next/DEBIAN/control" &&
        echo '; of the next version' >>"$next/etc/logtally/logtally.ini" &&
        dpkg-deb -b --root-owner-group "$next" "$root/root/next.deb" && rm -rf "$next"
}
upgraded() {
    inside sh -c 'echo four >>/var/log/pack/app.log && cp /etc/logtally/logtally.ini /root/before.ini' &&
        inside dpkg -i --force-confdef --force-confold /root/next.deb &&
        inside cmp /root/before.ini /etc/logtally/logtally.ini && inside systemctl is-active logtally
}

# A drop-in of the documents, with WHAT put in place of its words.
drop_in() {
    inside mkdir -p /etc/systemd/system/logtally.service.d &&
        inside sh -c "sed '$2' /usr/share/doc/logtally/examples/systemd/$1 >/etc/systemd/system/logtally.service.d/logs.conf" &&
        inside systemctl daemon-reload && inside systemctl restart logtally
}
# write_log NAME USER:GROUP MODE: a log of one line that was nobody else's at any time.
write_log() {
    inside sh -c "cd /srv/logs && echo more >new && chown $2 new && chmod $3 new && mv new $1"
}
follow_other() {
    inside sh -c 'printf "path = /srv/logs/*.log\n" >>/etc/logtally/logtally.ini' && inside systemctl reload logtally
}
refused() { health | grep -q "\"name\":\"pack\",\"files_followed\":[0-9]*,\"files_failing\":1,"; }
# Mounted when the service runs already.
mount_late() {
    inside sh -c 'mkdir -p /srv/logs && mount -t tmpfs late /srv/logs && echo late >/srv/logs/late.log && chmod 644 /srv/logs/late.log'
}

removed() {
    inside dpkg -r logtally && ! inside systemctl is-active logtally && inside test -e /etc/logtally/logtally.ini -a -d /var/lib/private/logtally
}
purged() {
    inside dpkg -P logtally && inside sh -c '! find /etc /var/lib /usr /lib /run -path /var/lib/dpkg -prune -o -name "*logtally*" -print | grep -v -e "^/etc/logtally$" -e /etc/systemd/system/logtally.service.d' &&
        [ "$(inside find /etc/logtally -type f)" = /etc/logtally/rules/pack.ini ]
}

need "no packages can be had for a Debian" make_root
ok "systemd starts" start
ok "the package is installed" inside dpkg -i "/root/$(basename "$deb")"
ok "every recipe is taken" inside sh /root/tests/recipes
ok "the service works, also for files of adm" inside sh /root/tests/service
ok "regular expressions are compiled" compiles
ok "the next version" next_version
ok "an upgrade keeps what was changed" upgraded
ok "and what was counted" lines 4
ok "a disk that is mounted late" mount_late
ok "is followed" follow_other
ok "at once" lines 5
ok "a log of another group" write_log group.log root:www-data 640
ok "is refused" soon refused
ok "until a drop-in names the group" drop_in other-logs.conf ''
ok "and is counted then" lines 6
ok "a log of its owner alone" write_log owner.log nobody:nogroup 600
ok "is read with another drop-in" drop_in every-log.conf ''
ok "and counted" lines 7
ok "a package that is removed keeps both" removed
ok "and goes on when it is back" inside dpkg -i --force-confold /root/next.deb
ok "where it was" lines 7
ok "one that is purged leaves what people wrote" purged
finish
