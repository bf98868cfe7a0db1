#!/bin/sh
# Keeps the rooms apart: reads every #include line and says which ones reach where they must not.
#
#   tests/layers.sh [SRC]
#
# The rooms, from the ground up, and what each may include beside itself, are the table below (BEGIN).
#
# A foreign library lives in one place: microhttpd.h in src/http, pcre2.h in src/rules/pattern.c, ini.h in
# src/config/ini.c, sys/inotify.h in src/input/watch.c, compiler intrinsics in a file named simd.h. No header
# shows one of them to another room.
# Last line: N passed, N failed; one for each file.
set -u
src=${1:-$(dirname "$0")/../src}
cd "$src" || exit 2

# shellcheck disable=SC2016
find . -name '*.[ch]' | sed 's|^\./||' | LC_ALL=C sort | xargs awk '
function bad(why) { printf "src/%s:%d: %s: %s\n", FILENAME, FNR, $0, why; broken = 1 }
function finish() { if (seen) { if (broken) failed++; else passed++ } broken = 0; seen = 1 }
function room_of(path) { sub(/\/[^\/]*$/, "", path); return path }
BEGIN {
    allowed["base"] = ""
    allowed["decode"] = allowed["http"] = allowed["metrics"] = allowed["input"] = "base"
    allowed["config"] = "base metrics"
    allowed["rules"] = "base decode metrics config"
    allowed["rules/load"] = allowed["rules"] " rules"
    allowed["engine"] = "base decode metrics rules"
    allowed["suggest"] = "base rules engine"
    allowed["app"] = "base decode metrics config rules input"
    allowed["offline"] = "base metrics input engine app"
    allowed["daemon"] = allowed["offline"] " http"
    allowed["cmd"] = allowed["main.c"] = "base decode http metrics input config rules rules/load engine suggest app daemon offline cmd"
    home["microhttpd.h"] = "^http/"
    home["pcre2.h"] = "^rules/pattern\\.c$"
    home["ini.h"] = "^config/ini\\.c$"
    home["sys/inotify.h"] = "^input/watch\\.c$"
}
FNR == 1 {
    finish()
    room = room_of(FILENAME)
    if (!(room in allowed)) bad("no such room")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, q, "\"")
    if (q[2] == "config.h") next
    other = room_of(q[2])
    if (!(other in allowed)) { bad("write \"room/file.h\""); next }
    if (other != room && index(" " allowed[room] " ", " " other " ") == 0) bad("src/" room " must not know src/" other)
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    split($0, q, /[<>]/)
    if ((q[2] in home) && FILENAME !~ home[q[2]]) bad("belongs in one place: " home[q[2]])
    if (q[2] ~ /intrin\.h$|^arm_neon\.h$/ && FILENAME !~ /(^|\/)simd\.h$/) bad("intrinsics belong in simd.h")
}
END {
    finish()
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0 || passed == 0
}'
