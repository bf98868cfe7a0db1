#!/usr/bin/env bash
# What is in the image (contrib/docker/root.sh), tried without a container engine: nothing else is there when logtally says its
# version, judges rules, counts a log in a foreign character set and time zone, and says that it is healthy.
#
#   tests/package/image.sh PROGRAM [SYSROOT EMULATOR]
#
# As root: it changes root, and is the user of the image then. EMULATOR is one that is linked statically, for a program of
# another machine, whose libraries SYSROOT has. The last line is `N passed, N failed`.
# shellcheck disable=SC2317 # functions that `ok` calls
set -uo pipefail

[ $# -ge 1 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
top=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "$1") sysroot=${2:-} emulator=${3:-}
passed=0 failed=0 pid=
work=$(mktemp -d)
root=$work/root

leave() {
    [ -z "$pid" ] || { kill -KILL "$pid"; wait "$pid"; } 2>/dev/null
    rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM

# ok WHAT COMMAND...: counts; what others need has failed for them, too.
ok() {
    local what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        passed=$((passed + 1))
        return
    fi
    echo "FAIL: the image: $what: $*"
    tail -n 20 "$work/said" "$work/run.log" 2>/dev/null
    echo "$passed passed, 1 failed"
    exit 1
}

# What logtally's commands come after: as the image runs them. Not a function: one that runs behind is a process of its own.
inside=(env -i "PATH=$PATH:/usr/sbin" chroot --userspec=10001:10001 "$root" ${emulator:+/emulator} /usr/bin/logtally)
assembled() {
    "$top/contrib/docker/root.sh" "$program" "$root" ${sysroot:+"$sysroot"} || return 1
    chmod 755 "$work"
    [ -z "$emulator" ] || install -m 755 "$(command -v "$emulator")" "$root/emulator"
}
# nothing_else: one program, no shell, nothing that its user may write but the state, and nothing of setuid.
nothing_else() {
    [ "$(find "$root" -name emulator -prune -o -type f -perm -100 ! -name '*.so*' -print)" = "$root/usr/bin/logtally" ] &&
        [ -z "$(find "$root" ! -type l -perm /7022 ! -path "$root/tmp")" ] &&
        [ "$(find "$root" -user 10001 | sort | tr '\n' ' ')" = "$root/logs/backend $root/logs/docker $root/var/lib/logtally " ]
}
rules() {
    printf '[event paid]\nmatch = ^(?<at>\\S+ \\S+) оплачено\n\n[counter paid_total]\nhelp = Payments\ninc = paid\n' \
        >"$root/etc/logtally/rules/paid.ini"
    printf '[server]\nlisten = 127.0.0.1:%s\n[state]\ndirectory = /var/lib/logtally\n[rules]\ninclude = /etc/logtally/rules/*.ini\n' "$port" \
        >"$root/etc/logtally/logtally.ini"
    printf '[log shop]\npath = /logs/backend/*.log\nencoding = koi8-r\ntime_zone = Europe/Moscow\n' >>"$root/etc/logtally/logtally.ini"
    echo '2026-11-30 01:02:03 оплачено' | iconv -t koi8-r >"$root/logs/backend/shop.log"
}
free_port() { python3 -Bc 'import sys; sys.path.append(sys.argv[1]); import _common; print(_common.free_port())' "$top/tests/e2e"; }
# soon COMMAND...: is true before it has been asked for two minutes; only what hangs is not.
soon() {
    local tries=600
    until "$@"; do
        kill -0 "$pid" && [ $((tries--)) -gt 0 ] || return 1
        sleep 0.2
    done
}
page() {
    exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 && grep -x 'paid_total 1' <&3
}
stopped() { kill -TERM "$pid" && wait "$pid"; }

ok "it is put together" assembled
ok "it has a program and nothing else" nothing_else
ok "logtally says its version" "${inside[@]}" --version
port=$(free_port)
ok "rules are written" rules
ok "and judged" "${inside[@]}" check
"${inside[@]}" run >"$work/run.log" 2>&1 &
pid=$!
ok "it is healthy" soon "${inside[@]}" health "http://127.0.0.1:$port/health/ready"
ok "it counts" soon page
ok "its health check is content" "${inside[@]}" health "http://127.0.0.1:$port/health/live"
ok "it ends well" stopped
pid=
ok "and keeps its state" test -s "$root/var/lib/logtally/state"
echo "$passed passed, $failed failed"
